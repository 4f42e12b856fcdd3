"""What an ingest makes searchable: each text once, by words at once, by meaning soon, within a scope."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from rfp_responder.domain import Scope
from rfp_responder.errors import IndexError_
from rfp_responder.index.embed import HashingEmbedder
from rfp_responder.index.store import ChromaStore, MemoryStore
from rfp_responder.knowledge import KnowledgeBase, embedding, nearest
from rfp_responder.retrieve.hybrid import HybridRetriever
from tests.holdings import (
    KEYS,
    LATER,
    PARAGRAPH,
    THIRD,
    Breaking,
    faults,
    found,
    many,
    python,
    titled,
    vector,
)
from tests.makers import file, folder, knowledge

# -- each text once ------------------------------------------------------------------------------------------


def test_a_text_in_two_documents_is_one_block_with_two_chunks_one_vector_and_one_lexical_row(tmp_path: Path) -> None:
    texts = {"a.md": titled("Alpha product guide", PARAGRAPH), "b.md": titled("Beta product guide", PARAGRAPH)}
    embedder = Breaking()
    base, tally = knowledge(tmp_path / "index", folder(tmp_path / "docs", texts), embedder=embedder)
    assert (tally.chunks, tally.blocks, embedder.texts) == (2, 1, 1)
    [(_, chunks)] = base.chunks_of([c.block for c in base.manifest.all_chunks()]).items()
    assert [c.document_name for c in chunks] == ["a.md", "b.md"]
    assert faults(base) == []
    for query in ("alpha", "beta"):
        assert len(base.lexical(query, 5)) == 1
    base.remove(["a.md"])
    assert (base.lexical("alpha", 5), len(base.lexical("beta", 5))) == ([], 1)
    assert [block for block, _ in base.dense(vector(base, PARAGRAPH), 5)] == [chunks[0].block]
    assert faults(base) == []
    base.remove(["b.md"])
    assert base.warming() == (0, 0)
    assert faults(base) == []


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (PARAGRAPH, PARAGRAPH.replace("ninety days", "90 days")),
        (PARAGRAPH, PARAGRAPH.replace("thirty days", "14 days")),
        (PARAGRAPH, PARAGRAPH.replace("is encrypted", "is not encrypted")),
        (PARAGRAPH, PARAGRAPH.replace("is encrypted", "is never encrypted")),
        (PARAGRAPH.replace("is encrypted", "must be encrypted"), PARAGRAPH.replace("is encrypted", "may be encrypted")),
        (PARAGRAPH.replace("is encrypted", "over a day"), PARAGRAPH.replace("is encrypted", "under a day")),
    ],
)
def test_another_number_or_a_negation_makes_another_block(one: str, two: str, tmp_path: Path) -> None:
    texts = {"a.md": titled("One product guide", one), "b.md": titled("One product guide", two)}
    assert knowledge(None, folder(tmp_path / "docs", texts))[1].blocks == 2


def test_marks_case_and_articles_do_not_make_another_block_and_a_heading_does(tmp_path: Path) -> None:
    texts = {
        "a.md": titled("One product guide", PARAGRAPH),
        "b.md": titled("One product guide", PARAGRAPH.replace("Customer data is", "THE customer data is;")),
        "c.md": titled("One product guide", PARAGRAPH, "Backups"),
    }
    assert knowledge(None, folder(tmp_path / "docs", texts))[1].blocks == 2


def test_a_short_text_of_documents_with_other_titles_is_not_one_block(tmp_path: Path) -> None:
    short = "It is supported."
    apart = {"a.md": titled("Alpha product guide", short), "b.md": titled("Beta product guide", short)}
    assert knowledge(None, folder(tmp_path / "docs", apart))[1].blocks == 2
    same = {"c.md": titled("Alpha product guide", short)}
    assert knowledge(None, folder(tmp_path / "docs", same))[1].blocks == 2


# -- searchable before it is embedded ------------------------------------------------------------------------


def test_blocks_that_wait_are_found_by_words_and_embedded_when_a_question_needs_them(tmp_path: Path) -> None:
    embedder = Breaking()
    base, tally = knowledge(tmp_path / "index", folder(tmp_path / "docs"), embedder=embedder, options=LATER)
    assert (tally.waiting, embedder.texts) == (tally.blocks, 0)
    assert base.warming() == (tally.blocks, tally.blocks) != (0, 0)
    assert faults(base, embedded=False) == []
    [hit] = base.lexical("telephone", 5)
    assert base.dense(vector(base, "telephone"), 5) == []
    embedder.texts = 0
    asked = vector(base, "telephone")
    near = base.cosines(asked, [hit.block])
    assert near[hit.block] > 0
    assert embedder.texts == 2  # the question's, and the one block's
    assert base.warming() == (tally.blocks - 1, tally.blocks)
    assert base.cosines(asked, [hit.block]) == pytest.approx(near, abs=1e-3)
    assert embedder.texts == 2
    assert [block for block, _ in base.dense(asked, 5)] == [hit.block]
    assert base.embed_waiting() == tally.blocks - 1
    assert base.embed_waiting() == 0
    assert faults(base) == []


def test_a_question_over_blocks_that_wait_finds_what_it_finds_later(tmp_path: Path) -> None:
    base, _ = knowledge(tmp_path / "index", folder(tmp_path / "docs"), options=LATER)
    assert any("90 days" in text for text in found(base, KEYS))
    base.embed_waiting()
    assert any("90 days" in text for text in found(base, KEYS))


def test_embedding_that_cannot_be_kept_ends_with_its_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base, _ = knowledge(tmp_path / "index", folder(tmp_path / "docs"), options=LATER)

    def full(*_: object) -> None:
        raise IndexError_("the disk is full")

    monkeypatch.setattr(base.vectors, "put", full)
    with pytest.raises(IndexError_, match="disk is full"):
        base.embed_waiting()
    [hit] = base.lexical("telephone", 5)
    assert set(base.cosines(vector(base, "telephone"), [hit.block])) == {hit.block}  # serves this once


def test_a_later_ingest_embeds_what_an_earlier_one_left(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents, options=LATER)
    tally = base.ingest([documents])
    assert (len(tally.unchanged), tally.waiting) == (2, 0)
    assert faults(base) == []


# -- few vectors and many ------------------------------------------------------------------------------------


def test_few_vectors_are_compared_one_by_one_and_many_asked_of_chroma_with_the_same_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, _ = knowledge(tmp_path / "index", many(tmp_path / "docs"))
    asked = vector(base, "Which rule is there of the firewall and the key?")
    assert isinstance(base.nearest.store(), MemoryStore)
    exact = base.dense(asked, 10)
    monkeypatch.setattr(nearest, "EXACT_UP_TO", 5)
    base.nearest.let_go()
    assert isinstance(base.nearest.store(), ChromaStore)
    graph = base.dense(asked, 10)
    assert [round(score, 3) for _, score in graph] == [round(score, 3) for _, score in exact]
    clear = {block for block, score in exact if score > exact[-1][1] + 1e-3}  # the last may be one of several
    assert clear <= {block for block, _ in graph}
    base.nearest.let_go()


def test_blocks_that_chroma_does_not_hold_yet_are_found_beside_those_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = many(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    monkeypatch.setattr(nearest, "EXACT_UP_TO", 5)
    file(documents / "new.md", THIRD)
    base.ingest([documents], options=LATER)
    [hit] = base.lexical("penetration", 5)
    asked = vector(base, "penetration tests by a third party")
    base.cosines(asked, [hit.block])
    assert base.vectors.count() == (31, 30)
    near = base.dense(asked, 31)
    assert near[0][0] == hit.block
    assert len(near) == len(dict(near)) == 31
    base.embed_waiting()
    assert base.dense(asked, 31)[0][0] == hit.block
    base.nearest.let_go()
    assert faults(base) == []


def test_a_reader_sees_what_another_process_has_put_into_chroma(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearest, "EXACT_UP_TO", 5)
    documents = many(tmp_path / "docs")
    knowledge(tmp_path / "index", documents)[0].manifest.close()
    reader = KnowledgeBase(tmp_path / "index", HashingEmbedder())
    asked = vector(reader, "penetration tests by a third party")
    assert len(reader.dense(asked, 50)) == 30
    file(documents / "new.md", THIRD)
    code = (
        "import sys; from pathlib import Path; from rfp_responder.index.embed import HashingEmbedder;"
        "from rfp_responder.knowledge import KnowledgeBase;"
        "KnowledgeBase(Path(sys.argv[1]), HashingEmbedder(), create=True).ingest([Path(sys.argv[2])])"
    )
    python(code, tmp_path / "index", documents)
    assert len(reader.dense(asked, 50)) == 31
    [hit] = reader.lexical("penetration", 5)
    assert reader.dense(asked, 1)[0][0] == hit.block
    reader.nearest.let_go()


def test_chromas_folder_is_renewed_after_many_removals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "_CHURN_FROM", 3)
    documents = many(tmp_path / "docs", 10)
    base, _ = knowledge(tmp_path / "index", documents)
    first = base.nearest.chroma_folder()
    base.remove(["0.md", "1.md", "2.md"])
    assert (base.nearest.chroma_folder(), faults(base)) == (first, [])
    base.remove(["3.md"])
    assert base.nearest.chroma_folder() != first
    assert not first.exists()
    assert faults(base) == []
    base.remove(["4.md"])  # counted anew
    assert base.manifest.value("churn") == "1"


@pytest.mark.parametrize("many_", [False, True])
def test_an_index_whose_chroma_folder_is_gone_answers_and_the_next_ingest_makes_it_anew(
    many_: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if many_:
        monkeypatch.setattr(nearest, "EXACT_UP_TO", 0)
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    base.nearest.let_go()
    shutil.rmtree(base.nearest.chroma_folder())
    base.manifest.close()
    opened = KnowledgeBase(tmp_path / "index", HashingEmbedder(), create=True)
    assert any("90 days" in text for text in found(opened, KEYS))
    opened.ingest([documents])
    assert faults(opened) == []
    opened.nearest.let_go()


# -- which documents may be searched -------------------------------------------------------------------------


@pytest.fixture
def shelf(tmp_path: Path) -> KnowledgeBase:
    """Four documents that all speak of keys, with their own names, tags, dates and audiences."""
    texts = {
        "policies/old.md": "---\ntitle: Old key policy\ndate: 2024-03-01\ntags: [policy, keys]\n---\nKeys of vaults.\n",
        "policies/new.md": "---\ntitle: New key policy\ndate: 2026-03-01\ntags: [policy]\n---\nKeys of the house.\n",
        "partner.md": "---\ntitle: Partner key guide\naudience: Partners\n---\nKeys of the door.\n",
        "staff.md": "---\ntitle: Staff key guide\naudience: Staff\n---\nKeys of the gate.\n",
    }
    base, _ = knowledge(None, folder(tmp_path / "docs", texts))
    return base


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), {"policies/old.md", "policies/new.md", "partner.md", "staff.md"}),
        (Scope(documents=("policies/*",)), {"policies/old.md", "policies/new.md"}),
        (Scope(documents=("NEW.md", "*/New.md", "staff.md")), {"policies/new.md", "staff.md"}),
        (Scope(documents=("old.md",)), {"policies/old.md"}),
        (Scope(tags=("policy",)), {"policies/old.md", "policies/new.md"}),
        (Scope(tags=("Policy", "keys")), {"policies/old.md"}),
        (Scope(since=date(2025, 1, 1)), {"policies/new.md"}),
        (Scope(until=date(2024, 3, 1)), {"policies/old.md"}),
        (Scope(audience="partners"), {"policies/old.md", "policies/new.md", "partner.md"}),
        (Scope(tags=("policy",), documents=("staff.md",)), set()),
    ],
)
def test_a_scope_lets_through_what_it_says_in_every_search(
    scope: Scope, expected: set[str], shelf: KnowledgeBase
) -> None:
    every = [c.block for c in shelf.manifest.all_chunks()]
    said = shelf.chunks_of(every, scope)
    assert {c.document_name for chunks in said.values() for c in chunks} == expected
    assert {hit.block for hit in shelf.lexical("keys", 9, scope)} == set(said)
    assert {block for block, _ in shelf.dense(vector(shelf, "keys"), 9, scope)} == set(said)
    passages = HybridRetriever(shelf).retrieve("keys", 9, scope)
    assert {p.chunk.document_name for p in passages} <= expected


def test_a_text_that_two_documents_share_is_shown_with_the_one_in_scope(tmp_path: Path) -> None:
    texts = {"a.md": titled("Alpha product guide", PARAGRAPH), "b.md": titled("Beta product guide", PARAGRAPH)}
    base, _ = knowledge(None, folder(tmp_path / "docs", texts))
    scope = Scope(documents=("b.md",))
    [hit] = base.lexical("encrypted", 5, scope)
    assert [c.document_name for c in base.chunks_of([hit.block], scope)[hit.block]] == ["b.md"]
    assert len(base.chunks_of([hit.block])[hit.block]) == 2


def test_an_acronym_that_a_document_explains_is_searched_by_its_long_form_too(tmp_path: Path) -> None:
    texts = {
        "a.md": "# Plan\n\nThe recovery time objective (RTO) is agreed.\n",
        "b.md": "# Numbers\n\nOur recovery time objective is four hours.\n",
    }
    base, _ = knowledge(None, folder(tmp_path / "docs", texts))
    assert base.acronyms() == {"rto": "recovery time objective"}
    assert len(base.lexical("RTO", 5)) == 2


def test_another_process_may_write_while_the_rest_is_being_embedded(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    index = tmp_path / "index"

    class Interrupted(HashingEmbedder):
        """Computes, and finds that meanwhile another process took a document out and brought one in."""

        def embed(self, texts):  # type: ignore[no-untyped-def]
            if not (documents / "new.md").exists():
                (documents / "new.md").write_text("# New\n\nA third party tests the service every spring.\n", "utf-8")
                other = KnowledgeBase(index, HashingEmbedder(), create=True)
                other.remove(["support.md"])
                other.ingest([documents / "new.md"], options=LATER)
                other.manifest.close()
            return super().embed(texts)

    knowledge(index, documents, options=LATER)[0].manifest.close()
    base = KnowledgeBase(index, Interrupted(), create=True)
    base.embed_waiting()
    assert base.warming()[0] == 0
    assert {row.name for row in base.documents()} == {"security.md", "new.md"}
    assert faults(base) == []
