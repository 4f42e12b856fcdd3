"""One suite for every Embedder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfp_responder.index.embed import HashingEmbedder, LocalEmbedder, SentenceTransformerEmbedder
from rfp_responder.index.openvino import OpenVinoEmbedder
from rfp_responder.index.weights import MINILM, ModelFolder, minilm_folder, model_folder
from rfp_responder.protocols import Embedder

TEXTS = ["Data is encrypted at rest.", "The cat sat on the mat.", "Stored information is encrypted."]


@pytest.fixture(scope="session")
def torch_minilm() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(model_folder(minilm_folder(), MINILM))


@pytest.fixture(
    params=[
        "hashing",
        pytest.param("minilm", marks=pytest.mark.model),
        pytest.param("torch_minilm", marks=pytest.mark.model),
    ]
)
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return HashingEmbedder() if request.param == "hashing" else request.getfixturevalue(request.param)


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
    assert (together * alone).sum(axis=1).min() >= 0.999  # reduced precision rounds by the batch


def test_every_word_has_a_unit_vector_and_its_place_in_the_text(embedder: Embedder) -> None:
    for text, made, whole in zip(TEXTS, embedder.embed_words(TEXTS), embedder.embed(TEXTS), strict=True):
        assert made.vectors.shape == (len(made.spans), embedder.identity.dimension)
        assert [text[start:end] for start, end in made.spans] == text.rstrip(".").split()
        lengths = np.linalg.norm(made.vectors, axis=1)
        assert all(abs(n - 1) < 1e-3 or n == 0 for n in lengths)
        assert float(made.whole @ whole) >= 0.999
    assert embedder.embed_words([]) == []


def test_a_words_vector_is_nearest_to_the_same_word_elsewhere(embedder: Embedder) -> None:
    first, _, third = embedder.embed_words(TEXTS)
    words = [TEXTS[2][start:end] for start, end in third.spans]
    place = [TEXTS[0][start:end] for start, end in first.spans].index("encrypted")
    assert words[int((third.vectors @ first.vectors[place]).argmax())] == "encrypted"


@pytest.mark.parametrize("text", ["", " ", "!!!", "中文 🔐", "naïve\u00a0co-op", "word " * 3000])
def test_no_text_breaks_its_words(embedder: Embedder, text: str) -> None:
    [made] = embedder.embed_words([text])
    assert np.isfinite(made.vectors).all()
    assert all(0 <= start <= end <= len(text) for start, end in made.spans)


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


@pytest.mark.model
def test_the_fast_form_gives_what_sentence_transformers_gives_at_every_length(
    minilm: LocalEmbedder, torch_minilm: SentenceTransformerEmbedder
) -> None:
    words = "Data at rest is encrypted with AES-256 and keys are rotated every 90 days (see table 3: 1,204.5).".split()
    texts = [" ".join((words * 40)[:n]) for n in (0, 1, 2, 5, 9, 17, 40, 90, 150, 400)] + ["中文 🔐", "[SEP] [MASK]"]
    assert minilm.identity == torch_minilm.identity
    assert minilm.count_tokens(texts) == torch_minilm.count_tokens(texts)
    assert (minilm.embed(texts) * torch_minilm.embed(texts)).sum(axis=1).min() >= 0.999
    many = texts[1:] * 8  # computed in another form
    assert (minilm.embed(many) * torch_minilm.embed(many)).sum(axis=1).min() >= 0.998


@pytest.mark.model
def test_a_form_that_is_not_true_to_float32_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rfp_responder.index.openvino.MIN_COSINE", 1.1)
    model = model_folder(minilm_folder(), MINILM)
    assert OpenVinoEmbedder(model).forms == (None, None)
    assert isinstance(LocalEmbedder(model)._cpu, SentenceTransformerEmbedder)


@pytest.mark.model
def test_an_encoder_of_another_kind_is_left_to_torch(tmp_path: Path) -> None:
    for source in minilm_folder().rglob("*.json"):
        target = tmp_path / source.relative_to(minilm_folder())
        target.parent.mkdir(exist_ok=True)
        target.write_text(
            source.read_text("utf-8").replace('"pooling_mode_mean_tokens": true', '"pooling_mode_cls_token": true')
        )
    assert not OpenVinoEmbedder.fits(ModelFolder(tmp_path, "other", 384, "digest"))
    assert OpenVinoEmbedder.fits(ModelFolder(minilm_folder(), "mini", 384, "digest"))


@pytest.mark.model
@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60), max_size=5))
def test_tokens_counted_word_by_word_are_those_of_the_tokenizer(texts: list[str]) -> None:
    model = ModelFolder(minilm_folder(), MINILM, 384, "digest")
    texts = [*texts, "Keys (AES-256) rotate; don't they? [SEP] naïve co-operation\t1,204.5 %\n" + "x" * 150]
    assert model._parts_at_blanks
    assert model.count_tokens(texts) == [len(each.ids) for each in model.tokenizer.encode_batch(texts)]


@pytest.mark.model
def test_embedding_tells_nobody_on_the_network_not_even_that_it_was_imported() -> None:
    code = (
        "import sys; asked = []\n"
        "sys.addaudithook(lambda event, args: asked.append(event) if event in {'socket.getaddrinfo', 'socket.connect',"
        " 'socket.gethostbyname', 'os.fork', 'os.posix_spawn', 'subprocess.Popen'} else None)\n"
        "from rfp_responder.index.embed import default_embedder\n"
        "default_embedder().embed(['one'] * 100)\n"
        "import openvino, threading\n"
        "assert 'openvino_telemetry.main' not in sys.modules\n"
        "[t.join(5) for t in threading.enumerate() if t is not threading.current_thread()]\n"
        "assert not asked, asked"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
