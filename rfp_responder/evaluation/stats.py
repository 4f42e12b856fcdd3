"""Intervals: how much of a number is chance. Fixed seed, so a report is the same every time.

Proportions get Wilson's interval, which keeps its coverage near 0 and 1 where Wald's does not; means get a
percentile bootstrap that draws whole topics, because questions about one topic fail together (Miller,
arXiv 2411.00640; Bowyer et al., arXiv 2503.01747, on small sets).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SEED = 20260101
DRAWS = 2000
_Z95 = 1.959963984540054  # the 97.5 % quantile of the normal distribution


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval; ``low <= high``, in the unit of what was measured."""

    low: float
    high: float


def wilson(successes: float, n: int) -> Interval | None:
    """Wilson's score interval for a proportion (Wilson, JASA 22, 1927); None when ``n`` is 0."""
    if n == 0:
        return None
    share, square = successes / n, _Z95 * _Z95
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = _Z95 / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def bootstrap_mean(values: Sequence[float], clusters: Sequence[Hashable] | None = None) -> Interval | None:
    """Percentile bootstrap of a mean (Efron, 1979); draws whole clusters where ``clusters`` are given.

    ``clusters`` names the cluster of each value. None when there are fewer than two clusters: nothing can be
    said about chance then.
    """
    return bootstrap_ratio(values, [1.0] * len(values), clusters)


def bootstrap_ratio(
    numerators: Sequence[float], denominators: Sequence[float], clusters: Sequence[Hashable] | None = None
) -> Interval | None:
    """Percentile bootstrap of sum(numerators) / sum(denominators), as for F1; draws over 0 are left out."""
    tops, bottoms = by_cluster(numerators, clusters), by_cluster(denominators, clusters)
    if len(tops) < 2:
        return None
    generator = np.random.default_rng(SEED)
    drawn = generator.integers(0, len(tops), size=(DRAWS, len(tops)))
    top, bottom = tops[drawn].sum(axis=1), bottoms[drawn].sum(axis=1)
    ratios = top[bottom > 0] / bottom[bottom > 0]
    if not len(ratios):
        return None
    low, high = np.quantile(ratios, [0.025, 0.975])
    return Interval(float(low), float(high))


def by_cluster(values: Sequence[float], clusters: Sequence[Hashable] | None) -> npt.NDArray[np.float64]:
    """Sums by cluster, in order of first appearance; each value is its own cluster when none are given."""
    if clusters is None:
        return np.asarray(values, dtype=np.float64)
    if len(clusters) != len(values):
        raise ValueError(f"{len(values)} values but {len(clusters)} clusters")
    sums: dict[Hashable, float] = {}
    for value, cluster in zip(values, clusters, strict=True):
        sums[cluster] = sums.get(cluster, 0.0) + value
    return np.asarray(list(sums.values()), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Difference:
    """After minus before, paired by case: the mean, its interval (None when too few), wins and losses."""

    mean: float
    interval: Interval | None
    n: int
    better: int
    worse: int


def paired_difference(
    before: Sequence[float], after: Sequence[float], clusters: Sequence[Hashable] | None = None
) -> Difference | None:
    """The mean of ``after - before`` over the same cases in the same order, with a bootstrap of the pairs.

    Pairing removes what the cases have in common (Miller, arXiv 2411.00640). None without pairs; ValueError
    when the two differ in length. ``better`` counts where ``after`` is larger.
    """
    if len(before) != len(after):
        raise ValueError(f"{len(before)} values before but {len(after)} after")
    if not before:
        return None
    changes = [new - old for old, new in zip(before, after, strict=True)]
    return Difference(
        sum(changes) / len(changes),
        bootstrap_mean(changes, clusters),
        len(changes),
        sum(change > 0 for change in changes),
        sum(change < 0 for change in changes),
    )
