"""Every line of ``stance_cases.txt``: a question, what the documents say, what a careful colleague reads from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rfp_responder.answer.stance import read_stance


def lines(inverted: bool) -> list[tuple[str, str, str]]:
    found = []
    within = False
    for line in Path(__file__).with_name("stance_cases.txt").read_text("utf-8").splitlines():
        within = line == "## inverted" if line.startswith("## ") else within
        if line and not line.startswith("#") and within == inverted:
            first, second, third = (part.strip() for part in line.split("|"))
            found.append((first, second, third))
    return found


@pytest.mark.parametrize(("question", "evidence", "stance"), lines(inverted=False))
def test_evidence_is_read_as_a_careful_colleague_reads_it(question: str, evidence: str, stance: str) -> None:
    assert (read_stance(question, evidence) or "-") == stance


@pytest.mark.parametrize(("one", "other", "evidence"), lines(inverted=True))
def test_opposite_questions_get_opposite_answers_from_the_same_evidence(one: str, other: str, evidence: str) -> None:
    assert {read_stance(one, evidence), read_stance(other, evidence)} == {"yes", "no"}


def test_there_are_enough_cases_of_every_stance() -> None:
    stances = [stance for _, _, stance in lines(inverted=False)]
    assert len(stances) >= 240
    assert all(stances.count(stance) >= 2 for stance in ("yes", "no", "partial", "not_applicable", "-"))
