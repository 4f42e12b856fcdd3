"""What turns a text round, and how often a question and a clause are turned against each other.

A negation, a ban, a hindrance and an opposite each turn; two turns cancel. "Is USB storage blocked?" and "USB storage
may not be used" are both turned, and agree.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rfp_responder.answer import signs

_SUCH_AS_NOT = re.compile(
    r"(?<!,)\s(?:that|which|who|whose) (?:\w+ ){0,3}?(?:not|never|no longer|no|cannot)(?: [\w-]{1,40}){1,2}", re.I
)  # "data that is no longer needed is deleted": which data, not whether
RELATIVE = re.compile(r"\b(?:that|which|who|whose|when|if|once|where)\b[^,.;?]*", re.I)
_UN = re.compile(
    r"\b(?:un|non-?|in)(?P<word>encrypted|tested|documented|compliant|supported|scheduled|limited)\b", re.I
)
_NOT_LET = re.compile(r"\bnot (?:be )?(?:permitted|allowed)\b", re.I)


@lru_cache(maxsize=4096)
def turns(core: str, clause: str = "") -> int:
    """1 where question and clause are turned against each other, else 0; without a clause how often the question is."""
    asked_negative = is_turned(core if is_turned(clause, told=True) else RELATIVE.sub("", core))
    count = int(asked_negative) + int(bool(signs.FORBIDS.search(core)))
    if _NOT_LET.search(core):
        count -= 1  # one sign read twice
    if not clause:
        return count
    forbids = bool(signs.FORBIDS.search(clause))
    count += int(is_turned(clause, told=True)) + int(forbids)
    if _NOT_LET.search(clause):
        count -= 1
    hinders, hindered = bool(signs.HINDERS.search(core)), bool(signs.HINDERS.search(clause))
    if hindered and not hinders and not forbids and not signs.FORBIDS.search(core):
        count += int(bool(signs.ASKS_LEAVE.search(RELATIVE.sub("", core))))
    if hinders and not hindered:
        count += int(forbids or bool(is_turned(clause)) or bool(signs.PERMITS.search(clause)))
    return (count + opposed(core, clause)) % 2


def opposed(core: str, clause: str) -> int:
    """1 where the question asks by one of two opposites and the clause tells by the other, else 0."""
    found = 0
    for one, other in signs.OPPOSITES:
        a, b = one.search(core), other.search(core)
        if bool(a) == bool(b):
            continue
        c, d = one.search(clause), other.search(clause)
        found += int(bool((a and not b and d and not c) or (b and not a and c and not d)))
    mine, theirs = _UN.search(core), _UN.search(clause)
    if mine and not theirs and re.search(rf"\b{mine['word'][:6]}", clause, re.I):
        found += 1
    if theirs and not mine and re.search(rf"\b{theirs['word'][:6]}", core, re.I):
        found += 1
    return min(found, 1)


@lru_cache(maxsize=4096)
def is_turned(text: str, *, told: bool = False) -> bool:
    """Whether a text is turned by negations; of what is told, one that picks out which things is none."""
    plain = signs.NO_EXCEPTIONS.sub(" ", signs.NO_NEGATION.sub(" ", text))
    if not signs.FREE.search(text):
        plain = re.sub(r"\bfree (?:of|from)\b", " ", plain, flags=re.I)
    plain = signs.WITHOUT.sub(" ", plain)
    if told:
        plain = _SUCH_AS_NOT.sub(" ", plain)
    return len(signs.NEGATION.findall(plain)) % 2 == 1 or bool(re.search(r"\b(?:neither|nor)\b", plain, re.I))


def universal(core: str) -> bool:
    """Whether the question is about all of a thing, in its main clause."""
    return bool(signs.UNIVERSAL.search(RELATIVE.sub(" ", core)))
