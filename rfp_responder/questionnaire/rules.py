"""The vocabulary of questionnaires: what reads like a question, a heading, an instruction, an answer.

Nothing here knows a particular file.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rfp_responder.answer.labels import is_plain
from rfp_responder.text import fold


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


_CHOICE = re.compile(
    r"yes|no|y|n|n/a|na|not applicable|partial|partially|partly|true|false|comply|complies|(?:non|"
    r"not)[- ]compliant|"
    r"(?:fully |partially )?(?:compliant|comply|met|implemented|supported)|not (?:met|implemented|supported)|"
    r"does not comply|fully|none|exception|standard|custom|planned|in progress|future|unknown|oui|"
    r"non|ja|nein|sí|si",
    re.IGNORECASE,
)
_QUESTION_START = re.compile(
    r"(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|shall|should|may|must|what|"
    r"which|who|whom|"
    r"whose|when|where|why|how|if|(?:in|to|at|for|by|from|on|with|under) (?:what|which|whom|how))\b",
    re.IGNORECASE,
)
_REQUEST_START = re.compile(
    r"(?:please|kindly|describe|provide|list|explain|state|specify|confirm|attach|indicate|identify|"
    r"detail|outline|give|"
    r"summari[sz]e|demonstrate|define|document|ensure|submit|include|supply|share|elaborate|discuss|"
    r"select|tell|"
    r"set out|show|present|advise|walk (?:us|me)|quote|calculate|rate|comment|upload|name|enter|clarify|"
    r"disclose|report|estimate|quantify|bitte|beschreiben sie|nennen sie|erläutern sie|"
    r"geben sie|führen sie|legen sie|décri(?:re|vez)|veuillez|indiquez|précisez|fournissez|listez|expliquez|describa|"
    r"indique|detalle|explique|proporcione|adjunte|descreva|indique|forneça|liste|beschrijf|geef|licht|vermeld|noem|"
    r"descri(?:vere|va)|indicare|elencare|fornire|opisz|proszę|podaj|beskriv|ange|oplys|angi)\b",
    re.IGNORECASE,
)
_OBLIGATION = _words(
    r"must|shall|should|will|required to|needs? to|expected to|has to|have to|able to|capable of|muss|müssen|soll|"
    r"sollte|sollen|doit|doivent|debe|deben|deberá|deve|devem|deverá|moet|moeten|dient|dienen|musi|muszą"
)
_CHOICE_LENGTH = 60
_NEVER = re.compile(
    r"(?:copyright|©|\(c\) ?\d|end of (?:the )?(?:standard|section|questionnaire|document|sheet|list|table)|"
    r"(?:guidance|note|notes|nb|n\.b\.|example|examples|e\.g\.|instructions?|tip|hint|source|sample|"
    r"disclaimer|legend|key|"
    r"sub-?total|total|grand total|score|average|version|important|purpose|definition)\s*[:\-–—.]|"
    r"(?:guidance|instructions?|sub-?total|total|total score|grand total|score|average|legend|"
    r"example|disclaimer)$|"
    r"please note\b|for example\b|example\b)",
    re.IGNORECASE,
)
_INSTRUCTION = re.compile(
    r"(?:please |kindly )?(?:complete (?:all|the|each|every|this)|fill (?:in|out)|answer (?:all|the|"
    r"each|every|as)|"
    r"respond to (?:all|the|each|every)|read (?:the|all|these)|use the (?:drop|pull|column|following)|"
    r"do not (?:alter|change|modify|edit|delete|add))|"
    r"(?:all|each|every) (?:of the )?(?:questions?|rows?|fields?|sections?|answers?) (?:below |in this \w+ )?"
    r"(?:must|should|are|is|need)|"
    r"(?:this|the (?:following|next)) (?:section|sheet|tab|worksheet|questionnaire|table|part) "
    r"(?:is|must|should|covers?|contains?|asks?|lists?|will|applies)",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"(?:section|part|chapter|domain|category|module|appendix|annex|area|topic)\s+[\w.]+\s*(?:[:.\-–—]|$)",
    re.IGNORECASE,
)
_SKIPPED_SHEET = re.compile(
    r"\b(?:instructions?|guidance|glossary|definitions?|lists?|look-?ups?|cover|about|read ?me|"
    r"introduction|intro|"
    r"change ?log|change history|version\w*|revision\w*|legend|copyright|licen[cs]e|score ?card|"
    r"scor(?:es?|ing)|summary|"
    r"dashboard|references?|values|drop ?downs?|examples?|samples?|attribution|charts?)\b",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"(?:[-–—._\s…]*|[<\[({]?\s*(?:please )?(?:select|choose|pick|enter|insert|type|add|"
    r"click)\b.{0,60}?[>\])}]?|tbd|tbc|"
    r"to be completed(?: by .{0,30})?|[<\[].{0,60}[>\]])",
    re.IGNORECASE,
)
_DETAIL_WORDS, _DETAIL_LENGTH = 7, 80
_PERSON = (
    r"(?:your|the|of|and|or|/|&|,|\(|\)|-|s|full|legal|trading|registered|authori[sz]ed|print(?:ed)?|primary|main|company|"
    r"organi[sz]ation|vendor|supplier|bidder|tenderer|provider|solution|product|business|corporate|contact|"
    r"signatory|person|representative|account|remittance|mailing|postal|street|billing|job|place)"
)
_DETAIL = re.compile(
    rf"(?:{_PERSON}\s*)*(?:names?|signatures?|signed(?: by)?|dates?|title|position|role|phone|telephone|tel|mobile|"
    r"fax|e-?mail|address(?:es)?|city|town|state|zip|postcode|post code|country|website|url|vat|tax|ein|tin|ssn|abn|"
    rf"duns|iban|bic|swift|bank)(?:\s*(?:{_PERSON}|\b(?:number|no\.?|id|code|details|line|address|name|signed|completed|title|phone|"
    r"e-?mail|identification|signature|date|by|for|here|zip|state|in block letters|\d)\b))*\.?",
    re.IGNORECASE,
)
_CODE = re.compile(r"[A-Za-z&]{0,10}[-._ ]{0,2}(?:[A-Za-z&]{1,6}[-._ ])?\d{1,4}(?:[-._]?\d{1,4}|[-._]?[a-z])*[.)]?$")
_LEADING_CODE = re.compile(
    r"\s*((?:[A-Z&]{1,8}[-.]?\d{1,4}(?:[-._]\d+)*[a-z]?|\d{1,3}(?:\.\d{1,3})+[a-z]?|Q\d{1,4}))[\s.:)\-–—]+\S"
)
_PREFIX = re.compile(
    r"\s*((?:[A-Z&]{1,8}[-.]){0,3}[A-Z&]{0,8}\d{1,4}(?:[-._]\d{1,4})*[a-z]?)([.:)\]]*\s*[-–—:]?)\s+(?=\S)"
)
_BOX = re.compile(r"[☐□▢◻○☑☒✓✔■●]|\[[ xX]?\]|\([ xX]?\)(?=\s*\w)")
_TICKED = re.compile(r"[☑☒✓✔■●]|\[[xX]\]|\([xX]\)")
_LIST_MARK = re.compile(r"(?:\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]|[-•*])\s+", re.IGNORECASE)
_WORD_LIMIT = re.compile(
    r"(?:max(?:imum)?\.?|up to|no more than|not exceed(?:ing)?|limit(?:ed to)?|"
    r"within)\D{0,25}?(\d[\d,]{0,6})[ -]words?",
    re.I,
)
_CHARACTER_LIMIT = re.compile(
    r"(?:max(?:imum)?\.?|up to|no more than|not exceed(?:ing)?|limit(?:ed to)?|"
    r"within)\D{0,25}?(\d[\d,]{0,6})[ -]char",
    re.I,
)
_WORD_LIMIT_AFTER = re.compile(r"(\d[\d,]{0,6})[ -]words?\s*(?:max|limit|or (?:less|fewer))", re.IGNORECASE)
_CHARACTER_LIMIT_AFTER = re.compile(r"(\d[\d,]{0,6})[ -]char\w*\s*(?:max|limit|or (?:less|fewer))", re.IGNORECASE)


@lru_cache(maxsize=8192)  # the same few words stand in most rows
def is_choice(text: str) -> bool:
    """Whether the text is a usual answer to a closed question (``Yes``, ``N/A``, ``Partially compliant``, ``Ja``)."""
    folded = fold(text).rstrip(".")
    if len(folded) > _CHOICE_LENGTH:
        return False
    return _CHOICE.fullmatch(folded) is not None or (len(folded) > 1 and is_plain(folded))


def asks(text: str) -> float:
    """How much a text reads like something to be answered: 0 (not at all), 1 (a long statement), 2 or
    more (it does).
    """
    folded = fold(text)
    if start := _LEADING_CODE.match(folded):
        folded = folded[start.end() - 1 :]
    elif start := _LIST_MARK.match(folded):
        folded = folded[start.end() :]
    folded = folded.lstrip("([\"'“‘")
    if "?" in folded:
        return 3.0
    if _QUESTION_START.match(folded) or _REQUEST_START.match(folded):
        return 2.0 if len(folded.split()) >= 3 else 1.0
    words = len(folded.split())
    if words >= 4 and _OBLIGATION.search(folded):
        return 2.0
    return 1.0 if words >= 8 else 0.0


def never_asks(text: str) -> bool:
    """Guidance, notes, examples, totals, copyright lines and instructions to the reader."""
    folded = fold(text)
    if "?" in folded and not folded.casefold().startswith(("example", "guidance", "for example", "instruction")):
        return False
    return bool(_NEVER.match(folded) or _INSTRUCTION.match(folded))


def no_question_kind(text: str) -> bool:
    """Whether a row's kind says that it takes no answer (``"Statement"``, ``"Section"``)."""
    return (
        re.fullmatch(
            r"(?:statement|section|heading|header|title|label|info(?:rmation)?(?: only| text)?|instructions?|group|"
            r"note|text only)",
            fold(text),
            re.IGNORECASE,
        )
        is not None
    )


def is_heading(text: str) -> bool:
    """Whether the words name a section (``"Section 3: Access control"``)."""
    return bool(_HEADING.match(fold(text)))


def is_code(text: str) -> bool:
    """Whether the text looks like an identifier (``A&A-01.1``, ``12``, ``Q7``, ``3.2.1``)."""
    folded = fold(text)
    return bool(folded) and len(folded) <= 24 and _CODE.match(folded) is not None


def without_code(text: str, *, always: bool = False) -> str:
    """The text without the identifier it begins with; ``always`` also where only a blank parts them.

    "AES-256 is used" keeps its first word: a name is followed by a blank, an identifier by a mark or it is a number.
    """
    match = _PREFIX.match(text)
    if match is None or not (always or match[2].strip() or match[1][0].isdigit() or re.match(r"Q\d", match[1])):
        return text
    rest = text[match.end() :].lstrip()
    return rest if len(rest.split()) >= 2 else text


def ticked_off(text: str) -> tuple[str, ...]:
    """The choices of a text that offers them as boxes, none of them ticked; empty for any other text."""
    parts = _BOX.split(fold(text))
    words = tuple(part.strip(" ,;/|") for part in parts[1:])
    if parts[0].strip() or len(words) < 2 or not all(words) or any(len(word.split()) > 6 for word in words):
        return ()
    return () if _TICKED.search(text) else words


def with_tick(boxes: str, choice: str) -> str:
    """The text with the box before a choice ticked."""
    place = re.search(rf"(?:[☐□▢◻○]|\[ ?\]|\( ?\))(\s*{re.escape(choice)}(?!\w))", boxes)
    return boxes if place is None else f"{boxes[: place.start()]}☒{place[1]}{boxes[place.end() :]}"


def leading_code(text: str) -> str:
    """The identifier a question's text begins with (``"CO-01a - Do you ..." -> "CO-01a"``), else ``""``."""
    match = _LEADING_CODE.match(text)
    return match[1] if match else ""


def skips_sheet(name: str) -> bool:
    """Whether a sheet's name says that it holds no questions to answer."""
    return bool(_SKIPPED_SHEET.search(name.replace("_", " ")))


def is_own_detail(text: str) -> bool:
    """Whether a label asks for a detail of the vendor or of who signs (``"Mailing address"``, ``"Date:"``), which is
    filled in by hand: no sentence of a document answers it."""
    folded = fold(text).strip(" :*")
    short = len(folded) <= _DETAIL_LENGTH and len(folded.split()) <= _DETAIL_WORDS
    return short and "?" not in folded and _DETAIL.fullmatch(folded) is not None


def is_placeholder(text: str) -> bool:
    """Whether an answer cell's text only asks to be replaced (``"Please select"``, ``"<answer>"``,
    ``"---"``).
    """
    return bool(_PLACEHOLDER.fullmatch(fold(text)))


def limits(text: str) -> tuple[int | None, int | None]:
    """The most words and characters a question's own text allows, None where it names no limit."""
    if found := re.fullmatch(r"\s*(\d[\d,.]{0,7})\s*(words?|char\w*|w|c)\.?\s*", text, re.IGNORECASE):
        count = int(re.sub(r"\D", "", found[1]))
        return (count, None) if found[2].lower().startswith("w") else (None, count)
    words = _WORD_LIMIT.search(text) or _WORD_LIMIT_AFTER.search(text)
    characters = _CHARACTER_LIMIT.search(text) or _CHARACTER_LIMIT_AFTER.search(text)
    return (
        int(words[1].replace(",", "")) if words else None,
        int(characters[1].replace(",", "")) if characters else None,
    )
