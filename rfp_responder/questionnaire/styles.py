"""The cell formats of a workbook: what they say, which one is the same but wraps, and how one is added.

A format is added by a splice behind the last one, so that no index that stands in a cell changes its meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from rfp_responder.questionnaire.package import local, make_parser, run_parser
from rfp_responder.questionnaire.xmltext import START_TAG, apply, whole, with_attribute

MAX_FORMATS = 64_000  # Excel calls a file with more damaged
USUAL_POINTS = 11.0
_DATES = frozenset({14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)})  # built in, the later ones for East Asia
_PERCENT = frozenset({9, 10})
_TRUE = frozenset({"1", "true"})
_WRAPPING = frozenset({"justify", "distributed"})
_NOT_CODE = re.compile(r'"[^"]*"|\[[^\]]*\]|[\\_*].')
Attributes = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CellFormat:
    """What one ``xf`` of ``cellXfs`` says that matters to a writer.

    ``points`` is the size of its letters. ``key`` holds all of it but the wrapping: two formats with one key look
    alike. ``plain`` says that it has no parts beyond that, ``xml`` are its bytes.
    """

    wraps: bool = False
    locked: bool = True
    date: bool = False
    percent: bool = False
    points: float = USUAL_POINTS
    key: tuple[Attributes, Attributes, Attributes] = ((), (), ())
    plain: bool = True
    xml: bytes = b""


class Formats:
    """The formats of a styles part; empty where the workbook has none. Formats that are added stand behind."""

    def __init__(self, data: bytes = b"", label: str = "") -> None:
        self._data = data
        self._formats: list[CellFormat] = []
        self._tag: tuple[int, int] | None = None  # of cellXfs
        self._end = 0
        self._wrapping: dict[tuple[Attributes, Attributes, Attributes], int] = {}
        self._added: list[bytes] = []
        if data:
            _Reader(data, label).fill(self)
        for index, each in enumerate(self._formats):
            if each.wraps and each.plain:
                self._wrapping.setdefault(each.key, index)

    def read(self, formats: list[CellFormat], tag: tuple[int, int], end: int) -> None:
        """Take what a reader found: the formats, the start tag of ``cellXfs`` and the start of its end tag."""
        self._formats, self._tag, self._end = formats, tag, end

    def look(self, style: str) -> CellFormat:
        """The format of a cell's ``s`` attribute; the usual one where there is no such format."""
        index = whole(style)
        return self._formats[index] if index < len(self._formats) else CellFormat()

    def wrapped(self, style: str, *, add: bool) -> str:
        """The style that looks the same and wraps; where there is none, the style itself unless one may be added."""
        old = self.look(style)
        if old.wraps or not old.xml:
            return style
        known = self._wrapping.get(old.key) if old.plain else None
        if known is None and add and self._tag and len(self._formats) < MAX_FORMATS:
            known = len(self._formats)
            self._added.append(_wrapping_xml(old.xml))
            self._formats.append(replace(old, wraps=True))
            if old.plain:
                self._wrapping[old.key] = known
        return style if known is None else str(known)

    @property
    def changed(self) -> bool:
        """Whether a format was added."""
        return bool(self._added)

    def data(self) -> bytes:
        """The styles part with what was added."""
        if not self._added or self._tag is None:
            return self._data
        start, end = self._tag
        tag = self._data[start:end]
        if b"count" in tag:
            tag = with_attribute(tag, "count", str(len(self._formats)))
        return apply(self._data, [(start, end, tag), (self._end, self._end, b"".join(self._added))])


def _wrapping_xml(xml: bytes) -> bytes:
    """An ``xf`` with ``wrapText="1"``."""
    match = START_TAG.match(xml)
    named = re.match(rb"<([\w.\-]+:)?", xml)
    assert match and named  # expat saw the element
    prefix, tag = named[1] or b"", with_attribute(match[0], "applyAlignment", "1")
    alignment = re.search(rb"<(?:[\w.\-]+:)?alignment\b", xml)
    if alignment and (inner := START_TAG.match(xml, alignment.start())):
        wrapping = with_attribute(inner[0], "wrapText", "1")
        return tag + xml[match.end() : inner.start()] + wrapping + xml[inner.end() :]
    child = b"<" + prefix + b'alignment wrapText="1"/>'
    if tag.endswith(b"/>"):
        return tag[:-2].rstrip() + b">" + child + b"</" + prefix + b"xf>"
    return tag + child + xml[match.end() :]


class _Reader:
    """One pass of expat over a styles part."""

    def __init__(self, data: bytes, label: str) -> None:
        self._data, self._label = data, label
        self._parser = make_parser({"StartElementHandler": self._start, "EndElementHandler": self._stop})
        self._path: list[str] = []
        self._formats: list[CellFormat] = []
        self._tag: tuple[int, int] | None = None
        self._close = 0
        self._codes: dict[int, str] = {}
        self._sizes: list[float] = []
        self._begin = 0
        self._parts: dict[str, Mapping[str, str]] = {}
        self._plain = True

    def fill(self, formats: Formats) -> None:
        """Read the part into ``formats``."""
        run_parser(self._parser, self._data, self._label)
        if self._tag:
            formats.read(self._formats, self._tag, self._close)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind, parent = local(name), self._path[-1] if self._path else ""
        self._path.append(kind)
        at = self._parser.CurrentByteIndex
        if kind == "numFmt" and parent == "numFmts":
            self._codes[whole(attributes.get("numFmtId"))] = _NOT_CODE.sub("", attributes.get("formatCode", "")).lower()
        elif kind == "font" and parent == "fonts":
            self._sizes.append(USUAL_POINTS)
        elif kind == "sz" and parent == "font" and "fonts" in self._path:
            with suppress(ValueError):
                self._sizes[-1] = float(attributes.get("val", ""))
        elif kind == "cellXfs" and len(self._path) == 2 and (match := START_TAG.match(self._data, at)):
            self._tag = match.span()
        elif kind == "xf" and parent == "cellXfs":
            self._begin, self._parts, self._plain = at, {"xf": attributes}, True
        elif parent == "xf" and "cellXfs" in self._path:
            self._parts[kind] = attributes
            self._plain = self._plain and kind in {"alignment", "protection"}

    def _stop(self, name: str) -> None:
        kind = self._path.pop()
        if kind == "xf" and self._path[-1] == "cellXfs":
            at = self._parser.CurrentByteIndex
            own = START_TAG.match(self._data, self._begin)
            alone = own is not None and own[0].endswith(b"/>")
            end = own.end() if own and alone else self._data.index(b">", at) + 1
            self._formats.append(self._format(self._data[self._begin : end]))
        elif kind == "cellXfs":
            self._close = self._parser.CurrentByteIndex

    def _format(self, xml: bytes) -> CellFormat:
        attributes = self._parts["xf"]
        alignment, protection = self._parts.get("alignment", {}), self._parts.get("protection", {})
        number, font = (whole(attributes.get(k)) for k in ("numFmtId", "fontId"))
        code = self._codes.get(number, "") if number else ""
        fills = alignment.get("horizontal") in _WRAPPING or alignment.get("vertical") in _WRAPPING
        return CellFormat(
            wraps=alignment.get("wrapText") in _TRUE or fills,
            locked=protection.get("locked", "1") in _TRUE,
            date=number in _DATES or "y" in code or "d" in code,
            points=self._sizes[font] if font < len(self._sizes) else USUAL_POINTS,
            percent=number in _PERCENT or "%" in code,
            key=(
                tuple(sorted((k, v) for k, v in attributes.items() if k != "applyAlignment")),
                tuple(sorted((k, v) for k, v in alignment.items() if k != "wrapText")),
                tuple(sorted(protection.items())),
            ),
            plain=self._plain,
            xml=xml,
        )
