"""HTML in: headings, paragraphs, lists and tables of the page's own content; navigation and hidden text left out."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from rfp_responder.errors import DocumentError
from rfp_responder.ingest import tables
from rfp_responder.ingest.content import Content
from rfp_responder.ingest.package import Element
from rfp_responder.ingest.writing import PageText, folded

MAX_BYTES = 20_000_000
_ENOUGH = 200  # characters of text that make a page's content without its navigation
_MAX_DEPTH = 150  # what lies deeper is written as one paragraph
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET = re.compile(
    rb"""<(?:meta\b[^>]{0,300}?charset|\?xml\b[^>]{0,100}?encoding)\s?=\s?["']?([\w.:-]{1,40})""", re.I
)
_HIDDEN = re.compile(r"display\s?:\s?none|visibility\s?:\s?hidden", re.I)
_NEVER = frozenset(
    "script style template noscript svg canvas iframe object embed applet audio video map math head title "
    "button select option datalist input textarea dialog".split()
)
_AROUND = frozenset("nav header footer aside".split())
_ROLES = {"navigation", "banner", "contentinfo", "complementary", "search"}
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 "
    "h4 h5 h6 header hgroup hr html legend li main nav ol p pre section summary table tbody td tfoot th thead tr "
    "ul".split()
)


def read_web(path: Path) -> Content:
    """Read an HTML file; raises DocumentError."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DocumentError(f"{path.name}: is {size:,} bytes, at most {MAX_BYTES:,} are read", "Split it")
    text, title = html_text(_decoded(path.read_bytes()), path.name)
    return Content((text.page(1),), title)


def html_text(source: str, name: str, text: PageText | None = None) -> tuple[PageText, str]:
    """The text of an HTML source, added to ``text`` where given, and its title; DocumentErrors tell ``name``."""
    from lxml import etree, html

    text = PageText() if text is None else text
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        data = source.encode("utf-8", "replace").replace(b"\0", b" ")
        root: Element = html.document_fromstring(data, parser=parser)
    except (etree.LxmlError, AssertionError, ValueError) as fault:
        raise DocumentError(f"{name}: is no readable HTML ({fault})", "Leave it out or save it as text") from fault
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):  # the rest would be lost unsaid
        raise DocumentError(
            f"{name}: nests elements deeper than 256 levels or holds a text of over 10 MB", "Save it as text"
        )
    found = root.find(".//title")
    title = "" if found is None else folded(found.text or "")
    for part, dropped in _content(root):
        _Walk(text, dropped).enter(part)
    return text, title


def _decoded(data: bytes) -> str:
    """Decode by byte order mark, by the charset the file names, else as UTF-8 or Windows-1252."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    named = _CHARSET.search(data[:4096])
    candidates = ["utf-8"] if named is None else [named.group(1).decode("ascii", "replace"), "utf-8"]
    for encoding in candidates:
        try:
            codec = codecs.lookup(encoding)
            if not codec.name.startswith("utf-16"):  # a tag in ASCII was read from it
                return data.decode("cp1252" if codec.name == "iso8859-1" else encoding)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def _content(root: Element) -> list[tuple[Element, frozenset[str]]]:
    """The elements that hold the page's own content, and which kinds of elements around it are left out."""
    body = root.find(".//body")
    body = root if body is None else body
    whole = _size(body, frozenset())
    mains = [e for e in body.iter("main", "article", "div") if e.tag != "div" or e.get("role") == "main"]
    main = [e for e in mains if e.tag != "article"][:1] or _outermost([e for e in mains if e.tag == "article"])
    inner = _AROUND - {"header"}  # an article's own header holds its title
    if main and sum(_size(e, inner) for e in main) >= min(_ENOUGH, whole / 3):
        return [(e, inner) for e in main]
    return [(body, _AROUND if _size(body, _AROUND) >= min(_ENOUGH, whole / 3) else frozenset())]


def _outermost(elements: list[Element]) -> list[Element]:
    chosen = set(elements)
    return [e for e in elements if not any(above in chosen for above in e.iterancestors())]


def _size(element: Element, dropped: frozenset[str], depth: int = 0) -> int:
    """How many characters of text stand below an element."""
    size = len((element.text or "").strip())
    for child in element:
        if depth < _MAX_DEPTH and not _left_out(child, dropped):
            size += _size(child, dropped, depth + 1)
        size += len((child.tail or "").strip())
    return size


def _left_out(element: Element, dropped: frozenset[str]) -> bool:
    tag = element.tag
    if not isinstance(tag, str) or tag in _NEVER or tag in dropped:
        return True
    if dropped and element.get("role") in _ROLES:
        return True
    hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true"
    return hidden or bool(_HIDDEN.search((element.get("style") or "")[:500]))


class _Walk:
    """Writes blocks as they end; text between two blocks is one paragraph."""

    def __init__(self, text: PageText, dropped: frozenset[str]) -> None:
        self._text = text
        self._dropped = dropped
        self._open: list[str] = []
        self._mark = ""  # the sign of a list item that waits for its first words

    def enter(self, element: Element, depth: int = 0) -> None:
        """Write what stands below an element."""
        tag = str(element.tag)
        block = tag in _BLOCKS
        if block:
            self._flush()
        if tag == "li":
            self._mark = "• "
        if tag == "table" and self._table(element):
            return
        if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            words = _flat(element, self._dropped).rstrip("¶§ ")  # the signs of a link to the heading itself
            self._text.heading(words, int(tag[1]))
        elif tag == "pre":
            for line in "".join(_texts(element, self._dropped)).split("\n"):
                self._text.line(line)
        elif depth > _MAX_DEPTH:
            self._open.append(_flat(element, self._dropped))
        else:
            self._below(element, depth)
        if block:
            self._flush()
        if tag == "li":
            self._mark = ""

    def _below(self, element: Element, depth: int) -> None:
        self._open.append(_spaced(element.text))
        for child in element:
            if child.tag == "br":
                self._open.append("\n")
            elif not _left_out(child, self._dropped):
                self.enter(child, depth + 1)
            self._open.append(_spaced(child.tail))

    def _flush(self) -> None:
        words = "".join(self._open).strip()
        self._open.clear()
        if words:
            self._text.line(self._mark + words)
            self._mark = ""

    def _table(self, table: Element) -> bool:
        """Write a table of data as rows; False for one that only lays out the page."""
        if next(table.iterdescendants("table", "h1", "h2", "h3", "form"), None) is not None:
            return False
        rows = [
            [
                tables.Cell(
                    _flat(cell, self._dropped), _number(cell, "colspan"), _number(cell, "rowspan"), cell.tag == "th"
                )
                for cell in row.iterchildren("td", "th")
                if not _left_out(cell, self._dropped)
            ]
            for row in table.iterdescendants("tr")
            if not _left_out(row, self._dropped)
        ]
        if max((len(row) for row in rows), default=0) < 2:
            return False
        for caption in table.iterchildren("caption"):
            self._text.line(_flat(caption, self._dropped))
        for part in table.iter("table", "thead", "tbody", "tfoot", "tr"):
            self._text.line(self._beside_cells(part))
        self._text.rows(tables.lines(rows))
        return True

    def _beside_cells(self, part: Element) -> str:
        """Words of a table that stand in no cell: no browser hides them."""
        found = [_spaced(part.text)]
        for child in part:
            stray = child.tag in {"td", "th"} and part.tag != "tr"  # a cell without a row
            if (stray or child.tag not in _PARTS) and not _left_out(child, self._dropped):
                holds_cells = next(child.iter("td", "th"), None) is not None  # written among the rows
                found.append(self._beside_cells(child) if holds_cells else _flat(child, self._dropped))
            found.append(_spaced(child.tail))
        return " ".join("".join(found).split())


_PARTS = frozenset({"caption", "col", "colgroup", "thead", "tbody", "tfoot", "tr", "td", "th"})


def _number(cell: Element, name: str) -> int:
    text = cell.get(name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 1


def _spaced(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _flat(element: Element, dropped: frozenset[str]) -> str:
    return folded(" ".join("".join(_texts(element, dropped)).split("\n")))


def _texts(element: Element, dropped: frozenset[str], depth: int = 0) -> Iterator[str]:
    """The texts below an element, blocks parted by a line break."""
    yield element.text or ""
    for child in element:
        if child.tag == "br":
            yield "\n"
        elif depth < 2 * _MAX_DEPTH and not _left_out(child, dropped):
            part = "\n" if child.tag in _BLOCKS else ""
            yield part
            yield from _texts(child, dropped, depth + 1)
            yield part
        yield child.tail or ""
