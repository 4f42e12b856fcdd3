"""What several sentences say to one question: which is heard, which decides, and what the verdict rests on."""

from __future__ import annotations

import time

import pytest

from rfp_responder.answer.basis import Basis, basis
from rfp_responder.answer.verdict import Told, Verdict, decide


def told(text: str, score: float = 0.7, context: str = "", document: str = "Security Guide") -> Told:
    return Told(text, context, document, score, 0.4)


def verdict(question: str, *texts: str) -> Verdict:
    return decide(question, [told(text, 0.8 - 0.02 * rank) for rank, text in enumerate(texts)])


@pytest.mark.parametrize(
    ("question", "texts", "stance", "decisive"),
    [
        (
            "Is customer data encrypted at rest?",
            ["Support is given by e-mail.", "Customer data is encrypted at rest with AES-256."],
            "yes",
            1,
        ),
        (
            "Is screening of employees repeated?",
            ["Employees are screened before they start.", "Screening of employees is not repeated."],
            "no",
            1,
        ),
        (
            "Are backups encrypted?",
            ["Backups are kept in two regions.", "Backups are encrypted.", "Backups are taken every night."],
            "yes",
            1,
        ),
        ("Do you offer support in German?", ["Support is not offered in German."], "no", 0),
        ("Is there an on-premises edition?", ["There is no on-premises edition of the product."], "no", 0),
        ("Can contracts be sent by fax?", ["Faxing of contracts is not permitted."], "no", 0),
        (
            "Is filming allowed in secure areas?",
            ["The following activities are prohibited in secure areas: Smoking; Filming or photography."],
            "no",
            0,
        ),
        ("Is the schedule enforced by an automatic job?", ["No automated job enforces the schedule."], "no", 0),
        ("Has an external firm tested it?", ["Tested by an external firm?: No external firm has tested it."], "no", 0),
    ],
)
def test_the_sentence_that_speaks_of_what_is_asked_decides(
    question: str, texts: list[str], stance: str, decisive: int
) -> None:
    found = verdict(question, *texts)
    assert (found.stance, found.told) == (stance, decisive)


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("Is customer data encrypted at rest?", []),
        ("Does the portal include a chatbot?", ["The portal includes forms with tracking codes."]),
        ("Are documents watermarked?", ["Documents are shown in the browser without a download."]),
        ("Can letters be translated automatically?", ["Letters are scanned and read automatically."]),
        ("Do you support Kerberos?", ["SAML and OpenID Connect are supported.", "LDAP is not supported."]),
        ("Do you sell personal data?", ["We do not require personal data.", "Personal data is stored in Ireland."]),
        ("Is a data inventory maintained?", ["We do not sell personal data.", "Data is exported as CSV."]),
        ("Are you ISO 27017 certified?", ["Larkfield is certified to ISO 27001."]),
        ("Is TLS 1.1 supported?", ["TLS 1.2 is supported."]),
        ("Are policies reviewed annually?", ["Policies are reviewed by the security team."]),
        ("Are API keys rotated?", ["Customers should rotate API keys.", "We recommend that you rotate API keys."]),
        ("Is cardholder data masked?", ["[FILL IN: is cardholder data masked?]", "Is cardholder data masked?"]),
        ("How often are backups tested?", ["Backups are tested every quarter."]),
        ("Do administrators get shell access?", ["Examples include shell access of administrators by sudo."]),
        ("Must building keys be returned?", ["No “keys to the kingdom”, no single points of failure."]),
        ("Is accounting software validated?", ["Accounts payable are checked by an officer."]),
        ("Supplier shall not use private devices.", ["Devices are returned when a contract of a supplier ends."]),
    ],
)
def test_a_sentence_on_the_same_topic_that_tells_another_fact_is_silence(question: str, texts: list[str]) -> None:
    found = verdict(question, *texts)
    assert found.stance is None
    assert found.told is None
    assert found.notes


@pytest.mark.parametrize(
    ("question", "texts", "stance"),
    [
        (
            "Is there a mobile app for iOS and Android?",
            ["The mobile app for iOS is available.", "A mobile app for Android is available."],
            "yes",
        ),
        (
            "Is there a mobile app for iOS and Android?",
            ["A mobile app for iOS is available.", "There is no mobile app for Android."],
            "partial",
        ),
        ("Is there a mobile app for iOS and Android?", ["A mobile app for iOS is available."], None),
        ("Is data encrypted at rest and in transit?", ["Data is encrypted at rest and in transit."], "yes"),
        (
            "Is data encrypted at rest and in transit?",
            ["Data is encrypted in transit.", "Data is not encrypted at rest."],
            "partial",
        ),
        ("Is data encrypted at rest and in transit?", ["Data is encrypted in transit."], None),
        ("Is data encrypted at rest or in transit?", ["Data is encrypted in transit."], "yes"),
        ("Is data encrypted at rest or in transit?", ["Data is not encrypted at rest."], None),
    ],
)
def test_a_question_with_two_sides_wants_both_told(question: str, texts: list[str], stance: str | None) -> None:
    assert verdict(question, *texts).stance == stance


def test_a_silent_side_is_named() -> None:
    found = verdict("Is there a mobile app for iOS and Android?", "A mobile app for iOS is available.")
    assert found.notes == ("the passages do not tell of Android",)


def test_yes_for_a_part_and_no_for_another_is_partial_where_all_are_asked() -> None:
    found = verdict(
        "Is multi-factor authentication enforced for all accounts?",
        "Multi-factor authentication is enforced for administrator accounts.",
        "Multi-factor authentication is not enforced for guest accounts.",
    )
    assert found.stance == "partial"


def test_a_contradiction_goes_to_what_rests_on_more_and_is_noted() -> None:
    policy = told("Backups must be encrypted.", 0.8, document="Backup Policy")
    audit = told("The auditors found that backups are not encrypted.", 0.8, document="SOC 2 Type II Report")
    found = decide("Are backups encrypted?", [policy, audit])
    assert (found.stance, found.told, found.basis) == ("no", 1, "audit result")
    assert any("otherwise" in note for note in found.notes)


@pytest.mark.parametrize(
    ("text", "document", "note"),
    [
        ("Backups shall be encrypted.", "Backup Policy", "policy"),
        ("The auditors tested that backups are encrypted; no exceptions were noted.", "SOC 2 Report", "audit"),
    ],
)
def test_the_notes_say_what_an_answer_rests_on(text: str, document: str, note: str) -> None:
    found = decide("Are backups encrypted?", [told(text, 0.8, document=document)])
    assert found.stance == "yes"
    assert any(note in one for one in found.notes)


def test_a_plan_is_a_no_that_says_so() -> None:
    found = verdict("Do you support SCIM provisioning?", "SCIM provisioning is planned for next year.")
    assert (found.stance, found.basis) == ("no", "plan")
    assert "planned, not in place" in found.notes


def test_a_lapsed_certificate_is_a_no_that_says_so() -> None:
    found = verdict("Are you ISO 27001 certified?", "Our ISO 27001 certificate expired in March.")
    assert found.stance == "no"
    assert "lapsed" in found.notes


def test_a_supplier_s_certificate_is_not_the_vendor_s() -> None:
    assert verdict("Are you SOC 2 certified?", "Our hosting provider AWS is SOC 2 certified.").stance is None


def test_several_sentences_about_a_process_tell_that_there_is_one() -> None:
    question = "Does the company have a formal risk assessment process?"
    about = ("A risk assessment is signed by the owner.", "The results of a risk assessment go to the board.")
    assert verdict(question, *about).stance == "yes"


def test_a_limit_on_what_a_thing_covers_does_not_touch_that_there_is_one() -> None:
    texts = ("The retention policy applies only to customer records.", "A retention policy for records is maintained.")
    found = verdict("Do you have a retention policy for records?", *texts)
    assert (found.stance, found.told) == ("yes", 1)


@pytest.mark.parametrize(
    ("text", "document", "expected"),
    [
        ("The auditor tested 25 changes; no exceptions were noted.", "SOC 2 Type II Report", "audit result"),
        ("The certificate ISO 27001 covers all sites.", "ISO Certificate", "audit result"),
        ("An independent firm found two low findings.", "Penetration Test Letter", "audit result"),
        ("We encrypt backups.", "Security Guide", "practice"),
        ("Backups are encrypted.", "Security Guide", "practice"),
        ("We encrypt backups.", "Backup Policy", "practice"),
        ("Backups must be encrypted.", "Security Guide", "policy"),
        ("Backups shall be encrypted.", "Backup Policy", "policy"),
        ("Backups are encrypted.", "Backup Policy", "policy"),
        ("Personal data is not sold.", "Privacy Policy", "practice"),
        ("SSO is planned for the next release.", "Release Notes", "plan"),
        ("SOC 2 Type I is in progress.", "SOC 2 Readiness Self-Assessment", "plan"),
        ("We recommend that you switch on SSO.", "Guide", "advice"),
        ("Customers should rotate their keys.", "Guide", "advice"),
        ("You must configure a second factor.", "Guide", "advice"),
        ("You must lock your screen.", "Acceptable Use Policy", "policy"),
        ("Rotation of keys is the customer's responsibility.", "Guide", "advice"),
    ],
)
def test_a_statement_rests_on_audit_practice_policy_plan_or_advice(text: str, document: str, expected: Basis) -> None:
    assert basis(text, "", document) == expected


def test_the_wrong_way_round_answers_differ() -> None:
    text = "Customer data is never used to train models."
    assert verdict("Is customer data used to train models?", text).stance == "no"
    assert verdict("Is it true that customer data is never used to train models?", text).stance == "yes"


@pytest.mark.parametrize(
    "unit", ["not ", "a-", "(", "only in the ", "without x ", "that is not ", "A and B ", "1 ", ", no "]
)
def test_hostile_text_is_read_in_time(unit: str) -> None:
    text = (unit * 4000)[:4000]
    started = time.process_time()  # a machine that does other things beside this is no fault of the code
    decide(f"Is {text} encrypted?", [told(text[:900]) for _ in range(6)])
    assert time.process_time() - started < 2.0
