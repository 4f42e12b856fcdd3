"""Scanned pages: tesseract's table to lines, and, where tesseract is installed, real recognition."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from rfp_responder.errors import DocumentError
from rfp_responder.ingest import ocr
from tests.makers import LEFT, TOP, encrypted, pdf
from tests.office import scanned

needs_tesseract = pytest.mark.skipif(not ocr.available(), reason="the tesseract command is not installed")

HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
BODY = ["Customer data is encrypted at rest with AES-256.", "", "Backups are kept for 35 days."]


def row(line: int, left: int, top: int, text: str, conf: float = 90, width: int = 100) -> str:
    return f"5\t1\t1\t1\t{line}\t1\t{left}\t{top}\t{width}\t20\t{conf}\t{text}"


def table(*rows: str) -> str:
    return "\n".join((HEAD, *rows)) + "\n"


def test_words_become_lines_with_boxes_in_points() -> None:
    found = ocr.lines(table(row(1, 100, 200, "Keys"), row(1, 210, 202, "rotate"), row(2, 100, 240, "daily")), 0.36, 842)
    assert [(line.start, line.text) for line in found] == [(0, "Keys rotate"), (12, "daily")]
    first = found[0]
    assert (first.left, first.right, first.size) == pytest.approx((36, 111.6, 7.2))
    assert (first.top, first.bottom) == pytest.approx((842 - 72, 842 - 222 * 0.36))


def test_words_that_are_hardly_seen_are_dropped() -> None:
    assert [line.text for line in ocr.lines(table(row(1, 0, 0, "seen", 30), row(1, 110, 0, "~", 29.9)), 1, 800)] == [
        "seen"
    ]
    assert ocr.lines(table(row(1, 0, 0, "~", 5)), 1, 800) == ()


def test_a_wide_gap_parts_cells() -> None:
    (line,) = ocr.lines(table(row(1, 0, 0, "Owner"), row(1, 110, 0, "of"), row(1, 400, 0, "CISO")), 0.5, 800)
    assert (line.text, line.gaps, line.cell_left) == ("Owner of CISO", (8,), 200)


@pytest.mark.parametrize("broken", ["", HEAD, "no table", table("5\t1\t1"), table(row(1, 0, 0, "x", width=1)[:-3])])
def test_a_broken_table_gives_no_lines(broken: str) -> None:
    assert ocr.lines(broken, 1, 800) == ()


def test_without_tesseract_the_remedy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not ocr.available()
    with pytest.raises(DocumentError, match="Install tesseract-ocr"):
        ocr.recognise(pdf(tmp_path / "a.pdf", [BODY]), [1])


@needs_tesseract
def test_a_page_that_is_a_picture_is_read_where_it_stands(tmp_path: Path) -> None:
    path = scanned(pdf(tmp_path / "a.pdf", [BODY, ["# Second", "words"]]), tmp_path / "b.pdf")
    found = ocr.recognise(path, [1, 2, 3])
    assert sorted(found) == [1, 2]
    assert [line.text for line in found[1]] == [line for line in BODY if line]
    first = found[1][0]
    assert first.left == pytest.approx(LEFT, abs=2)
    assert first.bottom == pytest.approx(TOP, abs=4)
    assert 5 < first.size < 12
    assert found[2][0].size > first.size * 1.3


@needs_tesseract
def test_a_page_behind_a_password_is_read_with_it(tmp_path: Path) -> None:
    path = encrypted(scanned(pdf(tmp_path / "a.pdf", [BODY]), tmp_path / "b.pdf"), tmp_path / "c.pdf", "open")
    assert ocr.recognise(path, [1], ("wrong", "open"))[1][0].text == BODY[0]
    with pytest.raises(DocumentError, match="cannot be opened to render"):
        ocr.recognise(path, [1], ("wrong",))


@needs_tesseract
def test_a_page_that_takes_too_long_is_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "SECONDS", 0.001)
    assert ocr.recognise(pdf(tmp_path / "a.pdf", [BODY]), [1]) == {}


@needs_tesseract
def test_an_unknown_language_leaves_the_page_out(tmp_path: Path) -> None:
    assert ocr.recognise(pdf(tmp_path / "a.pdf", [BODY]), [1], language="no-such") == {}
    assert subprocess.run(["tesseract", "--version"], capture_output=True, check=False).returncode == 0
