"""How cost grows with the number of chunks: 1,000, 10,000 and 100,000 by default.

    python evals/benchmarks/growth.py --out FOLDER [--sizes 1000,10000] [--real 10000]

Measured for each size, in a process of its own: CPU seconds to build the index, MB on disk, peak memory, and the time
of a search. The text is made from the sample documents' sentences with seeded other words and numbers. Vectors are
real up to ``--real`` chunks; beyond, each is a real one plus seeded noise, since embedding grows in a straight line
and would drown what is asked here: the cost of reading, chunking, storing and finding.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import measure
import numpy as np
import plot
import tables
from runs import ROOT, environment, held_to, processor, watched

from rfp_responder.protocols import Embedder, EmbedderIdentity, Vectors

SAMPLE = ROOT / "data" / "documents"
SECTIONS_A_FILE = 50
WORDS_A_SECTION = 80  # about one chunk, as the product packs them
CHANGED = 0.15  # the share of words exchanged: enough that no two sections are alike, few enough to read like text
# noise of this length on a unit vector leaves a cosine near 0.8 with the vector it was made from
NOISE = 0.75
_SECTION = re.compile(r"Section (\d+)")


class GrowthEmbedder:
    """The real embedder for questions; for chunks the real one, or a real vector of a pool with seeded noise."""

    def __init__(self, real: Embedder, pool: Vectors | None) -> None:
        self._real = real
        self._pool = pool
        self.asking = False
        self.cpu_seconds = 0.0

    @property
    def identity(self) -> EmbedderIdentity:
        """The real one's."""
        return self._real.identity

    @property
    def max_tokens(self) -> int:
        """The real one's."""
        return self._real.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The real tokenizer's count: chunking costs what it costs."""
        return self._real.count_tokens(texts)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors."""
        if self.asking or self._pool is None:
            began = time.process_time()
            vectors = self._real.embed(texts)
            self.cpu_seconds += 0.0 if self.asking else time.process_time() - began
            return vectors
        return np.stack([self._derived(text, self._pool) for text in texts])

    def _derived(self, text: str, pool: Vectors) -> Vectors:
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        section = _SECTION.search(text)
        seed = int.from_bytes(digest, "big")
        base = pool[(int(section[1]) if section else seed) % len(pool)]
        noise = np.random.default_rng(seed).standard_normal(base.shape[0]) * NOISE / np.sqrt(base.shape[0])
        made = base + noise
        return np.asarray(made / np.linalg.norm(made), dtype=np.float32)


def source_sections() -> list[str]:
    """The sample documents' text in runs of whole sentences, about ``WORDS_A_SECTION`` words each."""
    from rfp_responder.ingest import read

    sections: list[str] = []
    for file in sorted(SAMPLE.glob("*.pdf")):
        text = " ".join(page.text for page in read(file, file.name).pages)
        held: list[str] = []
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])", " ".join(text.split())):
            words = sentence.split()
            if len(held) + len(words) > WORDS_A_SECTION and held:
                sections.append(" ".join(held[:WORDS_A_SECTION]))
                held = []
            held += words
    return sections


def varied(section: str, vocabulary: Sequence[str], number: int) -> str:
    """The section with other numbers and with some of its words exchanged, the same for the same ``number``."""
    chance = random.Random(number)
    words = []
    for word in section.split():
        if any(character.isdigit() for character in word):
            word = re.sub(r"\d", lambda _: str(chance.randint(0, 9)), word)
        elif word.isalpha() and len(word) > 3 and chance.random() < CHANGED:
            word = chance.choice(vocabulary)
        words.append(word)
    return " ".join(words)


def write_documents(folder: Path, sections: Sequence[str], count: int) -> None:
    """``count`` sections as Markdown files."""
    vocabulary = sorted({w.lower() for s in sections for w in s.split() if w.isalpha() and len(w) > 3})
    for low in range(0, count, SECTIONS_A_FILE):
        lines = [f"# Handbook part {low // SECTIONS_A_FILE + 1}"]
        for number in range(low, min(low + SECTIONS_A_FILE, count)):
            lines += [f"## Section {number}", varied(sections[number % len(sections)], vocabulary, number)]
        (folder / f"handbook-{low // SECTIONS_A_FILE + 1:05}.md").write_text("\n\n".join(lines) + "\n", "utf-8")


def questions() -> list[str]:
    """The gold set's questions: they are about the sentences that the text was made from."""
    lines = (ROOT / "evals" / "gold.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines if line]


def one(count: int, real: bool) -> dict[str, object]:
    """Build and search an index of ``count`` sections in this process."""
    from rfp_responder.assemble import make_embedder
    from rfp_responder.knowledge import KnowledgeBase
    from rfp_responder.responder import Responder
    from rfp_responder.settings import load_settings

    embedder = make_embedder(load_settings())
    sections = source_sections()
    pool = None if real else embedder.embed(sections)
    embedder.embed(["loaded"])
    stand_in = GrowthEmbedder(embedder, pool)
    with tempfile.TemporaryDirectory() as place:
        documents, index = Path(place) / "documents", Path(place) / "index"
        documents.mkdir()
        write_documents(documents, sections, count)
        before = measure.peak_rss_mb()
        cpu, wall = measure.cpu_seconds(), time.perf_counter()
        knowledge = KnowledgeBase(index, stand_in, create=True)
        tally = knowledge.ingest([documents])
        cpu, wall = measure.cpu_seconds() - cpu, time.perf_counter() - wall
        built = measure.peak_rss_mb()
        stand_in.asking = True
        responder = Responder.over(knowledge)
        responder.search("What is this about?", 10)
        seconds = []
        for question in questions():
            began = time.perf_counter()
            responder.search(question, 10)
            seconds.append(1000 * (time.perf_counter() - began))
        disk = sum(file.stat().st_size for file in index.rglob("*") if file.is_file())
    return {
        "sections": count,
        "chunks": tally.chunks,
        "vectors": "real" if real else "derived",
        "build_cpu_seconds": cpu,
        "embedding_cpu_seconds": stand_in.cpu_seconds,
        "other_cpu_seconds": cpu - stand_in.cpu_seconds,
        "build_wall_seconds": wall,
        "disk_mb": disk / 1e6,
        "rss_before_mb": before,
        "rss_built_mb": built,
        "peak_rss_mb": measure.peak_rss_mb(),
        "query_ms_p50": tables.percentile(seconds, 0.5),
        "query_ms_p95": tables.percentile(seconds, 0.95),
        "queries": len(seconds),
    }


def apart(count: int, real: bool, core: int | None, source: Path) -> dict[str, object]:
    """``one`` in a process of its own, pinned as every system is."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "result.json"
        command = [*held_to(core), sys.executable, __file__, "--one", str(count), "--out", str(out)]
        load = os.getloadavg()
        command += ["--real", str(count if real else 0)]
        process = subprocess.Popen(command, env=environment(1) | {"PYTHONPATH": str(source.resolve())})
        peak = watched(process)
        if process.returncode:
            raise SystemExit(f"{count} sections: ended with {process.returncode}")
        return json.loads(out.read_text("utf-8")) | {"peak_tree_mb": peak, "load_before": load}


def markdown(rows: Sequence[dict[str, object]]) -> str:
    """The rows as a table."""
    heads = (
        "chunks",
        "vectors",
        "build CPU s",
        "of it embedding",
        "the rest",
        "disk MB",
        "peak MB",
        "query ms p50",
        "p95",
    )
    keys = (
        "build_cpu_seconds",
        "embedding_cpu_seconds",
        "other_cpu_seconds",
        "disk_mb",
        "peak_tree_mb",
        "query_ms_p50",
        "query_ms_p95",
    )
    shown = [
        [str(row["chunks"]), str(row["vectors"]), *(f"{float(str(row[key])):.1f}" for key in keys)] for row in rows
    ]
    return tables.table(heads, shown)


def main() -> None:
    """Measure each size and write ``growth.json``, ``growth.md`` and ``growth.svg``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="a folder")
    parser.add_argument("--sizes", default="1000,10000,100000", help="sections, each of which is about one chunk")
    parser.add_argument("--real", type=int, default=10_000, help="embed really up to this many (default: 10000)")
    parser.add_argument("--core", type=int, default=0, help="the core to hold each size to; -1 for none")
    parser.add_argument("--source", type=Path, default=ROOT, help="the checkout to measure; this one by default")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.one:
        told.out.write_text(json.dumps(one(told.one, told.real >= told.one)), "utf-8")
        return
    rows = []
    for count in map(int, told.sizes.split(",")):
        print(f"building {count:,} sections", file=sys.stderr, flush=True)
        rows.append(apart(count, count <= told.real, told.core if told.core >= 0 else None, told.source))
    told.out.mkdir(parents=True, exist_ok=True)
    (told.out / "growth.json").write_text(json.dumps({"processor": processor(), "sizes": rows}, indent=1) + "\n")
    (told.out / "growth.md").write_text(markdown(rows) + "\n", "utf-8")
    (told.out / "growth.svg").write_text(plot.growth(rows), "utf-8")
    print(markdown(rows))


if __name__ == "__main__":
    main()
