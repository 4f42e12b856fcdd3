"""Plans, duties and other people's tasks in a source, which a model likes to tell as what is done.

``basis`` is weighed on what the offline answerer quotes, and knows the plans that questions are asked about. A model's
own words need more: any verb may be planned, and a duty or a hope has many words.
"""

from __future__ import annotations

import re

from rfp_responder.answer.basis import Basis, basis
from rfp_responder.answer.signs import PLANNED

_YEAR = r"(?:19|20)\d\d"
_PLAN = re.compile(
    r"\b(?:plan(?:s|ned|ning)?|intend(?:s|ed|ing)?|aim(?:s|ed|ing)?|hop(?:e|es|ed|ing)|expect(?:s|ing)?|propos(?:e|"
    r"es|ed|ing)|"
    r"want(?:s|ed)?|wish(?:es)?|prepar(?:e|es|ing)) to (?:(?:also|then|soon|fully|further) )?(?:be )?[a-z]{2,}|"
    r"\b(?:consider|evaluat|explor|discuss)(?:s|es|ing)? (?:to [a-z]{2,}|(?:the )?[a-z]+ing\b|whether)|"
    r"\b(?:we|they) (?:hope|plan|intend) that\b|"
    r"\bwork(?:s|ing)? towards?\b|"
    rf"\bwill\b[^.;]{{0,120}}\b(?:next (?:year|month|quarter|release|version)|later this year|soon|in (?:the|"
    rf"a) (?:near )?future|"
    rf"(?:in|by|from|until|before|during|as of|starting|since) (?:\w+ ){{0,4}}?{_YEAR}|Q[1-4])\b|"
    rf"\b(?:from|as of|starting (?:in|from|with)?) ?(?:\w+ )?{_YEAR}(?: on(?:wards?)?)?,? [^.;]{{0,80}}\bwill\b",
    re.I,
)
_THEIRS = re.compile(
    r"\b(?:customers?|clients?|users?|auditors?|you|tenants?) (?:who |that |which )?(?:may |can |might )?"
    r"(?:plan|want|wish|intend|expect|prepare|hope)",
    re.I,
)
"""What a customer plans or wants is no plan of the vendor."""
_DUTY = re.compile(
    r"\b(?:needs? to(?: be)?|ought to|(?:is|are) (?:expected|supposed|meant|obliged|bound|to be)\b|calls? for|"
    r"oblig(?:e|es|ed|ates?)|commit(?:s|ted)? (?:\w+ )?to|undertakes? to|promises? to|"
    r"(?:our|the|company) policy (?:that|to|is)|policy requires|standard requires)\b",
    re.I,
)
_LEFT_TO_OTHERS = re.compile(
    r"\b(?:customers?|clients?|tenants?|users?|subscribers?|you) (?:is|are|remains?) (?:solely |"
    r"themselves )?responsible\b|"
    r"\b(?:responsibility|duty|task) of (?:the |each |every )?(?:customer|client|tenant|subscriber)s?\b|"
    r"\b(?:customer|client|tenant)['’]?s['’]? (?:own )?(?:responsibility|duty|task)\b|"
    r"\b(?:recommend|advise|suggest|encourage|urge)s? (?:that )?(?:customers?|clients?|tenants?|you)\b",
    re.I,
)
_NAMES_OTHERS = re.compile(
    r"\b(?:customers?|clients?|tenants?|subscribers?|users?|you|your|recommend\w*|advi[sc]e\w*)\b", re.I
)


def is_planned(text: str) -> bool:
    """Whether a sentence tells of what is yet to come."""
    return bool((_PLAN.search(text) and not _THEIRS.search(text)) or PLANNED.search(text))


def resting(text: str, heading: str = "", title: str = "") -> Basis:
    """What a sentence of a source rests on, as ``basis`` tells it, with the plans and duties it does not know."""
    kind = basis(text, heading, title)
    if kind in ("practice", "audit result"):
        if _PLAN.search(text) and not _THEIRS.search(text):
            return "plan"
        if _DUTY.search(text) and kind == "practice":
            return "policy"
    return kind


def of_others(claim: str, sentence: str) -> bool:
    """Whether a sentence leaves to customers, or advises them, what the claim tells of the vendor."""
    return bool(_LEFT_TO_OTHERS.search(sentence)) and not _NAMES_OTHERS.search(claim)
