"""Questions with two sides: "iOS and Android", "at rest and in transit", "both staff and contractors"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = r"(?:[A-Z][\w.+-]*|i[A-Z]\w+)(?: (?:[A-Z][\w.+-]*|\d[\w.]*)){0,2}"
_PATTERNS = (
    re.compile(
        r"\b(?P<a>at[ -]rest)(?:, (?P<m>in[ -]use))?,? (?P<join>and|or|and/or|as well as) (?P<b>(?:(?:while |"
        r"when )?in[ -](?:transit|motion)))\b",
        re.I,
    ),
    re.compile(r"\b(?P<a>in[ -](?:transit|motion)) (?P<join>and|or|and/or|as well as) (?P<b>at[ -]rest)\b", re.I),
    re.compile(r"\b(?P<both>both )(?P<a>[\w-]+(?: [\w-]+){0,2}) (?P<join>and) (?P<b>[\w-]+(?: [\w-]+){0,1})\b", re.I),
    re.compile(rf"(?<=[a-z,] )(?:(?P<m>{_NAME}), )?(?P<a>{_NAME}),? (?P<join>and|or) (?P<b>{_NAME})"),
)


@dataclass(frozen=True, slots=True)
class Sides:
    """The words that join the sides, each side, and whether one of them is enough ("or")."""

    text: str
    each: tuple[str, ...]
    either: bool


def sides(question: str) -> Sides | None:
    """The sides of a question, or None where it has one: lists of common nouns and verbs are left whole."""
    for pattern in _PATTERNS:
        found = pattern.search(question)
        if found:
            parts = [found.groupdict().get(name) for name in ("m", "a", "b")]
            return Sides(
                found.group(), tuple(part for part in parts if part), found["join"].lower() in ("or", "and/or")
            )
    return None
