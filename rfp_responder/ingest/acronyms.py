"""Short forms that a document explains: "recovery time objective (RTO)", "RTO (recovery time objective)"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rfp_responder.domain import Page

_BEHIND = re.compile(r"\(([A-Z][A-Za-z&/-]{1,9}?)s?\)")
_BEFORE = re.compile(r"\b([A-Z][A-Z&/-]{1,9})s?\s+\(([A-Za-z][A-Za-z' -]{5,80})\)")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
_SMALL = frozenset("a an and at by for from in of on or the to with".split())


def acronyms(pages: Iterable[Page]) -> list[tuple[str, str]]:
    """Short and long form, in lower case, each pair once, in order."""
    found: dict[tuple[str, str], None] = {}
    for page in pages:
        for match in _BEHIND.finditer(page.text):
            before = page.text[max(0, match.start() - 120) : match.start()].rsplit("\n", 1)[-1]
            _keep(found, match.group(1), _long_form(match.group(1), before))
        for match in _BEFORE.finditer(page.text):
            long = " ".join(match.group(2).split())
            _keep(found, match.group(1), long if _initials(match.group(1), _WORD.findall(long)) else "")
    return list(found)


def _keep(found: dict[tuple[str, str], None], short: str, long: str) -> None:
    if long and sum(c.isupper() for c in short) >= 2:
        found[short.lower(), long.lower()] = None


def _long_form(short: str, before: str) -> str:
    """The fewest words at the end of ``before`` whose initials spell the short form; empty where none do.

    Initials of small words may be left out, as in "recovery point of objective" (Schwartz & Hearst, 2003, "A Simple
    Algorithm for Identifying Abbreviation Definitions", reduced to initials).
    """
    words = list(_WORD.finditer(before))
    letters = sum(c.isalpha() for c in short)
    for count in range(min(letters, len(words)), min(len(words), 2 * letters + 2) + 1):
        if count and _initials(short, [word.group() for word in words[-count:]]):
            return " ".join(before[words[-count].start() :].split())
    return ""


def _initials(short: str, words: list[str]) -> bool:
    wanted = [c.lower() for c in short if c.isalpha()]
    given = [word[0].lower() for word in words]
    large = [word[0].lower() for word in words if word.lower() not in _SMALL]
    if not wanted or not words:
        return False
    if words[0].lower() in _SMALL:  # "the service (TS)" is cut from "terms of the service"; "The Open Group" is whole
        return given == wanted and words[0][0].isupper()
    return wanted in (given, large)
