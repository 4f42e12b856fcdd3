"""Is a claim supported by its passages? Lexical support, offline: no model, same bytes in, same verdict out.

    F = 0.4 containment + 0.3 content-bigram precision + 0.3 weakest clause - penalties

The formula and its threshold were chosen on human labels (LFQA-Verification by timchen0618, and WiCE;
evals/README.md has the table); K-Precision, its ancestor, is Adlakha et al., TACL 2024 (arXiv 2307.16877).
Hard checks stand beside it, because no overlap score sees a swapped number, unit, name, negation or modal
verb: a value that is missing, a foreign clause or a flag of ``checks`` decides alone. Know the limits
(``evals/checker_study.py`` measures them): strongly abstractive sentences are scored too low, and of the negations
and antonyms put into a free paraphrase a quarter to a third are not seen, of names taken from the same passage 40 %.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rfp_responder.answer.checks import contradictions
from rfp_responder.answer.edits import alike
from rfp_responder.answer.evidence import Evidence, evidence_of, mend, tells_row, verbatim
from rfp_responder.answer.facts import Fact
from rfp_responder.answer.tokens import Sentence, Token, clauses, parse, small_count
from rfp_responder.text import fold, sentences

THRESHOLD = 0.40
"""F at which a claim counts as supported (one threshold for all label sets)."""
WEAKEST_CLAUSE = 0.34
"""Least containment of a clause."""
MAX_CLAIM = 5_000
"""Most characters of a claim that is judged by its words; a claim is a sentence, a longer one is a document."""
_MOST_SHORT = 20  # abbreviations of a claim that are looked up
_CLAUSE_STEMS = 4
_SHORT_CLAUSE = 3
_ONE_WORD = 0.3  # of three words one must be held
_COMMON_WORDS = 0.6  # most words of an added clause that its passages hold by chance
_COPIED = 0.9  # containment of the rest of a claim that is copied
_PENALTY = 0.3
_SYNONYM = 0.5
"""What a word counts that the passages hold by a synonym only (dev half: 1 costs 1 point of kappa)."""
_STANCE = re.compile(r"^\s*(?:yes|no|n/a|not applicable|partially|partly)\s*[,.;:–—-]\s*(?=\S)", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\b(?:we|our|us)\b")  # a vendor's own name for the "we" of its documents
_SOFT_MEASURES = frozenset({"frequency"})  # "annual" stands in names; only a swap in an aligned sentence counts


@dataclass(frozen=True, slots=True)
class Support:
    """The verdict on one claim. ``score`` is in 0..1 and ``supported`` says ``score >= THRESHOLD``.

    ``reasons`` say in words what is wrong (empty when nothing is). ``contradicted`` is set when a passage
    says something else (another value, the opposite, another name), not merely nothing.
    """

    supported: bool
    score: float
    reasons: tuple[str, ...]
    contradicted: bool


def support(claim: str, passages: Sequence[str]) -> Support:
    """Judge ``claim`` against the texts it cites; several sentences are judged one by one, the worst counts.

    Raises nothing: an empty claim or no passage at all is unsupported, with the reason.
    """
    text = _STANCE.sub("", claim)
    evidence = evidence_of(tuple(passages))
    if not fold(text):
        return Support(False, 0.0, ("the claim is empty",), False)
    if not evidence.sentences:
        return Support(False, 0.0, ("no passage is cited",), False)
    if verbatim(text, evidence) or tells_row(text, passages):
        return Support(True, 1.0, (), False)
    if len(text) > MAX_CLAIM:
        return Support(False, 0.0, (f"the claim has more than {MAX_CLAIM:,} characters and is no copy",), False)
    mended = mend(text)
    parts = [mended[start:end] for start, end in sentences(mended)]
    parts = [part for part in parts if len(parse(part).stems) > 1] or [mended]
    verdicts = [_judge(part, evidence) for part in parts]
    worst = min(verdicts, key=lambda verdict: verdict.score)
    reasons = tuple(dict.fromkeys(reason for verdict in verdicts for reason in verdict.reasons))
    return Support(worst.supported, worst.score, reasons, any(verdict.contradicted for verdict in verdicts))


def missing_values(claim: str, passages: Sequence[str]) -> tuple[str, ...]:
    """Numbers, quantities, dates and versions of ``claim`` that no passage holds, as they are written."""
    evidence = evidence_of(tuple(passages))
    return tuple(fact.text for fact in parse(_STANCE.sub("", claim)).facts if _missing(fact, evidence))


def _judge(claim: str, evidence: Evidence) -> Support:
    """One sentence: formula F, then the checks that decide alone."""
    parsed = parse(claim)
    if not parsed.stems:
        return Support(False, 0.0, ("the claim says nothing that could be checked",), False)
    known = _abbreviated(parsed, evidence)
    containment = _containment(parsed.tokens, evidence, known)
    held = sum(pair in evidence.bigrams or set(pair) <= known for pair in parsed.bigrams)
    bigrams = held / len(parsed.bigrams) if parsed.bigrams else containment
    weakest = _weakest_clause(parsed, evidence, known, containment)
    score = 0.4 * containment + 0.3 * bigrams + 0.3 * weakest
    absent = [fact for fact in parsed.facts if _missing(fact, evidence)]
    strangers = [t for t in parsed.tokens if t.entity and t.sense not in known and not _names(t, evidence)]
    score -= _PENALTY * bool(absent) + _PENALTY * bool(strangers)
    soft: list[str] = []
    hard = [f"value: {fact.text!r} is in no cited passage" for fact in absent]
    for stranger in strangers[:1]:
        self_named = stranger in parsed.tokens[:3] and bool(_FIRST_PERSON.search(evidence.words))
        (soft if self_named else hard).append(f"name: {stranger.word!r} is in no cited passage")
    clause = _appended(parsed, evidence, known)
    if clause is not None or weakest < WEAKEST_CLAUSE:
        hard.append(f"clause: {clause or claim!r} is not in the passages")
    flags = [*contradictions(parsed, evidence)]
    hard.extend(flags)
    if hard:
        score = min(score, THRESHOLD - 0.01)
    score = round(min(1.0, max(0.0, score)), 4)
    if score < THRESHOLD and not hard:
        soft.append(f"overlap: {score:.2f} of the wording is in the passages, {THRESHOLD:.2f} is needed")
    swapped = any(_swapped(fact, evidence) for fact in absent)
    return Support(score >= THRESHOLD, score, (*hard, *soft), bool(flags) or swapped)


def _containment(tokens: Sequence[Token], evidence: Evidence, known: frozenset[str]) -> float:
    """Share of the content words in the best window of 1 to 3 sentences; a synonym counts ``_SYNONYM``.

    A word weighs more the longer it is, up to nine letters: long words are the rare ones (Zipf's law of
    abbreviation), and no collection is at hand to count them in.
    """
    words = {(token.key, token.sense): 3 + min(len(token.key), 9) for token in tokens if token.content}
    wanted = [(key, sense, weight) for (key, sense), weight in words.items() if sense not in known]
    best = max(
        sum(weight * (1.0 if key in window else _SYNONYM if sense in window else 0.0) for key, sense, weight in wanted)
        for window in evidence.windows
    )
    total = sum(words.values())
    return (total - sum(weight for _, _, weight in wanted) + best) / total


def _weakest_clause(claim: Sentence, evidence: Evidence, known: frozenset[str], whole: float) -> float:
    """Containment of the weakest of the clauses that hold ``_CLAUSE_STEMS`` content stems, for formula F."""
    sizes = [(len({t.key for t in tokens if t.content}), tokens) for tokens in clauses(claim)]
    return min((_containment(tokens, evidence, known) for n, tokens in sizes if n >= _CLAUSE_STEMS), default=whole)


def _appended(claim: Sentence, evidence: Evidence, known: frozenset[str]) -> str | None:
    """A clause that the passages do not hold; stricter where the rest of the claim is copied from them.

    People add to what they read in words of their own all the time (LFQA), so a clause of three words or more must
    only hold a third of its words; but a first or last clause without two neighbouring words of the passages, in a
    sentence that is else copied, was added to it.
    """
    parts = [tokens for tokens in clauses(claim) if any(token.content for token in tokens)]
    for tokens in parts:
        content = [token for token in tokens if token.content]
        size = len({token.key for token in content})
        held = _containment(tokens, evidence, known)
        foreign = size >= _SHORT_CLAUSE and held < (WEAKEST_CLAUSE if size >= _CLAUSE_STEMS else _ONE_WORD)
        common = held <= _COMMON_WORDS if size >= _SHORT_CLAUSE else size > 1 and held < _ONE_WORD
        if not foreign and common and len(parts) > 1 and tokens in (parts[0], parts[-1]):
            pairs = pairwise(token.sense for token in content)
            rest = [token for other in parts if other is not tokens for token in other]
            foreign = (
                not any(pair in evidence.bigrams or set(pair) <= known for pair in pairs)
                and _containment(rest, evidence, known) >= _COPIED
            )
        if foreign:
            return " ".join(token.word for token in tokens)
    return None


def _missing(fact: Fact, evidence: Evidence) -> bool:
    """Whether no passage holds this value. Small bare counts (1 to 5) and frequencies are let off."""
    if fact.measure in _SOFT_MEASURES or small_count(fact):
        return False
    if fact.measure == "number":
        if fact.name and re.search(rf"\b{re.escape(fact.name)}\b", evidence.words):
            return not _bound(fact, evidence.words)
        return fact.raw not in evidence.raws
    if fact.measure == "date":
        fields = fact.keys[0].removeprefix("date:*")
        found = any(fields in key for key in evidence.keys if key.startswith("date:"))
        return not found and not evidence.keys & set(fact.keys)
    unit = re.sub(r"[\d.,\s-]+", "", fact.text.lower()).rstrip("s")
    if fact.raw in evidence.united:  # the number stands there, with another unit
        return not evidence.keys & set(fact.keys)
    tabled = fact.raw in evidence.bare and bool(unit) and unit in evidence.flat  # "RPO (hours) | 4"
    return not tabled and not evidence.keys & set(fact.keys)


def _bound(fact: Fact, flat: str) -> bool:
    """Whether the number stands near its name: ``TLS 1.2``, ``TLS 1.1 and 1.2``, ``256-bit AES``."""
    name, value = re.escape(fact.name), rf"(?<![\w.]){re.escape(fact.raw)}(?![\w]|\.\d)"
    near = rf"\b{name}\b.{{0,40}}?{value}|{value}.{{0,16}}?\b{name}\b"
    return re.search(near.replace(r"(?<![\w.])", r"(?<![\d.])"), flat) is not None


def _swapped(fact: Fact, evidence: Evidence) -> bool:
    """Whether the passages hold another value of the same measure, or the number with another unit."""
    return fact.measure in evidence.measures or fact.raw in evidence.raws


def _names(token: Token, evidence: Evidence) -> bool:
    if token.key in evidence.words_held or token.sense in evidence.senses:
        return True
    return any(alike(token.key, key) for key in evidence.senses)


def _abbreviated(claim: Sentence, evidence: Evidence) -> frozenset[str]:
    """Stems of the claim that the passages hold in short or in full (``RTO``, recovery time objective)."""
    known: set[str] = set()
    strangers = [token for token in claim.tokens if token.short and not _names(token, evidence)]
    for token in strangers[:_MOST_SHORT]:
        if any(
            _run(s, initials, token.word) for s, initials in zip(evidence.sentences, evidence.initials, strict=True)
        ):
            known.add(token.sense)
    ours = "".join(token.word[0] for token in claim.tokens)
    for short in evidence.shorts:
        known.update(_run(claim, ours, short))
    return frozenset(known)


def _run(sentence: Sentence, initials: str, short: str) -> tuple[str, ...]:
    """Keys of the first run of words whose initials spell ``short``, or () where there is none."""
    place = initials.find(short)
    if place < 0:
        return ()
    run = sentence.tokens[place : place + len(short)]
    return tuple(token.sense for token in run) if run[0].content and sum(token.content for token in run) > 1 else ()
