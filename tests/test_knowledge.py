"""Documents in: incremental, each file told once, archives and unreadable files included."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from rfp_responder.index.embed import HashingEmbedder
from rfp_responder.knowledge import KnowledgeBase, Tally, intake
from rfp_responder.knowledge.tally import IngestOptions
from tests.holdings import (
    CHANGED,
    KEYS,
    THIRD,
    Breaking,
    faults,
    found,
    names,
)
from tests.makers import FILES, SECURITY, SUPPORT, damaged, encrypted, file, folder, knowledge, pdf, zipped


@pytest.fixture
def settled_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every file had been written long ago."""
    monkeypatch.setattr(intake, "_RACY", -(10**15))


# -- what an ingest does -------------------------------------------------------------------------------------


def test_documents_of_a_folder_go_in_under_their_path_below_it(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs", {"a.md": SECURITY, "deep/er/b.md": SUPPORT, ".hidden/c.md": "# No"})
    base, tally = knowledge(tmp_path / "index", documents)
    assert names(base) == ["a.md", "deep/er/b.md"]
    assert sorted(tally.added) == names(base)
    assert faults(base) == []


def test_a_file_named_alone_goes_by_its_own_name(tmp_path: Path) -> None:
    base = KnowledgeBase(None, HashingEmbedder())
    base.ingest([folder(tmp_path / "docs") / "security.md"])
    assert names(base) == ["security.md"]


def test_a_file_that_comes_in_under_another_name_is_in_once(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs", {"deep/a.md": SECURITY})
    base = KnowledgeBase(tmp_path / "index", HashingEmbedder(), create=True)
    base.ingest([documents / "deep" / "a.md"])
    tally = base.ingest([documents])
    assert (names(base), tally.added, tally.removed) == (["deep/a.md"], ["deep/a.md"], ["a.md"])
    assert faults(base) == []


def test_a_file_that_takes_the_name_of_one_that_is_gone_is_in_once(tmp_path: Path) -> None:
    one, two = folder(tmp_path / "one", {"x.md": SECURITY}), folder(tmp_path / "two", {"x.md": SUPPORT})
    base = KnowledgeBase(None, HashingEmbedder())
    base.ingest([one, two])
    assert names(base) == ["two/x.md", "x.md"]
    (one / "x.md").unlink()
    base.ingest([two])
    assert names(base) == ["x.md"]


def test_who_a_document_is_for_stays_when_its_text_changes(tmp_path: Path) -> None:
    document = file(tmp_path / "a.md", SECURITY)
    base = KnowledgeBase(None, HashingEmbedder())
    base.ingest([document], options=IngestOptions(audience="internal", tags=("x",)))
    file(document, CHANGED)
    assert base.ingest([document]).replaced == ["a.md"]
    [row] = base.documents()
    assert (row.audience, row.tags) == ("internal", ("x",))
    file(document, f"---\naudience: customers\ntags: y\n---\n{CHANGED}")
    base.ingest([document])
    [row] = base.documents()
    assert (row.audience, row.tags) == ("customers", ("y",))


def test_an_unchanged_file_is_skipped_and_its_ids_stay(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    before = base.manifest.chunk_ids()
    again = base.ingest([documents])
    assert (sorted(again.unchanged), again.added, again.replaced) == (sorted(FILES), [], [])
    assert base.manifest.chunk_ids() == before


def test_an_unchanged_folder_asks_nothing_of_the_model(tmp_path: Path) -> None:
    documents, embedder = folder(tmp_path / "docs"), Breaking()
    base, _ = knowledge(tmp_path / "index", documents, embedder=embedder)
    embedder.broken = True
    assert len(base.ingest([documents]).unchanged) == 2


def test_a_changed_file_replaces_its_earlier_version(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    file(documents / "security.md", CHANGED)
    tally = base.ingest([documents])
    assert (tally.replaced, tally.unchanged) == (["security.md"], ["support.md"])
    assert not any("90 days" in text for text in found(base, KEYS))
    assert any("30 days" in text for text in found(base, KEYS))
    assert faults(base) == []


def test_a_file_that_is_gone_is_named_and_removed_only_by_prune(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(tmp_path / "index", documents)
    (documents / "support.md").unlink()
    assert base.ingest([documents]).gone == ["support.md"]
    assert "support.md" in names(base)
    assert base.ingest([documents], prune=True).removed == ["support.md"]
    assert names(base) == ["security.md"]
    assert faults(base) == []


def test_prune_holds_beside_other_options(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(None, documents)
    (documents / "support.md").unlink()
    assert base.ingest([documents], prune=True, options=IngestOptions(tags=("x",))).removed == ["support.md"]


def test_pruning_one_folder_leaves_what_came_from_another(tmp_path: Path) -> None:
    one, two = folder(tmp_path / "one", {"a.md": SECURITY}), folder(tmp_path / "two", {"b.md": SUPPORT})
    base, _ = knowledge(tmp_path / "index", one)
    base.ingest([two])
    (two / "b.md").unlink()
    assert base.ingest([one], prune=True).removed == []
    assert names(base) == ["a.md", "b.md"]


def test_a_file_that_was_named_alone_is_missed_in_its_folder(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(None, documents)
    base.ingest([file(documents / "support.md", SUPPORT + "\nMore.\n")])
    (documents / "support.md").unlink()
    assert base.ingest([documents]).gone == ["support.md"]


def test_an_excluded_file_is_not_gone(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs", {**FILES, "wow!.md": THIRD})
    base, _ = knowledge(None, documents)
    tally = base.ingest([documents], options=IngestOptions(prune=True, exclude=("*!.md", "support.md")))
    assert (tally.gone, tally.removed, len(names(base))) == ([], [], 3)


def test_files_that_fail_do_not_stop_the_others_and_each_is_told(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs", {**FILES, "empty.md": "", "notes.exe": "x"})
    damaged(documents / "bad.pdf")
    encrypted(pdf(tmp_path / "plain.pdf", [["Some words."]]), documents / "locked.pdf", "secret")
    base, tally = knowledge(tmp_path / "index", documents)
    assert names(base) == sorted(FILES)
    reasons = dict(tally.failed)
    assert set(reasons) == {"bad.pdf", "empty.md", "locked.pdf"}
    assert "password" in reasons["locked.pdf"]
    assert [name for name, _ in tally.skipped] == ["notes.exe"]


def test_a_password_that_is_given_opens_the_files_it_fits(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs", {})
    encrypted(pdf(tmp_path / "plain.pdf", [["Keys are rotated every 90 days."]]), documents / "locked.pdf", "secret")
    base, tally = knowledge(None, documents)
    assert tally.added == []
    assert base.ingest([documents], options=IngestOptions(passwords=("wrong", "secret"))).added == ["locked.pdf"]
    assert any("90 days" in text for text in found(base, KEYS))


def test_a_changed_file_that_fails_keeps_its_earlier_version(tmp_path: Path) -> None:
    documents = tmp_path / "docs"
    documents.mkdir()
    pdf(documents / "a.pdf", [["Keys are rotated every 90 days."]])
    base, _ = knowledge(tmp_path / "index", documents)
    damaged(documents / "a.pdf")
    assert "earlier version stays" in base.ingest([documents]).failed[0][1]
    assert any("90 days" in text for text in found(base, "rotated keys"))


def test_names_that_no_text_can_hold_and_paths_that_no_system_takes_are_failures_of_their_own(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    odd = os.fsdecode(os.fsencode(documents) + b"/b\xff.md")
    try:
        Path(odd).write_text(SUPPORT)
    except OSError:
        pytest.skip("this file system takes no such name")
    base = KnowledgeBase(tmp_path / "index", HashingEmbedder(), create=True)
    tally = base.ingest([documents, Path("a" * 300), Path(odd)])
    assert names(base) == sorted(FILES)
    assert len(tally.failed) == 3
    assert all(reason.encode() for _, reason in tally.failed)


def test_two_files_of_one_name_are_kept_apart_however_they_are_given(tmp_path: Path) -> None:
    paths = [file(tmp_path / place / "x" / "policy.md", SECURITY) for place in ("a", "b", "c")]
    base = KnowledgeBase(tmp_path / "index", HashingEmbedder(), create=True)
    tally = base.ingest(paths)
    assert len(names(base)) == len(set(tally.added)) == 3
    for given_ in (paths, paths[::-1], paths[1:2]):
        again = base.ingest(given_)
        assert (len(again.unchanged), again.added, again.replaced) == (len(given_), [], [])
    assert faults(base) == []


def test_a_file_with_an_exclamation_mark_is_not_taken_for_another_of_its_name(tmp_path: Path) -> None:
    paths = [file(tmp_path / place / "wow!.md", text) for place, text in (("a", SECURITY), ("b", SUPPORT))]
    base = KnowledgeBase(None, HashingEmbedder())
    base.ingest(paths[:1])
    assert base.ingest(paths[1:]).replaced == []
    assert len(names(base)) == 2


def test_a_file_that_moved_keeps_its_name_and_is_not_there_twice(tmp_path: Path) -> None:
    documents = folder(tmp_path / "old", {"a.md": SECURITY})
    base, _ = knowledge(tmp_path / "index", documents)
    documents.rename(tmp_path / "new")
    base.ingest([tmp_path / "new"])
    assert names(base) == ["a.md"]


def test_the_same_file_named_twice_goes_in_once(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    base = KnowledgeBase(None, HashingEmbedder())
    assert len(base.ingest([documents, documents / "security.md", documents]).added) == 2


def test_every_file_is_in_exactly_one_list_of_the_tally(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs", {**FILES, "empty.md": "", "x.bin": "x"})
    _, tally = knowledge(tmp_path / "index", documents)
    told = [*tally.added, *tally.replaced, *tally.unchanged, *dict(tally.failed), *dict(tally.skipped)]
    assert sorted(told) == ["empty.md", "security.md", "support.md", "x.bin"]


def test_a_knowledge_base_in_memory_is_asked_like_one_on_disk(tmp_path: Path) -> None:
    documents = folder(tmp_path / "docs")
    memory, _ = knowledge(None, documents)
    disk, _ = knowledge(tmp_path / "index", documents)
    query = "How long are backups kept?"
    assert found(memory, query) == found(disk, query) != []


def test_what_was_ingested_is_there_when_the_index_is_opened_again(tmp_path: Path) -> None:
    base, _ = knowledge(tmp_path / "index", folder(tmp_path / "docs"))
    before = found(base, "severity 1 faults")
    base.manifest.close()
    opened = KnowledgeBase(tmp_path / "index", HashingEmbedder())
    assert found(opened, "severity 1 faults") == before


def test_progress_tells_every_file_and_the_end(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    base = KnowledgeBase(None, HashingEmbedder())
    base.ingest([folder(tmp_path / "docs")], progress=lambda *args: told.append(args))
    assert told[:3] == [("security.md", 0, 2), ("support.md", 1, 2), ("", 2, 2)]
    assert told[-1] == ("", base.warming()[1], base.warming()[1])


def test_a_tally_of_nothing_is_all_zeros(tmp_path: Path) -> None:
    tally = KnowledgeBase(None, HashingEmbedder()).ingest([folder(tmp_path / "docs", {})])
    assert isinstance(tally, Tally)
    assert (tally.documents, tally.pages, tally.chunks, tally.blocks, tally.added) == (0, 0, 0, 0, [])


def test_removed_documents_are_found_no_more_and_unknown_names_are_given_back(tmp_path: Path) -> None:
    base, _ = knowledge(tmp_path / "index", folder(tmp_path / "docs"))
    assert base.remove(["support.md", "nowhere.md"]) == ["nowhere.md"]
    assert names(base) == ["security.md"]
    assert faults(base) == []


# -- zips ----------------------------------------------------------------------------------------------------


def test_members_of_a_zip_are_documents_and_change_one_by_one(tmp_path: Path) -> None:
    documents = tmp_path / "docs"
    zipped(documents / "a.zip", {"in/security.md": SECURITY, "in/support.md": SUPPORT})
    base, _ = knowledge(tmp_path / "index", documents)
    assert names(base) == ["a.zip/in/security.md", "a.zip/in/support.md"]
    assert len(base.ingest([documents]).unchanged) == 2
    zipped(documents / "a.zip", {"in/security.md": CHANGED, "in/support.md": SUPPORT})
    tally = base.ingest([documents])
    assert (tally.replaced, tally.unchanged) == (["a.zip/in/security.md"], ["a.zip/in/support.md"])
    zipped(documents / "a.zip", {"in/security.md": CHANGED})
    assert base.ingest([documents], prune=True).removed == ["a.zip/in/support.md"]
    (documents / "a.zip").unlink()
    assert base.ingest([documents], prune=True).removed == ["a.zip/in/security.md"]
    assert faults(base) == []


def test_a_zip_that_is_damaged_now_keeps_what_came_from_it(tmp_path: Path) -> None:
    documents = tmp_path / "docs"
    zipped(documents / "a.zip", {"security.md": SECURITY})
    base, _ = knowledge(None, documents)
    file(documents / "a.zip", b"PK\x03\x04 and no more")
    tally = base.ingest([documents], prune=True)
    assert [name for name, _ in tally.failed] == ["a.zip"]
    assert (tally.gone, tally.removed, names(base)) == ([], [], ["a.zip/security.md"])


def test_an_unsafe_or_locked_member_is_told_and_the_others_go_in(tmp_path: Path) -> None:
    documents = tmp_path / "docs"
    zipped(documents / "a.zip", {"../up.md": SUPPORT, "inner.zip": b"PK", "ok.md": SECURITY})
    base, tally = knowledge(None, documents)
    assert names(base) == ["a.zip/ok.md"]
    assert sorted(dict(tally.failed)) == ["a.zip/../up.md", "a.zip/inner.zip"]


# -- what need not be read -----------------------------------------------------------------------------------


def counting(monkeypatch: pytest.MonkeyPatch, name: str) -> list[str]:
    """The files for which a function of the intake is called."""
    called: list[str] = []
    true: Callable[..., object] = getattr(intake, name)

    def counted(path: Path, *rest: object) -> object:
        called.append(path.name)
        return true(path, *rest)

    monkeypatch.setattr(intake, name, counted)
    return called


def test_a_file_with_its_old_times_is_not_even_opened(
    settled_clock: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(None, documents)
    opened = counting(monkeypatch, "file_digest") + counting(monkeypatch, "read")
    assert len(base.ingest([documents]).unchanged) == 2
    assert opened == []


def test_a_touched_file_is_known_by_its_digest_and_looked_at_once(
    settled_clock: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(None, documents)
    os.utime(documents / "support.md", (1, 1))
    digested, read = counting(monkeypatch, "file_digest"), counting(monkeypatch, "read")
    for _ in range(2):
        assert len(base.ingest([documents]).unchanged) == 2
    assert (digested, read) == (["support.md"], [])


def test_a_file_of_another_size_is_read_again_without_a_look_at_its_digest(
    settled_clock: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(None, documents)
    file(documents / "support.md", SUPPORT + "\nMore of it.\n")
    digested, read = counting(monkeypatch, "file_digest"), counting(monkeypatch, "read")
    assert base.ingest([documents]).replaced == ["support.md"]
    assert (digested, read) == ([], ["support.md"])


def test_a_file_that_was_just_written_is_not_trusted_by_its_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(None, documents)
    digested = counting(monkeypatch, "file_digest")
    assert len(base.ingest([documents]).unchanged) == 2
    assert sorted(digested) == sorted(FILES)
    file(documents / "security.md", CHANGED)  # of the same size
    assert base.ingest([documents]).replaced == ["security.md"]


def test_tags_and_an_audience_given_later_are_written_to_unchanged_documents(
    settled_clock: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = folder(tmp_path / "docs")
    base, _ = knowledge(None, documents, options=IngestOptions(tags=("old",)))
    read = counting(monkeypatch, "read")
    tally = base.ingest([documents], options=IngestOptions(tags=("new", "old"), audience="partners"))
    assert (len(tally.unchanged), read) == (2, [])
    assert {(row.tags, row.audience) for row in base.documents()} == {(("old", "new"), "partners")}
    base.ingest([documents])
    assert {(row.tags, row.audience) for row in base.documents()} == {(("old", "new"), "partners")}


def test_a_file_that_cannot_be_read_is_not_read_again_until_it_changes_or_one_asks_for_it(
    settled_clock: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = folder(tmp_path / "docs", {"empty.md": "", "support.md": SUPPORT})
    base, _ = knowledge(tmp_path / "index", documents)
    read = counting(monkeypatch, "read")
    [(name, reason)] = base.ingest([documents]).failed
    assert (name, read) == ("empty.md", [])
    assert reason.startswith("empty.md: is empty")
    assert "as before; --retry reads it again" in reason
    for options in (IngestOptions(retry=True), IngestOptions(passwords=("secret",))):
        assert "as before" not in base.ingest([documents], options=options).failed[0][1]
    assert read == ["empty.md"] * 2
    file(documents / "empty.md", SECURITY)
    assert base.ingest([documents]).added == ["empty.md"]
    assert base.manifest.quarantined() == {}


def test_a_file_that_was_just_written_is_read_again_though_it_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = folder(tmp_path / "docs", {"empty.md": ""})
    base, _ = knowledge(None, documents)
    read = counting(monkeypatch, "read")
    base.ingest([documents])
    assert read == ["empty.md"]


def test_a_file_that_the_system_did_not_give_is_read_again(
    settled_clock: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    documents = folder(tmp_path / "docs")
    with monkeypatch.context() as patch:
        patch.setattr(intake, "read", refuse)
        base, tally = knowledge(None, documents)
    assert [reason for _, reason in tally.failed] == [f"{name}: Permission denied" for name in sorted(FILES)]
    assert sorted(base.ingest([documents]).added) == sorted(FILES)


def forbid(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    """The system refuses every look at what is below a folder."""
    for name in ("stat", "scandir"):
        true = getattr(os, name)

        def asked(path: object = ".", *rest: object, _true: Callable[..., object] = true, **more: object) -> object:
            below = isinstance(path, (str, Path)) and place in Path(path).parents
            if below or (_true is scandir and Path(str(path)) == place):
                raise PermissionError(13, "Permission denied", str(path))
            return _true(path, *rest, **more)

        monkeypatch.setattr(os, name, asked)


scandir = os.scandir


def test_what_lies_in_a_folder_that_may_not_be_looked_into_is_told_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = folder(tmp_path / "docs", {"a.md": SECURITY, "closed/b.md": SUPPORT})
    base, _ = knowledge(None, documents)
    with monkeypatch.context() as patch:
        forbid(patch, documents / "closed")
        tally = base.ingest([documents], prune=True)
    assert [reason.split(": ")[1] for _, reason in tally.failed] == ["Permission denied. Check its permissions"]
    assert (tally.gone, tally.removed, names(base)) == ([], [], ["a.md", "closed/b.md"])
