"""Answers and passages as the JSON of the outside contract; ``shown`` has them as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rfp_responder.domain import Answer, Passage

Json = dict[str, object]


def passage_json(passage: Passage, *, explain: bool = False) -> Json:
    """A passage as ``rfp search --json`` shows it, with what found it where that is asked for."""
    chunk = passage.chunk
    more: Json = {
        "found_by": dict(passage.found_by),
        "also_in": [{"document": place.document_name, "page": place.page_number} for place in passage.also_in],
        "columns": chunk.columns,
        "effective": chunk.effective.isoformat() if chunk.effective else None,
        "before": passage.before,
        "after": passage.after,
    }
    return {
        "rank": passage.rank,
        "document": chunk.document_name,
        "page": chunk.page_number,
        "score": round(passage.score, 4),
        "heading": chunk.heading,
        "text": chunk.text,
    } | (more if explain else {})


def answer_json(answer: Answer) -> Json:
    """An answer as ``rfp ask --json`` shows it; citations are numbered from 1."""
    numbers = {citation: n for n, citation in enumerate(answer.citations, 1)}
    return {
        "question": answer.question.text,
        "status": answer.status,
        "answer": answer.text,
        "choice": answer.choice,
        "confidence": answer.confidence,
        "claims": [{"text": c.text, "citations": [numbers[x] for x in c.citations]} for c in answer.claims],
        "citations": [
            {
                "n": n,
                "document": c.document_name,
                "page": c.page_number,
                "start": c.start,
                "end": c.end,
                "quote": c.quote,
            }
            for c, n in numbers.items()
        ],
        "passages": [passage_json(passage) for passage in answer.passages],
        "notes": list(answer.notes),
        "author": answer.author,
        "prompt": answer.prompt,
        "usage": {
            "input_tokens": answer.usage.input_tokens,
            "output_tokens": answer.usage.output_tokens,
            "seconds": answer.usage.seconds,
            "cost_usd": answer.usage.cost_usd,
        },
    }
