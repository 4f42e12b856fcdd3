"""Layouts with what is in the way: sheets of other kinds, rules on top, placeholders, gaps, sign-offs, long cells."""

from __future__ import annotations

from structure_parts import body, heading, listed, numbered, scores
from structure_sheet import Book, Page
from structure_variant import Variant


def rules_on_top(v: Variant) -> Book:
    """A numbered list of rules stands above the table, in the same columns."""
    page = Page("Questionnaire", v.roles("id question answer comment", "id question comment answer"))
    rules = v.pick(
        ("Answer each question in the column provided.", "Do you need help? Call the purchasing office.",
         "State assumptions in the comments.", "Incomplete forms will be sent back."),
        ("The supplier must reply in English.", "Use the list in the reply column; explain every No.",
         "Is a question not relevant? Choose so from the list and say why.", "Return the file without macros."),
    )  # fmt: skip
    page.say(v.pick("Rules", "How to complete this form"), "title", look="bold")
    for n, rule in enumerate(rules, 1):
        page.put(page.row, 1, n)
        page.say(rule, "instruction", role="question")
    page.skip(v.pick(1, 2))
    page.header(v.names(page.roles))
    page.default = {"rule": listed(v.choices()), "choices": v.choices(), "shape": "choice"}
    body(page, v, v.pick("merged", "none"), "running", kinds="closed", sections=4)
    return Book([page])


def placeholders(v: Variant) -> Book:
    """Answer cells hold a text that asks to be replaced."""
    page = Page("Form", v.roles("id question answer comment", "question answer"))
    page.header(v.names(page.roles))
    words = v.pick(
        ("☐ Yes  ☐ No  ☐ N/A", "<please describe>", "Select..."),
        ("[insert reply]", "Click here to enter text.", "TBD by supplier"),
    )

    def asking(page: Page, text: str, id: str | None) -> None:
        page.ask(text, id, {"answer": words[page.row % 3]})

    body(page, v, v.pick("merged", "bold"), "dotted", kinds="closed open", sections=4, asking=asking)
    return Book([page])


def reserved(v: Variant) -> Book:
    """Ids whose question was withdrawn, and numbered rows left for more questions."""
    page = Page("Catalogue", v.roles("id question answer comment", "id answer question comment"))
    page.header(v.names(page.roles))
    gone = v.pick(
        ("[Deleted]", "Intentionally left blank", "Reserved"),
        ("Question withdrawn", "(not used)", "Removed in version 3"),
    )
    running = 0
    for number, title, texts in v.blocks("closed open", sections=4, per=(5, 8)):
        heading(page, v, number, title, "merged")
        for place, text in enumerate(texts, 1):
            running += 1
            page.ask(text, f"{v.pick('K', 'V')}{running:02d}")
            if place == 3:
                running += 1
                row = page.say(gone[number % 3], "withdrawn", role="question")
                page.put(row, page.at("id"), f"{v.pick('K', 'V')}{running:02d}")
    for spare in range(1, 6):
        page.say(f"{v.pick('K', 'V')}{running + spare:02d}", "spare id", role="id")
    return Book([page])


def signed(v: Variant) -> Book:
    """A declaration and room for a signature below the table."""
    page = Page("Declaration", v.roles("id question answer", "id question answer comment"))
    page.header(v.names(page.roles))
    page.default = {"rule": listed(v.choices()), "choices": v.choices(), "shape": "choice"}
    body(page, v, v.pick("bold", "merged"), "dotted", kinds="closed statement", sections=3)
    page.skip(2)
    words = v.pick("I hereby confirm that the information given above is complete and true.",
                   "By signing, the supplier declares that all replies are correct at the date below.")  # fmt: skip
    page.say(words, "declaration", wide=True)
    page.fields(v.pick(("Name:", "Function:", "Place, date:", "Signature:"), ("Signed by", "Role", "Date")))
    return Book([page])


def long_cells(v: Variant) -> Book:
    """Questions of several lines with lists in the cell, and headings followed by a paragraph."""
    page = Page("Narrative", v.roles("id question answer", "question answer id"))
    page.header(v.names(page.roles))
    for number, title, texts in v.blocks("open statement", sections=4, per=(5, 7)):
        heading(page, v, number, title, v.pick("merged", "bold"))
        words = v.pick("This part is about your routine. We compare all answers, and may ask for a call. "
                       "Please keep to facts, and name the date of every document that you mention.",
                       "In this chapter we look at day-to-day work. Our specialists read the replies; a reply that "
                       "only repeats the question will be treated as missing.")  # fmt: skip
        page.say(words, "note", role="question", look="italic")
        for place, text in enumerate(texts, 1):
            points = v.pick(
                "\n- scope\n- frequency\n- person in charge", " Please cover:\na) scope\nb) tools\nc) exceptions?"
            )
            page.ask(text + (points if place % 2 else ""), numbered("dotted", number, place, 0))
    return Book([page])


def beside(v: Variant) -> Book:
    """Far to the right of the table stand a legend and the values of the drop-down."""
    page = Page("Check", v.roles("id question answer comment", "question answer comment"))
    page.header(v.names(page.roles))
    values = v.choices()
    page.default = {"choices": values, "shape": "choice"}
    column = page.right + v.pick(2, 4)
    source = f"=${chr(64 + column)}$3:${chr(64 + column)}${2 + len(values)}"
    page.default = {**page.default, "rule": {"validate": "list", "source": source}}
    body(page, v, v.pick("merged", "bold"), "running", kinds="closed", sections=4)
    page.put(2, column, v.pick("Legend", "Allowed values"), "bold")
    for n, value in enumerate(values):
        page.put(3 + n, column, value)
        page.put(3 + n, column + 1, v.pick(f"Choose {value} where it applies.", "See the handbook of purchasing."))
    return Book([page])


def other_sheets(v: Variant) -> Book:
    """Version history, progress, reading list, contacts and roles stand beside one sheet of questions."""
    history = Page(v.pick("Version history", "Changes"), ("version", "date", "who", "what"), asking=False)
    history.header({"version": "Version", "date": "Date", "who": "Author", "what": "Description of change"})
    for n, what in enumerate(("First draft", "Should wording of part 2 be softened? Done.", "Released"), 1):
        for column, value in enumerate((f"{n}.0", f"2025-0{n}-15", "Purchasing", what), 1):
            history.put(history.row, column, value)
        history.row += 1
    progress = Page(v.pick("Dashboard", "Progress"), ("part", "asked", "done"), asking=False)
    progress.header({"part": v.pick("Section", "Chapter"), "asked": "Number of questions", "done": "Answered"})
    for title in v.pick(("Access", "Recovery"), ("People", "Sites")):
        progress.put(progress.row, 1, title)
        progress.put(progress.row, 2, 12)
        progress.put(progress.row, 3, 0)
        progress.row += 1
    contacts = Page("Contacts", ("role", "name", "mail"), asking=False)
    contacts.header({"role": "Role", "name": "Name", "mail": "E-mail"})
    for role in ("Buyer", "Information security", "Legal"):
        for column, value in enumerate((role, "N. N.", "office@example.org"), 1):
            contacts.put(contacts.row, column, value)
        contacts.row += 1
    page = Page(v.pick("RFI", "Replies"), v.roles("id question answer comment", "section question answer"))
    page.header(v.names(page.roles))
    titles = body(page, v, v.pick("merged", "column"), "dotted", sections=4)
    return Book([history, progress, page, contacts, scores(v, titles)])


def no_answer_head(v: Variant) -> Book:
    """The answer column has no header, or the vendor's name for one."""
    page = Page("Questions", v.roles("id question answer", "id question answer comment"))
    page.header(v.names(page.roles) | {"answer": v.pick("", "<name of supplier>")})
    body(page, v, v.pick("merged", "bold"), "running", kinds="closed open", sections=4)
    for question in page.questions:
        page.put(question.row, page.at("answer"), "", "free")
    return Book([page])


def rated(v: Variant) -> Book:
    """A number from 0 to 5 as the answer, bold questions, and headings in capitals that end with a question mark."""
    page = Page("Self-rating", v.roles("id question answer comment", "question answer comment"))
    page.header(v.names(page.roles, answer=v.pick("Rating (0-5)", "Self-rating\n(0 = not at all, 4 = fully)")))
    values = v.pick(("0", "1", "2", "3", "4", "5"), ("0", "1", "2", "3", "4"))
    page.default = {"rule": listed(values), "choices": values}
    for number, title, texts in v.blocks("statement", sections=4, per=(4, 7)):
        words = v.pick(f"{title.upper()}: HOW GOOD ARE YOU?", f"What about {title.lower()}?")
        page.say(words, "section heading", look="fill", wide=True)
        for place, text in enumerate(texts, 1):
            row = page.ask(text, numbered("letter", number, place, 0))
            page.put(row, page.at("question"), text, "bold")
    return Book([page])


def csv_titles(v: Variant) -> Book:
    """A CSV file with lines before its header, or without a header."""
    page = Page("", v.roles("id question answer comment", "id question answer"))
    if v.dev:
        page.say("Export of questionnaire 4711", "title")
        page.say("Generated for: vendor", "title")
        page.skip()
        page.header(v.names(page.roles))
    page.loose = frozenset() if v.dev else frozenset({"answer"})
    body(page, v, v.pick("bold", "none"), "dotted", sections=3)
    return Book([page], "csv", delimiter=v.pick(",", ";"))


def word_mixed(v: Variant) -> Book:
    """A Word file with a table of who answers, one of questions with headings, and one for signatures."""
    who = Page(
        "Table 1", ("question", "answer"), header_rows=None, loose=frozenset({"question", "answer", "id", "comment"})
    )
    who.fields(v.pick(("Vendor", "Contact", "Date"), ("Name of supplier", "Filled in by", "Telephone")))
    page = Page("Table 2", v.roles("id question answer comment", "id question answer"))
    page.header(v.names(page.roles))
    body(page, v, v.pick("merged", "numbered"), "dotted", kinds="closed open", sections=4)
    last = Page("Table 3", ("question", "answer"), header_rows=None, loose=who.loose)
    last.fields(("Place, date", "Signature"))
    for form in (who, last):
        form.put(1, 2, " ")
    return Book([who, page, last], "docx", before=("Annex B", "Please complete this annex and sign it."))


LAYOUTS = {maker.__name__: maker for maker in (
    rules_on_top, placeholders, reserved, signed, long_cells, beside, other_sheets, no_answer_head, rated, csv_titles,
    word_mixed,
)}  # fmt: skip
