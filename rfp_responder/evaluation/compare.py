"""Two runs beside each other: paired by case, so that only what changed counts.

changes(load_rows(before), load_rows(after), "test")
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rfp_responder.errors import InputError
from rfp_responder.evaluation.gold import Split
from rfp_responder.evaluation.metrics import METRICS, Metric
from rfp_responder.evaluation.report import markdown_rows
from rfp_responder.evaluation.run import Row
from rfp_responder.evaluation.stats import Difference, paired_difference


@dataclass(frozen=True, slots=True)
class Change:
    """One metric before and after, over the cases that both runs scored; ``lost`` were scored by one only.

    For ``refusal_f1`` the values are means of per-case hits, not F1: only differences of means can be paired.
    """

    metric: Metric
    before: float
    after: float
    difference: Difference
    lost: int


def changes(before: Sequence[Row], after: Sequence[Row], split: Split) -> tuple[Change, ...]:
    """Every metric of ``split`` that both runs scored on at least one case, in the order of ``METRICS``.

    Raises InputError when the two runs do not hold the same cases of that split.
    """
    old = {row.id: row for row in before if row.split == split}
    new = {row.id: row for row in after if row.split == split}
    if old.keys() != new.keys():
        odd = sorted(old.keys() ^ new.keys())
        raise InputError(
            f"the runs differ in {len(odd)} cases of split {split}, first {odd[0]!r}, expected none",
            "Run both on one gold file",
        )
    found: list[Change] = []
    for metric in METRICS:
        key = metric.name
        pairs = [(row.topic, row.scores.get(key), new[name].scores.get(key)) for name, row in old.items()]
        both = [(topic, a, b) for topic, a, b in pairs if a is not None and b is not None]
        lost = sum((a is None) != (b is None) for _, a, b in pairs)
        ours, theirs = [a for _, a, _ in both], [b for _, _, b in both]
        difference = paired_difference(ours, theirs, [topic for topic, _, _ in both])
        if difference is not None:
            found.append(Change(metric, sum(ours) / len(ours), sum(theirs) / len(theirs), difference, lost))
    return tuple(found)


def markdown_changes(found: Sequence[Change]) -> str:
    """Metric, before, after, difference with its 95 % interval, cases better and worse, n, scored once."""
    rows = []
    for change in found:
        difference = change.difference
        shown = f"{difference.mean:+.3f}"
        if difference.interval is not None:
            shown += f" [{difference.interval.low:+.3f}, {difference.interval.high:+.3f}]"
        ups, downs = difference.better, difference.worse
        if change.metric.better == "lower":
            ups, downs = downs, ups
        rows.append(
            [
                change.metric.title,
                f"{change.before:.3f}",
                f"{change.after:.3f}",
                shown,
                f"{ups} / {downs}",
                str(difference.n),
                str(change.lost),
            ]
        )
    header = ["Metric", "Before", "After", "Difference [95 % CI]", "Better / worse", "n", "Scored once"]
    return markdown_rows(header, rows)
