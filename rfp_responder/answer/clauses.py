"""Sentences taken apart into clauses, and the clause that speaks of what is asked."""

from __future__ import annotations

import re

from rfp_responder.answer import signs
from rfp_responder.answer.aim import shared
from rfp_responder.text import content_stems

_BREAK = re.compile(
    r";\s|\s[–—-]\s|,\s+(?:and|but|while|whereas|although|though|so|or|yet|however|nor|which|since|because)\b|"
    r"\s(?:but|while|whereas|although|however|because|so that)\b|"
    r"\band (?=(?:is|are|was|were|do|does|not|never|no|cannot|will|may|must|shall|can|has|have)\b)",
    re.I,
)
_OPENING = re.compile(
    r"^(?:if|when|where|should|in case|once|after|before|as|although|though|while|whereas|despite|since|"
    r"because)\b[^,.;]{3,150},\s+",
    re.I,
)
_REPORTED = re.compile(
    r"^(?:[\w'’-]{1,30} ){1,6}(?:found|noted|confirmed|reported|observed|verified|concluded|states?|confirms?) that ",
    re.I,
)
_PRONOUN = re.compile(r"^\W*(?:and |but |so )?(?:they|it|these|those|this|such|each|none|both)\b", re.I)
_NEARLY = 0.7  # of the best clause's weight
_SHORTEST = 2  # content words that a clause needs to say something of its own


def clauses(sentence: str) -> list[str]:
    """The clauses in order; what is too short stays with the clause before it, an item with its lead-in."""
    lead, colon, rest = sentence.partition(": ")
    items = [item.strip() for item in rest.split("; ") if item.strip()]
    if colon and len(items) > 1 and len(content_stems(lead)) >= _SHORTEST:
        return [f"{lead}: {item}" for item in items]
    return _split(sentence)


def _split(sentence: str) -> list[str]:
    found: list[str] = []
    start = 0
    for match in [*_BREAK.finditer(sentence), None]:
        end = match.start() if match else len(sentence)
        piece = sentence[start:end].strip(" ,;")
        start = end
        if not piece:
            continue
        if found and (len(content_stems(piece)) < _SHORTEST or len(content_stems(found[-1])) < _SHORTEST):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return found or [sentence]


def main_part(sentence: str) -> str:
    """The sentence without what opens it: a condition ("If a case cannot be solved, ..."), "Auditors found that"."""
    return _REPORTED.sub("", _OPENING.sub("", sentence, count=1), count=1)


def telling(question: str, sentence: str) -> str:
    """The clause that shares most with the question, the first of equals."""
    pieces = clauses(main_part(sentence))
    if len(pieces) == 1:
        return pieces[0]
    worth: list[float] = []
    for index, piece in enumerate(pieces):
        own = shared(question, piece)
        refers = index and own and _PRONOUN.match(piece)
        worth.append(own + (0.9 * shared(question, pieces[index - 1]) if refers else 0.0))
    best = worth.index(max(worth))
    if not signs.NEGATION.search(pieces[best]):
        for index, piece in enumerate(pieces):  # what is denied in so many words is told more surely than what is not
            if signs.NEGATION.search(piece) and worth[index] >= _NEARLY * worth[best] and worth[index] > 0:
                return piece
    return pieces[best]
