"""A worksheet part before and after, all of it but its rows: validations, merges, formats, columns, print settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rfp_responder.questionnaire.model import Edit
from rfp_responder.questionnaire.partproof import Wrong
from rfp_responder.questionnaire.places import Area, area
from rfp_responder.questionnaire.rawsheet import decimal, plain, serialised, whole

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_MAY_DIFFER = frozenset({"sheetData", "dimension", "cols"})
Columns = dict[tuple[int, int], dict[str, str]]


def same_frame(old: Element, new: Element, edits: Sequence[Edit], widths: Mapping[int, float], label: str) -> None:
    """Everything of the sheet but its rows: validations, merges, formats, protection, drawings, print settings."""
    was, now = ([e for e in root if plain(e.tag) not in _MAY_DIFFER] for root in (old, new))
    if old.attrib != new.attrib or old.nsmap != new.nsmap or old.tag != new.tag:
        raise Wrong(f"{label} has another root element")
    for one, two in zip(was, now, strict=False):
        if one.tag != two.tag or serialised(one) != serialised(two):
            raise Wrong(f"{label}: its {plain(one.tag)} element differs")
    if len(was) != len(now):
        raise Wrong(f"{label}: its {plain((was + now)[min(len(was), len(now))].tag)} element was added or lost")
    _same_columns(columns_of(old), columns_of(new), widths, label)
    _same_extent(old.find("{*}dimension"), new.find("{*}dimension"), edits, label)


def _same_extent(old: Element | None, new: Element | None, edits: Sequence[Edit], label: str) -> None:
    """The stated extent is the old one, or wider by written cells only."""
    if old is None or new is None:
        if old is not new:
            raise Wrong(f"{label}: its dimension element was added or lost")
        return
    was, now = area(old.get("ref", "")), area(new.get("ref", ""))
    if was is None or not edits:
        if old.get("ref") != new.get("ref"):
            raise Wrong(f"{label}: its stated extent differs")
        return
    wide = Area(
        min(was.top, *(edit.row for edit in edits)),
        min(was.left, *(edit.column for edit in edits)),
        max(was.bottom, *(edit.row for edit in edits)),
        max(was.right, *(edit.column for edit in edits)),
    )
    if now != wide:
        raise Wrong(f"{label}: its stated extent {new.get('ref')} does not fit its cells")


def columns_of(root: Element) -> Columns:
    """What ``cols`` says, by first and last column."""
    found: Columns = {}
    for each in root.iterfind("{*}cols/{*}col"):
        told = {str(key): str(value) for key, value in each.attrib.items() if key not in {"min", "max"}}
        found[whole(each.get("min")), whole(each.get("max"))] = told
    return found


def _same_columns(old: Columns, new: Columns, widths: Mapping[int, float], label: str) -> None:
    """Each column says what it said, but for those that were to be widened."""

    def edges() -> Iterator[int]:
        for first, last in [*old, *new]:
            yield from (first, last + 1)
        for column in widths:
            yield from (column, column + 1)

    def told(columns: Columns, column: int) -> dict[str, str]:
        found = [each for (first, last), each in columns.items() if first <= column <= last]
        if len(found) > 1:
            raise Wrong(f"{label}: column {column} is described twice")
        return found[0] if found else {}

    for column in sorted(set(edges())):
        was, now = told(old, column), told(new, column)
        if column in widths:
            if decimal(now.get("width")) < max(min(widths[column], 255), decimal(was.get("width"))):
                raise Wrong(f"{label}: column {column} is narrower than it was or than was asked for")
            free = {"width", "customWidth"} | ({"hidden"} if "hidden" not in now else set())
            was, now = ({k: v for k, v in each.items() if k not in free} for each in (was, now))
        if was != now:
            raise Wrong(f"{label}: column {column} has other attributes")
