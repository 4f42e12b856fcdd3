"""Names of cells: ``"AB12"`` to row and column (one-based) and back, and areas out of references."""

from __future__ import annotations

import re

from rfp_responder.questionnaire.model import Area

MAX_ROW = 1_048_576  # Excel's own limits; a reference without rows or columns means all of them
MAX_COLUMN = 16_384
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})$")
_COLUMN = re.compile(r"\$?([A-Za-z]{1,3})$")
_ROW = re.compile(r"\$?(\d{1,7})$")


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
    first, _, last = reference.strip().partition(":")
    last = last or first
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
