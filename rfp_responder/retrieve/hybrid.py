"""Dense and lexical search, fused into one ranking."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rfp_responder.domain import Chunk, Passage
from rfp_responder.protocols import ChunkSource, Embedder, Store
from rfp_responder.retrieve.pack import dedupe, prefer_newer_editions, without_replaced


@dataclass(frozen=True, slots=True)
class HybridSettings:
    """``dense_weight`` + lexical weight = 1. ``depth``: how many candidates each searcher gives."""

    dense_weight: float = 0.7
    depth: int = 50


class HybridRetriever:
    """Weighted sum of each searcher's scores, each scaled to 0..1 over its candidates.

    A convex combination of normalised scores keeps what rank fusion throws away, how far apart two candidates
    are (Bruch, Gai & Ingber, 2023, "An Analysis of Fusion Functions for Hybrid Retrieval", arXiv 2210.11934).
    """

    def __init__(
        self, source: ChunkSource, store: Store, embedder: Embedder, settings: HybridSettings | None = None
    ) -> None:
        self._source = source
        self._store = store
        self._embedder = embedder
        self._settings = settings or HybridSettings()

    def retrieve(self, query: str, top_k: int) -> list[Passage]:
        """At most ``top_k`` passages, best first; the score is in 0..1, relative to the best possible."""
        depth = max(self._settings.depth, 3 * top_k)
        vector = self._embedder.embed([query])[0]
        dense = dict(self._store.nearest(vector, depth))
        lexical = {hit.chunk_id: hit.score for hit in self._source.lexical(query, depth)}
        chunks = self._source.chunks(list({*dense, *lexical}))
        scored = self._fuse(
            {id_: score for id_, score in dense.items() if id_ in chunks},
            {id_: score for id_, score in lexical.items() if id_ in chunks},
        )
        passages = [_passage(chunks[id_], score, dense, lexical) for id_, score in scored]
        passages = prefer_newer_editions(query, dedupe(passages))
        best = without_replaced(query, sorted(passages, key=lambda p: -p.score), top_k)
        return [replace(passage, rank=rank) for rank, passage in enumerate(best, 1)]

    def _fuse(self, dense: dict[str, float], lexical: dict[str, float]) -> list[tuple[str, float]]:
        weight = self._settings.dense_weight
        low = min(dense.values(), default=0.0)
        high = max(dense.values(), default=1.0)
        top = max(lexical.values(), default=1.0) or 1.0
        fused = {
            id_: weight * _scaled(dense.get(id_, low), low, high) + (1 - weight) * lexical.get(id_, 0.0) / top
            for id_ in {*dense, *lexical}
        }
        return sorted(fused.items(), key=lambda item: (-item[1], item[0]))


def _scaled(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low) if high > low else 1.0


def _passage(chunk: Chunk, score: float, dense: dict[str, float], lexical: dict[str, float]) -> Passage:
    found_by = {}
    if chunk.id in dense:
        found_by["dense"] = round(dense[chunk.id], 4)
    if chunk.id in lexical:
        found_by["lexical"] = round(lexical[chunk.id], 4)
    return Passage(chunk, 0, score, found_by)
