"""Speed and page hits on real files, as one table on stdout.

    RFP_BENCH_DATA=folder python evals/bench.py

Reads the PDFs of ``RFP_BENCH_DATA`` (its README names them) and the page-level finance questions there; without that
variable it measures on the sample documents and says so. Seconds are CPU seconds of this process unless named wall.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from pathlib import Path

from rfp_responder.assemble import make_embedder
from rfp_responder.ingest import read
from rfp_responder.knowledge import KnowledgeBase
from rfp_responder.responder import Responder
from rfp_responder.settings import load_settings

FINANCE = "qa_uda_fin_ccbysa"
Asked = tuple[str, set[tuple[str, int]]]
SAMPLE = Path(__file__).parent.parent / "data" / "documents"


def row(name: str, value: str) -> None:
    """One line of the table."""
    print(f"| {name} | {value} |", flush=True)


def measure(title: str, folder: Path, questions: list[Asked]) -> None:
    """Parse, ingest and ask; a question comes with the (document, one-based page) pairs that answer it."""
    print(f"\n### {title}\n\n| measure | value |\n|---|---|")
    files = sorted(folder.rglob("*.pdf"))
    started = time.process_time()
    pages = sum(len(read(path, path.name).pages) for path in files)
    parse = time.process_time() - started
    row("documents, pages", f"{len(files)}, {pages}")
    row("parse, pages per CPU-second", f"{pages / parse:.0f}")
    embedder = make_embedder(load_settings())
    embedder.embed(["loaded"])
    knowledge = KnowledgeBase(None, embedder)
    started, wall = time.process_time(), time.perf_counter()
    tally = knowledge.ingest([folder])
    cpu, wall = time.process_time() - started, time.perf_counter() - wall
    row("chunks", str(tally.chunks))
    row("ingest with embedding, pages per CPU-second", f"{pages / cpu:.1f}")
    row("ingest with embedding, pages per wall second", f"{pages / wall:.1f}")
    responder = Responder.over(knowledge)
    ranks, seconds = [], []
    for text, right in questions:
        began = time.perf_counter()
        found = responder.search(text, 10)
        seconds.append(time.perf_counter() - began)
        places = [(Path(p.chunk.document_name).name, p.chunk.page_number) for p in found]
        ranks.append(next((rank for rank, place in enumerate(places, 1) if place in right), 0))
    if not questions:
        return
    for k in (1, 3, 5, 10):
        row(f"page hit@{k} (n = {len(ranks)})", f"{sum(0 < rank <= k for rank in ranks) / len(ranks):.3f}")
    row("MRR@10", f"{statistics.fmean(1 / rank if rank else 0.0 for rank in ranks):.3f}")
    ordered = sorted(seconds)
    row(
        "search, wall ms p50 / p95",
        f"{1000 * ordered[len(ordered) // 2]:.0f} / {1000 * ordered[int(len(ordered) * 0.95)]:.0f}",
    )


def sample_questions() -> list[Asked]:
    """The gold set's questions with all their evidence pages."""
    lines = (Path(__file__).parent / "gold.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line) for line in lines if line]
    return [(c["question"], {(e["document"], e["page"]) for e in c["evidence"]}) for c in cases if c["evidence"]]


def finance_questions(folder: Path) -> list[Asked]:
    """The page-level finance questions."""
    lines = (folder / "fin_page_gold.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line]
    return [(r["question"], {(Path(r["doc"]).name, int(r["page_1based"]))}) for r in rows]


def main() -> None:
    """Print the tables."""
    measure("Sample documents", SAMPLE, sample_questions())
    root = os.environ.get("RFP_BENCH_DATA")
    if not root:
        print("\nRFP_BENCH_DATA is not set: the finance PDFs were not measured", file=sys.stderr)
        return
    folder = Path(root) / FINANCE
    measure("Annual reports, page-level questions", folder, finance_questions(folder))


if __name__ == "__main__":
    main()
