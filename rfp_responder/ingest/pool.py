"""Files read side by side in worker processes, each bounded in time and memory, replies in the order of the jobs."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rfp_responder.domain import Document
from rfp_responder.ingest.codec import decode
from rfp_responder.machine import cores

_AHEAD = 8  # jobs a worker may be ahead of the reply that is wanted next: bounds what waits in memory
_SECONDS_A_MEGABYTE, _SECONDS_A_SCAN = 2.0, 60.0


@dataclass(frozen=True, slots=True)
class Job:
    """A file to read. ``held`` is the digest of the version that is held already (``""``: none). OCR is asked where
    ``scans`` says for how many pages; they take their time."""

    path: Path
    name: str
    size: int
    member: str = ""
    held: str = ""
    passwords: tuple[str, ...] = ()
    scans: int = 0

    def line(self) -> bytes:
        """One line of JSON."""
        fields = {"path": str(self.path), "name": self.name, "member": self.member, "held": self.held}
        return json.dumps({**fields, "passwords": self.passwords, "ocr": self.scans > 0}).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Same:
    """The file holds what is held already."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a file cannot be read, in one line. ``lasting``: it is the file's own fault and will be there again."""

    reason: str
    lasting: bool = True


Reply = Document | Same | Refused


_WORKER = (sys.executable, "-m", "rfp_responder.ingest.worker")


def read_all(
    jobs: Sequence[Job], *, seconds: float = 120.0, workers: int | None = None, command: Sequence[str] = _WORKER
) -> Iterator[tuple[Job, Reply]]:
    """Each job with its reply, in the order given. ``seconds`` bounds one file, and 2 more for each megabyte.

    ``workers`` are as many as there are cores, where not given. ``command`` starts one.
    """
    count = max(1, min(len(jobs), workers or cores()))
    pool = _Pool(jobs, seconds, command)
    threads = [threading.Thread(target=pool.work, daemon=True) for _ in range(count if jobs else 0)]
    for thread in threads:
        thread.start()
    try:
        for place, job in enumerate(jobs):
            yield job, pool.reply(place)
    finally:
        pool.stop()
        for thread in threads:
            thread.join()


class _Pool:
    def __init__(self, jobs: Sequence[Job], seconds: float, command: Sequence[str]) -> None:
        self._jobs = jobs
        self._command = list(command)
        self._seconds = seconds
        self._next = 0
        self._lock = threading.Lock()
        self._room = threading.Semaphore(_AHEAD * cores())
        self._replies: dict[int, queue.SimpleQueue[Reply | BaseException]] = {
            place: queue.SimpleQueue() for place in range(len(jobs))
        }
        self._stopped = False
        self._running: set[subprocess.Popen[bytes]] = set()

    def reply(self, place: int) -> Reply:
        """The reply to the job at ``place``; waits for it."""
        found = self._replies[place].get()
        del self._replies[place]
        self._room.release()
        if isinstance(found, BaseException):
            raise found
        return found

    def stop(self) -> None:
        """No more jobs; workers that are still reading are ended."""
        self._stopped = True
        for _ in range(_AHEAD):
            self._room.release()
        with self._lock:
            for process in self._running:
                process.kill()

    def work(self) -> None:
        """One worker's thread: starts its process, and another where that one ends."""
        process: subprocess.Popen[bytes] | None = None
        try:
            while (place := self._take()) is not None:
                try:
                    if process is None or process.poll() is not None:
                        process = self._start()
                    self._replies[place].put(self._ask(process, self._jobs[place]))
                except BaseException as error:  # handed to whoever waits for the reply
                    self._replies[place].put(error)
        finally:
            if process is not None:
                self._end(process)

    def _take(self) -> int | None:
        self._room.acquire()
        with self._lock:
            if self._stopped or self._next >= len(self._jobs):
                self._room.release()  # for the other threads
                return None
            self._next += 1
            return self._next - 1

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        with self._lock:
            self._running.add(process)
            if self._stopped:  # meanwhile
                process.kill()
        return process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            self._running.discard(process)
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):  # what it did not take is written again, and is lost again
                    stream.close()

    def _ask(self, process: subprocess.Popen[bytes], job: Job) -> Reply:
        assert process.stdin is not None
        assert process.stdout is not None
        allowed = self._seconds + _SECONDS_A_MEGABYTE * job.size / 1e6 + _SECONDS_A_SCAN * job.scans
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(allowed, end)
        timer.daemon = True
        timer.start()
        try:
            process.stdin.write(job.line())
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = b""
        finally:
            timer.cancel()
        if not line.endswith(b"\n"):
            self._end(process)
            if late.is_set():
                return Refused(f"{job.name}: took more than {allowed:.0f} s to read. Split it or leave it out")
            return Refused(f"{job.name}: the reader broke down on it. Save it anew from its source or leave it out")
        return _reply(line, job)


def _reply(line: bytes, job: Job) -> Reply:
    kind, body = line[:1], line[1:-1]
    if kind == b"S":
        return Same()
    if kind == b"F":
        return Refused(body.decode("utf-8", "replace"))
    try:
        return decode(body)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return Refused(f"{job.name}: the reader gave no document. Save it anew from its source or leave it out")
