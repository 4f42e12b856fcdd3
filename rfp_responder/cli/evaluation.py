"""``rfp eval``: how good it is, with intervals; what it costs; and whether one prompt is better than another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rfp_responder.cli import EXIT_GATE, app
from rfp_responder.cli.documents import IndexOption, JsonOption
from rfp_responder.cli.shown import plain, print_json
from rfp_responder.errors import InputError

if TYPE_CHECKING:
    from rfp_responder.cli.comparing import Plan
    from rfp_responder.cli.measuring import Build
    from rfp_responder.evaluation.gold import GoldCase
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
    prompt: Annotated[
        str | None, typer.Option("--prompt", metavar="REF", help="Measure this prompt, as in answer@2; needs a model.")
    ] = None,
    against: Annotated[
        tuple[str, str] | None,
        typer.Option("--compare", metavar="A B", help="Two prompts (answer@1 answer@2) or two saved runs, paired."),
    ] = None,
    max_cost: Annotated[
        float | None, typer.Option("--max-cost", metavar="USD", help="Stop before the model costs more than this.")
    ] = None,
    as_json: JsonOption = False,
    index: IndexOption = None,
) -> int:
    """Measure on a gold set: retrieval, answers, citations, refusals, cost, with 95 % intervals."""
    from rfp_responder.cli.measuring import PARTIAL, alone, capped, prepare
    from rfp_responder.evaluation.gates import failures, load_gates
    from rfp_responder.evaluation.report import load_results, markdown_table, text_table, write_between_markers
    from rfp_responder.evaluation.slices import by_tag
    from rfp_responder.settings import load_settings

    _check_places(out, readme, baseline)
    settings = load_settings(index=index, prompt=prompt)
    if against:
        if gate or readme or baseline or prompt:
            raise InputError("--compare: stands alone", "Leave out --gate, --readme, --baseline and --prompt")
        plan = _plan(settings, (gold, gates, out), split, capped(max_cost))
        return _compare(against, plan, as_json=as_json)
    if prompt:
        settings = alone(settings, prompt)
    floors = load_gates(gates) if gate else []
    cases = _cases(gold, split)
    ready, told = prepare(settings, capped(max_cost)), _provenance(gold, settings)
    result = ready.run(cases, "eval", out / PARTIAL)
    result.save(out, told)
    results = load_results(out / "results.json")
    if as_json:
        print_json(json.loads((out / "results.json").read_text("utf-8")))
    else:
        typer.echo(text_table(results).rstrip())
        typer.echo("\ntest split by tag\n" + by_tag([row for row in result.rows if row.split == "test"]))
    if baseline:
        _show_changes(baseline, result, err=as_json)
    if readme:
        write_between_markers(readme, "eval", markdown_table(results))
    faults = failures(result, floors)
    for fault in faults:
        typer.echo(f"rfp: gate: {fault}", err=True)
    return EXIT_GATE if faults else 0


def _check_places(out: Path, readme: Path | None, baseline: Path | None) -> None:
    """Refuse, before anything is asked, places that could not be used."""
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out}: is a file, expected a folder", "Name a folder")
    if readme and not readme.is_file():
        raise InputError(
            f"--readme {readme}: there is no such file", "Name a file with the markers eval:begin, eval:end"
        )
    if baseline and not (baseline / "rows.jsonl").is_file():
        raise InputError(f"--baseline {baseline}: holds no rows.jsonl", "Name the folder of an earlier run")


def _cases(gold: Path, split: str | None) -> list[GoldCase]:
    from rfp_responder.evaluation.gold import load_gold

    cases = [case for case in load_gold(gold) if split in (None, case.split)]
    if not cases:
        raise InputError(f"gold {gold}: no case of split {split!r}", "Expected --split tune or --split test")
    return cases


def _plan(settings: Settings, places: tuple[Path, Path, Path], split: str | None, build: Build | None) -> Plan:
    """``places``: the gold set, the gates, the folder for what comes out."""
    from rfp_responder.cli.comparing import Plan

    gold, gates, out = places
    return Plan(
        settings=settings,
        out=out,
        cases=lambda: _cases(gold, split),
        provenance=lambda measured: _provenance(gold, measured),
        gates=_family(gates),
        split=split,
        build=build,
    )


def _compare(names: tuple[str, str], plan: Plan, *, as_json: bool) -> int:
    from rfp_responder.cli.comparing import compare
    from rfp_responder.evaluation.versus_table import as_json as json_of
    from rfp_responder.evaluation.versus_table import text

    found = compare(names, plan)
    if as_json:
        print_json(json_of(found))
    else:
        typer.echo(plain(text(found)).rstrip())
    return 0


def _family(gates: Path) -> Sequence[str]:
    """The metrics of the gates; the usual ones where the default file is not there."""
    from rfp_responder.evaluation.gates import load_gates
    from rfp_responder.evaluation.versus import FAMILY

    return FAMILY if gates == GATES and not gates.is_file() else [gate.metric for gate in load_gates(gates)]


def _provenance(gold: Path, settings: Settings) -> Provenance:
    from rfp_responder.cli.measuring import provenance
    from rfp_responder.evaluation.gold import gold_digest

    return provenance(gold_digest(gold), settings)


def _show_changes(baseline: Path, result: RunResult, *, err: bool) -> None:
    from rfp_responder.evaluation.compare import changes, markdown_changes
    from rfp_responder.evaluation.gold import SPLITS
    from rfp_responder.evaluation.rows import load_rows

    before = load_rows(baseline)
    for split in reversed(SPLITS):
        if any(row.split == split for row in result.rows):
            table = markdown_changes(changes(before, result.rows, split))
            typer.echo(f"\n{split}, paired with {baseline}:\n{table}", err=err)
