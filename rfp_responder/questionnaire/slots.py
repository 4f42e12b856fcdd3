"""What goes into which cell: an answer turned into edits for the slots of an item."""

from __future__ import annotations

from rfp_responder.domain import Answer, RowStatus
from rfp_responder.questionnaire.account import Row, citation_json
from rfp_responder.questionnaire.checkpoint import Outcome
from rfp_responder.questionnaire.model import Edit, Item
from rfp_responder.questionnaire.places import cell_name, place

MARK = "x"
Place = tuple[str, int, int]


def cell_of(item: Item) -> str:
    """The cell an item's row is known by in the report."""
    return item.answer_cell or item.comment_cell or ""


def with_citations(answer: Answer) -> str:
    """The answer's text and where it stands: ``"... [dpa.pdf p. 7; soc2.pdf p. 3]"``."""
    places = dict.fromkeys(f"{c.document_name} p. {c.page_number}" for c in answer.citations)
    return f"{answer.text} [{'; '.join(places)}]" if places else answer.text


def closed(item: Item, status: RowStatus, *notes: str) -> Outcome:
    """An item that was not put to the answerer, or failed there."""
    return Outcome(
        Row(
            item.sheet,
            item.row,
            cell_of(item),
            item.id,
            item.question.text,
            status,
            notes=(*item.notes, *notes),
        )
    )


def place_answer(item: Item, answer: Answer) -> Outcome:
    """The row and the edits for an answer. Nothing is written for an answer that says nothing."""
    edits: list[Edit] = []
    notes = [*item.notes, *answer.notes]
    status: RowStatus = answer.status
    if answer.status in {"answered", "partial"}:
        edits = _choice_edits(item, answer, notes) if item.choices else []
        edits += _text_edits(item, answer, notes)
        if not edits:
            status = "unanswered"
            notes.append("nothing was written, so the cell stays blank")
    elif not notes:
        notes.append("the documents do not say")
    row = Row(
        sheet=item.sheet,
        row=item.row,
        cell=cell_of(item),
        id=item.id,
        question=item.question.text,
        status=status,
        answer=answer.text,
        choice=_allowed(item, answer.choice),
        confidence=answer.confidence,
        citations=citation_json(answer.citations),
        notes=tuple(dict.fromkeys(notes)),
    )
    return Outcome(row, tuple(edits))


def _allowed(item: Item, choice: str | None) -> str | None:
    """The item's own spelling of a choice, None where it does not allow it."""
    if choice is None:
        return None
    wanted = choice.strip().casefold()
    exact = [value for value in item.choices if value == choice]
    return next(iter(exact or [value for value in item.choices if value.strip().casefold() == wanted]), None)


def _choice_edits(item: Item, answer: Answer, notes: list[str]) -> list[Edit]:
    choice = _allowed(item, answer.choice)
    if choice is None:
        said = f"{answer.choice!r} is none" if answer.choice else "the answer fits none"
        notes.append(f"{said} of the allowed values ({', '.join(item.choices[:8])}): the choice stays blank")
        return []
    if item.marks:
        return [_edit(item, dict(item.marks)[choice], MARK)]
    return [_edit(item, item.answer_cell, choice)] if item.answer_cell else []


def _text_edits(item: Item, answer: Answer, notes: list[str]) -> list[Edit]:
    """The text with its citations, into the comment cell beside a choice, else into the answer cell."""
    target = item.comment_cell if item.choices or not item.answer_cell else item.answer_cell
    if not answer.text.strip():
        return []
    if target is None:
        notes.append("there is no comment column: text and citations stand in the report only")
        return []
    if item.comment_blocked and target == item.comment_cell:
        notes.append(f"the comment was not written: {item.comment_blocked}")
        return []
    full = with_citations(answer)
    words, characters = item.question.max_words, item.question.max_characters
    if words and len(answer.text.split()) > words:
        notes.append(f"the answer has {len(answer.text.split())} words, the limit is {words}: left blank")
        return []
    if characters and len(full) > characters:
        if len(answer.text) > characters:
            notes.append(f"the answer has {len(answer.text)} characters, the limit is {characters}: left blank")
            return []
        notes.append(f"the citations stand in the report only: the limit is {characters} characters")
        full = answer.text
    return [_edit(item, target, full)]


def _edit(item: Item, cell: str, text: str) -> Edit:
    return Edit(item.sheet, *place(cell), text)


def settle_shared(outcomes: list[tuple[Item, Outcome]]) -> tuple[list[Edit], dict[Place, str]]:
    """One edit for each cell, and a note for each cell that several rows share (merged answer cells).

    Texts are joined, each after its row's id. Choices that disagree leave the cell blank: it holds only one.
    """
    wanted: dict[Place, list[tuple[Item, Edit]]] = {}
    for item, outcome in outcomes:
        for edit in outcome.edits:
            wanted.setdefault((edit.sheet, edit.row, edit.column), []).append((item, edit))
    edits: list[Edit] = []
    notes: dict[Place, str] = {}
    for where, entries in wanted.items():
        first = entries[0][1]
        texts = dict.fromkeys(edit.text for _, edit in entries)
        if len(texts) == 1:
            edits.append(first)
            continue
        cell = cell_name(first.row, first.column)
        rows = ", ".join(str(item.row) for item, _ in entries)
        if any(item.choices and item.answer_cell == cell for item, _ in entries):
            notes[where] = f"{cell} is shared by rows {rows}, whose choices differ: it stays blank"
            continue
        notes[where] = f"{cell} is shared by rows {rows}: their answers stand in it one below the other"
        lines = (f"{item.id or f'Row {item.row}'}: {edit.text}" for item, edit in entries)
        edits.append(Edit(*where, "\n".join(lines)))
    return edits, notes
