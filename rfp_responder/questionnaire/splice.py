"""Answers written into a workbook's own bytes: only the answer cells' XML changes, nothing else.

expat tells the byte offset of each element; the new cells are spliced in between. Nothing is re-serialised,
so x14 drop-downs, rich text, cached values, text boxes and macros survive.
"""

from __future__ import annotations

import re
import zipfile
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire.model import Edit, Written
from rfp_responder.questionnaire.package import local, make_parser, opened, read_part, run_parser, write_copy
from rfp_responder.questionnaire.places import Area, AreaIndex, area, cell_name, letters, number
from rfp_responder.questionnaire.xlsx import Workbook, read_workbook
from rfp_responder.questionnaire.xmltext import (
    START_TAG,
    apply,
    encoding_of,
    escaped,
    fitted,
    recalculate_on_load,
    without_attribute,
)

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})$")


def write(path: Path, out: Path, edits: Sequence[Edit]) -> Written:
    """Copy the workbook ``path`` to ``out`` with these texts in it; raises QuestionnaireError.

    An edit inside a merged area goes to its anchor. A cell with a formula is refused and reported.
    """
    by_sheet: dict[str, list[Edit]] = {}
    for edit in edits:
        by_sheet.setdefault(edit.sheet, []).append(edit)
    changed: dict[str, bytes] = {}
    written: list[Edit] = []
    refused: list[tuple[Edit, str]] = []
    notes: dict[tuple[str, int, int], str] = {}
    with opened(path) as package:
        if any(name.startswith("_xmlsignatures/") for name in package.namelist()):
            raise QuestionnaireError(
                f"{path.name} is digitally signed and any change breaks the signature",
                "Ask for an unsigned copy, or remove the signature in Excel.",
            )
        book = read_workbook(package, path.name)
        parts = {name: part for name, part, _ in book.sheets}
        for sheet, wanted in by_sheet.items():
            if sheet not in parts:
                raise QuestionnaireError(f"{path.name} has no sheet {sheet!r}", f"It has: {', '.join(parts)}.")
            data = read_part(package, parts[sheet])
            result = splice_sheet(data, f"{path.name}, sheet {sheet!r}", wanted)
            changed[parts[sheet]] = result.data
            written += result.written
            refused += result.refused
            notes.update(result.notes)
        if written and _has_formulas(package, book):
            changed[book.part] = recalculate_on_load(read_part(package, book.part), f"{path.name}, part {book.part}")
    write_copy(path, out, changed)
    return Written(tuple(written), tuple(refused), notes)


def _has_formulas(package: zipfile.ZipFile, book: Workbook) -> bool:
    pattern = re.compile(rb"<(?:\w+:)?f[\s/>]")
    return any(pattern.search(read_part(package, part)) for _, part, _ in book.sheets)


@dataclass(slots=True)
class Spliced:
    """A sheet's new bytes and what went into them."""

    data: bytes
    written: list[Edit] = field(default_factory=list)
    refused: list[tuple[Edit, str]] = field(default_factory=list)
    notes: dict[tuple[str, int, int], str] = field(default_factory=dict)


@dataclass(slots=True)
class _CellSpan:
    """Where a cell stands: bytes ``start..end`` of the part, with its style and whether it computes."""

    start: int
    end: int
    style: str
    formula: bool = False


@dataclass(slots=True)
class _RowSpan:
    """Where a row stands: ``inner`` is the end of its start tag, ``close`` the start of its end tag."""

    start: int
    inner: int
    close: int
    closed: bool
    style: str
    cells: dict[int, _CellSpan] = field(default_factory=dict)


class _Scan:
    """One pass over a sheet: offsets of the rows that get edits, starts of all rows, styles of the
    columns.
    """

    def __init__(self, data: bytes, rows: set[int]) -> None:
        self.data, self._wanted = data, rows
        self.rows: dict[int, _RowSpan] = {}
        self.numbers: list[int] = []
        self.starts: list[int] = []
        self.columns: list[tuple[int, int, str]] = []
        self.dimension: tuple[int, int, str] | None = None
        self.body: tuple[int, int, bool, int] | None = None  # start, inner, self-closing, start of the end tag
        self.prefix = ""
        self._parser = make_parser({})
        self._row = self._column = 0
        self._open: _RowSpan | None = None
        self._cell: _CellSpan | None = None
        self._body = [0, 0, 0]

    def run(self, label: str) -> None:
        """Fill the fields."""
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        run_parser(self._parser, self.data, label)

    def _tag(self) -> tuple[int, int, bool]:
        """Start and end offset of the start tag at hand, and whether it closes itself."""
        start = self._parser.CurrentByteIndex
        match = START_TAG.match(self.data, start)
        end = match.end() if match else start
        return start, end, self.data[end - 2 : end - 1] == b"/"

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "c":
            self._start_cell(attributes)
        elif tag == "row":
            self._start_row(attributes)
        elif tag == "f" and self._cell:
            self._cell.formula = True
        elif tag == "col" and "style" in attributes:
            self.columns.append((int(attributes["min"]), int(attributes["max"]), attributes["style"]))
        elif tag == "dimension":
            start, end, _ = self._tag()
            self.dimension = (start, end, attributes.get("ref", ""))
        elif tag == "sheetData":
            start, end, closed = self._tag()
            self._body = [start, end, closed]
            qualified = re.match(rb"<([\w.\-]+:)?sheetData", self.data[start:end])
            self.prefix = (qualified[1] or b"").decode() if qualified else ""

    def _start_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r", "")
        self._row = int(given) if given.isdigit() else self._row + 1
        self._column = 0
        self.numbers.append(self._row)
        self.starts.append(self._parser.CurrentByteIndex)
        if self._row in self._wanted and self._row not in self.rows:
            start, end, closed = self._tag()
            style = attributes.get("s", "") if attributes.get("customFormat") in {"1", "true"} else ""
            self._open = self.rows[self._row] = _RowSpan(start, end, end, closed, style)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        match = _REFERENCE.match(attributes.get("r", ""))
        self._column = number(match[1]) if match else self._column + 1
        if self._open:
            start, end, closed = self._tag()
            self._cell = _CellSpan(start, end if closed else 0, attributes.get("s", ""))
            self._open.cells[self._column] = self._cell

    def _end(self, name: str) -> None:
        tag = local(name)
        if tag == "c" and self._cell:
            if not self._cell.end:
                self._cell.end = self.data.index(b">", self._parser.CurrentByteIndex) + 1
            self._cell = None
        elif tag == "row":
            if self._open and not self._open.closed:
                self._open.close = self._parser.CurrentByteIndex
            self._open = None
        elif tag == "sheetData":
            start, inner, closed = self._body
            self.body = (start, inner, bool(closed), inner if closed else self._parser.CurrentByteIndex)

    def column_style(self, column: int) -> str:
        """The style a new cell takes from its column."""
        return next((style for first, last, style in self.columns if first <= column <= last), "")


def splice_sheet(data: bytes, label: str, edits: Iterable[Edit]) -> Spliced:
    """Write texts into the bytes of one worksheet part; linear in the part's size and the number of edits."""
    edits = list(edits)
    merges = AreaIndex((merge, merge) for merge in _merges(data, label))
    placed: dict[int, dict[int, Edit]] = {}
    for edit in edits:
        merge = next(merges.at(edit.row, edit.column), None)
        anchor = (merge.top, merge.left) if merge else (edit.row, edit.column)
        placed.setdefault(anchor[0], {})[anchor[1]] = Edit(edit.sheet, *anchor, edit.text)
    scan = _Scan(data, set(placed))
    scan.run(label)
    if scan.body is None:
        raise QuestionnaireError(f"{label} has no sheetData element", "Open it in Excel and save it again.")
    result = Spliced(data)
    encoding = encoding_of(data)
    pieces: list[tuple[int, int, bytes]] = []
    fresh: list[tuple[int, bytes]] = []
    for row in sorted(placed):
        span = scan.rows.get(row)
        if span is None:
            fresh.append((row, _new_row(scan, row, placed[row], encoding, result)))
        else:
            pieces += _row_pieces(scan, row, span, placed[row], encoding, result)
    pieces += _new_row_pieces(scan, fresh)
    pieces += _dimension_piece(scan, result.written)
    result.data = apply(data, pieces)
    return result


def _merges(data: bytes, label: str) -> list[Area]:
    found: list[Area] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "mergeCell" and (merge := area(attributes.get("ref", ""))):
            found.append(merge)

    if b"mergeCell" in data:
        run_parser(make_parser({"StartElementHandler": start}), data, label)
    return found


def _row_pieces(  # what a row needs; a class would only rename it
    scan: _Scan, row: int, span: _RowSpan, edits: Mapping[int, Edit], encoding: str, result: Spliced
) -> list[tuple[int, int, bytes]]:
    pieces: list[tuple[int, int, bytes]] = []
    existing = sorted(span.cells)
    appended: dict[int, list[bytes]] = {}
    for column in sorted(edits):
        edit, cell = edits[column], span.cells.get(column)
        if cell and cell.formula:
            result.refused.append((edit, f"{cell_name(row, column)} holds a formula"))
            continue
        style = cell.style if cell else span.style or scan.column_style(column)
        new = _cell(scan.prefix, edit, style, encoding, result)
        if cell:
            pieces.append((cell.start, cell.end, new))
            continue
        after = bisect_right(existing, column)
        place = span.cells[existing[after]].start if after < len(existing) else span.close
        appended.setdefault(place, []).append(new)
    pieces += [(place, place, b"".join(cells)) for place, cells in appended.items() if not span.closed]
    if appended:
        tag = scan.data[span.start : span.inner]
        opened_tag = without_attribute(tag, "spans")  # a hint that would now be wrong
        if span.closed:
            name = re.match(rb"<([\w.\-:]+)", tag)
            assert name is not None  # expat saw the element
            cells = b"".join(cell for place in sorted(appended) for cell in appended[place])
            opened_tag = opened_tag[:-2].rstrip() + b">" + cells + b"</" + name[1] + b">"
        pieces.append((span.start, span.inner, opened_tag))
    return pieces


def _new_row(scan: _Scan, row: int, edits: Mapping[int, Edit], encoding: str, result: Spliced) -> bytes:
    cells = b"".join(
        _cell(scan.prefix, edits[column], scan.column_style(column), encoding, result) for column in sorted(edits)
    )
    name = f"{scan.prefix}row"
    return f'<{name} r="{row}">'.encode() + cells + f"</{name}>".encode()


def _new_row_pieces(scan: _Scan, fresh: Sequence[tuple[int, bytes]]) -> list[tuple[int, int, bytes]]:
    assert scan.body is not None  # checked by the caller
    start, inner, closed, close = scan.body
    if not fresh:
        return []
    if closed:
        tag = scan.data[start:inner][:-2].rstrip() + b">"
        rows = b"".join(new for _, new in fresh)
        return [(start, inner, tag + rows + f"</{scan.prefix}sheetData>".encode())]
    grouped: dict[int, list[bytes]] = {}
    for row, new in fresh:
        after = bisect_right(scan.numbers, row)
        grouped.setdefault(scan.starts[after] if after < len(scan.starts) else close, []).append(new)
    return [(place, place, b"".join(rows)) for place, rows in grouped.items()]


def _dimension_piece(scan: _Scan, written: Sequence[Edit]) -> list[tuple[int, int, bytes]]:
    """Widen the sheet's stated extent where a new cell lies outside: streaming readers cut there."""
    if scan.dimension is None or not written:
        return []
    start, end, reference = scan.dimension
    known = area(reference)
    if known is None:
        return []
    top = min(known.top, *(edit.row for edit in written))
    bottom = max(known.bottom, *(edit.row for edit in written))
    left = min(known.left, *(edit.column for edit in written))
    right = max(known.right, *(edit.column for edit in written))
    if Area(top, left, bottom, right) == known:
        return []
    wide = f"{letters(left)}{top}:{letters(right)}{bottom}"
    tag = scan.data[start:end]
    return [(start, end, re.sub(rb"(\sref\s*=\s*)(?:\"[^\"]*\"|'[^']*')", rb'\1"' + wide.encode() + rb'"', tag))]


def _cell(prefix: str, edit: Edit, style: str, encoding: str, result: Spliced) -> bytes:
    text, note = fitted(edit.text)
    edit = Edit(edit.sheet, edit.row, edit.column, text)
    if note:
        result.notes[edit.sheet, edit.row, edit.column] = note
    result.written.append(edit)
    styled = f' s="{style}"' if style else ""
    name = cell_name(edit.row, edit.column)
    return (
        f'<{prefix}c r="{name}"{styled} t="inlineStr"><{prefix}is><{prefix}t xml:space="preserve">'
        f"{escaped(text)}</{prefix}t></{prefix}is></{prefix}c>"
    ).encode(encoding, "xmlcharrefreplace")
