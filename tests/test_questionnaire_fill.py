"""Filling: what is written where, how every row ends, what happens when something fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from workbooks import CITATION, OTHER, answer_to, workbook, yes

from rfp_responder.domain import ROW_STATUSES, Answer, Question, Usage
from rfp_responder.errors import ModelError, QuestionnaireError
from rfp_responder.questionnaire import Options, Report, fill, forecast, formats
from rfp_responder.questionnaire.model import Edit
from rfp_responder.questionnaire.proof import prove_workbook
from rfp_responder.questionnaire.splice import write

TEXT_FORM = [["ID", "Question", "Answer"], ["1", "Do you encrypt data?"], ["2", "Do you test backups?"]]
CHOICE_FORM = [["ID", "Question", "Answer", "Comments"], ["1", "Do you encrypt data?"], ["2", "Do you test backups?"]]
YES_NO = {"C2:C3": ["Yes", "No"]}


def cells(path: Path, sheet: str = "Questions") -> dict[str, object]:
    book = openpyxl.load_workbook(path)
    return {c.coordinate: c.value for row in book[sheet].iter_rows() for c in row if c.value is not None}


def outcome(report: Report) -> dict[int, str]:
    return {row.row: row.status for row in report.rows}


def test_without_a_drop_down_the_text_and_its_citations_go_to_the_answer_cell(tmp_path: Path) -> None:
    path, out = workbook(tmp_path / "q.xlsx", TEXT_FORM), tmp_path / "o.xlsx"
    fill(path, out, lambda q: answer_to(q, citations=(CITATION, OTHER)))
    assert cells(out)["C2"] == "We do so. [security-whitepaper.pdf p. 3; dpa.pdf p. 7]"


def test_with_a_drop_down_the_choice_goes_to_it_and_the_text_to_the_comment(tmp_path: Path) -> None:
    path, out = workbook(tmp_path / "q.xlsx", CHOICE_FORM, lists=YES_NO), tmp_path / "o.xlsx"
    report = fill(path, out, lambda q: answer_to(q, choice="yes"))
    found = cells(out)
    assert (found["C2"], found["D2"]) == ("Yes", "We do so. [security-whitepaper.pdf p. 3]")
    assert report.rows[1].choice == "Yes"


@pytest.mark.parametrize("choice", [None, "Maybe"])
def test_a_choice_that_is_not_allowed_leaves_its_cell_blank_and_says_why(choice: str | None, tmp_path: Path) -> None:
    path, out = workbook(tmp_path / "q.xlsx", CHOICE_FORM, lists=YES_NO), tmp_path / "o.xlsx"
    report = fill(path, out, lambda q: answer_to(q, choice=choice))
    found = cells(out)
    assert "C2" not in found
    assert found["D2"] == "We do so. [security-whitepaper.pdf p. 3]"
    assert "(Yes, No)" in report.rows[1].notes[0]


def test_an_unanswered_row_stays_blank_with_its_reason(tmp_path: Path) -> None:
    path, out = workbook(tmp_path / "q.xlsx", CHOICE_FORM, lists=YES_NO), tmp_path / "o.xlsx"
    report = fill(path, out, lambda q: answer_to(q, choice="No", status="unanswered", notes=("nothing found",)))
    assert cells(out) == cells(path)
    assert (report.rows[1].status, report.rows[1].notes) == ("unanswered", ("nothing found",))


def test_a_mark_is_put_under_the_choice(tmp_path: Path) -> None:
    rows = [["ID", "Question", "Yes", "No", "N/A", "Notes"], ["1", "Is MFA on?"], ["2", "Is it logged?"]]
    path, out = workbook(tmp_path / "q.xlsx", rows), tmp_path / "o.xlsx"
    fill(path, out, lambda q: answer_to(q, choice="No"))
    found = cells(out)
    assert (found["D2"], found.get("C2"), found["F2"]) == ("x", None, "We do so. [security-whitepaper.pdf p. 3]")


def test_what_the_customer_filled_is_kept(tmp_path: Path) -> None:
    rows = [TEXT_FORM[0], ["1", "Do you encrypt data?", "Ask legal"], ["2", "Do you test backups?", "Please select"]]
    path, out = workbook(tmp_path / "q.xlsx", rows), tmp_path / "o.xlsx"
    report = fill(path, out, yes)
    assert cells(out)["C2"] == "Ask legal"
    assert (report.rows[1].status, report.rows[1].notes) == ("not_required", ("already filled",))
    assert report.rows[2].status == "answered"


def test_every_row_of_the_table_ends_once(tmp_path: Path) -> None:
    rows = [["Form"], [], TEXT_FORM[0], ["", "Security"], *TEXT_FORM[1:], ["", "Total"]]
    path = workbook(tmp_path / "q.xlsx", rows, bold_rows=[1, 3, 4])
    report = fill(path, tmp_path / "o.xlsx", yes)
    assert outcome(report) == {
        3: "not_a_question",
        4: "not_a_question",
        5: "answered",
        6: "answered",
        7: "not_a_question",
    }
    assert sum(report.totals.values()) == len(report.rows)
    assert tuple(report.totals) == ROW_STATUSES


def test_the_report_has_the_keys_of_the_contract(tmp_path: Path) -> None:
    report = fill(workbook(tmp_path / "q.xlsx", TEXT_FORM), tmp_path / "o.xlsx", answer_to).as_json()
    assert set(report) >= {"questionnaire", "totals", "rows"}
    row = report["rows"][1]  # type: ignore[index]
    assert {key: row[key] for key in list(row)[:11]} == {
        "sheet": "Questions",
        "row": 2,
        "cell": "C2",
        "id": "1",
        "question": "Do you encrypt data?",
        "status": "answered",
        "answer": "We do so.",
        "choice": None,
        "confidence": 0.8,
        "citations": [
            {"n": 1, "document": "security-whitepaper.pdf", "page": 3, "start": 0, "end": 9, "quote": "We do so."}
        ],
        "notes": [],
    }
    json.dumps(report)


def test_a_fault_of_one_row_stays_with_it(tmp_path: Path) -> None:
    def answer(question: Question) -> Answer:
        if "encrypt" in question.text:
            raise ValueError("boom")
        return yes(question)

    report = fill(workbook(tmp_path / "q.xlsx", TEXT_FORM), tmp_path / "o.xlsx", answer)
    assert outcome(report) == {1: "not_a_question", 2: "error", 3: "answered"}
    assert report.rows[1].notes == ("ValueError: boom",)


def many(count: int) -> list[list[str]]:
    return [TEXT_FORM[0], *([str(n), f"Do you have control number {n}?"] for n in range(count))]


def test_three_model_faults_in_a_row_stop_the_run_and_keep_what_was_done(tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(question: Question) -> Answer:
        asked.append(question.text)
        if len(asked) > 2:
            raise ModelError("the server is down")
        return yes(question)

    out = tmp_path / "o.xlsx"
    with pytest.raises(QuestionnaireError, match=r"failed 3 times in a row.*server is down"):
        fill(workbook(tmp_path / "q.xlsx", many(9)), out, answer)
    assert len(asked) == 5
    assert {"C2", "C3"} <= set(cells(out))
    assert "C4" not in cells(out)


def test_a_stopped_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    path, out, kept = workbook(tmp_path / "q.xlsx", many(6)), tmp_path / "o.xlsx", tmp_path / "run.jsonl"
    asked: list[str] = []

    def failing(question: Question) -> Answer:
        if "number 3" in question.text:
            raise KeyboardInterrupt
        return yes(question)

    def counting(question: Question) -> Answer:
        asked.append(question.text)
        return yes(question)

    with pytest.raises(KeyboardInterrupt):
        fill(path, out, failing, checkpoint=kept)
    assert not out.exists()
    kept.write_text(kept.read_text() + '{"key": "cut o')
    report = fill(path, out, counting, checkpoint=kept, resume=True)
    assert len(asked) == 3
    assert report.totals["answered"] == 6
    assert len([name for name in cells(out) if name.startswith("C")]) == 7
    asked.clear()
    assert fill(path, out, counting, checkpoint=kept, resume=True).as_json() == report.as_json()
    assert asked == []


def test_a_checkpoint_of_another_file_is_not_used(tmp_path: Path) -> None:
    kept = tmp_path / "run.jsonl"
    fill(workbook(tmp_path / "a.xlsx", many(2)), tmp_path / "o.xlsx", yes, checkpoint=kept)
    report = fill(
        workbook(tmp_path / "b.xlsx", many(3)),
        tmp_path / "o.xlsx",
        lambda q: answer_to(q, "Other"),
        checkpoint=kept,
        resume=True,
    )
    assert {row.answer for row in report.rows[1:]} == {"Other"}


def test_a_question_asked_twice_is_answered_once_and_written_twice(tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(question: Question) -> Answer:
        asked.append(question.text)
        return yes(question)

    rows = [TEXT_FORM[0], ["1", "Do you encrypt data?"], ["2", "Do you  encrypt DATA?"]]
    out = tmp_path / "o.xlsx"
    fill(workbook(tmp_path / "q.xlsx", rows), out, answer)
    assert len(asked) == 1
    assert cells(out)["C2"] == cells(out)["C3"]


def test_rows_that_share_a_merged_answer_cell_stand_in_it_together(tmp_path: Path) -> None:
    path = workbook(tmp_path / "q.xlsx", TEXT_FORM, merges=["C2:C3"])
    out = tmp_path / "o.xlsx"
    report = fill(path, out, lambda q: answer_to(q, q.text, citations=(CITATION,)))
    assert cells(out)["C2"] == (
        "1: Do you encrypt data? [security-whitepaper.pdf p. 3]\n2: Do you test backups? [security-whitepaper.pdf p. 3]"
    )
    assert "shared by rows 2, 3" in report.rows[1].notes[0]


def test_limits_in_the_question_are_held(tmp_path: Path) -> None:
    rows = [TEXT_FORM[0], ["1", "Describe it (max 3 words)."], ["2", "Describe it (max 12 characters)."]]
    out = tmp_path / "o.xlsx"
    report = fill(
        workbook(tmp_path / "q.xlsx", rows),
        out,
        lambda q: answer_to(q, "We do so." if q.max_words is None else "One two three four."),
    )
    assert "C2" not in cells(out)
    assert outcome(report)[2] == "unanswered"
    assert cells(out)["C3"] == "We do so."


def test_progress_is_told_after_each_question(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    fill(
        workbook(tmp_path / "q.xlsx", TEXT_FORM),
        tmp_path / "o.xlsx",
        yes,
        options=Options(progress=lambda d, t: seen.append((d, t))),
    )
    assert seen == [(1, 2), (2, 2)]


def test_a_column_is_added_for_the_answers_of_a_sheet_that_has_none(tmp_path: Path) -> None:
    path, out = workbook(tmp_path / "q.xlsx", [["ID", "Question"], *TEXT_FORM[1:]]), tmp_path / "o.xlsx"
    report = fill(path, out, yes)
    found = cells(out)
    assert found["C1"] == "Answer"
    assert found["C2"].startswith("We do: Do you encrypt data?")
    assert "sheet 'Questions': column C was added" in report.notes


def test_no_column_is_added_to_a_protected_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path / "q.xlsx", [["ID", "Question"], *TEXT_FORM[1:]], protect_but=["H40"])
    with pytest.raises(QuestionnaireError) as fault:
        fill(path, tmp_path / "o.xlsx", yes)
    for part in ("q.xlsx", "'Questions'", "'ID', 'Question'", "'Answer'", "Add a column"):
        assert part in str(fault.value)
    assert not (tmp_path / "o.xlsx").exists()


def test_a_file_without_questions_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "q.xlsx", [["Name", "Age"], ["Ann", 3]])
    with pytest.raises(QuestionnaireError, match="holds no questions"):
        fill(path, tmp_path / "o.xlsx", yes)


def test_the_questionnaire_itself_is_never_the_output(tmp_path: Path) -> None:
    path = workbook(tmp_path / "q.xlsx", TEXT_FORM)
    with pytest.raises(QuestionnaireError, match="is the questionnaire itself"):
        fill(path, path, yes)


def test_a_delivery_that_fails_its_proof_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out = workbook(tmp_path / "q.xlsx", TEXT_FORM), tmp_path / "o.xlsx"
    form = formats.FORMATS[".xlsx"]

    def careless(source: Path, target: Path, edits: object, look: formats.Look) -> object:
        written = form.write(source, target, [Edit("Questions", 2, 3, "a"), Edit("Questions", 2, 2, "damage")], look)
        return type(written)(tuple(edit for edit in written.edits if edit.column == 3))

    monkeypatch.setitem(formats.FORMATS, ".xlsx", formats.Format(form.read, careless, form.prove))  # type: ignore[arg-type]
    with pytest.raises(QuestionnaireError, match=r"failed its proof.*B2"):
        fill(path, out, yes)
    assert [found.name for found in tmp_path.iterdir()] == ["q.xlsx"]


def test_the_proof_sees_a_changed_part_and_a_forbidden_value(tmp_path: Path) -> None:
    path = workbook(tmp_path / "q.xlsx", TEXT_FORM, others={"More": [["x"]]})
    other = workbook(tmp_path / "p.xlsx", TEXT_FORM, others={"More": [["y"]]})
    with pytest.raises(QuestionnaireError, match="sharedStrings"):
        prove_workbook(path, other, [], {})
    out = tmp_path / "o.xlsx"
    written = write(path, out, [Edit("Questions", 2, 3, "Perhaps")])
    with pytest.raises(QuestionnaireError, match="forbids"):
        prove_workbook(path, out, written.edits, {("Questions", 2, 3): ("Yes", "No")})


def test_a_sheet_without_answer_column_gets_one_beside_sheets_that_have_theirs(tmp_path: Path) -> None:
    others = {"Extra": [["ID", "Question"], ["9", "Do you have a data centre?"]]}
    report = fill(workbook(tmp_path / "q.xlsx", TEXT_FORM, others=others), tmp_path / "o.xlsx", yes)
    last = report.rows[-1]
    assert (last.sheet, last.cell, last.status) == ("Extra", "C2", "answered")


def by_model(question: Question) -> Answer:
    """An answer that a model gave, with what it cost."""
    return replace(yes(question), author="m", prompt="answer@2", route="small", usage=Usage(120, 30, 0.5, 0.0021))


def test_who_answered_and_what_it_cost_stand_in_the_row_and_survive_a_checkpoint(tmp_path: Path) -> None:
    path, out, kept = workbook(tmp_path / "q.xlsx", many(2)), tmp_path / "o.xlsx", tmp_path / "run.jsonl"
    told = fill(path, out, by_model, checkpoint=kept).as_json()
    row = told["rows"][1]  # type: ignore[index]
    assert (row["author"], row["prompt"], row["route"]) == ("m", "answer@2", "small")
    assert row["usage"] == {"input_tokens": 120, "output_tokens": 30, "seconds": 0.5, "cost_usd": 0.0021}
    usage = told["usage"]
    assert usage["total"]["cost_usd"] == pytest.approx(0.0042)  # type: ignore[index]
    assert [share["name"] for share in usage["by_prompt"]] == ["answer@2"]  # type: ignore[index]
    assert fill(path, out, answer_to, checkpoint=kept, resume=True).as_json() == told


def test_rows_of_a_checkpoint_from_before_models_were_priced_are_taken(tmp_path: Path) -> None:
    path, out, kept = workbook(tmp_path / "q.xlsx", many(2)), tmp_path / "o.xlsx", tmp_path / "run.jsonl"
    fill(path, out, by_model, checkpoint=kept)
    lines = [json.loads(line) for line in kept.read_text("utf-8").splitlines()]
    for line in lines:
        for name in ("author", "prompt", "route", "usage"):
            del line["row"][name]
    kept.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    report = fill(path, out, lambda question: pytest.fail("asked again"), checkpoint=kept, resume=True)
    assert [row.status for row in report.rows[1:]] == ["answered", "answered"]
    assert report.rows[1].usage == Usage()


def test_a_checkpoint_row_with_a_foreign_usage_is_answered_again(tmp_path: Path) -> None:
    path, out, kept = workbook(tmp_path / "q.xlsx", many(1)), tmp_path / "o.xlsx", tmp_path / "run.jsonl"
    fill(path, out, by_model, checkpoint=kept)
    kept.write_text(kept.read_text("utf-8").replace('"cost_usd"', '"euros"'), "utf-8")
    assert fill(path, out, yes, checkpoint=kept, resume=True).rows[1].author == "fake"


FORECAST = [
    TEXT_FORM[0],
    ["1", "Do you use subprocessors?"],
    ["2", "If yes, who are they?"],
    ["3", "Do you test backups?", "Yes, every month"],
    ["4", "Do you encrypt data?"],
    ["5", "do you ENCRYPT  data?"],
    ["6", "Date of signature"],
]


def test_a_forecast_holds_each_question_once_and_none_that_is_not_asked(tmp_path: Path) -> None:
    found = forecast(workbook(tmp_path / "q.xlsx", FORECAST))
    assert [question.text for question in found.certain] == ["Do you use subprocessors?", "Do you encrypt data?"]
    assert [question.text for question in found.conditional] == ["If yes, who are they?"]


def test_a_forecast_writes_nothing_and_leaves_out_what_an_earlier_run_has_done(tmp_path: Path) -> None:
    path, kept = workbook(tmp_path / "q.xlsx", many(4)), tmp_path / "run.jsonl"
    with pytest.raises(KeyboardInterrupt):
        fill(path, tmp_path / "o.xlsx", stopping_at("number 2"), checkpoint=kept)
    held = kept.read_text("utf-8") + '{"key": "cut o'
    kept.write_text(held, "utf-8")
    before = sorted(tmp_path.iterdir())
    assert len(forecast(path, checkpoint=kept, resume=True).certain) == 2
    assert len(forecast(path, checkpoint=kept).certain) == 4
    assert kept.read_text("utf-8") == held
    assert sorted(tmp_path.iterdir()) == before
    assert len(forecast(path, checkpoint=tmp_path / "none" / "run.jsonl", resume=True).certain) == 4


def stopping_at(words: str) -> Callable[[Question], Answer]:
    def answer(question: Question) -> Answer:
        if words in question.text:
            raise KeyboardInterrupt
        return yes(question)

    return answer
