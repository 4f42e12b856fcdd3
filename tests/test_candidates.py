"""What of a passage can stand in an answer, and what cannot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfp_responder.answer.candidates import candidates
from rfp_responder.answer.ground import ground
from rfp_responder.answer.pieces import Candidate
from rfp_responder.domain import Draft, Passage, Question
from rfp_responder.text import locate
from tests.makers import passage


def found(
    text: str, *, before: str = "", after: str = "", heading: str = "Security", columns: str = ""
) -> list[Candidate]:
    made = passage(text, heading=heading)
    return candidates(replace(made, before=before, after=after, chunk=replace(made.chunk, columns=columns)))


def texts(text: str, **around: str) -> list[str]:
    return [candidate.text for candidate in found(text, **around)]


# -- sentences ----------------------------------------------------------------------------------------------


def test_each_sentence_is_a_candidate_in_reading_order_with_its_heading_and_the_sentence_before() -> None:
    one, two = found("Data is encrypted at rest. Keys are rotated each year.", heading="Guide > Keys")
    assert (one.text, one.shape, one.context) == ("Data is encrypted at rest.", "sentence", "Keys")
    assert (two.text, two.before, two.quotes) == (
        "Keys are rotated each year.",
        "Data is encrypted at rest.",
        ("Keys are rotated each year.",),
    )
    assert one.start < two.start


def test_a_heading_within_the_passage_becomes_the_context_of_what_follows() -> None:
    assert [(c.text, c.context) for c in found("Logs are kept here.\nKey rotation\nKeys are rotated each year.")] == [
        ("Logs are kept here.", "Security"),
        ("Keys are rotated each year.", "Key rotation"),
    ]


def test_a_pronoun_gets_its_subject_in_brackets() -> None:
    [_, two] = found("The data key is made anew. It is rotated each year.")
    assert (two.text, two.added) == ("It [the data key] is rotated each year.", "the data key")
    assert two.quotes == ("It is rotated each year.",)


@pytest.mark.parametrize(
    "left_out",
    [
        "Which keys are rotated each year?",
        "© 2026 Acme Ltd. All rights reserved.",
        "This document describes how keys are rotated.",
        "The keys are listed in section 4.2.",
        "Table 3. Keys and how they are rotated",
        "See the chapter on keys and rotation.",
        "The site is at [list the address of the site].",
        "Keys are rotated by TBD each year.",
        "Click on the next button.",
        "Too short.",
        "12 34 56 78 90 12 34 56 a b.",
        "Key rotation",
    ],
)
def test_headings_questions_boilerplate_pointers_captions_and_placeholders_are_left_out(left_out: str) -> None:
    assert texts(f"Logs are kept for a year.\n{left_out}\nKeys are rotated every month.") == [
        "Logs are kept for a year.",
        "Keys are rotated every month.",
    ]


@pytest.mark.parametrize(
    ("text", "slight"),
    [
        ("We offer world-class security to all of you.", True),
        ("Our firm takes privacy very seriously.", True),
        ("Customers should rotate their keys each year.", True),
        ("We recommend that keys are rotated.", True),
        ("Keys are rotated each year by us.", False),
    ],
)
def test_a_slogan_and_advice_to_the_reader_are_slight(text: str, slight: bool) -> None:
    assert [candidate.slight for candidate in found(text)] == [slight]


# -- lists --------------------------------------------------------------------------------------------------

LIST = "Access is granted by:\n• the head of security;\n• the head of engineering.\nLogs are kept for a year."


def test_a_list_is_offered_whole_with_its_lead_in_and_by_single_items() -> None:
    whole, one, two, after = found(LIST)
    assert whole.text == "Access is granted by: the head of security; the head of engineering."
    assert (whole.shape, whole.quotes) == ("list", (LIST[: LIST.index("\nLogs")],))
    assert one.text == "Access is granted by: the head of security."
    assert (one.shape, one.quotes) == ("item", ("Access is granted by:", "the head of security;"))
    assert two.text == "Access is granted by: the head of engineering."
    assert (after.text, after.shape) == ("Logs are kept for a year.", "sentence")


def test_a_list_may_follow_a_line_that_ends_open_without_a_colon() -> None:
    shapes = [(c.shape, c.text) for c in found("The approvers are\n• the head of security\n• the head of engineering")]
    assert ("item", "The approvers are the head of security.") in shapes
    assert shapes[0][0] == "list"


def test_an_item_that_is_a_sentence_stands_alone() -> None:
    made = found("The rules are:\n• Keys are rotated each year by the team.\n• head of security")
    alone = next(c for c in made if c.shape == "sentence")
    assert alone.text == "Keys are rotated each year by the team."
    assert alone.before == "The rules are:"
    assert next(c for c in made if c.shape == "item").text == "The rules are: head of security."


def test_a_lead_in_within_a_list_takes_over() -> None:
    made = texts("Access needs:\n• an approval by:\n• the head of security\n• the head of engineering")
    assert "An approval by: the head of security." in made
    assert not any(text == "Access needs: the head of security." for text in made)


def test_an_item_too_short_to_be_quoted_and_a_question_are_no_items() -> None:
    assert [c.text for c in found("Access needs:\n• a key\n• is it so, at all?") if c.shape == "item"] == []


def test_a_colon_without_a_list_behind_it_yields_nothing_by_itself() -> None:
    assert texts("The approvers are:") == []


# -- tables -------------------------------------------------------------------------------------------------


def test_a_row_carries_the_names_of_its_columns() -> None:
    rows = found("Severity\tCorrected within\nHigh\t14 days\nLow\t90 days")
    assert [row.text for row in rows] == [
        "Severity: High; Corrected within: 14 days.",
        "Severity: Low; Corrected within: 90 days.",
    ]
    assert rows[0].quotes == ("Severity\tCorrected within", "High\t14 days")
    assert {row.shape for row in rows} == {"row"}


def test_a_row_below_a_page_break_carries_the_columns_of_the_page_before() -> None:
    [row] = found("High\t14 days\tPagers", columns="Severity | Corrected within | Told by")
    assert row.text == "Severity: High; Corrected within: 14 days; Told by: Pagers."
    assert row.quotes == ("High\t14 days\tPagers",)


def test_a_row_without_known_columns_reads_as_a_fact() -> None:
    assert texts("Named users\t6,000\nEnd.") == ["Named users: 6,000."]


def test_a_row_with_a_placeholder_is_left_out() -> None:
    assert texts("Name\tRole\tPlace\nJane\tCISO\t[insert the place]") == []


def test_rows_whose_cells_name_their_columns_need_no_header() -> None:
    made = texts("Tier: FREE\tChannels: email\tPlan: none\nTier: PRO\tChannels: chat\tPlan: PRO")
    assert len(made) == 2
    assert not any("FREE: Tier" in text for text in made)


# -- borders ------------------------------------------------------------------------------------------------


def test_a_sentence_cut_by_the_passages_border_is_taken_whole_from_around_it() -> None:
    [one, two] = found(
        "rest. Keys are rotated", before="The end. Data is encrypted at ", after=" each year. Logs are kept."
    )
    assert one.text == "Data is encrypted at rest."
    assert two.text == "Keys are rotated each year."


def test_what_stands_wholly_outside_the_passage_is_no_candidate() -> None:
    assert texts("Keys are old.", before="One. Logs are kept here. ", after=" Data is encrypted. End.") == []
    assert texts("Keys are rotated now.", before="One. Logs are kept here. ", after=" Data is encrypted. End.") == [
        "Keys are rotated now."
    ]


def test_the_edges_of_the_window_give_no_half_sentences() -> None:
    assert texts(" at rest. Keys are rotated each", before="was encrypted by all", after=" year and then") == []


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t\t", "• \n• \n", "?" * 50, ":\n:\n", "a:\n- b\n- c:\n- d"])
def test_no_text_breaks_it(text: str) -> None:
    assert all(candidate.text.strip() for candidate in found(text, before=text, after=text))


PIECES = st.sampled_from(
    [
        "Data is encrypted at rest. ",
        "Keys are rotated every 90 days. ",
        "Access is granted by:\n",
        "• the head of security;\n",
        "• Keys are rotated each year by the team.\n",
        "The approvers are\n",
        "- the board of directors\n",
        "1. first of all items\n",
        "Severity\tCorrected within\n",
        "High\t14 days\n",
        "Low\t90 days\n",
        "It is kept. ",
        "They are told at once.\n",
        "Key rotation\n",
        "\n",
        "Is it so, at all? ",
        "The o\ufb03ce is open, see\nbelow. ",
        "\u00adhidden words are here now ",
        "{{.Name}} ",
    ]
)
WINDOWS = st.tuples(*[st.lists(PIECES, max_size=8).map("".join)] * 3)


def window(parts: tuple[str, str, str]) -> Passage:
    before, text, after = parts
    return replace(passage(text), before=before, after=after)


@given(WINDOWS)
def test_every_quote_stands_in_the_window_and_candidates_are_in_reading_order(parts: tuple[str, str, str]) -> None:
    made = candidates(window(parts))
    for candidate in made:
        assert all(locate(quote, "".join(parts)) for quote in candidate.quotes)
        assert candidate.text == candidate.text.strip()
        assert "\n" not in candidate.text
    assert [candidate.start for candidate in made] == sorted(candidate.start for candidate in made)


@given(WINDOWS)
def test_every_candidate_can_be_cited_or_is_told_to_be_dropped(parts: tuple[str, str, str]) -> None:
    made = window(parts)
    for candidate in candidates(made):
        draft = Draft((candidate.proposal({}),), None, (), "tester", 0.9)
        answer = ground(Question("", "What?"), draft, [made])
        assert answer.claims or answer.notes
        assert not any("does not stand in passage" in note for note in answer.notes)


def test_a_row_without_a_word_is_no_candidate() -> None:
    assert not any("..." in text for text in texts("Name\tPlace\n...\t...\nJane Doe\tDublin office"))


def test_a_row_below_carried_columns_survives_grounding_whatever_its_cells_deny() -> None:
    cell = "Entirely within your infrastructure and region. No data leaves your network unless you say so"
    made = passage(f"Self-hosted (Docker)\t{cell}")
    made = replace(made, chunk=replace(made.chunk, columns="Deployment mode | Data location"))
    [row] = candidates(made)
    answer = ground(Question("", "What?"), Draft((row.proposal({}),), None, (), "tester", 0.9), [made])
    assert answer.notes == ()


def test_a_list_of_facts_in_two_columns_has_no_header() -> None:
    from rfp_responder.answer.pieces import is_header

    def header(*rows: str) -> bool:
        text = "\n".join(rows)
        spans = []
        for line in rows:
            start = text.index(line)
            spans.append((start, start + len(line)))
        return is_header(rows[0], text, spans, 0)

    assert header("Severity\tCorrected within", "High\t14 days", "Low\t90 days")
    assert not header(
        "Owner\tChief Technology Officer",
        "Approved\t3 February 2026, by the Chief Executive and the board",
        "Basis\tbusiness impact analysis of 20 November 2025",
    )
