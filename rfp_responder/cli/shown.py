"""What the commands print: answers and passages as text and as the JSON of the outside contract."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rfp_responder.domain import Answer, Passage

Json = dict[str, object]


def print_json(value: object) -> None:
    """One JSON document on stdout."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


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


def answer_lines(answer: Answer) -> list[str]:
    """An answer for people: sentences with marks, each citation as document, page and quote, then the facts."""
    numbers = {citation: n for n, citation in enumerate(answer.citations, 1)}
    lines: list[str] = []
    if answer.choice is not None:
        lines.append(f"{answer.choice}.")
    if answer.claims:
        marked = [c.text + "".join(f" [{numbers[x]}]" for x in c.citations) for c in answer.claims]
        lines += [" ".join(marked), ""]
    for citation, number in numbers.items():
        printed = "" if citation.page_label == str(citation.page_number) else f" (printed {citation.page_label})"
        quote = " ".join(citation.quote.split())
        lines.append(f"  [{number}] {citation.document_name}, page {citation.page_number}{printed}: “{quote}”")
    if numbers:
        lines.append("")
    facts = [
        answer.status,
        f"confidence {answer.confidence:.2f}",
        answer.author,
        f"{answer.usage.seconds:.1f} s",
    ]
    if answer.stance:
        facts.insert(1, f"stance {answer.stance}")
    lines.append(" · ".join(facts))
    lines += [f"note: {note}" for note in answer.notes]
    return lines


def passage_lines(passages: Sequence[Passage], *, explain: bool = False) -> list[str]:
    """Passages for people; ``explain`` adds what found each, where else it stands and what stands around it."""
    lines = []
    for passage in passages:
        chunk = passage.chunk
        lines.append(f"{passage.rank}. {chunk.document_name}, page {chunk.page_number} · {passage.score:.2f}")
        if explain:
            found = " · ".join(f"{name} {score:.3f}" for name, score in passage.found_by.items())
            lines.append(f"   found by {found}")
            places = [f"{place.document_name}, page {place.page_number}" for place in passage.also_in[:5]]
            lines += [f"   also in {'; '.join(places)}"] if places else []
            lines += [f"   effective {chunk.effective}"] if chunk.effective else []
        if chunk.heading:
            lines.append(f"   {chunk.heading}")
        if chunk.columns:
            lines.append(f"   columns: {chunk.columns}")
        if explain and passage.before.strip():
            lines.append("   … " + " ".join(passage.before.split())[-160:])
        lines.append("   " + " ".join(chunk.text.split()))
        if explain and passage.after.strip():
            lines.append("   … " + " ".join(passage.after.split())[:160])
        lines.append("")
    return lines


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as columns; a column of numbers is set to the right, the first row is the header."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    right = [all(cell.isdigit() for cell in column[1:]) for column in zip(*rows, strict=True)]
    return [
        "  "
        + "  ".join(
            cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in rows
    ]


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on stderr at a terminal, silence in a pipe; call it with (what, done, of)."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn(label),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("", total=None)

        def update(what: str, done: int, of: int) -> None:
            bar.update(task, description=what[-40:], completed=done, total=of)

        yield update
