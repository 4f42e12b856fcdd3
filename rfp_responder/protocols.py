"""The seams: small Protocols, each with two real implementations and one contract-test suite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rfp_responder.domain import Chunk, Draft, Passage, Question

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """Who made a vector: ``digest`` (sha256 of the weights) tells two models of one name apart."""

    name: str
    dimension: int
    digest: str


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def identity(self) -> EmbedderIdentity:
        """Name, dimension and digest, stamped into every index."""

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text are read; what lies behind is not seen by the model."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, the model's own marks included, not truncated."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A float32 array of shape (len(texts), dimension), rows of length 1, in the order given."""


class Store(Protocol):
    """Keeps vectors by chunk id and finds the nearest."""

    def add(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Add or replace; rows of ``vectors`` belong to ``ids`` in order."""

    def delete(self, ids: Sequence[str]) -> None:
        """Remove; an id that is not there is no error."""

    def nearest(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """At most ``k`` pairs (id, cosine similarity in -1..1), best first; ``vector`` has shape (dimension,)."""

    def ids(self) -> set[str]:
        """Every id held."""


class Retriever(Protocol):
    """Finds passages for a question."""

    def retrieve(self, query: str, top_k: int) -> list[Passage]:
        """At most ``top_k`` passages, best first, ranks 1..n."""


@dataclass(frozen=True, slots=True)
class ModelReply:
    """What a chat model said, and what it cost in tokens."""

    text: str
    input_tokens: int
    output_tokens: int


class ChatModel(Protocol):
    """One turn with a chat model that is asked for JSON."""

    @property
    def name(self) -> str:
        """The model's name as it is shown to users."""

    def reply(self, system: str, user: str, schema: dict[str, object]) -> ModelReply:
        """Answer ``user`` under ``system`` with JSON of ``schema``; raises ModelError."""


class Answerer(Protocol):
    """Proposes an answer from passages; never decides what survives (grounding does)."""

    @property
    def author(self) -> str:
        """Who writes, as it is shown in answers."""

    def draft(self, question: Question, passages: Sequence[Passage]) -> Draft:
        """Propose sentences with quotes from the passages; an empty draft says nothing was found."""


@dataclass(frozen=True, slots=True)
class LexicalHit:
    """A chunk found by words: ``score`` is BM25, higher is better, without an upper bound."""

    chunk_id: str
    score: float


class ChunkSource(Protocol):
    """Where retrieval takes chunks from: the manifest of the knowledge base."""

    def lexical(self, query: str, k: int) -> list[LexicalHit]:
        """At most ``k`` chunks by BM25, best first."""

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunks of these ids that the knowledge base holds."""


class Holdings(ChunkSource, Protocol):
    """What a knowledge base offers to those who answer from it."""

    @property
    def embedder(self) -> Embedder:
        """Who made the vectors, and makes those of questions."""

    @property
    def store(self) -> Store:
        """The vectors."""

    def document_frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """In how many chunks each word occurs, and how many chunks there are."""
