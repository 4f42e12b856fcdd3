"""What has lapsed, and what an older edition said otherwise, is told; nothing else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rfp_responder.answer.dated import dated_notes, lapsed
from rfp_responder.answer.pieces import Candidate
from rfp_responder.answer.rank import SIGNALS, Scored, Signals
from rfp_responder.domain import Passage
from tests.makers import chunk, passage

TODAY = date(2026, 11, 20)


def scored(text: str) -> Scored:
    return Scored(Candidate(1, 0, text, (text,), "", "sentence"), Signals(**dict.fromkeys(SIGNALS, 0.5)), 1.0)


def with_older(new: str, old: str) -> dict[int, Passage]:
    older = chunk(old, name="policy-2024.pdf", number=4, title="Policy 2024", effective=date(2024, 1, 1))
    newer = passage(new, name="policy-2026.pdf", title="Policy 2026", effective=date(2026, 1, 1))
    return {1: replace(newer, replaced=(older,))}


@pytest.mark.parametrize(
    ("text", "end", "ago"),
    [
        ("SOC 2 Type II report for the period 1 October 2023 to 30 September 2024.", "2024-09-30", "25 months"),
        ("The SOC 2 audit covers 2023-01-01 – 2023-12-31.", "2023-12-31", "34 months"),
        ("The certificate expires on 12 May 2026.", "2026-05-12", "6 months"),
        ("The insurance is valid until October 31, 2026.", "2026-10-31", "20 days"),
        ("Certificate expiry date: 2026-11-19", "2026-11-19", "1 day"),
        ("The ISO certificate is valid until May 2026.", "2026-05-31", "5 months"),
        ("The insurance certificate is valid from 1 May 2025 to 30 April 2026.", "2026-04-30", "6 months"),
        ("The policy period ended on 30 June 2025 (insurance).", "2025-06-30", "16 months"),
    ],
)
def test_a_proof_whose_end_is_past_is_told_with_its_end_and_how_long_ago(text: str, end: str, ago: str) -> None:
    [note] = lapsed(text, TODAY)
    assert end in note
    assert f"{ago} ago" in note


@pytest.mark.parametrize(
    "text",
    [
        "SOC 2 report for the period 21 August 2025 to 20 August 2026.",
        "The certificate is valid until 2027-03-31.",
        "The certificate is valid until 2026-11-20.",
        "The certificate is valid until November 2026.",
        "The old certificate was valid until 2024-03-31, the new one is valid until 2027-03-31.",
        "The campaign ran from 1 May 2020 to 2 May 2020.",
        "The audit report was published on 3 May 2020.",
        "The certificate expires on 31 February 2026.",
        "",
    ],
)
def test_what_still_holds_or_proves_nothing_is_not_told(text: str) -> None:
    assert lapsed(text, TODAY) == []


def test_without_a_day_nothing_is_held_against_it() -> None:
    text = "The certificate expired on 12 May 2020."
    assert dated_notes([scored(text)], {1: passage(text)}, None) == ()
    assert len(dated_notes([scored(text), scored(text)], {1: passage(text)}, TODAY)) == 1


def test_an_older_edition_with_another_value_is_told_with_both_dates() -> None:
    text = "Backups are kept for 35 days."
    [note] = dated_notes([scored(text)], with_older(text, "General. Backups are kept for 90 days."), TODAY)
    assert all(part in note for part in ("2026-01-01", "2024-01-01", "policy-2024.pdf p. 4", "90 days"))


def test_an_older_edition_that_said_the_opposite_is_told() -> None:
    text = "Visitors are not allowed into the server room."
    assert dated_notes([scored(text)], with_older(text, "Visitors are allowed into the server room."), None)


@pytest.mark.parametrize(
    "old",
    [
        "Backups are kept for 35 days.",
        "Passwords expire after 90 days.",
        "In 2023 backups were kept for 90 days, in 2022 for 80 days.",
        "",
    ],
)
def test_an_older_edition_with_the_same_value_or_of_something_else_is_not_told(old: str) -> None:
    text = "Backups are kept for 35 days." if "2023" not in old else "In 2025 backups were kept for 35 days."
    assert dated_notes([scored(text)], with_older(text, old), TODAY) == ()


def test_a_long_older_sentence_is_cut_at_a_word() -> None:
    text = "Backups of the database are kept for 35 days" + " by the operations team in the office" * 4
    [note] = dated_notes([scored(text)], with_older(text, text.replace("35", "90")), None)
    assert "…" in note
    assert "90 days" in note
    assert len(note) < 280


def test_what_ran_out_is_told_from_the_sentence_beside_the_one_that_was_chosen() -> None:
    said = "Acme is certified to ISO/IEC 27001:2022."
    held = passage(f"{said} The certificate is valid until 31 March 2024.", 1)
    chosen = Scored(Candidate(1, 0, said, (said,), "", "sentence"), Signals(**dict.fromkeys(SIGNALS, 0.5)), 1.0)
    [note] = dated_notes([chosen], {1: held}, date(2026, 11, 20))
    assert note.startswith("it ran out on 2024-03-31")
