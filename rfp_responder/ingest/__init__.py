"""Files in: ``read(path)`` gives a Document, by a table of suffixes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from rfp_responder.domain import Document, Page
from rfp_responder.errors import DocumentError
from rfp_responder.ingest.content import Content, Reading
from rfp_responder.ingest.dates import effective_date
from rfp_responder.ingest.versions import version

MAX_FILE_BYTES = 500_000_000


def _pdf(path: Path, reading: Reading) -> Content:
    from rfp_responder.ingest.pdf import read_pdf

    with path.open("rb") as file:
        if b"%PDF-" not in file.read(1024):
            raise DocumentError(
                f"{path.name}: is no PDF (it does not begin with %PDF-)",
                "Give it its right suffix or leave it out",
            )
    return read_pdf(path, reading)


def _markdown(path: Path, reading: Reading) -> Content:
    from rfp_responder.ingest.markup import read_markdown

    return read_markdown(path)


def _text(path: Path, reading: Reading) -> Content:
    from rfp_responder.ingest.markup import read_text, text_pages

    return Content(tuple(text_pages(read_text(path))))


def _word(path: Path, reading: Reading) -> Content:
    from rfp_responder.ingest.word import read_word

    return read_word(path)


def _slides(path: Path, reading: Reading) -> Content:
    from rfp_responder.ingest.slides import read_slides

    return read_slides(path)


def _workbook(path: Path, reading: Reading) -> Content:
    from rfp_responder.ingest.sheet import read_workbook

    return read_workbook(path)


def _csv(path: Path, reading: Reading) -> Content:
    from rfp_responder.ingest.sheet import read_csv

    return read_csv(path)


def _web(path: Path, reading: Reading) -> Content:
    from rfp_responder.ingest.web import read_web

    return read_web(path)


def _mail(path: Path, reading: Reading) -> Content:
    from rfp_responder.ingest.mail import read_mail

    return read_mail(path)


_OFFICE = "application/vnd.openxmlformats-officedocument"
READERS: dict[str, tuple[str, Callable[[Path, Reading], Content]]] = {
    ".pdf": ("application/pdf", _pdf),
    ".md": ("text/markdown", _markdown),
    ".markdown": ("text/markdown", _markdown),
    ".txt": ("text/plain", _text),
    ".docx": (f"{_OFFICE}.wordprocessingml.document", _word),
    ".pptx": (f"{_OFFICE}.presentationml.presentation", _slides),
    ".xlsx": (f"{_OFFICE}.spreadsheetml.sheet", _workbook),
    ".xlsm": ("application/vnd.ms-excel.sheet.macroEnabled.12", _workbook),
    ".csv": ("text/csv", _csv),
    ".tsv": ("text/tab-separated-values", _csv),
    ".html": ("text/html", _web),
    ".htm": ("text/html", _web),
    ".eml": ("message/rfc822", _mail),
}


def file_digest(path: Path) -> str:
    """sha256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def told_as(reason: str, file_name: str, name: str) -> str:
    """A reader's reason, which begins with the file's name, with the name that the document goes by."""
    return name + reason[len(file_name) :] if reason.startswith(f"{file_name}:") else reason


def read(path: Path, name: str, digest: str | None = None, reading: Reading | None = None) -> Document:
    """Read one file as ``name``; raises DocumentError with the file's name, the fault and the remedy."""
    if path.suffix.lower() not in READERS:
        known = ", ".join(sorted(READERS))
        raise DocumentError(f"{name}: suffix {path.suffix or '(none)'} is not read, expected one of {known}")
    size = path.stat().st_size
    if size == 0:
        raise DocumentError(f"{name}: is empty (0 bytes)", "Leave it out or export it again")
    if size > MAX_FILE_BYTES:
        raise DocumentError(f"{name}: is {size:,} bytes, at most {MAX_FILE_BYTES:,} are read", "Split it")
    media_type, reader = READERS[path.suffix.lower()]
    content = reader(path, reading or Reading())
    digest = digest or file_digest(path)
    return Document(
        id=hashlib.sha256(name.encode()).hexdigest()[:16],
        name=name,
        digest=digest,
        media_type=media_type,
        title=_title(content.title, () if reader in {_workbook, _csv} else content.pages, Path(name).stem),
        pages=content.pages,
        effective=content.effective or _effective(content.pages),
        notes=content.notes,
        version=content.version or version("\n".join(page.text[:4000] for page in content.pages[:2])),
        tags=content.tags,
        audience=content.audience,
        scans=content.scans,
    )


def _title(given: str, pages: Sequence[Page], stem: str) -> str:
    """The metadata's title where it is one, else the first page's greatest heading, else the file's name.

    A workbook is given without its pages: its headings are the names of its sheets.
    """
    given = " ".join(given.encode("utf-8", "replace").decode().split())
    odd = re.search(r"\.(docx?|pdf|indd|xlsx?|pptx?|tex)$|^microsoft word|untitled|^\W*$|^[\d_-]+$", given, re.I)
    if len(given) >= 4 and not odd and " " in given:
        return given[:160]
    headings = [h for page in pages[:2] for h in page.headings if len(h.text) >= 4]
    if headings:
        return min(headings, key=lambda h: h.level).text[:160]
    return re.sub(r"[_-]+", " ", stem).strip()


def _effective(pages: Sequence[Page]) -> date | None:
    return effective_date("\n".join(page.text[:4000] for page in pages[:3]))
