"""Cited passages taken apart once: sentences, windows, values, and the running text for verbatim search.

What a PDF does to running text is undone first: words broken at a line's end, lines broken inside a sentence.
Parsed passages are cached, since one passage serves many claims.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rfp_responder.answer.facts import spaced
from rfp_responder.answer.tokens import Sentence, parse
from rfp_responder.text import fold, sentences, words

_KEPT_HYPHEN = re.compile(  # compounds that are written with a hyphen wherever the line ends
    r"\b(multi|non|self|third|cross|long|short|real|end|role|single|two|four|on|off|high|low|least|need|"
    r"customer|cloud|up|read|write|risk|opt|day|time)-\n[ \t]*(?=[a-z])",
    re.IGNORECASE,
)
_HYPHEN_BREAK = re.compile(r"(?<=[a-z])-\n[ \t]*(?=[a-z])")
_SOFT_BREAK = re.compile(r"(?<![.!?:|\n])[ \t]*\n[ \t]*(?=[a-z(])")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The passages taken apart once.

    ``flat`` is the running text in lower case and ``edges`` the offsets in it where a line begins;
    ``windows`` are the stems of 1, 2 and 3 neighbouring sentences; ``keys`` and ``raws`` are the normal
    forms and the magnitudes of all values, ``bare`` the magnitudes that stand without a unit.
    """

    flat: str
    edges: frozenset[int]
    words: str
    sentences: tuple[Sentence, ...]
    windows: tuple[frozenset[str], ...]
    bigrams: frozenset[tuple[str, str]]
    keys: frozenset[str]
    bare: frozenset[str]
    raws: frozenset[str]


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
        frozenset().union(*(sentence.stems for sentence in group[start : start + size]))
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
        keys=frozenset(key for fact in found for key in fact.keys),
        bare=frozenset(fact.raw for fact in found if fact.measure == "number"),
        raws=frozenset(fact.raw for fact in found),
    )


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
    """Whether the claim stands in the passages as one or more whole sentences, line breaks and case aside."""
    wanted = fold(mend(claim)).replace("-", "").casefold().rstrip(" .")
    place = source.flat.find(wanted)
    while place >= 0:
        end = place + len(wanted)
        before = source.flat[:place].rstrip(" \"'“”‘’([•·*")
        after = source.flat[end : end + 2].ljust(2)
        begins = place in source.edges or not before or before[-1] in ".!?:|"
        ends = after[0] in "!?;|" or (after[0] == "." and not after[1].isalnum()) or end + 1 in source.edges
        if begins and (ends or wanted[-1:] in "!?"):
            return True
        place = source.flat.find(wanted, place + 1)
    return False
