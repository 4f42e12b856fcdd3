"""Contradictions: what is reported, and what is rightly left alone."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from rfp_responder.domain import RowStatus
from rfp_responder.questionnaire.account import Row
from rfp_responder.questionnaire.consistency import contradictions


def row(
    number: int,
    question: str,
    answer: str = "",
    choice: str | None = None,
    *documents: str,
    section: str = "",
    status: RowStatus = "answered",
) -> Row:
    quotes = tuple(
        {"n": n, "document": name, "page": 1, "start": 0, "end": 9, "quote": answer}
        for n, name in enumerate(documents, 1)
    )
    return Row("S", number, f"C{number}", f"Q{number}", question, status, answer, choice, 0.9, quotes, section=section)


def said(*rows: Row) -> list[str]:
    return [each.reason for each in contradictions(rows)]


def choices(one: str, first: str, other: str, second: str) -> list[str]:
    return said(row(1, one, choice=first), row(2, other, choice=second))


def answers(one: str, first: str, other: str, second: str) -> list[str]:
    return said(row(1, one, first), row(2, other, second))


def test_the_same_question_with_another_choice_is_reported_once_with_all_its_rows() -> None:
    text = "Do you encrypt customer data at rest?"
    found = contradictions(
        [row(1, text, choice="Yes"), row(2, f" {text.upper()}", choice="No"), row(3, text, choice="Yes")]
    )
    assert [each.rows for each in found] == [(("S", 1), ("S", 2), ("S", 3))]
    assert "Q1 'Yes', Q2 'No', Q3 'Yes'" in found[0].reason


def test_the_same_question_with_the_same_choice_is_not_reported() -> None:
    text = "Do you encrypt customer data at rest?"
    assert choices(text, "Yes", text, "Yes - see comment") == []


def test_two_values_of_a_list_that_are_no_stances_differ_too() -> None:
    text = "How often are penetration tests performed?"
    assert len(choices(text, "Quarterly", text, "Annually")) == 1


def test_a_paraphrase_with_the_other_stance_is_reported() -> None:
    found = choices("Do you encrypt customer data at rest?", "Yes", "Is data of our customers encrypted at rest?", "No")
    assert len(found) == 1
    assert "in other words" in found[0]


def test_a_stance_at_the_beginning_of_a_text_answer_counts() -> None:
    found = answers(
        "Do you encrypt customer data at rest?", "Yes, always.", "Is customer data encrypted at rest?", "No."
    )
    assert len(found) == 1


POSITIVE, NEGATIVE = (
    "Do you share customer data with third parties?",
    "Is customer data never shared with third parties?",
)


@pytest.mark.parametrize(("first", "second", "count"), [("Yes", "Yes", 1), ("No", "No", 1), ("Yes", "No", 0)])
def test_the_opposite_question_wants_the_opposite_answer(first: str, second: str, count: int) -> None:
    assert len(choices(POSITIVE, first, NEGATIVE, second)) == count


def test_allowed_and_prohibited_are_opposite_questions() -> None:
    one, other = "Are USB drives allowed on company laptops?", "Are USB drives prohibited on company laptops?"
    assert len(choices(one, "Yes", other, "Yes")) == 1
    assert choices(one, "Yes", other, "No") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Do you encrypt customer data at rest?", "Do you encrypt customer data in transit?"),
        ("Is inbound network traffic filtered?", "Is outbound network traffic filtered?"),
        ("Are backups encrypted before they leave the region?", "Are backups encrypted after they leave the region?"),
        ("Is remote access open to server administrators?", "Is remote access open only to server administrators?"),
        ("Are logs kept for 30 days?", "Are logs kept for 90 days?"),
        ("Are security policies and procedures approved?", "Are security policies and procedures reviewed?"),
        ("Are production environments monitored?", "Are test environments monitored?"),
    ],
)
def test_questions_that_differ_in_one_word_of_weight_are_two_questions(one: str, other: str) -> None:
    assert choices(one, "Yes", other, "No") == []


def test_a_question_that_names_no_topic_is_compared_with_none() -> None:
    text = "Are policies and procedures reviewed and updated at least annually?"
    assert choices(text, "Yes", text, "No") == []
    assert choices("Is this documented for backups?", "Yes", "Is this documented for backups?", "No") == []


def test_a_short_question_means_something_else_in_another_section() -> None:
    one = row(1, "Are they encrypted?", choice="Yes", section="Backups")
    other = row(2, "Is encryption used?", choice="Yes", section="Backups")
    assert said(one, other, replace(other, row=3, section="Laptops", choice="No")) == []
    assert len(said(one, other, replace(other, row=3, choice="No"))) == 1


def test_an_item_of_a_list_leans_on_the_question_above_it() -> None:
    for text in ("(a) customer data at rest", "customer data at rest", "b) Customer data encrypted at rest", "At rest"):
        assert choices(text, "Yes", text, "No") == [], text


def test_the_answers_own_stance_counts_where_nothing_was_chosen() -> None:
    text = "Do you encrypt customer data at rest?"
    one, other = row(1, text, "All of it is."), row(2, text, "Not all of it.")
    assert said(one, other) == []
    assert len(said(replace(one, stance="yes"), replace(other, stance="no"))) == 1


def test_what_stood_in_a_cell_already_is_compared_too() -> None:
    text = "Do you encrypt customer data at rest?"
    standing = replace(row(2, text, "No", status="not_required"), stance="no")
    assert len(said(row(1, text, choice="Yes"), standing)) == 1
    assert said(row(1, text, choice="Yes"), replace(standing, answer="", stance=None)) == []


@pytest.mark.parametrize(
    ("one", "first", "other", "second"),
    [
        (
            "What is your recovery time objective?",
            "Our recovery time objective is 4 hours.",
            "State the RTO of the production service.",
            "The RTO is 8 hours.",
        ),
        (
            "How long are backups kept?",
            "Backups are kept for 30 days.",
            "What is the retention period of backups?",
            "We retain backups for 90 days.",
        ),
        (
            "Which TLS version do you use?",
            "Connections use TLS 1.2.",
            "Which version of TLS protects data in transit?",
            "Data in transit is protected by TLS 1.3.",
        ),
        (
            "How often are backups taken?",
            "Backups are taken daily.",
            "How frequently do you perform backups of data?",
            "Backups are performed every week.",
        ),
        (
            "Within what time are customers notified of a breach?",
            "Customers are notified of a personal data breach within 72 hours.",
            "How soon do you notify customers of a data breach?",
            "We notify customers of breaches within 24 hours.",
        ),
        ("What uptime do you guarantee?", "99.9%", "Which uptime is guaranteed?", "We guarantee an uptime of 99.5%."),
    ],
)
def test_one_thing_with_two_values_is_reported(one: str, first: str, other: str, second: str) -> None:
    found = answers(one, first, other, second)
    assert len(found) == 1
    assert found[0].startswith("different values for the same thing")


@pytest.mark.parametrize(
    ("one", "first", "other", "second"),
    [
        ("What is your RTO?", "The RTO is 4 hours.", "What is your RPO?", "The RPO is 8 hours."),
        (
            "What are RTO and RPO?",
            "The RTO is 4 hours and the RPO is 15 minutes.",
            "State the RPO.",
            "The RPO is 15 minutes.",
        ),
        (
            "How long are backups kept?",
            "Backups are kept for at least 30 days.",
            "What is the retention period of backups?",
            "We retain backups for 35 days.",
        ),
        (
            "How long are backups kept?",
            "Backups are kept for a month.",
            "What is the retention period of backups?",
            "We retain backups for 30 days.",
        ),
        (
            "How long are backups kept?",
            "Backups are kept for 30 days.",
            "How long are audit logs kept?",
            "Audit logs are kept for 90 days.",
        ),
        (
            "How fast are vulnerabilities patched?",
            "Critical vulnerabilities are patched within 7 days.",
            "How fast do you patch vulnerabilities?",
            "High vulnerabilities are patched within 30 days.",
        ),
        (
            "For how long are invoices archived?",
            "Records are kept for 10 years.",
            "What happens with worn badges?",
            "Records are kept for 30 days.",
        ),
        (
            "Which TLS version do you use?",
            "Connections use at least TLS 1.2.",
            "Which TLS version do you offer?",
            "We offer TLS 1.3.",
        ),
        (
            "What is the RTO of tier 1 functions?",
            "The RTO of tier 1 functions is 4 hours.",
            "What is the RTO of tier 2 functions?",
            "The RTO of tier 2 functions is 8 hours.",
        ),
    ],
)
def test_values_of_two_things_or_that_may_both_hold_are_left_alone(
    one: str, first: str, other: str, second: str
) -> None:
    assert answers(one, first, other, second) == []


def test_a_value_in_a_quote_counts_where_the_answer_has_none() -> None:
    one = row(1, "What is your RTO?", "The RTO is 4 hours.")
    quote = {"n": 1, "document": "plan.pdf", "page": 2, "start": 0, "end": 20, "quote": "The RTO is 8 hours."}
    other = replace(row(2, "Is an RTO set?", choice="Yes"), citations=(quote,))
    assert len(said(one, other)) == 1


def test_a_statement_that_another_answer_denies_is_reported() -> None:
    one, other = "Tell us about testing.", "Where is real data kept?"
    never = "Production data is never copied to test environments."
    copied = "Production data is copied to test environments for debugging."
    found = answers(one, never, other, copied)
    assert len(found) == 1
    assert found[0].startswith("one says what the other denies")
    assert answers(one, never, other, never.replace("test", "the test")) == []


def test_a_denial_of_another_thing_is_left_alone() -> None:
    found = answers(
        "Who may change the trail?",
        "Administrators may disable the audit trail of a tenant.",
        "Who else?",
        "Visitors may not disable the audit trail of a tenant.",
    )
    assert found == []


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("soc2-summary-2024.pdf", "soc2-summary-2026.pdf"),
        ("policies/2025/access.pdf", "policies/2026/access.pdf"),
        ("Security Policy v1.2.docx", "Security Policy v2.0.docx"),
        ("dpa_2025-01.pdf", "dpa_2025-11.pdf"),
        ("Report March 2025.pdf", "Report October 2025.pdf"),
    ],
)
def test_answers_from_two_editions_of_a_document_are_reported_the_older_first(older: str, newer: str) -> None:
    rows = [row(1, "Was there an exception?", "None.", None, newer), row(2, "Who tests you?", "A firm.", None, older)]
    found = contradictions(rows)
    assert [each.rows for each in found] == [(("S", 2), ("S", 1))]
    assert found[0].reason.endswith(f"{older} (Q2); {newer} (Q1)")


@pytest.mark.parametrize(
    ("one", "other"), [("policy-01.pdf", "policy-02.pdf"), ("dpa.pdf", "sla.pdf"), ("2024.pdf", "2025.pdf")]
)
def test_other_documents_are_no_editions(one: str, other: str) -> None:
    assert said(row(1, "Was there one?", "None.", None, one), row(2, "Who tests?", "A firm.", None, other)) == []


def test_a_row_that_asks_for_the_older_edition_may_rest_on_it() -> None:
    rows = [
        row(1, "What was the opinion in 2024?", "Good.", None, "soc2-2024.pdf"),
        row(2, "Was there an exception?", "None.", None, "soc2-2026.pdf"),
    ]
    assert said(*rows) == []


def test_rows_without_an_answer_contradict_nothing() -> None:
    text = "Do you encrypt customer data at rest?"
    blank = row(2, text, choice="No", status="unanswered")
    assert said(row(1, text, choice="Yes"), blank, row(3, text, status="not_a_question")) == []
    assert contradictions([]) == ()


def test_fifteen_hundred_rows_take_no_more_than_a_few_seconds() -> None:
    things = "backup log laptop key firewall tenant ticket badge alert contract".split()
    rows = [
        row(
            n,
            f"Is the {things[n % 10]} of unit{n % 97} kept encrypted by team{n % 89}?",
            f"It is kept {n} days.",
            "Yes",
        )
        for n in range(1_500)
    ]
    started = time.perf_counter()
    contradictions(rows)
    assert time.perf_counter() - started < 10  # 1 to 2 s on an idle machine
