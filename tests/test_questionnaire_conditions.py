"""Questions that need an answer only under a condition, and parts that make a sentence with their lead-in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from workbooks import answer_to, workbook

from rfp_responder.domain import Answer, Question
from rfp_responder.questionnaire import fill, inspect
from rfp_responder.questionnaire.conditionwords import wanted_by
from rfp_responder.questionnaire.stems import asks_alone, completed, is_lead_in

HEAD = ["ID", "Question", "Answer", "Comments"]


def gates(path: Path) -> dict[int, tuple[int, tuple[str, ...]]]:
    items = inspect(path).items
    return {item.row: (item.condition.gate, item.condition.wanted) for item in items if item.condition}


def form(tmp_path: Path, texts: Sequence[str], *more: Sequence[object]) -> Path:
    rows = [HEAD, *([str(n), text] for n, text in enumerate(texts, 1)), *more]
    return workbook(tmp_path / "q.xlsx", rows)


@pytest.mark.parametrize(
    ("follow_up", "wanted"),
    [
        ("If yes, please describe the tool that you use.", ("yes", "partial")),
        ("If so, how often is it tested?", ("yes", "partial")),
        ("If no, when will it be available?", ("no",)),
        ("If not, please explain why.", ("no",)),
        ("(If 'No', give your reasons.)", ("no",)),
        ("If you answered Yes, list the vendors.", ("yes", "partial")),
        ("If the answer is No, explain.", ("no",)),
        ("If yes to question 1, name the product.", ("yes", "partial")),
        ("If you answered No to 1, please explain.", ("no",)),
        ("If the answer to question 1 is Yes, name the product.", ("yes", "partial")),
    ],
)
def test_a_follow_up_depends_on_the_question_it_follows_or_names(
    follow_up: str, wanted: tuple[str, ...], tmp_path: Path
) -> None:
    path = form(tmp_path, ["Do you encrypt data at rest?", follow_up, "Do you test your backups?"])
    assert gates(path) == {3: (2, wanted)}


def test_several_follow_ups_depend_on_the_same_question(tmp_path: Path) -> None:
    path = form(tmp_path, ["Do you have a SOC 2 report?", "If yes, who audited it?", "If yes, when does it end?"])
    assert gates(path) == {3: (2, ("yes", "partial")), 4: (2, ("yes", "partial"))}


@pytest.mark.parametrize(
    ("text", "skipped"),
    [
        ("Do you use subprocessors? If No, go to question 4.", {3, 4}),
        ("Do you use subprocessors? (If no, skip to 4)", {3, 4}),
        ("Do you use subprocessors? If 'No' please proceed directly to question 4.", {3, 4}),
        ("Do you use subprocessors? If no, skip questions 2 to 3.", {3, 4}),
        ("Do you use subprocessors? If no, skip question 2.", {3}),
        ("Do you use subprocessors? If no, skip the rest of this section.", {3, 4, 5}),
    ],
)
def test_questions_that_a_gate_passes_over_depend_on_it(text: str, skipped: set[int], tmp_path: Path) -> None:
    others = ["Who are they?", "Where are they located?", "Do you test your backups?"]
    assert gates(form(tmp_path, [text, *others])) == dict.fromkeys(skipped, (2, ("yes", "partial")))


def test_a_column_says_on_which_question_and_answer_a_row_depends(tmp_path: Path) -> None:
    rows = [
        ["Number", "Question", "Depends on", "Required when", "Response"],
        ["Q1", "Do you process card data?"],
        ["Q2", "Who is your assessor?", "Q1", "Yes"],
        ["Q3", "Why not?", "Q1", "No"],
        ["Q4", "Is the network segmented?"],
    ]
    path = workbook(tmp_path / "q.xlsx", rows)
    assert gates(path) == {3: (2, ("yes", "partial")), 4: (2, ("no",))}
    assert inspect(path).sheets[0].depends_column == "C"


def test_one_column_may_say_question_and_answer_together(tmp_path: Path) -> None:
    rows = [["ID", "Question", "Condition", "Answer"], ["1.1", "Do you host data?"], ["1.2", "Where?", "1.1 = Yes"]]
    assert gates(workbook(tmp_path / "q.xlsx", rows)) == {3: (2, ("yes", "partial"))}


def test_a_section_may_open_under_a_condition(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ["1", "Do you process card data?"],
        ["", "Payment cards"],
        ["", "Complete this section only if you answered Yes to question 1."],
        ["2", "Who is your assessor?"],
        ["3", "When was the last assessment?"],
        ["", "Backups"],
        ["4", "Do you test your backups?"],
    ]
    path = workbook(tmp_path / "q.xlsx", rows, bold_rows=[1, 3, 7])
    assert gates(path) == dict.fromkeys((5, 6), (2, ("yes", "partial")))


def no(question: Question) -> Answer:
    return answer_to(question, stance="no", choice="No" if "No" in question.choices else None)


def test_a_row_that_its_gate_does_not_call_for_is_not_required_and_stays_blank(tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(question: Question) -> Answer:
        asked.append(question.text)
        return no(question)

    path = form(tmp_path, ["Do you use subprocessors?", "If yes, who are they?", "If no, why not?"])
    report = fill(path, tmp_path / "o.xlsx", answer)
    assert [row.status for row in report.rows[1:]] == ["answered", "not_required", "answered"]
    assert "row 2 is answered 'no'" in report.rows[2].notes[0]
    assert asked == ["Do you use subprocessors?", "If no, why not?"]


def test_a_gate_that_the_customer_filled_counts(tmp_path: Path) -> None:
    rows = [HEAD, ["1", "Do you use subprocessors?", "No"], ["2", "If yes, who are they?"]]
    report = fill(workbook(tmp_path / "q.xlsx", rows), tmp_path / "o.xlsx", no)
    assert [row.status for row in report.rows[1:]] == ["not_required", "not_required"]


def test_behind_a_gate_without_an_answer_the_question_is_asked_and_the_note_says_so(tmp_path: Path) -> None:
    def answer(question: Question) -> Answer:
        gate = "subprocessors" in question.text
        return answer_to(question, status="unanswered") if gate else answer_to(question, stance="yes")

    path = form(tmp_path, ["Do you use subprocessors?", "If yes, who are they?"])
    row = fill(path, tmp_path / "o.xlsx", answer).rows[2]
    assert row.status == "answered"
    assert any("which is open" in note for note in row.notes)


def test_a_gate_below_what_depends_on_it_is_answered_first(tmp_path: Path) -> None:
    rows = [["ID", "Question", "Depends on", "Answer"], ["1", "Who are they?", "2 = Yes"], ["2", "Do you use others?"]]
    report = fill(workbook(tmp_path / "q.xlsx", rows), tmp_path / "o.xlsx", no)
    assert [row.status for row in report.rows[1:]] == ["not_required", "answered"]


def test_rows_that_depend_on_each_other_are_asked_all_the_same(tmp_path: Path) -> None:
    rows = [["ID", "Question", "Depends on", "Answer"], ["1", "Who are they?", "2"], ["2", "Do you use others?", "1"]]
    report = fill(workbook(tmp_path / "q.xlsx", rows), tmp_path / "o.xlsx", lambda q: answer_to(q, stance="yes"))
    assert report.totals["answered"] == 2


def test_values_call_for_stances_or_for_themselves() -> None:
    assert wanted_by("Yes") == ("yes", "partial")
    assert wanted_by("N/A") == ("not_applicable",)
    assert wanted_by("Cloud") == ("cloud",)


LEAD = [HEAD, ["1", "Do you:"], ["", "(a) encrypt backups?"], ["", "(b) test them every year?"], ["2", "Who does it?"]]


def test_a_lead_in_is_no_question_and_its_parts_are_asked_with_it(tmp_path: Path) -> None:
    sheet = inspect(workbook(tmp_path / "q.xlsx", LEAD)).sheets[0]
    assert [(item.row, item.text, item.question.text) for item in sheet.items] == [
        (3, "(a) encrypt backups?", "Do you encrypt backups?"),
        (4, "(b) test them every year?", "Do you test them every year?"),
        (5, "Who does it?", "Who does it?"),
    ]
    assert {other.row: other.reason for other in sheet.others}[2] == "lead-in of the parts below"


def test_a_lead_in_with_a_list_of_its_own_is_asked_too(tmp_path: Path) -> None:
    rows = [HEAD, ["1", "Do you encrypt:"], ["1.1", "backups"], ["1.2", "laptops"], ["2", "Do you test backups?"]]
    path = workbook(tmp_path / "q.xlsx", rows, lists={"C2": ["Yes", "No"], "C5": ["Yes", "No"]})
    assert 2 in [item.row for item in inspect(path).items]


@pytest.mark.parametrize(
    ("stem", "part", "sentence"),
    [
        ("Do you:", "(a) Encrypt backups;", "Do you encrypt backups?"),
        ("Does the service support the following:", "- SAML 2.0", "Does the service support the following SAML 2.0?"),
        ("The solution must:", "ii. keep logs for a year", "The solution must keep logs for a year"),
        ("Describe your plan, including:", "a) recovery times", "Describe your plan, including recovery times"),
        ("Backups:", "1) Are they encrypted?", "Backups: Are they encrypted?"),
        ("Is there a policy for:", "(c) AI tools", "Is there a policy for AI tools?"),
    ],
)
def test_a_part_makes_a_sentence_with_its_lead_in(stem: str, part: str, sentence: str) -> None:
    assert is_lead_in(stem)
    assert completed(stem, part) == sentence


def test_only_a_lead_in_that_says_something_asks_alone() -> None:
    assert asks_alone("Describe your recovery plan, including:")
    assert not asks_alone("Do you:")
    assert not asks_alone("The system must:")
    assert not asks_alone("Please provide the following:")


def test_a_gate_may_stand_on_a_sheet_before(tmp_path: Path) -> None:
    gates = [HEAD, ["REQU-01", "Do you process card data?"], ["REQU-02", "Do you offer consulting?"]]
    others = {
        "Cards": [
            ["Cards (complete only if REQU-01 is answered Yes)", "", "Answer", "Comments"],
            ["CARD-01", "Who is your assessor?"],
            ["CARD-02", "Is the network segmented?"],
        ]
    }
    path = workbook(tmp_path / "q.xlsx", gates, name="Start", others=others)
    items = {item.id: item for item in inspect(path).items}
    condition = items["CARD-01"].condition
    assert condition is not None
    assert (condition.sheet, condition.gate, condition.wanted) == ("Start", 2, ("yes", "partial"))
    report = fill(path, tmp_path / "o.xlsx", no)
    assert {row.id: row.status for row in report.rows if row.sheet == "Cards" and row.id} == dict.fromkeys(
        ("CARD-01", "CARD-02"), "not_required"
    )


def test_a_follow_up_that_says_it_is_asked_with_the_topic_of_its_gate(tmp_path: Path) -> None:
    texts = ["Do you have a documented security policy?", "If yes, is it reviewed every year?", "If yes, who wrote it?"]
    items = inspect(form(tmp_path, texts)).items
    assert [item.question.text for item in items[1:]] == [
        "Documented security policy: is it reviewed every year?",
        "Documented security policy: who wrote it?",
    ]
