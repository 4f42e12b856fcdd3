"""Workbooks and CSV files in."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfp_responder.errors import DocumentError
from rfp_responder.ingest import read
from rfp_responder.ingest import sheet as module
from rfp_responder.ingest.numbers import shown
from rfp_responder.ingest.sheet import read_csv, read_workbook
from tests.makers import file
from tests.office import OLE, book, headed, zipped

PLANS = (("Plan", "Uptime", "Credit"), ("Gold", 0.999, 10), ("Free", None, 0))


def text(path: Path) -> str:
    return read_workbook(path).pages[0].text


def test_a_sheet_is_a_page_whose_rows_name_their_columns(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"SLA": PLANS, "Empty": (), "Hours": (("Day", "Open"), ("Monday", "8-18"))})
    sla, hours = read_workbook(path).pages
    assert (sla.number, sla.label, headed(sla)) == (1, "SLA", [(1, "SLA")])
    assert sla.text == "SLA\nPlan: Gold\tUptime: 0.999\tCredit: 10\nPlan: Free\tCredit: 0"
    assert (hours.number, hours.label, hours.text) == (2, "Hours", "Hours\nDay\tOpen\nMonday\t8-18")


def test_a_sheet_without_a_name_of_its_own_gives_no_heading(tmp_path: Path) -> None:
    assert text(book(tmp_path / "a.xlsx", {"Sheet1": PLANS})).startswith("Plan: Gold")


def test_titles_above_and_within_a_table_are_headings(tmp_path: Path) -> None:
    rows = (("Service levels",), ("The numbers of 2025.",), *PLANS[:2], ("Support",), ("Chat", 1, 2))
    page = read_workbook(book(tmp_path / "a.xlsx", {"Sheet1": rows})).pages[0]
    assert headed(page) == [(2, "Service levels"), (2, "Support")]
    assert page.text.endswith("Support\nPlan: Chat\tUptime: 1\tCredit: 2")


def test_a_label_names_the_value_beside_it_and_is_no_header(tmp_path: Path) -> None:
    rows = (("Project:", "Brick", "Phase 1"), *PLANS)
    assert text(book(tmp_path / "a.xlsx", {"Sheet1": rows})).startswith("Project:\tBrick\tPhase 1\nPlan: Gold")


def test_a_second_table_in_bold_below_an_empty_row_has_its_own_names(tmp_path: Path) -> None:
    rows = (*PLANS, (), ("Level", "Reply", "Repair"), ("1", "1 h", "4 h"))
    assert text(book(tmp_path / "a.xlsx", {"Sheet1": rows}, bold=[1, 5])).endswith("Level: 1\tReply: 1 h\tRepair: 4 h")


def test_a_long_sheet_is_cut_into_pages_that_tell_their_rows(tmp_path: Path) -> None:
    rows = (("Item", "Owner"), *((f"i{n}", "x") for n in range(2, 452)))
    pages = read_workbook(book(tmp_path / "a.xlsx", {"Assets": rows})).pages
    assert [page.label for page in pages] == ["Assets rows 1-200", "Assets rows 201-400", "Assets rows 401-451"]
    assert pages[1].text.startswith("Assets\nItem\tOwner\ni201\tx")
    assert pages[2].text.endswith("i451\tx")


def test_values_read_as_a_person_sees_them(tmp_path: Path) -> None:
    rows = (("What", "How", "Much"), ("share", 0.12, 3.0), ("day", date(2025, 3, 1), True), ("sum", 1234.5, 0.125))
    looks = {"B2": "0%", "B4": '"$"#,##0.00', "C4": "0.0%", "B3": "dd/mm/yy"}
    assert text(book(tmp_path / "a.xlsx", {"Sheet1": rows}, formats=looks)).split("\n") == [
        "What: share\tHow: 12%\tMuch: 3",
        "What: day\tHow: 2025-03-01\tMuch: TRUE",
        "What: sum\tHow: $1,234.50\tMuch: 12.5%",
    ]


@pytest.mark.parametrize(
    ("value", "look", "seen"),
    [
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (2.5, "0", "3"),
        (7, "000", "007"),
        (-1234, "#,##0", "-1,234"),
        (99.95, '0.00" %"', "99.95 %"),
        (5, "0 [$EUR]", "5 EUR"),
        (1e20, "0", "1e+20"),
        (float("nan"), "0", "nan"),
        (0.5, "# ?/?", "0.5"),
        (datetime(2025, 3, 1, 9, 30), "", "2025-03-01 09:30"),
        (datetime(2025, 3, 1), "", "2025-03-01"),
        ("a_x000D_b", "", "a b"),
        (None, "", ""),
    ],
)
def test_number_formats_that_change_what_is_read_are_followed(value: object, look: str, seen: str) -> None:
    assert shown(value, look) == seen


def test_hidden_sheets_are_read_and_said(tmp_path: Path) -> None:
    content = read_workbook(book(tmp_path / "a.xlsx", {"Open": PLANS, "Notes": (("a", "b"),)}, hidden=["Notes"]))
    assert [page.label for page in content.pages] == ["Open", "Notes"]
    assert content.notes == ("sheet Notes is hidden and was read too",)


def test_formulas_without_a_computed_value_and_errors_are_counted(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.active.append(["Name", "=1+1"])
    made.active.append(["Sum", "=SUM(A1:A2)"])
    made.active.append(["Bad", "#REF!"])
    made.save(tmp_path / "a.xlsx")
    assert read_workbook(tmp_path / "a.xlsx").notes == (
        "2 formulas hold no computed value: open it in Excel and save it again",
        "1 cells hold an error such as #REF! and were left out",
    )


def test_computed_values_are_read_for_their_formulas(tmp_path: Path) -> None:
    made = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = made.add_worksheet()
    sheet.write_row(0, 0, ["Total", "Sum"])
    sheet.write_formula("B2", "=6*7", None, 42)
    sheet.write("A2", "all")
    made.close()
    content = read_workbook(tmp_path / "a.xlsx")
    assert (content.pages[0].text, content.notes) == ("Total\tSum\nall\t42", ())


def test_what_is_over_the_limit_is_left_out_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CELLS", 6)
    content = read_workbook(book(tmp_path / "a.xlsx", {"S": PLANS}))
    assert content.pages[0].text == "S\nPlan: Gold\tUptime: 0.999\tCredit: 10"
    assert content.notes == ("S was read up to row 2: at most 6 filled cells and 200,000 rows are read",)


def test_a_stray_cell_far_below_costs_little(tmp_path: Path) -> None:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
        "</sheetData></worksheet>"
    )
    path = book(tmp_path / "a.xlsx", {"S": (("x",),)})
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    again = zipped(tmp_path / "b.xlsx", {**parts, "xl/worksheets/sheet1.xml": sheet})
    assert text(again) == "S\n1"


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_of_a_csv_is_found(sign: str, tmp_path: Path) -> None:
    rows = (("Plan", "Uptime", "Note"), ("Gold", "99.9", '"a, b; c"'), ("Free", "9", "none"))
    path = file(tmp_path / "a.csv", "\n".join(sign.join(row) for row in rows))
    assert read_csv(path).pages[0].text == "Plan: Gold\tUptime: 99.9\tNote: a, b; c\nPlan: Free\tUptime: 9\tNote: none"


def test_a_csv_is_a_document_with_a_page(tmp_path: Path) -> None:
    found = read(file(tmp_path / "asset-list.csv", "Item,Owner\nLaptop,IT\n"), "asset-list.csv")
    assert (found.title, found.media_type, found.pages[0].label) == ("asset list", "text/csv", "1")
    assert (
        read(file(tmp_path / "a.tsv", "Item\tOwner\nLaptop\tIT\n"), "a.tsv").pages[0].text == "Item\tOwner\nLaptop\tIT"
    )


def test_what_is_no_workbook_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="encrypted or of the legacy format"):
        read_workbook(file(tmp_path / "a.xlsx", OLE))
    with pytest.raises(DocumentError, match="is damaged or no Excel workbook") as caught:
        read_workbook(zipped(tmp_path / "b.xlsx", {"xl/workbook.xml": "<w/>"}))
    assert "\n" not in str(caught.value)
    with pytest.raises(DocumentError, match="holds no filled cell"):
        read_workbook(book(tmp_path / "c.xlsx", {"S": ()}))
    with pytest.raises(DocumentError, match="is no readable CSV"):
        read_csv(file(tmp_path / "d.csv", '"' + "x" * 200_000))


cells = st.lists(st.one_of(st.none(), st.integers(-999, 999), st.text("abc XYZ.:", max_size=8)), min_size=1, max_size=5)


@given(st.lists(cells, min_size=1, max_size=12))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_value_below_the_names_of_columns_is_lost(tmp_path: Path, rows: list[list[object]]) -> None:
    texts = [[" ".join(str(v).split()) for v in row if v is not None and str(v).strip()] for row in rows]
    if not any(texts):
        return
    found = text(book(tmp_path / "p.xlsx", {"Sheet1": rows}))
    assert sum(1 for row in texts if any(value.rstrip(" :") not in found for value in row)) <= 1
