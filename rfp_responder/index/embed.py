"""Texts to vectors: the named model in the fastest form that this machine has, or feature hashing.

``HashingEmbedder`` needs no weights: it is the documented stand-in for tests and for trying things out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from rfp_responder.errors import InputError
from rfp_responder.index.openvino import OpenVinoEmbedder
from rfp_responder.index.weights import (
    MINILM,
    MINILM_SHA256,
    ModelFolder,
    OfModel,
    minilm_folder,
    model_folder,
    word_vectors,
)
from rfp_responder.protocols import Embedder, EmbedderIdentity, Vectors, WordVectors
from rfp_responder.text import WORD, content_stems

_GPU_TEXTS = 256  # fewer are embedded sooner on the CPU than torch is imported


def default_embedder() -> LocalEmbedder:
    """MiniLM from the installed weights, checked."""
    return LocalEmbedder(model_folder(minilm_folder(), MINILM, MINILM_SHA256))


class LocalEmbedder(OfModel):
    """A sentence-transformers folder: by OpenVINO on the CPU where it can, by torch where it cannot, many texts at
    once on a GPU where there is one. Whichever computes, the identity is the same, and so are the vectors (cosine
    .999 and more, checked on a probe when the model is loaded)."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension), float32."""
        if len(texts) >= _GPU_TEXTS and self._gpu is not None:
            return self._gpu.embed(texts)
        return self._cpu.embed(texts)

    def embed_words(self, texts: Sequence[str]) -> list[WordVectors]:
        """Each text with a vector for each of its words; a question's few sentences, so always on the CPU."""
        return self._cpu.embed_words(texts)

    @cached_property
    def _cpu(self) -> Embedder:
        if OpenVinoEmbedder.fits(self._model):
            fast = OpenVinoEmbedder(self._model)
            if fast.is_true():
                return fast
        return SentenceTransformerEmbedder(self._model)

    @cached_property
    def _gpu(self) -> SentenceTransformerEmbedder | None:
        # torch costs seconds to import and is asked only where a driver is there
        if not Path("/proc/driver/nvidia/version").exists():
            return None
        import torch

        return SentenceTransformerEmbedder(self._model, "cuda") if torch.cuda.is_available() else None


class SentenceTransformerEmbedder(OfModel):
    """Any sentence-transformers folder through torch, in float32; imported at the first embedding, not before."""

    def __init__(self, model: ModelFolder, device: str = "cpu") -> None:
        super().__init__(model)
        self._device = device

    @cached_property
    def _encoder(self) -> Any:
        import logging

        logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
        from sentence_transformers import SentenceTransformer

        _quiet_progress_bars()
        return SentenceTransformer(str(self._model.folder), local_files_only=True, device=self._device)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension), float32."""
        if not texts:
            return np.zeros((0, self.identity.dimension), dtype=np.float32)
        vectors = self._encoder.encode(
            list(texts),
            batch_size=32 if self._device == "cpu" else 256,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32)

    def embed_words(self, texts: Sequence[str]) -> list[WordVectors]:
        """Each text with a vector for each of its words."""
        if not texts:
            return []
        states = self._encoder.encode(list(texts), output_value="token_embeddings", show_progress_bar=False)
        wholes = self.embed(texts)
        found = []
        for text, state, whole in zip(texts, states, wholes, strict=True):
            found.append(word_vectors(text, self._model.offsets(text), np.asarray(state.cpu(), np.float32), whole))
        return found


class CrossEncoderReranker:
    """A cross-encoder through sentence-transformers (Nogueira & Cho, 2019, arXiv 1901.04085): slow and exact."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import CrossEncoder

        _quiet_progress_bars()
        try:
            return CrossEncoder(str(self._folder), local_files_only=True)
        except (OSError, ValueError) as error:
            raise InputError(
                f"setting reranker: {self._folder} holds no cross-encoder ({str(error)[:100]})",
                "Name the folder of a sentence-transformers cross-encoder",
            ) from error

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """One score a text, in 0..1, higher is better."""
        if not texts:
            return []
        raw = np.asarray(self._model.predict([(query, text) for text in texts], show_progress_bar=False)).reshape(-1)
        # some models end in a sigmoid, some in a bare logit: the same order either way
        inside = raw.min() >= 0 and raw.max() <= 1
        return [float(score) for score in (raw if inside else 1 / (1 + np.exp(-raw)))]


def _quiet_progress_bars() -> None:
    """transformers draws a bar while it loads weights, also into a pipe."""
    try:
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    except ImportError:  # another version keeps it elsewhere; a bar on stderr is no fault
        return


class HashingEmbedder:
    """Signed feature hashing of content stems (Weinberger et al., 2009, arXiv 0902.2206): no weights, no order.

    Good enough to test everything around it; finds shared words only, never meaning.
    """

    def __init__(self, dimension: int = 256) -> None:
        self._identity = EmbedderIdentity(f"hashing-{dimension}", dimension, f"hashing-{dimension}-v1")

    @property
    def identity(self) -> EmbedderIdentity:
        """The name and dimension; the digest is a constant of this algorithm."""
        return self._identity

    @property
    def max_tokens(self) -> int:
        """The same window as MiniLM, so that chunks come out alike."""
        return 256

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """An estimate: four characters a token, and two marks."""
        return [2 + sum(1 + len(word) // 5 for word in text.split()) for text in texts]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension), float32; a text without content words is all zeros."""
        vectors = np.zeros((len(texts), self._identity.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for token in content_stems(text):
                seed = int.from_bytes(hashlib.blake2b(token.encode(), digest_size=8).digest(), "big")
                vectors[row, seed % self._identity.dimension] += 1.0 if seed >> 63 else -1.0
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.where(norms > 0, norms, 1.0)
        return vectors

    def embed_words(self, texts: Sequence[str]) -> list[WordVectors]:
        """Each text with a vector for each of its words; one without content is all zeros."""
        found = []
        for text, whole in zip(texts, self.embed(texts), strict=True):
            spans = tuple(match.span() for match in WORD.finditer(text))
            found.append(WordVectors(spans, self.embed([text[start:end] for start, end in spans]), whole))
        return found
