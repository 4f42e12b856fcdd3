"""Pages to chunks: exact slices of one page, on sentence and heading borders, within the embedder's window."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from rfp_responder.domain import Chunk, Document, Heading, Page
from rfp_responder.text import sentences

CHUNKER_VERSION = "3"  # part of every chunk's id: another way of cutting gives other chunks

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


def header(document_title: str, heading: str) -> str:
    """What is embedded before a chunk's text: where it stands, in at most about 50 tokens."""
    title = document_title[:80]
    path = heading if len(heading) <= 110 else "… " + heading[-108:]
    return f"{title} > {path}\n" if path else f"{title}\n"


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
        for group in _pack(units, fitting):
            before = _path_at(path, page, group[0])
            found.append(_chunk(document, page, group, before))
        path = _advance(path, page.headings)
    return found


def _target(
    document: Document, page: Page, path: Sequence[Heading], count: CountTokens, settings: ChunkSettings
) -> int:
    """The size to pack this page to, so that no chunk with its header is longer than the window."""
    paths = [_shown(_advance(list(path), page.headings[:n])) for n in range(len(page.headings) + 1)]
    widest = max(count([header(document.title, shown) for shown in dict.fromkeys(paths)]))
    return max(1, min(settings.target, settings.max_tokens - widest))


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
    """Cut a long sentence between words, a word of more than the target between characters."""
    words: list[tuple[int, int]] = []
    for match in re.finditer(r"\S+", text[start:end]):
        low, high = start + match.start(), start + match.end()
        step = max(1, min(80, target // 2))
        words += [(at, min(at + step, high)) for at in range(low, high, step)]
    sizes = [n - 2 for n in count([text[a:b] for a, b in words])]
    units: list[_Unit] = []
    low, filled = words[0][0], 0
    last = low
    for (a, b), size in zip(words, sizes, strict=True):
        if filled and filled + size > target:
            units.append(_Unit(low, last, filled, None))
            low, filled = a, 0
        filled += size
        last = b
    units.append(_Unit(low, last, filled, None))
    return units


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


def _path_at(path: list[Heading], page: Page, first: _Unit) -> str:
    passed = [h for h in page.headings if h.start <= first.start]
    return _shown(_advance(path, passed))


def _shown(path: Sequence[Heading]) -> str:
    return " > ".join(h.text[:100] for h in path[-3:])


def _chunk(document: Document, page: Page, group: Sequence[_Unit], heading: str) -> Chunk:
    start, end = group[0].start, group[-1].end
    text = page.text[start:end]
    seed = f"{CHUNKER_VERSION}|{document.id}|{document.digest}|{document.title}|{page.number}|{start}|{heading}|{text}"
    return Chunk(
        id=hashlib.sha256(seed.encode()).hexdigest()[:32],
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
    )
