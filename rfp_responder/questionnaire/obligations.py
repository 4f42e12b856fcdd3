"""What obliges the vendor: a sentence, an item or a row is read for the verb that demands and for whom it binds.

``judge`` gives an Obligation, or the reason why there is none. The vocabulary is of RFPs in English at large; what one
document calls its parties comes in as ``Parties``.
"""

from __future__ import annotations

import re

from rfp_responder.questionnaire.obligations_bindings import applying, bindings, ellipses, wishes
from rfp_responder.questionnaire.obligations_modals import modals
from rfp_responder.questionnaire.obligations_model import (
    DECLARES,
    DEFINES,
    EVALUATES,
    EXAMPLE,
    RIGHTS,
    Finding,
    Kind,
    Obligation,
    Party,
    Refused,
    Topic,
    Verb,
)
from rfp_responder.questionnaire.obligations_parties import Parties
from rfp_responder.questionnaire.obligations_requests import request

_DEFINITION = re.compile(
    r"^\W*[\"“‘'][^\"”’]{1,60}[\"”’']\s*(?:\([^()]*\)\s*)?(?:shall\s+|will\s+)?(?:means?|refers?\s+to|denotes?|includes?|is)\b|"
    r"^\W*(?!You\b|We\b)[A-Z][\w() -]{1,60}?\s+(?:means\b|is\s+defined\s+as\b|has\s+the\s+meaning\b|denotes\b)|"
    r"\b(?:shall|will)\s+(?:have\s+the\s+(?:same\s+)?meaning|mean)\b"
)
_EXAMPLES = re.compile(
    r"^\W*(?:for\s+example\b|example\b|sample\s+(?:answer|response|text|question)|illustrat(?:ion|ive)\b|e\.g\.|"
    r"by\s+way\s+of\s+(?:example|illustration)|specimen\b)",
    re.I,
)
_RIGHTS = re.compile(r"\breserves?\s+(?:the|its|all|any)\s+(?:\w+\s+)?rights?\b|^\W*nothing\s+in\b", re.I)
_DECLARES = re.compile(
    r"\bundersigned\b|^\W*(?:I|we)\s+(?:hereby\s+|further\s+)?(?:certify|declare|agree|acknowledge|confirm|understand|undertake)\b|"
    r"^\W*by\s+(?:submitting|signing|responding)\b.{0,80}\b(?:agrees?|accepts?|certif(?:y|ies)|acknowledges?|confirms?|"
    r"represents?|warrants?|consents?)\b|\bhereby\s+(?:agrees?|accepts?|certif(?:y|ies)|acknowledges?|represents?)\b",
    re.I,
)
"""A declaration that a form puts into the bidder's mouth."""
_THAT = re.compile(
    r"(?:\b(?:should|please|to|may|will|wish\s+to)\s+(?:also\s+)?(?:note|understand|recogni[sz]e)|\b(?:aware|informed|advised|reminded|noted))\s+that\s+|^note\s+that\s+",
    re.I,
)
_TODAY = re.compile(
    r"\b(?:today|currently|at\s+present|presently|at\s+the\s+moment|nowadays|until\s+now|so\s+far|at\s+this\s+time)\b",
    re.I,
)
_QUOTED = re.compile(r"“(?:[^“”\s]+\s+){2,60}[^“”\s]+”")  # words of somebody else: an example, a form
_WORDS_OF_MODALS = re.compile(r"\b(shall|must|will|should|may)\b", re.I)
_DEMANDS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"\b(?:contractor|vendor|supplier|provider|bidder)(?:['’]?s|s['’])?\s+(?:\w+\s+)?(?:responsibilities|duties|"
                r"obligations|tasks)\b|\b(?:responsibilities|duties|obligations|tasks)\s+of\s+the\s+(?:contractor|vendor|"
                r"supplier|provider)\b", re.I), "mandatory"),
    (re.compile(r"\b(?:mandatory|minimum|essential|required)\s+(?:\w+\s+){0,3}(?:requirements?|features?|criteria|"
                r"functions?|functionality|capabilities|qualifications|documents?|items?|contents?)\b", re.I),
     "mandatory"),
    (re.compile(r"\b(?:desirable|preferred|desired)\s+(?:\w+\s+){0,3}(?:requirements?|features?|functions?|"
                r"functionality|capabilities|items?)\b", re.I), "scored"),
    (re.compile(r"\boptional\s+(?:\w+\s+){0,3}(?:requirements?|features?|functions?|items?|services?)\b", re.I),
     "informational"),
)  # fmt: skip


_LONGEST = 1_500  # characters; a longer "sentence" is data or an attack on the patterns, and its beginning tells enough


def judge(text: str, parties: Parties, topic: Topic = "", carried: Party = "unknown") -> Finding:
    """Whether a sentence, white space folded and without its mark or id, binds the vendor.

    ``topic`` is what its section is about (``topic_of``); ``carried`` whose side the sentence before spoke of, for a
    sentence that begins with a pronoun. Of several demands the first counts; leave that is given, only if alone.
    """
    text = text[:_LONGEST]
    if len(text.split()) < 2 or not re.search(r"[A-Za-z]{2}", text):
        return Refused()
    if topic == "definitions" or _DEFINITION.search(text):
        return Refused(DEFINES)
    if topic == "example" or _EXAMPLES.match(text):
        return Refused(EXAMPLE)
    asked = request(text, topic)
    if asked:
        return asked
    if _DECLARES.search(text):
        return Refused(DECLARES, "vendor")
    if _RIGHTS.search(text):
        return Refused(RIGHTS, "buyer")
    noted = _THAT.search(text)
    if noted and noted.start() < 60 and len(text) - noted.end() > 15:
        return judge(text[noted.end() :], parties, topic, carried)
    if not topic and _TODAY.search(text):
        topic = "background"
    text = _QUOTED.sub(lambda quoted: "“" + "x" * (len(quoted.group()) - 2) + "”", text)
    readers = (modals, bindings, ellipses, applying, wishes)
    found = sorted(
        (each for reader in readers for each in reader(text, parties, topic, carried)), key=lambda each: each[0]
    )
    demands = [finding for _, finding in found if isinstance(finding, Obligation)]
    first = found[0][1] if found else None
    if isinstance(first, Refused) and first.subject == "other" and all(each.subject == "unknown" for each in demands):
        return first  # "Members must ..., and agents shall ...": nobody of ours
    if isinstance(first, Refused) and first.reason == EVALUATES and all(map(_only_leave, demands)):
        return first  # "A cartel will lead to exclusion and may be reported": it gives nobody leave
    if demands:
        return next((each for each in demands if each.kind != "informational"), demands[0])
    refused = [finding for _, finding in found if isinstance(finding, Refused)]
    return refused[0] if refused else Refused(subject=_speaks_of(text, parties))


def _only_leave(finding: Obligation) -> bool:
    return finding.kind == "informational" and finding.subject != "vendor"


def speaks_of_today(text: str) -> bool:
    """Whether a sentence tells how things are now: what follows it in its paragraph does too."""
    return bool(_TODAY.search(text))


def _speaks_of(text: str, parties: Parties) -> Party:
    """Whose side the first words of a plain statement are on, for the pronoun of the next one."""
    start = re.match(r"((?:[\w’'-]+\s+){0,9}?[\w’'-]+)\s+(?:is|are|has|have|was|were|[a-z]+s)\b", text)
    return parties.of(start.group(1)) if start else "unknown"


def first_verb(text: str) -> Verb:
    """The first modal verb of a text, whomever it binds: of a row that its table makes a requirement."""
    match = next((each for each in _WORDS_OF_MODALS.finditer(text) if not _aside(text, each)), None)
    return match.group(1).lower() if match else "none"  # type: ignore[return-value]


def _aside(text: str, modal: re.Match[str]) -> bool:
    """Whether a "may" or "will" only tells more of a noun: "kept apart from anything that may be disclosed"."""
    return modal.group().lower() in {"may", "will"} and bool(
        re.search(
            r"\b(?:that|which|who|whom|what|whatever|how|if|when|where)\s+(?:[\w’'-]+\s+){0,4}$",
            text[: modal.start()],
            re.I,
        )
    )


def stem_demand(text: str) -> Obligation | None:
    """What a lead-in without a verb demands of its items: "Mandatory requirements:"; None where it does not say."""
    return next((Obligation("none", kind) for pattern, kind in _DEMANDS if pattern.search(text)), None)


_NUMBER = r"^(?:(?:section|part|annex|appendix|schedule|chapter)\s+)?(?:[A-Z0-9]{1,3}(?:\.\d+)*[.)]?\s+)?[\W_]*"
_SIGNS: dict[Topic, str] = {
    "contents": r"^(?:\W|\d)*(?:table\s+of\s+)?contents\W*$|^list\s+of\s+(?:tables|figures)\b",
    "definitions": rf"{_NUMBER}(?:(?:key|list\s+of)\s+)?(?:terms\s+and\s+|defined\s+terms|definitions?|glossary|"
    r"abbreviations?|acronyms?|terms\s+used|interpretation)(?:\s+(?:and|of\s+terms|used|&).*)?\W*$",
    "example": rf"{_NUMBER}(?:(?:worked\s+)?examples?(?!\s+of\s+(?!an?\s+(?:answer|response)))|"
    r"illustrati(?:on|ve)|specimen|sample\s+(?:answer|response|question)s?)\b",
    "faq": r"\b(?:faqs?|frequently\s+asked)\b",
    "evaluation": r"\b(?:evaluation|award\s+criteria|scoring|weight(?:s|ings?)|"
    r"selection\s+(?:process|criteria|method\w*|of\s+(?:the\s+)?(?:vendor|contractor|supplier|bidder|offeror|tenderer|"
    r"proposal|tender)s?)|"
    r"how\s+(?:we|proposals?|tenders?|bids?)\s+(?:will|are)|(?:basis\s+(?:of|for)|contract|and)\s+award)\b|"
    rf"{_NUMBER}(?:selection|award)\W*$",
    "setting": r"\b(?:letter\s+of\s+invitation|invitation\s+letter|foreword|preface|"
    r"(?:regulatory|legal|legislative|statutory|policy|business|market)\s+(?:setting|context|landscape|background)|"
    r"(?:what|why)\s+we\s+(?:hope|wish|aim|are\s+(?:buying|doing))|our\s+(?:aims|hopes|goals|objectives|vision))\b",
    "background": r"\b(?:background(?!\s+(?:check|screen|invest|verif))|introduction|"
    r"about\s+(?:us|the|our)|where\s+we\s+are|who\s+we\s+are|"
    r"purpose|objectives?|goals|vision|today|history|our\s+organi[sz]ation|as-is|lessons|overview)\b|"
    r"^(?!.*\b(?:migrat|integrat|replac|transition|from|with)).*\b(?:present|current|existing|legacy)\s+(?:\w+\s+)?"
    r"(?:systems?|situation|state|environment|arrangements?|process(?:es)?|landscape|operations?|position)\b",
}
_TOPICS = {topic: re.compile(pattern, re.I) for topic, pattern in _SIGNS.items()}


def topic_of(heading: str) -> Topic:
    """What a heading says its section is about; ``""`` for nothing that matters here."""
    return next((name for name, pattern in _TOPICS.items() if pattern.search(heading)), "")
