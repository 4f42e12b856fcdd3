"""The subject of a verb, and the role of the clause that it stands in, from the words before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rfp_responder.questionnaire.obligations_model import Party
from rfp_responder.questionnaire.obligations_parties import Parties

Clause = Literal["main", "relative", "indirect"]

_SUBORDINATE = re.compile(
    r"^\W*(?:if|should|where|when|whenever|while|whilst|for|in|on|with|without|as|to|at|by|within|before|after|upon|based|under|"
    r"unless|from|during|following|prior|once|subject|except|until|since|because|although|though|notwithstanding|"
    r"such\s+as|namely|pursuant|throughout|given|provided|no\s+later|not\s+later|through|beyond|regardless|other\s+than|including|"
    r"per|via|every\s+time|each\s+time|any\s+time|whether|whatever|\w+ing\b(?!\s+(?:shall|must|will|should|may)))\b",
    re.I,
)
_PRONOUN = re.compile(r"^(?:it|they|these|those|he|she|each|both|all|such|this)$", re.I)
_BOUNDARY = re.compile(
    r";|:|\s[–—]\s|\bbut\b|\band\b(?=\s+(?:the|all|any|each|no|it|they|a|an|also|then|(?:\w+\s+)?(?:shall|must|will|should|may))\b|\s*$)|"
    r"\band\b(?=\s+(?![A-Z]\b|[IVX]+\b)[A-Z])|\bor\b(?=\s+(?:the|shall|must|will|should|may)\b|\s*$)|(?P<that>\bthat\b)|"
    r"(?P<indirect>\b(?:how|whether|what|why)\b)|(?P<relative>,?\s*\b(?:which|who|whom)\b)"
)
_NEW_CLAUSE = re.compile(
    r"(?:the|an?|all|any|each|every|no|it|they|you|we|its|their|such|these|those|this|both|if|where|when|in|for|"
    r"vendors?|contractors?|suppliers?|bidders?|tenderers?|offerors?|proposers?|proposals?)\b|(?-i:[A-Z])",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose side a verb's subject is on, the words of it, and the kind of clause."""

    party: Party
    words: str
    clause: Clause = "main"
    after_comma: bool = False


def subject_of(prefix: str, parties: Parties, before: Party) -> Subject:
    """The subject of a verb that stands behind ``prefix``; ``before`` is the side that was spoken of last, for a
    pronoun and for a verb whose subject is left out ("and must not ...")."""
    start, comma = 0, False
    cut: re.Match[str] | None = None
    kind: Clause = "main"
    for boundary in _BOUNDARY.finditer(prefix):
        rest = prefix[boundary.end() :].strip(" ,")
        bare = not re.sub(r"\b(?:also|then|not|always|only|therefore|in\s+turn)\b", "", rest).strip()
        if not bare and (
            boundary.lastgroup == "relative" or (boundary.lastgroup == "that" and not _NEW_CLAUSE.match(rest))
        ):
            continue  # "the officer who made a decision": the head stands before it
        before_it = prefix[start : boundary.start()]
        if boundary.lastgroup == "that" and not bare and _not_a_clause_of_its_own(before_it, rest, parties):
            continue
        start, cut = boundary.end(), boundary
        kind = "main"
        if boundary.lastgroup == "indirect":
            kind = "indirect"
        elif boundary.lastgroup in {"that", "relative"} and bare:
            kind, comma = "relative", boundary.group().startswith(",")
    clause = prefix[start:].strip()
    if kind == "relative":
        return Subject(before, "", kind, comma)
    words = _noun_phrase(clause)
    if not words:
        shared = _shared(prefix[: cut.start()] if cut else "", parties)
        return Subject(before if shared == "unknown" else shared, "", kind)
    if _PRONOUN.match(words):
        return Subject(_named_before(clause, words, parties) or before, words, kind)
    return Subject("other" if _both(prefix, parties) else _party(words, clause, parties), words, kind)


_ONLY_WHEN = re.compile(
    r"\W*(?:to\s+the\s+extent|in\s+the\s+(?:event|case)|in\s+case|on\s+condition|assuming|given|provided|now|so)\s*$",
    re.I,
)
_A_THING = re.compile(r"\W*(?:(?:an?|the|any|each|every|all|no|those|such)\s+)?(?:[\w-]+\s+){0,3}[\w-]+\s*$", re.I)
_COMPLEMENT = re.compile(  # what takes a sentence behind "that", so that its subject is a new one
    r"\b(?:is|are|be|so|such|sure|clear|essential|important|vital|required|mandatory|desirable|preferred|fact|view|"
    r"condition|requirement|understanding|requires?|expects?|demands?|asks?|insists?|prefers?|wish(?:es)?|wants?|"
    r"ensures?|agrees?|warrants?|represents?|states?|confirms?|certif(?:y|ies)|believes?|hopes?|thinks?|"
    r"intends?|means?|understands?|recogni[sz]es?|acknowledges?|provides?|notes?|says?|shows?|demonstrates?)\s*$",
    re.I,
)
_FINITE = re.compile(r"\b(?:is|are|was|were|has|have|had|does|did|can|could|would)\b", re.I)


def _not_a_clause_of_its_own(before: str, rest: str, parties: Parties) -> bool:
    """Whether "that" begins a condition, or tells more of the subject: "A case that a court has opened shall"."""
    if _ONLY_WHEN.match(before):
        return "," in rest
    if not _A_THING.match(before) or _COMPLEMENT.search(before):
        return False
    words = rest.partition(",")[0].split()
    if len(words) < 2:
        return False
    verb = words[-1].lower()
    if _FINITE.search(" ".join(words[1:])):
        return True
    return verb.endswith(("s", "ed")) and parties.of(verb) == "unknown" and parties.of(" ".join(words)) != "vendor"


_PAIR = re.compile(
    r"(?:^|[,;:]\s+)(?:(?:both|neither|either)\s+)?((?:the\s+)?[\w’'-]+(?:\s+[\w’'-]+){0,2}?)\s+(?:and|nor|or)\s+"
    r"((?:the\s+)?[\w’'-]+(?:\s+[\w’'-]+){0,2})\s*$",
    re.I,
)


def _both(prefix: str, parties: Parties) -> bool:
    """Whether the subject names both sides ("the Council and the Supplier"): what binds both alike asks nothing."""
    pair = _PAIR.search(prefix)
    return pair is not None and {parties.of(pair.group(1)), parties.of(pair.group(2))} == {"buyer", "vendor"}


def _shared(clause: str, parties: Parties) -> Party:
    """The side of the subject that two verbs share: "The Trust intends to sign and will publish"."""
    words = _noun_phrase(re.split(r"[;:]", clause)[-1])
    return parties.of(words) if words and not _PRONOUN.match(words.split()[0]) else "unknown"


def _named_before(clause: str, pronoun: str, parties: Parties) -> Party | None:
    """Whom a pronoun stands for that a condition before it names: "Should the Contractor find one, it shall"."""
    condition = clause[: clause.rfind(pronoun)]
    sides = (parties.of(word) for word in re.findall(r"[A-Za-z’'-]+", condition))
    return next((side for side in sides if side in {"vendor", "buyer", "product"}), None)


_SAID = re.compile(r"\s(?:shall|must|will|should|may)\s", re.I)


def _noun_phrase(clause: str) -> str:
    """The phrase that is the subject: the first part of the clause that is neither an adverb nor a subordinate."""
    parts = [part.strip(' "“”') for part in re.split(r",|\(|\)", clause)]
    parts = [part for part in parts if part]
    if not parts:
        return ""
    main = [part for part in parts if not _SUBORDINATE.match(part)]
    verb = _SAID.search(main[0]) if main else None
    if verb and (clause.rstrip().endswith(",") or _SAID.match(f" {main[-1]} ")):
        main = [main[0][: verb.start()]]  # "The jury may ask a bidder, may visit": one subject
    elif verb and len(main) > 1:
        main = main[-1:]  # "The Council will decide, the Contractor shall"
    if main:
        return re.sub(
            r"^(?:and|or|also|then|accordingly|therefore|however|both|similarly|further)\s+", "", main[0], flags=re.I
        )
    last = parts[-1]  # "If selected the vendor", "In addition the Contractor": the last noun phrase
    return re.split(r"\b(?=(?:the|each|all|any|every|no)\s)(?=[^,]*$)", last, flags=re.I)[-1]


def _party(words: str, clause: str, parties: Parties) -> Party:
    side = parties.of(words)
    if side != "unknown" or "," not in clause:
        return side
    others = (parties.of(part.strip()) for part in clause.split(",")[1:] if not _SUBORDINATE.match(part))
    return next((each for each in others if each in {"vendor", "buyer", "product", "work"}), side)
