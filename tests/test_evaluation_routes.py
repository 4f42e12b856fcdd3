"""What each route did and cost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from evaluation_makers import row

from rfp_responder.evaluation.report import dollars, load_results, markdown_table, text_table
from rfp_responder.evaluation.routes import by_route, several_ways, totals
from rfp_responder.evaluation.rows import Row
from rfp_responder.evaluation.run import Provenance, RunResult

SMALL = replace(
    row(scores={"key_fact_recall": 1.0, "wrong_among_answered": 0.0}),
    route="small", author="mini", prompt="answer@2", input_tokens=100, output_tokens=10, cost_usd=0.001, seconds=1.0,
)  # fmt: skip
STRONG = replace(
    SMALL, route="strong", author="big", input_tokens=900, output_tokens=90, cost_usd=0.03, seconds=3.0, dropped=2
)
BLANK = replace(STRONG, status="unanswered", scores={"key_fact_recall": 0.0, "wrong_among_answered": None})
FAILED = replace(row(scores={"key_fact_recall": 0.0}), status="error", seconds=0.0)
ROWS = (SMALL, SMALL, SMALL, STRONG, BLANK, FAILED)


def saved(folder: Path, rows: tuple[Row, ...]) -> Path:
    RunResult(rows).save(folder, Provenance("ab" * 32, "c0ffee", "2026-01-31", {"model": "big"}))
    return folder / "results.json"


def test_each_way_has_its_quality_tokens_dollars_and_seconds() -> None:
    small, strong, failed = by_route(ROWS)
    assert (small.route, small.author, small.prompt, small.n, small.answered) == ("small", "mini", "answer@2", 3, 3)
    assert (strong.n, strong.answered, strong.dropped) == (2, 1, 4)
    assert (strong.input_tokens, strong.output_tokens, strong.cost_usd, strong.cost_per_100) == (900, 90, 0.06, 3.0)
    assert (small.cost_usd, small.cost_per_100, small.p50, strong.p95) == (0.003, 0.1, 1.0, 3.0)
    quality = {each.metric: each for each in strong.quality}
    assert (quality["key_fact_recall"].value, quality["key_fact_recall"].n) == (0.5, 2)
    assert (quality["wrong_among_answered"].n, quality["wrong_among_answered"].unscored) == (1, 1)
    assert quality["wrong_among_answered"].low is not None
    assert (failed.errors, failed.author, failed.p50) == (1, "", None)


def test_the_parts_add_up_to_the_whole() -> None:
    whole, parts = totals(ROWS), by_route(ROWS)
    assert whole.cost_usd == round(sum(each.cost_usd for each in parts), 6)
    assert whole.input_tokens == sum(each.input_tokens * each.n for each in parts)
    assert whole.dropped == sum(each.dropped for each in parts)
    assert sum(each.n for each in parts) == len(ROWS)
    assert totals(()).cost_per_100 == 0


def test_the_table_stands_where_there_is_more_than_one_way(tmp_path: Path) -> None:
    results = load_results(saved(tmp_path, ROWS))
    for shown in (text_table(results), markdown_table(results)):
        for part in ("mini", "strong", "error", "900 / 90", "0.0030", "not which is better"):
            assert part in shown, part
    assert "tokens 2,100 in, 210 out; 0.063 USD in all, 1.05 per 100 questions; 4 claims dropped" in text_table(results)
    assert results.settings == {"model": "big"}


def test_one_way_needs_no_table_and_errors_are_no_way(tmp_path: Path) -> None:
    assert not several_ways(by_route((SMALL, SMALL, FAILED)))
    assert several_ways(by_route((SMALL, replace(SMALL, prompt="answer@1"))))
    offline = (replace(row(), author="offline extractive"), FAILED)
    shown = text_table(load_results(saved(tmp_path, offline)))
    assert "by route" not in shown
    assert "USD" not in shown


def test_small_amounts_keep_two_figures() -> None:
    assert [dollars(value) for value in (0.0, 0.00123, 0.00001, 0.5, 1234.5)] == [
        "0.00",
        "0.0012",
        "0.000010",
        "0.50",
        "1,234.50",
    ]
