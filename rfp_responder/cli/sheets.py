"""``rfp inspect`` and ``rfp answer``: questionnaires."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from rfp_responder.cli import app
from rfp_responder.cli.documents import IndexOption, JsonOption
from rfp_responder.cli.shown import print_json, progress_bar

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
    from rfp_responder.assemble import make_responder
    from rfp_responder.errors import InputError
    from rfp_responder.questionnaire import fill
    from rfp_responder.settings import load_settings

    settings = load_settings(index=index)
    target = out or questionnaire.with_name(f"{questionnaire.stem}.filled{questionnaire.suffix}")
    for path in filter(None, (target, report)):
        if not path.absolute().parent.is_dir():
            raise InputError(f"{path}: its folder is not there", "Make the folder, or name another place")
    if questionnaire.is_file() and target.exists() and target.samefile(questionnaire):
        raise InputError(
            f"{target}: is the questionnaire itself, which is never overwritten", "Name another file with -o"
        )
    responder = make_responder(settings)
    checkpoint = settings.index / "answers" / f"{questionnaire.stem}.jsonl"
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
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
        report.write_text(json.dumps(shown, ensure_ascii=False, indent=2) + "\n", "utf-8")
    totals = shown["totals"]
    assert isinstance(totals, dict)
    typer.echo(f"{target}: " + " · ".join(f"{name.replace('_', ' ')} {count}" for name, count in totals.items()))
