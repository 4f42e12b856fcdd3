"""The cost of replies and the cap on it: right over failures, kept by several threads."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfp_responder.chat.cost import Budget, PricedChat, dollars
from rfp_responder.chat.faults import UnfinishedReplyError, UnwrittenReplyError
from rfp_responder.chat.prices import FREE, Price
from rfp_responder.chat.scripted import ScriptedModel
from rfp_responder.chat.tokens import TokenCounter
from rfp_responder.domain import Sampling
from rfp_responder.errors import (
    CostLimitError,
    InputError,
    ModelBusyError,
    ModelDownError,
    ModelError,
    ModelReplyError,
)
from rfp_responder.protocols import ChatModel, Listener, ModelReply, ModelRequest

PRICE = Price(10.0, 30.0)
REQUEST = ModelRequest("Be brief.", "Do you encrypt data?", {"type": "object"}, Sampling(max_tokens=100))
COUNTER = TokenCounter()
SENT = COUNTER.of_request(REQUEST)
MOST = PRICE.cost(COUNTER.at_most(SENT), 100)


class Counting:
    """A model that counts tokens as it is told; ``tokens`` gives (in, out) of each call, or a fault."""

    name = "counting"

    def __init__(self, *tokens: tuple[int, int] | Exception) -> None:
        self.tokens, self.calls, self.lock = tokens, 0, threading.Lock()

    def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
        with self.lock:
            told = self.tokens[self.calls % len(self.tokens)]
            self.calls += 1
        if isinstance(told, Exception):
            raise told
        return ModelReply('{"a": 1}', *told)


def priced(model: ChatModel, budget: Budget | None = None, price: Price | None = PRICE) -> PricedChat:
    return PricedChat(model, price, budget, COUNTER)


def test_a_reply_says_what_it_cost() -> None:
    budget = Budget()
    said = priced(Counting((1000, 200)), budget).reply(REQUEST)
    assert said.cost_usd == pytest.approx(0.016)
    assert budget.spent == pytest.approx(0.016)


def test_where_the_server_counts_nothing_the_tokens_are_counted_here() -> None:
    said = priced(Counting((0, 0))).reply(REQUEST)
    assert (said.input_tokens, said.output_tokens) == (SENT, COUNTER.count('{"a": 1}'))
    assert said.cost_usd > 0


def test_a_model_without_a_price_has_tokens_and_no_cost() -> None:
    said = priced(Counting((1000, 200)), Budget(), None).reply(REQUEST)
    assert (said.input_tokens, said.cost_usd) == (1000, 0.0)


def test_a_cap_on_a_model_without_a_price_is_refused_before_anything_is_asked() -> None:
    model = Counting((1, 1))
    with pytest.raises(InputError, match=r"price of model 'counting' is not known.*RFP_PRICES"):
        priced(model, Budget(1.0), None)
    assert model.calls == 0


def test_a_free_model_passes_under_any_cap() -> None:
    assert priced(Counting((1000, 200)), Budget(0.01), FREE).reply(REQUEST).cost_usd == 0.0


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan"), float("inf")])
def test_a_cap_that_is_no_amount_is_refused(limit: float) -> None:
    with pytest.raises(InputError, match="--max-cost"):
        Budget(limit)


def test_what_does_not_fit_is_not_asked_and_nothing_is_asked_after_it() -> None:
    model = Counting((SENT, 100))
    budget = Budget(2.5 * MOST)
    chat = priced(model, budget)
    chat.reply(REQUEST)
    chat.reply(REQUEST)
    for _ in range(2):
        with pytest.raises(CostLimitError, match="--resume and a higher --max-cost"):
            chat.reply(REQUEST)
    assert model.calls == 2
    assert budget.spent <= 2.5 * MOST


def test_the_reserve_is_given_back_where_less_was_used() -> None:
    chat = priced(Counting((SENT, 1)), Budget(1.5 * MOST))
    said = [chat.reply(REQUEST) for _ in range(2)]  # two reserves would not fit together
    assert sum(each.cost_usd for each in said) < MOST


@pytest.mark.parametrize(
    ("fault", "spent"),
    [
        (ModelBusyError("429"), 0.0),
        (ModelDownError("no connection"), 0.0),
        (ModelError("401"), 0.0),
        (UnfinishedReplyError("no reply in time"), MOST),
        (UnwrittenReplyError("filtered"), 0.0),
        (ModelReplyError("cut off"), MOST),
        (RuntimeError("ours"), 0.0),
    ],
)
def test_a_failed_request_costs_what_may_be_billed(fault: Exception, spent: float) -> None:
    budget = Budget(1.0)
    with pytest.raises(type(fault)):
        priced(Counting(fault), budget).reply(REQUEST)
    assert budget.spent == pytest.approx(spent)


def test_every_try_of_a_patient_model_is_priced_on_its_own() -> None:
    from rfp_responder.chat.pace import Pace, WallClock
    from rfp_responder.chat.patient import PatientChat

    class Hasty(WallClock):
        def wait(self, condition: threading.Condition, seconds: float | None) -> None:
            """Nobody waits in a test."""

    budget = Budget(1.0)
    model = Counting(UnfinishedReplyError("too late"), ModelDownError("no connection"), (1000, 100))
    patient = PatientChat(priced(model, budget), Pace(), retries=2, clock=Hasty())
    cost = patient.reply(REQUEST).cost_usd
    assert cost == pytest.approx(PRICE.cost(1000, 100) + MOST)  # the try that came too late, too
    assert budget.spent == pytest.approx(cost)


def test_a_request_waits_for_room_that_others_will_give_back() -> None:
    inside, go_on = threading.Event(), threading.Event()

    class Slow(Counting):
        def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
            inside.set()
            go_on.wait(20)
            return ModelReply("{}", SENT, 1)

    budget = Budget(1.5 * MOST)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(priced(Slow((0, 0)), budget).reply, REQUEST)
        assert inside.wait(20)
        second = pool.submit(priced(Counting((SENT, 1)), budget).reply, REQUEST)
        assert not second.done()
        go_on.set()
        assert first.result(20).cost_usd + second.result(20).cost_usd == pytest.approx(budget.spent)


@settings(max_examples=40, deadline=None)
@given(
    limit=st.floats(0.001, 0.2),
    told=st.lists(
        st.one_of(
            st.tuples(st.integers(0, SENT), st.integers(0, 100)),
            st.sampled_from([UnfinishedReplyError("t"), ModelReplyError("cut"), ModelBusyError("429")]),
        ),
        min_size=1,
        max_size=12,
    ),
    workers=st.integers(1, 6),
)
def test_a_cap_is_never_passed_whatever_the_order_of_threads(
    limit: float, told: list[tuple[int, int] | Exception], workers: int
) -> None:
    budget = Budget(limit)
    chat = priced(Counting(*told), budget)
    costs: list[float] = []

    def ask(_: int) -> None:
        try:
            costs.append(chat.reply(REQUEST).cost_usd)
        except (ModelError, CostLimitError):
            costs.append(0.0)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(ask, range(24)))
    assert len(costs) == 24
    assert sum(costs) <= budget.spent + 1e-9
    assert budget.spent <= limit + 1e-9


def test_a_server_that_writes_more_than_it_may_closes_the_budget_at_its_first_such_reply() -> None:
    model = Counting((SENT, 20_000))
    chat = priced(model, Budget(100 * MOST))
    chat.reply(REQUEST)
    for _ in range(2):
        with pytest.raises(CostLimitError, match="cannot hold: model counting wrote 20,000 tokens where 100 were"):
            chat.reply(REQUEST)
    assert model.calls == 1


def test_threads_that_begin_together_pass_the_cap_once_at_most() -> None:
    model = Counting((SENT, 20_000))
    chat = priced(model, Budget(100 * MOST))
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(chat.reply, REQUEST) for _ in range(8)]
    assert sum(isinstance(each.exception(), CostLimitError) for each in asked) == 7
    assert model.calls == 1


def test_after_the_first_reply_requests_run_together_under_a_cap() -> None:
    together = threading.Barrier(3, timeout=20)

    class Met(Counting):
        def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
            if self.calls:
                together.wait()
            return super().reply(request, listener)

    chat = priced(Met((SENT, 1)), Budget(100 * MOST))
    chat.reply(REQUEST)
    with ThreadPoolExecutor(3) as pool:
        assert len(list(pool.map(chat.reply, [REQUEST] * 3))) == 3


def test_a_free_model_may_write_on_under_any_cap() -> None:
    chat = priced(Counting((SENT, 20_000)), Budget(0.01), FREE)
    assert [chat.reply(REQUEST).cost_usd for _ in range(2)] == [0.0, 0.0]


def test_without_a_cap_a_long_reply_only_costs_what_it_costs() -> None:
    chat = priced(Counting((SENT, 20_000)), Budget())
    assert chat.reply(REQUEST).cost_usd == chat.reply(REQUEST).cost_usd == PRICE.cost(SENT, 20_000)


def test_where_the_server_counts_more_input_than_we_do_the_next_request_sets_more_aside() -> None:
    model = Counting((3 * SENT, 1))
    chat = priced(model, Budget(PRICE.cost(3 * SENT, 1) + PRICE.cost(2 * SENT, 100)))
    chat.reply(REQUEST)
    with pytest.raises(CostLimitError, match="the next request may cost"):
        chat.reply(REQUEST)  # would have fitted by our own count
    assert model.calls == 1


def test_the_listener_hears_the_reply_through_the_price() -> None:
    heard: list[str] = []
    priced(ScriptedModel(["{}"])).reply(REQUEST, heard.append)
    assert heard == ["{}"]


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(0.0, "$0.00"), (1.2, "$1.20"), (1234.5, "$1,234.50"), (0.0034, "$0.0034"), (2e-6, "$0.000002")],
)
def test_small_amounts_are_not_shown_as_nothing(amount: float, shown: str) -> None:
    assert dollars(amount) == shown
