"""Every prompt version that can be used: those that ship, and those in the user's own folder.

    library = PromptLibrary(Path("prompts"))
    library.find("production").render(passages=..., question=...)

Nothing is written here (``folder`` next door does that), and no clock is read: the same folders give the same prompts.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from rfp_responder.errors import InputError
from rfp_responder.prompts.version import LARGEST, NAME, NUMBER, PromptVersion, read_version, split_ref
from rfp_responder.text import shortened

ALIASES = ("production", "candidate")
"""Names that point at a version: what answers, and what a canary tries."""
ALIASES_FILE, RELEASED_FILE, RUNS = "aliases.toml", "released.toml", "runs"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LARGEST_TABLE = 1_000_000  # bytes


class PromptLibrary:
    """Finds versions by alias or reference; ``own`` is the user's folder, which need not be there."""

    def __init__(self, own: Path | None = None) -> None:
        if own is not None and own.exists() and not own.is_dir():
            raise InputError(f"setting prompts: {own} is a file, expected a folder", "Name a folder of prompt versions")
        self.own = own
        self._shipped: Traversable = files(__package__)

    def find(self, named: str) -> PromptVersion:
        """The version that an alias (``production``, ``candidate``) or a reference (``answer@2``) names.

        Raises InputError where there is none, where its file is at fault, and where it was released and has changed.
        """
        if named in ALIASES:
            ref = self.aliases().get(named)
            if ref is None:
                raise InputError(
                    f"prompt {named}: no version is set as {named}",
                    f"Set one: rfp prompts promote REF --alias {named}",
                )
            return self.find(ref)
        parted = split_ref(named)
        if parted is None:
            known = ", ".join(ALIASES)
            raise InputError(
                f"prompt {shortened(repr(named), 80)}: is no version, expected {known}, or one as in answer@2",
                "See `rfp prompts list`",
            )
        return self._version(*parted)

    def versions(self) -> tuple[PromptVersion, ...]:
        """Every version by name and number; raises InputError for the first file that is at fault."""
        return tuple(self._version(name, number) for name in self.names() for number in self.numbers(name))

    def readable(self) -> tuple[tuple[PromptVersion, ...], tuple[InputError, ...]]:
        """Every version that can be read, by name and number, and the faults of the other files."""
        found: list[PromptVersion] = []
        faults: list[InputError] = []
        for name in self._folders():
            numbers = set()
            for place in [self._shipped, *([self.own] if self.own is not None else [])]:
                some, strays = _numbered(place / name)
                numbers |= set(some)
                faults += strays
            for number in sorted(numbers):
                try:
                    found.append(self._version(name, number))
                except InputError as error:
                    faults.append(error)
        return tuple(found), tuple(faults)

    def names(self) -> list[str]:
        """The names that have versions, sorted."""
        return [name for name in self._folders() if self.numbers(name)]

    def _folders(self) -> list[str]:
        places = [self._shipped] if self.own is None or not self.own.is_dir() else [self._shipped, self.own]
        found = {each.name for place in places for each in place.iterdir() if each.is_dir()}
        return sorted(name for name in found if NAME.fullmatch(name) and name != RUNS)

    def numbers(self, name: str) -> list[int]:
        """The numbers of a name's versions, ascending, shipped and own; the files may be at fault."""
        mine = set(_numbers(self.own / name)) if self.own is not None else set()
        return sorted(set(_numbers(self._shipped / name)) | mine)

    def is_own(self, version: PromptVersion) -> bool:
        """Whether it stands in the user's own folder."""
        return self._own_file(version.name, version.number) is not None

    def beside(self, version: PromptVersion, suffix: str) -> Traversable:
        """The file of the version's number with another suffix (``.json``: its measured results), there or not."""
        folder: Traversable = self.own if self.own is not None and self.is_own(version) else self._shipped
        return folder / version.name / f"{version.number}{suffix}"

    def aliases(self) -> dict[str, str]:
        """Aliases and the references they point at; the user's own win over those that ship."""
        return aliases_of(self._shipped) | (aliases_of(self.own) if self.own is not None else {})

    def released(self, *, own: bool) -> dict[str, str]:
        """References that are released, and the digests of their files: the user's own, or those that ship."""
        place: Traversable | None = self.own if own else self._shipped
        found = {} if place is None else _table(place / RELEASED_FILE)
        for ref, digest in found.items():
            if split_ref(ref) is None or not _DIGEST.fullmatch(digest):
                met = shortened(f"{ref!r} = {digest!r}", 120)
                raise InputError(
                    f"{RELEASED_FILE}: got {met}, expected a version and the sha256 of its file", "Undo the change"
                )
        return found

    def is_released(self, version: PromptVersion) -> bool:
        """Whether it was released, so that its file never changes."""
        return version.ref in self.released(own=self.is_own(version))

    def _version(self, name: str, number: int) -> PromptVersion:
        ref, mine, shipped = f"{name}@{number}", self._own_file(name, number), self._shipped / name / f"{number}.md"
        if mine is not None and shipped.is_file():
            free = max(self.numbers(name)) + 1
            raise InputError(
                f"prompt {ref}: {mine} has the number of a version that ships (prompts/{name}/{number}.md)",
                f"Rename yours to {free}.md, the next free number, and write {name}@{free} for {ref} where "
                f"{ALIASES_FILE} and {RELEASED_FILE} beside it name it",
            )
        found = mine or shipped
        digest = self.released(own=mine is not None).get(ref)
        if not found.is_file():
            known = ", ".join(f"{name}@{each}" for each in self.numbers(name)) or "none of that name"
            gone = " (it was released; its file is gone)" if ref in self.released(own=True) else ""
            raise InputError(
                f"prompt {ref}: there is no such version{gone}, there is {known}", "See `rfp prompts list`"
            )
        place = str(found) if mine is not None else f"{name}/{number}.md (shipped)"
        version = read_version(_bytes(found, place), place, name, number)
        if mine is None:
            self._require_no_other(version)
        if digest is not None and digest != version.digest:
            raise InputError(
                f"prompt {place}: {ref} is released and its file has changed (digest {version.digest[:12]}, expected "
                f"{digest[:12]})",
                f"Keep the change elsewhere, undo it here, and make a new version: rfp prompts new {name}",
            )
        return version

    def _require_no_other(self, shipped: PromptVersion) -> None:
        """Raise InputError where the user released another text under the number of a version that ships since."""
        own = self.released(own=True).get(shipped.ref)
        if self.own is None or own is None or own == shipped.digest:
            return
        name, renamed = shipped.name, ""
        for number in sorted(_numbered(self.own / name)[0]):
            with suppress(InputError):  # a file at fault is not the one that is looked for
                renamed = f"{name}@{number}" if self._version(name, number).digest == own else renamed
        free = renamed or f"{name}@{max(self.numbers(name)) + 1}"
        first = "" if renamed else f"Put yours back as {self.own / name}/{free.partition('@')[2]}.md, and "
        what = f"{first}write {free} for {shipped.ref} in {self.own / RELEASED_FILE} and {self.own / ALIASES_FILE}"
        raise InputError(
            f"prompt {shipped.ref}: two texts have this name, yours that was released (digest {own[:12]}"
            f"{f', now {renamed}' if renamed else ''}) and the one that ships (digest {shipped.digest[:12]})",
            f"{what[0].upper()}{what[1:]}; or take {shipped.ref} out of both to use the one that ships",
        )

    def _own_file(self, name: str, number: int) -> Path | None:
        path = self.own / name / f"{number}.md" if self.own is not None else None
        return path if path is not None and path.is_file() else None


@lru_cache(maxsize=32)
def load_prompt(ref: str) -> PromptVersion:
    """The shipped version that a reference or an alias names."""
    return PromptLibrary().find(ref)


def aliases_of(folder: Traversable) -> dict[str, str]:
    """The aliases that one folder sets; raises InputError."""
    found = _table(folder / ALIASES_FILE)
    for alias, ref in found.items():
        if alias not in ALIASES or split_ref(ref) is None:
            met = shortened(f"{alias!r} = {ref!r}", 80)
            raise InputError(
                f"prompts {folder / ALIASES_FILE}: got {met}, expected {' or '.join(ALIASES)} and a version as in "
                "answer@2",
                "Correct the file",
            )
    return found


def _numbers(folder: Traversable) -> list[int]:
    """Numbers of the version files of a folder; raises InputError for a Markdown file that has none."""
    numbers, strays = _numbered(folder)
    if strays:
        raise strays[0]
    return numbers


def _numbered(folder: Traversable) -> tuple[list[int], list[InputError]]:
    """Numbers of the version files of a folder, and a fault for each Markdown file that has none."""
    numbers: list[int] = []
    strays: list[InputError] = []
    for each in folder.iterdir() if folder.is_dir() else ():
        stem, dot, suffix = each.name.rpartition(".")
        if suffix != "md" or not dot or each.name.startswith("."):
            continue
        if NUMBER.fullmatch(stem):
            numbers.append(int(stem))
            continue
        strays.append(
            InputError(
                f"prompt {shortened(repr(str(each)), 200)}: is not named by a version's number, expected as in 3.md",
                "Rename it, or move it out of the folder of prompts",
            )
        )
    return numbers, strays


def _bytes(path: Traversable, place: str) -> bytes:
    """At most as many bytes as a version may have, and one more, by which a larger file is told."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"prompt {place}: cannot be read ({error.strerror})", "Check its permissions") from error


def _table(path: Traversable) -> dict[str, str]:
    """A TOML file of texts by name; empty where there is none. Raises InputError."""
    if not path.is_file():
        return {}
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_TABLE + 1)
        if len(data) > _LARGEST_TABLE:
            raise ValueError(f"larger than {_LARGEST_TABLE} bytes")
        told: Mapping[str, object] = tomllib.loads(data.decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"prompts {path}: cannot be read ({shortened(str(error), 200)})", "Correct the file"
        ) from error
    found = {}
    for name, value in told.items():
        if not isinstance(value, str):
            raise InputError(
                f"prompts {path}: {name!r} is {shortened(repr(value), 60)}, expected a text in quotes",
                "Correct the file; a name with @ stands in quotes",
            )
        found[name] = value
    return found
