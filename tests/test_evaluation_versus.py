"""A comparison of two runs says what it can, first and plainly, and no more than that."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from evaluation_makers import row

from rfp_responder.errors import InputError
from rfp_responder.evaluation.rows import Row
from rfp_responder.evaluation.versus import FAMILY, Contrast, Source, Versus, versus
from rfp_responder.evaluation.versus_table import as_json, markdown, text

Values = Callable[[int], float | None]


def rows(count: int = 100, **scores: Values) -> tuple[Row, ...]:
    """Cases five to a topic; each score is a function of the case's number (from 0)."""
    return tuple(
        replace(
            row(scores={name: value(i) for name, value in scores.items()}),
            id=f"c{i:03}",
            topic=f"t{i // 5}",
            prompt="answer@1",
            author="m",
        )
        for i in range(count)
    )


def one(found: Versus, metric: str) -> Contrast:
    return next(each for each in found.contrasts if each.metric == metric)


def drawn_rows(values: np.ndarray) -> tuple[Row, ...]:
    """A run with a line of values for each metric of the family."""
    return rows(**{name: each.tolist().__getitem__ for name, each in zip(FAMILY, values, strict=True)})


def half(i: int) -> float:
    return float(i % 2)


def never(i: int) -> float:
    return 0.0


def test_a_clear_difference_is_told_first_with_its_figures() -> None:
    found = versus(rows(key_fact_recall=never), rows(key_fact_recall=half), "test")
    assert found.headline.startswith("B is better: Answer correctness: key facts 0.000 -> 0.500")
    facts = one(found, "key_fact_recall")
    assert (facts.verdict, facts.better, facts.worse, facts.n_a) == ("B better", 50, 0, 100)
    assert (facts.a, facts.b, facts.difference) == (0.0, 0.5, 0.5)
    assert facts.p < 0.001
    assert facts.p_holm == facts.p  # it is the only metric of the gates on which a case differs
    assert facts.low is not None
    assert facts.low > 0.3


def test_where_lower_is_better_the_winner_is_the_lower() -> None:
    found = versus(rows(wrong_among_answered=half), rows(wrong_among_answered=never), "test")
    wrong = one(found, "wrong_among_answered")
    assert (wrong.verdict, wrong.better, wrong.worse, wrong.difference) == ("B better", 50, 0, -0.5)
    back = versus(rows(wrong_among_answered=never), rows(wrong_among_answered=half), "test")
    assert one(back, "wrong_among_answered").verdict == "A better"


def test_a_set_that_is_too_small_to_tell_says_so_first() -> None:
    found = versus(rows(key_fact_recall=half), rows(key_fact_recall=lambda i: float(i % 2 or i == 4)), "test")
    assert found.headline.startswith(
        "no metric of the gates tells A from B: on 'Answer correctness: key facts', 100 questions"
    )
    assert "can show differences of 8 points or more (5 points take about 157)" in found.headline
    assert one(found, "key_fact_recall").verdict == "no difference shown"
    same = versus(rows(key_fact_recall=half), rows(key_fact_recall=half), "test")
    assert same.headline.startswith("no metric of the gates tells A from B: they do the same in every case; on ")
    assert one(same, "key_fact_recall").verdict == "the same in every case"
    few = versus(rows(5, key_fact_recall=never), rows(5, key_fact_recall=lambda _: 1.0), "test")
    assert few.headline.startswith("no metric of the gates tells A from B: too few cases or topics")


def test_answering_only_one_s_sure_cases_is_no_gain_that_a_pair_would_miss() -> None:
    # B leaves blank what A got wrong: the cases that both answered are all right in both
    careful = versus(
        rows(wrong_among_answered=half), rows(wrong_among_answered=lambda i: None if i % 2 else 0.0), "test"
    )
    wrong = one(careful, "wrong_among_answered")
    assert (wrong.n_a, wrong.n_b, wrong.better, wrong.worse) == (100, 50, 0, 0)
    assert (wrong.a, wrong.b, wrong.verdict, wrong.p_mcnemar) == (0.5, 0.0, "B better", None)


def test_one_metric_in_eight_by_chance_is_not_called_a_difference() -> None:
    def ahead(i: int) -> float:
        return float(i < 60 and i % 10 == 0)  # six topics: p = .031, seen among eight metrics

    def shifted(i: int) -> float:
        return float(i % 2 if i not in {2, 12, 22, 33, 43, 53} else not i % 2)  # as many better as worse

    before = dict.fromkeys(FAMILY, half)
    after = dict.fromkeys(FAMILY, shifted) | {"refusal_recall": ahead}
    found = versus(rows(**before | {"refusal_recall": never}), rows(**after), "test")  # type: ignore[arg-type]
    refusal = one(found, "refusal_recall")
    assert refusal.p == pytest.approx(2 / 64)
    assert refusal.p_holm == pytest.approx(8 * 2 / 64)
    assert refusal.verdict == "no difference shown, though alone p = 0.031"
    assert found.headline.startswith("no metric of the gates tells A from B")
    others = versus(
        rows(**before | {"refusal_recall": never}),  # type: ignore[arg-type]
        rows(**after),  # type: ignore[arg-type]
        "test",
        gates=("stance_given",),
    )
    assert one(others, "refusal_recall").verdict == "B better, looked at alone"
    assert "among the other metrics" not in others.headline


def test_topics_that_move_together_count_as_one() -> None:
    # thirty cases better, none worse: but they are six topics, whole
    found = versus(rows(key_fact_recall=never), rows(key_fact_recall=lambda i: float(i < 30)), "test")
    facts = one(found, "key_fact_recall")
    assert facts.p_mcnemar is not None
    assert facts.p_mcnemar < 1e-6
    assert facts.p == pytest.approx(2 / 64)


def test_without_a_difference_a_headline_names_a_winner_in_one_comparison_of_twenty_at_most() -> None:
    random = np.random.default_rng(21)
    wins = 0
    for _ in range(120):
        draws = random.random((2, len(FAMILY), 100)) < 0.5
        a, b = (drawn_rows(side.astype(float)) for side in draws)
        wins += not versus(a, b, "test").headline.startswith("no metric")
    assert wins / 120 <= 0.08


def test_exchanging_the_runs_exchanges_the_verdicts() -> None:
    random = np.random.default_rng(22)
    a, b = (rows(**{name: random.integers(0, 3, 100).tolist().__getitem__ for name in FAMILY}) for _ in (0, 1))
    b = tuple(replace(each, scores=dict(each.scores) | {"key_fact_recall": 2.0}) for each in b)
    there, back = versus(a, b, "test"), versus(b, a, "test")
    turned = {"A better": "B better", "B better": "A better"}
    for mine, theirs in zip(there.contrasts, back.contrasts, strict=True):
        assert turned.get(mine.verdict, mine.verdict) == theirs.verdict
        assert (mine.better, mine.worse) == (theirs.worse, theirs.better)
    assert "B better" in {each.verdict for each in there.contrasts}


def spent(found: Sequence[Row], seconds: float, cost: float, tokens: int) -> tuple[Row, ...]:
    return tuple(
        replace(each, seconds=seconds + 0.01 * (i % 3), cost_usd=cost, input_tokens=tokens, output_tokens=10)
        for i, each in enumerate(found)
    )


def test_cost_and_latency_stand_beside_quality_with_differences_of_their_own() -> None:
    same = rows(key_fact_recall=half)
    found = versus(spent(same, 1.0, 0.002, 900), spent(same, 2.0, 0.001, 400), "test")
    assert found.headline.startswith("no metric of the gates tells A from B")
    seconds, dollars = one(found, "seconds"), one(found, "cost_usd_per_100")
    assert (seconds.difference, seconds.detectable) == (pytest.approx(1.0), None)
    assert seconds.verdict == "not compared: one after the other", "the hour of a run is not the prompt's doing"
    assert (dollars.a, dollars.b, dollars.verdict) == (pytest.approx(0.2), pytest.approx(0.1), "B better")
    assert (found.a.input_tokens, found.b.cost_usd) == (90_000, pytest.approx(0.1))
    assert (found.a.p50, found.b.p95) == (pytest.approx(1.01), pytest.approx(2.02))
    free = versus(same, same, "test")
    assert not [each for each in free.contrasts if each.metric == "cost_usd_per_100"]


def test_cases_that_failed_are_misses_and_no_cheap_answers() -> None:
    fine = spent(rows(key_fact_recall=half), 1.0, 0.002, 900)
    broken = tuple(
        replace(each, status="error", cost_usd=0.0, seconds=0.0, author="", prompt=None) if i < 10 else each
        for i, each in enumerate(fine)
    )
    found = versus(fine, broken, "test")
    assert one(found, "cost_usd_per_100").difference == 0
    assert one(found, "seconds").n_b == 90
    assert found.b.errors == 10
    assert any("10 questions of B ended in an error" in note for note in found.notes)


def test_answers_that_were_written_offline_are_told() -> None:
    fine = rows(key_fact_recall=half)
    fallen = tuple(replace(each, prompt=None, author="offline") if i < 3 else each for i, each in enumerate(fine))
    notes = versus(fine, fallen, "test").notes
    assert "3 answers of B were written offline, without its prompt" in notes


def test_other_cases_are_not_compared() -> None:
    with pytest.raises(InputError, match="the runs differ in 1 cases of split test, first 'c099'"):
        versus(rows(key_fact_recall=half), rows(99, key_fact_recall=half), "test")


def test_the_tables_say_everything_and_hold_no_nan() -> None:
    a = spent(rows(key_fact_recall=never, stance_given=lambda _: None), 1.0, 0.002, 900)
    b = spent(rows(key_fact_recall=half, stance_given=lambda _: 1.0), 2.0, 0.001, 400)
    found = [versus(a, b, "test", sources=(Source("answer@1"), Source("answer@2")))]
    shown = text(found)
    assert shown.startswith("test: B is better: ")
    for part in ("A: answer@1", "B: answer@2", "50 / 0", "not scored in both", "1.01 / 1.02", "80 % power", "(Holm)"):
        assert part in shown, part
    assert "| Answer correctness: key facts | 0.000 | 0.500 | +0.500 [" in markdown(found)
    made = json.loads(json.dumps(as_json(found), allow_nan=False))
    assert made["splits"][0]["contrasts"][0]["verdict"] == "B better"
    assert "nan" not in shown.lower().replace("answer relevance", "")


def test_answering_more_questions_equally_well_makes_nobody_a_winner() -> None:
    # the exchange alone calls one in six of these pairs different: it tests who answers how much as well
    random = np.random.default_rng(23)
    exchanged = called = 0
    for _ in range(120):
        right = (random.random(100) < 0.98).astype(float)
        drawn = [random.random(100) < share for share in (0.4, 0.6)]
        a, b = ([float(x) if yes else None for x, yes in zip(right, each, strict=True)] for each in drawn)
        found = one(versus(rows(faithfulness=a.__getitem__), rows(faithfulness=b.__getitem__), "test"), "faithfulness")
        assert not found.same_cases
        exchanged += found.p <= 0.05
        called += "better" in found.verdict
    assert exchanged / 120 > 0.1, "here the exchange alone holds its level, and the test shows nothing"
    assert called / 120 <= 0.06


def test_a_metric_that_no_test_could_tell_apart_costs_the_others_nothing() -> None:
    scores = {"key_fact_recall": never, "faithfulness": half, "citation_page": half, "refusal_recall": half}
    after = scores | {
        "key_fact_recall": lambda i: float(i < 70 and i % 10 == 0),  # seven topics: p = .016
        "faithfulness": lambda _: None,  # nothing is scored in B
        "citation_page": lambda i: float(i % 2 or i == 2),  # one topic differs
        "refusal_recall": lambda i: float(i % 2 or i in {2, 12, 22, 32}),  # four of them
    }
    found = versus(rows(**scores), rows(**after), "test")  # type: ignore[arg-type]
    assert [each.metric for each in found.contrasts if each.testable] == ["key_fact_recall"]
    assert one(found, "key_fact_recall").p_holm == pytest.approx(2 / 128)
    assert one(found, "key_fact_recall").verdict == "B better"
    assert {one(found, name).p_holm for name in ("faithfulness", "citation_page", "refusal_recall")} == {None}


def test_other_metrics_that_stand_after_their_own_adjustment_are_in_the_headline() -> None:
    found = versus(
        rows(key_fact_recall=half, stance_given=never), rows(key_fact_recall=half, stance_given=half), "test"
    )
    assert found.headline.startswith("no metric of the gates tells A from B: they do the same in every case; on ")
    assert "among the other metrics, adjusted for their number, B is better: " in found.headline
    assert one(found, "stance_given").verdict == "B better, among the others"


def test_replies_from_the_cache_say_nothing_of_a_prompt_s_cost() -> None:
    fresh = spent(rows(key_fact_recall=half), 1.0, 0.002, 900)
    kept = tuple(replace(each, cost_usd=0.0, input_tokens=0, output_tokens=0) for each in fresh)
    found = versus(fresh, kept, "test")
    for name in ("input_tokens", "output_tokens", "cost_usd_per_100"):
        assert one(found, name).verdict == "not compared: replies came from the cache"
    assert (found.a.cached, found.b.cached) == (0, 100)
    assert any("100 answers of B came from the cache" in note for note in found.notes)


def test_a_price_that_is_not_known_is_never_told_as_nothing() -> None:
    priced = spent(rows(key_fact_recall=half), 1.0, 0.002, 900)
    blind = tuple(replace(each, author="own-7b", cost_usd=0.0) for each in priced)
    found = versus(priced, blind, "test", sources=(Source("A"), Source("B", unpriced=("own-7b",))))
    assert one(found, "cost_usd_per_100").verdict == "not compared: price of own-7b not known"
    assert found.b.cost_usd is None
    assert "the price of own-7b is not known: what B cost is not told" in found.notes
    assert "not known" in text([found])


@pytest.mark.parametrize(
    ("a", "b", "told"),
    [
        ("ab" * 32, "ab" * 32, "A and B used the same prompt (answer@1)"),
        ("ab" * 32, "cd" * 32, "of the same name (answer@1) and of different text (abababababab, cdcdcdcdcdcd)"),
        ("ab" * 32, "", "of the same name (answer@1); whether of the same text is not recorded"),
    ],
)
def test_prompts_are_the_same_only_where_their_digests_are(a: str, b: str, told: str) -> None:
    same = rows(key_fact_recall=half)
    notes = versus(same, same, "test", sources=(Source("A", a), Source("B", b))).notes
    assert any(told in note for note in notes)
