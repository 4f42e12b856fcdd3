"""Write the sample questionnaires: data/sources/questionnaires.yaml to data/questionnaires/."""

from __future__ import annotations

import argparse
import csv
import io
import sys
import zipfile
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import xlsxwriter
import yaml
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.shared import Cm, Pt
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

SOURCES = Path(__file__).resolve().parent
QUESTIONNAIRES = SOURCES.parent / "questionnaires"
MADE = datetime(2026, 9, 7, 9)  # naive: both writers take it as UTC; fixed, so that a rebuild gives the same bytes
ZIP_TIME = (1980, 1, 1, 0, 0, 0)

CLOUD_COLUMNS = (
    ("Question ID", 13),
    ("Question", 58),
    ("Answer", 11),
    ("Responsibility", 16),
    ("Implementation description", 62),
    ("Control title", 26),
    ("Control domain", 28),
)
CLOUD_GROUPS = (("A2:B2", "Question"), ("C2:E2", "Provider's statement"), ("F2:G2", "Control catalogue"))
ANSWERS = ("Yes", "No", "NA")
RESPONSIBILITIES = ("Vendor", "Customer", "Shared")

FIRST_ROW = 5  # of the questions on each sheet of the vendor assessment
FORM_COLUMNS = (("Ref", 10), ("Question", 60), ("Answer", 44), ("Notes", 40), ("Guidance", 26))
PICK, WRITE = "Choose from the list.", "Free text."
CSV_HEADER = ("Ref", "Section", "Requirement", "Type", "Response (Comply / Partially / Exception)", "Comment")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: its id in the file, its section, its text, and what ``questionnaires.yaml`` adds."""

    id: str
    section: str
    text: str
    title: str = ""
    pick: bool = False
    must: bool = False
    facts: tuple[str, ...] = ()
    absent: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One questionnaire as it stands in ``questionnaires.yaml``."""

    buyer: str
    title: str
    edition: str
    instructions: tuple[str, ...]
    closing: str
    sections: dict[str, tuple[Asked, ...]]

    @property
    def questions(self) -> tuple[Asked, ...]:
        """All questions, in order."""
        return tuple(chain.from_iterable(self.sections.values()))


def samples(id_forms: dict[str, str]) -> dict[str, Sample]:
    """Read the questionnaires; ``id_forms[name]`` makes a question's id from ``code`` and ``n``."""
    text = (SOURCES / "questionnaires.yaml").read_text(encoding="utf-8")
    return {name: _sample(entry, id_forms[name]) for name, entry in yaml.safe_load(text).items()}


def _sample(entry: dict[str, Any], id_form: str) -> Sample:
    sections = {
        section["name"]: tuple(
            Asked(
                id=id_form.format(code=section["code"], n=n),
                section=section["name"],
                text=row["ask"],
                title=row.get("title", ""),
                pick=row.get("pick", False),
                must=row.get("must", False),
                facts=tuple(row.get("facts", ())),
                absent=row.get("absent", ""),
            )
            for n, row in enumerate(section["questions"], 1)
        )
        for section in entry["sections"]
    }
    words = {key: entry.get(key, "") for key in ("buyer", "title", "edition", "closing")}
    return Sample(**words, instructions=tuple(entry.get("instructions", ())), sections=sections)


def faults(sample: Sample, facts: dict[str, Any]) -> list[str]:
    """Questions whose facts are not on the fact sheet, or that are neither answerable nor absent on purpose."""
    found = []
    for asked in sample.questions:
        if bool(asked.facts) == bool(asked.absent):
            found.append(f"{asked.id}: wants either facts or absent")
        if asked.absent and asked.absent not in facts["deliberately_absent"]:
            found.append(f"{asked.id}: {asked.absent!r} is not under deliberately_absent")
        for path in asked.facts:
            topic, _, key = path.partition(".")
            if key not in facts.get(topic, {}):
                found.append(f"{asked.id}: facts.yaml has no {path}")
    return found


def workbook(path: Path, sample: Sample) -> xlsxwriter.Workbook:
    """A new workbook with fixed properties."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {"title": sample.title, "author": sample.buyer, "comments": "Invented sample questionnaire", "created": MADE}
    )
    return book


def write_cloud_security(path: Path, sample: Sample) -> None:
    """One protected sheet: grouped header, two drop-downs, section rows, a last row that asks nothing."""
    book = workbook(path, sample)
    head = book.add_format({"bold": True, "font_color": "white", "bg_color": "#1F4E5F", "border": 1, "text_wrap": True})
    write_instructions(book.add_worksheet("Instructions"), sample, book.add_format({"bold": True, "font_size": 14}))
    sheet = book.add_worksheet("Questionnaire")
    sheet.merge_range("A1:G1", f"{sample.title}, {sample.edition}", book.add_format({"bold": True, "font_size": 14}))
    for cells, label in CLOUD_GROUPS:
        sheet.merge_range(cells, label, head)
    for column, (label, width) in enumerate(CLOUD_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(2, column, label, head)
    last = write_cloud_rows(book, sheet, sample)
    sheet.merge_range(last, 0, last, 6, sample.closing, book.add_format({"italic": True, "font_size": 9}))
    fill_in = f"C4:C{last}"
    for word, colour in (("Yes", "#DDEFD9"), ("No", "#FBE3C8"), ("NA", "#E4E4E4")):
        colours = book.add_format({"bg_color": colour})
        rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": colours}
        sheet.conditional_format(fill_in, rule)
    sheet.freeze_panes(3, 2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1, 2)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.activate()
    book.close()


def write_cloud_rows(book: xlsxwriter.Workbook, sheet: Worksheet, sample: Sample) -> int:
    """Write section and question rows below the header; the zero-based row after the last."""
    text = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    control = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "bg_color": "#EDEDED"})
    free = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "locked": False})
    band = book.add_format({"bold": True, "bg_color": "#CFE0E6", "border": 1})
    row = 3
    for name, questions in sample.sections.items():
        sheet.merge_range(row, 0, row, 6, name, band)
        row += 1
        for asked in questions:
            sheet.write_string(row, 0, asked.id, text)
            sheet.write_string(row, 1, asked.text, text)
            for column in (2, 3, 4):
                sheet.write_blank(row, column, None, free)
            sheet.write_string(row, 5, asked.title, control)
            sheet.write_string(row, 6, name, control)
            sheet.data_validation(row, 2, row, 2, {"validate": "list", "source": list(ANSWERS)})
            sheet.data_validation(row, 3, row, 3, {"validate": "list", "source": list(RESPONSIBILITIES)})
            row += 1
    return row


def write_instructions(sheet: Worksheet, sample: Sample, large: Format) -> None:
    """A sheet of text that asks nothing."""
    sheet.set_column(0, 0, 110)
    sheet.write_string(0, 0, sample.title, large)
    sheet.write_string(1, 0, f"{sample.buyer}, {sample.edition}")
    for row, line in enumerate(sample.instructions, 3):
        sheet.write_string(row, 0, line)


def write_vendor_assessment(path: Path, sample: Sample) -> None:
    """Several sheets whose question texts are formulas over a hidden sheet; a named list; a score sheet."""
    book = workbook(path, sample)
    large = book.add_format({"bold": True, "font_size": 14})
    start = book.add_worksheet("Start here")
    write_instructions(start, sample, large)
    for name, questions in sample.sections.items():
        write_form(book, name, questions, large)
    write_score(book, sample, large)
    bank = book.add_worksheet("Questions")
    bank.write_row(0, 0, ("Ref", "Text", "Guidance"))
    for row, asked in enumerate(sample.questions, 1):
        bank.write_row(row, 0, (asked.id, asked.text, PICK if asked.pick else WRITE))
    bank.hide()
    lists = book.add_worksheet("Lists")
    lists.write_column(0, 0, ("Permitted answers", "Yes", "No", "N/A"))
    book.define_name("PermittedAnswers", "=Lists!$A$2:$A$4")
    start.activate()
    book.close()


def write_form(book: xlsxwriter.Workbook, name: str, questions: tuple[Asked, ...], large: Format) -> None:
    """One sheet of the vendor assessment; every formula holds its value, as a file saved in Excel does."""
    head = book.add_format({"bold": True, "bg_color": "#E8E0F0", "border": 1})
    text = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, name, large)
    sheet.write_string(1, 0, "Please answer in column C.")
    for column, (label, width) in enumerate(FORM_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(FIRST_ROW - 2, column, label, head)
    for row, asked in enumerate(questions, FIRST_ROW):
        sheet.write_string(row - 1, 0, asked.id, text)
        for column, source, value in ((1, 2, asked.text), (4, 3, PICK if asked.pick else WRITE)):
            formula = f"=VLOOKUP($A{row},Questions!$A$2:$C$60,{source},FALSE)"
            sheet.write_formula(row - 1, column, formula, text, value)
        sheet.write_blank(row - 1, 2, None, text)
        sheet.write_blank(row - 1, 3, None, text)
        if asked.pick:
            sheet.data_validation(f"C{row}", {"validate": "list", "source": "=PermittedAnswers"})
    sheet.freeze_panes(FIRST_ROW - 1, 2)


def write_score(book: xlsxwriter.Workbook, sample: Sample, large: Format) -> None:
    """Formulas that count the answers; all of them are 0 while nothing is answered."""
    bold, share = book.add_format({"bold": True}), book.add_format({"num_format": "0%"})
    sheet = book.add_worksheet("Score")
    sheet.set_column(0, 0, 22)
    sheet.write_string(0, 0, "Score", large)
    sheet.write_row(2, 0, ("Area", "Yes", "No", "To choose", "Share of Yes"), bold)
    for row, (name, questions) in enumerate(sample.sections.items(), 4):
        cells = f"{name}!$C${FIRST_ROW}:$C${FIRST_ROW + len(questions) - 1}"
        sheet.write_string(row - 1, 0, name)
        sheet.write_formula(row - 1, 1, f'=COUNTIF({cells},"Yes")', None, 0)
        sheet.write_formula(row - 1, 2, f'=COUNTIF({cells},"No")', None, 0)
        sheet.write_number(row - 1, 3, sum(asked.pick for asked in questions))
        sheet.write_formula(row - 1, 4, f"=IF(D{row}=0,0,B{row}/D{row})", share, 0)
    total = 4 + len(sample.sections)
    sheet.write_string(total - 1, 0, "All areas", bold)
    for column, value in (("B", 0), ("C", 0), ("D", sum(asked.pick for asked in sample.questions))):
        sheet.write_formula(f"{column}{total}", f"=SUM({column}4:{column}{total - 1})", bold, value)
    sheet.write_formula(f"E{total}", f"=IF(D{total}=0,0,B{total}/D{total})", share, 0)


def write_rfp_requirements(path: Path, sample: Sample) -> None:
    """Semicolons, a byte order mark and CRLF, as a European Excel saves it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(CSV_HEADER)
        for asked in sample.questions:
            kind = "Mandatory" if asked.must else "Desirable"
            writer.writerow((asked.id, asked.section, asked.text, kind, "", ""))


def write_tender_form(path: Path, sample: Sample) -> None:
    """A cover text and one table of questions for each part."""
    document = Document()
    words = document.core_properties
    words.title, words.author, words.last_modified_by = sample.title, sample.buyer, sample.buyer
    words.comments = "Invented sample questionnaire"
    words.created = words.modified = MADE
    words.revision = 1
    document.styles["Normal"].font.size = Pt(10)
    document.add_heading(sample.title, 0)
    document.add_paragraph(f"{sample.buyer}. {sample.edition}")
    for line in sample.instructions:
        document.add_paragraph(line)
    for name, questions in sample.sections.items():
        add_table(document, name, questions)
    document.add_paragraph()
    document.add_paragraph("Place, date and signature of the supplier:")
    saved = io.BytesIO()
    document.save(saved)
    path.write_bytes(undated(saved.getvalue()))


def add_table(document: WordDocument, name: str, questions: tuple[Asked, ...]) -> None:
    """A heading and a table of three columns whose first row repeats on each page."""
    document.add_heading(name, 1)
    table = document.add_table(rows=1, cols=3, style="Table Grid")
    table.autofit = False
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell, label in zip(table.rows[0].cells, ("No.", "Question", "Supplier response"), strict=True):
        cell.paragraphs[0].add_run(label).bold = True
    for asked in questions:
        for cell, text in zip(table.add_row().cells, (asked.id, asked.text, ""), strict=True):
            cell.text = text
    for column, width in zip(table.columns, (Cm(1.4), Cm(6.8), Cm(7.0)), strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width


def undated(package: bytes) -> bytes:
    """The same package without the time of day that each part was written at."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            fixed = zipfile.ZipInfo(part.filename, ZIP_TIME)
            target.writestr(fixed, source.read(part), zipfile.ZIP_DEFLATED)
    return out.getvalue()


WRITERS = {
    "cloud-security": (".xlsx", "{code}-{n}", write_cloud_security),
    "vendor-assessment": (".xlsx", "{code}-{n:02}", write_vendor_assessment),
    "rfp-requirements": (".csv", "{code}{n:02}", write_rfp_requirements),
    "tender-form": (".docx", "{code}{n}", write_tender_form),
}


def main() -> int:
    """Check every question against the fact sheet, then write the files and count what they ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=QUESTIONNAIRES, help="where the files go")
    target: Path = parser.parse_args().out
    facts = yaml.safe_load((SOURCES / "facts.yaml").read_text(encoding="utf-8"))
    read = samples({name: id_form for name, (_, id_form, _) in WRITERS.items()})
    wrong = [f"{name}: {fault}" for name, sample in read.items() for fault in faults(sample, facts)]
    if wrong:
        print(*wrong, sep="\n", file=sys.stderr)
        return 1
    target.mkdir(parents=True, exist_ok=True)
    for name, (suffix, _, write) in WRITERS.items():
        write(target / f"{name}{suffix}", read[name])
        asked = read[name].questions
        print(f"{name + suffix:24} {len(asked):3} questions, {sum(bool(q.absent) for q in asked)} without an answer")
    return 0


if __name__ == "__main__":
    sys.exit(main())
