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
    """Exact search over an array: for tests, and for a knowledge base that is not to be kept."""

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._rows: dict[str, Vectors] = {}

    def add(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Add or replace."""
        _check(ids, vectors, self._dimension)
        self._rows.update({id_: np.array(vector) for id_, vector in zip(ids, vectors, strict=True)})

    def delete(self, ids: Sequence[str]) -> None:
        """Remove; an id that is not there is no error."""
        for id_ in ids:
            self._rows.pop(id_, None)

    def nearest(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """At most ``k`` pairs (id, cosine), best first."""
        if not self._rows or k < 1:
            return []
        ids = list(self._rows)
        scores = np.stack([self._rows[id_] for id_ in ids]) @ vector
        return [(ids[i], float(scores[i])) for i in np.argsort(-scores, kind="stable")[:k]]

    def ids(self) -> set[str]:
        """Every id held."""
        return set(self._rows)


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
                "Name that model again, or run `rfp ingest PATH --rebuild`",
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

    def drop_others(self) -> None:
        """Delete every other collection of the folder (what a rebuild left behind)."""
        for other in self._client.list_collections():
            if other.name != self._collection.name:
                self._client.delete_collection(other.name)


def _vectors_fault(folder: Path, error: Exception) -> IndexError_:
    return IndexError_(
        f"index {folder}: its vectors cannot be used ({type(error).__name__}: {str(error)[:100]})",
        "Build it again with `rfp ingest PATH --rebuild`",
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
