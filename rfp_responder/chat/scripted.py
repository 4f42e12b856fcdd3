"""A chat model that says what it was told to say: for tests and trials."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rfp_responder.protocols import Listener, ModelReply, ModelRequest


@dataclass(slots=True)
class ScriptedModel:
    """Says its replies in turn, or what a function makes of the user's message; an Exception among them is raised.

    A listener hears a reply line by line. May be used by several threads.
    """

    replies: Sequence[str | Exception] | Callable[[str], str]
    name: str = "scripted"
    calls: int = 0
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
        """The next reply of the script; tokens are counted as words."""
        user = request.user
        with self._turn:
            number, self.calls = self.calls, self.calls + 1
        said = self.replies(user) if callable(self.replies) else self.replies[number % len(self.replies)]
        if isinstance(said, Exception):
            raise said
        if listener:
            for line in said.splitlines(keepends=True):
                listener(line)
        return ModelReply(said, len(f"{request.system} {user}".split()), len(said.split()))
