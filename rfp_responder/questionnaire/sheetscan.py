"""One pass over a worksheet part for its writer: where rows, cells and columns stand, and which cells are barred.

Offsets are zero-based byte offsets into the part; rows and columns are one-based.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Set
from dataclasses import dataclass, field

from rfp_responder.questionnaire.package import local, make_parser, run_parser
from rfp_responder.questionnaire.places import Area, AreaIndex, area, cell_name, number
from rfp_responder.questionnaire.xmltext import START_TAG, whole

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})$")
_TRUE = frozenset({"1", "true"})
_USUAL_WIDTH = 8.43  # characters; what Excel gives a column that says nothing
_USUAL_HEIGHT = 15.0  # points


@dataclass(slots=True)
class CellSpan:
    """Where a cell stands: bytes ``start..end`` of the part, with its style and whether it computes."""

    start: int
    end: int
    style: str
    formula: bool = False


@dataclass(slots=True)
class RowSpan:
    """Where a row stands: ``inner`` is the end of its start tag, ``close`` the start of its end tag.

    ``height`` is in points, ``by_hand`` says that a person set it.
    """

    start: int
    inner: int
    close: int
    closed: bool
    style: str
    height: float | None
    by_hand: bool
    hidden: bool
    cells: dict[int, CellSpan] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ColumnSpan:
    """A ``col`` element: the columns it speaks for and where it stands."""

    first: int
    last: int
    style: str
    width: float | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class BodySpan:
    """Where ``sheetData`` stands: ``inner`` is the end of its start tag, ``close`` the start of its end tag."""

    start: int
    inner: int
    closed: bool
    close: int


class Scan:
    """What one pass found: offsets of the ``wanted`` rows, starts of all rows, columns, and areas not to write in."""

    def __init__(self, data: bytes, wanted: Set[int]) -> None:
        self.data, self._wanted = data, wanted
        self.rows: dict[int, RowSpan] = {}
        self.numbers: list[int] = []
        self.starts: list[int] = []
        self.columns: list[ColumnSpan] = []
        self.columns_end = 0  # where a further col would stand; 0 where there is no cols element
        self.dimension: tuple[int, int, str] | None = None
        self.body: BodySpan | None = None
        self.prefix = ""
        self.protected = False
        self.usual_width, self.usual_height = _USUAL_WIDTH, _USUAL_HEIGHT
        self.merges: list[Area] = []
        self.arrays: list[Area] = []
        self._parser = make_parser({})
        self._row = self._column = 0
        self._open: RowSpan | None = None
        self._cell: CellSpan | None = None
        self._inside = False

    def run(self, label: str) -> Scan:
        """Fill the fields; raises QuestionnaireError for broken XML. ``label`` names file and sheet."""
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        run_parser(self._parser, self.data, label)
        self.columns.sort(key=lambda span: span.first)  # as the standard has them; they do not overlap
        self._firsts = [span.first for span in self.columns]
        self._merged = AreaIndex((each, each) for each in self.merges)
        self._computed = AreaIndex((each, each) for each in self.arrays)
        return self

    def _tag(self) -> tuple[int, int, bool]:
        """Start and end offset of the start tag at hand, and whether it closes itself."""
        start = self._parser.CurrentByteIndex
        match = START_TAG.match(self.data, start)
        end = match.end() if match else start
        return start, end, self.data[end - 2 : end - 1] == b"/"

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if self._inside:  # a drawing's anchor, further down, has elements called row and col too
            if tag == "c":
                self._start_cell(attributes)
            elif tag == "row":
                self._start_row(attributes)
            elif tag == "f":
                self._start_formula(attributes)
        elif tag == "mergeCell":
            self._add(self.merges, attributes)
        elif tag == "col" and whole(attributes.get("min")) and whole(attributes.get("max")):
            start, end, _ = self._tag()
            first, last = whole(attributes["min"]), whole(attributes["max"])
            width = _decimal(attributes.get("width"))
            self.columns.append(ColumnSpan(first, last, attributes.get("style", ""), width, start, end))
        elif tag == "dimension":
            start, end, _ = self._tag()
            self.dimension = (start, end, attributes.get("ref", ""))
        elif tag == "sheetFormatPr":
            stated = _decimal(attributes.get("defaultColWidth")) or _decimal(attributes.get("baseColWidth"))
            self.usual_width = stated or _USUAL_WIDTH
            self.usual_height = _decimal(attributes.get("defaultRowHeight")) or _USUAL_HEIGHT
        elif tag == "sheetProtection":
            self.protected = attributes.get("sheet") in _TRUE
        elif tag == "sheetData" and self.body is None:
            start, end, closed = self._tag()
            self._inside = True
            self.body = BodySpan(start, end, closed, end)
            qualified = re.match(rb"<([\w.\-]+:)?sheetData", self.data[start:end])
            self.prefix = (qualified[1] or b"").decode() if qualified else ""

    def _add(self, areas: list[Area], attributes: dict[str, str]) -> None:
        found = area(attributes.get("ref", ""))
        if found and (found.top, found.left) != (found.bottom, found.right):
            areas.append(found)

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._row = whole(attributes.get("r"), self._row + 1)
        self._column = 0
        self.numbers.append(self._row)
        self.starts.append(self._parser.CurrentByteIndex)
        if self._row in self._wanted and self._row not in self.rows:
            start, end, closed = self._tag()
            style = attributes.get("s", "") if attributes.get("customFormat") in _TRUE else ""
            height = _decimal(attributes.get("ht"))
            by_hand, hidden = (attributes.get(name) in _TRUE for name in ("customHeight", "hidden"))
            self._open = self.rows[self._row] = RowSpan(start, end, end, closed, style, height, by_hand, hidden)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        match = _REFERENCE.match(attributes.get("r", ""))
        self._column = number(match[1]) if match else self._column + 1
        if self._open:
            start, end, closed = self._tag()
            self._cell = CellSpan(start, end if closed else 0, attributes.get("s", ""))
            self._open.cells[self._column] = self._cell

    def _start_formula(self, attributes: dict[str, str]) -> None:
        if self._cell:
            self._cell.formula = True
        if attributes.get("t") in {"array", "dataTable"}:
            self._add(self.arrays, attributes)

    def _end(self, name: str) -> None:
        tag = local(name)
        if tag == "cols":
            self.columns_end = self._parser.CurrentByteIndex
        if not self._inside:
            return
        if tag == "c" and self._cell:
            if not self._cell.end:
                self._cell.end = self.data.index(b">", self._parser.CurrentByteIndex) + 1
            self._cell = None
        elif tag == "row":
            if self._open and not self._open.closed:
                self._open.close = self._parser.CurrentByteIndex
            self._open = None
        elif tag == "sheetData" and self.body:
            body = self.body
            close = body.inner if body.closed else self._parser.CurrentByteIndex
            self.body = BodySpan(body.start, body.inner, body.closed, close)
            self._inside = False

    def barred(self, row: int, column: int) -> str:
        """Why nothing may be written here whatever the cell's format is; ``""`` where there is no such reason."""
        name, span = cell_name(row, column), self.rows.get(row)
        if span and column in span.cells and span.cells[column].formula:
            return f"{name} holds a formula"
        merge = self.merge_at(row, column)
        if merge and (row, column) != (merge.top, merge.left):
            return f"{name} is merged into {cell_name(merge.top, merge.left)}"
        if array := next(self._computed.at(row, column), None):
            return f"{name} shows what the formula in {cell_name(array.top, array.left)} computes"
        return ""

    def merge_at(self, row: int, column: int) -> Area | None:
        """The merged area that holds the cell."""
        return next(self._merged.at(row, column), None)

    def column(self, column: int) -> ColumnSpan | None:
        """What the sheet says of a column."""
        at = bisect_right(self._firsts, column) - 1
        span = self.columns[at] if at >= 0 else None
        return span if span and column <= span.last else None

    def inherited(self, row: int, column: int) -> str:
        """The style that a cell takes from its row, else from its column, where it has none of its own."""
        span, stated = self.rows.get(row), self.column(column)
        return (span.style if span else "") or (stated.style if stated else "")

    def style(self, row: int, column: int) -> str:
        """The style of a cell of a wanted row: its own, else the inherited one."""
        span = self.rows.get(row)
        cell = span.cells.get(column) if span else None
        return cell.style if cell else self.inherited(row, column)

    def width(self, row: int, column: int) -> float:
        """Characters that fit in one line of the cell, over all columns of its merged area."""
        merge = self.merge_at(row, column)
        last = min(merge.right, column + 100) if merge else column
        stated = (self.column(each) for each in range(column, last + 1))
        return sum(span.width if span and span.width is not None else self.usual_width for span in stated)


def _decimal(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
