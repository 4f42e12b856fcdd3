"""From a stance to one of the values a questionnaire allows; blank where none fits cleanly.

Values that are no stances are chosen from the claims: the one that is named, the frequency or the range that
the claims' one value falls in. Never the nearest, never from a clause that denies it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rfp_responder.answer.bounds import Amount, amounts, periods
from rfp_responder.answer.labels import Meaning, is_plain, is_scale, meanings, stance_of
from rfp_responder.answer.signs import PLANNED
from rfp_responder.domain import Stance
from rfp_responder.text import NEGATIONS, words

__all__ = ["choose", "stance_of"]

_CLAUSE = re.compile(r"[,;:.]\s|\b(?:and|but|while)\b")
_RANGE = re.compile(
    r"\d\s*(?:-|–|—|to|bis|à)\s*\d|[<>≤≥]|\b(?:less|more|fewer|over|under|up to|at least|at most|above|"
    r"below|within|or more|or less)\b|\d\s*\+",
    re.I,
)
_SAME = 0.05  # share by which two spellings of a frequency may differ ("monthly", "every 30 days")


def choose(stance: Stance | None, choices: Sequence[str], claims: Sequence[str]) -> str | None:
    """One of ``choices``, or None: the value that stands for the stance, else the one value the claims tell."""
    if not choices or (is_scale(choices) and not any(meanings(choices))):
        return None
    meant = meanings(choices)
    if stance is not None:
        fitting = _fitting(stance, choices, meant, claims)
        if fitting is not None:
            return fitting
    if any(meaning is not None for meaning in meant):
        return None  # a vocabulary of stances without this one: blank, never the nearest
    told = [clause for claim in claims for clause in _CLAUSE.split(claim) if not _denies(clause)]
    if sum(len(periods(choice)) == 1 for choice in choices) > 1:
        return _often(choices, told)
    if any(_RANGE.search(choice) for choice in choices) and sum(_span(choice) is not None for choice in choices) > 1:
        return _within(choices, told)
    return _named(choices, told)


def _fitting(
    stance: Stance, choices: Sequence[str], meant: Sequence[Meaning | None], claims: Sequence[str]
) -> str | None:
    """The value for a stance; a plan takes the value for plans where there is one. "Yes" before "Yes, see comment"."""
    wanted: Meaning = stance
    if stance == "no" and "planned" in meant and any(PLANNED.search(claim) for claim in claims[:1]):
        wanted = "planned"
    fitting = [choice for choice, meaning in zip(choices, meant, strict=True) if meaning == wanted]
    plain = [choice for choice in fitting if is_plain(choice)]
    if plain:
        return plain[0]
    return fitting[0] if len(fitting) == 1 else None


def _denies(clause: str) -> bool:
    return bool(NEGATIONS & set(words(clause.replace("n’t", " not").replace("n't", " not"))))


def _often(choices: Sequence[str], told: Sequence[str]) -> str | None:
    """The frequency that the claims tell, however it is spelled; None where they tell two."""
    asked = [(choice, found[0].days) for choice in choices if len(found := periods(choice)) == 1]
    said = {one.days for clause in told for one in periods(clause)}
    if len(said) != 1:
        return None
    days = said.pop()
    same = [choice for choice, each in asked if abs(each - days) <= _SAME * max(each, days)]
    return same[0] if len(same) == 1 else None


def _within(choices: Sequence[str], told: Sequence[str]) -> str | None:
    """The one range that the claims' one value falls in ("24 to 72 hours"); its upper end belongs to it."""
    ranges = [(choice, span) for choice in choices if (span := _span(choice)) is not None]
    measures = {span[0] for _, span in ranges}
    said = {
        (one.least, one.most)
        for clause in told
        for one in amounts(clause)
        if one.measure in measures or _counts(one, measures)
    }
    if len(said) != 1:
        return None
    least, most = said.pop()
    fits = [
        (high, choice, low)
        for choice, (_, low, high, closed) in ranges
        if (low < least or (closed and low <= least)) and most <= high
    ]
    nested = len({low for _, _, low in fits}) == 1  # "within 24 hours", "within 72 hours": the tightest that holds
    return min(fits)[1] if len(fits) == 1 or (fits and nested) else None


def _counts(one: Amount, measures: set[str]) -> bool:
    """A number that counts something meets ranges without a unit: "120 employees" and "51-200"."""
    return one.measure.startswith("count of") and measures == {"number"}


def _span(choice: str) -> tuple[str, float, float, bool] | None:
    """A value's range: its measure, its ends, and whether the lower end belongs to it; None where it has no amount."""
    found = amounts(choice)
    if not found or len(found) > 2 or len({one.measure for one in found}) > 1:
        return None
    measure = found[0].measure
    if len(found) == 2:
        low, high = sorted(((found[0].least, found[0].most), (found[1].least, found[1].most)))
        return measure, low[0], high[1], low[0] == 0 or _gap(choice)
    one = found[0]
    if re.search(r"[<≤]|\b(?:less|fewer|under|below|up to|at most|within|or less|or fewer|maximum)\b", choice, re.I):
        return measure, 0.0, one.most, True
    if re.search(r"[>≥]|\d\s*\+|\b(?:more|over|above|at least|longer|or more|minimum)\b", choice, re.I):
        return measure, one.least, float("inf"), bool(re.search(r"≥|\+|at least|or more|minimum", choice, re.I))
    return measure, one.least, one.most, True


def _gap(choice: str) -> bool:
    """Whether a range's lower end is its own: "51-200" follows "1-50", while "24-72" follows "0-24"."""
    first = re.search(r"\d+", choice)
    return bool(first) and first is not None and int(first.group()) % 10 == 1


def _named(choices: Sequence[str], told: Sequence[str]) -> str | None:
    """The one value whose words stand in the claims; a longer value before one that is a part of it."""
    text = " " + " | ".join(" ".join(re.findall(r"\w+", clause.casefold())) for clause in told) + " "
    named = [c for c in choices if " " + " ".join(re.findall(r"\w+", c.casefold())) + " " in text]
    longest = [c for c in named if not any(c != d and c.casefold() in d.casefold() for d in named)]
    return longest[0] if len(longest) == 1 else None
