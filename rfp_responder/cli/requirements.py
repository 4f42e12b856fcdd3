"""``rfp requirements``: an RFP in prose as a questionnaire."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rfp_responder.cli import app
from rfp_responder.cli.documents import JsonOption
from rfp_responder.cli.outputs import check_outputs
from rfp_responder.cli.shown import print_json

if TYPE_CHECKING:
    from rfp_responder.domain import Document
    from rfp_responder.questionnaire.requirements import Survey

_SUFFIXES = (".pdf", ".docx", ".md", ".markdown", ".txt")


@app.command()
def requirements(
    rfp: Annotated[Path, typer.Argument(metavar="RFP", help="PDF, DOCX, Markdown or text.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Where the matrix goes (NAME.matrix.xlsx beside the RFP).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Extract the requirements of an RFP in prose into a compliance matrix that `rfp answer` fills.

    With --json they are printed, and a matrix is written only where -o names one.
    """
    from rfp_responder.errors import InputError
    from rfp_responder.ingest import read
    from rfp_responder.questionnaire.matrix import write_matrix
    from rfp_responder.questionnaire.requirements import survey

    target = out or rfp.with_name(f"{rfp.stem}.matrix.xlsx")
    _check(rfp, target)
    document = read(rfp, rfp.name)
    found = survey(document)
    if not any(page.text.strip() for page in document.pages):
        raise InputError(f"{rfp.name}: has no text ({'; '.join(document.notes) or 'it is blank'})", "Give it with text")
    if not found.requirements:
        raise InputError(f"{rfp.name}: no requirement was found in its {len(document.pages)} pages", "Is it an RFP?")
    if as_json:
        print_json(_as_json(document, found))
    if out or not as_json:
        write_matrix(found.requirements, target, document.title, _about(document, found))
    if not as_json:
        typer.echo(f"{target}: {len(found.requirements)} requirements ({', '.join(_kinds(found))})")
        for reason, count in _left_out(found):
            typer.echo(f"  left out: {count} that {reason}")


def _check(rfp: Path, target: Path) -> None:
    """Refuse, before anything is read, what is no RFP in prose and a target that cannot be written."""
    from rfp_responder.errors import InputError

    if not rfp.is_file():
        raise InputError(f"{rfp}: is no file", "Check the path")
    if rfp.suffix.lower() not in _SUFFIXES:
        remedy = "Fill a questionnaire with `rfp answer`" if rfp.suffix.lower() in {".xlsx", ".xlsm", ".csv"} else ""
        raise InputError(f"{rfp.name}: suffix {rfp.suffix!r}, expected one of {', '.join(_SUFFIXES)}", remedy)
    if target.suffix.lower() != ".xlsx":
        raise InputError(f"-o {target}: suffix {target.suffix!r}, expected '.xlsx'", f"Name it {target.stem}.xlsx")
    check_outputs({"-o": target}, {"RFP": rfp})


def _kinds(found: Survey) -> list[str]:
    from rfp_responder.questionnaire.obligations_model import KINDS

    return [f"{sum(each.kind == kind for each in found.requirements)} {kind}" for kind in KINDS]


def _left_out(found: Survey) -> Sequence[tuple[str, int]]:
    return sorted(found.left_out.items(), key=lambda item: (-item[1], item[0]))


def _as_json(document: Document, found: Survey) -> dict[str, object]:
    return {
        "rfp": document.name,
        "digest": document.digest,
        "title": document.title,
        "pages": len(document.pages),
        "requirements": [each.as_json() for each in found.requirements],
        "left_out": dict(_left_out(found)),
        "notes": list(document.notes),
    }


def _about(document: Document, found: Survey) -> list[tuple[str, str]]:
    lines = [
        ("File", document.name),
        ("SHA-256", document.digest),
        ("Pages", str(len(document.pages))),
        ("How ids are made", "As the RFP prints them; else REQ, the section, and the order in that section."),
    ]
    lines += [("Left out", f"{count} that {reason}") for reason, count in _left_out(found)]
    return lines + [("Note", note) for note in document.notes]
