"""CSV questionnaires: found, filled, and otherwise left letter by letter."""

from __future__ import annotations

from pathlib import Path

import pytest
from workbooks import answer_to, yes

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire import csv_file, fill, inspect
from rfp_responder.questionnaire.model import Edit, Written

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


def written(tmp_path: Path, data: bytes, *edits: tuple[int, int, str], name: str = "q.csv") -> tuple[bytes, Written]:
    path, out = tmp_path / name, tmp_path / f"o{Path(name).suffix}"
    path.write_bytes(data)
    done = csv_file.write(path, out, [Edit("q", *edit) for edit in edits])
    return out.read_bytes(), done


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('1,"Do you?",', '1,"Do you?",Yes'),
        ('1,"Do ""you"", x?",""', '1,"Do ""you"", x?","Yes"'),
        ('"1","Do you?",', '"1","Do you?","Yes"'),
        ('"1","Do\nyou?",,,', '"1","Do\nyou?",Yes,,'),
        (" 1 , Do you? ,  , x", " 1 , Do you? ,Yes, x"),
        ("1,Do you?", "1,Do you?,Yes"),
        ("1", "1,,Yes"),
        ('1,"Do you?" he said,', '1,"Do you?" he said,Yes'),
    ],
)
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", ""])
def test_the_other_fields_of_a_record_keep_their_own_characters(old: str, new: str, end: str, tmp_path: Path) -> None:
    after, _ = written(tmp_path, f"ID,Question,Answer\n{old}{end}".encode(), (2, 3, "Yes"))
    assert after.decode() == f"ID,Question,Answer\n{new}{end}"


def test_a_blank_line_can_take_an_answer(tmp_path: Path) -> None:
    assert written(tmp_path, b"ID,Question,Answer\n\n1,Do you?,\n", (2, 3, "Yes"))[0].splitlines()[1] == b",,Yes"


def test_semicolons_with_commas_in_every_text_are_seen(tmp_path: Path) -> None:
    data = b"No;Question, please;Answer\n1;Do you, really?;\n2;Is it, always?;\n"
    assert csv_file.load(_saved(tmp_path, data)).delimiter == ";"


def test_the_line_that_tells_excel_the_delimiter_is_heeded(tmp_path: Path) -> None:
    text = csv_file.load(_saved(tmp_path, b"sep=|\r\na,b|c,d\r\ne,f|g,h\r\n"))
    assert text.records[1] == ("a,b", "c,d")


def test_bytes_that_a_mark_does_not_promise_are_refused_and_never_replaced(tmp_path: Path) -> None:
    for data in (b"\xef\xbb\xbfID,Question\n1,\xe9t\xe9\n", b"\xff\xfea\x00,\x00\xd8"):
        with pytest.raises(QuestionnaireError, match="begins as utf-"):
            csv_file.load(_saved(tmp_path, data))


def test_a_row_that_the_file_does_not_have_is_refused(tmp_path: Path) -> None:
    after, done = written(tmp_path, FORM.encode(), (9, 3, "x"), (2, 3, "y"))
    assert [reason for _, reason in done.refused] == ["the file has 3 records and no row 9"]
    assert after == FORM.encode().replace(b'always?",', b'always?",y')


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("- AES-256\n- TLS 1.3", "\u2013 AES-256\n- TLS 1.3"),
        ("=1+1", "'=1+1"),
        (" =1+1", "' =1+1"),
        ("@team", "'@team"),
        ("+1 415 555 0100", "'+1 415 555 0100"),
        ("-2+3", "'-2+3"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("- cmd|' /C calc'!A0", "\u2013 cmd|' /C calc'!A0"),
        ("\tx", "'\tx"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("-5", "-5"),
        ("+3.2 %", "+3.2 %"),
        ("-1,000.50", "-1,000.50"),
        ("Yes - always", "Yes - always"),
        ("a = b", "a = b"),
        ("\u2013 listed", "\u2013 listed"),
    ],
)
def test_only_what_a_spreadsheet_would_compute_is_changed_and_said(text: str, shown: str) -> None:
    value, note = csv_file.guarded(text, "cp1252" if shown.isascii() else "utf-8")
    assert (value, bool(note)) == (shown, shown != text)


def test_a_list_keeps_its_hyphen_behind_an_apostrophe_where_the_encoding_has_no_dash() -> None:
    assert csv_file.guarded("- AES-256", "latin-1")[0] == "'- AES-256"
    assert csv_file.guarded("- AES-256", "cp1252")[0] == "\u2013 AES-256"


def test_control_characters_become_blanks_with_a_note() -> None:
    assert csv_file.guarded("a\x00b\x1bc", "utf-8") == ("a b c", "control characters were replaced by blanks")


def test_a_file_that_had_to_become_utf_8_says_so(tmp_path: Path) -> None:
    after, done = written(tmp_path, "ID,Question,Answer\n1,Für wen?,\n".encode("cp1252"), (2, 3, "漢字"))
    assert after.decode("utf-8-sig") == "ID,Question,Answer\n1,Für wen?,漢字\n"
    assert done.notes["q", 2, 3] == "the file was cp1252 and is UTF-8 now, as this answer needs"


def _saved(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "q.csv"
    path.write_bytes(data)
    return path
