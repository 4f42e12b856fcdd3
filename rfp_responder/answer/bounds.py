"""Limits in a question against values in a sentence: "at least 30 days" and "35 days", "annually" and "every six
months".

A value is an interval, because a month has 28 to 31 days and a business day may lie behind a weekend: what holds for
both ends holds, what holds for one is unclear.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from rfp_responder.answer.facts import Fact, facts, number, spaced
from rfp_responder.text import STOPWORDS, content_stems, stem, words

Comparison = Literal["kept", "broken", "unclear"]
_Side = Literal["floor", "ceiling", "exact"]

_FLOOR = re.compile(
    r"\b(?:at least|(?:a )?minimum(?: of| version| length)?|no less than|not less than|no fewer than|"
    r"more than|over|longer than|"
    r"older than|greater than|above|exceed(?:s|ing)?|no (?:lower|shorter) than)\W*(?:\w+\W+){0,2}$",
    re.I,
)
_CEILING = re.compile(
    r"\b(?:within|in under|at most|up to|no(?:t)? more than|(?:a )?maximum(?: of)?|less than|fewer than|under|below|"
    r"no later than|no longer than|not exceed(?:ing)?|not later than|in less than|after at most)\W*(?:\w+\W+){0,1}$|"
    r"\bnot\b[^.;]{0,40}\bmore than\W*$",
    re.I,
)
_FLOOR_BEHIND = re.compile(
    r"^\W*(?:\w+\W+){0,4}?(?:or|and|as a) (?:more|longer|above|higher|better|newer|later|greater|minimum|"
    r"up|stronger)\b",
    re.I,
)
_CEILING_BEHIND = re.compile(
    r"^\W*(?:\w+\W+){0,5}?(?:or (?:less|fewer|shorter|below|sooner|lower|faster)|at (?:the )?(?:most|latest))\b", re.I
)
_FLOOR_AHEAD = re.compile(r"\b(?:minimum|oldest|lowest|least)\b[^.;]{0,40}\b(?:is|:|of)\W*(?:\w+\W+){0,2}$", re.I)
_RANGES: dict[str, tuple[str, float, float]] = {  # measure -> (common measure, least, most) of one unit
    "second": ("day", 1 / 86400, 1 / 86400),
    "month": ("day", 28, 31),
    "business day": ("day", 1, 7),  # one business day may end behind a long weekend
    "business hour": ("day", 1 / 24, 1),
}
_UNORDERED = frozenset(
    "iso iec soc nist fips en rfc article annex section clause type pci cis hipaa phase level tier".split()
)

_AT_ALL_HOURS = re.compile(r"\b24\s?[/x×]\s?7\b|\baround[ -]the[ -]clock\b|\b24 hours a day\b|\bday and night\b", re.I)
_BUSINESS_HOURS = re.compile(r"\b(?:business|office|working) hours\b|\bmonday to friday\b|\bweekdays\b", re.I)
_PART = re.compile(r"[,;]\s|\band\b|\bbut\b")
_AMOUNT = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundred)\b", re.I
)
_UNIT_DAYS = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.5, "quarter": 91.0, "year": 365.0}
_COUNT = r"\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|thirty|ninety"
_PERIODS: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(rf"\b(?:{pattern})\b", re.I), days)
    for pattern, days in (
        (r"continuous(?:ly)?|real[- ]time|constantly", 0.0),
        (r"hourly", 1 / 24),
        (r"nightly|daily", 1.0),
        (r"bi-?weekly|fortnightly", 14.0),
        (r"weekly", 7.0),
        (r"bi-?monthly", 61.0),
        (r"monthly", 30.5),
        (r"quarterly", 91.0),
        (r"semi-?annual(?:ly)?|half-?yearly|bi-?annual(?:ly)?", 182.5),
        (r"bi-?ennial(?:ly)?", 730.0),
        (r"annual(?:ly)?|yearly|per annum", 365.0),
    )
)
_OFTEN = re.compile(  # a quick look before the long ones
    r"ly\b|ennial\b|\bannual\b|\bcontinuous\b|\breal[- ]time\b|\bper annum\b|\b(?:every|each|per|a|"
    r"an)[\s-](?:\w+[\s-])?(?:hour|day|night|week|month|quarter|year)",
    re.I,
)
_EVERY = re.compile(
    rf"\b(?:(?:once |one time )?(?:in )?(?:every|each)(?:\s(?P<n>{_COUNT}))?|(?P<often>once|twice|"
    rf"{_COUNT})(?: times)? (?:a|an|per|every|each|in a)"
    r"|per|a)[\s-](?P<unit>hour|day|night|week|month|quarter|year)s?\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Period:
    """How often: the days between two times, and where the text says so."""

    days: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity: what is measured, its least and most amount, where it stands, and on which side it bounds."""

    measure: str
    least: float
    most: float
    start: int
    end: int
    side: _Side


def within_bound(question: str, sentence: str) -> bool | None:
    """Whether the sentence's value keeps the question's limit; None where the two cannot be compared."""
    found = compare(question, sentence)
    return None if found in (None, "unclear") else found == "kept"


def compare(question: str, sentence: str) -> Comparison | None:
    """The question's limits against the sentence's values: ``broken`` where one is; None without a limit in common.

    A limit without a value of its measure is None: the sentence is silent. ``asks_limit`` tells such questions.
    """
    found = [*_frequencies(question, sentence), *_quantities(question, sentence)]
    if _AT_ALL_HOURS.search(question) and _BUSINESS_HOURS.search(sentence) and not _AT_ALL_HOURS.search(sentence):
        found.append("broken")
    order: tuple[Comparison, ...] = ("broken", "unclear", "kept")
    for result in order:
        if result in found:
            return result
    return None


def asks_limit(question: str) -> bool:
    """Whether the question names a limit or a frequency that an answer has to keep."""
    return bool(periods(question)) or any(value.side != "exact" for value in amounts(question))


@lru_cache(maxsize=2048)
def periods(text: str) -> tuple[Period, ...]:
    """Every "how often" of a text, in order: "monthly", "every 90 days", "twice a year"."""
    if not _OFTEN.search(text):
        return ()
    found = []
    for match in _EVERY.finditer(text):
        lead = match.group().split()[0].lower()
        if lead in {"a", "per"} and not re.search(r"\b(?:once|twice|times?)\s+$", text[: match.start()], re.I):
            continue  # "600 requests a minute", "per year" behind an amount: a rate, no period
        every, often = _count(match["n"]), _count(match["often"])
        unit = "day" if match["unit"].lower() == "night" else match["unit"].lower()
        found.append(Period(_UNIT_DAYS[unit] * every / often, *match.span()))
    for pattern, days in _PERIODS:
        for match in pattern.finditer(text):
            if not any(match.start() < one.end and one.start < match.end() for one in found):
                found.append(Period(days, *match.span()))
    return tuple(sorted(found, key=lambda one: one.start))


def _count(text: str | None) -> float:
    if not text or text.lower() == "once":
        return 1.0
    return 2.0 if text.lower() == "twice" else max(1.0, number(text) or 1.0)


def _frequencies(question: str, sentence: str) -> list[Comparison]:
    """As often as asked, or more often, keeps a frequency; "at most monthly" is too rare in questions to be read."""
    asked = periods(question)
    told = periods(sentence) if asked else ()
    if not told:
        return []
    if re.search(r"\b(?:at most|no more than|not more than)\W*$", question[: asked[0].start], re.I):
        return ["unclear"]
    return ["kept" if min(one.days for one in told) <= asked[0].days * 1.02 else "broken"]


def _quantities(question: str, sentence: str) -> list[Comparison]:
    wanted = amounts(question)
    if not wanted:
        return []
    told = amounts(sentence)
    found: list[Comparison] = []
    for asked in wanted:
        same = [value for value in told if value.measure == asked.measure]
        if same and asked.side == "exact" and all(one.side == "exact" for one in same):
            found += [] if any(_equal(asked, one) for one in same) else ["unclear"]
        elif same:
            result = _kept(asked, _meant(question, sentence, same))
            found += [result] if result else []
        elif asked.measure == "day" and asked.side == "ceiling" and periods(sentence):
            found.append("kept" if min(one.days for one in periods(sentence)) <= asked.most else "unclear")
    return found


def _meant(question: str, sentence: str, same: Sequence[Amount]) -> Amount:
    """Of several amounts the one in a part of the sentence that alone names something asked: "medium ones in 90 days".

    The first part names what the later ones leave out, so it is the last to be preferred for that.
    """
    wanted = set(content_stems(question))
    edges = [0, *[match.end() for match in _PART.finditer(sentence)], len(sentence)]
    found = {one: next(i for i, edge in enumerate(edges[1:]) if one.start < edge or edge == edges[-1]) for one in same}
    named = [wanted & set(content_stems(sentence[a:b])) for a, b in pairwise(edges)]
    for one in same:
        part = found[one]
        others = set().union(*(names for i, names in enumerate(named) if i != part))
        if part and named[part] - others:
            return one
    return same[0]


def _equal(asked: Amount, told: Amount) -> bool:
    """Whether two amounts may be the same: their intervals meet ("12 months" and "365 days")."""
    return told.least <= asked.most and asked.least <= told.most


def _kept(asked: Amount, told: Amount) -> Comparison | None:
    """One limit against one value; an exact value in the question is kept by the same, and decides nothing else."""
    if asked.side == "exact":
        covers = (told.side == "floor" and told.least <= asked.least) or (
            told.side == "ceiling" and told.most >= asked.most
        )
        if asked.measure.startswith("version of") and told.side != "exact":
            return "kept" if covers else "broken"
        return None
    capacity = asked.measure.startswith(("count of", "byte")) and asked.side == "floor"
    if told.side not in ("exact", asked.side) and not capacity:  # "supports up to 2,000 users" holds 500
        beyond = told.least > asked.most if asked.side == "ceiling" else told.most < asked.least
        return "broken" if beyond else "unclear"  # "up to 30 days" may be more or less than "at least 20"
    surely, maybe = told.most <= asked.most, told.least <= asked.most
    if asked.side == "floor":
        surely, maybe = told.least >= asked.least, told.most >= asked.least
    return "kept" if surely else "unclear" if maybe else "broken"


@lru_cache(maxsize=2048)
def amounts(text: str) -> tuple[Amount, ...]:
    """Every quantity of a text that has an order, in order; frequencies are ``periods``."""
    if not _AMOUNT.search(text):
        return ()
    plain = spaced(text)
    taken = periods(plain)
    found = []
    for fact in facts(plain):
        if any(one.start < fact.end and fact.start < one.end for one in taken):
            continue
        measured = _measured(fact, plain)
        if measured:
            before, behind = plain[max(0, fact.start - 60) : fact.start], plain[fact.end : fact.end + 60]
            found.append(Amount(*measured, fact.start, fact.end, _side(before, behind)))
    return tuple(found)


def _measured(fact: Fact, text: str) -> tuple[str, float, float] | None:
    """What a fact measures, and its least and most amount; None for dates and names that have no order."""
    measure, _, amount = fact.keys[0].partition(":")
    try:
        value = float(amount)
    except ValueError:  # a date, a clock time, 1.2.3
        return None
    if fact.name:
        return None if fact.name in _UNORDERED else (f"version of {fact.name}", value, value)
    if measure == "number":
        nouns = [word for word in words(text[fact.end : fact.end + 40])[:2] if word.isalpha() and word not in STOPWORDS]
        return (f"count of {stem(nouns[0])}", value, value) if nouns else (_version_name(fact, text), value, value)
    common, least, most = _RANGES.get(measure, (measure, 1, 1))
    return common, value * least, value * most


def _version_name(fact: Fact, text: str) -> str:
    """``version of tls`` for "the minimum TLS version is 1.2": the name before a number that counts nothing."""
    names = re.findall(r"\b[A-Z]{2,6}\b", text[max(0, fact.start - 40) : fact.start])
    return f"version of {names[-1].lower()}" if names else "number"


def _side(before: str, behind: str) -> _Side:
    if _CEILING.search(before) or _CEILING_BEHIND.match(behind):
        return "ceiling"
    return "floor" if _FLOOR.search(before) or _FLOOR_BEHIND.match(behind) or _FLOOR_AHEAD.search(before) else "exact"
