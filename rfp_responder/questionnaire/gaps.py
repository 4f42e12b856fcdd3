"""What to document so that more rows can be answered, most rows first.

A row speaks of a gap where the documents were asked and did not say: nothing, not a part, or not whether yes or no. A
row that was closed for another reason (a fault, no answer column, no answer due) tells nothing of the documents.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rfp_responder.answer.refusal import source
from rfp_responder.questionnaire.account import Gap, Row
from rfp_responder.questionnaire.gaps_topics import Mark, is_lacked, marks, rarity, topic_of
from rfp_responder.text import WORD, fold, shortened, stem

_SILENT = re.compile(
    r"^(?:no passage|nothing was found|the documents do not say|not found in the documents|what would tell)", re.I
)
_UNSETTLED = re.compile(r"^nothing tells of|do not decide yes or no|^does not tell the limit", re.I)
_MISSING = re.compile(r"^not found in the documents:\s*(?P<part>.+)$", re.I | re.S)
_LACKED = re.compile(r"“([^”]{1,80})”")
_SOURCE = re.compile(r"^what would tell:\s*(.+)$", re.I | re.S)
_COMMON = 0.2  # share of all questions; a word that more of them hold names no topic
_FEW = 4  # questions; below this share of a short questionnaire a word is still no common one
_NAMED = 3  # things that name a topic at most


@dataclass(frozen=True, slots=True)
class _Open:
    """A row that wants something documented: what it asks that the documents do not say."""

    row: Row
    asks: tuple[str, ...]
    marks: tuple[Mark, ...]
    lacking: frozenset[str]
    source: str

    @property
    def keys(self) -> frozenset[str]:
        """What it names."""
        return frozenset(mark.key for mark in self.marks)

    @property
    def core(self) -> frozenset[str]:
        """What of that the documents hold nothing of, as far as the notes tell it; else all."""
        return frozenset(mark.key for mark in self.marks if is_lacked(mark, self.lacking)) or self.keys


def find_gaps(rows: Sequence[Row]) -> tuple[Gap, ...]:
    """The topics that the documents do not cover, each with its rows; the topic of most rows comes first."""
    asked = [marks(row.question) for row in rows if row.status in {"answered", "partial", "unanswered"}]
    rare = rarity(asked)
    most = max(_FEW, _COMMON * len(asked))
    common = {key for key, worth in rare.items() if worth**-2 > most}
    waiting = [found for row in rows if (found := _open(row))]
    order = {(each.row.sheet, each.row.row): n for n, each in enumerate(waiting)}
    groups = _grouped(waiting, rare, common)
    gaps = [_gap(group, rare, shared) for group, shared in groups]
    return tuple(sorted(gaps, key=lambda gap: (-len(gap.rows), order[gap.rows[0]])))


def would_tell(row: Row) -> str:
    """The document in which a vendor usually has the answer, by the row's notes or else by the question's words."""
    told = next((fold(found[1]) for note in row.notes if (found := _SOURCE.match(note))), "")
    return told or source(row.question)


def _open(row: Row) -> _Open | None:
    """What the row asks that the documents do not say; None where they are not the reason."""
    asks: tuple[str, ...] = ()
    if row.status not in {"partial", "unanswered"}:
        return None
    if row.answer.strip():  # a part may still be missing, also of an answer that could not be written
        asks = tuple(fold(found["part"]) for note in row.notes if (found := _MISSING.match(note)))
        if not asks and any(_UNSETTLED.search(note) for note in row.notes):
            asks = (fold(row.question),)
    elif any(_SILENT.match(note) for note in row.notes):
        asks = (fold(row.question),)
    if not any(asks):
        return None
    told = [note for note in row.notes if _SILENT.match(note) or _UNSETTLED.search(note)]
    lacking = {stem(word.lower()) for note in told for part in _LACKED.findall(note) for word in WORD.findall(part)}
    named = marks(" ".join(asks)) or marks(row.question)  # "State both." names nothing without what stands before
    return _Open(row, asks, named, frozenset(lacking), would_tell(row))


_Group = tuple[list[_Open], tuple[str, ...]]


def _grouped(waiting: Sequence[_Open], rare: Mapping[str, float], common: set[str]) -> list[_Group]:
    """Rows by what they name: again and again the thing that most of the rows left have in common, then the rest."""
    left = list(waiting)
    groups: list[_Group] = []
    while True:
        held: dict[str, list[_Open]] = {}
        for each in left:
            for key in each.keys - common:
                held.setdefault(key, []).append(each)
        group, key = max(
            ((near, key) for key, found in held.items() if len(near := _coherent(found, key)) > 1),
            key=lambda pair: (len(pair[0]) * (1 + rare.get(pair[1], 1.0)), pair[1]),
            default=([], ""),
        )
        if not group:
            return groups + [([each], ()) for each in left]
        also = Counter(other for each in group for other in each.keys - common)
        shared = [other for other, count in also.items() if other == key or count == len(group)]
        groups.append((group, tuple(sorted(shared))))
        taken = {(each.row.sheet, each.row.row) for each in group}
        left = [each for each in left if (each.row.sheet, each.row.row) not in taken]


def _coherent(found: Sequence[_Open], key: str) -> list[_Open]:
    """The rows of one key that belong to one topic, by the first of them that lacks just this."""
    first = next((each for each in found if key in each.core), found[0])
    known = any(mark.known and mark.key == key for each in found for mark in each.marks)
    return [each for each in found if each is first or _akin(first, each, key, known)]


def _akin(one: _Open, other: _Open, key: str, known: bool) -> bool:
    """Whether two rows lack the same: two things in common, or one that both lack and that does not stand alone."""
    if len(one.keys & other.keys) > 1:
        return True
    if key not in one.core or key not in other.core:
        return False
    beside = bool(one.row.section) and (one.row.sheet, one.row.section) == (other.row.sheet, other.row.section)
    return known or beside or bool(one.source and one.source == other.source)


def _gap(group: Sequence[_Open], rare: Mapping[str, float], shared: tuple[str, ...]) -> Gap:
    questions = dict.fromkeys(ask for each in group for ask in each.asks)
    topic = _named(group, rare, shared) if shared else ""
    if not topic:
        first = group[0]
        texts = (" ".join(first.asks), first.row.question)
        topic = next((found for text in texts if (found := topic_of(text, rare, first.lacking))), first.row.section)
    topic = fold(topic) or shortened(next(iter(questions)), 60)
    return Gap(topic, tuple((each.row.sheet, each.row.row) for each in group), tuple(questions))


def _named(group: Sequence[_Open], rare: Mapping[str, float], shared: tuple[str, ...]) -> str:
    """What the rows have in common, as they write it most often, the rarest things, in the order of the question."""
    kept = sorted(shared, key=lambda key: (-rare.get(key, 1.0), key))[:_NAMED]
    written = {key: Counter(mark.written for each in group for mark in each.marks if mark.key == key) for key in kept}
    ordered = [mark.key for mark in group[0].marks if mark.key in written]
    names = [
        max(written[key].items(), key=lambda pair: (pair[1], len(pair[0]), pair[0]))[0]
        for key in dict.fromkeys(ordered)
    ]
    return ", ".join(names)
