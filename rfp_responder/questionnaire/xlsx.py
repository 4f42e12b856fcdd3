"""Workbooks in: each worksheet as a ``Grid`` with cached values, drop-downs, locks and hidden parts.

openpyxl opens 344 of 362 real files and cannot see x14 lists; this reader takes what is needed from the XML.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire.lists import ListSource, resolve_rules
from rfp_responder.questionnaire.looks import Style, StyleReading
from rfp_responder.questionnaire.model import Cell, Grid, Protection
from rfp_responder.questionnaire.package import converting, local, opened, parse, read_part
from rfp_responder.questionnaire.sheetxml import RawCell, RawSheet, Room, read_sheet, unescape

MAX_SHEETS = 300
MAX_FORMATS = 65_490  # cell formats; Excel's own limit
MAX_CODE = 1_000  # characters of a number format: Excel takes 255, and taking one apart costs its square
MAX_TEXT = 8_000_000  # characters over a workbook; the largest real questionnaire at hand shows 222,826
_NUMBER = re.compile(r"[0-9]{1,9}$")


@dataclass(slots=True)
class Workbook:
    """What ``workbook.xml`` says: sheets as (name, part, hidden), defined names by (sheet index or None,
    name).
    """

    part: str
    sheets: list[tuple[str, str, bool]] = field(default_factory=list)
    names: dict[tuple[int | None, str], str] = field(default_factory=dict)
    since_1904: bool = False


def read(path: Path) -> tuple[Grid, ...]:
    """Every worksheet of a workbook (chart sheets left out), in order; raises QuestionnaireError."""
    with opened(path) as package:
        book = read_workbook(package, path.name)
        strings = _shared_strings(package, book, path.name)
        styles = _styles(package, book, path.name)
        raws: list[RawSheet] = []
        room = Room()
        for name, part, _ in book.sheets:
            raws.append(read_sheet(read_part(package, part), f"{path.name}, sheet {name!r}", room))
        values = [_values(raw, strings, styles, book.since_1904) for raw in raws]
        _check_text(values, path.name)
        source = ListSource([name for name, _, _ in book.sheets], values, book.names)
        return tuple(
            _grid(name, hidden, raws[index], values[index], styles, source)
            for index, (name, _, hidden) in enumerate(book.sheets)
        )


def _check_text(sheets: list[dict[int, dict[int, Cell]]], label: str) -> None:
    """Bound the work of detection: one long shared string may stand in a million cells."""
    total = sum(len(cell.text) for cells in sheets for row in cells.values() for cell in row.values())
    if total > MAX_TEXT:
        raise QuestionnaireError(
            f"{label} shows {total} characters, the limit is {MAX_TEXT}", "Save only the questionnaire's sheets."
        )


def _grid(
    name: str,
    hidden: bool,
    raw: RawSheet,
    cells: dict[int, dict[int, Cell]],
    styles: list[Style],
    source: ListSource,
) -> Grid:
    for merge in raw.merges:
        row = cells.get(merge.top, {})
        if merge.left in row and merge.right > merge.left:
            old = row[merge.left]
            row[merge.left] = replace(old, merged_columns=merge.right - merge.left + 1)
    notes = [f"sheet {name!r} is hidden"] if hidden else []
    columns = {c for first, last in raw.hidden_columns for c in range(first, min(last, first + 500) + 1)}
    return Grid(
        name=name,
        cells=cells,
        merges=tuple(raw.merges),
        rules=resolve_rules(raw.rules, name, source),
        hidden=hidden,
        hidden_rows=frozenset(raw.hidden_rows),
        hidden_columns=frozenset(columns),
        protection=_protection(raw, styles) if raw.protected else None,
        notes=tuple(notes),
        percents=frozenset(_places(raw, styles, lambda style: style.percent)),
        inputs=frozenset(
            (row, column)
            for row, column in _places(raw, styles, lambda style: style.filled or style.framed)
            if column not in cells.get(row, {})
        ),
    )


def _places(raw: RawSheet, styles: list[Style], wanted: Callable[[Style], bool]) -> Iterator[tuple[int, int]]:
    """The cells whose own format is a wanted one."""
    marked = {index for index, style in enumerate(styles) if wanted(style)}
    return (place for place, style in raw.styles.items() if style in marked)


def _protection(raw: RawSheet, styles: list[Style]) -> Protection:
    def locked(style: int) -> bool:
        return styles[style].locked if style < len(styles) else True

    rows = {row: locked(style) for row, style in raw.row_styles.items()}
    columns = tuple((first, last, locked(style)) for first, last, style in raw.column_styles)
    usual = Protection({}, rows, columns)
    marks = ((place, locked(style)) for place, style in raw.styles.items())
    # only the cells that differ from their row and column are kept: sheets are styled down to their last row
    return Protection({place: mark for place, mark in marks if mark != usual.locked(*place)}, rows, columns)


def read_workbook(package: zipfile.ZipFile, label: str) -> Workbook:
    """The workbook part with its sheets and names; raises QuestionnaireError when it is no workbook."""
    part = _workbook_part(package, label)
    book = Workbook(part)
    targets = relations(package, part, label)
    name: list[tuple[int | None, str]] = []
    text: list[str] = []
    places: list[int] = []  # of each worksheet among all sheets: a name's scope counts chart sheets too
    seen = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal seen
        kind = local(tag)
        if kind == "sheet":
            seen += 1
            identity = next((v for k, v in attributes.items() if local(k) == "id" and " " in k), "")
            target, relation = targets.get(identity, ("", ""))
            if relation == "worksheet" and target in package.NameToInfo:
                if target.endswith(".bin"):
                    raise QuestionnaireError(f"{label} is a binary workbook (xlsb)", converting(label, "xlsx"))
                hidden = attributes.get("state", "visible") != "visible"
                book.sheets.append((attributes.get("name", ""), target, hidden))
                places.append(seen - 1)
        elif kind == "workbookPr":
            book.since_1904 = attributes.get("date1904") in {"1", "true"}
        elif kind == "definedName":
            scope = attributes.get("localSheetId", "")
            place = int(scope) if _NUMBER.match(scope) else None
            known = places.index(place) if place in places else -1
            name.append((known if place is not None else None, attributes.get("name", "").casefold()))
            text.clear()

    def end(tag: str) -> None:
        if local(tag) == "definedName":
            book.names[name.pop()] = "".join(text)

    parse(
        read_part(package, part),
        f"{label}, part {part}",
        {"StartElementHandler": start, "EndElementHandler": end, "CharacterDataHandler": text.append},
    )
    if not book.sheets or len(book.sheets) > MAX_SHEETS:
        raise QuestionnaireError(
            f"{label} holds {len(book.sheets)} worksheets, expected 1 to {MAX_SHEETS}",
            "Save the questionnaire's sheets into a new workbook.",
        )
    _refuse_twins("name", [name.casefold() for name, _, _ in book.sheets], label)
    _refuse_twins("part", [part for _, part, _ in book.sheets], label)
    return book


def _refuse_twins(what: str, each: list[str], label: str) -> None:
    """An answer for one of two such sheets could end in the other."""
    twin = next((thing for n, thing in enumerate(each) if thing in each[:n]), None)
    if twin is not None:
        raise QuestionnaireError(
            f"{label}: two of its sheets have the {what} {twin[:60]!r}", "Open it in Excel and save it again."
        )


def _workbook_part(package: zipfile.ZipFile, label: str) -> str:
    for target, relation in relations(package, "", label).values():
        if relation == "officeDocument" and target in package.NameToInfo:
            if target.endswith(".bin"):
                raise QuestionnaireError(f"{label} is a binary workbook (xlsb)", converting(label, "xlsx"))
            if not target.startswith("xl/") and "word" in target:
                raise QuestionnaireError(f"{label} is a Word document", "Give it the suffix .docx.")
            if target.startswith("ppt/"):
                raise QuestionnaireError(f"{label} is a presentation", "Ask for the questionnaire as .xlsx or .docx.")
            return target
    if "content.xml" in package.NameToInfo and "mimetype" in package.NameToInfo:
        raise QuestionnaireError(f"{label} is an OpenDocument file", converting(label, "xlsx"))
    raise QuestionnaireError(
        f"{label} is a zip file without a workbook in it", "Expected an .xlsx file; save it again in Excel."
    )


def relations(package: zipfile.ZipFile, part: str, label: str) -> dict[str, tuple[str, str]]:
    """The relations of a part: id -> (part name, last word of the relation's type); ``label`` names the file."""
    folder, _, base = part.rpartition("/")
    name = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
    if name not in package.NameToInfo:
        return {}
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "").replace("\\", "/")
            target = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[attributes.get("Id", "")] = (target, attributes.get("Type", "").rpartition("/")[2])

    parse(read_part(package, name), f"{label}, part {name}", {"StartElementHandler": start})
    return found


def _part_of_kind(package: zipfile.ZipFile, book: Workbook, label: str, kind: str) -> bytes | None:
    for target, relation in relations(package, book.part, label).values():
        if relation == kind and target in package.NameToInfo:
            return read_part(package, target)
    return None


def _shared_strings(package: zipfile.ZipFile, book: Workbook, label: str) -> list[str]:
    data = _part_of_kind(package, book, label, "sharedStrings")
    strings: list[str] = []
    pieces: list[str] = []
    inside = {"t": 0, "rPh": 0}

    def start(tag: str, _: dict[str, str]) -> None:
        kind = local(tag)
        if kind in inside:
            inside[kind] += 1
        elif kind == "si":
            pieces.clear()

    def end(tag: str) -> None:
        kind = local(tag)
        if kind in inside:
            inside[kind] -= 1
        elif kind == "si":
            strings.append(unescape("".join(pieces)))

    def text(part: str) -> None:
        if inside["t"] and not inside["rPh"]:
            pieces.append(part)

    if data is not None:
        handlers: dict[str, Callable[..., object]] = {
            "StartElementHandler": start,
            "EndElementHandler": end,
            "CharacterDataHandler": text,
        }
        parse(data, f"{label}, shared strings", handlers)
    return strings


def _styles(package: zipfile.ZipFile, book: Workbook, label: str) -> list[Style]:
    """The cell formats (``cellXfs``) in order."""
    data = _part_of_kind(package, book, label, "styles")
    reading = StyleReading()

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(attributes.get("formatCode", "")) > MAX_CODE:
            raise QuestionnaireError(
                f"{label}, styles: a number format has {len(attributes['formatCode']):,} characters, "
                f"the limit is {MAX_CODE}",
                "Open it in Excel and save it again.",
            )
        reading.start(tag, attributes)

    if data is not None:
        handlers: dict[str, Callable[..., object]] = {
            "StartElementHandler": start,
            "EndElementHandler": reading.end,
        }
        parse(data, f"{label}, styles", handlers)
    if len(reading.formats) > MAX_FORMATS:
        raise QuestionnaireError(
            f"{label} holds {len(reading.formats):,} cell formats, the limit is {MAX_FORMATS:,}",
            "Save the questionnaire's sheets into a new workbook.",
        )
    return reading.formats


def _values(raw: RawSheet, strings: list[str], styles: list[Style], since_1904: bool) -> dict[int, dict[int, Cell]]:
    """The cells that show something, with what they show."""
    found: dict[int, dict[int, Cell]] = {}
    for row in list(raw.cells):
        for column, cell in raw.cells.pop(row).items():  # what was read makes room for what is shown
            style = styles[cell.style] if cell.style < len(styles) else Style()
            text = _shown(cell, strings, style, since_1904)
            if text.strip() or cell.formula:
                found.setdefault(row, {})[column] = Cell(text, cell.formula, style.bold, 1, style.filled)
    return found


def _shown(cell: RawCell, strings: list[str], style: Style, since_1904: bool) -> str:
    if cell.kind == "s":
        index = int(cell.value) if _NUMBER.match(cell.value) else len(strings)
        return strings[index] if index < len(strings) else ""
    if cell.kind in {"str", "inlineStr", "e", "d"}:
        return unescape(cell.value)
    if cell.kind == "b":
        return "TRUE" if cell.value.strip() == "1" else "FALSE"
    try:
        value = float(cell.value)
    except ValueError:
        return cell.value
    if style.date and 0 < value < 2_958_466:  # Excel's dates end with the year 9999
        start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)
        return (start + timedelta(days=int(value))).date().isoformat()
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
