"""One suite for every Answerer: it proposes from the passages alone and survives grounding."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from rfp_responder.answer.canary import CanaryAnswerer
from rfp_responder.answer.chat import ChatAnswerer
from rfp_responder.answer.context import Packing
from rfp_responder.answer.extractive import ExtractiveAnswerer
from rfp_responder.answer.ground import ground
from rfp_responder.answer.route import RoutedAnswerer
from rfp_responder.chat.scripted import ScriptedModel
from rfp_responder.domain import Passage, Question
from rfp_responder.errors import ModelDownError
from rfp_responder.index.embed import HashingEmbedder
from rfp_responder.prompts import load_prompt
from rfp_responder.protocols import Answerer
from tests.makers import passage, question
from tests.model_server import drafted
from tests.replies import quoting

ENCRYPTED = "Customer data is encrypted at rest with AES-256."
PASSAGES = [
    passage(f"{ENCRYPTED} Keys are rotated every 90 days.", 1, heading="Encryption at rest"),
    passage("Backups are kept for 35 days. Restores are tested each quarter.", 2, heading="Backups", number=2),
]


def _frequencies(stems: Sequence[str]) -> tuple[dict[str, int], int]:
    return dict.fromkeys(stems, 2), 100


PACKING = Packing(secret=b"x" * 32)


def _keyed(name: str) -> Answerer:
    model = ScriptedModel(quoting((ENCRYPTED, ENCRYPTED), stance="yes"), name=name)
    return ChatAnswerer(model, load_prompt("answer@2"), PACKING)


MAKERS: dict[str, Callable[[], Answerer]] = {
    "extractive": lambda: ExtractiveAnswerer(HashingEmbedder(), _frequencies),
    "numbered": lambda: ChatAnswerer(
        ScriptedModel([drafted((ENCRYPTED, ENCRYPTED), stance="yes")]), load_prompt("answer@1"), PACKING
    ),
    "keyed": lambda: _keyed("m"),
    "routed": lambda: RoutedAnswerer(_keyed("big"), _keyed("tiny")),
    "fallen back": lambda: RoutedAnswerer(
        ChatAnswerer(ScriptedModel([ModelDownError("model m: no connection")]), load_prompt("answer@2"), PACKING),
        None,
        (),
        ExtractiveAnswerer(HashingEmbedder(), _frequencies),
    ),
    "canary": lambda: CanaryAnswerer(_keyed("m"), _keyed("m"), 0.5),
}


@pytest.fixture(params=MAKERS)
def answerer(request: pytest.FixtureRequest) -> Answerer:
    return MAKERS[request.param]()


def test_a_plain_question_is_answered_and_every_proposal_survives_grounding(answerer: Answerer) -> None:
    asked = question("Is customer data encrypted at rest?", "Yes", "No")
    answer = ground(asked, answerer.draft(asked, PASSAGES), PASSAGES)
    assert answer.status in {"answered", "partial"}
    assert ENCRYPTED in answer.text
    assert answer.choice == "Yes"
    assert not any("dropped" in note for note in answer.notes)


def test_the_draft_names_its_author(answerer: Answerer, request: pytest.FixtureRequest) -> None:
    author = answerer.draft(question(), PASSAGES).author
    stepped_in = {"routed": "tiny", "fallen back": "offline extractive"}
    assert author == stepped_in.get(request.node.callspec.params["answerer"], answerer.author) != ""


def test_without_passages_nothing_is_proposed_and_a_reason_is_given(answerer: Answerer) -> None:
    draft = answerer.draft(question(), [])
    assert (draft.proposals, draft.stance) == ((), None)
    assert draft.notes
    assert ground(question(), draft, []).status == "unanswered"


@pytest.mark.parametrize(
    "text", ["", " ", "\t\t\n", "• \n•", "?" * 40, "A\tB\tC\n\t\t", "word " * 2000, "中文。" * 50, "1. 2. 3."]
)
@pytest.mark.parametrize("asked", ["Is it?", "How long, and how often, and who?", "中文", "Why" + " and why" * 50])
def test_no_passage_and_no_question_breaks_it(answerer: Answerer, text: str, asked: str) -> None:
    passages = [passage(text, 1)]
    wanted = Question("", asked)
    draft = answerer.draft(wanted, passages)
    assert 0 <= draft.confidence <= 1
    answer = ground(wanted, draft, passages)
    assert all(c.quote == text[c.start : c.end] for c in answer.citations)


def test_quotes_name_passages_by_their_rank_not_by_their_place(
    answerer: Answerer, request: pytest.FixtureRequest
) -> None:
    shifted: list[Passage] = [passage(PASSAGES[0].chunk.text, 5, heading="Encryption at rest")]
    if "numbered" in request.node.name:
        pytest.skip("the script names passage 1")
    ranks = {quote.passage for p in answerer.draft(question(), shifted).proposals for quote in p.quotes}
    assert ranks == {5}


def test_the_same_question_gives_the_same_draft(answerer: Answerer) -> None:
    assert answerer.draft(question(), PASSAGES) == answerer.draft(question(), PASSAGES)


def test_the_offline_answerer_leaves_what_the_passages_do_not_say_unanswered() -> None:
    asked = Question("", "Which colour has the chairman's yacht?")
    draft = MAKERS["extractive"]().draft(asked, PASSAGES)
    answer = ground(asked, draft, PASSAGES)
    assert (answer.status, answer.text, answer.stance) == ("unanswered", "", None)
    assert answer.notes
