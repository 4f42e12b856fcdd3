"""``rfp verify`` on the command line: a gate that needs no model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rfp_responder.cli import run

Captured = pytest.CaptureFixture[str]
SHEET = "Id,Question,Answer\n1,Is customer data encrypted at rest?,\n2,How long are backups kept?,\n"
KEYS = {"filled", "record", "rows_checked", "citations_checked", "ok", "findings", "notes"}
FINDING = {"sheet", "row", "cell", "id", "kind", "detail"}


@pytest.fixture
def filled(hashing_index: Path, capsys: Captured) -> Path:
    """A questionnaire filled beside an index, in the working folder."""
    (hashing_index.parent / "asked.csv").write_text(SHEET, "utf-8")
    assert run(["answer", "asked.csv", "-o", "out.csv"]) == 0
    capsys.readouterr()
    return hashing_index.parent / "out.csv"


def checked(capsys: Captured, *arguments: str, code: int) -> Any:
    assert run(["verify", *arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_a_file_as_delivered_stands_without_any_model(
    filled: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("RFP_EMBEDDING_MODEL", "no-such-model")
    shown = checked(capsys, "out.csv", code=0)
    assert set(shown) == KEYS
    assert shown["ok"] is True
    assert shown["findings"] == []
    assert shown["rows_checked"] >= 1
    assert shown["record"].endswith("out.report.json")


def test_an_edited_word_is_a_failed_gate_that_names_its_row(filled: Path, capsys: Captured) -> None:
    filled.write_text(filled.read_text("utf-8").replace("35 days", "90 days"), "utf-8")
    shown = checked(capsys, "out.csv", code=2)
    assert shown["ok"] is False
    assert {each["row"] for each in shown["findings"]} == {3}
    assert set(shown["findings"][0]) >= FINDING
    assert run(["verify", "out.csv"]) == 2
    told = capsys.readouterr().out
    assert "C3 (2): answer changed" in told
    assert "1 row does NOT stand" in told


def test_a_changed_document_is_a_failed_gate(filled: Path, capsys: Captured) -> None:
    document = filled.parent / "docs" / "security.md"
    document.write_text(document.read_text("utf-8") + "\n", "utf-8")
    shown = checked(capsys, "out.csv", code=2)
    assert {each["kind"] for each in shown["findings"]} == {"document_changed"}


def test_a_renamed_file_is_found_by_its_digest_in_the_index(filled: Path, capsys: Captured) -> None:
    filled.rename(filled.with_name("sent.csv"))
    shown = checked(capsys, "sent.csv", code=0)
    assert Path(shown["record"]).parent.name == "delivered"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["asked.csv"], "what was delivered is not known"),
        (["none.csv"], "there is no file"),
        (["out.csv", "--report", "none.json"], "cannot read the record"),
        (["out.csv", "--index", "nowhere"], "nowhere"),
    ],
)
def test_a_users_fault_is_one_line(arguments: list[str], told: str, filled: Path, capsys: Captured) -> None:
    assert run(["verify", *arguments]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert told in shown.err


def test_what_others_wrote_cannot_steer_the_terminal(filled: Path, capsys: Captured) -> None:
    filled.write_text(filled.read_text("utf-8").replace("35 days", "\x1b[2Jnothing"), "utf-8")
    assert run(["verify", "out.csv"]) == 2
    assert "\x1b" not in capsys.readouterr().out
