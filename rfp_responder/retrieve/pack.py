"""What goes into the top k: no text twice, no table of contents, the newer of two editions first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from rfp_responder.domain import Chunk, Passage, Place
from rfp_responder.text import NEGATIONS, QUALIFIERS, content_stems, words

_OLDER = 0.8  # factor on the score of a passage from an edition that a newer one replaces
_PRINTED_PAGE = 3_000  # characters
_ALIKE = 0.8  # share of word pairs from which on two passages say the same
_CONTENTS = 0.5  # factor on the score of a table of contents: it names every topic and answers none
_CONTENTS_HEADING = re.compile(r"(?:^|> )(?:table of )?contents$|(?:^|> )index$", re.I)


def pack(query: str, passages: Sequence[Passage], top_k: int) -> list[Passage]:
    """At most ``top_k`` passages ranked from 1, from all that were found, best first."""
    weighed = prefer_newer_editions(query, [_lowered(passage) for passage in passages])
    ordered = sorted(weighed, key=lambda p: -p.score)
    best = without_replaced(query, without_repeats(ordered, 2 * top_k), top_k)
    if len(best) < top_k:
        best += _of_the_same_pages(query, ordered, best)[: top_k - len(best)]
    return [replace(passage, rank=rank) for rank, passage in enumerate(best, 1)]


def _of_the_same_pages(query: str, ordered: Sequence[Passage], best: Sequence[Passage]) -> list[Passage]:
    """What stands on a page that is there already: where fewer pages are found than were asked for, it has room.

    A knowledge base of a few short files has more to tell than one passage of each.
    """
    there = {passage.chunk.id for passage in best}
    told = [_shingles(passage.chunk.text) for passage in best]
    more = []
    for passage in without_replaced(query, ordered, len(ordered)):
        said = _shingles(passage.chunk.text)
        if passage.chunk.id not in there and not any(_alike(said, other) for other in told):
            more.append(passage)
            told.append(said)
    return more


def shown_chunk(query: str, said: Sequence[Chunk], prior: Mapping[str, float]) -> Chunk:
    """Which of the chunks that say the same is shown: one that the question names, else the newest."""
    return max(said, key=lambda c: (_names_year(query, c), prior.get(c.document_name, 0.0), c.effective or date.min))


def also_in(chunk: Chunk, said: Sequence[Chunk]) -> tuple[Place, ...]:
    """The other pages that say what a chunk says."""
    here = Place(chunk.document_name, chunk.page_number)
    return tuple(dict.fromkeys(place for c in said if (place := Place(c.document_name, c.page_number)) != here))


def without_repeats(ordered: Sequence[Passage], count: int) -> list[Passage]:
    """The first ``count`` passages, best first, each of another page, of which none nearly says what an earlier one
    says; those that do are named among its places.

    Three passages of one page leave no room for the two other pages on which the answer may stand.
    """
    kept: list[tuple[Passage, frozenset[str], frozenset[str]]] = []
    for passage in ordered:
        if len(kept) >= count:
            break
        if any(_same_page(passage.chunk, other.chunk) for other, _, _ in kept):
            continue
        said, exact = _shingles(passage.chunk.text), _exact_parts(passage.chunk.text)
        for place, (other, other_said, other_exact) in enumerate(kept):
            if exact == other_exact and _alike(said, other_said):
                here = Place(passage.chunk.document_name, passage.chunk.page_number)
                more = tuple(p for p in (here, *passage.also_in) if p not in other.also_in)
                kept[place] = (replace(other, also_in=(*other.also_in, *more)), other_said, other_exact)
                break
        else:
            kept.append((passage, said, exact))
    return [passage for passage, _, _ in kept]


def _same_page(one: Chunk, other: Chunk) -> bool:
    """Whether two chunks stand on one printed page; a file without pages is one long page, and has many in it."""
    same = (one.document_id, one.page_number) == (other.document_id, other.page_number)
    return same and abs(one.start - other.start) < _PRINTED_PAGE


def _shingles(text: str) -> frozenset[str]:
    stems = content_stems(text)
    return frozenset(" ".join(stems[n : n + 2]) for n in range(max(1, len(stems) - 1)))


def _exact_parts(text: str) -> frozenset[str]:
    """Numbers, negations and qualifiers: texts that differ in one of these do not say the same."""
    small = NEGATIONS | QUALIFIERS
    return frozenset(word for word in words(text) if word in small or any(c.isdigit() for c in word))


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Jaccard similarity of word pairs (Broder, 1997, "On the resemblance and containment of documents")."""
    return len(one & other) >= _ALIKE * len(one | other)


def _lowered(passage: Passage) -> Passage:
    return replace(passage, score=passage.score * _CONTENTS) if _is_contents(passage) else passage


def _is_contents(passage: Passage) -> bool:
    if _CONTENTS_HEADING.search(passage.chunk.heading):
        return True
    lines = passage.chunk.text.split("\n")
    return len(lines) >= 6 and sum(bool(re.search(r"\s\d{1,3}$", line)) for line in lines) >= 0.8 * len(lines)


@lru_cache(maxsize=4096)  # asked for every candidate, several times a question
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
    kept = [p for p in best if not is_older(p, latest) or _asked_for(query, p)][:top_k]
    gone = [p for p in best if is_older(p, latest) and not _asked_for(query, p)]
    return [replace(p, replaced=_replaced_by(p, gone)) for p in kept]


def _replaced_by(passage: Passage, gone: Sequence[Passage]) -> tuple[Chunk, ...]:
    """The chunks of older editions of the passage's document among those left out."""
    mine, effective = family(passage.chunk.document_title), passage.chunk.effective
    older = [p.chunk for p in gone if family(p.chunk.document_title) == mine]
    return tuple(chunk for chunk in older if effective and chunk.effective and chunk.effective < effective)


def is_older(passage: Passage, latest: dict[str, date]) -> bool:
    """Whether a newer edition of the passage's document is among those that ``latest`` was made from."""
    effective = passage.chunk.effective
    return effective is not None and effective < latest.get(family(passage.chunk.document_title), effective)


def _asked_for(query: str, passage: Passage) -> bool:
    return _names_year(query, passage.chunk)


def _names_year(query: str, chunk: Chunk) -> bool:
    """Whether the query names a year of the chunk's edition."""
    years = set(re.findall(r"\b(?:19|20)\d\d\b", f"{chunk.document_title} {chunk.document_name}"))
    if chunk.effective:
        years.add(str(chunk.effective.year))
    return bool(years & set(re.findall(r"\b(?:19|20)\d\d\b", query)))
