"""Whether a server's plain 500s come from the format that was asked for, or pass by themselves."""

from __future__ import annotations

import threading

_AGAIN = 10  # plain 500s between two trials of all formats that came to nothing


class Doubt:
    """Counts plain 500s of one model; a format is doubted only while it never works.

    The first is taken for a passing fault. From the second in a row on, the same request is tried in the next format.
    That this one works is believed at its second time, when the strict format, asked anew in between, failed again: an
    overload that passes in the middle of a request never costs the format. Times are in seconds, of any one clock.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._trial_at = 2
        self._helped: float | None = None

    def failed(self) -> bool:
        """A plain 500 came; whether a less strict format is worth a try with this request."""
        with self._lock:
            self._failures += 1
            return self._failures >= self._trial_at

    def useless(self) -> None:
        """No format worked: the fault is the server's own, and formats are left alone for a while."""
        with self._lock:
            self._trial_at = self._failures + _AGAIN

    def helped(self, asked: float, now: float) -> bool:
        """A less strict format worked where the strict one, asked at ``asked``, failed; whether to remember that."""
        with self._lock:
            if self._helped is not None and asked > self._helped:
                return True
            self._helped = now if self._helped is None else self._helped
            return False

    def cleared(self) -> None:
        """The format worked: whatever failed before was passing."""
        with self._lock:
            self._failures, self._trial_at, self._helped = 0, 2, None
