"""Knowledge bases under test: what they hold, what does not agree in them, and texts to put into them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rfp_responder.index.embed import HashingEmbedder
from rfp_responder.knowledge import KnowledgeBase
from rfp_responder.knowledge.tally import IngestOptions
from rfp_responder.protocols import Vectors
from rfp_responder.retrieve.hybrid import HybridRetriever
from tests.makers import SECURITY, folder

PROJECT = Path(__file__).parents[1]
LATER = IngestOptions(later=True)
CHANGED = SECURITY.replace("90 days", "30 days")
THIRD = "# Third\n\nA third document about penetration tests by a third party.\n"
PARAGRAPH = (
    "Customer data is encrypted at rest with keys that a hardware module keeps, rotated every ninety days by the "
    "platform team, reviewed twice a year by an auditor from outside, and destroyed within thirty days after a "
    "customer leaves the service or asks for it in writing."
)
KEYS = "How often are keys rotated?"


class Breaking(HashingEmbedder):
    """Embeds until it is told to fail; counts the texts."""

    broken = False
    texts = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        if self.broken:
            raise RuntimeError("the power went")
        self.texts += len(texts)
        return super().embed(texts)


def found(base: KnowledgeBase, query: str) -> list[str]:
    retriever = HybridRetriever(base)
    return [passage.chunk.text for passage in retriever.retrieve(query, 5)]


def names(base: KnowledgeBase) -> list[str]:
    return [row.name for row in base.documents()]


def column(base: KnowledgeBase, sql: str) -> list[object]:
    return sorted(row[0] for row in base.manifest.run(sql))


def vector(base: KnowledgeBase, text: str) -> Vectors:
    return base.embedder.embed([text])[0]


def faults(base: KnowledgeBase, *, embedded: bool = True) -> list[str]:
    """What does not agree among pages, chunks, blocks and the indexes over them; ``embedded``: nothing may wait."""
    manifest = base.manifest
    chunks = manifest.all_chunks()
    blocks = column(base, "SELECT key FROM blocks")
    said = []
    for c in chunks:
        page = base.page(c.document_id, c.page_number)
        if page is None or page.text[c.start : c.end] != c.text:
            said.append(f"chunk {c.id} is no slice of its page")
    checks = {
        "blocks are not what chunks say": blocks == sorted({c.block for c in chunks}),
        "lexical rows are not the blocks": column(base, "SELECT rowid FROM lexical")
        == column(base, "SELECT rowid FROM blocks"),
        "something is left unsettled": column(base, "SELECT block FROM unsettled") == [],
        "what was set aside is still there": column(base, "SELECT name FROM sqlite_master WHERE name = 'aside'") == [],
    }
    if embedded:
        stored = set(blocks) if base.folder is not None else set()
        checks |= {
            "blocks wait for vectors": sorted(base.vectors.of(blocks)) == blocks,
            "Chroma has to forget something": base.folder is None or base.vectors.discarded() == [],
            "vectors are not marked as stored": base.vectors.count() == (len(blocks), len(stored)),
            "Chroma holds other keys": in_chroma(base) == stored,
            "folders of old vectors are left": base.folder is None or len(list(base.folder.glob("vectors*"))) <= 1,
        }
    return said + [what for what, holds in checks.items() if not holds]


def in_chroma(base: KnowledgeBase) -> set[str]:
    if base.folder is None or not base.nearest.chroma_folder().is_dir():
        return set()
    store = base.nearest.chroma()
    try:
        return store.ids()
    finally:
        store.close()


def titled(title: str, text: str, heading: str = "Encryption") -> str:
    return f"---\ntitle: {title}\n---\n## {heading}\n\n{text}\n"


def many(place: Path, count: int = 30) -> Path:
    subjects = "backup key audit firewall password network laptop visitor contract supplier".split()
    texts = {
        f"{n}.md": f"# {subjects[n % 10]} {n}\n\nRule {n} of {subjects[n % 10]} and {subjects[n // 10]}.\n"
        for n in range(count)
    }
    return folder(place, texts)


def python(code: str, *arguments: object) -> int:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, cwd=PROJECT, check=False, timeout=60, capture_output=True, text=True)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode
