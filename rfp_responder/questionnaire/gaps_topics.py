"""What a question is about, in a few of its own words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rfp_responder.equivalents import Term, terms
from rfp_responder.text import QUALIFIERS, STOPWORDS, WORD, fold, stem

_READ = 1_000  # characters of a question that are looked at
_MOST_WORDS = 9  # of a topic
_PIECES = 2
_PLAIN_WORDS = (
    "able above accordance achieve adopted ago all allow allowed also amount annually another any anyone "
    "applicable application applied appropriate approved associated attach back based become below bidder both "
    "brought business call called can case cases change changes choose chosen client clients communicated company "
    "conduct contractor could cover covers create created current currently customer customers data day days "
    "deemed defined describe detail details develop do documented dollar done down e.g each effectiveness eight "
    "end ended ensure equivalent established etc euro evaluate evaluated every example exist existing exists "
    "explain fetch fifteen final find first five following formal found four front full general get give given "
    "good got half handle handled has have held help high hold hour hours hundred i.e identified identify "
    "implement implemented include includes including indicate industry inform information inside intend intended "
    "interval intervals introduce introduced keep kept kind large last latest law laws least legal list long low "
    "made maintained make manage managed many max may measure measures might million minute minutes month months "
    "most much must name need needs never new next nine ninety no not now number occur offer offers often old "
    "once one organisation organization other others outside own part parts party past people per perform "
    "performed periodically person place plan planned platform please policies policy possible practices "
    "procedure procedures process processes product protect provide provider provisions publish put reach "
    "reflecting regularly regulations regulatory related relevant reported require required requirement "
    "requirements requires result results review reviewed run runs same scope send sent serve service services "
    "set seven shall should show significant six sixty size small software solution somebody something sort "
    "specify staff standard standards start starts state stay stays substantial such supplier support supports "
    "system systems take taken team teams technical tell ten term thing things thirty three thrice time times "
    "today told tool total twelve twenty twice two type types under updated upon use used user users uses using "
    "vendor want way ways week weeks whenever whether while will within words work working works would year "
    "yearly years yes"
)
_PLAIN = frozenset(stem(word) for word in _PLAIN_WORDS.split()) | STOPWORDS | QUALIFIERS
_WRITTEN_PLAIN = frozenset(
    "secure securely available cloud-related risk-based business-critical before between".split()
)
"""Words of the same kind whose stem is a topic's too ("security", "availability")."""
"""Stems that name no topic: who asks whom, the verbs and the measures of any question."""
_JOINS = frozenset("of for to in on from with by and the a an our your its their against at".split())
"""Small words that may stand inside a topic ("change to the code")."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that a question names: what it is compared by, how it is written, and where (words, zero-based).

    ``known`` marks a phrase of the vocabulary, which tells by itself what is meant ("data loss prevention").
    """

    key: str
    written: str
    start: int
    end: int
    known: bool


def marks(question: str) -> tuple[Mark, ...]:
    """What a question names, in order; words of any question are left out."""
    plain = fold(question)[:_READ]
    found = list(WORD.finditer(plain))
    made = []
    for term in terms(plain):
        name, known = _key(term)
        if not name or term.end > len(found):
            continue
        written = plain[found[term.start].start() : found[term.end - 1].end()]
        if written.lower() not in _WRITTEN_PLAIN and not all(stem(word) in _PLAIN for word in written.lower().split()):
            made.append(Mark(name, written, term.start, term.end, known))
    return tuple(made)


def _key(term: Term) -> tuple[str, bool]:
    """A group of the vocabulary (and True), else the stems that are not plain."""
    named = min((one for one in term.concepts if one[0] != "~"), default="")
    if named and not all(stem(word) in _PLAIN for word in named.lower().split()):
        return named, " " in named or named.isupper()
    kept = [one for one in term.stems if one not in _PLAIN and not one[:1].isdigit()]
    return "+".join(kept), False


def rarity(questions: Iterable[Sequence[Mark]]) -> Mapping[str, float]:
    """How much each key tells a question from the others: 1 in one question, less the more of them hold it."""
    held = Counter(key for found in questions for key in {mark.key for mark in found})
    return {key: 1 / count**0.5 for key, count in held.items()}


def topic_of(question: str, rare: Mapping[str, float], lacking: frozenset[str]) -> str:
    """The words of a question that name its topic best, in one piece or two: neighbours joined by small words.

    ``lacking`` are stems that the documents hold nothing of. Empty where the question names nothing.
    """
    plain = fold(question)[:_READ]
    found = list(WORD.finditer(plain))
    runs = list(_runs(plain, found, marks(plain)))
    worth = [sum(_worth(mark, rare, lacking) for mark in run) / len(run) ** 0.5 for run in runs]
    ranked = sorted(range(len(runs)), key=lambda place: (-worth[place], place))
    chosen: list[list[Mark]] = []
    for place in ranked:
        run, room = runs[place], _MOST_WORDS - sum(each[-1].end - each[0].start for each in chosen)
        named = {mark.key for each in chosen for mark in each}
        apart = all(run[-1].end <= each[0].start or each[-1].end <= run[0].start for each in chosen)
        apart = apart and not any(mark.key in named for mark in run)
        if len(chosen) < _PIECES and apart and run[-1].end - run[0].start <= room:
            chosen.append(run)
    chosen.sort(key=lambda run: run[0].start)
    return ", ".join(plain[found[run[0].start].start() : found[run[-1].end - 1].end()] for run in chosen)


def _worth(mark: Mark, rare: Mapping[str, float], lacking: frozenset[str]) -> float:
    return rare.get(mark.key, 1.0) * (1.5 if mark.known else 1.0) * (2.0 if is_lacked(mark, lacking) else 1.0)


def is_lacked(mark: Mark, lacking: frozenset[str]) -> bool:
    """Whether the mark holds one of these stems."""
    return any(stem(word.lower()) in lacking for word in WORD.findall(mark.written))


def _runs(plain: str, found: Sequence[re.Match[str]], named: Sequence[Mark]) -> Iterable[list[Mark]]:
    """Every row of neighbouring marks with nothing but small words between them, no longer than a topic may be."""
    for first in range(len(named)):
        run = [named[first]]
        yield list(run)
        for mark in named[first + 1 :]:
            if mark.end - run[0].start > _MOST_WORDS or not _joined(plain, found, run[-1], mark):
                break
            run.append(mark)
            yield list(run)


def _joined(plain: str, found: Sequence[re.Match[str]], left: Mark, right: Mark) -> bool:
    between = [word.group().lower() for word in found[left.end : right.start]]
    gap = plain[found[left.end - 1].end() : found[right.start].start()]
    return len(between) <= 2 and all(word in _JOINS for word in between) and not re.search(r"[,;:.?!()]", gap)
