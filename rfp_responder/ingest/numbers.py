"""Cell values as a person sees them: the number formats of a spreadsheet, as far as they change what is read."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

_ESCAPED = re.compile(r"_x00[01][0-9A-Fa-f]_")  # how a workbook spells a control character within a text
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|_.|\*.')
_DIGITS = re.compile(r"[#0?,]*[#0?](?:\.([0#?]+))?")


def shown(value: object, number_format: str = "General") -> str:
    """The text of a cell: dates in ISO form, ``3`` for 3.0, ``12%`` for 0.12 under a percent format."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, int | float):
        return _number(value, number_format or "General")
    return _ESCAPED.sub(" ", str(value))


@lru_cache(maxsize=512)
def _style(number_format: str) -> tuple[str, bool, int, int, bool, str] | None:
    """Before, percent, decimals, least digits, thousands, behind; None where the format is not of that plain kind."""
    first = number_format.partition(";")[0][:80]
    plain = _LITERAL.sub(lambda m: (m.group(1) or m.group(2) or m.group(3) or "").replace("0", ""), first)
    match = _DIGITS.search(plain)
    words = re.search(r"[a-zA-Z/@]", re.sub(r"EUR|USD|GBP|CHF", "", plain))
    if match is None or words or set(match.group(1) or "") - {"0"}:
        return None
    digits = match.group().split(".")[0]
    before, behind = plain[: match.start()].strip(), plain[match.end() :].strip()
    percent = "%" in _LITERAL.sub("", first)
    return before, percent, len(match.group(1) or ""), digits.count("0"), "," in digits, behind


def _number(value: float, number_format: str) -> str:
    style = _style(number_format)
    if not math.isfinite(value) or abs(value) >= 1e15:
        return str(value)
    if style is None:
        return str(int(value)) if value == int(value) else f"{value:.10g}"
    before, percent, decimals, least, thousands, behind = style
    exact = Decimal(repr(abs(value))) * (100 if percent else 1)
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)  # 2.5 is shown as 3, not as 2
    text = f"{rounded:{',' if thousands else ''}f}"
    if not thousands and not decimals:
        text = text.zfill(least)
    sign = "-" if value < 0 and rounded else ""
    gap = " " if behind and not percent else ""
    return f"{sign}{before}{text}{gap}{behind}"
