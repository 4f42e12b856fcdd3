"""The vocabulary of questionnaires: what a header says of its column, what reads like a question.

Weights are judgements, checked on the structure gold (cloud and maturity questionnaires): 3 says so
plainly, 2 usually means it, 1 may mean it. Nothing here knows a particular file.
"""

from __future__ import annotations

import re
from typing import Literal

from rfp_responder.text import fold

Role = Literal["question", "answer", "comment", "id", "section", "reference", "other"]


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


_ID = re.compile(
    r"(?:#|(?:.*\b)?(?:id|ids|no|nos|nr|num|number|ref|reference|index|code|sno|sr)\b\.?|.*#|"
    r"[a-z]{1,4}id|s\.? ?no\.?|"
    r"item|q\.?|req\.? ?#?)\s*",
    re.IGNORECASE,
)
_NO_ID = _words(r"evidence|documents?|documentation|yes ?[/,|] ?no|y ?/ ?n|policy|standard|link")
_REFERENCE = re.compile(
    r"(?:.*\b(?:proposal|response|bid|tender|offer|documents?|documentation|docs?|evidence|polic(?:y|ies)|page|source|"
    r"supporting|attachments?|artefacts?|artifacts?|link|url|vendor|supplier|bidder|cross)\b.*[ -/]"
    r"(?:ref|refs|reference|references|link|links|url|location|page|pages|section|number|no|name|title)\b\.?|"
    r"references?|evidence|evidences|(?:supporting|attached) (?:documents?|documentation|evidence|material)|"
    r"references? (?:to|in|in the) .*|where addressed|location in (?:the )?(?:proposal|response|bid|document\w*)|"
    r"cross[- ]?references?|attachments?|links?|urls?|documents?|document(?:ed)? evidence|evidence (?:provided|of .*))",
    re.IGNORECASE,
)
_ABOUT = _words(  # about the question or the answer, not the thing itself
    r"expected|typical|suggested|possible|allowed|valid|sample|example|model|type|format|options?|weight\w*|scor\w+|"
    r"points?|rating|"
    r"max\w*|previous|prior|mapping|guidance|guideline\w*|hints?|tips?|help|instructions?|mandatory|"
    r"due|date|count"
)
_OTHERS = _words(r"reviewer\w*|evaluat\w+|internal|buyer\w*|customer|client|auditor\w*|assessor\w*")
_WEIGHTS: tuple[tuple[Role, float, re.Pattern[str]], ...] = (
    (
        "answer",
        3.0,
        _words(r"answers?|responses?|reply|replies|respond|antwort\w*|réponses?|respuestas?|risposta"),
    ),
    (
        "answer",
        2.0,
        _words(
            r"complian(?:ce|t)|compl(?:y|ies)|conform\w*|yes ?[/,|] ?no|y ?/ ?n|"
            r"fulfil\w*|meets?|supported|in place"
        ),
    ),
    (
        "answer",
        1.5,
        _words(r"vendor|supplier|bidder|provider|tenderer|contractor|respondent|offeror|to be completed"),
    ),
    (
        "comment",
        3.0,
        _words(r"comments?|remarks?|explanations?|justifications?|rationale|clarifications?|kommentare?"),
    ),
    (
        "comment",
        2.5,
        _words(r"notes?|(?:additional|further|supporting|more) (?:info\w*|details?|comments?|evidence)"),
    ),
    (
        "comment",
        2.0,
        _words(r"implementation (?:description|details?)|details?|explain|narrative|elaborat\w+|if (?:yes|no)"),
    ),
    ("comment", 1.5, _words(r"evidence|(?:supporting )?documentation|proof")),
    ("question", 3.0, _words(r"questions?|frage\w*|preguntas?|domand[ae]|queries|query|enquiry")),
    ("question", 2.0, _words(r"requirements?|criteri(?:a|on)|specifications?|statements?|asks?")),
    (
        "question",
        1.0,
        _words(r"descriptions?|controls?|items?|features?|functionality|capabilit(?:y|ies)|topic|details?"),
    ),
    (
        "section",
        2.0,
        _words(r"sections?|domains?|categor(?:y|ies)|areas?|topics?|themes?|famil(?:y|ies)|chapters?|modules?"),
    ),
    ("section", 1.5, _words(r"(?:sub)?groups?|title|function|practice|discipline")),
)
_CHOICE = re.compile(
    r"yes|no|y|n|n/a|na|not applicable|partial|partially|partly|true|false|comply|complies|(?:non|"
    r"not)[- ]compliant|"
    r"(?:fully |partially )?(?:compliant|comply|met|implemented|supported)|not (?:met|implemented|supported)|"
    r"does not comply|fully|none|exception|standard|custom|planned|in progress|future|unknown|oui|"
    r"non|ja|nein|sí|si",
    re.IGNORECASE,
)
_EXPLANATION = re.compile(r"\([^)]*\)|\s[-–—]\s.*")
_BRACKETS = re.compile(r"[(\[]([^()\[\]]{3,80})[)\]]")
_LISTED = re.compile(
    r"\b(?:(yes|y)\s*(?:[/,|;]|or)\s*(no|n))((?:\s*(?:[/,|;]|or)\s*(?:n/?a|not applicable|"
    r"partial(?:ly)?))*)\b(?!/)",
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
    r"upload|name|enter|clarify|disclose|report|estimate|quantify)\b",
    re.IGNORECASE,
)
_OBLIGATION = _words(r"must|shall|should|will|required to|needs? to|expected to|has to|have to|able to|capable of")
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
_CODE = re.compile(r"[A-Za-z&]{0,10}[-._ ]{0,2}(?:[A-Za-z&]{1,6}[-._ ])?\d{1,4}(?:[-._]?\d{1,4}|[-._]?[a-z])*[.)]?$")
_LEADING_CODE = re.compile(
    r"\s*((?:[A-Z&]{1,8}[-.]?\d{1,4}(?:[-._]\d+)*[a-z]?|\d{1,3}(?:\.\d{1,3})+[a-z]?|Q\d{1,4}))[\s.:)\-–—]+\S"
)
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
_KIND_HEADER = re.compile(
    r"(?:\w+ ){0,2}(?:type|kind)|mandatory\b.{0,40}|(?:m/d|m/s|m/o|m/d/o|must/should(?:/could)?|moscow)|"
    r"(?:requirement )?(?:obligation|necessity|level of requirement|requirement level|criticality)",
    re.IGNORECASE,
)
_LIMIT_HEADER = re.compile(
    r"(?:answer |response )?(?:word|character|char|length)s? ?(?:limit|count|max\w*)?|(?:answer |response )?limit|"
    r"(?:max\w*\.?|limit)(?: of| no\.? of| number of)? ?(?:words?|char\w*|length)(?: allowed)?",
    re.IGNORECASE,
)
_HEADER_LENGTH = 400  # characters; also bounds the work on hostile cells
_HEADER_WORDS = 25  # a header cell may carry an instruction, a data cell is longer


def roles(header: str) -> dict[Role, float]:
    """What a header's words say its column is for: role -> weight (0..3); empty for none."""
    text = fold(header).replace("_", " ")
    if (
        not text
        or len(text) > _HEADER_LENGTH
        or len(text.split()) > _HEADER_WORDS
        or (text.endswith("?") and len(text.split()) > 4)
    ):
        return {}
    if says_limit(text):
        return {"other": 2.0}
    if text.casefold().rstrip(".:") in {"item", "items"}:
        return {"id": 1.5, "question": 1.0}  # the number of a row as often as what it is about
    if len(text) <= 60 and _REFERENCE.fullmatch(_EXPLANATION.sub("", text).rstrip(" :")):
        # "Reference" numbers the rows on the left of the questions and takes pages on their right
        meant: dict[Role, float] = {"reference": 2.5, "comment": 1.5}
        if text.casefold().startswith("reference"):
            meant["id"] = 3.0
        return meant
    if len(text) <= 40 and _ID.fullmatch(text.rstrip(":")) and not _NO_ID.search(text):
        return {"id": 3.0}
    # what stands in brackets or behind a dash explains the name of the column
    text = _EXPLANATION.sub("", text).strip() or text
    found: dict[Role, float] = {}
    for role, weight, pattern in _WEIGHTS:
        if pattern.search(text):
            found[role] = max(found.get(role, 0.0), weight)
    if listed_choices(header):
        found["answer"] = max(found.get("answer", 0.0), 2.0)
    if _ABOUT.search(text) and not listed_choices(header):
        found = {"other": 2.0}
    elif _OTHERS.search(text) and found.keys() & {"answer", "comment"}:
        found = {"other": 2.0}  # the buyer's own columns
    elif found.get("answer", 0) >= 2 and "comment" in found:
        # "Response comments" is for comments, "Comments / response" takes the answer
        found.pop("comment" if re.search(r"[/&,]| (?:and|or) ", text) else "answer")
    # the longer the header, the less its words say about the column
    fade = 1.0 if len(text.split()) <= 8 else 0.7
    return {role: weight * fade for role, weight in found.items()}


def listed_choices(header: str) -> tuple[str, ...]:
    """Allowed values that a header spells out: ``"Compliant (Yes/No/NA)" -> ("Yes", "No", "NA")``.

    Any short list in brackets will do where at least two of its items are usual answers:
    ``"Response (Comply / Partially / Exception)"``.
    """
    text = fold(header)
    for inner in _BRACKETS.findall(text):
        items = tuple(item.strip() for item in re.split(r"[/|;,]|\bor\b", re.sub(r"\bN/A\b", "N_A", inner, flags=re.I)))
        items = tuple(item.replace("N_A", "N/A") for item in items)
        if 2 <= len(items) <= 6 and all(items) and sum(is_choice(item) for item in items) >= 2:
            return items
    match = _LISTED.search(text)
    if not match:
        return ()
    rest = re.findall(r"n/?a|not applicable|partial(?:ly)?", match[3], re.IGNORECASE)
    return (match[1], match[2], *rest)


def is_choice(text: str) -> bool:
    """Whether the text is a usual answer to a closed question (``Yes``, ``N/A``, ``Partially compliant``)."""
    return _CHOICE.fullmatch(fold(text).rstrip(".")) is not None


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


def says_kind(header: str) -> bool:
    """Whether a column tells what each row is (``"Type"``, ``"Question Type"``, ``"Mandatory/Desirable"``)."""
    return _KIND_HEADER.fullmatch(fold(header).replace("_", " ").rstrip(":?*")) is not None


def says_limit(header: str) -> bool:
    """Whether a column says how long an answer may be (``"Word limit"``, ``"Max. characters"``)."""
    return _LIMIT_HEADER.fullmatch(fold(header).replace("_", " ").rstrip(":?*")) is not None


def no_question_kind(text: str) -> bool:
    """Whether a row's kind says that it takes no answer (``"Statement"``, ``"Section"``)."""
    return (
        re.fullmatch(
            r"(?:statement|section|heading|header|title|label|info\w*|instructions?|group|note|text only)",
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


def leading_code(text: str) -> str:
    """The identifier a question's text begins with (``"CO-01a - Do you ..." -> "CO-01a"``), else ``""``."""
    match = _LEADING_CODE.match(text)
    return match[1] if match else ""


def skips_sheet(name: str) -> bool:
    """Whether a sheet's name says that it holds no questions to answer."""
    return bool(_SKIPPED_SHEET.search(name.replace("_", " ")))


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
