"""Which kept values are stale after writing: followed through formulas, names and tables, and never too few."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import xlsxwriter
from workbook_parts import scored_workbook, swapped, with_parts

from rfp_responder.questionnaire.model import Edit
from rfp_responder.questionnaire.package import opened
from rfp_responder.questionnaire.stale import Stale, stale_cells
from rfp_responder.questionnaire.xlsx import read_workbook


def stale(path: Path, *edits: tuple[str, int, int]) -> Stale:
    with opened(path) as package:
        written = [Edit(sheet, row, column, "x") for sheet, row, column in edits]
        return stale_cells(package, read_workbook(package, path.name), written)


def formulas(path: Path, cells: dict[str, str], names: dict[str, str] | None = None, **sheets: dict[str, str]) -> Path:
    """A workbook with formulas (all with the kept value 1) on sheet A and on others."""
    book = xlsxwriter.Workbook(str(path))
    for name, content in {"A": cells, **sheets}.items():
        sheet = book.add_worksheet(name)
        for cell, formula in content.items():
            sheet.write_formula(cell, formula, None, 1)
    for name, target in (names or {}).items():
        book.define_name(name, target)
    book.close()
    return path


def test_a_score_is_stale_through_two_steps_and_a_looked_up_question_is_not(tmp_path: Path) -> None:
    found = stale(scored_workbook(tmp_path / "q.xlsx"), ("Ask", 3, 3))
    assert found.cells == (("Ask", "D3"), ("Score", "B2"), ("Score", "B3"))
    assert (found.unsure, found.formulas) == (0, 10)


def test_nothing_written_makes_nothing_stale(tmp_path: Path) -> None:
    assert stale(formulas(tmp_path / "q.xlsx", {"B1": "=INDIRECT(A1)"})) == Stale(formulas=1)


@pytest.mark.parametrize(
    ("formula", "depends"),
    [
        ("=C3", True),
        ("=$C$3", True),
        ("=C4", False),
        ("=SUM(B2:D9)", True),
        ("=SUM(B4:D9)", False),
        ("=COUNTA(C:C)", True),
        ("=COUNTA($D:$F)", False),
        ("=COUNTA(2:3)", True),
        ("=COUNTA(4:5)", False),
        ('="C3"', False),
        ('=B1&" see C3"', False),
        ("=A!C3", True),
        ("='B b'!C3", False),
        ("='B b'!C3+A!C3", True),
        ("=LOG10(1)+1E3", False),
        ("=answers", True),
        ("=SUM(both)", True),
        ("=elsewhere", False),
        ("=B2:INDEX(D:D,9)", True),
        ("=OFFSET(A1,1,1)", True),
        ('=INDIRECT("C"&3)', True),
    ],
)
def test_references_of_every_kind_are_followed(formula: str, depends: bool, tmp_path: Path) -> None:
    names = {"answers": "=A!$C$2:$C$9", "both": "=answers", "elsewhere": "='B b'!$C$3"}
    path = formulas(tmp_path / "q.xlsx", {"J40": formula}, names, **{"B b": {}})
    assert bool(stale(path, ("A", 3, 3)).cells) is depends


def test_a_sheet_range_reads_every_sheet_between(tmp_path: Path) -> None:
    path = formulas(tmp_path / "q.xlsx", {"J4": "=SUM(B:D!C3)"}, None, B={}, C={}, D={}, E={})
    assert stale(path, ("C", 3, 3)).cells == (("A", "J4"),)
    assert stale(path, ("E", 3, 3)).cells == ()


def test_copies_of_a_shared_formula_move_with_their_row(tmp_path: Path) -> None:
    plain = formulas(tmp_path / "p.xlsx", {"D2": "=C2+$C$9", "D3": "=0", "D4": "=0"})
    shared = {
        "<f>C2+$C$9</f>": '<f t="shared" ref="D2:D4" si="0">C2+$C$9</f>',
        '<c r="D3"><f>0</f>': '<c r="D3"><f t="shared" si="0"/>',
        '<c r="D4"><f>0</f>': '<c r="D4"><f t="shared" si="0"/>',
    }

    def change(data: bytes) -> bytes:
        for old, new in shared.items():
            data = swapped(old, new)(data)
        return data

    path = with_parts(plain, tmp_path / "q.xlsx", {}, {"xl/worksheets/sheet1.xml": change})
    assert stale(path, ("A", 3, 3)).cells == (("A", "D3"),)
    assert stale(path, ("A", 9, 3)).cells == (("A", "D2"), ("A", "D3"), ("A", "D4"))
    assert stale(path, ("A", 10, 3)).cells == ()


def test_a_row_of_a_table_depends_on_its_own_row_and_a_total_on_its_column(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "q.xlsx"))
    sheet = book.add_worksheet("A")
    columns = [{"header": "Answer"}, {"header": "Note"}, {"header": "Points"}]
    sheet.add_table("A1:C4", {"name": "Asked", "columns": columns})
    for row in (2, 3, 4):
        sheet.write_formula(f"C{row}", '=IF(Asked[[#This Row],[Answer]]="Yes",1,0)', None, 0)
    sheet.write_formula("E1", "=SUM(Asked[Points])", None, 0)
    sheet.write_formula("E2", "=COUNTA(Asked[Note])", None, 0)
    sheet.write_formula("E3", "=ROWS(Asked)", None, 0)
    book.close()
    assert stale(tmp_path / "q.xlsx", ("A", 3, 1)).cells == (("A", "E1"), ("A", "C3"), ("A", "E3"))


def test_all_cells_of_an_array_formula_are_stale_and_so_is_what_reads_them(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "q.xlsx"))
    sheet = book.add_worksheet("A")
    sheet.write_array_formula("D1:D3", "{=A1:A3*2}", None, 0)
    sheet.write_formula("F1", "=D3", None, 0)
    book.close()
    assert [cell for _, cell in stale(tmp_path / "q.xlsx", ("A", 1, 1)).cells] == ["D1", "F1", "D2", "D3"]


def test_a_formula_that_may_read_any_cell_is_counted_as_unsure(tmp_path: Path) -> None:
    path = formulas(tmp_path / "q.xlsx", {"B1": '=INDIRECT("Z9")', "B2": "=B1", "B3": "=Z1"})
    found = stale(path, ("A", 5, 5))
    assert (found.cells, found.unsure) == ((("A", "B1"), ("A", "B2")), 1)


def test_a_formula_without_a_kept_value_is_no_stale_cell_but_passes_it_on(tmp_path: Path) -> None:
    plain = formulas(tmp_path / "p.xlsx", {"B1": "=A1", "B2": "=B1"})
    change = swapped("<f>A1</f><v>1</v>", "<f>A1</f>")
    path = with_parts(plain, tmp_path / "q.xlsx", {}, {"xl/worksheets/sheet1.xml": change})
    assert stale(path, ("A", 1, 1)).cells == (("A", "B2"),)


def test_names_that_name_themselves_and_formulas_in_a_circle_come_to_an_end(tmp_path: Path) -> None:
    names = {"one": "=two+two", "two": "=one+A!$A$1"}
    path = formulas(tmp_path / "q.xlsx", {"B1": "=one", "C1": "=D1+A1", "D1": "=C1"}, names)
    assert [cell for _, cell in stale(path, ("A", 1, 1)).cells] == ["B1", "C1", "D1"]


def test_eighteen_thousand_formulas_in_a_chain_take_little_time(tmp_path: Path) -> None:
    rows = range(2, 18_002)
    path = formulas(tmp_path / "q.xlsx", {f"F{row}": f"=F{row - 1}+SUM($D$1:D{row})+COUNTA(B:B)" for row in rows})
    began = time.process_time()
    found = stale(path, *(("A", row, 4) for row in range(1, 5_001)))
    assert len(found.cells) == 18_000
    assert time.process_time() - began < 4.0  # 1.2 s here; comparing each cell with each area takes minutes
