"""How well a detected structure agrees with the true one: rows, columns, headers, ids, choices, conditions.

The detector is known only by the document that ``rfp inspect --json`` prints; keys that it does not show are not
scored (counted as unscored, never as wrong).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from structure_sheet import SCORED, TrueQuestion, TrueSheet, Truth

Found = Mapping[str, object]
TALLIES = ("headers", "ids", "texts", "choices", "shapes", "stems")


@dataclass(slots=True)
class Tally:
    """``right`` of ``total``; ``wrong`` says what was not."""

    right: int = 0
    total: int = 0
    wrong: list[str] = field(default_factory=list)

    def count(self, right: bool, said: str) -> None:
        """Count one finding; ``said`` names it in the list of errors."""
        self.right += right
        self.total += 1
        if not right:
            self.wrong.append(said)

    def add(self, other: Tally) -> None:
        """Add another tally to this one."""
        self.right += other.right
        self.total += other.total
        self.wrong += other.wrong


@dataclass(slots=True)
class Matches:
    """What was found against what is there: ``hit`` in both, ``missed`` and ``extra`` name the rest."""

    hit: int = 0
    missed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    @property
    def wanted(self) -> int:
        """How many there are."""
        return self.hit + len(self.missed)

    @property
    def found(self) -> int:
        """How many were found."""
        return self.hit + len(self.extra)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 1 where there is nothing and nothing was found."""
        both = self.wanted + self.found
        return 2 * self.hit / both if both else 1.0

    def add(self, other: Matches) -> None:
        """Add other matches to these."""
        self.hit += other.hit
        self.missed += other.missed
        self.extra += other.extra


@dataclass(slots=True)
class Score:
    """The scores of one file, or of several added up; ``columns`` by name, ``fault`` is why nothing was detected.

    ``shown`` holds the keys of questions that the detector showed: conditions mean something only with "depends_on".
    """

    rows: Matches = field(default_factory=Matches)
    conditions: Matches = field(default_factory=Matches)
    columns: dict[str, Tally] = field(default_factory=lambda: {role: Tally() for role in SCORED})
    headers: Tally = field(default_factory=Tally)
    ids: Tally = field(default_factory=Tally)
    texts: Tally = field(default_factory=Tally)
    choices: Tally = field(default_factory=Tally)
    shapes: Tally = field(default_factory=Tally)
    stems: Tally = field(default_factory=Tally)
    shown: set[str] = field(default_factory=set)
    fault: str = ""

    def add(self, other: Score) -> None:
        """Add another score to this one."""
        self.rows.add(other.rows)
        self.conditions.add(other.conditions)
        for role, tally in other.columns.items():
            self.columns[role].add(tally)
        self.shown |= other.shown
        for name in TALLIES:
            getattr(self, name).add(getattr(other, name))

    @property
    def core(self) -> Tally:
        """The four columns that every detector shows."""
        core = Tally()
        for role in SCORED[:4]:
            core.add(self.columns[role])
        return core


def scored(truth: Truth, found: Found, *, whole: bool = True) -> Score:
    """Score what ``inspect`` found in a file; not ``whole`` leaves sheets out that the truth does not name."""
    score = Score()
    sheets = {str(sheet["sheet"]): sheet for sheet in _maps(found.get("sheets"))}
    for true in truth.sheets:
        _sheet(score, truth.file, true, sheets.pop(true.sheet, None))
    for name, sheet in sheets.items() if whole else ():
        for question in _maps(sheet.get("questions")):
            score.rows.extra.append(
                f"{truth.file} {name}!{question['row']} [sheet that asks nothing] {question['text']}"
            )
    return score


def missing(truth: Truth, fault: str) -> Score:
    """The score of a file that was refused, or of none of its sheets."""
    score = scored(truth, {"sheets": []})
    score.fault = fault
    return score


def _sheet(score: Score, file: str, true: TrueSheet, found: Found | None) -> None:
    at = f"{file} {true.sheet}"
    given = {_row(question): question for question in _maps((found or {}).get("questions"))}
    wanted = {question.row: question for question in true.questions}
    score.rows.hit += len(given.keys() & wanted.keys())
    score.rows.missed += [f"{at}!{row} {wanted[row].text}" for row in wanted if row not in given]
    for row in sorted(given.keys() - wanted.keys() - set(true.either)):
        reason = true.others.get(row, "nothing there")
        score.rows.extra.append(f"{at}!{row} [{reason}] {given[row].get('text')}")
    for role, column in true.columns.items() if wanted else ():
        key = f"{role}_column"
        if found is None and role in SCORED[:4]:  # whether the others would have been shown is not known
            score.columns[role].count(False, f"{at}: the sheet was not found")
        elif found is not None and key in found:
            score.columns[role].count(found[key] == column, f"{at}: {role} is {column}, found {found[key]}")
    score.shown |= {key for question in given.values() for key in question}
    if found is None:
        return
    _header(score.headers, at, true, found)
    for row in sorted(given.keys() & wanted.keys()):
        _question(score, f"{at}!{row}", wanted[row], given[row], found)
    if true.conditions:
        _conditions(score.conditions, at, wanted, given)


def _header(tally: Tally, at: str, true: TrueSheet, found: Found) -> None:
    """Right: every row of the header but its labels, and no other row."""
    if true.header_rows is None:
        return
    rows = found.get("header_rows")
    given = {int(row) for row in rows} if isinstance(rows, Sequence) else set()
    wanted = set(true.header_rows)
    right = given <= wanted and wanted - set(true.header_labels) <= given
    tally.count(right, f"{at}: header is {sorted(wanted)}, found {sorted(given)}")


def _question(score: Score, at: str, true: TrueQuestion, found: Found, sheet: Found) -> None:
    if true.id is not None:
        score.ids.count(str(found.get("id") or "") == true.id, f"{at}: id is {true.id!r}, found {found.get('id')!r}")
    if true.text:
        text = _folded(str(found.get("text") or ""))
        score.texts.count(_folded(true.text) in text, f"{at}: text is {true.text!r}, found {text!r}")
    if true.choices is not None:
        given = found["choices"] if "choices" in found else sheet.get("choices")
        values = tuple(str(value) for value in given) if isinstance(given, Sequence) else ()
        score.choices.count(values == true.choices, f"{at}: choices are {true.choices}, found {values}")
    if true.shape is not None and "shape" in found:
        score.shapes.count(found["shape"] == true.shape, f"{at}: shape is {true.shape}, found {found['shape']}")
    if true.stem and "asked" in found:
        asked = _folded(str(found["asked"]))
        right = all(word in asked for word in _folded(f"{true.stem.rstrip(':?')} {true.text}").split())
        score.stems.count(right, f"{at}: needs the stem {true.stem!r}, asked {asked!r}")


def _conditions(matches: Matches, at: str, wanted: Mapping[int, TrueQuestion], given: Mapping[int, Found]) -> None:
    by_id = {str(question.get("id")): row for row, question in given.items()}
    for row in sorted(wanted.keys() & given.keys()):
        true, found = wanted[row].depends_on, _gate(given[row].get("depends_on"), by_id)
        if true is not None and found == true:
            matches.hit += 1
            continue
        if true is not None:
            matches.missed.append(f"{at}!{row} depends on row {true}: {wanted[row].text}")
        if found is not None:
            matches.extra.append(f"{at}!{row} does not depend on row {found}: {wanted[row].text}")


def _gate(said: object, by_id: Mapping[str, int]) -> int | None:
    """The row named by ``depends_on``: a row, an id, or a mapping that holds one; None where nothing is named."""
    if isinstance(said, Mapping):
        said = next((said[key] for key in ("row", "gate", "id") if key in said), None)
    if isinstance(said, int):
        return said
    if isinstance(said, str) and said:
        return by_id.get(said, -1)
    return None


def _row(question: Found) -> int:
    return int(str(question["row"]))


def _maps(values: object) -> list[Found]:
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, Sequence) else []


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
