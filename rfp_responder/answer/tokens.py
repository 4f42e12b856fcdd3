"""A sentence taken apart: content stems, names, values and clauses, the same for claims and for sources.

Idioms that look like negations ("no later than") are resolved
before anything is counted, and compounds are split (``sign-on`` -> sign, on).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise

from rfp_responder.answer.facts import IDENTIFIER, Fact, facts, spaced
from rfp_responder.answer.lexicon import sense
from rfp_responder.text import NEGATIONS, STOPWORDS, WORD, fold, stem

# idioms that hold a negation word and negate nothing, or that one word says as well
_IDIOMS = (
    (re.compile(r"\bU\.S\.(?:A\.)?|\b(?:the )?United States(?: of America)?\b|\bUSA\b"), "US"),
    (re.compile(r"\b(?:the )?European Union\b"), "EU"),
    (re.compile(r"\b(?:the )?United Kingdom\b"), "UK"),
    (re.compile(r"\b(?:no|not) later than\b|\bwithin no more than\b", re.I), "within"),
    (
        re.compile(r"\b(?:no|not) (?:more|longer|greater|higher) than\b|\bnot? exceed(?:s|ing)?\b|\bup to\b", re.I),
        "at most",
    ),
    (re.compile(r"\b(?:no|not) (?:less|fewer|lower) than\b|\ba minimum of\b", re.I), "at least"),
    (
        re.compile(r"\b(?:but|including)?,? ?not limited to\b|\bor not\b|\bnot applicable\b", re.I),
        "",
    ),
    (re.compile(r"\bnot only\b", re.I), "notonly"),
    (re.compile(r"n[’']t\b", re.I), " not"),
    (re.compile(r"\bcan ?not\b", re.I), "can not"),
    (re.compile(r"\bother than\b|\bapart from\b|\bwith the exception of\b", re.I), "except"),
    (re.compile(r"\b(?:is|are|be) (?:able|allowed) to\b|\b(?:has|have) the option to\b", re.I), "can"),
    (re.compile(r"\bcarr(?:y|ies|ied) out\b", re.I), "perform"),
    (re.compile(r"\bmakes? sure\b", re.I), "ensure"),
    (re.compile(r"\bprior to\b|\bin advance of\b", re.I), "before"),
    (re.compile(r"\bsubsequent to\b", re.I), "after"),
    (re.compile(r"\bat once\b|\bstraight away\b|\bright away\b|\bwithout delay\b", re.I), "immediately"),
    (re.compile(r"\bin charge of\b", re.I), "responsible for"),
    (re.compile(r"\bset up\b", re.I), "create"),
    (re.compile(r"\bin the event (?:of|that)\b", re.I), "if"),
    (re.compile(r"\bno longer\b", re.I), "not"),
    (re.compile(r"\b(?:is|are|be) required to\b|\b(?:has|have) to\b|\bneeds? to\b", re.I), "must"),
)
NOT_ONLY = "notonly"
"""The word that stands for "not only", which negates nothing and yet is not "only"."""
# words that join sentences or soften them and say nothing of their own
EMPTY = (
    STOPWORDS
    | NEGATIONS
    | frozenset(
        "notonly additionally all also although because both each every some due finally first "
        "firstly furthermore generally hence however "
        "including lastly like likely many moreover often overall rather second secondly several similarly "
        "therefore though thus typically usually various way whereas within without".split()
    )
)
_CACHED = 1_000  # characters of a text whose parts are remembered
_CLAUSE_MARK = re.compile(r"[;:,()–—|]|\s-\s")
_JOINING = frozenset("and but while whereas which because although though who whose where".split())


@dataclass(frozen=True, slots=True)
class Token:
    """One word or value: ``key`` is its stem or normal form; ``entity`` marks a name.

    ``sense`` stands for the key and its synonyms; ``clause`` counts the clauses of the sentence from 0.
    """

    key: str
    word: str
    content: bool
    entity: bool
    sense: str
    clause: int

    @property
    def short(self) -> bool:
        """Whether it may be an abbreviation: a name of two to five letters."""
        return self.entity and 2 <= len(self.word) <= 5 and self.word.isalpha()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence taken apart. ``stems``, ``senses`` and ``bigrams`` are of its content tokens, compounds split.

    The bigrams are of senses, so that a synonym breaks none.
    """

    text: str
    tokens: tuple[Token, ...]
    facts: tuple[Fact, ...]
    keys: frozenset[str]
    stems: frozenset[str]
    senses: frozenset[str]
    bigrams: frozenset[tuple[str, str]]

    def places(self) -> list[tuple[Fact, int]]:
        """Each value with its place among the tokens."""
        return list(zip(self.facts, (i for i, t in enumerate(self.tokens) if ":" in t.key), strict=True))


def parse(text: str) -> Sentence:
    """Take a sentence apart; idioms that only look like negations are resolved first."""
    return _cached(text) if len(text) <= _CACHED else _parse(text)


@lru_cache(maxsize=4096)  # passages of one page share their sentences, and one passage serves many claims
def _cached(text: str) -> Sentence:
    return _parse(text)


def _parse(text: str) -> Sentence:
    plain = spaced(fold(text))
    for pattern, replacement in _IDIOMS:
        plain = pattern.sub(replacement, plain)
    values = facts(plain)
    tokens = tuple(_tokens(plain, values))
    content = [token for token in tokens if token.content]
    return Sentence(
        text,
        tokens,
        values,
        frozenset(token.key for token in tokens),
        frozenset(token.key for token in content),
        frozenset(token.sense for token in content),
        frozenset(pairwise(token.sense for token in content)),
    )


def _tokens(text: str, values: Iterable[Fact]) -> Iterable[Token]:
    """Words and values in order, each with the number of its clause."""
    clause = place = 0
    for token, start, end in _placed(text, values):
        gap = text[place:start]
        clause += bool(_CLAUSE_MARK.search(gap)) or token.word in _JOINING
        place = end
        yield Token(token.key, token.word, token.content, token.entity, token.sense, clause)


def _placed(text: str, values: Iterable[Fact]) -> Iterable[tuple[Token, int, int]]:
    place = 0
    shouted = text.isupper()
    for value in values:
        yield from _words(text, place, value.start, shouted)
        key = value.keys[0]
        yield Token(key, value.text.lower(), True, False, key, 0), value.start, value.end
        place = value.end
    yield from _words(text, place, len(text), shouted)


def _words(text: str, start: int, end: int, shouted: bool) -> Iterable[tuple[Token, int, int]]:
    for match in WORD.finditer(text, start, end):
        if IDENTIFIER.fullmatch(match.group()):
            name = match.group().lower()
            yield Token(name, name, True, True, name, 0), *match.span()
            continue
        first = match.start() == 0 or text[max(0, match.start() - 2)] in ".!?:"
        for part in re.finditer(r"[^-/&]+", match.group()):
            written = part.group()
            written = written[:-2] if written.endswith(("'s", "’s")) else written
            token = _word(written, first, shouted)
            yield token, match.start() + part.start(), match.start() + part.end()


def _word(written: str, first: bool, shouted: bool) -> Token:
    """One word as a token; the first word of a sentence is a name only by its inner letters."""
    word = written.lower()
    entity = len(word) > 1 and (
        (written[0].isupper() and not first)
        or any(letter.isupper() for letter in written[1:])
        or (written[0].isalpha() and any(letter.isdigit() for letter in written))
    )
    capitals = word in STOPWORDS and len(word) > 1 and written.isupper() and not shouted  # US, IT
    content = (word not in EMPTY or capitals) and len(word) > 1
    if capitals:
        word = written
    key = stem(word) if content else word
    return Token(key, word, content, entity and content, sense(key) if content else word, 0)


def small_count(fact: Fact) -> bool:
    """A bare count of 1 to 5: "one of two values" is too often mere wording to be checked."""
    return fact.measure == "number" and not fact.name and fact.raw in {"1", "2", "3", "4", "5"}


def clauses(sentence: Sentence) -> list[tuple[Token, ...]]:
    """The tokens of each clause: split at commas, semicolons, colons, brackets and joining words."""
    return [tuple(group) for _, group in groupby(sentence.tokens, key=lambda token: token.clause)]
