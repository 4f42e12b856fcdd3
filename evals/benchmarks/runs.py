"""Run a system on a job in a process of its own, and remember the result by what it depends on."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import envs
import measure

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
READERS = ("ours", "pypdf", "pypdfium2")
SYSTEMS = ("ours", *envs.PEERS)
PINS = {
    "OMP_NUM_THREADS": "{threads}",
    "MKL_NUM_THREADS": "{threads}",
    "OPENBLAS_NUM_THREADS": "{threads}",
    "NUMEXPR_NUM_THREADS": "{threads}",
    "TOKENIZERS_PARALLELISM": "false",
    # nothing is fetched and nothing is reported: a wait for a network that is not there would be timed
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "LANGSMITH_TRACING": "false",
}


class RunError(Exception):
    """A system ended without a result; the message holds the end of what it printed."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a system is given; ``digest`` names files by content, so that moving a folder changes nothing.

    ``source`` holds the ``rfp_responder`` that is measured as ours: this checkout, or another commit's.
    """

    files: tuple[Path, ...]
    questions: tuple[str, ...]
    model: str
    threads: int
    top_k: int
    core: int | None
    source: Path = ROOT

    def digest(self) -> str:
        """The same for the same work."""
        parts = [f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in self.files]
        parts += [*self.questions, str(self.threads), str(self.top_k), str(self.core)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def processor() -> str:
    """The processor's name: seconds of another are another measurement."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def code_of(system: str, source: Path) -> str:
    """A digest of all that a system's numbers depend on besides the job."""
    script = HERE / ("reading.py" if system.startswith("read-") else _script(system))
    parts = [script, HERE / "measure.py"]
    if system in ("ours", "read-ours"):
        parts += [*sorted((source / "rfp_responder").rglob("*.py")), source / "constraints.txt"]
    elif system in envs.PEERS:
        parts.append(envs.pinned(system))
    digest = hashlib.sha256(processor().encode())
    for part in parts:
        digest.update(part.read_bytes())
    return digest.hexdigest()


def _script(system: str) -> str:
    return "ours.py" if system == "ours" else f"peer_{system}.py"


def saved_file(system: str, job: Job, number: int) -> Path:
    """Where the result of this round of this system on this job lies, if it was measured."""
    name = hashlib.sha256(f"{job.digest()} {code_of(system, job.source)} {number}".encode()).hexdigest()[:16]
    return envs.home() / "results" / f"{system}-{name}.json"


def measured(system: str, job: Job, number: int, *, fresh: bool) -> dict[str, object]:
    """A system's result on a job: the saved one, or that of a run made now. Raises RunError."""
    saved = saved_file(system, job, number)
    if saved.is_file() and not fresh:
        return json.loads(saved.read_text("utf-8")) | {"saved": True}
    if system in envs.PEERS and not envs.ready(system):
        envs.make(system)
    print(f"measuring {system}, round {number + 1} (load {os.getloadavg()[0]:.2f})", file=sys.stderr, flush=True)
    result = _run(system, job) | {"code": code_of(system, job.source)[:12]}
    saved.parent.mkdir(exist_ok=True)
    saved.write_text(json.dumps(result), "utf-8")
    return result | {"saved": False}


def environment(threads: int) -> dict[str, str]:
    """This process's environment with the pins; settings of the product and of Python are left behind."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("RFP_", "PYTHON"))}
    return kept | {key: value.format(threads=threads) for key, value in PINS.items()}


def held_to(core: int | None) -> list[str]:
    """What to put before a command so that it and its children stay on one core; nothing where that cannot be."""
    return ["taskset", "-c", str(core)] if core is not None and shutil.which("taskset") else []


def _run(system: str, job: Job) -> dict[str, object]:
    """One process under the job's pins; its whole tree's memory is sampled from outside, on another core."""
    reader = system.removeprefix("read-") if system.startswith("read-") else None
    python = envs.interpreter(system) if system in envs.PEERS else Path(sys.executable)
    script = HERE / ("reading.py" if reader else _script(system))
    environ = environment(job.threads)
    if system in ("ours", "read-ours"):
        environ["PYTHONPATH"] = str(job.source.resolve())
    with tempfile.TemporaryDirectory() as folder:
        told, out = Path(folder) / "job.json", Path(folder) / "result.json"
        work = {"files": [str(file.resolve()) for file in job.files], "questions": job.questions}
        work |= {"model": reader or job.model, "threads": job.threads, "top_k": job.top_k}
        told.write_text(json.dumps(work), "utf-8")
        with (Path(folder) / "log").open("w+", encoding="utf-8") as log:
            process = subprocess.Popen(
                [*held_to(job.core), str(python), str(script), str(told), str(out)],
                env=environ,
                cwd=folder,
                stdout=log,
                stderr=log,
            )
            peak = watched(process)
            log.seek(0)
            if process.returncode or not out.is_file():
                raise RunError(f"{system}: ended with {process.returncode}\n{log.read()[-2000:]}")
        result = json.loads(out.read_text("utf-8"))
    return result | {"peak_tree_mb": peak, "load_after": os.getloadavg(), "measured_at": int(time.time())}


def watched(process: subprocess.Popen[bytes]) -> float:
    """Wait for the end; the largest sum of memory over the process and all below it, in MB.

    Proportional set size, so that pages that workers share count once.
    """
    peak = 0
    while process.poll() is None:
        tree = [process.pid, *measure.descendants(process.pid, measure.processes())]
        peak = max(peak, sum(map(_held, tree)))
        time.sleep(0.25)
    return peak / 1024


def _held(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8")
        return int(text.split("\nPss:")[1].split()[0])
    except (OSError, IndexError):  # it ended, or there is no /proc
        return 0


def combined(rounds: list[dict[str, object]]) -> dict[str, object]:
    """Several rounds of one system as one: the median of every number, all query times, the first round's answers."""
    first = dict(rounds[0])
    for key, value in first.items():
        if isinstance(value, float):
            first[key] = statistics.median(float(r[key]) for r in rounds)  # type: ignore[arg-type]
    first["loads"] = [[*r["load_before"], *r["load_after"]] for r in rounds]  # type: ignore[misc]
    for key in ("query_ms", "query_cpu_ms"):
        if key in first:
            first[key] = [value for r in rounds for value in r[key]]  # type: ignore[attr-defined]
    # an approximate index may be built otherwise each time; then one round's hits are one draw
    places = [[[(h["document"], h["page"]) for h in hits] for hits in r.get("results", [])] for r in rounds]  # type: ignore[attr-defined]
    first["unsteady"] = sum(len({str(answer) for answer in answers}) > 1 for answers in zip(*places, strict=True))
    first["saved"] = any(r["saved"] for r in rounds)
    return first
