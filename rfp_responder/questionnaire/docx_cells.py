"""Forms laid out as tables: a label beside its blank cell or above it, places inside cells, boxes to write in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from rfp_responder.questionnaire.docx_forms import Flow, Found, Target
from rfp_responder.questionnaire.docx_tables import Block, CellSlot, Table, TableCell, slot_of
from rfp_responder.questionnaire.docx_text import Paragraph
from rfp_responder.questionnaire.docx_words import RESPONSE, is_hint, is_question
from rfp_responder.questionnaire.rules import asks, is_code, is_placeholder
from rfp_responder.text import fold

Kind = Literal["label", "blank", "answer", "mixed"]


@dataclass(slots=True, eq=False)
class _Look:
    """One cell and what it is: words, nothing, an explicit place to answer, or words with places among them."""

    cell: TableCell
    kind: Kind
    question: str = ""
    id: str = ""
    comment: bool = False


@dataclass(slots=True)
class FormFlow(Flow):
    """A reading that looks into tables too, except those in ``known``."""

    known: frozenset[str] = frozenset()
    nested: bool = True
    used: set[str] = field(default_factory=set)

    def table(self, block: Block) -> None:
        """Read a table as a part of the form."""
        if isinstance(block, Table) and block.name not in self.known:
            before = len(self.found)
            self._cells(block)
            if len(self.found) > before:
                self.used.add(block.name)
        self.waiting, self.choice = [], None

    def _cells(self, table: Table) -> None:
        rows = _rows(table)
        if _all_blank(rows):
            asked = self.question()
            if asked and (asks(asked) >= 2 or is_question(asked)):
                cell = next(look.cell for row in rows for look in row)
                self.add(Found(asked, target=Target(CellSlot(cell))))
            return
        _ask_beside(rows)
        _ask_above(rows)
        _only_forms(rows)
        asked_by = {look.question for row in rows for look in row if look.question}
        section, stem = self.section, ""
        for row in rows:
            if len(row) == 1 and row[0].kind == "label" and fold(row[0].cell.text) not in asked_by:
                text = fold(row[0].cell.text)
                stem = text if is_question(text) else ""
                if asks(text) < 2 and len(text.split()) <= 12 and not text.endswith(":") and not is_hint(text):
                    self.section, self.waiting = text, []
                    continue
            for look in row:
                if RESPONSE.fullmatch(look.question):
                    look.question = self.question() or stem or look.question
                if (
                    stem
                    and look.question != stem
                    and look.question
                    and len(look.question.split()) <= 4
                    and asks(look.question) < 2
                ):
                    look.question = f"{stem} – {look.question}"
                self._read(look, row, asked_by)
        self.section = section

    def _read(self, look: _Look, row: list[_Look], asked_by: set[str]) -> None:
        if look.kind == "mixed":
            beside = next((other for other in row if other.kind == "label"), None)
            if beside is not None and beside.cell.column < look.cell.column:
                self.waiting = [fold(beside.cell.text)]
            blocks = look.cell.blocks if self.nested else [*look.cell.paragraphs]
            self.walk(blocks, below=len(row) == 1)
        elif look.kind == "label":
            if fold(look.cell.text) not in asked_by and len(row) == 1:
                self.walk(look.cell.blocks, below=True)
        elif look.comment and self.choice is not None:
            self.choice.comment, self.choice = Target(slot_of(look.cell)), None
        elif look.question or (look.kind == "answer" and len(row) == 1):
            self._answer(look)

    def _answer(self, look: _Look) -> None:
        asked = look.question or self.question()
        slot = slot_of(look.cell)
        if not asked and not (slot.group and not slot.lone):
            return
        if slot.group is not None and not slot.lone:
            lone = len(slot.group.boxes) == 1
            self.add(Found(slot.group.boxes[0][0] if lone else asked, look.id, group=slot.group))
        elif slot.group is None:
            self.add(Found(asked, look.id, target=Target(slot, hole=slot.hole)))


def _rows(table: Table) -> list[list[_Look]]:
    rows: dict[int, list[_Look]] = {}
    for (row, _), cell in sorted(table.cells.items()):
        rows.setdefault(row, []).append(_Look(cell, _kind(cell)))
    return [rows[row] for row in sorted(rows)]


def _kind(cell: TableCell) -> Kind:
    paragraphs = cell.paragraphs
    if len(paragraphs) < len(cell.blocks):
        return "mixed"
    slot = slot_of(cell)
    if slot.group is not None or slot.hole is not None or slot.listed:
        return "answer"
    if all(paragraph.blank for paragraph in paragraphs) or not cell.text.strip(" \n\xa0-–—"):
        return "blank"
    if any(paragraph.pictures for paragraph in paragraphs) and not cell.text.strip():
        return "label"
    if is_placeholder(cell.text) or all(paragraph.blank or _only_holes(paragraph) for paragraph in paragraphs):
        return "answer"
    return "mixed" if any(paragraph.boxes or paragraph.holes for paragraph in paragraphs) else "label"


def _only_holes(paragraph: Paragraph) -> bool:
    rest, done = "", 0
    for hole in paragraph.holes:
        rest += paragraph.text[done : hole.start]
        done = hole.end
    return bool(paragraph.holes) and not paragraph.boxes and not (rest + paragraph.text[done:]).strip()


def _all_blank(rows: list[list[_Look]]) -> bool:
    return bool(rows) and all(look.kind == "blank" for row in rows for look in row)


def _ask_beside(rows: list[list[_Look]]) -> None:
    """A label and the places right of it; several places take the words of the header above them."""
    heads = {look.cell.column: fold(look.cell.text) for look in rows[0]} if rows else {}
    headed = len(heads) > 1 and all(look.kind == "label" for look in rows[0])
    for row in rows:
        label = code = ""
        places = 0
        for look in row:
            text = fold(look.cell.text)
            if look.kind == "label":
                if is_code(text) and not label:
                    code = text
                else:
                    label, places = text, 0
                continue
            if look.kind == "mixed" or not label:
                continue
            places += 1
            head = heads.get(look.cell.column, "") if headed and row is not rows[0] else ""
            several = sum(other.kind in {"blank", "answer"} for other in row) > 1
            if places == 1 or head:
                look.question, look.id = (f"{label} – {head}" if several and head else label), code
            elif places == 2 and look.kind == "blank":
                look.comment = True


def _ask_above(rows: list[list[_Look]]) -> None:
    """A row of labels over one row of places. Over several it is a list to fill, which is left to a person."""
    for number in range(1, len(rows)):
        above, row = rows[number - 1], rows[number]
        below = rows[number + 1] if number + 1 < len(rows) else []
        if not all(look.kind in {"blank", "answer"} for look in row) or any(look.question for look in row):
            continue
        if not all(look.kind == "label" for look in above):
            continue
        if below and len(row) > 1 and all(look.kind in {"blank", "answer"} for look in below):
            continue
        labels = {look.cell.column: look for look in above}
        for look in row:
            named = labels.get(look.cell.column)
            if named is not None:
                look.question = fold(named.cell.text)


def _only_forms(rows: list[list[_Look]]) -> None:
    """Blank cells are places to answer where their column is blank on the whole, and no odd gaps in data."""
    labelled = [row for row in rows if any(look.kind == "label" for look in row) and len(row) > 1]
    if labelled and all(look.kind == "label" for look in labelled[0]):
        labelled = labelled[1:]
    free: Counter[int] = Counter()
    filled: Counter[int] = Counter()
    for row in labelled:
        for look in row:
            (filled if look.kind == "label" else free)[look.cell.column] += 1
    for row in labelled:
        for look in row:
            if look.kind == "blank" and free[look.cell.column] < 2 * filled[look.cell.column]:
                look.question, look.comment = "", False
