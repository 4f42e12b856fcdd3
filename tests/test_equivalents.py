from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfp_responder import equivalents
from rfp_responder.equivalents import RELATED, Term, concepts, meets, parse, related, terms
from rfp_responder.text import STOPWORDS, content_stems, words

FILE = Path(equivalents.__file__).with_name("equivalents.txt")


def groups(sign: str) -> list[list[str]]:
    lines = FILE.read_text("utf-8").splitlines()
    return [[phrase.strip() for phrase in line[1:].split("|")] for line in lines if line.startswith(sign)]


PHRASES = [phrase for sign in "=~" for group in groups(sign) for phrase in group]


def how_far(question: str, text: str) -> list[float]:
    """How far the text meets each term of the question."""
    stems = frozenset(content_stems(text))
    return [meets(term, stems, concepts(text), related(text)) for term in terms(question)]


def spans(text: str) -> list[str]:
    tokens = words(text)
    return [" ".join(tokens[term.start : term.end]) for term in terms(text)]


# --- the file


def test_the_vocabulary_is_large_and_parses() -> None:
    assert len(groups("=")) >= 350
    assert len(groups("~")) >= 100
    assert len(parse(FILE.read_text("utf-8")).ids) > 2000


def test_every_phrase_stands_in_one_group_of_equals_only() -> None:
    phrases = [phrase.lower() for group in groups("=") for phrase in group]
    assert sorted(phrases) == sorted(set(phrases))


def test_no_group_holds_a_stop_word_alone() -> None:
    assert [phrase for phrase in PHRASES if phrase in STOPWORDS] == []


def test_no_line_ends_in_blanks_or_repeats_a_phrase() -> None:
    assert [line for line in FILE.read_text("utf-8").splitlines() if line != line.rstrip()] == []
    assert [group for group in groups("~") if len({phrase.lower() for phrase in group}) < len(group)] == []


def test_each_phrase_of_a_group_speaks_of_the_group() -> None:
    assert [phrase for group in groups("=") for phrase in group if group[0] not in concepts(phrase)] == []


def test_each_member_of_a_kind_meets_the_kind_both_ways() -> None:
    for kind, *members in groups("~"):
        for member in members:
            assert max(how_far(kind, member)) >= RELATED, (kind, member)
            assert max(how_far(member, kind)) >= RELATED, (kind, member)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("staff | employee", "no group"),
        ("=staff | employee", "no group"),
        ("= staff", "no group"),
        ("~ staff | ", "no group"),
        ("= staff || employee", "no group"),
        ("= other | another", "'other' is a stop word"),
        ("= client | buyer", "another '=' group"),
    ],
)
def test_a_malformed_line_is_named_with_what_is_wrong(line: str, told: str) -> None:
    with pytest.raises(ValueError, match=r"equivalents\.txt, line 3: ") as caught:
        parse(f"# head\n= customer | client\n{line}\n")
    assert told in str(caught.value)


def test_comments_and_empty_lines_are_no_groups() -> None:
    assert parse("# head\n\n= staff | employee\n").ids == {("staff",): {"staff"}, ("employe",): {"staff"}}


# --- segmentation


def test_the_longest_phrase_is_one_term() -> None:
    assert spans("Who reviews the incident response plan?") == ["reviews", "incident response plan"]
    assert spans("incident response and incidents") == ["incident response", "incidents"]
    assert spans("Is there a SOC 2 report from the SOC?") == ["soc 2 report", "soc"]


def test_every_other_word_is_a_term_of_its_own_and_stop_words_are_none() -> None:
    found = terms("Is the purple elephant in the cloud-ready zoo?")
    assert [term.stems for term in found] == [("purpl",), ("eleph",), ("cloud", "readi"), ("zoo",)]
    assert {term.concepts for term in found} == {frozenset()}


def test_a_short_phrase_crosses_no_comma() -> None:
    assert "data center" not in concepts("We keep the data, centre staff say, in Bonn.")
    assert "data center" in concepts("We keep it in a data\ncentre.")


def test_a_word_behind_non_is_not_the_word() -> None:
    assert concepts("non-production") == {"non-production environment"}
    assert concepts("pre-screening") == frozenset()


def test_words_of_a_compound_are_found_in_it() -> None:
    assert concepts("GDPR/CCPA") == {"GDPR", "CCPA"}


# --- forms that meet


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("penetration tests", "pen-testing"),
        ("sub-processors", "subprocessor"),
        ("sub processor", "subprocessors"),
        ("multi factor", "multi-factor authentication"),
        ("MFA", "multifactor authentication"),
        ("login accounts", "named users"),
        ("log-in", "signing in"),
        ("SSO", "single sign-on"),
        ("24x7", "24/7"),
        ("authorisation", "authorized"),
        ("anonymised data", "anonymization"),
        ("virtualise", "virtualization"),
        ("pen test", "ethical hacking"),
        ("the client's data", "customer data"),
        ("staff", "Employees"),
        ("background checks", "screening"),
        ("yearly", "every 12 months"),
        ("net sales", "revenue"),
        ("PII", "personal data"),
        ("wiped", "erasure"),
        ("data centre", "datacenter"),
        ("US", "United States"),
    ],
)
def test_forms_and_words_for_the_same_thing_meet(one: str, other: str) -> None:
    assert concepts(one) & concepts(other)
    assert max(how_far(one, other)) == max(how_far(other, one)) == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("RTO", "RPO"),
        ("recovery time objective", "recovery point objective"),
        ("encryption at rest", "encryption in transit"),
        ("data controller", "data processor"),
        ("vulnerability scan", "penetration test"),
        ("public cloud", "private cloud"),
        ("SOC 1", "SOC 2"),
        ("production environment", "test environment"),
        ("single-tenant", "multi-tenant"),
        ("operating income", "net income"),
        ("response time", "resolution time"),
        ("annually", "quarterly"),
        ("maximum", "minimum"),
        ("prohibited", "mandatory"),
        ("supplier", "customer"),
        ("Okta", "OneLogin"),
        ("AWS", "Microsoft Azure"),
    ],
)
def test_opposites_and_different_measures_do_not_meet(one: str, other: str) -> None:
    assert not concepts(one) & concepts(other)
    for far in (how_far(one, other), how_far(other, one)):
        assert max(far) < 1.0
    for question, text in ((one, other), (other, one)):
        assert all(term.concepts.isdisjoint(related(text)) for term in terms(question))


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Do not send it to us; contact us today.", "United States"),
        ("Contact Us", "United States"),
        ("SEND IT TO US", "United States"),
        ("a period of three years", "annually"),
        ("the notice period", "periodically"),
        ("custom reports", "customer"),
        ("access to the building", "accessibility"),
        ("the author of the document", "authorize"),
        ("government agencies", "governance"),
        ("found in the appendix", "year founded"),
        ("the product contains nuts", "container"),
        ("set up twice", "uninterruptible power supply"),
    ],
)
def test_a_false_friend_does_not_speak_of_the_concept(text: str, concept: str) -> None:
    assert concept not in concepts(text)


def test_a_kind_is_met_by_its_member_in_part_and_members_do_not_meet() -> None:
    assert how_far("Okta", "Which identity provider is used?") == [RELATED]
    assert how_far("identity provider", "We use Okta.") == [RELATED]
    assert how_far("IdP", "We use Okta.") == [RELATED]
    assert how_far("Okta", "We use OneLogin.") == [0.0]


def test_a_plain_term_is_met_by_the_share_of_its_stems() -> None:
    assert how_far("cloud-ready", "ready") == [0.5]
    assert how_far("elephant", "two elephants") == [1.0]


def test_stop_words_of_a_phrase_are_not_left_out_of_it() -> None:
    assert how_far("log in", "a log of wood") == [0.5]
    assert how_far("log-in", "a log of wood") == [0.0]


def test_a_stem_that_unlike_words_share_does_not_meet() -> None:
    assert how_far("accessibility", "access") == [0.0]
    assert meets(Term(0, 1, (), frozenset()), frozenset({"a"}), frozenset(), frozenset()) == 0.0


# --- promises for every text

TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([*PHRASES, *sorted(STOPWORDS), ", ", "- ", "/", "’s", "log-in", "non-", "2²"])).map(
        " ".join
    ),
    st.lists(st.sampled_from([*PHRASES, "zoo", "it", "US"]), min_size=1).map("-".join),
)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_text_meets_all_of_its_own_terms(text: str) -> None:
    assert set(how_far(text, text)) <= {1.0}


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_terms_are_in_order_and_their_stems_are_the_texts_own(text: str) -> None:
    found, stems, count = terms(text), set(content_stems(text)), len(words(text))
    assert [term.start for term in found] == sorted(term.start for term in found)
    for term in found:
        assert 0 <= term.start < term.end <= count
        assert set(term.stems) <= stems


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_how_far_a_term_is_met_is_a_share(question: str, text: str) -> None:
    assert all(0.0 <= far <= 1.0 for far in how_far(question, text))


def test_a_sentence_is_read_fast_enough_for_a_hundred_in_a_question() -> None:
    text = "Do you test your incident response plan every year with all staff of the security operations centre"
    terms(text)
    started = time.perf_counter()
    for number in range(100):
        terms(f"{text} and a named colleague in case {number}?")
    assert time.perf_counter() - started < 0.5  # 15 ms on an idle machine; a gate against another order of size
