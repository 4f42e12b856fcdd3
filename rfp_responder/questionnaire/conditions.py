"""Questions that need an answer only if another was answered so: follow-ups, gates, and columns that say it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rfp_responder.answer.labels import stance_of
from rfp_responder.questionnaire.model import Condition, Item
from rfp_responder.text import fold, shortened

_YES, _NO = ("yes", "partial"), ("no",)
_CODE = r"(?:[A-Za-z&]{1,8}[-._ ]?)?\d[\w.\-]*"
_SAYS = r"[\"'“”‘’]?(yes|no|n/?a|not applicable|true|false)[\"'“”‘’]?"
_FOLLOW_UP = re.compile(
    r"(?:\(?[a-z0-9.]{1,6}[.)]\s+)?\(?if\s+(?:"
    rf"(?:you\s+(?:have\s+)?(?:answered|selected|responded|replied)\s+{_SAYS}|the\s+(?:answer|response)\s+is\s+{_SAYS}|"
    rf"[\"'“‘]?(yes|so|no|not|true|false)\b[\"'”’]?)(?:\s+(?:to|for|in|at)\s+(?:the\s+)?(?:question|item|row|q\.?|no\.?)?\s*"
    rf"({_CODE}|(?:previous|above)(?:\s+question)?))?)",
    re.IGNORECASE,
)
_FOLLOW_ID = re.compile(
    rf"\(?if\s+(?:the\s+(?:answer|response)\s+to\s+)?(?:question|item|q\.?)?\s*({_CODE})\s+(?:is|was|=)\s+"
    rf"(?:answered\s+)?{_SAYS}",
    re.IGNORECASE,
)
_GO_TO = re.compile(
    rf"\bif\s+(?:the\s+answer\s+is\s+|you\s+answered\s+|answered\s+)?{_SAYS}\s*[,:;–-]?\s*(?:then\s+)?(?:please\s+)?"
    r"(?:go|skip|proceed|move|continue|jump)\s+(?:directly\s+|ahead\s+|straight\s+|forward\s+)?(?:on\s+)?"
    r"(?:to\s+)?(?:(?:the\s+)?(next section|rest of (?:the|this) section|this section|"
    r"remaining questions(?: (?:in|of) this section)?)|"
    rf"(?:questions?|sections?|items?|rows?|q\.?|no\.?)?\s*({_CODE})(?:\s*(?:to|-|–|through|until)\s*({_CODE}))?)",
    re.IGNORECASE,
)
_SKIPS = re.compile(r"\bskip\s+(?:questions?|items?|rows?|q)?", re.IGNORECASE)
_SECTION = re.compile(
    r"(?:complete|answer|fill in|respond to|applicable|required|applies|needed|skip)\b.{0,80}?"
    r"\b(?:only\s+)?(?:if|when|where)\b"
    rf".{{0,60}}?{_SAYS}\s*(?:to|for|at|in)\s+(?:question|item|q\.?|no\.?)?\s*({_CODE})|"
    r"(?:complete|answer|fill in|respond to|applicable|required|applies|needed|skip)\b.{0,80}?"
    r"\b(?:only\s+)?(?:if|when|where)\b"
    rf".{{0,40}}?\b({_CODE})\s+(?:is|was|=|are)\s+(?:answered\s+)?(?:with\s+|as\s+)?{_SAYS}",
    re.IGNORECASE,
)
_DEPENDS = re.compile(
    r"\s*(?:(?:if|when|where|only if|show if|required if|depends on|question|q\.?)\s+)*"
    rf"({_CODE}|[A-Za-z][\w\-]*\d[\w.\-]*)"
    r"\s*(?:(?:=|==|:|->|→|is|was|equals|answered(?:\s+as)?|\()\s*(?:answered\s+)?[\"'“‘]?([^\"'”’)]{1,60}))?",
    re.IGNORECASE,
)
_DEPENDS_HEADER = re.compile(
    r"(?:depends on|dependent on|dependency|dependencies|parent(?: question)?(?: id)?|condition(?:al)?(?: on)?|show if|"
    r"display (?:if|condition|logic)|(?:branching|skip) logic|applicable if|conditional logic|trigger question)",
    re.IGNORECASE,
)
_WHEN_HEADER = re.compile(
    r"(?:required when|required if|when answer is|parent (?:answer|response)|depends on (?:answer|value)|"
    r"trigger (?:answer|value)|condition value|if answer is|display when|show when)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What the cells of a row say of a condition: of its depends-on column, and of the column with the value."""

    depends: str = ""
    when: str = ""


def says_depends(header: str) -> bool:
    """Whether a column names the question that a row depends on (``"Depends on"``)."""
    return _DEPENDS_HEADER.fullmatch(fold(header).replace("_", " ").rstrip(":?")) is not None


def says_when(header: str) -> bool:
    """Whether a column names the answer that makes a row required (``"Required when"``)."""
    return _WHEN_HEADER.fullmatch(fold(header).replace("_", " ").rstrip(":?")) is not None


def wanted_by(value: str) -> tuple[str, ...]:
    """The answers that a word calls for: stances for yes and no, else the value itself."""
    word = fold(value).casefold().strip(" .\"'")
    if word in {"so", "true"}:
        return _YES
    if word in {"not", "false"}:
        return _NO
    stance = stance_of(word)
    if stance == "yes":
        return _YES
    return (stance,) if stance else (word,)


def with_conditions(
    items: Sequence[Item], told: Sequence[Told], gates: Sequence[tuple[int, str]], borders: Sequence[int]
) -> tuple[Item, ...]:
    """The items with the conditions that their own words, their columns, and rows between them say.

    ``told`` runs beside ``items``; ``gates`` are the rows (one-based) and words of headings and instructions that may
    open a section under a condition; ``borders`` are the rows of headings, where such a section ends.
    """
    by_id = {item.id.casefold(): item for item in items if item.id}
    found: dict[int, Condition] = {}
    for condition, row in _skipped(items, by_id, borders):
        found.setdefault(row, condition)
    for condition, row in _sections(items, by_id, gates, borders):
        found.setdefault(row, condition)
    last: Item | None = None
    for item, says in zip(items, told, strict=True):
        own = _from_columns(item, says, by_id) or _follow_up(item, last, by_id)
        if own:
            found[item.row] = own
        if not _FOLLOW_UP.match(fold(item.text)):
            last = item
    return tuple(replace(item, condition=found[item.row]) if item.row in found else item for item in items)


def _follow_up(item: Item, last: Item | None, by_id: dict[str, Item]) -> Condition | None:
    """``"If yes, ..."``: by the question above that is no follow-up itself, or by the one it names."""
    words = fold(item.text)
    if match := _FOLLOW_ID.match(words):
        gate = by_id.get(match[1].casefold().rstrip(".)"))
        return Condition(gate.row, wanted_by(match[2]), shortened(match[0], 80)) if gate and gate is not item else None
    match = _FOLLOW_UP.match(words)
    if match is None:
        return None
    answer = match[1] or match[2] or match[3]
    named = (match[4] or "").casefold().rstrip(".)")
    gate = by_id.get(named, last) if named else last
    if gate is None or (gate.row >= item.row and not named):
        return None
    return Condition(gate.row, wanted_by(answer), shortened(match[0].strip("( "), 80))


def _from_columns(item: Item, says: Told, by_id: dict[str, Item]) -> Condition | None:
    match = _DEPENDS.match(says.depends) if says.depends.strip() else None
    if match is None:
        return None
    gate = by_id.get(match[1].casefold().rstrip(".)"))
    if gate is None or gate is item:
        return None
    value = fold(says.when) or fold(match[2] or "")
    value = re.sub(r"^(?:answer|response)?\s*(?:=|is)\s*", "", value, flags=re.IGNORECASE)
    said = shortened(" ".join(filter(None, (fold(says.depends), fold(says.when)))), 80)
    return Condition(gate.row, wanted_by(value) if value else _YES, said)


def _skipped(items: Sequence[Item], by_id: dict[str, Item], borders: Sequence[int]) -> list[tuple[Condition, int]]:
    """``"If No, go to 14"``: the rows between need an answer only if it is another."""
    found: list[tuple[Condition, int]] = []
    for item in items:
        match = _GO_TO.search(fold(item.text))
        if match is None:
            continue
        answer = wanted_by(match[1])
        wanted = _NO if answer == _YES else _YES if answer == _NO else ()
        if not wanted:
            continue
        below = [other for other in items if other.row > item.row]
        if match[2]:
            end = next((row for row in borders if row > item.row), None)
            skipped = [other for other in below if end is None or other.row < end]
        else:
            skipped = _between(item, match, below, by_id)
        found += [(Condition(item.row, wanted, shortened(match[0], 80)), other.row) for other in skipped]
    return found


def _between(item: Item, match: re.Match[str], below: Sequence[Item], by_id: dict[str, Item]) -> list[Item]:
    """The rows that are passed over: up to the one gone to, or those named by ``"skip questions 5 to 9"``."""
    first = by_id.get(match[3].casefold().rstrip(".)"))
    last = by_id.get((match[4] or "").casefold().rstrip(".)")) if match[4] else None
    if first is not None and last is not None:
        return [other for other in below if first.row <= other.row <= last.row]
    target = first
    if target is None:  # a section's number: its first question
        prefix = match[3].rstrip(".)").casefold()
        target = next((o for o in below if o.id.casefold().startswith((f"{prefix}.", f"{prefix}-"))), None)
    if target is None or target.row <= item.row:
        return []
    if _SKIPS.search(match[0]) and not re.search(r"skip\s+(?:\w+\s+)?to\b", match[0], re.IGNORECASE):
        return [target]
    return [other for other in below if other.row < target.row]


def _sections(
    items: Sequence[Item], by_id: dict[str, Item], gates: Sequence[tuple[int, str]], borders: Sequence[int]
) -> list[tuple[Condition, int]]:
    """``"Complete this section only if you answered Yes to 3.1"``: every question up to the next heading."""
    found: list[tuple[Condition, int]] = []
    for row, words in gates:
        match = _SECTION.search(fold(words)[:400])
        if match is None:
            continue
        gate = by_id.get((match[2] or match[3]).casefold().rstrip(".)"))
        wanted = wanted_by(match[1] or match[4])
        if gate is None:
            continue
        if match[0].casefold().startswith("skip"):
            wanted = _NO if wanted == _YES else _YES
        end = next((border for border in borders if border > row + 1), None)
        below = [item for item in items if item.row > row and (end is None or item.row < end) and item is not gate]
        found += [(Condition(gate.row, wanted, shortened(match[0], 80)), item.row) for item in below]
    return found


def holds(condition: Condition, choice: str | None, stance: str | None) -> bool | None:
    """Whether a gate's answer calls for the question; None where the gate was not answered clearly."""
    told = {word for word in (stance, fold(choice or "").casefold()) if word}
    if choice and (read := stance_of(choice)):
        told.add(read)
    if not told:
        return None
    return bool(told & set(condition.wanted))
