"""Word questionnaires: every table is a grid; answers go into the first run of the answer cell.

Only the document part is written anew; styles, headers, pictures and the rest are copied byte for byte.
Cells are found by XPath because python-docx does not see the ones inside content controls.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire.model import Cell, Edit, Grid, Written
from rfp_responder.questionnaire.package import opened, write_copy
from rfp_responder.questionnaire.places import Area

MAX_TABLES = 500
MAX_TABLE_CELLS = 100_000  # over all tables; bounds memory, the XML tree costs about 2 KiB a cell
_NAMESPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ROWS = "./w:tr | ./w:sdt/w:sdtContent/w:tr"
_CELLS = "./w:tc | ./w:sdt/w:sdtContent/w:tc"
_PARAGRAPHS = "./w:p | ./w:sdt/w:sdtContent/w:p"
_RUNS = "./w:r | ./w:hyperlink/w:r | ./w:sdt/w:sdtContent/w:r | ./w:ins/w:r"

Element = Any  # an lxml element of python-docx, which carries no types


@dataclass(slots=True)
class _Table:
    """A table's cells by place (one-based, ``gridSpan`` counted) and the areas that are merged."""

    cells: dict[tuple[int, int], Element] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)


def read(path: Path) -> tuple[Grid, ...]:
    """Every table as a grid named ``Table 1`` and so on; raises QuestionnaireError."""
    return tuple(_grid(f"Table {n}", table) for n, table in enumerate(_tables(_open(path), path), 1))


def write(path: Path, out: Path, edits: Sequence[Edit]) -> Written:
    """Copy the document with these texts in its cells; raises QuestionnaireError.

    A cell with tracked changes is refused and reported.
    """
    document = _open(path)
    tables = {f"Table {n}": table for n, table in enumerate(_tables(document, path), 1)}
    written: list[Edit] = []
    refused: list[tuple[Edit, str]] = []
    for edit in edits:
        cell = tables[edit.sheet].cells.get((edit.row, edit.column)) if edit.sheet in tables else None
        if cell is None:
            refused.append((edit, "the row has no such cell"))
        elif cell.xpath(".//w:ins | .//w:del"):
            refused.append((edit, "the cell holds tracked changes"))
        else:
            text = "".join(ch for ch in edit.text.replace("\r\n", "\n") if ch >= " " or ch in "\n\t")
            _put(cell, text)
            written.append(Edit(edit.sheet, edit.row, edit.column, text))
    name = str(document.part.partname).lstrip("/")
    write_copy(path, out, {name: document.part.blob} if written else {})
    return Written(tuple(written), tuple(refused))


def document_part(path: Path) -> str:
    """The name of the only part that ``write`` changes."""
    return str(_open(path).part.partname).lstrip("/")


def _open(path: Path) -> Any:
    import docx

    with opened(path):  # the limits first: python-docx inflates every part
        pass
    try:
        return docx.Document(str(path))
    except Exception as fault:  # python-docx lets KeyError, ValueError and lxml's errors through
        raise QuestionnaireError(
            f"{path.name} is no readable Word document ({type(fault).__name__}: {fault})",
            "Open it in Word and save it again as .docx.",
        ) from fault


def _tables(document: Any, path: Path) -> Iterator[_Table]:
    found = list(document.element.body.iter(f"{_NAMESPACE}tbl"))
    if len(found) > MAX_TABLES:
        raise QuestionnaireError(
            f"{path.name} holds {len(found)} tables, the limit is {MAX_TABLES}", "Split the questionnaire."
        )
    count = 0
    for element in found:
        table = _table(element)
        count += len(table.cells)
        if count > MAX_TABLE_CELLS:
            raise QuestionnaireError(
                f"{path.name} holds more than {MAX_TABLE_CELLS} table cells", "Split the questionnaire."
            )
        yield table


def _table(element: Element) -> _Table:
    table = _Table()
    open_merges: dict[int, tuple[int, int]] = {}  # left column -> (top row, right column)
    for row, line in enumerate(element.xpath(_ROWS), 1):
        column = 1 + _number(line.xpath("./w:trPr/w:gridBefore/@w:val"), 0)
        for cell in line.xpath(_CELLS):
            width = max(_number(cell.xpath("./w:tcPr/w:gridSpan/@w:val"), 1), 1)
            vertical = cell.xpath("./w:tcPr/w:vMerge")
            goes_on = bool(vertical) and vertical[0].get(f"{_NAMESPACE}val", "continue") == "continue"
            if goes_on and column in open_merges:
                top, right = open_merges[column]
                table.merges = [m for m in table.merges if (m.top, m.left) != (top, column)]
                table.merges.append(Area(top, column, row, right))
            else:
                open_merges.pop(column, None)
                table.cells[row, column] = cell
                if vertical:
                    open_merges[column] = (row, column + width - 1)
                if width > 1:
                    table.merges.append(Area(row, column, row, column + width - 1))
            column += width
    return table


def _number(found: Sequence[str], default: int) -> int:
    return int(found[0]) if found and str(found[0]).isdigit() else default


def _grid(name: str, table: _Table) -> Grid:
    cells: dict[int, dict[int, Cell]] = {}
    widths = {(m.top, m.left): m.right - m.left + 1 for m in table.merges}
    for (row, column), element in table.cells.items():
        text = cell_text(element)
        if text.strip():
            bold = bool(element.xpath(".//w:r/w:rPr/w:b[not(@w:val='0') and not(@w:val='false')]"))
            cells.setdefault(row, {})[column] = Cell(text, False, bold, widths.get((row, column), 1))
    return Grid(name, cells, tuple(table.merges))


def cell_text(cell: Element) -> str:
    """The text a person reads in a cell: paragraphs by line, deleted text left out, nested tables left
    out.
    """
    return "\n".join("".join(_run_text(run) for run in paragraph.xpath(_RUNS)) for paragraph in cell.xpath(_PARAGRAPHS))


def _run_text(run: Element) -> str:
    pieces = []
    for child in run:
        tag = str(child.tag).removeprefix(_NAMESPACE)
        if tag == "t":
            pieces.append(child.text or "")
        elif tag in {"tab", "br", "cr"}:
            pieces.append("\t" if tag == "tab" else "\n")
    return "".join(pieces)


def _put(cell: Element, text: str) -> None:
    """Put the text into the first run of the first paragraph and keep its look; other runs lose their
    text.
    """
    from docx.oxml import OxmlElement

    paragraphs = cell.xpath(_PARAGRAPHS)
    if not paragraphs:
        paragraphs = [OxmlElement("w:p")]
        cell.append(paragraphs[0])
    first = paragraphs[0]
    runs = [run for paragraph in paragraphs for run in paragraph.xpath(_RUNS)]
    own = first.xpath(_RUNS)
    if own:
        run = own[0]
    else:
        run = OxmlElement("w:r")
        look = first.xpath("./w:pPr/w:rPr")
        if look:
            fresh = OxmlElement("w:rPr")
            fresh.extend(copy.deepcopy(child) for child in look[0])
            run.append(fresh)
        first.append(run)
    for other in {*runs, run}:
        for child in list(other):
            if str(child.tag).removeprefix(_NAMESPACE) in {"t", "tab", "br", "cr"}:
                other.remove(child)
    for number, line in enumerate(text.split("\n")):
        if number:
            run.append(OxmlElement("w:br"))
        for part, piece in enumerate(line.split("\t")):
            if part:
                run.append(OxmlElement("w:tab"))
            word = OxmlElement("w:t")
            word.text = piece
            word.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            run.append(word)
