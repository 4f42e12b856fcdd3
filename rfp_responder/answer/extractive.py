"""The offline answerer: the best one to three sentences of the passages, or none.

It walks the same road as a model: it proposes sentences with their quotes, and grounding disposes. Sentences
are scored by meaning (embedding), by words (rare ones count more), by whether the kind of thing asked for is
there, and by their passage. A logistic confidence over the same evidence decides whether to answer at all.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rfp_responder.answer.bounds import within_bound
from rfp_responder.answer.candidates import Candidate, candidates
from rfp_responder.answer.choice import stance_of
from rfp_responder.answer.stance import read_stance
from rfp_responder.asked import Kind, conflicts, defined_term, is_polar, kind, names, names_met, parts
from rfp_responder.domain import Draft, Passage, Question, Stance
from rfp_responder.protocols import Embedder
from rfp_responder.text import STOPWORDS, content_stems, stem, words

Frequencies = Callable[[Sequence[str]], tuple[dict[str, int], int]]

AUTHOR = "offline extractive"


@dataclass(frozen=True, slots=True)
class ExtractiveSettings:
    """Weights of a sentence's score, the coefficients of the confidence, and the decisions made with them.

    All were chosen on the ``tune`` split of ``evals/gold.jsonl``; ``evals/fit_confidence.py`` fits the coefficients:
    bias, then one for each of ``Assessment.features``.
    """

    dense: float = 0.60
    coverage: float = 0.30
    heading: float = 0.6  # what a word in the heading counts against one in the sentence
    kind: float = 0.10
    passage: float = 0.30
    doubt: float = 0.5  # factor on the confidence in a sentence that speaks of another year or standard
    conflict: float = 0.20  # taken off a sentence that speaks of another year or quarter
    second: float = 0.90  # a further sentence must reach this share of the best one's score
    max_sentences: int = 3
    threshold: float = 0.37  # on tune: 0.6 of what is answered is right, 0.8 of the blanks stay blank
    yes_confidence: float = 0.50  # a bare yes needs more: on real questionnaires it was a coin's toss below this,
    yes_coverage: float = 0.50  # unless half of the question's weight stands in the sentence and its heading
    no_coverage: float = 0.15  # a no or a partly needs less, but a word of the question
    coefficients: tuple[float, ...] = (-3.62, 2.23, 0.82, 0.46, 2.99, 0.59)


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its evidence: ``dense`` is a cosine, the rest are in 0..1."""

    candidate: Candidate
    score: float
    dense: float
    coverage: float
    own_coverage: float
    kind_met: bool
    conflicting: bool


@dataclass(frozen=True, slots=True)
class Assessment:
    """One part of a question: its candidates, best first, what the confidence rests on, and the confidence.

    ``features``: the best candidate's cosine, its word coverage, whether it holds the kind asked for (0 or 1), its
    passage's cosine, and whether it holds the names asked about (0 or 1; 0 where there are none).
    """

    part: str
    scored: tuple[Scored, ...]
    features: tuple[float, ...]
    confidence: float


class ExtractiveAnswerer:
    """Answers from the passages' own sentences; needs no model but the embedder."""

    def __init__(
        self, embedder: Embedder, frequencies: Frequencies, settings: ExtractiveSettings | None = None
    ) -> None:
        self._embedder = embedder
        self._frequencies = frequencies
        self._settings = settings or ExtractiveSettings()

    @property
    def author(self) -> str:
        """Who writes, as it is shown in answers."""
        return AUTHOR

    def draft(self, question: Question, passages: Sequence[Passage]) -> Draft:
        """The best sentences for each part of the question; parts below the threshold are missing."""
        assessed = self.assess(question.text, passages)
        if not assessed:
            return Draft((), None, (), AUTHOR, 0.0, notes=("no passage holds a sentence that could answer",))
        sure = [one for one in assessed if one.confidence >= self._settings.threshold]
        if not sure:
            best = max(assessed, key=lambda one: one.confidence)
            note = _nearest(best.scored[0].candidate, passages)
            return Draft((), None, (), AUTHOR, best.confidence, notes=(note,))
        chosen = self._choose(sure)
        stance = self._stance(question, sure[0], chosen[0].candidate.text)
        is_open = stance is None and _wants_stance(question)
        undecided = ("the passages speak of this but do not decide yes or no",) if is_open else ()
        return Draft(
            proposals=tuple(s.candidate.proposal() for s in chosen),
            stance=stance,
            notes=undecided,
            missing=tuple(_short(one.part) for one in assessed if not self._is_told(one, chosen)),
            author=AUTHOR,
            confidence=min(one.confidence for one in sure),
        )

    def assess(self, question: str, passages: Sequence[Passage]) -> list[Assessment]:
        """Every part of the question against every candidate; empty where the passages hold no candidate."""
        pool = [candidate for passage in passages for candidate in candidates(passage)]
        if not pool:
            return []
        by_rank = {passage.rank: passage for passage in passages}
        asked = parts(question)
        vectors = self._embedder.embed([*asked, *[candidate.text for candidate in pool]])
        found = []
        for number, part in enumerate(asked):
            similar = [float(value) for value in vectors[len(asked) :] @ vectors[number]]
            scored = self._score(part, pool, similar, by_rank)
            best = scored[0]
            found_by = by_rank[best.candidate.rank].found_by
            named = bool(names(part)) and names_met(part, f"{best.candidate.context} {best.candidate.text}")
            features = (
                best.dense,
                best.own_coverage,
                float(best.kind_met),
                float(found_by.get("dense", 0.0)),
                float(named),
            )
            doubt = self._settings.doubt if best.conflicting else 1.0
            confidence = self._confidence(features) * doubt
            found.append(Assessment(part, tuple(scored), features, confidence))
        return found

    def _is_told(self, one: Assessment, chosen: Sequence[Scored]) -> bool:
        """Whether a part is answered: surely, or by a sentence that was chosen for another part and fits best here."""
        best = [scored.candidate for scored in one.scored[:2]]
        if one.confidence >= self._settings.threshold:
            return True
        near = one.confidence >= 0.7 * self._settings.threshold and one.scored[0].kind_met
        return near and any(c.candidate in best for c in chosen)

    def _stance(self, question: Question, one: Assessment, sentence: str) -> Stance | None:
        """What the sentence says to a yes/no question; None where it is too far from the question to decide.

        A sentence that negates or limits speaks of what is asked more surely than one that only shares its topic.
        """
        if not _wants_stance(question):
            return None
        heading = one.scored[0].candidate.context
        if within_bound(one.part, sentence) is None and not names_met(one.part, f"{heading} {sentence}"):
            return None
        stance = read_stance(one.part, sentence)
        sure = one.confidence >= self._settings.yes_confidence or one.scored[0].coverage >= self._settings.yes_coverage
        related = one.scored[0].coverage >= self._settings.no_coverage
        return None if not (sure if stance == "yes" else sure or related) else stance

    # -- scoring --------------------------------------------------------------------------------------------

    def _weights(self, part: str) -> dict[str, float]:
        """Inverse document frequency of the question's content stems (Robertson & Sparck Jones, 1976)."""
        terms = [word for word in dict.fromkeys(words(part)) if word not in STOPWORDS]
        counts, total = self._frequencies(terms)
        return {stem(w): math.log(1 + (total - counts[w] + 0.5) / (counts[w] + 0.5)) for w in terms}

    def _score(
        self, part: str, pool: Sequence[Candidate], similar: Sequence[float], by_rank: dict[int, Passage]
    ) -> list[Scored]:
        weights = self._weights(part)
        total = sum(weights.values()) or 1.0
        wanted = kind(part)
        found = []
        for candidate, dense in zip(pool, similar, strict=True):
            own = set(content_stems(candidate.text))
            near = set(content_stems(f"{candidate.context} {by_rank[candidate.rank].chunk.heading}"))
            own_share = sum(w for term, w in weights.items() if term in own) / total
            s = self._settings
            share = own_share + s.heading * sum(w for term, w in weights.items() if term in near - own) / total
            met = meets(wanted, candidate.text, part)
            passage = by_rank[candidate.rank].score
            score = s.dense * max(0.0, dense) + s.coverage * share + s.kind * met + s.passage * passage
            conflicting = conflicts(part, candidate.text)
            score -= s.conflict * conflicting
            found.append(Scored(candidate, score, dense, share, own_share, met, conflicting))
        return sorted(found, key=lambda s: -s.score)

    def _confidence(self, features: Sequence[float]) -> float:
        """Probability that the best sentence answers, by logistic regression."""
        bias, *weights = self._settings.coefficients
        return 1 / (1 + math.exp(-(bias + sum(w * f for w, f in zip(weights, features, strict=True)))))

    # -- choosing -------------------------------------------------------------------------------------------

    def _choose(self, sure: Sequence[Assessment]) -> list[Scored]:
        """The best candidate of each part; for a single part also one nearly as good that adds something."""
        chosen: list[Scored] = []
        for one in sure:
            if all(_distinct(one.scored[0].candidate, c.candidate) for c in chosen):
                chosen.append(one.scored[0])
        if len(sure) == 1:  # several parts have a sentence each; a single one may take a second
            best, *others = sure[0].scored[:6]
            near = [other for other in others if other.score >= self._settings.second * best.score]
            chosen += [other for other in near if _distinct(other.candidate, best.candidate)][:1]
        return chosen[: self._settings.max_sentences]


def _wants_stance(question: Question) -> bool:
    """Whether yes or no answers the question, by its wording or by its choices."""
    return is_polar(question.text) or any(stance_of(choice) for choice in question.choices)


def _nearest(closest: Candidate, passages: Sequence[Passage]) -> str:
    chunk = next(passage.chunk for passage in passages if passage.rank == closest.rank)
    where = f"{chunk.document_name} p. {chunk.page_number}"
    return f"no passage answers this; closest: {where}, {_short(closest.text)!r}"


def _short(text: str) -> str:
    return text if len(text) <= 120 else text[:117] + "…"


def _distinct(a: Candidate, b: Candidate) -> bool:
    """Whether two candidates say different things: less than half of the shorter one's words are shared."""
    left, right = set(content_stems(a.text)), set(content_stems(b.text))
    return bool(left and right) and len(left & right) < 0.5 * min(len(left), len(right))


_UNIT = r"(?:seconds?|minutes?|hours?|(?:business |working |calendar )?days?|weeks?|months?|quarters?|years?)"
_NUMBER = r"(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty)"
_SIGNS: dict[Kind, re.Pattern[str]] = {
    "number": re.compile(rf"\b{_NUMBER}\b", re.I),
    "duration": re.compile(
        rf"\b{_NUMBER}[\s-]+{_UNIT}\b|\b(?:daily|weekly|monthly|quarterly|annual(?:ly)?|yearly|hourly|twice|once|continuous(?:ly)?|"
        rf"immediately|every {_UNIT}|(?:each|a|per) (?:day|week|month|quarter|year))\b", re.I),
    "date": re.compile(
        r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|"
        r"\b(?:19|20)\d\d\b", re.I),
    "version": re.compile(r"\b[vV]?\d+(?:\.\d+)+\b|\bversions? \d"),
    "who": re.compile(r"\b(?:officer|manager|team|director|head of|chief|engineer|committee|board|administrators?|lead|"
                      r"auditors?|department|Ltd|Inc|GmbH|LLP|LLC|B\.V\.|SAS)\b|@"),
    "where": re.compile(r"\b(?:in|at|to|from) [A-Z]\w+|\b[a-z]{2}-[a-z]+-\d\b"),
    "list": re.compile(r",.*\band\b|;|:"),
}  # fmt: skip


def meets(wanted: Kind, text: str, question: str = "") -> bool:
    """Whether a text holds the kind of thing asked for; nothing in particular is always held."""
    if wanted == "definition":
        term = re.escape(defined_term(question) or "")
        return bool(re.match(rf"(?:an?|the)?\s*{term}s?\b[^.]{{0,40}}?(?:\b(?:is|are|means?|refers?)\b|:)", text, re.I))
    return wanted == "other" or bool(_SIGNS[wanted].search(text))
