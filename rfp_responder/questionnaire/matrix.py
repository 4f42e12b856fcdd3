"""Requirements as a compliance matrix: a workbook that ``rfp answer`` fills like any customer's questionnaire.

Every text is written as a text, whatever it begins with. The same requirements give the same bytes: the file carries
no time of its own.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rfp_responder.questionnaire.package import atomic
from rfp_responder.questionnaire.requirements import Requirement

COLUMNS: tuple[tuple[str, int], ...] = (
    ("ID", 16),
    ("Section", 26),
    ("Page", 7),
    ("Requirement", 70),
    ("Verb", 10),
    ("Type", 15),
    ("Limit", 14),
    ("Deadline", 17),
    ("Response", 18),
    ("Comment", 60),
    ("Reference", 26),
)
"""The columns of the sheet "Requirements" with their widths in characters."""
CHOICES = ("Comply", "Partially comply", "Exception")
SHEET, ABOUT = "Requirements", "About"
_LONGEST = 32_767  # characters, Excel's limit of a cell
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NO_TIME = datetime(2000, 1, 1)  # Excel's times have no zone


def write_matrix(
    requirements: Sequence[Requirement], path: Path, title: str, about: Sequence[tuple[str, str]] = ()
) -> None:
    """Write the matrix to ``path``, atomically: a file that was there is replaced as a whole or stays.

    ``title`` is the RFP's; ``about`` are further lines (name, value) of the sheet "About".
    """
    import openpyxl

    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = SHEET
    _head(sheet)
    for row, requirement in enumerate(requirements, 2):
        _row(sheet, row, requirement)
    _dress(sheet, len(requirements) + 1, title)
    _about(book.create_sheet(ABOUT), requirements, title, about)
    book.properties.creator = "rfp_responder"
    book.properties.title = _clean(title)
    book.properties.created = book.properties.modified = _NO_TIME
    held = io.BytesIO()
    book.save(held)
    with atomic(path) as file:
        file.write(_timeless(held.getvalue()))


def cells_of(requirement: Requirement) -> tuple[str, ...]:
    """The texts of a requirement's row, from ID to Deadline; the columns to fill stay empty."""
    return (
        requirement.id,
        requirement.section,
        str(requirement.page),
        requirement.question,
        requirement.verb,
        requirement.kind.capitalize(),
        requirement.limit.shown if requirement.limit else "",
        (requirement.deadline or "").replace("T", " "),
    )


def _head(sheet: Any) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    for column, (name, width) in enumerate(COLUMNS, 1):
        cell = sheet.cell(1, column, name)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F3864")
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        sheet.column_dimensions[cell.column_letter].width = width
    sheet.row_dimensions[1].height = 22


def _row(sheet: Any, row: int, requirement: Requirement) -> None:
    from openpyxl.styles import Alignment, Border, PatternFill, Side

    line = Side(style="thin", color="BFBFBF")
    border = Border(left=line, right=line, top=line, bottom=line)
    texts = (*cells_of(requirement), *("",) * (len(COLUMNS) - 8))
    sheet.row_dimensions[row].height = _height(texts)
    for column, text in enumerate(texts, 1):
        cell = sheet.cell(row, column)
        if text:
            _put(cell, text)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        cell.border = border
        if column > 8:  # the columns that wait for an answer
            cell.fill = PatternFill("solid", fgColor="FFF9E5")


def _height(texts: Sequence[str]) -> float:
    """Points that a row's wrapped texts take, with room for a short comment: not every program fits it by itself."""
    lines = (-(-len(text) * 11 // (width * 10)) for text, (_, width) in zip(texts, COLUMNS, strict=True))
    return min(409.0, 15.0 * max(2, *lines) + 3)  # 409 is the most that Excel allows


def _put(cell: Any, text: str) -> None:
    """A text as a text: never a formula, a number or a date, whatever it looks like."""
    cell.value = _clean(text)
    cell.data_type = "s"
    cell.number_format = "@"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub(" ", text)[:_LONGEST]


def _dress(sheet: Any, last: int, title: str) -> None:
    """Frozen head, filter, drop-down, and how it prints: landscape, as wide as the paper, the head on each page."""
    from openpyxl.worksheet.datavalidation import DataValidation

    sheet.freeze_panes = "E2"
    sheet.auto_filter.ref = f"A1:K{last}"
    allowed = DataValidation(type="list", formula1=f'"{",".join(CHOICES)}"', allow_blank=True, showErrorMessage=True)
    allowed.error = f"Choose one of: {', '.join(CHOICES)}"
    allowed.add(f"I2:I{max(2, last)}")
    sheet.add_data_validation(allowed)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    sheet.oddHeader.left.text = _clean(title).replace("&", "&&")[:100]
    sheet.oddFooter.right.text = "Page &P of &N"


def _about(sheet: Any, requirements: Sequence[Requirement], title: str, about: Sequence[tuple[str, str]]) -> None:
    from openpyxl.styles import Alignment, Font

    kinds = [f"{sum(r.kind == kind for r in requirements)} {kind}" for kind in ("mandatory", "scored", "informational")]
    lines = [("RFP", title), ("Requirements", f"{len(requirements)}: {', '.join(kinds)}"), *about]
    for row, (name, value) in enumerate(lines, 1):
        _put(sheet.cell(row, 1), name)
        _put(sheet.cell(row, 2), value)
        sheet.cell(row, 1).font = Font(bold=True)
        for column in (1, 2):
            sheet.cell(row, column).alignment = Alignment(vertical="top", wrap_text=True)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 100


def _timeless(data: bytes) -> bytes:
    """The same package with every member dated 1980, so that the same content gives the same bytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "docProps/core.xml":  # openpyxl writes the time of saving over the one given
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", part)
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)
    return held.getvalue()
