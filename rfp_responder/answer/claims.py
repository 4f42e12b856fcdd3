"""Claims with the passages they cite, one JSON object per line: what ``rfp check`` reads.

Other programs write these files, so they are a trust boundary: pydantic reads each row, and every fault is an
``InputError`` with the file, the line (one-based), the field, the value, what was expected and the remedy. Fields of
the writer's own are let pass; blank lines and a byte order mark too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, BinaryIO

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from rfp_responder.errors import InputError

MAX_ROW = 1_000_000
"""Most bytes of a row: a claim with hundreds of pages; a longer one is not a row but another kind of file."""
_REMEDY = 'Correct that line: {"id": "c1", "claim": "one sentence", "passages": ["the text it cites"]}'
_BOM = b"\xef\xbb\xbf"


def _whole(text: str) -> str:
    """The text, where all of it is characters: half a surrogate pair cannot be written anywhere."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("of whole characters, without lone surrogates")
    return text


_Text = Annotated[str, AfterValidator(_whole)]


class ClaimRow(BaseModel):
    """One claim with the texts it cites; an empty list is a claim that cites nothing."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    id: _Text
    claim: _Text
    passages: list[_Text]


def read_claims(stream: BinaryIO, name: str) -> Iterator[ClaimRow]:
    """The rows of a JSONL stream in order; ``name`` is what messages call it.

    Raises InputError at the first line that is no row, and for one longer than ``MAX_ROW`` bytes.
    """
    number = 0
    while line := stream.readline(MAX_ROW + 1):
        number += 1
        place = f"{name}, line {number}"
        if len(line) > MAX_ROW:
            raise InputError(
                f"{place}: more than {MAX_ROW:,} bytes, expected one claim with its passages per line",
                "Cite the passages, not whole documents, and end each row with a line break",
            )
        line = line.removeprefix(_BOM) if number == 1 else line
        if line.strip():
            yield _row(line, place)


def _row(line: bytes, place: str) -> ClaimRow:
    try:
        data = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(
            f"{place}: byte {error.start + 1} ({line[error.start]:#04x}) is not UTF-8, expected JSON in UTF-8",
            "Save the file as UTF-8",
        ) from error
    except json.JSONDecodeError as error:
        raise InputError(
            f"{place}, column {error.colno}: {error.msg}, got {_shown(line)}, expected one JSON object per line",
            _REMEDY,
        ) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; brackets a thousand deep
        raise InputError(f"{place}: got {_shown(line)}, expected plain JSON: {error}", _REMEDY) from error
    if not isinstance(data, Mapping):
        raise InputError(
            f"{place}: got {json.dumps(data)[:80]} ({type(data).__name__}), expected a JSON object", _REMEDY
        )
    try:
        return ClaimRow.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        if first["type"] == "missing":
            raise InputError(
                f"{place}, field {field}: got a row without it, expected {_EXPECTED[field]}", _REMEDY
            ) from error
        shown = json.dumps(first["input"], default=str)  # in ASCII: a lone surrogate cannot be printed
        shown = shown if len(shown) <= 80 else shown[:77] + "..."
        expected = _EXPECTED.get(field, "a text")
        if first["type"] == "value_error":
            expected += " " + first["msg"].removeprefix("Value error, ")
        raise InputError(f"{place}, field {field}: got {shown}, expected {expected}", _REMEDY) from error


_EXPECTED = {"id": "a text", "claim": "a text", "passages": "a list of texts"}


def _shown(line: bytes) -> str:
    text = line.decode("utf-8", errors="replace").strip()
    return repr(text if len(text) <= 60 else text[:57] + "...")
