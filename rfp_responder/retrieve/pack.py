"""What goes into the top k: no text twice, no table of contents, the newer of two editions first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from rfp_responder.domain import Passage
from rfp_responder.text import fold

_OLDER = 0.8  # factor on the score of a passage from an edition that a newer one replaces
_CONTENTS = 0.5  # factor on the score of a table of contents: it names every topic and answers none
_CONTENTS_HEADING = re.compile(r"(?:^|> )(?:table of )?contents$|(?:^|> )index$", re.I)


def dedupe(passages: Sequence[Passage]) -> list[Passage]:
    """Each text once (the best scored), tables of contents moved down."""
    seen: set[str] = set()
    kept = []
    for passage in passages:
        key = fold(passage.chunk.text).casefold()
        if key in seen:
            continue
        seen.add(key)
        if _is_contents(passage):
            passage = replace(passage, score=passage.score * _CONTENTS)
        kept.append(passage)
    return kept


def _is_contents(passage: Passage) -> bool:
    if _CONTENTS_HEADING.search(passage.chunk.heading):
        return True
    lines = passage.chunk.text.split("\n")
    return len(lines) >= 6 and sum(bool(re.search(r"\s\d{1,3}$", line)) for line in lines) >= 0.8 * len(lines)


def family(title: str) -> str:
    """A document's title without what tells its editions apart (years, versions, periods)."""
    bare = re.sub(r"\b(?:19|20)\d\d(?:[-./]\d{1,2}){0,2}\b|\bv?\d+(?:\.\d+)*\b", " ", title.casefold())
    bare = re.sub(r"\b(?:edition|version|period|january|february|march|april|may|june|july|august|september|"
                  r"october|november|december|to)\b", " ", bare)  # fmt: skip
    return " ".join(re.findall(r"[^\W_]+", bare))


def newest(passages: Sequence[Passage]) -> dict[str, date]:
    """The newest effective date of each family of documents among the passages."""
    found: dict[str, date] = {}
    for passage in passages:
        chunk = passage.chunk
        if chunk.effective and chunk.effective > found.get(family(chunk.document_title), date.min):
            found[family(chunk.document_title)] = chunk.effective
    return found


def prefer_newer_editions(query: str, passages: Sequence[Passage]) -> list[Passage]:
    """Lower the score of passages from an edition that a newer one replaces, unless the query names its year."""
    latest = newest(passages)
    return [
        replace(p, score=p.score * _OLDER) if is_older(p, latest) and not _asked_for(query, p) else p for p in passages
    ]


def without_replaced(query: str, best: Sequence[Passage], top_k: int) -> list[Passage]:
    """At most ``top_k`` of the passages, none from an edition whose newer one is as near to the question.

    ``best`` is sorted, best first; the newer edition counts where it is among the first ``2 * top_k``.
    """
    latest = newest(best[: 2 * top_k])
    return [p for p in best if not is_older(p, latest) or _asked_for(query, p)][:top_k]


def is_older(passage: Passage, latest: dict[str, date]) -> bool:
    """Whether a newer edition of the passage's document is among those that ``latest`` was made from."""
    effective = passage.chunk.effective
    return effective is not None and effective < latest.get(family(passage.chunk.document_title), effective)


def _asked_for(query: str, passage: Passage) -> bool:
    """Whether the query names a year of the passage's edition."""
    chunk = passage.chunk
    years = set(re.findall(r"\b(?:19|20)\d\d\b", f"{chunk.document_title} {chunk.document_name}"))
    if chunk.effective:
        years.add(str(chunk.effective.year))
    return bool(years & set(re.findall(r"\b(?:19|20)\d\d\b", query)))
