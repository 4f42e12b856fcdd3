"""Whatever the text: offsets are true, and what is located stands there."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from rfp_responder.text import _folded_with_places, content_stems, fold, locate, sentences, words

ALPHABET = st.one_of(
    st.sampled_from("ab Z1.5,-\n\t\u00a0\u00ad\ufb01\u00bd\u00b2\u0301é…\u3000\u1100\u1161中?!)\"'"),
    st.characters(exclude_categories=["Cs"]),
)
TEXT = st.text(ALPHABET, max_size=80)
WORDS = st.lists(st.text("abcdefé", min_size=1, max_size=6), min_size=1, max_size=12)
bounded = settings(max_examples=80, deadline=None)


@bounded
@given(TEXT)
def test_folding_with_places_is_folding(text: str) -> None:
    folded, places = _folded_with_places(text)
    assert folded == fold(text)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)


@bounded
@given(TEXT)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@bounded
@given(TEXT, TEXT)
def test_what_is_located_is_the_quote(quote: str, text: str) -> None:
    place = locate(quote, text)
    if place is not None:
        start, end = place
        assert 0 <= start < end <= len(text)
        assert fold(text[start:end]) == fold(quote)


@bounded
@given(WORDS, st.integers(0, 11), st.integers(1, 12), st.sampled_from([" ", "\n", "  \t", "\u00a0"]))
def test_whole_words_of_a_text_are_located_whatever_white_space_parts_them(
    parts: list[str], start: int, count: int, blank: str
) -> None:
    start %= len(parts)
    wanted = parts[start : start + count]
    place = locate(" ".join(wanted), blank.join(parts))
    assert place is not None
    assert blank.join(parts)[slice(*place)].split() == wanted


@bounded
@given(WORDS)
def test_an_accent_may_be_written_either_way(parts: list[str]) -> None:
    text = " ".join(parts)
    composed, taken_apart = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert locate(composed, taken_apart) == (0, len(taken_apart))
    assert locate(taken_apart, composed) == (0, len(composed))


@bounded
@given(TEXT)
def test_sentences_are_stripped_in_order_without_overlap_and_leave_only_white_space_out(text: str) -> None:
    spans = sentences(text)
    assert all(text[a:b] == text[a:b].strip() != "" for a, b in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    kept = "".join(text[a:b] for a, b in spans)
    assert "".join(kept.split()) == "".join(text.split())
    assert not any("\n" in text[a:b] for a, b in spans)


@bounded
@given(TEXT)
def test_words_and_stems_of_any_text_are_in_lower_case(text: str) -> None:
    assert all(word == word.lower() for word in words(text))
    assert isinstance(content_stems(text), list)
