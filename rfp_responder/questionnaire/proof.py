"""The proof of a delivered file: only the listed cells differ, every other part is the same byte for byte.

Workbooks are read back with openpyxl, which shares no code with our writer.
"""

from __future__ import annotations

import hashlib
import re
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire import csv_file, docx_file, xlsx
from rfp_responder.questionnaire.account import Proof
from rfp_responder.questionnaire.model import Edit, Grid
from rfp_responder.questionnaire.package import opened
from rfp_responder.questionnaire.places import cell_name
from rfp_responder.questionnaire.sheetxml import unescape

Place = tuple[str, int, int]
Values = dict[Place, object]
Allowed = Mapping[Place, tuple[str, ...]]
_RECALCULATION = re.compile(rb"<(?:\w+:)?calcPr fullCalcOnLoad=\"1\"/>|\sfullCalcOnLoad\s*=\s*[\"'][^\"']*[\"']")


def prove_workbook(source: Path, delivered: Path, edits: Sequence[Edit], allowed: Allowed) -> Proof:
    """What was proved; raises QuestionnaireError when something else than the edits
    differs.
    """
    with opened(source) as old, opened(delivered) as new:
        book = xlsx.read_workbook(old, source.name)
        touched = {part for name, part, _ in book.sheets if name in {edit.sheet for edit in edits}}
        same, total = _same_members(old, new, touched | {book.part})
        if _RECALCULATION.sub(b"", old.read(book.part)) != _RECALCULATION.sub(b"", new.read(book.part)):
            raise _failed(f"part {book.part} differs in more than fullCalcOnLoad")
    sheets = {edit.sheet for edit in edits}
    before, reader = _workbook_values(source, sheets)
    after, again = _workbook_values(delivered, sheets)
    if reader != again:
        raise _failed(f"{reader} opens the questionnaire but not the delivered file")
    _same_cells(before, after, edits, allowed)
    return Proof(reader, len(edits), same, total)


def prove_document(source: Path, delivered: Path, edits: Sequence[Edit], allowed: Allowed) -> Proof:
    """The same for a Word document, whose document part is the only one that may differ."""
    with opened(source) as old, opened(delivered) as new:
        same, total = _same_members(old, new, {docx_file.document_part(source)} if edits else set())
    before, after = docx_file.read(source), docx_file.read(delivered)
    _same_cells(_grid_values(before), _grid_values(after), edits, allowed)
    return Proof("our own reader", len(edits), same, total)


def prove_csv(source: Path, delivered: Path, edits: Sequence[Edit], allowed: Allowed) -> Proof:
    """The same for CSV: the other fields and the untouched records' own text are the same."""
    old, new = csv_file.load(source), csv_file.load(delivered)
    if len(old.records) != len(new.records) or old.delimiter != new.delimiter:
        raise _failed(f"{len(old.records)} records became {len(new.records)}")
    rows = {edit.row for edit in edits}
    for row, (was, now) in enumerate(zip(old.raw, new.raw, strict=True), 1):
        if row not in rows and was != now:
            raise _failed(f"line {row} differs and holds no answer")
    sheet = source.stem
    values: tuple[Values, Values] = (
        {(sheet, r, c): v for r, record in enumerate(old.records, 1) for c, v in enumerate(record, 1) if v},
        {(sheet, r, c): v for r, record in enumerate(new.records, 1) for c, v in enumerate(record, 1) if v},
    )
    _same_cells(values[0], values[1], edits, allowed)
    return Proof("our own reader", len(edits))


def _failed(what: str) -> QuestionnaireError:
    return QuestionnaireError(
        f"the filled file failed its proof and was removed: {what}",
        "This is a fault of ours; please report it.",
    )


def _same_members(old: zipfile.ZipFile, new: zipfile.ZipFile, may_differ: set[str]) -> tuple[int, int]:
    """How many members are identical, of how many; raises when one differs that may not."""
    if old.namelist() != new.namelist():
        raise _failed("its parts are not those of the questionnaire")
    same = 0
    for before, after in zip(old.infolist(), new.infolist(), strict=True):
        equal = _digest(old, before) == _digest(new, after)
        same += equal
        if not equal and before.filename not in may_differ:
            raise _failed(f"part {before.filename} differs")
    return same, len(old.infolist())


def _digest(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    """Digest of a member; of a compression that Python lacks or a damaged member, size and stored
    checksum.
    """
    digest = hashlib.sha256()
    try:
        with package.open(info) as member:
            while block := member.read(1 << 20):
                digest.update(block)
    except (NotImplementedError, zipfile.BadZipFile, EOFError):
        return f"{info.CRC}:{info.file_size}:{info.compress_size}"
    return digest.hexdigest()


def _workbook_values(path: Path, sheets: set[str]) -> tuple[Values, str]:
    """Every value (formulas as written) of these sheets, and who read them."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=False)
            values: Values = {}
            for sheet in sheets:
                book[sheet].reset_dimensions()  # stated extents are wrong in real files
                for row in book[sheet].iter_rows():
                    for cell in row:
                        if cell.value is not None:
                            values[sheet, cell.row, cell.column] = cell.value
            book.close()
    except Exception:  # openpyxl fails on 1 real file in 50, with errors of many kinds: our own reader then
        return _grid_values(xlsx.read(path), sheets), "our own reader"
    return values, "openpyxl"


def _grid_values(grids: Sequence[Grid], sheets: set[str] | None = None) -> Values:
    return {
        (grid.name, row, column): cell.text
        for grid in grids
        if sheets is None or grid.name in sheets
        for row, cells in grid.cells.items()
        for column, cell in cells.items()
    }


def _same_cells(before: Values, after: Values, edits: Sequence[Edit], allowed: Allowed) -> None:
    expected = {(edit.sheet, edit.row, edit.column): edit.text for edit in edits}
    for place in before.keys() | after.keys():
        was, now = before.get(place), after.get(place)
        where = f"{place[0]!r} {cell_name(place[1], place[2])}"
        if place in expected:
            text = expected[place]
            if now != text and unescape(str(now or "")) != text:
                raise _failed(f"cell {where} reads {str(now)[:60]!r}, expected {text[:60]!r}")
        elif was != now:
            raise _failed(f"cell {where} differs and was not to be written")
    for place, text in expected.items():
        if place not in after and text.strip():
            raise _failed(f"cell {place[0]!r} {cell_name(place[1], place[2])} is empty after writing")
        if place in allowed and text not in allowed[place]:
            raise _failed(f"cell {place[0]!r} {cell_name(place[1], place[2])} holds {text!r}, which its list forbids")
