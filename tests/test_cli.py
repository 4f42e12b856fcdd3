"""The command line: exit codes, one line for a fault and never a traceback, JSON as promised."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rfp_responder import __version__
from rfp_responder.cli import run
from tests.makers import damaged, encrypted, fake, file, folder, pdf, picture
from tests.model_server import drafted, fault, model_server, said

PROJECT = Path(__file__).parents[1]
Captured = pytest.CaptureFixture[str]

PASSAGE = {"rank", "document", "page", "score", "heading", "text"}
ANSWER = {"question", "status", "answer", "choice", "confidence", "claims", "citations", "passages", "notes", "author",
          "prompt", "usage"}  # fmt: skip
CITATION = {"n", "document", "page", "start", "end", "quote"}
USAGE = {"input_tokens", "output_tokens", "seconds", "cost_usd"}


def told(capsys: Captured, *arguments: str, code: int = 1) -> str:
    """The one line on stderr of a command that fails; an exception that gets out fails the test."""
    capsys.readouterr()
    assert run(arguments) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("rfp: ")
    assert shown.err.count("\n") == 1, shown.err
    return shown.err


def printed(capsys: Captured, *arguments: str) -> Any:
    """The JSON on stdout of a command that works; stderr stays empty."""
    capsys.readouterr()
    assert run([*arguments, "--json"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    return json.loads(shown.out)


@pytest.fixture
def hashing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, the embedder without weights."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RFP_EMBEDDING_MODEL", "hashing")
    return tmp_path


# -- faults -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("ask", "Is data kept?"), ("search", "data"), ("ask", "Is it?", "--json")])
def test_without_an_index_the_remedy_is_told_and_nothing_is_made(
    command: tuple[str, ...], hashing: Path, capsys: Captured
) -> None:
    assert "rfp ingest" in told(capsys, *command)
    assert list(hashing.iterdir()) == []


@pytest.mark.parametrize("text", ["", "   ", "?!"])
@pytest.mark.parametrize("command", ["ask", "search"])
def test_an_empty_question_is_told(command: str, text: str, hashing_index: Path, capsys: Captured) -> None:
    assert "question is empty" in told(capsys, command, text)


def test_an_overlong_question_and_one_that_is_no_text_are_told(hashing_index: Path, capsys: Captured) -> None:
    assert "5000 characters" in told(capsys, "ask", "a" * 5000)
    assert "UTF-8" in told(capsys, "ask", "Is \udcff kept?")


def test_a_path_that_is_not_there_is_told_and_no_index_is_made(hashing: Path, capsys: Captured) -> None:
    assert "no such file or folder" in told(capsys, "ingest", "nowhere")
    assert "File name too long" in told(capsys, "ingest", "a" * 300)
    assert not (hashing / ".rfp").exists()


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_a_fake_damaged_locked_or_empty_pdf_is_told_in_one_line(
    as_json: list[str], hashing: Path, capsys: Captured
) -> None:
    fake(hashing / "fake.pdf")
    damaged(hashing / "bad.pdf")
    encrypted(pdf(hashing / "plain.pdf", [["Some words."]]), hashing / "locked.pdf", "secret")
    file(hashing / "empty.pdf", b"")
    said_of = {"fake.pdf": "is no PDF", "bad.pdf": "damaged", "locked.pdf": "password", "empty.pdf": "is empty"}
    for name, what in said_of.items():
        assert run(["ingest", name, *as_json]) == 1
        shown = capsys.readouterr().err
        assert shown.count("\n") == 1
        assert what in shown
        assert name in shown


def test_several_files_that_all_fail_are_told_in_one_line(hashing: Path, capsys: Captured) -> None:
    for number in range(6):
        damaged(hashing / "docs" / f"{number}.pdf")
    assert "and 3 more" in told(capsys, "ingest", "docs")


@pytest.mark.parametrize("files", [{}, {"a.exe": "x"}, {".hidden.md": "# x"}])
def test_a_folder_with_nothing_to_read_is_told(files: dict[str, str], hashing: Path, capsys: Captured) -> None:
    folder(hashing / "docs", files)
    assert "nothing to ingest" in told(capsys, "ingest", "docs")


def test_an_index_of_pictures_alone_says_that_it_holds_no_text(hashing: Path, capsys: Captured) -> None:
    pdf(hashing / "scan.pdf", [picture])
    assert run(["ingest", "scan.pdf"]) == 0
    assert "no text" in capsys.readouterr().out
    assert "no document with text" in told(capsys, "ask", "Is data kept?")


def test_an_index_by_another_model_is_told(
    hashing_index: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RFP_EMBEDDING_MODEL")
    for command in (("ask", "Is data kept?"), ("search", "data"), ("ingest", "docs")):
        assert "made by the embedding model hashing-256" in told(capsys, *command)


def test_a_damaged_index_is_told(hashing_index: Path, capsys: Captured) -> None:
    for name in hashing_index.glob("manifest*"):
        name.unlink()
    file(hashing_index / "manifest.sqlite", b"junk " * 4000)
    for command in (("ask", "Is data kept?"), ("ingest", "docs")):
        assert "manifest cannot be used" in told(capsys, *command)


def test_a_model_server_that_is_not_there_is_told(
    hashing_index: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_MODEL", "m")
    monkeypatch.setenv("RFP_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("RFP_MAX_RETRIES", "0")
    assert "http://127.0.0.1:1/v1 does not answer" in told(capsys, "ask", "Is data kept?")


def test_a_key_that_is_refused_is_told_and_never_shown(
    hashing_index: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_server() as server:
        server.reply = lambda _: fault(401, "bad key")
        for name, value in {"MODEL": "m", "BASE_URL": server.url, "API_KEY": "sk-secret", "MAX_RETRIES": "0"}.items():
            monkeypatch.setenv(f"RFP_{name}", value)
        line = told(capsys, "ask", "Is data encrypted?")
    assert "RFP_API_KEY" in line
    assert "sk-secret" not in line


@pytest.mark.parametrize(
    ("name", "value"),
    [("RFP_TOP_K", "0"), ("RFP_TOP_K", "many"), ("RFP_TIMEOUT", "-1"), ("RFP_DENSE_WEIGHT", "2"),
     ("RFP_EMBEDDING_MODEL", "/nowhere/at/all")],
)  # fmt: skip
def test_a_setting_that_does_not_fit_is_named(
    name: str, value: str, hashing_index: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert name.removeprefix("RFP_").lower() in told(capsys, "ask", "Is data kept?").lower()


@pytest.mark.parametrize("content", [b"top_k = ", b"bogus = 1", b"top_k = 'x'", b"\xff\xfe", b"[index]\nx = 1"])
def test_a_settings_file_with_a_fault_is_told(content: bytes, hashing_index: Path, capsys: Captured) -> None:
    file(hashing_index.parent / "rfp.toml", content)
    assert told(capsys, "ask", "Is data kept?")


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("ask",), ("ask", "x", "--top-k", "0"), ("ask", "x", "--top-k", "21"),
     ("ask", "x", "--max-words", "0"),
     ("ask", "x", "--nonsense"), ("ingest",), ("--nonsense",), ("ask", "x", "--top-k", "many"), ("search", "x", "y")],
)  # fmt: skip
def test_a_command_that_is_typed_wrong_is_told(arguments: tuple[str, ...], hashing: Path, capsys: Captured) -> None:
    assert "--help" in told(capsys, *arguments)


def test_a_questionnaire_that_is_not_there_is_told(hashing_index: Path, capsys: Captured) -> None:
    assert "nowhere.xlsx" in told(capsys, "inspect", "nowhere.xlsx")
    assert "nowhere.xlsx" in told(capsys, "answer", "nowhere.xlsx")


# -- what is printed ----------------------------------------------------------------------------------------


def test_ingest_prints_a_tally_and_exits_0_though_one_file_failed(hashing: Path, capsys: Captured) -> None:
    damaged(folder(hashing / "docs") / "bad.pdf")
    assert run(["ingest", "docs"]) == 0
    shown = capsys.readouterr()
    assert "added 2" in shown.out
    assert "failed 1" in shown.out
    assert shown.err.count("\n") == 1
    assert "bad.pdf" in shown.err


def test_ingest_as_json_holds_every_list(hashing: Path, capsys: Captured) -> None:
    folder(hashing / "docs")
    found = printed(capsys, "ingest", "docs")
    assert (found["documents"], found["added"]) == (2, ["security.md", "support.md"])
    assert {
        "pages",
        "chunks",
        "seconds",
        "replaced",
        "unchanged",
        "removed",
        "gone",
        "failed",
        "skipped",
        "notes",
    } < set(found)


def test_search_as_json_has_the_promised_shape(hashing_index: Path, capsys: Captured) -> None:
    found = printed(capsys, "search", "backups", "--top-k", "2")
    assert set(found) == {"query", "passages"}
    assert found["query"] == "backups"
    assert [set(passage) for passage in found["passages"]] == [PASSAGE] * len(found["passages"])
    first = found["passages"][0]
    assert (first["rank"], first["document"], first["page"]) == (1, "security.md", 1)
    assert 0 <= first["score"] <= 1
    assert len(found["passages"]) <= 2


def test_ask_as_json_has_the_promised_shape(hashing_index: Path, capsys: Captured) -> None:
    found = printed(capsys, "ask", "Is customer data encrypted at rest?", "--choices", "Yes, No,N/A")
    assert set(found) == ANSWER
    assert found["status"] in {"answered", "partial", "unanswered", "error"}
    assert found["choice"] in {"Yes", "No", "N/A", None}
    assert found["claims"]
    assert all(set(claim) == {"text", "citations"} for claim in found["claims"])
    assert all(set(citation) == CITATION for citation in found["citations"])
    assert [citation["n"] for citation in found["citations"]] == list(range(1, len(found["citations"]) + 1))
    used = {n for claim in found["claims"] for n in claim["citations"]}
    assert used == {citation["n"] for citation in found["citations"]}
    assert all(set(passage) == PASSAGE for passage in found["passages"])
    assert set(found["usage"]) == USAGE
    assert found["prompt"] is None
    assert found["answer"] == " ".join(claim["text"] for claim in found["claims"])


def test_an_unanswered_question_exits_0_with_a_reason_and_no_words(hashing_index: Path, capsys: Captured) -> None:
    found = printed(capsys, "ask", "Which colour has the chairman's yacht?")
    assert (found["status"], found["answer"], found["claims"], found["citations"]) == ("unanswered", "", [], [])
    assert found["notes"]


def test_the_words_limit_is_kept(hashing_index: Path, capsys: Captured) -> None:
    found = printed(capsys, "ask", "How long are backups kept?", "--max-words", "9")
    assert len(found["answer"].split()) <= 9


def test_ask_for_people_shows_document_page_and_quote(hashing_index: Path, capsys: Captured) -> None:
    assert run(["ask", "Is customer data encrypted at rest?"]) == 0
    shown = capsys.readouterr().out
    assert "[1] security.md, page 1: “" in shown
    assert "confidence" in shown


def test_a_named_model_answers_and_is_named(
    hashing_index: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    quote = "Customer data is encrypted at rest with AES-256."
    with model_server() as server:
        server.reply = lambda _: said(drafted((quote, quote), stance="yes"))
        monkeypatch.setenv("RFP_MODEL", "big-one")
        monkeypatch.setenv("RFP_BASE_URL", server.url)
        found = printed(capsys, "ask", "Is customer data encrypted at rest?", "--top-k", "1")
    assert (found["author"], found["prompt"], found["answer"]) == ("big-one", "answer-v1", quote)
    assert found["usage"]["input_tokens"] == 11


def test_search_never_asks_a_model(hashing_index: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server() as server:
        monkeypatch.setenv("RFP_MODEL", "big-one")
        monkeypatch.setenv("RFP_BASE_URL", server.url)
        assert printed(capsys, "search", "backups")["passages"]
        assert server.asked == []


def test_the_index_is_the_option_else_the_variable_else_dot_rfp(
    hashing: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder(hashing / "docs")
    for place, options in (("one", ["--index", "one"]), ("two", []), (".rfp", [])):
        monkeypatch.delenv("RFP_INDEX", raising=False)
        if place == "two":
            monkeypatch.setenv("RFP_INDEX", "two")
        assert run(["ingest", "docs", *options]) == 0
        assert (hashing / place / "manifest.sqlite").is_file()


def test_python_does_in_three_lines_what_the_command_does() -> None:
    code = "from rfp_responder import KnowledgeBase, Responder; print(KnowledgeBase.__name__, Responder.__name__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "KnowledgeBase Responder", done.stderr


# -- the process --------------------------------------------------------------------------------------------


def rfp(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rfp_responder", *arguments],
        cwd=PROJECT, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_help_answers_within_0_3_seconds_of_process_time() -> None:
    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert rfp("--help").returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(3)) < 0.3


def test_help_imports_no_heavy_package() -> None:
    code = (
        "import sys; from rfp_responder.cli import run; run(['--help']);"
        "heavy = 'torch chromadb pandas openai numpy pypdf pypdfium2 sentence_transformers ragas openpyxl'.split();"
        "sys.exit(str([name for name in heavy if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[]"


def test_the_version_is_told() -> None:
    done = rfp("--version")
    assert (done.returncode, done.stdout) == (0, f"rfp_responder {__version__}\n")


def test_without_arguments_help_is_shown_and_the_exit_code_is_0() -> None:
    done = rfp()
    assert done.returncode == 0
    assert "Usage:" in done.stdout


def test_a_fault_in_a_real_process_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    done = rfp("ask", "Is it?", "--index", str(tmp_path / "none"))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_traceback(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-m", "rfp_responder", "--help"], cwd=PROJECT, stdout=write,
                          stderr=subprocess.PIPE, text=True, check=False)  # fmt: skip
    os.close(write)
    assert done.stderr == ""
