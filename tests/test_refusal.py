"""A refusal says what is nearest, what it lacks in the question's own words, and what document would tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rfp_responder.answer.pieces import Candidate
from rfp_responder.answer.rank import SIGNALS, Scored, Signals
from rfp_responder.answer.refusal import lacked, refusal, source
from tests.makers import passage

NEAREST = "Acme holds cyber liability insurance with sufficient coverage."
SIGNS = Signals(**dict.fromkeys(SIGNALS, 0.0))


def refused(question: str, *unmet: str, text: str = NEAREST, kind: float = 0.0) -> tuple[str, ...]:
    candidate = Candidate(1, 0, text, (text,), "Insurance", "sentence")
    best = Scored(candidate, replace(SIGNS, kind=kind), 1.0, unmet)
    return refusal(question, [best], {1: passage(text, name="insurance.md", number=3, heading="Insurance")})


def test_a_refusal_names_the_nearest_place_its_words_what_is_missing_and_what_would_tell() -> None:
    assert refused("What sum does the Zurich cyber insurance policy cover?", "zurich", "cover") == (
        f"no passage answers this; closest: insurance.md p. 3 says '{NEAREST}', but no amount and nothing of “Zurich”",
        "what would tell: the certificate of insurance",
    )


def test_where_nothing_is_missing_it_says_so() -> None:
    [note] = refused("What colour is it?")
    assert note.endswith("which does not settle it")


def test_a_thing_of_the_kind_that_is_there_is_not_said_to_be_missing() -> None:
    assert "no amount" not in refused("What does insurance cost?", kind=1.0)[0]


@pytest.mark.parametrize("text", ["word " * 80, "w" * 300, "a\nb\tc " * 60])
def test_a_long_quote_is_cut_at_a_word_and_stays_one_line(text: str) -> None:
    note = refused("Is it?", text=text)[0]
    quoted = note.split(" says '")[1].split("', ")[0]
    assert len(quoted) <= 140
    assert quoted.endswith("…")
    assert "\n" not in note
    assert not quoted.startswith("word") or quoted.endswith("word…")


@pytest.mark.parametrize(
    ("question", "unmet", "found"),
    [
        ("Is PR.DS-11 mapped to SCIM?", ("pr.ds-11", "scim"), ["PR.DS-11", "SCIM"]),
        ("How many Failed login-attempts apply?", ("failed login attempts", "apply"), ["Failed login-attempts"]),
        ("How many people will carry it?", ("how many people", "carry", "many"), ["people"]),
        ("Were Zed's sales up on July 1, 2023?", ("july", "zed's", "1"), ["July 1, 2023", "Zed"]),
        ("Is it of September 2022?", ("september", "2022"), ["September 2022"]),
        ("Are insurances coverages held?", ("insurances", "coverages"), []),
        ("a1 b2 c3 d4", ("a1", "b2", "c3", "d4"), ["a1", "b2", "c3"]),
        ("Is (it) [here*?", ("here*",), ["here*"]),
        ("", (), []),
    ],
)
def test_only_words_that_are_really_missing_are_named_as_the_question_spells_them(
    question: str, unmet: tuple[str, ...], found: list[str]
) -> None:
    assert lacked(question, unmet, NEAREST) == found


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("Which firm did the last penetration test?", "penetration test"),
        ("Do you have a SOC 2 report?", "SOC 2"),
        ("What sum does the insurance policy cover?", "insurance"),
        ("What is the RPO in a disaster?", "disaster recovery"),
        ("How many API keys may be created?", "product documentation"),
        ("Which key encrypts the data?", "key management"),
        ("What were net sales in the quarter that ended in May?", "financial statements"),
        ("What colour is the sky?", ""),
        ("", ""),
    ],
)
def test_the_document_that_would_tell_is_the_one_of_the_topic_named_most(question: str, document: str) -> None:
    assert document in source(question)
    assert bool(source(question)) is bool(document)
