"""Where nothing is left of a model's answer the offline one is offered in a note, and only there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rfp_responder.answer.chat import ChatAnswerer
from rfp_responder.answer.extractive import ExtractiveAnswerer, ExtractiveSettings
from rfp_responder.answer.route import RoutedAnswerer
from rfp_responder.chat.scripted import ScriptedModel
from rfp_responder.domain import Answer
from rfp_responder.errors import ModelDownError
from rfp_responder.knowledge import KnowledgeBase
from rfp_responder.prompts import load_prompt
from rfp_responder.protocols import Answerer
from rfp_responder.responder import Responder
from tests import makers
from tests.replies import quoting, reply

ENCRYPTED = "Customer data is encrypted at rest with AES-256."
ASKED = makers.question("Is customer data encrypted at rest?", "Yes", "No")


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    made, _ = makers.knowledge(tmp_path / "index", makers.folder(tmp_path / "docs"))
    yield made
    made.manifest.close()


def offline(base: KnowledgeBase, threshold: float = 0.0) -> Answerer:
    return ExtractiveAnswerer(base.embedder, base.document_frequencies, ExtractiveSettings(threshold=threshold))


def ask(base: KnowledgeBase, said: object, suggester: Answerer | None) -> Answer:
    answerer = ChatAnswerer(ScriptedModel(said), load_prompt("answer@2"))  # type: ignore[arg-type]
    responder = Responder.over(base, answerer=answerer)
    return (responder.with_suggester(suggester) if suggester else responder).ask(ASKED)


def suggested(answer: Answer) -> list[str]:
    return [note for note in answer.notes if note.startswith("suggestion")]


@pytest.mark.parametrize("said", [[reply()], quoting(("We hold ISO 27001.", "We hold ISO 27001 since 2020."))])
def test_the_offline_answer_is_offered_with_its_confidence_and_its_pages(base: KnowledgeBase, said: object) -> None:
    answer = ask(base, said, offline(base))
    assert (answer.status, answer.text, answer.choice, answer.claims) == ("unanswered", "", None, ())
    [note] = suggested(answer)
    assert re.fullmatch(r'suggestion \(offline, confidence [01]\.\d\d\): ".+" \[security\.md p\. 1\]', note)
    assert ENCRYPTED in note


def test_nothing_is_offered_beside_an_answer_that_stands(base: KnowledgeBase) -> None:
    answer = ask(base, quoting((ENCRYPTED, ENCRYPTED), stance="yes"), offline(base))
    assert (answer.text, answer.choice, suggested(answer)) == (ENCRYPTED, "Yes", [])


def test_nothing_is_offered_where_the_model_asks_back_or_the_offline_answerer_has_nothing(base: KnowledgeBase) -> None:
    assert suggested(ask(base, [reply(clarification="Which product?")], offline(base))) == []
    assert suggested(ask(base, [reply()], offline(base, threshold=1.0))) == []
    assert suggested(ask(base, [reply()], None)) == []


def test_the_offline_answer_that_stepped_in_is_an_answer_and_no_suggestion(base: KnowledgeBase) -> None:
    dead = ChatAnswerer(ScriptedModel([ModelDownError("model m: no connection")]), load_prompt("answer@2"))
    routed = RoutedAnswerer(dead, None, (), offline(base))
    answer = Responder.over(base, answerer=routed).with_suggester(offline(base)).ask(ASKED)
    assert (answer.author, answer.route, suggested(answer)) == ("offline extractive", "offline", [])
    assert ENCRYPTED in answer.text
    assert any(note.startswith("a model failed: ") for note in answer.notes)
