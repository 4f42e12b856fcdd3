"""Files of the structure benchmark: a ``Book`` written as a workbook, a CSV file or a Word document."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from xml.sax.saxutils import escape

import xlsxwriter
from structure_sheet import Book, Formula, Page, letter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

_LOOKS: dict[str, dict[str, object]] = {
    "bold": {"bold": True},
    "fill": {"bg_color": "#D9E2F3"},
    "head": {"bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF", "text_wrap": True, "border": 1},
    "free": {"locked": False, "bg_color": "#FFF9DB"},
    "grey": {"bg_color": "#BFBFBF"},
    "italic": {"italic": True, "font_color": "#7F7F7F"},
    "percent": {"num_format": "0%"},
    "date": {"num_format": "yyyy-mm-dd"},
    "big": {"bold": True, "font_size": 16},
}


def write(book: Book, path: Path) -> Path:
    """Write the book; two calls give the same cells, the bytes of a workbook differ by its time stamps."""
    {"xlsx": _workbook, "csv": _csv, "docx": _word}[book.kind](book, path)
    return path


def _workbook(book: Book, path: Path) -> None:
    held = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    formats: dict[str, Format] = {}

    def style(look: str) -> Format:
        if look not in formats:
            merged: dict[str, object] = {"valign": "top", "text_wrap": "big" not in look}
            for name in look.split():
                merged |= _LOOKS[name]
            formats[look] = held.add_format(merged)
        return formats[look]

    outside: dict[int, list[tuple[str, str]]] = {}
    for number, page in enumerate(book.pages, 1):
        sheet = held.add_worksheet(page.name)
        outside[number] = _sheet(sheet, page, style)
        if page.asking and not page.hidden and not any(p.asking for p in book.pages[: number - 1]):
            sheet.activate()
            sheet.set_first_sheet()
    for name, target in book.names.items():
        held.define_name(name, target)
    held.close()
    if any(outside.values()):
        _extend(path, outside)


def _sheet(sheet: Worksheet, page: Page, style: Callable[[str], Format]) -> list[tuple[str, str]]:
    """Draw one page; returns its lists on other sheets, which go into the extension part (cells, source)."""
    merged = {(top, left): (bottom, right) for top, left, bottom, right in page.merges}
    for place in [*page.cells, *(corner for corner in merged if corner not in page.cells)]:
        value, look = page.cells.get(place, ("", ""))
        _cell(sheet, place, value, style(look), merged.get(place))
    outside: list[tuple[str, str]] = []
    for first, last, column, rule in _runs(page):
        if "x14" in rule:
            outside.append((f"{letter(column)}{first}:{letter(column)}{last}", str(rule["x14"])))
        else:
            sheet.data_validation(first - 1, column - 1, last - 1, column - 1, dict(rule))
    _dress(sheet, page)
    return outside


def _cell(sheet: Worksheet, place: tuple[int, int], value: object, form: Format, end: tuple[int, int] | None) -> None:
    """Write one cell; ``end`` is the lower right cell of the merged area that starts here."""
    row, column = place[0] - 1, place[1] - 1
    if end:
        sheet.merge_range(row, column, end[0] - 1, end[1] - 1, "" if isinstance(value, Formula) else value, form)
    if isinstance(value, Formula):
        sheet.write_formula(row, column, value.code, form, value.shown or "")
    elif value == "":
        sheet.write_blank(row, column, None, form)
    elif not end:
        sheet.write(row, column, value, form)


def _dress(sheet: Worksheet, page: Page) -> None:
    """Page, widths, hidden rows and columns, filter, protection."""
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    for row in page.hidden_rows:
        sheet.set_row(row - 1, None, None, {"hidden": True})
    for column in range(page.left, page.right + 1):
        options = {"hidden": True} if column in page.hidden_columns else {}
        wide = 60 if page.roles[column - page.left : column - page.left + 1] == ("question",) else 18
        sheet.set_column(column - 1, column - 1, page.widths.get(column, wide), None, options)
    if page.filtered:
        top, left, bottom, right = page.filtered
        sheet.autofilter(top - 1, left - 1, bottom - 1, right - 1)
    if page.protected:
        sheet.protect("")
    if page.hidden:
        sheet.hide()


def _runs(page: Page) -> Iterable[tuple[int, int, int, dict[str, object]]]:
    """Validations of neighbouring cells as one area, as a person drags them: (first row, last row, column, rule)."""
    first = last = column = 0
    held: dict[str, object] | None = None
    for (row, place), rule in sorted(page.rules.items(), key=lambda entry: (entry[0][1], entry[0][0])):
        if held is not None and (place, row, rule) == (column, last + 1, held):
            last = row
            continue
        if held is not None:
            yield first, last, column, held
        first = last = row
        column, held = place, rule
    if held is not None:
        yield first, last, column, held


def _extend(path: Path, outside: dict[int, list[tuple[str, str]]]) -> None:
    """Add lists on other sheets in the extension part, as Excel itself stores them."""
    with zipfile.ZipFile(path) as source:
        parts = {info.filename: source.read(info.filename) for info in source.infolist()}
    for number, lists in outside.items():
        if not lists:
            continue
        rules = "".join(
            '<x14:dataValidation type="list" allowBlank="1" showErrorMessage="1"><x14:formula1>'
            f"<xm:f>{escape(origin)}</xm:f></x14:formula1><xm:sqref>{cells}</xm:sqref></x14:dataValidation>"
            for cells, origin in lists
        )
        extension = (
            '<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
            'uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"><x14:dataValidations '
            f'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" count="{len(lists)}">{rules}'
            "</x14:dataValidations></ext></extLst></worksheet>"
        )
        name = f"xl/worksheets/sheet{number}.xml"
        parts[name] = parts[name].replace(b"</worksheet>", extension.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in parts.items():
            target.writestr(name, data)


def _lines(page: Page) -> list[list[str]]:
    """Every row up to the last, as texts; each as long as the widest."""
    width = max(column for _, column in page.cells)
    rows = [[""] * width for _ in range(max(row for row, _ in page.cells))]
    for (row, column), (value, _) in page.cells.items():
        rows[row - 1][column - 1] = str(value.shown if isinstance(value, Formula) else value)
    return rows


def _csv(book: Book, path: Path) -> None:
    held = io.StringIO()
    csv.writer(held, delimiter=book.delimiter, lineterminator="\r\n").writerows(_lines(book.pages[0]))
    path.write_bytes(held.getvalue().encode(book.encoding))


def _word(book: Book, path: Path) -> None:
    import docx

    document = docx.Document()
    for paragraph in book.before:
        document.add_paragraph(paragraph)
    for page in book.pages:
        lines = _lines(page)
        table = document.add_table(rows=len(lines), cols=len(lines[0]))
        table.style = "Table Grid"
        for row, line in enumerate(lines, 1):
            cells = table.rows[row - 1].cells
            for column, text in enumerate(line, 1):
                bold = any(name in page.cells.get((row, column), ("", ""))[1] for name in ("bold", "head"))
                if text:
                    cells[column - 1].paragraphs[0].add_run(text).bold = bold
        for top, left, bottom, right in page.merges:
            table.cell(top - 1, left - 1).merge(table.cell(bottom - 1, right - 1))
        document.add_paragraph("")
    document.save(str(path))
