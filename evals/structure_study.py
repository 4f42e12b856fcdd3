"""How well questionnaires are understood: question rows, columns, headers, choices and conditions, by layout.

    python evals/structure_study.py [--half dev|held] [--errors] [--layout NAME] [--gold FOLDER]

The files come from ``structure_makers.py``, two for each layout; rules may be tuned on the dev half only, so the errors
of the held half are not printed. With ``--gold`` or ``RFP_BENCH_DATA`` the real workbooks of that folder's
``workbook_structure_gold_dev.json`` are scored as well. Intervals are Wilson's, 95 %, over rows: rows of one file
fail together (one header word can hide a whole file), so read them beside the number of files without a fault.
Answer columns, comments and the like are exact or wrong; where reasonable detectors may differ, the truth leaves the
column open.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from structure_makers import LAYOUTS, drawn
from structure_render import write
from structure_scores import TALLIES, Matches, Score, Tally, missing, scored
from structure_sheet import SCORED, TrueQuestion, TrueSheet, Truth
from structure_variant import HALVES

from rfp_responder.errors import RfpError
from rfp_responder.evaluation.stats import wilson
from rfp_responder.questionnaire import inspect

GOLD = "workbook_structure_gold_dev.json"


def measured(truth: Truth, path: Path, *, whole: bool = True) -> Score:
    """What ``inspect`` makes of a file, scored."""
    try:
        found = inspect(path).as_json()
    except RfpError as fault:
        return missing(truth, str(fault))
    return scored(truth, found, whole=whole)


def made(half: str, layouts: Sequence[str]) -> list[tuple[Truth, Score]]:
    """Make the files of a half and measure each."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for layout in layouts:
            book, truth = drawn(layout, half)
            results.append((truth, measured(truth, write(book, Path(folder) / truth.file))))
    return results


def gold_truth(entry: dict[str, Any]) -> Truth:
    """The truth of one entry of the gold file; it speaks of one sheet, and of rows without their texts."""
    allowed = entry.get("allowed")
    choices = tuple(allowed) if isinstance(allowed, list) else None
    rows = tuple(TrueQuestion(row, "", choices=choices) for row in entry["question_rows"])
    header = tuple(entry["header_row"]) if isinstance(entry["header_row"], list) else None
    columns = {role: entry[f"{role[:8]}_col"] for role in SCORED[:4]}
    sheet = TrueSheet(entry["sheet"], rows, columns, header)
    return Truth(entry["file"], Path(entry["file"]).name, str(entry.get("split", "gold")), (sheet,))


def real(folder: Path) -> list[tuple[Truth, Score]]:
    """Measure the real workbooks named in the folder's gold."""
    truths = [gold_truth(entry) for entry in json.loads((folder / GOLD).read_text("utf-8"))]
    return [(truth, measured(truth, folder / truth.file, whole=False)) for truth in truths]


def share(right: int, total: int) -> str:
    """``right/total (percent)`` with its interval; what was not measured is "unscored"."""
    interval = wilson(right, total)
    if interval is None:
        return "unscored"
    return f"{right}/{total} = {right / total:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def summary(name: str, results: Sequence[tuple[Truth, Score]]) -> str:
    """The totals of a half, as lines."""
    total = Score()
    for _, score in results:
        total.add(score)
    worst, truth = min(((score.rows.f1, truth.file) for truth, score in results), default=(1.0, "-"))
    clean = sum(faultless(score) for _, score in results)
    lines = [
        f"## {name}: {len(results)} files, {total.rows.wanted} question rows",
        f"rows: precision     {share(total.rows.hit, total.rows.found)}",
        f"rows: recall        {share(total.rows.hit, total.rows.wanted)}",
        f"rows: lowest F1     {worst:.3f}" + (f" ({truth})" if name != "held" else ""),
        f"files without fault {share(clean, len(results))}",
        f"refused             {sum(bool(score.fault) for _, score in results)}",
    ]
    lines += [f"column {role:12} {_share(total.columns[role])}" for role in SCORED]
    lines += [
        f"{label:19} {_share(getattr(total, label))}" for label in ("headers", "ids", "texts", "choices", "shapes")
    ]
    conditions = total.conditions if "depends_on" in total.shown else Matches()
    lines.append(f"conditions: prec.   {share(conditions.hit, conditions.found)}")
    lines.append(f"conditions: recall  {share(conditions.hit, conditions.wanted)}")
    return "\n".join(lines)


def faultless(score: Score) -> bool:
    """Whether every row and each of the four core columns of a file is right."""
    return score.rows.f1 == 1.0 and score.core.right == score.core.total


def by_layout(results: Sequence[tuple[Truth, Score]]) -> str:
    """A Markdown table, one line for each file."""
    lines = [
        "| layout | rows | missed | extra | core columns | other columns | headers | ids | choices |",
        "|---" * 9 + "|",
    ]
    for truth, score in results:
        other = Tally()
        for role in SCORED[4:]:
            other.add(score.columns[role])
        cells = (score.core, other, score.headers, score.ids, score.choices)
        row = (truth.layout, score.rows.wanted, len(score.rows.missed), len(score.rows.extra), *map(_short, cells))
        lines.append("| " + " | ".join(str(cell) for cell in row) + " |")
    return "\n".join(lines)


def errors(results: Sequence[tuple[Truth, Score]], most: int = 6) -> str:
    """Every kind of error of each file, at most ``most`` of a kind."""
    lines = []
    shown = {key for _, score in results for key in score.shown}
    for truth, score in results:
        if score.fault:
            lines.append(f"{truth.file} REFUSED {score.fault}")
        kinds: dict[str, list[str]] = {"MISSED": score.rows.missed, "EXTRA": score.rows.extra}
        kinds |= {f"COLUMN {role}": tally.wrong for role, tally in score.columns.items()}
        kinds |= {name.upper(): getattr(score, name).wrong for name in TALLIES}
        if "depends_on" in shown:
            kinds |= {"CONDITION MISSED": score.conditions.missed, "CONDITION EXTRA": score.conditions.extra}
        for kind, said in kinds.items():
            lines += [f"{kind} {line}" for line in said[:most]]
            if len(said) > most:
                lines.append(f"{kind} {truth.file}: {len(said) - most} more")
    return "\n".join(lines)


def _share(tally: Tally) -> str:
    return share(tally.right, tally.total)


def _short(tally: Tally) -> str:
    return f"{tally.right}/{tally.total}" if tally.total else "-"


def main() -> None:
    """Measure one half or both, and the real workbooks where they are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--gold", type=Path, default=os.environ.get("RFP_BENCH_DATA"))
    parser.add_argument("--layout", choices=sorted(LAYOUTS), action="append")
    parser.add_argument("--errors", action="store_true", help="list the errors of the dev half and of the real files")
    given = parser.parse_args()
    for half in HALVES:
        if given.half not in {None, half}:
            continue
        results = made(half, given.layout or tuple(LAYOUTS))
        print(summary(half, results), by_layout(results), sep="\n\n", end="\n\n")
        if given.errors and half == "dev":
            print(errors(results), end="\n\n")
    if given.gold:
        results = real(Path(given.gold))
        print(summary("real workbooks", results), by_layout(results), sep="\n\n", end="\n\n")
        if given.errors:
            print(errors(results))


if __name__ == "__main__":
    main()
