"""Which file is read, written and proved by whom: one table, by suffix."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire import csv_file, docx_file, docx_proof, proof, splice, vsaq_file, xlsx
from rfp_responder.questionnaire.account import Proof
from rfp_responder.questionnaire.model import Edit, Grid, Written
from rfp_responder.questionnaire.package import converting, opened, refuse_signed

_OLD = {".xls": "xlsx", ".xlsb": "xlsx", ".ods": "xlsx", ".doc": "docx", ".odt": "docx", ".rtf": "docx"}
_REMEDIES = {
    ".pdf": "Ask for the questionnaire as .xlsx or .docx; an RFP in prose is read by: rfp requirements.",
    ".md": "An RFP in prose is read by: rfp requirements.",
}


@dataclass(frozen=True, slots=True)
class Look:
    """How what is written is to look: whether a wrapping format may be added, and the widths (in characters) of added
    columns by (sheet, column)."""

    wrap: bool = False
    widths: Mapping[tuple[str, int], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Format:
    """The three doors of a file format: ``read(path)``, ``write(path, out, edits, look)``, ``prove(path, out,
    edits, allowed)``. ``appends`` says whether columns can be added; ``name`` is the published questionnaire
    that every file of the format is.
    """

    read: Callable[[Path], tuple[Grid, ...]]
    write: Callable[[Path, Path, Sequence[Edit], Look], Written]
    prove: Callable[[Path, Path, Sequence[Edit], proof.Allowed], Proof]
    appends: bool = False
    name: str = ""


def _write_workbook(path: Path, out: Path, edits: Sequence[Edit], look: Look) -> Written:
    return splice.write(path, out, edits, wrap=look.wrap, widths=dict(look.widths))


def _write_csv(path: Path, out: Path, edits: Sequence[Edit], look: Look) -> Written:
    return csv_file.write(path, out, edits)


def _write_document(path: Path, out: Path, edits: Sequence[Edit], look: Look) -> Written:
    return docx_file.write(path, out, edits)


def refuse_unfillable(path: Path) -> None:
    """Raise QuestionnaireError for a signed Office file, before anything is asked."""
    if path.suffix.lower() in {".xlsx", ".xlsm", ".docx"}:
        with opened(path) as package:
            refuse_signed(package, path.name)


def _write_vsaq(path: Path, out: Path, edits: Sequence[Edit], look: Look) -> Written:
    return vsaq_file.write(path, out, edits)


_WORKBOOK = Format(xlsx.read, _write_workbook, proof.prove_workbook, appends=True)
_CSV = Format(csv_file.read, _write_csv, proof.prove_csv, appends=True)
FORMATS = {
    ".xlsx": _WORKBOOK,
    ".xlsm": _WORKBOOK,
    ".csv": _CSV,
    ".tsv": _CSV,
    ".docx": Format(docx_file.read, _write_document, docx_proof.prove_document),
    ".json": Format(vsaq_file.read, _write_vsaq, vsaq_file.prove_vsaq, name="VSAQ"),
}


def format_of(path: Path) -> Format:
    """The doors for a file; raises QuestionnaireError for a file that is absent or of another kind."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        old = converting(path.name, _OLD[suffix]) if suffix in _OLD else ""
        raise QuestionnaireError(
            f"{path.name} has the suffix {suffix or '(none)'!r}; expected one of {', '.join(sorted(FORMATS))}",
            old or _REMEDIES.get(suffix, "Save the questionnaire as .xlsx, .csv or .docx."),
        )
    if not path.is_file():
        raise QuestionnaireError(f"there is no file {path}", "Check the path.")
    return FORMATS[suffix]
