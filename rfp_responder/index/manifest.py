"""The manifest: documents, pages, chunks, blocks and vectors in SQLite, with the lexical index in the same file.

A block is what one or more chunks say: it is searched by words and by meaning once, and shown with all its places.
One transaction switches a document from its old to its new state, in the tables and in both indexes alike. Chroma
holds a copy of the vectors (``stored`` marks those it has, ``discarded`` lists those it has yet to forget).
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rfp_responder.domain import Chunk, Document, Heading, Page, Scope
from rfp_responder.index.database import Database
from rfp_responder.index.vectors import VECTORS_SCHEMA
from rfp_responder.protocols import DocumentRow
from rfp_responder.text import content_stems

SCHEMA_VERSION = 2
_SCHEMA = (
    """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE documents (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, source TEXT NOT NULL,
    media_type TEXT NOT NULL, title TEXT NOT NULL, effective TEXT, notes TEXT NOT NULL,
    pages INTEGER NOT NULL, recipe TEXT NOT NULL, root TEXT NOT NULL, version TEXT NOT NULL,
    tags TEXT NOT NULL, audience TEXT NOT NULL, size INTEGER NOT NULL, stamp INTEGER NOT NULL);
CREATE TABLE pages (
    document_id TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE, number INTEGER NOT NULL,
    label TEXT NOT NULL, text TEXT NOT NULL, headings TEXT NOT NULL, origin TEXT NOT NULL,
    PRIMARY KEY (document_id, number));
CREATE TABLE blocks (rowid INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE chunks (
    rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, block INTEGER NOT NULL REFERENCES blocks(rowid),
    document_id TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    page_number INTEGER NOT NULL, heading TEXT NOT NULL, columns TEXT NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL);
CREATE INDEX chunks_of_document ON chunks(document_id);
CREATE INDEX chunks_of_block ON chunks(block);
CREATE TABLE acronyms (
    document_id TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE, short TEXT NOT NULL, long TEXT NOT NULL);
CREATE INDEX acronyms_of_document ON acronyms(document_id);
CREATE TABLE quarantine (
    source TEXT PRIMARY KEY, size INTEGER NOT NULL, stamp INTEGER NOT NULL, recipe TEXT NOT NULL, reason TEXT NOT NULL);
CREATE VIRTUAL TABLE lexical USING fts5(
    title, heading, text, tokenize = "unicode61 remove_diacritics 2 tokenchars './&-''’'");
CREATE VIRTUAL TABLE terms USING fts5vocab(lexical, 'row');
"""
    + VECTORS_SCHEMA
)
_CHUNK = (
    "SELECT c.id, c.document_id, d.name, d.title, c.page_number, p.label, c.heading, c.start, c.end,"
    " p.rowid, d.effective, c.columns, b.key"
    " FROM chunks c JOIN documents d ON d.id = c.document_id JOIN blocks b ON b.rowid = c.block"
    " JOIN pages p ON p.document_id = c.document_id AND p.number = c.page_number"
)


@dataclass(frozen=True, slots=True)
class FileStamp:
    """Where a document's file is and what tells that it has not changed: size in bytes, time in nanoseconds."""

    source: str
    root: str
    size: int
    stamp: int
    recipe: str


class Manifest(Database):
    """The tables of one knowledge base."""

    def __init__(self, path: Path | None, *, create: bool) -> None:
        """``path`` None keeps it in memory. Raises IndexError_ when it is absent, damaged or of another schema."""
        super().__init__(path, _SCHEMA, SCHEMA_VERSION, create=create)

    # -- writing --------------------------------------------------------------------------------------------

    def put(
        self, document: Document, chunks: Sequence[Chunk], acronyms: Iterable[tuple[str, str]], file: FileStamp
    ) -> None:
        """Replace a document by its new state; call it within a transaction, and ``settle`` at its end."""
        self.remove(document.id)
        self.run("DELETE FROM quarantine WHERE source = ?", (file.source,))
        self.run(
            f"INSERT INTO documents VALUES ({','.join('?' * 16)})",
            (
                document.id, document.name, document.digest, file.source, document.media_type, document.title,
                document.effective.isoformat() if document.effective else None, json.dumps(document.notes),
                len(document.pages), file.recipe, file.root, document.version, json.dumps(document.tags),
                document.audience, file.size, file.stamp,
            ),
        )  # fmt: skip
        self.run_many(
            "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    document.id, p.number, p.label, p.text,
                    json.dumps([(h.start, h.level, h.text) for h in p.headings]), json.dumps(p.origin),
                )
                for p in document.pages
            ],
        )  # fmt: skip
        self.run_many("INSERT INTO acronyms VALUES (?, ?, ?)", [(document.id, a, b) for a, b in acronyms])
        self._put_chunks(chunks)

    def _put_chunks(self, chunks: Sequence[Chunk]) -> None:
        keys = [(key,) for key in dict.fromkeys(c.block for c in chunks)]
        self.run_many("INSERT INTO blocks (key) VALUES (?) ON CONFLICT DO NOTHING", keys)
        self.run_many("INSERT INTO unsettled SELECT rowid FROM blocks WHERE key = ? ON CONFLICT DO NOTHING", keys)
        self.run_many(
            "INSERT INTO chunks (id, block, document_id, page_number, heading, columns, start, end)"
            " VALUES (?, (SELECT rowid FROM blocks WHERE key = ?), ?, ?, ?, ?, ?, ?)",
            [(c.id, c.block, c.document_id, c.page_number, c.heading, c.columns, c.start, c.end) for c in chunks],
        )

    def mark(self, document_id: str, file: FileStamp, tags: tuple[str, ...], audience: str) -> None:
        """A document whose text has not changed: where its file is now, its times, tags and audience."""
        self.run(
            "UPDATE documents SET source = ?, root = ?, size = ?, stamp = ?, tags = ?, audience = ? WHERE id = ?",
            (file.source, file.root, file.size, file.stamp, json.dumps(tags), audience, document_id),
        )

    def put_chunks_anew(self, chunks: Iterable[Sequence[Chunk]]) -> None:
        """Replace every chunk (another way of cutting); call it within a transaction, and ``settle`` at its end."""
        self.run("INSERT INTO unsettled SELECT rowid FROM blocks WHERE true ON CONFLICT DO NOTHING")
        self.run("DELETE FROM chunks")
        for part in chunks:
            self._put_chunks(part)

    def remove(self, document_id: str) -> None:
        """Remove a document with its pages and chunks; one that is not there is no error. ``settle`` afterwards."""
        self.run(
            "INSERT INTO unsettled SELECT DISTINCT block FROM chunks WHERE document_id = ? ON CONFLICT DO NOTHING",
            (document_id,),
        )
        self.run("DELETE FROM documents WHERE id = ?", (document_id,))

    def settle(self) -> None:
        """Bring the touched blocks in step with their chunks: those that nobody says any more go, the others are
        indexed by words under the titles that say them now."""
        touched = [row[0] for row in self.run("SELECT block FROM unsettled")]
        self.run_in("DELETE FROM lexical WHERE rowid IN {in}", touched)
        self.run(
            "INSERT INTO discarded SELECT b.key FROM unsettled u JOIN blocks b ON b.rowid = u.block"
            " JOIN vectors v ON v.block = b.rowid WHERE NOT EXISTS"
            " (SELECT 1 FROM chunks WHERE block = b.rowid) ON CONFLICT DO NOTHING"
        )
        self.run(
            "DELETE FROM blocks WHERE rowid IN (SELECT block FROM unsettled)"
            " AND NOT EXISTS (SELECT 1 FROM chunks WHERE block = blocks.rowid)"
        )
        self.run("DELETE FROM unsettled")
        left = self.run_in("SELECT rowid, key FROM blocks WHERE rowid IN {in}", touched)
        said = self.chunks_of([key for _, key in left])
        self.run("DELETE FROM discarded WHERE key IN (SELECT key FROM blocks)")  # said again
        self.run_many(
            "INSERT INTO lexical (rowid, title, heading, text) VALUES (?, ?, ?, ?)",
            [(rowid, *_indexed(said[key])) for rowid, key in left],
        )

    # -- quarantine -----------------------------------------------------------------------------------------

    def quarantine(self, file: FileStamp, reason: str) -> None:
        """Remember that a file cannot be read as it is."""
        values = (file.source, file.size, file.stamp, file.recipe, reason)
        self.run("INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?, ?)", values)

    def quarantined(self) -> dict[str, tuple[FileStamp, str]]:
        """What could not be read, by source, with the reason."""
        rows = self.run("SELECT source, size, stamp, recipe, reason FROM quarantine")
        return {r[0]: (FileStamp(r[0], "", r[1], r[2], r[3]), r[4]) for r in rows}

    # -- reading --------------------------------------------------------------------------------------------

    def documents(self) -> list[DocumentRow]:
        """Every document by name."""
        rows = self.run(
            "SELECT d.id, name, digest, source, title, pages, effective, notes, recipe, root, version, tags, audience,"
            " size, stamp, (SELECT count(*) FROM chunks c WHERE c.document_id = d.id) FROM documents d ORDER BY name"
        )
        return [
            DocumentRow(
                id=r[0], name=r[1], digest=r[2], source=r[3], title=r[4], pages=r[5], chunks=r[15],
                effective=date.fromisoformat(r[6]) if r[6] else None, notes=tuple(json.loads(r[7])), recipe=r[8],
                root=r[9], version=r[10], tags=tuple(json.loads(r[11])), audience=r[12], size=r[13], stamp=r[14],
            )
            for r in rows
        ]  # fmt: skip

    def document(self, document_id: str) -> Document | None:
        """A whole document as it was read; None where it is not held."""
        rows = self.run(
            "SELECT id, name, digest, media_type, title, effective, notes, version, tags, audience"
            " FROM documents WHERE id = ?",
            (document_id,),
        )
        if not rows:
            return None
        r = rows[0]
        pages = self.run(
            "SELECT number, label, text, headings, origin FROM pages WHERE document_id = ? ORDER BY number",
            (document_id,),
        )
        effective = date.fromisoformat(r[5]) if r[5] else None
        notes, tags = tuple(json.loads(r[6])), tuple(json.loads(r[8]))
        return Document(r[0], r[1], r[2], r[3], r[4], tuple(map(_page, pages)), effective, notes, r[7], tags, r[9])

    def page(self, document_id: str, number: int) -> Page | None:
        """A one-based page of a document."""
        rows = self.run(
            "SELECT number, label, text, headings, origin FROM pages WHERE document_id = ? AND number = ?",
            (document_id, number),
        )
        return _page(rows[0]) if rows else None

    def chunk_ids(self) -> set[str]:
        """The id of every chunk."""
        return {row[0] for row in self.run("SELECT id FROM chunks")}

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunks of these ids that are held."""
        return {chunk.id: chunk for chunk in self._chunks(f"{_CHUNK} WHERE c.id IN {{in}}", ids)}

    def chunks_of(self, blocks: Sequence[str]) -> dict[str, list[Chunk]]:
        """The chunks of each of these blocks that is held, in the order they were put in."""
        found: dict[str, list[Chunk]] = {}
        for chunk in self._chunks(f"{_CHUNK} WHERE b.key IN {{in}} ORDER BY c.rowid", blocks):
            found.setdefault(chunk.block, []).append(chunk)
        return found

    def all_chunks(self) -> list[Chunk]:
        """Every chunk in the order it was put in."""
        return self._chunks(f"{_CHUNK} ORDER BY c.rowid")

    def _chunks(self, sql: str, values: Sequence[object] | None = None) -> list[Chunk]:
        """Chunks, cut from pages that are read once each: SQLite's ``substr`` walks a page anew for every chunk of it,
        and a text file is one page of up to 20 MB."""
        while True:
            state = self.state()
            rows = self.run(sql) if values is None else self.run_in(sql, values)
            pages = dict(self.run_in("SELECT rowid, text FROM pages WHERE rowid IN {in}", list({r[9] for r in rows})))
            if self.state() == state:  # else another process has changed pages between the two questions
                return [_chunk(row, pages[row[9]]) for row in rows]

    def around(self, chunk: Chunk, characters: int) -> tuple[str, str]:
        """The page's text before and after a chunk, at most so many characters each."""
        rows = self.run(
            "SELECT substr(text, max(1, ? - ? + 1), min(?, ?)), substr(text, ? + 1, ?) FROM pages"
            " WHERE document_id = ? AND number = ?",
            (chunk.start, characters, chunk.start, characters, chunk.end, characters, chunk.document_id,
             chunk.page_number),
        )  # fmt: skip
        return (str(rows[0][0]), str(rows[0][1])) if rows else ("", "")

    def acronyms(self) -> dict[str, str]:
        """Short forms with the long form that most documents give, in lower case."""
        rows = self.run("SELECT short, long, count(*) AS n FROM acronyms GROUP BY short, long ORDER BY n, long DESC")
        return {short: long for short, long, _ in rows}

    def blocks_in(self, scope: Scope) -> list[int] | None:
        """The blocks of the documents that a scope lets through; None where it lets every document through."""
        if scope == Scope():
            return None
        ids = [row.id for row in self.documents() if lets_through(scope, row)]
        return sorted({r[0] for r in self.run_in("SELECT DISTINCT block FROM chunks WHERE document_id IN {in}", ids)})


def lets_through(scope: Scope, row: DocumentRow) -> bool:
    """Whether a document may be searched."""
    named = not scope.documents or any(
        fnmatch.fnmatchcase(row.name.casefold(), pattern.casefold()) or row.name.rsplit("/", 1)[-1] == pattern
        for pattern in scope.documents
    )
    dated = (scope.since is None or (row.effective is not None and row.effective >= scope.since)) and (
        scope.until is None or (row.effective is not None and row.effective <= scope.until)
    )
    tagged = {tag.casefold() for tag in scope.tags} <= {tag.casefold() for tag in row.tags}
    heard = not scope.audience or row.audience.casefold() in ("", scope.audience.casefold())
    return named and dated and tagged and heard


def _indexed(chunks: Sequence[Chunk]) -> tuple[str, str, str]:
    """Title, heading and text of a block as the lexical index holds them: stems, each source's title once."""
    titles = " ".join(dict.fromkeys(c.document_title for c in chunks))
    first = chunks[0]
    heading = f"{first.heading} {first.columns}"
    return _stemmed(titles), _stemmed(heading), _stemmed(first.text)


def _stemmed(text: str) -> str:
    return " ".join(content_stems(text))


def _page(row: tuple[Any, ...]) -> Page:
    headings = tuple(Heading(*h) for h in json.loads(row[3]))
    return Page(row[0], row[1], row[2], headings, tuple((a, b, n) for a, b, n in json.loads(row[4])))


def _chunk(row: tuple[Any, ...], page: str) -> Chunk:
    return Chunk(
        id=row[0], document_id=row[1], document_name=row[2], document_title=row[3], page_number=row[4],
        page_label=row[5], heading=row[6], start=row[7], end=row[8], text=page[row[7] : row[8]],
        effective=date.fromisoformat(row[10]) if row[10] else None, columns=row[11], block=row[12],
    )  # fmt: skip
