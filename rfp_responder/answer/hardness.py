"""Whether a question is for the strong model: of several parts, with passages that disagree, or found but weakly."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from rfp_responder.answer.dissent import dissent
from rfp_responder.answer.facts import facts
from rfp_responder.asked import parts
from rfp_responder.domain import Passage, Question
from rfp_responder.text import content_stems, fold, sentences

WEAK = 0.35
"""Best cosine below which little was found: of 155 gold questions that the sample documents answer one in twenty lay
below it. It says little alone: of 54 that they do not answer, as few did."""
_READ = 3  # passages that are held against each other
_SENTENCES = 2  # of each passage: those that share most with the question
_ALIKE = 0.66  # as in ``compose``: share of words from which on two sentences speak of the same thing


def hardness(question: Question, passages: Sequence[Passage], weak: float = WEAK) -> str:
    """Why a question is hard, in a word (``parts``, ``conflict``, ``weak``); empty for a simple one."""
    if len(parts(question.text)) > 1:
        return "parts"
    found = [p.found_by["dense"] for p in passages if "dense" in p.found_by]
    if found and max(found) < weak:
        return "weak"
    return "conflict" if disagree(question.text, passages) else ""


def disagree(question: str, passages: Sequence[Passage]) -> bool:
    """Whether of the first passages two say the same of other values or the opposite, or an older edition did.

    Only the sentences nearest to the question are compared, so it costs a few milliseconds.
    """
    asked = set(content_stems(question))
    told = [_nearest(asked, passage.chunk.text) for passage in passages[:_READ]]
    for one, other in combinations(told, 2):
        if any(dissent(a, b, _ALIKE) or dissent(b, a, _ALIKE) for a in one for b in other):
            return True
    return any(
        _values(sentence) != _values(before)
        for passage, near in zip(passages[:_READ], told, strict=False)
        for older in passage.replaced[:1]
        for sentence, before in zip(near[:1], _nearest(asked, older.text)[:1], strict=False)
    )


def _nearest(asked: set[str], text: str) -> list[str]:
    """The sentences that share most with the question, at least two words of it; rows of tables are left out."""
    pieces = [fold(text[a:b]) for a, b in sentences(text) if "\t" not in text[a:b]]
    shared = [(len(asked & set(content_stems(piece))), piece) for piece in pieces]
    near = sorted((pair for pair in shared if pair[0] >= 2), key=lambda pair: -pair[0])
    return [piece for _, piece in near[:_SENTENCES]]


def _values(sentence: str) -> set[str]:
    return {key for fact in facts(sentence) for key in fact.keys}
