"""The rows of a table of requirements taken apart: words, id, kind, limit.

A row of a table of requirements is one requirement whatever its verb; of any other table (times, prices, levels of
service) the sentences in its cells are read like prose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rfp_responder.questionnaire.obligations_model import Kind
from rfp_responder.questionnaire.requirements_blocks import Block
from rfp_responder.questionnaire.requirements_details import is_only_limit
from rfp_responder.questionnaire.requirements_heads import Role, Table, kind_of, role_of

_LIMIT_CELL = re.compile(
    r"^(?:max\.?\s*|up\s+to\s+)?[\d,.]+\s*(?:words?|pages?|characters|sides?)?(?:\s+max\.?)?$", re.I
)
_LOST = re.compile(
    r"(?<=[\w.?!)])\s([A-Z]{1,2}|Mandatory|Essential|Desirable|Optional|Information\w*|Must|Should|Could)$"
)
_BLANK = re.compile(r"^(?:[\W_]*|y\s*/\s*n|yes\s*/\s*no|yes|no|n/?a|\d{1,3}\s*%?|weight:?\s*\d+\s*%?)$", re.I)


@dataclass(frozen=True, slots=True)
class RowParts:
    """A row of a table of requirements taken apart: its words, its id and what its column says of its kind.

    ``question``: it stands in a column of questions.
    """

    text: str
    code: str = ""
    kind: Kind | None = None
    limit: str = ""
    question: bool = False


def named_parts(block: Block, table: Table, legend: Mapping[str, Kind]) -> RowParts:
    """The parts of a row that names its columns itself."""
    found: dict[Role, str] = {}
    for cell in block.cells:
        name, mark, value = cell.partition(": ")
        if mark and name in table.names:
            found.setdefault(role_of(name), value)
    code = block.code or found.get("id", "")
    return RowParts(
        found.get("text", ""), code, kind_of(found.get("kind", ""), legend), found.get("limit", ""), table.questions
    )


def parts(block: Block, table: Table, legend: Mapping[str, Kind]) -> RowParts:
    """The parts of a row below ``table``; ``legend`` is what the document says that its letters stand for."""
    cells = list(block.cells) if block.cells else [block.text]
    code, kind, limit = block.code, None, ""
    roles = list(table.roles)
    if not code and "id" in roles and roles.index("id") == 0 and len(cells) > 1 and len(cells[0].split()) <= 2:
        code = cells.pop(0)
    if roles and roles[0] == "id":
        roles.pop(0)
    tail = _LOST.search(cells[-1])
    if len(cells) == 1 and "kind" in table.roles and tail and kind_of(tail.group(1), legend):
        kind = kind_of(tail.group(1), legend)
        cells[0] = cells[0][: tail.start()]
    kept: list[tuple[Role, str]] = []
    for place, cell in enumerate(cells):
        role: Role = roles[place] if place < len(roles) else "other"
        if "kind" in table.roles and kind_of(cell, legend) and (place > 0 or len(cells) > 1) and len(cell.split()) <= 2:
            kind = kind or kind_of(cell, legend)
        elif "limit" in table.roles and (_LIMIT_CELL.match(cell) or is_only_limit(cell)):
            limit = cell if re.search("[a-z]", cell) else _with_unit(cell, table)
        elif not _BLANK.match(cell):
            kept.append((role, cell))
    return RowParts(_wording(kept), code, kind, limit, table.questions)


def lost_gutter(block: Block, table: Table, legend: Mapping[str, Kind]) -> bool:
    """Whether a paragraph is a row whose last cell, its kind, a reader took for a word of the sentence."""
    tail = _LOST.search(block.text)
    return block.kind == "prose" and "kind" in table.roles and bool(tail and kind_of(tail.group(1), legend))


def _with_unit(cell: str, table: Table) -> str:
    name = next((n for n, role in zip(table.names, table.roles, strict=True) if role == "limit"), "")
    unit = re.search(r"words?|pages?|characters", name, re.I)
    return f"{cell} {unit.group() if unit else 'words'}"


def _wording(kept: Sequence[tuple[Role, str]]) -> str:
    """The cell that holds the requirement: the column of that role, else the longest."""
    if not kept:
        return ""
    longest = max((cell for _, cell in kept), key=len)
    own = next((cell for role, cell in kept if role == "text"), "")
    return own if own and (len(own.split()) >= 3 or len(longest) < 2 * len(own)) else longest
