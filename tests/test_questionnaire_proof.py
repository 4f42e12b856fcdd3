"""The proof of a delivered file: it holds for what the writer makes, and each kind of damage breaks it."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from workbook_parts import SHEET, macro_workbook, scored_workbook, swapped, with_pivot, with_thread
from workbooks import members, repacked, with_part, with_x14_list, workbook

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire.account import Proof
from rfp_responder.questionnaire.model import Edit
from rfp_responder.questionnaire.proof import prove_csv, prove_workbook
from rfp_responder.questionnaire.splice import write

ROWS = [
    ["ID", "Question", "Answer", "Comment"],
    ["1", "Do you encrypt data?", None, "old"],
    ["2", "Do you test backups?"],
    ["3", "Do you log access?", None, "kept"],
]
LISTS = {"C2:C9": ["Yes", "No"]}
PLACE = ("Questions", 2, 3)
ALLOWED = {PLACE: ("Yes", "No"), ("Questions", 4, 3): ("Yes", "No")}
EDITS = [
    Edit("Questions", 2, 3, "Yes"),
    Edit("Questions", 3, 4, "=1+1 is text"),
    Edit("Questions", 9, 2, "- AES-256"),
    Edit("Questions", 10, 2, "95.5", "number"),
]
CALC = "xl/workbook.xml"
STYLES = "xl/styles.xml"


def form(path: Path) -> Path:
    merges, formulas = ["A6:B7"], {"F2": ("=LEN(C2)", 0)}
    return workbook(path, [*ROWS, [], []], lists=LISTS, merges=merges, formulas=formulas, others={"More": [["x"]]})


def delivered(path: Path, edits: list[Edit], **wishes: object) -> tuple[Path, list[Edit]]:
    out = path.with_name(f"out{path.suffix}")
    return out, list(write(path, out, edits, **wishes).edits)  # type: ignore[arg-type]


def proved(path: Path, edits: list[Edit], **wishes: object) -> Proof:
    out, written = delivered(path, edits, **wishes)
    assert set(written) == set(edits)
    return prove_workbook(path, out, written, ALLOWED, widths=wishes.get("widths"))  # type: ignore[arg-type]


def test_a_proof_says_what_was_checked_with_counts(tmp_path: Path) -> None:
    found = proved(form(tmp_path / "q.xlsx"), EDITS)
    assert (found.reader, found.written, found.same, found.total) == ("openpyxl", 4, 10, 11)
    assert found.changed == (SHEET,)
    assert found.stale == (("Questions", "F2"),)
    assert found.checks == (
        "1 of 1 written values with a list are allowed by it",
        "only the 4 listed cells differ (17 compared on 1 sheet)",
        "no formula, no locked cell and no cell that is merged away was written, and each kept its format",
        "4 rows before, 6 after, 2 of them new and holding answers only",
        "all else on the changed sheets is the same (drop-downs and other validations: 1, merged areas: 1)",
        "10 of 11 parts are byte-identical",
        "1 formula cell of 1 may show what held before; Excel computes them on opening, LibreOffice on Ctrl+Shift+F9",
    )


@pytest.mark.parametrize("wrap", [False, True])
def test_wraps_widths_dates_and_appended_columns_are_proved(wrap: bool, tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "q.xlsx"))
    sheet, head = book.add_worksheet("Questions"), book.add_format({"bold": True, "bg_color": "#ddeeff"})
    sheet.write_row(0, 0, ["Question", "When"], head)
    sheet.write(1, 0, "Do you encrypt data?")
    sheet.write_blank(1, 1, None, book.add_format({"num_format": "yyyy-mm-dd"}))
    book.close()
    edits = [
        Edit("Questions", 2, 2, "2026-09-30", "date"),
        Edit("Questions", 1, 3, "Answer", like=(1, 2)),
        Edit("Questions", 2, 3, "We do. " * 30 + "\nAlways.", like=(2, 1)),
    ]
    wishes = {("Questions", 3): 60.0}
    out, written = delivered(tmp_path / "q.xlsx", edits, wrap=wrap, widths=wishes)
    found = prove_workbook(tmp_path / "q.xlsx", out, written, {}, widths=wishes)
    assert found.changed == (SHEET, STYLES)[: 1 + wrap]


Damage = tuple[str, Callable[[bytes], bytes], str]
ROW = '<row r="9"><c r="B9"'
DAMAGES: dict[str, Damage] = {
    "another part": ("xl/worksheets/sheet2.xml", swapped("<v>", "<v>1"), r"part xl/worksheets/sheet2\.xml differs"),
    "shared strings": ("xl/sharedStrings.xml", swapped("log", "lag"), r"part xl/sharedStrings\.xml differs"),
    "a formula as text": (SHEET, swapped("<f>LEN(C2)</f>", ""), "F2 differs"),
    "a kept value": (SHEET, swapped("</f><v>0</v>", "</f><v>7</v>"), "F2 differs"),
    "a kept value lost": (SHEET, swapped("</f><v>0</v>", "</f>"), "F2 differs"),
    "another cell": (SHEET, lambda data: data.replace(b'<c r="B4" t="s"><v>', b'<c r="B4" t="s"><v>1'), "B4 differs"),
    "another format": (SHEET, swapped('<c r="B4" t', '<c r="B4" s="1" t'), "B4 differs"),
    "a lost cell": (SHEET, lambda data: re.sub(rb'<c r="D4".*?</c>', b"", data), "D4 differs"),
    "an added cell": (SHEET, swapped(ROW, '<row r="9"><c r="A9"><v>1</v></c><c r="B9"'), "A9 differs"),
    "an added row": (SHEET, swapped(ROW, f'<row r="8"/>{ROW}'), "row 8 was added"),
    "a lost row": (SHEET, lambda data: re.sub(rb'<row r="4".*?</row>', b"", data), "row 4"),
    "a hidden row": (SHEET, swapped('<row r="4"', '<row hidden="1" r="4"'), "row 4 has other attributes"),
    "a smaller row": (SHEET, swapped('<row r="2"', '<row ht="-1" r="2"'), "row 2 has other attributes"),
    "a fixed row": (SHEET, swapped('<row r="2"', '<row customHeight="1" r="2"'), "row 2 has other attributes"),
    "more in a row": (SHEET, swapped('</row><row r="4"', '<extLst/></row><row r="4"'), "row 3 differs in more"),
    "another text": (SHEET, swapped(">Yes<", ">No<"), "C2 reads 'No', expected 'Yes'"),
    "no text": (SHEET, lambda data: re.sub(rb'<c r="C2".*?</c>', b"", data), "C2 is empty"),
    "a live formula": (
        SHEET,
        lambda data: re.sub(rb'<c r="D3".*?</c>', b'<c r="D3"><f>1+1 is text</f></c>', data),
        "D3 holds more than a value",
    ),
    "a number as text": (
        SHEET,
        lambda data: re.sub(rb'<c r="B10".*?</c>', b'<c r="B10" t="str"><v>95.5</v></c>', data),
        "B10 is not written as a number",
    ),
    "another number": (SHEET, swapped("<v>95.5</v>", "<v>955</v>"), "B10 holds 955, expected '95.5'"),
    "a text as number": (
        SHEET,
        lambda data: re.sub(rb'<c r="C2".*?</c>', b'<c r="C2"><v>1</v></c>', data),
        "C2 is not written as text",
    ),
    "the format of an answer": (SHEET, swapped('<c r="C2"', '<c r="C2" s="1"'), "C2 has another format"),
    "a drop-down": (SHEET, swapped("Yes,No", "Yes,Na"), "dataValidations element differs"),
    "no drop-down": (SHEET, lambda data: re.sub(rb"<dataValidations.*?</dataValidations>", b"", data), "element"),
    "a merge": (SHEET, swapped("A6:B7", "A6:B8"), "mergeCells element differs"),
    "print settings": (SHEET, swapped('left="0.7"', 'left="0.8"'), "pageMargins element differs"),
    "new protection": (SHEET, swapped("</sheetData>", '</sheetData><sheetProtection sheet="1"/>'), "element differs"),
    "a wrong extent": (SHEET, swapped('<dimension ref="A1:F10"', '<dimension ref="A1:F9"'), "stated extent"),
    "a column": (SHEET, swapped("<sheetData>", '<cols><col min="1" max="1" width="1"/></cols><sheetData>'), "column 1"),
    "the workbook": (CALC, swapped('name="More"', 'name="Mare"'), r"workbook\.xml differs in more"),
    "a changed format": (STYLES, swapped('<sz val="11"/>', '<sz val="12"/>'), r"styles\.xml differs in more"),
    "an added copy": (
        STYLES,
        lambda data: re.sub(rb"(<cellXfs.*?>)(<xf [^>]*/>)(.*?)</cellXfs>", rb"\1\2\3\2</cellXfs>", data),
        "no wrapping copy",
    ),
    "an added format": (
        STYLES,
        lambda data: re.sub(rb"(<cellXfs.*?)</cellXfs>", rb'\1<xf numFmtId="14" fontId="0"/></cellXfs>', data),
        "no wrapping copy",
    ),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_each_kind_of_damage_breaks_the_proof_and_is_named(kind: str, tmp_path: Path) -> None:
    path = form(tmp_path / "q.xlsx")
    out, written = delivered(path, EDITS)
    part, change, said = DAMAGES[kind]
    bad = repacked(out, tmp_path / "bad.xlsx", lambda name, data: change(data) if name == part else data)
    assert members(bad)[part] != members(out)[part]
    with pytest.raises(QuestionnaireError, match=f"failed its proof.*({said})"):
        prove_workbook(path, bad, written, ALLOWED)


def test_a_lost_part_breaks_the_proof(tmp_path: Path) -> None:
    path = form(tmp_path / "q.xlsx")
    out, written = delivered(path, EDITS)
    bad = repacked(out, tmp_path / "bad.xlsx", lambda name, data: None if "theme" in name else data)
    with pytest.raises(QuestionnaireError, match=r"failed its proof.*xl/theme/theme1\.xml"):
        prove_workbook(path, bad, written, ALLOWED)


def test_a_value_that_the_list_forbids_breaks_the_proof(tmp_path: Path) -> None:
    path = form(tmp_path / "q.xlsx")
    out, written = delivered(path, [Edit(*PLACE, "Perhaps")])
    with pytest.raises(QuestionnaireError, match="C2 holds 'Perhaps', which its list forbids"):
        prove_workbook(path, out, written, ALLOWED)


def careless(path: Path, out: Path, cell: str, row: int) -> Path:
    """A copy with the text "x" in a cell, written by a writer that refuses nothing."""
    new = f'<c r="{cell}" t="inlineStr"><is><t>x</t></is></c>'

    def change(data: bytes) -> bytes:
        old = re.search(rf'<c r="{cell}"[^>]*?(?:/>|>.*?</c>)'.encode(), data)
        if old:
            style = re.search(rb' s="\d+"', old[0])
            filled = new.replace(" t=", f"{style[0].decode() if style else ''} t=")
            return data.replace(old[0], filled.encode())
        if f'<row r="{row}"' in data.decode():
            return re.sub(rf'(<row r="{row}".*?)</row>'.encode(), rb"\1" + new.encode() + b"</row>", data)
        return data.replace(b"</sheetData>", f'<row r="{row}">{new}</row></sheetData>'.encode())

    return repacked(path, out, lambda name, data: change(data) if name == SHEET else data)


@pytest.mark.parametrize(
    ("cell", "row", "column", "said"),
    [("F2", 2, 6, "F2 held a formula"), ("B7", 7, 2, "B7 is merged into another"), ("D4", 4, 4, "D4 is locked")],
)
def test_a_cell_that_had_to_be_refused_breaks_the_proof(
    cell: str, row: int, column: int, said: str, tmp_path: Path
) -> None:
    path = form(tmp_path / "q.xlsx")
    if "locked" in said:
        protected = b'</sheetData><sheetProtection sheet="1"/>'
        path = with_part(path, tmp_path / "p.xlsx", SHEET, b"</sheetData>", protected)
    out = careless(path, tmp_path / "out.xlsx", cell, row)
    with pytest.raises(QuestionnaireError, match=said):
        prove_workbook(path, out, [Edit("Questions", row, column, "x")], {})


def test_a_cell_of_an_array_formula_that_was_written_breaks_the_proof(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "q.xlsx"))
    book.add_worksheet("Questions").write_array_formula("B1:B3", "{=A1:A3*2}", None, 0)
    book.close()
    out = careless(tmp_path / "q.xlsx", tmp_path / "out.xlsx", "B2", 2)
    with pytest.raises(QuestionnaireError, match="B2 shows part of a formula"):
        prove_workbook(tmp_path / "q.xlsx", out, [Edit("Questions", 2, 2, "x")], {})


@pytest.mark.parametrize("date_1904", [False, True])
def test_numbers_percentages_and_dates_are_proved_whatever_the_cell_shows(date_1904: bool, tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "q.xlsx"), {"default_date_1904": date_1904})
    sheet = book.add_worksheet("Questions")
    for row, shown in enumerate(("yyyy-mm-dd", "hh:mm", "0.0%", "yyyy-mm-dd", "General", "yyyy-mm-dd hh:mm")):
        sheet.write_blank(row, 0, None, book.add_format({"num_format": shown}))
    book.close()
    values = [("5", "number"), ("0.5", "number"), ("95.5 %", "number"), ("2026-09-30", "date"), ("-1e3", "number")]
    edits = [Edit("Questions", row, 1, text, kind) for row, (text, kind) in enumerate(values, 1)]  # type: ignore[arg-type]
    edits.append(Edit("Questions", 6, 1, "2026-09-30T12:30", "date"))
    out, written = delivered(tmp_path / "q.xlsx", edits)
    assert written == edits
    assert prove_workbook(tmp_path / "q.xlsx", out, written, {}).written == 6
    shown = re.search(rb'<c r="A4"[^>]*><v>(\d+)</v>', members(out)[SHEET])
    assert shown
    bad = with_part(out, tmp_path / "bad.xlsx", SHEET, shown[1] + b"</v>", b"46296</v>")
    with pytest.raises(QuestionnaireError, match=r"A4 (holds|reads)"):
        prove_workbook(tmp_path / "q.xlsx", bad, written, {})


def test_heights_and_widths_that_are_no_numbers_do_not_stop_the_proof(tmp_path: Path) -> None:
    odd = {
        b"<sheetData>": b'<cols><col min="3" max="3" width="wide"/></cols><sheetData>',
        b'<row r="2"': b'<row ht="x" r="2"',
    }

    def change(name: str, data: bytes) -> bytes:
        for old, new in odd.items() if name == SHEET else ():
            data = data.replace(old, new)
        return data

    path = repacked(form(tmp_path / "p.xlsx"), tmp_path / "q.xlsx", change)
    assert proved(path, EDITS, wrap=True, widths={("Questions", 3): 30.0}).written == 4


def test_a_width_that_was_not_given_breaks_the_proof(tmp_path: Path) -> None:
    path = form(tmp_path / "q.xlsx")
    out, written = delivered(path, EDITS)
    with pytest.raises(QuestionnaireError, match="column 3 is narrower"):
        prove_workbook(path, out, written, ALLOWED, widths={("Questions", 3): 40.0})


def test_without_wishes_only_a_column_that_holds_an_edit_may_have_become_wider(tmp_path: Path) -> None:
    path = form(tmp_path / "q.xlsx")
    out, written = delivered(path, EDITS, widths={("Questions", 3): 40.0})
    assert prove_workbook(path, out, written, ALLOWED).written == 4
    for old, new, said in (
        ('min="3" max="3"', 'min="5" max="5"', "column 5 has other"),
        ('customWidth="1"', 'customWidth="1" hidden="1"', "column 3 has other"),
    ):
        bad = with_part(out, tmp_path / "bad.xlsx", SHEET, old.encode(), new.encode())
        with pytest.raises(QuestionnaireError, match=said):
            prove_workbook(path, bad, written, ALLOWED)


def test_a_file_that_openpyxl_cannot_open_is_read_by_our_own_reader_and_that_is_said(tmp_path: Path) -> None:
    broken = swapped("</styleSheet>", '<colors><mruColors><color rgb="oops"/></mruColors></colors></styleSheet>')
    path = repacked(
        form(tmp_path / "p.xlsx"), tmp_path / "q.xlsx", lambda name, data: broken(data) if name == STYLES else data
    )
    assert proved(path, EDITS).reader == "our own reader (openpyxl cannot open the file)"


def test_macros_threads_pivots_charts_and_x14_lists_stay_byte_for_byte(tmp_path: Path) -> None:
    plain = workbook(tmp_path / "p.xlsx", ROWS, others={"Lists": [["Yes"], ["No"]]})
    edits = [Edit(*PLACE, "Yes")]
    macro = macro_workbook(plain, tmp_path / "q.xlsm")
    thread = with_thread(plain, tmp_path / "t.xlsx", "C2")
    pivot = with_pivot(plain, tmp_path / "v.xlsx", "H1:I9")
    listed = with_x14_list(plain, tmp_path / "x.xlsx", "C2:C9", "Lists!$A$1:$A$2")
    for path, kept in ((macro, "vbaProject"), (thread, "threadedComment1"), (pivot, "pivotTable1"), (listed, "theme")):
        found = proved(path, edits)
        assert found.changed == (SHEET,)
        assert any(kept in name for name in members(path))
    assert "drop-downs and other validations: 1" in proved(listed, edits).checks[4]


def test_a_workbook_with_scores_and_a_chart_is_proved_and_its_stale_cells_are_listed(tmp_path: Path) -> None:
    path = scored_workbook(tmp_path / "q.xlsx")
    found = proved(path, [Edit("Ask", 3, 3, "Yes")])
    assert found.stale == (("Ask", "D3"), ("Score", "B2"), ("Score", "B3"))
    before, after = members(path), members(tmp_path / "out.xlsx")
    assert {name for name in before if before[name] != after[name]} <= {SHEET, CALC}
    assert "xl/charts/chart1.xml" in after
    for name in ("B2", "D3"):  # a question that is looked up, and a stale score: both keep their values
        value = re.search(rf'<c r="{name}".*?</c>'.encode(), before[SHEET])
        assert value
        assert value[0] in after[SHEET]


FORM = b'ID;Question;Answer\r\n1;"Do you; encrypt?";\r\n2;Do you test?;old\r\n'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"2;Do you test?", b'2;"Do you test?"', "line 3 differs"),
        (b"\r\n2;", b"\n2;", "line 2 ends otherwise"),
        (b"1;", b"7;", "A2 differs"),
        (b"old\r\n", b"old\r\nmore\r\n", "3 records became 4"),
        (b";We do.", b";We don't.", "C2 reads"),
        (b";We do.", b";", "C2 reads|C2 is empty"),
    ],
)
def test_each_kind_of_damage_to_a_csv_file_breaks_its_proof(old: bytes, new: bytes, said: str, tmp_path: Path) -> None:
    path, out = tmp_path / "q.csv", tmp_path / "o.csv"
    path.write_bytes(FORM)
    whole = FORM.replace(b'?";', b'?";We do.')
    edits = [Edit("q", 2, 3, "We do.")]
    out.write_bytes(whole)
    assert prove_csv(path, out, edits, {}).checks[1] == "only the 1 listed fields differ (9 compared)"
    assert old in whole
    out.write_bytes(whole.replace(old, new, 1))
    with pytest.raises(QuestionnaireError, match=f"failed its proof.*({said})"):
        prove_csv(path, out, edits, {})


def test_parts_with_prefixed_names_are_proved_as_well(tmp_path: Path) -> None:
    def prefixed(name: str, data: bytes) -> bytes:
        if name not in {SHEET, STYLES, CALC}:
            return data
        return re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", data).replace(b"xmlns=", b"xmlns:x=")

    path = repacked(form(tmp_path / "p.xlsx"), tmp_path / "q.xlsx", prefixed)
    edits = [*EDITS, Edit("Questions", 4, 3, "Yes", like=(3, 2))]
    out, written = delivered(path, edits, wrap=True, widths={("Questions", 3): 30.0})
    assert b"<x:cols><x:col " in members(out)[SHEET]
    found = prove_workbook(path, out, written, ALLOWED, widths={("Questions", 3): 30.0})
    assert (found.written, found.stale) == (5, (("Questions", "F2"),))


def test_two_thousand_answers_beside_merged_cells_are_written_and_proved_in_little_time(tmp_path: Path) -> None:
    rows = [["Question", "Answer"], *([f"Do you have control {n}?"] for n in range(2_000))]
    merges = [f"D{row}:E{row}" for row in range(2, 1_500)]
    path = workbook(tmp_path / "q.xlsx", [[*row, None, None, None] for row in rows], merges=merges)
    edits = [Edit("Questions", row, 2, "Yes, we do.", like=(row, 1)) for row in range(2, 2_002)]
    began = time.process_time()
    out, written = delivered(path, edits, wrap=True, widths={("Questions", 2): 40.0})
    wrote = time.process_time()
    prove_workbook(path, out, written, {}, widths={("Questions", 2): 40.0})
    assert wrote - began < 1.0  # 0.1 s here
    assert time.process_time() - wrote < 3.0  # 0.5 s here; comparing all edits with all merges takes longer


def test_a_copy_without_edits_is_proved_identical(tmp_path: Path) -> None:
    path = form(tmp_path / "q.xlsx")
    shutil.copy(path, tmp_path / "o.xlsx")
    found = prove_workbook(path, tmp_path / "o.xlsx", [], {})
    assert (found.same, found.changed, found.stale) == (found.total, (), ())
