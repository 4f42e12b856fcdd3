"""One line of a document as a block: heading, paragraph, item or row, its list mark and its printed id taken off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rfp_responder.domain import Page
from rfp_responder.questionnaire.obligations_model import Topic
from rfp_responder.text import fold

BlockKind = Literal["heading", "prose", "item", "row"]

BULLET = re.compile(r"^(?:[•▪‣◦●○■□◆◇▶►➢✓✔☐☑☒\uf0b7\uf0a7–—*-]|o(?=\s))\s+(?=\S)")
LIST = re.compile(r"^(\(?(?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,5})[.)])\s+(?=\S)")
CLAUSE = re.compile(
    r"^((?:[A-Z]{1,2}\.)?\d{1,3}(?:\.\d{1,3}){1,5}[a-z]?|[A-Z]\.\d{1,3}|[A-Z]\d{1,2}\.\d{1,3}(?:\.\d{1,3})*)[.):]?"
    r"\s+(?=[\"“‘(]?\w)"
)
_LETTERED = (
    r"((?:[A-Z]{1,8}[-_/.])*[A-Z]{1,8}[-_. ]?\d{1,4}(?:[-_.]\d{1,4}){0,3}[a-z]?|"
    r"(?:Question|Requirement|Req\.|Item)\s\d{1,3})"
)
_CODE = re.compile(rf"^[\[(]?{_LETTERED}[\])]?(?:\s*[:.)–—-])?\s+(?=\S)")
_TAIL_CODE = re.compile(rf"\s*[\[(]{_LETTERED}[\])]\.?$")
_NO_CODE = re.compile(
    r"^(?:ISO|IEC|TLS|SSL|AES|SOC|NIST|FIPS|SHA|RFC|WCAG|PCI|HTTP|SAML|GDPR|COVID|HIPAA|IPV|RSA|EN|BS|UTF|"
    r"SECTION|ANNEX|APPENDIX|PART|FORM|SCHEDULE|LOT|TABLE|FIGURE|VOLUME|PAGE|CHAPTER|TIER|LEVEL|A\d$)\b",
    re.I,
)
NUMBERED = re.compile(r"^(?:\d{1,3}(?:\.\d{1,3}){0,5}|[A-Z]\.\d{1,3}(?:\.\d{1,3})*|[A-Z])[.)]?\s+[A-Z\"“]")
PART = re.compile(
    r"^(?:SECTION|PART|ANNEX|APPENDIX|SCHEDULE|ATTACHMENT|EXHIBIT|VOLUME|LOT|CHAPTER|ARTICLE)\s+"
    r"(?:[A-Z]|\d{1,3}|[IVX]+)(?:\.\d+)*\b",
    re.I,
)
_VERB = re.compile(r"\b(?:shall|must|will|should|may|is|are|was|were|has|have|can)\b", re.I)
CONTENTS_LINE = re.compile(r"(?:[.…]{2,}|\s)\s*\d{1,3}$")
_RAISED = re.compile(r"(?<=[.,;:!?)”’\"a-zA-Z]{2})[⁰¹²³⁴-⁹]+")


@dataclass(slots=True)
class Block:
    """A heading, paragraph, item or row. ``text`` is folded and without its mark; ``pages`` pairs offsets in it with
    the one-based page that stands there. ``code`` is the id printed before it, ``mark`` its list mark."""

    kind: BlockKind
    text: str
    pages: list[tuple[int, int]]
    section: str = ""
    topic: Topic = ""
    mark: str = ""
    code: str = ""
    cells: tuple[str, ...] = ()
    level: int = 0
    raised: str = ""
    note: bool = False
    field: bool = False  # of a blank form: "Name of company"

    def page_at(self, offset: int) -> int:
        """The page on which the character at ``offset`` stands."""
        return [page for start, page in self.pages if start <= offset][-1]


def coded(block: Block) -> bool:
    """Whether an id with letters (``R-014``) stands before the block, as before a row of requirements."""
    return bool(re.match(r"[A-Z]{1,8}[-_./ ]?[A-Z]*[-_. ]?\d", block.code)) and not re.match(
        r"[A-Z]\.?\d{1,2}\.", block.code
    )


def prefixes_of(pages: Sequence[Page]) -> frozenset[str]:
    """The beginnings of ids ("R-", "SEC-") that stand before two or more lines with different numbers."""
    seen: dict[str, set[str]] = {}
    for page in pages:
        for line in page.text.split("\n"):
            text = re.sub(r"^(?:ID|Ref\w*|No|Req\w*(?: ID)?)\.?: ", "", BULLET.sub("", fold(line[:2000])))
            for match in (_CODE.match(text + " x"), _TAIL_CODE.search(text)):
                if match and not _NO_CODE.match(match.group(1)):
                    seen.setdefault(_letters(match.group(1)), set()).add(match.group(1))
    return frozenset(prefix for prefix, codes in seen.items() if len(codes) >= 2)


def _letters(code: str) -> str:
    return re.sub(r"\d.*$", "", code)


def block_of(line: str, heading: int, page: int, prefixes: frozenset[str]) -> Block:
    """The block that a line of a page makes: ``heading`` is its level where the reader found one, else 0."""
    raw = line
    line = _RAISED.sub("", line)
    cells = tuple(fold(cell) for cell in line.split("\t") if cell.strip())
    text = fold(line)
    if heading and not _is_clause(text):
        return Block("heading", text, [(0, page)], level=heading)
    mark = code = ""
    bullet = BULLET.match(text)
    if bullet:
        mark, text = text[0], text[bullet.end() :]
    coded = _CODE.match(text)
    clause = CLAUSE.match(text)
    listed = LIST.match(text)
    if coded and _letters(coded.group(1)) in prefixes and not _NO_CODE.match(coded.group(1)):
        code, text = coded.group(1), text[coded.end() :]
    elif clause:
        code, text = clause.group(1), text[clause.end() :]
    elif listed and not mark:
        mark, text = listed.group(1), text[listed.end() :]
    tail = _TAIL_CODE.search(text)
    if not code and tail and _letters(tail.group(1)) in prefixes:
        code, text = tail.group(1), text[: tail.start()]
    if len(cells) > 1 and not (len(cells) == 2 and (mark or clause) and not heading):
        if code and cells[0] == code:
            cells = cells[1:]
        elif code and cells[0].startswith(code):
            cells = (cells[0][len(code) :].strip(" :.)]–—-"), *cells[1:])
        return Block("row", " ".join(cells), [(0, page)], mark=mark, code=code, cells=cells, raised=_raised(raw))
    if not heading and not mark and _is_heading(fold(line), code):
        return Block("heading", fold(line), [(0, page)], level=9)
    return Block("item" if mark else "prose", text, [(0, page)], mark=mark, code=code, raised=_raised(raw))


def _raised(line: str) -> str:
    return "".join(_RAISED.findall(line))


def _is_clause(text: str) -> bool:
    """Whether a heading found by its look is a sentence: a question, or a clause that obliges."""
    if text.endswith(":") and re.search(r"\b(?:shall|must|will|should)\b", text):
        return True
    if text.endswith("?"):  # "Who may respond?" heads what follows
        return bool(
            re.search(r"\byour?\b|\bthe\s+(?:vendor|supplier|bidder|product|system|solution|service)\b", text, re.I)
        )
    return bool(
        len(text.split()) > 6
        and re.search(r"\b(?:shall|must|will|should)\s+\w+", text)
        and text.endswith((".", ";", ":"))
    )


def _is_heading(text: str, code: str) -> bool:
    """Whether a line that no reader marked is a heading by its words: numbered or in capitals, short, no sentence."""
    if len(text) > 90 or len(text.split()) > 12 or text[-1:] in ".;:,?!" or CONTENTS_LINE.search(text):
        return False
    letters = re.sub(r"[^A-Za-z]", "", text)
    if len(letters) >= 6 and text == text.upper() and "\t" not in text:
        return True
    if PART.match(text) and not _VERB.search(text):
        return True
    if not NUMBERED.match(text) or _VERB.search(text) or re.match(r"^\d{1,3}[.)]\s", text):
        return False
    return not (code and not re.match(r"^[\d.]+$|^[A-Z]\.", code))
