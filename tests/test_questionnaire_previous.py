"""An earlier edition's answers: carried where the same is asked and allowed, answered anew where anything differs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from workbooks import CITATION, OTHER, answer_to, workbook

from rfp_responder.domain import Answer, Question
from rfp_responder.questionnaire import Item, Options, Report, fill, inspect
from rfp_responder.questionnaire.formats import Look, format_of
from rfp_responder.questionnaire.model import Edit, Extra, Rule
from rfp_responder.questionnaire.places import place
from rfp_responder.questionnaire.previous import Carried, Previous, changed_documents, load_previous
from rfp_responder.questionnaire.previous_fit import Said, fit
from rfp_responder.questionnaire.previous_outcome import taken_over
from rfp_responder.questionnaire.previous_wording import compare
from tests.makers import folder, knowledge

HEADER = ["ID", "Question", "Answer", "Comments"]
ASKED = {
    "A-1": "Do you encrypt customer data at rest?",
    "A-2": "Are backups of customer data tested every quarter?",
    "A-3": "Is access to production reviewed at least annually?",
    "A-4": "Do you share customer data with third parties?",
}
YES_NO = ["Yes", "No"]
Questions = Mapping[str, str]


def form(path: Path, asked: Questions, *, values: Sequence[str] = YES_NO, name: str = "Security") -> Path:
    """A questionnaire with a list in each answer cell."""
    rows = [HEADER, *([key, text] for key, text in asked.items())]
    return workbook(path, rows, name=name, lists={f"C2:C{len(rows)}": list(values)})


def said(question: Question) -> Answer:
    """Answers all but the last question, each with words of its own."""
    if "third parties" in question.text:
        return answer_to(question, status="unanswered")
    cited = OTHER if "backups" in question.text else CITATION
    return answer_to(question, f"On this: {question.text[:20]}", (question.choices or (None,))[0], citations=(cited,))


def edition(tmp_path: Path, asked: Questions = ASKED, **options: Any) -> tuple[Path, dict[str, object]]:
    """An earlier edition, filled, and the record of the run."""
    path = form(tmp_path / "v1.xlsx", asked, **options)
    report = fill(path, tmp_path / "v1-filled.xlsx", said)
    record: dict[str, object] = json.loads(json.dumps(report.as_json()))
    return tmp_path / "v1-filled.xlsx", record


@pytest.fixture
def previous(tmp_path: Path) -> Previous:
    return load_previous(*edition(tmp_path))


def items(path: Path) -> dict[str, Item]:
    return {item.id: item for item in inspect(path).items}


def carried(previous: Previous, path: Path) -> dict[str, Carried | str]:
    """What is carried to each row of a new edition, or why nothing is, by id."""
    return {item.id: previous.match(item) or previous.why_not(item) for item in inspect(path).items}


def test_an_answer_is_carried_with_its_comment_its_citations_and_where_it_stood(
    previous: Previous, tmp_path: Path
) -> None:
    found = carried(previous, form(tmp_path / "v2.xlsx", ASKED))["A-1"]
    assert isinstance(found, Carried)
    words = "On this: Do you encrypt custo"
    assert found.written == (("C2", "Yes"), ("D2", f"{words} [security-whitepaper.pdf p. 3]"))
    assert (found.choice, found.answer, found.text, found.status) == ("Yes", "Yes", words, "answered")
    assert [each["document"] for each in found.citations] == ["security-whitepaper.pdf"]
    assert found.source == "v1-filled.xlsx, sheet Security, C2"
    assert (found.notes, found.confidence) == ((), 0.8)


def test_a_row_that_was_not_answered_has_nothing_to_carry(previous: Previous, tmp_path: Path) -> None:
    found = carried(previous, form(tmp_path / "v2.xlsx", ASKED))["A-4"]
    assert found == "not answered in v1-filled.xlsx, sheet Security, C5"


def test_rows_in_another_order_on_another_sheet_in_other_columns_are_known_again(
    previous: Previous, tmp_path: Path
) -> None:
    rows = [["Ref", "Domain", "Control question", "Vendor response", "Remarks"]]
    rows += [[key, "Security", ASKED[key]] for key in ("A-3", "A-1", "A-2")]
    path = workbook(tmp_path / "v2.xlsx", rows, name="Edition 2", lists={"D2:D4": ["yes", "no", "n/a"]})
    found = carried(previous, path)
    cells = {key: each.written for key, each in found.items() if isinstance(each, Carried)}
    assert {key: dict(each) for key, each in cells.items()} == {
        "A-3": {"D2": "yes", "E2": "On this: Is access to product [security-whitepaper.pdf p. 3]"},
        "A-1": {"D3": "yes", "E3": "On this: Do you encrypt custo [security-whitepaper.pdf p. 3]"},
        "A-2": {"D4": "yes", "E4": "On this: Are backups of custo [dpa.pdf p. 7]"},
    }


def test_only_what_is_new_or_changed_is_asked_in_a_new_edition(tmp_path: Path) -> None:
    old, record = edition(tmp_path)
    asked = {
        "A-1": ASKED["A-1"],
        "A-2": ASKED["A-2"].replace("every quarter", "every month"),
        "B-9": ASKED["A-3"],
        "B-1": "Do you have a bug bounty programme for researchers?",
    }
    put: list[str] = []

    def answer(question: Question) -> Answer:
        put.append(question.text)
        return answer_to(question, "Anew.", "No")

    out = tmp_path / "v2-filled.xlsx"
    report = fill(
        form(tmp_path / "v2.xlsx", asked, name="New"),
        out,
        answer,
        options=Options(earlier=taken_over(load_previous(old, record))),
    )
    assert put == [asked["A-2"], asked["B-1"]]
    rows = {row.id: row for row in report.rows}
    assert rows["A-1"].carried == "v1-filled.xlsx, sheet Security, C2"
    assert "asked under the id A-3 in v1-filled.xlsx, sheet Security, C4" in rows["B-9"].notes
    assert (rows["A-2"].carried, rows["A-2"].choice) == ("", "No")
    assert rows["A-2"].notes[0].startswith("asked differently in v1-filled.xlsx, sheet Security, C3 ('quarter' became")
    assert "not asked in v1-filled.xlsx" in rows["B-1"].notes
    assert rows["A-1"].written == (
        ("C2", "Yes"),
        ("D2", "On this: Do you encrypt custo [security-whitepaper.pdf p. 3]"),
    )


def test_what_was_filled_and_filled_again_reads_the_same(tmp_path: Path) -> None:
    old, record = edition(tmp_path)

    def nobody(question: Question) -> Answer:
        return answer_to(question, status="unanswered")

    report: Report = fill(
        tmp_path / "v1.xlsx",
        tmp_path / "again.xlsx",
        nobody,
        options=Options(earlier=taken_over(load_previous(old, record))),
    )
    rows: Any = record["rows"]
    again: Any = report.as_json()["rows"]
    assert [row["written"] for row in again] == [row["written"] for row in rows]
    assert [row["citations"] for row in again] == [row["citations"] for row in rows]
    assert format_of(old).read(old) == format_of(old).read(tmp_path / "again.xlsx")


# -- ids ----------------------------------------------------------------------------------------------------


def test_the_same_id_over_another_question_carries_nothing(previous: Previous, tmp_path: Path) -> None:
    found = carried(previous, form(tmp_path / "v2.xlsx", {"A-1": "Do you encrypt customer data in transit?"}))["A-1"]
    assert isinstance(found, str)
    assert found.startswith("asked differently in v1-filled.xlsx, sheet Security, C2")
    assert "'at rest' became 'in transit'" in found
    assert "Do you encrypt customer data at rest?" in found


def test_under_another_id_nearly_the_same_words_need_the_same_content_words(previous: Previous, tmp_path: Path) -> None:
    words = "do you encrypt the customer data at rest ?"
    assert isinstance(carried(previous, form(tmp_path / "v2.xlsx", {"A-1": words}))["A-1"], Carried)
    known = carried(previous, form(tmp_path / "v3.xlsx", {"Z-1": words}))["Z-1"]
    assert isinstance(known, Carried)
    assert known.notes[0].startswith("asked in nearly the same words in v1-filled.xlsx, sheet Security, C2")
    other = form(tmp_path / "v4.xlsx", {"Z-1": "Do you encrypt customer data in transit?"})
    assert carried(previous, other)["Z-1"] == "not asked in v1-filled.xlsx"


def test_nearly_the_same_words_are_noted(previous: Previous, tmp_path: Path) -> None:
    found = carried(previous, form(tmp_path / "v2.xlsx", {"A-1": "Do you encypt customer data at rest"}))["A-1"]
    assert isinstance(found, Carried)
    assert found.notes[0].startswith("asked in nearly the same words in v1-filled.xlsx, sheet Security, C2")


def test_an_id_that_stands_twice_is_not_trusted(tmp_path: Path) -> None:
    rows = [HEADER, ["1", ASKED["A-1"]], ["1", ASKED["A-2"]]]
    path = workbook(tmp_path / "v1.xlsx", rows, lists={"C2:C3": YES_NO})
    fill(path, tmp_path / "v1-filled.xlsx", said)
    found = load_previous(tmp_path / "v1-filled.xlsx")
    other = form(tmp_path / "v2.xlsx", {"1": "Do you encrypt customer data in transit?"})
    assert carried(found, other)["1"] == "its id stands 2 times in v1-filled.xlsx"
    assert isinstance(carried(found, form(tmp_path / "v3.xlsx", {"1": ASKED["A-2"]}))["1"], Carried)


def test_a_question_that_was_asked_twice_and_answered_differently_is_asked_anew(tmp_path: Path) -> None:
    rows = [HEADER, ["1", ASKED["A-1"], "Yes"], ["2", ASKED["A-1"], "No"]]
    path = workbook(tmp_path / "v1.xlsx", rows, lists={"C2:C3": YES_NO})
    found = carried(load_previous(path), form(tmp_path / "v2.xlsx", {"3": ASKED["A-1"], "2": ASKED["A-1"]}))
    assert found["3"] == "asked 2 times in v1.xlsx, and answered differently"
    own = found["2"]
    assert isinstance(own, Carried)
    assert own.choice == "No"


def test_a_few_words_are_not_enough_to_know_a_question_by(tmp_path: Path) -> None:
    rows = [HEADER, ["1", ASKED["A-1"], "Yes"], ["2", "Is it encrypted?", "No"]]
    path = workbook(tmp_path / "v1.xlsx", rows, name="Old", lists={"C2:C3": YES_NO})
    found = carried(load_previous(path), form(tmp_path / "v2.xlsx", {"1": ASKED["A-1"], "7": "Is it encrypted?"}))
    assert found["7"] == "v1.xlsx asks in the same few words elsewhere, which may mean something else"
    assert isinstance(found["1"], Carried)
    own = carried(load_previous(path), form(tmp_path / "v3.xlsx", {"2": "Is it encrypted?", "1": ASKED["A-1"]}))["2"]
    assert isinstance(own, Carried)


# -- wording ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Do you encrypt data?", "do you  encrypt data"),
        ("1. Do you encrypt data?", "3) Do you encrypt data?"),
        ("Do you encypt data?", "Do you encrypt data?"),
        ("Is access reviewd?", "Is access reviewed?"),
        ("Is unathorized access logged?", "Is unauthorized access logged?"),
        ("Is e-mail filtered?", "Is email filtered?"),
        ("Is end-to-end encryption used?", "Is end to end encryption used?"),
        ("Organisation of security", "Organization of security"),
        ("Please describe your backups", "Describe your backups."),
        ("Do you offer SSO & MFA?", "Do you offer SSO and MFA?"),
        ("Do you have a policy?", "Do you have the policy?"),
        ("A-1.1: Are audits done?", "A-1.2 Are audits done?"),
    ],
)
def test_what_no_answer_hangs_on_may_differ(old: str, new: str) -> None:
    assert compare(old, new, ("A-1.1", "A-1.2")).same


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Are logs kept for 90 days?", "Are logs kept for 30 days?", "'90' became '30'"),
        ("Is TLS 1.2 used?", "Is TLS 1.3 used?", "'1.2' became '1.3'"),
        ("Is uptime > 99%?", "Is uptime < 99%?", "'>' became '<'"),
        ("Do you not share data?", "Do you share data?", "'not' was taken out"),
        ("Is it compliant?", "Is it non-compliant?", "'non' was added"),
        ("Must vendors notify?", "Should vendors notify?", "'Must' became 'Should'"),
        ("Do you use Azure?", "Do you use Azura?", "'Azure' became 'Azura'"),
        ("Do you have contact persons?", "Do you have contract persons?", "'contact' became 'contract'"),
        ("Do you log access?", "Do you log assess?", "'access' became 'assess'"),
        ("Are backups tested annually?", "Are backups tested quarterly?", "'annually' became 'quarterly'"),
        ("Is your data encrypted?", "Is their data encrypted?", "'your' became 'their'"),
        ("Is it in secure hands?", "Is it insecure hands?", "'in secure' became 'insecure'"),
        ("Do you review users and logs?", "Do you review users?", "'and logs' was taken out"),
        ("A-1.1 Are audits done?", "A-9.9 Are audits done?", ""),
    ],
)
def test_what_an_answer_may_hang_on_makes_another_question(old: str, new: str, told: str) -> None:
    found = compare(old, new)
    assert not found.same
    assert told in found.note


def test_a_very_long_question_is_compared_as_it_stands() -> None:
    words = "word " * 5000
    assert compare(words + "a", words + " a").same
    assert not compare(words + "a", words + "b").same


# -- cells --------------------------------------------------------------------------------------------------


def item(**options: Any) -> Item:
    made: dict[str, Any] = {"answer_cell": "C2", "comment_cell": "D2"}
    made["question"] = options.pop("question", Question("1", "Is it so?", choices=options.get("choices", ())))
    return Item("S", 2, "1", **made | options)


def test_a_choice_is_spelled_as_the_new_list_spells_it(previous: Previous, tmp_path: Path) -> None:
    found = carried(previous, form(tmp_path / "v2.xlsx", ASKED, values=["YES", "NO", "N/A"]))["A-1"]
    assert isinstance(found, Carried)
    assert (found.choice, found.notes) == ("YES", ("the list says 'YES' for 'Yes' now",))
    short = carried(previous, form(tmp_path / "v3.xlsx", ASKED, values=["Y", "N"]))["A-1"]
    assert isinstance(short, Carried)
    assert short.choice == "Y"


def test_a_choice_that_is_not_allowed_any_more_is_answered_anew(previous: Previous, tmp_path: Path) -> None:
    found = carried(previous, form(tmp_path / "v2.xlsx", ASKED, values=["Level 1", "Level 2"]))["A-1"]
    assert found == (
        "not carried from v1-filled.xlsx, sheet Security, C2: its answer 'Yes' is none of the values allowed now "
        "(Level 1, Level 2)"
    )


def test_a_text_longer_than_the_new_limit_is_answered_anew() -> None:
    asked = Question("1", "Is it so?", max_characters=10)
    assert fit(Said(text="Quite a long text."), item(question=asked)).why_not == (
        "its answer has 18 characters, the limit is 10 now"
    )
    asked = Question("1", "Is it so?", max_words=3)
    assert fit(Said(text="Quite a long text."), item(question=asked)).why_not
    assert fit(Said(text="Quite a text."), item(question=asked)).written == (("C2", "Quite a text."),)


def test_places_that_are_too_much_for_a_limit_stay_in_the_report() -> None:
    found = fit(Said(text="It is. [a.pdf p. 7]"), item(question=Question("1", "Is it so?", max_characters=10)))
    assert (found.written, found.answer) == ((("C2", "It is."),), "It is.")
    assert found.notes == ("the citations stand in the report only: the limit is 10 characters",)


@pytest.mark.parametrize(
    ("shape", "text", "was", "now"),
    [
        ("number", "1,200", "text", "1200"),
        ("number", "many", "text", None),
        ("number", "nan", "text", None),
        ("number", "120", "number", None),  # above the bound
        ("percentage", "95.5%", "text", "0.955"),
        ("percentage", "0.5", "text", None),
        ("percentage", "0.5", "percentage", "0.5"),
        ("date", "2026-09-30", "text", "2026-09-30"),
        ("date", "next year", "text", None),
    ],
)
def test_a_value_is_carried_where_the_cell_takes_it(shape: Any, text: str, was: Any, now: str | None) -> None:
    bounds = Rule((), number="decimal", low=0, high=100) if text == "120" else None
    found = fit(Said(text=text, shape=was), item(shape=shape, bounds=bounds))
    assert found.written == ((("C2", now),) if now else ())
    assert bool(found.why_not) is (now is None)


def test_marks_become_a_list_and_a_list_becomes_marks(tmp_path: Path) -> None:
    rows = [["ID", "Question", "Yes", "No", "Notes"], *([key, text] for key, text in ASKED.items())]
    marked = workbook(tmp_path / "marks.xlsx", rows)
    fill(marked, tmp_path / "v1-filled.xlsx", said)
    found = carried(load_previous(tmp_path / "v1-filled.xlsx"), form(tmp_path / "v2.xlsx", ASKED))["A-1"]
    assert isinstance(found, Carried)
    assert found.written[0] == ("C2", "Yes")
    old, record = edition(tmp_path)
    back = carried(load_previous(old, record), marked)["A-1"]
    assert isinstance(back, Carried)
    assert (back.written[0], back.answer) == (("C2", "x"), "")


def test_a_list_and_words_become_words_where_there_is_no_list() -> None:
    before = Said(True, "Yes", "We do. [a.pdf p. 7]")
    assert fit(before, item(comment_cell=None)).written == (("C2", "Yes. We do. [a.pdf p. 7]"),)


def test_words_that_are_no_value_of_a_list_are_answered_anew() -> None:
    assert fit(Said(text="We do so at times."), item(choices=("Yes", "No"))).why_not
    assert fit(Said(text="yes"), item(choices=("Yes", "No"))).written == (("C2", "Yes"),)


def test_places_go_to_their_own_cell_and_come_back() -> None:
    apart = fit(Said(text="We do. [a.pdf p. 7]"), item(reference_cell="F2"))
    assert apart.written == (("C2", "We do."), ("F2", "a.pdf p. 7"))
    assert fit(Said(text="We do.", reference="a.pdf p. 7"), item()).written == (("C2", "We do. [a.pdf p. 7]"),)


def test_a_comment_without_a_cell_is_told() -> None:
    found = fit(Said(True, "Yes", "We do."), item(choices=("Yes", "No"), comment_cell=None))
    assert found.written == (("C2", "Yes"),)
    assert "'We do.'" in found.notes[0]


def test_further_cells_are_carried_by_their_header_where_their_list_allows_it() -> None:
    extras = (Extra("Owner", "F2", ("Vendor", "Customer")), Extra("Maturity", "G2", ("1", "2")))
    before = Said(True, "Yes", extras=(("owner", "vendor"), ("Maturity", "5"), ("Gone", "x")))
    found = fit(before, item(choices=("Yes", "No"), extras=extras))
    assert found.written == (("C2", "Yes"), ("F2", "Vendor"))
    assert found.notes == ("Maturity: '5' is none of the values allowed now, left blank",)


def test_of_a_cell_that_rows_share_each_takes_its_own_part(tmp_path: Path) -> None:
    rows = [HEADER[:3], ["A-1", ASKED["A-1"]], ["A-2", ASKED["A-2"]]]
    fill(workbook(tmp_path / "v1.xlsx", rows, merges=["C2:C3"]), tmp_path / "v1-filled.xlsx", said)
    found = carried(load_previous(tmp_path / "v1-filled.xlsx"), workbook(tmp_path / "v2.xlsx", rows))["A-2"]
    assert isinstance(found, Carried)
    assert found.answer == "On this: Are backups of custo [dpa.pdf p. 7]"


# -- records ------------------------------------------------------------------------------------------------


def test_an_answer_that_rests_on_a_changed_document_is_answered_anew(tmp_path: Path) -> None:
    old, record = edition(tmp_path)
    new = form(tmp_path / "v2.xlsx", ASKED)
    for given in (record, None):
        found = carried(load_previous(old, given, {"dpa.pdf"}), new)
        assert isinstance(found["A-1"], Carried)
        assert found["A-2"] == (
            "answered anew: v1-filled.xlsx, sheet Security, C3 rests on dpa.pdf, which has changed since"
        )


def test_changed_documents_are_those_that_are_cited_and_gone_or_other_ones(tmp_path: Path) -> None:
    base, _ = knowledge(tmp_path / ".rfp", folder(tmp_path / "docs"))
    digests = {row.name: row.digest for row in base.documents()}
    cited = [{"document": name, "page": 1, "start": 0, "end": 1, "quote": "x"} for name in (*digests, "gone.pdf")]
    record = {
        "rows": [{"sheet": "S", "row": 2, "citations": cited}],
        "documents": [{"name": name, "digest": digest} for name, digest in digests.items()],
    }
    assert changed_documents(record, base) == {"gone.pdf"}
    folder(tmp_path / "docs", {"support.md": "# Other\n\nAnother text altogether.\n"})
    base.ingest([tmp_path / "docs"])
    assert changed_documents(record, base) == {"gone.pdf", "support.md"}


def edit(path: Path, cell: str, text: str) -> None:
    format_of(path).write(path, path, [Edit("Security", *place(cell), text)], Look())


def test_words_edited_after_the_run_are_carried_and_lose_citations_that_do_not_say_them(tmp_path: Path) -> None:
    old, record = edition(tmp_path)
    edit(old, "D2", "Keys are rotated by a robot every 17 days.")
    found = carried(load_previous(old, record), form(tmp_path / "v2.xlsx", ASKED))["A-1"]
    assert isinstance(found, Carried)
    assert found.text == found.comment == "Keys are rotated by a robot every 17 days."
    assert found.citations == ()
    assert "do not follow from its quotes" in found.notes[0]


def test_a_choice_edited_after_the_run_is_carried_without_citations(tmp_path: Path) -> None:
    old, record = edition(tmp_path)
    edit(old, "C2", "No")
    found = carried(load_previous(old, record), form(tmp_path / "v2.xlsx", ASKED))["A-1"]
    assert isinstance(found, Carried)
    assert (found.choice, found.citations) == ("No", ())


def test_what_a_person_filled_in_is_carried_as_that(tmp_path: Path) -> None:
    old, record = edition(tmp_path)
    edit(old, "C5", "No")
    found = carried(load_previous(old, record), form(tmp_path / "v2.xlsx", ASKED))["A-4"]
    assert isinstance(found, Carried)
    assert (found.choice, found.citations) == ("No", ())
    assert found.notes == ("written by hand after the run, without citations",)


def test_what_the_customer_had_filled_in_is_not_carried(tmp_path: Path) -> None:
    rows = [HEADER, ["A-1", ASKED["A-1"], "Yes"], ["A-2", ASKED["A-2"]]]
    path = workbook(tmp_path / "v1.xlsx", rows, lists={"C2:C3": YES_NO})
    report = fill(path, tmp_path / "v1-filled.xlsx", said)
    record = json.loads(json.dumps(report.as_json()))
    found = carried(load_previous(tmp_path / "v1-filled.xlsx", record), form(tmp_path / "v2.xlsx", ASKED))
    assert isinstance(found["A-1"], str)
    assert isinstance(found["A-2"], Carried)


def test_without_a_record_the_places_in_the_words_are_all_there_is_and_that_is_told(tmp_path: Path) -> None:
    old, _ = edition(tmp_path)
    found = load_previous(old)
    assert "has no record" in found.notes[0]
    first = carried(found, form(tmp_path / "v2.xlsx", ASKED))["A-1"]
    assert isinstance(first, Carried)
    assert (first.status, first.citations, first.notes) == ("answered", (), ())


def test_a_csv_that_was_renamed_is_still_its_records_file(tmp_path: Path) -> None:
    asked = tmp_path / "q.csv"
    asked.write_text("ID,Question,Answer\n" + "".join(f"{k},{t},\n" for k, t in ASKED.items()), "utf-8")
    record = json.loads(json.dumps(fill(asked, tmp_path / "o.csv", said).as_json()))
    (tmp_path / "o.csv").rename(tmp_path / "v1.csv")
    found = carried(load_previous(tmp_path / "v1.csv", record), asked)["A-1"]
    assert isinstance(found, Carried)
    assert len(found.citations) == 1
