"""What a question says about where to look: names, years and products that stand in a document's title or name."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from rfp_responder.protocols import DocumentRow
from rfp_responder.text import content_stems

_YEAR = re.compile(r"(?:19|20)\d\d")
_TOKEN = re.compile(r"[^\W_]+(?:[.'’&/-][^\W_]+)*")
_QUARTER = re.compile(r"\b(first|second|third|fourth)[ -](?:fiscal )?quarter\b", re.I)
_ORDINALS = {"first": "Q1", "second": "Q2", "third": "Q3", "fourth": "Q4"}


class Prior:
    """For each document the share, by weight, of the question's names, years and products in its title or name.

    A name tells the less the more documents hold it: one that stands in every title, or in none, tells nothing. The
    question "What did Acme spend in 2022?" looks into ``acme-10k-2022.pdf`` before its neighbours. Words that are no
    names ("support", "security") name no document: counted, they drew questions to whatever was titled so.
    """

    def __init__(self) -> None:
        self._known: Sequence[DocumentRow] = ()
        self._words: dict[str, frozenset[str]] = {}
        self._held_by: Counter[str] = Counter()

    def of(self, query: str, documents: Sequence[DocumentRow]) -> dict[str, float]:
        """Name of each document that the question names, with a score in 0..1."""
        self._learn(documents)
        asked = {word for word in named_words(query) if 0 < self._held_by[word] < len(documents)}
        if not asked:
            return {}
        weights = {word: math.log(len(documents) / self._held_by[word]) for word in asked}
        scores = {name: sum(weights[w] for w in asked & held) for name, held in self._words.items()}
        scale = max(*scores.values(), math.log(2))  # what halves the documents is the least that counts in full
        return {name: score / scale for name, score in scores.items() if score > 0}

    def _learn(self, documents: Sequence[DocumentRow]) -> None:
        if documents is self._known:
            return
        self._known = documents
        self._words = {row.name: frozenset(_words(f"{row.title} {_spaced(row.name)}")) for row in documents}
        self._held_by = Counter(word for held in self._words.values() for word in held)


def _spaced(name: str) -> str:
    """A file's name as words: "AcmeCorp_10K-2022.pdf" as "Acme Corp 10 K 2022"."""
    bare = re.sub(r"\.[a-z0-9]{1,5}$", "", name, flags=re.I)
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])|[_/.,&-]+", " ", bare)
    return f"{apart} {re.sub(r'[_/.]+', ' ', bare)}"


def named_words(query: str) -> set[str]:
    """Stems of a question's names: years, words with capitals that do not begin a sentence, words with digits."""
    text = _QUARTER.sub(lambda found: _ORDINALS[found.group(1).lower()], query)
    names = []
    for match in _TOKEN.finditer(text):
        token, before = match.group(), text[: match.start()].rstrip(" ([\"'“‘")
        begins = not before or before[-1] in ".?!:;\n"
        mixed = any(c.isdigit() for c in token) and any(c.isalpha() for c in token)
        capitals = sum(c.isupper() for c in token)
        if _YEAR.fullmatch(token) or mixed or capitals >= 2 or (token[0].isupper() and not begins):
            names.append(re.sub(r"['’]s$", "", token))
    return _words(" ".join(names))


def _words(text: str) -> set[str]:
    return {stem for stem in content_stems(text) if len(stem) > 1 and (not stem.isdigit() or _YEAR.fullmatch(stem))}
