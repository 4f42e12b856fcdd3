"""Forms without a table: a label with the place for its answer to the right of it, or below."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from rfp_responder.domain import Question
from rfp_responder.questionnaire.headwords import roles
from rfp_responder.questionnaire.items import why_not
from rfp_responder.questionnaire.model import Grid, Item, OtherRow, Shape, SheetLayout
from rfp_responder.questionnaire.places import cell_name, letters
from rfp_responder.questionnaire.rules import (
    asks,
    is_choice,
    is_code,
    is_placeholder,
    leading_code,
    limits,
    never_asks,
    without_code,
)
from rfp_responder.text import fold

LEAST = 3  # pairs of label and place that make a form; two happen by chance on a cover sheet
MOST_ROWS = 2_000
_LABEL_WORDS = 60
_BELOW = 2  # rows named "Response" below a question that make a form
_SHORT = 12  # words of a label that is neither a question nor ends with a colon
_REQUEST_WORDS = 20  # of a request without a question mark; a longer one is prose
_MOSTLY = 0.5  # share of a sheet's texts that are labels, where no place says itself that it takes an answer
_CROWDED = 2.2  # texts in a label's row on average; a form has the label, perhaps its number
_FEW = 0.25  # the same where the places do: a matrix with blank cells has more other texts


@dataclass(frozen=True, slots=True)
class _Pair:
    """A label (one-based place) and the cell that takes its answer; ``sure`` when the cell says so itself."""

    row: int
    column: int
    slot: tuple[int, int]
    sure: bool


def read_form(grid: Grid) -> SheetLayout | None:
    """The labels of a sheet as questions; None where the sheet is no form."""
    if len(grid.cells) > MOST_ROWS:
        return None
    pairs = [pair for row in sorted(grid.cells) for pair in _pairs(grid, row)]
    below = [pair for pair in pairs if _question_above(grid, pair) is not None]
    if len(below) >= _BELOW:
        return _form(grid, below)  # each question has a row of its own for the answer
    taken = {pair.slot for pair in pairs}
    pairs = [pair for pair in pairs if (pair.row, pair.column) not in taken]
    banded = [pair for pair in pairs if grid.cells[pair.row][pair.column].filled]
    if 2 * len(banded) < len(pairs):
        pairs = [pair for pair in pairs if pair not in banded]  # bands of colour are headings
    cells = sum(bool(cell.text.strip()) for row in grid.cells.values() for cell in row.values())
    sure = sum(pair.sure for pair in pairs)
    if len(pairs) < LEAST or len(pairs) < (_FEW if sure >= LEAST else _MOSTLY) * cells:
        return None
    texts = sum(bool(cell.text.strip()) for pair in pairs for cell in grid.cells[pair.row].values())
    if texts > _CROWDED * len(pairs):
        return None  # a table of data, whatever stands beside its cells
    return _form(grid, pairs)


def _form(grid: Grid, pairs: list[_Pair]) -> SheetLayout:
    """The layout of a form with these labels."""
    items: list[Item] = []
    section = ""
    others: list[OtherRow] = []
    by_row = {pair.row: pair for pair in reversed(pairs)}  # a second label of a row is said by its own cell
    rest = [pair for pair in pairs if by_row[pair.row] is not pair]
    for row in sorted(grid.cells):
        pair = by_row.get(row)
        if pair is None:
            words = [fold(cell.text) for _, cell in sorted(grid.cells[row].items()) if cell.text.strip()]
            if len(words) == 1 and len(words[0].split()) <= 10 and not asks(words[0]) >= 2:
                section = words[0]
            others.append(OtherRow(row, cell_name(row, min(grid.cells[row])), " ".join(words)[:200], "no label"))
            continue
        above = _question_above(grid, pair)
        if above is not None and others and others[-1].row == above[0]:
            others[-1] = OtherRow(row, cell_name(*pair.slot), fold(grid.text(row, pair.column)), "place of the answer")
        else:
            above = None
        items.append(_item(grid, pair, section, above))
    if rest:
        notes = (*grid.notes, f"{len(rest)} further labels share a row with another: fill these by hand")
    else:
        notes = grid.notes
    columns = Counter(pair.slot[1] for pair in by_row.values())
    values = [item.choices for item in items if item.choices]
    return SheetLayout(
        sheet=grid.name,
        header_rows=(),
        id_column=None,
        question_column=letters(Counter(pair.column for pair in by_row.values()).most_common(1)[0][0]),
        answer_column=letters(columns.most_common(1)[0][0]),
        comment_column=None,
        choices=max(values, key=values.count) if values else (),
        items=tuple(items),
        others=tuple(others),
        notes=notes,
    )


def _pairs(grid: Grid, row: int) -> list[_Pair]:
    found = []
    for column, cell in sorted(grid.cells[row].items()):
        text = fold(cell.text)
        words = len(text.split())
        if (
            not text
            or cell.formula
            or words > _LABEL_WORDS
            or is_choice(text)
            or is_placeholder(text)
            or never_asks(text)
        ):
            continue
        plain = text.endswith((":", "?", "*")) or (asks(text) >= 2 and words <= _REQUEST_WORDS)
        plain = plain or _names_answer(text)
        right = (row, column + cell.merged_columns)
        below = _below(grid, row, column)
        slots = [slot for slot in (right, below) if _is_free(grid, slot)]
        alone = _is_alone(grid, row, column)
        marked = [slot for slot in slots if _is_marked(grid, slot) and (plain or words <= _SHORT)]
        marked = [slot for slot in marked if slot == right or plain or alone]
        if marked:
            found.append(_Pair(row, column, marked[0], True))
        elif plain and slots:  # a blank line under each label is where its answer goes
            under = alone and below in slots and not _names_answer(text)
            found.append(_Pair(row, column, below if under else slots[0], False))
    return found


def _below(grid: Grid, row: int, column: int) -> tuple[int, int]:
    area = next((m for m in grid.merges if (m.top, m.left) == (row, column)), None)
    return (area.bottom + 1 if area else row + 1), column


def _is_free(grid: Grid, slot: tuple[int, int]) -> bool:
    """Whether the cell is there to be filled: blank or a placeholder, the corner of its area, not locked."""
    text = grid.text(*slot)
    return (
        grid.anchor(*slot) == slot
        and (not text.strip() or is_placeholder(text))
        and not grid.locked(*slot)
        and not ((cell := grid.cells.get(slot[0], {}).get(slot[1])) and cell.formula)
    )


def _is_marked(grid: Grid, slot: tuple[int, int]) -> bool:
    """Whether the cell says itself that it takes an answer: by a list, a rule, its look, a placeholder, unlocked."""
    return bool(
        grid.choices(*slot)
        or grid.number(*slot)
        or grid.max_characters(*slot)
        or slot in grid.inputs
        or grid.text(*slot).strip()
        or grid.protection is not None
    )


def _is_alone(grid: Grid, row: int, column: int) -> bool:
    """Whether nothing else stands in the label's row, and nothing in the row below it."""
    return set(grid.cells[row]) == {column} and not grid.cells.get(row + 1)


def _names_answer(text: str) -> bool:
    """Whether a label only says that the answer goes here (``"Response"``, ``"Supplier answer:"``)."""
    return len(text.split()) <= 3 and roles(text.rstrip(":")).get("answer", 0) >= 3


def _question_above(grid: Grid, pair: _Pair) -> tuple[int, int] | None:
    """The question (one-based place) that a label such as "Response" answers: what asks in the row above."""
    if not _names_answer(grid.text(pair.row, pair.column)):
        return None
    row = max((each for each in grid.cells if each < pair.row), default=0)
    if row == 0 or pair.row - row > 2:
        return None
    asking = [(asks(cell.text), len(cell.text), column) for column, cell in grid.cells[row].items()]
    best = max(asking, default=(0.0, 0, 0))
    return (row, best[2]) if best[0] >= 1 else None


def _item(grid: Grid, pair: _Pair, section: str, above: tuple[int, int] | None) -> Item:
    row, column = above or (pair.row, pair.column)
    text = grid.text(row, column).strip()
    choices = grid.choices(*pair.slot)
    beside = " ".join(fold(cell.text) for _, cell in sorted(grid.cells[row].items())) if above else text
    words, characters = limits(beside)
    characters = min(filter(None, (characters, grid.max_characters(*pair.slot))), default=None)
    rule = grid.number(*pair.slot)
    shape: Shape = "choice" if choices else "text"
    if rule is not None and not choices:
        shape = "date" if rule.number == "date" else "percentage" if grid.percent(*pair.slot) else "number"
    codes = [fold(cell.text) for c, cell in sorted(grid.cells[row].items()) if c < column and is_code(cell.text)]
    name = codes[0] if codes else leading_code(text)
    return Item(
        sheet=grid.name,
        row=row,
        id=name,
        question=Question(name, without_code(text), section, choices, words, characters),
        answer_cell=cell_name(*pair.slot),
        comment_cell=None,
        choices=choices,
        blocked=why_not(grid, pair.slot),
        notes=(f"row {row} is hidden",) if row in grid.hidden_rows else (),
        text=text,
        shape=shape,
        hidden=grid.hidden or row in grid.hidden_rows,
        bounds=rule,
    )
