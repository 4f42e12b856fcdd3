"""The study of answers: what it counts as right, and what it makes of that, on made-up rows."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "evals"))
import answer_study  # the study lies beside the gold set
from answers import figures, judge, show
from answers.rows import Cited, Gold, Half, Row, half_of
from answers.sets import SETS, Source, around, jupiterone, policyqa

PLAIN = Gold()


def row(
    text: str = "",
    *quotes: str,
    gold: Gold = PLAIN,
    choice: str | None = None,
    confidence: float = 0.5,
    right: bool | None = None,
    place: tuple[str, int] = ("a.pdf", 1),
    half: Half = "dev",
    name: str = "r1",
) -> Row:
    """A row; without text it is a refusal."""
    cited = tuple(Cited(*place, quote) for quote in quotes)
    status = "answered" if text else "unanswered"
    asked = f"Question {name}?"
    return Row(
        "made", half, name, asked, status, text, None, choice, confidence, cited, gold, right, verbatim=len(cited)
    )


# -- halves and sets ------------------------------------------------------------------------------------------


def test_a_question_stays_in_its_half_and_both_halves_are_used() -> None:
    asked = [f"Do you do {number}?" for number in range(200)]
    halves = [half_of(text) for text in asked]
    assert halves == [half_of(text) for text in asked]
    assert 70 < halves.count("dev") < 130 and halves.count("dev") + halves.count("held") == 200


def test_one_half_alone_never_shows_the_other() -> None:
    rows = [row("a", half="dev"), row("b", half="held")]
    assert answer_study._part(rows, "dev", "dev") == rows[:1]
    assert answer_study._part(rows, "held", "dev") == [] == answer_study._part(rows, "all", "dev")
    assert answer_study._part(rows, "all", "all") == rows


def test_an_absent_set_is_skipped_in_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bases = answer_study.Bases.__new__(answer_study.Bases)  # nothing is opened
    monkeypatch.delenv("RFP_BENCH_DATA", raising=False)
    assert answer_study.public("finance", "all", bases) == []
    monkeypatch.setenv("RFP_BENCH_DATA", str(tmp_path))
    assert answer_study.public("finance", "all", bases) == []
    assert capsys.readouterr().err.splitlines() == [
        "finance: skipped, RFP_BENCH_DATA is not set",
        "finance: skipped, there is no qa_uda_fin_ccbysa in RFP_BENCH_DATA",
    ]


def test_a_question_without_a_response_is_asked_and_not_scored(tmp_path: Path) -> None:
    lines = [
        {"ref": "1", "title": "Is it so?", "section": "A", "response": "no"},
        {"ref": "2", "title": "How?", "section": "A"},
    ]
    (tmp_path / "questionnaire.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    first, second = jupiterone("jupiterone", tmp_path, tmp_path).cases
    assert (first.gold.choice, first.gold.scored, first.choices) == ("No", True, ("Yes", "No"))
    assert (second.gold.scored, second.choices) == (False, ())


def test_one_generic_question_of_a_policy_is_one_case_with_every_span(tmp_path: Path) -> None:
    def paragraph(context: str, start: int, end: int) -> dict[str, object]:
        answers = [{"text": context[start:end], "answer_start": start}]
        return {"context": context, "qas": [{"question": "What is kept?", "answers": answers}]}

    paragraphs = [paragraph("We keep names. We sell nothing.", 8, 13), paragraph("Cookies are kept.", 0, 7)]
    (tmp_path / "dev.json").write_text(json.dumps({"data": [{"title": "x.org", "paragraphs": paragraphs}]}), "utf-8")
    (case,) = policyqa("policyqa", tmp_path, tmp_path / "files").cases
    assert case.gold.spans == ("We keep names.", "Cookies are kept.")


def test_a_span_is_widened_to_its_sentences() -> None:
    assert around("One here. Two there. Three.", 4, 13) == "One here. Two there."


def test_files_that_lie_elsewhere_have_an_index_of_their_own() -> None:
    here, there = Source((Path("/a/x.pdf"),)), Source((Path("/b/x.pdf"),))
    assert here.folder("made") == Source((Path("/a/x.pdf"),)).folder("made") != there.folder("made")


def test_every_set_is_shown_in_a_family_of_figures() -> None:
    assert {one.family for one in SETS.values()} <= set(figures.FAMILIES)


# -- right and wrong ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quote", "sentence", "met"),
    [
        ("Backups are kept for 35 days.", "backups are kept for 35 days", True),
        ("for 35 days", "Backups are kept for 35 days.", True),
        ("Backups are kept.", "Logs are deleted after a year.", False),
        ("", "Backups are kept.", False),
    ],
)
def test_a_quote_overlaps_a_sentence_by_half_of_the_shorter_one(quote: str, sentence: str, met: bool) -> None:
    assert judge.overlaps(quote, sentence) is met


def test_an_answer_to_what_the_documents_do_not_say_is_wrong_and_a_refusal_is_not_judged() -> None:
    unanswerable = Gold(answerable=False)
    assert judge.by_span(row("Something.", "Something.", gold=unanswerable)).right is False
    assert judge.by_span(row(gold=unanswerable)).right is None


def test_words_of_a_gold_sentence_count_where_no_quote_meets_it_but_not_for_policies() -> None:
    gold = Gold(spans=("The river Danube flows through Vienna and Budapest.",))
    said = row("Vienna and Budapest lie on the Danube river.", "Another sentence altogether.", gold=gold)
    assert judge.by_span(said).right is True
    assert judge.by_quote(said).right is False


def test_a_choice_is_judged_where_one_is_given_and_gold_is_known() -> None:
    assert judge.by_choice(row("T", choice="No", gold=Gold(choice="Yes"))).right is False
    assert judge.by_choice(row("T", choice="Yes", gold=Gold(choice="Yes"))).right is True
    assert judge.by_choice(row("T", gold=Gold(choice="Yes"))).right is None
    assert judge.by_choice(row("T", choice="Yes", gold=Gold(scored=False))).right is None


def test_a_citation_must_be_on_the_gold_page_of_the_gold_document() -> None:
    gold = Gold(documents=("a.pdf",), page=7)
    assert judge.by_page(row("It was 9.", "q", gold=gold, place=("a.pdf", 7))).right is True
    assert judge.by_page(row("It was 9.", "q", gold=gold, place=("b.pdf", 7))).right is False
    assert judge.by_page(row("It was 9.", "q", gold=gold, place=("a.pdf", 8))).right is False


def test_half_of_the_references_numbers_must_be_said_whatever_their_scale() -> None:
    gold = Gold(reference="Sales were $82,959 million in 2022, up 3.5%. SOURCE(S): 2022 Q3 X.pdf", documents=("a.pdf",))
    assert judge.key_numbers(gold.reference) == [82_959e6, 3.5]
    judged = judge.by_reference(row("Total net sales: 82,959.", "q", gold=gold))
    assert judged.right is True and judged.marks["numbers"] == 0.5 and judged.marks["document"] == 1.0
    assert judge.by_reference(row("Total net sales: 11,111 in 2022.", "q", gold=gold)).right is False


def test_a_reference_without_numbers_is_met_by_half_of_its_words() -> None:
    gold = Gold(reference="Demand weakened because of inflation.")
    judged = judge.by_reference(row("Inflation weakened demand for phones.", "q", gold=gold))
    assert judged.right is True and judged.marks["numbers"] is None and judged.marks["document"] is None


@pytest.mark.parametrize(
    ("one", "other", "met"), [(82_959, 82_959e6, True), (12, 12_000, False), (12, 12, True), (0, 0, True)]
)
def test_amounts_of_two_digits_need_their_scale(one: float, other: float, met: bool) -> None:
    assert judge.same(one, other) is met


# -- figures --------------------------------------------------------------------------------------------------


def test_wrong_among_answered_counts_answers_to_the_unanswerable() -> None:
    able, unable = Gold(), Gold(answerable=False)
    rows = [
        row("a", gold=able, right=True), row(gold=able), row("b", gold=unable, right=False), row(gold=unable),
    ]  # fmt: skip
    found = {figure.name: figure for figure in figures.refusal(rows)}
    assert found["answered_of_answerable"].value == 0.5 == found["refused_of_unanswerable"].value
    assert found["wrong_among_answered"].value == 0.5 and found["wrong_among_answered"].n == 2
    assert found["best_sentence_right"].value is None, "nothing was asked without refusing"


def test_choices_are_counted_by_gold_value_with_the_blanks() -> None:
    yes, no = Gold(choice="Yes"), Gold(choice="No")
    rows = [
        row("a", gold=yes, choice="Yes", right=True), row("b", gold=no, choice="Yes", right=False), row(gold=no),
        row("c", gold=Gold(scored=False)),
    ]  # fmt: skip
    found = {figure.name: figure for figure in figures.choice(rows)}
    assert (found["choice_given"].n, found["right_among_given"].value, found["open_answered"].value) == (3, 0.5, 1.0)
    (of_yes, (_, right), said), (of_no, _, blank) = figures.by_gold(rows)
    assert (of_yes, right.value, dict(said)) == ("Yes", 1.0, {"Yes": 1})
    assert (of_no, dict(blank)) == ("No", {"Yes": 1, "": 1})


def test_means_draw_whole_documents_and_leave_unscored_rows_out() -> None:
    rows = [
        replace(row("a"), marks={"numbers": value}, cluster=cluster)
        for value, cluster in ((1.0, "x"), (0.0, "y"), (None, "z"))
    ]
    found = figures.mean("number_recall", rows, "numbers")
    assert (found.value, found.n, found.low, found.high) == (0.5, 2, 0.0, 1.0)
    assert figures.mean("number_recall", rows[:1], "numbers").low is None, "one document says nothing of chance"


def test_calibration_error_is_the_distance_between_sure_and_right() -> None:
    assert figures.calibration_error([(0.9, True), (0.9, False)]) == pytest.approx(0.4)
    assert figures.calibration_error([(1.0, True), (0.0, False)]) == 0.0
    assert figures.calibration_error([]) is None


def test_answers_of_one_confidence_come_in_together() -> None:
    curve = figures.risk_curve([(0.5, True), (0.9, True), (0.5, False), (0.5, True)], asked=10)
    assert curve == [(0.1, 0.0, 0.9), (0.4, 0.25, 0.5)]
    assert figures.coverage_at(curve, 0.05) == (0.1, 0.9)
    assert figures.coverage_at(curve, 0.25) == (0.4, 0.5)
    assert figures.coverage_at([(0.1, 1.0, 0.9)], 0.05) == (0.0, None)
    assert figures.risk_area(curve) == pytest.approx(0.3 * 0.25 / 0.4)


def test_a_quote_that_is_not_on_its_page_shows() -> None:
    rows = [row("a", "q", "q2"), replace(row("b", "q"), verbatim=0)]
    found = {figure.name: figure for figure in figures.trust(rows)}
    assert found["quotes_verbatim"].value == pytest.approx(2 / 3) and found["quotes_verbatim"].n == 3


# -- what is shown and kept -----------------------------------------------------------------------------------


def measured() -> list[show.Measured]:
    rows = [
        row("a", gold=Gold(choice="Yes"), choice="Yes", right=True, confidence=0.8),
        row(name="r2", gold=Gold(choice="No")),
    ]
    return [show.Measured("made", "dev", rows, figures.choice(rows))]


def test_the_report_shows_every_set_with_intervals_confusion_and_calibration() -> None:
    shown = answer_study.report(measured())
    assert "| made | dev | 2 | 0.500 [0.09, 0.91] (2) |" in shown
    assert "| made | dev | No | 0 | 1 | 0.000" in shown
    assert "0.8+: 1 answers, sure 0.80, right 1.00" in shown


def test_a_line_of_the_history_is_flat_and_holds_no_text_of_a_set() -> None:
    (one,) = measured()
    line = json.loads(json.dumps(show.history_line(one)))
    assert (line["study"], line["set"], line["half"], line["n"]) == ("answers", "made", "dev", 2)
    assert line["choice_given"] == 0.5 and line["choice_given_low"] < 0.5 and line["choice_given_gold_no"] == 0.0
    assert all(isinstance(value, int | float) for key, value in line.items() if key not in {"study", "set", "half"})


def test_the_rows_file_holds_each_question_once(tmp_path: Path) -> None:
    (one,) = measured()
    answer_study.write_rows(tmp_path / "rows.jsonl", [one, replace(one, half="all")])
    lines = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text("utf-8").splitlines()]
    assert [line["id"] for line in lines] == ["r1", "r2"]
    assert lines[0]["choice"] == "Yes" and lines[0]["gold"]["choice"] == "Yes"
