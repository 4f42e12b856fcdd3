"""What a statement rests on: an auditor's result, practice, a policy, a plan, or only advice to the customer."""

from __future__ import annotations

import re
from typing import Literal

from rfp_responder.answer.signs import PLANNED

Basis = Literal["audit result", "practice", "policy", "plan", "advice"]

RANKS: dict[Basis, int] = {"audit result": 4, "practice": 3, "policy": 2, "plan": 1, "advice": 0}
"""Which of two statements weighs more: an audit result more than practice, practice more than a rule."""

_AUDIT_WORDS = re.compile(
    r"\b(?:auditors?|assessors?|the audit|certificates?|certified|attestation|attested|tested by|"
    r"pen(?:etration)? test(?:ers?)? (?:found|report|confirmed|closed)|"
    r"no exceptions? (?:was |were )?(?:noted|found|identified)|independent(?:ly)? (?:audit|assess|test|"
    r"verif|examin)\w*|"
    r"opinion of|in (?:our|their) opinion|was found to|were found to|findings?|operated effectively)\b",
    re.I,
)
_AUDIT_PAST = re.compile(
    r"\b(?:tested|examined|found|noted|covers?|confirmed|issued|valid (?:until|to)|certified|conforms?|"
    r"operated|attests?|audited|no exceptions?)\b",
    re.I,
)
_AUDIT_DOCUMENT = re.compile(
    r"\b(?:soc ?[123]|audit report|type ii|type 2|certificate|attestation|penetration test|pen ?test|"
    r"assessment report|statement of conformance|"
    r"test (?:report|summary|letter)|isae 3402)\b",
    re.I,
)
_SELF = re.compile(r"\b(?:self[- ]assess\w*|readiness|template|draft|preparation)\b", re.I)
_DUTY = re.compile(
    r"\b(?:must|shall|is required to|are required to|is to be|are to be|has to|have to|should|may not|"
    r"is prohibited|are prohibited|is forbidden|policy requires)\b",
    re.I,
)
_RULES = re.compile(r"\b(?:polic(?:y|ies)|standards?|code of conduct|rules)\b", re.I)
_NO_RULES = re.compile(r"\b(?:privacy|cookie|support|service level|sla|refund|returns?)\b", re.I)
"""Policies that describe what is done for customers rather than rule what staff have to do."""
_ADVICE = re.compile(
    r"\b(?:we (?:strongly )?(?:recommend|advise|suggest|encourage)|(?:it )?is (?:strongly )?(?:recommended|"
    r"advisable)|our (?:advice|recommendation)|"
    r"(?:customers?|clients?|tenants?|deployers?) (?:should|must|need to|are (?:expected|responsible|"
    r"encouraged|advised)|is responsible|has to|have to|ought)|"
    r"(?:the )?(?:customer|client|tenant|deployer)['’]s (?:own )?(?:responsibility|duty|choice)|"
    r"responsibility of the (?:customer|client|tenant)|"
    r"(?:is|are|remains?) (?:solely )?(?:your|the (?:customer|client|"
    r"deployer)['’]s) (?:own )?(?:responsibility|task|duty)|make sure (?:that )?you|"
    r"please (?:make|set|enable|configure|ensure|choose))\b",
    re.I,
)
_YOU = re.compile(
    r"\byou (?:should|must|need to|have to|are (?:expected|responsible|encouraged|advised)|may want to|"
    r"can (?:also )?(?:set|choose))\b",
    re.I,
)
_IMPERATIVE = re.compile(
    r"^(?:please\s+)?(?:always |never )?(?:enable|configure|set|use|choose|ensure|make|keep|turn|switch|"
        r"create|select|click|open|check|verify|consider|avoid|install|"
    r"review|rotate|store|restore|identify|report|contain|recover|notify|document|confirm|ask|contact|run|"
        r"do not|don['’]t)\b(?! (?:is|are|of)\b)", re.I
)  # fmt: skip


def basis(text: str, context: str = "", document: str = "") -> Basis:
    """What a statement rests on. A self-assessment is no audit, whatever standard its title names."""
    if is_advice(text) and not (_RULES.search(document) and not _ADVICE.search(text)):
        return "advice"  # "You must lock your screen" in a policy speaks to staff
    if PLANNED.search(text) and not re.search(r"\bnot (?:yet|currently)|currently not\b", text, re.I):
        return "plan"
    audited = _AUDIT_DOCUMENT.search(f"{document} {context}") and not _SELF.search(f"{document} {context}")
    if (audited and _AUDIT_PAST.search(text)) or (
        _AUDIT_WORDS.search(text) and _AUDIT_PAST.search(text) and not _DUTY.search(text)
    ):
        return "audit result"
    if _DUTY.search(text):
        return "policy"
    if _RULES.search(document) and not re.search(r"\b(?:we|our)\b", text, re.I) and not _NO_RULES.search(document):
        return "policy"
    return "practice"


def is_advice(text: str) -> bool:
    """Whether a sentence tells customers what to do, and so says nothing of what the vendor does."""
    return bool(_ADVICE.search(text) or _YOU.search(text) or _IMPERATIVE.match(text))
