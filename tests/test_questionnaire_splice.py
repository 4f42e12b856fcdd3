"""The in-place writer: what is written, what is refused, and that nothing else changes."""

from __future__ import annotations

import time
from pathlib import Path

import openpyxl
import pytest
from workbooks import members, repacked, with_x14_list, workbook

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire import splice
from rfp_responder.questionnaire.model import Edit
from rfp_responder.questionnaire.splice import splice_sheet
from rfp_responder.questionnaire.xmltext import CELL_LIMIT, escaped, fitted, recalculate_on_load

SHEET = "xl/worksheets/sheet1.xml"
ROWS = [["Question", "Answer"], ["Do you encrypt data?", "old"], ["Do you test backups?"]]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"


def part(body: str, prefix: str = "", namespace: str = MAIN, head: str = "") -> bytes:
    declared = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    return f'<?xml version="1.0"?><{prefix}worksheet {declared}="{namespace}">{head}{body}</{prefix}worksheet>'.encode()


def spliced(data: bytes, *edits: tuple[int, int, str]) -> str:
    return splice_sheet(data, "q.xlsx", [Edit("S", *edit) for edit in edits]).data.decode()


def cell(name: str, text: str, style: str = "", prefix: str = "") -> str:
    styled = f' s="{style}"' if style else ""
    p = prefix
    return f'<{p}c r="{name}"{styled} t="inlineStr"><{p}is><{p}t xml:space="preserve">{text}</{p}t></{p}is></{p}c>'


def write(path: Path, *edits: tuple[int, int, str]) -> tuple[Path, splice.Written]:
    out = path.with_name("out.xlsx")
    return out, splice.write(path, out, [Edit("Questions", *edit) for edit in edits])


def test_every_other_part_keeps_its_bytes(tmp_path: Path) -> None:
    path = workbook(tmp_path / "q.xlsx", ROWS, others={"More": [["x"]]})
    out, _ = write(path, (3, 2, "Yes"))
    before, after = members(path), members(out)
    assert list(before) == list(after)
    assert [name for name in before if before[name] != after[name]] == [SHEET]


def test_x14_lists_survive(tmp_path: Path) -> None:
    plain = workbook(tmp_path / "p.xlsx", ROWS, others={"Lists": [["Yes"], ["No"]]})
    path = with_x14_list(plain, tmp_path / "q.xlsx", "B2:B3", "Lists!$A$1:$A$2")
    out, _ = write(path, (3, 2, "Yes"))
    assert b"x14:dataValidation" in members(out)[SHEET]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1 415 555",
        "-x",
        "@team",
        '=HYPERLINK("http://a","b")',
        "a < b & c > d",
        " two  blanks ",
        "a\nb\tc",
        "ünï — 漢字 😀",
    ],
)
def test_text_stays_text_letter_by_letter(text: str, tmp_path: Path) -> None:
    out, _ = write(workbook(tmp_path / "q.xlsx", ROWS), (3, 2, text))
    read = openpyxl.load_workbook(out)["Questions"]["B3"]
    assert (read.value, read.data_type) == (text, "s")


def test_an_existing_cell_keeps_its_style_and_place() -> None:
    data = part('<sheetData><row r="2"><c r="A2"/><c r="B2" s="7" t="s"><v>1</v></c><c r="C2"/></row></sheetData>')
    assert f'<c r="A2"/>{cell("B2", "x", "7")}<c r="C2"/>' in spliced(data, (2, 2, "x"))


def test_a_new_cell_goes_between_its_neighbours_with_the_style_of_row_or_column() -> None:
    columns = '<cols><col min="2" max="3" style="4"/></cols>'
    data = part('<sheetData><row r="2"><c r="A2"/><c r="D2"/></row></sheetData>', head=columns)
    assert f'<c r="A2"/>{cell("B2", "x", "4")}<c r="D2"/>' in spliced(data, (2, 2, "x"))
    data = part('<sheetData><row r="2" s="9" customFormat="1"><c r="A2"/></row></sheetData>', head=columns)
    assert f'<c r="A2"/>{cell("B2", "x", "9")}</row>' in spliced(data, (2, 2, "x"))


def test_new_rows_go_where_they_belong() -> None:
    data = part('<sheetData><row r="2"/><row r="5"/></sheetData>')
    text = spliced(data, (1, 1, "a"), (3, 1, "c"), (4, 1, "d"), (9, 1, "z"))
    order = [text.index(f'<row r="{row}"') for row in (1, 2, 3, 4, 5, 9)]
    assert order == sorted(order)


@pytest.mark.parametrize(
    "body",
    [
        "<sheetData/>",
        "<sheetData></sheetData>",
        '<sheetData><row r="2"/></sheetData>',
        '<sheetData><row r="2" ></row></sheetData>',
    ],
)
def test_self_closing_rows_and_sheets_are_opened(body: str) -> None:
    assert f'<row r="2">{cell("B2", "x")}</row>' in spliced(part(body), (2, 2, "x")).replace(" >", ">")


@pytest.mark.parametrize("namespace", [MAIN, STRICT])
def test_prefixed_and_strict_namespaces_are_kept(namespace: str) -> None:
    data = part('<x:sheetData><x:row r="2"><x:c r="A2"/></x:row></x:sheetData>', "x:", namespace)
    assert f'<x:c r="A2"/>{cell("B2", "x", prefix="x:")}</x:row>' in spliced(data, (2, 2, "x"))


def test_rows_and_cells_without_references_are_counted() -> None:
    data = part("<sheetData><row><c/></row><row><c/><c s='3'/></row></sheetData>")
    assert cell("B2", "x", "3") in spliced(data, (2, 2, "x"))


def test_marks_inside_attributes_do_not_confuse_offsets() -> None:
    data = part("<sheetData><row r='2' x:note='a > b' xmlns:x='urn:x'><c r='A2' x:n='/>'/></row></sheetData>")
    assert cell("A2", "x") in spliced(data, (2, 1, "x"))


def test_a_formula_cell_is_refused_and_reported(tmp_path: Path) -> None:
    path = workbook(tmp_path / "q.xlsx", ROWS, formulas={"B3": ("=1+1", 2)})
    out, written = write(path, (3, 2, "x"), (2, 2, "y"))
    assert [(edit.row, reason) for edit, reason in written.refused] == [(3, "B3 holds a formula")]
    assert openpyxl.load_workbook(out)["Questions"]["B3"].value == "=1+1"


def test_a_merged_cell_is_written_at_its_anchor() -> None:
    data = part('<sheetData><row r="2"><c r="B2"/></row></sheetData><mergeCells><mergeCell ref="B2:C4"/></mergeCells>')
    assert cell("B2", "x") in spliced(data, (3, 3, "x"))


def test_a_stated_extent_is_widened_and_stale_spans_go() -> None:
    data = part('<sheetData><row r="2" spans="1:2"><c r="A2"/></row></sheetData>', head='<dimension ref="A1:B2"/>')
    text = spliced(data, (2, 4, "x"))
    assert '<dimension ref="A1:D2"/>' in text
    assert "spans" not in text


def test_control_characters_are_escaped_and_look_alikes_too() -> None:
    assert escaped("a\x01b_x0041_\r") == "a_x0001_b_x005F_x0041__x000D_"


def test_a_text_longer_than_a_cell_is_cut_with_a_note() -> None:
    text, note = fitted("😀" * 20_000)
    assert len(text.encode("utf-16-le")) // 2 <= CELL_LIMIT
    assert "40000 characters" in note
    assert fitted("x" * CELL_LIMIT) == ("x" * CELL_LIMIT, "")


def test_a_part_in_another_encoding_gets_character_references() -> None:
    data = part("<sheetData/>").replace(b'version="1.0"', b'version="1.0" encoding="ISO-8859-1"')
    assert "&#8364;" in spliced(data, (1, 1, "€"))


def test_recalculation_is_asked_for_only_where_there_are_formulas(tmp_path: Path) -> None:
    plain, _ = write(workbook(tmp_path / "p.xlsx", ROWS), (3, 2, "x"))
    before = members(tmp_path / "p.xlsx")["xl/workbook.xml"]
    assert members(plain)["xl/workbook.xml"] == before
    path = workbook(tmp_path / "f.xlsx", ROWS, formulas={"D2": ("=LEN(B2)", 3)})
    bare = repacked(
        path, tmp_path / "q.xlsx", lambda n, d: d.replace(b' fullCalcOnLoad="1"', b"") if "workbook.xml" in n else d
    )
    out, _ = write(bare, (3, 2, "x"))
    assert b'<calcPr fullCalcOnLoad="1" calcId' in members(out)["xl/workbook.xml"]


def test_a_missing_calcpr_is_put_in_its_place() -> None:
    data = f'<workbook xmlns="{MAIN}"><sheets><sheet/></sheets><definedNames/><oleSize/></workbook>'.encode()
    assert b'<definedNames/><calcPr fullCalcOnLoad="1"/><oleSize/>' in recalculate_on_load(data, "w")


def test_a_signed_workbook_is_refused(tmp_path: Path) -> None:
    plain = workbook(tmp_path / "p.xlsx", ROWS)
    path = tmp_path / "q.xlsx"
    import zipfile

    path.write_bytes(plain.read_bytes())
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("_xmlsignatures/sig1.xml", "<s/>")
    with pytest.raises(QuestionnaireError, match="digitally signed"):
        write(path, (3, 2, "x"))


def test_a_part_in_utf_16_is_refused(tmp_path: Path) -> None:
    plain = workbook(tmp_path / "p.xlsx", ROWS)
    path = repacked(plain, tmp_path / "q.xlsx", lambda n, d: d.decode().encode("utf-16") if n == SHEET else d)
    with pytest.raises(QuestionnaireError, match="UTF-16"):
        write(path, (3, 2, "x"))


def test_a_failed_write_leaves_neither_output_nor_remains(tmp_path: Path) -> None:
    path = workbook(tmp_path / "q.xlsx", ROWS)
    with pytest.raises(QuestionnaireError, match="no sheet 'Other'"):
        splice.write(path, tmp_path / "out.xlsx", [Edit("Other", 1, 1, "x")])
    assert [found.name for found in tmp_path.iterdir()] == ["q.xlsx"]


def test_five_thousand_cells_cost_little_more_than_one() -> None:
    body = "".join(f'<row r="{r}"><c r="A{r}" t="inlineStr"><is><t>q</t></is></c></row>' for r in range(1, 5001))
    data = part(f"<sheetData>{body}</sheetData>")
    began = time.perf_counter()
    result = splice_sheet(data, "q", [Edit("S", row, 2, "Yes") for row in range(1, 5001)])
    assert len(result.written) == 5000
    assert time.perf_counter() - began < 2.0  # 0.1 s here; a quadratic writer takes 3 s and more


def test_members_written_with_data_descriptors_and_extras_are_copied_soundly(tmp_path: Path) -> None:
    import io
    import zipfile

    class Pipe(io.RawIOBase):
        """A target that cannot seek, as a web server streams a workbook."""

        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, block: object) -> int:
            self.data += bytes(block)  # type: ignore[call-overload]
            return len(bytes(block))  # type: ignore[call-overload]

    plain = workbook(tmp_path / "p.xlsx", ROWS)
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as package:  # type: ignore[type-var]
        for name, data in members(plain).items():
            info = zipfile.ZipInfo(name, (2024, 5, 6, 7, 8, 10))
            info.extra = b"\xfe\xca\x02\x00ab"
            package.writestr(info, data, zipfile.ZIP_DEFLATED)
    path = tmp_path / "q.xlsx"
    path.write_bytes(bytes(pipe.data))
    out, _ = write(path, (3, 2, "Yes"))
    with zipfile.ZipFile(out) as package:
        assert package.testzip() is None
        assert {info.date_time for info in package.infolist()} == {(2024, 5, 6, 7, 8, 10)}
    assert openpyxl.load_workbook(out)["Questions"]["B3"].value == "Yes"
