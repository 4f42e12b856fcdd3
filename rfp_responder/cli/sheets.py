"""``rfp inspect`` and ``rfp answer``: questionnaires."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rfp_responder.cli import app
from rfp_responder.cli.documents import IndexOption, JsonOption
from rfp_responder.cli.shown import print_json, progress_bar

if TYPE_CHECKING:
    from rfp_responder.protocols import DocumentRow
    from rfp_responder.settings import Settings

FileArgument = Annotated[
    Path, typer.Argument(metavar="QUESTIONNAIRE", help="XLSX, XLSM, CSV or DOCX.", show_default=False)
]


@app.command()
def inspect(questionnaire: FileArgument, as_json: JsonOption = False) -> None:
    """Show what is detected in a questionnaire: sheets, columns, question rows, choices."""
    from rfp_responder.questionnaire import inspect as look

    layout = look(questionnaire)
    if as_json:
        print_json(layout.as_json())
        return
    if not layout.sheets:
        typer.echo("no questions were found")
    for name, reason in layout.skipped:
        typer.echo(f"{name}: left out ({reason})")
    for sheet in layout.sheets:
        shown = sheet.as_json()
        columns = [
            f"{name} {shown[f'{name}_column']}"
            for name in ("id", "question", "answer", "comment")
            if shown[f"{name}_column"]
        ]
        rows = shown["question_rows"]
        assert isinstance(rows, list)
        typer.echo(
            f"{shown['sheet']}: {len(rows)} questions · header rows {shown['header_rows']}"
            f" · columns {', '.join(columns)}"
        )
        if shown["choices"]:
            typer.echo(f"  choices: {shown['choices']}")


@app.command()
def answer(
    questionnaire: FileArgument,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Where the filled file goes (NAME.filled.SUFFIX)."),
    ] = None,
    report: Annotated[Path | None, typer.Option("--report", help="Write a JSON report of every row here.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an earlier run of this file stopped.")] = False,
    index: IndexOption = None,
) -> None:
    """Fill a questionnaire's own cells and hand it back, nothing else touched."""
    from rfp_responder.assemble import open_knowledge_base, responder_over
    from rfp_responder.questionnaire import fill
    from rfp_responder.settings import load_settings

    settings = load_settings(index=index)
    target = out or questionnaire.with_name(f"{questionnaire.stem}.filled{questionnaire.suffix}")
    _check_outputs(questionnaire, target, report)
    knowledge = open_knowledge_base(settings)
    responder = responder_over(settings, knowledge)
    checkpoint = _checkpoint(questionnaire, settings, knowledge.documents())
    with progress_bar("answer") as progress:
        outcome = fill(
            questionnaire,
            target,
            responder.ask,
            checkpoint=checkpoint,
            resume=resume,
            progress=lambda done, of: progress("", done, of),
        )
    shown = outcome.as_json()
    if report:
        staged = report.with_name(f".{report.name}.staged")
        staged.write_text(json.dumps(shown, ensure_ascii=False, indent=2) + "\n", "utf-8")
        staged.replace(report)
    totals = shown["totals"]
    assert isinstance(totals, dict)
    typer.echo(f"{target}: " + " · ".join(f"{name.replace('_', ' ')} {count}" for name, count in totals.items()))
    for note in outcome.notes:
        typer.echo(f"  {note}")


def _check_outputs(questionnaire: Path, target: Path, report: Path | None) -> None:
    """Refuse, before anything is asked, outputs that could not be written or would write over a file in use."""
    from rfp_responder.errors import InputError

    named = {"-o": target} | ({"--report": report} if report else {})
    for option, path in named.items():
        if path.is_dir():
            raise InputError(f"{option} {path}: is a folder, expected a file", "Name a file in it")
        if not path.absolute().parent.is_dir():
            raise InputError(f"{option} {path}: its folder is not there", "Make the folder, or name another place")
        if path.resolve() == questionnaire.resolve():
            raise InputError(
                f"{option} {path}: is the questionnaire itself, which is never overwritten", "Name another file"
            )
    if report and report.resolve() == target.resolve():
        raise InputError(f"--report {report}: is the filled file itself", "Name another file for the report")


def _checkpoint(questionnaire: Path, settings: Settings, documents: Sequence[DocumentRow]) -> Path | None:
    """Where finished rows are kept: one file for each questionnaire, state of the index and set of settings.

    A row answered from other documents or by another model is thereby never taken over.
    """
    import hashlib

    from rfp_responder.ingest import file_digest

    if not questionnaire.is_file():
        return None
    held = [f"{row.name} {row.digest} {row.recipe}" for row in documents]
    chosen = settings.model_dump_json(exclude={"api_key", "index", "timeout", "max_retries"})
    seed = "\n".join([file_digest(questionnaire), chosen, *held])
    folder = settings.index / "answers"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{questionnaire.stem[:60]}-{hashlib.sha256(seed.encode()).hexdigest()[:12]}.jsonl"
