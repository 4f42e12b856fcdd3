"""The nouns of the questionnaire half: what a file holds, what was detected in it, what was written.

A ``Grid`` is one sheet, CSV file or DOCX table: cells by row and column, both one-based. A ``Layout`` says
which of its cells are questions and where their answers go. A ``Report`` accounts for every row once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rfp_responder.domain import ROW_STATUSES, Citation, Question, RowStatus
from rfp_responder.questionnaire.places import Area, AreaIndex


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that shows something. ``text`` is the value a person reads; ``formula`` marks a computed
    cell.
    """

    text: str
    formula: bool = False
    bold: bool = False
    merged_columns: int = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """A validation: ``choices`` of a drop-down, or ``max_characters`` of a text-length limit.

    ``unreadable`` holds the source of a drop-down whose values could not be found (``INDIRECT(A2)``).
    """

    areas: tuple[Area, ...]
    choices: tuple[str, ...] = ()
    max_characters: int | None = None
    unreadable: str = ""


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

    ``protection`` is None where the sheet is not protected; ``notes`` tell what a person should know.
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

    def unreadable(self, row: int, column: int) -> str:
        """The source of a drop-down on this cell whose values could not be read, else ``""``."""
        return next((rule.unreadable for rule in self._ruled.at(row, column) if rule.unreadable), "")

    def locked(self, row: int, column: int) -> bool:
        """Whether the sheet is protected and the cell locked."""
        return self.protection is not None and self.protection.locked(row, column)


@dataclass(frozen=True, slots=True)
class Item:
    """One question with the cells its answer goes into (``"D12"``; None where the sheet has no such column).

    ``marks`` pairs each choice with the cell that takes an ``x`` for it, where the sheet answers by marking
    one of several columns. ``blocked`` is the reason why no answer is due (already filled, computed,
    locked), and ``unwritable`` why none can be written (no answer column, unreadable list); both ``""``
    where the slot is free.
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


@dataclass(frozen=True, slots=True)
class OtherRow:
    """A row of the table that is no question (header, heading, instruction, example): ``cell`` names it."""

    row: int
    cell: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """What was detected on one sheet. Columns are letters, rows one-based."""

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

    @property
    def answerable(self) -> bool:
        """Whether any answer can be written on this sheet."""
        return self.answer_column is not None or self.comment_column is not None

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
            "questions": [{"row": item.row, "id": item.id, "text": item.question.text} for item in self.items],
        }


@dataclass(frozen=True, slots=True)
class Layout:
    """What was detected in a file. ``skipped`` names the sheets left out, each with the reason."""

    sheets: tuple[SheetLayout, ...]
    skipped: tuple[tuple[str, str], ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """Every question of every sheet, in order."""
        return tuple(item for sheet in self.sheets for item in sheet.items)

    def as_json(self) -> dict[str, object]:
        """The document that ``rfp inspect --json`` prints."""
        return {"sheets": [sheet.as_json() for sheet in self.sheets]}


@dataclass(frozen=True, slots=True)
class Edit:
    """One text to write: ``row`` and ``column`` are one-based and name the anchor of a merged area."""

    sheet: str
    row: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a writer did: the edits that stand in the file, and each refused edit with its reason.

    ``notes`` maps an edit's place (sheet, row, column) to what a person should know (text cut at a limit).
    """

    edits: tuple[Edit, ...]
    refused: tuple[tuple[Edit, str], ...] = ()
    notes: Mapping[tuple[str, int, int], str] = field(default_factory=dict)


CitationJson = dict[str, str | int]


def citation_json(citations: tuple[Citation, ...]) -> tuple[CitationJson, ...]:
    """Citations in the shape of ``rfp ask --json``; ``n`` is one-based."""
    return tuple(
        {
            "n": n,
            "document": each.document_name,
            "page": each.page_number,
            "start": each.start,
            "end": each.end,
            "quote": each.quote,
        }
        for n, each in enumerate(citations, 1)
    )


@dataclass(frozen=True, slots=True)
class Row:
    """How one row of the questionnaire ended. ``cell`` is the answer cell's name.

    ``confidence`` is 0.0 for a row that was not put to the answerer.
    """

    sheet: str
    row: int
    cell: str
    id: str
    question: str
    status: RowStatus
    answer: str = ""
    choice: str | None = None
    confidence: float = 0.0
    citations: tuple[CitationJson, ...] = ()
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """One entry of ``rows`` in ``rfp answer --report``."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "cell": self.cell,
            "id": self.id,
            "question": self.question,
            "status": self.status,
            "answer": self.answer,
            "choice": self.choice,
            "confidence": self.confidence,
            "citations": [dict(citation) for citation in self.citations],
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """Every row of the questionnaire, once, and the file that was delivered.

    ``notes`` tell what concerns the whole file (skipped sheets, stale formulas, the proof).
    """

    questionnaire: str
    output: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    @property
    def totals(self) -> dict[RowStatus, int]:
        """How many rows ended in each status; every status is named."""
        counts: dict[RowStatus, int] = dict.fromkeys(ROW_STATUSES, 0)
        for row in self.rows:
            counts[row.status] += 1
        return counts

    def as_json(self) -> dict[str, object]:
        """The document that ``rfp answer --report`` writes."""
        return {
            "questionnaire": self.questionnaire,
            "totals": dict(self.totals),
            "rows": [row.as_json() for row in self.rows],
        }
