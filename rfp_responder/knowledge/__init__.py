"""The knowledge base: documents in, chunks and pages out, incremental by content hash and safe to kill."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from rfp_responder.domain import Chunk, Document, Page
from rfp_responder.errors import DocumentError, IndexError_, InputError
from rfp_responder.index.embed import default_embedder
from rfp_responder.index.manifest import DocumentRow, Manifest
from rfp_responder.index.store import ChromaStore, MemoryStore
from rfp_responder.ingest import READERS, file_digest, read
from rfp_responder.ingest.chunk import CHUNKER_VERSION, ChunkSettings, chunk_document, header
from rfp_responder.protocols import Embedder, LexicalHit, Store, Vectors

READER_VERSION = "1"
_GROUP = 512  # chunks embedded together: long enough to sort by length, short enough to lose little when killed

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Found:
    """A file to ingest: its path, the name it goes by, and the folder or file it was named by."""

    path: Path
    name: str
    root: Path


@dataclass(slots=True)
class Tally:
    """What an ingest did. Every file named or found is in exactly one of the lists."""

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    documents: int = 0
    pages: int = 0
    chunks: int = 0
    seconds: float = 0.0


class KnowledgeBase:
    """Documents, their pages and chunks, and the two indexes over them."""

    def __init__(self, folder: Path | str | None, embedder: Embedder | None = None, *, create: bool = False) -> None:
        """Open the index in ``folder``; None keeps it in memory. The embedder is MiniLM where none is given.

        Raises IndexError_ when it is absent (and not to be made), damaged or made by another model.
        """
        folder = Path(folder) if folder is not None else None
        self.folder = folder
        self.embedder = embedder or default_embedder()
        if folder is not None and create:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise InputError(
                    f"index {folder}: the folder cannot be made ({error.strerror})",
                    "Name another with --index",
                ) from error
        self._manifest = Manifest(folder / "manifest.sqlite" if folder else None, create=create or folder is None)

    # -- reading --------------------------------------------------------------------------------------------

    @property
    def manifest(self) -> Manifest:
        """The tables and the lexical index."""
        return self._manifest

    @cached_property
    def store(self) -> Store:
        """The vectors; opened when first needed, since Chroma's import costs most of a second."""
        self._check_model()
        collection = self._manifest.value("collection")
        if self.folder is None:
            return MemoryStore(self.embedder.identity.dimension)
        if collection is None:
            raise IndexError_(f"index {self.folder}: holds no documents yet", "Run `rfp ingest PATH...` first")
        return ChromaStore(self.folder / "vectors", collection, self.embedder.identity, create=False)

    def documents(self) -> list[DocumentRow]:
        """Every document by name."""
        return self._manifest.documents()

    def page(self, document_id: str, number: int) -> Page | None:
        """A one-based page."""
        return self._manifest.page(document_id, number)

    def lexical(self, query: str, k: int) -> list[LexicalHit]:
        """Chunks by BM25."""
        return self._manifest.lexical(query, k)

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunks of these ids that are held."""
        return self._manifest.chunks(ids)

    def document_frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """In how many chunks each word occurs, and how many chunks there are."""
        return self._manifest.document_frequencies(terms)

    def require_documents(self) -> None:
        """Raise IndexError_ where nothing can be asked yet."""
        self._check_model()
        if not any(row.chunks for row in self.documents()):
            raise IndexError_(
                f"index {self.folder or 'in memory'}: holds no document with text",
                "Run `rfp ingest PATH...` first",
            )

    def _stamp(self) -> str:
        identity = self.embedder.identity
        return f"{identity.name} ({identity.dimension} dimensions, digest {identity.digest[:12]})"

    def _check_model(self) -> None:
        made_by = self._manifest.value("model")
        if made_by is not None and made_by != self._stamp():
            raise IndexError_(
                f"index {self.folder}: was made by the embedding model {made_by}, expected {self._stamp()}",
                "Name that model again, or run `rfp ingest PATH --rebuild`",
            )

    # -- writing --------------------------------------------------------------------------------------------

    def ingest(
        self,
        paths: Sequence[Path | str],
        *,
        prune: bool = False,
        rebuild: bool = False,
        progress: Progress | None = None,
    ) -> Tally:
        """Bring files and folders in; unchanged files cost a hash.

        What cannot be read is in the tally's ``failed``, with the reason, and the rest goes in. Raises IndexError_
        when the index is busy, damaged or another model's.
        """
        started = time.perf_counter()
        tally = Tally()
        named = [Path(path) for path in paths]
        with self._lock():
            files = self._named_apart(gather(named, tally))
            if rebuild:
                self._rebuild()
            else:
                self._check_model()
            self._bring_in(files, tally, progress)
            self._note_gone(named, files, tally, prune=prune)
            if self._manifest.value("unswept"):
                self._sweep()
        rows = self.documents()
        tally.documents = len(rows)
        tally.pages = sum(row.pages for row in rows)
        tally.chunks = sum(row.chunks for row in rows)
        tally.seconds = time.perf_counter() - started
        return tally

    @contextmanager
    def _lock(self) -> Iterator[None]:
        if self.folder is None:
            yield
            return
        from filelock import FileLock, Timeout

        lock = FileLock(self.folder / "write.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise IndexError_(
                f"index {self.folder}: another process is writing to it",
                "Wait until it has ended, then run this again",
            ) from error
        try:
            yield
        finally:
            lock.release()

    def _recipe(self) -> str:
        return f"reader {READER_VERSION}, chunker {CHUNKER_VERSION}, {self.embedder.identity.digest[:12]}"

    def _named_apart(self, files: Sequence[Found]) -> list[Found]:
        """Two files that would go by one name get as many of their folders' names in front as tell them apart."""
        held = {row.name: row.source for row in self.documents()}
        taken: set[str] = set()
        named = []
        for file in files:
            place = file.path.resolve()
            parts = place.parts[1:]
            longer = ("/".join(parts[-n:]) for n in range(len(Path(file.name).parts) + 1, len(parts) + 1))
            for name in (file.name, *longer):
                source = held.get(name)
                other = source is not None and Path(source) != place and Path(source).is_file()
                if not other and name not in taken:
                    break
            taken.add(name)
            named.append(Found(file.path, name, file.root))
        return named

    def _bring_in(self, files: Sequence[Found], tally: Tally, progress: Progress | None) -> None:
        held = {row.name: row for row in self.documents()}
        group: list[tuple[Found, Document, list[Chunk]]] = []
        settings = ChunkSettings(max_tokens=self.embedder.max_tokens)
        for number, file in enumerate(files):
            if progress:
                progress(file.name, number, len(files))
            try:
                digest = file_digest(file.path)
                known = held.get(file.name)
                if known and known.digest == digest and known.recipe == self._recipe():
                    tally.unchanged.append(file.name)
                    continue
                document = read(file.path, file.name, digest)
            except (DocumentError, OSError) as error:
                reason = str(error) if isinstance(error, DocumentError) else f"{file.name}: {error.strerror}"
                if reason.startswith(f"{file.path.name}:"):  # a reader knows the file, not the name it goes by
                    reason = file.name + reason[len(file.path.name) :]
                kept = " (its earlier version stays in)" if file.name in held else ""
                tally.failed.append((file.name, reason + kept))
                continue
            (tally.replaced if file.name in held else tally.added).append(file.name)
            tally.notes += [(file.name, note) for note in document.notes]
            group.append((file, document, chunk_document(document, self.embedder.count_tokens, settings)))
            if sum(len(chunks) for _, _, chunks in group) >= _GROUP:
                self._put(group)
                group = []
        self._put(group)
        if progress and files:
            progress("", len(files), len(files))

    def _put(self, group: Sequence[tuple[Found, Document, list[Chunk]]]) -> None:
        """Vectors first, then the transaction that shows them: a kill in between leaves the old state."""
        if not group:
            return
        store = self._writable_store()
        chunks = [chunk for _, _, part in group for chunk in part]
        self._leave_to_sweep()
        if chunks:
            store.add([chunk.id for chunk in chunks], self._embed(chunks))
        with self._manifest.transaction():
            for file, document, part in group:
                self._manifest.put(
                    document,
                    part,
                    source=str(file.path.resolve()),
                    recipe=self._recipe(),
                    root=str(file.root.resolve()),
                )

    def _leave_to_sweep(self) -> None:
        """Remember, beyond a kill, that vectors may lie in the store that no document holds."""
        with self._manifest.transaction():
            self._manifest.put_value("unswept", "1")

    def _embed(self, chunks: Sequence[Chunk]) -> Vectors:
        return self.embedder.embed([header(c.document_title, c.heading) + c.text for c in chunks])

    def _writable_store(self) -> Store:
        if self.folder is not None and self._manifest.value("collection") is None:
            self._switch(self._new_collection())
        elif self._manifest.value("model") is None:
            with self._manifest.transaction():
                self._manifest.put_value("model", self._stamp())
        return self.store

    def _new_collection(self) -> str:
        number = int(self._manifest.value("generation") or 0) + 1
        name = f"chunks-{self.embedder.identity.digest[:8]}-g{number}"
        if self.folder is not None:
            ChromaStore(self.folder / "vectors", name, self.embedder.identity, create=True)
        return name

    def _switch(self, collection: str) -> None:
        number = collection.rsplit("-g", 1)[1]
        with self._manifest.transaction():
            self._manifest.put_value("collection", collection)
            self._manifest.put_value("generation", number)
            self._manifest.put_value("model", self._stamp())
        self.__dict__.pop("store", None)

    def _rebuild(self) -> None:
        """Embed every chunk anew into a collection aside, then switch to it."""
        chunks = self._manifest.all_chunks()
        name = self._new_collection()
        if self.folder is not None:
            aside = ChromaStore(self.folder / "vectors", name, self.embedder.identity, create=True)
            for low in range(0, len(chunks), _GROUP):
                part = chunks[low : low + _GROUP]
                aside.add([chunk.id for chunk in part], self._embed(part))
            self._switch(name)
            aside.drop_others()

    def _note_gone(self, paths: Sequence[Path], files: Sequence[Found], tally: Tally, *, prune: bool) -> None:
        """Documents that came from a folder named now and are not there any more."""
        roots = {str(path.resolve()) for path in paths}
        present = {str(file.path.resolve()) for file in files}
        gone = [row for row in self.documents() if row.root in roots and row.source not in present]
        gone = [row for row in gone if not Path(row.source).exists()]
        if prune and gone:
            with self._manifest.transaction():
                self._manifest.put_value("unswept", "1")
                for row in gone:
                    self._manifest.remove(row.id)
            tally.removed += [row.name for row in gone]
        else:
            tally.gone += [row.name for row in gone]

    def _sweep(self) -> None:
        """Remove vectors that no document holds any more (replaced, pruned, or left by a kill)."""
        if self.folder is None or self._manifest.value("collection") is not None:
            orphans = self.store.ids() - self._manifest.chunk_ids()
            if orphans:
                self.store.delete(sorted(orphans))
        with self._manifest.transaction():
            self._manifest.put_value("unswept", "")


def gather(paths: Sequence[Path], tally: Tally) -> list[Found]:
    """The files below ``paths`` in a stable order; what is not there or not read goes into the tally."""
    found: dict[Path, Found] = {}
    for path in paths:
        fault = _cannot_be_named(path)
        if fault:
            tally.failed.append(fault)
        elif path.is_file():
            if path.suffix.lower() not in READERS:
                known = ", ".join(sorted(READERS))
                tally.failed.append(
                    (path.name, f"{path}: suffix {path.suffix or '(none)'} is not read, expected {known}")
                )
            else:
                found.setdefault(path.resolve(), Found(path, path.name, path))
        elif path.is_dir():
            _gather_folder(path, found, tally)
        else:
            tally.failed.append((str(path), f"{path}: there is no such file or folder. Check the path"))
    return list(found.values())


def _cannot_be_named(path: Path) -> tuple[str, str] | None:
    """Name and reason where the system refuses the path, or where its name is not text that can be cited."""
    shown = str(path).encode("utf-8", "replace").decode()
    if shown != str(path):
        return shown, f"{shown}: its name is not valid UTF-8. Rename it"
    try:
        path.exists()
    except OSError as error:
        return shown[:200], f"{shown[:200]}: {error.strerror}. Check the path"
    return None


def _gather_folder(folder: Path, found: dict[Path, Found], tally: Tally) -> None:
    for path in sorted(folder.rglob("*")):
        fault = _cannot_be_named(path)
        if fault:
            tally.failed.append(fault)
            continue
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or any(part.startswith(".") for part in Path(name).parts):
            continue
        if path.suffix.lower() in READERS:
            found.setdefault(path.resolve(), Found(path, name, folder))
        else:
            tally.skipped.append((name, f"suffix {path.suffix or '(none)'} is not read"))
