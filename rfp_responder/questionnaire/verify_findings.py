"""What a check of a filled questionnaire finds: one finding for each thing that is wrong with a row."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Kind = Literal[
    "answer_changed",
    "document_gone",
    "document_changed",
    "quote_missing",
    "quote_moved",
    "unsupported",
    "choice_not_allowed",
]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one row; ``cell`` is the cell concerned.

    ``fails`` is False for what a person should know and no row falls by (a quote that moved within its page).
    """

    sheet: str
    row: int
    cell: str
    id: str
    kind: Kind
    detail: str
    fails: bool = True

    def as_json(self) -> dict[str, object]:
        """One entry of ``findings`` in ``rfp verify --json``."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Verification:
    """Every finding in the order of the rows, and how much was checked. ``record`` is where the record lies."""

    filled: str
    record: str
    rows_checked: int
    citations_checked: int
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every row stands."""
        return not any(finding.fails for finding in self.findings)

    @property
    def failed_rows(self) -> int:
        """How many rows do not stand."""
        return len({(finding.sheet, finding.row) for finding in self.findings if finding.fails})

    def as_json(self) -> dict[str, object]:
        """The document that ``rfp verify --json`` prints."""
        return {
            "filled": self.filled,
            "record": self.record,
            "rows_checked": self.rows_checked,
            "citations_checked": self.citations_checked,
            "ok": self.ok,
            "findings": [finding.as_json() for finding in self.findings],
            "notes": list(self.notes),
        }
