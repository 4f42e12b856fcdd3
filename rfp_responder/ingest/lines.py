"""Lines and pages as a PDF engine reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

HYPHEN_MARK = "\ufffe"  # pdfium's sign for a hyphen at the end of a line


class Line(NamedTuple):
    """One line as read. ``start`` is its offset in the page's raw text; boxes are in points, origin bottom left.

    A named tuple, for a document has tens of thousands of lines and a frozen dataclass costs five times as much.
    """

    start: int
    text: str
    left: float = 0.0
    bottom: float = 0.0
    right: float = 0.0
    top: float = 0.0
    size: float = 0.0
    weight: int = 0  # the font's weight as the reader tells it; only its ratio to the body's has a meaning
    gaps: tuple[int, ...] = ()  # offsets in ``text`` of blanks as wide as a table's gutter
    cell_left: float = 0.0  # where the line's last cell begins
    raised: tuple[int, ...] = ()  # offsets in ``text`` of footnote marks
    edges: tuple[tuple[float, float], ...] = ()  # of each gap: where the cell before it ends and the next begins
    cut: bool = False  # whether it was cut off a line, behind a gutter


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page as read: one-based ``number``, printed ``label``, ``height`` in points (0 where unknown).

    Of a page without lines ``image`` tells that it holds a picture, ``mute`` that it holds nothing but pictures and
    drawings. ``mapped``: the lines' ``start`` counts in PDFium's raw text, so that they lead to boxes.
    """

    number: int
    label: str
    lines: tuple[Line, ...]
    height: float = 0.0
    image: bool = False
    mute: bool = False
    mapped: bool = True
