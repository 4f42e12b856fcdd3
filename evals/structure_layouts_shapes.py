"""Layouts of forms made by hand: merged cells on every row, vertical merges, pairs of rows, rubrics, years, lists."""

from __future__ import annotations

from structure_parts import body, heading, instructions, listed, numbered
from structure_sheet import Book, Page
from structure_variant import Variant


def header_vertical(v: Variant) -> Book:
    """Header cells merged downwards, and one merged over its two sub-columns."""
    page = Page("Assessment", v.roles("id question answer comment", "section question answer comment"))
    page.say(v.pick("Assessment of cloud vendors", "Minimum controls for suppliers"), "title", look="big")
    top, first = page.row, page.roles[0]
    own = {"answer": v.pick("Y/N", "Reply"), "comment": v.pick("Details", "Why?")}
    group = v.pick("Vendor to complete", "For the supplier")
    for role in page.roles[:2]:
        page.put(top, page.at(role), v.word(role), "head")
        page.merge(top, page.at(role), top + 1, page.at(role))
    page.labels([("answer", "comment", group)])
    page.header({role: own.get(role, "") for role in page.roles})
    page.header_labels.clear()  # its upper row holds the names of the first columns: both rows are the header
    page.default = {"rule": listed(("Y", "N")), "choices": ("Y", "N"), "shape": "choice"}
    body(page, v, "column" if first == "section" else "merged", "dotted", kinds="closed", sections=4)
    return Book([page])


def row_merged(v: Variant) -> Book:
    """A printed form: every question and every answer is a merged area of several columns."""
    page = Page("Form", v.roles("id question x1 x2 answer y1", "question x1 x2 id answer y1 y2"))
    page.say(v.pick("Information security form", "Form S-7"), "title", look="big", wide=True)
    spans = v.pick((("question", "x2"), ("answer", "y1")), (("question", "x2"), ("answer", "y2")))

    def merged(row: int) -> None:
        for first, last in spans:
            page.merge(row, page.at(first), row, page.at(last))

    merged(page.header({role: v.word(role) for role in ("id", "question", "answer")}))

    def asking(page: Page, text: str, id: str | None) -> None:
        merged(page.ask(text, id, {"answer": ""}))

    body(page, v, "merged", v.pick("running", "letter"), kinds="closed open", sections=4, asking=asking)
    return Book([page])


def section_vertical(v: Variant) -> Book:
    """The section's title is merged downwards over its questions, in the first column or the last."""
    page = Page("Criteria", v.roles("section id question answer", "id question answer comment section"))
    page.header(v.names(page.roles))
    for number, title, texts in v.blocks("closed statement", sections=5, per=(4, 7)):
        top = page.row
        page.put(top, page.at("section"), title, "bold fill")
        for place, text in enumerate(texts, 1):
            page.ask(text, numbered("dotted", number, place, 0))
        page.merge(top, page.at("section"), page.row - 1, page.at("section"))
    return Book([page])


def named_controls(v: Variant) -> Book:
    """A short name beside the words that are asked."""
    page = Page("Controls", v.roles("id name question answer comment", "name question id answer comment"))
    page.header(v.names(page.roles, name=v.pick("Control name", "Subject"), question=v.pick("Control description",
                                                            "Expectation"),
                        answer=v.pick("Implementation status", "Do you comply?")))  # fmt: skip
    page.default = {"rule": listed(v.choices()), "choices": v.choices(), "shape": "choice"}
    running = 0
    for _, title, texts in v.blocks("statement", sections=4, per=(5, 8)):
        for text in texts:
            running += 1
            name = f"{title.split()[0]} {' '.join(text.rstrip('.').split()[-2:])}"
            page.ask(text, numbered(v.pick("code", "running"), 1, 1, running), {"name": name})
    return Book([page])


def pairs(v: Variant) -> Book:
    """A row with the question, below it a row with "Answer:" and room for it."""
    page = Page("Interview", ("id", "question"), header_rows=None, loose=frozenset({"id", "answer", "comment"}))
    page.say(v.pick("Questions for the second round", "Clarification questions"), "title", look="bold")
    page.skip()
    running = 0
    for number, title, texts in v.blocks("open closed", sections=3, per=(6, 8)):
        heading(page, v, number, title, "merged")
        for text in texts:
            running += 1
            page.ask(text, None, {"id": v.pick(f"Q{running}", "Question:")})
            page.say(v.pick(f"A{running}", "Answer:"), "answer box", role="id")
            page.put(page.row - 1, 2, "", "free")
            page.skip(v.pick(1, 0))
    return Book([page])


def rubric(v: Variant) -> Book:
    """Levels described in words from left to right, and the level that applies."""
    levels = [f"level{n}" for n in range(1, v.pick(5, 4))]
    page = Page("Maturity", (*v.roles("id question", "question"), *levels, *v.roles("answer comment", "answer")))
    words = v.pick(("Initial", "Repeatable", "Defined", "Optimised"), ("Beginner", "Practised", "Leading"))
    page.header({**v.names(page.roles, answer=v.pick("Selected level (1-4)", "Your level"),
                           question=v.pick("Capability", "Practice")),
                 **{level: f"{n} {words[n - 1]}" for n, level in enumerate(levels, 1)}})  # fmt: skip
    texts = ("Nobody is in charge and nothing is written down.", "Single teams act on their own, with uneven results.",
             "A written standard is known to everyone concerned.",
             "Results are measured and the standard is improved.")  # fmt: skip
    values = tuple(str(n) for n in range(1, len(levels) + 1))
    page.default = {"rule": listed(values), "choices": values}

    def asking(page: Page, text: str, id: str | None) -> None:
        page.ask(text, id, {level: texts[n] for n, level in enumerate(levels)})

    body(page, v, v.pick("coloured", "merged"), "dotted", kinds="item statement", sections=4, per=(5, 6), asking=asking)
    return Book([instructions(v), page])


def years(v: Variant) -> Book:
    """Key figures: a unit, and one cell for each of three years."""
    page = Page(v.pick("KPI", "Figures"), v.roles("id question unit y1 y2 y3 comment", "question unit y1 y2 y3"),
                loose=frozenset({"answer"}))  # fmt: skip
    page.say(v.pick("Sustainability figures", "Financial key figures"), "title", look="big")
    page.header(
        {
            **v.names(page.roles, unit="Unit", question=v.pick("Indicator", "Key figure")),
            "y1": "2022",
            "y2": "2023",
            "y3": "2024",
        }
    )
    parts = v.pick(
        {"Environment": (("Total energy used", "MWh"), ("Share of renewable energy", "%"), ("Water withdrawn", "m3"),
                         ("Waste sent to landfill", "t"), ("Emissions, scope 1", "t CO2e"), ("Emissions, scope 2",
                                                            "t CO2e")),
         "People": (("Employees at year end", "number"), ("Women in management", "%"), ("Accidents with lost time",
                                                            "number"),
                    ("Hours of training per employee", "h"), ("Staff turnover", "%")),
         "Conduct": (("Confirmed cases of corruption", "number"), ("Suppliers audited", "number"), ("Fines paid",
                                                            "EUR"),
                     ("Complaints about privacy", "number"))},
        {"Profit and loss": (("Turnover", "EUR k"), ("Gross margin", "%"), ("Operating result", "EUR k"),
                             ("Net result", "EUR k"),
                             ("Cost of staff", "EUR k"), ("Cost of research", "EUR k")),
         "Balance sheet": (("Equity", "EUR k"), ("Equity ratio", "%"), ("Bank debt", "EUR k"), ("Cash", "EUR k"),
                           ("Receivables", "EUR k")),
         "Other": (("Number of customers", "number"), ("Average headcount", "number"), ("Orders in hand", "EUR k"),
                   ("Dividends", "EUR k"))},
    )  # fmt: skip
    for number, (title, lines) in enumerate(parts.items(), 1):
        heading(page, v, number, title, "merged")
        for place, (text, unit) in enumerate(lines, 1):
            page.ask(text, numbered("dotted", number, place, 0), {"unit": unit})
    return Book([page])


def documents(v: Variant) -> Book:
    """A list of documents that are asked for."""
    page = Page("Documents", v.roles("id question answer reference comment", "question type answer comment reference"))
    page.header(v.names(page.roles, question=v.pick("Document requested", "Evidence required"),
                        answer=v.pick("Provided? (Y/N)", "Enclosed"),
                        reference=v.pick("File name", "File name / link")))  # fmt: skip
    names = ("Penetration test summary", "Certificate of information security", "Insurance certificate",
             "Audited accounts",
             "Organisation chart", "Business continuity plan", "List of subprocessors", "Privacy notice",
             "Incident procedure",
             "Code of conduct", "Network diagram", "Results of the latest restore rehearsal",
             "Data processing agreement",
             "Password standard", "Record of awareness training", "Extract from the commercial register")  # fmt: skip
    words = v.pick("{} (latest version)", "Copy of: {}")
    page.default = {"rule": listed(("Y", "N")), "choices": ("Y", "N"), "shape": "choice"}
    for n, name in enumerate(names, 1):
        page.ask(words.format(name), str(n), {"type": v.chance.choice(("Mandatory", "Optional"))})
    return Book([page])


def bilingual(v: Variant) -> Book:
    """Each question in two languages side by side; either column is a fair finding."""
    page = Page(
        "Fragebogen",
        v.roles("id question other answer", "id other question answer comment"),
        loose=frozenset({"question"}),
    )
    page.header(
        {
            "id": "Nr. / No.",
            "question": "Frage",
            "other": "Question",
            "answer": "Antwort / Answer",
            "comment": "Bemerkung / Remark",
        }
    )
    english = (
        "Is this documented and approved?",
        "How is this done?",
        "Who is responsible?",
        "Which proof can you show?",
    )
    for number, title, texts in v.blocks("open", sections=2, per=(8, 8), only="de1 de2"):
        heading(page, v, number, f"{title} / {v.pick('Part', 'Section')} {number}", "merged")
        for place, text in enumerate(texts, 1):
            row = page.ask(text, numbered("dotted", number, place, 0), {"other": english[place % 4]})
            page.questions[-1] = type(page.questions[-1])(row, "", page.questions[-1].id)  # either language is right
    return Book([page])


def short(v: Variant) -> Book:
    """Questions of one to four words, without a question mark, in bold; the headings are plain."""
    page = Page("Fact sheet", v.roles("question answer comment", "id question answer"))
    page.header(v.names(page.roles, question=v.pick("Topic", "Feature"), answer=v.pick("Your details", "Available?")))
    parts = v.pick(
        {"Hosting": ("Provider", "Region", "Tenancy model", "Availability zones", "Backups"),
         "Sign-on": ("SAML", "OpenID Connect", "SCIM", "Multi-factor", "Session length"),
         "Assurance": ("Certificates", "Penetration tests", "Bug bounty", "Insurance cover"),
         "Support": ("Hours", "Languages", "Escalation path")},
        {"Interfaces": ("REST API", "Webhooks", "Bulk export", "SFTP", "Event stream"),
         "Reports": ("Dashboards", "Scheduled mails", "Custom fields", "Pivot tables"),
         "Mobile": ("iOS app", "Android app", "Offline mode", "Push messages"),
         "Languages": ("Right-to-left text", "Translation of labels", "Time zones")},
    )  # fmt: skip
    for number, (title, names) in enumerate(parts.items(), 1):
        page.say(title, "section heading", look="fill")
        for place, name in enumerate(names, 1):
            row = page.ask(name, numbered("dotted", number, place, 0))
            page.put(row, page.at("question"), name, "bold")
    return Book([page])


LAYOUTS = {maker.__name__: maker for maker in (
    header_vertical, row_merged, section_vertical, named_controls, pairs, rubric, years, documents, bilingual, short,
)}  # fmt: skip
