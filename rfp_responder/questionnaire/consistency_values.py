"""Rows that tell different values of the same thing: a recovery time of 4 hours here, of 8 hours there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from rfp_responder.answer.bounds import amounts, periods
from rfp_responder.answer.facts import spaced
from rfp_responder.questionnaire.account import Contradiction
from rfp_responder.questionnaire.consistency_read import Told, generic, is_phrase, keys_of, pairs, shared
from rfp_responder.text import fold, sentences, shortened, stem, words

_MOST = 60  # rows that share a word of the subject
_READ = 1_500  # characters of an answer that are looked at, and of its quotes together
_SENTENCES = 8  # of a row; those behind repeat or go on
_NEAR = 0.75  # share of the smaller subject that two values must have in common
_NEAR_PHRASE = 0.5  # the same, where they have a phrase of the vocabulary in common
_ASKED = 0.5  # share of the lighter question
_SAME = 0.05  # share by which two spellings of one frequency differ ("monthly", "every 30 days")
_PART = re.compile(r"[,;()–—|]\s|[.!?]\s|\t|\b(?:and|but|while|whereas|then|with)\b")
_APART = frozenset(
    stem(word)
    for word in "critical high medium moderate low standard enterprise premium basic professional dedicated free gold "
    "silver bronze staging development internal first second third final initial next follow incremental partial "
    "differential logical physical secondary hot warm cold weekend emergency unplanned administrator admin visitor "
    "mobile desktop inbound outbound paper average default former".split()
)
"""Stems that part two things of one kind: a value of the one says nothing of the other. The usual kind (production,
external, primary) is not among them: who says nothing means it.
"""
_RHYTHMS = frozenset("hourly daily weekly monthly quarterly yearly annual annually".split())
"""They part as well ("daily backups are kept for a week, monthly ones for a year"), but where they are the value."""
_LEVELS = frozenset("tier level severity priority class category type phase p sev".split())
_SHOWN = 90  # characters of the part of a sentence that is shown
_FEW = 5  # a count up to this is mere wording more often than a promise ("one of two values")


@dataclass(frozen=True, slots=True)
class Value:
    """A value that a row tells: the keys of what it is said of, what is measured, and how much.

    ``apart`` are the words beside it that part things of one kind; ``side`` tells a limit ("within 4 hours") from an
    exact value, which may lie between ``least`` and ``most`` (a month has 28 to 31 days). ``text`` is the part of a
    sentence that it stands in.
    """

    row: int
    subject: frozenset[str]
    apart: frozenset[str]
    measure: str
    least: float
    most: float
    side: str
    text: str


def unlike_values(rows: Sequence[Told], weight: Mapping[str, float]) -> Iterable[Contradiction]:
    """Pairs of rows that give one thing different values; each pair once, with the first difference found."""
    found = [value for place, row in enumerate(rows) for value in _values(place, row)]
    known: dict[tuple[int, str], list[Value]] = {}
    for value in found:
        known.setdefault((value.row, value.measure), []).append(value)
    seen: set[tuple[int, int]] = set()
    for one, other in pairs([_held(value) for value in found], _MOST):
        left, right = found[one], found[other]
        couple = left.row, right.row
        if left.row == right.row or couple in seen or left.measure != right.measure:
            continue
        if _agree(known[left.row, left.measure], known[right.row, left.measure]):
            continue
        if _of_one_thing(left, right, rows, weight):
            seen.add(couple)
            yield _contradiction(left, right, rows)


def _held(value: Value) -> frozenset[str]:
    return frozenset(f"{value.measure}|{name}" for name in value.subject)


def _agree(ours: Sequence[Value], theirs: Sequence[Value]) -> bool:
    """Whether two rows have a value of one measure in common: then the one that tells more knows the other's."""
    return any(_fits(one, other) for one in ours for other in theirs)


def _fits(one: Value, other: Value) -> bool:
    """Whether two values may both be true; two limits on one side are two promises, so they must be the same."""
    slack = _SAME if one.measure == "how often" else 0.0
    low, high = one.least * (1 - slack) <= other.most, other.least <= one.most * (1 + slack)
    if one.side == other.side:
        return low and high
    above = (one.side == "floor" or other.side == "ceiling") and low  # "at least 30 days" holds 35
    return (low and high) or above or ((one.side == "ceiling" or other.side == "floor") and high)


def _of_one_thing(left: Value, right: Value, rows: Sequence[Told], weight: Mapping[str, float]) -> bool:
    if left.apart != right.apart:
        return False
    one, other = rows[left.row].asked, rows[right.row].asked
    common = left.subject & right.subject
    about = one.keys, other.keys
    if any(map(is_phrase, common)):  # the answer names the thing, whatever words the question has for it
        about = one.keys | left.subject, other.keys | right.subject
    if shared(*about, weight) < _ASKED:
        return False
    if left.measure.startswith("version of"):
        return True  # the name before the number is the thing
    if not common - generic():
        return False  # "reviewed every year": what is, the question above may tell
    if any(map(is_phrase, common)):
        return shared(left.subject, right.subject, {}) >= _NEAR_PHRASE
    if len(common) < 2 and left.subject != right.subject:
        return False
    return shared(left.subject, right.subject, {}) >= _NEAR


def _values(place: int, row: Told) -> Iterable[Value]:
    """The values of a row's answer and quotes, each with what it is said of; "4 hours" alone, of what is asked."""
    quotes = [str(citation.get("quote", "")) for citation in row.row.citations]
    text = "\n".join([row.row.answer[:_READ], *quotes])[: 2 * _READ]
    seen: set[str] = set()
    for start, end in sentences(text)[: 2 * _SENTENCES]:
        sentence = fold(text[start:end])
        if sentence in seen or len(seen) >= _SENTENCES:
            continue
        seen.add(sentence)
        for value in _said(sentence):
            about = value.subject or row.asked.keys
            if about:
                yield replace(
                    value, row=place, subject=about, apart=value.apart | _apart(row.asked.text, value.measure)
                )


@lru_cache(maxsize=8192)  # a quote is cited by many rows
def _said(sentence: str) -> tuple[Value, ...]:
    """The values of a sentence, of no row yet."""
    plain = spaced(sentence)[:_READ]
    spans = [(one.measure, one.least, one.most, one.start, one.end, one.side) for one in amounts(plain)]
    spans += [("how often", one.days, one.days, one.start, one.end, "exact") for one in periods(plain)]
    found = []
    for measure, least, most, start, end, side in spans:
        if measure in {"number", "clock"} or (measure.startswith("count of") and least <= _FEW):
            continue
        left, right = _part(plain, start, end)
        subject = _subject(f"{plain[left:start]} {plain[end:right]}")
        text = shortened(plain[left:right].strip(), _SHOWN)
        found.append(Value(-1, subject, _apart(plain, measure), measure, least, most, side, text))
    return tuple(found)


def _part(sentence: str, start: int, end: int) -> tuple[int, int]:
    """The part of a sentence that a value stands in, as offsets."""
    left = max((found.end() for found in _PART.finditer(sentence, 0, start)), default=0)
    right = next((found.start() for found in _PART.finditer(sentence, end)), len(sentence))
    return left, right


def _subject(near: str) -> frozenset[str]:
    return frozenset(name for name in keys_of(near) if not name[:1].isdigit())


def _apart(text: str, measure: str) -> frozenset[str]:
    """The words of a text that part things of one kind, and its numbered names (tier 1, level 2)."""
    plain = words(text)
    levels = {f"{one} {other}" for one, other in pairwise(plain) if other.isdigit() and one in _LEVELS}
    rhythms = _RHYTHMS.intersection(plain) if measure != "how often" else set()
    return frozenset(found for word in plain if (found := stem(word)) in _APART) | levels | rhythms


def _contradiction(left: Value, right: Value, rows: Sequence[Told]) -> Contradiction:
    one, other = sorted((left, right), key=lambda value: rows[value.row].order)
    said = f"{rows[one.row].name} {one.text!r}, {rows[other.row].name} {other.text!r}"
    return Contradiction((rows[one.row].place, rows[other.row].place), f"different values for the same thing: {said}")
