"""One worksheet part, read in one pass of expat: cells, merges, validations, protection, hidden parts.

Own reader because openpyxl drops the x14 extension lists and cannot show a formula beside its cached value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire.package import local, make_parser, run_parser
from rfp_responder.questionnaire.places import Area, area, areas, number

MAX_CELLS = 1_500_000  # over a workbook, to bound memory; the largest real questionnaire at hand has 18,318
MAX_MERGES = 100_000  # CAIQ 3.0.1 has 3,360
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})$")


def unescape(text: str) -> str:
    """``_x000D_`` and its like as the character they stand for."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


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
    """What one worksheet part says, rows and columns one-based; styles are indices into ``cellXfs``."""

    cells: dict[int, dict[int, RawCell]] = field(default_factory=dict)
    styles: dict[tuple[int, int], int] = field(default_factory=dict)
    row_styles: dict[int, int] = field(default_factory=dict)
    column_styles: list[tuple[int, int, int]] = field(default_factory=list)
    merges: list[Area] = field(default_factory=list)
    rules: list[RawRule] = field(default_factory=list)
    protected: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


class SheetReader:
    """The handlers of one pass; ``read`` is the only door."""

    def __init__(self, label: str, room: int) -> None:
        self.sheet = RawSheet()
        self._room = room
        self._label = label
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
        if tag == "sqref":
            self._rule.areas = areas(text)
        elif tag == "formula2":
            self._rule.second = self._rule.second or text
        else:
            self._rule.formula = self._rule.formula or text

    def _start_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r", "")
        self._row = int(given) if given.isdigit() else self._row + 1
        self._column = 0
        if attributes.get("hidden") in {"1", "true"}:
            self.sheet.hidden_rows.add(self._row)
        if attributes.get("customFormat") in {"1", "true"}:
            self.sheet.row_styles[self._row] = _integer(attributes.get("s"))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        match = _REFERENCE.match(attributes.get("r", ""))
        self._column = number(match[1]) if match else self._column + 1
        self._room -= 1
        if self._room < 0:
            raise QuestionnaireError(
                f"{self._label}: the workbook holds more than {MAX_CELLS} cells", "Save only the questionnaire's rows."
            )
        style = _integer(attributes.get("s"))
        self.sheet.styles[self._row, self._column] = style
        self._cell = RawCell(attributes.get("t", "n"), style, "", False)

    def _end_cell(self) -> None:
        cell, self._cell = self._cell, None
        if cell and (cell.value or cell.formula):
            self.sheet.cells.setdefault(self._row, {})[self._column] = cell

    def _start_column(self, attributes: dict[str, str]) -> None:
        first, last = _integer(attributes.get("min")), _integer(attributes.get("max"))
        if "style" in attributes:
            self.sheet.column_styles.append((first, last, _integer(attributes["style"])))
        if attributes.get("hidden") in {"1", "true"}:
            self.sheet.hidden_columns.append((first, last))

    def _start_merge(self, attributes: dict[str, str]) -> None:
        found = area(attributes.get("ref", ""))
        if len(self.sheet.merges) >= MAX_MERGES:
            raise QuestionnaireError(
                f"{self._label} holds more than {MAX_MERGES} merged areas", "Save only the questionnaire's rows."
            )
        if found and (found.top, found.left) != (found.bottom, found.right):
            self.sheet.merges.append(found)

    def _start_rule(self, attributes: dict[str, str]) -> None:
        self._rule = RawRule(attributes.get("type", "none"), attributes.get("operator", "between"))
        self._rule.areas = areas(attributes.get("sqref", ""))

    def _start_protection(self, attributes: dict[str, str]) -> None:
        self.sheet.protected = attributes.get("sheet") in {"1", "true"}


def _integer(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def read_sheet(data: bytes, label: str, room: int = MAX_CELLS) -> RawSheet:
    """Read a worksheet part of at most ``room`` cells; ``label`` names file and sheet in errors.

    Raises QuestionnaireError.
    """
    reader = SheetReader(label, room)
    parser = make_parser(
        {
            "StartElementHandler": reader.start,
            "EndElementHandler": reader.end,
            "CharacterDataHandler": reader.data,
        }
    )
    run_parser(parser, data, label)
    return reader.sheet
