"""Worksheet parts read as bare XML by lxml: the second reading, which shares no code with the writer's.

Rows are handed out one at a time and dropped after, so that a large sheet does not stand in memory whole.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rfp_responder.errors import QuestionnaireError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PLACE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})$")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as it stands: ``group`` is the id of a shared one, ``extent`` the cells that an array fills.

    ``inputs`` are the two cells that a what-if table varies. ``kept`` says whether a computed value is kept with it.
    """

    row: int
    column: int
    text: str
    group: str = ""
    kind: str = ""
    extent: str = ""
    inputs: tuple[str, ...] = ()
    kept: bool = True


def tree(data: bytes, label: str) -> Element:
    """The root element of a part; raises QuestionnaireError."""
    from lxml import etree

    _refuse_doctype(data, label)
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError as fault:
        raise _broken(label, fault) from fault


class RawSheet:
    """One pass over a sheet: ``rows()`` first, then ``root`` holds everything but the rows' content."""

    def __init__(self, data: bytes, label: str) -> None:
        _refuse_doctype(data, label)
        self._data, self._label = data, label
        self.root: Element | None = None

    def rows(self) -> Iterator[tuple[int, Element]]:
        """Each row's number (one-based) and element, which is emptied once the next one is asked for."""
        from lxml import etree

        number = 0
        events = etree.iterparse(
            io.BytesIO(self._data),
            events=("end",),
            tag="{*}row",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=True,  # the package's limits hold already
        )
        try:
            for _, row in events:
                parent = row.getparent()
                if parent is None or plain(parent.tag) != "sheetData":
                    continue  # the anchor of a form control has a row too
                number = whole(row.get("r"), number + 1)
                yield number, row
                row.clear()
        except etree.XMLSyntaxError as fault:
            raise _broken(self._label, fault) from fault
        self.root = events.root


def cells(row: Element) -> Iterator[tuple[int, Element]]:
    """Each cell's column (one-based) and element."""
    column = 0
    for cell in row.iterchildren("{*}c"):
        match = _PLACE.match(cell.get("r", ""))
        column = _number(match[1]) if match else column + 1
        yield column, cell


def formulas(data: bytes, label: str) -> list[Formula]:
    """Every formula of a sheet, in order."""
    found: list[Formula] = []
    if not re.search(rb"<(?:[\w.\-]+:)?f[\s/>]", data):
        return found
    for number, row in RawSheet(data, label).rows():
        if next(row.iterdescendants("{*}f"), None) is None:
            continue
        for column, cell in cells(row):
            formula = next(cell.iterchildren("{*}f"), None)
            if formula is None:
                continue
            found.append(
                Formula(
                    number,
                    column,
                    formula.text or "",
                    formula.get("si", "") if formula.get("t") == "shared" else "",
                    formula.get("t", ""),
                    formula.get("ref", ""),
                    tuple(value for key in ("r1", "r2") if (value := formula.get(key))),
                    next(cell.iterchildren("{*}v"), None) is not None,
                )
            )
    return found


def shown_text(cell: Element) -> str:
    """The text of an inline string, with ``_x000D_`` and its like as the characters they stand for."""
    text = "".join(each.text or "" for each in cell.iterfind("{*}is/{*}t"))
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def without(element: Element, name: str) -> str:
    """Take an attribute off an element; its value, ``""`` where it had none."""
    value = element.get(name, "")
    if name in element.attrib:
        del element.attrib[name]
    return value


def serialised(element: Element) -> bytes:
    """The element as bytes, without what follows it."""
    from lxml import etree

    return etree.tostring(element, with_tail=False)


def decimal(text: str | None) -> float:
    """A number as it stands in an attribute or a cell; 0.0 for what is none."""
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def whole(text: str | None, otherwise: int = 0) -> int:
    """A number of at most nine digits as it stands in an attribute, else ``otherwise``."""
    return int(text) if text and len(text) <= 9 and text.isascii() and text.isdigit() else otherwise


def plain(tag: object) -> str:
    """The local name of an element; ``""`` for a comment."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _number(name: str) -> int:
    column = 0
    for letter in name.upper():
        column = column * 26 + ord(letter) - 64
    return column


def _refuse_doctype(data: bytes, label: str) -> None:
    if b"<!DOCTYPE" in data:
        raise QuestionnaireError(f"{label} declares a document type", "Ask the sender for a clean copy.")


def _broken(label: str, fault: Exception) -> QuestionnaireError:
    return QuestionnaireError(f"{label} is broken XML ({fault})", "Open it in Office and save it again.")
