"""A gold file is refused with a message that a person can act on, and the splits do not leak."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from rfp_responder.errors import GoldError
from rfp_responder.evaluation.gold import GoldCase, gold_digest, load_gold
from rfp_responder.evaluation.lint import lint, quote_problems, tag_counts, unspelled_facts


def case(**changes: object) -> dict[str, object]:
    made: dict[str, object] = {
        "id": "b1",
        "split": "tune",
        "topic": "backup",
        "question": "How long are backups kept?",
        "expected_status": "answered",
        "reference_answer": "Backups are kept for 35 days.",
        "key_facts": [{"id": "backup.days", "any_of": ["35 days"]}],
        "evidence": [{"document": "b.pdf", "page": 3, "quote": "kept for 35 days", "facts": ["backup.days"]}],
        "tags": ["number"],
    }
    return made | changes


def unanswerable(**changes: object) -> dict[str, object]:
    empty = {"reference_answer": "", "key_facts": [], "evidence": [], "tags": ["unanswerable"]}
    return case(expected_status="unanswered", **empty) | changes


def file(folder: Path, *rows: object) -> Path:
    path = folder / "gold.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def parsed(*rows: dict[str, object]) -> list[GoldCase]:
    return [GoldCase.model_validate(row) for row in rows]


def test_cases_come_back_in_order_and_blank_lines_are_skipped(tmp_path: Path) -> None:
    cases = load_gold(file(tmp_path, case(), "", unanswerable(id="b2", choices=["Yes", "No"])))
    assert [one.id for one in cases] == ["b1", "b2"]
    assert [one.answerable for one in cases] == [True, False]
    question = cases[1].as_question()
    assert (question.id, question.choices) == ("b2", ("Yes", "No"))


def test_the_digest_is_the_sha256_of_the_bytes(tmp_path: Path) -> None:
    path = file(tmp_path, case())
    assert gold_digest(path) == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (case(split="dev"), ["field split", '"dev"', "'tune' or 'test'"]),
        (case(colour="red"), ["field colour", '"red"', "not permitted"]),
        (case(question=" "), ["field question", "at least 1 character"]),
        (case(evidence=[]), ["evidence must not be empty"]),
        (case(key_facts=[]), ["key_facts must not be empty"]),
        (case(reference_answer=""), ["reference_answer must not be empty"]),
        (unanswerable(key_facts=[{"id": "x", "any_of": ["y"]}]), ["key_facts must be empty"]),
        (unanswerable(reference_answer="No."), ["reference_answer must be empty"]),
        (case(choice="Maybe", choices=["Yes", "No"]), ["choice must be one of choices", "'Maybe'"]),
        (case(stance="perhaps"), ["field stance", '"perhaps"']),
        (case(tags=["Not A Tag"]), ["field tags.0"]),
        (
            case(evidence=[{"document": "b.pdf", "page": 0, "quote": "q", "facts": ["backup.days"]}]),
            ["field evidence.0.page", "got 0", "greater than or equal to 1"],
        ),
        (
            case(evidence=[{"document": "b.pdf", "page": 1, "quote": "q", "facts": ["backup.hours"]}]),
            ["evidence.facts must name key_facts", "'backup.hours'"],
        ),
        (
            case(key_facts=[{"id": "backup.days", "any_of": ["35"]}, {"id": "other", "any_of": ["x"]}]),
            ["every key fact needs an evidence", "'other'"],
        ),
        (case(key_facts=[{"id": "backup.days", "any_of": []}]), ["field key_facts.0.any_of"]),
        ("[1]", ["got list", "expected a JSON object"]),
        ("{oops", ["column 2", "expected one JSON object per line"]),
    ],
)
def test_a_wrong_line_is_named_with_field_value_expectation_and_remedy(
    tmp_path: Path, row: object, expected: list[str]
) -> None:
    with pytest.raises(GoldError) as caught:
        load_gold(file(tmp_path, case(id="first"), row))
    message = str(caught.value)
    for part in ["gold.jsonl, line 2", *expected, "evals/README.md"]:
        assert part in message
    assert "\n" not in message


def test_an_id_that_stands_twice_is_refused_with_both_lines(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"line 3, field id: 'b1' stands on line 1 already"):
        load_gold(file(tmp_path, case(), case(id="b2"), case()))


def test_an_empty_and_an_absent_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="holds no case"):
        load_gold(file(tmp_path, ""))
    with pytest.raises(GoldError, match="cannot read the gold file"):
        load_gold(tmp_path / "absent.jsonl")


def test_lint_finds_what_stands_in_both_splits() -> None:
    problems = lint(parsed(case(), case(id="t1", split="test", question="For how long are BACKUPS kept?")))
    assert problems == [
        "fact id 'backup.days' stands in both splits",
        "topic 'backup' stands in both splits",
        "evidence quote 'kept for 35 days' stands in both splits",
    ]
    assert lint(parsed(case(), unanswerable(id="u", topic="pets", split="test", question="Pets?"))) == []


def test_lint_finds_ids_that_stand_twice_and_a_tag_that_contradicts_the_status() -> None:
    assert lint(parsed(case(), case())) == ["id 'b1' stands 2 times"]
    assert lint(parsed(case(tags=["unanswerable"]))) == ["b1: tag 'unanswerable' contradicts status 'answered'"]
    assert lint(parsed(unanswerable(tags=[]))) == ["b1: tag 'unanswerable' contradicts status 'unanswered'"]


def test_a_quote_must_stand_on_its_page() -> None:
    cases = parsed(case())
    assert quote_problems(cases, {("b.pdf", 3): "Backups are kept\nfor 35 days."}) == []
    assert quote_problems(cases, {("b.pdf", 3): "Backups."}) == ["b1: b.pdf page 3 lacks 'kept for 35 days'"]
    assert quote_problems(cases, {}) == ["b1: b.pdf page 3 was not ingested"]


def test_the_reference_answer_must_spell_its_own_facts() -> None:
    assert unspelled_facts(parsed(case(reference_answer="They are kept for thirty-five days."))) == []
    assert len(unspelled_facts(parsed(case(reference_answer="They are kept for a month.")))) == 1


def test_tags_are_counted_by_split() -> None:
    counts = tag_counts(parsed(case(tags=["number", "table"]), case(split="test", tags=["number"])))
    assert counts == {"number": {"test": 1, "tune": 1}, "table": {"test": 0, "tune": 1}}
