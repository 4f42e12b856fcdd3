"""The library: shipped versions and the user's own, aliases, and released files that never change."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from prompt_makers import DAY, put, version

from rfp_responder.errors import InputError
from rfp_responder.prompts import PromptLibrary
from rfp_responder.prompts.folder import PromptFolder

NEXT = max(PromptLibrary().numbers("answer")) + 1  # the first number that no shipped version has
PRODUCTION = PromptLibrary().aliases()["production"]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "prompts"


def fault(library: PromptLibrary, named: str) -> str:
    with pytest.raises(InputError) as caught:
        library.find(named)
    assert caught.value.remedy
    return str(caught.value)


def test_without_a_folder_of_ones_own_there_is_what_ships_and_nothing_is_made(own: Path) -> None:
    for library in (PromptLibrary(), PromptLibrary(own)):
        assert library.find("production").ref == PRODUCTION
        assert {each.name for each in library.versions()} == {"answer"}
        assert "candidate" not in library.aliases()
    assert not own.exists()


def test_a_version_of_ones_own_is_found_beside_those_that_ship(own: Path) -> None:
    put(own, version(NEXT))
    put(own, version(3, name="brief"))
    library = PromptLibrary(own)
    found = library.find(f"answer@{NEXT}")
    assert (found.purpose, library.is_own(found), library.is_released(found)) == ("Draft an answer", True, False)
    assert library.names() == ["answer", "brief"]
    assert library.numbers("answer") == [*range(1, NEXT + 1)]
    assert [each.ref for each in library.versions()][-2:] == [f"answer@{NEXT}", "brief@3"]
    assert not library.is_own(library.find("answer@1"))


def test_the_users_aliases_win_over_those_that_ship(own: Path) -> None:
    put(own, version(NEXT))
    (own / "aliases.toml").write_text(f'production = "answer@{NEXT}"\n', "utf-8")
    assert PromptLibrary(own).find("production").number == NEXT
    (own / "aliases.toml").write_text(f'candidate = "answer@{NEXT}"\n', "utf-8")
    assert PromptLibrary(own).find("candidate").number == NEXT
    assert PromptLibrary(own).find("production").ref == PRODUCTION


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("answer@99", "prompt answer@99: there is no such version, there is answer@1"),
        ("poem@1", "prompt poem@1: there is no such version, there is none of that name"),
        ("candidate", "prompt candidate: no version is set as candidate. Set one: rfp prompts promote REF"),
        ("../answer@1", "is no version, expected production, candidate, or one as in answer@2"),
        ("answer@01", "is no version"),
        ("answer", "is no version"),
        ("", "is no version"),
        ("answer@" + "9" * 5000, "is no version"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(own: Path, named: str, told: str) -> None:
    assert told in fault(PromptLibrary(own), named)


def test_a_number_that_ships_already_is_told_with_both_files_and_the_next_free_number(own: Path) -> None:
    path = put(own, version(1))
    told = fault(PromptLibrary(own), "answer@1")
    assert str(path) in told
    assert "prompts/answer/1.md" in told
    assert f"Rename yours to {NEXT}.md, the next free number" in told


def test_a_file_without_a_number_in_its_name_is_told(own: Path) -> None:
    path = put(own, version(NEXT))
    path.rename(path.with_name("draft.md"))
    with pytest.raises(InputError, match=r"draft.md'?: is not named by a version's number, expected as in 3.md"):
        PromptLibrary(own).versions()
    assert PromptLibrary(own).find("production").ref == PRODUCTION, "a draft stops no answers"


def test_what_is_no_version_in_the_folder_is_passed_by(own: Path) -> None:
    path = put(own, version(NEXT))
    for name in ("runs/answer@3-x/results.json", "answer/.3.md", "answer/3.json", "Notes/1.md", "readme.md"):
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        (own / name).write_text("x", "utf-8")
    os.mkfifo(path.with_name("777.txt"))
    assert PromptLibrary(own).numbers("answer") == [*range(1, NEXT + 1)]


def test_a_folder_where_a_file_is_expected_and_a_pipe_are_told_and_never_read(own: Path) -> None:
    path = put(own, version(NEXT))
    path.with_name("50.md").mkdir()
    os.mkfifo(path.with_name("51.md"))
    for number in (50, 51):
        assert "there is no such version" in fault(PromptLibrary(own), f"answer@{number}")
    with pytest.raises(InputError, match="is a file, expected a folder"):
        PromptLibrary(path)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("aliases.toml", 'staging = "answer@1"', "'staging' = 'answer@1', expected production or candidate"),
        ("aliases.toml", 'production = "answer"', "'production' = 'answer', expected production or candidate"),
        ("aliases.toml", "production = 1", "'production' is 1, expected a text in quotes"),
        ("aliases.toml", "production", "cannot be read"),
        ("aliases.toml", "a = " + "[" * 9000, "cannot be read"),
        ("aliases.toml", "# " + "x" * 1_000_000, "larger than 1000000 bytes"),
        ("released.toml", '"answer@1" = "abc"', "expected a version and the sha256 of its file"),
        ("released.toml", 'answer@1 = "abc"', "cannot be read"),
    ],
)
def test_a_damaged_table_is_told(own: Path, name: str, text: str, told: str) -> None:
    put(own, version(NEXT))
    (own / name).write_text(text, "utf-8")
    assert told in fault(PromptLibrary(own), "production" if name == "aliases.toml" else f"answer@{NEXT}")


def test_a_released_file_that_changed_is_refused_with_both_digests(own: Path) -> None:
    path = put(own, version(NEXT))
    library = PromptLibrary(own)
    made = library.find(f"answer@{NEXT}")
    PromptFolder(library).release(made)
    assert library.is_released(made)
    assert library.find(made.ref) == made

    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert library.find(made.ref) == made, "line ends are no change"
    path.write_text(path.read_text("utf-8").replace("You answer", "You  answer"), "utf-8")
    told = fault(library, made.ref)
    assert f"{made.ref} is released and its file has changed" in told
    assert f"expected {made.digest[:12]}" in told
    assert "make a new version: rfp prompts new answer" in told
    path.unlink()
    assert "(it was released; its file is gone)" in fault(library, made.ref)


def test_a_new_version_takes_the_next_free_number_and_its_reason_is_to_be_filled_in(own: Path) -> None:
    folder = PromptFolder(PromptLibrary(own))
    source = folder.library.find("answer@1")
    made = [folder.copy(source, "answer", DAY), folder.copy(source, "answer", DAY)]
    assert [each.number for each in made] == [NEXT, NEXT + 1]
    assert folder.copy(source, "brief", DAY).ref == "brief@1"
    found = folder.library.find(f"answer@{NEXT}")
    assert found == made[0]
    assert (found.why, found.created, found.reviewed, found.system) == ("", DAY, DAY, source.system)
    assert not list(own.rglob("*.part"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "../x"}, "is no name"),
        ({"name": "Answer"}, "is no name"),
        ({"name": "runs"}, "is no name"),
        ({"system": "one\n# user\ntwo"}, "the line '# user' stands 2 times"),
        ({"system": "\ud800"}, "is not UTF-8"),
        ({"system": "padded "}, "its parts hold lines that divide a file"),
        ({"user": "$question"}, "$passages is missing"),
        ({"contract": "claims-9"}, "'claims-9' is unknown"),
    ],
)
def test_a_version_that_could_not_be_read_back_is_not_written(own: Path, change: dict[str, str], told: str) -> None:
    with pytest.raises(InputError) as caught:
        PromptFolder(PromptLibrary(own)).add(replace(version(), **change))
    assert told in str(caught.value)
    assert not list(own.rglob("*.md"))


def test_two_that_make_a_version_at_once_are_told(own: Path) -> None:
    own.mkdir()
    folder = PromptFolder(PromptLibrary(own))
    with FileLock(own / ".new-version.lock"), pytest.raises(InputError, match="another new version is under way"):
        folder.add(version())


def upgraded(own: Path) -> tuple[PromptLibrary, str]:
    """The user released a version of this number before one with it shipped; gives its digest."""
    digest = PromptLibrary(own).find(put(own, version(NEXT)).parent.name + f"@{NEXT}").digest
    (own / "released.toml").write_text(f'"answer@1" = "{digest}"\n', "utf-8")
    (own / "aliases.toml").write_text('production = "answer@1"\n', "utf-8")
    return PromptLibrary(own), digest


def test_a_shipped_text_never_answers_in_the_name_of_the_one_that_was_released(own: Path) -> None:
    library, digest = upgraded(own)  # the user's file stands under the next free number already
    told = fault(library, "production")
    assert f"yours that was released (digest {digest[:12]}, now answer@{NEXT})" in told
    assert f"the one that ships (digest {PromptLibrary().find('answer@1').digest[:12]})" in told
    assert f"Write answer@{NEXT} for answer@1 in " in told
    for name in ("released.toml", "aliases.toml"):  # what it says to do mends it
        path = own / name
        path.write_text(path.read_text("utf-8").replace("answer@1", f"answer@{NEXT}"), "utf-8")
    assert library.find("production").digest == digest
    assert library.find("answer@1") == PromptLibrary().find("answer@1")


def test_a_released_text_that_is_gone_is_not_replaced_by_a_shipped_one(own: Path) -> None:
    library, _ = upgraded(own)
    (own / "answer" / f"{NEXT}.md").unlink()
    assert f"Put yours back as {own}/answer/{NEXT}.md, and write answer@{NEXT} for answer@1" in fault(
        library, "answer@1"
    )


def test_one_stray_file_hides_no_version(own: Path) -> None:
    put(own, version(NEXT)).with_name("draft.md").write_text("x", "utf-8")
    (own / "answer" / f"{NEXT + 1}.md").write_text("no header", "utf-8")
    found, faults = PromptLibrary(own).readable()
    assert [each.number for each in found if each.name == "answer"] == list(range(1, NEXT + 1))
    assert [name for each in faults for name in ("draft.md", f"{NEXT + 1}.md") if name in str(each)] == [
        "draft.md",
        f"{NEXT + 1}.md",
    ]
