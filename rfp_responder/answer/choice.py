"""From a stance to one of the values a questionnaire allows; blank where none fits cleanly."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rfp_responder.domain import Stance
from rfp_responder.text import NEGATIONS, fold, words

_CLAUSE = re.compile(r"[,;:.]\s|\b(?:and|but|while)\b")

_VALUES: dict[Stance, frozenset[str]] = {
    "yes": frozenset(
        "yes|y|true|x|comply|complies|compliant|fully compliant|fully comply|full|fully|fully met|met|meets|"
        "meets requirement|implemented|fully implemented|in place|supported|available|agree|accept|accepted|"
        "ja|oui|si|sí|sim|o".split("|")
    ),
    "no": frozenset(
        "no|n|false|does not comply|non-compliant|noncompliant|not compliant|not met|does not meet|exception|"
        "not implemented|not in place|not supported|unsupported|not available|disagree|reject|nein|non|não".split("|")
    ),
    "partial": frozenset(
        "partial|partially|partly|partial compliance|partially compliant|partially comply|partially met|"
        "partially implemented|partially supported|yes, partially|in part|with exceptions|limited".split("|")
    ),
    "not_applicable": frozenset("n/a|na|n.a.|not applicable|none applicable|does not apply".split("|")),
}


def stance_of(choice: str) -> Stance | None:
    """The stance that an allowed value stands for, None where it is no stance (a product name, a region)."""
    key = _key(choice)
    head = re.split(r"\s+-\s*|\s*[–—:(,;]\s*", key, maxsplit=1)[0]  # a hyphen within a word parts nothing: no-code
    for part in (key, head):
        for stance, values in _VALUES.items():
            if part in values:
                return stance
    return None


def _key(choice: str) -> str:
    return fold(choice).casefold().strip(" .!*")


def choose(stance: Stance | None, choices: Sequence[str], claims: Sequence[str]) -> str | None:
    """One of ``choices``, or None: the value that stands for the stance, else the one value the claims name."""
    if not choices:
        return None
    stances = [(choice, stance_of(choice)) for choice in choices]
    if stance is not None:
        fitting = [choice for choice, means in stances if means == stance]
        plain = [choice for choice in fitting if _key(choice) in _VALUES[stance]]
        if fitting:  # "Yes" before "Yes - with exceptions", whichever is listed first
            return (plain or fitting)[0]
    if any(means is not None for _, means in stances):
        return None  # a vocabulary of stances without this one: blank, never the nearest
    clauses = [
        c
        for claim in claims
        for c in _CLAUSE.split(claim)
        if not NEGATIONS & set(words(c.replace("n’t", " not").replace("n't", " not")))
    ]
    text = " " + " | ".join(" ".join(re.findall(r"\w+", clause.casefold())) for clause in clauses) + " "
    named = [c for c in choices if " " + " ".join(re.findall(r"\w+", c.casefold())) + " " in text]
    longest = [c for c in named if not any(c != d and c.casefold() in d.casefold() for d in named)]
    return longest[0] if len(longest) == 1 else None
