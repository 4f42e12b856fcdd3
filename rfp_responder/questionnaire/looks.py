"""What the cell formats of a workbook say that matters here: locked, bold, dates, percentages, colours and frames."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rfp_responder.questionnaire.package import local

_DATE_FORMATS = frozenset({14, 15, 16, 17, 22})
_SIDES = frozenset({"left", "right", "top", "bottom", "start", "end"})
_NOT_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


@dataclass(frozen=True, slots=True)
class Style:
    """What a cell format says that matters here."""

    locked: bool = True
    bold: bool = False
    date: bool = False
    percent: bool = False
    filled: bool = False
    framed: bool = False


class StyleReading:
    """One pass over the styles part: fonts, fills and borders first, then the formats that name them."""

    def __init__(self) -> None:
        self.formats: list[Style] = []
        self._fonts: list[bool] = []
        self._fills: list[bool] = []
        self._borders: list[bool] = []
        self._dates: set[int] = set(_DATE_FORMATS)
        self._percents: set[int] = {9, 10}
        self._path: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Expat's start of an element."""
        kind, parent = local(tag), self._path[-1] if self._path else ""
        self._path.append(kind)
        if parent in {"fonts", "fills", "borders"} and kind == parent[:-1]:
            {"fonts": self._fonts, "fills": self._fills, "borders": self._borders}[parent].append(False)
        elif kind == "b" and parent == "font" and self._fonts and "fonts" in self._path:
            self._fonts[-1] = attributes.get("val", "1") not in {"0", "false"}
        elif kind == "patternFill" and parent == "fill" and self._fills and "fills" in self._path:
            self._fills[-1] = attributes.get("patternType", "none") not in {"none", "gray125"}
        elif parent == "border" and self._borders and "borders" in self._path and kind in _SIDES:
            self._borders[-1] |= attributes.get("style", "none") != "none"
        elif kind == "numFmt" and parent == "numFmts":
            self._number_format(attributes)
        elif kind == "xf" and parent == "cellXfs":
            self._format(attributes)
        elif kind == "protection" and parent == "xf" and self.formats and "cellXfs" in self._path:
            self.formats[-1] = replace(self.formats[-1], locked=attributes.get("locked", "1") not in {"0", "false"})

    def end(self, _: str) -> None:
        """Expat's end of an element."""
        self._path.pop()

    def _number_format(self, attributes: dict[str, str]) -> None:
        code = _NOT_FORMAT.sub("", attributes.get("formatCode", "")).lower()
        identity = _index(attributes.get("numFmtId"))
        if "y" in code or "d" in code:
            self._dates.add(identity)
        elif "%" in code:
            self._percents.add(identity)

    def _format(self, attributes: dict[str, str]) -> None:
        number = _index(attributes.get("numFmtId"))
        self.formats.append(
            Style(
                bold=_at(self._fonts, attributes.get("fontId")),
                date=number in self._dates,
                percent=number in self._percents,
                filled=_at(self._fills, attributes.get("fillId")),
                framed=_at(self._borders, attributes.get("borderId")),
            )
        )


def _index(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0


def _at(marks: list[bool], index: str | None) -> bool:
    place = _index(index)
    return place < len(marks) and marks[place]
