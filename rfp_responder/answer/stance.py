"""Yes, no or partial, read from one sentence: negation and its scope, opposites, limits, plans, possibility.

The clause that shares most with the question is read. What turns the question ("prohibited", "never") and what turns
the clause are counted against each other: two of them agree, one is a no. A limit on the clause makes a yes a partial,
unless the question asks for that very limit. What a sentence does not decide is None, never a guess.
"""

from __future__ import annotations

import re

from rfp_responder.answer import signs
from rfp_responder.answer.aim import asked, speaks_of
from rfp_responder.answer.basis import is_advice
from rfp_responder.answer.bounds import asks_limit, compare
from rfp_responder.answer.clauses import main_part, telling
from rfp_responder.answer.rows import row_stance
from rfp_responder.answer.special import KIND, Reading, decided
from rfp_responder.answer.turns import is_turned, turns, universal
from rfp_responder.domain import Stance

_NO_STATEMENT = re.compile(
    r"\?\W*$|\[(?:FILL|INSERT|PLACEHOLDER|TODO)\b|^\W*(?:examples? (?:of|includes?)\b|for example\b)", re.I
)
_NOT_THERE = re.compile(
    r"(?P<apart>(?:,|,? (?:and|but)) )?\b(?:not|never) (?:in|for|on|with|by|to|as|at|from) (?:the |"
    r"an? )?(?P<where>\w[^,.;:]{2,60})",
    re.I,
)
_CUSTOMERS_PART = re.compile(
    r"\b(?:customers?|clients?|tenants?|we) (?:be )?(?:responsible|required|expected|need|have to|must|"
    r"obliged)\b|\b(?:responsib\w+|duty) (?:of|for) (?:the )?(?:customer|client)",
    re.I,
)
_BRACKETS = re.compile(r"\([^()]{1,300}\)")
_CONTRARY = re.compile(r"\b(?:planned|unplanned) (?:maintenance|downtime|outages?|changes?)\b", re.I)


def read_stance(question: str, sentence: str) -> Stance | None:
    """What the sentence says to a question that yes or no answers; None where it does not decide."""
    return read(question, sentence).stance


def read(question: str, sentence: str) -> Reading:
    """``read_stance`` with the clause that decided, and a note for the reader."""
    core = asked(question).core
    if _NO_STATEMENT.search(sentence):
        return Reading(None, sentence, "a question or a placeholder, no statement")
    row = row_stance(question, sentence)
    if row is not None:
        return Reading(row[0], row[1])
    sentence = signs.NOT_EVEN.sub("", sentence)
    outside = _NOT_THERE.search(sentence)
    if outside and speaks_of(question, outside["where"], 0.9) and not turns(core, sentence[: outside.start()]):
        return Reading("no", sentence)
    if outside and outside["apart"]:  # "in the large edition, not in the small one", asked of the large one
        sentence = f"{sentence[: outside.start()]}{sentence[outside.end() :]}"
    clause = telling(question, sentence)
    if is_advice(clause) and not _CUSTOMERS_PART.search(core):
        return Reading(None, sentence, "advice to customers, no statement about the vendor")
    clause = _BRACKETS.sub(" ", clause) if not speaks_of(question, " ".join(_BRACKETS.findall(clause)), 0.5) else clause
    if signs.ATTESTED.search(core) and signs.OTHERS.search(clause) and not signs.SUPPLIERS.search(core):
        return Reading(None, clause, "tells of a supplier, not of the vendor")
    if signs.NOT_APPLICABLE.search(clause) and not re.search(r"\bapplicable\b|\bappl(?:y|ies)\b", core, re.I):
        return Reading("not_applicable", clause)
    keeps = signs.KEEPS.search(core) and not signs.KEEPS.search(clause)
    if keeps and signs.DELETES.search(clause) and not signs.DELETES.search(core):
        return Reading(None, clause, "tells of deletion, not of keeping")
    limited = _limited(core, sentence, clause)
    return limited or _polar(question, core, clause, sentence)


def _limited(core: str, sentence: str, clause: str) -> Reading | None:
    """What limits and places decide before any negation is counted: "not in the small edition", "35 days"."""
    kept = compare(core, clause) or compare(core, main_part(sentence))
    if kept == "unclear":
        return Reading(None, clause, "a value that cannot be compared with the limit asked for")
    if kept is not None:
        return Reading("yes" if (kept == "kept") != _turned_off(core, clause) else "no", clause)
    if asks_limit(core) and not is_turned(clause):
        return Reading(None, clause, "does not tell the limit asked for")
    return None


def _turned_off(core: str, clause: str) -> bool:
    """Whether the question asks for something to be off ("Is TLS 1.1 disabled?") that a limit rules out."""
    off = bool(signs.HINDERS.search(core) or signs.FORBIDS.search(core))
    return off and not (signs.HINDERS.search(clause) or signs.FORBIDS.search(clause))


def _polar(question: str, core: str, clause: str, sentence: str) -> Reading:
    if signs.ASKS_PLAN.search(_CONTRARY.sub("", core)):
        planned = bool(signs.PLANNED.search(clause))
        return Reading("yes" if planned else None, clause)
    if signs.PLANNED.search(_CONTRARY.sub("", clause)) and not re.search(
        r"\bnot (?:yet )?(?:all|every)\b", clause, re.I
    ):
        return Reading("no" if not turns(core) % 2 else "yes", clause, "planned, not in place")
    if signs.EXPIRED.search(clause) and signs.CERTIFICATE.search(clause) and not signs.ASKS_EXPIRY.search(core):
        return Reading("no" if not turns(core) % 2 else "yes", clause, "lapsed")
    special = decided(question, clause, sentence)
    if special:
        return special
    stance: Stance = "no" if turns(core, clause) else "yes"
    note = ""
    if stance == "yes":
        stance, note = _qualified(core, clause, sentence)
        if stance == "yes" and signs.ASKS_FORCE.search(core) and not signs.FORCES.search(clause):
            return Reading(None, clause, "tells that there is such a thing, not that it is enforced")
        if note == "possible":
            return Reading(None, clause, "says what may be, not what is")
    elif signs.CONDITION.search(clause) and re.search(r"\bunless\b|\bexcept\b|\bwithout\b|\bonly\b", clause, re.I):
        by_itself = signs.BY_DEFAULT.search(core) and re.search(r"\bunless\b", clause, re.I)
        if not by_itself and not signs.RESTRICTS.search(core) and not turns(core):
            return Reading("partial", clause, "with a condition")
    elif _partly(clause) and not signs.PARTLY.search(core) and not turns(core):
        return Reading("partial", clause, "in part")
    if stance == "no" and universal(core) and not turns(core):
        part = signs.NARROW.search(clause) or KIND.search(clause) or KIND.search(sentence)
        if part and part.group().lower() not in core.lower():
            return Reading("partial", clause, f"not for {part.group().lower()}")
    return Reading(stance, clause, note)


def _qualified(core: str, clause: str, sentence: str) -> tuple[Stance, str]:
    """A yes with its limits: partial where the clause limits what is asked, with a note where it only adds to it."""
    if signs.MAY.search(clause) and not signs.CAN.search(core) and not signs.DISCLOSES.search(core):
        return "yes", "possible"
    if _partly(clause) and not signs.PARTLY.search(core):
        return "partial", "in part, or with exceptions"
    if signs.CONDITION.search(clause) and not signs.CONDITION.search(core) and not signs.RESTRICTS.search(core):
        offered = signs.AVAILABILITY.search(core) and not signs.ENFORCED.search(core) and not universal(core)
        choice = signs.CHOSEN.search(clause)
        if signs.BY_DEFAULT.search(core) and choice and not re.search(r"\bdefault\b", clause, re.I):
            return "no", "not by default"
        if offered and choice:
            return "yes", "on the customer's choice, request or at a charge"
        if re.search(r"\bby default\b", clause, re.I) and not universal(core) and not signs.ENFORCED.search(core):
            return "yes", "by default; it can be changed"
        return "partial", "with a condition"
    if universal(core):
        narrow = [m.group().lower() for m in signs.NARROW.finditer(clause) if m.group().lower() not in core.lower()]
        whole = signs.UNIVERSAL.search(signs.ALL_OF_SOME.sub(" ", clause))
        if narrow and (not whole or signs.GRADE.search(narrow[0])):
            return "partial", f"told of {narrow[0]} only"
    return "yes", ""


def _partly(clause: str) -> bool:
    return bool(signs.PARTLY.search(signs.NO_EXCEPTIONS.sub(" ", clause)))
