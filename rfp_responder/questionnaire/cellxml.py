"""One cell as XML: a text, a number or a date, each written so that it is read as nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from rfp_responder.questionnaire.model import Edit
from rfp_responder.questionnaire.places import cell_name
from rfp_responder.questionnaire.styles import CellFormat
from rfp_responder.questionnaire.xmltext import escaped, fitted

_NUMBER = re.compile(r"(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,2})?)(\s?%)?", re.ASCII)
_DIGITS = 15  # that many digits of a number Excel keeps


def settled(edit: Edit, look: CellFormat, *, since_1904: bool) -> tuple[Edit, str, str]:
    """The edit as it can be written in a cell of this format, the number to store (``""`` for a text), and a note.

    A text that is no number or no ISO date stays a text, and so does a date where the cell shows no dates.
    """
    text, note = fitted(edit.text)
    edit = replace(edit, text=text)
    if edit.kind == "number":
        stored, reason = number_of(text, percent=look.percent)
        return (edit, stored, note) if stored else (replace(edit, kind="text"), "", reason)
    if edit.kind == "date":
        stored, reason = serial_of(text, since_1904=since_1904)
        if stored and look.date:
            return edit, stored, note
        return replace(edit, kind="text"), "", reason
    return edit, "", note


def number_of(text: str, *, percent: bool) -> tuple[str, str]:
    """The number to store for ``"95.5"``, or ``""`` and the reason why the text is kept as one.

    A text with a percent sign is a hundredth of its figure where the cell shows percentages, as when typed in Excel;
    one without is stored as it stands.
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return "", f"{_short(text)} is no number and was written as text"
    if sum(map(str.isdigit, match[1].partition("e")[0])) > _DIGITS:
        return "", f"{_short(text)} has more than the {_DIGITS} digits that Excel keeps and was written as text"
    if not match[2]:
        return match[1], ""
    if not percent:
        return "", f"{_short(text)} was written as text: the cell shows no percentages"
    return repr(float(match[1]) / 100), ""


def serial_of(text: str, *, since_1904: bool) -> tuple[str, str]:
    """The serial number of an ISO date (or date and time), or ``""`` and the reason why the text is kept as one."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return "", f"{_short(text)} is no date of the form 2026-09-30 and was written as text"
    if moment.tzinfo is not None:
        return "", f"{_short(text)} names a time zone, which a cell cannot hold, and was written as text"
    first = date(1904, 1, 1) if since_1904 else date(1900, 1, 1)
    if moment.date() < first:
        return "", f"{_short(text)} is before {first.isoformat()}, Excel's first day, and was written as text"
    if since_1904:
        days = (moment.date() - first).days
    else:
        days = (moment.date() - date(1899, 12, 30)).days
        days -= moment.date() < date(1900, 3, 1)  # Excel counts a 29 February 1900 that never was
    part = (datetime.combine(date.min, moment.time()) - datetime.combine(date.min, time())) / timedelta(days=1)
    return (repr(days + part) if part else str(days)), ""


def cell_xml(prefix: str, edit: Edit, stored: str, style: str, encoding: str) -> bytes:
    """The ``c`` element; ``stored`` is the number it holds, ``""`` for a text."""
    styled = f' s="{style}"' if style else ""
    start = f'<{prefix}c r="{cell_name(edit.row, edit.column)}"{styled}'
    if stored:
        return f'{start} t="n"><{prefix}v>{stored}</{prefix}v></{prefix}c>'.encode()
    return (
        f'{start} t="inlineStr"><{prefix}is><{prefix}t xml:space="preserve">'
        f"{escaped(edit.text)}</{prefix}t></{prefix}is></{prefix}c>"
    ).encode(encoding, "xmlcharrefreplace")


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
