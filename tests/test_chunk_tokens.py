"""The size that pages are cut to is a setting: an index cut to another size asks for ``rfp reindex``."""

from __future__ import annotations

from pathlib import Path

import pytest

from rfp_responder.cli import run
from rfp_responder.errors import IndexError_
from rfp_responder.index.embed import HashingEmbedder
from rfp_responder.knowledge import KnowledgeBase
from tests import makers


def test_another_size_is_refused_until_the_index_is_cut_anew(tmp_path: Path) -> None:
    made, _ = makers.knowledge(tmp_path / "index", makers.folder(tmp_path / "docs"))
    coarse = made.manifest.chunk_ids()
    made.manifest.close()
    fine = KnowledgeBase(tmp_path / "index", HashingEmbedder(), chunk_tokens=40)
    with pytest.raises(IndexError_, match="were cut by chunker 5, expected 5 to 40 tokens") as caught:
        fine.require_documents()
    assert "or set chunk_tokens (RFP_CHUNK_TOKENS) back" in caught.value.remedy
    fine.reindex()
    fine.require_documents()
    assert len(fine.manifest.chunk_ids()) > len(coarse)
    fine.manifest.close()
    usual = KnowledgeBase(tmp_path / "index", HashingEmbedder())
    with pytest.raises(IndexError_, match="were cut by chunker 5 to 40 tokens, expected 5"):
        usual.require_documents()
    usual.reindex()
    assert usual.manifest.chunk_ids() == coarse
    usual.manifest.close()


def test_the_setting_reaches_ingest_and_reindex(
    tmp_path: Path, hashing_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ask", "How long are backups kept?"]) == 0
    monkeypatch.setenv("RFP_CHUNK_TOKENS", "40")
    assert run(["ask", "How long are backups kept?"]) == 1
    assert "Run `rfp reindex`" in capsys.readouterr().err
    assert run(["reindex"]) == 0
    assert run(["ask", "How long are backups kept?"]) == 0


def test_the_offline_answerer_reads_as_many_passages_as_are_set(
    hashing_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rfp_responder.assemble import make_responder
    from rfp_responder.settings import load_settings

    monkeypatch.setenv("RFP_PASSAGES_READ", "2")
    monkeypatch.setenv("RFP_TOP_K", "1")
    assert len(make_responder(load_settings()).passages("How long are backups kept?")) == 2
