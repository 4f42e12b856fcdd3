"""Real files, kept outside the repository: structure gold, fills that lose nothing, hostile files."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from workbooks import emptied, members, yes

from rfp_responder.errors import RfpError
from rfp_responder.questionnaire import fill, inspect

FOLDER = Path(os.environ.get("RFP_BENCH_DATA", ""))
pytestmark = pytest.mark.skipif(
    not os.environ.get("RFP_BENCH_DATA"), reason="RFP_BENCH_DATA does not name the folder of real files"
)
SECONDS = 10.0  # the slowest takes 0.4 s; a hang shows all the same


def test_question_rows_and_columns_agree_with_the_structure_gold() -> None:
    for gold in json.loads((FOLDER / "workbook_structure_gold_dev.json").read_text()):
        sheet = next(s for s in inspect(FOLDER / gold["file"]).sheets if s.sheet == gold["sheet"])
        found, wanted = {item.row for item in sheet.items}, set(gold["question_rows"])
        assert len(found & wanted) >= 0.95 * max(len(found), len(wanted)), gold["file"]
        columns = (sheet.id_column, sheet.question_column, sheet.answer_column)
        assert columns == (gold["id_col"], gold["question_col"], gold["answer_col"]), gold["file"]
        others = [s.sheet for s in inspect(FOLDER / gold["file"]).sheets if s.sheet != gold["sheet"]]
        assert not others, f"{gold['file']} asks on one sheet only"


def test_a_real_questionnaire_is_filled_and_loses_nothing(tmp_path: Path) -> None:
    source = FOLDER / "questionnaire_whitepact_mit/compliance/CAIQv4.0.3_WhitePact_completed.xlsx"
    path, out = tmp_path / "q.xlsx", tmp_path / "o.xlsx"
    emptied(source, path, "xl/worksheets/sheet2.xml", "CE", range(3, 264))
    report = fill(path, out, yes)
    assert report.totals["answered"] == 261
    before, after = members(path), members(out)
    assert [name for name in before if before[name] != after[name]] == ["xl/worksheets/sheet2.xml"]


def test_hostile_and_odd_workbooks_are_read_or_refused_in_one_line() -> None:
    paths = [p for p in sorted(FOLDER.rglob("*")) if p.suffix in {".xlsx", ".xlsm", ".docx", ".csv"}]
    assert paths
    for path in paths:
        began = time.perf_counter()
        try:
            inspect(path)
        except RfpError as fault:
            assert "\n" not in str(fault), path
        assert time.perf_counter() - began < SECONDS, path
