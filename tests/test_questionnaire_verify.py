"""A filled questionnaire re-checked: exactly the rows that rest on what was changed are named."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workbooks import answer_to, word_form, workbook

from rfp_responder.domain import Answer, Citation, Question
from rfp_responder.errors import QuestionnaireError
from rfp_responder.knowledge import KnowledgeBase
from rfp_responder.questionnaire import Options, Source, fill
from rfp_responder.questionnaire.formats import Look, format_of
from rfp_responder.questionnaire.model import Edit
from rfp_responder.questionnaire.places import place
from rfp_responder.questionnaire.verify import Verification, find_record, verify
from rfp_responder.questionnaire.verify_cells import own_part, same, unsupported, without_reference
from rfp_responder.text import locate
from tests.makers import SECURITY, SUPPORT, folder, knowledge

HEADER = ["ID", "Question", "Answer", "Comments"]
ROWS = [
    HEADER,
    ["A1", "Is customer data encrypted at rest?"],
    ["A2", "How long are backups kept?"],
    ["A3", "When does the help desk answer?"],
    ["A4", "Do you have a dog?"],
]
LIST = {"C2:C5": ["Yes", "No"]}
QUOTES = {
    "encrypted": ("security.md", "Customer data is encrypted at rest with AES-256."),
    "backups": ("security.md", "Backups are taken every night and kept for 35 days."),
    "help desk": (
        "support.md",
        "The help desk answers by telephone and e-mail on working days from 08:00 to 18:00.",
    ),
}
Rows = list[list[str]]


def answering(base: KnowledgeBase) -> Callable[[Question], Answer]:
    """Answers each question with the sentence that it is about, cited to the page it stands on."""
    rows = {row.name: row for row in base.documents()}

    def answer(question: Question) -> Answer:
        for word, (name, quote) in QUOTES.items():
            if word in question.text:
                page = base.page(rows[name].id, 1)
                assert page is not None
                span = locate(quote, page.text)
                assert span is not None
                cited = Citation(rows[name].id, name, 1, "1", *span, page.text[slice(*span)])
                return answer_to(question, quote, question.choices[0] if question.choices else None, citations=(cited,))
        return answer_to(question, status="unanswered")

    return answer


class Delivered:
    """A questionnaire filled from a small knowledge base, with its record as ``rfp answer`` keeps it."""

    def __init__(self, path: Path, base: KnowledgeBase, docs: Path) -> None:
        self.base, self.docs = base, docs
        self.out = path.with_name(f"{path.stem}.filled{path.suffix}")
        sources = [Source(row.name, row.digest, row.source) for row in base.documents()]
        report = fill(path, self.out, answering(base), options=Options(sources=lambda: sources))
        self.record: dict[str, Any] = json.loads(json.dumps(report.as_json()))

    def edited(self, cell: str, text: str, sheet: str = "Questions") -> Path:
        """The filled file with one cell changed."""
        edits = [Edit(sheet, *place(cell), text)]
        format_of(self.out).write(self.out, self.out, edits, Look())
        return self.out

    def check(self) -> Verification:
        return verify(self.out, self.record, self.base)

    def named(self) -> set[tuple[int, str]]:
        """Row and kind of every finding."""
        return {(each.row, each.kind) for each in self.check().findings}


@pytest.fixture
def delivered(tmp_path: Path) -> Delivered:
    docs = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / ".rfp", docs)
    return Delivered(workbook(tmp_path / "q.xlsx", ROWS, lists=LIST), base, docs)


def detail(outcome: Verification, kind: str) -> str:
    return next(each.detail for each in outcome.findings if each.kind == kind)


def test_a_file_as_it_was_delivered_stands(delivered: Delivered) -> None:
    found = delivered.check()
    assert (found.ok, found.findings, found.notes) == (True, (), ())
    assert (found.rows_checked, found.citations_checked) == (3, 3)


@pytest.mark.parametrize(("name", "rows"), [("security.md", {2, 3}), ("support.md", {4})])
def test_one_byte_of_a_document_names_exactly_the_rows_that_cite_it(
    name: str, rows: set[int], delivered: Delivered
) -> None:
    text = (delivered.docs / name).read_text("utf-8")
    (delivered.docs / name).write_text(text + "\n", "utf-8")
    found = delivered.check()
    assert {(each.row, each.kind) for each in found.findings} == {(row, "document_changed") for row in rows}
    assert "on disk, not yet ingested" in found.findings[0].detail
    delivered.base.ingest([delivered.docs])
    found = delivered.check()
    assert {(each.row, each.kind) for each in found.findings} == {(row, "document_changed") for row in rows}
    assert "is another file than was cited" in found.findings[0].detail
    assert "still stands word for word" in found.findings[0].detail


def test_a_quote_that_is_gone_is_told_beside_the_document_that_changed(delivered: Delivered) -> None:
    (delivered.docs / "security.md").write_text(SECURITY.replace("35 days", "40 days"), "utf-8")
    delivered.base.ingest([delivered.docs])
    assert delivered.named() == {(2, "document_changed"), (3, "document_changed"), (3, "quote_missing")}
    details = {each.row: each.detail for each in delivered.check().findings if each.kind == "document_changed"}
    assert "1 of 1 quotes not word for word" in details[3]
    assert "still stands" in details[2]


def test_a_quote_that_moved_within_its_page_lets_no_row_fall(delivered: Delivered) -> None:
    for row in delivered.record["rows"]:
        for citation in row["citations"]:
            citation["start"], citation["end"] = citation["start"] + 1, citation["end"] + 1
    found = delivered.check()
    assert {each.kind for each in found.findings} == {"quote_moved"}
    assert found.ok


def test_a_quote_that_moved_in_a_document_that_changed_is_told_once(delivered: Delivered) -> None:
    (delivered.docs / "support.md").write_text(SUPPORT.replace("## Hours", "## Hours of the desk"), "utf-8")
    delivered.base.ingest([delivered.docs])
    assert delivered.named() == {(4, "document_changed")}


def test_a_quote_that_stands_on_another_page_than_was_cited_fails(delivered: Delivered) -> None:
    delivered.record["rows"][1]["citations"][0]["page"] = 7
    found = delivered.check()
    assert not found.ok
    assert "stands on page 1 now" in detail(found, "quote_moved")


def test_a_document_that_is_gone_names_the_rows_that_cite_it(delivered: Delivered) -> None:
    delivered.base.remove(["support.md"])
    assert delivered.named() == {(4, "document_gone")}


def test_a_document_under_another_name_is_gone_and_told_where_it_is(delivered: Delivered) -> None:
    (delivered.docs / "support.md").rename(delivered.docs / "help.md")
    delivered.base.ingest([delivered.docs], prune=True)
    assert "the same file is held as help.md" in detail(delivered.check(), "document_gone")


def test_a_file_that_is_no_longer_on_disk_is_a_note_and_no_failure(delivered: Delivered) -> None:
    (delivered.docs / "support.md").unlink()
    found = delivered.check()
    assert found.ok
    assert "no longer at" in found.notes[0]


def test_a_document_touched_but_not_changed_stands(delivered: Delivered) -> None:
    (delivered.docs / "support.md").write_text(SUPPORT, "utf-8")
    assert delivered.check().ok


def test_a_document_in_an_archive_is_looked_at_in_it(tmp_path: Path) -> None:
    docs = folder(tmp_path / "docs", {})
    archive = docs / "all.zip"
    cited = [("all.zip/security.md", "encrypted"), ("all.zip/support.md", "help desk")]
    for text in (SUPPORT, SUPPORT + " "):
        with zipfile.ZipFile(archive, "w") as package:
            package.writestr("security.md", SECURITY)
            package.writestr("support.md", text)
        if text == SUPPORT:
            base, _ = knowledge(tmp_path / ".rfp", docs)
            held = {row.name: row.digest for row in base.documents()}
            rows = [
                {
                    "sheet": "q", "row": n, "cell": f"B{n}", "id": "", "status": "answered", "written": [],
                    "citations": [{"document": name, "page": 1, "start": 0, "end": 0, "quote": QUOTES[word][1]}],
                }
                for n, (name, word) in enumerate(cited)
            ]  # fmt: skip
    record = {"rows": rows, "documents": [{"name": name, "digest": digest} for name, digest in held.items()]}
    filled = tmp_path / "q.csv"
    filled.write_text("Question,Answer\n", "utf-8")
    found = verify(filled, record, base)
    assert [(each.row, each.kind) for each in found.findings if each.fails] == [(1, "document_changed")]


# -- cells --------------------------------------------------------------------------------------------------


def test_one_word_of_an_answer_names_exactly_its_row(delivered: Delivered) -> None:
    before = delivered.record["rows"][2]["written"][1]["text"]
    delivered.edited("D3", before.replace("35", "90"))
    found = delivered.check()
    assert {(each.row, each.cell, each.kind) for each in found.findings} == {
        (3, "D3", "answer_changed"),
        (3, "D3", "unsupported"),
    }
    assert "reads '… and kept for 90 days.…', delivered was" in detail(found, "answer_changed").replace(
        " [security.md p. …", "…"
    )
    assert "'90 days'" in detail(found, "unsupported")


def test_words_that_the_quotes_still_say_are_told_as_edited_and_no_more(delivered: Delivered) -> None:
    delivered.edited("D3", "Backups are kept for 35 days. [security.md p. 1]")
    found = delivered.check()
    assert {(each.row, each.kind) for each in found.findings} == {(3, "answer_changed")}
    assert "pass the check against the recorded quotes" in found.findings[0].detail
    assert not found.ok


def test_an_edited_place_is_told_and_its_words_are_not_checked_anew(delivered: Delivered) -> None:
    before = delivered.record["rows"][2]["written"][1]["text"]
    delivered.edited("D3", before.replace("p. 1", "p. 9"))
    assert delivered.named() == {(3, "answer_changed")}


def test_a_blanked_answer_is_told(delivered: Delivered) -> None:
    delivered.edited("D4", "")
    assert "is blank now" in detail(delivered.check(), "answer_changed")


def test_the_opposite_choice_is_not_what_the_evidence_was_read_as(delivered: Delivered) -> None:
    delivered.edited("C2", "No")
    assert delivered.named() == {(2, "answer_changed"), (2, "unsupported")}


def test_a_choice_that_the_list_does_not_have_is_told(delivered: Delivered) -> None:
    delivered.edited("C2", "Mostly")
    found = delivered.check()
    assert (2, "choice_not_allowed") in {(each.row, each.kind) for each in found.findings}
    assert detail(found, "choice_not_allowed") == "'Mostly' is none of the allowed values (Yes, No)"


def test_a_text_added_to_a_blank_row_is_a_note_and_no_failure(delivered: Delivered) -> None:
    delivered.edited("C5", "No")
    found = delivered.check()
    assert (found.ok, found.findings) == (True, ())
    assert "Questions C5 (A4)" in found.notes[0]


def test_a_question_that_was_reworded_is_a_note(delivered: Delivered) -> None:
    delivered.edited("B2", "Is customer data ever sold?")
    found = delivered.check()
    assert found.ok
    assert found.notes == ("questions that are not worded as they were asked: Questions C2 (A1)",)


def test_two_marks_in_one_row_are_told(tmp_path: Path) -> None:
    rows = [["ID", "Question", "Yes", "No", "N/A", "Notes"], ["1", "Is customer data encrypted?"], ["2", "Is it hot?"]]
    base, _ = knowledge(tmp_path / ".rfp", folder(tmp_path / "docs"))
    found = Delivered(workbook(tmp_path / "q.xlsx", rows), base, tmp_path / "docs")
    assert found.check().ok
    found.edited("D2", "x")
    assert detail(found.check(), "choice_not_allowed") == "2 choices are marked: Yes, No"


def test_a_cell_that_rows_share_names_each_of_them(tmp_path: Path) -> None:
    rows = [["ID", "Question", "Answer"], *[row[:2] for row in ROWS[1:3]]]
    base, _ = knowledge(tmp_path / ".rfp", folder(tmp_path / "docs"))
    found = Delivered(workbook(tmp_path / "q.xlsx", rows, merges=["C2:C3"]), base, tmp_path / "docs")
    text = found.record["rows"][1]["written"][0]["text"]
    assert text.startswith("A1: ")
    assert "\nA2: " in text
    found.edited("C2", text.replace("35 days", "30 days"))
    assert found.named() == {(2, "answer_changed"), (3, "answer_changed"), (3, "unsupported")}


@pytest.mark.parametrize("suffix", [".csv", ".docx"])
def test_other_formats_are_read_by_their_own_readers(suffix: str, tmp_path: Path) -> None:
    rows = [["ID", "Question", "Answer"], *[[*row, ""] for row in ROWS[1:]]]
    path = tmp_path / f"q{suffix}"
    if suffix == ".csv":
        path.write_text("\n".join(",".join(row) for row in rows) + "\n", "utf-8")
    else:
        word_form(path, rows)
    base, _ = knowledge(tmp_path / ".rfp", folder(tmp_path / "docs"))
    found = Delivered(path, base, tmp_path / "docs")
    assert found.check().ok
    assert found.check().rows_checked == 3
    sheet = found.record["rows"][1]["sheet"]
    found.edited("C3", "Backups are kept for 90 days.", "q.filled" if suffix == ".csv" else sheet)
    assert found.named() == {(3, "answer_changed"), (3, "unsupported")}


@pytest.mark.parametrize(
    ("was", "now", "shape", "alike"),
    [
        ("We do.", "We  do.\n", "text", True),
        ("=1+1", "'=1+1", "text", True),
        ("'=1+1", "=1+1", "text", True),
        ("95.50", "95.5", "number", True),
        ("0.955", "95.5%", "percentage", True),
        ("0.955", "95.5", "percentage", True),
        ("0.955", "95.5", "number", False),
        ("Yes", "yes", "text", False),
        ("30 days", "30 day", "text", False),
        ("It's so", "Its so", "text", False),
    ],
)
def test_what_counts_as_the_same_text(was: str, now: str, shape: str, alike: bool) -> None:
    assert same(was, now, shape) is alike


def test_places_behind_a_text_are_no_words_of_it() -> None:
    assert without_reference("We do [so]. [a.pdf p. 7; b c.pdf p. iv]") == "We do [so]."
    assert without_reference("We do. [x [v2].pdf p. 7]", " [x [v2].pdf p. 7]") == "We do."
    assert without_reference("We do [so].") == "We do [so]."
    hostile = "We do [" + "a p. 1; " * 4000
    assert without_reference(hostile) == hostile.rstrip()


def test_the_answers_own_sentences_are_not_checked_again() -> None:
    assert unsupported("Quite free words. Backups are kept.", "Quite free words.", ["Backups are kept."]) == ()
    assert unsupported("Quite free words.", "", ["Backups are kept."])


def test_words_added_in_brackets_must_stand_on_a_cited_page() -> None:
    quote = "It is encrypted with AES-256."
    assert unsupported("It [the archive] is encrypted with AES-256.", "", [quote], "The archive holds all.") == ()
    assert unsupported("It [the vault] is encrypted with AES-256.", "", [quote], "The archive holds all.")


def test_a_part_of_a_shared_cell_runs_to_the_next_row() -> None:
    text = "A1: one\ntwo\nA10: three"
    assert own_part(text, "A1", ["A1", "A10"]) == "one\ntwo"
    assert own_part(text, "A10", ["A1", "A10"]) == "three"
    assert own_part("plain", "A1", ["A1", "A10"]) == "plain"


# -- records ------------------------------------------------------------------------------------------------


def keep(found: Delivered, path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found.record), "utf-8")
    return path


def test_a_record_is_looked_for_beside_the_file_then_in_the_index(delivered: Delivered, tmp_path: Path) -> None:
    index = tmp_path / "index"
    index.mkdir()
    digest = hashlib.sha256(delivered.out.read_bytes()).hexdigest()
    copy = keep(delivered, index / "delivered" / f"{digest}.json")
    assert find_record(delivered.out, index).path == copy
    beside = keep(delivered, delivered.out.with_name("q.filled.report.json"))
    assert find_record(delivered.out, index).path == beside
    named = keep(delivered, tmp_path / "my.json")
    assert find_record(delivered.out, index, named).path == named


def test_an_edited_and_renamed_file_is_known_by_its_cells(delivered: Delivered, tmp_path: Path) -> None:
    index = tmp_path / "index"
    index.mkdir()
    copy = keep(delivered, index / "delivered" / "0.json")
    (index / "delivered" / "1.json").write_text('{"rows": [{"sheet": "Questions", "row": 2}]}', "utf-8")
    (index / "delivered" / "2.json").write_text("{", "utf-8")
    delivered.edited("D3", "Other words.")
    moved = delivered.out.rename(tmp_path / "renamed.xlsx")
    assert find_record(moved, index).path == copy


def test_a_file_of_which_less_than_half_is_known_is_refused_in_one_line(delivered: Delivered, tmp_path: Path) -> None:
    index = tmp_path / "index"
    index.mkdir()
    keep(delivered, index / "delivered" / "0.json")
    for cell in ("C2", "C3", "D2", "D3"):
        delivered.edited(cell, "Other words.")
    with pytest.raises(QuestionnaireError, match=r"none of the 1 records.*the nearest shares 33%.*--report"):
        find_record(delivered.out, index)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is no JSON"),
        ("[]", "holds no rows"),
        ('{"rows": 1}', "holds no rows"),
    ],
)
def test_a_record_that_cannot_be_used_is_one_line(text: str, told: str, delivered: Delivered, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(text, "utf-8")
    with pytest.raises(QuestionnaireError, match=told):
        find_record(delivered.out, tmp_path, path)


def test_a_record_with_a_wrong_field_names_it(delivered: Delivered) -> None:
    delivered.record["rows"][1]["citations"][0]["page"] = "seven"
    with pytest.raises(QuestionnaireError, match=r"field rows\.1\.citations\.0\.page"):
        delivered.check()


def test_a_record_without_written_cells_checks_what_it_can(delivered: Delivered) -> None:
    for row in delivered.record["rows"]:
        row["written"] = None
    delivered.edited("D3", "Other words.")
    found = delivered.check()
    assert found.ok
    assert "does not tell what was written" in found.notes[0]
