"""The sign that a run is over: no wait outlives it, and nothing is tried again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from rfp_responder.chat.pace import Pace, WallClock
from rfp_responder.chat.patient import PatientChat
from rfp_responder.chat.scripted import ScriptedModel
from rfp_responder.chat.stop import Stop, StoppedError
from rfp_responder.errors import ModelBusyError, ModelDownError, ModelError
from rfp_responder.protocols import ModelRequest

REQUEST = ModelRequest("Be brief.", "Say a.", {"type": "object", "properties": {}})
LONG = 20.0  # seconds that no test lasts


class Watched(WallClock):
    """The wall clock; ``waits`` is called when somebody is about to wait."""

    def __init__(self, waits: Callable[[], None]) -> None:
        self.waits = waits

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        self.waits()
        super().wait(condition, LONG if seconds is None else seconds)


@pytest.mark.parametrize(
    "fault", [ModelBusyError("busy", "", retry_after=100.0), ModelBusyError("busy"), ModelDownError("away")]
)
def test_a_wait_for_another_try_ends_at_once_and_there_is_no_other_try(fault: ModelError) -> None:
    stop, waiting = Stop(), threading.Event()
    clock = Watched(waiting.set)
    model = ScriptedModel([fault])
    patient = PatientChat(model, Pace(clock=clock, stop=stop), 5, 120.0, clock, jitter=lambda: 0.0, stop=stop)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(patient.reply, REQUEST)
        assert waiting.wait(LONG)
        stop.give()
        with pytest.raises(StoppedError):
            asked.result(LONG)
    assert model.calls == 1


def test_those_who_wait_for_a_turn_get_none() -> None:
    stop, waiting = Stop(), threading.Semaphore(0)
    pace = Pace(at_once=1, clock=Watched(waiting.release), stop=stop)
    model = ScriptedModel(["{}"])
    patient = PatientChat(model, pace, stop=stop)
    with ThreadPoolExecutor(3) as pool, pace.turn(1):
        asked = [pool.submit(patient.reply, REQUEST) for _ in range(3)]
        for _ in range(3):
            assert waiting.acquire(timeout=LONG)
        stop.give()
        for each in asked:
            with pytest.raises(StoppedError):
                each.result(LONG)
    assert model.calls == 0
    assert pace.waiting == 0


def test_a_fault_that_came_after_the_end_of_the_run_is_not_waited_for() -> None:
    stop = Stop()

    def fail(_: str) -> str:
        stop.give()
        raise ModelDownError("away")

    model = ScriptedModel(fail)
    clock = Watched(lambda: pytest.fail("nobody waits any more"))
    with pytest.raises(StoppedError):
        PatientChat(model, Pace(clock=clock, stop=stop), clock=clock, stop=stop).reply(REQUEST)
    assert model.calls == 1
