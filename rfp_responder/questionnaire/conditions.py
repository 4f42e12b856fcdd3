"""Questions that need an answer only if another was answered so: follow-ups, gates, and columns that say it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rfp_responder.answer.labels import stance_of
from rfp_responder.questionnaire.conditionwords import (
    YES,
    Move,
    Said,
    follow_up,
    from_column,
    only_if,
    opens_section,
    other_than,
    passes_over,
    topic_of,
    without_condition,
)
from rfp_responder.questionnaire.model import Condition, Item
from rfp_responder.text import content_stems, fold, shortened


@dataclass(frozen=True, slots=True)
class Told:
    """What the cells of a row say of a condition: of its depends-on column, and of the column with the value."""

    depends: str = ""
    when: str = ""


def with_conditions(
    items: Sequence[Item],
    told: Sequence[Told],
    between: Sequence[tuple[int, str]],
    borders: Sequence[tuple[int, str]],
    others: Mapping[str, Item],
) -> tuple[Item, ...]:
    """The items with the conditions that their own words, their columns, and rows between them say.

    ``told`` runs beside ``items``; ``between`` are the rows (one-based) and words of headings and instructions, which
    may open a section under a condition; ``borders`` are those of headings, where such a section ends. ``others`` are
    the questions of the sheets before, by id in lower case, any of which may be a gate.
    """
    reading = _Reading(items, borders, others)
    for item in items:
        reading.gate(item)
    for row, words in between:
        reading.section(row, words)
    last: Item | None = None
    for item, says in zip(items, told, strict=True):
        if not reading.row(item, says, last):
            last = item
    found = reading.found
    return tuple(_with(item, found.get(item.row), reading) for item in items)


def _with(item: Item, condition: Condition | None, reading: _Reading) -> Item:
    """The item with its condition; a follow-up that says "it" is asked about its gate's topic."""
    if condition is None:
        return item
    parent = reading.follows.get(item.row)
    text = item.question.text
    if parent is not None and _POINTS.search(text) and (topic := topic_of(parent.question.text)):
        text = f"{topic}: {without_condition(text)}"
    return replace(item, condition=condition, question=replace(item.question, text=text))


_POINTS = re.compile(r"\b(?:it|its|this|these|they|them|their|that|those|so|one)\b", re.IGNORECASE)
_LEAST_SHARED, _MOST_SHARED, _NEAR = 2, 0.6, 4  # words and share of a clause that a question nearby asks about


def _on(gate: Item, item: Item, wanted: tuple[str, ...], said: str) -> Condition:
    """The condition that ``gate`` sets for ``item``."""
    return Condition(gate.row, wanted, shortened(said, 80), "" if gate.sheet == item.sheet else gate.sheet)


class _Reading:
    """The conditions of one table, by the row (one-based) that has one."""

    def __init__(self, items: Sequence[Item], borders: Sequence[tuple[int, str]], others: Mapping[str, Item]) -> None:
        self.items, self.borders, self.others = items, borders, others
        self.found: dict[int, Condition] = {}
        self.follows: dict[int, Item] = {}
        self._by_id: dict[str, Item] = {}
        for item in items:
            if item.id:
                self._by_id.setdefault(item.id.casefold().rstrip(".)"), item)

    def gate(self, item: Item) -> None:
        """What a question says of others: ``"If no, go to 14"``."""
        says = passes_over(item.text)
        if says is None:
            return
        said, move = says
        wanted = other_than(said.wanted)
        gate = self._named(said, item) or item
        if not wanted:
            return
        for other in self._passed(item.row, move):
            self.found.setdefault(other.row, _on(gate, other, wanted, said.words))

    def section(self, row: int, words: str) -> None:
        """What a heading or an instruction says of the questions below it."""
        says = opens_section(words)
        if says is None:
            self._clause(row, words)
            return
        said, move = says
        above = next((item for item in reversed(self.items) if item.row < row), None)
        gate = self._gate(said.gate) if said.gate not in {"", "previous"} else above
        if gate is None or not said.wanted:
            return
        for item in self._passed(row, move):
            if item is not gate:
                self.found.setdefault(item.row, _on(gate, item, said.wanted, said.words))

    def _clause(self, row: int, words: str) -> None:
        """A section that is to be filled in only under a condition that a question nearby asks about."""
        clause = set(content_stems(only_if(words)))
        if len(clause) < _LEAST_SHARED:
            return
        near = [item for item in self.items if item.row < row][-_NEAR:] + [i for i in self.items if i.row > row][:1]
        shared = [(len(clause & set(content_stems(item.question.text))), item) for item in near]
        count, gate = max(shared, key=lambda each: each[0], default=(0, None))
        if gate is None or count < max(_LEAST_SHARED, _MOST_SHARED * len(clause)):
            return
        for item in self._passed(row, Move(section=True)):
            if item is not gate:
                self.found.setdefault(item.row, _on(gate, item, YES, only_if(words)))

    def row(self, item: Item, says: Told, last: Item | None) -> bool:
        """What a row says of itself, by its columns or its words; whether its words make it a follow-up."""
        named = from_column(says.depends, says.when)
        if named and (gate := self._gate(named[0])) and gate is not item:
            words = " ".join(filter(None, (fold(says.depends), fold(says.when))))
            self.found[item.row] = _on(gate, item, named[1], words)
        said = follow_up(item.text)
        if said is None:
            return False
        gate = self._named(said, item) or (last if said.gate in {"", "previous"} else None)
        if gate is not None and gate is not item:
            self.follows[item.row] = gate
        if gate is not None and gate is not item and item.row not in self.found:
            self.found[item.row] = _on(gate, item, said.wanted, said.words)
        return True

    def _named(self, said: Said, item: Item) -> Item | None:
        found = self._gate(said.gate)
        return found if found is not item else None

    def _gate(self, name: str) -> Item | None:
        """The question of an id, on this sheet or one before."""
        return self._by_id.get(name) or self.others.get(name)

    def _passed(self, row: int, move: Move) -> list[Item]:
        """The questions below a row that a move passes over."""
        below = [item for item in self.items if item.row > row]
        if move.section:
            inside = row + 1 if any(border == row for border, _ in self.borders) else row
            end = next((border for border, _ in self.borders if border > inside), None)
            return [item for item in below if end is None or item.row < end]
        if move.count:
            return below[: move.count]
        if move.first:
            first, last = self._by_id.get(move.first), self._by_id.get(move.last)
            if first is None or last is None:
                return []
            return [item for item in self.items if first.row <= item.row <= last.row and item.row != row]
        end = self._place(move.target, row)
        return [item for item in below if item.row < end] if end else []

    def _place(self, target: str, row: int) -> int | None:
        """The row below ``row`` at which an id, a section's number or a section's name begins."""
        if not target:
            return None
        if (item := self._by_id.get(target)) is not None:
            return item.row if item.row > row else None
        wanted = re.compile(rf"(?:section|part|chapter)?\s*{re.escape(target)}(?![\w.]*\d)", re.IGNORECASE)
        heading = next((border for border, words in self.borders if border > row and wanted.match(fold(words))), None)
        if heading:
            return heading
        return next(
            (i.row for i in self.items if i.row > row and i.id.casefold().startswith((f"{target}.", f"{target}-"))),
            None,
        )


def holds(condition: Condition, choice: str | None, stance: str | None) -> bool | None:
    """Whether a gate's answer calls for the question; None where the gate was not answered clearly."""
    told = {word for word in (stance, fold(choice or "").casefold()) if word}
    if choice and (read := stance_of(choice)):
        told.add(read)
    if not told:
        return None
    return bool(told & set(condition.wanted))
