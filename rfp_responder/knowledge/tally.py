"""What an ingest is asked for, and what it did."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """``prune``: remove documents whose files are gone. ``exclude``: patterns as in a ``.gitignore``. ``passwords``
    are tried on files that need one. ``tags`` and ``audience`` are given to every document that comes in. ``later``:
    leave embedding to ``embed_waiting``. ``retry``: read files again that could not be read before. ``seconds``
    bounds the reading of one file. ``ocr``: read pages that are pictures where OCR is installed. ``workers``:
    processes that read (None: as many as there are cores). ``wait``: seconds to wait for another process that writes.
    """

    prune: bool = False
    exclude: tuple[str, ...] = ()
    passwords: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    audience: str = ""
    later: bool = False
    retry: bool = False
    seconds: float = 120.0
    ocr: bool = True
    workers: int | None = None
    wait: float = 0.0


@dataclass(slots=True)
class Tally:
    """What an ingest did. Every file named or found is in exactly one of the lists of names.

    ``chunks`` counts places, ``blocks`` what they say: a text that stands in three documents is three chunks of one
    block. ``waiting`` blocks have no vector yet. ``seconds`` is the whole ingest, ``ready`` the part of it after which
    everything could be searched by words.
    """

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
    blocks: int = 0
    waiting: int = 0
    ready: float = 0.0
    seconds: float = 0.0
