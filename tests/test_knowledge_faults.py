"""A knowledge base is safe to kill, has one writer at a time, and switches to another model at once."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from rfp_responder.errors import IndexError_, InputError
from rfp_responder.index.embed import HashingEmbedder
from rfp_responder.index.store import ChromaStore
from rfp_responder.knowledge import KnowledgeBase, nearest
from rfp_responder.protocols import EmbedderIdentity
from tests.holdings import (
    CHANGED,
    KEYS,
    LATER,
    THIRD,
    Breaking,
    faults,
    found,
    in_chroma,
    many,
    names,
    python,
    vector,
)
from tests.makers import FILES, file, folder, knowledge


def fail(*_: object, **__: object) -> None:
    raise RuntimeError("the power went")


@pytest.mark.parametrize(
    "part", ["embedder", "put", "settle", "vectors", "chroma add", "chroma delete", "mark stored", "forget discarded"]
)
def test_an_ingest_that_breaks_off_leaves_the_old_or_the_new_state_and_the_next_one_heals_it(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents, embedder = folder(tmp_path / "docs"), Breaking()
    base, _ = knowledge(tmp_path / "index", documents, embedder=embedder)
    file(documents / "security.md", CHANGED)
    file(documents / "third.md", THIRD)
    places: dict[str, tuple[object, str]] = {
        "put": (base.manifest, "put"),
        "settle": (base.manifest, "settle"),
        "vectors": (base.vectors, "put"),
        "chroma add": (ChromaStore, "add"),
        "chroma delete": (ChromaStore, "delete"),
        "mark stored": (base.vectors, "mark_stored"),
        "forget discarded": (base.vectors, "forget_discarded"),
    }
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        if part == "embedder":
            embedder.broken = True
        else:
            patch.setattr(*places[part], fail)
        base.ingest([documents])
    embedder.broken = False
    base.manifest.close()
    base = KnowledgeBase(tmp_path / "index", embedder, create=True)
    assert faults(base, embedded=False) == []
    old = part in ("put", "settle")
    assert names(base) == [*sorted(FILES), *([] if old else ["third.md"])]
    told = found(base, KEYS)
    assert any("90 days" in text for text in told) == old
    assert any("30 days" in text for text in told) != old
    base.ingest([documents])
    assert names(base) == ["security.md", "support.md", "third.md"]
    assert not any("90 days" in text for text in found(base, KEYS))
    assert faults(base) == []


@pytest.mark.parametrize("part", ["mark_stored", "forget_discarded"])
def test_what_only_chroma_learned_is_forgotten_though_the_file_was_taken_away(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    file(documents / "security.md", CHANGED)
    file(documents / "third.md", THIRD)
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(base.vectors, part, fail)
        base.ingest([documents])
    (documents / "third.md").unlink()
    base.ingest([documents], prune=True)
    assert faults(base) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from rfp_responder.index.embed import HashingEmbedder
from rfp_responder.knowledge import KnowledgeBase, embedding, reindex

place, index, documents = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
base = KnowledgeBase(index, HashingEmbedder(128 if place.startswith("reindex") else 256), create=True)

def killed_after(owner, name):
    true = getattr(owner, name)
    def function(*args, **more):
        true(*args, **more)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(owner, name, function)

def killed_before(owner, name):
    setattr(owner, name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))

if place == "put":
    killed_after(base.manifest, "put")
elif place == "embed":
    killed_before(base.embedder, "embed")
elif place == "chroma":
    killed_before(base.vectors, "mark_stored")
elif place == "reindex before":
    killed_after(reindex, "_embed_aside")
elif place == "reindex within":
    killed_after(base, "mark_made")
else:
    killed_before(reindex, "renew_chroma")
if place.startswith("reindex"):
    base.reindex()
else:
    base.ingest([documents])
"""


@pytest.mark.parametrize("place", ["put", "embed", "chroma"])
def test_a_process_killed_in_an_ingest_leaves_the_old_or_the_new_index_and_no_lock(place: str, tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    before = base.manifest.chunk_ids()
    base.manifest.close()
    file(documents / "security.md", CHANGED)
    assert python(KILLED, place, tmp_path / "index", documents) == -signal.SIGKILL
    opened = KnowledgeBase(tmp_path / "index", HashingEmbedder(), create=True)
    old = place == "put"
    assert (opened.manifest.chunk_ids() == before) == old
    assert faults(opened, embedded=False) == []
    assert any("90 days" in text for text in found(opened, KEYS)) == old
    assert opened.ingest([documents]).replaced == (["security.md"] if old else [])
    assert any("30 days" in text for text in found(opened, KEYS))
    assert faults(opened) == []


@pytest.mark.parametrize("place", ["reindex before", "reindex within", "reindex after"])
def test_a_process_killed_in_a_reindex_leaves_the_old_or_the_new_index(place: str, tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    knowledge(tmp_path / "index", documents)[0].manifest.close()
    assert python(KILLED, place, tmp_path / "index", documents) == -signal.SIGKILL
    switched = place == "reindex after"
    opened = KnowledgeBase(tmp_path / "index", HashingEmbedder(128 if switched else 256), create=True)
    opened.require_documents()
    assert any("90 days" in text for text in found(opened, KEYS))
    assert sorted(opened.ingest([documents]).unchanged) == sorted(FILES)
    if not switched:
        opened.reindex()
    assert faults(opened) == []
    assert not (tmp_path / "index" / "vectors-g1").exists()  # with the old model's vectors


def test_a_second_writer_is_told_in_one_line_and_a_reader_is_not_kept_waiting(tmp_path: Path) -> None:
    from filelock import FileLock

    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    writes: list[Callable[[], object]] = [
        lambda: base.ingest([documents]),
        lambda: base.remove(["support.md"]),
        base.reindex,
        base.embed_waiting,
    ]
    with FileLock(tmp_path / "index" / "write.lock"):
        for write in writes:
            with pytest.raises(IndexError_, match=r"another process is writing to it\. Wait") as caught:
                write()
            assert "\n" not in str(caught.value)
        reader = KnowledgeBase(tmp_path / "index", HashingEmbedder())
        assert found(reader, "keys") != []
    base.ingest([documents])


def test_a_reader_in_the_middle_of_a_transaction_sees_the_old_state(tmp_path: Path) -> None:
    base, _ = knowledge(tmp_path / "index", folder(tmp_path / "docs"))
    reader = KnowledgeBase(tmp_path / "index", HashingEmbedder())
    with base.manifest.transaction():
        base.manifest.remove(base.documents()[0].id)
        base.manifest.settle()
        assert names(reader) == sorted(FILES)
        assert any("90 days" in text for text in found(reader, KEYS))
    assert names(reader) == ["support.md"]


@contextmanager
def read_only(place: Path) -> Iterator[None]:
    """The folder may be read and not be written to, not even by root."""
    if os.geteuid() != 0:
        for path in (place, *place.rglob("*")):
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)
        try:
            yield
        finally:
            for path in (place, *place.rglob("*")):
                path.chmod(stat.S_IMODE(path.stat().st_mode) | 0o200)
        return
    os.setegid(65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def test_an_index_that_may_only_be_read_still_answers_and_says_why_it_takes_nothing(tmp_path: Path) -> None:
    place = Path(tempfile.mkdtemp(prefix="rfp-test-"))  # below tmp_path no other user may look
    try:
        place.chmod(0o755)
        base, tally = knowledge(place / "index #1", folder(tmp_path / "docs"), options=LATER)
        before = found(base, KEYS)  # and everything is imported that a question needs
        base.manifest.run("DELETE FROM vectors")
        base.manifest.close()
        with read_only(place / "index #1"):
            reader = KnowledgeBase(place / "index #1", HashingEmbedder())
            assert found(reader, KEYS) == before
            assert reader.warming() == (tally.blocks, tally.blocks)
            with pytest.raises(IndexError_, match="cannot be written to"):
                reader.embed_waiting()
            reader.manifest.close()
    finally:
        shutil.rmtree(place)


def refused(base: KnowledgeBase, documents: Path, pattern: str) -> None:
    before = (base.manifest.chunk_ids(), base.manifest.value("generation"), in_chroma(base))
    acts: list[Callable[[], object]] = [
        lambda: base.ingest([documents]),
        lambda: base.remove(["support.md"]),
        base.embed_waiting,
        base.require_documents,
    ]
    for act in acts:
        with pytest.raises(IndexError_, match=pattern) as caught:
            act()
        assert "\n" not in str(caught.value)
        assert "`rfp reindex`" in str(caught.value)
    assert (base.manifest.chunk_ids(), base.manifest.value("generation"), in_chroma(base)) == before


def test_an_index_by_another_model_is_refused_to_readers_and_writers_and_untouched(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    knowledge(tmp_path / "index", documents)[0].manifest.close()
    other = KnowledgeBase(tmp_path / "index", HashingEmbedder(128), create=True)
    for act in (lambda: other.ingest([documents]), lambda: other.remove(["support.md"]), other.embed_waiting,
                other.require_documents):  # fmt: skip
        with pytest.raises(IndexError_, match=r"made by the embedding model hashing-256 .*`rfp reindex`"):
            act()
    assert faults(KnowledgeBase(tmp_path / "index", HashingEmbedder())) == []
    assert names(other) == sorted(FILES)


def test_an_index_cut_by_another_version_is_refused_until_it_is_reindexed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    monkeypatch.setattr("rfp_responder.knowledge.base.CHUNKER_VERSION", "99")
    refused(base, documents, r"cut by chunker \d+, expected 99")
    base.reindex()
    assert len(base.ingest([documents]).unchanged) == 2
    assert faults(base) == []


def test_a_reindex_switches_to_another_model_and_leaves_nothing_of_the_old_one(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    old, _ = knowledge(tmp_path / "index", documents)
    before = old.nearest.chroma_folder()
    old.manifest.close()
    base = KnowledgeBase(tmp_path / "index", HashingEmbedder(128), create=True)
    told: list[tuple[str, int, int]] = []
    base.reindex(lambda *args: told.append(args))
    assert (told[0], told[-1]) == (("security.md", 0, 2), ("", 2, 2))
    assert not before.exists()
    assert faults(base) == []
    assert next(iter(base.vectors.of([c.block for c in base.manifest.all_chunks()]).values())).shape == (128,)
    assert found(base, "How long are backups kept?")
    assert len(base.ingest([documents]).unchanged) == 2
    with pytest.raises(IndexError_, match="made by the embedding model hashing-128"):
        KnowledgeBase(tmp_path / "index", HashingEmbedder()).require_documents()


def test_a_reindex_with_the_same_model_keeps_the_vectors_it_has(tmp_path: Path) -> None:
    embedder = Breaking()
    base, _ = knowledge(tmp_path / "index", folder(tmp_path / "docs"), embedder=embedder)
    keys = [c.block for c in base.manifest.all_chunks()]
    before = base.vectors.of(keys)
    embedder.texts = 0
    base.reindex()
    assert embedder.texts == 0
    assert all(np.array_equal(vector_, before[key]) for key, vector_ in base.vectors.of(keys).items())
    assert faults(base) == []


def test_a_reindex_cuts_anew_and_embeds_only_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = Breaking()
    base, _ = knowledge(tmp_path / "index", many(tmp_path / "docs", 5), embedder=embedder)
    base.ingest([file(tmp_path / "long.md", "# Long\n\n" + "The vault is opened by two people. " * 30)])
    embedder.texts = 0
    monkeypatch.setattr(Breaking, "max_tokens", 64)
    base.reindex()
    assert 0 < embedder.texts <= base.warming()[1] - 5
    assert faults(base) == []


@pytest.mark.parametrize("part", ["embedder", "switch", "chroma"])
def test_a_reindex_that_breaks_off_leaves_the_old_index_or_the_new_one(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = folder(tmp_path / "docs")
    knowledge(tmp_path / "index", documents)[0].manifest.close()
    embedder = Breaking(128)
    base = KnowledgeBase(tmp_path / "index", embedder, create=True)
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        embedder.broken = part == "embedder"
        if part == "switch":
            patch.setattr(base, "mark_made", fail)
        if part == "chroma":
            patch.setattr(ChromaStore, "add", fail)
        base.reindex()
    base.manifest.close()
    size = 128 if part == "chroma" else 256
    opened = KnowledgeBase(tmp_path / "index", HashingEmbedder(size), create=True)
    opened.require_documents()
    assert found(opened, "How long are backups kept?")
    opened.ingest([documents])
    opened.reindex()
    assert faults(opened) == []


def test_vectors_of_chroma_that_are_damaged_are_told_with_a_remedy_that_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    shutil.rmtree(base.nearest.chroma_folder())
    file(base.nearest.chroma_folder() / "chroma.sqlite3", b"junk " * 4000)
    monkeypatch.setattr(nearest, "EXACT_UP_TO", 0)
    with pytest.raises(IndexError_) as caught:
        base.dense(vector(base, "keys"), 3)
    assert "\n" not in str(caught.value)
    base.reindex()
    assert len(base.dense(vector(base, "keys"), 3)) > 0
    base.nearest.let_go()
    assert faults(base) == []


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


@pytest.mark.parametrize("dimension", [128, 256])
def test_a_reader_that_was_open_when_the_model_was_switched_is_told(dimension: int, tmp_path: Path) -> None:
    class Other(HashingEmbedder):
        def __init__(self) -> None:
            super().__init__(dimension)
            self._identity = EmbedderIdentity("other", dimension, "other")

    knowledge(tmp_path / "index", folder(tmp_path / "docs"))
    reader = KnowledgeBase(tmp_path / "index", HashingEmbedder())
    assert found(reader, KEYS)
    KnowledgeBase(tmp_path / "index", Other(), create=True).reindex()
    with pytest.raises(IndexError_, match="made by the embedding model other"):
        found(reader, KEYS)
