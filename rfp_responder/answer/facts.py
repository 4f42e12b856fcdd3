"""Values in normal form: numbers, quantities, dates, clock times, frequencies and versions.

Two spellings of one value get one key: ``1,200`` = ``1.2k`` = ``twelve hundred``; ``three years`` =
``36 months``; ``99.9 %`` = ``99.9 percent``; ``5 March 2024`` = ``2024-03-05``. Units that are not the same
measure never meet: ``30 days`` is ``second:2592000``, ``30 business days`` is ``business day:30``.

Offsets are zero-based, half-open, into the text given. No state.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rfp_responder.text import MONTHS

_SMALL = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen".split()
    )
} | {
    word: 10 * number for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_SCALES = {
    "hundred": 1e2,
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "million": 1e6,
    "bn": 1e9,
    "billion": 1e9,
    "trillion": 1e12,
}
# unit pattern -> (measure, factor); months and days are two measures because a month has no fixed length
_UNITS: tuple[tuple[str, str, float], ...] = (
    (r"(?:business|working|bank)[ -]days?", "business day", 1),
    (r"(?:business|working|office)[ -]hours?", "business hour", 1),
    (r"milliseconds?|ms", "second", 0.001),
    (r"seconds?|secs?", "second", 1),
    (r"minutes?|mins?", "second", 60),
    (r"hours?|hrs?|h", "second", 3600),
    (r"(?:calendar[ -])?days?", "second", 86400),
    (r"weeks?", "second", 604800),
    (r"months?", "month", 1),
    (r"quarters?", "month", 3),
    (r"years?|yrs?", "month", 12),
    (r"%|per ?cent(?:age points?)?|pct", "percent", 1),
    (r"basis points?|bps", "basis point", 1),
    (r"[kK]i?B|kilobytes?", "byte", 1e3),
    (r"[mM]i?B|megabytes?", "byte", 1e6),
    (r"[gG]i?B|gigabytes?", "byte", 1e9),
    (r"[tT]i?B|terabytes?", "byte", 1e12),
    (r"[pP]i?B|petabytes?", "byte", 1e15),
    (r"bytes?", "byte", 1),
    (r"[kK]bps|kbit/s", "bit/s", 1e3),
    (r"[mM]bps|Mbit/s", "bit/s", 1e6),
    (r"[gG]bps|Gbit/s", "bit/s", 1e9),
    (r"bits?", "bit", 1),
    (r"°\s?C|degrees? (?:Celsius|centigrade|C)", "celsius", 1),
    (r"°\s?F|degrees? (?:Fahrenheit|F)", "fahrenheit", 1),
    (r"kilomet(?:er|re)s?|km", "metre", 1e3),
    (r"centimet(?:er|re)s?|cm", "metre", 0.01),
    (r"millimet(?:er|re)s?|mm", "metre", 0.001),
    (r"met(?:er|re)s?", "metre", 1),
    (r"miles?", "mile", 1),
    (r"feet|foot|ft", "foot", 1),
    (r"inch(?:es)?", "inch", 1),
    (r"kilograms?|kilos?|kg", "gram", 1e3),
    (r"pounds?|lbs?", "pound", 1),
    (r"tonn?es?|tons?", "ton", 1),
    (r"USD|US dollars?|dollars?", "usd", 1),
    (r"EUR|euros?", "eur", 1),
    (r"GBP|pounds sterling", "gbp", 1),
)
_CURRENCIES = {"$": "usd", "us$": "usd", "usd": "usd", "€": "eur", "eur": "eur", "£": "gbp", "gbp": "gbp"}
_WORDS = "|".join(sorted(_SMALL, key=len, reverse=True))
_NUMBER = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+,\d{1,2}(?=\s?%)|\d++(?:\.\d++)*+|"
    rf"(?:{_WORDS})(?:[ -](?:{_WORDS}))?(?:\s+hundred(?:\s+and)?(?:\s+(?:{_WORDS})(?:[ -](?:{_WORDS}))?)?)?"
)
_UNIT = re.compile("|".join(f"(?P<u{i}>{pattern})" for i, (pattern, _, _) in enumerate(_UNITS)), re.IGNORECASE)
_QUANTITY = re.compile(
    r"(?<![\w.])(?P<currency>US\$|[$€£]|(?:USD|EUR|GBP)(?=\s?\d))?\s?(?:[vV](?=\d))?"
    rf"(?P<number>{_NUMBER})"
    r"(?:\s?(?P<scale>(?i:k|mn|bn|thousand|million|billion|trillion)|M)(?![A-Za-z]))?"
    rf"(?:[\s-]{{0,9}}(?P<unit>{_UNIT.pattern})(?![A-Za-z]))?(?![A-Za-z\d]|\.\d|,\d{{3}})",
    re.IGNORECASE,
)
_MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b",
        rf"\b{_DAY}\s+(?:of\s+)?{_MONTH},?\s+(?P<year>\d{{4}})\b",
        rf"\b{_MONTH}\s+{_DAY},?\s+(?P<year>\d{{4}})\b",
        rf"\b{_MONTH}\s+(?P<year>\d{{4}})\b",
        r"\b(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d{4})\b",
        rf"\b{_MONTH}\s+{_DAY}(?!\w)",
        rf"\b{_DAY}\s+{_MONTH}(?=\W|$)",
    )
)
_CLOCK = re.compile(
    r"\b(?P<h>\d{1,2})(?::(?P<m>\d{2}))?\s?(?P<half>[ap])\.?m\b\.?|\b(?P<h2>\d{1,2}):(?P<m2>\d{2})\b", re.I
)
_ALWAYS = re.compile(
    r"\b(?:24\s?[/x×]\s?7(?:\s?[/x×]\s?365)?|around[ -]the[ -]clock|"
    r"(?:24|twenty-four) hours (?:a|per) day,?(?: and)? (?:7|seven) days (?:a|per) week)\b",
    re.IGNORECASE,
)
_EVERY = r"(?:every|each|per|once (?:a|an|per|every)|an?)"
_FREQUENCIES = tuple(
    (re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), months)
    for pattern, months in (
        (r"hourly|(?:every|each|once an) hour", "hour"),
        (r"daily|(?:every|each|once a) day|nightly|every 24 hours", "day"),
        (r"weekly|(?:every|each|once a) week|every (?:7|seven) days", "week"),
        (r"bi-?weekly|fortnightly|every (?:2|two) weeks", "2 weeks"),
        (r"semi-?annual(?:ly)?|bi-?annual(?:ly)?|twice (?:a|per) year|every (?:6|six) months", "6 months"),
        (r"quarterly|(?:every|each|once a) quarter|every (?:3|three) months", "3 months"),
        (r"monthly|(?:every|each|once a) month", "month"),
        (r"annual(?:ly)?|yearly|(?:every|each|once a|per) year|per annum|every (?:12|twelve) months", "year"),
    )
)
_REFERENCES = re.compile(
    r"\(?\b(?:pp?\.|pages?)\s*\d+(?:\s?[-–]\s?\d+)?\)?|\[\d+(?:\s?[,–-]\s?\d+)*\]|^\s*\(?\d{1,2}[.)]\s(?=\D)",
    re.I,
)
_TWICE = re.compile(rf"(?P<a>(?<![\w.])(?:{_NUMBER}))(?P<gap>\s*\(\s*(?P<b>{_NUMBER})\s*\))", re.IGNORECASE)
IDENTIFIER = re.compile(r"\b[A-Za-z]{2,}-[a-z]+-\d[a-z]?\b")
"""A name that ends in a number, as cloud regions do (``eu-central-1``): a word, no value."""
_ROMAN = re.compile(r"\b(type|level|tier|phase|class|part|stage) (iii|ii|iv|i)\b", re.IGNORECASE)
_ROMANS = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_GLUED = re.compile(r"\b([A-Z]{2,5})(?=(?:\d{2,5}|\d\.\d)\b)")
_JOIN = re.compile(r"\s?(?:-|–|to|and|or|/|,)\s?", re.IGNORECASE)
_NAME = re.compile(
    r"(?:\b(?P<caps>[A-Z][A-Za-z]*[A-Z][A-Za-z]*)|\b(?P<kind>(?i:version|type|tier|level|section|revision|article|annex|phase|class|stage))|"
    r"\b(?P<v>v))[ -]?$",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of a text.

    ``keys`` are its normal forms, ``"measure:value"`` (more than one where a spelling is ambiguous, as
    03/05/2024). ``raw`` is the magnitude as written, without its unit. ``name`` is the name that the number
    belongs to (``tls`` in "TLS 1.2"), in lower case, else "".
    """

    keys: tuple[str, ...]
    raw: str
    text: str
    start: int
    end: int
    name: str = ""

    @property
    def measure(self) -> str:
        """What is measured: ``number``, ``second``, ``month``, ``percent``, ``date``, ``frequency``, ..."""
        return self.keys[0].partition(":")[0]


def facts(text: str) -> tuple[Fact, ...]:
    """Every value of ``text``, in order; page references, citation marks and list numbers are left out."""
    clean = IDENTIFIER.sub(_blank, _REFERENCES.sub(_blank, text))
    clean = _TWICE.sub(_once, clean)
    found: list[Fact] = []
    for finder in (_always, _frequencies, _dates, _clocks):
        for fact in finder(clean):
            found.append(fact)
            clean = clean[: fact.start] + " " * (fact.end - fact.start) + clean[fact.end :]
    quantities = _share_units(clean, _quantities(clean))
    return tuple(sorted([*found, *quantities], key=lambda fact: fact.start))


def spaced(text: str) -> str:
    """``text`` with versions written one way: ``TLS1.2`` -> ``TLS 1.2``, ``Type II`` -> ``Type 2``."""
    plain = _ROMAN.sub(lambda match: f"{match[1]} {_ROMANS[match[2].lower()]}", text)
    return _GLUED.sub(r"\1 ", plain)


def number(text: str) -> float | None:
    """The magnitude of a number in digits or English words, or None: ``"ninety-five"`` -> 95.0."""
    plain = text.strip().lower()
    if plain[:1].isdigit():
        plain = re.sub(r",(?=\d{3}(?!\d))", "", plain).replace(",", ".")
        return float(plain) if plain.count(".") <= 1 else None
    total = 0.0
    for word in re.split(r"[\s-]+", plain):
        if word == "hundred":
            total = max(total, 1) * 100
        elif word in _SMALL:
            total += _SMALL[word]
        elif word != "and":
            return None
    return total


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _once(match: re.Match[str]) -> str:
    """``thirty (30) days`` says one number twice: the second is blanked."""
    if number(match["a"]) != number(match["b"]):
        return match.group()
    return match["a"] + " " * len(match["gap"])


def _plain(value: float) -> str:
    return f"{value:.10g}"


def _always(text: str) -> list[Fact]:
    return [Fact(("always:24/7",), "24/7", m.group(), *m.span()) for m in _ALWAYS.finditer(text)]


def _frequencies(text: str) -> list[Fact]:
    return [
        Fact((f"frequency:{period}",), "", match.group(), *match.span())
        for pattern, period in _FREQUENCIES
        for match in pattern.finditer(text)
    ]


def _dates(text: str) -> list[Fact]:
    found: list[Fact] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            if any(match.start() < fact.end and fact.start < match.end() for fact in found):
                continue
            if match["month"] in {"may", "march"}:  # the verbs
                continue
            keys = _date_keys({name: part for name, part in match.groupdict().items() if part})
            keys = keys[:1] if pattern is _DATES[0] else keys
            if keys:
                found.append(Fact(keys, match.groupdict().get("year") or "", match.group(), *match.span()))
    return found


def _date_keys(parts: dict[str, str]) -> tuple[str, ...]:
    year = parts.get("year", "*")
    month = MONTHS.get(parts["month"].lower(), 0) or int(parts["month"])
    if "day" not in parts:
        return (f"date:{year}-{month:02d}",)
    day = int(parts["day"])
    readings = [(month, day), (day, month)] if parts["month"].isdigit() and year != "*" else [(month, day)]
    return tuple(dict.fromkeys(f"date:{year}-{m:02d}-{d:02d}" for m, d in readings if 1 <= m <= 12 and 1 <= d <= 31))


def _clocks(text: str) -> list[Fact]:
    found: list[Fact] = []
    for match in _CLOCK.finditer(text):
        hour, minute = int(match["h"] or match["h2"]), int(match["m"] or match["m2"] or 0)
        if match["half"]:
            hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
        if hour < 25 and minute < 60:
            found.append(Fact((f"clock:{60 * hour + minute}",), "", match.group(), *match.span()))
    return found


def _quantities(text: str) -> list[Fact]:
    found: list[Fact] = []
    for match in _QUANTITY.finditer(text):
        magnitude = number(match["number"])
        start = match.start("currency") if match["currency"] else match.start("number")
        before = _NAME.search(text, max(0, match.start("number") - 24), match.start("number"))
        name = (before["caps"] or before["kind"] or "").lower() if before else ""
        written = text[start : match.end()].strip()
        if magnitude is None or (name and match["number"][0].isdigit() and not match["scale"]):  # 1.2.3, SAML 2.0
            label = match["number"].replace(",", "")
            found.append(Fact((f"number:{label}",), label, written, start, match.end(), name))
            continue
        magnitude *= _SCALES[match["scale"].lower()] if match["scale"] else 1
        measure, factor = _measure(match)
        key = f"{measure}:{_plain(magnitude * factor)}"
        found.append(Fact((key,), _plain(magnitude), written, start, match.end(), name))
    return found


def _measure(match: re.Match[str]) -> tuple[str, float]:
    if match["currency"]:
        return _CURRENCIES[match["currency"].lower()], 1
    if not match["unit"]:
        return "number", 1
    for index, (_, measure, factor) in enumerate(_UNITS):
        if match[f"u{index}"]:
            return measure, factor
    return "number", 1


def _share_units(text: str, found: list[Fact]) -> list[Fact]:
    """In ``10 to 15 days`` and ``4 or 8 hours`` the first number has the unit of the second."""
    for index in range(len(found) - 2, -1, -1):
        left, right = found[index], found[index + 1]
        if left.measure != "number" or left.name or right.measure == "number":
            continue
        magnitude, other = number(left.raw), number(right.raw)
        if magnitude is not None and other and _JOIN.fullmatch(text[left.end : right.start]):
            factor = float(right.keys[0].partition(":")[2]) / other
            key = f"{right.measure}:{_plain(magnitude * factor)}"
            found[index] = Fact((key,), left.raw, left.text, left.start, left.end)
    return found
