"""CSV questionnaires: found, filled, and otherwise left letter by letter."""

from __future__ import annotations

from pathlib import Path

import pytest
from workbooks import answer_to, yes

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire import fill, inspect

FORM = 'ID,Question,Answer\r\n1,"Do you encrypt, always?",\r\n2,Do you test backups?,\r\n'


def filled(tmp_path: Path, data: bytes, text: str = "We do.", name: str = "q.csv") -> bytes:
    path, out = tmp_path / name, tmp_path / f"o{Path(name).suffix}"
    path.write_bytes(data)
    fill(path, out, lambda question: answer_to(question, text))
    return out.read_bytes()


def test_layout_is_found_in_csv(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text(FORM)
    sheet = inspect(path).sheets[0]
    assert (sheet.sheet, sheet.id_column, sheet.question_column, sheet.answer_column) == ("q", "A", "B", "C")
    assert [item.question.text for item in sheet.items] == ["Do you encrypt, always?", "Do you test backups?"]


def test_only_answered_records_change(tmp_path: Path) -> None:
    data = b'"Form";;\r\nID;Question;Answer\r\n1;Do you encrypt?;\r\n"2";"Is it ""on""?";kept\r\n'
    after = filled(tmp_path, data).decode()
    cited = "We do. [security-whitepaper.pdf p. 3]"
    assert after == data.decode().replace("encrypt?;", f"encrypt?;{cited}")


@pytest.mark.parametrize(
    ("mark", "encoding"), [(b"\xef\xbb\xbf", "utf-8"), (b"", "utf-8"), (b"", "cp1252"), (b"\xff\xfe", "utf-16-le")]
)
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_encoding_byte_order_mark_and_line_ends_are_kept(mark: bytes, encoding: str, end: str, tmp_path: Path) -> None:
    form = FORM.replace("\r\n", end).replace("backups", "Überprüfung")
    after = filled(tmp_path, mark + form.encode(encoding))
    assert after.startswith(mark)
    text = after[len(mark) :].decode(encoding)
    assert text.count(end) == 3
    assert text.splitlines()[2].startswith("2,Do you test Überprüfung?,We do.")


def test_answers_with_delimiters_quotes_and_lines_come_back(tmp_path: Path) -> None:
    import csv
    import io

    after = filled(tmp_path, FORM.encode(), 'a, "b"\nc')
    rows = list(csv.reader(io.StringIO(after.decode(), newline="")))
    assert rows[1][2] == 'a, "b"\nc [security-whitepaper.pdf p. 3]'


def test_a_record_that_ends_early_gets_its_answer_column(tmp_path: Path) -> None:
    after = filled(tmp_path, b"ID,Question,Answer\n1,Do you encrypt?\n2,Do you test?\n")
    assert after.decode().splitlines()[1] == "1,Do you encrypt?,We do. [security-whitepaper.pdf p. 3]"


def test_tabs_are_kept_in_tsv(tmp_path: Path) -> None:
    after = filled(tmp_path, FORM.replace(",", "\t").encode(), name="q.tsv")
    assert after.decode().splitlines()[2] == "2\tDo you test backups?\tWe do. [security-whitepaper.pdf p. 3]"


def test_an_answer_that_a_spreadsheet_would_compute_is_made_text_and_said(tmp_path: Path) -> None:
    path, out = tmp_path / "q.csv", tmp_path / "o.csv"
    path.write_text(FORM)
    report = fill(path, out, lambda question: answer_to(question, "=cmd|' /C calc'!A0"))
    assert ",'=cmd" in out.read_text()
    assert any("apostrophe" in note for note in report.rows[1].notes)


def test_a_character_that_the_encoding_lacks_makes_the_file_utf_8(tmp_path: Path) -> None:
    after = filled(tmp_path, FORM.replace("backups", "Überprüfung").encode("cp1252"), "漢字")
    assert "漢字" in after.decode("utf-8-sig")
    assert "Überprüfung" in after.decode("utf-8-sig")


def test_binary_data_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_bytes(b"ID,Question\x00\x01,\n")
    with pytest.raises(QuestionnaireError, match="zero bytes"):
        inspect(path)


def test_a_column_for_the_answers_is_added_where_there_is_none(tmp_path: Path) -> None:
    path, out = tmp_path / "q.csv", tmp_path / "o.csv"
    path.write_text("ID,Question\n1,Do you encrypt?\n2,Do you test?\n")
    fill(path, out, yes)
    header, first, _ = out.read_text().splitlines()
    assert header == "ID,Question,Answer"
    assert first.startswith("1,Do you encrypt?,We do: Do you encrypt?")
