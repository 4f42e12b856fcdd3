"""``rfp verify``: a filled questionnaire against the documents that its answers rest on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rfp_responder.cli import EXIT_GATE, app
from rfp_responder.cli.documents import IndexOption, JsonOption
from rfp_responder.cli.shown import one_line, print_json

if TYPE_CHECKING:
    from rfp_responder.questionnaire.verify import Verification


@app.command()
def verify(
    filled: Annotated[
        Path, typer.Argument(metavar="FILLED", help="A file that rfp answer filled.", show_default=False)
    ],
    report: Annotated[
        Path | None, typer.Option("--report", help="The JSON report of the run that filled it (else it is looked for).")
    ] = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Re-check every answer and citation of a filled questionnaire, with no model; exit 2 where a row fails."""
    from contextlib import closing

    from rfp_responder.assemble import open_manifest
    from rfp_responder.questionnaire.verify import find_record
    from rfp_responder.questionnaire.verify import verify as check
    from rfp_responder.settings import load_settings

    settings = load_settings(index=index)
    found = find_record(filled, settings.index, report)
    with closing(open_manifest(settings)) as manifest:
        outcome = check(filled, found.data, manifest, str(found.path))
    if as_json:
        print_json(outcome.as_json())
    else:
        typer.echo("\n".join(_lines(outcome, found.how)))
    if not outcome.ok:
        raise typer.Exit(EXIT_GATE)


def _lines(outcome: Verification, how: str) -> list[str]:
    """The verdict for people: one line for each finding, then how much was checked and whether it stands."""
    lines = []
    for each in outcome.findings:
        named = f"{each.sheet} {each.cell}" + (f" ({each.id})" if each.id else "")
        light = "" if each.fails else " (no row falls by it)"
        lines.append(f"{one_line(named)}: {each.kind.replace('_', ' ')}{light}: {one_line(each.detail)}")
    lines += [f"note: {one_line(note)}" for note in outcome.notes]
    counted = f"{outcome.rows_checked} rows and {outcome.citations_checked} citations checked"
    failed = f"{outcome.failed_rows} {'row does' if outcome.failed_rows == 1 else 'rows do'} NOT stand"
    verdict = "all stand" if outcome.ok else failed
    lines.append(f"{one_line(outcome.filled)}: {counted} against {one_line(outcome.record)} ({how}): {verdict}")
    return lines
