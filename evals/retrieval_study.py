"""How retrieval was chosen: chunk sizes, and the fusion against each of its parts, on sets that differ.

    python evals/retrieval_study.py chunks|fusion [--record]

Runs on the sample gold (tune and test) and, with ``RFP_BENCH_DATA``, on the finance pages (in the whole collection
and within the one document asked about), on privacy policies within one document, and on 10-Qs whose document must be
found. Prints a Markdown table; ``--record`` appends its rows to ``evals/history.jsonl``. Settings were chosen on tune
and on the finance pages; the other sets and the test split only confirm.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rfp_responder.domain import Passage, Scope
from rfp_responder.evaluation.stats import bootstrap_mean
from rfp_responder.index.embed import default_embedder
from rfp_responder.ingest.chunk import ChunkSettings
from rfp_responder.knowledge import KnowledgeBase
from rfp_responder.knowledge.tally import IngestOptions
from rfp_responder.protocols import Embedder, Vectors
from rfp_responder.retrieve.hybrid import HybridRetriever, HybridSettings

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "benchmarks"))
import corpora  # noqa: E402  # the adapters lie beside the benchmarks

SAMPLE = HERE.parent / "data" / "documents"
SIZES = (60, 90, 120, 160, 200)
FUSIONS = {
    "dense alone": HybridSettings(dense_weight=1.0, prior_weight=0.0),
    "lexical alone": HybridSettings(dense_weight=0.0, prior_weight=0.0),
    "fused, .5": HybridSettings(dense_weight=0.5, prior_weight=0.0),
    "fused, .85": HybridSettings(dense_weight=0.85, prior_weight=0.0),
    "fused": HybridSettings(prior_weight=0.0),
    "fused, prior (default)": HybridSettings(),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, where to look (None: everywhere), and what is right: pages, a document, or words."""

    text: str
    scope: Scope | None
    pages: frozenset[tuple[str, int | None]]
    spans: tuple[str, ...] = ()

    def right(self, passage: Passage) -> bool:
        """Whether a passage is one that was wanted."""
        chunk = passage.chunk
        name = chunk.document_name.rsplit("/", 1)[-1]
        held = any(span in chunk.text for span in self.spans)
        return held or (name, chunk.page_number) in self.pages or (name, None) in self.pages


@dataclass(frozen=True, slots=True)
class Set:
    """Files and what is asked of them; sets of one ``group`` are asked of one knowledge base."""

    name: str
    group: str
    files: tuple[Path, ...]
    asked: tuple[Asked, ...]


class Counting:
    """The real embedder with its CPU seconds."""

    def __init__(self, real: Embedder) -> None:
        self._real = real
        self.seconds = 0.0
        self.identity, self.max_tokens, self.count_tokens = real.identity, real.max_tokens, real.count_tokens

    def embed(self, texts: list[str]) -> Vectors:
        """Unit vectors."""
        began = time.process_time()
        made = self._real.embed(texts)
        self.seconds += time.process_time() - began
        return made


def sets(policies: Path) -> list[Set]:
    """Every set that is there; ``policies`` is a folder to write the privacy policies to."""
    lines = (HERE / "gold.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line) for line in lines if line.strip()]
    found = []
    for split in ("tune", "test"):
        asked = [
            Asked(c["question"], None, frozenset((e["document"], e["page"]) for e in c["evidence"]))
            for c in cases
            if c["evidence"] and c["split"] == split
        ]
        found.append(Set(f"sample, {split}", "sample", tuple(sorted(SAMPLE.iterdir())), tuple(asked)))
    root = os.environ.get("RFP_BENCH_DATA")
    if not root:
        print("RFP_BENCH_DATA is not set: only the sample was measured", file=sys.stderr)
        return found
    finance = corpora.load("finance", Path(root) / "qa_uda_fin_ccbysa")
    everywhere = tuple(Asked(q.text, None, q.places) for q in finance.questions)
    within = tuple(Asked(q.text, Scope(documents=(q.document,)), q.places) for q in finance.questions)
    found += [
        Set("finance", "finance", finance.files, everywhere),
        Set("finance, in its document", "finance", finance.files, within),
    ]
    reports = corpora.load("docugami", Path(root) / "qa_docugami_mit")
    named = tuple(Asked(q.text, None, q.places) for q in reports.questions)
    return [*found, Set("10-Qs, which document", "10-Qs", reports.files, named), _policies(Path(root), policies)]


def _policies(root: Path, folder: Path) -> Set:
    """Twelve questions of each privacy policy; the answer's own words must be in the passage."""
    asked: list[Asked] = []
    chooser = random.Random(1)
    for policy in json.loads((root / "qa_policyqa_research" / "dev.json").read_text("utf-8"))["data"]:
        name = f"{policy['title']}.txt"
        (folder / name).write_text("\n".join(p["context"] for p in policy["paragraphs"]), "utf-8")
        questions = [qa for paragraph in policy["paragraphs"] for qa in paragraph["qas"]]
        for qa in chooser.sample(questions, min(12, len(questions))):
            spans = tuple(answer["text"][:50] for answer in qa["answers"])
            asked.append(Asked(qa["question"], Scope(documents=(name,)), frozenset(), spans))
    return Set("policies, in one document", "policies", tuple(sorted(folder.iterdir())), tuple(asked))


def bases(measured: list[Set], embedder: Embedder, target: int) -> dict[str, KnowledgeBase]:
    """A knowledge base in memory for each group, its pages cut to ``target`` tokens."""
    made: dict[str, KnowledgeBase] = {}
    for one in measured:
        if one.group not in made:
            made[one.group] = KnowledgeBase(None, embedder, chunk_tokens=target)
            made[one.group].ingest(one.files, options=IngestOptions(ocr=False))
    return made


def ranks(one: Set, base: KnowledgeBase, settings: HybridSettings) -> list[int]:
    """For each question the one-based rank of the first right passage of ten, 0 where none is."""
    retriever = HybridRetriever(base, settings)
    return [
        next((p.rank for p in retriever.retrieve(asked.text, 10, asked.scope) if asked.right(p)), 0)
        for asked in one.asked
    ]


def row(study: str, variant: str, one: Set, found: list[int], **more: object) -> dict[str, object]:
    """One line of the history."""
    return {
        "study": study, "variant": variant, "set": one.name, "n": len(found),
        **{f"hit_at_{k}": round(sum(0 < rank <= k for rank in found) / len(found), 4) for k in (1, 3, 5)},
        "mrr": round(statistics.fmean(1 / rank if rank else 0.0 for rank in found), 4),
        **more,
    }  # fmt: skip


def chunks(measured: list[Set]) -> list[dict[str, object]]:
    """Every set at every chunk size."""
    rows = []
    for size in SIZES:
        embedder = Counting(default_embedder())
        made = bases(measured, embedder, size)
        held = {group: base.documents() for group, base in made.items()}
        cost = round(sum(r.pages for rs in held.values() for r in rs) / embedder.seconds, 1)
        for one in measured:
            count = sum(r.chunks for r in held[one.group])
            found = ranks(one, made[one.group], HybridSettings())
            rows.append(row("chunks", f"{size} tokens", one, found, chunks=count, pages_embedded_per_cpu_second=cost))
    return rows


def fusion(measured: list[Set]) -> list[dict[str, object]]:
    """Every set by each part alone and by the fusion, which is compared with the better part, question by question."""
    made = bases(measured, default_embedder(), ChunkSettings().target)
    rows = []
    for one in measured:
        found = {name: ranks(one, made[one.group], settings) for name, settings in FUSIONS.items()}
        mrr = {name: [1 / rank if rank else 0.0 for rank in each] for name, each in found.items()}
        best = max(("dense alone", "lexical alone"), key=lambda name: sum(mrr[name]))
        for name, each in found.items():
            gain = [a - b for a, b in zip(mrr[name], mrr[best], strict=True)]
            interval = bootstrap_mean(gain)
            assert interval is not None
            more = {"better_part": best, "mrr_gain": round(statistics.fmean(gain), 4)}
            bounds = {"gain_low": round(interval.low, 4), "gain_high": round(interval.high, 4)}
            rows.append(row("fusion", name, one, each, **more, **bounds))
    return rows


def table(rows: list[dict[str, object]]) -> str:
    """Rows as Markdown."""
    names = [name for name in rows[0] if name != "study"]
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    return "\n".join([*lines, *("| " + " | ".join(str(r[name]) for name in names) + " |" for r in rows)])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", choices=("chunks", "fusion"))
    parser.add_argument("--record", action="store_true", help="append the rows to evals/history.jsonl")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = (chunks if given.study == "chunks" else fusion)(sets(Path(folder)))
    print(table(rows))
    if given.record:
        done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
        stamp = {"date": datetime.now(UTC).date().isoformat(), "commit": done.stdout.strip() or "unknown"}
        with (HERE / "history.jsonl").open("a", encoding="utf-8") as history:
            history.writelines(json.dumps({**stamp, **each}) + "\n" for each in rows)


if __name__ == "__main__":
    main()
