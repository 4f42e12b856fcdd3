"""What stands between two lines: a blank, a tab (the next cell of a row), a line break, or a hyphen to mend."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rfp_responder.ingest.lines import HYPHEN_MARK, Line
from rfp_responder.text import LIST_MARK

LEADER = re.compile(r"(?:\s*[.…·_]\s?){4,}")
_BULLET = re.compile(r"^(?:[•▪‣◦●○■□◆◇▶►➢✓✔☐☑☒‰–—*-]|o(?=\s))\s+\S")
_CAPTION = re.compile(r"^(?:table|figure|fig\.)\s+\d+[.:]", re.I)
_SECTION_NUMBER = re.compile(r"(?:[A-Z]|\d{1,2}(?:\.\d{1,2}){0,4})\.?")
_ENDS = (".", "!", "?", ":", ";")


def may_lead(text: str) -> bool:
    """Whether a line holds marks enough for a leader (a cheap test before the dear one)."""
    return sum(map(text.count, ".…·_")) >= 4


def _leads(text: str) -> bool:
    return may_lead(text) and LEADER.search(text) is not None


def heading_cells(line: Line) -> tuple[int, ...]:
    """The gutters of a line that may be a heading; the one between a section's number and its name is none."""
    if len(line.gaps) == 1 and _SECTION_NUMBER.fullmatch(line.text[: line.gaps[0]].strip()):
        return ()
    return line.gaps


def continues_row(block: Sequence[Line], line: Line) -> bool:
    """Whether the line is a further cell of the row that the block holds: beside it, within its height."""
    if not block or not line.size or len(block) > 8:
        return False
    top = max(b.top for b in block)
    bottom = min(b.bottom for b in block)
    right = max(b.right for b in block)
    middle = (line.top + line.bottom) / 2
    if line.left < right - 1 or not bottom - line.size < middle < top + 1:
        return False
    return len(block) <= 3 or line.top >= top - line.size * 0.5


class Joints:
    """Reads lines in order and says what joins each to the block (paragraph, item, row) before it."""

    def __init__(self, leading: float, width: float) -> None:
        """``leading``: the page's usual step from line to line; ``width``: of its full lines; both in points."""
        self._leading = leading
        self._width = width
        self.block: list[Line] = []
        self._row = False

    def take(self, line: Line) -> None:
        """The line has been written: it belongs to the block now."""
        self.block.append(line)
        self._row = self._row or bool(line.gaps)

    def joined(self, joint: str) -> None:
        """``joint`` has been written before the next line."""
        if joint == "\n":
            self.block = []
            self._row = False
        elif joint == "\t":
            self._row = True

    def between(self, line: Line, following: Line | None = None) -> str:
        """What stands between the block and ``line``; ``following`` is the line behind it, where there is one."""
        previous = self.block[-1]
        if self._breaks_word(previous, line):
            return "-"
        if not line.size or not previous.size:
            return self._without_geometry(previous, line)
        if continues_row(self.block, line):
            return "\t" if line.left - max(b.right for b in self.block) > 0.6 * line.size else " "
        if self._row or line.gaps:
            return self._in_row(previous, line)
        if self._first_cell_goes_on(previous, line, following):
            return " "
        if self._begins_item(previous, line) or _leads(previous.text) or _CAPTION.match(line.text):
            return "\n"
        return self._in_prose(previous, line)

    @staticmethod
    def _breaks_word(previous: Line, line: Line) -> bool:
        if previous.text.endswith(HYPHEN_MARK):
            return True
        return previous.text.endswith("-") and line.text.lstrip()[:1].islower()

    @staticmethod
    def _without_geometry(previous: Line, line: Line) -> str:
        if LIST_MARK.match(line.text.strip()) or _leads(previous.text):
            return "\n"
        return "\n" if previous.text.rstrip().endswith(_ENDS) and len(previous.text) < 60 else " "

    def _in_row(self, previous: Line, line: Line) -> str:
        """A line below in the last cell's column goes on in that cell; any other begins the next row."""
        step = previous.bottom - line.bottom
        below = 0 < step <= max(1.3 * self._leading, 1.6 * line.size)
        same_cell = self._row and abs(line.left - previous.cell_left) < 0.6 * line.size and not line.gaps
        full_width = line.right - line.left > 0.9 * self._width
        return " " if below and same_cell and not full_width else "\n"

    def _first_cell_goes_on(self, previous: Line, line: Line, following: Line | None) -> bool:
        """A short line straight below a short line, with the row's next cell coming up beside the two."""
        if following is None or not self._short(previous) or abs(line.left - previous.left) > 1:
            return False
        beside = following.left > max(previous.right, line.right) and following.top > line.top + 1
        return beside and continues_row([*self.block, line], following)

    def _begins_item(self, previous: Line, line: Line) -> bool:
        text = line.text.strip()
        if _BULLET.match(text):
            return True
        return bool(LIST_MARK.match(text)) and (previous.text.rstrip().endswith(_ENDS) or self._short(previous))

    def _short(self, line: Line) -> bool:
        return bool(self._width) and line.right - line.left < 0.72 * self._width

    def _in_prose(self, previous: Line, line: Line) -> str:
        step = previous.bottom - line.bottom
        ended = previous.text.rstrip().endswith(_ENDS)
        if step < -previous.size:  # up: the next column, or the next region of the page
            return "\n" if ended or not (line.text[:1].islower() or not self._short(previous)) else " "
        if abs(previous.size - line.size) > 0.12 * line.size:
            return "\n"
        if self._leading and step > max(1.3 * self._leading, 1.6 * line.size):
            return "\n"
        if len(self.block) == 1 and previous.weight >= 1.4 * line.weight > 0 and self._short(previous):
            return "\n"  # a label on a line of its own
        first = self.block[0]
        if LIST_MARK.match(first.text) and line.left <= first.left + 1 and ended:
            return "\n"  # back at the margin behind a list item
        if self._short(previous) and (ended or line.text[:1].isupper()):
            return "\n"
        return " "
