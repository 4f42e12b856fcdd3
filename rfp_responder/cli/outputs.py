"""Where a filled questionnaire, its reports and its finished rows go; nothing that somebody made is written over."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rfp_responder.errors import InputError

if TYPE_CHECKING:
    from rfp_responder.protocols import DocumentRow
    from rfp_responder.questionnaire import Report
    from rfp_responder.settings import Settings


_NO_PART = {  # settings that change what a run costs, or how it goes, and no answer
    "api_key", "api_key_file", "small_api_key", "index", "timeout", "max_retries", "max_wait", "parallel",
    "requests_per_minute", "tokens_per_minute", "prices", "reply_cache",
    # a model moves between ports and gateways; a row that was answered offline instead is asked again in any case
    "base_url", "small_base_url", "offline_fallback",
}  # fmt: skip


def check_outputs(outputs: dict[str, Path], inputs: dict[str, Path | None]) -> None:
    """Refuse, before anything is asked, outputs that could not be written or would write over a file in use.

    Both map the option (or what the file is) to its path. Raises InputError.
    """
    for option, path in outputs.items():
        if path.is_dir():
            raise InputError(f"{option} {path}: is a folder, expected a file", "Name a file in it")
        if not path.absolute().parent.is_dir():
            raise InputError(f"{option} {path}: its folder is not there", "Make the folder, or name another place")
        for what, used in inputs.items():
            if used is not None and path.resolve() == used.resolve():
                raise InputError(
                    f"{option} {path}: is the {what} itself, which is never overwritten", "Name another file"
                )
    target, report = outputs.get("-o"), outputs.get("--report")
    if target and report and report.resolve() == target.resolve():
        raise InputError(f"--report {report}: is the filled file itself", "Name another file for the report")
    if report and report.suffix.lower() in {".html", ".htm"}:
        raise InputError(
            f"--report {report}: is the name of a page, expected one for the JSON report",
            "Name a .json file; the page to read is put beside it",
        )


def keep_edits(target: Path, index: Path) -> str:
    """Set a filled file aside that somebody changed since it was delivered, and say so; ``""`` where none was."""
    if not target.is_file():
        return ""
    from rfp_responder.ingest import file_digest
    from rfp_responder.questionnaire.verify_record import delivered_copy

    copy = delivered_copy(index, file_digest(target))
    if copy.is_file() or not _was_delivered(target, copy.parent):
        return ""
    number = 1
    while (aside := target.with_name(f"{target.stem}.edited-{number}{target.suffix}")).exists():
        number += 1
    target.replace(aside)
    return f"{target.name} was changed since it was filled: it is kept as {aside.name}"


def _was_delivered(target: Path, delivered: Path) -> bool:
    """Whether an earlier run wrote a file at this place."""
    place = target.resolve()
    for record in delivered.glob("*.json"):
        try:
            output = json.loads(record.read_text("utf-8")).get("output", "")
        except (OSError, ValueError, AttributeError):
            continue  # a record that cannot be read vouches for nothing
        if output and Path(output).resolve() == place:
            return True
    return False


def write_report(outcome: Report, told: Path, index: Path) -> None:
    """The report as JSON and as a page, and a copy in the index, by which ``rfp verify`` finds it."""
    from rfp_responder.questionnaire.report_page import page
    from rfp_responder.questionnaire.verify_record import delivered_copy

    text = json.dumps(outcome.as_json(), ensure_ascii=False, indent=2) + "\n"
    write_staged(told, text)
    beside = os.path.relpath(outcome.output, told.absolute().parent)
    write_staged(page_of(told), page(replace(outcome, output=beside)))
    kept = delivered_copy(index, outcome.digests["output"])
    kept.parent.mkdir(parents=True, exist_ok=True)
    write_staged(kept, text)


def page_of(told: Path) -> Path:
    """The page that stands beside a JSON report."""
    return told.with_suffix(".html")


def write_staged(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    from rfp_responder.questionnaire.package import atomic

    with atomic(path) as file:
        file.write(text.encode("utf-8", "replace"))


def checkpoint_file(
    questionnaire: Path, settings: Settings, documents: Sequence[DocumentRow], others: Sequence[Path | str | None]
) -> Path | None:
    """Where finished rows are kept: one file for each questionnaire, state of the index, set of settings, and what else
    (files, by their digest, and options) the rows depend on.

    A row answered from other documents, by another model or under another mapping is thereby never taken over.
    """
    from rfp_responder.ingest import file_digest

    if not questionnaire.is_file():
        return None
    held = [f"{row.name} {row.digest} {row.recipe}" for row in documents]
    held += [file_digest(each) if isinstance(each, Path) and each.is_file() else str(each) for each in others]
    chosen = settings.model_dump_json(exclude=_NO_PART)
    seed = "\n".join([file_digest(questionnaire), chosen, *held])
    folder = settings.index / "answers"
    return folder / f"{questionnaire.stem[:60]}-{hashlib.sha256(seed.encode()).hexdigest()[:12]}.jsonl"


def nothing_kept(checkpoint: Path | None) -> str:
    """What is to be said where ``--resume`` finds no finished rows; ``""`` where it finds some."""
    if checkpoint is None or (checkpoint.is_file() and checkpoint.stat().st_size):
        return ""
    return (
        "--resume: no finished rows are kept of this questionnaire with these documents, options and settings; "
        "every question is asked"
    )


def prompts_used(settings: Settings) -> list[str]:
    """The digests of the prompt versions that a run puts questions with; none without a model.

    An alias may be moved between two runs: rows of another version are thereby not taken over.
    """
    if not settings.model:
        return []
    from rfp_responder.assemble.models import find_prompt

    named = [settings.prompt, *(["candidate"] if settings.canary else [])]
    return [find_prompt(settings, name).digest for name in named]
