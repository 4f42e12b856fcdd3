"""Widths of columns, spliced into the ``cols`` element of a sheet; styles and other columns stay as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rfp_responder.questionnaire.sheetscan import ColumnSpan, Scan
from rfp_responder.questionnaire.xmltext import with_attribute, without_attribute

MAX_WIDTH = 255  # characters, Excel's own limit
_PADDING = 0.7109375  # of a character: what Excel adds for the cell's margins in its usual font


def width_pieces(scan: Scan, widths: Mapping[int, float]) -> list[tuple[int, int, bytes]]:
    """Replacements that make each column at least so many characters wide, and visible.

    A ``col`` element that speaks for several columns is split around the one that changes.
    """
    wanted = {column: min(width, MAX_WIDTH) for column, width in widths.items() if width > 0}
    pieces: list[tuple[int, int, bytes]] = []
    fresh = sorted(wanted)
    for span in scan.columns:
        inside = [column for column in fresh if span.first <= column <= span.last]
        fresh = [column for column in fresh if column not in inside]
        tag = scan.data[span.start : span.end]
        inside = [column for column in inside if _narrow(span, tag, wanted[column])]
        if inside:
            pieces.append((span.start, _whole(scan, span), _split(span, tag, {c: wanted[c] for c in inside})))
    return pieces + _fresh_pieces(scan, {column: wanted[column] for column in fresh})


def _narrow(span: ColumnSpan, tag: bytes, width: float) -> bool:
    return span.width is None or span.width < width or bool(re.search(rb"\shidden\s*=\s*[\"'](?:1|true)", tag))


def _whole(scan: Scan, span: ColumnSpan) -> int:
    """The end of the element: one real producer writes ``<col …></col>``."""
    match = re.compile(rb"\s*</(?:[\w.\-]+:)?col\s*>").match(scan.data, span.end)
    return match.end() if match and not scan.data[span.start : span.end].endswith(b"/>") else span.end


def _split(span: ColumnSpan, tag: bytes, widths: Mapping[int, float]) -> bytes:
    if not tag.endswith(b"/>"):
        tag = tag[:-1].rstrip() + b"/>"
    parts: list[bytes] = []
    begin = span.first
    for column in sorted(widths):
        if begin < column:
            parts.append(_between(tag, begin, column - 1))
        wide = _between(without_attribute(tag, "hidden"), column, column)
        shown = max(widths[column] + _PADDING, span.width or 0.0)
        parts.append(with_attribute(with_attribute(wide, "width", f"{shown:g}"), "customWidth", "1"))
        begin = column + 1
    if begin <= span.last:
        parts.append(_between(tag, begin, span.last))
    return b"".join(parts)


def _between(tag: bytes, first: int, last: int) -> bytes:
    return with_attribute(with_attribute(tag, "min", str(first)), "max", str(last))


def _fresh_pieces(scan: Scan, widths: Mapping[int, float]) -> list[tuple[int, int, bytes]]:
    """Columns that no ``col`` speaks of: each before the next one's element, else at the end of ``cols``."""
    if not widths or scan.body is None:
        return []
    name = f"{scan.prefix}col"
    elements = {
        column: f'<{name} min="{column}" max="{column}" width="{width + _PADDING:g}" customWidth="1"/>'.encode()
        for column, width in sorted(widths.items())
    }
    if not scan.columns_end:
        inner = b"".join(elements.values())
        return [(scan.body.start, scan.body.start, f"<{name}s>".encode() + inner + f"</{name}s>".encode())]
    placed: dict[int, list[bytes]] = {}
    for column, element in elements.items():
        after = [span.start for span in scan.columns if span.first > column]
        placed.setdefault(min(after, default=scan.columns_end), []).append(element)
    return [(at, at, b"".join(found)) for at, found in placed.items()]
