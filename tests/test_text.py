"""Words, sentences, folding and exact matching."""

from __future__ import annotations

import pytest

from rfp_responder.text import LIST_MARK, content_stems, fold, locate, sentences, stem, words


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  a \n\t b  ", "a b"),
        ("of\ufb01ce", "office"),
        ("co\u00adoperate", "cooperate"),
        ("99.9\u00a0%", "99.9 %"),
        ("", ""),
        (" \n ", ""),
        ("cafe\u0301", "caf\u00e9"),
    ],
)
def test_folding_normalises_and_folds_white_space(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("quote", "text", "found"),
    [
        ("kept for 30 days", "Backups are kept\nfor  30 days.", "kept\nfor  30 days"),
        ("the office", "At the of\ufb01ce today", "the of\ufb01ce"),
        ("caf\u00e9 data", "the cafe\u0301 data", "cafe\u0301 data"),
        ("cafe\u0301 data", "the caf\u00e9  data", "caf\u00e9  data"),
        ("cooperation", "our co\u00adoperation ends", "co\u00adoperation"),
        ("99.9 %", "at 99.9\u00a0% a month", "99.9\u00a0%"),
        ("  padded  ", "is padded here", "padded"),
        ("5 days", "15 days or 5 days", "5 days"),
        ("\u6570\u636e\u52a0\u5bc6", "\u6240\u6709\u6570\u636e\u52a0\u5bc6\u5b58\u50a8", "\u6570\u636e\u52a0\u5bc6"),
        ("after ten days", "ends after ten days\u00b2 or so", "after ten days"),
    ],
)
def test_a_quote_is_found_whatever_its_white_space_and_compatibility_forms(quote: str, text: str, found: str) -> None:
    place = locate(quote, text)
    assert place is not None
    assert text[slice(*place)] == found


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("", "anything"),
        (" \n", "any thing"),
        ("anything", ""),
        ("is encrypted", "Is Encrypted"),
        ("five days", "5 days"),
        ("kept for 30 days", "kept for 300 days"),
        ("5 days", "within 15 days"),
        ("5 days", "within 1.5 days"),
        ("about 1", "about 1,5 days"),
        ("2 days", "1\u00bd days"),
        ("compliant with ISO", "noncompliant with ISO"),
        ("compliant with ISO", "non-compliant with ISO"),
        ("support Azure", "we support AzureStack"),
        ("the cafe", "the cafe\u0301 is"),
        ("data is safe", "data — is safe"),
    ],
)
def test_a_quote_that_does_not_stand_there_word_for_word_is_not_found(quote: str, text: str) -> None:
    assert locate(quote, text) is None


def test_locating_in_a_long_text_costs_no_quadratic_time() -> None:
    text = "é" + "ab " * 100_000 + "the end"
    assert locate("the  end", text) is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("See e.g. Section 4. Then go.", ["See e.g. Section 4.", "Then go."]),
        ("It costs 1.5 EUR. Fine.", ["It costs 1.5 EUR.", "Fine."]),
        ("Line one\nline two", ["Line one", "line two"]),
        ("1. Scope of this\n2. Terms", ["1. Scope of this", "2. Terms"]),
        ("Mr. Smith signs. J. Doe too.", ["Mr. Smith signs.", "J. Doe too."]),
        ('He said "done." Then left.', ['He said "done."', "Then left."]),
        ("", []),
        (" \n\n ", []),
        ("Is it version 1.2? It is.", ["Is it version 1.2?", "It is."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_words_keep_their_inner_marks() -> None:
    assert words("TLS 1.2, 24/7 e-mail; O’Neil’s R&D") == ["tls", "1.2", "24/7", "e-mail", "o’neil’s", "r&d"]


def test_stems_leave_numbers_alone_and_take_compounds_apart() -> None:
    assert stem("2026s") == "2026s"
    assert content_stems("The e-mails are encrypted") == [stem("e-mails"), stem("mails"), stem("encrypted")]


@pytest.mark.parametrize("line", ["• item", "1. item", "(a) item", "iv) item", "- item", "o item"])
def test_list_marks_are_seen(line: str) -> None:
    assert LIST_MARK.match(line)


@pytest.mark.parametrize("line", ["2026 was good", "AWS) item", "-item", "over it"])
def test_what_only_looks_like_a_list_mark_is_none(line: str) -> None:
    assert not LIST_MARK.match(line)
