"""Questions and orders: the demands that have no subject, for they are put to the reader."""

from __future__ import annotations

import re

from rfp_responder.questionnaire.obligations_model import ELSEWHERE, TELLS, Finding, Obligation, Refused, Topic

_ASKS = frozenset(
    "describe explain outline detail demonstrate discuss summarise summarize identify list state specify indicate "
    "give clarify elaborate illustrate define show estimate set tell name quantify propose compare evidence "
    "disclose share provide confirm attach say enclose".split()
)
"""Verbs by which a buyer asks a bidder: what comes back is scored."""
_ORDERS = frozenset(
    "submit include complete ensure use return sign answer respond address mark number label upload send email "
    "deliver append supply enter fill insert quote price keep limit read follow register acknowledge notify "
    "maintain prepare present report support allow enable comply encrypt implement integrate meet perform monitor "
    "develop retain store test document conduct cooperate assist establish protect restrict manage operate review "
    "update obtain prevent produce record make avoid format initial place seal certify contact disable enforce "
    "generate migrate train log replace remove create display export import assign configure validate track "
    "transfer undertake bind print staple tick save type put cite cover adhere "
    "recruit hold attend participate coordinate assign appoint nominate build deploy install host archive delete erase "
    "destroy verify inspect investigate resolve escalate schedule guarantee adopt apply observe".split()
)
"""Verbs by which it orders: of bidders about their proposals, and of whoever runs the service."""
_NOUN = re.compile(  # "List of sites", "State law", "Use cases": the verb is a noun
    r"^\w+\s+(?:of|for|law|laws|cases?|is|are|was|were|has|have|had|will|shall|must|may|should|can|management|"
    r"formats?|agencies|agency|requirements?|or\s+(?!describe|explain|provide|justify|give|list|submit|attach|confirm)\w+|by\s+\w+$|and\s+(?!describe|explain|provide|justify|give|state|list|"
    r"submit|return|sign|discuss|identify|include|attach|confirm)\w+)\b",
    re.I,
)
_LEAD = re.compile(
    r"^(?:\W*(?:please|kindly|also|then|next|finally|in\s+addition|additionally|further(?:more)?|and|or|briefly|"
    r"clearly|fully|in\s+detail|separately|if\s+so|if\s+not|if\s+yes|(?:if|where)\s+(?:applicable|relevant))\b[\s,:;–—-]*)+",
    re.I,
)
_CONDITION = re.compile(
    r"^(?:if|where|when|for|in|on|with|using|as|to|at|by|within|before|after|upon|based\s+on|under|beyond|unless|while|"
    r"from|assuming|given|during|taking)\b[^.?!;]{2,160}?,\s+(?:please\s+|then\s+)?(?=[a-z])",
    re.I,
)
_POLITE = re.compile(r"\W*(?:[^.,]{0,60},\s+)?(?:please|kindly)\b", re.I)
_ASKED = re.compile(
    r"\?[\"”’')\]]*(?:\s*[\[(][^()\[\]]{0,80}[\])]\s*\.?|\s*[^.?!]{0,60}(?:words?|characters|pages?)[^.?!]{0,30}\.?)?\s*$",
    re.I,
)


def request(text: str, topic: Topic) -> Finding | None:
    """What a question or an order demands; None for a text that is neither."""
    return _question(text, topic) or _order(text, topic)


def _question(text: str, topic: Topic) -> Finding | None:
    if not _ASKED.search(text):
        return None
    if topic in TELLS | {"faq"} and not re.search(r"\byou(?:r)?\b", text, re.I):
        return Refused(ELSEWHERE)
    return Obligation("describe", "scored", "vendor")


_BEFORE = re.compile(r"^(?:[\[(][^()\[\]]{1,60}[\])]\s*)?(?:[A-Z][\w ,/&’'-]{2,60}(?::|\s[–—-])\s+(?=[A-Z]))?")
"""What may stand before an order: a limit in brackets, a title with a colon."""


def _order(text: str, topic: Topic) -> Obligation | None:
    text = _BEFORE.sub("", text)
    polite = bool(_POLITE.match(text))
    body = _LEAD.sub("", text)
    conditional = _CONDITION.match(body)
    for start in (0, conditional.end()) if conditional else (0,):
        rest = _LEAD.sub("", body[start:])
        first = re.match(r"(do\s+not\s+|don['’]t\s+|never\s+)?([A-Za-z-]+)\b", rest, re.I)
        if not first:
            continue
        word = first.group(2).lower()
        if first.group(1):
            return Obligation("none", "mandatory", "vendor")
        if _SHOW_US.match(rest) and not rest[:1].islower():
            return Obligation("describe", "scored", "vendor")
        if rest[len(word) : len(word) + 1] == "," and len(rest.split()) <= 4:
            return None  # "Contact, telephone": a field of a form
        if word in _ASKS | _ORDERS:
            if polite or (not _NOUN.match(rest) and (start or _commands(rest, word, topic))):
                return Obligation("describe", "scored", "vendor") if word in _ASKS else _ORDER
        elif polite and not conditional and re.match(r"(?!note\b|see\b|be\b|refer\b|find\b)[a-z]+\s+\w", rest):
            return _ORDER
    return None


_SHOW_US = re.compile(
    r"(?:walk|talk|take|guide|lead)\s+us\s+through\b|(?:show|tell|give|send)\s+us\b|help\s+us\s+(?:to\s+)?understand\b|"
    r"present\s+(?:an?|your|the)\s+(?:[\w-]+\s+){0,3}?(?:plan|approach|case|overview|example|timeline|schedule|team|"
    r"methodology|strategy|evidence|summary|solution)\b",
    re.I,
)
_ORDER = Obligation("none", "mandatory", "vendor")


def _commands(rest: str, word: str, topic: Topic) -> bool:
    """Whether a text that begins with a verb is a command rather than a title or the name of a thing."""
    if rest[:1].islower():
        return False  # an item in lower case goes on a stem, which was asked first
    following = rest[len(word) :].split()
    titled = [word for word in following if word[:1].isupper()]
    long = [word for word in following if len(word) > 3]
    if not following or (len(following) >= 2 and len(titled) >= len(long) and not rest.endswith(".")):
        return False  # "Support And Maintenance", "Submit Proposal Form"
    return topic not in TELLS | {"evaluation"} or word in _ASKS
