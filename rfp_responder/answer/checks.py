"""What a claim says otherwise than its passages: the nearest sentence is found, and what was changed is named.

A claim is compared as a whole with the sentences nearest to it and, since a paraphrase may join two sentences, clause
by clause. A value or a name that the passages do hold may still be taken from another statement: it is, where the
words around it in the claim stand around another such value or name in the passages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from rfp_responder.answer.align import Alignment, align, aligned, share_of
from rfp_responder.answer.edits import abbreviates, edits, noun_like
from rfp_responder.answer.evidence import Evidence, around
from rfp_responder.answer.facts import Fact
from rfp_responder.answer.lexicon import opposite
from rfp_responder.answer.tokens import Sentence, Token, clauses, small_count

_NEAREST = 6  # sentences that a claim is compared with
_AS_GOOD = 0.02  # a sentence that is aligned as well within this share clears the others' flags
_CLAUSE = 3  # content words that a clause needs to be compared on its own
_COPIED = 0.85  # share of a claim that is copied but for the words in question
_MOST_PAIRS = 40_000  # pairs of words of two sentences that are compared: 200 words each
_STARTERS = frozenset("another again conversely similarly instead consequently meanwhile nevertheless".split())


def contradictions(claim: Sentence, evidence: Evidence) -> tuple[str, ...]:
    """Every flag of a claim against its passages; none where the passages say nothing else."""
    whole, nearest = _compared(claim.tokens, claim.facts, claim, evidence)
    flags = [*whole, *_clauses(claim, evidence, nearest)]
    flags += [*_borrowed_values(claim, evidence), *_counted(claim, evidence)]
    flags += [*_borrowed_names(claim, evidence, nearest), *_borrowed_words(claim, evidence, nearest)]
    return tuple(dict.fromkeys(flags))


def _compared(
    tokens: Sequence[Token], values: Sequence[Fact], claim: Sentence | None, evidence: Evidence
) -> tuple[tuple[str, ...], Sentence | None]:
    """Flags of the best aligned sentence, unless one that is aligned as well has none; and that sentence."""
    senses = {token.sense for token in tokens if token.content}
    counts = Counter(number for sense in senses for number in evidence.postings.get(sense, ()))
    near = [(count, number) for number, count in counts.items() if count >= aligned(len(senses)) * len(senses)]
    near = sorted(near, key=lambda pair: (-pair[0], pair[1]))[:_NEAREST]
    found: list[tuple[Alignment, Sentence]] = []
    for _, number in near:
        sentence = evidence.sentences[number]
        alignment = align(tokens, values, sentence, whole=claim is not None)
        if claim is not None and alignment.share >= aligned(len(senses)):
            more = tuple(_subject(claim, sentence, evidence))
            alignment = Alignment(alignment.share, (*alignment.flags, *more))
        found.append((alignment, sentence))
    best = max((alignment.share for alignment, _ in found), default=0.0)
    if best < aligned(len(senses)):
        return (), None
    equal = [pair for pair in found if pair[0].share >= best - _AS_GOOD]
    alignment, sentence = min(equal, key=lambda pair: len(pair[0].flags))
    return alignment.flags, sentence


def _clauses(claim: Sentence, evidence: Evidence, nearest: Sentence | None) -> Iterable[str]:
    """Flags of the clauses whose nearest sentence is another than the whole claim's."""
    placed = claim.places()
    start = 0
    for tokens in clauses(claim):
        stop = start + len(tokens)
        values = [fact for fact, place in placed if start <= place < stop]
        start = stop
        if sum(token.content for token in tokens) >= _CLAUSE:
            flags, sentence = _compared(tokens, values, None, evidence)
            if sentence is not nearest:
                yield from flags


def _subject(claim: Sentence, source: Sentence, evidence: Evidence) -> Iterable[str]:
    """The claim begins with the first word of a sentence about something else."""
    ours, theirs = claim.tokens[0], source.tokens[0]
    if {ours.word, theirs.word} & _STARTERS or not (ours.content and theirs.content):
        return
    taken = ours.sense not in source.senses and theirs.sense not in claim.senses
    if taken and any(ours.key == s.tokens[0].key for s in evidence.sentences if s.tokens):
        yield f"subject: {ours.word!r} where the source says {theirs.word!r}"


def _borrowed_values(claim: Sentence, evidence: Evidence) -> Iterable[str]:
    """A value taken from another statement: what the claim says of it, the passages say of another such value."""
    subject = claim.senses - {key for fact in claim.facts for key in fact.keys}
    ours = {key for fact in claim.facts for key in fact.keys}
    for fact, place in claim.places():
        if small_count(fact):
            continue
        near = around(claim.tokens, place)
        own, rival, said, covered = (-1, -1), (-1, -1), "", 0.0
        for other, context, sentence in evidence.values.get((fact.measure, fact.name), ()):
            told = (len(near & context), len(subject & sentence.senses))
            if set(other.keys) & set(fact.keys):
                own = max(own, told)
            elif told > rival and (near <= context or not set(other.keys) & ours):
                rival, said = told, sentence.text
                covered = len((claim.senses | near) & context) / max(1, len(context))
        if own[0] < 0 or rival[0] <= own[0] or rival[1] < own[1]:
            continue
        if rival[0] >= max(2, 0.6 * len(near)) or covered >= 0.8:
            yield f"value: {fact.text!r} belongs to another statement than {said[:80]!r}"


def _counted(claim: Sentence, evidence: Evidence) -> Iterable[str]:
    """A number that counts something else than it does in the passages: 6,000 documents for 6,000 users."""
    for fact, place in claim.places():
        behind = claim.tokens[place + 1 : place + 2]
        if fact.measure != "number" or fact.name or small_count(fact) or not (behind and behind[0].content):
            continue
        noun = behind[0]
        if noun.sense not in evidence.senses or noun.clause != claim.tokens[place].clause:
            continue
        holders = [s for other, _, s in evidence.values.get(("number", ""), ()) if other.keys == fact.keys]
        counted = [
            s.tokens[spot + 1]
            for s in holders[:_NEAREST]
            if "\t" not in s.text  # the cell behind a number in a table is not what it counts
            for other, spot in s.places()
            if other.keys == fact.keys and spot + 1 < len(s.tokens)
        ]
        elsewhere = not any(noun.sense in s.senses for s in holders)
        if elsewhere and counted and all(token.content and ":" not in token.key for token in counted):
            yield f"value: {fact.text!r} counts {noun.word!r}, in the source {counted[0].word!r}"


def _borrowed_names(claim: Sentence, evidence: Evidence, nearest: Sentence | None) -> Iterable[str]:
    """A name, or another word of the passages, in the place of the one that the nearest sentence has there."""
    if nearest is None or len(claim.tokens) * len(nearest.tokens) > _MOST_PAIRS:
        return
    share = share_of(claim.tokens, nearest)
    theirs = nearest.tokens
    for place, token in enumerate(claim.tokens):
        if not token.content or token.sense in nearest.senses or token.key in nearest.keys or ":" in token.key:
            continue
        before, after = _neighbours(claim.tokens, place)
        for spot, other in enumerate(theirs):
            if not other.content or other.sense in claim.senses or ":" in other.key:
                continue
            left, right = _neighbours(theirs, spot)
            near = {before, after} & {left, right} - {None}
            named = other.entity or other.key in evidence.names
            if token.entity and named and near and not abbreviates([token], [other]):
                yield f"name: {token.word!r} where the source says {other.word!r}"
                return
            held = token.sense in evidence.senses and not opposite(token.word, other.word)
            if (
                _rest(claim, share, 1) >= _COPIED
                and held
                and (before, after) == (left, right)
                and noun_like(claim.tokens, place)
            ):
                yield f"word: {token.word!r} where the source says {other.word!r}"
                return


def _borrowed_words(claim: Sentence, evidence: Evidence, nearest: Sentence | None) -> Iterable[str]:
    """Two words or more of another sentence where the nearest one has others: another officer, another product."""
    share = share_of(claim.tokens, nearest) if nearest else 0.0
    for mine, theirs in edits(claim.tokens, nearest) if nearest else ():
        ours = [t for t in mine if t.content and ":" not in t.key]
        gone = [t for t in theirs if t.content and ":" not in t.key and t.sense not in claim.senses]
        foreign = all(t.sense in evidence.senses and t.sense not in nearest.senses for t in ours) if nearest else False
        together = all((a.sense, b.sense) in evidence.bigrams for a, b in pairwise(ours))
        if len(ours) > 1 and gone and foreign and together and _rest(claim, share, len(ours)) >= _COPIED:
            yield f"word: {ours[0].word!r} where the source says {gone[0].word!r}"
            return


def _rest(claim: Sentence, share: float, words: int) -> float:
    """Share of a claim that a sentence holds, without the words in question."""
    content = sum(token.content for token in claim.tokens)
    return share * content / max(1, content - words)


def _neighbours(tokens: Sequence[Token], place: int) -> tuple[str | None, str | None]:
    """Senses of the words before and behind a token, None at an end."""
    before = tokens[place - 1].sense if place else None
    after = tokens[place + 1].sense if place + 1 < len(tokens) else None
    return before, after
