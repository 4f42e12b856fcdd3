"""How fast a server may be asked: requests and tokens per minute, requests at a time, and a pause for all.

``Allowance`` is the arithmetic, without clock, threads or waiting; ``Pace`` is what threads wait at, first come first
served. A server that is busy is spared by all: fewer requests at a time (half, then one more after each round that
went well), and none before the time that it asked for.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from rfp_responder.chat.stop import Stop

BURST = 6.0  # seconds' worth of a minute's limit that may be used at once after a rest
_MINUTE = 60.0
_INSTANT = 1e-9  # seconds: what rounding leaves over is not waited for


class Clock(Protocol):
    """Time in seconds since any fixed moment, and a way to let it pass."""

    def now(self) -> float:
        """The time."""

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        """Let go of ``condition`` until it is notified, at most for ``seconds``."""


class WallClock:
    """The machine's own clock, which never goes back."""

    def now(self) -> float:
        """Seconds of ``time.monotonic``."""
        return time.monotonic()

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        """Wait on the condition."""
        condition.wait(seconds)


class Bucket:
    """A token bucket: fills with ``per_minute`` / 60 a second up to ``BURST`` seconds' worth (at least 1).

    What is more than it can ever hold is let through when it is full, and owed afterwards. So in any 60 s at most
    ``per_minute`` + ``size`` + one such excess are let through. ``per_minute`` 0: no limit.
    """

    def __init__(self, per_minute: float, now: float) -> None:
        self.rate = per_minute / _MINUTE
        self.size = max(1.0, self.rate * BURST) if per_minute else 0.0
        self._level = self.size
        self._at = now

    def wait(self, amount: float, now: float) -> float:
        """Seconds until so much may be taken; 0.0: now."""
        if not self.rate:
            return 0.0
        self._fill(now)
        short = min(amount, self.size) - self._level
        return max(0.0, short / self.rate)

    def take(self, amount: float, now: float) -> None:
        """Take so much, into debt where it is more than there is; less than zero gives back."""
        if self.rate:
            self._fill(now)
            self._level = min(self.size, self._level - amount)

    def _fill(self, now: float) -> None:
        self._level = min(self.size, self._level + max(0.0, now - self._at) * self.rate)
        self._at = max(self._at, now)


class Allowance:
    """What may be sent at a time: pure arithmetic over the times that it is told, in seconds."""

    def __init__(self, requests_per_minute: int, tokens_per_minute: int, at_once: int, now: float) -> None:
        self._requests = Bucket(requests_per_minute, now)
        self._tokens = Bucket(tokens_per_minute, now)
        self._most = max(1, at_once)
        self._limit = float(self._most)
        self._running = 0
        self._paused_until = now
        self._shrunk_at = 0
        self._begun = 0

    @property
    def limit(self) -> int:
        """How many requests may run at a time now."""
        return int(self._limit)

    @property
    def running(self) -> int:
        """How many requests run."""
        return self._running

    def wait(self, tokens: int, now: float) -> float | None:
        """Seconds until a request of so many tokens may begin; 0.0: now, None: when another one has ended."""
        if self._running >= self.limit:
            return None
        wait = max(self._paused_until - now, self._requests.wait(1, now), self._tokens.wait(tokens, now))
        return wait if wait > _INSTANT else 0.0

    def begin(self, tokens: int, now: float) -> int:
        """Count a request as begun; gives its number, which ``shrink`` wants."""
        self._requests.take(1, now)
        self._tokens.take(tokens, now)
        self._running += 1
        self._begun += 1
        return self._begun

    def end(self, estimated: int, used: int, now: float) -> None:
        """Count a request as ended, and settle its tokens."""
        self._running -= 1
        self._tokens.take(used - estimated, now)

    def grow(self) -> None:
        """A request went well: one more at a time after a whole round of them."""
        self._limit = min(float(self._most), self._limit + 1.0 / self._limit)

    def shrink(self, number: int) -> None:
        """The server was busy: half as many at a time; requests of one burst shrink it once together."""
        if number > self._shrunk_at:
            self._limit = max(1.0, self._limit / 2)
            self._shrunk_at = self._begun

    def pause(self, seconds: float, now: float) -> None:
        """Let nothing begin for so long."""
        self._paused_until = max(self._paused_until, now + seconds)


@dataclass(slots=True)
class Turn:
    """One request's turn; what is told here is settled when it ends."""

    tokens: int
    number: int
    used: int | None = None
    busy: bool = False
    pause: float = 0.0

    def went_well(self, tokens: int) -> None:
        """The reply came: so many tokens, in and out; 0: not counted, the estimate stands."""
        self.used = tokens or self.tokens

    def was_refused(self, pause: float = 0.0) -> None:
        """The server was busy and used nothing; it asks to be left alone for ``pause`` seconds."""
        self.used, self.busy, self.pause = 0, True, pause


class Pace:
    """Turns at one server, for all threads that ask it. Limits per minute: 0 is none; ``at_once`` is at least 1.

    When ``stop`` is given, nobody gets a turn any more: those who wait, and those who come, meet StoppedError.
    """

    def __init__(
        self,
        requests_per_minute: int = 0,
        tokens_per_minute: int = 0,
        at_once: int = 4,
        clock: Clock | None = None,
        stop: Stop | None = None,
    ) -> None:
        self._clock = clock or WallClock()
        self._stop = stop or Stop()
        self._allowance = Allowance(requests_per_minute, tokens_per_minute, at_once, self._clock.now())
        self._changed = threading.Condition()
        self._queue: deque[object] = deque()
        self._stop.wakes(self._wake)

    @property
    def limit(self) -> int:
        """How many requests may run at a time now."""
        with self._changed:
            return self._allowance.limit

    @property
    def waiting(self) -> int:
        """How many wait for a turn."""
        with self._changed:
            return len(self._queue)

    @contextmanager
    def turn(self, tokens: int) -> Iterator[Turn]:
        """Wait for a turn of so many tokens and hold it; they are an estimate, which stands where nothing is told."""
        turn = Turn(tokens, self._wait_for(tokens))
        try:
            yield turn
        finally:
            self._settle(turn)

    def _wait_for(self, tokens: int) -> int:
        mine = object()
        with self._changed:
            self._queue.append(mine)
            try:
                while True:
                    self._stop.check()
                    wait = self._allowance.wait(tokens, self._clock.now()) if self._queue[0] is mine else None
                    if wait == 0.0:
                        return self._allowance.begin(tokens, self._clock.now())
                    self._clock.wait(self._changed, wait)
            finally:
                self._queue.remove(mine)  # also when Ctrl-C comes while it waits
                self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _settle(self, turn: Turn) -> None:
        with self._changed:
            now = self._clock.now()
            self._allowance.end(turn.tokens, turn.tokens if turn.used is None else turn.used, now)
            if turn.busy:
                self._allowance.shrink(turn.number)
                self._allowance.pause(turn.pause, now)
            elif turn.used is not None:
                self._allowance.grow()
            self._changed.notify_all()
