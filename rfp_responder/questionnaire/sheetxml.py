"""One worksheet part, read in one pass of expat: cells, merges, validations, protection, hidden parts.

Own reader because openpyxl drops the x14 extension lists and cannot show a formula beside its cached value.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire.package import local, make_parser, run_parser
from rfp_responder.questionnaire.places import MAX_COLUMN, MAX_ROW, Area, area, areas, number

MAX_CELLS = 1_000_000  # over a workbook, empty ones with them; the largest real questionnaire at hand has 18,318
MAX_FILLED = 500_000  # over a workbook, with a value: they cost about 600 bytes each; at hand are 4,881
MAX_TAGS = 4_000_000  # "<" over a workbook's sheets, which bounds the time; at hand are 36,398
MAX_MERGES = 20_000  # of a sheet; CAIQ 3.0.1 has 3,360
MAX_RULES = 20_000  # validations of a sheet; exports of portals have one for each row
MAX_AREAS = 100_000  # blocks of 64 rows that a sheet's validations or merges reach over
MAX_OVERLAPS = 200  # areas that overlap another; Excel makes none, some generators a few
MAX_RULE_TEXT = 2_000_000  # characters of a sheet's validations; Excel takes 8,192 of one
MAX_COLUMN_GROUPS = 16_384  # col elements of a sheet: one for each column there is
_ROOTS = frozenset(  # transitional and strict
    f"{namespace} worksheet"
    for namespace in (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
    )
)
_ESCAPE = re.compile(r"(?:_x[dD][89a-bA-B][0-9A-Fa-f]{2}__x[dD][c-fC-F][0-9A-Fa-f]{2}_)|_x([0-9A-Fa-f]{4})_")
_FEWER = "Save only the questionnaire's rows into a new file."
_AGAIN = "Open it in Excel, which repairs it, and save it again."
_NUMBER = re.compile(r"[0-9]{1,9}$")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})$")


def unescape(text: str) -> str:
    """``_x000D_`` and its like as the character they stand for; half a character becomes U+FFFD."""
    return _ESCAPE.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    if match[1] is None:
        high, low = int(match[0][2:6], 16), int(match[0][9:13], 16)
        return chr(0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF))
    code = int(match[1], 16)
    return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)


@dataclass(slots=True)
class RawCell:
    """A cell as it stands in the XML: ``kind`` is the ``t`` attribute, ``value`` the text of ``v`` or
    ``is``.
    """

    kind: str
    style: int
    value: str
    formula: bool


@dataclass(slots=True)
class RawRule:
    """A validation as it stands in the XML. ``formula`` is the list's source or the first operand."""

    kind: str
    operator: str
    formula: str = ""
    second: str = ""
    areas: tuple[Area, ...] = ()


@dataclass(slots=True)
class RawSheet:
    """What one worksheet part says, rows and columns one-based; styles are indices into ``cellXfs``.

    ``styles`` leaves out the default of cells on a sheet that is not protected: nobody asks for it.
    """

    cells: dict[int, dict[int, RawCell]] = field(default_factory=dict)
    styles: dict[tuple[int, int], int] = field(default_factory=dict)
    row_styles: dict[int, int] = field(default_factory=dict)
    column_styles: list[tuple[int, int, int]] = field(default_factory=list)
    merges: list[Area] = field(default_factory=list)
    rules: list[RawRule] = field(default_factory=list)
    protected: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Room:
    """What may still be read of a workbook: cells, cells with a value, tags."""

    cells: int = field(default_factory=lambda: MAX_CELLS)
    filled: int = field(default_factory=lambda: MAX_FILLED)
    tags: int = field(default_factory=lambda: MAX_TAGS)


class SheetReader:
    """The handlers of one pass; ``read`` is the only door."""

    def __init__(self, label: str, room: Room, *, styled: bool) -> None:
        self.sheet = RawSheet()
        self._room = room
        self._label = label
        self._styled = styled
        self._begun = False
        self._operands = 0
        self._columns = 0
        self._row = 0
        self._column = 0
        self._cell: RawCell | None = None
        self._text: list[str] | None = None
        self._phonetic = 0
        self._rule: RawRule | None = None
        self._starts = {
            "row": self._start_row,
            "c": self._start_cell,
            "col": self._start_column,
            "mergeCell": self._start_merge,
            "dataValidation": self._start_rule,
            "sheetProtection": self._start_protection,
        }

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Expat's start of an element."""
        if not self._begun:
            self._begun = True
            if name not in _ROOTS:
                self._refuse(f"is no worksheet: it begins with {name[:80]!r}")
        tag = local(name)
        if handler := self._starts.get(tag):
            handler(attributes)
        elif tag == "rPh":
            self._phonetic += 1
        elif tag in {"v", "t", "f", "formula1", "formula2", "sqref"}:
            self._text = []
            if tag == "f" and self._cell:
                self._cell.formula = True

    def data(self, text: str) -> None:
        """Expat's character data."""
        if self._text is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        """Expat's end of an element."""
        tag = local(name)
        text = "".join(self._text) if self._text is not None else ""
        if self._rule is not None and tag in {"formula1", "formula2", "sqref", "f"}:
            self._end_operand(tag, text)  # an x14 rule holds its operand as formula1/f
        elif tag in {"v", "t", "f"}:
            self._text = None
            if tag != "f" and self._cell and not self._phonetic:
                self._cell.value += text
        elif tag == "rPh":
            self._phonetic -= 1
        elif tag == "c":
            self._end_cell()
        elif tag == "dataValidation":
            if self._rule:
                self.sheet.rules.append(self._rule)
            self._rule = None

    def _end_operand(self, tag: str, text: str) -> None:
        self._text = None
        assert self._rule is not None  # only called inside a dataValidation
        self._operands += len(text)
        if self._operands > MAX_RULE_TEXT:
            self._refuse(f"holds validations of more than {MAX_RULE_TEXT:,} characters", _FEWER)
        if tag == "sqref":
            self._rule.areas = tuple(dict.fromkeys((*self._rule.areas, *areas(text))))
        elif tag == "formula2":
            self._rule.second = self._rule.second or text
        else:
            self._rule.formula = self._rule.formula or text

    def _refuse(self, what: str, remedy: str = _AGAIN) -> None:
        raise QuestionnaireError(f"{self._label} {what}", remedy)

    def _start_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        row = self._row + 1 if given is None else _integer(given)
        if not self._row < row <= MAX_ROW:
            self._refuse(f"has the row {(given or str(row))[:20]!r} after row {self._row}: it is damaged")
        self._row, self._column = row, 0
        if attributes.get("hidden") in {"1", "true"}:
            self.sheet.hidden_rows.add(row)
        if attributes.get("customFormat") in {"1", "true"}:
            self.sheet.row_styles[row] = _integer(attributes.get("s"))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        column = self._column + 1
        if given is not None:
            match = _REFERENCE.match(given)
            column = number(match[1]) if match and int(match[2]) == self._row else 0
        if not self._column < column <= MAX_COLUMN:
            self._refuse(f"has a cell {(given or '')[:20]!r} out of place in row {self._row}: it is damaged")
        self._column = column
        self._room.cells -= 1
        if self._room.cells < 0:
            self._refuse(f"is too large: the workbook holds more than {MAX_CELLS:,} cells", _FEWER)
        style = _integer(attributes.get("s"))
        if style or self._styled:
            self.sheet.styles[self._row, column] = style
        self._cell = RawCell(attributes.get("t", "n"), style, "", False)

    def _end_cell(self) -> None:
        cell, self._cell = self._cell, None
        if cell and (cell.value or cell.formula):
            self._room.filled -= 1
            if self._room.filled < 0:
                self._refuse(f"is too large: the workbook holds more than {MAX_FILLED:,} cells with a value", _FEWER)
            self.sheet.cells.setdefault(self._row, {})[self._column] = cell

    def _start_column(self, attributes: dict[str, str]) -> None:
        first, last = _integer(attributes.get("min")), _integer(attributes.get("max"))
        self._columns += 1
        if self._columns > MAX_COLUMN_GROUPS or not 1 <= first <= last <= MAX_COLUMN:
            self._refuse(f"has a description of the columns {first} to {last} that Excel never writes")
        if "style" in attributes:
            self.sheet.column_styles.append((first, last, _integer(attributes["style"])))
        if attributes.get("hidden") in {"1", "true"}:
            self.sheet.hidden_columns.append((first, last))

    def _start_merge(self, attributes: dict[str, str]) -> None:
        found = area(attributes.get("ref", ""))
        if len(self.sheet.merges) >= MAX_MERGES:
            self._refuse(f"holds more than {MAX_MERGES:,} merged areas", _FEWER)
        if found and (found.top, found.left) != (found.bottom, found.right):
            self.sheet.merges.append(found)

    def _start_rule(self, attributes: dict[str, str]) -> None:
        if len(self.sheet.rules) >= MAX_RULES:
            self._refuse(f"holds more than {MAX_RULES:,} validations", _FEWER)
        self._rule = RawRule(attributes.get("type", "none"), attributes.get("operator", "between"))
        self._end_operand("sqref", attributes.get("sqref", ""))

    def _start_protection(self, attributes: dict[str, str]) -> None:
        self.sheet.protected = attributes.get("sheet") in {"1", "true"}


def _integer(text: str | None) -> int:
    return int(text) if text and _NUMBER.match(text) else 0


def read_sheet(data: bytes, label: str, room: Room | None = None) -> RawSheet:
    """Read a worksheet part as far as there is ``room``; ``label`` names file and sheet in errors.

    Raises QuestionnaireError.
    """
    room = room or Room()
    room.tags -= data.count(b"<")
    if room.tags < 0:
        raise QuestionnaireError(
            f"{label} is too large: the workbook's sheets hold more than {MAX_TAGS:,} tags",
            "Save only the questionnaire's sheets into a new file.",
        )
    reader = SheetReader(label, room, styled=b"sheetProtection" in data)
    parser = make_parser(
        {
            "StartElementHandler": reader.start,
            "EndElementHandler": reader.end,
            "CharacterDataHandler": reader.data,
        }
    )
    run_parser(parser, data, label)
    reader.sheet.merges = list(dict.fromkeys(reader.sheet.merges))
    _check_areas(reader.sheet.merges, f"{label}: its merged areas")
    ruled = dict.fromkeys(place for rule in reader.sheet.rules for place in rule.areas)
    _check_areas(tuple(ruled), f"{label}: the areas of its validations")
    return reader.sheet


def _check_areas(found: Sequence[Area], label: str) -> None:
    """Bound the work of finding a cell's area; raises QuestionnaireError."""
    reach = sum(min(each.bottom - each.top, 4096) // 64 + 1 for each in found)
    if reach > MAX_AREAS:
        raise QuestionnaireError(f"{label} are {len(found):,} and reach over too many rows", _FEWER)
    if (many := overlaps(found)) > MAX_OVERLAPS:
        raise QuestionnaireError(f"{label} overlap {many:,} times, at most {MAX_OVERLAPS} are read", _AGAIN)


def overlaps(found: Sequence[Area]) -> int:
    """How many areas lie over another one, in one sweep from top to bottom."""
    active: list[tuple[int, int]] = []  # columns of the areas that reach the row at hand, from left to right
    ends: list[tuple[int, int, int]] = []
    count = 0
    for each in sorted(found, key=lambda one: one.top):
        while ends and ends[0][0] < each.top:
            _, left, right = heappop(ends)
            del active[bisect_left(active, (left, right))]
        at = bisect_left(active, (each.left, 0))
        if (at and active[at - 1][1] >= each.left) or (at < len(active) and active[at][0] <= each.right):
            count += 1
            continue
        insort(active, (each.left, each.right))
        heappush(ends, (each.bottom, each.left, each.right))
    return count
