"""A certificate that has run out carries no yes: the ends that a model's claims, or the passages they quote, name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rfp_responder.answer.dated import lapsed
from rfp_responder.dates import find_dates
from rfp_responder.domain import Passage, Proposal
from rfp_responder.text import sentences

_PROOF = re.compile(r"\b(?:certif\w+|accredit\w*|attest\w*|insur\w+|iso|soc ?[123])\b", re.I)
_RUNS_OUT = re.compile(r"\b(?:valid (?:until|to|through|thru)|expir(?:es?|ed|y))\b", re.I)


def lapses(proposals: Sequence[Proposal], passages: Sequence[Passage], today: date) -> tuple[str, ...]:
    """Notes on what has lapsed by ``today``, as the offline answerer tells it (``dated.lapsed``), in order.

    An end is looked for in the claim and its quotes; where they name a proof and no date, in the sentences of the
    quoted passages that tell until when something is valid.
    """
    texts = {passage.rank: passage.chunk.text for passage in passages}
    notes: list[str] = []
    for one in proposals:
        said = [one.text, *(quote.text for quote in one.quotes)]
        if any(_PROOF.search(text) for text in said) and not any(find_dates(text) for text in said):
            quoted = [texts[rank] for rank in dict.fromkeys(q.passage for q in one.quotes) if rank in texts]
            pieces = [text[start:end] for text in quoted for start, end in sentences(text)]
            said += [piece for piece in pieces if _RUNS_OUT.search(piece)]
        notes += [note for text in said for note in lapsed(text, today)][:1]
    return tuple(dict.fromkeys(notes))
