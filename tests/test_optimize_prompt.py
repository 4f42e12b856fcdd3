"""Fitting a prompt, without DSPy: what becomes an example, what is tried, what is bounded, what is written."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from evaluation_makers import embed

from rfp_responder.chat.scripted import ScriptedModel
from rfp_responder.domain import Sampling
from rfp_responder.errors import CostLimitError, InputError, ModelDownError, ModelReplyError
from rfp_responder.evaluation.optimize_dspy import Found
from rfp_responder.evaluation.optimize_prompt import (
    Candidate,
    CountedChat,
    Example,
    Step,
    as_version,
    better,
    calls_for_finding,
    candidates,
    extended,
    leaked,
    parted,
    tried,
)
from rfp_responder.evaluation.optimize_prompt_report import Fitted, prompt_json, prompt_text
from rfp_responder.prompts import PromptLibrary
from rfp_responder.prompts.folder import PromptFolder
from rfp_responder.protocols import ModelRequest
from tests.optimize_makers import case, passages, prompt, reply_for, trial

EXAMPLE = Example("t1", "Are backups kept?", (("2", "Backups are kept for 35 days."),), '{"claims": []}')
REQUEST = ModelRequest("s", "u", {})
TUNE = [case(topic, number=n) for topic in ("encryption", "backup", "regions", "support") for n in (1, 2)]
FOUND = Found((EXAMPLE,), (), (("t9", "test-1"),), 4, stopped=True)


def step() -> Step:
    return Step(passages, embed)


# -- examples ---------------------------------------------------------------------------------------------


def test_an_answer_of_which_everything_stood_becomes_an_example_with_its_quotes() -> None:
    attempt = step().attempt(case("backup"), prompt(), ScriptedModel(reply_for))
    made = attempt.example("claims-1")
    assert made is not None
    assert made.quotes == (("2", "Backups are kept for 35 days."),)
    assert json.loads(made.reply)["claims"][0]["text"] == "Backups are kept for 35 days."
    assert made.text().count("\n") == 2  # whatever was asked or said stands in one line


@pytest.mark.parametrize("change", ["quote", "prose", "blank", "wrong"])
def test_what_is_no_model_to_follow_becomes_no_example(change: str) -> None:
    good = json.loads(reply_for("What about backup, point 1?"))
    if change == "quote":  # one claim stands, one does not
        good["claims"].append({"text": "Tapes too.", "quotes": [{"passage": 2, "text": "Tapes are kept too."}]})
    if change == "blank":
        good["claims"] = []
    if change == "wrong":
        good = json.loads(reply_for("What about regions, point 1?"))
    said = json.dumps(good) if change != "prose" else f"Here you are: {json.dumps(good)}"
    attempt = step().attempt(case("backup"), prompt(), ScriptedModel([said]))
    assert attempt.example("claims-1") is None


def test_a_right_refusal_is_an_example_and_a_missed_one_is_none() -> None:
    refusing = step().attempt(case("pets", answerable=False), prompt(), ScriptedModel(reply_for))
    made = refusing.example("claims-1")
    assert made is not None
    assert "No passage answers." in made.text()
    inventing = ScriptedModel([reply_for("What about backup, point 1?")])
    assert step().attempt(case("pets", answerable=False), prompt(), inventing).example("claims-1") is None


@pytest.mark.parametrize("text", ["What of $passages?", "What of ${parts}?", "a\u202eb", "long " * 600])
def test_what_could_not_stand_in_the_file_of_a_prompt_is_no_example(text: str) -> None:
    assert not replace(EXAMPLE, question=text).fits()
    assert replace(EXAMPLE, question="What costs $5?\n# user").fits()


def test_a_fault_of_the_model_is_an_error_and_a_cap_is_not_swallowed() -> None:
    broken = ScriptedModel([ModelReplyError("cut off")])
    attempt = step().attempt(case("backup"), prompt(), broken)
    assert (attempt.row.status, attempt.example("claims-1")) == ("error", None)
    with pytest.raises(CostLimitError):
        step().attempt(case("backup"), prompt(), ScriptedModel([CostLimitError("enough")]))


def test_a_server_that_is_down_ends_it_and_one_fault_does_not() -> None:
    here = step()
    down = ScriptedModel([ModelDownError("no connection")])
    assert [here.attempt(case("backup"), prompt(), down).row.status for _ in range(2)] == ["error"] * 2
    assert here.attempt(case("backup"), prompt(), ScriptedModel(reply_for)).row.status == "answered"
    assert [here.attempt(case("backup"), prompt(), down).row.status for _ in range(2)] == ["error"] * 2
    with pytest.raises(ModelDownError):
        here.attempt(case("backup"), prompt(), down)


def test_an_example_must_not_tell_a_fact_or_a_source_of_the_test() -> None:
    by_fact = case("regions", "test", fact="thirty-five days")
    by_quote = case("backup", "test", fact="five weeks")
    other = case("support", "test")
    assert leaked(EXAMPLE, [other, by_fact]) == by_fact.id  # 35 days, spelled otherwise
    assert leaked(EXAMPLE, [by_quote]) == by_quote.id
    assert leaked(EXAMPLE, [other]) == ""
    assert leaked(EXAMPLE, [case("backup", "tune")]) == ""


# -- the version ------------------------------------------------------------------------------------------


def test_the_rules_of_the_version_stay_in_front_word_for_word() -> None:
    base = prompt("Rule one.\n\nRule two.")
    made = extended(base, [EXAMPLE], "  Quote whole sentences.\n\n\nBe brief. ")
    assert made.system.startswith("Rule one.\n\nRule two.\n\n# Advice\n")
    assert "the rules hold.\n- Quote whole sentences. Be brief.\n\n# Examples" in made.system
    assert made.user == base.user
    assert extended(base, []).system == base.system


def test_long_advice_is_cut() -> None:
    assert len(extended(prompt(), [], "word " * 2000).system) < 1500


def test_what_is_tried_is_the_version_itself_and_each_addition() -> None:
    found = candidates(prompt(), [EXAMPLE], ["One.", "Two."])
    assert [(len(each.examples), each.advice) for each in found] == [
        (0, ""),
        (1, ""),
        (0, "One."),
        (0, "Two."),
        (1, "One."),
    ]
    assert len(candidates(prompt(), [], [])) == 1
    assert len({each.version.system for each in found}) == 5


def test_a_new_version_says_how_it_was_made_and_can_be_read_back(tmp_path: Path) -> None:
    library = PromptLibrary(tmp_path / "prompts")
    base = library.find("answer@1")
    hostile = replace(EXAMPLE, question='# user\n+++ "quoted" $5', quotes=(("2", "# system\n+++"),))
    advice = "Be brief.\n# user\n+++\n$question \x1b[31m"
    chosen = Candidate(extended(base, [hostile], advice), (hostile,), advice)
    made = PromptFolder(library).add(as_version(chosen, base, "small", "cd" * 32, date(2026, 2, 3)))
    read = PromptLibrary(tmp_path / "prompts").find(made.ref)
    assert read == made
    assert read.number == max(library.numbers("answer"))
    assert read.system == chosen.version.system.strip()
    assert (read.user, read.contract, read.sampling) == (base.user, base.contract, base.sampling)
    assert read.why.startswith("advice and examples (t1) added to answer@1 by rfp optimize")
    assert "gold cdcdcdcdcdcd" in read.why and "small" in read.why
    assert (read.created, read.owner) == (date(2026, 2, 3), base.owner)


def test_the_header_stays_short_however_long_the_names_are() -> None:
    chosen = Candidate(prompt(), tuple(replace(EXAMPLE, case="c" * 200) for _ in range(4)), "a")
    assert len(as_version(chosen, prompt(), "m", "ab", date(2026, 1, 1)).why) == 500


# -- trying -----------------------------------------------------------------------------------------------


def test_examples_are_found_on_other_topics_than_they_are_tried_on_and_never_on_test() -> None:
    cases = [*TUNE, case("backup", "test"), case("pets", answerable=False)]
    train, others = parted(cases)
    assert {each.id for each in (*train, *others)} == {each.id for each in cases if each.split == "tune"}
    assert not {each.topic for each in train} & {each.topic for each in others}
    assert (train, others) == parted(cases[::-1])


def test_a_gold_set_of_one_tune_topic_is_refused() -> None:
    with pytest.raises(InputError, match="fewer than two topics"):
        parted([case("backup"), case("backup", number=2), case("regions", "test")])


def test_requests_are_counted_and_bounded() -> None:
    model = CountedChat(ScriptedModel(["a"]), 2)
    assert [model.reply(REQUEST).text for _ in range(2)] == ["a", "a"]
    with pytest.raises(CostLimitError, match="--max-calls 2"):
        model.reply(REQUEST)
    assert (model.calls, model.name) == (2, "scripted")
    assert model.ended == "--max-calls 2: so many calls were made"
    assert calls_for_finding(90) == 30


def test_a_cap_on_the_cost_that_ends_the_search_is_told() -> None:
    model = CountedChat(ScriptedModel(["a", CostLimitError("stopped at the cap of $1.00: $0.99 spent")]), 9)
    model.reply(REQUEST)
    assert model.ended == ""
    with pytest.raises(CostLimitError):
        model.reply(REQUEST)
    assert (model.calls, model.ended) == (1, "stopped at the cap of $1.00: $0.99 spent")
    told = replace(fitted(made=True), ended=model.ended)
    assert "stopped before everything was tried: stopped at the cap of $1.00" in prompt_text(told, "small")
    assert json.loads(prompt_json(told, "small", "ab" * 32))["ended"] == model.ended


def test_every_version_gets_the_same_cases_and_a_case_that_was_cut_off_counts_for_none() -> None:
    versions = [prompt("One."), prompt("Two.")]
    made = tried(step(), TUNE, versions, CountedChat(ScriptedModel(reply_for), 5))
    assert [len(each.rows) for each in made] == [2, 2]
    assert [row.id for row in made[0].rows] == [row.id for row in made[1].rows] == [each.id for each in TUNE[:2]]
    assert made[0].mean() == 1.0


def test_calls_for_not_one_case_are_told() -> None:
    with pytest.raises(CostLimitError):
        tried(step(), TUNE, [prompt(), prompt()], CountedChat(ScriptedModel(reply_for), 1))


def test_the_best_is_written_down_and_of_equals_the_first() -> None:
    here, same, good = (trial({"version": n}, worths) for n, worths in enumerate(([0.5, 0.5], [0.5, 0.5], [0.5, 1.0])))
    assert better([here, same]) == 0
    assert better([here, same, good]) == 2
    unsafe = replace(good, rows=tuple(replace(r, scores={**r.scores, "faithfulness": 0.0}) for r in good.rows))
    safe = replace(here, rows=tuple(replace(r, scores={**r.scores, "faithfulness": 1.0}) for r in here.rows))
    assert better([safe, unsafe]) == 0


# -- what is told -----------------------------------------------------------------------------------------


def fitted(*, made: bool) -> Fitted:
    options = candidates(prompt(), [EXAMPLE], [])
    trials = [trial({"version": 0.0}, [0.5, 0.5, 0.0, 0.5]), trial({"version": 1.0}, [0.5, 1.0, 0.0, 0.5])]
    new = replace(prompt(), number=4) if made else None
    return Fitted(prompt(), FOUND, options, trials, int(made), new, 17, 0.25)


def test_the_report_names_the_new_version_what_was_spent_and_that_it_may_be_chance() -> None:
    told = prompt_text(fitted(made=True), "small")
    assert "answer@1 with small: 17 requests, 0.2500 USD" in told
    assert "written: answer@4; it answers nothing until it is promoted" in told
    assert "rfp eval --compare answer@1 answer@4" in told
    assert "the gain may be chance" in told
    assert "left out, since they tell what the test asks: t9" in told


def test_the_report_says_where_nothing_was_better_or_nothing_was_found() -> None:
    assert "nothing is better than answer@1: no version was written" in prompt_text(fitted(made=False), "small")
    none = replace(fitted(made=False), trials=[], options=[])
    assert "no version was written" in prompt_text(none, "small")


def test_the_json_tells_every_candidate() -> None:
    data = json.loads(prompt_json(fitted(made=True), "small", "ab" * 32))
    assert [each["examples"] for each in data["tried"]] == [[], ["t1"]]
    assert (data["written"], data["requests"], data["left_out"]) == ("answer@4", 17, [["t9", "test-1"]])


def test_sampling_of_the_version_is_what_the_model_is_asked_with() -> None:
    asked: list[ModelRequest] = []

    class Keeping(ScriptedModel):
        def reply(self, request, listener=None):  # type: ignore[no-untyped-def]
            asked.append(request)
            return super().reply(request, listener)

    step().attempt(case("backup"), replace(prompt(), sampling=Sampling(max_tokens=77)), Keeping(reply_for))
    assert asked[0].sampling.max_tokens == 77
