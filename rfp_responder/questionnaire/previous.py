"""An earlier filled questionnaire: which of its answers a new edition may take over, row by row.

A row is known again by its words, and by its id only together with nearly the same words: ids move between editions,
and the same id over another question is another question. What is carried must be allowed in the new row; what rests
on a document that has changed since is answered anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rfp_responder.domain import RowStatus
from rfp_responder.questionnaire.account import CitationJson
from rfp_responder.questionnaire.detect import detect
from rfp_responder.questionnaire.formats import format_of
from rfp_responder.questionnaire.model import Grid, Item, Layout
from rfp_responder.questionnaire.places import place
from rfp_responder.questionnaire.previous_fit import Said, fit
from rfp_responder.questionnaire.previous_wording import compare, content_words
from rfp_responder.questionnaire.rules import is_placeholder
from rfp_responder.questionnaire.verify_cells import own_part, plain, same, shared_name, unsupported, without_reference
from rfp_responder.questionnaire.verify_record import Filled, RecordedRow, read_record
from rfp_responder.questionnaire.verify_sources import changed_documents
from rfp_responder.text import content_stems, fold, shortened

__all__ = ["Carried", "Previous", "changed_documents", "load_previous"]

_TELLING = 3  # content words by which a question is known without its id
_SHOWN = 120  # characters of an earlier question that a note shows


@dataclass(frozen=True, slots=True)
class Carried:
    """An earlier answer for a new row.

    ``written`` pairs the new row's cells with their texts, marks and further cells included; ``choice``, ``answer``,
    ``comment`` and ``reference`` are the same by kind (``answer`` is the choice where the cell has a list, ``""``
    where it is marked). ``text`` are the earlier words for the report. ``source`` tells where they stood
    (``"v1.xlsx, sheet Questions, C12"``). ``citations`` are empty where there was no record.
    """

    choice: str | None
    answer: str
    comment: str
    reference: str
    text: str
    written: tuple[tuple[str, str], ...]
    citations: tuple[CitationJson, ...]
    status: RowStatus
    source: str
    notes: tuple[str, ...] = ()
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Earlier:
    """A question of the earlier file and what it says. ``record`` is its row in the record, where there is one."""

    item: Item
    said: Said
    file: str
    record: RecordedRow | None = None

    @property
    def source(self) -> str:
        """Where it stands, for people."""
        return (
            f"{self.file}, sheet {self.item.sheet}, {self.item.answer_cell or self.item.comment_cell or self.item.row}"
        )


@dataclass(slots=True)
class Previous:
    """The questions of an earlier file, looked up by words and by id.

    ``changed`` names the documents that are gone or other ones since the earlier answers cited them; ``notes`` tell
    what concerns all of them.
    """

    file: str
    rows: Sequence[Earlier]
    changed: Collection[str] = ()
    notes: tuple[str, ...] = ()
    _by_text: dict[str, list[Earlier]] = field(init=False, default_factory=dict)
    _by_id: dict[str, list[Earlier]] = field(init=False, default_factory=dict)
    _by_stems: dict[frozenset[str], list[Earlier]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.rows:
            self._by_text.setdefault(_words(row.item), []).append(row)
            self._by_stems.setdefault(frozenset(content_stems(_asked(row.item))), []).append(row)
            if name := _id(row.item):
                self._by_id.setdefault(name, []).append(row)

    def match(self, item: Item) -> Carried | None:
        """The earlier answer that holds for ``item``; None where there is none (``why_not`` says why)."""
        outcome = self._looked_up(item)
        return None if isinstance(outcome, str) else outcome

    def why_not(self, item: Item) -> str:
        """Why nothing is carried to ``item``, for its row's note; ``""`` where something is."""
        outcome = self._looked_up(item)
        return outcome if isinstance(outcome, str) else ""

    def _looked_up(self, item: Item) -> Carried | str:
        earlier, note = self._found(item)
        if earlier is None:
            return note
        if earlier.said.blank:
            return f"not answered in {earlier.source}"
        rests_on = [name for name in self.changed if _rests_on(earlier, name)]
        if rests_on:
            return f"answered anew: {earlier.source} rests on {', '.join(sorted(rests_on))}, which has changed since"
        fitted = fit(earlier.said, item)
        if fitted.why_not:
            return f"not carried from {earlier.source}: {fitted.why_not}"
        status, citations, notes = _proved(earlier)
        return Carried(
            choice=fitted.choice,
            answer=fitted.answer,
            comment=fitted.comment,
            reference=fitted.reference,
            text=_words_for_report(earlier),
            written=fitted.written,
            citations=citations,
            status=status,
            source=earlier.source,
            notes=tuple(filter(None, (note, *fitted.notes, *notes))),
            confidence=earlier.record.confidence if earlier.record else 0.0,
        )

    def _found(self, item: Item) -> tuple[Earlier | None, str]:
        """The earlier row that asks the same, with what to note of it; else None and the reason."""
        same = self._by_text.get(_words(item), [])
        own = [row for row in same if _id(row.item) == _id(item)]
        chosen, note = _one_of(own, item)
        if chosen is None and not own and same:
            chosen, note = self._under_another_id(same, item)
        if chosen is not None or (same and note):
            return chosen, note
        named = self._by_id.get(_id(item), [])
        if len(named) != 1 or not compare(_asked(named[0].item), _asked(item), (named[0].item.id, item.id)).same:
            near = self._in_other_words(item)
            if near is not None:
                return near
        if len(named) != 1:
            return (
                None,
                f"not asked in {self.file}" if not named else f"its id stands {len(named)} times in {self.file}",
            )
        earlier = named[0]
        wording = compare(_asked(earlier.item), _asked(item), (earlier.item.id, item.id))
        shown = repr(shortened(fold(_asked(earlier.item)), _SHOWN))
        if wording.same:
            return earlier, f"asked in nearly the same words in {earlier.source} ({wording.note}): {shown}"
        return None, f"asked differently in {earlier.source} ({wording.note}): {shown}"

    def _in_other_words(self, item: Item) -> tuple[Earlier, str] | None:
        """The one row that asks with the same content words and nothing else that matters, under whatever id."""
        stems = frozenset(content_stems(_asked(item)))
        if len(stems) < _TELLING:
            return None
        rows = self._by_stems.get(stems, [])
        same = [row for row in rows if compare(_asked(row.item), _asked(item), (row.item.id, item.id)).same]
        if len(same) != 1:
            return None
        shown = repr(shortened(fold(_asked(same[0].item)), _SHOWN))
        return same[0], f"asked in nearly the same words in {same[0].source}: {shown}"

    def _under_another_id(self, same: list[Earlier], item: Item) -> tuple[Earlier | None, str]:
        """The row that asks the same under another id: the only one, in words that say enough to know it by."""
        near = [row for row in same if _place(row.item) == _place(item)]
        if content_words(_asked(item)) < _TELLING and not near:
            return None, f"{self.file} asks in the same few words elsewhere, which may mean something else"
        if content_words(_asked(item)) < _TELLING:
            same = near
        chosen, note = _one_of(same, item)
        if chosen is not None and _id(item) and _id(chosen.item):
            note = f"asked under the id {chosen.item.id} in {chosen.source}"
        return chosen, note


def load_previous(
    path: Path,
    record: Mapping[str, object] | None = None,
    changed: Collection[str] = frozenset(),
    layout: Layout | None = None,
) -> Previous:
    """The earlier filled file at ``path``, with the record of the run that filled it where there is one.

    ``changed`` names documents that have changed since (``changed_documents`` tells them): answers that rest on them
    are not carried. ``layout`` says what is where in the file, instead of detection. Raises QuestionnaireError for a
    file that cannot be read, and for JSON that is no record.
    """
    grids = format_of(path).read(path)
    by_name = {grid.name: grid for grid in grids}
    recorded = _recorded(grids, path, record) if record is not None else {}
    items = (layout or detect(grids)).items
    shared: dict[tuple[str, str | None], list[str]] = {}
    for item in items:
        for cell in dict.fromkeys((item.answer_cell, item.comment_cell)):
            shared.setdefault((item.sheet, cell), []).append(shared_name(item.id, item.row))
    rows = []
    for item in items:
        row = recorded.get((item.sheet, item.row))
        # what the customer had filled in is no answer of ours
        theirs = row is not None and row.status == "not_required"
        said = Said() if theirs else _read(by_name[item.sheet], item, shared)
        rows.append(Earlier(item, said, path.name, row))
    told = f"{path.name} has no record: its answers are carried with the places in their words, which were not checked"
    return Previous(path.name, rows, changed, () if record is not None else (told,))


def _recorded(grids: Sequence[Grid], path: Path, record: Mapping[str, object]) -> dict[tuple[str, int], RecordedRow]:
    """The rows of a record by the sheets of the file."""
    read = read_record(record, f"the record of {path.name}")
    texts = Filled(grids, [row.sheet for row in read.rows])
    return {(grid.name, row.row): row for row in read.rows if (grid := texts.grid(row.sheet)) is not None}


def _read(grid: Grid, item: Item, shared: Mapping[tuple[str, str | None], Sequence[str]]) -> Said:
    """What stands in the cells of an answered row; of a cell that rows share, this row's part."""

    def text(cell: str | None) -> str:
        names = shared.get((item.sheet, cell), ())
        found = _text(grid, cell)
        return own_part(found, shared_name(item.id, item.row), names) if len(names) > 1 else found

    comment, reference = text(item.comment_cell), text(item.reference_cell)
    extras = tuple((extra.header, value) for extra in item.extras if (value := text(extra.cell)))
    if item.marks:
        marked = [word for word, cell in item.marks if _text(grid, cell)]
        choice = item.separator.join(marked) if len(marked) == 1 or item.shape == "several" else ""
        return Said(True, choice or None, comment, "", reference, extras, item.shape)
    if item.choices:
        return Said(True, text(item.answer_cell) or None, comment, "", reference, extras, item.shape)
    if not item.answer_cell:
        return Said(False, None, comment, "", reference, extras)
    return Said(False, None, text(item.answer_cell), comment, reference, extras, item.shape)


def _text(grid: Grid, cell: str | None) -> str:
    """What stands in a cell; ``""`` where it is blank or holds words that only ask for an answer."""
    text = grid.text(*place(cell)).strip() if cell else ""
    return "" if is_placeholder(text) else text


def _proved(earlier: Earlier) -> tuple[RowStatus, tuple[CitationJson, ...], tuple[str, ...]]:
    """The earlier status and citations; no citations where the words were edited and no longer follow from them."""
    row = earlier.record
    if row is None:
        return "answered", (), ()
    if row.status not in {"answered", "partial"}:
        return "answered", (), ("written by hand after the run, without citations",)
    status: RowStatus = "partial" if row.status == "partial" else "answered"
    if row.choice and earlier.said.choice and not same(row.choice, earlier.said.choice):
        return status, (), (f"its choice was {row.choice!r} before it was edited: no citations",)
    quotes = [each.quote for each in row.citations]
    now = without_reference(_said(earlier.said))
    if row.answer and plain(row.answer) not in plain(now) and unsupported(now, row.answer, quotes):
        return status, (), ("its words were edited after the run and do not follow from its quotes: no citations",)
    citations: tuple[CitationJson, ...] = tuple(
        {"n": n, "document": c.document, "page": c.page, "start": c.start, "end": c.end, "quote": c.quote}
        for n, c in enumerate(row.citations, 1)
    )
    return status, citations, ()


def _words_for_report(earlier: Earlier) -> str:
    """The recorded answer, without the places behind it, where it still stands in the cell; else the cell's words."""
    said, row = _said(earlier.said), earlier.record
    return row.answer if row is not None and row.answer and plain(row.answer) in plain(said) else said


def _said(said: Said) -> str:
    """An earlier answer's words; its choice where it has none."""
    return "\n".join(filter(None, (said.text, said.comment))) or said.choice or ""


def _one_of(rows: Sequence[Earlier], item: Item) -> tuple[Earlier | None, str]:
    """The one row, of several the one at the same place, or any where all say the same."""
    if len(rows) > 1:
        rows = [row for row in rows if _place(row.item) == _place(item)] or rows
    if len(rows) > 1 and len({row.said for row in rows}) > 1:
        return None, f"asked {len(rows)} times in {rows[0].file}, and answered differently"
    return (rows[0], "") if rows else (None, "")


def _rests_on(earlier: Earlier, name: str) -> bool:
    """Whether an answer cites a document, in its record or in the words of its cells."""
    if earlier.record is not None and any(each.document == name for each in earlier.record.citations):
        return True
    said = earlier.said
    return any(f"{name} p. " in text for text in (said.text, said.comment, said.reference))


def _asked(item: Item) -> str:
    """The whole question, with the words of its stem."""
    return item.question.text or item.text


def _words(item: Item) -> str:
    return fold(_asked(item))


def _id(item: Item) -> str:
    return fold(item.id).casefold().strip(" .:)")


def _place(item: Item) -> tuple[str, str]:
    return item.sheet.casefold(), fold(item.question.section).casefold()
