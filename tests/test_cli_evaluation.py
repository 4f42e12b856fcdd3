"""``rfp eval`` with a model: what it costs, one prompt against another, and a server that goes down."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from rfp_responder.answer.chat import ChatAnswerer
from rfp_responder.chat.scripted import ScriptedModel
from rfp_responder.chat.server import OpenAIChat
from rfp_responder.cli import run
from rfp_responder.cli.comparing import Plan, compare
from rfp_responder.cli.measuring import PARTIAL, measure, prepare
from rfp_responder.errors import InputError, ModelError
from rfp_responder.evaluation.gold import load_gold
from rfp_responder.evaluation.rows import load_rows
from rfp_responder.evaluation.run import Provenance
from rfp_responder.knowledge import KnowledgeBase
from rfp_responder.prompts import PromptLibrary
from rfp_responder.responder import Responder
from rfp_responder.settings import Settings, load_settings
from tests.model_server import ModelServer, Sent, fault, model_server, said

Captured = pytest.CaptureFixture[str]
KEY = "sk-never-shown-anywhere"
QUOTE = "Backups are taken every night and kept for 35 days."


def case(number: int) -> dict[str, Any]:
    """An answerable case; three to a topic."""
    return {
        "id": f"b{number}",
        "split": "test",
        "topic": f"t{number // 3}",
        "question": f"How long are backups kept, asked for the time {number}?",
        "expected_status": "answered",
        "reference_answer": "Backups are kept for 35 days.",
        "key_facts": [{"id": f"backup.{number}", "any_of": ["35 days"]}],
        "evidence": [{"document": "security.md", "page": 1, "quote": QUOTE, "facts": [f"backup.{number}"]}],
        "tags": ["number"],
    }


def written(*, right: bool, passages: Sequence[int] = (1, 2, 3)) -> str:
    """A reply with the same claim from each of these passages (it stands in the first), or with nothing."""
    claims = [{"text": QUOTE, "quotes": [{"passage": number, "text": QUOTE}]} for number in passages] if right else []
    return json.dumps({"claims": claims, "stance": None, "missing": []})


@pytest.fixture
def gold(hashing_index: Path) -> Path:
    path = hashing_index.parent / "gold.jsonl"
    path.write_text("".join(json.dumps(case(number)) + "\n" for number in range(24)))
    return path


@pytest.fixture
def server(gold: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """A model server that the settings name, whose replies are right."""
    with model_server() as running:
        running.reply = lambda _: said(written(right=True))
        for name, value in {
            "MODEL": "m-1", "BASE_URL": running.url, "API_KEY": KEY, "MAX_RETRIES": "0", "OFFLINE_FALLBACK": "false",
            "PROMPT": "answer@1",
        }.items():  # fmt: skip
            monkeypatch.setenv(f"RFP_{name}", value)
        yield running


def evaluated(*arguments: str, code: int = 0) -> None:
    assert run(["eval", "--gold", "gold.jsonl", *arguments]) == code


# -- one run ------------------------------------------------------------------------------------------------


def test_a_run_with_a_model_tells_who_wrote_and_what_it_took(server: ModelServer, capsys: Captured) -> None:
    evaluated("--out", "run", "--prompt", "answer@1")
    shown = capsys.readouterr()
    assert len(server.asked) == 24  # no question to warm up with
    rows = load_rows(Path("run"))
    assert [row.id for row in rows] == [f"b{number}" for number in range(24)]
    assert {(row.author, row.prompt, row.input_tokens, row.output_tokens) for row in rows} == {
        ("m-1", "answer@1", 11, 7)
    }
    assert {row.answer for row in rows} == {QUOTE}
    assert all(row.dropped >= 1 for row in rows)
    assert "tokens 264 in, 168 out" in shown.out
    results = json.loads(Path("run/results.json").read_text())
    assert (results["totals"]["input_tokens"], results["settings"]["prompt"]) == (264, "answer@1")
    assert results["routes"][0]["author"] == "m-1"
    everything = shown.out + shown.err + "".join(path.read_text() for path in Path("run").iterdir())
    assert KEY not in everything
    assert server.url not in everything
    assert sorted(path.name for path in Path("run").iterdir()) == ["results.json", "rows.jsonl"]


def test_results_come_as_json_too(server: ModelServer, capsys: Captured) -> None:
    evaluated("--out", "run", "--json")
    assert json.loads(capsys.readouterr().out) == json.loads(Path("run/results.json").read_text())


def test_offline_nothing_of_a_model_is_told(gold: Path, capsys: Captured) -> None:
    evaluated("--out", "run")
    shown = capsys.readouterr().out
    assert "USD" not in shown
    settings = json.loads(Path("run/results.json").read_text())["settings"]
    assert (settings["model"], "prompt" in settings) == ("offline", False)
    assert {row.prompt for row in load_rows(Path("run"))} == {None}


def test_measure_is_a_run_of_these_settings(server: ModelServer, gold: Path) -> None:
    found = measure(load_settings(), load_gold(gold), "trial")
    assert [row.scores["key_fact_recall"] for row in found.rows] == [1.0] * 24


def test_one_bad_reply_is_one_row_and_a_dead_server_ends_the_run_with_the_rows_so_far(
    server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_PARALLEL", "1")
    server.reply = lambda _: fault(401) if len(server.asked) == 2 else said(written(right=True))
    evaluated("--out", "run", code=2)  # a question that failed is a gate of its own
    assert [row.status for row in load_rows(Path("run"))].count("error") == 1
    capsys.readouterr()
    server.asked.clear()
    server.reply = lambda _: fault(401) if len(server.asked) > 5 else said(written(right=True))
    evaluated("--out", "dead", code=1)
    shown = capsys.readouterr()
    assert shown.err.count("\n") == 1
    assert "(8 of 24 questions are done)" in shown.err
    assert [path.name for path in Path("dead").iterdir()] == [PARTIAL]
    lines = [json.loads(line) for line in (Path("dead") / PARTIAL).read_text().splitlines()]
    assert [line["status"] for line in lines] == ["answered"] * 5 + ["error"] * 3


def test_a_cap_on_the_cost_ends_the_run_with_the_rows_so_far(
    server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_MODEL", "gpt-4o")  # 2.50 and 10.00 USD a million tokens: 0.01 a reply
    monkeypatch.setenv("RFP_PARALLEL", "1")
    server.reply = lambda _: said(written(right=True), prompt_tokens=2000, completion_tokens=500)
    evaluated("--out", "run", "--max-cost", "0.05", code=1)
    shown = capsys.readouterr().err
    assert "cap of $0.05" in shown
    assert shown.count("\n") == 1
    assert 2 <= len((Path("run") / PARTIAL).read_text().splitlines()) <= 4
    evaluated("--out", "run", "--max-cost", "0.50")
    assert sum(row.cost_usd for row in load_rows(Path("run"))) == pytest.approx(0.24)
    assert "0.24 USD in all, 1.00 per 100 questions" in capsys.readouterr().out
    assert not (Path("run") / PARTIAL).exists()


def test_small_and_strong_models_are_told_apart_by_route(
    server: ModelServer, gold: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_MODEL", "gpt-4o")
    monkeypatch.setenv("RFP_SMALL_MODEL", "gpt-4o-mini")
    simple = [case(n) | {"question": f"Are backups kept for {n} days, taken every night?"} for n in range(24)]
    gold.write_text("".join(json.dumps(one) + "\n" for one in simple))

    def reply(request: dict[str, Any]) -> Sent:
        unsure = request["model"] == "gpt-4o-mini" and any(f"for {n} days," in json.dumps(request) for n in range(6))
        return said(written(right=not unsure, passages=(1,)), prompt_tokens=1000, completion_tokens=100)

    server.reply = reply
    evaluated("--out", "run")
    shown = capsys.readouterr().out
    assert "by route" in shown
    routes = {one["route"]: one for one in json.loads(Path("run/results.json").read_text())["routes"]}
    assert (routes["small"]["author"], routes["small"]["n"]) == ("gpt-4o-mini", 18)
    assert (routes["strong"]["author"], routes["strong"]["n"]) == ("gpt-4o", 6)
    # the drafts of the small model that were thrown away count where they were made for
    assert routes["strong"]["cost_usd"] == pytest.approx(6 * (0.0035 + 0.00021))
    assert routes["small"]["cost_per_100"] == pytest.approx(0.021)


def test_what_sends_requests_is_loaded_before_the_first_question_and_sends_nothing(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    opened = OpenAIChat.open

    def noted(model: OpenAIChat) -> None:
        opened(model)
        asked.append(len(server.asked))

    monkeypatch.setattr(OpenAIChat, "open", noted)
    evaluated("--out", "run")
    assert asked == [0]
    assert len(server.asked) == 24


def test_a_prompt_whose_server_fails_is_not_measured_by_what_others_wrote(
    server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_OFFLINE_FALLBACK", "true")
    monkeypatch.setenv("RFP_FALLBACK_MODELS", "m-2")
    server.reply = lambda request: fault(401) if request["model"] == "m-1" else said(written(right=True))
    evaluated("--out", "run", "--prompt", "answer@1", code=1)
    assert "questions are done" in capsys.readouterr().err
    assert not Path("run/results.json").exists()
    assert {request["model"] for request in server.asked} == {"m-1"}


@pytest.mark.parametrize(
    ("fallback", "told"),
    [("", "of 24 answers 24 were written offline"), ("m-2", "of 24 answers 24 were written by a fallback model")],
)
def test_answers_that_others_wrote_for_a_model_that_failed_are_told(
    server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch, fallback: str, told: str
) -> None:
    monkeypatch.setenv("RFP_OFFLINE_FALLBACK", "true")
    monkeypatch.setenv("RFP_FALLBACK_MODELS", fallback)
    server.reply = lambda request: fault(401) if request["model"] == "m-1" else said(written(right=True))
    evaluated("--out", "run")
    shown = capsys.readouterr().out
    assert "by route" in shown
    assert f"note: {told}: the figures are not the named model's alone" in shown


def test_a_run_tells_which_text_its_prompt_had_and_how_pages_were_cut(server: ModelServer) -> None:
    Path("prompts").mkdir()
    Path("prompts/aliases.toml").write_text('production = "answer@1"\n')
    evaluated("--out", "run", "--prompt", "production")
    settings = json.loads(Path("run/results.json").read_text())["settings"]
    version = PromptLibrary().find("answer@1")
    assert (settings["prompt"], settings["prompt_sha256"]) == (version.ref, version.digest)
    assert settings["chunk_tokens"] == load_settings().chunk_tokens
    assert (settings["offline_fallback"], settings["canary"]) == (False, 0.0)


def test_offline_a_run_tells_how_many_passages_were_read(gold: Path) -> None:
    evaluated("--out", "run")
    settings = json.loads(Path("run/results.json").read_text())["settings"]
    assert (settings["passages_read"], settings["chunk_tokens"]) == (12, 120)


def test_a_price_that_is_not_known_is_told_and_never_as_nothing(
    server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rfp_responder.chat.prices.is_private", lambda _: False)
    evaluated("--out", "run", "--prompt", "answer@1")
    assert "168 out; price of m-1 not known; " in capsys.readouterr().out
    results = json.loads(Path("run/results.json").read_text())
    assert results["unpriced"] == ["m-1"]
    assert (results["totals"]["cost_usd"], results["routes"][0]["cost_per_100"]) == (None, None)
    evaluated("--out", "again", "--prompt", "answer@1")
    capsys.readouterr()
    assert run(["eval", "--compare", "run", "again", "--out", "versus"]) == 0
    shown = capsys.readouterr().out
    assert "the price of m-1 is not known: what A cost is not told" in shown
    assert "0.00" not in shown.splitlines()[3]


def test_a_prompt_needs_a_model(gold: Path, capsys: Captured) -> None:
    evaluated("--out", "run", "--prompt", "answer@1", code=1)
    assert "a prompt cannot be measured without a model" in capsys.readouterr().err
    assert not Path("run").exists()


# -- one against another ------------------------------------------------------------------------------------


def two_runs(server: ModelServer) -> None:
    """``good`` and ``bad``: in the second, two questions of each topic go unanswered."""

    def reply(request: dict[str, Any]) -> Sent:
        asked = json.dumps(request)
        wrong = [number for number in range(24) if number % 3 and f"for the time {number}?" in asked]
        return said(written(right=not wrong), prompt_tokens=400)

    evaluated("--out", "good")
    server.reply = reply
    evaluated("--out", "bad")


def test_two_saved_runs_are_compared_and_the_verdict_comes_first(server: ModelServer, capsys: Captured) -> None:
    two_runs(server)
    asked = len(server.asked)
    capsys.readouterr()
    assert run(["eval", "--compare", "bad", "good", "--out", "versus"]) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("test: B is better: Answer correctness: key facts 0.333 -> 1.000")
    shown = "\n".join(rest)
    for part in (
        "16 / 0",
        "B: good (saved run)",
        "answer@1",
        "Tokens in, a question",
        "A and B used the same prompt (answer@1)",
    ):
        assert part in shown, part
    assert len(server.asked) == asked
    found = json.loads(Path("versus/compare.json").read_text())["splits"][0]
    tokens = next(each for each in found["contrasts"] if each["metric"] == "input_tokens")
    assert (tokens["a"], tokens["b"], tokens["verdict"]) == (400, 11, "B better")
    assert "## test: B is better" in Path("versus/compare.md").read_text()


def test_a_run_against_itself_says_that_nothing_tells_them_apart(server: ModelServer, capsys: Captured) -> None:
    evaluated("--out", "one")
    evaluated("--out", "two")
    capsys.readouterr()
    assert run(["eval", "--compare", "one", "two", "--out", "versus", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["splits"]
    assert found["headline"].startswith("no metric of the gates tells A from B: they do the same in every case; on ")
    assert "24 questions can show differences of 31 points or more" in found["headline"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--compare", "answer@1", "answer@2"], "a prompt cannot be measured without a model"),
        (["--compare", "answer@1", "answer@1"], "the same twice"),
        (["--compare", "../x", "answer@1"], "no folder with rows.jsonl, and no prompt"),
        (["--compare", "answer@1", "answer@2", "--gate"], "--compare: stands alone"),
        (["--compare", "answer@1"], "--compare"),
    ],
)
def test_what_cannot_be_compared_is_told_in_a_line(
    gold: Path, capsys: Captured, arguments: list[str], told: str
) -> None:
    assert run(["eval", "--out", "versus", *arguments]) == 1
    shown = capsys.readouterr().err
    assert told in shown
    assert shown.count("\n") == 1
    assert not Path("versus").exists()


def test_runs_of_other_cases_are_not_compared(server: ModelServer, gold: Path, capsys: Captured) -> None:
    evaluated("--out", "all")
    gold.write_text("".join(gold.read_text().splitlines(keepends=True)[:12]))
    evaluated("--out", "half")
    assert run(["eval", "--compare", "all", "half", "--out", "versus"]) == 1
    assert "the runs differ in 12 cases of split test" in capsys.readouterr().err


def plan(gold: Path, seen: list[Settings], replies: dict[str, Any]) -> Plan:
    """A comparison whose model says, under each prompt, what ``replies`` has for it."""

    def build(settings: Settings, knowledge: KnowledgeBase) -> Responder:
        seen.append(settings)
        reply = replies[settings.prompt]
        if isinstance(reply, InputError):
            raise reply
        return Responder.over(knowledge, answerer=ChatAnswerer(ScriptedModel(reply)))

    return Plan(
        settings=load_settings(model="m-1", parallel=1, canary=0.5, reply_cache="read"),
        out=Path("versus"),
        cases=lambda: load_gold(gold),
        provenance=lambda settings: Provenance("ab" * 32, "c0ffee", "2026-01-31", {"prompt": settings.prompt}),
        gates=("key_fact_recall",),
        build=build,
    )


def test_two_prompts_are_each_measured_alone_and_their_runs_are_kept(gold: Path) -> None:
    seen: list[Settings] = []
    replies = {"answer@1": [written(right=False)], "answer@2": [written(right=True)]}
    (found,) = compare(("answer@1", "answer@2"), plan(gold, seen, replies))
    assert [(one.prompt, one.canary, one.offline_fallback) for one in seen] == [
        ("answer@1", 0.0, False),
        ("answer@2", 0.0, False),
    ]
    assert found.headline.startswith("B is better: Answer correctness: key facts 0.000 -> 1.000")
    assert any("may come from the cache" in note for note in found.notes)
    assert not any("more than the prompt" in note for note in found.notes)
    saved = compare(("versus/answer@1", "versus/answer@2"), plan(gold, seen, replies))
    assert saved[0].contrasts == found.contrasts
    assert len(seen) == 2


def test_the_command_puts_each_prompt_to_the_server_under_its_own_name(
    server: ModelServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_MODEL", "gpt-4o-mini")
    blank = {"claims": [], "parts": [], "stance": None, "missing": [], "clarification": None}

    def reply(request: dict[str, Any]) -> Sent:
        second = '"clarification"' in request["messages"][0]["content"]  # only answer@2 asks for one
        return said(json.dumps(blank) if second else written(right=True), prompt_tokens=900 if second else 500)

    server.reply = reply
    assert run(["eval", "--gold", "gold.jsonl", "--out", "versus", "--compare", "answer@1", "answer@2"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("test: A is better: ")
    assert "Answer correctness: key facts 1.000 -> 0.000" in shown.splitlines()[0]
    assert "USD per 100 questions" in shown
    assert len(server.asked) == 48
    for ref in ("answer@1", "answer@2"):
        assert {row.prompt for row in load_rows(Path("versus", ref))} == {ref}
    assert KEY not in "".join(path.read_text() for path in Path("versus").rglob("*.*") if path.is_file())


def test_an_unknown_prompt_is_told_before_anything_is_asked(server: ModelServer, capsys: Captured) -> None:
    assert run(["eval", "--gold", "gold.jsonl", "--out", "versus", "--compare", "answer@1", "answer@99"]) == 1
    assert "answer@99" in capsys.readouterr().err
    assert server.asked == []


def test_a_prompt_that_is_not_there_is_told_before_the_other_is_paid_for(gold: Path) -> None:
    def asked(_: str) -> str:
        raise AssertionError("asked")

    replies = {"answer@1": asked, "answer@9": InputError("prompt answer@9: there is none")}
    with pytest.raises(InputError, match="answer@9"):
        compare(("answer@1", "answer@9"), plan(gold, [], replies))
    assert not Path("versus").exists()


def test_a_comparison_that_stops_keeps_the_run_that_was_done(gold: Path) -> None:
    replies = {
        "answer@1": [written(right=True)],
        "answer@2": [written(right=True), *[ModelError("model m-1: gone")] * 3],
    }
    with pytest.raises(ModelError, match=r"^B \(answer@2\): model m-1: gone") as caught:
        compare(("answer@1", "answer@2"), plan(gold, [], replies))
    assert len(load_rows(Path("versus/answer@1"))) == 24
    assert len(Path("versus/answer@2", PARTIAL).read_text().splitlines()) == 4
    assert "answer@1 is measured and is not asked again with --compare versus/answer@1 answer@2" in str(caught.value)


def test_preparing_asks_nobody(server: ModelServer) -> None:
    prepare(load_settings())
    assert server.asked == []
