"""The proof of a delivered file: only the listed cells differ, every other part is the same byte for byte.

Three readings that share no code with the writer: the digests of the parts, the changed parts as bare XML (lxml), and
the values as openpyxl reads them.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from pathlib import Path

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire import csv_file, xlsx
from rfp_responder.questionnaire.account import Proof
from rfp_responder.questionnaire.belongings import related
from rfp_responder.questionnaire.model import Edit, Grid
from rfp_responder.questionnaire.package import opened
from rfp_responder.questionnaire.partproof import Parts, Wrong, looks, only_recalculation, only_wrapping
from rfp_responder.questionnaire.places import cell_name
from rfp_responder.questionnaire.sheetproof import Tally, check_sheet
from rfp_responder.questionnaire.sheetxml import unescape
from rfp_responder.questionnaire.stale import stale_cells

Place = tuple[str, int, int]
Values = dict[Place, object]
Allowed = Mapping[Place, tuple[str, ...]]
Widths = Mapping[tuple[str, int], float]


def prove_workbook(
    source: Path, delivered: Path, edits: Sequence[Edit], allowed: Allowed, *, widths: Widths | None = None
) -> Proof:
    """What was proved; raises QuestionnaireError when something else than the edits differs.

    ``edits`` are those that stand in the file, ``allowed`` the values of the cells (sheet, row, column) that have a
    list, ``widths`` the columns (sheet, column) that were to be widened; where none are given, any column that holds
    an edit may have become wider.
    """
    try:
        with opened(source) as old, opened(delivered) as new:
            book = xlsx.read_workbook(old, source.name)
            parts = Parts.compared(old, new)
            tally, sheets = _check_parts(parts, book, edits, widths)
            stale = stale_cells(old, book, edits)
        before, reader = _workbook_values(source, sheets)
        after, again = _workbook_values(delivered, sheets)
        if reader != again:
            raise Wrong(f"{reader} opens the questionnaire but not the delivered file")
        _same_cells(before, after, edits)
        checks = [_allowed_values(edits, allowed)]
    except Wrong as fault:
        raise _failed(str(fault)) from fault
    checks += _compared(edits, len(sheets), tally, parts)
    if stale.cells:
        unsure = f", {stale.unsure} of them by INDIRECT, OFFSET or the like" if stale.unsure else ""
        counted = _counted(len(stale.cells), "formula cell")
        remedy = "Excel computes them on opening, LibreOffice on Ctrl+Shift+F9"
        checks.append(f"{counted} of {stale.formulas:,} may show what held before{unsure}; {remedy}")
    return Proof(reader, len(edits), parts.same, parts.total, parts.changed, tuple(checks), stale.cells)


def _compared(edits: Sequence[Edit], sheets: int, tally: Tally, parts: Parts) -> list[str]:
    """What was found when the two files were compared, in words."""
    identical = f"{parts.same} of {parts.total} parts are byte-identical"
    if not edits:
        return [identical]
    return [
        f"only the {len(edits)} listed cells differ ({tally.cells:,} compared on {_counted(sheets, 'sheet')})",
        "no formula, no locked cell and no cell that is merged away was written, and each kept its format",
        f"{_counted(tally.rows - tally.added_rows, 'row')} before, {tally.rows:,} after, "
        f"{tally.added_rows} of them new and holding answers only",
        _kept(tally),
        identical,
    ]


def prove_csv(source: Path, delivered: Path, edits: Sequence[Edit], allowed: Allowed) -> Proof:
    """The same for CSV: the other fields' own text is the same, character by character."""
    old, new = csv_file.load(source), csv_file.load(delivered)
    sheet = source.stem
    try:
        if len(old.records) != len(new.records) or old.delimiter != new.delimiter:
            raise Wrong(f"{len(old.records)} records became {len(new.records)}")
        compared = _same_fields(old, new, edits)
        values: tuple[Values, Values] = (
            {(sheet, r, c): v for r, record in enumerate(old.records, 1) for c, v in enumerate(record, 1) if v},
            {(sheet, r, c): v for r, record in enumerate(new.records, 1) for c, v in enumerate(record, 1) if v},
        )
        _same_cells(values[0], values[1], edits)
        allowing = _allowed_values(edits, allowed)
    except Wrong as fault:
        raise _failed(str(fault)) from fault
    checks = [
        allowing,
        f"only the {len(edits)} listed fields differ ({compared:,} compared)",
        f"{_counted(len(old.records), 'record')} before and after",
        "delimiter, line ends and every record without an answer are the same",
    ]
    if (old.mark, old.encoding) == (new.mark, new.encoding):
        checks.append(f"the encoding is the same ({old.encoding})")
    return Proof("Python's csv", len(edits), checks=tuple(checks))


def _same_fields(old: csv_file.CsvText, new: csv_file.CsvText, edits: Sequence[Edit]) -> int:
    """Each record without an answer is the same, letter by letter, and so are the other fields of one with an answer.

    The number of fields compared.
    """
    wanted: dict[int, set[int]] = {}
    for edit in edits:
        wanted.setdefault(edit.row, set()).add(edit.column)
    for row, (was, now) in enumerate(zip(old.raw, new.raw, strict=True), 1):
        if row not in wanted:
            if was != now:
                raise Wrong(f"line {row} differs and holds no answer")
            continue
        pairs = zip_longest(old.records[row - 1], new.records[row - 1], fillvalue="")
        for column, (one, two) in enumerate(pairs, 1):
            if one != two and column not in wanted[row]:
                raise Wrong(f"cell {cell_name(row, column)} differs and was not to be written")
        if was[len(was.rstrip("\r\n")) :] != now[len(now.rstrip("\r\n")) :]:
            raise Wrong(f"line {row} ends otherwise")
    return sum(map(len, new.records))


def _failed(what: str) -> QuestionnaireError:
    return QuestionnaireError(
        f"the filled file failed its proof and was removed: {what}",
        "This is a fault of ours; please report it.",
    )


def _check_parts(
    parts: Parts, book: xlsx.Workbook, edits: Sequence[Edit], widths: Widths | None
) -> tuple[Tally, set[str]]:
    """Check each part that may differ; the sum of what was compared, and the sheets that hold edits."""
    sheets = {edit.sheet for edit in edits}
    touched = {name: part for name, part, _ in book.sheets if name in sheets}
    styles = next(iter(related(parts.old, book.part, "styles")), "")
    parts.allow({*touched.values(), book.part, styles})
    if book.part in parts.changed:
        only_recalculation(parts.old.read(book.part), parts.new.read(book.part), book.part)
    formats = looks(parts.new.read(styles), styles) if styles else []
    if styles in parts.changed:
        only_wrapping(parts.old.read(styles), parts.new.read(styles), styles)
    total = Tally()
    for name, part in touched.items():
        mine = [edit for edit in edits if edit.sheet == name]
        held = {edit.column for edit in mine}
        wide = {column: (widths or {}).get((name, column), 0.0) for column in held}
        if widths is not None:
            wide = {column: width for column, width in wide.items() if width}
        found = check_sheet(parts.old.read(part), parts.new.read(part), mine, formats, wide, f"sheet {name!r} ({part})")
        total.cells += found.cells
        total.rows += found.rows
        total.added_rows += found.added_rows
        total.kept += found.kept
    return total, sheets


def _part_bytes(path: Path) -> int:
    with opened(path) as package:
        return sum(info.file_size for info in package.infolist() if "worksheets/" in info.filename)


_OPENPYXL_BYTES = 12 << 20  # of all worksheets, inflated; the largest real questionnaire at hand has 2
_OPENPYXL_CELLS = 5_000_000  # rows times their last column: openpyxl makes each cell between, in 2 µs or more


def _workbook_values(path: Path, sheets: set[str]) -> tuple[Values, str]:
    """Every value (formulas as written) of these sheets, and who read them."""
    import openpyxl

    grids = xlsx.read(path)
    wide = sum(max(cells, default=0) for grid in grids for cells in grid.cells.values())
    if wide > _OPENPYXL_CELLS or _part_bytes(path) > _OPENPYXL_BYTES:
        return _grid_values(grids, sheets), "our own reader (the sheets are too large for openpyxl)"
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
        return _grid_values(grids, sheets), "our own reader (openpyxl cannot open the file)"
    return values, "openpyxl"


def _grid_values(grids: Sequence[Grid], sheets: set[str] | None = None) -> Values:
    return {
        (grid.name, row, column): cell.text
        for grid in grids
        if sheets is None or grid.name in sheets
        for row, cells in grid.cells.items()
        for column, cell in cells.items()
    }


def _same_cells(before: Values, after: Values, edits: Sequence[Edit]) -> None:
    """Every value is as it was but for the edits', which read as they were written."""
    expected = {(edit.sheet, edit.row, edit.column): edit for edit in edits}
    for place in before.keys() | after.keys():
        was, now = before.get(place), after.get(place)
        where = f"{place[0]!r} {cell_name(place[1], place[2])}"
        if place in expected:
            edit = expected[place]
            if now is None and edit.text.strip():
                raise Wrong(f"cell {where} is empty after writing")
            if not _reads_as(edit, now):
                raise Wrong(f"cell {where} reads {str(now)[:60]!r}, expected {edit.text[:60]!r}")
        elif was != now:
            raise Wrong(f"cell {where} differs and was not to be written")
    for place, edit in expected.items():
        if place not in after and edit.text.strip():
            raise Wrong(f"cell {place[0]!r} {cell_name(place[1], place[2])} is empty after writing")


def _reads_as(edit: Edit, now: object) -> bool:
    """Whether a value is the edit's, in the edit's kind.

    What stands in the XML of a number or date was compared before; here it counts whether a reader sees it as one.
    """
    if edit.kind == "text":
        return now is None or (isinstance(now, str) and edit.text in {now, unescape(now)})
    if edit.kind == "date" and isinstance(now, datetime):
        return abs((now - datetime.fromisoformat(edit.text.strip())).total_seconds()) < 1
    return now is not None


def _allowed_values(edits: Sequence[Edit], allowed: Allowed) -> str:
    """Every written value is one of its cell's list; in words, with counts."""
    listed = 0
    for edit in edits:
        place = (edit.sheet, edit.row, edit.column)
        if place not in allowed:
            continue
        listed += 1
        if edit.text not in allowed[place]:
            where = f"{edit.sheet!r} {cell_name(edit.row, edit.column)}"
            raise Wrong(f"cell {where} holds {edit.text[:60]!r}, which its list forbids")
    if not listed:
        return "no written cell has a list of allowed values"
    return f"{listed} of {listed} written values with a list are allowed by it"


def _kept(tally: Tally) -> str:
    """What the changed sheets hold beside their cells, all of it unchanged."""
    told = ", ".join(f"{kind}: {count:,}" for kind, count in sorted(tally.kept.items()))
    return f"all else on the changed sheets is the same ({told})" if told else "all else on the sheets is the same"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
