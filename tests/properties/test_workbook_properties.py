"""Whatever is asked and answered: answers come back letter by letter and nothing else changes."""

from __future__ import annotations

import csv
import io
import sys
import tempfile
from pathlib import Path
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from rfp_responder.domain import Answer, Question
from rfp_responder.questionnaire import fill, inspect
from rfp_responder.questionnaire.csv_file import raw_fields
from rfp_responder.questionnaire.model import Edit
from rfp_responder.questionnaire.places import cell_name
from rfp_responder.questionnaire.proof import prove_workbook
from rfp_responder.questionnaire.rawsheet import Formula
from rfp_responder.questionnaire.references import Surroundings
from rfp_responder.questionnaire.sheetsplice import splice_sheet
from rfp_responder.questionnaire.sheetxml import unescape
from rfp_responder.questionnaire.splice import write
from rfp_responder.questionnaire.stale import _blocks, _Graph
from rfp_responder.questionnaire.xlsx import read
from rfp_responder.questionnaire.xmltext import escaped

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the makers live one folder up

from workbooks import answer_to, members, workbook

TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
ROWS = [["Question", "Answer", "Comments"], ["Do you?", "", "old"], ["Is it?"], [], ["Are they?", "", "", "", "far"]]
PLACES = st.tuples(st.integers(1, 12), st.integers(1, 30))


@given(TEXT)
def test_escaping_is_undone_by_reading(text: str) -> None:
    plain = escaped(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert unescape(plain) == text


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(PLACES, TEXT.filter(str.strip), max_size=12))
def test_written_cells_read_back_and_no_other_cell_or_part_changes(texts: dict[tuple[int, int], str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = workbook(Path(folder) / "q.xlsx", ROWS, others={"More": [["x", 1]]})
        out = Path(folder) / "o.xlsx"
        written = write(path, out, [Edit("Questions", row, column, text) for (row, column), text in texts.items()])
        assert len(written.edits) == len(texts)
        before, after = read(path)[0], read(out)[0]
        for row in range(1, 14):
            for column in range(1, 32):
                expected = texts.get((row, column), before.text(row, column)).replace("\r\n", "\n")
                assert after.text(row, column) == expected
        parts, now = members(path), members(out)
        assert {name for name in parts if parts[name] != now[name]} <= {"xl/worksheets/sheet1.xml"}


@given(st.lists(PLACES, unique=True, max_size=8), st.permutations(range(8)))
def test_the_order_of_edits_does_not_matter(places: list[tuple[int, int]], order: list[int]) -> None:
    data = b'<worksheet xmlns="m"><sheetData><row r="2"><c r="B2"/></row><row r="5"/></sheetData></worksheet>'
    edits = [Edit("S", row, column, f"{row}.{column}") for row, column in places]
    shuffled = [edits[n] for n in order if n < len(edits)]
    assert splice_sheet(data, "q", edits).data == splice_sheet(data, "q", shuffled).data


FIELD = st.text(st.sampled_from('ab ;,"\n\r'), max_size=6)


@given(st.lists(FIELD, min_size=1, max_size=5), st.sampled_from([",", ";"]), st.sampled_from([0, 1]))
def test_the_fields_of_a_record_are_found_as_a_csv_reader_finds_them(
    fields: list[str], delimiter: str, quoting: Literal[0, 1]
) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, quoting=quoting).writerow(fields)
    raw = raw_fields(buffer.getvalue(), delimiter)
    assert delimiter.join(raw) + "\r\n" == buffer.getvalue()
    assert [(next(csv.reader([field], delimiter=delimiter), []) or [""])[0] for field in raw] == fields


@given(st.integers(0, 3_000), st.integers(0, 3_000))
def test_blocks_cover_a_range_exactly_and_are_few(one: int, two: int) -> None:
    first, last = min(one, two), max(one, two)
    found = list(_blocks(first, last))
    assert sorted(n for size, block in found for n in range(block << size, (block + 1) << size)) == [
        *range(first, last + 1)
    ]
    assert len(found) <= 24


CELLS = st.tuples(st.integers(1, 9), st.integers(1, 6))


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(CELLS, st.tuples(CELLS, CELLS), max_size=14), st.sets(CELLS, min_size=1, max_size=3))
def test_stale_cells_are_those_that_a_plain_search_finds(
    formulas: dict[tuple[int, int], tuple[tuple[int, int], tuple[int, int]]], changed: set[tuple[int, int]]
) -> None:
    graph = _Graph()
    found = [
        Formula(row, column, f"SUM({cell_name(*one)}:{cell_name(*two)})")
        for (row, column), (one, two) in formulas.items()
    ]
    graph.add_sheet(0, found, Surroundings(["s"], {}, {}))
    dirty = set(changed)
    stale: set[tuple[int, int]] = set()
    for _ in formulas:
        for place, (one, two) in formulas.items():
            rows, columns = sorted((one[0], two[0])), sorted((one[1], two[1]))
            if any(rows[0] <= r <= rows[1] and columns[0] <= c <= columns[1] for r, c in dirty):
                stale.add(place)
                dirty.add(place)
    touched = graph.spread([(0, row, column) for row, column in changed])
    assert {node.places[0][1:] for node in touched} == stale


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(PLACES, TEXT.filter(str.strip), max_size=8),
    st.booleans(),
    st.dictionaries(st.tuples(st.just("Questions"), st.integers(1, 30)), st.floats(1, 300), max_size=4),
)
def test_whatever_is_written_is_proved(
    texts: dict[tuple[int, int], str], wrap: bool, widths: dict[tuple[str, int], float]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = workbook(Path(folder) / "q.xlsx", [*ROWS, [], []], merges=["A7:B8"], formulas={"D2": ("=LEN(B2)", 0)})
        out = Path(folder) / "o.xlsx"
        edits = [Edit("Questions", row, column, text) for (row, column), text in texts.items()]
        written = write(path, out, edits, wrap=wrap, widths=widths)
        proof = prove_workbook(path, out, written.edits, {}, widths=widths)
        assert proof.written == len(edits) - len(written.refused)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(["question", "heading", "blank", "filled", "error", "silent", "total"]), min_size=1, max_size=15
    )
)
def test_every_row_ends_exactly_once_and_as_it_should(kinds: list[str]) -> None:
    rows: list[list[object]] = [["ID", "Question", "Answer"], ["0", "Do you have a policy?"]]
    for n, kind in enumerate(kinds, 1):
        asked = {"heading": "Topic", "total": "Total", "blank": None}.get(kind, f"Do you have {kind} control {n}?")
        rows.append([str(n) if asked and "control" in asked else None, asked, "kept" if kind == "filled" else None])

    def answer(question: Question) -> Answer:
        if "error" in question.text:
            raise ValueError("no")
        return answer_to(question, status="unanswered" if "silent" in question.text else "answered")

    with tempfile.TemporaryDirectory() as folder:
        path = workbook(Path(folder) / "q.xlsx", rows)
        report = fill(path, Path(folder) / "o.xlsx", answer)
        expected = {
            "question": "answered",
            "heading": "not_a_question",
            "total": "not_a_question",
            "filled": "not_required",
            "error": "error",
            "silent": "unanswered",
        }
        ended = [(row.row, row.status) for row in report.rows]
        wanted = [(n, expected[kind]) for n, kind in enumerate(kinds, 3) if kind != "blank"]
        assert ended == [(1, "not_a_question"), (2, "answered"), *wanted]
        assert [item.question for item in inspect(path).items] == [
            item.question for item in inspect(Path(folder) / "o.xlsx").items
        ]
