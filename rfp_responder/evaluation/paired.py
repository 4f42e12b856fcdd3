"""Two runs over the same cases: is the difference more than chance, and what could these cases show at all?

A metric of a run is a sum over a sum (a mean: scores over the number of scored cases), because what is scored may
differ between two runs: only an answer can be wrong. So a run is two sums for each topic, and topics, not cases, are
what is drawn and exchanged: questions about one topic fail together (Miller, arXiv 2411.00640).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rfp_responder.evaluation.stats import DRAWS, SEED, Interval, by_cluster

Sums = npt.NDArray[np.float64]
ALPHA = 0.05
FLIPS = 20_000
"""Draws of a permutation test where trying every exchange would take too long."""
MOST_EXACT = 20
"""Topics up to which every exchange is tried."""
_POWERED = 1.959963984540054 + 0.8416212335729143  # the normal's 97.5 % and 80 % quantiles
_FEWEST = 6  # changes, all one way, below which no exact test can reach 5 %: 2 / 2**5 = .0625, 2 / 2**6 = .031
_AT_ONCE = 1_000  # draws at a time: a gold set of a thousand topics then takes megabytes
_CLOSE = 1e-10  # rounding of sums that are equal


@dataclass(frozen=True, slots=True)
class Pair:
    """Numerators and denominators of runs A and B, summed by topic: arrays of one length, topics in one order."""

    top_a: Sums
    bottom_a: Sums
    top_b: Sums
    bottom_b: Sums

    @property
    def difference(self) -> float | None:
        """B's share minus A's; None where one of them has no scored case."""
        a, b = self.shares
        return None if a is None or b is None else b - a

    @property
    def shares(self) -> tuple[float | None, float | None]:
        """A's and B's share over their scored cases."""
        whole_a, whole_b = float(self.bottom_a.sum()), float(self.bottom_b.sum())
        return (
            float(self.top_a.sum()) / whole_a if whole_a > 0 else None,
            float(self.top_b.sum()) / whole_b if whole_b > 0 else None,
        )


def pair(a: Sequence[tuple[float, float]], b: Sequence[tuple[float, float]], topics: Sequence[Hashable]) -> Pair:
    """A pair from each case's numerator and denominator in run A and in run B, and its topic, in one order."""
    sums = [by_cluster([one[i] for one in run], topics) for run in (a, b) for i in (0, 1)]
    return Pair(sums[0], sums[1], sums[2], sums[3])


def interval(of: Pair) -> Interval | None:
    """Percentile bootstrap of the difference, 95 %, 2,000 draws of whole topics (Efron, 1979).

    None with fewer than two topics. With some twenty topics it holds the true difference a little less often than it
    says (92 to 94 times in 100).
    """
    count = len(of.top_a)
    if count < 2:
        return None
    drawn = np.random.default_rng(SEED).integers(0, count, size=(DRAWS, count))
    top_a, bottom_a, top_b, bottom_b = (each[drawn].sum(axis=1) for each in _arrays(of))
    whole = (bottom_a > 0) & (bottom_b > 0)
    if not whole.any():
        return None
    found = top_b[whole] / bottom_b[whole] - top_a[whole] / bottom_a[whole]
    low, high = np.quantile(found, [0.025, 0.975])
    return Interval(float(low), float(high))


def standard_error(of: Pair) -> float | None:
    """The standard error of the difference, by linearisation over topics (Cochran, Sampling Techniques, 1977, ch. 6).

    For a mean over the same cases it is the cluster-robust error of the paired differences. None with fewer than two
    topics, or without scored cases.
    """
    count, whole_a, whole_b = len(of.top_a), of.bottom_a.sum(), of.bottom_b.sum()
    if count < 2 or not (whole_a > 0 and whole_b > 0):
        return None
    share_a, share_b = of.top_a.sum() / whole_a, of.top_b.sum() / whole_b
    moved = (of.top_b - share_b * of.bottom_b) / whole_b - (of.top_a - share_a * of.bottom_a) / whole_a
    squares = float(np.sum(moved**2))
    return math.sqrt(squares * count / (count - 1))


def mcnemar_exact(better: int, worse: int) -> float:
    """Two-sided exact p of McNemar's test (Psychometrika 12, 1947): of the cases that changed, is half better?

    Twice the smaller tail of a binomial with share one half, at most 1; 1.0 where nothing changed. It takes the cases
    as independent.
    """
    changed = int(better) + int(worse)  # numpy's integers end at 63 bits
    tail = sum(math.comb(changed, i) for i in range(int(min(better, worse)) + 1))
    return min(1.0, 2 * tail / (1 << changed))


@dataclass(frozen=True, slots=True)
class Permuted:
    """The p of a permutation test; ``draws`` is None where every exchange was tried."""

    p: float
    draws: int | None


def exchange_test(of: Pair) -> Permuted:
    """Two-sided permutation test: were A and B alike, each topic could as well have had them the other way round.

    Fisher's randomisation of paired differences (The Design of Experiments, 1935), whole topics at a time, on the
    absolute difference; for a mean over the same cases it is the sign-flip test. Every exchange is tried up to 20
    topics that differ; above, 20,000 are drawn with a fixed seed, and the one observed counts as one of them (Phipson
    and Smyth, 2010). An exchange that leaves a run without scored cases counts as extreme. 1.0 where nothing differs.
    """
    observed = of.difference
    moving = (of.top_a != of.top_b) | (of.bottom_a != of.bottom_b)
    count = int(moving.sum())
    if observed is None or not count:
        return Permuted(1.0, None)
    rest = [float(each[~moving].sum()) for each in (of.top_a, of.bottom_a)]
    top_a, bottom_a, top_b, bottom_b = (each[moving] for each in _arrays(of))
    if count <= MOST_EXACT:
        tops, bottoms = np.array([rest[0] + top_a[0]]), np.array([rest[1] + bottom_a[0]])
        for i in range(1, count):  # the first stays: exchanging all only turns the sign
            tops = np.concatenate([tops + top_a[i], tops + top_b[i]])
            bottoms = np.concatenate([bottoms + bottom_a[i], bottoms + bottom_b[i]])
    else:
        random = np.random.default_rng(SEED)
        moves = np.stack([top_b - top_a, bottom_b - bottom_a], axis=1)
        flips = (random.integers(0, 2, size=(_AT_ONCE, count)) @ moves for _ in range(FLIPS // _AT_ONCE))
        moved = np.concatenate(list(flips))
        tops, bottoms = rest[0] + top_a.sum() + moved[:, 0], rest[1] + bottom_a.sum() + moved[:, 1]
    others = of.top_a.sum() + of.top_b.sum() - tops, of.bottom_a.sum() + of.bottom_b.sum() - bottoms
    whole = (bottoms > _CLOSE) & (others[1] > _CLOSE)
    found = np.full(len(tops), math.inf)
    found[whole] = np.abs(others[0][whole] / others[1][whole] - tops[whole] / bottoms[whole])
    extreme = int((found >= abs(observed) - _CLOSE).sum())
    if count <= MOST_EXACT:
        return Permuted(extreme / len(found), None)
    return Permuted((1 + extreme) / (1 + FLIPS), FLIPS)


def _arrays(of: Pair) -> tuple[Sums, Sums, Sums, Sums]:
    return of.top_a, of.bottom_a, of.top_b, of.bottom_b


def holm(found: Mapping[str, float]) -> dict[str, float]:
    """Each p adjusted for how many there are (Holm, Scandinavian Journal of Statistics 6, 1979): below 5 % in any of
    them happens by chance in at most 5 % of comparisons."""
    adjusted: dict[str, float] = {}
    least = 0.0
    for passed, name in enumerate(sorted(found, key=lambda name: found[name])):
        least = max(least, min(1.0, (len(found) - passed) * found[name]))
        adjusted[name] = least
    return adjusted


def detectable(error: float, cases: int, *, coarse: bool) -> float | None:
    """The smallest true difference that these cases would show at 5 % with a power of 80 %.

    (z(.975) + z(.80)) * ``error``, the standard error of the observed paired difference: the usual two-sided normal
    formula (Cohen, Statistical Power Analysis, 1988; for evaluations Miller, arXiv 2411.00640, on power). Where
    changes are few or all of one size (``coarse``), or where nothing differed, it is not less than what McNemar's exact
    test can show where every change goes one way: six changes are needed, so the d with P(Bin(cases, d) >= 6) = .8.
    None where even a change of every case would not do.
    """
    usual = _POWERED * error
    if not coarse and error > 0:
        return usual
    floor = _floor(cases)
    return None if floor is None else max(usual, floor)


def cases_needed(error: float, cases: int, target: float, *, coarse: bool) -> int:
    """How many such cases (of as many more topics) would show a difference of ``target`` with a power of 80 %.

    The formula of ``detectable`` turned round: an error falls with the root of the number of cases.
    """
    usual = math.ceil(cases * (_POWERED * error / target) ** 2)
    if not coarse and error > 0:
        return max(1, usual)
    fewest, most = _FEWEST, 1_000_000
    while fewest < most:
        middle = (fewest + most) // 2
        floor = _floor(middle)
        if floor is not None and floor <= target:
            most = middle
        else:
            fewest = middle + 1
    return max(usual, fewest)


def _floor(cases: int) -> float | None:
    """The share of cases that must change, all one way, for six changes in four of five samples."""
    if cases < _FEWEST:
        return None
    low, high = 0.0, 1.0
    for _ in range(40):  # halvings: far below what is shown
        middle = (low + high) / 2
        missed = sum(math.comb(cases, i) * middle**i * (1 - middle) ** (cases - i) for i in range(_FEWEST))
        low, high = (low, middle) if missed <= 0.2 else (middle, high)
    return high
