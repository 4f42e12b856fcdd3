"""Dense and lexical search, fused into one ranking."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rfp_responder.domain import Chunk, Passage
from rfp_responder.protocols import ChunkSource, Embedder, Store
from rfp_responder.retrieve.pack import dedupe, prefer_newer_editions, without_replaced


@dataclass(frozen=True, slots=True)
class HybridSettings:
    """``dense_weight`` + lexical weight = 1. ``depth``: how many candidates each searcher gives."""

    dense_weight: float = 0.85
    depth: int = 50


class HybridRetriever:
    """Weighted sum of each searcher's scores, each divided by its best (a cosine of 0 and a BM25 of 0 stay 0).

    A convex combination of scores with a theoretical minimum keeps what rank fusion throws away, how far apart two
    candidates are (Bruch, Gai & Ingber, 2023, "An Analysis of Fusion Functions for Hybrid Retrieval", 3.2,
    arXiv 2210.11934).
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
        """Best first. Scaling by the least score met would blow cosines that hardly differ up to the full 0..1."""
        weight = self._settings.dense_weight
        low = max(0.0, min(dense.values(), default=0.0))  # what a chunk beyond the depth has at most
        high = max(dense.values(), default=1.0) or 1.0
        top = max(lexical.values(), default=1.0) or 1.0
        fused = {
            id_: weight * max(0.0, dense.get(id_, low)) / high + (1 - weight) * lexical.get(id_, 0.0) / top
            for id_ in {*dense, *lexical}
        }
        return sorted(fused.items(), key=lambda item: (-item[1], item[0]))


def _passage(chunk: Chunk, score: float, dense: dict[str, float], lexical: dict[str, float]) -> Passage:
    found_by = {}
    if chunk.id in dense:
        found_by["dense"] = round(dense[chunk.id], 4)
    if chunk.id in lexical:
        found_by["lexical"] = round(lexical[chunk.id], 4)
    return Passage(chunk, 0, score, found_by)
