"""Retrieval: two searchers, one ranking; no text twice; the newer of two editions first."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rfp_responder.domain import Place, Scope
from rfp_responder.errors import InputError
from rfp_responder.index.embed import HashingEmbedder
from rfp_responder.knowledge import KnowledgeBase
from rfp_responder.protocols import DocumentRow
from rfp_responder.responder import MAX_QUESTION, Responder, checked_question
from rfp_responder.retrieve.hybrid import HybridRetriever, HybridSettings
from rfp_responder.retrieve.pack import family, is_older, newest, pack, prefer_newer_editions, without_repeats
from rfp_responder.retrieve.prior import Prior
from tests.makers import folder, knowledge, passage

TOPICS = {
    f"{name}.md": f"# {name}\n\nThe {name} team keeps {name} records for {days} days and reviews {name} twice a year.\n"
    for name, days in (("billing", 10), ("logging", 20), ("hiring", 30), ("testing", 40), ("training", 50))
}


@pytest.fixture
def base(tmp_path: Path) -> KnowledgeBase:
    return knowledge(None, folder(tmp_path / "docs", TOPICS))[0]


def retriever(base: KnowledgeBase, **settings: float) -> HybridRetriever:
    return HybridRetriever(base, HybridSettings(**settings))  # type: ignore[arg-type]


def test_the_passage_that_answers_comes_first_with_its_place(base: KnowledgeBase) -> None:
    best = retriever(base).retrieve("How long are hiring records kept?", 3)[0]
    assert best.chunk.document_name == "hiring.md"
    assert "30 days" in best.chunk.text


@pytest.mark.parametrize("top_k", [1, 2, 3, 5, 20])
def test_at_most_top_k_come_ranked_from_one_best_first_scored_in_0_to_1(base: KnowledgeBase, top_k: int) -> None:
    found = retriever(base).retrieve("records kept by the testing team", top_k)
    assert 1 <= len(found) <= top_k
    assert [p.rank for p in found] == list(range(1, len(found) + 1))
    scores = [p.score for p in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_the_same_query_finds_the_same(base: KnowledgeBase) -> None:
    assert retriever(base).retrieve("records", 5) == retriever(base).retrieve("records", 5)


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_either_searcher_alone_and_both_find_it(base: KnowledgeBase, weight: float) -> None:
    assert retriever(base, dense_weight=weight).retrieve("billing", 1)[0].chunk.document_name == "billing.md"


def test_a_query_that_shares_no_word_breaks_nothing(base: KnowledgeBase) -> None:
    for query in ("zyzzyva quokka", "the of and", "?", "中文"):
        assert len(retriever(base).retrieve(query, 3)) <= 3


def test_a_text_that_stands_in_two_documents_is_shown_once_with_both_places(tmp_path: Path) -> None:
    text = "# Rules\n\n" + "Keys are rotated every 90 days by the team that holds them, and each change is logged. " * 3
    base, _ = knowledge(None, folder(tmp_path / "docs", {"a.md": text, "b.md": text}))
    [found] = retriever(base).retrieve("keys rotated", 5)
    places = {found.chunk.document_name, *(place.document_name for place in found.also_in)}
    assert places == {"a.md", "b.md"}


def test_every_passage_says_what_found_it_and_what_stands_around_it(base: KnowledgeBase) -> None:
    best = retriever(base).retrieve("How long are hiring records kept?", 3)[0]
    assert set(best.found_by) >= {"dense", "lexical"}
    page = base.page(best.chunk.document_id, best.chunk.page_number)
    assert page is not None
    assert best.before + best.chunk.text + best.after in page.text


def test_what_words_alone_found_is_judged_by_its_own_cosine(base: KnowledgeBase) -> None:
    for found in retriever(base, depth=1).retrieve("billing logging hiring testing training", 5):
        assert "dense" in found.found_by


def test_only_documents_in_the_scope_are_found(base: KnowledgeBase) -> None:
    found = retriever(base).retrieve("records kept", 5, Scope(documents=("hir*.md",)))
    assert {p.chunk.document_name for p in found} == {"hiring.md"}
    assert retriever(base).retrieve("records kept", 5, Scope(documents=("none.md",))) == []


# -- the prior ----------------------------------------------------------------------------------------------


def row(name: str, title: str = "Annual report"):  # type: ignore[no-untyped-def]
    return DocumentRow(name, name, "", "", title, 1, 1, None, (), "", "")


ROWS = [
    row("acme-10k-2022.pdf"),
    row("acme-10k-2023.pdf"),
    row("Bolt_2022 Q3.pdf"),
    row("security.pdf", "Security guide"),
]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("What did Acme spend in 2023?", "acme-10k-2023.pdf"),
        ("What did ACME's board decide in 2022?", "acme-10k-2022.pdf"),
        ("What were sales of Bolt in the third quarter of 2022?", "Bolt_2022 Q3.pdf"),
    ],
)
def test_a_document_that_the_question_names_is_looked_into_first(query: str, first: str) -> None:
    scores = Prior().of(query, ROWS)
    assert max(scores, key=lambda name: scores[name]) == first
    assert all(0 <= score <= 1 for score in scores.values())


@pytest.mark.parametrize("query", ["Is there a security guide?", "how is an annual report made", "?", "Who are they?"])
def test_words_that_are_no_names_name_no_document(query: str) -> None:
    assert Prior().of(query, ROWS) == {}


def test_a_name_that_every_document_holds_tells_nothing() -> None:
    assert Prior().of("What does Acme do?", [row("acme-a.pdf"), row("acme-b.pdf")]) == {}


def test_the_document_named_comes_before_its_like(tmp_path: Path) -> None:
    text = "# Report\n\nRevenue of the {} business grew, and the number of {} staff was {}.\n"
    files = {f"{n}-2022.md": text.format("retail", "sales", n) for n in ("acme", "bolt", "crux")}
    base, _ = knowledge(None, folder(tmp_path / "docs", files))
    for name in ("Acme", "Bolt", "Crux"):
        best = retriever(base).retrieve(f"How did revenue of {name} grow?", 3)[0]
        assert best.chunk.document_name == f"{name.lower()}-2022.md"


# -- packing ------------------------------------------------------------------------------------------------


def test_nearly_the_same_text_is_shown_once_and_its_other_place_named() -> None:
    said = "Customer data is kept in two regions of the same country and copied every hour to the second of them"
    given = [
        passage(said + "."),
        passage(said.replace("Customer", "The customer") + "!", name="b.pdf"),
        passage("Else."),
    ]
    kept = without_repeats(given, 3)
    assert [p.chunk.text for p in kept] == [said + ".", "Else."] or len(kept) == 1
    assert kept[0].also_in == (Place("b.pdf", 1),)


@pytest.mark.parametrize(("one", "other"), [("35 days", "90 days"), ("are kept", "are not kept")])
def test_texts_that_differ_in_a_number_or_a_negation_are_both_shown(one: str, other: str) -> None:
    said = "Backups of every customer in every region {} or {} in the second data centre of the same country as before"
    given = [passage(said.format(one, one)), passage(said.format(other, one), name="b.pdf")]
    assert len(without_repeats(given, 3)) == 2


def test_one_passage_of_a_printed_page_leaves_room_for_other_pages() -> None:
    given = [passage("Keys are kept.", start=0), passage("Locks are kept.", start=100), passage("Doors.", number=2)]
    assert [p.chunk.text for p in without_repeats(given, 3)] == ["Keys are kept.", "Doors."]


def test_a_long_file_without_pages_may_give_several_passages() -> None:
    given = [passage("Keys are kept.", start=0), passage("Locks are kept.", start=9_000)]
    assert len(without_repeats(given, 3)) == 2


def test_a_table_of_contents_goes_down_and_stays_in() -> None:
    contents = passage("\n".join(f"Chapter on keys {n}" for n in range(3, 11)), 1, 0.8)
    named = passage("Keys, backups", 2, 0.8, heading="Guide > Contents", number=2)
    text = passage("Keys are rotated.", 3, 0.7, number=3)
    kept = pack("keys", [contents, named, text], 3)
    assert kept[0].chunk.text == text.chunk.text
    assert [p.rank for p in kept] == [1, 2, 3]


def edition(year: int, score: float = 0.9, title: str = "SLA and Support Policy"):  # type: ignore[no-untyped-def]
    return passage(f"Text of {year}.", 1, score, title=f"{title} {year}", name=f"sla-{year}.pdf",
                   effective=date(year, 1, 1))  # fmt: skip


def test_the_newer_edition_comes_before_the_older_one() -> None:
    old, new = prefer_newer_editions("What is the uptime?", [edition(2025, 0.9), edition(2026, 0.85)])
    assert new.score > old.score > 0
    assert new.score == 0.85


def test_an_edition_whose_year_is_asked_for_is_not_put_back() -> None:
    old, _ = prefer_newer_editions("What was the uptime in 2025?", [edition(2025), edition(2026)])
    assert old.score == 0.9


def test_documents_of_other_families_or_without_a_date_are_left_alone() -> None:
    given = [edition(2025), edition(2026, title="Price list"), passage("No date.", title="SLA and Support Policy 2024")]
    assert prefer_newer_editions("uptime", given) == given
    assert not is_older(given[2], newest(given))


def test_a_family_is_the_title_without_what_tells_editions_apart() -> None:
    assert family("Penetration Test, March 2025 v1.2") == family("Penetration test 2026") == "penetration test"


# -- questions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " \n\t ", "?!", "—", "\u200b"])
def test_an_empty_question_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match="the question is empty"):
        checked_question(text)


def test_an_overlong_question_is_refused_and_the_longest_one_taken() -> None:
    assert checked_question("a" * MAX_QUESTION)
    with pytest.raises(InputError, match=f"has {MAX_QUESTION + 1} characters"):
        checked_question("a" * (MAX_QUESTION + 1))


def test_a_question_that_is_no_text_is_refused() -> None:
    with pytest.raises(InputError, match="not valid UTF-8"):
        checked_question("Is \udcff data kept?")


class Nothing:
    """An answerer that proposes nothing and remembers what it saw."""

    author = "nothing"
    reads = 0

    def __init__(self) -> None:
        self.seen: list[tuple[int, str]] = []

    def draft(self, question, passages):  # type: ignore[no-untyped-def]
        from rfp_responder.domain import Draft

        self.seen = [(p.rank, p.chunk.id) for p in passages]
        return Draft((), None, (), self.author, 0.0)


@pytest.mark.parametrize("text", ["How long are hiring records kept, and how often is billing reviewed?", "records"])
def test_an_answer_rests_on_top_k_passages_ranked_from_one_each_once(base: KnowledgeBase, text: str) -> None:
    answerer = Nothing()
    answer = Responder(retriever(base), answerer, 3).ask(text, show=5)
    assert [rank for rank, _ in answerer.seen] == [1, 2, 3]
    assert len({id_ for _, id_ in answerer.seen}) == 3
    assert [p.rank for p in answer.passages] == list(range(1, len(answer.passages) + 1))
    assert len({p.chunk.id for p in answer.passages}) == len(answer.passages) == 5
    assert answer.status == "unanswered"
    assert answer.notes


def test_each_part_of_a_question_has_its_best_passage_in(base: KnowledgeBase) -> None:
    answerer = Nothing()
    responder = Responder(retriever(base), answerer, 2)
    answer = responder.ask("How long are hiring records kept; how often is billing reviewed?")
    assert {p.chunk.document_name for p in answer.passages} == {"hiring.md", "billing.md"}


def test_an_embedder_without_a_word_in_common_is_no_fault() -> None:
    assert HashingEmbedder().embed(["the of"]).tolist() == [[0.0] * 256]


def test_while_the_index_is_warming_an_answer_says_so(base: KnowledgeBase) -> None:
    answer = Responder(retriever(base), Nothing(), 3, lambda: (3, 5)).ask("records")
    assert "the index is still warming: 3 of 5 texts are found by their words alone so far" in answer.notes


class Backwards:
    """A reranker that prefers what names the word it was given."""

    def scores(self, query: str, texts):  # type: ignore[no-untyped-def]
        return [1.0 if "testing" in text else 0.0 for text in texts]


def test_a_reranker_has_the_last_word_and_its_score_is_shown(base: KnowledgeBase) -> None:
    found = HybridRetriever(base, reranker=Backwards()).retrieve("hiring records", 3)
    assert found[0].chunk.document_name == "testing.md"
    assert found[0].found_by["reranker"] == 1.0
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)
