"""A yes or a no that a model gives, held against the claims that survived: withdrawn where they say otherwise.

Of the gold set's questions, with their own evidence as claims: of 53 that are answered by no a yes is withdrawn for 38,
of 16 answered by yes no right yes is withdrawn. A yes is a promise, so any reading as no counts against it; a sentence
is easily misread as a yes (9 of 53), so against a no only what speaks of the question counts (none of 53).
"""

from __future__ import annotations

from collections.abc import Sequence

from rfp_responder.answer.aim import aim
from rfp_responder.answer.asserted import BY_POLICY
from rfp_responder.answer.basis import Basis
from rfp_responder.answer.polarity import opposites
from rfp_responder.answer.stance import read_stance
from rfp_responder.answer.tokens import parse
from rfp_responder.asked import conflicts
from rfp_responder.domain import Stance

_OTHER: dict[Stance, Stance] = {"yes": "no", "no": "yes"}
_SPEAKS = 0.38  # recall of the question from which on a sentence's yes is heard, as in ``verdict``
_RESTS: dict[Basis, str] = {
    "policy": "rests on a policy statement, not on evidence of practice",
    "plan": "planned, not in place",
    "audit result": "rests on an audit result",
}
"""The words of ``verdict`` for what a stance rests on."""


def against(question: str, stance: Stance, claims: Sequence[str]) -> str:
    """Why the stance does not follow from the claims, in words; empty where nothing speaks against it.

    The claims are read one by one, as the offline answerer reads sentences: a reading of the other sign that no claim
    outweighs, an opposite of the question's words, another year or standard than the question's.
    """
    told = [BY_POLICY.sub("", claim) for claim in claims]
    readings = [read_stance(question, claim) for claim in told]
    if stance == "no":
        far = [aim(question, claim).recall < _SPEAKS for claim in told]
        readings = [None if one == "yes" and off else one for one, off in zip(readings, far, strict=True)]
    other = _OTHER.get(stance)
    if other and other in readings and stance not in readings:
        return f"what is left reads as {other}"
    if stance in ("yes", "no") and told and all(conflicts(question, claim) for claim in told):
        return "what is left speaks of another period or standard"
    if stance == "yes":
        asked = parse(question)
        for claim in told[:1]:
            said = parse(claim)
            turned = opposites(asked.tokens, said.tokens, said.senses, asked.senses)
            if turned and "yes" not in readings[1:]:
                return f"the question says {turned[0][0]!r}, the claim {turned[0][1]!r}"
    return ""


def rests_on(bases: Sequence[Basis]) -> str:
    """The note on what a stance rests on, where every claim rests on the same and it is no plain practice."""
    return _RESTS.get(bases[0], "") if bases and len(set(bases)) == 1 else ""
