"""The knowledge base: incremental, safe to kill, one writer at a time."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from rfp_responder.errors import IndexError_, InputError
from rfp_responder.index.embed import HashingEmbedder
from rfp_responder.index.store import ChromaStore, MemoryStore
from rfp_responder.knowledge import KnowledgeBase, Tally
from rfp_responder.protocols import Vectors
from rfp_responder.retrieve.hybrid import HybridRetriever
from tests.makers import FILES, SECURITY, SUPPORT, damaged, encrypted, file, folder, knowledge, pdf

PROJECT = Path(__file__).parents[1]


class Breaking(HashingEmbedder):
    """Embeds until it is told to fail."""

    broken = False

    def embed(self, texts: Sequence[str]) -> Vectors:
        if self.broken:
            raise RuntimeError("the power went")
        return super().embed(texts)


def found(base: KnowledgeBase, query: str) -> list[str]:
    retriever = HybridRetriever(base, base.store, base.embedder)
    return [passage.chunk.text for passage in retriever.retrieve(query, 5)]


def consistent(base: KnowledgeBase) -> bool:
    """Vectors and manifest hold the same chunks, and each chunk is a slice of its page."""
    chunks = base.manifest.all_chunks()
    slices = all(
        (page := base.page(c.document_id, c.page_number)) is not None and page.text[c.start : c.end] == c.text
        for c in chunks
    )
    return slices and base.store.ids() == {c.id for c in chunks}


def names(base: KnowledgeBase) -> list[str]:
    return [row.name for row in base.documents()]


# -- what an ingest does ------------------------------------------------------------------------------------


def test_documents_of_a_folder_go_in_under_their_path_below_it(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs", {"a.md": SECURITY, "deep/er/b.md": SUPPORT, ".hidden/c.md": "# No"})
    base, tally = knowledge(tmp_path / "index", documents)
    assert names(base) == ["a.md", "deep/er/b.md"]
    assert sorted(tally.added) == names(base)
    assert consistent(base)


def test_a_file_named_alone_goes_by_its_own_name(tmp_path: Path) -> None:
    base = KnowledgeBase(None, HashingEmbedder())
    base.ingest([folder(tmp_path / "docs") / "security.md"])
    assert names(base) == ["security.md"]


def test_an_unchanged_file_is_skipped_and_its_ids_stay(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    before = base.manifest.chunk_ids()
    again = base.ingest([documents])
    assert (sorted(again.unchanged), again.added, again.replaced) == (sorted(FILES), [], [])
    assert base.manifest.chunk_ids() == before


def test_an_unchanged_folder_asks_nothing_of_the_model(tmp_path: Path) -> None:
    documents, embedder = folder(tmp_path / "docs"), Breaking()
    base, _ = knowledge(tmp_path / "index", documents, embedder=embedder)
    embedder.broken = True
    assert len(base.ingest([documents]).unchanged) == 2


def test_a_changed_file_replaces_its_earlier_version(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    file(documents / "security.md", SECURITY.replace("90 days", "30 days"))
    tally = base.ingest([documents])
    assert (tally.replaced, tally.unchanged) == (["security.md"], ["support.md"])
    assert not any("90 days" in text for text in found(base, "How often are keys rotated?"))
    assert any("30 days" in text for text in found(base, "How often are keys rotated?"))
    assert consistent(base)


def test_a_file_that_is_gone_is_named_and_removed_only_by_prune(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    (documents / "support.md").unlink()
    assert base.ingest([documents]).gone == ["support.md"]
    assert "support.md" in names(base)
    assert base.ingest([documents], prune=True).removed == ["support.md"]
    assert names(base) == ["security.md"]
    assert consistent(base)


def test_pruning_one_folder_leaves_what_came_from_another(tmp_path: Path) -> None:
    one, two = folder(tmp_path / "one", {"a.md": SECURITY}), folder(tmp_path / "two", {"b.md": SUPPORT})
    base, _ = knowledge(tmp_path / "index", one)
    base.ingest([two])
    (two / "b.md").unlink()
    assert base.ingest([one], prune=True).removed == []
    assert names(base) == ["a.md", "b.md"]


def test_files_that_fail_do_not_stop_the_others_and_each_is_told(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs", {**FILES, "empty.md": "", "notes.exe": "x"})
    damaged(documents / "bad.pdf")
    encrypted(pdf(tmp_path / "plain.pdf", [["Some words."]]), documents / "locked.pdf", "secret")
    base, tally = knowledge(tmp_path / "index", documents)
    assert names(base) == sorted(FILES)
    reasons = dict(tally.failed)
    assert set(reasons) == {"bad.pdf", "empty.md", "locked.pdf"}
    assert "password" in reasons["locked.pdf"]
    assert [name for name, _ in tally.skipped] == ["notes.exe"]


def test_a_changed_file_that_fails_keeps_its_earlier_version(tmp_path: Path) -> None:
    documents = tmp_path / "docs"
    documents.mkdir()
    pdf(documents / "a.pdf", [["Keys are rotated every 90 days."]])
    base, _ = knowledge(tmp_path / "index", documents)
    damaged(documents / "a.pdf")
    assert "earlier version stays" in base.ingest([documents]).failed[0][1]
    assert any("90 days" in text for text in found(base, "rotated keys"))


def test_names_that_no_text_can_hold_and_paths_that_no_system_takes_are_failures_of_their_own(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    odd = os.fsdecode(os.fsencode(documents) + b"/b\xff.md")
    try:
        Path(odd).write_text(SUPPORT)
    except OSError:
        pytest.skip("this file system takes no such name")
    base = KnowledgeBase(tmp_path / "index", HashingEmbedder(), create=True)
    tally = base.ingest([documents, Path("a" * 300), Path(odd)])
    assert names(base) == sorted(FILES)
    assert len(tally.failed) == 3
    assert all(reason.encode() for _, reason in tally.failed)


def test_two_files_of_one_name_are_kept_apart_however_they_are_given(tmp_path: Path) -> None:
    paths = [file(tmp_path / place / "x" / "policy.md", SECURITY) for place in ("a", "b", "c")]
    base = KnowledgeBase(tmp_path / "index", HashingEmbedder(), create=True)
    tally = base.ingest(paths)
    assert len(names(base)) == len(set(tally.added)) == 3
    for given in (paths, paths[::-1], paths[1:2]):
        again = base.ingest(given)
        assert (len(again.unchanged), again.added, again.replaced) == (len(given), [], [])
    assert consistent(base)


def test_a_file_that_moved_keeps_its_name_and_is_not_there_twice(tmp_path: Path) -> None:
    documents = folder(tmp_path / "old", {"a.md": SECURITY})
    base, _ = knowledge(tmp_path / "index", documents)
    documents.rename(tmp_path / "new")
    base.ingest([tmp_path / "new"])
    assert names(base) == ["a.md"]


def test_the_same_file_named_twice_goes_in_once(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    base = KnowledgeBase(None, HashingEmbedder())
    assert len(base.ingest([documents, documents / "security.md", documents]).added) == 2


def test_every_file_is_in_exactly_one_list_of_the_tally(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs", {**FILES, "empty.md": "", "x.bin": "x"})
    _, tally = knowledge(tmp_path / "index", documents)
    told = [*tally.added, *tally.replaced, *tally.unchanged, *dict(tally.failed), *dict(tally.skipped)]
    assert sorted(told) == ["empty.md", "security.md", "support.md", "x.bin"]


def test_a_knowledge_base_in_memory_is_asked_like_one_on_disk(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    memory, _ = knowledge(None, documents)
    disk, _ = knowledge(tmp_path / "index", documents)
    query = "How long are backups kept?"
    assert isinstance(memory.store, MemoryStore)
    assert isinstance(disk.store, ChromaStore)
    assert found(memory, query) == found(disk, query)


def test_what_was_ingested_is_there_when_the_index_is_opened_again(tmp_path: Path) -> None:
    base, _ = knowledge(tmp_path / "index", folder(tmp_path / "docs"))
    before = found(base, "severity 1 faults")
    base.manifest.close()
    opened = KnowledgeBase(tmp_path / "index", HashingEmbedder())
    assert found(opened, "severity 1 faults") == before


# -- faults -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["embedder", "vectors", "transaction", "sweep"])
def test_an_ingest_that_breaks_off_leaves_the_old_state_and_the_next_one_heals_it(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents, embedder = folder(tmp_path / "docs"), Breaking()
    base, _ = knowledge(tmp_path / "index", documents, embedder=embedder)
    file(documents / "security.md", SECURITY.replace("90 days", "30 days"))
    file(documents / "third.md", "# Third\n\nA third document about penetration tests by a third party.\n")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        if part == "embedder":
            embedder.broken = True
        elif part == "vectors":
            patch.setattr(base.store, "add", fail)
        elif part == "transaction":
            patch.setattr(base.manifest, "put", fail)
        else:
            patch.setattr(base, "_sweep", fail)
        base.ingest([documents])
    embedder.broken = False
    base.manifest.close()
    base = KnowledgeBase(tmp_path / "index", embedder, create=True)
    if part != "sweep":
        assert names(base) == sorted(FILES)
        assert any("90 days" in text for text in found(base, "How often are keys rotated?"))
    base.ingest([documents])
    assert names(base) == ["security.md", "support.md", "third.md"]
    assert not any("90 days" in text for text in found(base, "How often are keys rotated?"))
    assert consistent(base)


def test_vectors_that_a_broken_ingest_left_are_swept_though_the_file_was_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    file(documents / "third.md", "# Third\n\nA third document.\n")
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(base.manifest, "put", lambda *_, **__: (_ for _ in ()).throw(RuntimeError()))
        base.ingest([documents])
    assert not consistent(base)
    (documents / "third.md").unlink()
    base.ingest([documents])
    assert consistent(base)


KILLED = """
import os, signal, sys
from pathlib import Path
from rfp_responder.index.embed import HashingEmbedder
from rfp_responder.knowledge import KnowledgeBase

class Killing(HashingEmbedder):
    def embed(self, texts):
        return super().embed(texts)

base = KnowledgeBase(Path(sys.argv[1]), Killing(), create=True)
put = base.manifest.put
def killed(document, *rest, **more):
    put(document, *rest, **more)
    os.kill(os.getpid(), signal.SIGKILL)
base.manifest.put = killed
base.ingest([Path(sys.argv[2])])
"""


def test_a_process_killed_in_the_middle_of_writing_leaves_the_old_index_and_no_lock(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    before = base.manifest.chunk_ids()
    base.manifest.close()
    file(documents / "security.md", SECURITY.replace("90 days", "30 days"))
    command = [sys.executable, "-c", KILLED, str(tmp_path / "index"), str(documents)]
    done = subprocess.run(command, cwd=PROJECT, check=False, timeout=60, capture_output=True)
    assert done.returncode == -signal.SIGKILL
    opened = KnowledgeBase(tmp_path / "index", HashingEmbedder(), create=True)
    assert opened.manifest.chunk_ids() == before
    assert any("90 days" in text for text in found(opened, "How often are keys rotated?"))
    assert opened.ingest([documents]).replaced == ["security.md"]
    assert consistent(opened)


def test_a_second_writer_is_told_in_one_line_and_a_reader_is_not_kept_waiting(tmp_path: Path) -> None:
    from filelock import FileLock

    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    with FileLock(tmp_path / "index" / "write.lock"):
        with pytest.raises(IndexError_, match=r"another process is writing to it\. Wait") as caught:
            base.ingest([documents])
        assert "\n" not in str(caught.value)
        assert found(KnowledgeBase(tmp_path / "index", HashingEmbedder()), "keys") != []
    base.ingest([documents])


def test_an_index_by_another_model_is_refused_to_readers_and_writers_and_untouched(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    before = base.manifest.chunk_ids()
    other = KnowledgeBase(tmp_path / "index", HashingEmbedder(128), create=True)
    for act in (lambda: other.ingest([documents]), lambda: other.store, other.require_documents):
        with pytest.raises(IndexError_, match=r"made by the embedding model hashing-256 .*--rebuild"):
            act()
    assert base.manifest.chunk_ids() == before
    assert consistent(base)


def test_a_rebuild_switches_to_another_model_and_leaves_nothing_of_the_old_one(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    knowledge(tmp_path / "index", documents)[0].manifest.close()
    base, _ = knowledge(tmp_path / "index", documents, embedder=HashingEmbedder(128), rebuild=True)
    assert consistent(base)
    assert found(base, "How long are backups kept?")
    assert base.ingest([documents]).replaced == []
    with pytest.raises(IndexError_, match="made by the embedding model hashing-128"):
        KnowledgeBase(tmp_path / "index", HashingEmbedder()).require_documents()


def test_a_rebuild_that_breaks_off_leaves_the_old_index(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    breaking = Breaking(128)
    breaking.broken = True
    with pytest.raises(RuntimeError):
        KnowledgeBase(tmp_path / "index", breaking, create=True).ingest([documents], rebuild=True)
    base.manifest.close()
    opened = KnowledgeBase(tmp_path / "index", HashingEmbedder())
    assert found(opened, "How long are backups kept?")
    assert consistent(opened)


def test_an_index_whose_vectors_are_gone_is_told_with_a_remedy_that_works(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    base.manifest.close()
    copy = tmp_path / "copy"  # Chroma keeps one client a folder and process
    shutil.copytree(tmp_path / "index", copy, ignore=shutil.ignore_patterns("vectors"))
    with pytest.raises(IndexError_, match="--rebuild"):
        _ = KnowledgeBase(copy, HashingEmbedder()).store
    rebuilt, _ = knowledge(copy, documents, rebuild=True)
    assert consistent(rebuilt)


def test_an_index_without_text_is_told_before_it_is_asked(tmp_path: Path) -> None:
    base = KnowledgeBase(tmp_path / "index", HashingEmbedder(), create=True)
    with pytest.raises(IndexError_, match="holds no document with text"):
        base.require_documents()


def test_an_absent_index_is_told_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(IndexError_, match="there is no index"):
        KnowledgeBase(tmp_path / "none", HashingEmbedder())
    assert not (tmp_path / "none").exists()


def test_an_index_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    taken = file(tmp_path / "taken", "x")
    with pytest.raises(InputError, match="the folder cannot be made"):
        KnowledgeBase(taken, HashingEmbedder(), create=True)


def test_progress_tells_every_file_and_the_end(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    base = KnowledgeBase(None, HashingEmbedder())
    base.ingest([folder(tmp_path / "docs")], progress=lambda *args: told.append(args))
    assert told == [("security.md", 0, 2), ("support.md", 1, 2), ("", 2, 2)]


def test_a_tally_of_nothing_is_all_zeros(tmp_path: Path) -> None:
    tally = KnowledgeBase(None, HashingEmbedder()).ingest([folder(tmp_path / "docs", {})])
    assert isinstance(tally, Tally)
    assert (tally.documents, tally.pages, tally.chunks, tally.added) == (0, 0, 0, [])
