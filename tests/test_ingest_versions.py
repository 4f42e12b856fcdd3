"""What a document calls itself, by its text or by its front matter."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfp_responder.ingest import read
from rfp_responder.ingest.frontmatter import effective, front_matter, values
from rfp_responder.ingest.versions import version
from tests.makers import file


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Version 3.2", "3.2"),
        ("v2.1", "2.1"),
        ("Rev. 4", "4"),
        ("Revision B", "B"),
        ("Version: 2.0 | 3 March 2025", "2.0"),
        ("Version 2.0, effective 1 March 2025", "2.0"),
        ("Access Control Policy V 2.0 - Final", "2.0"),
        ("Information Security Policy, Version 4.1", "4.1"),
        ("Document version\t3.2", "3.2"),
        ("Title\nVersion\n3.2\nScope", "3.2"),
        ("Version\t1.0\tDate\t2024-01-01", "1.0"),
        (
            "Version: 1.0\tDate: 2023\tBy: AB\nVersion: 1.10\tDate: 2024\tBy: AB\nVersion: 1.9\tDate: 2023\tBy: CD",
            "1.10",
        ),
        ("Release 2024.1", "2024.1"),
        ("Software Support Policy v3", "3"),
        ("Edition 2025\nVersion 2.4 · effective 1 January 2025", "2.4"),
        ("Version 4.1 · effective 3 February 2026 · revised 11 May 2026", "4.1"),
        ("Version 2026-07 · effective 15 July 2026", "2026-07"),
    ],
)
def test_a_line_that_says_nothing_else_tells_the_version(text: str, found: str) -> None:
    assert version(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "TLS version 1.2",
        "TLS 1.2\nversion of the protocol",
        "ISO 27001 version 2022",
        "NIST SP 800-53 Rev. 5",
        "We use version 1.2 of the tool",
        "We moved to version 3.1.",
        "Version 5 approved by the board on Monday in an open session with all its members",
        "Minimum supported version 3.4",
        "V3 rocket",
        "x\n" * 2500 + "Version 3.2",
        "",
    ],
)
def test_the_version_of_something_else_is_none(text: str) -> None:
    assert version(text) == ""


def test_a_document_has_the_version_its_text_tells(tmp_path: Path) -> None:
    assert read(file(tmp_path / "a.txt", "Backup policy\nVersion 3.2\n"), "a.txt").version == "3.2"


FRONT = """---
title: "Backup & restore policy"   # a comment
version: 3.2
tags: [backup, 'disaster recovery']
audience: customers
effective_date: 2025-03-01
owners:
  - Ann
  - Bob
---
# Backups

Version 1.0
"""


def test_front_matter_fills_what_a_markdown_file_says_of_itself(tmp_path: Path) -> None:
    found = read(file(tmp_path / "a.md", FRONT), "a.md")
    assert (found.title, found.version, found.audience) == ("Backup & restore policy", "3.2", "customers")
    assert found.tags == ("backup", "disaster recovery")
    assert found.effective == date(2025, 3, 1)
    assert found.pages[0].text == "Backups\nVersion 1.0"


@pytest.mark.parametrize(
    ("source", "tags"),
    [
        ("---\ntags: a, b\n---\n", ("a", "b")),
        ("---\ntags:\n- a\n- b\n---\n", ("a", "b")),
        ("---\ntags:\n  - a # one\n  - 'b'\n...\n", ("a", "b")),
        ("---\nkeywords: [a, a]\n---\n", ("a",)),
        ("---\ntags: []\nlabels: x\n---\n", ("x",)),
    ],
)
def test_lists_are_read_in_the_usual_forms(source: str, tags: tuple[str, ...]) -> None:
    assert values(front_matter(source)[0], "tags", "keywords", "labels") == tags


def test_a_date_in_words_is_a_date() -> None:
    assert effective(front_matter("---\ndate: 3 March 2025\n---\n")[0]) == date(2025, 3, 3)


@pytest.mark.parametrize(
    "source",
    ["---\nJust a rule above words.\n---\nmore", "---\ntitle: never closed\n", "text\n---\na: b\n---\n", "---"],
)
def test_what_is_no_front_matter_stays_text(source: str) -> None:
    assert front_matter(source) == ({}, source)


@given(st.text("-: \nab[],'\"#>|", max_size=200))
def test_no_text_below_front_matter_is_changed(source: str) -> None:
    fields, rest = front_matter("---\n" + source)
    assert ("---\n" + source).endswith(rest)
    assert not fields or rest != "---\n" + source


@given(st.text("Version vRevision. 123\n\t:", max_size=300))
def test_a_version_is_short_and_stands_in_the_text(text: str) -> None:
    assert version(text).lower() in text.lower()
