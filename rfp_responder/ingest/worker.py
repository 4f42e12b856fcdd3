"""The process that reads files for an ingest: a job a line in, a document or a fault a line out.

A file may be damaged, hostile or enormous. Whatever reading it does to this process, the ingest only sees that the
process ended, took too long, or answered.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import signal
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from rfp_responder.errors import DocumentError
from rfp_responder.ingest import file_digest, read, told_as
from rfp_responder.ingest.archive import Archive
from rfp_responder.ingest.codec import encode
from rfp_responder.ingest.content import Reading

_PR_SET_PDEATHSIG = 1
MEMORY_BYTES = 1_500_000_000  # of address space, of which a reader touches a small part


def perform(job: dict[str, Any]) -> bytes:
    """The reply to one job: ``D`` and a document, ``S`` and a digest already held, or ``F`` and the reason."""
    name = str(job["name"])
    try:
        with contextlib.ExitStack() as stack:
            path = Path(job["path"])
            if job["member"]:
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="rfp-"))
                path = _archive(path, _stamp(path)).extracted(str(job["member"]), Path(folder))
            digest = file_digest(path)
            if digest == job["held"]:
                return b"S" + digest.encode()
            return b"D" + encode(read(path, name, digest, Reading(tuple(job["passwords"]), bool(job["ocr"]))))
    except DocumentError as error:
        return b"F" + told_as(str(error), Path(job["member"] or job["path"]).name, name).encode("utf-8", "replace")
    except OSError as error:
        return b"F" + f"{name}: {error.strerror or error}".encode("utf-8", "replace")
    except MemoryError:
        return b"F" + f"{name}: needs more memory than a document may take. Split it or leave it out".encode()
    except RecursionError:
        return b"F" + f"{name}: is nested too deeply to be read. Leave it out".encode()


@lru_cache(maxsize=1)  # the members of an archive come one after another, and reading its list may take a second
def _archive(path: Path, stamp: tuple[int, int]) -> Archive:
    return Archive(path)


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # no such limits on this system; time is still bounded
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (wanted if soft == resource.RLIM_INFINITY else min(soft, wanted), hard))


def _end_with_parent() -> None:
    """Be killed where the ingest is killed: it would bound the time of the file that is being read."""
    with contextlib.suppress(AttributeError, OSError, TypeError):  # Linux alone has it
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """Answer jobs until there are no more."""
    _end_with_parent()
    _limit_memory()
    replies = sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints must not get between the replies
    for line in sys.stdin.buffer:
        job = json.loads(line)
        try:
            reply = perform(job)
        except Exception as error:  # a reader's own fault: told as this file's, the others go on
            reply = b"F" + f"{job['name']}: cannot be read ({type(error).__name__}: {str(error)[:120]})".encode()
        replies.write(reply.replace(b"\n", b" ") + b"\n")
        replies.flush()


if __name__ == "__main__":
    main()
