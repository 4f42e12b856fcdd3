"""A chat model that asks again when its server is busy or away, at the pace that the server bears."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from rfp_responder.chat.pace import Clock, Pace, WallClock
from rfp_responder.chat.stop import Stop
from rfp_responder.errors import ModelBusyError, ModelDownError, ModelError
from rfp_responder.protocols import ChatModel, Listener, ModelReply, ModelRequest

_FIRST, _LONGEST = 0.5, 8.0  # seconds of back-off: doubling from the one to the other
_JITTER = 0.25  # share of it that is left to chance, so that those who failed together do not come back together


def estimated_tokens(text: str) -> int:
    """Tokens of a text by a rule of thumb: four bytes each, and one more."""
    return len(text.encode("utf-8", "replace")) // 4 + 1


@dataclass(slots=True)
class PatientChat:
    """Asks ``model`` up to ``retries`` times more after ModelBusyError and ModelDownError.

    It waits what the server asks for (Retry-After), at most ``max_wait`` seconds: a server that asks for more fails at
    once. Where it asks for nothing: 0.5 s, doubling to 8 s, a quarter of it by chance (``jitter`` gives 0..1). A fault
    after the listener has heard a first piece is not tried again: it would hear a reply twice. ``count_tokens`` counts
    a text for the pace, which is settled by what was really used. Once ``stop`` is given, nothing is tried again, and a
    wait ends at once: StoppedError.
    """

    model: ChatModel
    pace: Pace = field(default_factory=Pace)
    retries: int = 2
    max_wait: float = 120.0
    clock: Clock = field(default_factory=WallClock)
    count_tokens: Callable[[str], int] = estimated_tokens
    jitter: Callable[[], float] = random.random
    stop: Stop = field(default_factory=Stop)

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
        """One turn with patience; a last ModelBusyError or ModelDownError says how often it was tried.

        What failed tries cost is in the reply's ``cost_usd``, or in the fault's ``spent_usd``.
        """
        tokens = self.count_tokens(request.system) + self.count_tokens(request.user) + request.sampling.max_tokens
        heard = False

        def hear(piece: str) -> None:
            nonlocal heard
            heard = True
            if listener is not None:
                listener(piece)

        tried, spent = 0, 0.0
        while True:
            tried += 1
            with self.pace.turn(tokens) as turn:
                try:
                    reply = self.model.reply(request, hear if listener is not None else None)
                    turn.went_well(reply.input_tokens + reply.output_tokens)
                    return replace(reply, cost_usd=reply.cost_usd + spent)
                except ModelBusyError as error:
                    fault: ModelError = error
                    asked = error.retry_after or 0.0
                    turn.was_refused(asked if asked <= self.max_wait else 0.0)
                except ModelDownError as error:
                    fault, asked = error, 0.0
                except ModelError as error:
                    error.spent_usd += spent
                    raise
            spent += fault.spent_usd
            fault.spent_usd = spent
            if asked > self.max_wait:
                raise self._given_up(
                    fault, tried, f"asks for {asked:.0f} s of patience, at most {self.max_wait:g} are given"
                )
            if heard:
                raise self._given_up(fault, tried, "it had begun its reply")
            if tried > self.retries:
                raise self._given_up(fault, tried)
            if not asked:
                self._rest(self._back_off(tried))
            self.stop.check()

    def _rest(self, seconds: float) -> None:
        """Let so much time pass, or less where the run ends meanwhile."""
        with self.stop.changed:
            if not self.stop.given:
                self.clock.wait(self.stop.changed, seconds)

    def _back_off(self, tried: int) -> float:
        """Seconds before the next try; ``tried`` counts from one. What a server asked for is waited at the pace."""
        longest = min(_LONGEST, _FIRST * 2.0 ** min(tried - 1, 10))
        return longest * (1.0 - _JITTER * self.jitter())

    def _given_up(self, fault: ModelError, tried: int, why: str = "") -> ModelError:
        """The fault with what was tried; chained by hand, as it is raised outside its ``except``."""
        times = "once" if tried == 1 else f"{tried} times"
        what = f"{fault.what}; tried {times}" + (f": {why}" if why else "")
        told: ModelError
        if isinstance(fault, ModelBusyError):
            remedy = "Raise RFP_MAX_WAIT, or come back later" if why.startswith("asks") else fault.remedy
            told = ModelBusyError(what, remedy, fault.retry_after)
        else:
            told = type(fault)(what, fault.remedy)  # an unfinished reply stays one: it may have cost something
        told.spent_usd = fault.spent_usd
        told.__cause__ = fault
        return told
