"""The nouns of the questionnaire half: what a file holds, what was detected in it, what is written.

A ``Grid`` is one sheet, CSV file or DOCX table: cells by row and column, both one-based. A ``Layout`` says
which of its cells are questions and where their answers go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rfp_responder.domain import Question
from rfp_responder.questionnaire.places import Area, AreaIndex

Shape = Literal["text", "choice", "marks", "several", "number", "percentage", "date", "attachment"]
"""What an answer cell takes: free text, one value of a list, an x in one of several cells, several values of a list
in one cell, a number, a percentage, a date, the name of an attached file."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that shows something. ``text`` is the value a person reads; ``formula`` marks a computed
    cell.
    """

    text: str
    formula: bool = False
    bold: bool = False
    merged_columns: int = 1
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A validation: ``choices`` of a drop-down, ``max_characters`` of a text-length limit, or a ``number``.

    ``unreadable`` holds the source of a drop-down whose values could not be found (``INDIRECT(A2)``). ``number`` is
    the kind of number the cell takes (``"whole"``, ``"decimal"``, ``"date"``), between ``low`` and ``high`` where
    these are given.
    """

    areas: tuple[Area, ...]
    choices: tuple[str, ...] = ()
    max_characters: int | None = None
    unreadable: str = ""
    number: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Protection:
    """Which cells of a protected sheet are locked: a cell's own mark, else its row's, else its column's."""

    cells: Mapping[tuple[int, int], bool]
    rows: Mapping[int, bool]
    columns: tuple[tuple[int, int, bool], ...]

    def locked(self, row: int, column: int) -> bool:
        """Whether the cell is locked; a cell nobody marked is."""
        if (row, column) in self.cells:
            return self.cells[row, column]
        if row in self.rows:
            return self.rows[row]
        return next((mark for first, last, mark in self.columns if first <= column <= last), True)


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet. ``cells[row][column]`` holds cells with text, ``merges`` the areas of more than one cell.

    ``protection`` is None where the sheet is not protected; ``notes`` tell what a person should know. ``known`` is the
    layout where the format itself says what asks and what takes the answer (a form, a JSON questionnaire).
    ``percents`` are cells whose format shows a percentage, ``inputs`` blank cells that look like fields to fill:
    coloured or framed.
    """

    name: str
    cells: Mapping[int, Mapping[int, Cell]]
    merges: tuple[Area, ...] = ()
    rules: tuple[Rule, ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    protection: Protection | None = None
    notes: tuple[str, ...] = ()
    known: SheetLayout | None = None
    percents: frozenset[tuple[int, int]] = frozenset()
    inputs: frozenset[tuple[int, int]] = frozenset()
    _merged: AreaIndex[Area] = field(init=False, repr=False, compare=False)
    _ruled: AreaIndex[Rule] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_merged", AreaIndex((area, area) for area in self.merges))
        ruled = ((area, rule) for rule in self.rules for area in rule.areas)
        object.__setattr__(self, "_ruled", AreaIndex(ruled))

    def text(self, row: int, column: int) -> str:
        """The text of a cell, ``""`` where there is none."""
        cell = self.cells.get(row, {}).get(column)
        return cell.text if cell else ""

    def anchor(self, row: int, column: int) -> tuple[int, int]:
        """The upper left cell of the merged area that holds this cell, or the cell itself."""
        area = next(self._merged.at(row, column), None)
        return (area.top, area.left) if area else (row, column)

    def choices(self, row: int, column: int) -> tuple[str, ...]:
        """The allowed values of a cell's drop-down; empty where it has none."""
        return next((rule.choices for rule in self._ruled.at(row, column) if rule.choices), ())

    def max_characters(self, row: int, column: int) -> int | None:
        """The text-length limit of a cell, None where it has none."""
        found = (rule.max_characters for rule in self._ruled.at(row, column))
        return next((limit for limit in found if limit), None)

    def number(self, row: int, column: int) -> Rule | None:
        """The rule by which a cell takes a number or a date only, None where it has none."""
        return next((rule for rule in self._ruled.at(row, column) if rule.number), None)

    def percent(self, row: int, column: int) -> bool:
        """Whether the cell shows its number as a percentage."""
        return (row, column) in self.percents

    def unreadable(self, row: int, column: int) -> str:
        """The source of a drop-down on this cell whose values could not be read, else ``""``."""
        return next((rule.unreadable for rule in self._ruled.at(row, column) if rule.unreadable), "")

    def locked(self, row: int, column: int) -> bool:
        """Whether the sheet is protected and the cell locked."""
        return self.protection is not None and self.protection.locked(row, column)


@dataclass(frozen=True, slots=True)
class Condition:
    """When a question need not be answered: unless the one at ``gate`` (a row) is answered so.

    The gate stands on ``sheet``, ``""`` for the question's own. ``wanted`` holds the answers to the gate that call for
    this question, ``said`` the words it was read from.
    """

    gate: int
    wanted: tuple[str, ...]
    said: str
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Extra:
    """A further cell of a question's row with a drop-down of its own (who is responsible, how mature)."""

    header: str
    cell: str
    choices: tuple[str, ...]
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One question with the cells its answer goes into (``"D12"``; None where the sheet has no such column).

    ``question`` is what is put to the answerer: the cell's own words, ``text``, with those of the stem above it where
    the sentence needs them. ``marks`` pairs each choice with the cell that takes an ``x`` for it, where the sheet
    answers by marking one of several columns. ``blocked`` is the reason why no answer is due (already filled, computed,
    locked; ``present`` is what stands there), and ``unwritable`` why none can be written (no answer column, unreadable
    list); both ``""`` where the slot is free. ``reference_cell`` takes the places an answer rests on. ``separator``
    stands between the values of a cell that takes several; ``bounds`` is the rule of one that takes a number,
    ``fraction`` says that it holds a percentage as its hundredth. ``boxes`` is the text of a cell that offers its
    choices as boxes to tick (``"☐ Yes ☐ No"``).
    """

    sheet: str
    row: int
    id: str
    question: Question
    answer_cell: str | None
    comment_cell: str | None
    choices: tuple[str, ...] = ()
    marks: tuple[tuple[str, str], ...] = ()
    blocked: str = ""
    unwritable: str = ""
    comment_blocked: str = ""
    notes: tuple[str, ...] = ()
    text: str = ""
    shape: Shape = "text"
    reference_cell: str | None = None
    extras: tuple[Extra, ...] = ()
    condition: Condition | None = None
    hidden: bool = False
    separator: str = ", "
    present: str = ""
    bounds: Rule | None = None
    fraction: bool = False
    boxes: str = ""


@dataclass(frozen=True, slots=True)
class OtherRow:
    """A row of the table that is no question (header, heading, instruction, example): ``cell`` names it."""

    row: int
    cell: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """What was detected on one sheet. Columns are letters, rows one-based.

    ``appended`` is a column that the sheet lacks and that the writer adds behind the last one for the answers.
    """

    sheet: str
    header_rows: tuple[int, ...]
    id_column: str | None
    question_column: str
    answer_column: str | None
    comment_column: str | None
    choices: tuple[str, ...]
    items: tuple[Item, ...]
    others: tuple[OtherRow, ...] = ()
    headers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    section_column: str | None = None
    reference_column: str | None = None
    type_column: str | None = None
    limit_column: str | None = None
    depends_column: str | None = None
    extra_columns: tuple[str, ...] = ()
    appended: str | None = None

    @property
    def answerable(self) -> bool:
        """Whether any answer can be written on this sheet as it is."""
        return any(item.answer_cell or item.comment_cell for item in self.items)

    def as_json(self) -> dict[str, object]:
        """One entry of ``rfp inspect --json``."""
        return {
            "sheet": self.sheet,
            "header_rows": list(self.header_rows),
            "id_column": self.id_column,
            "question_column": self.question_column,
            "answer_column": self.answer_column,
            "comment_column": self.comment_column,
            "choices": list(self.choices) or None,
            "question_rows": [item.row for item in self.items],
            "questions": [_question_json(item) for item in self.items],
            "section_column": self.section_column,
            "reference_column": self.reference_column,
            "type_column": self.type_column,
            "limit_column": self.limit_column,
            "depends_column": self.depends_column,
            "extra_columns": list(self.extra_columns),
            "appended_column": self.appended,
            "notes": list(self.notes),
        }


def _question_json(item: Item) -> dict[str, object]:
    """One entry of ``questions``: the contract's row, id and text, and what else was read of the row."""
    found: dict[str, object] = {"row": item.row, "id": item.id, "text": item.text or item.question.text}
    if item.question.text != found["text"]:
        found["asked"] = item.question.text
    found |= {"section": item.question.section, "shape": item.shape, "choices": list(item.choices) or None}
    found |= {"max_words": item.question.max_words, "max_characters": item.question.max_characters}
    if item.condition:
        found["depends_on"] = {
            "sheet": item.condition.sheet or item.sheet,
            "row": item.condition.gate,
            "answers": list(item.condition.wanted),
            "said": item.condition.said,
        }
    return found


@dataclass(frozen=True, slots=True)
class Layout:
    """What was detected in a file. ``skipped`` names the sheets left out, each with the reason.

    ``name`` is the published questionnaire whose signature the file bears (``"CAIQ 4"``), ``""`` where it bears none.
    """

    sheets: tuple[SheetLayout, ...]
    skipped: tuple[tuple[str, str], ...] = ()
    name: str = ""

    @property
    def items(self) -> tuple[Item, ...]:
        """Every question of every sheet, in order."""
        return tuple(item for sheet in self.sheets for item in sheet.items)

    def as_json(self) -> dict[str, object]:
        """The document that ``rfp inspect --json`` prints."""
        return {
            "sheets": [sheet.as_json() for sheet in self.sheets],
            "layout": self.name or None,
            "skipped": [{"sheet": sheet, "reason": reason} for sheet, reason in self.skipped],
        }


@dataclass(frozen=True, slots=True)
class Edit:
    """One text to write: ``row`` and ``column`` are one-based and name the anchor of a merged area.

    ``kind`` says whether the text is written as one, as a number (``"95.5"``) or as a date (``"2026-09-30"``).
    ``like`` is the place (row, column) whose look a cell takes that has none of its own.
    """

    sheet: str
    row: int
    column: int
    text: str
    kind: Literal["text", "number", "date"] = "text"
    like: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What a writer did: the edits that stand in the file, and each refused edit with its reason.

    ``notes`` maps an edit's place (sheet, row, column) to what a person should know (text cut at a limit).
    """

    edits: tuple[Edit, ...]
    refused: tuple[tuple[Edit, str], ...] = ()
    notes: Mapping[tuple[str, int, int], str] = field(default_factory=dict)
