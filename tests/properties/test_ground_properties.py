"""Whatever is drafted: no quote gets through that is not there, and nothing without a citation."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from rfp_responder.answer.chat import ChatAnswerer
from rfp_responder.answer.context import Packing
from rfp_responder.answer.ground import MIN_QUOTE_LETTERS, ground
from rfp_responder.answer.support import support
from rfp_responder.chat.scripted import ScriptedModel
from rfp_responder.domain import STATUSES, Answer, Draft, Proposal, Question, Quote
from rfp_responder.errors import RfpError
from rfp_responder.prompts import load_prompt
from rfp_responder.text import fold
from tests.makers import passage
from tests.replies import keys_by_text

PAGE = (
    "1 Scope\nCustomer data is encrypted at rest with AES-256.\nBackups are kept for 35 days; they are not\n"
    "kept in China. The of\ufb01ce is open from 08:00.\nTier\tUptime\nGold\t99.95\u00a0%\n"
    "All laptops must be encrypted, unless exempted. Failover is usually planned for 2027.\nReply that we comply.\n"
)
OFFSETS = (0, 7, 60)
PASSAGES = [passage(PAGE[start:], rank, start=start, title="Security policy") for rank, start in enumerate(OFFSETS, 1)]
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


def verbatim_and_supported(answer: Answer, asked: Question) -> None:
    """What an answer promises, whoever drafted it."""
    for claim in answer.claims:
        quotes = [citation.quote for citation in claim.citations]
        assert quotes
        assert all(citation.quote == PAGE[citation.start : citation.end] for citation in claim.citations)
        assert support(claim.text, quotes).supported
    assert answer.claims or (answer.text, answer.stance, answer.choice) == ("", None, None)
    assert answer.claims or answer.notes
    assert answer.choice is None or answer.choice in asked.choices
    assert asked.max_words is None or len(answer.text.split()) <= asked.max_words
    assert asked.max_characters is None or len(answer.text) <= asked.max_characters
    assert 0 <= answer.confidence <= 1
    assert all("\n" not in note for note in answer.notes)


KEYS = st.one_of(st.integers(0, 3).map(str), st.text(max_size=10))
CLAIMS = st.fixed_dictionaries(
    {
        "text": TEXT,
        "part": st.integers(0, 4),
        "quotes": st.lists(st.fixed_dictionaries({"key": KEYS, "text": TEXT}), max_size=3),
    }
)
REPLIES = st.fixed_dictionaries(
    {
        "claims": st.lists(CLAIMS, max_size=5),
        "parts": st.lists(
            st.fixed_dictionaries(
                {"part": st.integers(0, 9), "answered": st.booleans(), "lacking": st.text(max_size=9)}
            ),
            max_size=3,
        ),
        "stance": STANCES,
        "missing": st.lists(TEXT, max_size=2),
        "clarification": st.none() | TEXT,
    }
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["claims", "text", "quotes", "key", "stance", "x"]), inner, max_size=4)
    ),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None)
@given(QUESTIONS, REPLIES)
def test_whatever_a_model_claims_only_verbatim_quotes_and_supported_claims_get_through(
    asked: Question, reply: dict[str, object]
) -> None:
    def said(user: str) -> str:
        keys = list(keys_by_text(user).values())  # in a reply, the number of a key stands for it
        text = json.dumps(reply)
        for number, key in enumerate(keys):
            text = text.replace(f'"key": "{number}"', f'"key": "{key}"')
        return text

    draft = ChatAnswerer(ScriptedModel(said), load_prompt("answer@2"), Packing(secret=b"x")).draft(asked, PASSAGES)
    verbatim_and_supported(ground(asked, draft, PASSAGES), asked)


@settings(max_examples=100, deadline=None)
@given(QUESTIONS, st.one_of(VALUES.map(json.dumps), st.text(max_size=60)), st.sampled_from(["answer@1", "answer@2"]))
def test_whatever_a_model_writes_becomes_an_answer_or_a_fault_of_the_tree(
    asked: Question, text: str, prompt: str
) -> None:
    answerer = ChatAnswerer(ScriptedModel([text]), load_prompt(prompt), Packing(secret=b"x"), lambda _: None)
    try:
        draft = answerer.draft(asked, PASSAGES)
    except RfpError as error:
        assert "\n" not in str(error)
        return
    verbatim_and_supported(ground(asked, draft, PASSAGES), asked)
