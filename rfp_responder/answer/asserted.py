"""A rule or a plan is no practice: a claim that states as done what its source only requires or plans is reworded.

"Laptops must be encrypted" in a policy is no evidence that laptops are encrypted. Such a claim takes its source's own
words, which say what they are ("must", "is planned"), or begins with "By policy". What cannot be worded so is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rfp_responder.answer.basis import Basis
from rfp_responder.answer.planned import of_others, resting
from rfp_responder.answer.support import support
from rfp_responder.text import STOPWORDS, content_stems, fold, sentences

BY_POLICY = re.compile(r"^By policy[,:]\s+")
_RULE = re.compile(
    r"\b(?:requires?|required|requirements?|polic(?:y|ies)|mandat\w+|obliged|obligat\w+|prohibit\w*|forbid\w*|"
    r"forbidden|must|shall|should|may only|not (?:allowed|permitted)|is to be|are to be|rules?|standards?)\b",
    re.I,
)
"""Words by which a claim itself says that it tells of a rule."""
_DUTY = re.compile(r"\b(?:must|shall|should|(?:is|are) (?:required|to be|expected|obliged)|"
                   r"ha(?:s|ve) to|needs? to|ought to|commits? (?:\w+ )?to|prohibited|forbidden)\b", re.I)  # fmt: skip
_RULES = re.compile(r"\b(?:polic(?:y|ies)|code of conduct|rules|standards?)\b", re.I)
_HAPPENED = re.compile(r"\b(?:ha(?:s|ve) been|was|were)\b|\bsince (?:\w+ )?\d", re.I)
"""What was done is no rule, in whatever document it stands."""
_ABSENT = re.compile(
    r"\b(?:there (?:is|are) no|ha(?:s|ve) no (?!access|rights?|permission)|"
    r"(?:is|are) not (?:offered|available|supported|provided|sold|repeated|included)|"
    r"do(?:es)? not (?:offer|support|provide|sell|run|operate|hold|include))\b",
    re.I,
)
"""Nor is what the vendor does not have or offer: nobody makes a rule of that."""
_LEANS = re.compile(r"^(?:it|they|this|these|those|such|he|she|both|either|the (?:same|latter|former))\b", re.I)
_SMALL = STOPWORDS | frozenset("all each every both either".split())
"""Words that are no names, whatever letter they begin with."""
_LONGEST = 400  # characters of a source's sentence that takes a claim's place
_WEAKER: tuple[Basis, ...] = ("policy", "plan")


@dataclass(frozen=True, slots=True)
class Source:
    """A quote with the heading that it stands below, the title of its document, and the text of its passage."""

    quote: str
    heading: str
    title: str
    passage: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """A claim as it may be stated: ``text`` is empty where it cannot be; ``basis`` is what it rests on.

    ``note`` tells a person what was changed; it is empty where nothing was.
    """

    text: str
    basis: Basis
    note: str = ""


def as_stated(claim: str, sources: Sequence[Source], quotes: Sequence[str] = ()) -> Stated:
    """The claim where its sources tell of practice or it says itself that it tells of a rule or a plan; else reworded.

    ``sources`` are those of its quotes that stand; at least one. ``quotes`` are the words that will be cited, where
    they are less than the sources': they must support the new wording, too.
    """
    told = [(source, *_sentence(claim, source)) for source in sources]
    if all(of_others(claim, sentence) for _, sentence, _ in told):
        return Stated("", "advice", "its source leaves it to the customer")
    firm = [source.quote for source, _, kind in told if kind not in _WEAKER]
    weaker = [(source, sentence, kind) for source, sentence, kind in told if kind in _WEAKER]
    if not weaker or (firm and support(claim, firm).supported):
        return Stated(claim, next(kind for _, _, kind in told if not weaker or kind not in _WEAKER))
    source, sentence, kind = max(weaker, key=lambda one: _common(claim, one[1]))
    if resting(claim) in _WEAKER or (kind == "policy" and _RULE.search(claim)):
        return Stated(claim, kind)
    for text in _wordings(claim, source, sentence, kind):
        if support(text, quotes or [one.quote for one in sources]).supported:
            return Stated(text, kind, f"worded as a {kind}: the documents do not say that it is done")
    return Stated("", kind, f"it states as done what its source only tells as a {kind}")


def _sentence(claim: str, source: Source) -> tuple[str, Basis]:
    """The sentence of a quote that the claim shares most with, and what it rests on."""
    pieces = [source.quote[a:b] for a, b in sentences(source.quote)] or [source.quote]
    if "\n" in source.quote:  # a line of a page ends no sentence
        whole = fold(source.quote)
        pieces = [whole[a:b] for a, b in sentences(whole)] if "\t" not in source.quote else pieces
    best = max(pieces, key=lambda piece: _common(claim, piece))
    kind = resting(best, source.heading, source.title)
    by_title = kind == "policy" and not _DUTY.search(best)  # a rule only because its document holds rules
    return best, "practice" if by_title and (_HAPPENED.search(best) or _ABSENT.search(best)) else kind


def _common(claim: str, piece: str) -> int:
    return len(set(content_stems(claim)) & set(content_stems(piece)))


def _wordings(claim: str, source: Source, sentence: str, kind: Basis) -> list[str]:
    """How it may be said, the best first: the source's own words where they say it by themselves."""
    own = fold(sentence)
    plain = len(own) <= _LONGEST and "\t" not in sentence and not _LEANS.match(own)
    plain = plain and len(own.split()) > 3 and own[:1].isupper()
    if kind == "plan":
        return [_ended(own)] if plain else []
    of_rules = bool(_RULES.search(source.title))
    found = []
    if plain and _DUTY.search(own):
        found = [by_policy(_ended(own), source.passage)] if of_rules else []
        found.append(_ended(own))
    return [*found, by_policy(claim, f"{source.passage} {own}")]


def by_policy(text: str, near: str) -> str:
    """The sentence with "By policy" before it; its first letter is made small where ``near`` has the word so."""
    word = re.match(r"[A-Z][a-z]*(?![\w-])", text)
    if word is None:
        return f"By policy: {text}" if text[:1].isupper() else f"By policy, {text}"
    small = word.group().lower()
    known = small in _SMALL or re.search(rf"(?<![\w@./-]){re.escape(small)}(?![\w@/-]|\.\w)", near)
    return f"By policy, {text[0].lower()}{text[1:]}" if known and small != "i" else f"By policy: {text}"


def _ended(sentence: str) -> str:
    return sentence if sentence[-1:] in ".!?" else f"{sentence.rstrip(' ,;:')}."
