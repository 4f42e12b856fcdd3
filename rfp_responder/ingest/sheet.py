"""XLSX, XLSM, CSV and TSV in: a sheet is a page, a long one several, each row a line that names its columns."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rfp_responder.domain import Page
from rfp_responder.errors import DocumentError
from rfp_responder.ingest import package
from rfp_responder.ingest.content import Content
from rfp_responder.ingest.markup import read_text
from rfp_responder.ingest.numbers import shown
from rfp_responder.ingest.sheetrows import Row, pages
from rfp_responder.ingest.writing import folded

MAX_CELLS = 200_000  # of all sheets together; about a minute of embedding on two cores
MAX_SEEN = 2_000_000  # cells looked at, empty ones counted: sheets with a style on every cell take about 10 s
MAX_COLUMNS = 256
MAX_ROWS = 200_000  # of one sheet, empty ones counted: a stray cell in the last row costs a million empty rows
_DELIMITERS = ",;\t|"
_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#GETTING_DATA"}
_UNCOMPUTED = re.compile(  # a cell whose formula is followed by no value
    rb"<(?:\w{1,20}:)?c\b([^>]{0,300})>\s{0,20}"
    rb"(?:<(?:\w{1,20}:)?f\b[^>]{0,300}/>|<(?:\w{1,20}:)?f\b[^>]{0,300}(?<!/)>[^<]{0,9000}</(?:\w{1,20}:)?f>)"
    rb"\s{0,20}(?:<(?:\w{1,20}:)?v\s?/>|<(?:\w{1,20}:)?v></(?:\w{1,20}:)?v>)?\s{0,20}</(?:\w{1,20}:)?c>"
)


@dataclass(slots=True)
class _Budget:
    """How many cells may still be read, and what a person should know of the reading."""

    cells: int
    seen: int = MAX_SEEN
    errors: int = 0
    notes: list[str] = field(default_factory=list)


def read_workbook(path: Path) -> Content:
    """Read a workbook by its cached values; raises DocumentError."""
    import openpyxl

    with package.opened(path, "Excel workbook") as opened:
        title = package.title(opened)
        uncomputed = _uncomputed(opened)
    budget = _Budget(MAX_CELLS)
    found: list[Page] = []
    try:
        with warnings.catch_warnings(), path.open("rb") as file:  # openpyxl leaves a path it fails on open
            warnings.simplefilter("ignore")  # of drop-downs and styles that openpyxl does not know
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            for sheet in book.worksheets:
                rows = _rows(sheet, budget)
                found += pages(rows, sheet.title, len(found) + 1)
                if rows and sheet.sheet_state != "visible":
                    budget.notes.append(f"sheet {sheet.title} is hidden and was read too")
    except Exception as fault:  # openpyxl fails on odd files with errors of many kinds
        raise DocumentError(
            f"{path.name}: is damaged or no Excel workbook ({type(fault).__name__}: {str(fault)[:200]})",
            "Open it in Excel and save it again as .xlsx",
        ) from fault
    if not found:
        raise DocumentError(f"{path.name}: holds no filled cell", "Leave it out")
    if uncomputed:
        budget.notes.append(f"{uncomputed} formulas hold no computed value: open it in Excel and save it again")
    if budget.errors:
        budget.notes.append(f"{budget.errors} cells hold an error such as #REF! and were left out")
    return Content(tuple(found), title, tuple(budget.notes))


def read_csv(path: Path) -> Content:
    """Read a CSV or TSV file; raises DocumentError."""
    text = read_text(path)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else _delimiter(text)
    budget = _Budget(MAX_CELLS)
    try:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = _within((Row(n, _cut(record)) for n, record in enumerate(records, 1)), path.stem, budget)
    except csv.Error as fault:
        raise DocumentError(
            f"{path.name}: is no readable CSV ({fault})", "Open it in a spreadsheet and save it as CSV (UTF-8)"
        ) from fault
    if not rows:
        raise DocumentError(f"{path.name}: holds no filled cell", "Leave it out")
    return Content(tuple(pages(rows, "", 1)), "", tuple(budget.notes))


def _rows(sheet: Any, budget: _Budget) -> list[Row]:
    """The filled rows of a sheet as texts."""
    sheet.reset_dimensions()  # what a file says of its own size is often wrong
    return _within(_read(sheet, budget), sheet.title, budget)


def _read(sheet: Any, budget: _Budget) -> Iterator[Row]:
    for number, cells in enumerate(sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS), 1):
        budget.seen -= len(cells)
        if budget.seen < 0:
            budget.notes.append(f"{sheet.title} was read up to row {number - 1}: it holds too many empty cells")
            return
        filled = [cell for cell in cells if cell.value is not None]
        if not filled:
            yield Row(number, ())
            continue
        texts = [_text(cell, budget) for cell in cells]
        words = tuple(isinstance(cell.value, str) for cell in cells)
        bold = all(cell.font is not None and bool(cell.font.b) for cell in filled)
        yield Row(number, tuple(texts), words, bold)


def _text(cell: Any, budget: _Budget) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str) and value in _ERRORS:
        budget.errors += 1
        return ""
    return folded(shown(value, str(cell.number_format or "General")))


def _within(rows: Iterable[Row], name: str, budget: _Budget) -> list[Row]:
    """The rows that the limits allow; what is left out is noted."""
    found: list[Row] = []
    for row in rows:
        size = sum(1 for cell in row.cells if cell)
        if size > budget.cells or row.number > MAX_ROWS:
            budget.notes.append(
                f"{name or 'the sheet'} was read up to row {row.number - 1}: at most {MAX_CELLS:,} filled cells "
                f"and {MAX_ROWS:,} rows are read"
            )
            break
        budget.cells -= size
        if size or (found and found[-1].cells):  # one empty row stays: it parts two tables
            found.append(row if size else Row(row.number, ()))
    return found


def _cut(record: Sequence[str]) -> tuple[str, ...]:
    return tuple(folded(cell) for cell in record[:MAX_COLUMNS])


def _delimiter(text: str) -> str:
    """The sign that parts the first lines into the most fields, the same number in most of them."""
    head = io.StringIO(text[:20_000], newline="")
    best, found = (0.0, 0), ","
    for sign in _DELIMITERS:
        head.seek(0)
        try:
            widths = [len(record) for record, _ in zip(csv.reader(head, delimiter=sign), range(30), strict=False)]
        except csv.Error:
            continue
        widths = [width for width in widths if width]
        usual = max(set(widths), key=widths.count, default=1)
        score = (widths.count(usual) / len(widths), usual) if usual > 1 else (0.0, 0)
        if score > best:
            best, found = score, sign
    return found


def _uncomputed(opened: zipfile.ZipFile) -> int:
    """How many cells hold a formula without a value that was computed for it."""
    count = 0
    for name in opened.namelist():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            data = package.part(opened, name)
            if re.search(rb"<(?:\w{1,20}:)?f[ >/]", data):
                found = _UNCOMPUTED.finditer(data)
                count += sum(1 for match in found if b't="str"' not in match.group(1))  # those computed to nothing
    return count
