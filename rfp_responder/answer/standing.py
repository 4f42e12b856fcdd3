"""Where a quote stands: a question, a heading and what stands below "Not offered" are no evidence of what is done."""

from __future__ import annotations

import re

from rfp_responder.answer import signs
from rfp_responder.answer.subjects import unnumbered
from rfp_responder.domain import Citation, Passage
from rfp_responder.text import LIST_MARK, NEGATIONS, fold, sentences, words

_ASKS = re.compile(r"\?[\s\"'”’)\]*_]*$")
_AGREES = re.compile(r"^\W*(?:(?:a|answer|response|reply)\s*:\s*)?(?:yes|correct|indeed|certainly|of course)\b", re.I)
_LONGEST_TITLE = 12  # words
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|does|do|did|can|cannot|could|may|might|must|shall|should|will|would|"
    r"we|they|it|you)\b|n['’]t\b",
    re.I,
)
_WRAPPED = 60  # characters from which on a line without an end is a line of a paragraph
_VALUE = re.compile(r"(?<=\D)\d")  # a number that is not the heading's own
_FAR = 1_500  # characters that are gone back over to find the heading
_DENIES = re.compile(
    r"\bnot (?:(?:yet|currently) )?(?:offered|supported|available|included|covered|implemented|provided|done|in place|"
    r"part of|planned|permitted|allowed)\b|\b(?:unsupported|unavailable|discontinued|retired|withdrawn|deprecated|"
    r"superseded|obsolete|former|abandoned|rejected|myths?|competit(?:ors?|ion|ive analysis))\b|\bnot to be used\b|"
    r"^\W*(?:what|things|features|services)\b.{0,60}\b(?:not|never|don['’]t|cannot)\b|"
    r"\b(?:road ?map|coming soon|upcoming)\b|\bplanned(?! (?:maintenance|downtime|outages?|changes?|work|"
    r"interruptions?))\b|"
    r"\bplans? for (?:19|20)\d\d\b|\bfuture (?:features?|releases?|plans?|work|developments?|versions?)\b|"
    r"^\W*(?:the )?following\b.{0,60}\b(?:not true|false|wrong|untrue|incorrect|not correct)\b",
    re.I,
)
_LIMITS = re.compile(
    r"\bexclu(?:sions?|ded|des)\b|\b(?:out(?:side)?(?: of)?|not in) (?:the )?scope\b|\blimitations?\b|\bgaps?\b|"
    r"\bopen (?:points?|issues?|findings?)\b|\bprohibit\w*|\bforbidden\b|\bbad examples?\b",
    re.I,
)
_OF_NO_PRACTICE = re.compile(r"\broad ?map\b|\bcompetit\w+ analysis\b|\bcompetitors?\b", re.I)
"""Titles of documents that tell nothing of what the vendor does today."""
_UNTRUE = re.compile(
    r"^\W*(?:myth|false|wrong|untrue|incorrect|not true|(?:an? )?examples? of (?:an? )?(?:wrong|bad|false|"
    r"incorrect)[\w ]*)\s*:|"
    r"^\s*(?:\[\s?\]|☐|□(?=\s))",
    re.I,
)
_OPEN_BOX = re.compile(r"(?:\[\s?\]|☐)\s*$")


def statements(text: str) -> str:
    """The sentences of a source without the questions in it; empty where it only asks.

    A question stays where a plain yes follows it: together they state something.
    """
    spans = sentences(text)
    pieces = [text[a:b] for a, b in spans]
    if not any(_ASKS.search(piece) for piece in pieces):
        return text
    kept = [
        piece
        for piece, behind in zip(pieces, [*pieces[1:], ""], strict=True)
        if not _ASKS.search(piece) or _AGREES.match(behind)
    ]
    return "\n".join(kept)


def is_untrue(text: str, citation: Citation, passage: Passage) -> bool:
    """Whether a source is told as wrong, or is a box that was not ticked."""
    page, start = _page(citation, passage)
    line = page[page.rfind("\n", 0, start) + 1 : start]
    return bool(_UNTRUE.search(text) or _OPEN_BOX.search(line))


def is_title(text: str, passage: Passage) -> bool:
    """Whether a source is only a heading, or a line like one: short, without a verb, with text below it.

    An item of a list and a row of a table are none: what leads to them, or their columns, make them tell something.
    """
    plain = text.strip()
    if "\n" in plain or not _like_title(plain):
        return False
    known = [fold(part).casefold() for part in passage.chunk.heading.split(" > ")]
    if fold(plain).casefold() in known:
        return True
    page = passage.before + passage.chunk.text + passage.after
    place = page.find(plain)
    if place < 0 or (place and page[place - 1] != "\n") or _VERB.search(plain) or _VALUE.search(unnumbered(plain)):
        return False  # "Version 2.2, effective 1 March 2026" tells something without a verb
    behind = page[place + len(plain) :]
    below = behind.lstrip("\n").partition("\n")[0].strip()
    tells = "\t" not in below and (below[-1:] in (".", "!", "?", ":") or len(below) >= _WRAPPED)
    return behind.startswith("\n") and bool(below) and (behind.startswith("\n\n") or tells)


def denied(claim: str, citation: Citation, passage: Passage) -> tuple[str, bool]:
    """The heading that denies, plans or excludes what stands below it, and whether it does so in so many words.

    Empty where there is none, or where the claim itself denies, plans or names it.
    """
    if NEGATIONS & set(words(claim)) or signs.NEGATION.search(claim) or signs.PLANNED.search(claim):
        return "", False
    title = passage.chunk.document_title
    for heading in [*_above(citation, passage), *([title] if _OF_NO_PRACTICE.search(title) else [])]:
        for pattern, firm in ((_DENIES, True), (_LIMITS, False)):
            found = pattern.search(heading)
            if found and not pattern.search(claim) and not _says(claim, heading):
                return " ".join(heading.split()), firm
    return "", False


def _says(claim: str, heading: str) -> bool:
    """Whether the claim has the heading's own word: "the roadmap is reviewed every quarter"."""
    told = set(words(claim))
    return any(word in told for word in words(heading) if len(word) > 6 and _DENIES.search(word))


def _above(citation: Citation, passage: Passage) -> list[str]:
    """The lines that a quote stands below: what leads to its list, the nearest line like a heading, or the heading."""
    page, start = _page(citation, passage)
    above = page[max(0, start - _FAR) : start].split("\n")[:-1]
    for place in range(len(above) - 1, -1, -1):
        line = above[place].strip()
        if not line or LIST_MARK.match(line):
            continue
        leads = line.endswith(":") and len(words(line)) <= _LONGEST_TITLE
        turns = re.match(r"\W*(?:the )?following\b", line, re.I) and _DENIES.search(line)
        if leads or turns:
            return [line, *_known(passage)]
        before = above[place - 1].strip() if place else ""
        free = not before or before[-1] in ".!?:;" or (place + 1 < len(above) and not above[place + 1].strip())
        if free and _like_title(line):
            return [line]
    return _known(passage)


def _known(passage: Passage) -> list[str]:
    return [*passage.chunk.heading.split(" > ")]


def _like_title(line: str) -> bool:
    short = 0 < len(words(line)) <= _LONGEST_TITLE and line[:1].isalnum() and not line[:1].islower()
    return short and "\t" not in line and ": " not in line and line[-1] not in ".!?:;," and not LIST_MARK.match(line)


def _page(citation: Citation, passage: Passage) -> tuple[str, int]:
    """The text around a quote, and the quote's place in it."""
    text = passage.before + passage.chunk.text + passage.after
    return text, citation.start - (passage.chunk.start - len(passage.before))
