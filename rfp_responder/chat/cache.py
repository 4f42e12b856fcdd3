"""Replies given before, kept in one SQLite file and given again to the very same request.

The file holds replies, thus words of questionnaires and documents: it is readable by its owner alone. Keys of servers
never reach it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from rfp_responder.errors import InputError
from rfp_responder.protocols import ChatModel, Listener, ModelReply, ModelRequest

CacheMode = Literal["read", "write"]
Fits = Callable[[ModelRequest, str], bool]
_WAIT = 10.0  # seconds for another process that writes
_BRACES = 20  # that prose before the object may hold
_FORM = 1  # part of every key: what is kept in another form is not found


def request_digest(model: str, request: ModelRequest) -> str:
    """The sha256 of all that a reply depends on: model, both messages, schema and sampling.

    The server's address is not part of it: a model moves between ports and gateways and says the same. Neither is any
    key. The prompt version and the passages are in the messages.
    """
    parts = [_FORM, model, request.system, request.user, request.schema, asdict(request.sampling)]
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class ReplyCache:
    """Replies by digest in a file; used by several threads and several processes."""

    def __init__(self, path: Path, *, create: bool) -> None:
        """``create`` makes the file where it is not there; without it an absent file holds nothing.

        Raises InputError where the file cannot be used.
        """
        self._path = path
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        if not create and not path.is_file():
            return
        with self._faults():
            if create:
                path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            if os.access(path, os.W_OK):
                path.chmod(0o600)  # also one that was made by other means
            self._db = sqlite3.connect(path, timeout=_WAIT, check_same_thread=False, isolation_level=None)
            if create:
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = NORMAL")
                self._db.execute("CREATE TABLE IF NOT EXISTS reply (digest TEXT PRIMARY KEY, model TEXT, text TEXT)")
            self._db.execute("SELECT digest, model, text FROM reply LIMIT 1")

    def get(self, digest: str) -> str | None:
        """The reply's text; None where none is kept."""
        if self._db is None:
            return None
        with self._lock, self._faults():
            found = self._db.execute("SELECT text FROM reply WHERE digest = ?", (digest,)).fetchone()
        return str(found[0]) if found else None

    def put(self, digest: str, model: str, text: str) -> None:
        """Keep a reply; one that is there is replaced."""
        if self._db is None:
            return
        with self._lock, self._faults():
            self._db.execute("INSERT OR REPLACE INTO reply VALUES (?, ?, ?)", (digest, model, text))

    def __len__(self) -> int:
        if self._db is None:
            return 0
        with self._lock, self._faults():
            return int(self._db.execute("SELECT count(*) FROM reply").fetchone()[0])

    def close(self) -> None:
        """Let the file go."""
        if self._db is not None:
            self._db.close()
            self._db = None

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """SQLite's faults as one line; nothing is repaired or started anew behind the user's back."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise InputError(
                f"reply cache {self._path}: cannot be used ({error})", "Try again, or set RFP_REPLY_CACHE=off"
            ) from error
        except sqlite3.DatabaseError as error:
            raise InputError(
                f"reply cache {self._path}: is damaged ({error})",
                "Remove the file (replies are then asked for anew), or set RFP_REPLY_CACHE=off",
            ) from error


class CachedChat:
    """A chat model whose replies are taken from a cache where the very same request was answered before.

    ``read`` takes and never adds, ``write`` takes and adds. A reply from the cache costs nothing and has no tokens.
    Only a reply that ``fits`` its request is kept or taken: what was cut off, or is not of the schema, is asked for
    again at the next run and cannot be served for ever.
    """

    def __init__(self, model: ChatModel, cache: ReplyCache, mode: CacheMode, fits: Fits | None = None) -> None:
        """``fits`` says whether a reply can be used; without it, that it holds an object with the required fields."""
        self._model, self._cache, self._mode = model, cache, mode
        self._fits = fits or has_required

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
        """The kept reply, or the model's; raises what the model raises."""
        digest = request_digest(self.name, request)
        kept = self._cache.get(digest)
        if kept is not None and self._fits(request, kept):
            if listener:
                listener(kept)
            return ModelReply(kept, 0, 0, cached=True)
        said = self._model.reply(request, listener)
        if self._mode == "write" and self._fits(request, said.text):
            self._cache.put(digest, self.name, said.text)
        return said


def has_required(request: ModelRequest, text: str) -> bool:
    """Whether the first JSON object in a text is whole and has every field that the schema requires."""
    required = request.schema.get("required", [])
    found = _first_object(text)
    return found is not None and isinstance(required, list) and all(name in found for name in required)


def _first_object(text: str) -> Mapping[str, object] | None:
    start = -1
    for _ in range(_BRACES):
        start = text.find("{", start + 1)
        if start < 0:
            return None
        try:
            found, _end = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            continue  # a brace in prose, or an object that was cut off
        return dict(found)
    return None
