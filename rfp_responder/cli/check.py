"""``rfp check``: is each claim supported by its passages?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rfp_responder.cli import app
from rfp_responder.cli.documents import JsonOption
from rfp_responder.cli.shown import json_text, one_line

if TYPE_CHECKING:
    from rfp_responder.answer.support import Support

_WIDTH = 100  # characters of a claim that a line for people shows


@app.command()
def check(
    claims: Annotated[
        str, typer.Argument(metavar="CLAIMS.jsonl", help="Rows of id, claim and passages; - reads stdin.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Check claims against the passages they cite: no index, no model (lexical support)."""
    rows = _judged(claims)
    if as_json:
        lines = [
            json_text({"id": name, "supported": found.supported, "score": found.score, "reasons": list(found.reasons)})
            for name, _, found in rows
        ]
    else:
        lines = [line for name, claim, found in rows for line in _lines(name, claim, found)]
        lines.append(f"{sum(found.supported for _, _, found in rows)} of {len(rows)} claims supported")
    if lines:
        typer.echo("\n".join(lines))


def _judged(name: str) -> list[tuple[str, str, Support]]:
    """Every row with its verdict, before anything is printed: a bad row is told alone."""
    from rfp_responder.answer.claims import read_claims
    from rfp_responder.answer.support import support
    from rfp_responder.errors import InputError

    if name == "-":
        rows = read_claims(sys.stdin.buffer, "standard input")
        return [(row.id, row.claim, support(row.claim, row.passages)) for row in rows]
    path = Path(name)
    try:
        with path.open("rb") as stream:
            return [(r.id, r.claim, support(r.claim, r.passages)) for r in read_claims(stream, path.name)]
    except OSError as error:
        raise InputError(
            f"cannot read {name[:200]!r}: {error.strerror or error}", "Name a JSONL file, or - for standard input"
        ) from error


def _lines(name: str, claim: str, found: Support) -> list[str]:
    """One verdict for people, with each reason on a line of its own."""
    verdict = "supported" if found.supported else "NOT supported"
    text = one_line(claim)
    text = text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
    reasons = [f"      why: {one_line(reason)}" for reason in found.reasons]
    return [f"{one_line(name)}: {verdict}, score {found.score:.2f}: {text}", *reasons]
