"""Words changed in place: a claim laid over a sentence, word for word, and what stands where something else stood.

This sees what a comparison without order cannot: the one ``may`` of three that became ``must``, ``direct`` that became
``indirect`` while another ``indirect`` stands further on. ``difflib`` lays the two over each other; an edit counts only
between words that both hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import combinations, product

from rfp_responder.answer.lexicon import PARTIAL, UNIVERSAL, opposite
from rfp_responder.answer.polarity import NEGATORS, says_no
from rfp_responder.answer.tokens import NOT_ONLY, Sentence, Token
from rfp_responder.text import QUALIFIERS

_STRONG = frozenset("must shall will required mandatory always".split())
_WEAK = frozenset("may might can could optional".split())
_EVERY = frozenset("all every everyone anyone everything anything everywhere anywhere".split())
_ORDINALS = frozenset(
    "first second third fourth fifth sixth seventh eighth ninth tenth 1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th "
    "q1 q2 q3 q4 monday tuesday wednesday thursday friday saturday sunday".split()
)
_ADVICE = frozenset("should ought recommended".split())
_LONGEST = 4  # tokens of an edit; a longer one is another wording, not a swap
_MOST_PAIRS = 40_000  # pairs of words of two sentences: 200 words each; longer ones are no sentences
_CONTEXT = 2  # tokens that must agree on each side of an edit, or the end of the sentence
_DETERMINERS = frozenset("the a an our all each every its their your by of for any this that these those".split())
_VERBS = frozenset("is are was were must shall will can may has have does do should".split())

Edit = tuple[Sequence[Token], Sequence[Token]]


def edits(ours: Sequence[Token], source: Sentence) -> list[Edit]:
    """What stands in the claim and in the sentence between words that both hold, where it is short."""
    theirs = source.tokens
    if len(ours) * len(theirs) > _MOST_PAIRS:
        return []
    matcher = SequenceMatcher(None, [t.sense for t in ours], [t.sense for t in theirs], autojunk=False)
    codes = matcher.get_opcodes()
    found: list[Edit] = []
    for index, (tag, a, a_end, b, b_end) in enumerate(codes):
        if tag == "equal" or a_end - a > _LONGEST or b_end - b > _LONGEST:
            continue
        left = codes[index - 1][2] - codes[index - 1][1] if index else (_CONTEXT if a == 0 else 0)
        right = codes[index + 1][2] - codes[index + 1][1] if index + 1 < len(codes) else _CONTEXT
        if min(left, _CONTEXT) + min(right, _CONTEXT) > _CONTEXT:
            found.append((ours[a:a_end], theirs[b:b_end]))
    return found


def _crossed(found: Sequence[Edit], ours: Sequence[Token]) -> Iterable[str]:
    """Two words that changed places between clauses: what one does, the claim says of the other."""
    swaps = [(m[0], t[0]) for m, t in found if len(m) == len(t) == 1 and m[0].content and t[0].content]
    counts = Counter(token.clause for token in ours if token.content)
    for (one, other), (two, another) in combinations(swaps, 2):
        apart = one.clause != two.clause and min(counts[one.clause], counts[two.clause]) > 1
        if apart and one.sense == another.sense and two.sense == other.sense and one.sense != two.sense:
            yield f"word: {one.word!r} and {two.word!r} changed places"
            return


def changed(ours: Sequence[Token], source: Sentence) -> Iterable[str]:
    """Flags of the words changed in place."""
    found = edits(ours, source)
    yield from _turns(found, ours, source)
    yield from _crossed(found, ours)
    keys = {token.key for token in ours}
    for mine, theirs in found:
        yield from _modal(mine, theirs)
        yield from _name(mine, theirs, source, keys)
        left, right = {t.word for t in mine}, {t.word for t in theirs}
        if left & UNIVERSAL and right & PARTIAL:
            yield f"scope: {min(left & UNIVERSAL)!r} where the source says {min(right & PARTIAL)!r}"
        elif left & _EVERY and not right & UNIVERSAL and all(any(t.content for t in side) for side in (mine, theirs)):
            yield f"scope: {min(left & _EVERY)!r} where the source names {min(t.word for t in theirs if t.content)!r}"
        if left & _ORDINALS and right & _ORDINALS and not left & right:
            yield f"value: {min(left & _ORDINALS)!r} where the source says {min(right & _ORDINALS)!r}"
        if (NOT_ONLY in left and "only" in right) or ("only" in left and NOT_ONLY in right):
            yield "negation: 'not only' against 'only'"


def _turns(found: Sequence[Edit], ours: Sequence[Token], source: Sentence) -> Iterable[str]:
    """Negations put in or left out and opposites; an even number of turns is one word that moved, or they cancel."""
    pairs = _pairs(found)
    turned = {word for pair in pairs for word in pair}
    said = [word for mine, theirs in found for word in _negators(mine, theirs, turned)]
    heard = [word for mine, theirs in found for word in _negators(theirs, mine, turned)]
    if (len(said) + len(heard) + len(pairs)) % 2 == 0:
        return
    if pairs:
        yield f"opposite: {pairs[0][0]!r} where the source says {pairs[0][1]!r}"
    elif len(said) > len(heard) and not says_no(source.tokens, ours):
        yield f"negation: the claim says {said[0]!r}, the source does not"
    elif len(said) < len(heard) and not says_no(ours, source.tokens):
        yield f"negation: the source says {heard[0]!r}, the claim does not"


def _negators(tokens: Sequence[Token], others: Sequence[Token], turned: set[str]) -> list[str]:
    """Negations of an edit, but those of words that came or went with them: they say something else."""
    found = []
    for place, token in enumerate(tokens):
        behind = [t for t in tokens[place + 1 :] if t.content]
        if token.word in NEGATORS and (not behind or behind[0].word in turned or any(t.content for t in others)):
            found.append(token.word)
    return found


def _pairs(found: Sequence[Edit]) -> list[tuple[str, str]]:
    """Opposites, one changed word of each side; those of one edit first, since a moved word has two edits."""
    pairs: list[tuple[str, str]] = []
    mine = [(t.word, i) for i, (tokens, _) in enumerate(found) for t in tokens]
    theirs = [(t.word, i) for i, (_, tokens) in enumerate(found) for t in tokens]
    used: set[str] = set()
    for (one, i), (other, j) in sorted(product(mine, theirs), key=lambda pair: pair[0][1] != pair[1][1]):
        near = i == j or not ({one, other} & QUALIFIERS)
        if near and one not in used and other not in used and opposite(one, other):
            pairs.append((one, other))
            used |= {one, other}
    return pairs


def _modal(mine: Sequence[Token], theirs: Sequence[Token]) -> Iterable[str]:
    left, right = {t.word for t in mine}, {t.word for t in theirs}
    for one, other in ((_STRONG, _WEAK), (_WEAK, _STRONG), (_ADVICE, _STRONG), (_STRONG, _ADVICE)):
        if left & one and right & other and not left & other and not right & one:
            yield f"modality: {min(left & one)!r} where the source says {min(right & other)!r}"
            return


def _name(mine: Sequence[Token], theirs: Sequence[Token], source: Sentence, keys: set[str]) -> Iterable[str]:
    names = [t for t in mine if t.entity and t.key not in source.keys]
    gone = [t for t in theirs if t.entity]
    if not names:  # the name stands elsewhere in the sentence: the one it replaced must be gone
        names = [t for t in mine if t.entity]
        gone = [t for t in gone if t.key not in keys]
    if names and gone and not abbreviates(mine, theirs):
        yield f"name: {names[0].word!r} where the source says {gone[0].word!r}"


def abbreviates(mine: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """Whether one side abbreviates the other (``AWS``, Amazon Web Services) or is a form of it (Africa, African)."""
    if any(alike(a.word, b.word) for a in mine for b in theirs):
        return True
    return any(
        len(short) == 1 and short[0].word == "".join(token.word[0] for token in long)
        for short, long in ((mine, theirs), (theirs, mine))
    )


def alike(one: str, other: str) -> bool:
    """Whether two names are forms of one: the shorter begins the longer, which has at most two letters more."""
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return len(shorter) > 4 and longer.startswith(shorter) and len(longer) - len(shorter) <= 2


def noun_like(tokens: Sequence[Token], place: int) -> bool:
    """Whether a word stands where a noun stands: behind an article or before an auxiliary verb."""
    before = tokens[place - 1].word if place else "the"
    after = tokens[place + 1].word if place + 1 < len(tokens) else ""
    return before in _DETERMINERS or after in _VERBS
