"""CSV and TSV questionnaires: one grid; only the records that take an answer are written anew.

Encoding, byte order mark, delimiter, line ends and the quoting of untouched records stay as they were.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire.model import Cell, Edit, Grid, Written
from rfp_responder.questionnaire.package import atomic

MAX_BYTES = 64 << 20  # a questionnaire of 1,500 rows has under 2 MiB
_DELIMITERS = ",;\t|"
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_FORMULA_STARTS = ("=", "+", "-", "@", "\t")  # what spreadsheet programs compute when they open a CSV


@dataclass(frozen=True, slots=True)
class CsvText:
    """A CSV file taken apart: ``records[i]`` holds the fields that ``raw[i]`` (with its line end) spells."""

    mark: bytes
    encoding: str
    delimiter: str
    line_end: str
    records: tuple[tuple[str, ...], ...]
    raw: tuple[str, ...]


def read(path: Path) -> tuple[Grid, ...]:
    """The file as one grid named after it; raises QuestionnaireError."""
    text = load(path)
    cells = {
        row: found
        for row, record in enumerate(text.records, 1)
        if (found := {c: Cell(value) for c, value in enumerate(record, 1) if value.strip()})
    }
    return (Grid(path.stem, cells),)


def load(path: Path) -> CsvText:
    """Take the file apart; raises QuestionnaireError when it is too large, binary or no CSV."""
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError as fault:
        raise QuestionnaireError(f"cannot read {path} ({fault.strerror})", "Check the path.") from fault
    if data is None:
        raise QuestionnaireError(f"{path.name} is larger than {MAX_BYTES >> 20} MiB", "Split the questionnaire.")
    mark, encoding, text = _decoded(data)
    if "\0" in text:
        raise QuestionnaireError(
            f"{path.name} holds zero bytes and is no CSV text", "Save the questionnaire as CSV (UTF-8)."
        )
    lines = io.StringIO(text, newline="").readlines()  # splits at \n, \r and \r\n and keeps them
    delimiter = "\t" if path.suffix.lower() == ".tsv" else _delimiter(text)
    records: list[tuple[str, ...]] = []
    raw: list[str] = []
    reader = csv.reader(iter(lines), delimiter=delimiter)
    done = 0
    try:
        for record in reader:
            records.append(tuple(record))
            raw.append("".join(lines[done : reader.line_num]))
            done = reader.line_num
    except csv.Error as fault:
        raise QuestionnaireError(
            f"{path.name}, line {reader.line_num}: {fault}", "Save the questionnaire as CSV again."
        ) from fault
    ends = [end for line in lines[:1000] if (end := line[len(line.rstrip("\r\n")) :])]
    return CsvText(mark, encoding, delimiter, ends[0] if ends else "\r\n", tuple(records), tuple(raw))


def _decoded(data: bytes) -> tuple[bytes, str, str]:
    """Byte order mark, encoding and text; what is not UTF-8 is read as Windows-1252, then Latin-1."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return mark, encoding, data[len(mark) :].decode(encoding, "replace")
    for encoding in ("utf-8", "cp1252"):
        try:
            return b"", encoding, data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return b"", "latin-1", data.decode("latin-1")


def _delimiter(text: str) -> str:
    """The delimiter that gives most records the same number of fields, more than one."""
    best = (0.0, ",")
    for delimiter in _DELIMITERS:
        widths = []
        try:
            for record in csv.reader(io.StringIO(text[: 1 << 16], newline=""), delimiter=delimiter):
                if any(record):
                    widths.append(len(record))
        except csv.Error:
            continue
        if not widths:
            continue
        usual = max(set(widths), key=widths.count)
        score = widths.count(usual) / len(widths) * (usual > 1)
        if score > best[0]:
            best = (score, delimiter)
    return best[1]


def write(path: Path, out: Path, edits: Sequence[Edit]) -> Written:
    """Copy the file with these texts in it; raises QuestionnaireError."""
    text = load(path)
    by_row: dict[int, dict[int, str]] = {}
    written: list[Edit] = []
    notes: dict[tuple[str, int, int], str] = {}
    for edit in edits:
        value = edit.text.replace("\r\n", "\n")
        if value.startswith(_FORMULA_STARTS):
            value = f"'{value}"
            notes[edit.sheet, edit.row, edit.column] = (
                "an apostrophe stands before the text: spreadsheet programs would compute it"
            )
        by_row.setdefault(edit.row, {})[edit.column] = value
        written.append(Edit(edit.sheet, edit.row, edit.column, value))
    lines = list(text.raw)
    for row, values in by_row.items():
        lines[row - 1] = _record(text, row, values)
    joined = "".join(lines)
    try:
        body = joined.encode(text.encoding)
        mark = text.mark
    except UnicodeEncodeError:  # an answer with characters that Windows-1252 lacks
        body, mark = joined.encode("utf-8"), b"\xef\xbb\xbf"
    with atomic(out) as file:
        file.write(mark + body)
    return Written(tuple(written), (), notes)


def _record(text: CsvText, row: int, values: dict[int, str]) -> str:
    """One record with new values, quoted as the old one was, with its own line end."""
    old = text.raw[row - 1]
    fields = list(text.records[row - 1])
    fields += [""] * (max(values) - len(fields))
    for column, value in values.items():
        fields[column - 1] = value
    all_quoted = (
        old.lstrip().startswith('"') and f'{text.delimiter}"' in old and f"{text.delimiter}{text.delimiter}" not in old
    )
    end = old[len(old.rstrip("\r\n")) :]
    buffer = io.StringIO(newline="")
    quoting: Literal[0, 1] = csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL
    csv.writer(buffer, delimiter=text.delimiter, quoting=quoting, lineterminator=end).writerow(fields)
    return buffer.getvalue()
