"""Word tables as grids: cells by place, what each shows, and what a cell takes (a text, a choice, a tick)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from rfp_responder.questionnaire.docx_controls import is_form_control
from rfp_responder.questionnaire.docx_runs import read_paragraph
from rfp_responder.questionnaire.docx_text import Box, Hole, Paragraph, run_has
from rfp_responder.questionnaire.docx_xml import Node
from rfp_responder.questionnaire.model import Cell, Grid, Rule
from rfp_responder.questionnaire.places import Area
from rfp_responder.questionnaire.rules import is_choice
from rfp_responder.text import fold

MAX_LABEL = 80  # characters of one choice beside its box; longer ones are sentences of their own
_DELETE = re.compile(
    r"[(\[]?(?:please )?(?:delete|circle|select|choose|tick|strike)\b[^()\[\]]{0,60}[)\]]?", re.IGNORECASE
)
MAX_SPAN = 200  # columns; Word's own limit is 63


@dataclass(slots=True, eq=False)
class TableCell:
    """A cell: its paragraphs (those of nested tables left out) and its nested tables, in order.

    ``control`` is the content control around the whole cell.
    """

    node: Node
    row: int
    column: int
    width: int = 1
    blocks: list[Paragraph | Table] = field(default_factory=list)

    @property
    def paragraphs(self) -> list[Paragraph]:
        """The cell's own paragraphs."""
        return [each for each in self.blocks if isinstance(each, Paragraph)]

    @property
    def text(self) -> str:
        """What a person reads as written: paragraphs by line, boxes and placeholders of controls as they stand."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)


@dataclass(slots=True, eq=False)
class Table:
    """A table's cells by place (one-based, spans counted) and the areas that are merged."""

    name: str
    node: Node
    cells: dict[tuple[int, int], TableCell] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Group:
    """Boxes that belong together, each with its words."""

    boxes: tuple[tuple[str, Box, Paragraph], ...]

    @property
    def ticked(self) -> tuple[str, ...]:
        """The words of the boxes that are ticked."""
        return tuple(words for words, box, _ in self.boxes if box.ticked)


class Names:
    """Tables numbered in the order they stand in the document, nested ones behind the one around them."""

    def __init__(self) -> None:
        self.tables: list[Table] = []

    def table(self, node: Node, control: Node | None) -> Table:
        """A new table, read with everything in it."""
        made = Table(f"Table {len(self.tables) + 1}", node)
        self.tables.append(made)
        _fill(made, self)
        return made


def blocks_of(node: Node, names: Names, control: Node | None = None) -> Iterator[Block]:
    """Paragraphs and tables of a container in order, content controls looked into.

    ``control`` is the form control around the container.
    """
    for child in node.children:
        if child.tag == "p":
            yield read_paragraph(child, control)
        elif child.tag == "tbl":
            yield names.table(child, control)
        elif child.tag == "sdt":
            content = child.child("sdtContent")
            if content is not None:
                yield from blocks_of(content, names, _around(child, content, control))
        elif child.tag in {"customXml", "ins", "moveTo", "sdtContent", "smartTag"}:
            yield from blocks_of(child, names, control)


def _around(control: Node, content: Node, outer: Node | None) -> Node | None:
    """The control to fill in: this one where it holds one paragraph or shows its placeholder, else none.

    One that holds several paragraphs of text is a part of the document, not a field.
    """
    if not is_form_control(control):
        return outer
    return control if len(list(islice(content.below("p"), 2))) == 1 else outer


def _fill(table: Table, names: Names) -> None:
    open_merges: dict[int, tuple[int, int]] = {}  # left column -> (top row, right column)
    for row, (line, around) in enumerate(_inside(table.node, "tr"), 1):
        look = line.child("trPr")
        before = look.child("gridBefore") if look else None
        column = 1 + min(_number(before, 0), MAX_SPAN)
        for cell, control in _inside(line, "tc"):
            look = cell.child("tcPr")
            width = min(max(_number(look.child("gridSpan") if look else None, 1), 1), MAX_SPAN)
            vertical = look.child("vMerge") if look else None
            goes_on = vertical is not None and vertical.attributes.get("val", "continue") == "continue"
            if goes_on and column in open_merges:
                top, right = open_merges[column]
                table.merges = [m for m in table.merges if (m.top, m.left) != (top, column)]
                table.merges.append(Area(top, column, row, right))
            else:
                open_merges.pop(column, None)
                made = TableCell(cell, row, column, width)
                made.blocks = list(blocks_of(cell, names, control or around))
                table.cells[row, column] = made
                if vertical is not None:
                    open_merges[column] = (row, column + width - 1)
                if width > 1:
                    table.merges.append(Area(row, column, row, column + width - 1))
            column += width


def _inside(node: Node, tag: str, control: Node | None = None) -> Iterator[tuple[Node, Node | None]]:
    """Rows of a table or cells of a row, those in content controls with the control around them."""
    for child in node.children:
        if child.tag == tag:
            yield child, control
        elif child.tag == "sdt":
            content = child.child("sdtContent")
            if content is not None:
                yield from _inside(content, tag, _around(child, content, control) if tag == "tc" else control)
        elif child.tag in {"customXml", "ins", "moveTo"}:
            yield from _inside(child, tag, control)


def _number(node: Node | None, default: int) -> int:
    return int(node.val) if node is not None and node.val.isdigit() and len(node.val) < 6 else default


def group_boxes(paragraphs: list[Paragraph]) -> tuple[str, Group | None]:
    """The boxes of these paragraphs with their words, and the words before the first box that ask.

    Words stand behind their box (``"☐ Yes ☐ No"``) or, where nothing stands behind the last one, before it.
    """
    boxes: list[tuple[str, Box, Paragraph]] = []
    question = ""
    for paragraph in paragraphs:
        found = paragraph.boxes
        if not found:
            continue
        ends = [*(box.start for box in found[1:]), len(paragraph.text)]
        after = [paragraph.text[box.end : end] for box, end in zip(found, ends, strict=True)]
        before = paragraph.text[: found[0].start]
        if _words(after[-1]) or not _words(before):
            if not boxes:
                question = before
            boxes += [(_words(words), box, paragraph) for words, box in zip(after, found, strict=True)]
            continue
        starts = [0, *(box.end for box in found[:-1])]
        words = [paragraph.text[start : box.start] for start, box in zip(starts, found, strict=True)]
        cut = max(words[0].rfind("?"), words[0].rfind(":")) + 1
        if not boxes:
            question = words[0][:cut]
        words[0] = words[0][cut:]
        boxes += [(_words(text), box, paragraph) for text, box in zip(words, found, strict=True)]
    return fold(question), Group(tuple(boxes)) if boxes else None


def _words(text: str) -> str:
    """The words beside a box, without the lines to write on behind them."""
    return fold(re.split(r"__|…|\.{5}", text, maxsplit=1)[0]).strip(" ,;/|–—:.\u2002")


@dataclass(slots=True, eq=False)
class CellSlot:
    """What a cell takes: one of a ``group`` of boxes, the text of one ``hole``, or text in its paragraphs.

    ``listed`` are the words of a cell that spells out its choices (``"Yes / No"``), of which one is to stay.
    """

    cell: TableCell
    group: Group | None = None
    hole: Hole | None = None
    paragraph: Paragraph | None = None
    listed: tuple[str, ...] = ()

    @property
    def lone(self) -> bool:
        """Whether it is one box without words, to be marked with an x."""
        return self.group is not None and len(self.group.boxes) == 1 and not self.group.boxes[0][0]

    @property
    def choices(self) -> tuple[str, ...]:
        """The values the cell allows, empty where it takes any text."""
        if self.group is not None:
            return () if self.lone else tuple(words for words, _, _ in self.group.boxes)
        return self.hole.choices if self.hole is not None else self.listed

    @property
    def shown(self) -> str:
        """What stands in the cell as an answer or as its text; placeholders of controls are nothing."""
        if self.group is not None:
            ticked = self.group.ticked
            return ("x" if ticked else "") if self.lone else ", ".join(ticked)
        if self.hole is not None:
            return self.hole.filled
        return "" if self.listed else self.cell.text


def slot_of(cell: TableCell) -> CellSlot:
    """What this cell takes, by what stands in it."""
    paragraphs = cell.paragraphs
    boxed = [paragraph for paragraph in paragraphs if paragraph.boxes]
    if boxed and all(paragraph.boxes or paragraph.blank for paragraph in paragraphs):
        question, group = group_boxes(boxed)
        if group is not None and not question and _one_list(group):
            return CellSlot(cell, group)
    holes = [(hole, p) for p in paragraphs for hole in p.holes if hole.kind in {"control", "field"}]
    if len(holes) == 1 and not boxed:
        hole, paragraph = holes[0]
        rest = paragraph.text[: hole.start] + paragraph.text[hole.end :]
        others = any(each.text.strip() for each in paragraphs if each is not paragraph)
        if not rest.strip() and not others:
            return CellSlot(cell, None, hole, paragraph)
    return CellSlot(cell, listed=_listed(cell) if cell.row > 1 else ())  # in the first row it heads a column


def _listed(cell: TableCell) -> tuple[str, ...]:
    """The choices that a cell's text spells out, where it holds nothing else."""
    text = _DELETE.sub("", fold(cell.text)).strip(" *.")
    words = tuple(part.strip() for part in re.split(r"\s*/\s*(?![aA]\b)|\s*[|]\s*|\s+or\s+", text))
    return words if 2 <= len(words) <= 6 and all(is_choice(word) for word in words) else ()


def _one_list(group: Group) -> bool:
    words = [words for words, _, _ in group.boxes]
    if len(words) == 1:
        return len(words[0]) <= MAX_LABEL
    return all(words) and len(set(words)) == len(words) and all(len(each) <= MAX_LABEL for each in words)


def grid_of(table: Table) -> Grid:
    """The table as detection sees it: what cells show, and the choices of those that have some."""
    cells: dict[int, dict[int, Cell]] = {}
    rules: dict[tuple[str, ...], list[Area]] = {}
    limits: list[Rule] = []
    for (row, column), cell in table.cells.items():
        slot = slot_of(cell)
        if slot.shown.strip():
            bold = any(run_has(atom.run, "b") for p in cell.paragraphs for atom in p.atoms if atom.text.strip())
            cells.setdefault(row, {})[column] = Cell(slot.shown, False, bold, cell.width)
        if slot.choices:
            rules.setdefault(slot.choices, []).append(Area(row, column, row, column))
        elif slot.hole is not None and slot.hole.max_characters:
            limits.append(Rule((Area(row, column, row, column),), max_characters=slot.hole.max_characters))
    made = tuple(Rule(tuple(areas), choices) for choices, areas in rules.items())
    return Grid(table.name, cells, tuple(table.merges), (*made, *limits))
