"""Scanned pages to lines: a page is rendered by PDFium and read by the ``tesseract`` command, where it is installed.

The picture goes to tesseract as PGM, which is raw bytes behind one line, so that no imaging package is needed.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from rfp_responder.errors import DocumentError
from rfp_responder.ingest.lines import Line

DPI = 200  # tesseract's manual asks for 300; 200 reads office print as well in half the time
MAX_PIXELS = 40_000_000  # a sheet of A1 at 150 dpi; larger pages are rendered smaller
SECONDS = 60  # for one page
LEAST_CONFIDENCE = 30.0  # of 100; below it are mostly the specks of a scan
_GUTTER = 2.0  # a gap wider than this many word heights parts cells, not words
_POINTS = 72.0  # an inch


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    left: float
    top: float
    width: float
    height: float


def available() -> bool:
    """Whether the ``tesseract`` command is on the PATH."""
    return shutil.which("tesseract") is not None


def recognise(
    path: Path, page_numbers: Sequence[int], passwords: Sequence[str] = (), language: str = "eng"
) -> dict[int, tuple[Line, ...]]:
    """The lines of these one-based pages of a PDF; a page that took too long or failed is absent.

    Boxes are in points of the page as it is shown, origin at its bottom left; a line's ``size`` is the median height
    of its words. Raises DocumentError when tesseract is not installed or the file cannot be opened.
    """
    if not available():
        raise DocumentError(f"{path.name}: needs OCR, but tesseract was not found", "Install tesseract-ocr")
    found: dict[int, tuple[Line, ...]] = {}
    document = _document(path, passwords)
    try:
        for number in page_numbers:
            if 1 <= number <= len(document):
                lines = _page(document, number, language)
                if lines is not None:
                    found[number] = lines
    finally:
        document.close()
    return found


def _document(path: Path, passwords: Sequence[str]) -> Any:
    import pypdfium2

    for password in (None, *passwords):
        try:
            return pypdfium2.PdfDocument(path, password=password)
        except pypdfium2.PdfiumError:
            continue
    raise DocumentError(f"{path.name}: cannot be opened to render its pages", "Name its password or export it again")


def _page(document: Any, number: int, language: str) -> tuple[Line, ...] | None:
    import pypdfium2

    try:
        page = document[number - 1]
        width, height = page.get_size()
        if width <= 0 or height <= 0:
            return None
        scale = min(DPI / _POINTS, (MAX_PIXELS / (width * height)) ** 0.5)
        picture = _pgm(page.render(scale=scale, grayscale=True, may_draw_forms=False))
    except pypdfium2.PdfiumError:
        return None
    table = _tesseract(picture, language, round(scale * _POINTS))
    return None if table is None else lines(table, 1 / scale, height)


def _pgm(bitmap: Any) -> bytes:
    """The picture as PGM: rows are cut to their width, for PDFium pads them."""
    rows = memoryview(bitmap.buffer).cast("B")
    step, width = bitmap.stride, bitmap.width
    head = f"P5 {width} {bitmap.height} 255\n".encode()
    return head + b"".join(rows[at * step : at * step + width] for at in range(bitmap.height))


def _tesseract(picture: bytes, language: str, dpi: int) -> str | None:
    command = ["tesseract", "stdin", "stdout", "-l", language, "--dpi", str(dpi), "tsv"]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}  # its threads wait for one another more than they help
    try:
        done = subprocess.run(
            command, input=picture, capture_output=True, timeout=SECONDS, env=environment, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def lines(table: str, scale: float, height: float) -> tuple[Line, ...]:
    """The lines of tesseract's TSV; ``scale`` is points a pixel, ``height`` the page's in points."""
    groups: dict[tuple[str, ...], list[_Word]] = {}
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        word = _word(row)
        if word:
            key = tuple(row[name] for name in ("page_num", "block_num", "par_num", "line_num"))
            groups.setdefault(key, []).append(word)
    found: list[Line] = []
    start = 0
    for words in groups.values():
        line = _line(words, scale, height, start)
        found.append(line)
        start += len(line.text) + 1
    return tuple(found)


def _word(row: dict[str, str]) -> _Word | None:
    try:
        text = " ".join((row["text"] or "").split())
        if not text or row["level"] != "5" or float(row["conf"]) < LEAST_CONFIDENCE:
            return None
        return _Word(text, float(row["left"]), float(row["top"]), float(row["width"]), float(row["height"]))
    except (KeyError, TypeError, ValueError):  # a line cut off in the middle
        return None


def _line(words: Sequence[_Word], scale: float, height: float, start: int) -> Line:
    size = statistics.median(word.height for word in words)
    text, gaps, cell_left = words[0].text, [], words[0].left
    for before, word in pairwise(words):
        if word.left - before.left - before.width > _GUTTER * size:
            gaps.append(len(text))
            cell_left = word.left
        text = f"{text} {word.text}"
    bottom = max(word.top + word.height for word in words)
    return Line(
        start=start,
        text=text,
        left=min(word.left for word in words) * scale,
        bottom=height - bottom * scale,
        right=max(word.left + word.width for word in words) * scale,
        top=height - min(word.top for word in words) * scale,
        size=size * scale,
        gaps=tuple(gaps),
        cell_left=cell_left * scale,
    )
