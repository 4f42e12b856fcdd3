"""Figures over rows: shares with Wilson's interval, means with a bootstrap of whole clusters, calibration and risk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from answers.rows import Row
from rfp_responder.evaluation.metrics import percentile
from rfp_responder.evaluation.stats import bootstrap_mean, wilson

Point = tuple[float, bool]
"""The confidence of an answer, and whether it is right."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its 95 % interval; ``value`` is None where nothing was scored."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int


def share(name: str, flags: Sequence[bool]) -> Figure:
    """A proportion with Wilson's interval."""
    interval = wilson(sum(flags), len(flags))
    if interval is None:
        return Figure(name, None, None, None, 0)
    return Figure(name, sum(flags) / len(flags), interval.low, interval.high, len(flags))


def mean(name: str, rows: Sequence[Row], mark: str) -> Figure:
    """The mean of a mark over the rows that have it, with a bootstrap of whole clusters."""
    scored = [(float(row.marks[mark] or 0.0), row.cluster) for row in rows if row.marks.get(mark) is not None]
    values, clusters = [value for value, _ in scored], [cluster for _, cluster in scored]
    if not scored:
        return Figure(name, None, None, None, 0)
    interval = bootstrap_mean(values, clusters)
    low, high = (interval.low, interval.high) if interval else (None, None)
    return Figure(name, sum(values) / len(values), low, high, len(values))


def marked(name: str, rows: Sequence[Row], mark: str) -> Figure:
    """The share of a yes-or-no mark over the rows that have it."""
    return share(name, [bool(row.marks[mark]) for row in rows if row.marks.get(mark) is not None])


def _answered(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.answered]


def refusal(rows: Sequence[Row]) -> list[Figure]:
    """Answerable questions beside unanswerable ones."""
    able = [row for row in rows if row.gold.answerable]
    answered = _answered(able)
    return [
        share("answered_of_answerable", [row.answered for row in able]),
        share("right_among_these", [bool(row.right) for row in answered]),
        share("right_of_answerable", [bool(row.right) for row in able]),
        share("refused_of_unanswerable", [row.status == "unanswered" for row in rows if not row.gold.answerable]),
        share("wrong_among_answered", [not row.right for row in _answered(rows)]),
        marked("best_sentence_right", able, "best_sentence"),
    ]


def choice(rows: Sequence[Row]) -> list[Figure]:
    """Questions with allowed values; ``commonest_among_given`` is what one value for all would have got."""
    scored = [row for row in rows if row.gold.scored]
    given = [row for row in scored if row.choice is not None]
    golds = Counter(row.gold.choice for row in scored)
    commonest = max(golds, key=lambda value: golds[value], default="")
    return [
        share("choice_given", [row.choice is not None for row in scored]),
        share("right_among_given", [bool(row.right) for row in given]),
        share("commonest_among_given", [row.gold.choice == commonest for row in given]),
        share("right_of_all", [bool(row.right) for row in scored]),
        share("text_without_choice", [row.answered and row.choice is None for row in scored]),
        share("open_answered", [row.answered for row in rows if not row.gold.scored]),
    ]


def by_gold(rows: Sequence[Row]) -> list[tuple[str, list[Figure], Counter[str]]]:
    """For each gold value: its figures, and how often each value was given ("": none)."""
    found = []
    for value in sorted({row.gold.choice for row in rows if row.gold.scored}, reverse=True):
        own = [row for row in rows if row.gold.scored and row.gold.choice == value]
        given = [row for row in own if row.choice is not None]
        figures = [
            share("choice_given", [row.choice is not None for row in own]),
            share("right_among_given", [bool(row.right) for row in given]),
        ]
        found.append((value, figures, Counter(row.choice or "" for row in own)))
    return found


def plain(rows: Sequence[Row]) -> list[Figure]:
    """Questions that all have an answer: right by page or by sentence."""
    answered = _answered(rows)
    return [
        share("answered", [row.answered for row in rows]),
        share("right_among_answered", [bool(row.right) for row in answered]),
        share("right_of_all", [bool(row.right) for row in rows]),
        share("wrong_among_answered", [not row.right for row in answered]),
        marked("best_sentence_right", rows, "best_sentence"),
    ]


def reference(rows: Sequence[Row]) -> list[Figure]:
    """Right is half of the reference's numbers, or of its words where it has none.

    Half of the numbers of four reports is more than three sentences can say: the questions about one report, and
    the answers with any number of the reference, are shown besides.
    """
    single = [row for row in rows if len(row.gold.documents) == 1]
    return [
        *plain(rows),
        share("right_of_one_document", [bool(row.right) for row in single]),
        marked("any_number_said", rows, "any_number"),
        mean("number_recall", rows, "numbers"),
        mean("word_recall", rows, "words"),
        marked("document_right", rows, "document"),
    ]


FAMILIES: dict[str, Callable[[Sequence[Row]], list[Figure]]] = {
    "refusal": refusal,
    "choice": choice,
    "page": plain,
    "reference": reference,
    "span": plain,
}


# -- confidence -----------------------------------------------------------------------------------------------


def points(rows: Sequence[Row]) -> list[Point]:
    """Confidence and rightness of every answer that was judged, surest first."""
    return sorted(((row.confidence, row.right) for row in rows if row.right is not None), key=lambda point: -point[0])


def bins(found: Sequence[Point], width: float = 0.1) -> list[tuple[float, int, float, float]]:
    """Bins of confidence that hold something: lower edge, how many, mean confidence, share right."""
    held: dict[int, list[Point]] = {}
    last = round(1 / width) - 1
    for point in found:
        held.setdefault(min(last, int(point[0] / width + 1e-9)), []).append(point)
    return [
        (number * width, len(own), sum(c for c, _ in own) / len(own), sum(right for _, right in own) / len(own))
        for number, own in sorted(held.items())
    ]


def calibration_error(found: Sequence[Point]) -> float | None:
    """Expected calibration error: the mean of |share right - mean confidence| over bins, weighted by their size.

    Naeini, Cooper & Hauskrecht, AAAI 2015.
    """
    if not found:
        return None
    return sum(n * abs(right - confidence) for _, n, confidence, right in bins(found)) / len(found)


def risk_curve(found: Sequence[Point], asked: int) -> list[tuple[float, float, float]]:
    """Coverage (of all asked), share wrong, and threshold, at every confidence that occurs, surest first.

    Answers of one confidence come in together (El-Yaniv & Wiener, JMLR 2010).
    """
    curve = []
    wrong = 0
    ordered = sorted(found, key=lambda point: -point[0])
    for number, (confidence, right) in enumerate(ordered, 1):
        wrong += not right
        if number == len(ordered) or ordered[number][0] != confidence:
            curve.append((number / asked, wrong / number, confidence))
    return curve


def coverage_at(curve: Sequence[tuple[float, float, float]], most_wrong: float) -> tuple[float, float | None]:
    """The highest coverage with at most this share wrong, and its threshold; (0, None) where no point has it."""
    allowed = [(covered, threshold) for covered, wrong, threshold in curve if wrong <= most_wrong]
    return max(allowed, default=(0.0, None))


def risk_area(curve: Sequence[tuple[float, float, float]]) -> float | None:
    """Area under the risk-coverage curve over what it covers, in shares wrong (lower is better)."""
    if not curve:
        return None
    edges = [0.0, *(covered for covered, _, _ in curve)]
    steps = [(right - left) * point[1] for left, right, point in zip(edges, edges[1:], curve, strict=False)]
    return sum(steps) / edges[-1]


def trust(rows: Sequence[Row]) -> list[Figure]:
    """How far the confidence can be trusted, what a question takes, and whether every quote is verbatim."""
    scored = [row for row in rows if row.gold.scored]
    found = points(scored)
    curve = risk_curve(found, len(scored)) if scored else []
    seconds = [row.seconds for row in rows]
    quotes = sum(len(row.citations) for row in rows)

    def bare(name: str, value: float | None, n: int) -> Figure:
        return Figure(name, value, None, None, n)

    return [
        bare("calibration_error", calibration_error(found), len(found)),
        bare("risk_area", risk_area(curve), len(found)),
        *(bare(f"coverage_at_{p}_wrong", coverage_at(curve, p / 100)[0], len(scored)) for p in (5, 10)),
        bare("seconds_p50", percentile(seconds, 0.5), len(rows)),
        bare("seconds_p95", percentile(seconds, 0.95), len(rows)),
        bare("quotes_verbatim", sum(row.verbatim for row in rows) / quotes if quotes else None, quotes),
        bare("errors", float(sum(row.status == "error" for row in rows)), len(rows)),
    ]
