"""Words that limit or strengthen a statement, beyond what ``support`` holds against a claim.

``support`` is measured on people's labels and lets a model off that leaves out "usually" or "up to", or says "enforced"
where its source says "available". In an answer that a vendor is held to, these are promises nobody made.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rfp_responder.text import content_stems, fold, sentences, stem

_USUALLY = re.compile(
    r"\b(?:usually|generally|normally|typically|mostly|often|sometimes|occasionally|in most cases|in general|"
    r"as a rule|where (?:possible|practicable|feasible|appropriate|applicable)|"
    r"as far as (?:possible|practicable)|best[- ]efforts?|"
    r"(?:reasonable|commercially reasonable) (?:efforts?|endeavou?rs)|aims? to|strives? to|seeks? to|endeavou?rs? to|"
    r"intends? to|targets?|objectives?|goals?|approximately|about|around|roughly|nearly|almost|partially|partly|"
    r"in part|to some extent|primarily|mainly|largely)\b",
    re.I,
)
_UP_TO = re.compile(
    r"\b(?:up to|at most|no more than|not more than|a maximum of|maximum|limited to|as long as)\s+(?:an? )?"
    r"(?P<value>\d[\d.,]*)",
    re.I,
)
_BOUNDED = re.compile(
    r"\b(?:up to|at most|(?:no|not) (?:more|longer|later) than|max(?:imum)?|limit\w*|within|less than|under|"
    r"not exceed\w*|cap(?:ped)?|longest)\b",
    re.I,
)
_CAN_BE = re.compile(r"\b(?:can|could|may|might) (?:also |optionally |then )?be (?:\w+ly )?(?P<done>\w{3,30})\b", re.I)
_POSSIBLE = re.compile(
    r"\b(?:can|could|may|might|optional\w*|option|possible|possibly|configur\w*|choose|choice|available|support\w*|"
    r"allows?|enables?|able|on request|if)\b",
    re.I,
)
_CONDITION = re.compile(
    r"^\W*(?:if|provided(?: that)?|on condition that|in case)\b[^,]{3,160},\s(?P<then>.+)|"
    r"(?P<main>.+?),?\s(?:only\s)?(?:if|provided that|subject to|on(?: customer(?:'s)?)? request|upon request|"
    r"on condition that|for an? (?:additional|extra) (?:fee|charge|cost))\b.*",
    re.I | re.S,
)
_CONDITIONAL = re.compile(
    r"\b(?:if|when|where|once|unless|provided|subject|request|condition\w*|depend\w*|optional\w*|can|could|may|might|"
    r"only|available|option|fee|charge|cost|in case|in the event|whether)\b",
    re.I,
)
_ADDED = tuple(
    (re.compile(rf"\b(?:{claimed})\b", re.I), re.compile(rf"\b(?:{told})", re.I))
    for claimed, told in (
        (
            r"enforced|mandatory|compulsory|obligatory|enforces?",
            r"enforc|mandat|requir|must|shall|compulsor|oblig|always|only|cannot|need",
        ),
        (
            r"automatic(?:ally)?|automated",
            r"automat|by itself|without (?:manual|human)|self-|schedul|nightly",
        ),
        (r"guarantees?|guaranteed", r"guarant|warrant|commit|shall|must|will|ensur|credit"),
        (r"immediately|instantly|at once", r"immediate|instant|at once|real[- ]time|without delay|as soon as|straight"),
        (r"by default", r"default|standard|always|automat|out of the box|mandat|pre-?set|initial"),
        (r"certified|certification|accredited", r"certif|accredit|attest"),
        (r"independent(?:ly)?|third[- ]party", r"independent|third|external|outside|auditor|assessor|firm|compan"),
        (r"unlimited|without (?:any )?limit", r"unlimited|without (?:any )?limit|no limit|any number|not limited"),
        (r"real[- ]time", r"real[- ]time|live|immediate|instant|continuous|streaming"),
        (
            r"always|at all times",
            r"always|at all times|every|each|all|24|continuous|permanent|never|without|must|cannot|only",
        ),
        (r"secure(?:ly)?|safely", r"secur|safe|protect|encrypt|confiden|lock|restrict"),
        (r"encrypted|encrypts?", r"encrypt|crypt|cipher|aes|tls|ssl|https|bitlocker|vpn|hash"),
        (r"immutable", r"immutab|worm|write[- ]once|alter|chang|overwrit|tamper|modif|delet|lock"),
        (
            r"free of charge|at no (?:extra |additional )?(?:cost|charge)|for free",
            r"free|no |without|includ|gratis|part of",
        ),
        (
            r"only|solely|exclusively",
            r"only|sole|exclusiv|limit|restrict|no |not |never|none|nothing|nobody|except|alone|cannot",
        ),
        (r"hardly|rarely|seldom|scarcely", r"hardly|rare|seldom|scarce|few|exception|not |unlikely"),
        (r"24/7|around the clock", r"24\s?[/x×]\s?7|around the clock|24 hours|at any (?:hour|time)|day and night"),
    )
)
"""A word that strengthens a claim, and beginnings of words one of which a source of it has."""


def overstated(claim: str, quotes: Sequence[str], headings: str = "") -> str:
    """Why the claim says more than its quotes under their headings, in words; empty where it does not."""
    told = " ".join(fold(quote) for quote in quotes)
    for claimed, source in _ADDED:
        found = claimed.search(claim)
        if found and not source.search(f"{told} {headings}"):
            return f"strength: the claim says {found.group()!r}, the source does not"
    clauses = [clause for quote in quotes for clause in _clauses(quote)]
    return (
        _without_usually(claim, clauses)
        or _without_bound(claim, told)
        or _without_can(claim, clauses)
        or _without_condition(claim, quotes)
    )


def _clauses(quote: str) -> list[str]:
    """A quote's clauses, cut at commas, semicolons and "and"; a table's row is one."""
    whole = fold(quote) if "\t" not in quote else quote
    found: list[str] = []
    for start, end in sentences(whole):
        piece = whole[start:end]
        found += [piece] if "\t" in piece else re.split(r"[;:]\s|,\s|\s(?:and|but|while|whereas)\s", piece)
    return found


def _without_usually(claim: str, clauses: Sequence[str]) -> str:
    """A hedge of the clause that the claim shares most with, where the claim has none."""
    if _USUALLY.search(claim):
        return ""
    ours = set(content_stems(claim))
    best = max(clauses, key=lambda clause: len(ours & set(content_stems(clause))), default="")
    found = _USUALLY.search(best)
    if not found or found.group().lower().rstrip("s") in ("target", "objective", "goal") or not ours:
        return ""  # "the objective is 4 hours" is told by the claim's other words or not at all: support decides
    shared = len(ours & set(content_stems(best)))
    return f"hedge: the source says {found.group()!r}, the claim does not" if shared >= 2 else ""


def _without_bound(claim: str, told: str) -> str:
    """A value that is only an upper bound in the source, stated as what is."""
    if _BOUNDED.search(claim):
        return ""
    for found in _UP_TO.finditer(told):
        value = re.escape(found["value"].rstrip(".,"))
        same = rf"(?<![\w.,]){value}(?![\w]|[.,]\d)"
        elsewhere = len(re.findall(same, told)) > len(re.findall(rf"{same}", found.group()))
        if re.search(same, claim) and not elsewhere:
            return f"hedge: the source says {found.group()!r}, the claim states the value"
    return ""


def _without_can(claim: str, clauses: Sequence[str]) -> str:
    """What can be done, stated as done: "data can be encrypted" is not "data is encrypted"."""
    if _POSSIBLE.search(claim):
        return ""
    for clause in clauses:
        found = _CAN_BE.search(clause)
        if not found:
            continue
        done = stem(found["done"].lower())
        states = re.finditer(r"\b(?:is|are|was|were|been|gets?) (?:\w+ly |all |also )?(\w{3,30})\b", claim, re.I)
        firm = any(re.search(rf"\b(?:is|are) (?:\w+ly )?{re.escape(found['done'])}\b", other) for other in clauses)
        if not firm and any(stem(state.group(1).lower()) == done for state in states):
            return f"modality: the source says {found.group()!r}, the claim says it is done"
    return ""


def _without_condition(claim: str, quotes: Sequence[str]) -> str:
    """A condition that the sentence puts on what the claim says of everybody: "if the customer orders it"."""
    if _CONDITIONAL.search(claim):
        return ""
    ours = set(content_stems(claim))
    for quote in quotes:
        text = fold(quote)
        pieces = [text[a:b] for a, b in sentences(text)] if "\t" not in quote else []
        nearest = max(pieces, key=lambda piece: len(ours & set(content_stems(piece))), default="")
        found = _CONDITION.match(nearest)
        kept = set(content_stems((found["then"] or found["main"]) if found else ""))
        if found and ours and len(ours & kept) >= max(2, 0.7 * len(ours)):
            return f"condition: the source says it under a condition: {nearest[:80]!r}"
    return ""
