"""The questions of a questionnaire put to the answerer: duplicates once, gates before what depends on them, some at a
time where the answerer is a server; every finished row is kept at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from rfp_responder.chat.stop import Stop, StoppedError
from rfp_responder.domain import Answer, Question, Usage
from rfp_responder.errors import CostLimitError, ModelError, ModelReplyError, RfpError
from rfp_responder.questionnaire.account import Row
from rfp_responder.questionnaire.checkpoint import Checkpoint, Outcome
from rfp_responder.questionnaire.conditions import holds
from rfp_responder.questionnaire.crew import Answering, Crew, settled
from rfp_responder.questionnaire.model import Condition, Item
from rfp_responder.questionnaire.rules import is_own_detail
from rfp_responder.questionnaire.slots import closed, place_answer
from rfp_responder.text import fold

Progress = Callable[[int, int], None]
Earlier = Callable[[Item], "Outcome | str | None"]
MODEL_FAULTS = 3  # in a row: the server is down or the key is wrong, and the next 300 rows would fail alike
OWN_DETAIL = "a field for your own details: fill it in by hand"
PATIENCE = 5.0  # seconds that questions under way have when the run ends; each may be paid for already
NOT_REACHED = "not asked: the run was stopped before this row"

_Key = tuple[object, ...]


def key_of(item: Item) -> tuple[str, int]:
    """What an item's outcome is filed under: its sheet and row."""
    return item.sheet, item.row


@dataclass(slots=True)
class Batch:
    """One pass over the items.

    ``earlier`` gives the outcome that is taken over from an earlier edition, or the reason why none is. ``outcomes``
    holds every finished item by ``key_of``; ``stopped`` the model's last fault once it failed too often, else ``""``;
    ``capped`` that the cap on the cost was reached, where it was. ``stop`` is given to all who answer when the run
    ends before its time; those under way then have ``patience`` seconds.
    """

    answer: Answering
    checkpoint: Checkpoint
    progress: Progress | None = None
    workers: int = 1
    earlier: Earlier | None = None
    stop: Stop = field(default_factory=Stop)
    patience: float = PATIENCE
    outcomes: dict[tuple[str, int], Outcome] = field(default_factory=dict)
    stopped: str = ""
    capped: CostLimitError | None = None
    _answers: dict[_Key, Answer] = field(default_factory=dict)
    _not_carried: dict[tuple[str, int], str] = field(default_factory=dict)
    _faults: int = 0
    _total: int = 0

    def run(self, items: Sequence[Item]) -> None:
        """Bring every item to its end, or stop after too many faults of the model in a row, or at the cap."""
        self._total = len(items)
        rows = {key_of(item) for item in items}
        left = list(items)
        while left and not self._ended:
            ready = [item for item in left if self._is_ready(item, rows)] or left  # a circle of gates is cut
            self._wave(ready)
            left = [item for item in left if key_of(item) not in self.outcomes]

    @property
    def _ended(self) -> bool:
        return bool(self.stopped or self.capped or self.stop.given)

    def open_gate(self, item: Item) -> bool:
        """Whether an item hangs on another row's answer that does not, or not yet, say if it has to be answered."""
        if item.condition is None:
            return False
        gate = self.outcomes.get(_gate_of(item, item.condition))
        return gate is not None and _calls_for(item.condition, gate.row) is None

    def _is_ready(self, item: Item, rows: set[tuple[str, int]]) -> bool:
        gate = item.condition and _gate_of(item, item.condition)
        return not gate or gate in self.outcomes or gate not in rows

    def _wave(self, items: Sequence[Item]) -> None:
        """Items none of which waits for another: what needs no answerer first, then one question of each kind."""
        asked: dict[_Key, list[Item]] = {}
        for item in items:
            known = self.checkpoint.get(item)
            outcome = known or self._without_asking(item)
            if outcome is None and (answer := self._answers.get(question_key(item.question))):
                outcome = self._placed(item, _again(answer))
            if outcome is None:
                asked.setdefault(question_key(item.question), []).append(item)
            else:
                self._finish(item, outcome, known=known is not None)
        if self.workers <= 1:
            for same in asked.values():
                self._take(same, settled(self.answer, same[0].question))
                if self._ended:
                    return
            return
        self._at_once(list(asked.values()))

    def _at_once(self, groups: Sequence[list[Item]]) -> None:
        crew = Crew(self.answer, [same[0].question for same in groups], self.workers)
        whole = False
        try:
            for number, future in crew:
                self._take(groups[number], future)
                if self._ended:
                    break
            whole = not self._ended
        finally:  # also when the user interrupts: what comes back meanwhile is kept
            if not whole:
                self.stop.give()
                # at the cap nobody is in a hurry, and what is under way is paid for
                for number, future in crew.end(None if self.capped else self.patience):
                    if future.exception() is None:
                        self._take(groups[number], future)

    def _take(self, items: Sequence[Item], future: Future[Answer]) -> None:
        """What the answerer gave for one question, or how it failed, for every row that asks it."""
        fault = future.exception()
        if fault is None:
            self._faults = 0
            self._answers[question_key(items[0].question)] = future.result()
            for number, item in enumerate(items):
                self._finish(item, self._placed(item, _again(future.result()) if number else future.result()))
            return
        if isinstance(fault, CostLimitError):
            self.capped = fault  # the rows stay open: they are asked when the run is resumed
            return
        if isinstance(fault, StoppedError):
            return  # these stay open, too
        if not isinstance(fault, Exception):
            raise fault  # the user's interrupt, the end of the process
        said = str(fault) if isinstance(fault, RfpError) else f"{type(fault).__name__}: {fault}"
        if isinstance(fault, ModelReplyError):
            self._faults = 0  # the server is there and replies; this question it could not
        elif isinstance(fault, ModelError):
            self._faults += 1
            if self._faults >= MODEL_FAULTS:
                self.stopped = said
        for item in items:
            self._finish(item, closed(item, "error", said))

    def _finish(self, item: Item, outcome: Outcome, *, known: bool = False) -> None:
        self.outcomes[key_of(item)] = outcome
        if not known:
            self.checkpoint.add(item, outcome)
        if self.progress:
            self.progress(len(self.outcomes), self._total)

    def _placed(self, item: Item, answer: Answer) -> Outcome:
        """The answer in the item's cells; a fault of ours is the row's, said in the report."""
        try:
            outcome = place_answer(item, answer)
        except (RfpError, ValueError) as fault:
            return closed(item, "error", f"{type(fault).__name__}: {fault}")
        notes = (*outcome.row.notes, *self._said_of_gate(item), self._not_carried.get(key_of(item), ""))
        return replace(outcome, row=replace(outcome.row, notes=tuple(dict.fromkeys(filter(None, notes)))))

    def _without_asking(self, item: Item) -> Outcome | None:
        """The end of an item that nobody need be asked for."""
        if item.blocked:
            return closed(item, "not_required", item.blocked)
        if item.unwritable or not item.question.text:
            return closed(item, "unanswered", item.unwritable or "the question's text could not be read")
        if is_own_detail(item.text):
            return closed(item, "unanswered", OWN_DETAIL)
        gate = item.condition and self.outcomes.get(_gate_of(item, item.condition))
        if item.condition and gate and _calls_for(item.condition, gate.row) is False:
            told = gate.row.choice or gate.row.stance or gate.row.answer
            said = f"row {gate.row.row} is answered {told!r}: {item.condition.said!r} does not apply"
            return closed(item, "not_required", said)
        found = self.earlier(item) if self.earlier else None
        if isinstance(found, Outcome):
            return found
        self._not_carried[key_of(item)] = found or ""
        return None

    def _said_of_gate(self, item: Item) -> tuple[str, ...]:
        """A note where a row was answered although nobody knows whether it had to be."""
        if item.condition is not None and self.open_gate(item):
            return (f"needed only if row {item.condition.gate} calls for it ({item.condition.said!r}), which is open",)
        return ()


def _again(answer: Answer) -> Answer:
    """An answer for one more row: what it cost is told once."""
    return replace(answer, usage=Usage())


def question_key(question: Question) -> _Key:
    """What a question is asked under: those that differ only in id, case and white space are put once."""
    limits = question.max_words, question.max_characters
    return (fold(question.text).casefold(), question.choices, question.section, *limits)


def _gate_of(item: Item, condition: Condition) -> tuple[str, int]:
    """What the outcome of a condition's gate is filed under."""
    return condition.sheet or item.sheet, condition.gate


def _calls_for(condition: Condition, gate: Row) -> bool | None:
    """Whether the row that is the gate calls for a question; a value that stood there already counts."""
    value = gate.choice or (gate.answer if gate.status == "not_required" else None)
    return holds(condition, value, gate.stance)
