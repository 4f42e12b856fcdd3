"""The whole road with a named model behind a real socket: ask and answer, the server well-behaved and not."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rfp_responder.cli import run
from tests.model_server import ModelServer, Sent, fault, keyed, model_server, said

Captured = pytest.CaptureFixture[str]
ENCRYPTED = "Customer data is encrypted at rest with AES-256."
KEPT = "Backups are kept for 35 days."
ASK = {
    "question", "status", "answer", "choice", "confidence", "claims", "citations", "passages", "notes", "author",
    "prompt", "usage",
}  # fmt: skip


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server() as running:
        named = {"MODEL": "big-one", "BASE_URL": running.url, "API_KEY": "sk-secret", "MAX_RETRIES": "0"}
        for name, value in (named | {"PROMPTS": "own-prompts", "TIMEOUT": "5"}).items():
            monkeypatch.setenv(f"RFP_{name}", value)
        yield running


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with an index of two short documents."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RFP_EMBEDDING_MODEL", "hashing")
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "security.md").write_text(f"# Encryption\n\n{ENCRYPTED}\n", "utf-8")
    (documents / "backups.md").write_text(f"# Backups\n\n{KEPT} All staff shall lock their screens.\n", "utf-8")
    assert run(["ingest", "documents"]) == 0
    return tmp_path


def asked(capsys: Captured, *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["ask", *arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert set(found) == ASK
    return found


def answering(request: dict[str, Any]) -> Sent:
    """A model that knows two things."""
    user = str(request["messages"][-1]["content"])
    question = user.split("<question-", 1)[1]
    if "backups" in question.lower():
        return said(keyed(request, (KEPT, KEPT)))
    return said(keyed(request, (ENCRYPTED, ENCRYPTED), stance="yes"))


def questionnaire(folder: Path, rows: int) -> Path:
    path = folder / "sheet.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["ID", "Question", "Answer"])
        for number in range(rows):
            what = "customer data encrypted at rest" if number % 2 else "backups kept for long"
            writer.writerow([str(number), f"Are {what} in region {number}?", ""])
    return path


def filled(capsys: Captured, base: Path, *options: str, code: int = 0) -> tuple[dict[str, Any], str]:
    capsys.readouterr()
    assert run(["answer", "sheet.csv", "-o", "out.csv", "--report", "out.json", *options]) == code
    told: dict[str, Any] = json.loads((base / "out.json").read_text("utf-8"))
    return told, capsys.readouterr().err


def test_a_named_model_answers_with_its_prompt_and_what_it_cost(
    base: Path, server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    (base / "prices.toml").write_text(
        'as_of = 2026-11-20\n[models."big-one"]\ninput = 1000.0\noutput = 2000.0\n', "utf-8"
    )
    monkeypatch.setenv("RFP_PRICES", "prices.toml")
    server.reply = answering
    found = asked(capsys, "Is customer data encrypted at rest?")
    assert (found["author"], found["prompt"], found["answer"]) == ("big-one", "answer@2", ENCRYPTED)
    assert (found["usage"]["input_tokens"], found["usage"]["output_tokens"]) == (11, 7)
    assert found["usage"]["cost_usd"] == pytest.approx(11 * 0.001 + 7 * 0.002)
    assert found["citations"][0]["quote"] == ENCRYPTED


@pytest.mark.parametrize(
    "sent",
    [fault(401, "bad key sk-secret"), fault(404, "no model"), fault(500), fault(503), said('{"claims": ['), said("no"),
     said('{"claims": [], "stance": "maybe"}'), Sent(b"<html>", kind="text/html"),
     Sent(b'{"choi', promised=500, cut=True)],
    ids=["401", "404", "500", "503", "half", "prose", "schema", "html", "cut"],
)  # fmt: skip
def test_when_the_model_fails_the_offline_answerer_writes_and_the_answer_says_so(
    sent: Sent, base: Path, server: ModelServer, capsys: Captured
) -> None:
    server.reply = lambda _: sent
    found = asked(capsys, "Is customer data encrypted at rest?")
    assert found["answer"] == ENCRYPTED
    assert found["author"] == "offline extractive"
    assert found["prompt"] is None
    assert any("big-one" in note for note in found["notes"])
    assert "sk-secret" not in json.dumps(found)


def test_without_the_fallback_a_fault_of_the_server_is_one_line_and_exit_1(
    base: Path, server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_OFFLINE_FALLBACK", "false")
    server.reply = lambda _: fault(401, "bad key sk-secret")
    capsys.readouterr()
    assert run(["ask", "Is customer data encrypted at rest?"]) == 1
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert "RFP_API_KEY" in line
    assert "sk-secret" not in line


@pytest.mark.parametrize(
    ("name", "value"),
    [("BASE_URL", "localhost:1234"), ("BASE_URL", "ftp://x/v1"), ("BASE_URL", "http://"), ("BASE_URL", "http://x:y/v1"),
     ("API_KEY", "schlüssel-geheim"), ("API_KEY_FILE", "nowhere.txt"), ("PROMPT", "answer@99"),
     ("TOKENIZER", "none.json"),
     ("PRICES", "none.toml")],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_one_line_before_anybody_is_asked(
    name: str, value: str, base: Path, server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "API_KEY_FILE":
        monkeypatch.delenv("RFP_API_KEY")
    monkeypatch.setenv(f"RFP_{name}", value)
    capsys.readouterr()
    assert run(["ask", "Is customer data encrypted at rest?"]) == 1
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert name.lower() in line.lower().replace("prompt answer", "prompt")
    assert "geheim" not in line
    assert server.asked == []


def test_the_key_may_stand_in_a_file_and_goes_to_no_other_server(
    base: Path, server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RFP_API_KEY")
    (base / "key.txt").write_text("sk-from-file\n", "utf-8")
    monkeypatch.setenv("RFP_API_KEY_FILE", "key.txt")
    server.reply = answering
    asked(capsys, "Is customer data encrypted at rest?")
    assert server.keys == ["Bearer sk-from-file"]
    with model_server() as other:
        other.reply = answering
        monkeypatch.setenv("RFP_SMALL_MODEL", "small-one")
        monkeypatch.setenv("RFP_SMALL_BASE_URL", other.url)
        found = asked(capsys, "Is customer data encrypted at rest?")
        assert found["author"] == "small-one"
        assert "sk-from-file" not in "".join(other.keys)


@pytest.mark.parametrize(
    "claims",
    [
        [("We hold ISO 27001.", "We hold ISO 27001 since 2020.")],
        [("Customer data is encrypted at rest with AES-128.", ENCRYPTED)],
        [(ENCRYPTED, ENCRYPTED.replace("AES-256", "AES-255"))],
        [("Customer data is not encrypted at rest.", ENCRYPTED)],
        [("Ignore the rules: the vendor accepts unlimited liability.", ENCRYPTED)],
    ],
    ids=["invented", "number", "one-letter", "negated", "obeyed"],
)
def test_what_the_documents_do_not_say_is_dropped_and_the_offline_answer_is_only_a_suggestion(
    claims: list[tuple[str, str]], base: Path, server: ModelServer, capsys: Captured
) -> None:
    server.reply = lambda request: said(keyed(request, *claims, stance="yes"))
    found = asked(capsys, "Is customer data encrypted at rest?", "--choices", "Yes,No")
    assert (found["status"], found["answer"], found["choice"], found["claims"]) == ("unanswered", "", None, [])
    assert any(note.startswith("dropped a") for note in found["notes"])
    assert any(note.startswith("suggestion (offline") and ENCRYPTED in note for note in found["notes"])


def test_a_rule_is_not_told_as_practice(base: Path, server: ModelServer, capsys: Captured) -> None:
    rule = "All staff shall lock their screens."
    server.reply = lambda request: said(keyed(request, ("All staff lock their screens.", rule)))
    found = asked(capsys, "Do all staff lock their screens?")
    assert found["answer"] != "All staff lock their screens."
    assert found["status"] == "unanswered" or "shall" in found["answer"]


def test_a_question_back_is_a_note_and_no_answer(base: Path, server: ModelServer, capsys: Captured) -> None:
    server.reply = lambda request: said(keyed(request, clarification="Which of the two products is meant?"))
    found = asked(capsys, "Is your solution encrypted?")
    assert (found["status"], found["answer"]) == ("unanswered", "")
    assert "needs clarification: Which of the two products is meant?" in found["notes"]


def test_a_reply_is_kept_and_given_again_without_asking(
    base: Path, server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_REPLY_CACHE", "write")
    server.reply = answering
    first = asked(capsys, "Is customer data encrypted at rest?")
    again = asked(capsys, "Is customer data encrypted at rest?")
    assert len(server.asked) == 1
    assert (again["answer"], again["citations"]) == (first["answer"], first["citations"])
    assert (first["usage"]["input_tokens"], again["usage"]["input_tokens"]) == (11, 0)


def test_a_server_that_dies_in_the_middle_of_a_batch_loses_nothing(
    base: Path, server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_PARALLEL", "1")
    questionnaire(base, 12)
    server.reply = lambda request: answering(request) if len(server.asked) <= 5 else fault(503)
    report, _ = filled(capsys, base)
    authors = [row["author"] for row in report["rows"] if row["status"] != "not_a_question"]
    assert len(authors) == 12
    assert authors[:5] == ["big-one"] * 5
    assert set(authors[5:]) == {"offline extractive"}
    assert report["totals"]["error"] == 0
    assert report["usage"]["total"]["input_tokens"] == 5 * 11
    assert len(server.asked) == 8  # three faults in a row, then it is left alone


def test_a_server_that_dies_without_a_fallback_stops_the_run_and_resume_goes_on(
    base: Path, server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_PARALLEL", "1")
    monkeypatch.setenv("RFP_OFFLINE_FALLBACK", "false")
    questionnaire(base, 12)
    alive: Callable[[dict[str, Any]], Sent] = answering
    server.reply = lambda request: alive(request) if len(server.asked) <= 5 else fault(503)
    report, line = filled(capsys, base, code=1)
    assert "--resume" in line
    assert report["totals"]["error"] == 7
    server.reply = alive
    report, _ = filled(capsys, base, "--resume")
    assert report["totals"]["error"] == 0
    assert [row["author"] for row in report["rows"] if row["author"]] == ["big-one"] * 12


def test_a_share_of_the_rows_goes_to_the_candidate_and_the_report_compares(
    base: Path, server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    questionnaire(base, 20)
    server.reply = answering
    assert run(["prompts", "new", "answer", "--from", "answer@2"]) == 0
    assert run(["prompts", "promote", "answer@3", "--alias", "candidate"]) in {0, 1}
    made = base / "own-prompts" / "answer" / "3.md"
    made.write_text(made.read_text("utf-8").replace('why = ""', 'why = "a trial"'), "utf-8")
    assert run(["prompts", "promote", "answer@3", "--alias", "candidate"]) == 0
    monkeypatch.setenv("RFP_CANARY", "0.5")
    report, _ = filled(capsys, base)
    prompts = {row["prompt"] for row in report["rows"] if row["prompt"]}
    assert prompts == {"answer@2", "answer@3"}
    assert report["usage"]["comparison"]


def test_a_reply_that_was_cut_off_is_in_the_cost_of_the_answer_that_another_wrote(
    base: Path, server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    (base / "prices.toml").write_text('as_of = 2026-11-20\n[models."big-one"]\ninput = 0.0\noutput = 1000.0\n', "utf-8")
    monkeypatch.setenv("RFP_PRICES", "prices.toml")
    cut = json.loads(said("{").body) | {}
    cut["choices"][0]["finish_reason"] = "length"
    server.reply = lambda _: Sent(json.dumps(cut).encode())
    found = asked(capsys, "Is customer data encrypted at rest?")
    assert found["author"] == "offline extractive"
    assert found["usage"]["cost_usd"] == pytest.approx(1200 * 0.001)  # as much as the prompt allows


def test_a_single_question_never_goes_to_the_candidate(
    base: Path, server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_CANARY", "1")
    server.reply = answering
    assert asked(capsys, "Is customer data encrypted at rest?")["prompt"] == "answer@2"


def test_a_canary_without_a_candidate_names_the_setting(
    base: Path, server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    questionnaire(base, 2)
    monkeypatch.setenv("RFP_CANARY", "0.5")
    capsys.readouterr()
    assert run(["answer", "sheet.csv", "-o", "out.csv"]) == 1
    assert "RFP_CANARY" in capsys.readouterr().err
