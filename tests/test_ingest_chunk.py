"""Pages to chunks: on sentence and heading borders, within the window."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from rfp_responder.domain import Document, Heading, Page
from rfp_responder.index.embed import HashingEmbedder, LocalEmbedder
from rfp_responder.ingest.chunk import ChunkSettings, block_key, chunk_document, embedded_text
from tests.makers import chunk, document, page

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
    return max(embedder.count_tokens([embedded_text(c) for c in chunks]))


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


# -- tables -------------------------------------------------------------------------------------------------


def rows(count: int) -> str:
    lines = ["Region\tCustomers\t2023\t2024", *(f"Region {n}\t{n},204.5\t€ 1{n}\tnone yet" for n in range(count))]
    return "\n".join(lines)


def test_a_slice_of_a_table_knows_the_names_of_its_columns() -> None:
    text = "Before it.\n" + rows(60) + "\nAfter it."
    chunks = chunk_document(document(text), COUNT)
    within = [c for c in chunks if c.text.startswith("Region ")]
    assert len(within) > 1
    assert {c.columns for c in within if "Region\t" not in c.text} == {"Region | Customers | 2023 | 2024"}
    assert chunks[0].columns == ""
    assert all(c.text == text[c.start : c.end] for c in chunks)


def test_a_table_without_names_of_columns_gives_none() -> None:
    text = "\n".join(f"{n}\t{n + 1}\t{n + 2}" for n in range(200))
    chunks = chunk_document(document(text), COUNT)
    assert len(chunks) > 1
    assert {c.columns for c in chunks} == {""}


def test_what_is_embedded_is_the_place_then_the_text_without_a_tables_figures() -> None:
    made = replace(chunk("Europe\t1,204.5\t€ 17\t2024\tnone", heading="Numbers"), columns="Region | Sum")
    assert embedded_text(made) == "Guide > Numbers\nRegion | Sum\nEurope\t\t\t2024\tnone"
    assert embedded_text(chunk("It costs 1,204.5 a year.", heading="")) == "Guide\nIt costs 1,204.5 a year."


# -- blocks -------------------------------------------------------------------------------------------------

LONG = SENTENCE * 3


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (LONG, LONG.upper()),
        (LONG, LONG.replace(" ", "\n  ")),
        (LONG, LONG.replace("reviews each access right", "reviewed each access rights;")),
    ],
)
def test_case_space_marks_and_inflection_do_not_make_another_block(one: str, two: str) -> None:
    assert block_key(chunk(one)) == block_key(chunk(two, name="other.pdf", number=7, start=3, title="Else"))


@pytest.mark.parametrize(
    "two",
    [
        LONG.replace("twice", "monthly"),
        LONG.replace("a year", "in 2 years"),
        LONG.replace("reviews", "never reviews"),
        LONG.replace("and writes", "and neither writes"),
        LONG + "Sometimes.",
    ],
)
def test_another_word_number_or_negation_makes_another_block(two: str) -> None:
    assert block_key(chunk(LONG)) != block_key(chunk(two))


def test_a_heading_or_a_column_makes_another_block_and_a_title_only_of_a_short_text() -> None:
    made = chunk(LONG)
    assert block_key(made) != block_key(chunk(LONG, heading="Else"))
    assert block_key(made) != block_key(replace(made, columns="Region | Sum"))
    assert block_key(made) == block_key(chunk(LONG, title="Else"))
    assert block_key(chunk("It is supported.")) != block_key(chunk("It is supported.", title="Else"))
    assert block_key(chunk("It is supported.")) == block_key(chunk("It is supported!", name="other.pdf"))


def test_a_row_cut_off_from_its_header_carries_the_names_of_the_columns() -> None:
    rows = [f"Plan {n}\t{n} hours\t{n}0 per cent of the fee\tby telephone and in the portal" for n in range(40)]
    made = document("\n".join(["Plan\tResponse\tCredit\tChannel", *rows]))
    first, *others = chunk_document(made, COUNT)
    assert first.columns == ""
    assert others
    assert {chunk.columns for chunk in others} == {"Plan | Response | Credit | Channel"}
    assert all("Plan | Response" in embedded_text(chunk) for chunk in others)


def test_a_long_row_is_cut_between_cells_and_its_rest_carries_how_it_begins() -> None:
    row = "\t".join(f"Name {n}: " + f"word{n} " * 30 for n in range(6)).strip()
    first, *others = chunk_document(document(row), COUNT)
    assert others
    for other in others:
        assert other.text.startswith("Name ")
        assert other.columns.startswith("Name 0: word0")
    assert first.columns == ""


def test_figures_of_a_table_are_left_out_of_what_is_embedded_and_years_stay() -> None:
    made = document("Revenue\t1,204.5\t$998\t(12.5)%\nIn 2023\t2022\t17 people")
    [chunk] = chunk_document(made, COUNT)
    seen = embedded_text(chunk)
    assert chunk.text.count("1,204.5") == 1
    assert not any(figure in seen for figure in ("1,204.5", "998", "12.5"))
    assert all(kept in seen for kept in ("2023", "2022", "17 people"))


@pytest.mark.parametrize(
    "text", ["See e.g. it. " * 60_000, "a" * 9_000_000, "\n".join("a" * 30_000), "k\tv\n" * 90_000]
)
def test_an_endless_line_thousands_of_headings_and_an_endless_table_are_cut_in_seconds(text: str) -> None:
    headings = tuple(Heading(2 * n, 1 + n % 3, "a") for n in range(30_000)) if text.startswith("a\n") else ()
    started = time.perf_counter()
    assert chunk_document(document(Page(1, "1", text, headings)), COUNT)
    assert time.perf_counter() - started < 15  # by the square of the length it is minutes
