"""``rfp doctor``: what stands and what does not, in lines and in JSON; keys are never shown."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prompt_makers import put, version

from rfp_responder.cli import run
from rfp_responder.prompts import PromptLibrary
from rfp_responder.prompts.folder import PromptFolder
from tests.model_server import ModelServer, Sent, fault, model_server, said, streamed

Captured = pytest.CaptureFixture[str]
KEY = "sk-very-secret-7"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, the embedder without weights, no setting from outside."""
    import os

    for name in list(os.environ):
        if name.startswith("RFP_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RFP_EMBEDDING_MODEL", "hashing")
    return tmp_path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server() as running:
        monkeypatch.setenv("RFP_MODEL", "m")
        monkeypatch.setenv("RFP_BASE_URL", running.url)
        monkeypatch.setenv("RFP_API_KEY", KEY)
        yield running


def doctor(capsys: Captured, *options: str, code: int = 0) -> tuple[str, str]:
    capsys.readouterr()
    assert run(["doctor", *options]) == code
    shown = capsys.readouterr()
    assert KEY not in shown.out + shown.err
    assert shown.err.count("\n") == code
    return shown.out, shown.err


def as_json(capsys: Captured, *options: str, code: int = 0) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(doctor(capsys, *options, "--json", code=code)[0])
    return held


def line(out: str, area: str) -> str:
    return next(each for each in out.splitlines() if f"  {area}:" in each)


def test_without_a_model_it_says_that_nothing_leaves_the_machine(place: Path, capsys: Captured) -> None:
    out, _ = doctor(capsys)
    assert "nothing leaves the machine" in line(out, "model")
    assert line(out, "index").startswith("note")
    assert "openai 3" in line(out, "packages") or "openai 2" in line(out, "packages")
    assert list(place.iterdir()) == []


def test_an_index_is_told_with_its_documents_and_chunks(capsys: Captured, place: Path) -> None:
    _ingested(place, capsys)
    told = line(doctor(capsys)[0], "index")
    assert told.startswith("ok")
    assert "1 documents" in told


def _ingested(place: Path, capsys: Captured) -> None:
    (place / "a.md").write_text("# Backups\n\nBackups are kept for 35 days.\n", "utf-8")
    assert run(["ingest", "a.md"]) == 0


def test_an_index_of_another_model_or_a_damaged_one_is_a_fault(
    place: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ingested(place, capsys)
    monkeypatch.setenv("RFP_EMBEDDING_MODEL", "all-MiniLM-L6-v2")
    assert line(doctor(capsys, code=1)[0], "index").startswith("fault")
    (place / ".rfp" / "manifest.sqlite").write_bytes(b"no database" * 100)
    assert line(doctor(capsys, code=1)[0], "index").startswith("fault")


def test_an_embedding_model_that_is_not_there_is_a_fault(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RFP_EMBEDDING_MODEL", "no-such-model")
    out, err = doctor(capsys, code=1)
    assert line(out, "embedding model").startswith("fault")
    assert "embedding model" in err


def test_a_misspelt_variable_is_a_fault_with_the_name_that_may_be_meant(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_TIMEOT", "3")
    out, err = doctor(capsys, code=1)
    assert "RFP_TIMEOUT may be meant" in line(out, "environment")
    assert "RFP_TIMEOT" in err


def test_a_variable_of_somebody_else_is_only_noted(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RFP_XYZZY_QUUX", "1")
    assert line(doctor(capsys)[0], "environment").startswith("note")


def test_every_setting_is_told_with_its_source_and_a_key_only_as_set(
    place: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "rfp.toml").write_text(f'timeout = 9\ntop_k = 5\napi_key = "{KEY}"\n', "utf-8")
    monkeypatch.setenv("RFP_TOP_K", "4")
    monkeypatch.setenv("RFP_BASE_URL", "http://anna:hidden@127.0.0.1:9/v1")
    held = {row["name"]: (row["value"], row["from"]) for row in as_json(capsys, "--index", "there")["settings"]}
    assert held["timeout"] == ("9.0", "rfp.toml")
    assert held["top_k"] == ("4", "RFP_TOP_K")
    assert held["api_key"] == ("set", "rfp.toml")
    assert held["small_api_key"] == ("not set", "default")
    assert held["index"] == ("there", "--index")
    assert held["parallel"] == ("4", "default")
    assert held["base_url"] == ("http://127.0.0.1:9/v1", "RFP_BASE_URL")


def test_a_setting_that_cannot_be_read_is_told_in_one_line(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RFP_TIMEOUT", "soon")
    out, err = doctor(capsys, code=1)
    assert out == ""
    assert "timeout" in err


def test_a_file_that_a_setting_names_has_to_be_there(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RFP_TOKENIZER", "nowhere.json")
    assert "nowhere.json" in line(doctor(capsys, code=1)[0], "setting tokenizer")


def test_a_server_that_takes_calls_is_told_without_a_request(server: ModelServer, capsys: Captured) -> None:
    told = line(doctor(capsys)[0], "model m")
    assert told.startswith("ok")
    assert "found out at the first question" in told
    assert server.asked == []


def test_a_server_that_is_not_there_is_a_fault(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("RFP_MODEL", "m")
        monkeypatch.setenv("RFP_BASE_URL", f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
        out, _ = doctor(capsys, code=1)
        assert "takes no calls" in line(out, "model m")
        assert "no connection" in doctor(capsys, "--probe", code=1)[1]


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1/v1", "http://", "http://[::1", "http://x:99999/v1"])
def test_an_address_that_is_none_is_a_fault(url: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RFP_MODEL", "m")
    monkeypatch.setenv("RFP_BASE_URL", url)
    out, error = doctor(capsys, code=1)
    assert any(each.startswith("fault") and "base_url" in each for each in out.splitlines())
    assert "RFP_BASE_URL" in error


def test_a_probe_finds_out_anew_what_the_server_takes_and_that_is_remembered(
    server: ModelServer, place: Path, capsys: Captured
) -> None:
    def reply(request: dict[str, Any]) -> Sent:
        if (request.get("response_format") or {}).get("type") == "json_schema":
            return fault(400, "response_format json_schema is not supported")
        if "seed" in request:
            return fault(400, "Unsupported parameter: 'seed'", param="seed")
        return streamed('{"ok": true}') if "stream" in request else said('{"ok": true}')

    (place / ".rfp").mkdir()
    server.reply = reply
    told = line(doctor(capsys, "--probe")[0], "model m")
    for part in ("JSON by json_object with schema", "streams", "refuses seed", "11 tokens in, 7 out"):
        assert part in told
    tries = len(server.asked)
    assert "JSON by json_object with schema" in line(doctor(capsys)[0], "model m")
    assert len(server.asked) == tries
    server.reply = lambda _: streamed('{"ok": true}')
    assert "JSON by json_schema" in line(doctor(capsys, "--probe")[0], "model m")


def test_a_probe_that_is_refused_is_a_fault_with_the_remedy(server: ModelServer, capsys: Captured) -> None:
    server.reply = lambda _: fault(401, f"bad key {KEY}")
    out, err = doctor(capsys, "--probe", code=1)
    assert line(out, "model m").startswith("fault")
    assert "RFP_API_KEY" in err


def test_every_model_that_is_named_is_looked_at(
    server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_SMALL_MODEL", "s")
    monkeypatch.setenv("RFP_FALLBACK_MODELS", "f, g")
    areas = [each["area"] for each in as_json(capsys)["findings"]]
    assert [area for area in areas if area.startswith("model ")] == ["model m", "model f", "model g", "model s"]


def test_a_key_is_read_from_its_file(
    server: ModelServer, place: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "key").write_text(f"{KEY}\nsecond line\n", "utf-8")
    monkeypatch.delenv("RFP_API_KEY")
    monkeypatch.setenv("RFP_API_KEY_FILE", "key")
    doctor(capsys, "--probe")
    assert server.keys == [f"Bearer {KEY}"]
    (place / "key").unlink()
    assert "api_key_file" in doctor(capsys, code=1)[1]


def test_its_json_says_the_same(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    held = as_json(capsys)
    assert set(held) == {"ok", "findings", "settings"}
    assert held["ok"] is True
    monkeypatch.setenv("RFP_TIMEOT", "3")
    held = as_json(capsys, code=1)
    assert held["ok"] is False
    assert [each["mark"] for each in held["findings"]].count("fault") == 1


def test_the_prompt_that_answers_is_told_with_its_digest(capsys: Captured) -> None:
    told = line(doctor(capsys)[0], "prompt")
    version = PromptLibrary().find("production")
    assert told.startswith("ok")
    assert f"production is {version.ref} (shipped, released, sha256 {version.digest[:12]})" in told


def test_a_prompt_that_is_not_there_and_a_canary_without_a_candidate_are_faults(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("RFP_PROMPT", "answer@99")
    assert line(doctor(capsys, code=1)[0], "prompt").startswith("fault")
    monkeypatch.delenv("RFP_PROMPT")
    monkeypatch.setenv("RFP_CANARY", "0.2")
    told = line(doctor(capsys, code=1)[0], "candidate")
    assert told.startswith("fault")
    assert "canary (RFP_CANARY) is 0.2: prompt candidate: no version is set as candidate" in told


def test_a_released_prompt_that_was_changed_is_a_fault_and_a_stray_file_a_note(place: Path, capsys: Captured) -> None:
    number = max(PromptLibrary().numbers("answer")) + 1
    path = put(place / "prompts", version(number))
    library = PromptLibrary(place / "prompts")
    PromptFolder(library).release(library.find(f"answer@{number}"))
    path.with_name("draft.md").write_text("x", "utf-8")
    assert line(doctor(capsys)[0], "prompts").startswith("note")
    path.write_text(path.read_text("utf-8").replace("You answer", "You  answer"), "utf-8")
    marks = {each["mark"]: each["text"] for each in as_json(capsys, code=1)["findings"] if each["area"] == "prompts"}
    assert "is released and its file has changed" in marks["fault"]
    assert "draft.md" in marks["note"]


def test_a_model_without_a_known_price_is_noted(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert "  price:" not in doctor(capsys)[0], "a server on this machine costs nothing"
    monkeypatch.setenv("RFP_BASE_URL", "https://models.invalid/v1")
    told = line(doctor(capsys, code=1)[0], "price")
    assert told.startswith("note")
    assert "of model m is not known" in told
