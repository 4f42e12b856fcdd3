"""The columns beside question and answer: ids, sections, references, kinds, further drop-downs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rfp_responder.questionnaire.headers import Header
from rfp_responder.questionnaire.headwords import Role, says_answer_kind, says_kind
from rfp_responder.questionnaire.model import Grid
from rfp_responder.questionnaire.rules import is_code


@dataclass(frozen=True, slots=True)
class Table:
    """Headers that share their columns, and the data rows below each of them (one-based, in order)."""

    headers: tuple[Header, ...]
    rows: tuple[int, ...]

    @property
    def structural(self) -> bool:
        """Whether the header was told by its place and look, not by its words."""
        return any(header.structural for header in self.headers)

    def weight(self, column: int, role: Role) -> float:
        """What the headers say for this role, on average."""
        said = [header.roles(column).get(role, 0.0) for header in self.headers]
        return sum(said) / len(said) if said else 0.0

    def text(self, column: int) -> str:
        """The first header's words over a column."""
        return self.headers[0].texts.get(column, "") if self.headers else ""


def kind_column(table: Table, columns: Sequence[int], *, of_answer: bool) -> int | None:
    """The column that tells what each row is, or what kind of answer it takes; one column may tell both."""
    named = [column for column in columns if says_kind(table.text(column))]
    fitting = [column for column in named if says_answer_kind(table.text(column)) is of_answer]
    return next(iter(fitting or named), None)


def reference_column(
    grid: Grid, table: Table, rows: Sequence[int], columns: Sequence[int], question: int
) -> int | None:
    """The column right of the question, mostly blank, that takes the documents and pages an answer rests on."""
    total = max(len(rows), 1)
    for column in columns:
        said = table.weight(column, "reference")
        if said < 2 or column < question or table.weight(column, "other") > said:
            continue
        filled = sum(bool(grid.text(row, column).strip()) for row in rows) / total
        formulas = any((cell := grid.cells[row].get(column)) is not None and cell.formula for row in rows)
        if filled <= 0.3 and not formulas and column not in grid.hidden_columns:
            return column
    return None


def extra_columns(
    grid: Grid, table: Table, rows: Sequence[int], columns: Sequence[int], answer: int
) -> tuple[int, ...]:
    """Columns behind the answer that have drop-downs of their own in most rows and are ours to fill."""
    total = max(len(rows), 1)
    return tuple(
        column
        for column in columns
        if column > answer
        and sum(bool(grid.choices(row, column)) for row in rows) >= 0.5 * total
        and table.weight(column, "other") < 2
        and not any((cell := grid.cells[row].get(column)) is not None and cell.formula for row in rows)
        and sum(grid.locked(row, column) for row in rows) < 0.5 * total
    )


def id_column(grid: Grid, table: Table, rows: Sequence[int], columns: Sequence[int], question: int) -> int | None:
    """The column that numbers the questions: named so, or full of codes that seldom repeat."""
    best: tuple[float, int] | None = None
    total = max(len(rows), 1)
    for column in columns:
        texts = [grid.text(*grid.anchor(row, column)).strip() for row in rows]
        filled = sum(bool(text) for text in texts)
        codes = sum(is_code(text) for text in texts) / total
        said = table.weight(column, "id")
        if filled < 0.4 * total or (said == 0 and (codes < 0.7 or column > question)):
            continue
        if column > question and len(set(texts)) < 0.6 * total:
            continue  # a reference to some standard
        if said and codes == 0 and max(len(text) for text in texts) > 40:
            continue
        score = 1.5 * said + 2 * codes + 2 * len(set(texts) - {""}) / total
        score -= 3 * (column in grid.hidden_columns) + 3 * (column > question) + 0.1 * abs(column - question)
        score -= max(table.weight(column, role) for role in ("answer", "comment", "other"))
        if score >= 2 and (best is None or score > best[0]):
            best = (score, column)
    return best[1] if best else None


def section_column(grid: Grid, table: Table, rows: Sequence[int], columns: Sequence[int], question: int) -> int | None:
    """The column that names each question's topic; broad topics (few distinct values) before narrow ones."""
    best: tuple[float, int] | None = None
    for column in columns:
        said = table.weight(column, "section")
        texts = [text for row in rows if (text := grid.text(*grid.anchor(row, column)).strip())]
        if said < 1.5 or not texts or sum(is_code(text) for text in texts) > len(texts) / 2:
            continue
        score = said - len(set(texts)) / max(len(rows), 1) - 0.2 * (column > question)
        if best is None or score > best[0]:
            best = (score, column)
    return best[1] if best else None
