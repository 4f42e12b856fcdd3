"""Gaps: what to document, grouped and named, and which rows tell nothing of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rfp_responder.domain import RowStatus
from rfp_responder.questionnaire.account import Row
from rfp_responder.questionnaire.gaps import find_gaps, would_tell

NOTHING = "no passage answers this"


def row(
    number: int, question: str, *notes: str, status: RowStatus = "unanswered", answer: str = "", section: str = ""
) -> Row:
    return Row(
        "S", number, f"C{number}", f"Q{number}", question, status, answer, notes=notes or (NOTHING,), section=section
    )


def test_questions_about_one_thing_are_one_gap_and_the_largest_comes_first() -> None:
    gaps = find_gaps(
        [
            row(1, "Do you hold a red team exercise every year?"),
            row(2, "Is data loss prevention software installed on laptops?"),
            row(3, "Which DLP product do you use?"),
            row(4, "Does data loss prevention cover e-mail?"),
        ]
    )
    assert [gap.rows for gap in gaps] == [(("S", 2), ("S", 3), ("S", 4)), (("S", 1),)]
    assert gaps[0].topic == "data loss prevention"
    assert gaps[0].questions[1] == "Which DLP product do you use?"


def test_a_topic_is_named_in_words_of_the_question() -> None:
    topics = [
        find_gaps([row(1, question)])[0].topic
        for question in (
            "Is there a plan for moving to quantum-resistant algorithms?",
            "Do the data centres have automatic fire suppression?",
            "The supplier shall deposit the source code with an escrow agent.",
        )
    ]
    assert "quantum-resistant algorithms" in topics[0]
    assert "fire suppression" in topics[1]
    assert "escrow" in topics[2]


def test_what_the_documents_lack_names_the_topic_and_parts_the_rows() -> None:
    lacks = "no passage answers this; closest: a.pdf p. 1 says 'x', but nothing of “{}”"
    gaps = find_gaps(
        [
            row(1, "Can citizens use the public portal with an eIDAS wallet?", lacks.format("eIDAS wallet")),
            row(2, "Does the public portal answer through a chatbot?", lacks.format("chatbot")),
        ]
    )
    assert len(gaps) == 2
    assert "eIDAS wallet" in gaps[0].topic
    assert "chatbot" in gaps[1].topic


def test_of_a_partial_answer_the_missing_part_is_the_gap() -> None:
    whole = "Is there a firewall, and who made it?"
    found = find_gaps([row(1, whole, "not found in the documents: who made it?", status="partial", answer="Yes.")])
    assert found[0].questions == ("who made it?",)
    assert "firewall" in found[0].topic  # "who made it" names nothing: the topic comes from the whole question


def test_a_missing_part_that_names_nothing_belongs_to_the_topic_of_its_question() -> None:
    both = row(1, "Is there an escrow agent? State both.", "not found in the documents: State both.", status="partial")
    gaps = find_gaps([replace(both, answer="Yes."), row(2, "Who is your escrow agent?")])
    assert [gap.rows for gap in gaps] == [(("S", 1), ("S", 2))]


@pytest.mark.parametrize(
    "note",
    [
        "the passages speak of this but do not decide yes or no",
        "nothing tells of “escrow”, so neither yes nor no is given",
    ],
)
def test_a_yes_or_no_that_the_documents_do_not_decide_is_a_gap(note: str) -> None:
    assert len(find_gaps([row(1, "Is there an escrow agent?", note, status="partial", answer="An agent.")])) == 1


def test_rows_closed_for_another_reason_are_no_gaps() -> None:
    rows = [
        row(1, "Is there an escrow agent?", "ModelError: no server", status="error"),
        row(2, "Is there an escrow agent?", "already filled", status="not_required"),
        row(3, "Is there an escrow agent?", "sheet 'S' has no answer column"),
        row(4, "Is there an escrow agent?", "the answer has 90 words, the limit is 10: left blank", answer="Long."),
        row(8, "Is there an escrow agent?", "what would tell: the contract", "left blank", answer="Long."),
        row(5, "Is there an escrow agent?", "sentences disagree: neither yes nor no is given", status="partial"),
        row(6, "Escrow", "header", status="not_a_question"),
        row(7, "Is there an escrow agent?", "rests on an audit result", status="answered", answer="Yes."),
    ]
    assert find_gaps(rows) == ()


def test_every_open_row_stands_in_one_gap_once() -> None:
    things = ("key rotation", "key escrow", "backup encryption", "badge readers", "visitor logs")
    rows = [row(n, f"Do you document {things[n % 5]} for region {n}?") for n in range(60)]
    placed = [place for gap in find_gaps(rows) for place in gap.rows]
    assert sorted(placed) == [("S", n) for n in range(60)]


def test_a_question_that_names_nothing_is_called_by_its_section_or_by_itself() -> None:
    text = "Are policies and procedures reviewed at least annually?"
    assert find_gaps([row(1, text, section="Change control")])[0].topic == "Change control"
    assert find_gaps([row(1, text)])[0].topic == text


def test_the_order_of_the_rows_decides_nothing_but_the_order_of_gaps() -> None:
    rows = [row(n, f"Is {thing} in place?") for n, thing in enumerate(("a badge reader", "key escrow", "a honeypot"))]
    assert {gap.topic for gap in find_gaps(rows)} == {gap.topic for gap in find_gaps(rows[::-1])}


def test_where_the_answer_usually_stands_is_taken_from_the_notes_then_from_the_question() -> None:
    assert would_tell(row(1, "Do you pen test?", NOTHING, "what would tell: the test letter")) == "the test letter"
    assert would_tell(row(1, "Are backups restored?")) == "the backup policy"
    assert would_tell(row(1, "Anything else?")) == ""
