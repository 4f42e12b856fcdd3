"""An earlier answer put into the cells of a new row: spelled as its list does, within its limits, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from rfp_responder.answer.labels import is_plain, meaning_of
from rfp_responder.questionnaire.model import Item, Shape
from rfp_responder.questionnaire.slots import MARK
from rfp_responder.questionnaire.values import within
from rfp_responder.questionnaire.verify_cells import without_reference
from rfp_responder.text import fold


@dataclass(frozen=True, slots=True)
class Said:
    """What an earlier row says: its choice where it had one, its words, its places, its further cells by header.

    ``listed`` says that it answered by a list: ``choice`` may then be None, and ``text`` are the words beside it.
    ``comment`` are words beside an answer in words. ``shape`` is what its answer cell took.
    """

    listed: bool = False
    choice: str | None = None
    text: str = ""
    comment: str = ""
    reference: str = ""
    extras: tuple[tuple[str, str], ...] = ()
    shape: Shape = "text"

    @property
    def blank(self) -> bool:
        """Whether it says nothing."""
        return not (self.choice or self.text or self.comment)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Texts for the cells of a new row (``written``: cell and text); ``why_not`` is set where they do not fit."""

    choice: str | None = None
    answer: str = ""
    comment: str = ""
    reference: str = ""
    written: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    why_not: str = ""


def fit(said: Said, item: Item) -> Fitted:
    """The earlier answer in the cells of ``item``; nothing is shortened, and no value is guessed."""
    notes: list[str] = []
    choice: str | None = None
    said = _with_places_apart(said) if item.reference_cell else said
    if item.choices and said.listed and said.choice is None:
        notes.append("its choice was left blank")
    elif item.choices:
        value = (said.choice if said.listed else said.text) or ""
        choice = _allowed(value, item)
        if choice is None:
            shown = ", ".join(item.choices[:8]) + (", …" if len(item.choices) > 8 else "")
            return Fitted(why_not=f"its answer {value[:60]!r} is none of the values allowed now ({shown})")
        if choice != value:
            notes.append(f"the list says {choice!r} for {value!r} now")
        if not said.listed:
            said = replace(said, listed=True, choice=choice, text=said.comment, comment="")
    fitted = _with_choice(said, item, choice, notes) if item.choices else _in_words(said, item, notes)
    return fitted if fitted.why_not else _limited(fitted, item)


def _with_places_apart(said: Said) -> Said:
    """The same with the places that stand in brackets behind its words as its reference: the new row has a cell."""
    bare = without_reference(said.text)
    places = said.text[len(bare) :].strip().removeprefix("[").removesuffix("]")
    return replace(said, text=bare, reference=places) if places and not said.reference else said


def _with_choice(said: Said, item: Item, choice: str | None, notes: list[str]) -> Fitted:
    """A choice in its cell or under its mark, the words in the comment."""
    written: list[tuple[str, str]] = []
    marks = dict(item.marks)
    if choice is not None and item.marks:
        written += [(marks[value], MARK) for value in _values(choice, item) if value in marks]
    elif choice is not None and item.answer_cell:
        written.append((item.answer_cell, choice))
    answer = "" if item.marks else (choice or "")
    comment = "\n".join(filter(None, (said.text, said.comment)))
    reference = said.reference if item.reference_cell else ""
    if comment and (item.comment_cell is None or item.comment_blocked):
        why = f": {item.comment_blocked}" if item.comment_blocked else ""
        notes.append(f"the earlier comment has no cell here{why}: {comment[:120]!r}")
        comment = ""
    if said.reference and not item.reference_cell and comment:
        comment = f"{comment} [{said.reference}]"
    if comment and item.comment_cell:
        written.append((item.comment_cell, comment))
    if reference and item.reference_cell:
        written.append((item.reference_cell, reference))
    written += _extras(said, item, notes)
    return Fitted(choice, answer, comment, reference, tuple(written), tuple(notes))


def _in_words(said: Said, item: Item, notes: list[str]) -> Fitted:
    """Words in the answer cell (else in the comment), further words in the comment where there is one."""
    text, comment = said.text, said.comment
    if said.choice:
        text = f"{said.choice.rstrip('.')}. {text}".strip() if text else said.choice
    if not item.answer_cell or (comment and not item.comment_cell):
        text, comment = "\n".join(filter(None, (text, comment))), ""
    value = _value(text, said, item)
    if value is None:
        kind = "date (YYYY-MM-DD)" if item.shape == "date" else f"{item.shape} within its bounds"
        return Fitted(why_not=f"its answer {text[:60]!r} is no {kind}, which the cell takes now")
    text = value
    reference = said.reference if item.reference_cell else ""
    if said.reference and not item.reference_cell and text and item.shape == "text":
        text = f"{text} [{said.reference}]"
    cells = [(item.answer_cell or item.comment_cell, text), (item.reference_cell, reference)]
    if item.answer_cell:
        if comment and item.comment_blocked:
            notes.append(f"the earlier comment was not taken over: {item.comment_blocked}")
            comment = ""
        cells.append((item.comment_cell, comment))
    written = [(cell, words) for cell, words in cells if cell and words] + _extras(said, item, notes)
    answer, comment = (text, comment) if item.answer_cell else ("", text)
    return Fitted(None, answer, comment, reference, tuple(written), tuple(notes))


def _allowed(value: str, item: Item) -> str | None:
    """The value as the new list spells it: the same, the same but for case, or the one plain word that means it."""
    if item.shape == "several":
        parts = [part for part in value.split(item.separator.strip() or item.separator) if part.strip()]
        found = [_one(part, item.choices) for part in parts]
        kept = [each for each in found if each is not None]
        return item.separator.join(kept) if kept and len(kept) == len(found) else _one(value, item.choices)
    return _one(value, item.choices)


def _one(value: str, choices: Sequence[str]) -> str | None:
    wanted = fold(value)
    for key in (str, str.casefold):
        same = [choice for choice in choices if key(fold(choice)) == key(wanted)]
        if same:
            return same[0]
    meant = meaning_of(value) if is_plain(value) else None
    fitting = [choice for choice in choices if meant is not None and is_plain(choice) and meaning_of(choice) == meant]
    return fitting[0] if len(fitting) == 1 else None


def _values(choice: str, item: Item) -> list[str]:
    if item.shape != "several":
        return [choice]
    return [part.strip() for part in choice.split(item.separator.strip() or item.separator)]


def _extras(said: Said, item: Item, notes: list[str]) -> list[tuple[str, str]]:
    """Further cells of the row whose header is the same, as far as their lists allow the value."""
    told = {fold(header).casefold(): text for header, text in said.extras}
    written = []
    for extra in item.extras:
        text = told.get(fold(extra.header).casefold(), "")
        if not text or extra.blocked:
            continue
        value = _one(text, extra.choices) if extra.choices else text
        if value is None:
            notes.append(f"{extra.header}: {text[:60]!r} is none of the values allowed now, left blank")
        else:
            written.append((extra.cell, value))
    return written


def _value(text: str, said: Said, item: Item) -> str | None:
    """The text as the cell takes it: a number within its bounds, a share as its hundredth, a day; None where it is not.

    A bare number where a share is wanted is not taken: nobody can tell 0.5 from half a percent.
    """
    if item.shape not in {"number", "percentage", "date"}:
        return text
    bare = without_reference(text).strip()
    try:
        if item.shape == "date":
            return date.fromisoformat(bare).isoformat()
        number = bare.removesuffix("%").replace(",", "").strip()
        if item.shape == "percentage":
            if bare.endswith("%"):
                return f"{float(number) / 100:.10g}"
            return number if said.shape == "percentage" and float(number) >= 0 else None
        return number if float(number) == float(number) and within(number, item.bounds) else None
    except ValueError:
        return None


def _limited(fitted: Fitted, item: Item) -> Fitted:
    """The same, without its places where these are too much, or why it is too long for the new row."""
    words, characters = item.question.max_words, item.question.max_characters
    free = item.comment_cell if item.choices else (item.answer_cell or item.comment_cell)
    text = dict(fitted.written).get(free or "", "")
    for kind, limit, measure in (("words", words, _count), ("characters", characters, len)):
        if not limit or measure(text) <= limit:
            continue
        text = without_reference(text)
        if measure(text) > limit:
            return Fitted(why_not=f"its answer has {measure(text)} {kind}, the limit is {limit} now")
        notes = (*fitted.notes, f"the citations stand in the report only: the limit is {limit} {kind}")
        written = tuple((cell, text if cell == free else was) for cell, was in fitted.written)
        part = {"comment": text} if free == item.comment_cell else {"answer": text}
        fitted = replace(fitted, written=written, notes=notes, **part)
    return fitted


def _count(text: str) -> int:
    return len(text.split())
