"""``rfp prompts``: the life of a prompt, from a new version to the one that answers, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rfp_responder.cli import EXIT_GATE, app
from rfp_responder.cli.documents import IndexOption, JsonOption
from rfp_responder.cli.evaluation import GATES, GOLD
from rfp_responder.cli.shown import one_line, plain, print_json, table_lines
from rfp_responder.errors import CostLimitError, InputError, ModelError

if TYPE_CHECKING:
    from rfp_responder.cli.measuring import Build
    from rfp_responder.evaluation.promotion import Trial
    from rfp_responder.evaluation.run import Provenance, RunResult
    from rfp_responder.prompts import PromptLibrary, PromptVersion
    from rfp_responder.prompts.folder import Event
    from rfp_responder.settings import Settings

FolderOption = Annotated[
    Path | None, typer.Option("--prompts", help="Folder of your own versions (else RFP_PROMPTS, else prompts).")
]
ByOption = Annotated[str, typer.Option("--by", help="Who does it, for the log; else nobody is named.")]
Ref = Annotated[str, typer.Argument(help="A version as in answer@2, or an alias.", show_default=False)]
AliasName = Literal["production", "candidate"]
AliasOption = Annotated[AliasName, typer.Option("--alias", help="What answers, or what a canary tries.")]

prompts = typer.Typer(
    help="List, show, make, promote and roll back versions of prompts.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(prompts, name="prompts")


@prompts.command("list")
def list_versions(folder: FolderOption = None, as_json: JsonOption = False) -> None:
    """List every version, and which one answers."""
    library = _library(folder)
    aliases = library.aliases()
    versions, faults = library.readable()
    for fault in faults:
        typer.echo(f"rfp: not listed: {one_line(str(fault))}", err=True)
    if as_json:
        print_json([_version_json(library, version, aliases) for version in versions])
        return
    rows = [
        (
            version.ref,
            ", ".join(_pointing(version, aliases)),
            "own" if library.is_own(version) else "shipped",
            "yes" if library.is_released(version) else "no",
            version.contract,
            str(version.created),
            one_line(version.why),
        )
        for version in versions
    ]
    typer.echo("\n".join(table_lines([("version", "alias", "from", "released", "contract", "created", "why"), *rows])))


@prompts.command()
def show(ref: Ref, folder: FolderOption = None, as_json: JsonOption = False) -> None:
    """Show one version as its file has it."""
    from rfp_responder.prompts.version import file_text

    library = _library(folder)
    version = library.find(ref)
    if as_json:
        print_json(_version_json(library, version, library.aliases(), whole=True))
        return
    typer.echo(f"{version.ref}, sha256 {version.digest[:12]}\n\n{plain(file_text(version))}", nl=False)


@prompts.command()
def diff(
    before: Annotated[str, typer.Argument(help="A version or alias.", show_default=False)],
    after: Annotated[str, typer.Argument(help="The one to compare it with.", show_default=False)],
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """What changed from one version to another: header, system and user part."""
    from difflib import unified_diff

    from rfp_responder.prompts.version import file_text

    library = _library(folder)
    old, new = library.find(before), library.find(after)
    texts = file_text(old).splitlines(), file_text(new).splitlines()
    lines = list(unified_diff(*texts, old.ref, new.ref, lineterm=""))
    if as_json:
        print_json({"before": old.ref, "after": new.ref, "diff": lines})
    else:
        typer.echo(plain("\n".join(lines)) or f"{old.ref} and {new.ref} say the same")


@prompts.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the prompt, as in answer.", show_default=False)],
    source: Annotated[
        str | None, typer.Option("--from", help="Version to begin with; else the latest of the name.")
    ] = None,
    folder: FolderOption = None,
) -> None:
    """Make a new version in your own folder, to be edited; it tells the file."""
    from rfp_responder.prompts.folder import PromptFolder

    library = _library(folder)
    latest = max(library.numbers(name), default=0) if name in library.names() else 0
    begun = library.find(source or (f"{name}@{latest}" if latest else "production"))
    own = PromptFolder(library)
    made = own.copy(begun, name, datetime.now(UTC).date())
    typer.echo(str(own.path / made.name / f"{made.number}.md"))
    typer.echo(f"{made.ref} from {begun.ref}: edit it, and say in its field why what it changes", err=True)


@prompts.command()
def promote(
    ref: Ref,
    alias: AliasOption = "production",
    by: ByOption = "",
    gold: Annotated[Path, typer.Option("--gold", help="Gold set, JSON lines.")] = GOLD,
    gates: Annotated[Path, typer.Option("--gates", help="Floors, TOML.")] = GATES,
    max_cost: Annotated[
        float | None, typer.Option("--max-cost", metavar="USD", help="Stop before both runs cost more than this.")
    ] = None,
    index: IndexOption = None,
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> int:
    """Measure a version with the model in use and let it answer; refused, with exit code 2, when a gate fails.

    A candidate is not measured.
    """
    from rfp_responder.cli.measuring import alone, capped
    from rfp_responder.evaluation.promotion import Promotion
    from rfp_responder.settings import load_settings

    settings = load_settings(index=index, prompts=folder)
    library = _library(folder)
    promotion = Promotion(library, _now, one_line(by))
    if alias != "production" and max_cost is not None:
        raise InputError("--max-cost: a candidate is not measured and costs nothing", "Leave it out")
    if alias == "production":
        alone(settings, ref)  # raises where no model is named
        event = promotion.promote(ref, _trial(settings, (gold, gates, _runs(library)), capped(max_cost)))
    else:
        event = promotion.nominate(ref)
    if as_json:
        print_json(_events_json((event,))[0])
    else:
        typer.echo(_line(event))
    for reason in event.reasons:
        typer.echo(f"rfp: gate: {reason}", err=True)
    return EXIT_GATE if event.what == "refused" else 0


@prompts.command()
def rollback(
    alias: AliasOption = "production", by: ByOption = "", folder: FolderOption = None, as_json: JsonOption = False
) -> None:
    """Go back to the version before the last promotion; once more goes back further."""
    from rfp_responder.evaluation.promotion import Promotion

    event = Promotion(_library(folder), _now, one_line(by)).rollback(alias)
    if as_json:
        print_json(_events_json((event,))[0])
    else:
        typer.echo(_line(event))


@prompts.command()
def log(
    folder: FolderOption = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a page: every version, and the log.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Every promotion, refusal and rollback, oldest first, with its run."""
    from rfp_responder.evaluation.prompt_page import markdown_page
    from rfp_responder.prompts.folder import PromptFolder

    library = _library(folder)
    events = PromptFolder(library).events()
    if as_json:
        print_json(_events_json(events))
    elif markdown:
        typer.echo(plain(markdown_page(library, events)), nl=False)
    else:
        shown = [one_line("; ".join([_line(event), *event.reasons])) for event in events]
        typer.echo("\n".join(shown) or "nothing was promoted or rolled back yet")


def _library(folder: Path | None) -> PromptLibrary:
    from rfp_responder.prompts import PromptLibrary
    from rfp_responder.settings import load_settings

    return PromptLibrary(load_settings(prompts=folder).prompts)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _runs(library: PromptLibrary) -> Path:
    """The folder of the runs that promotions rest on."""
    from rfp_responder.prompts.folder import PromptFolder
    from rfp_responder.prompts.library import RUNS

    return PromptFolder(library).path / RUNS


def _trial(settings: Settings, places: tuple[Path, Path, Path], build: Build | None) -> Trial:
    """By what a version is measured: the model alone. ``places``: the gold set, the gates, the folder of the runs."""
    from rfp_responder.cli import measuring
    from rfp_responder.evaluation.gates import load_gates
    from rfp_responder.evaluation.gold import gold_digest, load_gold
    from rfp_responder.evaluation.promotion import Trial

    gold, gates, runs = places
    floors = tuple(load_gates(gates))
    cases = [case for case in load_gold(gold) if case.split == "test"]
    if not cases:
        raise InputError(f"gold {gold}: no case of split 'test'", "Give cases of the test split to measure on")
    digest = gold_digest(gold)

    def measured(version: PromptVersion) -> RunResult:
        partial = runs / f"{version.ref}.{measuring.PARTIAL}"
        try:
            return measuring.measure(measuring.alone(settings, version.ref), cases, version.ref, build, partial)
        except (ModelError, CostLimitError) as error:
            kind = CostLimitError if isinstance(error, CostLimitError) else ModelError
            kept = f". Nothing was promoted; the rows so far are in {partial}" if partial.is_file() else ""
            raise kind(f"prompt {version.ref}: {error.what}", f"{error.remedy}{kept}") from error

    def told(version: PromptVersion) -> Provenance:
        return measuring.provenance(digest, measuring.alone(settings, version.ref))

    return Trial(measured, told, floors, digest, settings.model)


def _pointing(version: PromptVersion, aliases: dict[str, str]) -> list[str]:
    return [alias for alias, ref in aliases.items() if ref == version.ref]


def _version_json(
    library: PromptLibrary, version: PromptVersion, aliases: dict[str, str], *, whole: bool = False
) -> dict[str, object]:
    from dataclasses import asdict

    told = asdict(version) | {"created": version.created.isoformat(), "reviewed": version.reviewed.isoformat()}
    if not whole:
        told = {name: value for name, value in told.items() if name not in {"system", "user"}}
    return {
        "ref": version.ref,
        "aliases": _pointing(version, aliases),
        "own": library.is_own(version),
        "released": library.is_released(version),
        **told,
    }


def _events_json(events: tuple[Event, ...]) -> list[dict[str, object]]:
    from rfp_responder.prompts.folder import events_json

    return events_json(events)


def _line(event: Event) -> str:
    """One event as a line, without its reasons."""
    from rfp_responder.evaluation.prompt_page import figures_shown

    parts = [
        f"{event.when:%Y-%m-%d %H:%M} {event.what}",
        f"{event.alias}: {event.before or 'none'} -> {event.after or 'none'}",
    ]
    parts += [f"by {event.by}"] if event.by else []
    parts += [figures_shown(event)] if event.figures else []
    parts += [f"model {event.model}, run {event.run}"] if event.run else []
    return one_line("; ".join(parts))
