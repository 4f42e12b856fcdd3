"""How good the offline answers are, on public sets that nobody here wrote.

    python evals/answer_study.py [SET ...] [--half dev|held|all] [--rows OUT.jsonl] [--record] [--fresh]

Asks every question as ``rfp ask`` does and prints tables with 95 % intervals (the number scored behind them), then
calibration. Questions are split into halves by the sha1 of their text: tuning looks at ``dev`` only (of the own gold
set, tune is dev and test is held). The sets are read from RFP_BENCH_DATA and skipped where they are absent; indexes
are built once into ``.bench/answers`` (without OCR). ``--rows`` writes every question with its answer for reading:
what it writes holds the sets' texts, so keep it out of the repository. ``--record`` appends the figures to
``evals/history.jsonl``. No model judges; ``answers/judge.py`` has the rules of right and wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from answers import samples
from answers.asking import Bases, rows_of
from answers.figures import FAMILIES
from answers.rows import HALVES, Half, Row, half_of
from answers.sets import SETS
from answers.show import Measured, calibration_line, confusion_table, history_line, main_table, trust_table

HERE = Path(__file__).parent
KEPT = HERE.parent / ".bench" / "answers"
NAMES = (*SETS, *samples.SPLITS)


def public(name: str, half: Half, bases: Bases) -> list[Measured]:
    """A public set, the halves asked for; both halves are also shown together. Empty where it is absent."""
    one = SETS[name]
    root = os.environ.get("RFP_BENCH_DATA")
    if not root or not (Path(root) / one.folder).is_dir():
        where = f"there is no {one.folder} in RFP_BENCH_DATA" if root else "RFP_BENCH_DATA is not set"
        print(f"{name}: skipped, {where}", file=sys.stderr)
        return []
    loaded = one.load(name, Path(root) / one.folder, KEPT / "files")
    cases = [case for case in loaded.cases if half in ("all", half_of(case.question))]
    rows = rows_of(one, cases, loaded.sources, bases)
    family = FAMILIES[one.family]
    return [Measured(name, part, own, family(own)) for part in HALVES if (own := _part(rows, part, half))]


def _part(rows: Sequence[Row], part: Half, wanted: Half) -> list[Row]:
    """The rows of one half, or of both; none of a part that was not asked for."""
    if wanted not in ("all", part):
        return []
    return [row for row in rows if part in ("all", row.half)]


def own(name: str, half: Half, bases: Bases) -> list[Measured]:
    """A split of the own gold set; empty where its half was not asked for."""
    if half not in ("all", samples.SPLITS[name][1]):
        return []
    rows, figures = samples.measured(name, bases)
    return [Measured(name, samples.SPLITS[name][1], rows, figures)]


def report(measured: Sequence[Measured]) -> str:
    """Tables of sets with the same figures, confusion, trust and calibration."""
    kinds: dict[tuple[str, ...], list[Measured]] = {}
    for one in measured:
        kinds.setdefault(tuple(figure.name for figure in one.figures), []).append(one)
    parts = [main_table(each) for each in kinds.values()]
    choices = [one for one in measured if one.figures[0].name == "choice_given"]
    parts += [confusion_table(choices)] if choices else []
    parts += [trust_table(measured), "\n".join(calibration_line(one) for one in measured)]
    return "\n\n".join(parts)


def write_rows(path: Path, measured: Iterable[Measured]) -> None:
    """Every question once, as JSON lines."""
    rows = {(row.set, row.id): row for one in measured for row in one.rows}
    text = "".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows.values())
    path.write_text(text, "utf-8")


def record(measured: Iterable[Measured]) -> None:
    """Append a line for each set and half to the history."""
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False
    )
    stamp = {"date": datetime.now(UTC).date().isoformat(), "commit": done.stdout.strip() or "unknown"}
    with (HERE / "history.jsonl").open("a", encoding="utf-8") as history:
        history.writelines(json.dumps({**stamp, **history_line(one)}) + "\n" for one in measured)


def parsed() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"of {', '.join(NAMES)} (default: all)")
    parser.add_argument("--half", choices=HALVES, default="all", help="which half is asked (default: all)")
    parser.add_argument("--rows", type=Path, help="write every question with its answer to this file, JSON lines")
    parser.add_argument("--record", action="store_true", help="append the figures to evals/history.jsonl")
    parser.add_argument("--fresh", action="store_true", help="build the indexes anew")
    given = parser.parse_args()
    unknown = [name for name in given.sets if name not in NAMES]
    if unknown:
        parser.error(f"there is no set {unknown[0]!r}; expected {', '.join(NAMES)}")
    return given


def main() -> None:
    """Ask and print."""
    given = parsed()
    bases = Bases(KEPT, fresh=given.fresh)
    measured: list[Measured] = []
    for name in dict.fromkeys(given.sets or NAMES):
        began = time.perf_counter()
        found = (public if name in SETS else own)(name, given.half, bases)
        measured += found
        if found:
            print(f"{name}: {len(found[-1].rows)} questions, {time.perf_counter() - began:.0f} s", file=sys.stderr)
    if not measured:
        raise SystemExit("nothing was measured")
    print(report(measured))
    if given.rows:
        write_rows(given.rows, measured)
    if given.record:
        record(measured)


if __name__ == "__main__":
    main()
