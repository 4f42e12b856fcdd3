"""The embedding model on the CPU by OpenVINO, and never torch: bfloat16 where the CPU computes in it, and int8 for
many texts where it has instructions for that. Whatever is used has kept the probe's cosine with float32.

Texts are sorted by length and embedded in batches of alike lengths, so that next to nothing is spent on padding.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from rfp_responder.index.bert import (
    BertShape,
    Tokens,
    Weights,
    bert_graph,
    bert_reference,
    bert_shape,
    load_weights,
    quiet_openvino,
)
from rfp_responder.index.weights import ModelFolder, OfModel, word_vectors
from rfp_responder.machine import cores
from rfp_responder.protocols import Vectors, WordVectors

MIN_COSINE = 0.999  # what reduced precision must keep of float32 on the probe
_BATCH_TOKENS = 2_048  # fits the caches of one core; larger batches ran slower
_MAX_STREAMS = 8
_MANY = 64  # texts: from here on the form that computes faster pays for being loaded
_DYNAMIC_GROUP = 128  # inputs that share a scale in int8; smaller is truer and slower
_PROBE = (
    "Do you encrypt customer data at rest?",
    "Backups are kept for 35 days in a second region and are restored as a test every quarter.",
    "Revenue\t2023\t1,204.5\t2022\t998.1",
)


_CALIBRATION = (
    "Are backups encrypted, and how long are they kept (days)?",
    "The supplier shall notify the customer of a security incident within 72 hours; see section 4.2 (a) of the Data "
    "Processing Agreement - ISO/IEC 27001:2022.",
    "Net income attributable to shareholders fell by 12% to $1.3 billion, mainly for higher interest expense.",
    "Service credits\tAvailability below 99.9%\t10% of the monthly fee",
)


class OpenVinoEmbedder(OfModel):
    """A BERT encoder with mean pooling in the fastest arithmetic of this CPU that stays true to float32."""

    @staticmethod
    def fits(model: ModelFolder) -> bool:
        """Whether the folder holds an encoder that is known here, and OpenVINO is installed."""
        from importlib.util import find_spec

        return bert_shape(model.folder) is not None and find_spec("openvino") is not None

    def is_true(self) -> bool:
        """Whether OpenVINO gives on this CPU what float32 arithmetic gives; loads the model."""
        return self._precise is not None

    @property
    def forms(self) -> tuple[str | None, str | None]:
        """What few texts and what many are computed in: ``bf16``, ``f32`` or ``int8``; None where none is true."""
        return self._precise and self._precise[1], self._fast and self._fast[1]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension), float32."""
        form = self._fast if len(texts) >= _MANY else self._precise
        if form is None:
            raise RuntimeError(f"{self.identity.name}: OpenVINO is not true to float32 on this CPU")
        return self._run(form[0], self._tokens(texts))

    def embed_words(self, texts: Sequence[str]) -> list[WordVectors]:
        """Each text with a vector for each of its words, in the CPU's own floating point."""
        if self._precise is None:
            raise RuntimeError(f"{self.identity.name}: OpenVINO is not true to float32 on this CPU")
        tokens = self._tokens(texts)
        states: list[Vectors] = [np.zeros((0, 0), dtype=np.float32)] * len(tokens)
        wholes = self._run(self._precise[0], tokens, states)
        return [
            word_vectors(text, self._model.offsets(text), state, whole)
            for text, state, whole in zip(texts, states, wholes, strict=True)
        ]

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

    def _run(self, compiled: Any, tokens: Sequence[Tokens], states: list[Vectors] | None = None) -> Vectors:
        """Unit vectors of the texts; ``states`` is given the last hidden states of each, (its tokens, dimension)."""
        vectors = np.zeros((len(tokens), self.identity.dimension), dtype=np.float32)

        def work(batches: Iterator[list[int]], lock: threading.Lock) -> None:
            # a request each and no queue of OpenVINO's: its callbacks and its end may wait for each other for ever
            request = compiled.create_infer_request()
            while True:
                with lock:
                    rows = next(batches, None)
                if rows is None:
                    return
                result = request.infer(_padded([tokens[row] for row in rows]))
                vectors[rows] = result[0]
                if states is not None:
                    for place, row in enumerate(rows):
                        states[row] = result[1][place, : len(tokens[row])]

        streams = int(compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
        share = sum(map(len, tokens)) // streams + 1  # few texts are spread over all streams, too
        batches, lock = _batches(tokens, min(_BATCH_TOKENS, share)), threading.Lock()
        if len(tokens) < 2 * streams:
            work(batches, lock)
        else:
            with ThreadPoolExecutor(streams) as pool:
                for done in [pool.submit(work, batches, lock) for _ in range(streams)]:
                    done.result()
        return _unit(vectors)

    @cached_property
    def _weights(self) -> tuple[Weights, BertShape]:
        shape = bert_shape(self._model.folder)
        assert shape is not None  # ``fits`` was asked
        return load_weights(self._model.folder), shape

    @cached_property
    def _expected(self) -> list[Vectors]:
        return [bert_reference(*self._weights, tokens) for tokens in self._tokens(_PROBE)]

    @cached_property
    def _precise(self) -> tuple[Any, str] | None:
        """The compiled model in the CPU's own floating point and its name; None where it is not true."""
        native = "BF16" in quiet_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        graph = bert_graph(*self._weights)
        return next((form for p in ("bf16", "f32") if (native or p == "f32") and (form := self._form(graph, p))), None)

    @cached_property
    def _fast(self) -> tuple[Any, str] | None:
        """The same in int8 where the CPU has instructions for it, at least the precise form otherwise."""
        if self._precise is None or not _multiplies_bytes():
            return self._precise
        peaks: Weights = {}
        for tokens in self._tokens(_CALIBRATION):
            bert_reference(*self._weights, tokens, peaks)
        graph = bert_graph(*self._weights, peaks)
        made = self._form(graph, self._precise[1], {"DYNAMIC_QUANTIZATION_GROUP_SIZE": _DYNAMIC_GROUP})
        return (made[0], "int8") if made else self._precise

    def _form(self, graph: Any, precision: str, more: dict[str, object] | None = None) -> tuple[Any, str] | None:
        """The compiled model, if it keeps the probe's cosine with float32."""
        compiled = quiet_openvino().Core().compile_model(graph, "CPU", _options(precision) | (more or {}))
        given = self._run(compiled, self._tokens(_PROBE))
        true = all(float(a @ b) >= MIN_COSINE for a, b in zip(given, self._expected, strict=True))
        return (compiled, precision) if true else None


def _multiplies_bytes() -> bool:
    """Whether the CPU has VNNI; False where the system does not tell."""
    try:
        return "vnni" in Path("/proc/cpuinfo").read_text("utf-8", errors="replace")
    except OSError:
        return False


def _unit(vectors: Vectors) -> Vectors:
    """bfloat16 rounds the length too."""
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))
    return vectors


def _options(precision: str) -> dict[str, object]:
    threads = min(cores(), int(os.environ.get("OMP_NUM_THREADS") or cores()))
    return {
        "INFERENCE_PRECISION_HINT": precision,
        "PERFORMANCE_HINT": "THROUGHPUT",
        "NUM_STREAMS": min(threads, _MAX_STREAMS),
        "INFERENCE_NUM_THREADS": threads,
    }


def _batches(tokens: Sequence[Tokens], most: int) -> Iterator[list[int]]:
    """Rows by falling length, so many together that a batch stays within ``most`` tokens; the longest come first, so
    that the streams end together."""
    order = sorted(range(len(tokens)), key=lambda row: -len(tokens[row]))
    at = 0
    while at < len(order):
        size = max(1, most // len(tokens[order[at]]))
        yield order[at : at + size]
        at += size


def _padded(tokens: Sequence[Tokens]) -> list[Tokens]:
    length = max(len(ids) for ids in tokens)
    ids = np.zeros((len(tokens), length), dtype=np.int32)
    mask = np.zeros_like(ids)
    for row, each in enumerate(tokens):
        ids[row, : len(each)] = each
        mask[row, : len(each)] = 1
    return [ids, mask]
