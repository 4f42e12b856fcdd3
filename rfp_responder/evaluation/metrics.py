"""Metrics of retrieval and of the decision to answer; each a pure function of one case, or of counts.

A metric returns a share in 0..1, or None when the case does not ask for it (None is counted as unscored and
never as 0). ``relevant`` is always a sequence of flags, one per passage in rank order.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rfp_responder.domain import Answer, Citation, Passage
from rfp_responder.evaluation.gold import Evidence, GoldCase

CONTEXT = 3
"""Passages an answer is written from; context precision and recall look at these."""
DEPTH = 5
"""Passages asked for; hit@5 and the reciprocal rank look at these."""


@dataclass(frozen=True, slots=True)
class Metric:
    """How a metric is shown and aggregated: a ``mean`` gets a bootstrap, a ``proportion`` Wilson's interval.

    ``better`` says where better is; ``group`` orders the tables.
    """

    name: str
    title: str
    kind: Literal["mean", "proportion", "ratio"]
    better: Literal["higher", "lower"] = "higher"


METRICS: tuple[Metric, ...] = (
    Metric("context_precision_at_3", "Context precision@3", "mean"),
    Metric("context_recall_at_3", "Context recall@3", "mean"),
    Metric("page_hit_at_1", "Page hit@1", "proportion"),
    Metric("page_hit_at_3", "Page hit@3", "proportion"),
    Metric("page_hit_at_5", "Page hit@5", "proportion"),
    Metric("reciprocal_rank", "Mean reciprocal rank", "mean"),
    Metric("faithfulness", "Faithfulness (lexical support)", "mean"),
    Metric("answer_relevance", "Answer relevance (lexical and embedding)", "mean"),
    Metric("key_fact_recall", "Answer correctness: key facts", "mean"),
    Metric("content_f1", "Answer correctness: content-word F1", "mean"),
    Metric("citation_recall", "Citation recall (ALCE, lexical support)", "mean"),
    Metric("citation_precision", "Citation precision (ALCE, lexical support)", "mean"),
    Metric("citation_page", "Citation on an evidence page", "mean"),
    Metric("answer_rate", "Answered, of the answerable", "proportion"),
    Metric("refusal_precision", "Refusal precision", "proportion"),
    Metric("refusal_recall", "Refusal recall", "proportion"),
    Metric("refusal_f1", "Refusal F1", "ratio"),
    Metric("status_accuracy", "Status accuracy", "proportion"),
    Metric("stance_accuracy", "Stance accuracy", "proportion"),
    Metric("stance_given", "Stance right, where one is given", "proportion"),
    Metric("choice_accuracy", "Choice accuracy", "proportion"),
    Metric("choice_given", "Choice right, where one is given", "proportion"),
    Metric("wrong_among_answered", "Wrong, among the answered", "proportion", "lower"),
)


def on_evidence_page(document: str, page: int, evidence: Sequence[Evidence]) -> bool:
    """Whether a page (one-based) is an evidence page; a gold name without folders meets one with folders."""
    return any(
        place.page == page and (document == place.document or document.endswith("/" + place.document))
        for place in evidence
    )


def relevance(passages: Sequence[Passage], evidence: Sequence[Evidence]) -> tuple[bool, ...]:
    """One flag per passage, in rank order: is it from an evidence page?"""
    ranked = sorted(passages, key=lambda passage: passage.rank)
    return tuple(on_evidence_page(p.chunk.document_name, p.chunk.page_number, evidence) for p in ranked)


def context_precision(relevant: Sequence[bool], case: GoldCase, k: int = CONTEXT) -> float | None:
    """Rank-weighted precision: the mean of precision@i over the ranks i <= k that are relevant.

    Average precision (Buckley and Voorhees, SIGIR 2000) over the retrieved relevant passages, as ragas
    defines its context precision. 0.0 when no passage is relevant; None without evidence in the gold.
    """
    if not case.evidence:
        return None
    hits = [rank for rank, flag in enumerate(relevant[:k], 1) if flag]
    if not hits:
        return 0.0
    return sum(found / rank for found, rank in enumerate(hits, 1)) / len(hits)


def context_recall(passages: Sequence[Passage], case: GoldCase, k: int = CONTEXT) -> float | None:
    """Share of the key facts of which at least one evidence page is among the first ``k`` passages.

    Context recall as ragas defines it (claims of the reference found in the context), with the gold's key
    facts as claims and pages as places. None without key facts.
    """
    if not case.key_facts:
        return None
    ranked = sorted(passages, key=lambda passage: passage.rank)[:k]
    found = 0
    for fact in case.key_facts:
        places = [place for place in case.evidence if fact.id in place.facts]
        found += any(relevance(ranked, places))
    return found / len(case.key_facts)


def id_precision(found: Collection[str], wanted: Collection[str]) -> float | None:
    """Set precision of ids: distinct found that are wanted / distinct found; None when nothing was found.

    The definition of ragas 0.4.3 ``IDBasedContextPrecision`` (rank and repetition do not count).
    """
    return len(set(found) & set(wanted)) / len(set(found)) if found else None


def id_recall(found: Collection[str], wanted: Collection[str]) -> float | None:
    """Set recall of ids: distinct wanted that were found / distinct wanted; None when nothing is wanted.

    The definition of ragas 0.4.3 ``IDBasedContextRecall``.
    """
    return len(set(found) & set(wanted)) / len(set(wanted)) if wanted else None


def page_hit(relevant: Sequence[bool], case: GoldCase, k: int) -> float | None:
    """1.0 when an evidence page is among the first ``k`` passages (success@k), None without evidence."""
    return float(any(relevant[:k])) if case.evidence else None


def reciprocal_rank(relevant: Sequence[bool], case: GoldCase) -> float | None:
    """1 / rank of the first passage from an evidence page, 0.0 when none is (Voorhees, TREC-8 1999)."""
    if not case.evidence:
        return None
    return next((1 / rank for rank, flag in enumerate(relevant, 1) if flag), 0.0)


def citation_page(citations: Sequence[Citation], case: GoldCase) -> float | None:
    """Share of the citations that lead to an evidence page; None without citations or without evidence."""
    if not citations or not case.evidence:
        return None
    right = [on_evidence_page(c.document_name, c.page_number, case.evidence) for c in citations]
    return sum(right) / len(right)


def refusal_precision(refused: bool, case: GoldCase) -> float | None:
    """Of the refused, the share that is unanswerable: 1.0 or 0.0 for a refused case, None for another."""
    return float(not case.answerable) if refused else None


def refusal_recall(refused: bool, case: GoldCase) -> float | None:
    """Of the unanswerable, the share that is refused: None for an answerable case."""
    return None if case.answerable else float(refused)


def refusal_f1_parts(refused: bool, case: GoldCase) -> tuple[int, int]:
    """Numerator and denominator of F1 for one case: F1 = 2 tp / (2 tp + fp + fn), unanswerable is positive.

    Van Rijsbergen's F with beta 1; summed over cases before dividing. ``(0, 0)`` is a true negative.
    """
    tp = refused and not case.answerable
    wrong = refused == case.answerable
    return (2 * tp, 2 * tp + wrong)


def answer_rate(answer: Answer, case: GoldCase) -> float | None:
    """1.0 for an answerable case that got an answer or a part of one (coverage); None when unanswerable."""
    return float(answer.status in {"answered", "partial"}) if case.answerable else None


def stance_accuracy(answer: Answer, case: GoldCase) -> float | None:
    """Whether the stance is the gold's; None where the gold has no stance. A refusal is a miss."""
    return None if case.stance is None else float(answer.stance == case.stance)


def choice_accuracy(answer: Answer, case: GoldCase) -> float | None:
    """Whether the allowed value chosen is the gold's; None where the gold has no choice."""
    return None if case.choice is None else float(answer.choice == case.choice)


def stance_given(answer: Answer, case: GoldCase) -> float | None:
    """The stance is the case's; None where the answer gives none: blanks are counted by ``stance_accuracy``."""
    return None if answer.stance is None else float(answer.stance == case.stance)


def choice_given(answer: Answer, case: GoldCase) -> float | None:
    """The choice is the case's; None where the answer gives none: blanks are counted by ``choice_accuracy``."""
    return None if answer.choice is None else float(answer.choice == case.choice)


def wrong_among_answered(answer: Answer, case: GoldCase, facts_found: float | None) -> float | None:
    """1.0 for an answer that misleads: the worst that a questionnaire can get. None when nothing is answered.

    Wrong is an answer to an unanswerable question, or one in which no key fact stands (``facts_found`` is its
    key-fact recall) while its stance is not the gold's or no citation leads to an evidence page.
    """
    if answer.status not in {"answered", "partial"}:
        return None
    if not case.answerable:
        return 1.0
    if facts_found:
        return 0.0
    stance_wrong = stance_accuracy(answer, case) == 0.0
    return float(stance_wrong or not citation_page(answer.citations, case))


def percentile(seconds: Sequence[float], share: float) -> float | None:
    """The percentile (``share`` in 0..1) by linear interpolation, Hyndman and Fan's type 7; None if empty."""
    return float(np.quantile(np.asarray(seconds, dtype=np.float64), share)) if seconds else None
