"""Two sentences on the same thing that do not agree: another value, or the opposite."""

from __future__ import annotations

from rfp_responder.answer.align import align
from rfp_responder.answer.tokens import parse

_CONTRARY = ("value", "unit", "negation", "opposite")


def dissent(one: str, other: str, least: float) -> str | None:
    """What ``other`` says otherwise, in words; None where it agrees or holds less than ``least`` of the words."""
    said = parse(one)
    found = align(said.tokens, said.facts, parse(other))
    if found.share < least:
        return None
    return next((flag for flag in found.flags if flag.startswith(_CONTRARY)), None)
