"""Pages to chunks: on sentence and heading borders, within the window."""

from __future__ import annotations

from rfp_responder.domain import Document, Heading
from rfp_responder.index.embed import HashingEmbedder, LocalEmbedder
from rfp_responder.ingest.chunk import ChunkSettings, chunk_document, header
from tests.makers import document, page

COUNT = HashingEmbedder().count_tokens
SENTENCE = "The platform team reviews each access right twice a year and writes down what it found. "


def test_a_short_page_is_one_chunk_with_its_place() -> None:
    made = document("Keys are rotated every 90 days.", name="a/keys.pdf", title="Keys")
    [chunk] = chunk_document(made, COUNT)
    assert (chunk.document_name, chunk.document_title, chunk.page_number) == ("a/keys.pdf", "Keys", 1)
    assert (chunk.start, chunk.end, chunk.text) == (0, 31, "Keys are rotated every 90 days.")


def test_a_chunk_never_leaves_its_page() -> None:
    chunks = chunk_document(document("One page.", "", "Third page."), COUNT)
    assert [(c.page_number, c.text) for c in chunks] == [(1, "One page."), (3, "Third page.")]


def test_a_page_without_text_gives_no_chunk() -> None:
    assert chunk_document(document("", " \n "), COUNT) == []


def test_chunks_end_at_sentences() -> None:
    chunks = chunk_document(document(SENTENCE * 60), COUNT)
    assert len(chunks) > 3
    assert all(c.text.endswith("found.") and c.text.startswith("The") for c in chunks)


def test_a_heading_goes_with_what_follows_it_and_is_on_the_path() -> None:
    text = SENTENCE * 13 + "\nKeys\n" + SENTENCE * 3
    at = text.index("\nKeys") + 1
    chunks = chunk_document(document(page(text, 1, [Heading(at, 2, "Keys")])), COUNT)
    [keys] = [c for c in chunks if "Keys" in c.text]
    assert keys.text.startswith("Keys\n")
    assert keys.heading == "Keys"


def test_the_path_of_headings_goes_on_over_pages() -> None:
    made = document(
        page("Rules\nwords", 1, [Heading(0, 1, "Rules")]),
        page("Keys\nwords here", 2, [Heading(0, 2, "Keys")]),
        page("more words", 3),
    )
    assert [c.heading for c in chunk_document(made, COUNT)] == ["Rules", "Rules > Keys", "Rules > Keys"]


def test_a_sentence_longer_than_the_window_is_cut_between_words() -> None:
    chunks = chunk_document(document("word " * 900), COUNT)
    assert len(chunks) > 3
    assert all(set(c.text.split()) == {"word"} for c in chunks)


def test_the_same_document_gives_the_same_ids_and_another_text_or_title_gives_others() -> None:
    variants = (document(SENTENCE), document(SENTENCE), document(SENTENCE, title="Else"), document(SENTENCE + "More."))
    ids = [{c.id for c in chunk_document(variant, COUNT)} for variant in variants]
    assert ids[0] == ids[1]
    assert len(ids[0] | ids[2] | ids[3]) == 3


def _longest(made: Document, embedder: HashingEmbedder | LocalEmbedder, window: int) -> int:
    chunks = chunk_document(made, embedder.count_tokens, ChunkSettings(max_tokens=window))
    return max(embedder.count_tokens([header(c.document_title, c.heading) + c.text for c in chunks]))


def test_no_chunk_with_its_header_exceeds_the_window_of_the_real_tokenizer(
    minilm: LocalEmbedder,
) -> None:
    long = "安全" * 40
    text = "Überprüfung\n" + "数据在静态时加密。" * 200 + SENTENCE * 30 + "x9$" * 400 + " 🔐" * 300
    made = document(page(text, 1, [Heading(0, 1, long)]), title=long)
    assert _longest(made, minilm, minilm.max_tokens) <= minilm.max_tokens
    assert _longest(document(made.pages[0].text), minilm, 128) <= 128


def test_a_smaller_window_gives_smaller_chunks() -> None:
    made = document(SENTENCE * 40)
    assert _longest(made, HashingEmbedder(), 96) <= 96
