"""Documents in: what has changed is read in worker processes, cut, and searchable by words at once."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rfp_responder.domain import Chunk, Document
from rfp_responder.errors import DocumentError
from rfp_responder.index.manifest import FileStamp
from rfp_responder.ingest import file_digest, ocr, read, told_as
from rfp_responder.ingest.acronyms import acronyms
from rfp_responder.ingest.chunk import chunk_document
from rfp_responder.ingest.pool import Job, Refused, Reply, Same, read_all
from rfp_responder.ingest.walk import Found, walk
from rfp_responder.knowledge.embedding import embed_waiting
from rfp_responder.knowledge.tally import IngestOptions, Tally
from rfp_responder.protocols import DocumentRow

if TYPE_CHECKING:
    from rfp_responder.knowledge.base import KnowledgeBase, Progress

READER_VERSION = "2"
RECIPE = f"reader {READER_VERSION}"
_UNREAD = f"{RECIPE}, scans unread"
_GROUP = 1_500  # chunks put in one transaction
_PLAIN, _PLAIN_BYTES = frozenset({".md", ".markdown", ".txt"}), 1_000_000  # text that is safe to read in this process
_RACY = 2_000_000_000  # ns: a file may be changed again within its file system's tick and show the same time


@dataclass(frozen=True, slots=True)
class _Read:
    file: Found
    document: Document
    chunks: list[Chunk]


class Intake:
    """One ingest into a knowledge base that nobody else is writing to."""

    def __init__(self, knowledge: KnowledgeBase, options: IngestOptions, progress: Progress | None) -> None:
        self._base = knowledge
        self._manifest = knowledge.manifest
        self._options = options
        self._progress = progress
        self._tally = Tally()
        self._notes: dict[str, tuple[str, ...]] = {}
        self._scans: dict[str, int] = {}  # names of documents with pages for OCR, and how many
        self._began = time.time_ns()
        self._held = {row.name: row for row in knowledge.documents()}
        self._names = {row.source: row.name for row in self._held.values()}
        self._quarantined = self._manifest.quarantined()
        self._can_ocr = options.ocr and ocr.available()
        self._cut = knowledge.cut

    def run(self, paths: Sequence[Path]) -> Tally:
        """Bring files and folders in; gives the tally."""
        started = time.perf_counter()
        tally, options = self._tally, self._options
        found = walk(paths, options.exclude)
        tally.failed += found.failed
        tally.skipped += found.skipped
        files = self._named_apart(found.files)
        if self._manifest.value("model") is None:
            with self._manifest.transaction():
                self._base.mark_made()
        self._bring_in([file for file in files if not self._is_unchanged(file)])
        self._note_gone(paths, files)
        tally.ready = time.perf_counter() - started
        if not options.later:
            self._read_scans(files)
            embed_waiting(self._base, self._progress)
        tally.notes += [(name, note) for name, notes in self._notes.items() for note in notes]
        rows = self._base.documents()
        tally.documents, tally.pages = len(rows), sum(row.pages for row in rows)
        tally.chunks = sum(row.chunks for row in rows)
        tally.waiting, tally.blocks = self._base.warming()
        tally.seconds = time.perf_counter() - started
        return tally

    def _named_apart(self, files: Sequence[Found]) -> list[Found]:
        """Two files that would go by one name get as many of their folders' names in front as tell them apart."""
        taken: set[str] = set()
        named = []
        for file in files:
            name = file.name
            if self._belongs_to_another(name, file, taken):
                parts = Path(file.source).parts[1:]
                longer = ("/".join(parts[-n:]) for n in range(len(Path(file.name).parts) + 1, len(parts) + 1))
                name = next((each for each in longer if not self._belongs_to_another(each, file, taken)), name)
            taken.add(name)
            named.append(replace(file, name=name) if name != file.name else file)
        return named

    def _belongs_to_another(self, name: str, file: Found, taken: set[str]) -> bool:
        if name in taken:
            return True
        row = self._held.get(name)
        return row is not None and row.source != file.source and _is_there(_archive(row.source) or row.source)

    # -- what need not be read ------------------------------------------------------------------------------

    def _is_unchanged(self, file: Found) -> bool:
        """Whether the file is in as it is, or was refused as it is: by its times, else by its digest."""
        row = self._held.get(file.name)
        refused = self._quarantined.get(file.source)
        again = self._options.retry or bool(self._options.passwords)
        if refused and not again and refused[0].stamp and refused[0] == self._stamp(file, root=""):
            self._fail(file, f"{refused[1]} (as before; --retry reads it again)")
            return True
        if row is None or row.recipe not in (RECIPE, _UNREAD) or (row.recipe == _UNREAD and self._can_ocr):
            return False
        same = (row.source, row.size, row.stamp) == (file.source, file.size, file.stamp)
        if not same and not (file.size == row.size and not file.member and self._digest(file) == row.digest):
            return False
        self._keep(file, row, same=same)
        return True

    def _digest(self, file: Found) -> str:
        try:
            return file_digest(file.path)
        except OSError:
            return ""  # told when it is read

    def _keep(self, file: Found, row: DocumentRow, *, same: bool) -> None:
        """An unchanged document: its file's times, place, tags and audience may still be new."""
        self._tally.unchanged.append(file.name)
        tags, audience = self._marks(row.tags, row.audience)
        if same and (tags, audience) == (row.tags, row.audience):
            return
        with self._manifest.transaction():
            self._manifest.mark(row.id, self._stamp(file), tags, audience)

    def _marks(self, tags: tuple[str, ...], audience: str) -> tuple[tuple[str, ...], str]:
        return tuple(dict.fromkeys([*tags, *self._options.tags])), self._options.audience or audience

    def _marked(self, file: Found, document: Document) -> tuple[tuple[str, ...], str]:
        """What a new version says of itself, else what its earlier version was marked with: who may be shown a
        document does not change because its text did."""
        row = self._other_name(file) or self._held.get(file.name)
        return document.tags or (row.tags if row else ()), document.audience or (row.audience if row else "")

    def _stamp(self, file: Found, root: str | None = None) -> FileStamp:
        racy = file.stamp > self._began - _RACY
        return FileStamp(file.source, file.root if root is None else root, file.size, 0 if racy else file.stamp, RECIPE)

    # -- what is read ---------------------------------------------------------------------------------------

    def _bring_in(self, files: Sequence[Found]) -> None:
        group: list[_Read] = []
        for number, (file, reply) in enumerate(self._replies(files)):
            if self._progress:
                self._progress(file.name, number, len(files))
            if isinstance(reply, Same):
                self._keep(file, self._held[file.name], same=False)
            elif isinstance(reply, Refused) and file.name in self._notes:  # it is in already, its scans unread
                self._notes[file.name] = (*self._notes[file.name], f"OCR gave up: {reply.reason}")
            elif isinstance(reply, Refused):
                self._fail(file, reply.reason)
                if reply.lasting:
                    with self._manifest.transaction():
                        self._manifest.quarantine(self._stamp(file, root=""), reply.reason)
            else:
                tags, audience = self._marks(*self._marked(file, reply))
                document = replace(reply, tags=tags, audience=audience)
                chunks = chunk_document(document, self._base.embedder.count_tokens, self._cut)
                group.append(_Read(file, document, chunks))
                if file.name not in self._notes:  # read once more by OCR, it is not replaced
                    (self._tally.replaced if file.name in self._held else self._tally.added).append(file.name)
                self._notes[file.name] = document.notes
                self._scans[file.name] = len(document.scans)
            if sum(len(each.chunks) for each in group) >= _GROUP:
                self._put(group)
                group = []
        self._put(group)
        if self._progress and files:
            self._progress("", len(files), len(files))

    def _replies(self, files: Sequence[Found]) -> Iterator[tuple[Found, Reply]]:
        """Plain text from this process, everything else from the workers; the order of ``files`` is kept."""
        yield from ((file, _read_here(file)) for file in files if _is_plain(file))
        others = {file.name: file for file in files if not _is_plain(file)}
        jobs = [self._job(file) for file in others.values()]
        for job, reply in read_all(jobs, seconds=self._options.seconds, workers=self._options.workers):
            yield others[job.name], reply

    def _job(self, file: Found) -> Job:
        row = self._held.get(file.name)
        held = row.digest if row and row.recipe == RECIPE else ""
        scans = self._scans.get(file.name, 0)
        return Job(file.path, file.name, file.size, file.member, held, self._options.passwords, scans)

    def _read_scans(self, files: Sequence[Found]) -> None:
        """Once everything else can be searched: documents with pages that are pictures, anew, by OCR."""
        waiting = [file for file in files if self._scans.get(file.name)]
        if self._can_ocr and waiting:
            self._bring_in(waiting)

    def _fail(self, file: Found, reason: str) -> None:
        kept = " (its earlier version stays in)" if file.name in self._held else ""
        self._tally.failed.append((file.name, reason + kept))

    def _put(self, group: Sequence[_Read]) -> None:
        if not group:
            return
        with self._manifest.transaction():
            for each in group:
                stamp = self._stamp(each.file)
                stamp = replace(stamp, recipe=_UNREAD) if each.document.scans else stamp
                if row := self._other_name(each.file):
                    self._manifest.remove(row.id)
                    self._tally.removed.append(self._held.pop(row.name).name)
                self._manifest.put(each.document, each.chunks, acronyms(each.document.pages), stamp)
            self._manifest.settle()

    def _other_name(self, file: Found) -> DocumentRow | None:
        """The same file under the name it went by before: named alone or by another folder, it would be in twice."""
        name = self._names.get(file.source, file.name)
        return self._held.get(name) if name != file.name else None

    # -- what is gone ---------------------------------------------------------------------------------------

    def _note_gone(self, paths: Sequence[Path], files: Sequence[Found]) -> None:
        """Documents that came from a folder named now, or lay in it, and are not there any more."""
        roots = {os.path.realpath(path) for path in paths}
        below = tuple(root.rstrip(os.sep) + os.sep for root in roots)
        present = {file.source for file in files}
        listed = {archive for source in present if (archive := _archive(source))}
        gone = [
            row
            for row in self._held.values()
            if (row.root in roots or row.source.startswith(below))
            and row.source not in present
            and (_archive(row.source) in listed or not _is_there(_archive(row.source) or row.source))
        ]
        if not self._options.prune:
            self._tally.gone += [row.name for row in gone]
        elif gone:
            with self._manifest.transaction():
                for row in gone:
                    self._manifest.remove(row.id)
                self._manifest.settle()
            self._tally.removed += [row.name for row in gone]


def _archive(source: str) -> str:
    """The zip that a source is in; empty where it is a file of its own."""
    found = re.match(r".*?\.zip(?=!)", source, re.I | re.S)
    return found.group() if found else ""


def _is_there(path: str) -> bool:
    """Whether a file is there; one in a folder that may not be looked into is taken to be."""
    try:
        os.stat(path)  # noqa: PTH116  # Path.exists raises where a folder may not be looked into
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _is_plain(file: Found) -> bool:
    return file.suffix in _PLAIN and file.size <= _PLAIN_BYTES and not file.member


def _read_here(file: Found) -> Reply:
    try:
        return read(file.path, file.name)
    except DocumentError as error:
        return Refused(told_as(str(error), file.path.name, file.name))
    except OSError as error:
        return Refused(f"{file.name}: {error.strerror}", lasting=False)
