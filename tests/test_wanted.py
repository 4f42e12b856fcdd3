"""What kind of thing a question wants, and whether a text holds one that the question does not say itself."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfp_responder.kinds import Wanted, wanted
from rfp_responder.proper import named, persons
from rfp_responder.wanted import holds


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Which insurer covers your cyber liability?", "organisation"),
        ("What revenue did you have in 2024?", "money"),
        ("What does the add-on cost?", "money"),
        ("Which software version is supported?", "version"),
        ("In which cloud region is our data kept?", "place"),
        ("Where are backups kept?", "place"),
        ("How often are keys rotated?", "frequency"),
        ("At what rhythm are risks reviewed?", "frequency"),
        ("How long are logs kept?", "duration"),
        ("Within how many days is a request answered?", "duration"),
        ("After how much inactivity does the screen lock?", "duration"),
        ("How many named users can a tenant have?", "count"),
        ("Please give your current headcount.", "count"),
        ("What monthly availability do you guarantee?", "percentage"),
        ("When was the last penetration test completed?", "date"),
        ("When do we usually hear from you?", "time"),
        ("Please name your privacy officer.", "person"),
        ("Whose consent is needed for how long records are kept?", "role"),
        ("If a fix is late, who may sign a waiver?", "role"),
        ("To which mailbox should reports be sent?", "contact"),
        ("What is the street address of your office?", "address"),
        ("What is the largest file that can be attached?", "size"),
        ("At which impact level is it authorised?", "code"),
        ("State the threshold.", "number"),
        ("List the steps that are taken.", "list"),
        ("What is a named contact?", "definition"),
    ],
)
def test_the_kind_wanted_is_read_from_the_words_of_the_question(question: str, kind: str) -> None:
    assert wanted(question).kind == kind


@pytest.mark.parametrize(
    "question",
    [
        "Do you encrypt data at rest?",
        "Is photography allowed in the office?",
        "Can documents be sent by fax?",
        "Is an allowance paid for using a private phone?",
        "Would the log reveal an intruder who can rewrite the database?",
        "Does the plan tell by which means an outcome is reached?",
        "Must data be encrypted when stored?",
        "If data is lost, do you tell us?",
        "The supplier must lock accounts. Is that done?",
        "The system shall enforce multi-factor authentication for every user.",
        "Compensation shall be paid to the customer in money.",
        "What is your supplier onboarding process?",
        "",
        "?",
    ],
)
def test_what_yes_or_no_answers_and_what_states_a_requirement_wants_no_special_thing(question: str) -> None:
    assert wanted(question).kind == "other"


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Are logs kept, and for how long?", "duration"),
        ("Do you hold an authorization, and at which level?", "code"),
        ("Is there a fallback, and who decides on it?", "role"),
        ("The supplier inspects its data centers. How frequently is that done?", "frequency"),
        ("You told us how long servers last. State the new value.", "money"),
    ],
)
def test_the_last_thing_said_is_what_is_asked_even_behind_a_yes_or_no(question: str, kind: str) -> None:
    assert wanted(question).kind == kind


def test_what_stands_in_brackets_only_tells_of_what() -> None:
    assert wanted("how often? (How many days are logs kept)").kind == "frequency"
    assert wanted("Who decides (how long is it kept)?").kind == "role"


def test_a_count_tells_what_is_counted() -> None:
    assert wanted("How many named users can a tenant have?").of == {"name", "user"}


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many users can a tenant have?", "A tenant can have 6,000 named users."),
        ("How long are logs kept?", "Logs are kept for 35 days."),
        ("How long are logs kept?", "Logs are held for a twelve-month period."),
        ("How often are keys rotated?", "Keys are rotated every 90 days."),
        ("Which firm tests you?", "Tests are carried out by Northgate Labs every year."),
        ("Which insurer covers your cyber liability?", "Google covers it."),
        ("Which tool scans the code?", "GitHub scans it."),
        ("Who approves changes?", "The Head of Engineering approves each of them."),
        ("Who is your CEO?", "Our chief executive is Maria van der Berg."),
        ("Which certificate date is it?", "It was issued on 3 May 2024."),
        ("When do you tell us?", "You hear from us within 24 hours."),
        ("Where is data kept?", "Data is kept in Frankfurt."),
        ("In which region does it run?", "It runs in eu-west-1."),
        ("What does it cost?", "It costs $4 a month."),
        ("What uptime do you guarantee?", "We guarantee 99.9%."),
        ("To which mailbox should we write?", "Write to security@example.com."),
        ("Which version is it?", "TLS 1.2 is used."),
        ("What is the largest file size?", "A file may have 2 GB."),
        ("What is a named contact?", "A named contact is a person who may call."),
    ],
)
def test_a_text_with_a_thing_of_the_kind_holds_it(question: str, text: str) -> None:
    assert holds(wanted(question), text, question) == 1.0


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How long after 30 days is it kept?", "After 30 days it is kept."),
        ("Which firm tests Acme?", "Tests at Acme are carried out every year."),
        ("On what date after 3 May 2024 was it?", "It was after 3 May 2024."),
        ("How many of the 12 sites have guards?", "The 12 sites have guards."),
        ("What does the $5 plan cost?", "It is the $5 plan."),
        ("How many users are there?", "3. Users are listed in Section 4.2."),
        ("How many users are there?", "Users follow ISO 27001 since 2023."),
        ("Which firm tests you?", "The Security Officer arranges a Penetration Test."),
        ("Which firm tests you?", "Tests take place on Mondays in September."),
        ("Which firm tests you?", "Penetration Testing Policy"),
        ("Which firm tests you?", "Backups are taken. Restores are tested."),
        ("Which firm tests you?", "Tests are carried out by {{.FirmName}}."),
        ("Where is the site?", "The site is at [list the address of the site in Berlin]."),
        ("Who is your CEO?", "The Chief Executive Officer is named by the Board Members."),
        ("How many users are there?", "Users are numerous."),
        ("How long is it?", "It is long."),
        ("Which version is it?", "The newest version is used."),
    ],
)
def test_what_the_question_says_itself_a_list_number_or_a_placeholder_holds_nothing(question: str, text: str) -> None:
    assert holds(wanted(question), text, question) == 0.0


def test_a_rough_hit_counts_less_and_a_question_for_nothing_special_half() -> None:
    users, often = "How many users are there?", "How often is it done?"
    assert 0 < holds(wanted(users), "There are 7 offices.", users) < 1
    assert holds(wanted(users), "Passwords expire after 60 days.", users) == 0
    assert 0 < holds(wanted(often), "It takes 3 days.", often) < 1
    assert holds(Wanted("other"), "", "Do you?") == 0.5


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The service runs on Amazon Web Services.", ["Amazon Web Services"]),
        ("Audits by Deloitte and by KPMG.", ["Deloitte", "KPMG"]),
        ("Identity is by Okta's service.", ["Okta's"]),
        ("The Chief Information Security Officer, the Data Owner and HR.", []),
        ("Encryption is on. Access is off.", []),
    ],
)
def test_proper_names_are_told_from_the_capitals_of_roles_and_sentences(text: str, found: list[str]) -> None:
    assert [name for _, name in named(text, "Who?")] == found


def test_a_persons_name_has_two_words_that_are_no_ordinary_ones() -> None:
    assert persons("It was Jane Doe of the Security Team.", "") == ["Jane Doe"]
    assert persons("It was Jane Doe.", "Is Jane Doe there?") == []


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_breaks_it(question: str, text: str) -> None:
    assert 0 <= holds(wanted(question), text, question) <= 1


@pytest.mark.parametrize(
    "unit", ["a", "1,", "1-", "which ", "what do ", "Aa ", "[list ", ", and ", "\t1", "when is ", "how much of ", "(a"]
)
def test_a_long_text_is_read_in_no_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    started = time.perf_counter()
    for question in (text, "Which firm is it?", "How many users?", "When is it?", "Who is it?", "What does it cost?"):
        holds(wanted(question), text, question)
    assert time.perf_counter() - started < 2
