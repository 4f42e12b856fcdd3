"""Makers of cases and answers for the evaluation tests: short to write, real types."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rfp_responder.domain import Answer, Chunk, Citation, Claim, Passage, Question, Stance, Status
from rfp_responder.evaluation.gold import Evidence, GoldCase, KeyFact, Split
from rfp_responder.evaluation.run import Row
from rfp_responder.protocols import Vectors


def gold(
    pages: Sequence[int] = (3,),
    facts: Sequence[str] = ("35 days",),
    *,
    name: str = "b1",
    topic: str = "backup",
    split: Split = "test",
    reference: str = "Backups are kept for 35 days.",
    stance: Stance | None = None,
    choice: str | None = None,
) -> GoldCase:
    """An answerable case: fact i stands on ``pages[i]``; without pages the case is unanswerable."""
    return GoldCase(
        id=name,
        split=split,
        topic=topic,
        question="How long are backups kept?",
        expected_status="answered" if pages else "unanswered",
        stance=stance,
        choice=choice,
        reference_answer=reference if pages else "",
        key_facts=[KeyFact(id=f"{name}.{i}", any_of=[facts[i]]) for i in range(len(facts))] if pages else [],
        evidence=[
            Evidence(document="b.pdf", page=page, quote="q", facts=[f"{name}.{min(i, len(facts) - 1)}"])
            for i, page in enumerate(pages)
        ],
        tags=[] if pages else ["unanswerable"],
    )


def passage(rank: int, page: int, text: str = "Text.", heading: str = "", document: str = "b.pdf") -> Passage:
    chunk = Chunk(f"c{rank}", document, document, "B", page, str(page), heading, 0, len(text), text)
    return Passage(chunk, rank, 1 / rank)


def cite(page: int, quote: str, document: str = "b.pdf") -> Citation:
    return Citation(document, document, page, str(page), 0, len(quote), quote)


def answer(
    claims: Sequence[Claim] = (),
    passages: Sequence[Passage] = (),
    *,
    status: Status | None = None,
    stance: Stance | None = None,
    choice: str | None = None,
    question: str = "How long are backups kept?",
) -> Answer:
    state: Status = status or ("answered" if claims else "unanswered")
    return Answer(Question("q", question), state, stance, choice, tuple(claims), tuple(passages), 0.5, (), "test")


def embed(texts: Sequence[str]) -> Vectors:
    """Two dimensions: texts with "backup" point one way, the others across."""
    return np.array([[1, 0] if "backup" in text.lower() else [0, 1] for text in texts], dtype=np.float32)


def row(tags: tuple[str, ...] = (), scores: dict[str, float | None] | None = None) -> Row:
    """A scored case of the test split; only what is given matters."""
    return Row(
        id="r", split="test", topic="t", tags=tags, question="Q?", expected_status="answered", status="answered",
        stance=None, choice=None, answer="A.", cited=(), pages=(), notes=(), scores=scores or {}, seconds=0.1,
    )  # fmt: skip
