"""Bytes of XML, patched in place: texts made fit for a cell, tags found by offset, the recalculation flag.

Offsets are zero-based byte offsets into the part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rfp_responder.questionnaire.package import local, make_parser, run_parser

CELL_LIMIT = 32_767  # UTF-16 units; Excel calls a file with a longer text damaged
START_TAG = re.compile(rb"<[^>\"']*(?:\"[^\"]*\"[^>\"']*|'[^']*'[^>\"']*)*>")
_CUT = " […]"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)")
_BEFORE_CALC = frozenset({"sheets", "functionGroups", "externalReferences", "definedNames"})


def fitted(text: str) -> tuple[str, str]:
    """The text with line ends as Excel has them, cut at Excel's limit; and a note, ``""`` when nothing
    was cut.
    """
    text = text.replace("\r\n", "\n")
    size = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if size <= CELL_LIMIT:
        return text, ""
    room = (CELL_LIMIT - len(_CUT)) * 2
    kept = text.encode("utf-16-le", "surrogatepass")[:room].decode("utf-16-le", "ignore")
    return kept + _CUT, f"the text of {size} characters was cut at {CELL_LIMIT}, the most an Excel cell holds"


def escaped(text: str) -> str:
    """The text for a ``t`` element: markup escaped, characters that XML cannot hold as ``_xNNNN_``."""
    text = _CONTROL.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def encoding_of(data: bytes) -> str:
    """The encoding that a part declares, in lower case; ``"utf-8"`` where it declares none."""
    match = re.match(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.\-]+)", data.removeprefix(b"\xef\xbb\xbf"))
    return match[1].decode().lower() if match else "utf-8"


def whole(text: str | None, otherwise: int = 0) -> int:
    """A number of at most nine digits as it stands in an attribute, else ``otherwise``."""
    return int(text) if text and len(text) <= 9 and text.isascii() and text.isdigit() else otherwise


def apply(data: bytes, pieces: Iterable[tuple[int, int, bytes]]) -> bytes:
    """Replace bytes ``start..end`` by new ones, for each piece; pieces do not overlap."""
    out: list[bytes] = []
    done = 0
    for start, end, new in sorted(pieces, key=lambda piece: piece[:2]):
        out += [data[done:start], new]
        done = end
    out.append(data[done:])
    return b"".join(out)


def without_attribute(tag: bytes, name: str) -> bytes:
    """A start tag without one of its attributes."""
    return re.sub(rb"\s" + name.encode() + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", b"", tag)


def with_attribute(tag: bytes, name: str, value: str) -> bytes:
    """A start tag with one attribute set; its others stay where they are."""
    pattern = re.compile(rb"(\s" + name.encode() + rb"\s*=\s*)(?:\"[^\"]*\"|'[^']*')")
    if pattern.search(tag):
        return pattern.sub(lambda match: match[1] + b'"' + value.encode() + b'"', tag, count=1)
    end = -2 if tag.endswith(b"/>") else -1
    return tag[:end].rstrip() + b" " + name.encode() + b'="' + value.encode() + b'"' + tag[end:]


def recalculate_on_load(data: bytes, label: str) -> bytes:
    """The workbook part with ``fullCalcOnLoad="1"``, so that formulas that depend on answers are not
    stale.
    """
    calc: list[tuple[int, int]] = []
    ends: list[int] = []
    names: list[bytes] = []
    depth = 0
    parser = make_parser({})

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        match = START_TAG.match(data, parser.CurrentByteIndex)
        if depth == 2 and match and local(name) == "calcPr":
            calc.append(match.span())
        elif depth == 2 and match and local(name) in _BEFORE_CALC:
            tag = match[0]
            names.append((re.match(rb"<([\w.\-]+:)?", tag) or match)[1] or b"")
            ends.append(match.end() if tag.endswith(b"/>") else 0)

    def end(name: str) -> None:
        nonlocal depth
        if depth == 2 and local(name) in _BEFORE_CALC and not ends[-1]:
            ends[-1] = data.index(b">", parser.CurrentByteIndex) + 1
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = start, end
    run_parser(parser, data, label)
    if calc:
        first, last = calc[0]
        if re.search(rb"\sfullCalcOnLoad\s*=\s*[\"'](?:1|true)[\"']", data[first:last]):
            return data
        tag = without_attribute(data[first:last], "fullCalcOnLoad")
        named = re.match(rb"<[\w.\-:]+", tag)
        assert named is not None  # expat saw the element
        return apply(data, [(first, last, named[0] + b' fullCalcOnLoad="1"' + tag[named.end() :])])
    if not ends:
        return data
    return apply(data, [(max(ends), max(ends), b"<" + names[-1] + b'calcPr fullCalcOnLoad="1"/>')])
