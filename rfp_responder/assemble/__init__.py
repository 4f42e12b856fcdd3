"""Settings to objects: the only place that chooses between implementations."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rfp_responder.answer.extractive import ExtractiveAnswerer, ExtractiveSettings
from rfp_responder.assemble.models import Wiring, routed
from rfp_responder.errors import InputError
from rfp_responder.index.embed import CrossEncoderReranker, HashingEmbedder, LocalEmbedder, default_embedder
from rfp_responder.index.manifest import Manifest
from rfp_responder.index.weights import MINILM, cached_folder, model_folder
from rfp_responder.knowledge import KnowledgeBase
from rfp_responder.protocols import Answerer, Embedder, Reranker
from rfp_responder.responder import Responder
from rfp_responder.retrieve.hybrid import HybridSettings
from rfp_responder.settings import Settings

__all__ = [
    "Wiring",
    "make_answerer",
    "make_embedder",
    "make_offline_answerer",
    "make_reranker",
    "make_responder",
    "open_knowledge_base",
    "open_manifest",
    "responder_over",
]


def make_embedder(settings: Settings) -> Embedder:
    """The embedder that the settings name; raises InputError where it is not there."""
    name = settings.embedding_model
    if name == MINILM:
        return default_embedder()
    if name == "hashing":
        return HashingEmbedder()
    folder = Path(name) if Path(name).is_dir() else cached_folder(name)
    if folder is None:
        raise InputError(
            f"setting embedding_model: {name!r} is no folder and not in the local model cache, "
            f"expected {MINILM}, hashing, a model's folder, or the name of a cached model",
            "Models are never downloaded: give the path of a folder that holds one",
        )
    return LocalEmbedder(model_folder(folder, Path(name).name))


def open_manifest(settings: Settings) -> Manifest:
    """The index's tables, without a model."""
    return Manifest(settings.index / "manifest.sqlite", create=False)


def open_knowledge_base(settings: Settings, *, create: bool = False, write: bool = False) -> KnowledgeBase:
    """The index that the settings name, opened to read, to write where it is, or to be made where it is not."""
    if not create:
        open_manifest(settings).close()  # raises before a model is looked for
    return KnowledgeBase(
        settings.index, make_embedder(settings), create=create or write, chunk_tokens=settings.chunk_tokens
    )


def make_offline_answerer(settings: Settings, knowledge: KnowledgeBase) -> ExtractiveAnswerer:
    """The answerer that needs no model."""
    decisions = ExtractiveSettings(threshold=settings.min_confidence, reads=settings.passages_read)
    return ExtractiveAnswerer(knowledge.embedder, knowledge.document_frequencies, decisions, date.today())


def make_answerer(settings: Settings, knowledge: KnowledgeBase, wiring: Wiring | None = None) -> Answerer:
    """The named models' answerer, with the offline one behind them; the offline one where no model is named."""
    offline = make_offline_answerer(settings, knowledge)
    if not settings.model:
        return offline
    return routed(settings, wiring or Wiring(), offline if settings.offline_fallback else None)


def make_reranker(settings: Settings) -> Reranker | None:
    """The cross-encoder that the settings name; None where they name none."""
    if not settings.reranker:
        return None
    folder = Path(settings.reranker) if Path(settings.reranker).is_dir() else cached_folder(settings.reranker)
    if folder is None:
        raise InputError(
            f"setting reranker: {settings.reranker!r} is no folder and not in the local model cache",
            "Models are never downloaded: give the path of a folder that holds one",
        )
    if not (folder / "config.json").is_file():  # told before torch is imported
        raise InputError(f"setting reranker: {folder} holds no config.json", "Name the folder of a cross-encoder")
    return CrossEncoderReranker(folder)


def responder_over(settings: Settings, knowledge: KnowledgeBase, wiring: Wiring | None = None) -> Responder:
    """A responder over an open knowledge base; raises IndexError_ where it holds nothing to ask."""
    knowledge.require_documents()
    responder = Responder.over(
        knowledge,
        answerer=make_answerer(settings, knowledge, wiring),
        top_k=settings.top_k,
        fusion=HybridSettings(dense_weight=settings.dense_weight, prior_weight=settings.prior_weight),
        reranker=make_reranker(settings),
        company=tuple(name.strip() for name in settings.company.split(",") if name.strip()),
    )
    return responder.with_suggester(make_offline_answerer(settings, knowledge)) if settings.model else responder


def make_responder(settings: Settings, wiring: Wiring | None = None) -> Responder:
    """A responder over the index that the settings name."""
    return responder_over(settings, open_knowledge_base(settings), wiring)
