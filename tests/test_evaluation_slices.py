"""Slices by tag."""

from __future__ import annotations

from evaluation_makers import row

from rfp_responder.evaluation.slices import by_tag


def test_a_slice_means_over_its_scored_cases_and_says_where_there_are_none() -> None:
    rows = [
        row(tags=("number",), scores={"key_fact_recall": 1.0, "refusal_recall": None}),
        row(tags=("number", "table"), scores={"key_fact_recall": 0.0, "refusal_recall": None}),
    ]
    lines = {line.split()[0]: line.split()[1:] for line in by_tag(rows).splitlines() if line[:1].strip()}
    assert lines["number"][0] == "2"
    assert "0.5" in lines["number"]
    assert lines["table"][0] == "1"
    assert "-" in lines["table"]


def test_no_rows_give_no_table() -> None:
    assert by_tag([]) == ""
