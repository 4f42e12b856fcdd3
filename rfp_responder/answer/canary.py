"""A share of the questions goes to a candidate: the same questions each time, by their text alone."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from rfp_responder.domain import Draft, Passage, Question
from rfp_responder.protocols import Answerer
from rfp_responder.text import fold


class CanaryAnswerer:
    """Drafts by the candidate for ``share`` (0..1) of all questions, by the production answerer for the others.

    Which one a question goes to hangs on its words, not on a clock or on chance: run again or gone on with, a
    questionnaire is split as before. The draft's ``prompt`` says which one wrote it.
    """

    def __init__(self, production: Answerer, candidate: Answerer, share: float) -> None:
        if not 0 <= share <= 1:
            raise ValueError(f"share is {share}, expected 0 to 1")
        self._production = production
        self._candidate = candidate
        self._share = share

    @property
    def author(self) -> str:
        """Who writes most of the answers."""
        return self._production.author

    @property
    def reads(self) -> int:
        """What the one needs that reads more."""
        return max(self._production.reads, self._candidate.reads)

    def draft(self, question: Question, passages: Sequence[Passage]) -> Draft:
        """The draft of the one that the question goes to."""
        chosen = self._candidate if place_of(question.text) < self._share else self._production
        return chosen.draft(question, passages)


def place_of(text: str) -> float:
    """Where a text stands between 0 and 1 (1 excluded): the first 52 bits of the sha256 of its folded words."""
    digest = sha256(fold(text).casefold().encode("utf-8", "surrogatepass")).digest()
    return (int.from_bytes(digest[:8], "big") >> 12) / 2**52
