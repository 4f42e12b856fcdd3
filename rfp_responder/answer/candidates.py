"""What of a passage can stand in an answer: sentences, lists with their lead-in, table rows with their columns."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rfp_responder.domain import Passage, Proposal, Quote
from rfp_responder.text import LIST_MARK, fold, sentences

_MAX_LIST = 900  # characters of a list that is quoted whole
_MAX_SENTENCE = 700
_PLACEHOLDER = re.compile(
    r"\[(?:[a-z][\w’' -]{1,40}(?:,[\w’' -]{1,40}){0,6}|(?:FILL|INSERT|TBD|TODO|YOUR|NAME|DATE)\b[^\]]{0,60})\]|"
    r"\b(?:TBD|TODO)\b"
)
_POINTER = re.compile(
    r"\b(?:is|are) (?:described|explained|listed|set out|given|shown|found|defined) in (?:the )?"
    r"(?:section|table|chapter|annex|appendix|figure|clause)s? [\dA-Z.]+(?: and [\dA-Z.]+)?\.?$",
    re.I,
)
_IMPERATIVE = re.compile(
    r"^(?:create|see|note|click|select|choose|open|go to|enter|press|download|refer)\b(?:\W+\w+){1,6}\W*$", re.I
)
_FURNITURE = re.compile(r"^(?:table|figure|fig\.?)\s+[\d.-]+[.:]?\s|^\d+(?:\.\d+)*\s*$|^(?:see|cf\.|refer to)\s", re.I)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words that may answer. ``text`` is the claim, ``quotes`` the exact words it rests on, ``context`` its heading.

    ``start`` is the offset in the passage's text; candidates of a passage are in reading order.
    """

    rank: int
    start: int
    text: str
    quotes: tuple[str, ...]
    context: str
    shape: str  # sentence | list | row

    def proposal(self) -> Proposal:
        """The candidate as a proposal that grounding can check."""
        return Proposal(self.text, tuple(Quote(self.rank, quote) for quote in self.quotes))


def candidates(passage: Passage) -> list[Candidate]:
    """Every candidate of a passage, in reading order."""
    text = passage.chunk.text
    spans = sentences(text)
    heading = passage.chunk.heading.rsplit(" > ", 1)[-1]
    known = {fold(part) for part in passage.chunk.heading.split(" > ")}
    header: str | None = None
    previous_row = -2
    found: list[Candidate] = []
    skip_until = -1
    for index, (start, end) in enumerate(spans):
        piece = text[start:end]
        if start < skip_until:
            continue
        if "\t" in piece:
            if index != previous_row + 1:
                header = piece if _is_header(piece, text, spans, index) else None
            previous_row = index
            if header != piece and not _PLACEHOLDER.search(piece):
                found.append(_row(passage.rank, start, piece, header, heading))
            continue
        if fold(piece) in known or _is_heading(text, start, end):
            heading = piece if len(piece.split()) > 1 else heading
            continue
        if _FURNITURE.search(piece) or _PLACEHOLDER.search(piece) or len(piece) > _MAX_SENTENCE:
            continue
        if piece.endswith(":"):
            stop = _list_end(text, spans, index)
            if stop:
                found.append(_list(passage.rank, text, start, stop, heading))
                skip_until = stop if stop - start < _MAX_LIST else -1
            continue  # a lead-in without its list says nothing
        body = LIST_MARK.match(piece)
        if _worth(piece) and (body or _complete(piece)) and not _POINTER.search(piece):
            said = _without_mark(piece)
            found.append(Candidate(passage.rank, start, _sentence(said), (said,), heading, "sentence"))
    return found


def _sentence(text: str) -> str:
    """One line, with a capital first letter and a full stop."""
    line = " ".join(text.split()).rstrip(";,")
    if line[:1].islower() and not re.match(r"[a-z]+[A-Z0-9]|https?:", line):
        line = line[:1].upper() + line[1:]
    return line if line[-1:] in ".!?:" or re.search(r"[.!?][\"'”’)]$", line) else line + "."


def _worth(piece: str) -> bool:
    """Whether a piece says something: some words, mostly letters, no question."""
    words = piece.split()
    letters = sum(c.isalpha() for c in piece)
    return (
        len(words) >= 4
        and not _IMPERATIVE.match(piece)
        and letters >= 0.5 * len(piece.replace(" ", ""))
        and not piece.endswith("?")
    )


def _without_mark(item: str) -> str:
    """A list item without its bullet or number; anything else as it is."""
    return re.sub(r"^\S+\s+", "", item) if LIST_MARK.match(item) else item


def _complete(piece: str) -> bool:
    """Whether a sentence ends: one that a page break cuts off says half of something."""
    return bool(re.search(r"[.!?:;][\"'”’)\]⁰¹²³⁴-⁹]*$", piece)) or len(piece.split()) <= 12


def _is_heading(text: str, start: int, end: int) -> bool:
    piece = text[start:end]
    alone = (start == 0 or text[start - 1] == "\n") and (end >= len(text) or text[end : end + 1] == "\n")
    return (
        alone
        and piece[-1:] not in ".!?:;,)"
        and len(piece.split()) <= 9
        and not LIST_MARK.match(piece)
        and end < len(text)
    )


def _list_end(text: str, spans: list[tuple[int, int]], lead: int) -> int | None:
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


def _list(rank: int, text: str, start: int, stop: int, heading: str) -> Candidate:
    quote = text[start:stop]
    lead, *items = [line.strip() for line in quote.split("\n") if line.strip()]
    bare = [_without_mark(item).rstrip(" ;,.") for item in items]
    claim = f"{lead} {'; '.join(bare)}."
    return Candidate(rank, start, claim, (quote,), heading, "list")


def _is_header(piece: str, text: str, spans: list[tuple[int, int]], index: int) -> bool:
    """Whether the first row of a table names its columns: no digits, and as many short cells as the rows below.

    Two columns are told from a list of facts by the digits below: "Severity | Corrected within" over "High | 14 days".
    """
    cells = piece.split("\t")
    below = [text[a:b].split("\t") for a, b in spans[index + 1 : index + 4] if "\t" in text[a:b]]
    if not below or len(cells) < 2 or any(c.isdigit() for c in piece) or any(len(cell) > 60 for cell in cells):
        return False
    if len(cells) >= 3:
        return any(len(row) == len(cells) for row in below)
    return len(below) >= 2 and all(len(row) == 2 and any(c.isdigit() for c in row[1]) for row in below)


def _row(rank: int, start: int, piece: str, header: str | None, heading: str) -> Candidate:
    cells = [cell.strip() for cell in piece.split("\t") if cell.strip()]
    names = [name.strip() for name in header.split("\t")] if header else []
    if names and len(names) == len(cells):
        claim = "; ".join(f"{name}: {cell}" for name, cell in zip(names, cells, strict=True))
        return Candidate(rank, start, claim + ".", (header or "", piece), heading, "row")
    claim = f"{cells[0]}: {', '.join(cells[1:])}" if len(cells) > 1 else cells[0]
    return Candidate(rank, start, claim + ("" if claim.endswith(".") else "."), (piece,), heading, "row")
