"""Some questions put at a time, by threads that never hold up the end of the process."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future

from rfp_responder.domain import Answer, Question

Answering = Callable[[Question], Answer]


class Crew:
    """Answers ``questions`` with ``workers`` threads; what came is taken in the caller's thread.

    The threads are daemons: one that hangs in a request does not keep a process alive that the user has ended, as
    those of an executor do.
    """

    def __init__(self, answer: Answering, questions: Sequence[Question], workers: int) -> None:
        self._answer, self._questions = answer, questions
        self._left = deque(range(len(questions)))
        # Simple queues have no lock of Python's that an interrupt in the caller's thread could leave taken for ever.
        self._came: queue.SimpleQueue[tuple[int, Future[Answer]] | None] = queue.SimpleQueue()
        # one place: who has answered waits until it is taken, so that little is begun after the fault that ends a run
        self._room: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._room.put(None)
        self._working = min(workers, len(questions))
        for number in range(self._working):
            threading.Thread(target=self._work, name=f"answer-{number}", daemon=True).start()

    def __iter__(self) -> Iterator[tuple[int, Future[Answer]]]:
        """Each question's number, zero-based, and what came of it, as it comes, until all are done."""
        return self._taken(None)

    def end(self, patience: float | None) -> Iterator[tuple[int, Future[Answer]]]:
        """Begin nothing more, and give what still comes within ``patience`` seconds; None: until all has come."""
        self._left.clear()
        return self._taken(None if patience is None else time.monotonic() + patience)

    def _taken(self, until: float | None) -> Iterator[tuple[int, Future[Answer]]]:
        while self._working:
            try:
                came = self._came.get(timeout=None if until is None else max(0.0, until - time.monotonic()))
            except queue.Empty:
                return
            self._room.put(None)
            if came is None:
                self._working -= 1
            else:
                yield came

    def _work(self) -> None:
        while True:
            try:
                number = self._left.popleft()
            except IndexError:
                break
            self._hand_in((number, settled(self._answer, self._questions[number], BaseException)))
        self._hand_in(None)

    def _hand_in(self, came: tuple[int, Future[Answer]] | None) -> None:
        self._room.get()
        self._came.put(came)


def settled(answer: Answering, question: Question, caught: type[BaseException] = Exception) -> Future[Answer]:
    """What ``answer`` gave or raised, as a finished future."""
    future: Future[Answer] = Future()
    try:
        future.set_result(answer(question))
    except caught as fault:  # an answerer is foreign code: its fault is looked at where it is taken
        future.set_exception(fault)
    return future
