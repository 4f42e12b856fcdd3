"""Which files are found: folders, patterns and archives, less what is excluded, and no fault stops the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rfp_responder.errors import InputError
from rfp_responder.ingest.walk import Found, walk
from tests.makers import file, folder, zipped


def names(*paths: Path, exclude: tuple[str, ...] = ()) -> list[str]:
    return [found.name for found in walk(paths, exclude).files]


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A folder with folders in it."""
    texts = ("b.md", "a.pdf", "sub/c.MD", "sub/deep/d.html", "sub/deep/draft-e.md", ".hidden.md", ".git/f.md", "x.exe")
    return folder(tmp_path / "docs", dict.fromkeys(texts, "x"))


def test_files_below_a_folder_come_in_order_by_their_path_and_hidden_ones_do_not(documents: Path) -> None:
    found = walk([documents])
    assert [f.name for f in found.files] == ["a.pdf", "b.md", "sub/c.MD", "sub/deep/d.html", "sub/deep/draft-e.md"]
    assert found.skipped == [("x.exe", "suffix .exe is not read")]
    assert found.failed == []


def test_what_is_known_of_a_file_is_its_place_size_time_and_suffix(documents: Path) -> None:
    status = (documents / "sub/c.MD").stat()
    [found] = [f for f in walk([documents]).files if f.name == "sub/c.MD"]
    stamp = max(status.st_mtime_ns, status.st_ctime_ns)
    place = os.path.realpath(documents)
    assert found == Found(documents / "sub/c.MD", "sub/c.MD", place, f"{place}/sub/c.MD", 1, stamp)
    assert found.suffix == ".md"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("docs/*.md", ["b.md"]),
        ("docs/**/*.md", ["b.md", "draft-e.md"]),
        ("docs/sub/deep", ["d.html", "draft-e.md"]),
        ("docs/[ab].*", ["a.pdf", "b.md"]),
        ("doc?", ["a.pdf", "b.md", "sub/c.MD", "sub/deep/d.html", "sub/deep/draft-e.md"]),
    ],
)
@pytest.mark.parametrize("relative", [True, False])
def test_a_pattern_is_the_files_it_matches(
    pattern: str, expected: list[str], relative: bool, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(documents.parent)
    assert names(Path(pattern) if relative else documents.parent / pattern) == expected


def test_a_pattern_enters_no_links_to_folders_and_no_hidden_ones(documents: Path) -> None:
    for link in ("one", "two"):  # each leads back: together they are ways without end
        (documents / link).symlink_to(documents, target_is_directory=True)
    assert names(documents / "**" / "*.md") == ["b.md", "draft-e.md"]


def test_a_pattern_that_matches_nothing_and_a_path_that_is_not_there_are_told(documents: Path) -> None:
    for path in (documents / "*.docx", documents / "none"):
        [(_, reason)] = walk([path]).failed
        assert "there is no such file or folder" in reason


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    assert names(file(tmp_path / "a[1].md", "x")) == ["a[1].md"]


def test_a_file_that_is_named_and_of_no_known_kind_is_told(documents: Path) -> None:
    [(name, reason)] = walk([documents / "x.exe"]).failed
    assert name == "x.exe"
    assert "suffix .exe is not read, expected .csv" in reason
    assert ".zip" in reason


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        (("*.md",), ["a.pdf", "sub/c.MD", "sub/deep/d.html"]),
        (("draft-*",), ["a.pdf", "b.md", "sub/c.MD", "sub/deep/d.html"]),
        (("sub/",), ["a.pdf", "b.md"]),
        (("deep/",), ["a.pdf", "b.md", "sub/c.MD"]),
        (("/b.md", "sub/**/*.html"), ["a.pdf", "sub/c.MD", "sub/deep/draft-e.md"]),
        (("*.md", "!b.md"), ["a.pdf", "b.md", "sub/c.MD", "sub/deep/d.html"]),
    ],
)
@pytest.mark.parametrize("in_a_file", [True, False])
def test_what_is_excluded_is_left_out_as_in_a_gitignore(
    patterns: tuple[str, ...], left: list[str], in_a_file: bool, documents: Path
) -> None:
    if in_a_file:
        file(documents / ".rfpignore", "# a comment\n\n" + "\n".join(patterns) + "\n")
    assert names(documents, exclude=() if in_a_file else patterns) == left


def test_an_option_goes_over_the_folders_file(documents: Path) -> None:
    file(documents / ".rfpignore", "*.md\n")
    assert "b.md" in names(documents, exclude=("!b.md",))


def test_an_excluded_file_is_told_as_skipped(documents: Path) -> None:
    assert ("b.md", "excluded") in walk([documents], ("b.md",)).skipped


def test_files_of_a_pattern_and_members_of_a_zip_can_be_excluded_too(documents: Path) -> None:
    zipped(documents / "z.zip", {"keep.md": "x", "in/draft-z.md": "x"})
    found = walk([documents / "*.md", documents / "z.zip", documents / "sub/deep/draft-e.md"], ("draft-*",))
    assert [f.name for f in found.files] == ["b.md", "z.zip/keep.md"]
    assert found.skipped == [("z.zip/in/draft-z.md", "excluded"), ("draft-e.md", "excluded")]


def test_a_pattern_that_is_none_is_told(documents: Path) -> None:
    with pytest.raises(InputError, match=r"--exclude: .*'!'\. Write patterns"):
        walk([documents], ("!",))
    file(documents / ".rfpignore", b"\xff\n*.pdf\n")
    assert "a.pdf" not in names(documents)


def test_links_to_folders_are_not_entered_and_a_circle_ends(documents: Path) -> None:
    (documents / "sub" / "up").symlink_to(documents, target_is_directory=True)
    (documents / "self.md").symlink_to(documents / "self.md")
    (documents / "nowhere.md").symlink_to(documents / "gone.md")
    (documents / "again.md").symlink_to(documents / "b.md")
    found = walk([documents, documents / "self.md"])
    assert [f.name for f in found.files if f.name.endswith(".md")] == ["again.md", "sub/deep/draft-e.md"]
    assert len(found.files) == 5  # b.md goes by the first of its two names


def test_a_file_that_is_named_twice_is_found_once(documents: Path) -> None:
    assert names(documents / "b.md", documents, documents / "sub" / ".." / "b.md").count("b.md") == 1


def test_members_of_a_zip_go_by_its_name_and_their_path_in_it(documents: Path) -> None:
    path = zipped(documents / "sub" / "z.zip", {"inner/x.md": "12345", "y.PDF": "x", "photo.png": "x"})
    inside = [f for f in walk([documents]).files if f.member]
    assert [(f.name, f.member, f.suffix) for f in inside] == [
        ("sub/z.zip/inner/x.md", "inner/x.md", ".md"),
        ("sub/z.zip/y.PDF", "y.PDF", ".pdf"),
    ]
    assert (inside[0].source, inside[0].size) == (f"{os.path.realpath(path)}!inner/x.md", 5)
    assert names(path) == ["z.zip/inner/x.md", "z.zip/y.PDF"]


def test_a_damaged_zip_is_told_by_its_path_and_one_without_documents_is_skipped(documents: Path) -> None:
    file(documents / "sub" / "bad.zip", b"PK\x03\x04 and no more")
    zipped(documents / "none.zip", {"photo.png": "x"})
    found = walk([documents])
    [(name, reason)] = found.failed
    assert name == "sub/bad.zip"
    assert reason.startswith("sub/bad.zip: is damaged or no zip archive")
    assert ("none.zip", "holds no file that is read") in found.skipped
    assert len(found.files) == 5


def test_a_folder_that_may_not_be_looked_into_is_told_and_the_others_are(
    documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def refused(path: str | Path) -> object:
        if Path(path) == documents / "sub":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    found = walk([documents])
    assert [f.name for f in found.files] == ["a.pdf", "b.md"]
    assert found.failed == [(str(documents / "sub"), f"{documents / 'sub'}: Permission denied. Check its permissions")]


def test_a_file_that_vanishes_while_one_looks_is_told(documents: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stat = Path.stat

    def vanished(path: Path, **more: bool) -> os.stat_result:
        if path.name == "b.md":
            raise FileNotFoundError(2, "No such file or directory")
        return stat(path, **more)

    monkeypatch.setattr(Path, "stat", vanished)
    found = walk([documents])
    assert found.failed == [("b.md", "b.md: No such file or directory")]
    assert len(found.files) == 4
