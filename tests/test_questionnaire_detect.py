"""Detection: header rows, columns and question rows, whatever the sheet looks like."""

from __future__ import annotations

import time
from pathlib import Path

import openpyxl
import pytest
from workbooks import Rows, answer_to, workbook

from rfp_responder.questionnaire import SheetLayout, fill, inspect
from rfp_responder.questionnaire.headwords import listed_choices, roles
from rfp_responder.questionnaire.rules import asks, is_placeholder, limits, never_asks

ASKED = [
    "Do you encrypt data at rest?",
    "Describe your backup process.",
    "Is MFA enforced for all administrators?",
    "How often are penetration tests done?",
]
Columns = tuple[str | None, str, str | None, str | None]


def numbered(prefix: str = "A", cells: tuple[object, ...] = ()) -> list[list[object]]:
    return [[f"{prefix}{n}", text, *cells] for n, text in enumerate(ASKED, 1)]


def shape(sheet: SheetLayout) -> tuple[tuple[int, ...], Columns, list[int]]:
    columns = (sheet.id_column, sheet.question_column, sheet.answer_column, sheet.comment_column)
    return sheet.header_rows, columns, [item.row for item in sheet.items]


LAYOUTS: dict[str, tuple[Rows, dict[str, object], tuple[int, ...], Columns, list[int]]] = {
    "a header in the first row": (
        [["Question", "Answer"], *([text] for text in ASKED)],
        {},
        (1,),
        (None, "A", "B", None),
        [2, 3, 4, 5],
    ),
    "a title and instructions above the header": (
        [["Vendor questionnaire"], ["Please complete all rows."], [], ["#", "Question", "Response", "Comments"]]
        + [[n, text] for n, text in enumerate(ASKED, 1)],
        {"merges": ["A1:D1", "A2:D2"], "bold_rows": [1, 4]},
        (4,),
        ("A", "B", "C", "D"),
        [5, 6, 7, 8],
    ),
    "numbered section headings": (
        [["ID", "Question", "Answer"], ["1", "Access"], ["1.1", ASKED[0]], ["2", "Backup"], ["2.1", ASKED[1]]],
        {"bold_rows": [1, 2, 4]},
        (1,),
        ("A", "B", "C", None),
        [3, 5],
    ),
    "merged section headings between statements": (
        [
            ["Ref", "Requirement", "Vendor Response", "Remarks"],
            ["Access Control"],
            ["R1", "The vendor must encrypt all data."],
            ["Operations"],
            ["R2", "Support should be available 24/7."],
        ],
        {"merges": ["A2:D2", "A4:D4"]},
        (1,),
        ("A", "B", "C", "D"),
        [3, 5],
    ),
    "short labels instead of sentences": (
        [["Item", "Response"], ["Company name"], ["Registered address"], ["Year founded"]],
        {},
        (1,),
        (None, "A", "B", None),
        [2, 3, 4],
    ),
    "choices spelled out in the header": (
        [["Req #", "Requirement Description", "Comply (Y/N)", "Explanation"]]
        + [[f"F-{n}", f"The system must do task {n} for all users."] for n in range(1, 4)],
        {},
        (1,),
        ("A", "B", "C", "D"),
        [2, 3, 4],
    ),
    "a mark in one of several columns under a header of two rows": (
        [["ID", "Question", "Answer", "", "", "Notes"], ["", "", "Yes", "No", "N/A", ""], *numbered()],
        {"merges": ["C1:E1", "A1:A2", "B1:B2", "F1:F2"]},
        (1, 2),
        ("A", "B", "C", "F"),
        [3, 4, 5, 6],
    ),
    "guidance, reviewer and score columns": (
        [
            ["No.", "Domain", "Control Question", "Guidance", "Supplier Answer", "Supplier Comments", "Score"],
            *([n, "Ops", text, "Explain who does this and how."] for n, text in enumerate(ASKED, 1)),
        ],
        {},
        (1,),
        ("A", "C", "E", "F"),
        [2, 3, 4, 5],
    ),
    "an example row, a total and a copyright line": (
        [
            ["ID", "Question", "Answer", "Score"],
            ["Example", "Do you have a policy?", "Yes", 1],
            *numbered(cells=(None, 0)),
            ["", "Total", "", 0],
            ["", "© 2024 Customer Inc."],
        ],
        {},
        (1,),
        ("A", "B", "C", None),
        [3, 4, 5, 6],
    ),
    "a drop-down without any header": (
        [[text] for text in ASKED],
        {"lists": {"B1:B4": ["Yes", "No"]}},
        (),
        (None, "A", "B", None),
        [1, 2, 3, 4],
    ),
    "two tables with the same columns": (
        [["ID", "Question", "Answer"], *numbered("A"), [], ["ID", "Question", "Answer"], *numbered("B")],
        {},
        (1, 7),
        ("A", "B", "C", None),
        [2, 3, 4, 5, 8, 9, 10, 11],
    ),
    "long headers with instructions in brackets": (
        [
            [
                "Question Number",
                "Assessment Question",
                "Vendor Response - please select Yes, No or N/A from the list provided",
                "Vendor Comments / Evidence (mandatory where the response is No)",
            ],
            *numbered(),
        ],
        {"lists": {"C2:C5": ["Yes", "No", "N/A"]}},
        (1,),
        ("A", "B", "C", "D"),
        [2, 3, 4, 5],
    ),
    "headings in capitals with letters for ids": (
        [
            ["No", "Question", "Answer"],
            ["A", "GENERAL"],
            ["A1", "Legal name"],
            ["B", "SECURITY"],
            ["B1", ASKED[0]],
            ["B2", ASKED[1]],
        ],
        {},
        (1,),
        ("A", "B", "C", None),
        [3, 5, 6],
    ),
    "columns shifted to the right": (
        [[], [None, "Question ID", "Section", "Question Text", "Question Type", "Answer", "Additional Information"]]
        + [[None, f"1.{n}", "Governance", text, "Text"] for n, text in enumerate(ASKED, 1)],
        {},
        (2,),
        ("B", "D", "F", "G"),
        [3, 4, 5, 6],
    ),
    "instructions and notes among the questions": (
        [
            ["Security Question", "Answer"],
            ["Please answer all questions in this section."],
            [ASKED[0]],
            ["Note: include evidence where possible"],
            [ASKED[1]],
            [ASKED[2]],
        ],
        {},
        (1,),
        (None, "A", "B", None),
        [3, 5, 6],
    ),
    "a column headed by the bidder's name": (
        [["ID", "Requirement", "Priority", "Acme Corp"], *numbered(cells=("High",))],
        {},
        (1,),
        ("A", "B", "D", None),
        [2, 3, 4, 5],
    ),
    "a form head that speaks of vendor and response": (
        [
            ["Vendor Name:", None, "Date of response:"],
            ["Questionnaire", "Response deadline: 1 May"],
            [],
            ["No.", "Question", "Response", "Comment"],
            *numbered(),
        ],
        {},
        (4,),
        ("A", "B", "C", "D"),
        [5, 6, 7, 8],
    ),
    "degrees of compliance as columns": (
        [["Req.", "Requirement", "Fully Compliant", "Partially Compliant", "Not Compliant", "Comments"]]
        + [[f"R{n}", f"The system shall do task {n}."] for n in range(1, 4)],
        {},
        (1,),
        ("A", "B", "C", "F"),
        [2, 3, 4],
    ),
    "parts of a question in rows of their own": (
        [
            ["#", "Question", "Answer"],
            ["1", "Describe your recovery plan, including:"],
            ["1a", "(a) recovery time objective"],
            ["1b", "(b) recovery point objective"],
            ["2", ASKED[0]],
        ],
        {},
        (1,),
        ("A", "B", "C", None),
        [2, 3, 4, 5],
    ),
    "a list beside a column for evidence": (
        [["Ref", "Question", "Answer", "Evidence / Reference"], *numbered()],
        {"lists": {"C2:C5": ["Yes", "No"]}},
        (1,),
        ("A", "B", "C", "D"),
        [2, 3, 4, 5],
    ),
    "headers in German": (
        [["Nr.", "Bereich", "Anforderung", "Erfüllt?", "Bemerkung"]]
        + [[str(n), "Betrieb", f"Der Anbieter muss Aufgabe {n} nachweisen."] for n in range(1, 5)],
        {},
        (1,),
        ("A", "C", "D", "E"),
        [2, 3, 4, 5],
    ),
    "headers in a language that nobody taught it": (
        [["Kód", "Kérdés", "Válasz"], *([f"K{n}", text, None] for n, text in enumerate(ASKED, 1))],
        {},
        (1,),
        ("A", "B", "C", None),
        [2, 3, 4, 5],
    ),
    "answers in framed cells without a header": (
        [["Security questions"], *([text] for text in ASKED)],
        {"fields": ["B2", "B3", "B4", "B5"]},
        (),
        (None, "A", "B", None),
        [2, 3, 4, 5],
    ),
    "coloured bands as headings between short topics": (
        [["Topic", "Your details"], ["Hosting"], ["Region"], ["Provider"], ["Sign-on"], ["SAML"], ["SCIM"]],
        {"bands": [2, 5]},
        (1,),
        (None, "A", "B", None),
        [3, 4, 6, 7],
    ),
    "a self-rating from a list of numbers": (
        [["No.", "Statement", "Rating (0-5)", "Remarks"], *([n, text] for n, text in enumerate(ASKED, 1))],
        {"lists": {"C2:C5": ["0", "1", "2", "3", "4", "5"]}},
        (1,),
        ("A", "B", "C", "D"),
        [2, 3, 4, 5],
    ),
    "degrees of delivery as columns, one of them in words of its own": (
        [["ID", "Requirement", "Standard", "By configuration", "Customisation", "Not available", "Remarks"]]
        + [[f"R{n}", f"The system must do task {n}."] for n in range(1, 4)],
        {},
        (1,),
        ("A", "B", "C", "G"),
        [2, 3, 4],
    ),
    "a status list beside details, ids under another name": (
        [["Control", "Control Objective", "Reference", "Status", "Comments"]]
        + [[f"AC-{n}", f"Access is reviewed every {n} months by its owner.", "ISO A.9"] for n in range(1, 4)],
        {"lists": {"D2:D4": ["Yes", "No"]}},
        (1,),
        ("A", "B", "D", "E"),
        [2, 3, 4],
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_header_columns_and_question_rows_are_found_in(name: str, tmp_path: Path) -> None:
    rows, features, header, columns, questions = LAYOUTS[name]
    path = workbook(tmp_path / "q.xlsx", rows, **features)  # type: ignore[arg-type]
    assert shape(inspect(path).sheets[0]) == (header, columns, questions)


def test_a_heading_is_carried_as_the_section_of_the_questions_below(tmp_path: Path) -> None:
    rows, features, *_ = LAYOUTS["numbered section headings"]
    path = workbook(tmp_path / "q.xlsx", rows, **features)  # type: ignore[arg-type]
    assert [item.question.section for item in inspect(path).items] == ["Access", "Backup"]


def test_a_merged_section_column_names_the_section_of_every_row_it_spans(tmp_path: Path) -> None:
    rows = [["Category", "Question", "Answer"], ["Access", ASKED[0]], [None, ASKED[1]], ["Ops", ASKED[2]]]
    path = workbook(tmp_path / "q.xlsx", rows, merges=["A2:A3"])
    assert [item.question.section for item in inspect(path).items] == ["Access", "Access", "Ops"]


def test_instruction_glossary_and_list_sheets_are_skipped_and_named(tmp_path: Path) -> None:
    others = {
        "Instructions": [["Field", "Description"], ["Answer", "Please answer all questions"]],
        "Glossary": [["Term", "Definition"], ["MFA", "More than one factor"]],
        "Lists": [["Answers"], ["Yes"], ["No"]],
    }
    layout = inspect(workbook(tmp_path / "q.xlsx", [["ID", "Question", "Answer"], *numbered()], others=others))
    assert [sheet.sheet for sheet in layout.sheets] == ["Questions"]
    assert [name for name, _ in layout.skipped] == list(others)


def test_a_sheet_that_copies_questions_and_answers_by_formula_is_no_second_form(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "q.xlsx"
    book = xlsxwriter.Workbook(str(path))
    form, score = book.add_worksheet("Form"), book.add_worksheet("Evaluation")
    for row, values in enumerate([["ID", "Question", "Answer"], *numbered()]):
        form.write_row(row, 0, values)
        score.write_row(row, 0, values[:1])
        score.write_formula(row, 1, f"=Form!B{row + 1}", None, values[1])
        score.write(row, 2, "Answer") if row == 0 else score.write_formula(row, 2, f"=Form!C{row + 1}", None, "")
    book.close()
    layout = inspect(path)
    assert [sheet.sheet for sheet in layout.sheets] == ["Form"]
    assert "formula" in dict(layout.skipped)["Evaluation"]


def test_inspect_json_has_the_keys_of_the_contract(tmp_path: Path) -> None:
    found = inspect(workbook(tmp_path / "q.xlsx", [["ID", "Question", "Answer"], *numbered()])).as_json()
    sheet = found["sheets"][0]  # type: ignore[index]
    sheet["questions"] = [{key: each[key] for key in ("row", "id", "text")} for each in sheet["questions"]]
    assert {key: sheet[key] for key in list(sheet)[:9]} == {
        "sheet": "Questions",
        "header_rows": [1],
        "id_column": "A",
        "question_column": "B",
        "answer_column": "C",
        "comment_column": None,
        "choices": None,
        "question_rows": [2, 3, 4, 5],
        "questions": [{"row": n + 1, "id": f"A{n}", "text": t} for n, t in enumerate(ASKED, 1)],
    }


def test_hidden_rows_and_sheets_are_in_and_said(tmp_path: Path) -> None:
    path = workbook(tmp_path / "q.xlsx", [["Question", "Answer"], *([t] for t in ASKED)], hidden_rows=[3], hidden=True)
    sheet = inspect(path).sheets[0]
    assert [item.row for item in sheet.items] == [2, 3, 4, 5]
    assert sheet.items[1].notes == ("row 3 is hidden",)
    assert sheet.notes == ("sheet 'Questions' is hidden",)


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("Question ID", "id"),
        ("CID", "id"),
        ("S.No", "id"),
        ("Vendor Response", "answer"),
        ("Compliant?", "answer"),
        ("Yes/No", "answer"),
        ("If yes, please explain", "comment"),
        ("Implementation Description (optional)", "comment"),
        ("Response comments", "comment"),
        ("Answer options", "other"),
        ("Reviewer comments", "other"),
        ("Question type", "other"),
        ("CCM Domain Title", "section"),
        ("Consensus Assessment Questions", "question"),
    ],
)
def test_a_header_says_what_its_column_is_for(header: str, role: str) -> None:
    found = roles(header)
    assert max(found, key=lambda each: found[each]) == role


def test_requests_and_obligations_ask_and_guidance_does_not() -> None:
    assert asks("The vendor must delete data within 30 days") >= 2
    assert asks("CO-01a - Do you produce audit assertions") >= 2
    assert asks("Access control") == 0
    assert never_asks("Guidance: see section 4")
    assert never_asks("Please complete all rows below")
    assert not never_asks("Note any exceptions to your policy?")


def test_limits_and_choices_are_read_from_words() -> None:
    assert limits("Describe your company (max 200 words).") == (200, None)
    assert limits("Summary, up to 1,500 characters including spaces") == (None, 1500)
    assert listed_choices("Compliant (Yes/No/N/A)") == ("Yes", "No", "N/A")
    assert is_placeholder("Please select...")
    assert not is_placeholder("Yes")


def test_statements_and_sections_of_an_export_take_no_answer(tmp_path: Path) -> None:
    rows = [
        ["Number", "Type", "Question", "Response"],
        ["1", "Section", "Access"],
        ["1.1", "Statement", "We must know."],
    ]
    rows += [["1.2", "Question", ASKED[0]], ["1.3", "Question", ASKED[2]]]
    sheet = inspect(workbook(tmp_path / "q.xlsx", rows)).sheets[0]
    assert shape(sheet) == ((1,), ("A", "C", "D", None), [4, 5])
    assert {item.question.section for item in sheet.items} == {"Access"}


def test_a_header_repeated_for_each_block_names_the_section_of_its_block(tmp_path: Path) -> None:
    rows = [["Documentation", "", "Vendor Answers", "Additional Information"], ["DOCU-01", ASKED[0]]]
    rows += [["Operations", "", "Vendor Answers", "Additional Information"], ["OPER-01", ASKED[2]]]
    sheet = inspect(workbook(tmp_path / "q.xlsx", rows)).sheets[0]
    assert shape(sheet) == ((1, 3), ("A", "B", "C", "D"), [2, 4])
    assert [item.question.section for item in sheet.items] == ["Documentation", "Operations"]


def test_fifteen_hundred_questions_with_a_list_each_are_found_in_seconds(tmp_path: Path) -> None:
    rows = [["ID", "Question", "Answer"], *([f"A-{n}", f"Do you have control {n}?"] for n in range(1500))]
    lists = {f"C{n}": ["Yes", "No", str(n)] for n in range(2, 1502)}
    path = workbook(tmp_path / "q.xlsx", rows, lists=lists)
    began = time.perf_counter()
    assert len(inspect(path).items) == 1500
    assert time.perf_counter() - began < 5.0  # 0.6 s here; without an index over areas minutes


def test_a_sheet_longer_than_any_questionnaire_is_skipped_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rfp_responder.questionnaire import detect

    monkeypatch.setattr(detect, "MAX_ROWS", 3)
    others = {"Small": [["Question", "Answer"], [ASKED[0]]]}
    layout = inspect(workbook(tmp_path / "q.xlsx", [["ID", "Question", "Answer"], *numbered()], others=others))
    assert [sheet.sheet for sheet in layout.sheets] == ["Small"]
    assert "5 rows: a data table" in dict(layout.skipped)["Questions"]


def test_a_hostile_header_cell_costs_no_time() -> None:
    began = time.perf_counter()
    assert roles("(" * 30_000) == {}
    asks("1." * 15_000)
    limits("max " * 8_000)
    assert time.perf_counter() - began < 1.0


def test_a_sheet_of_labels_is_a_form_whose_answers_stand_beside_them(tmp_path: Path) -> None:
    rows = [["Company profile"], ["Legal name"], ["Registered address"], ["Year of foundation"]]
    path = workbook(tmp_path / "q.xlsx", rows, bold_rows=[1], fields=["B2", "B3", "B4"])
    items = inspect(path).items
    assert [(item.text, item.answer_cell) for item in items] == [
        ("Legal name", "B2"),
        ("Registered address", "B3"),
        ("Year of foundation", "B4"),
    ]
    assert {item.question.section for item in items} == {"Company profile"}


def test_a_sheet_of_labels_may_take_its_answers_below_them(tmp_path: Path) -> None:
    rows = [["Describe your company:"], [], ["How many people work for you?"], [], ["Where are your offices?"], []]
    items = inspect(workbook(tmp_path / "q.xlsx", rows)).items
    assert [item.answer_cell for item in items] == ["A2", "A4", "A6"]


def test_a_cover_sheet_with_a_few_labels_is_no_form(tmp_path: Path) -> None:
    others = {"Cover": [["Vendor questionnaire"], ["Version:", "2.1"], ["Date:", ""], ["Prepared by:", ""]]}
    layout = inspect(workbook(tmp_path / "q.xlsx", [["ID", "Question", "Answer"], *numbered()], others=others))
    assert [sheet.sheet for sheet in layout.sheets] == ["Questions"]


@pytest.mark.parametrize(
    ("ids", "headers", "name"),
    [
        ("ABC-{:02d}.1", ["Question ID", "CAIQ Question", "Answer", "Notes"], "CAIQ 4"),
        ("AB-{:02d}.1", ["CID", "Consensus Assessment Questions", "Answer", "Comments"], "CAIQ 3 or older"),
        ("Q{}", ["ID", "Question", "Answer", "Notes"], ""),
    ],
)
def test_a_published_questionnaire_is_told_by_its_ids_and_headers(
    ids: str, headers: list[str], name: str, tmp_path: Path
) -> None:
    rows = [headers, *([ids.format(n), f"Do you have control number {n}?"] for n in range(1, 16))]
    assert inspect(workbook(tmp_path / "q.xlsx", rows)).name == name


def test_each_row_may_list_its_own_options(tmp_path: Path) -> None:
    rows = [
        ["No.", "Question", "Answer Type", "Response Options", "Response"],
        [1, "Where is data hosted?", "Single choice", "EU; US; Asia"],
        [2, "Do you encrypt data?", "Yes/No"],
        [3, "Describe your backups.", "Text"],
    ]
    items = inspect(workbook(tmp_path / "q.xlsx", rows)).items
    assert [item.choices for item in items] == [("EU", "US", "Asia"), ("Yes", "No"), ()]


def test_boxes_to_tick_are_the_choices_of_their_cell(tmp_path: Path) -> None:
    rows = [["ID", "Question", "Answer"], *([n, text, "☐ Yes ☐ No ☐ N/A"] for n, text in enumerate(ASKED, 1))]
    path, out = workbook(tmp_path / "q.xlsx", rows), tmp_path / "o.xlsx"
    assert inspect(path).items[0].choices == ("Yes", "No", "N/A")
    fill(path, out, lambda question: answer_to(question, choice="No"))
    assert openpyxl.load_workbook(out)["Questions"]["C2"].value == "☐ Yes ☒ No ☐ N/A"


def test_boxes_that_somebody_ticked_are_left_alone(tmp_path: Path) -> None:
    rows = [["ID", "Question", "Answer"], *([n, text, "☒ Yes ☐ No"] for n, text in enumerate(ASKED, 1))]
    assert {item.blocked for item in inspect(workbook(tmp_path / "q.xlsx", rows)).items} == {"already filled"}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("3.5.1 Do you encrypt data at rest?", "Do you encrypt data at rest?"),
        ("Q7. Do you encrypt data at rest?", "Do you encrypt data at rest?"),
        ("PR.DS-02: Data in transit must be protected.", "Data in transit must be protected."),
        ("AES-256 is used for all data, is it not?", "AES-256 is used for all data, is it not?"),
    ],
)
def test_an_id_before_a_question_is_not_asked(text: str, asked: str, tmp_path: Path) -> None:
    rows = [["Question", "Answer"], [text], *([each] for each in ASKED)]
    item = inspect(workbook(tmp_path / "q.xlsx", rows)).items[0]
    assert (item.text, item.question.text) == (text, asked)


def test_a_row_named_response_takes_the_answer_of_the_question_above(tmp_path: Path) -> None:
    rows: list[list[object]] = []
    for n, text in enumerate(ASKED[1:], 1):
        rows += [[f"Q{n}", text, "Weighting", "10%", "Word limit: 250 words"], ["Response"], []]
    path = workbook(tmp_path / "q.xlsx", rows, merges=["B2:E2", "B5:E5", "B8:E8"])
    items = inspect(path).items
    assert [(item.row, item.id, item.answer_cell) for item in items] == [
        (1, "Q1", "B2"),
        (4, "Q2", "B5"),
        (7, "Q3", "B8"),
    ]
    assert {item.question.max_words for item in items} == {250}


def test_columns_of_codes_and_of_the_same_words_never_ask(tmp_path: Path) -> None:
    rows = [["Required Questions", "", "Response", "Question Description"]]
    rows += [[f"REQU-0{n}", text, "", "Please answer in detail what is asked here."] for n, text in enumerate(ASKED, 1)]
    sheet = inspect(workbook(tmp_path / "q.xlsx", rows)).sheets[0]
    assert (sheet.id_column, sheet.question_column) == ("A", "B")
