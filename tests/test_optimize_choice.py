"""Choosing among settings: worth, guards, and a change only where it is more than chance."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfp_responder.evaluation.optimize_choice import choose, difference, folds, guarded, pick, utility
from tests.optimize_makers import row, trial

PRESENT = {"a": 1.0, "b": 1.0}


def test_a_right_answer_gains_one_a_blank_nothing_and_a_misleading_one_costs() -> None:
    assert utility(row("r", 1.0)) == 1.0
    assert utility(row("r", None)) == 0.0
    assert utility(row("r", 0.0, wrong_among_answered=1.0)) == -1.0
    assert utility(row("r", 0.0, wrong_among_answered=1.0), wrong_costs=3.0) == -3.0


def test_a_wrong_stance_or_choice_misleads_even_beside_right_facts() -> None:
    stanced = replace(row("r", 1.0, stance_accuracy=0.0), stance="yes")
    assert utility(stanced) == 0.5 - 1.0
    silent = row("r", 1.0, stance_accuracy=0.0)  # none was given: a miss, but nobody is misled
    assert utility(silent) == 0.5
    chosen = replace(row("r", 1.0, choice_accuracy=0.0), choice="Comply")
    assert utility(chosen) == 0.5 - 1.0


def test_a_missed_refusal_costs_and_a_right_one_is_a_blank() -> None:
    missed = replace(row("u", 0.0, key_fact_recall=None, wrong_among_answered=1.0), expected_status="unanswered")
    assert utility(missed) == -1.0
    assert utility(replace(missed, status="unanswered")) == 0.0
    assert utility(replace(missed, status="error")) == -1.0  # a fault is no refusal


def test_a_clear_gain_is_taken() -> None:
    here = trial(PRESENT, [0.0] * 30)
    there = trial({"a": 2.0, "b": 1.0}, [1.0] * 24 + [0.0] * 6)
    found = choose(here, [here, there])
    assert found.taken is there
    assert found.is_change
    assert found.held_out is not None and found.held_out.interval is not None
    assert found.held_out.mean == pytest.approx(0.8)
    assert found.held_out.interval.low > 0


def test_a_gain_on_one_topic_alone_is_not_taken() -> None:
    here = trial(PRESENT, [0.5] * 30)
    there = trial({"a": 2.0, "b": 1.0}, [1.0] * 3 + [0.5] * 27)
    found = choose(here, [here, there])
    assert found.taken is here
    assert not found.is_change


def test_the_best_of_many_settings_that_differ_by_chance_is_seldom_taken() -> None:
    taken = 0
    for seed in range(40):
        drawn = random.Random(seed)
        here = trial(PRESENT, [drawn.choice([0.0, 1.0]) for _ in range(36)])
        others = [
            trial({"a": 2.0 + n, "b": 1.0}, [w + drawn.choice([-1.0, 0.0, 1.0]) for w in here.worth.values()])
            for n in range(20)
        ]
        taken += choose(here, [here, *others]).is_change
    assert taken <= 3  # the best of 20 looks better by more than two standard errors in most of them


def test_of_equal_settings_the_one_that_changes_least_is_picked() -> None:
    here = trial(PRESENT, [0.0] * 30)
    both = trial({"a": 2.0, "b": 2.0}, [1.0] * 27 + [0.0] + [1.0] * 2)
    alone = trial({"a": 2.0, "b": 1.0}, [0.0] + [1.0] * 11 + [0.0] + [1.0] * 17)
    assert pick(here, [here, both, alone]) is alone
    assert pick(here, [here]) is here
    assert pick(here, []) is here


def test_no_gain_buys_a_guard_off() -> None:
    here = trial(PRESENT, [0.0] * 10)
    better = trial({"a": 2.0, "b": 1.0}, [1.0] * 10)
    worse = [replace(one, scores={**one.scores, "refusal_recall": 0.0}) for one in better.rows]
    present = [replace(one, scores={**one.scores, "refusal_recall": 1.0}) for one in here.rows]
    here, better = replace(here, rows=tuple(present)), replace(better, rows=tuple(worse))
    assert guarded(here, better) == ["refusal_recall 1.000 to 0.000"]
    assert choose(here, [here, better]).taken is here


def test_where_lower_is_better_a_rise_breaks_the_guard_and_a_fall_does_not() -> None:
    low, high = (
        replace(made, rows=tuple(replace(r, scores={**r.scores, "wrong_among_answered": v}) for r in made.rows))
        for made, v in ((trial(PRESENT, [1.0] * 4), 0.2), (trial({"a": 2.0, "b": 1.0}, [1.0] * 4), 0.4))
    )
    assert guarded(low, high) == ["wrong_among_answered 0.200 to 0.400"]
    assert guarded(high, low) == []


def test_answering_more_and_harder_questions_breaks_no_guard() -> None:
    """Of what both answer nothing is worse; what the new answers are worth is in the utility."""
    careful = trial(PRESENT, [1.0, None, None, None])
    bold = trial({"a": 2.0, "b": 1.0}, [1.0, 1.0, 1.0, 0.0])
    wrong = replace(bold.rows[3], scores={**bold.rows[3].scores, "wrong_among_answered": 1.0})
    bold = replace(bold, rows=(*bold.rows[:3], wrong))
    assert guarded(careful, bold) == []
    assert (careful.mean(), bold.mean()) == (0.25, 0.5)


def test_with_one_topic_nothing_is_changed() -> None:
    here, there = trial(PRESENT, [0.0] * 3), trial({"a": 2.0, "b": 1.0}, [1.0] * 3)
    found = choose(here, [here, there])
    assert found.taken is here
    assert folds(here.topics) == []


def test_gains_are_paired_by_case_whatever_the_order_of_the_rows() -> None:
    here, there = trial(PRESENT, [0.0, 1.0, 0.5]), trial({"a": 2.0, "b": 1.0}, [0.5, 1.0, 0.5])
    found = difference(here, replace(there, rows=there.rows[::-1]))
    assert found is not None
    assert (found.mean, found.better, found.worse) == (pytest.approx(1 / 6), 1, 0)


@given(st.dictionaries(st.text("abcdef0123", min_size=1), st.sampled_from("pqrstuv"), max_size=40), st.integers(2, 6))
def test_folds_part_the_cases_and_never_a_topic(topics: dict[str, str], count: int) -> None:
    parts = folds(topics, count)
    assert parts == folds(dict(reversed(topics.items())), count)
    if not parts:
        assert len(set(topics.values())) < 2
        return
    assert sorted(name for part in parts for name in part) == sorted(topics)
    assert len(parts) == min(count, len(set(topics.values())))
    for topic in set(topics.values()):
        assert sum(any(topics[name] == topic for name in part) for part in parts) == 1
