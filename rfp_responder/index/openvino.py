"""The embedding model on the CPU by OpenVINO: bfloat16 where the CPU computes in it, and never torch.

Texts are sorted by length and embedded in batches of alike lengths, so that next to nothing is spent on padding.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from rfp_responder.index.bert import Tokens, bert_graph, bert_reference, bert_shape, load_weights
from rfp_responder.index.weights import ModelFolder
from rfp_responder.protocols import EmbedderIdentity, Vectors

MIN_COSINE = 0.999  # what reduced precision must keep of float32 on the probe
_BATCH_TOKENS = 2_048  # fits the caches of one core; larger batches ran slower
_MAX_STREAMS = 8
_PROBE = (
    "Do you encrypt customer data at rest?",
    "Backups are kept for 35 days in a second region and are restored as a test every quarter.",
    "Revenue\t2023\t1,204.5\t2022\t998.1",
)


class OpenVinoEmbedder:
    """A BERT encoder with mean pooling in the fastest arithmetic of this CPU that stays true to float32."""

    def __init__(self, model: ModelFolder) -> None:
        self._model = model

    @staticmethod
    def fits(model: ModelFolder) -> bool:
        """Whether the folder holds an encoder that is known here, and OpenVINO is installed."""
        from importlib.util import find_spec

        return bert_shape(model.folder) is not None and find_spec("openvino") is not None

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

    def is_true(self) -> bool:
        """Whether OpenVINO gives on this CPU what float32 arithmetic gives; loads the model."""
        return self._loaded is not None

    @property
    def precision(self) -> str | None:
        """``bf16`` or ``f32``: what the model computes in; None where neither keeps the probe."""
        return self._loaded[1] if self._loaded else None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension), float32."""
        if self._loaded is None:
            raise RuntimeError(f"{self.identity.name}: OpenVINO is not true to float32 on this CPU")
        return self._run(self._loaded[0], self._tokens(texts))

    def _tokens(self, texts: Sequence[str]) -> list[Tokens]:
        window = self.max_tokens
        end = self._model.tokenizer.token_to_id("[SEP]")
        found = []
        for encoding in self._model.tokenizer.encode_batch_fast(list(texts)):
            ids = np.array(encoding.ids[:window], dtype=np.int32)
            if len(encoding.ids) > window and end is not None:
                ids[-1] = end
            found.append(ids)
        return found

    def _run(self, compiled: Any, tokens: Sequence[Tokens]) -> Vectors:
        vectors = np.zeros((len(tokens), self.identity.dimension), dtype=np.float32)
        if len(tokens) == 1:
            vectors[0] = compiled([tokens[0][None, :], np.ones((1, len(tokens[0])), np.int32)])[0][0]
            return _unit(vectors)
        import openvino

        queue = openvino.AsyncInferQueue(compiled, compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))

        def keep(request: Any, rows: list[int]) -> None:
            vectors[rows] = request.get_output_tensor().data

        queue.set_callback(keep)
        for rows in _batches(tokens):
            ids, mask = _padded([tokens[row] for row in rows])
            queue.start_async([ids, mask], rows)
        queue.wait_all()
        return _unit(vectors)

    @cached_property
    def _loaded(self) -> tuple[Any, str] | None:
        """The compiled model and its precision: the first that keeps the probe's cosine with float32."""
        shape = bert_shape(self._model.folder)
        assert shape is not None  # ``fits`` was asked
        weights = load_weights(self._model.folder)
        expected = [bert_reference(weights, shape, tokens) for tokens in self._tokens(_PROBE)]
        import openvino

        core = openvino.Core()
        graph = bert_graph(weights, shape)
        native = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        for precision in ("bf16", "f32") if native else ("f32",):
            compiled = core.compile_model(graph, "CPU", _options(precision))
            given = self._run(compiled, self._tokens(_PROBE))
            if min(float(a @ b) for a, b in zip(given, expected, strict=True)) >= MIN_COSINE:
                return compiled, precision
        return None


def _unit(vectors: Vectors) -> Vectors:
    """bfloat16 rounds the length too."""
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))
    return vectors


def _options(precision: str) -> dict[str, object]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    cores = min(cores, int(os.environ.get("OMP_NUM_THREADS") or cores))
    return {
        "INFERENCE_PRECISION_HINT": precision,
        "PERFORMANCE_HINT": "THROUGHPUT",
        "NUM_STREAMS": min(cores, _MAX_STREAMS),
        "INFERENCE_NUM_THREADS": cores,
    }


def _batches(tokens: Sequence[Tokens]) -> Iterator[list[int]]:
    """Rows by falling length, so many together that a batch stays within its tokens; the longest come first, so
    that the streams end together."""
    order = sorted(range(len(tokens)), key=lambda row: -len(tokens[row]))
    at = 0
    while at < len(order):
        size = max(1, _BATCH_TOKENS // len(tokens[order[at]]))
        yield order[at : at + size]
        at += size


def _padded(tokens: Sequence[Tokens]) -> tuple[Tokens, Tokens]:
    length = max(len(ids) for ids in tokens)
    ids = np.zeros((len(tokens), length), dtype=np.int32)
    mask = np.zeros_like(ids)
    for row, each in enumerate(tokens):
        ids[row, : len(each)] = each
        mask[row, : len(each)] = 1
    return ids, mask
