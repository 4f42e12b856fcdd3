"""Patience over a real client and a real socket: what is tried again, after how long, and when it is given up."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from rfp_responder.chat.abilities import AbilityStore
from rfp_responder.chat.faults import UnfinishedReplyError
from rfp_responder.chat.pace import Pace
from rfp_responder.chat.patient import PatientChat, estimated_tokens
from rfp_responder.chat.scripted import ScriptedModel
from rfp_responder.chat.server import OpenAIChat
from rfp_responder.errors import CostLimitError, ModelBusyError, ModelDownError, ModelError, ModelReplyError
from rfp_responder.protocols import ModelRequest
from tests.model_server import ModelServer, Sent, event, fault, model_server, said, streamed
from tests.test_chat_pace import ManualClock

REQUEST = ModelRequest("Be brief.", "Say a.", {"type": "object", "properties": {}})


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def patient(
    server: ModelServer, clock: ManualClock, retries: int = 2, max_wait: float = 120.0, **options: Any
) -> PatientChat:
    model = OpenAIChat("m", server.server(**options), AbilityStore())
    return PatientChat(model, Pace(at_once=1, clock=clock), retries, max_wait, clock, jitter=lambda: 0.0)


def test_a_busy_server_is_asked_again_after_exactly_what_it_asks_for(server: ModelServer, clock: ManualClock) -> None:
    server.in_turn(fault(429, headers={"Retry-After": "7"}), said("{}"))
    assert patient(server, clock).reply(REQUEST).text == "{}"
    assert clock.slept == [7.0]
    assert len(server.asked) == 2


def test_without_a_wish_of_the_server_the_wait_doubles_up_to_eight_seconds(
    server: ModelServer, clock: ManualClock
) -> None:
    server.in_turn(*[fault(503)] * 7, said("{}"))
    assert patient(server, clock, retries=7).reply(REQUEST).text == "{}"
    assert clock.slept == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


def test_chance_takes_up_to_a_quarter_off_a_wait(server: ModelServer, clock: ManualClock) -> None:
    server.in_turn(fault(503), fault(503), said("{}"))
    model = patient(server, clock)
    chances = iter([0.0, 1.0])
    model.jitter = lambda: next(chances)
    model.reply(REQUEST)
    assert clock.slept == [0.5, 0.75]


def test_500_twice_then_a_reply_is_a_reply_in_the_strict_format(server: ModelServer, clock: ManualClock) -> None:
    server.in_turn(fault(500), said("{}"), fault(500), said("{}"))
    model = patient(server, clock)
    for _ in range(2):
        assert model.reply(REQUEST).text == "{}"
    assert {request["response_format"]["type"] for request in server.asked} == {"json_schema"}


def test_faults_for_ever_are_given_up_with_the_number_of_tries(server: ModelServer, clock: ManualClock) -> None:
    server.reply = lambda _: fault(503, "closed")
    with pytest.raises(ModelBusyError, match=r"status 503.*tried 3 times") as caught:
        patient(server, clock).reply(REQUEST)
    assert len(server.asked) == 3
    assert "\n" not in str(caught.value)


def test_without_retries_it_is_tried_once(server: ModelServer, clock: ManualClock) -> None:
    server.reply = lambda _: fault(503)
    with pytest.raises(ModelBusyError, match="tried once"):
        patient(server, clock, retries=0).reply(REQUEST)
    assert clock.slept == []


def test_a_server_that_asks_for_too_much_patience_fails_at_once_and_says_so(
    server: ModelServer, clock: ManualClock
) -> None:
    server.reply = lambda _: fault(429, headers={"Retry-After": "3600"})
    with pytest.raises(ModelBusyError, match=r"asks for 3600 s.*at most 120.*RFP_MAX_WAIT") as caught:
        patient(server, clock).reply(REQUEST)
    assert caught.value.retry_after == 3600
    assert (clock.slept, len(server.asked)) == ([], 1)


@pytest.mark.parametrize(
    "sent", [fault(401), fault(400, "Your account is closed"), fault(429, code="insufficient_quota"), Sent(b"no json")]
)
def test_what_does_not_pass_is_not_tried_again(sent: Sent, server: ModelServer, clock: ManualClock) -> None:
    server.reply = lambda _: sent
    with pytest.raises(ModelError):
        patient(server, clock).reply(REQUEST)
    assert (clock.slept, len(server.asked)) == ([], 1)


def test_a_dropped_connection_and_a_reply_that_comes_too_late_are_tried_again(
    server: ModelServer, clock: ManualClock
) -> None:
    server.in_turn(Sent(b"{", promised=90), Sent(hang=True), said("{}"))
    assert patient(server, clock, timeout=0.3).reply(REQUEST).text == "{}"
    assert clock.slept == [0.5, 1.0]


def test_a_server_that_is_gone_is_given_up_as_down(clock: ManualClock) -> None:
    with model_server() as server:
        model = patient(server, clock)
    with pytest.raises(ModelDownError, match=r"no connection.*tried 3 times"):
        model.reply(REQUEST)


def test_a_stream_that_broke_is_tried_again_only_before_its_first_piece(
    server: ModelServer, clock: ManualClock
) -> None:
    heard: list[str] = []
    server.in_turn(Sent(kind="text/event-stream", pieces=lambda: iter([event("")]), cut=True), streamed("{}"))
    assert patient(server, clock).reply(REQUEST, heard.append).text == "{}"
    assert heard == ["{}"]
    server.in_turn(streamed("{", finish=None, done=False, cut=True), streamed("{}"))
    with pytest.raises(UnfinishedReplyError, match="it had begun its reply"):
        patient(server, clock).reply(REQUEST, heard.append)
    assert heard == ["{}", "{"]


@pytest.mark.parametrize("error", [CostLimitError("the cap is reached"), ModelReplyError("no"), KeyboardInterrupt()])
def test_other_faults_pass_through_as_they_are(error: Exception, clock: ManualClock) -> None:
    def fail(_: str) -> str:
        raise error

    model = ScriptedModel(fail)
    with pytest.raises(type(error)) as caught:
        PatientChat(model, Pace(clock=clock), clock=clock).reply(REQUEST)
    assert caught.value is error
    assert model.calls == 1


def test_no_more_requests_run_at_a_time_than_allowed(server: ModelServer) -> None:
    def reply(_: object) -> Sent:
        time.sleep(0.02)
        return said("{}")

    server.reply = reply
    model = PatientChat(OpenAIChat("m", server.server()), Pace(at_once=3))
    threads = [threading.Thread(target=model.reply, args=(REQUEST,)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(server.asked) == 16
    assert server.most_at_once == 3


def test_a_429_that_one_thread_met_holds_all_back(server: ModelServer) -> None:
    server.in_turn(fault(429, headers={"Retry-After": "0.4"}), said("{}"))
    model = PatientChat(OpenAIChat("m", server.server()), Pace(at_once=1))
    threads = [threading.Thread(target=model.reply, args=(REQUEST,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(server.asked) == 5
    assert server.times[1] - server.times[0] >= 0.4


def test_the_pace_is_settled_by_what_the_reply_used(server: ModelServer, clock: ManualClock) -> None:
    server.reply = lambda _: said("{}", prompt_tokens=500, completion_tokens=700)
    model = OpenAIChat("m", server.server())
    pace = Pace(tokens_per_minute=6_000, at_once=1, clock=clock)
    patience = PatientChat(model, pace, clock=clock, count_tokens=lambda text: 0)
    patience.reply(REQUEST)  # taken at 600, which is full; 600 owed afterwards
    patience.reply(REQUEST)
    assert sum(clock.slept) == pytest.approx(12.0)


def test_tokens_are_estimated_by_their_bytes() -> None:
    assert estimated_tokens("") == 1
    assert estimated_tokens("word " * 100) == 126
    assert estimated_tokens("中文" * 100) == 151
