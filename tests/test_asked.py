"""What a question asks for."""

from __future__ import annotations

import pytest

from rfp_responder.asked import conflicts, defined_term, is_polar, names_met, parts
from rfp_responder.wanted import wanted


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("How long are backups kept?", "duration"),
        ("When does the certificate expire?", "date"),
        ("Which TLS version is the minimum?", "version"),
        ("How many users can a tenant have?", "count"),
        ("Who approves emergency changes?", "role"),
        ("In which region is our data hosted?", "place"),
        ("What is a named contact in your policy?", "definition"),
        ("Do you encrypt data?", "other"),
    ],
)
def test_the_kind_of_thing_asked_for_is_told(question: str, found: str) -> None:
    assert wanted(question).kind == found or (found == "definition" and defined_term(question) == "named contact")


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("How often are backups taken, and how long are they kept?", 2),
        ("If a fix is late, who may sign a waiver?", 1),
        ("Do you encrypt data at rest and in transit?", 1),
        ("Is there an app? Does it work offline?", 2),
    ],
)
def test_a_question_is_taken_apart_where_it_asks_for_several_things(question: str, count: int) -> None:
    assert len(parts(question)) == count


def test_a_part_that_leans_on_the_first_carries_its_words() -> None:
    assert "backups" in parts("How often are backups taken, and how long are they kept?")[1]


@pytest.mark.parametrize(
    ("question", "polar"),
    [
        ("Do you encrypt data?", True),
        ("The vendor shall encrypt data.", True),
        ("If data is lost, do you tell us?", True),
        ("Describe how you encrypt data.", False),
        ("Which data do you encrypt?", False),
    ],
)
def test_yes_or_no_is_told_from_an_open_question(question: str, polar: bool) -> None:
    assert is_polar(question) is polar


@pytest.mark.parametrize(
    ("question", "text", "met"),
    [
        ("Do you support Kerberos for sign-on?", "Sign-on is through SAML.", False),
        ("Is there a native iPad app?", "There is no native Android app.", False),
        ("Is TLS 1.1 supported?", "TLS 1.2 is the minimum.", False),
        ("Do you support SAML?", "Sign-on is through SAML 2.0.", True),
        ("Is data encrypted with AES?", "Data is encrypted with AES-256-GCM.", True),
        ("The Supplier shall encrypt data.", "Data is encrypted.", True),
    ],
)
def test_a_text_without_the_name_asked_about_does_not_meet_it(question: str, text: str, met: bool) -> None:
    assert names_met(question, text) is met


@pytest.mark.parametrize(
    ("question", "text", "other"),
    [
        ("Are you certified to ISO 22301?", "We are certified to ISO/IEC 27001:2022.", True),
        ("Are you certified to ISO 27001?", "We are certified to ISO/IEC 27001:2022.", False),
        ("Sales in the third quarter of 2023?", "Sales in the first quarter of 2023 were 3.", True),
        ("Sales in 2023?", "Sales in 2024 were 3.", True),
        ("Sales in 2023?", "Sales were 3.", False),
    ],
)
def test_another_period_or_standard_is_noticed(question: str, text: str, other: bool) -> None:
    assert conflicts(question, text) is other
