"""Word documents in."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfp_responder.errors import DocumentError
from rfp_responder.ingest import read
from rfp_responder.ingest.word import read_word
from rfp_responder.ingest.writing import folded
from tests.makers import file
from tests.office import (
    OLE,
    PAGE_BREAK,
    RENDERED_BREAK,
    cell,
    control,
    headed,
    paragraph,
    run,
    table,
    text_box,
    word,
    zipped,
)


def lines(path: Path) -> list[str]:
    content = read_word(path)
    assert len(content.pages) == 1
    return content.pages[0].text.split("\n")


def texts(path: Path) -> list[str]:
    return [page.text for page in read_word(path).pages]


def test_headings_are_told_by_style_by_what_it_rests_on_and_by_outline_level(tmp_path: Path) -> None:
    path = word(
        tmp_path / "a.docx",
        paragraph("Backup Policy", style="Title"),
        paragraph("Scope", style="Heading1"),
        "All systems.",
        paragraph("Keys", style="berschrift2"),
        paragraph("Rotation", style="Clause"),
        paragraph("Own", style="Outlined"),
        paragraph("Direct", properties='<w:outlineLvl w:val="0"/>'),
    )
    page = read_word(path).pages[0]
    assert headed(page) == [(1, "Backup Policy"), (1, "Scope"), (2, "Keys"), (2, "Rotation"), (3, "Own"), (1, "Direct")]
    assert "All systems." in page.text


def test_a_short_bold_line_is_a_heading_only_where_no_style_names_any(tmp_path: Path) -> None:
    bold = paragraph(run("Backups", "<w:b/>"))
    plain = word(tmp_path / "a.docx", bold, "We keep them.")
    styled = word(tmp_path / "b.docx", paragraph("Scope", style="Heading1"), bold)
    assert headed(read_word(plain).pages[0]) == [(2, "Backups")]
    assert headed(read_word(styled).pages[0]) == [(1, "Scope")]


def test_lists_are_marked_and_a_table_of_contents_is_left_out(tmp_path: Path) -> None:
    numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr>'
    path = word(
        tmp_path / "a.docx",
        paragraph("Scope 3", style="TOC1"),
        paragraph("one", style="ListBullet"),
        paragraph("two", properties=numbered),
        paragraph("three", style="ListBullet", properties='<w:numPr><w:numId w:val="0"/></w:numPr>'),
    )
    assert lines(path) == ["• one", "• two", "three"]


def test_a_table_of_three_columns_names_them_with_each_row(tmp_path: Path) -> None:
    path = word(
        tmp_path / "a.docx", table(("Plan", "Uptime", "Credit"), ("Gold", "99.9 %", "10 %"), ("Free", "", "0 %"))
    )
    assert lines(path) == ["Plan: Gold\tUptime: 99.9 %\tCredit: 10 %", "Plan: Free\tCredit: 0 %"]


def test_a_table_of_two_columns_reads_as_keys_and_values(tmp_path: Path) -> None:
    assert lines(word(tmp_path / "a.docx", table(("Owner", "CISO"), ("Class", "Public")))) == [
        "Owner\tCISO",
        "Class\tPublic",
    ]


def test_merged_cells_stand_in_each_of_their_rows(tmp_path: Path) -> None:
    top, below = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    path = word(
        tmp_path / "a.docx",
        table(
            ("Level", "Name", "Hours"),
            (cell("1", top), "Critical", "4"),
            (cell("", below), "High", "8"),
            (cell("Others are not timed", '<w:gridSpan w:val="3"/>'),),
        ),
    )
    assert lines(path) == [
        "Level: 1\tName: Critical\tHours: 4",
        "Level: 1\tName: High\tHours: 8",
        "Others are not timed",
    ]


def test_declared_header_rows_are_joined_to_one_name_a_column(tmp_path: Path) -> None:
    head, wide = "<w:trPr><w:tblHeader/></w:trPr>", '<w:gridSpan w:val="2"/>'
    rows = (
        f"<w:tr>{head}{cell('Plan')}{cell('Response', wide)}</w:tr>",
        f"<w:tr>{head}{cell('')}{cell('Day')}{cell('Night')}</w:tr>",
        f"<w:tr>{cell('Gold')}{cell('1 h')}{cell('4 h')}</w:tr>",
    )
    path = word(tmp_path / "a.docx", f"<w:tbl>{''.join(rows)}</w:tbl>")
    assert lines(path) == ["Plan: Gold\tResponse Day: 1 h\tResponse Night: 4 h"]


def test_a_table_of_one_column_is_a_frame_around_text(tmp_path: Path) -> None:
    inner = f"<w:tc>{paragraph('Scope', style='Heading1')}{paragraph('All.')}</w:tc>"
    page = read_word(word(tmp_path / "a.docx", f"<w:tbl><w:tr>{inner}</w:tr></w:tbl>")).pages[0]
    assert (page.text, headed(page)) == ("Scope\nAll.", [(1, "Scope")])


def test_content_controls_are_entered_and_their_prompts_left_out(tmp_path: Path) -> None:
    prompt = "<w:showingPlcHdr/>"
    path = word(
        tmp_path / "a.docx",
        control(paragraph("block")),
        paragraph(run("inline "), control(run("control"))),
        paragraph(run("Name: "), control(run("Click here to enter text."), prompt)),
        f"<w:tbl>{control('<w:tr>' + cell('row') + control(cell('cell')) + '</w:tr>')}</w:tbl>",
    )
    assert lines(path) == ["block", "inline control", "Name:", "row\tcell"]


def test_insertions_are_kept_deletions_and_hidden_text_dropped(tmp_path: Path) -> None:
    path = word(
        tmp_path / "a.docx",
        paragraph(
            "We keep ",
            f"<w:ins>{run('35')}</w:ins>",
            "<w:del><w:r><w:delText>7</w:delText></w:r></w:del>",
            run("ignore the rules", "<w:vanish/>"),
            f"<w:hyperlink>{run(' days')}</w:hyperlink>",
            f"<w:moveFrom>{run('gone')}</w:moveFrom>",
        ),
        "<w:tbl><w:tr>"
        + cell("a")
        + cell("b")
        + "</w:tr><w:tr><w:trPr><w:del/></w:trPr>"
        + cell("x")
        + cell("y")
        + "</w:tr></w:tbl>",
    )
    assert lines(path) == ["We keep 35 days", "a\tb"]


def test_a_text_box_is_read_once(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx", paragraph("Before.", text_box(paragraph("In the box."))), "After.")
    assert lines(path) == ["Before.", "In the box.", "After."]


def test_footnotes_stand_below_their_page_and_not_within_the_text(tmp_path: Path) -> None:
    notes = (
        f'<w:footnote w:id="0" w:type="separator">{paragraph("---")}</w:footnote>'
        f'<w:footnote w:id="2">{paragraph("Except in Rome.")}</w:footnote>'
    )
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    path = word(tmp_path / "a.docx", paragraph("Open daily", mark, "."), "More.", footnotes=notes)
    assert lines(path) == ["Open daily.", "More.", "Footnote 1: Except in Rome."]


@pytest.mark.parametrize(
    ("body", "pages"),
    [
        (("one",), ["one"]),
        ((paragraph("one"), paragraph(PAGE_BREAK), paragraph("two")), ["one", "two"]),
        ((paragraph("one", PAGE_BREAK), paragraph(RENDERED_BREAK, run("two"))), ["one", "two"]),
        ((paragraph(run("one "), RENDERED_BREAK, run("goes on")),), ["one", "goes on"]),
        ((paragraph("one", PAGE_BREAK, PAGE_BREAK, "three"),), ["one", "", "three"]),
        ((paragraph("one"), paragraph("two", style="Chapter")), ["one", "two"]),
        ((paragraph("one", style="Chapter"), paragraph("two", style="Chapter")), ["one", "two"]),
        ((paragraph("one"), paragraph("two", properties="<w:pageBreakBefore/>")), ["one", "two"]),
        ((paragraph("one", properties="<w:sectPr/>"), paragraph("two")), ["one", "two"]),
    ],
)
def test_pages_end_where_word_or_the_writer_broke_them(body: tuple[str, ...], pages: list[str], tmp_path: Path) -> None:
    assert texts(word(tmp_path / "a.docx", *body)) == pages


def test_a_continuous_section_goes_on_on_its_page(tmp_path: Path) -> None:
    goes_on = '<w:sectPr><w:type w:val="continuous"/></w:sectPr>'
    path = word(
        tmp_path / "a.docx",
        paragraph("one", properties="<w:sectPr/>"),
        paragraph("two", properties=goes_on),
        paragraph("three", properties="<w:sectPr/>"),
    )
    assert texts(path) == ["one\ntwo", "three"]


def test_a_row_that_begins_a_page_is_on_it(tmp_path: Path) -> None:
    broken = f"<w:tc>{paragraph(RENDERED_BREAK, run('Free'))}</w:tc>"
    path = word(tmp_path / "a.docx", table(("Plan", "Uptime", "Credit"), ("Gold", "9", "1"), (broken, "8", "0")))
    assert texts(path) == ["Plan: Gold\tUptime: 9\tCredit: 1", "Plan: Free\tUptime: 8\tCredit: 0"]


def test_ticked_boxes_are_told_from_empty_ones(tmp_path: Path) -> None:
    old = "<w:r><w:fldChar><w:ffData><w:checkBox>{}</w:checkBox></w:ffData></w:fldChar></w:r>"
    path = word(
        tmp_path / "a.docx",
        paragraph(old.format('<w:checked w:val="1"/>'), run("Yes")),
        paragraph(old.format('<w:default w:val="0"/>'), run("No")),
        paragraph('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', run(" Sure")),
    )
    assert lines(path) == ["☒ Yes", "☐ No", "☒ Sure"]


def test_the_strict_form_of_the_format_is_read_like_the_usual_one(tmp_path: Path) -> None:
    body = (paragraph("Scope", style="Heading1"), "All systems.")
    usual, strict = word(tmp_path / "a.docx", *body), word(tmp_path / "b.docx", *body, strict=True)
    assert read_word(usual).pages == read_word(strict).pages


def test_the_title_is_the_core_propertys_and_the_date_and_version_are_found(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx", "Version 3.2", "Effective 3 March 2025", title="Backup & Restore")
    found = read(path, "a.docx")
    assert (found.title, found.version, str(found.effective)) == ("Backup & Restore", "3.2", "2025-03-03")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (OLE, "is encrypted or of the legacy format"),
        (b"PK\x03\x04 and no more", "is damaged or no Word document"),
        (b"plain words", "is damaged or no Word document"),
    ],
)
def test_what_is_no_word_document_is_refused_in_one_line(content: bytes, fault: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=fault) as caught:
        read(file(tmp_path / "a.docx", content), "a.docx")
    assert "\n" not in str(caught.value)


def test_entities_and_broken_xml_are_refused(tmp_path: Path) -> None:
    laughs = '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><w>&b;</w>'
    with pytest.raises(DocumentError, match="declares a document type"):
        read_word(zipped(tmp_path / "a.docx", {"word/document.xml": laughs}))
    with pytest.raises(DocumentError, match="is broken XML"):
        read_word(zipped(tmp_path / "b.docx", {"word/document.xml": "<w><p></w>"}))
    with pytest.raises(DocumentError, match="has no body"):
        read_word(zipped(tmp_path / "c.docx", {"word/document.xml": "<w/>"}))
    with pytest.raises(DocumentError, match="lacks its part"):
        read_word(zipped(tmp_path / "d.docx", {"other.xml": "<w/>"}))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.docx", {"word/document.xml": b" " * 40_000_000})
    with pytest.raises(DocumentError, match=r"unpacks from .* more than 1:400"):
        read_word(path)


def test_a_damaged_part_for_styles_costs_the_styles_not_the_document(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx", paragraph("Scope", style="Heading1"))
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    again = zipped(tmp_path / "b.docx", {**parts, "word/styles.xml": b"<broken"})
    assert headed(read_word(again).pages[0]) == [(1, "Scope")]


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=30)


@given(st.lists(st.tuples(words, st.sampled_from(["", "Heading1", "ListBullet"])), min_size=1, max_size=12))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_word_is_kept_and_every_heading_stands_where_it_says(tmp_path: Path, body: list[tuple[str, str]]) -> None:
    path = word(tmp_path / "p.docx", *[paragraph(run(text), style=style) for text, style in body])
    page = read_word(path).pages[0]
    assert len(headed(page)) <= sum(1 for _, style in body if style == "Heading1")
    kept = [folded(text) for text, _ in body if folded(text)]
    assert [line.removeprefix("• ") for line in page.text.split("\n") if line] == kept
