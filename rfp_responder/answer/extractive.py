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

from rfp_responder.answer.candidates import Candidate, candidates
from rfp_responder.answer.choice import stance_of
from rfp_responder.answer.stance import read_stance
from rfp_responder.asked import Kind, is_polar, kind, parts
from rfp_responder.domain import Draft, Passage, Question, Stance
from rfp_responder.protocols import Embedder, Vectors
from rfp_responder.text import STOPWORDS, content_stems, stem, words

Frequencies = Callable[[Sequence[str]], tuple[dict[str, int], int]]

AUTHOR = "offline extractive"


@dataclass(frozen=True, slots=True)
class ExtractiveSettings:
    """Weights of a sentence's score, the coefficients of the confidence, and the decisions made with them.

    Chosen on the ``tune`` split of ``evals/gold.jsonl``; ``evals/fit_confidence.py`` fits the coefficients.
    """

    dense: float = 0.45
    coverage: float = 0.35
    kind: float = 0.10
    passage: float = 0.10
    second: float = 0.88  # a further sentence must reach this share of the best one's score
    max_sentences: int = 3
    threshold: float = 0.5
    coefficients: tuple[float, ...] = (-6.0, 4.0, 3.5, 0.5, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its evidence; every value is in 0..1 but ``dense``, a cosine."""

    candidate: Candidate
    score: float
    dense: float
    coverage: float
    own_coverage: float
    kind_met: bool


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
        pool = [candidate for passage in passages for candidate in candidates(passage)]
        if not pool:
            return Draft((), None, (), AUTHOR, 0.0, notes=("no passage holds a sentence that could answer",))
        by_rank = {passage.rank: passage for passage in passages}
        chosen: list[Scored] = []
        missing: list[str] = []
        confidences: list[float] = []
        asked = parts(question.text)
        vectors = self._embedder.embed([question.text, *asked, *[f"{c.context}: {c.text}" for c in pool]])
        for number, part in enumerate(asked):
            similar = vectors[1 + len(asked) :] @ vectors[1 + number]
            scored = self._score(part, pool, [float(s) for s in similar], by_rank)
            confidence = self.confidence(self.features(scored, by_rank))
            confidences.append(confidence)
            if confidence < self._settings.threshold:
                missing.append(_short(part))
                continue
            chosen += [s for s in self._pick(scored) if s.candidate not in [c.candidate for c in chosen]]
        confidence = max(confidences)
        if not chosen:
            return Draft(
                (),
                None,
                (),
                AUTHOR,
                confidence,
                notes=(_nearest(pool, vectors, by_rank, len(asked)),),
            )
        best = chosen[0].candidate
        ordered = sorted(chosen[: self._settings.max_sentences], key=lambda s: (s.candidate.rank, s.candidate.start))
        return Draft(
            proposals=tuple(s.candidate.proposal() for s in ordered),
            stance=self._stance(question, best.text),
            missing=tuple(missing),
            author=AUTHOR,
            confidence=min(c for c in confidences if c >= self._settings.threshold),
        )

    def _stance(self, question: Question, sentence: str) -> Stance | None:
        wants_stance = any(stance_of(choice) for choice in question.choices)
        if not wants_stance and not is_polar(question.text):
            return None
        return read_stance(question.text, sentence)

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
            share = own_share + 0.6 * sum(w for term, w in weights.items() if term in near - own) / total
            met = meets(wanted, candidate.text)
            passage = by_rank[candidate.rank].score
            s = self._settings
            score = s.dense * max(0.0, dense) + s.coverage * share + s.kind * met + s.passage * passage
            found.append(Scored(candidate, score, dense, share, own_share, met))
        return sorted(found, key=lambda s: -s.score)

    def features(self, scored: Sequence[Scored], by_rank: dict[int, Passage]) -> tuple[float, ...]:
        """What the confidence rests on: cosine, coverage, own coverage, kind met, and the passage's cosine."""
        best = scored[0]
        near = [s for s in scored[:3] if s.score >= 0.85 * best.score]
        passage = by_rank[best.candidate.rank]
        return (
            max(s.dense for s in near),
            max(s.coverage for s in near),
            best.own_coverage,
            1.0 if best.kind_met else 0.0,
            float(passage.found_by.get("dense", 0.0)),
        )

    def confidence(self, features: Sequence[float]) -> float:
        """Probability that the best sentence answers, by logistic regression."""
        bias, *weights = self._settings.coefficients
        return 1 / (1 + math.exp(-(bias + sum(w * f for w, f in zip(weights, features, strict=True)))))

    def _pick(self, scored: Sequence[Scored]) -> list[Scored]:
        """The best candidate, and others nearly as good that add something."""
        best = scored[0]
        picked = [best]
        for other in scored[1:8]:
            if len(picked) >= 2 or other.score < self._settings.second * best.score:
                break
            if all(_distinct(other.candidate.text, p.candidate.text) for p in picked):
                picked.append(other)
        return picked


def _nearest(
    pool: Sequence[Candidate],
    vectors: Vectors,
    by_rank: dict[int, Passage],
    skipped: int,
) -> str:
    similar = vectors[1 + skipped :] @ vectors[0]
    closest = pool[int(similar.argmax())]
    chunk = by_rank[closest.rank].chunk
    return f"no passage answers this; closest: {chunk.document_name} p. {chunk.page_number}, {_short(closest.text)!r}"


def _short(text: str) -> str:
    return text if len(text) <= 120 else text[:117] + "…"


def _distinct(a: str, b: str) -> bool:
    left, right = set(content_stems(a)), set(content_stems(b))
    return len(left & right) < 0.6 * min(len(left), len(right), 1000) if left and right else False


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


def meets(wanted: Kind, text: str) -> bool:
    """Whether a text holds the kind of thing asked for; nothing in particular is always held."""
    return wanted == "other" or bool(_SIGNS[wanted].search(text))
