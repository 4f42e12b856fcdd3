"""One suite for every Store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rfp_responder.errors import IndexError_
from rfp_responder.index.store import ChromaStore, MemoryStore
from rfp_responder.protocols import EmbedderIdentity, Store, Vectors

IDENTITY = EmbedderIdentity("test", 4, "digest")


@pytest.fixture(params=["memory", "chroma"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    makers: dict[str, Callable[[], Store]] = {
        "memory": lambda: MemoryStore(4),
        "chroma": lambda: ChromaStore(tmp_path, "chunks", IDENTITY, create=True),
    }
    return makers[request.param]()


def unit(*rows: tuple[float, ...]) -> Vectors:
    vectors = np.array(rows, dtype=np.float32).reshape(len(rows), 4)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


THREE = unit((1, 0, 0, 0), (0.9, 0.1, 0, 0), (0, 0, 1, 0))


def test_an_empty_store_finds_nothing(store: Store) -> None:
    assert store.nearest(THREE[0], 5) == []
    assert store.ids() == set()


def test_the_nearest_come_best_first_with_their_cosine(store: Store) -> None:
    store.add(["a", "b", "c"], THREE)
    found = store.nearest(THREE[0], 3)
    assert [id_ for id_, _ in found] == ["a", "b", "c"]
    assert [score for _, score in found] == pytest.approx([1.0, float(THREE[1] @ THREE[0]), 0.0], abs=1e-4)


def test_an_opposite_vector_has_cosine_minus_one(store: Store) -> None:
    store.add(["a"], -THREE[:1])
    assert store.nearest(THREE[0], 1)[0][1] == pytest.approx(-1.0, abs=1e-4)


@pytest.mark.parametrize("k", [0, 1, 2, 3, 100])
def test_at_most_k_come(store: Store, k: int) -> None:
    store.add(["a", "b", "c"], THREE)
    assert len(store.nearest(THREE[0], k)) == min(k, 3)


def test_adding_an_id_again_replaces_its_vector(store: Store) -> None:
    store.add(["a", "b"], THREE[:2])
    store.add(["a"], THREE[2:])
    assert store.ids() == {"a", "b"}
    assert store.nearest(THREE[2], 1)[0] == ("a", pytest.approx(1.0, abs=1e-4))


def test_a_deleted_id_is_found_no_more_and_deleting_it_again_is_no_error(store: Store) -> None:
    store.add(["a", "b"], THREE[:2])
    for _ in range(2):
        store.delete(["a", "never-there"])
    assert store.ids() == {"b"}
    assert [id_ for id_, _ in store.nearest(THREE[0], 5)] == ["b"]


def test_adding_and_deleting_nothing_is_no_error(store: Store) -> None:
    store.add([], np.zeros((0, 4), dtype=np.float32))
    store.delete([])
    assert store.ids() == set()


@pytest.mark.parametrize("vectors", [np.zeros((1, 5)), np.zeros((2, 4)), np.zeros(4)])
def test_vectors_of_another_shape_are_refused(store: Store, vectors: Vectors) -> None:
    with pytest.raises(ValueError, match="shape"):
        store.add(["a"], vectors)
    assert store.ids() == set()


def test_a_vector_of_zeros_is_kept_and_breaks_no_search(store: Store) -> None:
    store.add(["zero", "a"], np.vstack([np.zeros((1, 4), dtype=np.float32), THREE[:1]]))
    assert store.nearest(THREE[0], 2)[0][0] == "a"
    scores = [score for _, score in store.nearest(np.zeros(4, dtype=np.float32), 2)]
    assert all(-1.001 <= score <= 1.001 for score in scores)


def test_more_than_one_batch_goes_in_and_out(store: Store) -> None:
    count = 6_000
    vectors = np.random.default_rng(1).normal(size=(count, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [f"id{n}" for n in range(count)]
    store.add(ids, vectors)
    assert store.ids() == set(ids)
    store.delete(ids[1:])
    assert store.ids() == {"id0"}


def test_both_stores_find_the_same(tmp_path: Path) -> None:
    vectors = np.random.default_rng(2).normal(size=(200, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    stores = (MemoryStore(4), ChromaStore(tmp_path, "chunks", IDENTITY, create=True))
    for each in stores:
        each.add([f"id{n}" for n in range(200)], vectors)
    memory, chroma = (each.nearest(vectors[7], 10) for each in stores)
    assert [id_ for id_, _ in memory] == [id_ for id_, _ in chroma]
    assert [score for _, score in memory] == pytest.approx([score for _, score in chroma], abs=1e-4)


def test_a_store_made_of_vectors_finds_them() -> None:
    assert MemoryStore(4, ["a", "b", "c"], THREE).nearest(THREE[2], 1) == [("c", pytest.approx(1.0))]
    assert MemoryStore(4, [], np.zeros((0, 0), dtype=np.float32)).nearest(THREE[0], 1) == []
    with pytest.raises(ValueError, match="shape"):
        MemoryStore(4, ["a"], THREE)


def test_what_chroma_holds_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    ChromaStore(tmp_path, "chunks", IDENTITY, create=True).add(["a"], THREE[:1])
    assert ChromaStore(tmp_path, "chunks", IDENTITY, create=False).ids() == {"a"}


def test_a_collection_that_is_absent_or_by_another_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IndexError_, match="`rfp reindex`"):
        ChromaStore(tmp_path, "chunks", IDENTITY, create=False)
    ChromaStore(tmp_path, "chunks", IDENTITY, create=True)
    for other in (EmbedderIdentity("else", 4, "digest"), EmbedderIdentity("test", 4, "else")):
        for create in (True, False):
            with pytest.raises(IndexError_, match="made by the embedding model"):
                ChromaStore(tmp_path, "chunks", other, create=create)


def test_a_folder_that_is_no_chroma_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "chroma.sqlite3").write_text("junk " * 2000)
    with pytest.raises(IndexError_, match="cannot open it") as caught:
        ChromaStore(tmp_path, "chunks", IDENTITY, create=True)
    assert "\n" not in str(caught.value)
