"""The verdict of several sentences on one question: which of them decides, what it says, and what it rests on.

A sentence is heard where it speaks of what is asked: enough of the question's terms, its names, the word it turns on.
A sentence on the same topic that tells another fact is silent. Silence is no verdict: never no, never not applicable.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rfp_responder.answer import signs
from rfp_responder.answer.aim import Aim, aim, asked, shared, speaks_of
from rfp_responder.answer.basis import RANKS, Basis, basis
from rfp_responder.answer.focus import EXISTS, head_met, tells, turns_on
from rfp_responder.answer.sides import Sides, sides
from rfp_responder.answer.stance import read
from rfp_responder.answer.turns import is_turned
from rfp_responder.asked import conflicts
from rfp_responder.domain import Stance

# Chosen on the tune split, public_dev.jsonl and half of two public questionnaires; below them a
# reading was a coin's toss. A fit is a weighted sum, no probability.
_RECALL, _PRECISION, _SCORE = 0.35, 0.20, 0.45  # what each adds to the fit of a sentence
_YES, _YES_RECALL, _YES_PRECISION, _SURE_COVERAGE = 0.50, 0.38, 0.20, 0.5
_NO, _NO_SCORE, _NO_PRECISION = 0.40, 0.70, 0.20
_ABOUT, _ABOUT_RECALL, _TOGETHER = 0.45, 0.33, 2  # so many sentences about a thing tell that there is one
_PART, _PART_RECALL = 0.5, 0.4  # "for administrators only", asked of all
_NAMES = 0.5  # of the names asked about, for a no: "in Vienna, in German" is answered by "not in German"
_FAR = 0.85  # a score that counts without a word in common
_MIRRORED = 0.6  # recall of what is done against a "shall not"
_BAN = 0.75  # recall and precision of what is banned
_LONGEST = 60  # words of a clause
_CLOSE = 0.06  # so near a limited yes takes the place of a plain one
_AGREE = 0.12  # two sentences whose fit differs by less are heard equally
_UNABLE = re.compile(r"\b(?:cannot|can ?not|can['’]t|not possible|impossible|unable)\b", re.I)
_TURNED_HEADING = re.compile(
    r"\b(?:no|not|never|without|non|unavailable|unsupported|exclu\w+|former(?:ly)?|obsolete|superseded|deprecated|"
    r"discontinued|withdrawn|retired|examples?|bad|wrong|planned|roadmap|future|out of scope|limitations?|"
    r"prohibited|forbidden)\b",
    re.I,
)
_OPEN = re.compile(
    r"^\W*(?:(?:since|for|in|by|at|to|from|with|within|under|on|and) )?(?:(?:which|what|how|whom?|whose|why)\b|"
    r"(?:when|where)\b(?![^?]{0,80},))",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Told:
    """One candidate sentence as evidence: ``text`` is the sentence, the list or the row ("Column: cell; Column: cell").

    ``context`` is its heading, ``document`` its document's title, ``score`` its relevance (0 to 1), and ``coverage``
    the share of the question's weighted words that stand in the sentence or its heading.
    """

    text: str
    context: str
    document: str
    score: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The stance and what it rests on; ``told`` is the index of the sentence that decides; ``notes`` are for people."""

    stance: Stance | None
    basis: Basis | None
    told: int | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Heard:
    """A sentence that decides something: what it says, how well it fits the question, and what it rests on."""

    index: int
    stance: Stance
    fit: float
    basis: Basis
    note: str


def decide(question: str, evidence: Sequence[Told]) -> Verdict:
    """What the evidence, best first, says to a question that yes or no answers."""
    if _OPEN.match(asked(question).core):
        return Verdict(None, None, None, ("not a question that yes or no answers",))
    two = sides(asked(question).core)
    if two is not None:
        return _by_side(question, two, evidence)
    return _one(question, evidence)


def _one(question: str, evidence: Sequence[Told], side: str = "") -> Verdict:
    heard: list[_Heard] = []
    near: list[_Heard] = []
    silent = ""
    for index, told in enumerate(evidence):
        if side and not speaks_of(f"{told.text} {told.context}", side, 0.9):
            continue
        if told.score < _FAR and not shared(question, f"{told.text} {told.context}"):
            continue  # not a word of what is asked
        if conflicts(question, f"{told.text} {told.context}"):
            silent = silent or "speaks of another year, quarter or standard"
            continue
        reading = read(question, told.text)
        if reading.stance == "yes" and _TURNED_HEADING.search(told.context) and not _TURNED_HEADING.search(question):
            silent = silent or "stands below a heading that denies it, or tells of an example, a plan or the past"
            continue
        if reading.stance is None:
            silent = silent or reading.note
            continue
        how = aim(question, reading.clause, told.context)
        fit = _SCORE * min(1.0, told.score) + _RECALL * how.recall + _PRECISION * how.precision
        kind = "plan" if reading.note.startswith("planned") else basis(told.text, told.context, told.document)
        one = _Heard(index, reading.stance, fit, kind, reading.note)
        if _is_near(question, told, reading.clause, reading.stance, how, fit):
            heard.append(one)
        elif reading.stance == "yes" and _is_about(question, told, reading.clause, how, fit):
            near.append(one)
    if not heard and len(near) >= _TOGETHER and EXISTS.search(asked(question).core):
        heard = near  # several sentences that speak of a thing tell together that there is one
    if not heard:
        return Verdict(None, None, None, (silent or "the passages speak of this but do not decide yes or no",))
    return _weighed(question, heard)


def _is_near(question: str, told: Told, clause: str, stance: Stance, how: Aim, fit: float) -> bool:
    """Whether a sentence speaks of what is asked. A bare yes is easily misread from a neighbour, so it needs more."""
    if len(clause.split()) > _LONGEST:
        return False  # what turns such a clause may belong to any part of it
    text = f"{clause} {told.context}"
    denies = is_turned(clause, told=True) or bool(signs.FORBIDS.search(clause))
    core = asked(question).core
    mirrored = stance == "no" and not denies and (is_turned(core) or bool(signs.FORBIDS.search(core)))
    if denies or (stance in ("no", "not_applicable") and not mirrored):
        banned = signs.FORBIDS.search(clause) and not signs.FORBIDS.search(core)
        if how.named < _NAMES:
            return False
        if banned and how.precision + how.recall < _BAN:
            return False  # what is banned has to be what is asked
        if head_met(question, clause):
            return fit >= _NO and (how.precision >= _NO_PRECISION or told.score >= _NO_SCORE)
        return (
            fit >= _NO and told.score >= _NO_SCORE and how.precision >= _NO_PRECISION and bool(_UNABLE.search(clause))
        )
    if how.named < 1 or not tells(clause):
        return False
    turned = turns_on(question, text)
    if mirrored and how.recall < _MIRRORED:
        return False  # what is done against a "shall not" has to be the very thing
    if stance == "partial" and signs.UNIVERSAL.search(core):
        return turned and how.recall >= _PART_RECALL and fit >= _PART
    return (
        turned
        and how.recall >= _YES_RECALL
        and how.precision >= _YES_PRECISION
        and (fit >= _YES or told.coverage >= _SURE_COVERAGE)
    )


def _is_about(question: str, told: Told, clause: str, how: Aim, fit: float) -> bool:
    """Whether a sentence speaks of the thing whose existence is asked, though it says something else of it."""
    turned = turns_on(question, f"{clause} {told.context}")
    return how.named == 1 and tells(clause) and turned and how.recall >= _ABOUT_RECALL and fit >= _ABOUT


def _weighed(question: str, heard: Sequence[_Heard]) -> Verdict:
    """The sentence that decides; another that fits as well and says otherwise makes a whole a part, or is noted."""
    best = max(heard, key=lambda one: (one.fit + 0.01 * RANKS[one.basis], -one.index))
    others = [one for one in heard if one.stance != best.stance and one.fit >= best.fit - _AGREE]
    if not others:
        return Verdict(best.stance, best.basis, best.index, tuple(_notes(best)))
    rival = max(others, key=lambda one: one.fit)
    core = asked(question).core
    both = {best.stance, rival.stance}
    if both == {"yes", "partial"}:
        if EXISTS.search(core):  # a limit on what a thing covers does not touch that there is one
            best = best if best.stance == "yes" else rival
        elif rival.stance == "partial" and rival.fit >= best.fit - _CLOSE:
            best = rival
        return Verdict(best.stance, best.basis, best.index, tuple(_notes(best)))
    if signs.UNIVERSAL.search(core) and "not_applicable" not in both:
        note = "the documents say yes for a part and no for another"
        return Verdict("partial", best.basis, best.index, (note, *_notes(best)))
    best = _stronger(best, rival)
    note = "another sentence says otherwise; please compare both"
    return Verdict(best.stance, best.basis, best.index, (note, *_notes(best)))


def _stronger(best: _Heard, rival: _Heard) -> _Heard:
    """Of two that fit alike: what rests on more, then what fits better."""
    return rival if RANKS[rival.basis] > RANKS[best.basis] else best


def _notes(one: _Heard) -> list[str]:
    rests: dict[Basis, str] = {
        "policy": "rests on a policy statement, not on evidence of practice",
        "plan": "planned, not in place",
        "audit result": "rests on an audit result",
    }
    found = [rests[one.basis]] if one.basis in rests else []
    if one.note and one.note not in found:
        found.append(one.note)
    return found


def _by_side(question: str, two: Sides, evidence: Sequence[Told]) -> Verdict:
    """Each side on its own: of "A and B" a yes needs both, of "A or B" one."""
    core = asked(question).core
    verdicts = [_one(core.replace(two.text, side), evidence, side) for side in two.each]
    stances = [one.stance for one in verdicts]
    told = [one for one in verdicts if one.stance is not None]
    if not told:
        return verdicts[0]
    first = told[0]
    if len(set(stances)) == 1:
        return first
    if two.either:
        yes = next((one for one in verdicts if one.stance == "yes"), None)
        return yes or Verdict(None, None, None, (_silent(two, stances),))
    if None in stances:
        return Verdict(None, None, None, (_silent(two, stances),))
    parts = ", ".join(f"{side}: {stance}" for side, stance in zip(two.each, stances, strict=True))
    return Verdict("partial", first.basis, first.told, (parts, *first.notes))


def _silent(two: Sides, stances: Sequence[Stance | None]) -> str:
    missing = [side for side, stance in zip(two.each, stances, strict=True) if stance is None]
    return f"the passages do not tell of {' and '.join(missing)}"
