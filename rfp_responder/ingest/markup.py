"""Markdown and plain text in: one page a file, markup taken off, headings kept."""

from __future__ import annotations

import re
from pathlib import Path

from rfp_responder.domain import Heading, Page
from rfp_responder.errors import DocumentError
from rfp_responder.ingest import frontmatter, tables
from rfp_responder.ingest.content import Content

MAX_BYTES = 20_000_000
_MAX_LINE = 10_000
_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-{3,})\s*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_RULE = re.compile(r"^\s*([-*_])(?:\s*\1){2,}\s*$|^\s*\|?[\s:|-]+\|[\s:|-]*$")
_BLOCK = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+|^\s*\||^\s*>")
_CELL_END = re.compile(r"(?<!\\)\|")
_INLINE = (  # every repetition is bounded: a line of a hostile file may be millions of characters long
    (re.compile(r"!\[([^\[\]]{0,500})\]\([^()]{0,500}\)"), r"\1"),
    (re.compile(r"\[([^\[\]]{1,500})\]\([^()]{0,500}\)"), r"\1"),
    (re.compile(r"\[([^\[\]]{1,500})\]\[[^\[\]]{0,100}\]"), r"\1"),
    (re.compile(r"`{1,3}([^`]{1,500})`{1,3}"), r"\1"),
    (re.compile(r"(\*\*\*|\*\*|__)(?=\S)([^*_]{1,300}|[^\n]{1,120}?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])([*_])(?=\S)([^*_]{1,300}?)(?<=\S)\1(?![\w*])"), r"\2"),
    (re.compile(r"<!--[^<>]{0,500}-->"), ""),
    (re.compile(r"</?[a-zA-Z][^<>]{0,200}>"), ""),
    (re.compile(r"&nbsp;"), " "),
    (re.compile(r"&amp;"), "&"),
    (re.compile(r"&lt;"), "<"),
    (re.compile(r"&gt;"), ">"),
)


def read_text(path: Path) -> str:
    """The text of a file in UTF-8 (with or without BOM), UTF-16 with BOM, or Windows-1252.

    A stray NUL becomes a blank: SQLite would end the text there.
    """
    return _decoded(path).replace("\0", " ")


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    if len(data) > MAX_BYTES:
        raise DocumentError(f"{path.name}: is {len(data)} bytes, at most {MAX_BYTES} are read", "Split it")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    if b"\0" in data[:4096]:
        raise DocumentError(f"{path.name}: is binary, expected text", "Leave it out or save it as text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def read_markdown(path: Path) -> Content:
    """Read a Markdown file and what its front matter says of it; raises DocumentError."""
    fields, body = frontmatter.front_matter(_unix(read_text(path)))
    pages, title = markdown_pages(body)
    return Content(
        tuple(pages),
        frontmatter.text(fields, "title") or title,
        effective=frontmatter.effective(fields),
        version=frontmatter.text(fields, "version", "revision"),
        tags=frontmatter.values(fields, "tags", "tag", "keywords", "labels"),
        audience=frontmatter.text(fields, "audience"),
    )


def markdown_pages(source: str) -> tuple[list[Page], str]:
    """The one page of a Markdown text and its title (the first heading, ``""`` where there is none)."""
    lines = frontmatter.front_matter(_unix(source))[1].split("\n")
    blocks: list[tuple[int, str]] = []  # heading level (0: none), text
    table: list[str] = []
    fenced = False
    open_paragraph = False
    for index, line in enumerate(lines):
        if not fenced and len(line) <= _MAX_LINE and line.lstrip().startswith("|"):
            table.append(line)
            open_paragraph = False
            continue
        if table:
            blocks += _rows(table)
            table = []
        if len(line) > _MAX_LINE:  # no writer's line: data, or an attack on the patterns below
            blocks.append((0, line.strip()))
            open_paragraph = False
            continue
        if _FENCE.match(line):
            fenced = not fenced
            open_paragraph = False
            continue
        if fenced:
            blocks.append((0, line.rstrip()))
            continue
        heading = _HEADING.match(line)
        following = lines[index + 1][:200] if index + 1 < len(lines) else ""
        if heading:
            blocks.append((len(heading.group(1)), _inline(heading.group(2))))
            open_paragraph = False
        elif line.strip() and _UNDERLINE.match(following) and not _BLOCK.match(line) and not open_paragraph:
            blocks.append((1 if "=" in following else 2, _inline(line.strip())))
        elif not line.strip() or _UNDERLINE.match(line) or _RULE.match(line):
            open_paragraph = False
        elif open_paragraph and not _BLOCK.match(line):
            blocks[-1] = (0, f"{blocks[-1][1]} {_inline(line.strip())}")
        else:
            blocks.append((0, _block(line)))
            open_paragraph = True
    return _page(blocks + _rows(table))


def text_pages(source: str) -> list[Page]:
    """The page of a plain text, or its pages where form feeds part them."""
    return [Page(n, str(n), part) for n, part in enumerate(_unix(source).split("\f"), 1)]


def _unix(source: str) -> str:
    return source.replace("\r\n", "\n").replace("\r", "\n")


def _inline(text: str) -> str:
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text


def _block(line: str) -> str:
    stripped = line.strip()
    if stripped.startswith(">"):
        return _inline(stripped.lstrip("> "))
    return _inline(re.sub(r"^[-*+]\s+(?:\[[ xX]\]\s+)?", "• ", stripped))


def _rows(lines: list[str]) -> list[tuple[int, str]]:
    """The lines of a table: the row above its rule names the columns."""
    rules = [place for place, line in enumerate(lines) if _RULE.match(line)]
    apart = set(rules)
    rows = [
        [tables.Cell(_inline(cell.strip()).replace("\\|", "|")) for cell in _CELL_END.split(_framed(line))]
        for place, line in enumerate(lines)
        if place not in apart
    ]
    return [(0, line) for line in tables.lines(rows, int(rules[:1] == [1]))]


def _framed(line: str) -> str:
    stripped = line.strip().removeprefix("|")
    return stripped if stripped.endswith("\\|") else stripped.removesuffix("|")


def _page(blocks: list[tuple[int, str]]) -> tuple[list[Page], str]:
    parts: list[str] = []
    headings: list[Heading] = []
    length = 0
    for level, text in blocks:
        if not text.strip():
            continue
        if level:
            headings.append(Heading(length, level, text.strip()))
        parts.append(text)
        length += len(text) + 1
    title = headings[0].text if headings and headings[0].level <= 2 else ""
    return [Page(1, "1", "\n".join(parts), tuple(headings))], title
