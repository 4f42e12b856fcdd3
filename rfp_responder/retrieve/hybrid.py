"""Dense and lexical search and a prior, fused into one ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rfp_responder.domain import Chunk, Passage, Scope
from rfp_responder.protocols import Holdings, Reranker, Vectors
from rfp_responder.retrieve.pack import also_in, pack, shown_chunk
from rfp_responder.retrieve.prior import Prior

_AROUND = 400  # characters of the page before and after a passage, for reading


@dataclass(frozen=True, slots=True)
class HybridSettings:
    """``dense_weight`` + lexical weight = 1. ``depth``: how many candidates each searcher gives.

    ``prior_weight``: what a document whose name the question spells out gains, on the scale of the fused score.
    ``rerank_depth``: how many candidates a reranker reads, where there is one.
    """

    dense_weight: float = 0.75
    prior_weight: float = 0.15
    depth: int = 50
    rerank_depth: int = 20


class HybridRetriever:
    """Weighted sum of each searcher's scores, each divided by its best (a cosine of 0 and a BM25 of 0 stay 0).

    Every candidate has its cosine, whichever searcher found it: one that words found and the nearest did not reach is
    judged by what it is, not by the least that was met.

    A convex combination of scores with a theoretical minimum keeps what rank fusion throws away, how far apart two
    candidates are (Bruch, Gai & Ingber, 2023, "An Analysis of Fusion Functions for Hybrid Retrieval", 3.2,
    arXiv 2210.11934).
    """

    def __init__(
        self, holdings: Holdings, settings: HybridSettings | None = None, reranker: Reranker | None = None
    ) -> None:
        self._holdings = holdings
        self._settings = settings or HybridSettings()
        self._reranker = reranker
        self._prior = Prior()

    def retrieve(self, query: str, top_k: int, scope: Scope | None = None) -> list[Passage]:
        """At most ``top_k`` passages, best first; the score is in 0..1, relative to the best possible."""
        depth = max(self._settings.depth, 3 * top_k)
        vector = self._holdings.embedder.embed([query])[0]
        lexical = {hit.block: hit.score for hit in self._holdings.lexical(query, depth, scope)}
        dense = self._dense(vector, lexical, depth, scope)
        said = self._holdings.chunks_of(list({*dense, *lexical}), scope)
        prior = self._prior.of(query, self._holdings.documents())
        passages = []
        for block, chunks in said.items():
            chunk = shown_chunk(query, chunks, prior)
            scores = (dense.get(block), lexical.get(block), prior.get(chunk.document_name))
            passages.append(_passage(chunk, chunks, scores))
        ranked = self._reranked(query, self._fused(passages))
        return [self._with_surroundings(passage) for passage in pack(query, ranked, top_k)]

    def _dense(
        self, vector: Vectors, lexical: Mapping[str, float], depth: int, scope: Scope | None
    ) -> dict[str, float]:
        """Cosines of the nearest blocks and of every block found by words, embedded now where it waits."""
        nearest = dict(self._holdings.dense(vector, depth, scope))
        return nearest | self._holdings.cosines(vector, [block for block in lexical if block not in nearest])

    def _fused(self, passages: Sequence[Passage]) -> list[Passage]:
        """Best first. Scaling by the least score met would blow cosines that hardly differ up to the full 0..1."""
        weight, prior_weight = self._settings.dense_weight, self._settings.prior_weight
        high = max((p.found_by.get("dense", 0.0) for p in passages), default=0.0) or 1.0
        top = max((p.found_by.get("lexical", 0.0) for p in passages), default=0.0) or 1.0
        fused = []
        for passage in passages:
            dense, lexical, prior = (passage.found_by.get(name, 0.0) for name in ("dense", "lexical", "prior"))
            score = weight * max(0.0, dense) / high + (1 - weight) * lexical / top
            fused.append(replace(passage, score=(score + prior_weight * prior) / (1 + prior_weight)))
        return sorted(fused, key=lambda p: (-p.score, p.chunk.id))

    def _reranked(self, query: str, passages: list[Passage]) -> list[Passage]:
        """The first few in the order of the reranker's reading, the others behind them."""
        if self._reranker is None or not passages:
            return passages
        first, rest = passages[: self._settings.rerank_depth], passages[self._settings.rerank_depth :]
        scores = self._reranker.scores(query, [f"{p.chunk.heading}\n{p.chunk.text}" for p in first])
        read = [
            replace(p, score=0.5 + score / 2, found_by={**p.found_by, "reranker": round(score, 4)})
            for p, score in zip(first, scores, strict=True)
        ]
        return [*sorted(read, key=lambda p: -p.score), *(replace(p, score=p.score / 2) for p in rest)]

    def _with_surroundings(self, passage: Passage) -> Passage:
        before, after = self._holdings.around(passage.chunk, _AROUND)
        return replace(passage, before=before, after=after)


def _passage(chunk: Chunk, said: Sequence[Chunk], scores: tuple[float | None, float | None, float | None]) -> Passage:
    named = zip(("dense", "lexical", "prior"), scores, strict=True)
    found_by = {name: round(score, 4) for name, score in named if score is not None}
    return Passage(chunk, 0, 0.0, found_by, also_in(chunk, said))
