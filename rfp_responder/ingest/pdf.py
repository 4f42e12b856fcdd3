"""PDF in: page text and boxes by pypdfium2; structure and the second opinion by pypdf.

pypdfium2 (PDFium) reads about twenty times faster than pypdf and gives each character's box, so one character
stream serves text, offsets and highlights. pypdf tells page labels, metadata and encryption, and is asked for
the text where PDFium cannot open a file or where a page comes out empty or garbled.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rfp_responder.domain import Page
from rfp_responder.errors import DocumentError
from rfp_responder.ingest.content import Content
from rfp_responder.ingest.layout import clean
from rfp_responder.ingest.lines import HYPHEN_MARK, Line, RawPage

MAX_PAGES = 10_000
_GUTTER = 1.15  # a blank wider than this many ems separates cells, not words
_LINE = re.compile(f"[^\r\n{HYPHEN_MARK}]+{HYPHEN_MARK}?|{HYPHEN_MARK}")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page in points, origin at the bottom left."""

    left: float
    bottom: float
    right: float
    top: float


def read_pdf(path: Path) -> Content:
    """Read a PDF; raises DocumentError when neither engine can, or when a password is needed."""
    structure = _structure(path)
    notes = list(structure.notes)
    raw = _pages_by_pdfium(path)
    if raw is None:
        raw = _pages_by_pypdf(path)
        notes.append("read by pypdf: PDFium could not open the file")
    else:
        raw = _second_opinion(path, raw, notes)
    if structure.labels and len(structure.labels) == len(raw):
        raw = [RawPage(p.number, label, p.lines, p.height) for p, label in zip(raw, structure.labels, strict=True)]
    pages = clean(raw)
    blank = [page.number for page in pages if not page.text.strip()]
    if blank:
        notes.append(_blank_note(blank, len(pages)))
    return Content(tuple(pages), structure.title, tuple(notes))


def _blank_note(blank: Sequence[int], total: int) -> str:
    which = "every page" if len(blank) == total else "page " + ", ".join(map(str, blank[:12]))
    more = "" if len(blank) <= 12 or len(blank) == total else f" and {len(blank) - 12} more"
    return f"no text on {which}{more} (a scan, a picture or blank): nothing of it can be found or cited"


def boxes(path: Path, page_number: int, spans: Sequence[tuple[int, int]]) -> list[Box]:
    """Boxes of raw-text spans on a one-based page, a box a line; spans as ``Page.origin`` gives them."""
    import pypdfium2
    from pypdfium2 import raw

    with pypdfium2.PdfDocument(path) as document:
        textpage = document[page_number - 1].get_textpage()
        found: list[Box] = []
        for start, end in spans:
            first = raw.FPDFText_GetCharIndexFromTextIndex(textpage, start)
            last = raw.FPDFText_GetCharIndexFromTextIndex(textpage, end - 1)
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


# -- pypdf: structure ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Structure:
    labels: tuple[str, ...]
    title: str
    notes: tuple[str, ...]


class _Counter(logging.Handler):
    """Counts pypdf's warnings: real PDFs raise them by the thousand, and a user can do nothing about them."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


def _quiet_pypdf() -> _Counter:
    counter = _Counter()
    logger = logging.getLogger("pypdf")
    logger.handlers = [counter]
    logger.propagate = False
    return counter


def _open_pypdf(path: Path) -> Any:
    import pypdf
    from pypdf.errors import FileNotDecryptedError

    try:
        reader = pypdf.PdfReader(path, strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise DocumentError(
                f"{path.name}: needs a password (it is encrypted, and the empty password does not open it)",
                "Save a copy without a password and ingest that",
            )
        len(reader.pages)
    except DocumentError:
        raise
    except FileNotDecryptedError as error:
        raise DocumentError(f"{path.name}: needs a password", "Save a copy without a password") from error
    except Exception as error:  # pypdf raises many kinds on damaged files; each means the same here
        raise _Unreadable(str(error)) from error
    return reader


class _Unreadable(Exception):
    """pypdf cannot open the file; PDFium may."""


def _structure(path: Path) -> _Structure:
    counter = _quiet_pypdf()
    labels: tuple[str, ...] = ()
    title = ""
    try:
        reader = _open_pypdf(path)
        labels = tuple(str(label) for label in reader.page_labels)
        title = str((reader.metadata or {}).get("/Title") or "")
    except (_Unreadable, DocumentError):
        pass  # PDFium decides; when it cannot open the file either, the fault is told there
    except Exception as error:  # a damaged label tree or metadata is no reason to lose the pages
        return _Structure(labels, title, (f"structure could not be read in full ({type(error).__name__})",))
    notes = (f"{counter.count} warnings of the PDF reader",) if counter.count else ()
    return _Structure(labels, title, notes)


# -- PDFium: text and boxes ---------------------------------------------------------------------------------


def _pages_by_pdfium(path: Path) -> list[RawPage] | None:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            _open_pypdf_or_raise(path)
        return None
    with document:
        total = len(document)
        if total > MAX_PAGES:
            raise DocumentError(f"{path.name}: has {total} pages, at most {MAX_PAGES} are read", "Split it into parts")
        return [_pdfium_page(document, index) for index in range(total)]


def _open_pypdf_or_raise(path: Path) -> None:
    try:
        _open_pypdf(path)
    except _Unreadable:
        return


def _pdfium_page(document: Any, index: int) -> RawPage:
    import pypdfium2

    label = str(index + 1)
    try:
        label = document.get_page_label(index) or label
        page = document[index]
        textpage = page.get_textpage()
        raw = textpage.get_text_range()
        lines = tuple(_lines(textpage, raw))
        return RawPage(index + 1, label, lines, page.get_height())
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return RawPage(index + 1, label, ())


def _lines(textpage: Any, raw: str) -> list[Line]:
    import pypdfium2.raw as api

    wide = any(ord(character) > 0xFFFF for character in raw)
    matrix = api.FS_MATRIX()
    found = []
    for match in _LINE.finditer(raw):
        text = match.group()
        stripped = text.strip()
        if not stripped:
            continue
        start = match.start() + text.index(stripped[0])
        # PDFium counts UTF-16 units; astral characters before this line shift its index.
        shift = sum(1 for c in raw[:start] if ord(c) > 0xFFFF) if wide else 0
        first = api.FPDFText_GetCharIndexFromTextIndex(textpage, start + shift)
        last_text = stripped.rstrip(HYPHEN_MARK).rstrip() or stripped
        last = api.FPDFText_GetCharIndexFromTextIndex(textpage, start + shift + len(last_text) - 1)
        if first < 0 or last < 0:
            found.append(Line(start, stripped))
            continue
        left, bottom, _, top = textpage.get_charbox(first, loose=True)
        right = textpage.get_charbox(last, loose=True)[2]
        weight = min(api.FPDFText_GetFontWeight(textpage, place) for place in (first, last))
        size = _size(textpage, last, matrix) or top - bottom
        gaps, cell_left = ((), left) if wide else _gaps(textpage, stripped, start, size)
        raised = () if wide else _raised(textpage, stripped, start, size)
        box = (left, bottom, max(right, left), top)
        found.append(Line(start, stripped, *box, size, weight, gaps, cell_left or left, raised))
    return found


def _size(textpage: Any, place: int, matrix: Any) -> float:
    """The size in points at which a character is set: the font's size, scaled as the page scales it."""
    import ctypes
    import math

    import pypdfium2.raw as api

    if not api.FPDFText_GetMatrix(textpage, place, ctypes.byref(matrix)):
        return 0.0
    return float(api.FPDFText_GetFontSize(textpage, place)) * math.hypot(matrix.b, matrix.d)


def _gaps(textpage: Any, text: str, start: int, size: float) -> tuple[tuple[int, ...], float]:
    """Offsets in ``text`` of blanks wide enough to be a table's gutter, and where the last cell begins (0: none).

    A justified line in a narrow column has wide blanks throughout; those part words, not cells.
    """
    import pypdfium2.raw as api

    found: list[tuple[int, float]] = []
    widths: list[float] = []
    for match in re.finditer(r"\s+", text):
        if match.end() >= len(text):
            continue
        before = api.FPDFText_GetCharIndexFromTextIndex(textpage, start + match.start() - 1)
        after = api.FPDFText_GetCharIndexFromTextIndex(textpage, start + match.end())
        if before < 0 or after < 0:
            continue
        left = textpage.get_charbox(after)[0]
        widths.append(left - textpage.get_charbox(before)[2])
        if widths[-1] > _GUTTER * size and text[match.start() - 1] not in "•▪–-.…":
            found.append((match.start(), left))
    prose = sum(c.isalpha() for c in text) > 0.6 * len(text)
    if prose and len(widths) >= 3 and min(widths) > 0.55 * max(widths):
        return (), 0.0
    return tuple(place for place, _ in found), found[-1][1] if found else 0.0


_MARK = re.compile(r"(?<=[A-Za-z.,;:)”\"’])\d{1,2}(?![\w%])(?!\.\d)")


def _raised(textpage: Any, text: str, start: int, size: float) -> tuple[int, ...]:
    """Offsets in ``text`` of digits that stand higher than the character before them: footnote marks."""
    import pypdfium2.raw as api

    found: list[int] = []
    for match in _MARK.finditer(text):
        before = api.FPDFText_GetCharIndexFromTextIndex(textpage, start + match.start() - 1)
        mark = api.FPDFText_GetCharIndexFromTextIndex(textpage, start + match.start())
        if min(before, mark) < 0:
            continue
        # a descender reaches a fifth of the size below the line, a raised digit begins a third above it
        if textpage.get_charbox(mark)[1] > textpage.get_charbox(before)[1] + 0.28 * size:
            found += range(match.start(), match.end())
    return tuple(found)


# -- pypdf: text as second opinion --------------------------------------------------------------------------


def _pages_by_pypdf(path: Path) -> list[RawPage]:
    try:
        reader = _open_pypdf(path)
    except _Unreadable as error:
        raise DocumentError(
            f"{path.name}: is damaged or no PDF ({' '.join(str(error).split())[:80] or 'no page tree'})",
            "Open it in a viewer and save it anew, or leave it out",
        ) from error
    total = len(reader.pages)
    if total > MAX_PAGES:
        raise DocumentError(f"{path.name}: has {total} pages, at most {MAX_PAGES} are read", "Split it into parts")
    if not total:
        raise DocumentError(f"{path.name}: has no pages", "Leave it out, or save it anew from its source")
    return [RawPage(i + 1, str(i + 1), _pypdf_lines(reader, i)) for i in range(total)]


def _pypdf_lines(reader: Any, index: int) -> tuple[Line, ...]:
    try:
        text = reader.pages[index].extract_text() or ""
    except Exception:  # any fault on one page leaves that page empty, which is said in the notes
        return ()
    return tuple(Line(m.start(), m.group()) for m in re.finditer(r"[^\r\n]+", text) if m.group().strip())


def _second_opinion(path: Path, pages: list[RawPage], notes: list[str]) -> list[RawPage]:
    """Ask pypdf for pages that are empty or garbled, and keep whichever text is the better."""
    doubtful = [i for i, page in enumerate(pages) if _garbled(page)]
    if not doubtful:
        return pages
    try:
        reader = _open_pypdf(path)
    except (_Unreadable, DocumentError):
        return pages
    better = []
    for index in doubtful[:50]:  # a scan of a thousand pages gains nothing from asking a thousand times
        lines = _pypdf_lines(reader, index) if index < len(reader.pages) else ()
        other = RawPage(pages[index].number, pages[index].label, lines)
        if lines and not _garbled(other):
            pages[index] = other
            better.append(index + 1)
    if better:
        notes.append("text of page " + ", ".join(map(str, better[:12])) + " by pypdf (PDFium read it worse)")
    return pages


def _garbled(page: RawPage) -> bool:
    text = "".join(line.text for line in page.lines)
    if not text.strip():
        return True
    odd = sum(1 for c in text if (unicodedata.category(c) in {"Cc", "Co", "Cn"} and c != HYPHEN_MARK) or c == "\ufffd")
    return odd > 0.2 * len(text)
