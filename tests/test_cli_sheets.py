"""``rfp answer`` and ``rfp inspect`` on the command line: nothing of the customer's is ever lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rfp_responder import prompts
from rfp_responder.cli import run
from tests.model_server import ModelServer, Sent, drafted, fault, model_server, said

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


# -- with a model -------------------------------------------------------------------------------------------

QUOTE = "Customer data is encrypted at rest with AES-256."
TOKENS = {"prompt_tokens": 1000, "completion_tokens": 500}
ONE = 0.00045  # dollars of such a reply, at the listed price of gpt-4o-mini
ROOM = 0.0015  # dollars; the most that one request may cost is a little above half of it


def eight(extra: str = "") -> str:
    rows = [f"{n},Is customer data of kind {n} encrypted at rest?,{extra}" for n in range(1, 9)]
    return "\n".join(["Id,Question,Answer", *rows]) + "\n"


def asked_of(request: dict[str, Any]) -> str:
    """The question in a request."""
    return next(f"kind {n}" for n in range(1, 10) if f"kind {n} " in request["messages"][-1]["content"])


@pytest.fixture
def served(hashing_index: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """A model's server that answers everything, named in the settings; eight questions in asked.csv."""
    (hashing_index.parent / "asked.csv").write_text(eight(), "utf-8")
    with model_server() as server:
        server.reply = lambda _: said(drafted((QUOTE, QUOTE), stance="yes"), **TOKENS)
        for name, value in {
            "RFP_MODEL": "gpt-4o-mini",
            "RFP_BASE_URL": server.url,
            "RFP_PROMPT": "answer@1",
            "RFP_MAX_RETRIES": "0",
            "RFP_OFFLINE_FALLBACK": "false",
            "RFP_PARALLEL": "4",
        }.items():
            monkeypatch.setenv(name, value)
        yield server


def reported(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "out.report.json").read_text("utf-8"))
    return found


def held(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_a_model_cost_is_told_in_the_rows_the_report_and_at_the_end(
    served: ModelServer, tmp_path: Path, capsys: Captured
) -> None:
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    report = reported(tmp_path)
    assert [row["usage"]["cost_usd"] for row in report["rows"][1:]] == pytest.approx([ONE] * 8)
    assert {(row["author"], row["prompt"]) for row in report["rows"][1:]} == {("gpt-4o-mini", "answer@1")}
    assert report["usage"]["total"]["cost_usd"] == pytest.approx(8 * ONE)
    assert "8,000 + 4,000 tokens, $0.0036; this run spent $0.0036" in capsys.readouterr().out
    assert "Models and cost" in (tmp_path / "out.report.html").read_text("utf-8")


@pytest.mark.parametrize(("parallel", "fallback"), [("1", "false"), ("4", "false"), ("4", "true")])
def test_at_the_cap_the_run_stops_and_goes_on_where_it_was(
    parallel: str,
    fallback: str,
    served: ModelServer,
    tmp_path: Path,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RFP_PARALLEL", parallel)
    monkeypatch.setenv("RFP_OFFLINE_FALLBACK", fallback)  # nobody steps in where the cap is reached
    assert run(["answer", "asked.csv", "-o", "out.csv", "--max-cost", str(ROOM)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "stopped at the cap of $0.0015" in told.err
    assert "--resume and a higher --max-cost" in told.err
    done = len(served.asked)
    assert 1 <= done < 8
    assert done * ONE <= ROOM
    report = reported(tmp_path)
    assert f"{done} of 8 questions are done" in told.err
    assert (report["totals"]["answered"], report["totals"]["error"]) == (done, 8 - done)
    assert (tmp_path / "out.csv").read_text("utf-8").count(QUOTE) == done
    assert run(["answer", "asked.csv", "-o", "out.csv", "--resume", "--max-cost", "1"]) == 0
    assert sorted(asked_of(request) for request in served.asked) == [f"kind {n}" for n in range(1, 9)]
    report = reported(tmp_path)
    assert report["totals"]["answered"] == 8
    assert report["usage"]["total"]["cost_usd"] == pytest.approx(8 * ONE)
    assert f"this run spent ${(8 - done) * ONE:.4f}" in capsys.readouterr().out


def test_a_cap_below_one_request_asks_nobody(served: ModelServer, capsys: Captured) -> None:
    assert run(["answer", "asked.csv", "-o", "out.csv", "--max-cost", "0.00001"]) == 1
    assert "$0.00 spent, and the next request may cost" in capsys.readouterr().err
    assert served.asked == []


def test_a_cap_on_a_model_of_unknown_price_is_refused_before_anything_is_asked_or_written(
    served: ModelServer, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_BASE_URL", "https://models.example.com/v1")
    monkeypatch.setenv("RFP_MODEL", "house-model")
    assert run(["answer", "asked.csv", "-o", "out.csv", "--max-cost", "1"]) == 1
    assert "the price of model 'house-model' is not known" in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


def test_a_list_of_ones_own_prices_a_model(
    served: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (tmp_path / "own.toml").write_text('[models]\n"gpt-4o-mini" = { input = 10, output = 20 }\n', "utf-8")
    monkeypatch.setenv("RFP_PRICES", "own.toml")
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    assert reported(tmp_path)["usage"]["total"]["cost_usd"] == pytest.approx(8 * 0.02)


@pytest.mark.parametrize("amount", ["0", "-1", "nan"])
def test_a_cap_that_is_no_amount_is_refused(amount: str, served: ModelServer, capsys: Captured) -> None:
    assert run(["answer", "asked.csv", "--max-cost", amount]) == 1
    assert "--max-cost" in capsys.readouterr().err


def test_duplicates_are_asked_and_paid_once(served: ModelServer, tmp_path: Path, capsys: Captured) -> None:
    one = "Is customer data of kind 1 encrypted at rest?"
    (tmp_path / "asked.csv").write_text(f"Id,Question,Answer\n1,{one},\n2,{one.upper()},\n3,{one},\n", "utf-8")
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    assert len(served.asked) == 1
    report = reported(tmp_path)
    assert report["totals"]["answered"] == 3
    assert report["usage"]["total"]["cost_usd"] == pytest.approx(ONE)


def test_a_reply_that_is_asked_for_again_is_paid_twice(served: ModelServer, tmp_path: Path, capsys: Captured) -> None:
    def reply(request: dict[str, Any]) -> Sent:
        again = "not valid" in request["messages"][-1]["content"]
        return said(drafted((QUOTE, QUOTE), stance="yes") if again else '{"claims": 3}', **TOKENS)

    served.reply = reply
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    report = reported(tmp_path)
    assert report["totals"]["answered"] == 8
    assert report["usage"]["total"]["cost_usd"] == pytest.approx(16 * ONE)


def test_a_server_that_is_busy_at_first_is_paid_once(
    served: ModelServer, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_MAX_RETRIES", "3")
    monkeypatch.setenv("RFP_PARALLEL", "1")
    (tmp_path / "asked.csv").write_text(SHEET, "utf-8")
    busy = fault(429, "slow down", headers={"retry-after-ms": "2"})
    good = said(drafted((QUOTE, QUOTE), stance="yes"), **TOKENS)
    served.in_turn(busy, busy, good, busy, good)
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    assert len(served.asked) == 5
    assert reported(tmp_path)["usage"]["total"]["cost_usd"] == pytest.approx(2 * ONE)
    assert f"this run spent ${2 * ONE:.4f}" in capsys.readouterr().out


def test_a_reply_that_broke_off_may_be_billed_and_counts_against_the_cap(
    served: ModelServer, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_MAX_RETRIES", "1")
    (tmp_path / "asked.csv").write_text(SHEET.splitlines()[0] + "\n" + SHEET.splitlines()[1] + "\n", "utf-8")
    good = said(drafted((QUOTE, QUOTE), stance="yes"), **TOKENS)
    served.in_turn(Sent(good.body[:50], promised=len(good.body)), good)
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    cost = reported(tmp_path)["usage"]["total"]["cost_usd"]
    assert cost > ONE + 1200 * 0.6e-6  # as much output as it was allowed to write
    spent = float(capsys.readouterr().out.split("this run spent $")[1].split()[0])
    assert spent == pytest.approx(cost, abs=1e-4)


def dies_after(count: int) -> Callable[[ModelServer], Callable[[dict[str, Any]], Sent]]:
    """A server that answers so many requests and refuses every later one."""

    def made(server: ModelServer) -> Callable[[dict[str, Any]], Sent]:
        return lambda _: (
            said(drafted((QUOTE, QUOTE), stance="yes"), **TOKENS)
            if len(server.asked) <= count
            else fault(401, "no such key")
        )

    return made


def test_a_server_that_dies_in_the_middle_loses_nothing_that_was_done(
    served: ModelServer, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_PARALLEL", "1")
    served.reply = dies_after(3)(served)
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 1
    assert "failed 3 times in a row" in capsys.readouterr().err
    report = reported(tmp_path)
    assert (report["totals"]["answered"], report["totals"]["error"]) == (3, 5)
    assert report["usage"]["total"]["cost_usd"] == pytest.approx(3 * ONE)
    served.reply = lambda _: said(drafted((QUOTE, QUOTE), stance="yes"), **TOKENS)
    before = len(served.asked)
    assert run(["answer", "asked.csv", "-o", "out.csv", "--resume"]) == 0
    assert len(served.asked) - before == 5
    assert reported(tmp_path)["totals"]["answered"] == 8


def test_rows_of_one_prompt_version_are_not_taken_over_once_the_alias_names_another(
    served: ModelServer, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = Path(prompts.__file__).parent / "answer" / "1.md"
    own = tmp_path / "prompts" / "answer"
    own.mkdir(parents=True)
    (own / "901.md").write_text(shipped.read_text("utf-8").replace("One to three", "One or two"), "utf-8")
    (own.parent / "aliases.toml").write_text('production = "answer@1"\n', "utf-8")
    monkeypatch.setenv("RFP_PROMPT", "production")
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    capsys.readouterr()
    assert run(["answer", "asked.csv", "--estimate", "--resume"]) == 0
    assert "0 questions would be put" in capsys.readouterr().out
    (own.parent / "aliases.toml").write_text('production = "answer@901"\n', "utf-8")
    assert run(["answer", "asked.csv", "--estimate", "--resume"]) == 0
    assert "8 questions would be put" in capsys.readouterr().out


def test_an_estimate_asks_nobody_and_writes_nothing(served: ModelServer, tmp_path: Path, capsys: Captured) -> None:
    before = held(tmp_path)
    assert run(["answer", "asked.csv", "-o", "out.csv", "--estimate"]) == 0
    shown = capsys.readouterr().out
    assert served.asked == []
    assert {name: data for name, data in held(tmp_path).items() if "-shm" not in name and "-wal" not in name} == before
    assert "8 rows ask something: 8 questions would be put" in shown
    assert "gpt-4o-mini: 8 questions" in shown
    for part in (
        "likely",
        "at most",
        "tokens are estimated",
        "prices of 20",
        "nobody was asked and nothing was written",
    ):
        assert part in shown, part


def test_a_run_costs_no_more_than_its_estimate_says_at_most(
    served: ModelServer, tmp_path: Path, capsys: Captured
) -> None:
    assert run(["answer", "asked.csv", "-o", "out.csv", "--estimate"]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("gpt-4o-mini"))
    most = float(line.split(" likely, $")[1].split(" at most")[0])
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    assert 0 < reported(tmp_path)["usage"]["total"]["cost_usd"] <= most


def test_an_estimate_of_the_rest_leaves_out_what_is_done(served: ModelServer, capsys: Captured) -> None:
    assert run(["answer", "asked.csv", "-o", "out.csv", "--max-cost", str(ROOM)]) == 1
    done = len(served.asked)
    capsys.readouterr()
    assert run(["answer", "asked.csv", "-o", "out.csv", "--estimate", "--resume"]) == 0
    assert f"8 rows ask something: {8 - done} questions would be put" in capsys.readouterr().out


def test_an_estimate_without_a_model_says_that_it_costs_nothing(sheet: Path, capsys: Captured) -> None:
    assert run(["answer", "asked.csv", "--estimate"]) == 0
    assert "answered offline, which costs nothing" in capsys.readouterr().out
    assert not (sheet.parent / "asked.filled.csv").exists()


def test_a_model_of_unknown_price_is_told_and_never_passed_off_as_free(
    served: ModelServer, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_BASE_URL", "https://models.example.com/v1")
    monkeypatch.setenv("RFP_MODEL", "house-model")
    assert run(["answer", "asked.csv", "--estimate"]) == 0
    shown = capsys.readouterr().out
    assert "cost not known" in shown
    assert "the price of house-model is not known" in shown


def test_kept_replies_cost_nothing_the_second_time(
    served: ModelServer, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_REPLY_CACHE", "write")
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    assert run(["answer", "asked.csv", "-o", "out.csv", "--max-cost", "0.00001"]) == 0
    assert len(served.asked) == 8
    report = reported(tmp_path)
    assert (report["totals"]["answered"], report["usage"]["total"]["cost_usd"]) == (8, 0)


def test_a_canary_run_compares_its_two_prompts(
    served: ModelServer, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "prompts" / "answer"
    own.mkdir(parents=True)
    text = (Path(prompts.__file__).parent / "answer" / "1.md").read_text("utf-8").replace("One to three", "One or two")
    (own / "901.md").write_text(text, "utf-8")
    (own.parent / "aliases.toml").write_text('candidate = "answer@901"\n', "utf-8")
    monkeypatch.setenv("RFP_CANARY", "0.5")
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    usage = reported(tmp_path)["usage"]
    assert {share["name"] for share in usage["by_prompt"]} == {"answer@1", "answer@901"}
    assert sum(share["rows"] for share in usage["by_prompt"]) == 8
    assert "tell the two prompts apart" in usage["comparison"]
    assert usage["comparison"] in capsys.readouterr().out


def test_where_nobody_answers_but_the_offline_answerer_the_rows_say_so(
    served: ModelServer, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_OFFLINE_FALLBACK", "true")
    monkeypatch.setenv("RFP_PARALLEL", "1")
    served.reply = dies_after(3)(served)
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    report = reported(tmp_path)
    by_route = {share["name"]: share for share in report["usage"]["by_route"]}
    assert (by_route["strong"]["rows"], by_route["offline"]["rows"]) == (3, 5)
    assert by_route["offline"]["cost_usd"] == 0
    assert report["usage"]["total"]["cost_usd"] == pytest.approx(3 * ONE)


def test_replies_that_cannot_be_used_are_not_kept(
    served: ModelServer, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_REPLY_CACHE", "write")
    (tmp_path / "asked.csv").write_text(SHEET.splitlines()[0] + "\n" + SHEET.splitlines()[1] + "\n", "utf-8")
    served.reply = lambda _: said('{"claims": [{"text": 3, "quotes": []}], "stance": null, "missing": []}', **TOKENS)
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    assert reported(tmp_path)["totals"]["error"] == 1
    served.reply = lambda _: said(drafted((QUOTE, QUOTE), stance="yes"), **TOKENS)
    assert run(["answer", "asked.csv", "-o", "out.csv", "--resume"]) == 0
    assert reported(tmp_path)["totals"]["answered"] == 1
