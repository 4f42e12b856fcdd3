"""The manifest: documents, pages and chunks in SQLite, with the lexical index (FTS5, BM25) in the same file.

One transaction switches a document from its old to its new state, in the tables and in the lexical index alike.
Vectors lie in the store beside it; an id that the manifest does not hold is never shown, so vectors may be
added before and removed after the transaction, and a process killed in between leaves nothing half done.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rfp_responder.domain import Chunk, Document, Heading, Page
from rfp_responder.errors import IndexError_
from rfp_responder.protocols import LexicalHit
from rfp_responder.text import STOPWORDS, words

SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE documents (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, source TEXT NOT NULL,
    media_type TEXT NOT NULL, title TEXT NOT NULL, effective TEXT, notes TEXT NOT NULL,
    pages INTEGER NOT NULL, recipe TEXT NOT NULL, root TEXT NOT NULL);
CREATE TABLE pages (
    document_id TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE, number INTEGER NOT NULL,
    label TEXT NOT NULL, text TEXT NOT NULL, headings TEXT NOT NULL, origin TEXT NOT NULL,
    PRIMARY KEY (document_id, number));
CREATE TABLE chunks (
    rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    page_number INTEGER NOT NULL, heading TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL);
CREATE INDEX chunks_of_document ON chunks(document_id);
CREATE VIRTUAL TABLE lexical USING fts5(title, heading, text, tokenize = "porter unicode61 remove_diacritics 2");
"""
_TITLE_WEIGHT, _HEADING_WEIGHT, _TEXT_WEIGHT = 1.0, 1.5, 1.0


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document as the manifest lists it; ``recipe`` names how it was read and cut, ``root`` where from."""

    id: str
    name: str
    digest: str
    source: str
    title: str
    pages: int
    chunks: int
    effective: date | None
    notes: tuple[str, ...]
    recipe: str
    root: str


class Manifest:
    """One SQLite file. Opened to write it is made where it is not there; opened to read it must be there."""

    def __init__(self, path: Path | None, *, create: bool) -> None:
        """``path`` None keeps it in memory. Raises IndexError_ when it is absent, damaged or of another schema."""
        if path is not None and not create and not path.is_file():
            raise IndexError_(
                f"there is no index in {path.parent}",
                "Run `rfp ingest PATH...` first, or name it with --index",
            )
        self._where = path.parent if path else Path("memory")
        try:
            self._db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA foreign_keys = ON")
            if path is not None and create:
                self._db.execute("PRAGMA journal_mode = WAL")
            fresh = not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone()
            if fresh:
                self._create()
            version = self.value("schema")
        except sqlite3.DatabaseError as error:
            raise self._fault(error) from error
        if version != str(SCHEMA_VERSION):
            raise IndexError_(
                f"index {self._where}: has schema {version}, expected {SCHEMA_VERSION}",
                "Remove the folder and ingest again with this version",
            )

    def _create(self) -> None:
        with self.transaction():
            for statement in _SCHEMA.split(";\n"):
                if statement.strip():
                    self._run(statement)
            self.put_value("schema", str(SCHEMA_VERSION))

    def _run(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Every row of a statement; SQLite's faults (damage, a lock, a full disk) as one line."""
        try:
            return self._db.execute(sql, values).fetchall()
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise  # a fault of this program
        except sqlite3.DatabaseError as error:
            raise self._fault(error) from error

    def _fault(self, error: sqlite3.Error) -> IndexError_:
        if "locked" in str(error):
            return IndexError_(
                f"index {self._where}: another process is writing to it", "Wait until it has ended, then run this again"
            )
        return IndexError_(
            f"index {self._where}: its manifest cannot be used ({error})",
            "Remove the folder and ingest again, or name another folder with --index",
        )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self._run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:  # a full disk has ended it already
                self._run("ROLLBACK")
            raise
        self._run("COMMIT")

    def value(self, key: str) -> str | None:
        """A value of the manifest's own (schema, collection, model)."""
        row = self._run("SELECT value FROM meta WHERE key = ?", (key,))
        return str(row[0][0]) if row else None

    def put_value(self, key: str, value: str) -> None:
        """Set a value of the manifest's own; call it within a transaction."""
        self._run(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
            (key, value),
        )

    # -- writing --------------------------------------------------------------------------------------------

    def put(self, document: Document, chunks: Sequence[Chunk], *, source: str, recipe: str, root: str) -> None:
        """Replace a document by its new state; call it within a transaction."""
        self.remove(document.id)
        self._run(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document.id, document.name, document.digest, source, document.media_type, document.title,
                document.effective.isoformat() if document.effective else None,
                json.dumps(document.notes), len(document.pages), recipe, root,
            ),
        )  # fmt: skip
        for p in document.pages:
            headings = json.dumps([(h.start, h.level, h.text) for h in p.headings])
            self._run(
                "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?)",
                (document.id, p.number, p.label, p.text, headings, json.dumps(p.origin)),
            )
        for chunk in chunks:
            self._run(
                "INSERT INTO chunks (id, document_id, page_number, heading, start, end) VALUES (?, ?, ?, ?, ?, ?)",
                (chunk.id, chunk.document_id, chunk.page_number, chunk.heading, chunk.start, chunk.end),
            )
            self._run(
                "INSERT INTO lexical (rowid, title, heading, text) VALUES (last_insert_rowid(), ?, ?, ?)",
                (chunk.document_title, chunk.heading, chunk.text),
            )

    def remove(self, document_id: str) -> None:
        """Remove a document with its pages and chunks; one that is not there is no error."""
        self._run(
            "DELETE FROM lexical WHERE rowid IN (SELECT rowid FROM chunks WHERE document_id = ?)",
            (document_id,),
        )
        self._run("DELETE FROM documents WHERE id = ?", (document_id,))

    # -- reading --------------------------------------------------------------------------------------------

    def documents(self) -> list[DocumentRow]:
        """Every document by name."""
        rows = self._run(
            "SELECT d.id, name, digest, source, title, pages, effective, notes, recipe, root,"
            " (SELECT count(*) FROM chunks c WHERE c.document_id = d.id) FROM documents d ORDER BY name"
        )
        return [
            DocumentRow(
                id=r[0], name=r[1], digest=r[2], source=r[3], title=r[4], pages=r[5], chunks=r[10],
                effective=date.fromisoformat(r[6]) if r[6] else None,
                notes=tuple(json.loads(r[7])), recipe=r[8], root=r[9],
            )
            for r in rows
        ]  # fmt: skip

    def page(self, document_id: str, number: int) -> Page | None:
        """A one-based page of a document."""
        rows = self._run(
            "SELECT number, label, text, headings, origin FROM pages WHERE document_id = ? AND number = ?",
            (document_id, number),
        )
        if not rows:
            return None
        row = rows[0]
        headings = tuple(Heading(*h) for h in json.loads(row[3]))
        return Page(row[0], row[1], row[2], headings, tuple((a, b, n) for a, b, n in json.loads(row[4])))

    def chunk_ids(self) -> set[str]:
        """The id of every chunk."""
        return {row[0] for row in self._run("SELECT id FROM chunks")}

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunks of these ids that are held."""
        found: dict[str, Chunk] = {}
        for low in range(0, len(ids), 500):
            part = list(ids[low : low + 500])
            rows = self._run(
                "SELECT c.id, c.document_id, d.name, d.title, c.page_number, p.label, c.heading, c.start, c.end,"
                " substr(p.text, c.start + 1, c.end - c.start), d.effective"
                " FROM chunks c JOIN documents d ON d.id = c.document_id"
                " JOIN pages p ON p.document_id = c.document_id AND p.number = c.page_number"
                f" WHERE c.id IN ({','.join('?' * len(part))})",
                part,
            )
            for r in rows:
                effective = date.fromisoformat(r[10]) if r[10] else None
                found[r[0]] = Chunk(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], effective)
        return found

    def all_chunks(self) -> list[Chunk]:
        """Every chunk in the order it was put in."""
        ids = [row[0] for row in self._run("SELECT id FROM chunks ORDER BY rowid")]
        held = self.chunks(ids)
        return [held[id_] for id_ in ids]

    def lexical(self, query: str, k: int) -> list[LexicalHit]:
        """At most ``k`` chunks by BM25 over title, heading and text, best first (Robertson & Zaragoza, 2009)."""
        terms = list(dict.fromkeys(w for w in words(query) if w not in STOPWORDS)) or words(query)
        if not terms or k < 1:
            return []
        match = " OR ".join('"' + term.replace('"', "") + '"' for term in terms[:64])
        rows = self._run(
            "SELECT c.id, -bm25(lexical, ?, ?, ?) AS score FROM lexical JOIN chunks c ON c.rowid = lexical.rowid"
            " WHERE lexical MATCH ? ORDER BY score DESC, c.rowid LIMIT ?",
            (_TITLE_WEIGHT, _HEADING_WEIGHT, _TEXT_WEIGHT, match, k),
        )
        return [LexicalHit(id_, float(score)) for id_, score in rows]

    def document_frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """In how many chunks each word occurs (any of its inflections), and how many chunks there are."""
        total = int(self._run("SELECT count(*) FROM chunks")[0][0])
        counts = {}
        for term in dict.fromkeys(terms):
            rows = self._run("SELECT count(*) FROM lexical WHERE lexical MATCH ?", ('"' + term.replace('"', "") + '"',))
            counts[term] = int(rows[0][0])
        return counts, total
