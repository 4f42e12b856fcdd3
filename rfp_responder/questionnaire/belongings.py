"""What belongs to a worksheet beside its cells: tables, and the areas of pivot tables."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

from rfp_responder.questionnaire.package import local, parse, read_part
from rfp_responder.questionnaire.places import Area, area
from rfp_responder.questionnaire.xlsx import relations
from rfp_responder.questionnaire.xmltext import whole


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a sheet: its whole area, how many of its rows are header, and its columns' names in order."""

    name: str
    area: Area
    header_rows: int
    columns: tuple[str, ...]


def tables(package: zipfile.ZipFile, part: str) -> tuple[Table, ...]:
    """The tables of a sheet; ``part`` is the sheet's. Raises QuestionnaireError for broken parts."""
    return tuple(found for name in related(package, part, "table") if (found := _table(package, name)))


def pivots(package: zipfile.ZipFile, part: str) -> tuple[Area, ...]:
    """Where the pivot tables of a sheet stand."""
    places: list[Area] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "location" and (found := area(attributes.get("ref", ""))):
            places.append(found)

    for name in related(package, part, "pivotTable"):
        parse(read_part(package, name), f"{package.filename}, part {name}", {"StartElementHandler": start})
    return tuple(places)


def related(package: zipfile.ZipFile, part: str, kind: str) -> list[str]:
    """The parts that a part names as its own, of one kind (the last word of the relation's type)."""
    named = relations(package, part, Path(package.filename or "").name).values()
    return [target for target, relation in named if relation == kind and target in package.NameToInfo]


def _table(package: zipfile.ZipFile, part: str) -> Table | None:
    told: dict[str, str] = {}
    columns: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        kind = local(tag)
        if kind == "table":
            told.update(attributes)
        elif kind == "tableColumn":
            columns.append(attributes.get("name", ""))

    parse(read_part(package, part), f"{package.filename}, part {part}", {"StartElementHandler": start})
    place = area(told.get("ref", ""))
    if place is None:
        return None
    name = told.get("displayName") or told.get("name", "")
    return Table(name, place, whole(told.get("headerRowCount"), 1), tuple(columns))
