"""PDF in: text in reading order, nothing invented, faults told in one line."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from rfp_responder.domain import Document
from rfp_responder.errors import DocumentError
from rfp_responder.ingest import READERS, read
from rfp_responder.ingest.pdf import boxes, raw_spans
from rfp_responder.text import words
from tests.makers import (
    FILLER,
    damaged,
    encrypted,
    fake,
    file,
    ligatures,
    pdf,
    picture,
    rotated,
    table,
    two_columns,
    with_roman_labels,
)

DOCUMENTS = Path(__file__).parents[1] / "data" / "documents"
BODIES = (
    ["# Scope", "The first chapter tells who is meant.", "All staff are bound by these rules."],
    ["# Keys", "Keys are rotated every 90 days by the platform team.", "Old keys are destroyed."],
    ["# Backups", "Backups run nightly and are kept for 35 days.", "Restores are tested each quarter."],
    ["# Access", "Access is granted by role and reviewed twice a year.", "Leavers lose it within one day."],
)


def document(path: Path) -> Document:
    return read(path, path.name)


def texts(path: Path) -> list[str]:
    return [page.text for page in document(path).pages]


def test_each_page_has_its_own_text_and_number(tmp_path: Path) -> None:
    found = document(pdf(tmp_path / "a.pdf", BODIES))
    assert [page.number for page in found.pages] == [1, 2, 3, 4]
    for page, body in zip(found.pages, BODIES, strict=True):
        assert all(line.lstrip("# ") in page.text for line in body)


def test_running_heads_and_feet_are_left_out_and_page_numbers_with_them(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", BODIES, head="Acme Ltd. Confidential {n}", foot="Page {n} of 4")
    for page, body in zip(texts(path), BODIES, strict=True):
        assert "Confidential" not in page
        assert "Page" not in page
        assert body[1] in page


@pytest.mark.parametrize("pages", [2, 3, 5])
def test_lines_that_differ_in_a_number_that_is_no_page_number_are_content(pages: int, tmp_path: Path) -> None:
    bodies = [[f"Plan {name} costs {cost} EUR a month.", *FILLER[:2]] for name, cost in
              zip("ABCDE"[:pages], (400, 90, 7500, 12, 3300), strict=False)]  # fmt: skip
    same = [[f"The fee is {cost} EUR a month.", f"Only chapter {cost} says so."] for cost in (400, 90, 7500, 12, 3300)]
    assert all(body[0] in text for body, text in zip(bodies, texts(pdf(tmp_path / "a.pdf", bodies)), strict=True))
    assert all(body[0] in text for body, text in zip(same, texts(pdf(tmp_path / "b.pdf", same)), strict=True))


def test_headings_are_marked_where_they_begin(tmp_path: Path) -> None:
    for page, body in zip(document(pdf(tmp_path / "a.pdf", BODIES)).pages, BODIES, strict=True):
        assert [heading.text for heading in page.headings] == [body[0][2:]]
        assert page.text[page.headings[0].start :].startswith(body[0][2:])


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = ["Left begins here and", "goes on in the left", "column to its end."]
    right = ["Right begins here and", "goes on in the right", "column to its end."]
    text = " ".join(texts(pdf(tmp_path / "a.pdf", [two_columns(left, right)]))[0].split())
    assert text == " ".join([*left, *right])


def test_a_word_broken_at_a_lines_end_is_whole_again_and_a_compound_keeps_its_hyphen(tmp_path: Path) -> None:
    lines = [
        "The vendor encrypts all customer infor-",
        "mation that it holds, and it uses multi-factor log-in. We ask for multi-",
        "factor log-in from every engineer who works on the live platform.",
    ]
    text = " ".join(texts(pdf(tmp_path / "a.pdf", [lines]))[0].split())
    assert "customer information that" in text
    assert "ask for multi-factor log-in from" in text


def test_a_tables_rows_are_lines_and_its_cells_are_parted_by_tabs(tmp_path: Path) -> None:
    rows = [["Severity", "Response", "Fix"], ["One", "30 minutes", "4 hours"], ["Two", "4 hours", "2 days"]]
    text = texts(pdf(tmp_path / "a.pdf", [table(rows, before=["These are our times."], after=["They hold always."])]))[
        0
    ]
    assert [line.split("\t") for line in text.split("\n") if "\t" in line] == rows
    assert text.startswith("These are our times.")
    assert text.endswith("They hold always.")


def test_ligatures_are_written_as_letters(tmp_path: Path) -> None:
    assert (
        "The \ufb01rst \ufb02oor".replace("\ufb01", "fi").replace("\ufb02", "fl")
        in texts(pdf(tmp_path / "a.pdf", [ligatures("The \ufb01rst \ufb02oor")]))[0]
    )


def test_a_rotated_page_is_read(tmp_path: Path) -> None:
    assert "two offices" in texts(pdf(tmp_path / "a.pdf", [rotated(FILLER)]))[0]


def test_printed_labels_are_kept_beside_the_one_based_number(tmp_path: Path) -> None:
    path = with_roman_labels(pdf(tmp_path / "a.pdf", BODIES), tmp_path / "b.pdf", 2)
    assert [(page.number, page.label) for page in document(path).pages] == [(1, "i"), (2, "ii"), (3, "1"), (4, "2")]


def test_a_page_that_is_a_picture_is_empty_and_noted(tmp_path: Path) -> None:
    found = document(pdf(tmp_path / "a.pdf", [BODIES[0], picture, BODIES[1]]))
    assert found.pages[1].text == ""
    assert any("page 2" in note and "no text" in note for note in found.notes)


def test_a_file_of_pictures_alone_is_read_and_says_that_nothing_can_be_found(tmp_path: Path) -> None:
    found = document(pdf(tmp_path / "a.pdf", [picture, picture]))
    assert [page.text for page in found.pages] == ["", ""]
    assert any("every page" in note for note in found.notes)


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_an_encrypted_file_that_asks_for_no_password_is_read(algorithm: str, tmp_path: Path) -> None:
    plain = pdf(tmp_path / "a.pdf", BODIES)
    assert texts(encrypted(plain, tmp_path / "b.pdf", "", algorithm)) == texts(plain)


def test_a_file_that_needs_a_password_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = encrypted(pdf(tmp_path / "a.pdf", BODIES), tmp_path / "b.pdf", "secret")
    with pytest.raises(DocumentError, match=r"^b\.pdf: needs a password .*[Ss]ave a copy without"):
        document(path)


@pytest.mark.parametrize(
    ("make", "said"),
    [(damaged, "damaged or no PDF"), (fake, "is no PDF"), (lambda path: file(path, b""), "is empty")],
)
def test_a_damaged_fake_or_empty_file_is_refused_in_one_line(make: object, said: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=said) as caught:
        document(make(tmp_path / "x.pdf"))  # type: ignore[operator]
    assert str(caught.value).startswith("x.pdf: ")
    assert "\n" not in str(caught.value)


def test_a_damaged_file_is_either_read_or_refused_wherever_the_damage_lies(tmp_path: Path) -> None:
    whole = pdf(tmp_path / "a.pdf", [BODIES[0], table([["A", "B"], ["c", "d"]])], title="Rules").read_bytes()
    for cut in range(10, len(whole), len(whole) // 25):
        for content in (whole[:cut], whole[:cut] + b"\xff" * 40 + whole[cut + 40 :]):
            try:
                found = document(file(tmp_path / "x.pdf", content))
            except DocumentError as error:
                assert "\n" not in str(error)
            else:
                assert found.pages


def test_a_suffix_that_is_not_read_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"suffix \.exe is not read") as caught:
        document(file(tmp_path / "x.exe", "x"))
    assert all(suffix in str(caught.value) for suffix in READERS)


def test_the_title_is_the_metadatas_else_the_greatest_heading_else_the_files_name(tmp_path: Path) -> None:
    assert document(pdf(tmp_path / "a.pdf", BODIES, title="The security rules")).title == "The security rules"
    assert document(pdf(tmp_path / "b.pdf", BODIES, title="Microsoft Word - x.docx")).title == "Scope"
    assert document(pdf(tmp_path / "my_own-file.pdf", [FILLER])).title == "my own file"


def test_the_date_it_holds_from_is_found(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", [["# Rules", "Effective 1 March 2026", *FILLER]])
    assert document(path).effective == date(2026, 3, 1)


def test_a_span_of_clean_text_leads_back_to_its_place_on_the_page(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", [["A word is bro-", "ken here and the sentence ends."]])
    page = document(path).pages[0]
    start = page.text.index("ends.")
    found = boxes(path, 1, raw_spans(page, start, start + 5))
    assert len(found) == 1
    assert found[0].right > found[0].left > 72
    assert 740 < found[0].bottom < found[0].top < 760


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", BODIES, head="Acme")
    assert document(path) == document(path)


@pytest.mark.parametrize("name", ["security-whitepaper.pdf", "sla-and-support-policy-2026.pdf", "api-guide.pdf"])
def test_both_engines_read_the_same_words_labels_and_title(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = DOCUMENTS / name
    first = read(path, name)
    monkeypatch.setattr("rfp_responder.ingest.pdf._pages_by_pdfium", lambda *_: None)
    second = read(path, name)
    assert any("read by pypdf" in note for note in second.notes)
    assert [p.label for p in first.pages] == [p.label for p in second.pages]
    for one, other in zip(first.pages, second.pages, strict=True):
        seen, told = Counter(words(one.text)), Counter(words(other.text))
        common = (seen & told).total()
        assert 2 * common >= 0.9 * (seen.total() + told.total()), (name, one.number)
