"""Layouts with conditions, exports of portals and tools, and files that are no workbooks."""

from __future__ import annotations

from structure_parts import body, heading, instructions, listed, lists, numbered
from structure_sheet import Book, Page
from structure_variant import Variant


def follow_ups(v: Variant) -> Book:
    """After some questions a row "If yes, please describe ..."."""
    page = Page("Questions", v.roles("id question answer comment", "question answer id"))
    page.header(v.names(page.roles))
    follow = v.pick(
        ("If yes, please describe the process.", "If no, when will this be introduced?", "If yes, how often?"),
        (
            "Where the answer is yes, name the person in charge.",
            "If not, please give the reason.",
            "If so, since when?",
        ),
    )
    number = 0
    for section, title, texts in v.blocks("closed", sections=5, per=(4, 6)):
        heading(page, v, section, title, v.pick("merged", "bold"))
        for n, text in enumerate(texts):
            number += 1
            gate = page.ask(text, str(number), rule=listed(("Yes", "No")), choices=("Yes", "No"), shape="choice")
            if n % 2 == 0:
                page.ask(follow[(n // 2) % 3], f"{number}{v.pick('a', '.1')}", depends_on=gate)
    return Book([page])


def go_to(v: Variant) -> Book:
    """Some questions say where to go on: "(If No, go to 14)"."""
    page = Page("Survey", v.roles("id question answer comment", "id question answer"))
    page.header(v.names(page.roles))
    texts = [text for _, _, some in v.blocks("closed open", sections=4, per=(7, 9)) for text in some]
    gates = {4: 7, 11: 14, 18: 20}  # question -> where to go on when the answer is No
    rows: dict[int, int] = {}
    for number, text in enumerate(texts, 1):
        gate = next((g for g, to in gates.items() if g < number < to), None)
        words = text
        if number in gates:
            to = gates[number]
            text = f"Do you run a formal programme for {v.pick('vendor risk', 'internal audit')} ({number})?"
            words = text + v.pick(f" (If No, go to {to})", f" If no, please skip to question {to}.")
        rows[number] = page.ask(text, str(number), {"question": words, "id": number}, depends_on=rows.get(gate or 0))
    return Book([page])


def depends_column(v: Variant) -> Book:
    """A column names the question (and the answer) that calls for this one."""
    page = Page("Export", v.roles("id question depends answer comment", "depends id question answer"))
    page.header(v.names(page.roles, depends=v.pick("Depends on", "Only if")))
    rows: dict[str, int] = {}
    for section, title, texts in v.blocks("closed open", sections=4, per=(6, 8)):
        heading(page, v, section, title, v.pick("bold", "merged"))
        for place, text in enumerate(texts, 1):
            id = f"{v.pick('Q', 'S')}{section}.{place}"
            parent = f"{id[:-1]}{place - 1}" if place in {3, 6} else ""
            said = {"depends": v.pick(f"{parent} = Yes", f"{parent} is answered with Yes")} if parent else {}
            rows[id] = page.ask(text, id, said, depends_on=rows.get(parent))
    return Book([page])


def gate(v: Variant) -> Book:
    """The first question of a section decides whether the others are asked."""
    page = Page("Modules", v.roles("id question answer comment", "id question comment answer"))
    page.header(v.names(page.roles))
    for number, title, texts in v.blocks("closed open", sections=4, per=(5, 8)):
        heading(page, v, number, title, v.pick("coloured", "merged"))
        text = v.pick(
            f"Is this section relevant for your service: {title}?", f"Is {title.lower()} in scope of your offer?"
        )
        hint = v.pick(" If No, skip the rest of this section.", " (if not, leave this chapter empty)")
        first = page.ask(
            text, f"{number}.0", {"question": text + hint}, rule=listed(("Yes", "No")), choices=("Yes", "No")
        )
        for place, words in enumerate(texts, 1):
            page.ask(words, numbered("dotted", number, place, 0), depends_on=first)
    return Book([page])


def privacy_export(v: Variant) -> Book:
    """An export with response and justification, a sheet of options, and statements that must stay empty."""
    roles = v.roles("id section question type answer comment", "section id type question comment answer")
    page = Page("Responses", roles, loose=frozenset({"type"}))
    names = {"id": "Question Number", "section": "Section Name", "question": "Question Text", "type": "Question Type",
             "answer": "Response", "comment": "Justification"}  # fmt: skip
    page.header(names if v.dev else {**names, "question": "Content", "id": "Identifier", "section": "Section"})
    options = Page("Assessment Response Options", ("id", "option"), asking=False)
    options.header({"id": "Question Number", "option": "Response Options"})
    for number, title, texts in v.blocks("closed open", sections=4, per=(5, 8)):
        words = v.pick("The following questions concern", "Please read before you go on: this part is about")
        row = page.say(f"{words} {title.lower()}.", "statement", role="question")
        for role, value in {"section": title, "type": "Statement", "id": f"{number}.1"}.items():
            page.put(row, page.at(role), value)
        for place, text in enumerate(texts, 2):
            closed = text.endswith("?") and not text.startswith(("How", "W", "In what", "Describe"))
            kind = v.pick("Multichoice", "Single select") if closed else v.pick("Textbox", "Free text")
            page.ask(text, f"{number}.{place}", {"section": title, "type": kind})
            options.row += 1
            options.put(options.row, 1, f"{number}.{place}")
            options.put(options.row, 2, "Yes, No, Not sure" if closed else "")
    return Book([instructions(v), page, options])


def risk_export(v: Variant) -> Book:
    """A tab for each section with type, depends on and required when, as a risk tool exports them."""
    pages = []
    roles = v.roles(
        "id question detail type answer comment depends when", "id type question answer depends when comment"
    )
    heads = {"id": "Number", "question": "Question", "detail": "Question details", "type": "Question type",
             "answer": "Answer",
             "comment": "Additional comments", "depends": "Depends on", "when": "Required when"}  # fmt: skip
    for number, title, texts in v.blocks("closed open", sections=3, per=(6, 9)):
        page = Page(title[:31], roles, loose=frozenset({"type"}))
        page.say(v.pick("Do not change the structure or the format of this sheet.", "Plain text only."), "instruction")
        page.header(heads if v.dev else {**heads, "id": "Question ID", "answer": "Response"})
        before = 0
        for place, text in enumerate(texts, 1):
            conditional = place == 4
            said = {"depends": f"{v.pick('QTN', 'ASMT')}{number}00{place - 1}", "when": "Yes"} if conditional else {}
            closed = place in {3, 6}
            words = f"Do you have a policy for {title.lower()} (part {place})?" if closed else text
            before = page.ask(
                words, f"{v.pick('QTN', 'ASMT')}{number}00{place}",
                {**said, "type": "Yes/No" if closed else v.chance.choice(("Text", "Attachment", "Choice")),
                 "detail": v.chance.choice(("", "Applies to the hosted service."))},
                rule=listed(("Yes", "No")) if closed else None, depends_on=before if conditional else None,
            )  # fmt: skip
        pages.append(page)
    return Book([instructions(v), *pages])


def portal_export(v: Variant) -> Book:
    """A portal's export: section, question, type, required, buyer only; headings and statements have a type too."""
    roles = v.roles("section question type required buyer answer", "id type question required answer section")
    page = Page("Questions", roles, loose=frozenset({"type", "section"}))
    page.header(v.names(page.roles, type="Type", required="Required", buyer="Buyer only"))
    for number, title, texts in v.blocks("closed open", sections=4, per=(5, 8)):
        facts = {"section": title, "required": "No", "buyer": "No"}
        for kind, words in (
            ("Heading", title),
            ("Statement", v.pick("Attach proof where you can.", "Replies are part of the contract.")),
        ):
            row = page.say(words, kind.lower(), role="question")
            page.put(row, page.at("type"), v.pick(kind, {"Heading": "Section header"}.get(kind, "Information")))
        for place, text in enumerate(texts, 1):
            kind = v.chance.choice(("Text", "Yes/No", "Attachment", "Drop-down"))
            page.ask(text, f"{number}.{place}", {**facts, "type": kind, "required": v.chance.choice(("Yes", "No"))})
        if v.dev:  # a question that the portal shows to the buyer alone
            row = page.say("How convincing are the answers of this section?", "either", role="question")
            page.put(row, page.at("type"), "Score")
            page.put(row, page.at("buyer"), "Yes")
    return Book([page])


def _csv(v: Variant, delimiter: str, encoding: str, only: str = "") -> Book:
    page = Page("", v.roles("id section question answer comment", "question id answer"))
    page.header(v.names(page.roles))
    body(page, v, v.pick("column", "none"), v.pick("code", "running"), sections=3, only=only)
    return Book([page], "csv", delimiter=delimiter, encoding=encoding)


def csv_semicolon(v: Variant) -> Book:
    """Semicolons (dev), tabs (held)."""
    return _csv(v, v.pick(";", "\t"), v.pick("utf-8", "cp1252"), v.pick("", "chain sites people"))


def csv_wide(v: Variant) -> Book:
    """UTF-16 with its mark."""
    return _csv(v, v.pick("\t", ","), "utf-16")


def csv_marked(v: Variant) -> Book:
    """UTF-8 with its mark."""
    return _csv(v, v.pick(",", ";"), "utf-8-sig")


def word_table(v: Variant) -> Book:
    """One table, or a table for each section, in a Word document."""
    if v.dev:
        page = Page("Table 1", ("id", "question", "answer"))
        page.header(v.names(page.roles))
        body(page, v, "merged", "dotted", sections=4)
        return Book([page], "docx", before=("Vendor questionnaire", "Please fill in the table."))
    pages = []
    for number, _, texts in v.blocks("closed open", sections=3, per=(6, 8)):
        page = Page(f"Table {number}", ("id", "question", "answer", "comment"))
        page.header(v.names(page.roles))
        for place, text in enumerate(texts, 1):
            page.ask(text, f"{number}.{place}")
        pages.append(page)
    return Book(pages, "docx", before=("Security annex", "Complete all three tables."))


def word_form(v: Variant) -> Book:
    """Two columns, the question at the left, room for the answer at the right; with a header or without."""
    page = Page("Table 1", ("question", "answer"))
    if v.dev:
        page.header(v.names(page.roles))
    else:
        page.header_rows = None
    body(page, v, v.pick("bold", "none"), "", kinds="open closed", sections=3)
    return Book([page], "docx", before=("Form",))


def conformance(v: Variant) -> Book:
    """An accessibility report: criteria, conformance level, remarks."""
    page = Page(
        v.pick("Level A", "Report"),
        v.roles("question answer comment", "id question answer comment"),
        loose=frozenset({"id"}),
    )
    page.header(
        {"id": "No.", "question": "Criteria", "answer": "Conformance Level", "comment": "Remarks and Explanations"}
    )
    values = ("Supports", "Partially Supports", "Does Not Support", "Not Applicable")
    names = v.pick(
        ("Text Alternatives", "Captions for Recordings", "Order of Reading", "Sensory Clues", "Use of Colour",
         "Control of Sound",
         "Keyboard Use", "No Keyboard Trap", "Adjustable Timing", "Flashes", "Skipping of Blocks", "Page Titles",
         "Order of Focus",
         "Purpose of Links", "Language of the Page", "Reaction to Focus"),
        ("Contrast", "Resizing of Text", "Images of Text", "Several Ways", "Headings and Labels", "Visible Focus",
         "Parts in Other "
         "Languages", "Consistent Navigation", "Consistent Names", "Suggestions after Errors", "Prevention of Errors",
         "Status Messages", "Orientation", "Purpose of Input", "Reflow", "Spacing of Text"),
    )  # fmt: skip
    page.default = {"rule": listed(values), "choices": values, "shape": "choice"}
    for n, name in enumerate(names, 1):
        number = f"{1 + n // 6}.{1 + n % 6}.{n}"
        page.ask(name, number, {"question": v.pick(f"{number} {name} (Level A)", name)})
    return Book([page, lists([values])])


LAYOUTS = {maker.__name__: maker for maker in (
    follow_ups, go_to, depends_column, gate, privacy_export, risk_export, portal_export, csv_semicolon, csv_wide,
    csv_marked,
    word_table, word_form, conformance,
)}  # fmt: skip
