"""One paired run: every system on the same files and questions, each in its own process, one after another.

    python evals/benchmarks/compare.py --data finance --path FOLDER --out FILE.json

Prints Markdown tables and writes everything behind them. What was measured before under the same conditions (files,
questions, code, pinned versions, processor) is taken from ``.bench/results`` unless ``--fresh`` says otherwise.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import corpora
import tables
from runs import READERS, ROOT, SYSTEMS, Job, RunError, combined, measured, processor, saved_file


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=sorted(corpora.ADAPTERS), required=True)
    parser.add_argument("--path", type=Path, required=True, help="the folder that holds the corpus")
    parser.add_argument("--out", type=Path, required=True, help="JSON with everything; FILE.md gets the tables")
    parser.add_argument("--only", default="", help="measure these anew, take the others as saved (leave out unsaved)")
    parser.add_argument("--fresh", action="store_true", help="measure everything anew")
    parser.add_argument("--documents", type=int, help="so many of the documents, with their questions")
    parser.add_argument("--rounds", type=int, default=1, help="rounds over all systems; medians are shown")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--core", type=int, default=0, help="the core to hold each system to; -1 for none")
    parser.add_argument("--source", type=Path, default=ROOT, help="a checkout to measure as ours; this one by default")
    parser.add_argument("--model", type=Path, help="MiniLM's folder, where not that of this environment")
    return parser.parse_args()


def main() -> None:
    """Measure, write, print."""
    told = arguments()
    only = [name for name in told.only.split(",") if name]
    everything = [*(f"read-{reader}" for reader in READERS), *SYSTEMS]
    if unknown := sorted(set(only) - set(SYSTEMS)):
        raise SystemExit(f"--only: no such system: {', '.join(unknown)}; there are {', '.join(SYSTEMS)}")
    corpus = corpora.load(told.data, told.path, told.documents)
    if told.model is None:
        from rfp_responder.index.embed import minilm_folder

        told.model = minilm_folder()
    core = told.core if told.core >= 0 else None
    job = Job(
        corpus.files, tuple(q.text for q in corpus.questions), str(told.model), told.threads, 10, core, told.source
    )
    found: dict[str, list[dict[str, object]]] = {}
    failed = False
    for number in range(told.rounds):
        for system in everything:
            anew = told.fresh or system in only or system.removeprefix("read-") in only
            if only and not anew and not saved_file(system, job, number).is_file():
                print(f"{system}: left out, nothing is saved for this job", file=sys.stderr)
                continue
            try:
                found.setdefault(system, []).append(measured(system, job, number, fresh=anew))
            except RunError as error:
                failed = True
                print(error, file=sys.stderr)
    report = tables.Report(corpus, processor(), {name: combined(rounds) for name, rounds in found.items() if rounds})
    told.out.parent.mkdir(parents=True, exist_ok=True)
    told.out.write_text(json.dumps(report.as_json(), indent=1) + "\n", "utf-8")
    text = report.markdown()
    told.out.with_suffix(".md").write_text(text, "utf-8")
    print(text)
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
