"""A sentence shortened for a limit keeps its main statement and everything that limits it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfp_responder.answer.clip import clipped
from rfp_responder.answer.evidence import evidence_of, verbatim


@pytest.mark.parametrize(
    ("text", "words", "short"),
    [
        (
            "Data at rest is encrypted with AES-256, which is rotated yearly.",
            7,
            "Data at rest is encrypted with AES-256.",
        ),
        ("We encrypt data at rest; keys are rotated yearly.", 6, "We encrypt data at rest."),
        ("Logs are kept in one place (a separate account) for a year.", 9, "Logs are kept in one place for a year."),
        ("Backups are kept for 35 days, but not for trial tenants.", 7, ""),
        ("Access is reviewed every 90 days, unless the plan is Basic.", 7, ""),
        ("Alerts go to the engineer on call.", 3, ""),
    ],
)
def test_only_what_limits_nothing_is_left_off(text: str, words: int, short: str) -> None:
    assert clipped(text, lambda kept: len(kept.split()) <= words) == short


@given(st.text(max_size=200), st.integers(0, 60))
def test_what_is_kept_fits_and_is_shorter(text: str, most: int) -> None:
    kept = clipped(text, lambda words: len(words) <= most)
    assert len(kept) <= most


@pytest.mark.parametrize(
    ("claim", "source", "supported"),
    [
        ("Backups are kept for 35 days.", "Backups are kept for 35 days, in storage that cannot be altered.", True),
        ("Backups are kept for 35 days.", "Backups are kept for 35 days, and are encrypted with a key.", True),
        ("Data is deleted within 30 days.", "Data is deleted within 30 days, unless the law requires it.", False),
        ("Data is deleted within 30 days.", "Data is deleted within 30 days, but backups are not deleted.", False),
        ("Data is deleted within 30 days.", "Data is deleted within 30 days, which is not guaranteed.", False),
        ("Data is deleted within 30 days.", "Data is deleted within 30 days, backups cannot be deleted.", False),
        ("Access is logged.", "Access is logged, when the option is on.", False),
    ],
)
def test_the_beginning_of_a_sentence_is_supported_where_the_rest_limits_nothing(
    claim: str, source: str, supported: bool
) -> None:
    assert verbatim(claim, evidence_of((source,))) is supported
