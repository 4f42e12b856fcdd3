"""Words of a claim beside the words of the sentence it comes from: what was changed on the way.

Similarity cannot see a negation, a number or a modal verb that was swapped (eval.md 4.3: every overlap and
embedding score stands at its false-alarm level on them); an alignment can, where the two sentences are near
enough. ``difflib`` aligns the tokens; the flags are hand-written rules over the aligned pair.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from rfp_responder.answer.tokens import EMPTY, Sentence, Token, small_count
from rfp_responder.text import NEGATIONS, stem

_OPPOSITES = (
    "permitted/prohibited permitted/forbidden permit/deny allowed/prohibited allowed/forbidden "
    "allow/prevent allow/deny allow/block accept/reject approve/reject grant/revoke enabled/disabled "
    "inbound/outbound incoming/outgoing ingress/egress before/after least/most least/maximum most/minimum "
    "minimum/maximum above/below over/under increase/decrease increase/reduce include/exclude "
    "internal/external internal/independent public/private encrypt/decrypt encrypted/plaintext required/optional "
    "mandatory/optional mandatory/voluntary all/some every/some all/most all/none always/sometimes "
    "always/never full/partial fully/partially automatic/manual automatically/manually active/inactive "
    "online/offline symmetric/asymmetric temporary/permanent single/multiple primary/secondary "
    "upstream/downstream higher/lower more/less more/fewer earlier/later start/end open/closed "
    "success/failure pass/fail known/unknown production/staging production/test shared/dedicated "
    "physical/logical direct/indirect hot/cold best/worst high/low large/small strong/weak true/false "
    "raise/lower buy/sell rise/fall early/late easy/difficult fast/slow global/regional global/local "
    "with/without"
).split()
_NEGATORS = NEGATIONS | {"non"}
_PREFIXES = ("un", "in", "non", "dis", "im", "ir", "de")
_STRONG = frozenset("must shall will required mandatory always".split())
_WEAK = frozenset("may can could might should optional optionally sometimes typically generally".split())
_MERE = frozenset("may might could should".split())
_PLANNED = frozenset("planned roadmap upcoming planning scheduled".split())
_EXCEPTIONS = frozenset("except unless excluding exception".split())

ALIGNED = 0.60
"""Share of a claim's content tokens that must stand in a sentence, in order, before the rules speak."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """How much of a claim a sentence holds (``share``, 0..1 of content tokens) and what was changed."""

    share: float
    flags: tuple[str, ...]


def align(claim: Sentence, source: Sentence) -> Alignment:
    """Align two sentences and name the edits that change the meaning; flags need ``share >= ALIGNED``."""
    matcher = SequenceMatcher(None, [t.key for t in claim.tokens], [t.key for t in source.tokens], autojunk=False)
    total = sum(token.content for token in claim.tokens)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    matched = sum(t.content for block in blocks for t in claim.tokens[block.a : block.a + block.size])
    share = matched / total if total else 0.0
    if share < ALIGNED:
        return Alignment(share, ())
    span = _span(source, blocks[0].b, blocks[-1].b + blocks[-1].size)
    flags = [
        *_polarity(claim, span),
        *_modality(claim, source, span, share),
        *_exceptions(claim, source),
        *_values(claim, source),
        *_replacements(claim, source, matcher),
    ]
    return Alignment(share, tuple(dict.fromkeys(flags)))


def _span(source: Sentence, start: int, end: int) -> tuple[Token, ...]:
    """The aligned tokens of the source, four before ("No", "does not") and three behind (an adverb)."""
    return source.tokens[max(0, start - 4) : end + 3]


def _polarity(claim: Sentence, span: tuple[Token, ...]) -> Iterable[str]:
    """Negations and opposites turn the meaning; an even number of turns turns it back."""
    pairs = list(_opposites(claim, span))
    turned = {word for pair in pairs for word in pair}
    ours = _negators(claim.tokens, {t.key for t in span}, turned)
    theirs = _negators(span, claim.keys, turned)
    if (len(ours) + len(theirs) + len(pairs)) % 2 == 0:
        return
    lesser = claim.tokens if len(ours) < len(theirs) else span
    loose = sum(token.word in _NEGATORS for token in lesser) - min(len(ours), len(theirs))
    if not pairs and loose > 0:  # both sentences negate, one of them at another word
        return
    if pairs:
        yield f"opposite: {pairs[0][0]!r} where the source says {pairs[0][1]!r}"
    elif len(ours) > len(theirs):
        yield f"negation: the claim says {ours[0]!r}, the source does not"
    else:
        yield f"negation: the source says {theirs[0]!r}, the claim does not"


def _negators(tokens: tuple[Token, ...], shared: Collection[str], turned: Collection[str]) -> list[str]:
    """Negation words whose next content word stands in the other sentence too (or has its opposite there)."""
    found: list[str] = []
    for place, token in enumerate(tokens):
        if token.word not in _NEGATORS:
            continue
        after = [t for t in tokens[place + 1 : place + 5] if t.content][:1]
        if any(t.key in shared or t.word in turned for t in after):
            found.append(token.word)
    return found


def _opposites(claim: Sentence, span: tuple[Token, ...]) -> Iterable[tuple[str, str]]:
    """The first pair of opposites, one in each sentence only: from the table, or made by un-, in-, non-."""
    ours = {t.key: t.word for t in claim.tokens if t.key not in {t.key for t in span}}
    theirs = {t.key: t.word for t in span if t.key not in claim.keys}
    table = _opposite_keys()
    for key, word in ours.items():
        for other in sorted(table.get(key, frozenset()) & theirs.keys()):
            yield word, theirs[other]
            return
    for word in ours.values():
        for other in theirs.values():
            longer, shorter = (word, other) if len(word) > len(other) else (other, word)
            if len(shorter) > 3 and longer in {prefix + shorter for prefix in _PREFIXES}:
                yield word, other
                return


@lru_cache(maxsize=1)
def _opposite_keys() -> dict[str, frozenset[str]]:
    """Each opposite's keys by key, both ways."""
    table: dict[str, set[str]] = {}
    for pair in _OPPOSITES:
        one, other = (word if word in EMPTY else stem(word) for word in pair.split("/"))
        table.setdefault(one, set()).add(other)
        table.setdefault(other, set()).add(one)
    return {key: frozenset(others) for key, others in table.items()}


def _modality(claim: Sentence, source: Sentence, span: tuple[Token, ...], share: float) -> Iterable[str]:
    """Duty against permission, and a permission told as a fact, where the same verb follows in both."""
    ours, theirs = _modals(claim.tokens, {t.key for t in span}), _modals(span, claim.keys)
    every = {t.word for t in claim.tokens}
    for one, other in ((_STRONG, _WEAK), (_WEAK, _STRONG)):
        if ours & one and theirs & other and not ours & other and not theirs & one:
            yield f"modality: {min(ours & one)!r} where the source says {min(theirs & other)!r}"
            return
    planned = {t.word for t in source.tokens if t.key not in claim.keys} & _PLANNED
    if share >= 0.8 and planned and not any(t.word in _NEGATORS for t in claim.tokens):
        yield f"plan: the source only says {min(planned)!r}"
    mere = theirs & _MERE
    if share >= 0.9 and mere and not every & (_WEAK | _STRONG):
        yield f"modality: the source only says {min(mere)!r}"


def _modals(tokens: tuple[Token, ...], shared: Collection[str]) -> set[str]:
    """Words of duty or permission that are shared, or whose next content word is in the other sentence."""
    found: set[str] = set()
    for place, token in enumerate(tokens):
        if token.word in _STRONG or token.word in _WEAK:
            after = [t for t in tokens[place + 1 : place + 5] if t.content][:1]
            if token.content or any(t.key in shared for t in after):
                found.add(token.word)
    return found


def _exceptions(claim: Sentence, source: Sentence) -> Iterable[str]:
    ours, theirs = claim.keys & _EXCEPTIONS, source.keys & _EXCEPTIONS
    if theirs and not ours:
        yield f"exception: the source says {min(theirs)!r}, the claim leaves it out"
    elif ours and not theirs:
        yield f"exception: the claim says {min(ours)!r}, the source does not"


def _values(claim: Sentence, source: Sentence) -> Iterable[str]:
    """A value of the claim that this sentence lacks while it has another of the same measure."""
    theirs = {key for fact in source.facts for key in fact.keys}
    ours = {key for fact in claim.facts for key in fact.keys}
    for fact in claim.facts:
        if theirs & set(fact.keys) or small_count(fact):
            continue
        for other in source.facts:
            if other.measure == fact.measure and other.name == fact.name and not ours & set(other.keys):
                yield f"value: {fact.text!r} where the source says {other.text!r}"
                return


def _replacements(claim: Sentence, source: Sentence, matcher: SequenceMatcher[str]) -> Iterable[str]:
    for tag, a, a_end, b, b_end in matcher.get_opcodes():
        if tag != "replace" or a_end - a > 4 or b_end - b > 4:
            continue
        ours = [t for t in claim.tokens[a:a_end] if t.entity and t.key not in source.keys]
        theirs = [t for t in source.tokens[b:b_end] if t.entity]
        if not ours:  # the name stands elsewhere in the sentence: the one it replaced must be gone
            ours = [t for t in claim.tokens[a:a_end] if t.entity]
            theirs = [t for t in theirs if t.key not in claim.keys]
        if ours and theirs and not _initials(claim.tokens[a:a_end], source.tokens[b:b_end]):
            yield f"name: {ours[0].word!r} where the source says {theirs[0].word!r}"


def _initials(ours: tuple[Token, ...], theirs: tuple[Token, ...]) -> bool:
    """Whether one side abbreviates the other: ``AWS`` and ``Amazon Web Services``."""
    return any(
        len(short) == 1 and short[0].word == "".join(token.word[0] for token in long)
        for short, long in ((ours, theirs), (theirs, ours))
    )
