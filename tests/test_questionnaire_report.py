"""The report page: complete, self-contained, and safe whatever the documents and questionnaires hold."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rfp_responder.domain import ROW_STATUSES, Usage
from rfp_responder.questionnaire.account import Contradiction, Gap, Proof, Report, Row, Source
from rfp_responder.questionnaire.report_page import page
from rfp_responder.questionnaire.spending import fisher_exact, spending_of

HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(2)>\" onmouseover='alert(3)' {{7*7}}"


def citation(
    document: str = "security whitepaper.pdf", page_number: int = 3, quote: str = "Data is encrypted."
) -> dict:
    return {"n": 1, "document": document, "page": page_number, "start": 0, "end": 18, "quote": quote}


def row(number: int = 5, **fields: object) -> Row:
    made = Row(
        "Main", number, f"C{number}", f"ENC-{number}", "Is data encrypted?", "answered", "Data is encrypted.", "Yes"
    )
    return replace(made, **{"confidence": 0.8, "citations": (citation(),), **fields})  # type: ignore[arg-type]


def report(*rows: Row, **fields: object) -> Report:
    made = Report("q.xlsx", "/out/q filled.xlsx", rows or (row(),))
    return replace(made, **fields)  # type: ignore[arg-type]


class _Page(HTMLParser):
    """Tags with their attributes, in order, and the text outside of style and script."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "br", "wbr", "input", "rect", "link", "img"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open[-1:] not in (["style"], ["script"]):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def full_report() -> Report:
    rows = tuple(row(n, status=status) for n, status in enumerate(ROW_STATUSES, 1))
    return report(
        *rows,
        notes=("sheet 'Cover' was left out: no questions were found",),
        proof=Proof("openpyxl", 2, 10, 11, ("xl/sheet1.xml",), ("no formula was touched",), (("Score", "B4"),)),
        contradictions=(Contradiction((("Main", 1), ("Main", 2)), "the same is asked, the answers differ"),),
        gaps=(Gap("red team exercise", (("Main", 3),), ("Do you hold one?",)),),
        sources=(Source("security whitepaper.pdf", "d" * 64, "/docs/security whitepaper.pdf"),),
        digests={"q.xlsx": "a" * 64},
    )


def test_the_page_is_well_formed_and_every_id_stands_once() -> None:
    made = _Page(page(full_report()))
    assert made.unbalanced == []
    assert made.open == []
    ids = [attrs["id"] for _, attrs in made.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_every_part_of_the_account_is_on_the_page() -> None:
    text = _Page(page(full_report())).text
    for part in (
        "q.xlsx", "q filled.xlsx", "sheet 'Cover' was left out", "The same is asked, the answers differ",
        "Red team exercise", "Do you hold one?", "no formula was touched", "10 of 11 parts are identical",
        "Score!B4", "xl/sheet1.xml", "a" * 64, "d" * 64, "ENC-5", "Data is encrypted.", "0.80",
    ):  # fmt: skip
        assert part in text, part


def test_every_row_of_every_status_stands_in_a_table_once() -> None:
    made = _Page(page(full_report()))
    assert [attrs["id"] for attrs in made.all("tr") if "data-n" in attrs] == ["r5", "r0", "r1", "r2", "r4", "r3"]


def test_links_inside_the_page_lead_somewhere() -> None:
    made = _Page(page(full_report()))
    ids = {attrs["id"] for _, attrs in made.tags if "id" in attrs}
    inner = [attrs["href"][1:] for attrs in made.all("a") if (attrs["href"] or "").startswith("#")]  # type: ignore[index]
    assert set(inner) <= ids
    assert {"r0", "r1", "r2", "rows", "gaps", "contradictions", "proof"} <= set(inner)


def test_the_least_sure_answer_comes_first() -> None:
    html = page(report(row(1, confidence=0.9), row(2, confidence=0.35), row(3, confidence=0.6)))
    assert re.findall(r'id="r(\d)"', html) == ["1", "2", "0"]


@pytest.mark.parametrize("name", ["question", "answer", "choice", "id", "section", "carried", "sheet", "cell"])
def test_foreign_words_are_escaped_wherever_they_stand(name: str) -> None:
    html = page(report(row(**{name: HOSTILE})))
    assert _plain_tags(html) == _plain_tags(page(report(row(**{name: "harmless"}))))
    assert "&lt;script&gt;" in html


def test_notes_quotes_names_reasons_and_topics_are_escaped() -> None:
    def made(words: str) -> str:
        rows = (row(notes=(words,), citations=(citation(f"{words}.pdf", quote=words),), written=((words, words),)),)
        return page(
            report(
                *rows,
                questionnaire=words,
                output=words,
                notes=(words,),
                proof=Proof(words, 1, changed=(words,), checks=(words,), stale=((words, words),)),
                contradictions=(Contradiction((("Main", 5), (words, 6)), words),),
                gaps=(Gap(words, (("Main", 5),), (words,)),),
                sources=(Source(f"{words}.pdf", words, f"/docs/{words}.pdf"),),
                digests={words: words},
            )
        )

    assert _plain_tags(made(HOSTILE)) == _plain_tags(made("harmless"))


def _plain_tags(html: str) -> list[tuple[str, list[str]]]:
    """The tags and the names of their attributes: what hostile words must not change."""
    return [(tag, sorted(attrs)) for tag, attrs in _Page(html).tags]


def test_nothing_is_fetched_and_only_the_pages_own_script_may_run() -> None:
    html = page(full_report())
    made = _Page(html)
    policy = next(a["content"] or "" for a in made.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        bodies = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.S)
        assert len(bodies) == 1
        digest = base64.b64encode(hashlib.sha256(bodies[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    loading = {"src", "srcset", "action", "data", "style", "background", "poster"}
    assert not [tag for tag, attrs in made.tags if loading & set(attrs)]
    assert {tag for tag, _ in made.tags}.isdisjoint({"link", "img", "iframe", "object", "embed", "base", "form"})
    assert "http:" not in html
    assert "https:" not in html


@pytest.mark.parametrize("bad", ["\u202e", "\u2066", "\x00", "\x1b", "\x9b", "\u200b", "\U000e0041", "\ud800"])
def test_characters_that_hide_or_turn_words_round_are_taken_out(bad: str) -> None:
    words = f"a{bad}b"
    html = page(
        report(row(question=words, answer=words, notes=(words,), citations=(citation(words, quote=words),), id=words))
    )
    assert bad not in html
    html.encode("utf-8")


def test_a_quote_links_to_its_page_where_the_pdf_lies() -> None:
    source = Source("security whitepaper.pdf", "d" * 64, "/docs/é 100% #1/security whitepaper.pdf")
    html = page(report(sources=(source,)))
    assert 'href="file:///docs/%C3%A9%20100%25%20%231/security%20whitepaper.pdf#page=3"' in html
    windows = page(report(sources=(replace(source, path="C:\\docs\\security whitepaper.pdf"),)))
    assert 'href="file:///C:/docs/security%20whitepaper.pdf#page=3"' in windows


@pytest.mark.parametrize("path", ["", "docs/a.pdf", "/docs/plan.docx", "javascript:alert(1)//.pdf", "/a\ud800.pdf"])
def test_without_a_whole_path_to_a_pdf_the_place_is_text(path: str) -> None:
    html = page(report(sources=(Source("security whitepaper.pdf", "d" * 64, path),)))
    assert "security whitepaper.pdf, page 3" in html
    assert "file:/" not in html
    assert "javascript:" not in html


def test_a_row_that_was_carried_over_says_from_where() -> None:
    assert "Carried over from last-year.xlsx" in _Page(page(report(row(carried="last-year.xlsx")))).text


def test_totals_are_named_and_the_bar_tells_them_in_words() -> None:
    html = page(report(row(1), row(2), row(3, status="unanswered"), row(4, status="not_a_question")))
    bar = next(attrs for attrs in _Page(html).all("svg") if attrs.get("role") == "img")
    assert bar["aria-label"] == "Of 3 questions: answered 2, unanswered 1"
    widths = [float(a["width"] or 0) for a in _Page(html).all("rect") if a.get("height") == "10"]
    assert widths == [pytest.approx(666.67), pytest.approx(333.33)]


def test_a_report_of_nothing_is_still_a_page() -> None:
    made = _Page(page(Report("q.xlsx", "", ())))
    assert made.unbalanced == []
    assert "No rows were found whose answers contradict each other." in made.text
    assert "Nothing was proved" in made.text


def test_tables_have_heads_and_parts_have_headings() -> None:
    made = _Page(page(full_report()))
    assert all(attrs.get("scope") in {"col", "row"} for attrs in made.all("th"))
    assert {"header", "main", "nav", "footer", "h1", "h2", "h3"} <= {tag for tag, _ in made.tags}
    assert all(attrs.get("for") in {"find", "most", "sort"} for attrs in made.all("label"))


def test_fifteen_hundred_long_rows_stay_below_five_megabytes() -> None:
    quotes = tuple(citation(quote="Wortreich & lang. " * 60) for _ in range(6))
    rows = [row(n, question="Why & how? " * 90, answer="So it is. " * 300, citations=quotes) for n in range(1_500)]
    assert len(page(report(*rows)).encode()) < 5_000_000


def asked(number: int, prompt: str, status: str = "answered", **fields: object) -> Row:
    """A row that a model answered."""
    usage = Usage(1000, 100, 2.0, 0.001)
    return row(number, **{"author": "m", "prompt": prompt, "route": "small", "usage": usage, "status": status} | fields)


def test_rows_are_summed_by_who_answered_and_under_which_prompt() -> None:
    rows = [
        asked(1, "answer@2", notes=("dropped a claim: ...", "dropped a claim: ...", "kept")),
        asked(2, "answer@2", "unanswered", confidence=0.0),
        asked(3, "answer@3", "partial", author="big", route="strong"),
        row(4),
        asked(5, "answer@2", carried="last year"),
    ]
    spending = spending_of(rows)
    assert [(share.name, share.rows) for share in spending.by_author] == [("m", 2), ("big", 1)]
    assert [(share.name, share.rows) for share in spending.by_route] == [("small", 2), ("strong", 1)]
    first = spending.by_prompt[0]
    assert (first.name, first.answered, first.unanswered, first.dropped) == ("answer@2", 1, 1, 2)
    assert (first.confidence, first.input_tokens, first.seconds) == (0.4, 2000, 4.0)
    assert spending.total.cost_usd == pytest.approx(0.003)


@pytest.mark.parametrize(
    ("table", "p"),
    [
        ((3, 4, 1, 4), 0.485714),  # the lady tasting tea, two-sided: 34 / 70
        ((1, 10, 11, 14), 0.002759),  # men and women who diet, a textbook's table
        ((0, 0, 3, 5), 1.0),
        ((5, 5, 0, 5), 2 / 252),
    ],
)
def test_fisher_s_exact_test_gives_the_known_values(table: tuple[int, int, int, int], p: float) -> None:
    assert fisher_exact(*table) == pytest.approx(p, abs=1e-6)


def test_the_exact_test_is_the_same_from_either_side() -> None:
    for first in range(6):
        for second in range(9):
            p = fisher_exact(first, 5, second, 8)
            assert 0 < p <= 1
            assert p == pytest.approx(fisher_exact(second, 8, first, 5))
            assert p == pytest.approx(fisher_exact(5 - first, 5, 8 - second, 8))


@pytest.mark.parametrize(
    ("sizes", "good", "said"),
    [
        ((30, 5), (20, 2), "do not tell the two prompts apart"),
        ((300, 200), (290, 20), "p < 0.001: more than chance"),
        ((60, 60), (40, 27), "p = 0.027: more than chance"),  # though the two intervals overlap
        ((3, 0), (3, 0), ""),
    ],
)
def test_two_prompts_in_one_run_are_compared_and_shares_too_small_to_tell_are_said_to_be(
    sizes: tuple[int, int], good: tuple[int, int], said: str
) -> None:
    rows = [
        asked(n, prompt, "answered" if n < done else "unanswered")
        for prompt, size, done in zip(("answer@2", "answer@3"), sizes, good, strict=True)
        for n in range(size)
    ]
    told = report(*rows).as_json()["usage"]["comparison"]  # type: ignore[index]
    assert (said in told) if said else told == ""


def test_a_prompt_that_answers_in_part_is_not_taken_for_one_that_leaves_blank() -> None:
    rows = [asked(n, "answer@2") for n in range(20)] + [asked(n, "answer@3", "partial") for n in range(20)]
    part, full = spending_of(rows).comparison.split("; ")
    assert part.startswith("answered in full or in part: answer@2 20 of 20 and answer@3 20 of 20 (Fisher's exact test")
    assert "p = 1.000: these rows do not tell" in part
    assert full.startswith("fully answered: answer@2 20 of 20 and answer@3 0 of 20")
    assert full.endswith("more than chance)")


def test_a_quote_that_was_dropped_is_no_dropped_claim() -> None:
    notes = ("dropped a quote that does not stand in passage 1: 'x'", "dropped a claim without a valid quote: 'y'")
    assert spending_of([asked(1, "answer@2", notes=notes)]).total.dropped == 1


def test_the_page_tells_who_answered_at_what_cost_where_a_model_was_asked() -> None:
    made = _Page(page(report(asked(1, "answer@2"), asked(2, "answer@3", "unanswered"))))
    assert made.unbalanced == []
    assert "#models" in [attrs.get("href") for attrs in made.all("a")]
    for part in (
        "Models and cost",
        "2,000 tokens in",
        "$0.0020",
        "answer@3",
        "do not tell the two prompts apart",
        "Written by m, prompt",
    ):
        assert part in made.text, part


def test_without_a_model_the_page_says_nothing_of_cost() -> None:
    made = page(report(row(1, author="offline", usage=Usage(seconds=0.2))))
    assert "Models and cost" not in made
    assert "Written by" not in made


def test_names_of_models_prompts_and_routes_are_escaped() -> None:
    made = page(report(asked(1, HOSTILE, author=HOSTILE, route=HOSTILE)))
    assert "<img" not in made
    assert made.count("<script>") == 1
