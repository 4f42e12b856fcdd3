"""``rfp inspect`` and ``rfp answer``: questionnaires."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rfp_responder.cli import app
from rfp_responder.cli.documents import IndexOption, JsonOption
from rfp_responder.cli.outputs import check_outputs, checkpoint_file, keep_edits, page_of, write_report, write_staged
from rfp_responder.cli.shown import one_line, print_json, progress_bar
from rfp_responder.machine import cores

if TYPE_CHECKING:
    from rfp_responder.knowledge import KnowledgeBase
    from rfp_responder.questionnaire import Layout, Options, Report
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
    index: IndexOption = None,
) -> None:
    """Fill a questionnaire's own cells and hand it back, nothing else touched."""
    from rfp_responder.assemble import open_knowledge_base, responder_over
    from rfp_responder.questionnaire import Options, RunStoppedError, Source, fill, load_mapping
    from rfp_responder.questionnaire.verify_record import beside
    from rfp_responder.settings import load_settings

    settings = load_settings(index=index)
    target = out or questionnaire.with_name(f"{questionnaire.stem}.filled{questionnaire.suffix}")
    check_outputs({"-o": target}, {})
    told = report or beside(target)
    used = {"questionnaire": questionnaire, "previous edition": previous, "mapping": mapping}
    check_outputs({"-o": target, "--report": told}, used)
    knowledge = open_knowledge_base(settings)
    responder = responder_over(settings, knowledge)
    options = Options(
        workers=settings.parallel if settings.model else min(cores(), _OFFLINE_WORKERS),
        mapping=load_mapping(mapping) if mapping else None,
        evidence_columns=evidence,
        wrap=wrap,
        sources=lambda: [Source(row.name, row.digest, row.source) for row in knowledge.documents()],
    )
    if previous:
        options = _carrying(options, previous, settings, knowledge)
    others = [previous, mapping, f"evidence {evidence}"]
    checkpoint = checkpoint_file(questionnaire, settings, knowledge.documents(), others)
    if kept := keep_edits(target, settings.index):
        options = replace(options, notes=(kept, *options.notes))
    with progress_bar("answer") as progress:
        options = replace(options, progress=lambda done, of: progress("", done, of))
        try:
            outcome = fill(questionnaire, target, responder.ask, checkpoint=checkpoint, resume=resume, options=options)
        except RunStoppedError as stopped:
            write_report(stopped.report, told, settings.index)
            raise
    write_report(outcome, told, settings.index)
    typer.echo("\n".join(one_line(line) for line in _told(outcome, target, told)))


def _told(outcome: Report, target: Path, told: Path) -> list[str]:
    """What came of a run, in lines."""
    lines = [f"{target}: " + " · ".join(f"{name.replace('_', ' ')} {count}" for name, count in outcome.totals.items())]
    lines += [outcome.proof.sentence] if outcome.proof else []
    lines += list(outcome.notes)
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
    return replace(options, earlier=taken_over(known), notes=tuple(known.notes))
