"""Finished rows of a run, one JSON line each, so that a run that was stopped goes on where it ended."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from rfp_responder.domain import ROW_STATUSES, Usage
from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire.account import Row
from rfp_responder.questionnaire.model import Edit, Item

_OFFLINE = "offline"  # the route, and below the note, by which answers tell that a model failed
_FAILED = re.compile(r"a model (?:failed|is left alone after faults in a row): (?P<fault>.+?)(?:; [^;]* instead)?$")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an item ended: its row in the report and what is written for it."""

    row: Row
    edits: tuple[Edit, ...] = ()


class Checkpoint:
    """A JSONL file of outcomes, keyed by the questionnaire's digest, the sheet and the cell."""

    def __init__(self, path: Path | None, digest: str, *, resume: bool, frozen: bool = False) -> None:
        """``resume`` reads what is there, else the file begins anew; a ``frozen`` one is read and never written."""
        self._path, self._digest = None if frozen else path, digest
        self._known: dict[str, Outcome] = {}
        if path is None:
            return
        try:
            if frozen:
                if resume and path.exists():
                    self._load(path)
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            if resume and path.exists():
                self._load(path)
            else:
                path.write_text("", encoding="utf-8")
        except OSError as fault:
            raise QuestionnaireError(
                f"cannot use the checkpoint {path} ({fault.strerror})", "Name a file in a writable folder."
            ) from fault

    def get(self, item: Item) -> Outcome | None:
        """What an earlier run found for this item; None when it did not finish it, failed on it, or when the offline
        answerer stood in for a model that failed: that one is asked again."""
        return self._known.get(self._key(item))

    def add(self, item: Item, outcome: Outcome) -> None:
        """Append one finished row."""
        if self._path is None:
            return
        line = {
            "key": self._key(item),
            "row": outcome.row.as_json(),
            "edits": [[edit.sheet, edit.row, edit.column, edit.text, edit.kind] for edit in outcome.edits],
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=True) + "\n")

    def _key(self, item: Item) -> str:
        name = f"{self._digest}|{item.sheet}|{item.answer_cell or item.comment_cell}|{item.row}"
        return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def _load(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8", errors="replace")
        for line in text.splitlines():
            try:
                entry = json.loads(line)
                outcome = Outcome(_row(entry["row"]), tuple(Edit(*edit) for edit in entry["edits"]))
                key = str(entry["key"])
            except (ValueError, KeyError, TypeError):
                continue  # a line cut off when the run was stopped; its row is answered again
            if outcome.row.status != "error" and not stood_in(outcome.row):
                self._known[key] = outcome
        if self._path is not None and text and not text.endswith("\n"):
            with self._path.open("a", encoding="utf-8") as file:
                file.write("\n")


def stood_in(row: Row) -> str:
    """Why the offline answerer answered a row in place of a model: the model's name and its fault; "" where it did
    not, and for a row that was carried over."""
    if row.route != _OFFLINE or row.carried:
        return ""
    told = (found["fault"] for note in row.notes if (found := _FAILED.match(note)))
    return next(told, "")


def _row(entry: dict[str, object]) -> Row:
    fields = dict(entry)
    if fields["status"] not in ROW_STATUSES:
        raise ValueError(f"no row status: {fields['status']!r}")
    fields["citations"] = tuple(fields["citations"])  # type: ignore[arg-type]
    fields["notes"] = tuple(fields["notes"])  # type: ignore[arg-type]
    fields["written"] = tuple((each["cell"], each["text"]) for each in fields["written"])  # type: ignore[attr-defined]
    if "usage" in fields:  # not in rows of before models were priced
        fields["usage"] = Usage(**fields["usage"])  # type: ignore[arg-type]
    return Row(**fields)  # type: ignore[arg-type]
