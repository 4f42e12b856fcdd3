"""The study of structure: makers whose truth holds for the file that is written, and scores that are right by hand."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "evals"))
import structure_study  # the study lies beside the gold set
from structure_makers import LAYOUTS, drawn
from structure_render import write
from structure_scores import Matches, missing, scored
from structure_sheet import Formula, TrueQuestion, TrueSheet, Truth, letter
from structure_study import errors, faultless, gold_truth, summary
from structure_variant import HALVES, HEADERS, Variant

from rfp_responder.errors import QuestionnaireError

ROWS = (
    TrueQuestion(3, "Do you log?", "1"),
    TrueQuestion(4, "Do you test?", "2", depends_on=3),
    TrueQuestion(6, "How?"),
)
SHEET = TrueSheet(
    "Q", ROWS, {"id": "A", "question": "B", "answer": "C", "comment": None}, (1, 2), (1,), {5: "note"}, either=(9,)
)
TRUTH = Truth("q.xlsx", "made", "dev", (SHEET,))


def found(rows: dict[int, dict[str, object]], **sheet: object) -> dict[str, object]:
    """The document of a detector that found these rows on sheet Q."""
    questions = [{"row": row, "id": "", "text": "", **facts} for row, facts in rows.items()]
    columns = {"id_column": "A", "question_column": "B", "answer_column": "C", "comment_column": None}
    return {"sheets": [{"sheet": "Q", "header_rows": [2], **columns, "questions": questions, **sheet}]}


RIGHT: dict[int, dict[str, object]] = {
    3: {"id": "1", "text": "Do you log?"}, 4: {"id": "2", "text": "Do you  TEST?"}, 6: {"text": "Logs: How?"},
}  # fmt: skip


@pytest.mark.parametrize("half", HALVES)
def test_a_layout_is_the_same_at_every_call(half: str) -> None:
    for layout in LAYOUTS:
        (first, one), (second, two) = drawn(layout, half), drawn(layout, half)
        assert one == two, layout
        assert [page.cells for page in first.pages] == [page.cells for page in second.pages], layout


@pytest.mark.parametrize("half", HALVES)
def test_the_truth_names_cells_that_hold_what_it_says(half: str) -> None:
    for layout in LAYOUTS:
        book, truth = drawn(layout, half)
        assert 15 <= sum(len(sheet.questions) for sheet in truth.sheets) <= 135, layout
        json.dumps(truth.as_json())
        for page, sheet in zip((page for page in book.pages if page.asking), truth.sheets, strict=True):
            rows = [question.row for question in sheet.questions]
            assert len(set(rows)) == len(rows), layout
            assert not set(rows) & (sheet.others.keys() | set(sheet.either)), layout
            for question in sheet.questions:
                value = page.cells[question.row, page.at("question")][0]
                assert question.text in str(value.shown if isinstance(value, Formula) else value), layout
                if question.id is not None:
                    assert str(page.cells[question.row, page.at("id")][0]) == question.id, layout
                assert question.depends_on is None or question.depends_on in rows, layout


def test_the_halves_differ_in_header_words_questions_and_order_of_columns() -> None:
    for dev, held in HEADERS.values():
        assert not set(dev) & set(held)
    orders = 0
    for layout in LAYOUTS:
        texts, columns = [], []
        for half in HALVES:
            sheets = drawn(layout, half)[1].sheets
            texts.append({question.text for sheet in sheets for question in sheet.questions if question.text})
            columns.append([sheet.columns for sheet in sheets])
        shared = len(texts[0] & texts[1])
        assert shared <= 4, (layout, shared)  # short follow-ups alone may be the same
        orders += columns[0] != columns[1]
    assert len(LAYOUTS) >= 24
    assert orders > len(LAYOUTS) / 2


def test_no_question_comes_twice_in_a_file() -> None:
    for half in HALVES:
        texts = [text for _, _, some in Variant("any", half).blocks(sections=14, per=(9, 15)) for text in some]
        assert len(set(texts)) == len(texts) > 100


def test_a_written_workbook_holds_the_rows_lists_and_merges_of_its_truth(tmp_path: Path) -> None:
    for layout in ("header_two", "list_named", "marks_three", "formula_saved"):
        book, truth = drawn(layout, "dev")
        workbook = openpyxl.load_workbook(write(book, tmp_path / truth.file), data_only=True)
        for sheet in truth.sheets:
            for question in sheet.questions:
                assert workbook[sheet.sheet][f"{sheet.columns['question']}{question.row}"].value == question.text
    assert any(
        str(area) for area in openpyxl.load_workbook(tmp_path / "header_two_dev.xlsx")["RFP"].merged_cells.ranges
    )
    rules = openpyxl.load_workbook(tmp_path / "list_named_dev.xlsx")["Questionnaire"].data_validations.dataValidation
    assert {rule.formula1 for rule in rules} == {"AnswerList"}


def test_a_list_on_another_sheet_is_stored_as_excel_stores_it(tmp_path: Path) -> None:
    book, truth = drawn("list_x14", "dev")
    with zipfile.ZipFile(write(book, tmp_path / truth.file)) as package:
        part = package.read("xl/worksheets/sheet1.xml").decode()
    assert "<xm:f>'Data lists'!$A$1:$A$3</xm:f>" in part
    assert "<dataValidations " not in part


def test_files_that_are_no_workbooks_have_the_form_they_claim(tmp_path: Path) -> None:
    book, truth = drawn("csv_wide", "dev")
    lines = write(book, tmp_path / truth.file).read_text("utf-16").splitlines()
    first = truth.sheets[0].questions[0]
    assert first.text in lines[first.row - 1].split("\t")
    book, truth = drawn("word_table", "held")
    import docx

    tables = docx.Document(str(write(book, tmp_path / truth.file))).tables
    assert [len(table.rows) - 1 for table in tables] == [len(sheet.questions) for sheet in truth.sheets]


def test_rows_are_counted_as_hit_missed_and_extra_and_open_rows_not_at_all() -> None:
    score = scored(TRUTH, found({3: {}, 5: {}, 9: {}, 12: {}}))
    assert (score.rows.hit, len(score.rows.missed), len(score.rows.extra)) == (1, 2, 2)
    assert "[note]" in score.rows.extra[0]
    assert "[nothing there]" in score.rows.extra[1]
    assert score.rows.f1 == pytest.approx(2 * 1 / (3 + 3))


def test_a_finding_without_a_fault_scores_full() -> None:
    score = scored(TRUTH, found(RIGHT))
    assert faultless(score)
    assert (score.ids.right, score.ids.total) == (2, 2)
    assert (score.texts.right, score.texts.total) == (3, 3)
    assert (score.headers.right, score.headers.total) == (1, 1)


def test_a_text_that_lacks_words_of_the_question_is_wrong() -> None:
    score = scored(TRUTH, found({**RIGHT, 3: {"id": "1", "text": "Do you?"}}))
    assert (score.texts.right, score.texts.total) == (2, 3)


@pytest.mark.parametrize(("rows", "right"), [([2], 1), ([1, 2], 1), ([1], 0), ([2, 3], 0), ([], 0)])
def test_a_header_needs_its_rows_but_not_its_labels_and_no_other_row(rows: list[int], right: int) -> None:
    assert scored(TRUTH, found(RIGHT, header_rows=rows)).headers.right == right


def test_a_column_is_exact_or_wrong_and_one_that_is_not_shown_is_unscored() -> None:
    score = scored(TRUTH, found(RIGHT, answer_column="D", comment_column="E", section_column="A"))
    assert score.columns["answer"].wrong == ["q.xlsx Q: answer is C, found D"]
    assert (score.columns["comment"].right, score.columns["comment"].total) == (0, 1)
    assert score.columns["section"].total == 0  # the truth leaves it open
    assert score.columns["limit"].total == 0
    assert (score.core.right, score.core.total) == (2, 4)


def test_a_sheet_that_was_not_found_misses_every_row_and_core_column() -> None:
    score = missing(TRUTH, "no table")
    assert (score.rows.hit, len(score.rows.missed), score.core.total, score.core.right) == (0, 3, 4, 0)
    assert score.headers.total == 0


def test_questions_on_a_sheet_that_asks_nothing_are_extra_unless_the_truth_is_of_one_sheet() -> None:
    document = found(RIGHT)
    document["sheets"] = [*document["sheets"], {"sheet": "Lists", "questions": [{"row": 1, "text": "Yes"}]}]  # type: ignore[misc]
    assert len(scored(TRUTH, document).rows.extra) == 1
    assert not scored(TRUTH, document, whole=False).rows.extra


def test_the_choices_of_a_question_win_over_those_of_its_sheet() -> None:
    truth = Truth("q.xlsx", "made", "dev", (TrueSheet("Q", (TrueQuestion(3, "", choices=("Y", "N")),), {}, None),))
    assert scored(truth, found({3: {}}, choices=["Y", "N"])).choices.right == 1
    assert scored(truth, found({3: {"choices": ["N"]}}, choices=["Y", "N"])).choices.right == 0
    assert scored(truth, found({3: {}}, choices=None)).choices.wrong


@pytest.mark.parametrize("said", [3, "1", {"row": 3}, {"gate": 3}, {"id": "1"}])
def test_a_condition_may_name_its_row_or_its_id(said: object) -> None:
    rows = {**RIGHT, 4: {**RIGHT[4], "depends_on": said}}
    score = scored(TRUTH, found(rows))
    assert (score.conditions.hit, score.conditions.missed, score.conditions.extra) == (1, [], [])


def test_a_condition_on_another_row_is_missed_and_extra() -> None:
    score = scored(TRUTH, found({**RIGHT, 4: {"depends_on": 6}, 6: {"depends_on": 3}}))
    assert (score.conditions.hit, len(score.conditions.missed), len(score.conditions.extra)) == (0, 1, 2)


def test_what_the_detector_does_not_show_is_unscored_and_never_wrong() -> None:
    text = summary("dev", [(TRUTH, scored(TRUTH, found(RIGHT)))])
    assert "conditions: recall  unscored" in text
    assert "column limit        unscored" in text
    shown = {row: {**facts, "depends_on": None} for row, facts in RIGHT.items()}
    assert "conditions: recall  0/1" in summary("dev", [(TRUTH, scored(TRUTH, found(shown)))])


def test_a_question_below_a_stem_is_asked_with_the_words_of_the_stem() -> None:
    question = TrueQuestion(3, "backups", stem="Do you encrypt:")
    truth = Truth("q.xlsx", "made", "dev", (TrueSheet("Q", (question,), {}, None),))
    assert scored(truth, found({3: {"asked": "Do you encrypt backups?"}})).stems.right == 1
    assert scored(truth, found({3: {"asked": "backups"}})).stems.wrong
    assert scored(truth, found({3: {}})).stems.total == 0


def test_the_summary_gives_shares_with_intervals_and_the_lowest_f1() -> None:
    poor = Truth("poor.xlsx", "made", "dev", (SHEET,))
    text = summary("dev", [(TRUTH, scored(TRUTH, found(RIGHT))), (poor, missing(poor, "no table"))])
    assert "rows: recall        3/6 = 0.500 [0.188, 0.812]" in text
    assert "rows: lowest F1     0.000 (poor.xlsx)" in text
    assert "refused             1" in text
    assert "poor.xlsx REFUSED no table" in errors([(poor, missing(poor, "no table"))])


def test_nothing_wanted_and_nothing_found_is_right() -> None:
    assert Matches().f1 == 1.0


def test_real_gold_speaks_of_one_sheet_and_leaves_texts_open() -> None:
    entry = {"file": "a/b.xlsx", "sheet": "Q", "header_row": "one per block", "id_col": "A", "question_col": "B",
             "answer_col": "C", "comment_col": None, "question_rows": [3, 4, 6], "allowed": "dropdowns"}  # fmt: skip
    score = scored(gold_truth(entry), found(RIGHT), whole=False)
    assert faultless(score)
    assert (score.headers.total, score.texts.total, score.choices.total) == (0, 0, 0)


def test_the_errors_of_the_held_half_are_never_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(path: Path) -> None:
        raise QuestionnaireError("no table", "send another file")

    monkeypatch.setattr(structure_study, "inspect", refuse)
    monkeypatch.delenv("RFP_BENCH_DATA", raising=False)
    for half, shown in (("dev", True), ("held", False)):
        monkeypatch.setattr(sys, "argv", ["study", "--half", half, "--layout", "plain", "--errors"])
        structure_study.main()
        printed = capsys.readouterr().out
        assert ("MISSED" in printed) is shown
        assert ("plain_held.xlsx" in printed) is False


def test_letters_of_columns_go_on_after_z() -> None:
    assert [letter(n) for n in (1, 26, 27, 52, 53, 703)] == ["A", "Z", "AA", "AZ", "BA", "AAA"]
