"""The in-place writer: what is written, what is refused, and that nothing else changes."""

from __future__ import annotations

import time
from pathlib import Path

import openpyxl
import pytest
from workbook_parts import with_pivot
from workbooks import members, repacked, with_x14_list, workbook

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire import splice
from rfp_responder.questionnaire.model import Edit
from rfp_responder.questionnaire.sheetsplice import Setting, splice_sheet
from rfp_responder.questionnaire.styles import Formats
from rfp_responder.questionnaire.xmltext import CELL_LIMIT, escaped, fitted, recalculate_on_load

SHEET = "xl/worksheets/sheet1.xml"
ROWS = [["Question", "Answer"], ["Do you encrypt data?", "old"], ["Do you test backups?"]]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STYLES = (
    b'<?xml version="1.0"?><styleSheet xmlns="m"><numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/>'
    b'</numFmts><fonts><font><sz val="10"/></font></fonts><cellXfs count="9"><xf numFmtId="0" fontId="0"/><PLACE/>'
    b'</cellXfs><dxfs count="0"/></styleSheet>'
)
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


def refusals(data: bytes, *edits: tuple[int, int, str]) -> list[str]:
    result = splice_sheet(data, "q.xlsx", [Edit("S", *edit) for edit in edits])
    assert result.data == data or result.written
    return [reason for _, reason in result.refused]


def test_a_cell_that_is_merged_into_another_is_refused_and_the_other_written() -> None:
    data = part('<sheetData><row r="2"><c r="B2"/></row></sheetData><mergeCells><mergeCell ref="B2:C4"/></mergeCells>')
    assert refusals(data, (3, 3, "x")) == ["C3 is merged into B2"]
    assert cell("B2", "x") in spliced(data, (2, 2, "x"))


def test_every_cell_of_an_array_formula_is_refused() -> None:
    data = part('<sheetData><row r="2"><c r="B2"><f t="array" ref="B2:B3">A2:A3</f><v>1</v></c></row></sheetData>')
    assert refusals(data, (2, 2, "x"), (3, 2, "x")) == [
        "B2 holds a formula",
        "B3 shows what the formula in B2 computes",
    ]


def test_a_copy_of_a_shared_formula_is_refused() -> None:
    data = part('<sheetData><row r="2"><c r="B2"><f t="shared" si="0"/><v>1</v></c></row></sheetData>')
    assert refusals(data, (2, 2, "x")) == ["B2 holds a formula"]


def test_a_place_outside_a_worksheet_is_refused() -> None:
    assert refusals(part("<sheetData/>"), (0, 1, "x"), (1, 16_385, "x"), (1_048_577, 1, "x")) == [
        "row 0, column 1 is no cell of a worksheet",
        "row 1, column 16385 is no cell of a worksheet",
        "row 1048577, column 1 is no cell of a worksheet",
    ]


def test_of_two_texts_for_one_cell_the_later_is_written_and_the_other_reported() -> None:
    result = splice_sheet(part("<sheetData/>"), "q", [Edit("S", 1, 1, "one"), Edit("S", 1, 1, "two")])
    assert cell("A1", "two") in result.data.decode()
    assert [(edit.text, reason) for edit, reason in result.refused] == [("one", "A1 was given another text as well")]
    assert [edit.text for edit in result.written] == ["two"]


def test_a_locked_cell_is_never_written(tmp_path: Path) -> None:
    path = workbook(tmp_path / "q.xlsx", ROWS, protect_but=["B3"])
    out, written = write(path, (2, 2, "x"), (3, 2, "y"), (9, 9, "z"))
    assert [edit.text for edit in written.edits] == ["y"]
    assert [reason for _, reason in written.refused] == [
        "B2 is locked and its sheet protected",
        "I9 is locked and its sheet protected",
    ]
    assert openpyxl.load_workbook(out)["Questions"]["B2"].value == "old"


def test_a_column_or_row_that_is_unlocked_lets_new_cells_be_written() -> None:
    styles = Formats(STYLES.replace(b"<PLACE/>", b'<xf applyProtection="1"><protection locked="0"/></xf>'), "s")
    head = '<cols><col min="3" max="3" style="1"/></cols>'
    body = '<sheetData><row r="2" s="1" customFormat="1"/></sheetData><sheetProtection sheet="1"/>'
    edits = [Edit("S", 5, 3, "column"), Edit("S", 2, 9, "row"), Edit("S", 5, 4, "neither")]
    result = splice_sheet(part(body, head=head), "q", edits, Setting(styles))
    assert sorted(edit.text for edit in result.written) == ["column", "row"]


def test_pivot_tables_and_headers_of_tables_are_refused(tmp_path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"))
    book.add_worksheet("Questions").add_table("A1:B3", {"name": "Asked", "columns": [{"header": "Q"}, {"header": "A"}]})
    book.close()
    _, written = write(tmp_path / "t.xlsx", (1, 2, "x"), (2, 2, "y"))
    assert [reason for _, reason in written.refused] == ["B1 belongs to the header of the table 'Asked'"]
    pivot = with_pivot(workbook(tmp_path / "p.xlsx", ROWS), tmp_path / "q.xlsx", "F1:G9")
    _, written = write(pivot, (5, 7, "x"), (5, 8, "y"))
    assert [reason for _, reason in written.refused] == ["G5 belongs to a pivot table"]


def test_the_row_and_column_of_a_drawing_s_anchor_are_no_rows_and_columns() -> None:
    anchor = "<controls><from><xdr:col>1</xdr:col><xdr:row>2</xdr:row></from></controls>"
    data = part(f'<sheetData><row r="2"/></sheetData>{anchor}').replace(b"xmlns=", b'xmlns:xdr="d" xmlns=', 1)
    text = spliced(data, (7, 1, "x"))
    assert text.index('<row r="7"') < text.index("</sheetData>")


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


def test_a_workbook_that_asks_for_recalculation_already_keeps_its_part(tmp_path: Path) -> None:
    path = workbook(tmp_path / "q.xlsx", ROWS, formulas={"D2": ("=LEN(B2)", 3)})
    out, _ = write(path, (3, 2, "x"))
    assert members(path)["xl/workbook.xml"] == members(out)["xl/workbook.xml"]


def test_the_source_of_a_list_is_no_formula(tmp_path: Path) -> None:
    plain = workbook(tmp_path / "p.xlsx", ROWS, others={"Lists": [["Yes"], ["No"]]})
    bare = repacked(plain, tmp_path / "b.xlsx", lambda n, d: d.replace(b' fullCalcOnLoad="1"', b""))
    path = with_x14_list(bare, tmp_path / "q.xlsx", "B2:B3", "Lists!$A$1:$A$2")
    out, _ = write(path, (3, 2, "Yes"))
    assert b"fullCalcOnLoad" not in members(out)["xl/workbook.xml"]


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


def kinds(*edits: Edit, styles: bytes = b"", since_1904: bool = False) -> tuple[str, dict[tuple[str, int, int], str]]:
    """The rows of a sheet whose cell A1 has style 1 after these edits, and the notes."""
    formats = Formats(STYLES.replace(b"<PLACE/>", styles), "s")
    data = part('<sheetData><row r="1"><c r="A1" s="1"/></row></sheetData>')
    result = splice_sheet(data, "q", edits, Setting(formats, since_1904=since_1904))
    return result.data.decode(), result.notes


@pytest.mark.parametrize("text", ["95.5", "-3", "0", "1e3", "1234567890"])
def test_a_number_is_written_as_one(text: str) -> None:
    assert f'<c r="A1" s="1" t="n"><v>{text}</v></c>' in kinds(Edit("S", 1, 1, text, "number"))[0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("about 5", "is no number"),
        ("1,200", "is no number"),
        ("007", "is no number"),
        ("nan", "is no number"),
        ("12345678901234567", "more than the 15 digits"),
        ("5 %", "shows no percentages"),
    ],
)
def test_what_is_no_number_stays_text_with_a_note(text: str, why: str) -> None:
    data, notes = kinds(Edit("S", 1, 1, text, "number"))
    assert cell("A1", text, "1") in data
    assert why in notes["S", 1, 1]


def test_a_percentage_is_stored_as_excel_stores_one_when_the_cell_shows_them() -> None:
    assert "<v>0.955</v>" in kinds(Edit("S", 1, 1, "95.5 %", "number"), styles=b'<xf numFmtId="10"/>')[0]


@pytest.mark.parametrize("styles", [b'<xf numFmtId="14"/>', b'<xf numFmtId="164"/>'])
@pytest.mark.parametrize(
    ("text", "since_1904", "serial"),
    [
        ("2026-09-30", False, "46295"),
        ("2026-09-30", True, "44833"),
        ("1900-02-28", False, "59"),
        ("1900-03-01", False, "61"),
        ("2026-09-30T12:00", False, "46295.5"),
    ],
)
def test_a_date_is_a_serial_number_where_the_cell_shows_dates(
    text: str, since_1904: bool, serial: str, styles: bytes
) -> None:
    data, notes = kinds(Edit("S", 1, 1, text, "date"), styles=styles, since_1904=since_1904)
    assert (f't="n"><v>{serial}</v>' in data, notes) == (True, {})


def test_a_date_in_a_cell_that_shows_none_and_what_is_no_date_stay_text() -> None:
    assert kinds(Edit("S", 1, 1, "2026-09-30", "date")) == (kinds(Edit("S", 1, 1, "2026-09-30"))[0], {})
    data, notes = kinds(Edit("S", 1, 1, "in autumn", "date"), styles=b'<xf numFmtId="14"/>')
    assert cell("A1", "in autumn", "1") in data
    assert "no date" in notes["S", 1, 1]


LONG = "We encrypt all customer data at rest and in transit."
TWIN = b'<xf numFmtId="0" fontId="0" applyAlignment="1"><alignment wrapText="1"/></xf>'


def wrapped(styles: bytes, text: str, *, wrap: bool = False) -> tuple[str, Formats]:
    formats = Formats(STYLES.replace(b"<PLACE/>", styles), "s")
    body = '<sheetData><row r="1" ht="15"><c r="A1"/></row><row r="2" ht="15" customHeight="1"/></sheetData>'
    edits = [Edit("S", 1, 1, text), Edit("S", 2, 1, text)]
    return splice_sheet(part(body), "q", edits, Setting(formats, wrap=wrap)).data.decode(), formats


def test_a_long_text_takes_a_format_that_looks_the_same_and_wraps() -> None:
    data, formats = wrapped(TWIN, LONG)
    assert cell("A1", LONG, "1") in data
    assert not formats.changed


def test_a_short_text_keeps_its_format_and_height() -> None:
    data, formats = wrapped(TWIN, "Yes", wrap=True)
    assert f'<row r="1" ht="15">{cell("A1", "Yes")}</row>' in data
    assert not formats.changed


@pytest.mark.parametrize(
    "other",
    [
        b'<xf numFmtId="0" fontId="1"><alignment wrapText="1"/></xf>',
        b'<xf numFmtId="0" fontId="0"><alignment wrapText="1" horizontal="center"/></xf>',
        b'<xf numFmtId="0" fontId="0"><alignment wrapText="1"/><protection locked="0"/></xf>',
        b'<xf numFmtId="0" fontId="0"/>',
    ],
)
def test_a_format_that_looks_otherwise_is_not_taken(other: bytes) -> None:
    data, formats = wrapped(other, LONG)
    assert cell("A1", LONG) in data
    assert not formats.changed


def test_a_wrapping_format_is_added_only_when_asked_for_and_changes_nothing_else() -> None:
    data, formats = wrapped(b"", LONG, wrap=True)
    assert cell("A1", LONG, "1") in data
    assert cell("A2", LONG, "1") in data
    added = b'<xf numFmtId="0" fontId="0" applyAlignment="1"><alignment wrapText="1"/></xf></cellXfs>'
    before = STYLES.replace(b"<PLACE/>", b"")
    assert formats.data() == before.replace(b"</cellXfs>", added).replace(b'<cellXfs count="9"', b'<cellXfs count="2"')


def test_a_wrapping_format_keeps_the_alignment_and_the_lock_of_the_old_one() -> None:
    old = b'<xf fontId="0"><alignment horizontal="center"/><protection locked="0"/></xf>'
    formats = Formats(STYLES.replace(b"<PLACE/>", old), "s")
    assert formats.wrapped("1", add=True) == "2"
    new = (
        b'<xf fontId="0" applyAlignment="1"><alignment horizontal="center" wrapText="1"/><protection locked="0"/></xf>'
    )
    assert old + new in formats.data()


def test_a_row_grows_for_a_text_that_wraps_and_one_set_by_hand_only_when_asked_for() -> None:
    data, _ = wrapped(TWIN, LONG)
    assert '<row r="1" ht="96.2">' in data  # 7 lines of 8.43 characters in 10 points
    assert '<row r="2" ht="15" customHeight="1">' in data
    data, _ = wrapped(TWIN, LONG, wrap=True)
    assert '<row r="2" ht="96.2" customHeight="1">' in data


def test_a_hidden_row_never_grows() -> None:
    data = part('<sheetData><row r="1" hidden="1"><c r="A1"/></row></sheetData>')
    formats = Formats(STYLES.replace(b"<PLACE/>", TWIN), "s")
    text = splice_sheet(data, "q", [Edit("S", 1, 1, LONG)], Setting(formats, wrap=True)).data.decode()
    assert '<row r="1" hidden="1">' in text


def widened(cols: str, **widths: float) -> str:
    data = part("<sheetData/>", head=cols)
    columns = {ord(letter) - 64: width for letter, width in widths.items()}
    edits = [Edit("S", 1, column, "x") for column in columns]
    text = splice_sheet(data, "q", edits, Setting(widths=columns)).data.decode()
    return text[text.index("<cols>") : text.index("<sheetData>")]


def test_a_width_is_put_before_the_rows_or_in_its_place_among_the_columns() -> None:
    new = '<col min="{0}" max="{0}" width="50.7109" customWidth="1"/>'
    assert widened("", D=50) == f"<cols>{new.format(4)}</cols>"
    old = '<col min="2" max="3" width="9"/><col min="6" max="6" width="9"/>'
    assert widened(f"<cols>{old}</cols>", D=50) == f"<cols>{old.replace('/><', f'/>{new.format(4)}<', 1)}</cols>"
    assert widened(f"<cols>{old}</cols>", G=50) == f"<cols>{old}{new.format(7)}</cols>"


def test_a_range_of_columns_is_split_around_the_one_that_is_widened() -> None:
    assert widened('<cols><col min="3" max="16384" width="0" style="4" hidden="1"/></cols>', D=50, E=20) == (
        '<cols><col min="3" max="3" width="0" style="4" hidden="1"/>'
        '<col min="4" max="4" width="50.7109" style="4" customWidth="1"/>'
        '<col min="5" max="5" width="20.7109" style="4" customWidth="1"/>'
        '<col min="6" max="16384" width="0" style="4" hidden="1"/></cols>'
    )


def test_a_column_that_is_wide_enough_stays_and_so_does_one_that_nothing_was_written_in() -> None:
    old = '<cols><col min="2" max="9" width="60" style="4"/></cols>'
    assert widened(old, D=50) == old
    data = part(f'{old}<sheetData><row r="1"><c r="A1"/></row></sheetData>')
    assert old in splice_sheet(data, "q", [Edit("S", 1, 1, "x")], Setting(widths={4: 90})).data.decode()


def test_a_cell_without_a_look_of_its_own_takes_that_of_another_place() -> None:
    body = '<sheetData><row r="1"><c r="B1" s="3"/><c r="C1" s="0"/><c r="D1" s="5"/></row></sheetData>'
    edits = [Edit("S", 1, column, "x", like=(1, 2)) for column in (3, 4, 5)]
    text = splice_sheet(part(body), "q", edits).data.decode()
    assert cell("C1", "x", "3") + cell("D1", "x", "5") + cell("E1", "x", "3") in text
