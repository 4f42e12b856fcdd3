"""Word questionnaires: tables found, answers put in with the cell's look, every other part untouched."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from workbooks import answer_to, members, with_part, word_form, yes

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire import fill, inspect

FORM = [["#", "Question", "Response"], [1, "Do you encrypt data?", None], [2, "Do you test backups?", None]]
CITED = "We do so. [security-whitepaper.pdf p. 3]"


def table(path: Path) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in docx.Document(str(path)).tables[0].rows]


def test_a_table_is_found_and_filled(tmp_path: Path) -> None:
    path, out = word_form(tmp_path / "q.docx", FORM), tmp_path / "o.docx"
    sheet = inspect(path).sheets[0]
    assert (sheet.sheet, sheet.header_rows, sheet.question_column, sheet.answer_column) == ("Table 1", (1,), "B", "C")
    report = fill(path, out, answer_to)
    assert table(out) == [[str(v) for v in FORM[0]], ["1", FORM[1][1], CITED], ["2", FORM[2][1], CITED]]
    assert [row.cell for row in report.rows] == ["C1", "C2", "C3"]


def test_only_the_document_part_changes(tmp_path: Path) -> None:
    path, out = word_form(tmp_path / "q.docx", FORM), tmp_path / "o.docx"
    fill(path, out, answer_to)
    before, after = members(path), members(out)
    assert list(before) == list(after)
    assert [name for name in before if before[name] != after[name]] == ["word/document.xml"]


def test_the_look_of_the_cell_is_kept_and_a_placeholder_replaced(tmp_path: Path) -> None:
    path, out = tmp_path / "q.docx", tmp_path / "o.docx"
    document = docx.Document(str(word_form(path, FORM)))
    run = document.tables[0].cell(1, 2).paragraphs[0].add_run("Click here to enter text.")
    run.italic = True
    document.save(str(path))
    fill(path, out, answer_to)
    runs = docx.Document(str(out)).tables[0].cell(1, 2).paragraphs[0].runs
    assert [(run.text, run.italic) for run in runs] == [(CITED, True)]


def test_lines_of_an_answer_become_lines(tmp_path: Path) -> None:
    path, out = word_form(tmp_path / "q.docx", FORM), tmp_path / "o.docx"
    fill(path, out, lambda question: answer_to(question, "one\ntwo"))
    assert table(out)[1][2].startswith("one\ntwo [")


def test_cells_inside_content_controls_are_seen_and_filled(tmp_path: Path) -> None:
    import re

    plain = word_form(tmp_path / "p.docx", FORM)
    xml = members(plain)["word/document.xml"]
    last = list(re.finditer(rb"<w:tc>.*?</w:tc>", xml, re.DOTALL))[5][0]
    place = xml.index(last, xml.index(b"Do you encrypt"))
    cell = xml[place : xml.index(b"</w:tc>", place) + 7]
    path = with_part(
        plain,
        tmp_path / "q.docx",
        "word/document.xml",
        xml,
        xml[:place] + b"<w:sdt><w:sdtContent>" + cell + b"</w:sdtContent></w:sdt>" + xml[place + len(cell) :],
    )
    report = fill(path, tmp_path / "o.docx", answer_to)
    assert report.totals["answered"] == 2
    assert members(tmp_path / "o.docx")["word/document.xml"].count(b"We do so.") == 2


def test_tracked_changes_in_the_answer_cell_are_left_alone(tmp_path: Path) -> None:
    from docx.oxml import OxmlElement

    path, out = tmp_path / "q.docx", tmp_path / "o.docx"
    document = docx.Document(str(word_form(path, FORM)))
    document.tables[0].cell(1, 2).paragraphs[0]._p.append(OxmlElement("w:del"))
    document.save(str(path))
    report = fill(path, out, answer_to)
    assert table(out)[1][2] == ""
    assert (report.rows[1].status, report.rows[1].notes) == ("not_required", ("the cell holds tracked changes",))


def test_merged_section_rows_are_headings(tmp_path: Path) -> None:
    path = tmp_path / "q.docx"
    rows = [FORM[0], ["Security", None, None], *FORM[1:]]
    document = docx.Document(str(word_form(path, rows)))
    cells = document.tables[0].rows[1].cells
    cells[0].merge(cells[2])
    document.save(str(path))
    assert [(item.row, item.question.section) for item in inspect(path).items] == [(3, "Security"), (4, "Security")]


def test_a_document_without_tables_and_a_broken_one_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "q.docx"
    docx.Document().save(str(path))
    with pytest.raises(QuestionnaireError, match="holds no questions"):
        fill(path, tmp_path / "o.docx", yes)
    path.write_bytes(b"PK\x05\x06" + bytes(18))
    with pytest.raises(QuestionnaireError, match="no readable Word document"):
        inspect(path)
