"""Which column is what: the header's words weighed with what stands below them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rfp_responder.questionnaire.conditionwords import says_depends, says_when
from rfp_responder.questionnaire.headers import Header
from rfp_responder.questionnaire.headwords import (
    is_others,
    listed_choices,
    says_kind,
    says_limit,
    says_options,
)
from rfp_responder.questionnaire.model import Grid
from rfp_responder.questionnaire.rules import asks, is_choice, is_code, is_placeholder, never_asks
from rfp_responder.questionnaire.sidecolumns import (
    Table,
    extra_columns,
    id_column,
    kind_column,
    reference_column,
    section_column,
)

MAX_COLUMNS = 200  # questions and answers stand at the left; wider sheets are matrices
_LOOKS_ALIKE = 0.8  # share of a column's cells that are coloured or framed where it takes the answers
_SAMPLE = 400  # rows looked at for a column's nature: enough to judge, bounded for long sheets


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table (one-based). ``marks`` pairs choice words with the columns that take an ``x``.

    ``listed`` holds choices that the answer column's header spells out, ``kind`` is the column that tells
    questions from statements and headings, or mandatory from desirable ones. ``reference`` takes the places an answer
    rests on, ``extras`` are columns with drop-downs of their own. ``limit`` says how long an answer may be,
    ``depends`` and ``when`` on which question and answer a row depends. ``options``
    lists the allowed values of each row, ``form`` names the kind of answer it takes (``"Date"``).
    """

    question: int
    answer: int | None = None
    comment: int | None = None
    id: int | None = None
    section: int | None = None
    marks: tuple[tuple[str, int], ...] = ()
    listed: tuple[str, ...] = ()
    kind: int | None = None
    reference: int | None = None
    extras: tuple[int, ...] = ()
    limit: int | None = None
    depends: int | None = None
    when: int | None = None
    options: int | None = None
    form: int | None = None


def choose_columns(grid: Grid, table: Table) -> Columns | None:
    """The columns of a table, None where no column asks anything."""
    question = _question_column(grid, table)
    if question is None:
        return None
    rows = [row for row in table.rows if _may_ask(grid.text(row, question))][:_SAMPLE]
    sure = [row for row in rows if asks(grid.text(row, question)) >= 2] or rows
    if len(sure) >= 0.3 * len(rows):
        rows = sure  # headings between the questions have neither lists nor ids
    used = [column for column in _used_columns(grid, table, rows) if _is_own(grid, rows, column)]
    marks = _marks(grid, table, rows, question)
    taken = {question, *(column for _, column in marks)}
    answer = marks[0][1] if marks else _answer_column(grid, table, rows, [c for c in used if c not in taken], question)
    if answer is None:
        answer = _listed_column(grid, table, rows, [c for c in used if c not in taken])
    if answer is not None:
        taken.add(answer)
    comment = _comment_column(grid, table, rows, [c for c in used if c not in taken], answer or question)
    if answer is None:
        beside = _unnamed_column(grid, table, rows, question)
        answer = beside if comment is None or (beside is not None and beside < comment) else None
    taken |= {column for column in (answer, comment) if column is not None}
    identity = id_column(grid, table, sure, [c for c in used if c not in taken], question)
    taken |= {identity} if identity else set()
    reference = reference_column(grid, table, rows, [c for c in used if c not in taken], question)
    taken |= {reference} if reference else set()
    section = section_column(grid, table, rows, [c for c in used if c not in taken], question)
    extras = extra_columns(grid, table, rows, [c for c in used if c not in taken | {section}], answer or question)
    rest = [c for c in used if c not in taken | {section, *extras}]
    return Columns(
        question,
        answer,
        comment,
        identity,
        section,
        marks,
        listed_choices(table.text(answer)) if answer and not marks else (),
        kind_column(table, rest, of_answer=False),
        reference,
        extras,
        next((c for c in rest if says_limit(table.text(c))), None),
        next((c for c in rest if says_depends(table.text(c))), None),
        next((c for c in rest if says_when(table.text(c))), None),
        next((c for c in rest if says_options(table.text(c))), None),
        kind_column(table, rest, of_answer=True),
    )


def _is_own(grid: Grid, rows: Sequence[int], column: int) -> bool:
    """Whether most cells of a column are cells of their own, not the rest of one that begins further left."""
    covered = sum(grid.anchor(row, column)[1] < column for row in rows[:50])
    return covered < 0.5 * max(len(rows[:50]), 1)


def _may_ask(text: str) -> bool:
    return bool(text.strip()) and not never_asks(text)


def _used_columns(grid: Grid, table: Table, rows: Sequence[int]) -> list[int]:
    """Columns with a header, a value or a drop-down, from left to right."""
    used = {column for header in table.headers for column in header.texts}
    used.update(column for row in rows for column in grid.cells[row])
    for rule in grid.rules:
        for area in rule.areas:
            if area.left <= MAX_COLUMNS and (rule.choices or rule.unreadable) and area.right - area.left < 30:
                used.update(range(area.left, area.right + 1))
    return sorted(column for column in used if column <= MAX_COLUMNS)


def _question_column(grid: Grid, table: Table) -> int | None:
    """The column with the best header and the most text that asks."""
    filled: Counter[int] = Counter()
    asking: Counter[int] = Counter()
    length: Counter[int] = Counter()
    distinct: dict[int, set[str]] = {}
    for row in table.rows[: _SAMPLE * 4]:
        for column, cell in grid.cells.get(row, {}).items():
            computed = cell.formula and not cell.text and table.weight(column, "question") >= 1
            if column > MAX_COLUMNS or is_choice(cell.text) or is_code(cell.text):
                continue
            if not (computed or _may_ask(cell.text)):
                continue
            filled[column] += 1
            asking[column] += asks(cell.text) >= 2
            length[column] += min(len(cell.text.split()), 20)
            distinct.setdefault(column, set()).add(cell.text)
    best: tuple[float, int] | None = None
    busiest = max(filled.values(), default=1)
    for column, count in filled.items():
        said = table.weight(column, "question")
        against = max(table.weight(column, role) for role in ("answer", "comment", "id", "other", "section"))
        score = 1.6 * said + 3 * asking[column] / count + count / busiest + min(length[column] / count, 8) / 8
        score -= 1.5 * max(against - said, 0)
        score -= 2.0 if column in grid.hidden_columns else 0.0
        same = 1 - len(distinct[column]) / count
        score -= 8.0 * same if count >= 4 and same > 0.5 else 0.0  # the same words in most rows ask nothing
        score -= 0.02 * column  # of two equals the left one asks
        if said < 1 and asking[column] < 2:
            if not any(table.weight(c, "answer") >= 2 for c in range(column + 1, column + 8)) and not table.structural:
                continue
            score -= 3.0  # only its place left of an answer column speaks for it
        if best is None or score > best[0]:
            best = (score, column)
    return best[1] if best else None


def _marks(grid: Grid, table: Table, rows: Sequence[int], question: int) -> tuple[tuple[str, int], ...]:
    """Neighbouring columns right of the question that are headed by choices and hold nothing but marks."""
    best: list[tuple[str, int]] = []
    for header in table.headers[:1]:
        run: list[tuple[str, int]] = []
        for column in range(question + 1, max(header.last, default=0) + 2):
            words = " ".join(header.last.get(column, "").split())
            if words and _takes_mark(grid, header, rows, column):
                run.append((words, column))
                continue
            closed = sum(is_choice(word) for word, _ in run)
            if closed >= max(2, 0.5 * len(run)) and len(run) > len(best):
                best = run
            run = []
    return tuple(best)


def _takes_mark(grid: Grid, header: Header, rows: Sequence[int], column: int) -> bool:
    """Whether a column holds nothing but marks under a short header that is no name of a column."""
    words = header.last[column]
    if len(words.split()) > 4 or (header.roles(column) and not is_choice(words)):
        return False
    texts = [grid.text(row, column).strip() for row in rows]
    return all(len(text) <= 3 for text in texts) and not any(grid.choices(row, column) for row in rows[:20])


def _answer_column(  # one line for each sign
    grid: Grid, table: Table, rows: Sequence[int], columns: Sequence[int], question: int
) -> int | None:
    best: tuple[float, int] | None = None
    total = max(len(rows), 1)
    for column in columns:
        said = table.weight(column, "answer")
        lists = [grid.choices(row, column) for row in rows]
        listed = sum(bool(choices) for choices in lists) / total
        listed = max(listed, sum(bool(grid.unreadable(row, column)) for row in rows) / total)
        if said < 1.5 and listed < 0.5:
            continue
        cells = [grid.cells[row].get(column) for row in rows]
        blank = sum(cell is None or is_placeholder(cell.text) for cell in cells) / total
        if said < 2 and listed < 0.5 and blank < 0.6:
            continue  # "Provider" over a filled column names a topic, not a place to write
        closed = sum(cell is not None and is_choice(cell.text) for cell in cells) / total
        score = 2 * said + 2 * listed + blank + 1.5 * closed
        if any(is_choice(choice) for choices in lists for choice in choices):
            score += 2.0
        score += 2.0 if listed_choices(table.text(column)) else 0.0
        score -= 1.5 * max(table.weight(column, "other") - said, 0)
        score -= max(table.weight(column, "comment") - said, 0)
        score -= 5 * sum(cell is not None and cell.formula for cell in cells) / total
        score -= 3 * sum(grid.locked(row, column) for row in rows) / total
        score -= 2 * (column in grid.hidden_columns)
        score -= 2 * (column < question) + 0.1 * abs(column - question)
        if score >= 2.5 and (best is None or score > best[0]):
            best = (score, column)
    return best[1] if best else None


def _listed_column(grid: Grid, table: Table, rows: Sequence[int], columns: Sequence[int]) -> int | None:
    """A column of drop-downs whose header says something else (``"Rating (0-5)"``), unless it is the buyer's own."""
    for column in columns:
        listed = sum(bool(grid.choices(row, column)) for row in rows)
        if listed >= 0.5 * max(len(rows), 1) and not is_others(table.text(column)):
            locked = sum(grid.locked(row, column) for row in rows)
            if locked < 0.5 * len(rows) and column not in grid.hidden_columns:
                return column
    return None


def _unnamed_column(grid: Grid, table: Table, rows: Sequence[int], question: int) -> int | None:
    """An empty column close behind the question whose header says nothing else (the bidder's name, say), or whose
    cells look like fields to fill."""
    header = table.headers[0] if table.headers else None
    for column in range(question + 1, question + 5):
        words = header.texts.get(column, "") if header else ""
        named = bool(words) and header is not None and not header.roles(column)
        looks = sum((row, column) in grid.inputs for row in rows) >= _LOOKS_ALIKE * max(len(rows), 1)
        free = (named and not says_kind(words) and not is_code(words)) or (looks and not words)
        if free and not any(grid.text(row, column) for row in rows):
            return column
    return None


def _comment_column(grid: Grid, table: Table, rows: Sequence[int], columns: Sequence[int], beside: int) -> int | None:
    best: tuple[float, int] | None = None
    total = max(len(rows), 1)
    for column in columns:
        said = max(table.weight(column, "comment"), 0.8 * table.weight(column, "answer"))
        against = max(table.weight(column, "other"), table.weight(column, "question"))
        if said < 1.5 or against > said or column <= min(beside, *columns[:1]):
            continue
        cells = [grid.cells[row].get(column) for row in rows]
        blank = sum(cell is None for cell in cells) / total
        lists = sum(bool(grid.choices(row, column)) for row in rows) / total
        formulas = sum(cell is not None and cell.formula for cell in cells) / total
        score = said + blank - 3 * lists - 3 * formulas - 0.25 * abs(column - beside) - (column < beside)
        score -= column in grid.hidden_columns
        if score >= 0.5 and (best is None or score > best[0]):
            best = (score, column)
    return best[1] if best else None
