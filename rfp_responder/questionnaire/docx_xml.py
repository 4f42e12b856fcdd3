"""The document part of a Word file as a light tree that knows where each element stands in the bytes.

Offsets are zero-based byte offsets. What no form needs (pictures, borders, section settings) is one leaf. Paragraphs
are numbered in the order of their start tags, zero-based, counting those inside such leaves, so that any XML library
finds the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire.package import make_parser, run_parser
from rfp_responder.questionnaire.xmltext import START_TAG

MAX_ELEMENTS = 600_000  # kept in the tree, about 300 bytes each; a thousand-page document has fewer
MAX_DEPTH = 200  # elements inside each other; Word itself stops at far fewer nested tables
_WORD = frozenset(
    {
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    }
)
_PREFIXES = {
    "http://schemas.microsoft.com/office/word/2010/wordml": "w14:",
    "http://schemas.microsoft.com/office/word/2012/wordml": "w15:",
}
_LEAVES = frozenset({"drawing", "pict", "object", "sectPr", "tblPr", "tblGrid", "tblPrEx", "rPrChange", "pPrChange"})
_TRACKED = ("ins", "del", "moveFrom", "moveTo")
_KEPT = {
    "rPr": frozenset({"b", "u", "rStyle", "rFonts", *_TRACKED}),
    "pPr": frozenset({"pStyle", "numPr", "outlineLvl", "rPr"}),
    "tcPr": frozenset({"gridSpan", "vMerge", "cellIns", "cellDel"}),
    "trPr": frozenset({"gridBefore", "tblHeader", "ins", "del"}),
}
_NOTHING: dict[str, str] = {}


@dataclass(slots=True, eq=False)
class Node:
    """An element: ``start..inner`` is its start tag, ``close..end`` its end tag; both the same for ``<x/>``.

    ``tag`` is the local name for Word's own elements, ``w14:`` and ``w15:`` stand before those of later versions.
    Attributes go by their local names. ``number`` is the place of a paragraph among all paragraphs.
    """

    tag: str
    attributes: dict[str, str]
    parent: Node | None
    start: int
    inner: int
    close: int = 0
    end: int = 0
    text: str = ""
    number: int = -1
    children: list[Node] = field(default_factory=list)

    def child(self, tag: str) -> Node | None:
        """The first child of this name."""
        return next((each for each in self.children if each.tag == tag), None)

    def below(self, *tags: str) -> Iterator[Node]:
        """Every element of these names inside this one, in order."""
        for each in self.children:
            if each.tag in tags:
                yield each
            yield from each.below(*tags)

    @property
    def val(self) -> str:
        """The ``val`` attribute, ``""`` where there is none."""
        return self.attributes.get("val", "")

    @property
    def on(self) -> bool:
        """Whether a switch (``<w:b/>``) is on."""
        return self.attributes.get("val", "1") not in {"0", "false", "off"}


def parse_document(data: bytes, label: str) -> Node:
    """The root element; raises QuestionnaireError for broken, forbidden or oversized XML. ``label`` names the part."""
    build = _Build(data, label)
    build.parser.StartElementHandler = build.start
    build.parser.EndElementHandler = build.end
    build.parser.CharacterDataHandler = build.characters
    run_parser(build.parser, data, label)
    return build.root.children[0]


class _Build:
    """One pass of expat. ``stack`` holds None for what is left out, and for everything inside it."""

    def __init__(self, data: bytes, label: str) -> None:
        self.data, self.label = data, label
        self.parser = make_parser({})
        self.root = Node("", _NOTHING, None, 0, 0)
        self.stack: list[Node | None] = [self.root]
        self.count = self.paragraphs = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        tag = local if space in _WORD else _PREFIXES.get(space, "other:") + local
        number = -1
        if tag == "p":
            number, self.paragraphs = self.paragraphs, self.paragraphs + 1
        parent = self.stack[-1]
        if parent is None or parent.tag in _LEAVES or parent.tag.startswith("other:"):
            self.stack.append(None)
            return
        if parent.tag in _KEPT and tag not in _KEPT[parent.tag]:
            self.stack.append(None)
            return
        self.count += 1
        if self.count > MAX_ELEMENTS or len(self.stack) > MAX_DEPTH:
            what = f"more than {MAX_ELEMENTS} elements" if self.count > MAX_ELEMENTS else "elements nested too deeply"
            raise QuestionnaireError(f"{self.label} holds {what}", "Split the questionnaire.")
        begin = self.parser.CurrentByteIndex
        match = START_TAG.match(self.data, begin)
        inner = match.end() if match else begin
        own = {key.rpartition(" ")[2]: value for key, value in attributes.items()} if attributes else _NOTHING
        node = Node(tag, own, parent, begin, inner, number=number)
        parent.children.append(node)
        self.stack.append(node)

    def end(self, name: str) -> None:
        node = self.stack.pop()
        if node is None:
            return
        if self.data[node.inner - 2 : node.inner] == b"/>":
            node.close = node.end = node.inner
        else:
            node.close = self.parser.CurrentByteIndex
            node.end = self.data.index(b">", node.close) + 1

    def characters(self, text: str) -> None:
        node = self.stack[-1]
        if node is not None and node.tag in {"t", "instrText"}:
            node.text += text


def tracked(node: Node) -> bool:
    """Whether anything inside was inserted, deleted or moved with change tracking on."""
    return next(node.below(*_TRACKED, "cellIns", "cellDel"), None) is not None


def prefix_of(data: bytes, node: Node) -> str:
    """The namespace prefix an element is written with, with its colon (``"w:"``)."""
    name = data[node.start + 1 : node.inner].split(None, 1)[0].rstrip(b"/>").decode()
    return name[: name.find(":") + 1]


def name_of(data: bytes, node: Node) -> str:
    """The element's name as it is written (``"w:checkBox"``)."""
    return data[node.start + 1 : node.inner].split(None, 1)[0].rstrip(b"/>").decode()
