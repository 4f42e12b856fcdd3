"""Word forms: places found in running text and tables, answers put there, everything else left as it was."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from office import cell, control, paragraph, run, table
from wordforms import (
    GREY,
    TAP,
    answering,
    asked,
    bare,
    body,
    box_control,
    box_field,
    date_control,
    form,
    items,
    lines,
    list_control,
    list_field,
    of,
    paragraphs,
    put,
    text_control,
    text_field,
)
from workbooks import CITATION, answer_to, members, repacked, yes

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire import docx_file, docx_proof, fill, inspect
from rfp_responder.questionnaire.formats import FORMATS
from rfp_responder.questionnaire.model import Edit


@pytest.fixture(autouse=True)
def _proved_by_python_docx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORMATS, ".docx", replace(FORMATS[".docx"], prove=docx_proof.prove_document))


BOLD, UNDER = "<w:b/>", '<w:u w:val="single"/>'


def of_cell(*inner: str) -> str:
    return f"<w:tc><w:tcPr/>{''.join(inner)}</w:tc>"


# -- places in running text -----------------------------------------------------------------------------------


def test_a_line_to_write_on_is_replaced_by_the_answer(tmp_path: Path) -> None:
    path, out = form(tmp_path / "q.docx", "Company name:________  (as registered)"), tmp_path / "o.docx"
    assert asked(path) == ["Company name"]
    put(path, out, (1, 2, "Acme"))
    assert lines(out) == ["Company name: Acme  (as registered)"]


def test_several_lines_on_one_line_are_several_questions(tmp_path: Path) -> None:
    path, out = form(tmp_path / "q.docx", "Name: ______ Date: ......"), tmp_path / "o.docx"
    assert asked(path) == ["Name", "Date"]
    put(path, out, (1, 2, "Ann"), (2, 2, "today"))
    assert lines(out) == ["Name: Ann Date: today"]


def test_lines_below_one_another_are_one_place(tmp_path: Path) -> None:
    path = form(tmp_path / "q.docx", *paragraphs("Which standards do you hold?", "_" * 30, "_" * 30, "Next: ____"))
    assert asked(path) == ["Which standards do you hold?", "Next"]
    put(path, tmp_path / "o.docx", (1, 2, "ISO 27001"))
    assert lines(tmp_path / "o.docx") == ["Which standards do you hold?", "ISO 27001", "", "Next: ____"]


def test_underlined_blanks_are_a_line_to_write_on(tmp_path: Path) -> None:
    path = form(tmp_path / "q.docx", paragraph(run("Address: ", BOLD), f"<w:r><w:rPr>{UNDER}</w:rPr><w:tab/></w:r>"))
    put(path, tmp_path / "o.docx", (1, 2, "1 Main St"))
    assert lines(tmp_path / "o.docx") == ["Address: 1 Main St"]
    assert "<w:tab/>" not in body(tmp_path / "o.docx")


@pytest.mark.parametrize(
    "placeholder", ["[Insert response here]", "<response>", "{{ANSWER}}", TAP, "[insert]", "…………", "_____"]
)
def test_a_placeholder_below_a_question_gives_way_to_the_answer(tmp_path: Path, placeholder: str) -> None:
    path = form(tmp_path / "q.docx", "What is your RTO?", placeholder)
    assert asked(path) == ["What is your RTO?"]
    put(path, tmp_path / "o.docx", (1, 2, "4 hours"))
    assert lines(tmp_path / "o.docx") == ["What is your RTO?", "4 hours"]


@pytest.mark.parametrize(
    "text",
    [
        "See [1] and <b> for details.",
        "We, [insert name], agree to the terms of [insert company] as they stand today.",
        "This agreement is made today in the presence of the notary between ____ and another.",
    ],
)
def test_brackets_and_lines_inside_sentences_are_no_questions(tmp_path: Path, text: str) -> None:
    assert docx_file.read(form(tmp_path / "q.docx", text)) == ()


def test_an_empty_paragraph_below_a_question_takes_its_answer(tmp_path: Path) -> None:
    path = form(tmp_path / "q.docx", *paragraphs("1. Do you encrypt?", "", "2. Do you test backups?", ""))
    assert [(item.id, item.question.text) for item in items(path)] == [
        ("1", "1. Do you encrypt?"),
        ("2", "2. Do you test backups?"),
    ]
    put(path, tmp_path / "o.docx", (1, 2, "Yes"))
    assert lines(tmp_path / "o.docx") == ["1. Do you encrypt?", "Yes", "2. Do you test backups?", ""]


def test_a_numbered_request_with_a_colon_is_answered_below(tmp_path: Path) -> None:
    path = form(tmp_path / "q.docx", *paragraphs("3. Describe a plan for a day:", "", "", "4. List all of them:", ""))
    assert asked(path) == ["3. Describe a plan for a day", "4. List all of them"]


def test_duties_with_gaps_between_them_are_no_questions(tmp_path: Path) -> None:
    duties = ("a. All staff must wear a badge at all times.", "", "b. Visitors shall sign in.", "") * 3
    assert docx_file.read(form(tmp_path / "q.docx", *paragraphs(*duties))) == ()


def test_a_question_in_prose_is_not_answered_in_the_gap_below_it(tmp_path: Path) -> None:
    text = "We look for a supplier who stays with us for years and who knows our trade."
    path = form(tmp_path / "q.docx", *paragraphs("Who are we?", "", text, "", text, "", text, ""))
    assert docx_file.read(path) == ()


def test_labels_below_one_another_take_their_answers_behind_the_colon(tmp_path: Path) -> None:
    path = form(tmp_path / "q.docx", paragraph(run("Website:", BOLD)), "Telephone:", "The end of it.")
    assert asked(path) == ["Website", "Telephone"]
    put(path, tmp_path / "o.docx", (1, 2, "acme.test"))
    assert lines(tmp_path / "o.docx")[0] == "Website: acme.test"
    assert body(tmp_path / "o.docx").count(BOLD) == 1  # the answer is not as loud as its label


def test_response_below_a_question_belongs_to_it(tmp_path: Path) -> None:
    path = form(tmp_path / "q.docx", *paragraphs("How are incidents reported?", "(max. 200 words)", "Response:"))
    (item,) = items(path)
    assert (item.question.text, item.question.max_words) == ("How are incidents reported?", 200)
    put(path, tmp_path / "o.docx", (1, 2, "By phone"))
    assert lines(tmp_path / "o.docx")[-1] == "Response: By phone"


def test_headings_are_sections(tmp_path: Path) -> None:
    path = form(tmp_path / "q.docx", paragraph("2. Security", style="Heading1"), "Contact: ____")
    assert items(path)[0].question.section == "2. Security"


def test_a_list_of_questions_without_space_is_answered_in_new_lines(tmp_path: Path) -> None:
    path = form(tmp_path / "q.docx", "Do you encrypt?", "Who may see our data?", "What is your RTO?")
    put(path, tmp_path / "o.docx", (2, 2, "Nobody"))
    assert lines(tmp_path / "o.docx") == ["Do you encrypt?", "Who may see our data?\nNobody", "What is your RTO?"]


# -- controls and fields --------------------------------------------------------------------------------------


def test_a_content_control_holds_the_answer_and_no_placeholder(tmp_path: Path) -> None:
    bound = text_control(properties='<w:dataBinding w:xpath="/x" w:storeItemID="y"/><w:text/>')
    path = form(tmp_path / "q.docx", paragraph("Scope: ", bound), paragraph("Owner: ", text_control()))
    put(path, tmp_path / "o.docx", (1, 2, "All of it"))
    xml = body(tmp_path / "o.docx")
    assert lines(tmp_path / "o.docx") == ["Scope: All of it", f"Owner: {TAP}"]
    assert (xml.count("showingPlcHdr"), xml.count("PlaceholderText"), xml.count("dataBinding")) == (1, 1, 0)
    assert xml.count("<w:text/>") == 2


def test_a_control_around_a_paragraph_and_an_empty_one_are_filled(tmp_path: Path) -> None:
    around = control(paragraph(run(TAP, GREY)), "<w:showingPlcHdr/>")
    empty = "<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent/></w:sdt>"
    path = form(tmp_path / "q.docx", "How do you patch?", around, paragraph("Tier: ", empty))
    put(path, tmp_path / "o.docx", (1, 2, "Weekly"), (2, 2, "Gold"))
    assert lines(tmp_path / "o.docx") == ["How do you patch?", "Weekly", "Tier: Gold"]
    assert "<w:sdtContent><w:r>" in body(tmp_path / "o.docx")


def test_a_list_takes_its_own_entries_only(tmp_path: Path) -> None:
    path = form(tmp_path / "q.docx", paragraph("Do you offer SSO? ", list_control("Yes", "No", "Planned")))
    (item,) = items(path)
    assert (item.choices, item.shape) == (("Yes", "No", "Planned"), "choice")
    assert put(path, tmp_path / "o.docx", (1, 2, "Maybe")).refused[0][1] == "the list has no entry 'Maybe'"
    assert body(tmp_path / "o.docx") == body(path)
    put(path, tmp_path / "o.docx", (1, 2, "Planned"))
    assert lines(tmp_path / "o.docx") == ["Do you offer SSO? Planned"]
    assert "showingPlcHdr" not in body(tmp_path / "o.docx")


def test_a_chosen_entry_and_a_ticked_box_are_kept(tmp_path: Path) -> None:
    path = form(
        tmp_path / "q.docx",
        paragraph("Region? ", list_control("EU", "US", shown="EU")),
        paragraph("Hosted? ", box_control("Yes", 1), box_control("No")),
    )
    assert [(item.blocked, item.present) for item in items(path)] == [
        ("already filled", "EU"),
        ("already filled", "Yes"),
    ]


def test_a_date_control_keeps_a_machine_date(tmp_path: Path) -> None:
    path = form(tmp_path / "q.docx", paragraph("Last test? ", date_control()))
    assert items(path)[0].shape == "date"
    put(path, tmp_path / "o.docx", (1, 2, "2026-09-30"))
    assert 'w:fullDate="2026-09-30T00:00:00Z"' in body(tmp_path / "o.docx")
    put(path, tmp_path / "p.docx", (1, 2, "last autumn"))
    assert "fullDate" not in body(tmp_path / "p.docx")


def test_form_fields_are_filled(tmp_path: Path) -> None:
    path = form(
        tmp_path / "q.docx",
        paragraph("Contact: ", text_field()),
        paragraph("Code: ", text_field("", longest=3)),
        paragraph("Tier: ", list_field("Please select", "Gold", "Silver")),
    )
    assert [item.question.max_characters for item in items(path)] == [None, 3, None]
    assert items(path)[2].choices == ("Gold", "Silver")
    done = put(path, tmp_path / "o.docx", (1, 2, "Ann"), (2, 2, "ABCD"), (3, 2, "Silver"))
    assert [reason for _, reason in done.refused] == ["the form field holds 3 characters at most"]
    assert lines(tmp_path / "o.docx") == ["Contact: Ann", "Code: ", "Tier: "]
    assert '<w:result w:val="2"/>' in body(tmp_path / "o.docx")
    put(path, tmp_path / "p.docx", (2, 2, "ABC"))
    assert lines(tmp_path / "p.docx")[1] == "Code: ABC"


# -- boxes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "ticked"),
    [
        (paragraph("Is it so? ☐ Yes ☐ No"), "Is it so? ☐ Yes ☒ No"),
        (paragraph("Is it so? Yes □ No □"), "Is it so? Yes □ No ☒"),
        (paragraph("Is it so? [ ] Yes [ ] No"), "Is it so? [ ] Yes [x] No"),
        (paragraph("Is it so? ( ) Yes ( ) No"), "Is it so? ( ) Yes (x) No"),
        (paragraph("Is it so?  ___ Yes  ___ No"), "Is it so?  ___ Yes  _x_ No"),
        (paragraph("Is it so? ", box_control("Yes"), box_control("No")), "Is it so? ☐ Yes  ☒ No  "),
    ],
)
def test_a_box_is_ticked_and_the_others_are_not(tmp_path: Path, line: str, ticked: str) -> None:
    path = form(tmp_path / "q.docx", line)
    (item,) = items(path)
    assert (item.question.text, item.choices) == ("Is it so?", ("Yes", "No"))
    assert (item.marks, item.shape) == ((("Yes", "C1"), ("No", "D1")), "marks")
    put(path, tmp_path / "o.docx", (1, 4, "x"))
    assert lines(tmp_path / "o.docx") == [ticked]
    assert of(tmp_path / "o.docx").text(1, 4) == "x"


@pytest.mark.parametrize(
    "data",
    [
        '<w:checkBox><w:sizeAuto/><w:default w:val="0"/></w:checkBox>',
        '<w:checkBox><w:sizeAuto/><w:default w:val="0"/><w:checked w:val="0"/></w:checkBox>',
        "<w:checkBox/>",
    ],
)
def test_a_legacy_checkbox_is_ticked(tmp_path: Path, data: str) -> None:
    path = form(tmp_path / "q.docx", paragraph("Is it so? ", box_field("Yes", data), box_field("No")))
    put(path, tmp_path / "o.docx", (1, 3, "x"))
    assert [value for _, value in sorted(of(tmp_path / "o.docx").cells[1].items())][1].text == "x"
    assert body(tmp_path / "o.docx").count('<w:checked w:val="1"/>') == 1


def test_boxes_below_a_question_that_take_several(tmp_path: Path) -> None:
    path = form(
        tmp_path / "q.docx", *paragraphs("Which do you hold? Tick all that apply.", "☐ ISO, all", "☐ SOC 2", "☐ None")
    )
    (item,) = items(path)
    assert (item.shape, item.choices, item.answer_cell) == ("several", ("ISO, all", "SOC 2", "None"), "B1")
    put(path, tmp_path / "o.docx", (1, 2, item.separator.join(item.choices[:2])))
    assert lines(tmp_path / "o.docx")[1:] == ["☒ ISO, all", "☒ SOC 2", "☐ None"]
    assert of(tmp_path / "o.docx").text(1, 2) == "ISO, all\nSOC 2"


def test_a_prompt_below_a_choice_takes_the_comment(tmp_path: Path) -> None:
    path = form(tmp_path / "q.docx", *paragraphs("Is access logged? ☐ Yes ☐ No", "If no, please explain: ______"))
    (item,) = items(path)
    assert item.comment_cell == "B1"
    report = fill(path, tmp_path / "o.docx", answering("We log it."))
    assert lines(tmp_path / "o.docx") == [
        "Is access logged? ☒ Yes ☐ No",
        "If no, please explain: We log it. [security-whitepaper.pdf p. 3]",
    ]
    assert report.totals["answered"] == 1


def test_bullets_that_look_like_boxes_are_no_questions(tmp_path: Path) -> None:
    texts = ("Our values are these.", "□ We work hard every day.", "□ We never give up on it.", "● Trust", "● Care")
    assert docx_file.read(form(tmp_path / "q.docx", *paragraphs(*texts))) == ()


# -- tables ---------------------------------------------------------------------------------------------------


def test_labels_beside_blank_cells_are_a_form(tmp_path: Path) -> None:
    rows = [
        ["Legal name", ""],
        ["Is it insured?", "☐ Yes ☐ No"],
        ["Status", of_cell(paragraph(list_control("Live", "Beta")))],
    ]
    path = form(tmp_path / "q.docx", table(*rows))
    assert [(item.question.text, item.choices) for item in items(path)] == [
        ("Legal name", ()),
        ("Is it insured?", ("Yes", "No")),
        ("Status", ("Live", "Beta")),
    ]
    put(path, tmp_path / "o.docx", (1, 2, "Acme"), (2, 3, "x"), (3, 2, "Beta"))
    assert lines(tmp_path / "o.docx") == ["Legal name", "Acme", "Is it insured?", "☒ Yes ☐ No", "Status", "Beta"]


def test_two_labels_in_a_row_each_have_their_cell(tmp_path: Path) -> None:
    path = form(tmp_path / "q.docx", table(["Name", "", "Date", ""], ["Place", "", "Title", ""]))
    assert asked(path) == ["Name", "Date", "Place", "Title"]
    put(path, tmp_path / "o.docx", (2, 2, "today"))
    assert lines(tmp_path / "o.docx") == ["Name", "", "Date", "today", "Place", "", "Title", ""]


def test_a_question_above_a_blank_row_and_above_an_empty_box(tmp_path: Path) -> None:
    path = form(
        tmp_path / "q.docx", table(["Describe your backups."], [""]), "", "What is your RTO?", table([""]), "The end."
    )
    assert asked(path) == ["Describe your backups.", "What is your RTO?"]
    put(path, tmp_path / "o.docx", (1, 2, "Daily"), (2, 2, "4 h"))
    assert lines(tmp_path / "o.docx")[:5] == ["Describe your backups.", "Daily", "", "What is your RTO?", "4 h"]


def test_boxes_inside_a_labelled_cell_and_nested_tables_are_found(tmp_path: Path) -> None:
    inside = of_cell(
        paragraph("Status (check all that apply):"), paragraph(box_field("Done")), paragraph(box_field("Planned"))
    )
    nested = of_cell(table(["Inner label", ""]), paragraph(""))
    path = form(tmp_path / "q.docx", table([inside]), table([cell("Outer"), nested]))
    assert [(item.question.text, item.shape) for item in items(path)] == [
        ("Status (check all that apply)", "several"),
        ("Inner label", "text"),
    ]
    put(path, tmp_path / "o.docx", (2, 2, "here"))
    assert lines(tmp_path / "o.docx")[-2:] == ["here", ""]


def test_a_response_row_belongs_to_the_question_above_its_hints(tmp_path: Path) -> None:
    rows = [["Question 1"], ["Please describe your approach to audits."], ["Maximum 500 words"], ["Response:\n\n"]]
    path = form(tmp_path / "q.docx", table(*rows), table(["How do you patch?"], ["Supplier response"], [""]))
    assert [(item.question.text, item.question.max_words) for item in items(path)] == [
        ("Please describe your approach to audits.", 500),
        ("How do you patch?", None),
    ]
    put(path, tmp_path / "o.docx", (1, 2, "Yearly"), (2, 2, "Weekly"))
    assert lines(tmp_path / "o.docx")[3:] == [
        "Response: Yearly",
        "",
        "",
        "How do you patch?",
        "Supplier response",
        "Weekly",
    ]


def test_a_cell_that_spells_out_its_choices_keeps_one(tmp_path: Path) -> None:
    rows = [["Legal name", ""], ["Are you an SME?", "Yes / No / N/A (delete as appropriate)"]]
    path = form(tmp_path / "q.docx", table(*rows))
    assert items(path)[1].choices == ("Yes", "No", "N/A")
    assert put(path, tmp_path / "o.docx", (2, 2, "Perhaps")).refused
    put(path, tmp_path / "o.docx", (2, 2, "N/A"))
    assert lines(tmp_path / "o.docx") == ["Legal name", "", "Are you an SME?", "N/A"]


def test_gaps_in_data_and_lists_to_fill_are_no_questions(tmp_path: Path) -> None:
    data = table(["Plan", "Price"], ["Basic", "10"], ["Team", ""], ["Large", "30"])
    history = table(["Version", "Author", "Change"], ["", "", ""], ["", "", ""])
    assert [grid.name for grid in docx_file.read(form(tmp_path / "q.docx", data, history))] == ["Table 1", "Table 2"]


def test_choices_in_cells_of_a_question_table_are_its_lists(tmp_path: Path) -> None:
    rows = [
        ["#", "Question", "Response", "Comments"],
        ["1", "Do you encrypt?", of_cell(paragraph(list_control("Yes", "No"))), ""],
        [
            "2",
            "Do you test?",
            of_cell(paragraph(box_control("Yes"), box_control("No"))),
            of_cell(paragraph(text_control())),
        ],
        ["3", "Do you rotate?", "☐ Yes ☐ No", of_cell(paragraph(text_field()))],
    ]
    path = form(tmp_path / "q.docx", table(*rows))
    (sheet,) = inspect(path).sheets
    assert [(item.answer_cell, item.comment_cell, item.choices) for item in sheet.items] == [
        (f"C{n}", f"D{n}", ("Yes", "No")) for n in (2, 3, 4)
    ]
    report = fill(path, tmp_path / "o.docx", answering("We do so."))
    assert report.totals["answered"] == 3
    said = "We do so. [security-whitepaper.pdf p. 3]"
    assert lines(tmp_path / "o.docx")[4:] == [
        *("1", "Do you encrypt?", "Yes", said),
        *("2", "Do you test?", "☒ Yes  ☐ No  ", said),
        *("3", "Do you rotate?", "☒ Yes ☐ No", said),
    ]


def test_a_box_in_each_column_is_marked(tmp_path: Path) -> None:
    one = of_cell(paragraph(box_control("")))
    rows = [["Question", "Yes", "No"], ["Is there a policy?", "☐", "☐"], ["Is it reviewed every year?", one, one]]
    path = form(tmp_path / "q.docx", table(*rows))
    fill(path, tmp_path / "o.docx", yes)
    assert lines(tmp_path / "o.docx")[3:] == ["Is there a policy?", "☒", "☐", "Is it reviewed every year?", "☒", "☐"]


# -- what is left alone ---------------------------------------------------------------------------------------


def test_nothing_but_the_answer_changes_in_the_document_part(tmp_path: Path) -> None:
    odd = '<w:p w:rsidR="00AB"  ><w:pPr><w:jc w:val="right"/></w:pPr><w:bookmarkStart w:id="1" w:name="a"/>'
    path = form(tmp_path / "q.docx", "Before &amp; after.", f"{odd}{run('Name: ____', BOLD)}</w:p>", "<w:p/>")
    put(path, tmp_path / "o.docx", (1, 2, "A & B <C>"))
    assert bare(body(tmp_path / "o.docx"), "A &amp; B &lt;C&gt;") == bare(body(path), "____")


def test_other_parts_are_the_same_and_lines_and_control_characters_are_kept_out(tmp_path: Path) -> None:
    path, out = form(tmp_path / "q.docx", "Name: ____"), tmp_path / "o.docx"
    put(path, out, (1, 2, "one\ntwo\x07\tthree"))
    assert lines(out) == ["Name: one\ntwo\tthree"]
    before, after = members(path), members(out)
    assert [name for name in before if before[name] != after[name]] == ["word/document.xml"]


def test_tracked_changes_and_locked_controls_are_refused(tmp_path: Path) -> None:
    locked = control(run(TAP, GREY), '<w:lock w:val="contentLocked"/><w:showingPlcHdr/><w:text/>')
    path = form(
        tmp_path / "q.docx",
        paragraph("Name: ____", '<w:ins w:id="1"><w:r><w:t>x</w:t></w:r></w:ins>'),
        paragraph("Tier: ", locked),
    )
    done = put(path, tmp_path / "o.docx", (1, 2, "Ann"), (2, 2, "Gold"))
    assert [reason for _, reason in done.refused] == [
        "the place holds tracked changes",
        "the content control is locked",
    ]
    assert body(tmp_path / "o.docx") == body(path)


def test_a_signed_document_is_refused(tmp_path: Path) -> None:
    import zipfile

    path = form(tmp_path / "q.docx", "Name: ____")
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("_xmlsignatures/sig1.xml", "<x/>")
    with pytest.raises(QuestionnaireError, match="digitally signed"):
        put(path, tmp_path / "o.docx", (1, 2, "Ann"))


def test_a_document_in_the_strict_form_is_filled(tmp_path: Path) -> None:
    from office import word

    path = word(tmp_path / "q.docx", "Do you encrypt? ____", strict=True)
    report = fill(path, tmp_path / "o.docx", yes)
    assert report.totals["answered"] == 1
    assert "We do: Do you encrypt?" in body(tmp_path / "o.docx")


# -- the proof ------------------------------------------------------------------------------------------------


def proved(path: Path, out: Path, *cells: tuple[int, int, str]) -> str:
    edits = [Edit("Form", row, column, text) for row, column, text in cells]
    return docx_proof.prove_document(path, out, edits, {}).sentence


def test_the_proof_tells_the_reader_and_the_parts(tmp_path: Path) -> None:
    path, out = form(tmp_path / "q.docx", "Name: ____", "So? ☐ Yes ☐ No"), tmp_path / "o.docx"
    put(path, out, (1, 2, "Ann"), (2, 3, "x"))
    sentence = proved(path, out, (1, 2, "Ann"), (2, 3, "x"))
    assert sentence == "proved with python-docx: 2 cells differ, all as reported; 6 of 7 parts are identical"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Ann", "Bob"),
        ("Other words.", "Other word."),
        ("<w:bookmarkStart", "<w:bookmarkEnd"),
        ("☐ No", "☒ No"),
        ('w14:val="0"', 'w14:val="1"'),
        ("<w:jc ", "<w:ind "),
    ],
)
def test_the_proof_fails_when_anything_else_changed(tmp_path: Path, old: str, new: str) -> None:
    kept = paragraph('<w:bookmarkStart w:id="1" w:name="a"/>', "Other words.", properties='<w:jc w:val="right"/>')
    boxes = paragraph("On? ", box_control("Y"), box_control("N"))
    path, out = form(tmp_path / "q.docx", kept, "Name: ____", "So? ☐ Yes ☐ No", boxes), tmp_path / "o.docx"
    put(path, out, (1, 2, "Ann"), (2, 3, "x"))
    proved(path, out, (1, 2, "Ann"), (2, 3, "x"))
    assert old in body(out)
    spoiled = repacked(
        out,
        tmp_path / "s.docx",
        lambda name, data: data.replace(old.encode(), new.encode(), 1) if name == "word/document.xml" else data,
    )
    with pytest.raises(QuestionnaireError, match="failed its proof"):
        proved(path, spoiled, (1, 2, "Ann"), (2, 3, "x"))


def test_the_proof_fails_for_a_part_that_differs_and_a_choice_that_is_not_allowed(tmp_path: Path) -> None:
    path, out = form(tmp_path / "q.docx", "Name: ____"), tmp_path / "o.docx"
    put(path, out, (1, 2, "Ann"))
    spoiled = repacked(out, tmp_path / "s.docx", lambda name, data: data + b" " if "styles" in name else data)
    with pytest.raises(QuestionnaireError, match=r"part word/styles\.xml differs"):
        proved(path, spoiled, (1, 2, "Ann"))
    with pytest.raises(QuestionnaireError, match="its list forbids"):
        docx_proof.prove_document(path, out, [Edit("Form", 1, 2, "Ann")], {("Form", 1, 2): ("Bob",)})


# -- a filled form read again ---------------------------------------------------------------------------------


def shown(path: Path) -> dict[tuple[int, int], str]:
    cells = of(path).cells
    return {(row, column): cells[row][column].text for row in cells for column in cells[row]}


@pytest.mark.parametrize(
    "parts",
    [
        ("Name: ______ Date: ______ (day)", "Company: [insert]"),
        paragraphs("1. Do you encrypt?", "", "2. Do you test backups?", "", "3. Do you log?", "", ""),
        ("Website:", "Telephone:", "Address:"),
        paragraphs("How are incidents reported?", "Response:", "What is your RTO?", "[insert]"),
        paragraphs("Which standards do you hold?", "_" * 30, "_" * 30, "Next: ____"),
        paragraphs("Do you encrypt?", "Who may see our data?", "What is your RTO?", "How do you patch?"),
        (paragraph("Scope: ", text_control()), "How?", control(paragraph(run(TAP, GREY)), "<w:showingPlcHdr/>")),
        paragraphs("Part A", "3. Describe a plan for a day:", "", "", "4. List all of them:", ""),
        (table(["Legal name", ""], ["Owner", ""]), "What is your RTO?", table([""])),
        (
            table(["Describe it."], [""], ["Explain it."], [""]),
            table(["Name", "", "Date", ""], ["Place", "", "Title", ""]),
        ),
        (
            paragraph("Tier: ", list_control("Gold")),
            paragraph("When? ", date_control()),
            paragraph("Code: ", text_field()),
        ),
    ],
)
def test_a_filled_form_reads_again_row_by_row(tmp_path: Path, parts: tuple[str, ...]) -> None:
    path, out = form(tmp_path / "q.docx", *parts), tmp_path / "o.docx"
    before = shown(path)
    every = [(item.row, 2, item.choices[0] if item.choices else f"Answer [x] {item.row}: yes") for item in items(path)]
    for chosen in (every, every[:1], every[-1:]):
        assert put(path, out, *chosen).refused == ()
        assert shown(out) == before | {(row, column): text for row, column, text in chosen}
        proved(path, out, *chosen)


def test_comments_and_ticks_of_a_filled_form_read_again(tmp_path: Path) -> None:
    said = ("Logged? ☐ Yes ☐ No", "If no, please explain: ______", "Who? ____")
    signed = ("☐ I confirm that this is true.", "______________", "Signature")
    path, out = form(tmp_path / "q.docx", *said, *signed), tmp_path / "o.docx"
    before = shown(path)
    texts = {(1, 3): "x", (1, 2): "We do.", (2, 2): "Ann", (3, 3): "x", (4, 2): "Ann"}
    assert put(path, out, *((*place, text) for place, text in texts.items())).refused == ()
    assert asked(path)[2:] == ["I confirm that this is true", "Signature"]
    assert shown(out) == before | texts


# -- hostile files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hostile",
    [
        "<w:sdt><w:sdtPr/><w:sdtContent>" * 5000 + "<w:p/>" + "</w:sdtContent></w:sdt>" * 5000,
        "".join(paragraphs(*["Do you encrypt? ____"] * 6000)),
        paragraph("☐ Yes ☐ No ___ " * 20_000),
        paragraph("[" * 100_000 + "<" * 100_000 + ". " * 100_000),
        "".join(paragraphs(*["☐ choice"] * 4000)),
        "".join(paragraphs(*["Name:", *[""] * 40] * 200)),
    ],
)
def test_hostile_documents_are_read_or_refused_soon(tmp_path: Path, hostile: str) -> None:
    path = form(tmp_path / "q.docx", hostile)
    start = time.process_time()
    try:
        docx_file.read(path)
    except QuestionnaireError as error:
        assert "\n" not in str(error)
    assert time.process_time() - start < 10


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    path = form(tmp_path / "q.docx", "Name: ____")
    bad = repacked(
        path,
        tmp_path / "b.docx",
        lambda name, data: b'<!DOCTYPE x [<!ENTITY a "b">]>' + data if name == "word/document.xml" else data,
    )
    with pytest.raises(QuestionnaireError, match="declares a document type"):
        inspect(bad)


def test_citations_stand_behind_an_answer_in_its_place(tmp_path: Path) -> None:
    path = form(tmp_path / "q.docx", "How are backups tested?", "[insert]")
    fill(path, tmp_path / "o.docx", lambda question: answer_to(question, "Monthly.", citations=(CITATION,)))
    assert lines(tmp_path / "o.docx")[1] == "Monthly. [security-whitepaper.pdf p. 3]"
