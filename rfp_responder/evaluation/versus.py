"""A against B on the same cases: for every metric the difference, how sure it is, and what the cases could show.

    found = versus(load_rows(a), load_rows(b), "test", gates=FAMILY)
    found.headline        # "nothing here tells A from B: ..."

The figures of A and B are those of their own runs; what is scored may differ between them (only an answer can be
wrong), so that leaving a hard question blank is seen as such and not as a pair that is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rfp_responder.errors import InputError
from rfp_responder.evaluation import metrics
from rfp_responder.evaluation.gold import Split
from rfp_responder.evaluation.paired import (
    ALPHA,
    FLIPS,
    cases_needed,
    detectable,
    exchange_test,
    holm,
    interval,
    mcnemar_exact,
    pair,
    standard_error,
)
from rfp_responder.evaluation.routes import totals
from rfp_responder.evaluation.rows import Row, rounded

FAMILY = (
    "page_hit_at_3",
    "context_recall_at_3",
    "key_fact_recall",
    "faithfulness",
    "citation_recall",
    "citation_page",
    "refusal_recall",
    "wrong_among_answered",
)
"""The metrics that a verdict rests on where no gates are given."""
TARGET = 0.05
"""The difference for which the cases that would be needed are told."""
_FIRST = "key_fact_recall"  # is it right: the metric that the headline speaks of
_MANY = 20  # changed cases from which the normal formula of power is trusted alone
Group = Literal["gate", "other", "cost"]
_Part = tuple[float, float]  # what a case adds to the upper and to the lower sum


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs over one split: who wrote, what went wrong, what it took. ``offline`` counts the answers
    that no model wrote. Tokens are sums, ``cost_usd`` too; seconds are percentiles of the questions without error."""

    label: str
    authors: tuple[str, ...]
    prompts: tuple[str, ...]
    errors: int
    offline: int
    dropped: int
    input_tokens: int
    output_tokens: int
    cost_usd: float
    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Contrast:
    """One metric of A and of B. ``difference`` is B minus A, with its 95 % interval; ``test`` says how ``p`` was found.

    ``p_holm`` is p adjusted for the number of metrics of the gates on which any case differs; None for other metrics.
    ``better`` and ``worse`` count the cases scored in both in which B is better or worse than A. ``detectable`` is
    the smallest difference that these cases show with 80 % power, ``needed`` how many cases one of 5 points takes;
    None for costs, and where no number would do.
    """

    metric: str
    title: str
    group: Group
    lower_is_better: bool
    a: float | None
    b: float | None
    n_a: int
    n_b: int
    difference: float | None
    low: float | None
    high: float | None
    p: float
    p_mcnemar: float | None
    p_holm: float | None
    test: str
    better: int
    worse: int
    detectable: float | None
    needed: int | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Versus:
    """Two runs over one split of the same cases."""

    split: Split
    cases: int
    topics: int
    a: Side
    b: Side
    headline: str
    contrasts: tuple[Contrast, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Measure:
    """A metric or a cost: ``part`` is what a case adds to both sums, None where it is not scored."""

    name: str
    title: str
    group: Group
    lower: bool
    part: Callable[[Row], _Part | None]


def versus(
    a: Sequence[Row],
    b: Sequence[Row],
    split: Split,
    gates: Collection[str] = FAMILY,
    labels: tuple[str, str] = ("A", "B"),
) -> Versus:
    """Compare two runs over the cases of ``split``; raises InputError where these are not the same cases.

    ``gates`` are the metrics whose p is adjusted for their number, and of which the headline speaks. Costs are compared
    over the cases that failed in neither run.
    """
    ours = [row for row in a if row.split == split]
    found = {row.id: row for row in b if row.split == split}
    if {row.id for row in ours} != found.keys():
        odd = sorted({row.id for row in ours} ^ found.keys())
        raise InputError(
            f"the runs differ in {len(odd)} cases of split {split}, first {odd[0]!r}, expected none",
            "Run both on one gold file",
        )
    pairs = [(row, found[row.id]) for row in ours]
    contrasts = [made for one in _measures(gates) if (made := _contrast(one, pairs))]
    adjusted = holm({one.metric: one.p for one in contrasts if one.group == "gate" and _moved(one)})
    judged = tuple(_judged(one, adjusted.get(one.metric)) for one in contrasts)
    sides = _side(labels[0], ours), _side(labels[1], list(found.values()))
    return Versus(
        split=split,
        cases=len(pairs),
        topics=len({row.topic for row in ours}),
        a=sides[0],
        b=sides[1],
        headline=_headline(judged),
        contrasts=judged,
        notes=_notes(sides, len(adjusted)),
    )


def _measures(gates: Collection[str]) -> list[_Measure]:
    """The metrics of the gates first, then the others, then what an answer costs."""
    quality = [
        _Measure(one.name, one.title, "gate" if one.name in gates else "other", one.better == "lower", _scored(one))
        for one in metrics.METRICS
    ]
    costs = [
        _cost("seconds", "Seconds a question", lambda row: row.seconds),
        _cost("input_tokens", "Tokens in, a question", lambda row: row.input_tokens),
        _cost("output_tokens", "Tokens out, a question", lambda row: row.output_tokens),
        _cost("cost_usd_per_100", "USD per 100 questions", lambda row: 100 * row.cost_usd),
        _cost("dropped", "Claims dropped, a question", lambda row: row.dropped),
    ]
    return [*sorted(quality, key=lambda one: one.group != "gate"), *costs]


def _scored(metric: metrics.Metric) -> Callable[[Row], _Part | None]:
    def part(row: Row) -> _Part | None:
        value = row.scores.get(metric.name)
        if value is None:
            return None
        return (2 * value, 1 + value) if metric.kind == "ratio" else (value, 1.0)  # F1, as ``rows.aggregate`` has it

    return part


def _cost(name: str, title: str, value: Callable[[Row], float]) -> _Measure:
    return _Measure(name, title, "cost", True, lambda row: None if row.status == "error" else (float(value(row)), 1.0))


def _contrast(measure: _Measure, pairs: Sequence[tuple[Row, Row]]) -> Contrast | None:
    """One metric, not yet judged; None where neither run was scored, or neither had such a cost."""
    parts = [(measure.part(one), measure.part(other), one.topic) for one, other in pairs]
    if measure.group == "cost":
        parts = [each for each in parts if each[0] and each[1]]
    n_a, n_b = sum(one is not None for one, _, _ in parts), sum(other is not None for _, other, _ in parts)
    nothing = measure.group == "cost" and not any(part and part[0] for each in parts for part in each[:2])
    if nothing or not (n_a or n_b):
        return None
    sums = pair([one or (0.0, 0.0) for one, _, _ in parts], [one or (0.0, 0.0) for _, one, _ in parts],
                [topic for _, _, topic in parts])  # fmt: skip
    both = [(_value(one), _value(other)) for one, other, _ in parts if one and other]
    ups, downs = sum(y > x for x, y in both), sum(y < x for x, y in both)
    permuted = exchange_test(sums)
    test = "by topic, exact" if permuted.draws is None else f"by topic, {FLIPS:,} draws"
    same_cases = len(both) == n_a == n_b
    binary = all(value in {0.0, 1.0} for each in both for value in each)
    mcnemar = mcnemar_exact(ups, downs) if binary and same_cases and measure.group != "cost" else None
    spread, error = interval(sums), standard_error(sums)
    share_a, share_b = sums.shares
    quality, cases, coarse = measure.group != "cost", min(n_a, n_b), binary or ups + downs < _MANY
    shown = rounded(detectable(error, cases, coarse=coarse)) if quality and error is not None else None
    return Contrast(
        metric=measure.name,
        title=measure.title,
        group=measure.group,
        lower_is_better=measure.lower,
        a=rounded(share_a),
        b=rounded(share_b),
        n_a=n_a,
        n_b=n_b,
        difference=rounded(sums.difference),
        low=rounded(spread.low if spread else None),
        high=rounded(spread.high if spread else None),
        p=max(permuted.p, mcnemar or 0.0),  # topics that fail together make McNemar's too small
        p_mcnemar=mcnemar,
        p_holm=None,
        test=f"McNemar, exact; {test}" if mcnemar is not None else test,
        better=downs if measure.lower else ups,
        worse=ups if measure.lower else downs,
        detectable=shown if shown is not None and shown <= 1 else None,
        needed=cases_needed(error, cases, TARGET, coarse=coarse) if quality and error is not None else None,
        verdict="",
    )


def _value(part: _Part) -> float:
    return part[0] / part[1]


def _moved(one: Contrast) -> bool:
    """Whether any case differs, in its value or in being scored: else no test can tell anything (Tarone, 1990)."""
    return bool(one.better or one.worse or one.n_a != one.n_b or one.p < 1)


def _judged(one: Contrast, adjusted: float | None) -> Contrast:
    """The contrast with its verdict: by the adjusted p for a metric of the gates, else by its own."""
    if one.difference is None:
        return replace(one, verdict="not scored in both")
    if not _moved(one):
        return replace(one, verdict="the same in every case", p_holm=adjusted)
    p = one.p if adjusted is None else adjusted
    if p > ALPHA or one.difference == 0:
        alone = f", though alone p = {one.p:.3f}" if one.p <= ALPHA and one.difference else ""
        return replace(one, verdict=f"no difference shown{alone}", p_holm=adjusted)
    winner = "B" if (one.difference > 0) != one.lower_is_better else "A"
    alone = ", looked at alone" if one.group == "other" else ""
    return replace(one, verdict=f"{winner} better{alone}", p_holm=adjusted)


def _headline(contrasts: Sequence[Contrast]) -> str:
    """The first thing to know, in one sentence."""
    gates = [one for one in contrasts if one.group == "gate"]
    won = {side: [one for one in gates if one.verdict == f"{side} better"] for side in ("B", "A")}
    told = [f"{side} is better: " + ", ".join(_shown(one) for one in found) for side, found in won.items() if found]
    if told:
        return "; ".join(told) + "; no other metric of the gates tells them apart"
    power = _power(gates)
    if gates and all(one.verdict == "the same in every case" for one in gates):
        return f"nothing here tells A from B: they do the same in every case; {power}"
    return f"nothing here tells A from B: {power}"


def _shown(one: Contrast) -> str:
    return f"{one.title} {one.a or 0:.3f} -> {one.b or 0:.3f}"


def _power(gates: Sequence[Contrast]) -> str:
    """What these cases can show, on the metric that matters most."""
    one = next((one for one in gates if one.metric == _FIRST), next(iter(gates), None))
    if one is None or one.needed is None:
        return "too few cases or topics are scored in both to tell anything"
    cases = f"on {one.title!r}, {min(one.n_a, one.n_b)} questions can show"
    if one.detectable is None:
        return f"{cases} no difference, however large (5 points take about {one.needed:,})"
    return f"{cases} differences of {100 * one.detectable:.0f} points or more (5 points take about {one.needed:,})"


def _side(label: str, rows: Sequence[Row]) -> Side:
    sums = totals(rows)
    seconds = [row.seconds for row in rows if row.status != "error"]
    return Side(
        label=label,
        authors=tuple(sorted({row.author for row in rows if row.author})),
        prompts=tuple(sorted({row.prompt for row in rows if row.prompt})),
        errors=sum(row.status == "error" for row in rows),
        offline=sum(row.prompt is None and row.status != "error" for row in rows),
        dropped=sums.dropped,
        input_tokens=sums.input_tokens,
        output_tokens=sums.output_tokens,
        cost_usd=sums.cost_usd,
        p50=rounded(metrics.percentile(seconds, 0.5)),
        p95=rounded(metrics.percentile(seconds, 0.95)),
    )


def _notes(sides: tuple[Side, Side], family: int) -> tuple[str, ...]:
    """What a reader must know before believing the figures."""
    notes = []
    if sides[0].prompts == sides[1].prompts and sides[0].prompts:
        notes.append(f"A and B used the same prompt ({', '.join(sides[0].prompts)})")
    for name, side in zip("AB", sides, strict=True):
        if side.errors:
            notes.append(f"{side.errors} questions of {name} ended in an error: they count as misses, and cost nothing")
        if side.offline and side.prompts:
            notes.append(f"{side.offline} answers of {name} were written offline, without its prompt")
    notes.append(
        f"verdicts on the metrics of the gates are by p adjusted for the {family} of them on which any case differs "
        "(Holm); other metrics are looked at one by one, so one in twenty differs by chance"
    )
    return tuple(notes)
