"""Tables as lines: how the rows of a table read in a page's text, the same for every kind of file.

A row is one line, its cells parted by tabs, so that it stays whole as one sentence. With three or more columns
below a header row each value carries its column's name (``Plan: Gold<TAB>Uptime: 99.9 %<TAB>Credit: 10 %``): a row
cited alone then says what its numbers are. With two columns the first names the second (``Retention<TAB>35 days``)
and the header row stands once above. A row too long to be cited as one piece is written a cell a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_COLUMNS = 200
MAX_CELLS = 200_000  # once a table holds as many, cells of several rows or columns are written once
LONG_ROW = 1_000  # characters; about twice what a chunk holds
_LONG_NAME = 60  # characters of a header's name that are repeated with each value
_NUMBER = re.compile(r"[\s(+-]*[$€£]?\s*\d[\d.,\s/:%-]{0,30}[a-zA-Z%)]{0,4}\s*")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as a file gives it; ``span`` columns wide, ``deep`` rows high, ``head`` where marked as a header."""

    text: str
    span: int = 1
    deep: int = 1
    head: bool = False


def lines(rows: Sequence[Sequence[Cell]], header_rows: int | None = None) -> Iterator[str]:
    """The table's lines; ``header_rows`` is how many rows are known to be headers, None where the file is silent."""
    grid = _grid(rows)
    width = max((len(row) for row in grid), default=0)
    if header_rows is None:
        header_rows = _marked(rows) or int(looks_like_header(grid))
    names = header_names(_grid(rows[:header_rows], spread=True)) if 0 < header_rows < len(grid) else []
    if width < 3 or not names:
        yield from (joined(row) for row in grid)
    else:
        yield from (named(names, row) for row in grid[header_rows:])


def named(names: Sequence[str], row: Sequence[str]) -> str:
    """``Name: value`` pairs parted by tabs; a lone value, or one without a name, stands as it is.

    A row too long to be cited as one piece gets a line for each cell.
    """
    filled = [(names[place] if place < len(names) else "", value) for place, value in enumerate(row) if value]
    if len(filled) == 1:
        return filled[0][1]
    return _parted([value if not name or name == value else f"{name}: {value}" for name, value in filled])


def joined(row: Sequence[str]) -> str:
    """The cells without names, parted by tabs, empty ones left out."""
    return _parted([value for value in row if value])


def header_names(rows: Sequence[Sequence[str]]) -> list[str]:
    """The columns' names from one or more header rows: a group's name stands before its columns' own."""
    width = max((len(row) for row in rows), default=0)
    found = []
    for place in range(width):
        parts = dict.fromkeys(row[place] for row in rows if place < len(row) and row[place])
        found.append(_short(" ".join(parts).rstrip(" :")))
    return found


def looks_like_header(grid: Sequence[Sequence[str]]) -> bool:
    """Whether the first row of three or more columns names the others: short, all different, no numbers."""
    if len(grid) < 2 or len(grid[0]) < 3:
        return False
    first = grid[0][1:] if not grid[0][0] else grid[0]  # a table of both ways leaves its corner empty
    short = all(0 < len(cell) <= 80 and not is_number(cell) and not cell.endswith((".", ";")) for cell in first)
    return short and len(set(first)) == len(first) and any(len([c for c in row if c]) > 1 for row in grid[1:])


def is_number(text: str) -> bool:
    """Whether a text is a number, an amount, a share or a date in digits rather than words."""
    return len(text) <= 40 and bool(_NUMBER.fullmatch(text))


def _parted(cells: Sequence[str]) -> str:
    whole = "\t".join(cells)
    return whole if len(whole) <= LONG_ROW else "\n".join(cells)


def _short(name: str) -> str:
    if len(name) <= _LONG_NAME:
        return name
    return name[:_LONG_NAME].rsplit(" ", 1)[0].rstrip(" ,;:(") + "…"


def _marked(rows: Sequence[Sequence[Cell]]) -> int:
    """How many rows at the top hold nothing but cells marked as headers."""
    count = 0
    for row in rows[:5]:
        if not row or not all(cell.head for cell in row):
            break
        count += 1
    return count


def _grid(rows: Sequence[Sequence[Cell]], spread: bool = False) -> list[list[str]]:
    """Texts by place. A cell of several rows stands in each; of several columns in the first, if not ``spread``."""
    grid: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}  # column -> rows still to come, text
    count = 0
    for row in rows:
        if count > MAX_CELLS:
            hanging.clear()
            row = [Cell(cell.text) for cell in row]
        line: list[str] = []
        for cell in row:
            _hang(line, hanging)
            span = max(1, min(cell.span, MAX_COLUMNS - len(line)))
            for extra in range(span):
                text = cell.text if not extra or spread else ""
                if cell.deep > 1:
                    hanging[len(line)] = (cell.deep - 1, text)
                line.append(text)
            if len(line) >= MAX_COLUMNS:
                break
        _hang(line, hanging)
        count += len(line)
        grid.append(line)
    return grid


def _hang(line: list[str], hanging: dict[int, tuple[int, str]]) -> None:
    while len(line) in hanging:
        left, text = hanging.pop(len(line))
        if left > 1:
            hanging[len(line)] = (left - 1, text)
        line.append(text)
