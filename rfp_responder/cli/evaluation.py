"""``rfp eval``: how good it is, with intervals."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rfp_responder.cli import EXIT_GATE, app
from rfp_responder.cli.documents import IndexOption
from rfp_responder.cli.shown import progress_bar

if TYPE_CHECKING:
    from rfp_responder.evaluation.run import Provenance, RunResult
    from rfp_responder.settings import Settings

GOLD = Path("evals/gold.jsonl")
GATES = Path("evals/gates.toml")


@app.command("eval")
def evaluate(
    gold: Annotated[Path, typer.Option("--gold", help="Gold set, JSON lines.")] = GOLD,
    out: Annotated[Path, typer.Option("--out", help="Folder for results.json and rows.jsonl.")] = Path("evals/out"),
    split: Annotated[str | None, typer.Option("--split", help="Only this split: tune or test.")] = None,
    gate: Annotated[bool, typer.Option("--gate", help="Exit with 2 when a floor of the gates does not hold.")] = False,
    gates: Annotated[Path, typer.Option("--gates", help="Floors, TOML.")] = GATES,
    readme: Annotated[Path | None, typer.Option("--readme", help="Write the table into this file.")] = None,
    baseline: Annotated[Path | None, typer.Option("--baseline", help="Compare with the run in this folder.")] = None,
    index: IndexOption = None,
) -> int:
    """Measure on a gold set: retrieval, answers, citations, refusals, with 95 % intervals."""
    from rfp_responder.assemble import open_knowledge_base, responder_over
    from rfp_responder.errors import InputError
    from rfp_responder.evaluation.gates import failures, load_gates
    from rfp_responder.evaluation.gold import load_gold
    from rfp_responder.evaluation.report import load_results, markdown_table, text_table, write_between_markers
    from rfp_responder.evaluation.run import run
    from rfp_responder.evaluation.slices import by_tag
    from rfp_responder.settings import load_settings

    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out}: is a file, expected a folder", "Name a folder")
    if readme and not readme.is_file():
        raise InputError(
            f"--readme {readme}: there is no such file", "Name a file with the markers eval:begin, eval:end"
        )
    if baseline and not (baseline / "rows.jsonl").is_file():
        raise InputError(f"--baseline {baseline}: holds no rows.jsonl", "Name the folder of an earlier run")
    settings = load_settings(index=index)
    floors = load_gates(gates) if gate else []
    cases = [case for case in load_gold(gold) if split in (None, case.split)]
    if not cases:
        raise InputError(f"gold {gold}: no case of split {split!r}", "Expected --split tune or --split test")
    knowledge = open_knowledge_base(settings)
    responder = responder_over(settings, knowledge)
    responder.ask("Is everything ready?")  # the first question pays for loading the model
    with progress_bar("eval") as progress:
        result = run(
            cases,
            lambda question, show: responder.ask(question, show=show),
            knowledge.embedder.embed,
            progress=lambda done, of: progress("", done, of),
        )
    result.save(out, _provenance(gold, settings))
    results = load_results(out / "results.json")
    typer.echo(text_table(results).rstrip())
    typer.echo("\ntest split by tag\n" + by_tag([row for row in result.rows if row.split == "test"]))
    if baseline:
        _show_changes(baseline, result)
    if readme:
        write_between_markers(readme, "eval", markdown_table(results))
    faults = failures(result, floors)
    for fault in faults:
        typer.echo(f"rfp: gate: {fault}", err=True)
    return EXIT_GATE if faults else 0


def _provenance(gold: Path, settings: Settings) -> Provenance:
    from rfp_responder.evaluation.gold import gold_digest
    from rfp_responder.evaluation.run import Provenance

    shown: dict[str, str | int | float | bool | None] = {
        "top_k": settings.top_k,
        "embedding_model": Path(settings.embedding_model).name,
        "dense_weight": settings.dense_weight,
        "model": settings.model or "offline",
    }
    return Provenance(gold_digest(gold), _commit(), datetime.now(UTC).date().isoformat(), shown)


def _commit() -> str:
    """The commit checked out here, or ``unknown`` outside a repository."""
    try:
        done = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def _show_changes(baseline: Path, result: RunResult) -> None:
    from rfp_responder.evaluation.compare import changes, markdown_changes
    from rfp_responder.evaluation.run import load_rows

    splits: tuple[Literal["tune", "test"], ...] = ("tune", "test")
    before = load_rows(baseline)
    for split in splits:
        if any(row.split == split for row in result.rows):
            typer.echo(f"\n{split}, paired with {baseline}:\n" + markdown_changes(changes(before, result.rows, split)))
