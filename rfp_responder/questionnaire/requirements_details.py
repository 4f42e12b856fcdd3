"""What else a requirement says: how long its answer may be, and by when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rfp_responder.dates import find_dates

Unit = Literal["words", "characters", "pages"]

_ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBERS = (
    {name: number for number, name in enumerate(_ONES, 1)}
    | {name: 10 * number for number, name in enumerate(_TENS, 2)}
    | {f"{ten}-{one}": 10 * n + m for n, ten in enumerate(_TENS, 2) for m, one in enumerate(_ONES[:9], 1)}
    | {f"{one} hundred": 100 * number for number, one in enumerate(_ONES[:9], 1)}
    | {f"{one} hundred fifty": 100 * number + 50 for number, one in enumerate(_ONES[:9], 1)}
    | {f"{one} thousand": 1000 * number for number, one in enumerate(_ONES[:9], 1)}
    | {"hundred": 100}
)
_COUNT = r"(?P<n>\d[\d,]*|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")"
_UNIT = (
    r"(?:A4\s+|(?:single|double)[- ]sided\s+|printed\s+|typed\s+|letter[- ]size\s+|numbered\s+)?"
    r"(?P<unit>words?|characters?|pages?|sides?(?:\s+of\s+A4)?)"
)
_BOUND = (
    r"(?:max(?:imum)?\.?(?:\s+(?:of|length))?(?:\s+is)?:?|up\s+to|(?:no|not)\s+(?:more|longer|greater)\s+than|not\s+(?:to\s+)?exceed(?:ing)?|exceeds?|"
    r"limit(?:ed)?(?:\s+(?:to|of|is))?:?|within|at\s+most|longer\s+than|more\s+than|fewer\s+than|less\s+than|not\s+be\s+over)"
)
_LIMITS = (
    re.compile(rf"{_BOUND}\s+(?:\w+\s+){{0,2}}?{_COUNT}\s*(?:\(\d+\)\s*)?[ -]?{_UNIT}", re.I),
    re.compile(rf"\((?:[^()]{{0,30}}\s)?{_COUNT}\s*[ -]?{_UNIT}[^()]{{0,40}}\)", re.I),
    re.compile(rf"\[(?:[^\[\]]{{0,30}}\s)?{_COUNT}\s*[ -]?{_UNIT}[^\[\]]{{0,40}}\]", re.I),
    re.compile(rf"\b{_COUNT}[ -]{_UNIT}\s*(?:max(?:imum)?|limit|or\s+(?:less|fewer)|in\s+total|at\s+most)", re.I),
    re.compile(rf"^{_COUNT}[ -]{_UNIT}\.?$", re.I),
    re.compile(
        rf"\b(?P<unit>word|page|character)s?\s*(?:limit|count|maximum|max\.?)(?:\s+(?:is|of))?\s*:?\s*{_COUNT}\b", re.I
    ),
)
_A_LIMIT = re.sub(r"\?P<\w+>", "?:", rf"(?:{_BOUND}\s+)?(?:\w+\s+)?{_COUNT}\s*[ -]?{_UNIT}(?:\s+\w+){{0,5}}")
_ONLY_LIMIT = re.compile(
    r"^\W*(?:(?:word|page|character)\s+limit:?|limit:?|(?:the\s+|your\s+)?(?:answers?|responses?)\s+(?:must|should|may|is|are|"
    r"to)\b.{0,40}|(?:please\s+)?(?:use|limit|keep|restrict)\b(?:\s+(?:your|the|each|it|this)(?:\s+(?:answers?|responses?))?"
    rf"(?:\s+(?:to|within))?)?)?\s*{_A_LIMIT}\W*$",
    re.I,
)
_BEFORE = re.compile(
    r"\b(?:by|before|no\s+later\s+than|not\s+later\s+than|until|on\s+or\s+before|prior\s+to|deadline|due|closing|closes|latest|than)\b"
    r"[^.;]{0,60}$", re.I
)  # fmt: skip
_ON = re.compile(r"\b(?:on|date\s+of)\s+(?:\w+day,?\s+)?$", re.I)
_NOT_DUE = re.compile(r"\b(?:after|since|from|dated|issued|of)\s+(?:\w+day,?\s+)?$", re.I)
_HALF = r"[ap]\.?m\b\.?"
_CLOCK = re.compile(
    rf"\b(?P<h>\d{{1,2}})[:.](?P<m>\d\d)\s*(?:hours|hrs|h)?\s*(?P<p>noon|midday|{_HALF})?|"
    rf"\b(?P<h2>\d{{1,2}})\s*(?P<p2>{_HALF})|\b(?P<word>noon|midday)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Limit:
    """The most an answer may hold: ``most`` words, characters or pages."""

    most: int
    unit: Unit

    @property
    def shown(self) -> str:
        """``"500 words"``."""
        return f"{self.most} {self.unit}"


_OF_PAPERS = re.compile(
    r"\b(?:answers?|responses?|respond|proposals?|tenders?|bids?|offers?|submissions?|remarks?|comments?|summary|letters?|volumes?|"
    r"sections?|statements?|plans?|resum[eé]s?|cvs?|appendix|appendices|attachments?|narrative|description|text|limit|table)\b",
    re.I,
)


_LATER = re.compile(  # what a contractor writes once it works
    r"\b(?:reports?|minutes|invoices?|manuals?|notices?|bulletins?|messages?|newsletters?|logs?)\W+(?:[\w-]+\W+){0,4}?"
    rf"(?={_BOUND}\s)",
    re.I,
)


def limits_papers(text: str) -> bool:
    """Whether a text speaks of something that a bidder writes: "documents of up to 200 pages" is no limit of it."""
    return bool(_OF_PAPERS.search(text)) and not _LATER.search(text)


def find_limit(text: str) -> Limit | None:
    """The limit of length that a text names, None where it names none."""
    for pattern in _LIMITS:
        match = pattern.search(text)
        if match:
            count = match.group("n").lower().replace(",", "")
            most = _NUMBERS[count] if count in _NUMBERS else int(count)
            unit = match.group("unit").lower()
            return Limit(
                most, "words" if unit.startswith("word") else "characters" if unit.startswith("char") else "pages"
            )
    return None


def is_only_limit(sentence: str) -> bool:
    """Whether a sentence says only how long an answer may be: it belongs to the one before."""
    return len(sentence.split()) <= 14 and bool(_ONLY_LIMIT.match(sentence))


def find_deadline(text: str) -> str | None:
    """The calendar date by which something is due, ISO, with the time of day where one is told; None for none."""
    text = re.sub(r"\b([AaPp])\.[Mm]\.", r"\1m  ", text)  # its full stops end nothing
    for start, day in find_dates(text):
        before = text[max(0, start - 80) : start]
        if _NOT_DUE.search(before) and not re.search(r"\b(?:by|than|before)\b[^.;]{0,30}$", before, re.I):
            continue
        if _BEFORE.search(before) or (
            _ON.search(before)
            and re.search(r"\b(?:submit|receiv|deliver|complet|clos|return|upload|present|go[- ]live)", text, re.I)
        ):
            return _with_time(text, start, day)
    return None


def _with_time(text: str, start: int, day: date) -> str:
    """The day with the time of day that stands next to it."""
    window = text[max(0, start - 45) : start + 70]
    best: tuple[int, str] | None = None
    for match in _CLOCK.finditer(window):
        told = _clock(match)
        distance = abs(match.start() - min(45, start))
        if told and (best is None or distance < best[0]):
            best = (distance, told)
    return f"{day.isoformat()}T{best[1]}" if best else day.isoformat()


def _clock(match: re.Match[str]) -> str | None:
    if match.group("word"):
        return "12:00"
    hour, minute = int(match.group("h") or match.group("h2")), int(match.group("m") or 0)
    part = (match.group("p") or match.group("p2") or "").lower().replace(".", "")
    if part == "pm" and hour < 12:
        hour += 12
    if part == "am" and hour == 12:
        hour = 0
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else None
