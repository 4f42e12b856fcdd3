"""Forms in running text: what asks, and the place below or beside it that takes the answer.

The document is read once from top to bottom. Words that ask wait until a place turns up: a box to tick, a control, a
line to write on, an empty paragraph. Tables that ``detect`` makes nothing of are read by ``docx_cells``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from rfp_responder.questionnaire.docx_tables import MAX_LABEL, Block, CellSlot, Group, group_boxes
from rfp_responder.questionnaire.docx_text import Hole, Paragraph
from rfp_responder.questionnaire.docx_words import (
    COMMENT,
    HEADINGS,
    INVITES,
    MAX_WORDS,
    RESPONSE,
    SEVERAL,
    code_of,
    is_hint,
    is_label,
    is_label_block,
    is_prose,
    is_question,
    is_request,
    is_title,
    neighbours,
    tidy,
)
from rfp_responder.questionnaire.docx_write import Span
from rfp_responder.questionnaire.rules import asks, is_choice, limits, never_asks
from rfp_responder.text import fold

LEAST = 3  # questions that make a list of them
MAX_SLOTS = 5_000  # of a document; questionnaires have up to 1,500 questions
MAX_LINES = 60  # of one group of boxes


@dataclass(slots=True, eq=False)
class Target:
    """Where a text goes: a cell, or the first of some spans, with what keeps it apart from its neighbours."""

    cell: CellSlot | None = None
    spans: list[Span] = field(default_factory=list)
    hole: Hole | None = None
    lead: str = ""
    tail: str = ""


@dataclass(slots=True, eq=False)
class Found:
    """A question with its place: ``target`` for text or a list's value, ``group`` for boxes, ``comment`` beside."""

    question: str
    id: str = ""
    section: str = ""
    target: Target | None = None
    group: Group | None = None
    comment: Target | None = None
    several: bool = False
    words: int | None = None
    characters: int | None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """The values allowed, empty for free text."""
        if self.group is not None:
            lone = len(self.group.boxes) == 1
            return ("Yes",) if lone else tuple(words for words, _, _ in self.group.boxes)
        if self.target is None:
            return ()
        if self.target.hole is not None:
            return self.target.hole.choices
        return self.target.cell.choices if self.target.cell is not None else ()


@dataclass(slots=True)
class Flow:
    """The state of one reading: what was found, the words that wait for a place, the section they stand in."""

    found: list[Found] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    section: str = ""
    choice: Found | None = None  # the choice just found, whose comment may follow

    def walk(self, blocks: Sequence[Block], *, below: bool = True) -> None:
        """Read a container. ``below``: whether an empty paragraph below a question takes its answer."""
        at = 0
        while at < len(blocks) and len(self.found) <= MAX_SLOTS:
            block = blocks[at]
            if not isinstance(block, Paragraph):
                self.table(block)
                at += 1
            elif (block.boxes and (taken := self.boxes(blocks, at))) or (
                block.holes and (taken := self.holes(blocks, at))
            ):
                at += taken
            elif block.blank:
                at += self.blanks(blocks, at, below=below)
            else:
                self.words(blocks, at)
                at += 1

    def table(self, block: Block) -> None:
        """A table is left out here; ``docx_cells`` reads it."""
        self.waiting, self.choice = [], None

    def add(self, found: Found) -> Found:
        """Keep what was found and close what waited for it."""
        said = [found.question, *self.waiting]
        found.section = found.section or self.section
        words, characters = zip(*(limits(text) for text in said), strict=True)
        found.words = next((n for n in words if n), None)
        found.characters = next((n for n in characters if n), None)
        found.id = found.id or code_of(found.question)
        self.found.append(found)
        self.waiting = []
        self.choice = found if found.choices else None
        return found

    def question(self) -> str:
        """The words that wait and ask; hints between them and the place are passed over."""
        asking = [text for text in self.waiting[-6:] if asks(text) >= 2 and not never_asks(text)]
        if asking:
            return asking[-1]
        plain = [text for text in self.waiting[-2:] if not is_hint(text)]
        return plain[-1] if plain else ""

    def boxes(self, blocks: Sequence[Block], at: int) -> int:
        """A group of boxes from here on, or a list with boxes for bullets; how many paragraphs it took."""
        lines: list[Paragraph] = []
        seen: set[str] = set()
        for block in islice(blocks, at, at + MAX_LINES):
            if not isinstance(block, Paragraph) or not block.boxes:
                break
            words = _words_of(block)
            if lines and (block.text[: block.boxes[0].start].strip() or seen & words):
                break
            seen |= words
            lines.append(block)
        own, group = group_boxes(lines)
        if group is None or not self._is_choice(own, group):
            self.waiting += [fold(line.text) for line in lines]
            return len(lines)
        asked = own if own and not RESPONSE.fullmatch(own) else self.question()
        several = any(SEVERAL.search(text) for text in (own, *self.waiting[-3:]))
        if len(group.boxes) == 1:
            asked = group.boxes[0][0] or asked
        if asked:
            self.add(Found(tidy(asked), group=group, several=several and len(group.boxes) > 1))
        return len(lines)

    def _is_choice(self, own: str, group: Group) -> bool:
        words = [words for words, _, _ in group.boxes]
        if not all(words) or len(set(words)) < len(words):
            return len(words) == 1 and bool(own)
        if any(box.kind != "text" for _, box, _ in group.boxes):
            return True
        inline = len({paragraph.node.number for _, _, paragraph in group.boxes}) < len(words)
        asked = own or self.question()
        if len(words) == 1 and all(paragraph.text[box.start] in "☐☑☒[" for _, box, paragraph in group.boxes):
            return True  # no bullet looks so
        short = all(len(each) <= MAX_LABEL for each in words)
        return short and (inline or any(is_choice(each) for each in words) or bool(INVITES.search(asked)))

    def holes(self, blocks: Sequence[Block], at: int) -> int:
        """The places of one paragraph, and lines to write on that go on below; 0 where they are part of prose."""
        paragraph = blocks[at]
        assert isinstance(paragraph, Paragraph)  # asked by the caller
        done, taken = 0, 0
        for hole in paragraph.holes:
            label = fold(paragraph.text[done : hole.start]).strip(" ,;")
            if hole.kind in {"line", "bracket"} and is_prose(label, hole, paragraph.text[hole.end :]):
                continue
            more: list[Span] = []
            if hole is paragraph.holes[-1] and hole.kind == "line":
                more = _lines_below(blocks, at)
            made = Target(None, [Span(paragraph, hole.start, hole.end), *more], hole, *_apart(paragraph, hole))
            if self._place(label, made, blocks, at, first=not taken):
                taken = 1 + len(more)
            done = hole.end
        return taken

    def _place(self, label: str, target: Target, blocks: Sequence[Block], at: int, *, first: bool) -> bool:
        if self.choice is not None and not (target.hole and target.hole.choices):
            beside = not label and not self.waiting and not _label_after(blocks, at)
            if beside or COMMENT.fullmatch(label.rstrip(" :.?")):
                self.choice.comment = target
                self.choice = None
                return True
        if label and not RESPONSE.fullmatch(label):
            self.waiting.append(label)
            self.add(Found(tidy(label), target=target))
            return True
        asked = self.question() if first else ""
        if not label and asks(asked) < 2:
            asked = _label_after(blocks, at) or asked
        if not asked:
            return False
        self.add(Found(tidy(asked), target=target))
        return True

    def blanks(self, blocks: Sequence[Block], at: int, *, below: bool) -> int:
        """Empty paragraphs: the first takes the answer where a question stands above and none of its text below."""
        end = at
        while end < len(blocks) and isinstance(block := blocks[end], Paragraph) and block.blank:
            end += 1
        first = blocks[at]
        after = blocks[end] if end < len(blocks) else None
        if below and self.waiting and isinstance(first, Paragraph) and self._room(after, end - at):
            hole = Hole("line", 0, len(first.text))
            self.add(Found(tidy(self.question()), target=Target(None, [Span(first, 0, len(first.text))], hole)))
        return end - at

    def _room(self, after: Block | None, count: int) -> bool:
        asked = self.question()
        if not asked or len(asked.split()) > MAX_WORDS:
            return False
        last = next(n for n, text in enumerate(reversed(self.waiting)) if text == asked)
        if not all(is_hint(text) for text in self.waiting[len(self.waiting) - last :]):
            return False  # other words stand between
        named = code_of(asked) or any(limits(text) != (None, None) for text in self.waiting)
        if not is_question(asked) and not (named and is_request(asked)):
            return False
        if not isinstance(after, Paragraph) or count >= 3:
            return True
        text = after.text
        return bool(
            after.boxes or after.holes or is_title(after) or is_question(text) or is_request(text) or code_of(text)
        ) or is_label(text)

    def words(self, blocks: Sequence[Block], at: int) -> None:
        """A paragraph of words: a heading, a label with nothing behind it, or something that may ask."""
        paragraph = blocks[at]
        assert isinstance(paragraph, Paragraph)  # asked by the caller
        text = fold(paragraph.text)
        if paragraph.style.startswith(("toc", "verzeichnis", "header", "footer")):
            return
        if is_title(paragraph) and asks(text) < 2:
            self.section, self.waiting, self.choice = text, [], None
            return
        if text.endswith(":") and self._label(blocks, at, text):
            return
        if not (self.choice is not None and COMMENT.fullmatch(text.rstrip(" :.?"))):
            self.choice = None if asks(text) >= 2 else self.choice
        self.waiting.append(text)

    def _label(self, blocks: Sequence[Block], at: int, text: str) -> bool:
        """``Response:`` below a question, or one of several ``Company name:`` in a row: the answer goes behind it."""
        paragraph = blocks[at]
        assert isinstance(paragraph, Paragraph)  # asked by the caller
        end = len(paragraph.text)
        hole = Hole("end", end, end)
        lead = "" if paragraph.text[-1:].isspace() else " "
        target = Target(None, [Span(paragraph, end, end)], hole, lead)
        if RESPONSE.fullmatch(text):
            asked = self.question()
            if asked:
                self.add(Found(tidy(asked), target=target))
            return bool(asked)
        if self.choice is not None and COMMENT.fullmatch(text.rstrip(" :.?")):
            self.choice.comment, self.choice = target, None
            return True
        if not is_label(text) or not any(is_label_block(each) for each in neighbours(blocks, at)):
            return False
        self.waiting.append(text)
        self.add(Found(tidy(text), target=target))
        return True


def _open(paragraph: Paragraph) -> bool:
    """Whether a paragraph has no places but answers of ours."""
    return not paragraph.boxes and all(hole.kind == "mark" for hole in paragraph.holes)


def questions_alone(blocks: Sequence[Block]) -> list[Found]:
    """A list of questions without any place to answer: each takes its answer as a new line of its own paragraph.

    Empty where questions are few beside the other words, which is prose that asks now and then.
    """
    shown = [block for block in blocks if isinstance(block, Paragraph) and block.text.strip() and _open(block)]
    flow = Flow()
    others = 0
    for paragraph in shown:
        mark = next(iter(paragraph.holes), None)
        text = fold(paragraph.text[: mark.start] if mark else paragraph.text)
        asked = is_question(text) or (is_request(text) and bool(paragraph.numbered or code_of(text)))
        if asked and len(text.split()) <= MAX_WORDS and not never_asks(text):
            end = len(paragraph.text)
            target = Target(None, [Span(paragraph, end, end)], mark or Hole("end", end, end), "\n")
            flow.add(Found(tidy(text), target=target))
        elif is_title(paragraph):
            flow.section = text
        else:
            others += 1
    return flow.found if len(flow.found) >= LEAST and len(flow.found) >= others else []


def _lines_below(blocks: Sequence[Block], at: int) -> list[Span]:
    """The paragraphs below that are nothing but lines to write on: they belong to the same place."""
    found: list[Span] = []
    for block in blocks[at + 1 :]:
        if not isinstance(block, Paragraph) or block.boxes or [hole.kind for hole in block.holes] != ["line"]:
            break
        hole = block.holes[0]
        if (block.text[: hole.start] + block.text[hole.end :]).strip():
            break
        found.append(Span(block, hole.start, hole.end))
    return found


def _label_after(blocks: Sequence[Block], at: int) -> str:
    """A short label below a line (``Signature``), where nothing above asks."""
    below = blocks[at + 1] if at + 1 < len(blocks) else None
    if isinstance(below, Paragraph) and not (below.blank or below.holes or below.boxes):
        text = fold(below.text)
        if below.style.startswith(HEADINGS):
            return ""
        return text if len(text.split()) <= 6 and not text.endswith((".", "?", ":")) else ""
    return ""


def _apart(paragraph: Paragraph, hole: Hole) -> tuple[str, str]:
    """Blanks that keep an answer apart from the words beside it; a control or field is a place of its own."""
    if hole.kind in {"control", "field"}:
        return "", ""
    before, after = paragraph.text[: hole.start][-1:], paragraph.text[hole.end :][:1]
    return " " if before and not before.isspace() and before not in "(\"'" else "", " " if after.isalnum() else ""


def _words_of(paragraph: Paragraph) -> set[str]:
    _, group = group_boxes([paragraph])
    return {words for words, _, _ in group.boxes} if group else set()
