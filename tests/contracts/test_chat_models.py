"""One suite for every ChatModel."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from rfp_responder.chat.patient import PatientChat
from rfp_responder.chat.scripted import ScriptedModel
from rfp_responder.chat.server import OpenAIChat
from rfp_responder.errors import ModelError
from rfp_responder.protocols import ChatModel, ModelRequest
from tests.model_server import fault, model_server, said, streamed

SCHEMA: dict[str, object] = {"type": "object", "properties": {}}


class Pair:
    """A model that says ``{"a": 1}`` and one that fails."""

    def __init__(self, talking: ChatModel, failing: ChatModel) -> None:
        self.talking, self.failing = talking, failing


@pytest.fixture(params=["openai", "patient", "scripted"])
def models(request: pytest.FixtureRequest) -> Iterator[Pair]:
    if request.param == "scripted":
        yield Pair(ScriptedModel(['{"a": 1}'], name="m"), ScriptedModel([ModelError("model m: is away")], name="m"))
        return
    with ExitStack() as stack:
        good, bad = stack.enter_context(model_server()), stack.enter_context(model_server())
        good.reply = lambda asked: streamed('{"a"', ": 1}") if asked.get("stream") else said('{"a": 1}')
        bad.reply = lambda _: fault(401)
        talking, failing = OpenAIChat("m", good.server()), OpenAIChat("m", bad.server())
        if request.param == "patient":
            yield Pair(PatientChat(talking), PatientChat(failing))
        else:
            yield Pair(talking, failing)


def test_it_says_its_text_and_counts_tokens(models: Pair) -> None:
    reply = models.talking.reply(ModelRequest("Be brief.", "Say a.", SCHEMA))
    assert reply.text == '{"a": 1}'
    assert reply.input_tokens > 0
    assert reply.output_tokens > 0


def test_what_a_listener_hears_is_the_reply(models: Pair) -> None:
    pieces: list[str] = []
    assert models.talking.reply(ModelRequest("s", "u", SCHEMA), pieces.append).text == '{"a": 1}'
    assert "".join(pieces) == '{"a": 1}'


def test_several_threads_may_ask_at_once(models: Pair) -> None:
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: models.talking.reply(ModelRequest("s", "u", SCHEMA)).text, range(12)))
    assert replies == ['{"a": 1}'] * 12


def test_it_can_be_asked_again_and_again(models: Pair) -> None:
    assert {models.talking.reply(ModelRequest("s", "u", SCHEMA)).text for _ in range(3)} == {'{"a": 1}'}


def test_it_has_the_name_that_was_given(models: Pair) -> None:
    assert models.talking.name == "m"


def test_a_fault_is_a_model_error(models: Pair) -> None:
    with pytest.raises(ModelError, match="model m"):
        models.failing.reply(ModelRequest("s", "u", SCHEMA))


@pytest.mark.parametrize("text", ["", "中文 🔐\n\t", "x" * 100_000])
def test_any_text_can_be_sent(models: Pair, text: str) -> None:
    assert models.talking.reply(ModelRequest(text, text, SCHEMA)).text


def test_a_script_may_be_a_function_of_the_message() -> None:
    assert ScriptedModel(lambda user: user.upper()).reply(ModelRequest("s", "say", SCHEMA)).text == "SAY"
