"""Whatever is drafted: no quote gets through that is not there, and nothing without a citation."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rfp_responder.answer.ground import MIN_QUOTE_LETTERS, ground
from rfp_responder.domain import STATUSES, Draft, Proposal, Question, Quote
from rfp_responder.text import fold
from tests.makers import passage

PAGE = (
    "1 Scope\nCustomer data is encrypted at rest with AES-256.\nBackups are kept for 35 days; they are not\n"
    "kept in China. The of\ufb01ce is open from 08:00.\nTier\tUptime\nGold\t99.95\u00a0%\n"
)
OFFSETS = (0, 7, 60)
PASSAGES = [passage(PAGE[start:], rank, start=start) for rank, start in enumerate(OFFSETS, 1)]
WORDS = [*PAGE.split(), "not", "never", "36", "months", "ISO", "27001", ""]

SLICES = st.tuples(st.integers(0, len(PAGE)), st.integers(0, len(PAGE))).map(lambda pair: PAGE[min(pair) : max(pair)])
SHUFFLED = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
TEXT = st.one_of(SLICES, SLICES.map(fold), SHUFFLED, st.text(max_size=40))
PROPOSALS = st.lists(
    st.builds(Proposal, TEXT, st.lists(st.builds(Quote, st.integers(-1, 5), TEXT), max_size=3).map(tuple)), max_size=5
)
QUESTIONS = st.builds(
    Question,
    st.just("q"),
    st.sampled_from(["Is data encrypted?", "How long are backups kept?", "?"]),
    choices=st.sampled_from([(), ("Yes", "No"), ("AWS", "China")]),
    max_words=st.one_of(st.none(), st.integers(1, 30)),
    max_characters=st.one_of(st.none(), st.integers(1, 200)),
)
STANCES = st.sampled_from([None, "yes", "no", "partial", "not_applicable"])


@settings(max_examples=150, deadline=None)
@given(QUESTIONS, PROPOSALS, STANCES, st.lists(TEXT, max_size=2), st.floats(allow_nan=True))
def test_what_gets_through_stands_on_its_page_and_what_does_not_is_told(
    asked: Question, proposals: list[Proposal], stance: str | None, missing: list[str], confidence: float
) -> None:
    drafted = Draft(tuple(proposals), stance, tuple(missing), "anyone", confidence)  # type: ignore[arg-type]
    answer = ground(asked, drafted, PASSAGES)
    for claim in answer.claims:
        assert claim.citations
        assert claim.text.strip()
    for citation in answer.citations:
        assert citation.quote == PAGE[citation.start : citation.end]
        assert sum(c.isalnum() for c in citation.quote) >= MIN_QUOTE_LETTERS - 2  # a ligature is one letter
    quoted = {fold(quote.text) for proposal in proposals for quote in proposal.quotes}
    assert {fold(citation.quote) for citation in answer.citations} <= quoted
    assert {claim.text for claim in answer.claims} <= {" ".join(p.text.split()) for p in proposals}
    assert answer.status in STATUSES
    assert (answer.status == "unanswered") is (not answer.claims)
    assert answer.claims or (answer.text, answer.stance, answer.choice) == ("", None, None)
    assert answer.claims or answer.notes
    assert answer.stance in {None, stance}
    assert answer.choice is None or answer.choice in asked.choices
    assert asked.max_words is None or len(answer.text.split()) <= asked.max_words
    assert asked.max_characters is None or len(answer.text) <= asked.max_characters
    assert 0 <= answer.confidence <= 1
