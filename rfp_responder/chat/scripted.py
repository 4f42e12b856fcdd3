"""A chat model that says what it was told to say: for tests and trials."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rfp_responder.protocols import Listener, ModelReply, ModelRequest


@dataclass(slots=True)
class ScriptedModel:
    """Says its replies in turn, or what a function makes of the user's message; an Exception among them is raised."""

    replies: Sequence[str | Exception] | Callable[[str], str]
    name: str = "scripted"
    calls: int = 0

    def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
        """The next reply of the script; tokens are counted as words."""
        user = request.user
        said = self.replies(user) if callable(self.replies) else self.replies[self.calls % len(self.replies)]
        self.calls += 1
        if isinstance(said, Exception):
            raise said
        if listener:
            listener(said)
        return ModelReply(said, len(f"{request.system} {user}".split()), len(said.split()))
