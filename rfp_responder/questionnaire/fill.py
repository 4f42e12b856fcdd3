"""A questionnaire filled: every question put to the answerer once, every row accounted for, the file
proved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from rfp_responder.domain import Answer, Question
from rfp_responder.errors import ModelError, QuestionnaireError, RfpError
from rfp_responder.questionnaire.account import Report, Row
from rfp_responder.questionnaire.checkpoint import Checkpoint, Outcome
from rfp_responder.questionnaire.detect import detect
from rfp_responder.questionnaire.formats import Format, format_of
from rfp_responder.questionnaire.model import Edit, Item, Layout, Written
from rfp_responder.questionnaire.places import place
from rfp_responder.questionnaire.slots import closed, place_answer, settle_shared
from rfp_responder.text import fold

Answering = Callable[[Question], Answer]
Progress = Callable[[int, int], None]
MODEL_FAULTS = 3  # in a row: the server is down or the key is wrong, and the next 300 rows would fail alike


def inspect(path: Path) -> Layout:
    """What is detected in a questionnaire; raises QuestionnaireError for a file that cannot be read."""
    return detect(format_of(path).read(path))


def fill(  # the signature other rooms use
    path: Path,
    out: Path,
    answer: Answering,
    *,
    checkpoint: Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Write answers into a copy of the questionnaire ``path`` at ``out`` and report on every row.

    ``answer`` may raise for one question: that row becomes ``error``. Three ModelErrors in a row stop the run
    after what was done is saved. Each finished row is appended to ``checkpoint``; ``resume`` takes rows
    from it. ``progress(done, total)`` is called after each question. Raises QuestionnaireError.
    """
    form = format_of(path)
    if out.exists() and path.exists() and out.samefile(path):
        raise QuestionnaireError(f"{out} is the questionnaire itself", "Name another output file.")
    if out.suffix.lower() != path.suffix.lower():
        raise QuestionnaireError(
            f"the output {out.name} has another suffix than {path.name}", f"Name it {out.stem}{path.suffix}."
        )
    layout = detect(form.read(path))
    require_slots(path, layout)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    run = Run(answer, Checkpoint(checkpoint, digest, resume=resume))
    items = layout.items
    for done, item in enumerate(items, 1):
        run.finish(item)
        if progress:
            progress(done, len(items))
        if run.stopped:
            break
    report = _deliver(path, out, form, layout, run.outcomes)
    if run.stopped:
        raise QuestionnaireError(
            f"the model failed {MODEL_FAULTS} times in a row, last: {run.stopped}; "
            f"{len(run.outcomes)} of {len(items)} questions are done and saved in {out}",
            "See to the model, then run again with --resume.",
        )
    return report


def require_slots(path: Path, layout: Layout) -> None:
    """Raise QuestionnaireError when there are no questions, or no cells for their answers."""
    if not layout.items:
        seen = "; ".join(f"{name!r}: {reason}" for name, reason in layout.skipped[:6]) or "no sheet or table"
        raise QuestionnaireError(
            f"{path.name} holds no questions ({seen}); expected a header row such as 'Question | Answer'",
            "Check the file with: rfp inspect.",
        )
    if not any(sheet.answerable for sheet in layout.sheets):
        sheet = max(layout.sheets, key=lambda each: len(each.items))
        headers = ", ".join(repr(" ".join(header.split())) for header in sheet.headers[:10]) or "none"
        raise QuestionnaireError(
            f"{path.name}, sheet {sheet.sheet!r} has {len(sheet.items)} questions in column "
            f"{sheet.question_column} but no answer column; headers seen: {headers}; "
            "expected one such as 'Answer', 'Response' or 'Comments'",
            "Add a column with such a header, or a drop-down, beside the questions.",
        )


@dataclass(slots=True)
class Run:
    """One pass over the items: duplicates answered once, faults kept to their row.

    ``stopped`` holds the model's last fault once it failed too often, else ``""``.
    """

    answer: Answering
    checkpoint: Checkpoint
    outcomes: dict[tuple[str, int], Outcome] = field(default_factory=dict)
    stopped: str = ""
    _answers: dict[tuple[object, ...], Answer] = field(default_factory=dict)
    _faults: int = 0

    def finish(self, item: Item) -> None:
        """Bring one item to its end; after this ``outcomes`` holds it."""
        known = self.checkpoint.get(item)
        outcome = known or self._outcome(item)
        self.outcomes[_key(item)] = outcome
        if not known:
            self.checkpoint.add(item, outcome)

    def _outcome(self, item: Item) -> Outcome:
        if item.blocked:
            return closed(item, "not_required", item.blocked)
        if item.unwritable or not item.question.text:
            return closed(item, "unanswered", item.unwritable or "the question's text could not be read")
        try:
            return place_answer(item, self._answered(item.question))
        except ModelError as fault:
            self._faults += 1
            if self._faults >= MODEL_FAULTS:
                self.stopped = str(fault)
            return closed(item, "error", str(fault))
        except RfpError as fault:
            return closed(item, "error", str(fault))
        except Exception as fault:  # an answerer is foreign code: its fault is the row's, said in the report
            return closed(item, "error", f"{type(fault).__name__}: {fault}")

    def _answered(self, question: Question) -> Answer:
        """The answer; questions that differ only in id, case and white space are put once."""
        limits = question.max_words, question.max_characters
        key = (fold(question.text).casefold(), question.choices, question.section, *limits)
        if key not in self._answers:
            self._answers[key] = self.answer(question)
            self._faults = 0
        return self._answers[key]


def _deliver(path: Path, out: Path, form: Format, layout: Layout, outcomes: dict[tuple[str, int], Outcome]) -> Report:
    """Write, prove, and only then put the file where it was asked for."""
    edits, shared = settle_shared([(item, outcomes[k]) for item in layout.items if (k := _key(item)) in outcomes])
    staged = out.with_name(f".{out.stem}.staged{out.suffix}")
    try:
        written = form.write(path, staged, edits)
        proved = form.prove(path, staged, written.edits, _allowed(layout))
        staged.replace(out)
    finally:
        staged.unlink(missing_ok=True)
    notes = [proved, *(f"sheet {name!r} was left out: {reason}" for name, reason in layout.skipped)]
    notes += [note for sheet in layout.sheets for note in sheet.notes]
    written = replace(written, notes={**shared, **written.notes})
    return Report(path.name, str(out), _rows(layout, outcomes, written), tuple(dict.fromkeys(notes)))


def _key(item: Item) -> tuple[str, int]:
    return item.sheet, item.row


def _allowed(layout: Layout) -> dict[tuple[str, int, int], tuple[str, ...]]:
    """What each answer cell with a list may hold."""
    return {
        (item.sheet, *place(item.answer_cell)): item.choices
        for item in layout.items
        if item.choices and not item.marks and item.answer_cell
    }


def _rows(layout: Layout, outcomes: dict[tuple[str, int], Outcome], written: Written) -> tuple[Row, ...]:
    """Every row once, sheet by sheet from top to bottom, with what the writer had to say."""
    refused = {(edit.sheet, edit.row, edit.column): reason for edit, reason in written.refused}
    rows: list[Row] = []
    for sheet in layout.sheets:
        found: dict[int, Row] = {
            other.row: Row(sheet.sheet, other.row, other.cell, "", other.text, "not_a_question", notes=(other.reason,))
            for other in sheet.others
        }
        for item in sheet.items:
            outcome = outcomes.get(_key(item))
            if outcome is not None:
                found[item.row] = _with_writer_notes(outcome, refused, written)
        rows += [found[number] for number in sorted(found)]
    return tuple(rows)


def _with_writer_notes(outcome: Outcome, refused: dict[tuple[str, int, int], str], written: Written) -> Row:
    row = outcome.row
    places = [_place(edit) for edit in outcome.edits]
    notes = [written.notes[p] for p in places if p in written.notes]
    lost = [refused[p] for p in places if p in refused]
    if lost and len(lost) == len(places):
        row = replace(row, status="not_required")
    return replace(row, notes=tuple(dict.fromkeys((*row.notes, *notes, *lost))))


def _place(edit: Edit) -> tuple[str, int, int]:
    return edit.sheet, edit.row, edit.column
