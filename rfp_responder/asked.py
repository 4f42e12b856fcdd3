"""What a question asks for: its parts, the names and periods it speaks of, and whether yes or no is an answer to it."""

from __future__ import annotations

import re
from functools import lru_cache

from rfp_responder.dates import find_months
from rfp_responder.text import content_stems, sentences, stem, words

_AUXILIARY = (
    r"(?:do|does|did|is|are|was|were|could|would|has|have|had|should|must)(?:n['’]t)?|can(?:['’]t|not)?|will|"
    r"wo?n['’]t|shall|may|am"
)
_POLAR = re.compile(
    rf"^(?:\W*(?:{_AUXILIARY})\b)|,\s*(?:{_AUXILIARY})\s+(?:you|we|the|your|there|it|any|customers?)\b", re.I
)
_OPEN = re.compile(r"^\W*(?:please\s+)?(?:describe|explain|list|provide|name|state|specify|outline|detail|what|which|"
                   r"who|whom|whose|when|where|why|how|indicate)\b", re.I)  # fmt: skip
_REQUIREMENT = re.compile(
    r"\b(?:vendor|supplier|provider|bidder|contractor|solution|system|service|software|platform|organi[sz]ation|"
    r"company|product)s?\b.{0,40}\b(?:must|shall|should|will|is required to|are required to)\b", re.I,
)  # fmt: skip

_DEFINITION = re.compile(
    r"^\W*(?:please )?(?:define|what (?:is|are) (?:meant by )?(?=an? |meant by )|what does)\s*(?:an?|the)?\s*"
    r"(?P<term>[\w-]+(?: [\w-]+){0,4}?)(?:\s+(?:mean|in|for|under|within|according)\b.*)?\W*$",
    re.I,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_QUARTER = re.compile(r"\b(first|second|third|fourth|1st|2nd|3rd|4th)[ -]quarter\b|\bq([1-4])\b", re.I)
_STANDARD = re.compile(
    r"\b((?:ISO|IEC|NIST|SOC|FIPS|EN|BS|RFC|WCAG)(?:/(?:ISO|IEC|EN|BS))*)(?:\s+SP)?[ -]?(\d[\d.-]*\d|\d)\b"
)
_NAME = re.compile(r"\b([A-Za-z]*[A-Z][A-Za-z]+)(?: v?(\d+\.\d+)\b)?")
_NO_NAMES = frozenset(
    "customer vendor supplier provider contractor bidder client agreement contract service services system solution "
    "company organisation organization data party state please eu uk us".split()
)
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}

_SPLIT = re.compile(
    r";\s+|\?\s+|,?\s+and\s+(?=(?:how|what|which|who|when|where|why|is|are|do|does|can|will|under what|within|"
    r"(?:at|on|in|for|by|to|from|since|until|after|with|through|of|under) (?:what|which|when|how|whom))\b)|"
    r",\s+(?=(?:how|what|which|who|when|where|why)\b)|,?\s*(?:\band\s+)?\([b-e]\)\s+|,?\s+and\s+(?:what (?:is )?)?"
    r"(?=the (?:longest|shortest|maximum|minimum|highest|lowest|largest|smallest|latest|earliest)\b)", re.I,
)  # fmt: skip
_INSTRUCTION = re.compile(
    r"\((?:please|max\b|maximum|at most|up to|y/n|yes|no\b|if (?:yes|no|so|not)|attach|tick|e\.g|one|choose|select|"
    r"free text)[^()]{0,120}\)|"
    r"(?<=[?.])\s*(?:yes ?/ ?no|y ?/ ?n)(?: ?/ ?n/?a)?\W*$",
    re.I,
)
"""How to answer, not what: "(max. 100 words)", "(Y/N)"."""
_EXTREME = re.compile(r"\b(?:longest|shortest|maximum|minimum|highest|lowest|largest|smallest|latest|earliest)$", re.I)
_INTERROGATIVE = re.compile(
    r"\b(?:what|which|who|whom|whose|why|how)\b|^\W*(?:when|where)\s+(?:is|are|was|were|do|does|did|will|can)\b", re.I
)


def is_polar(question: str) -> bool:
    """Whether yes or no answers it: it begins with an auxiliary verb, or states a requirement on the vendor."""
    text = question.strip()
    last = text[slice(*sentences(text)[-1])] if sentences(text) else text
    if _OPEN.search(last) and not _POLAR.search(last):
        return False
    return bool(_POLAR.search(last) or _POLAR.search(text) or _REQUIREMENT.search(text))


def defined_term(question: str) -> str | None:
    """The term whose meaning is asked for ("What is a named contact?"), None where none is."""
    found = _DEFINITION.match(question.strip())
    return found.group("term").lower() if found else None


def conflicts(question: str, text: str) -> bool:
    """Whether the text speaks of another period or standard: both name a date, a year, a quarter or a number of the
    same standards body ("ISO 22301" and "ISO/IEC 27001"), and they share none."""
    levels, standards, days, years, quarters = _periods(question)
    if (levels and _apart(levels, _levels(text))) or (standards and _apart(standards, _standards(text))):
        return True
    told_days = find_months(text) if days else None
    told_years = set(_YEAR.findall(text)) if years else None
    told_quarters = _quarters(text) if quarters else None
    pairs = ((days, told_days), (years, told_years), (quarters, told_quarters))
    return any(asked and told and not asked & told for asked, told in pairs)


_SPAN = re.compile(r"\b(?:since|until|between|before|after|during the (?:last|past)|present|so far|to date)\b|"
                   r"\bfrom\b.{1,40}\b(?:to|until|through)\b", re.I)  # fmt: skip
_LEVEL = re.compile(r"\b(severity|level|tier|category|cat|priority|phase|grade|stage)\W{1,3}(\d+|[IVX]+)\b", re.I)


def _apart(asked: _Numbers, told: _Numbers) -> bool:
    """Whether both name a thing of the same kind, and none in common: severity 1 is not severity 4."""
    return any(not numbers & told[name] for name, numbers in asked.items() if name in told)


def _levels(text: str) -> _Numbers:
    found: dict[str, set[str]] = {}
    for name, number in _LEVEL.findall(text):
        found.setdefault(name.lower(), set()).add(number.upper())
    return found


_Numbers = dict[str, set[str]]
_Periods = tuple[_Numbers, _Numbers, set[tuple[int, int]], set[str], set[int]]


@lru_cache(maxsize=256)  # asked of every sentence of a question's passages
def _periods(question: str) -> _Periods:
    """The levels, standards, months, years and quarters that a question names.

    Of a span ("since 2023", "from May to July") no dates: what lies inside bears others.
    """
    levels, standards = _levels(question), _standards(question)
    if _SPAN.search(question):
        return levels, standards, set(), set(), set()
    return levels, standards, find_months(question), set(_YEAR.findall(question)), _quarters(question)


def names(question: str) -> list[tuple[str, str | None]]:
    """The names a question asks about, in lower case, each with the version behind it or None."""
    found = []
    for match in _NAME.finditer(question):
        before = question[: match.start()].rstrip()
        if before and before[-1] not in ".?!:" and match.group(1).lower() not in _NO_NAMES:
            found.append((match.group(1).lower(), match.group(2)))
    return found


def names_met(question: str, text: str) -> bool:
    """Whether the text holds every name that the question asks about: "Kerberos", "iPad", the 1.1 of "TLS 1.1".

    A name is a word with a capital letter that does not begin a sentence, or a version behind such a word. A sentence
    without it may speak of the same topic, and still says neither yes nor no to the question.
    """
    told = set(words(text))
    held = told | set(content_stems(text))
    for name, version in names(question):
        if stem(name) not in held and name not in held and name.rstrip("s") not in held:
            return False
        if version and version not in told:
            return False
    return True


def _standards(text: str) -> dict[str, set[str]]:
    """Numbers of standards by the body that issued them ("ISO/IEC 27001:2022" counts for ISO and for IEC)."""
    found: dict[str, set[str]] = {}
    for match in _STANDARD.finditer(text):
        for body in match.group(1).upper().split("/"):
            found.setdefault(body, set()).add(match.group(2))
    return found


def _quarters(text: str) -> set[int]:
    return {_ORDINALS[m.group(1).lower()] if m.group(1) else int(m.group(2)) for m in _QUARTER.finditer(text)}


def parts(question: str) -> list[str]:
    """The parts of a question that want an answer each, in order; one part where it is a simple question.

    "How often are backups taken, and how long are they kept?" has two. A part too short to stand alone
    ("and how often?") carries the words of the part before it.
    """
    bare = _INSTRUCTION.sub(" ", question).strip() or question.strip()
    pieces = [piece.strip(" ,;") for piece in _SPLIT.split(bare) if piece.strip(" ,;?.")]
    found: list[str] = []
    for piece in _with_conditions(pieces):
        if found and _EXTREME.search(found[-1]):  # "the minimum and the longest period": one noun for both
            found[-1] = f"{found[-1]} and {piece}"
        elif found and len(content_stems(piece)) < 1:
            found[-1] = f"{found[-1]} {piece}"
        elif found and _leans(piece):
            found.append(f"{piece} ({_subject(found[0])})")
        else:
            found.append(piece)
    return found or [question.strip()]


_CONDITION = re.compile(
    r"^\W*(?:if|when|where|once|after|before|in case|in the event|should|for|to|with|given|as)\b", re.I
)


def _with_conditions(pieces: list[str]) -> list[str]:
    """A leading clause ("if a fix is late, who may sign") belongs to the part behind it."""
    joined: list[str] = []
    for piece in pieces:
        if (
            joined
            and _CONDITION.match(joined[-1])
            and not _POLAR.search(joined[-1])
            and not _INTERROGATIVE.search(joined[-1])
        ):
            joined[-1] = f"{joined[-1]}, {piece}"
        else:
            joined.append(piece)
    return joined


def _leans(piece: str) -> bool:
    """Whether a part speaks of what an earlier part named ("how long are they kept")."""
    return len(content_stems(piece)) <= 2 or bool(
        re.search(r"\b(?:they|it|them|these|those|this|its|their)\b", piece, re.I)
    )


def _subject(part: str) -> str:
    return re.sub(r"[?.]+$", "", part)
