"""Limits in questions against values in sentences: amounts, versions, counts and how often."""

from __future__ import annotations

import pytest

from rfp_responder.answer.bounds import asks_limit, compare, periods, within_bound


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Are policies reviewed at least annually?", "Policies are reviewed every six months."),
        ("Are policies reviewed at least annually?", "Policies are reviewed every 12 months."),
        ("Are scans run monthly?", "Scans run weekly."),
        ("Are scans run at least once a quarter?", "Scans run every 90 days."),
        ("Are backups daily?", "Backups are taken every hour."),
        ("Is monitoring daily?", "Monitoring is continuous."),
        ("Is a test done every two years?", "A test is done once a year."),
        ("Is TLS 1.2 or higher used?", "TLS 1.3 is used."),
        ("Is TLS 1.2 or higher used?", "The minimum TLS version is 1.2."),
        ("Is TLS 1.3 supported?", "TLS 1.2 and above is supported."),
        ("Is at least AES-128 used?", "AES-256 is used."),
        ("Are logs kept for at least one year?", "Logs are kept for 13 months."),
        ("Are logs kept for at least one year?", "Logs are kept for 365 days."),
        ("Are we told within 3 days?", "We are told within 24 hours."),
        ("Are we told within 30 days?", "We are told within 3 business days."),
        ("Are at least 500 users possible?", "Up to 2,000 users are possible."),
        ("Is the error rate below 1 %?", "The error rate is 0.5 percent."),
        ("Are medium ones fixed within 90 days?", "Critical flaws are fixed in 7 days, medium ones in 60 days."),
    ],
)
def test_a_value_that_keeps_the_limit_is_kept(question: str, sentence: str) -> None:
    assert compare(question, sentence) == "kept"
    assert within_bound(question, sentence) is True


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Are policies reviewed at least annually?", "Policies are reviewed every two years."),
        ("Are scans run monthly?", "Scans run once a quarter."),
        ("Are keys rotated at least every 90 days?", "Keys are rotated every 365 days."),
        ("Is TLS 1.2 or higher used?", "TLS 1.0 is used."),
        ("Is TLS 1.1 accepted?", "Only TLS 1.2 or higher is accepted."),
        ("Are logs kept for at least one year?", "Logs are kept for 90 days."),
        ("Are we told within 24 hours?", "We are told within 72 hours."),
        ("Is support given 24x7?", "Support is given in business hours."),
        ("Do passwords have at least 12 characters?", "Passwords have 8 characters or more."),
        ("Are medium flaws fixed within 30 days?", "Critical flaws are fixed in 7 days, medium ones in 60 days."),
    ],
)
def test_a_value_beyond_the_limit_breaks_it(question: str, sentence: str) -> None:
    assert compare(question, sentence) == "broken"
    assert within_bound(question, sentence) is False


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Are we told within 24 hours?", "We are told within one business day."),
        ("Is data kept for at least 30 days?", "Data is kept for up to 90 days."),
        ("Is TLS 1.1 supported?", "TLS 1.2 is supported."),
        ("Are backups kept for 30 days?", "Backups are kept for 35 days."),
        ("Are reports sent at most monthly?", "Reports are sent weekly."),
    ],
)
def test_what_may_or_may_not_keep_the_limit_is_unclear(question: str, sentence: str) -> None:
    assert compare(question, sentence) == "unclear"
    assert within_bound(question, sentence) is None


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Are backups encrypted?", "Backups are kept for 35 days."),
        ("Are policies reviewed annually?", "Policies are reviewed."),
        ("Are you ISO 27001 certified?", "We are certified to ISO 27001."),
        ("Is the API limit at least 100 calls?", "A case holds 500 attachments."),
    ],
)
def test_without_a_limit_in_common_nothing_is_compared(question: str, sentence: str) -> None:
    assert compare(question, sentence) is None


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("twice a year", [182.5]),
        ("every 90 days", [90.0]),
        ("once every two years", [730.0]),
        ("nightly", [1.0]),
        ("600 requests a minute and 5 euros per month", []),
        ("weekly scans and annual tests", [7.0, 365.0]),
    ],
)
def test_how_often_is_read_in_days(text: str, days: list[float]) -> None:
    assert [round(one.days, 1) for one in periods(text)] == days


def test_a_question_with_a_limit_is_told_from_one_without() -> None:
    assert asks_limit("Are policies reviewed annually?")
    assert asks_limit("Are logs kept for at least a year and 30 days or more?")
    assert not asks_limit("Are you ISO 27001 certified?")
