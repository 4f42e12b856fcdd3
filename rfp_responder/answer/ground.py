"""The gate: a draft goes in, an answer comes out whose every claim is cited, verbatim and supported.

It fails closed: a quote that does not stand in its passage, a claim that its quotes do not support, a claim
without a quote are dropped, and the answer's notes say so. No answerer can get round it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rfp_responder.answer.choice import choose
from rfp_responder.answer.clip import clipped
from rfp_responder.answer.stance import read_stance
from rfp_responder.answer.subjects import without_added
from rfp_responder.answer.support import support
from rfp_responder.domain import Answer, Citation, Claim, Draft, Passage, Proposal, Question, Stance, Status
from rfp_responder.text import fold, locate

MIN_QUOTE_LETTERS = 8  # a quote of a word or two proves nothing


def ground(question: Question, draft: Draft, passages: Sequence[Passage]) -> Answer:
    """Check a draft against the passages it was written from, and build the answer.

    ``passages`` are the ones the answerer saw, ranks 1..n; a quote names its passage by rank.
    """
    notes = list(draft.notes)
    claims: list[Claim] = []
    for proposal in draft.proposals:
        claim, faults = _claim(proposal, passages)
        notes += faults
        if claim and not any(fold(claim.text) == fold(other.text) for other in claims):
            claims.append(claim)
    kept = _within_limits(claims, question, notes)
    status: Status = "unanswered"
    if kept:
        status = "partial" if draft.missing else "answered"
    stance = _stance(question, draft, kept, notes)
    choice = choose(stance, question.choices, [claim.text for claim in kept]) if kept else None
    if kept and question.choices and choice is None:
        status = "partial"
        notes.append(f"no allowed value fits this evidence: {', '.join(question.choices)}")
    if not kept and not draft.missing and not draft.proposals and not draft.notes:
        notes.append("no passage answers this")
    notes += [f"not found in the documents: {part}" for part in draft.missing]
    return Answer(
        question=question,
        status=status,
        stance=stance,
        choice=choice,
        claims=tuple(kept),
        passages=tuple(passages),
        confidence=round(min(1.0, max(0.0, draft.confidence)), 4),
        notes=tuple(dict.fromkeys(notes)),
        author=draft.author,
        prompt=draft.prompt,
        usage=draft.usage,
    )


def _stance(question: Question, draft: Draft, kept: Sequence[Claim], notes: list[str]) -> Stance | None:
    """The draft's stance, withdrawn where a claim was dropped that it may rest on and the first one kept reads else."""
    if not kept or draft.stance is None:
        return None
    whole = {fold(claim.text) for claim in kept} >= {fold(proposal.text) for proposal in draft.proposals}
    if whole or read_stance(question.text, kept[0].text) == draft.stance:
        return draft.stance
    notes.append(f"withdrew the stance {draft.stance}: a claim was dropped, and what is left does not say it")
    return None


def _claim(proposal: Proposal, passages: Sequence[Passage]) -> tuple[Claim | None, list[str]]:
    """The claim that survives of a proposal, and what was wrong with it."""
    text = " ".join(proposal.text.split())
    short = text if len(text) <= 90 else text[:87] + "…"
    if not text:
        return None, ["dropped an empty claim"]
    faults: list[str] = []
    citations: list[Citation] = []
    for quote in proposal.quotes:
        citation = _citation(quote.passage, quote.text, passages)
        if citation is None:
            faults.append(f"dropped a quote that does not stand in passage {quote.passage}: {quote.text[:60]!r}")
        elif citation not in citations:
            citations.append(citation)
    if not citations:
        return None, [*faults, f"dropped a claim without a valid quote: {short!r}"]
    bare, added = without_added(text, [quote.text for quote in proposal.quotes])
    strangers = _strangers(added, proposal, passages)
    if strangers:
        return None, [*faults, f"dropped a claim with words added that stand in no passage: {strangers[0]!r}"]
    verdict = support(bare, [*_columns(proposal, passages), *(citation.quote for citation in citations)])
    if not verdict.supported:
        reason = verdict.reasons[0] if verdict.reasons else "its quotes do not say it"
        return None, [*faults, f"dropped an unsupported claim: {short!r} ({reason})"]
    return Claim(text, tuple(citations), proposal.why), faults


def _strangers(added: Sequence[str], proposal: Proposal, passages: Sequence[Passage]) -> list[str]:
    """Words that an answerer added in square brackets and that neither the passage nor its headings hold."""
    ranks = {quote.passage for quote in proposal.quotes}
    near = " ".join(
        fold(f"{p.chunk.document_title} {p.chunk.heading} {p.before} {p.chunk.text} {p.after}").casefold()
        for p in passages
        if p.rank in ranks
    )
    return [words for words in added if fold(words).casefold() not in near]


def _columns(proposal: Proposal, passages: Sequence[Passage]) -> list[str]:
    """The names of the columns of a table that goes on from an earlier passage: they name what its cells are."""
    ranks = {quote.passage for quote in proposal.quotes}
    return [p.chunk.columns.replace(" | ", "\t") for p in passages if p.rank in ranks and p.chunk.columns]


def _citation(rank: int, quote: str, passages: Sequence[Passage]) -> Citation | None:
    """The place of a quote: in the passage named, character by character after folding."""
    passage = next((p for p in passages if p.rank == rank), None)
    if passage is None or sum(c.isalnum() for c in quote) < MIN_QUOTE_LETTERS:
        return None
    chunk = passage.chunk
    text, offset = chunk.text, chunk.start
    place = locate(quote, text)
    if place is None:  # a sentence that the chunk's border cuts
        text, offset = passage.before + chunk.text + passage.after, chunk.start - len(passage.before)
        place = locate(quote, text)
    if place is None:
        return None
    start, end = place
    return Citation(
        document_id=chunk.document_id,
        document_name=chunk.document_name,
        page_number=chunk.page_number,
        page_label=chunk.page_label,
        start=offset + start,
        end=offset + end,
        quote=text[start:end],
    )


def _within_limits(claims: Sequence[Claim], question: Question, notes: list[str]) -> list[Claim]:
    """The first claims that fit the question's limits together; what is left out is noted."""
    kept: list[Claim] = []
    for claim in claims:
        limit = _exceeded(question, [*kept, claim])
        if limit and not kept and (shorter := _shortened(claim, question)) is not None:
            notes.append(f"shortened for the limit of {limit}: {claim.text[:60]!r}")
            kept.append(shorter)
        elif limit:
            notes.append(f"left out for the limit of {limit}: {claim.text[:60]!r}")
        else:
            kept.append(claim)
    return kept


def _exceeded(question: Question, claims: Sequence[Claim]) -> str:
    """The limit that the claims' joined text exceeds (``"50 words"``), ``""`` where it keeps both."""
    text = " ".join(claim.text for claim in claims)
    if question.max_words is not None and len(text.split()) > question.max_words:
        return f"{question.max_words} words"
    if question.max_characters is not None and len(text) > question.max_characters:
        return f"{question.max_characters} characters"
    return ""


def _shortened(claim: Claim, question: Question) -> Claim | None:
    """The claim's main statement where that keeps the limits and its quotes say it too."""
    text = clipped(claim.text, lambda text: not _exceeded(question, [replace(claim, text=text)]))
    if not text or not support(text, [citation.quote for citation in claim.citations]).supported:
        return None
    return replace(claim, text=text)
