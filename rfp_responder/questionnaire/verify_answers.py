"""The cells of a filled file against what was delivered: edited words, values no list allows, texts that were added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rfp_responder.answer.choice import stance_of
from rfp_responder.questionnaire.model import Item
from rfp_responder.questionnaire.places import place
from rfp_responder.questionnaire.rules import is_placeholder
from rfp_responder.questionnaire.verify_cells import (
    difference,
    own_part,
    plain,
    same,
    shared_name,
    unsupported,
    without_reference,
)
from rfp_responder.questionnaire.verify_findings import Finding
from rfp_responder.questionnaire.verify_record import Filled, RecordedRow
from rfp_responder.questionnaire.verify_sources import Sources

Cells = Mapping[tuple[str, str], Sequence[RecordedRow]]
"""Every written cell (sheet, cell) with the rows that share it."""


@dataclass(slots=True)
class Answers:
    """The cells of one file. ``items`` is what is detected in it, by the record's sheet and row.

    ``added`` collects the answer cells that were left blank and hold a text now.
    """

    filled: Filled
    items: Mapping[tuple[str, int], Item]
    cells: Cells
    sources: Sources
    added: list[str] = field(default_factory=list)

    def edited(self, row: RecordedRow) -> Iterator[Finding]:
        """A finding for each written cell that reads differently now, and one where its new words lack support."""
        for written in row.written or ():
            now = self.filled.text(row.sheet, written.cell)
            sharing = self.cells[row.sheet, written.cell]
            if same(written.text, now, row.shape) or _part_stands(written.text, now, written.cell, sharing):
                continue
            others = ", ".join(str(other.row) for other in sharing if other is not row)
            detail = difference(written.text, now) + (f" (the cell is shared with row {others})" if others else "")
            reasons = self._reasons(row, written.text, now, sharing)
            if reasons == ():
                detail += "; the new words pass the check against the recorded quotes"
            yield Finding(row.sheet, row.row, written.cell, row.id, "answer_changed", detail)
            if reasons:
                yield Finding(row.sheet, row.row, written.cell, row.id, "unsupported", "; ".join(reasons[:3]))

    def choices(self, row: RecordedRow) -> Iterator[Finding]:
        """Values that the cell's list does not have.

        A cell that nobody edited is held against its own validation only: other lists are read from headers and
        sentences, which may read differently in a filled file.
        """
        item, grid = self.items.get((row.sheet, row.row)), self.filled.grid(row.sheet)
        if item is None or grid is None or not item.choices:
            return
        if item.marks:
            yield from self._marks(row, item)
            return
        if item.answer_cell is None:
            return
        now = self.filled.text(row.sheet, item.answer_cell)
        if not now.strip() or is_placeholder(now):
            return
        as_delivered = any(each.cell == item.answer_cell and same(each.text, now) for each in row.written or ())
        allowed = grid.choices(*place(item.answer_cell)) if as_delivered else item.choices
        known = {each.strip() for each in allowed}
        if not allowed or now.strip() in known:
            return
        several = item.shape == "several"
        for value in now.split(item.separator.strip() or item.separator) if several else [now]:
            if value.strip() not in known:
                shown = ", ".join(allowed[:8]) + (", …" if len(allowed) > 8 else "")
                detail = f"{value.strip()[:80]!r} is none of the allowed values ({shown})"
                yield Finding(row.sheet, row.row, item.answer_cell, row.id, "choice_not_allowed", detail)

    def _marks(self, row: RecordedRow, item: Item) -> Iterator[Finding]:
        marked = [(word, cell) for word, cell in item.marks if self.filled.text(row.sheet, cell).strip()]
        ours = {written.cell for written in row.written or ()}
        if len(marked) > 1 and item.shape != "several" and ours & {cell for _, cell in item.marks}:
            detail = f"{len(marked)} choices are marked: {', '.join(word for word, _ in marked)}"
            yield Finding(row.sheet, row.row, marked[0][1], row.id, "choice_not_allowed", detail)

    def look_for_added(self, row: RecordedRow) -> None:
        """Remember an answer cell that was left blank and holds a text now."""
        if row.written is None:
            return
        item = self.items.get((row.sheet, row.row))
        marks = {cell for _, cell in item.marks} if item else set()
        places = {row.cell, *marks} if not row.written else {row.cell} - marks
        for cell in sorted(places - {""}):
            now = self.filled.text(row.sheet, cell)
            if now.strip() and not is_placeholder(now) and (row.sheet, cell) not in self.cells:
                self.added.append(f"{row.sheet} {cell}" + (f" ({row.id})" if row.id else ""))

    def _reasons(self, row: RecordedRow, was: str, now: str, sharing: Sequence[RecordedRow]) -> tuple[str, ...] | None:
        """Why the new text does not follow from the row's quotes: () where it does, None where there is no telling."""
        if not row.citations or not now.strip():
            return None
        if row.choice is not None and same(was, row.choice):
            meant = stance_of(now)
            alike = meant is not None and meant == stance_of(row.choice)
            return () if alike else (f"the evidence was read as {row.choice!r}, which is not {now.strip()[:80]!r}",)
        if len(sharing) > 1:
            names = [shared_name(each.id, each.row) for each in sharing]
            was, now = (own_part(text, shared_name(row.id, row.row), names) for text in (was, now))
        old, new, answer = plain(was), plain(now), plain(row.answer)
        if old == new or not answer or not new:
            return None
        quotes = [each.quote for each in row.citations]
        if old.startswith(answer):
            reference = old[len(answer) :]
            return unsupported(without_reference(new, reference), row.answer, quotes, self.sources.near(row.citations))
        # a number, a date or a product's name taken out of the answer can be looked up; a list of places cannot
        return unsupported(new, old, quotes, self.sources.near(row.citations)) if old in answer else None


def _part_stands(text: str, now: str, cell: str, sharing: Sequence[RecordedRow]) -> bool:
    """Whether a row's own words still stand in a cell that holds those of several rows, one below the other."""
    told = {each.text for row in sharing for each in row.written or () if each.cell == cell}
    return len(told) > 1 and plain(text) in plain(now)
