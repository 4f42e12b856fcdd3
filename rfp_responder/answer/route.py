"""Which model a question goes to, and who steps in when it fails: the answer says who wrote it, and why.

simple question   small -> strong -> others -> offline
hard question     strong -> others -> small -> offline
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from rfp_responder.answer.chat import UnusableReplyError
from rfp_responder.answer.ground import ground
from rfp_responder.answer.hardness import hardness
from rfp_responder.answer.rest import Rests
from rfp_responder.domain import Draft, Passage, Question, Usage
from rfp_responder.errors import ModelDownError, ModelError
from rfp_responder.protocols import Answerer
from rfp_responder.text import shortened

SMALL, STRONG, FALLBACK, OFFLINE = "small", "strong", "fallback", "offline"
_FAILED = "a model failed: "
_LEFT_ALONE = "a model is left alone after faults in a row: "
_LEAST = 0.5  # of a draft's confidence, after grounding: less was left of it than was dropped
_LONGEST = 300  # characters of a fault in a note


@dataclass(slots=True)
class _Trip:
    """One question's way from model to model: what it cost so far, what is to be told, the last fault."""

    usage: Usage = field(default_factory=Usage)
    notes: list[str] = field(default_factory=list)
    fault: ModelError | None = None


class RoutedAnswerer:
    """Drafts by the small model where the question is simple and its draft holds, else by the strong one.

    When a model fails, the next one is asked, and at last the offline answerer, where there is one; the draft's
    ``author`` is who wrote it, its ``route`` one of ``small``, ``strong``, ``fallback``, ``offline``. Its usage is the
    sum of every call made for it, those for drafts that were thrown away included. It may be asked by several threads.
    """

    def __init__(
        self,
        strong: Answerer,
        small: Answerer | None = None,
        others: Sequence[Answerer] = (),
        offline: Answerer | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._models = [strong, *others, *([small] if small else [])]
        self._small = len(self._models) - 1 if small else None
        self._offline = offline
        self._rests = Rests(clock)

    @property
    def author(self) -> str:
        """The strong model."""
        return self._models[0].author

    @property
    def reads(self) -> int:
        """What the one needs that reads most: the offline answerer has to find its sentences, too."""
        readers = [*self._models, *([self._offline] if self._offline else [])]
        return max(reader.reads for reader in readers)

    def draft(self, question: Question, passages: Sequence[Passage]) -> Draft:
        """The first draft that comes; raises the last ModelError where every model fails and nobody is offline.

        CostLimitError passes through: where a cap is reached, nobody steps in.
        """
        trip = _Trip()
        first = self._small if self._small is not None and not hardness(question, passages) else 0
        if first:
            draft = self._asked(first, question, passages, trip)
            if draft and _holds(question, draft, passages):
                return _told(draft, SMALL, trip)
            if draft:
                trip.notes.append(f"{draft.author} found nothing that holds: asked {self._models[0].author}")
        for model in range(len(self._models)):
            if model == self._small and first:
                continue
            draft = self._asked(model, question, passages, trip)
            if draft:
                return _told(draft, FALLBACK if trip.fault else STRONG, trip)
        if self._offline is None:
            raise trip.fault or ModelDownError("no model could be asked")
        draft = self._offline.draft(question, passages)
        return _told(draft, OFFLINE, trip)

    def _asked(self, model: int, question: Question, passages: Sequence[Passage], trip: _Trip) -> Draft | None:
        """The model's draft, None where it fails or rests; the trip tells why, and what it cost."""
        answerer = self._models[model]
        resting = self._rests.resting(model)
        if resting is not None:
            trip.fault = resting
            trip.notes.append(f"{_LEFT_ALONE}{_why(answerer, resting)}")
            return None
        try:
            draft = answerer.draft(question, passages)
        except ModelError as fault:
            self._rests.failed(model, fault)
            trip.fault = fault
            trip.notes.append(f"{_FAILED}{_why(answerer, fault)}")
            spent = fault.usage if isinstance(fault, UnusableReplyError) else Usage(cost_usd=fault.spent_usd)
            trip.usage = _sum(trip.usage, spent)
            return None
        self._rests.answered(model)
        trip.usage = _sum(trip.usage, draft.usage)
        return draft


def _holds(question: Question, draft: Draft, passages: Sequence[Passage]) -> bool:
    """Whether a draft, grounded on trial, is a whole answer: with its yes or no, and with most of its claims."""
    answer = ground(question, draft, passages)
    whole = answer.status == "answered" and answer.stance == draft.stance
    return whole and answer.confidence >= _LEAST * draft.confidence


def _told(draft: Draft, route: str, trip: _Trip) -> Draft:
    """The draft with its route, everything that the way to it cost, and who failed on it and why."""
    faults = (_FAILED, _LEFT_ALONE)
    notes = [f"{note}; {draft.author} answered instead" if note.startswith(faults) else note for note in trip.notes]
    usage = trip.usage if route != OFFLINE else _sum(trip.usage, draft.usage)
    return replace(draft, route=route, usage=usage, notes=(*notes, *draft.notes))


def _why(answerer: Answerer, fault: ModelError) -> str:
    """Which model, and its fault, in one bounded line."""
    return shortened(f"{answerer.author}: {fault.what.removeprefix(f'model {answerer.author}: ')}", _LONGEST)


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        one.input_tokens + other.input_tokens,
        one.output_tokens + other.output_tokens,
        one.seconds + other.seconds,
        one.cost_usd + other.cost_usd,
    )
