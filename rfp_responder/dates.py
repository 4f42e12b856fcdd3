"""Dates as documents write them."""

from __future__ import annotations

import re
from datetime import date

from rfp_responder.text import MONTHS

_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_DATE = re.compile(
    rf"(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m1>{_MONTH}),?\s+(?P<y1>(?:19|20)\d\d)"
    rf"|(?P<m2>{_MONTH})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>(?:19|20)\d\d)"
    r"|(?P<y3>(?:19|20)\d\d)-(?P<m3>\d\d)-(?P<d3>\d\d)"
    rf"|(?P<m4>{_MONTH}),?\s+(?P<y4>(?:19|20)\d\d)",
    re.I,
)


def find_dates(text: str) -> list[tuple[int, date]]:
    """Dates with the offsets where they begin; a month without a day counts as its first day."""
    found = []
    for match in _DATE.finditer(text):
        value = _value(match)
        if value:
            found.append((match.start(), value))
    return found


def find_months(text: str) -> set[tuple[int, int]]:
    """Years and months (1 to 12) of the dates in a text."""
    return {(day.year, day.month) for _, day in find_dates(text)}


def _value(match: re.Match[str]) -> date | None:
    for n in "1234":
        parts = match.groupdict()
        year, month = parts.get(f"y{n}"), parts.get(f"m{n}")
        if not year or not month:
            continue
        number = int(month) if month.isdigit() else MONTHS[month.lower().rstrip(".")]
        try:
            return date(int(year), number, int(parts.get(f"d{n}") or 1))
        except ValueError:
            return None
    return None
