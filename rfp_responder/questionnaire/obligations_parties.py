"""Who is who in an RFP: which words stand for the vendor, for the buyer, for somebody else, for the thing bought.

The lists hold roles, not names. What a document calls its parties is learnt from it: ``the "Council"`` behind an
organisation's name, and whoever it says will evaluate, award or reserve a right, is the buyer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rfp_responder.questionnaire.obligations_model import Party
from rfp_responder.text import fold


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VENDOR = _set(
    "vendor contractor supplier bidder offeror tenderer respondent proposer proponent offerer quoter finalist seller "
    "subcontractor sub-contractor you bidders' consortium personnel incumbent licensor awardee reseller integrator"
)
"""Words that mean the vendor in any RFP."""
_MAYBE_VENDOR = _set(
    "provider consultant firm company applicant administrator carrier operator developer manufacturer partner "
    "organisation organization candidate agent entity"
)
"""Words that mean the vendor in some RFPs and somebody else in others."""
_PRODUCT = _set("system solution product service software platform application app portal tool module interface")
_WORK = _set(
    "proposal bid tender offer response submission quotation quote pricing price api database website charge fee rate "
    "component feature function functionality architecture hardware equipment licence license deliverable report "
    "invoice backup data record document documentation plan training support helpdesk desk implementation migration "
    "hosting environment password encryption key log account file screen dashboard workflow notification alert "
    "connector integration release update upgrade patch maintenance availability uptime volume envelope resume cv "
    "reference table form appendix attachment design code vulnerability session test testing access work"
)
_BUYER = _set(
    "authority agency agencies buyer purchaser customer client county city state council commission department "
    "university college school hospital trust government ministry board district owner institution municipality "
    "issuer committee panel evaluators evaluator we us employer foundation fund association town borough bureau "
    "division secretary director cio office jurisdiction requester procurer sponsor court parliament "
    "legislature regulator auditors governor"
)
_OTHER = _set(
    "member patient claimant citizen resident student participant physician clinician nurse beneficiary policyholder "
    "employee taxpayer caller child parent family household dependant dependent visitor volunteer doctor insured "
    "trustee retiree broker party adjuster underwriter actuary examiner appraiser supervisor clerk pharmacist "
    "prescriber porter radiologist surgeon midwife therapist receptionist registrar caseworker investigator teacher "
    "handler approver reviewer assessor complainant appellant colleague ombudsman "
    "dispatcher insurer commissioner ward pharmacy laboratory clinic"
)
_PAPER = _set(
    "rfp rfi rfq itt itb procurement contract contracts agreement agreements award evaluation score scores scoring "
    "weight weights weighting criterion criteria negotiation negotiations budget funding amendment addendum addenda "
    "section paragraph clause law laws statute act regulation regulations competition failure purpose "
    "objective objectives goal goals term liability dispute disputes title ownership venue jurisdiction waiver "
    "conference interview interviews selection debriefing invalidity interest payment damages credits"
)
"""Taken as they stand: "payment shall be made" speaks of the contract, "payments shall be shown" of the product."""
_BUYERS_OFFICE = re.compile(
    r"\b(?:procurement|contracting|purchasing)\s+(?:officer|office|agent|manager|specialist|team)\b", re.I
)
_SOMEONE_OF = re.compile(
    r"\W*(?:(?:the|an?|any|each|all|every|no)\s+)?(?:[\w-]+\s+)?(?:representative|staff|officer|director|head|manager|member|team|"
    r"employee|agent)s?\s+of\s+(?=\w)",
    re.I,
)
_THEIR_STAFF = re.compile(
    r"\b(?:proposed|assigned|key|dedicated)\s+(?:[\w-]+\s+){0,3}?(?:managers?|staff|personnel|team|leads?|consultants?|engineers?|"
    r"individuals?|persons?|resources?)\b|\b(?:project|account|service|implementation|delivery|engagement)\s+(?:managers?|leads?)\b",
    re.I,
)
_PRESENT = re.compile(r"\b(?:present|current|existing|legacy|old|incumbent|outgoing|previous|former)\b", re.I)
_OUR_PEOPLE = re.compile(
    r"\W*our\s+(?:own\s+)?(?:[\w-]+\s+){0,2}?(?:people|staff|teams?|colleagues|employees|managers?|directors?|officers?|"
    r"customers?|clients?|readers?|handlers?|administrators?|lawyers?|executives?|departments?|units?)\b",
    re.I,
)
_CODE_OF = re.compile(r"\b(?:error|event|exception|message|request)\s+handlers?\b", re.I)
"""Handlers that are software."""
_THEY_HAVE = re.compile(
    r"(?<=\w)\s(?:the|we|it|they|you)\s(?:[\w’'-]+\s){0,2}?(?:would|will|can|could|may|might|has|have|had|is|are|was|were|"
    r"incurs?|proposes?|offers?|needs?|uses?|requires?|supplies|submits?)\b"
)
"""A clause that tells more of a noun without "that": "all costs the Council would incur"."""
_WORDS = re.compile(r"[A-Za-z][A-Za-z-]*(?:['’]s?)?")
_DEFINED = re.compile(
    r"([A-Z][\w&.,' -]{2,80}?)\s*\((?:hereinafter|hereafter|referred to as|collectively)?[\s,:]*(?:referred to as\s+)?"
    r"(?:the\s+|our\s+)?[\"“'‘](?:the\s+)?([A-Z][\w -]{1,40}?)[\"”'’][^()]{0,60}\)"
)
_BUYS = re.compile(
    r"\b(?:[Tt]he\s+|[Oo]ur\s+)?((?:[A-Z][\w&'’-]*\s+){0,5}[A-Z][\w&'’-]*)\s+(?:also\s+)?(?:reserves?\s+the\s+right|"
    r"(?:will|shall|may|intends?\s+to|expects?\s+to)\s+(?:\w+ly\s+)?(?:evaluate|award|score|reject|shortlist|cancel|issue|"
    r"publish|notify|amend|appoint|select|convene|invite|open\s+(?:the\s+)?(?:proposals|tenders|bids)|enter\s+into)|"
    r"(?:is|are)\s+(?:seeking|inviting|issuing|soliciting|requesting|procuring|looking\s+for)|"
    r"(?:invites?|seeks?|solicits?|requests?)\s+(?:\w+\s+){0,3}(?:proposals?|tenders?|bids?|offers?|responses?|quotations?))"
)
_ADVERBS = _set("so then thus also alone only itself themselves each both all not therefore hereby further")
_LEADING = _set("the a an any each every all no this that these those such its their our your both either neither")


@dataclass(frozen=True, slots=True)
class Parties:
    """What a document calls its parties: words in lower case. ``vendor_known`` is False in a text that names none:
    whom it obliges is then anybody it names (a standard, a circular)."""

    vendor: frozenset[str]
    buyer: frozenset[str]
    vendor_known: bool = True

    def of(self, noun_phrase: str) -> Party:
        """Whose side the subject of a sentence is on; ``unknown`` for a word of no list."""
        possessor, head = _head(noun_phrase)
        if not possessor and _BUYERS_OFFICE.search(noun_phrase):
            return "buyer"
        if _OUR_PEOPLE.match(noun_phrase) and not _CODE_OF.search(noun_phrase):
            return "buyer"
        if _CODE_OF.search(noun_phrase):
            return "product"
        someone = _SOMEONE_OF.match(noun_phrase)
        if someone:
            owner = self.of(noun_phrase[someone.end() :])
            if owner in {"buyer", "vendor"}:
                return owner
        if not possessor and _THEIR_STAFF.search(noun_phrase):
            return "vendor"
        if _PRESENT.search(noun_phrase) and self._of_word(head) in {"product", "work", "vendor"}:
            return "other"
        owner = self._of_word(possessor) if possessor else "unknown"
        side = self._of_word(head)
        if owner == "vendor":
            return "work"
        if owner in {"buyer", "other"} and side != "work":  # "the Council's data" are in the vendor's keeping
            return owner if owner == "buyer" or side != "unknown" else "unknown"
        if side == "unknown":
            adjunct = self._adjunct(noun_phrase)
            if adjunct:
                return adjunct
            whole = noun_phrase.lower()
            if any(re.search(rf"\b{re.escape(name)}\b", whole) for name in self.buyer if " " in name):
                return "buyer"
        return side

    def _adjunct(self, noun_phrase: str) -> Party | None:
        """The side of a role that stands before an unknown head: "Contractor staff", "Company employees"."""
        more = _THEY_HAVE.search(noun_phrase)
        noun_phrase = noun_phrase[: more.start()] if more else noun_phrase
        cut = _CUT.search(f" {noun_phrase.strip()} ", 1)
        words = _WORDS.findall(noun_phrase[: cut.start()] if cut else noun_phrase)[:-1]
        sides = (self._of_word(word) for word in words if word.lower() not in {"service", "system", "data"})
        return next((side for side in sides if side in {"vendor", "buyer"}), None)

    def _of_word(self, word: str) -> Party:
        low = word.lower()
        one = _singular(low)
        if {low, one} & self.vendor:
            return "vendor"
        if {low, one} & self.buyer:
            return "buyer"
        for words, party in _TABLE:
            if low in words or (one in words and party != "paper"):
                return party
        return "unknown"


_TABLE: tuple[tuple[frozenset[str], Party], ...] = (
    (_VENDOR, "vendor"), (_OTHER, "other"), (_BUYER, "buyer"), (_PAPER, "paper"),
    (_PRODUCT, "product"), (_WORK, "work"),
)  # fmt: skip
_CUT = re.compile(
    r"\s(?:of|for|in|on|to|with|by|that|which|who|whose|whom|from|under|at|including|within|between|as|into|during|"
    r"after|before|upon|through|without|against|about|above|below|where|when|over|per|via|not|outside|inside|among|"
    r"across|beyond|throughout|around|behind|near|since|until|except|"
    r"[a-z]+ing)\s"
)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _head(noun_phrase: str) -> tuple[str, str]:
    """The possessor (``""`` where none) and the head of a noun phrase: ("contractor", "staff")."""
    more = _THEY_HAVE.search(noun_phrase)
    if more and not _LEADING.issuperset(noun_phrase[: more.start()].lower().split()):
        noun_phrase = noun_phrase[: more.start()]
    text = f" {noun_phrase.strip()} "
    cut = _CUT.search(text, 1)
    while cut and not _LEADING.issuperset(text[: cut.start()].lower().split()):
        text = text[: cut.start()] + " "
        cut = _CUT.search(text, 1)
    words = _WORDS.findall(text)
    if not words:
        return "", ""
    possessor = next((re.sub(r"['’]s?$", "", word) for word in words[:-1] if re.search(r"['’]s?$", word)), "")
    while len(words) > 1 and (words[-1].lower().endswith("ed") or words[-1].lower() in _ADVERBS):
        words.pop()  # "proposals received", "tenderers so invited"
    head = words[-1]
    return possessor, re.sub(r"['’]s?$", "", head)


_LONGEST = 5_000  # characters of a line that are read for names; what is longer is no paragraph


def learn(texts: Iterable[str]) -> Parties:
    """What a document calls its parties, from all its text."""
    whole = "\n".join(fold(line[:_LONGEST]) for text in texts for line in text.split("\n"))
    buyer: Counter[str] = Counter()
    vendor: set[str] = set()
    for match in _DEFINED.finditer(whole):
        name, before = match.group(2).lower(), match.group(1).lower()
        if set(re.findall(r"[a-z]+", before)) & {"bidder", "vendor", "supplier", "contractor", "proposer", "tenderer"}:
            vendor.add(name)
        elif _singular(name) not in _VENDOR and _known(name) not in {"work", "paper", "product"}:
            buyer[name] += 2
    for match in _BUYS.finditer(whole):
        name = match.group(1).lower()
        last = name.split()[-1]
        if _known(last) not in {"vendor", "work", "product", "paper", "other"} and last not in {"this", "it", "they"}:
            buyer[name] += 1
            buyer[last] += 1
    subjects = Counter(m.lower() for m in re.findall(r"\b([A-Za-z-]{3,20})\s+(?:shall|must)\b", whole))
    ours = sum(n for word, n in subjects.items() if _singular(word) in _VENDOR or word in _VENDOR)
    for word in _MAYBE_VENDOR:
        if word not in buyer and (ours == 0 or subjects[word] > 2):
            vendor.add(word)
    mentions = len(
        re.findall(r"\b(?:vendor|contractor|supplier|bidder|offeror|tenderer|respondent|proposer)s?\b", whole, re.I)
    )
    papers = len(re.findall(r"\b(?:proposals?|tenders?|bids?|rfp|itt|request for)\b", whole, re.I))
    theirs = sum(n for word, n in subjects.items() if _singular(word) in _BUYER)
    known = (ours + papers // 4 > max(0, 0.1 * theirs)) and (mentions + papers >= 3 or ours >= 1)
    return Parties(frozenset(vendor - set(buyer)), frozenset(buyer), vendor_known=known)


def _known(word: str) -> Party:
    one = _singular(word.rsplit(maxsplit=1)[-1])
    return next((party for words, party in _TABLE if one in words or word in words), "unknown")
