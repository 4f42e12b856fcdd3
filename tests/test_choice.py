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
        ("Yes - with exceptions", "partial"),
        ("Comply (see comment)", "yes"),
        ("No", "no"),
        ("No, but planned", "no"),
        ("Non-compliant", "no"),
        ("Not compliant", "no"),
        ("Partially Compliant", "partial"),
        ("Yes, partially", "partial"),
        ("Y - Fully", "yes"),
        ("Fully Supported", "yes"),
        ("Supported with customization", "partial"),
        ("Not Yet Implemented", "no"),
        ("S - Standard", "yes"),
        ("M - Modification", "partial"),
        ("N - Not available", "no"),
        ("Ja", "yes"),
        ("Nein", "no"),
        ("Teilweise erfüllt", "partial"),
        ("Entfällt", "not_applicable"),
        ("Oui", "yes"),
        ("Non", "no"),
        ("Sans objet", "not_applicable"),
        ("Sí", "yes"),
        ("No aplica", "not_applicable"),
        ("Não", "no"),
        ("1 - Yes", "yes"),
        ("Yes / Compliant", "yes"),
        ("Yes/No", None),
        ("Planned", None),
        ("N - New", None),
        ("4 - Optimised", None),
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


@pytest.mark.parametrize(
    ("stance", "choices", "claims", "chosen"),
    [
        ("no", ("Implemented", "Planned", "Not implemented"), ["SSO is planned for the autumn."], "Planned"),
        ("no", ("Implemented", "Planned", "Not implemented"), ["SSO is not offered."], "Not implemented"),
        ("no", ("Implemented", "Planned"), ["SSO is not offered."], None),
        ("no", ("Yes", "No"), ["SSO is planned for the autumn."], "No"),
        ("no", ("1 - Yes", "2 - No", "3 - N/A"), [], "2 - No"),
        ("yes", ("S - Standard", "M - Modification", "C - Custom", "N - Not available"), [], "S - Standard"),
        ("partial", ("S - Standard", "M - Modification", "C - Custom", "N - Not available"), [], None),
        ("partial", ("Yes", "Yes - with exceptions", "No"), [], "Yes - with exceptions"),
    ],
)
def test_plans_numbers_and_legends_are_read(
    stance: Stance, choices: tuple[str, ...], claims: list[str], chosen: str | None
) -> None:
    assert choose(stance, choices, claims) == chosen


@pytest.mark.parametrize(
    "choices",
    [
        ("S", "M", "C", "N"),
        ("0 - Not implemented", "1 - Initial", "2 - Defined", "3 - Managed", "4 - Optimised"),
        ("0", "1", "2", "3", "4"),
        ("Level 1", "Level 2", "Level 3"),
    ],
)
@pytest.mark.parametrize("stance", ["yes", "no", "partial"])
def test_a_scale_and_codes_without_a_legend_are_not_guessed(stance: Stance, choices: tuple[str, ...]) -> None:
    assert choose(stance, choices, ["It is defined and managed."]) is None


OFTEN = ("Annually", "Quarterly", "Monthly")
HOURS = ("0-24 hours", "24-72 hours", "More than 72 hours")
YEARS = ("Less than 1 year", "1-3 years", "More than 3 years")


@pytest.mark.parametrize(
    ("claims", "choices", "chosen"),
    [
        (["Scans run every three months."], OFTEN, "Quarterly"),
        (["Scans run every 30 days."], OFTEN, "Monthly"),
        (["Scans run weekly."], OFTEN, None),
        (["Scans run monthly, and tests annually."], OFTEN, None),
        (["Scans do not run monthly."], OFTEN, None),
        (["Backups are taken every day."], ("Daily backups", "Weekly backups"), "Daily backups"),
        (["Customers are told within 48 hours."], HOURS, "24-72 hours"),
        (["Customers are told within 24 hours."], HOURS, "0-24 hours"),
        (["Customers are told within 5 days."], HOURS, "More than 72 hours"),
        (["Customers are told within 24 hours, regulators within 72 hours."], HOURS, None),
        (["Logs are kept for 90 days."], YEARS, "Less than 1 year"),
        (["Logs are kept for 18 months."], YEARS, "1-3 years"),
        (["The company has 120 employees."], ("1-50", "51-200", "More than 200"), "51-200"),
        (["We notify within 48 hours."], ("Within 24 hours", "Within 72 hours", "Within 7 days"), "Within 72 hours"),
        (["Logs are encrypted."], YEARS, None),
    ],
)
def test_a_frequency_or_a_range_is_taken_where_one_value_falls_in_one(
    claims: list[str], choices: tuple[str, ...], chosen: str | None
) -> None:
    assert choose(None, choices, claims) == chosen


@pytest.mark.parametrize(
    ("choices", "chosen"),
    [
        (("O", "X"), ("O", None, "X")),
        (("○", "△", "×"), ("○", "△", "×")),
        (("Y", "N", "P", "N/A"), ("Y", "P", "N")),
        (("C", "P", "N", "E"), ("C", "P", "N")),
        (("F", "P", "N"), ("F", "P", "N")),
        (("FC", "PC", "NC"), ("FC", "PC", "NC")),
        (("はい", "いいえ"), ("はい", None, "いいえ")),
        (("Evet", "Kısmen", "Hayır"), ("Evet", "Kısmen", "Hayır")),
        (("Да", "Частично", "Нет"), ("Да", "Частично", "Нет")),
        (("Pass", "Fail"), ("Pass", None, "Fail")),
        (("Comply", "Comply with comments", "Does not comply"), ("Comply", "Comply with comments", "Does not comply")),
        (
            ("Supports", "Partially Supports", "Does Not Support"),
            ("Supports", "Partially Supports", "Does Not Support"),
        ),
        (("S", "M", "C", "W"), (None, None, None)),
    ],
)
def test_sets_of_codes_and_words_of_other_languages_are_read_as_a_whole(
    choices: tuple[str, ...], chosen: tuple[str | None, ...]
) -> None:
    stances: tuple[Stance, ...] = ("yes", "partial", "no")
    assert tuple(choose(stance, choices, ["We do so."]) for stance in stances) == chosen


def test_not_applicable_is_chosen_for_its_stance_alone() -> None:
    choices = ("Yes - attach evidence", "No - explain", "N/A - explain")
    assert choose("not_applicable", choices, ["It does not apply."]) == "N/A - explain"
    assert choose(None, choices, ["We do so."]) is None
