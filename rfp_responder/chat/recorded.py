"""Replies recorded at our own seam and played again: a chat model for tests, without a server."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from rfp_responder.chat.cache import request_digest
from rfp_responder.errors import InputError, ModelReplyError
from rfp_responder.protocols import ChatModel, Listener, ModelReply, ModelRequest

_ANEW = "Record anew: ask a served model through RecordingChat with this file"


class RecordingChat:
    """A chat model that writes down every reply, one JSON line each; a failed request leaves no line."""

    def __init__(self, model: ChatModel, path: Path) -> None:
        self._model, self._path = model, path
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
        """The model's reply, written down before it is handed on."""
        said = self._model.reply(request, listener)
        line = {
            "digest": request_digest(self.name, request),
            "model": self.name,
            "text": said.text,
            "input_tokens": said.input_tokens,
            "output_tokens": said.output_tokens,
        }
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=True) + "\n")
        return said


class RecordedModel:
    """Says what was recorded for a request; a request that was answered twice has its last reply."""

    def __init__(self, path: Path, name: str | None = None) -> None:
        """``name`` is the model that was recorded, where the file holds several.

        Raises InputError for a file that cannot be read, or holds no model, or several and none is named.
        """
        self._path = path
        self._said: dict[str, ModelReply] = {}
        names: set[str] = set()
        try:
            lines = path.read_text("utf-8").splitlines()
            for line in lines:
                entry = json.loads(line)
                names.add(entry["model"])
                reply = ModelReply(entry["text"], entry["input_tokens"], entry["output_tokens"])
                self._said[entry["digest"]] = reply
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"recorded replies {path}: cannot be read ({error!r})", _ANEW) from error
        if name is None and len(names) != 1:
            raise InputError(f"recorded replies {path}: holds {len(names)} models, expected one", "Name the model")
        self._name = name or names.pop()

    @property
    def name(self) -> str:
        """The name of the model that was recorded."""
        return self._name

    def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
        """The recorded reply; raises ModelReplyError for a request that was not recorded."""
        digest = request_digest(self.name, request)
        said = self._said.get(digest)
        if said is None:
            raise ModelReplyError(
                f"model {self.name}: no reply to this request ({digest[:12]}) is recorded in {self._path}", _ANEW
            )
        if listener:
            listener(said.text)
        return said
