"""Different words for the same thing: "pen test" and "penetration test", "staff" and "employees".

``equivalents.txt`` holds the vocabulary of questionnaires and contracts, written by hand; its head tells the form.
Groups of interchangeable phrases (``=``) give *concepts*; kinds with their members (``~``) give *related* ids. A member
meets its kind both ways ("Okta", "identity provider"); members do not meet each other, for a document that names Okta
says nothing about OneLogin. Short forms that one document explains for itself are found in ``ingest/acronyms.py``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from rfp_responder.text import STOPWORDS, WORD, content_stems, stem, words

RELATED = 0.6  # a kind is told by its member, but not every question about the kind is answered by it

_CUT = re.compile(r"[-/&]")
_CLAUSE = re.compile(r"[,;:.!?](?=\s)|[\t|]|\n\s*\n")
_SPELLING = re.compile(r"(?P<stem>\w{3,}[iy])[sz](?:e|ed|es|er|ers|ing|able|ations?|ational)$")
_UNJOINED = frozenset("non anti pre post un ex self multi sub co inter intra cross de re".split())
_CAPITALS = frozenset("it us am pm dr pam sow cap cab soc ram sod hds ens ada sec ico sme msa".split())
"""Short forms that are other words or names in small letters: they count where the text writes them in capitals."""
_OWN_KEYS = {word: word for word in (
    "accessibility accountable administrator affiliate attachment authentic authenticity availability certificate "
    "coding consultant container containment continual continuous customer dependency developer edition enforced "
    "federal founded governance important intern its logged manager minors objective optional periodic profiling "
    "proposal provider purchaser regulator remedied scalability scalable screening severity shared staging "
    "subscriber succession unavailability windows aks aws eks eps iaas ids ips isms kms paas pfs saas tls ups"
).split()}  # fmt: skip
_OWN_KEYS |= {f"{word}s": word for word in _OWN_KEYS} | {"dependencies": "dependency"}
"""Words that lose their meaning in the stem: "accessibility" and "access" both become "access"."""
_SHARED = frozenset("author custom organ util year quarter month week hour period regular prompt".split())

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a text speaks of: a phrase of the vocabulary, or a word of its own.

    ``start`` and ``end`` are positions in ``words(text)``. ``concepts`` are the ids it is met by: of ``=`` groups, the
    group's first phrase; of ``~`` groups, ``~kind`` for the kind and ``~kind/member`` for a member.
    """

    start: int
    end: int
    stems: tuple[str, ...]
    concepts: frozenset[str]


@dataclass(slots=True)
class Vocabulary:
    """Phrases by their keys, with the ids each is met by; what related ids tell; the longest phrase by first key."""

    ids: dict[Keys, set[str]] = field(default_factory=dict)
    told: dict[str, set[str]] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)


class _Piece(NamedTuple):
    """What stands between the hyphens of a token: the key it is matched by, and its stem."""

    key: str
    stem: str | None  # None where the piece carries no meaning
    whole: str  # the token's own stem, empty for a stop word
    begins: bool  # whether a phrase may begin here: the "production" of "non-production" is another thing


_NONE: tuple[int, set[str]] = (0, set())
_Part = tuple[int, int, _Piece]  # the place of its token, the clause it stands in, and the piece


def terms(text: str) -> tuple[Term, ...]:
    """The text's terms in order: the longest phrases of the vocabulary, and every other word but stop words."""
    return _read(text)[0]


def concepts(text: str) -> frozenset[str]:
    """The ``=`` groups that the text speaks of, by their first phrase."""
    return _read(text)[1]


def related(text: str) -> frozenset[str]:
    """The ``~`` ids that the text tells: a kind tells each of its members, a member tells its kind."""
    return _read(text)[2]


Held = tuple[frozenset[str], frozenset[str], frozenset[str]]


@lru_cache(maxsize=8192)  # headings come again with every sentence below them, sentences with every part of a question
def held(text: str) -> Held:
    """What ``meets`` asks of a text: its content stems, its concepts, its related ids."""
    return frozenset(content_stems(text)), concepts(text), related(text)


def meets(term: Term, stems: frozenset[str], same: frozenset[str], near: frozenset[str]) -> float:
    """How far another text, given by its content stems, concepts and related ids, speaks of the term (0 to 1)."""
    if not term.concepts.isdisjoint(same):
        return 1.0
    share = sum(one in stems for one in term.stems) / len(term.stems) if term.stems else 0.0
    if share and term.concepts and len(term.stems) == 1:
        if term.end - term.start > 1:
            share = 0.5  # "log in", "once a year": stop words made the phrase, and are no stems
        elif term.stems[0] in _blurred():
            share = 0.0
    return share if term.concepts.isdisjoint(near) else max(share, RELATED)


@lru_cache(maxsize=1)
def _blurred() -> frozenset[str]:
    """Stems that unlike words share: a term with a concept is not met by such a stem alone."""
    return _SHARED | {stem(word) for word in _OWN_KEYS}


@lru_cache(maxsize=16384)
def _read(text: str) -> tuple[tuple[Term, ...], frozenset[str], frozenset[str]]:
    vocabulary = _vocabulary()
    found = tuple(_segmented(vocabulary, text))
    ids = frozenset(one for term in found for one in term.concepts)
    kinds = frozenset(one for one in ids if one[0] == "~")
    return found, ids - kinds, kinds.union(*(vocabulary.told[one] for one in kinds))


def _segmented(vocabulary: Vocabulary, text: str) -> Iterator[Term]:
    tokens = words(text)
    written, clauses = _written(text, tokens)
    parts = [(place, clauses[place], piece) for place, token in enumerate(tokens) for piece in _pieces(token)]
    plain: list[_Part] = []  # pieces of one token that belong to no phrase
    at = 0
    while at < len(parts):
        place, _, piece = parts[at]
        width, ids = _longest_phrase(vocabulary, parts, at) if piece.key in vocabulary.longest else _NONE
        if width == 1 and piece.key in _CAPITALS and written[place][1:].islower():
            width = 0
        if plain and (width or plain[0][0] != place):
            yield _word(plain)
            plain = []
        if width:
            yield _phrase(parts[at : at + width], ids)
        elif tokens[place] not in STOPWORDS:
            plain.append(parts[at])
        at += width or 1
    if plain:
        yield _word(plain)


def _written(text: str, tokens: list[str]) -> tuple[list[str], list[int]]:
    """The tokens as the text writes them, small where it shouts throughout, and the number of the clause of each."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    found = list(WORD.finditer(plain))
    if len(found) != len(tokens):  # raised marks, which are no words
        return tokens, [0] * len(tokens)
    clauses = [0] * len(tokens)
    for place in range(1, len(found)):
        gap = plain[found[place - 1].end() : found[place].start()]
        clauses[place] = clauses[place - 1] + (gap != " " and _CLAUSE.search(gap) is not None)
    shouted = len(found) > 1 and plain.isupper()
    return tokens if shouted else [match.group() for match in found], clauses


def _longest_phrase(vocabulary: Vocabulary, parts: list[_Part], at: int) -> tuple[int, set[str]]:
    """The width of the longest phrase that begins here, 0 for none; one of up to three words crosses no comma."""
    _, clause, piece = parts[at]
    if piece.begins:
        keys = tuple([piece.key for _, _, piece in parts[at : at + vocabulary.longest[piece.key]]])
        for width in range(len(keys), 0, -1):
            ids = vocabulary.ids.get(keys[:width])
            if ids and (width > 3 or parts[at + width - 1][1] == clause):
                return width, ids
    return _NONE


def _phrase(parts: list[_Part], ids: set[str]) -> Term:
    """A phrase's term. A token that a stop word is part of ("log-in") lends its whole stem: "log" is another thing."""
    cut = {place for place, _, piece in parts if piece.stem is None and piece.whole}
    stems = dict.fromkeys(piece.whole if place in cut else piece.stem for place, _, piece in parts)
    return Term(parts[0][0], parts[-1][0] + 1, tuple(one for one in stems if one), frozenset(ids))


def _word(parts: list[_Part]) -> Term:
    """A word outside the vocabulary; -ise and -ize spellings of one word still meet, by their common key."""
    place, _, piece = parts[0]
    stems = tuple(dict.fromkeys(one.stem for _, _, one in parts if one.stem)) or (piece.whole,)
    respelled = {piece.key} if len(parts) == 1 and piece.key.endswith(("iz", "yz")) else ()
    return Term(place, place + 1, stems, frozenset(respelled))


@lru_cache(maxsize=16384)
def _pieces(token: str) -> tuple[_Piece, ...]:
    pieces = [piece for piece in _CUT.split(token) if piece]
    apart = len(pieces) > 1 and not token[0].isdigit()  # as ``content_stems`` takes them apart
    whole = "" if token in STOPWORDS else stem(token)
    found = []
    for place, piece in enumerate(pieces):
        own = stem(piece) if apart else whole
        carries = piece not in STOPWORDS and (len(piece) > 1 or not apart)
        found.append(_Piece(_key(piece), own if carries else None, whole, not place or pieces[0] not in _UNJOINED))
    return tuple(found)


def _key(word: str) -> str:
    """What a word is matched by: its stem, one spelling for -ise and -ize, an own key where the stem confuses."""
    plain = re.sub(r"['’]s?$", "", word) if not word.isalnum() else word
    spelled = _SPELLING.match(plain)
    if plain in _OWN_KEYS or plain.endswith("ly"):  # "yearly" is not "year", "periodically" not "period"
        return _OWN_KEYS.get(plain, plain)
    return spelled["stem"] + "z" if spelled else stem(plain)


@lru_cache(maxsize=1)
def _vocabulary() -> Vocabulary:
    return parse(Path(__file__).with_name("equivalents.txt").read_text("utf-8"))


def parse(text: str) -> Vocabulary:
    """The vocabulary of a file's text; ``ValueError`` names the line that is wrong and says what was expected."""
    made = Vocabulary()
    same: dict[Keys, list[Keys]] = {}
    kinds: list[list[str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            phrases = _phrases(number, line)
            if line[0] == "=":
                _add_equals(made, same, number, phrases)
            else:
                kinds.append(phrases)
    for phrases in kinds:
        _add_kind(made, same, phrases)
    for keys in made.ids:
        made.longest[keys[0]] = max(len(keys), made.longest.get(keys[0], 0))
    return made


def _phrases(number: int, line: str) -> list[str]:
    phrases = [phrase.strip() for phrase in line[1:].split("|")]
    if line[:2] not in {"= ", "~ "} or len(phrases) < 2 or not all(map(WORD.search, phrases)):
        raise ValueError(
            f"equivalents.txt, line {number}: {line!r} is no group; write '= phrase | phrase' or '~ kind | member'"
        )
    for phrase in phrases:
        if phrase in STOPWORDS:
            raise ValueError(f"equivalents.txt, line {number}: {phrase!r} is a stop word; write a longer phrase")
    return phrases


def _keys(phrase: str) -> list[Keys]:
    """The keys of a phrase: with its hyphens as blanks, and with its hyphens closed up ("subprocessor")."""
    low = phrase.lower()
    forms = [low, re.sub(r"(?<=[a-z])-(?=[a-z])", "", low)] if "-" in low else [low]
    return [tuple([piece.key for token in WORD.findall(form) for piece in _pieces(token)]) for form in forms]


def _add_equals(made: Vocabulary, same: dict[Keys, list[Keys]], number: int, phrases: list[str]) -> None:
    group = [keys for phrase in phrases for keys in _keys(phrase)]
    for keys in dict.fromkeys(group):
        if keys in same:
            raise ValueError(f"equivalents.txt, line {number}: {' '.join(keys)!r} stands in another '=' group already")
        same[keys] = group
        made.ids.setdefault(keys, set()).add(phrases[0])


def _add_kind(made: Vocabulary, same: dict[Keys, list[Keys]], phrases: list[str]) -> None:
    """Adds a kind and its members; a phrase with equivalents stands for all of them, another is its own only one."""
    kind = f"~{phrases[0]}"
    for phrase in phrases:
        one = kind if phrase is phrases[0] else f"{kind}/{phrase}"
        made.told.setdefault(one, set()).add(kind)
        made.told.setdefault(kind, {kind}).add(one)
        forms = _keys(phrase)
        if not any(keys in same for keys in forms):
            _add_equals(made, same, 0, [phrase])
        for keys in forms:
            for form in same.get(keys, ()):
                made.ids[form].add(one)
