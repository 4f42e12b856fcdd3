"""Demands without a modal verb: "is required to", "is to be", "it is essential that", what a buyer says it requires."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rfp_responder.questionnaire.obligations_modals import EVALUATED, PLANNED, agent_of, is_of_bid
from rfp_responder.questionnaire.obligations_model import (
    TELLS,
    THEIRS,
    Finding,
    Kind,
    Obligation,
    Party,
    Refused,
    Topic,
)
from rfp_responder.questionnaire.obligations_parties import Parties
from rfp_responder.questionnaire.obligations_subject import subject_of
from rfp_responder.questionnaire.requirements_details import find_limit

_BINDING = re.compile(
    r"\b(?:is|are)(?P<not>n['’]t\s+|\s+not\s+|\s+)(?:(?:hereby|therefore|also|further|strictly|always|fully|solely|highly|strongly)\s+)?"
    r"(?P<verb>required|obliged|obligated|responsible|expected|prohibited|forbidden|mandatory|compulsory|essential|"
    r"permitted|allowed|acceptable|requested|asked|encouraged|advised|recommended|desirable|desired|preferred|"
    r"preferable|advantageous|invited|optional|due|limited|to\s+(?:be\s+)?\w+)\b(?P<rest>[^.;]{0,120})|"
    r"\b(?P<other>needs?\s+to|ha(?:s|ve)\s+to|ought\s+to|(?:undertakes?|agrees?|covenants?|commits?)\s+(?:itself\s+)?to|(?:represents\s+and\s+)?warrants?\s+that)\b",
    re.I,
)
_STRENGTH: dict[str, Kind] = {
    **dict.fromkeys(
        "expected encouraged advised recommended desirable desired preferred preferable advantageous".split(), "scored"
    ),
    **dict.fromkeys("permitted allowed invited optional acceptable".split(), "informational"),
}
_OF_PERSONS = frozenset(
    "required obliged obligated responsible expected requested asked encouraged advised invited".split()
)
_OF_THINGS = frozenset(
    "required mandatory compulsory essential prohibited forbidden desirable desired preferred preferable "
    "advantageous optional due encouraged recommended".split()
)


def bindings(text: str, parties: Parties, topic: Topic, carried: Party) -> Iterator[tuple[int, Finding]]:
    """What "is required to" and its like say, each with its offset."""
    for match in _BINDING.finditer(text):
        prefix = text[: match.start()]
        if re.search(r"\b(?:as|if|where|when|than|unless|until|what|there|it)\s*$", prefix, re.I):
            continue  # "where is required", "as are required"; "it is required" is read on its own
        if match.group("other") and re.search(r"\b(?:may|might|not)\s*$", prefix, re.I):
            continue  # "may need to" tells what is possible
        subject = subject_of(prefix, parties, carried)
        if subject.clause != "main" or _in_condition(prefix) or re.search(r"(?:\b[A-Z]|[”\"’'])\s*$", prefix):
            continue  # the last: "M is mandatory", a legend
        if _MARKED.match(subject.words) and match.group("verb") and match.group("verb").lower() in _OF_THINGS:
            continue  # "Requirements marked with a star are mandatory": a legend
        if topic in TELLS and is_of_bid(subject.words) and (match.group("verb") or "").lower().startswith("to "):
            yield match.start(), Obligation("none", "mandatory", "work")
            continue
        finding = _binding(match, (subject.party, subject.words), parties, topic)
        if finding is not None:
            yield match.start(), finding


def _in_condition(prefix: str) -> bool:
    """Whether the verb stands in a clause that only says when: "If training is required, ..."."""
    last = re.split(r"[,;:]", prefix)[-1]
    return (
        bool(re.match(r"\W*(?:if|where|when|whenever|unless|until|as|once|should)\b", last, re.I)) and "," not in last
    )


_DELIVERED = re.compile(
    r"\b(?:lists?|cop(?:y|ies)|certificates?|drafts?|schedules?|samples?|updates?|summar(?:y|ies)|results|inventor(?:y|ies))\b",
    re.I,
)


def _binding(match: re.Match[str], subject: tuple[Party, str], parties: Parties, topic: Topic) -> Finding | None:
    side, words = subject
    if match.group("other"):
        ours = side == "vendor" or (side == "product" and topic not in TELLS) or _needs_to_be(match, side, topic)
        return Obligation("none", "mandatory", side) if ours else None
    verb, rest = match.group("verb").lower(), match.group("rest").strip()
    agent = agent_of(f"be {rest}", parties)
    if side == "buyer":
        return Refused(THEIRS, side)
    if verb == "limited":
        return Obligation("none", "mandatory", side) if find_limit(f"limited {rest}") and topic not in TELLS else None
    if verb.startswith("to "):
        return _is_to(verb, rest, side, agent, topic)
    negated = bool((match.group("not") or "").strip())
    if negated and verb in {"permitted", "allowed", "acceptable"}:
        return Obligation("none", "mandatory", side) if side not in {"paper", "other"} and topic not in TELLS else None
    if negated or side in {"other", "paper"}:
        return None
    if side == "vendor" and (verb in _OF_PERSONS or verb in {"prohibited", "forbidden", "permitted", "allowed"}):
        return Obligation("none", _STRENGTH.get(verb, "mandatory"), side)
    if topic in TELLS | {"evaluation"} or (verb == "due" and side != "work" and not _DELIVERED.search(words)):
        return None
    if verb in _OF_THINGS or (
        side in {"product", "work"} and verb in {"expected", "requested", "recommended", "encouraged"}
    ):
        return Obligation("none", _STRENGTH.get(verb, "mandatory"), side)
    return None


def _needs_to_be(match: re.Match[str], side: Party, topic: Topic) -> bool:
    """Whether something is to be done that no one else is told to do: "duplicates need to be joined"."""
    passive = re.match(r"\s+be\s+(?:\w+ly\s+)?(\w+(?:ed|en|n|t))\b(?!\s+by\b)", match.string[match.end() :], re.I)
    return (
        passive is not None
        and match.group("other").lower().startswith("need")
        and side in {"work", "unknown"}
        and not topic
    )


_PAID = re.compile(r"to be (?:paid|reimbursed|notified|informed|given)$")
_MARKED = re.compile(
    r"^\W*(?:all\s+|those\s+)?(?:requirements?|items?|rows?|columns?|fields?|questions?|cells?)\b", re.I
)


def _is_to(verb: str, rest: str, side: Party, agent: Party, topic: Topic) -> Finding | None:
    """What "is to be attached" and "are to submit" say: an order in the passive, or of the vendor."""
    passive = verb.startswith("to be ")
    if agent in {"vendor", "product"} and passive:
        return Obligation("none", "mandatory", side)
    if agent == "buyer" or (passive and (EVALUATED.match(verb[3:]) or verb == "to be")) or side in {"paper", "other"}:
        return None
    if side != "vendor" and not passive and PLANNED.match(f"{verb} {rest}".removeprefix("to ")):
        return None  # "The new portal is to replace two tools"
    if (topic in TELLS | {"evaluation"} and side != "vendor") or (side == "vendor" and _PAID.match(verb)):
        return None
    return Obligation("none", "mandatory", side) if passive or side in {"vendor", "product", "work"} else None


_IT = re.compile(
    r"\bit\s+is\s+(?:(?:highly|strongly|also)\s+)?(?:the\s+(?:sole\s+)?responsibility\s+of\s+(?P<who>[^,.;]{3,60}?)\s+to\b|"
    r"(?P<whose>the\s+[^,.;]{3,40}?)['’]s?\s+(?:sole\s+)?(?:responsibility|duty)\s+to\b|"
    r"(?P<must>mandatory|essential|required|compulsory|a\s+(?:mandatory\s+)?requirement|imperative)\b|"
    r"(?P<wish>desirable|preferred|preferable|recommended|expected|advantageous)\b)",
    re.I,
)
_WISHES = re.compile(
    r"\b(?P<verb>requires?|expects?|prefers?|wish(?:es)?|wants?|would\s+(?:like|prefer|welcome|expect)|needs?|asks?|invites?|"
    r"encourages?|requests?|has\s+a\s+(?:strong\s+)?preference)\b\s*(?P<rest>.{0,200})",
    re.I,
)
_TARGET = re.compile(
    r"(?:that\s+|for\s+)?((?:[\w’'-]+\s+){1,6}?)(?:to|will|shall|must|should|be|that|which|is|are|capable|able|with)\b",
    re.I,
)


_TO_BID = re.compile(
    r"^[^.;]{0,60}?\bto\s+(?:submit|tender|bid|respond|participate|take\s+part|compete|quote|offer\s+to|make\s+an\s+offer)\b"
    r"(?:\s+(?:an?|its|their|your)?\s*(?:[\w-]+\s+)?(?:proposals?|tenders?|bids?|offers?|quotations?|responses?)\b)?",
    re.I,
)
"""The invitation itself, which asks nothing yet."""
_ELLIPSIS = re.compile(
    r"^(?!.*\b(?:is|are|was|were|be|as|if|where|when|not|shall|must|will|should|may|can|has|have)\b)[^.;:?]{8,110}?\s"
    r"(?P<verb>required|mandatory|preferred|desired|desirable|optional|due)(?=(?:\s+(?:for|by|before|at|in|from|no|with)\b[^;?]*)?\W*$)",
    re.I,
)


def ellipses(text: str, parties: Parties, topic: Topic, carried: Party) -> Iterator[tuple[int, Finding]]:
    """A demand that leaves out its verb: "References from three customers required"."""
    match = _ELLIPSIS.match(text)
    verb = match.group("verb").lower() if match else ""
    if match and topic not in TELLS | {"evaluation"} and text[:1].isupper() and len(text.split()) > 2:
        a_date = verb == "due" and not re.search(r"\bdue\s+(?:by|no|at|before)\b", text)
        if not a_date and (verb != "due" or parties.of(text[: match.start("verb")]) == "work"):
            yield match.start("verb"), Obligation("none", _STRENGTH.get(verb, "mandatory"))


_APPLIES = re.compile(
    r"\bthe\s+following\s+(?:[\w-]+\s+){0,3}?(?:times|levels|targets|periods|limits|standards|rules|conditions)\s+"
    r"(?:also\s+)?apply\b",
    re.I,
)


def applying(text: str, parties: Parties, topic: Topic, carried: Party) -> Iterator[tuple[int, Finding]]:
    """What makes a table or a list binding: "the following times apply"."""
    match = _APPLIES.search(text)
    if match and not topic and not re.search(r"\b(?:evaluat\w+|scor\w+|award|today|currently)\b", text, re.I):
        yield match.start(), Obligation("none", "mandatory", "work")


def wishes(text: str, parties: Parties, topic: Topic, carried: Party) -> Iterator[tuple[int, Finding]]:
    """What the buyer asks in so many words: "it is essential that", "The Council requires the Supplier to"."""
    for match in _IT.finditer(text):
        named = match.group("who") or match.group("whose")
        who = parties.of(named) if named else "vendor"
        if who not in {"buyer", "other", "paper"} and (named or topic not in TELLS | {"evaluation"}):
            yield match.start(), Obligation("none", "scored" if match.group("wish") else "mandatory", who)
    for match in _WISHES.finditer(text):
        prefix = re.sub(r"\b(?:will|shall|may|also|therefore|strongly)\s*$", "", text[: match.start()].rstrip())
        subject = subject_of(prefix, parties, carried)
        if re.match(
            r"(?:(?:the\s+)?(?:express\s+|prior\s+|advance\s+|written\s+)*(?:consent|approval|agreement|authori[sz]ation))\b",
            match.group("rest"),
            re.I,
        ):
            if subject.clause == "main" and subject.party in {"unknown", "work", "vendor"} and topic not in TELLS:
                yield match.start(), Obligation("none", "mandatory", subject.party)
            continue
        if (
            subject.party != "buyer"
            or subject.clause != "main"
            or re.search(r"\b(?:will|shall|may)\s*$", text[: match.start()])
        ):
            continue
        target = _TARGET.match(match.group("rest"))
        side = parties.of(target.group(1)) if target else "unknown"
        if match.group("verb").lower().startswith("invite") and _TO_BID.search(match.group("rest")):
            continue
        verb = match.group("verb").lower()
        if side == "vendor" or (side in {"product", "work"} and not verb.startswith(("invite", "ask", "request"))):
            yield (
                match.start(),
                Obligation(
                    "none", "mandatory" if verb.startswith(("requir", "need", "ask", "request")) else "scored", side
                ),
            )
