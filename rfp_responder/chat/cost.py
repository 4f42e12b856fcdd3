"""What a run costs: every reply priced, and a cap that is never passed.

Before a request its cost is set aside at the most it can be (all of its input, and as much output as ``max_tokens``
allows); afterwards what it really cost takes that place. So the cap holds whatever the order of threads.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from rfp_responder.chat.faults import UnfinishedReplyError, UnwrittenReplyError
from rfp_responder.chat.prices import FREE, REMEDY, Price
from rfp_responder.chat.tokens import TokenCounter
from rfp_responder.errors import CostLimitError, InputError, ModelReplyError
from rfp_responder.protocols import ChatModel, Listener, ModelReply, ModelRequest

_GO_ON = "Go on with --resume and a higher --max-cost"
_SURELY = 0.5  # share of our count of a reply that a model's own count surely reaches
_ROUNDING = 1e-9  # dollars; sums of floats differ by less


class Budget:
    """Dollars spent, and the cap on them; ``limit_usd`` None counts only. Used by several threads.

    ``spent`` is what replies cost, and what requests may have cost that failed after they were sent.
    """

    def __init__(self, limit_usd: float | None = None) -> None:
        """Raises InputError for a limit that is no amount of dollars."""
        if limit_usd is not None and not 0 < limit_usd < float("inf"):
            raise InputError(f"--max-cost {limit_usd:g}: expected dollars, more than 0", "Name an amount such as 2.50")
        self._limit = limit_usd
        self._spent = 0.0
        self._reserved = 0.0
        self._running = 0
        self._closed: tuple[str, str] | None = None
        self._changed = threading.Condition()

    @property
    def limit(self) -> float | None:
        """The cap in dollars; None where there is none."""
        return self._limit

    @property
    def spent(self) -> float:
        """Dollars spent so far."""
        with self._changed:
            return self._spent

    @contextmanager
    def reserved(self, most: float) -> Iterator[list[float]]:
        """Set ``most`` dollars aside; what is put into the list meanwhile is spent, the rest is given back.

        Waits for requests under way where only what they have set aside leaves no room. Raises CostLimitError when
        the amount does not fit, and from then on for every request: a run that reached its cap asks nobody any more.
        """
        self._reserve(most)
        spent: list[float] = []
        try:
            yield spent
        finally:
            with self._changed:
                self._reserved -= most
                self._running -= 1
                if not self._running:
                    self._reserved = 0.0  # what rounding has left
                self._spent += sum(spent)
                self._changed.notify_all()

    def close(self, what: str, remedy: str) -> None:
        """Let no request fit any more, for this reason; without a cap nothing happens."""
        with self._changed:
            if self._limit is not None:
                self._closed = self._closed or (what, remedy)
                self._changed.notify_all()

    def _reserve(self, most: float) -> None:
        with self._changed:
            while not self._fits(most):
                if self._closed or not self._running:
                    self._closed = self._closed or (self._said(most), _GO_ON)
                    raise CostLimitError(*self._closed)
                self._changed.wait()
            self._reserved += most
            self._running += 1

    def _fits(self, most: float) -> bool:
        if self._closed:
            return False
        return self._limit is None or self._spent + self._reserved + most <= self._limit + _ROUNDING

    def _said(self, most: float) -> str:
        return (
            f"stopped at the cap of {dollars(self._limit or 0.0)}: {dollars(self._spent)} spent, "
            f"and the next request may cost {dollars(most)}"
        )


class PricedChat:
    """A chat model whose replies say what they cost, within a budget; each request is priced on its own.

    It stands right around the model that sends requests, within what tries again, so that every try is counted. Where
    the server counts no tokens they are counted here. A request that failed costs nothing, with two exceptions, for
    which all that was set aside is held to be spent: one that went out and got no whole reply
    (``UnfinishedReplyError``), and a reply that was given and cannot be used (cut off, without end). A server that
    writes more than it was allowed to cannot be held by a cap: its first such reply closes the budget, and under a cap
    nobody else asks until one reply has come that kept to it. Where it counts more input than we do, later requests
    set so much more aside.
    """

    def __init__(self, model: ChatModel, price: Price | None, budget: Budget | None, counter: TokenCounter) -> None:
        """``price`` None: the cost is not known and told as 0. Raises InputError where a cap would then be blind."""
        if price is None and budget is not None and budget.limit is not None:
            raise InputError(f"--max-cost: the price of model {model.name!r} is not known", REMEDY)
        self._model, self._price = model, price
        self._budget = budget or Budget()
        self._counter = counter
        self._first, self._replied = threading.Lock(), False
        self._longer = 1.0  # what the server counts of the input, at most, to what we set aside for it

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
        """The model's reply with its cost; raises CostLimitError, before it is asked, where the cap leaves no room."""
        price = self._price
        if price is None:
            return self._counted(request, self._model.reply(request, listener))
        with self._alone_at_first():
            return self._priced(request, listener, price)

    def _priced(self, request: ModelRequest, listener: Listener | None, price: Price) -> ModelReply:
        sent = math.ceil(self._counter.at_most(self._counter.of_request(request)) * self._longer)
        most = price.cost(sent, request.sampling.max_tokens)
        with self._budget.reserved(most) as spent:
            try:
                told = self._model.reply(request, listener)
            except UnwrittenReplyError:
                raise
            except (ModelReplyError, UnfinishedReplyError) as fault:
                spent.append(most)
                fault.spent_usd += most
                raise
            said = self._counted(request, told)
            cost = price.cost(said.input_tokens, said.output_tokens)
            spent.append(cost)
            if cost:
                self._hold(request, told, sent, cost)
            self._replied = True
            return replace(said, cost_usd=cost)

    @contextmanager
    def _alone_at_first(self) -> Iterator[None]:
        """One request at a time until the first reply: a server without limits would pass the cap in each thread."""
        if self._replied or self._budget.limit is None or self._price == FREE:
            yield
            return
        with self._first:
            yield

    def _hold(self, request: ModelRequest, told: ModelReply, sent: int, cost: float) -> None:
        """Look whether a reply kept to what was set aside for it: ``sent`` tokens in, ``max_tokens`` out."""
        if told.input_tokens > sent:
            self._longer = max(self._longer, self._longer * told.input_tokens / sent)
        limit = request.sampling.max_tokens
        written = told.output_tokens or self._counter.count(told.text) * _SURELY
        if written > limit:
            self._budget.close(
                f"stopped, since the cap of {dollars(self._budget.limit or 0.0)} cannot hold: model {self.name} wrote "
                f"{written:,.0f} tokens where {limit:,} were allowed, for {dollars(cost)}",
                "Name a model whose server keeps to max_tokens, or run without --max-cost",
            )

    def _counted(self, request: ModelRequest, reply: ModelReply) -> ModelReply:
        """The reply with tokens, by our count where the server gave none."""
        return replace(
            reply,
            input_tokens=reply.input_tokens or self._counter.of_request(request),
            output_tokens=reply.output_tokens or self._counter.count(reply.text),
        )


def dollars(amount: float) -> str:
    """``$1.20``, and as many places as a small amount needs: ``$0.0034``."""
    if amount >= 0.1 or amount <= 0:
        return f"${amount:,.2f}"
    return f"${amount:.4f}" if amount >= 0.0001 else f"${amount:.6f}"
