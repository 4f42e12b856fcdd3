"""The lines of a PDF's pages as PDFium reads them, with boxes, sizes, gutters and footnote marks.

PDFium is called directly (``pypdfium2.raw``): a page has some thousand characters, and each call through the helper
classes costs about three times a bare one.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as api

from rfp_responder.ingest.lines import HYPHEN_MARK, Line, RawPage
from rfp_responder.ingest.pdf_columns import in_columns

_GUTTER = 1.15  # a blank wider than this many ems separates cells, not words
_NARROW = 0.3  # words are at least this many ems a letter wide ("little" in a narrow face)
_MARKS = "•▪–-.…"  # a wide blank behind one of these may set off a list item's mark or a leader
_LINE = re.compile(f"[^\r\n{HYPHEN_MARK}]+{HYPHEN_MARK}?|{HYPHEN_MARK}")
_BLANK = re.compile(r"\s+")
_SPACE = re.compile(r"\s")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_MARK = re.compile(r"(?<=[A-Za-z.,;:)”\"’])\d{1,2}(?![\w%])(?!\.\d)")


def open_pdfium(path: Path, passwords: Sequence[str] = ()) -> pypdfium2.PdfDocument:
    """The file opened without a password or with the first that fits; raises PdfiumError."""
    for password in (None, *passwords):
        try:
            return pypdfium2.PdfDocument(path, password=password)
        except pypdfium2.PdfiumError as error:
            if not wants_password(error):
                raise
            refused = error
    raise refused


def wants_password(error: pypdfium2.PdfiumError) -> bool:
    """Whether PDFium asks for a password, or for another one."""
    return "password" in str(error).lower()


def page_of(document: pypdfium2.PdfDocument, index: int) -> RawPage:
    """The page at a zero-based index; one that PDFium cannot read has no lines."""
    label = str(index + 1)
    try:
        label = document.get_page_label(index) or label
        page = document[index]
        textpage = page.get_textpage()
        lines = in_columns(_Reader(textpage).lines(textpage.get_text_range()))
        kinds = frozenset() if lines else _kinds(page)
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return RawPage(index + 1, label, ())
    image = api.FPDF_PAGEOBJ_IMAGE in kinds
    mute = not lines and not kinds & {api.FPDF_PAGEOBJ_TEXT, api.FPDF_PAGEOBJ_UNKNOWN}
    return RawPage(index + 1, label, lines, page.get_height(), image=image, mute=mute)


def _kinds(page: pypdfium2.PdfPage) -> frozenset[int]:
    """The kinds of objects on a page, those within its forms among them."""
    return frozenset(found.type for found in page.get_objects(max_depth=6))


def units_before(text: str, place: int) -> int:
    """How many UTF-16 units, in which PDFium counts, stand before ``place``."""
    return place if text.isascii() else place + len(_ASTRAL.findall(text, 0, place))


class _Reader:
    """Reads one text page; the buffers that PDFium writes into are made once."""

    def __init__(self, textpage: Any) -> None:
        self._page = textpage.raw
        self._matrix = api.FS_MATRIX()
        self._loose = api.FS_RECTF()
        self._left, self._right = ctypes.c_double(), ctypes.c_double()
        self._bottom, self._top = ctypes.c_double(), ctypes.c_double()

    def lines(self, raw: str) -> list[Line]:
        """The lines of the page's raw text that hold more than blanks."""
        astral = _ASTRAL.search(raw) is not None
        found = []
        for match in _LINE.finditer(raw):
            text = match.group().strip()
            if text:
                start = match.start() + match.group().index(text[0])
                found.append(self._line(text, start, units_before(raw, start) if astral else start))
        return found

    def _line(self, text: str, start: int, unit: int) -> Line:
        """``start`` is the line's offset in the raw text, ``unit`` the same in UTF-16 units."""
        body = text.rstrip(HYPHEN_MARK).rstrip() or text
        places = self._places(body, unit)
        if not places:
            return Line(start, text)
        first, last = places[0], places[-1]
        left, bottom, _, top = self._loose_box(first)
        right = self._loose_box(last)[2]
        weight = min(api.FPDFText_GetFontWeight(self._page, first), api.FPDFText_GetFontWeight(self._page, last))
        size = self._size(last) or top - bottom
        right = max(right, left)
        raised = self._raised(body, places, size)
        wide = self._gaps(body, places, size, left) if " " in body or not body.isprintable() else []
        if not wide:
            return Line(start, text, left, bottom, right, top, size, weight, (), left, raised)
        gaps, edges = tuple(place for place, _, _ in wide), tuple((end, begin) for _, end, begin in wide)
        return Line(start, text, left, bottom, right, top, size, weight, gaps, wide[-1][2], raised, edges)

    def _places(self, text: str, unit: int) -> Sequence[int]:
        """The index of each character in PDFium's list; empty where it tells none."""
        first = api.FPDFText_GetCharIndexFromTextIndex(self._page, unit)
        last = api.FPDFText_GetCharIndexFromTextIndex(self._page, unit + units_before(text, len(text)) - 1)
        if first < 0 or last < 0:
            return ()
        if last - first + 1 == len(text):  # indexes rise with the text: none is left out between
            return range(first, last + 1)
        units = accumulate((2 if ord(character) > 0xFFFF else 1 for character in text), initial=unit)
        found = [api.FPDFText_GetCharIndexFromTextIndex(self._page, at) for at in units][:-1]
        return found if min(found) >= 0 else ()

    def _loose_box(self, place: int) -> tuple[float, float, float, float]:
        box = self._loose
        if not api.FPDFText_GetLooseCharBox(self._page, place, box):
            raise pypdfium2.PdfiumError("no box")
        return box.left, box.bottom, box.right, box.top

    def _size(self, place: int) -> float:
        """The size in points at which a character is set: the font's size, scaled as the page scales it."""
        if not api.FPDFText_GetMatrix(self._page, place, self._matrix):
            return 0.0
        return float(api.FPDFText_GetFontSize(self._page, place)) * math.hypot(self._matrix.b, self._matrix.d)

    def _gaps(self, text: str, places: Sequence[int], size: float, begins: float) -> list[tuple[int, float, float]]:
        """Blanks wide enough to be a table's gutter: the offset, where the cell before ends and the next begins.

        ``begins`` is where the line begins. Asks where each further word begins, and where the one before ends only
        if that leaves room for a gutter: half the questions, and asking PDFium is what reading costs.
        """
        box, page, left, right, bottom, top = (
            api.FPDFText_GetCharBox, self._page, self._left, self._right, self._bottom, self._top
        )  # fmt: skip
        wide: list[tuple[int, float, float]] = []
        gutter, letter = _GUTTER * size, _NARROW * size
        begin = end = 0
        least = math.inf  # where the next word begins at least, if a gutter is before it
        words = (text if text.isprintable() else _SPACE.sub(" ", text)).split(" ")
        for word in words:
            if word:
                if begin:
                    box(page, places[begin], left, right, bottom, top)
                    begins = left.value
                if begins > least:
                    box(page, places[end - 1], left, right, bottom, top)
                    width = begins - right.value
                    if width > gutter and (
                        text[end - 1] not in _MARKS or (width > 2 * size and _ends_cell(text[:end]))
                    ):
                        wide.append((end, right.value, begins))
                end = begin + len(word)
                least = begins + gutter + letter * len(word)
            begin += len(word) + 1
        return [] if wide and self._is_justified(text, places, wide) else wide

    def _is_justified(self, text: str, places: Sequence[int], wide: Sequence[tuple[int, float, float]]) -> bool:
        """Whether all blanks are wide, as in a justified line of a narrow column: those part words, not cells."""
        if sum(map(str.isalpha, text)) <= 0.6 * len(text):
            return False
        blanks = [match.span() for match in _BLANK.finditer(text)]
        if text[1] == " " and not text[0].isalnum():  # the blank behind a bullet is no measure of the others
            blanks = blanks[1:]
            if len(wide) == 1 and wide[0][0] == 1:
                return False
        lefts = [self._side(places[end], self._left) for _, end in blanks]
        widths = [
            left - self._side(places[begin - 1], self._right) for left, (begin, _) in zip(lefts, blanks, strict=True)
        ]
        return len(widths) >= 3 and min(widths) > 0.55 * max(widths)

    def _raised(self, text: str, places: Sequence[int], size: float) -> tuple[int, ...]:
        """Offsets of digits that stand higher than the character before them: footnote marks."""
        found: list[int] = []
        for match in _MARK.finditer(text):
            # a descender reaches a fifth of the size below the line, a raised digit begins a third above it
            place = match.start()
            foot = self._side(places[place - 1], self._bottom)
            if self._side(places[place], self._bottom) > foot + 0.28 * size:
                found += range(match.start(), match.end())
        return tuple(found)

    def _side(self, place: int, side: ctypes.c_double) -> float:
        """One side of a character's tight box: that which PDFium writes into the buffer given."""
        api.FPDFText_GetCharBox(self._page, place, self._left, self._right, self._bottom, self._top)
        return float(side.value)


def _ends_cell(text: str) -> bool:
    """Whether a text that ends in a mark, with two ems behind it, ends a table's cell: it is no item's mark, no leader.

    Two ems, for typesetters stretch the blank behind a sentence to one and a half.
    """
    return len(text) > 5 and text[-2].isalnum() and len(text) - text.rfind(" ") > 3
