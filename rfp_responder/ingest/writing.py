"""A page's text while it is written: clean lines, rows with tabs, headings with their places."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rfp_responder.domain import Heading, Page

MAX_HEADING = 300  # characters; what is longer is a paragraph in a heading's style
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u200b\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def folded(text: str) -> str:
    """One line: white space folded to single blanks; controls, lone surrogates and soft hyphens taken out."""
    return " ".join(_CONTROL.sub(" ", text.replace("\u00ad", "")).split())


class PageText:
    """Collects the lines of one page; a heading's ``start`` is the place of its words in the page's text."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._headings: list[Heading] = []
        self._length = 0

    def __bool__(self) -> bool:
        return bool(self._lines)

    def line(self, text: str) -> None:
        """Add a paragraph; a line break in it begins a new line, empty lines are left out."""
        for part in text.split("\n"):
            self._add(folded(part))

    def row(self, text: str) -> None:
        """Add a table's row whose cells are parted by tabs (a long row's by line breaks)."""
        for part in text.split("\n"):
            self._add("\t".join(folded(cell) for cell in part.split("\t")).rstrip("\t"))

    def rows(self, lines: Iterable[str]) -> None:
        """Add rows."""
        for line in lines:
            self.row(line)

    def heading(self, text: str, level: int) -> None:
        """Add a heading; one that is too long is a paragraph."""
        words = folded(text)
        if words and len(words) <= MAX_HEADING:
            self._headings.append(Heading(self._length, max(1, level), words))
            self._add(words)
        else:
            self.line(text)

    def page(self, number: int, label: str = "") -> Page:
        """The page as written so far."""
        return Page(number, folded(label) or str(number), "\n".join(self._lines), tuple(self._headings))

    def _add(self, line: str) -> None:
        if line.strip():
            self._lines.append(line)
            self._length += len(line) + 1
