"""Whether two wordings ask the same: what may differ is what no answer hangs on, and nothing else.

Case, punctuation, white space, numbering, an article and a typing error may differ. A number, a negation, a modal
verb, a name or any other word that differs makes another question: to answer it again costs seconds, an old answer to
a new question costs a customer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path

from rfp_responder.text import NEGATIONS, fold

MAX_WORDS = 600  # of a question; two of more are compared as they stand
_TYPING_ERROR = 5  # letters that a word needs to be known again in spite of a wrong one
_TOKEN = re.compile(r"(?<![\w)])[-−]?\d+(?:[.,:/]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[%$€£¥<>≤≥=±+&@§°]")
_NUMBERING = re.compile(r"^\s*(?:\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]|[-–—•*])\s+", re.IGNORECASE)
_WEAK = frozenset("a an the please kindly".split())
"""Words that may come and go."""
_ALIKE = ({"a", "an", "the"}, {"that", "which"}, {"&", "and"})
_ENDINGS = (("", "s"), ("y", "ies"), ("", "ed"), ("", "ing"), ("e", "ed"), ("e", "ing"), ("ed", ""), ("ed", "e"))
_SPLITTERS = NEGATIONS | {"in", "a", "non", "un"}
"""Words that make another word when they are joined to the next ("in secure", "not able")."""
_SPELLINGS = re.compile(r"(?<=[a-z]{3})([iy])z(?=e|ing|at)")
_BRITISH = (
    ("our", "or"),
    ("centre", "center"),
    ("licence", "license"),
    ("defence", "defense"),
    ("programme", "program"),
)


@dataclass(frozen=True, slots=True)
class Wording:
    """How two wordings differ: ``same`` when they ask the same; ``note`` says in what they differ."""

    same: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Word:
    key: str
    shown: str
    name: bool


def compare(old: str, new: str, codes: Sequence[str] = ()) -> Wording:
    """Whether ``new`` asks what ``old`` asked. ``codes`` are the ids of the two, which may stand before the words."""
    if fold(old) == fold(new):
        return Wording(True)
    ours, theirs = _words(new, codes), _words(old, codes)
    if not ours or not theirs or max(len(ours), len(theirs)) > MAX_WORDS:
        return Wording(False, "its words differ")
    matcher = SequenceMatcher(None, [word.key for word in theirs], [word.key for word in ours], autojunk=False)
    differs = False
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        if not _as_good(theirs[a:b], ours[c:d]):
            return Wording(False, _told(theirs[a:b], ours[c:d]))
        differs = True
    return Wording(True, "spelling or small words differ" if differs else "punctuation, case or numbering differ")


def content_words(text: str) -> int:
    """How many words of a text carry meaning: few of them say too little to know a question by."""
    from rfp_responder.text import content_stems

    return len(content_stems(text))


def _words(text: str, codes: Sequence[str]) -> list[_Word]:
    folded = fold(text)
    for code in sorted(filter(None, (fold(each) for each in codes)), key=len, reverse=True):
        if re.match(rf"{re.escape(code)}(?![\w.])", folded, re.IGNORECASE):
            folded = folded[len(code) :].lstrip(" .:)–—-")
            break
    folded = _NUMBERING.sub("", folded, count=1)
    found: list[_Word] = []
    for match in _TOKEN.finditer(folded):
        shown = match.group()
        opens = not found or folded[: match.start()].rstrip()[-1:] in {".", "?", "!", ":"}
        name = shown != shown.lower() and (not opens or any(c.isupper() for c in shown[1:]))
        found.append(_Word(_key(shown), shown, name))
    return found


def _key(word: str) -> str:
    """A word's form for comparing: lower case, apostrophes out, British and American spelling made one."""
    key = re.sub("['’]", "", word.casefold()).replace("−", "-")
    key = _SPELLINGS.sub(r"\1s", key)
    for british, american in _BRITISH:
        if len(key) > 5 and british in key:
            key = key.replace(british, american)
            break
    return key


def _as_good(old: Sequence[_Word], new: Sequence[_Word]) -> bool:
    """Whether one run of words stands for another: both without weight, the same letters, or a typing error."""
    left, right = ([word for word in words if word.key not in _WEAK] for words in (old, new))
    if not left and not right:
        return True
    if not left or not right:
        return False
    if "".join(word.key for word in left) == "".join(word.key for word in right):
        joined = {word.key for word in (*left, *right)}
        return not joined & _SPLITTERS and not any(key[0].isdigit() for key in joined)
    if len(left) != len(right):
        return False
    return all(
        a.key == b.key or any({a.key, b.key} <= group for group in _ALIKE) or _mistyped(a, b)
        for a, b in zip(left, right, strict=True)
    )


def _mistyped(one: _Word, other: _Word) -> bool:
    """Whether one of two words is the other with a typing error: a letter off, and only one of them is a word."""
    short, long = sorted((one.key, other.key), key=len)
    if one.name or other.name or len(short) < _TYPING_ERROR or not (short + long).isalpha():
        return False
    if not _one_letter_off(short, long):
        return False
    known = [word in _vocabulary() for word in (short, long)]
    return known.count(True) == 1


def _one_letter_off(short: str, long: str) -> bool:
    """One letter too many, another one, or two that changed places; the first letter is the same."""
    if short[0] != long[0] or len(long) - len(short) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    swapped = short[:start] + short[start : start + 2][::-1] + short[start + 2 :]
    return short[start + 1 :] == long[start + 1 :] or swapped == long


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    """English words: those that the embedding model knows whole, and those of the word list; with their endings."""
    import rfp_responder
    from rfp_responder.errors import InputError
    from rfp_responder.index.weights import minilm_folder

    own = (Path(rfp_responder.__file__).parent / "equivalents.txt").read_text("utf-8")
    words = set(re.findall(r"[a-z]{3,}", own.casefold()))
    try:
        words.update(filter(str.isalpha, (minilm_folder() / "vocab.txt").read_text("utf-8").split()))
    except (InputError, OSError):
        return frozenset()  # then no word passes for a typing error
    long = [word for word in words if len(word) >= _TYPING_ERROR]
    ends = (f"{word.removesuffix(cut)}{end}" for word in long for cut, end in _ENDINGS if word.endswith(cut))
    return frozenset(_key(word) for word in (*words, *ends))


def _told(old: Sequence[_Word], new: Sequence[_Word]) -> str:
    was, now = (" ".join(word.shown for word in words) for words in (old, new))
    if not was:
        return f"{_short(now)} was added"
    return f"{_short(was)} was taken out" if not now else f"{_short(was)} became {_short(now)}"


def _short(words: str) -> str:
    return repr(words if len(words) <= 60 else words[:59] + "…")
