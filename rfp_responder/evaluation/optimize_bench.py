"""What settings are measured on: the pages of a knowledge base, cut to any size, in memory, each text embedded once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rfp_responder.errors import InputError
from rfp_responder.evaluation.gold import GoldCase
from rfp_responder.evaluation.optimize_choice import Values
from rfp_responder.evaluation.run import Row, run
from rfp_responder.index.manifest import FileStamp
from rfp_responder.ingest.acronyms import acronyms
from rfp_responder.ingest.chunk import ChunkSettings, chunk_document
from rfp_responder.knowledge import KnowledgeBase
from rfp_responder.protocols import Embedder, EmbedderIdentity, Vectors, WordVectors
from rfp_responder.responder import Responder

MakeResponder = Callable[[KnowledgeBase, Values], Responder]
"""A responder over a knowledge base under these settings."""

_REMEMBERED = 50_000  # texts; about 1.5 kB each, and 30 kB where its words have vectors


class RememberingEmbedder:
    """An embedder that embeds each text once: settings are compared on the same questions and mostly the same texts."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}
        self._words: dict[str, WordVectors] = {}

    @property
    def identity(self) -> EmbedderIdentity:
        """The real embedder's."""
        return self._embedder.identity

    @property
    def max_tokens(self) -> int:
        """The real embedder's window."""
        return self._embedder.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, as the real embedder counts them."""
        return self._embedder.count_tokens(texts)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension), float32."""
        if not texts:
            return self._embedder.embed([])
        fresh = list(dict.fromkeys(text for text in texts if text not in self._known))
        if fresh:
            made = dict(zip(fresh, self._embedder.embed(fresh), strict=True))
            if len(self._known) + len(made) > _REMEMBERED:
                self._known = {text: self._known[text] for text in texts if text in self._known}
            self._known |= made
        return np.stack([self._known[text] for text in texts])

    def embed_words(self, texts: Sequence[str]) -> list[WordVectors]:
        """Each text with a vector for each of its words."""
        fresh = list(dict.fromkeys(text for text in texts if text not in self._words))
        if fresh:
            made = dict(zip(fresh, self._embedder.embed_words(fresh), strict=True))
            if len(self._words) + len(made) > _REMEMBERED // 10:
                self._words = {text: self._words[text] for text in texts if text in self._words}
            self._words |= made
        return [self._words[text] for text in texts]


class Bench:
    """Measures settings on the documents of one knowledge base, which is only read."""

    def __init__(self, source: KnowledgeBase, make: MakeResponder, chunk_tokens: int) -> None:
        """``chunk_tokens`` is the size that pages are cut to where the settings measured do not name one."""
        self._source = source
        self._make = make
        self._chunk_tokens = chunk_tokens
        self._embedder = RememberingEmbedder(source.embedder)
        self._bases: dict[int, KnowledgeBase] = {}

    def __call__(self, values: Values, cases: Sequence[GoldCase]) -> tuple[Row, ...]:
        """The row of each case under these settings."""
        responder = self._make(self._cut_to(int(values.get("chunk_tokens", self._chunk_tokens))), values)
        return run(cases, lambda question, show: responder.ask(question, show=show), self._embedder.embed).rows

    def _cut_to(self, tokens: int) -> KnowledgeBase:
        """The source's pages in a knowledge base of their own in memory, cut to so many tokens."""
        if tokens not in self._bases:
            self._bases[tokens] = recut(self._source, tokens, self._embedder)
        return self._bases[tokens]


def recut(source: KnowledgeBase, tokens: int, embedder: Embedder) -> KnowledgeBase:
    """A knowledge base in memory of the documents of another, their pages cut to ``tokens`` and embedded.

    Raises InputError where the source holds no document.
    """
    settings = ChunkSettings(max_tokens=embedder.max_tokens, target=tokens)
    made = KnowledgeBase(None, embedder)
    rows = source.documents()
    if not rows:
        raise InputError("there is no document to tune on", "Run `rfp ingest PATH...` first, or name --documents")
    with made.manifest.transaction():
        made.mark_made()
        for row in rows:
            document = source.manifest.document(row.id)
            if document is None:  # removed by another process meanwhile
                continue
            chunks = chunk_document(document, embedder.count_tokens, settings)
            stamp = FileStamp(row.source, row.root, row.size, row.stamp, row.recipe)
            made.manifest.put(document, chunks, acronyms(document.pages), stamp)
        made.manifest.settle()
    made.embed_waiting()
    return made
