"""Through DSPy: examples and advice come from our own answer step and our own model, and from nowhere else."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from evaluation_makers import embed

from rfp_responder.chat.scripted import ScriptedModel
from rfp_responder.cli import run
from rfp_responder.evaluation.gold import GoldCase
from rfp_responder.evaluation.optimize_dspy import Finder, Found
from rfp_responder.evaluation.optimize_prompt import Step
from rfp_responder.prompts import PromptLibrary
from rfp_responder.protocols import Listener, ModelReply, ModelRequest
from tests.model_server import Sent, model_server, said
from tests.optimize_makers import case, gold_file, passages, prompt, reply_for

pytest.importorskip("dspy", reason="the extra optimize is not installed")

TUNE = [case("encryption"), case("backup"), case("pets", answerable=False), case("regions")]
ADVICE = json.dumps({"advice": "Quote whole sentences."})


class Recording:
    """A scripted model that keeps the requests it gets."""

    def __init__(self, replies: Callable[[str], str]) -> None:
        self.model = ScriptedModel(replies)
        self.asked: list[ModelRequest] = []
        self.name = "scripted"

    def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
        self.asked.append(request)
        return self.model.reply(request, listener)


def find(model: Recording, cases: list[GoldCase] | None = None, *, calls: int = 20, **more: int) -> Found:
    finder = Finder(Step(passages, embed), prompt(), cases or TUNE, **more)
    return finder.find([each for each in cases or TUNE if each.split == "tune"], model, calls)


def answering(user: str) -> str:
    return ADVICE if user.startswith("rules:") else reply_for(user)


@pytest.fixture(autouse=True)
def _nothing_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.socket.connect

    def only_here(self: socket.socket, address: object) -> None:
        assert isinstance(address, tuple) and address[0] == "127.0.0.1", f"something was sent to {address}"
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_here)


def test_good_answers_become_examples_and_their_requests_are_those_of_the_answer_step() -> None:
    model = Recording(answering)
    found = find(model, proposals=0)
    assert [each.case for each in found.examples] == ["tune-encryption-1", "tune-backup-1"]
    assert found.examples[1].quotes == (("2", "Backups are kept for 35 days."),)
    assert (found.asked, found.stopped, found.left_out) == (2, False, ())
    assert len(model.asked) == 2  # it stops when there are examples enough
    assert all(request.system == prompt().system for request in model.asked)
    assert all(request.sampling == prompt().sampling and "claims" in str(request.schema) for request in model.asked)
    assert "What about encryption, point 1?" in model.asked[0].user


def test_a_right_refusal_is_an_example_too() -> None:
    found = find(Recording(answering), most_examples=4, proposals=0)
    assert [each.case for each in found.examples] == [each.id for each in TUNE]
    assert "No passage answers." in found.examples[2].text()


def test_invented_quotes_and_wrong_answers_are_no_examples() -> None:
    lie = {"text": "Data is encrypted with AES-512.", "quotes": [{"passage": 1, "text": "encrypted with AES-512."}]}
    model = Recording(lambda user: json.dumps({"claims": [lie], "stance": None, "missing": []}))
    found = find(model, proposals=0)
    assert found.examples == ()
    assert found.asked == len(TUNE)


def test_an_example_that_tells_what_the_test_asks_is_left_out() -> None:
    test = case("backup", "test", fact="35 days")
    found = find(Recording(answering), [*TUNE, test], proposals=0)
    assert "tune-backup-1" not in [each.case for each in found.examples]
    assert found.left_out == (("tune-backup-1", "test-backup-1"),)


def test_the_calls_are_bounded_and_what_was_found_before_counts() -> None:
    model = Recording(answering)
    found = find(model, calls=2, most_examples=4, proposals=0)
    assert (len(model.asked), found.stopped, found.asked) == (2, True, 2)
    assert len(found.examples) == 2


def test_advice_is_proposed_from_the_kinds_of_faults_without_words_of_documents_or_replies() -> None:
    lie = {"text": "SECRET WORDS of ours.", "quotes": [{"passage": 1, "text": "SECRET WORDS of ours."}]}
    liar = json.dumps({"claims": [lie], "stance": None, "missing": []})
    model = Recording(lambda user: ADVICE if user.startswith("rules:") else liar)
    found = find(model)
    assert found.advice == ("Quote whole sentences.",)
    proposing = model.asked[-1]
    assert "does not stand in passage" in proposing.user
    assert "SECRET" not in proposing.user
    assert proposing.sampling.temperature == 0.7


@pytest.mark.parametrize("said", ["not JSON", "{}", "[]", ""])
def test_advice_that_cannot_be_read_is_left_out(said: str) -> None:
    model = Recording(lambda user: said)
    found = find(model)
    assert (found.examples, found.advice) == ((), ())


def test_nothing_is_printed_by_dspy(capsys: pytest.CaptureFixture[str]) -> None:
    find(Recording(answering))
    out, err = capsys.readouterr()
    assert (out, err) == ("", "")


def test_dspys_own_client_is_never_loaded_and_no_cache_is_kept(tmp_path: Path) -> None:
    """In a process of its own: another test may have loaded it."""
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "import test_optimize_dspy as here\n"
        "here.find(here.Recording(here.answering))\n"
        "print('litellm' in sys.modules, 'diskcache' in sys.modules)"
    )
    tests = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", code, str(tests), str(tests.parent)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "HOME": str(tmp_path), "DSPY_CACHEDIR": str(tmp_path / "cache")},
    )
    assert done.stdout.split() == ["False", "False"], done.stderr[-500:]
    assert list(tmp_path.iterdir()) == []


FACTS = {  # question: key fact, sentence
    "Is customer data encrypted at rest?": ("AES-256", "Customer data is encrypted at rest with AES-256."),
    "How often are keys rotated?": ("90 days", "Keys are rotated every 90 days."),
    "How long are backups kept?": ("35 days", "Backups are taken every night and kept for 35 days."),
    "How often are restores tested?": ("every quarter", "Restores are tested every quarter."),
}


def gold(path: Path) -> Path:
    cases = []
    for number, (question, (fact, quote)) in enumerate(FACTS.items()):
        made = case(f"topic {number}", fact=fact)
        place = made.evidence[0].model_copy(update={"document": "security.md", "quote": quote})
        told = {"question": question, "evidence": [place], "reference_answer": quote}
        cases.append(made.model_copy(update=told))
    return gold_file(path, [*cases, case("support", "test")])


def server_reply(request: dict[str, Any], *, always: bool) -> Sent:
    """Right with examples in the prompt, or ``always``; else nothing is found."""
    system, user = (message["content"] for message in request["messages"])
    quote = next(quote for question, (_, quote) in FACTS.items() if question in user)
    blocks = re.findall(r"<passage-\w+ number=(\d+)>(.*?)</passage", user, re.S)
    rank = next(int(number) for number, text in blocks if quote in text)
    claim = {"text": quote, "quotes": [{"passage": rank, "text": quote}]}
    right = always or "# Examples of good replies" in system
    return said(json.dumps({"claims": [claim] if right else [], "stance": None, "missing": []}))


@pytest.mark.parametrize("helps", [True, False])
def test_from_the_command_line_a_version_is_written_where_it_is_better_and_else_none(
    helps: bool, hashing_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[dict[str, Any]] = []
    with model_server() as server:

        def reply(request: dict[str, Any]) -> Sent:
            asked.append(request)
            return server_reply(request, always=len(asked) <= 2 or not helps)  # two good answers to learn from

        server.reply = reply
        monkeypatch.setenv("RFP_MODEL", "m")
        monkeypatch.setenv("RFP_BASE_URL", server.server().base_url)
        monkeypatch.setenv("RFP_API_KEY", "sk-never-shown")
        command = ["optimize", "--prompt", "answer@1", "--gold", str(gold(Path("gold.jsonl"))), "--out", "opt"]
        code = run([*command, "--max-calls", "30", "--proposals", "0"])
    out, err = capsys.readouterr()
    assert code == 0, err
    told = json.loads(Path("opt/optimize-prompt.json").read_text())
    assert told["requests"] == len(asked) == 6  # two examples found, then two versions on the two other topics
    written = list(Path("prompts").rglob("*.md"))
    assert "sk-never-shown" not in out + err + json.dumps(told)
    if not helps:
        assert (told["written"], written) == (None, [])
        assert "no version was written" in out
        return
    version = PromptLibrary(Path("prompts")).find(told["written"])
    base = PromptLibrary().find("answer@1")
    assert version.system.startswith(base.system)
    assert version.system.count("Question: ") == 2
    assert version.why.startswith("examples (tune-topic ")
    assert f"written: {version.ref}" in out
    assert PromptLibrary(Path("prompts")).aliases() == PromptLibrary().aliases()  # nothing was promoted
