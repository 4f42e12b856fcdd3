"""``rfp optimize`` from the command line: a real index, a small gold file, and every fault in one line."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from rfp_responder.cli import run
from rfp_responder.evaluation import optimize_dspy
from rfp_responder.evaluation.optimize_bench import RememberingEmbedder, recut
from rfp_responder.index.embed import HashingEmbedder
from tests import makers
from tests.optimize_makers import case, gold_file

Captured = pytest.CaptureFixture[str]
ASKED = {
    "encryption": (
        "Is customer data encrypted at rest?",
        "AES-256",
        "Customer data is encrypted at rest with AES-256.",
    ),
    "keys": ("How often are keys rotated?", "90 days", "Keys are rotated every 90 days."),
    "backup": ("How long are backups kept?", "35 days", "Backups are taken every night and kept for 35 days."),
    "restore": ("How often are restores tested?", "quarter", "Restores are tested every quarter."),
}


@pytest.fixture
def gold(hashing_index: Path) -> Path:
    """Questions of the small files, each asked twice on tune and once on test, every case a topic of its own."""
    cases = []
    for topic, (question, fact, quote) in ASKED.items():
        for number, split in enumerate(("tune", "tune", "test"), 1):
            made = case(topic, split, number=number, fact=fact)  # type: ignore[arg-type]
            place = made.evidence[0].model_copy(update={"document": "security.md", "quote": quote})
            told = {"topic": f"{topic} {number}", "question": question, "reference_answer": quote}
            cases.append(made.model_copy(update={**told, "evidence": [place]}))
    return gold_file(hashing_index.parent / "gold.jsonl", cases)


@pytest.fixture
def optimize(gold: Path, capsys: Captured) -> Callable[..., tuple[int, str, str]]:
    def ran(*options: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(["optimize", "--gold", str(gold), "--out", "opt", *options])
        out, err = capsys.readouterr()
        return code, out, err

    return ran


def test_settings_that_leave_everything_blank_are_changed_and_the_lines_are_written(
    optimize: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_MIN_CONFIDENCE", "0.99")
    Path("rfp.toml").write_text("top_k = 3\n")
    code, out, err = optimize("--write", "new.toml")
    assert (code, err) == (0, "")
    data = json.loads(Path("opt/optimize.json").read_text())
    lines = tomllib.loads(Path("new.toml").read_text())
    assert data["changed"]
    assert lines["min_confidence"] == data["taken"]["min_confidence"] < 0.99
    assert f"min_confidence = {lines['min_confidence']:g}" in out
    assert "test, before and after: utility 0.000 to" in out
    assert Path("rfp.toml").read_text() == "top_k = 3\n"


def test_the_index_is_only_read(optimize: Callable[..., tuple[int, str, str]], hashing_index: Path) -> None:
    from rfp_responder.knowledge import KnowledgeBase

    def state() -> tuple[object, ...]:
        base = KnowledgeBase(hashing_index, HashingEmbedder())
        held = (base.documents(), base.manifest.chunk_ids(), base.warming())
        base.manifest.close()
        return held

    before = state()
    assert optimize("--minutes", "0.02")[0] == 0
    assert state() == before


def test_files_may_be_tuned_on_without_an_index(
    optimize: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_INDEX", "nowhere")
    code, out, _ = optimize("--documents", "docs", "--minutes", "0.02")
    assert code == 0
    assert "present: utility" in out
    assert not Path("nowhere").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--minutes", "0"), "--minutes 0: expected more than 0"),
        (("--wrong-costs", "-1"), "--wrong-costs -1: expected 0 or more"),
        (("--write", "gold.jsonl"), "--write gold.jsonl: is there already"),
        (("--write", "no/such.toml"), "its folder is not there"),
        (("--out", "gold.jsonl"), "--out gold.jsonl: is a file"),
        (("--documents", "nothing-here"), "--documents: nothing can be read (nothing-here: there is no such file"),
        (("--index", "nowhere"), "no index in nowhere"),
        (("--prompt", "answer@1"), "--prompt: no model is configured"),
        (("--prompt", "answer@1", "--max-calls", "3"), "--max-calls 3: expected 10 or more"),
        (("--prompt", "answer@1", "--examples", "99"), "--examples 99"),
        (("--prompt", "answer@1", "--write", "new.toml"), "--write: there are no lines for rfp.toml with --prompt"),
    ],
)
def test_a_fault_is_one_line(
    options: tuple[str, ...], told: str, optimize: Callable[..., tuple[int, str, str]]
) -> None:
    code, out, err = optimize(*options)
    assert (code, out) == (1, "")
    assert told in err
    assert err.count("\n") == 1
    assert not Path("opt").exists()
    assert not Path("new.toml").exists()


def test_without_the_extra_the_command_says_how_to_get_it(
    optimize: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFP_MODEL", "m")
    monkeypatch.setattr(optimize_dspy, "find_spec", lambda _name: None)
    code, _, err = optimize("--prompt", "answer@1")
    assert code == 1
    assert "pip install 'rfp-responder[optimize]'" in err


def test_a_base_is_cut_to_any_size_and_each_text_is_embedded_once(tmp_path: Path) -> None:
    class Counting(HashingEmbedder):
        texts: list[str] = []  # noqa: RUF012  # of this test alone

        def embed(self, texts):  # type: ignore[no-untyped-def]
            self.texts += texts
            return super().embed(texts)

    counting = Counting()
    source, _ = makers.knowledge(None, makers.folder(tmp_path / "docs"), embedder=counting)
    remembering = RememberingEmbedder(counting)
    counting.texts.clear()
    fine, coarse = recut(source, 20, remembering), recut(source, 200, remembering)
    assert len(fine.manifest.chunk_ids()) > len(coarse.manifest.chunk_ids())
    assert [row.name for row in fine.documents()] == [row.name for row in source.documents()]
    assert fine.warming()[0] == coarse.warming()[0] == 0
    assert len(counting.texts) == len(set(counting.texts))
    counting.texts.clear()
    recut(source, 20, remembering)
    assert counting.texts == []


def test_a_remembered_vector_is_the_one_that_was_made() -> None:
    real = HashingEmbedder()
    remembering = RememberingEmbedder(real)
    texts = ["backups are kept", "keys", "backups are kept"]
    for _ in range(2):
        assert (remembering.embed(texts) == real.embed(texts)).all()
    assert remembering.embed([]).shape == (0, 256)
    words = remembering.embed_words(texts)
    assert [each.spans for each in words] == [each.spans for each in real.embed_words(texts)]
