"""The blocks nearest to a vector: every one compared while they are few, Chroma's graph once they are many."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from rfp_responder.errors import IndexError_
from rfp_responder.index.manifest import Manifest
from rfp_responder.index.store import ChromaStore, MemoryStore
from rfp_responder.index.vectors import VectorTable
from rfp_responder.protocols import EmbedderIdentity, Store, Vectors

EXACT_UP_TO = 20_000  # blocks: comparing all takes a millisecond there, and a cold start does not import Chroma


class Nearest:
    """Dense search over one knowledge base, always in step with its manifest."""

    def __init__(
        self, folder: Path | None, manifest: Manifest, vectors: VectorTable, identity: EmbedderIdentity
    ) -> None:
        self._folder = folder
        self._manifest = manifest
        self._vectors = vectors
        self._identity = identity
        self._state: tuple[int, int] | None = None
        self._memory = MemoryStore(identity.dimension)
        self._chroma: tuple[str, int, ChromaStore] | None = None

    def __call__(self, vector: Vectors, k: int, blocks: Sequence[int] | None = None) -> list[tuple[str, float]]:
        """At most ``k`` pairs (block key, cosine), best first; among these blocks where they are given."""
        if blocks is not None:
            return self._exact(*self._vectors.matrix(blocks)).nearest(vector, k)
        self._refresh()
        found = self._memory.nearest(vector, k)
        if self._chroma:
            both = dict(self._chroma[2].nearest(vector, k)) | dict(found)  # killed before it was marked: in both
            found = sorted(both.items(), key=lambda pair: (-pair[1], pair[0]))[:k]
        return found

    def store(self) -> Store:
        """What is searched now."""
        self._refresh()
        return self._chroma[2] if self._chroma else self._memory

    def chroma(self, *, create: bool = False) -> ChromaStore:
        """Chroma's copy of the vectors; raises IndexError_ where it is not there and not to be made."""
        if self._folder is None:
            raise IndexError_("a knowledge base in memory keeps no Chroma")
        made_by = f"{self._identity.name} {self._identity.dimension} {self._identity.digest}"
        collection = f"blocks-{hashlib.sha256(made_by.encode()).hexdigest()[:16]}"  # Chroma takes few characters
        return ChromaStore(self.chroma_folder(), collection, self._identity, create=create)

    def chroma_folder(self) -> Path:
        """The folder of the present generation; every generation has its own, since Chroma's disk never shrinks."""
        assert self._folder is not None
        return self._folder / f"vectors-g{self._manifest.value('generation') or 1}"

    def _exact(self, keys: list[str], vectors: Vectors) -> MemoryStore:
        return MemoryStore(self._identity.dimension, keys, vectors)

    def _refresh(self) -> None:
        state = self._manifest.state()
        if state == self._state:
            return
        total, stored = self._vectors.count()
        large = self._folder is not None and total > EXACT_UP_TO and stored and self.chroma_folder().is_dir()
        self._memory = self._exact(*self._vectors.matrix(unstored=bool(large)))
        if large:
            mark = (str(self.chroma_folder()), stored)
            if self._chroma is None or self._chroma[:2] != mark:
                self.let_go()  # a client that was open while another process wrote would not see what is new
                self._chroma = (*mark, self.chroma())
        else:
            self.let_go()
        self._state = state

    def let_go(self) -> None:
        """Close Chroma, where it is open."""
        if self._chroma:
            self._chroma[2].close()
        self._chroma = None
        self._state = None
