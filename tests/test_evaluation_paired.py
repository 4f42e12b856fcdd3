"""The tests of a difference keep what they promise: known values, brute force, and simulation."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfp_responder.evaluation.paired import (
    FLIPS,
    Pair,
    cases_needed,
    detectable,
    exchange_test,
    holm,
    interval,
    mcnemar_exact,
    pair,
    standard_error,
)
from rfp_responder.evaluation.stats import paired_difference

TOPICS = 12
EACH = 5
PER_TOPIC = [i // EACH for i in range(TOPICS * EACH)]
Random = np.random.Generator
Part = tuple[float, float]


def scored(values: np.ndarray) -> list[Part]:
    return [(float(value), 1.0) for value in values]


def paired(before: np.ndarray, after: np.ndarray, topics: list[int] | None = None) -> Pair:
    return pair(scored(before), scored(after), PER_TOPIC if topics is None else topics)


# -- known values -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("better", "worse", "p"),
    [(0, 0, 1.0), (5, 0, 2 / 32), (6, 0, 2 / 64), (9, 1, 22 / 1024), (1, 9, 22 / 1024), (5, 5, 1.0), (7, 5, 0.774414)],
)
def test_mcnemar_meets_values_worked_by_hand(better: int, worse: int, p: float) -> None:
    assert mcnemar_exact(better, worse) == pytest.approx(p, abs=1e-6)


@pytest.mark.parametrize(("better", "worse"), [(3, 11), (40, 22), (150, 86), (1200, 1100)])
def test_mcnemar_is_the_binomial_test_of_the_changed(better: int, worse: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    expected = stats.binomtest(better, better + worse).pvalue
    assert mcnemar_exact(better, worse) == pytest.approx(expected, rel=1e-9)


def test_six_topics_all_better_is_the_least_that_can_be_shown() -> None:
    for count, p in ((5, 2 / 32), (6, 2 / 64)):
        one = np.ones(count)
        assert exchange_test(paired(0 * one, one, list(range(count)))).p == pytest.approx(p)


def test_holm_meets_values_worked_by_hand() -> None:
    adjusted = holm({"a": 0.01, "b": 0.04, "c": 0.03})
    assert adjusted == pytest.approx({"a": 0.03, "c": 0.06, "b": 0.06})
    assert holm({}) == {}


def test_fewest_cases_that_can_show_anything_are_six() -> None:
    assert detectable(0.0, 5, coarse=True) is None
    assert detectable(0.0, 6, coarse=True) == pytest.approx(0.8 ** (1 / 6), abs=1e-6)
    assert detectable(0.0, 105, coarse=True) == pytest.approx(0.0743, abs=1e-4)
    assert detectable(0.04, 105, coarse=True) == pytest.approx(2.8016 * 0.04, abs=1e-4)
    assert detectable(0.004, 105, coarse=False) == pytest.approx(2.8016 * 0.004, abs=1e-4)


def test_the_cases_needed_turn_the_formula_round() -> None:
    needed = cases_needed(0.04, 105, 0.05, coarse=False)
    error = 0.04 * math.sqrt(105 / needed)
    assert detectable(error, needed, coarse=False) == pytest.approx(0.05, rel=0.01)
    floor = cases_needed(0.0, 105, 0.05, coarse=True)
    at, below = detectable(0.0, floor, coarse=True), detectable(0.0, floor - 1, coarse=True)
    assert at is not None
    assert below is not None
    assert at <= 0.05 < below


# -- laws ---------------------------------------------------------------------------------------------------

parts = st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 1.0])).map(
    lambda one: (one[0] * one[1], one[1])
)
cases = st.lists(st.tuples(parts, parts, st.integers(0, 5)), min_size=1, max_size=14)


@settings(max_examples=60, deadline=None)
@given(cases)
def test_a_permutation_test_is_what_trying_every_exchange_gives(rows: list[tuple[Part, Part, int]]) -> None:
    of = pair([a for a, _, _ in rows], [b for _, b, _ in rows], [topic for _, _, topic in rows])
    observed = of.difference
    if observed is None:
        assert exchange_test(of).p == 1.0
        return
    sums = np.array([of.top_a, of.bottom_a, of.top_b, of.bottom_b])
    count, extreme = len(of.top_a), 0
    for swapped in product([False, True], repeat=count):
        turned = np.where(np.array(swapped), sums[[2, 3, 0, 1]], sums).sum(axis=1)
        whole = turned[1] > 0 and turned[3] > 0
        extreme += not whole or abs(turned[2] / turned[3] - turned[0] / turned[1]) >= abs(observed) - 1e-12
    assert exchange_test(of).p == pytest.approx(extreme / 2**count)


@settings(max_examples=60, deadline=None)
@given(cases)
def test_exchanging_the_two_runs_turns_the_sign_and_nothing_else(rows: list[tuple[Part, Part, int]]) -> None:
    a, b, topics = [a for a, _, _ in rows], [b for _, b, _ in rows], [topic for _, _, topic in rows]
    there, back = pair(a, b, topics), pair(b, a, topics)
    assert exchange_test(there).p == exchange_test(back).p
    assert 0 < exchange_test(there).p <= 1
    assert (there.difference is None) == (back.difference is None)
    if there.difference is not None and back.difference is not None:
        assert there.difference == pytest.approx(-back.difference)
    assert standard_error(there) == (None if standard_error(back) is None else pytest.approx(standard_error(back)))


@given(st.dictionaries(st.text(max_size=3), st.floats(0, 1), max_size=8))
def test_holm_only_raises_and_keeps_the_order(found: dict[str, float]) -> None:
    adjusted = holm(found)
    assert adjusted.keys() == found.keys()
    for name, p in found.items():
        assert p <= adjusted[name] <= min(1.0, len(found) * p) + 1e-12
    order = sorted(found, key=lambda name: found[name])
    assert [adjusted[name] for name in order] == sorted(adjusted.values())


def test_over_the_same_cases_the_interval_is_that_of_the_paired_differences() -> None:
    random = np.random.default_rng(3)
    before, after = random.random(60), random.random(60)
    found = paired_difference(list(before), list(after), PER_TOPIC)
    assert found is not None
    assert found.interval is not None
    mine = interval(paired(before, after))
    assert mine is not None
    assert (mine.low, mine.high) == pytest.approx((found.interval.low, found.interval.high))
    changes = [float((after - before)[i * EACH : (i + 1) * EACH].sum()) for i in range(TOPICS)]
    by_hand = np.std(changes, ddof=1) * math.sqrt(TOPICS) / 60
    centred = standard_error(paired(before, after))
    assert centred == pytest.approx(by_hand, rel=1e-9)


def test_nothing_scored_and_one_topic_tell_nothing() -> None:
    empty = pair([(0.0, 0.0)], [(1.0, 1.0)], ["t"])
    assert empty.difference is None
    assert (exchange_test(empty).p, interval(empty), standard_error(empty)) == (1.0, None, None)
    alone = pair([(0.0, 1.0)] * 9, [(1.0, 1.0)] * 9, ["t"] * 9)
    assert (alone.difference, interval(alone), standard_error(alone)) == (1.0, None, None)
    assert exchange_test(alone).p == 1.0


def test_many_topics_are_drawn_and_give_nearly_the_exact_p() -> None:
    random = np.random.default_rng(5)
    before = random.random(20)
    after = before + random.normal(0.03, 0.1, 20)
    exact = exchange_test(paired(before, after, list(range(20))))
    assert exact.draws is None
    more = exchange_test(paired(np.tile(before, 2), np.tile(after, 2), list(range(40))))
    again = exchange_test(paired(np.tile(before, 2), np.tile(after, 2), list(range(40))))
    assert more.draws == FLIPS
    assert more == again
    doubled = exchange_test(paired(np.tile(before, 2), np.tile(after, 2), list(range(20)) * 2))
    assert doubled.p == pytest.approx(exact.p)  # topics of two equal cases are the same topics


# -- simulation ---------------------------------------------------------------------------------------------


def alike(random: Random) -> tuple[np.ndarray, np.ndarray]:
    """Two runs without a difference, whose questions of one topic go wrong together."""
    ease = np.repeat(random.random(TOPICS), EACH)
    return (random.random(60) < ease).astype(float), (random.random(60) < ease).astype(float)


def moved_by_topic(random: Random) -> tuple[np.ndarray, np.ndarray]:
    """Two runs without a difference on the whole, each ahead in whole topics by chance."""
    ahead = np.repeat(random.random(TOPICS) < 0.5, EACH)
    changed = random.random(60) < 0.5
    return (changed & ~ahead).astype(float), (changed & ahead).astype(float)


def verdict(before: np.ndarray, after: np.ndarray) -> tuple[float, float]:
    """McNemar's p and that by topic."""
    return mcnemar_exact(int((after > before).sum()), int((after < before).sum())), exchange_test(
        paired(before, after)
    ).p


def test_without_a_difference_five_of_a_hundred_comparisons_show_one_at_most() -> None:
    random = np.random.default_rng(11)
    found = [verdict(*alike(random)) for _ in range(600)]
    assert sum(p <= 0.05 for p, _ in found) / 600 <= 0.07  # .05 and twice the error of 600 draws
    assert sum(p <= 0.05 for _, p in found) / 600 <= 0.07
    assert sum(max(each) <= 0.05 for each in found) / 600 <= 0.05


def test_topics_that_move_together_fool_mcnemar_and_not_the_test_by_topic() -> None:
    random = np.random.default_rng(12)
    found = [verdict(*moved_by_topic(random)) for _ in range(400)]
    assert sum(p <= 0.05 for p, _ in found) / 400 > 0.15
    assert sum(max(each) <= 0.05 for each in found) / 400 <= 0.072


def test_a_strong_effect_is_found() -> None:
    random = np.random.default_rng(13)
    shown = 0
    for _ in range(200):
        before, _ = alike(random)
        after = np.maximum(before, random.random(60) < 0.7)  # most of what was wrong is right
        shown += max(verdict(before, after)) <= 0.05
    assert shown / 200 >= 0.95


def test_a_metric_that_is_scored_where_a_run_answers_keeps_its_five_in_a_hundred() -> None:
    random = np.random.default_rng(14)
    shown = 0
    for _ in range(400):
        runs = []
        for _ in range(2):
            bottoms = (random.random(60) < 0.6).astype(float)
            tops = bottoms * (random.random(60) < 0.3)
            runs.append(list(zip(tops.tolist(), bottoms.tolist(), strict=True)))
        shown += exchange_test(pair(runs[0], runs[1], PER_TOPIC)).p <= 0.05
    assert 0.02 <= shown / 400 <= 0.072


def test_intervals_hold_the_true_difference_nine_times_in_ten_and_more() -> None:
    random = np.random.default_rng(15)
    held = 0
    for _ in range(400):
        topic = np.repeat(random.normal(0.1, 0.15, 20), 5)
        before = random.random(100)
        found = interval(paired(before, before + topic + random.normal(0, 0.2, 100), [i // 5 for i in range(100)]))
        assert found is not None
        held += found.low <= 0.1 <= found.high
    assert 0.90 <= held / 400 <= 0.98


def test_what_can_be_shown_is_shown_four_times_in_five() -> None:
    random = np.random.default_rng(16)
    error = 0.1 / math.sqrt(15)
    effect = detectable(error, 15, coarse=False)
    assert effect is not None
    zero, topics = np.zeros(15), list(range(15))
    shown = sum(exchange_test(paired(zero, random.normal(effect, 0.1, 15), topics)).p <= 0.05 for _ in range(300))
    assert 0.68 <= shown / 300 <= 0.88  # fifteen topics know their spread less well than the formula takes it
    floor = detectable(0.0, 105, coarse=True)
    assert floor is not None
    fixed = sum(mcnemar_exact(int(random.binomial(105, floor)), 0) <= 0.05 for _ in range(3000))
    assert fixed / 3000 == pytest.approx(0.8, abs=0.03)
