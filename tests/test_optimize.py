"""The search over settings: what is tried, when it stops, what the test split sees, and what is told."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import replace

import pytest

from rfp_responder.errors import GoldError
from rfp_responder.evaluation.gold import GoldCase
from rfp_responder.evaluation.optimize import LEVERS, Lever, Outcome, Search, optimize
from rfp_responder.evaluation.optimize_choice import Values
from rfp_responder.evaluation.optimize_report import Searched, as_json, text, toml_lines
from rfp_responder.evaluation.run import Row
from rfp_responder.settings import Settings
from tests.optimize_makers import case, row

LEVER_A, LEVER_B = Lever("dense_weight", (0.1, 0.5, 0.9), "a"), Lever("chunk_tokens", (60, 120), "b")
PRESENT: Values = {"dense_weight": 0.5, "chunk_tokens": 120.0}
TUNE = [case(f"t{n // 2}", number=n) for n in range(20)]
TEST = [case(f"s{n}", "test", number=n) for n in range(4)]
SEARCHED = Searched("ab" * 32, "2026-01-31", "hashing-256", 2, 9)


class Measuring:
    """Answers every case as well as the settings are good; keeps what it was asked to measure."""

    def __init__(self, worth: dict[tuple[float, float], float]) -> None:
        self.worth = worth
        self.asked: list[tuple[Values, tuple[str, ...]]] = []

    def __call__(self, values: Values, cases: Sequence[GoldCase]) -> tuple[Row, ...]:
        self.asked.append((dict(values), tuple(one.split for one in cases)))
        good = self.worth.get((values["dense_weight"], values["chunk_tokens"]), 0.0)
        return tuple(row(one.id, good, topic=one.topic, split=one.split) for one in cases)


def searched(measure: Measuring, **more: object) -> Outcome:
    search = Search(measure, TUNE, **more)  # type: ignore[arg-type]
    return optimize(search, [LEVER_A, LEVER_B], PRESENT, [*TUNE, *TEST])


def test_each_setting_is_tried_alone_and_then_about_the_best() -> None:
    measure = Measuring({(0.9, 120): 0.5, (0.9, 60): 1.0})
    outcome = searched(measure)
    tried = [(v["dense_weight"], v["chunk_tokens"]) for v, splits in measure.asked if splits[0] == "tune"]
    assert tried == [(0.5, 120), (0.1, 120), (0.9, 120), (0.5, 60), (0.9, 60)]
    assert outcome.choice.taken.values == {"dense_weight": 0.9, "chunk_tokens": 60}


def test_the_test_split_is_asked_once_for_the_present_and_once_for_the_taken_settings() -> None:
    measure = Measuring({(0.9, 120): 0.5, (0.1, 120): 0.4})
    outcome = searched(measure)
    asked = [values for values, splits in measure.asked if "test" in splits]
    assert asked == [PRESENT, {"dense_weight": 0.9, "chunk_tokens": 120}]
    assert all(set(splits) != {"test", "tune"} for _, splits in measure.asked)
    assert [r.scores["key_fact_recall"] for r in outcome.test_after] == [0.5] * 4


def test_where_nothing_gains_the_test_split_is_asked_once_and_nothing_is_told_to_change() -> None:
    measure = Measuring({})
    outcome = searched(measure)
    assert sum("test" in splits for _, splits in measure.asked) == 1
    assert outcome.test_after is outcome.test_before
    assert toml_lines(outcome) == ""
    told = text(outcome, [LEVER_A, LEVER_B])
    assert "kept as it is" in told
    assert "test, before and after the same: utility 0.000" in told


def test_nothing_new_is_tried_when_the_time_is_up_and_the_choice_is_made_from_what_there_is() -> None:
    seconds = iter(range(100))
    outcome = searched(Measuring({(0.1, 120): 1.0, (0.9, 60): 1.0}), until=1, clock=lambda: next(seconds))
    assert outcome.stopped
    assert len(outcome.trials) == 2
    assert outcome.choice.taken.values["dense_weight"] == 0.1
    assert "then the time was up" in text(outcome, [LEVER_A])


def test_progress_tells_the_setting_and_how_many_were_tried() -> None:
    told: list[tuple[str, int, int]] = []
    searched(Measuring({}), progress=lambda *each: told.append(each))
    assert told[0] == ("dense_weight", 1, 10)
    assert {name for name, _, _ in told} == {"dense_weight", "chunk_tokens"}


def test_a_gold_set_without_tune_cases_is_refused() -> None:
    with pytest.raises(GoldError, match="no case of split 'tune'"):
        optimize(Search(Measuring({}), []), [LEVER_A], PRESENT, TEST)


def test_a_gold_set_without_test_cases_is_tuned_and_says_nothing_of_test() -> None:
    outcome = optimize(Search(Measuring({(0.9, 120): 1.0}), TUNE), [LEVER_A], PRESENT, TUNE)
    assert outcome.choice.is_change
    told = text(outcome, [LEVER_A])
    assert "tune, before and after" in told
    assert "test" not in told


def test_the_lines_for_rfp_toml_hold_what_changes_and_are_settings() -> None:
    outcome = searched(Measuring({(0.9, 120): 0.5, (0.9, 60): 1.0}))
    assert toml_lines(outcome) == "dense_weight = 0.9\nchunk_tokens = 60\n"
    assert tomllib.loads(toml_lines(outcome)) == {"dense_weight": 0.9, "chunk_tokens": 60}


def test_the_report_shows_every_setting_alone_and_before_and_after_on_both_splits() -> None:
    told = text(searched(Measuring({(0.9, 120): 0.5, (0.1, 120): 0.25})), [LEVER_A, LEVER_B])
    assert "| dense_weight = 0.5 (present) | 0.000 |  |  |" in told
    assert "| dense_weight = 0.9 | 0.500 | +0.500 [+0.500, +0.500] | hold |" in told
    assert "test, before and after: utility 0.000 to 0.500" in told
    assert told.count("| Answer correctness: key facts | 0.000 | 0.500 |") == 2


def test_the_report_tells_as_many_folds_as_there_were() -> None:
    outcome = searched(Measuring({(0.9, 120): 0.5}))
    there = len(set(outcome.choice.present.topics.values()))
    assert f"gain of picking like this, {min(5, there)} folds of topics" in text(outcome, [LEVER_A])
    present = outcome.choice.present
    few = replace(present, rows=tuple(replace(row, topic=f"t{n % 3}") for n, row in enumerate(present.rows)))
    fewer = replace(outcome, choice=replace(outcome.choice, present=few))
    assert "gain of picking like this, 3 folds of topics" in text(fewer, [LEVER_A])


def test_the_json_holds_every_trial_and_no_path(tmp_path: object) -> None:
    outcome = searched(Measuring({(0.9, 120): 0.5}))
    data = json.loads(as_json(outcome, SEARCHED))
    assert len(data["trials"]) == len(outcome.trials)
    assert (data["changed"], data["taken"]["dense_weight"], data["gold_sha256"]) == (True, 0.9, "ab" * 32)
    assert {one["metric"] for one in data["test"]} == {"key_fact_recall", "wrong_among_answered"}
    assert data["gain_held_out"]["low"] > 0


def test_what_is_tuned_is_a_setting_and_its_values_are_allowed() -> None:
    for lever in LEVERS:
        field = Settings.model_fields.get(lever.name)
        for value in lever.values if field else ():
            Settings(**{lever.name: int(value) if field.annotation is int else value})  # type: ignore[arg-type, union-attr]
        assert lever.values == tuple(sorted(set(lever.values)))
