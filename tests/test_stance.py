"""Yes, no or partly, read from the sentence that answers."""

from __future__ import annotations

import pytest

from rfp_responder.answer.bounds import within_bound
from rfp_responder.answer.stance import read_stance


@pytest.mark.parametrize(
    ("question", "sentence", "stance"),
    [
        ("Is screening repeated?", "Screening is not repeated during employment.", "no"),
        ("Is data encrypted?", "All data is encrypted with AES-256.", "yes"),
        ("Do you share data with third parties?", "We never share data with third parties.", "no"),
        ("Can we manage our keys?", "Customers manage keys only in the large edition.", "partial"),
        (
            "Can we manage keys in the small edition?",
            "Keys are managed in the large edition, not in the small edition.",
            "no",
        ),
        (
            "Is access limited?",
            "If a case cannot be solved, access is granted for 8 hours and is limited to it.",
            "yes",
        ),
        ("Are reports sent in time?", "The written report lists the unavailable minutes and is sent in time.", "yes"),
        ("Is the old client supported?", "The old client is unsupported.", "no"),
        ("The tool shall list records that it did not accept.", "The tool lists the records it refused.", "yes"),
        ("Is there a log that cannot be altered?", "Customers cannot alter or shorten the log.", "yes"),
        ("The vendor shall not sell data.", "The vendor does not sell data.", "yes"),
        ("Is the notice no later than a day before?", "Notice is given no later than a day before.", "yes"),
    ],
)
def test_the_clause_that_answers_decides(question: str, sentence: str, stance: str) -> None:
    assert read_stance(question, sentence) == stance


@pytest.mark.parametrize(
    ("question", "sentence", "kept"),
    [
        ("Are backups kept for 30 days or longer?", "Backups are kept for 35 days.", True),
        ("Are backups kept for at least 90 days?", "Backups are kept for 35 days.", False),
        ("Are we told within 72 hours?", "Customers are told within 48 hours.", True),
        ("Are we told within 24 hours?", "Customers are told within 2 days.", False),
        ("Prices shall not rise by more than 5 % a year.", "They may rise by no more than 4% a year.", True),
        ("The system shall allow at least 100 types.", "A tenant can define 60 types with up to 150 fields.", False),
        ("The system shall lock after ten attempts or fewer.", "It locks after 6 attempts.", True),
        ("Is availability at least 99.9 % a month?", "The commitment is 99.9%, and 99.95% in Dedicated.", True),
    ],
)
def test_a_limit_is_compared_with_the_value_of_its_measure(question: str, sentence: str, kept: bool) -> None:
    assert within_bound(question, sentence) is kept


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Are backups kept for 30 days or longer?", "Backups are encrypted."),
        ("The system shall allow at least 100 types.", "A case holds up to 500 attachments."),
        ("How long are backups kept?", "Backups are kept for 35 days."),
        ("Are we told within 3 days?", "We are told within 3 business days."),
    ],
)
def test_what_cannot_be_compared_decides_nothing(question: str, sentence: str) -> None:
    assert within_bound(question, sentence) is None
