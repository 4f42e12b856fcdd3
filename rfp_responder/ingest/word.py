"""DOCX in: the body in document order. Word files have no pages; they are cut where Word last broke them.

The XML is walked here rather than by python-docx, which does not see content controls, text boxes or the strict
form of the format and which inflates every picture first. Insertions are kept, deletions and hidden text dropped.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rfp_responder.errors import DocumentError
from rfp_responder.ingest import package, tables
from rfp_responder.ingest.content import Content
from rfp_responder.ingest.package import Element
from rfp_responder.ingest.wordpages import BREAK, MARKS, RENDERED, Block, pages
from rfp_responder.ingest.wordstyles import Styles, W, on, styles, value
from rfp_responder.ingest.writing import folded

_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_PLAIN = {"tab": " ", "ptab": " ", "cr": "\n", "noBreakHyphen": "-", "lastRenderedPageBreak": RENDERED}
_DROPPED = {"del", "moveFrom", "delText", "instrText", "pPr", "rPr", "sdtPr", "rt", "txbxContent"}
_FRAME = 120  # characters; what is shorter in a cell of its own row is a title in the table
_TICKS = {"F0FE": "☒", "F0FD": "☒", "F0A8": "☐", "F06F": "☐", "F0FC": "✓", "F052": "☑", "F0A3": "☐"}


@dataclass(slots=True)
class _Inline:
    """What the runs of a paragraph hold; ``boxes`` are its text boxes, ``notes`` its foot- and endnotes."""

    parts: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    bold: bool = True

    @property
    def text(self) -> str:
        return "".join(self.parts)


def read_word(path: Path) -> Content:
    """Read a Word document; raises DocumentError."""
    with package.opened(path, "Word document") as opened:
        main = package.related(opened, "", "officeDocument") or "word/document.xml"
        body = _part(opened, main).find(f"{W}body")
        if body is None:
            raise DocumentError(f"{path.name}: its part {main} has no body", "Open it in Word and save it again")
        known = styles(_optional(opened, package.related(opened, main, "styles")))
        blocks = list(_Walk(known, _sections(body)).blocks(body))
        footnotes = {
            (kind, number): text
            for kind in ("footnote", "endnote")
            for number, text in _footnotes(opened, package.related(opened, main, f"{kind}s"), kind)
        }
        title = package.title(opened)
        embedded = sum(1 for _ in body.iter(f"{W}altChunk"))
    notes = [f"{embedded} embedded files in it were not read"] if embedded else []
    return Content(tuple(pages(blocks, footnotes)), title, tuple(notes))


def _part(opened: zipfile.ZipFile, name: str) -> Element:
    data = package.part(opened, name).replace(_STRICT, W[1:-1].encode())
    return package.xml(opened, name, data)


def _optional(opened: zipfile.ZipFile, name: str) -> Element | None:
    """A part a document can do without; a damaged one is left out rather than the whole document."""
    try:
        return _part(opened, name) if name else None
    except DocumentError:
        return None


def _sections(body: Element) -> list[bool]:
    """For each section but the first: whether it begins on a new page."""
    found = [value(section, "type") or "nextPage" for section in body.iter(f"{W}sectPr")]
    return [kind not in {"continuous", "nextColumn"} for kind in found[1:]]


def _footnotes(opened: zipfile.ZipFile, name: str, kind: str) -> Iterator[tuple[str, str]]:
    root = _optional(opened, name)
    for note in () if root is None else root.iterchildren(f"{W}{kind}"):
        if not note.get(f"{W}type"):  # the others are the lines that part notes from text
            yield note.get(f"{W}id", ""), _cell_text(note)


class _Walk:
    """The blocks of a body in order; ``sections`` tells which of the sections to come begin on a new page."""

    def __init__(self, known: Styles, sections: list[bool]) -> None:
        self._styles = known
        self._sections = iter(sections)
        self._page_next = False

    def blocks(self, container: Element) -> Iterator[Block]:
        """Paragraphs and rows below an element, content controls and insertions entered."""
        for child in container:
            name = _local(child)
            if name == "p":
                yield from self._paragraph(child)
            elif name == "tbl":
                yield from self._table(child)
            elif name == "AlternateContent":
                yield from self.blocks(_chosen(child))
            elif name not in _DROPPED and name != "sectPr" and not _placeholder(child):
                yield from self.blocks(child)

    def _paragraph(self, paragraph: Element) -> Iterator[Block]:
        style = self._styles.of(paragraph)
        inline = _inline(paragraph)
        text = inline.text
        starts, self._page_next = style.starts_page or self._page_next, False
        if style.contents:  # a table of contents repeats the headings without what they head
            text = "".join(MARKS.findall(text))
        elif style.item and not style.level and folded(text):
            marks = re.match(rf"[{BREAK}{RENDERED}]*", text)
            at = marks.end() if marks else 0
            text = f"{text[:at]}• {text[at:].lstrip()}"
        bold = inline.bold and not style.item
        yield Block(text, style.level, starts_page=starts, bold=bold, notes=tuple(inline.notes))
        for box in inline.boxes:
            yield from self.blocks(box)
        if paragraph.find(f"{W}pPr/{W}sectPr") is not None:
            self._page_next = next(self._sections, True)

    def _table(self, table: Element) -> Iterator[Block]:
        lines = list(_rows(table))
        if all(len(cells) == 1 for _, cells in lines):  # a frame around text
            for _, cells in lines:
                for cell in cells:
                    yield from self.blocks(cell)
            return
        texts = list(tables.lines(*_cells(lines)))
        for (row, cells), text in zip(lines[len(lines) - len(texts) :], texts, strict=False):
            if len(cells) == 1 and len(folded(text)) > _FRAME:  # a form's field for prose, across the whole table
                yield from self.blocks(cells[0])
                continue
            broken = next(row.iter(f"{W}lastRenderedPageBreak"), None) is not None
            inline = _inline(row)
            yield Block((RENDERED if broken else "") + text, row=True, notes=tuple(inline.notes))


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _chosen(alternate: Element) -> Element:
    """One of the forms of the same content: the first that is not the fallback for old programs."""
    forms = sorted(alternate, key=lambda form: _local(form) != "Choice")
    return forms[0] if forms else alternate


def _placeholder(element: Element) -> bool:
    """Whether a content control shows its prompt ("Click here to enter text") rather than a content."""
    return _local(element) == "sdt" and element.find(f"{W}sdtPr/{W}showingPlcHdr") is not None


def _inline(paragraph: Element) -> _Inline:
    found = _Inline()
    _collect(paragraph, found)
    return found


def _collect(element: Element, found: _Inline) -> None:
    for child in element:
        name = _local(child)
        if name == "t":
            found.parts.append(child.text or "")
        elif name in _PLAIN:
            found.parts.append(_PLAIN[name])
        elif name == "br":
            found.parts.append(BREAK if child.get(f"{W}type") == "page" else "\n")
        elif name == "sym":
            found.parts.append(_TICKS.get(child.get(f"{W}char", "").upper(), ""))
        elif name == "checkBox":  # a form field of the old kind
            ticked = on(child.find(f"{W}checked"), on(child.find(f"{W}default"), False))
            found.parts.append("☒ " if ticked else "☐ ")
        elif name in {"footnoteReference", "endnoteReference"}:
            found.notes.append((name.removesuffix("Reference"), child.get(f"{W}id", "")))
        elif name == "AlternateContent":
            _collect(_chosen(child), found)
        elif name == "txbxContent":
            found.boxes.append(child)
        elif name == "r":
            _run(child, found)
        elif name not in _DROPPED and not _placeholder(child):
            _collect(child, found)


def _run(run: Element, found: _Inline) -> None:
    look = run.find(f"{W}rPr")
    if look is not None and on(look.find(f"{W}vanish"), False):
        return
    before = len(found.parts)
    _collect(run, found)
    if "".join(found.parts[before:]).strip():
        found.bold = found.bold and look is not None and on(look.find(f"{W}b"), False)


def _rows(table: Element) -> Iterator[tuple[Element, list[Element]]]:
    """The rows of a table with their cells, content controls entered, deleted rows left out."""
    for row in _below(table, "tr"):
        if row.find(f"{W}trPr/{W}del") is None:
            cells = list(_below(row, "tc"))
            if cells:
                yield row, cells


def _below(element: Element, wanted: str) -> Iterator[Element]:
    for child in element:
        name = _local(child)
        if name == wanted:
            yield child
        elif name in {"sdt", "sdtContent", "customXml", "ins"}:
            yield from _below(child, wanted)


def _cells(lines: list[tuple[Element, list[Element]]]) -> tuple[list[list[tables.Cell]], int | None]:
    """The cells' texts and how many header rows the table declares; merged cells stand in each of their rows."""
    rows: list[list[tables.Cell]] = []
    above: dict[int, str] = {}  # the text of an open vertical merge by column
    headers = 0
    for row, cells in lines:
        column = _number(value(row, "trPr/gridBefore"))
        line = [tables.Cell("")] * min(column, tables.MAX_COLUMNS)
        is_head = len(rows) == headers and on(row.find(f"{W}trPr/{W}tblHeader"), False)
        headers += is_head
        for cell in cells:
            span = max(1, _number(value(cell, "tcPr/gridSpan")))
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            text = _cell_text(cell)
            if merge is not None:
                text = text or (above.get(column, "") if merge.get(f"{W}val") != "restart" else "")
                above[column] = text
            line.append(tables.Cell(text, span, head=is_head))
            column += span
        rows.append(line)
    return rows, headers or None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def _cell_text(cell: Element) -> str:
    """A cell's paragraphs as one line, those of tables and text boxes in it included."""
    found = []
    for paragraph in _paragraphs(cell):
        inline = _inline(paragraph)
        found.append(inline.text)
        found += [_cell_text(box) for box in inline.boxes]
    return folded(" ".join(found))


def _paragraphs(element: Element) -> Iterator[Element]:
    for child in element:
        name = _local(child)
        if name == "p":
            yield child
        elif name == "AlternateContent":
            yield from _paragraphs(_chosen(child))
        elif name not in _DROPPED and not _placeholder(child):
            yield from _paragraphs(child)
