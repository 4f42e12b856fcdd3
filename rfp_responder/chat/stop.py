"""The sign that a run is over: nothing new is asked from then on, and nobody waits any longer."""

from __future__ import annotations

import threading
from collections.abc import Callable

from rfp_responder.errors import RfpError


class StoppedError(RfpError):
    """A question that was given up because the run is over: no fault of a model, and nobody steps in."""


class Stop:
    """A sign for all threads of a run, given once (``give``) and never taken back."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._given = False
        self._wakers: list[Callable[[], None]] = []

    @property
    def given(self) -> bool:
        """Whether the run is over."""
        return self._given

    def give(self) -> None:
        """End the run: those who wait are woken, and meet the sign."""
        with self.changed:
            self._given = True
            self.changed.notify_all()
            wakers = list(self._wakers)
        for wake in wakers:
            wake()

    def wakes(self, wake: Callable[[], None]) -> None:
        """Have ``wake`` called when the sign is given: for those who wait on a condition of their own."""
        with self.changed:
            self._wakers.append(wake)

    def check(self) -> None:
        """Raise StoppedError when the run is over."""
        if self._given:
            raise StoppedError("not asked: the run was stopped")
