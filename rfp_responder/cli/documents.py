"""``rfp ingest``, ``rfp docs`` and ``rfp reindex``: documents in, listed and out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rfp_responder.cli import app
from rfp_responder.cli.shown import print_json, progress_bar, table_lines
from rfp_responder.errors import InputError

if TYPE_CHECKING:
    from rfp_responder.knowledge import Tally
    from rfp_responder.protocols import DocumentRow

IndexOption = Annotated[Path | None, typer.Option("--index", help="Folder of the index (else RFP_INDEX, else .rfp).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_WAIT = 10.0  # seconds for another process that writes: one that embeds behind an ingest lets others in between

docs = typer.Typer(help="List, show and remove documents.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(docs, name="docs")


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files, folders, patterns or zips.", show_default=False)],
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", help="Leave out files like this (as in .gitignore); repeatable.")
    ] = None,
    password: Annotated[
        list[str] | None, typer.Option("--password", help="Try this on files that need one; repeatable.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="Tag these documents; repeatable.")] = None,
    audience: Annotated[str | None, typer.Option("--audience", help="Who these documents may be shown to.")] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Remove documents whose files are gone.")] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Read files again that could not be read.")] = False,
    background: Annotated[
        bool, typer.Option("--background", help="Come back once words can be searched; embed in the background.")
    ] = False,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring documents in; unchanged files are skipped, changed ones replaced."""
    from rfp_responder.assemble import open_knowledge_base
    from rfp_responder.ingest import READERS
    from rfp_responder.ingest.walk import walk
    from rfp_responder.knowledge.tally import IngestOptions
    from rfp_responder.settings import load_settings

    for option, given in [("--tag", each) for each in tag or ()] + [("--audience", audience or "")]:
        if given != given.encode("utf-8", "replace").decode():
            raise InputError(f"{option}: its value is not valid UTF-8", "Type or paste it anew")
    settings = load_settings(index=index)
    looked = walk(paths, exclude or ())
    if not looked.files:
        what = "; ".join(reason for _, reason in looked.failed) or f"no document below {', '.join(map(str, paths))}"
        known = ", ".join(sorted([*READERS, ".zip"]))
        raise InputError(f"nothing to ingest: {what}", f"Name files or folders with {known}")
    options = IngestOptions(
        prune=prune,
        exclude=tuple(exclude or ()),
        passwords=tuple(password or ()),
        tags=tuple(tag or ()),
        audience=audience or "",
        later=background,
        retry=retry,
        seconds=settings.read_seconds,
        ocr=settings.ocr,
        wait=_WAIT,
    )
    knowledge = open_knowledge_base(settings, create=True)
    with progress_bar("ingest") as progress:
        tally = knowledge.ingest(paths, options=options, progress=progress)
    if tally.waiting:
        _embed_behind(settings.index)
    if as_json:
        print_json(_tally_json(tally))
    elif tally.documents:
        typer.echo("\n".join(_tally_lines(tally)))
    if not (tally.added or tally.replaced or tally.unchanged or tally.removed):
        raise _nothing(tally)
    for _, reason in tally.failed:
        typer.echo(f"rfp: not ingested: {reason}", err=True)


def _embed_behind(index: Path) -> None:
    """Go on embedding in a process that outlives this one."""
    import subprocess
    import sys

    subprocess.Popen(
        [sys.executable, "-m", "rfp_responder", "docs", "embed", "--index", str(index.resolve())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@app.command()
def reindex(index: IndexOption = None) -> None:
    """Cut and embed every page anew (another model or version), aside, and switch to it at once."""
    from rfp_responder.assemble import open_knowledge_base
    from rfp_responder.settings import load_settings

    knowledge = open_knowledge_base(load_settings(index=index), write=True)
    with progress_bar("reindex") as progress:
        knowledge.reindex(progress, _WAIT)
    rows = knowledge.documents()
    typer.echo(f"{len(rows)} documents, {sum(row.chunks for row in rows)} chunks in the index")


@docs.command("list")
def list_documents(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """List the documents in the index."""
    rows = _rows(index)
    if as_json:
        print_json([_row_json(row) for row in rows])
        return
    shown = [
        (row.name, str(row.pages), str(row.chunks), str(row.effective or ""), row.version, ", ".join(row.tags))
        for row in rows
    ]
    header = ("document", "pages", "chunks", "effective", "version", "tags")
    typer.echo("\n".join(table_lines([header, *shown])) if shown else "no documents")


@docs.command()
def show(
    name: Annotated[str, typer.Argument(help="The document's name, as listed.", show_default=False)],
    page: Annotated[int | None, typer.Option("--page", min=1, help="Print this page's text.")] = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what is known of one document, or the text of one of its pages."""
    from rfp_responder.assemble import open_manifest
    from rfp_responder.settings import load_settings

    settings = load_settings(index=index)
    row = _named(_rows(index), name)
    if page is not None:
        found = open_manifest(settings).page(row.id, page)
        if found is None:
            raise InputError(f"{name}: has no page {page}, expected 1 to {row.pages}")
        typer.echo(found.text)
    elif as_json:
        print_json(_row_json(row))
    else:
        for key, value in _row_json(row).items():
            typer.echo(f"{key:<10} {', '.join(value) if isinstance(value, list) else value or '-'}")


@docs.command()
def remove(
    names: Annotated[list[str], typer.Argument(help="Documents' names, as listed.", show_default=False)],
    index: IndexOption = None,
) -> None:
    """Remove documents from the index; their files are not touched."""
    from rfp_responder.assemble import open_knowledge_base
    from rfp_responder.settings import load_settings

    rows = _rows(index)
    for name in names:
        _named(rows, name)
    open_knowledge_base(load_settings(index=index), write=True).remove(names, _WAIT)
    typer.echo(f"removed {', '.join(names)}")


@docs.command(hidden=True)
def embed(index: IndexOption = None) -> None:
    """Give every chunk that waits for one its vector (what `rfp ingest --background` leaves to do)."""
    from rfp_responder.assemble import open_knowledge_base
    from rfp_responder.settings import load_settings

    knowledge = open_knowledge_base(load_settings(index=index), write=True)
    with progress_bar("embed") as progress:
        typer.echo(f"{knowledge.embed_waiting(progress, wait=60)} blocks embedded")


def _rows(index: Path | None) -> list[DocumentRow]:
    from rfp_responder.assemble import open_manifest
    from rfp_responder.settings import load_settings

    return open_manifest(load_settings(index=index)).documents()


def _named(rows: Sequence[DocumentRow], name: str) -> DocumentRow:
    for row in rows:
        if row.name == name:
            return row
    raise InputError(f"{name}: no document of this name is in the index", "See `rfp docs list`")


def _row_json(row: DocumentRow) -> dict[str, object]:
    return {
        "document": row.name,
        "title": row.title,
        "pages": row.pages,
        "chunks": row.chunks,
        "effective": row.effective.isoformat() if row.effective else None,
        "version": row.version,
        "tags": list(row.tags),
        "audience": row.audience,
        "source": row.source,
        "digest": row.digest,
        "notes": list(row.notes),
    }


def _nothing(tally: Tally) -> InputError:
    """The one line for an ingest that brought nothing in: why, for the first files."""
    reasons = [reason for _, reason in tally.failed]
    more = f" (and {len(reasons) - 3} more)" if len(reasons) > 3 else ""
    return InputError(f"nothing was ingested: {'; '.join(reasons[:3])}{more}")


def _tally_lines(tally: Tally) -> list[str]:
    ready = f", searchable by words after {tally.ready:.1f} s" if tally.seconds > tally.ready + 1 else ""
    waiting = f"; {tally.waiting} wait for their vectors" if tally.waiting else ""
    counts = [
        ("documents", "pages", "chunks", "distinct", "added", "replaced", "unchanged", "removed", "skipped", "failed"),
        (
            tally.documents, tally.pages, tally.chunks, tally.blocks, len(tally.added), len(tally.replaced),
            len(tally.unchanged), len(tally.removed), len(tally.skipped), len(tally.failed),
        ),
    ]  # fmt: skip
    lines = [f"in the index after {tally.seconds:.1f} s{ready}{waiting}:"]
    lines += table_lines([tuple(map(str, row)) for row in counts])
    lines += [f"  skipped: {name} ({reason})" for name, reason in tally.skipped[:20]]
    if len(tally.skipped) > 20:
        lines.append(f"  skipped: {len(tally.skipped) - 20} more")
    lines += [f"  note: {name}: {note}" for name, note in tally.notes[:40]]
    if len(tally.notes) > 40:
        lines.append(f"  note: {len(tally.notes) - 40} more (see `rfp docs show NAME`)")
    if tally.gone:
        lines.append(f"  no longer there: {', '.join(tally.gone)} (remove them with --prune)")
    return lines


def _tally_json(tally: Tally) -> dict[str, object]:
    return {
        "documents": tally.documents,
        "pages": tally.pages,
        "chunks": tally.chunks,
        "blocks": tally.blocks,
        "waiting": tally.waiting,
        "ready_seconds": round(tally.ready, 3),
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
