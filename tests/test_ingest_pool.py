"""Files read side by side: in order, bounded in time and memory, and nothing is left running."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rfp_responder.domain import Document
from rfp_responder.ingest import pool, worker
from rfp_responder.ingest.codec import encode
from rfp_responder.ingest.pool import Job, Refused, Reply, Same, read_all
from rfp_responder.ingest.worker import perform
from tests.makers import damaged, document, file, pdf, zipped

LARGE = 20_000_000  # bytes as a job states them: 40 s more than ``seconds``

# A worker without the package: what it does to a job stands at the front of the job's name.
STUB = """
import json, os, sys, time
log = open(sys.argv[1], "a")
for line in sys.stdin:
    job = json.loads(line)
    name = job["name"]
    print(os.getpid(), name, file=log, flush=True)
    what = name.split("-")[0]
    if what == "hang":
        time.sleep(60)
    if what == "die":
        os._exit(3)
    if what == "half":
        sys.stdout.write('D{"id": "x')
        sys.stdout.flush()
        os._exit(0)
    if what == "slow":
        time.sleep(0.05)
    document = json.loads(sys.argv[2])
    document["name"] = name
    document["pages"][0][2] = name
    said = {"junk": "Hello!", "json": "D{no json", "list": "D[1, 2]", "empty": "D{}", "deep": "D" + "[" * 100000,
            "huge": "D" + json.dumps(document | {"pages": [[float("inf"), "", "", [], []]]}),
            "same": "Sd", "fault": f"F{name}: is odd. Leave it out", "blank": ""}
    print(said.get(what, "D" + json.dumps(document)), flush=True)
"""


class Stub:
    """Jobs for the stub worker, and which of its processes took which."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "log"
        self._log.touch()
        self.command = (sys.executable, "-I", "-S", "-c", STUB, str(self._log), encode(document("x")).decode())

    def replies(self, *names: str, seconds: float = 1.0, workers: int = 2) -> Iterator[tuple[Job, Reply]]:
        """A job that hangs is bounded by ``seconds`` alone, the others by far more."""
        jobs = [Job(Path("x"), name, 0 if name.startswith("hang") else LARGE) for name in names]
        return read_all(jobs, seconds=seconds, workers=workers, command=self.command)

    def taken(self) -> list[str]:
        return [line.split()[1] for line in self._log.read_text().splitlines()]

    def pids(self) -> set[int]:
        return {int(line.split()[0]) for line in self._log.read_text().splitlines()}


@pytest.fixture
def stub(tmp_path: Path) -> Iterator[Stub]:
    """The stub; afterwards none of its processes is left, not even as a zombie, and no thread."""
    threads = threading.active_count()
    made = Stub(tmp_path)
    yield made
    for pid in made.pids():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    until = time.monotonic() + 1  # a timer that was cancelled takes a moment to end
    while threading.active_count() > threads and time.monotonic() < until:
        time.sleep(0.01)
    assert threading.active_count() <= threads  # one of an earlier test may have ended meanwhile


def texts(replies: Iterator[tuple[Job, Reply]]) -> list[str]:
    """What was read of each job, or why not."""
    said = []
    for job, reply in replies:
        if isinstance(reply, Document):
            assert reply.pages[0].text == job.name
        said.append(reply.reason if isinstance(reply, Refused) else type(reply).__name__)
    return said


def test_replies_come_in_the_order_of_the_jobs(stub: Stub) -> None:
    names = [f"{'slow' if n % 3 == 0 else 'fast'}-{n}" for n in range(12)]
    assert [job.name for job, _ in stub.replies(*names, workers=3)] == names


def test_more_files_than_the_window_all_come(stub: Stub) -> None:
    names = [f"fast-{n}" for n in range(150)]
    assert texts(stub.replies(*names)) == ["Document"] * 150
    assert sorted(stub.taken()) == sorted(names)


def test_no_jobs_start_nothing(stub: Stub) -> None:
    assert list(stub.replies()) == []
    assert stub.pids() == set()


def test_no_more_processes_than_jobs_or_workers(stub: Stub) -> None:
    assert texts(stub.replies("fast-1", workers=8)) == ["Document"]
    assert len(stub.pids()) == 1
    assert len(texts(stub.replies(*[f"fast-{n}" for n in range(40)], workers=2))) == 40
    assert len(stub.pids()) <= 3


def test_workers_do_not_run_far_ahead_of_who_takes_the_replies(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_AHEAD", 4)
    monkeypatch.setattr(pool, "cores", lambda: 1)
    replies = stub.replies(*[f"fast-{n}" for n in range(60)])
    next(replies)
    time.sleep(0.2)
    assert len(stub.taken()) <= 5
    assert len(list(replies)) == 59


def test_a_file_that_hangs_is_given_up_after_its_time_and_the_others_go_in(stub: Stub) -> None:
    began = time.monotonic()
    said = texts(stub.replies("fast-1", "hang-2", "fast-3", "fast-4", "fast-5", seconds=0.4))
    assert time.monotonic() - began < 10
    assert said == ["Document", "hang-2: took more than 0 s to read. Split it or leave it out", *["Document"] * 3]


def test_large_files_get_more_time(stub: Stub) -> None:
    assert texts(stub.replies("slow-1", "slow-2", seconds=0.0)) == ["Document"] * 2


@pytest.mark.parametrize("what", ["die", "half"])
def test_a_worker_that_dies_is_told_as_its_files_fault_and_another_takes_its_place(what: str, stub: Stub) -> None:
    said = texts(stub.replies("fast-1", f"{what}-2", "fast-3", f"{what}-4", "fast-5", workers=1))
    broken = "the reader broke down on it. Save it anew from its source or leave it out"
    assert said == ["Document", f"{what}-2: {broken}", "Document", f"{what}-4: {broken}", "Document"]


def test_a_worker_that_ends_before_it_reads_is_told_for_each_file(tmp_path: Path) -> None:
    jobs = [Job(Path("x"), f"{n}.pdf", 0) for n in range(6)]
    said = texts(read_all(jobs, workers=2, command=[sys.executable, "-I", "-S", "-c", "pass"]))
    assert all(line.startswith(f"{n}.pdf: the reader broke down") for n, line in enumerate(said))


def test_a_job_that_its_worker_no_longer_takes_is_told(stub: Stub) -> None:
    long = Job(Path("x" * 300_000), "long.pdf", LARGE)  # more than a pipe holds: the write itself fails
    command = [sys.executable, "-I", "-S", "-c", "import os; os.close(0)"]
    assert texts(read_all([long], workers=1, command=command)) == [
        "long.pdf: the reader broke down on it. Save it anew from its source or leave it out"
    ]


@pytest.mark.parametrize("what", ["junk", "json", "list", "empty", "deep", "huge", "blank"])
def test_a_reply_that_is_no_document_is_told_and_the_worker_goes_on(what: str, stub: Stub) -> None:
    said = texts(stub.replies(f"{what}-1", "fast-2", workers=1))
    assert said == [
        f"{what}-1: the reader gave no document. Save it anew from its source or leave it out",
        "Document",
    ]


def test_what_is_held_already_and_what_cannot_be_read_is_told_apart(stub: Stub) -> None:
    replies = [reply for _, reply in stub.replies("same-1", "fault-2")]
    assert replies == [Same(), Refused("fault-2: is odd. Leave it out")]


def test_who_takes_no_more_replies_ends_the_processes_at_once(stub: Stub) -> None:
    replies = stub.replies("fast-1", *[f"hang-{n}" for n in range(20)], seconds=60.0)
    next(replies)
    began = time.monotonic()
    replies.close()  # type: ignore[attr-defined]  # it is a generator
    assert time.monotonic() - began < 5


def test_a_fault_while_a_reply_is_used_ends_the_processes(stub: Stub) -> None:
    def use() -> None:
        for _ in stub.replies("fast-1", "hang-2", "fast-3", seconds=60.0):
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError, match="the power went"):
        use()


def test_a_worker_that_cannot_be_started_is_a_fault_and_not_a_file_that_fails(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(read_all([Job(Path("x"), "x", 0)] * 3, command=[str(tmp_path / "none")]))


# -- the worker itself --------------------------------------------------------------------------------------


def real(*jobs: Job, setup: str = "") -> list[Reply]:
    """Replies of real workers, with some of their parts replaced."""
    code = f"import rfp_responder.ingest.worker as w\n{setup}\nw.main()"
    return [reply for _, reply in read_all(jobs, workers=1, command=[sys.executable, "-c", code])]


def job(path: Path, **more: str) -> Job:
    return Job(path, more.pop("name", path.name), path.stat().st_size, **more)  # type: ignore[arg-type]


def test_documents_come_as_if_they_had_been_read_here(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", [["# Keys", "Keys are rotated every 90 days."]])
    bad = damaged(tmp_path / "bad.pdf")
    package = zipped(tmp_path / "p.zip", {"in/note.md": "# Note\n\nFaults are told.\n"})
    inside = Job(package, "sub/p.zip/in/note.md", 30, member="in/note.md")
    first, fault, member = (
        reply for _, reply in read_all([job(path, name="sub/a.pdf"), job(bad, name="sub/bad.pdf"), inside])
    )
    assert isinstance(first, Document)
    assert (first.name, "90 days" in first.pages[0].text) == ("sub/a.pdf", True)
    assert isinstance(fault, Refused)
    assert fault.reason.startswith("sub/bad.pdf: ")
    assert isinstance(member, Document)
    assert (member.name, "Faults" in member.pages[0].text) == ("sub/p.zip/in/note.md", True)
    [same] = [reply for _, reply in read_all([job(path, name="sub/a.pdf", held=first.digest)])]
    assert same == Same()


def test_a_file_that_takes_too_much_memory_is_refused_and_the_next_one_read(tmp_path: Path) -> None:
    path = file(tmp_path / "a.txt", "words")
    setup = (
        "true = w.read\n"
        "def greedy(path, name, *rest):\n"
        "    taken = bytearray(4 * 10**9 if name == 'big' else 0)\n"
        "    return true(path, name, *rest)\n"
        "w.read = greedy"
    )
    big, small = real(job(path, name="big"), job(path, name="small"), setup=setup)
    assert big == Refused("big: needs more memory than a document may take. Split it or leave it out")
    assert isinstance(small, Document)


def test_what_a_library_prints_and_what_it_raises_does_not_get_between_the_replies(tmp_path: Path) -> None:
    path = file(tmp_path / "a.txt", "words")
    setup = (
        "true = w.read\n"
        "def noisy(path, name, *rest):\n"
        "    print('Sloppy library 1.0', flush=True)\n"
        "    if name == 'deep': raise RecursionError\n"
        "    if name == 'odd': raise KeyError('a\\nb')\n"
        "    return true(path, name, *rest)\n"
        "w.read = noisy"
    )
    deep, odd, good = real(*[job(path, name=name) for name in ("deep", "odd", "good")], setup=setup)
    assert deep == Refused("deep: is nested too deeply to be read. Leave it out")
    assert isinstance(odd, Refused)
    assert odd.reason.startswith("odd: cannot be read (KeyError: ")
    assert "\n" not in odd.reason
    assert isinstance(good, Document)


def test_a_file_that_is_gone_meanwhile_is_told(tmp_path: Path) -> None:
    fields = {"path": str(tmp_path / "x.pdf"), "name": "sub/x.pdf", "member": "", "held": "", "passwords": []}
    assert perform(fields) == b"Fsub/x.pdf: No such file or directory"


def test_the_list_of_an_archive_is_read_once_for_all_its_members(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {f"{n}.md": f"# Rule {n}" for n in range(5)})
    before = worker._archive.cache_info().misses
    for n in range(5):
        job = Job(path, f"a.zip/{n}.md", 10, member=f"{n}.md")
        assert perform(json.loads(job.line())).startswith(b"D")
    assert worker._archive.cache_info().misses == before + 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone ends a process with its parent")
def test_a_worker_that_is_reading_ends_with_the_process_that_asked_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.md")  # nobody writes into it: reading it never ends
    job = Job(tmp_path / "endless.md", "endless.md", 1).line()
    code = (
        "import subprocess, sys, time\n"
        "worker = subprocess.Popen([sys.executable, '-m', 'rfp_responder.ingest.worker'], stdin=subprocess.PIPE)\n"
        f"worker.stdin.write({job!r}); worker.stdin.flush(); print(worker.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        time.sleep(2)  # it has begun to read
        parent.kill()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}/exe").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}/exe").exists()
