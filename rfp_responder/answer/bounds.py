"""A limit in a question against a value in a sentence: "at least 30 days" against "35 days"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rfp_responder.answer.facts import facts
from rfp_responder.text import STOPWORDS, stem, words

_FLOOR = re.compile(
    r"\b(?:at least|a minimum of|minimum|no less than|no fewer than|more than|over|longer than)\W*$", re.I
)
_CEILING = re.compile(
    r"\b(?:within|at most|no(?:t)? more than|a maximum of|maximum|less than|fewer than|under|no later than|"
    r"not exceed(?:ing)?|not later than)\W*$|\bnot\b[^.;]{0,40}\bmore than\W*$",
    re.I,
)
_FLOOR_BEHIND = re.compile(r"^\W*(?:\w+\W+){0,4}?or (?:more|longer|above|higher|better)\b", re.I)
_CEILING_BEHIND = re.compile(r"^\W*(?:\w+\W+){0,5}?or (?:less|fewer|shorter|below|sooner|lower)\b", re.I)


@dataclass(frozen=True, slots=True)
class _Value:
    """A quantity: what is measured (``second``, ``percent``, or a counted noun's stem), how much, and where."""

    measure: str
    amount: float
    start: int
    end: int


def within_bound(question: str, sentence: str) -> bool | None:
    """Whether the sentence's value keeps the question's limit; None where the two cannot be compared.

    The first value of the same measure decides; counts are compared where they count the same noun.
    """
    told = _values(sentence)
    for asked in _values(question):
        before, behind = question[max(0, asked.start - 60) : asked.start], question[asked.end : asked.end + 60]
        ceiling = bool(_CEILING.search(before) or _CEILING_BEHIND.match(behind))
        floor = not ceiling and bool(_FLOOR.search(before) or _FLOOR_BEHIND.match(behind))
        same = [value for value in told if value.measure == asked.measure]
        if (ceiling or floor) and same:
            return same[0].amount <= asked.amount if ceiling else same[0].amount >= asked.amount
    return None


def _values(text: str) -> list[_Value]:
    found = []
    for fact in facts(text):
        measure, _, amount = fact.keys[0].partition(":")
        if measure == "number":
            nouns = [word for word in words(text[fact.end : fact.end + 40])[:2] if word not in STOPWORDS]
            measure = f"count of {stem(nouns[0])}" if nouns else "number"
        try:
            found.append(_Value(measure, float(amount), fact.start, fact.end))
        except ValueError:  # a date or a version has no amount
            continue
    return found
