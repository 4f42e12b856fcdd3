"""The account of a run: how each row ended, what was written where, what was proved, what is missing.

Every row of a questionnaire stands in a ``Report`` once. Its JSON is the stable outside contract; fields beyond that
contract may be added, never taken away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from rfp_responder.domain import ROW_STATUSES, Citation, RowStatus, Stance, Usage
from rfp_responder.questionnaire.model import Shape
from rfp_responder.questionnaire.spending import Spending, spending_of

CitationJson = dict[str, str | int]


def citation_json(citations: tuple[Citation, ...]) -> tuple[CitationJson, ...]:
    """Citations in the shape of ``rfp ask --json``; ``n`` is one-based."""
    return tuple(
        {
            "n": n,
            "document": each.document_name,
            "page": each.page_number,
            "start": each.start,
            "end": each.end,
            "quote": each.quote,
        }
        for n, each in enumerate(citations, 1)
    )


@dataclass(frozen=True, slots=True)
class Row:
    """How one row of the questionnaire ended. ``cell`` is the answer cell's name.

    ``confidence`` is 0.0 for a row that was not put to the answerer. ``written`` pairs each cell that was written for
    it with the text that stands there now; ``carried`` says from where an earlier answer was taken over. ``asked`` is
    what was put to the answerer: the question with the lead-in above it. ``author``, ``prompt`` and ``route`` say who
    answered and by which way; ``usage`` is what that cost, and zero where the row shares the answer of another.
    """

    sheet: str
    row: int
    cell: str
    id: str
    question: str
    status: RowStatus
    answer: str = ""
    choice: str | None = None
    confidence: float = 0.0
    citations: tuple[CitationJson, ...] = ()
    notes: tuple[str, ...] = ()
    section: str = ""
    shape: Shape = "text"
    written: tuple[tuple[str, str], ...] = ()
    carried: str = ""
    stance: Stance | None = None
    asked: str = ""
    author: str = ""
    prompt: str | None = None
    route: str = ""
    usage: Usage = field(default_factory=Usage)

    def as_json(self) -> dict[str, object]:
        """One entry of ``rows`` in ``rfp answer --report``."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "cell": self.cell,
            "id": self.id,
            "question": self.question,
            "status": self.status,
            "answer": self.answer,
            "choice": self.choice,
            "confidence": self.confidence,
            "citations": [dict(citation) for citation in self.citations],
            "notes": list(self.notes),
            "section": self.section,
            "shape": self.shape,
            "written": [{"cell": cell, "text": text} for cell, text in self.written],
            "carried": self.carried,
            "stance": self.stance,
            "asked": self.asked or self.question,
            "author": self.author,
            "prompt": self.prompt,
            "route": self.route,
            "usage": asdict(self.usage),
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved of a delivered file by ``reader``: ``checks`` in words, each of which held.

    ``same`` of ``total`` parts of the file are the same byte for byte, ``changed`` names the others. ``stale`` are
    cells (sheet, cell) whose kept value was computed before the answers were there.
    """

    reader: str
    written: int
    same: int = 0
    total: int = 0
    changed: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    stale: tuple[tuple[str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """The proof in one line."""
        parts = f"; {self.same} of {self.total} parts are identical" if self.total else ""
        cells = "1 cell differs, as reported" if self.written == 1 else f"{self.written} cells differ, all as reported"
        return f"proved with {self.reader}: {cells}{parts}"

    def as_json(self) -> dict[str, object]:
        """``proof`` in the report."""
        return {
            "reader": self.reader,
            "cells_written": self.written,
            "parts_identical": self.same,
            "parts": self.total,
            "parts_changed": list(self.changed),
            "checks": list(self.checks),
            "stale_cells": [{"sheet": sheet, "cell": cell} for sheet, cell in self.stale],
        }


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Rows (sheet, row) of one questionnaire whose answers do not agree, and in what."""

    rows: tuple[tuple[str, int], ...]
    reason: str

    def as_json(self) -> dict[str, object]:
        """One entry of ``contradictions`` in the report."""
        return {"rows": [{"sheet": sheet, "row": row} for sheet, row in self.rows], "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Gap:
    """A topic that the documents do not cover: what to write down to answer these rows (sheet, row)."""

    topic: str
    rows: tuple[tuple[str, int], ...]
    questions: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """One entry of ``gaps`` in the report."""
        rows = [{"sheet": sheet, "row": row} for sheet, row in self.rows]
        return {"topic": self.topic, "rows": rows, "questions": list(self.questions)}


@dataclass(frozen=True, slots=True)
class Source:
    """A document that answers rest on: its sha256 when it was cited, and where its file lay."""

    name: str
    digest: str
    path: str = ""

    def as_json(self) -> dict[str, object]:
        """One entry of ``documents`` in the report."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Report:
    """Every row of the questionnaire, once, and the file that was delivered.

    ``notes`` tell what concerns the whole file (skipped sheets, stale formulas, the proof). ``digests`` are the sha256
    of the questionnaire and of the delivered file; ``sources`` the documents that the answers cite.
    """

    questionnaire: str
    output: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    proof: Proof | None = None
    contradictions: tuple[Contradiction, ...] = ()
    gaps: tuple[Gap, ...] = ()
    sources: tuple[Source, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def totals(self) -> dict[RowStatus, int]:
        """How many rows ended in each status; every status is named."""
        counts: dict[RowStatus, int] = dict.fromkeys(ROW_STATUSES, 0)
        for row in self.rows:
            counts[row.status] += 1
        return counts

    @property
    def spending(self) -> Spending:
        """What the answers cost, over all runs that they come from, by who gave them."""
        return spending_of(self.rows)

    def as_json(self) -> dict[str, object]:
        """The document that ``rfp answer --report`` writes."""
        return {
            "questionnaire": self.questionnaire,
            "totals": dict(self.totals),
            "rows": [row.as_json() for row in self.rows],
            "output": self.output,
            "notes": list(self.notes),
            "proof": self.proof.as_json() if self.proof else None,
            "contradictions": [each.as_json() for each in self.contradictions],
            "gaps": [each.as_json() for each in self.gaps],
            "documents": [each.as_json() for each in self.sources],
            "digests": dict(self.digests),
            "usage": self.spending.as_json(),
        }
