"""Reading workbooks: drop-downs of every kind, locks, formulas, hostile files."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from workbooks import repacked, with_part, with_x14_list, workbook, yes

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire import fill, inspect
from rfp_responder.questionnaire.places import area, cell_name, place
from rfp_responder.questionnaire.xlsx import read

ROWS = [["Question", "Answer", "Comments"], ["Do you encrypt data?"], ["Do you test backups?"]]


def choices(path: Path) -> list[tuple[str, ...]]:
    return [item.choices for item in inspect(path).items]


def test_an_inline_list_gives_the_choices_of_each_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path / "q.xlsx", ROWS, lists={"B2": ["Yes", "No"], "B3": ["Yes", "No", "N/A"]})
    assert choices(path) == [("Yes", "No"), ("Yes", "No", "N/A")]


def test_a_range_and_a_named_range_give_the_choices(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "q.xlsx",
        ROWS,
        lists={"B2": "=Lists!$A$1:$A$2", "B3": "=Replies"},
        others={"Lists": [["Yes"], ["No"], ["Partly"]]},
        names={"Replies": "=Lists!$A$1:$A$3"},
    )
    assert choices(path) == [("Yes", "No"), ("Yes", "No", "Partly")]


def test_an_x14_list_on_another_sheet_gives_the_choices(tmp_path: Path) -> None:
    plain = workbook(tmp_path / "p.xlsx", ROWS, others={"My Lists": [["Yes"], ["No"]]})
    path = with_x14_list(plain, tmp_path / "q.xlsx", "B2:B3", "'My Lists'!$A$1:$A$2")
    assert choices(path) == [("Yes", "No"), ("Yes", "No")]


def test_a_list_that_needs_computing_leaves_the_cell_blank_and_says_so(tmp_path: Path) -> None:
    path = workbook(tmp_path / "q.xlsx", ROWS, lists={"B2:B3": '=INDIRECT("Lists")'})
    assert all("INDIRECT" in item.unwritable for item in inspect(path).items)


def test_a_validation_over_the_whole_sheet_is_tested_and_never_expanded(tmp_path: Path) -> None:
    plain = workbook(tmp_path / "p.xlsx", ROWS, lists={"B2:B3": ["Yes", "No"]})
    path = with_part(
        plain, tmp_path / "q.xlsx", "xl/worksheets/sheet1.xml", b'sqref="B2:B3"', b'sqref="B2:B3 N1:XFD1048576"'
    )
    assert choices(path) == [("Yes", "No"), ("Yes", "No")]


def test_locked_cells_of_a_protected_sheet_are_not_offered(tmp_path: Path) -> None:
    items = inspect(workbook(tmp_path / "q.xlsx", ROWS, protect_but=["B2"])).items
    assert items[0].blocked == ""
    assert "locked" in items[1].blocked


def test_a_question_that_is_a_formula_is_read_from_its_cached_value(tmp_path: Path) -> None:
    formulas = {"A2": ("=Texts!A1", "Do you encrypt backups?"), "A3": ("=Texts!A2", "Is MFA used?")}
    path = workbook(tmp_path / "q.xlsx", ROWS, formulas=formulas)
    assert [item.question.text for item in inspect(path).items] == ["Do you encrypt backups?", "Is MFA used?"]


def test_a_question_whose_formula_was_never_computed_is_reported_unanswered(tmp_path: Path) -> None:
    plain = workbook(tmp_path / "p.xlsx", ROWS, formulas={"A2": ("=Texts!A1", "gone")})
    path = with_part(plain, tmp_path / "q.xlsx", "xl/worksheets/sheet1.xml", b"<v>gone</v>", b"")
    report = fill(path, tmp_path / "o.xlsx", yes)
    assert [(row.row, row.status) for row in report.rows[1:]] == [(2, "unanswered"), (3, "answered")]
    assert "without a cached value" in report.rows[1].notes[0]


def test_a_formula_in_the_answer_cell_blocks_it(tmp_path: Path) -> None:
    path = workbook(tmp_path / "q.xlsx", ROWS, formulas={"B2": ('="copied"', "copied")})
    assert [item.blocked for item in inspect(path).items] == ["B2 holds a formula", ""]


def test_numbers_dates_and_rich_text_read_as_a_person_sees_them(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "q.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_number("A1", 3)
    sheet.write_number("A2", 1.1)
    sheet.write_datetime("A3", datetime(2024, 5, 6), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_rich_string("A4", "one ", book.add_format({"bold": True}), "two", " three")
    sheet.write_boolean("A5", True)
    book.close()
    grid = read(path)[0]
    assert [grid.text(row, 1) for row in range(1, 6)] == ["3", "1.1", "2024-05-06", "one two three", "TRUE"]


def ole(words: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + words.encode("utf-16-le") + bytes(512)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (ole("EncryptedPackage"), "encrypted with a password"),
        (ole("Workbook"), "old binary"),
        (b"PK\x03\x04 cut off", "no readable Office file"),
        (b"", "no readable Office file"),
        (b"just words", "no readable Office file"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_in_one_line(data: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "q.xlsx"
    path.write_bytes(data)
    with pytest.raises(QuestionnaireError, match=says) as fault:
        inspect(path)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("suffix", [".xls", ".xlsb", ".pdf", ""])
def test_an_unsupported_suffix_is_refused_with_the_remedy(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"q{suffix}"
    path.write_bytes(b"anything")
    with pytest.raises(QuestionnaireError, match=r"expected one of \.csv, \.docx"):
        inspect(path)


def test_a_zip_bomb_is_refused_before_it_is_inflated(tmp_path: Path) -> None:
    path = tmp_path / "q.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", bytes(40 << 20))
    with pytest.raises(QuestionnaireError, match="unpacks from"):
        inspect(path)


def test_entities_are_refused(tmp_path: Path) -> None:
    plain = workbook(tmp_path / "p.xlsx", ROWS)
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet'
    path = with_part(plain, tmp_path / "q.xlsx", "xl/worksheets/sheet1.xml", b"<worksheet", bomb)
    with pytest.raises(QuestionnaireError, match="document type"):
        inspect(path)


def test_broken_xml_and_missing_parts_are_refused_with_their_name(tmp_path: Path) -> None:
    plain = workbook(tmp_path / "p.xlsx", ROWS)
    broken = with_part(plain, tmp_path / "b.xlsx", "xl/worksheets/sheet1.xml", b"</sheetData>", b"")
    with pytest.raises(QuestionnaireError, match="broken XML"):
        inspect(broken)
    lost = repacked(plain, tmp_path / "l.xlsx", lambda name, data: None if "sheet1.xml" in name else data)
    with pytest.raises(QuestionnaireError, match="0 worksheets"):
        inspect(lost)


def test_places_are_one_based_and_round_trip() -> None:
    assert place("AB12") == (12, 28)
    assert cell_name(12, 28) == "AB12"
    whole = area("A:B")
    assert whole is not None
    assert whole.holds(1_048_576, 2)
    assert not whole.holds(1, 3)


def test_the_number_of_cells_and_characters_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rfp_responder.questionnaire import sheetxml, xlsx

    path = workbook(tmp_path / "q.xlsx", ROWS)
    for limit, says in (("MAX_CELLS", "3 cells"), ("MAX_FILLED", "3 cells with a value"), ("MAX_TAGS", "3 tags")):
        with monkeypatch.context() as patch:
            patch.setattr(sheetxml, limit, 3)
            with pytest.raises(QuestionnaireError, match=f"more than {says}"):
                inspect(path)
    monkeypatch.setattr(xlsx, "MAX_TEXT", 10)
    with pytest.raises(QuestionnaireError, match="characters, the limit is 10"):
        inspect(path)


def test_a_name_of_one_sheet_is_found_where_a_chart_sheet_stands_before(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "q.xlsx"
    book = xlsxwriter.Workbook(str(path))
    lists = book.add_worksheet("Lists")
    lists.write_column(0, 0, ["Yes", "No"])
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Lists!$A$1:$A$2"})
    book.add_chartsheet("Chart").set_chart(chart)
    form = book.add_worksheet("Form")
    for row, values in enumerate([["ID", "Question", "Answer"], [1, "Do you encrypt?"], [2, "Do you test?"]]):
        form.write_row(row, 0, values)
    form.data_validation("C2:C3", {"validate": "list", "source": "=Answers"})
    book.define_name("Form!Answers", "=Lists!$A$1:$A$2")
    book.close()
    assert [item.choices for item in inspect(path).items] == [("Yes", "No")] * 2
