"""A run scores every case, counts what it cannot score, and writes files that can be compared and checked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from evaluation_makers import answer, cite, embed, gold, passage

from rfp_responder.answer.chat import UnusableReplyError
from rfp_responder.domain import Answer, Claim, Question, Usage
from rfp_responder.errors import CostLimitError, InputError, ModelError, ModelReplyError
from rfp_responder.evaluation.compare import changes, markdown_changes
from rfp_responder.evaluation.gold import GoldCase
from rfp_responder.evaluation.metrics import METRICS
from rfp_responder.evaluation.report import (
    check_readme,
    load_results,
    markdown_table,
    text_table,
    write_between_markers,
)
from rfp_responder.evaluation.rows import Row, kept_while
from rfp_responder.evaluation.run import Aggregate, Provenance, RunResult, load_rows, run

SENTENCE = "Backups are kept for 35 days."
PROVENANCE = Provenance("ab" * 32, "c0ffee", "2026-01-31", {"top_k": 3, "answerer": "extractive"})
RIGHT = replace(
    answer([Claim(SENTENCE, (cite(3, SENTENCE),))], [passage(1, 3, SENTENCE), passage(2, 7)]),
    usage=Usage(seconds=0.25),
)
CASES = [
    gold(name="b1"),
    gold(name="b2", topic="restore"),
    gold((), name="u1", topic="pets"),
    gold(name="t1", split="tune"),
]


def right(question: Question, top_k: int) -> Answer:
    """Answers b1 and t1, refuses b2 and u1."""
    return replace(RIGHT, question=question) if question.id in {"b1", "t1"} else answer()


def by_name(result: RunResult, name: str, split: str = "test") -> Aggregate:
    return next(one for one in result.aggregates if (one.metric, one.split) == (name, split))


def test_each_case_is_asked_once_for_five_passages_and_nothing_of_the_gold_is_shown() -> None:
    asked: list[tuple[Question, int]] = []

    def ask(question: Question, top_k: int) -> Answer:
        asked.append((question, top_k))
        return answer()

    seen: list[tuple[int, int]] = []
    run(CASES, ask, embed, progress=lambda done, of: seen.append((done, of)))
    assert asked == [(case.as_question(), 5) for case in CASES]
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_row_has_every_metric_and_unscored_is_none() -> None:
    rows = {row.id: row for row in run(CASES, right, embed).rows}
    names = [metric.name for metric in METRICS]
    assert all(list(row.scores) == names for row in rows.values())
    assert rows["b1"].scores["key_fact_recall"] == 1.0
    assert rows["b1"].scores["context_precision_at_3"] == 1.0
    assert rows["b2"].scores["key_fact_recall"] == 0.0  # refused though the documents say it
    assert rows["b2"].scores["faithfulness"] is None  # a refusal claims nothing
    assert rows["u1"].scores["context_recall_at_3"] is None
    assert rows["b1"].cited == ("b.pdf#3",)
    assert rows["b1"].pages == ("b.pdf#3", "b.pdf#7")


def test_aggregates_count_what_is_scored_and_what_is_not() -> None:
    result = run(CASES, right, embed)
    facts = by_name(result, "key_fact_recall")
    assert (facts.value, facts.n, facts.unscored, facts.method) == (0.5, 2, 1, "bootstrap by topic")
    assert (facts.low, facts.high) == (0.0, 1.0)
    faithful = by_name(result, "faithfulness")
    assert (faithful.value, faithful.n, faithful.unscored, faithful.low) == (1.0, 1, 2, None)
    precision = by_name(result, "refusal_precision")
    assert (precision.value, precision.n, precision.method) == (0.5, 2, "Wilson")
    assert by_name(result, "refusal_recall").value == 1.0
    assert by_name(result, "refusal_f1").value == pytest.approx(2 / 3)  # tp 1, fp 1, fn 0
    assert by_name(result, "stance_accuracy").value is None
    assert by_name(result, "key_fact_recall", "tune").value == 1.0


def test_a_fourth_passage_counts_for_hit_at_5_but_is_no_context() -> None:
    late = answer([], [*(passage(rank, 1) for rank in (1, 2, 3)), passage(4, 3)])
    scores = run([gold()], lambda *_: late, embed).rows[0].scores
    assert (scores["page_hit_at_3"], scores["page_hit_at_5"], scores["reciprocal_rank"]) == (0.0, 1.0, 0.25)
    assert (scores["context_precision_at_3"], scores["context_recall_at_3"]) == (0.0, 0.0)


def test_a_fault_is_a_row_with_its_message_and_no_refusal() -> None:
    def broken(question: Question, top_k: int) -> Answer:
        raise ModelError("the server said 500", "Start it")

    row = run([gold(())], broken, embed).rows[0]
    assert (row.status, row.notes) == ("error", ("the server said 500. Start it",))
    assert row.scores["refusal_recall"] == 0.0
    assert run([gold(())], broken, embed).latency[0].errors == 1


def test_a_reply_that_could_not_be_used_is_an_error_that_was_paid_for() -> None:
    def useless(question: Question, top_k: int) -> Answer:
        raise UnusableReplyError("model m: not of its form", "", Usage(500, 60, 0.0, 0.02))

    found = run([gold()], useless, embed)
    assert (found.rows[0].status, found.rows[0].input_tokens, found.rows[0].cost_usd) == ("error", 500, 0.02)


def test_a_bug_is_not_hidden() -> None:
    def buggy(question: Question, top_k: int) -> Answer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run([gold()], buggy, embed)


def asked_until(fault: Exception, at: int) -> Callable[[Question, int], Answer]:
    """Answers, and raises the fault from question ``at`` (from 0) on."""
    numbers = {case.id: number for number, case in enumerate(MANY)}

    def ask(question: Question, top_k: int) -> Answer:
        if numbers[question.id] >= at:
            raise fault
        return answer()

    return ask


MANY = [gold(name=f"m{number}", topic=f"t{number % 3}") for number in range(12)]


@pytest.mark.parametrize("workers", [1, 3])
def test_three_faults_of_the_model_in_a_row_end_the_run_and_the_rows_so_far_are_kept(
    workers: int, tmp_path: Path
) -> None:
    asked = asked_until(ModelError("model m: refused", "Start it"), 4)
    partial = tmp_path / "out" / "rows.jsonl"
    said = r"model m: refused \(\d+ of 12 questions are done\). Start it"
    with pytest.raises(ModelError, match=said), kept_while(partial) as keep:
        run(MANY, asked, embed, workers=workers, kept=keep)
    kept = load_rows(partial.parent)
    assert sum(row.status == "error" for row in kept) >= 3
    assert len(kept) < 12
    if workers == 1:
        assert [row.id for row in kept] == [f"m{number}" for number in range(7)]


def test_faults_that_are_not_in_a_row_or_not_of_the_model_do_not_end_it() -> None:
    def now_and_then(question: Question, top_k: int) -> Answer:
        if question.id in {"m0", "m1", "m3", "m4", "m6"}:
            raise ModelError("busy")
        if question.id > "m6":
            raise InputError("not a question")
        return answer()

    found = run(MANY, now_and_then, embed)
    assert sum(row.status == "error" for row in found.rows) == 8


def test_a_model_whose_replies_cannot_be_used_is_measured_to_the_end() -> None:
    found = run(MANY, asked_until(ModelReplyError("model m: not of its form"), 0), embed)
    assert [row.status for row in found.rows] == ["error"] * 12


@pytest.mark.parametrize("workers", [1, 3])
def test_the_cap_on_the_cost_ends_the_run_at_once(workers: int) -> None:
    kept: list[Row] = []
    asked = asked_until(CostLimitError("the cap of 1.00 USD is reached", "Go on"), 5)
    with pytest.raises(
        CostLimitError, match=r"reached \(\d of 12 questions are done\). Run it again with a higher cap"
    ):
        run(MANY, asked, embed, workers=workers, kept=kept.append)
    assert {row.status for row in kept} <= {"unanswered"}
    assert len(kept) <= 5


def test_some_are_asked_at_a_time_and_the_rows_stand_in_order() -> None:
    together = threading.Barrier(3, timeout=20)

    def ask(question: Question, top_k: int) -> Answer:
        together.wait()  # three must be there at once, else this breaks
        return replace(RIGHT, question=question)

    seen: list[int] = []
    found = run(MANY, ask, embed, workers=3, progress=lambda done, _: seen.append(done))
    assert [row.id for row in found.rows] == [case.id for case in MANY]
    assert seen == list(range(1, 13))


def test_an_interrupt_keeps_what_came(tmp_path: Path) -> None:
    def interrupted(question: Question, top_k: int) -> Answer:
        if question.id == "m3":
            raise KeyboardInterrupt
        return answer()

    with pytest.raises(KeyboardInterrupt), kept_while(tmp_path / "rows.jsonl") as keep:
        run(MANY, interrupted, embed, kept=keep)
    assert [row.id for row in load_rows(tmp_path)] == ["m0", "m1", "m2"]


def test_a_run_that_ends_well_leaves_no_partial_rows(tmp_path: Path) -> None:
    (tmp_path / "rows.partial.jsonl").write_text("left by a run before\n")
    with kept_while(tmp_path / "rows.partial.jsonl") as keep:
        run(CASES, right, embed, kept=keep)
        assert (tmp_path / "rows.partial.jsonl").read_text().count("\n") == 4
    assert list(tmp_path.iterdir()) == []


def test_a_row_tells_who_wrote_by_which_way_and_what_it_took() -> None:
    told = replace(
        RIGHT,
        author="big",
        prompt="answer@2",
        route="strong",
        usage=Usage(900, 70, 1.5, 0.0123),
        notes=(
            "dropped an empty claim",
            "dropped a claim that names a passage that was not given: y",
            "dropped a quote that does not stand in passage 1: z",
            "other",
        ),
    )
    row = run([gold()], lambda *_: told, embed).rows[0]
    assert (row.author, row.prompt, row.route, row.dropped) == ("big", "answer@2", "strong", 2)
    assert (row.input_tokens, row.output_tokens, row.cost_usd, row.seconds) == (900, 70, 0.0123, 1.5)


@pytest.mark.parametrize("folder", ["results", "history/first"])
def test_rows_of_earlier_versions_are_still_read(folder: str) -> None:
    rows = load_rows(Path(__file__).parents[1] / "evals" / folder)
    assert len(rows) == 209
    old = [row for row in rows if not row.author]
    assert all((row.prompt, row.route, row.input_tokens, row.dropped) == (None, "", 0, 0) for row in old)


def test_a_line_separator_in_an_answer_does_not_break_a_row(tmp_path: Path) -> None:
    odd = replace(RIGHT, notes=("one\u2028two\x85three",))
    result = run([gold()], lambda *_: odd, embed)
    result.save(tmp_path, PROVENANCE)
    assert load_rows(tmp_path) == result.rows


def test_two_runs_write_the_same_bytes_without_path_or_time(tmp_path: Path) -> None:
    run(CASES, right, embed).save(tmp_path / "one", PROVENANCE)
    run(CASES, right, embed).save(tmp_path / "two", PROVENANCE)
    for name in ("results.json", "rows.jsonl"):
        text = (tmp_path / "one" / name).read_text()
        assert text == (tmp_path / "two" / name).read_text()
        assert str(tmp_path) not in text
    data = json.loads((tmp_path / "one" / "results.json").read_text())
    assert (data["gold_sha256"], data["commit"], data["date"], data["cases"]) == (
        "ab" * 32,
        "c0ffee",
        "2026-01-31",
        4,
    )
    assert data["settings"] == {"answerer": "extractive", "top_k": 3}


def test_rows_come_back_as_they_were_saved(tmp_path: Path) -> None:
    result = run(CASES, right, embed)
    result.save(tmp_path, PROVENANCE)
    assert load_rows(tmp_path) == result.rows
    (tmp_path / "rows.jsonl").write_text('{"id": 1}\n')
    with pytest.raises(InputError, match="cannot read the rows"):
        load_rows(tmp_path)


def test_the_table_shows_value_interval_n_unscored_and_tune(tmp_path: Path) -> None:
    run(CASES, right, embed).save(tmp_path, PROVENANCE)
    results = load_results(tmp_path / "results.json")
    table = markdown_table(results)
    assert "| Answer correctness: key facts | 0.500 [0.000, 1.000] | 2 | 1 | 1.000 |" in table
    assert "| Faithfulness (lexical support) | 1.000 | 1 | 2 | 1.000 |" in table
    assert "| Stance accuracy | not scored | 0 | 3 | not scored |" in table
    assert "| Seconds per question, test, p50 / p95 | 0.00 / 0.23 | 3 | | |" in table
    assert table.endswith("4 cases, 0 errors. Gold `abababababab`, commit `c0ffee`, 2026-01-31.\n")
    assert "nan" not in table
    assert "0.500 [0.000, 1.000]" in text_table(results)


def test_a_readme_is_checked_against_its_results(tmp_path: Path) -> None:
    run(CASES, right, embed).save(tmp_path, PROVENANCE)
    readme, results = tmp_path / "README.md", tmp_path / "results.json"
    readme.write_text("# Title\n<!-- eval:begin -->\nold\n<!-- eval:end -->\nEnd\n")
    assert not check_readme(readme, results)
    write_between_markers(readme, "eval", markdown_table(load_results(results)))
    assert check_readme(readme, results)
    once = readme.read_text()
    write_between_markers(readme, "eval", markdown_table(load_results(results)))
    assert readme.read_text() == once
    assert once.startswith("# Title\n<!-- eval:begin -->\n|")
    assert once.endswith("\n<!-- eval:end -->\nEnd\n")
    readme.write_text(once.replace("0.500", "0.900"))
    assert not check_readme(readme, results)


@pytest.mark.parametrize("text", ["", "<!-- eval:begin -->", "<!-- eval:end --><!-- eval:begin -->"])
def test_markers_that_are_not_there_once_in_order_are_refused(tmp_path: Path, text: str) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(text)
    with pytest.raises(InputError, match="expected each once, in this order"):
        write_between_markers(readme, "eval", "x")


def test_results_of_another_schema_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text('{"schema": 99}')
    with pytest.raises(InputError, match="schema 99, expected 1"):
        load_results(path)
    path.write_text("{")
    with pytest.raises(InputError, match="cannot read the results"):
        load_results(path)


def test_two_runs_are_compared_case_by_case() -> None:
    before = run(CASES, lambda *_: answer(), embed).rows
    after = run(CASES, right, embed).rows
    found = {change.metric.name: change for change in changes(before, after, "test")}
    facts = found["key_fact_recall"]
    assert (facts.before, facts.after, facts.difference.mean, facts.lost) == (0.0, 0.5, 0.5, 0)
    assert (facts.difference.better, facts.difference.worse, facts.difference.n) == (1, 0, 2)
    assert "faithfulness" not in found  # nothing was claimed before
    line = "| Answer correctness: key facts | 0.000 | 0.500 | +0.500 [+0.000, +1.000] | 1 / 0 | 2 | 0 |"
    assert line in markdown_changes(list(found.values()))


def test_runs_over_different_cases_are_not_compared() -> None:
    rows = run(CASES, right, embed).rows
    with pytest.raises(InputError, match="the runs differ in 1 cases of split test, first 'b1'"):
        changes(rows, rows[1:], "test")


def test_the_documentation_names_every_metric_and_every_field_of_a_case() -> None:
    text = (Path(__file__).parent.parent / "evals" / "README.md").read_text(encoding="utf-8")
    for metric in METRICS:
        assert f"`{metric.name}`" in text, metric.name
    for field in GoldCase.model_fields:
        assert f"`{field}`" in text, field
