"""Which cells a formula reads: its references, taken out of its text without computing anything.

Areas are one-based. Whole columns stay areas and are never expanded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rfp_responder.questionnaire.belongings import Table
from rfp_responder.questionnaire.places import MAX_COLUMN, MAX_ROW, Area, area, number

_CELL = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
_BRACKETS = r"\[(?:'.|[^\[\]']|\[(?:'.|[^\[\]'])*\])*\]"
_SHEET = r"(?:'(?:[^']|''){1,300}'|(?:\[\d+\])?[^\W\d][\w.?\\]*(?::[^\W\d][\w.?\\]*)?|\[\d+\])!"
_TOKEN = re.compile(
    r'"(?:[^"]|"")*"'
    rf"|(?<![\w.$])(?P<sheet>{_SHEET})?(?:"
    rf"(?P<area>{_CELL}:{_CELL}|\$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}}|\$?\d{{1,7}}:\$?\d{{1,7}}|{_CELL})(?![\w.(\[!])"
    rf"|(?P<name>[^\W\d][\w.?\\]*)(?:(?P<call>\()|(?P<brackets>{_BRACKETS}))?)"
)
_AREA = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)(\d{1,7})(?::(\$?)([A-Za-z]{1,3})(\$?)(\d{1,7}))?")
_COLUMN = re.compile(r"\[((?:'.|[^\[\]'])*)\]")
MAX_FORMULA = 32_768  # characters; Excel's own limit is a quarter of it
_ANYWHERE = frozenset({"indirect", "offset", "evaluate", "call", "get.cell"})
_MANY = 2_000  # areas that one name stands for, and a formula's quotes; no real one comes near


@dataclass(frozen=True, slots=True)
class Reference:
    """An area of a sheet (its place in the workbook). ``fixed`` are the edges (top, left, bottom, right) that stay
    where they are when the formula is copied. ``this_row``: only the row of the formula itself.
    """

    sheet: int
    area: Area
    fixed: tuple[bool, bool, bool, bool] = (True, True, True, True)
    this_row: bool = False

    def moved(self, rows: int, columns: int, row: int) -> Area:
        """The area as read by the formula in ``row``, which was copied so many rows down and columns to the right."""
        if not self.this_row and (all(self.fixed) or not (rows or columns)):
            return self.area
        if self.this_row:
            return Area(row, self.area.left, row, self.area.right)
        top = self.area.top + (0 if self.fixed[0] else rows)
        left = self.area.left + (0 if self.fixed[1] else columns)
        bottom = self.area.bottom + (0 if self.fixed[2] else rows)
        right = self.area.right + (0 if self.fixed[3] else columns)
        top, bottom, left, right = min(top, bottom), max(top, bottom), min(left, right), max(left, right)
        if top < 1 or bottom > MAX_ROW:  # Excel goes round the edge of the sheet
            top, bottom = 1, MAX_ROW
        if left < 1 or right > MAX_COLUMN:
            left, right = 1, MAX_COLUMN
        return Area(top, left, bottom, right)


@dataclass(frozen=True, slots=True)
class Reads:
    """What a formula reads: ``own`` references move with the formula, ``named`` ones as if it were copied from A1.

    ``anything`` says that it may read any cell (``INDIRECT``, ``OFFSET``, a range with a computed end).
    """

    own: tuple[Reference, ...] = ()
    named: tuple[Reference, ...] = ()
    anything: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the words of a formula mean: sheets in order, defined names' texts, tables by name, all in lower case.

    ``known`` keeps what names were found to stand for.
    """

    sheets: Sequence[str]
    names: Mapping[str, Sequence[str]]
    tables: Mapping[str, tuple[int, Table]]
    known: dict[tuple[str, int], Reads] = field(default_factory=dict)


def reads(text: str, sheet: int, around: Surroundings) -> Reads:
    """What a formula that stands on the sheet number ``sheet`` (zero-based) reads."""
    if text.count("'") > _MANY or len(text) > MAX_FORMULA:
        return Reads(anything=True)
    own: list[Reference] = []
    named: list[Reference] = []
    anything = False
    for match in _TOKEN.finditer(text):
        if match["name"] and match["call"]:
            anything = anything or match["name"].casefold().removeprefix("_xlfn.") in _ANYWHERE
            continue
        if match["area"] or match["brackets"] or match["name"]:
            before, after = text[: match.start()][-1:], text[match.end() : match.end() + 1]
            anything = anything or ":" in {before, after}  # A1:INDEX(…): the end is computed
        if match["area"]:
            own += _references(match["area"], _sheets(match["sheet"], sheet, around))
        elif match["brackets"]:
            own += _columns_of(match["name"], match["brackets"], around)
        elif match["name"]:
            found = _named(match["name"].casefold(), sheet, around)
            named += found.named
            anything = anything or found.anything
    return Reads(tuple(dict.fromkeys(own)), tuple(dict.fromkeys(named)), anything)


def _sheets(qualifier: str | None, sheet: int, around: Surroundings) -> Sequence[int]:
    """The sheets that a qualifier names: none for another workbook's, all between for ``First:Last``."""
    if not qualifier:
        return (sheet,)
    name = qualifier[:-1]
    if name.startswith("'"):
        name = name[1:-1].replace("''", "'")
    name = name.casefold()
    if name in around.sheets:
        return (around.sheets.index(name),)
    first, colon, last = name.partition(":")
    if colon and first in around.sheets and last in around.sheets:
        ends = sorted((around.sheets.index(first), around.sheets.index(last)))
        return range(ends[0], ends[1] + 1)
    return ()


def _references(text: str, sheets: Sequence[int]) -> list[Reference]:
    found, fixed = _parsed(text)
    return [Reference(sheet, found, fixed) for sheet in sheets] if found else []


@lru_cache(maxsize=1 << 16)
def _parsed(text: str) -> tuple[Area | None, tuple[bool, bool, bool, bool]]:
    """``"$A3:B$9"`` as an area with the edges that are fixed; a row or column that is not named is fixed."""
    match = _AREA.fullmatch(text)
    if match is None:
        first, _, last = text.partition(":")
        (top, left), (bottom, right) = _fixed(first), _fixed(last)
        return area(text), (top, left, bottom, right)
    one, two = (match[1], match[2], match[3], match[4]), (match[5], match[6], match[7], match[8])
    if not two[1]:
        two = one
    rows, columns = sorted((int(one[3]), int(two[3]))), sorted((_column(one[1]), _column(two[1])))
    return Area(rows[0], columns[0], rows[1], columns[1]), (bool(one[2]), bool(one[0]), bool(two[2]), bool(two[0]))


@lru_cache(maxsize=1 << 12)
def _column(letters: str) -> int:
    return number(letters)


def _fixed(end: str) -> tuple[bool, bool]:
    """Whether row and column of one end of ``$A:B`` or ``3:$4`` are fixed."""
    mark, name = end.startswith("$"), end.removeprefix("$")
    return (mark, True) if name[:1].isdigit() else (True, mark)


def _columns_of(name: str, brackets: str, around: Surroundings) -> list[Reference]:
    """The columns of a table that ``Table[[#This Row],[Cost]]`` names; all of them where one is not known."""
    sheet, table = around.tables.get(name.casefold(), (0, None))
    if table is None:
        return []
    inner = _COLUMN.findall(brackets[1:-1]) or [brackets[1:-1]]
    items = [re.sub(r"'(.)", r"\1", item).strip() for item in inner if item]
    this_row = any(item.startswith("@") or item.casefold() == "#this row" for item in items)
    known = {column.casefold(): number for number, column in enumerate(table.columns, table.area.left)}
    columns = [known.get(item.removeprefix("@").casefold()) for item in items if not item.startswith("#")]
    numbers = [column for column in columns if column is not None]
    whole = table.area
    if numbers and len(numbers) == len(columns):
        whole = Area(whole.top, min(numbers), whole.bottom, max(numbers))
    return [Reference(sheet, whole, this_row=this_row)]


def _named(name: str, sheet: int, around: Surroundings) -> Reads:
    """What a defined name stands for, in every scope that defines it; or a table's area."""
    if name in around.tables:
        place, table = around.tables[name]
        return Reads(named=(Reference(place, table.area),))
    if name not in around.names:
        return Reads()
    if (name, sheet) not in around.known:
        around.known[name, sheet] = Reads(anything=True)  # what a name that names itself finds
        inner = [reads(text, sheet, around) for text in around.names[name]]
        found = dict.fromkeys(reference for each in inner for reference in (*each.own, *each.named))
        many = len(found) > _MANY
        anything = many or any(each.anything for each in inner)
        around.known[name, sheet] = Reads(named=() if many else tuple(found), anything=anything)
    return around.known[name, sheet]
