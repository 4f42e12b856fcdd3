"""Values out of answers for cells that take no sentence: a number, a percentage, a date, several values of a list."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rfp_responder.answer.facts import Fact, facts
from rfp_responder.domain import Answer
from rfp_responder.questionnaire.model import Item, Rule
from rfp_responder.text import NEGATIONS, fold, words

_CLAUSE = re.compile(r"[;:.]\s|,\s(?:but|except|while)\b|\b(?:but|except|while|excluding)\b")
_UNIT = re.compile(r"[^\d\W]+|%|€|\$|£")


def number_of(item: Item, answer: Answer) -> str:
    """The one number an answer gives to what is asked (``"35"``), ``""`` where it gives none or several."""
    asked = set(words(fold(item.question.text)))
    found = [fact for claim in answer.claims for fact in facts(claim.text)]
    if item.shape == "percentage":
        told = {fact.raw for fact in found if fact.measure == "percent"}
    else:
        named = [fact for fact in found if fact.measure != "date" and _unit(fact, answer) & asked]
        told = {fact.raw for fact in named}
    if len(told) != 1:
        return ""
    value = told.pop().replace(",", "").replace(" ", "")
    return value if re.fullmatch(r"-?\d+(?:\.\d+)?", value) else ""


def _unit(fact: Fact, answer: Answer) -> set[str]:
    """The words of what is counted: the fact's own unit, else the word behind it."""
    own = {unit.casefold() for unit in _UNIT.findall(fact.text)}
    for claim in answer.claims:
        place = claim.text.find(fact.text)
        if place >= 0:
            own |= set(words(claim.text[place + len(fact.text) :])[:2])
    return own


def date_of(answer: Answer) -> str:
    """The one day an answer names (``"2026-09-30"``), ``""`` where it names none or several."""
    days = {
        key.partition(":")[2]
        for claim in answer.claims
        for fact in facts(claim.text)
        if fact.measure == "date" and len(fact.keys) == 1
        for key in fact.keys
    }
    day = days.pop() if len(days) == 1 else ""
    return day if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) else ""


def within(text: str, rule: Rule | None) -> bool:
    """Whether a number lies within a cell's bounds, and is whole where it must be."""
    if rule is None:
        return True
    value = float(text)
    whole = rule.number != "whole" or value.is_integer()
    return whole and (rule.low is None or value >= rule.low) and (rule.high is None or value <= rule.high)


def several_of(choices: Sequence[str], answer: Answer) -> tuple[str, ...]:
    """The allowed values that the claims name outside of a denial, in the list's order."""
    told = [
        " ".join(words(clause))
        for claim in answer.claims
        for clause in _CLAUSE.split(claim.text)
        if not NEGATIONS & set(words(clause))
    ]
    named = []
    for choice in choices:
        wanted = " ".join(words(fold(choice)))
        if wanted and any(f" {wanted} " in f" {clause} " for clause in told):
            named.append(choice)
    return tuple(named)
