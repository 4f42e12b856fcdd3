"""A document as JSON and back: how the worker process that reads a file hands it over.

JSON and not pickle: what comes from a process that has just read a hostile file is data as well.
"""

from __future__ import annotations

import json
from datetime import date

from rfp_responder.domain import Document, Heading, Page


def encode(document: Document) -> bytes:
    """One line of JSON."""
    value = {
        "id": document.id, "name": document.name, "digest": document.digest, "media_type": document.media_type,
        "title": document.title, "effective": document.effective.isoformat() if document.effective else None,
        "notes": document.notes, "version": document.version, "tags": document.tags, "audience": document.audience,
        "scans": document.scans,
        "pages": [
            (p.number, p.label, p.text, [(h.start, h.level, h.text) for h in p.headings], p.origin)
            for p in document.pages
        ],
    }  # fmt: skip
    return json.dumps(value).encode()


def decode(line: bytes) -> Document:
    """The document of a line; raises ValueError, KeyError, TypeError, OverflowError or RecursionError
    where it is none."""
    value = json.loads(line)
    effective = value["effective"]
    return Document(
        id=str(value["id"]),
        name=str(value["name"]),
        digest=str(value["digest"]),
        media_type=str(value["media_type"]),
        title=str(value["title"]),
        pages=tuple(
            Page(
                int(number),
                str(label),
                str(text),
                tuple(Heading(int(start), int(level), str(words)) for start, level, words in headings),
                tuple((int(a), int(b), int(n)) for a, b, n in origin),
            )
            for number, label, text, headings, origin in value["pages"]
        ),
        effective=date.fromisoformat(effective) if effective else None,
        notes=tuple(map(str, value["notes"])),
        version=str(value["version"]),
        tags=tuple(map(str, value["tags"])),
        audience=str(value["audience"]),
        scans=tuple(map(int, value["scans"])),
    )
