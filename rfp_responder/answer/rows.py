"""What a table's row says by a cell that holds a verdict: "Control: Access review; Implemented: Partial"."""

from __future__ import annotations

import re

from rfp_responder.answer.aim import shared
from rfp_responder.domain import Stance
from rfp_responder.text import content_stems

_CELLS = re.compile(r";\s+|,\s+(?=[A-Z✓✗✔✘–-])")
_NAMED = re.compile(r"^(?P<name>[^:]{1,60}):\s+(?P<value>.{1,600})$", re.S)
_CELL_WORDS: tuple[tuple[Stance, str], ...] = (
    ("not_applicable", r"n/a|not applicable|does not apply"),
    ("partial", r"partial(?:ly)?(?: \w+)?|in part|some|limited|supports with exceptions|partially supports"),
    (
        "no",
        r"no|not? (?:yet )?(?:implemented|supported|available|met|included|offered|in place|done|started)|none|"
        r"✗|✘|❌|does not support|unmet|planned|missing|absent",
    ),
    (
        "yes",
        r"yes|implemented|fully implemented|supported|available|met|included|in place|done|✓|✔|✅|complete[d]?|"
        r"supports|fulfilled|compliant|defined|managed",
    ),
)
_VERDICTS = tuple((stance, re.compile(rf"(?:{pattern})(?=$|[\s.,;(–—-])", re.I)) for stance, pattern in _CELL_WORDS)
_STATUS = re.compile(
    r"^(?:status|implemented|maturity|supported|available|availability|included|answer|response|met|match|"
        r"complian(?:ce|t)|conformance(?: level)?|"
    r"in place|state|result|provided|fulfilled|yes/no|coverage)\W*$", re.I
)  # fmt: skip


def row_stance(question: str, sentence: str) -> tuple[Stance | None, str] | None:
    """The stance that a row's cells tell with the row; None where it has no cell with a verdict.

    A column named like a state decides. Else the columns are plans, editions or regions: the one that the question
    names decides, and without a name all must agree.
    """
    cells = _cells(sentence)
    if cells is None:
        return None
    told = [(name, stance) for name, value in cells if (stance := _verdict(value)) is not None]
    states = [stance for name, stance in told if _STATUS.match(name)]
    if states:
        return states[0], sentence
    if not told or any(len(value.split()) > 8 for _, value in cells[1:]):
        return None
    named = [
        stance
        for name, stance in told
        if name and shared(question, name) > 0 and set(content_stems(name)) & set(content_stems(question))
    ]
    stances = set(named or [stance for _, stance in told])
    if len(stances) == 1:
        return stances.pop(), sentence
    return ("partial" if named or any(name for name, _ in told) else None), sentence


def _cells(sentence: str) -> list[tuple[str, str]] | None:
    """Named cells of a row, or None for running text: a row has a verdict standing alone in a cell."""
    first = _NAMED.match(sentence)
    if not first:
        return None
    body = sentence.rstrip(".")
    pieces = [piece.strip() for piece in _CELLS.split(body) if piece.strip()]
    cells: list[tuple[str, str]] = []
    for piece in pieces:
        parts = [part.strip() for part in piece.split(": ")]
        if len(parts) >= 3 and _STATUS.match(parts[-2]):  # "Control: Encryption: Implemented: Partial"
            cells.append((parts[-2], parts[-1]))
        elif len(parts) >= 2:
            cells.append((": ".join(parts[:-1]), parts[-1]))
        else:
            cells.append(("", piece))
    alone = [value for _, value in cells if _verdict(value) is not None]
    return cells if alone else None


def _verdict(cell: str) -> Stance | None:
    """The stance of a cell that is a verdict, or begins with one that is set off ("Partial, manual only")."""
    text = cell.strip(" *_.")
    for stance, pattern in _VERDICTS:
        found = pattern.match(text)
        if found and (
            found.end() == len(text)
            or (text[found.end()] in ",;(–—" or text[found.end() : found.end() + 2] in (" (", " -", " –", " —", "* "))
        ):
            return stance
    return None
