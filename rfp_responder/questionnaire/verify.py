"""A filled questionnaire re-checked, with no model: what was edited in it, and what its citations rest on now.

The record of the run says what was written where and which words of which document each row rests on. A row is named
when one of its cells reads differently, when a document that it cites is another one now, or when a quote no longer
stands; a row that rests on nothing changed is never named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rfp_responder.questionnaire.detect import detect
from rfp_responder.questionnaire.formats import format_of
from rfp_responder.questionnaire.model import Grid, Item
from rfp_responder.questionnaire.verify_answers import Answers
from rfp_responder.questionnaire.verify_findings import Finding, Kind, Verification
from rfp_responder.questionnaire.verify_record import Filled, FoundRecord, Record, RecordedRow, find_record, read_record
from rfp_responder.questionnaire.verify_sources import Held, Sources
from rfp_responder.text import fold

__all__ = ["Finding", "FoundRecord", "Verification", "find_record", "verify"]

_ANSWERED = {"answered", "partial"}
_NOT_OURS = {"not_a_question", "not_required"}
_MOVED = 0.5  # share of the written cells that read differently where rows were moved rather than edited


def verify(filled: Path, record: Mapping[str, object], holdings: Held, named: str = "") -> Verification:
    """Check a filled file against the record of the run that filled it and the documents held now.

    ``holdings`` may be a KnowledgeBase or its manifest alone. ``named`` is what the record is called (its path). Raises
    QuestionnaireError for a file that cannot be read and for JSON that is no record.
    """
    read = read_record(record, named or "the record")
    grids = format_of(filled).read(filled)
    texts = Filled(grids, [row.sheet for row in read.rows])
    sources = Sources(read, holdings)
    answers = Answers(texts, _items(grids, texts, read), read.cells, sources)
    findings: list[Finding] = []
    for row in read.rows:
        if row.status in _NOT_OURS:
            continue
        findings += [*answers.edited(row), *answers.choices(row)]
        answers.look_for_added(row)
        if row.status in _ANSWERED:
            findings += [*_documents(row, sources), *_quotes(row, sources)]
    return Verification(
        filled=str(filled),
        record=named,
        rows_checked=sum(_rests(row) for row in read.rows),
        citations_checked=sum(len(row.citations) for row in read.rows if row.status in _ANSWERED),
        findings=tuple(findings),
        notes=tuple(dict.fromkeys([*_notes(read, texts, answers, findings), *sources.notes])),
    )


def _rests(row: RecordedRow) -> bool:
    """Whether there is something of a row to check."""
    return row.status not in _NOT_OURS and bool(row.written or (row.status in _ANSWERED and row.citations))


def _items(grids: Sequence[Grid], texts: Filled, record: Record) -> dict[tuple[str, int], Item]:
    """What is detected in the filled file, by the record's sheet and row."""
    found = {(item.sheet, item.row): item for item in detect(grids).items}
    names = {row.sheet: grid.name for row in record.rows if (grid := texts.grid(row.sheet)) is not None}
    places = {(row.sheet, row.row): (names.get(row.sheet, ""), row.row) for row in record.rows}
    return {recorded: found[now] for recorded, now in places.items() if now in found}


def _documents(row: RecordedRow, sources: Sources) -> Iterator[Finding]:
    """A finding for each cited document that is gone or changed, saying whether its quotes still stand."""
    for name in dict.fromkeys(citation.document for citation in row.citations):
        state = sources.state(name)
        if state.kind is None:
            continue
        detail = state.detail
        if state.row is not None:
            cited = [citation for citation in row.citations if citation.document == name]
            fallen = sum(sources.quote(each).page != each.page for each in cited)
            whole = "its quote still stands" if len(cited) == 1 else f"its {len(cited)} quotes still stand"
            told = f"{fallen} of {len(cited)} quotes not" if fallen else whole
            where = "its page" if len(cited) == 1 else "their pages"
            detail += f"; in what is ingested {told} word for word on {where}"
        yield _finding(row, state.kind, detail)


def _quotes(row: RecordedRow, sources: Sources) -> Iterator[Finding]:
    """A finding for each quote that does not stand where it stood, in the documents that are held."""
    for citation in row.citations:
        state = sources.state(citation.document)
        if state.row is None:
            continue
        now = sources.quote(citation)
        quoted = f"{citation.document} p. {citation.page}: {citation.quote[:80]!r}"
        if now.page is None:
            yield _finding(row, "quote_missing", f"{quoted} stands nowhere in the document")
        elif now.page != citation.page:
            yield _finding(row, "quote_moved", f"{quoted} stands on page {now.page} now")
        elif now.kind == "moved" and state.kind is None:
            yield _finding(row, "quote_moved", f"{quoted} stands elsewhere on the page now", fails=False)


def _finding(row: RecordedRow, kind: Kind, detail: str, *, fails: bool = True) -> Finding:
    return Finding(row.sheet, row.row, row.cell, row.id, kind, detail, fails)


def _notes(record: Record, texts: Filled, answers: Answers, findings: Sequence[Finding]) -> Iterator[str]:
    """What concerns the whole file."""
    if any(row.written is None for row in record.rows):
        yield "the record does not tell what was written where: only documents and quotes were checked"
    if answers.added:
        yield (
            f"{len(answers.added)} cells that were left blank hold a text now, which there is nothing to check "
            f"against: {', '.join(answers.added)}"
        )
    gone = [sheet for sheet in dict.fromkeys(row.sheet for row in record.rows) if texts.grid(sheet) is None]
    if gone:
        yield f"the file has no sheet {', '.join(map(repr, gone))}"
    reworded = [f"{row.sheet} {row.cell}" + (f" ({row.id})" if row.id else "") for row in _reworded(record, texts)]
    if reworded:
        yield f"questions that are not worded as they were asked: {', '.join(reworded)}"
    changed = {(each.sheet, each.cell) for each in findings if each.kind == "answer_changed"}
    if len(changed) > max(4, _MOVED * len(answers.cells)):
        yield f"{len(changed)} of {len(answers.cells)} cells read differently: rows may have been moved"


def _reworded(record: Record, texts: Filled) -> Iterator[RecordedRow]:
    """The rows whose question stands nowhere on its sheet any more: their answers answer what nobody asks now."""
    standing: dict[str, set[str]] = {}
    for row in record.rows:
        grid = texts.grid(row.sheet)
        if grid is None or not _rests(row) or not row.question.strip():
            continue
        if row.sheet not in standing:
            standing[row.sheet] = {fold(cell.text) for cells in grid.cells.values() for cell in cells.values()}
        asked = fold(row.question)
        if asked not in standing[row.sheet] and not any(asked in text for text in standing[row.sheet]):
            yield row
