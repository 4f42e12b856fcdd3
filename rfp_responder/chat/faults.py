"""A fault of a server that the cost of a run has to tell from others."""

from __future__ import annotations

from rfp_responder.errors import ModelDownError


class UnfinishedReplyError(ModelDownError):
    """The request went out, and no whole reply came (too late, broken off): it may be billed, and is worth a try."""
