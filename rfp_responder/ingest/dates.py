"""The date a document holds from, read from its first pages."""

from __future__ import annotations

import re
from datetime import date

from rfp_responder.dates import find_dates

_SIGN = re.compile(
    r"effective|valid from|in force|in effect|applies from|as of|dated?\b|last (?:updated|revised|reviewed)|"
    r"approved|issued|published|version|edition|revision",
    re.I,
)


def effective_date(text: str) -> date | None:
    """The first date that stands within 60 characters behind a word such as *effective* or *version*."""
    dates = find_dates(text)
    for sign in _SIGN.finditer(text):
        for start, value in dates:
            if 0 <= start - sign.end() <= 60:
                return value
    return None
