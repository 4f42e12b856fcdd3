"""The batch runner: duplicates once, several questions at a time, a dead server, a run that was killed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from workbooks import answer_to, workbook

from rfp_responder.chat.stop import Stop, StoppedError
from rfp_responder.domain import Answer, Question, Usage
from rfp_responder.errors import CostLimitError, ModelError, ModelReplyError, QuestionnaireError
from rfp_responder.questionnaire import Options, RunStoppedError, fill, inspect
from rfp_responder.questionnaire.batch import Batch
from rfp_responder.questionnaire.checkpoint import Checkpoint

MANY = 40


def form(tmp_path: Path, texts: list[str]) -> Path:
    rows = [["ID", "Question", "Answer"], *([str(n), text] for n, text in enumerate(texts, 1))]
    return workbook(tmp_path / "q.xlsx", rows)


def questions(count: int = MANY) -> list[str]:
    return [f"Do you have control number {n}?" for n in range(1, count + 1)]


@pytest.mark.parametrize("workers", [1, 4])
def test_the_file_is_the_same_however_many_questions_are_put_at_a_time(workers: int, tmp_path: Path) -> None:
    def answer(question: Question) -> Answer:
        return answer_to(question, f"Told of {question.text}")

    path, out = form(tmp_path, questions()), tmp_path / "o.xlsx"
    report = fill(path, out, answer, options=Options(workers=workers))
    assert [row.answer for row in report.rows[1:]] == [f"Told of {text}" for text in questions()]
    assert report.totals["answered"] == MANY


def test_several_questions_are_really_put_at_a_time(tmp_path: Path) -> None:
    together = threading.Barrier(3, timeout=20)

    def answer(question: Question) -> Answer:
        together.wait()  # passes only when three calls are inside at once
        return answer_to(question)

    report = fill(form(tmp_path, questions(6)), tmp_path / "o.xlsx", answer, options=Options(workers=3))
    assert report.totals["answered"] == 6


@pytest.mark.parametrize("workers", [1, 4])
def test_duplicates_are_asked_once_and_written_everywhere(workers: int, tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(question: Question) -> Answer:
        asked.append(question.text)
        return answer_to(question)

    texts = ["Do you encrypt data?", "Do you test  backups?", "do you ENCRYPT data?", "Do you test backups?"]
    report = fill(form(tmp_path, texts), tmp_path / "o.xlsx", answer, options=Options(workers=workers))
    assert len(asked) == 2
    assert report.totals["answered"] == 4


@pytest.mark.parametrize("workers", [1, 4])
def test_three_faults_of_the_server_in_a_row_stop_the_run_and_every_row_is_accounted_for(
    workers: int, tmp_path: Path
) -> None:
    calls = []

    def answer(question: Question) -> Answer:
        calls.append(question)
        raise ModelError("the server is down", "Start it")

    with pytest.raises(QuestionnaireError, match="failed 3 times in a row") as fault:
        fill(form(tmp_path, questions()), tmp_path / "o.xlsx", answer, options=Options(workers=workers))
    assert "--resume" in str(fault.value)
    assert len(calls) <= 3 + 2 * workers
    assert (tmp_path / "o.xlsx").exists()


def test_what_was_not_reached_is_an_error_and_never_unanswered(tmp_path: Path) -> None:
    def answer(question: Question) -> Answer:
        raise ModelError("the server is down", "Start it")

    with pytest.raises(RunStoppedError) as stopped:
        fill(form(tmp_path, questions(5)), tmp_path / "o.xlsx", answer)
    report = stopped.value.report
    assert report.totals["error"] == 5
    assert report.totals["unanswered"] == 0
    assert report.rows[-1].notes == ("not asked: the run was stopped before this row",)


def test_one_fault_between_answers_stops_nothing(tmp_path: Path) -> None:
    def answer(question: Question) -> Answer:
        if question.text.endswith(("2?", "3?", "5?", "6?")):
            raise ModelError("busy", "Try again")
        return answer_to(question)

    report = fill(form(tmp_path, questions(7)), tmp_path / "o.xlsx", answer)
    assert (report.totals["error"], report.totals["answered"]) == (4, 3)


@pytest.mark.parametrize("workers", [1, 4])
def test_a_run_that_was_killed_goes_on_without_asking_again(workers: int, tmp_path: Path) -> None:
    path, out, kept = form(tmp_path, questions(8)), tmp_path / "o.xlsx", tmp_path / "run.jsonl"
    asked: list[str] = []
    lock = threading.Lock()

    def dying(question: Question) -> Answer:
        with lock:
            if len(asked) >= 4:
                raise KeyboardInterrupt
            asked.append(question.text)
        return answer_to(question, f"Told of {question.text}")

    with pytest.raises(KeyboardInterrupt):
        fill(path, out, dying, checkpoint=kept, options=Options(workers=workers))
    assert not out.exists()
    again: list[str] = []

    def answer(question: Question) -> Answer:
        again.append(question.text)
        return answer_to(question, f"Told of {question.text}")

    report = fill(path, out, answer, checkpoint=kept, resume=True, options=Options(workers=workers))
    saved = len(questions(8)) - len(again)
    assert saved >= 1 if workers > 1 else saved == 4
    assert [row.answer for row in report.rows[1:]] == [f"Told of {text}" for text in questions(8)]


def test_a_fault_of_the_answerer_is_the_rows_own(tmp_path: Path) -> None:
    def answer(question: Question) -> Answer:
        if question.text.endswith("2?"):
            raise RuntimeError("broken")
        return answer_to(question)

    report = fill(form(tmp_path, questions(3)), tmp_path / "o.xlsx", answer)
    assert [row.status for row in report.rows[1:]] == ["answered", "error", "answered"]
    assert report.rows[2].notes == ("RuntimeError: broken",)


def test_details_of_the_vendor_or_the_signer_are_left_to_a_person(tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(question: Question) -> Answer:
        asked.append(question.text)
        return answer_to(question)

    texts = ["Company name", "Date of signature", "Do you encrypt data?", "Number of employees", "E-mail address"]
    report = fill(form(tmp_path, texts), tmp_path / "o.xlsx", answer)
    assert asked == ["Do you encrypt data?", "Number of employees"]
    assert report.rows[1].notes == ("a field for your own details: fill it in by hand",)
    assert report.totals["unanswered"] == 3


class Capped:
    """Answers so many questions, and then says that the cap is reached."""

    def __init__(self, count: int) -> None:
        self.count, self.asked, self.lock = count, list[str](), threading.Lock()

    def __call__(self, question: Question) -> Answer:
        with self.lock:
            if len(self.asked) >= self.count:
                raise CostLimitError("stopped at the cap of $1.00: $0.99 spent", "Go on with --resume")
            self.asked.append(question.text)
        return replace(answer_to(question, f"Told of {question.text}"), usage=Usage(10, 5, 0.1, 0.01))


@pytest.mark.parametrize("workers", [1, 4])
def test_the_cap_on_the_cost_stops_a_run_that_then_goes_on_where_it_was(workers: int, tmp_path: Path) -> None:
    path, out, kept = form(tmp_path, questions()), tmp_path / "o.xlsx", tmp_path / "run.jsonl"
    first, options = Capped(7), Options(workers=workers)
    with pytest.raises(RunStoppedError, match=r"at the cap of .*; 7 of 40 questions are done and saved") as stopped:
        fill(path, out, first, checkpoint=kept, options=options)
    assert "--resume" in str(stopped.value)
    report = stopped.value.report
    assert (report.totals["answered"], report.totals["error"]) == (7, MANY - 7)
    assert out.exists()
    assert {row.notes for row in report.rows if row.status == "error"} == {
        ("not asked: the run was stopped before this row",)
    }
    second = Capped(MANY)
    report = fill(path, out, second, checkpoint=kept, resume=True, options=options)
    assert sorted(first.asked + second.asked) == sorted(questions())
    assert [row.answer for row in report.rows[1:]] == [f"Told of {text}" for text in questions()]
    assert report.spending.total.cost_usd == pytest.approx(0.01 * MANY)


def test_what_was_under_way_at_the_cap_is_finished_and_kept(tmp_path: Path) -> None:
    capped = threading.Event()

    def answer(question: Question) -> Answer:
        if question.text.endswith(" 1?"):
            capped.wait(20)  # ends after the other one has met the cap
            return answer_to(question)
        capped.set()
        raise CostLimitError("stopped at the cap")

    with pytest.raises(RunStoppedError) as stopped:
        fill(form(tmp_path, questions(2)), tmp_path / "o.xlsx", answer, options=Options(workers=2))
    assert [row.status for row in stopped.value.report.rows[1:]] == ["answered", "error"]


@pytest.mark.parametrize("workers", [1, 4])
def test_replies_that_cannot_be_used_never_stop_a_run(workers: int, tmp_path: Path) -> None:
    def answer(question: Question) -> Answer:
        if question.text.endswith(("2?", "3?", "4?", "5?")):
            raise ModelReplyError("refused by the filter")
        return answer_to(question)

    report = fill(form(tmp_path, questions(8)), tmp_path / "o.xlsx", answer, options=Options(workers=workers))
    assert (report.totals["error"], report.totals["answered"]) == (4, 4)


def test_a_reply_that_cannot_be_used_ends_a_row_of_faults(tmp_path: Path) -> None:
    def answer(question: Question) -> Answer:
        raise ModelReplyError("cut off") if question.text.endswith("3?") else ModelError("busy")

    with pytest.raises(RunStoppedError) as stopped:
        fill(form(tmp_path, questions(7)), tmp_path / "o.xlsx", answer)
    assert [row.notes[0] for row in stopped.value.report.rows[1:]][-2:] == [
        "busy",
        "not asked: the run was stopped before this row",
    ]


def batch(tmp_path: Path, answer: Callable[[Question], Answer], patience: float) -> Batch:
    """A batch of two workers that has not begun."""
    return Batch(answer, Checkpoint(tmp_path / "run.jsonl", "d", resume=False), workers=2, patience=patience)


def test_after_an_interrupt_nothing_new_is_begun_and_what_comes_soon_is_kept(tmp_path: Path) -> None:
    asked: list[str] = []
    under_way = threading.Event()

    def answer(question: Question) -> Answer:
        asked.append(question.text)
        if question.text.endswith(" 1?"):
            under_way.wait(20)
            raise KeyboardInterrupt  # the user's, as the main thread meets it
        under_way.set()
        stopped.wait(20)
        return answer_to(question)

    stopped = threading.Event()
    run = batch(tmp_path, answer, 20.0)
    run.stop.wakes(stopped.set)
    layout = inspect(form(tmp_path, questions()))
    with pytest.raises(KeyboardInterrupt):
        run.run(layout.items)
    assert 2 <= len(asked) <= 4  # one more may begin before the interrupt is seen
    assert {outcome.row.question for outcome in run.outcomes.values()} == set(asked) - {"Do you have control number 1?"}
    assert len((tmp_path / "run.jsonl").read_text("utf-8").splitlines()) == len(asked) - 1


def test_a_request_that_hangs_does_not_hold_up_the_end(tmp_path: Path) -> None:
    hanging, released = threading.Event(), threading.Event()

    def answer(question: Question) -> Answer:
        if question.text.endswith(" 1?"):
            hanging.wait(20)
            raise KeyboardInterrupt
        hanging.set()
        threads.append(threading.current_thread())
        released.wait(20)
        return answer_to(question)

    threads: list[threading.Thread] = []
    run = batch(tmp_path, answer, 0.0)
    with pytest.raises(KeyboardInterrupt):
        run.run(inspect(form(tmp_path, questions(2))).items)
    assert threads[0].is_alive()
    assert threads[0].daemon  # the process ends without it
    assert run.outcomes == {}
    released.set()


@pytest.mark.parametrize("fault", [CostLimitError("the cap"), ModelError("down")])
def test_whoever_still_answers_learns_that_the_run_is_over(fault: Exception, tmp_path: Path) -> None:
    stop, told = Stop(), threading.Event()
    stop.wakes(told.set)

    def answer(question: Question) -> Answer:
        if question.text.endswith(" 1?"):
            assert told.wait(20)
            stop.check()  # as a request that is tried again does
        raise fault

    with pytest.raises(RunStoppedError) as stopped:
        fill(form(tmp_path, questions(9)), tmp_path / "o.xlsx", answer, options=Options(workers=2, stop=stop))
    assert stopped.value.report.rows[1].notes == ("not asked: the run was stopped before this row",)


def test_a_run_whose_sign_was_given_asks_nobody(tmp_path: Path) -> None:
    stop = Stop()
    stop.give()

    def answer(question: Question) -> Answer:
        raise StoppedError("stopped")

    report = fill(form(tmp_path, questions(3)), tmp_path / "o.xlsx", answer, options=Options(stop=stop))
    assert report.totals["error"] == 3


@pytest.mark.parametrize("workers", [1, 4])
def test_an_answer_that_rows_share_costs_once(workers: int, tmp_path: Path) -> None:
    texts = ["Do you encrypt data?", "Do you test backups?", "do you ENCRYPT data?"]
    report = fill(form(tmp_path, texts), tmp_path / "o.xlsx", Capped(9), options=Options(workers=workers))
    assert [row.usage.cost_usd for row in report.rows[1:]] == [0.01, 0.01, 0.0]
    assert report.spending.total.input_tokens == 20
