"""What a model gets to read: passages within a budget of tokens, fenced, best first and second best last.

A model heeds the beginning and the end of its input more than the middle (Liu et al., TACL 2024, "Lost in the
Middle", arXiv 2307.03172): of six passages the order is 1, 3, 5, 6, 4, 2.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rfp_responder.answer.keys import make_keys
from rfp_responder.domain import Passage, Place
from rfp_responder.text import fold, sentences

_LETTERS_A_TOKEN = 3.5  # of English prose with names and numbers; a stated estimate, on the safe side of 4
_MOST_PLACES = 4
_LINE = 200  # characters of a title, a heading or a file's name


def estimated_tokens(text: str) -> int:
    """Tokens of a text where no tokenizer is at hand: one for each 3.5 characters."""
    return round(len(text) / _LETTERS_A_TOKEN + 0.5)


def _unknown_secret() -> bytes:
    return secrets.token_bytes(32)


@dataclass(frozen=True, slots=True)
class Packing:
    """How passages are shown: at most ``passages`` of them in at most ``tokens`` tokens, as ``count`` counts them.

    ``secret`` makes the keys (``answer.keys``); without one it is new in each process.
    """

    tokens: int = 3000
    passages: int = 8
    count: Callable[[str], int] = estimated_tokens
    secret: bytes = field(default_factory=_unknown_secret, repr=False)


@dataclass(frozen=True, slots=True)
class Context:
    """``text`` is what the model reads; ``named`` tells the rank of the passage behind each name it may use.

    A name is a key, or where ``numbered`` a passage's rank in digits. ``mark`` is a key that names nothing: it fences
    the question. ``left_out`` are ranks that found no room, ``cut`` the rank of the one passage that was cut to fit.
    """

    text: str
    named: Mapping[str, int]
    mark: str
    left_out: tuple[int, ...] = ()
    cut: int = 0


def pack(question: str, passages: Sequence[Passage], packing: Packing, *, numbered: bool = False) -> Context:
    """The passages that fit, by rank, each in its fence; one that is too long makes room for a shorter one behind it.

    At least one is shown: where none fits whole, the first is cut behind a sentence.
    """
    merged = without_repeats(passages)[: packing.passages]
    bodies = [_body(passage) for passage in merged]
    *keys, mark = make_keys(packing.secret, question, [*map(_identity, merged, bodies), ""])
    blocks: dict[int, str] = {}
    left = packing.tokens
    for passage, body, key in zip(merged, bodies, keys, strict=True):
        block = _fenced(passage, body, key, mark if numbered else "")
        cost = packing.count(block)
        if cost <= left:
            blocks[passage.rank] = block
            left -= cost
    cut = 0
    if merged and not blocks:
        first, body, cut = merged[0], bodies[0], merged[0].rank
        room = packing.tokens - packing.count(_fenced(first, "", keys[0], mark if numbered else ""))
        body = _cut(body, room, packing.count)
        blocks[cut] = _fenced(first, body, keys[0], mark if numbered else "")
    shown = [rank for rank in (p.rank for p in merged) if rank in blocks]
    named = {str(p.rank) if numbered else key: p.rank for p, key in zip(merged, keys, strict=True) if p.rank in blocks}
    return Context(
        text="\n\n".join(blocks[rank] for rank in best_at_the_ends(shown)),
        named=named,
        mark=mark,
        left_out=tuple(p.rank for p in merged if p.rank not in blocks),
        cut=cut,
    )


def best_at_the_ends(ranks: Sequence[int]) -> list[int]:
    """The best first, the second best last, the weakest in the middle: 1, 3, 5, 6, 4, 2."""
    return [*ranks[0::2], *reversed(ranks[1::2])]


def without_repeats(passages: Sequence[Passage]) -> list[Passage]:
    """The passages without those whose text stands in an earlier one, whose places the earlier one then names, too.

    Retrieval merges what nearly says the same; what is left comes from the parts of a question, each retrieved apart.
    """
    kept: list[Passage] = []
    said: list[str] = []
    for passage in passages:
        text = fold(passage.chunk.text)
        place = next((n for n, other in enumerate(said) if text in other), None)
        if place is None:
            kept.append(passage)
            said.append(text)
            continue
        first = kept[place]
        here = Place(passage.chunk.document_name, passage.chunk.page_number)
        own = Place(first.chunk.document_name, first.chunk.page_number)
        more = [p for p in (here, *passage.also_in) if p != own and p not in first.also_in]
        kept[place] = replace(first, also_in=(*first.also_in, *dict.fromkeys(more)))
    return kept


def _identity(passage: Passage, body: str) -> str:
    """Everything of a passage that a model will see, and whose it is."""
    chunk = passage.chunk
    places = " ".join(place.document_name for place in passage.also_in)
    return "\n".join([chunk.id, chunk.document_name, chunk.document_title, chunk.heading, places, chunk.columns, body])


def _body(passage: Passage) -> str:
    """The passage's text with the sentences that its borders cut made whole from the page around it."""
    chunk = passage.chunk
    text = passage.before + chunk.text + passage.after
    low, high = len(passage.before), len(passage.before) + len(chunk.text)
    start, end = low, high
    for left, right in sentences(text):
        if left < low < right:
            start = left if left else low  # what begins before the page's piece is cut all the same
        if left < high < right:
            end = right
    return text[start:end].encode("utf-8", "replace").decode("utf-8")


def _fenced(passage: Passage, body: str, key: str, mark: str) -> str:
    """One passage between its marks, where it stands above its text; ``mark`` is given where numbers name passages."""
    chunk = passage.chunk
    where = f"{_line(chunk.document_name)}, page {chunk.page_number}"
    if chunk.effective:
        where += f", effective {chunk.effective.isoformat()}"
    lines = [f"Document: {title} ({where})" if (title := _line(chunk.document_title)) else f"Document: {where}"]
    if chunk.heading.strip():
        lines.append(f"Heading: {_line(chunk.heading)}")
    if passage.also_in:
        places = [f"{_line(p.document_name)} p. {p.page_number}" for p in passage.also_in[:_MOST_PLACES]]
        more = len(passage.also_in) - len(places)
        lines.append(f"Also on: {', '.join(places)}{f' and {more} more' if more > 0 else ''}")
    if chunk.columns:
        lines.append(f"Columns: {_line(chunk.columns)}")
    name = f"passage-{mark}" if mark else "passage"
    opening, closing = (f"{name} number={passage.rank}", name) if mark else (f"{name} {key}", f"{name} {key}")
    return "\n".join([f"<{opening}>", *lines, "Text:", body, f"</{closing}>"])


def _line(text: str) -> str:
    """A title, a heading or a name in one bounded line."""
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())[:_LINE]


def _cut(body: str, room: int, count: Callable[[str], int]) -> str:
    """The beginning of a text that has at most ``room`` tokens: whole sentences, else whole words, else letters."""
    ends = [right for _, right in sentences(body)]
    if ends and count(body[: ends[0]]) <= room:
        return body[: _most(ends, lambda end: count(body[:end]) <= room)]
    blanks = [place for place, letter in enumerate(body) if letter.isspace()]
    if blanks and count(body[: blanks[0]]) <= room:
        return body[: _most(blanks, lambda end: count(body[:end]) <= room)]
    return body[: max(1, room)]


def _most(places: Sequence[int], fits: Callable[[int], bool]) -> int:
    """The last place that fits; the first one does."""
    low, high = 0, len(places) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if fits(places[middle]):
            low = middle
        else:
            high = middle - 1
    return places[low]
