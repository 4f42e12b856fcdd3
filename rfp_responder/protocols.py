"""The seams: small Protocols, each with two real implementations and one contract-test suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rfp_responder.domain import Chunk, Draft, Passage, Question, Sampling, Scope

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """Who made a vector: ``digest`` (sha256 of the weights) tells two models of one name apart."""

    name: str
    dimension: int
    digest: str


@dataclass(frozen=True, slots=True)
class WordVectors:
    """One text, word by word, each word as the model sees it in its surroundings.

    ``spans`` are the words' character offsets in the text (zero-based, half-open; ``text.WORD`` says what a word is);
    ``vectors`` has shape (len(spans), dimension), rows of length 1, or zeros where the model did not read so far;
    ``whole`` is the text's unit vector, as ``embed`` gives it.
    """

    spans: tuple[tuple[int, int], ...]
    vectors: Vectors
    whole: Vectors


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

    def embed_words(self, texts: Sequence[str]) -> list[WordVectors]:
        """Each text with a vector for each of its words, in the order given."""


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

    def retrieve(self, query: str, top_k: int, scope: Scope | None = None) -> list[Passage]:
        """At most ``top_k`` passages from the documents in ``scope``, best first, ranks 1..n."""


class Reranker(Protocol):
    """Reads a question and a text together and says how well they fit (a cross-encoder)."""

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """One score a text, in 0..1, higher is better."""


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One turn: ``user`` is answered under ``system`` with JSON of ``schema`` (a JSON Schema)."""

    system: str
    user: str
    schema: Mapping[str, object]
    sampling: Sampling = field(default_factory=Sampling)


@dataclass(frozen=True, slots=True)
class ModelReply:
    """What a chat model said, and what it cost: tokens as its server counted them, ``cost_usd`` by the price list.

    ``cached`` says that the reply was given before: it cost nothing now, and its tokens are 0.
    """

    text: str
    input_tokens: int
    output_tokens: int
    cost_usd: float = 0.0
    cached: bool = False


Listener = Callable[[str], None]
"""Hears a reply as it is written, piece by piece; the pieces joined are the reply's text."""


class ChatModel(Protocol):
    """One turn with a chat model that is asked for JSON."""

    @property
    def name(self) -> str:
        """The model's name as it is shown to users."""

    def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
        """Answer a request; raises ModelError, and CostLimitError where a cap forbids to ask.

        ``listener`` hears the text while it comes, where the server can stream; else all at once, at the end.
        """


class Answerer(Protocol):
    """Proposes an answer from passages; never decides what survives (grounding does)."""

    @property
    def author(self) -> str:
        """Who writes, as it is shown in answers."""

    @property
    def reads(self) -> int:
        """How many passages it wants to see at least, where nobody says how many."""

    def draft(self, question: Question, passages: Sequence[Passage]) -> Draft:
        """Propose sentences with quotes from the passages; an empty draft says nothing was found."""


@dataclass(frozen=True, slots=True)
class LexicalHit:
    """A block found by words: ``score`` is BM25, higher is better, without an upper bound."""

    block: str
    score: float


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document as the manifest lists it; ``recipe`` names how it was read and cut, ``root`` where from.

    ``size`` (bytes) and ``stamp`` (a time in nanoseconds) are its file's at the last ingest.
    """

    id: str
    name: str
    digest: str
    source: str
    title: str
    pages: int
    chunks: int
    effective: date | None
    notes: tuple[str, ...]
    recipe: str
    root: str
    version: str = ""
    tags: tuple[str, ...] = ()
    audience: str = ""
    size: int = 0
    stamp: int = 0


class Holdings(Protocol):
    """What a knowledge base offers to those who search it and answer from it."""

    @property
    def embedder(self) -> Embedder:
        """Who made the vectors, and makes those of questions."""

    def documents(self) -> list[DocumentRow]:
        """Every document by name."""

    def lexical(self, query: str, k: int, scope: Scope | None = None) -> list[LexicalHit]:
        """At most ``k`` blocks by BM25, best first."""

    def dense(self, vector: Vectors, k: int, scope: Scope | None = None) -> list[tuple[str, float]]:
        """At most ``k`` pairs (block, cosine in -1..1) among the blocks embedded so far, best first."""

    def cosines(self, vector: Vectors, blocks: Sequence[str]) -> dict[str, float]:
        """The cosine of each of these blocks, embedded now where it was not before."""

    def chunks_of(self, blocks: Sequence[str], scope: Scope | None = None) -> dict[str, list[Chunk]]:
        """The chunks of each of these blocks that is held; of documents in the scope only."""

    def around(self, chunk: Chunk, characters: int) -> tuple[str, str]:
        """The page's text before and after a chunk, at most so many characters each."""

    def document_frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """In how many blocks each word occurs, and how many blocks there are."""

    def acronyms(self) -> dict[str, str]:
        """Short forms that the documents explain, in lower case, with their long forms."""

    def warming(self) -> tuple[int, int]:
        """How many blocks wait for their vectors, and how many blocks there are."""
