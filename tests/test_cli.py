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
from filelock import FileLock

from rfp_responder import __version__
from rfp_responder.cli import run
from rfp_responder.index.embed import HashingEmbedder
from tests.makers import SECURITY, SUPPORT, damaged, encrypted, fake, file, folder, pdf, picture
from tests.model_server import model_server

PROJECT = Path(__file__).parents[1]
Captured = pytest.CaptureFixture[str]

PASSAGE = {"rank", "document", "page", "score", "heading", "text"}
ANSWER = {"question", "status", "answer", "choice", "confidence", "claims", "citations", "passages", "notes", "author",
          "prompt", "usage"}  # fmt: skip
CITATION = {"n", "document", "page", "start", "end", "quote"}
TALLY = {"documents", "pages", "chunks", "blocks", "waiting", "ready_seconds", "seconds", "added", "replaced",
         "unchanged", "removed", "gone", "failed", "skipped", "notes"}  # fmt: skip
ROW = {"document", "title", "pages", "chunks", "effective", "version", "tags", "audience", "source", "digest", "notes"}
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
    assert tallied(shown.out) == {"documents": 2, "pages": 2, "chunks": 2, "distinct": 2, "added": 2, "replaced": 0,
                                  "unchanged": 0, "removed": 0, "skipped": 0, "failed": 1}  # fmt: skip
    assert shown.err.count("\n") == 1
    assert "bad.pdf" in shown.err


def tallied(shown: str) -> dict[str, int]:
    """The table of an ingest's tally."""
    header, row = shown.splitlines()[1:3]
    return dict(zip(header.split(), map(int, row.split()), strict=True))


def test_ingest_as_json_holds_every_list(hashing: Path, capsys: Captured) -> None:
    folder(hashing / "docs")
    found = printed(capsys, "ingest", "docs")
    assert (found["documents"], found["added"]) == (2, ["security.md", "support.md"])
    assert set(found) == TALLY
    assert (found["blocks"], found["waiting"]) == (found["chunks"], 0)
    assert 0 <= found["ready_seconds"] <= found["seconds"]


def test_a_folder_with_damaged_locked_and_empty_files_is_told_file_by_file(hashing: Path, capsys: Captured) -> None:
    folder(hashing / "docs", {"support.md": SUPPORT, "sub/empty.md": "", "x.exe": "x"})
    damaged(hashing / "docs" / "bad.pdf")
    encrypted(pdf(hashing / "plain.pdf", [["Some words."]]), hashing / "docs" / "locked.pdf", "secret")
    assert run(["ingest", "docs", "--json"]) == 0
    shown = capsys.readouterr()
    found = json.loads(shown.out)
    assert found["added"] == ["support.md"]
    assert sorted(each["document"] for each in found["failed"]) == ["bad.pdf", "locked.pdf", "sub/empty.md"]
    assert [each["document"] for each in found["skipped"]] == ["x.exe"]
    assert sorted(line.split(": ")[2] for line in shown.err.splitlines()) == ["bad.pdf", "locked.pdf", "sub/empty.md"]


def test_excluded_files_stay_out(hashing: Path, capsys: Captured) -> None:
    folder(hashing / "docs", {"a.md": SUPPORT, "b.md": SECURITY, "drafts/c.md": SUPPORT})
    found = printed(capsys, "ingest", "docs", "--exclude", "b.md", "--exclude", "drafts/")
    assert found["added"] == ["a.md"]
    assert found["skipped"] == [{"document": "b.md", "reason": "excluded"}]
    assert printed(capsys, "ingest", "docs/*.md", "--exclude", "b.*")["unchanged"] == ["a.md"]
    assert "--exclude" in told(capsys, "ingest", "docs", "--exclude", "!")


def test_a_password_opens_a_locked_pdf_and_is_not_needed_again(hashing: Path, capsys: Captured) -> None:
    encrypted(pdf(hashing / "plain.pdf", [["Keys are rotated."]]), hashing / "locked.pdf", "secret")
    assert "--password" in told(capsys, "ingest", "locked.pdf")
    assert "locked.pdf" in told(capsys, "ingest", "locked.pdf", "--password", "wrong")
    found = printed(capsys, "ingest", "locked.pdf", "--password", "wrong", "--password", "secret")
    assert found["added"] == ["locked.pdf"]
    assert printed(capsys, "ingest", "locked.pdf")["unchanged"] == ["locked.pdf"]
    assert "secret" not in (hashing / ".rfp" / "manifest.sqlite").read_bytes().decode("latin-1")


def test_a_file_that_failed_is_read_again_when_one_asks_for_it(
    hashing: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rfp_responder.knowledge.intake._RACY", -(10**15))  # as if it had been written long ago
    damaged(folder(hashing / "docs") / "bad.pdf")
    reasons = []
    for options in ([], [], ["--retry"]):
        assert run(["ingest", "docs", *options]) == 0
        reasons.append(capsys.readouterr().err)
    assert ["as before; --retry" in reason for reason in reasons] == [False, True, False]


def test_tags_and_an_audience_are_kept_with_the_documents(hashing: Path, capsys: Captured) -> None:
    folder(hashing / "docs")
    printed(capsys, "ingest", "docs/security.md", "--tag", "policy", "--tag", "2026", "--audience", "partners")
    printed(capsys, "ingest", "docs/support.md")
    rows = {row["document"]: row for row in printed(capsys, "docs", "list")}
    assert (rows["security.md"]["tags"], rows["security.md"]["audience"]) == (["policy", "2026"], "partners")
    assert (rows["support.md"]["tags"], rows["support.md"]["audience"]) == ([], "")


@pytest.mark.parametrize("option", ["--audience", "--tag"])
def test_a_mark_that_is_no_text_is_told(option: str, hashing: Path, capsys: Captured) -> None:
    assert "not valid UTF-8" in told(capsys, "ingest", str(file(hashing / "a.md", SECURITY)), option, "\udcff")


def test_files_that_are_gone_are_named_and_pruned_on_demand(hashing: Path, capsys: Captured) -> None:
    folder(hashing / "docs")
    printed(capsys, "ingest", "docs")
    (hashing / "docs" / "support.md").unlink()
    assert run(["ingest", "docs"]) == 0
    assert "no longer there: support.md (remove them with --prune)" in capsys.readouterr().out
    assert printed(capsys, "ingest", "docs", "--prune")["removed"] == ["support.md"]


def test_in_the_background_words_can_be_searched_at_once_and_the_rest_is_done_by_another_process(
    hashing: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []

    class Started:
        def __init__(self, command: list[str], **options: object) -> None:
            assert options["start_new_session"]
            started.append(command)

    folder(hashing / "docs")
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", Started)
        found = printed(capsys, "ingest", "docs", "--background")
    assert found["waiting"] == found["blocks"] > 0
    [[_, *command]] = started
    assert command == ["-m", "rfp_responder", "docs", "embed", "--index", str((hashing / ".rfp").resolve())]
    assert run(["search", "backups", "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["passages"][0]["document"] == "security.md"
    assert "still warming" in shown.err
    assert run(command[2:]) == 0
    assert "blocks embedded" in capsys.readouterr().out
    found = printed(capsys, "ingest", "docs")
    assert (found["waiting"], len(found["unchanged"])) == (0, 2)


def test_an_ingest_that_leaves_nothing_to_embed_starts_no_process(
    hashing_index: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rfp_responder.cli.documents._embed_behind", lambda _: pytest.fail("started"))
    assert printed(capsys, "ingest", "docs", "--background")["waiting"] == 0


# -- documents ----------------------------------------------------------------------------------------------


def test_documents_are_listed_as_a_table_and_as_json(hashing_index: Path, capsys: Captured) -> None:
    assert run(["docs", "list"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["document", "pages", "chunks", "effective", "version", "tags"]
    assert [line[0] for line in lines[1:]] == ["security.md", "support.md"]
    rows = printed(capsys, "docs", "list")
    assert [set(row) for row in rows] == [ROW] * 2
    assert rows[0]["document"] == "security.md"


def test_a_document_is_shown_with_all_that_is_known_of_it_and_page_by_page(
    hashing_index: Path, capsys: Captured
) -> None:
    assert run(["docs", "show", "security.md"]) == 0
    assert "Security guide" in capsys.readouterr().out
    row = printed(capsys, "docs", "show", "security.md")
    assert (set(row), row["document"], row["pages"]) == (ROW, "security.md", 1)
    assert run(["docs", "show", "security.md", "--page", "1"]) == 0
    assert "every 90 days" in capsys.readouterr().out


def test_a_removed_document_is_gone_and_its_file_is_not(hashing_index: Path, capsys: Captured) -> None:
    assert run(["docs", "remove", "support.md"]) == 0
    assert capsys.readouterr().out == "removed support.md\n"
    assert [row["document"] for row in printed(capsys, "docs", "list")] == ["security.md"]
    assert (hashing_index.parent / "docs" / "support.md").is_file()
    assert run(["docs", "remove", "security.md"]) == 0
    capsys.readouterr()
    assert run(["docs", "list"]) == 0
    assert capsys.readouterr().out == "no documents\n"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("show", "nowhere.md"), "nowhere.md: no document of this name"),
        (("show", "security.md", "--page", "7"), "has no page 7, expected 1 to 1"),
        (("show", "security.md", "--page", "0"), "--help"),
        (("remove", "security.md", "nowhere.md"), "nowhere.md: no document of this name"),
        (("remove",), "--help"),
        (("list", "--index", "none"), "there is no index"),
        (("show", "security.md", "--index", "none"), "there is no index"),
        (("remove", "security.md", "--index", "none"), "there is no index"),
        (("embed", "--index", "none"), "there is no index"),
    ],
)
def test_what_is_asked_wrong_of_documents_is_told(
    arguments: tuple[str, ...], what: str, hashing_index: Path, capsys: Captured
) -> None:
    assert what in told(capsys, "docs", *arguments)
    assert len(printed(capsys, "docs", "list")) == 2
    assert not (hashing_index.parent / "none").exists()


def test_reindex_switches_to_the_model_that_is_set(
    hashing_index: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rfp_responder.assemble.HashingEmbedder", lambda: HashingEmbedder(128))
    for command in (("ingest", "docs"), ("docs", "remove", "support.md"), ("docs", "embed"), ("ask", "Is it kept?")):
        assert "`rfp reindex`" in told(capsys, *command)
    assert run(["reindex"]) == 0
    assert capsys.readouterr().out == "2 documents, 2 chunks in the index\n"
    assert printed(capsys, "search", "backups")["passages"][0]["document"] == "security.md"
    assert len(printed(capsys, "ingest", "docs")["unchanged"]) == 2
    assert "there is no index" in told(capsys, "reindex", "--index", "none")


def test_a_second_writer_is_told_in_one_line(
    hashing_index: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rfp_responder.cli.documents._WAIT", 0.0)
    with FileLock(hashing_index / "write.lock"):
        for command in (("ingest", "docs"), ("docs", "remove", "support.md"), ("reindex",)):
            assert "another process is writing to it" in told(capsys, *command)
        assert printed(capsys, "search", "backups")["passages"]


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
