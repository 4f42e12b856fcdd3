"""Sheets of the structure benchmark: what is put on them, and at the same moment what is true of them.

A ``Page`` is one sheet (or CSV file, or Word table) drawn from top to bottom. Each row says what it is when it is
put down, so that the truth needs no second look. Rows and columns are one-based.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

SCORED = ("id", "question", "answer", "comment", "section", "reference", "type", "limit")
"""The columns a detector is asked for; a page may have others (score, weight, guidance) under any other name."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A computed cell; ``shown`` is the value saved with it, None where none was saved."""

    code: str
    shown: str | None


@dataclass(frozen=True, slots=True)
class TrueQuestion:
    """A row that asks. ``id``, ``choices`` and ``shape`` are None where any finding is right.

    ``depends_on`` is the row that decides whether this one is asked, None where it always is. ``stem`` is the row above
    without whose words the question cannot be understood.
    """

    row: int
    text: str
    id: str | None = None
    choices: tuple[str, ...] | None = None
    shape: str | None = None
    depends_on: int | None = None
    stem: str = ""


@dataclass(frozen=True, slots=True)
class TrueSheet:
    """What is true of a sheet of questions.

    ``columns`` maps a name of ``SCORED`` to its letter, or to None where the sheet has no such column; a name that
    is missing may be found or not. ``header_rows`` holds the header's rows (None: any), of which those in
    ``header_labels`` (group labels, sub-labels) may be left out. ``others`` maps rows that ask nothing to the reason,
    and
    ``either`` lists rows on which reasonable detectors differ.
    """

    sheet: str
    questions: tuple[TrueQuestion, ...]
    columns: Mapping[str, str | None]
    header_rows: tuple[int, ...] | None
    header_labels: tuple[int, ...] = ()
    others: Mapping[int, str] = field(default_factory=dict)
    either: tuple[int, ...] = ()
    conditions: bool = True


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a file. A sheet that is not named here asks nothing."""

    file: str
    layout: str
    half: str
    sheets: tuple[TrueSheet, ...]

    def as_json(self) -> dict[str, object]:
        """The truth as JSON-able values; the keys of ``others`` become texts there."""
        return asdict(self)


def letter(column: int) -> str:
    """The letter of a one-based column (``1`` -> ``"A"``, ``27`` -> ``"AA"``)."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


@dataclass(slots=True)
class Page:
    """A sheet under the pen. ``roles`` names the columns from ``left`` on; an empty name is a spacing column.

    ``loose`` names columns of ``SCORED`` on which detectors may differ. ``asking`` is False for a sheet without
    questions (instructions, lists, scores).
    """

    name: str
    roles: tuple[str, ...] = ()
    left: int = 1
    row: int = 1
    asking: bool = True
    hidden: bool = False
    loose: frozenset[str] = frozenset()
    default: Mapping[str, object] = field(default_factory=dict)
    cells: dict[tuple[int, int], tuple[object, str]] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    rules: dict[tuple[int, int], dict[str, object]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    widths: dict[int, float] = field(default_factory=dict)
    protected: bool = False
    filtered: tuple[int, int, int, int] | None = None
    header_rows: list[int] | None = field(default_factory=list)
    header_labels: list[int] = field(default_factory=list)
    questions: list[TrueQuestion] = field(default_factory=list)
    others: dict[int, str] = field(default_factory=dict)
    either: list[int] = field(default_factory=list)
    conditions: bool = True

    def at(self, role: str) -> int:
        """The column of a role."""
        return self.left + self.roles.index(role)

    @property
    def right(self) -> int:
        """The last column."""
        return self.left + max(1, len(self.roles)) - 1

    def put(self, row: int, column: int, value: object, look: str = "") -> None:
        """Write a cell; ``look`` names styles ("bold", "fill", "head", "free", "grey")."""
        self.cells[row, column] = (value, look)

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Merge an area (no effect on a single cell)."""
        if (top, left) != (bottom, right):
            self.merges.append((top, left, bottom, right))

    def skip(self, rows: int = 1) -> None:
        """Leave rows empty."""
        self.row += rows

    def say(self, text: str, reason: str, role: str = "", look: str = "", *, wide: bool = False) -> int:
        """A row that asks nothing. ``wide`` merges it over the table; reason "either" counts neither way."""
        row = self.row
        column = self.at(role) if role else self.left
        self.put(row, column, text, look)
        if wide:
            self.merge(row, self.left, row, self.right)
        elif "fill" in look:
            for other in range(self.left, self.right + 1):
                self.cells.setdefault((row, other), ("", "fill"))
        if reason == "either":
            self.either.append(row)
        else:
            self.others[row] = reason
        self.row += 1
        return row

    def fields(self, labels: Sequence[str]) -> None:
        """Labels of who fills the file in (company, date): a form or a preamble, as one likes."""
        for label in labels:
            self.say(label, "either")

    def header(self, names: Mapping[str, str], look: str = "head") -> int:
        """The header row; roles without a name stay empty."""
        row = self.row
        for role in self.roles:
            if role and names.get(role):
                self.put(row, self.at(role), names[role], look)
        if self.header_rows is not None:
            self.header_rows.append(row)
        self.others[row] = "header"
        self.row += 1
        return row

    def labels(self, groups: Sequence[tuple[str, str, str]]) -> int:
        """A row of merged group labels, each ``(first role, last role, text)``, above the header or below it."""
        row = self.row
        for first, last, text in groups:
            self.put(row, self.at(first), text, "head")
            self.merge(row, self.at(first), row, self.at(last))
        assert self.header_rows is not None
        self.header_rows.append(row)
        self.header_labels.append(row)
        self.others[row] = "header label"
        self.row += 1
        return row

    def ask(self, text: str, id: str | None = None, values: Mapping[str, object] | None = None, **true: object) -> int:
        """A row that asks ``text``; ``values`` fill other columns (and may replace the question's cell).

        ``true`` are facts of ``TrueQuestion``, and ``rule`` the validation of the answer cell; ``default`` holds those
        that every row of the page shares.
        """
        row, facts = self.row, {**self.default, **true}
        rule = facts.pop("rule", None)
        filled = {"question": text, **({"id": id} if id and "id" in self.roles else {}), **(values or {})}
        for role, value in filled.items():
            if role in self.roles and value is not None:
                self.put(row, self.at(role), value)
        if "answer" in self.roles:
            if isinstance(rule, dict):
                self.rules[row, self.at("answer")] = rule
            if self.protected:
                self.cells.setdefault((row, self.at("answer")), ("", "free"))
        wanted = id if "id" in self.roles else None
        self.questions.append(TrueQuestion(row, text, wanted, **facts))  # type: ignore[arg-type]
        self.row += 1
        return row

    def truth(self) -> TrueSheet:
        """What is true of the sheet as drawn so far."""
        columns = {role: letter(self.at(role)) if role in self.roles else None for role in SCORED}
        kept = {role: where for role, where in columns.items() if role not in self.loose}
        header = None if self.header_rows is None else tuple(self.header_rows)
        return TrueSheet(
            self.name, tuple(self.questions), kept, header, tuple(self.header_labels),
            dict(self.others), tuple(self.either), self.conditions,
        )  # fmt: skip


@dataclass(slots=True)
class Book:
    """The pages of a file, its kind (``"xlsx"``, ``"csv"``, ``"docx"``), and how it is written."""

    pages: list[Page]
    kind: str = "xlsx"
    names: Mapping[str, str] = field(default_factory=dict)
    delimiter: str = ","
    encoding: str = "utf-8"
    before: Sequence[str] = ()

    def truth(self, file: str, layout: str, half: str) -> Truth:
        """What is true of the file; the sheet names are those of its format."""
        asking = [page.truth() for page in self.pages if page.asking]
        return Truth(file, layout, half, tuple(asking))
