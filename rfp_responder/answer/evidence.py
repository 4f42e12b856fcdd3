"""Cited passages taken apart once: sentences, windows, values, and the running text for verbatim search.

What a PDF does to running text is undone first: words broken at a line's end, lines broken inside a sentence.
Parsed passages are cached, since one passage serves many claims.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rfp_responder.answer.clip import limits_nothing
from rfp_responder.answer.facts import Fact, spaced
from rfp_responder.answer.tokens import Sentence, Token, parse
from rfp_responder.text import fold, sentences, words

_KEPT_HYPHEN = re.compile(  # compounds that are written with a hyphen wherever the line ends
    r"\b(multi|non|self|third|cross|long|short|real|end|role|single|two|four|on|off|high|low|least|need|"
    r"customer|cloud|up|read|write|risk|opt|day|time)-\n[ \t]*(?=[a-z])",
    re.IGNORECASE,
)
_HYPHEN_BREAK = re.compile(r"(?<=[a-z])-\n[ \t]*(?=[a-z])")
_BEFORE = 40  # characters in front of a sentence that may be quotation marks, brackets and bullets
_AROUND = 6  # tokens around a value that say what it belongs to, where its clause says little
_CLAUSE_TOKENS = 40  # tokens of a clause that are looked at on each side of a value
_MOST_REST = 400  # characters of a sentence that may be left off
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|$")
_MOST_ROWS = 300  # rows of a table that are looked at
_MOST_VALUES = 500  # values of one measure that are looked at: a page holds a few
_ROW_TOKENS = 8
_SOFT_BREAK = re.compile(r"(?<![.!?:|\n \t])[ \t]*+\n[ \t]*(?=[a-z(])")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The passages taken apart once.

    ``flat`` is the running text in lower case and ``edges`` the offsets in it where a line begins;
    ``windows`` are the stems and senses of 1, 2 and 3 neighbouring sentences, ``words_held`` and ``senses``
    those of all, ``names`` the names; ``keys`` and ``raws`` are the normal
    forms and the magnitudes of all values, ``bare`` the magnitudes that stand without a unit in
    the row of a table and ``united`` those that stand with one.
    ``postings`` are the numbers of the sentences that hold a sense, ``values`` the values with their surroundings.
    """

    flat: str
    edges: frozenset[int]
    words: str
    sentences: tuple[Sentence, ...]
    windows: tuple[frozenset[str], ...]
    bigrams: frozenset[tuple[str, str]]
    words_held: frozenset[str]
    senses: frozenset[str]
    names: frozenset[str]
    keys: frozenset[str]
    bare: frozenset[str]
    raws: frozenset[str]
    united: frozenset[str]
    measures: frozenset[str]
    initials: tuple[str, ...]
    shorts: frozenset[str]
    postings: dict[str, tuple[int, ...]]
    values: dict[tuple[str, str], tuple[tuple[Fact, frozenset[str], Sentence], ...]]


def mend(text: str) -> str:
    """Undo what a PDF does to running text: words broken at a line's end, lines broken inside a sentence."""
    plain = _KEPT_HYPHEN.sub(r"\1-", text.replace("\r\n", "\n").replace("\u00ad\n", ""))
    return _SOFT_BREAK.sub(" ", _HYPHEN_BREAK.sub("", plain))


@lru_cache(maxsize=512)
def _sentences(passage: str) -> tuple[Sentence, ...]:
    mended = mend(passage)
    return tuple(parse(mended[start:end]) for start, end in sentences(mended))


@lru_cache(maxsize=128)
def evidence_of(passages: tuple[str, ...]) -> Evidence:
    """Take the passages apart; the sentences of one passage make no window with those of another."""
    groups = [_sentences(passage) for passage in passages]
    every = tuple(sentence for group in groups for sentence in group)
    windows = [
        frozenset().union(*(sentence.stems | sentence.senses for sentence in group[start : start + size]))
        for group in groups
        for size in (1, 2, 3)
        for start in range(max(1, len(group) - size + 1))
        if group
    ]
    found = [fact for sentence in every for fact in sentence.facts]
    flat, edges = _flatten(passages)
    return Evidence(
        flat=flat,
        edges=edges,
        words=" ".join(words(spaced(" ".join(fold(mend(passage)) for passage in passages)))),
        sentences=every,
        windows=tuple(dict.fromkeys(windows)),
        bigrams=frozenset(pair for sentence in every for pair in sentence.bigrams),
        words_held=frozenset(key for sentence in every for key in sentence.keys),
        senses=frozenset(one for sentence in every for one in sentence.senses),
        names=frozenset(token.key for sentence in every for token in sentence.tokens if token.entity),
        keys=frozenset(key for fact in found for key in fact.keys),
        bare=frozenset(
            fact.raw for sentence in every if _is_row(sentence) for fact in sentence.facts if fact.measure == "number"
        ),
        raws=frozenset(fact.raw for fact in found),
        measures=frozenset(fact.measure for fact in found),
        initials=tuple("".join(token.word[0] for token in sentence.tokens) for sentence in every),
        shorts=frozenset(token.word for sentence in every for token in sentence.tokens if token.short),
        postings=_postings(every),
        values=_values(every),
        united=frozenset(fact.raw for fact in found if fact.measure not in {"number", "date"} and fact.raw),
    )


def _postings(every: Sequence[Sentence]) -> dict[str, tuple[int, ...]]:
    """The numbers of the sentences that hold each sense."""
    found: dict[str, list[int]] = {}
    for number, sentence in enumerate(every):
        for one in sentence.senses:
            found.setdefault(one, []).append(number)
    return {one: tuple(numbers) for one, numbers in found.items()}


def _values(
    every: Sequence[Sentence],
) -> dict[tuple[str, str], tuple[tuple[Fact, frozenset[str], Sentence], ...]]:
    """The values by measure and name, each with the words it belongs to and its sentence."""
    found: dict[tuple[str, str], list[tuple[Fact, frozenset[str], Sentence]]] = {}
    for sentence in every:
        for fact, place in sentence.places():
            some = found.setdefault((fact.measure, fact.name), [])
            if len(some) < _MOST_VALUES:
                some.append((fact, around(sentence.tokens, place), sentence))
    return {kind: tuple(some) for kind, some in found.items()}


def around(tokens: Sequence[Token], place: int) -> frozenset[str]:
    """Senses of the words that a value belongs to: those of its clause, or the nearest ones where it has few.

    A number behind a word is a label of it ("Severity 2"), and tells one row of a table from the next.
    """
    clause = tokens[place].clause
    near = tokens[max(0, place - _CLAUSE_TOKENS) : place + _CLAUSE_TOKENS]
    own = {t.sense for t in near if t.clause == clause and t.content and ":" not in t.key}
    if len(own) < 2:
        near = tokens[max(0, place - _AROUND) : place + _AROUND + 1]
        own |= {t.sense for t in near if t.content and ":" not in t.key}
    labels = {f"{a.sense} {b.key}" for a, b in pairwise(near) if a.content and b.key.startswith("number:")}
    return frozenset(own | labels)


def _is_row(sentence: Sentence) -> bool:
    """Whether a line is a table's row, or short enough to be one: its number may have its unit in the header."""
    return "\t" in sentence.text or "|" in sentence.text or len(sentence.tokens) <= _ROW_TOKENS


def _flatten(passages: Sequence[str]) -> tuple[str, frozenset[int]]:
    """All lines in lower case without hyphens, joined by blanks, and the offsets at which one begins."""
    flat, edges = "", {0}
    for passage in passages:
        for line in mend(passage).split("\n"):
            folded = fold(line).replace("-", "")
            if folded:
                edges.add(len(flat))
                flat += folded.casefold() + " "
        edges.add(len(flat))
    return flat, frozenset(edges)


def verbatim(claim: str, source: Evidence) -> bool:
    """Whether the claim stands in the passages as one or more whole sentences, line breaks and case aside.

    The last one may end at a comma, where what follows it limits nothing.
    """
    wanted = fold(mend(claim)).replace("-", "").casefold().rstrip(" .")
    place = source.flat.find(wanted) if wanted else -1  # "..." says nothing, and stands everywhere
    while place >= 0:
        end = place + len(wanted)
        before = source.flat[max(0, place - _BEFORE) : place].rstrip(" \"'“”‘’([•·*")
        after = source.flat[end : end + 2].ljust(2)
        begins = place in source.edges or not before or before[-1] in ".!?:|"
        ends = after[0] in "!?;|" or (after[0] == "." and not after[1].isalnum()) or end + 1 in source.edges
        if begins and (ends or wanted[-1:] in "!?" or (after == ", " and _rest_limits_nothing(source, end))):
            return True
        place = source.flat.find(wanted, place + 1)
    return False


def _rest_limits_nothing(source: Evidence, place: int) -> bool:
    rest = source.flat[place : place + _MOST_REST]
    stop = _SENTENCE_END.search(rest)
    return stop is not None and limits_nothing(rest[: stop.start()])


def tells_row(claim: str, passages: Sequence[str]) -> bool:
    """Whether the claim is a table's row read out: ``Column: cell; Column: cell`` or ``First cell: cell, cell``.

    The columns must be those of a row above it (in the order of the passages) with as many cells.
    """
    wanted = fold(claim).rstrip(" .").casefold()
    lines = [line for passage in passages for line in passage.split("\n") if "\t" in line][:_MOST_ROWS]
    rows = [[fold(cell).casefold() for cell in line.split("\t") if cell.strip()] for line in lines]
    for number, row in enumerate(rows):
        if len(row) > 1 and wanted == f"{row[0]}: {', '.join(row[1:])}".rstrip(" ."):
            return True
        for header in rows[:number]:
            if len(header) != len(row) or not header or not wanted.startswith(f"{header[0]}: {row[0]}"):
                continue
            told = "; ".join(f"{name}: {cell}" for name, cell in zip(header, row, strict=True))
            if wanted == told.rstrip(" ."):
                return True
    return False
