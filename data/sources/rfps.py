"""Render the sample RFPs: data/sources/rfps/<name>.typ to data/rfps/<name>.pdf, labels beside it."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

import pypdfium2
import typst

SOURCES = Path(__file__).resolve().parent / "rfps"
TARGET = SOURCES.parents[1] / "rfps"
ISSUED = {  # the day an RFP gives itself; it stands in for the creation date
    "rfp-benefits-office": datetime(2026, 9, 14, 9, tzinfo=UTC),
    "rfp-insurer": datetime(2026, 10, 5, 9, tzinfo=UTC),
    "rfp-hospital-group": datetime(2026, 9, 21, 9, tzinfo=UTC),
}
MARGIN = 60.0  # points at the top and at the bottom that hold the running head and foot
QUOTES = str.maketrans("‘’“”", "''\"\"")
HYPHENS = "\ufffe\u0002\u00ad"  # what pdfium makes of a hyphen at the end of a line


class Label(TypedDict):
    """One requirement: see data/rfps/README.md for the fields."""

    n: int
    text: str
    stem: str
    page: int
    section: str
    id: str
    verb: str
    kind: str
    limit: dict[str, int] | None
    deadline: str | None


def typeset(name: str) -> tuple[bytes, list[Label]]:
    """Compile one source with the bundled fonts only: the PDF, and its labels, with the pages Typst believes in."""
    compiler = typst.Compiler(str(SOURCES / f"{name}.typ"), root=str(SOURCES), ignore_system_fonts=True)
    pdf = compiler.compile(format="pdf", timestamp=int(ISSUED[name].timestamp()))
    if not isinstance(pdf, bytes):
        raise TypeError(f"{name}: Typst gave back more than one file")
    labels: list[Label] = json.loads(compiler.query("<req>", field="value"))
    return pdf, labels


def plain(text: str) -> str:
    """What two readings of one text have in common: no white space, straight quotes, no hyphens."""
    return re.sub(rf"[\s\-{HYPHENS}]", "", text.translate(QUOTES))


def page_texts(pdf: bytes) -> list[str]:
    """The text of every page without its running head and foot."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [
            page.get_textpage().get_text_bounded(bottom=MARGIN, top=page.get_height() - MARGIN) for page in document
        ]


def locate(text: str, pages: list[str], first: int) -> int | None:
    """The zero-based page from `first` on where `text` begins; it may run on to the next page."""
    for number in range(first, len(pages)):
        after = pages[number + 1] if number + 1 < len(pages) else ""
        place = (pages[number] + after).find(text)
        if 0 <= place < len(pages[number]):
            return number
    return None


def fold(text: str) -> str:
    """White space folded."""
    return " ".join(text.split())


def paged(labels: list[Label], pdf: bytes) -> list[Label]:
    """Number the labels, which come in reading order, and find the page of each.

    Raises ValueError where a text does not stand in the PDF as it stands in the source.
    """
    pages = [plain(text) for text in page_texts(pdf)]
    done: list[Label] = []
    for number, label in enumerate(labels, start=1):
        found = locate(plain(label["text"]), pages, label["page"] - 1)
        if found is None:
            raise ValueError(f"label {number} is on no page from {label['page']} on: {fold(label['text'])!r}")
        folded = {field: fold(label[field]) for field in ("text", "stem", "section")}
        done.append(Label(**{**label, "n": number, "page": found + 1, **folded}))  # type: ignore[typeddict-item]
    return done


def lines(labels: list[Label]) -> str:
    """The labels as JSON lines, fields in the order of Label."""
    rows = ({field: label[field] for field in Label.__annotations__} for label in labels)  # type: ignore[literal-required]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def build(name: str, target: Path) -> list[Label]:
    """Write one PDF and its labels; return the labels."""
    pdf, labels = typeset(name)
    labels = paged(labels, pdf)
    (target / f"{name}.pdf").write_bytes(pdf)
    (target / f"{name}.labels.jsonl").write_text(lines(labels), encoding="utf-8")
    return labels


def main() -> int:
    """Build the RFPs asked for (all of them by default) and report what is in them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="RFPs to build", choices=[[], *ISSUED])
    parser.add_argument("--out", type=Path, default=TARGET, help="where the files go")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for name in args.names or ISSUED:
        labels = build(name, args.out)
        kinds = Counter(label["kind"] for label in labels)
        with pypdfium2.PdfDocument(args.out / f"{name}.pdf") as document:
            print(f"{name:22} {len(document):3} pages, {len(labels)} requirements: {dict(kinds)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
