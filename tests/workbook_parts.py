"""Makers of workbooks with parts that a questionnaire writer has to leave alone: macros, threads, pivots, charts."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import xlsxwriter

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
SHEET_RELATIONS = "xl/worksheets/_rels/sheet1.xml.rels"


def with_parts(
    path: Path, out: Path, added: Mapping[str, bytes], changed: Mapping[str, Callable[[bytes], bytes]] | None = None
) -> Path:
    """A copy with further parts and some parts passed through a function."""
    changed = changed or {}
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            data = source.read(info.filename)
            if info.filename not in added:
                target.writestr(info.filename, changed.get(info.filename, lambda same: same)(data))
        for name, data in added.items():
            target.writestr(name, data)
    return out


def relations(*targets: tuple[str, str]) -> bytes:
    """A relations part: (kind, target) each."""
    each = "".join(
        f'<Relationship Id="x{n}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}">{each}</Relationships>'.encode()


def swapped(old: str, new: str) -> Callable[[bytes], bytes]:
    """A function that replaces text in a part, and fails where it is not there."""

    def change(data: bytes) -> bytes:
        assert old.encode() in data, f"the part lacks {old!r}"
        return data.replace(old.encode(), new.encode(), 1)

    return change


def macro_workbook(path: Path, out: Path) -> Path:
    """A copy as .xlsm with a (made-up) VBA project."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    project = '<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'

    def types(data: bytes) -> bytes:
        data = data.replace(kind.encode(), b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")
        return data.replace(b"</Types>", project.encode())

    vba = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    related = f'<Relationship Id="rIdV" Type="{vba}" Target="vbaProject.bin"/></Relationships>'
    return with_parts(
        path,
        out,
        {"xl/vbaProject.bin": bytes(range(256)) * 9},
        {"[Content_Types].xml": types, "xl/_rels/workbook.xml.rels": swapped("</Relationships>", related)},
    )


def with_thread(path: Path, out: Path, cell: str) -> Path:
    """A copy with a threaded comment on a cell and the person who wrote it."""
    space = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    person = "{11111111-1111-1111-1111-111111111111}"
    thread = (
        f'<ThreadedComments xmlns="{space}"><threadedComment ref="{cell}" dT="2026-01-02T03:04:05.00" '
        f'personId="{person}" id="{{22222222-2222-2222-2222-222222222222}}"><text>Please answer.</text>'
        "</threadedComment></ThreadedComments>"
    )
    people = f'<personList xmlns="{space}"><person displayName="B. Buyer" id="{person}"/></personList>'
    return with_parts(
        path,
        out,
        {
            "xl/threadedComments/threadedComment1.xml": thread.encode(),
            "xl/persons/person.xml": people.encode(),
            SHEET_RELATIONS: relations(("threadedComment", "../threadedComments/threadedComment1.xml")),
        },
    )


def with_pivot(path: Path, out: Path, place: str) -> Path:
    """A copy whose first sheet shows a pivot table at ``place``."""
    pivot = (
        f'<pivotTableDefinition xmlns="{MAIN}" name="P" cacheId="1" dataCaption="v">'
        f'<location ref="{place}" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/></pivotTableDefinition>'
    )
    return with_parts(
        path,
        out,
        {
            "xl/pivotTables/pivotTable1.xml": pivot.encode(),
            SHEET_RELATIONS: relations(("pivotTable", "/xl/pivotTables/pivotTable1.xml")),
        },
    )


def scored_workbook(path: Path) -> Path:
    """Questions that a hidden sheet words, answers, a score that counts them, and a chart of the score.

    Sheet ``Ask``: A id, B the question (looked up), C the answer, D points by the answer. ``Score``: B2 the sum of
    the points, B3 a share of it. ``Words`` is hidden.
    """
    book = xlsxwriter.Workbook(str(path))
    ask, score, words = (book.add_worksheet(name) for name in ("Ask", "Score", "Words"))
    ask.write_row(0, 0, ["ID", "Question", "Answer", "Points"])
    for row in range(1, 5):
        words.write_row(row - 1, 0, [f"Q-{row}", f"Do you have control {row}?"])
        ask.write(row, 0, f"Q-{row}")
        ask.write_formula(row, 1, f"=VLOOKUP($A{row + 1},Words!$A:$B,2,FALSE)", None, f"Do you have control {row}?")
        ask.write_formula(row, 3, f'=IF(C{row + 1}="Yes",1,0)', None, 0)
    score.write(0, 0, "Score")
    score.write_formula("B2", "=SUM(Ask!D2:D5)", None, 0)
    score.write_formula("B3", "=B2/4", None, 0)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Score!$B$2:$B$3"})
    score.insert_chart("D2", chart)
    words.hide()
    book.close()
    return path
