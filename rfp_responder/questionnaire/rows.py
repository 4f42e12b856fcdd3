"""Which rows of a table ask: questions apart from headings, instructions, examples, totals and notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rfp_responder.questionnaire.columns import Columns
from rfp_responder.questionnaire.model import Grid
from rfp_responder.questionnaire.rules import asks, is_choice, is_code, is_heading, never_asks, no_question_kind
from rfp_responder.text import fold


@dataclass(frozen=True, slots=True)
class Habits:
    """What is usual in a table (shares in 0..1), against which a row is weighed.

    ``depth`` is the usual number of parts of an id (``"1.2.3"`` has three), ``coded`` the share of ids that
    look like codes, ``framed`` of answer cells that look like fields, ``filled`` of question cells with a colour.
    """

    asking: float
    identified: float
    listed: float
    bold: float
    depth: int
    coded: float
    unlocked: float
    framed: float
    filled: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """``asks`` when the row is a question; ``reason`` says what it is otherwise; ``heading`` when it
    opens a section.
    """

    asks: bool
    reason: str = ""
    heading: bool = False


def habits(grid: Grid, columns: Columns, rows: Sequence[int]) -> Habits:
    """Measure a table once."""
    candidates = [row for row in rows if (text := grid.text(row, columns.question)) and not never_asks(text)]
    sure = [row for row in candidates if asks(grid.text(row, columns.question)) >= 2] or candidates
    total, surely = max(len(candidates), 1), max(len(sure), 1)
    depths = sorted(_depth(identity(grid, columns, row)) for row in sure)
    return Habits(
        asking=sum(asks(grid.text(row, columns.question)) >= 2 for row in candidates) / total,
        identified=sum(bool(identity(grid, columns, row)) for row in sure) / surely,
        listed=sum(bool(_choices(grid, columns, row)) for row in sure) / surely,
        bold=sum(grid.cells[row][columns.question].bold for row in sure) / surely,
        depth=depths[len(depths) // 2] if depths else 0,
        coded=sum(is_code(identity(grid, columns, row)) for row in sure) / surely,
        unlocked=sum(not _locked(grid, columns, row) for row in sure) / surely,
        framed=sum(_framed(grid, columns, row) for row in sure) / surely,
        filled=sum(grid.cells[row][columns.question].filled for row in sure) / surely,
    )


def identity(grid: Grid, columns: Columns, row: int) -> str:
    """The id of a row, from the merged cell above where ids span rows; ``""`` where there is none."""
    if columns.id is None:
        return ""
    return " ".join(grid.text(*grid.anchor(row, columns.id)).split())


def judge(grid: Grid, columns: Columns, usual: Habits, row: int, *, part: bool = False) -> Judgement:
    """Whether a row asks. Every sign adds or takes; what ends above zero is a question.

    ``part`` says that the row goes on with a lead-in above it, which is as good as asking itself.
    """
    text = grid.text(row, columns.question).strip()
    cell = grid.cells[row].get(columns.question)
    if not text and cell and cell.formula and (columns.answer or columns.comment):
        return Judgement(True)  # asked by a formula that was never computed: reported, not answered
    if not text:
        alone = [cell.text for cell in grid.cells[row].values() if cell.text.strip()]
        short = bool(alone) and all(len(part.split()) <= 12 for part in alone)
        return Judgement(False, "no text in the question column", heading=short and _labels(grid, columns, row))
    if never_asks(text) or identity(grid, columns, row).casefold() in {"example", "e.g.", "sample", "ex."}:
        return Judgement(False, "guidance, example, note or total")
    if columns.kind and no_question_kind(grid.text(row, columns.kind)):
        kind = fold(grid.text(row, columns.kind)).casefold()
        return Judgement(False, f"its type is {kind}", heading=kind in {"section", "heading", "group", "title"})
    asked = max(asks(text), 2.0 if part else 0.0)
    score = 2.0 if asked >= 2 else 0.5 * asked
    score += _by_id(grid, columns, usual, row, asked)
    score += _by_slot(grid, columns, usual, row)
    looks = _like_heading(grid, columns, usual, row, asked)
    score -= looks
    if score > 0 or (score == 0 and looks == 0):
        return Judgement(True)
    heading = looks > 0 or len(text.split()) <= 12
    return Judgement(False, "section heading" if heading else "instruction or note", heading)


def _by_id(grid: Grid, columns: Columns, usual: Habits, row: int, asked: float) -> float:
    if columns.id is None or usual.identified < 0.5:
        return 0.0
    found = identity(grid, columns, row)
    if not found:
        return -1.5
    shallow = _depth(found) < usual.depth if is_code(found) else usual.coded >= 0.7
    if re.search(r"\d{3}", found):
        shallow = False  # three digits count items, never sections
    return -1.5 if shallow and asked < 2 else 1.5


def _by_slot(grid: Grid, columns: Columns, usual: Habits, row: int) -> float:
    score = 0.0
    if usual.listed >= 0.7:
        named = is_code(identity(grid, columns, row)) and _depth(identity(grid, columns, row)) >= max(usual.depth, 2)
        score += 2.0 if _choices(grid, columns, row) else -0.5 if named else -2.0
    if usual.unlocked >= 0.7 and _locked(grid, columns, row):
        score -= 2.0
    if usual.framed >= 0.5 and usual.framed < 1 and not _framed(grid, columns, row):
        score -= 1.0  # its place does not look like the fields of the other rows
    if columns.answer is not None and grid.text(row, columns.answer).strip():
        score += 0.5
    return score


def _like_heading(grid: Grid, columns: Columns, usual: Habits, row: int, asked: float) -> float:
    """How much a row looks like a heading: 0 for not at all."""
    cells = grid.cells[row]
    cell = cells[columns.question]
    text = cell.text.strip()
    looks = 2.0 if is_heading(text) and asked < 3 else 0.0
    slot = columns.answer or columns.comment
    if slot and columns.question < slot < columns.question + cell.merged_columns:
        looks += 4.0  # the cell runs over the answer's place
    alone = not any(
        c != columns.question and other.text.strip() and not is_code(other.text) for c, other in cells.items()
    )
    if asked >= 2:
        return looks
    if cell.bold and usual.bold < 0.5 and alone:
        looks += 2.0
    if cell.filled and usual.filled < 0.5 and alone:
        looks += 2.0
    if len(text.split()) <= 6 and usual.asking >= 0.6:
        looks += 1.5 if alone or usual.identified < 0.5 else 0.5
    if text.isupper() and len(text) > 6 and alone:
        looks += 1.0
    if text.endswith(":") and alone and usual.asking >= 0.3:
        looks += 1.0
    return looks


def _labels(grid: Grid, columns: Columns, row: int) -> bool:
    """Whether a row without question text labels what follows: text left of the answer, nothing that
    answers.
    """
    slot = columns.answer or columns.comment
    return not (slot and grid.text(row, slot)) and not any(is_choice(cell.text) for cell in grid.cells[row].values())


def _choices(grid: Grid, columns: Columns, row: int) -> bool:
    return columns.answer is not None and bool(
        grid.choices(row, columns.answer) or grid.unreadable(row, columns.answer)
    )


def _framed(grid: Grid, columns: Columns, row: int) -> bool:
    """Whether the answer's place looks like a field: filled in, or blank and coloured or framed."""
    slot = columns.answer or columns.comment
    if slot is None or grid.cells[row][columns.question].filled:
        return False  # a band of colour over the row is no field
    return (row, slot) in grid.inputs or bool(grid.text(row, slot).strip())


def _locked(grid: Grid, columns: Columns, row: int) -> bool:
    slot = columns.answer or columns.comment
    return slot is not None and grid.locked(row, slot)


def _depth(code: str) -> int:
    return len([part for part in code.strip(" .)").replace("-", ".").split(".") if part]) if code else 0
