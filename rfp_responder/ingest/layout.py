"""From the lines of a page to clean text: furniture out, words rejoined, paragraphs, rows and headings marked.

Works on lines in the reader's order, with boxes in points (origin bottom left). A reader without geometry
gives boxes of zeros; the rules that need geometry then stand aside. The clean text differs from the raw text
only by white space, by line-end hyphens, by compatibility forms (ligatures) and by dropped furniture, and
``Page.origin`` maps it back.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from rfp_responder.domain import Heading, Page
from rfp_responder.text import LIST_MARK

HYPHEN_MARK = "\ufffe"  # pdfium's sign for a hyphen at the end of a line
_NUMBERED = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+[A-Z]")
_PAGE_NUMBER = re.compile(r"^(?:page\s*)?[-–]?\s*(?:\d{1,4}|[ivxlc]{1,7})\s*[-–]?(?:\s*(?:of|/)\s*\d{1,4})?$", re.I)
_LEADER = re.compile(r"(?:\s*[.…·_]\s?){4,}")
_ANYWHERE = "\0"  # marks the key of a line that is furniture wherever it stands
_MARGIN = 0.12  # running heads and feet stand in the outer 12 % of a page's height


@dataclass(frozen=True, slots=True)
class Line:
    """One line as read. ``start`` is its offset in the page's raw text; boxes are in points."""

    start: int
    text: str
    left: float = 0.0
    bottom: float = 0.0
    right: float = 0.0
    top: float = 0.0
    size: float = 0.0
    weight: int = 0  # the font's weight as the reader tells it; only its ratio to the body's has a meaning
    gaps: tuple[int, ...] = ()  # offsets in ``text`` of blanks as wide as a table's gutter


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page as read: one-based ``number``, printed ``label``, ``height`` in points (0 where unknown)."""

    number: int
    label: str
    lines: tuple[Line, ...]
    height: float = 0.0


def clean(pages: Sequence[RawPage]) -> list[Page]:
    """The pages with clean text, headings and the map back to the raw text."""
    furniture = _furniture(pages)
    vocabulary = _vocabulary(pages)
    body = _body(pages)
    sizes = _heading_sizes(pages, furniture, body)
    return [_clean_page(page, furniture, _Style(body, sizes, vocabulary)) for page in pages]


@dataclass(frozen=True, slots=True)
class _Body:
    """Size (points) and weight of the document's running text."""

    size: float
    weight: int


@dataclass(frozen=True, slots=True)
class _Style:
    body: _Body
    heading_sizes: tuple[float, ...]
    vocabulary: frozenset[str]


# -- what a page repeats ------------------------------------------------------------------------------------


def _margin_lines(page: RawPage) -> list[Line]:
    """Lines in the margins, and the first and last two as read (a rotated margin note stands anywhere)."""
    ends = [*page.lines[:2], *page.lines[2:][-2:]]
    low, high = page.height * _MARGIN, page.height * (1 - _MARGIN)
    inner = page.lines[2:-2] if page.height else ()
    return ends + [line for line in inner if line.size and (line.top <= low or line.bottom >= high)]


def _furniture_key(line: Line) -> str:
    text = line.text.casefold().strip()
    if _PAGE_NUMBER.match(text):
        return "#"
    return re.sub(r"\b[ivxlc]{1,6}$", "#", re.sub(r"\d+", "#", text))


def _furniture(pages: Sequence[RawPage]) -> frozenset[str]:
    """Keys of lines that stand in the margin of at least three pages and of a fifth of all, and whole lines that
    stand on half of the pages wherever they are (a rotated note beside the text is read in any order)."""
    seen = Counter(key for page in pages for key in {_furniture_key(line) for line in _margin_lines(page)})
    enough = max(3, len(pages) * 0.2) if len(pages) > 2 else 2
    anywhere = Counter(text for page in pages for text in {line.text for line in page.lines if len(line.text) > 20})
    return frozenset(
        {key for key, count in seen.items() if count >= enough}
        | {_ANYWHERE + text for text, count in anywhere.items() if count >= max(4, len(pages) * 0.5)}
    )


def _is_furniture(page: RawPage, line: Line, furniture: frozenset[str]) -> bool:
    if _ANYWHERE + line.text in furniture:
        return True
    return _furniture_key(line) in furniture and line in _margin_lines(page)


# -- what the whole document tells --------------------------------------------------------------------------


def _vocabulary(pages: Sequence[RawPage]) -> frozenset[str]:
    """Words that stand unbroken somewhere in the document, compounds whole and in parts, in lower case."""
    found: set[str] = set()
    for page in pages:
        for line in page.lines:
            tokens = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", line.text.rstrip(HYPHEN_MARK + "-").casefold())
            if line.text.endswith((HYPHEN_MARK, "-")):
                tokens = tokens[:-1]
            for token in tokens:
                found.add(token)
                found.update(token.split("-"))
    return frozenset(found)


def _body(pages: Sequence[RawPage]) -> _Body:
    sizes: Counter[float] = Counter()
    weights: Counter[int] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size, 1)] += len(line.text)
            weights[line.weight] += len(line.text)
    return _Body(sizes.most_common(1)[0][0], weights.most_common(1)[0][0]) if sizes else _Body(0.0, 0)


def _bold(line: Line, body: _Body) -> bool:
    return line.weight >= 1.4 * body.weight > 0


def _cells(line: Line) -> tuple[int, ...]:
    """The line's gutters; the one between a section's number and its name is none."""
    if len(line.gaps) == 1 and re.fullmatch(
        r"(?:[A-Z]|\d{1,2}(?:\.\d{1,2}){0,4})\.?", line.text[: line.gaps[0]].strip()
    ):
        return ()
    return line.gaps


def _looks_like_heading(line: Line, body: _Body) -> bool:
    text = line.text.strip()
    if not body.size or _cells(line) or not 2 <= len(text) <= 120 or text[-1] in ".;,:" or HYPHEN_MARK in text:
        return False
    if sum(c.isalpha() for c in text) < 0.5 * len(text.replace(" ", "")) or LIST_MARK.match(text):
        return False
    return line.size >= body.size * 1.12 or (_bold(line, body) and line.size >= body.size * 0.88)


def _heading_sizes(pages: Sequence[RawPage], furniture: frozenset[str], body: _Body) -> tuple[float, ...]:
    """Distinct sizes of headings, greatest first; a heading's level is its size's place here."""
    found = {
        round(line.size)
        for page in pages
        for line in page.lines
        if _looks_like_heading(line, body) and not _is_furniture(page, line, furniture)
    }
    return tuple(sorted(found, reverse=True))


def _level(line: Line, style: _Style) -> int:
    numbered = _NUMBERED.match(line.text)
    if numbered:
        return numbered.group(1).count(".") + 1
    return style.heading_sizes.index(round(line.size)) + 1 if round(line.size) in style.heading_sizes else 9


# -- one page -----------------------------------------------------------------------------------------------


class _Writer:
    """Collects clean text and the runs that map it back to the raw text."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.runs: list[tuple[int, int, int]] = []

    def add(self, character: str, raw: int) -> None:
        if self.runs:
            clean_start, raw_start, length = self.runs[-1]
            if clean_start + length == self.length and raw_start + length == raw:
                self.runs[-1] = (clean_start, raw_start, length + 1)
            else:
                self.runs.append((self.length, raw, 1))
        else:
            self.runs.append((self.length, raw, 1))
        self.parts.append(character)
        self.length += 1

    def insert(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def drop_last(self) -> None:
        """Takes back the last character (a line-end hyphen)."""
        self.parts[-1] = self.parts[-1][:-1]
        self.length -= 1
        clean_start, raw_start, length = self.runs[-1]
        if clean_start + length > self.length:
            self.runs[-1:] = [(clean_start, raw_start, length - 1)] if length > 1 else []


def _clean_page(page: RawPage, furniture: frozenset[str], style: _Style) -> Page:
    lines = [line for line in page.lines if line.text.strip() and not _is_furniture(page, line, furniture)]
    leading = _leading(lines)
    width = _column_width(lines)
    writer = _Writer()
    headings: list[Heading] = []
    block: list[Line] = []
    for line in lines:
        previous = block[-1] if block else None
        is_heading = _looks_like_heading(line, style.body) and not _continues_row(block, line)
        if previous is not None:
            joint = _joint(block, line, leading, width)
            goes_on = bool(headings) and headings[-1].start == _block_start(writer) and _same_style(previous, line)
            if is_heading and goes_on and joint in {" ", "\n"} and previous.bottom > line.bottom:
                joint = " "
                headings[-1] = Heading(
                    headings[-1].start, headings[-1].level, headings[-1].text + " " + line.text.strip()
                )
                is_heading = False
            elif is_heading or goes_on:
                joint = "\n"
            if joint == "-":
                _join_hyphen(writer, line, style.vocabulary)
            else:
                writer.insert(joint)
            if joint == "\n":
                block = []
        if is_heading:
            headings.append(Heading(writer.length, _level(line, style), ""))
        start = writer.length
        _write_line(writer, line)
        if is_heading:
            headings[-1] = Heading(start, headings[-1].level, "".join(writer.parts)[start:].strip())
        block.append(line)
    text = "".join(writer.parts)
    fixed = tuple(Heading(h.start, h.level, " ".join(h.text.replace(HYPHEN_MARK, "").split())) for h in headings)
    return Page(page.number, page.label, text, fixed, tuple(writer.runs))


def _block_start(writer: _Writer) -> int:
    return "".join(writer.parts).rfind("\n") + 1


def _same_style(a: Line, b: Line) -> bool:
    return abs(a.size - b.size) < 0.6 and abs(a.weight - b.weight) < 40


def _leading(lines: Sequence[Line]) -> float:
    steps = [a.bottom - b.bottom for a, b in pairwise(lines) if 0 < a.bottom - b.bottom < 40]
    return median(steps) if steps else 0.0


def _column_width(lines: Sequence[Line]) -> float:
    widths = sorted(line.right - line.left for line in lines)
    return widths[int(len(widths) * 0.85)] if widths else 0.0


def _continues_row(block: Sequence[Line], line: Line) -> bool:
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


def _joint(block: Sequence[Line], line: Line, leading: float, width: float) -> str:
    """What stands between the block and the next line: blank, hyphen joint, tab (next cell) or line break."""
    previous = block[-1]
    if previous.text.endswith((HYPHEN_MARK, "-")) and line.text.lstrip()[:1].islower():
        return "-"
    if previous.text.endswith(HYPHEN_MARK):
        return "-"
    if LIST_MARK.match(line.text.strip()) or _LEADER.search(previous.text):
        return "\n"
    if not line.size or not previous.size:
        ends = previous.text.rstrip().endswith((".", "!", "?", ":"))
        return "\n" if ends and len(previous.text) < 60 else " "
    if _continues_row(block, line):
        return "\t" if line.left - max(b.right for b in block) > 0.6 * line.size else " "
    step = previous.bottom - line.bottom
    if step < -previous.size:  # up: the next column, or the next page region
        return " " if line.text[:1].islower() else "\n"
    if abs(previous.size - line.size) > 0.12 * line.size:
        return "\n"
    if leading and step > max(1.3 * leading, 1.6 * line.size):
        return "\n"
    if _cells(previous) or _cells(line):
        return "\n"
    if previous.weight >= 1.4 * line.weight > 0 and len(block) == 1 and previous.right - previous.left < 0.7 * width:
        return "\n"  # a run-in label on a line of its own
    short = width and previous.right - previous.left < 0.72 * width
    if short and (previous.text.rstrip()[-1:] in ".!?:;" or line.text[:1].isupper()):
        return "\n"
    return " "


def _join_hyphen(writer: _Writer, line: Line, vocabulary: frozenset[str]) -> None:
    """Join a word broken at a line's end; the hyphen stays where the document writes the word with one."""
    before = "".join(writer.parts[-80:])
    left = re.search(r"([^\W\d_]+(?:-[^\W\d_]+)*)-$", before)
    right = re.match(r"[^\W\d_]+", line.text.lstrip())
    if not left or not right:
        return
    head, tail = left.group(1).casefold(), right.group().casefold()
    joined, compound = head + tail, f"{head}-{tail}"
    if joined in vocabulary and compound not in vocabulary:
        writer.drop_last()
    elif compound in vocabulary:
        return
    elif not (head.rsplit("-", 1)[-1] in vocabulary and tail in vocabulary and len(head) > 2 and len(tail) > 2):
        writer.drop_last()


_EXPANSIONS = {"\u00a0": " ", "\u2007": " ", "\u202f": " ", "\uf0b7": "•", "\u2011": "-", "\t": " "}


def _write_line(writer: _Writer, line: Line) -> None:
    text = line.text
    if HYPHEN_MARK in text:
        text = text.replace(HYPHEN_MARK, "-")
    skip: set[int] = set()
    for leader in _LEADER.finditer(text):
        skip.update(range(leader.start(), leader.end() - 1))
    gaps = set(_cells(line))
    last = "\n"
    for place, character in enumerate(text):
        if place in skip:
            continue
        character = "\t" if place in gaps else _EXPANSIONS.get(character, character)
        if character == "\u00ad" or (character != "\t" and unicodedata.category(character) in {"Cc", "Cf", "Cn", "Cs"}):
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
