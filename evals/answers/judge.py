"""Right or wrong, by rule: one judge for each kind of gold. Pure functions of a row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from answers.rows import Row
from rfp_responder.answer.facts import Fact, facts
from rfp_responder.text import content_stems, words

_TIMES = ("date", "clock", "always", "frequency", "second", "month", "business day", "business hour", "year")
_SOURCE = re.compile(
    r"\(?\bSOURCE\(?S?\)?:[^\n]*|\(?[\"“]?\b(?:19|20)\d\d Q[1-4] [A-Z]+(?:\.pdf)?[\"”]?\)?|\b10-[QK]\b"
)


def overlaps(quote: str, sentence: str) -> bool:
    """Whether two texts share a run of words as long as half of the shorter one."""
    ours, theirs = words(quote), words(sentence)
    if not ours or not theirs:
        return False
    run = SequenceMatcher(None, ours, theirs, autojunk=False).find_longest_match().size
    return 2 * run >= min(len(ours), len(theirs))


def recall(text: str, reference: str) -> float | None:
    """Share of the reference's distinct content stems that stand in ``text``; None where it has none."""
    wanted = set(content_stems(reference))
    return len(wanted & set(content_stems(text))) / len(wanted) if wanted else None


def _value(fact: Fact) -> float | None:
    try:
        return float(fact.keys[0].partition(":")[2])
    except ValueError:
        return None


def numbers(text: str) -> list[float]:
    """Every number of a text with its scale ("$2.1 billion" is 2.1e9); times, versions and labels are none."""
    plain = [fact for fact in facts(text) if fact.measure not in _TIMES and not fact.name]
    return [value for fact in plain if (value := _value(fact)) is not None]


def key_numbers(reference: str) -> list[float]:
    """The amounts of a reference answer: what has a unit or is large; no years, counts or names of sources."""
    kept = []
    for fact in facts(_SOURCE.sub(" ", reference)):
        value = _value(fact)
        if value is None or fact.measure in _TIMES or fact.name:
            continue
        year = value in range(1900, 2101)
        if fact.measure != "number" or (abs(value) >= 100 and not year) or value != int(value):
            kept.append(value)
    return list(dict.fromkeys(kept))


def same(one: float, other: float) -> bool:
    """Whether two numbers are one amount; of three digits and more, thousands and millions may be left unsaid."""
    one, other = abs(one), abs(other)
    if not one or not other:
        return one == other
    powers = (1.0,) if len(f"{one:.10g}".replace(".", "").strip("0")) < 3 else (1.0, 1e3, 1e6, 1e9, 1e-3, 1e-6, 1e-9)
    return any(abs(one * power - other) <= 1e-6 * other for power in powers)


def number_recall(text: str, wanted: Sequence[float]) -> float | None:
    """Share of the wanted numbers that stand in ``text``; None where none is wanted."""
    held = numbers(text)
    return sum(any(same(one, other) for other in held) for one in wanted) / len(wanted) if wanted else None


def _any(flags: Iterable[bool]) -> float:
    return float(any(flags))


def by_span(row: Row) -> Row:
    """A quote must overlap a gold sentence, or half of the content words of one stand in the answer."""
    if not row.answered:
        return row
    if not row.gold.answerable:
        return replace(row, right=False)
    cited = any(overlaps(one.quote, span) for one in row.citations for span in row.gold.spans)
    said = any((recall(row.answer, span) or 0.0) >= 0.5 for span in row.gold.spans)
    return replace(row, right=cited or said, marks={**row.marks, "cited": float(cited)})


def by_quote(row: Row) -> Row:
    """A quote must overlap a gold sentence; the words alone do not do."""
    if not row.answered:
        return row
    return replace(row, right=any(overlaps(one.quote, span) for one in row.citations for span in row.gold.spans))


def by_choice(row: Row) -> Row:
    """The choice given must be the gold's."""
    if row.choice is None or not row.gold.scored:
        return row
    return replace(row, right=row.choice == row.gold.choice)


def by_page(row: Row) -> Row:
    """A citation must be on the gold page.

    The values asked for are no help: 39 of 40 are computed from the page and do not stand on it.
    """
    if not row.answered:
        return row
    places = {(one.document, one.page) for one in row.citations}
    return replace(row, right=any((document, row.gold.page) in places for document in row.gold.documents))


def by_reference(row: Row) -> Row:
    """Half of the reference's numbers must stand in the answer; half of its content words where it has no number."""
    if not row.answered:
        return row
    wanted = key_numbers(row.gold.reference)
    plain = _SOURCE.sub(" ", row.gold.reference)
    said = number_recall(row.answer, wanted) if wanted else recall(row.answer, plain)
    document = _any(one.document in row.gold.documents for one in row.citations) if row.gold.documents else None
    marks = {
        "numbers": said if wanted else None,
        "any_number": float(bool(said)) if wanted else None,
        "words": recall(row.answer, plain),
        "document": document,
    }
    return replace(row, right=(said or 0.0) >= 0.5, marks={**row.marks, **marks})
