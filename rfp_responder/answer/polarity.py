"""Words that turn a statement round: negations, opposites, duty and permission, scope and exceptions.

Each function takes a part of a claim and the sentence that it is nearest to, and yields what was turned, in words.
The order of words does not matter: "X is not used by us" and "we do not use X" negate the same word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import product

from rfp_responder.answer.lexicon import IMPLICIT, PARTIAL, UNIVERSAL, WORLD, opposite
from rfp_responder.answer.tokens import Token
from rfp_responder.text import NEGATIONS

NEGATORS = NEGATIONS | {"non", "nowhere"}
_STRONG = frozenset("must shall will required require requires mandatory always".split())
_DUTY = frozenset("must shall required require requires mandatory".split())
_WEAK = frozenset("may can could might should optional optionally sometimes typically generally".split())
_MERE = frozenset("may might could should".split())
_PLANNED = frozenset("planned roadmap upcoming planning scheduled".split())
_EXCEPTIONS = frozenset("except unless excluding exception".split())
_SOFT_EXCEPTIONS = frozenset("otherwise if only provided until without but save".split())
_REACH = 4  # tokens between a negation or a modal verb and the word that it belongs to
_CLAUSE_REACH = 7
_MOST_PAIRS = 10_000  # pairs of words that are looked up
_SHORT = 8  # senses of a sentence that is short enough for any two of its words to be near
_NEAR = 4  # tokens around a shared word that still belong to what both sentences say

Tokens = Sequence[Token]


def near(theirs: Tokens, shared: Collection[str]) -> list[Token]:
    """The tokens of a sentence that stand within four places of a word both sentences hold."""
    places = [i for i, token in enumerate(theirs) if token.content and token.sense in shared]
    kept = sorted({j for i in places for j in range(max(0, i - _NEAR), min(len(theirs), i + _NEAR))})
    return [theirs[j] for j in kept]


def polarity(ours: Tokens, theirs: Tokens) -> Iterable[str]:
    """Negations and opposites turn the meaning; an even number of turns turns it back."""
    our_senses, their_senses = _senses(ours), _senses(theirs)
    span = near(theirs, our_senses)
    pairs = opposites(ours, span, their_senses, our_senses)
    turned = {word for pair in pairs for word in pair}
    said, heard = negated(ours, their_senses, turned), negated(span, our_senses, turned)
    if (len(said) + len(heard) + len(pairs)) % 2 == 0:
        return
    if pairs:
        yield f"opposite: {pairs[0][0]!r} where the source says {pairs[0][1]!r}"
        return
    more, less = (ours, theirs) if len(said) > len(heard) else (theirs, ours)
    loose = sum(token.word in NEGATORS for token in less) > min(len(said), len(heard))
    if loose or says_no(less, more):
        return
    if len(said) > len(heard):
        yield f"negation: the claim says {said[0]!r}, the source does not"
    else:
        yield f"negation: the source says {heard[0]!r}, the claim does not"


def says_no(tokens: Tokens, others: Tokens) -> bool:
    """Whether a sentence may say no in words of its own, without a negation ("fails to", "free of")."""
    words = {token.word for token in others}
    return any(token.word in IMPLICIT and token.word not in words for token in tokens)


def negated(tokens: Tokens, shared: Collection[str], turned: Collection[str] = ()) -> list[str]:
    """Negation words whose next content words stand in the other sentence too (or have their opposite there)."""
    found: list[str] = []
    for place, token in enumerate(tokens):
        if token.word not in NEGATORS:
            continue
        after = _after(tokens, place)[:2]
        met = [t.sense in shared or t.word in turned for t in after]
        if not _clause_is_shared(tokens, place, shared, turned):
            continue
        if met[:1] == [True] or (len(met) > 1 and met[1] and token.word != "without"):
            found.append(token.word)
    return found


def _clause_is_shared(tokens: Tokens, place: int, shared: Collection[str], turned: Collection[str]) -> bool:
    """Whether most of what is said around a word, in its clause, stands in the other sentence too."""
    around = tokens[max(0, place - _REACH) : place + 1 + _CLAUSE_REACH]
    content = [t for t in around if t.content and t.clause == tokens[place].clause]
    return sum(t.sense in shared or t.word in turned for t in content) >= 0.6 * len(content)


def _after(tokens: Tokens, place: int) -> list[Token]:
    """The content words behind a word, in its clause and within reach."""
    return [t for t in tokens[place + 1 : place + 1 + _REACH] if t.content and t.clause == tokens[place].clause]


def opposites(
    ours: Tokens, theirs: Tokens, their_senses: Collection[str], our_senses: Collection[str]
) -> list[tuple[str, str]]:
    """Pairs of opposites, one in each sentence only; each word is used once."""
    left = _alone(ours, their_senses)
    right = _alone(theirs, our_senses)
    found: list[tuple[str, str]] = []
    used: set[str] = set()
    if len(left) * len(right) > _MOST_PAIRS:
        return found
    for one, other in product(left, right):
        if one in right or one in used or other in used or not opposite(one, other):
            continue
        if left[one] & right[other] or (len(our_senses) < _SHORT and len(their_senses) < _SHORT):
            found.append((one, other))
            used |= {one, other}
    return found


def _alone(tokens: Tokens, shared: Collection[str]) -> dict[str, set[str]]:
    """The words that the other sentence does not hold, each with the senses of the words around it."""
    found: dict[str, set[str]] = {}
    for place, token in enumerate(tokens):
        if token.sense not in shared and token.word not in NEGATORS:
            around = tokens[max(0, place - _REACH) : place + 1 + _REACH]
            found.setdefault(token.word, set()).update(t.sense for t in around if t.content and t is not token)
    return found


def modality(ours: Tokens, theirs: Tokens, share: float) -> Iterable[str]:
    """Duty against permission, and a permission or a plan told as a fact, where the same verb follows in both."""
    our_senses, their_senses = _senses(ours), _senses(theirs)
    said, heard = _modals(ours, their_senses), _modals(theirs, our_senses)
    every = {t.word for t in ours}
    for one, other in ((_STRONG, _WEAK), (_WEAK, _DUTY)):
        if said & one and heard & other and not said & other and not heard & one:
            yield f"modality: {min(said & one)!r} where the source says {min(heard & other)!r}"
            return
    planned = {t.word for t in theirs if t.sense not in our_senses} & _PLANNED
    if share >= 0.8 and planned and not every & NEGATORS:
        yield f"plan: the source only says {min(planned)!r}"
    mere = heard & _MERE
    if share >= 0.9 and len(theirs) <= 1.5 * len(ours) and mere and not every & (_WEAK | _STRONG):
        yield f"modality: the source only says {min(mere)!r}"


def _modals(tokens: Tokens, shared: Collection[str]) -> set[str]:
    """Words of duty or permission that are shared, or whose next content words are in the other sentence."""
    found: set[str] = set()
    for place, token in enumerate(tokens):
        if token.word in _STRONG or token.word in _WEAK:
            after = _after(tokens, place)[:1]
            if token.content or any(t.sense in shared for t in after):
                found.add(token.word)
    return found


def exceptions(ours: Tokens, theirs: Tokens) -> Iterable[str]:
    """``except`` and ``unless`` are part of what is promised."""
    our_words, their_words = {t.word for t in ours}, {t.word for t in theirs}
    said, heard = our_words & _EXCEPTIONS, their_words & _EXCEPTIONS
    more = [sum(t.word in NEGATORS for t in tokens) for tokens in (ours, theirs)]
    if more[0] > more[1]:  # "as long as it is not", for "unless it is"
        return
    if heard and not said and not (our_words & _SOFT_EXCEPTIONS) - their_words:
        yield f"exception: the source says {min(heard)!r}, the claim leaves it out"
    elif said and not heard and not (their_words & (_SOFT_EXCEPTIONS | NEGATORS)) - our_words:
        yield f"exception: the claim says {min(said)!r}, the source does not"


def scope(ours: Tokens, theirs: Tokens) -> Iterable[str]:
    """``all`` for ``some``, ``worldwide`` for a named place."""
    our_words, their_words = {t.word for t in ours}, {t.word for t in theirs}
    wide, narrow = _heads(ours, UNIVERSAL - their_words), _heads(theirs, PARTIAL - our_words)
    for word, head in wide.items():
        for other, their_head in narrow.items():
            if head == their_head:
                yield f"scope: {word!r} where the source says {other!r}"
                return
    world = (our_words & WORLD) - their_words
    places = [t.word for t in theirs if t.entity and t.word not in our_words]
    if world and places and not their_words & WORLD:
        yield f"scope: {min(world)!r} where the source says {places[0]!r}"


def _heads(tokens: Tokens, wanted: Collection[str]) -> dict[str, str]:
    """The wanted words, each with the sense of the content word behind it."""
    found = {}
    for place, token in enumerate(tokens):
        if token.word in wanted:
            found[token.word] = next((t.sense for t in tokens[place + 1 : place + 1 + _REACH] if t.content), "")
    return found


def _senses(tokens: Tokens) -> set[str]:
    return {token.sense for token in tokens if token.content}
