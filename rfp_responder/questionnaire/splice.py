"""Answers written into a workbook's own bytes: only the answer cells' XML changes, nothing else.

No part is re-serialised, so x14 drop-downs, rich text, cached values, text boxes and macros survive.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire.belongings import pivots, related, tables
from rfp_responder.questionnaire.model import Edit, Written
from rfp_responder.questionnaire.package import opened, read_part, refuse_signed, write_copy
from rfp_responder.questionnaire.places import Area
from rfp_responder.questionnaire.sheetsplice import Setting, splice_sheet
from rfp_responder.questionnaire.styles import Formats
from rfp_responder.questionnaire.xlsx import Workbook, read_workbook
from rfp_responder.questionnaire.xmltext import recalculate_on_load

Widths = Mapping[tuple[str, int], float]


def write(path: Path, out: Path, edits: Sequence[Edit], *, wrap: bool = False, widths: Widths | None = None) -> Written:
    """Copy the workbook ``path`` to ``out`` with these values in it; raises QuestionnaireError.

    A long text takes a format that looks as the cell's own does and wraps, where the workbook has one, and its row
    grows where no person set its height; ``wrap`` lets a format be added and every row that is not hidden grow.
    ``widths`` gives columns (sheet, column) that are written in at least so many characters. Refused, and reported
    with the reason, is a cell that holds a formula or shows part of one's result, that is merged into another, that
    is locked, or that belongs to a pivot table or is the header of a table.
    """
    edits, widths = list(edits), widths or {}
    changed: dict[str, bytes] = {}
    written: list[Edit] = []
    refused: list[tuple[Edit, str]] = []
    notes: dict[tuple[str, int, int], str] = {}
    with opened(path) as package:
        refuse_signed(package, path.name)
        book = read_workbook(package, path.name)
        parts = {name: part for name, part, _ in book.sheets}
        styles = styles_part(package, book)
        formats = Formats(read_part(package, styles), f"{path.name}, part {styles}") if styles else Formats()
        for sheet in dict.fromkeys(edit.sheet for edit in edits):
            if sheet not in parts:
                raise QuestionnaireError(f"{path.name} has no sheet {sheet!r}", f"It has: {', '.join(parts)}.")
            part = parts[sheet]
            wide = {column: width for (name, column), width in widths.items() if name == sheet}
            setting = Setting(formats, book.since_1904, wrap, wide, barred_areas(package, part))
            mine = [edit for edit in edits if edit.sheet == sheet]
            result = splice_sheet(read_part(package, part), f"{path.name}, sheet {sheet!r}", mine, setting)
            if result.written:
                changed[part] = result.data
            written += result.written
            refused += result.refused
            notes.update(result.notes)
        if formats.changed:
            changed[styles] = formats.data()
        if written and _has_formulas(package, book):
            changed[book.part] = recalculate_on_load(read_part(package, book.part), f"{path.name}, part {book.part}")
    write_copy(path, out, changed)
    return Written(tuple(written), tuple(refused), notes)


def styles_part(package: zipfile.ZipFile, book: Workbook) -> str:
    """The part that holds the workbook's cell formats, ``""`` where it has none."""
    return next(iter(related(package, book.part, "styles")), "")


def barred_areas(package: zipfile.ZipFile, part: str) -> tuple[tuple[Area, str], ...]:
    """The areas of a sheet that a text would damage: pivot tables, and headers that a table repeats elsewhere."""
    found = [(place, "a pivot table") for place in pivots(package, part)]
    for table in tables(package, part):
        if table.header_rows:
            whole = table.area
            head = Area(whole.top, whole.left, whole.top + table.header_rows - 1, whole.right)
            found.append((head, f"the header of the table {table.name!r}"))
    return tuple(found)


def _has_formulas(package: zipfile.ZipFile, book: Workbook) -> bool:
    """Whether any cell computes. Behind the rows, an ``xm:f`` is the source of a list or of a format's condition."""
    pattern = re.compile(rb"<(?:[\w.\-]+:)?f[\s/>]")
    parts = (read_part(package, part) for _, part, _ in book.sheets)
    return any(pattern.search(data, 0, max(data.rfind(b"sheetData>"), 0)) for data in parts)
