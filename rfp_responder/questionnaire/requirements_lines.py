"""From a document's pages to its blocks: headings, paragraphs, list items, rows, each with page and section.

A reader gives one line for each paragraph, item or row, as far as it can tell. Here lines that a page's end or a
narrow reader broke are joined again, marks and printed ids are taken off, and each block learns its section.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rfp_responder.domain import Document, Page
from rfp_responder.questionnaire.obligations import topic_of
from rfp_responder.questionnaire.obligations_model import Topic
from rfp_responder.questionnaire.obligations_requests import request
from rfp_responder.questionnaire.requirements_blocks import (
    BULLET,
    CLAUSE,
    CONTENTS_LINE,
    LIST,
    NUMBERED,
    PART,
    Block,
    block_of,
    prefixes_of,
)
from rfp_responder.questionnaire.requirements_heads import head_of, kind_of, role_of

_INLINE = re.compile(r"(?<=[;,])(\s+(?:and|or|and/or))?\s+(?=\([b-z]\)\s|\((?:ii|iii|iv|v|vi|vii|viii|ix)\)\s)")
_NOTE = re.compile(r"^(\d{1,2}|[⁰¹²³⁴-⁹]{1,2})\s?(?=[A-Z“\"][a-z]|A\s)")
_GOES_ON = re.compile(r"(?:,|\b(?:and|or|of|the|to|for|with|in|by|a|an|on|at|from|as|that|which|its|their|not|be))$")


def blocks(document: Document) -> list[Block]:
    """The blocks of a document in order, headings among them, each with its section and topic."""
    prefixes = prefixes_of(document.pages)
    plain = document.media_type == "text/plain"
    found: list[Block] = []
    for page in document.pages:
        on_page = len(found)
        repeated = False
        for text, heading in _lines(page, plain=plain):
            for piece in _pieces(text):
                block = block_of(piece, heading, page.number, prefixes)
                if block.kind == "prose" and not block.code:
                    _take_note(block, page.text)
                if _is_repeated_head(found, block, on_page):
                    repeated = True
                    continue
                before = _before(found, block, at_top=len(found) == on_page)
                joined = before is not None and (_wraps_head(before, block) or _joins(before, block, repeated=repeated))
                repeated = False
                if not joined:
                    found.append(block)
        found[on_page:] = sorted(
            found[on_page:], key=lambda block: block.note
        )  # a paragraph may go on behind its notes
    _mark_forms(found)
    _find_small_headings(found)
    return _placed(found)


_FORM_WORD = re.compile(
    r"^(?:(?:full|legal|printed|company|contact)\s+)?(?:name|date|signature|signed|title|(?:tele)?phone|e-?mail|address|fax|"
    r"position|place|(?:tax|vat|registration)\b.*|contact|city|zip|post\s?code)\b",
    re.I,
)
_OF_SENTENCES = re.compile(r"\b(?:the|an?|your|our|all|any|each|every|no|two|three|must|shall|should|will|may)\b", re.I)


_STATES = re.compile(r"\b(?:shall|must|should|will|may|can|is|are|was|were|has|have|please|dear|sincerely)\b", re.I)


def _short(block: Block, words: int) -> bool:
    """Whether a block is an unmarked line of a few words that ends without a stop."""
    plain = block.kind == "prose" and not block.mark and not block.code and not block.note
    return plain and len(block.text.split()) <= words and block.text[-1:] not in ".;:,?!" and block.text[:1].isupper()


def _mark_forms(found: Sequence[Block]) -> None:
    """Mark the fields of a blank form: three or more short lines in a row, two of them words of forms."""
    run: list[Block] = []
    for block in (*found, None):
        if block is not None and _short(block, 6):
            run.append(block)
            continue
        if len(run) >= 3 and sum(1 for each in run if _FORM_WORD.match(each.text)) >= 2:
            for each in run:
                each.field = not _OF_SENTENCES.search(each.text)
        run.clear()


def _find_small_headings(found: Sequence[Block]) -> None:
    """Make a heading of a short line that stands alone between a paragraph that has ended and one that begins."""
    for before, block, after in zip(found, found[1:], found[2:], strict=False):
        ended = before.kind == "heading" or (before.kind in {"prose", "item"} and before.text.endswith((".", "?", "!")))
        begins = after.kind == "prose" and not after.mark and len(after.text.split()) >= 8
        whole = begins and after.text[:1].isupper() and after.text.endswith((".", "?", ":", "!"))
        title = _short(block, 6) and not re.search(r"[\d,/()·|@]", block.text) and not _STATES.search(block.text)
        if ended and whole and title and request(block.text, "") is None:
            block.kind, block.level = "heading", 9


def _is_repeated_head(found: Sequence[Block], block: Block, on_page: int) -> bool:
    """Whether a row at the top of a page is the head of the table that goes on there."""
    if block.kind != "row" or block.code or len(block.cells) < 2 or len(found) != on_page or not head_of(block.cells):
        return False
    return any(each.kind == "row" and each.cells == block.cells for each in reversed(found[-60:]))


def _before(found: Sequence[Block], block: Block, *, at_top: bool) -> Block | None:
    """The block that this one may go on: the one before, at the top of a page the last that is no footnote."""
    if block.note or not found:
        return None
    return next((each for each in reversed(found) if not (at_top and each.note)), None)


def _wraps_head(previous: Block, block: Block) -> bool:
    """Join the wrapped name of a column ("Maximum / words"), which is bold like a heading, to its table's head."""
    if block.kind == "row" or block.code or previous.kind != "row" or not head_of(previous.cells):
        return False
    if len(block.text.split()) > 3 or block.text.endswith((".", ":")) or re.match(r"\d", block.text):
        return False
    if block.text[:1].islower():
        previous.cells = (*previous.cells[:-1], f"{previous.cells[-1]} {block.text}")
    elif role_of(block.text) != "other" and len(previous.cells) >= 2:
        previous.cells = (*previous.cells, block.text)
    else:
        return False
    return True


def _pieces(line: str) -> Iterator[str]:
    """A line, or the items that a reader ran together in it ("…; and (e) support")."""
    if "\t" in line:
        yield line
        return
    start = 0
    for match in _INLINE.finditer(line):
        if not LIST.match(BULLET.sub("", line)):
            break
        yield line[start : match.end()].strip()
        start = match.end()
    yield line[start:]


def _take_note(block: Block, page: str) -> None:
    """Mark a footnote, whose number stands raised elsewhere on its page, and take the number off."""
    match = _NOTE.match(block.text)
    if not match:
        return
    raised = match.group(1).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    place = page.find(raised)
    if place >= 0 and page[place - 1 : place] not in {"", "\n", " "}:
        block.text, block.note, block.mark = block.text[match.end() :], True, raised


def _lines(page: Page, *, plain: bool) -> Iterator[tuple[str, int]]:
    """The page's lines with the level of the heading that each is (0: none)."""
    levels = {heading.start: heading.level for heading in page.headings}
    start = 0
    held: list[str] = []
    for line in page.text.split("\n"):
        if not plain:
            if line.strip():
                yield line.strip(), levels.get(start, 0)
        elif not line.strip():
            yield from _flushed(held)
        else:
            if held and not _wraps(held[-1], line):
                yield from _flushed(held)
            held.append(line.strip())
        start += len(line) + 1
    yield from _flushed(held)


def _flushed(held: list[str]) -> Iterator[tuple[str, int]]:
    if held:
        yield " ".join(held), 0
        held.clear()


def _wraps(previous: str, line: str) -> bool:
    """Whether a line of a plain text goes on the line above it."""
    text = line.strip()
    if BULLET.match(text) or LIST.match(text) or CLAUSE.match(text) or PART.match(text) or NUMBERED.match(text):
        return False
    if previous.isupper() or text.isupper() or previous.endswith(":") or "\t" in text or set(text) <= set("-=_*~ "):
        return False
    return len(previous) > 45 or text[:1].islower()


def _joins(previous: Block, block: Block, *, repeated: bool) -> bool:
    """Join a block to the one before where it goes on there; tells whether it did. ``repeated``: the head of a table
    was repeated between the two."""
    if previous.kind == "row" and not block.code and block.kind != "heading" and not block.mark:
        return _joins_row(previous, block, repeated=repeated)
    if previous.kind in {"heading", "row"} or block.kind in {"heading", "row"} or block.mark or block.code:
        return False
    ended = previous.text.endswith((".", "!", "?", ":", ";"))
    lower = block.text[:1].islower()
    clause = bool(previous.code) and not previous.mark and len(previous.text) > 60
    if (
        ended
        or not (lower or clause or _GOES_ON.search(previous.text))
        or (CONTENTS_LINE.search(previous.text) and not lower)
    ):
        return False
    previous.pages.append((len(previous.text) + 1, block.pages[0][1]))
    previous.text = f"{previous.text} {block.text}"
    return True


def _joins_row(row: Block, block: Block, *, repeated: bool) -> bool:
    """Join what a page's end or a narrow column broke off a row to the cell that it goes on."""
    longest = max(range(len(row.cells)), key=lambda place: len(row.cells[place]))
    text = row.cells[longest]
    if head_of(row.cells) or (block.kind == "row" and not repeated):
        return False
    goes_on = block.text[:1].islower() and not text.endswith((".", "!", "?", ":"))
    coded_row = bool(row.code) and any(kind_of(cell) for cell in row.cells)
    if not goes_on and not (repeated and (coded_row or not text.endswith("."))):
        return False
    more = max(block.cells, key=len) if block.cells else block.text
    row.cells = (*row.cells[:longest], f"{text} {more}", *row.cells[longest + 1 :])
    row.text = " ".join(row.cells)
    return True


def _placed(found: Iterable[Block]) -> list[Block]:
    """Each block with its nearest heading, and the topic of that heading or of one above it."""
    path: list[Block] = []
    placed: list[Block] = []
    marks: dict[tuple[int, str], Block] = {}
    for block in found:
        if block.kind == "heading":
            if path and path[-1].topic == "contents" and CONTENTS_LINE.search(block.text):
                continue
            number = _depth(block.text)
            level = number or block.level
            path = [each for each in path if (_depth(each.text) or each.level) < level]
            above: list[Topic] = [each.topic for each in reversed(path) if each.topic not in {"", "contents"}]
            block.topic = topic_of(block.text) or (above[0] if above else "")
            path.append(block)
        block.section = path[-1].text if path else ""
        block.topic = path[-1].topic if path else ""
        if block.raised:
            marks[block.pages[0][1], block.raised] = block
        if block.note and (block.pages[0][1], block.mark) in marks:  # a footnote stands under the heading of its mark
            of = marks[block.pages[0][1], block.mark]
            block.section, block.topic = of.section, of.topic
        if block.note:
            block.mark = ""
        placed.append(block)
    return placed


def _depth(heading: str) -> int:
    if PART.match(heading):
        return 1
    match = re.match(r"^(?:[A-Z]\.?)?(\d{1,3}(?:\.\d{1,3})*)\.?\s", heading)
    if match:
        return match.group(1).count(".") + 1 + (1 if heading[0].isalpha() else 0)
    return 0
