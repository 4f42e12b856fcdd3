"""What of a passage can stand in an answer: a sentence, a list with its lead-in, a table's row with its columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rfp_responder.domain import Proposal, Quote
from rfp_responder.text import LIST_MARK

_MAX_LIST = 900  # characters of a list that is quoted whole
OPEN_END = re.compile(
    r"\b(?:are|is|include|includes|including|must|shall|should|will|be|to|by|that|with|for|of|following)$", re.I
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words that may answer. ``text`` is the claim, ``quotes`` the exact words it rests on, ``context`` its heading.

    ``start`` is the offset in the passage's window (what stands before it, the passage, what stands after it);
    candidates of a passage are in reading order. ``before`` is the sentence before, for reading only. ``added`` is what
    was put into the text in square brackets: whom a pronoun means, or the heading that a fragment belongs to.
    ``slight``: a slogan, a pointer or advice to the reader, that says little about the vendor.
    """

    rank: int
    start: int
    text: str
    quotes: tuple[str, ...]
    context: str
    shape: str  # sentence | list | item | row
    before: str = ""
    added: str = ""
    slight: bool = False

    def proposal(self, why: Mapping[str, float]) -> Proposal:
        """The candidate as a proposal that grounding can check; ``why`` is what spoke for it."""
        return Proposal(self.text, tuple(Quote(self.rank, quote) for quote in self.quotes), why)


def sentence(text: str) -> str:
    """One line, with a capital first letter and a full stop."""
    line = " ".join(text.split()).rstrip(";,")
    if line[:1].islower() and not re.match(r"[a-z]+[A-Z0-9]|https?:", line):
        line = line[:1].upper() + line[1:]
    return line if line[-1:] in ".!?:" or re.search(r"[.!?][\"'”’)]$", line) else line + "."


def without_mark(item: str) -> str:
    """A list item without its bullet or number; anything else as it is."""
    return re.sub(r"^\S+\s+", "", item) if LIST_MARK.match(item) else item


def list_end(text: str, spans: list[tuple[int, int]], lead: int) -> int | None:
    """Where the list behind a lead-in ends; None where no list follows on the next line."""
    stop = None
    items = 0
    previous = spans[lead][1]
    for start, end in spans[lead + 1 :]:
        new_line = "\n" in text[previous:start]
        is_item = bool(LIST_MARK.match(text[start:end]))
        ends_open = text[start:end].rstrip()[-1:] in ";,"
        if (
            new_line
            and not is_item
            and not ((stop and text[:stop].rstrip().endswith((";", ","))) or (ends_open and items))
        ):
            break
        if not new_line and items == 0:
            break
        if end - spans[lead][0] > _MAX_LIST:
            break
        items += new_line
        stop = end
        previous = end
    return stop


def listed(rank: int, text: str, start: int, stop: int, heading: str) -> Candidate:
    """A list with its lead-in, in one sentence: the items parted by semicolons, without their marks."""
    quote = text[start:stop]
    lead, *items = [line.strip() for line in quote.split("\n") if line.strip()]
    bare = [without_mark(item).rstrip(" ;,.") for item in items]
    claim = f"{lead} {'; '.join(bare)}."
    return Candidate(rank, start, claim, (quote,), heading, "list")


def is_header(piece: str, text: str, spans: list[tuple[int, int]], index: int) -> bool:
    """Whether the first row of a table names its columns: no digits, and as many short cells as the rows below.

    Two columns are told from a list of facts by the digits below: "Severity | Corrected within" over "High | 14 days".
    """
    cells = piece.split("\t")
    below = [text[a:b].split("\t") for a, b in spans[index + 1 : index + 4] if "\t" in text[a:b]]
    if (
        not below
        or len(cells) < 2
        or any(c.isdigit() for c in piece)
        or any(len(cell) > 60 or ": " in cell for cell in cells)
    ):
        return False
    if len(cells) >= 3:
        return any(len(row) == len(cells) for row in below)
    return len(below) >= 2 and all(
        len(row) == 2 and any(c.isdigit() for c in row[1]) and len(row[1].split()) <= _VALUE_WORDS for row in below
    )


def row(rank: int, start: int, piece: str, header: str | None, carried: str, heading: str) -> Candidate:
    """A table's row with the names of its columns: from the ``header`` above it, or ``carried`` over from the page.

    Numbers without the names of their columns say little: whose they are, and of when, stands elsewhere.
    """
    cells = [cell.strip() for cell in piece.split("\t") if cell.strip()]
    names = [name.strip() for name in header.split("\t")] if header else []
    quotes = (header, piece) if header else (piece,)
    told = len(cells) == 2 and (any(c.isdigit() for c in carried) or len(cells[1].split()) > _VALUE_WORDS)
    if not header and carried and not told:
        names = [name.strip() for name in carried.split(" | ")]
    if len(names) == len(cells) and all(map(_names_column, names)):
        claim = "; ".join(f"{name}: {cell}" for name, cell in zip(names, cells, strict=True))
        return Candidate(rank, start, _stopped(claim), quotes, heading, "row")
    claim = f"{cells[0]}: {', '.join(cells[1:])}" if len(cells) > 1 else cells[0]
    claim = _stopped(claim)
    bare = sum(bool(_FIGURE.fullmatch(cell)) for cell in cells) >= 2
    return Candidate(rank, start, claim, (piece,), heading, "row", slight=bare)


def _stopped(claim: str) -> str:
    return claim if claim.endswith((".", "!", "?")) else claim + "."


_VALUE_WORDS = 6  # of a value under a column's name; a longer one stands beside its label in a list of facts
_YEAR = re.compile(r"(?:19|20)\d\d")
_FIGURE = re.compile(r"[($€£]*[\d.,]+[)%]*|[—–-]")


def _names_column(name: str) -> bool:
    """Whether a header's cell can stand before a colon: not cut off, not a sentence, no figure."""
    return (
        bool(name)
        and name[-1] not in ",;:.("
        and len(name) <= 60
        and not (_FIGURE.fullmatch(name) and not _YEAR.fullmatch(name))
    )
