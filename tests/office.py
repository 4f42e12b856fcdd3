"""Makers of office files, web pages, mails, archives and scans, all built in code."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pptx
import pypdfium2
import xlsxwriter
from pptx.util import Inches
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from rfp_responder.domain import Page

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"

STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{id_}"><w:name w:val="{name}"/>{rest}</w:style>'
    for id_, name, rest in (
        ("Title", "Title", ""),
        ("Heading1", "heading 1", ""),
        ("berschrift2", "heading 2", ""),
        ("Clause", "Our clause", '<w:basedOn w:val="berschrift2"/>'),
        ("Outlined", "Outlined", '<w:pPr><w:outlineLvl w:val="2"/></w:pPr>'),
        ("ListBullet", "List Bullet", ""),
        ("Chapter", "Chapter", '<w:basedOn w:val="Heading1"/><w:pPr><w:pageBreakBefore/></w:pPr>'),
        ("TOC1", "toc 1", ""),
    )
)
PAGE_BREAK = '<w:r><w:br w:type="page"/></w:r>'
RENDERED_BREAK = "<w:r><w:lastRenderedPageBreak/></w:r>"


# -- Word ---------------------------------------------------------------------------------------------------


def run(text: str, look: str = "") -> str:
    """A run of text; ``look`` is its properties, as XML."""
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(*runs: str, style: str = "", properties: str = "") -> str:
    """A paragraph of runs; what does not begin as XML is a run's text."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    inner = "".join(part if part.startswith(("<w:", "<mc:")) else run(part) for part in runs)
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{inner}</w:p>"


def cell(text: str, properties: str = "") -> str:
    """A table's cell of paragraphs parted by line breaks."""
    inner = "".join(paragraph(line) for line in text.split("\n"))
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def table(*rows: Sequence[str], header: bool = False) -> str:
    """A table; cells that begin as XML stand as they are."""
    made = []
    for n, row in enumerate(rows):
        head = "<w:trPr><w:tblHeader/></w:trPr>" if header and not n else ""
        made.append(f"<w:tr>{head}{''.join(c if c.startswith('<w:') else cell(c) for c in row)}</w:tr>")
    return f"<w:tbl>{''.join(made)}</w:tbl>"


def control(inner: str, properties: str = "") -> str:
    """A content control around something."""
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>"


def text_box(inner: str) -> str:
    """A run with a text box in both of its forms, as Word writes it."""
    box = f"<w:txbxContent>{inner}</w:txbxContent>"
    return (
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def word(path: Path, *body: str, title: str = "", footnotes: str = "", strict: bool = False) -> Path:
    """A Word document of paragraphs and tables; a part that does not begin as XML is a paragraph's text."""
    inner = "".join(part if part.startswith("<w:") else paragraph(part) for part in body)
    parts = {
        "_rels/.rels": _relations({"officeDocument": "word/document.xml", "core-properties": "docProps/core.xml"}),
        "word/_rels/document.xml.rels": _relations({"styles": "styles.xml", "footnotes": "footnotes.xml"}),
        "word/document.xml": _root("document", f"<w:body>{inner}<w:sectPr/></w:body>"),
        "word/styles.xml": _root("styles", STYLES),
        "word/footnotes.xml": _root("footnotes", footnotes),
        "docProps/core.xml": f'<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(title)}</dc:title></c>',
    }
    if strict:
        parts = {n: p.replace(_W, "http://purl.oclc.org/ooxml/wordprocessingml/main") for n, p in parts.items()}
    return zipped(path, parts)


def _relations(targets: Mapping[str, str]) -> str:
    inner = "".join(
        f'<Relationship Id="r{n}" Type="{_REL}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets.items())
    )
    return f'<Relationships xmlns="{_RELS}">{inner}</Relationships>'


def _root(name: str, inner: str) -> str:
    return f'<w:{name} xmlns:w="{_W}" xmlns:mc="{_MC}">{inner}</w:{name}>'


# -- PowerPoint ---------------------------------------------------------------------------------------------


def slides(path: Path, *draw: Callable[[Any], None], title: str = "") -> Path:
    """A presentation; each function draws a slide that has a title and a body."""
    made = pptx.Presentation()
    made.core_properties.title = title
    for function in draw:
        function(made.slides.add_slide(made.slide_layouts[1]))
    made.save(str(path))
    return path


def slide(title: str, *body: str, notes: str = "") -> Callable[[Any], None]:
    """A slide of a title and paragraphs."""

    def draw(made: Any) -> None:
        made.shapes.title.text = title
        made.placeholders[1].text_frame.text = "\n".join(body)
        if notes:
            made.notes_slide.notes_text_frame.text = notes

    return draw


def box(shapes: Any, text: str, left: float, top: float) -> None:
    """A text box at a place in inches."""
    shapes.add_textbox(Inches(left), Inches(top), Inches(1), Inches(0.3)).text_frame.text = text


# -- Excel --------------------------------------------------------------------------------------------------


def book(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[object]]],
    *,
    formats: Mapping[str, str] | None = None,
    hidden: Sequence[str] = (),
    bold: Sequence[int] = (),
) -> Path:
    """A workbook of sheets of rows; ``formats`` are number formats by cell, ``bold`` are rows, one-based."""
    made = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    strong = made.add_format({"bold": True})
    looks = {
        xlsxwriter.utility.xl_cell_to_rowcol(place): made.add_format({"num_format": text})
        for place, text in (formats or {}).items()
    }
    for name, rows in sheets.items():
        sheet = made.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if value is not None:
                    sheet.write(r, c, value, looks.get((r, c), strong if r + 1 in bold else None))
        if name in hidden:
            sheet.hide()
    made.close()
    return path


# -- others -------------------------------------------------------------------------------------------------


def zipped(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    """A zip of these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def mail(path: Path, text: str = "", html: str = "", attach: Mapping[str, bytes] | None = None, **headers: str) -> Path:
    """An e-mail; headers are keywords."""
    made = EmailMessage()
    for name, value in headers.items():
        made[name] = value
    if text or not html:
        made.set_content(text)
    if html:
        (made.add_alternative if text else made.set_content)(html, subtype="html")
    for name, content in (attach or {}).items():
        made.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    path.write_bytes(bytes(made))
    return path


def scanned(source: Path, path: Path) -> Path:
    """A copy of a PDF whose pages are pictures of it, at 150 dpi."""
    canvas = Canvas(str(path), invariant=1)
    with pypdfium2.PdfDocument(source) as document:
        for page in document:
            size = page.get_size()
            picture = io.BytesIO()
            page.render(scale=150 / 72).to_pil().save(picture, "PNG")
            canvas.setPageSize(size)
            canvas.drawImage(ImageReader(picture), 0, 0, *size)
            canvas.showPage()
    canvas.save()
    return path


def headed(page: Page) -> list[tuple[int, str]]:
    """Level and words of a page's headings, each found where it says it stands."""
    for heading in page.headings:
        assert page.text[heading.start : heading.start + len(heading.text)] == heading.text
        assert heading.start == 0 or page.text[heading.start - 1] == "\n"
    return [(heading.level, heading.text) for heading in page.headings]
