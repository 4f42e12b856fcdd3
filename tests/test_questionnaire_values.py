"""Cells that take no sentence: numbers, percentages, dates, several values, references; and how long a text may be."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from workbooks import CITATION, OTHER, answer_to, workbook

from rfp_responder.domain import Answer, Question
from rfp_responder.questionnaire import Options, Report, fill, inspect

HEAD = ["ID", "Question", "Answer", "Comments"]


def told(text: str, **more: object) -> Answer:
    return answer_to(Question("", ""), text, **more)  # type: ignore[arg-type]


def numbers(tmp_path: Path, question: str, rule: dict[str, object], percent: bool = False) -> Path:
    """A workbook with one question whose answer cell takes a number or a date only."""
    path = tmp_path / "q.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Questions")
    sheet.write_row(0, 0, HEAD)
    for row in (1, 2, 3):
        sheet.write_row(row, 0, [row, question if row == 1 else f"Do you test control {row}?"])
    sheet.data_validation("C2", rule)
    if percent:
        sheet.write_blank("C2", None, book.add_format({"num_format": "0.00%"}))
    book.close()
    return path


WHOLE = {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 365}
DAY = {"validate": "date", "criteria": ">", "value": 1}


def filled(path: Path, tmp_path: Path, text: str) -> tuple[Report, dict[str, object]]:
    out = tmp_path / "o.xlsx"
    report = fill(path, out, lambda question: told(text) if "2?" not in question.text else told("We do so."))
    sheet = openpyxl.load_workbook(out)["Questions"]
    return report, {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None}


def test_a_number_is_taken_out_of_the_answer_and_the_sentence_goes_to_the_comment(tmp_path: Path) -> None:
    path = numbers(tmp_path, "For how many days are backups kept?", WHOLE)
    assert inspect(path).items[0].shape == "number"
    report, cells = filled(path, tmp_path, "Backups are kept for 35 days in 2 regions.")
    assert str(cells["C2"]) == "35"
    assert str(cells["D2"]).startswith("Backups are kept for 35 days")
    assert report.rows[1].status == "answered"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Backups are kept for 35 days, logs for 90 days.", "no single one"),
        ("Backups are kept for a long time.", "no single one"),
        ("Backups are kept for 400 days.", "outside of what C2 takes"),
    ],
)
def test_a_cell_for_a_number_stays_blank_where_the_answer_gives_none_or_two(
    text: str, said: str, tmp_path: Path
) -> None:
    path = numbers(tmp_path, "For how many days are backups kept?", WHOLE)
    report, cells = filled(path, tmp_path, text)
    assert "C2" not in cells
    assert report.rows[1].status == "partial"
    assert any(said in note for note in report.rows[1].notes)


def test_a_date_is_taken_out_of_the_answer(tmp_path: Path) -> None:
    path = numbers(tmp_path, "When does the certificate end?", DAY)
    assert inspect(path).items[0].shape == "date"
    _, cells = filled(path, tmp_path, "The certificate is valid until 11 February 2027.")
    assert str(cells["C2"]).startswith(("2027-02-11", "46429"))


REGIONS = ["EU", "United States", "Asia Pacific"]


def test_of_a_list_that_takes_several_values_each_that_is_named_is_written(tmp_path: Path) -> None:
    rows = [HEAD, ["1", "In which regions is data hosted? Select all that apply."], ["2", "Do you host data?"]]
    path = workbook(tmp_path / "q.xlsx", rows, lists={"C2": REGIONS, "C3": REGIONS})
    text = "Data is hosted in the EU and Asia Pacific, but not in the United States."
    report = fill(path, tmp_path / "o.xlsx", lambda question: told(text))
    assert (report.rows[1].choice, report.rows[1].shape) == ("EU, Asia Pacific", "several")
    assert openpyxl.load_workbook(tmp_path / "o.xlsx")["Questions"]["C2"].value == "EU, Asia Pacific"


def test_places_go_to_the_column_for_references_and_not_into_the_text(tmp_path: Path) -> None:
    rows = [
        ["Req", "Requirement", "Compliance", "Remarks", "Proposal reference"],
        ["R1", "The system must log access."],
    ]
    rows += [["R2", "The system must keep logs."]]
    path = workbook(tmp_path / "q.xlsx", rows, lists={"C2:C3": ["Comply", "Partially", "Exception"]})
    assert inspect(path).sheets[0].reference_column == "E"
    fill(path, tmp_path / "o.xlsx", lambda q: answer_to(q, choice="Comply", citations=(CITATION, OTHER)))
    sheet = openpyxl.load_workbook(tmp_path / "o.xlsx")["Questions"]
    assert [sheet[cell].value for cell in ("C2", "D2", "E2")] == [
        "Comply",
        "We do so.",
        "security-whitepaper.pdf p. 3; dpa.pdf p. 7",
    ]


@pytest.mark.parametrize(
    ("header", "limit", "most"),
    [
        ("Word limit", 12, (12, None)),
        ("Max. characters", 40, (None, 40)),
        ("Limit", "30 words", (30, None)),
        ("Answer limit", "200 characters", (None, 200)),
    ],
)
def test_a_column_may_say_how_long_an_answer_may_be(
    header: str, limit: object, most: tuple[int | None, int | None], tmp_path: Path
) -> None:
    rows = [
        ["ID", "Question", header, "Answer"],
        ["1", "Describe your backups.", limit],
        ["2", "Describe logs.", limit],
    ]
    item = inspect(workbook(tmp_path / "q.xlsx", rows)).items[0]
    assert (item.question.max_words, item.question.max_characters) == most


def test_citations_count_against_the_limit_and_go_first(tmp_path: Path) -> None:
    rows = [["ID", "Question", "Word limit", "Answer"], ["1", "Describe your backups.", 5], ["2", "Describe logs.", 2]]
    path, out = workbook(tmp_path / "q.xlsx", rows), tmp_path / "o.xlsx"
    report = fill(path, out, answer_to)
    sheet = openpyxl.load_workbook(out)["Questions"]
    assert (sheet["D2"].value, sheet["D3"].value) == ("We do so.", None)
    assert report.rows[2].status == "unanswered"
    assert any("the limit is 2" in note for note in report.rows[2].notes)


def test_a_file_that_is_asked_for_is_left_to_a_person_and_the_nearest_named(tmp_path: Path) -> None:
    rows = [["ID", "Question", "Type", "Response"], ["1", "Provide your SOC 2 report.", "Attachment"]]
    rows += [["2", "Do you encrypt data?", "Text"]]
    report = fill(workbook(tmp_path / "q.xlsx", rows), tmp_path / "o.xlsx", answer_to)
    assert (report.rows[1].status, report.rows[1].shape) == ("unanswered", "attachment")
    assert any("security-whitepaper.pdf p. 3" in note for note in report.rows[1].notes)


def test_a_column_for_evidence_is_added_only_when_asked_for(tmp_path: Path) -> None:
    rows = [["ID", "Question", "Answer"], ["1", "Do you encrypt data?"], ["2", "Do you test backups?"]]
    path, out = workbook(tmp_path / "q.xlsx", rows, lists={"C2:C3": ["Yes", "No"]}), tmp_path / "o.xlsx"
    answer = lambda question: answer_to(question, choice="Yes")  # noqa: E731
    fill(path, out, answer)
    assert openpyxl.load_workbook(out)["Questions"].max_column == 3
    fill(path, out, answer, options=Options(evidence_columns=True))
    sheet = openpyxl.load_workbook(out)["Questions"]
    assert (sheet["D1"].value, sheet["D2"].value) == (
        "Comment and evidence",
        "We do so. [security-whitepaper.pdf p. 3]",
    )
