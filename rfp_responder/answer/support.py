"""Is a claim supported by its passages? Lexical support, offline: no model, same bytes in, same verdict out.

    F = 0.4 containment + 0.3 content-bigram precision + 0.3 weakest clause - penalties

The formula and its threshold were chosen on human labels (LFQA-Verification by timchen0618, and WiCE;
evals/README.md has the table); K-Precision, its ancestor, is Adlakha et al., TACL 2024 (arXiv 2307.16877).
Hard checks stand beside it, because no overlap score sees a swapped number, unit, name, negation or modal
verb: a value that is missing, a weak clause or a flag of ``align`` decides alone. Know the limits: strongly
abstractive sentences are scored too low, and a paraphrased negation is seen in about half of the cases.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rfp_responder.answer.align import ALIGNED, Alignment, align
from rfp_responder.answer.evidence import Evidence, evidence_of, mend, verbatim
from rfp_responder.answer.facts import Fact
from rfp_responder.answer.tokens import Sentence, Token, clauses, parse, small_count
from rfp_responder.text import fold, sentences

THRESHOLD = 0.40
"""F at which a claim counts as supported (one threshold for all label sets)."""
WEAKEST_CLAUSE = 0.34
"""Least containment of a clause of at least ``_CLAUSE_STEMS`` content stems."""
_CLAUSE_STEMS = 4
_PENALTY = 0.3
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
    if verbatim(text, evidence):
        return Support(True, 1.0, (), False)
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
    stems = parsed.stems
    if not stems:
        return Support(False, 0.0, ("the claim says nothing that could be checked",), False)
    known = _abbreviated(parsed, evidence)
    containment = _containment(stems, evidence, known)
    held = sum(pair in evidence.bigrams or set(pair) <= known for pair in parsed.bigrams)
    bigrams = held / len(parsed.bigrams) if parsed.bigrams else containment
    clause, weakest = _weakest_clause(claim, evidence, known, containment)
    score = 0.4 * containment + 0.3 * bigrams + 0.3 * weakest
    absent = [fact for fact in parsed.facts if _missing(fact, evidence)]
    strangers = [t for t in parsed.tokens if t.entity and t.key not in known and not _names(t.key, evidence)]
    score -= _PENALTY * bool(absent) + _PENALTY * bool(strangers)
    soft: list[str] = []
    hard = [f"value: {fact.text!r} is in no cited passage" for fact in absent]
    for stranger in strangers[:1]:
        self_named = stranger in parsed.tokens[:3] and bool(_FIRST_PERSON.search(evidence.words))
        (soft if self_named else hard).append(f"name: {stranger.word!r} is in no cited passage")
    if weakest < WEAKEST_CLAUSE:
        hard.append(f"clause: {clause!r} is not in the passages")
    flags = [*_flags(parsed, evidence), *_borrowed(parsed, evidence)]
    hard.extend(flags)
    if hard:
        score = min(score, THRESHOLD - 0.01)
    score = round(min(1.0, max(0.0, score)), 4)
    if score < THRESHOLD and not hard:
        soft.append(f"overlap: {score:.2f} of the wording is in the passages, {THRESHOLD:.2f} is needed")
    swapped = any(_swapped(fact, evidence) for fact in absent)
    return Support(score >= THRESHOLD, score, (*hard, *soft), bool(flags) or swapped)


def _containment(stems: frozenset[str], evidence: Evidence, known: frozenset[str]) -> float:
    """Share of the stems in the best window of 1 to 3 sentences."""
    wanted = stems - known
    return (len(stems & known) + max(len(wanted & window) for window in evidence.windows)) / len(stems)


def _weakest_clause(claim: str, evidence: Evidence, known: frozenset[str], whole: float) -> tuple[str, float]:
    pieces = [(clause, parse(clause).stems) for clause in clauses(claim)]
    scored = [(_containment(stems, evidence, known), clause) for clause, stems in pieces if len(stems) >= _CLAUSE_STEMS]
    if not scored:
        return claim, whole
    value, clause = min(scored)
    return clause, value


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
    tabled = fact.raw in evidence.bare and bool(unit) and unit in evidence.flat  # "RPO (hours) | 4"
    return not tabled and not evidence.keys & set(fact.keys)


def _bound(fact: Fact, flat: str) -> bool:
    """Whether the number stands near its name: ``TLS 1.2``, ``TLS 1.1 and 1.2``, ``256-bit AES``."""
    name, value = re.escape(fact.name), rf"(?<![\w.]){re.escape(fact.raw)}(?![\w]|\.\d)"
    near = rf"\b{name}\b.{{0,40}}?{value}|{value}.{{0,16}}?\b{name}\b"
    return re.search(near.replace(r"(?<![\w.])", r"(?<![\d.])"), flat) is not None


def _swapped(fact: Fact, evidence: Evidence) -> bool:
    """Whether the passages hold another value of the same measure, or the number with another unit."""
    measures = {key.partition(":")[0] for key in evidence.keys}
    return fact.measure in measures or fact.raw in evidence.raws


def _names(key: str, evidence: Evidence) -> bool:
    return any(key in sentence.keys for sentence in evidence.sentences)


def _abbreviated(claim: Sentence, evidence: Evidence) -> frozenset[str]:
    """Stems of the claim that the passages hold in short or in full (``RTO``, recovery time objective)."""
    known: set[str] = set()
    for token in claim.tokens:
        if not _short(token) or _names(token.key, evidence):
            continue
        if any(_run(sentence, token.word) for sentence in evidence.sentences):
            known.add(token.key)
    shorts = {token.word for sentence in evidence.sentences for token in sentence.tokens if _short(token)}
    for short in shorts:
        known.update(_run(claim, short))
    return frozenset(known)


def _short(token: Token) -> bool:
    return token.entity and 2 <= len(token.word) <= 5 and token.word.isalpha()


def _run(sentence: Sentence, short: str) -> tuple[str, ...]:
    """Keys of the first run of words whose initials spell ``short``, or () where there is none."""
    initials = "".join(token.word[0] for token in sentence.tokens)
    place = initials.find(short)
    if place < 0:
        return ()
    run = sentence.tokens[place : place + len(short)]
    return tuple(token.key for token in run) if run[0].content and sum(token.content for token in run) > 1 else ()


def _flags(claim: Sentence, evidence: Evidence) -> tuple[str, ...]:
    """Flags of the best aligned sentence, unless one that is aligned as well has none."""
    total = len(claim.stems)
    near = [s for s in evidence.sentences if len(claim.stems & s.stems) >= 0.6 * total]
    near.sort(key=lambda sentence: -len(claim.stems & sentence.stems))
    alignments = [_with_subject(claim, sentence, evidence) for sentence in near[:6]]
    best = max((alignment.share for alignment in alignments), default=0.0)
    if best < ALIGNED:
        return ()
    equal = [alignment for alignment in alignments if alignment.share >= best - 0.02]
    return min((alignment.flags for alignment in equal), key=len)


def _with_subject(claim: Sentence, source: Sentence, evidence: Evidence) -> Alignment:
    """``align``, and the subject: the claim begins with the first word of a sentence about something else."""
    alignment = align(claim, source)
    ours, theirs = claim.tokens[0], source.tokens[0]
    taken = ours.content and theirs.content and ours.key not in source.keys and theirs.key not in claim.keys
    if alignment.share >= ALIGNED and taken and any(ours == s.tokens[0] for s in evidence.sentences if s.tokens):
        flag = f"subject: {ours.word!r} where the source says {theirs.word!r}"
        return Alignment(alignment.share, (*alignment.flags, flag))
    return alignment


def _borrowed(claim: Sentence, evidence: Evidence) -> tuple[str, ...]:
    """A value taken from a sentence about something else: a nearer sentence holds another such value."""
    subject = claim.stems - {key for fact in claim.facts for key in fact.keys}
    flagged: list[str] = []
    for fact in claim.facts:
        if small_count(fact):
            continue
        wanted = set(fact.keys)
        holders = [s for s in evidence.sentences if any(wanted & set(f.keys) for f in s.facts)]
        rivals = [
            s
            for s in evidence.sentences
            if s not in holders and any(f.measure == fact.measure and f.name == fact.name for f in s.facts)
        ]
        if not holders or not rivals or len(subject) < 2:
            continue
        nearest = max(rivals, key=lambda s: len(subject & s.stems))
        shared, held = len(subject & nearest.stems), max(len(subject & s.stems) for s in holders)
        own = nearest.stems - {key for other in nearest.facts for key in other.keys}
        if shared > held and (shared >= 0.8 * len(subject) or shared >= max(1, 0.8 * len(own))):
            flagged.append(f"value: {fact.text!r} belongs to another statement than {nearest.text[:80]!r}")
    return tuple(flagged)
