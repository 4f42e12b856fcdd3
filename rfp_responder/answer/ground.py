"""The gate: a draft goes in, an answer comes out whose every claim is cited, verbatim and supported.

It fails closed: a quote that does not stand in its passage, a claim that its quotes do not support, a claim
without a quote are dropped, and the answer's notes say so. No answerer can get round it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rfp_responder.answer.asserted import Source, as_stated
from rfp_responder.answer.basis import Basis
from rfp_responder.answer.choice import choose
from rfp_responder.answer.clip import clipped
from rfp_responder.answer.extras import added_contact, without_extras
from rfp_responder.answer.focus import tells
from rfp_responder.answer.hedges import overstated
from rfp_responder.answer.losses import lost
from rfp_responder.answer.stance import read_stance
from rfp_responder.answer.standing import denied, is_title, is_untrue, statements
from rfp_responder.answer.subjects import without_added
from rfp_responder.answer.support import support
from rfp_responder.answer.told import missing_parts, one_line, untold_thing
from rfp_responder.answer.upheld import UNTOLD, against, rests_on, speaks
from rfp_responder.answer.wholes import gives_orders, whole
from rfp_responder.domain import Answer, Citation, Claim, Draft, Passage, Proposal, Question, Stance, Status
from rfp_responder.text import fold, locate

MIN_QUOTE_LETTERS = 8  # a quote of a word or two proves nothing
CLARIFICATION = "needs clarification: "


@dataclass(frozen=True, slots=True)
class _Checked:
    """A claim that stands: ``score`` is its support in 0..1, ``part`` the part of the question that it names.

    ``said`` is what was proposed, folded; empty where a piece of it was left off. ``heading`` is what it stands below,
    ``doubt`` why no yes can rest on it.
    """

    claim: Claim
    score: float
    said: str
    part: int = 0
    basis: Basis = "practice"
    heading: str = ""
    doubt: str = ""


def ground(question: Question, draft: Draft, passages: Sequence[Passage]) -> Answer:
    """Check a draft against the passages it was written from, and build the answer.

    ``passages`` are the ones the answerer saw, ranks 1..n; a quote names its passage by rank. The offline answerer
    quotes; a model writes. So a model's draft (it names its ``prompt``) is held to more: no claim says more than its
    source, a rule is no practice, and its yes or no must follow from what is left.
    """
    notes = list(draft.notes)
    checked: list[_Checked] = []
    for proposal in draft.proposals:
        one, faults = _claim(proposal, passages, written=draft.prompt is not None)
        notes += faults
        if one and not any(fold(one.claim.text) == fold(other.claim.text) for other in checked):
            checked.append(one)
    kept = _within_limits(checked, question, notes)
    missing = missing_parts(draft, [(one.part, one.claim.text, one.heading) for one in kept])
    status: Status = "unanswered"
    if kept:
        status = "partial" if missing else "answered"
    claims = tuple(one.claim for one in kept)
    if draft.prompt is not None and kept and (lack := _lack(question, kept)):
        status = "partial"
        notes.append(f"{lack}: please check")
    stance = _stance(question, draft, kept, notes)
    choice = choose(stance, question.choices, [claim.text for claim in claims]) if kept else None
    if kept and question.choices and choice is None:
        status = "partial"
        notes.append(f"no allowed value fits this evidence: {', '.join(question.choices)}")
    back = "" if kept else one_line(draft.clarification)
    if not kept and not missing and not draft.proposals and not draft.notes and not back:
        notes.append("no passage answers this")
    notes += [f"{CLARIFICATION}{back}"] if back else []
    notes += [f"not found in the documents: {part}" for part in missing]
    return Answer(
        question=question,
        status=status,
        stance=stance,
        choice=choice,
        claims=claims,
        passages=tuple(passages),
        confidence=round(min(1.0, max(0.0, weighed(draft, [one.score for one in kept]))), 4),
        notes=tuple(dict.fromkeys(notes)),
        author=draft.author,
        prompt=draft.prompt,
        usage=draft.usage,
        route=draft.route,
    )


def _lack(question: Question, kept: Sequence[_Checked]) -> str:
    """What the claims lack to be an answer, in words; empty where that cannot be said."""
    if not any(speaks(question.text, one.claim.text, one.heading) for one in kept):
        return UNTOLD
    thing = untold_thing(question.text, [one.claim.text for one in kept])
    return f"no claim tells the {thing} that is asked for" if thing else ""


def weighed(draft: Draft, scores: Sequence[float]) -> float:
    """The draft's confidence; a model's, which is a retrieval score, times what grounding saw of the draft.

    That is the share of its proposals that survived, times the mean support of those (``scores``): a product of three
    shares in 0..1, for ordering answers, not a calibrated probability as the offline answerer's is.
    """
    if draft.prompt is None:
        return draft.confidence
    survived = len(scores) / len(draft.proposals) if draft.proposals else 0.0
    return draft.confidence * survived * (sum(scores) / len(scores) if scores else 0.0)


def _stance(question: Question, draft: Draft, kept: Sequence[_Checked], notes: list[str]) -> Stance | None:
    """The draft's stance, withdrawn where a claim was dropped that it may rest on and the first one kept reads else.

    A model's is withdrawn, too, where the claims that are left speak against it; what it rests on is noted.
    """
    if not kept or draft.stance is None:
        return None
    texts = [one.claim.text for one in kept]
    complete = {one.said for one in kept} >= {fold(proposal.text) for proposal in draft.proposals}
    if not complete and read_stance(question.text, texts[0]) != draft.stance:
        notes.append(f"withdrew the stance {draft.stance}: a claim was dropped, and what is left does not say it")
        return None
    if draft.prompt is not None:
        doubts = [one.doubt for one in kept if speaks(question.text, one.claim.text, one.heading)]
        reason = against(question.text, draft.stance, texts, [one.heading for one in kept])
        if not reason and draft.stance in ("yes", "partial") and doubts and all(doubts):
            reason = doubts[0]
        if reason:
            notes.append(f"withdrew the stance {draft.stance}: {reason}")
            return None
        if note := rests_on([one.basis for one in kept]):
            notes.append(note)
    return draft.stance


def _claim(proposal: Proposal, passages: Sequence[Passage], *, written: bool) -> tuple[_Checked | None, list[str]]:
    """What survives of a proposal, and what was wrong with it; ``written``: by a model, in words of its own."""
    text = " ".join(proposal.text.split())
    short = text if len(text) <= 90 else text[:87] + "…"
    if not text:
        return None, ["dropped an empty claim"]
    given = {passage.rank for passage in passages}
    if any(quote.passage not in given for quote in proposal.quotes):
        return None, [f"dropped a claim that names a passage that was not given: {short!r}"]
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
        return None, [*faults, _unsupported(short, verdict.reasons[0] if verdict.reasons else "")]
    claim = Claim(text, tuple(citations), proposal.why)
    if not written:
        return _Checked(claim, verdict.score, fold(text), proposal.part), faults
    return _held(
        _Checked(claim, verdict.score, fold(text), proposal.part), bare, _columns(proposal, passages), passages, faults
    )


def _held(
    one: _Checked, bare: str, columns: Sequence[str], passages: Sequence[Passage], faults: list[str]
) -> tuple[_Checked | None, list[str]]:
    """A model's claim, which its quotes support, held against all that they stand in; ``bare`` is without brackets."""
    text = one.claim.text
    short = text if len(text) <= 90 else text[:87] + "…"
    sources, reason = _sources(one.claim.citations, passages)
    if not sources:
        return None, [*faults, _unsupported(short, reason)]
    citations = tuple(source.citation for source in sources)
    told = [source.told for source in sources]
    quotes = [citation.quote for citation in citations]
    bare, gone = without_extras(bare, [*quotes, *(source.quote for source in told)])
    faults += [f"left off what no passage says: {piece[:60]!r}" for piece in gone]
    if gone:
        text = bare
    cut = bool(gone) or [fold(source.quote) for source in told] != [
        fold(citation.quote) for citation in one.claim.citations
    ]
    if reason := _beyond(bare, told, columns, cut=cut):
        return None, [*faults, _unsupported(short, reason)]
    firm, loose = _denials(text, sources)
    if firm:
        return None, [*faults, _unsupported(short, firm)]
    stated = as_stated(text, told, quotes)
    if not stated.text:
        return None, [*faults, _unsupported(short, stated.note)]
    faults += [f"{stated.note}: {short!r}"] if stated.note else []
    faults += [f"{loose}: please check {short!r}"] if loose else []
    claim = replace(one.claim, text=stated.text, citations=citations)
    heading = " ".join(dict.fromkeys(source.heading for source in told))
    return replace(one, claim=claim, basis=stated.basis, heading=heading, doubt=loose), faults


def _unsupported(short: str, reason: str) -> str:
    return f"dropped an unsupported claim: {short!r} ({reason or 'its quotes do not say it'})"


def _beyond(claim: str, sources: Sequence[Source], columns: Sequence[str], *, cut: bool) -> str:
    """Why a claim that its quotes support does not follow from their whole sentences; empty where it does.

    ``cut``: the quotes are less than their sentences, which were so far not held against the claim.
    """
    told = [source.quote for source in sources]
    if not claim:
        return "its quotes do not say it"
    if any(gives_orders(sentence) for sentence in told):
        return "its source gives orders to whoever answers, and tells nothing"
    if cut and not (verdict := support(claim, [*columns, *told])).supported:
        return verdict.reasons[0] if verdict.reasons else "the whole sentence does not say it"
    headings = " ".join(source.heading for source in sources)
    if contact := added_contact(claim, [*columns, *told, headings]):
        return f"contact: {contact!r} is in no quote"
    return overstated(claim, told, headings) or lost(claim, told, f"{headings} {' '.join(columns)}")


@dataclass(frozen=True, slots=True)
class _Placed:
    """What a quote tells, with its place."""

    citation: Citation
    passage: Passage
    told: Source


def _sources(citations: Sequence[Citation], passages: Sequence[Passage]) -> tuple[list[_Placed], str]:
    """The whole statements of each quote, with the heading and the title that they stand below.

    Quotes of a question, of a heading, or of what is told as wrong are left out; the last reason for that comes with
    the others.
    """
    found, reason = [], ""
    for citation in citations:
        passage = next(p for p in passages if _holds(p, citation))
        chunk = passage.chunk
        sentence = whole(citation, passage)
        told = statements(sentence)
        if not told.strip():
            reason = "its source only asks"
        elif is_untrue(sentence, citation, passage):
            reason = "its source tells it as wrong, or as not chosen"
        elif is_title(told, passage):
            reason = "its source is only a heading"
        else:
            title = chunk.document_title or chunk.document_name
            found.append(_Placed(citation, passage, Source(told, chunk.heading, title, chunk.text)))
    return found, reason


def _denials(claim: str, sources: Sequence[_Placed]) -> tuple[str, str]:
    """Why a claim cannot stand, and why no yes can rest on it, by the headings of all its sources."""
    found = [denied(claim, source.citation, source.passage) for source in sources]
    if not all(heading for heading, _ in found):
        return "", ""
    reason = f"stands below the heading {found[0][0][:60]!r}"
    own = any(tells(claim) and fold(claim) == fold(source.told.quote) for source in sources)
    return (reason, "") if all(firm for _, firm in found) and not own else ("", reason)


def _holds(passage: Passage, citation: Citation) -> bool:
    chunk = passage.chunk
    within = chunk.start - len(passage.before) <= citation.start and citation.end <= chunk.end + len(passage.after)
    return within and (chunk.document_id, chunk.page_number) == (citation.document_id, citation.page_number)


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


def _within_limits(checked: Sequence[_Checked], question: Question, notes: list[str]) -> list[_Checked]:
    """The first claims that fit the question's limits together; what is left out is noted."""
    kept: list[_Checked] = []
    for one in checked:
        claim = one.claim
        limit = _exceeded(question, [*(other.claim for other in kept), claim])
        if limit and not kept and (shorter := _shortened(claim, question)) is not None:
            notes.append(f"shortened for the limit of {limit}: {claim.text[:60]!r}")
            kept.append(replace(one, claim=shorter, said=""))
        elif limit:
            notes.append(f"left out for the limit of {limit}: {claim.text[:60]!r}")
        else:
            kept.append(one)
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
