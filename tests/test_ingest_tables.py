"""Tables as lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rfp_responder.ingest.markup import markdown_pages
from rfp_responder.ingest.tables import LONG_ROW, Cell, lines
from rfp_responder.text import sentences


def rows(*texts: str) -> list[list[Cell]]:
    return [[Cell(cell) for cell in text.split("|")] for text in texts]


def test_values_carry_the_names_of_their_columns_from_three_columns_on() -> None:
    assert list(lines(rows("Plan|Uptime|Credit", "Gold|99|1"))) == ["Plan: Gold\tUptime: 99\tCredit: 1"]
    assert list(lines(rows("Plan|Uptime", "Gold|99"))) == ["Plan\tUptime", "Gold\t99"]


def test_a_table_without_a_header_is_written_as_it_stands() -> None:
    assert list(lines(rows("Gold|99|1", "Free|98|0"))) == ["Gold\t99\t1", "Free\t98\t0"]
    assert list(lines(rows("We do so.|We do.|Yes.", "a|b|c"))) == ["We do so.\tWe do.\tYes.", "a\tb\tc"]


def test_a_row_too_long_to_be_cited_whole_is_written_a_cell_a_line() -> None:
    (line,) = lines(rows("Control|Text|Owner", f"AC-2|{'word ' * (LONG_ROW // 5)}|CISO"))
    assert line.split("\n")[0] == "Control: AC-2"
    assert line.split("\n")[2] == "Owner: CISO"


def test_a_long_name_of_a_column_is_shortened_where_it_is_repeated() -> None:
    name = "Implementation description (tell how each of the controls is met by you)"
    (line,) = lines(rows(f"ID|Answer|{name}", "1|Yes|by us"))
    assert line == "ID: 1\tAnswer: Yes\tImplementation description (tell how each of the controls…: by us"


def test_a_markdown_table_names_its_columns_with_each_row() -> None:
    source = "| Plan | Uptime | Credit |\n|---|:---:|---|\n| **Gold** | 99 \\| 98 | 1 |\n\nafter"
    assert markdown_pages(source)[0][0].text == "Plan: Gold\tUptime: 99 | 98\tCredit: 1\nafter"


def test_pipes_in_a_code_block_are_no_table() -> None:
    assert markdown_pages("```\n| a | b |\n| c | d |\n```")[0][0].text == "| a | b |\n| c | d |"


cells = st.lists(st.text("abc 12.", max_size=6).map(str.strip), min_size=1, max_size=5)


@given(st.lists(cells, min_size=1, max_size=6))
def test_every_row_is_one_sentence_and_no_cell_below_the_header_is_lost(table: list[list[str]]) -> None:
    found = list(lines([[Cell(text) for text in row] for row in table]))
    for row, line in zip(table[len(table) - len(found) :], found, strict=True):
        assert all(text in line for text in row)
        assert len(sentences(line)) <= 1 or "\t" not in line
