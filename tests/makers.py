"""Makers of inputs: PDFs, Markdown files, chunks and passages, and a tiny knowledge base, all built in code."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pypdf
from PIL import Image
from pypdf.constants import PageLabelStyle
from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from rfp_responder.domain import Chunk, Document, Heading, Page, Passage, Proposal, Question, Quote
from rfp_responder.index.embed import HashingEmbedder
from rfp_responder.knowledge import KnowledgeBase, Tally
from rfp_responder.knowledge.tally import IngestOptions
from rfp_responder.protocols import Embedder

WIDTH, HEIGHT = 595.0, 842.0  # A4 in points
LEFT, TOP, LEADING = 72.0, 760.0, 14.0
BODY = "Helvetica"

Draw = Callable[[Canvas], None]

FILLER = (
    "The service is run by one team that works from two offices.",
    "Each change is reviewed by a second engineer before it is released.",
    "Customers are told of planned work five days before it begins.",
    "The help desk is open on working days from eight until six.",
)


# -- PDF ----------------------------------------------------------------------------------------------------


def pdf(path: Path, pages: Sequence[Sequence[str] | Draw], *, head: str = "", foot: str = "", title: str = "") -> Path:
    """A PDF; a page is its lines (``# `` marks a heading, ``""`` a gap) or a function that draws it.

    ``head`` and ``foot`` stand on each page in small type, ``{n}`` in them is the page's number.
    """
    canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setTitle(title)
    for number, page in enumerate(pages, 1):
        canvas.setFont(BODY, 8)
        canvas.drawString(LEFT, HEIGHT - 30, head.format(n=number))
        if callable(page):
            page(canvas)
        else:
            column(canvas, page)
        canvas.setFont(BODY, 8)
        canvas.drawString(LEFT, 25, foot.format(n=number))
        canvas.showPage()
    canvas.save()
    return path


def column(canvas: Canvas, lines: Sequence[str], left: float = LEFT, top: float = TOP, font: str = BODY) -> None:
    """Lines from the top down; ``# `` is an 18 point heading."""
    y = top
    for line in lines:
        if line.startswith("# "):
            canvas.setFont("Helvetica-Bold", 18)
            canvas.drawString(left, y, line[2:])
            y -= 2 * LEADING
            continue
        canvas.setFont(font, 11)
        canvas.drawString(left, y, line)
        y -= LEADING


def two_columns(left: Sequence[str], right: Sequence[str]) -> Draw:
    """A page with two columns, the left one written first."""

    def draw(canvas: Canvas) -> None:
        column(canvas, left)
        column(canvas, right, left=320)

    return draw


def table(rows: Sequence[Sequence[str]], before: Sequence[str] = (), after: Sequence[str] = ()) -> Draw:
    """A page with a ruled table, cells 160 points apart, between lines of text."""

    def draw(canvas: Canvas) -> None:
        column(canvas, before)
        y = TOP - LEADING * (len(before) + 2)
        for row in rows:
            canvas.setFont(BODY, 11)
            for place, cell in enumerate(row):
                canvas.drawString(LEFT + 160 * place, y, cell)
            canvas.line(LEFT, y - 4, LEFT + 160 * len(row), y - 4)
            y -= 20
        column(canvas, after, top=y - 20)

    return draw


def picture(canvas: Canvas) -> None:
    """A page that is a picture: no text layer."""
    canvas.drawInlineImage(Image.new("L", (200, 200), 128), 100, 300, 300, 300)


def ligatures(text: str) -> Draw:
    """A page in a font that has the ligature characters of ``text``."""

    def draw(canvas: Canvas) -> None:
        for folder in rl_config.TTFSearchPath:
            if (Path(folder) / "Vera.ttf").is_file():
                pdfmetrics.registerFont(TTFont("Vera", str(Path(folder) / "Vera.ttf")))
        column(canvas, [text, *FILLER], font="Vera")

    return draw


def rotated(lines: Sequence[str]) -> Draw:
    """A landscape page, told by /Rotate."""

    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        column(canvas, lines)

    return draw


def with_roman_labels(source: Path, path: Path, roman: int) -> Path:
    """A copy whose first ``roman`` pages are printed i, ii, … and the others 1, 2, …"""
    writer = pypdf.PdfWriter(clone_from=source)
    writer.set_page_label(0, roman - 1, style=PageLabelStyle.LOWERCASE_ROMAN)
    writer.set_page_label(roman, len(writer.pages) - 1, style=PageLabelStyle.DECIMAL)
    writer.write(path)
    return path


def encrypted(source: Path, path: Path, password: str, algorithm: str = "AES-256") -> Path:
    """A copy that ``password`` opens (``""``: anyone)."""
    writer = pypdf.PdfWriter(clone_from=source)
    writer.encrypt(user_password=password, owner_password="the owner's", algorithm=algorithm)
    writer.write(path)
    return path


def file(path: Path, content: str | bytes) -> Path:
    """A file with this content, its folders made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def zipped(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """A zip archive of these files, by their paths in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return path


def damaged(path: Path) -> Path:
    """A file that begins as a PDF and is none."""
    return file(path, b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog\nand then the disk was full")


def fake(path: Path) -> Path:
    """A file with a PDF's suffix that is something else."""
    return file(path, b"PK\x03\x04 this was a Word file once")


# -- values -------------------------------------------------------------------------------------------------


def page(text: str, number: int = 1, headings: Sequence[Heading] = (), label: str = "") -> Page:
    """A page of text."""
    return Page(number, label or str(number), text, tuple(headings))


def document(
    *pages: Page | str, name: str = "guide.pdf", title: str = "Guide", effective: date | None = None
) -> Document:
    """A document of pages or texts."""
    made = tuple(p if isinstance(p, Page) else page(p, n) for n, p in enumerate(pages, 1))
    digest = hashlib.sha256("\f".join(p.text for p in made).encode()).hexdigest()
    name_id = hashlib.sha256(name.encode()).hexdigest()[:16]
    return Document(name_id, name, digest, "application/pdf", title, made, effective)


def chunk(
    text: str,
    *,
    name: str = "guide.pdf",
    number: int = 1,
    start: int = 0,
    heading: str = "Security",
    title: str = "Guide",
    effective: date | None = None,
) -> Chunk:
    """A chunk of one page, at ``start``."""
    id_ = hashlib.sha256(f"{name}{number}{start}{text}".encode(errors="replace")).hexdigest()[:32]
    return Chunk(id_, name, name, title, number, str(number), heading, start, start + len(text), text, effective)


def passage(text: str, rank: int = 1, score: float = 0.9, **of_chunk: object) -> Passage:
    """A passage; further keywords are those of ``chunk``."""
    return Passage(chunk(text, **of_chunk), rank, score, {"dense": 0.8, "lexical": 5.0})  # type: ignore[arg-type]


def proposal(text: str, *quotes: str, rank: int = 1) -> Proposal:
    """A proposed claim; without quotes it quotes its own words."""
    return Proposal(text, tuple(Quote(rank, quote) for quote in quotes or (text,)))


def question(text: str = "Is data encrypted at rest?", *choices: str, **limits: int) -> Question:
    """A question with its allowed values."""
    return Question("q1", text, choices=choices, **limits)  # type: ignore[arg-type]


# -- knowledge base -----------------------------------------------------------------------------------------

SECURITY = (
    "# Security guide\n\n## Encryption\n\n"
    "Customer data is encrypted at rest with AES-256. Keys are rotated every 90 days.\n"
    "\n## Backups\n\nBackups are taken every night and kept for 35 days. Restores are tested every quarter.\n"
)
SUPPORT = (
    "# Support guide\n\n## Hours\n\n"
    "The help desk answers by telephone and e-mail on working days from 08:00 to 18:00.\n"
    "\n## Faults\n\nFaults of severity 1 are taken up within 30 minutes at any hour.\n"
)
FILES: Mapping[str, str] = {"security.md": SECURITY, "support.md": SUPPORT}


def folder(path: Path, files: Mapping[str, str | bytes] = FILES) -> Path:
    """A folder with these files."""
    path.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        file(path / name, content)
    return path


def knowledge(
    index: Path | None,
    documents: Path,
    *,
    embedder: Embedder | None = None,
    options: IngestOptions | None = None,
    prune: bool = False,
) -> tuple[KnowledgeBase, Tally]:
    """A knowledge base over a folder, by the HashingEmbedder where none is given."""
    base = KnowledgeBase(index, embedder or HashingEmbedder(), create=True)
    return base, base.ingest([documents], options=options, prune=prune)
