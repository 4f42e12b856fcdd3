"""Which sentence of the passages answers: what speaks for each, and one score from it.

A sentence is read twice. By its words first, which costs nothing, so that only the most promising are read by the
model; then by meaning, whole and word by word: each word of the question looks for the word of the sentence that is
nearest to it in its place (late interaction; Khattab & Zaharia, 2020, "ColBERT", arXiv 2004.12832, section 3.3), and
rare words count more. Synonyms are found that way, and so is what a sentence lacks of the question.
"""

from __future__ import annotations

import math
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rfp_responder.answer.pieces import Candidate
from rfp_responder.asked import conflicts, names, names_met
from rfp_responder.dates import find_months
from rfp_responder.domain import Chunk, Passage
from rfp_responder.equivalents import Held, Term, held, meets, terms
from rfp_responder.protocols import Embedder, WordVectors
from rfp_responder.text import STOPWORDS, words
from rfp_responder.wanted import holds, wanted

Frequencies = Callable[[Sequence[str]], tuple[dict[str, int], int]]
"""Words to how many blocks hold each, and how many blocks there are."""

_READ = 12  # candidates that the model reads; on the fitting questions it chose as well among 12 as among all
_READ_CHARACTERS = 300  # of a candidate: a long list is known by its beginning
_REMEMBERED = 2_000  # sentences whose word vectors are kept: some 60 MB
_RAREST = 3  # terms of the question of which the weakest match is looked at


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a candidate, 0..1 each (a cosine may be below 0).

    ``meaning`` is the cosine of the question and the sentence; ``nearest_words`` the mean cosine of each word of the
    question with the word nearest to it, rare ones counting more, and ``weakest_word`` the least of the three rarest;
    ``terms`` is the share of the question's terms (by rarity) that the sentence holds in these or equal words,
    ``around`` what only its heading, its table's columns or the sentence before hold, at most 1 - ``terms``.
    ``kind`` tells whether the kind of thing asked for is there, ``named`` whether the names asked about are: 1, 0, or
    0.5 where nothing of the sort is asked. ``passage`` is the passage's fused score, ``passage_meaning`` its cosine.
    ``conflict`` is 1 where another year, quarter or standard is spoken of, 0.5 where a date is asked of that is nowhere
    near, ``slight`` where the text says little (a
    slogan, advice to the reader). ``absent`` is the share of the question's terms that neither the candidate nor its
    heading holds in any words, as the dictionary of equals and the model see it.
    """

    meaning: float
    nearest_words: float
    weakest_word: float
    terms: float
    around: float
    kind: float
    named: float
    passage: float
    passage_meaning: float
    conflict: float
    slight: float
    absent: float

    def row(self) -> tuple[float, ...]:
        """All of them, in the order of the fields."""
        return tuple(getattr(self, name) for name in SIGNALS)


SIGNALS = tuple(Signals.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate, what speaks for it, its score (any real number, higher is better) and what it lacks.

    ``unmet`` are the question's words that neither the candidate nor its surroundings hold, rarest first; ``headed`` is
    the share of its terms (by rarity) that the heading holds and the candidate does not.
    """

    candidate: Candidate
    signals: Signals
    score: float
    unmet: tuple[str, ...] = ()
    headed: float = 0.0

    @property
    def why(self) -> dict[str, float]:
        """The score and every signal, by name, rounded."""
        return {"score": round(self.score, 2)} | {n: round(getattr(self.signals, n), 3) for n in SIGNALS}


@dataclass(frozen=True, slots=True)
class Weights:
    """What each signal counts, as ``evals/fit_answers.py`` fits it (a softmax over each question's candidates).

    Set by hand: 0 for ``around`` and ``named``, which say nothing beside ``absent``, and a little against slogans and
    advice, which are too rare in the fitting questions to be fitted.
    """

    meaning: float = 2.3
    nearest_words: float = 0.7
    weakest_word: float = 0.5
    terms: float = 0.3
    around: float = 0.0
    kind: float = 2.6
    named: float = 0.0
    passage: float = 1.8
    passage_meaning: float = 2.3
    conflict: float = -2.3
    slight: float = -0.5
    absent: float = -4.4

    def score(self, signals: Signals) -> float:
        """The weighted sum."""
        return float(sum(getattr(self, name) * getattr(signals, name) for name in SIGNALS))


WEIGHTS = Weights()

_ASKING = (
    frozenset(
        "how many much long often frequently soon quickly high large big state name give list describe explain provide "
        "specify indicate detail details tell say kind type sort exactly please confirm currently do does you your "
        "organization organisation company vendor supplier provider bidder contractor".split()
    )
    | STOPWORDS
)
"""Words that only ask, or name the one who is asked."""


_OWN = re.compile(r"(?<=\w)['’]s\b(?! (?:a|an|the|not|in|on)\b)")


class SentenceRanker:
    """Scores the candidates of a question's passages for one part of the question at a time."""

    def __init__(self, embedder: Embedder, frequencies: Frequencies, weights: Weights | None = None) -> None:
        self._embedder = embedder
        self._frequencies = frequencies
        self._weights = weights or Weights()
        self._remembered: OrderedDict[str, WordVectors] = OrderedDict()
        self._lock = threading.Lock()  # rows of a questionnaire may be asked from several threads

    def rank(self, part: str, pool: Sequence[Candidate], passages: Mapping[int, Passage]) -> list[Scored]:
        """The most promising candidates, best first; ``passages`` are by rank."""
        part = _OWN.sub("", part)  # "Apple's" asks about Apple
        question = _Asked(part, self._frequencies)
        read = [_Read(question, candidate, passages[candidate.rank]) for candidate in pool]
        if len(read) > _READ:
            read = sorted(read, key=lambda one: -one.promise)[:_READ]
        vectors = self._vectors([part, *[one.text for one in read], *[one.under for one in read]])
        asked, told, under = vectors[0], vectors[1 : len(read) + 1], vectors[len(read) + 1 :]
        found = []
        for one, nearness, near, absent in zip(
            read,
            _nearness(asked, told),
            question.nearest(asked, told),
            question.absent(asked, told, under, read),
            strict=True,
        ):
            signals = one.signals(nearness, *near, absent)
            found.append(Scored(one.candidate, signals, self._weights.score(signals), one.unmet, one.headed))
        return sorted(found, key=lambda scored: (-scored.score, scored.candidate.rank, scored.candidate.start))

    def _vectors(self, texts: Sequence[str]) -> list[WordVectors]:
        """Each text's vectors; sentences that come again, in the next row of a questionnaire, are not read again."""
        with self._lock:
            known = {text: self._remembered[text] for text in texts if text in self._remembered}
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        known |= zip(fresh, self._embedder.embed_words(fresh), strict=True)
        with self._lock:
            for text, vectors in known.items():
                self._remembered[text] = vectors
                self._remembered.move_to_end(text)
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return [known[text] for text in texts]


class _Asked:
    """A part of a question: its terms with what each counts, and its words for the model."""

    def __init__(self, part: str, frequencies: Frequencies) -> None:
        self.text = part
        self.wanted = wanted(part)
        self.days = find_months(part)
        self.names = bool(names(part))
        self.words = words(part)
        content = [word for word in dict.fromkeys(self.words) if word not in STOPWORDS]
        counts, total = frequencies(content)
        rarity = {word: math.log(1 + (total - counts[word] + 0.5) / (counts[word] + 0.5)) for word in content}
        self.terms: list[tuple[Term, float]] = []
        self._weight = np.zeros(len(self.words), dtype=np.float32)
        for place, word in enumerate(self.words):
            self._weight[place] = rarity.get(word, 0.0)
        for term in terms(part):
            inside = [rarity[word] for word in self.words[term.start : term.end] if word in rarity]
            if inside and not set(self.words[term.start : term.end]) <= _ASKING:
                self.terms.append((term, max(inside)))
        self.total = sum(weight for _, weight in self.terms) or 1.0

    def wording(self, term: Term) -> str:
        """The term as the question writes it, in lower case."""
        return " ".join(self.words[term.start : term.end])

    def nearest(self, asked: WordVectors, told: Sequence[WordVectors]) -> list[tuple[float, float]]:
        """For each text: the weighted mean over the question's words of the cosine with the nearest word, and the
        least of the rarest words; (0, 0) where one of the two has no words."""
        kept = np.flatnonzero(self._weight[: len(asked.spans)])
        weight = self._weight[kept]
        if not len(kept):
            return [(0.0, 0.0)] * len(told)
        rarest = np.argsort(-weight, kind="stable")[:_RAREST]
        found = []
        for text in told:
            if not len(text.spans):
                found.append((0.0, 0.0))
                continue
            best = (asked.vectors[kept] @ text.vectors.T).max(axis=1)
            found.append((float(best @ weight / weight.sum()), float(best[rarest].min())))
        return found

    def absent(
        self, asked: WordVectors, told: Sequence[WordVectors], under: Sequence[WordVectors], read: Sequence[_Read]
    ) -> list[float]:
        """For each candidate: the share of the question's terms that neither it nor its heading holds, in any words."""
        found = []
        for text, head, one in zip(told, under, read, strict=True):
            near = np.concatenate([text.vectors, head.vectors])
            best = (asked.vectors @ near.T).max(axis=1) if len(near) else np.zeros(len(asked.spans))
            missing = 0.0
            for (term, weight), met in zip(self.terms, one.met, strict=True):
                soft = float(best[term.start : term.end].max(initial=0.0)) if term.end <= len(best) else 0.0
                missing += weight * (1 - max(met, min(1.0, max(0.0, (soft - 0.3) / 0.4))))
            found.append(missing / self.total)
        return found


class _Read:
    """A candidate as its words alone show it."""

    def __init__(self, question: _Asked, candidate: Candidate, passage: Passage) -> None:
        chunk = passage.chunk
        self.candidate = candidate
        self.text = candidate.text[:_READ_CHARACTERS]
        self._passage = passage
        around_it = f"{chunk.heading}. {chunk.columns}. {chunk.document_title}."
        near_text = f"{candidate.context}. {around_it} {candidate.before}"
        own, head = held(candidate.text), held(candidate.context)
        near = _together(head, held(around_it), held(candidate.before))
        told = around = headed = 0.0
        unmet: list[tuple[float, str]] = []
        self.met: list[float] = []
        self.under = f"{chunk.document_title}. {candidate.context}"
        for term, weight in question.terms:
            here = meets(term, *own)
            there = max(here, meets(term, *near))
            self.met.append(there)
            told += weight * here
            around += weight * (there - here)
            headed += weight * max(0.0, meets(term, *head) - here)
            if there < 0.5:
                unmet.append((-weight, question.wording(term)))
        self._terms, self._around = told / question.total, around / question.total
        self.headed = headed / question.total
        self.unmet = tuple(word for _, word in sorted(unmet))
        self._kind = holds(question.wanted, candidate.text, question.text)
        whole = f"{near_text} {candidate.text}"
        self._named = float(names_met(question.text, whole)) if question.names else 0.5
        self._conflict = float(conflicts(question.text, candidate.text)) or _undated(question.days, whole, chunk)
        self.promise = (
            self._terms
            + 0.5 * self._around
            + 0.8 * passage.score
            + 0.3 * self._kind
            - 0.5 * self._conflict
            - 0.3 * candidate.slight
        )

    def signals(self, meaning: float, nearest_words: float, weakest_word: float, absent: float) -> Signals:
        """All signals, with what the model made of the text."""
        return Signals(
            meaning=meaning,
            nearest_words=nearest_words,
            weakest_word=weakest_word,
            terms=self._terms,
            around=self._around,
            kind=self._kind,
            named=self._named,
            passage=self._passage.score,
            passage_meaning=float(self._passage.found_by.get("dense", 0.0)),
            conflict=self._conflict,
            slight=float(self.candidate.slight),
            absent=absent,
        )


def _undated(asked: set[tuple[int, int]], whole: str, chunk: Chunk) -> float:
    """A half where the question names a date that neither the candidate, its surroundings nor its document bears."""
    if not asked:
        return 0.0
    told = find_months(whole) | ({(chunk.effective.year, chunk.effective.month)} if chunk.effective else set())
    return 0.0 if asked & told else 0.5


def _together(*each: Held) -> Held:
    stems, same, near = zip(*each, strict=True)
    return frozenset().union(*stems), frozenset().union(*same), frozenset().union(*near)


def _nearness(asked: WordVectors, told: Sequence[WordVectors]) -> list[float]:
    """The cosine of the question with each text as a whole."""
    return [float(asked.whole @ text.whole) for text in told]
