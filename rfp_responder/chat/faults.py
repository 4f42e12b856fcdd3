"""Faults of a server that the cost of a run has to tell from others."""

from __future__ import annotations

from rfp_responder.errors import ModelDownError, ModelReplyError


class UnfinishedReplyError(ModelDownError):
    """The request went out, and no whole reply came (too late, broken off): it may be billed, and is worth a try."""


class UnwrittenReplyError(ModelReplyError):
    """The server takes this request for one that it does not answer (a filter, too long): nothing is billed.

    It is the question's fault: the model may be asked the next one.
    """
