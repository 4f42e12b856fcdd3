"""Metrics of the words of an answer: faithful, relevant, correct, cited. Offline; no model judges.

"Supported" is the lexical support of ``answer.support``, measured against people's labels in evals/README.md:
it sees swapped values and negations, and calls some free paraphrases unsupported. None means not scored.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from rfp_responder.answer.subjects import without_added
from rfp_responder.answer.support import support
from rfp_responder.answer.tokens import parse
from rfp_responder.domain import Answer, Claim, Passage
from rfp_responder.evaluation.gold import GoldCase
from rfp_responder.protocols import Vectors
from rfp_responder.text import content_stems, fold

Embed = Callable[[Sequence[str]], Vectors]
"""Texts to unit vectors: float32, shape (number of texts, dimension)."""

_ASKING = frozenset(
    content_stems(
        "describe explain provide detail details specify list confirm state indicate vendor supplier company "
        "organization organisation offer"
    )
)


def faithfulness(answer: Answer) -> float | None:
    """Supported claims / claims; a claim must be supported by its quotes and by the passages they stand in.

    The ratio of ragas' faithfulness (Es et al., arXiv 2309.15217), with lexical support as the judge. The
    passages are asked too because a quote can be cut before "except". None for an answer without claims.
    """
    if not answer.claims:
        return None
    return sum(_faithful(claim, answer.passages) for claim in answer.claims) / len(answer.claims)


def _faithful(claim: Claim, passages: Sequence[Passage]) -> bool:
    if not support(_bare(claim), _quotes(claim)).supported:
        return False
    places = {(citation.document_id, citation.page_number) for citation in claim.citations}
    cited = [p for p in passages if (p.chunk.document_id, p.chunk.page_number) in places]
    around = [text for p in cited for text in (p.chunk.columns.replace(" | ", "\t"), p.before + p.chunk.text + p.after)]
    return support(_bare(claim), [text for text in around if text]).supported if cited else False


def _bare(claim: Claim) -> str:
    """The claim without what its answerer added in brackets: grounding has seen that it stands near the quotes."""
    return without_added(claim.text, _quotes(claim))[0]


def _quotes(claim: Claim) -> list[str]:
    return [citation.quote for citation in claim.citations]


def citation_recall(answer: Answer) -> float | None:
    """Share of the claims that all their quotes together support.

    ALCE (Gao et al., arXiv 2305.14627) with lexical support in the place of the NLI model. None without
    claims.
    """
    if not answer.claims:
        return None
    return sum(support(_bare(claim), _quotes(claim)).supported for claim in answer.claims) / len(answer.claims)


def citation_precision(answer: Answer) -> float | None:
    """Share of the citations that are needed: each belongs to a supported claim, and is enough or missed.

    ALCE (Gao et al., arXiv 2305.14627): a citation is irrelevant when it does not support the claim alone and
    the others support it without it. None without citations.
    """
    useful = [needed for claim in answer.claims for needed in _needed(_bare(claim), _quotes(claim))]
    return sum(useful) / len(useful) if useful else None


def _needed(claim: str, quotes: Sequence[str]) -> list[bool]:
    if not support(claim, quotes).supported:
        return [False] * len(quotes)
    return [
        support(claim, [quote]).supported or not support(claim, [*quotes[:place], *quotes[place + 1 :]]).supported
        for place, quote in enumerate(quotes)
    ]


def answer_relevance(answer: Answer, embed: Embed) -> float | None:
    """Half the largest cosine of a claim with the question, half the share of the question's words covered.

    No model judges this: it is lexical and embedding relevance, cheaper and coarser than ragas' answer
    relevancy, which asks a model for questions that the answer would fit. Cosines below 0 count as 0; the
    words are content stems, looked for in the answer and in the headings of the cited pages' passages.
    None for an answer without claims.
    """
    if not answer.claims:
        return None
    vectors = embed([answer.question.text, *(claim.text for claim in answer.claims)])
    nearest = max(0.0, min(1.0, float((vectors[1:] @ vectors[0]).max())))
    places = {(citation.document_id, citation.page_number) for citation in answer.citations}
    headings = [p.chunk.heading for p in answer.passages if (p.chunk.document_id, p.chunk.page_number) in places]
    return (nearest + coverage(answer.question.text, " ".join([answer.text, *headings]))) / 2


def coverage(question: str, text: str) -> float:
    """Share of the question's distinct content stems in ``text``; words that only ask do not count."""
    wanted = set(content_stems(question)) - _ASKING
    return len(wanted & set(content_stems(text))) / len(wanted) if wanted else 1.0


def key_fact_recall(text: str, case: GoldCase) -> float | None:
    """Share of the key facts of which an accepted spelling stands in the answer; None without key facts.

    Required facts as hard values: an answer that is empty gets 0.0, whatever its reason.
    """
    if not case.key_facts:
        return None
    return sum(any(spelled(s, text) for s in fact.any_of) for fact in case.key_facts) / len(case.key_facts)


def spelled(spelling: str, text: str) -> bool:
    """Whether ``spelling`` stands in ``text`` as whole words, case, white space and number forms aside.

    ``35 days`` is found in "thirty-five days" and not in "135 days" or "35 business days".
    """
    wanted, whole = fold(spelling).casefold(), fold(text).casefold()
    values = parse(spelling).facts
    if not values and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", whole):
        return True
    keys = [token.key for token in parse(spelling).tokens]
    tokens = [token.key for token in parse(text).tokens]
    return bool(keys) and any(tokens[i : i + len(keys)] == keys for i in range(len(tokens) - len(keys) + 1))


def content_f1(text: str, case: GoldCase) -> float | None:
    """Token F1 with the reference answer, on content stems and normal forms; None without a reference.

    SQuAD's token F1 (Rajpurkar et al., arXiv 1606.05250) on stemmed content words, which agrees better with
    people (evals/README.md). 0.0 for an empty answer.
    """
    if not case.reference_answer:
        return None
    ours, theirs = _bag(text), _bag(case.reference_answer)
    common = sum((ours & theirs).values())
    return 2 * common / (sum(ours.values()) + sum(theirs.values())) if common else 0.0


def _bag(text: str) -> Counter[str]:
    return Counter(token.key for token in parse(text).tokens if token.content)
