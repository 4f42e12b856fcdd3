"""One worksheet part before and after, read as bare XML: only the written cells differ, and they could be written.

Nothing here is shared with the writer. What is found wrong is raised as ``Wrong``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isclose
from typing import TYPE_CHECKING

from rfp_responder.questionnaire.frameproof import columns_of, same_frame
from rfp_responder.questionnaire.model import Edit
from rfp_responder.questionnaire.partproof import Look, Wrong
from rfp_responder.questionnaire.places import Area, AreaIndex, area, cell_name
from rfp_responder.questionnaire.rawsheet import RawSheet, cells, decimal, plain, serialised, shown_text, whole

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_TRUE = frozenset({"1", "true"})
_COUNTED = {
    "dataValidation": "drop-downs and other validations",
    "mergeCell": "merged areas",
    "conditionalFormatting": "conditional formats",
    "sheetProtection": "protections",
    "hyperlink": "links",
    "drawing": "drawings",
    "legacyDrawing": "comment boxes",
    "tablePart": "tables",
    "pageSetup": "print settings",
}


@dataclass(slots=True)
class Tally:
    """What was compared on a sheet: cells, rows before and after, and kept elements by kind."""

    cells: int = 0
    rows: int = 0
    added_rows: int = 0
    kept: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Facts:
    """What the source says that only the end of the sheet can judge."""

    styles: dict[tuple[int, int], str] = field(default_factory=dict)
    row_styles: dict[int, str] = field(default_factory=dict)
    arrays: list[Area] = field(default_factory=list)
    written: dict[tuple[int, int], str] = field(default_factory=dict)


def check_sheet(
    old: bytes, new: bytes, edits: Sequence[Edit], formats: Sequence[Look], widths: Mapping[int, float], label: str
) -> Tally:
    """Compare two states of a sheet; raises Wrong. ``widths`` are those asked for, by column."""
    before, after = RawSheet(old, label), RawSheet(new, label)
    facts, tally = _Facts(), Tally()
    wanted: dict[int, dict[int, Edit]] = {}
    for edit in edits:
        wanted.setdefault(edit.row, {})[edit.column] = edit
    likes = {edit.like[0] for edit in edits if edit.like}
    left = before.rows()
    was = next(left, None)
    for number, row in after.rows():
        tally.rows += 1
        if was is not None and was[0] == number:
            _note(facts, number, was[1], wanted.get(number, {}), likes)
            _same_row(number, was[1], row, wanted.get(number, {}), facts, tally)
            was = next(left, None)
        elif number in wanted:
            tally.added_rows += 1
            _same_row(number, None, row, wanted[number], facts, tally)
        else:
            raise Wrong(f"{label}: row {number} was added and holds no answer")
    if was is not None:
        raise Wrong(f"{label}: row {was[0]} is gone")
    for edit in edits:
        if (edit.row, edit.column) not in facts.written and edit.text.strip():
            raise Wrong(f"cell {edit.sheet!r} {cell_name(edit.row, edit.column)} is empty after writing")
    assert before.root is not None and after.root is not None  # both were read to their ends
    _could_be_written(before.root, edits, facts, formats)
    same_frame(before.root, after.root, edits, widths, label)
    for element in after.root.iter("{*}*"):
        if kind := _COUNTED.get(plain(element.tag)):
            tally.kept[kind] += 1
    return tally


def _note(facts: _Facts, number: int, row: Element, wanted: Mapping[int, Edit], likes: set[int]) -> None:
    """Keep what the source says of this row's formats and formulas; raise for a formula that was written over."""
    if row.get("customFormat") in _TRUE:
        facts.row_styles[number] = row.get("s", "")
    for formula in row.iterdescendants("{*}f"):
        if formula.get("t") in {"array", "dataTable"} and (found := area(formula.get("ref", ""))):
            facts.arrays.append(found)
    if not wanted and number not in likes:
        return
    for column, cell in cells(row):
        facts.styles[number, column] = cell.get("s", "")
        if column in wanted and next(cell.iterchildren("{*}f"), None) is not None:
            raise Wrong(f"cell {wanted[column].sheet!r} {cell_name(number, column)} held a formula")


def _same_row(  # the two rows, what may differ, and two places for what was seen
    number: int, old: Element | None, new: Element, wanted: Mapping[int, Edit], facts: _Facts, tally: Tally
) -> None:
    from lxml import etree

    if not wanted and old is not None:
        tally.cells += sum(1 for _ in new.iterchildren("{*}c"))
        if etree.tostring(old, with_tail=False) == etree.tostring(new, with_tail=False):
            return
    if old is not None:
        _same_row_attributes(number, old, new, wanted)
    was = dict(cells(old)) if old is not None else {}
    now = dict(cells(new))
    for column in sorted(was.keys() | now.keys()):
        if column in wanted:
            if column in now:
                _holds(wanted[column], now[column])
                facts.written[number, column] = now[column].get("s", "")
            continue
        if column not in now or column not in was or serialised(was[column]) != serialised(now[column]):
            raise Wrong(f"cell {cell_name(number, column)} differs and was not to be written")
    tally.cells += len(now) if wanted else 0
    others = [[serialised(e) for e in row if plain(e.tag) != "c"] if row is not None else [] for row in (old, new)]
    if others[0] != others[1]:
        raise Wrong(f"row {number} differs in more than its cells")


def _same_row_attributes(number: int, old: Element, new: Element, wanted: Mapping[int, Edit]) -> None:
    was, now = ({str(key): str(value) for key, value in row.attrib.items()} for row in (old, new))
    if wanted:
        if "spans" not in now:
            was.pop("spans", None)  # a hint that new cells make wrong
        if was.get("hidden") not in _TRUE and decimal(now.get("ht")) >= decimal(was.get("ht")):
            was.pop("ht", None)  # a row may grow with its answer
            now.pop("ht", None)
    if was != now:
        raise Wrong(f"row {number} has other attributes")


def _holds(edit: Edit, cell: Element) -> None:
    """The cell holds the edit's value in the edit's kind, and nothing that computes."""
    where = f"cell {edit.sheet!r} {cell_name(edit.row, edit.column)}"
    if any(plain(child.tag) not in {"v", "is"} for child in cell):
        raise Wrong(f"{where} holds more than a value")
    if edit.kind == "text":
        if cell.get("t") not in {"inlineStr", "s", "str"}:
            raise Wrong(f"{where} is not written as text")
        if cell.get("t") == "inlineStr" and (text := shown_text(cell)) != edit.text:
            raise Wrong(f"{where} reads {text[:60]!r}, expected {edit.text[:60]!r}")
    elif cell.get("t", "n") != "n":
        raise Wrong(f"{where} is not written as a {edit.kind}")
    elif not any(isclose(decimal(cell.findtext("{*}v")), each, rel_tol=1e-12) for each in _figures(edit)):
        raise Wrong(f"{where} holds {cell.findtext('{*}v')}, expected {edit.text[:60]!r}")


def _figures(edit: Edit) -> tuple[float, ...]:
    """What a cell stores for a number or a date; a date's count of days begins in 1900 or 1904."""
    text = edit.text.strip()
    if edit.kind == "number":
        return (decimal(text.rstrip("%")) / (100 if text.endswith("%") else 1),)
    moment = datetime.fromisoformat(text)
    starts = (datetime(1899, 12, 30), datetime(1899, 12, 31), datetime(1904, 1, 1))  # the second before March 1900
    return tuple((moment - start) / timedelta(days=1) for start in starts)


def _could_be_written(root: Element, edits: Sequence[Edit], facts: _Facts, formats: Sequence[Look]) -> None:
    """No written cell is merged away, locked or part of a formula's result, and each looks as it should."""
    found = (area(each.get("ref", "")) for each in root.iter("{*}mergeCell"))
    merges = AreaIndex((merge, merge) for merge in found if merge)
    arrays = AreaIndex((array, array) for array in facts.arrays)
    protection = root.find("{*}sheetProtection")
    protected = protection is not None and protection.get("sheet") in _TRUE
    columns = columns_of(root)

    def style(row: int, column: int) -> str:
        if (row, column) in facts.styles:
            return facts.styles[row, column]
        stated = next((told for (first, last), told in columns.items() if first <= column <= last), {})
        return facts.row_styles.get(row) or stated.get("style", "")

    for edit in edits:
        place = (edit.row, edit.column)
        where = f"cell {edit.sheet!r} {cell_name(*place)}"
        if any((merge.top, merge.left) != place for merge in merges.at(*place)):
            raise Wrong(f"{where} is merged into another")
        if any(arrays.at(*place)):
            raise Wrong(f"{where} shows part of a formula's result")
        if protected and _look(formats, style(*place)).locked:
            raise Wrong(f"{where} is locked")
        if place in facts.written:
            own = facts.styles.get(place)
            allowed = {style(*place)} if own not in {None, "", "0"} or not edit.like else set()
            allowed |= {style(*edit.like)} if edit.like and own in {None, "", "0"} else set()
            if not _looks_as(facts.written[place], allowed, formats):
                raise Wrong(f"{where} has another format")


def _look(formats: Sequence[Look], style: str) -> Look:
    index = whole(style)
    return formats[index] if index < len(formats) else Look(b"", wraps=False, locked=True)


def _looks_as(style: str, allowed: set[str], formats: Sequence[Look]) -> bool:
    """Whether the style is one of these, or the same with wrapping."""
    if (style or "0") in {each or "0" for each in allowed}:
        return True
    now = _look(formats, style)
    return now.wraps and any(_look(formats, each).rest == now.rest for each in allowed)
