"""Rows that ask the same, or the opposite, and are not answered accordingly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rfp_responder.answer.lexicon import sense
from rfp_responder.questionnaire.account import Contradiction
from rfp_responder.questionnaire.consistency_read import Told, is_phrase, pairs
from rfp_responder.text import fold, shortened, stem

_OTHER_WORDS = "the same is asked in other words, the answers differ"
_OPPOSITE = "the opposite is asked, the answers are alike"
_MOST = 40  # rows that share a word; one that more of them hold tells none from the others
_LEAST = 2  # keys that two questions of unlike wording must share; "Do you?" asks nothing
_PERMITTED = frozenset(sense(stem(word)) for word in "permit allow enable accept include".split())
_PROHIBITED = frozenset(sense(stem(word)) for word in "prohibit deny forbid prevent disable reject exclude".split())


def unlike_answers(rows: Sequence[Told]) -> Iterable[Contradiction]:
    """Questions that are the same but for case, order and small words, answered differently; each group once."""
    rows = [each for each in rows if not each.asked.vague]
    seen: set[tuple[int, int]] = set()
    for group in _same(rows):
        answers = {_answer(each) for each in group}
        seen.update((one.order, other.order) for one in group for other in group[:_MOST])
        if len(answers) > 1:
            yield Contradiction(
                tuple(each.place for each in group), _reason("the same is asked, the answers differ", group)
            )
    settled = [each for each in rows if each.stance in {"yes", "no"}]
    for one, other in pairs([each.asked.keys for each in settled], _MOST):
        left, right = settled[one], settled[other]
        if (left.order, right.order) in seen:
            continue
        turned = _turned(left, right)
        if turned is not None and turned == (left.stance == right.stance):
            said = _OPPOSITE if turned else _OTHER_WORDS
            yield Contradiction((left.place, right.place), _reason(said, (left, right)))


def _same(rows: Sequence[Told]) -> Iterable[list[Told]]:
    """Rows with the very same question and a choice, in one section where the question leans on it."""
    groups: dict[tuple[str, str], list[Told]] = {}
    for each in rows:
        if _answer(each):
            groups.setdefault((each.asked.text, _context(each) if each.asked.leans else ""), []).append(each)
    return [group for group in groups.values() if len(group) > 1]


def _context(row: Told) -> str:
    return f"{row.row.sheet}|{row.row.section}"


def _answer(row: Told) -> str:
    """What two rows of one question must agree in: the stance, else the value that was chosen."""
    return row.stance or fold(row.row.choice or "").casefold()


def _turned(one: Told, other: Told) -> bool | None:
    """Whether the second question asks the opposite of the first; None where it asks something else."""
    left, right = one.asked, other.asked
    common = left.keys & right.keys
    if left.bounds != right.bounds or (len(common) < _LEAST and not any(map(is_phrase, common))):
        return None
    if (left.leans or right.leans) and _context(one) != _context(other):
        return None
    lacking, adding = left.keys - right.keys, right.keys - left.keys
    flipped = _flips(lacking, adding)
    if (lacking or adding) and not flipped:
        return None
    return (left.turns + right.turns + flipped) % 2 == 1


def _flips(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two questions differ in nothing but "allowed" here and "prohibited" there."""
    if len(one) != 1 or len(other) != 1:
        return False
    one, other = (frozenset(sense(stem(name)) for name in names) for names in (one, other))
    return any(one <= left and other <= right for left, right in ((_PERMITTED, _PROHIBITED), (_PROHIBITED, _PERMITTED)))


def _reason(what: str, rows: Sequence[Told]) -> str:
    said = [f"{each.name} {shortened(fold(each.row.choice or each.stance or ''), 40)!r}" for each in rows]
    return f"{what}: {', '.join(said[:6])}" + (f" and {len(said) - 6} more" if said[6:] else "")
