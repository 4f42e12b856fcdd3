"""What a run costs: every reply priced, and a cap that is never passed.

Before a request its cost is set aside at the most it can be (all of its input, and as much output as ``max_tokens``
allows); afterwards what it really cost takes that place. So the cap holds whatever the order of threads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from rfp_responder.chat.faults import UnfinishedReplyError
from rfp_responder.chat.prices import REMEDY, Price
from rfp_responder.chat.tokens import TokenCounter
from rfp_responder.errors import CostLimitError, InputError, ModelReplyError
from rfp_responder.protocols import ChatModel, Listener, ModelReply, ModelRequest

_GO_ON = "Go on with --resume and a higher --max-cost"
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
        self._closed = ""
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

    def _reserve(self, most: float) -> None:
        with self._changed:
            while not self._fits(most):
                if self._closed or not self._running:
                    self._closed = self._closed or self._said(most)
                    raise CostLimitError(self._closed, _GO_ON)
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
    the server counts no tokens they are counted here. A request that failed costs nothing, with two exceptions: one
    that went out and got no whole reply (``UnfinishedReplyError``) may be billed, and its input is held to be; a reply
    that was given and cannot be used (cut off, without end) is billed, and all that was set aside for it is held to
    be spent.
    """

    def __init__(self, model: ChatModel, price: Price | None, budget: Budget | None, counter: TokenCounter) -> None:
        """``price`` None: the cost is not known and told as 0. Raises InputError where a cap would then be blind."""
        if price is None and budget is not None and budget.limit is not None:
            raise InputError(f"--max-cost: the price of model {model.name!r} is not known", REMEDY)
        self._model, self._price = model, price
        self._budget = budget or Budget()
        self._counter = counter

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
        """The model's reply with its cost; raises CostLimitError, before it is asked, where the cap leaves no room."""
        price = self._price
        if price is None:
            return self._counted(request, self._model.reply(request, listener))
        sent = self._counter.of_request(request)
        most = price.cost(self._counter.at_most(sent), request.sampling.max_tokens)
        with self._budget.reserved(most) as spent:
            try:
                said = self._counted(request, self._model.reply(request, listener))
            except ModelReplyError as fault:
                spent.append(most)
                fault.spent_usd += most
                raise
            except UnfinishedReplyError as fault:
                spent.append(price.cost(sent, 0))
                fault.spent_usd += spent[-1]
                raise
            cost = price.cost(said.input_tokens, said.output_tokens)
            spent.append(cost)
            return replace(said, cost_usd=cost)

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
