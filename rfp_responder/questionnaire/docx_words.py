"""What the words of a form say: questions, labels, headings, hints, prompts for an answer or a comment."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rfp_responder.questionnaire.docx_tables import Block
from rfp_responder.questionnaire.docx_text import Hole, Paragraph
from rfp_responder.questionnaire.rules import asks, is_heading, leading_code, limits
from rfp_responder.text import fold

MAX_WORDS = 90  # of a question; longer paragraphs are prose
RESPONSE = re.compile(
    r"(?:(?:your|vendor|supplier|bidder|tenderer|provider|contractor|respondent|offeror|applicant|company)"
    r"(?:[’']?s)?\s+)?"
    r"(?:answer|response|reply|antwort|réponse|respuesta|a)\s*[:.\-–—]?",
    re.IGNORECASE,
)
COMMENT = re.compile(
    r"(?:(?:your|vendor|supplier)\s+)?(?:comments?|remarks?|notes?|details?|explanations?|justification|rationale|evidence)"
    r"(?: \(.{1,60}\))?|(?:additional|further|supporting)\s+(?:information|comments?|details?|evidence)|"
    r"(?:please|kindly)\s+(?:explain|describe|specify|elaborate|provide|give|detail|comment)\b.{0,100}|"
    r"if\s+(?:yes|no|so|not|other|applicable|partial\w*|‘?[“\"']?(?:yes|no|other))\b.{0,120}",
    re.IGNORECASE,
)
SEVERAL = re.compile(
    r"all (?:that|which) apply|(?:select|tick|check|mark|choose) (?:all|any|one or more|multiple)|one or more|multiple|"
    r"as applicable|which of the following",
    re.IGNORECASE,
)
INVITES = re.compile(r"\b(?:tick|check|select|choose|mark|indicate|cross)\b|[:?]\s*$", re.IGNORECASE)
_SIMPLE_CODE = re.compile(r"\s*(?:question\s+|q)?\(?(\d{1,3}|[a-z])[.):]\s+\S", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?:question\s+|q)?\(?(?:[A-Z]{0,4}[-.]?\d{1,3}(?:[.\-]\d{1,3}){0,4}|[a-z])[.):]*\s+", re.IGNORECASE
)
_REQUEST = re.compile(
    r"(?:please\b|kindly\b|describe|explain|outline|provide|list|state|confirm|specify|detail|summari[sz]e|give|name|"
    r"demonstrate|tell us|indicate)\b",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s*(?:[(\[][^()\[\]]{0,160}[)\]]|\*)\s*[.:]?\s*$")
HEADINGS = ("heading", "berschrift", "titre", "titulo", "title", "titel")


def is_title(paragraph: Paragraph) -> bool:
    """Whether a paragraph heads what follows, by its style, its place in the outline, its words or its look."""
    text = fold(paragraph.text)
    look = paragraph.node.child("pPr")
    if paragraph.style.startswith(HEADINGS) or (look is not None and look.child("outlineLvl") is not None):
        return True
    if is_heading(text):
        return True
    return paragraph.bold and len(text.split()) <= 10 and not text.endswith((":", "?", "."))


def is_question(text: str) -> bool:
    """Whether the words end as a question does; what stands in brackets behind it is passed over."""
    folded = fold(text)
    return folded.endswith("?") or _TAIL.sub("", folded).endswith("?")


def is_request(text: str) -> bool:
    """Whether the words ask the reader to tell something (``"Describe your ..."``), and state no duty."""
    folded = fold(text)
    if number := _NUMBER.match(folded):
        folded = folded[number.end() :]
    return _REQUEST.match(folded) is not None and len(folded.split()) >= 3


def is_hint(text: str) -> bool:
    """Whether the words say how to answer: a limit, a remark in brackets."""
    folded = fold(text)
    return (folded[:1] in "([" and folded[-1:] in ")].") or (limits(folded) != (None, None) and asks(folded) < 2)


def code_of(text: str) -> str:
    """The number or code that the words begin with, else ``""``."""
    if found := leading_code(text):
        return found
    match = _SIMPLE_CODE.match(text)
    return match[1] if match else ""


def tidy(text: str) -> str:
    """A question without the lines and colons around it."""
    return fold(text).strip(" :_\u2002") or fold(text)


def is_label(text: str) -> bool:
    """Whether the words are a short label with a colon."""
    folded = fold(text)
    return folded.endswith(":") and len(folded.split()) <= 8 and folded[:1].isalnum()


def is_label_block(block: Block) -> bool:
    """Whether a block is a label, with or without a place behind it."""
    return isinstance(block, Paragraph) and (
        is_label(block.text) or bool(block.holes and block.text[: block.holes[0].start][:1].isalpha())
    )


def neighbours(blocks: Sequence[Block], at: int) -> list[Block]:
    """The nearest blocks above and below that show something."""
    found: list[Block] = []
    for step in (-1, 1):
        where = at + step
        while 0 <= where < len(blocks) and isinstance(block := blocks[where], Paragraph) and block.blank:
            where += step
        if 0 <= where < len(blocks):
            found.append(blocks[where])
    return found


def is_prose(label: str, hole: Hole, behind: str) -> bool:
    """Whether a line or bracket stands inside a sentence and not behind a label; ``behind`` are the words after it."""
    if hole.kind == "bracket":
        return not label.endswith((":", "?", "-", "–")) and bool(label or behind.strip(" .;"))
    if not label or label.endswith((":", "?", ")", "-", "–", ".")):
        return False
    return len(label.split()) > 8 and asks(label) < 2
