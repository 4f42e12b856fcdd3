"""How likely the best sentence is to answer: a logistic over what speaks for it, fitted on questions of known answers.

A confidence of 0.7 means that of ten such sentences seven held a fact asked for; evals/README.md shows how that holds
on questions it was not fitted on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from rfp_responder.answer.facts import facts
from rfp_responder.answer.rank import Scored
from rfp_responder.asked import is_polar
from rfp_responder.text import content_stems

FEATURES = ("kind", "passage_meaning", "conflict", "lead", "length", "polar", "terms", "weakest_word")
"""Signals of the best candidate; its lead over the best one that says something else (at most 3); the logarithm of its
words; whether yes or no answers the question. Left out for saying no more: the other signals, the score itself."""

COEFFICIENTS: tuple[float, ...] = (-3.17, 1.63, 2.24, -4.53, 0.46, -0.56, 0.81, 2.1, 2.69)
"""The bias, then one for each of ``FEATURES``; ``evals/fit_answers.py`` fits them."""

_LOOKED_AT = 8
_SAME = 0.5  # share of the shorter one's words from which on two sentences say the same
_MOST_LEAD = 3.0


def features(part: str, scored: Sequence[Scored]) -> tuple[float, ...]:
    """What the confidence in the first candidate rests on, in the order of ``FEATURES``."""
    best = scored[0]
    told = {
        "lead": _lead(scored),
        "length": math.log(1 + len(best.candidate.text.split())),
        "polar": float(is_polar(part)),
    }
    return tuple(told[name] if name in told else float(getattr(best.signals, name)) for name in FEATURES)


def confidence(values: Sequence[float], coefficients: Sequence[float] = COEFFICIENTS) -> float:
    """Probability, 0..1, by logistic regression."""
    bias, *weights = coefficients
    return 1 / (1 + math.exp(-(bias + sum(w * v for w, v in zip(weights, values, strict=True)))))


def distinct(a: Scored, b: Scored) -> bool:
    """Whether two candidates say different things: less than half of the shorter one's words are shared."""
    left, right = set(content_stems(a.candidate.text)), set(content_stems(b.candidate.text))
    return bool(left and right) and len(left & right) < _SAME * min(len(left), len(right))


def adds(new: Scored, told: Scored) -> bool:
    """Whether a sentence says what one that is told does not: other words, or other values in the same words.

    "Incremental backups are made daily" adds to "Full backups are made weekly".
    """
    if distinct(new, told):
        return True
    ours = {key for fact in facts(new.candidate.text) for key in fact.keys}
    theirs = {key for fact in facts(told.candidate.text) for key in fact.keys}
    return bool(ours - theirs) and bool(theirs - ours)


def _lead(scored: Sequence[Scored]) -> float:
    other = next((one for one in scored[1:_LOOKED_AT] if distinct(scored[0], one)), None)
    return min(_MOST_LEAD, scored[0].score - other.score) if other else _MOST_LEAD
