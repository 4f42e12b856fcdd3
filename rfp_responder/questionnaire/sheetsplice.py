"""Answers written into the bytes of one worksheet part: only what the cells need changes.

expat tells the byte offset of each element; the new cells are spliced in between. Nothing is re-serialised.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire.cellxml import cell_xml, settled
from rfp_responder.questionnaire.model import Edit
from rfp_responder.questionnaire.places import MAX_COLUMN, MAX_ROW, Area, area, cell_name, letters
from rfp_responder.questionnaire.sheetcolumns import width_pieces
from rfp_responder.questionnaire.sheetscan import RowSpan, Scan
from rfp_responder.questionnaire.styles import CellFormat, Formats
from rfp_responder.questionnaire.xmltext import apply, encoding_of, with_attribute, without_attribute

Piece = tuple[int, int, bytes]
_LEADING = 1.36  # of a line to its letters: 15 points for Excel's usual 11
_MAX_HEIGHT = 409.5  # points, Excel's own limit


@dataclass(frozen=True, slots=True)
class Setting:
    """What the workbook around a sheet says, and what is wished for.

    ``wrap``: a format that wraps may be added to the workbook, and rows grow whose height was set by hand.
    ``widths``: characters by column, for those that are written in. ``barred``: areas that belong to something else
    (a pivot table), with its name.
    """

    formats: Formats = field(default_factory=Formats)
    since_1904: bool = False
    wrap: bool = False
    widths: Mapping[int, float] = field(default_factory=dict)
    barred: tuple[tuple[Area, str], ...] = ()


@dataclass(slots=True)
class Spliced:
    """A sheet's new bytes and what went into them."""

    data: bytes
    written: list[Edit] = field(default_factory=list)
    refused: list[tuple[Edit, str]] = field(default_factory=list)
    notes: dict[tuple[str, int, int], str] = field(default_factory=dict)


def splice_sheet(data: bytes, label: str, edits: Iterable[Edit], setting: Setting | None = None) -> Spliced:
    """Write texts into the bytes of one worksheet part; linear in the part's size and the number of edits.

    ``label`` names file and sheet in errors. Raises QuestionnaireError.
    """
    edits = list(edits)
    wanted = {edit.row for edit in edits} | {edit.like[0] for edit in edits if edit.like}
    scan = Scan(data, wanted).run(label)
    if scan.body is None:
        raise QuestionnaireError(f"{label} has no sheetData element", "Open it in Excel and save it again.")
    return _Splicer(scan, setting or Setting()).run(edits)


class _Splicer:
    """The pieces of one sheet; ``run`` is the only door."""

    def __init__(self, scan: Scan, setting: Setting) -> None:
        self._scan, self._setting = scan, setting
        self._encoding = encoding_of(scan.data)
        self._result = Spliced(scan.data)
        self._needed: dict[int, float] = {}  # points, of rows that hold a long text

    def run(self, edits: Sequence[Edit]) -> Spliced:
        """Write what may be written."""
        scan, result = self._scan, self._result
        placed: dict[int, dict[int, Edit]] = {}
        for edit in edits:
            if reason := self._refusal(edit):
                result.refused.append((edit, reason))
                continue
            row = placed.setdefault(edit.row, {})
            if edit.column in row:
                twice = f"{cell_name(edit.row, edit.column)} was given another text as well"
                result.refused.append((row[edit.column], twice))
            row[edit.column] = edit
        pieces: list[Piece] = []
        fresh: list[tuple[int, bytes]] = []
        for row_number in sorted(placed):
            span = scan.rows.get(row_number)
            if span is None:
                fresh.append((row_number, self._new_row(row_number, placed[row_number])))
            else:
                pieces += self._row_pieces(row_number, span, placed[row_number])
        pieces += _new_row_pieces(scan, fresh)
        pieces += _dimension_piece(scan, result.written)
        held = {edit.column for edit in result.written}
        pieces += width_pieces(scan, {c: width for c, width in self._setting.widths.items() if c in held})
        result.data = apply(scan.data, pieces)
        return result

    def _refusal(self, edit: Edit) -> str:
        row, column = edit.row, edit.column
        if not (1 <= row <= MAX_ROW and 1 <= column <= MAX_COLUMN):
            return f"row {row}, column {column} is no cell of a worksheet"
        if reason := self._scan.barred(row, column):
            return reason
        for area_, owner in self._setting.barred:
            if area_.holds(row, column):
                return f"{cell_name(row, column)} belongs to {owner}"
        if self._scan.protected and self._setting.formats.look(self._scan.style(row, column)).locked:
            return f"{cell_name(row, column)} is locked and its sheet protected"
        return ""

    def _row_pieces(self, row: int, span: RowSpan, edits: Mapping[int, Edit]) -> list[Piece]:
        pieces: list[Piece] = []
        existing = sorted(span.cells)
        appended: dict[int, list[bytes]] = {}
        for column in sorted(edits):
            cell = span.cells.get(column)
            new = self._cell(edits[column])
            if cell:
                pieces.append((cell.start, cell.end, new))
                continue
            after = bisect_right(existing, column)
            place = span.cells[existing[after]].start if after < len(existing) else span.close
            appended.setdefault(place, []).append(new)
        tag = opened_tag = self._scan.data[span.start : span.inner]
        needed = self._needed.get(row, 0.0)
        may_grow = not span.hidden and (self._setting.wrap or not span.by_hand)
        if may_grow and needed > (span.height or self._scan.usual_height):
            opened_tag = with_attribute(opened_tag, "ht", f"{needed:g}")
        if appended:
            opened_tag = without_attribute(opened_tag, "spans")  # a hint that would now be wrong
        if appended and span.closed:
            name = re.match(rb"<([\w.\-:]+)", tag)
            assert name is not None  # expat saw the element
            cells = b"".join(cell for place in sorted(appended) for cell in appended[place])
            opened_tag = opened_tag[:-2].rstrip() + b">" + cells + b"</" + name[1] + b">"
        elif appended:
            pieces += [(place, place, b"".join(cells)) for place, cells in appended.items()]
        if opened_tag != tag:
            pieces.append((span.start, span.inner, opened_tag))
        return pieces

    def _new_row(self, row: int, edits: Mapping[int, Edit]) -> bytes:
        cells = b"".join(self._cell(edits[column]) for column in sorted(edits))
        name = f"{self._scan.prefix}row"
        needed = self._needed.get(row, 0.0)
        height = f' ht="{needed:g}"' if needed > self._scan.usual_height else ""
        return f'<{name} r="{row}"{height}>'.encode() + cells + f"</{name}>".encode()

    def _cell(self, edit: Edit) -> bytes:
        formats = self._setting.formats
        style = self._style(edit)
        edit, stored, note = settled(edit, formats.look(style), since_1904=self._setting.since_1904)
        if not stored and (lines := self._lines(edit)) > 1:
            style = formats.wrapped(style, add=self._setting.wrap)
            self._grow(edit, lines, formats.look(style))
        if note:
            self._result.notes[edit.sheet, edit.row, edit.column] = note
        self._result.written.append(edit)
        return cell_xml(self._scan.prefix, edit, stored, style, self._encoding)

    def _style(self, edit: Edit) -> str:
        """The cell's own style, else that of the place it shall look like, else its row's or column's."""
        span = self._scan.rows.get(edit.row)
        cell = span.cells.get(edit.column) if span else None
        if cell and (cell.style not in {"", "0"} or not edit.like):
            return cell.style
        if edit.like:
            return self._scan.style(*edit.like)
        return self._scan.inherited(edit.row, edit.column)

    def _lines(self, edit: Edit) -> int:
        """How many lines the text takes when it wraps, rather more than fewer."""
        width = max(self._width(edit), 1.0)
        return sum(max(1, math.ceil(len(line) / width)) for line in edit.text.split("\n"))

    def _grow(self, edit: Edit, lines: int, look: CellFormat) -> None:
        """Ask for a row high enough, as Excel does while a person types; not where a merged area has more rows."""
        merge = self._scan.merge_at(edit.row, edit.column)
        if look.wraps and not (merge and merge.bottom > merge.top):
            height = min(lines * look.points * _LEADING + 1, _MAX_HEIGHT)
            self._needed[edit.row] = max(self._needed.get(edit.row, 0.0), round(height, 2))

    def _width(self, edit: Edit) -> float:
        stated = self._scan.width(edit.row, edit.column)
        return max(stated, self._setting.widths.get(edit.column, 0.0))


def _new_row_pieces(scan: Scan, fresh: Sequence[tuple[int, bytes]]) -> list[Piece]:
    if not fresh or scan.body is None:
        return []
    body = scan.body
    if body.closed:
        tag = scan.data[body.start : body.inner][:-2].rstrip() + b">"
        rows = b"".join(new for _, new in fresh)
        return [(body.start, body.inner, tag + rows + f"</{scan.prefix}sheetData>".encode())]
    grouped: dict[int, list[bytes]] = {}
    for row, new in fresh:
        after = bisect_right(scan.numbers, row)
        grouped.setdefault(scan.starts[after] if after < len(scan.starts) else body.close, []).append(new)
    return [(place, place, b"".join(rows)) for place, rows in grouped.items()]


def _dimension_piece(scan: Scan, written: Sequence[Edit]) -> list[Piece]:
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
