"""A question in, a grounded answer out: retrieve, draft, ground."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from rfp_responder.answer.extractive import ExtractiveAnswerer
from rfp_responder.answer.ground import ground
from rfp_responder.asked import parts
from rfp_responder.domain import Answer, Passage, Question, Scope
from rfp_responder.errors import InputError
from rfp_responder.protocols import Answerer, Holdings, Reranker, Retriever
from rfp_responder.retrieve.hybrid import HybridRetriever, HybridSettings

MAX_QUESTION = 4_000


class Responder:
    """Answers questions from what a retriever finds, by whatever an answerer proposes, through grounding."""

    def __init__(
        self,
        retriever: Retriever,
        answerer: Answerer,
        top_k: int = 3,
        warming: Callable[[], tuple[int, int]] = lambda: (0, 0),
    ) -> None:
        """``warming`` tells how many texts wait for their vectors, and how many there are."""
        self._retriever = retriever
        self._warm = warming
        self._answerer = answerer
        self._top_k = top_k

    @classmethod
    def over(
        cls,
        knowledge: Holdings,
        *,
        answerer: Answerer | None = None,
        top_k: int = 3,
        fusion: HybridSettings | None = None,
        reranker: Reranker | None = None,
    ) -> Responder:
        """A responder over a knowledge base: hybrid retrieval, and the offline answerer where none is given."""
        retriever = HybridRetriever(knowledge, fusion, reranker)
        offline = answerer or ExtractiveAnswerer(knowledge.embedder, knowledge.document_frequencies)
        return cls(retriever, offline, top_k, knowledge.warming)

    def search(self, query: str, top_k: int | None = None, scope: Scope | None = None) -> list[Passage]:
        """Passages only, best first."""
        return self._retriever.retrieve(checked_question(query), top_k or self._top_k, scope)

    def passages(self, text: str) -> list[Passage]:
        """What an answer to ``text`` would rest on: each part's best passage among them."""
        return self._with_parts(text, self._retriever.retrieve(text, self._top_k), self._top_k, None)

    def ask(
        self, question: Question | str, *, top_k: int | None = None, show: int = 0, scope: Scope | None = None
    ) -> Answer:
        """The grounded answer from the best ``top_k`` passages; at least ``show`` passages are listed in it.

        Only documents in ``scope`` are searched. While the index is warming the notes say so.

        Raises InputError on an empty or over-long question and ModelError when a named model fails.
        """
        started = time.perf_counter()
        if isinstance(question, str):
            question = Question("", question)
        text = checked_question(question.text)
        query = f"{question.section}: {text}" if question.section and len(text.split()) < 6 else text
        count = top_k or self._top_k
        listed = self._retriever.retrieve(query, max(count, show), scope)
        used = self._with_parts(text, listed[:count], count, scope)
        answer = ground(question, self._answerer.draft(question, used), used)
        rest = [p for p in listed if p.chunk.id not in {u.chunk.id for u in used}]
        shown = (*used, *[replace(p, rank=len(used) + n) for n, p in enumerate(rest, 1)])
        usage = replace(answer.usage, seconds=round(time.perf_counter() - started, 4))
        notes = (*answer.notes, *self.warming())
        return replace(answer, passages=shown if show else answer.passages, usage=usage, notes=notes)

    def warming(self) -> list[str]:
        """A note while texts wait for their vectors; none once all have theirs."""
        waiting, total = self._warm()
        if not waiting:
            return []
        return [f"the index is still warming: {waiting:,} of {total:,} texts are found by their words alone so far"]

    def _with_parts(self, text: str, found: list[Passage], count: int, scope: Scope | None) -> list[Passage]:
        """A multi-part question: each part's best passage, then the whole question's, at most ``count``."""
        asked = parts(text)
        if len(asked) < 2:
            return found
        pool = {p.chunk.id: p for p in found}
        firsts = []
        for part in asked[:count]:
            for passage in self._retriever.retrieve(part, 1, scope):
                firsts.append(pool.get(passage.chunk.id, passage))
        merged = list({p.chunk.id: p for p in [*found[:1], *firsts, *found]}.values())[:count]
        return [replace(passage, rank=rank) for rank, passage in enumerate(merged, 1)]


def checked_question(text: str) -> str:
    """The question in one line; raises InputError where it is empty or too long."""
    folded = " ".join(text.split())
    if any("\ud800" <= character <= "\udfff" for character in folded):
        raise InputError("the question is not valid UTF-8", "Type or paste it anew")
    if not any(character.isalnum() for character in folded):
        raise InputError("the question is empty", 'Ask something, for example: rfp ask "Do you encrypt data at rest?"')
    if len(folded) > MAX_QUESTION:
        raise InputError(f"the question has {len(folded)} characters, at most {MAX_QUESTION} are read", "Shorten it")
    return folded
