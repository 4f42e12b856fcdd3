"""Promotion of a prompt version: measured, held against the gates and the version that answers now, and recorded.

    event = Promotion(library, clock=lambda: datetime.now(UTC)).promote("answer@3", trial)
    event.what      # "promoted", or "refused" with its reasons; nothing has changed then

A candidate is set without gates (a canary is what tries it), and a rollback needs none.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rfp_responder.errors import InputError, ModelError
from rfp_responder.evaluation.gates import Gate, failures
from rfp_responder.evaluation.run import Provenance, RunResult
from rfp_responder.evaluation.versus import versus
from rfp_responder.prompts import PromptLibrary, PromptVersion
from rfp_responder.prompts.folder import Alias, Event, PromptFolder


@dataclass(frozen=True, slots=True)
class Trial:
    """What a version is measured by: ``measure`` puts it to the gold set's test split, with the model in use.

    ``provenance`` tells of its run; ``gold`` is the sha256 of the gold file, ``model`` the model's name.
    """

    measure: Callable[[PromptVersion], RunResult]
    provenance: Callable[[PromptVersion], Provenance]
    gates: tuple[Gate, ...]
    gold: str
    model: str


@dataclass(frozen=True, slots=True)
class Promotion:
    """Moves the aliases of a library's own folder; ``by`` names who does it, ``clock`` tells when (with a zone)."""

    library: PromptLibrary
    clock: Callable[[], datetime]
    by: str = ""

    def promote(self, named: str, trial: Trial) -> Event:
        """Measure a version and, where no gate fails, make it the one that answers; recorded either way.

        It is measured first; the version that answers now is measured only if the floors hold, under the same
        conditions. Each run is saved as soon as it is there. Raises InputError where it cannot be promoted at all,
        RfpError where it, or the version that answers now, cannot be measured.
        """
        if not trial.gates:
            raise InputError("gates: no floor is named, expected at least one", "Name floors in the file of the gates")
        version, before = self._wanted(named, "production")
        present = self.library.find(before) if before else None
        folder = PromptFolder(self.library)
        with folder.alone():
            folder.events()  # a log that cannot be read is told before anything is measured
            result, run = _measured(folder, version, trial)
            reasons = failures(result, list(trial.gates))
            other, other_run = None, ""
            if present is not None and not reasons:
                other, other_run = _measured(folder, present, trial)
                _require_whole(other, present.ref, folder.path / other_run)
                reasons = clearly_worse(other, result, trial.gates, present.ref)
            if self.library.find(version.ref) != version or self.library.aliases().get("production") != before:
                raise InputError(
                    f"prompt {version.ref}: prompts have changed while it was measured", "Promote it again"
                )
            event = Event(
                when=self.clock(),
                what="refused" if reasons else "promoted",
                alias="production",
                before=before,
                after=version.ref,
                digest=version.digest,
                by=self.by,
                run=run,
                run_before=other_run,
                model=trial.model,
                gold=trial.gold,
                figures=figures(result, trial.gates),
                figures_before=figures(other, trial.gates) if other is not None else {},
                reasons=tuple(reasons),
            )
            if not reasons:
                folder.attach(version, (folder.path / run / "results.json").read_text("utf-8"))
            _settle(folder, version, event)
        return event

    def nominate(self, named: str) -> Event:
        """Make a version the candidate; no gates."""
        version, before = self._wanted(named, "candidate")
        folder = PromptFolder(self.library)
        with folder.alone():
            event = Event(self.clock(), "promoted", "candidate", before, version.ref, version.digest, self.by)
            _settle(folder, version, event)
        return event

    def rollback(self, alias: Alias) -> Event:
        """Set an alias to what it was before the last promotion; each further one goes back one promotion more."""
        folder = PromptFolder(self.library)
        _earlier(folder, alias)  # where there is nothing to roll back, nothing is written, not even a lock
        with folder.alone():
            ref, now = _earlier(folder, alias), self.library.aliases().get(alias)
            digest = _as_recorded(folder, self.library.find(ref)) if ref else ""
            event = Event(self.clock(), "rolled back", alias, now, ref, digest, self.by)
            folder.record(event)
            folder.point(alias, ref)
        return event

    def _wanted(self, named: str, alias: Alias) -> tuple[PromptVersion, str | None]:
        """The version to promote, and what the alias names now; raises InputError where it cannot be promoted."""
        version, before = self.library.find(named), self.library.aliases().get(alias)
        if version.ref == before:
            raise InputError(f"prompt {version.ref}: is {alias} already", "See `rfp prompts list`")
        if not version.why.strip():
            raise InputError(
                f"prompt {version.ref}: its field why is empty, expected why it replaces the last",
                "Fill it in, then promote it",
            )
        return version, before


def _earlier(folder: PromptFolder, alias: Alias) -> str | None:
    """What an alias was before the last promotion that was not taken back yet; None where it was not set."""
    earlier: list[str | None] = []
    for event in folder.events():
        if event.alias == alias and event.what == "promoted":
            earlier.append(event.before)
        elif event.alias == alias and event.what == "rolled back" and earlier:
            earlier.pop()
    if not earlier:
        raise InputError(
            f"prompt {alias}: no promotion is left to roll back",
            f"Name a version: rfp prompts promote REF --alias {alias}",
        )
    return earlier[-1]


def _as_recorded(folder: PromptFolder, version: PromptVersion) -> str:
    """The digest of a version; raises InputError where the log has another text under its reference."""
    known = [
        event.digest
        for event in folder.events()
        if event.what != "refused" and event.after == version.ref and event.digest
    ]
    if known and known[-1] != version.digest:
        raise InputError(
            f"prompt {version.ref}: its text is not the one that was promoted (digest {version.digest[:12]}, "
            f"the log has {known[-1][:12]})",
            "Promote the version that you want by its present number: rfp prompts list",
        )
    return version.digest


def clearly_worse(before: RunResult, after: RunResult, gates: Sequence[Gate], ref: str) -> list[str]:
    """A line for each metric of the gates whose difference lies, with its 95 % interval, on the worse side.

    The difference is that of ``rfp eval --compare``: of the two runs as they stand, also where one of them answers
    cases that the other leaves blank.
    """
    found = []
    for one in versus(before.rows, after.rows, "test", {gate.metric for gate in gates}).contrasts:
        if one.group != "gate" or one.difference is None or one.low is None or one.high is None:
            continue
        if one.low > 0 if one.lower_is_better else one.high < 0:
            shown = f"{one.difference:+.3f}, 95 % interval {one.low:+.3f} to {one.high:+.3f}"
            count = str(one.n_a) if one.n_a == one.n_b else f"{one.n_a} and {one.n_b}"
            found.append(
                f"{one.metric}: {one.b:.3f}, clearly worse than {one.a:.3f} of {ref} (difference {shown}, n = {count})"
            )
    return found


def figures(result: RunResult, gates: Sequence[Gate]) -> Mapping[str, float | None]:
    """The metrics of the gates on the test split, in the order of the gates."""
    values = {one.metric: one.value for one in result.aggregates if one.split == "test"}
    return {gate.metric: values.get(gate.metric) for gate in gates}


def _settle(folder: PromptFolder, version: PromptVersion, event: Event) -> None:
    """Write what follows from an event: the log before the alias, so that no version answers unrecorded."""
    if event.what == "promoted":
        folder.release(version)
    folder.record(event)
    if event.what == "promoted":
        folder.point(event.alias, version.ref)


def _measured(folder: PromptFolder, version: PromptVersion, trial: Trial) -> tuple[RunResult, str]:
    """A version's run, and where it is kept below the folder of prompts."""
    run = folder.run_folder(version, trial.gold, trial.model)
    result = trial.measure(version)
    _save(result, run, trial.provenance(version))
    return result, run.relative_to(folder.path).as_posix()


def _require_whole(result: RunResult, ref: str, run: Path) -> None:
    """Raise ModelError for a run with errors: it counts them as misses, and anything looks good beside those."""
    failed = sum(row.status == "error" for row in result.rows)
    if failed:
        raise ModelError(
            f"production could not be measured: {failed} of {len(result.rows)} questions put to {ref} failed",
            f"Nothing was promoted; {run / 'rows.jsonl'} tells the faults: promote again when they are mended",
        )


def _save(result: RunResult, folder: Path, provenance: Provenance) -> None:
    """A run into its folder, whole or not at all; one that no entry of the log names gives way."""
    staged = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(staged, ignore_errors=True)
    result.save(staged, provenance)
    if folder.exists():
        shutil.rmtree(folder)
    staged.replace(folder)
