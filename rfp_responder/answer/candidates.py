"""What of a passage can stand in an answer: sentences, lists with their lead-in, table rows with their columns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rfp_responder.answer.pieces import OPEN_END, Candidate, is_header, list_end, listed, row, sentence, without_mark
from rfp_responder.answer.subjects import subject_of, with_subject
from rfp_responder.domain import Passage
from rfp_responder.text import LIST_MARK, fold, sentences

_MAX_SENTENCE = 700  # characters
_MIN_ITEM = 8  # letters of a list's item, as of every quote
_SENTENCE_WORDS = 7
_PLACEHOLDER = re.compile(
    r"\[(?:(?:fill|insert|your|name|date|list|enter|add|specify|describe|company|organi[sz]ation|address|title|e-?mail|phone|"
    r"number|role|product|tbd|todo)\b[^\]]{0,80})\]|"
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


_SLOGAN = re.compile(
    r"\b(?:world[- ]class|industry[- ]leading|best[- ]in[- ]class|cutting[- ]edge|state[- ]of[- ]the[- ]art|"
    r"market[- ]leading|trusted by|we are (?:proud|committed|dedicated|passionate)|is committed to|second to none|"
    r"peace of mind|seamless(?:ly)?|takes? (?:\w+ ){0,3}seriously|next[- ]generation|leading provider)\b",
    re.I,
)
_BOILERPLATE = re.compile(
    r"\ball rights reserved\b|©|\bcopyright\b|\bforward-looking statements?\b|\bfor informational purposes\b|"
    r"^(?:this|the present) (?:document|page|section|policy|guide|paper|chapter|procedure|standard|plan|appendix|"
    r"annex)\b[^.]{0,40}\b(?:describes|explains|defines|sets out|outlines|covers|establishes|lists|summari[sz]es|"
    r"is intended)\b|\b(?:confidential|proprietary)\b[^.]{0,30}\bdo not (?:distribute|copy)\b|"
    r"^(?:table of contents|page \d+)",
    re.I,
)
_HANGING = re.compile(
    r"(?:It|They|This|These|Those|He|She|Such) (?:\w+ )?(?:is|are|was|were|has|have|can|may|must|will|does|do)\b"
)
_ADVICE = re.compile(
    r"\bwe (?:strongly )?(?:recommend|advise|suggest|encourage)\b|"
    r"\b(?:customers?|users?|you|administrators?) (?:should|are advised|are encouraged|may wish)\b|"
    r"^(?:please|make sure|ensure that you|consider|remember)\b",
    re.I,
)


def candidates(passage: Passage) -> list[Candidate]:
    """Every candidate that stands in the passage at least in part, in reading order.

    A sentence, a list or a table's row that the passage's border cuts is taken whole from the page around it.
    """
    text = passage.before + passage.chunk.text + passage.after
    first, last = len(passage.before), len(passage.before) + len(passage.chunk.text)
    return [
        candidate
        for candidate, end in _Reader(passage, text).read()
        if end > first and candidate.start < last and _whole(candidate, end, text, passage)
    ]


def _whole(candidate: Candidate, end: int, text: str, passage: Passage) -> bool:
    """Whether the candidate neither begins nor ends where the window was cut out of the page."""
    cut_before = bool(passage.before) and candidate.start == len(text) - len(text.lstrip())
    cut_after = bool(passage.after) and end >= len(text.rstrip()) and text.rstrip()[-1:] not in ".!?"
    return not (cut_before or cut_after)


class _Reader:
    """Walks through a window piece by piece; remembers the heading, the table's columns and the list's lead-in."""

    def __init__(self, passage: Passage, text: str) -> None:
        self._rank = passage.rank
        self._text = text
        self._spans = sentences(text)
        self._first = len(passage.before)
        self._inside = False
        self._own_heading = self._heading = passage.chunk.heading.rsplit(" > ", 1)[-1]
        self._known = {fold(part) for part in passage.chunk.heading.split(" > ")}
        self._columns = passage.chunk.columns
        self._header: str | None = None
        self._previous_row = -2
        self._lead = ""
        self._before = ""

    def read(self) -> Iterator[tuple[Candidate, int]]:
        """Candidates with where each ends in the window."""
        for index, (start, end) in enumerate(self._spans):
            if not self._inside and start >= self._first:  # the chunk knows its heading better than the lines above it
                self._inside, self._heading = True, self._own_heading
            piece = self._text[start:end]
            if "\t" in piece:
                found = self._row(index, start, piece)
            elif fold(piece) in self._known or (_is_heading(self._text, start, end) and not self._leads(index)):
                self._heading = piece if len(piece.split()) > 1 else self._heading
                self._lead = self._before = ""
                continue
            elif self._leads(index):
                stop = list_end(self._text, self._spans, index)
                found = listed(self._rank, self._text, start, stop, self._heading) if stop else None
                self._lead, end = without_mark(piece), stop or end
            else:
                found = self._piece(index, start, piece)
            self._before = " ".join(piece.split())[:300]
            if found:
                yield found, end

    def _leads(self, index: int) -> bool:
        """Whether a list follows: behind a colon, or behind "are", "must" and their like before a line with a mark."""
        start, end = self._spans[index]
        if self._text[end - 1] == ":":
            return True
        following = self._spans[index + 1 : index + 2]
        return bool(
            following
            and OPEN_END.search(self._text[start:end])
            and LIST_MARK.match(self._text[following[0][0] : following[0][1]])
        )

    def _row(self, index: int, start: int, piece: str) -> Candidate | None:
        if index != self._previous_row + 1:
            self._header = piece if is_header(piece, self._text, self._spans, index) else None
        self._previous_row = index
        if self._header == piece or _PLACEHOLDER.search(piece) or sum(c.isalnum() for c in piece) < _MIN_ITEM:
            return None
        carried = self._columns if start < self._first + 1 or self._header is None else ""
        return row(self._rank, start, piece, self._header, carried, self._heading)

    def _piece(self, index: int, start: int, piece: str) -> Candidate | None:
        """A sentence, or an item of the list whose lead-in was met last: alone where it says something alone."""
        if _FURNITURE.search(piece) or _PLACEHOLDER.search(piece) or len(piece) > _MAX_SENTENCE:
            return None
        marked = bool(LIST_MARK.match(piece))
        follows = index > 0 and "\n" in self._text[self._spans[index - 1][1] : start]
        if self._lead and follows and not marked and self._before[-1:] not in ";,:":
            self._lead = ""
        said = without_mark(piece)
        if marked and self._runs_in(index, said):
            return None
        if self._lead and follows and not _stands_alone(said):
            if sum(c.isalnum() for c in said) < _MIN_ITEM or said.endswith("?"):
                return None
            text = sentence(f"{self._lead} {said}")
            return Candidate(self._rank, start, text, (self._lead, said), self._heading, "item", self._lead)
        if not _worth(piece) or not (marked or _complete(piece)) or _says_nothing(piece):
            return None
        added = subject_of(said, self._before, self._heading)
        hanging = not added and _HANGING.match(said)  # whom "it" means is not told
        slight = bool(hanging or _SLOGAN.search(piece) or _ADVICE.search(piece))
        text = with_subject(sentence(said), added) if added else sentence(said)
        before = self._lead or self._before
        return Candidate(self._rank, start, text, (said,), self._heading, "sentence", before, added, slight)

    def _runs_in(self, index: int, said: str) -> bool:
        """Whether an item's first words are its heading, with the text behind them on the same line."""
        following = self._spans[index + 1 : index + 2]
        same_line = bool(following) and "\n" not in self._text[self._spans[index][1] : following[0][0]]
        return same_line and len(said.split()) < _SENTENCE_WORDS and said[:1].isupper()


def _stands_alone(said: str) -> bool:
    """Whether an item of a list is a sentence that needs no lead-in: a capital, a full stop, and some length."""
    return said[:1].isupper() and said[-1:] == "." and len(said.split()) >= _SENTENCE_WORDS


def _says_nothing(piece: str) -> bool:
    """Whether a sentence speaks of the document, or points elsewhere."""
    return bool(_BOILERPLATE.search(piece) or _POINTER.search(piece))


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
