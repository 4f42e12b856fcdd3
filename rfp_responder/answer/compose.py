"""One to three sentences put together: the best for each part, nothing twice, in an order that reads, within limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rfp_responder.answer.clip import clipped
from rfp_responder.answer.confidence import adds, distinct
from rfp_responder.answer.dissent import dissent
from rfp_responder.answer.rank import Scored
from rfp_responder.answer.subjects import unnumbered
from rfp_responder.text import fold, shortened
from rfp_responder.wanted import wanted

MAX_SENTENCES = 3
_FURTHER = 0.6  # how far below the best score a further sentence may lie; beyond, it seldom told what the first did not
_FURTHER_LISTED = 1.2  # the same where a list is asked for
_LOOKED_AT = 8  # candidates among which a further sentence, or one that fits the limits, is looked for
_HEADED = 0.3  # share of the question's terms from which on the heading is told, where it alone holds them
_HEADING_WORDS = 8
_ALIKE = 0.66  # share of a sentence's words that one must hold to speak of the same thing
_SHOWN = 120  # characters of a sentence in a note
_COMPARED = 4  # candidates that are held against what was chosen
_FITS = 2.0  # how far below the best score a sentence may lie that is taken because it is short enough


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an answer may be; None: as long as it is."""

    words: int | None = None
    characters: int | None = None

    def allow(self, texts: Sequence[str]) -> bool:
        """Whether the sentences together keep the limits."""
        text = " ".join(texts)
        return (self.words is None or len(text.split()) <= self.words) and (
            self.characters is None or len(text) <= self.characters
        )

    def __str__(self) -> str:
        told = [f"{self.words} words"] if self.words is not None else []
        return " and ".join([*told, *([f"{self.characters} characters"] if self.characters is not None else [])])


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the question that is to be answered, with its candidates, best first."""

    text: str
    scored: tuple[Scored, ...]


@dataclass(frozen=True, slots=True)
class Composed:
    """The sentences of an answer in their order, and what a person should know of how they were chosen.

    ``decided``: the sentence that yes or no was read from stands first among them. ``untold`` are the parts for which
    no sentence was left within the limits.
    """

    chosen: tuple[Scored, ...]
    notes: tuple[str, ...] = ()
    decided: bool = False
    untold: tuple[str, ...] = ()


def compose(parts: Sequence[Part], limits: Limits, decisive: Scored | None = None) -> Composed:
    """The answer's sentences. ``decisive`` is the one that yes or no was read from: it leads where there is one."""
    fits = decisive is not None and limits.allow([decisive.candidate.text])
    chosen: list[Scored] = [decisive] if decisive and fits else []
    notes = [] if fits or not decisive else [_too_long(decisive, limits)]
    untold: list[str] = []
    for part in parts:
        best = _fitting(part, chosen, limits) or (_clipped(part, limits) if not chosen else None)
        if best is None:
            notes.append(_too_long(part.scored[0], limits))
        if best is None or len(chosen) >= MAX_SENTENCES:
            untold.append(part.text)
        elif all(adds(best, other) for other in chosen):
            chosen.append(best)
    if len(parts) == 1 and chosen and not fits:  # what decides needs nothing beside it
        chosen += _further(parts[0], chosen, limits)
    chosen = chosen[:MAX_SENTENCES]
    for place, one in enumerate(chosen):
        chosen[place] = _under_heading(one, limits, chosen)
    notes += _contradicted(parts, chosen)
    return Composed(
        tuple(_in_order(chosen, chosen[0] if fits else None)), tuple(dict.fromkeys(notes)), fits, tuple(untold)
    )


def _under_heading(one: Scored, limits: Limits, chosen: Sequence[Scored]) -> Scored:
    """The sentence with its heading before it in square brackets, where the heading says what is spoken of."""
    candidate = one.candidate
    if one.headed < _HEADED or candidate.added or candidate.shape != "sentence":
        return one
    heading = unnumbered(candidate.context)
    if not 1 <= len(heading.split()) <= _HEADING_WORDS or fold(heading).casefold() in candidate.text.casefold():
        return one
    text = f"[{heading}] {candidate.text}"
    if not limits.allow([text if other is one else other.candidate.text for other in chosen]):
        return one
    return replace(one, candidate=replace(candidate, text=text, added=heading))


def _fitting(part: Part, chosen: Sequence[Scored], limits: Limits) -> Scored | None:
    """The best candidate, or where that is too long the best of those that fit and are nearly as good."""
    texts = [one.candidate.text for one in chosen]
    least = part.scored[0].score - _FITS
    for one in part.scored[:_LOOKED_AT]:
        if one.score >= least and limits.allow([*texts, one.candidate.text]):
            return one
    return None


def _clipped(part: Part, limits: Limits) -> Scored | None:
    """The best candidate cut to its main statement, where that keeps the limits."""
    best = part.scored[0]
    text = clipped(best.candidate.text, lambda text: limits.allow([text]))
    return replace(best, candidate=replace(best.candidate, text=text)) if text else None


def _too_long(one: Scored, limits: Limits) -> str:
    text = one.candidate.text
    return (
        f"left out for the limit of {limits}: the sentence that answers best has {len(text.split())} words, "
        f"{len(text)} characters: {shortened(text, _SHOWN)!r}"
    )


def _further(part: Part, chosen: Sequence[Scored], limits: Limits) -> list[Scored]:
    """Sentences nearly as good as the best that add something: another value, or a term that is still unmet."""
    best = part.scored[0]
    reach = _FURTHER_LISTED if wanted(part.text).kind == "list" else _FURTHER
    added: list[Scored] = []
    for one in part.scored[1:_LOOKED_AT]:
        so_far = [*chosen, *added]
        if one.score < best.score - reach or len(so_far) >= MAX_SENTENCES:
            break
        texts = [other.candidate.text for other in so_far]
        if _rows(one, best) and reach == _FURTHER:
            continue
        if all(distinct(one, other) for other in so_far) and limits.allow([*texts, one.candidate.text]):
            added.append(one)
    return added


def _contradicted(parts: Sequence[Part], chosen: Sequence[Scored]) -> list[str]:
    """Notes on candidates that say of the same thing something else: another value, or the opposite."""
    notes: list[str] = []
    for part in parts:
        for one in chosen:
            others = [o.candidate.text for o in part.scored[:_COMPARED] if o not in chosen and not _rows(o, one)]
            contrary = ((dissent(one.candidate.text, other, _ALIKE), other) for other in others)
            said = next(((flag, other) for flag, other in contrary if flag), None)
            notes += [f"another passage says otherwise ({said[0]}): {shortened(said[1], _SHOWN)!r}"] if said else []
    return notes[:2]


def _rows(one: Scored, other: Scored) -> bool:
    """Whether both are rows of a table: they tell of different things, each of what stands in its first cell."""
    return one.candidate.shape == other.candidate.shape == "row"


def _in_order(chosen: Sequence[Scored], decisive: Scored | None) -> list[Scored]:
    """What decides first; sentences of one passage in its order, passages in the order of their best sentence."""
    ranks = list(dict.fromkeys(one.candidate.rank for one in chosen))
    ordered = sorted(chosen, key=lambda one: (ranks.index(one.candidate.rank), one.candidate.start))
    return sorted(ordered, key=lambda one: one is not decisive) if decisive else ordered
