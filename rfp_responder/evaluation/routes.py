"""What each way to an answer did and cost: by route, author and prompt.

Routes are given different questions (the simple ones to the small model, say), so their figures tell what each did,
not which of them is better.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rfp_responder.evaluation import metrics
from rfp_responder.evaluation.gold import SPLITS, Split
from rfp_responder.evaluation.rows import Aggregate, Row, aggregate, rounded

SHOWN = ("key_fact_recall", "wrong_among_answered", "refusal_recall", "citation_page")
INSTEAD = {"fallback": "were written by a fallback model", "offline": "were written offline"}
"""Routes by which somebody else answered for a model that failed."""
_SHOWN = tuple(metric for name in SHOWN for metric in metrics.METRICS if metric.name == name)


@dataclass(frozen=True, slots=True)
class RouteFigures:
    """One way of one split. ``n`` counts its questions, ``answered`` those with an answer or a part of one.

    ``quality`` holds the metrics of ``SHOWN`` with intervals, each with the number of cases scored and unscored.
    Tokens are means a question, ``cost_usd`` is the sum, ``cost_per_100`` is per 100 questions; seconds are
    percentiles. Dollars are None where the author's price is not known. Questions that ended in an error have no
    author: they are a way of their own.
    """

    split: Split
    route: str
    author: str
    prompt: str | None
    n: int
    answered: int
    errors: int
    dropped: int
    quality: tuple[Aggregate, ...]
    input_tokens: float
    output_tokens: float
    cost_usd: float | None
    cost_per_100: float | None
    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Totals:
    """What a whole run took: tokens, dollars (with those per 100 questions) and the claims that grounding dropped.

    Dollars are None where nothing of known price was asked; beside models without a price they are the least it cost.
    """

    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    cost_per_100: float | None
    dropped: int


def totals(rows: Sequence[Row], unpriced: Collection[str] = ()) -> Totals:
    """The sums over all rows; ``unpriced`` are the models whose price is not known."""
    cost = sum(row.cost_usd for row in rows)
    blind = not cost and any(row.author in unpriced for row in rows)
    return Totals(
        sum(row.input_tokens for row in rows),
        sum(row.output_tokens for row in rows),
        None if blind else round(cost, 6),
        None if blind else round(100 * cost / len(rows), 6) if rows else 0.0,
        sum(row.dropped for row in rows),
    )


def by_route(rows: Sequence[Row], unpriced: Collection[str] = ()) -> tuple[RouteFigures, ...]:
    """The figures of each way, test before tune, the most used first; errors last. ``unpriced`` as in ``totals``."""
    found: list[RouteFigures] = []
    for split in SPLITS:
        ways: dict[tuple[str, str, str], list[Row]] = {}
        for row in rows:
            if row.split == split:
                ways.setdefault((row.route, row.author, row.prompt or ""), []).append(row)
        order = sorted(ways, key=lambda way: (not way[1], -len(ways[way]), way))
        found += [_figures(split, ways[way], unpriced) for way in order]
    return tuple(found)


def several_ways(routes: Sequence[RouteFigures]) -> bool:
    """Whether more than one author, route or prompt wrote (errors are nobody's), or another than the named model."""
    ways = {(one.route, one.author, one.prompt) for one in routes if one.errors < one.n}
    return len(ways) > 1 or any(one.route in INSTEAD for one in routes)


def in_its_stead(routes: Sequence[RouteFigures]) -> str:
    """How many answers another model or the offline answerer wrote for the model that failed; "" where none."""
    counts = {way: sum(one.n for one in routes if one.route == way) for way in INSTEAD}
    told = [f"{count} {INSTEAD[way]}" for way, count in counts.items() if count]
    whole = sum(one.n for one in routes)
    return f"of {whole} answers {' and '.join(told)}: the figures are not the named model's alone" if told else ""


def _figures(split: Split, rows: Sequence[Row], unpriced: Collection[str]) -> RouteFigures:
    first, count, sums = rows[0], len(rows), totals(rows, unpriced)
    seconds = [row.seconds for row in rows if row.status != "error"]
    return RouteFigures(
        split=split,
        route=first.route,
        author=first.author,
        prompt=first.prompt,
        n=count,
        answered=sum(row.status in {"answered", "partial"} for row in rows),
        errors=sum(row.status == "error" for row in rows),
        dropped=sums.dropped,
        quality=tuple(aggregate(metric, split, rows) for metric in _SHOWN),
        input_tokens=round(sums.input_tokens / count, 1),
        output_tokens=round(sums.output_tokens / count, 1),
        cost_usd=sums.cost_usd,
        cost_per_100=sums.cost_per_100,
        p50=rounded(metrics.percentile(seconds, 0.5)),
        p95=rounded(metrics.percentile(seconds, 0.95)),
    )
