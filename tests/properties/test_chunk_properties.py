"""Whatever the pages: chunks are slices, cover every word once, and fit the window."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from rfp_responder.domain import Document, Heading
from rfp_responder.index.embed import HashingEmbedder
from rfp_responder.ingest.chunk import ChunkSettings, block_key, chunk_document, embedded_text, header
from tests.makers import document, page

COUNT = HashingEmbedder().count_tokens
WORD = st.one_of(st.text("abcxyz.,;:!?-•\t", min_size=1, max_size=12), st.text("é中🔐", min_size=1, max_size=200))
LINE = st.lists(WORD, min_size=1, max_size=60).map(" ".join)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    pages = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        lines = draw(st.lists(LINE, max_size=8))
        text = "\n".join(lines)
        starts, at = [], 0
        for line in lines:
            if line.strip() and not line[:1].isspace() and draw(st.booleans()):
                starts.append(Heading(at, draw(st.integers(1, 4)), line.strip()[:120]))
            at += len(line) + 1
        pages.append(page(text, number, starts))
    return document(*pages, title=draw(st.text("Abc é", max_size=120)))


@settings(max_examples=40, deadline=None)
@given(documents(), st.integers(100, 300))
def test_chunks_are_slices_cover_every_word_once_and_fit_the_window(made: Document, window: int) -> None:
    chunks = chunk_document(made, COUNT, ChunkSettings(max_tokens=window))
    texts = {p.number: p.text for p in made.pages}
    assert all(c.text == texts[c.page_number][c.start : c.end] for c in chunks)
    for number, text in texts.items():
        of_page = [c for c in chunks if c.page_number == number]
        assert all(a.end <= b.start for a, b in pairwise(of_page))
        assert "".join("".join(c.text.split()) for c in of_page) == "".join(text.split())
    sizes = COUNT([header(c.document_title, c.heading) + c.text for c in chunks])
    assert all(size <= window for size in sizes)


@settings(max_examples=40, deadline=None)
@given(documents())
def test_chunks_have_distinct_ids_that_stay_the_same(made: Document) -> None:
    ids = [c.id for c in chunk_document(made, COUNT)]
    assert len(set(ids)) == len(ids)
    assert ids == [c.id for c in chunk_document(made, COUNT)]


@settings(max_examples=40, deadline=None)
@given(documents())
def test_at_the_models_window_what_is_embedded_fits_it(made: Document) -> None:
    chunks = chunk_document(made, COUNT)
    assert all(size <= 256 for size in COUNT([embedded_text(c) for c in chunks]))


@settings(max_examples=40, deadline=None)
@given(documents(), st.sampled_from(["other.pdf", "sub/guide.pdf"]))
def test_the_same_text_in_another_document_is_the_same_blocks_and_other_chunks(made: Document, name: str) -> None:
    chunks = chunk_document(made, COUNT)
    assert all(c.block == block_key(c) for c in chunks)
    copy = document(*made.pages, name=name, title=made.title)
    others = chunk_document(copy, COUNT)
    assert [c.block for c in others] == [c.block for c in chunks]
    assert not {c.id for c in others} & {c.id for c in chunks}
