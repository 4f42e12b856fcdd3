"""The gate: what is not there verbatim and supported does not get through, and is told."""

from __future__ import annotations

import pytest

from rfp_responder.answer.ground import ground
from rfp_responder.domain import Answer, Claim, Draft, Proposal, Question, Quote, Stance
from tests.makers import passage, proposal, question

TEXT = (
    "Customer data is encrypted at rest with AES-256. Backups are kept for 35 days. "
    "The service is not hosted in\nChina. The o\ufb03ce is open from 08:00 to 18:00."
)
PASSAGE = passage(TEXT, start=100, number=7)
ENCRYPTED = "Customer data is encrypted at rest with AES-256."
KEPT = "Backups are kept for 35 days."


def draft(*proposals: Proposal, stance: Stance | None = None, missing: tuple[str, ...] = (), confidence: float = 0.9,
          notes: tuple[str, ...] = ()) -> Draft:  # fmt: skip
    return Draft(proposals, stance, missing, "tester", confidence, notes=notes)


def grounded(*proposals: Proposal, asked: Question | None = None, **of_draft: object) -> Answer:
    return ground(asked or question(), draft(*proposals, **of_draft), [PASSAGE])  # type: ignore[arg-type]


def test_a_verbatim_claim_gets_through_with_its_place_on_the_page() -> None:
    answer = grounded(proposal(ENCRYPTED), stance="yes")
    [citation] = answer.citations
    assert (answer.status, answer.stance, answer.text) == ("answered", "yes", ENCRYPTED)
    assert (citation.page_number, citation.start, citation.quote) == (7, 100, ENCRYPTED)


def test_the_quote_of_a_citation_is_the_documents_own_words_not_the_drafts() -> None:
    answer = grounded(
        proposal("The service is not hosted in China.", "The service is  not hosted in China."),
        proposal("The office is open from 08:00 to 18:00.", "The office is open from 08:00 to 18:00."),
    )
    quotes = [citation.quote for citation in answer.citations]
    assert quotes == ["The service is not hosted in\nChina.", "The o\ufb03ce is open from 08:00 to 18:00."]
    assert all(TEXT[c.start - 100 : c.end - 100] == c.quote for c in answer.citations)


@pytest.mark.parametrize(
    "quote",
    [
        "Customer data is encrypted at rest with AES-512.",
        "customer data is encrypted at rest",
        "Customer data is encrypted at rest with AES-256. Backups are kept",
        "Customer data … is encrypted at rest",
        "data is encrypted in transit",
        "ata is encrypted at rest with AES-256",
        "5 days. The service is not hosted",
        "",
        "AES-256",
        "        ",
    ],
)
def test_a_quote_that_is_invented_changed_cut_or_too_short_is_dropped_and_told(quote: str) -> None:
    stands = quote == "Customer data is encrypted at rest with AES-256. Backups are kept"
    answer = grounded(Proposal(ENCRYPTED, (Quote(1, quote),)))
    assert (answer.status == "answered") is stands
    if not stands:
        assert (answer.status, answer.claims, answer.text) == ("unanswered", (), "")
        assert any("does not stand in passage 1" in note for note in answer.notes)
        assert any("without a valid quote" in note for note in answer.notes)


@pytest.mark.parametrize("rank", [0, -1, 2, 99])
def test_a_quote_from_a_passage_that_was_not_given_is_dropped(rank: int) -> None:
    assert grounded(proposal(ENCRYPTED, rank=rank)).claims == ()


def test_a_claim_without_a_quote_is_dropped() -> None:
    assert grounded(Proposal(ENCRYPTED, ())).status == "unanswered"


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("Backups are kept for 90 days.", KEPT),
        ("Backups are kept for 35 months.", KEPT),
        ("Backups are not kept for 35 days.", KEPT),
        ("The service is hosted in China.", "The service is not hosted in China."),
        ("Customer data is encrypted at rest with AES-512.", ENCRYPTED),
        ("Penetration tests are carried out by an independent firm.", ENCRYPTED),
        ("", ENCRYPTED),
        ("  \n ", ENCRYPTED),
    ],
)
def test_a_claim_that_its_quote_does_not_say_is_dropped_and_told(claim: str, quote: str) -> None:
    answer = grounded(proposal(claim, quote), stance="yes")
    assert (answer.status, answer.claims, answer.stance) == ("unanswered", (), None)
    assert any(note.startswith("dropped") for note in answer.notes)


def test_one_bad_claim_does_not_take_the_good_one_with_it() -> None:
    answer = grounded(proposal("Data is kept on the moon.", "kept on the moon for ever"), proposal(KEPT))
    assert answer.text == KEPT
    assert len(answer.notes) == 2


def test_a_claim_with_one_good_and_one_bad_quote_keeps_the_good_one_and_tells_the_bad() -> None:
    answer = grounded(proposal(KEPT, KEPT, "Backups are kept for ever and a day"))
    assert [c.quote for c in answer.citations] == [KEPT]
    assert any("does not stand" in note for note in answer.notes)


def test_a_claim_said_twice_stands_once() -> None:
    answer = grounded(proposal(KEPT), proposal(f"  {KEPT} "))
    assert len(answer.claims) == 1
    assert answer.notes == ()


def test_what_is_missing_makes_the_answer_partial_and_is_named() -> None:
    answer = grounded(proposal(KEPT), missing=("who restores them",))
    assert answer.status == "partial"
    assert "not found in the documents: who restores them" in answer.notes
    assert grounded(missing=("everything",)).status == "unanswered"


def test_an_empty_draft_is_unanswered_with_a_reason_and_never_a_stance_or_choice() -> None:
    answer = grounded(stance="yes", asked=question("Is it?", "Yes", "No"))
    assert (answer.status, answer.stance, answer.choice) == ("unanswered", None, None)
    assert answer.notes == ("no passage answers this",)
    told = grounded(notes=("no passage answers this; closest: a.pdf p. 1",))
    assert told.notes == ("no passage answers this; closest: a.pdf p. 1",)


def test_a_stance_does_not_outlive_the_claim_it_rested_on() -> None:
    asked = question("Are you certified by ISO?", "Yes", "No")
    answer = grounded(
        proposal("We are certified by ISO.", "We are certified by ISO."),
        proposal("The service is not hosted in China."),
        asked=asked,
        stance="yes",
    )
    assert (answer.stance, answer.choice) == (None, None)
    assert any("withdrew the stance yes" in note for note in answer.notes)


def test_a_choice_is_one_of_the_values_allowed_or_none_with_a_note() -> None:
    allowed = grounded(proposal(ENCRYPTED), stance="yes", asked=question("Is data encrypted?", "Comply", "Exception"))
    assert allowed.choice == "Comply"
    blank = grounded(proposal(ENCRYPTED), stance="partial", asked=question("Is data encrypted?", "Yes", "No"))
    assert blank.choice is None
    assert any("no allowed value fits" in note for note in blank.notes)


@pytest.mark.parametrize(
    ("limits", "kept"),
    [
        ({"max_words": 8}, [ENCRYPTED]),
        ({"max_words": 6}, [KEPT]),
        ({"max_words": 3}, []),
        ({"max_characters": 48}, [ENCRYPTED]),
        ({"max_characters": 200}, [ENCRYPTED, KEPT]),
        ({"max_words": 100, "max_characters": 30}, [KEPT]),
    ],
)
def test_an_answer_stays_within_its_limits_and_tells_what_was_left_out(limits: dict[str, int], kept: list[str]) -> None:
    answer = grounded(proposal(ENCRYPTED), proposal(KEPT), asked=question("Is data encrypted?", **limits))
    assert [claim.text for claim in answer.claims] == kept
    assert len(answer.text.split()) <= limits.get("max_words", 99)
    assert len(answer.text) <= limits.get("max_characters", 999)
    assert sum("left out for the limit" in note for note in answer.notes) == 2 - len(kept)
    named = "characters" if limits.get("max_characters", 200) < 100 else "words"
    assert all(named in note for note in answer.notes if "left out" in note)


@pytest.mark.parametrize(("given", "shown"), [(0.5, 0.5), (-1.0, 0.0), (7.0, 1.0), (float("nan"), 0.0)])
def test_the_confidence_is_in_0_to_1_whatever_was_drafted(given: float, shown: float) -> None:
    assert grounded(proposal(KEPT), confidence=given).confidence == shown


def test_a_claim_without_a_citation_cannot_be_constructed() -> None:
    with pytest.raises(ValueError, match="at least one citation"):
        Claim("We are the best.", ())


def test_citations_are_distinct_and_in_the_order_of_use() -> None:
    answer = grounded(proposal(KEPT, KEPT, ENCRYPTED), proposal(ENCRYPTED))
    assert [c.quote for c in answer.citations] == [KEPT, ENCRYPTED]


def test_no_passage_grounds_nothing() -> None:
    assert ground(question(), draft(proposal(KEPT)), []).status == "unanswered"


def test_a_sentence_too_long_for_the_limit_is_cut_to_its_main_statement_and_checked_again() -> None:
    long = "Backups are kept for 35 days; restores are tested every quarter with a different tenant."
    asked = question("How long are backups kept?", max_words=8)
    cut = ground(asked, draft(proposal(long)), [passage(long)])
    assert [claim.text for claim in cut.claims] == ["Backups are kept for 35 days."]
    assert cut.claims[0].citations[0].quote == long
    assert any("shortened for the limit of 8 words" in note for note in cut.notes)
