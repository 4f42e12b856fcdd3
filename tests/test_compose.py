"""One to three sentences: the best of each part, nothing twice, in an order that reads, within the limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfp_responder.answer.compose import MAX_SENTENCES, Composed, Limits, Part, compose
from rfp_responder.answer.pieces import Candidate
from rfp_responder.answer.rank import SIGNALS, Scored, Signals

SIGNS = Signals(**dict.fromkeys(SIGNALS, 0.5))
KEPT = "Backups are kept for 35 days."
ENCRYPTED = "Customer data is encrypted with AES-256."
OPEN = "The help desk opens at eight."
TESTED = "Restores get tested each quarter."


def one(text: str, score: float = 5.0, rank: int = 1, start: int = 0) -> Scored:
    return Scored(Candidate(rank, start, text, (text,), "", "sentence"), SIGNS, score)


def part(*scored: Scored, text: str = "Which?") -> Part:
    return Part(text, scored)


def texts(composed: Composed) -> list[str]:
    return [scored.candidate.text for scored in composed.chosen]


def test_the_best_of_each_part_is_taken() -> None:
    made = compose([part(one(KEPT), one(OPEN, 1)), part(one(ENCRYPTED, 4, 2), one(TESTED, 1, 3))], Limits())
    assert (texts(made), made.notes) == ([KEPT, ENCRYPTED], ())


def test_a_sentence_that_answers_two_parts_stands_once() -> None:
    assert texts(compose([part(one(KEPT)), part(one(KEPT))], Limits())) == [KEPT]
    assert texts(compose([part(one(KEPT)), part(one("Backups are kept for 35 days by us.", rank=2))], Limits())) == [
        KEPT
    ]


def test_sentences_nearly_as_good_that_say_something_else_are_added_to_one_part() -> None:
    assert texts(compose([part(one(KEPT, 5), one(ENCRYPTED, 4.5, 2), one(OPEN, 1, 3))], Limits())) == [KEPT, ENCRYPTED]
    assert texts(compose([part(one(KEPT, 5), one("Kept are backups, for 35 days!", 4.9, 2))], Limits())) == [KEPT]


def test_at_most_three_sentences_are_taken() -> None:
    sentences = ["Alpha beta gamma.", "Delta epsilon zeta.", "Eta theta iota.", "Kappa lambda mu.", "Nu xi omicron."]
    made = compose([part(*[one(text, 5 - n / 100, n + 1) for n, text in enumerate(sentences)])], Limits())
    assert texts(made) == sentences[:MAX_SENTENCES]
    parts = [part(one(text, 5, n + 1)) for n, text in enumerate(sentences)]
    assert texts(compose(parts, Limits())) == sentences[:MAX_SENTENCES]


def test_within_a_passage_sentences_stand_in_reading_order() -> None:
    made = compose([part(one(KEPT, 5, 1, 80), one(ENCRYPTED, 4.9, 1, 10), one(OPEN, 4.8, 2, 0))], Limits())
    assert texts(made) == [ENCRYPTED, KEPT, OPEN]


def test_what_yes_or_no_was_read_from_stands_first() -> None:
    decisive = one(OPEN, 4.8, 2, 50)
    made = compose([part(one(KEPT, 5), decisive)], Limits(), decisive)
    assert texts(made)[0] == OPEN


def test_a_shorter_sentence_is_taken_where_the_best_is_too_long() -> None:
    long = "Customer data is encrypted with AES-256 in each and every database that there is."
    made = compose([part(one(long, 5), one(KEPT, 4, 2))], Limits(words=8))
    assert texts(made) == [KEPT]
    assert not any("left out" in note for note in made.notes)
    assert texts(compose([part(one(long, 5), one(KEPT, 4, 2))], Limits(characters=40))) == [KEPT]


def test_where_none_fits_a_note_tells_how_long_the_answer_would_be() -> None:
    made = compose([part(one(KEPT))], Limits(words=3, characters=10))
    assert made.chosen == ()
    [note] = made.notes
    assert "3 words and 10 characters" in note
    assert "6 words" in note
    assert KEPT in note


def test_a_sentence_much_worse_is_not_taken_for_being_short() -> None:
    made = compose(
        [part(one("Customer data is encrypted with AES-256 everywhere.", 5), one(OPEN, 0.5, 2))], Limits(words=6)
    )
    assert made.chosen == ()
    assert made.notes


def test_a_passage_that_gives_another_value_is_told() -> None:
    kept = "Backups of customer data are kept for 35 days."
    made = compose([part(one(kept, 5), one(kept.replace("35", "90"), 4.9, 2))], Limits())
    assert texts(made) == [kept]
    assert any("says otherwise" in note and "90 days" in note for note in made.notes)
    assert compose([part(one(kept, 5), one(kept[:-1] + ", as said.", 4.9, 2))], Limits()).notes == ()


def test_a_passage_that_says_the_opposite_is_told() -> None:
    made = compose(
        [part(one("Visitors are not permitted here.", 5), one("Visitors are permitted here.", 4, 2))], Limits()
    )
    assert any("says otherwise" in note for note in made.notes)


def test_another_value_in_a_short_sentence_is_told_too() -> None:
    assert compose([part(one(KEPT, 5), one("Backups are kept for 90 days.", 4.9, 2))], Limits()).notes


@pytest.mark.parametrize("limits", [Limits(words=0), Limits(characters=0)])
def test_a_limit_of_nothing_leaves_nothing(limits: Limits) -> None:
    assert compose([part(one(KEPT))], limits).chosen == ()


WORDS = st.sampled_from("alpha beta gamma delta epsilon zeta eta theta iota kappa 12 days not".split())
SENTENCES = st.lists(WORDS, min_size=1, max_size=8).map(lambda words: " ".join(words).capitalize() + ".")
DRAWN = st.tuples(SENTENCES, st.floats(0, 5), st.integers(1, 4), st.integers(0, 99))
PARTS = st.lists(st.lists(DRAWN, min_size=1, max_size=6), min_size=1, max_size=4)


def parted(drawn: list[list[tuple[str, float, int, int]]]) -> list[Part]:
    return [part(*sorted((one(*each) for each in each_part), key=lambda scored: -scored.score)) for each_part in drawn]


@given(PARTS, st.none() | st.integers(0, 30), st.none() | st.integers(0, 200))
def test_the_limits_hold_for_the_joined_text_and_nothing_stands_twice(
    drawn: list[list[tuple[str, float, int, int]]], words: int | None, characters: int | None
) -> None:
    made = compose(parted(drawn), Limits(words, characters))
    joined = " ".join(texts(made))
    assert words is None or len(joined.split()) <= words
    assert characters is None or len(joined) <= characters
    assert len(set(texts(made))) == len(made.chosen) <= MAX_SENTENCES


def test_the_limits_hold_for_the_decisive_sentence_too() -> None:
    decisive = one(ENCRYPTED, 5)
    made = compose([part(decisive, one("Yes, it is.", 4.9, 2))], Limits(words=3), decisive)
    assert texts(made) == ["Yes, it is."]
