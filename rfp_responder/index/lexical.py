"""Search by words: BM25 over stems of title, heading and text, in SQLite's FTS5."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from rfp_responder.index.database import Database
from rfp_responder.protocols import LexicalHit
from rfp_responder.text import content_stems, stem, words

TITLE_WEIGHT, HEADING_WEIGHT, TEXT_WEIGHT = 1.0, 1.5, 1.0
_MAX_TERMS = 64
# A word in more than this share of a large index weighs next to nothing and costs most of the time.
_COMMON, _LARGE = 0.25, 20_000


class LexicalIndex:
    """The lexical index of one manifest."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def search(
        self, query: str, k: int, *, blocks: Sequence[int] | None = None, also: Mapping[str, str] | None = None
    ) -> list[LexicalHit]:
        """At most ``k`` blocks by BM25 (Robertson & Zaragoza, 2009), best first.

        ``blocks`` limits the search to these rows. ``also`` holds short forms with their long forms: a query with
        one of them is searched by the other too.
        """
        terms = self._worth_asking(_terms(query, also or {}))
        if not terms or k < 1:
            return []
        match = " OR ".join(f'"{term}"' for term in terms[:_MAX_TERMS])
        sql = "SELECT rowid, -bm25(lexical, ?, ?, ?) AS score FROM lexical WHERE lexical MATCH ?"
        values: list[object] = [TITLE_WEIGHT, HEADING_WEIGHT, TEXT_WEIGHT, match]
        if blocks is not None:
            # one text of numbers: a list of parameters has a limit
            sql += " AND rowid IN (SELECT value FROM json_each(?))"
            values.append(f"[{','.join(map(str, blocks))}]")
        found = self._db.run(f"{sql} ORDER BY score DESC, rowid LIMIT ?", [*values, k])
        keys = dict(self._db.run_in("SELECT rowid, key FROM blocks WHERE rowid IN {in}", [row for row, _ in found]))
        return [LexicalHit(keys[row], float(score)) for row, score in found]

    def document_frequencies(self, words_: Sequence[str]) -> tuple[dict[str, int], int]:
        """In how many blocks each word occurs (any of its inflections), and how many blocks there are."""
        total = int(self._db.run("SELECT count(*) FROM blocks")[0][0])
        stems = {word: _one_stem(word) for word in dict.fromkeys(words_)}
        counts = self._counts(list(stems.values()))
        return {word: counts.get(stemmed, 0) for word, stemmed in stems.items()}, total

    def _counts(self, stems: Sequence[str]) -> dict[str, int]:
        return dict(self._db.run_in("SELECT term, doc FROM terms WHERE term IN {in}", [_plain(s) for s in stems]))

    def _worth_asking(self, terms: list[str]) -> list[str]:
        total = int(self._db.run("SELECT max(rowid) FROM blocks")[0][0] or 0)
        if total < _LARGE or len(terms) < 3:
            return terms
        counts = self._counts(terms)
        rare = [term for term in terms if counts.get(term, 0) <= _COMMON * total]
        return rare or terms


def _terms(query: str, also: Mapping[str, str]) -> list[str]:
    """Stems to search by, each once; every word of a query that has no others."""
    stems = content_stems(query) or [stem(word) for word in words(query)]
    spoken = f" {' '.join(words(query))} "
    for short, long in also.items():
        if f" {short} " in spoken:
            stems += content_stems(long)
        elif f" {long} " in spoken:
            stems.append(stem(short))
    return list(dict.fromkeys(plain for each in stems if (plain := _plain(each))))


def _one_stem(word: str) -> str:
    found = words(word)
    return stem(found[0]) if found else ""


def _plain(term: str) -> str:
    """A stem as the index's tokenizer leaves it: without accents, quotes and what it does not count as a letter."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", term) if not unicodedata.combining(c))
    return re.sub(r"[^\w./&'’-]", "", bare).strip('"')
