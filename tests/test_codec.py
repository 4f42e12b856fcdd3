"""A document to JSON and back: every field, and nothing else gets through."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfp_responder.domain import Document, Heading, Page
from rfp_responder.ingest.codec import decode, encode
from tests.makers import document

NUMBER = st.integers(0, 10**9)
TEXTS = st.lists(st.text(max_size=20), max_size=3).map(tuple)
HEADINGS = st.lists(st.builds(Heading, NUMBER, NUMBER, st.text(max_size=20)), max_size=3).map(tuple)
ORIGINS = st.lists(st.tuples(NUMBER, NUMBER, NUMBER), max_size=3).map(tuple)
PAGES = st.lists(st.builds(Page, NUMBER, st.text(max_size=5), st.text(), HEADINGS, ORIGINS), max_size=3).map(tuple)
DOCUMENTS = st.builds(
    Document,
    *[st.text(max_size=20)] * 5,
    pages=PAGES,
    effective=st.none() | st.dates(),
    notes=TEXTS,
    version=st.text(max_size=9),
    tags=TEXTS,
    audience=st.text(max_size=9),
    scans=st.lists(NUMBER, max_size=3).map(tuple),
)


@given(DOCUMENTS)
def test_a_document_comes_back_as_it_was_and_is_one_line(made: Document) -> None:
    line = encode(made)
    assert b"\n" not in line
    assert decode(line) == made


def test_letters_that_no_text_should_hold_come_back_too() -> None:
    made = document("a\x00b \u2028 🔐", name="ä\n.pdf", effective=date(2026, 3, 1))
    assert decode(encode(made)) == made
    made = replace(made, title="\ud800", notes=("\udcff",))
    assert decode(encode(made)) == made


@pytest.mark.parametrize(
    "change",
    [{"pages": None}, {"pages": [[1]]}, {"pages": [["x", "", "", [], []]]}, {"effective": "soon"}, {"notes": None},
     {"pages": [[1, "1", "x", [[0, 1]], []]]}, {"pages": [[1, "1", "x", [], [[1, 2]]]]}, {"effective": 5}],
)  # fmt: skip
def test_what_is_no_document_is_refused(change: dict[str, object]) -> None:
    whole = json.loads(encode(document("x")))
    assert decode(json.dumps(whole).encode()) == document("x")
    with pytest.raises((ValueError, KeyError, TypeError)):
        decode(json.dumps(whole | change).encode())


@pytest.mark.parametrize("missing", sorted(json.loads(encode(document("x")))))
def test_every_field_is_needed(missing: str) -> None:
    whole = json.loads(encode(document("x")))
    del whole[missing]
    with pytest.raises(KeyError):
        decode(json.dumps(whole).encode())


@given(st.binary(max_size=60))
def test_no_line_breaks_it_in_another_way(line: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        decode(line)
