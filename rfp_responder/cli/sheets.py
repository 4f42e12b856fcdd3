"""``rfp inspect`` and ``rfp answer``: questionnaires."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rfp_responder.cli import app
from rfp_responder.cli.documents import IndexOption, JsonOption
from rfp_responder.cli.estimate import estimate_lines, unpriced
from rfp_responder.cli.outputs import (
    check_outputs,
    checkpoint_file,
    keep_edits,
    nothing_kept,
    page_of,
    prompts_used,
    write_report,
    write_staged,
)
from rfp_responder.cli.shown import one_line, print_json, progress_bar
from rfp_responder.machine import cores

if TYPE_CHECKING:
    from rfp_responder.knowledge import KnowledgeBase
    from rfp_responder.questionnaire import Answering, Layout, Options, Report
    from rfp_responder.settings import Settings

FileArgument = Annotated[
    Path, typer.Argument(metavar="QUESTIONNAIRE", help="XLSX, XLSM, CSV, DOCX or VSAQ JSON.", show_default=False)
]


_OFFLINE_WORKERS = 4  # the embedding model takes turns; more would wait for it
_SHOWN = 5  # contradictions and gaps that are told at once; the report has them all

MappingOption = Annotated[
    Path | None, typer.Option("--mapping", metavar="FILE", help="Use this mapping (YAML) instead of detection.")
]


@app.command()
def inspect(
    questionnaire: FileArgument,
    mapping: MappingOption = None,
    save_mapping: Annotated[
        Path | None, typer.Option("--save-mapping", metavar="FILE", help="Write what was detected as YAML, to edit.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what is detected in a questionnaire: sheets, columns, question rows, choices."""
    from rfp_responder.questionnaire import inspect as look
    from rfp_responder.questionnaire import load_mapping, mapping_text

    layout = look(questionnaire, load_mapping(mapping) if mapping else None)
    if save_mapping:
        check_outputs({"--save-mapping": save_mapping}, {"questionnaire": questionnaire})
        write_staged(save_mapping, mapping_text(layout, questionnaire.name))
    if as_json:
        print_json(layout.as_json())
        return
    typer.echo("\n".join(one_line(line) if line.strip() else line for line in _shown(layout)))


def _shown(layout: Layout) -> list[str]:
    """What was detected, in lines."""
    lines = [f"recognised as {layout.name}"] if layout.name else []
    if not layout.sheets:
        lines.append("no questions were found")
    lines += [f"{name}: left out ({reason})" for name, reason in layout.skipped]
    for sheet in layout.sheets:
        shown = sheet.as_json()
        names = ("id", "question", "answer", "comment", "reference", "section", "type", "limit", "depends")
        columns = [f"{name} {shown[f'{name}_column']}" for name in names if shown[f"{name}_column"]]
        columns += [f"also {column}" for column in sheet.extra_columns]
        rows = ", ".join(str(row) for row in sheet.header_rows) or "none"
        lines.append(f"{sheet.sheet}: {len(sheet.items)} questions · header rows {rows} · columns {', '.join(columns)}")
        if sheet.choices:
            lines.append(f"· choices: {' | '.join(sheet.choices)}")
        if sheet.appended:
            lines.append(f"· column {sheet.appended} will be added")
        conditional = sum(item.condition is not None for item in sheet.items)
        if conditional:
            lines.append(f"· {conditional} questions depend on another's answer")
        hidden = sum(item.hidden for item in sheet.items)
        if hidden:
            lines.append(f"· {hidden} questions stand in hidden rows or on a hidden sheet")
        unread = sum(bool(item.unwritable) or not item.question.text for item in sheet.items)
        if unread:
            lines.append(f"· {unread} questions cannot be answered: no cached text, no slot, or an unreadable list")
    return lines


@app.command()
def answer(
    questionnaire: FileArgument,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Where the filled file goes (NAME.filled.SUFFIX)."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", help="Where the JSON report goes, with a page to read beside it (OUT.report.json)."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an earlier run of this file stopped.")] = False,
    previous: Annotated[
        Path | None,
        typer.Option("--previous", metavar="FILLED", help="An earlier edition, filled: keep what is alike."),
    ] = None,
    mapping: MappingOption = None,
    evidence: Annotated[
        bool, typer.Option("--add-evidence-columns", help="Add a column for comments or citations to sheets.")
    ] = False,
    wrap: Annotated[bool, typer.Option("--wrap", help="Wrap long answers, by a new format where need be.")] = False,
    max_cost: Annotated[
        float | None,
        typer.Option("--max-cost", metavar="USD", help="Stop, and keep what is done, before more is spent."),
    ] = None,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Tell what would be asked and cost; ask nobody, write nothing.")
    ] = False,
    index: IndexOption = None,
) -> None:
    """Fill a questionnaire's own cells and hand it back, nothing else touched."""
    from rfp_responder.assemble import Wiring, open_knowledge_base, responder_over
    from rfp_responder.chat.cost import Budget
    from rfp_responder.chat.stop import Stop
    from rfp_responder.questionnaire import Options, Source, load_mapping
    from rfp_responder.settings import load_settings

    settings = load_settings(index=index)
    budget, stop = Budget(max_cost), Stop()
    outputs = _outputs(questionnaire, out, report, {"previous edition": previous, "mapping": mapping})
    knowledge = open_knowledge_base(settings)
    responder = responder_over(settings, knowledge, Wiring(budget=budget, estimating=estimate, stop=stop))
    options = Options(
        workers=settings.parallel if settings.model else min(cores(), _OFFLINE_WORKERS),
        mapping=load_mapping(mapping) if mapping else None,
        evidence_columns=evidence,
        wrap=wrap,
        sources=lambda: [Source(row.name, row.digest, row.source) for row in knowledge.documents()],
        notes=unpriced(settings),
        stop=stop,
    )
    if previous:
        options = _carrying(options, previous, settings, knowledge)
    kept = _kept(questionnaire, settings, knowledge, [previous, mapping, f"evidence {evidence}"], resume), resume
    if estimate:
        lines = estimate_lines(questionnaire, responder.ask, kept, options, settings)
    else:
        outcome = _filled(questionnaire, outputs, responder.ask, kept, options, settings.index)
        lines = _told(outcome, *outputs, budget.spent)
    typer.echo("\n".join(one_line(line) for line in lines))


def _kept(
    questionnaire: Path, settings: Settings, knowledge: KnowledgeBase, others: Sequence[Path | str | None], resume: bool
) -> Path | None:
    """Where finished rows of this run are kept; where none are and some were expected, that is said before the
    questions are paid for anew."""
    found = checkpoint_file(questionnaire, settings, knowledge.documents(), [*others, *prompts_used(settings)])
    if resume and (said := nothing_kept(found)):
        typer.echo(f"rfp: {said}", err=True)
    return found


def _outputs(
    questionnaire: Path, out: Path | None, report: Path | None, used: dict[str, Path | None]
) -> tuple[Path, Path]:
    """Where the filled file and its report go; raises InputError where they cannot, or where a file in use is."""
    from rfp_responder.questionnaire.verify_record import beside

    target = out or questionnaire.with_name(f"{questionnaire.stem}.filled{questionnaire.suffix}")
    check_outputs({"-o": target}, {})
    told = report or beside(target)
    check_outputs({"-o": target, "--report": told}, {"questionnaire": questionnaire, **used})
    return target, told


def _filled(
    questionnaire: Path,
    outputs: tuple[Path, Path],
    ask: Answering,
    kept: tuple[Path | None, bool],
    options: Options,
    index: Path,
) -> Report:
    """Fill, and write the report, also that of a run that had to stop. ``outputs`` are the filled file and the report,
    ``kept`` where finished rows are kept and whether those of an earlier run are taken."""
    from rfp_responder.questionnaire import RunStoppedError, fill

    target, told = outputs
    checkpoint, resume = kept
    if aside := keep_edits(target, index):
        options = replace(options, notes=(aside, *options.notes))
    with progress_bar("answer") as progress:
        options = replace(options, progress=lambda done, of: progress("", done, of))
        try:
            outcome = fill(questionnaire, target, ask, checkpoint=checkpoint, resume=resume, options=options)
        except RunStoppedError as stopped:
            write_report(stopped.report, told, index)
            raise
    write_report(outcome, told, index)
    return outcome


def _told(outcome: Report, target: Path, told: Path, spent: float) -> list[str]:
    """What came of a run, in lines; ``spent`` is what it cost, in dollars."""
    lines = [f"{target}: " + " · ".join(f"{name.replace('_', ' ')} {count}" for name, count in outcome.totals.items())]
    lines += [outcome.proof.sentence] if outcome.proof else []
    lines += [*outcome.notes, *_cost_told(outcome, spent)]
    for each in outcome.contradictions[:_SHOWN]:
        rows = ", ".join(f"{sheet!r} {row}" for sheet, row in each.rows)
        lines.append(f"rows {rows} do not agree: {each.reason}")
    if len(outcome.contradictions) > _SHOWN:
        lines.append(f"and {len(outcome.contradictions) - _SHOWN} more that do not agree: see the report")
    if outcome.gaps:
        counts: dict[str, int] = {}
        for gap in outcome.gaps:
            counts[gap.topic] = counts.get(gap.topic, 0) + len(gap.rows)
        wanted = ", ".join(f"{topic} ({count})" for topic, count in list(counts.items())[:_SHOWN])
        lines.append(f"to answer more, document: {wanted}")
    return [*lines, f"report: {told}; to read: {page_of(told)}"]


def _cost_told(outcome: Report, spent: float) -> list[str]:
    """Tokens and dollars, where a model answered, and what two prompts in one run compare to."""
    from rfp_responder.chat.cost import dollars

    total = outcome.spending.total
    if not (total.input_tokens or total.output_tokens or spent):
        return []
    tokens = f"{total.input_tokens:,} + {total.output_tokens:,} tokens"
    cost = f"these answers took {tokens}, {dollars(total.cost_usd)}; this run spent {dollars(spent)}"
    return [cost, *([outcome.spending.comparison] if outcome.spending.comparison else [])]


def _carrying(options: Options, previous: Path, settings: Settings, knowledge: KnowledgeBase) -> Options:
    """The options with what an earlier edition answered, where its question is the same and its documents have not
    changed."""
    from rfp_responder.errors import InputError
    from rfp_responder.questionnaire.previous import changed_documents, load_previous
    from rfp_responder.questionnaire.previous_outcome import taken_over
    from rfp_responder.questionnaire.verify import find_record

    try:
        record = find_record(previous, settings.index).data
    except InputError:
        record = None  # filled by hand or elsewhere: its texts are carried without citations
    known = load_previous(previous, record, changed_documents(record, knowledge) if record else frozenset())
    return replace(options, earlier=taken_over(known), notes=(*known.notes, *options.notes))
