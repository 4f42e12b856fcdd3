"""CSV and TSV questionnaires: one grid; an answer is spliced into its own field.

Encoding, byte order mark, delimiter, line ends and the bytes of every other field stay as they were. The text of an
answer is changed in one case only: where a spreadsheet program that opens the file would compute it (see ``guarded``).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire.model import Cell, Edit, Grid, Written
from rfp_responder.questionnaire.package import atomic

MAX_BYTES = 16 << 20  # a questionnaire of 1,500 rows has under 2 MiB; read, 16 take some 200 MiB
MAX_RECORDS = 200_000  # detection looks at 20,000 rows at most
_DELIMITERS = ",;\t|"
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_COMPUTED = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r]")  # the last four are typed in East Asia
_FIGURE = re.compile(r"[+-]?\d[\d.,]*\s?%?", re.ASCII)
_BULLET = re.compile(r"- (?=\S)")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SEPARATOR = re.compile(r"sep=(.)\r?\n?$", re.IGNORECASE)


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
    try:
        mark, encoding, text = _decoded(data)
    except UnicodeDecodeError as fault:
        raise QuestionnaireError(
            f"{path.name} begins as {fault.encoding} and holds other bytes at {fault.start}",
            "Save the questionnaire as CSV (UTF-8).",
        ) from fault
    if "\0" in text:
        raise QuestionnaireError(
            f"{path.name} holds zero bytes and is no CSV text", "Save the questionnaire as CSV (UTF-8)."
        )
    lines = io.StringIO(text, newline="").readlines()  # splits at \n, \r and \r\n and keeps them
    stated = _SEPARATOR.match(lines[0]) if lines else None  # a line that only Excel reads
    delimiter = stated[1] if stated else "\t" if path.suffix.lower() == ".tsv" else _delimiter(text)
    records: list[tuple[str, ...]] = []
    raw: list[str] = []
    reader = csv.reader(iter(lines), delimiter=delimiter)
    done = 0
    try:
        for record in reader:
            records.append(tuple(record))
            raw.append("".join(lines[done : reader.line_num]))
            done = reader.line_num
            if len(records) > MAX_RECORDS:
                raise QuestionnaireError(
                    f"{path.name} holds more than {MAX_RECORDS:,} records", "Save only the questionnaire's rows."
                )
    except csv.Error as fault:
        raise QuestionnaireError(
            f"{path.name}, line {reader.line_num}: {fault}", "Save the questionnaire as CSV again."
        ) from fault
    if raw and _is_open(raw[-1], delimiter):
        start = len(lines) - raw[-1].count("\n", 0, -1)
        raise QuestionnaireError(
            f"{path.name}: a quotation mark that is opened on line {start} or below is never closed",
            "Close it, or save the questionnaire as CSV again.",
        )
    ends = [end for line in lines[:1000] if (end := line[len(line.rstrip("\r\n")) :])]
    return CsvText(mark, encoding, delimiter, ends[0] if ends else "\r\n", tuple(records), tuple(raw))


def _is_open(record: str, delimiter: str) -> bool:
    """Whether a record ends inside quotation marks."""
    try:
        list(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as fault:
        return "end of data" in str(fault)
    return False


def _decoded(data: bytes) -> tuple[bytes, str, str]:
    """Byte order mark, encoding and text; without a mark, what is not UTF-8 is read as Windows-1252, then Latin-1.

    Raises UnicodeDecodeError where the bytes are not what the mark promises: nothing is ever replaced.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return mark, encoding, data[len(mark) :].decode(encoding)
    for encoding in ("utf-8", "cp1252"):
        try:
            return b"", encoding, data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return b"", "latin-1", data.decode("latin-1")


def _delimiter(text: str) -> str:
    """The delimiter that gives most records the same number of fields; of two alike, the one that gives more."""
    best = (0.0, 0, ",")
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
        score = (widths.count(usual) / len(widths) * (usual > 1), usual if usual > 1 else 0)
        if score > best[:2]:
            best = (*score, delimiter)
    return best[2]


def write(path: Path, out: Path, edits: Sequence[Edit]) -> Written:
    """Copy the file with these texts in it; an edit past the last record is refused. Raises QuestionnaireError."""
    text = load(path)
    by_row: dict[int, dict[int, str]] = {}
    written: list[Edit] = []
    refused: list[tuple[Edit, str]] = []
    notes: dict[tuple[str, int, int], str] = {}
    for edit in edits:
        if not (1 <= edit.row <= len(text.records) and edit.column >= 1):
            refused.append((edit, f"the file has {len(text.records)} records and no row {edit.row}"))
            continue
        value, note = guarded(edit.text, text.encoding)
        if note:
            notes[edit.sheet, edit.row, edit.column] = note
        by_row.setdefault(edit.row, {})[edit.column] = value
        written.append(replace(edit, text=value, kind="text"))
    lines = list(text.raw)
    for row, values in by_row.items():
        lines[row - 1] = _record(text, row, values)
    joined = "".join(lines)
    try:
        body, mark = joined.encode(text.encoding), text.mark
    except UnicodeEncodeError:  # an answer with characters that Windows-1252 lacks
        body, mark = joined.encode("utf-8"), b"\xef\xbb\xbf"
        for edit in written:
            if not _fits(edit.text, text.encoding):
                was = f"the file was {text.encoding} and is UTF-8 now, as this answer needs"
                notes[edit.sheet, edit.row, edit.column] = was
    with atomic(out) as file:
        file.write(mark + body)
    return Written(tuple(written), tuple(refused), notes)


def guarded(text: str, encoding: str) -> tuple[str, str]:
    """The text as a spreadsheet program shows it without computing it, and a note where it had to change.

    Excel computes a field that begins with ``= + - @``, quoted or not, blanks before it or not. A plain figure
    (``-5``, ``+3.2 %``) is left alone: its value is what it says. The hyphen of a list (``- AES-256``) becomes a dash
    (``– AES-256``), which reads the same and is no operator. All else gets an apostrophe in front.
    """
    text = text.replace("\r\n", "\n")
    clean = _CONTROL.sub(" ", text)
    note = "control characters were replaced by blanks" if clean != text else ""
    if not _COMPUTED.match(clean) or _FIGURE.fullmatch(clean.strip()):
        return clean, note
    dashed = _BULLET.sub("\u2013 ", clean, count=1) if _BULLET.match(clean) else ""
    if dashed and _fits(dashed, encoding):
        return dashed, "the first hyphen is written as a dash: spreadsheet programs would compute the text"
    return f"'{clean}", "an apostrophe stands before the text: spreadsheet programs would compute it"


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _record(text: CsvText, row: int, values: dict[int, str]) -> str:
    """One record with new values; its other fields keep their own characters, its line end too."""
    old = text.raw[row - 1]
    fields = raw_fields(old, text.delimiter)
    if len(fields) != max(len(text.records[row - 1]), 1):  # not quoted as the rules go: written anew
        return _rewritten(text, row, values)
    others = [field for n, field in enumerate(fields, 1) if n not in values]
    always = len(others) > 0 and all(field.startswith('"') for field in others)
    fields += [""] * (max(values) - len(fields))
    for column, value in values.items():
        quoted = always or fields[column - 1].startswith('"') or _needs_quotes(value, text.delimiter)
        fields[column - 1] = '"' + value.replace('"', '""') + '"' if quoted else value
    return text.delimiter.join(fields) + _line_end(old)


def _line_end(raw: str) -> str:
    return raw[len(raw.rstrip("\r\n")) :]


def _needs_quotes(value: str, delimiter: str) -> bool:
    return any(mark in value for mark in (delimiter, '"', "\n", "\r")) or value != value.strip()


def raw_fields(raw: str, delimiter: str) -> list[str]:
    """The fields of a record as they are spelled, quotes and all, without the line end."""
    body = raw.rstrip("\r\n")
    fields: list[str] = []
    start = at = 0
    while True:
        if body.startswith('"', start):
            at = start + 1
            while (close := body.find('"', at)) >= 0:
                if not body.startswith('"', close + 1):
                    break
                at = close + 2
            at = len(body) if close < 0 else close + 1
        stop = body.find(delimiter, max(at, start))
        if stop < 0:
            fields.append(body[start:])
            return fields
        fields.append(body[start:stop])
        start = at = stop + 1


def _rewritten(text: CsvText, row: int, values: dict[int, str]) -> str:
    fields = list(text.records[row - 1])
    fields += [""] * (max(values) - len(fields))
    for column, value in values.items():
        fields[column - 1] = value
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=text.delimiter, lineterminator=_line_end(text.raw[row - 1])).writerow(fields)
    return buffer.getvalue()
