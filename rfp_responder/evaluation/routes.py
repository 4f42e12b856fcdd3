"""What each way to an answer did and cost: by route, author and prompt.

Routes are given different questions (the simple ones to the small model, say), so their figures tell what each did,
not which of them is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rfp_responder.evaluation import metrics
from rfp_responder.evaluation.gold import SPLITS, Split
from rfp_responder.evaluation.rows import Aggregate, Row, aggregate, rounded

SHOWN = ("key_fact_recall", "wrong_among_answered", "refusal_recall", "citation_page")
_SHOWN = tuple(metric for name in SHOWN for metric in metrics.METRICS if metric.name == name)


@dataclass(frozen=True, slots=True)
class RouteFigures:
    """One way of one split. ``n`` counts its questions, ``answered`` those with an answer or a part of one.

    ``quality`` holds the metrics of ``SHOWN`` with intervals, each with the number of cases scored and unscored.
    Tokens are means a question, ``cost_usd`` is the sum, ``cost_per_100`` is per 100 questions; seconds are
    percentiles. Questions that ended in an error have no author: they are a way of their own.
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
    cost_usd: float
    cost_per_100: float
    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Totals:
    """What a whole run took: tokens, dollars (with those per 100 questions) and the claims that grounding dropped."""

    input_tokens: int
    output_tokens: int
    cost_usd: float
    cost_per_100: float
    dropped: int


def totals(rows: Sequence[Row]) -> Totals:
    """The sums over all rows."""
    cost = sum(row.cost_usd for row in rows)
    return Totals(
        sum(row.input_tokens for row in rows),
        sum(row.output_tokens for row in rows),
        round(cost, 6),
        round(100 * cost / len(rows), 6) if rows else 0.0,
        sum(row.dropped for row in rows),
    )


def by_route(rows: Sequence[Row]) -> tuple[RouteFigures, ...]:
    """The figures of each way, test before tune, the most used first; errors last."""
    found: list[RouteFigures] = []
    for split in SPLITS:
        ways: dict[tuple[str, str, str], list[Row]] = {}
        for row in rows:
            if row.split == split:
                ways.setdefault((row.route, row.author, row.prompt or ""), []).append(row)
        order = sorted(ways, key=lambda way: (not way[1], -len(ways[way]), way))
        found += [_figures(split, ways[way]) for way in order]
    return tuple(found)


def several_ways(routes: Sequence[RouteFigures]) -> bool:
    """Whether more than one author, route or prompt wrote; errors are nobody's."""
    return len({(one.route, one.author, one.prompt) for one in routes if one.errors < one.n}) > 1


def _figures(split: Split, rows: Sequence[Row]) -> RouteFigures:
    first, count, sums = rows[0], len(rows), totals(rows)
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
