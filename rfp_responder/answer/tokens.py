"""A sentence taken apart: content stems, names, values and clauses, the same for claims and for sources.

Idioms that look like negations ("no later than") are resolved
before anything is counted, and compounds are split (``sign-on`` -> sign, on).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from rfp_responder.answer.facts import IDENTIFIER, Fact, facts, spaced
from rfp_responder.text import NEGATIONS, STOPWORDS, WORD, fold, stem

# idioms that hold a negation word and negate nothing, or that one word says as well
_IDIOMS = (
    (re.compile(r"\bU\.S\.(?:A\.)?|\b(?:the )?United States(?: of America)?\b|\bUSA\b"), "US"),
    (re.compile(r"\b(?:no|not) later than\b|\bwithin no more than\b", re.I), "within"),
    (
        re.compile(r"\b(?:no|not) (?:more|longer|greater|higher) than\b|\bnot? exceed(?:s|ing)?\b|\bup to\b", re.I),
        "at most",
    ),
    (re.compile(r"\b(?:no|not) (?:less|fewer|lower) than\b|\ba minimum of\b", re.I), "at least"),
    (
        re.compile(r"\b(?:but|including)?,? ?not limited to\b|\bnot only\b|\bor not\b|\bnot applicable\b", re.I),
        "",
    ),
    (re.compile(r"n[’']t\b", re.I), " not"),
    (re.compile(r"\bcan ?not\b", re.I), "can not"),
    (re.compile(r"\bother than\b|\bapart from\b|\bwith the exception of\b", re.I), "except"),
    (re.compile(r"\b(?:is|are|be) (?:able|allowed) to\b|\b(?:has|have) the option to\b", re.I), "can"),
    (re.compile(r"\b(?:is|are|be) required to\b|\b(?:has|have) to\b|\bneeds? to\b", re.I), "must"),
)
# words that join sentences or soften them and say nothing of their own
EMPTY = (
    STOPWORDS
    | NEGATIONS
    | frozenset(
        "additionally all also although because both each every some due finally first "
        "firstly furthermore generally hence however "
        "including lastly like likely many moreover often overall rather second secondly several similarly "
        "therefore though thus typically usually various way whereas within without".split()
    )
)
_CLAUSE_MARK = re.compile(r"[;:,()–—|]|\s-\s")
_JOINING = re.compile(
    r"\b(?:and|but|while|whereas|which|because|although|though|so that|who|whose|where)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word or value: ``key`` is its stem or normal form; ``entity`` marks a name."""

    key: str
    word: str
    content: bool
    entity: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence taken apart. ``stems`` and ``bigrams`` are of its content tokens, compounds split."""

    text: str
    tokens: tuple[Token, ...]
    facts: tuple[Fact, ...]
    keys: frozenset[str]
    stems: frozenset[str]
    bigrams: frozenset[tuple[str, str]]


def parse(text: str) -> Sentence:
    """Take a sentence apart; idioms that only look like negations are resolved first."""
    plain = spaced(fold(text))
    for pattern, replacement in _IDIOMS:
        plain = pattern.sub(replacement, plain)
    values = facts(plain)
    tokens = tuple(_tokens(plain, values))
    content = [token.key for token in tokens if token.content]
    return Sentence(
        text,
        tokens,
        values,
        frozenset(token.key for token in tokens),
        frozenset(content),
        frozenset(pairwise(content)),
    )


def _tokens(text: str, values: Iterable[Fact]) -> Iterable[Token]:
    place = 0
    for value in values:
        yield from _words(text, place, value.start)
        yield Token(value.keys[0], value.text.lower(), True, False)
        place = value.end
    yield from _words(text, place, len(text))


def _words(text: str, start: int, end: int) -> Iterable[Token]:
    shouted = text.isupper()
    for match in WORD.finditer(text, start, end):
        if IDENTIFIER.fullmatch(match.group()):
            yield Token(match.group().lower(), match.group().lower(), True, True)
            continue
        for part in re.finditer(r"[^-/&]+", match.group()):
            written = re.sub(r"[’']s$", "", part.group())
            word = written.lower()
            first = match.start() == 0 or text[max(0, match.start() - 2)] in ".!?:"
            entity = len(word) > 1 and (
                (written[0].isupper() and not first)
                or any(letter.isupper() for letter in written[1:])
                or (written[0].isalpha() and any(letter.isdigit() for letter in written))
            )
            capitals = word in STOPWORDS and len(word) > 1 and written.isupper() and not shouted  # US, IT
            content = (word not in EMPTY or capitals) and len(word) > 1
            if capitals:
                word = written
            yield Token(stem(word) if content else word, word, content, entity and content)


def small_count(fact: Fact) -> bool:
    """A bare count of 1 to 5: "one of two values" is too often mere wording to be checked."""
    return fact.measure == "number" and not fact.name and fact.raw in {"1", "2", "3", "4", "5"}


def clauses(text: str) -> list[str]:
    """Clauses of a sentence, split at commas, semicolons, colons, brackets and joining words."""
    pieces: list[str] = []
    for part in _CLAUSE_MARK.split(text):
        pieces.extend(_JOINING.split(part))
    return [piece.strip() for piece in pieces if piece.strip()]
