"""A questionnaire filled: every question put to the answerer once, every row accounted for, the file proved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rfp_responder.chat.stop import Stop
from rfp_responder.domain import Answer, Question
from rfp_responder.errors import QuestionnaireError, RfpError
from rfp_responder.ingest import file_digest
from rfp_responder.questionnaire.account import Report, Row, Source
from rfp_responder.questionnaire.append import Appended, with_added_columns
from rfp_responder.questionnaire.batch import (
    MODEL_FAULTS,
    NOT_REACHED,
    Batch,
    Earlier,
    Progress,
    key_of,
    question_key,
)
from rfp_responder.questionnaire.checkpoint import Checkpoint, Outcome, stood_in
from rfp_responder.questionnaire.consistency import contradictions
from rfp_responder.questionnaire.crew import Answering
from rfp_responder.questionnaire.detect import detect
from rfp_responder.questionnaire.formats import Format, Look, format_of, refuse_unfillable
from rfp_responder.questionnaire.gaps import find_gaps
from rfp_responder.questionnaire.mapping import Mapping, mapped
from rfp_responder.questionnaire.model import Grid, Item, Layout, OtherRow, Written
from rfp_responder.questionnaire.places import cell_name, place
from rfp_responder.questionnaire.slots import closed, settle_shared

Outcomes = dict[tuple[str, int], Outcome]


class RunStoppedError(QuestionnaireError):
    """The model's server failed too often, or the cap was reached; ``report`` tells what was done before that."""

    def __init__(self, what: str, remedy: str, report: Report) -> None:
        super().__init__(what, remedy)
        self.report = report


@dataclass(frozen=True, slots=True)
class Options:
    """How a questionnaire is filled.

    ``progress(done, total)`` is called after each row. ``workers`` questions are put at a time. ``mapping`` says what
    is where instead of detection. ``evidence_columns`` adds a column for comments where a sheet has none, ``wrap`` a
    wrapping look to cells that need one. ``sources`` are the documents of the knowledge base, ``earlier`` what is
    taken over from an earlier edition, ``notes`` what is to be said of the whole file. ``stop`` is the sign to those
    who answer that the run is over.
    """

    progress: Progress | None = None
    workers: int = 1
    mapping: Mapping | None = None
    evidence_columns: bool = False
    wrap: bool = False
    sources: Callable[[], Sequence[Source]] = tuple
    earlier: Earlier | None = None
    notes: tuple[str, ...] = ()
    stop: Stop | None = None


def inspect(path: Path, mapping: Mapping | None = None) -> Layout:
    """What is detected in a questionnaire; raises QuestionnaireError for a file that cannot be read."""
    form = format_of(path)
    return _laid_out(path, form, form.read(path), Options(mapping=mapping)).layout


def fill(  # the signature other rooms use
    path: Path,
    out: Path,
    answer: Answering,
    *,
    checkpoint: Path | None = None,
    resume: bool = False,
    options: Options | None = None,
) -> Report:
    """Write answers into a copy of the questionnaire ``path`` at ``out`` and report on every row.

    ``answer`` may raise for one question: that row becomes ``error``. Three ModelErrors in a row, other than
    ModelReplyErrors, stop the run after what was done is saved, and so does a CostLimitError at once. Each finished
    row is appended to ``checkpoint``; ``resume`` takes rows from it, but for those that the offline answerer wrote
    because a model failed. Raises QuestionnaireError.
    """
    options = options or Options()
    form = format_of(path)
    if out.exists() and path.exists() and out.samefile(path):
        raise QuestionnaireError(f"{out} is the questionnaire itself", "Name another output file.")
    if out.suffix.lower() != path.suffix.lower():
        raise QuestionnaireError(
            f"the output {out.name} has another suffix than {path.name}", f"Name it {out.stem}{path.suffix}."
        )
    refuse_unfillable(path)
    laid = _laid_out(path, form, form.read(path), options)
    require_slots(path, laid.layout)
    kept = Checkpoint(checkpoint, file_digest(path), resume=resume)
    batch = Batch(answer, kept, options.progress, options.workers, options.earlier, options.stop or Stop())
    batch.run(laid.layout.items)
    report = _deliver(path, out, form, laid, batch.outcomes, options)
    done = sum(row.status != "error" for row in report.rows if row.status != "not_a_question")
    if batch.capped:
        raise RunStoppedError(
            f"{batch.capped.what}; {done} of {len(laid.layout.items)} questions are done and saved in {out}",
            batch.capped.remedy,
            report,
        )
    if batch.stopped:
        raise RunStoppedError(
            f"the model failed {MODEL_FAULTS} times in a row, last: {batch.stopped}; "
            f"{done} of {len(laid.layout.items)} questions are done and saved in {out}",
            "See to the model, then run again with --resume.",
            report,
        )
    return report


@dataclass(frozen=True, slots=True)
class Forecast:
    """The questions that a run would ask, each once, of ``items`` rows that ask something.

    ``conditional`` are those that only rows ask which hang on another row's answer, which is not known yet.
    """

    items: int
    certain: tuple[Question, ...]
    conditional: tuple[Question, ...]


class _NotAskedError(RfpError):
    """What a row ends with that is only counted."""


def forecast(
    path: Path, *, checkpoint: Path | None = None, resume: bool = False, options: Options | None = None
) -> Forecast:
    """What ``fill`` would ask; nobody is asked and nothing is written. Raises QuestionnaireError."""
    options = options or Options()
    form = format_of(path)
    refuse_unfillable(path)
    layout = _laid_out(path, form, form.read(path), options).layout
    require_slots(path, layout)
    asked: dict[tuple[object, ...], Question] = {}

    def note(question: Question) -> Answer:
        asked[question_key(question)] = question
        raise _NotAskedError("counted")

    batch = Batch(note, Checkpoint(checkpoint, file_digest(path), resume=resume, frozen=True), earlier=options.earlier)
    batch.run(layout.items)
    certain = {question_key(item.question) for item in layout.items if not batch.open_gate(item)}
    return Forecast(
        len(layout.items),
        tuple(question for key, question in asked.items() if key in certain),
        tuple(question for key, question in asked.items() if key not in certain),
    )


def _laid_out(path: Path, form: Format, grids: Sequence[Grid], options: Options) -> Appended:
    """Where everything is, with the columns that are added."""
    layout = mapped(grids, options.mapping, path.name) if options.mapping else detect(grids)
    layout = replace(layout, name=layout.name or form.name)
    return with_added_columns(layout, grids, evidence=options.evidence_columns) if form.appends else Appended(layout)


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


def _deliver(path: Path, out: Path, form: Format, laid: Appended, outcomes: Outcomes, options: Options) -> Report:
    """Write, prove, and only then put the file where it was asked for."""
    layout = laid.layout
    edits, shared = settle_shared([(item, outcomes[k]) for item in layout.items if (k := key_of(item)) in outcomes])
    staged = out.with_name(f".{out.stem}.staged{out.suffix}")
    try:
        written = form.write(path, staged, [*laid.edits, *edits], Look(options.wrap, laid.widths))
        proof = form.prove(path, staged, written.edits, _allowed(layout))
        staged.replace(out)
    finally:
        staged.unlink(missing_ok=True)
    written = replace(written, notes={**shared, **written.notes})
    rows = _rows(layout, outcomes, written)
    _account(layout, rows)
    notes = [*_stood_in(rows), *options.notes, *_file_notes(layout)]
    carried = [row for row in rows if row.carried]
    if carried:
        notes.insert(0, f"{len(carried)} of {len(layout.items)} answers were carried over from an earlier edition")
    if proof.stale:
        notes.append(
            f"{len(proof.stale)} computed cells are out of date until they are recalculated, as Excel does on opening"
        )
    whole = tuple(replace(row, question=row.asked or row.question) for row in rows)
    cited = {str(citation["document"]) for row in rows for citation in row.citations}
    return Report(
        path.name,
        str(out),
        rows,
        tuple(dict.fromkeys(notes)),
        proof=proof,
        contradictions=contradictions(whole),
        gaps=find_gaps(whole),
        sources=tuple(source for source in options.sources() if source.name in cited),
        digests={"questionnaire": file_digest(path), "output": file_digest(out)},
    )


def _stood_in(rows: Sequence[Row]) -> list[str]:
    """A note on rows that were answered offline because a model failed, with the last fault."""
    faults = [fault for row in rows if (fault := stood_in(row))]
    if not faults:
        return []
    answered = sum(bool(row.author) and not row.carried for row in rows)
    model, _, fault = faults[-1].partition(": ")
    return [
        f"{len(faults)} of {answered} rows were answered offline because {model} failed: {fault}; "
        "--resume asks it again for these rows"
    ]


def _file_notes(layout: Layout) -> list[str]:
    notes = [f"sheet {name!r} was left out: {reason}" for name, reason in layout.skipped]
    notes += [note for sheet in layout.sheets for note in sheet.notes]
    notes += [f"sheet {sheet.sheet!r}: column {sheet.appended} was added" for sheet in layout.sheets if sheet.appended]
    for sheet in layout.sheets:
        for column in sheet.extra_columns:
            named = [extra for item in sheet.items for extra in item.extras]
            extras = [extra for extra in named if extra.cell.rstrip("0123456789") == column]
            if extras:
                notes.append(
                    f"sheet {sheet.sheet!r}: column {column} ({extras[0].header}) has a list of its own "
                    f"({', '.join(extras[0].choices[:6])}) and is left to you"
                )
    hidden = [f"{item.sheet!r} row {item.row}" for item in layout.items if item.hidden]
    if hidden:
        more = f" and {len(hidden) - 5} more" if len(hidden) > 5 else ""
        notes.append(f"{len(hidden)} questions stand in hidden rows or sheets: {', '.join(hidden[:5])}{more}")
    return notes


def _allowed(layout: Layout) -> dict[tuple[str, int, int], tuple[str, ...]]:
    """What each answer cell that takes one value of a list may hold."""
    return {
        (item.sheet, *place(item.answer_cell)): item.choices
        for item in layout.items
        if item.choices and item.shape == "choice" and item.answer_cell and not item.boxes
    }


def _rows(layout: Layout, outcomes: Outcomes, written: Written) -> tuple[Row, ...]:
    """Every row once, sheet by sheet from top to bottom, with what the writer had to say."""
    refused = {(edit.sheet, edit.row, edit.column): reason for edit, reason in written.refused}
    stands = {(edit.sheet, edit.row, edit.column): edit.text for edit in written.edits}
    rows: list[Row] = []
    for sheet in layout.sheets:
        found: dict[int, Row] = {
            other.row: Row(sheet.sheet, other.row, other.cell, "", other.text, "not_a_question", notes=(other.reason,))
            for other in sheet.others
        }
        for item in sheet.items:
            outcome = outcomes.get(key_of(item)) or closed(item, "error", NOT_REACHED)
            found[item.row] = _as_written(outcome, refused, stands, written)
        rows += [found[number] for number in sorted(found)]
    return tuple(rows)


def _as_written(
    outcome: Outcome,
    refused: dict[tuple[str, int, int], str],
    stands: dict[tuple[str, int, int], str],
    written: Written,
) -> Row:
    row = outcome.row
    places = [(edit.sheet, edit.row, edit.column) for edit in outcome.edits]
    notes = [written.notes[p] for p in places if p in written.notes]
    lost = [refused[p] for p in places if p in refused]
    if lost and len(lost) == len(places):
        row = replace(row, status="not_required")
    cells = tuple((cell_name(p[1], p[2]), stands[p]) for p in places if p in stands)
    return replace(row, notes=tuple(dict.fromkeys((*row.notes, *notes, *lost))), written=cells)


def _account(layout: Layout, rows: Sequence[Row]) -> None:
    """Raise QuestionnaireError unless every row that was found is accounted for exactly once."""
    wanted = [(sheet.sheet, row) for sheet in layout.sheets for row in _numbers(sheet.items, sheet.others)]
    told = [(row.sheet, row.row) for row in rows]
    if sorted(wanted) != sorted(told):
        raise QuestionnaireError(
            f"{len(wanted)} rows were found and {len(told)} are accounted for",
            "This is a fault of ours; please report it.",
        )


def _numbers(items: Sequence[Item], others: Sequence[OtherRow]) -> set[int]:
    return {item.row for item in items} | {other.row for other in others}
