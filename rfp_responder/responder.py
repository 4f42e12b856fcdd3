"""A question in, a grounded answer out: retrieve, draft, ground."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from rfp_responder.answer.extractive import ExtractiveAnswerer
from rfp_responder.answer.ground import ground
from rfp_responder.answer.suggest import suggestion, wants_suggestion
from rfp_responder.answer.voice import in_first_person
from rfp_responder.asked import parts
from rfp_responder.domain import Answer, Passage, Question, Scope
from rfp_responder.errors import InputError
from rfp_responder.protocols import Answerer, Holdings, Reranker, Retriever
from rfp_responder.retrieve.hybrid import HybridRetriever, HybridSettings

MAX_QUESTION = 4_000
_OF_EACH_PART = 3  # passages that each part of a question brings in
_MOST_PARTS = 4


class Responder:
    """Answers questions from what a retriever finds, by whatever an answerer proposes, through grounding."""

    def __init__(
        self,
        retriever: Retriever,
        answerer: Answerer,
        top_k: int = 3,
        warming: Callable[[], tuple[int, int]] = lambda: (0, 0),
        company: Sequence[str] = (),
        suggester: Answerer | None = None,
    ) -> None:
        """``warming`` tells how many texts wait for their vectors, and how many there are; ``company`` are the names
        for which answers say "we". ``suggester`` is asked where nothing is left of what a model said."""
        self._company = tuple(company)
        self._suggester = suggester
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
        company: Sequence[str] = (),
    ) -> Responder:
        """A responder over a knowledge base: hybrid retrieval, and the offline answerer where none is given."""
        retriever = HybridRetriever(knowledge, fusion, reranker)
        offline = answerer or ExtractiveAnswerer(knowledge.embedder, knowledge.document_frequencies)
        return cls(retriever, offline, top_k, knowledge.warming, company)

    def with_suggester(self, suggester: Answerer) -> Responder:
        """The same responder; where nothing is left of a model's draft, a note offers what ``suggester`` answers."""
        other = copy.copy(self)
        other._suggester = suggester
        return other

    def search(self, query: str, top_k: int | None = None, scope: Scope | None = None) -> list[Passage]:
        """Passages only, best first."""
        return self._retriever.retrieve(checked_question(query), top_k or self._top_k, scope)

    def passages(self, text: str) -> list[Passage]:
        """The passages that an answer to ``text`` would be read from."""
        return self._passages(text, text, self._reads(), None)

    def ask(
        self, question: Question | str, *, top_k: int | None = None, show: int = 0, scope: Scope | None = None
    ) -> Answer:
        """The grounded answer from the best ``top_k`` passages, or as many as the answerer reads.

        The answer lists the first few of them, at least ``show``, and those that it cites, each with its rank. Only
        documents in ``scope`` are searched. While the index is warming the notes say so.

        Raises InputError on an empty or over-long question and ModelError when a named model fails.
        """
        started = time.perf_counter()
        if isinstance(question, str):
            question = Question("", question)
        text = checked_question(question.text)
        query = f"{question.section}: {text}" if question.section and len(text.split()) < 6 else text
        count = top_k or self._reads()
        read = self._passages(text, query, max(count, show), scope)
        used = read[:count]
        answer = in_first_person(self._grounded(self._answerer, question, used), self._company)
        cited = {(c.document_id, c.page_number) for c in answer.citations}
        listed = max(top_k or self._top_k, show)
        shown = [p for p in read if p.rank <= listed or (p.chunk.document_id, p.chunk.page_number) in cited]
        usage = replace(answer.usage, seconds=round(time.perf_counter() - started, 4))
        notes = (*answer.notes, *self._suggested(answer, used), *self.warming())
        return replace(answer, passages=tuple(shown), usage=usage, notes=notes)

    def _reads(self) -> int:
        """How many passages are looked for where nobody says how many."""
        readers = [self._answerer, *([self._suggester] if self._suggester else [])]
        return max(self._top_k, *(reader.reads for reader in readers))

    @staticmethod
    def _grounded(answerer: Answerer, question: Question, passages: Sequence[Passage]) -> Answer:
        return ground(question, answerer.draft(question, passages), passages)

    def _suggested(self, answer: Answer, passages: Sequence[Passage]) -> list[str]:
        """A note with the offline answer where nothing is left of a model's; it never enters the answer itself."""
        if self._suggester is None or not wants_suggestion(answer):
            return []
        offline = self._grounded(self._suggester, answer.question, passages)
        note = suggestion(in_first_person(offline, self._company))
        return [note] if note else []

    def warming(self) -> list[str]:
        """A note while texts wait for their vectors; none once all have theirs."""
        waiting, total = self._warm()
        if not waiting:
            return []
        return [f"the index is still warming: {waiting:,} of {total:,} texts are found by their words alone so far"]

    def _passages(self, text: str, query: str, count: int, scope: Scope | None) -> list[Passage]:
        """The best ``count`` passages; for a question of several parts the best of each part come early among them."""
        found = self._retriever.retrieve(query, count, scope)
        asked = parts(text)
        if len(asked) < 2:
            return found
        of_parts = [self._retriever.retrieve(part, _OF_EACH_PART, scope) for part in asked[:_MOST_PARTS]]
        firsts = [each[0] for each in of_parts if each]
        others = [passage for each in of_parts for passage in each[1:]]
        whole = {passage.chunk.id: passage for passage in found}
        order = [*found[:1], *firsts, *found[1 : count // 2], *others, *found[count // 2 :]]
        merged = list({p.chunk.id: whole.get(p.chunk.id, p) for p in order}.values())[:count]
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
