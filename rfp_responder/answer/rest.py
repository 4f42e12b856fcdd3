"""Which model is left alone for a while: one that failed three times in a row would cost its patience on every row."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

from rfp_responder.errors import ModelBusyError, ModelDownError, ModelError, ModelReplyError

IN_A_ROW = 3
SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Record:
    """Faults in a row of one kind (``lasting``: the server refuses what it is asked), and until when it rests."""

    faults: int = 0
    lasting: bool = False
    until: float = -math.inf
    last: ModelError | None = None


class Rests:
    """Keeps count of each model's faults, for any number of threads.

    A model that was down or busy ``IN_A_ROW`` times is left alone for ``SECONDS``; then one question tries it again,
    and one more fault sends it back to rest. A model whose server refuses what it is asked as often, in the same words
    each time (a wrong key, an unknown name), is left alone for the rest of the run: asking again cannot help. What it
    refuses in other words each time is the question's fault. A reply that cannot be used, or that is refused because of
    what is asked (too long, a filter), is the question's fault as likely as the model's; it ends a row of faults and
    begins none.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` gives seconds that only grow (``time.monotonic``)."""
        self._clock = clock
        self._lock = threading.Lock()
        self._records: dict[int, _Record] = {}

    def resting(self, model: int) -> ModelError | None:
        """The fault that the model rests from, None where it may be asked.

        When a rest is over, the one who asks gets to try, and the others wait for how that goes.
        """
        with self._lock:
            record = self._records.get(model, _Record())
            now = self._clock()
            if now < record.until:
                return record.last
            if record.faults >= IN_A_ROW:
                self._records[model] = _Record(record.faults, record.lasting, now + SECONDS, record.last)
            return None

    def failed(self, model: int, fault: ModelError) -> None:
        """One more fault of the model."""
        with self._lock:
            if isinstance(fault, ModelReplyError):
                self._records.pop(model, None)
                return
            lasting = not isinstance(fault, ModelBusyError | ModelDownError)
            record = self._records.get(model, _Record())
            same = record.lasting == lasting and (not lasting or record.last is None or record.last.what == fault.what)
            faults = record.faults + 1 if same else 1
            until = -math.inf
            if faults >= IN_A_ROW:
                until = math.inf if lasting else self._clock() + SECONDS
            self._records[model] = _Record(faults, lasting, until, fault)

    def answered(self, model: int) -> None:
        """The model answered: its faults are forgotten."""
        with self._lock:
            self._records.pop(model, None)
