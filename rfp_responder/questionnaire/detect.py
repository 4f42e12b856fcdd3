"""Questionnaires found in grids: tables, their columns, their questions, the cells that take the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType

from rfp_responder.questionnaire.columns import Columns, choose_columns
from rfp_responder.questionnaire.conditions import Told, with_conditions
from rfp_responder.questionnaire.headers import Header, find_headers
from rfp_responder.questionnaire.headwords import roles
from rfp_responder.questionnaire.items import Context, make_item
from rfp_responder.questionnaire.labels import read_form
from rfp_responder.questionnaire.model import Grid, Item, Layout, OtherRow, SheetLayout
from rfp_responder.questionnaire.places import cell_name, letters, number
from rfp_responder.questionnaire.rows import habits, identity, judge
from rfp_responder.questionnaire.rules import asks, leading_code, skips_sheet
from rfp_responder.questionnaire.sidecolumns import Table
from rfp_responder.questionnaire.signatures import recognised
from rfp_responder.questionnaire.stems import asks_alone, is_lead_in, is_part, part_mark
from rfp_responder.text import fold

MAX_ROWS = 20_000  # of one sheet; questionnaires have up to 1,500 questions, and 10,000 rows take a second
MAX_ALL_ROWS = 60_000  # of all sheets together, which bounds the time on hostile files
_SCORES = "its questions repeat another sheet's and formulas copy the answers: a score sheet"
_CODED = 0.6  # share of the questions that begin with an id, from which on every such beginning is one
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
        before = {item.id.casefold(): item for sheet in sheets for item in sheet.items if item.id}
        found = detect_sheet(grid, before)
        reason = "" if found else "no questions were found"
        kept: list[SheetLayout] = []
        for layout in found:
            if grid.known is not None:
                kept.append(layout)
                continue
            reason = _reason_to_skip(grid, layout, sheets)
            if not reason:
                kept.append(layout)
        bare = (
            grid.known is None
            and reason != _SCORES
            and all(not layout.answerable and not layout.header_rows for layout in kept)
        )
        form = read_form(grid) if bare and not grid.hidden and not skips_sheet(grid.name) else None
        if form is not None and (not kept or _rows(form) == {row for layout in kept for row in _rows(layout)}):
            kept = [form]
        sheets.extend(kept)
        if not kept:
            skipped.append((grid.name, reason))
    if any(sheet.answerable for sheet in sheets):
        hidden = {grid.name for grid in grids if grid.hidden}
        skipped += [
            (s.sheet, "hidden, without an answer column") for s in sheets if not s.answerable and s.sheet in hidden
        ]
        sheets = [s for s in sheets if s.answerable or s.sheet not in hidden]
    return Layout(tuple(sheets), tuple(skipped), recognised(sheets, [grid.name for grid in grids]))


def _rows(layout: SheetLayout) -> set[int]:
    return {item.row for item in layout.items}


def detect_sheet(grid: Grid, before: Mapping[str, Item] = MappingProxyType({})) -> list[SheetLayout]:
    """The question tables of one sheet, the largest first; usually one or none."""
    if grid.known is not None:
        return [grid.known]
    found = []
    for table in _tables(grid):
        columns = choose_columns(grid, table)
        if columns is not None:
            layout = laid_out(grid, table, columns, None, before)
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


def laid_out(
    grid: Grid,
    table: Table,
    columns: Columns,
    asking: frozenset[int] | None = None,
    before: Mapping[str, Item] = MappingProxyType({}),
) -> SheetLayout:
    """A table read with known columns; ``asking`` names the question rows (one-based) where they are known too.

    ``before`` are the questions of earlier sheets by id in lower case, which may decide whether one here is needed.
    """
    reading = _Reading(grid, table, columns, asking)
    reading.before = before
    for row in table.rows:
        reading.read(row)
    return reading.layout()


class _Reading:
    """One pass over a table's rows: which of them ask, under which heading, and as parts of which lead-in."""

    def __init__(self, grid: Grid, table: Table, columns: Columns, asking: frozenset[int] | None) -> None:
        self.grid, self.table, self.columns, self.asking = grid, table, columns, asking
        self.usual = habits(grid, columns, table.rows)
        self.items: list[Item] = []
        self.told: list[Told] = []
        self.others: list[OtherRow] = []
        self.gates: list[tuple[int, str]] = []
        self.borders: list[tuple[int, str]] = []
        self.heading = self.topic = ""
        self.stem = self.stem_id = ""
        self.slot = columns.answer or columns.comment or columns.question
        self.labels = dict(_block_labels(table, columns))
        self.below = dict(pairwise(table.rows))
        texts = [text for row in table.rows if asks(text := grid.text(row, columns.question)) >= 1]
        self.before: Mapping[str, Item] = {}
        for header in table.headers:  # the name of a block may say when it is needed
            words = " ".join(header.texts[column] for column in sorted(header.texts))[:400]
            self.gates.append((header.bottom, words))
            self.borders.append((header.bottom, words))
        self.coded = bool(texts) and sum(bool(leading_code(text)) for text in texts) >= _CODED * len(texts)

    def read(self, row: int) -> None:
        """Judge one row (one-based) and keep what it says."""
        grid, columns = self.grid, self.columns
        self.heading = self.labels.get(row, self.heading)
        text = grid.text(row, columns.question).strip()
        name = identity(grid, columns, row) or leading_code(text)
        if self.stem and not is_part(text, name, self.stem_id):
            self.stem = self.stem_id = ""
        if self._leads(row, text, name):
            self.stem, self.stem_id = text, name
            if not self._asks_itself(row, text):
                self._other(row, "lead-in of the parts below")
                return
            judgement = judge(grid, columns, self.usual, row)
            stem = ""
        else:
            stem = self.stem
            judgement = judge(grid, columns, self.usual, row, part=bool(stem))
        if self.asking is not None:
            judgement = replace(judgement, asks=row in self.asking)
        if columns.section and (named := fold(grid.text(*grid.anchor(row, columns.section)))):
            self.topic = named
        if judgement.asks:
            section = " / ".join(dict.fromkeys(filter(None, (self.topic, self.heading))))
            self.items.append(make_item(grid, self.table, columns, row, Context(section, stem, self.coded)))
            self.told.append(Told(*(grid.text(row, c) if c else "" for c in (columns.depends, columns.when))))
            return
        if judgement.heading:
            self.heading = fold(grid.text(row, columns.question)) or max(
                (fold(cell.text) for cell in grid.cells[row].values()), key=len
            )
            self.borders.append((row, self.heading))
        self._other(row, judgement.reason)

    def _other(self, row: int, reason: str) -> None:
        words = " ".join(cell.text for _, cell in sorted(self.grid.cells[row].items()))
        self.gates.append((row, words[:400]))
        shown = _shown(self.grid, row, self.columns.question)
        self.others.append(OtherRow(row, cell_name(row, self.slot), shown, reason))

    def _leads(self, row: int, text: str, name: str) -> bool:
        """Whether the row is a lead-in with at least one part directly below it."""
        below = self.below.get(row)
        if below is None or not is_lead_in(text) or (self.stem and part_mark(text)):
            return False
        part = self.grid.text(below, self.columns.question).strip()
        return bool(part) and is_part(part, identity(self.grid, self.columns, below) or leading_code(part), name)

    def _asks_itself(self, row: int, text: str) -> bool:
        """Whether a lead-in wants an answer of its own: it says enough, or it alone has a list."""
        answer = self.columns.answer
        if self.asking is not None:
            return row in self.asking
        if answer is not None:
            own = bool(self.grid.choices(*self.grid.anchor(row, answer)))
            parts = bool(self.grid.choices(*self.grid.anchor(self.below[row], answer)))
            if own != parts:
                return own
            if self.grid.locked(row, answer) and not self.grid.locked(self.below[row], answer):
                return False
        return asks_alone(text)

    def layout(self) -> SheetLayout:
        """What was read."""
        columns, headers = self.columns, self.table.headers
        header_rows = tuple(row for header in headers for row in header.rows)
        headed = [
            OtherRow(row, cell_name(row, self.slot), _shown(self.grid, row, self.slot), "header") for row in header_rows
        ]
        items = with_conditions(self.items, self.told, self.gates, sorted(self.borders), self.before)
        values = [item.choices for item in items if item.choices]
        return SheetLayout(
            sheet=self.grid.name,
            header_rows=header_rows,
            id_column=_letters(columns.id),
            question_column=letters(columns.question),
            answer_column=_letters(columns.answer),
            comment_column=_letters(columns.comment),
            choices=max(values, key=values.count) if values else (),
            items=items,
            others=tuple(sorted(headed + self.others, key=lambda other: other.row)),
            headers=tuple(headers[0].texts[c] for c in sorted(headers[0].texts)) if headers else (),
            notes=self.grid.notes,
            section_column=_letters(columns.section),
            reference_column=_letters(columns.reference),
            type_column=_letters(columns.kind),
            limit_column=_letters(columns.limit),
            depends_column=_letters(columns.depends),
            extra_columns=tuple(letters(column) for column in columns.extras),
        )


def _letters(column: int | None) -> str | None:
    return letters(column) if column else None


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
        return _SCORES
    return ""


def _headed_as_answer(grid: Grid, layout: SheetLayout) -> list[int]:
    """Columns whose header says plainly that they hold answers."""
    return [
        column
        for row in layout.header_rows[:1]
        for column, cell in grid.cells.get(row, {}).items()
        if roles(cell.text).get("answer", 0.0) >= 3
    ]
