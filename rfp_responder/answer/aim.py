"""How far a sentence speaks of what a question asks: its terms by their meaning, weighed by what they tell.

No corpus is at hand here, so words that stand in most questions of a questionnaire (provider, service, ensure,
documented) weigh little by a list, and names and numbers weigh more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rfp_responder.asked import is_polar, names, parts
from rfp_responder.equivalents import Term, held, meets, terms
from rfp_responder.text import content_stems, sentences, stem

WEAK = frozenset(
    stem(word)
    for word in (
        "organization organisation company vendor supplier provider contractor bidder firm business entity we you they "
        "service system solution platform product software application tool environment customer client tenant user "
        "have implement establish document documented maintain ensure perform conduct support offer available "
        "possible able "
        "capable capability ability allow permit enable use utilize include appropriate relevant applicable "
        "formal formally "
        "adequate define evaluate approve communicate apply accord accordance require regular regularly periodic "
        "periodically form measure technical measures technology order follow exist current currently place "
        "please describe "
        "provide process procedure standard practice effective ensure enforce operate manage management "
        "control program "
        "policy list type kind way case need want like make take give get go keep set help work want intend "
        "buy new own "
        "related respect against across part least following etc e.g i.e per based also both either all every "
        "any each always "
        "ever never default normally generally typically full fully entire entirely whole answer question yes comply "
        "additional additionally other another specific specifically certain several various many much "
        "general within time "
        "mechanism employ leverage receive method methodology in-scope scope function feature option plan "
        "planned particular overall event hold holds valid "
    ).split()
)
_WEAK_WEIGHT = 0.2
_NAME_WEIGHT = 1.6
_NAMED = 0.6  # half of a name is another name: the United States are not the United Kingdom
_LEAD_WEIGHT = 0.35  # a sentence before the one that asks sets the scene
_CONTEXT = 0.8  # what a heading says holds for its sentences, less surely than their own words
_ASIDE = re.compile(
    r"\((?P<inner>[^()]{1,300})\)|\b(?:e\.g\.|i\.e\.|such as|for example|for instance|including)[^?;.]{0,200}", re.I
)
_BEHIND = re.compile(r"\s*\([^()]*\)\W*$")  # the first part, which ``parts`` puts behind one that leans on it
_ANAPHOR = re.compile(r"\b(?:this|that|it|these|those|the same|so|them)\b", re.I)
_CONDITION = re.compile(r"^\W*(?:if|please|describe|explain|list|provide|give|where|how|what|when|which|who)\b", re.I)
_REQUIREMENT = re.compile(
    r"\b(?:must|shall|should|will|is to|are to|(?:is|are) required to|(?:must|shall) not)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A polar question taken apart: ``core`` is the sentence that yes or no answers, ``lead`` what stands before it.

    ``weights`` are the terms of both, each with what it tells; ``named`` are the names that an answer has to hold.
    """

    core: str
    lead: str
    weights: tuple[tuple[Term, float], ...]
    named: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Aim:
    """``recall``: the share of the question that the text speaks of; ``precision``: of the text that is asked for.

    ``named``: the share of the names asked about that are there; ``own``: the recall without the heading.
    """

    recall: float
    own: float
    precision: float
    named: float


@lru_cache(maxsize=256)
def asked(question: str) -> Asked:
    """The question's polar core and its terms."""
    core, lead = _core(" ".join(question.split()))
    plain = _ASIDE.sub(" ", core)
    plain = plain if terms(plain) else core
    known = {word for name, _ in names(_ASIDE.sub(" ", question)) for word in content_stems(name)}
    weights: dict[Term, float] = {}
    for text, factor in ((plain, 1.0), (lead, _LEAD_WEIGHT)):
        for term in terms(text):
            weights[term] = max(weights.get(term, 0.0), factor * _weight(term, known))
    referring = len(content_stems(plain)) <= 1
    if referring and lead:  # "Is that possible?": the sentence before it is what is asked
        weights = {term: _weight(term, known) for term in terms(f"{lead} {plain}")}
    named = tuple(term for term in weights if known & set(term.stems) and not set(term.stems) <= WEAK)
    return Asked(core, lead, tuple(weights.items()), named)


def aim(question: str, sentence: str, context: str = "") -> Aim:
    """How far the sentence, under its heading, speaks of what the question asks."""
    wanted = asked(question)
    stems, same, near = held(sentence)
    over, over_same, over_near = held(context)
    total = own = both = 0.0
    for term, weight in wanted.weights:
        here = meets(term, stems, same, near)
        total += weight
        own += weight * here
        both += weight * max(here, _CONTEXT * meets(term, over, over_same, over_near))
    told = [
        max(meets(term, stems, same, near), meets(term, over, over_same, over_near)) >= _NAMED for term in wanted.named
    ]
    named = sum(told) / len(told) if told else 1.0
    asked_stems, asked_same, asked_near = held(f"{wanted.lead} {wanted.core}")
    said = [(term, _weight(term, frozenset())) for term in terms(sentence)]
    mass = sum(weight for _, weight in said) or 1.0
    met = sum(weight * meets(term, asked_stems, asked_same, asked_near) for term, weight in said)
    total = total or 1.0
    return Aim(both / total, own / total, met / mass, named)


def shared(question: str, clause: str) -> float:
    """The weight of the question's terms that a clause speaks of: for choosing between the clauses of a sentence."""
    stems, same, near = held(clause)
    return sum(weight * meets(term, stems, same, near) for term, weight in asked(question).weights)


def speaks_of(text: str, phrase: str, share: float = 0.6) -> bool:
    """Whether a text holds the terms of a phrase, by meaning."""
    wanted = terms(phrase)
    stems, same, near = held(text)
    return bool(wanted) and sum(meets(term, stems, same, near) for term in wanted) >= share * len(wanted)


def _weight(term: Term, known: frozenset[str] | set[str]) -> float:
    if set(term.stems) <= WEAK and not (len(term.stems) > 1 and term.concepts):
        return _WEAK_WEIGHT
    return _NAME_WEIGHT if known & set(term.stems) else 1.0


def _core(question: str) -> tuple[str, str]:
    """The sentence that yes or no answers, and what leads to it; riders ("If so, how?") are left out."""
    split = parts(question)
    plain = [split[0], *[_BEHIND.sub("", part) for part in split[1:]]]
    polar = next((part for part in plain if is_polar(part) and not re.match(r"\W*if\b", part, re.I)), None)
    if polar is None:
        return question, ""
    spans = [polar[a:b] for a, b in sentences(polar)]
    asking = [one for one in spans if not _CONDITION.match(one) and (is_polar(one) or _REQUIREMENT.search(one))]
    core = asking[-1] if asking else polar
    lead = " ".join(spans[: spans.index(core)]) if core in spans else ""
    if not lead and polar != split[0] and _ANAPHOR.search(polar):
        lead = split[0]
    return core, lead
