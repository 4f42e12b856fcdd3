"""Front matter: the block of ``key: value`` lines between ``---`` at the top of a Markdown file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from rfp_responder.dates import find_dates

MAX_LINES = 300
_MAX_VALUES = 100  # of one list
_KEY = re.compile(r"([A-Za-z_][\w .-]{0,60}?)\s{0,5}:(?:\s+(.*)|)$")
_ITEM = re.compile(r"\s{0,8}-\s+(\S.*)$")
_COMMENT = re.compile(r"\s+#.*$")
_EFFECTIVE = ("effective", "effective_date", "date_effective", "valid_from", "date")

Fields = Mapping[str, tuple[str, ...]]


def front_matter(source: str) -> tuple[Fields, str]:
    """The fields by their key in lower case, and the source without the block.

    A block that is not closed, or that holds anything but keys, lists and comments, is text: a rule may begin a file.
    """
    lines = source[:50_000].split("\n", MAX_LINES)
    if lines[0].rstrip() != "---":
        return {}, source
    ends = [n for n, line in enumerate(lines[1:MAX_LINES], 1) if line.rstrip() in {"---", "..."}]
    if not ends:
        return {}, source
    fields = _fields(lines[1 : ends[0]])
    if fields is None:
        return {}, source
    return fields, source[sum(len(line) + 1 for line in lines[: ends[0] + 1]) :]


def text(fields: Fields, *keys: str) -> str:
    """The value of the first of these keys that has one."""
    return next((", ".join(fields[key]) for key in keys if fields.get(key)), "")[:200]


def values(fields: Fields, *keys: str) -> tuple[str, ...]:
    """The values of the first of these keys that has some; a plain text is parted at its commas."""
    for key in keys:
        found = [part.strip() for value in fields.get(key, ()) for part in value.split(",")]
        if any(found):
            return tuple(dict.fromkeys(value[:100] for value in found if value))
    return ()


def effective(fields: Fields) -> date | None:
    """The date that the front matter says the document holds from."""
    for key in _EFFECTIVE:
        dates = find_dates(text(fields, key))
        if dates:
            return dates[0][1]
    return None


def _fields(lines: list[str]) -> dict[str, tuple[str, ...]] | None:
    """The fields, None where a line is none of front matter."""
    fields: dict[str, list[str]] = {}
    last = ""
    for line in lines:
        line = line.rstrip()[:2000]
        if not line or line.lstrip().startswith("#"):
            continue
        item = _ITEM.match(line)
        key = _KEY.match(line)
        if item and last:
            fields[last].append(_plain(item.group(1)))
        elif key:
            last = re.sub(r"[ -]", "_", key.group(1).lower())
            fields[last] = _split(key.group(2) or "")
        elif line.startswith((" ", "\t")) and last:  # a folded text, or a map within: its words belong to the key
            fields[last].append(line.strip()) if ":" not in line else None
        else:
            return None
    return {key: tuple(found[:_MAX_VALUES]) for key, found in fields.items()}


def _split(value: str) -> list[str]:
    value = value.strip()
    if value.startswith("["):
        inner = _COMMENT.sub("", value).strip("[] ")
        return [plain for part in inner.split(",")[:_MAX_VALUES] if (plain := _plain(part))]
    if value in {"|", ">", "|-", ">-", "~", "null"}:
        return []
    plain = _plain(value)
    return [plain] if plain else []


def _plain(value: str) -> str:
    value = value.strip()
    for mark in "\"'":
        if value.startswith(mark):
            return value[1:].partition(mark)[0].strip()
    return _COMMENT.sub("", value).strip()
