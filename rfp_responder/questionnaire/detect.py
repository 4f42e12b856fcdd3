"""Questionnaires found in grids: tables, their columns, their questions, the cells that take the answers."""

from __future__ import annotations

from collections.abc import Sequence

from rfp_responder.domain import Question
from rfp_responder.questionnaire.columns import Columns, Table, choose_columns
from rfp_responder.questionnaire.headers import Header, find_headers
from rfp_responder.questionnaire.model import Grid, Item, Layout, OtherRow, SheetLayout
from rfp_responder.questionnaire.places import cell_name, letters, number
from rfp_responder.questionnaire.rows import habits, identity, judge
from rfp_responder.questionnaire.rules import asks, is_placeholder, leading_code, limits, roles, skips_sheet
from rfp_responder.text import fold

MAX_ROWS = 20_000  # of one sheet; questionnaires have up to 1,500 questions, and 10,000 rows take a second
MAX_ALL_ROWS = 60_000  # of all sheets together, which bounds the time on hostile files
MIRRORED = 0.8  # a sheet whose questions are copied by formula from another is a score sheet, not a second form


def detect(grids: Sequence[Grid]) -> Layout:
    """The questionnaire in a file. Sheets without questions are named in ``skipped`` with the reason."""
    sheets: list[SheetLayout] = []
    skipped: list[tuple[str, str]] = []
    room = MAX_ALL_ROWS
    for grid in grids:
        if len(grid.cells) > min(MAX_ROWS, room):
            skipped.append((grid.name, f"{len(grid.cells)} rows: a data table, longer than any questionnaire"))
            continue
        room -= len(grid.cells)
        found = detect_sheet(grid)
        reason = "" if found else "no questions were found"
        kept = []
        for layout in found:
            reason = _reason_to_skip(grid, layout, sheets)
            if not reason:
                kept.append(layout)
        sheets.extend(kept)
        if not kept:
            skipped.append((grid.name, reason))
    if any(sheet.answerable for sheet in sheets):
        hidden = {grid.name for grid in grids if grid.hidden}
        skipped += [
            (s.sheet, "hidden, without an answer column") for s in sheets if not s.answerable and s.sheet in hidden
        ]
        sheets = [s for s in sheets if s.answerable or s.sheet not in hidden]
    return Layout(tuple(sheets), tuple(skipped))


def detect_sheet(grid: Grid) -> list[SheetLayout]:
    """The question tables of one sheet, the largest first; usually one or none."""
    if grid.known is not None:
        return [grid.known]
    found = []
    for table in _tables(grid):
        columns = choose_columns(grid, table)
        if columns is not None:
            layout = _layout(grid, table, columns)
            if layout.items:
                found.append(layout)
    found.sort(key=lambda layout: -len(layout.items))
    return found[:1] + [other for other in found[1:] if other.answerable and len(other.items) >= 2]


def _tables(grid: Grid) -> list[Table]:
    """Headers that name the same answer columns belong to one table; without any header the sheet is one
    table.
    """
    headers = find_headers(grid)
    rows = sorted(grid.cells)
    if not headers:
        return [Table((), tuple(rows))]
    groups: dict[tuple[int | None, int | None], tuple[list[Header], list[int]]] = {}
    ends = [header.top for header in headers[1:]] + [rows[-1] + 1]
    for header, end in zip(headers, ends, strict=True):
        group = groups.setdefault(header.signature, ([], []))
        group[0].append(header)
        group[1].extend(row for row in rows if header.bottom < row < end)
    return [Table(tuple(heads), tuple(below)) for heads, below in groups.values()]


def _layout(grid: Grid, table: Table, columns: Columns) -> SheetLayout:
    usual = habits(grid, columns, table.rows)
    items: list[Item] = []
    others: list[OtherRow] = []
    heading = topic = ""
    slot = columns.answer or columns.comment or columns.question
    header_rows = tuple(row for header in table.headers for row in header.rows)
    others += [OtherRow(row, cell_name(row, slot), _shown(grid, row, slot), "header") for row in header_rows]
    labels = _block_labels(table, columns)
    for row in table.rows:
        heading = next((label for top, label in labels if top == row), heading)
        judgement = judge(grid, columns, usual, row)
        if columns.section and (named := fold(grid.text(*grid.anchor(row, columns.section)))):
            topic = named
        if judgement.asks:
            items.append(_item(grid, columns, row, " / ".join(dict.fromkeys(filter(None, (topic, heading))))))
            continue
        if judgement.heading:
            heading = fold(grid.text(row, columns.question)) or max(
                (fold(cell.text) for cell in grid.cells[row].values()), key=len
            )
        others.append(OtherRow(row, cell_name(row, slot), _shown(grid, row, columns.question), judgement.reason))
    values = [item.choices for item in items if item.choices]
    return SheetLayout(
        sheet=grid.name,
        header_rows=header_rows,
        id_column=letters(columns.id) if columns.id else None,
        question_column=letters(columns.question),
        answer_column=letters(columns.answer) if columns.answer else None,
        comment_column=letters(columns.comment) if columns.comment else None,
        choices=max(values, key=values.count) if values else (),
        items=tuple(items),
        others=tuple(sorted(others, key=lambda other: other.row)),
        headers=tuple(table.headers[0].texts[c] for c in sorted(table.headers[0].texts)) if table.headers else (),
        notes=grid.notes,
    )


def _block_labels(table: Table, columns: Columns) -> list[tuple[int, str]]:
    """The first data row and the words over the question column of each repeated header, where they
    differ.
    """
    for column in filter(None, (columns.question, columns.id)):
        words = [fold(header.texts.get(column, "")) for header in table.headers]
        if len(set(words)) > 1:
            break
    else:
        return []
    starts = [next((row for row in table.rows if row > header.bottom), 0) for header in table.headers]
    return list(zip(starts, words, strict=True))


def _shown(grid: Grid, row: int, column: int) -> str:
    """The text of a cell, or the row's first words where it is empty."""
    cells = grid.cells.get(row, {})
    return fold(grid.text(row, column)) or next((fold(cells[c].text) for c in sorted(cells)), "")


def _item(grid: Grid, columns: Columns, row: int, section: str) -> Item:
    cell = grid.cells[row][columns.question]
    answer = grid.anchor(row, columns.answer) if columns.answer else None
    comment = grid.anchor(row, columns.comment) if columns.comment else None
    choices = grid.choices(*answer) if answer else ()
    choices = tuple(word for word, _ in columns.marks) or choices or columns.listed
    words, characters = limits(cell.text)
    if answer and not choices:
        characters = grid.max_characters(*answer) or characters
    name = identity(grid, columns, row) or leading_code(cell.text)
    text = cell.text.strip()
    notes = [f"row {row} is hidden"] if row in grid.hidden_rows else []
    if cell.formula and not cell.text.strip():
        notes.append("the question is a formula without a cached value: open the file in Excel and save it")
    unreadable = grid.unreadable(*answer) if answer and not choices else ""
    unwritable = ""
    if answer is None and comment is None:
        unwritable = f"sheet {grid.name!r} has no answer column"
    elif unreadable:
        unwritable = f"the allowed values of the drop-down could not be read ({unreadable})"
    return Item(
        sheet=grid.name,
        row=row,
        id=name,
        question=Question(name, text, section, choices, words, characters),
        answer_cell=cell_name(*answer) if answer else None,
        comment_cell=cell_name(*comment) if comment else None,
        choices=choices,
        marks=tuple((word, cell_name(*grid.anchor(row, column))) for word, column in columns.marks),
        blocked=_blocked(grid, columns, row, answer or comment),
        unwritable=unwritable,
        comment_blocked=_why_not(grid, comment) if comment and answer else "",
        notes=tuple(notes),
    )


def _blocked(grid: Grid, columns: Columns, row: int, slot: tuple[int, int] | None) -> str:
    if columns.marks:
        places = [grid.anchor(row, column) for _, column in columns.marks]
        return next((reason for place in places if (reason := _why_not(grid, place))), "")
    return _why_not(grid, slot) if slot else ""


def _why_not(grid: Grid, slot: tuple[int, int]) -> str:
    """Why this cell must not be written, ``""`` where it may."""
    row, column = slot
    cell = grid.cells.get(row, {}).get(column)
    if cell and cell.formula:
        return f"{cell_name(row, column)} holds a formula"
    if cell and cell.text.strip() and not is_placeholder(cell.text):
        return "already filled"
    if grid.locked(row, column):
        return f"{cell_name(row, column)} is locked on a protected sheet"
    return ""


def _reason_to_skip(grid: Grid, layout: SheetLayout, before: Sequence[SheetLayout]) -> str:
    """Why a sheet with question-like rows is no form to fill, ``""`` where it is one."""
    sure = sum(asks(item.question.text) >= 2 for item in layout.items)
    if not layout.answerable:
        says = any("question" in header.casefold() for header in layout.headers)
        if not (says and sure) and not (
            sure >= 3 and 2 * sum("?" in i.question.text for i in layout.items) >= len(layout.items)
        ):
            return "no answer column, and its rows are not plainly questions"
    column = number(layout.question_column)
    named = any(
        roles(grid.text(row, column)).get("question") or roles(grid.text(row, column)).get("id")
        for row in layout.header_rows
    )
    if not sure and not named and len(layout.items) < 3 and not layout.choices:
        return "its rows are not plainly questions"
    if skips_sheet(grid.name) and (layout.answer_column is None or not sure):
        return "its name says that it holds no questions, and it has no answer column"
    known = {fold(item.question.text) for sheet in before if sheet.answerable for item in sheet.items}
    computed = [number(layout.question_column), *_headed_as_answer(grid, layout)]
    copied = sum(
        fold(item.question.text) in known
        and any((cell := grid.cells[item.row].get(column)) is not None and cell.formula for column in computed)
        for item in layout.items
    )
    if copied >= MIRRORED * len(layout.items):
        return "its questions repeat another sheet's and formulas copy the answers: a score sheet"
    return ""


def _headed_as_answer(grid: Grid, layout: SheetLayout) -> list[int]:
    """Columns whose header says plainly that they hold answers."""
    return [
        column
        for row in layout.header_rows[:1]
        for column, cell in grid.cells.get(row, {}).items()
        if roles(cell.text).get("answer", 0.0) >= 3
    ]
