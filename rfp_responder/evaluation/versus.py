"""A against B on the same cases: for every metric the difference, how sure it is, and what the cases could show.

    found = versus(load_rows(a), load_rows(b), "test", gates=FAMILY)
    found.headline        # "no metric of the gates tells A from B: ..."

The figures of A and B are those of their own runs; what is scored may differ between them (only an answer can be
wrong), so that leaving a hard question blank is seen as such and not as a pair that is missing. There the exchange of A
and B tests more than the metric (who answers how much differs as well), so a verdict takes the interval's word too.
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
_FEWEST_TOPICS = 6  # that must differ for an exchange of whole topics to reach 5 %: 2 / 2**5 = .0625, 2 / 2**6 = .031
_OF_THE_PROMPT = frozenset({"input_tokens", "output_tokens", "cost_usd_per_100"})  # unless a reply came from the cache
_MANY = 20  # changed cases from which the normal formula of power is trusted alone
_AMONG = ", among the others"  # metrics that no gate names
Group = Literal["gate", "other", "cost"]
_Part = tuple[float, float]  # what a case adds to the upper and to the lower sum


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of a run besides its rows: ``digest`` is the sha256 of its prompt (``""``: not recorded),
    ``unpriced`` are its models whose price is not known, so that they are told to cost nothing."""

    label: str
    digest: str = ""
    unpriced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs over one split: who wrote, what went wrong, what it took. ``offline`` counts the answers
    that no model wrote, ``cached`` those whose replies came from the cache. Tokens are sums, ``cost_usd`` too (None
    where no price is known); seconds are percentiles of the questions without error."""

    label: str
    authors: tuple[str, ...]
    prompts: tuple[str, ...]
    errors: int
    offline: int
    cached: int
    dropped: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    unpriced: tuple[str, ...]
    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Contrast:
    """One metric of A and of B. ``difference`` is B minus A, with its 95 % interval; ``test`` says how ``p`` was found.

    ``p_holm`` is p adjusted for the number of metrics of its group (gates, others) that can be tested; None where the
    metric cannot, and for costs. ``testable``: both runs are scored, and six topics or more differ. ``same_cases``:
    both are scored on the same cases.
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
    testable: bool
    same_cases: bool
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
    sources: tuple[Source, Source] = (Source("A"), Source("B")),
) -> Versus:
    """Compare two runs over the cases of ``split``; raises InputError where these are not the same cases.

    ``gates`` are the metrics whose p is adjusted for their number, and of which the headline speaks first. Costs are
    compared over the cases that failed in neither run.
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
    sides = _side(sources[0], ours), _side(sources[1], list(found.values()))
    adjusted: dict[str, float] = {}
    for group in ("gate", "other"):
        adjusted |= holm({one.metric: one.p for one in contrasts if one.group == group and one.testable})
    judged = tuple(
        _judged_cost(one, sides) if one.group == "cost" else _judged(one, adjusted.get(one.metric)) for one in contrasts
    )
    return Versus(
        split=split,
        cases=len(pairs),
        topics=len({row.topic for row in ours}),
        a=sides[0],
        b=sides[1],
        headline=_headline(judged),
        contrasts=judged,
        notes=(*_notes(sides, sources), _of_verdicts(judged)),
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
    moved_topics = int(((sums.top_a != sums.top_b) | (sums.bottom_a != sums.bottom_b)).sum())
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
        testable=sums.difference is not None and moved_topics >= _FEWEST_TOPICS,
        same_cases=same_cases,
        verdict="",
    )


def _value(part: _Part) -> float:
    return part[0] / part[1]


def _moved(one: Contrast) -> bool:
    """Whether any case differs, in its value or in being scored."""
    return bool(one.better or one.worse or one.n_a != one.n_b or one.p < 1)


def _judged(one: Contrast, adjusted: float | None) -> Contrast:
    """The contrast with its verdict: by the adjusted p; for a metric of no gate by its own p too, said so.

    Where A and B are scored on different cases the interval must leave out 0 as well: two runs that are equally good
    and answer different numbers of questions are no more called different than 5 times in 100 by both together, while
    the exchange alone calls up to a third of such pairs different.
    """
    judged = replace(one, p_holm=adjusted)
    if one.difference is None:
        return replace(judged, verdict="not scored in both")
    if not _moved(one):
        return replace(judged, verdict="the same in every case")
    p = 1.0 if adjusted is None else adjusted  # what cannot be tested is not told apart
    apart = one.difference != 0 and (one.same_cases or _leaves_out_0(one))
    winner = "B" if (one.difference > 0) != one.lower_is_better else "A"
    if apart and p <= ALPHA:
        return replace(judged, verdict=f"{winner} better{_AMONG if one.group == 'other' else ''}")
    if apart and one.group == "other" and one.p <= ALPHA:
        return replace(judged, verdict=f"{winner} better, looked at alone")
    why = ""
    if one.p <= ALPHA and one.difference:
        why = f", though alone p = {one.p:.3f}" if apart else ": other cases are scored, and the interval holds 0"
    return replace(judged, verdict=f"no difference shown{why}")


def _leaves_out_0(one: Contrast) -> bool:
    return one.low is not None and one.high is not None and (one.low > 0 or one.high < 0)


def _judged_cost(one: Contrast, sides: tuple[Side, Side]) -> Contrast:
    """What is not the prompt's doing gets no verdict: the hour of a run, a reply from the cache, a price not known."""
    if one.metric == "seconds":
        return replace(one, verdict="not compared: one after the other")
    if one.metric in _OF_THE_PROMPT and any(side.cached for side in sides):
        return replace(one, verdict="not compared: replies came from the cache")
    unpriced = sorted({name for side in sides for name in side.unpriced})
    if one.metric == "cost_usd_per_100" and unpriced:
        return replace(one, verdict=f"not compared: price of {', '.join(unpriced)} not known")
    if not _moved(one):
        return replace(one, verdict="the same in every case")
    if one.p > ALPHA or not one.difference:
        return replace(one, verdict="no difference shown")
    return replace(one, verdict=f"{'A' if one.difference > 0 else 'B'} better")


def _headline(contrasts: Sequence[Contrast]) -> str:
    """The first thing to know, in one sentence."""
    gates = [one for one in contrasts if one.group == "gate"]
    told = _winners(gates, "")
    if told:
        return told + "; no other metric of the gates tells them apart"
    power = _power(gates)
    others = _winners([one for one in contrasts if one.group == "other"], _AMONG)
    beside = f"; among the other metrics, adjusted for their number, {others}" if others else ""
    if gates and all(one.verdict == "the same in every case" for one in gates):
        return f"no metric of the gates tells A from B: they do the same in every case; {power}{beside}"
    return f"no metric of the gates tells A from B: {power}{beside}"


def _winners(contrasts: Sequence[Contrast], among: str) -> str:
    won = {side: [one for one in contrasts if one.verdict == f"{side} better{among}"] for side in ("B", "A")}
    return "; ".join(
        f"{side} is better: " + ", ".join(_shown(one) for one in found) for side, found in won.items() if found
    )


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


def _side(source: Source, rows: Sequence[Row]) -> Side:
    sums = totals(rows, source.unpriced)
    seconds = [row.seconds for row in rows if row.status != "error"]
    return Side(
        label=source.label,
        authors=tuple(sorted({row.author for row in rows if row.author})),
        prompts=tuple(sorted({row.prompt for row in rows if row.prompt})),
        errors=sum(row.status == "error" for row in rows),
        offline=sum(row.prompt is None and row.status != "error" for row in rows),
        cached=sum(row.from_cache for row in rows),
        dropped=sums.dropped,
        input_tokens=sums.input_tokens,
        output_tokens=sums.output_tokens,
        cost_usd=sums.cost_usd,
        unpriced=source.unpriced,
        p50=rounded(metrics.percentile(seconds, 0.5)),
        p95=rounded(metrics.percentile(seconds, 0.95)),
    )


def _notes(sides: tuple[Side, Side], sources: tuple[Source, Source]) -> list[str]:
    """What a reader must know before believing the figures."""
    notes = []
    if sides[0].prompts == sides[1].prompts and sides[0].prompts:
        notes.append(_same_name(", ".join(sides[0].prompts), sources[0].digest, sources[1].digest))
    for name, side in zip("AB", sides, strict=True):
        if side.errors:
            notes.append(f"{side.errors} questions of {name} ended in an error: they count as misses, and cost nothing")
        if side.offline and side.prompts:
            notes.append(f"{side.offline} answers of {name} were written offline, without its prompt")
        if side.cached:
            notes.append(f"{side.cached} answers of {name} came from the cache: they took no tokens and cost nothing")
        if side.unpriced:
            notes.append(f"the price of {', '.join(side.unpriced)} is not known: what {name} cost is not told")
    return notes


def _same_name(prompts: str, a: str, b: str) -> str:
    """What A and B, whose prompts have one name, have in common; their digests tell it."""
    if not a or not b:
        return f"A and B used prompts of the same name ({prompts}); whether of the same text is not recorded"
    if a != b:
        return f"A and B used prompts of the same name ({prompts}) and of different text ({a[:12]}, {b[:12]})"
    return f"A and B used the same prompt ({prompts})"


def _of_verdicts(contrasts: Sequence[Contrast]) -> str:
    count = {group: sum(one.group == group and one.testable for one in contrasts) for group in ("gate", "other")}
    return (
        f"verdicts are by p adjusted (Holm) for the {count['gate']} metrics of the gates that can be tested (six "
        f"topics differ), and apart from them for the {count['other']} others; what is looked at alone differs one "
        "time in twenty by chance"
    )
