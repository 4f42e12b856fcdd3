"""Vectors by chunk id: Chroma on disk, or a plain array in memory."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from rfp_responder.errors import IndexError_
from rfp_responder.protocols import EmbedderIdentity, Vectors

_BATCH = 5_000  # local Chroma refuses more than 5,461 records at once


class MemoryStore:
    """Exact search over an array: every vector is compared, which up to some ten thousand is also the fastest."""

    def __init__(self, dimension: int, ids: Sequence[str] = (), vectors: Vectors | None = None) -> None:
        """Empty, or with these ids and vectors, shape (len(ids), dimension)."""
        self._dimension = dimension
        self._ids = list(ids)
        self._matrix = np.zeros((0, dimension), dtype=np.float32) if vectors is None or not len(ids) else vectors
        _check(self._ids, self._matrix, dimension)

    def add(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Add or replace."""
        _check(ids, vectors, self._dimension)
        self.delete(ids)
        last = {id_: row for row, id_ in enumerate(ids)}
        self._ids += last
        self._matrix = np.vstack([self._matrix, vectors[list(last.values())]]).astype(np.float32)

    def delete(self, ids: Sequence[str]) -> None:
        """Remove; an id that is not there is no error."""
        gone = set(ids)
        kept = [row for row, id_ in enumerate(self._ids) if id_ not in gone]
        if len(kept) < len(self._ids):
            self._ids = [self._ids[row] for row in kept]
            self._matrix = self._matrix[kept]

    def nearest(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """At most ``k`` pairs (id, cosine), best first."""
        if not self._ids or k < 1:
            return []
        scores = self._matrix @ vector
        # the k best first, in any order, then those few in order: equal scores keep the order of the rows
        few = np.argpartition(-scores, k - 1)[:k] if k < len(scores) else np.arange(len(scores))
        best = sorted(few.tolist(), key=lambda row: (-scores[row], row))
        return [(self._ids[row], float(scores[row])) for row in best]

    def ids(self) -> set[str]:
        """Every id held."""
        return set(self._ids)


class ChromaStore:
    """A Chroma collection on disk, always with explicit embeddings, stamped with who made them."""

    def __init__(self, folder: Path, collection: str, identity: EmbedderIdentity, *, create: bool) -> None:
        """Open ``collection`` in ``folder``; raises IndexError_ when it is not there or another model made it."""
        self._folder = folder
        self._dimension = identity.dimension
        self._client = _client(folder)
        stamp = {"model": identity.name, "dimension": identity.dimension, "digest": identity.digest}
        try:
            self._collection = (
                self._client.get_or_create_collection(
                    collection,
                    metadata=stamp,
                    embedding_function=None,
                    configuration={"hnsw": {"space": "cosine"}},
                )
                if create
                else self._client.get_collection(collection, embedding_function=None)
            )
        except Exception as error:  # chromadb raises its own kinds and Rust's
            raise _vectors_fault(folder, error) from error
        held = self._collection.metadata or {}
        if {key: held.get(key) for key in stamp} != stamp:
            raise IndexError_(
                f"index {folder}: was made by the embedding model {held.get('model')} "
                f"({held.get('dimension')} dimensions, digest {str(held.get('digest'))[:12]}), "
                f"expected {identity.name} ({identity.dimension}, {identity.digest[:12]})",
                "Name that model again, or run `rfp reindex`",
            )

    def add(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Add or replace, in batches."""
        _check(ids, vectors, self._dimension)
        with self._told():
            for low in range(0, len(ids), _BATCH):
                self._collection.upsert(ids=list(ids[low : low + _BATCH]), embeddings=vectors[low : low + _BATCH])

    def delete(self, ids: Sequence[str]) -> None:
        """Remove; an id that is not there is no error."""
        with self._told():
            for low in range(0, len(ids), _BATCH):
                self._collection.delete(ids=list(ids[low : low + _BATCH]))

    def nearest(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """At most ``k`` pairs (id, cosine), best first."""
        with self._told():
            count = min(k, self._collection.count())
            if count < 1:
                return []
            found = self._collection.query(query_embeddings=vector[None, :], n_results=count, include=["distances"])
        return [(id_, 1.0 - float(d)) for id_, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def ids(self) -> set[str]:
        """Every id held."""
        with self._told():
            return set(self._collection.get(include=[])["ids"])

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Chroma's faults (damage, a full disk) as one line."""
        try:
            yield
        except Exception as error:  # chromadb raises its own kinds and Rust's
            raise _vectors_fault(self._folder, error) from error

    def close(self) -> None:
        """Let go of the folder: a second process may have written to it, or it is to be removed."""
        close = getattr(self._client, "close", None)
        if close is not None:
            close()


def _vectors_fault(folder: Path, error: Exception) -> IndexError_:
    return IndexError_(
        f"index {folder}: its vectors cannot be used ({type(error).__name__}: {str(error)[:100]})",
        "Check the disk's free space, else build them again with `rfp reindex`",
    )


def _client(folder: Path) -> Any:
    logging.getLogger("chromadb").setLevel(logging.ERROR)
    import chromadb
    from chromadb.config import Settings

    try:
        return chromadb.PersistentClient(str(folder.resolve()), Settings(anonymized_telemetry=False))
    except Exception as error:  # chromadb raises its own kinds and Rust's
        raise IndexError_(
            f"index {folder}: Chroma cannot open it ({type(error).__name__}: {str(error)[:100]})",
            "Remove the folder and ingest again, or name another folder with --index",
        ) from error


def _check(ids: Sequence[str], vectors: Vectors, dimension: int) -> None:
    if vectors.shape != (len(ids), dimension):
        raise ValueError(f"vectors of shape {vectors.shape} for {len(ids)} ids of dimension {dimension}")
