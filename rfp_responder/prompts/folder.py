"""The user's own folder of prompts: what is written there, and how.

    prompts/answer/3.md      a version
    prompts/answer/3.json    what it measured when it was promoted
    prompts/aliases.toml     which version answers (written by promotions and rollbacks)
    prompts/released.toml    digests of versions that never change any more
    prompts/log.jsonl        every promotion, refusal and rollback, oldest first
    prompts/runs/            the runs they rest on

Every file is written whole or not at all, by one process at a time. Times and days are given by the caller.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Literal

from rfp_responder.errors import InputError
from rfp_responder.prompts.library import ALIASES_FILE, RELEASED_FILE, RUNS, PromptLibrary, aliases_of
from rfp_responder.prompts.version import LARGEST, NAME, NUMBER, PromptVersion, file_text, read_version
from rfp_responder.staged import staged

Alias = Literal["production", "candidate"]
What = Literal["promoted", "refused", "rolled back"]
LOG = "log.jsonl"
_WRITTEN = "# Written by `rfp prompts`; see `rfp prompts log`.\n"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to an alias. ``before`` and ``after`` are references, None where no version was or is set.

    For a refusal ``after`` is what was asked for. ``digest`` is that version's (``""``: none), ``run`` a folder below
    the folder of prompts (``run_before`` that of the version before), ``gold`` the sha256 of the gold file; ``figures``
    are the metrics of the gates on the test split, ``figures_before`` those of the version that answered then.
    ``reasons`` say why it was refused.
    """

    when: datetime
    what: What
    alias: Alias
    before: str | None
    after: str | None
    digest: str = ""
    by: str = ""
    run: str = ""
    run_before: str = ""
    model: str = ""
    gold: str = ""
    figures: Mapping[str, float | None] = field(default_factory=dict)
    figures_before: Mapping[str, float | None] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()


class PromptFolder:
    """Writes into the folder ``library.own``, which is made when there is something to write."""

    def __init__(self, library: PromptLibrary) -> None:
        if library.own is None:
            raise InputError("prompts: no folder of your own is set", "Set RFP_PROMPTS, or prompts in rfp.toml")
        self.library = library
        self.path = library.own

    @contextmanager
    def alone(self, task: str = "promotion") -> Iterator[None]:
        """Raises InputError where another process is at the same task."""
        from filelock import FileLock, Timeout

        self.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path / f".{task.replace(' ', '-')}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise InputError(
                f"prompts {self.path}: another {task} is under way", "Wait until it has ended, then run this again"
            ) from error
        try:
            yield
        finally:
            lock.release()

    def add(self, version: PromptVersion) -> PromptVersion:
        """Write a version as the next free number of its name (its own number and digest are not looked at).

        Raises InputError where it could not be read back as it is.
        """
        if not NAME.fullmatch(version.name) or version.name == RUNS:
            raise InputError(
                f"prompt {version.name[:60]!r}: is no name, expected letters a-z, digits and -, as in answer",
                "Choose another",
            )
        with self.alone("new version"):
            number = max(self.library.numbers(version.name), default=0) + 1
            path = self.path / version.name / f"{number}.md"
            if not NUMBER.fullmatch(str(number)):
                raise InputError(f"prompt {path}: no number is left below it", "Choose another name")
            text = file_text(replace(version, number=number))
            made = read_version(text.encode("utf-8", "surrogatepass")[: LARGEST + 1], str(path), version.name, number)
            if replace(made, digest="") != replace(version, number=number, digest=""):
                raise InputError(f"prompt {path}: its parts hold lines that divide a file", "Take out such lines")
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, text)
            return made

    def copy(self, source: PromptVersion, name: str, today: date) -> PromptVersion:
        """A version as a new one of ``name``, with the reason for it still to be filled in."""
        return self.add(replace(source, name=name, why="", created=today, reviewed=today))

    def release(self, version: PromptVersion) -> None:
        """From now on the file of this version never changes; one that ships is released already."""
        if self.library.is_own(version):
            self._table(RELEASED_FILE, {**self.library.released(own=True), version.ref: version.digest})

    def attach(self, version: PromptVersion, results: str) -> None:
        """Put the results of its run (JSON) beside a version of one's own, where the page of prompts finds them."""
        if self.library.is_own(version):
            _write(self.path / version.name / f"{version.number}.json", results)

    def point(self, alias: Alias, ref: str | None) -> None:
        """Set an alias; None takes the user's own setting away."""
        own = aliases_of(self.path)
        if ref is None:
            own.pop(alias, None)
        else:
            own[alias] = ref
        self._table(ALIASES_FILE, own)

    def record(self, event: Event) -> None:
        """Append to the log; raises InputError where the log so far cannot be read."""
        lines = [*self.events(), event]
        _write(self.path / LOG, "".join(json.dumps(_json(one), ensure_ascii=False) + "\n" for one in lines))

    def events(self) -> tuple[Event, ...]:
        """Everything that was recorded, oldest first; raises InputError naming the line at fault."""
        from pydantic import TypeAdapter

        path = self.path / LOG
        if not path.is_file():
            return ()
        reader = TypeAdapter(Event)  # a file that a person or a merge may have changed: a trust boundary
        lines = path.read_text("utf-8", errors="replace").split("\n")
        found = []
        for number, line in enumerate(lines, 1):
            try:
                if line.strip():
                    found.append(reader.validate_json(line))
            except ValueError as error:
                raise InputError(
                    f"prompts {path}, line {number}: is no entry of the log", "Undo the change to the file"
                ) from error
        return tuple(found)

    def run_folder(self, version: PromptVersion, gold_sha256: str, model: str) -> Path:
        """Where the next run of this version is kept: a folder that no entry of the log names.

        Raises InputError where the log cannot be read.
        """
        cleaned = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in model)[:60]
        named = {run for event in self.events() for run in (event.run, event.run_before)}
        base = f"{version.ref}-{gold_sha256[:8]}-{cleaned}"
        free = (base if number == 1 else f"{base}-{number}" for number in count(1))
        return self.path / RUNS / next(name for name in free if f"{RUNS}/{name}" not in named)

    def _table(self, name: str, values: Mapping[str, str]) -> None:
        lines = [f"{json.dumps(key)} = {json.dumps(value)}\n" for key, value in sorted(values.items())]
        _write(self.path / name, _WRITTEN + "".join(lines))


def events_json(events: tuple[Event, ...]) -> list[dict[str, object]]:
    """The log as JSON values, as it stands in the file."""
    return [_json(event) for event in events]


def _json(event: Event) -> dict[str, object]:
    told = {**asdict(event), "when": event.when.isoformat(timespec="seconds")}
    return {name: value for name, value in told.items() if value or name in {"before", "after"}}


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    with staged(path) as file:
        file.write(text.encode())
