"""Layouts that differ in their rows: headings, stems, examples, totals, formulas, limits, columns for the buyer."""

from __future__ import annotations

from structure_parts import body, heading, instructions, listed, lists, numbered, plain_ask, scores
from structure_sheet import Book, Formula, Page
from structure_variant import Variant


def sections_numbered(v: Variant) -> Book:
    """Headings carry a number in the id column, in the style of the questions' own."""
    page = Page("Requirements", v.roles("id question answer comment", "id question comment answer"))
    page.header(v.names(page.roles))
    body(page, v, "numbered", "dotted", kinds="closed open statement", sections=v.pick(6, 4))
    return Book([page])


def sections_coloured(v: Variant) -> Book:
    """Headings are coloured over the full width, in the first column, on two levels."""
    page = Page("Assessment", v.roles("id question answer comment", "question answer comment"))
    page.header(v.names(page.roles))
    for number, title, texts in v.blocks("closed open", sections=5, per=(5, 8)):
        heading(page, v, number, title, "coloured")
        for half, name in enumerate(v.pick(("Policy", "Practice"), ("Organisational measures", "Technical measures"))):
            page.say(name, "section heading", role="question", look="bold")
            for place, text in enumerate(texts[half::2], 1):
                page.ask(text, numbered("letter", number, 2 * place - 1 + half, 0))
    return Book([page, scores(v, ["A", "B"])])


def sections_plain(v: Variant) -> Book:
    """Headings without any style, in the question column, and a drop-down only where an answer is due."""
    page = Page("Data", v.roles("id question answer", "id question answer comment"))
    page.header(v.names(page.roles))
    page.default = {"rule": listed(v.choices()), "choices": v.choices(), "shape": "choice"}
    for number, title, texts in v.blocks("closed", sections=5, per=(4, 7)):
        page.say(title, "section heading", role="question")
        for place, text in enumerate(texts, 1):
            page.ask(text, numbered(v.pick("dotted", "long"), number, place, 0))
    return Book([page])


def hidden_rows(v: Variant) -> Book:
    """A filter hides some questions, and a column is hidden too."""
    page = Page(
        "Questions", v.roles("id section question answer comment buyer", "section buyer id question comment answer")
    )
    page.header(v.names(page.roles))
    body(page, v, "column", v.pick("running", "code"), sections=4)
    rows = [question.row for question in page.questions]
    page.hidden_rows = set(rows[3 :: v.pick(4, 3)])
    page.hidden_columns = {page.at("buyer")}
    page.filtered = (1, 1, rows[-1], page.right)
    secret = Page("Old questions", ("id", "question"), asking=False, hidden=True)
    secret.say("Retired wording, kept for the record", "title")
    return Book([secret, page, lists([v.choices()])])


def stems(v: Variant) -> Book:
    """A stem asks nothing by itself; the rows (a), (b), (c) below it do."""
    page = Page("Questionnaire", v.roles("id question answer comment", "question answer comment"))
    page.header(v.names(page.roles))
    parts = v.pick(
        {"Do you encrypt:": ("databases", "backups", "laptops", "files in transit"),
         "Which of the following do you provide:": ("single sign-on", "audit logs", "a test tenant"),
         "Please state for each environment who may sign in:": ("production", "staging", "development"),
         "Is there a written procedure for:": ("joiners and leavers", "emergency changes", "removal of media",
                                               "visitors")},
        {"Does your policy cover the following:": ("use of private devices", "work from abroad", "social media"),
         "Describe the controls that protect:": ("server rooms", "cabling", "delivery areas", "archives"),
         "For each of these, how often is it tested?": ("generators", "fire alarms", "failover"),
         "Do you hold insurance against:": ("professional errors", "cyber incidents", "fidelity losses")},
    )  # fmt: skip
    running = 0
    for number, title, texts in v.blocks("closed open", sections=4, per=(2, 4)):
        heading(page, v, number, title, v.pick("merged", "bold"))
        for text in texts:
            running += 1
            page.ask(text, str(running), rule=listed(v.choices()) if v.dev else None)
        stem, children = list(parts.items())[number - 1]
        running += 1
        page.say(stem, "stem", role="question")
        if v.dev:
            page.put(page.row - 1, page.at("id"), str(running))
            page.put(page.row - 1, page.at("answer"), "", "grey")
        for mark, child in zip("abcd", children, strict=False):
            values = {} if v.dev else {"question": f"({mark}) {child}"}
            page.ask(child, f"{running}{mark}", values, rule=listed(v.choices()) if v.dev else None, stem=stem)
    return Book([page])


def extras(v: Variant) -> Book:
    """An example row, notes, sub-totals, "End of section" and a copyright line."""
    page = Page(
        v.pick("Review", "Scorecard"), v.roles("id question answer comment score", "id question answer score comment")
    )
    page.header(v.names(page.roles))
    row = page.say("Example: Do you publish a status page?", "example", role="question", look="italic")
    page.put(row, page.at("answer"), "Yes", "italic")
    page.put(
        row,
        page.at("comment"),
        v.pick("See the address in the footer of our site.", "status page since 2021"),
        "italic",
    )
    page.put(row, page.at("id"), v.pick("Example", "e.g."), "italic")
    for number, title, texts in v.blocks("closed open", sections=4, per=(5, 8)):
        heading(page, v, number, title, v.pick("merged", "numbered"))
        hint = v.pick("Note: answer for the hosted service only.", "N.B. Attach certificates where available.")
        page.say(hint, "note", role="question", look="italic")
        for place, text in enumerate(texts, 1):
            page.ask(text, numbered("dotted", number, place, 0), {"score": 0})
        total = page.say(v.pick("Subtotal", f"Total score section {number}"), "total", role="question", look="bold")
        page.put(
            total,
            page.at("score"),
            Formula(f"=SUM({'E' if v.dev else 'D'}{total - len(texts)}:{'E' if v.dev else 'D'}{total - 1})", "0"),
        )
        page.say(v.pick("End of section", "*** end of part ***"), "end of section", wide=v.dev)
    page.skip()
    page.say(v.pick("End of questionnaire", "Thank you for your time!"), "end")
    page.say(
        v.pick("© 2025 Hospital group North. All rights reserved.", "Copyright 2025 Regional water utility"),
        "copyright",
    )
    return Book([instructions(v), page])


def _computed(v: Variant, saved: bool) -> Book:
    """Ids are typed in, the words are looked up in a hidden sheet."""
    page = Page("Questions", v.roles("id question answer comment", "id answer question comment"))
    bank = Page(v.pick("Bank", "_src"), asking=False, hidden=True)
    page.header(v.names(page.roles))
    page.default = {"rule": listed(v.choices()), "choices": v.choices(), "shape": "choice"}

    def asking(page: Page, text: str, id: str | None) -> None:
        bank.put(bank.row, 1, id)
        bank.put(bank.row, 2, text)
        bank.row += 1
        code = v.pick(f"=VLOOKUP(A{page.row},{bank.name}!$A:$B,2,FALSE)", f"=INDEX({bank.name}!B:B,{bank.row - 1})")
        if saved:
            page.ask(text, id, {"question": Formula(code, text)})
        elif bank.row % 3 == 0:  # nobody can read these without calculating: found or not is both right
            page.put(page.row, page.at("id"), id)
            page.put(page.row, page.at("question"), Formula(code, None))
            page.say(str(id), "either", role="id")
        else:
            page.ask(text, id)

    body(page, v, v.pick("merged", "coloured"), "code", kinds="closed", sections=4, asking=asking)
    return Book([page, bank])


def formula_saved(v: Variant) -> Book:
    """Questions that are formulas, with their values saved."""
    return _computed(v, True)


def formula_unsaved(v: Variant) -> Book:
    """Some questions are formulas without a saved value."""
    return _computed(v, False)


def guidance(v: Variant) -> Book:
    """A column of guidance that is longer than the questions and asks questions itself."""
    page = Page("Security", v.roles("id guidance question answer comment", "id question guidance answer comment"))
    page.header(v.names(page.roles))
    hints = v.pick(
        ("Consider: is this written down, who approved it, and when? A policy without a date is not enough.",
         "We expect a reference to the procedure. Does it cover contractors? If in doubt, describe all exceptions."),
        ("Think of people, process and tools. What would an auditor see? Name the records you could show us.",
         "A good answer states scope, frequency and the person in charge. How do you know that it works in practice?"),
    )  # fmt: skip

    def asking(page: Page, text: str, id: str | None) -> None:
        page.ask(text, id, {"guidance": v.chance.choice(hints)})

    body(page, v, v.pick("bold", "merged"), "dotted", kinds="closed statement", sections=4, asking=asking)
    return Book([page])


def limit_text(v: Variant) -> Book:
    """Word limits at the end of a question's text."""
    page = Page("Method statements", v.roles("id question weight answer", "id question answer weight"))
    page.header(v.names(page.roles))

    def asking(page: Page, text: str, id: str | None) -> None:
        limit = v.chance.choice((150, 250, 500, 1000))
        words = v.pick(f"{text} (max. {limit} words)", f"{text} Your reply must not exceed {limit * 5} characters.")
        page.ask(words, id, {"weight": v.chance.choice((5, 10, 15))})

    body(page, v, v.pick("numbered", "merged"), "dotted", kinds="open", sections=4, asking=asking)
    return Book([page])


def limit_column(v: Variant) -> Book:
    """Limits in a column of their own."""
    page = Page("Quality", v.roles("id question limit answer", "question answer limit id"))
    page.header(v.names(page.roles))

    def asking(page: Page, text: str, id: str | None) -> None:
        page.ask(text, id, {"limit": v.chance.choice((100, 200, 300) if v.dev else ("500", "750 characters", "1,000"))})

    body(page, v, v.pick("merged", "bold"), "running", kinds="open closed", sections=4, asking=asking)
    return Book([page])


def tender(v: Variant) -> Book:
    """A tender's matrix: type, weight, score, answer, comment, and remarks of the buyer."""
    roles = v.roles(
        "id section question type weight answer comment score buyer",
        "type id question answer comment weight score buyer section",
    )
    page = Page(v.pick("Requirements", "Lot 1"), roles)
    page.say(
        v.pick("Tender 0815: catalogue of requirements", "Invitation to tender, schedule 3"),
        "title",
        look="big",
        wide=True,
    )
    own = v.pick(
        {"score": "Evaluator score", "buyer": "Evaluator notes"},
        {"score": "Points (filled in by us)", "buyer": "Panel comments"},
    )
    page.header(v.names(page.roles, **own))
    levels = v.pick(("Mandatory", "Desirable"), ("M", "O"))

    def asking(page: Page, text: str, id: str | None) -> None:
        values = {"type": v.chance.choice(levels), "weight": v.chance.choice((1, 2, 3, 5))}
        page.ask(text, id, values, rule=listed(v.choices()), choices=v.choices(), shape="choice")

    body(page, v, "column", v.pick("long", "running"), kinds="statement item", sections=v.pick(7, 6), asking=asking)
    total = page.say(v.pick("Total", "Sum of points"), "total", role="question", look="bold")
    page.put(total, page.at("score"), 0)
    return Book([instructions(v), page, scores(v, ["Price", "Quality"])])


def large(v: Variant) -> Book:
    """A long sheet."""
    page = Page("Full assessment", v.roles("id section question answer comment", "id question answer comment"))
    page.say(v.pick("Full assessment", "Long form"), "title", look="bold", wide=True)
    page.header(v.names(page.roles))
    body(
        page,
        v,
        v.pick("column", "merged"),
        v.pick("code", "long"),
        sections=v.pick(14, 13),
        per=(8, 15),
        asking=plain_ask,
    )
    return Book([instructions(v), page])


LAYOUTS = {maker.__name__: maker for maker in (
    sections_numbered, sections_coloured, sections_plain, hidden_rows, stems, extras, formula_saved, formula_unsaved,
    guidance, limit_text, limit_column, tender, large,
)}  # fmt: skip
