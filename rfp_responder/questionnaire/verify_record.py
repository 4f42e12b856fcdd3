"""The record of a filled questionnaire: the JSON report of the run that filled it, found and read.

A record lies beside the file and in the index folder, and people may have edited either, so it is a trust boundary:
pydantic reads it, and each fault is a QuestionnaireError that says what was looked for, where, and what to do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from rfp_responder.errors import QuestionnaireError
from rfp_responder.ingest import file_digest
from rfp_responder.questionnaire.formats import format_of
from rfp_responder.questionnaire.model import Grid
from rfp_responder.questionnaire.places import place
from rfp_responder.questionnaire.verify_cells import same

DELIVERED = "delivered"
"""The folder of an index that holds the record of every delivered file, each named by the file's sha256."""
MAX_BYTES = 256 << 20  # a record of 20,000 rows with ten citations each has some 100 MiB
_LEAST_ALIKE = 0.5  # share of the recorded cells that read the same in an edited file
_ANSWER_AGAIN = "Name the report of the run with --report FILE.json, or fill the questionnaire again with `rfp answer`."


class CitedPlace(BaseModel):
    """A citation of a row: ``page`` is one-based, ``start`` and ``end`` are offsets into the page's text."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    document: str
    page: int
    start: int
    end: int
    quote: str


class WrittenCell(BaseModel):
    """A cell of the row's sheet that was written, and the text that stood there afterwards."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    cell: str
    text: str


class RecordedRow(BaseModel):
    """How one row ended; ``cell`` names its answer cell, and ``written`` is None in records that do not tell."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    sheet: str
    row: int
    cell: str = ""
    id: str = ""
    question: str = ""
    status: str = ""
    answer: str = ""
    choice: str | None = None
    citations: tuple[CitedPlace, ...] = ()
    written: tuple[WrittenCell, ...] | None = None
    shape: str = "text"
    confidence: float = 0.0


class CitedDocument(BaseModel):
    """A document that rows rest on: the sha256 of its file (hex) when it was cited."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str
    digest: str = ""


class Record(BaseModel):
    """What a run reported of the file it delivered. ``digests["output"]`` is the sha256 of that file."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    rows: tuple[RecordedRow, ...]
    documents: tuple[CitedDocument, ...] = ()
    digests: Mapping[str, str] = {}

    @property
    def cells(self) -> Mapping[tuple[str, str], Sequence[RecordedRow]]:
        """Every written cell (sheet, cell) with the rows that share it, in the order of the rows."""
        found: dict[tuple[str, str], list[RecordedRow]] = {}
        for row in self.rows:
            for written in row.written or ():
                found.setdefault((row.sheet, written.cell), []).append(row)
        return found


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record as it was read, where it lies, and how it was come by."""

    path: Path
    data: Mapping[str, object]
    how: str


class Filled:
    """The texts of a filled file; ``sheets`` are the names that its record uses."""

    def __init__(self, grids: Sequence[Grid], sheets: Sequence[str]) -> None:
        """A CSV is called by its own name, which is another now than when it was filled: one sheet is that sheet."""
        named = {grid.name: grid for grid in grids}
        folded = {grid.name.casefold(): grid for grid in grids}
        alone = grids[0] if len(grids) == 1 and len(set(sheets)) == 1 else None
        self._grids = {name: named.get(name) or folded.get(name.casefold()) or alone for name in sheets}

    def grid(self, sheet: str) -> Grid | None:
        """The sheet that the record calls so, None where the file has none of that name."""
        return self._grids.get(sheet)

    def text(self, sheet: str, cell: str) -> str:
        """What stands in a cell, ``""`` where nothing does or the cell is not there."""
        grid = self.grid(sheet)
        try:
            return grid.text(*place(cell)) if grid else ""
        except ValueError:
            return ""


def read_record(data: Mapping[str, object], name: str) -> Record:
    """A report's JSON as a record; raises QuestionnaireError with the field that is wrong. ``name``: for messages."""
    try:
        return Record.model_validate(data)
    except ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise QuestionnaireError(
            f"{name} is no record of a filled questionnaire: field {field}: {first['msg'].lower()}", _ANSWER_AGAIN
        ) from fault


def beside(filled: Path) -> Path:
    """Where the report of a filled file stands beside it."""
    return filled.with_name(f"{filled.stem}.report.json")


def delivered_copy(index: Path, digest: str) -> Path:
    """Where an index keeps the record of a delivered file, by the file's sha256 (hex)."""
    return index / DELIVERED / f"{digest}.json"


def find_record(filled: Path, index: Path, named: Path | None = None) -> FoundRecord:
    """The record of a filled file; raises QuestionnaireError where there is none.

    It is the one that is named, else the report beside the file, else the index's copy for this very file, else (the
    file was edited or renamed) the copy whose written cells read most like the file's.
    """
    format_of(filled)
    if named is not None:
        return FoundRecord(named, _loaded(named), "named")
    report = beside(filled)
    if report.is_file():
        return FoundRecord(report, _loaded(report), "beside the file")
    copy = delivered_copy(index, file_digest(filled))
    if copy.is_file():
        return FoundRecord(copy, _loaded(copy), "by the file's digest")
    best, share, seen = _most_alike(filled, index / DELIVERED)
    if best is not None and share >= _LEAST_ALIKE:
        return best
    looked = f"none of the {seen} records" if seen else "no record"
    nearest = f" (the nearest shares {share:.0%} of its cells)" if seen else ""
    raise QuestionnaireError(
        f"{filled.name}: what was delivered is not known: there is no {report.name} beside it, and {looked} in "
        f"{index / DELIVERED} is of this file or shares half of its cells{nearest}",
        _ANSWER_AGAIN,
    )


def _most_alike(filled: Path, folder: Path) -> tuple[FoundRecord | None, float, int]:
    """The delivered record that reads most like the file, the newest of equals; its share; how many were read."""
    grids = format_of(filled).read(filled)
    best: FoundRecord | None = None
    most, seen = 0.0, 0
    for path in sorted(folder.glob("*.json"), key=lambda each: -each.stat().st_mtime) if folder.is_dir() else []:
        try:
            data = _loaded(path)
            share = _alike(grids, read_record(data, path.name))
        except QuestionnaireError:
            continue  # a copy that was cut off or edited says nothing of this file; the others may
        seen += 1
        if share > most:
            best, most = FoundRecord(path, data, f"{share:.0%} of its cells read as delivered"), share
    return best, most, seen


def _alike(grids: Sequence[Grid], record: Record) -> float:
    """Share of the written cells of a record that read the same in a file."""
    filled = Filled(grids, [row.sheet for row in record.rows])
    agree = [same(text, filled.text(sheet, cell)) for sheet, cell, text in _written(record)]
    return sum(agree) / len(agree) if agree else 0.0


def _written(record: Record) -> Iterator[tuple[str, str, str]]:
    for row in record.rows:
        for written in row.written or ():
            yield row.sheet, written.cell, written.text


def _loaded(path: Path) -> Mapping[str, object]:
    """The JSON object in a file; raises QuestionnaireError."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise QuestionnaireError(f"the record {path} is larger than {MAX_BYTES >> 20} MiB", _ANSWER_AGAIN)
        data = json.loads(path.read_bytes().decode("utf-8"))
    except OSError as fault:
        raise QuestionnaireError(f"cannot read the record {path} ({fault.strerror})", _ANSWER_AGAIN) from fault
    except (ValueError, RecursionError) as fault:
        raise QuestionnaireError(f"the record {path} is no JSON: {str(fault)[:120]}", _ANSWER_AGAIN) from fault
    if not isinstance(data, dict) or not isinstance(data.get("rows"), list):
        raise QuestionnaireError(
            f"the record {path} holds no rows, expected the JSON that `rfp answer --report` writes", _ANSWER_AGAIN
        )
    return data
