"""Vectors in SQLite, half precision: the record from which the exact search and Chroma are fed.

Half precision keeps a cosine to about 0.0005 (11 bits a component); 20,000 vectors of MiniLM are 15 MB.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from rfp_responder.index.database import Database
from rfp_responder.protocols import Vectors

VECTORS_SCHEMA = """
CREATE TABLE vectors (
    block INTEGER PRIMARY KEY REFERENCES blocks(rowid) ON DELETE CASCADE,
    vector BLOB NOT NULL, stored INTEGER NOT NULL DEFAULT 0);
CREATE INDEX vectors_unstored ON vectors(stored) WHERE stored = 0;
CREATE TABLE discarded (key TEXT PRIMARY KEY);
CREATE TABLE unsettled (block INTEGER PRIMARY KEY);
"""
_KEYED = "SELECT b.key, v.vector FROM vectors v JOIN blocks b ON b.rowid = v.block"


def blobs(vectors: Vectors) -> list[bytes]:
    """Each row in half precision, as it is kept."""
    return [half.tobytes() for half in vectors.astype(np.float16)]


class VectorTable:
    """The vectors of blocks, by the blocks' keys."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def put(self, keys: Sequence[str], vectors: Vectors) -> None:
        """Keep vectors, rows in the order of ``keys``; a block that has gone meanwhile is passed over."""
        self._db.run_many(
            "INSERT INTO vectors (block, vector) SELECT rowid, ? FROM blocks WHERE key = ? ON CONFLICT DO NOTHING",
            list(zip(blobs(vectors), keys, strict=True)),
        )

    def of(self, keys: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of these blocks that have one."""
        rows = self._db.run_in(f"{_KEYED} WHERE b.key IN {{in}}", keys)
        return {key: np.frombuffer(blob, dtype=np.float16).astype(np.float32) for key, blob in rows}

    def matrix(self, blocks: Sequence[int] | None = None, *, unstored: bool = False) -> tuple[list[str], Vectors]:
        """Keys and vectors, shape (keys, dimension): of all, of these blocks, or of those Chroma has not yet."""
        if blocks is not None:
            rows = self._db.run_in(f"{_KEYED} WHERE v.block IN {{in}}", blocks)
        else:
            rows = self._db.run(f"{_KEYED} WHERE v.stored = 0" if unstored else _KEYED)
        return _whole(rows)

    def pending(self) -> tuple[int, int]:
        """How many blocks wait for their vectors, and how many blocks there are."""
        total = int(self._db.run("SELECT count(*) FROM blocks")[0][0])
        return total - int(self._db.run("SELECT count(*) FROM vectors")[0][0]), total

    def count(self) -> tuple[int, int]:
        """How many vectors there are, and how many of them Chroma holds."""
        total, unstored = (
            int(self._db.run(f"SELECT count(*) FROM vectors{where}")[0][0]) for where in ("", " WHERE stored = 0")
        )
        return total, total - unstored

    def waiting(self, count: int) -> list[str]:
        """The keys of at most ``count`` blocks that wait for their vectors, oldest first."""
        rows = self._db.run(
            "SELECT key FROM blocks WHERE rowid NOT IN (SELECT block FROM vectors) ORDER BY rowid LIMIT ?", (count,)
        )
        return [row[0] for row in rows]

    def clear(self) -> None:
        """Forget every vector (another model makes new ones)."""
        self._db.run("DELETE FROM vectors")
        self._db.run("DELETE FROM discarded")

    # -- what Chroma has to learn ---------------------------------------------------------------------------

    def unstored(self, batch: int) -> Iterator[tuple[list[str], Vectors]]:
        """Keys and vectors that Chroma does not hold, in batches; mark each with ``mark_stored`` before the next."""
        while True:
            rows = self._db.run(f"{_KEYED} WHERE v.stored = 0 LIMIT ?", (batch,))
            if not rows:
                return
            yield _whole(rows)

    def mark_stored(self, keys: Sequence[str]) -> None:
        """Chroma holds these; call it within a transaction."""
        self._db.run_in(
            "UPDATE vectors SET stored = 1 WHERE block IN (SELECT rowid FROM blocks WHERE key IN {in})", keys
        )

    def mark_none_stored(self) -> None:
        """Chroma holds nothing (its folder is built anew); call it within a transaction."""
        self._db.run("UPDATE vectors SET stored = 0")
        self._db.run("DELETE FROM discarded")

    def discarded(self) -> list[str]:
        """Keys that Chroma may still hold and nobody says any more."""
        return [row[0] for row in self._db.run("SELECT key FROM discarded")]

    def forget_discarded(self, keys: Sequence[str]) -> None:
        """Chroma has deleted these."""
        self._db.run_in("DELETE FROM discarded WHERE key IN {in}", keys)


def _whole(rows: Sequence[tuple[str, bytes]]) -> tuple[list[str], Vectors]:
    """Keys and vectors of (key, blob); shape (0, 0) where there are none."""
    joined = np.frombuffer(b"".join(blob for _, blob in rows), dtype=np.float16).astype(np.float32)
    return [key for key, _ in rows], joined.reshape(len(rows), -1 if rows else 0)
