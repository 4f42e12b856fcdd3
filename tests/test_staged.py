"""A file is whole or as it was; nothing is left beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rfp_responder.staged import staged


def test_a_file_takes_its_place_when_all_is_written(tmp_path: Path) -> None:
    with staged(tmp_path / "made") as file:
        file.write(b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
    assert (tmp_path / "made").read_bytes() == b"whole"


def test_what_fails_half_way_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "made").write_bytes(b"old")
    with pytest.raises(KeyError), staged(tmp_path / "made") as file:
        file.write(b"ha")
        raise KeyError
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
    assert (tmp_path / "made").read_bytes() == b"old"


@pytest.mark.parametrize(("private", "others"), [(True, 0), (False, 0o044)])
def test_a_private_file_is_its_owners_alone(private: bool, others: int, tmp_path: Path) -> None:
    with staged(tmp_path / "made", private=private):
        pass
    assert (tmp_path / "made").stat().st_mode & 0o044 == others
