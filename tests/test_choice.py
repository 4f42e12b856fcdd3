"""From a stance to one of the allowed values; blank where none fits cleanly."""

from __future__ import annotations

import pytest

from rfp_responder.answer.choice import choose, stance_of
from rfp_responder.domain import Stance


@pytest.mark.parametrize(
    ("value", "stance"),
    [
        ("Yes", "yes"),
        ("YES.", "yes"),
        (" y ", "yes"),
        ("Fully compliant", "yes"),
        ("Yes - with exceptions", "yes"),
        ("Comply (see comment)", "yes"),
        ("No", "no"),
        ("No, but planned", "no"),
        ("Non-compliant", "no"),
        ("Not compliant", "no"),
        ("Partially Compliant", "partial"),
        ("Yes, partially", "partial"),
        ("N/A", "not_applicable"),
        ("Not Applicable", "not_applicable"),
        ("\uff2e/\uff21", "not_applicable"),
        ("AWS", None),
        ("EU (Frankfurt)", None),
        ("", None),
        ("Nordic", None),
        ("Yesterday", None),
        ("no-code", None),
        ("Full-time", None),
        ("X-ray", None),
        ("Unknown", None),
    ],
)
def test_a_value_is_read_as_the_stance_it_stands_for(value: str, stance: Stance | None) -> None:
    assert stance_of(value) == stance


@pytest.mark.parametrize(
    ("stance", "choices", "chosen"),
    [
        ("yes", ("Yes", "No", "N/A"), "Yes"),
        ("no", ("Yes", "No", "N/A"), "No"),
        ("partial", ("Comply", "Partially comply", "Exception"), "Partially comply"),
        ("not_applicable", ("Yes", "No", "Not applicable"), "Not applicable"),
        ("yes", ("Yes - with exceptions", "Yes", "No"), "Yes"),
        ("yes", ("NO", "YES"), "YES"),
    ],
)
def test_a_stance_takes_its_value_whatever_its_place_and_case(
    stance: Stance, choices: tuple[str, ...], chosen: str
) -> None:
    assert choose(stance, choices, []) == chosen


@pytest.mark.parametrize(
    ("stance", "choices"),
    [("partial", ("Yes", "No")), (None, ("Yes", "No")), ("not_applicable", ("Yes", "No")), ("yes", ("No", "N/A"))],
)
def test_no_value_is_taken_for_the_nearest(stance: Stance | None, choices: tuple[str, ...]) -> None:
    assert choose(stance, choices, ["Yes and no are words here."]) is None


def test_without_choices_there_is_no_choice() -> None:
    assert choose("yes", (), ["Yes."]) is None


CLOUDS = ("AWS", "Azure", "Google Cloud")


@pytest.mark.parametrize(
    ("claims", "choices", "chosen"),
    [
        (["All data is hosted on AWS."], CLOUDS, "AWS"),
        (["It runs on google cloud in Zurich."], CLOUDS, "Google Cloud"),
        (["It runs on AWS and Azure."], CLOUDS, None),
        (["It runs in our own cellar."], CLOUDS, None),
        (["Azure is not supported."], CLOUDS, None),
        (["Azure isn't supported."], CLOUDS, None),
        (["It runs on AWS, never on Azure."], CLOUDS, "AWS"),
        (["Data is stored in Germany and never leaves the EU."], ("Germany", "France"), "Germany"),
        (["It is stored in EU-West."], ("EU", "EU-West"), "EU-West"),
        (["We use Javascript."], ("Java", "Go"), None),
        ([], CLOUDS, None),
    ],
)
def test_a_named_value_is_taken_only_where_exactly_one_is_said_to_be_so(
    claims: list[str], choices: tuple[str, ...], chosen: str | None
) -> None:
    assert choose(None, choices, claims) == chosen
