"""From the lines of a page to clean text: furniture out, words rejoined, paragraphs, rows and headings marked.

Works on lines in the reader's order. A reader without geometry gives boxes of zeros; the rules that need geometry
then stand aside. The clean text differs from the raw text only by white space (a tab parts the cells of a row), by
line-end hyphens, by compatibility forms (ligatures, raised footnote marks) and by dropped furniture, and
``Page.origin`` maps it back.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise, zip_longest
from statistics import median

from rfp_responder.domain import Heading, Page
from rfp_responder.ingest.furniture import Furniture
from rfp_responder.ingest.joints import LEADER, Joints, continues_row, heading_cells, may_lead
from rfp_responder.ingest.lines import HYPHEN_MARK, Line, RawPage
from rfp_responder.text import LIST_MARK

__all__ = ["HYPHEN_MARK", "Line", "RawPage", "clean"]

_NUMBERED = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+[A-Z]")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ODD = re.compile(r"\s\s|[\ufb00-\ufb06]")
_HEAD = re.compile(r"([^\W_]+(?:-[^\W_]+)*)-$")
_TAIL = re.compile(r"[^\W\d_]+")
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_EXPANSIONS = {"\u00a0": " ", "\u2007": " ", "\u202f": " ", "\uf0b7": "•", "\u2011": "-", "\t": " "}


def clean(pages: Sequence[RawPage]) -> list[Page]:
    """The pages with clean text, headings and the map back to the raw text."""
    furniture = Furniture(pages)
    kept = [furniture.without(page) for page in pages]
    exact = [page for page in kept if page.mapped and page.lines] or kept  # sizes by OCR are guesses
    body = _body(exact)
    style = _Style(body, _heading_sizes(exact, body), _Vocabulary(kept))
    return [_clean_page(page, style) for page in kept]


# -- what the whole document tells --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Body:
    """Size (points) and weight of the document's running text."""

    size: float
    weight: int


@dataclass(frozen=True, slots=True)
class _Style:
    body: _Body
    heading_sizes: tuple[float, ...]
    vocabulary: _Vocabulary


class _Vocabulary:
    """Words that stand unbroken somewhere in the document, compounds whole and in parts, in lower case.

    Gathered when the first word broken at a line's end asks for them: many documents break none.
    """

    def __init__(self, pages: Sequence[RawPage]) -> None:
        self._pages = pages

    @cached_property
    def words(self) -> frozenset[str]:
        """All of them."""
        found: set[str] = set()
        for page in self._pages:
            found.update(_WORD.findall("\n".join(_whole_words(page.lines)).casefold()))
        for word in [word for word in found if "-" in word]:
            found.update(word.split("-"))
        return frozenset(found)


def _whole_words(lines: Sequence[Line]) -> Iterator[str]:
    """The text of each line without the halves of words broken at its ends."""
    broken = False
    for line in lines:
        text = line.text
        if broken:
            text = _WORD.sub("", text, count=1)
        broken = line.text.endswith((HYPHEN_MARK, "-"))
        if broken:
            words = list(_WORD.finditer(text))
            text = text[: words[-1].start()] if words else ""
        yield text


def _body(pages: Sequence[RawPage]) -> _Body:
    sizes: Counter[float] = Counter()
    weights: Counter[int] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size, 1)] += len(line.text)
            weights[line.weight] += len(line.text)
    return _Body(sizes.most_common(1)[0][0], weights.most_common(1)[0][0]) if sizes else _Body(0.0, 0)


def _looks_like_heading(line: Line, body: _Body) -> bool:
    bold = line.weight >= 1.4 * body.weight > 0
    if not body.size or not (line.size >= body.size * 1.12 or (bold and line.size >= body.size * 0.88)):
        return False
    text = line.text.strip()
    if heading_cells(line) or not 2 <= len(text) <= 120 or text[-1] in ".;,:" or HYPHEN_MARK in text:
        return False
    return sum(map(str.isalpha, text)) >= 0.5 * len(text.replace(" ", "")) and not LIST_MARK.match(text)


def _heading_sizes(pages: Sequence[RawPage], body: _Body) -> tuple[float, ...]:
    """Distinct sizes of headings, greatest first; a heading's level is its size's place here."""
    found = {round(line.size) for page in pages for line in page.lines if _looks_like_heading(line, body)}
    return tuple(sorted(found, reverse=True))


def _level(line: Line, style: _Style) -> int:
    numbered = _NUMBERED.match(line.text)
    if numbered:
        return numbered.group(1).count(".") + 1
    return style.heading_sizes.index(round(line.size)) + 1 if round(line.size) in style.heading_sizes else 9


# -- one page -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Writer:
    """Collects clean text, the runs that map it back to the raw text, and headings."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    runs: list[tuple[int, int, int]] = field(default_factory=list)
    line_start: int = 0
    headings: list[tuple[int, int]] = field(default_factory=list)  # start, level

    def add(self, text: str, raw: int) -> None:
        """Characters that stand one for one for those of the raw text from ``raw`` on."""
        if self.runs:
            clean_start, raw_start, length = self.runs[-1]
            if clean_start + length == self.length and raw_start + length == raw:
                self.runs[-1] = (clean_start, raw_start, length + len(text))
            else:
                self.runs.append((self.length, raw, len(text)))
        else:
            self.runs.append((self.length, raw, len(text)))
        self.parts.append(text)
        self.length += len(text)

    def insert(self, text: str) -> None:
        """Characters that the raw text does not have."""
        self.parts.append(text)
        self.length += len(text)
        if text == "\n":
            self.line_start = self.length

    def drop_last(self) -> None:
        """Takes back the last character (a line-end hyphen)."""
        self.parts[-1] = self.parts[-1][:-1]
        self.length -= 1
        clean_start, raw_start, length = self.runs[-1]
        if clean_start + length > self.length:
            self.runs[-1:] = [(clean_start, raw_start, length - 1)] if length > 1 else []

    def on_heading(self) -> bool:
        """Whether the line being written is a heading."""
        return bool(self.headings) and self.headings[-1][0] == self.line_start


def _clean_page(page: RawPage, style: _Style) -> Page:
    joints = Joints(_leading(page.lines), _column_width(page.lines))
    writer = _Writer()
    for line, following in zip_longest(page.lines, page.lines[1:]):
        is_heading = _looks_like_heading(line, style.body) and not continues_row(joints.block, line)
        if joints.block:
            joint = _heading_joint(writer, joints, line, is_heading=is_heading) or joints.between(line, following)
            if joint == "-":
                _join_hyphen(writer, line, style.vocabulary.words)
            else:
                writer.insert(joint)
            joints.joined(joint)
        if is_heading and not writer.on_heading():
            writer.headings.append((writer.length, _level(line, style)))
        _write_line(writer, line, heading_cells(line) if is_heading else line.gaps)
        joints.take(line)
    text = "".join(writer.parts)
    origin = tuple(writer.runs) if page.mapped else ()
    return Page(page.number, page.label, text, _headings(text, writer.headings), origin)


def _headings(text: str, starts: Sequence[tuple[int, int]]) -> tuple[Heading, ...]:
    found = []
    for start, level in starts:
        end = text.find("\n", start)
        found.append(Heading(start, level, " ".join(text[start : end if end >= 0 else len(text)].split())))
    return tuple(heading for heading in found if heading.text)


def _heading_joint(writer: _Writer, joints: Joints, line: Line, *, is_heading: bool) -> str:
    """What joins a line to a heading, or a heading to a line; empty where neither is one."""
    if not writer.on_heading():
        return "\n" if is_heading else ""
    previous = joints.block[-1]
    same = abs(previous.size - line.size) < 0.6 and abs(previous.weight - line.weight) < 40
    near = 0 < previous.bottom - line.bottom < 1.8 * line.size
    return " " if is_heading and same and near and not _NUMBERED.match(line.text) else "\n"


def _leading(lines: Sequence[Line]) -> float:
    steps = [a.bottom - b.bottom for a, b in pairwise(lines) if 0 < a.bottom - b.bottom < 40]
    return median(steps) if steps else 0.0


def _column_width(lines: Sequence[Line]) -> float:
    widths = sorted(line.right - line.left for line in lines)
    return widths[int(len(widths) * 0.85)] if widths else 0.0


def _join_hyphen(writer: _Writer, line: Line, vocabulary: frozenset[str]) -> None:
    """Join a word broken at a line's end; the hyphen stays where the document writes the word with one."""
    left = _HEAD.search("".join(writer.parts[-8:])[-80:])
    right = _TAIL.match(line.text.lstrip())
    if not left or not right or right.group()[0].isupper():
        return
    head, tail = left.group(1).casefold(), right.group().casefold()
    if (head + tail in vocabulary and f"{head}-{tail}" not in vocabulary) or (
        f"{head}-{tail}" not in vocabulary and not {head.rsplit("-", 1)[-1], tail} <= vocabulary
    ):
        writer.drop_last()


def _write_line(writer: _Writer, line: Line, gaps: Sequence[int]) -> None:
    text = line.text.replace(HYPHEN_MARK, "-").replace("\u2011", "-")
    leaders = LEADER.search(text) if may_lead(text) else None
    if not leaders and not line.raised and text.isprintable() and not _ODD.search(text):
        for place in gaps:
            text = f"{text[:place]}\t{text[place + 1 :]}"
        writer.add(text, line.start)
    else:
        _write_letters(writer, line, text, frozenset(gaps))


def _write_letters(writer: _Writer, line: Line, text: str, gaps: frozenset[int]) -> None:
    """Letter by letter: for a line with leaders, raised marks, ligatures, blanks that repeat or control characters."""
    skip: set[int] = set()
    for leader in LEADER.finditer(text):
        skip.update(range(leader.start(), leader.end() - 1))
    last = "\n"
    for place, character in enumerate(text):
        if place in skip:
            continue
        character = "\t" if place in gaps else _EXPANSIONS.get(character, character)
        if place in line.raised:
            character = character.translate(_SUPERSCRIPT)
        if character != "\t" and unicodedata.category(character) in {"Cc", "Cf", "Cn", "Cs"}:
            continue
        if character.isspace() and last.isspace():
            continue
        if "\ufb00" <= character <= "\ufb06":
            letters = unicodedata.normalize("NFKC", character)
            writer.add(letters[0], line.start + place)
            writer.insert(letters[1:])
        else:
            writer.add(character, line.start + place)
        last = character
