"""What a record's citations rest on: documents that are still the same, quotes that still stand where they stood."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, Protocol

from rfp_responder.domain import Page
from rfp_responder.errors import DocumentError
from rfp_responder.protocols import DocumentRow
from rfp_responder.questionnaire.verify_record import CitedPlace, Record
from rfp_responder.text import locate

SourceKind = Literal["document_gone", "document_changed"]
QuoteKind = Literal["stands", "moved", "gone"]
_SHOWN = 12  # characters of a digest that are shown


class Held(Protocol):
    """What is asked of a knowledge base; its manifest alone will do, and needs no model."""

    def documents(self) -> list[DocumentRow]:
        """Every document by name."""

    def page(self, document_id: str, number: int) -> Page | None:
        """A one-based page of a document."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a cited document is now: ``kind`` None where it is as it was. ``row`` is None where it is not held."""

    name: str
    row: DocumentRow | None
    kind: SourceKind | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class QuoteState:
    """Where a quote stands now: on ``page`` (one-based), None where it stands nowhere in the document."""

    kind: QuoteKind
    page: int | None = None


class Sources:
    """The cited documents of one record against what is held now; each is looked at once."""

    def __init__(self, record: Record, held: Held) -> None:
        self._cited = {each.name: each.digest for each in record.documents}
        self._held = held
        self._rows = {row.name: row for row in held.documents()}
        self._states: dict[str, SourceState] = {}
        self._pages: dict[tuple[str, int], str] = {}
        self.notes: list[str] = []

    def state(self, name: str) -> SourceState:
        """How a document is now, by the name under which it was cited."""
        if name not in self._states:
            self._states[name] = self._looked_at(name)
        return self._states[name]

    def quote(self, citation: CitedPlace) -> QuoteState:
        """Where a citation's quote stands now: at its place, elsewhere in its document, or nowhere."""
        row = self._rows.get(citation.document)
        if row is None or not citation.quote.strip():
            return QuoteState("gone")
        text = self.page_text(row, citation.page)
        if text[max(0, citation.start) : citation.end] == citation.quote:
            return QuoteState("stands", citation.page)
        numbers = [citation.page, *(n for n in range(1, row.pages + 1) if n != citation.page)]
        found = next((n for n in numbers if locate(citation.quote, self.page_text(row, n))), None)
        return QuoteState("gone" if found is None else "moved", found)

    def near(self, citations: Sequence[CitedPlace]) -> str:
        """The titles and texts of the pages that are cited, as far as they are held."""
        pages = dict.fromkeys((each.document, each.page) for each in citations)
        rows = [(self._rows[name], number) for name, number in pages if name in self._rows]
        return "\n".join(f"{row.title}\n{self.page_text(row, number)}" for row, number in rows)

    def page_text(self, row: DocumentRow, number: int) -> str:
        """The text of a page, ``""`` where there is none."""
        if (row.id, number) not in self._pages:
            page = self._held.page(row.id, number)
            self._pages[row.id, number] = page.text if page else ""
        return self._pages[row.id, number]

    def _looked_at(self, name: str) -> SourceState:
        row, cited = self._rows.get(name), self._cited.get(name, "")
        if row is None:
            other = next((each.name for each in self._rows.values() if cited and each.digest == cited), None)
            also = f"; the same file is held as {other}" if other else ""
            return SourceState(name, None, "document_gone", f"{name} is not in the knowledge base{also}")
        if not cited:
            self.notes.append(f"{name}: the record does not tell its digest: only its quotes were checked")
        elif row.digest != cited:
            told = f"{name} is another file than was cited (sha256 {cited[:_SHOWN]}… then, {row.digest[:_SHOWN]}… now)"
            return SourceState(name, row, "document_changed", told)
        now = self._on_disk(row)
        if now is not None and now != row.digest:
            told = f"{name} has changed on disk, not yet ingested (sha256 {row.digest[:_SHOWN]}… then, {now[:_SHOWN]}…)"
            return SourceState(name, row, "document_changed", told)
        return SourceState(name, row)

    def _on_disk(self, row: DocumentRow) -> str | None:
        """The digest of the document's file as it lies on disk, None where it cannot be told."""
        outer, _, member = row.source.partition("!")
        whole = Path(row.source)
        path, member = (whole, "") if not member or whole.is_file() else (Path(outer), member)
        try:
            status = path.stat()
            stamp = max(status.st_mtime_ns, status.st_ctime_ns)
            if stamp == row.stamp and (member or status.st_size == row.size):
                return row.digest
            return _member_digest(path, member) if member else _file_digest(path)
        except FileNotFoundError:
            self.notes.append(f"{row.name}: its file is no longer at {row.source}: what was ingested was checked")
        except (OSError, DocumentError) as fault:
            said = fault.what if isinstance(fault, DocumentError) else (fault.strerror or str(fault))
            self.notes.append(f"{row.name}: its file cannot be read ({said}): what was ingested was checked")
        return None


def changed_documents(record: Mapping[str, object], held: Held, name: str = "the record") -> frozenset[str]:
    """The cited documents of a record that are gone or changed since; raises QuestionnaireError for no record."""
    from rfp_responder.questionnaire.verify_record import read_record

    read = read_record(record, name)
    sources = Sources(read, held)
    cited = dict.fromkeys(citation.document for row in read.rows for citation in row.citations)
    return frozenset(each for each in cited if sources.state(each).kind is not None)


def _file_digest(path: Path) -> str:
    from rfp_responder.ingest import file_digest

    return file_digest(path)


def _member_digest(path: Path, member: str) -> str:
    """The sha256 of a file in a zip archive."""
    from rfp_responder.ingest.archive import extracted

    with TemporaryDirectory(prefix="rfp-") as folder:
        return _file_digest(extracted(path, member, Path(os.fspath(folder))))
