"""The JSON of a VSAQ questionnaire: read as VSAQ reads it, its items in rows, and where its top-level members stand.

Offsets are zero-based character offsets into the text, rows are one-based.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rfp_responder.errors import QuestionnaireError
from rfp_responder.text import fold

Json = dict[str, object]
MAX_BYTES = 32 << 20
MAX_ITEMS = 20_000  # blocks included; VSAQ's own questionnaires have up to 300
CHECKED = "checked"
COMMENTS = "//"
"""The member that keeps the comments of a template that is no strict JSON."""
PASSIVE = {"block": "a block", "info": "information", "tip": "a tip", "spacer": "a spacer"}
_JOINED = re.compile(r"\" \+[ ]*\r?\n[ ]*\"")
_COMMENT = re.compile(r"\n[ ]*//[^\r\n]*")
_TAG = re.compile(r"<[^<>]{0,2000}>")


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing of the questionnaire in its row (one-based). ``choices`` pairs the label with id and value."""

    row: int
    id: str
    type: str
    text: str
    section: str
    source: Json
    choices: tuple[tuple[str, str, str], ...] = ()
    condition: str = ""
    outer: str = ""

    @property
    def asks(self) -> bool:
        """Whether an answer can be stored for it."""
        return self.type not in PASSIVE and self.source.get("auth") != "admin"

    @property
    def several(self) -> bool:
        """Whether more than one choice may be made."""
        return self.type == "checkgroup"


@dataclass(slots=True)
class Template:
    """A file that was read: ``text`` is strict JSON, ``end`` the offset behind its last top-level member.

    ``members`` are the top-level members, ``spans`` the offsets of their values; ``blocks`` the rows of each top-level
    block by its name.
    """

    text: str
    members: Json
    spans: dict[str, tuple[int, int]]
    end: int
    comments: str
    blocks: dict[str, list[Entry]] = field(default_factory=dict)


def load(path: Path) -> Template:
    """Read and check a questionnaire; raises QuestionnaireError."""
    text, comments = _strict(decoded(path))
    try:
        members = json.loads(text)
        spans, end = _members(text)
    except RecursionError as fault:
        raise _unusable(path, "is nested too deeply") from fault
    except ValueError as fault:
        place = f" in line {fault.lineno}" if isinstance(fault, json.JSONDecodeError) else ""
        raise _unusable(path, f"is no JSON that VSAQ reads ({getattr(fault, 'msg', fault)}{place})") from fault
    blocks = members.get("questionnaire") if isinstance(members, dict) else None
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise _unusable(path, "is no VSAQ questionnaire: it has no list named 'questionnaire'")
    comments = comments or str(members.get(COMMENTS, ""))
    template = Template(text, members, spans, end, comments if COMMENTS not in members else "")
    for number, block in enumerate(blocks, 1):
        name = _shown(block.get("text")) or f"Block {number}"
        while name in template.blocks:
            name = f"{name} ({number})"
        template.blocks[name] = _entries(path, block)
    return template


def decoded(path: Path) -> str:
    """The file's text; raises QuestionnaireError."""
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError as fault:
        raise QuestionnaireError(
            f"cannot read {path} ({fault.strerror})", "Check the path and its permissions."
        ) from fault
    if data is None:
        raise _unusable(path, f"is larger than {MAX_BYTES >> 20} MiB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise _unusable(path, "is not written in UTF-8") from fault


def _strict(text: str) -> tuple[str, str]:
    """The text as strict JSON, by VSAQ's own three replacements where it is not that yet; and its comments."""
    try:
        json.loads(text)
        return text, ""
    except (ValueError, RecursionError):
        pass
    text = _JOINED.sub("", "\n" + text.removeprefix("\ufeff")).replace("\\x", "\\u00")
    lines = [match[0].strip().removeprefix("//").strip() for match in _COMMENT.finditer(text)]
    return _COMMENT.sub("", text), "\n".join(lines).strip()


def _members(text: str) -> tuple[dict[str, tuple[int, int]], int]:
    """Where the values of the top-level members stand, and the offset behind the last of them."""
    decoder, blank = json.JSONDecoder(), re.compile(r"\s*")
    at = end = _after(blank, text, 0) + 1
    spans: dict[str, tuple[int, int]] = {}
    at = _after(blank, text, at)
    while text[at] == '"':
        name, at = decoder.raw_decode(text, at)
        start = _after(blank, text, _after(blank, text, at) + 1)
        _, end = decoder.raw_decode(text, start)
        spans[str(name)] = (start, end)
        at = _after(blank, text, end)
        if text[at] == ",":
            at = _after(blank, text, at + 1)
    return spans, end


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _unusable(path: Path, why: str) -> QuestionnaireError:
    return QuestionnaireError(
        f"{path.name} {why}", "Of JSON files only VSAQ questionnaires are read; else send .xlsx or .docx."
    )


def _shown(value: object) -> str:
    """A text without its markup."""
    return fold(html.unescape(_TAG.sub(" ", value))) if isinstance(value, str) else ""


def _entries(path: Path, block: Json) -> list[Entry]:
    """The rows of a top-level block, blocks inside it followed from top to bottom."""
    found: list[Entry] = []
    stack: list[Iterator[tuple[Json, str, str]]] = [iter([(block, "", "")])]
    while stack:
        step = next(stack[-1], None)
        if step is None:
            stack.pop()
            continue
        source, section, outer = step
        if len(found) >= MAX_ITEMS:
            raise _unusable(path, f"holds more than {MAX_ITEMS} items")
        kind, condition = str(source.get("type", "")), str(source.get("cond") or "")
        text = _shown(source.get("text"))
        if kind in {"radiogroup", "checkgroup"} and not text and found and found[-1].type in {"info", kind}:
            text = found[-1].text  # the words above stand for the group's own
        found.append(
            Entry(len(found) + 1, _id(source), kind, text, section, source, _choices(source, kind), condition, outer)
        )
        inner = source.get("items")
        if kind == "block" and isinstance(inner, list):
            named = " / ".join(filter(None, (section, text))) if len(stack) > 1 else ""
            both = " && ".join(filter(None, (outer, condition)))
            stack.append(iter([(each, named, both) for each in _merged(inner)]))
    return found


def _id(source: Json) -> str:
    return str(source.get("id") or "")


def _merged(items: Sequence[object]) -> Iterator[Json]:
    """The items of a block; neighbouring single radio buttons make one group."""
    radios: list[Json] = []
    for each in [*items, {}]:
        if not isinstance(each, dict):
            continue
        if each.get("type") == "radio":
            radios.append(each)
            continue
        if radios:
            choices = [{_id(radio): radio.get("text", "")} for radio in radios]
            yield {"type": "radiogroup", "choices": choices, "cond": radios[0].get("cond", "")}
            radios = []
        if each:
            yield each


def _choices(source: Json, kind: str) -> tuple[tuple[str, str, str], ...]:
    """Label, id and stored value of each choice."""
    name = _id(source)
    if kind == "yesno":
        return ((_shown(source.get("yes")) or "Yes", name, "yes"), (_shown(source.get("no")) or "No", name, "no"))
    if kind == "check":
        return ("Yes", name, CHECKED), ("No", name, "")
    given = source.get("choices")
    if kind not in {"radiogroup", "checkgroup"} or not isinstance(given, list):
        return ()
    pairs = [next(iter(each.items())) for each in given if isinstance(each, dict) and each]
    return tuple((_shown(label) or str(key), str(key), CHECKED) for key, label in pairs)
