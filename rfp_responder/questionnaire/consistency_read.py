"""Rows taken apart for comparison: what a question is about, which way round it asks, which stance its answer takes."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rfp_responder.answer.choice import stance_of
from rfp_responder.answer.lexicon import sense
from rfp_responder.answer.polarity import NEGATORS
from rfp_responder.answer.tokens import parse
from rfp_responder.domain import Stance
from rfp_responder.equivalents import Term, terms
from rfp_responder.questionnaire.account import Row
from rfp_responder.text import LIST_MARK, QUALIFIERS, fold, stem, words

Place = tuple[str, int]
"""A row by sheet and number."""

_READ = 2_000  # characters of a question or a sentence that are looked at
_LIGHT_WORDS = (
    "customer customers client clients data company organisation organization vendor supplier provider bidder "
    "contractor applicant solution service services system systems please describe explain state provide detail "
    "details give tell list indicate comment comments currently use used uses using also exist exists place "
    "whether able ensure ensures ensured guarantee commit commitment shall firm business perform performed "
    "conduct take taken takes carry carried run done make made set protect protected apply applies have happen "
    "happens many much second seconds minute minutes hour hours day days week weeks month months quarter quarters "
    "year years percent calendar least most up every per once twice"
)
_LIGHT = frozenset(one for word in _LIGHT_WORDS.split() for one in (stem(word), sense(stem(word)))) | NEGATORS
"""Stems that tell nothing of what a question is about: who asks whom, the words that ask, verbs of any noun."""
_LIGHT_NAMES = frozenset({"customer data", "customer", "supplier", "how soon", "how long", "how often", "how many"})
_POINTING = re.compile(r"\b(?:this|these|those|such|above|previous|following|same|it|they|them)\b", re.I)
_LEADING = re.compile(r"\W*(yes|no)\b(?!\s+(?:\w+\s){0,2}(?:of|one|longer|later|more|less))", re.I)
_SHORT = 2  # keys that tell a topic; a question with fewer leans on the section it stands in
_WHOLE = 3  # words; what has fewer, or begins as an item of a list does, is a part of the question above it
_OF_ANY_TOPIC = (
    "policy, policies, procedure, process, standard, control, measure, plan, program, review, reviewed, update, "
    "updated, annually, annual, yearly, periodically, regularly, document, documented, approved, approval, "
    "established, maintained, implemented, communicated, evaluated, defined, create, formal, written, policy "
    "review, at least annually, policies and procedures, security policy, requirement, requirements, risk, "
    "security, activity, test, tested, report, best practice, evidence, attachment, describe, yes, no"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question taken apart: the ``keys`` of what it speaks of, the small words that bind it, its negations.

    ``text`` is the question in lower case. One that ``leans`` means something else in another section; one that is
    ``vague`` means something else in each row, since what it is about stands above it.
    """

    keys: frozenset[str]
    bounds: frozenset[str]
    turns: int
    text: str
    leans: bool
    vague: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A row with its question taken apart. ``order`` is its place in the questionnaire, zero-based."""

    order: int
    row: Row
    asked: Asked
    stance: Stance | None

    @property
    def place(self) -> Place:
        """Sheet and row."""
        return self.row.sheet, self.row.row

    @property
    def name(self) -> str:
        """What a person finds the row by: its id, else its cell; without both, its number."""
        return fold(self.row.id) or (f"{self.row.sheet}!{self.row.cell}" if self.row.cell else f"row {self.row.row}")


def told(rows: Iterable[Row]) -> tuple[Told, ...]:
    """The rows that say something, in order; what stood in a cell already (no answer due) counts too."""
    return tuple(
        Told(order, row, asked(row.question), _stance(row))
        for order, row in enumerate(rows)
        if row.status in _SAYING and row.question.strip() and (row.answer.strip() or row.choice)
    )


_SAYING = frozenset({"answered", "partial", "not_required"})


def _stance(row: Row) -> Stance | None:
    """The stance of what was chosen, else that of the answer, else a "yes" or "no" that its text begins with."""
    if row.choice:
        return stance_of(row.choice)
    found = _LEADING.match(row.answer)
    return row.stance or (None if not found else "yes" if found[1].lower() == "yes" else "no")


@lru_cache(maxsize=4096)
def asked(text: str) -> Asked:
    """A question taken apart."""
    plain = fold(text)[:_READ]
    keys = keys_of(plain)
    tokens = parse(plain).tokens
    bounds = frozenset(token.word for token in tokens if token.word in QUALIFIERS and token.word not in _MODALS)
    turns = sum(token.word in NEGATORS for token in tokens)
    special = keys - generic()
    leans = len(special) < _SHORT and not any(map(is_phrase, special))
    part = len(words(plain)) < _WHOLE or plain[:1].islower() or bool(LIST_MARK.match(plain))
    vague = part or not special or bool(_POINTING.search(plain))
    return Asked(keys, bounds, turns, plain.casefold().rstrip(" ?.:"), leans, vague)


_MODALS = frozenset("may might must shall should can could will would".split())


@lru_cache(maxsize=1)
def generic() -> frozenset[str]:
    """The keys that questions of every topic hold."""
    return frozenset(name for phrase in _OF_ANY_TOPIC.split(", ") for name in keys_of(phrase))


def keys_of(text: str) -> frozenset[str]:
    """What a text speaks of: groups of the vocabulary, else senses of stems; a kind is left out beside its member."""
    found = terms(text[:_READ])
    kinds = {one[1:].partition("/")[0] for term in found for one in term.concepts if "/" in one and one[0] == "~"}
    return frozenset(name for term in found if (name := _key(term)) and name not in kinds)


def _key(term: Term) -> str:
    """What a term is compared by; "" for a light word."""
    named = min((one for one in term.concepts if one[0] != "~"), default="")
    if named:
        return "" if named in _LIGHT_NAMES else named
    return "+".join(sorted({sense(one) for one in term.stems if one not in _LIGHT and one not in QUALIFIERS}))


def is_phrase(name: str) -> bool:
    """Whether a key is a phrase of the vocabulary that tells by itself what is meant ("recovery time objective")."""
    return " " in name


def weights(questions: Sequence[Asked]) -> Mapping[str, float]:
    """How much each key tells a question from the others of its questionnaire (its rarity; about 0.1 to 7)."""
    held = Counter(name for question in questions for name in question.keys)
    return {name: math.log(1 + len(questions) / count) for name, count in held.items()}


def shared(one: frozenset[str], other: frozenset[str], weight: Mapping[str, float]) -> float:
    """Share of the lighter of two sets of keys that the other holds too, by weight (0 to 1)."""
    least = min(sum(weight.get(name, 1.0) for name in one), sum(weight.get(name, 1.0) for name in other))
    return sum(weight.get(name, 1.0) for name in one & other) / least if least else 0.0


def pairs(sets: Sequence[frozenset[str]], most: int) -> Iterable[tuple[int, int]]:
    """Pairs of places whose sets share a key that at most ``most`` sets hold; each pair once, in order."""
    holders: dict[str, list[int]] = {}
    for place, names in enumerate(sets):
        for name in sorted(names):
            holders.setdefault(name, []).append(place)
    seen: set[tuple[int, int]] = set()
    for found in holders.values():
        if 1 < len(found) <= most:
            seen.update((one, other) for n, one in enumerate(found) for other in found[n + 1 :])
    return sorted(seen)
