"""A sentence shortened for a limit keeps its main statement and everything that limits it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfp_responder.answer.clip import clipped


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
