"""The only door to DSPy: examples bootstrapped and advice proposed for a prompt, through our own answer step.

DSPy sees one predictor, from a message to a reply, which stands where the model stands in the answer step. What it asks
goes to the chat model that the settings name and nowhere else: DSPy's own clients, caches and retries are not used.
(Khattab et al., 2023, "DSPy: Compiling Declarative Language Model Calls", arXiv 2310.03714.)
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import Any

from rfp_responder.domain import Sampling
from rfp_responder.errors import CostLimitError, InputError, ModelReplyError, RfpError
from rfp_responder.evaluation.gold import GoldCase
from rfp_responder.evaluation.optimize_choice import utility
from rfp_responder.evaluation.optimize_prompt import Attempt, CountedChat, Example, Step, leaked
from rfp_responder.prompts import PromptVersion
from rfp_responder.protocols import ChatModel, Listener, ModelReply, ModelRequest

_FAULTS_TOLD = 4  # answers that went wrong, shown to who proposes advice
_PROPOSING = Sampling(temperature=0.7, max_tokens=400)
_ADVICE_SCHEMA = {
    "type": "object",
    "properties": {"advice": {"type": "string", "maxLength": 1200}},
    "required": ["advice"],
    "additionalProperties": False,
}
_PROPOSE = (
    "You improve the instructions that another model works by. You are given its instructions and what went wrong "
    "with some of its answers. Write advice to that model: at most four short sentences, about the way of working, "
    "never about the facts of one question. Reply with one JSON object: {\"advice\": \"...\"}"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """Examples to show and advice to give; ``left_out`` are good examples that would have told what the test asks, as
    (tune case, test case). ``asked`` cases were answered; ``stopped``: the calls ran out before there were enough."""

    examples: tuple[Example, ...]
    advice: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    asked: int
    stopped: bool


def require_dspy() -> None:
    """Raise InputError where the extra is not installed."""
    if find_spec("dspy") is None:
        raise InputError(
            "--prompt: needs DSPy, which is not installed", "Install the extra: pip install 'rfp-responder[optimize]'"
        )


@dataclass(slots=True)
class Finder:
    """Finds examples and advice for ``base``; ``cases`` is the whole gold set, to keep what the test asks out."""

    step: Step
    base: PromptVersion
    cases: Sequence[GoldCase]
    most_examples: int = 2
    proposals: int = 1
    _attempts: dict[str, Attempt] = field(default_factory=dict)
    _left_out: dict[str, str] = field(default_factory=dict)

    def find(self, train: Sequence[GoldCase], model: ChatModel, calls: int) -> Found:
        """Examples from cases that the model answers well, and advice from those that it does not.

        At most ``calls`` requests are made; what was found when they run out counts. Needs DSPy (``require_dspy``).
        """
        proposing = min(self.proposals, calls)
        seat = _Seat(CountedChat(model, calls - proposing))
        with _dspy_asks(seat):
            stopped = self._bootstrap(seat, train)
            seat.model = CountedChat(model, proposing)
            advice = self._advice(seat)
        good = [example for each in self._attempts.values() if (example := self._shown(each)) is not None]
        asked, left_out = len(self._attempts), tuple(self._left_out.items())
        return Found(tuple(good[: self.most_examples]), advice, left_out, asked, stopped)

    def _bootstrap(self, seat: _Seat, train: Sequence[GoldCase]) -> bool:
        """Let DSPy have cases answered until there are examples enough; whether the calls ran out before."""
        import dspy

        by_id = {case.id: case for case in train}

        def answered(predict: Any, case: str) -> None:
            through = _Through(seat, predict, case)
            self._attempts[case] = self.step.attempt(by_id[case], self.base, through)

        def good(example: Any, _prediction: Any, _trace: Any = None) -> bool:
            return self._shown(self._attempts[example.case]) is not None

        optimiser = dspy.BootstrapFewShot(
            metric=good, max_bootstrapped_demos=self.most_examples, max_labeled_demos=0, max_rounds=1, max_errors=1
        )
        asked = [dspy.Example(case=case.id).with_inputs("case") for case in train]
        try:
            optimiser.compile(_answering(self.base.system, answered), trainset=asked)
        except CostLimitError:
            return True
        return False

    def _shown(self, attempt: Attempt) -> Example | None:
        """The attempt as an example that may be shown with every question."""
        example = attempt.example(self.base.contract)
        test_case = leaked(example, self.cases) if example else ""
        if test_case:
            self._left_out[attempt.case.id] = test_case
        return None if test_case else example

    def _advice(self, seat: _Seat) -> tuple[str, ...]:
        """What the model proposes when it is told what went wrong; a proposal that cannot be read is left out."""
        import dspy

        wrong = [attempt for attempt in self._attempts.values() if _went_wrong(attempt)]
        predict = dspy.Predict(dspy.Signature("rules, faults -> advice", _PROPOSE))
        found: list[str] = []
        for number in range(self.proposals):
            told = wrong[number * _FAULTS_TOLD : (number + 1) * _FAULTS_TOLD] or wrong[:_FAULTS_TOLD]
            if not told:
                break
            faults = "\n".join(_fault(attempt) for attempt in told)
            request = ModelRequest("", "", _ADVICE_SCHEMA, replace(_PROPOSING, seed=number + 1))
            try:
                said = seat.ask(request, predict, rules=self.base.system, faults=faults)
            except CostLimitError:
                break
            except ModelReplyError:  # one proposal less; the examples do not depend on it
                continue
            found.append(str(said.advice).strip())
        return tuple(dict.fromkeys(advice for advice in found if advice))


def _went_wrong(attempt: Attempt) -> bool:
    return utility(attempt.row) <= 0 if attempt.case.answerable else attempt.row.status != "unanswered"


def _fault(attempt: Attempt) -> str:
    """What went wrong, by kind: words of documents and of replies stay out of a text that becomes an instruction."""
    if not attempt.case.answerable:
        return "- It answered a question to which no passage had the answer."
    if attempt.row.status == "error":
        return "- Its reply could not be read as the JSON asked for."
    kinds = dict.fromkeys(note.split(":")[0] for note in attempt.row.notes if note.startswith("dropped"))
    kinds = dict.fromkeys(" ".join(word for word in kind.split() if not word.isdigit()) for kind in kinds)
    if kinds:
        return f"- A checker {', and '.join(kinds)}."
    if attempt.row.status == "unanswered":
        return "- It left a question blank that the passages answer."
    return "- Its answer did not say what was asked for."


# -- between DSPy and our model ---------------------------------------------------------------------------


@dataclass(slots=True)
class _Seat:
    """Where the model sits while DSPy asks: what is being asked, what was replied, and what went wrong."""

    model: ChatModel
    request: ModelRequest = field(default_factory=lambda: ModelRequest("", "", {}))
    said: ModelReply | None = None
    fault: RfpError | None = None

    def ask(self, request: ModelRequest, predict: Any, **inputs: str) -> Any:
        """What DSPy's predictor makes of the inputs; the model's own faults come through as they are."""
        self.request, self.said, self.fault = request, None, None
        try:
            return predict(**inputs)
        except Exception:  # DSPy wraps what its engine raises in errors of its own
            if self.fault is not None:
                raise self.fault from None
            raise

    def complete(self, request: Any) -> Any:
        """One request of DSPy's, put to our model with the schema and the sampling of the answer step."""
        from dspy import lm15

        system = request.system if isinstance(request.system, str) else ""
        try:
            self.said = self.model.reply(replace(self.request, system=system, user=request.messages[0].text or ""))
        except RfpError as fault:
            self.fault = fault
            raise
        usage = lm15.Usage(input_tokens=self.said.input_tokens, output_tokens=self.said.output_tokens)
        # the words are handed on by the seat: an empty reply is none that DSPy can hold
        message = lm15.Message.assistant(self.said.text or "(nothing)")
        return lm15.Response(id=None, model=request.model, message=message, finish_reason="stop", usage=usage)


@dataclass(frozen=True, slots=True)
class _Through:
    """A chat model whose requests go by way of DSPy's predictor, so that DSPy sees them."""

    seat: _Seat
    predict: Any
    case: str

    @property
    def name(self) -> str:
        return self.seat.model.name

    def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
        self.seat.ask(request, self.predict, case=self.case, message=request.user)
        assert self.seat.said is not None
        return self.seat.said


def _answering(instructions: str, answered: Any) -> Any:
    """The answer step as a module of DSPy; ``answered`` takes its predictor and the id of a case."""
    import dspy

    class Answering(dspy.Module):  # type: ignore[misc]  # DSPy has no types here
        """One predictor; the rest of the step is ours."""

        def __init__(self) -> None:
            super().__init__()
            self.predict = dspy.Predict(dspy.Signature("case, message -> reply", instructions))

        def forward(self, case: str) -> Any:
            """Answer a case."""
            answered(self.predict, case)
            return dspy.Prediction(case=case)

    return Answering()


def _plain(seat: _Seat) -> Any:
    """DSPy's requests in our form: the instructions are the system part, the message stands as it is."""
    import dspy
    from dspy import lm15

    class Plain(dspy.Adapter):  # type: ignore[misc]
        """Adds no words of its own to what the answer step says."""

        def __call__(self, lm: Any, lm_kwargs: Any, signature: Any, demos: Any, inputs: Any) -> Any:
            """One request, one reply."""
            text = inputs.get("message") or "\n\n".join(f"{name}:\n{value}" for name, value in inputs.items())
            message = lm15.Message.user(text)
            lm(lm15.Request(model=lm.model, system=signature.instructions or None, messages=(message,)))
            said = seat.said.text if seat.said else ""
            if "reply" in signature.output_fields:
                return [{"reply": said}]
            return [_advice_of(said, seat)]

    return Plain()


def _advice_of(said: str, seat: _Seat) -> dict[str, str]:
    try:
        return {"advice": str(json.loads(said)["advice"])}
    except (ValueError, KeyError, TypeError) as error:
        seat.fault = ModelReplyError(f"model {seat.model.name}: its advice is no JSON object with advice")
        raise seat.fault from error


@contextmanager
def _dspy_asks(seat: _Seat) -> Iterator[None]:
    """DSPy with our model alone: no cache, no retries, nothing printed."""
    import dspy

    logger = logging.getLogger("dspy")
    level = logger.level
    dspy.configure_cache(enable_disk_cache=False, enable_memory_cache=False)
    model = dspy.LM("rfp/configured", engine=seat, cache=False, num_retries=0)
    logger.setLevel(logging.CRITICAL)
    try:
        with (
            dspy.context(lm=model, adapter=_plain(seat), disable_history=True),
            redirect_stdout(io.StringIO()),
            redirect_stderr(io.StringIO()),
        ):
            yield
    finally:
        logger.setLevel(level)
