"""What a run would cost, found out without asking anybody: each request is made, counted, and not sent."""

from __future__ import annotations

from dataclasses import dataclass

from rfp_responder.chat.prices import Price
from rfp_responder.chat.tokens import TokenCounter
from rfp_responder.errors import RfpError
from rfp_responder.protocols import Listener, ModelReply, ModelRequest

LIKELY_OUTPUT = 300  # tokens of a reply with three claims and their quotes, as JSON
_TOKENS_A_SECOND = 50.0  # that a served model writes, about
_FIRST_TOKEN = 1.0  # seconds until it begins, about
_FAULT = 200  # tokens that tell a model what was wrong with its last reply, at most
_TRIES = 2  # a reply that is not of the schema is asked for once more


class NotAskedError(RfpError):
    """A request that was counted and not sent. ``model`` would have got it; ``price`` None is not known.

    ``input_tokens`` are counted, or estimated, as ``counter`` says; ``max_tokens`` is the most it may write.
    """

    def __init__(self, model: str, price: Price | None, tokens: tuple[int, int], max_tokens: int) -> None:
        """``tokens`` are those of the input: as counted, and at most."""
        super().__init__(f"model {model} was not asked: an estimate was wanted")
        self.model, self.price = model, price
        self.input_tokens, self.most_input = tokens
        self.max_tokens = max_tokens


class EstimatingChat:
    """A chat model that counts what it is asked and raises NotAskedError, which no fallback catches."""

    def __init__(self, name: str, price: Price | None, counter: TokenCounter) -> None:
        self._name, self._price, self._counter = name, price, counter

    @property
    def name(self) -> str:
        """The name of the model that would be asked."""
        return self._name

    def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
        """Never a reply; raises NotAskedError."""
        sent = self._counter.of_request(request)
        tokens = sent, self._counter.at_most(sent)
        raise NotAskedError(self._name, self._price, tokens, request.sampling.max_tokens)


@dataclass(frozen=True, slots=True)
class ModelEstimate:
    """What one model would be asked. Dollars are None where its price is not known.

    ``likely`` takes one reply of 300 tokens, or of ``max_tokens`` where that is less, for each question; ``most``
    takes two full replies, since one that is not of the schema is asked for once more.
    """

    model: str
    questions: int
    input_tokens: int
    output_tokens: int
    most_input: int
    most_output: int
    likely_usd: float | None
    most_usd: float | None

    def seconds(self, at_once: int) -> float:
        """How long that takes, about, with so many questions at a time: 1 s and 50 tokens a second each."""
        return (self.questions * _FIRST_TOKEN + self.output_tokens / _TOKENS_A_SECOND) / max(1, at_once)


def estimated(model: str, asked: list[NotAskedError]) -> ModelEstimate:
    """The sum of what one model would be asked."""
    likely_out = [min(LIKELY_OUTPUT, each.max_tokens) for each in asked]
    price = asked[0].price if asked else None
    sent, written = sum(each.input_tokens for each in asked), sum(likely_out)
    most_sent = _TRIES * sum(each.most_input for each in asked) + _FAULT * len(asked)
    most_written = _TRIES * sum(each.max_tokens for each in asked)
    return ModelEstimate(
        model=model,
        questions=len(asked),
        input_tokens=sent,
        output_tokens=written,
        most_input=most_sent,
        most_output=most_written,
        likely_usd=None if price is None else price.cost(sent, written),
        most_usd=None if price is None else price.cost(most_sent, most_written),
    )
