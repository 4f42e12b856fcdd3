"""Faults of a gold set that no single case shows: leaks between the splits, quotes not on their page.

Every function returns messages for people; an empty list means nothing is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from rfp_responder.evaluation.answer_metrics import spelled
from rfp_responder.evaluation.gold import GoldCase
from rfp_responder.text import fold, locate


def lint(cases: Sequence[GoldCase]) -> list[str]:
    """Ids that stand twice, a tag that contradicts the status, and whatever stands in both splits.

    A fact id, a topic, an evidence quote or a question in both splits would let tuning see the test.
    """
    problems = [f"id {name!r} stands {n} times" for name, n in Counter(c.id for c in cases).items() if n > 1]
    for case in cases:
        if ("unanswerable" in case.tags) == case.answerable:
            problems.append(f"{case.id}: tag 'unanswerable' contradicts status {case.expected_status!r}")
    leaks: Mapping[str, Callable[[GoldCase], Iterable[str]]] = {
        "fact id": lambda case: [fact.id for fact in case.key_facts],
        "topic": lambda case: [case.topic],
        "evidence quote": lambda case: [fold(place.quote).casefold() for place in case.evidence],
        "question": lambda case: [fold(case.question).casefold()],
    }
    for name, values in leaks.items():
        sides = {
            split: {value for case in cases if case.split == split for value in values(case)}
            for split in ("tune", "test")
        }
        problems += [f"{name} {v!r} stands in both splits" for v in sorted(sides["tune"] & sides["test"])]
    return problems


def quote_problems(cases: Sequence[GoldCase], pages: Mapping[tuple[str, int], str]) -> list[str]:
    """Evidence whose page is not in ``pages`` (document name, one-based number), or lacks the quote."""
    problems: list[str] = []
    for case in cases:
        for place in case.evidence:
            text = pages.get((place.document, place.page))
            if text is None:
                problems.append(f"{case.id}: {place.document} page {place.page} was not ingested")
            elif locate(place.quote, text) is None:
                problems.append(f"{case.id}: {place.document} page {place.page} lacks {place.quote!r}")
    return problems


def unspelled_facts(cases: Sequence[GoldCase]) -> list[str]:
    """Key facts that no spelling finds in the reference answer: the gold would call its own answer wrong."""
    return [
        f"{case.id}: no spelling of {fact.id!r} stands in the reference answer"
        for case in cases
        for fact in case.key_facts
        if not any(spelled(spelling, case.reference_answer) for spelling in fact.any_of)
    ]


def tag_counts(cases: Sequence[GoldCase]) -> dict[str, dict[str, int]]:
    """How many cases carry each tag, by split: ``{"number": {"test": 12, "tune": 20}}``, tags sorted."""
    counts = Counter((tag, case.split) for case in cases for tag in case.tags)
    tags = sorted({tag for tag, _ in counts})
    return {tag: {split: counts[tag, split] for split in ("test", "tune")} for tag in tags}
