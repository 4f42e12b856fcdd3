"""Pages to chunks: exact slices of one page, on sentence and heading borders, within the embedder's window."""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate

from rfp_responder.domain import Chunk, Document, Heading, Page
from rfp_responder.text import content_stems, sentences, stem, words

CHUNKER_VERSION = "5"  # part of every chunk's id: another way of cutting gives other chunks

CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class ChunkSettings:
    """``max_tokens``: the embedder's window, marks and header included. ``target``: the size to pack to.

    Where the window less the header is smaller than the target, it is packed to that.
    """

    max_tokens: int = 256
    target: int = 120
    flush_at_heading: float = 0.35  # a heading begins a new chunk once this share of the target is filled


@dataclass(frozen=True, slots=True)
class _Unit:
    start: int
    end: int
    tokens: int
    heading: int | None  # index into the page's headings where the unit is one


def header(document_title: str, heading: str, columns: str = "") -> str:
    """What is embedded before a chunk's text: where it stands, in at most about 70 tokens."""
    title = document_title[:80]
    path = heading if len(heading) <= 110 else "… " + heading[-108:]
    table = f"{columns[:120]}\n" if columns else ""
    return (f"{title} > {path}\n" if path else f"{title}\n") + table


def embedded_text(chunk: Chunk) -> str:
    """What the model sees of a chunk: where it stands, then its text, a table's figures left out.

    A figure such as 1,204.5 is three to six tokens and no meaning; the words find it by the lexical index. Years
    stay: they tell one row or column from another.
    """
    lines = (_FIGURE.sub(_year_only, line) if "\t" in line else line for line in chunk.text.split("\n"))
    return header(chunk.document_title, chunk.heading, chunk.columns) + "\n".join(lines)


_FIGURE = re.compile(r"(?<=\t)[^\t\w]*\d[\d.,]*[^\t\w]*(?=\t|$)")


def _year_only(found: re.Match[str]) -> str:
    return found.group() if re.fullmatch(r"\D*(?:19|20)\d\d\D*", found.group()) else ""


def block_key(chunk: Chunk) -> str:
    """The key of what a chunk says: equal for texts that differ only in case, marks, articles and inflection.

    The heading belongs to it, and the title does where the text is short: "Supported" means something else in the
    guide of another product.
    """
    stems = [stem(word) for word in words(chunk.text) if word not in {"a", "an", "the"}]
    title = [] if len(stems) >= _TELLS_ALONE else content_stems(chunk.document_title)
    parts = (stems, content_stems(f"{chunk.heading} {chunk.columns}"), title)
    return hashlib.sha256(json.dumps(parts).encode("utf-8", "replace")).hexdigest()[:32]


_TELLS_ALONE = 40  # words


def chunk_document(document: Document, count: CountTokens, settings: ChunkSettings | None = None) -> list[Chunk]:
    """Every word of every page in exactly one chunk; a page without text gives none."""
    chosen = settings or ChunkSettings()
    path: list[Heading] = []
    found: list[Chunk] = []
    for page in document.pages:
        if not page.text.strip():
            path = _advance(path, page.headings)
            continue
        fitting = replace(chosen, target=_target(document, page, path, count, chosen))
        units = _units(page, count, fitting)
        paths = list(_paths(path, page))
        tops: dict[int, str] = {}
        starts = list(accumulate((heading.start for heading in page.headings), max))
        for group in _pack(units, fitting):
            before = paths[bisect_right(starts, group[0].start)]
            found.append(_chunk(document, page, group, _shown(before), tops))
        path = _advance(path, page.headings)
    return found


def _target(document: Document, page: Page, path: list[Heading], count: CountTokens, settings: ChunkSettings) -> int:
    """The size to pack this page to, so that no chunk with its header is longer than the window."""
    paths = dict.fromkeys(_shown(each) for each in _paths(path, page))
    widest = max(_header_tokens(count, header(document.title, shown)) for shown in paths)
    return max(1, min(settings.target, settings.max_tokens - widest))


@lru_cache(maxsize=4096)  # most pages stand under a heading that another page has counted
def _header_tokens(count: CountTokens, text: str) -> int:
    return count([text])[0]


def _units(page: Page, count: CountTokens, settings: ChunkSettings) -> list[_Unit]:
    """Sentences, rows and headings with their tokens; one longer than the target is cut between words."""
    starts = {heading.start: index for index, heading in enumerate(page.headings)}
    spans = sentences(page.text)
    tokens = [n - 2 for n in count([page.text[a:b] for a, b in spans])]  # without the model's two marks
    units: list[_Unit] = []
    for (start, end), size in zip(spans, tokens, strict=True):
        if size <= settings.target:
            units.append(_Unit(start, end, size, starts.get(start)))
        else:
            units += _cut(page.text, start, end, count, settings.target)
    return units


def _cut(text: str, start: int, end: int, count: CountTokens, target: int) -> list[_Unit]:
    """Cut a long row between cells, a long cell or sentence between words, a long word between characters."""
    cells = [(start + m.start(), start + m.end()) for m in re.finditer(r"[^\t]+", text[start:end]) if m.group().strip()]
    lengths = [n - 2 for n in count([text[a:b] for a, b in cells])]
    pieces: list[tuple[int, int]] = []
    for (a, b), length in zip(cells, lengths, strict=True):
        pieces += [(a, b)] if length <= target else _words(text, a, b, max(1, min(80, target // 2)))
    sizes = [n - 2 for n in count([text[a:b] for a, b in pieces])]
    units: list[_Unit] = []
    low, filled = pieces[0][0], 0
    last = low
    for (a, b), size in zip(pieces, sizes, strict=True):
        if filled and filled + size > target:
            units.append(_Unit(low, last, filled, None))
            low, filled = a, 0
        filled += size
        last = b
    units.append(_Unit(low, last, filled, None))
    return units


def _words(text: str, start: int, end: int, longest: int) -> list[tuple[int, int]]:
    """The words between two offsets, none longer than ``longest`` characters."""
    found = []
    for match in re.finditer(r"\S+", text[start:end]):
        low, high = start + match.start(), start + match.end()
        found += [(at, min(at + longest, high)) for at in range(low, high, longest)]
    return found


def _pack(units: Sequence[_Unit], settings: ChunkSettings) -> Iterable[list[_Unit]]:
    group: list[_Unit] = []
    filled = 0
    for unit in units:
        at_heading = unit.heading is not None and filled >= settings.flush_at_heading * settings.target
        if group and (filled + unit.tokens > settings.target or at_heading):
            carried = _trailing_headings(group)
            if len(carried) < len(group):
                yield group[: len(group) - len(carried)]
                group = carried
                filled = sum(u.tokens for u in group)
                if group and filled + unit.tokens > settings.target:
                    yield group
                    group, filled = [], 0
            else:
                yield group
                group, filled = [], 0
        group.append(unit)
        filled += unit.tokens
    if group:
        yield group


def _trailing_headings(group: Sequence[_Unit]) -> list[_Unit]:
    """Headings at the end of a group belong to what follows."""
    count = 0
    for unit in reversed(group):
        if unit.heading is None:
            break
        count += 1
    return list(group[len(group) - count :]) if count else []


def _advance(path: list[Heading], headings: Iterable[Heading]) -> list[Heading]:
    """The path of headings after these have passed: a heading closes those of its level and below."""
    current = list(path)
    for heading in headings:
        current = [h for h in current if h.level < heading.level]
        current.append(heading)
    return current


def _paths(path: list[Heading], page: Page) -> Iterator[list[Heading]]:
    """The path of headings before the page's first heading, and after each of them."""
    yield path
    for heading in page.headings:
        path = _advance(path, [heading])
        yield path


def _shown(path: Sequence[Heading]) -> str:
    return " > ".join(h.text[:100] for h in path[-3:])


def _chunk(document: Document, page: Page, group: Sequence[_Unit], heading: str, tops: dict[int, str]) -> Chunk:
    start, end = group[0].start, group[-1].end
    text = page.text[start:end]
    columns = _columns(page.text, start, tops)
    seed = f"{CHUNKER_VERSION}|{document.id}|{document.title}|{page.number}|{start}|{heading}|{columns}|{text}"
    made = Chunk(
        id=hashlib.sha256(seed.encode("utf-8", "replace")).hexdigest()[:32],
        document_id=document.id,
        document_name=document.name,
        document_title=document.title,
        page_number=page.number,
        page_label=page.label,
        heading=heading,
        start=start,
        end=end,
        text=text,
        effective=document.effective,
        columns=columns,
    )
    return replace(made, block=block_key(made))


_LONGEST_ROW = 20_000  # characters; what is longer is no row of a table


def _columns(text: str, start: int, tops: dict[int, str]) -> str:
    """What tells a table's row that begins or is cut at ``start``: the names of the columns above it, or how the row
    itself begins; empty where no table is cut there. ``tops`` keeps the first row above each place asked for."""
    near = max(0, start - _LONGEST_ROW)
    line = text.rfind("\n", near, start) + 1
    if near and not line:
        return ""
    if "\t" in text[line:start]:
        return text[line:start].strip().replace("\t", " | ")[:200]
    end = text.find("\n", start, start + _LONGEST_ROW)
    if "\t" not in text[start : end if end >= 0 else start + _LONGEST_ROW]:
        return ""
    top, begin = "", start
    while start > 0:
        if start in tops:  # a chunk before began there
            top = tops[start] or top
            break
        above = text.rfind("\n", 0, start - 1) + 1
        row = text[above : start - 1]
        if "\t" not in row:
            break
        top, start = row, above
    tops[begin] = top
    cells = [cell.strip() for cell in top.split("\t")]
    names = [cell for cell in cells if re.search(r"[^\W\d_]{2}|^(?:19|20)\d\d$", cell)]
    return " | ".join(cells)[:200] if len(names) >= 2 and len(names) >= len(cells) - 1 else ""
