"""What a small real model said, recorded at our own seam and replayed: grounding keeps all that is false out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from rfp_responder.answer.ground import ground
from rfp_responder.answer.support import support
from rfp_responder.chat.recorded import RecordedModel
from rfp_responder.domain import Answer, Draft
from rfp_responder.errors import ModelReplyError

sys.path.insert(0, str(Path(__file__).parents[1] / "evals"))
from recorded_cases import CASES, MODEL, PROMPTS, REPLIES, answerer

CUT_OFF = 2  # replies without end: none was kept


def replayed() -> list[tuple[Draft, Answer]]:
    """Every recorded draft with the answer that is left of it; replies that could not be used are left out."""
    model = RecordedModel(REPLIES, MODEL)
    found, unrecorded = [], 0
    for prompt in PROMPTS:
        for question, passages in CASES:
            try:
                draft = answerer(model, prompt).draft(question, passages)
            except ModelReplyError as error:
                unrecorded += "is recorded" in str(error)
                continue
            found.append((draft, ground(question, draft, passages)))
    assert unrecorded <= CUT_OFF, "the requests changed: record anew with make test-local-model RECORD=1"
    return found


@pytest.fixture(scope="module")
def answers() -> list[tuple[Draft, Answer]]:
    return replayed()


def test_most_replies_are_of_the_form_that_was_asked_for(answers: list[tuple[Draft, Answer]]) -> None:
    assert len(answers) > len(PROMPTS) * len(CASES) / 2


def test_the_model_said_much_that_is_not_in_the_passages(answers: list[tuple[Draft, Answer]]) -> None:
    texts = {passage.chunk.text for _, passages in CASES for passage in passages}
    said = [proposal.text for draft, _ in answers for proposal in draft.proposals]
    assert sum(not any(support(one, [text]).supported for text in texts) for one in said) >= 5


def test_what_is_left_stands_in_its_passage_word_for_word_and_is_supported(answers: list[tuple[Draft, Answer]]) -> None:
    for _, answer in answers:
        texts = {passage.chunk.text for passage in answer.passages}
        for claim in answer.claims:
            assert all(any(citation.quote in text for text in texts) for citation in claim.citations)
            assert support(claim.text, [citation.quote for citation in claim.citations]).supported


def test_whatever_was_dropped_is_noted(answers: list[tuple[Draft, Answer]]) -> None:
    for draft, answer in answers:
        if len(answer.claims) < len({proposal.text for proposal in draft.proposals}):
            assert any(note.startswith(("dropped", "left out", "shortened")) for note in answer.notes), answer.notes


def test_what_the_passages_do_not_say_stays_blank(answers: list[tuple[Draft, Answer]]) -> None:
    for _, answer in answers:
        if "insurer" in answer.question.text or "FedRAMP" in answer.question.text:
            assert answer.stance != "yes"
            assert answer.choice is None
