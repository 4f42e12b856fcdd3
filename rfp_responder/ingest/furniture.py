"""What pages repeat: running heads, running feet, page numbers, notes in the margin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from rfp_responder.ingest.lines import Line, RawPage

_MARGIN = 0.12  # running heads and feet stand in the outer 12 % of a page's height
_CHAPTER = re.compile(
    r"(?:chapter|section|part|appendix|annex|article|schedule|exhibit|module|unit|lesson|step|phase|policy|control)"
    r"\s+(?:\d{1,3}|[IVXLC]{1,6})\b",
    re.I,
)
_PROSE_END = re.compile(r"[a-z)\]][.!?][”\"’)]*$")
_PAGE_NUMBER = re.compile(r"^(?:page\s*)?[-–]?\s*(?:\d{1,4}|[ivxlc]{1,7})\s*[-–]?(?:\s*(?:of|/)\s*\d{1,4})?$", re.I)


def _margin_lines(page: RawPage) -> list[Line]:
    """Lines in the margins, and the first and last two as read (a rotated margin note stands anywhere)."""
    ends = [*page.lines[:2], *page.lines[2:][-2:]]
    low, high = page.height * _MARGIN, page.height * (1 - _MARGIN)
    inner = page.lines[2:-2] if page.height else ()
    return ends + [line for line in inner if line.size and (line.top <= low or line.bottom >= high)]


def _keys(page: RawPage, line: Line) -> set[str]:
    """What a line would have in common with its like on other pages: its text, one number of it as a page number.

    A number counts as a page number by its distance from the page's place, or as the page's label. Lines that
    differ in another number ("Plan B costs 400 EUR", "Plan B costs 500 EUR") have nothing in common: they are content.
    """
    text = line.text.casefold().strip()
    if _PAGE_NUMBER.match(text):
        return {"#"}
    keys = {text}
    label = page.label.casefold()
    if label and text.endswith(label) and not text[: -len(label)][-1:].isalnum():
        keys.add(f"{text[: -len(label)]}#")
    for number in re.finditer(r"\d{1,5}", text):
        keys.add(f"{text[: number.start()]}#{int(number.group()) - page.number:+d}{text[number.end() :]}")
    return keys


class Furniture:
    """What a document's pages repeat.

    Furniture stands in the margin of a fifth of the pages, of at least three (two of a short document), or it is whole
    lines on half of the pages wherever they stand: a rotated note beside the text is read in any order.
    Prose that is set like the body is none, however often it comes back, nor is a great "Chapter 2" on page 2.
    """

    def __init__(self, pages: Sequence[RawPage]) -> None:
        sizes: Counter[float] = Counter()
        for page in pages:
            for line in page.lines:
                sizes[round(line.size, 1)] += len(line.text)
        self._body = sizes.most_common(1)[0][0] if sizes else 0.0
        seen = Counter(key for page in pages for key in {k for line in self._margin(page) for k in _keys(page, line)})
        enough = max(3 if len(pages) > 4 else 2, len(pages) * 0.2)
        anywhere = Counter(text for page in pages for text in {line.text for line in page.lines if len(line.text) > 20})
        half = max(4, len(pages) * 0.5)
        self._keys = frozenset(key for key, count in seen.items() if count >= enough)
        self._anywhere = frozenset(text for text, count in anywhere.items() if count >= half)

    def without(self, page: RawPage) -> RawPage:
        """The page without blank lines, page numbers and lines that repeat over pages."""
        out = {id(line) for line in self._margin(page) if not self._keys.isdisjoint(_keys(page, line))}
        kept = tuple(line for line in page.lines if line.text.strip() and id(line) not in out and not self._any(line))
        return page if len(kept) == len(page.lines) else replace(page, lines=kept)

    def _any(self, line: Line) -> bool:
        return line.text in self._anywhere and not self._is_content(line)

    def _margin(self, page: RawPage) -> list[Line]:
        return [line for line in _margin_lines(page) if not self._is_content(line)]

    def _is_content(self, line: Line) -> bool:
        """Prose in the body's size, and the numbered heading of a chapter, whose number may count with the pages."""
        text = line.text.strip()
        if line.size >= self._body * 1.12 and _CHAPTER.match(text):
            return True
        if line.size < self._body * 0.95 or len(text) < 40:
            return False
        return len(text) > 100 or bool(_PROSE_END.search(text))
