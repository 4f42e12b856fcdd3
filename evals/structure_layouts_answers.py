"""Layouts that differ in how an answer is given: drop-downs of every make, codes, marks, typed cells, forms."""

from __future__ import annotations

from collections.abc import Mapping

from structure_parts import body, from_range, instructions, listed, lists, plain_ask, scores
from structure_sheet import Book, Page
from structure_variant import Variant


def _choosing(v: Variant, rule: Mapping[str, object], values: tuple[str, ...], name: str = "Questionnaire") -> Page:
    """A page whose every answer cell has this drop-down."""
    page = Page(name, v.roles("id question answer comment", "id section question comment answer"))
    page.default = {"rule": dict(rule), "choices": values, "shape": "choice"}
    page.header(v.names(page.roles))
    body(page, v, v.pick("merged", "column"), v.pick("dotted", "code"), kinds="closed statement", sections=3)
    return page


def list_inline(v: Variant) -> Book:
    """An inline list."""
    values = v.pick(("Yes", "No", "In progress"), ("Fully", "Partly", "Not at all", "Does not apply"))
    return Book([instructions(v), _choosing(v, listed(values), values)])


def list_range(v: Variant) -> Book:
    """A list on another sheet, hidden or not."""
    values = v.pick(("Compliant", "Partially compliant", "Not compliant"), ("In place", "Planned", "Not planned"))
    held = lists([("red", "green"), values], "Lookups", hidden=v.dev)
    return Book([_choosing(v, from_range("=Lookups!$B$1:$B$3"), values), held])


def list_named(v: Variant) -> Book:
    """A list with a name."""
    values = v.pick(("Yes", "No", "Not sure"), ("A - met", "B - met with changes", "C - not met", "D - not relevant"))
    held = lists([values], "Values", heads=True)
    target = f"=Values!$A$2:$A${len(values) + 1}"
    return Book([_choosing(v, from_range("=AnswerList"), values), held], names={"AnswerList": target})


def list_x14(v: Variant) -> Book:
    """A list in the extension part, as Excel stores a list on another sheet."""
    values = v.pick(("Yes", "No", "N/A"), ("Implemented", "Partly implemented", "Not implemented"))
    held = lists([values], "Data lists" if v.dev else "LOV")
    source = v.pick("'Data lists'!$A$1:$A$3", "LOV!$A$1:$A$3")
    return Book([_choosing(v, {"x14": source}, values), held])


def list_blanket(v: Variant) -> Book:
    """A list over the whole column, headings and empty rows included."""
    values = v.choices()
    page = Page("Questions", v.roles("id question answer comment", "question answer comment"))
    page.default = {"choices": values, "shape": "choice"}
    page.header(v.names(page.roles))
    body(page, v, v.pick("numbered", "bold"), v.pick("dotted", ""), kinds="closed", sections=5, per=(4, 6))
    for row in range(2, v.pick(400, 150)):
        page.rules[row, page.at("answer")] = listed(values)
    return Book([page])


def codes(v: Variant) -> Book:
    """A code in one cell, explained above the table, a comment, and where the offer says so."""
    values = v.pick(("C", "P", "N", "E"), ("F", "W", "X", "R"))
    page = Page(
        "Compliance matrix",
        v.roles("id question type answer comment reference", "id type question answer reference comment"),
    )
    page.say(v.pick("Compliance matrix", "Table of conformity"), "title", look="big")
    legend = v.pick(
        ("C = Compliant", "P = Partially compliant", "N = Not compliant", "E = Exception taken"),
        ("F: fulfilled as delivered", "W: fulfilled with a workaround", "X: not fulfilled", "R: on the roadmap"),
    )
    for line in legend:
        page.say(line, "legend")
    page.skip()
    page.header(v.names(page.roles, answer=v.pick("Compliance (C/P/N/E)", "Code")))
    levels = v.pick(("Mandatory", "Desirable"), ("Must", "Should", "Could"))

    def asking(page: Page, text: str, id: str | None) -> None:
        rule = listed(values) if v.dev else None  # the held half states the codes in its legend only
        page.ask(text, id, {"type": v.chance.choice(levels)}, rule=rule, choices=values if v.dev else None)

    body(
        page,
        v,
        v.pick("numbered", "merged"),
        v.pick("dotted", "long"),
        kinds="statement item",
        asking=asking,
        sections=5,
    )
    return Book([page])


def _marks(v: Variant, heads: tuple[str, ...], roles: tuple[str, ...], grouped: str) -> Book:
    """An x goes into one of several columns; the first of them stands for the answer column."""
    page = Page(v.pick("Matrix", "Checklist"), roles, loose=frozenset({"answer"}))
    names = v.names(page.roles, **{f"m{n}": head for n, head in enumerate(heads, 1)})
    if grouped:
        page.labels([("m1", f"m{len(heads)}", grouped)])
    page.header(names)
    page.default = {"choices": heads, "shape": "marks"}
    body(
        page, v, v.pick("merged", "bold"), "dotted", kinds="closed" if len(heads) == 3 else "statement item", sections=4
    )
    return Book([instructions(v), page])


def marks_three(v: Variant) -> Book:
    """An x under Yes, No or Not applicable."""
    heads = v.pick(("Yes", "No", "N/A"), ("Met", "Partly met", "Not met"))
    roles = v.roles("id question m1 m2 m3 comment", "id question comment m1 m2 m3")
    return _marks(v, heads, roles, v.pick("Please mark with X", ""))


def marks_five(v: Variant) -> Book:
    """An x in one of four or five columns of a product matrix."""
    heads = v.pick(("Standard", "Configuration", "Customisation", "Roadmap", "Not available"),
                   ("Out of the box", "With settings", "With programming", "Not possible"))  # fmt: skip
    marks = " ".join(f"m{n}" for n in range(1, len(heads) + 1))
    roles = v.roles(f"id question type {marks} comment", f"id question {marks} comment")
    return _marks(v, heads, roles, v.pick("", "Degree of fulfilment (mark one)"))


def several(v: Variant) -> Book:
    """Some cells take several values of the options in a column beside them."""
    page = Page("Scope", v.roles("id question options answer comment", "question id options answer"))
    page.header(v.names(page.roles, options=v.pick("Options (select all that apply, separate with a comma)",
                                                   "Possible values (several allowed; one per line)")))  # fmt: skip
    separator = v.pick(", ", "\n")
    sets = (
        ("Europe", "North America", "Asia"),
        ("Card data", "Health data", "Staff data", "None"),
        ("Phone", "Chat", "E-mail"),
    )
    texts = v.pick(
        (
            "Which regions do you serve?",
            "Which kinds of data will be stored?",
            "Through which channels is support given?",
        ),
        ("In which markets are you active?", "What data types are in scope?", "Which contact channels exist?"),
    )
    for n, (text, options) in enumerate(zip(texts, sets, strict=True), 1):
        page.ask(text, str(n), {"options": separator.join(options)}, choices=None, shape="several")

    body(page, v, "none", "running", kinds="closed open", sections=3)
    return Book([page])


def typed(v: Variant) -> Book:
    """Dates, whole numbers, shares and free text in one column, each with its validation."""
    page = Page("Key facts", v.roles("id question type answer", "type question id answer comment"))
    page.header(v.names(page.roles, type=v.pick("Answer type", "Format")))
    whole = {"validate": "integer", "criteria": ">=", "value": 0}
    share = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1}
    date = {"validate": "date", "criteria": ">=", "value": "=DATE(2000,1,1)"}
    kinds: dict[str, tuple[str, dict[str, object], tuple[str, ...]]] = {
        "number": (v.pick("Number", "Whole number"), whole, v.pick(
            ("How many customers use the service?", "Number of data centres",
             "How many incidents were reported last year?"),
            ("How many employees do you have?", "Number of open litigation cases", "How many sites will serve us?"))),
        "percentage": (v.pick("Percentage", "%"), share, v.pick(
            ("What availability was achieved last year?", "Share of staff with completed training"),
            ("What share of turnover comes from your largest client?", "Share of renewable energy"))),
        "date": (v.pick("Date (YYYY-MM-DD)", "Date"), date, v.pick(
            ("When was the latest restore rehearsal?", "Date of the latest external audit"),
            ("When was the company founded?", "When does the insurance expire?"))),
    }  # fmt: skip
    for shape, (words, rule, texts) in kinds.items():
        for text in texts:
            page.ask(text, str(len(page.questions) + 1), {"type": words}, rule=rule, shape=shape, choices=())

    def asking(page: Page, text: str, id: str | None) -> None:
        page.ask(text, id, {"type": v.pick("Text", "Free text")}, shape="text", choices=())

    body(page, v, "none", "running", kinds="open", sections=4, asking=asking)
    return Book([page])


def second_list(v: Variant) -> Book:
    """Two drop-downs on each row: the answer, and who is responsible or how mature it is."""
    page = Page("Controls", v.roles("id question answer owner comment", "id question owner comment answer"))
    page.header(v.names(page.roles, owner=v.pick("Shared responsibility", "Maturity level")))
    values = v.pick(
        ("Vendor", "Customer", "Shared", "Third party"), ("0 - absent", "1 - ad hoc", "2 - defined", "3 - measured")
    )
    page.default = {"rule": listed(v.choices()), "choices": v.choices(), "shape": "choice"}
    body(page, v, v.pick("merged", "coloured"), "code", kinds="closed", sections=4)
    for question in page.questions:
        page.rules[question.row, page.at("owner")] = listed(values)
    return Book([page])


def form_right(v: Variant) -> Book:
    """A form: labels at the left, the answer at the right of each; no header."""
    page = Page("Company", ("question", "answer"), left=v.pick(1, 2), header_rows=None)
    page.say(v.pick("Company profile", "Supplier master data"), "title", look="big")
    page.skip()
    parts = v.pick(
        {"Company": ("Legal name", "Registered address", "Year of foundation", "Legal form", "Number of employees"),
         "Contact": ("Name of contact person", "E-mail address", "Telephone number", "Time zone"),
         "Insurance": ("Insurer", "Policy number", "Sum insured per event", "Valid until"),
         "Technology": ("Hosting provider", "Country of hosting", "Do you operate your own data centre?")},
        {"Identity": ("Company name:", "Trading name:", "Registration number:", "VAT number:", "Country:"),
         "Ownership": ("Parent company:", "Listed on a stock exchange?", "Names of owners above 25 %:"),
         "Banking": ("Bank name:", "Account holder:", "Payment terms offered:", "Currency of invoices:"),
         "Certificates": ("Quality certificate:", "Security certificate:", "Date of the latest audit:")},
    )  # fmt: skip
    for title, labels in parts.items():
        page.say(title, "section heading", look="bold fill")
        for label in labels:
            page.ask(label, None)
            page.put(page.row - 1, page.at("answer"), "", "free")
        page.skip(v.pick(1, 0))
    return Book([page])


def form_below(v: Variant) -> Book:
    """The answer goes into the merged box below each question."""
    page = Page("Narratives", ("question", "wide", "far"), header_rows=None, loose=frozenset({"answer", "comment"}))
    page.say(v.pick("Part C - written answers", "Method statements"), "title", look="big")
    running = 0
    for number, title, texts in v.blocks("open", sections=4, per=(4, 6)):
        page.say(v.pick(f"C{number} {title}", title), "section heading", look="bold fill", wide=True)
        for text in texts:
            running += 1
            page.ask(text, None, {"question": v.pick(f"{running}. {text}", text)})
            page.merge(page.row - 1, 1, page.row - 1, 3)
            page.put(page.row, 1, "", "free")
            page.merge(page.row, 1, page.row, 3)
            page.others[page.row] = "answer box"
            page.row += 1
    return Book([page])


def answer_none(v: Variant) -> Book:
    """Questions only: nowhere to write."""
    page = Page("Questions", v.roles("id question", "section id question"))
    page.header(v.names(page.roles))
    body(page, v, v.pick("merged", "column"), v.pick("running", "dotted"), sections=3)
    return Book([page])


def prefilled(v: Variant) -> Book:
    """Some answers stand there already."""
    values = v.choices()
    page = Page("Renewal", v.roles("id question answer comment", "question answer comment id"))
    page.say(
        v.pick("Answers of last year are shown; please update.", "Pre-filled by our analyst"), "instruction", wide=True
    )
    page.header(v.names(page.roles))

    def asking(page: Page, text: str, id: str | None) -> None:
        known = v.chance.random() < v.pick(0.3, 0.6)
        words = v.pick("See our answer of last year.", "Taken from the public trust site; is this still right?")
        page.ask(text, id, {"answer": values[0], "comment": words} if known else None,
                 rule=listed(values), choices=values, shape="choice")  # fmt: skip

    body(page, v, v.pick("bold", "merged"), "dotted", kinds="closed", sections=4, asking=asking)
    return Book([page])


def protected(v: Variant) -> Book:
    """A protected sheet; only the cells for answers are unlocked."""
    page = Page("Locked", v.roles("id question answer comment", "section question comment answer"), protected=True)
    page.header(v.names(page.roles))

    def asking(page: Page, text: str, id: str | None) -> None:
        row = plain_ask(page, text, id)
        page.put(row, page.at("comment"), "", "free")

    body(page, v, v.pick("merged", "column"), v.pick("code", ""), kinds="closed open", sections=4, asking=asking)
    return Book([page, scores(v, ["First", "Second", "Third"])])


def evidence(v: Variant) -> Book:
    """An answer, an explanation and a place for the proof."""
    page = Page(
        "Due diligence", v.roles("id question answer comment reference", "id question answer reference comment")
    )
    page.header(v.names(page.roles))
    page.default = {"rule": listed(v.choices()), "choices": v.choices(), "shape": "choice"}
    body(page, v, v.pick("merged", "numbered"), "dotted", kinds="closed statement", sections=5)
    return Book([instructions(v), page])


LAYOUTS = {maker.__name__: maker for maker in (
    list_inline, list_range, list_named, list_x14, list_blanket, codes, marks_three, marks_five, several, typed,
    second_list, form_right, form_below, answer_none, prefilled, protected, evidence,
)}  # fmt: skip
