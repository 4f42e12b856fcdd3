"""PDF in, the harder pages: columns that interleave, furniture and what only looks like it, forms, passwords, OCR."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pypdfium2
import pytest

from rfp_responder.domain import Document
from rfp_responder.errors import DocumentError
from rfp_responder.ingest import read
from rfp_responder.ingest.content import Reading
from rfp_responder.ingest.lines import Line
from rfp_responder.ingest.pdf import boxes, raw_spans, read_pdf
from tests.makers import FILLER, encrypted, ligatures, pdf, picture, table
from tests.pdfs import form, interleaved, with_attachment

SAMPLES = sorted((Path(__file__).parents[1] / "data" / "documents").glob("*.pdf"))
LEFT = ["The supplier keeps a list of all", "the systems that hold the data", "of its customers and looks at it",
        "twice a year with their owners."]  # fmt: skip
RIGHT = ["Access to those systems is given", "by role and is taken away on the", "day on which a person leaves the",
         "company or takes up other work."]  # fmt: skip
MIDDLE = ["Backups are taken each", "night and are kept for", "thirty-five days in a", "second region."]


def texts(path: Path) -> list[str]:
    return [page.text for page in read(path, path.name).pages]


def test_columns_written_line_by_line_across_the_page_are_read_one_after_the_other(tmp_path: Path) -> None:
    page = interleaved(LEFT, RIGHT, before=FILLER, after=[*FILLER[:2]])
    text = " ".join(texts(pdf(tmp_path / "a.pdf", [page]))[0].split())
    assert text == " ".join([*FILLER, *LEFT, *RIGHT, *FILLER[:2]])


def test_columns_of_unequal_length_are_read_one_after_the_other(tmp_path: Path) -> None:
    text = " ".join(texts(pdf(tmp_path / "a.pdf", [interleaved(LEFT, RIGHT[:3])]))[0].split())
    assert text == " ".join([*LEFT, *RIGHT[:3]])


def test_three_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    keys = ["Keys are changed every", "ninety days by the team", "that runs the platform", "itself."]
    logs = ["Logs are kept for a", "year and are read by", "a program that tells", "the team of faults."]
    columns = [MIDDLE, keys, logs]
    text = " ".join(texts(pdf(tmp_path / "a.pdf", [interleaved(*columns)]))[0].split())
    assert text == " ".join(line for column in columns for line in column)


def test_spans_in_reordered_columns_still_lead_to_their_place_on_the_page(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", [interleaved(LEFT, RIGHT)])
    page = read(path, path.name).pages[0]
    left, right = page.text.index("systems that hold"), page.text.index("Access to those")
    low = boxes(path, 1, raw_spans(page, left, left + 17))
    high = boxes(path, 1, raw_spans(page, right, right + 15))
    assert len(low) == len(high) == 1
    assert low[0].right < high[0].left
    assert low[0].top < high[0].bottom + 4


@pytest.mark.parametrize(
    "rows",
    [
        [["Control", "How we meet it"], ["Encryption at rest", "AES-256 for all customer data"],
         ["Backup of the data", "Nightly, kept for 35 days"], ["Review of access", "Twice a year by the owners"]],
        [["Name", "2024", "2025"], ["Revenue", "1,200", "1,350"], ["Costs of sales", "800", "790"]],
    ],
)  # fmt: skip
def test_a_table_is_no_set_of_columns(rows: Sequence[Sequence[str]], tmp_path: Path) -> None:
    text = texts(pdf(tmp_path / "a.pdf", [table(rows, before=FILLER)]))[0]
    assert [line.split("\t") for line in text.split("\n") if "\t" in line] == rows


def test_prose_that_comes_back_at_the_top_of_pages_is_kept(tmp_path: Path) -> None:
    prose = "This service level applies to every customer who has a contract in force."
    bodies = [[prose, *FILLER[n : n + 2], f"Part {name} ends here."] for n, name in enumerate("ABC")]
    assert all(text.startswith(prose) for text in texts(pdf(tmp_path / "a.pdf", bodies)))


def test_a_long_running_foot_in_small_type_is_left_out(tmp_path: Path) -> None:
    foot = "This document is confidential and may not be passed on to a third party without our consent."
    bodies = [[f"# Part {name}", *FILLER[n:]] for n, name in enumerate("ABC")]
    assert all("confidential" not in text for text in texts(pdf(tmp_path / "a.pdf", bodies, foot=foot)))


def test_chapter_headings_that_count_with_the_pages_are_headings(tmp_path: Path) -> None:
    bodies = [[f"# Chapter {n}", *FILLER] for n in (1, 2, 3, 4)]
    found = read(pdf(tmp_path / "a.pdf", bodies, foot="Page {n}"), "a.pdf")
    assert [[h.text for h in page.headings] for page in found.pages] == [[f"Chapter {n}"] for n in (1, 2, 3, 4)]
    assert all("Page" not in page.text for page in found.pages)


def test_what_a_forms_fields_hold_stands_behind_the_text_of_their_page(tmp_path: Path) -> None:
    page = form(["Tell us who you are."], {"company": "Quillmere Ltd", "town": ""}, {"accepted": True, "lost": False})
    first, second = texts(pdf(tmp_path / "a.pdf", [FILLER, page]))
    assert "company" not in first
    assert second.startswith("Tell us who you are.")
    assert "company: Quillmere Ltd" in second.split("\n")
    assert any(line.startswith("accepted: ") for line in second.split("\n"))
    assert "town" not in second
    assert "lost" not in second


def test_attached_files_are_named_in_the_notes(tmp_path: Path) -> None:
    path = with_attachment(pdf(tmp_path / "a.pdf", [FILLER]), tmp_path / "b.pdf", "prices.xlsx")
    assert "attachment not read: prices.xlsx" in read(path, "b.pdf").notes


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_each_password_given_is_tried(algorithm: str, tmp_path: Path) -> None:
    plain = pdf(tmp_path / "a.pdf", [FILLER], title="The rules of the house")
    path = encrypted(plain, tmp_path / "b.pdf", "open sesame", algorithm)
    content = read_pdf(path, Reading(("wrong", "open sesame")))
    assert content.pages == read_pdf(plain).pages
    assert content.title == "The rules of the house"
    assert read(path, "b.pdf", reading=Reading(("open sesame",))).pages == content.pages


@pytest.mark.parametrize("passwords", [(), ("wrong", "worse")])
def test_a_file_that_no_password_given_opens_is_refused_with_the_remedy(
    passwords: tuple[str, ...], tmp_path: Path
) -> None:
    path = encrypted(pdf(tmp_path / "a.pdf", [FILLER]), tmp_path / "b.pdf", "open sesame")
    with pytest.raises(DocumentError, match=r"^b\.pdf: needs a password .*Give it with --password, or save a copy"):
        read_pdf(path, Reading(passwords))


# -- OCR ----------------------------------------------------------------------------------------------------


def ocr(monkeypatch: pytest.MonkeyPatch, *, there: bool, asked: list[int]) -> None:
    """An OCR room that is there or not and reads a few words from each page."""

    def recognise(path: Path, numbers: Sequence[int], passwords: Sequence[str]) -> dict[int, tuple[Line, ...]]:
        asked.extend(numbers)
        return {
            number: (Line(0, "Words in picture " + "ABCDE"[number - 1], 72, 700, 200, 712, 11),) for number in numbers
        }

    monkeypatch.setattr("rfp_responder.ingest.ocr.available", lambda: there)
    monkeypatch.setattr("rfp_responder.ingest.ocr.recognise", recognise)


def scan(tmp_path: Path) -> Path:
    return pdf(tmp_path / "a.pdf", [picture, picture, FILLER, lambda canvas: None, picture])


def test_pages_that_are_pictures_are_read_by_ocr_where_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    ocr(monkeypatch, there=True, asked=asked)
    found = read(scan(tmp_path), "a.pdf")
    assert asked == [1, 2, 5]
    assert [page.text for page in found.pages if page.number in asked] == [f"Words in picture {name}" for name in "ABE"]
    assert "text of pages 1-2, 5 by OCR" in found.notes
    assert any(note.startswith("no text on page 4 ") for note in found.notes)


def test_where_ocr_is_not_there_the_note_says_what_would_read_the_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    ocr(monkeypatch, there=False, asked=asked)
    found = read(scan(tmp_path), "a.pdf")
    assert asked == []
    assert any("no text on page 1, 2, 4, 5" in note and "tesseract" in note for note in found.notes)


def test_a_blank_page_gives_no_advice_on_ocr(tmp_path: Path) -> None:
    notes = read(pdf(tmp_path / "a.pdf", [FILLER, lambda canvas: None]), "a.pdf").notes
    assert any("no text on page 2" in note for note in notes)
    assert not any("tesseract" in note for note in notes)


# -- the map back to the page -------------------------------------------------------------------------------


def check_origin(path: Path, found: Document) -> None:
    """Each run of clean text has the letters of the raw text that it is mapped to."""
    same = str.maketrans(
        {"\u2011": "-", "\ufffe": "-", "\uf0b7": "•", **dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))}
    )
    with pypdfium2.PdfDocument(path) as document:
        for page in found.pages:
            raw = document[page.number - 1].get_textpage().get_text_range()
            end = 0
            for clean, at, length in page.origin:
                assert clean >= end, f"{path.name} page {page.number}: runs overlap"
                end = clean + length
                here = page.text[clean:end].translate(same).split()
                there = raw[at : at + length].translate(same)
                assert here == there.split() or len(here[0]) == 1, f"{path.name} page {page.number}: {here} {there!r}"


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_word_of_a_real_document_has_the_same_letters_in_the_raw_text(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ocr(monkeypatch, there=False, asked=[])
    check_origin(path, read(path, path.name))


def test_words_with_ligatures_hyphens_and_columns_have_the_same_letters_in_the_raw_text(tmp_path: Path) -> None:
    broken = ["The vendor encrypts all customer infor-", "mation that it holds \u2014 always and everywhere."]
    pages = [broken, interleaved(LEFT, RIGHT), ligatures("The \ufb01rst \ufb02oor"), table([["A", "B"], ["c", "d"]])]
    path = pdf(tmp_path / "a.pdf", pages)
    check_origin(path, read(path, path.name))
