"""Columns of prose that a file writes line by line across the page, put one after the other.

Most files write one column to its end and then the next, and PDFium keeps that order. Some write the first line of
each column, then the second of each: PDFium then reads one line with a gutter in it, as it does for a table's row.
Prose is told from a table by its flow: a column's lines fill its width and mostly go on in lower case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, starmap
from statistics import median

from rfp_responder.ingest.lines import Line

_Row = list[Line]

MIN_ROWS = 3


def in_columns(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines, those of columns that interleave in the order in which a person reads them."""
    if sum(map(_may_be_columns, lines)) < MIN_ROWS and sum(starmap(_beside, pairwise(lines))) < MIN_ROWS:
        return tuple(lines)
    rows = list(_rows(lines))
    if sum(len(row) > 1 for row in rows) < MIN_ROWS:
        return tuple(lines)
    found: list[Line] = []
    at = 0
    for begin, end, starts in _regions(rows):
        columns = _columns(rows[begin:end], starts)
        if columns and all(_is_prose(column) for column in columns):
            found += lines[sum(_taken(row) for row in rows[:at]) : sum(_taken(row) for row in rows[:begin])]
            found += [line for column in columns for line in column]
            at = end
    return (*found, *lines[sum(_taken(row) for row in rows[:at]) :]) if at else tuple(lines)


def _taken(row: _Row) -> int:
    """How many of the lines as read a row holds: cells cut from one line share its start, moved by their place."""
    return sum(1 for line in row if not line.cut)


def _may_be_columns(line: Line) -> bool:
    """A cheap test: a table's row has numbers, or many cells, or short ones."""
    text = line.text
    return bool(line.gaps) and len(text) > 12 * (len(line.gaps) + 1) and sum(map(str.isalpha, text)) > 0.6 * len(text)


def _beside(line: Line, following: Line) -> bool:
    size = following.size
    return following.left > line.right + size and abs(following.bottom - line.bottom) < 0.3 * size


def _rows(lines: Sequence[Line]) -> Iterator[_Row]:
    """Lines that stand beside each other, each line cut at its gutters."""
    row: _Row = []
    for line in lines:
        if row and _beside(row[-1], line):
            row += _cells(line)
            continue
        if row:
            yield row
        row = _cells(line)
    if row:
        yield row


def _cells(line: Line) -> list[Line]:
    if not line.gaps:
        return [line]
    found = []
    ends = [*line.gaps, len(line.text)]
    begins = [0, *(gap + len(line.text[gap:]) - len(line.text[gap:].lstrip()) for gap in line.gaps)]
    for place, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        left = line.left if not place else line.edges[place - 1][1]
        right = line.right if place == len(line.gaps) else line.edges[place][0]
        raised = tuple(at - begin for at in line.raised if begin <= at < end)
        found.append(
            line._replace(
                start=line.start + begin,
                text=line.text[begin:end],
                left=left,
                right=right,
                gaps=(),
                edges=(),
                cell_left=left,
                raised=raised,
                cut=place > 0,
            )
        )
    return found


def _regions(rows: Sequence[_Row]) -> Iterator[tuple[int, int, list[float]]]:
    """Runs of rows, from the top down, whose cells begin at the same places: first, one past the last, the places."""
    at = 0
    while at < len(rows):
        count = len(rows[at])
        if count < 2:
            at += 1
            continue
        starts = [cell.left for cell in rows[at]]
        end = at + 1
        while end < len(rows) and _fits(rows[end - 1], rows[end], starts):
            end += 1
        full = [row for row in rows[at:end] if len(row) == count]
        if len(full) >= MIN_ROWS:
            yield at, end, [median(row[place].left for row in full) for place in range(count)]
            at = end
        else:
            at += 1


def _fits(above: _Row, row: _Row, starts: Sequence[float]) -> bool:
    """Whether a row stands below another, near it, and each cell in one column, that none has two cells."""
    size = row[0].size
    step = above[0].bottom - row[0].bottom
    if not 0 < step < 3 * size or abs(size - above[0].size) > 0.2 * size:
        return False
    places = [_column_of(cell, starts) for cell in row]
    return -1 not in places and len(set(places)) == len(places)


def _column_of(cell: Line, starts: Sequence[float]) -> int:
    """The column a cell stands in; -1 where it begins in none or reaches into the next."""
    slack = 2 * cell.size  # a paragraph's first line is set in
    place = max((n for n, start in enumerate(starts) if cell.left >= start - 0.5 * cell.size), default=-1)
    if place < 0 or cell.left > starts[place] + slack:
        return -1
    return -1 if place + 1 < len(starts) and cell.right > starts[place + 1] - 0.5 * cell.size else place


def _columns(rows: Sequence[_Row], starts: Sequence[float]) -> list[list[Line]]:
    columns: list[list[Line]] = [[] for _ in starts]
    for row in rows:
        for cell in row:
            place = _column_of(cell, starts)
            if place < 0:
                return []
            columns[place].append(cell)
    return columns


def _is_prose(column: Sequence[Line]) -> bool:
    """Whether the lines of a column fill its width, hold words, and mostly go on from one to the next."""
    if len(column) < MIN_ROWS:
        return False
    widths = [cell.right - cell.left for cell in column]
    full = sum(width > 0.7 * max(widths) for width in widths)
    letters = sum(map(str.isalpha, "".join(cell.text for cell in column)))
    words = sum(len(cell.text.split()) for cell in column)
    goes_on = sum(below.text[:1].islower() and above.text[-1] not in ".:;" for above, below in pairwise(column))
    return (
        full >= 0.6 * len(column)
        and letters > 0.6 * sum(len(cell.text) for cell in column)
        and words >= 3 * len(column)
        and goes_on >= 0.5 * (len(column) - 1)
    )
