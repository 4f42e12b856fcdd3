"""A prompt fitted to a gold set: examples and advice added to a version, tried on tune, written as a new version.

What is added never touches the version's own rules: they stand in front, word for word, and what the optimiser found
follows them. ``optimize_dspy`` next door finds examples and advice on one part of the tune topics; here they are tried
on the other part, through the very answer step that will use them (``ChatAnswerer`` and ``ground``).
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rfp_responder.answer.chat import ChatAnswerer
from rfp_responder.answer.context import Packing
from rfp_responder.answer.contracts import contract
from rfp_responder.answer.ground import ground
from rfp_responder.domain import Answer, Draft, Passage
from rfp_responder.errors import CostLimitError, InputError, ModelError, ModelReplyError
from rfp_responder.evaluation.answer_metrics import Embed, spelled
from rfp_responder.evaluation.gold import GoldCase
from rfp_responder.evaluation.optimize_choice import WRONG_COSTS, Trial, folds, guarded, utility
from rfp_responder.evaluation.run import Row, score
from rfp_responder.evaluation.stats import SEED
from rfp_responder.prompts import PromptVersion
from rfp_responder.protocols import ChatModel, Listener, ModelReply, ModelRequest
from rfp_responder.text import fold

GOOD = 0.5
"""An example's answer is worth at least this much (``utility``)."""
_LONGEST_ADVICE = 1_200  # characters
_LONGEST_EXAMPLE = 2_500  # characters
_MODEL_FAULTS = 3
_FOR_FINDING = 3  # one third of the calls finds, two thirds try
_VARIABLE = re.compile(r"\$\{?[a-z_]", re.I)
_EXAMPLES = "# Examples of good replies\nThey belong to other questions: their passages, keys and facts are not yours."
_ADVICE = "# Advice\nWhere it disagrees with the rules above, the rules hold."


@dataclass(frozen=True, slots=True)
class Example:
    """A question that was answered well: quotes as (name of the passage, words), and the reply as one line of JSON."""

    case: str
    question: str
    quotes: tuple[tuple[str, str], ...]
    reply: str

    def text(self) -> str:
        """As it stands in a prompt: every part a line of its own, its words in JSON's quotes."""
        quoted = [f"From passage {name}: {_json(words)}" for name, words in self.quotes]
        return "\n".join([f"Question: {_json(self.question)}", *(quoted or ["No passage answers."]), self.reply])

    def fits(self) -> bool:
        """Whether it can stand in the system part of a prompt's file: not too long, and without a variable's name."""
        text = self.text()
        return len(text) <= _LONGEST_EXAMPLE and text.replace("\n", "").isprintable() and not _VARIABLE.search(text)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One case answered by a model: its row, the reply that the answer was read from, and whether all of it stood."""

    case: GoldCase
    row: Row
    reply: str
    whole: bool

    def example(self, form: str) -> Example | None:
        """This attempt as an example; None where it is not one to follow. ``form`` is the prompt's contract.

        A good answer whose every claim stood before grounding, or a right refusal that claimed nothing.
        """
        refused = self.row.status == "unanswered" and not self.case.answerable
        if not self.whole or not (refused or utility(self.row) >= GOOD):
            return None
        try:
            said, reply = contract(form).read(self.reply), _json(json.loads(self.reply))
        except ValueError:  # prose around the JSON: readable, and nothing to imitate
            return None
        if bool(said.claims) == refused:
            return None
        quotes = tuple(dict.fromkeys(quote for claim in said.claims for quote in claim.quotes))
        made = Example(self.case.id, self.case.question, quotes, reply)
        return made if made.fits() else None


class Step:
    """The answer step as it is used: passages, a model's draft under a prompt, grounding, and the score."""

    def __init__(
        self, passages: Callable[[str], Sequence[Passage]], embed: Embed, packing: Packing | None = None
    ) -> None:
        """``passages`` finds what an answer to a question is read from; each question is searched once."""
        self._find = passages
        self._embed = embed
        self._packing = packing
        self._down = 0
        self._found: dict[str, Sequence[Passage]] = {}

    def attempt(self, case: GoldCase, prompt: PromptVersion, model: ChatModel) -> Attempt:
        """Answer one case. A model's fault is a row with status ``error``.

        CostLimitError passes, and so does the third fault in a row that is none of the reply: the server is down, or
        the key is wrong.
        """
        question = case.as_question()
        if case.id not in self._found:
            self._found[case.id] = self._find(question.text)
        heard = _Heard(model)
        try:
            draft = ChatAnswerer(heard, prompt, self._packing).draft(question, self._found[case.id])
            answer = ground(question, draft, self._found[case.id])
            self._down = 0
        except ModelError as error:
            self._down = 0 if isinstance(error, ModelReplyError) else self._down + 1
            if self._down >= _MODEL_FAULTS:
                raise
            draft = Draft((), None, (), model.name, 0.0)
            answer = Answer(question, "error", None, None, (), (), 0.0, (str(error),), model.name)
        whole = answer.status != "error" and len(answer.claims) == len(draft.proposals)
        return Attempt(case, score(case, answer, self._embed), heard.last, whole)


@dataclass(slots=True)
class _Heard:
    """A model, and the last thing it said."""

    model: ChatModel
    last: str = ""

    @property
    def name(self) -> str:
        return self.model.name

    def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
        reply = self.model.reply(request, listener)
        self.last = reply.text
        return reply


@dataclass(slots=True)
class CountedChat:
    """A model that is asked at most ``most`` times; then it raises CostLimitError.

    ``ended`` is why nothing more was asked: so many calls, or the cap on the cost; "" while it goes on.
    """

    model: ChatModel
    most: int
    calls: int = 0
    cost_usd: float = 0.0
    ended: str = ""

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
        """The model's reply."""
        if self.calls >= self.most:
            self.ended = f"--max-calls {self.most}: so many calls were made"
            raise CostLimitError(self.ended, "Allow more with --max-calls")
        self.calls += 1
        try:
            reply = self.model.reply(request, listener)
        except CostLimitError as error:
            self.calls -= 1  # it was not asked
            self.ended = error.what
            raise
        self.cost_usd += reply.cost_usd
        return reply


def parted(cases: Sequence[GoldCase]) -> tuple[list[GoldCase], list[GoldCase]]:
    """The tune cases to find on and those to try on, by topic, in an order in which any beginning is a fair sample.

    Raises InputError where there are fewer than two topics.
    """
    tune = [case for case in cases if case.split == "tune"]
    halves = folds({case.id: case.topic for case in tune}, 2)
    if not halves:
        raise InputError(
            f"the gold set has {len(tune)} tune cases of fewer than two topics",
            "Examples are found on some topics and tried on others: give it more",
        )
    found, tried = ([case for case in tune if case.id in half] for half in halves)
    return _mixed(found), _mixed(tried)


def _mixed(cases: list[GoldCase]) -> list[GoldCase]:
    """Shuffled, the same every time; every third case an unanswerable one while there are any."""
    cases = sorted(cases, key=lambda case: case.id)
    random.Random(SEED).shuffle(cases)
    yes = [case for case in cases if case.answerable]
    no = [case for case in cases if not case.answerable]
    order: list[GoldCase] = []
    while yes or no:
        take_no = bool(no) and (not yes or len(order) % 3 == 2)
        order.append((no if take_no else yes).pop(0))
    return order


def calls_for_finding(most: int) -> int:
    """How many of the calls may go into finding examples and advice."""
    return most // _FOR_FINDING


def leaked(example: Example, cases: Sequence[GoldCase]) -> str:
    """The id of a test case whose key fact or evidence stands in an example; ``""`` where none does.

    An example is shown with every question: it must not tell what the test will ask.
    """
    text = example.text()
    said = fold(" ".join(words for _, words in example.quotes) + " " + example.reply).casefold()
    for case in cases:
        if case.split != "test":
            continue
        told = any(spelled(spelling, text) for fact in case.key_facts for spelling in fact.any_of)
        if told or any(fold(place.quote).casefold() in said for place in case.evidence):
            return case.id
    return ""


def extended(base: PromptVersion, examples: Sequence[Example], advice: str = "") -> PromptVersion:
    """The version with advice and examples behind its own rules."""
    # a model wrote it: one line, so that none of it can pass for a part of the file
    told = "".join(c for c in " ".join(advice.split()) if c.isprintable() and c != "$")[:_LONGEST_ADVICE]
    parts = [base.system]
    if told:
        parts.append(f"{_ADVICE}\n- {told}")
    if examples:
        parts.append("\n\n".join([_EXAMPLES, *(example.text() for example in examples)]))
    return replace(base, system="\n\n".join(parts))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version to try, and what was added to the first one to make it."""

    version: PromptVersion
    examples: tuple[Example, ...] = ()
    advice: str = ""


def candidates(base: PromptVersion, examples: Sequence[Example], advice: Sequence[str]) -> list[Candidate]:
    """The version itself, then with examples, with each piece of advice, and with examples and the first piece."""
    found = [Candidate(base)]
    pairs: list[tuple[Sequence[Example], str]] = [(examples, "")] if examples else []
    pairs += [((), each) for each in advice]
    pairs += [(examples, advice[0])] if examples and advice else []
    return found + [Candidate(extended(base, e, a), tuple(e), a) for e, a in pairs]


def tried(
    step: Step,
    cases: Sequence[GoldCase],
    versions: Sequence[PromptVersion],
    model: ChatModel,
    progress: Callable[[int, int], None] | None = None,
) -> list[Trial]:
    """Each version's trial on the same cases, the first version's first.

    Each case is put to every version before the next one; where the calls or the money run out, the case that was
    under way counts for none. Raises CostLimitError where not one case was put to all of them.
    """
    rows: list[list[Row]] = [[] for _ in versions]
    for number, case in enumerate(cases):
        if progress:
            progress(number, len(cases))
        try:
            made = [step.attempt(case, version, model).row for version in versions]
        except CostLimitError:
            if not number:
                raise
            break
        for kept, row in zip(rows, made, strict=True):
            kept.append(row)
    return [Trial({"version": number}, tuple(kept), WRONG_COSTS) for number, kept in enumerate(rows)]


def better(trials: Sequence[Trial]) -> int:
    """The index of the trial to write down: the best within the guards, 0 (the present one) where none gains.

    No proof is asked for here: a new version answers nothing before it has been promoted, on the test split.
    """
    allowed = [n for n, trial in enumerate(trials) if not n or not guarded(trials[0], trial)]
    return max(allowed, key=lambda n: (round(trials[n].mean(), 9), -n))


def as_version(chosen: Candidate, base: PromptVersion, model: str, gold: str, today: date) -> PromptVersion:
    """The version to write: how it was made stands in its header. Its number is given when it is written."""
    added = []
    if chosen.advice:
        added.append("advice")
    if chosen.examples:
        added.append(f"examples ({', '.join(example.case for example in chosen.examples)})")
    why = (
        f"{' and '.join(added)} added to {base.ref} by rfp optimize, on the tune split of gold {gold[:12]}, by {model}"
    )
    risk = f"{base.risk}; examples cost tokens with every question, and a small model may copy them"
    return replace(
        chosen.version, owner=base.owner, created=today, reviewed=today, why=_short(why), risk=_short(risk), digest=""
    )


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 500 else text[:499] + "…"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
