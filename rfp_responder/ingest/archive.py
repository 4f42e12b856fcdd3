"""Zip archives: what is in one, and one member written out to a file, within limits.

``members`` lists what could be read by its suffix, and the archives in the archive; what is wrong with a single
member (an unsafe name, a password, a bomb, an archive in an archive) is told by ``extracted``, so that the others
can still go in.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rfp_responder.errors import DocumentError
from rfp_responder.officezip import ZIP_FAULTS

MAX_MEMBERS = 10_000
MAX_MEMBER_BYTES = 500_000_000
MAX_RATIO = 200  # bytes written for each packed byte; text and office files stay below about 1:30
RATIO_FROM = 10_000_000  # small members may be as repetitive as they like
ARCHIVES = frozenset({".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz"})
_BLOCK = 1 << 20
_LONGEST_NAME = 150  # characters of a file's name; most file systems take 255 bytes
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\ud800-\udfff]')


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its path there in safe characters, and the size the archive states."""

    name: str
    size: int


class Archive:
    """A zip held open: its list is read once, for there may be thousands of members to write out."""

    def __init__(self, path: Path) -> None:
        """Raises DocumentError."""
        self._path = path
        with contextlib.ExitStack() as stack:
            self._package = stack.enter_context(_opened(path))
            self._wanted = _wanted(path, self._package)
            stack.pop_all()

    def close(self) -> None:
        """Close the file."""
        self._package.close()

    def members(self) -> list[Member]:
        """The files whose suffix is read, and the archives among them, by name."""
        return [Member(name, info.file_size) for name, info in sorted(self._wanted.items())]

    def extracted(self, name: str, folder: Path) -> Path:
        """Write one member, named as ``members`` names it, to a file of its own below ``folder``; DocumentError."""
        path, package = self._path, self._package
        info = self._wanted.get(name)
        if info is None:
            raise DocumentError(f"{path.name}: holds no {name}", "List its members again")
        _check(f"{path.name}: {name}", info)
        own = folder / hashlib.sha256(name.encode()).hexdigest()[:16]  # two folders may hold files of the same name
        own.mkdir(parents=True, exist_ok=True)
        file = PurePosixPath(name)
        target = own / f"{file.stem[:_LONGEST_NAME]}{file.suffix}"
        try:
            _write(f"{path.name}: {name}", package, info, target)
        except ZIP_FAULTS as fault:
            target.unlink(missing_ok=True)
            raise DocumentError(
                f"{path.name}: {name} is damaged or cannot be unpacked ({fault})", "Ask the sender for a clean copy"
            ) from fault
        except DocumentError:
            target.unlink(missing_ok=True)
            raise
        return target


def members(path: Path) -> list[Member]:
    """The files in a zip whose suffix is read, and the archives in it, by name; raises DocumentError."""
    with contextlib.closing(Archive(path)) as archive:
        return archive.members()


def extracted(path: Path, name: str, folder: Path) -> Path:
    """Write one member, named as ``members`` names it, to a file of its own below ``folder``; raises DocumentError."""
    with contextlib.closing(Archive(path)) as archive:
        return archive.extracted(name, folder)


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except ZIP_FAULTS as fault:
        raise DocumentError(
            f"{path.name}: is damaged or no zip archive ({fault})", "Ask the sender for a clean copy"
        ) from fault


def _wanted(path: Path, package: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    from rfp_responder.ingest import READERS

    infos = package.infolist()
    if len(infos) > MAX_MEMBERS:
        raise DocumentError(
            f"{path.name}: holds {len(infos):,} files, at most {MAX_MEMBERS:,} are read", "Unpack it and name a folder"
        )
    found = {}
    for info in infos:
        name = _safe(info.filename)
        parts = name.split("/")
        unseen = any(part.startswith(".") and part not in {".", ".."} for part in parts) or "__MACOSX" in parts
        kind = stat.S_IFMT(info.external_attr >> 16)
        if not info.filename or info.is_dir() or unseen or kind not in {0, stat.S_IFREG}:
            continue
        if PurePosixPath(name).suffix.lower() in READERS.keys() | ARCHIVES:
            found[name] = info
    return found


def _safe(name: str) -> str:
    drive = re.match(r"[A-Za-z]:", name)
    kept = drive.group() if drive else ""  # kept, so that it is refused as absolute
    return kept + _UNSAFE.sub("_", name[len(kept) :].replace("\\", "/"))


def _check(what: str, info: zipfile.ZipInfo) -> None:
    name = _safe(info.filename)
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        raise DocumentError(f"{what} has a path that leads out of the archive", "Pack it again with plain names")
    if PurePosixPath(name).suffix.lower() in ARCHIVES:
        raise DocumentError(f"{what} is an archive in an archive, which is not entered", "Unpack it and name its files")
    if info.flag_bits & 1:
        raise DocumentError(f"{what} is encrypted", "Unpack it with its password and name the file")
    if info.file_size > MAX_MEMBER_BYTES:
        raise DocumentError(f"{what} is {info.file_size:,} bytes, at most {MAX_MEMBER_BYTES:,} are read", "Split it")


def _write(what: str, package: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    """Copy block by block: the bytes that come count, not those the archive states."""
    written = 0
    with package.open(info) as source, target.open("wb") as file:
        while block := source.read(_BLOCK):
            written += len(block)
            if written > min(info.file_size, MAX_MEMBER_BYTES):
                raise DocumentError(
                    f"{what} unpacks to more than the {info.file_size:,} bytes stated", "Ask for a clean copy"
                )
            if written > RATIO_FROM and written > MAX_RATIO * max(info.compress_size, 1):
                raise DocumentError(
                    f"{what} unpacks from {info.compress_size:,} to more than {written:,} bytes, above 1:{MAX_RATIO}",
                    "Ask for a clean copy",
                )
            file.write(block)
