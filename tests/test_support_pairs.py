"""Claims that must and must not be called supported, in the words of an invented vendor (the list of eval.md 4.4)."""

from __future__ import annotations

import time

import pytest

from rfp_responder.answer.lexicon import opposite, sense
from rfp_responder.answer.support import MAX_CLAIM, THRESHOLD, support
from rfp_responder.text import stem

POLICY = (
    "Tarnbeck Systems requires all employees to complete security training within 30 days of joining. "
    "Contractors may use the guest network only. "
    "Laptops must be encrypted with AES-256 before they leave the office. "
    "The Security Officer reviews firewall rules every six months and records the result. "
    "Passwords shall not be shared, and shared accounts are prohibited. "
    "Visitors are escorted at all times unless the site manager approves otherwise. "
    "Production data is never copied to test systems. "
    "Some legacy servers are exempt from monthly patching. "
    "Critical patches are installed within 72 hours; low-risk patches are installed within 60 days."
)
PRODUCTS = (
    "Tarnbeck Relay encrypts messages in transit with TLS 1.3. "
    "Tarnbeck Depot stores files in Rotterdam and keeps deleted files for 90 days. "
    "Relay logs are kept for 400 days. "
    "Tarnbeck Depot does not support offline mode. "
    "Tarnbeck Relay supports single sign-on with SAML 2.0. "
    "Customer data is processed only in the EU. "
    "Administrators can export reports, while auditors can read them. "
    "Most connectors are included in the base price. "
    "The service level agreement promises 99.94% availability for Relay and 99.5% for Depot."
)
REPORT = (
    "Net sales increased 8% to $41.2 million in the third quarter of 2023, compared with $38.1 million a year earlier. "
    "Operating expenses decreased by $1.4 million because of lower travel costs. "
    "The Company repurchased 120,000 shares during the quarter. "
    "Management believes that existing cash will be sufficient for at least twelve months. "
    "No single customer accounted for more than 10% of revenue. "
    "The term loan matures on 15 June 2027 and bears interest at 5.25% per annum."
)
NATURE = (
    "The Orlen river flows north from Lake Sava to the Baltic coast. "
    "It was first mapped in 1742 by Henrik Dahl, who named it after his mother. "
    "Before the dam was built, floods were common in spring. "
    "The upper valley is narrow and cold, and the lower valley is wide. "
    "Salmon returned to the river after the mill closed in 1986."
)
TABLE = (
    "Severity\tFirst response\tUpdate\nSeverity 1\t30 minutes\tHourly\n"
    "Severity 2\t4 hours\tDaily\nSeverity 3\t2 days\tWeekly"
)
DAMAGED = (
    "Back-\nups of the data-\nbase are taken every night\nand are kept for 35 days. Restor-\nation is tested "
    "each quar-\nter by the plat-\nform team."
)

SUPPORTED = {
    "verbatim": (POLICY, "Contractors may use the guest network only."),
    "staff for employees": (POLICY, "All staff must complete security training within 30 days of joining."),
    "passive": (POLICY, "Firewall rules are reviewed by the Security Officer every six months."),
    "half-yearly": (POLICY, "The Security Officer reviews firewall rules twice a year."),
    "clause to the front": (POLICY, "Before they leave the office, laptops must be encrypted with AES-256."),
    "number in digits": (POLICY, "Firewall rules are reviewed every 6 months."),
    "three days are 72 hours": (POLICY, "Critical patches are installed within three days."),
    "not permitted for prohibited": (POLICY, "Shared accounts are not permitted."),
    "forbidden for prohibited": (POLICY, "Shared accounts are forbidden."),
    "must not for shall not": (POLICY, "Passwords must not be shared."),
    "never in other words": (POLICY, "Production data is not copied to test systems."),
    "order of two parts": (
        POLICY,
        "Low-risk patches are installed within 60 days and critical patches within 72 hours.",
    ),
    "unless kept": (POLICY, "Unless the site manager approves otherwise, visitors are escorted at all times."),
    "stance in front": (POLICY, "Yes. Laptops must be encrypted with AES-256 before they leave the office."),
    "notebooks": (POLICY, "Notebooks must be encrypted with AES-256 before they leave the office."),
    "the vendor named": (PRODUCTS, "Tarnbeck Relay encrypts messages in transit using TLS 1.3."),
    "SSO": (PRODUCTS, "Tarnbeck Relay supports SSO with SAML 2.0."),
    "erased": (PRODUCTS, "Tarnbeck Depot stores files in Rotterdam and retains erased files for 90 days."),
    "EU spelled out": (PRODUCTS, "Customer data is processed only in the European Union."),
    "percent in words": (PRODUCTS, "The service level agreement promises 99.94 percent availability for Relay."),
    "no offline mode": (PRODUCTS, "Offline mode is not supported by Tarnbeck Depot."),
    "two sentences": (PRODUCTS, "Relay logs are kept for 400 days. Customer data is processed only in the EU."),
    "grew for increased": (REPORT, "Net sales grew 8% to $41.2 million in the third quarter of 2023."),
    "fell for decreased": (REPORT, "Operating expenses fell by $1.4 million due to lower travel costs."),
    "the firm": (REPORT, "During the quarter, the company bought back 120,000 shares; it repurchased shares."),
    "date in another form": (REPORT, "The term loan matures on June 15, 2027."),
    "twelve months as a year": (
        REPORT,
        "Management believes that existing cash will be sufficient for at least one year.",
    ),
    "not more than": (REPORT, "No customer accounted for more than 10% of revenue."),
    "million in figures": (REPORT, "Net sales were $41,200,000 in the third quarter of 2023, an increase of 8%."),
    "year and name": (NATURE, "Henrik Dahl first mapped the Orlen river in 1742."),
    "before kept": (NATURE, "Floods were common in spring before the dam was built."),
    "after kept": (NATURE, "After the mill closed in 1986, salmon returned to the river."),
    "row of a table": (TABLE, "The first response for Severity 2 is 4 hours."),
    "row as columns": (TABLE, "Severity: Severity 1; First response: 30 minutes; Update: Hourly."),
    "broken words": (DAMAGED, "Backups of the database are taken every night and are kept for 35 days."),
    "broken words, other words": (DAMAGED, "Restoration is tested every quarter by the platform team."),
}

UNSUPPORTED = {
    "is to is not": (POLICY, "Laptops must not be encrypted with AES-256 before they leave the office."),
    "shall not to shall": (POLICY, "Passwords shall be shared, and shared accounts are prohibited."),
    "prohibited to permitted": (POLICY, "Passwords shall not be shared, and shared accounts are permitted."),
    "never dropped": (POLICY, "Production data is copied to test systems."),
    "passive and negated": (POLICY, "Firewall rules are not reviewed by the Security Officer every six months."),
    "unless dropped": (POLICY, "Visitors are escorted at all times."),
    "exempt turned": (POLICY, "All legacy servers are exempt from monthly patching."),
    "the other part's number": (POLICY, "Critical patches are installed within 60 days."),
    "both numbers crossed": (
        POLICY,
        "Critical patches are installed within 60 days; low-risk patches are installed within 72 hours.",
    ),
    "number absent": (POLICY, "All employees complete security training within 45 days of joining."),
    "business days": (POLICY, "All employees complete security training within 30 business days of joining."),
    "hours for days": (POLICY, "All employees complete security training within 30 hours of joining."),
    "AES-128": (POLICY, "Laptops must be encrypted with AES-128 before they leave the office."),
    "must to may": (POLICY, "Laptops may be encrypted with AES-256 before they leave the office."),
    "may to must": (POLICY, "Contractors must use the guest network only."),
    "before to after": (POLICY, "Laptops must be encrypted with AES-256 after they leave the office."),
    "who does it": (POLICY, "The site manager reviews firewall rules every six months and records the result."),
    "who it is for": (POLICY, "Contractors must complete security training within 30 days of joining."),
    "frequency": (POLICY, "The Security Officer reviews firewall rules every month and records the result."),
    "clause appended": (POLICY, "Contractors may use the guest network only, and this is logged by the provider."),
    "TLS 1.2": (PRODUCTS, "Tarnbeck Relay encrypts messages in transit with TLS 1.2."),
    "product of another sentence": (PRODUCTS, "Tarnbeck Depot encrypts messages in transit with TLS 1.3."),
    "the other product's mode": (PRODUCTS, "Tarnbeck Relay does not support offline mode."),
    "the other product's value": (PRODUCTS, "Relay logs are kept for 90 days."),
    "the other product's level": (PRODUCTS, "The service level agreement promises 99.5% availability for Relay."),
    "99.9 for 99.94": (PRODUCTS, "The service level agreement promises 99.9% availability for Relay."),
    "EU to worldwide": (PRODUCTS, "Customer data is processed worldwide."),
    "EU to US": (PRODUCTS, "Customer data is processed only in the US."),
    "most to all": (PRODUCTS, "All connectors are included in the base price."),
    "included to excluded": (PRODUCTS, "Most connectors are excluded from the base price."),
    "auditors for administrators": (PRODUCTS, "Auditors can export reports, while administrators can read them."),
    "absent place": (PRODUCTS, "Tarnbeck Depot stores files in Lisbon and keeps deleted files for 90 days."),
    "increased to decreased": (REPORT, "Net sales decreased 8% to $41.2 million in the third quarter of 2023."),
    "in other words, turned": (REPORT, "Operating expenses rose by $1.4 million due to lower travel costs."),
    "last year's value": (REPORT, "Net sales increased 8% to $38.1 million in the third quarter of 2023."),
    "euro": (REPORT, "Operating expenses decreased by €1.4 million because of lower travel costs."),
    "billion": (REPORT, "Operating expenses decreased by $1.4 billion because of lower travel costs."),
    "at least to at most": (
        REPORT,
        "Management believes that existing cash will be sufficient for at most twelve months.",
    ),
    "no single to a single": (REPORT, "A single customer accounted for more than 10% of revenue."),
    "date": (REPORT, "The term loan matures on 15 July 2027."),
    "quarter": (REPORT, "Net sales increased 8% to $41.2 million in the second quarter of 2023."),
    "north to south": (NATURE, "The Orlen river flows south from Lake Sava to the Baltic coast."),
    "another name": (NATURE, "It was first mapped in 1742 by Karl Linden, who named it after his mother."),
    "year of another event": (NATURE, "The Orlen river was first mapped in 1986 by Henrik Dahl."),
    "after for before": (NATURE, "After the dam was built, floods were common in spring."),
    "narrow to wide": (NATURE, "The upper valley is wide and cold, and the lower valley is wide."),
    "another row": (TABLE, "The first response for Severity 2 is 30 minutes."),
    "another row, as columns": (TABLE, "Severity: Severity 1; First response: 4 hours; Update: Hourly."),
    "broken words and a number": (DAMAGED, "Backups of the database are taken every night and are kept for 53 days."),
    "the wrong passage": (NATURE, "Contractors may use the guest network only."),
}


@pytest.mark.parametrize(("passage", "claim"), SUPPORTED.values(), ids=SUPPORTED.keys())
def test_what_the_passage_says_in_its_own_or_other_words_is_supported(passage: str, claim: str) -> None:
    verdict = support(claim, [passage])
    assert verdict.supported, verdict
    assert verdict.score >= THRESHOLD


@pytest.mark.parametrize(("passage", "claim"), UNSUPPORTED.values(), ids=UNSUPPORTED.keys())
def test_what_the_passage_does_not_say_is_refused_with_a_reason(passage: str, claim: str) -> None:
    verdict = support(claim, [passage])
    assert not verdict.supported, verdict
    assert verdict.score < THRESHOLD
    assert verdict.reasons


def test_a_word_that_stands_elsewhere_in_the_sentence_does_not_hide_its_change() -> None:
    source = (
        "Direct access to records is refused, and indirect access to records is logged; users may ask and may appeal."
    )
    assert not support(source.replace("Direct access", "Indirect access"), [source]).supported
    assert not support(source.replace("users may", "users must"), [source]).supported


def test_a_number_that_counts_something_else_is_refused() -> None:
    source = "One tenant holds up to 6,000 users. A case holds many documents."
    assert support("Up to 6,000 users are held by one tenant.", [source]).supported
    assert not support("One tenant holds up to 6,000 documents.", [source]).supported


def test_a_list_that_is_joined_with_its_lead_in_stays_supported() -> None:
    items = "• the supplier and its seat;\n• the data it receives;\n• the date of the last audit."
    quote = f"The register of suppliers names:\n{items}"
    claim = (
        "The register of suppliers names: the supplier and its seat; the data it receives; the date of the last audit."
    )
    assert support(claim, [quote]).supported


def test_a_row_that_is_told_with_its_columns_stays_supported() -> None:
    header, row = "Plan\tPrice per user\tLeast users", "Harbour\t49.00 euro\t25"
    assert support("Plan: Harbour; Price per user: 49.00 euro; Least users: 25.", [header, row]).supported
    assert not support("Plan: Harbour; Price per user: 78.00 euro; Least users: 25.", [header, row]).supported


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("authorized", "unauthorized"),
        ("accessible", "inaccessible"),
        ("careful", "careless"),
        ("prohibited", "allowed"),
    ],
)
def test_opposites_are_known_by_list_and_by_form(one: str, other: str) -> None:
    assert opposite(one, other)
    assert opposite(other, one)


@pytest.mark.parametrize(("one", "other"), [("cover", "discover"), ("staff", "employees"), ("form", "inform")])
def test_words_that_only_look_like_opposites_are_none(one: str, other: str) -> None:
    assert not opposite(one, other)


@pytest.mark.parametrize(("one", "other"), [("staff", "employees"), ("kept", "retained"), ("prohibited", "banned")])
def test_synonyms_have_one_sense(one: str, other: str) -> None:
    assert sense(stem(one)) == sense(stem(other))


HOSTILE = {
    "blanks": " " * 100_000 + "a b",
    "dotted number": "1." * 50_000,
    "number with commas": "1," * 50_000,
    "number words": "one hundred and " * 6_000,
    "hyphens": "a-" * 50_000,
    "one letter a line": "a\n" * 50_000,
    "negations": "not " * 25_000,
    "numbers": " ".join(str(n) for n in range(15_000)),
    "one sentence without an end": "Backups of the data are kept in two places by the team " * 1_800,
    "many sentences": "Backups of the data are kept in two places by the team. " * 1_800,
    "abbreviations": " ".join(f"{chr(65 + n % 26)}{chr(65 + n // 26 % 26)}X" for n in range(20_000)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_claim_or_passage_of_100_kb_is_judged_in_a_moment(text: str) -> None:
    start = time.perf_counter()
    support(text + " end", [text])
    support(text[: MAX_CLAIM - 10], ["A short passage about backups.", text[::-1]])
    assert time.perf_counter() - start < 20  # two seconds alone; machines are shared


def test_a_claim_that_is_a_document_is_only_supported_as_a_copy() -> None:
    text = "Backups of the data are kept in two places by the team. " * 200
    assert support(text, [text]).supported
    verdict = support(text.replace("two", "three"), [text])
    assert not verdict.supported
    assert f"{MAX_CLAIM:,}" in verdict.reasons[0]
