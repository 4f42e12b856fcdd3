"""What is taken over from an earlier edition, as the end of a row: its account and the edits for its cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from rfp_responder.answer.labels import stance_of
from rfp_responder.questionnaire.checkpoint import Outcome
from rfp_responder.questionnaire.model import Edit, Item
from rfp_responder.questionnaire.places import place
from rfp_responder.questionnaire.previous import Carried, Previous
from rfp_responder.questionnaire.slots import closed


def taken_over(previous: Previous) -> Callable[[Item], Outcome | str | None]:
    """What ``Options.earlier`` asks for: the outcome that is carried to an item, else the reason why none is."""

    def earlier(item: Item) -> Outcome | str | None:
        carried = previous.match(item)
        return previous.why_not(item) if carried is None else outcome_of(carried, item)

    return earlier


def outcome_of(carried: Carried, item: Item) -> Outcome:
    """A carried answer as the outcome of its new row."""
    row = replace(
        closed(item, carried.status).row,
        answer=carried.text,
        choice=carried.choice,
        confidence=carried.confidence,
        citations=carried.citations,
        notes=(*item.notes, *carried.notes),
        carried=carried.source,
        stance=stance_of(carried.choice) if carried.choice else None,
    )
    edits = (Edit(item.sheet, *place(cell), text, _kind(item, cell)) for cell, text in carried.written)
    return Outcome(row, tuple(edits))


def _kind(item: Item, cell: str) -> Literal["text", "number", "date"]:
    """How a cell's text is written: as a value in the answer cell of a row that takes one."""
    if cell != item.answer_cell or item.shape not in {"number", "percentage", "date"}:
        return "text"
    return "date" if item.shape == "date" else "number"
