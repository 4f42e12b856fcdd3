"""Which model a question goes to, who steps in when one fails, and what it cost in all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from rfp_responder.answer.canary import CanaryAnswerer, place_of
from rfp_responder.answer.chat import ChatAnswerer
from rfp_responder.answer.context import Packing
from rfp_responder.answer.extractive import ExtractiveAnswerer
from rfp_responder.answer.hardness import disagree, hardness
from rfp_responder.answer.rest import IN_A_ROW, SECONDS
from rfp_responder.answer.route import RoutedAnswerer
from rfp_responder.chat.scripted import ScriptedModel
from rfp_responder.domain import Draft, Question, Usage
from rfp_responder.errors import CostLimitError, ModelBusyError, ModelDownError, ModelError, ModelReplyError
from rfp_responder.index.embed import HashingEmbedder
from rfp_responder.prompts import load_prompt
from rfp_responder.protocols import Answerer, ModelReply, ModelRequest
from tests.makers import passage, question
from tests.replies import quoting, reply

ENCRYPTED = "Customer data is encrypted at rest with AES-256."
PASSAGES = [passage(f"{ENCRYPTED} Backups are kept for 35 days.", 1)]
SIMPLE = question("Is customer data encrypted at rest?")
HARD = question("How often are backups taken, and how long are they kept?")
GOOD = quoting((ENCRYPTED, ENCRYPTED))
INVENTED = quoting(("We hold ISO 27001.", "We hold ISO 27001 since 2020."))
DOWN = ModelDownError("model big: no connection to http://127.0.0.1:9/v1")
BUSY = ModelBusyError("model big: status 429")
REFUSED = ModelError("model big: status 401")
PROMPT = load_prompt("answer@2")


class Clock:
    """Seconds that only a test moves."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def chat(name: str, said: Callable[[str], str] | Sequence[str | Exception]) -> ChatAnswerer:
    return ChatAnswerer(ScriptedModel(said, name=name), PROMPT, Packing(secret=b"x" * 32))


def offline() -> Answerer:
    return ExtractiveAnswerer(HashingEmbedder(), lambda stems: (dict.fromkeys(stems, 2), 100))


def failing(name: str, *faults: Exception) -> ChatAnswerer:
    return chat(name, faults)


def calls(answerer: ChatAnswerer) -> int:
    model = answerer._model
    assert isinstance(model, ScriptedModel)
    return model.calls


def test_a_simple_question_goes_to_the_small_model_and_a_hard_one_to_the_strong() -> None:
    strong, small = chat("big", GOOD), chat("tiny", GOOD)
    routed = RoutedAnswerer(strong, small)
    simple = routed.draft(SIMPLE, PASSAGES)
    assert (simple.author, simple.route, calls(strong)) == ("tiny", "small", 0)
    hard = routed.draft(HARD, PASSAGES)
    assert (hard.author, hard.route, calls(small)) == ("big", "strong", 1)


def test_without_a_small_model_every_question_goes_to_the_one() -> None:
    found = RoutedAnswerer(chat("big", GOOD)).draft(SIMPLE, PASSAGES)
    assert (found.author, found.route, found.notes) == ("big", "strong", ())


def test_what_is_found_weakly_goes_to_the_strong_model() -> None:
    weak = [replace(PASSAGES[0], found_by={"dense": 0.2, "lexical": 1.0})]
    assert hardness(SIMPLE, weak) == "weak"
    assert hardness(SIMPLE, [replace(PASSAGES[0], found_by={"lexical": 1.0})]) == ""
    assert RoutedAnswerer(chat("big", GOOD), chat("tiny", GOOD)).draft(SIMPLE, weak).route == "strong"


@pytest.mark.parametrize(
    ("one", "other", "contrary"),
    [
        ("Backups are kept for 35 days in Vienna.", "Backups are kept for 90 days in Vienna.", True),
        ("Backups are encrypted at rest in Vienna.", "Backups are not encrypted at rest in Vienna.", True),
        ("Backups are kept for 35 days in Vienna.", "Backups are kept for 35 days in Vienna and Graz.", False),
        ("Backups are kept for 35 days in Vienna.", "Access logs are kept for 90 days by the help desk.", False),
        ("Backups\t35 days", "Backups\t90 days", False),
    ],
)
def test_passages_that_say_the_same_of_other_values_or_the_opposite_disagree(
    one: str, other: str, contrary: bool
) -> None:
    asked = "How are backups kept, at rest, in Vienna?"
    assert disagree(asked, [passage(one, 1), passage(other, 2)]) is contrary


def test_an_older_edition_with_another_value_is_a_conflict() -> None:
    now = passage("Backups are kept for 35 days.")
    older = passage("Backups are kept for 14 days.", name="old.pdf").chunk
    same = passage("Backups are kept for 35 days.", name="old.pdf").chunk
    assert disagree("How long are backups kept?", [replace(now, replaced=(older,))])
    assert not disagree("How long are backups kept?", [replace(now, replaced=(same,))])


@pytest.mark.parametrize(
    "said",
    [
        quoting(("Backups are kept for 35 days.", "Backups are kept for 35 days."), stance="yes"),
        quoting(("Backups are kept for 35 days.", "Backups are kept for 35 days.")),
        quoting((ENCRYPTED, ENCRYPTED), stance="no"),
        quoting((ENCRYPTED, ENCRYPTED), missing=["how customer data is encrypted in transit"]),
        quoting((ENCRYPTED, ENCRYPTED), ("We hold ISO 27001.", "We hold"), ("Keys are kept in Bonn.", "in Bonn")),
    ],
)
def test_a_small_models_draft_without_its_stance_or_most_of_its_claims_goes_to_the_strong(
    said: Callable[[str], str],
) -> None:
    found = RoutedAnswerer(chat("big", GOOD), chat("tiny", said)).draft(SIMPLE, PASSAGES)
    assert (found.author, found.route) == ("big", "strong")


def test_where_nothing_holds_of_the_small_models_draft_the_strong_is_asked_and_both_are_paid() -> None:
    strong, small = chat("big", GOOD), chat("tiny", INVENTED)
    found = RoutedAnswerer(strong, small).draft(SIMPLE, PASSAGES)
    assert (found.author, found.route) == ("big", "strong")
    assert "tiny found nothing that holds: asked big" in found.notes
    alone = chat("big", GOOD).draft(SIMPLE, PASSAGES).usage, chat("tiny", INVENTED).draft(SIMPLE, PASSAGES).usage
    assert found.usage.input_tokens == sum(usage.input_tokens for usage in alone)
    assert found.usage.output_tokens == sum(usage.output_tokens for usage in alone)


@pytest.mark.parametrize("fault", [DOWN, BUSY, REFUSED, ModelReplyError("model big: was cut off")])
def test_when_a_model_fails_the_next_one_answers_and_a_note_tells_which_and_why(fault: ModelError) -> None:
    routed = RoutedAnswerer(failing("big", fault), None, [failing("second", fault), chat("third", GOOD)])
    found = routed.draft(SIMPLE, PASSAGES)
    assert (found.author, found.route) == ("third", "fallback")
    why = fault.what.removeprefix("model big: ")
    assert found.notes[0] == f"a model failed: big: {why}; third answered instead"
    assert found.notes[1].startswith("a model failed: second: ")


def test_when_every_model_fails_the_offline_answerer_writes_and_the_draft_says_so() -> None:
    found = RoutedAnswerer(failing("big", DOWN), failing("tiny", DOWN), (), offline()).draft(SIMPLE, PASSAGES)
    assert (found.author, found.route, found.prompt) == ("offline extractive", "offline", None)
    assert found.proposals
    assert sum(note.startswith("a model failed: ") for note in found.notes) == 2
    assert all("\n" not in note for note in found.notes)


def test_a_failed_small_model_is_not_asked_again_for_the_same_question() -> None:
    small = failing("tiny", DOWN)
    RoutedAnswerer(failing("big", DOWN), small, (), offline()).draft(SIMPLE, PASSAGES)
    assert calls(small) == 1


def test_the_small_model_steps_in_for_a_hard_question_where_all_others_fail() -> None:
    found = RoutedAnswerer(failing("big", DOWN), chat("tiny", GOOD)).draft(HARD, PASSAGES)
    assert (found.author, found.route) == ("tiny", "fallback")


def test_without_offline_the_last_fault_is_raised() -> None:
    with pytest.raises(ModelBusyError):
        RoutedAnswerer(failing("big", DOWN), None, [failing("second", BUSY)]).draft(SIMPLE, PASSAGES)


def test_a_reached_cap_is_nobodys_to_step_in_for() -> None:
    capped = failing("big", CostLimitError("the cap of $1 is reached"))
    with pytest.raises(CostLimitError):
        RoutedAnswerer(capped, None, [chat("second", GOOD)], offline()).draft(SIMPLE, PASSAGES)
    with pytest.raises(CostLimitError):  # also where the first reply was paid, and asking again is not
        RoutedAnswerer(chat("big", ["prose", CostLimitError("cap")]), None, (), offline()).draft(SIMPLE, PASSAGES)


class Priced:
    """A model each of whose replies costs a dollar; it says what it is told."""

    name = "priced"

    def __init__(self, *said: str | Exception) -> None:
        self.said = list(said)

    def reply(self, request: ModelRequest, listener: object = None) -> ModelReply:
        said = self.said.pop(0)
        if isinstance(said, Exception):
            raise said
        return ModelReply(said, 10, 3, cost_usd=1.0)


@pytest.mark.parametrize(
    ("said", "paid"), [(("prose", "prose"), 2), (("prose", DOWN), 1), (("prose", ModelReplyError("cut off")), 1)]
)
def test_what_a_failed_model_cost_is_counted_for_the_answer_that_another_gave(
    said: tuple[str | Exception, ...], paid: int
) -> None:
    first = ChatAnswerer(Priced(*said), PROMPT)
    routed = RoutedAnswerer(first, None, [ChatAnswerer(Priced(reply()), PROMPT)], offline())
    found = routed.draft(SIMPLE, PASSAGES)
    assert found.route == "fallback"
    assert found.usage == Usage(10 * (paid + 1), 3 * (paid + 1), 0.0, float(paid + 1))


def test_what_every_model_cost_is_counted_for_the_offline_answer() -> None:
    found = RoutedAnswerer(ChatAnswerer(Priced("prose", "prose"), PROMPT), None, (), offline()).draft(SIMPLE, PASSAGES)
    assert (found.route, found.usage.cost_usd) == ("offline", 2.0)


@pytest.mark.parametrize("fault", [DOWN, BUSY])
def test_a_dead_model_is_left_alone_after_three_faults_and_tried_again_after_a_minute(fault: ModelError) -> None:
    clock, dead = Clock(), failing("big", fault)
    routed = RoutedAnswerer(dead, None, (), offline(), clock)
    drafts = [routed.draft(SIMPLE, PASSAGES) for _ in range(10)]
    assert calls(dead) == IN_A_ROW
    assert all(draft.route == "offline" for draft in drafts)
    assert drafts[-1].notes[0].startswith("a model is left alone after faults in a row: big: ")
    clock.now += SECONDS - 0.1
    routed.draft(SIMPLE, PASSAGES)
    assert calls(dead) == IN_A_ROW
    clock.now += 0.2
    for _ in range(3):  # one try, then another minute of rest
        routed.draft(SIMPLE, PASSAGES)
    assert calls(dead) == IN_A_ROW + 1


def test_a_model_that_is_back_is_used_again() -> None:
    clock, back = Clock(), chat("big", [DOWN, DOWN, DOWN, reply(), reply()])
    routed = RoutedAnswerer(back, None, (), offline(), clock)
    for _ in range(4):
        routed.draft(SIMPLE, PASSAGES)
    clock.now += SECONDS + 1
    assert [routed.draft(SIMPLE, PASSAGES).author for _ in range(2)] == ["big", "big"]


def test_a_success_or_an_unusable_reply_ends_a_row_of_faults() -> None:
    script = [DOWN, DOWN, reply(), DOWN, DOWN, ModelReplyError("cut off"), DOWN, DOWN, reply()]
    model = chat("big", script)
    routed = RoutedAnswerer(model, None, (), offline(), Clock())
    for _ in script:
        routed.draft(SIMPLE, PASSAGES)
    assert calls(model) == len(script)


def test_a_server_that_refuses_is_left_alone_for_the_rest_of_the_run() -> None:
    clock, refused = Clock(), failing("big", REFUSED)
    routed = RoutedAnswerer(refused, None, (), offline(), clock)
    for _ in range(5):
        routed.draft(SIMPLE, PASSAGES)
        clock.now += 10 * SECONDS
    assert calls(refused) == IN_A_ROW


def test_questions_that_are_refused_each_for_its_own_reason_do_not_end_a_models_run() -> None:
    model = failing("big", *(ModelError(f"model big: {n} tokens are too many") for n in range(4_000, 4_010)))
    routed = RoutedAnswerer(model, None, (), offline(), Clock())
    for _ in range(10):
        routed.draft(SIMPLE, PASSAGES)
    assert calls(model) == 10


def test_when_all_rest_and_nobody_is_offline_the_last_fault_is_raised_at_once() -> None:
    dead = failing("big", DOWN)
    routed = RoutedAnswerer(dead, clock=Clock())
    for _ in range(6):
        with pytest.raises(ModelDownError, match="no connection"):
            routed.draft(SIMPLE, PASSAGES)
    assert calls(dead) == IN_A_ROW


def test_many_threads_give_every_question_one_draft_and_leave_the_dead_model_alone() -> None:
    dead = failing("big", DOWN)
    routed = RoutedAnswerer(dead, None, [chat("second", GOOD)], None, Clock())
    gate = threading.Barrier(8)

    def ask(number: int) -> Draft:
        if number < 8:
            gate.wait()
        return routed.draft(SIMPLE, PASSAGES)

    with ThreadPoolExecutor(8) as pool:
        drafts = list(pool.map(ask, range(64)))
    assert [draft.author for draft in drafts] == ["second"] * 64
    assert calls(dead) <= IN_A_ROW + 8


def test_it_reads_what_the_one_needs_that_reads_most() -> None:
    assert RoutedAnswerer(chat("big", GOOD)).reads == Packing().passages
    assert RoutedAnswerer(chat("big", GOOD), None, (), offline()).reads == offline().reads


# -- canary -------------------------------------------------------------------------------------------------


def split(share: float, count: int = 400) -> list[str | None]:
    both = CanaryAnswerer(chat("m", GOOD), ChatAnswerer(ScriptedModel([reply()]), load_prompt("answer@1")), share)
    two = [question(f"Question {n}?") for n in range(count)]
    return [both.draft(asked, []).prompt for asked in two]


def test_a_share_of_the_questions_goes_to_the_candidate_and_the_draft_says_which() -> None:
    found = split(0.25)
    assert 60 <= found.count("answer@1") <= 140
    assert set(found) == {"answer@1", "answer@2"}
    assert (split(0.0).count("answer@1"), split(1.0).count("answer@1")) == (0, 400)


def test_a_question_goes_the_same_way_each_time_however_it_is_spaced_and_spelled() -> None:
    assert split(0.5) == split(0.5)
    assert place_of("Do you  encrypt\nDATA?") == place_of("do you encrypt data?")
    assert 0 <= place_of("") < 1


def test_a_larger_share_keeps_what_the_smaller_one_had() -> None:
    few, many = split(0.2), split(0.6)
    assert all(b == "answer@1" for a, b in zip(few, many, strict=True) if a == "answer@1")


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_outside_0_to_1_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        split(share, 1)


def test_questions_are_compared_by_their_text_alone() -> None:
    both = CanaryAnswerer(chat("m", GOOD), ChatAnswerer(ScriptedModel([reply()]), load_prompt("answer@1")), 0.5)
    prompts = {both.draft(Question(str(n), "Same text?", section=str(n)), []).prompt for n in range(20)}
    assert len(prompts) == 1
