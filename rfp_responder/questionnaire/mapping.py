"""The mapping of a questionnaire: what was detected, saved as YAML, edited by a person, and replayed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire.columns import Columns
from rfp_responder.questionnaire.detect import laid_out
from rfp_responder.questionnaire.headers import header_at
from rfp_responder.questionnaire.headwords import listed_choices
from rfp_responder.questionnaire.items import why_not
from rfp_responder.questionnaire.model import Grid, Item, Layout, SheetLayout
from rfp_responder.questionnaire.places import MAX_COLUMN, cell_name, number, place
from rfp_responder.questionnaire.sidecolumns import Table

Letters = Annotated[str, Field(pattern=r"^[A-Za-z]{1,3}$")]
MAX_BYTES = 1 << 20
_HEAD = """# What `rfp inspect` found in {name}. Correct it and replay it:  rfp answer {name} --mapping THIS_FILE
# Columns are letters, rows as in Excel ("3-20, 22, 24-30"). A sheet that is not listed is left out.
"""


class SheetMapping(BaseModel):
    """One table of a sheet: its columns as letters, its rows as ranges.

    ``cells`` names the answer cell of a row where that is not in the answer column of the row itself (``{3: "A4"}``).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sheet: str
    header_rows: list[int] = []
    id: Letters | None = None
    question: Letters
    answer: Letters | None = None
    comment: Letters | None = None
    reference: Letters | None = None
    section: Letters | None = None
    type: Letters | None = None
    limit: Letters | None = None
    depends: Letters | None = None
    extras: list[Letters] = []
    marks: dict[str, Letters] = {}
    cells: dict[int, Annotated[str, Field(pattern=r"^[A-Za-z]{1,3}\d{1,7}$")]] = {}
    question_rows: Annotated[str, Field(pattern=r"^\s*\d+(\s*-\s*\d+)?(\s*,\s*\d+(\s*-\s*\d+)?)*\s*$")]


class Mapping(BaseModel):
    """The mapping file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    questionnaire: str = ""
    sheets: list[SheetMapping]


def load_mapping(path: Path) -> Mapping:
    """Read a mapping; raises QuestionnaireError naming the field that is wrong."""
    import yaml

    try:
        if path.stat().st_size > MAX_BYTES:
            raise QuestionnaireError(f"the mapping {path} is larger than 1 MiB", "Save it anew with rfp inspect.")
        return Mapping.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except OSError as fault:
        raise QuestionnaireError(f"cannot read the mapping {path} ({fault.strerror})", "Check the path.") from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise QuestionnaireError(
            f"the mapping {path.name}, {place}: {first['msg']} (found {str(first['input'])[:40]!r})",
            "Correct it, or save it anew with: rfp inspect QUESTIONNAIRE --save-mapping FILE.",
        ) from fault
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        said = " ".join(str(fault).split())[:120]
        raise QuestionnaireError(f"the mapping {path.name} is no YAML ({said})", "Correct it.") from fault


def mapping_text(layout: Layout, name: str) -> str:
    """The YAML of what was detected."""
    import yaml

    sheets = [_sheet_mapping(sheet).model_dump(exclude_defaults=True) for sheet in layout.sheets]
    body = {"questionnaire": name, "sheets": sheets}
    return _HEAD.format(name=name) + yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=100)


def _sheet_mapping(sheet: SheetLayout) -> SheetMapping:
    marks = next((item.marks for item in sheet.items if item.marks), ())
    return SheetMapping(
        sheet=sheet.sheet,
        header_rows=list(sheet.header_rows),
        id=sheet.id_column,
        question=sheet.question_column,
        answer=sheet.answer_column,
        comment=sheet.comment_column,
        reference=sheet.reference_column,
        section=sheet.section_column,
        type=sheet.type_column,
        limit=sheet.limit_column,
        depends=sheet.depends_column,
        extras=list(sheet.extra_columns),
        marks={word: re.sub(r"\d", "", cell) for word, cell in marks},
        cells={
            item.row: item.answer_cell
            for item in sheet.items
            if item.answer_cell
            and not item.marks
            and item.answer_cell not in {f"{sheet.answer_column}{item.row}", f"{sheet.appended}{item.row}"}
        },
        question_rows=as_ranges(item.row for item in sheet.items),
    )


def as_ranges(rows: Iterable[int]) -> str:
    """``[3, 4, 5, 8] -> "3-5, 8"``."""
    found: list[list[int]] = []
    for row in sorted(rows):
        if found and row == found[-1][1] + 1:
            found[-1][1] = row
        else:
            found.append([row, row])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in found)


def rows_of(ranges: str, known: Iterable[int]) -> frozenset[int]:
    """The rows of ``"3-5, 8"`` among those that a sheet has; a range is never written out."""
    bounds = [tuple(int(end) for end in part.split("-")) for part in ranges.split(",")]
    return frozenset(row for row in known if any(each[0] <= row <= each[-1] for each in bounds))


def mapped(grids: Sequence[Grid], mapping: Mapping, name: str) -> Layout:
    """The layout that a mapping names; raises QuestionnaireError where the file has no such sheet or row."""
    by_name = {grid.name: grid for grid in grids}
    sheets: list[SheetLayout] = []
    for each in mapping.sheets:
        grid = by_name.get(each.sheet)
        if grid is None:
            raise QuestionnaireError(
                f"the mapping names the sheet {each.sheet!r}, which {name} lacks; it has "
                + ", ".join(repr(sheet) for sheet in by_name),
                "Correct the mapping.",
            )
        if grid.known is not None:
            kept = rows_of(each.question_rows, (item.row for item in grid.known.items))
            sheets.append(replace(grid.known, items=tuple(i for i in grid.known.items if i.row in kept)))
            continue
        before = {item.id.casefold(): item for sheet in sheets for item in sheet.items if item.id}
        sheets.append(_mapped_sheet(grid, each, name, before))
    skipped = tuple((grid.name, "not in the mapping") for grid in grids if grid.name not in {s.sheet for s in sheets})
    return Layout(tuple(sheets), skipped)


def _mapped_sheet(grid: Grid, each: SheetMapping, name: str, before: dict[str, Item]) -> SheetLayout:
    asking = rows_of(each.question_rows, grid.cells)
    question = _column(each.question, each, "question")
    blank = [row for row in asking if not grid.text(row, question) and question not in grid.cells[row]]
    if not asking or blank:
        what = f"row {min(blank)} of column {each.question} is blank" if blank else "none of its rows is there"
        raise QuestionnaireError(
            f"the mapping's question_rows {each.question_rows!r} of sheet {each.sheet!r} do not fit {name}: {what}",
            "Correct the mapping.",
        )
    _check_roles(each)
    runs = [[int(end) for end in part.split("-")] for part in as_ranges(each.header_rows).split(", ") if part]
    table = Table(
        tuple(header_at(grid, run[0], run[-1]) for run in runs),
        tuple(
            row for row in sorted(grid.cells) if row not in each.header_rows and row > min(each.header_rows, default=0)
        ),
    )
    optional = {
        field: _column(value, each, field) if (value := getattr(each, field)) else None
        for field in ("answer", "comment", "id", "section", "reference", "limit", "depends")
    }
    columns = Columns(
        question,
        kind=_column(each.type, each, "type") if each.type else None,
        extras=tuple(_column(letter, each, "extras") for letter in each.extras),
        marks=tuple((word, _column(letter, each, "marks")) for word, letter in each.marks.items()),
        listed=listed_choices(table.text(optional["answer"])) if optional["answer"] and not each.marks else (),
        **optional,
    )
    layout = laid_out(grid, table, columns, asking, before)
    lost = asking - {item.row for item in layout.items}
    if lost:
        raise QuestionnaireError(
            f"the mapping of sheet {each.sheet!r}: header_rows {each.header_rows} stand below question row {min(lost)}",
            "Correct header_rows or question_rows in the mapping.",
        )
    return replace(layout, items=tuple(_at(grid, item, each.cells.get(item.row)) for item in layout.items))


def _check_roles(each: SheetMapping) -> None:
    """Raise QuestionnaireError where one column has two roles."""
    roles: dict[str, str] = {}
    for role in ("id", "question", "answer", "comment", "reference"):
        letter = (getattr(each, role) or "").upper()
        if role == "answer" and each.cells:
            continue
        if letter and role == "answer" and letter in {mark.upper() for mark in each.marks.values()}:
            continue
        if letter and letter in roles:
            raise QuestionnaireError(
                f"the mapping of sheet {each.sheet!r} gives column {letter} two roles, {roles[letter]} and {role}",
                "Correct the mapping.",
            )
        roles[letter] = role


def _at(grid: Grid, item: Item, cell: str | None) -> Item:
    """The item with its answer in the cell that the mapping names for it."""
    if cell is None:
        return item
    slot = grid.anchor(*place(cell))
    choices = grid.choices(*slot)
    return replace(
        item,
        answer_cell=cell_name(*slot),
        choices=choices,
        question=replace(item.question, choices=choices),
        shape="choice" if choices else "text",
        blocked=why_not(grid, slot),
        unwritable="",
        present=grid.text(*slot).strip(),
    )


def _column(letters: str, each: SheetMapping, field: str) -> int:
    column = number(letters)
    if column > MAX_COLUMN:
        raise QuestionnaireError(
            f"the mapping's {field} column {letters!r} of sheet {each.sheet!r} is beyond XFD", "Correct the mapping."
        )
    return column
