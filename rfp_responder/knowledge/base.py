"""A knowledge base: what it holds, how it is searched, and the doors to what writes into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rfp_responder.domain import Chunk, Page, Scope
from rfp_responder.errors import IndexError_, InputError
from rfp_responder.index.embed import default_embedder
from rfp_responder.index.lexical import LexicalIndex
from rfp_responder.index.manifest import Manifest, lets_through
from rfp_responder.index.vectors import VectorTable
from rfp_responder.ingest.chunk import CHUNKER_VERSION, ChunkSettings, embedded_text
from rfp_responder.knowledge.nearest import Nearest
from rfp_responder.knowledge.tally import IngestOptions, Tally
from rfp_responder.protocols import DocumentRow, Embedder, LexicalHit, Vectors

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class _Known:
    state: tuple[int, int]
    documents: list[DocumentRow]
    acronyms: dict[str, str]


class KnowledgeBase:
    """Documents, their pages and chunks, and the two indexes over them."""

    def __init__(
        self,
        folder: Path | str | None,
        embedder: Embedder | None = None,
        *,
        create: bool = False,
        chunk_tokens: int = ChunkSettings().target,
    ) -> None:
        """Open the index in ``folder``; None keeps it in memory. The embedder is MiniLM where none is given. Pages are
        cut to ``chunk_tokens``.

        Raises IndexError_ when it is absent (and not to be made), damaged or made by another model.
        """
        folder = Path(folder) if folder is not None else None
        self.folder = folder
        self.embedder = embedder or default_embedder()
        self._chunk_tokens = chunk_tokens
        if folder is not None and create:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise InputError(
                    f"index {folder}: the folder cannot be made ({error.strerror})",
                    "Name another with --index",
                ) from error
        self.manifest = Manifest(folder / "manifest.sqlite" if folder else None, create=create or folder is None)
        self.vectors = VectorTable(self.manifest)
        self.nearest = Nearest(folder, self.manifest, self.vectors, self.embedder.identity)
        self._lexical = LexicalIndex(self.manifest)
        self._cache: _Known | None = None

    @property
    def cut(self) -> ChunkSettings:
        """How pages are cut."""
        return ChunkSettings(max_tokens=self.embedder.max_tokens, target=self._chunk_tokens)

    # -- reading --------------------------------------------------------------------------------------------

    def documents(self) -> list[DocumentRow]:
        """Every document by name."""
        return self._known().documents

    def _known(self) -> _Known:
        """What every question needs, read once for each state of the index."""
        state = self.manifest.state()
        if self._cache is None or self._cache.state != state:
            self._cache = _Known(state, self.manifest.documents(), self.manifest.acronyms())
        return self._cache

    def page(self, document_id: str, number: int) -> Page | None:
        """A one-based page."""
        return self.manifest.page(document_id, number)

    def chunks_of(self, blocks: Sequence[str], scope: Scope | None = None) -> dict[str, list[Chunk]]:
        """The chunks of each of these blocks that is held; of documents in the scope only."""
        said = self.manifest.chunks_of(blocks)
        if scope is None or scope == Scope():
            return said
        allowed = {row.id for row in self.documents() if lets_through(scope, row)}
        inside = {block: [c for c in chunks if c.document_id in allowed] for block, chunks in said.items()}
        return {block: chunks for block, chunks in inside.items() if chunks}

    def around(self, chunk: Chunk, characters: int) -> tuple[str, str]:
        """The page's text before and after a chunk, at most so many characters each."""
        return self.manifest.around(chunk, characters)

    def acronyms(self) -> dict[str, str]:
        """Short forms that the documents explain, in lower case, with their long forms."""
        return self._known().acronyms

    def document_frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """In how many blocks each word occurs, and how many blocks there are."""
        return self._lexical.document_frequencies(terms)

    def lexical(self, query: str, k: int, scope: Scope | None = None) -> list[LexicalHit]:
        """At most ``k`` blocks by BM25, best first."""
        return self._lexical.search(query, k, blocks=self.manifest.blocks_in(scope or Scope()), also=self.acronyms())

    def dense(self, vector: Vectors, k: int, scope: Scope | None = None) -> list[tuple[str, float]]:
        """At most ``k`` pairs (block, cosine) among the blocks embedded so far, best first."""
        self.check_model()  # another process may have switched to another model since this was opened
        return self.nearest(vector, k, self.manifest.blocks_in(scope or Scope()))

    def cosines(self, vector: Vectors, blocks: Sequence[str]) -> dict[str, float]:
        """The cosine of each of these blocks with ``vector``; those that wait for theirs are embedded now and kept."""
        held = self.vectors.of(blocks)
        waiting = [block for block in blocks if block not in held]
        if waiting:
            keys, made = self.embedded(waiting)
            # a read-only index, or one that is being written: what was made serves this once
            with suppress(IndexError_), self.manifest.transaction():
                self.check_model()
                self.vectors.put(keys, made)
            held |= dict(zip(keys, made, strict=True))
        return {block: float(each @ vector) for block, each in held.items()}

    def embedded(self, keys: Sequence[str]) -> tuple[list[str], Vectors]:
        """Vectors of blocks, made now, rows in the order of the keys given back: those that are still held."""
        said = self.manifest.chunks_of(keys)
        texts = {key: embedded_text(chunks[0]) for key, chunks in said.items()}
        return list(texts), self.embedder.embed(list(texts.values()))

    def warming(self) -> tuple[int, int]:
        """How many blocks wait for their vectors, and how many blocks there are."""
        return self.vectors.pending()

    def require_documents(self) -> None:
        """Raise IndexError_ where nothing can be asked yet."""
        self.check_model()
        if not self.vectors.pending()[1]:
            raise IndexError_(
                f"index {self.folder or 'in memory'}: holds no document with text",
                "Run `rfp ingest PATH...` first",
            )

    def stamp(self) -> str:
        """Who makes the vectors, as it is written into the index."""
        identity = self.embedder.identity
        return f"{identity.name} ({identity.dimension} dimensions, digest {identity.digest[:12]})"

    def mark_made(self) -> None:
        """Write down who makes the vectors and how pages are cut; call it within a transaction."""
        self.manifest.put_value("model", self.stamp())
        self.manifest.put_value("chunker", self._chunker())

    def _chunker(self) -> str:
        """How pages are cut: the version, and the size where it is not the usual one."""
        usual = self.cut.target == ChunkSettings().target
        return CHUNKER_VERSION if usual else f"{CHUNKER_VERSION} to {self.cut.target} tokens"

    def check_model(self) -> None:
        """Raise IndexError_ where the index was made by another model."""
        made_by = self.manifest.value("model")
        if made_by is not None and made_by != self.stamp():
            raise IndexError_(
                f"index {self.folder}: was made by the embedding model {made_by}, expected {self.stamp()}",
                "Name that model again, or run `rfp reindex`",
            )
        cut_by = self.manifest.value("chunker")
        if cut_by is not None and cut_by != self._chunker():
            raise IndexError_(
                f"index {self.folder}: its pages were cut by chunker {cut_by}, expected {self._chunker()}",
                "Run `rfp reindex`, or set chunk_tokens (RFP_CHUNK_TOKENS) back to what it was cut with",
            )

    # -- writing --------------------------------------------------------------------------------------------

    @contextmanager
    def writing(self, wait: float = 0.0) -> Iterator[None]:
        """Alone: raises IndexError_ where another process is writing and has not ended after ``wait`` seconds."""
        if self.folder is None:
            yield
            return
        from filelock import FileLock, Timeout

        lock = FileLock(self.folder / "write.lock", timeout=wait)
        try:
            lock.acquire()
        except Timeout as error:
            raise IndexError_(
                f"index {self.folder}: another process is writing to it",
                "Wait until it has ended, then run this again",
            ) from error
        except OSError as error:
            raise IndexError_(
                f"index {self.folder}: cannot be written to ({error.strerror})",
                "Check the folder's permissions, or name another with --index",
            ) from error
        try:
            yield
        finally:
            lock.release()

    def ingest(
        self,
        paths: Sequence[Path | str],
        *,
        prune: bool = False,
        progress: Progress | None = None,
        options: IngestOptions | None = None,
    ) -> Tally:
        """Bring files and folders in; unchanged files cost a look at their times.

        What cannot be read is in the tally's ``failed``, with the reason, and the rest goes in. Raises IndexError_
        when the index is busy, damaged or another model's.
        """
        from rfp_responder.knowledge.intake import Intake

        chosen = options or IngestOptions()
        chosen = replace(chosen, prune=prune or chosen.prune)
        with self.writing(chosen.wait):
            self.check_model()
            return Intake(self, chosen, progress).run([Path(path) for path in paths])

    def embed_waiting(self, progress: Progress | None = None, wait: float = 0.0) -> int:
        """Give every block that waits for one its vector; gives how many there were. Others may write in between."""
        from rfp_responder.knowledge.embedding import embed_waiting

        self.check_model()
        return embed_waiting(self, progress, partial(self.writing, wait))

    def reindex(self, progress: Progress | None = None, wait: float = 0.0) -> None:
        """Cut and embed every page anew, aside, and switch to it at once (another model, another way of cutting)."""
        from rfp_responder.knowledge.reindex import reindex

        with self.writing(wait):
            reindex(self, progress)

    def remove(self, names: Sequence[str], wait: float = 0.0) -> list[str]:
        """Remove documents by name; gives the names that were not there."""
        from rfp_responder.knowledge.embedding import tell_chroma

        with self.writing(wait):
            self.check_model()
            held = {row.name: row for row in self.documents()}
            with self.manifest.transaction():
                for name in names:
                    if name in held:
                        self.manifest.remove(held[name].id)
                self.manifest.settle()
            tell_chroma(self)
        return [name for name in names if name not in held]
