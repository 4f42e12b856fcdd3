"""The main road with the real model: documents in, a question, the right page cited."""

from __future__ import annotations

from pathlib import Path

import pytest

from rfp_responder.answer.extractive import ExtractiveAnswerer
from rfp_responder.domain import Answer
from rfp_responder.index.embed import LocalEmbedder
from rfp_responder.knowledge import KnowledgeBase
from rfp_responder.responder import Responder
from rfp_responder.retrieve.hybrid import HybridRetriever
from tests.makers import pdf

pytestmark = pytest.mark.model

GUIDE = (
    ["# About us", "The company was founded in Ghent and makes software for water boards.", "It has ninety staff."],
    ["# Encryption", "All customer data is encrypted at rest with AES-256.", "Keys are rotated every 90 days."],
    ["# Backups", "Backups are taken every night and kept for 35 days.", "A restore is rehearsed each quarter."],
)
SUPPORT = (
    ["# Support hours", "The help desk answers on working days from 08:00 to 18:00.", "Calls are taken in Dutch."],
    ["# Faults", "Faults of severity 1 are taken up within 30 minutes at any hour.", "A report follows."],
)


@pytest.fixture(scope="module")
def responder(minilm: LocalEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Responder:
    place = tmp_path_factory.mktemp("flow")
    pdf(place / "guide.pdf", GUIDE, head="Acme guide", foot="Page {n}", title="Acme security guide")
    pdf(place / "support.pdf", SUPPORT, head="Acme support", foot="Page {n}", title="Acme support guide")
    base = KnowledgeBase(place / "index", minilm, create=True)
    base.ingest([place / "guide.pdf", place / "support.pdf"])
    return over(base)


def over(base: KnowledgeBase) -> Responder:
    retriever = HybridRetriever(base)
    return Responder(retriever, ExtractiveAnswerer(base.embedder, base.document_frequencies))


def cited(answer: Answer) -> list[tuple[str, int]]:
    return [(c.document_name, c.page_number) for c in answer.citations]


@pytest.mark.parametrize(
    ("asked", "document", "page", "words"),
    [
        ("Is customer data encrypted at rest?", "guide.pdf", 2, "AES-256"),
        ("How long are backups kept?", "guide.pdf", 3, "35 days"),
        ("How quickly are severity 1 faults taken up?", "support.pdf", 2, "30 minutes"),
    ],
)
def test_a_question_is_answered_from_the_page_that_says_it(
    responder: Responder, asked: str, document: str, page: int, words: str
) -> None:
    answer = responder.ask(asked)
    assert answer.status in {"answered", "partial"}
    assert (document, page) in cited(answer)
    assert words in answer.text


def test_what_no_page_says_is_left_unanswered(responder: Responder) -> None:
    answer = responder.ask("What is the name of the chairman's yacht?")
    assert (answer.status, answer.text, answer.citations) == ("unanswered", "", ())
    assert answer.notes


def test_search_finds_by_meaning(responder: Responder) -> None:
    assert responder.search("opening times of the hotline")[0].chunk.document_name == "support.pdf"


def test_every_citation_of_the_sample_documents_opens_at_its_words(sample: KnowledgeBase) -> None:
    asked = over(sample)
    for question in (
        "What monthly uptime is committed?",
        "Which subprocessors host customer data?",
        "Is there support?",
    ):
        answer = asked.ask(question, show=5)
        assert answer.passages
        for citation in answer.citations:
            page = sample.page(citation.document_id, citation.page_number)
            assert page is not None
            assert page.text[citation.start : citation.end] == citation.quote


def test_the_sample_documents_go_in_without_a_fault_and_not_twice(sample: KnowledgeBase) -> None:
    rows = sample.documents()
    assert len(rows) == 3
    assert all(row.chunks and row.effective for row in rows)
    again = sample.ingest([Path(row.source) for row in rows])
    assert (len(again.unchanged), again.failed, again.added, again.replaced) == (3, [], [], [])
