"""Tokens: counted by the model's own tokenizer where it is named, else by an estimate that is rather too high."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfp_responder.chat.tokens import TokenCounter
from rfp_responder.errors import InputError
from rfp_responder.protocols import ModelRequest


def tokenizer_file(tmp_path: Path) -> Path:
    """A tokenizer of whole words."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    made = Tokenizer(models.WordLevel({"[UNK]": 0, "data": 1, "is": 2}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.enable_truncation(2)
    made.enable_padding(length=8)
    path = tmp_path / "tokenizer.json"
    made.save(str(path))
    return path


def test_a_named_tokenizer_counts_exactly_and_neither_cuts_nor_pads(tmp_path: Path) -> None:
    counter = TokenCounter(tokenizer_file(tmp_path))
    assert counter.exact
    assert counter.count("data is encrypted at rest") == 5
    assert counter.count("") == 0
    assert counter.at_most(100) == 100


@pytest.mark.parametrize(
    ("text", "tokens"),
    [  # counted once with the tokenizer of a small open model (49,152 byte pairs)
        ("All customer data is encrypted at rest using AES-256.", 15),
        ("Backups are kept for 35 days; restores are tested every quarter.", 17),
        ("The subprocessors listed in Annex III are bound by the same obligations.", 14),
    ],
)
def test_the_estimate_is_not_below_a_real_count_and_not_far_above(text: str, tokens: int) -> None:
    assert tokens <= TokenCounter().count(text) <= 1.5 * tokens


def test_the_estimate_says_that_it_is_one() -> None:
    counter = TokenCounter()
    assert not counter.exact
    assert "estimated" in counter.told
    assert counter.at_most(100) == 110


@given(st.text(), st.text())
def test_two_texts_together_have_about_the_tokens_of_both(one: str, other: str) -> None:
    count = TokenCounter().count
    assert count(one) >= 0
    assert count(f"{one} {other}") == count(one) + count(other)


@given(st.text(min_size=1))
def test_the_estimate_is_never_above_the_bytes_of_a_text(text: str) -> None:
    assert TokenCounter().count(text) <= len(text.encode("utf-8", "replace"))


def test_a_request_counts_with_its_schema() -> None:
    counter = TokenCounter()
    bare = counter.of_request(ModelRequest("system", "user", {}))
    assert counter.of_request(ModelRequest("system", "user", {"type": "object"})) > bare > counter.count("system user")


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff\xfe", b"[1, 2"])
def test_a_file_that_is_no_tokenizer_is_refused_in_one_line(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match="setting tokenizer") as fault:
        TokenCounter(path)
    assert "\n" not in str(fault.value)
