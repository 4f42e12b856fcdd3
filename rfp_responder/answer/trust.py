"""Whether a yes or a no can be trusted to the sentence that it was read from, beside those that rank before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rfp_responder.answer.aim import aim, speaks_of
from rfp_responder.answer.facts import facts
from rfp_responder.answer.polarity import opposites
from rfp_responder.answer.rank import Scored
from rfp_responder.answer.stance import read
from rfp_responder.answer.tokens import parse
from rfp_responder.domain import Stance
from rfp_responder.equivalents import terms

_FAR = 0.72  # of the question's terms: a sentence that lacks more decides nothing
_FIRST = 2  # of the terms that are missing, rarest first
_MEANS = re.compile(
    r"\b(?:with|using|via|outside|by means of|based on)\s+(?:an?\s+|the\s+|your\s+|our\s+)?([\w-]+)", re.I
)
_BARRED = re.compile(
    r"\b(?:refus|reject|block|disabl|den(?:y|ies)|prevent|older than|earlier than|below|lower than|deprecat|weaker)",
    re.I,
)


_COVERS = re.compile(
    r"\b(?:covers?|covered|covering|between|during|for the (?:period|year|time)|gaps?|coverage)\b", re.I
)


def doubt(question: str, stance: Stance, decisive: Scored, better: Sequence[Scored]) -> str:
    """Why the stance is not trusted; empty where it is. ``better`` are the sentences that rank before the decisive one.

    Weighed on the fitting questions, a sample questionnaire and half of a public one: what would keep back more right
    verdicts than wrong ones is not here.
    """
    candidate = decisive.candidate
    if decisive.signals.absent > _FAR:
        return "what speaks of this is too far from the question to decide yes or no"
    phrase = next((word for word in decisive.unmet[:_FIRST] if " " in word), "")
    if phrase:
        return f"nothing tells of “{phrase}”, so neither yes nor no is given"
    whole = f"{candidate.context}. {candidate.text}"
    means = [word for word in _MEANS.findall(question) if terms(word) and not speaks_of(whole, word, 0.9)]
    if means and stance == "yes":
        return f"nothing tells of “{means[0]}”, so neither yes nor no is given"
    asked, said = parse(question), parse(candidate.text)
    turned = opposites(asked.tokens, said.tokens, said.senses, asked.senses) if stance == "yes" else []
    if turned:
        return f"the question says {turned[0][0]!r}, the passage {turned[0][1]!r}: neither yes nor no is given"
    of_period = _COVERS.search(candidate.text) and _dated(candidate.text)
    if stance == "no" and of_period and not (_dated(question) or _COVERS.search(question)):
        return "it is denied for a period only: neither yes nor no is given"
    if _BARRED.search(question) and not _BARRED.search(candidate.text):
        return "the question asks what is kept out, the passage tells what is let in: neither yes nor no is given"
    return "sentences disagree: neither yes nor no is given" if _gainsaid(question, stance, decisive, better) else ""


def _gainsaid(question: str, stance: Stance, decisive: Scored, better: Sequence[Scored]) -> bool:
    """Whether a sentence that ranks before says the contrary and speaks as much of what is asked."""
    mine = aim(question, decisive.candidate.text, decisive.candidate.context).recall
    for one in better:
        other = read(question, one.candidate.text).stance
        theirs = aim(question, one.candidate.text, one.candidate.context).recall
        if {other, stance} == {"yes", "no"} and theirs >= mine:
            return True
    return False


def _dated(text: str) -> bool:
    """Whether a text names a day, a month or a year."""
    return any(fact.measure == "date" for fact in facts(text))
