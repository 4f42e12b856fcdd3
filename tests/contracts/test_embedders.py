"""One suite for every Embedder."""

from __future__ import annotations

import numpy as np
import pytest

from rfp_responder.index.embed import HashingEmbedder
from rfp_responder.protocols import Embedder

TEXTS = ["Data is encrypted at rest.", "The cat sat on the mat.", "Stored information is encrypted."]


@pytest.fixture(params=["hashing", pytest.param("minilm", marks=pytest.mark.model)])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return HashingEmbedder() if request.param == "hashing" else request.getfixturevalue("minilm")


def test_vectors_have_the_shape_type_and_length_that_are_promised(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (3, embedder.identity.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)


def test_no_text_gives_no_row(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.identity.dimension)
    assert embedder.count_tokens([]) == []


def test_rows_are_in_the_order_given_whatever_the_lengths(embedder: Embedder) -> None:
    texts = ["short", "a much longer text about backups " * 20, "middle of the road text", "x"]
    together = embedder.embed(texts)
    alone = np.vstack([embedder.embed([text]) for text in texts])
    assert np.allclose(together, alone, atol=1e-4)


def test_the_same_text_gives_the_same_vector(embedder: Embedder) -> None:
    assert np.array_equal(embedder.embed(TEXTS), embedder.embed(TEXTS))


def test_texts_alike_are_nearer_than_others(embedder: Embedder) -> None:
    data, cat, stored = embedder.embed(TEXTS)
    assert data @ stored > data @ cat


@pytest.mark.parametrize("text", ["", " ", "\n", "!!!", "中文 🔐", "a" * 5000, "\0", "word " * 3000])
def test_no_text_breaks_it(embedder: Embedder, text: str) -> None:
    assert np.isfinite(embedder.embed([text])).all()
    assert embedder.count_tokens([text])[0] >= 2


def test_tokens_are_counted_with_the_two_marks_and_not_truncated(embedder: Embedder) -> None:
    empty, short, long = embedder.count_tokens(["", "data", "data " * 1000])
    assert (empty, short) == (2, 3)
    assert long >= 1002 > embedder.max_tokens


def test_the_identity_tells_embedders_apart(embedder: Embedder) -> None:
    other = HashingEmbedder(64).identity
    assert embedder.identity == embedder.identity
    assert embedder.identity.digest != other.digest
    assert embedder.identity.dimension > other.dimension
