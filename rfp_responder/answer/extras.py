"""What a model adds to a claim that its quotes carry: a short sentence of its own, an address, a number to call.

``support`` passes over sentences with hardly a word of their own ("We comply."), since people write them; in an answer
that binds a vendor they are promises.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rfp_responder.answer.tokens import parse
from rfp_responder.text import fold, sentences, words

_CONTACT = re.compile(
    r"https?://\S+|\bwww\.\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:[a-z0-9-]{2,}\.)+[a-z]{2,}(?:/\S*)?|"
    r"(?<![\w.])\+?\(?\d[\d()/.–-]*(?:[ ]\(?\d[\d()/.–-]*){1,6}(?![\w])|\+\d{7,}",
    re.I,
)
_DIGITS = 7  # of a number to call, at least
_DATE = re.compile(r"^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}$")
_TRAILING = ".,;:!?)]}>\"'”’"


def added_contact(claim: str, quotes: Sequence[str]) -> str:
    """An address, a link or a telephone number of the claim that stands in no quote; empty where there is none."""
    told = fold(" ".join(quotes)).casefold()
    for found in _CONTACT.finditer(fold(claim)):
        text = found.group().rstrip(_TRAILING)
        number = not re.search(r"[a-z]", text, re.I)
        if number and (sum(c.isdigit() for c in text) < _DIGITS or _DATE.match(text)):
            continue
        if text.casefold() not in told:
            return text
    return ""


def without_extras(claim: str, quotes: Sequence[str]) -> tuple[str, list[str]]:
    """The claim without its sentences that say next to nothing and stand in no quote, and those sentences.

    A claim of one sentence is left to ``support``. A yes or no in front is read with the stance.
    """
    pieces = [claim[a:b] for a, b in sentences(claim)]
    if len(pieces) < 2:
        return claim, []
    told = f" {' '.join(words(fold(' '.join(quotes))))} "
    kept, gone = [], []
    for number, piece in enumerate(pieces):
        leads = number == 0 and re.fullmatch(r"\W*(?:yes|no|partly|partially|n/a|not applicable)\W*", piece, re.I)
        thin = len(parse(piece).stems) < 2 and not leads
        if thin and f" {' '.join(words(fold(piece)))} " not in told:
            gone.append(piece)
        else:
            kept.append(piece)
    return (" ".join(kept), gone) if gone else (claim, [])
