"""The gold set keeps its promises."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from rfp_responder.evaluation.gold import GoldCase, load_gold
from rfp_responder.evaluation.lint import lint, quote_problems, tag_counts
from rfp_responder.ingest import read

ROOT = Path(__file__).parents[1]


@lru_cache(maxsize=1)
def cases() -> tuple[GoldCase, ...]:
    return tuple(load_gold(ROOT / "evals" / "gold.jsonl"))


def test_every_quote_stands_on_the_page_it_names() -> None:
    named = {evidence.document for case in cases() for evidence in case.evidence}
    documents = {name: read(ROOT / "data" / "documents" / name, name) for name in named}
    pages = {(name, page.number): page.text for name, document in documents.items() for page in document.pages}
    assert quote_problems(cases(), pages) == []


def test_no_fact_topic_or_quote_is_in_both_splits() -> None:
    assert lint(cases()) == []


def test_the_documents_that_cases_rest_on_first_are_in_one_split_only() -> None:
    first: dict[str, set[str]] = {"tune": set(), "test": set()}
    for case in cases():
        if case.evidence:
            first[case.split].add(case.evidence[0].document)
    assert not first["tune"] & first["test"]


def test_there_are_enough_cases_of_every_kind() -> None:
    counts = {tag: sum(splits.values()) for tag, splits in tag_counts(cases()).items()}
    valued = sum(bool({"number", "date", "version", "duration"} & set(case.tags)) for case in cases())
    limits = sum(bool({"limitation", "no"} & set(case.tags)) for case in cases())
    assert len(cases()) >= 150
    assert sum(case.expected_status == "unanswered" for case in cases()) >= 40
    assert counts["near_miss"] >= 20
    assert limits >= 30
    assert valued >= 30
    assert counts["multi_part"] >= 25
    assert counts["low_overlap"] >= 25
