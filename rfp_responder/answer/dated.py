"""What time does to an answer: a period that has run out, an older edition that said otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from rfp_responder.answer.dissent import dissent
from rfp_responder.answer.rank import Scored
from rfp_responder.asked import conflicts
from rfp_responder.dates import find_dates
from rfp_responder.domain import Chunk, Passage
from rfp_responder.text import sentences, shortened

_ENDS = re.compile(
    r"(?:\b(?:valid (?:until|to|through|thru)|expir(?:es?|ed|y|ing|ation)(?: date)?(?: on| at| in)?|until|through|"
    r"end(?:s|ed|ing)?(?: on)?|to)|(?<=\d)\s*[–-]):?\s*$", re.I,
)  # fmt: skip
_HARD = re.compile(r"valid|expir", re.I)
_HELD = re.compile(r"\bvalid\b|\bpolicy period\b|\binsur\w+|\bcertificates?\b", re.I)
_PAST = re.compile(r"\baudit\w*|\breports?\b|\bsoc ?[123]|\bassess\w*|\btest\w*", re.I)
_PROOF = re.compile(
    r"\b(?:audit\w*|report|certificat\w*|certified|accredit\w*|soc ?[123]|iso|attest\w*|insur\w+|policy period|"
    r"penetration test\w*|assessment|valid|expir\w*)\b", re.I,
)  # fmt: skip
_DAYLESS = re.compile(r"[A-Za-z]{3,9}\.?,?\s+(?:19|20)\d\d\b")
RAN_OUT = "it ran out"
_RUNS_OUT = re.compile(r"\b(?:valid (?:until|to|through|thru)|expir(?:es?|ed|y))\b", re.I)
_GRACE = 365  # days for which the report on a past period is still the newest there can be
_ALIGNED = 0.5  # share of a claim that an older edition's sentence must hold to speak of the same thing
_MONTH = 30.44  # days, on average


def dated_notes(chosen: Sequence[Scored], passages: Mapping[int, Passage], today: date | None) -> tuple[str, ...]:
    """Notes on what has lapsed by ``today`` and on what an older edition said; in the order of the sentences."""
    notes: list[str] = []
    for one in chosen:
        passage = passages[one.candidate.rank]
        notes += _lapsed_near(one, passage, today) if today else []
        notes += _older(one.candidate.text, passage)
    return tuple(dict.fromkeys(notes))


def _lapsed_near(one: Scored, passage: Passage, today: date) -> list[str]:
    """What has lapsed in the sentence or, where it tells of a proof, in the sentences of its passage on its end."""
    here = lapsed(one.candidate.text, today)
    if here or not _PROOF.search(one.candidate.text) or find_dates(one.candidate.text):
        return here
    text = passage.chunk.text
    near = [text[start:end] for start, end in sentences(text) if _RUNS_OUT.search(text[start:end])]
    return [note for sentence in near for note in lapsed(sentence, today)][:1]


def lapsed(text: str, today: date) -> list[str]:
    """A note where a sentence on a certificate, a report or an insurance names an end that is past.

    What "expires" or is "valid until", and the period of an insurance or a certificate, is past on the day after; the
    report on an audited period is followed by the next one within a year, and is past then. Of several ends the last
    one counts: it may be the one that followed.
    """
    if not _PROOF.search(text):
        return []
    held = bool(_HELD.search(text)) and not _PAST.search(text)
    ends = []
    for start, day in find_dates(text):
        sign = _ENDS.search(text[max(0, start - 30) : start])
        if sign:
            ends.append((_last_day(text, start, day), held or bool(_HARD.match(sign.group()))))
    if not ends:
        return []
    end, hard = max(ends)
    days = (today - end).days
    if days <= (0 if hard else _GRACE):
        return []
    what = RAN_OUT if hard else "the period ended"
    return [f"{what} on {end.isoformat()}, {_ago(days)} ago: look for the one that followed"]


def _last_day(text: str, start: int, day: date) -> date:
    """The day until which something holds: of a month without a day ("until May 2026") its last one."""
    if not _DAYLESS.match(text, start):
        return day
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return following - timedelta(days=1)


def _ago(days: int) -> str:
    if days < 2 * _MONTH:
        return f"{days} day{'s' if days > 1 else ''}"
    return f"{int(days / _MONTH)} months"


def _older(claim: str, passage: Passage) -> list[str]:
    """A note where an older edition gave another value, or the opposite, for what the claim says.

    A sentence on another year or quarter says nothing else of the same thing.
    """
    for chunk in passage.replaced:
        for start, end in sentences(chunk.text):
            said = chunk.text[start:end]
            if dissent(claim, said, _ALIGNED) and not conflicts(claim, said):
                return [_replaced(passage.chunk, chunk, said)]
    return []


def _replaced(newer: Chunk, older: Chunk, said: str) -> str:
    said = shortened(" ".join(said.split()), 120)
    return (
        f"the edition of {newer.effective} counts; the one of {older.effective} ({older.document_name} "
        f"p. {older.page_number}) said otherwise: {said!r}"
    )
