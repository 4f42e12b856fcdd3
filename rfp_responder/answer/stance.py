"""Yes, no or partial, read from the sentence that answers: negation, its scope, and limits."""

from __future__ import annotations

import re

from rfp_responder.answer.bounds import within_bound
from rfp_responder.domain import Stance
from rfp_responder.text import content_stems

_NEGATION = re.compile(
    r"\b(?:not|never|cannot|none|neither|nor|nobody|nothing|no one)\b|n['’]t\b|"
    r"\bno\b(?!\s+(?:later|more|less|longer than|fewer|earlier|sooner|other than))|"
    r"\b(?:is|are|was|were|be|been|remains?)\s+(?:\w+\s+)?"
    r"(?:unavailable|unsupported|discontinued|prohibited|forbidden|excluded|impossible|absent)\b|\blacks?\b",
    re.I,
)
_NO_NEGATION = re.compile(
    r"\bnot\s+(?:only|just|later than|more than|less than|limited to|to exceed|exceed(?:ing)?)\b|"
    r"\bwhether or not\b|\bno later\b|"
    r"\bnot\s+before\b",
    re.I,
)
_PARTIAL = re.compile(
    r"\b(?:only (?:in|for|with|on|to|when|where|if|from|as|by|the)|available only|only available|"
    r"is limited to|are limited to|"
    r"except(?:ion|ions|ing)?|unless|partly|partially|in part|not all|not every|not yet all|some of|"
    r"on request|at extra charge|for an additional fee|as an option|planned)\b",
    re.I,
)
_CLAUSE = re.compile(
    r"(?<=[^,;:]{12})(?:;|:|\s[–—-]\s|,\s+(?:and|but|while|whereas|although|so|or)\b|\bbut\b|\bwhile\b|\bhowever\b)",
    re.I,
)


_RELATIVE = re.compile(r"\b(?:that|which|who|whose|without)\b[^,.;?]*", re.I)
_CONDITION = re.compile(r"^(?:if|when|where|unless|should|in case)\b[^,.;]{3,150},\s+", re.I)
_NOT_THERE = re.compile(r"\bnot (?:in|for|on|with|by) (?:the |an? )?(?P<where>\w[^,.;:]{2,60})", re.I)


def read_stance(question: str, sentence: str) -> Stance | None:
    """What the sentence says to a question that yes or no answers.

    A limit in the question against a value of the same measure decides first. Else the clause that shares most with
    the question does; a negation that the question has too counts as none.
    """
    clause = _clause(question, _CONDITION.sub("", sentence))
    outside = _NOT_THERE.search(sentence)
    if outside and set(content_stems(outside.group("where"))) <= set(content_stems(question)):
        return "no"  # "only in the large edition, not in the small one", asked of the small one
    kept = within_bound(question, sentence)
    if kept is not None:
        return "yes" if kept else "no"
    negative = _negated(clause)
    # a "that cannot be altered" in the question meets a sentence that negates, and is no negation to any other
    asked_negative = _negated(question if negative else _RELATIVE.sub("", question))
    if (
        _PARTIAL.search(clause)
        and not _PARTIAL.search(question)
        and not re.search(r"\b(?:only|restrict|limit)", question, re.I)
    ):
        return "partial"
    return "no" if negative != asked_negative else "yes"


def _negated(text: str) -> bool:
    return bool(_NEGATION.search(_NO_NEGATION.sub(" ", text)))


def _clause(question: str, sentence: str) -> str:
    wanted = set(content_stems(question))
    pieces = [piece for piece in _CLAUSE.split(sentence) if piece and piece.strip()]
    scored = [(len(wanted & set(content_stems(piece))), -i, piece) for i, piece in enumerate(pieces)]
    return max(scored)[2] if scored else sentence
