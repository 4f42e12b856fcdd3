"""Layouts that differ above the questions: titles, headers over several rows, none at all, languages, ids."""

from __future__ import annotations

from structure_parts import body, glossary, heading, instructions, listed, lists, numbered, plain_ask, scores
from structure_sheet import Book, Page
from structure_variant import Variant


def plain(v: Variant) -> Book:
    """The usual sheet, header in row 1 (dev) or below two title rows (held)."""
    page = Page(
        v.pick("Questionnaire", "Questions"), v.roles("id question answer comment", "id answer question comment")
    )
    if not v.dev:
        page.say("Security questionnaire for suppliers", "title", look="big")
        page.skip()
    page.header(v.names(page.roles))
    body(page, v, v.pick("merged", "bold"), v.pick("dotted", "code"), sections=v.pick(7, 3))
    return Book([instructions(v), page])


def titles(v: Variant) -> Book:
    """A title, who fills it in, a note, then the header."""
    page = Page(
        v.pick("Vendor form", "Form B"), v.roles("id section question answer comment", "question comment answer id")
    )
    page.say(v.pick("Request for information 2025-17", "Annex 4 to the tender"), "title", look="big", wide=True)
    page.say(v.pick("Hospital group North", "Regional water utility"), "title")
    page.fields(
        v.pick(("Vendor name:", "Completed by:", "Date:"), ("Supplier:", "Contact person:", "E-mail:", "Telephone:"))
    )
    page.skip()
    note = v.pick("Please answer all questions in English.", "Reply in the column provided. Do not leave blanks.")
    page.say(note, "instruction", wide=True)
    page.header(v.names(page.roles))
    body(page, v, v.pick("column", "prefixed"), v.pick("running", "letter"), sections=v.pick(3, 5))
    return Book([page])


def header_two(v: Variant) -> Book:
    """Merged group labels above the header."""
    page = Page(
        "RFP", v.roles("id question priority answer comment score", "priority id question comment answer score")
    )
    page.say(v.pick("Functional and security requirements", "Requirements catalogue"), "title", look="bold", wide=True)
    first, mine = v.pick(("id", "answer"), ("priority", "comment"))
    last = v.pick("comment", "answer")
    needs, reply = v.pick(("Requirements", "To be completed by the vendor"), ("Our needs", "Your reply"))
    page.labels([(first, v.pick("priority", "question"), needs), (mine, last, reply), ("score", "score", "Buyer")])
    page.header(v.names(page.roles))

    def asking(page: Page, text: str, id: str | None) -> None:
        level = v.chance.choice(v.pick(("High", "Medium", "Low"), ("1", "2", "3")))
        page.ask(text, id, {"priority": level}, rule=listed(v.choices()), choices=v.choices(), shape="choice")

    body(page, v, v.pick("merged", "bold"), "dotted", kinds="closed statement", asking=asking)
    return Book([instructions(v), page])


def header_three(v: Variant) -> Book:
    """A header over three rows: group, column, what to write."""
    page = Page("Controls", v.roles("id question answer comment reference", "id question reference answer comment"))
    ends = v.pick(("answer", "reference"), ("reference", "comment"))
    page.labels([("id", "question", v.pick("Control", "What we ask")), (*ends, v.pick("Vendor", "What you reply"))])
    page.header(v.names(page.roles))
    hints = {"answer": v.pick("Yes / No / N/A", "choose from list"), "comment": v.pick("max. 500 characters",
                                                            "free text"),
             "reference": v.pick("file name", "file and page")}  # fmt: skip
    page.labels([(role, role, hints.get(role, "")) for role in page.roles if role in hints])
    page.default = {"rule": listed(v.choices()), "choices": v.choices(), "shape": "choice"}
    body(page, v, "merged", v.pick("code", "long"), kinds="closed", per=(4, 6))
    return Book([page, glossary(v)])


def header_repeated(v: Variant) -> Book:
    """Each section is a table of its own with the header again."""
    page = Page(
        v.pick("Assessment", "Self-assessment"), v.roles("id question answer comment", "- question answer comment")
    )
    for number, title, texts in v.blocks("closed open", sections=v.pick(5, 7), per=(4, 7)):
        if v.dev:  # in the held half the section's title is the header of its questions
            page.say(f"{number}. {title}", "section heading", look="bold")
        names = v.names(page.roles)
        page.header(names if v.dev else {**names, "question": title})
        for place, text in enumerate(texts, 1):
            page.ask(text, numbered("dotted", number, place, 0) if v.dev else None)
        page.skip()
    return Book([page])


def header_none(v: Variant) -> Book:
    """No header at all: an id, a question, an empty cell (with a drop-down in the dev half)."""
    page = Page("Sheet1", v.roles("id question answer", "question answer"))
    if v.dev:
        page.default = {"rule": listed(("Yes", "No")), "choices": ("Yes", "No"), "shape": "choice"}
        body(page, v, "none", "running", kinds="closed", sections=3)
        return Book([page])
    page.loose = frozenset({"answer"})
    body(page, v, "none", "", kinds="closed open", sections=4)
    return Book([page])


LANGUAGES = {
    "de": ("Nr.", "Frage", "Antwort", "Bemerkung", ("Ja", "Nein", "Teilweise"), "Bitte alle Felder ausfüllen."),
    "fr": ("N°", "Question", "Réponse", "Commentaire", ("Oui", "Non", "Sans objet"), "Merci de répondre à tout."),
    "es": ("N.º", "Pregunta", "Respuesta", "Observaciones", ("Sí", "No", "No aplica"), "Complete todas las celdas."),
    "pt": ("Ref.", "Pergunta", "Resposta", "Observações", ("Sim", "Não", "Parcial"), "Preencha todas as células."),
    "nl": ("Nr.", "Vraag", "Antwoord", "Toelichting", ("Ja", "Nee", "N.v.t."), "Vul alle velden in."),
}


def language(v: Variant, dev: str, held: str) -> Book:
    """A file in another language."""
    code = v.pick(dev, held)
    id_, question, answer, comment, values, note = LANGUAGES[code]
    page = Page(v.pick(question, "1"), v.roles("id question answer comment", "section id question answer comment"))
    page.say(note, "instruction", wide=True)
    own = {"de": "Bereich", "fr": "Thème", "es": "Ámbito", "pt": "Área", "nl": "Onderwerp"}[code]
    page.header({"id": id_, "question": question, "answer": answer, "comment": comment, "section": own})
    page.default = {"rule": listed(values), "choices": values, "shape": "choice"}
    body(
        page,
        v,
        v.pick("merged", "column"),
        v.pick("dotted", "running"),
        sections=2,
        per=(8, 8),
        only=f"{code}1 {code}2",
    )
    return Book([page])


def language_one(v: Variant) -> Book:
    """German and Dutch."""
    return language(v, "de", "nl")


def language_two(v: Variant) -> Book:
    """French and Spanish."""
    return language(v, "fr", "es")


def language_three(v: Variant) -> Book:
    """Portuguese and German."""
    return language(v, "pt", "de")


def id_right(v: Variant) -> Book:
    """The id stands at the right end."""
    page = Page("Q", v.roles("question answer comment id", "section question answer id"))
    page.header(v.names(page.roles))
    body(page, v, v.pick("merged", "column"), v.pick("code", "long"), sections=3)
    return Book([page])


def id_inside(v: Variant) -> Book:
    """The id is part of the question's text."""
    page = Page("Questions", v.roles("question answer", "answer question"), loose=frozenset({"id"}))
    page.header(v.names(page.roles))

    def asking(page: Page, text: str, id: str | None) -> None:
        page.ask(text, None, {"question": v.pick(f"{id} {text}", f"Q{id} - {text}")})

    body(page, v, v.pick("prefixed", "merged"), v.pick("dotted", "running"), asking=asking, sections=v.pick(4, 3))
    return Book([page])


def id_none(v: Variant) -> Book:
    """No ids, no comment."""
    page = Page("Vendor questions", v.roles("question answer", "section question answer"))
    page.header(v.names(page.roles))
    body(page, v, v.pick("bold", "column"), "", sections=3)
    return Book([page])


def id_grouped(v: Variant) -> Book:
    """A control's id and words are merged over its questions; each question has a cell of its own."""
    page = Page("Controls", v.roles("id control question answer comment", "control id question comment answer"))
    page.say(v.pick("Control questionnaire", "Controls and questions"), "title", look="bold", wide=True)
    words = v.pick("Control specification", "Control objective")
    page.header(v.names(page.roles, control=words, id=v.pick("Control ID", "Control no.")))
    for number, title, texts in v.blocks("closed", sections=v.pick(6, 5), per=(4, 8)):
        for start in range(0, len(texts), 2):
            group, top = texts[start : start + 2], page.row
            page.put(top, page.at("control"), f"{title}: policies and procedures are established and kept current.")
            for place, text in enumerate(group):
                page.ask(text, None, {"id": f"C{number}-{start // 2 + 1}"} if place == 0 else None)
            for role in ("id", "control"):
                page.merge(top, page.at(role), page.row - 1, page.at(role))
    return Book([instructions(v), page])


def offset(v: Variant) -> Book:
    """The table starts far from A1, with narrow spacing columns between."""
    page = Page(
        "Form", v.roles("id - question - answer - comment", "question - id answer - comment"), left=v.pick(3, 4)
    )
    page.row = v.pick(8, 5)
    page.put(2, v.pick(3, 2), v.pick("Third-party questionnaire", "Due diligence"), "big")
    page.header(v.names(page.roles))
    for column in range(page.left, page.right + 1):
        if not page.roles[column - page.left]:
            page.widths[column] = 2
    body(page, v, v.pick("bold", "merged"), "dotted", sections=3)
    return Book([page])


def many_sheets(v: Variant) -> Book:
    """Cover, instructions, glossary, hidden lists, scores, and three or four sheets of questions unlike each other."""
    orders = (
        "id question answer comment",
        "question answer",
        "section id question answer",
        "id question comment answer",
    )
    pages: list[Page] = []
    for n in range(v.pick(3, 4)):
        page = Page(f"{v.pick('Part', 'Tab')} {n + 1}", v.roles(orders[n], orders[3 - n]))
        if n % 2:
            page.say(
                v.pick(f"Part {n + 1} of the questionnaire", "Please answer in full sentences"), "title", look="bold"
            )
        page.header(v.names(page.roles))
        look = "column" if "section" in page.roles else "bold"
        only = v.pick(("access crypto", "privacy weakness", "product service"),
                      ("people sites", "chain finance", "planet design", "models chain"))[n]  # fmt: skip
        body(page, v, look, "dotted", sections=2, only=only, asking=plain_ask)
        pages.append(page)
    cover = Page("Cover", asking=False)
    cover.say(v.pick("Confidential", "Version 3.2"), "title", look="big")
    return Book([cover, instructions(v), *pages, glossary(v), scores(v, ["One", "Two"]), lists([("Yes", "No")])])


def mapped(v: Variant) -> Book:
    """Many columns of mappings to standards to the right of the answer."""
    maps = [f"map{n}" for n in range(v.pick(18, 9))]
    page = Page(
        "Controls", (*v.roles("section id question answer comment", "id question answer comment section"), *maps)
    )
    page.say("Mapping to other frameworks is given for information only.", "instruction", wide=True)
    frames = ("ISO 27001", "NIST CSF", "SOC 2", "PCI DSS", "COBIT", "HIPAA", "GDPR", "C5", "FedRAMP")
    page.header({**v.names(page.roles), **{m: f"{frames[n % 9]} {n // 9 + 1}" for n, m in enumerate(maps)}})

    def asking(page: Page, text: str, id: str | None) -> None:
        marks = {m: f"{v.chance.randint(4, 18)}.{v.chance.randint(1, 9)}" for m in maps if v.chance.random() < 0.6}
        page.ask(text, id, marks, rule=listed(v.choices()), choices=v.choices(), shape="choice")

    body(page, v, "column", "code", kinds="closed", sections=v.pick(12, 6), asking=asking)
    return Book([page])


def blocks_beside(v: Variant) -> Book:
    """Sections on one sheet, between them empty rows and lines of text; headings without any style."""
    page = Page("All", v.roles("id question answer", "id question answer comment"))
    page.header(v.names(page.roles))
    for number, title, texts in v.blocks("closed open", sections=5, per=(3, 6)):
        page.skip(v.pick(1, 2))
        heading(page, v, number, title, "prefixed")
        hint = v.pick("Questions in this part concern the whole company.", "Answer for the service on offer only.")
        page.say(hint, "note", look="italic")
        for place, text in enumerate(texts, 1):
            page.ask(text, numbered("dotted", number, place, 0))
    return Book([page])


LAYOUTS = {maker.__name__: maker for maker in (
    plain, titles, header_two, header_three, header_repeated, header_none, language_one, language_two, language_three,
    id_right, id_inside, id_none, id_grouped, offset, many_sheets, mapped, blocks_beside,
)}  # fmt: skip
