"""The offline answerer: the best one to three sentences of the passages, or none with the reason.

It walks the same road as a model: it proposes sentences with their quotes, and grounding disposes. ``rank`` scores
the sentences, ``confidence`` decides whether to answer at all, ``compose`` puts the answer together, ``verdict`` reads
yes or no from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rfp_responder.answer.candidates import candidates
from rfp_responder.answer.choice import stance_of
from rfp_responder.answer.compose import Limits, Part, compose
from rfp_responder.answer.confidence import COEFFICIENTS, confidence, features
from rfp_responder.answer.dated import dated_notes
from rfp_responder.answer.rank import WEIGHTS, Frequencies, Scored, SentenceRanker, Signals, Weights
from rfp_responder.answer.refusal import refusal
from rfp_responder.answer.verdict import Told, Verdict, decide
from rfp_responder.asked import is_polar, parts
from rfp_responder.domain import Draft, Passage, Question
from rfp_responder.protocols import Embedder

AUTHOR = "offline extractive"


@dataclass(frozen=True, slots=True)
class ExtractiveSettings:
    """The decisions of the offline answerer, chosen on the fitting questions (``evals/fit_answers.py``)."""

    weights: Weights = WEIGHTS
    coefficients: tuple[float, ...] = COEFFICIENTS
    threshold: float = 0.40  # below this confidence a part is left blank; of near misses it refused 4 of 5
    decided: float = 0.26  # from this confidence on a sentence that decides yes or no is told
    far: float = 0.75  # of the question's terms: a sentence that lacks more decides nothing
    told: int = 10  # sentences that yes or no is read from


@dataclass(frozen=True, slots=True)
class Assessment:
    """One part of a question: its candidates, best first, what the confidence rests on, and the confidence."""

    part: str
    scored: tuple[Scored, ...]
    features: tuple[float, ...]
    confidence: float


class ExtractiveAnswerer:
    """Answers from the passages' own sentences; needs no model but the embedder."""

    def __init__(
        self,
        embedder: Embedder,
        frequencies: Frequencies,
        settings: ExtractiveSettings | None = None,
        today: date | None = None,
    ) -> None:
        """``today``: the day that a certificate's end is held against; None: nothing is held against it."""
        self._settings = settings or ExtractiveSettings()
        self._ranker = SentenceRanker(embedder, frequencies, self._settings.weights)
        self._today = today

    @property
    def author(self) -> str:
        """Who writes, as it is shown in answers."""
        return AUTHOR

    @property
    def reads(self) -> int:
        """Sentences cost little: on tune the fact asked for stood in 3 passages for 64 %, in 12 for 74 %."""
        return 12

    def draft(self, question: Question, passages: Sequence[Passage]) -> Draft:
        """The best sentences for each part of the question; parts below the threshold are missing."""
        assessed = self.assess(question.text, passages)
        if not assessed:
            return Draft((), None, (), AUTHOR, 0.0, notes=("no passage holds a sentence that could answer",))
        by_rank = {passage.rank: passage for passage in passages}
        polar, verdict = self._verdict(question, assessed, by_rank)
        decisive = self._decisive(polar, verdict)
        sure = [one for one in assessed if one.confidence >= self._settings.threshold or (decisive and one is polar)]
        if not sure:
            best = max(assessed, key=lambda one: one.confidence)
            notes = refusal(question.text, best.scored, by_rank)
            return Draft((), None, (), AUTHOR, best.confidence, notes=notes)
        limits = Limits(question.max_words, question.max_characters)
        made = compose([Part(one.part, one.scored) for one in sure], limits, decisive)
        if not made.chosen:
            return Draft((), None, (), AUTHOR, sure[0].confidence, notes=made.notes)
        lapsed = dated_notes(made.chosen, by_rank, self._today)
        return Draft(
            proposals=tuple(scored.candidate.proposal(scored.why) for scored in made.chosen),
            stance=verdict.stance if made.decided else None,
            missing=tuple(one.part for one in assessed if one not in sure and not _told_elsewhere(one, made.chosen)),
            author=AUTHOR,
            confidence=min(one.confidence for one in sure),
            notes=(*made.notes, *self._verdict_notes(verdict, decisive, polar), *lapsed),
        )

    def _decisive(self, polar: Assessment, verdict: Verdict) -> Scored | None:
        """The sentence that yes or no was read from; None where it is too far from the question to trust it."""
        if verdict.stance is None or verdict.told is None or polar.confidence < self._settings.decided:
            return None
        decisive = polar.scored[verdict.told]
        return decisive if decisive.signals.absent <= self._settings.far else None

    def _verdict_notes(self, verdict: Verdict, decisive: Scored | None, polar: Assessment) -> tuple[str, ...]:
        """What the verdict rests on, or why there is none, and whether it is less sure than an answer usually is."""
        if verdict.stance is not None and decisive is None:
            return ()
        unsure = decisive is not None and polar.confidence < self._settings.threshold
        return (*verdict.notes, *(("read from one sentence, less sure than usual: please check",) if unsure else ()))

    def assess(self, question: str, passages: Sequence[Passage]) -> list[Assessment]:
        """Every part of the question against every candidate; empty where the passages hold no candidate."""
        pool = [candidate for passage in passages for candidate in candidates(passage)]
        if not pool:
            return []
        by_rank = {passage.rank: passage for passage in passages}
        found = []
        for part in parts(question):
            scored = self._ranker.rank(part, pool, by_rank)
            values = features(part, scored)
            found.append(Assessment(part, tuple(scored), values, confidence(values, self._settings.coefficients)))
        return found

    def _verdict(
        self, question: Question, assessed: Sequence[Assessment], passages: Mapping[int, Passage]
    ) -> tuple[Assessment, Verdict]:
        """The part that yes or no answers, and what its best sentences say; silent where neither is asked for."""
        polar = next((one for one in assessed if is_polar(one.part)), assessed[0])
        if not (is_polar(question.text) or any(stance_of(choice) for choice in question.choices)):
            return polar, Verdict(None, None, None, ())
        told = []
        for scored in polar.scored[: self._settings.told]:
            chunk = passages[scored.candidate.rank].chunk
            bare = scored.candidate.text.replace(f" [{scored.candidate.added}]", "")
            title = chunk.document_title or chunk.document_name
            told.append(
                Told(bare, scored.candidate.context, title, _relevance(scored.signals), _coverage(scored.signals))
            )
        return polar, decide(question.text, told)


def _coverage(signals: Signals) -> float:
    return signals.terms + 0.6 * signals.around


def _relevance(signals: Signals) -> float:
    """One figure in 0..1 for the verdict, whose gates were set on this sum."""
    kind = 0.1 * (signals.kind >= 0.5)
    return min(1.0, max(0.0, 0.6 * signals.meaning + 0.3 * _coverage(signals) + kind + 0.3 * signals.passage))


def _told_elsewhere(one: Assessment, chosen: Sequence[Scored]) -> bool:
    """Whether a part that is not sure in itself is told by a sentence that was chosen for another part."""
    best = [scored.candidate for scored in one.scored[:2]]
    return one.scored[0].signals.kind >= 0.5 and any(scored.candidate in best for scored in chosen)
