"""Every page cut and embedded anew: prepared aside, switched to in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rfp_responder.domain import Chunk
from rfp_responder.index.vectors import blobs
from rfp_responder.ingest.chunk import chunk_document, embedded_text
from rfp_responder.knowledge.embedding import GROUP, next_generation, renew_chroma

if TYPE_CHECKING:
    from rfp_responder.knowledge.base import KnowledgeBase, Progress


def reindex(knowledge: KnowledgeBase, progress: Progress | None = None) -> None:
    """Cut and embed every page anew. Readers see the old state until the switch; a kill before it leaves the old
    state, and after it the new one. Vectors of texts that have not changed are kept where the model is the same."""
    manifest = knowledge.manifest
    same_model = manifest.value("model") == knowledge.stamp()
    _prepare(knowledge, same_model=same_model, progress=progress)
    with manifest.transaction():
        manifest.put_chunks_anew(chunks for _, chunks in _cut_anew(knowledge))
        manifest.settle()
        if not same_model:
            knowledge.vectors.clear()
            next_generation(knowledge)  # killed here, the next ingest fills a folder without the old model's vectors
        manifest.run(
            "INSERT INTO vectors (block, vector) SELECT b.rowid, a.vector FROM aside a JOIN blocks b ON b.key = a.key"
            " WHERE true ON CONFLICT DO NOTHING"
        )
        manifest.run("DROP TABLE aside")
        knowledge.mark_made()
    if knowledge.folder is not None:
        renew_chroma(knowledge)
        manifest.shrink()


def _prepare(knowledge: KnowledgeBase, *, same_model: bool, progress: Progress | None) -> None:
    manifest = knowledge.manifest
    manifest.run("DROP TABLE IF EXISTS aside")  # left by a process that was killed
    manifest.run("CREATE TABLE aside (key TEXT PRIMARY KEY, vector BLOB NOT NULL)")
    total = len(knowledge.documents())
    waiting: dict[str, str] = {}
    done: set[str] = set()
    for number, (name, chunks) in enumerate(_cut_anew(knowledge)):
        if progress:
            progress(name, number, total)
        held = knowledge.vectors.of([c.block for c in chunks]) if same_model else {}
        fresh = {c.block: embedded_text(c) for c in reversed(chunks) if c.block not in held and c.block not in done}
        waiting |= fresh
        done |= fresh.keys()
        if len(waiting) >= GROUP:
            _embed_aside(knowledge, waiting)
            waiting = {}
    _embed_aside(knowledge, waiting)
    if progress and total:
        progress("", total, total)


def _embed_aside(knowledge: KnowledgeBase, texts: dict[str, str]) -> None:
    made = blobs(knowledge.embedder.embed(list(texts.values())))
    with knowledge.manifest.transaction():
        knowledge.manifest.run_many("INSERT INTO aside VALUES (?, ?)", list(zip(texts, made, strict=True)))


def _cut_anew(knowledge: KnowledgeBase) -> Iterator[tuple[str, list[Chunk]]]:
    """The name and the chunks of every document, as they are cut now."""
    for row in knowledge.documents():
        document = knowledge.manifest.document(row.id)
        if document is not None:
            yield row.name, chunk_document(document, knowledge.embedder.count_tokens, knowledge.cut)
