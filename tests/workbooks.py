"""Makers of questionnaires: workbooks, CSV and Word files built in code, and an answerer that needs no documents."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import xlsxwriter

from rfp_responder.domain import Answer, Citation, Claim, Question, Stance, Status

Rows = Sequence[Sequence[object]]
CITATION = Citation("d1", "security-whitepaper.pdf", 3, "3", 0, 9, "We do so.")
OTHER = Citation("d2", "dpa.pdf", 7, "7", 4, 9, "other")


def workbook(  # noqa: PLR0912  # each keyword is one feature of a workbook
    path: Path,
    rows: Rows,
    *,
    name: str = "Questions",
    lists: Mapping[str, object] | None = None,
    merges: Sequence[str] = (),
    bold_rows: Sequence[int] = (),
    formulas: Mapping[str, tuple[str, object]] | None = None,
    hidden_rows: Sequence[int] = (),
    protect_but: Sequence[str] | None = None,
    others: Mapping[str, Rows] | None = None,
    names: Mapping[str, str] | None = None,
    hidden: bool = False,
    fields: Sequence[str] = (),
    bands: Sequence[int] = (),
) -> Path:
    """A workbook with one sheet of questions and ``others``; rows and cells are named as in Excel."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    bold, free = book.add_format({"bold": True}), book.add_format({"locked": False})
    field, band = book.add_format({"border": 1}), book.add_format({"bg_color": "#DDEEFF"})
    first = book.add_worksheet(name)
    for r, row in enumerate(rows, 1):
        for c, value in enumerate(row):
            if value is not None:
                first.write(r - 1, c, value, bold if r in bold_rows else band if r in bands else None)
    for cell in fields:
        first.write_blank(cell, None, field)
    for merge in merges:
        corner = xlsxwriter.utility.xl_cell_to_rowcol(merge.split(":")[0])
        value = rows[corner[0]][corner[1]] if corner[1] < len(rows[corner[0]]) else ""
        first.merge_range(merge, value or "", bold if corner[0] + 1 in bold_rows else None)
    for cells, source in (lists or {}).items():
        first.data_validation(cells, {"validate": "list", "source": source})
    for cell, (formula, value) in (formulas or {}).items():
        first.write_formula(cell, formula, None, value)
    for line in hidden_rows:
        first.set_row(line - 1, None, None, {"hidden": True})
    if protect_but is not None:
        first.protect()
        for cell in protect_but:
            first.write_blank(cell, None, free)
    for title, content in (others or {}).items():
        sheet = book.add_worksheet(title)
        for r, row in enumerate(content):
            sheet.write_row(r, 0, row)
    for title, target in (names or {}).items():
        book.define_name(title, target)
    if hidden:
        book.add_worksheet("Shown").activate()
        first.hide()
    book.close()
    return path


def repacked(path: Path, out: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy of a package with each part passed through ``change(name, data)``; None drops the part."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            data = change(info.filename, source.read(info.filename))
            if data is not None:
                target.writestr(info.filename, data)
    return out


def with_part(path: Path, out: Path, name: str, old: bytes, new: bytes) -> Path:
    """A copy of a package in which one part has ``old`` replaced by ``new``."""

    def change(part: str, data: bytes) -> bytes:
        if part != name:
            return data
        assert old in data, f"{name} lacks {old!r}"
        return data.replace(old, new)

    return repacked(path, out, change)


def with_x14_list(path: Path, out: Path, cells: str, source: str) -> Path:
    """A copy with a drop-down in the extension part of the first sheet, as Excel stores lists on other sheets."""
    extension = (
        '<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
        'uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"><x14:dataValidations '
        'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" count="1">'
        '<x14:dataValidation type="list" allowBlank="1" showErrorMessage="1"><x14:formula1>'
        f"<xm:f>{source}</xm:f></x14:formula1><xm:sqref>{cells}</xm:sqref></x14:dataValidation>"
        "</x14:dataValidations></ext></extLst></worksheet>"
    )
    return with_part(path, out, "xl/worksheets/sheet1.xml", b"</worksheet>", extension.encode())


def emptied(path: Path, out: Path, part: str, columns: str, rows: range) -> Path:
    """A copy whose cells in these columns and rows keep their style and lose their value."""
    import re

    def blank(match: re.Match[bytes]) -> bytes:
        if int(match[2]) not in rows:
            return match[0]
        style = re.search(rb' s="\d+"', match[3])
        return b'<c r="' + match[1] + match[2] + b'"' + (style[0] if style else b"") + b"/>"

    pattern = re.compile(rb'<c r="([' + columns.encode() + rb'])(\d+)"([^>]*[^/])>.*?</c>', re.DOTALL)
    return repacked(path, out, lambda name, data: pattern.sub(blank, data) if name == part else data)


def answer_to(
    question: Question,
    text: str = "We do so.",
    choice: str | None = None,
    status: Status = "answered",
    notes: tuple[str, ...] = (),
    citations: tuple[Citation, ...] = (CITATION,),
    stance: Stance | None = "yes",
) -> Answer:
    """An answer with one claim; no claim and no stance where it is not answered."""
    stance = stance if status == "answered" else None
    claims = (Claim(text, citations),) if status in {"answered", "partial"} else ()
    return Answer(question, status, stance, choice, claims, (), 0.8, notes, "fake")


def yes(question: Question) -> Answer:
    """Answers everything, with the first choice where there are choices."""
    return answer_to(question, f"We do: {question.text}"[:200], question.choices[0] if question.choices else None)


def members(path: Path) -> dict[str, bytes]:
    """Every part of a package."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def word_form(path: Path, rows: Rows) -> Path:
    """A Word document with a heading, a paragraph and one table of these rows."""
    import docx

    document = docx.Document()
    document.add_heading("Vendor questionnaire", 1)
    document.add_paragraph("Please fill in the table.")
    table = document.add_table(rows=len(rows), cols=max(len(row) for row in rows))
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            run = table.cell(r, c).paragraphs[0].add_run(str(value)) if value is not None else None
            if run is not None and r == 0:
                run.bold = True
    document.save(str(path))
    return path
