"""``rfp check`` judges claims against their passages: the outside contract, and one clear line for a bad row."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rfp_responder.answer.claims import MAX_ROW
from rfp_responder.answer.support import support
from rfp_responder.cli import run

Captured = pytest.CaptureFixture[str]

PASSAGE = "Backups are kept for 35 days. Shared accounts are prohibited."
ROWS = [
    {"id": "right", "claim": "Backups are kept for 35 days.", "passages": [PASSAGE]},
    {"id": "wrong", "claim": "Backups are kept for 53 days.", "passages": [PASSAGE]},
    {"id": "other words", "claim": "Shared accounts are not allowed.", "passages": [PASSAGE]},
    {"id": "uncited", "claim": "Backups are kept for 35 days.", "passages": []},
]


def written(folder: Path, *rows: object) -> str:
    path = folder / "claims.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows) + "\n", "utf-8")
    return str(path)


def printed(capsys: Captured, *arguments: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(["check", *arguments, "--json"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    return [json.loads(line) for line in shown.out.splitlines()]


def told(capsys: Captured, *arguments: str) -> str:
    capsys.readouterr()
    assert run(["check", *arguments]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("rfp: ")
    assert shown.err.count("\n") == 1
    return shown.err


def test_every_row_has_one_verdict_in_the_same_order_which_is_support_s_own(tmp_path: Path, capsys: Captured) -> None:
    found = printed(capsys, written(tmp_path, *ROWS))
    assert [row["id"] for row in found] == [row["id"] for row in ROWS]
    assert [row["supported"] for row in found] == [True, False, True, False]
    for row, verdict in zip(ROWS, found, strict=True):
        assert set(verdict) == {"id", "supported", "score", "reasons"}
        own = support(str(row["claim"]), [str(p) for p in row["passages"]])
        assert (verdict["supported"], verdict["score"]) == (own.supported, own.score)
        assert verdict["reasons"] == list(own.reasons)
        assert 0 <= verdict["score"] <= 1
    assert found[3]["reasons"] == ["no passage is cited"]


def test_people_get_lines_with_the_verdict_the_score_and_why(tmp_path: Path, capsys: Captured) -> None:
    assert run(["check", written(tmp_path, *ROWS)]) == 0
    shown = capsys.readouterr().out
    assert "right: supported, score 1.00" in shown
    assert "wrong: NOT supported" in shown
    assert "'53 days' is in no cited passage" in shown
    assert "2 of 4 claims supported" in shown


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    stream = SimpleNamespace(buffer=io.BytesIO(json.dumps(ROWS[0]).encode()))
    monkeypatch.setattr(sys, "stdin", stream)
    assert [row["id"] for row in printed(capsys, "-")] == ["right"]


def test_blank_lines_a_byte_order_mark_and_fields_of_one_s_own_are_let_pass(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "claims.jsonl"
    row = json.dumps({**ROWS[0], "label": 1, "claim": "Backups\u2028are kept for 35 days."}, ensure_ascii=False)
    path.write_bytes(b"\xef\xbb\xbf" + f"{row}\r\n\n   \n{row}".encode())
    assert [row["supported"] for row in printed(capsys, str(path))] == [True, True]


def test_a_file_without_rows_has_no_verdicts(tmp_path: Path, capsys: Captured) -> None:
    assert printed(capsys, written(tmp_path, "")) == []


@pytest.mark.parametrize(
    ("row", "parts"),
    [
        ("{'id': 1}", ["column 2", "{'id': 1}", "JSON object"]),
        ("[1, 2]", ["[1, 2]", "list", "JSON object"]),
        ('{"id": "a", "passages": []}', ["field claim", "without it", "a text"]),
        ('{"id": 7, "claim": "a", "passages": []}', ["field id", "got 7", "a text"]),
        ('{"id": "a", "claim": null, "passages": []}', ["field claim", "got null", "a text"]),
        ('{"id": "a", "claim": "b", "passages": "c"}', ["field passages", 'got "c"', "a list of texts"]),
        ('{"id": "a", "claim": "b", "passages": ["c", 1]}', ["field passages.1", "got 1", "a text"]),
        ('{"id": "a", "claim": "\\ud800", "passages": []}', ["field claim", "\\ud800", "lone surrogates"]),
        ("[" * 100_000, ["expected plain JSON"]),
        ("9" * 5_000, ["expected plain JSON"]),
    ],
)
def test_a_bad_row_is_told_in_one_line_and_nothing_is_printed(
    row: str, parts: list[str], tmp_path: Path, capsys: Captured
) -> None:
    message = told(capsys, written(tmp_path, ROWS[0], "", row))
    for part in ["claims.jsonl, line 3", *parts, "Correct that line"]:
        assert part in message


def test_a_row_that_is_too_long_is_refused_before_it_is_read(tmp_path: Path, capsys: Captured) -> None:
    message = told(capsys, written(tmp_path, {**ROWS[0], "passages": ["a" * MAX_ROW]}))
    assert "line 1" in message
    assert f"{MAX_ROW:,} bytes" in message


def test_bytes_that_are_no_utf8_are_told_with_their_place(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "claims.jsonl"
    path.write_bytes(b'{"id": "\xff"}')
    assert "line 1: byte 9 (0xff)" in told(capsys, str(path))


def test_a_file_that_cannot_be_read_is_told_with_the_remedy(tmp_path: Path, capsys: Captured) -> None:
    assert "No such file" in told(capsys, str(tmp_path / "none.jsonl"))
    assert "standard input" in told(capsys, str(tmp_path))


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path, capsys: Captured) -> None:
    assert (
        run(["check", written(tmp_path, {"id": "a\u001b[31m", "claim": "Red\u0007 alert", "passages": ["Green"]})]) == 0
    )
    assert "\u001b" not in (shown := capsys.readouterr().out)
    assert "\u0007" not in shown
