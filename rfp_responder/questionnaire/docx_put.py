"""One answer put at its place in a Word document, or the reason why it cannot be."""

from __future__ import annotations

import re

from rfp_responder.questionnaire.docx_controls import control_lists, locked, properties
from rfp_responder.questionnaire.docx_tables import CellSlot
from rfp_responder.questionnaire.docx_text import Box, Hole, Paragraph
from rfp_responder.questionnaire.docx_write import Span, Splicer
from rfp_responder.questionnaire.docx_xml import tracked

MARK = "x"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without control characters, line ends as one character."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def put_in_cell(splicer: Splicer, slot: CellSlot, text: str, mark: tuple[int, int] | None = None) -> str:
    """Write into a table's cell; the reason why nothing was written, ``""`` where it was. ``mark`` as in ``Change``."""
    cell = slot.cell
    if tracked(cell.node):
        return "the cell holds tracked changes"
    if locked(slot.hole.control if slot.hole else cell.node):
        return "the cell's content control is locked"
    if slot.group is not None:
        return _tick_one(splicer, slot, text)
    if slot.hole is not None and slot.paragraph is not None:
        return put_in_hole(splicer, slot.hole, [Span(slot.paragraph, slot.hole.start, slot.hole.end)], text, mark)
    if slot.listed and text not in slot.listed:
        return f"the cell offers no {text[:40]!r}"
    paragraphs = cell.paragraphs
    if not paragraphs:
        return "the cell has no paragraph to write into"
    first = next((p for p in paragraphs if p.text.strip()), paragraphs[0])
    others = [p for p in paragraphs if p is not first]
    splicer.fill([Span(p, 0, len(p.text)) for p in (first, *others)], text, None, mark)
    return ""


def _tick_one(splicer: Splicer, slot: CellSlot, text: str) -> str:
    assert slot.group is not None  # asked by the caller
    for words, box, paragraph in slot.group.boxes:
        if (slot.lone and text == MARK) or (not slot.lone and words == text):
            return tick(splicer, box, paragraph)
    return f"the cell has no box for {text[:40]!r}"


def tick(splicer: Splicer, box: Box, paragraph: Paragraph) -> str:
    """Tick a box; the reason why it was not, ``""`` where it is."""
    if paragraph.tracked:
        return "the place holds tracked changes"
    if locked(box.node or paragraph.node):
        return "the content control is locked"
    if not box.ticked:
        splicer.tick(box, paragraph)
    return ""


def put_in_hole(splicer: Splicer, hole: Hole, spans: list[Span], text: str, mark: tuple[int, int] | None = None) -> str:
    """Write at a hole; the reason why nothing was written, ``""`` where it was. ``mark`` as in ``Change``."""
    if any(span.paragraph.tracked for span in spans):
        return "the place holds tracked changes"
    if locked(hole.control or spans[0].paragraph.node):
        return "the content control is locked"
    if hole.max_characters is not None and len(text) > hole.max_characters:
        return f"the form field holds {hole.max_characters} characters at most"
    if hole.entries is not None:
        return "" if splicer.choose(hole.entries, text) else f"the list has no entry {text[:40]!r}"
    if hole.control is not None and (lists := control_lists(hole.control)) is not None:
        menu = properties(hole.control)
        if text not in lists and menu is not None and menu.child("dropDownList") is not None:
            return f"the list has no entry {text[:40]!r}"
    tells = hole.kind == "field" or hole.date or bool(hole.choices)  # such a place is found again by itself
    splicer.fill(spans, text, hole, None if tells else mark)
    return ""
