"""Markdown and plain text in."""

from __future__ import annotations

from pathlib import Path

import pytest

from rfp_responder.errors import DocumentError
from rfp_responder.ingest import read
from rfp_responder.ingest.markup import markdown_pages, read_text, text_pages
from tests.makers import SECURITY, file


def text(source: str) -> str:
    return markdown_pages(source)[0][0].text


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("**bold** and *italic* and `code`", "bold and italic and code"),
        ("a [link](http://x.y) and ![alt](p.png)", "a link and alt"),
        ("<b>raw</b> &amp; <!-- gone -->&lt;x&gt;", "raw & <x>"),
        ("snake_case_name and 2*3*4", "snake_case_name and 2*3*4"),
        ("- one\n- [x] two", "• one\n• two"),
        ("a line\nthat goes on", "a line that goes on"),
        ("| A | B |\n|---|---|\n| 1 | 2 |", "A\tB\n1\t2"),
        ("> quoted", "quoted"),
        ("---\ntitle: x\n---\nbody", "body"),
        ("```\n# no heading\n```", "# no heading"),
        ("one\r\n\r\ntwo", "one\ntwo"),
        ("", ""),
    ],
)
def test_markup_is_taken_off_and_words_stay(source: str, shown: str) -> None:
    assert text(source) == shown


def test_headings_are_kept_with_their_level_and_place() -> None:
    pages, title = markdown_pages("# Top\n\nwords\n\nUnder\n-----\n\nmore\n\n### Deep ###\n")
    page = pages[0]
    assert [(h.level, h.text) for h in page.headings] == [(1, "Top"), (2, "Under"), (3, "Deep")]
    assert all(page.text[h.start :].startswith(h.text) for h in page.headings)
    assert title == "Top"


def test_a_text_has_a_page_for_each_form_feed() -> None:
    assert [(p.number, p.text) for p in text_pages("one\ftwo")] == [(1, "one"), (2, "two")]


@pytest.mark.parametrize(
    "content",
    ["größer".encode(), "größer".encode("utf-8-sig"), "größer".encode("utf-16"), "größer".encode("cp1252")],
)
def test_the_usual_encodings_are_read(content: bytes, tmp_path: Path) -> None:
    assert read_text(file(tmp_path / "a.txt", content)) == "größer"


def test_a_binary_file_with_a_texts_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="is binary"):
        read(file(tmp_path / "a.md", b"\x00\x01\x02" * 9), "a.md")


def test_a_stray_nul_cuts_no_text_off(tmp_path: Path) -> None:
    assert read_text(file(tmp_path / "a.txt", b"x" * 5000 + b"\0the end")).endswith(" the end")


def test_a_markdown_document_has_a_title_and_one_page(tmp_path: Path) -> None:
    found = read(file(tmp_path / "a.md", SECURITY), "a.md")
    assert (found.title, len(found.pages), found.media_type) == ("Security guide", 1, "text/markdown")
    assert "AES-256" in found.pages[0].text
