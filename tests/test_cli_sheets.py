"""``rfp answer`` and ``rfp inspect`` on the command line: nothing of the customer's is ever lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rfp_responder.cli import run

Captured = pytest.CaptureFixture[str]
SHEET = "Id,Question,Answer\n1,Do you encrypt data at rest?,\n2,How long are backups kept?,\n"


@pytest.fixture
def sheet(hashing_index: Path) -> Path:
    """A questionnaire beside an index."""
    path = hashing_index.parent / "asked.csv"
    path.write_text(SHEET, "utf-8")
    return path


@pytest.mark.parametrize("options", [["--report", "asked.csv"], ["-o", "asked.csv"], ["--report", "./asked.csv"]])
def test_the_questionnaire_is_never_written_over(options: list[str], sheet: Path, capsys: Captured) -> None:
    assert run(["answer", "asked.csv", *options]) == 1
    assert "is the questionnaire itself" in capsys.readouterr().err
    assert sheet.read_text("utf-8") == SHEET


def test_the_report_is_never_written_over_the_filled_file(sheet: Path, capsys: Captured) -> None:
    assert run(["answer", "asked.csv", "-o", "out.csv", "--report", "out.csv"]) == 1
    assert "is the filled file itself" in capsys.readouterr().err
    assert not (sheet.parent / "out.csv").exists()


@pytest.mark.parametrize("option", ["-o", "--report"])
def test_a_folder_as_output_is_refused_before_anything_is_asked(option: str, sheet: Path, capsys: Captured) -> None:
    (sheet.parent / "folder").mkdir()
    assert run(["answer", "asked.csv", option, "folder"]) == 1
    assert "is a folder, expected a file" in capsys.readouterr().err


def test_a_filled_sheet_comes_with_its_totals_and_its_proof(sheet: Path, capsys: Captured) -> None:
    assert run(["answer", "asked.csv", "-o", "out.csv", "--report", "report.json"]) == 0
    shown = capsys.readouterr().out
    assert "answered" in shown
    assert len(shown.splitlines()) > 1
    report = json.loads((sheet.parent / "report.json").read_text("utf-8"))
    assert sum(report["totals"].values()) == len(report["rows"])
    assert sheet.read_text("utf-8") == SHEET


def test_rows_answered_with_other_settings_are_not_taken_over(
    sheet: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    monkeypatch.setenv("RFP_TOP_K", "1")
    assert run(["answer", "asked.csv", "-o", "out.csv", "--resume"]) == 0
    kept = list((sheet.parent / ".rfp" / "answers").glob("asked-*.jsonl"))
    assert len(kept) == 2


def test_inspect_says_so_when_nothing_is_found(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Fruit,Colour\napple,red\npear,green\n", "utf-8")
    assert run(["inspect", str(path)]) == 0
    assert "no questions were found" in capsys.readouterr().out


def test_a_report_to_read_and_one_for_programs_stand_beside_the_filled_file(sheet: Path, capsys: Captured) -> None:
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    page, report = sheet.parent / "out.report.html", sheet.parent / "out.report.json"
    assert "<html" in page.read_text("utf-8")
    digest = json.loads(report.read_text("utf-8"))["digests"]["output"]
    assert (sheet.parent / ".rfp" / "delivered" / f"{digest}.json").read_text("utf-8") == report.read_text("utf-8")


def test_a_saved_mapping_is_heeded_by_inspect_and_answer(sheet: Path, capsys: Captured) -> None:
    assert run(["inspect", "asked.csv", "--save-mapping", "map.yaml"]) == 0
    mapping = sheet.parent / "map.yaml"
    mapping.write_text(mapping.read_text("utf-8").replace("question_rows: 2-3", "question_rows: '3'"), "utf-8")
    capsys.readouterr()
    assert run(["inspect", "asked.csv", "--mapping", "map.yaml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sheets"][0]["question_rows"] == [3]
    assert run(["answer", "asked.csv", "--mapping", "map.yaml", "-o", "out.csv"]) == 0
    rows = json.loads((sheet.parent / "out.report.json").read_text("utf-8"))["rows"]
    assert {row["row"]: row["status"] for row in rows}[2] == "not_a_question"


def test_an_earlier_edition_is_carried_over_and_only_the_rest_asked(sheet: Path, capsys: Captured) -> None:
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    filled = (sheet.parent / "out.csv").read_text("utf-8").splitlines()
    by_hand = [*filled[:1], "1,Do you encrypt data at rest?,We do; see the annex.", *filled[2:]]
    (sheet.parent / "hand.csv").write_text("\n".join(by_hand) + "\n", "utf-8")
    (sheet.parent / "second.csv").write_text(SHEET.replace("How long", "For how many weeks"), "utf-8")
    capsys.readouterr()
    assert run(["answer", "second.csv", "--previous", "hand.csv", "-o", "new.csv"]) == 0
    assert "1 of 2 answers were carried over" in capsys.readouterr().out
    assert "1,Do you encrypt data at rest?,We do; see the annex." in (sheet.parent / "new.csv").read_text("utf-8")


def test_names_of_sheets_and_notes_cannot_steer_the_terminal(tmp_path: Path, capsys: Captured) -> None:
    import xlsxwriter

    path = tmp_path / "q.xlsx"
    book = xlsxwriter.Workbook(str(path))
    form = book.add_worksheet("Form\u202eevil")
    for row, values in enumerate([["ID", "Question", "Answer"], [1, "Do you encrypt?"], [2, "Do you test?"]]):
        form.write_row(row, 0, values)
    book.close()
    assert run(["inspect", str(path)]) == 0
    assert "\u202e" not in capsys.readouterr().out


def test_what_somebody_wrote_into_a_filled_file_is_kept_when_it_is_filled_again(sheet: Path, capsys: Captured) -> None:
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    assert not (sheet.parent / "out.edited-1.csv").exists()
    (sheet.parent / "out.csv").write_text(SHEET.replace("rest?,", "rest?,BY HAND"), "utf-8")
    capsys.readouterr()
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    assert "kept as out.edited-1.csv" in capsys.readouterr().out
    assert "BY HAND" in (sheet.parent / "out.edited-1.csv").read_text("utf-8")


@pytest.mark.parametrize("option", ["-o", "--report"])
def test_an_earlier_edition_and_a_mapping_are_never_written_over(option: str, sheet: Path, capsys: Captured) -> None:
    assert run(["inspect", "asked.csv", "--save-mapping", "map.csv"]) == 0
    kept = (sheet.parent / "map.csv").read_text("utf-8")
    assert run(["answer", "asked.csv", "--mapping", "map.csv", option, "map.csv"]) == 1
    assert "is the mapping itself" in capsys.readouterr().err
    assert run(["answer", "asked.csv", "--previous", "map.csv", option, "map.csv"]) == 1
    assert "is the previous edition itself" in capsys.readouterr().err
    assert (sheet.parent / "map.csv").read_text("utf-8") == kept


def test_a_report_named_as_a_page_is_refused(sheet: Path, capsys: Captured) -> None:
    assert run(["answer", "asked.csv", "-o", "out.csv", "--report", "r.html"]) == 1
    assert "expected one for the JSON report" in capsys.readouterr().err


def test_a_mapping_that_changed_is_not_resumed_from_rows_of_the_old_one(sheet: Path, capsys: Captured) -> None:
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    assert run(["inspect", "asked.csv", "--save-mapping", "map.yaml"]) == 0
    assert run(["answer", "asked.csv", "-o", "out.csv", "--mapping", "map.yaml", "--resume"]) == 0
    assert len(list((sheet.parent / ".rfp" / "answers").glob("asked-*.jsonl"))) == 2
