"""Allowed values of drop-downs: inline lists, ranges, named ranges; on the same or another sheet."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rfp_responder.questionnaire.model import Cell, Rule
from rfp_responder.questionnaire.places import Area, area
from rfp_responder.questionnaire.sheetxml import RawRule

MAX_CHOICES = 1000  # nobody picks from a longer list by hand; it is a lookup table
_REFERENCE = re.compile(r"(?:(?:'((?:[^']|'')+)'|([^'!\[\]()]+))!)?([$A-Za-z0-9]+(?::[$A-Za-z0-9]+)?)$")
_DIGITS = re.compile(r"[0-9]{1,9}")
_MAX_HOPS = 5  # a name may stand for a name; deeper chains are cycles


@dataclass(frozen=True, slots=True)
class ListSource:
    """Where lists are looked up: sheet names, their cells in the same order, and the defined names."""

    sheets: Sequence[str]
    cells: Sequence[Mapping[int, Mapping[int, Cell]]]
    names: Mapping[tuple[int | None, str], str]
    known: dict[tuple[str, str], tuple[str, ...] | None] = field(default_factory=dict, compare=False)

    def values(self, formula: str, sheet: str) -> tuple[str, ...] | None:
        """The values a list's formula stands for, None where they cannot be told without computing."""
        if (formula, sheet) not in self.known:  # thousands of rules may name one list
            self.known[formula, sheet] = self._values(formula, sheet)
        return self.known[formula, sheet]

    def _values(self, formula: str, sheet: str) -> tuple[str, ...] | None:
        own = self.sheets.index(sheet)
        for _ in range(_MAX_HOPS):
            formula = formula.strip().lstrip("=").strip()
            if len(formula) > 1 and formula[0] == formula[-1] == '"':
                return _distinct(formula[1:-1].replace('""', '"').split(","))
            match = _REFERENCE.match(formula)
            found = area(match[3]) if match else None
            if match and found:
                title = (match[1] or "").replace("''", "'") or (match[2] or "").strip()
                return self._range(title or self.sheets[own], found)
            name = formula.rpartition("!")[2].casefold()
            formula = self.names.get((own, name)) or self.names.get((None, name), "")
            if not formula:
                return None
        return None

    def _range(self, title: str, found: Area) -> tuple[str, ...] | None:
        wanted = title.casefold()
        for name, cells in zip(self.sheets, self.cells, strict=True):
            if name.casefold() == wanted:
                rows = sorted(row for row in cells if found.top <= row <= found.bottom)
                return _distinct(
                    cells[row][column].text
                    for row in rows
                    for column in sorted(cells[row])
                    if found.left <= column <= found.right
                )
        return None


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    texts = [value.strip() for value in values]
    return tuple(dict.fromkeys(text for text in texts if text))[:MAX_CHOICES]


def resolve_rules(raws: Sequence[RawRule], sheet: str, source: ListSource) -> tuple[Rule, ...]:
    """The validations that bear on answers: lists with their values, limits of text length."""
    rules = []
    for raw in raws:
        if raw.kind == "list":
            values = source.values(raw.formula, sheet)
            if values:
                rules.append(Rule(raw.areas, values))
            else:
                rules.append(Rule(raw.areas, unreadable=raw.formula or "an empty list"))
        elif raw.kind == "textLength" and (limit := _limit(raw)) is not None:
            rules.append(Rule(raw.areas, max_characters=limit))
        elif raw.kind in {"whole", "decimal", "date", "time"}:
            low, high = _bounds(raw)
            rules.append(Rule(raw.areas, number="decimal" if raw.kind == "time" else raw.kind, low=low, high=high))
    return tuple(rules)


def _limit(raw: RawRule) -> int | None:
    """The most characters a text-length rule allows, None where it sets no upper bound."""
    bound = raw.second if raw.operator == "between" else raw.formula
    if raw.operator not in {"between", "lessThan", "lessThanOrEqual", "equal"} or not _DIGITS.fullmatch(bound.strip()):
        return None
    return int(bound) - (raw.operator == "lessThan")


def _bounds(raw: RawRule) -> tuple[float | None, float | None]:
    """The least and the greatest number a rule allows, each None where it sets none or is computed."""
    first, second = _number(raw.formula), _number(raw.second)
    if raw.operator == "between":
        return first, second
    if raw.operator in {"greaterThan", "greaterThanOrEqual"}:
        return first, None
    if raw.operator in {"lessThan", "lessThanOrEqual"}:
        return None, first
    return (first, first) if raw.operator == "equal" else (None, None)


def _number(text: str) -> float | None:
    try:
        value = float(text) if len(text) < 40 else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None
