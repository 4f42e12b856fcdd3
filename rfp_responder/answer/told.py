"""Whether what survived tells what was asked: every part of the question, and the thing that it wants."""

from __future__ import annotations

from collections.abc import Sequence

from rfp_responder.answer.aim import aim
from rfp_responder.asked import parts
from rfp_responder.domain import Draft
from rfp_responder.text import NEGATIONS, words
from rfp_responder.wanted import holds, wanted

_LONGEST_QUESTION = 300  # characters of a question back
_SPEAKS = 0.3  # least share of a part's words in a claim that names no part
_NAMES = 0.1  # least share in one that names it
_THING = 0.7  # a thing of the kind that a part wants, rather than a rough hit


def missing_parts(draft: Draft, kept: Sequence[tuple[int, str, str]]) -> tuple[str, ...]:
    """What the draft says is missing, and the parts that no surviving claim answers.

    ``kept`` are the surviving claims, each with the part that it names (0: the whole) and the heading that it stands
    below. A claim answers the part that it names where it speaks of it at all; one that names the whole counts for a
    part where it speaks of much of it and holds a thing of the kind that the part wants.
    """
    of_all = [text for part, text, _ in kept if part == 0]
    untold = [
        part
        for number, part in enumerate(draft.parts, 1)
        if kept
        and not any(named == number and aim(part, text, heading).recall >= _NAMES for named, text, heading in kept)
        and not any(_tells(part, text) for text in of_all)
    ]
    return tuple(dict.fromkeys([*draft.missing, *untold]))


def _tells(part: str, text: str) -> bool:
    thing = wanted(part)
    return aim(part, text).recall >= _SPEAKS and (thing.kind == "other" or holds(thing, text, part) >= _THING)


def untold_thing(question: str, claims: Sequence[str]) -> str:
    """The kind of thing that a question wants (a duration, a date) and no claim holds; empty where that cannot be said.

    A true sentence on the topic is no answer without it: of 33 gold questions that want a thing the evidence holds one
    for 30, a sentence of the evidence for others for 10. A claim that denies may be the answer all the same.
    """
    thing = wanted(question)
    if thing.kind == "other" or len(parts(question)) > 1 or any(NEGATIONS & set(words(claim)) for claim in claims):
        return ""
    return "" if any(holds(thing, claim, question) > 0 for claim in claims) else thing.kind


def one_line(text: str) -> str:
    """A question back as a note may hold it: one line of printable characters, bounded."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return plain[:_LONGEST_QUESTION].strip() if any(letter.isalnum() for letter in plain) else ""
