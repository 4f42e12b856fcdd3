"""Which formula cells keep a value that was computed before the answers were there.

Only the formulas' references are followed, through any number of steps and over all sheets; nothing is computed.
A formula that may read any cell (``INDIRECT``, ``OFFSET``) counts as reading the answers.
"""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rfp_responder.questionnaire.belongings import tables
from rfp_responder.questionnaire.model import Edit
from rfp_responder.questionnaire.package import read_part
from rfp_responder.questionnaire.places import Area, area, cell_name
from rfp_responder.questionnaire.rawsheet import Formula, formulas
from rfp_responder.questionnaire.references import Reads, Surroundings, reads
from rfp_responder.questionnaire.xlsx import Workbook

MAX_BLOCKS = 3_000_000  # of areas that are followed, some hundred bytes each; a real workbook needs 100,000
MAX_FILLED = 10_000  # cells that one array formula fills
Place = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Stale:
    """The cells (sheet, cell), sheet by sheet from top to bottom; ``unsure`` of them may read any cell.

    ``formulas`` is the number of formulas in the workbook.
    """

    cells: tuple[tuple[str, str], ...] = ()
    unsure: int = 0
    formulas: int = 0


def stale_cells(package: zipfile.ZipFile, book: Workbook, edits: Sequence[Edit]) -> Stale:
    """The cells of the workbook whose kept value depends on these edits; raises QuestionnaireError."""
    graph = _Graph()
    numbers = {name: n for n, (name, _, _) in enumerate(book.sheets)}
    known = {
        table.name.casefold(): (n, table)
        for n, (_, part, _) in enumerate(book.sheets)
        for table in tables(package, part)
    }
    names: dict[str, list[str]] = {}
    for (_, name), text in book.names.items():
        names.setdefault(name, []).append(text)
    around = Surroundings([name.casefold() for name, _, _ in book.sheets], names, known)
    for n, (name, part, _) in enumerate(book.sheets):
        graph.add_sheet(n, formulas(read_part(package, part), f"sheet {name!r}"), around)
    if not edits:
        return Stale(formulas=len(graph.nodes))
    touched = graph.spread([(numbers[edit.sheet], edit.row, edit.column) for edit in edits if edit.sheet in numbers])
    places = sorted({place for node in touched if node.kept for place in node.places})
    cells = tuple((book.sheets[sheet][0], cell_name(row, column)) for sheet, row, column in places)
    return Stale(cells, sum(node.anything for node in touched if node.kept), len(graph.nodes))


@dataclass(slots=True)
class _Node:
    """A formula: the cells it fills, and whether a value is kept for it and whether it may read any cell."""

    places: tuple[Place, ...]
    kept: bool
    anything: bool


@dataclass(slots=True)
class _Graph:
    """Formulas, and for each block of cells those that read it.

    An area is cut into blocks whose sides are powers of two and that lie on multiples of them, as in a segment tree:
    a few for any area, and a cell lies in one of each size.
    """

    nodes: list[_Node] = field(default_factory=list)
    _areas: dict[tuple[int, Area], list[int]] = field(default_factory=lambda: defaultdict(list))
    _readers: dict[int, list[list[int]]] = field(default_factory=dict)
    _sizes: dict[int, set[tuple[int, int]]] = field(default_factory=lambda: defaultdict(set))
    _blocks: int = 0
    _overflow: bool = False

    def add_sheet(self, sheet: int, found: Iterable[Formula], around: Surroundings) -> None:
        """Take in the formulas of one sheet (a zero-based number)."""
        masters: dict[str, tuple[Formula, Reads]] = {}
        for formula in found:
            master = formula
            if formula.group and not formula.text and formula.group in masters:
                master, told = masters[formula.group]
            elif formula.kind == "dataTable":
                told = Reads(anything=True)
            else:
                told = reads(formula.text, sheet, around)
                told = told if formula.text else Reads(anything=True)  # a copy whose original is not there
            if formula.group and formula.text:
                masters[formula.group] = formula, told
            self._add(sheet, formula, master, told)

    def _add(self, sheet: int, formula: Formula, master: Formula, told: Reads) -> None:
        row, column = formula.row, formula.column
        number = len(self.nodes)
        node = _Node(_filled(sheet, formula), formula.kept, told.anything)
        self.nodes.append(node)
        for reference in told.own:
            moved = reference.moved(row - master.row, column - master.column, row)
            self._areas[reference.sheet, moved].append(number)
        for reference in told.named:
            self._areas[reference.sheet, reference.moved(row - 1, column - 1, row)].append(number)
        if len(node.places) == 0:
            node.places = ((sheet, row, column),)
            self._overflow = True

    def _cut(self) -> None:
        """Cut each area that is read into its blocks."""
        for (sheet, read), readers in self._areas.items():
            if self._blocks > MAX_BLOCKS:
                for number in readers:
                    self.nodes[number].anything = True
                continue
            columns = list(_blocks(read.left - 1, read.right - 1))
            for tall, top in _blocks(read.top - 1, read.bottom - 1):
                for wide, left in columns:
                    self._readers.setdefault(_key(sheet, tall, wide, top, left), []).append(readers)
                    self._sizes[sheet].add((tall, wide))
                    self._blocks += 1

    def spread(self, changed: Iterable[Place]) -> list[_Node]:
        """Every formula that reads one of these cells, itself or by others."""
        self._cut()
        touched = {number for number, node in enumerate(self.nodes) if node.anything}
        if self._overflow:
            return list(self.nodes)
        waiting = [*changed, *(place for number in touched for place in self.nodes[number].places)]
        while waiting:
            sheet, row, column = waiting.pop()
            for tall, wide in self._sizes.get(sheet, ()):
                found = self._readers.pop(_key(sheet, tall, wide, (row - 1) >> tall, (column - 1) >> wide), None)
                for number in (number for readers in found or () for number in readers):
                    if number not in touched:
                        touched.add(number)
                        waiting += self.nodes[number].places
        return [self.nodes[number] for number in sorted(touched)]


def _key(*block: int) -> int:
    """A block (sheet, sizes as powers of two, numbers) as one number: far cheaper to keep than a tuple."""
    sheet, tall, wide, top, left = block
    return (((sheet << 5 | tall) << 4 | wide) << 20 | top) << 14 | left


def _filled(sheet: int, formula: Formula) -> tuple[Place, ...]:
    """The cells that a formula fills; none where they are more than are followed."""
    extent = area(formula.extent) if formula.kind in {"array", "dataTable"} else None
    if extent is None:
        return ((sheet, formula.row, formula.column),)
    if (extent.bottom - extent.top + 1) * (extent.right - extent.left + 1) > MAX_FILLED:
        return ()
    rows, columns = range(extent.top, extent.bottom + 1), range(extent.left, extent.right + 1)
    return tuple((sheet, row, column) for row in rows for column in columns)


def _blocks(first: int, last: int) -> Iterator[tuple[int, int]]:
    """Blocks (size as a power of two, number) that cover ``first..last`` (zero-based) exactly."""
    size = 0
    while first <= last:
        if first & 1:
            yield size, first
            first += 1
        if not last & 1:
            yield size, last
            last -= 1
        first, last, size = first >> 1, last >> 1, size + 1
