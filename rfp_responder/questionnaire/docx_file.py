"""Word questionnaires: tables as grids, and everything else that is to be filled in as one more grid named "Form".

A table that reads like a questionnaire is a grid of its own. Other tables (a label beside a blank cell) and the places
in running text are rows of the form: the question in column A, the answer in column B, one column from C on for each
box to tick. Its layout is known, nothing of it needs detection. Only the document part is written, and in it only the
answers' own places; all else is copied byte for byte. A place in running text is gone once it is filled: a hidden
bookmark remembers it, so that a filled form reads again row by row.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rfp_responder.domain import Question
from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire.detect import detect
from rfp_responder.questionnaire.docx_cells import FormFlow
from rfp_responder.questionnaire.docx_forms import MAX_SLOTS, Found, Target, questions_alone
from rfp_responder.questionnaire.docx_put import MARK, clean, put_in_cell, put_in_hole, tick
from rfp_responder.questionnaire.docx_tables import Names, Table, blocks_of, grid_of, slot_of
from rfp_responder.questionnaire.docx_write import Splicer
from rfp_responder.questionnaire.docx_xml import parse_document
from rfp_responder.questionnaire.model import Cell, Edit, Grid, Item, Shape, SheetLayout, Written
from rfp_responder.questionnaire.package import opened, read_part, refuse_signed, write_copy
from rfp_responder.questionnaire.places import cell_name

FORM = "Form"
SEPARATOR = "\n"  # between the words of several ticked boxes, which may hold commas
MAX_TABLES = 500
MAX_TABLE_CELLS = 100_000  # over all tables; bounds memory and time
_RELATION = re.compile(rb"<(?:[\w.\-]+:)?Relationship\s[^>]*>")
_FIRST_BOX = 3  # the column of the first box in the form's grid


@dataclass(slots=True)
class Word:
    """A document that was read: its part's name and bytes, its tables, and what the form asks."""

    part: str
    data: bytes
    tables: tuple[Table, ...]
    form: tuple[Found, ...]
    apart: frozenset[str]  # tables that are a part of the form and no grids


def read(path: Path) -> tuple[Grid, ...]:
    """The form, where there is one, and each other table as a grid named ``Table 1`` and so on.

    Raises QuestionnaireError.
    """
    word = load(path)
    tables = tuple(grid_of(table) for table in word.tables if table.name not in word.apart)
    return (_form_grid(word.form), *tables) if word.form else tables


def write(path: Path, out: Path, edits: Sequence[Edit]) -> Written:
    """Copy the document with these texts at their places; raises QuestionnaireError.

    A place with tracked changes or in a locked content control is refused and reported.
    """
    with opened(path) as package:
        refuse_signed(package, path.name)
    word = load(path)
    splicer, result = plan(word, edits)
    write_copy(path, out, {word.part: splicer.result()} if result.edits else {})
    return result


def plan(word: Word, edits: Sequence[Edit]) -> tuple[Splicer, Written]:
    """The changes that these edits ask for, and which of them can be made."""
    tables = {table.name: table for table in word.tables if table.name not in word.apart}
    splicer = Splicer(word.data)
    written: list[Edit] = []
    refused: list[tuple[Edit, str]] = []
    for edit in edits:
        text = clean(edit.text)
        if edit.sheet == FORM and word.form:
            reason = _put_in_form(splicer, word.form, edit, text)
        else:
            cell = tables[edit.sheet].cells.get((edit.row, edit.column)) if edit.sheet in tables else None
            reason = put_in_cell(splicer, slot_of(cell), text) if cell else "the row has no such cell"
        if reason:
            refused.append((edit, reason))
        else:
            written.append(Edit(edit.sheet, edit.row, edit.column, text, edit.kind))
    return splicer, Written(tuple(written), tuple(refused))


def document_part(path: Path) -> str:
    """The name of the only part that ``write`` changes."""
    with opened(path) as package:
        return _main_part(package, path)


def load(path: Path) -> Word:
    """Read the document part; raises QuestionnaireError."""
    with opened(path) as package:
        part = _main_part(package, path)
        data = read_part(package, part)
    root = parse_document(data, f"{path.name}, part {part}")
    body = root.child("body") if root.tag == "document" else None
    if body is None:
        raise _unreadable(path, f"its part {part} is no document")
    names = Names()
    blocks = list(blocks_of(body, names))
    _within_limits(path, names)
    known = frozenset(table.name for table in names.tables if _reads_as_questions(table))
    flow = FormFlow(known=known)
    flow.walk(blocks)
    if not known and all(_listed_question(found) for found in flow.found):
        flow.found = questions_alone(blocks) or flow.found
    if len(flow.found) > MAX_SLOTS:
        raise QuestionnaireError(
            f"{path.name} holds more than {MAX_SLOTS} places to fill in",
            "Split the questionnaire.",
        )
    return Word(part, data, tuple(names.tables), tuple(flow.found), frozenset(flow.used))


def _main_part(package: zipfile.ZipFile, path: Path) -> str:
    """The document part's name, by the package's relations."""
    names = set(package.namelist())
    if "_rels/.rels" in names:
        for match in _RELATION.finditer(read_part(package, "_rels/.rels")):
            kind = re.search(rb"\sType\s*=\s*[\"']([^\"']*)[\"']", match[0])
            target = re.search(rb"\sTarget\s*=\s*[\"']([^\"']*)[\"']", match[0])
            if kind and target and kind[1].endswith(b"/officeDocument"):
                name = posixpath.normpath(target[1].decode("utf-8", "replace").lstrip("/"))
                if name in names:
                    return name
    if "word/document.xml" in names:
        return "word/document.xml"
    raise _unreadable(path, "it has no document part")


def _unreadable(path: Path, why: str) -> QuestionnaireError:
    return QuestionnaireError(
        f"{path.name} is no readable Word document ({why})", "Open it in Word and save it again as .docx."
    )


def _within_limits(path: Path, names: Names) -> None:
    count = sum(len(table.cells) for table in names.tables)
    for found, limit, what in ((len(names.tables), MAX_TABLES, "tables"), (count, MAX_TABLE_CELLS, "table cells")):
        if found > limit:
            raise QuestionnaireError(
                f"{path.name} holds {found} {what}, the limit is {limit}", "Split the questionnaire."
            )


def _listed_question(found: Found) -> bool:
    """Whether a place is an answer of ours in a line of its own below a question, as ``questions_alone`` puts it."""
    hole = found.target.hole if found.target is not None else None
    if found.target is None or hole is None or hole.kind != "mark" or not hole.start:
        return False
    return found.target.spans[0].paragraph.text[hole.start - 1] == "\n"


def _reads_as_questions(table: Table) -> bool:
    """Whether detection finds the table's questions, and not only some of the places that the form would."""
    if any(hole.kind == "mark" for cell in table.cells.values() for p in cell.paragraphs for hole in p.holes):
        return False  # filled in by us as a part of the form
    sheets = [sheet for sheet in detect([grid_of(table)]).sheets if sheet.answerable]
    items = sum(len(sheet.items) for sheet in sheets)
    if not items:
        return False
    trial = FormFlow(nested=False)
    trial.table(table)
    headed = any(sheet.header_rows for sheet in sheets)
    return items * (2 if headed else 1) >= len(trial.found)


def _form_grid(form: Sequence[Found]) -> Grid:
    cells: dict[int, dict[int, Cell]] = {}
    items = []
    for row, found in enumerate(form, 1):
        item = _item(row, found)
        items.append(item)
        shown = {1: found.question, 2: _present(found)}
        if found.comment is not None:
            shown[2 if item.marks else _FIRST_BOX] = _held(found.comment)
        for number, (_, box, _) in enumerate(found.group.boxes if found.group and not found.several else ()):
            shown[_FIRST_BOX + number] = MARK if box.ticked else ""
        cells[row] = {column: Cell(text) for column, text in shown.items() if text}
    layout = SheetLayout(
        sheet=FORM,
        header_rows=(),
        id_column=None,
        question_column="A",
        answer_column="B",
        comment_column=None,
        choices=(),
        items=tuple(items),
    )
    return Grid(FORM, cells, known=layout)


def _present(found: Found) -> str:
    """The answer that stands there already."""
    if found.group is not None:
        return SEPARATOR.join(found.group.ticked) if found.several else ""
    return _held(found.target) if found.target is not None else ""


def _held(target: Target) -> str:
    """What a place holds already; of a cell only the value of its list or an answer of ours."""
    if target.hole is not None:
        return target.hole.filled
    cell = target.cell
    if cell is None or not (cell.choices or any(h.kind == "mark" for p in cell.cell.paragraphs for h in p.holes)):
        return ""
    return cell.shown.strip()


def _item(row: int, found: Found) -> Item:
    boxes = found.group is not None and not found.several
    marks = tuple((choice, cell_name(row, _FIRST_BOX + n)) for n, choice in enumerate(found.choices if boxes else ()))
    present = ", ".join(found.group.ticked) if found.group else _present(found)
    hole = found.target.hole if found.target is not None else None
    shape: Shape = "text"
    if found.choices:
        shape = "marks" if marks else "several" if found.several else "choice"
    elif hole is not None and hole.date:
        shape = "date"
    characters = (hole.max_characters if hole is not None else None) or found.characters
    answer = cell_name(row, 2)
    beside = answer if marks else cell_name(row, _FIRST_BOX)
    return Item(
        sheet=FORM,
        row=row,
        id=found.id,
        question=Question(found.id, found.question, found.section, found.choices, found.words, characters),
        answer_cell=marks[0][1] if marks else answer,
        comment_cell=beside if found.comment else None,
        choices=found.choices,
        marks=marks,
        blocked="already filled" if present else "",
        text=found.question,
        shape=shape,
        separator=SEPARATOR,
        present=present,
    )


def _put_in_form(splicer: Splicer, form: Sequence[Found], edit: Edit, text: str) -> str:
    """Write one cell of the form's grid; the reason why nothing was written, ``""`` where it was."""
    found = form[edit.row - 1] if 1 <= edit.row <= len(form) else None
    if found is None:
        return "the form has no such row"
    if found.group is not None and found.several and edit.column == 2:
        return _tick_named(splicer, found, text)
    number = edit.column - _FIRST_BOX
    if found.group is not None and not found.several and 0 <= number < len(found.group.boxes):
        if text != MARK:
            return f"a box takes {MARK!r}, not {text[:20]!r}"
        return tick(splicer, *found.group.boxes[number][1:])
    beside = 2 if found.group is not None and not found.several else _FIRST_BOX
    target = found.comment if edit.column == beside and (found.comment or beside == 2) else found.target
    if target is None or edit.column not in {2, beside}:
        return "the row has no such cell"
    return put_in_target(splicer, target, text)


def _tick_named(splicer: Splicer, found: Found, text: str) -> str:
    """Tick the boxes that these lines name."""
    assert found.group is not None  # asked by the caller
    named = {words: (box, paragraph) for words, box, paragraph in found.group.boxes}
    wanted = text.split(SEPARATOR)
    if unknown := [line for line in wanted if line not in named]:
        return f"there is no box for {unknown[0][:40]!r}"
    return next((reason for line in wanted if (reason := tick(splicer, *named[line]))), "")


def put_in_target(splicer: Splicer, target: Target, text: str) -> str:
    """Write a text where it goes; the reason why nothing was written, ``""`` where it was."""
    if target.cell is not None:
        return put_in_cell(splicer, target.cell, text, (0, 0))
    assert target.hole is not None  # a target is a cell or a hole
    around = len(target.lead), len(target.tail)
    return put_in_hole(splicer, target.hole, target.spans, f"{target.lead}{text}{target.tail}", around)
