"""``rfp prompts``: every command, what it prints, and its exit codes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from evaluation_makers import gold
from prompt_makers import FLOORS, put, result, version

from rfp_responder.cli import run
from rfp_responder.cli.measuring import Build
from rfp_responder.evaluation.gold import GoldCase
from rfp_responder.evaluation.run import RunResult, load_rows
from rfp_responder.prompts import PromptLibrary
from rfp_responder.settings import Settings
from tests.model_server import drafted, model_server, said

Captured = pytest.CaptureFixture[str]
PRODUCTION = PromptLibrary().aliases()["production"]
FIRST = max(PromptLibrary().numbers("answer")) + 1
A, B = f"answer@{FIRST}", f"answer@{FIRST + 1}"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a gold file, gates, and no prompts of one's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RFP_MODEL", "small")
    (tmp_path / "evals").mkdir()
    cases = [gold(name=f"c{number}", topic=f"t{number}") for number in range(12)] + [gold(name="tune", split="tune")]
    lines = "".join(case.model_dump_json() + "\n" for case in cases)
    (tmp_path / "evals" / "gold.jsonl").write_text(lines, "utf-8")
    (tmp_path / "evals" / "gates.toml").write_text(FLOORS, "utf-8")
    return tmp_path


@pytest.fixture
def measured(here: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Settings, list[str], str]]:
    """Every run that was asked for; a version with "worse" in its reason knows no fact, the others know all."""
    asked: list[tuple[Settings, list[str], str]] = []

    def measure(
        settings: Settings,
        cases: Sequence[GoldCase],
        label: str = "eval",
        build: Build | None = None,
        partial: Path | None = None,
    ) -> RunResult:
        asked.append((settings, [case.id for case in cases], label))
        bad = "worse" in PromptLibrary(settings.prompts).find(settings.prompt).why
        return result([0.0 if bad else 1.0] * len(cases))

    monkeypatch.setattr("rfp_responder.cli.measuring.measure", measure)
    return asked


def out(capsys: Captured, *arguments: str, code: int = 0) -> str:
    capsys.readouterr()
    assert run(["prompts", *arguments]) == code
    return capsys.readouterr().out


def told(capsys: Captured, *arguments: str) -> str:
    capsys.readouterr()
    assert run(["prompts", *arguments]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("rfp: ")
    assert shown.err.count("\n") == 1
    return shown.err


def printed(capsys: Captured, *arguments: str) -> Any:
    return json.loads(out(capsys, *arguments, "--json"))


def test_list_shows_every_version_and_which_one_answers(here: Path, capsys: Captured) -> None:
    put(here / "prompts", version(FIRST, why="shorter \N{LATIN SMALL LETTER E WITH ACUTE}"))
    rows = out(capsys, "list").splitlines()
    assert re.search(rf"{PRODUCTION}\s+production\s+shipped\s+yes", "\n".join(rows))
    assert re.search(rf"{A}\s+own\s+no\s+claims-1\s+2026-01-31\s+shorter é", rows[-1])
    listed = printed(capsys, "list")
    assert [one["ref"] for one in listed][-1] == A
    assert {one["ref"]: one["aliases"] for one in listed}[PRODUCTION] == ["production"]
    assert "system" not in listed[0]


def test_show_prints_the_file_and_json_has_every_part(here: Path, capsys: Captured) -> None:
    path = put(here / "prompts", version(FIRST))
    assert out(capsys, "show", A).endswith(path.read_text("utf-8"))
    whole = printed(capsys, "show", A)
    assert (whole["system"], whole["sampling"]["max_tokens"], whole["own"]) == ("You answer from passages.", 800, True)
    assert out(capsys, "show", "production").startswith(f"{PRODUCTION}, sha256 ")
    assert "there is no such version" in told(capsys, "show", "answer@999")


def test_diff_shows_what_changed_in_header_and_parts(here: Path, capsys: Captured) -> None:
    put(here / "prompts", version(FIRST))
    put(here / "prompts", version(FIRST + 1, why="kinder", system="You answer kindly."))
    lines = out(capsys, "diff", A, B).splitlines()
    assert lines[:2] == [f"--- {A}", f"+++ {B}"]
    assert {'-why = "shorter answers"', '+why = "kinder"', "+You answer kindly."} <= set(lines)
    assert printed(capsys, "diff", A, B)["diff"] == lines
    assert out(capsys, "diff", A, A) == f"{A} and {A} say the same\n"


def test_new_copies_a_version_to_the_next_free_number(here: Path, capsys: Captured) -> None:
    assert out(capsys, "new", "answer") == f"prompts/answer/{FIRST}.md\n"
    made, latest = PromptLibrary(here / "prompts").find(A), PromptLibrary().find(f"answer@{FIRST - 1}")
    assert (made.system, made.user, made.why) == (latest.system, latest.user, "")
    put(here / "prompts", version(FIRST + 1))
    assert out(capsys, "new", "answer", "--from", "answer@1") == f"prompts/answer/{FIRST + 2}.md\n"
    assert out(capsys, "new", "brief", "--from", B) == "prompts/brief/1.md\n"
    assert out(capsys, "show", "brief@1").count("You answer from passages.") == 1
    assert "is no name" in told(capsys, "new", "../x")
    assert "its field why is empty" in told(capsys, "promote", A, "--alias", "candidate")


def test_promote_measures_the_test_split_with_the_model_alone(
    here: Path, measured: list[tuple[Settings, list[str], str]], capsys: Captured
) -> None:
    put(here / "prompts", version(FIRST))
    line = out(capsys, "promote", A, "--by", "Ann", "--index", "elsewhere")
    assert re.search(rf"promoted; production: {PRODUCTION} -> {A}; by Ann; page_hit_at_3 1\.000 \(was 1\.000\)", line)
    (settings, asked, label), (_, _, other) = measured
    assert (label, other, settings.prompt, settings.index) == (A, PRODUCTION, A, Path("elsewhere"))
    assert asked == [f"c{number}" for number in range(12)]
    assert (settings.canary, settings.offline_fallback, settings.fallback_models) == (0.0, False, "")
    (event,) = printed(capsys, "log")
    results = json.loads((here / "prompts" / event["run"] / "results.json").read_text("utf-8"))
    assert (results["settings"]["prompt"], results["settings"]["model"]) == (A, "small")
    assert len(load_rows(here / "prompts" / event["run"])) == 12
    assert printed(capsys, "show", "production")["ref"] == A


def test_promote_asks_a_real_server_every_question_of_both_versions(
    here: Path, hashing_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (here / "evals" / "gates.toml").write_text("[floors]\npage_hit_at_3 = 0\n", "utf-8")
    for number, system in ((FIRST, "Answer well."), (FIRST + 1, "Answer kindly.")):
        put(here / "prompts", version(number, system=system))
    (here / "prompts" / "aliases.toml").write_text(f'production = "{A}"\n', "utf-8")
    with model_server() as server:
        server.reply = lambda _: said(drafted(missing=("all of it",)))
        monkeypatch.setenv("RFP_BASE_URL", server.url)
        assert f"promoted; production: {A} -> {B}" in out(capsys, "promote", B)
    systems = [request["messages"][0]["content"].split("\n")[0] for request in server.asked]
    assert systems == ["Answer kindly."] * 12 + ["Answer well."] * 12
    (event,) = printed(capsys, "log")
    rows = load_rows(here / "prompts" / event["run"])
    assert [(row.split, row.status) for row in rows] == [("test", "unanswered")] * 12
    assert event["figures_before"] == {"page_hit_at_3": 0.0}


def test_a_refusal_is_one_line_a_gate_exit_code_2_and_changes_nothing(
    here: Path, measured: list[tuple[Settings, list[str], str]], capsys: Captured
) -> None:
    put(here / "prompts", version(FIRST, why="worse"))
    assert run(["prompts", "promote", A]) == 2
    shown = capsys.readouterr()
    assert shown.err == "rfp: gate: key_fact_recall: 0.000, expected at least 0.25 (n = 12)\n"
    assert f"refused; production: {PRODUCTION} -> {A}" in shown.out
    assert printed(capsys, "show", "production")["ref"] == PRODUCTION
    assert not printed(capsys, "show", A)["released"]
    assert "refused" in out(capsys, "log")
    assert "expected at least 0.25" in out(capsys, "log")


def test_gold_and_gates_can_be_named(
    here: Path, measured: list[tuple[Settings, list[str], str]], capsys: Captured
) -> None:
    put(here / "prompts", version(FIRST))
    (here / "evals" / "gold.jsonl").rename(here / "mine.jsonl")
    (here / "strict.toml").write_text("[floors]\nstance_accuracy = 0.5\n", "utf-8")
    assert "gold" in told(capsys, "promote", A)
    out(capsys, "promote", A, "--gold", "mine.jsonl", "--gates", "strict.toml", code=2)
    assert "no floor is named" in told_with(capsys, here, "[floors]\n")


def told_with(capsys: Captured, here: Path, gates: str) -> str:
    (here / "gates.toml").write_text(gates, "utf-8")
    return told(capsys, "promote", A, "--gold", "mine.jsonl", "--gates", "gates.toml")


def test_ctrl_c_in_a_promotion_says_nothing_that_is_untrue(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    put(here / "prompts", version(FIRST))

    def interrupted(*_: object) -> RunResult:
        raise KeyboardInterrupt

    monkeypatch.setattr("rfp_responder.cli.measuring.measure", interrupted)
    shown = told(capsys, "promote", A)
    assert "other commands begin anew" in shown
    assert "what was finished is kept" not in shown
    assert printed(capsys, "show", "production")["ref"] == PRODUCTION


def test_without_a_model_nothing_can_be_measured(
    here: Path, measured: list[tuple[Settings, list[str], str]], monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    put(here / "prompts", version(FIRST))
    monkeypatch.setenv("RFP_MODEL", "")
    assert "a prompt cannot be measured without a model" in told(capsys, "promote", A)
    assert measured == []
    assert out(capsys, "promote", A, "--alias", "candidate").endswith(f"promoted; candidate: none -> {A}\n")


def test_a_gold_file_without_a_test_split_is_told(
    here: Path, measured: list[tuple[Settings, list[str], str]], capsys: Captured
) -> None:
    put(here / "prompts", version(FIRST))
    (here / "tune.jsonl").write_text(gold(split="tune").model_dump_json() + "\n", "utf-8")
    assert "no case of split 'test'" in told(capsys, "promote", A, "--gold", "tune.jsonl")


def test_rollback_goes_back_step_by_step_and_is_recorded(
    here: Path, measured: list[tuple[Settings, list[str], str]], capsys: Captured
) -> None:
    for number, ref in ((FIRST, A), (FIRST + 1, B)):
        put(here / "prompts", version(number))
        out(capsys, "promote", ref)
    assert f"rolled back; production: {B} -> {A}; by Bo" in out(capsys, "rollback", "--by", "Bo")
    assert printed(capsys, "rollback")["after"] == PRODUCTION
    assert "no promotion is left to roll back" in told(capsys, "rollback")
    assert "no promotion is left to roll back" in told(capsys, "rollback", "--alias", "candidate")
    assert [event["what"] for event in printed(capsys, "log")] == ["promoted"] * 2 + ["rolled back"] * 2
    assert len(out(capsys, "log").splitlines()) == 4


def test_another_folder_can_be_named_by_option_or_setting(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    put(here / "ours", version(FIRST))
    assert A in out(capsys, "list", "--prompts", "ours")
    monkeypatch.setenv("RFP_PROMPTS", "ours")
    assert A in out(capsys, "list")
    assert "is a file, expected a folder" in told(capsys, "list", "--prompts", "evals/gold.jsonl")


def test_nothing_is_written_by_looking(here: Path, capsys: Captured) -> None:
    for arguments in (["list"], ["show", "production"], ["diff", "answer@1", "production"], ["log"]):
        out(capsys, *arguments)
    assert out(capsys, "log") == "nothing was promoted or rolled back yet\n"
    assert "## answer@1" in out(capsys, "log", "--markdown")
    assert not (here / "prompts").exists()


def test_what_could_steer_a_terminal_never_reaches_it(here: Path, capsys: Captured) -> None:
    put(here / "prompts", version(FIRST))
    out(capsys, "promote", A, "--alias", "candidate", "--by", "\x1b[2JEve\nproduction")
    assert out(capsys, "log").endswith("by [2JEve production\n")
    hostile = put(here / "prompts", version(FIRST + 1))
    hostile.write_text(hostile.read_text("utf-8").replace("You", "\x1b]0;"), "utf-8")
    capsys.readouterr()
    assert run(["prompts", "list"]) == 0
    shown = capsys.readouterr()
    assert "control character U+001B" in shown.err
    assert "\x1b" not in shown.out + shown.err
    assert A in shown.out, "one file at fault hides no other"


@pytest.mark.parametrize("command", ["list", "show", "diff", "new", "promote", "rollback", "log"])
def test_the_help_of_every_command_tells_every_option(command: str, capsys: Captured) -> None:
    shown = out(capsys, command, "--help")
    assert "Usage:" in shown
    options = re.findall(r"^  (?:-\w, )?--[\w-]+.*(?:\n {6,}.*)*", shown, re.M)
    assert options
    for option in options:
        assert re.search(r"\s{2,}\S|\n\s+\S", option.strip()), option


def test_a_cap_on_the_cost_holds_for_both_runs_of_a_promotion(
    here: Path, hashing_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (here / "evals" / "gates.toml").write_text("[floors]\npage_hit_at_3 = 0\n", "utf-8")
    put(here / "prompts", version(FIRST))
    monkeypatch.setenv("RFP_MODEL", "gpt-4o")  # 2.50 and 10.00 USD a million tokens: 0.01 a reply
    monkeypatch.setenv("RFP_PARALLEL", "1")
    with model_server() as server:
        server.reply = lambda _: said(drafted(missing=("all of it",)), prompt_tokens=2000, completion_tokens=500)
        monkeypatch.setenv("RFP_BASE_URL", server.url)
        shown = told(capsys, "promote", A, "--max-cost", "0.18")
    assert "stopped at the cap of $0.18" in shown
    assert f"prompt {PRODUCTION}: " in shown
    assert 13 <= len(server.asked) <= 18, "the first run and a part of the second"
    partial = here / "prompts" / "runs" / f"{PRODUCTION}.rows.partial.jsonl"
    assert len(partial.read_text("utf-8").splitlines()) == len(server.asked) - 12
    assert "Nothing was promoted" in shown
    assert printed(capsys, "log") == []
    assert len(load_rows(next((here / "prompts" / "runs").glob(f"{A}-*")))) == 12
    assert "a candidate is not measured" in told(capsys, "promote", A, "--alias", "candidate", "--max-cost", "1")
