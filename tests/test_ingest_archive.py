"""Zip archives: what is in them, and one file out."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfp_responder.errors import DocumentError
from rfp_responder.ingest import archive
from rfp_responder.ingest.archive import Member, extracted, members
from tests.makers import file
from tests.office import zipped


def test_the_files_that_are_read_are_listed_by_their_path(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip",
        {
            "b/guide.md": "hello",
            "a/SLA.PDF": "%PDF-",
            "b/photo.png": "x",
            "__MACOSX/b/._guide.md": "x",
            ".hidden.md": "x",
            "b/.git/note.md": "x",
            "b/": "",
        },
    )
    assert members(path) == [Member("a/SLA.PDF", 5), Member("b/guide.md", 5)]


def test_a_member_is_written_to_a_file_of_its_own(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"b/guide.md": "one", "c/guide.md": "two"})
    first, second = (extracted(path, name, tmp_path / "out") for name in ("b/guide.md", "c/guide.md"))
    assert (first.read_text(), second.read_text()) == ("one", "two")
    assert first.name == second.name == "guide.md"


@pytest.mark.parametrize(
    "name", ["../guide.md", "a/../../guide.md", "/etc/guide.md", "C:\\guide.md", "C:guide.md", "..\\guide.md"]
)
def test_a_name_that_leads_out_is_refused_and_writes_nothing(name: str, tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {name: "x", "fine.md": "y"})
    (evil,) = [member.name for member in members(path) if member.name != "fine.md"]
    with pytest.raises(DocumentError, match="leads out of the archive"):
        extracted(path, evil, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert extracted(path, "fine.md", tmp_path / "out").read_text() == "y"


def test_an_archive_in_an_archive_is_listed_and_not_entered(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"guide.md": "x"}).read_bytes()
    path = zipped(tmp_path / "a.zip", {"inner.zip": inner})
    assert [member.name for member in members(path)] == ["inner.zip"]
    with pytest.raises(DocumentError, match="is an archive in an archive, which is not entered"):
        extracted(path, "inner.zip", tmp_path / "out")


def test_a_bomb_is_stopped_by_the_bytes_that_come(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"bomb.txt": b"\0" * 60_000_000})
    with pytest.raises(DocumentError, match="above 1:200"):
        extracted(path, "bomb.txt", tmp_path / "out")
    assert not any(found.is_file() for found in (tmp_path / "out").rglob("*"))


def test_a_size_that_lies_is_found_out(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.txt": b"word " * 1000})
    data = path.read_bytes().replace(struct.pack("<L", 5000), struct.pack("<L", 50))
    with pytest.raises(DocumentError, match=r"unpacks to more than|is damaged"):
        extracted(file(tmp_path / "b.zip", data), "a.txt", tmp_path / "out")


def test_limits_on_members_and_their_size_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "a.zip", {"a.md": "12345", "b.md": "x"})
    monkeypatch.setattr(archive, "MAX_MEMBER_BYTES", 4)
    with pytest.raises(DocumentError, match="is 5 bytes, at most 4 are read"):
        extracted(path, "a.md", tmp_path / "out")
    monkeypatch.setattr(archive, "MAX_MEMBERS", 1)
    with pytest.raises(DocumentError, match="holds 2 files, at most 1 are read"):
        members(path)


def test_encrypted_members_links_and_unknown_names_are_told(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.md": "x"})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    locked = file(tmp_path / "b.zip", bytes(data))
    with pytest.raises(DocumentError, match=r"a\.md is encrypted"):
        extracted(locked, "a.md", tmp_path / "out")
    with pytest.raises(DocumentError, match=r"holds no other\.md"):
        extracted(path, "other.md", tmp_path / "out")
    link = zipfile.ZipInfo("link.md")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as made:
        made.writestr(link, "/etc/passwd")
    assert members(tmp_path / "c.zip") == []


def test_a_damaged_archive_is_refused_in_one_line(tmp_path: Path) -> None:
    for data in (b"", b"PK\x03\x04 and no more", b"words"):
        with pytest.raises(DocumentError, match="is damaged or no zip archive") as caught:
            members(file(tmp_path / "a.zip", data))
        assert "\n" not in str(caught.value)


@given(st.integers(0, 250), st.integers(0, 255))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_byte_is_read_or_refused_and_never_leaves_the_folder(tmp_path: Path, at: int, value: int) -> None:
    data = bytearray(zipped(tmp_path / "p.zip", {"a/guide.md": "some words " * 9, "b.txt": "y"}).read_bytes())
    data[at % len(data)] = value
    path = file(tmp_path / "q.zip", bytes(data))
    try:
        for member in members(path):
            assert extracted(path, member.name, tmp_path / "out").resolve().is_relative_to(tmp_path / "out")
    except DocumentError as error:
        assert "\n" not in str(error)
