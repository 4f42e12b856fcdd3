"""Real questionnaires filled: what was found, written and proved, and how long it took, as a table.

    python evals/workbooks_study.py INDEX OUT FILE...

Fills each file (answer columns that hold answers are kept) from the knowledge base at INDEX into the folder OUT. The
expected rows and columns come from ``workbook_structure_gold_dev.json`` in the folder of ``RFP_BENCH_DATA``, where that
has the file. A file that is refused is listed with its line.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from rfp_responder import KnowledgeBase, Responder
from rfp_responder.errors import RfpError
from rfp_responder.machine import cores
from rfp_responder.questionnaire import Layout, Options, Report, fill, inspect

_HEAD = (
    "| file | questions found / expected | columns right | answered + partial / asked | cells written | "
    "parts identical | proof | s | rows/s |\n|---|---|---|---|---|---|---|---|---|"
)


def gold() -> dict[str, Any]:
    """The structure gold by file name; empty where it is not at hand."""
    path = Path(os.environ.get("RFP_BENCH_DATA", "")) / "workbook_structure_gold_dev.json"
    return {Path(each["file"]).name: each for each in json.loads(path.read_text("utf-8"))} if path.is_file() else {}


def columns_right(layout: Layout, wanted: dict[str, Any]) -> str:
    """How many of the id, question, answer and comment columns are those of the gold."""
    sheet = next((s for s in layout.sheets if s.sheet == wanted["sheet"]), None)
    if sheet is None:
        return "0 of 4"
    found = (sheet.id_column, sheet.question_column, sheet.answer_column, sheet.comment_column)
    right = [
        wanted[f"{name}_col"] == each for name, each in zip(("id", "question", "answer", "comment"), found, strict=True)
    ]
    return f"{sum(right)} of 4"


def row(path: Path, out: Path, responder: Responder, wanted: dict[str, Any] | None) -> str:
    """One line of the table."""
    try:
        layout = inspect(path)
        began = time.perf_counter()
        report = fill(path, out / path.name, responder.ask, options=Options(workers=cores()))
    except RfpError as fault:
        return f"| {path.name} | refused: {fault} | | | | | | | |"
    seconds = time.perf_counter() - began
    found = {
        item.row for sheet in layout.sheets for item in sheet.items if not wanted or sheet.sheet == wanted["sheet"]
    }
    expected = f"{len(found & set(wanted['question_rows']))} of {wanted['n_questions']}" if wanted else "-"
    return (
        f"| {path.name} | {len(layout.items)} / {expected} | {columns_right(layout, wanted) if wanted else '-'} | "
        f"{told(report)} | {sum(len(row.written) for row in report.rows)} | {proved(report)} | {seconds:.1f} | "
        f"{asked(report) / seconds:.1f} |"
    )


def asked(report: Report) -> int:
    """Rows that were put to the answerer."""
    return sum(report.totals[status] for status in ("answered", "partial", "unanswered", "error"))


def told(report: Report) -> str:
    """Rows with an answer of those asked."""
    return f"{report.totals['answered']} + {report.totals['partial']} / {asked(report)}"


def proved(report: Report) -> str:
    """What the proof says of the parts, and that it held (a failing one raises)."""
    proof = report.proof
    return f"{proof.same} of {proof.total} | held, {proof.reader}" if proof and proof.total else "- | held"


def main() -> None:
    """Print the table."""
    index, out, *files = sys.argv[1:]
    Path(out).mkdir(parents=True, exist_ok=True)
    responder = Responder.over(KnowledgeBase(index))
    responder.ask("Do you encrypt data at rest?")  # the model is loaded once, not in the first file's time
    wanted = gold()
    print(_HEAD)
    for name in files:
        print(row(Path(name), Path(out), responder, wanted.get(Path(name).name)), flush=True)


if __name__ == "__main__":
    main()
