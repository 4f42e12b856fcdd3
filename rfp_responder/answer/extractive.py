"""The offline answerer: the best one to three sentences of the passages, or none with the reason.

It walks the same road as a model: it proposes sentences with their quotes, and grounding disposes. ``rank`` scores
the sentences, ``confidence`` decides whether to answer at all, ``compose`` puts the answer together, ``verdict`` reads
yes or no from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rfp_responder.answer.candidates import candidates
from rfp_responder.answer.choice import stance_of
from rfp_responder.answer.compose import Limits, Part, compose
from rfp_responder.answer.confidence import COEFFICIENTS, confidence, features
from rfp_responder.answer.dated import RAN_OUT, dated_notes
from rfp_responder.answer.focus import tells
from rfp_responder.answer.rank import WEIGHTS, Frequencies, Scored, SentenceRanker, Signals, Weights
from rfp_responder.answer.refusal import refusal
from rfp_responder.answer.trust import doubt
from rfp_responder.answer.verdict import Told, Verdict, decide
from rfp_responder.asked import is_polar, parts
from rfp_responder.domain import Draft, Passage, Question
from rfp_responder.protocols import Embedder

AUTHOR = "offline extractive"
_THRESHOLD = 0.35
_MOST_PARTS = 8  # parts of one question that are looked at; more are no question but a questionnaire


@dataclass(frozen=True, slots=True)
class ExtractiveSettings:
    """The decisions of the offline answerer, chosen on the fitting questions (``evals/fit_answers.py``)."""

    weights: Weights = WEIGHTS
    coefficients: tuple[float, ...] = COEFFICIENTS
    threshold: float = _THRESHOLD  # below this confidence a part is left blank
    decided: float = 0.26  # from this confidence on a sentence that decides yes or no is told
    told: int = 10  # sentences that yes or no is read from
    reads: int = 12  # passages; sentences cost little: on tune the fact asked for stood in 3 for 64 %, in 12 for 74 %


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
        """As many as its settings say."""
        return self._settings.reads

    def draft(self, question: Question, passages: Sequence[Passage]) -> Draft:
        """The best sentences for each part of the question; parts below the threshold are missing."""
        assessed = self.assess(question.text, passages)
        if not assessed:
            return Draft((), None, (), AUTHOR, 0.0, notes=("no passage holds a sentence that could answer",))
        by_rank = {passage.rank: passage for passage in passages}
        polar, verdict = self._verdict(question, assessed, by_rank)
        decisive, verdict = self._trusted(question.text, polar, verdict)
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
        holds = not (verdict.stance == "yes" and any(note.startswith(RAN_OUT) for note in lapsed))
        return Draft(
            proposals=tuple(scored.candidate.proposal(scored.why) for scored in made.chosen),
            stance=verdict.stance if made.decided and holds else None,
            missing=tuple(
                one.part
                for one in assessed
                if one.part in made.untold or (one not in sure and not _told_elsewhere(one, made.chosen))
            ),
            author=AUTHOR,
            confidence=min(one.confidence for one in sure),
            notes=(*made.notes, *verdict.notes, *lapsed),
        )

    def _trusted(self, question: str, polar: Assessment, verdict: Verdict) -> tuple[Scored | None, Verdict]:
        """The sentence that yes or no was read from, and the verdict; withdrawn with its reason where in doubt."""
        careful = self._settings.threshold > _THRESHOLD  # who asks for more certainty gets it here, too
        least = self._settings.threshold if careful else self._settings.decided
        if verdict.stance is None or verdict.told is None or polar.confidence < least:
            return None, replace(verdict, stance=None, notes=verdict.notes if verdict.stance is None else ())
        decisive = polar.scored[verdict.told]
        reason = doubt(question, verdict.stance, decisive, polar.scored[: verdict.told])
        if reason:
            return None, Verdict(None, None, None, (reason,))
        unsure = polar.confidence < self._settings.threshold
        note = ("read from one sentence, less sure than usual: please check",) if unsure else ()
        return decisive, replace(verdict, notes=(*verdict.notes, *note))

    def assess(self, question: str, passages: Sequence[Passage]) -> list[Assessment]:
        """Every part of the question against every candidate; empty where the passages hold no candidate."""
        pool = [candidate for passage in passages for candidate in candidates(passage)]
        if not pool:
            return []
        by_rank = {passage.rank: passage for passage in passages}
        found = []
        for part in parts(question)[:_MOST_PARTS]:
            scored = self._ranker.rank(part, pool, by_rank)
            values = features(part, scored)
            found.append(Assessment(part, tuple(scored), values, confidence(values, self._settings.coefficients)))
        return found

    def _verdict(
        self, question: Question, assessed: Sequence[Assessment], passages: Mapping[int, Passage]
    ) -> tuple[Assessment, Verdict]:
        """The part that yes or no answers, and what its best sentences say; silent where neither is asked for."""
        polar = next((one for one in assessed if is_polar(one.part)), assessed[0])
        stated = tells(question.text) and any(stance_of(choice) for choice in question.choices)
        if not (is_polar(question.text) or stated):
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
