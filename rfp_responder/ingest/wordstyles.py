"""What a Word document's styles say: which paragraphs are headings, list items or a table of contents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rfp_responder.ingest.package import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MAX_BASES = 20  # styles that rest on one another; Word itself allows no more than about ten
_HEADING_NAME = re.compile(r"heading ?([1-9])\b", re.I)


@dataclass(frozen=True, slots=True)
class Style:
    """``level`` is a heading's depth (0: none), ``item`` a list's paragraph, ``contents`` a table of contents'."""

    level: int = 0
    item: bool = False
    contents: bool = False
    starts_page: bool = False


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles of a document by their id."""

    elements: Mapping[str, Element]
    default: str = ""
    found: dict[str, Style] = field(default_factory=dict)

    def of(self, paragraph: Element) -> Style:
        """The style of a paragraph, its own settings before its style's."""
        own = paragraph.find(f"{W}pPr")
        name = "" if own is None else value(own, "pStyle")
        style = self._style(name or self.default)
        if own is None:
            return style
        outline = value(own, "outlineLvl")
        number = value(own, "numPr/numId")
        return Style(
            _level(outline) if outline else style.level,
            number != "0" if number else style.item,
            style.contents,
            on(own.find(f"{W}pageBreakBefore"), style.starts_page),
        )

    def _style(self, name: str) -> Style:
        if name not in self.found:
            self.found[name] = self._resolved(name)
        return self.found[name]

    def _resolved(self, name: str) -> Style:
        if name not in self.elements:  # a document without its styles part still names them
            match = _HEADING_NAME.match(name)
            return Style(level=int(match.group(1)) if match else int(name == "Title"))
        chain = list(self._chain(name))
        names = [value(element, "name").lower() for element in chain]
        contents = bool(re.match(r"toc( \d|\s?heading)|table of (figures|authorities)", names[0]))
        levels = [level for level in map(_named_level, names) if level]
        outlines = [v for e in chain if (v := value(e, "pPr/outlineLvl"))]
        numbers = [v for e in chain if (v := value(e, "pPr/numPr/numId"))]
        breaks = [b for e in chain if (b := e.find(f"{W}pPr/{W}pageBreakBefore")) is not None]
        return Style(
            0 if contents else (levels[0] if levels else _level(outlines[0]) if outlines else 0),
            any(n.startswith(("list bullet", "list number")) for n in names) or bool(numbers and numbers[0] != "0"),
            contents,
            bool(breaks) and on(breaks[0], False),
        )

    def _chain(self, name: str) -> Iterator[Element]:
        for _ in range(_MAX_BASES):
            element = self.elements.get(name)
            if element is None:
                return
            yield element
            name = value(element, "basedOn")


def styles(root: Element | None) -> Styles:
    """The styles of a styles part, None where a document has none."""
    elements: dict[str, Element] = {}
    default = ""
    for element in () if root is None else root.iterchildren(f"{W}style"):
        name = element.get(f"{W}styleId", "")
        elements[name] = element
        if element.get(f"{W}type") == "paragraph" and element.get(f"{W}default") in {"1", "true", "on"}:
            default = name
    return Styles(elements, default)


def value(element: Element, path: str) -> str:
    """The value of the first element at a path of local names, ``""`` where there is none."""
    found = element.find("/".join(f"{W}{step}" for step in path.split("/")))
    return "" if found is None else str(found.get(f"{W}val", ""))


def on(switch: Element | None, otherwise: bool) -> bool:
    """Whether an on-off property is on; ``otherwise`` where it is not set."""
    return otherwise if switch is None else switch.get(f"{W}val", "1") not in {"0", "false", "off"}


def _named_level(name: str) -> int:
    match = _HEADING_NAME.fullmatch(name)
    return int(match.group(1)) if match else int(name == "title")


def _level(outline: str) -> int:
    return int(outline) + 1 if outline in set("012345678") else 0  # 9 is body text
