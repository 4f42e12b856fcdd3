"""Texts of cells compared: the same to a reader or not, what differs, and whether edited words are still supported."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rfp_responder.answer.subjects import without_added
from rfp_responder.answer.support import missing_values, support
from rfp_responder.text import fold, sentences

_GUARDED = re.compile(r"^'(?=[=+\-@\t])")  # what the CSV writer puts before a text that would be computed
_PLACE = re.compile(r" p\. ?\w+$")  # how a place ends that is written behind an answer
_AROUND = 3  # words shown before and behind those that differ
_MOST_WORDS = 12  # shown of a difference


def same(was: str, now: str, shape: str = "text") -> bool:
    """Whether two cell texts read the same: white space, a CSV's guard and the spelling of one number aside.

    ``shape`` is that of the row's answer: a workbook keeps a percentage as its hundredth.
    """
    old, new = plain(was), plain(now)
    return old == new or _same_number(old, new, percentage=shape == "percentage")


def plain(text: str) -> str:
    """A cell's text without the CSV guard, white space folded; letters as they are."""
    return " ".join(unicodedata.normalize("NFC", _GUARDED.sub("", text)).split())


def _same_number(old: str, new: str, *, percentage: bool) -> bool:
    """Programs write 95.50 as 95.5, and 95.5 % as 0.955."""
    try:
        was, now = float(old.rstrip("% ")), float(new.rstrip("% "))
    except ValueError:
        return False
    shares = old.endswith("%"), new.endswith("%")
    if was == now and (shares[0] == shares[1] or percentage):
        return True
    return (percentage or shares[0] != shares[1]) and min(abs(was / 100 - now), abs(now / 100 - was)) < 1e-9


def difference(was: str, now: str) -> str:
    """What reads differently, in a few words: ``reads '… 30 days …', delivered was '… 90 days …'``."""
    old, new = plain(was).split(), plain(now).split()
    if not new:
        return f"is blank now, delivered was {_shortly(old, 0, len(old))}"
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    tail = 0
    while tail < min(len(old), len(new)) - start and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    ours, theirs = (_shortly(words, start, len(words) - tail) for words in (new, old))
    return f"reads {ours}, delivered was {theirs}"


def _shortly(words: Sequence[str], start: int, end: int) -> str:
    """The words from ``start`` to ``end`` with a few around them, in quotation marks."""
    first, last = max(0, start - _AROUND), min(len(words), end + _AROUND)
    shown = list(words[first:last])
    if len(shown) > _MOST_WORDS + 2 * _AROUND:
        shown = [*shown[: _MOST_WORDS // 2 + _AROUND], "…", *shown[-(_MOST_WORDS // 2) - _AROUND :]]
    text = " ".join([*(["…"] if first else []), *shown, *(["…"] if last < len(words) else [])])
    return repr(text if len(text) <= 240 else text[:239] + "…")


def shared_name(identity: str, row: int) -> str:
    """How a row is called in a cell that it shares with others."""
    return identity or f"Row {row}"


def own_part(text: str, name: str, names: Sequence[str]) -> str:
    """What stands in a shared cell for the row called ``name``: its lines up to the next row's; all if none is its."""
    own: list[str] = []
    inside = False
    for line in text.splitlines():
        begins = next((each for each in sorted(names, key=len, reverse=True) if line.startswith(f"{each}: ")), None)
        if begins is not None:
            inside = begins == name
            line = line.removeprefix(f"{begins}: ")
        if inside:
            own.append(line)
    return "\n".join(own) or text


def without_reference(text: str, reference: str = "") -> str:
    """An answer's text without the places that stand in brackets at its end.

    ``reference`` is what stood there when it was delivered, which holds where names have brackets of their own.
    """
    bare = text.rstrip()
    if reference.strip() and bare.endswith(reference.strip()):
        return bare[: -len(reference.strip())].rstrip()
    start = bare.rfind("[")
    if not bare.endswith("]") or start < 0:
        return bare
    places = bare[start + 1 : -1].split("; ")
    return bare[:start].rstrip() if all(_PLACE.search(each) for each in places) else bare


def unsupported(text: str, answer: str, quotes: Sequence[str], near: str = "") -> tuple[str, ...]:
    """Why the sentences of ``text`` that are not the answer's own do not follow from its quotes; empty: they do.

    ``near`` is the text of the pages that the quotes stand on: words in square brackets must stand there.
    """
    known = {fold(answer[start:end]) for start, end in sentences(answer)}
    reasons: list[str] = []
    around = fold(near).casefold()
    for start, end in sentences(text):
        sentence = text[start:end]
        if fold(sentence) in known:
            continue
        bare, added = without_added(sentence, quotes)
        reasons += [f"words in brackets: {words!r} stand on no cited page" for words in added
                    if fold(words).casefold() not in around]  # fmt: skip
        if not any(letter.isalpha() for letter in bare):  # a number or a date alone is no sentence
            reasons += [f"value: {value!r} is in no quote" for value in _absent(bare, quotes)]
            continue
        verdict = support(bare, quotes)
        if not verdict.supported:
            reasons += verdict.reasons or ("the quotes do not say it",)
    return tuple(dict.fromkeys(reasons))


def _absent(value: str, quotes: Sequence[str]) -> tuple[str, ...]:
    """The values of a cell that holds no words, as far as no quote holds them."""
    if any(re.search(rf"(?<![\w.,]){re.escape(plain(value))}(?!\w|[.,]\d)", fold(quote)) for quote in quotes):
        return ()
    return missing_values(value, quotes) or ((plain(value),) if plain(value) else ())
