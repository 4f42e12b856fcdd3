"""A yes or a no is withheld where its sentence is too far, turned, or gainsaid by one that ranks before it."""

from __future__ import annotations

import pytest

from rfp_responder.answer.pieces import Candidate
from rfp_responder.answer.rank import SIGNALS, Scored, Signals
from rfp_responder.answer.trust import doubt


def scored(text: str, absent: float = 0.0, unmet: tuple[str, ...] = (), context: str = "") -> Scored:
    signals = Signals(**{**dict.fromkeys(SIGNALS, 0.5), "absent": absent})
    return Scored(Candidate(1, 0, text, (text,), context, "sentence"), signals, 1.0, unmet)


def test_a_sentence_that_speaks_of_what_is_asked_is_trusted() -> None:
    assert doubt("Are backups encrypted?", "yes", scored("All backups are encrypted."), ()) == ""
    assert doubt("Are backups sold?", "no", scored("Backups are never sold."), ()) == ""


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Is a second factor optional for administrators?", "A second factor is required for administrators."),
        ("Is the source code public?", "The source code is private."),
        ("Are passwords hashed with bcrypt?", "Stored passwords are hashed with Argon2id."),
        ("Does the service refuse connections older than TLS 1.2?", "Connections must use at least TLS 1.2."),
    ],
)
def test_a_yes_from_the_opposite_from_other_means_or_from_what_is_let_in_is_withheld(
    question: str, sentence: str
) -> None:
    assert doubt(question, "yes", scored(sentence), ())


def test_a_sentence_that_lacks_most_of_what_is_asked_decides_nothing() -> None:
    assert doubt("Are backups encrypted?", "yes", scored("All backups are encrypted.", absent=0.8), ())
    assert doubt("Are backups encrypted?", "no", scored("Nothing is encrypted.", absent=0.5), ()) == ""
    assert doubt("Are backups encrypted?", "no", scored("Nothing is encrypted.", absent=0.8), ())


def test_a_named_thing_that_nothing_tells_of_is_named() -> None:
    said = doubt("Do you run data loss prevention?", "no", scored("No.", unmet=("data loss prevention",)), ())
    assert "data loss prevention" in said


def test_a_sentence_that_ranks_before_and_says_the_contrary_withholds_the_verdict() -> None:
    before = scored("Audit events can be sent to your own monitoring system.")
    after = scored("Audit events cannot be sent anywhere at night.")
    question = "Can audit events be sent to our own monitoring system?"
    assert doubt(question, "no", after, [before])
    assert doubt(question, "yes", before, []) == ""


def test_a_denial_for_a_period_decides_only_questions_about_coverage() -> None:
    denial = scored("No SOC 2 report covers 1 July 2024 to 30 June 2025.")
    assert "for a period only" in doubt("Do you hold a SOC 2 report?", "no", denial, ())
    assert doubt("Is the coverage of your SOC 2 reports continuous?", "no", denial, ()) == ""
    assert doubt("Is there a SOC 2 report for the year to 30 June 2025?", "no", denial, ()) == ""
