"""Intervals against published and hand-worked numbers."""

from __future__ import annotations

import pytest

from rfp_responder.evaluation.stats import (
    Interval,
    bootstrap_mean,
    bootstrap_ratio,
    paired_difference,
    wilson,
)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(45, 50, 0.786, 0.957), (90, 100, 0.826, 0.945), (270, 300, 0.861, 0.929), (0, 10, 0.0, 0.278)],
)
def test_wilson_meets_the_published_values(successes: int, n: int, low: float, high: float) -> None:
    found = wilson(successes, n)
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4))


def test_wilson_of_nothing_is_unscored() -> None:
    assert wilson(0, 0) is None


def test_a_constant_has_no_spread_and_one_value_no_interval() -> None:
    assert bootstrap_mean([0.5, 0.5, 0.5]) == Interval(0.5, 0.5)
    assert bootstrap_mean([0.5]) is None
    assert bootstrap_mean([]) is None


def test_two_values_span_everything_between_them() -> None:
    # a draw of two is (0,0), (0,1), (1,0) or (1,1): a quarter of the means is 0 and a quarter is 1
    assert bootstrap_mean([0.0, 1.0]) == Interval(0.0, 1.0)


def test_the_interval_is_the_same_on_every_run() -> None:
    values = [0.1 * (i % 7) for i in range(40)]
    assert bootstrap_mean(values) == bootstrap_mean(values)


def test_topics_that_fail_together_make_the_interval_wider() -> None:
    values = [1.0] * 10 + [0.0] * 10 + [1.0] * 10 + [0.0] * 10
    alone, together = bootstrap_mean(values), bootstrap_mean(values, [i // 10 for i in range(40)])
    assert alone is not None
    assert together == Interval(0.0, 1.0)  # P(4 draws of one kind) = 1/16, more than 2.5 %
    assert alone.high - alone.low < 0.35  # about 4 standard errors of 0.079


def test_one_topic_alone_says_nothing_about_chance() -> None:
    assert bootstrap_mean([0.0, 1.0, 1.0], ["a", "a", "a"]) is None


def test_a_ratio_is_bootstrapped_as_a_ratio() -> None:
    assert bootstrap_ratio([2, 2, 2], [4, 4, 4]) == Interval(0.5, 0.5)
    assert bootstrap_ratio([0, 0], [0, 0]) is None


def test_values_and_clusters_must_pair() -> None:
    with pytest.raises(ValueError, match="2 values but 1 clusters"):
        bootstrap_mean([0.0, 1.0], ["a"])


def test_a_paired_difference_sees_what_two_means_cannot() -> None:
    before = [0.0, 0.2, 0.4, 0.6, 0.8]
    found = paired_difference(before, [value + 0.1 for value in before])
    assert found is not None
    assert found.mean == pytest.approx(0.1)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == (pytest.approx(0.1), pytest.approx(0.1))
    assert (found.n, found.better, found.worse) == (5, 5, 0)


def test_a_paired_difference_needs_pairs() -> None:
    assert paired_difference([], []) is None
    with pytest.raises(ValueError, match="1 values before but 2 after"):
        paired_difference([0.0], [0.0, 1.0])
