"""One version of a prompt: its file, read strictly, written back, and filled in.

    +++
    purpose = "..."                 header: TOML between two lines of +++
    [sampling]
    +++
    # system
    text for the model, as it stands
    # user
    template with $passages, $question, $parts, $constraints; $$ is a dollar

A file is written by people, so it is a trust boundary: every fault is an InputError with file, line or field.
"""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from hashlib import sha256
from string import Template

from rfp_responder.domain import Sampling
from rfp_responder.errors import InputError
from rfp_responder.text import shortened

CONTRACTS = ("claims-1", "claims-2")
"""Forms of a reply that the answerer can read."""
VARIABLES = ("passages", "question", "parts", "constraints")
REQUIRED = ("passages", "question")
LARGEST = 65536
"""Bytes of a file at most: a prompt is paid for with every question."""
NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")
NUMBER = re.compile(r"[1-9][0-9]{0,3}")

_WORDS = ("purpose", "owner", "why", "contract", "risk")
_DATES = ("created", "reviewed")
_HEADER = ("purpose", "owner", "created", "why", "contract", "risk", "reviewed", "sampling")
_LONGEST = 500  # characters of a field: more belongs into the change's own notes
_MOST_TOKENS = 32768
_RANGES: Mapping[str, tuple[float, float]] = {  # as the OpenAI protocol bounds them
    "temperature": (0, 2),
    "top_p": (0, 1),
    "frequency_penalty": (-2, 2),
    "max_tokens": (1, _MOST_TOKENS),
    "seed": (0, 2**63 - 1),
}
_WHOLE = ("max_tokens", "seed")
_BIDI = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))  # they hide what a text says


@dataclass(frozen=True, slots=True)
class PromptVersion:
    """One version of a prompt. ``number`` counts from 1; ``digest`` is the sha256 of its file (line ends as LF).

    ``contract`` names the form of the reply that it asks for. ``user`` is a template (``string.Template``). In
    ``sampling``, None leaves a value to the server.
    """

    name: str
    number: int
    purpose: str
    owner: str
    created: date
    why: str
    contract: str
    risk: str
    reviewed: date
    sampling: Sampling
    system: str
    user: str
    digest: str

    @property
    def ref(self) -> str:
        """How it is named: ``answer@2``."""
        return f"{self.name}@{self.number}"

    def render(self, *, passages: str, question: str, parts: str = "", constraints: str = "") -> str:
        """The user's message. A value stands as it is: a ``$question`` inside a passage is never expanded.

        A line of the template whose variables are all empty is left out, and blank lines never follow each other
        but inside a value.
        """
        values = dict(zip(VARIABLES, (v.strip() for v in (passages, question, parts, constraints)), strict=True))
        paragraphs: list[list[str]] = [[]]
        for line in self.user.split("\n"):
            template = Template(line)
            names = template.get_identifiers()
            if names and not any(values[name] for name in names):
                continue
            if not line.strip():
                paragraphs.append([])
            else:
                paragraphs[-1].append(template.substitute(values))
        return "\n\n".join("\n".join(lines) for lines in paragraphs if lines)


def split_ref(ref: str) -> tuple[str, int] | None:
    """Name and number of ``answer@2``; None for anything else."""
    name, _, number = ref.partition("@")
    return (name, int(number)) if NAME.fullmatch(name) and NUMBER.fullmatch(number) else None


def file_text(version: PromptVersion) -> str:
    """The version as a file: reading it gives the same version (with the digest of this text)."""
    lines = ["+++"]
    for name in _HEADER[:-1]:
        value = getattr(version, name)
        shown = value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
        lines.append(f"{name} = {shown}")
    lines += ["", "[sampling]"]
    for name in _RANGES:
        value = getattr(version.sampling, name)
        if value is not None:
            lines.append(f"{name} = {value!r}")
    return "\n".join([*lines, "+++", "# system", version.system, "", "# user", version.user, ""])


def read_version(data: bytes, place: str, name: str, number: int) -> PromptVersion:
    """A version from its file's bytes; ``place`` is what a fault names the file by. Raises InputError."""
    text = _decoded(data, place)
    header, system, user = _divided(text, place)
    try:
        told = tomllib.loads("\n" + header)  # the line of +++ counts, so that faults name the file's lines
    except (ValueError, RecursionError) as error:
        raise _fault(place, f"the header is no TOML ({shortened(str(error), 200)})", "Correct it") from error
    _named(place, "", told, _HEADER, _HEADER)
    words = {field: _words(place, field, told[field]) for field in _WORDS}
    dates = {field: _date(place, field, told[field]) for field in _DATES}
    if dates["reviewed"] < dates["created"]:
        shown = f"{dates['reviewed']}, before it was created ({dates['created']})"
        raise _fault(place, f"field reviewed: is {shown}", "Give the day of the last review")
    if words["contract"] not in CONTRACTS:
        known = ", ".join(CONTRACTS)
        raise _fault(place, f"field contract: {words['contract']!r} is unknown, expected one of {known}", "Name one")
    _check_template(text, place, system, user)
    return PromptVersion(
        name=name,
        number=number,
        purpose=words["purpose"],
        owner=words["owner"],
        created=dates["created"],
        why=words["why"],
        contract=words["contract"],
        risk=words["risk"],
        reviewed=dates["reviewed"],
        sampling=_sampling(place, told["sampling"]),
        system=system,
        user=user,
        digest=sha256(text.encode()).hexdigest(),
    )


def _fault(place: str, what: str, remedy: str) -> InputError:
    return InputError(f"prompt {place}: {what}", remedy)


def _decoded(data: bytes, place: str) -> str:
    if len(data) > LARGEST:
        raise _fault(place, f"is larger than {LARGEST} bytes", "Shorten it: every question pays for its tokens")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _fault(place, f"is not UTF-8 (byte {error.start})", "Save it as UTF-8") from error
    for found, character in enumerate(text):
        if character in _BIDI or (unicodedata.category(character) == "Cc" and character not in "\n\t"):
            line = text.count("\n", 0, found) + 1
            raise _fault(place, f"line {line}: holds the control character U+{ord(character):04X}", "Take it out")
    return text


def _divided(text: str, place: str) -> tuple[str, str, str]:
    """Header, system and user part, the latter two without blank lines around them."""
    lines = text.split("\n")
    marks = [number for number, line in enumerate(lines) if line.rstrip() == "+++"]
    if len(marks) < 2 or marks[0] != 0:
        raise _fault(place, "line 1: expected a header between two lines of +++", "See rfp prompts show answer@1")
    header, body = "\n".join(lines[1 : marks[1]]), lines[marks[1] + 1 :]
    places = {head: [n for n, line in enumerate(body) if line.rstrip() == head] for head in ("# system", "# user")}
    for head, found in places.items():
        if len(found) != 1:
            count = "is missing" if not found else f"stands {len(found)} times"
            raise _fault(place, f"the line {head!r} {count}, expected once", "Give each part one such line")
    first, second = places["# system"][0], places["# user"][0]
    if second < first or any(line.strip() for line in body[:first]):
        raise _fault(place, "expected '# system', then '# user' behind the header", "Put the parts in this order")
    parts = "\n".join(body[first + 1 : second]).strip(), "\n".join(body[second + 1 :]).strip()
    for head, part in zip(places, parts, strict=True):
        if not part:
            raise _fault(place, f"nothing stands below {head!r}", "Write that part")
    return header, *parts


def _named(
    place: str, within: str, told: object, known: tuple[str, ...], required: tuple[str, ...]
) -> Mapping[str, object]:
    if not isinstance(told, Mapping):
        raise _fault(place, f"field {within.rstrip('.')}: expected a table", "Write [sampling] and its values below")
    for name in told:
        if name not in known:
            met = repr(shortened(f"{within}{name}", 60))
            raise _fault(place, f"field {met}: is unknown, expected one of {', '.join(known)}", "Take it out")
    for name in required:
        if name not in told:
            raise _fault(place, f"field {within}{name}: is missing", "Add it to the header")
    return told


def _words(place: str, field: str, value: object) -> str:
    """One line of text; only ``why`` may be empty, until the version is promoted."""
    if not isinstance(value, str):
        raise _fault(place, f"field {field}: got {_shown(value)}, expected a text in quotes", "Correct it")
    if any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} or c in _BIDI for c in value):
        raise _fault(place, f"field {field}: expected one line without control characters", "Correct it")
    if len(value) > _LONGEST:
        raise _fault(place, f"field {field}: has {len(value)} characters, expected at most {_LONGEST}", "Shorten it")
    if field != "why" and not value.strip():
        raise _fault(place, f"field {field}: is empty, expected a text", "Fill it in")
    return value


def _date(place: str, field: str, value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _fault(place, f"field {field}: got {_shown(value)}, expected a day as in 2026-01-31", "Correct it")
    return value


def _sampling(place: str, told: object) -> Sampling:
    """What is not told is left to the server; ``max_tokens`` must be told, as it bounds what a reply may cost."""
    known = tuple(field.name for field in fields(Sampling))
    values: dict[str, float] = {}
    for name, value in _named(place, "sampling.", told, known, ("max_tokens",)).items():
        low, high = _RANGES[name]
        whole = name in _WHOLE
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or not low <= value <= high:
            kind = "a whole number" if whole else "a number"
            met = f"got {_shown(value)}, expected {kind} from {low:g} to {high:g}"
            raise _fault(place, f"field sampling.{name}: {met}", "Correct it, or take it out")
        values[name] = value if whole else float(value)
    return Sampling(
        temperature=values.get("temperature"),
        top_p=values.get("top_p"),
        frequency_penalty=values.get("frequency_penalty"),
        max_tokens=int(values["max_tokens"]),
        seed=int(values["seed"]) if "seed" in values else None,
    )


def _check_template(text: str, place: str, system: str, user: str) -> None:
    """Every ``$`` of the user part begins a variable that is known, or is ``$$``; none stands in the system part."""
    first = text.count("\n", 0, text.rindex(user)) + 1
    known = ", ".join(f"${name}" for name in VARIABLES)
    seen = set()
    for found in Template.pattern.finditer(user):
        line = first + user.count("\n", 0, found.start())
        name = found["named"] or found["braced"]
        if name is None and found["escaped"] is None:
            raise _fault(
                place, f"line {line}: a $ that begins no variable", f"Write $$ for a dollar, or one of {known}"
            )
        if name is not None and name not in VARIABLES:
            what = f"line {line}: ${shortened(name, 60)} is unknown, expected one of {known}"
            raise _fault(place, what, "Write $$ for a dollar")
        seen.add(name)
    for name in REQUIRED:
        if name not in seen:
            raise _fault(place, f"# user: ${name} is missing", "A prompt without it cannot be answered from documents")
    for found in Template.pattern.finditer(system):
        name = found["named"] or found["braced"]
        if name in VARIABLES:
            raise _fault(
                place, f"# system: ${name} is not filled in there", "Move it below # user, or name it otherwise"
            )


def _shown(value: object) -> str:
    return shortened(repr(value), 60)
