"""Fixtures: the real embedding model, loaded once a session, and settings that no shell leaks into."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rfp_responder.index.embed import LocalEmbedder, default_embedder
from rfp_responder.knowledge import KnowledgeBase
from tests import makers

DOCUMENTS = Path(__file__).parents[1] / "data" / "documents"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in set(os.environ) - {"RFP_BENCH_DATA"}:  # names real files for tests, sets nothing
        if name.startswith(("RFP_", "OPENAI_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def minilm() -> LocalEmbedder:
    """The real model."""
    return default_embedder()


@pytest.fixture(scope="session")
def sample(minilm: LocalEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """A few of the sample documents, ingested with the real model."""
    base = KnowledgeBase(tmp_path_factory.mktemp("sample") / "index", minilm, create=True)
    names = ("sla-and-support-policy-2025.pdf", "sla-and-support-policy-2026.pdf", "subprocessor-list.pdf")
    base.ingest([DOCUMENTS / name for name in names])
    yield base
    base.manifest.close()


@pytest.fixture
def hashing_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with an index of the two small files, by the HashingEmbedder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RFP_EMBEDDING_MODEL", "hashing")
    base, _ = makers.knowledge(tmp_path / ".rfp", makers.folder(tmp_path / "docs"))
    base.manifest.close()
    return tmp_path / ".rfp"
