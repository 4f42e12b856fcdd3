"""What pages repeat: running heads, running feet, page numbers, notes in the margin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rfp_responder.ingest.lines import Line, RawPage

_ANYWHERE = "\0"  # marks the key of a line that is furniture wherever it stands
_MARGIN = 0.12  # running heads and feet stand in the outer 12 % of a page's height
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
    keys = {text, re.sub(rf"(?<!\w){re.escape(page.label.casefold())}$", "#", text)}
    for number in re.finditer(r"\d{1,5}", text):
        keys.add(f"{text[: number.start()]}#{int(number.group()) - page.number:+d}{text[number.end() :]}")
    return keys


def furniture_of(pages: Sequence[RawPage]) -> frozenset[str]:
    """Keys of the lines that pages repeat.

    They stand in the margin of a fifth of the pages, of at least three (two of a short document), or they are whole
    lines on half of the pages wherever they stand: a rotated note beside the text is read in any order.
    """
    seen = Counter(key for page in pages for key in {k for line in _margin_lines(page) for k in _keys(page, line)})
    enough = max(3 if len(pages) > 4 else 2, len(pages) * 0.2)
    anywhere = Counter(text for page in pages for text in {line.text for line in page.lines if len(line.text) > 20})
    return frozenset(
        {key for key, count in seen.items() if count >= enough}
        | {_ANYWHERE + text for text, count in anywhere.items() if count >= max(4, len(pages) * 0.5)}
    )


def is_furniture(page: RawPage, line: Line, furniture: frozenset[str]) -> bool:
    """Whether the line repeats over pages, or is a page number."""
    if _ANYWHERE + line.text in furniture:
        return True
    return not furniture.isdisjoint(_keys(page, line)) and line in _margin_lines(page)
