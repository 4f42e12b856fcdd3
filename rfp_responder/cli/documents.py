"""``rfp ingest``: documents in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rfp_responder.cli import app
from rfp_responder.cli.shown import print_json, progress_bar
from rfp_responder.errors import InputError

if TYPE_CHECKING:
    from rfp_responder.knowledge import Tally

IndexOption = Annotated[Path | None, typer.Option("--index", help="Folder of the index (else RFP_INDEX, else .rfp).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.", show_default=False)],
    index: IndexOption = None,
    prune: Annotated[bool, typer.Option("--prune", help="Remove documents whose files are gone.")] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Embed everything anew (after a change of model).")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring documents in; unchanged files are skipped, changed ones replaced."""
    from rfp_responder.assemble import open_knowledge_base
    from rfp_responder.ingest import READERS
    from rfp_responder.knowledge import Tally, gather
    from rfp_responder.settings import load_settings

    settings = load_settings(index=index)
    looked = Tally()
    if not gather(paths, looked):
        what = "; ".join(reason for _, reason in looked.failed) or f"no document below {', '.join(map(str, paths))}"
        raise InputError(f"nothing to ingest: {what}", f"Name files or folders with {', '.join(sorted(READERS))}")
    knowledge = open_knowledge_base(settings, create=True)
    with progress_bar("ingest") as progress:
        tally = knowledge.ingest(paths, prune=prune, rebuild=rebuild, progress=progress)
    if as_json:
        print_json(_tally_json(tally))
    elif tally.documents:
        typer.echo("\n".join(_tally_lines(tally)))
    if not (tally.added or tally.replaced or tally.unchanged or tally.removed):
        raise _nothing(tally)
    for _, reason in tally.failed:
        typer.echo(f"rfp: not ingested: {reason}", err=True)


def _nothing(tally: Tally) -> InputError:
    """The one line for an ingest that brought nothing in: why, for the first files."""
    reasons = [reason for _, reason in tally.failed]
    more = f" (and {len(reasons) - 3} more)" if len(reasons) > 3 else ""
    return InputError(f"nothing was ingested: {'; '.join(reasons[:3])}{more}")


def _tally_lines(tally: Tally) -> list[str]:
    lines = [
        f"{tally.documents} documents, {tally.pages} pages, {tally.chunks} chunks in the index ({tally.seconds:.1f} s)",
        f"  added {len(tally.added)} · replaced {len(tally.replaced)} · unchanged {len(tally.unchanged)}"
        f" · removed {len(tally.removed)} · failed {len(tally.failed)} · skipped {len(tally.skipped)}",
    ]
    lines += [f"  skipped: {name} ({reason})" for name, reason in tally.skipped[:20]]
    if len(tally.skipped) > 20:
        lines.append(f"  skipped: {len(tally.skipped) - 20} more")
    lines += [f"  note: {name}: {note}" for name, note in tally.notes]
    if tally.gone:
        lines.append(f"  no longer there: {', '.join(tally.gone)} (remove them with --prune)")
    return lines


def _tally_json(tally: Tally) -> dict[str, object]:
    return {
        "documents": tally.documents,
        "pages": tally.pages,
        "chunks": tally.chunks,
        "seconds": round(tally.seconds, 3),
        "added": tally.added,
        "replaced": tally.replaced,
        "unchanged": tally.unchanged,
        "removed": tally.removed,
        "gone": tally.gone,
        "failed": [{"document": name, "reason": reason} for name, reason in tally.failed],
        "skipped": [{"document": name, "reason": reason} for name, reason in tally.skipped],
        "notes": [{"document": name, "note": note} for name, note in tally.notes],
    }
