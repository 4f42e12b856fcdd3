"""One row of a table as an ``Item``: its words, its slots, what may be written there, and why not where it may not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rfp_responder.domain import Question
from rfp_responder.questionnaire.columns import Columns
from rfp_responder.questionnaire.headwords import listed_choices
from rfp_responder.questionnaire.model import Extra, Grid, Item, Shape
from rfp_responder.questionnaire.places import cell_name
from rfp_responder.questionnaire.rows import identity
from rfp_responder.questionnaire.rules import is_placeholder, leading_code, limits, ticked_off, without_code
from rfp_responder.questionnaire.sidecolumns import Table
from rfp_responder.questionnaire.stems import completed
from rfp_responder.text import fold

_SEVERAL = re.compile(
    r"(?:select|choose|tick|check|mark|pick|indicate) (?:all|any|one or more|as many)|all that apply|"
    r"multi(?:ple)?[- ]?(?:select\w*|answers?|values?|options?|picklist)|"
    r"one or more (?:of|options|values)|mehrfach",
    re.IGNORECASE,
)
_SINGLE = re.compile(r"single|one of|multiple choice", re.IGNORECASE)
_KINDS: tuple[tuple[Shape, re.Pattern[str]], ...] = (
    ("attachment", re.compile(r"attach|upload|file|template", re.IGNORECASE)),
    ("date", re.compile(r"\bdate\b|datum|fecha", re.IGNORECASE)),
    ("percentage", re.compile(r"percent|%", re.IGNORECASE)),
    ("number", re.compile(r"\bnumber|numeric|integer|decimal|amount|currency|zahl", re.IGNORECASE)),
)
_MOST_OPTIONS, _OPTION_LENGTH = 30, 80
_LINES = re.compile(
    r"(?:one (?:per|a)|each on (?:a|its)(?: own)?|separate|new) lines?|line ?breaks?|newline", re.IGNORECASE
)
_SEMICOLON = re.compile(r"semi-?colon", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a question: section, the lead-in above it, and whether the table's texts begin with ids."""

    section: str = ""
    stem: str = ""
    coded: bool = False


def make_item(grid: Grid, table: Table, columns: Columns, row: int, context: Context) -> Item:
    """The item of a question row (one-based)."""
    cell = grid.cells[row][columns.question]
    answer = grid.anchor(row, columns.answer) if columns.answer else None
    comment = grid.anchor(row, columns.comment) if columns.comment else None
    reference = grid.anchor(row, columns.reference) if columns.reference else None
    choices = grid.choices(*answer) if answer else ()
    boxes = ticked_off(grid.text(*answer)) if answer and not choices else ()
    choices = tuple(word for word, _ in columns.marks) or choices or columns.listed or boxes
    choices = choices or _row_options(grid, columns, row)
    name = identity(grid, columns, row) or leading_code(cell.text)
    text = cell.text.strip()
    words, characters = _limits(grid, table, columns, row, choices)
    notes = [f"row {row} is hidden"] if row in grid.hidden_rows else []
    if cell.formula and not cell.text.strip():
        notes.append("the question is a formula without a cached value: open the file in Excel and save it")
    shape, separator = _shape(grid, table, columns, row, choices)
    return Item(
        sheet=grid.name,
        row=row,
        id=name,
        question=Question(name, _asked(text, context), context.section, choices, words, characters),
        answer_cell=cell_name(*answer) if answer else None,
        comment_cell=cell_name(*comment) if comment else None,
        choices=choices,
        marks=tuple((word, cell_name(*grid.anchor(row, column))) for word, column in columns.marks),
        blocked=_blocked(grid, columns, row, answer or comment),
        unwritable=_unwritable(grid, answer or comment, choices),
        comment_blocked=why_not(grid, comment) if comment and answer else "",
        notes=tuple(notes),
        text=text,
        shape=shape,
        reference_cell=cell_name(*reference) if reference and not why_not(grid, reference) else None,
        extras=_extras(grid, table, columns, row),
        hidden=grid.hidden or row in grid.hidden_rows,
        separator=separator,
        present=_present(grid, columns, row, answer),
        bounds=grid.number(*answer) if answer else None,
        fraction=_is_fraction(grid, answer),
        boxes=grid.text(*answer) if answer and boxes else "",
    )


def _asked(text: str, context: Context) -> str:
    """What is put to the answerer: with its lead-in, without the id that the text begins with."""
    bare = without_code(text, always=context.coded)
    return completed(context.stem, bare) if context.stem else bare


def _row_options(grid: Grid, columns: Columns, row: int) -> tuple[str, ...]:
    """The values that the row itself allows: of its options column, else of its kind (``"Yes/No"``)."""
    listed = fold(grid.text(row, columns.options)) if columns.options else ""
    raw = grid.text(row, columns.options) if columns.options else ""
    for mark in ("\n", ";", "|", ",", "/"):
        parts = tuple(dict.fromkeys(part for each in raw.split(mark) if (part := fold(each).strip(" -•"))))
        if listed and 2 <= len(parts) <= _MOST_OPTIONS and all(len(part) <= _OPTION_LENGTH for part in parts):
            return parts
    kind = fold(grid.text(row, columns.form)) if columns.form else ""
    return listed_choices(kind) if len(kind.split()) <= 4 else ()


def _present(grid: Grid, columns: Columns, row: int, answer: tuple[int, int] | None) -> str:
    """What stands in the answer's place already, in the words of its choice where a mark does."""
    for word, column in columns.marks:
        if grid.text(*grid.anchor(row, column)).strip():
            return word
    return fold(grid.text(*answer)) if answer else ""


def _limits(
    grid: Grid, table: Table, columns: Columns, row: int, choices: tuple[str, ...]
) -> tuple[int | None, int | None]:
    """The most words and characters: of the text, the limit column, the answer's header and its validation."""
    words, characters = limits(grid.text(row, columns.question))
    if columns.limit and (said := fold(grid.text(row, columns.limit))):
        found = limits(said)
        if said.replace(",", "").isdigit():
            count = int(said.replace(",", ""))
            in_characters = "char" in table.text(columns.limit).casefold()
            found = (None, count) if in_characters else (count, None)
        words, characters = words or found[0], characters or found[1]
    slot = columns.comment if choices else columns.answer or columns.comment
    if slot is not None:
        headed = limits(table.text(slot))
        words, characters = words or headed[0], characters or headed[1]
        bound = grid.max_characters(*grid.anchor(row, slot))
        characters = min(filter(None, (bound, characters)), default=None)
    return words, characters


def _shape(grid: Grid, table: Table, columns: Columns, row: int, choices: tuple[str, ...]) -> tuple[Shape, str]:
    """What the answer cell takes, and what parts several values in it."""
    if columns.marks:
        return "marks", ""
    kind = fold(grid.text(row, columns.form)) if columns.form else ""
    told = " ".join(fold(cell.text) for c, cell in sorted(grid.cells[row].items()) if c != columns.answer)
    heads = " ".join(table.headers[0].texts.values()) if table.headers else ""
    said = f"{told} {kind} {heads}"[:4000]
    separator = "\n" if _LINES.search(said) else "; " if _SEMICOLON.search(said) else ", "
    if choices:
        several = bool(_SEVERAL.search(said)) and not (kind and _SINGLE.search(kind))
        return ("several" if several else "choice"), separator
    if columns.answer is None:
        return "text", separator
    number = grid.number(*grid.anchor(row, columns.answer))
    if number is not None:
        if number.number == "date":
            return "date", separator
        percent = grid.percent(*grid.anchor(row, columns.answer)) or bool(re.search(r"percent|%", kind, re.IGNORECASE))
        return ("percentage" if percent else "number"), separator
    if kind and len(kind.split()) <= 3:
        return next((shape for shape, pattern in _KINDS if pattern.search(kind)), "text"), separator
    return "text", separator


def _is_fraction(grid: Grid, answer: tuple[int, int] | None) -> bool:
    """Whether a cell holds a percentage as its hundredth."""
    if answer is None:
        return False
    rule = grid.number(*answer)
    return grid.percent(*answer) or (rule is not None and rule.high is not None and rule.high <= 1)


def _extras(grid: Grid, table: Table, columns: Columns, row: int) -> tuple[Extra, ...]:
    found = []
    for column in columns.extras:
        slot = grid.anchor(row, column)
        choices = grid.choices(*slot)
        if choices:
            found.append(Extra(fold(table.text(column)), cell_name(*slot), choices, why_not(grid, slot)))
    return tuple(found)


def _unwritable(grid: Grid, slot: tuple[int, int] | None, choices: tuple[str, ...]) -> str:
    if slot is None:
        return f"sheet {grid.name!r} has no answer column"
    unreadable = grid.unreadable(*slot) if not choices else ""
    return f"the allowed values of the drop-down could not be read ({unreadable})" if unreadable else ""


def _blocked(grid: Grid, columns: Columns, row: int, slot: tuple[int, int] | None) -> str:
    if columns.marks:
        places = [grid.anchor(row, column) for _, column in columns.marks]
        return next((reason for place in places if (reason := why_not(grid, place))), "")
    return why_not(grid, slot) if slot else ""


def why_not(grid: Grid, slot: tuple[int, int]) -> str:
    """Why this cell (row, column, one-based) must not be written, ``""`` where it may."""
    row, column = slot
    cell = grid.cells.get(row, {}).get(column)
    if cell and cell.formula:
        return f"{cell_name(row, column)} holds a formula"
    if cell and cell.text.strip() and not is_placeholder(cell.text) and not ticked_off(cell.text):
        return "already filled"
    if grid.locked(row, column):
        return f"{cell_name(row, column)} is locked on a protected sheet"
    return ""
