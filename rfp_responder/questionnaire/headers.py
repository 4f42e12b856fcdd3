"""Header rows: found by what their words say, on any row, repeated, and over several rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rfp_responder.questionnaire.headwords import Role, roles
from rfp_responder.questionnaire.model import Grid
from rfp_responder.questionnaire.rules import asks, is_choice, is_code, is_placeholder, never_asks

MAX_CELLS = 100  # a header row is not wider
_TOP_ROWS = 30  # a header told by its place stands near the top
_LEAST_BELOW = 3
_MOSTLY, _ASKING = 0.7, 0.4  # shares of the rows below it that are blank in a column, and that ask
_SAMPLE = 200
MAX_HEADERS = 400  # a sheet with more repeats is not a questionnaire
_IDENTIFIER = re.compile(r"[A-Z&]{1,6}[-.]?\d{1,3}(?:[-.]\d+)*[a-z]?$|\d+(?:\.\d+)+$")


@dataclass(frozen=True, slots=True)
class Header:
    """A header over rows ``top..bottom`` (one-based). ``texts[column]`` joins its words from above to below.

    ``last[column]`` is the lowest of those words alone (``"Yes"`` under ``"Answers"``). ``structural`` marks a header
    that was told by its place and look because its words say too little.
    """

    top: int
    bottom: int
    texts: dict[int, str]
    last: dict[int, str]
    structural: bool = False

    @property
    def rows(self) -> tuple[int, ...]:
        """Its rows, all of them."""
        return tuple(range(self.top, self.bottom + 1))

    def roles(self, column: int) -> dict[Role, float]:
        """What the words over a column say; its own words count before those of its group."""
        own = roles(self.last.get(column, ""))
        return own or roles(self.texts.get(column, ""))

    @property
    def signature(self) -> tuple[int | None, int | None]:
        """The columns it most plainly names as answer and comment: headers with the same ones head one
        table.
        """
        return self._plainest("answer"), self._plainest("comment")

    def _plainest(self, role: Role) -> int | None:
        weights = [(self.roles(column).get(role, 0.0), -column) for column in self.texts]
        best = max(weights, default=(0.0, 0))
        return -best[1] if best[0] >= 1.5 else None


def find_headers(grid: Grid) -> list[Header]:
    """Every header of a sheet from top to bottom; rows of one header never belong to another."""
    strengths = {row: strength for row in sorted(grid.cells) if (strength := _strength(grid, row))}
    plainest = max(strengths.values(), default=0.0)
    found: list[Header] = []
    plain = {row for row, strength in strengths.items() if strength >= 0.6 * plainest}
    for row in strengths:
        # where one row says plainly what the columns are, a vague one is data, unless it repeats that row's words
        if found and row <= found[-1].bottom:
            continue
        if row not in plain and not any(_repeats(grid, row, other) for other in plain):
            continue
        found.append(_header(grid, row, found[-1].bottom if found else 0))
        if len(found) >= MAX_HEADERS:
            break
    if not found and (header := _by_place(grid)) is not None:
        return [header]
    return found


def _repeats(grid: Grid, row: int, other: int) -> bool:
    """Whether a row has at least two of a header's words over the same columns."""
    cells, heads = grid.cells[row], grid.cells[other]
    return sum(cells[c].text.strip() == heads[c].text.strip() != "" for c in cells.keys() & heads.keys()) >= 2


def _by_place(grid: Grid) -> Header | None:
    """The header that no word tells: the first row of short cells above rows that go on alike, some of which ask, with
    a column that is blank below it."""
    rows = sorted(grid.cells)
    for place, row in enumerate(rows[:_TOP_ROWS]):
        cells = grid.cells[row]
        below = rows[place + 1 : place + 1 + _SAMPLE]
        if len(below) < _LEAST_BELOW:
            return None
        if not _heads_alike(grid, row, below):
            continue
        fields = {column for r in below for line, column in grid.inputs if line == r}
        if any((row, column) in grid.inputs for column in fields):
            continue  # it has a field to fill like the rows below
        named = [column for column in cells if column <= MAX_CELLS]
        blank = [c for c in named if _share(below, lambda r, c=c: _is_blank(grid, r, c)) >= _MOSTLY]  # type: ignore[misc]
        asking = [
            c
            for c in named
            if _share(below, lambda r, c=c: asks(grid.text(r, c)) >= 2 and not never_asks(grid.text(r, c))) >= _ASKING  # type: ignore[misc]
        ]
        striking = all(cell.bold or cell.filled for cell in cells.values()) and not any(
            cell.bold or cell.filled for r in below for cell in grid.cells[r].values()
        )
        if blank and striking and len(blank) < len(named):
            return replace(_joined(grid, row, row, row), structural=True)
        telling = {role for column in named for role in roles(cells[column].text)}
        if blank and (asking or len(telling & {"id", "answer", "comment", "reference", "question"}) >= 2):
            return replace(_joined(grid, row, row, row), structural=True)
    return None


def _heads_alike(grid: Grid, row: int, below: Sequence[int]) -> bool:
    """Whether a row may head a table: several short cells of words, and the rows below use the same columns."""
    cells = grid.cells[row]
    if not 2 <= len(cells) <= MAX_CELLS:
        return False
    if any(len(cell.text.split()) > 8 or cell.formula for cell in cells.values()):
        return False
    if 2 * sum(is_code(cell.text) for cell in cells.values()) > len(cells):
        return False
    inside = sum(set(grid.cells[r]) <= set(cells) or len(set(grid.cells[r]) & set(cells)) >= 2 for r in below)
    return inside >= _MOSTLY * len(below)


def _is_blank(grid: Grid, row: int, column: int) -> bool:
    return is_placeholder(grid.text(row, column)) or not grid.text(row, column).strip()


def _share(rows: Sequence[int], holds: Callable[[int], bool]) -> float:
    return sum(holds(row) for row in rows) / len(rows)


def _strength(grid: Grid, row: int) -> float:
    """How plainly a row names columns that ask and columns that take answers; 0 for a row that is no
    header.
    """
    cells = grid.cells[row]
    if not 2 <= len(cells) <= MAX_CELLS or any(_IDENTIFIER.match(cell.text.strip()) for cell in cells.values()):
        return 0.0
    best: dict[Role, float] = {}
    marks = 0
    for cell in cells.values():
        words = len(cell.text.split())
        # a sentence heads nothing, nor does a cell that lists values
        sentence = words > 12 or (words > 5 and cell.text.strip().endswith("."))
        values = sum(is_choice(line) for line in cell.text.split("\n")[:20]) >= 2
        said = {} if sentence or values else roles(cell.text)
        if asks(cell.text) >= 2 and words >= 4 and not said:
            return 0.0
        sentence = sentence or cell.text.strip().endswith("?")
        marks += is_choice(cell.text)
        for role, weight in said.items():
            best[role] = max(best.get(role, 0.0), weight)
    takes = max(best.get("answer", 0.0), best.get("comment", 0.0))
    asking = best.get("question", 0.0)
    heads = (
        (asking >= 2 and (takes >= 1.5 or "id" in best or "section" in best or marks >= 2))
        or (asking >= 1 and takes >= 2)
        or best.get("answer", 0.0) >= 3
        or (takes >= 2 and len(best.keys() - {"other"}) >= 3)
    )
    return asking + takes if heads else 0.0


def header_at(grid: Grid, top: int, bottom: int) -> Header:
    """The header over rows ``top..bottom`` (one-based), whatever its words say."""
    return _joined(grid, top, top, bottom)


def _header(grid: Grid, row: int, above: int) -> Header:
    top, bottom = row, row
    while top - 1 > above and _groups(grid, top - 1, row):
        top -= 1
    for merge in grid.merges:
        if merge.top == row and merge.left in grid.cells[row] and merge.bottom - row <= 5:
            bottom = max(bottom, merge.bottom)
    while _continues(grid, row, bottom + 1):
        bottom += 1
    return _joined(grid, top, row, bottom)


def _joined(grid: Grid, top: int, row: int, bottom: int) -> Header:
    """The words over each column, of the rows ``row..bottom``."""
    texts: dict[int, str] = {}
    last: dict[int, str] = {}
    for line in range(row, bottom + 1):  # group labels above the header say nothing about one column
        for column, cell in grid.cells.get(line, {}).items():
            for covered in range(column, column + min(cell.merged_columns, 50)):
                texts[covered] = f"{texts.get(covered, '')} {cell.text}".strip()
                last[covered] = cell.text
    return Header(top, bottom, texts, last)


def _groups(grid: Grid, upper: int, row: int) -> bool:
    """Whether the row above labels groups of the header's columns: two or more labels, each over several
    columns.
    """
    labels = [
        column
        for column, cell in grid.cells.get(upper, {}).items()
        if cell.merged_columns > 1
        and len(cell.text.split()) <= 12
        and sum(c in grid.cells[row] for c in range(column, column + min(cell.merged_columns, 50))) > 1
    ]
    return len(labels) >= 2


def _continues(grid: Grid, row: int, below: int) -> bool:
    """Whether the next row still belongs to the header: its cells split the wide cells above or list
    choices.
    """
    cells = grid.cells.get(below, {})
    if not cells:
        return False
    wide = {
        covered
        for column, cell in grid.cells[row].items()
        if cell.merged_columns > 1
        for covered in range(column, column + min(cell.merged_columns, 50))
    }
    if any(asks(cell.text) >= 1 or len(cell.text.split()) > 8 for cell in cells.values()):
        return False
    choices = sum(is_choice(cell.text) for cell in cells.values())
    return (len(cells) >= 2 and wide.issuperset(cells)) or (choices >= 2 and choices == len(cells))
