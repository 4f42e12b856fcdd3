"""What kind of thing a question wants: a date, a number of users, a firm's name; "other" where yes or no answers it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rfp_responder.asked import defined_term
from rfp_responder.text import STOPWORDS, sentences, stem, words

Kind = Literal[
    "count", "duration", "frequency", "date", "time", "percentage", "money", "size", "version", "person",
    "organisation", "contact", "address", "place", "role", "code", "number", "list", "definition", "other",
]  # fmt: skip

READ = 4_000  # characters of a question or a text that are looked at; no sentence is longer

_WH = r"\b(?:which|what|whose|state|give|name|specify|provide|list|indicate)\s+(?:of (?:the|your|these|its|our)\s+)?"
_IS = r"(?:(?:is|are|was|were)\s+)?"
_CROSS = (
    "is|are|was|were|be|do|does|did|has|have|had|can|could|may|must|will|would|shall|should|of|for|to|in|on|at|by|with|"
    "that|which|who|if|when|how"
)
_BETWEEN = rf"(?:(?!(?:{_CROSS})\b)[\w/.'’-]{{1,40}},?\s+){{0,6}}?"  # "which *cloud hosting* provider"
_HEAD = (  # behind the noun asked for: its verb, a preposition, the end; not the noun it only describes
    rf"(?=\s+(?:{_CROSS}|you|we|they|your|our|the|it|and|or|not|applies|run|use|host|support|hold|stand|issue|per|"
    rf"paid|made|held|"
    r"given|kept|from|as|into|under|after|before|when|[a-z]+s|[a-z]+ed)\b|[^\w\s'’-]|\s*$)"
)


_OFFICE = "officer|manager|director|head|ceo|cto|ciso|coo|cfo|dpo|contact|lead|executive|president|person|founder"
_PERIODS = (
    "retention|notice|recovery|response|reaction|resolution|grace|remediation|repair|restoration|storage|processing|"
    "delivery|lead|turnaround|waiting|acknowledge?ment|default|longest|shortest"
)

_NOUNS: dict[Kind, str] = {
    "contact": "e-?mail(?:_address)? mailbox hotline (?:tele)?phone fax toll-free urls? web_?sites? web_address links? "
    "contact_details (?:(?:tele)?phone|fax|toll-free|emergency)_number",
    "address": "(?:street_|postal_|registered_|office_|mailing_)?address(?:es)?",
    "version": "versions?",
    "place": "regions? countr(?:y|ies) locations? cit(?:y|ies) data_?cent(?:er|re)s? jurisdictions? states? laws? "
    "availability_zones? geograph(?:y|ies) places? sites?",
    "organisation": "firms? compan(?:y|ies) vendors? suppliers? manufacturers? auditors? insurers? providers? tools? "
    "products? software sub-?processors? registrar certification_body publications? standards? frameworks? languages? "
    "browsers? operating_systems? databases? platforms? assessors? bod(?:y|ies) laborator(?:y|ies) labs? "
    "cloud services? manufacturer_and_model guides? communit(?:y|ies)",
    "role": "roles? person people teams? functions? departments? groups? committees? positions? officers? executives? "
    "managers? authorit(?:y|ies) owners? officials? job_titles?",
    "percentage": "percentages? per_?cent (?:share|proportion|fraction)(?=_of) staff_turnover margins? "
    "uptime availability rates?(?!_limit) (?:availability|uptime)_(?:target|commitment|level|guarantee|percentage)",
    "frequency": "frequenc(?:y|ies) (?:minimum_)?intervals? rhythm cadence",
    "duration": f"(?:{_PERIODS})_(?:period|time)s? period times? time-?outs? time_?frames? time_?limits? time_?scales? "
    "delays? durations? lifetimes? validity deadlines? terms?,?_in_years",
    "money": "prices? costs? fees? charges? premiums? discounts? penalt(?:y|ies) budget turnover "
    "revenues? sales income profit earnings expenses? cash obligations? commitments? liabilit(?:y|ies) bounty reward "
    "debt dividends? sums? amounts? values? balances? fine (?:monetary|coverage|insurance)_(?:limit|amount)",
    "size": "(?:file|attachment|storage|upload|maximum)_(?:size|limit|quota|volume) sizes? key_lengths? "
    r"(?:largest|biggest|maximum)_(?:\w{1,30}_)?(?:file|attachment|upload)",
    "count": "headcount numbers?(?=_of)",
    "code": "identifiers? ids? codes? categor(?:y|ies) subcategor(?:y|ies) class(?:es)? levels? tiers? "
    "ports? sections? clauses? articles? forms? controls? grades? severit(?:y|ies) memorand(?:um|a) "
    "classifications? circulars?",
    "number": "maximum minimum limits? ceiling threshold age (?:total_)?score numbers? quotas? lengths? amount "
    "(?:new_|outer_|estimated_)?range",
}
"""Nouns behind "which" or "what is your" that tell the kind; a blank parts them, ``_`` is a blank within one."""

_VERBS = "is|are|was|were|do|does|did|will|can|must|may|has|have|should"
_EVENTS = (
    r"last|latest|recent|founded|established|expire\w*|ends?|start\w*|begin|issued|completed|published|released?|"
    r"available|updated|renew\w*|effective|due"
)
_PHRASES: dict[Kind, tuple[str, ...]] = {
    "contact": (
        r"\b(?:e-?mail address|(?:phone|fax) number)\b",
        r"\bhow (?:can|do|may) (?:we|one|i|you) (?:reach|contact)\b",
    ),
    "address": (),
    "version": (
        r"\bversion number\b",
        r"\b(?:since|from|in|with) which (?:version|release)\b",
        r"\bwhich (?:was|is) the (?:first|last|latest|current) (?:release|version)\b",
    ),
    "place": (rf"^\W*where (?:{_VERBS}|in|would|exactly)\b", r"\blocated\b", r"\bgoverning law\b"),
    "person": (
        rf"\bname (?:of )?(?:the |your )?(?:\w{{1,30}} ){{0,3}}(?:{_OFFICE})\b",
        rf"\bwho is (?:your|the) (?:\w{{1,30}} ){{0,3}}(?:{_OFFICE})\b",
        r"\bwho coined\b",
    ),
    "organisation": (
        r"\bname of (?:the|your) (?:company|firm|vendor|supplier|provider|insurer|auditor|tool|product)\b",
        r"\bwho (?:audit|insure|host|manufacture|supplie|certifie)\w*",
    ),
    "role": (
        r"(?:^\W*|[,;:] |\b(?:and|say|says|state|give|tell|tell us) )who(?:se|m)?\b",
        r"\b(?:to|by|with|from|for) whom?\b",
    ),
    "percentage": (
        r"\bhow many per ?cent\b",
        r"\b(?:click|completion|turnover|success) rates?\b",
        r"\bat what discount rate\b",
    ),
    "frequency": (r"\bhow (?:often|frequently|many times|regularly)\b",),
    "duration": (
        r"\bhow (?:long|soon|quickly|fast|far (?:in advance|ahead)|old|rapidly|promptly|late|early)\b",
        r"\bhow much (?:time|inactivity|idle time|notice|warning|delay|downtime|lead time)\b",
        r"\bhow many (?:\w{1,30} ){0,2}(?:seconds|minutes|hours|days|weeks|months|quarters|years)\b",
        r"\bwithin (?:what|which|how)\b",
        r"\b(?:rto|rpo|recovery (?:time|point) objectives?)\b",
        r"\b(?:maximum|minimum|longest|shortest|advance) (?:\w{1,30} )?(?:time|period|delay|notice|interval)s?\b",
    ),
    "money": (
        r"\bhow much (?:\w{1,30} ){0,4}(?:revenue|money|cash|income|debt|cost|pay|charge|fee|spend|invest)\w*\b",
        r"\bhow much (?:do|does|did|is|are|was|were|will|would|must|may|of)\b[^?]{0,80}\b(?:cost|pay|charge|price)\w*",
        r"\bhow high (?:was|were|is|are) [^?]{0,60}\b(?:obligations|costs?|fees?|revenues?|penalt\w+)\b",
        r"\bwhat (?:do|does|did) [^?]{0,80}\b(?:cost|earn|charge|spend)\b",
        r"\bby how much\b",
    ),
    "size": (r"\bhow (?:large|big)\b", r"\bhow much (?:storage|data|space|memory|disk)\b"),
    "count": (r"\bhow many\b", r"\bhow large is (?:your|the) (?:team|staff)\b"),
    "date": (
        r"\b(?:what|which) (?:\w{1,30} )?(?:dates?|days?|months?|years?)\b",
        rf"\bwhen (?:{_VERBS})\b[^?]{{0,120}}\b(?:{_EVENTS})\b",
        r"\bsince when\b",
        r"\bdate (?:of|on|when)\b",
        r"\b(?:expir(?:y|ation)|release|end) date\b",
    ),
    "time": (r"\b(?:by|until) when\b", rf"(?:^|[,;:]\s+|\band )\W*when (?:{_VERBS})\b", r"\bat what hour"),
    "code": (),
    "number": (r"\bhow (?:much|high|low|deep|far|strong)\b",),
}
"""Other words that tell the kind; the order counts where two signs begin at the same word."""


def _sign(kind: Kind) -> re.Pattern[str]:
    """Any sign of a kind: its phrases, "which … NOUN", "what is your … NOUN" and "state the … NOUN"."""
    nouns = "|".join(_NOUNS.get(kind, "").replace("_", "\x00").split()).replace("\x00", " ")
    noun = (rf"{_WH}{_IS}{_BETWEEN}(?:{nouns})\b{_HEAD}",) if nouns else ()
    return re.compile("|".join((*noun, *_PHRASES[kind])), re.I)


_SIGNS = tuple((kind, _sign(kind)) for kind in _PHRASES)
_LIST = re.compile(
    r"^\W*(?:please )?(?:list|name|enumerate)\b|\bwhat (?:kinds|types|sorts) of\b|"
    r"\bwhich (?:\w{1,30} ){0,2}?\w{1,30}[^\Ws]s (?:are|do|can|have|were|did|must|may|will|shall|should)\b", re.I,
)  # fmt: skip

_AUXILIARY = "do|does|did|is|are|was|were|can|could|will|would|has|have|had|shall|should|may|must"
_POLAR = re.compile(
    rf"^\W*(?:{_AUXILIARY})\b|[,:]\s*(?:{_AUXILIARY})\s+(?:you|we|the|your|there|it|they|its?|any|an?|customers?)\b",
    re.I,
)
_VALUE_TOO = re.compile(
    r"(?:[,;:]\s*|\s)(?:and|or|,)?\s*(?:(?:at|in|for|to|by|with|within|since|until|on|from|after|under) )?"
    r"(?=(?:how (?:long|many|much|often|soon|quickly|large|high)|what|since when)\b)|"
    r"[,;:]\s*(?:and |or |if so,? )?(?:(?:at|in|for|to|by|with|on|from|under) )?(?=(?:which|who|whom|where|when)\b)|"
    r"\band (?:at|in|for|to|by|with|on|from|under) (?=which\b)", re.I,
)  # fmt: skip
_ASKING = re.compile(
    r"\b(?:what|which|whom?|whose|how|where|why)\b|(?:^|[,;:] |\band |\b(?:by|since|until) )when\b|"
    r"(?:^|[,;:] )\W*(?:please )?(?:also )?(?:describe|explain|list|provide|name|state|specify|outline|detail|"
    r"indicate|give|define|tell|quote|enter|attach|publish)\b", re.I,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """The kind of thing a question wants; ``of`` are the stems of what is counted ("how many *users*")."""

    kind: Kind
    of: frozenset[str] = frozenset()


def wanted(question: str) -> Wanted:
    """What a question wants; ``other`` where no sign tells, or where yes or no answers it.

    Its last sentence asks; what stands before, or in round brackets, only tells of what. Of several signs the first in
    the sentence counts, then the first in the table.
    """
    bare = re.sub(r"(?<=\S)\s*\([^()]{0,1000}\)", "", " ".join(question[:READ].split()))
    spans = sentences(bare)
    last = bare[slice(*spans[-1])] if spans else bare
    asked = _asking_part(last)
    found = _first_sign(asked)
    if found.kind == "other" and asked and len(spans) > 1 and _ASKING.search(last):
        found = _first_sign(bare)  # "how long do they last? State the new estimate."
    if found.kind in ("other", "list") and asked and defined_term(question[:READ]):
        return Wanted("definition")
    return found


def _asking_part(sentence: str) -> str:
    """The sentence from where it asks for more than yes or no; empty where it does not."""
    polar = _POLAR.search(sentence)
    if polar and not _ASKING.search(sentence[: polar.start()]):
        too = _VALUE_TOO.search(sentence, polar.end())
        return sentence[too.end() :] if too else ""
    return sentence if _ASKING.search(sentence) else ""


def _first_sign(sentence: str) -> Wanted:
    found = [
        (match.start(), place, match.end())
        for place, (_, sign) in enumerate(_SIGNS)
        if (match := sign.search(sentence))
    ]
    if not found:
        return Wanted("list" if _LIST.search(sentence) else "other")
    _, place, end = min(found)
    name = _SIGNS[place][0]
    return Wanted(name, _counted(sentence[end:]) if name == "count" else frozenset())


def _counted(rest: str) -> frozenset[str]:
    """Stems of the noun behind "how many": up to its verb, at most three words."""
    named: list[str] = []
    for word in words(rest[:200])[:4]:
        if word in STOPWORDS and named:
            break
        if word not in STOPWORDS:
            named.append(stem(word))
    return frozenset(named)
