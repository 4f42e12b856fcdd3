"""Answers spliced into the bytes of a Word document part: text at its place, boxes ticked, lists set.

The elements of the answer's own text are replaced or one run is added; every other byte stays as it is. Offsets are
zero-based.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rfp_responder.questionnaire.docx_controls import properties, shows_placeholder
from rfp_responder.questionnaire.docx_text import MARK_NAME, Atom, Box, Hole, Paragraph
from rfp_responder.questionnaire.docx_xml import Node, name_of, prefix_of
from rfp_responder.questionnaire.xmltext import apply, encoding_of, without_attribute

_PLACEHOLDER_STYLE = re.compile(r"placeholder|platzhalter|espacereserv|marcador", re.IGNORECASE)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LOUD = re.compile(rb"<(?:\w+:)?(?:b|bCs|u|caps|smallCaps|rStyle)(?:\s[^>]*)?/>")
_BOOKMARK = re.compile(rb"<[\w.\-]*:?bookmarkStart\s[^>]*?\bid\s*=\s*[\"'](\d{1,9})[\"']")
_TICKS = {"○": "●", "◯": "●", "[": "[x]", "(": "(x)", "_": "_x_"}


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a paragraph, ``start..end``."""

    paragraph: Paragraph
    start: int
    end: int


@dataclass(slots=True, eq=False)
class Change:
    """Characters ``start..end`` of a paragraph that become ``text``.

    ``mark`` is set where a hidden bookmark is to tell the place afterwards: the characters of ``text`` before and
    behind the answer itself.
    """

    start: int
    end: int
    text: str
    hole: Hole | None = None
    mark: tuple[int, int] | None = None


@dataclass(slots=True)
class Splicer:
    """Changes of one document part, gathered; ``result`` gives the new bytes."""

    data: bytes
    changes: dict[int, tuple[Paragraph, list[Change]]] = field(default_factory=dict)
    pieces: dict[tuple[int, int], bytes] = field(default_factory=dict)
    ticked: list[Box] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)
    marks: int = 0

    def result(self) -> bytes:
        """The part with every change in it."""
        for paragraph, changes in self.changes.values():
            self._rewrite(paragraph, sorted(changes, key=lambda change: (change.start, change.end)))
        return apply(self.data, ((start, end, new) for (start, end), new in self.pieces.items()))

    def fill(self, spans: list[Span], text: str, hole: Hole | None = None, mark: tuple[int, int] | None = None) -> None:
        """Put the text at the first span and empty the others; ``mark`` as in ``Change``."""
        for number, span in enumerate(spans):
            change = Change(span.start, span.end, "" if number else text, hole, None if number else mark)
            self.changes.setdefault(span.paragraph.node.number, (span.paragraph, []))[1].append(change)
            self._open_controls(span.paragraph.node, text)
        if hole is not None and hole.control is not None:
            self._open_controls(hole.control, text)

    def tick(self, box: Box, paragraph: Paragraph) -> None:
        """Tick a box: its state, and the sign it shows."""
        self.ticked.append(box)
        char, font = ("2612", "") if box.kind != "symbol" else ("F0FE", "")
        if box.kind == "control" and box.node is not None:
            char, font = self._tick_control(box.node)
        elif box.kind == "field" and box.node is not None:
            old = box.node.child("checked")
            self._set_child(box.node, old, "checked", last=True)
            return
        if box.symbol is not None:
            tag = self.data[box.symbol.start : box.symbol.inner]
            for name, value in (("char", char), ("font", font)):
                if value:
                    tag = re.sub(rb"(:%s\s*=\s*)[\"'][^\"']*[\"']" % name.encode(), rb'\g<1>"%s"' % value.encode(), tag)
            self.pieces[box.symbol.start, box.symbol.inner] = tag
            return
        if box.start == box.end:
            return
        shown = paragraph.text[box.start : box.end]
        sign = chr(int(char, 16)) if box.kind == "control" else _TICKS.get(shown[0], "☒")
        change = Change(box.start, box.end, sign)
        self.changes.setdefault(paragraph.node.number, (paragraph, []))[1].append(change)

    def choose(self, entries: Node, text: str) -> bool:
        """Set a drop-down form field; False where its list lacks the text."""
        names = [each.val for each in entries.children if each.tag == "listEntry"]
        if text not in names:
            return False
        self.chosen.append(text)
        self._set_child(entries, entries.child("result"), "result", last=False, value=str(names.index(text)))
        return True

    def _tick_control(self, box: Node) -> tuple[str, str]:
        """Set the state of a checkbox control; the sign for ticked (hexadecimal) and its font."""
        state = next((each for each in box.children if each.tag.endswith("checked")), None)
        self._set_child(box, state, "checked", last=False)
        sign = next((each for each in box.children if each.tag.endswith("checkedState")), None)
        if sign is None or not re.fullmatch(r"[0-9A-Fa-f]{2,4}", sign.val):
            return "2612", ""
        return sign.val, sign.attributes.get("font", "")

    def _set_child(self, node: Node, old: Node | None, name: str, *, last: bool, value: str = "1") -> None:
        prefix = prefix_of(self.data, node)
        new = f'<{prefix}{name} {prefix}val="{value}"/>'.encode()
        if old is not None:
            self.pieces[old.start, old.end] = new
        elif node.inner == node.close == node.end:  # it closes itself
            tag = self.data[node.start : node.inner].rstrip(b"/> \t\r\n") + b">"
            self.pieces[node.start, node.end] = tag + new + f"</{name_of(self.data, node)}>".encode()
        else:
            place = node.close if last else node.inner
            self.pieces[place, place] = new

    def _open_controls(self, node: Node, text: str) -> None:
        """What content controls around a place say of it no longer holds: placeholder, bound data, chosen value."""
        at: Node | None = node
        while at is not None:
            if at.tag == "sdt" and (look := properties(at)) is not None:
                if shows_placeholder(at):
                    for run in at.below("r"):
                        self._without_style(run)
                for each in look.children:
                    if each.tag == "showingPlcHdr" or each.tag.endswith("dataBinding"):
                        self.pieces[each.start, each.end] = b""
                    elif each.tag == "date" and ("fullDate" in each.attributes or _ISO_DATE.fullmatch(text)):
                        self._date(each, text)
                    elif each.tag in {"dropDownList", "comboBox"} and "lastValue" in each.attributes:
                        tag = self.data[each.start : each.inner]
                        name = prefix_of(self.data, each) + "lastValue"
                        self.pieces[each.start, each.inner] = without_attribute(tag, name)
            at = at.parent

    def _date(self, node: Node, text: str) -> None:
        prefix = prefix_of(self.data, node)
        tag = without_attribute(self.data[node.start : node.inner], f"{prefix}fullDate")
        if _ISO_DATE.fullmatch(text):
            name = name_of(self.data, node).encode()
            tag = tag.replace(b"<" + name, b"<" + name + f' {prefix}fullDate="{text}T00:00:00Z"'.encode(), 1)
        self.pieces[node.start, node.inner] = tag

    def _without_style(self, run: Node) -> None:
        look = run.child("rPr")
        style = look.child("rStyle") if look else None
        if style is not None:
            self.pieces[style.start, style.end] = b""

    def _rewrite(self, paragraph: Paragraph, changes: list[Change]) -> None:
        """New bytes for the text elements that changes touch, new runs where there is none."""
        owners: dict[int, list[Change]] = {}
        for change in changes:
            touched = [a for a in paragraph.atoms if a.end > change.start and a.start < change.end]
            for atom in touched:
                owners.setdefault(id(atom), []).append(change)
            if touched:
                look = touched[0].run.child("rPr")
                style = look.child("rStyle") if look else None
                if style is not None and _PLACEHOLDER_STYLE.search(style.val):
                    self._without_style(touched[0].run)
            elif change.text:
                self._new_run(paragraph, change)
        for atom in paragraph.atoms:
            if found := owners.get(id(atom)):
                self.pieces[atom.node.start, atom.node.end] = self._atom(atom, found)
        self._mark(paragraph, changes)

    def _mark(self, paragraph: Paragraph, changes: list[Change]) -> None:
        """Hidden bookmarks that name where the answers stand: characters before and behind them in the paragraph."""
        size = len(paragraph.text) + sum(len(each.text) - (each.end - each.start) for each in changes)
        moved, made, node = 0, "", paragraph.node
        prefix = prefix_of(self.data, node)
        for change in changes:
            if change.mark is not None and change.text:
                start = change.start + moved
                before, after = start + change.mark[0], size - start - len(change.text) + change.mark[1]
                self.marks = (self.marks or _last_mark(self.data)) + 1
                name = f'{prefix}id="{self.marks}" {prefix}name="{MARK_NAME}{self.marks}_{before}_{after}"'
                made += f'<{prefix}bookmarkStart {name}/><{prefix}bookmarkEnd {prefix}id="{self.marks}"/>'
            moved += len(change.text) - (change.end - change.start)
        if made and node.end != node.inner:
            self.pieces[node.close, node.close] = self.pieces.get((node.close, node.close), b"") + made.encode()
        elif made:
            whole = self.pieces[node.start, node.end]
            end = whole.rindex(b"</")
            self.pieces[node.start, node.end] = whole[:end] + made.encode() + whole[end:]

    def _atom(self, atom: Atom, changes: list[Change]) -> bytes:
        """The element's text with the changes in it; a change's text stands in the first element it touches."""
        parts: list[str] = []
        at = atom.start
        for change in changes:
            parts.append(atom.text[at - atom.start : max(change.start, at) - atom.start])
            if change.start >= atom.start:
                parts.append(change.text)
            at = max(at, min(change.end, atom.end))
        parts.append(atom.text[at - atom.start :])
        return self._text("".join(parts), prefix_of(self.data, atom.run))

    def _text(self, text: str, prefix: str) -> bytes:
        made = []
        for number, line in enumerate(text.split("\n")):
            made += [f"<{prefix}br/>"] if number else []
            for part, piece in enumerate(line.split("\t")):
                made += [f"<{prefix}tab/>"] if part else []
                plain = piece.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                made += [f'<{prefix}t xml:space="preserve">{plain}</{prefix}t>'] if piece else []
        return "".join(made).encode(encoding_of(self.data), "xmlcharrefreplace")

    def _new_run(self, paragraph: Paragraph, change: Change) -> None:
        node, hole = paragraph.node, change.hole
        prefix = prefix_of(self.data, node)
        place, look = self._where(paragraph, hole)
        run = f"<{prefix}r>".encode() + look + self._text(change.text, prefix) + f"</{prefix}r>".encode()
        if place is None or place.end != place.inner:
            at = place.close if place is not None else (hole.after.end if hole and hole.after else node.close)
            self.pieces[at, at] = self.pieces.get((at, at), b"") + run
            return
        tag = self.data[place.start : place.inner].rstrip(b"/> \t\r\n") + b">"
        self.pieces[place.start, place.end] = tag + run + f"</{name_of(self.data, place)}>".encode()

    def _where(self, paragraph: Paragraph, hole: Hole | None) -> tuple[Node | None, bytes]:
        """The element that the new run goes to the end of (None: behind the hole's run), and the run's look."""
        if hole is not None and hole.after is not None:
            return None, self._look(hole.after)
        if hole is not None and hole.control is not None and hole.control is not paragraph.control:
            content = hole.control.child("sdtContent")
            if content is not None:
                return content, b""
        runs = [run for run in paragraph.node.children if run.tag == "r"]
        if runs:
            look = self._look(runs[-1])
            return paragraph.node, _LOUD.sub(b"", look) if hole is not None and hole.kind == "end" else look
        frame = paragraph.node.child("pPr")
        mark = frame.child("rPr") if frame else None
        return paragraph.node, self.data[mark.start : mark.end] if mark is not None else b""

    def _look(self, run: Node) -> bytes:
        look = run.child("rPr")
        return self.data[look.start : look.end] if look is not None else b""


def _last_mark(data: bytes) -> int:
    """The highest number of a bookmark in the part; numbers are unique."""
    return max((int(found) for found in _BOOKMARK.findall(data)), default=0)
