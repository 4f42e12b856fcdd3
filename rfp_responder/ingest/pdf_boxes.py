"""From a span of a page's clean text to rectangles on that page: what a viewer highlights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2.raw as api

from rfp_responder.domain import Page
from rfp_responder.ingest.pdf_lines import open_pdfium, units_before


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page in points, origin at the bottom left."""

    left: float
    bottom: float
    right: float
    top: float


def boxes(path: Path, page_number: int, spans: Sequence[tuple[int, int]], passwords: tuple[str, ...] = ()) -> list[Box]:
    """Boxes of raw-text spans on a one-based page, a box a line; spans as ``Page.origin`` gives them."""
    with open_pdfium(path, passwords) as document:
        textpage = document[page_number - 1].get_textpage()
        text = textpage.get_text_range()
        found: list[Box] = []
        for start, end in spans:
            first = api.FPDFText_GetCharIndexFromTextIndex(textpage, units_before(text, start))
            last = api.FPDFText_GetCharIndexFromTextIndex(textpage, units_before(text, end) - 1)
            if first < 0 or last < first:
                continue
            count = textpage.count_rects(first, last - first + 1)
            found += [Box(*textpage.get_rect(index)) for index in range(count)]
        return found


def raw_spans(page: Page, start: int, end: int) -> list[tuple[int, int]]:
    """The raw-text spans behind ``page.text[start:end]``."""
    spans = []
    for clean_start, raw_start, length in page.origin:
        low, high = max(start, clean_start), min(end, clean_start + length)
        if low < high:
            spans.append((raw_start + low - clean_start, raw_start + high - clean_start))
    return spans
