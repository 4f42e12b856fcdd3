"""The comparison of two runs as text for the terminal, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from rfp_responder.evaluation.paired import ALPHA
from rfp_responder.evaluation.report import columns, dollars, markdown_rows
from rfp_responder.evaluation.versus import TARGET, Contrast, Side, Versus

_HEAD = (
    "Metric", "A", "B", "B - A [95 % CI]", "p", "p (Holm)", "Better / worse", "n", "Can show", "For 5 pts", "Verdict",
)  # fmt: skip
_SIDE_HEAD = ("", "Prompt", "Author", "Errors", "Dropped", "Tokens in / out", "USD", "Seconds p50 / p95")
_LEGEND = (
    "B - A is paired by case; its interval draws whole topics. p is of exact tests: McNemar's for scores of 0 and 1 "
    "and a permutation by topic, the larger of the two; else the permutation. Where A and B are scored on other cases "
    "a verdict asks that the interval leaves out 0 as well. Better / worse: cases in which B is. "
    "Can show: the smallest difference (in points of 100) that these cases show with 80 % power; for 5 pts: the cases "
    "that a difference of 5 points would take."
)


def as_json(found: Sequence[Versus]) -> dict[str, object]:
    """What ``compare.json`` holds: the comparison of each split."""
    return {"schema": 1, "alpha": ALPHA, "target": TARGET, "splits": [asdict(one) for one in found]}


def text(found: Sequence[Versus]) -> str:
    """The headline first, then who was compared, every metric, and what a reader must know."""
    parts: list[str] = []
    for one in found:
        lines = [f"{one.split}: {one.headline}", "", *columns([_SIDE_HEAD, *_sides(one)]), ""]
        lines += [*columns([_HEAD, *(_row(each) for each in one.contrasts)]), ""]
        lines += [f"{one.cases} cases of {one.topics} topics. {_LEGEND}", *(f"note: {note}" for note in one.notes)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def markdown(found: Sequence[Versus]) -> str:
    """The same as Markdown, a section for each split."""
    parts: list[str] = []
    for one in found:
        lines = [f"## {one.split}: {one.headline}", "", markdown_rows(_SIDE_HEAD, _sides(one))]
        lines += [markdown_rows(_HEAD, [_row(each) for each in one.contrasts])]
        lines += [f"{one.cases} cases of {one.topics} topics. {_LEGEND}", ""]
        lines += [f"- {note}" for note in one.notes]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _sides(one: Versus) -> list[tuple[str, ...]]:
    return [_side("A", one.a), _side("B", one.b)]


def _side(name: str, side: Side) -> tuple[str, ...]:
    seconds = "-" if side.p50 is None or side.p95 is None else f"{side.p50:.2f} / {side.p95:.2f}"
    return (
        f"{name}: {side.label}",
        ", ".join(side.prompts) or "-",
        ", ".join(side.authors) or "-",
        str(side.errors),
        str(side.dropped),
        f"{side.input_tokens:,} / {side.output_tokens:,}",
        dollars(side.cost_usd),
        seconds,
    )


def _row(one: Contrast) -> tuple[str, ...]:
    cost = one.group == "cost"
    difference = "-" if one.difference is None else _number(one.difference, cost, "+")
    if one.low is not None and one.high is not None and one.difference is not None:
        difference += f" [{_number(one.low, cost, '+')}, {_number(one.high, cost, '+')}]"
    return (
        one.title + (" (lower is better)" if one.lower_is_better and not cost else ""),
        "-" if one.a is None else _number(one.a, cost),
        "-" if one.b is None else _number(one.b, cost),
        difference,
        _p(one.p),
        "" if one.p_holm is None else _p(one.p_holm),
        f"{one.better} / {one.worse}",
        str(one.n_a) if one.n_a == one.n_b else f"{one.n_a}, {one.n_b}",
        ("" if cost else "-") if one.detectable is None else f"{100 * one.detectable:.0f} pts",
        "" if one.needed is None else f"{one.needed:,}",
        one.verdict,
    )


def _number(value: float, cost: bool, sign: str = "") -> str:
    """A share to three decimals; a cost to three figures, as it may be of any size."""
    if not cost:
        return f"{value:{sign}.3f}"
    return f"{value:{sign},.3g}" if abs(value) < 100 else f"{value:{sign},.0f}"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
