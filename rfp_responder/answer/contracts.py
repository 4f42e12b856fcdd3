"""The forms of a reply that prompts may ask for, and how a reply is read: by validation, never by mending.

    claims-1   claims with quotes that name passages by number, a stance, what is missing
    claims-2   quotes name passages by key; claims name parts of the question; a question back instead of an answer

A prompt version says which one it asks for (``contract`` in its header).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rfp_responder.domain import Stance
from rfp_responder.errors import InputError

_Model = TypeVar("_Model", bound=BaseModel)

_MOST_CLAIMS = 8
_MOST_QUOTES = 8
_MOST_PARTS = 12
_MOST_OBJECTS = 40  # braces in a reply that are tried as the beginning of its JSON
_FAULTS = 3  # faults of a reply that are told
_LOC = 40

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
"""Control characters, line ends among them, and those that turn the direction of writing: no sentence needs them."""

_ClaimText = Annotated[str, Field(max_length=1_000)]
_QuoteText = Annotated[str, Field(max_length=2_000)]
_Short = Annotated[str, Field(max_length=400)]


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _NumberedQuote(_Reply):
    passage: int
    text: _QuoteText


class _NumberedClaim(_Reply):
    text: _ClaimText
    quotes: list[_NumberedQuote] = Field(max_length=_MOST_QUOTES)


class _Claims1(_Reply):
    claims: list[_NumberedClaim] = Field(max_length=_MOST_CLAIMS)
    stance: Stance | None
    missing: list[_Short] = Field(max_length=_MOST_CLAIMS)


class _KeyedQuote(_Reply):
    key: str = Field(max_length=64)
    text: _QuoteText


class _KeyedClaim(_Reply):
    text: _ClaimText
    part: int = Field(default=0, ge=0, le=99)
    quotes: list[_KeyedQuote] = Field(max_length=_MOST_QUOTES)


class _Part(_Reply):
    part: int = Field(ge=0, le=99)
    answered: bool
    lacking: _Short = ""


class _Claims2(_Reply):
    claims: list[_KeyedClaim] = Field(max_length=_MOST_CLAIMS)
    parts: list[_Part] = Field(default=[], max_length=_MOST_PARTS)
    stance: Stance | None
    missing: list[_Short] = Field(default=[], max_length=_MOST_CLAIMS)
    clarification: _Short | None = None


@dataclass(frozen=True, slots=True)
class SaidClaim:
    """A claim as it was replied: ``part`` is one-based, 0 the whole; a quote is (name of its passage, words)."""

    text: str
    part: int
    quotes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A reply of any form. ``unanswered`` are parts called so; ``missing`` is what is said to be missing, in words."""

    claims: tuple[SaidClaim, ...]
    stance: Stance | None
    missing: tuple[str, ...]
    unanswered: tuple[int, ...] = ()
    clarification: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """One form: its name, its JSON Schema, and whether its quotes name passages by number rather than by key."""

    name: str
    numbered: bool
    schema: Mapping[str, object]

    def read(self, text: str) -> Said:
        """The reply in a server's text; raises ValueError, which tells in one line what is wrong with which field."""
        if self.numbered:
            return _said_1(_validated(_Claims1, text))
        return _said_2(_validated(_Claims2, text))


_CONTRACTS = {
    "claims-1": Contract("claims-1", True, _Claims1.model_json_schema()),
    "claims-2": Contract("claims-2", False, _Claims2.model_json_schema()),
}


def contract(name: str) -> Contract:
    """The form of this name; raises InputError where there is none."""
    if name not in _CONTRACTS:
        raise InputError(f"prompt: unknown contract {name!r}", f"Expected one of {', '.join(_CONTRACTS)}")
    return _CONTRACTS[name]


def _said_1(reply: _Claims1) -> Said:
    claims = tuple(
        SaidClaim(_plain(claim.text), 0, tuple((str(quote.passage), quote.text) for quote in claim.quotes))
        for claim in reply.claims
    )
    return Said(claims, reply.stance, _told(reply.missing))


def _said_2(reply: _Claims2) -> Said:
    claims = tuple(
        SaidClaim(_plain(claim.text), claim.part, tuple((quote.key, quote.text) for quote in claim.quotes))
        for claim in reply.claims
    )
    lacking = [part.lacking for part in reply.parts if part.answered or not part.part]
    unanswered = tuple(dict.fromkeys(part.part for part in reply.parts if part.part and not part.answered))
    missing = _told([*reply.missing, *lacking])
    return Said(claims, reply.stance, missing, unanswered, _plain(reply.clarification or ""))


def _told(texts: list[str]) -> tuple[str, ...]:
    """Texts in one line each, at most 200 characters, none empty, none twice."""
    plain = [_plain(text)[:200] for text in texts]
    return tuple(dict.fromkeys(text for text in plain if text.strip()))


def _plain(text: str) -> str:
    """The text in one line, without what cannot be seen."""
    return " ".join(_UNSEEN.sub(" ", text).split())


def _validated(model: type[_Model], text: str) -> _Model:
    """The first JSON object in the text that is of the form: bare, in a code fence, or behind prose or thoughts."""
    body = text.rpartition("</think>")[2].strip()
    faults: list[str] = []
    for piece in _objects(body):
        try:
            return model.model_validate_json(piece)
        except ValidationError as error:
            faults.append(_fault(error))
    raise ValueError(faults[0] if faults else "there is no JSON object in it")


def _objects(body: str) -> list[str]:
    """The text itself where it begins as an object, then every object that can be read in it, outermost first."""
    found = [body] if body.startswith("{") else []
    place, tried = body.find("{"), 0
    while place >= 0 and tried < _MOST_OBJECTS:
        tried += 1
        try:
            _, end = json.JSONDecoder().raw_decode(body, place)
        except (ValueError, RecursionError):  # cut off, prose in braces, brackets a thousand deep
            place = body.find("{", place + 1)
            continue
        found.append(body[place:end])
        place = body.find("{", end)
    return list(dict.fromkeys(found))


def _fault(error: ValidationError) -> str:
    """The first few faults by field; of the reply's own words only field names, so that none is taken for a command."""
    told = []
    for fault in error.errors(include_url=False, include_input=False, include_context=False)[:_FAULTS]:
        where = ".".join(re.sub(r"[^\w-]+", "_", str(part))[:_LOC] for part in fault["loc"])
        what = "no such field" if fault["type"] == "extra_forbidden" else fault["msg"][:160]
        told.append(f"{where}: {what}" if where else what)
    return "; ".join(told)
