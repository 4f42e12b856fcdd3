"""Every metric against a number worked out by hand."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import warnings

import pytest
from evaluation_makers import answer, cite, embed, gold, passage

from rfp_responder.domain import Claim
from rfp_responder.evaluation import answer_metrics as words
from rfp_responder.evaluation import metrics

SENTENCE = "Backups are kept for 35 days."


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ((True, True, True), 1.0),
        ((True, False, True), (1 / 1 + 2 / 3) / 2),
        ((False, True, False), 1 / 2),
        ((False, False, True), 1 / 3),
        ((False, False, False, True), 0.0),  # the fourth passage is no context
        ((), 0.0),
    ],
)
def test_context_precision_weighs_ranks(flags: tuple[bool, ...], expected: float) -> None:
    assert metrics.context_precision(flags, gold()) == pytest.approx(expected)


def test_context_recall_counts_key_facts_and_takes_one_of_several_places() -> None:
    two_facts = gold(pages=(3, 8), facts=("35 days", "daily"))
    assert metrics.context_recall([passage(1, 3), passage(2, 5)], two_facts) == 0.5
    assert metrics.context_recall([passage(1, 8), passage(2, 3)], two_facts) == 1.0
    alternatives = gold(pages=(3, 8), facts=("35 days",))
    assert metrics.context_recall([passage(1, 8)], alternatives) == 1.0
    late = [passage(rank, 1) for rank in (1, 2, 3)] + [passage(4, 3)]
    assert metrics.context_recall(late, gold()) == 0.0


def test_a_page_counts_only_in_its_document_and_folders_may_stand_in_front() -> None:
    evidence = gold().evidence
    found = [passage(1, 3, document="other.pdf"), passage(2, 3, document="kb/b.pdf"), passage(3, 4)]
    assert metrics.relevance(found, evidence) == (False, True, False)


def test_hit_at_k_and_reciprocal_rank_look_at_the_first_relevant_page() -> None:
    flags = (False, False, False, True, True)
    assert [metrics.page_hit(flags, gold(), k) for k in (1, 3, 5)] == [0.0, 0.0, 1.0]
    assert metrics.reciprocal_rank(flags, gold()) == 0.25
    assert metrics.reciprocal_rank((), gold()) == 0.0


def test_an_unanswerable_case_is_unscored_by_metrics_of_finding() -> None:
    nothing = gold(pages=())
    assert metrics.context_precision((True,), nothing) is None
    assert metrics.context_recall([passage(1, 3)], nothing) is None
    assert metrics.page_hit((True,), nothing, 1) is None
    assert metrics.reciprocal_rank((True,), nothing) is None
    assert metrics.citation_page([cite(3, "q")], nothing) is None
    assert words.key_fact_recall("35 days", nothing) is None
    assert words.content_f1("35 days", nothing) is None


def test_a_claim_is_faithful_when_quotes_and_passages_support_it() -> None:
    true = Claim(SENTENCE, (cite(3, SENTENCE),))
    swapped = Claim("Backups are kept for 30 days.", (cite(3, SENTENCE),))
    found = [passage(1, 3, SENTENCE)]
    assert words.faithfulness(answer([true], found)) == 1.0
    assert words.faithfulness(answer([true, swapped], found)) == 0.5
    assert words.faithfulness(answer()) is None


def test_a_quote_cut_before_its_exception_is_not_faithful() -> None:
    cut = "Customer data is stored only in the EU"
    claim = Claim(cut + ".", (cite(3, cut),))
    assert words.faithfulness(answer([claim], [passage(1, 3, cut + ", except for billing records.")])) == 0.0


def test_citation_recall_and_precision_follow_alce() -> None:
    other = "Offices are cleaned every evening."
    both = Claim(SENTENCE, (cite(3, SENTENCE), cite(4, other)))
    wrong = Claim("Keys are rotated every 90 days.", (cite(4, other),))
    assert words.citation_recall(answer([both, wrong])) == 0.5
    # of both: the first quote is enough, the second neither enough nor missed; of wrong: unsupported
    assert words.citation_precision(answer([both, wrong])) == pytest.approx(1 / 3)
    assert words.citation_recall(answer()) is None
    assert words.citation_precision(answer()) is None


def test_two_quotes_that_only_support_together_are_both_needed() -> None:
    one, two = "Backups are encrypted with AES-256.", "Restore tests take place each spring in Dublin."
    text = "Backups are encrypted with AES-256, and restore tests take place each spring in Dublin."
    assert words.citation_precision(answer([Claim(text, (cite(3, one), cite(4, two)))])) == 1.0
    assert words.citation_recall(answer([Claim(text, (cite(3, one),))])) == 0.0


def test_citation_page_is_the_share_on_evidence_pages() -> None:
    assert metrics.citation_page([cite(3, "a"), cite(4, "b")], gold()) == 0.5
    assert metrics.citation_page([], gold()) is None


def test_answer_relevance_is_half_cosine_half_coverage() -> None:
    on_topic = answer([Claim("Backups stay 35 days.", (cite(3, "q"),))])
    # cosine 1; of the question's stems (long, backup, kept) only backup is covered
    assert words.answer_relevance(on_topic, embed) == pytest.approx((1 + 1 / 3) / 2)
    headed = answer(on_topic.claims, [passage(1, 3, heading="How long backups are kept")])
    assert words.answer_relevance(headed, embed) == 1.0
    off_topic = answer([Claim("Offices are cleaned.", (cite(3, "q"),))])
    assert words.answer_relevance(off_topic, embed) == 0.0
    assert words.answer_relevance(answer(), embed) is None


def test_words_that_only_ask_need_no_covering() -> None:
    assert words.coverage("Please describe your backup", "Backups are daily.") == 1.0
    assert words.coverage("What is it?", "anything") == 1.0


@pytest.mark.parametrize(
    ("spelling", "text", "found"),
    [
        ("35 days", "They are kept for thirty-five days.", True),
        ("35 days", "They are kept for 135 days.", False),
        ("35 days", "They are kept for 35 business days.", False),
        ("36 months", "Logs are kept for three years.", True),
        ("AES-256", "encrypted with aes 256", True),
        ("Halden Security", "tested by  halden\nsecurity, yearly", True),
        ("EU", "the European queue", False),
        ("SOC 2 Type II", "We hold a SOC 2 Type II report.", True),
        ("99.9%", "uptime of 99.9 percent", True),
        ("not supported", "It is supported.", False),
    ],
)
def test_a_fact_is_found_in_every_spelling_of_its_value(spelling: str, text: str, found: bool) -> None:
    assert words.spelled(spelling, text) is found


def test_key_fact_recall_is_the_share_of_facts_that_stand_in_the_answer() -> None:
    two = gold(pages=(3, 8), facts=("35 days", "daily"))
    assert words.key_fact_recall("Backups are kept for 35 days.", two) == 0.5
    assert words.key_fact_recall("Taken daily, kept thirty-five days.", two) == 1.0
    assert words.key_fact_recall("", two) == 0.0


def test_content_f1_counts_common_stems_once_each() -> None:
    case = gold(reference="Backups are kept for 35 days.")  # backup, kept, 35 days
    assert words.content_f1("Backups are kept for thirty-five days.", case) == 1.0
    # backup, kept, daily against backup, kept, 35 days: 2 common of 3 and 3
    assert words.content_f1("Backups are kept daily.", case) == pytest.approx(2 * 2 / 6)
    assert words.content_f1("", case) == 0.0


def test_refusal_metrics_take_unanswerable_as_positive() -> None:
    yes, no = gold(), gold(pages=())
    assert [metrics.refusal_precision(True, c) for c in (yes, no)] == [0.0, 1.0]
    assert metrics.refusal_precision(False, yes) is None
    assert [metrics.refusal_recall(r, no) for r in (True, False)] == [1.0, 0.0]
    assert metrics.refusal_recall(True, yes) is None
    parts = [metrics.refusal_f1_parts(r, c) for r in (True, False) for c in (no, yes)]
    assert parts == [(2, 2), (0, 1), (0, 1), (0, 0)]


def test_an_error_is_no_refusal_and_no_answer() -> None:
    failed = answer(status="error")
    assert metrics.answer_rate(failed, gold()) == 0.0
    assert metrics.wrong_among_answered(failed, gold(), 0.0) is None


def test_stance_and_choice_are_scored_only_where_the_gold_has_one() -> None:
    case = gold(stance="no", choice="No")
    assert metrics.stance_accuracy(answer(stance="no"), case) == 1.0
    assert metrics.stance_accuracy(answer(stance="yes"), case) == 0.0
    assert metrics.stance_accuracy(answer(stance="yes"), gold()) is None
    assert metrics.choice_accuracy(answer(choice="No"), case) == 1.0
    assert metrics.choice_accuracy(answer(), case) == 0.0
    assert metrics.choice_accuracy(answer(), gold()) is None


def test_wrong_is_an_answer_that_misleads() -> None:
    right_page = answer([Claim("c", (cite(3, "q"),))], stance="yes")
    other_page = answer([Claim("c", (cite(9, "q"),))], stance="yes")
    assert metrics.wrong_among_answered(right_page, gold(pages=()), None) == 1.0
    assert metrics.wrong_among_answered(other_page, gold(), 0.5) == 0.0
    assert metrics.wrong_among_answered(other_page, gold(), 0.0) == 1.0
    assert metrics.wrong_among_answered(right_page, gold(), 0.0) == 0.0
    assert metrics.wrong_among_answered(right_page, gold(stance="no"), 0.0) == 1.0
    assert metrics.wrong_among_answered(answer(), gold(), 0.0) is None


def test_latency_percentiles_interpolate() -> None:
    assert metrics.percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.5
    assert metrics.percentile([1.0, 2.0, 3.0, 4.0], 0.95) == pytest.approx(3.85)
    assert metrics.percentile([], 0.5) is None


def test_every_metric_has_its_own_name_and_title() -> None:
    assert len({metric.name for metric in metrics.METRICS}) == len(metrics.METRICS)
    assert len({metric.title for metric in metrics.METRICS}) == len(metrics.METRICS)


def test_set_based_precision_and_recall_by_hand() -> None:
    assert metrics.id_precision(["a", "b", "b", "c"], ["a", "d"]) == pytest.approx(1 / 3)
    assert metrics.id_recall(["a", "b"], ["a", "d"]) == 0.5
    assert metrics.id_precision([], ["a"]) is None
    assert metrics.id_recall(["a"], []) is None


@pytest.mark.parametrize(
    ("found", "wanted"),
    [(["a", "b", "c"], ["a", "d"]), (["a"], ["a"]), (["x", "x", "y"], ["y", "z", "a"]), (["q"], ["r"])],
)
def test_set_based_precision_and_recall_agree_with_ragas(found: list[str], wanted: list[str]) -> None:
    if importlib.util.find_spec("ragas") is None:
        pytest.skip("ragas is not installed (extra 'eval')")
    os.environ["RAGAS_DO_NOT_TRACK"] = "true"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ragas import SingleTurnSample
        from ragas.metrics import IDBasedContextPrecision, IDBasedContextRecall

        sample = SingleTurnSample(retrieved_context_ids=found, reference_context_ids=wanted)
        precision = asyncio.run(IDBasedContextPrecision().single_turn_ascore(sample))
        recall = asyncio.run(IDBasedContextRecall().single_turn_ascore(sample))
    assert metrics.id_precision(found, wanted) == pytest.approx(precision)
    assert metrics.id_recall(found, wanted) == pytest.approx(recall)
