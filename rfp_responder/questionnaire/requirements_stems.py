"""Sentences of a block, and the lead-ins ("The Supplier shall:") that wait for the items below them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rfp_responder.questionnaire.obligations_model import Finding, Obligation
from rfp_responder.questionnaire.requirements_blocks import Block
from rfp_responder.questionnaire.requirements_details import is_only_limit
from rfp_responder.text import sentences

_FOLLOWS = re.compile(r"^(?:if\s+(?:so|yes|not|no)|why|please\s+explain|explain)\b(?:[\s,]+[\w’'-]+){0,4}\W*$", re.I)
_STARTS = (
    r"(?:The|All|Any|Each|Every|No|It|This|These|They|If|In|Where|When|Late|Proposals?|Bids?|Tenders?|Responses?|"
    r"Vendors?|Contractors?|Suppliers?|Offerors?|Bidders?|Tenderers?|Questions?|Please|Do|Such|Fees|Prices?|"
    r"Failure|Only|An?)\b"
)
_MISSED_END = re.compile(
    r"(?:\b(?:Exhibit|Annex|Appendix|Section|Schedule|Attachment|Part|Volume|Form|Lot|Phase|Option|Class|Category|"
    rf"Type|Group)\s+[A-Z]\.|\b(?:[ap]\.m|etc|Inc|Ltd|Co|Corp|U\.S|U\.K)\.)[”\"’)]?\s+(?={_STARTS}|[A-Z]{{2,}}\s+[A-Z]{{2,}})"
)
_STEM_END = re.compile(
    r"\b(?:shall|must|will|should|following|include|includes|to|(?:shall|must|will|should|may)\s+not)$"
)
_OPEN_STEM = re.compile(
    r"\b(?:shall|must|will|should|may|not|to|include|includes|including|contain|provide|of|for|with|that|have|by)\W*$",
    re.I,
)
_ASKS_BIDDER = re.compile(
    r"\b(?:questions?|information|respond|responses?|answer|address|proposals?|tenders?|bids?|describe)\b", re.I
)


@dataclass(slots=True)
class Stem:
    """A lead-in that waits for its items. ``style`` is the kind of their marks, ``last`` the last mark met, ``place``
    where among the requirements found it would stand itself."""

    text: str
    finding: Finding
    block: Block
    page: int
    code: str
    place: int
    style: str = ""
    last: str = ""
    items: int = 0


def spans(text: str) -> list[tuple[int, int, int]]:
    """The sentences of a text: where each begins, where its own words end, where it ends with what belongs to it.

    What only says how long an answer may be, or "If so, explain.", belongs to the sentence before.
    """
    found: list[tuple[int, int, int]] = []
    for start, end in _sentences(text):
        sentence = text[start:end]
        after_question = bool(found) and text[: found[-1][2]].endswith("?")
        if found and (is_only_limit(sentence) or (after_question and _FOLLOWS.match(sentence))):
            found[-1] = (*found[-1][:2], end)
        else:
            found.append((start, end, end))
    return found


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Sentences as offsets, with the ends that look like an abbreviation or an initial: "the form in Exhibit B."."""
    for start, end in sentences(text):
        at = start
        for match in _MISSED_END.finditer(text, start, end):
            yield at, match.start() + len(match.group().rstrip())
            at = match.end()
        yield at, end


def is_stem(sentence: str) -> bool:
    """Whether a sentence leads into items: it ends with a colon or a dash, or breaks off behind its verb."""
    text = sentence.rstrip()
    return text.endswith((":", ":-", "–", "—")) or bool(_STEM_END.search(text))


def style_of(block: Block, stems: Sequence[Stem]) -> str:
    """The kind of a block's mark below open stems, ``""`` for a block that is no item."""
    mark = block.mark
    if not stems:
        return ""
    if not mark:
        over = stems[-1].block.code
        if block.code:
            return "clause" if over and re.match(rf"{re.escape(over)}\.", block.code) else ""
        return "bare" if _reads_like_item(block) else ""
    if is_bullet(mark):
        return mark
    inner = mark.strip("().")
    shape = mark.replace(inner, "x", 1)
    if inner.isdigit():
        return f"1{shape}"
    last = next((stem.last.strip("().") for stem in reversed(stems) if stem.last), "")
    roman = bool(re.fullmatch(r"[ivx]+", inner)) and not (len(inner) == 1 == len(last) and ord(last) + 1 == ord(inner))
    return f"{'i' if roman else 'a' if inner.islower() else 'A'}{shape}"


def _reads_like_item(block: Block) -> bool:
    """Whether a line without a mark reads like an item: it begins small, or ends like an item of a list."""
    ends = block.text.endswith((";", "; and", "; or")) and len(block.text.split()) < 60
    return block.text[:1].islower() or ends


def takes(stem: Stem, style: str, block: Block) -> bool:
    """Whether a block of that style is an item of the stem: like those before it, or the first of a list."""
    if stem.style:
        return stem.style == style
    return not block.mark or is_bullet(block.mark) or block.mark.strip("().").lower() in {"a", "i", "1"}


def is_bullet(mark: str) -> bool:
    """Whether an item's mark is no number and no letter."""
    return mark == "o" or not any(map(str.isalnum, mark))


def with_mark(code: str, block: Block) -> str:
    """The printed id of an item: its clause's number and its own mark (``4.1.1(a)``)."""
    if not code or not block.mark or is_bullet(block.mark):
        return code
    inner = block.mark.strip("().")
    return f"{code}({inner})" if not inner.isdigit() or block.mark.startswith("(") else code


def overrides(own: Obligation, text: str, stem: Stem) -> bool:
    """Whether an item is a whole sentence that demands by itself, below a lead-in that is a whole sentence too."""
    if not isinstance(stem.finding, Obligation) or not text[:1].isupper() or _OPEN_STEM.search(stem.text):
        return False
    if own.verb == "describe":
        return text.rstrip().endswith("?") or bool(_ASKS_BIDDER.search(stem.text))
    return own.verb != "none"
