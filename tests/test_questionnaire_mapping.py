"""A mapping: saved, edited by a person, replayed; and what is wrong with it said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from workbooks import workbook, yes

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire import Options, fill, inspect, load_mapping, mapping_text
from rfp_responder.questionnaire.mapping import as_ranges, rows_of

ROWS = [
    ["Ref", "Domain", "Topic", "Text", "Reply", "Remarks"],
    ["1", "Access", "x", "Do you encrypt data at rest?"],
    ["2", "Access", "y", "Notes about nothing in particular, to be left out"],
    ["3", "Backup", "z", "Is there a backup of all data?"],
]


def saved(tmp_path: Path, **changes: object) -> Path:
    path = workbook(tmp_path / "q.xlsx", ROWS)
    found = yaml.safe_load(mapping_text(inspect(path), path.name))
    found["sheets"][0] |= changes
    (tmp_path / "map.yaml").write_text(yaml.safe_dump(found))
    return path


def test_a_saved_mapping_replays_what_was_detected(tmp_path: Path) -> None:
    path = saved(tmp_path)
    replayed = inspect(path, load_mapping(tmp_path / "map.yaml"))
    assert replayed.sheets == inspect(path).sheets


def test_an_edited_mapping_moves_the_answers_and_drops_rows(tmp_path: Path) -> None:
    path, out = saved(tmp_path, answer="F", comment=None, question_rows="2, 4"), tmp_path / "o.xlsx"
    report = fill(path, out, yes, options=Options(mapping=load_mapping(tmp_path / "map.yaml")))
    assert [(row.cell, row.status) for row in report.rows[1:]] == [
        ("F2", "answered"),
        ("F3", "not_a_question"),
        ("F4", "answered"),
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"answer": "7"}, "sheets.0.answer"),
        ({"question_rows": "two"}, "sheets.0.question_rows"),
        ({"colour": "red"}, "sheets.0.colour"),
        ({"sheet": "Other"}, "'Other'"),
        ({"question_rows": "90-95"}, "none of its rows is there"),
        ({"question": "H"}, "row 2 of column H is blank"),
        ({"answer": "ZZZ"}, "beyond XFD"),
    ],
)
def test_a_wrong_mapping_is_named_in_one_line(changes: dict[str, object], said: str, tmp_path: Path) -> None:
    path = saved(tmp_path, **changes)
    with pytest.raises(QuestionnaireError) as fault:
        inspect(path, load_mapping(tmp_path / "map.yaml"))
    assert said in str(fault.value)
    assert "\n" not in str(fault.value)


def test_what_is_no_yaml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("sheets: [")
    with pytest.raises(QuestionnaireError, match="is no YAML"):
        load_mapping(tmp_path / "map.yaml")


@given(st.sets(st.integers(1, 400), min_size=1))
def test_ranges_name_exactly_the_rows_they_were_made_of(rows: set[int]) -> None:
    assert rows_of(as_ranges(rows), range(1, 500)) == rows


def test_a_form_with_its_answers_below_is_replayed_too(tmp_path: Path) -> None:
    rows = [["Describe your company:"], [], ["How many people work for you?"], [], ["Where are your offices?"], []]
    path = workbook(tmp_path / "q.xlsx", rows)
    (tmp_path / "map.yaml").write_text(mapping_text(inspect(path), path.name))
    replayed = inspect(path, load_mapping(tmp_path / "map.yaml"))
    assert [item.answer_cell for item in replayed.items] == ["A2", "A4", "A6"]
    assert not any(item.blocked for item in replayed.items)


def test_a_header_repeated_for_each_block_is_replayed_with_all_rows(tmp_path: Path) -> None:
    head = ["Documentation", "", "Vendor Answers", "Additional Information"]
    rows = [
        head,
        ["DOCU-01", "Do you encrypt data?"],
        ["Operations", *head[1:]],
        ["OPER-01", "Is data backed up daily?"],
    ]
    path = workbook(tmp_path / "q.xlsx", rows)
    (tmp_path / "map.yaml").write_text(mapping_text(inspect(path), path.name))
    assert inspect(path, load_mapping(tmp_path / "map.yaml")).sheets == inspect(path).sheets


def test_choices_that_a_header_spells_out_are_replayed(tmp_path: Path) -> None:
    rows = [["ID", "Requirement", "Comply? (Y/N/P)"], ["1", "The system must log access."], ["2", "It must keep logs."]]
    path = workbook(tmp_path / "q.xlsx", rows)
    (tmp_path / "map.yaml").write_text(mapping_text(inspect(path), path.name))
    assert [item.choices for item in inspect(path, load_mapping(tmp_path / "map.yaml")).items] == [("Y", "N", "P")] * 2


def test_one_column_has_one_role(tmp_path: Path) -> None:
    path = saved(tmp_path, comment="E")
    with pytest.raises(QuestionnaireError, match="column E two roles"):
        inspect(path, load_mapping(tmp_path / "map.yaml"))
