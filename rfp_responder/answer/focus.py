"""The word a question turns on: what is offered, or what is done ("a chatbot", "translated"), read without a parser.

In "Does the portal include a chatbot that answers questions?" a sentence about the portal's other parts shares most
words and says nothing of what is asked. The word is the last one of the main clause before a preposition or a relative
clause, and the participle behind "be" where there is one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rfp_responder.answer import signs
from rfp_responder.answer.aim import WEAK, asked, speaks_of
from rfp_responder.equivalents import Term, terms
from rfp_responder.text import words

_STOP = re.compile(
    r"\s(?:for|with|to|in|on|by|from|at|that|which|who|when|where|during|across|against|through|under|over|"
        r"after|before|within|via|as|between|"
    r"if|unless|using|including|such|throughout|upon|about|into|without|according|per|outside|while|prior|"
        r"whether|pertaining|relating|related|contained|determining|ensuring|regarding)\b|[,;?(]", re.I
)  # fmt: skip
_DONE = re.compile(
    r"\b(?:be|been|being|get)\s+(?:\w+ly\s+)?(?P<done>[\w-]{1,40}(?:ed|en|wn|pt|ept|ld|nt|ght|ut|de|id))\b", re.I
)
_FRONT = re.compile(
    r"^\W*(?:do|does|did|is|are|was|were|can|could|will|would|has|have|had|shall|should|may|must|am)\b", re.I
)
EXISTS = re.compile(
    r"^\W*(?:(?:do|does|have|has)\b.{0,60}?\b(?:have|maintain|hold|employ|established?|developed|"
    r"implemented)\b|(?:is|are) there\b|"
    r"(?:is|are) (?:an? |the )?.{3,80}\b(?:process|polic(?:y|ies)|procedures?|programme?|plan|in place|"
    r"established|defined|implemented)\b)",
    re.I,
)
_GENERIC = re.compile(
    r"^(?:(?:be|been|yet|currently|able|to|any|an?|the|of|also|directly|possible|currently|formally|formal|"
    r"dedicated|own|staffed|separate) )*"
    r"(?:offer\w*|available|support\w*|provid\w*|have|has|exist\w*|possible|run|runs|operat\w*|carr\w+|"
    r"hold|holds|held|includ\w*|implement\w*|in place|perform\w*|"
    r"conduct\w*|done|made|allow\w*|permit\w*|maintain\w*|guarante\w*|formal\w*|dedicated|staffed|own|separate)\b",
    re.I,
)
_PREPOSITION = re.compile(
    r"^(?:in|on|for|with|by|to|at|through|over|via|from|as|since|during|between|under|yet|at present|today|"
    r"and|or|unless)\b",
    re.I,
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|do|does|did|can|could|may|might|must|shall|should|will|"
    r"would|we|they|it|\w+(?:ed|es|ts|ns|ds|rs|ks|ls|ps|ys|ms))\b",
    re.I,
)
_ACTS = re.compile(
    r"^\W*(?:do|does|did|can|could|will|would|may|shall|must|should) (?:you|we|they|it|(?:(?:the|your|our|"
    r"this) )?(?:\w{1,30} ){0,2}?"
    r"(?:organi[sz]ation|company|vendor|supplier|provider|contractor|bidder|system|solution|service|"
    r"platform|product|application|"
    r"software|tool|team|staff|employees))(?: (?:also|ever|regularly|currently|periodically|always|"
    r"routinely|actively))? (?P<verb>\w{2,30})",
    re.I,
)
_AHEAD = re.compile(
    r"^[^,?]{3,80},\s+(?=(?:do|does|did|is|are|was|were|can|could|will|would|has|have|shall|should|may|must)\b)", re.I
)
_ANY_DATA = frozenset("data information content records hold holds valid current active".split())
"""What a question may hold beside what it turns on: "is *data* encrypted", "a *valid* certificate"."""
_WIDEST = 4  # words before the verb or the preposition that name the thing
_NEXT = 3  # words behind a "no" that name what there is none of
_MOST = 0.6
_LONG = 9  # words; then one is enough
_SHORT = 2  # content terms that a main clause has at least


@lru_cache(maxsize=256)
def focus(question: str) -> tuple[str, ...]:
    """The words that an answer has to speak of; empty where the question holds only common words."""
    core = _AHEAD.sub("", asked(question).core)
    front = _FRONT.match(core)
    body = core[front.end() :] if front else core
    done = _DONE.search(body)
    strong = [_said(term, body) for term in terms(_main(body)) if not set(term.stems) <= WEAK]
    special = [word for word in strong if word not in _ANY_DATA]
    found = (special or strong)[-_WIDEST:]
    for match, name in ((_ACTS.match(core), "verb"), (done, "done")):
        if match and any(not set(term.stems) <= WEAK for term in terms(match[name])):
            found.append(match[name])
    return tuple(dict.fromkeys(found))


def turns_on(question: str, text: str) -> bool:
    """Whether a text speaks of the words that the question turns on: of the last two, and of most of them."""
    wanted = focus(question)
    met = [speaks_of(text, word, 0.5) for word in wanted]
    return not met or (met[-1] and sum(met) >= _MOST * len(met))


def head_met(question: str, clause: str) -> bool:
    """Whether what a negation stands before is asked: "not offered" tells of any offer, "not sold" only of selling.

    Asked whether there is such a thing, only what says that there is none tells no.
    """
    stripped = signs.NO_NEGATION.sub(" ", clause)
    found = signs.NEGATION.search(stripped)
    if found is None:
        return True  # turned by an opposite, a ban, a plan or a value
    behind = " ".join(words(stripped[found.end() :])[:8])
    wanted = f"{asked(question).lead} {asked(question).core}"
    head = _GENERIC.match(behind)
    rest = behind[head.end() :].strip() if head else behind
    strong = [term for term in terms(rest) if not set(term.stems) <= WEAK][:_NEXT]
    thing = found.group().lower() == "no" or re.match(r"(?:an?|the|any) ", behind) is not None
    if head is None and not thing:
        if EXISTS.search(asked(question).core):
            return False
        first = terms(behind)[:1]
        return bool(first) and speaks_of(wanted, _said(first[0], behind), 0.5)
    if head and (not rest or _PREPOSITION.match(rest)):
        return True  # "not offered in German": what is not offered stands before
    return not strong or any(speaks_of(wanted, _said(term, rest), 0.5) for term in strong)


def tells(clause: str) -> bool:
    """Whether a clause states something: a verb's form is in it, or it is a row; "Normal operation" is a title."""
    return bool(_VERB.search(clause) or ": " in clause)


def _said(term: Term, text: str) -> str:
    """The words of a term in the text that it was read from."""
    return " ".join(words(text)[term.start : term.end])


def _main(body: str) -> str:
    """The main clause: up to the first preposition behind at least two words that carry meaning."""
    for match in _STOP.finditer(body):
        head = body[: match.start()]
        telling = sum(not set(term.stems) <= WEAK for term in terms(head))
        if telling >= _SHORT or (telling and len(words(head)) >= _LONG):
            return head
    return body
