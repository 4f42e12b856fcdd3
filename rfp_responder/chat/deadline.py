"""Work that may hang, ended at a time: pieces are made in a thread of their own and taken in the caller's.

A socket's own timeout counts from byte to byte: a server that dribbles, or a name that is looked up for minutes, is
not bounded by it. Here the caller goes on at the deadline, whatever the work does; the work is told to stop.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

_AHEAD = 64  # pieces that may wait for the caller


@dataclass(frozen=True, slots=True)
class _Ended:
    fault: Exception | None


class DeadlineError(Exception):
    """The deadline came before the work was done."""


class Within(Generic[T]):
    """The pieces of ``make()`` until ``deadline`` (of ``time.monotonic``), to be used in a ``with`` statement.

    Iterating raises what the work raises, and DeadlineError; leaving the block tells the work to stop at its next
    piece, and does not wait for it.
    """

    def __init__(self, deadline: float, make: Callable[[], Iterator[T]]) -> None:
        self._deadline = deadline
        self._make = make
        self._pieces: queue.Queue[T | _Ended] = queue.Queue(_AHEAD)
        self._stopped = threading.Event()

    def __enter__(self) -> Iterator[T]:
        threading.Thread(target=self._work, name="rfp-model-request", daemon=True).start()
        return self._taken()

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        try:
            while True:  # room for a piece that the work is about to hand over: it sees the sign behind it
                self._pieces.get_nowait()
        except queue.Empty:
            return

    def _taken(self) -> Iterator[T]:
        while True:
            try:
                piece = self._pieces.get(timeout=max(0.0, self._deadline - time.monotonic()))
            except queue.Empty:
                raise DeadlineError from None
            if isinstance(piece, _Ended):
                if piece.fault is not None:
                    raise piece.fault
                return
            yield piece
            if time.monotonic() > self._deadline:
                raise DeadlineError

    def _work(self) -> None:
        fault: Exception | None = None
        try:
            pieces = self._make()
            for piece in pieces:
                if self._stopped.is_set():
                    break
                self._pieces.put(piece)
            close = getattr(pieces, "close", None)
            if close is not None:
                close()  # a generator lets go of its connection
        except Exception as error:
            fault = error  # raised again where the pieces are taken
        if not self._stopped.is_set():
            self._pieces.put(_Ended(fault))
