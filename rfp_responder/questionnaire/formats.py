"""Which file is read, written and proved by whom: one table, by suffix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire import csv_file, docx_file, proof, splice, xlsx
from rfp_responder.questionnaire.model import Edit, Grid, Written

_REMEDIES = {
    ".xls": "Save it as .xlsx in Excel.",
    ".xlsb": "Save it as .xlsx in Excel.",
    ".ods": "Save it as .xlsx.",
    ".doc": "Save it as .docx in Word.",
    ".pdf": "Ask for the questionnaire as .xlsx or .docx.",
}


@dataclass(frozen=True, slots=True)
class Format:
    """The three doors of a file format: ``read(path)``, ``write(path, out, edits)``, ``prove(path, out,
    edits, allowed)``.
    """

    read: Callable[[Path], tuple[Grid, ...]]
    write: Callable[[Path, Path, Sequence[Edit]], Written]
    prove: Callable[[Path, Path, Sequence[Edit], proof.Allowed], str]


_WORKBOOK = Format(xlsx.read, splice.write, proof.prove_workbook)
_CSV = Format(csv_file.read, csv_file.write, proof.prove_csv)
FORMATS = {
    ".xlsx": _WORKBOOK,
    ".xlsm": _WORKBOOK,
    ".csv": _CSV,
    ".tsv": _CSV,
    ".docx": Format(docx_file.read, docx_file.write, proof.prove_document),
}


def format_of(path: Path) -> Format:
    """The doors for a file; raises QuestionnaireError for a file that is absent or of another kind."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise QuestionnaireError(
            f"{path.name} has the suffix {suffix or '(none)'!r}; expected one of {', '.join(sorted(FORMATS))}",
            _REMEDIES.get(suffix, "Save the questionnaire as .xlsx, .csv or .docx."),
        )
    if not path.is_file():
        raise QuestionnaireError(f"there is no file {path}", "Check the path.")
    return FORMATS[suffix]
