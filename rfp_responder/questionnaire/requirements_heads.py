"""The heads of tables in an RFP: what a column's name says it is for, and which tables hold requirements."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rfp_responder.questionnaire.obligations_model import Kind

Role = Literal["id", "text", "kind", "limit", "answer", "weight", "date", "term", "other"]

_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("id", re.compile(
        r"^(?:ids?|refs?\.?|reference|no\.?|nr\.?|number|#|item no\.?|(?:req(?:uirement|\.)?|q(?:uestion)?) ?"
        r"(?:ids?|no\.?|number|#|ref\.?)|code|req\.?)$", re.I)),
    ("term", re.compile(r"^(?:terms?|words?|expressions?|abbreviations?|acronyms?|definitions?|meanings?)$", re.I)),
    ("kind", re.compile(
        r"^(?:[A-Z](?:\s?[/|,]\s?[A-Z]{1,2})+|(?:req\w*\s+)?(?:type|priority|kind|class|status|moscow|obligation|"
        r"importance|desirability|mandatory\??|must[ -]have|mandatory\W.*|essential\W.*|must\W.*|m\W+d.*|"
        r"(?:level|category) of requirement))$", re.I)),
    ("limit", re.compile(r"\b(?:limit|max(?:imum)?|length|words?|pages?)\b", re.I)),
    ("weight", re.compile(r"\b(?:weight\w*|scor\w+|points?|marks?)\b|%", re.I)),
    ("answer", re.compile(
        r"\b(?:responses?|answers?|comply|compl(?:iance|iant)|met|meets|vendors?|suppliers?|bidders?|tenderers?|comments?|"
        r"remarks?|yes\s*/\s*no|y/n|reference in|evidence|confirm\w*)\b|\?$", re.I)),
    ("text", re.compile(
        r"\b(?:requirements?|questions?|specifications?|functionality|functions?|features?|capabilit(?:y|ies)|needs?|"
        r"descriptions?|statements?|controls?|obligations?|instructions?|what (?:we|is) \w+)\b", re.I)),
    ("date", re.compile(r"\b(?:dates?|deadlines?|when|due|time)\b", re.I)),
)  # fmt: skip
_STRONG = re.compile(r"\b(?:requirements?|questions?|functionality|capabilit(?:y|ies)|what we need|needs?)\b", re.I)
_KIND_WORDS: dict[Kind, str] = {
    "mandatory": "m mandatory must required essential e shall r compulsory h high critical minimum must-have",
    "scored": "d desirable should s scored preferred desired hd highly-desirable recommended should-have rated medium",
    "informational": "i information informational info o optional may could c w l low nice-to-have could-have "
    "information-only for-information won't",
}
_KINDS = {word: kind for kind, words in _KIND_WORDS.items() for word in words.split()}
_LEGEND = re.compile(
    r"\b([A-Z]{1,2})\b[\"”’')]?\s*(?:[-–—=:(]|is|means|stands\s+for|for|denotes|marks|indicates)?\s*(?:(?:an?|the|for)\s+)?(?:highly\s+)?"
    r"(mandatory|essential|required|desirable|desired|optional|information(?:al)?|preferred|scored|must|should|could)\b"
)


@dataclass(frozen=True, slots=True)
class Table:
    """The head of a table: the names and roles of its columns, and whether its rows are requirements."""

    names: tuple[str, ...]
    roles: tuple[Role, ...]

    @property
    def asks(self) -> bool:
        """Whether each row is a requirement: it has a column for its words and one for its id, kind or answer."""
        roles = set(self.roles)
        if "kind" in roles and roles & {"text", "id", "other"}:
            return True
        strong = any(_STRONG.search(name) for name, role in zip(self.names, self.roles, strict=True) if role == "text")
        if "text" not in roles or roles & {"date", "term"}:
            return False
        return strong or "answer" in roles

    @property
    def questions(self) -> bool:
        """Whether each row is a question, even where it is put as an order ("Include a diagram")."""
        told = [name for name, role in zip(self.names, self.roles, strict=True) if role == "text"]
        return bool(told) and all(re.search(r"\bquestions?\b", name, re.I) for name in told)

    @property
    def defines(self) -> bool:
        """Whether each row says what a word means."""
        return self.roles[0] == "term" and self.roles.count("term") + self.roles.count("text") >= 2


def role_of(name: str) -> Role:
    """What a column's name says it is for."""
    bare = name.strip(" :*")
    return next((role for role, pattern in _ROLES if pattern.search(bare)), "other")


def head_of(cells: Sequence[str]) -> Table | None:
    """The head that a row's cells make, None where they make none: short, without ends, some of known roles."""
    names = _names(cells)
    if (
        not names
        or len(names) > 12
        or any(len(name.split()) > 7 or (name.endswith((".", ";")) and len(name) > 5) for name in names)
    ):
        return None
    roles = tuple(role_of(name) for name in names)
    known = [role for role in roles if role != "other"]
    plain = "text" in roles or {"id", "kind"} <= set(roles) or bool({"date", "weight", "term"} & set(roles))
    return Table(names, roles) if plain and len(known) * 2 >= len(roles) and len(set(names)) == len(names) else None


def _names(cells: Sequence[str]) -> tuple[str, ...]:
    """The cells of a row, those that a narrow gutter ran together ("No Question") taken apart."""
    names: list[str] = []
    for place, cell in enumerate(cells):
        match = re.fullmatch(r"(ID|Ref\.?|No\.?|#|Item|Req\.?)\s+([A-Z].*)", cell) if place == 0 else None
        names += [match.group(1), match.group(2)] if match else [cell]
    return tuple(names)


def named_head(cells: Sequence[str]) -> Table | None:
    """The head that a row spells out itself (``ID: R-1 | Requirement: … | Priority: M``), as some readers write it."""
    pairs = [cell.partition(": ") for cell in cells]
    names = tuple(name for name, mark, _ in pairs if mark and len(name.split()) <= 6)
    if len(names) < 2:
        return None
    roles = tuple(role_of(name) for name in names)
    return Table(names, roles) if {"text", "kind", "id"} & set(roles) else None


def kind_of(cell: str, legend: Mapping[str, Kind] | None = None) -> Kind | None:
    """The kind that a cell names (``M``, ``Desirable``), None where it names none; ``legend`` goes before the usual."""
    word = "-".join(cell.lower().strip(" .*()[]").split())
    return (legend or {}).get(word) or _KINDS.get(word)


def legend_of(text: str) -> dict[str, Kind]:
    """What a document says that its letters stand for: "M is mandatory, D is desirable, I information"."""
    return {letters.lower(): _KINDS[word.lower()] for letters, word in _LEGEND.findall(text) if word.lower() in _KINDS}
