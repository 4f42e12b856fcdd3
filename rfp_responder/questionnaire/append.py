"""Columns that a questionnaire lacks and that we add behind its last one: for answers, on demand for evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rfp_responder.questionnaire.items import why_not
from rfp_responder.questionnaire.model import Edit, Grid, Item, Layout, SheetLayout
from rfp_responder.questionnaire.places import MAX_COLUMN, cell_name, letters, number

ANSWER, COMMENT, EVIDENCE = "Answer", "Comment and evidence", "Evidence"
WIDTH = 60.0  # characters; as wide as the comment columns of published questionnaires


@dataclass(frozen=True, slots=True)
class Appended:
    """A layout whose items have the added cells, the headers to write, and how wide the columns are to be."""

    layout: Layout
    edits: tuple[Edit, ...] = ()
    widths: Mapping[tuple[str, int], float] = field(default_factory=dict)


def with_added_columns(layout: Layout, grids: Sequence[Grid], *, evidence: bool = False) -> Appended:
    """Give each sheet without any answer column one behind its last; with ``evidence`` also a column for comments and
    citations where answers are picked from lists and there is no place for words, else one for the citations alone."""
    by_name = {grid.name: grid for grid in grids}
    sheets: list[SheetLayout] = []
    edits: list[Edit] = []
    widths: dict[tuple[str, int], float] = {}
    for sheet in layout.sheets:
        grid = by_name[sheet.sheet]
        free = _free_column(grid)
        title = "" if free is None or grid.known or grid.protection else _title(sheet, evidence)
        if not title or free is None:
            sheets.append(sheet)
            continue
        look = number(sheet.comment_column or sheet.answer_column or sheet.question_column)
        header = sheet.header_rows[-1] if sheet.header_rows else None
        if header:
            edits.append(Edit(sheet.sheet, header, free, title, like=(header, look)))
        widths[sheet.sheet, free] = WIDTH
        sheets.append(_extended(sheet, grid, free, title))
    return Appended(replace(layout, sheets=tuple(sheets)), tuple(edits), widths)


def _title(sheet: SheetLayout, evidence: bool) -> str:
    """The header of the column that the sheet wants, ``""`` where it wants none."""
    if not sheet.answerable:
        return ANSWER
    if not evidence:
        return ""
    if sheet.comment_column is None and any(item.choices for item in sheet.items):
        return COMMENT
    return EVIDENCE if sheet.reference_column is None else ""


def _free_column(grid: Grid) -> int | None:
    """The first column (one-based) behind everything on the sheet; None where the sheet is as wide as may be."""
    used = [column for cells in grid.cells.values() for column in cells]
    used += [merge.right for merge in grid.merges]
    last = max(used, default=0)
    return last + 1 if last < MAX_COLUMN else None


def _extended(sheet: SheetLayout, grid: Grid, column: int, title: str) -> SheetLayout:
    items = tuple(_with_cell(item, grid, column, title) for item in sheet.items)
    return replace(sheet, items=items, appended=letters(column))


def _with_cell(item: Item, grid: Grid, column: int, title: str) -> Item:
    cell = cell_name(item.row, column)
    if title == ANSWER:
        return replace(item, answer_cell=cell, unwritable="", blocked=why_not(grid, (item.row, column)))
    if title == EVIDENCE:
        return replace(item, reference_cell=cell)
    return replace(item, comment_cell=cell, comment_blocked="")
