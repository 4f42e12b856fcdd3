"""Rows whose answers hold a sentence that another row's answer denies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rfp_responder.answer.dissent import dissent
from rfp_responder.answer.tokens import parse
from rfp_responder.questionnaire.account import Contradiction
from rfp_responder.questionnaire.consistency_read import Told, pairs
from rfp_responder.text import fold, sentences, shortened

_MOST = 30  # sentences that share a word; one that more of them hold tells none from the others
_SENTENCES = 6  # of an answer
_LONGEST = 400  # characters; a longer sentence is a table or a list
_LEAST = 4  # content words; what is said in fewer depends on what stands around it
_ALIKE = 0.75  # share of the words of each sentence that the other holds too


def unlike_statements(rows: Sequence[Told]) -> Iterable[Contradiction]:
    """Pairs of rows of which one says what the other denies, in nearly the same words; each pair once.

    Other values are left to ``unlike_values``, which knows of what they are.
    """
    said = [(row, sentence) for row in rows for sentence in _statements(row)]
    seen: set[tuple[int, int]] = set()
    for one, other in pairs([parse(sentence).senses for _, sentence in said], _MOST):
        (left, ours), (right, theirs) = said[one], said[other]
        couple = left.order, right.order
        if left.order == right.order or couple in seen or ours == theirs or not _alike(ours, theirs):
            continue
        denied = dissent(ours, theirs, _ALIKE)
        if denied and (denied.startswith("opposite") or (denied.startswith("negation") and _nested(ours, theirs))):
            seen.add(couple)
            quoted = f"{left.name} {shortened(ours, 90)!r}, {right.name} {shortened(theirs, 90)!r}"
            yield Contradiction((left.place, right.place), f"one says what the other denies: {quoted}")


def _statements(row: Told) -> Iterable[str]:
    """The answer's whole sentences; bits of lists and of headings are none."""
    text = row.row.answer
    for start, end in sentences(text)[:_SENTENCES]:
        sentence = fold(text[start:end])
        if len(sentence) <= _LONGEST and sentence.endswith(".") and len(parse(sentence).senses) >= _LEAST:
            yield sentence


def _alike(one: str, other: str) -> bool:
    """A quick look before the slow one."""
    ours, theirs = parse(one).senses, parse(other).senses
    return len(ours & theirs) >= _ALIKE * max(len(ours), len(theirs)) - 1


def _nested(one: str, other: str) -> bool:
    """Whether one sentence only adds to the other; where each has words of its own, they may speak of two things."""
    ours, theirs = parse(one).senses, parse(other).senses
    return ours <= theirs or theirs <= ours
