"""Lead-ins: a row such as "Do you:" whose parts stand in the rows below, and the sentence each part makes with it."""

from __future__ import annotations

import re

from rfp_responder.questionnaire.rules import asks
from rfp_responder.text import fold

_MARK = re.compile(r"\s*(?:\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})[.)]|[-•*–▪◦·])\s+(?=\S)", re.IGNORECASE)
_LETTER = re.compile(r"\s*(?:\(?(?:[a-z]|[ivx]{1,4})[.)]|[-•*–▪◦·])\s+(?=\S)")
_OPEN_END = re.compile(r"(?::|…|\.\.\.|:\s*-|[-–—])\s*$")
_NO_SENTENCE = re.compile(  # what needs the part to say anything: an auxiliary with its subject, or "the following"
    r"(?:(?:do|does|did|is|are|was|were|has|have|can|could|will|would|shall|should|must|may)\b(?:\s+\S+){0,5}|"
    r".*\b(?:you|your|to|must|shall|should|will|may|can|that|does|do|is|are|has|have)|"
    r".*\bthe following(?:\s+\w+){0,2}|(?:provide|describe|please provide|please describe|state|list|confirm|specify))"
    r"\s*$",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(r"(?:do|does|did|is|are|was|were|has|have|can|could|will|would|shall|should)\b", re.IGNORECASE)
MOST_WORDS = 40  # of a lead-in; a longer text is an instruction


def is_lead_in(text: str) -> bool:
    """Whether the text leads into parts below it: it ends with a colon, a dash or dots."""
    folded = fold(text)
    return bool(_OPEN_END.search(folded)) and len(folded.split()) <= MOST_WORDS


def asks_alone(text: str) -> bool:
    """Whether a lead-in asks something without its parts (``"Describe your recovery plan, including:"``)."""
    folded = _OPEN_END.sub("", fold(text)).strip()
    return not _NO_SENTENCE.fullmatch(folded) and asks(folded) >= 2


def part_mark(text: str) -> str:
    """The mark that a part of a list begins with (``"(a) "``, ``"- "``), else ``""``."""
    found = _MARK.match(text)
    return found[0] if found else ""


def is_part(text: str, name: str, stem_name: str) -> bool:
    """Whether a row goes on with the lead-in above it: it has a list's mark, begins in lower case, or its id extends
    the lead-in's (``"3.1"`` and ``"3.1.2"``, ``"3.1a"``)."""
    if stem_name and name and name != stem_name:
        return name.startswith(stem_name) and not name[len(stem_name)].isdigit()
    return bool(_LETTER.match(text)) or text.lstrip()[:1].islower()


def completed(stem: str, part: str) -> str:
    """The sentence a part makes with its lead-in: ``"Do you:"`` and ``"(a) encrypt backups?"`` make ``"Do you encrypt
    backups?"``; a part that asks for itself only has the lead-in's topic put before it."""
    words = fold(part)
    words = words[len(part_mark(words)) :]
    lead = _OPEN_END.sub("", fold(stem)).strip()
    if asks(words) >= 2 and not words[:1].islower():
        return f"{lead}: {words}"
    joined = f"{lead} {_lowered(words)}"
    if _AUXILIARY.match(lead):
        return joined.rstrip(" .;,?") + "?"
    return joined.rstrip(" ;,")


def _lowered(words: str) -> str:
    """The part as it goes on within a sentence: its first word in lower case unless it is a name or an acronym."""
    first = words.split(maxsplit=1)[0] if words.split() else ""
    plain = first[1:].islower() and first.isalpha()
    return words[:1].lower() + words[1:] if plain or (len(first) == 1 and first in "AI" and first != "I") else words
