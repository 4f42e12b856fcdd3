"""An answer in the first person says what it said."""

from __future__ import annotations

import pytest

from rfp_responder.answer.voice import first_person, in_first_person
from rfp_responder.domain import Answer, Citation, Claim, Question

NAMES = ("Quillmere", "Quillmere Ltd", "HP")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Quillmere encrypts its backups with AES-256.", "We encrypt our backups with AES-256."),
        ("Customer data is kept by Quillmere for 35 days.", "Customer data is kept by us for 35 days."),
        ("Quillmere's team reviews code; Quillmere does not sell.", "Our team reviews code; we do not sell."),
        ("Quillmere employees are screened.", "Our employees are screened."),
        ("HP employees sign an agreement.", "Our employees sign an agreement."),
        ("Access to HP systems is logged.", "Access to our systems is logged."),
        ("Code is reviewed by HP engineers.", "Code is reviewed by our engineers."),
        ("Quillmere always has a second key.", "We always have a second key."),
        (
            "Today, Quillmere regularly tests it and Quillmere Ltd has a plan.",
            "Today, we regularly test it and we have a plan.",
        ),
    ],
)
def test_the_companys_name_becomes_we_us_or_our_and_the_verb_agrees(written: str, said: str) -> None:
    assert first_person(written, NAMES) == said


@pytest.mark.parametrize(
    "written",
    [
        "Quillmere Casework runs in two regions.",
        "The box is sealed.",
        "Contact Quillmere at once.",
        "Backups are kept.",
    ],
)
def test_a_product_a_common_word_and_what_cannot_be_turned_safely_stay(written: str) -> None:
    assert first_person(written, (*NAMES, "Box")) == written


def test_its_is_ours_only_right_behind_the_verb() -> None:
    said = first_person("HP encrypts each customer database with its own key.", NAMES)
    assert said == "We encrypt each customer database with its own key."


def answer(text: str, most: int | None = None) -> Answer:
    citation = Citation("d", "a.md", 1, "1", 0, len(text), text)
    asked = Question("", "Who?", max_characters=most)
    return Answer(asked, "answered", None, None, (Claim(text, (citation,)),), (), 0.9, (), "tester")


def test_quotes_stay_as_the_document_has_them() -> None:
    turned = in_first_person(answer("Quillmere encrypts data."), NAMES)
    assert (turned.text, turned.citations[0].quote) == ("We encrypt data.", "Quillmere encrypts data.")


def test_without_names_nothing_changes_and_no_limit_is_broken() -> None:
    text = "HP has an officer in Berlin."
    assert in_first_person(answer(text), ()) == answer(text)
    assert in_first_person(answer(text, len(text)), NAMES).text == text
