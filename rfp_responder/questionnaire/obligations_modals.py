"""Modal verbs and whom they bind: shall, must, will, should, may."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rfp_responder.questionnaire.obligations_model import (
    EVALUATES,
    PAPER,
    RIGHTS,
    TELLS,
    THEIRS,
    Finding,
    Kind,
    Obligation,
    Party,
    Refused,
    Topic,
    Verb,
)
from rfp_responder.questionnaire.obligations_parties import Parties
from rfp_responder.questionnaire.obligations_subject import Subject, subject_of

_MODAL = re.compile(r"(?<![“\"'‘])\b(shall|must|will|should|may|can|cannot|would)\b(?![”\"'’])", re.I)
_ADVERBS = re.compile(
    r"(?:\s*,[^,]{1,80},|\s+(?:\w+ly|also|then|only|always|first|at\s+all\s+times|at\s+(?:a\s+minimum|least)|in\s+(?:addition|"
    r"turn|no\s+event)|thereafter|still|never|not))*\s+",
    re.I,
)
_HANDLED = re.compile(
    r"be\s+(?:\w+ly\s+|not\s+|then\s+|also\s+|first\s+)*(?:evaluated|scored|assessed|awarded|rejected|disqualified|disregarded|"
    r"considered|opened|ranked|excluded|short-?listed|selected|weighted|marked|judged|eliminated|announced|debriefed|"
    r"chosen|accepted|given\s+(?:preference|\d|points)|granted|deducted|moderated|summed|totall?ed|reimbursed|compensated|"
    r"returned|read|invited|asked|requested|notified|informed|advised|contacted|answered|published|posted|distributed|issued|"
    r"paid|determined|calculated|compared|used\s+(?:to|in|for)|applied|allocated|made\s+(?:available|public)|held|checked)\b",
    re.I,
)
EVALUATED = re.compile(
    r"be\s+(?:\w+ly\s+|not\s+|then\s+)*(?:evaluated|scored|awarded|rejected|disqualified|ranked|excluded|short-?listed|"
    r"considered\s+(?:for|non|un|as)|opened|eliminated|disregarded|reimbursed|weighted|selected)\b",
    re.I,
)
_CONSTRUED = re.compile(
    r"(?:be\s+(?:\w+ly\s+)?(?:construed|interpreted|deemed|taken\s+as|understood|relied|read\s+as|seen|regarded|bound|"
    r"liable\s+to|final)|not\s+constitute|constitute|prevail|apply\s+to\s+this|govern|mean|take\s+precedence|"
    r"note\b|be\s+aware|be\s+noted|be\s+of\s+the\s+essence|be\s+binding|be\s+of\s+no|have\s+no\s+effect|be\s+final|bear\s+in\s+mind|be\s+in\s+writing|"
    r"be\s+effective|survive|vest|pass\s+to|be\s+cumulative|be\s+sever|be\s+(?:settled|resolved\s+by|brought|heard)|inure|"
    r"(?:be|remain)\s+(?:and\s+remain\s+)?(?:the\s+)?(?:sole\s+|exclusive\s+|and\s+)*property|belong\s+to|be\s+(?:null|void|exclusive)|"
    r"accrue|take\s+effect|supersede|be\s+(?:calculated|computed|rounded|averaged))\b",
    re.I,
)
_OUTCOME = re.compile(
    r"(?:receive|score|earn|win|result|lead|benefit|form\s+(?:a\s+)?part|have\s+the\s+opportunity|become|prevail)\b",
    re.I,
)
_CONSEQUENCE = re.compile(  # for the proposal; "shall result in an entry in the log" is asked of the product
    r"(?:result\s+in|lead\s+to|cause|render|be\s+(?:\w+\s+)?(?:grounds?|cause|reason)\s+for)\b[^.;]{0,80}"
    r"\b(?:reject|disqualif|exclu|eliminat|terminat|non-?responsive|removal|proposal|tender|bid\b)",
    re.I,
)
_MAY_BE = re.compile(  # what is possible, not what is allowed
    r"(?:be\s+aware|know\b|find\b|wish\b|cause\b|render\b|vary\b|differ\b|"
    r"affect\b|need\b|jeopardi[sz]e\b|be\s+(?:grounds?|cause)\b)",
    re.I,
)
_THEIR_OWN = re.compile(r"\W*(?:its|their|whose|his|her)\s", re.I)
_ONLY_IF = re.compile(r"be\s+reimbursed\b[^.;]{0,80}\b(?:only|no\s+more\s+than|in\s+accordance\s+with)\b", re.I)
_SCORES = re.compile(r"\b(?:scor\w+|points?|marks?|weight\w*|threshold|rank\w*|pass\b|criteri\w+|evaluat\w+)\b", re.I)
_REACHES = re.compile(
    r"(?:achieve|score|obtain|reach|attain|earn)\b[^.;]{0,60}\b(?:scores?|points?|marks?|pass)\b", re.I
)
PLANNED = re.compile(
    r"(?:replace|become|serve|help|reduce|improve|cover|go\s+live|be\s+(?:used|rolled|introduced|procured|known|phased|implemented|replaced|"
    r"funded|transferred|retired|migrated))\b",
    re.I,
)
_CAPABLE = re.compile(
    r"(?:be\s+able\s+to|have\s+(?:\w+\s+)?access|have\s+the\s+(?:ability|option|possibility)|(?:not\s+)?(?:need|have)\s+to|"
    r"be\s+(?:given|offered|shown|notified|informed|prompted|prevented|alerted|warned|asked|guided|told|authenticated|identified))\b",
    re.I,
)
_REQUIRES = re.compile(r"(?:require|expect|need|want|prefer|like)\b", re.I)
_LEAVE = re.compile(
    r"(?:be\s+(?:permitted|allowed|free|entitled|invited|encouraged|welcome)|have\s+the\s+(?:option|right))\b", re.I
)
_GIVEN_LEAVE = re.compile(
    r"be\s+(?:\w+ly\s+)?(?:attached|included|submitted|offered|proposed|provided|used|supplied|priced|omitted|combined|"
    r"subcontracted|replaced|sent|uploaded|delivered|asked|raised|withdrawn|modified|amended|written|met|performed|shown)\b",
    re.I,
)
_AGENT = re.compile(r"\bby\s+((?:(?:the|an?|each|all|any)\s+)?(?:[\w’'-]+\s+){0,2}?[\w’'-]+)(?=[\s,.;)]|$)", re.I)
_DIRECT = re.compile(
    r"be\s+(?:\w+ly\s+|not\s+|then\s+|first\s+)*\w+(?:ed|en|n|t|de|ght)\s+(?:and\s+\w+ed\s+|\w+ly\s+)*$", re.I
)
_KIND_OF_MODAL: dict[str, Kind] = {"should": "scored", "may": "informational"}


def modals(text: str, parties: Parties, topic: Topic, carried: Party) -> Iterator[tuple[int, Finding]]:
    """What each modal verb of a sentence says, with its offset."""
    before = carried
    for match in _MODAL.finditer(text):
        if match.group() == "Should" and not text[: match.start()].strip(' •"“(') and "?" not in text:
            continue  # "Should the Contractor discover a breach, it shall ..."
        subject = subject_of(text[: match.start()], parties, before)
        adverbs = _ADVERBS.match(text, match.end())
        told = adverbs.group() if adverbs else ""
        rest = text[match.end() + len(told) :]
        negated = bool(
            re.search(r"\b(?:not|never)\b", told, re.I)
            or re.match(r"\W*(?:no|neither|none|only|nothing)\b", subject.words, re.I)
        )
        finding = _modal(match.group().lower(), subject, rest, (parties, topic), negated=negated)
        if finding is not None:
            yield match.start(), finding
        if subject.clause == "main" and subject.party != "unknown":
            before = subject.party


def _modal(verb: str, subject: Subject, rest: str, scene: tuple[Parties, Topic], *, negated: bool) -> Finding | None:
    """What one modal verb says; None where it says nothing of duties (``can``, a relative clause)."""
    parties, topic = scene
    side = subject.party
    if verb == "would":
        wish = re.match(
            r"be\s+(?:\w+\s+){0,2}(?:desirable|preferred|preferable|advantage|advantageous|welcome|useful)\b",
            rest,
            re.I,
        )
        return Obligation("none", "scored", side) if wish and side != "paper" else None
    if verb in {"can", "cannot"} or subject.clause == "indirect":
        return None
    if subject.clause == "relative" and not (
        subject.after_comma and verb in {"shall", "must"} and side in {"vendor", "product"}
    ):
        return None
    if _CONSTRUED.match(rest) or re.match(r"\W*nothing\s+(?:in|contained)\b", subject.words, re.I):
        return Refused(RIGHTS, side)
    able = verb == "may" and re.match(r"be\s+(?:un)?able\b", rest, re.I)
    if able or (not negated and (_CONSEQUENCE.match(rest) or (verb == "may" and _MAY_BE.match(rest)))):
        return Refused(EVALUATES if side != "vendor" else THEIRS, side)
    if _elsewhere(side, subject.words, topic):
        return Refused(THEIRS, "other")
    agent = agent_of(rest, parties)
    if side == "vendor" != agent and verb in {"will", "may"} and not negated and _SUFFERS.match(rest):
        return Refused(EVALUATES, side)
    if agent == "buyer" and verb == "will" and side != "vendor":
        return Refused(THEIRS, agent)
    if agent == "vendor" or (agent == "product" and side not in {"buyer", "other"}):
        side = "vendor" if agent == "vendor" else side if side in {"vendor", "product"} else "product"
    elif _handled(verb, rest, subject.words):
        return Refused(EVALUATES, side)
    elif agent == "buyer" and side in {"unknown", "paper", "other"} and (verb == "will" or not _APPROVED.match(rest)):
        return Refused(THEIRS, "buyer")
    if not parties.vendor_known:
        return _demand(verb, side, negated=negated, rest=rest) if verb not in {"will", "may"} else Refused(THEIRS, side)
    return _by_side(verb, side, rest, topic, negated=negated)


def is_of_bid(subject: str) -> bool:
    """Whether a subject is the proposal, or a part of it that is named so."""
    return bool(_BID.search(subject))


def _elsewhere(side: Party, subject: str, topic: Topic) -> bool:
    """Whether in a section that tells rather than asks a subject is none of the vendor, its bid or the solution."""
    if side == "vendor":
        return topic in TELLS and bool(_THEIR_OWN.match(subject))  # "its vendor": of what there is today
    return topic == "setting" and side != "product" and not is_of_bid(subject)


_BID = re.compile(
    r"^\W*(?:(?:the|an?|any|each|all|every|no|your|such)\s+)?(?:[\w-]+\s+){0,2}?(?:proposals?|tenders?|bids?|offers?|"
    r"submissions?|quotations?)\b(?!\s+(?:forms?|evaluation|committee))",
    re.I,
)


def agent_of(rest: str, parties: Parties) -> Party:
    """The side that a passive names behind "by", as far as it is one that matters."""
    if not rest.startswith("be "):
        return "unknown"
    clause = re.split(r"[;:]", rest, maxsplit=1)[0][:160]
    for match in _AGENT.finditer(clause):
        side = parties.of(match.group(1))
        if side in {"vendor", "product"} or (side == "buyer" and _DIRECT.match(clause[: match.start()])):
            return side
    return "unknown"


_PROPOSAL = re.compile(
    r"\b(?:proposals?|tenders?|bids?|offers?|responses?|submissions?|answers?|quotations?)\b[^,]{0,80}$", re.I
)


_APPROVED = re.compile(
    r"be\s+(?:\w+ly\s+)?(?:approved|agreed|accepted|authori[sz]ed|signed\s+off|confirmed|reviewed)\b", re.I
)
_RECEIVES = re.compile(
    r"be\s+(?:\w+ly\s+)?(?:paid|reimbursed|compensated|notified|informed|given|granted|provided\s+with|furnished|issued)\b",
    re.I,
)
_SUFFERS = re.compile(  # what is done to the vendor, by whom need not be said
    r"be\s+(?:\w+ly\s+|also\s+|then\s+)*(?!required|expected|permitted|allowed|entitled|encouraged|obliged|obligated|based|located|"
    r"staffed|involved|prepared|needed|experienced|qualified|certified|dedicated|committed)(?:\w+ed|given|chosen|shown|told|sent|held|paid)\b"
    r"(?!\s+(?:responsible|liable|accountable))",
    re.I,
)
_RELEASED = re.compile(r"be\s+(?:held\s+)?(?:liable|responsible|required|obliged|obligated)\b", re.I)


def _handled(verb: str, rest: str, subject: str) -> bool:
    """Whether the verb tells what becomes of proposals rather than what is asked."""
    if _REACHES.match(rest):
        return True
    if verb in {"will", "may"}:
        if _PROPOSAL.search(subject) and re.match(r"be\s+(?:\w+ly\s+)?\w+", rest) and not _GIVEN_LEAVE.match(rest):
            return True
        return bool(_HANDLED.match(rest) or _OUTCOME.match(rest))
    return bool(EVALUATED.match(rest)) and not _ONLY_IF.match(rest)


def _by_side(verb: str, side: Party, rest: str, topic: Topic, *, negated: bool) -> Finding:
    strict = verb in {"shall", "must"}
    if side == "vendor" and (_RECEIVES.match(rest) or (negated and _RELEASED.match(rest))):
        return Refused(THEIRS, side)
    if side == "vendor":
        return _demand(verb, side, negated=negated, rest=rest)
    if side == "buyer":
        if _REQUIRES.match(rest) and verb in {"will", "shall"}:
            return _required_by_buyer(rest)
        able = verb in {"shall", "must", "should"} and re.match(
            r"(?:be\s+able\s+to|have\s+(?:\w+\s+)?access)\b", rest, re.I
        )
        return _demand(verb, side, negated=negated, rest=rest) if able else Refused(THEIRS, side)
    if side == "paper":
        return Refused(PAPER, side)
    if side == "other":
        capable = (strict or verb == "should") and _CAPABLE.match(rest) and topic not in TELLS
        return _demand(verb, side, negated=negated, rest=rest) if capable else Refused(THEIRS, side)
    if topic in TELLS and not (
        (verb == "shall" and topic == "background") or (side in {"product", "work"} and (strict or verb == "should"))
    ):
        return Refused(THEIRS, side)
    if topic == "evaluation" and (verb == "will" or _SCORES.search(rest)):
        return Refused(EVALUATES, side)
    if verb == "will" and PLANNED.match(rest):
        return Refused(THEIRS, side)
    if side in {"product", "work"} or strict or verb == "should":
        return _demand(verb, side, negated=negated, rest=rest)
    if verb == "may" and (negated or _GIVEN_LEAVE.match(rest)):
        return _demand(verb, side, negated=negated, rest=rest)
    return Refused(THEIRS, side)


def _required_by_buyer(rest: str) -> Finding:
    named = re.search(
        r"\b(?:vendor|contractor|supplier|bidder|provider|tenderer|offeror|proposer|system|solution|service)s?\b",
        rest[:80],
        re.I,
    )
    return Obligation("will", "mandatory", "vendor") if named else Refused(THEIRS, "buyer")


def _demand(verb: str, side: Party, *, negated: bool, rest: str) -> Obligation:
    kind: Kind = _KIND_OF_MODAL.get(verb, "mandatory")
    if negated and (verb == "may" or _LEAVE.match(rest)):
        kind = "mandatory"
    elif verb not in {"should", "may"} and _LEAVE.match(rest):
        kind = "informational"
    elif verb in {"shall", "will"} and re.match(r"be\s+expected\b", rest, re.I):
        kind = "scored"
    shown: Verb = verb if verb in {"shall", "must", "will", "should", "may"} else "none"  # type: ignore[assignment]
    return Obligation(shown, kind, side)
