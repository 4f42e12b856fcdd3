"""Short forms and their long forms, as documents explain them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfp_responder.ingest.acronyms import acronyms
from tests.makers import page


def found(*texts: str) -> dict[str, str]:
    pairs = acronyms([page(text, number) for number, text in enumerate(texts, 1)])
    assert len(pairs) == len(set(pairs))
    return dict(pairs)


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("Our recovery time objective (RTO) is 4 hours.", "rto", "recovery time objective"),
        ("The RTO (recovery time objective) is 4 hours.", "rto", "recovery time objective"),
        ("Service Level Agreements (SLAs) apply.", "sla", "service level agreements"),
        ("SLAs (service level agreements) apply.", "sla", "service level agreements"),
        ("the Statement of Applicability (SoA)", "soa", "statement of applicability"),
        ("a member of The Open Group (TOG)", "tog", "the open group"),
        ("the point of sale (POS) system", "pos", "point of sale"),
        ("our terms of the service (TS)", "ts", "terms of the service"),
        ("research and development (R&D) costs", "r&d", "research and development"),
        ("A data protection\n impact assessment. DPIA (data protection impact assessment)", "dpia",
         "data protection impact assessment"),
        ("We keep a Data  Processing Agreement (DPA)", "dpa", "data processing agreement"),
    ],
)  # fmt: skip
def test_a_short_form_is_found_with_its_long_form_in_either_order(text: str, short: str, long: str) -> None:
    assert found(text) == {short: long}


@pytest.mark.parametrize(
    "text",
    [
        "Backups are kept (AES) safe.",
        "The chief of staff (CEO) decides.",
        "We met in the office (Berlin).",
        "See the annex (A) and the list (B).",
        "in 2024 (USA)",
        "time objective (RTO)",
        "The RTO (see below) is short.",
        "The RTO (four hours at most) is short.",
        "recovery time\nobjective (RTO)",
        "AES (Advanced)",
        "all of the service (TS)",
        "()", "(", "(RTO", "",
    ],
)  # fmt: skip
def test_no_long_form_is_made_up(text: str) -> None:
    assert found(text) == {}


def test_a_pair_that_is_explained_twice_comes_once_and_two_long_forms_are_two_pairs() -> None:
    texts = ["A service level agreement (SLA).", "A Service Level Agreement (SLA). A special lease act (SLA)."]
    pairs = acronyms([page(text, number) for number, text in enumerate(texts, 1)])
    assert pairs == [("sla", "service level agreement"), ("sla", "special lease act")]


@given(st.text("aAbR (R)&/-sT\n", max_size=300))
def test_whatever_the_text_a_long_form_stands_in_it_and_begins_with_the_first_letter(text: str) -> None:
    for short, long in acronyms([page(text)]):
        assert long.split()[0][0] == next(c for c in short if c.isalpha())
        assert long in " ".join(text.lower().split())


def test_a_page_of_brackets_and_capitals_takes_no_time() -> None:
    began = time.process_time()
    found(
        "A" * 100_000 + "(" * 100_000, "ABC (" * 20_000, "a b c d e f g h (ABCDEFGH) " * 5_000, "X (" + "a " * 100_000
    )
    assert time.process_time() - began < 2
