"""A Word paragraph read run by run: its text, content controls, form fields and picture-font boxes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rfp_responder.questionnaire.docx_controls import (
    control_box,
    control_lists,
    is_form_control,
    properties,
    shows_placeholder,
)
from rfp_responder.questionnaire.docx_text import Atom, Box, Hole, Paragraph, marked, written_boxes, written_lines
from rfp_responder.questionnaire.docx_xml import Node
from rfp_responder.questionnaire.rules import is_placeholder

_PICTURE_FONTS = re.compile(r"wingdings|webdings|symbol", re.IGNORECASE)
_EMPTY_SYMBOLS = frozenset({"6F", "71", "72", "A8", "A1", "A3", "63"})
_TICKED_SYMBOLS = frozenset({"FE", "FD", "FC", "FB", "78", "52", "54", "53"})
_AS_BLANKS = str.maketrans("\n\r\t", "   ")  # in a text element Word shows them as blanks


def read_paragraph(node: Node, control: Node | None = None) -> Paragraph:
    """Everything in one paragraph; ``control`` is the content control that holds all of it."""
    made = _Reading(Paragraph(node, control))
    made.inside(node, None)
    paragraph = made.paragraph
    paragraph.text = "".join(atom.text for atom in paragraph.atoms)
    made.close_fields()
    if control is not None:
        _whole_control(paragraph, control)
    if paragraph.atoms:
        marked(paragraph)
        written_boxes(paragraph)
        written_lines(paragraph)
    paragraph.boxes.sort(key=lambda box: box.start)
    paragraph.holes.sort(key=lambda hole: (hole.start, hole.end))
    return paragraph


@dataclass(slots=True)
class _Field:
    """A form field that is being read: ``begin`` is its first character, ``shown`` where its result starts."""

    begin: Node
    code: str = ""
    shown: int | None = None
    after: Node | None = None


class _Reading:
    """The walk through a paragraph's runs."""

    def __init__(self, paragraph: Paragraph) -> None:
        self.paragraph = paragraph
        self.offset = 0
        self.fields: list[_Field] = []

    def inside(self, node: Node, control: Node | None) -> None:
        for child in node.children:
            if child.tag == "r":
                self.run(child)
            elif child.tag == "sdt":
                self.control(child)
            elif child.tag in {
                "hyperlink",
                "ins",
                "moveTo",
                "smartTag",
                "fldSimple",
                "sdtContent",
                "customXml",
                "dir",
                "bdo",
            }:
                self.inside(child, control)
            elif child.tag.startswith("other:"):
                self.paragraph.pictures = True

    def control(self, node: Node) -> None:
        start = self.offset
        before = len(self.paragraph.atoms)
        content = node.child("sdtContent")
        if content is not None:
            self.inside(content, node)
        if not is_form_control(node):
            return
        shown = "".join(atom.text for atom in self.paragraph.atoms[before:])
        add_control(self.paragraph, node, start, start + len(shown), shown)

    def run(self, run: Node) -> None:
        for child in run.children:
            text = ""
            if child.tag == "t":
                text = child.text.translate(_AS_BLANKS)
            elif child.tag in {"tab", "br", "cr", "noBreakHyphen"}:
                text = {"tab": "\t", "noBreakHyphen": "-"}.get(child.tag, "\n")
            elif child.tag == "sym":
                self.symbol(child)
            elif child.tag == "fldChar":
                self.mark(child, run)
            elif child.tag == "instrText" and self.fields and self.fields[-1].shown is None:
                self.fields[-1].code += child.text
            elif child.tag in {"drawing", "pict", "object"} or child.tag.startswith("other:"):
                self.paragraph.pictures = True
            if text:
                self.paragraph.atoms.append(Atom(child, run, self.offset, text))
                self.offset += len(text)

    def symbol(self, node: Node) -> None:
        code = node.attributes.get("char", "").upper()[-2:]
        if _PICTURE_FONTS.search(node.attributes.get("font", "")) and code in _EMPTY_SYMBOLS | _TICKED_SYMBOLS:
            self.paragraph.boxes.append(Box("symbol", self.offset, self.offset, code in _TICKED_SYMBOLS, symbol=node))

    def mark(self, node: Node, run: Node) -> None:
        kind = node.attributes.get("fldCharType", "")
        if kind == "begin":
            self.fields.append(_Field(node))
        elif kind == "separate" and self.fields:
            self.fields[-1].shown, self.fields[-1].after = self.offset, run
        elif kind == "end" and self.fields:
            self.finish(self.fields.pop())

    def shown_from(self, offset: int) -> str:
        """The text read so far, from an offset on."""
        pieces = []
        for atom in reversed(self.paragraph.atoms):
            if atom.start < offset:
                break
            pieces.append(atom.text)
        return "".join(reversed(pieces))

    def close_fields(self) -> None:
        while self.fields:
            self.finish(self.fields.pop())

    def finish(self, found: _Field) -> None:
        data, code = found.begin.child("ffData"), found.code.strip().upper()
        if data is None:
            return
        paragraph = self.paragraph
        enabled = data.child("enabled")
        if enabled is not None and not enabled.on:
            return
        if code.startswith("FORMCHECKBOX") and (box := data.child("checkBox")):
            state = box.child("checked") or box.child("default")
            here = found.shown if found.shown is not None else self.offset
            paragraph.boxes.append(Box("field", here, here, state is not None and state.on, box))
        elif code.startswith("FORMDROPDOWN") and (menu := data.child("ddList")):
            entries = [each.val for each in menu.children if each.tag == "listEntry"]
            chosen = menu.child("result")
            index = int(chosen.val) if chosen and chosen.val.isdigit() else 0
            shown = entries[index] if index < len(entries) else ""
            filled = "" if is_placeholder(shown) or chosen is None else shown
            choices = tuple(dict.fromkeys(e for e in entries if e.strip() and not is_placeholder(e)))
            paragraph.holes.append(
                Hole("field", self.offset, self.offset, entries=menu, choices=choices, filled=filled)
            )
        elif code.startswith("FORMTEXT") and found.shown is not None:
            shown = self.shown_from(found.shown)
            kind = data.child("textInput")
            longest = kind.child("maxLength") if kind else None
            filled = "" if is_placeholder(shown) or not shown.strip() else shown.strip()
            start = found.shown
            paragraph.holes.append(
                Hole(
                    "field",
                    start,
                    start + len(shown),
                    after=found.after,
                    filled=filled,
                    max_characters=int(longest.val)
                    if longest and longest.val.isdigit() and longest.val != "0"
                    else None,
                )
            )


def add_control(paragraph: Paragraph, control: Node, start: int, end: int, shown: str) -> None:
    """Note the box or the place that a content control stands for."""
    box = control_box(control)
    if box is not None:
        state = next((each for each in box.children if each.tag.endswith("checked")), None)
        symbol = next((s for s in control.below("sym")), None)
        paragraph.boxes = [each for each in paragraph.boxes if each.symbol is None or each.symbol is not symbol]
        paragraph.boxes.append(Box("control", start, end, state is not None and state.on, box, symbol))
        return
    kind = properties(control)
    choices = control_lists(control)
    date = kind is not None and kind.child("date") is not None
    free = shows_placeholder(control) or not shown.strip() or is_placeholder(shown)
    if not free and choices is None and not date:
        return  # a filled text control may hold anything, also prose that is no answer
    content = control.child("sdtContent")
    last = content.children[-1] if content and content.children and content.children[-1].tag == "r" else None
    filled = "" if free else shown.strip()
    paragraph.holes.append(
        Hole("control", start, end, control, after=last, choices=choices or (), date=date, filled=filled)
    )


def _whole_control(paragraph: Paragraph, control: Node) -> None:
    """A control around the paragraph: one place, unless the paragraph has places of its own."""
    if paragraph.boxes and control_box(control) is not None:
        paragraph.boxes = []
    if paragraph.boxes or paragraph.holes:
        return
    add_control(paragraph, control, 0, len(paragraph.text), paragraph.text)
