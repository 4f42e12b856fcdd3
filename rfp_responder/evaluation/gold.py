"""Gold cases: questions with what a right answer says and where it stands, one JSON object per line.

A gold file is written by people, so it is a trust boundary: pydantic reads it, unknown fields are refused and
every fault is a ``GoldError`` with file, line (one-based), field, value, what was expected and the remedy.
evals/README.md documents the fields; ``lint`` (next door) looks across cases.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from rfp_responder.domain import Question, Stance
from rfp_responder.errors import GoldError

Split = Literal["tune", "test"]
SPLITS: tuple[Split, ...] = ("test", "tune")
Expected = Literal["answered", "partial", "unanswered"]
_Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
_Tag = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
_REMEDY = "Correct that line; evals/README.md documents every field"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class KeyFact(_Strict):
    """Something a right answer must say. ``any_of`` are accepted spellings; one of them is enough."""

    id: _Text
    any_of: Annotated[list[_Text], Field(min_length=1)]


class Evidence(_Strict):
    """A place that states facts: ``page`` is one-based. Several places for one fact are alternatives."""

    document: _Text
    page: Annotated[int, Field(ge=1)]
    quote: _Text
    facts: Annotated[list[_Text], Field(min_length=1)]


class GoldCase(_Strict):
    """One question with its expected answer."""

    id: _Text
    split: Split
    topic: _Text
    question: _Text
    choices: list[_Text] = []
    expected_status: Expected
    stance: Stance | None = None
    choice: str | None = None
    reference_answer: str = ""
    key_facts: list[KeyFact] = []
    evidence: list[Evidence] = []
    tags: list[_Tag] = []

    @property
    def answerable(self) -> bool:
        """Whether the documents say at least a part of the answer."""
        return self.expected_status != "unanswered"

    def as_question(self) -> Question:
        """The question as the responder gets it: without anything of the gold."""
        return Question(id=self.id, text=self.question, choices=tuple(self.choices))

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> GoldCase:
        parts = {name: getattr(self, name) for name in ("evidence", "key_facts", "reference_answer")}
        for name, part in parts.items():
            if not self.answerable and part:
                raise ValueError(f"{name} must be empty when expected_status is 'unanswered'")
            if self.answerable and not part:
                raise ValueError(f"{name} must not be empty when the case is {self.expected_status!r}")
        known = [fact.id for fact in self.key_facts]
        if len(set(known)) < len(known):
            raise ValueError(f"key_facts must have distinct ids, got {known}")
        used = {fact for place in self.evidence for fact in place.facts}
        if used - set(known):
            raise ValueError(f"evidence.facts must name key_facts of this case, got {min(used - set(known))!r}")
        if set(known) - used:
            raise ValueError(f"every key fact needs an evidence, {min(set(known) - used)!r} has none")
        if self.choice is not None and self.choices and self.choice not in self.choices:
            raise ValueError(f"choice must be one of choices {self.choices}, got {self.choice!r}")
        return self


def load_gold(path: Path) -> list[GoldCase]:
    """The cases of a JSONL file, in order; blank lines are skipped.

    Raises GoldError for a file that cannot be read or is empty, a line that is no valid case, or an id that
    stands twice.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(
            f"cannot read the gold file {path}: {error}", "Name a JSONL file in UTF-8 with --gold"
        ) from error
    cases: list[GoldCase] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        case = _case(line, f"{path.name}, line {number}")
        if case.id in lines:
            raise GoldError(
                f"{path.name}, line {number}, field id: {case.id!r} stands on line {lines[case.id]} already, "
                "expected an id of its own",
                "Rename one of the two cases",
            )
        lines[case.id] = number
        cases.append(case)
    if not cases:
        raise GoldError(f"{path.name} holds no case, expected one JSON object per line", _REMEDY)
    return cases


def gold_digest(path: Path) -> str:
    """The sha256 of the gold file's bytes, in hexadecimal: it names the set that a result belongs to."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _case(line: str, place: str) -> GoldCase:
    try:
        data = json.loads(line)
    except json.JSONDecodeError as error:
        raise GoldError(
            f"{place}, column {error.colno}: {error.msg}, expected one JSON object per line", _REMEDY
        ) from error
    if not isinstance(data, Mapping):
        raise GoldError(f"{place}: got {type(data).__name__}, expected a JSON object", _REMEDY)
    try:
        return GoldCase.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the case as a whole"
        value = first["input"] if first["loc"] else data.get("id", "without id")
        shown = json.dumps(value, ensure_ascii=False, default=str)
        shown = shown if len(shown) <= 80 else shown[:77] + "..."
        expected = first["msg"].removeprefix("Value error, ")
        raise GoldError(f"{place}, field {field}: got {shown}, expected: {expected}", _REMEDY) from error
