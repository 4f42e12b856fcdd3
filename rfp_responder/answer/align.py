"""A claim beside the sentence it comes from: what was changed on the way.

Similarity cannot see a negation, a number or a modal verb that was swapped (eval.md 4.3: every overlap and
embedding score stands at its false-alarm level on them); a comparison of two sentences can, where they are near
enough. Words are matched by sense and in any order, since a paraphrase moves clauses; the flags are hand-written
rules over what is left unmatched on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rfp_responder.answer import polarity
from rfp_responder.answer.edits import changed
from rfp_responder.answer.facts import Fact
from rfp_responder.answer.tokens import Sentence, Token, small_count

_ALIGNED, _ALIGNED_SHORT, _SHORT = 0.66, 0.60, 6


@dataclass(frozen=True, slots=True)
class Alignment:
    """How much of a claim a sentence holds (``share``, 0..1 of content tokens) and what was changed."""

    share: float
    flags: tuple[str, ...]


def aligned(words: int) -> float:
    """Share of a claim's content words that must stand in a sentence before the rules speak.

    Long claims share words with any sentence on their subject; below two thirds the rules are wrong more often than
    right on LFQA. A claim of six words or fewer needs less, since one swapped word is a large part of it.
    """
    return _ALIGNED if words > _SHORT else _ALIGNED_SHORT


def share_of(ours: Sequence[Token], source: Sentence) -> float:
    """Share of the content tokens that a sentence holds, by sense."""
    content = [token for token in ours if token.content]
    return sum(token.sense in source.senses for token in content) / len(content) if content else 0.0


def align(ours: Sequence[Token], values: Sequence[Fact], source: Sentence, *, whole: bool = True) -> Alignment:
    """Compare a claim, or a clause of it (not ``whole``), with a sentence; no flags where they share too little."""
    share = share_of(ours, source)
    if share < aligned(sum(token.content for token in ours)):
        return Alignment(share, ())
    theirs = source.tokens
    flags = [
        *polarity.polarity(ours, theirs),
        *polarity.modality(ours, theirs, share),
        *polarity.scope(ours, theirs),
        *changed(ours, source),
        *_values(values, source),
    ]
    if whole:  # a clause may leave out what another clause says
        flags += polarity.exceptions(ours, theirs)
    return Alignment(share, tuple(dict.fromkeys(flags)))


def _values(values: Sequence[Fact], source: Sentence) -> Iterable[str]:
    """A value of the claim that this sentence lacks while it has another of the same measure."""
    theirs = {key for fact in source.facts for key in fact.keys}
    ours = {key for fact in values for key in fact.keys}
    for fact in values:
        if theirs & set(fact.keys) or small_count(fact):
            continue
        for other in source.facts:
            swapped = other.raw == fact.raw and fact.raw and "number" not in {other.measure, fact.measure}
            if swapped and other.measure != fact.measure:
                yield f"unit: {fact.text!r} where the source says {other.text!r}"
                return
            if (
                other.measure == fact.measure
                and other.name == fact.name
                and not (small_count(other) or ours & set(other.keys))
            ):
                yield f"value: {fact.text!r} where the source says {other.text!r}"
                return
