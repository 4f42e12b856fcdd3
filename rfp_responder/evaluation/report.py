"""Tables of results: Markdown for the README, plain text for the terminal. Made from results.json alone.

The README's table stands between ``<!-- eval:begin -->`` and ``<!-- eval:end -->`` and is generated; a test
calls ``check_readme``, so a number in the README that no run produced fails the build.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from rfp_responder.errors import InputError
from rfp_responder.evaluation.metrics import METRICS
from rfp_responder.evaluation.routes import RouteFigures, Totals, in_its_stead, several_ways
from rfp_responder.evaluation.rows import Aggregate
from rfp_responder.evaluation.run import SCHEMA, Latency, Setting

READMES_MARKER = "eval"
_REMEDY = "Run 'rfp eval --out DIR' to write it again"


@dataclass(frozen=True, slots=True)
class Results:
    """What results.json holds, as far as the tables need it; one of an earlier version has no totals and no routes."""

    gold_sha256: str
    commit: str
    date: str
    cases: int
    aggregates: tuple[Aggregate, ...]
    latency: tuple[Latency, ...]
    totals: Totals | None = None
    routes: tuple[RouteFigures, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    unpriced: tuple[str, ...] = ()


def load_results(path: Path) -> Results:
    """Read a results.json; raises InputError when it is absent, damaged or of another schema."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["schema"] != SCHEMA:
            raise InputError(f"{path.name} has schema {data['schema']!r}, expected {SCHEMA}", _REMEDY)
        return Results(
            data["gold_sha256"],
            data["commit"],
            data["date"],
            data["cases"],
            tuple(Aggregate(**one) for one in data["aggregates"]),
            tuple(Latency(**one) for one in data["latency"]),
            Totals(**data["totals"]) if "totals" in data else None,
            TypeAdapter(tuple[RouteFigures, ...]).validate_python(data.get("routes", ())),
            dict(data["settings"]),
            tuple(data.get("unpriced", ())),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"cannot read the results in {path}: {error}", _REMEDY) from error


def markdown_table(results: Results) -> str:
    """Metric, test value with its 95 % interval, n, unscored, tune value; then latency and provenance."""
    lines = [
        "| Metric | Test [95 % CI] | n | unscored | Tune |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {' | '.join(row)} |" for row in _rows(results)]
    for latency in results.latency:
        name = f"Seconds per question, {latency.split}, p50 / p95"
        lines.append(f"| {name} | {_seconds(latency)} | {latency.n} | | |")
    errors = sum(latency.errors for latency in results.latency)
    lines += ["", f"{results.cases} cases, {errors} errors. {_provenance(results)}"]
    if spent := _spent(results):
        lines += ["", f"{spent[0].upper()}{spent[1:]}."]
    if several_ways(results.routes):
        lines += ["", markdown_rows(_ROUTES_HEAD, _routes(results.routes)).rstrip(), "", _ROUTES_NOTE]
        lines += ["", f"Note: {note}."] if (note := in_its_stead(results.routes)) else []
    return "\n".join(lines) + "\n"


def text_table(results: Results) -> str:
    """The same for the terminal, in columns."""
    rows = [("metric", "test [95 % CI]", "n", "unscored", "tune"), *_rows(results)]
    lines = columns(rows)
    lines += [f"seconds per question, {one.split}, p50 / p95: {_seconds(one)}" for one in results.latency]
    errors = sum(latency.errors for latency in results.latency)
    lines.append(f"{results.cases} cases, {errors} errors")
    lines += [spent] if (spent := _spent(results)) else []
    if several_ways(results.routes):
        lines += ["", "by route", *columns([_ROUTES_HEAD, *_routes(results.routes)]), _ROUTES_NOTE]
        lines += [f"note: {note}"] if (note := in_its_stead(results.routes)) else []
    return "\n".join(lines) + "\n"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells as lines of a text table."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    return ["  ".join(cells).rstrip() for cells in padded]


_ROUTES_HEAD = (
    "Split, route", "Author", "Prompt", "n", "Answered", "Key facts", "Wrong of answered", "Refused of unanswerable",
    "On evidence page", "Tokens in / out", "USD", "USD per 100", "Seconds p50 / p95",
)  # fmt: skip
_ROUTES_NOTE = (
    "Routes are given different questions: this tells what each did, not which is better. "
    "[95 % interval], scored of n; tokens a question."
)


def _routes(routes: Sequence[RouteFigures]) -> list[tuple[str, ...]]:
    """A row of cells for each way, in the order of ``_ROUTES_HEAD``."""
    rows: list[tuple[str, ...]] = []
    for one in routes:
        failed = one.errors == one.n
        rows.append(
            (
                f"{one.split}, {'error' if failed else one.route or '-'}",
                one.author or "-",
                one.prompt or "-",
                str(one.n),
                str(one.answered),
                *(_of_route(figure) for figure in one.quality),
                f"{one.input_tokens:,.0f} / {one.output_tokens:,.0f}",
                dollars(one.cost_usd),
                dollars(one.cost_per_100),
                "-" if one.p50 is None or one.p95 is None else f"{one.p50:.2f} / {one.p95:.2f}",
            )
        )
    return rows


def _of_route(figure: Aggregate) -> str:
    if figure.value is None:
        return "not scored"
    return f"{_value(figure, interval=True)}, {figure.n} of {figure.n + figure.unscored}"


def _spent(results: Results) -> str:
    """What the run took, in words; nothing where no model was asked."""
    sums = results.totals
    if sums is None or not (sums.input_tokens or sums.output_tokens or sums.cost_usd):
        return ""
    unknown = f"price of {', '.join(results.unpriced)} not known" if results.unpriced else ""
    cost = f"{dollars(sums.cost_usd)} USD in all, {dollars(sums.cost_per_100)} per 100 questions"
    if sums.cost_usd is None:
        cost = unknown
    elif unknown:
        cost += f" ({unknown}: it cost more)"
    tokens = f"tokens {sums.input_tokens:,} in, {sums.output_tokens:,} out"
    return f"{tokens}; {cost}; {sums.dropped} claims dropped by grounding"


def dollars(value: float | None) -> str:
    """Dollars to the cent, and to two figures below it: most questions cost less than one."""
    if value is None:
        return "not known"
    if value == 0 or abs(value) >= 0.1:
        return f"{value:,.2f}"
    return f"{value:.{1 - math.floor(math.log10(abs(value)))}f}"


def _rows(results: Results) -> list[tuple[str, str, str, str, str]]:
    found = {(one.metric, one.split): one for one in results.aggregates}
    rows: list[tuple[str, str, str, str, str]] = []
    for metric in METRICS:
        test, tune = found.get((metric.name, "test")), found.get((metric.name, "tune"))
        title = metric.title + (" (lower is better)" if metric.better == "lower" else "")
        if test or tune:
            n, unscored = (str(test.n), str(test.unscored)) if test else ("", "")
            rows.append((title, _value(test, interval=True), n, unscored, _value(tune)))
    return rows


def _value(one: Aggregate | None, *, interval: bool = False) -> str:
    if one is None:
        return ""
    if one.value is None:
        return "not scored"
    if not interval or one.low is None or one.high is None:
        return f"{one.value:.3f}"
    return f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"


def _seconds(latency: Latency) -> str:
    if latency.p50 is None or latency.p95 is None:
        return "not measured"
    return f"{latency.p50:.2f} / {latency.p95:.2f}"


def _provenance(results: Results) -> str:
    return f"Gold `{results.gold_sha256[:12]}`, commit `{results.commit[:12]}`, {results.date}."


def write_between_markers(readme: Path, name: str, markdown: str) -> None:
    """Replace what stands between ``<!-- name:begin -->`` and ``<!-- name:end -->``; the markers stay.

    Raises InputError when the file cannot be read or the two markers do not stand in it once, in order.
    """
    before, _, after = _split(readme, name)
    readme.write_text(f"{before}\n{markdown.strip()}\n{after}", encoding="utf-8")


def check_readme(readme: Path, results_json: Path) -> bool:
    """Whether the README's table is the one that ``results_json`` makes, character by character."""
    _, between, _ = _split(readme, READMES_MARKER)
    return between.strip() == markdown_table(load_results(results_json)).strip()


def _split(readme: Path, name: str) -> tuple[str, str, str]:
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    try:
        text = readme.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {readme}: {error}", "Name a Markdown file in UTF-8") from error
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        counts = f"{text.count(begin)} and {text.count(end)} times"
        raise InputError(
            f"{readme.name} holds {begin} and {end} {counts}, expected each once, in this order",
            "Put the two markers on lines of their own where the table belongs",
        )
    start, stop = text.index(begin) + len(begin), text.index(end)
    return text[:start], text[start:stop], text[stop:]


def markdown_rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table of cells that hold no pipe."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
