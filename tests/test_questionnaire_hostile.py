"""Questionnaires made to harm: read rightly or refused in one line, in bounded time and memory, nothing left behind."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile import (
    BOOK_RELS,
    EXTERNAL,
    LAUGHS,
    MAIN,
    OLE,
    PARAMETER,
    QUADRATIC,
    RELS,
    ROWS,
    SHEET,
    STRINGS,
    STYLES,
    WORKBOOK,
    book,
    declared,
    field_of,
    lying_size,
    overlapping,
    packed,
    parts,
    row,
    sheet,
    streamed,
    tampered,
    text_cell,
    with_parts,
)
from workbooks import word_form, yes

from rfp_responder.cli import run
from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire import fill, inspect
from rfp_responder.questionnaire.places import Area, letters
from rfp_responder.questionnaire.sheetxml import overlaps, unescape

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "evals"))
import fuzz_questionnaires  # noqa: E402  # lies beside the other measurements

Make = Callable[[Path], Path]
Captured = pytest.CaptureFixture[str]


def with_text(part: str, old: str, new: str) -> Make:
    """The small workbook with some text of a part replaced."""
    text = parts()[part]
    assert isinstance(text, str)
    assert old in text
    return lambda path: with_parts(path, {part: text.replace(old, new)})


def of_rows(rows: str, **around: str) -> Make:
    return lambda path: book(path, sheet(rows, **around))


def with_validations(*areas: str, source: str = '"Yes,No"') -> str:
    rules = "".join(
        f'<dataValidation type="list" sqref="{area}"><formula1>{source}</formula1></dataValidation>' for area in areas
    )
    return f"<dataValidations>{rules}</dataValidations>"


def with_merges(*areas: str) -> str:
    return "<mergeCells>" + "".join(f'<mergeCell ref="{area}"/>' for area in areas) + "</mergeCells>"


def doubled(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as package, pytest.warns(UserWarning, match="Duplicate"):
        for name, data in [*parts().items(), (SHEET, sheet(""))]:
            package.writestr(name, data)
    return path


def linked(path: Path) -> Path:
    """Members that claim to be symbolic links."""
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts().items():
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o120777 << 16
            package.writestr(info, data)
    return path


def written(data: bytes) -> Make:
    def make(path: Path) -> Path:
        path.write_bytes(data)
        return path

    return make


def compound(stream: str) -> bytes:
    return OLE + bytes(504) + stream.encode("utf-16-le") + bytes(512)


ENTITIES = {
    f"{name} in {part}": (declared(part, entity, use), "declares a document type")
    for part in (RELS, BOOK_RELS, WORKBOOK, SHEET, STRINGS, STYLES)
    for name, entity, use in (
        ("laughs", LAUGHS, "&j;"),
        ("quadratic", QUADRATIC, "&a;" * 1000),
        ("external", EXTERNAL, "&a;"),
        ("parameter", PARAMETER, ""),
    )
}
ENCODED = {
    f"{encoding} in {part}": ((lambda p, part=part, data=data: with_parts(p, {part: data})), says)
    for part in (RELS, BOOK_RELS, WORKBOOK, SHEET, STRINGS, STYLES)
    for encoding, data, says in (
        ("utf-16", str(parts()[part]).encode("utf-16"), "UTF-16"),
        ("utf-16-be", str(parts()[part]).encode("utf-16-be"), "UTF-16"),
        ("utf-32", str(parts()[part]).encode("utf-32"), "UTF-16"),
        ("utf-7", b'<?xml version="1.0" encoding="utf-7"?>' + str(parts()[part]).encode(), "encoding"),
        ("hex", b'<?xml version="1.0" encoding="hex"?>' + str(parts()[part]).encode(), "encoding"),
    )
}
ZIPS: dict[str, tuple[Make, str]] = {
    "a part that unpacks a thousandfold": (lambda p: with_parts(p, {"xl/a.bin": bytes(20 << 20)}), "unpacks from"),
    "parts of too many bytes": (
        lambda p: tampered(p, lambda d: field_of(d, SHEET, 24, b"\xff\xff\xff\x1f")),
        "would unpack",
    ),
    "too many parts": (lambda p: packed(p, parts() | {f"x/{n}": b"" for n in range(20_001)}, 0), "would unpack"),
    "a part larger than it states": (lying_size, "more than the 100 bytes it states"),
    "parts over one another": (lambda p: overlapping(p, copies=100), "overlap"),
    "a part that is there twice": (doubled, "twice"),
    "another packing": (lambda p: packed(p, parts(), zipfile.ZIP_BZIP2), "packed in a way"),
    "a wrong checksum": (lambda p: tampered(p, lambda d: field_of(d, SHEET, 16, b"\1\2\3\4")), "is damaged"),
    "a wild offset": (
        lambda p: tampered(p, lambda d: field_of(d, STYLES, 42, b"\xff\xff\xff\x7f")),
        "styles.xml is damaged|no readable",
    ),
    "two names of one part": (
        lambda p: tampered(p, lambda d: field_of(d, STYLES, 30, b"xx", local=True)),
        "is damaged",
    ),
    "an encrypted part": (lambda p: tampered(p, lambda d: field_of(d, SHEET, 8, b"\1\0")), "is encrypted"),
    "half a file": (lambda p: tampered(p, lambda d: d.__delitem__(slice(len(d) // 2, None))), "no readable Office"),
    "too much XML": (lambda p: packed(p, parts() | {f"{n}.xml": b"x" * 15_000_000 for n in range(5)}, 0), "of XML"),
    "too many tags": (lambda p: packed(p, parts() | {STRINGS: b"<a/>" * 4_000_001}, 0), "holds 4,000,001 tags"),
}
BOOKS: dict[str, tuple[Make, str]] = {
    "an absent sheet": (lambda p: with_parts(p, {SHEET: None}), "holds 0 worksheets"),
    "an absent workbook": (lambda p: with_parts(p, {WORKBOOK: None}), "without a workbook"),
    "an empty sheet part": (lambda p: with_parts(p, {SHEET: b""}), "broken XML"),
    "a sheet outside the package": (
        with_text(BOOK_RELS, "worksheets/sheet1.xml", "../../../etc/passwd"),
        "0 worksheets",
    ),
    "a sheet that is the workbook": (
        with_text(BOOK_RELS, "worksheets/sheet1.xml", "workbook.xml"),
        "no worksheet|workbook",
    ),
    "two sheets of one part": (
        with_text(WORKBOOK, "<sheets>", '<sheets><sheet name="S" sheetId="9" r:id="rId1"/>'),
        "two of its sheets have the part",
    ),
    "301 sheets of one part": (
        with_text(WORKBOOK, "<sheets>", "<sheets>" + '<sheet name="S" sheetId="9" r:id="rId1"/>' * 300),
        "holds 301 worksheets",
    ),
    "rows that go back": (of_rows(ROWS + row(2)), "'2' after row 3"),
    "row nought": (of_rows(row(0) + ROWS), "the row '0'"),
    "a row below the last": (of_rows(ROWS + row(1_048_577)), "'1048577' after row 3"),
    "a row of 5,000 digits": (of_rows(ROWS + row("9" * 5000)), "after row 3"),
    "a row of another script": (of_rows(ROWS + row("\u00b2")), "after row 3"),
    "a column right of the last": (of_rows(ROWS + row(4, text_cell("XFE4", "x"))), "'XFE4' out of place"),
    "a column of four letters": (of_rows(ROWS + row(4, text_cell("AAAA4", "x"))), "'AAAA4' out of place"),
    "a cell of another row": (of_rows(ROWS + row(4, text_cell("A9", "x"))), "'A9' out of place"),
    "cells that go back": (of_rows(ROWS + row(4, text_cell("B4", "x") + text_cell("A4", "y"))), "'A4' out of place"),
    "a foreign namespace": (with_text(SHEET, MAIN, "urn:x"), "is no worksheet"),
    "100,000 merges": (
        lambda p: book(p, sheet(after=with_merges(*(f"D{n}:E{n}" for n in range(100_000))))),
        "more than 20,000 merged areas",
    ),
    "merges over one another": (
        lambda p: book(p, sheet(after=with_merges(*(f"D{n}:E{n + 9}" for n in range(1, 999))))),
        "merged areas overlap",
    ),
    "validations over one another": (
        lambda p: book(p, sheet(after=with_validations(*(f"D1:E{n + 9}" for n in range(1, 999))))),
        "validations overlap",
    ),
    "tall areas without end": (
        lambda p: book(p, sheet(after=with_validations(*(f"{letters(n)}1:{letters(n)}9000" for n in range(5, 1605))))),
        "reach over too many rows",
    ),
    "a list of 3 MB": (
        lambda p: book(p, sheet(after=with_validations("B2", source='"' + "yes,no," * 430_000 + '"'))),
        "validations of more than",
    ),
    "65,491 formats": (
        with_text(STYLES, '<cellXfs count="1">', '<cellXfs count="1">' + "<xf/>" * 65_491),
        "cell formats",
    ),
    "a format of two million brackets": (
        with_text(STYLES, "<fonts", f'<numFmts><numFmt numFmtId="9" formatCode="{"[" * 2_000_000}"/></numFmts><fonts'),
        "a number format has",
    ),
    "columns without end": (of_rows(ROWS, before='<cols><col min="5" max="99999" style="1"/></cols>'), "the columns"),
    "a text in a million cells": (
        lambda p: packed(
            p,
            parts(sheet(ROWS + "".join(row(n, f'<c r="A{n}" t="s"><v>0</v></c>') for n in range(4, 400))))
            | {STRINGS: f'<sst xmlns="{MAIN}"><si><t>{"Do you? " * 4000}</t></si></sst>'},
        ),
        "the limit is 8000000",
    ),
}
CONTAINERS: dict[str, tuple[Make, str]] = {
    "an encrypted file": (written(compound("EncryptedPackage")), "encrypted with a password"),
    "an old workbook": (written(compound("Workbook")), "old binary.*soffice --headless --convert-to xlsx --outdir"),
    "an old document": (written(compound("WordDocument")), "old binary.*soffice --headless --convert-to docx"),
    "a binary workbook": (
        lambda p: with_parts(p, {RELS: str(parts()[RELS]).replace("book.xml", "book.bin"), "xl/workbook.bin": b"x"}),
        "xlsb.*soffice --headless --convert-to xlsx",
    ),
    "a binary sheet": (
        lambda p: with_parts(
            p, {BOOK_RELS: str(parts()[BOOK_RELS]).replace("sheet1.xml", "s.bin"), "xl/worksheets/s.bin": b"x"}
        ),
        "xlsb",
    ),
    "an OpenDocument file": (lambda p: packed(p, {"mimetype": "x", "content.xml": "<a/>"}), "OpenDocument.*soffice"),
    "a Word document": (lambda p: word_form(p, [["Question", "Answer"]]), "is a Word document"),
    "a PDF": (written(b"%PDF-1.7\n"), "is a PDF"),
    "a web page": (written(b"\n<html><table>"), "is an HTML text"),
    "XML of 2003": (written(b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>'), "is an XML text"),
    "nothing": (written(b""), "it is empty"),
    "a table of text": (written(b"Question,Answer\n"), "no readable Office file"),
    "an empty zip": (written(b"PK\5\6" + bytes(18)), "without a workbook"),
}


@pytest.mark.parametrize("name", [*ENTITIES, *ENCODED, *ZIPS, *BOOKS, *CONTAINERS])
def test_it_is_refused_in_one_line_and_leaves_nothing_behind(name: str, tmp_path: Path) -> None:
    make, says = (ENTITIES | ENCODED | ZIPS | BOOKS | CONTAINERS)[name]
    path = make(tmp_path / "q.xlsx")
    before = path.read_bytes()
    for work in (lambda: inspect(path), lambda: fill(path, tmp_path / "o.xlsx", yes)):
        with pytest.raises(QuestionnaireError, match=says) as fault:
            work()
        assert str(fault.value).isprintable()
        assert len(str(fault.value)) < 500
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["q.xlsx"]


SOUND: dict[str, tuple[Make, int]] = {
    "as it is": (book, 2),
    "streamed": (streamed, 2),
    "behind a prefix": (lambda p: tampered(p, lambda d: d.__setitem__(slice(0, 0), b"#!/bin/sh\n" * 9)), 2),
    "with links as members": (linked, 2),
    "with names that lead out": (lambda p: with_parts(p, {"../../x": b"", "/etc/x": b"", "C:\\x": b""}), 2),
    "with a stated size of all cells": (of_rows(ROWS, before='<dimension ref="A1:XFD1048576"/>'), 2),
    "with a question in the last row": (of_rows(ROWS + row(1_048_576, text_cell("A1048576", "Do you?"))), 3),
    "with rows without numbers": (of_rows(re.sub(r' r="\w+"', "", ROWS)), 2),
    "with spans of all columns": (of_rows(ROWS.replace("<row", '<row spans="1:16384"')), 2),
    "with wild styles": (of_rows(ROWS + row(4, text_cell("A4", "Do you?", f's="{"9" * 5000}"'))), 3),
    "with negative styles": (of_rows(ROWS + row(4, text_cell("A4", "Do you?", 's="-1"'))), 3),
    "with wild fonts": (with_text(STYLES, 'numFmtId="0" fontId="0"', 'numFmtId="\u00b2" fontId="-7"'), 2),
    "with fonts out of place": (
        with_text(STYLES, "<fonts", "<x><font><b/></font><xf><protection/></xf></x><fonts"),
        2,
    ),
    "with strings out of range": (
        of_rows(ROWS + row(4, '<c r="A4" t="s"><v>99</v></c><c r="B4" t="s"><v>\u00b2</v></c>')),
        2,
    ),
    "with wild numbers": (of_rows(ROWS + row(4, '<c r="A4"><v>1e999</v></c><c r="B4"><v>nan</v></c>')), 2),
    "with a validation of all cells": (of_rows(ROWS, after=with_validations("N1:XFD1048576")), 2),
    "with a validation of 10,000 areas": (
        of_rows(ROWS, after=with_validations(" ".join(f"B{n}" for n in range(2, 10_002)))),
        2,
    ),
    "with 3,000 merges": (of_rows(ROWS, after=with_merges(*(f"D{n}:E{n}" for n in range(1, 3001)))), 2),
    "with a merge that is there a thousand times": (of_rows(ROWS, after=with_merges(*["D1:E9"] * 1000)), 2),
    "with names in a circle": (
        lambda p: book(
            p,
            sheet(after=with_validations("C2", source="first")),
            '<definedName name="first">second</definedName><definedName name="second">first</definedName>',
        ),
        2,
    ),
    "with 10,000 names": (
        lambda p: book(p, sheet(), "".join(f'<definedName name="n{n}">n{n - 1}</definedName>' for n in range(10_000))),
        2,
    ),
    "with wild scopes of names": (lambda p: book(p, sheet(), '<definedName name="a" localSheetId="\u00b2"/>'), 2),
    "with 200 elements in one another": (of_rows(ROWS, after="<a>" * 200 + "</a>" * 200), 2),
}


@pytest.mark.parametrize("name", SOUND)
def test_it_is_read_rightly_and_filled(name: str, tmp_path: Path) -> None:
    make, questions = SOUND[name]
    path = make(tmp_path / "q.xlsx")
    before = path.read_bytes()
    assert len(inspect(path).items) == questions
    assert fill(path, tmp_path / "o.xlsx", yes).totals["answered"] == questions
    assert path.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["o.xlsx", "q.xlsx"]


def test_a_signed_workbook_is_inspected_but_not_filled(tmp_path: Path) -> None:
    path = with_parts(tmp_path / "q.xlsx", {"_xmlsignatures/sig1.xml": "<a/>"})
    assert len(inspect(path).items) == 2
    with pytest.raises(QuestionnaireError, match="digitally signed"):
        fill(path, tmp_path / "o.xlsx", yes)
    assert [each.name for each in tmp_path.iterdir()] == ["q.xlsx"]


@pytest.mark.parametrize("kind", ["folder", "pipe", "circle of links", "device"])
def test_what_is_no_ordinary_file_is_refused_and_never_waited_for(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "q.xlsx"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("q.xlsx" if kind == "circle of links" else "/dev/zero")
    with pytest.raises(QuestionnaireError, match=r"there is no file|cannot read"):
        inspect(path)


HEAVY: dict[str, tuple[Make, float]] = {  # with the CPU seconds that inspecting may take on a slow machine
    "1,048,576 empty rows": (
        lambda p: book(p, sheet(ROWS + "".join(f'<row r="{n}"/>' for n in range(4, 1_048_577)))),
        15,
    ),
    "100,000 rows of one value": (
        lambda p: book(p, sheet(ROWS + "".join(row(n, f'<c r="C{n}"><v>1</v></c>') for n in range(4, 100_000)))),
        15,
    ),
}
MEASURED = """
import resource, sys
from pathlib import Path
from rfp_responder.errors import RfpError
from rfp_responder.questionnaire import inspect
try:
    inspect(Path(sys.argv[1]))
except RfpError as fault:
    print(fault)
used = resource.getrusage(resource.RUSAGE_SELF)
memory = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(used.ru_utime + used.ru_stime, int(memory.split()[1]) >> 10)
"""


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_sheet_is_inspected_in_bounded_time_and_memory(name: str, tmp_path: Path) -> None:
    make, seconds = HEAVY[name]
    path = make(tmp_path / "q.xlsx")
    done = subprocess.run([sys.executable, "-c", MEASURED, path], cwd=ROOT, capture_output=True, text=True, check=True)
    spent, memory = done.stdout.splitlines()[-1].split()
    assert float(spent) < seconds
    assert int(memory) < 500


def test_random_damage_gives_a_right_result_or_one_line() -> None:
    wrong: list[tuple[int, str, str]] = []
    tally = fuzz_questionnaires.run(range(40_100, 40_200), 120, lambda *found: wrong.append(found))
    assert wrong == []
    assert min(tally["filled"], tally["refused"]) >= 10  # else it tries nothing


def test_what_stands_in_a_file_cannot_steer_the_terminal(tmp_path: Path, capsys: Captured) -> None:
    title = "a&#10;b\u202ec\u009b2Jd"
    for body in (sheet(), sheet(""), "<broken>", sheet(ROWS + row(0))):
        path = packed(tmp_path / "q\x1b[2J\nrfp: done.xlsx", parts(body, title=title))
        run(["inspect", str(path)])
        shown = capsys.readouterr()
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown.out + shown.err)
        assert not re.search("^rfp: done", shown.out + shown.err, re.MULTILINE)


@pytest.mark.parametrize(
    ("raw", "text"),
    [("_x000D_", "\r"), ("_xD83D__xDE00_", "\U0001f600"), ("_xD800_", "\ufffd"), ("_x005F_x0041_", "_x0041_")],
)
def test_escaped_characters_are_read_and_half_ones_replaced(raw: str, text: str) -> None:
    assert unescape(raw) == text


def test_overlaps_are_counted_and_neighbours_are_none() -> None:
    assert overlaps([Area(1, 1, 2, 2), Area(3, 1, 4, 2), Area(1, 3, 4, 3)]) == 0
    assert overlaps([Area(1, 1, 5, 5), Area(2, 2, 3, 3), Area(5, 5, 6, 6), Area(6, 1, 6, 4)]) == 2


def documented() -> dict[str, int]:
    """The constants that ``docs/limits.md`` names, with the values it gives."""
    text = (ROOT / "docs" / "limits.md").read_text("utf-8")
    return {name: int(value.replace(",", "")) for value, name in re.findall(r"\| ([\d,]+) \| `([\w.]+)` \|", text)}


@pytest.mark.parametrize("name", documented())
def test_a_documented_limit_is_the_one_in_the_code(name: str) -> None:
    module, constant = name.split(".")
    room = "rfp_responder" if module == "officezip" else "rfp_responder.questionnaire"
    assert getattr(importlib.import_module(f"{room}.{module}"), constant) == documented()[name]


def test_every_limit_is_documented() -> None:
    for module in ("officezip", "questionnaire.package", "questionnaire.sheetxml", "questionnaire.xlsx"):
        source = (ROOT / "rfp_responder" / f"{module.replace('.', '/')}.py").read_text("utf-8")
        for constant in re.findall(r"^(MAX_\w+) =", source, re.MULTILINE):
            assert f"{module.rpartition('.')[2]}.{constant}" in documented()
