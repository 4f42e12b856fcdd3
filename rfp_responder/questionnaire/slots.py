"""What goes into which cell: an answer turned into edits for the slots of an item."""

from __future__ import annotations

from dataclasses import replace

from rfp_responder.answer.labels import stance_of
from rfp_responder.domain import Answer, RowStatus, Stance
from rfp_responder.questionnaire.account import Row, citation_json
from rfp_responder.questionnaire.checkpoint import Outcome
from rfp_responder.questionnaire.model import Edit, Item
from rfp_responder.questionnaire.places import cell_name, place
from rfp_responder.questionnaire.rules import with_tick
from rfp_responder.questionnaire.values import date_of, number_of, several_of, within

MARK = "x"
_PLAIN = 6  # words; what is longer is a sentence and no value
_VALUED = frozenset({"number", "percentage", "date"})
Place = tuple[str, int, int]


def cell_of(item: Item) -> str:
    """The cell an item's row is known by in the report."""
    return item.answer_cell or item.comment_cell or ""


def places_of(answer: Answer) -> str:
    """Where an answer stands: ``"dpa.pdf p. 7; soc2.pdf p. 3"``."""
    return "; ".join(dict.fromkeys(f"{c.document_name} p. {c.page_number}" for c in answer.citations))


def with_citations(answer: Answer) -> str:
    """The answer's text and where it stands: ``"... [dpa.pdf p. 7; soc2.pdf p. 3]"``."""
    return f"{answer.text} [{places_of(answer)}]" if answer.citations else answer.text


def closed(item: Item, status: RowStatus, *notes: str) -> Outcome:
    """An item that was not put to the answerer, or failed there."""
    standing = item.present if item.blocked else ""
    return Outcome(
        replace(_row(item), status=status, notes=(*item.notes, *notes), answer=standing, stance=_stance_told(standing))
    )


def _row(item: Item) -> Row:
    return Row(
        sheet=item.sheet,
        row=item.row,
        cell=cell_of(item),
        id=item.id,
        question=item.text or item.question.text,
        status="unanswered",
        section=item.question.section,
        shape=item.shape,
        asked=item.question.text,
    )


def _stance_told(text: str) -> Stance | None:
    """The stance of what stands in an answer cell already; None for a sentence."""
    return stance_of(text) if len(text.split()) <= _PLAIN else None


def place_answer(item: Item, answer: Answer) -> Outcome:
    """The row and the edits for an answer. Nothing is written for an answer that says nothing."""
    edits: list[Edit] = []
    notes = [*item.notes, *answer.notes]
    status: RowStatus = answer.status
    choice = None
    if answer.status in {"answered", "partial"}:
        valued, choice = _value_edits(item, answer, notes)
        edits = valued + _text_edits(item, answer, notes, has_value=bool(valued))
        if not edits:
            status = "unanswered"
            notes.append("nothing was written, so the cell stays blank")
        elif item.shape not in {"text", "choice", "marks"} and not valued:
            status = "partial"
    elif not notes:
        notes.append("the documents do not say")
    row = replace(
        _row(item),
        status=status,
        answer=answer.text,
        choice=choice,
        confidence=answer.confidence,
        citations=citation_json(answer.citations),
        notes=tuple(dict.fromkeys(notes)),
        stance=answer.stance,
        author=answer.author,
        prompt=answer.prompt,
        route=answer.route,
        usage=answer.usage,
    )
    return Outcome(row, tuple(edits))


def _value_edits(item: Item, answer: Answer, notes: list[str]) -> tuple[list[Edit], str | None]:
    """The edits that put a value where no sentence goes, and the choice that was made; none for a text cell."""
    if item.shape == "several":
        values = several_of(item.choices, answer)
        joined = item.separator.join(values)
        if not values:
            notes.append(f"the answer names none of the allowed values ({', '.join(item.choices[:8])}): left blank")
        return ([_edit(item, item.answer_cell, joined)], joined) if values and item.answer_cell else ([], None)
    if item.choices:
        choice = _allowed(item, answer.choice)
        return _choice_edits(item, answer, choice, notes), choice
    if item.shape in {"number", "percentage", "date"} and item.answer_cell:
        return _number_edits(item, answer, notes), None
    if item.shape == "attachment":
        notes.append(f"a file is asked for: attach one yourself, of {places_of(answer)}")
    return [], None


def _number_edits(item: Item, answer: Answer, notes: list[str]) -> list[Edit]:
    """The one number or day that the answer gives, within the cell's bounds."""
    text = date_of(answer) if item.shape == "date" else number_of(item, answer)
    if not text:
        notes.append(f"the cell takes a {item.shape} and the answer gives no single one: left blank")
        return []
    assert item.answer_cell is not None  # asked by the caller
    if item.fraction:
        text = f"{float(text) / 100:.10g}"
    if item.bounds and item.shape != "date" and not within(text, item.bounds):
        notes.append(f"{text} is outside of what {item.answer_cell} takes: left blank")
        return []
    place_ = place(item.answer_cell)
    return [Edit(item.sheet, *place_, text, "date" if item.shape == "date" else "number")]


def _allowed(item: Item, choice: str | None) -> str | None:
    """The item's own spelling of a choice, None where it does not allow it."""
    if choice is None:
        return None
    wanted = choice.strip().casefold()
    exact = [value for value in item.choices if value == choice]
    return next(iter(exact or [value for value in item.choices if value.strip().casefold() == wanted]), None)


def _choice_edits(item: Item, answer: Answer, choice: str | None, notes: list[str]) -> list[Edit]:
    if choice is None:
        if answer.choice:
            allowed = ", ".join(item.choices[:8])
            notes.append(f"{answer.choice!r} is none of the allowed values ({allowed}): the choice stays blank")
        elif not any(note.startswith("no allowed value") for note in notes):
            notes.append(f"no allowed value fits the answer ({', '.join(item.choices[:8])}): the choice stays blank")
        return []
    if item.marks:
        return [_edit(item, dict(item.marks)[choice], MARK)]
    text = with_tick(item.boxes, choice) if item.boxes else choice
    return [_edit(item, item.answer_cell, text)] if item.answer_cell else []


def _text_edits(item: Item, answer: Answer, notes: list[str], *, has_value: bool) -> list[Edit]:
    """The text into the comment cell beside a value, else into the answer cell; its citations into their own cell."""
    valued = item.choices or item.shape in _VALUED
    target = item.comment_cell if valued or not item.answer_cell else item.answer_cell
    if not answer.text.strip() or item.shape == "attachment":
        return []
    cited = [_edit(item, item.reference_cell, places_of(answer))] if item.reference_cell and answer.citations else []
    if target is None:
        if not cited:
            notes.append("there is no comment column: text and citations stand in the report only")
        return cited if has_value else []
    if item.comment_blocked and target == item.comment_cell:
        notes.append(f"the comment was not written: {item.comment_blocked}")
        return cited if has_value else []
    full = answer.text if cited else with_citations(answer)
    words, characters = item.question.max_words, item.question.max_characters
    if words and len(answer.text.split()) > words:
        notes.append(f"the answer has {len(answer.text.split())} words, the limit is {words}: left blank")
        return []
    if words and len(full.split()) > words:
        notes.append(f"the citations stand in the report only: the limit is {words} words")
        full = answer.text
    if characters and len(full) > characters:
        if len(answer.text) > characters:
            notes.append(f"the answer has {len(answer.text)} characters, the limit is {characters}: left blank")
            return []
        notes.append(f"the citations stand in the report only: the limit is {characters} characters")
        full = answer.text
    return [_edit(item, target, full), *cited]


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
