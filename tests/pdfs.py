"""Makers of PDFs beyond plain pages: columns that interleave, forms, attached files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pypdf
from reportlab.pdfgen.canvas import Canvas

from tests.makers import BODY, LEADING, LEFT, TOP, Draw, column


def interleaved(*columns: Sequence[str], before: Sequence[str] = (), after: Sequence[str] = ()) -> Draw:
    """A page whose columns are written line by line across the page, between lines of its full width."""

    def draw(canvas: Canvas) -> None:
        column(canvas, before)
        top = TOP - LEADING * (len(before) + 1)
        longest = max(map(len, columns))
        for row in range(longest):
            for place, lines in enumerate(columns):
                if row < len(lines):
                    canvas.setFont(BODY, 11)
                    canvas.drawString(LEFT + place * 480 / len(columns), top - row * LEADING, lines[row])
        column(canvas, after, top=top - (longest + 1) * LEADING)

    return draw


def form(lines: Sequence[str], fields: Mapping[str, str], boxes: Mapping[str, bool]) -> Draw:
    """A page with a form: text fields with their values, boxes that are checked or not."""

    def draw(canvas: Canvas) -> None:
        column(canvas, lines)
        y = TOP - LEADING * (len(lines) + 3)
        for name, value in fields.items():
            canvas.acroForm.textfield(name=name, value=value, x=200, y=y, width=200, height=20)
            y -= 30
        for name, checked in boxes.items():
            canvas.acroForm.checkbox(name=name, checked=checked, x=200, y=y)
            y -= 30

    return draw


def with_attachment(source: Path, path: Path, name: str) -> Path:
    """A copy with a file embedded in it."""
    writer = pypdf.PdfWriter(clone_from=source)
    writer.add_attachment(name, b"what is in it")
    writer.write(path)
    return path
