"""Words, sentences and exact matching: the ground that ingest, search, grounding and metrics share.

All offsets are zero-based, half-open character offsets into the text given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

WORD = re.compile(r"[^\W_]+(?:[.'’&/-][^\W_]+)*")
_BREAK = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]*+(?=\s|$)|\n+")
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st no nos fig figs sec sect vol ed eds approx dept est inc ltd co corp vs cf al "
    "e.g i.e etc art para ch pp p u.s u.k a.m p.m ref resp incl max min tel ext".split()
)

_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")

STOPWORDS = frozenset(
    "a an and any are as at be been being but by can could did do does doing done for from had has have having "
    "he her here his how i if in into is it its itself may me might more most must my no nor not of off on once "
    "only or other our ours out over own please same shall she should so some such than that the their theirs "
    "them then there these they this those through to too under until up us very was we were what when where "
    "which while who whom whose why will with within would you your yours yes".split()
)
NEGATIONS = frozenset("no not never none nor neither cannot without n't nothing nobody".split())
QUALIFIERS = frozenset(
    "may might must shall should can could will would only over under more most less least until unless except within "
    "before after above below on off during".split()
)
"""Small words that change what a sentence promises."""

MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sep sept|"
        "october oct|november nov|december dec".split("|"),
        1,
    )
    for name in names.split()
}
"""Names of months, whole and shortened, in lower case, with their numbers (1 to 12)."""


def fold(text: str) -> str:
    """Unicode NFKC, soft hyphens dropped, white space folded to single blanks, ends stripped."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("\u00ad", "").split())


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """Where ``quote`` stands in ``text`` after folding both, as offsets into the unfolded ``text``.

    Letters must agree character by character; only white space and Unicode compatibility forms may differ.
    Words and numbers must be whole: "5 days" does not stand in "15 days", nor "compliant" in "non-compliant".
    """
    wanted = fold(quote)
    if not wanted:
        return None
    folded, places = (text, None) if text.isascii() and fold(text) == text else _folded_with_places(text)
    at = folded.find(wanted)
    while at >= 0:
        start, end = _unfolded(places, at, at + len(wanted))
        if end and not _splits_word(text, start) and not _splits_word(text, end):
            return start, end
        at = folded.find(wanted, at + 1)
    return None


_Places = list[tuple[int, int]]  # of each folded character: the span of the characters it comes from


def _unfolded(places: _Places | None, start: int, end: int) -> tuple[int, int]:
    """The span behind folded characters; (0, 0) where it would cut a character in two (the 2 of a ½)."""
    if places is None:
        return start, end
    cut = (start > 0 and places[start - 1] == places[start]) or (end < len(places) and places[end - 1] == places[end])
    return (0, 0) if cut else (places[start][0], places[end - 1][1])


def _splits_word(text: str, place: int) -> bool:
    """Whether a word or a number goes on across ``place`` (letters without case are of scripts without blanks)."""
    before, after = text[max(0, place - 2) : place], text[place : place + 2]
    left, right = before[-1:], after[:1]
    if not left or not right:
        return False
    for belongs, marks in ((str.isdecimal, ".,"), (_cased, "-")):
        if belongs(left) and (belongs(right) or (right in marks and belongs(after[1:]))):
            return True
        if left in marks and belongs(before[:-1]) and belongs(right):
            return True
    return bool(unicodedata.combining(right))


def _cased(character: str) -> bool:
    return character.lower() != character.upper()


def _folded_with_places(text: str) -> tuple[str, _Places]:
    """``fold(text)`` with the span that each of its characters comes from."""
    letters: list[str] = []
    places: _Places = []
    for start, end in _clusters(text):
        for letter in unicodedata.normalize("NFKC", text[start:end]):
            if letter == "\u00ad" or (letter.isspace() and (not letters or letters[-1] == " ")):
                continue
            letters.append(" " if letter.isspace() else letter)
            places.append((start, end))
    return "".join(letters).rstrip(), places


def _clusters(text: str) -> Iterable[tuple[int, int]]:
    """Spans of characters that NFKC treats together (a letter and its accents); most hold one character."""
    start = 0
    for place in range(1, len(text)):
        if text[place].isascii() or _apart(text[start:place], text[place]):
            yield start, place
            start = place
    if text:
        yield start, len(text)


@lru_cache(maxsize=4096)
def _apart(before: str, after: str) -> bool:
    joined = unicodedata.normalize("NFKC", before + after)
    return joined == unicodedata.normalize("NFKC", before) + unicodedata.normalize("NFKC", after)


def shortened(text: str, most: int) -> str:
    """At most ``most`` characters of a text, cut at a word, with an ellipsis where something is left out."""
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + "…"


def sentences(text: str) -> list[tuple[int, int]]:
    """Sentences as offsets, stripped of surrounding white space; a line break always ends one.

    A line with tabs is a table's row and stays whole, whatever sentences its cells hold.
    """
    found: list[tuple[int, int]] = []
    start = 0
    row_end = line_end = -1
    for mark in _BREAK.finditer(text):
        if mark.group()[0] != "\n":
            if mark.start() > line_end:  # once a line: one line may be the whole text
                line = text.rfind("\n", 0, mark.start()) + 1
                line_end = text.find("\n", mark.start())
                line_end = len(text) if line_end < 0 else line_end
                row_end = line_end if "\t" in text[line:line_end] else row_end
            if mark.start() < row_end or not _ends_sentence(text, mark):
                continue
        _append_stripped(found, text, start, mark.end())
        start = mark.end()
    _append_stripped(found, text, start, len(text))
    return found


_NEAR = 200  # characters around a full stop that tell whether it ends a sentence


def _append_stripped(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    if right > left:
        found.append((start + left, start + right))


def _ends_sentence(text: str, mark: re.Match[str]) -> bool:
    """Whether a full stop ends a sentence rather than an abbreviation, an initial or a list number."""
    if mark.group()[0] != ".":
        return True
    near = max(0, mark.start() - _NEAR)
    line = max(near, text.rfind("\n", near, mark.start()) + 1)
    before = text[line : mark.start()].rsplit(None, 1)
    word = before[-1].lstrip("([\"'“‘").lower() if before else ""
    after = text[mark.end() : mark.end() + _NEAR].lstrip(" ")
    if after[:1].islower() or word in _ABBREVIATIONS:
        return False
    if len(before) <= 1 and len(word) <= 3 and (word.isdigit() or len(word) == 1):
        return False  # "1. Scope", "a. Scope": the mark of a list item
    if re.fullmatch(r"(?:fig|figure|table)\.?\s*[\d.-]+", text[line : mark.start()].strip(), re.I):
        return False  # "Fig. 2. The functions": a caption is one piece
    return not (len(word) == 1 and word.isalpha() and word not in {"i"})


def words(text: str) -> list[str]:
    """Words in lower case, with inner marks kept (``tls``, ``1.2``, ``24/7``, ``e-mail``); raised marks are none."""
    return list(_words(text))


@lru_cache(maxsize=8192)  # titles and headings come again and again, and a chunk's text twice in an ingest
def _words(text: str) -> tuple[str, ...]:
    plain = text if text.isascii() else unicodedata.normalize("NFKC", _RAISED.sub(" ", text))
    return tuple(match.group().lower() for match in WORD.finditer(plain))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Snowball's English stem of a word in lower case; numbers come back as they are."""
    return word if word[:1].isdigit() else str(_stemmer().stemWord(word))


def content_stems(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order, compounds also taken apart (``e-mail`` -> e-mail, mail)."""
    return list(_stems(text))


@lru_cache(maxsize=8192)
def _stems(text: str) -> tuple[str, ...]:
    return tuple(_content(_words(text)))


def _content(tokens: Iterable[str]) -> Iterable[str]:
    for token in tokens:
        if token in STOPWORDS:
            continue
        yield stem(token)
        if not token[0].isdigit() and any(mark in token for mark in "-/&"):
            for part in re.split(r"[-/&]", token):
                if len(part) > 1 and part not in STOPWORDS:
                    yield stem(part)


LIST_MARK = re.compile(r"^(?:[•▪‣◦●○■□–—*-]|o(?=\s)|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)])\s+\S")
"""The beginning of a list item: a bullet, or a number or letter with a mark behind it."""
