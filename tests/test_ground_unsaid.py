"""The gate for what a model writes: a yes needs claims on what is asked, and no source says more than it does."""

from __future__ import annotations

import pytest

from rfp_responder.answer.asserted import Source, as_stated, by_policy
from rfp_responder.answer.extras import added_contact, without_extras
from rfp_responder.answer.ground import ground
from rfp_responder.answer.losses import lost
from rfp_responder.answer.planned import is_planned
from rfp_responder.answer.upheld import UNTOLD, against, speaks
from rfp_responder.domain import Answer, Draft, Proposal, Question, Quote, Stance
from tests.makers import passage, proposal, question

KEPT = "Backups are kept for 35 days."
ENCRYPTED = "Customer backups are encrypted with AES-256."


def written(
    *proposals: Proposal,
    asked: Question | None = None,
    text: str = "",
    heading: str = "Security",
    stance: Stance | None = None,
    parts: tuple[str, ...] = (),
    prompt: str | None = "answer@2",
) -> Answer:
    """The answer from a model's draft over one passage."""
    drafted = Draft(proposals, stance, (), "m", 0.8, prompt, parts=parts)
    whole = text or " ".join(quote.text for one in proposals for quote in one.quotes)
    return ground(asked or question("Is it so?"), drafted, [passage(whole, heading=heading)])


# -- a yes or no, and claims that do not speak of it --------------------------------------------------------


@pytest.mark.parametrize("stance", ["yes", "no", "partial", "not_applicable"])
@pytest.mark.parametrize(
    "asked", ["Are you certified to ISO 27001?", "Have you had a data breach in the last five years?"]
)
def test_a_true_sentence_on_something_else_carries_no_stance_and_is_no_whole_answer(asked: str, stance: Stance) -> None:
    values = question(asked, "Yes", "No", "Partial", "N/A")
    answer = written(proposal(KEPT), asked=values, heading="Backups", stance=stance)
    assert (answer.stance, answer.choice, answer.status) == (None, None, "partial")
    assert f"withdrew the stance {stance}: {UNTOLD}" in answer.notes
    assert f"{UNTOLD}: please check" in answer.notes


def test_an_offline_draft_is_not_held_against_the_words_of_the_question() -> None:
    answer = written(proposal(KEPT), asked=question("Are you certified to ISO 27001?"), stance="yes", prompt=None)
    assert (answer.stance, answer.status) == ("yes", "answered")


def test_the_heading_and_any_part_of_the_question_tell_what_a_claim_speaks_of() -> None:
    assert not speaks("How are backups protected?", "All of them are encrypted.")
    assert speaks("How are backups protected?", "All of them are encrypted.", "Backups")
    assert speaks("How often is access reviewed, and is a log kept?", "Access is reviewed every quarter.")
    assert speaks("Is it so?", KEPT)


@pytest.mark.parametrize(
    ("asked", "claim"),
    [
        ("Is support available 24/7?", "Support is available on business days from 9 to 17."),
        ("Do you have a SOC 2 Type II report?", "We have a SOC 2 Type I report."),
        ("Is customer data stored only in the EU?", "Customer data is stored in the EU and in the US."),
        ("Do you encrypt all backups?", "Some backups are encrypted."),
        ("Is MFA enforced for all users?", "MFA is available for all users."),
        ("Are backups encrypted?", "Backups can be encrypted on request."),
        ("Are laptops encrypted?", "We plan to encrypt laptops in 2027."),
        ("Are laptops encrypted?", "Laptops will be encrypted in 2027."),
        ("Are you certified to ISO 27001?", "Our hosting provider AWS is certified to ISO 27001."),
    ],
)
def test_a_yes_without_what_the_question_insists_on_is_withdrawn(asked: str, claim: str) -> None:
    answer = written(proposal(claim), asked=question(asked, "Yes", "No"), stance="yes")
    assert (answer.text, answer.stance, answer.choice) == (claim, None, None)
    assert any(note.startswith("withdrew the stance yes: ") for note in answer.notes)


@pytest.mark.parametrize(
    ("asked", "claim"),
    [
        ("Is support available 24/7?", "Support is available 24 hours a day, 7 days a week."),
        ("Do you have a SOC 2 Type II report?", "Our SOC 2 Type 2 report covers 2025."),
        ("Is customer data stored only in the EU?", "Customer data is stored exclusively in the EU."),
        ("Is customer data stored only in the EU?", "Customer data never leaves the EU."),
        ("Do you encrypt all backups?", "Backups are encrypted with AES-256."),
        ("Is MFA enforced for all users?", "All users must sign in with MFA."),
        ("Do you plan to encrypt laptops?", "We plan to encrypt laptops in 2027."),
        ("Are you certified to ISO 27001?", "We are certified to ISO 27001."),
        ("Is your hosting provider certified to ISO 27001?", "Our hosting provider is certified to ISO 27001."),
    ],
)
def test_a_yes_that_says_what_is_asked_in_words_of_its_own_stands(asked: str, claim: str) -> None:
    assert against(asked, "yes", [claim]) == ""


def test_a_claim_on_something_else_does_not_outweigh_one_that_denies() -> None:
    told = ["Staff are trained once a year.", "Backups are not encrypted."]
    assert against("Are backups encrypted?", "yes", told) == "what is left reads as no"


def test_what_does_not_apply_is_not_what_is_done() -> None:
    assert (
        against("Are backups encrypted?", "not_applicable", ["Backups are encrypted."]) == "what is left reads as yes"
    )


# -- plans, duties, other people's tasks --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("We plan to encrypt customer backups with AES-256 in 2027.", "We encrypt customer backups with AES-256."),
        ("We are planning to encrypt all backups.", "We encrypt all backups."),
        ("We hope to offer archives to customers.", "We offer archives to customers."),
        ("We are considering encrypting backups.", "We encrypt backups."),
        ("Backups will be encrypted with AES-256 from 2027 on.", "Backups are encrypted with AES-256."),
        ("We will encrypt backups next year.", "We encrypt backups."),
        ("Laptops need to be encrypted.", "Laptops are encrypted."),
        ("Access rights ought to be reviewed quarterly.", "Access rights are reviewed quarterly."),
        ("Employees are expected to encrypt laptops.", "Employees encrypt laptops."),
        ("The standard calls for encryption of laptops.", "Laptops are encrypted."),
        ("The contract obliges us to encrypt laptops.", "We encrypt laptops."),
        ("We commit to encrypting laptops.", "We encrypt laptops."),
        ("It is our policy that laptops are encrypted.", "Laptops are encrypted."),
        ("We try to answer within 4 hours.", "We answer within 4 hours."),
        ("We used to encrypt backups.", "We encrypt backups."),
        ("Customers are responsible for encrypting backups.", "We encrypt backups."),
        ("We recommend that customers encrypt their backups.", "Backups are encrypted."),
    ],
)
def test_what_is_planned_or_demanded_is_never_told_as_done(source: str, claim: str) -> None:
    assert written(proposal(claim, source)).text != claim
    assert written(proposal(source)).text.endswith(source[1:])


@pytest.mark.parametrize(
    "text",
    [
        "Customers who plan to leave may export their data.",
        "Our aim is quality.",
        "Data is encrypted since 2021.",
        "Planned maintenance is announced five days before.",
        "Keys are used to sign requests.",
    ],
)
def test_what_only_sounds_like_a_plan_is_none(text: str) -> None:
    assert not is_planned(text)


# -- where a quote stands -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "quote", "claim"),
    [
        (
            "Do you support single sign-on with SAML?\n\nNo.",
            "Do you support single sign-on with SAML?",
            "We support single sign-on with SAML.",
        ),
        (
            "Is customer data at rest encrypted with AES-256?",
            "customer data at rest encrypted with AES-256",
            "Customer data at rest is encrypted with AES-256.",
        ),
        (
            "Multi-factor authentication for staff\n\nThis is not offered.",
            "Multi-factor authentication for staff",
            "Multi-factor authentication for staff.",
        ),
        (
            "Our office is in Vienna.\nMulti-factor authentication for staff\nThis is not offered.",
            "Multi-factor authentication for staff",
            "Multi-factor authentication for staff.",
        ),
        (f"Myth: {ENCRYPTED}", ENCRYPTED, ENCRYPTED),
        (f"[ ] {ENCRYPTED}", ENCRYPTED, ENCRYPTED),
        (
            "Not offered\n\nThe mobile app for Android devices.",
            "The mobile app for Android devices.",
            "We have a mobile app for Android devices.",
        ),
    ],
)
def test_a_question_a_heading_and_what_is_told_as_wrong_carry_no_claim(text: str, quote: str, claim: str) -> None:
    answer = written(proposal(claim, quote), text=text)
    assert answer.claims == ()
    assert any(note.startswith("dropped an unsupported claim") for note in answer.notes)


def test_a_question_that_a_plain_yes_follows_is_evidence_with_it() -> None:
    text = "Do you support single sign-on with SAML?\nYes, in every edition."
    claim = "We support single sign-on with SAML in every edition."
    assert written(proposal(claim, text), text=text).text == claim


def test_a_claim_that_another_quote_carries_stands_and_cites_that_alone() -> None:
    asks = "Are customer backups encrypted with AES-256?"
    answer = written(proposal(ENCRYPTED, asks, ENCRYPTED), text=f"{asks}\n{ENCRYPTED}")
    assert [citation.quote for citation in answer.citations] == [ENCRYPTED]


@pytest.mark.parametrize(
    "heading",
    [
        "Not offered",
        "Out of scope",
        "Exclusions",
        "What we do not do",
        "Planned for 2027",
        "Known gaps",
        "1 Guide > Retired",
    ],
)
def test_no_yes_rests_on_what_stands_below_a_heading_that_denies_plans_or_excludes(heading: str) -> None:
    asked = question("Are customer backups encrypted?", "Yes", "No")
    answer = written(proposal(ENCRYPTED), asked=asked, heading=heading, stance="yes")
    assert (answer.stance, answer.choice) == (None, None)
    assert any("stands below the heading" in note for note in answer.notes)
    reworded = written(proposal("We encrypt customer backups with AES-256.", ENCRYPTED), asked=asked, heading=heading)
    assert not reworded.claims or any("stands below the heading" in note for note in reworded.notes)


@pytest.mark.parametrize("heading", ["Backups", "Planned maintenance", "Notification", "Non-production systems"])
def test_other_headings_are_no_matter(heading: str) -> None:
    asked = question("Are customer backups encrypted?", "Yes", "No")
    answer = written(proposal(ENCRYPTED), asked=asked, heading=heading, stance="yes")
    assert (answer.choice, answer.notes) == ("Yes", ())


def test_the_nearest_heading_counts_and_not_the_one_above_it() -> None:
    text = f"Not offered\n\nInstallation on premises is not offered.\n\nBackups\n\n{ENCRYPTED}"
    asked = question("Are customer backups encrypted?", "Yes", "No")
    assert written(proposal(ENCRYPTED), asked=asked, text=text, heading="Not offered", stance="yes").choice == "Yes"


# -- what is added ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "extra", ["We comply.", "HIPAA.", "We indemnify you. No exceptions.", "Yes.", "Trust us!", "Guaranteed."]
)
def test_a_short_sentence_that_stands_in_no_quote_is_left_off_and_told(extra: str) -> None:
    answer = written(proposal(f"{KEPT} {extra}", KEPT))
    assert answer.text == KEPT
    assert any(note.startswith("left off what no passage says: ") for note in answer.notes)


def test_a_short_sentence_of_the_source_stays() -> None:
    text = f"{KEPT} No exceptions."
    assert written(proposal(text)).text == text
    assert without_extras("No. Backups are not kept.", [KEPT]) == ("No. Backups are not kept.", [])


@pytest.mark.parametrize(
    "added",
    [
        ", see https://evil.example/login.",
        ", visit www.evil.example.",
        " (call +49 170 1234567).",
        ", ask bob@evil.example.",
    ],
)
def test_an_address_or_a_number_to_call_that_stands_in_no_quote_drops_the_claim(added: str) -> None:
    claim = f"{KEPT[:-1]}{added}"
    assert written(proposal(claim, KEPT)).claims == ()
    assert added_contact(claim, [claim]) == ""


# -- values, limits, denials --------------------------------------------------------------------------------

LOSSES = [
    ("The fee is EUR 500 per month.", "The fee is USD 500 per month."),
    ("The fee is CHF 500 per month.", "The fee is EUR 500 per month."),
    ("The fee is $500 per month.", "The fee is $500 per year."),
    ("We run two data centres in Germany.", "We run four data centres in Germany."),
    ("Access is reviewed by 2 administrators.", "Access is reviewed by 5 administrators."),
    ("Penetration tests are performed yearly by Acme.", "Penetration tests are performed twice yearly by Acme."),
    ("Patches are applied within 30 days.", "Patches are applied after 30 days."),
    ("The RPO is 15 minutes; the RTO is 4 hours.", "The RTO is 15 minutes."),
    ("We promise 99.9 % for Gold and 99.5 % for Silver.", "We promise 99.9 % for Silver."),
    ("Typically, tickets are answered within 4 hours.", "Tickets are answered within 4 hours."),
    ("Tickets are answered within 4 hours in 90 % of cases.", "Tickets are answered within 4 hours."),
    ("Tickets are answered within 4 hours for Gold customers.", "Tickets are answered within 4 hours."),
    ("Most laptops are encrypted.", "Laptops are encrypted."),
    ("Some customer data is encrypted at rest.", "Customer data is encrypted at rest."),
    ("Only production backups are encrypted.", "Backups are encrypted."),
    ("Our ISO 27001 certification expired in 2021.", "We have an ISO 27001 certification."),
    ("The product lacks encryption of data at rest.", "The product has encryption of data at rest."),
    ("The product fails to encrypt data at rest.", "The product encrypts data at rest."),
    ("We refuse to sign a DPA with customers.", "We sign a DPA with customers."),
    ("We stopped encrypting backups in 2020.", "We encrypt backups."),
    ("It is false that backups are encrypted.", "Backups are encrypted."),
    ("Until 2022 backups were encrypted.", "Backups are encrypted."),
    ("We had no incident in 2023.", "We had no incident."),
    ("Our hosting provider AWS is certified to ISO 27001.", "We are certified to ISO 27001."),
    ("Competitor Foo is certified to ISO 27001.", "We are certified to ISO 27001."),
]


@pytest.mark.parametrize(("source", "claim"), LOSSES)
def test_what_a_claim_loses_on_the_way_from_its_source_drops_it(source: str, claim: str) -> None:
    answer = written(proposal(claim, source))
    assert (answer.text, answer.status) == ("", "unanswered")
    assert lost(claim, [source])


@pytest.mark.parametrize("source", [source for source, _ in LOSSES])
def test_the_source_itself_loses_nothing(source: str) -> None:
    assert lost(source, [source]) == ""
    assert written(proposal(source)).text == source


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("The fee is €500 per month.", "The fee is EUR 500 a month."),
        ("Access is reviewed twice a year.", "Access is reviewed every six months."),
        ("Access is reviewed yearly.", "Access is reviewed every 12 months."),
        ("Data is deleted 30 days after the contract ends.", "Data is deleted after 30 days."),
        ("The RPO is 15 minutes; the RTO is 4 hours.", "The RTO is 4 hours."),
        ("Typically, tickets are answered within 4 hours.", "Tickets are usually answered within 4 hours."),
        ("Most laptops are encrypted.", "Not all laptops are encrypted."),
        ("The product lacks encryption at rest.", "The product has no encryption at rest."),
        ("The login fails after five attempts.", "The login is locked after five attempts."),
        ("Tickets of Gold customers and others are answered.", "Tickets of customers are answered."),
        ("Keys used to sign tokens are rotated.", "Keys for tokens are rotated."),
    ],
)
def test_the_same_in_other_words_is_no_loss(source: str, claim: str) -> None:
    assert lost(claim, [source]) == ""


# -- parts --------------------------------------------------------------------------------------------------


def test_a_claim_that_names_a_part_and_speaks_of_something_else_leaves_it_untold() -> None:
    parts = ("How often are backups taken", "how long are they kept? (How often are backups taken)")
    taken = "Backups are taken every night."
    stray = Proposal("Staff are trained once a year.", (Quote(1, "Staff are trained once a year."),), part=2)
    answer = written(Proposal(taken, (Quote(1, taken),), part=1), stray, parts=parts)
    assert answer.status == "partial"
    assert f"not found in the documents: {parts[1]}" in answer.notes


def test_a_name_keeps_its_capital_behind_by_policy_though_an_address_has_it_small() -> None:
    told = by_policy("Acme reviews code.", "Write to security@acme.example or see acme.example/policy.")
    assert told == "By policy: Acme reviews code."


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Site-to-site VPN connections are not offered.", "practice"),
        ("There is no bug bounty programme.", "practice"),
        ("Laptops are encrypted.", "policy"),
        ("Contractors have no access to production.", "policy"),
        ("There must be no shared accounts.", "policy"),
    ],
)
def test_what_the_vendor_does_not_offer_is_no_rule_though_it_stands_in_a_policy(sentence: str, kind: str) -> None:
    source = Source(sentence, "", "Information security policies", sentence)
    assert as_stated(sentence, [source]).basis == kind
