"""Pieces that many layouts share: sheets that ask nothing, drop-downs, and the usual body of sections and questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from structure_sheet import Page
from structure_variant import Variant

Asking = Callable[[Page, str, str | None], object]


def listed(values: Sequence[str]) -> dict[str, object]:
    """An inline drop-down."""
    return {"validate": "list", "source": list(values)}


def from_range(source: str) -> dict[str, object]:
    """A drop-down that takes its values from a range or a name, ``"=Lists!$A$1:$A$3"``."""
    return {"validate": "list", "source": source}


def instructions(v: Variant, name: str = "") -> Page:
    """A sheet that tells how to fill the file in; some of its lines look like questions."""
    page = Page(name or v.pick("Instructions", "Read me first"), asking=False)
    page.say(v.pick("Vendor security review", "Supplier due diligence pack"), "title", look="big")
    page.skip()
    lines = v.pick(
        (
            "1. Please complete every white cell on the following sheets.",
            "2. Answers must not be longer than 200 words unless stated otherwise.",
            "3. Do not change the order of the rows, and do not add columns.",
            "4. Who may answer? Only staff who are authorised to bind the vendor.",
            "What happens next? We review the answers within ten working days.",
        ),
        (
            "Purpose: to understand how you protect the information that we entrust to you.",
            "Select a reply from the list in each yellow cell. Describe the details in the cell beside it.",
            "Are you unsure about a question? Write to the purchasing desk named in the invitation.",
            "The supplier must return the workbook before the closing date; late replies will not be read.",
            "Colour code: yellow = to be filled in, grey = for our own use.",
        ),
    )
    for line in lines:
        page.say(line, "instruction")
    return page


def glossary(v: Variant) -> Page:
    """Terms and what they mean."""
    page = Page(v.pick("Glossary", "Definitions"), ("term", "meaning"), asking=False)
    page.header(v.pick({"term": "Term", "meaning": "Meaning"}, {"term": "Word", "meaning": "What we mean by it"}))
    for term, meaning in (
        ("Customer data", "Everything that users of the customer put into the service."),
        ("Critical weakness", "A weakness that an outsider can use without an account."),
        ("Subcontractor", "A company that works for the vendor and can see customer data."),
        ("Region", "A group of data centres within one country."),
    ):
        page.put(page.row, 1, term, "bold")
        page.put(page.row, 2, meaning)
        page.row += 1
    return page


def lists(columns: Sequence[Sequence[str]], name: str = "Lists", *, hidden: bool = True, heads: bool = False) -> Page:
    """A sheet with the values of drop-downs, a list in each column, from row 1 (below its head: from row 2)."""
    page = Page(name, asking=False, hidden=hidden)
    for column, values in enumerate(columns, 1):
        for row, value in enumerate(([f"List {column}"] if heads else []) + list(values), 1):
            page.put(row, column, value)
    return page


def scores(v: Variant, sections: Sequence[str]) -> Page:
    """An evaluation sheet of the buyer: sections with weights and formulas."""
    page = Page(v.pick("Scoring", "Evaluation"), ("name", "weight", "points", "total"), asking=False)
    page.say(
        v.pick("Internal scoring - not for vendors", "To be completed by the evaluation team"), "title", look="bold"
    )
    page.header({"name": "Section", "weight": "Weight", "points": "Points", "total": "Weighted"})
    for title in sections:
        page.put(page.row, 1, title)
        page.put(page.row, 2, round(1 / max(1, len(sections)), 2), "percent")
        page.put(page.row, 3, 0)
        page.row += 1
    return page


def heading(page: Page, v: Variant, number: int, title: str, look: str) -> None:
    """A section heading: "merged", "bold", "coloured", "numbered" (number in the id column) or "prefixed"."""
    if look == "merged":
        page.say(title, "section heading", look="bold fill", wide=True)
    elif look == "coloured":
        page.say(title.upper() if v.dev else title, "section heading", look="bold fill")
    elif look == "bold":
        page.say(title, "section heading", role="question", look="bold")
    elif look == "numbered":
        page.put(page.row, page.at("id"), number, "bold")
        page.say(title, "section heading", role="question", look="bold")
    elif look == "prefixed":
        words = v.pick(f"Section {number}: {title}", f"{'ABCDEFGHIJKLMN'[number - 1]}. {title}")
        page.say(words, "section heading", look="bold" if v.dev else "")


def numbered(style: str, section: int, place: int, running: int) -> str | None:
    """The id of a question: "dotted" 3.2, "running" 17, "code" SEC-017, "letter" C4, else none."""
    styles = {
        "dotted": f"{section}.{place}",
        "running": str(running),
        "code": f"SEC-{running:03d}",
        "letter": f"{'ABCDEFGHIJKLMN'[section - 1]}{place}",
        "long": f"RQ.{section:02d}.{place:02d}",
    }
    return styles.get(style)


def plain_ask(page: Page, text: str, id: str | None) -> int:
    """Ask with nothing else on the row; whole numbers are written as numbers."""
    return page.ask(text, id, {"id": int(id)} if id and id.isdigit() else None)


def body(page: Page, v: Variant, look: str = "merged", ids: str = "dotted", *, asking: Asking = plain_ask,
         **blocks: object) -> list[str]:  # fmt: skip
    """Sections with their questions, from the page's row on; returns the titles.

    ``blocks`` go to ``Variant.blocks``; look "column" puts the title into the section column of each row.
    """
    titles: list[str] = []
    running = len(page.questions)
    for number, title, texts in v.blocks(**blocks):  # type: ignore[arg-type]
        titles.append(title)
        if look not in {"column", "none"}:
            heading(page, v, number, title, look)
        for place, text in enumerate(texts, 1):
            running += 1
            row = page.row
            asking(page, text, numbered(ids, number, place, running))
            if "section" in page.roles and (look == "column"):
                page.put(row, page.at("section"), title)
    return titles
