"""A Word document's paragraphs and rows to pages, cut where Word last broke them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rfp_responder.domain import Page
from rfp_responder.ingest.writing import PageText, folded

MAX_PAGES = 10_000
BREAK, RENDERED = "\f", "\v"  # a break the writer asked for, a break where Word's page ended; XML holds neither
MARKS = re.compile(f"[{BREAK}{RENDERED}]")
_PSEUDO_HEADING = 100  # characters of a line in bold that is taken for a heading where no style names any

NoteKey = tuple[str, str]  # "footnote" or "endnote", its id


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a table's row (with ``row``), with the page breaks that stand in it."""

    text: str
    level: int = 0
    row: bool = False
    starts_page: bool = False
    bold: bool = False
    notes: tuple[NoteKey, ...] = ()


def pages(blocks: Sequence[Block], footnotes: Mapping[NoteKey, str]) -> list[Page]:
    """The pages of a document, one where nothing tells of a break."""
    composer = _Composer(footnotes)
    styled = any(block.level and folded(block.text) for block in blocks)
    for block in blocks:
        composer.add(block if styled else _guessed(block))
    composer.turn(last=True)
    return composer.pages


def _guessed(block: Block) -> Block:
    """A short line all in bold is a heading where the writer used no styles."""
    words = folded(block.text)
    if block.row or not block.bold or not 2 < len(words) <= _PSEUDO_HEADING or words.endswith((".", ";", ",")):
        return block
    return Block(block.text, 2, starts_page=block.starts_page, notes=block.notes)


@dataclass(slots=True)
class _Composer:
    """Lines to pages: counts breaks as a reader of the printed document would."""

    footnotes: Mapping[NoteKey, str]
    pages: list[Page] = field(default_factory=list)
    text: PageText = field(default_factory=PageText)
    asked: bool = False  # a break was asked for and nothing has come since
    notes: list[NoteKey] = field(default_factory=list)
    count: int = 0  # footnotes so far

    def add(self, block: Block) -> None:
        """Write a block; breaks in it begin new pages."""
        if block.starts_page and self.text:
            self.turn()
            self.asked = True
        at = 0
        for mark in MARKS.finditer(block.text):
            self._write(block, block.text[at : mark.start()])
            at = mark.end()
            if mark.group() == RENDERED and self.asked:
                self.asked = False  # Word tells again where the break that was asked for came to stand
            else:
                self.turn()
                self.asked = mark.group() == BREAK
        self._write(block, block.text[at:])
        self.notes += block.notes

    def turn(self, last: bool = False) -> None:
        """End the page, its footnotes below its text; the last page of all takes what is left."""
        if len(self.pages) == MAX_PAGES - 1 and not last:
            return
        for key in self.notes:
            self.count += 1
            if self.footnotes.get(key):
                self.text.line(f"{key[0].capitalize()} {self.count}: {self.footnotes[key]}")
        self.notes = []
        self.pages.append(self.text.page(len(self.pages) + 1))
        self.text = PageText()

    def _write(self, block: Block, text: str) -> None:
        if not text.strip():
            return
        self.asked = False
        if block.row:
            self.text.row(text)
        elif block.level:
            self.text.heading(text, block.level)
        else:
            self.text.line(text)
