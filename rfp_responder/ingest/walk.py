"""Which files to ingest: files, folders, patterns and zip archives, less what is excluded."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rfp_responder.errors import DocumentError, InputError
from rfp_responder.ingest import READERS
from rfp_responder.ingest.archive import members

IGNORE_FILE = ".rfpignore"


@dataclass(frozen=True, slots=True)
class Found:
    """A file to ingest: its path, the name it goes by, and the folder or file it was named by, in full.

    ``source`` is its whole path. ``member`` is its path within ``path`` where that is a zip archive, and then stands
    behind a ``!`` in ``source`` too. ``size`` is in bytes, ``stamp`` the later of the times, in nanoseconds, at which
    its content and its entry in the folder were changed.
    """

    path: Path
    name: str
    root: str
    source: str
    size: int
    stamp: int
    member: str = ""

    @property
    def suffix(self) -> str:
        """What tells how it is read, in lower case."""
        return Path(self.member or self.path).suffix.lower()


@dataclass(slots=True)
class Walk:
    """What was found: files in a stable order, what cannot be read and what was left out, each with the reason."""

    files: list[Found] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def walk(paths: Sequence[Path], exclude: Sequence[str] = ()) -> Walk:
    """The files below ``paths``; a path that is not there may be a pattern (``docs/**/*.pdf``).

    ``exclude`` holds patterns as in a ``.gitignore``; a folder's ``.rfpignore`` holds more of them.
    """
    found = _Collector(tuple(exclude))
    for path in paths:
        for each in _expanded(path):
            found.take(each)
    return found.walk


def _expanded(path: Path) -> list[Path]:
    if not glob.has_magic(str(path)) or os.path.lexists(path):
        return [path]
    if "**" not in path.parts:
        return [Path(each) for each in sorted(glob.glob(str(path)))] or [path]  # noqa: PTH207  # leaves hidden ones out
    # links to folders are not entered, as glob.glob would: two that lead in a circle make a walk without end
    root = Path(path.anchor)
    matched = [each for each in root.glob(str(path.relative_to(root))) if not _hidden(each) - set(path.parts)]
    return sorted(matched) or [path]


def _hidden(path: Path) -> set[str]:
    return {part for part in path.parts if part.startswith(".")}


class _Collector:
    def __init__(self, exclude: tuple[str, ...]) -> None:
        self.walk = Walk()
        self._exclude = exclude
        self._excluded = _Matches(exclude)
        self._seen: set[str] = set()

    def take(self, path: Path) -> None:
        """A file or folder that was named."""
        fault = _cannot_be_named(path)
        if fault:
            self.walk.failed.append(fault)
        elif path.is_dir():
            self._folder(path)
        elif not path.is_file():
            self.walk.failed.append((_shown(path), f"{path}: there is no such file or folder. Check the path"))
        elif self._excluded(path.name if path.is_absolute() else path.as_posix()):
            self.walk.skipped.append((path.name, "excluded"))
        elif not self._file(path, path.name, os.path.realpath(path), self._excluded):
            known = ", ".join(sorted([*READERS, ".zip"]))
            reason = f"{path}: suffix {path.suffix or '(none)'} is not read, expected {known}"
            self.walk.failed.append((path.name, reason))

    def _folder(self, folder: Path) -> None:
        excluded = _matcher(folder, self._exclude)
        root = os.path.realpath(folder)
        for path, name in self._below(folder, folder, excluded):
            fault = _cannot_be_named(path)
            if fault:
                self.walk.failed.append(fault)
            elif excluded(name):
                self.walk.skipped.append((name, "excluded"))
            elif not self._file(path, name, root, excluded):
                self.walk.skipped.append((name, f"suffix {path.suffix or '(none)'} is not read"))

    def _below(self, folder: Path, root: Path, excluded: _Matches) -> Iterator[tuple[Path, str]]:
        """Every file below a folder with its path from ``root``, in order; hidden ones and links to folders are not
        entered (a link may lead in a circle)."""
        try:
            with os.scandir(folder) as entries:
                ordered = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self.walk.failed.append((_shown(folder), f"{_shown(folder)}: {error.strerror}. Check its permissions"))
            return
        for entry in ordered:
            path = folder / entry.name
            name = path.relative_to(root).as_posix()
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if not excluded(f"{name}/"):
                    yield from self._below(path, root, excluded)
            elif not _leads_to_folder_or_nowhere(entry):
                yield path, name

    def _file(self, path: Path, name: str, root: str, excluded: _Matches) -> bool:
        """Take a file in; False where its suffix is not read."""
        suffix = path.suffix.lower()
        if suffix not in READERS and suffix != ".zip":
            return False
        try:
            status = path.stat()
        except OSError as error:
            self.walk.failed.append((name, f"{name}: {error.strerror}"))
            return True
        stamp = max(status.st_mtime_ns, status.st_ctime_ns)
        source = os.path.realpath(path)
        if suffix != ".zip":
            self._add(Found(path, name, root, source, status.st_size, stamp))
            return True
        try:
            inside = members(path)
        except DocumentError as error:
            self.walk.failed.append((name, str(error).replace(path.name, name, 1)))
            return True
        for member in inside:
            inner = f"{name}/{member.name}"
            if excluded(inner):
                self.walk.skipped.append((inner, "excluded"))
            else:
                self._add(Found(path, inner, root, f"{source}!{member.name}", member.size, stamp, member.name))
        if not inside:
            self.walk.skipped.append((name, "holds no file that is read"))
        return True

    def _add(self, file: Found) -> None:
        if file.source not in self._seen:
            self._seen.add(file.source)
            self.walk.files.append(file)


def _leads_to_folder_or_nowhere(entry: os.DirEntry[str]) -> bool:
    try:
        return not entry.is_file()
    except OSError:  # a link to itself, or into a folder that may not be looked into
        return True


class _Matches:
    """Whether a path below a folder is excluded, by patterns as in a ``.gitignore``."""

    def __init__(self, patterns: Sequence[str]) -> None:
        from pathspec import GitIgnoreSpec

        try:
            self._spec = GitIgnoreSpec.from_lines(patterns) if patterns else None
        except ValueError as error:
            raise InputError(f"{IGNORE_FILE} or --exclude: {error}", "Write patterns as in a .gitignore") from error

    def __call__(self, name: str) -> bool:
        return self._spec is not None and bool(self._spec.match_file(name))


def _matcher(folder: Path, exclude: Sequence[str]) -> _Matches:
    ignore = folder / IGNORE_FILE
    try:
        lines = ignore.read_text("utf-8", errors="replace").splitlines() if ignore.is_file() else []
    except OSError:
        lines = []
    return _Matches([*lines, *exclude])


def _shown(path: Path) -> str:
    return str(path).encode("utf-8", "replace").decode()[:200]


def _cannot_be_named(path: Path) -> tuple[str, str] | None:
    """Name and reason where the system refuses the path, or where its name is not text that can be cited."""
    shown = str(path).encode("utf-8", "replace").decode()
    if shown != str(path):
        return shown, f"{shown}: its name is not valid UTF-8. Rename it"
    try:
        path.exists()
    except OSError as error:
        return shown[:200], f"{shown[:200]}: {error.strerror}. Check the path"
    return None
