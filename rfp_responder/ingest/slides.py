"""PPTX in: one page a slide, its title a heading, shapes in reading order, notes below."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rfp_responder.domain import Page
from rfp_responder.errors import DocumentError
from rfp_responder.ingest import package, tables
from rfp_responder.ingest.content import Content
from rfp_responder.ingest.writing import PageText, folded

MAX_SLIDES = 5_000
_MAX_DEPTH = 20  # groups in groups
_LINE = 230_000  # a quarter of an inch in EMU: shapes whose tops differ by less stand side by side

Shape = Any  # python-pptx types its shapes by what they might be, not by what they are


def read_slides(path: Path) -> Content:
    """Read a presentation; raises DocumentError."""
    import pptx

    with package.opened(path, "PowerPoint presentation") as opened:
        title = package.title(opened)
    notes: list[str] = []
    try:
        with path.open("rb") as file:
            every = list(pptx.Presentation(file).slides)
        slides = every[:MAX_SLIDES]
        pages = tuple(_slide(slide, number) for number, slide in enumerate(slides, 1))
        hidden = [str(n) for n, slide in enumerate(slides, 1) if slide._element.get("show") in {"0", "false"}]
        drawn = [str(n) for n, slide in enumerate(slides, 1) if any(map(_is_drawing, _shapes(slide.shapes)))]
    except Exception as fault:  # python-pptx lets KeyError, ValueError and lxml's errors through
        raise DocumentError(
            f"{path.name}: is damaged or no PowerPoint presentation ({type(fault).__name__}: {fault})",
            "Open it in PowerPoint and save it again as .pptx",
        ) from fault
    if len(every) > MAX_SLIDES:
        notes.append(f"{len(every) - MAX_SLIDES} slides behind the first {MAX_SLIDES:,} were not read")
    if hidden:
        notes.append(f"hidden slides were read too: {_some(hidden)}")
    if drawn:
        notes.append(f"the text of charts and diagrams was not read on slides: {_some(drawn)}")
    return Content(pages, title, tuple(notes))


def _some(numbers: list[str]) -> str:
    more = f" and {len(numbers) - 12} more" if len(numbers) > 12 else ""
    return ", ".join(numbers[:12]) + more


def _slide(slide: Any, number: int) -> Page:
    text = PageText()
    title = slide.shapes.title
    if title is not None and title.has_text_frame:
        text.heading(title.text_frame.text.replace("\v", " ").replace("\n", " "), 1)
    for shape in _shapes(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            _write(shape, text)
    if slide.has_notes_slide:
        frame = slide.notes_slide.notes_text_frame
        notes = [] if frame is None else [p for p in map(_words, frame.paragraphs) if p]
        if notes:
            text.line("Notes:")
            for paragraph in notes:
                text.line(paragraph)
    return text.page(number)


def _shapes(shapes: Any, depth: int = 0) -> Iterator[Shape]:
    """Shapes from the top down and from left to right, groups entered where they stand."""
    for shape in sorted(shapes, key=_place):
        if hasattr(shape, "shapes"):
            if depth < _MAX_DEPTH:
                yield from _shapes(shape.shapes, depth + 1)
        else:
            yield shape


def _place(shape: Shape) -> tuple[int, int]:
    return (int(shape.top or 0) // _LINE, int(shape.left or 0))


def _write(shape: Shape, text: PageText) -> None:
    if getattr(shape, "has_table", False):
        text.rows(tables.lines(_cells(shape.table), 1 if shape.table.first_row and len(shape.table.rows) > 1 else None))
    elif getattr(shape, "has_text_frame", False):
        kind = shape.placeholder_format.type if shape.is_placeholder else None
        if kind is not None and kind.name in {"SLIDE_NUMBER", "DATE", "FOOTER"}:  # the same on each slide
            return
        for paragraph in shape.text_frame.paragraphs:
            words = _words(paragraph)
            text.line(f"• {words}" if words and _is_item(shape, paragraph) else words)


def _words(paragraph: Any) -> str:
    return folded(paragraph.text.replace("\v", " "))


def _is_item(shape: Shape, paragraph: Any) -> bool:
    """Whether a paragraph shows a bullet: by its own properties, or as one of several of a slide's body."""
    marks = [str(e.tag).rpartition("}")[2] for e in paragraph._p.iterfind("./{*}pPr/*")]
    if "buNone" in marks:
        return False
    several = sum(1 for p in shape.text_frame.paragraphs if p.text.strip()) > 1
    inherits = shape.is_placeholder and shape.placeholder_format.type.name in {"BODY", "OBJECT"} and several
    return inherits or "buChar" in marks or "buAutoNum" in marks


def _cells(table: Any) -> list[list[tables.Cell]]:
    """The cells as they stand; those that a merged cell covers are empty."""
    return [
        [tables.Cell("" if cell.is_spanned else folded(cell.text.replace("\v", " "))) for cell in row.cells]
        for row in table.rows
    ]


def _is_drawing(shape: Shape) -> bool:
    """Whether a shape is a chart or a diagram, whose text stands in parts of their own."""
    kind = shape._element.find(".//{*}graphicData")
    uri = "" if kind is None else str(kind.get("uri", ""))
    return uri.endswith(("/chart", "/diagram"))
