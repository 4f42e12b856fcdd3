"""Two sentences on the same thing that do not agree: another value, or the opposite."""

from __future__ import annotations

from rfp_responder.answer.align import align, share_of
from rfp_responder.answer.tokens import clauses, parse

_VALUES = ("value", "unit")
_TURNED = ("negation", "opposite")


def dissent(one: str, other: str, least: float) -> str | None:
    """What ``other`` says otherwise, in words; None where it agrees or holds less than ``least`` of the words.

    An opposite counts only where each holds ``least`` of the other and both are of one clause: else the negation most
    often belongs to a clause that one of the two adds ("in storage that cannot be altered").
    """
    said, against = parse(one), parse(other)
    found = align(said.tokens, said.facts, against)
    if found.share < least:
        return None
    simple = len(clauses(said)) == len(clauses(against)) == 1
    kinds = (*_VALUES, *_TURNED) if simple and share_of(against.tokens, said) >= least else _VALUES
    return next((flag for flag in found.flags if flag.startswith(kinds)), None)
