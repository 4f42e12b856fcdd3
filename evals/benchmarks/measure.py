"""What every system is measured with: one clock, one job format, one result format.

Standard library only, since each peer runs this under its own interpreter. The module is not called after anything
that a peer imports: a script's own folder stands first on Python's path.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

TICKS = os.sysconf("SC_CLK_TCK")


class Hit(TypedDict):
    """A place that a system found: the file's name, the one-based page, the system's own score."""

    document: str
    page: int
    score: float


def processes() -> dict[int, tuple[int, float]]:
    """Parent and CPU seconds (its own and its reaped children's) of every process; empty where /proc is not."""
    found: dict[int, tuple[int, float]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("utf-8", "replace").rsplit(")", 1)[1].split()
        except OSError:  # it ended while we looked
            continue
        found[int(stat.parent.name)] = (int(fields[1]), sum(int(ticks) for ticks in fields[11:15]) / TICKS)
    return found


def descendants(pid: int, table: dict[int, tuple[int, float]]) -> list[int]:
    """The live processes that ``pid`` started, and those that they started."""
    children = [child for child, (parent, _) in table.items() if parent == pid]
    return children + [below for child in children for below in descendants(child, table)]


def cpu_seconds() -> float:
    """CPU seconds of this process, of children that have ended, and of children still alive.

    A pool of workers that is kept open is in neither of ``getrusage``'s two sums; /proc has it.
    """
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    table = processes()
    alive = sum(table[child][1] for child in descendants(os.getpid(), table))
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime + alive


def peak_rss_mb() -> float:
    """Most memory this process held, in MB; children are not in it (``compare.py`` samples the whole tree)."""
    try:
        status = Path("/proc/self/status").read_text("utf-8")
        # ru_maxrss may show what the parent held before it became this program; VmHWM starts with the program
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / 1024 / (1024 if sys.platform == "darwin" else 1)


class Run:
    """One system on one job: phases are timed as they are entered, questions one by one."""

    def __init__(self, job: Path, out: Path) -> None:
        told = json.loads(job.read_text("utf-8"))
        self.files = [Path(name) for name in told["files"]]
        self.questions: list[str] = told["questions"]
        self.model: str = told["model"]
        self.threads = int(told["threads"])
        self.top_k = int(told["top_k"])
        self.failed: list[str] = []
        self._out = out
        self._result: dict[str, object] = {"threads": self.threads, "load_before": os.getloadavg()}

    @classmethod
    def from_command_line(cls) -> Run:
        """``script.py JOB.json RESULT.json``."""
        if len(sys.argv) != 3:
            raise SystemExit(f"usage: {Path(sys.argv[0]).name} JOB.json RESULT.json")
        return cls(Path(sys.argv[1]), Path(sys.argv[2]))

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Count CPU and wall seconds of what happens inside as ``cpu_seconds_NAME`` and ``wall_seconds_NAME``."""
        cpu, wall = cpu_seconds(), time.perf_counter()
        yield
        self._result[f"wall_seconds_{name}"] = time.perf_counter() - wall
        self._result[f"cpu_seconds_{name}"] = cpu_seconds() - cpu

    def pin_torch(self) -> None:
        """Hold torch to the job's threads where it was loaded; importing it here would cost who needs no torch."""
        torch = sys.modules.get("torch")
        if torch is not None:
            torch.set_num_threads(self.threads)

    def ask(self, search: Callable[[str], list[Hit]]) -> None:
        """Ask every question once, after one that is not counted (first calls load what is loaded late)."""
        search("What is this about?")
        wall, cpu, results = [], [], []
        for question in self.questions:
            began, worked = time.perf_counter(), time.process_time()
            found = search(question)
            cpu.append(1000 * (time.process_time() - worked))
            wall.append(1000 * (time.perf_counter() - began))
            results.append(found)
        self._result |= {"query_ms": wall, "query_cpu_ms": cpu, "results": results}

    def write(self, packages: list[str], chunks: int) -> None:
        """Write the result; ``packages`` are those whose versions belong beside the numbers."""
        self._result["versions"] = {name: importlib.metadata.version(name) for name in packages}
        self._result["python"] = sys.version.split()[0]
        self._result["chunks"] = chunks
        self._result["failed"] = self.failed
        self._result["peak_rss_mb"] = peak_rss_mb()
        self._out.write_text(json.dumps(self._result), "utf-8")
