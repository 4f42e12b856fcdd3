"""Runs over a questionnaire whose model's server goes down, refuses, or echoes secrets: what is said, kept, resumed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rfp_responder.cli import run
from tests.model_server import ModelServer, Sent, fault, keyed, model_server, said
from tests.test_model_flow import ENCRYPTED, Captured, answering, asked, base, filled, questionnaire, server

__all__ = ["base", "server"]  # fixtures
PRICES = 'as_of = 2026-11-20\n[models."big-one"]\ninput = 1000.0\noutput = 2000.0\n'
SAID = "were answered offline because big-one failed: "


@pytest.fixture
def priced(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (base / "prices.toml").write_text(PRICES, "utf-8")
    monkeypatch.setenv("RFP_PRICES", "prices.toml")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def region(request: dict[str, Any]) -> int:
    """Which row of the questionnaire a request asks."""
    return int(str(request["messages"][-1]["content"]).rsplit("region ", 1)[1].split("?")[0])


def refusing(rows: set[int], refusal: Sent) -> Callable[[dict[str, Any]], Sent]:
    return lambda request: refusal if region(request) in rows else answering(request)


def authors(report: dict[str, Any]) -> list[str]:
    return [row["author"] for row in report["rows"] if row["status"] != "not_a_question"]


# -- an outage ----------------------------------------------------------------------------------------------


def test_an_outage_is_said_and_its_rows_are_asked_again_on_resume_at_another_port(
    base: Path, server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_BASE_URL", f"http://127.0.0.1:{free_port()}/v1")
    questionnaire(base, 6)
    report, _ = filled(capsys, base)
    assert authors(report) == ["offline extractive"] * 6
    note = next(note for note in report["notes"] if SAID in note)
    assert note.startswith("6 of 6 rows")
    assert "no connection" in note
    assert "answered instead" not in note
    monkeypatch.setenv("RFP_BASE_URL", server.url)
    server.reply = answering
    report, told = filled(capsys, base, "--resume")
    assert authors(report) == ["big-one"] * 6
    assert len(server.asked) == 6
    assert not any(SAID in note for note in report["notes"])
    assert "--resume" not in told


def test_only_rows_that_a_model_failed_on_are_asked_again(base: Path, server: ModelServer, capsys: Captured) -> None:
    questionnaire(base, 6)
    server.reply = refusing({2, 5}, fault(503))
    report, _ = filled(capsys, base)
    assert any(note.startswith("2 of 6 rows " + SAID) for note in report["notes"])
    server.reply = answering
    server.asked.clear()
    report, _ = filled(capsys, base, "--resume")
    assert sorted(map(region, server.asked)) == [2, 5]
    assert authors(report) == ["big-one"] * 6
    server.asked.clear()
    filled(capsys, base, "--resume")  # the newer lines count
    assert server.asked == []


def test_an_outage_is_told_at_the_end_of_the_run(base: Path, server: ModelServer, capsys: Captured) -> None:
    questionnaire(base, 2)
    server.reply = lambda _: fault(503)
    assert run(["answer", "sheet.csv", "-o", "out.csv"]) == 0
    assert f"2 of 2 rows {SAID}" in capsys.readouterr().out


# -- resume -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [("OFFLINE_FALLBACK", "true"), ("BASE_URL", "http://localhost:1/v1"), ("SMALL_BASE_URL", "http://x/v1"),
     ("TIMEOUT", "9"), ("API_KEY", "sk-another")],
)  # fmt: skip
def test_a_remedy_does_not_lose_the_rows_that_are_done(
    name: str, value: str, base: Path, server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_OFFLINE_FALLBACK", "false")
    questionnaire(base, 4)
    server.reply = answering
    filled(capsys, base)
    monkeypatch.setenv(f"RFP_{name}", value)
    report, told = filled(capsys, base, "--resume")
    assert len(server.asked) == 4
    assert authors(report) == ["big-one"] * 4
    assert "--resume" not in told


@pytest.mark.parametrize("estimate", [[], ["--estimate"]])
def test_a_resume_that_finds_nothing_says_so(
    estimate: list[str], base: Path, server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    questionnaire(base, 2)
    server.reply = answering
    filled(capsys, base)
    monkeypatch.setenv("RFP_TOP_K", "2")
    capsys.readouterr()
    assert run(["answer", "sheet.csv", "-o", "out.csv", "--resume", *estimate]) == 0
    told = capsys.readouterr().err
    assert "rfp: --resume: no finished rows are kept" in told


@pytest.mark.parametrize(
    "refusal",
    [
        fault(400, "filtered", code="content_filter"),
        fault(400, "the request exceeds the available context size. try increasing the context size"),
        said('{"claims": [', finish="length"),
    ],
    ids=["filter", "long", "cut"],
)
def test_questions_that_a_model_cannot_answer_stop_neither_the_run_nor_its_resume(
    refusal: Sent, base: Path, server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_OFFLINE_FALLBACK", "false")
    monkeypatch.setenv("RFP_PARALLEL", "1")
    questionnaire(base, 12)
    server.reply = refusing({2, 3, 4, 5}, refusal)
    for options in ([], ["--resume"]):
        report, _ = filled(capsys, base, *options)
        assert (report["totals"]["error"], authors(report).count("big-one")) == (4, 8)


def test_questions_that_are_too_long_do_not_retire_the_model(
    base: Path, server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_PARALLEL", "1")
    questionnaire(base, 9)
    server.reply = refusing({2, 3, 4}, fault(400, "exceed context window of 2048"))
    report, _ = filled(capsys, base)
    assert [n for n, author in enumerate(authors(report)) if author != "big-one"] == [2, 3, 4]


# -- the cap ------------------------------------------------------------------------------------------------


def test_a_server_that_takes_no_limit_spends_nothing_under_a_cap(
    base: Path, server: ModelServer, priced: None, capsys: Captured
) -> None:
    questionnaire(base, 20)

    def endless(request: dict[str, Any]) -> Sent:
        name = next((name for name in ("max_tokens", "max_completion_tokens") if name in request), "")
        if name:
            return fault(400, f"{name} is not supported by this model", param=name, code="unsupported_parameter")
        return said(keyed(request, (ENCRYPTED, ENCRYPTED)), prompt_tokens=1500, completion_tokens=20_000)

    server.reply = endless
    report, told = filled(capsys, base, "--max-cost", "25", code=1)
    assert "takes no limit on the tokens of a reply" in told
    assert report["totals"]["error"] == 20
    assert all("max_tokens" in request or "max_completion_tokens" in request for request in server.asked)
    report, _ = filled(capsys, base)  # without a cap nothing is refused
    assert authors(report) == ["big-one"] * 20


@pytest.mark.parametrize(
    "sent",
    [Sent(b"<html>login</html>", kind="text/html"), fault(400, "no", code="content_filter"), fault(413, "large")],
    ids=["page", "filter", "long"],
)
def test_what_bills_nothing_does_not_use_up_the_cap(
    sent: Sent, base: Path, server: ModelServer, priced: None, capsys: Captured
) -> None:
    questionnaire(base, 9)
    server.reply = lambda _: sent
    report, _ = filled(capsys, base, "--max-cost", "6")  # one request may cost some $3
    assert authors(report) == ["offline extractive"] * 9
    assert report["usage"]["total"]["cost_usd"] == 0


def test_replies_that_come_too_late_use_up_the_cap_in_full(
    base: Path, server: ModelServer, priced: None, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_TIMEOUT", "0.2")
    monkeypatch.setenv("RFP_PARALLEL", "1")
    questionnaire(base, 9)
    server.reply = lambda _: Sent(hang=True)
    _, told = filled(capsys, base, "--max-cost", "7", code=1)
    assert "stopped at the cap" in told
    assert len(server.asked) <= 2


# -- an interrupt -------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
@pytest.mark.parametrize("busy", [False, True], ids=["hanging", "told to wait"])
def test_an_interrupt_ends_the_process_soon_and_what_was_done_is_kept(
    busy: bool, base: Path, server: ModelServer, capsys: Captured
) -> None:
    questionnaire(base, 12)
    under_way = threading.Event()

    def reply(request: dict[str, Any]) -> Sent:
        if len(server.asked) <= 2:
            return answering(request)
        under_way.set()
        return fault(429, headers={"Retry-After": "60"}) if busy else Sent(hang=True)

    server.reply = reply
    environment = os.environ | {"RFP_TIMEOUT": "60", "RFP_MAX_RETRIES": "5", "RFP_PARALLEL": "2"}
    environment["PYTHONPATH"] = str(Path(__file__).parents[1])
    command = [sys.executable, "-m", "rfp_responder", "answer", "sheet.csv", "-o", "out.csv"]
    process = subprocess.Popen(command, cwd=base, env=environment, stderr=subprocess.PIPE, text=True)
    assert under_way.wait(60)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)  # far less than the 60 s that each wait would take
    assert process.returncode == 1
    assert told.splitlines()[-1].startswith("rfp: stopped")
    assert "Traceback" not in told
    assert len(server.asked) <= 6
    server.reply = answering
    server.asked.clear()
    report, _ = filled(capsys, base, "--resume")
    assert authors(report) == ["big-one"] * 12
    assert len(server.asked) <= 11


# -- what leaves the machine, and what is told --------------------------------------------------------------


def test_question_and_passages_go_to_no_server_that_a_redirect_names(
    base: Path, server: ModelServer, capsys: Captured
) -> None:
    with model_server() as other:
        other.reply = answering
        server.reply = lambda _: Sent(b"", 307, headers={"location": f"{other.url}/chat/completions"})
        found = asked(capsys, "Is customer data encrypted at rest?")
        assert other.asked == []
    assert found["author"] == "offline extractive"
    assert any("answers with a redirect to" in note for note in found["notes"])


def test_a_key_that_a_server_echoes_is_kept_nowhere(
    base: Path, server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "sk-secret-0123456789"
    monkeypatch.setenv("RFP_API_KEY", key)
    monkeypatch.setenv("RFP_REPLY_CACHE", "write")
    questionnaire(base, 2)
    server.reply = lambda request: said(
        keyed(request, (ENCRYPTED, ENCRYPTED), stance="yes", missing=[f"customer data {key}"])
    )
    filled(capsys, base)
    assert server.keys[-1] == f"Bearer {key}"
    assert not [path for path in base.rglob("*") if path.is_file() and key.encode() in path.read_bytes()]
    assert b"customer data ***" in (base / "out.json").read_bytes()


@pytest.mark.parametrize("setting", ["RFP_BASE_URL", "RFP_SMALL_BASE_URL"])
@pytest.mark.parametrize("command", [["ask", "Is data encrypted?"], ["doctor"], ["doctor", "--json"]])
@pytest.mark.parametrize("url", ["htps://user:geheim@host/v1", "user:geheim@host/v1", "https://user:ge/geheim@host/v1"])
def test_a_mistyped_address_is_told_without_its_password(
    url: str, command: list[str], setting: str, base: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_MODEL", "big-one")
    monkeypatch.setenv("RFP_SMALL_MODEL", "small-one")
    monkeypatch.setenv(setting, url)
    capsys.readouterr()
    assert run(command) == 1
    told = capsys.readouterr()
    assert "host/v1" in told.err
    assert "geheim" not in told.out + told.err


def test_a_count_of_tokens_beyond_all_bounds_is_no_traceback(
    base: Path, server: ModelServer, priced: None, capsys: Captured
) -> None:
    server.reply = lambda request: said(keyed(request, (ENCRYPTED, ENCRYPTED)), prompt_tokens=10**400)
    found = asked(capsys, "Is customer data encrypted at rest?")
    assert found["author"] == "big-one"
    assert 0 < found["usage"]["input_tokens"] < 10_000
    json.dumps(found)
