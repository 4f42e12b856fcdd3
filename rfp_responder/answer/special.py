"""Phrases that decide by themselves, before negations are counted: exceptions, "without", limits and places."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rfp_responder.answer import signs
from rfp_responder.answer.aim import asked, speaks_of
from rfp_responder.answer.turns import is_turned, opposed, turns, universal
from rfp_responder.domain import Stance
from rfp_responder.text import STOPWORDS

_ONLY_THERE = re.compile(
    r"\b(?:only|exclusively|(?:limited|restricted|confined) to)\s(?:in|for|on|with|to|from|as|by|after|upon|under|"
        r"during|via|through|available in|available for)?"
    r"\s?(?:the |an? )?(?P<where>\w[^,.;:]{2,60})", re.I
)  # fmt: skip
_THERE_ONLY = re.compile(r"\b(?:in|for|with|to|by) (?:the )?(?P<where>[\w-]{1,40}(?: [\w-]{1,40}){0,3}) only\b", re.I)
KIND = re.compile(
    r"\b(?P<name>[\w.-]{1,40}) (?P<kind>plan|edition|tier|package|version|release|region|subscription|licence|"
    r"license|environment|module|app|service)s?\b",
    re.I,
)
_NO_NAMES = frozenset(
    "relevant in-scope cloud web same such customer live given single specific production whole entire hosted".split()
)
_FIRST = re.compile(r"\b(?:with|after|upon|by|before|prior to|ahead)\b", re.I)
_NO_ONE_ELSE = re.compile(r"\bno one (?:else|other)\b|\bnobody else\b|\bnot (?:only|limited to|restricted to)\b", re.I)
_LOOSE = re.compile(r"(?<!but )\bnot (?:limited|restricted|confined)\b", re.I)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one sentence says to a question: the stance, its clause, and why it is not a plain yes or no."""

    stance: Stance | None
    clause: str
    note: str = ""


def decided(question: str, clause: str, sentence: str) -> Reading | None:
    """What a phrase decides by itself; None where negations have to be counted."""
    core = asked(question).core
    return (
        _exceptions(core, clause, sentence)
        or _without(core, clause)
        or _outside(core, clause)
        or _restricted(core, clause)
        or _other_place(question, core, clause)
    )


def _exceptions(core: str, clause: str, sentence: str) -> Reading | None:
    """ "Are there exceptions?": an exception that is told is a yes, "without exception" a no."""
    if not signs.EXCEPTIONS.search(core) or re.search(r"\bwithout (?:any )?exception", core, re.I):
        return None
    if re.search(r"\b(?:without (?:any )?exceptions?|no exceptions?|exceptions? (?:are|is) not)\b", sentence, re.I):
        return Reading("no", clause)
    told = signs.EXCEPTIONS.search(sentence) or re.search(
        r"\b(?:except|unless|apart from|other than)\b", sentence, re.I
    )
    return Reading("yes", clause) if told else Reading(None, clause, "does not speak of exceptions")


def _without(core: str, clause: str) -> Reading | None:
    """ "Can it be done without X?" against what says that X is needed or not; and "never without X"."""
    asked_without = signs.WITHOUT.search(signs.NO_NEGATION.sub(" ", core))
    told_without = signs.WITHOUT.search(signs.NO_NEGATION.sub(" ", clause))
    if asked_without:
        what = asked_without["what"]
        if told_without and speaks_of(told_without["what"], what, 0.5):
            return None  # both without: the negations around it decide
        if speaks_of(clause, what, 0.5):
            needed = bool(signs.REQUIRES.search(clause) or _FIRST.search(clause))
            turned = is_turned(clause)
            if not needed and not turned:
                return None
            mirrored = bool(is_turned(core) or signs.FORBIDS.search(core))
            return Reading("yes" if turned != mirrored else "no", clause)
        return None
    if told_without and is_turned(clause):
        if opposed(core, told_without["what"]):
            return Reading("no", clause)  # "not without a second factor", asked of a single one
        needed = speaks_of(core, told_without["what"], 0.5)
        return Reading("yes", clause) if needed else Reading("partial", clause, f"only with {told_without['what']}")
    return None


def _restricted(core: str, clause: str) -> Reading | None:
    """ "Is access restricted to ...?": a limit that is told is a yes, everyone a no."""
    if not signs.RESTRICTS.search(core):
        return None
    if signs.RESTRICTS.search(clause):
        plain = is_turned(_NO_ONE_ELSE.sub(" ", clause))
        loose = bool(_LOOSE.search(clause))
        return Reading("no" if loose or (plain and not re.search(r"\bonly\b", clause, re.I)) else "yes", clause)
    if signs.EVERYONE.search(clause) and not is_turned(clause):
        return Reading("no", clause)
    return Reading("yes", clause) if is_turned(clause) and not is_turned(core) else None


def _outside(core: str, clause: str) -> Reading | None:
    """ "Outside the EU?" against what stays in the EU."""
    place = signs.OUTSIDE.search(core)
    if not place or signs.OUTSIDE.search(clause) or not speaks_of(clause, place["what"], 0.5):
        return None
    if not (signs.RESTRICTS.search(clause) or signs.STAYS.search(clause)):
        return None
    return Reading("yes" if is_turned(core) else "no", clause)


def _other_place(question: str, core: str, clause: str) -> Reading | None:
    """ "Only in the Enterprise plan", asked of the Enterprise plan, of the Standard plan, or of none."""
    only = _ONLY_THERE.search(clause) or _THERE_ONLY.search(clause)
    if not only or turns(core, clause):
        return None
    where = only["where"]
    if speaks_of(core, where, 0.3 if signs.REQUIRES.search(core) else 0.99):
        return Reading("yes", clause)
    lead = asked(question).lead
    if lead and opposed(lead, where):
        return Reading("no", clause)
    here, there = _named_kinds(core), _named_kinds(where)
    differing = any(
        here[kind] != there[kind] and here[kind] not in where.lower() for kind in here.keys() & there.keys()
    )
    return Reading("no", clause) if differing and not universal(core) else None


def _named_kinds(text: str) -> dict[str, str]:
    """Plans, editions and regions by kind with the name before them; "our service" has none."""
    found = {m["kind"].lower(): m["name"].lower() for m in KIND.finditer(text)}
    return {kind: name for kind, name in found.items() if name not in STOPWORDS and name not in _NO_NAMES}
