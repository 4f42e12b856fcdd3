"""A paragraph's text with its places to write: boxes to tick, controls, form fields, blank lines, placeholders.

Offsets are zero-based character offsets into the paragraph's text. Tabs and line breaks are one character each; symbols
of picture fonts, pictures and deleted text are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from rfp_responder.questionnaire.docx_xml import Node, tracked

MARK_NAME = "_rfp_"
"""How the hidden bookmarks begin that tell where an answer of ours stands, so that a filled form can be read again."""
_MARK = re.compile(re.escape(MARK_NAME) + r"\d+_(\d{1,7})_(\d{1,7})")
MAX_PLACES = 300  # in one paragraph; bounds the time on hostile ones
EMPTY_BOXES = "☐□◻▢❏❐❑❒⬜○◯"
TICKED_BOXES = "☑☒☓✅⊠■●◉"
_WRITTEN_BOX = re.compile(
    rf"[{EMPTY_BOXES}{TICKED_BOXES}]|\[\s{{1,3}}\]|\(\s{{1,3}}\)(?=\s*\w)|\[[xX✓✔]\]|\([xX]\)(?=\s*\w)|"
    r"(?<!_)_(?:_{1,5}|[xX]_)(?=\s{0,2}(?i:yes|no|n/?a|not applicable|true|false|partial(?:ly)?)\b)"
)
_BLANK_LINE = re.compile(r"_{3,}(?:[ \t]*_{3,})*|\.{6,}|…{3,}|(?:\. ){5,}\.?")
_BRACKET = re.compile(r"\{\{[^{}]{1,60}\}\}|\[[^\[\]]{1,80}\]|<[^<>]{1,80}>|«[^«»]{1,60}»")
_TO_FILL = re.compile(
    r"\W*(?:please\s+)?(?:insert|enter|type|click|fill|add|your|vendor|supplier|bidder|provide|describe|response|answer|"
    r"reply|name|date|company|organi[sz]ation|text|comment|details?|tbc|tbd|x{2,}|\.{2,}|_{2,})\b|\W*$",
    re.IGNORECASE,
)
_FILLS = re.compile(r"\b(?:insert|enter|complete|response|answer|reply|type|respond|fill)\b", re.IGNORECASE)
_PHRASE = re.compile(
    r"(?:click|tap)(?: or tap| or click)? (?:here )?to (?:enter|add|insert|select)(?: an?| the| some)?[\w ]{0,24}\.?|"
    r"click (?:here )?(?:or tap )?(?:to|and) (?:enter|type)[\w ]{0,24}\.?|"
    r"(?:choose|select) an item\.?|(?:enter|type|insert) (?:your )?(?:text|answer|response|reply)(?: here)?\.?",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"[ \t\xa0\u2002\u2003\u2007]+")

BoxKind = Literal["control", "field", "text", "symbol"]
HoleKind = Literal["control", "field", "line", "bracket", "phrase", "end", "mark"]


@dataclass(slots=True, eq=False)
class Atom:
    """A piece of text as one element of a run holds it: ``start`` is its offset in the paragraph."""

    node: Node
    run: Node
    start: int
    text: str

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.text)


@dataclass(slots=True, eq=False)
class Box:
    """A box to tick: at ``start..end`` (the same where it shows no text), ``node`` what holds its state."""

    kind: BoxKind
    start: int
    end: int
    ticked: bool
    node: Node | None = None
    symbol: Node | None = None


@dataclass(slots=True, eq=False)
class Hole:
    """A place for an answer's text, ``start..end``.

    ``control`` is the content control around it, ``after`` the run behind which new text goes where the place is empty.
    ``entries`` is the list of a drop-down form field, which is set and not written.
    """

    kind: HoleKind
    start: int
    end: int
    control: Node | None = None
    after: Node | None = None
    entries: Node | None = None
    choices: tuple[str, ...] = ()
    date: bool = False
    filled: str = ""
    max_characters: int | None = None


@dataclass(slots=True, eq=False)
class Paragraph:
    """A paragraph: ``control`` is the content control around all of it that is a form's, if any."""

    node: Node
    control: Node | None = None
    atoms: list[Atom] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    holes: list[Hole] = field(default_factory=list)
    text: str = ""
    pictures: bool = False

    @property
    def blank(self) -> bool:
        """Whether it shows nothing and nothing is to be written into a part of it."""
        return not self.text.strip() and not (self.boxes or self.holes or self.pictures)

    @property
    def style(self) -> str:
        """The style's id in lower case."""
        look = self.node.child("pPr")
        named = look.child("pStyle") if look else None
        return named.val.casefold() if named else ""

    @property
    def numbered(self) -> bool:
        """Whether it is an item of a list."""
        look = self.node.child("pPr")
        return look is not None and look.child("numPr") is not None

    @property
    def bold(self) -> bool:
        """Whether all of its words are bold."""
        shown = [atom for atom in self.atoms if atom.text.strip()]
        return bool(shown) and all(run_has(atom.run, "b") for atom in shown)

    @property
    def tracked(self) -> bool:
        """Whether it holds tracked changes."""
        return tracked(self.node)


def run_has(run: Node, tag: str) -> bool:
    """Whether a run's look switches this on."""
    look = run.child("rPr")
    found = look.child(tag) if look else None
    return found is not None and found.on and found.val != "none"


def _taken(paragraph: Paragraph, start: int, end: int) -> bool:
    """Whether another place lies there, or the paragraph has so many that it is no form's."""
    if len(paragraph.boxes) + len(paragraph.holes) > MAX_PLACES:
        return True
    places: tuple[Box | Hole, ...] = (*paragraph.boxes, *paragraph.holes)
    return any(each.start < end and start < each.end for each in places)


def written_boxes(paragraph: Paragraph) -> None:
    """Boxes typed as text. One alone in a sentence ("the ■ sign") is found too and judged by its place."""
    for match in _WRITTEN_BOX.finditer(paragraph.text):
        if not _taken(paragraph, *match.span()):
            ticked = match[0] in TICKED_BOXES or match[0][1:2] in {"x", "X", "✓", "✔"}
            paragraph.boxes.append(Box("text", *match.span(), ticked))


def written_lines(paragraph: Paragraph) -> None:
    """Lines to write on, placeholders in brackets, and the phrases that Word puts into controls."""
    text = paragraph.text
    shown = text.strip()
    if paragraph.style.startswith(("toc", "verzeichnis")):
        return
    for kind, pattern in (("line", _BLANK_LINE), ("phrase", _PHRASE), ("bracket", _BRACKET)):
        for match in pattern.finditer(text):
            whole = shown == match[0] or text[max(match.start() - 12, 0) : match.start()].rstrip().endswith((":", "?"))
            if kind == "phrase" and not whole:
                continue
            inner = match[0][1:-1]
            if kind == "bracket" and not (
                inner[:1] == "{" or _TO_FILL.match(inner) or (whole and _FILLS.search(inner))
            ):
                continue
            if not _taken(paragraph, *match.span()):
                paragraph.holes.append(Hole(kind, *match.span()))  # type: ignore[arg-type]  # the literals above
    for start, end in _underlined(paragraph):
        if not _taken(paragraph, start, end):
            paragraph.holes.append(Hole("line", start, end))


def marked(paragraph: Paragraph) -> None:
    """Answers of ours: nothing inside them is a place to write."""
    for node in paragraph.node.children:
        match = _MARK.fullmatch(node.attributes.get("name", "")) if node.tag == "bookmarkStart" else None
        start, end = (int(match[1]), len(paragraph.text) - int(match[2])) if match else (1, 0)
        if start > end or _taken(paragraph, start, end):
            continue
        paragraph.holes.append(Hole("mark", start, end, filled=paragraph.text[start:end]))


def _underlined(paragraph: Paragraph) -> Iterator[tuple[int, int]]:
    """Blanks that are underlined: a line to write on, as typed with the tab key."""
    start = None
    end = 0
    for atom in paragraph.atoms:
        empty = _BLANKS.fullmatch(atom.text) is not None and run_has(atom.run, "u")
        if empty:
            start = atom.start if start is None else start
            end = atom.end
        elif start is not None:
            yield from _wide(paragraph, start, end)
            start = None
    if start is not None:
        yield from _wide(paragraph, start, end)


def _wide(paragraph: Paragraph, start: int, end: int) -> Iterator[tuple[int, int]]:
    if "\t" in paragraph.text[start:end] or end - start >= 4:
        yield start, end
