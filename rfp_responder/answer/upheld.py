"""A yes or a no that a model gives, held against the claims that survived: withdrawn where they do not say it.

Only claims that speak of what is asked are heard. Of the 26 tune questions with a stance 24 keep it with their own
evidence as claims, and of 29 with one sentence of another topic one keeps a false yes. A yes is a promise, so any
reading as no or as a part counts against it; a sentence is easily misread as a yes (9 of 53 that are answered by no),
so against a no only what speaks of much of the question counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rfp_responder.answer import signs
from rfp_responder.answer.aim import WEAK, aim, asked
from rfp_responder.answer.asserted import BY_POLICY
from rfp_responder.answer.basis import Basis
from rfp_responder.answer.facts import facts, spaced
from rfp_responder.answer.planned import is_planned
from rfp_responder.answer.polarity import opposites
from rfp_responder.answer.stance import read_stance
from rfp_responder.answer.tokens import parse
from rfp_responder.asked import conflicts, parts
from rfp_responder.domain import Stance

UNTOLD = "none of the claims speaks of what is asked"
_OTHER: dict[Stance, Stance] = {"yes": "no", "no": "yes", "not_applicable": "yes"}
_SPEAKS = 0.1  # recall of the question, the heading counted in: 90 % of right evidence has it, 6 % of other
_MUCH = 0.38  # recall from which on a sentence's yes is heard, as in ``verdict``
_LABELS = frozenset("type tier level class phase stage part".split())
_ONLY = re.compile(r"\b(?:only|solely|exclusively|nowhere else|no other)\b", re.I)
_ONLY_TOLD = re.compile(
    r"\b(?:only|sole\w*|exclusiv\w*|no(?:t|where)?|never|nobody|none|cannot|restricted|limited|confined|stays?|"
    r"remains?|"
    r"all|always|any|without|must)\b",
    re.I,
)
_ALL_HOURS = re.compile(
    r"\b(?:24\s?[/x×-]\s?7|around[ -]the[ -]clock|24 hours|day and night|(?:at )?any (?:hour|time)|at all (?:hours|"
    r"times)|"
    r"all (?:day|week)|round[ -]the[ -]clock)\b",
    re.I,
)
_FORCED = re.compile(
    r"\b(?:enforc\w*|mandat\w*|compulsory|obligat\w*|require[sd]?|requirements?|must|shall|ha(?:s|ve) to|needs?|always|"
    r"only|cannot|not possible|refus\w*|block\w*|forced?|without exception|no one|nobody|impossible)\b",
    re.I,
)
_OFFERED = re.compile(r"\b(?:available|offer\w*|support\w*|can|may|option\w*|possible|choose|able)\b", re.I)
_RESTS: dict[Basis, str] = {
    "policy": "rests on a policy statement, not on evidence of practice",
    "plan": "planned, not in place",
    "audit result": "rests on an audit result",
}
"""The words of ``verdict`` for what a stance rests on."""


def speaks(question: str, claim: str, context: str = "") -> bool:
    """Whether a claim, below its heading (``context``), speaks of what is asked at all, or of a part of it.

    Of a question without a word of its own ("Is it so?") that cannot be said: it does.
    """
    told = BY_POLICY.sub("", claim)
    if all(set(term.stems) <= WEAK for term, _ in asked(question).weights):
        return True
    return any(aim(one, told, context).recall >= _SPEAKS for one in dict.fromkeys((question, *parts(question))))


def against(question: str, stance: Stance, claims: Sequence[str], contexts: Sequence[str] = ()) -> str:
    """Why the stance does not follow from the claims, in words; empty where nothing speaks against it.

    ``contexts`` are the headings that the claims stand below, one for each. The claims that speak of what is asked are
    read one by one, as the offline answerer reads sentences: a reading of the other sign that no claim outweighs, an
    opposite of the question's words, another year or standard, a word that the yes would have to hold for.
    """
    below = [*contexts, *("" for _ in claims)][: len(claims)]
    told = [BY_POLICY.sub("", one) for one, over in zip(claims, below, strict=True) if speaks(question, one, over)]
    if not told:
        return UNTOLD
    readings = [read_stance(question, claim) for claim in told]
    if stance == "no":
        far = [aim(question, claim).recall < _MUCH for claim in told]
        readings = [None if one == "yes" and off else one for one, off in zip(readings, far, strict=True)]
    other = _OTHER.get(stance)
    if other and other in readings and stance not in readings:
        return f"what is left reads as {other}"
    if stance in ("yes", "no") and all(conflicts(question, claim) for claim in told):
        return "what is left speaks of another period or standard"
    if stance != "yes":
        return ""
    if "partial" in readings and "yes" not in readings:
        return "what is left reads as partial"
    return _opposed(question, told, readings) or _unmet(asked(question).core, told)


def _opposed(question: str, told: Sequence[str], readings: Sequence[Stance | None]) -> str:
    """An opposite of the question's words in the first claim, where no other one says yes."""
    wanted, said = parse(question), parse(told[0])
    turned = opposites(wanted.tokens, said.tokens, said.senses, wanted.senses)
    if turned and "yes" not in readings[1:]:
        return f"the question says {turned[0][0]!r}, the claim {turned[0][1]!r}"
    return ""


def _unmet(core: str, told: Sequence[str]) -> str:
    """What a yes would have to hold for and no claim says: only, at all hours, enforced, of this very type."""
    whole = " ".join(told)
    if not signs.ASKS_PLAN.search(core) and all(is_planned(claim) for claim in told):
        return "what is left is planned, not in place"
    if signs.ATTESTED.search(core) and not signs.SUPPLIERS.search(core) and all(map(signs.OTHERS.search, told)):
        return "what is left tells of a supplier"
    for wanted, met in ((_ONLY, _ONLY_TOLD), (_ALL_HOURS, _ALL_HOURS)):
        found = wanted.search(core)
        if found and not met.search(whole):
            return f"no claim says {found.group()!r}"
    found = signs.ASKS_FORCE.search(core)
    if found and _OFFERED.search(whole) and not _FORCED.search(whole):
        return f"no claim says {found.group()!r}"
    labels = {(fact.name, fact.raw) for fact in facts(spaced(core)) if fact.name in _LABELS}
    known = {(fact.name, fact.raw) for fact in facts(spaced(whole)) if fact.name in _LABELS}
    for name, raw in sorted(labels - known):
        if any(name == one for one, _ in known):
            return f"the question says {name} {raw}, the claims another {name}"
    return ""


def rests_on(bases: Sequence[Basis]) -> str:
    """The note on what a stance rests on, where every claim rests on the same and it is no plain practice."""
    return _RESTS.get(bases[0], "") if bases and len(set(bases)) == 1 else ""
