"""The rows of a sheet to pages: which row names the columns, which are titles, where a long sheet is cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rfp_responder.domain import Page
from rfp_responder.ingest import tables
from rfp_responder.ingest.writing import PageText

PAGE_ROWS = 200  # a citation to a sheet of thousands of rows would tell nothing
_SEARCHED = 40  # filled rows among which the header row is looked for
_BELOW = 5  # rows below a header that are compared with it
_TITLE = 100  # characters of a lone cell that heads the rows below it
_NO_NAME = re.compile(r"(?:sheet|tabelle|feuil|hoja|foglio|blad)\s?\d*", re.I)


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its one-based number; ``words`` tells which cells hold text, ``bold`` whether all are in bold."""

    number: int
    cells: tuple[str, ...]
    words: tuple[bool, ...] = ()
    bold: bool = False

    @property
    def filled(self) -> list[int]:
        """The places of the cells that hold something."""
        return [place for place, cell in enumerate(self.cells) if cell]

    def is_text(self, place: int) -> bool:
        """Whether the cell at a place holds words rather than a number or a date."""
        return (not self.words or self.words[place]) and not tables.is_number(self.cells[place])


def pages(rows: Sequence[Row], name: str, first: int) -> list[Page]:
    """The pages of a sheet, numbered from ``first``; one without a filled row gives none."""
    filled = [row for row in rows if row.cells]
    if not filled:
        return []
    cut = len(filled) > PAGE_ROWS * 1.25  # a short rest makes no page of its own
    found: list[Page] = []
    text = PageText()
    begun, count = 0, 0
    titled = "" if _NO_NAME.fullmatch(name) else name
    for row, written in _written(rows):
        if cut and count == PAGE_ROWS:
            found.append(text.page(first + len(found), _label(name, begun, row.number - 1)))
            text, count = PageText(), 0
        if not count:
            begun = row.number
            if titled:
                text.heading(titled, 1)
            if written.columns and written.columns != written.text:
                text.row(written.columns)
        if written.heading:
            text.heading(written.text, 2)
        elif written.text:
            text.row(written.text)
        count += 1
    label = _label(name, begun, filled[-1].number) if cut else name
    found.append(text.page(first + len(found), label))
    return found


@dataclass(frozen=True, slots=True)
class _Line:
    """How a row reads; ``columns`` is the header row to repeat at the top of a page."""

    text: str
    heading: bool = False
    columns: str = ""


def _label(name: str, begun: int, last: int) -> str:
    return f"{name} rows {begun}-{last}".strip()


def _written(rows: Sequence[Row]) -> Iterator[tuple[Row, _Line]]:
    """Each filled row with its line; the header row of three or more columns is said by the rows below it."""
    header = _header(rows)
    names: list[str] = []
    for place, row in enumerate(rows):
        if not row.cells:
            continue
        parted = place > 0 and not rows[place - 1].cells
        if place == header or (names and parted and row.bold and _names(row, rows[place + 1 :])):
            names = tables.header_names([row.cells])
            wide = sum(1 for name in names if name) > 2
            yield row, _Line("" if wide else tables.joined(row.cells))
        elif _heads(row, rows, place, names):
            yield row, _Line(tables.joined(row.cells), heading=True)
        elif sum(1 for name in names if name) > 2:
            yield row, _Line(tables.named(names, row.cells))
        else:
            yield row, _Line(tables.joined(row.cells), columns=tables.joined(names))


def _header(rows: Sequence[Row]) -> int:
    """The place of the first row that names the columns, -1 where none does."""
    filled = [place for place, row in enumerate(rows) if row.cells]
    return next((place for place in filled[:_SEARCHED] if _names(rows[place], rows[place + 1 :])), -1)


def _names(row: Row, below: Sequence[Row]) -> bool:
    """Whether a row of at least two short texts names the columns in which the next rows have their cells."""
    places = row.filled
    if len(places) < 2 or any(len(row.cells[p]) > 200 or row.cells[p].endswith(":") for p in places):
        return False  # "Project:" names the value beside it, not those below
    if sum(1 for p in places if not row.is_text(p)) > len(places) // 4:  # a year among the names is none of a row
        return False
    if len({row.cells[p].lower() for p in places}) < len(places) - 1:
        return False
    compared = [r for r in below[: 3 * _BELOW] if len(r.filled) > 1][:_BELOW]
    alike = 0
    for other in compared:
        named = sum(1 for p in other.filled if p in places)
        alike += named >= 0.7 * len(other.filled) and named >= 2 and len(other.filled) <= len(places) + 1
    return bool(compared) and 2 * alike > len(compared)


def _heads(row: Row, rows: Sequence[Row], place: int, names: Sequence[str]) -> bool:
    """Whether a lone short text stands above rows of several cells: the title of a group or of the sheet."""
    if len(row.filled) != 1:
        return False
    only = row.filled[0]
    text = row.cells[only]
    following = next((r for r in rows[place + 1 : place + 4] if r.cells), None)
    short = 2 < len(text) <= _TITLE and row.is_text(only) and not text.endswith((".", ";", ","))
    above = not any(r.cells for r in rows[:place])  # the first line of a sheet is its title
    if not short or only > 2 or following is None:
        return False
    return len(following.filled) > 1 or above or (row.bold and not names)
