"""Names of cells: ``"AB12"`` to row and column (one-based) and back, and areas out of references."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

MAX_ROW = 1_048_576  # Excel's own limits; a reference without rows or columns means all of them
MAX_COLUMN = 16_384
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})$")
_COLUMN = re.compile(r"\$?([A-Za-z]{1,3})$")
_ROW = re.compile(r"\$?(\d{1,7})$")


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, one-based, both ends inside. Only ever tested for membership, never expanded."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        """Whether the cell lies inside."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


Thing = TypeVar("Thing")
_ROWS_A_BUCKET = 64
_TALL = 64  # buckets; higher areas (whole columns) are few and looked at each time


class AreaIndex(Generic[Thing]):
    """Things found by a cell in their area, without looking at all of them: real sheets have 3,000 merges."""

    def __init__(self, things: Iterable[tuple[Area, Thing]]) -> None:
        self._tall: list[tuple[Area, Thing]] = []
        self._buckets: dict[int, list[tuple[Area, Thing]]] = {}
        for area_, thing in things:
            first, last = area_.top // _ROWS_A_BUCKET, area_.bottom // _ROWS_A_BUCKET
            if last - first > _TALL:
                self._tall.append((area_, thing))
                continue
            for bucket in range(first, last + 1):
                self._buckets.setdefault(bucket, []).append((area_, thing))

    def at(self, row: int, column: int) -> Iterator[Thing]:
        """Each thing whose area holds the cell."""
        for entries in (self._buckets.get(row // _ROWS_A_BUCKET, ()), self._tall):
            for area_, thing in entries:
                if area_.holds(row, column):
                    yield thing


def letters(column: int) -> str:
    """``1 -> "A"``, ``28 -> "AB"``."""
    name = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def number(name: str) -> int:
    """``"A" -> 1``, ``"AB" -> 28``."""
    column = 0
    for letter in name.upper():
        column = column * 26 + ord(letter) - 64
    return column


def cell_name(row: int, column: int) -> str:
    """``(12, 4) -> "D12"``."""
    return f"{letters(column)}{row}"


def place(name: str) -> tuple[int, int]:
    """``"D12" -> (12, 4)``; raises ValueError for what is no cell name."""
    match = _CELL.match(name.strip())
    if not match:
        raise ValueError(f"no cell name: {name!r}")
    return int(match[2]), number(match[1])


def area(reference: str) -> Area | None:
    """``"C3:C263"``, ``"C3"``, ``"A:B"`` or ``"3:5"`` as an area; None for anything else."""
    first, colon, last = reference.strip().partition(":")
    last = last or first
    if not colon and not _CELL.match(first):
        return None  # a bare word may be a name ("YN"); whole columns and rows are written with a colon
    ends = []
    for name, row, column in ((first, 1, 1), (last, MAX_ROW, MAX_COLUMN)):
        if match := _CELL.match(name):
            ends.append((int(match[2]), number(match[1])))
        elif match := _COLUMN.match(name):
            ends.append((row, number(match[1])))
        elif match := _ROW.match(name):
            ends.append((int(match[1]), column))
        else:
            return None
    (top, left), (bottom, right) = ends
    return Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def areas(references: str) -> tuple[Area, ...]:
    """Areas of a blank-separated list (``sqref``); what is no reference is left out."""
    return tuple(found for part in references.split() if (found := area(part)) is not None)
