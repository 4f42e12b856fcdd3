"""PDF in: page text and boxes by pypdfium2; structure and the second opinion by pypdf.

pypdfium2 (PDFium) reads about twenty times faster than pypdf and gives each character's box, so one character
stream serves text, offsets and highlights. pypdf tells page labels, metadata, encryption, form fields and attached
files, each read only where the file's catalog names it, and is asked for the text where PDFium cannot open a file or
where a page comes out empty or garbled. Pages that are pictures go to OCR, where that is installed.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rfp_responder.domain import Page
from rfp_responder.errors import DocumentError
from rfp_responder.ingest import ocr
from rfp_responder.ingest.content import Content, Reading
from rfp_responder.ingest.layout import clean
from rfp_responder.ingest.lines import HYPHEN_MARK, Line, RawPage
from rfp_responder.ingest.pdf_boxes import Box, boxes, raw_spans
from rfp_responder.ingest.pdf_forms import attached, filled_fields
from rfp_responder.ingest.pdf_lines import open_pdfium, page_of, wants_password

__all__ = ["MAX_PAGES", "Box", "boxes", "raw_spans", "read_pdf"]

MAX_PAGES = 10_000
MAX_OCR_PAGES = 200
_ODD = frozenset({"Cc", "Co", "Cn"})


def read_pdf(path: Path, reading: Reading | None = None) -> Content:
    """Read a PDF; raises DocumentError when neither engine can, or when no password given opens it."""
    reading = reading or Reading()
    passwords = reading.passwords
    other = _Other(path, passwords)
    structure = other.structure()
    notes = list(structure.notes)
    raw = _pages_by_pdfium(path, passwords, other)
    if raw is None:
        raw = _pages_by_pypdf(path, other)
        notes.append("read by pypdf: PDFium could not open the file")
    else:
        raw = _second_opinion(other, raw, notes)
    if structure.labels and len(structure.labels) == len(raw):
        raw = [replace(p, label=label) for p, label in zip(raw, structure.labels, strict=True)]
    scans = _recognise(path, reading, raw, notes)
    pages = [_with_fields(page, structure.fields.get(page.number, ())) for page in clean(raw)]
    blank = [page.number for page in pages if not page.text.strip()]
    if blank:
        notes.append(
            _blank_note(blank, len(pages)) + ("; OCR (the tesseract command) would read scans" if scans else "")
        )
    return Content(tuple(pages), structure.title, tuple(notes), scans=tuple(scans))


def _blank_note(blank: Sequence[int], total: int) -> str:
    which = "every page" if len(blank) == total else "page " + ", ".join(map(str, blank[:12]))
    more = "" if len(blank) <= 12 or len(blank) == total else f" and {len(blank) - 12} more"
    return f"no text on {which}{more} (a scan, a picture or blank): nothing of it can be found or cited"


def _with_fields(page: Page, fields: Sequence[tuple[str, str]]) -> Page:
    """The page with the values of its form's fields behind its text, those that it does not show already."""
    lines = [f"{name}: {value}" for name, value in fields if len(value) < 4 or value not in page.text]
    return replace(page, text="\n".join([page.text, *lines]).lstrip("\n")) if lines else page


def _pages_by_pdfium(path: Path, passwords: tuple[str, ...], other: _Other) -> list[RawPage] | None:
    import pypdfium2

    try:
        document = open_pdfium(path, passwords)
    except pypdfium2.PdfiumError as error:
        if wants_password(error) and not other.opens():
            raise _needs_password(path) from error
        return None
    with document:
        _check_size(path, len(document))
        return [page_of(document, index) for index in range(len(document))]


def _check_size(path: Path, total: int) -> None:
    if total > MAX_PAGES:
        raise DocumentError(f"{path.name}: has {total} pages, at most {MAX_PAGES} are read", "Split it into parts")


def _needs_password(path: Path) -> DocumentError:
    return DocumentError(
        f"{path.name}: needs a password (it is encrypted, and neither the empty password nor one given opens it)",
        "Give it with --password, or save a copy without one",
    )


# -- pypdf: structure ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Structure:
    """What pypdf tells of the whole file; ``fields`` are names and values of form fields by page number."""

    labels: tuple[str, ...]
    title: str
    fields: dict[int, list[tuple[str, str]]]
    notes: tuple[str, ...]


class _Unreadable(Exception):
    """pypdf cannot open the file; PDFium may."""


class _Counter(logging.Handler):
    """Counts pypdf's warnings: real PDFs raise them by the thousand, and a user can do nothing about them."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


def _quiet_pypdf() -> _Counter:
    counter = _Counter()
    logger = logging.getLogger("pypdf")
    logger.handlers = [counter]
    logger.propagate = False
    return counter


class _Other:
    """The file as pypdf sees it: opened once, its page tree walked only when something asks for pages."""

    def __init__(self, path: Path, passwords: tuple[str, ...]) -> None:
        self._path = path
        self._passwords = passwords
        self._opened: Any = None

    def reader(self) -> Any:
        """pypdf's reader; raises _Unreadable, or DocumentError where no password fits."""
        import pypdf
        from pypdf.errors import FileNotDecryptedError

        if self._opened is None:
            try:
                reader = pypdf.PdfReader(self._path, strict=False)
                if reader.is_encrypted and not any(reader.decrypt(word) for word in ("", *self._passwords)):
                    raise _needs_password(self._path)
                _ = reader.root_object
            except DocumentError:
                raise
            except FileNotDecryptedError as error:
                raise _needs_password(self._path) from error
            except Exception as error:  # pypdf raises many kinds on damaged files; each means the same here
                raise _Unreadable(str(error)) from error
            self._opened = reader
        return self._opened

    def opens(self) -> bool:
        """Whether pypdf opens the file, or fails for another reason than a password."""
        try:
            self.reader()
        except DocumentError:
            return False
        except _Unreadable:
            return True
        return True

    def page_count(self) -> int:
        """How many pages pypdf finds; raises as ``reader`` does."""
        reader = self.reader()
        try:
            return len(reader.pages)
        except Exception as error:  # a damaged page tree, of any kind
            raise _Unreadable(str(error)) from error

    def lines(self, index: int) -> tuple[Line, ...]:
        """The lines of one page; none where pypdf cannot read it."""
        try:
            text = self.reader().pages[index].extract_text() or ""
        except Exception:  # any fault on one page leaves that page empty, which is said in the notes
            return ()
        return tuple(Line(m.start(), m.group()) for m in re.finditer(r"[^\r\n]+", text) if m.group().strip())

    def structure(self) -> _Structure:
        """Labels, title, filled form fields and attached files, where the catalog names them."""
        counter = _quiet_pypdf()
        labels: tuple[str, ...] = ()
        title = ""
        fields: dict[int, list[tuple[str, str]]] = {}
        notes: list[str] = []
        try:
            reader = self.reader()
            title = str((reader.metadata or {}).get("/Title") or "")
            if "/PageLabels" in reader.root_object:
                labels = tuple(str(label) for label in reader.page_labels)
            fields = filled_fields(reader)
            notes = [f"attachment not read: {name}" for name in dict.fromkeys(attached(reader))]
        except (_Unreadable, DocumentError):
            pass  # PDFium decides; when it cannot open the file either, the fault is told there
        except Exception as error:  # a damaged label tree or metadata is no reason to lose the pages
            notes.append(f"structure could not be read in full ({type(error).__name__})")
        else:
            notes += [f"{counter.count} warnings of the PDF reader"] if counter.count else []
        return _Structure(labels, title, fields, tuple(notes))


# -- a second opinion on the text ---------------------------------------------------------------------------


def _pages_by_pypdf(path: Path, other: _Other) -> list[RawPage]:
    try:
        total = other.page_count()
    except _Unreadable as error:
        raise DocumentError(
            f"{path.name}: is damaged or no PDF ({' '.join(str(error).split())[:80] or 'no page tree'})",
            "Open it in a viewer and save it anew, or leave it out",
        ) from error
    _check_size(path, total)
    if not total:
        raise DocumentError(f"{path.name}: has no pages", "Leave it out, or save it anew from its source")
    return [RawPage(i + 1, str(i + 1), other.lines(i), mapped=False) for i in range(total)]


def _second_opinion(other: _Other, pages: list[RawPage], notes: list[str]) -> list[RawPage]:
    """Ask pypdf for pages that are empty or garbled, and keep whichever text is the better."""
    doubtful = [i for i, page in enumerate(pages) if not page.mute and _garbled(page)]
    if not doubtful:
        return pages
    try:
        total = other.page_count()
    except (_Unreadable, DocumentError):
        return pages
    better = []
    for index in doubtful[:50]:  # a scan of a thousand pages gains nothing from asking a thousand times
        lines = other.lines(index) if index < total else ()
        asked = replace(pages[index], lines=lines, mapped=False)
        if lines and not _garbled(asked):
            pages[index] = asked
            better.append(index + 1)
    if better:
        notes.append("text of page " + ", ".join(map(str, better[:12])) + " by pypdf (PDFium read it worse)")
    return pages


def _garbled(page: RawPage) -> bool:
    text = "".join(line.text for line in page.lines).replace(HYPHEN_MARK, "-")
    if not text or text.isspace():
        return True
    if text.isprintable() and "\ufffd" not in text:
        return False
    odd = sum(1 for c in text if c == "\ufffd" or (not c.isprintable() and unicodedata.category(c) in _ODD))
    return odd > 0.2 * len(text)


def _recognise(path: Path, reading: Reading, pages: list[RawPage], notes: list[str]) -> list[int]:
    """Put the text that OCR finds on pages that are pictures in its place; gives the pages it was not asked for."""
    wanted = [page.number for page in pages if page.image and not page.lines][:MAX_OCR_PAGES]
    if not wanted or not reading.ocr or not ocr.available():
        return wanted
    found = ocr.recognise(path, wanted, reading.passwords)
    read = sorted(number for number, lines in found.items() if lines)
    for number in read:
        pages[number - 1] = replace(pages[number - 1], lines=found[number], mapped=False)
    if read:
        notes.append(f"text of {_ranges(read)} by OCR")
    return []


def _ranges(numbers: Sequence[int]) -> str:
    """``[1, 2, 3, 7]`` as ``pages 1-3, 7``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    shown = ", ".join("-".join(map(str, run)) for run in runs)
    return f"page{'s' if len(numbers) > 1 else ''} {shown}"
