"""What texts say of conditions: ``"If no, go to 14"``, ``"only if 3.1 is answered yes"``, ``"Depends on"`` columns.

Read in three steps: the answer that is spoken of (and of which question), what is to be done then, and to which
questions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rfp_responder.answer.labels import stance_of
from rfp_responder.text import fold

YES, NO = ("yes", "partial"), ("no",)
_LENGTH = 1_200  # characters of a text that are read; bounds the work on hostile cells
_CODE = r"(?:[A-Za-z&]{1,8}[-._]){0,3}[A-Za-z&]{0,8}\d[\w.\-]*(?<![.\-])"
_QUOTES = r"[\"'“”‘’«»]?"
_FILLER = (
    r"(?:you|your|the|this|that|it|an?|answers?|answered|responses?|responded|repl(?:y|ied)|selected|chosen|chose|choose|"
    r"ticked|marked|said|is|was|are|be|been|has|have|to|for|of|in|on|at|with|as|given|question|item|row|number|no\.|q\.?|"
    r"above|previous|preceding|last|here|equals|=|:|,)"
)
_WORD = (
    r"(?:yes|no|so|not applicable|not|true|false|n/?a|you (?:do|have|are)(?: not|n't)?|"
    r"(?:this|that|it) (?:is|does)(?: not|n't)?(?: the case| apply| so)?|none(?: apply)?)"
)
_AFTER = (  # what may follow the answer word, so that "if no such plan exists" is not taken for an answer
    r"(?=[\"'“”‘’»]?\s*(?:[,:;.)\]–—?-]|$|→|=>|please\b|kindly\b|then\b|go\b|skip\b|proceed\b|move\b|continue\b|jump\b|"
    r"describe\b|explain\b|provide\b|list\b|name\b|state\b|specify\b|give\b|attach\b|indicate\b|detail\b|"
    r"to\b|for\b|in\b|at\b|above\b|was\b|is\b|what\b|which\b|how\b|who\b|when\b|where\b|why\b|complete\b|answer\b))"
)
_SAID = re.compile(
    rf"\b(only\s+)?(?:if|when|where|in case|provided(?:\s+that)?|should|unless)\s+"
    rf"(?P<before>(?:(?:{_FILLER}|{_CODE})\s*){{0,9}}?)"
    rf"{_QUOTES}(?P<answer>{_WORD})\b{_AFTER}{_QUOTES}"
    rf"(?P<behind>\s+(?:(?:to|for|in|at|was|is|given|above|question|item|row|number|no\.|q\.?|the|previous|preceding|your|"
    rf"answer|(?:answered|selected|chosen))\s*){{1,6}}(?:{_CODE})?)?",
    re.IGNORECASE,
)
_ARROW = re.compile(
    rf"\b(?P<answer>yes|no)\b{_QUOTES}\)?\s*(?:→|->|=>|–>|:|=)\s*(?:please\s+)?(?:go(?:\s+on)?\s+to|skip\s+to|continue\s+with|"
    rf"proceed\s+to|question|q\.?)\s*(?:question\s*|q\.?\s*|no\.\s*)?(?P<code>{_CODE})",
    re.IGNORECASE,
)
_PLACES = r"(?:section|part|block|chapter|group|topic|area|heading|page|tab|sheet|category|module|domain|theme)"
_REST = (
    r"(?:the\s+)?(?:rest|remainder|remaining|other|following|subsequent|next)\s+(?:questions?|items?|rows?|entries|fields)"
    rf"(?:\s+(?:of|in|under|on)\s+(?:the|this)\s+{_PLACES})?|"
    rf"(?:the\s+)?(?:rest|remainder)(?:\s+(?:of|in)\s+(?:the|this)\s+{_PLACES})?|"
    r"(?:what|everything|all questions|(?:all\s+)?(?:the\s+)?questions)\s+(?:follows|that follows?|below|here)|"
    rf"(?:the\s+)?(?:next|following)\s+{_PLACES}|(?:this|the)\s+(?:whole\s+|entire\s+)?{_PLACES}"
)
_MOVES = re.compile(
    r"\b(?P<verb>go|skip|proceed|move|continue|jump|turn|advance|pass|leave out|omit|ignore|disregard)\b"
    r"(?P<on>(?:\s+(?:directly|ahead|straight|forward|on|over|along|down|then|please))*)"
    r"(?P<to>\s+(?:to|with|at|from))?\s*(?P<what>"
    r"(?:the\s+)?(?:next|following)\s+(?P<count>one|two|three|four|five|six|\d{1,2})\s+(?:questions?|items?|rows?)|"
    rf"{_REST}|(?:the\s+)?(?:next|following)\s+(?:question|item|row)|"
    rf"(?P<kind>questions?|sections?|items?|rows?|parts?|nos?\.?|q\.?)?\s*(?P<code>{_CODE})"
    rf"(?:\s*(?:to|-|–|through|until|and)\s*(?:question\s*|q\.?\s*)?(?P<last>{_CODE}))?|"
    r"(?P<named>(?:section|part)\s+[A-Z])\b)",
    re.IGNORECASE,
)
_SCOPE = re.compile(
    rf"(?:questions?|items?|rows?)\s+(?P<first>{_CODE})\s*(?:to|-|–|through|until)\s*(?P<last>{_CODE})|{_REST}|"
    r"(?:these|the following)\s+(?:questions?|items?|rows?)",
    re.IGNORECASE,
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_FREED = re.compile(
    r"\b(?:need not|needn't|no need|not (?:be )?(?:required|needed|necessary|applicable|relevant)|"
    r"do(?:es)? not (?:apply|need)|"
    r"(?:may|can) (?:then )?be (?:left (?:blank|empty|out)|skipped|ignored|omitted)|"
    r"leave\b.{0,60}?\b(?:blank|empty|out|open|unanswered)|(?:may|can) stop|"
    r"stop here|no further (?:answers?|questions?|information))\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"[\s(\[*]*(?:\(?[a-z0-9.]{1,6}[.)]\s+)?[\s(\[]*(?:(?:please\s+)?(?:answer|complete|respond|fill in|applicable|"
    r"applies|required|needed|to be (?:answered|completed)|relevant|mandatory)\s*(?:this|here)?\s*)?$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.?!;)])\s+|\n+")
_DEPENDS = re.compile(
    r"\s*(?:(?:if|when|where|only if|show if|required if|depends on|only|after|follows|see|question|item|q\.?)\s+)*"
    rf"(?P<code>{_CODE}|[A-Za-z][\w\-]*\d[\w.\-]*)\s*(?:(?:=+|:|->|→|=>|\bis\b|\bwas\b|equals|answered(?:\s+as)?|\(|,|\|)\s*"
    r"(?:answered\s+|not\s+blank)?[\"'“‘]?(?P<value>[^\"'”’)]{1,60}))?",
    re.IGNORECASE,
)
_DEPENDS_HEADER = re.compile(
    r"(?:depends on|dependent on|dependency|dependencies|dependent (?:question|item)|"
    r"parent(?: question| item)?(?: id)?|"
    r"condition(?:al|s)?(?: on| question)?|trigger(?: question)?|(?:branching|skip|display|conditional) logic|"
    r"(?:show|ask|visible|display(?:ed)?|relevant|applicable|applies|only|answer|complete)(?: only)?"
    r" (?:if|when|condition|logic)|"
    r"prerequisite|precondition|follow[- ]?up (?:to|of)|gate(?: question)?|linked (?:to|question))(?: id)?",
    re.IGNORECASE,
)
_WHEN_HEADER = re.compile(
    r"(?:required when|required if|needed when|needed if|when answer is|parent (?:answer|response|value)|if answer is|"
    r"depends on (?:answer|value|response)|trigger (?:answer|value|response)|condition(?:al)? (?:value|answer)|"
    r"display when|show when|expected (?:trigger|parent) (?:answer|value)|if (?:answered|value)|when)",
    re.IGNORECASE,
)
_ONLY = re.compile(r"\b(?:only|applicable|applies|skip|complete)\b", re.IGNORECASE)
_NOT_NEEDED = re.compile(r"\b(?:skip|omit|ignore|leave out)\b", re.IGNORECASE)
_ANSWERED = re.compile(
    rf"(?P<before>{_CODE})\)?\s*(?:is|was|=|:|are|answered|with|as)\s*(?:answered\s+)?(?:with\s+|as\s+)?"
    rf"{_QUOTES}(?P<answer>yes|no)\b(?P<behind>)",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:do|does|did|is|are|has|have|can|will)\s+(?:there|(?:you|we|they|it)|(?:your|the)\s+(?:\w+\s+){0,2}?\w+)\s+"
    r"(?:(?:currently|formally|already|also|ever)\s+)?(?:(?:have|has|hold|maintain|maintained|use|used|provide|offer|operate|"
    r"run|employ|perform|conduct|keep|support|publish|carry out|got|in place)\s+)?(?:an?|any|the|your)\s+(?P<topic>.+)",
    re.IGNORECASE,
)
_TOPIC_WORDS = 12
_EQUALS = re.compile(r"^(?:(?:the )?(?:answer|response)s?\s*)?(?:=+|:|is|equals)\s*", re.IGNORECASE)
_ABOVE = re.compile(r"previous|preceding|above|last", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """One condition in a text: the answers that call for what it speaks of, and the id of the question they are to.

    ``gate`` is ``""`` where no question is named, ``"previous"`` where the one above is.
    """

    wanted: tuple[str, ...]
    gate: str
    words: str


@dataclass(frozen=True, slots=True)
class Move:
    """Which questions are passed over: from the next one up to ``target`` (an id, left in), the range ``first..last``,
    the next ``count``, or all up to the next heading (``section``)."""

    target: str = ""
    first: str = ""
    last: str = ""
    count: int = 0
    section: bool = False


def says_depends(header: str) -> bool:
    """Whether a column names the question that a row depends on (``"Depends on"``)."""
    return _DEPENDS_HEADER.fullmatch(fold(header).replace("_", " ").rstrip(":?")) is not None


def says_when(header: str) -> bool:
    """Whether a column names the answer that makes a row required (``"Required when"``)."""
    return _WHEN_HEADER.fullmatch(fold(header).replace("_", " ").rstrip(":?")) is not None


def wanted_by(value: str) -> tuple[str, ...]:
    """The answers that a word calls for: stances for yes and no, else the value itself."""
    word = fold(value).casefold().strip(" .\"'“”‘’")
    if word in {"so", "true"}:
        return YES
    if word in {"not", "false"} or re.search(r"\b(?:do|have|are|is|does)(?: not|n't)\b|^none", word):
        return NO
    if re.match(r"(?:you|this|that|it) ", word):
        return YES
    stance = stance_of(word)
    if stance == "yes":
        return YES
    return (stance,) if stance else (word,)


def other_than(wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The answers that are left when those wanted are not given; empty for a value that is no stance."""
    return {YES: NO, NO: YES}.get(wanted, ())


def follow_up(text: str) -> Said | None:
    """The condition under which a question is asked at all: it opens with it (``"If yes, ..."``), or says "only if"."""
    for sentence in _SENTENCE.split(fold(text)[:_LENGTH]):
        found = _SAID.search(sentence)
        if found is None or _MOVES.search(sentence[found.end() :]) or _MOVES.search(sentence[: found.start()]):
            continue
        opens = _OPENING.match(sentence[: found.start()]) is not None
        bracketed = "(" in sentence[: found.start()][-3:] and sentence[found.end() :].lstrip(" \"'”").startswith(")")
        if (opens and fold(text).startswith(sentence)) or found[1] or bracketed:
            return _said(found)
    return None


def passes_over(text: str) -> tuple[Said, Move] | None:
    """What a gate says: under which answer to itself which questions are not needed."""
    folded = fold(text)[:_LENGTH]
    if arrow := _ARROW.search(folded):
        return Said(wanted_by(arrow["answer"]), "", arrow[0]), Move(target=_code(arrow["code"]))
    for found in _SAID.finditer(folded):
        rest = re.split(r"(?<=[?!;])\s|\.\s", folded[found.end() :], maxsplit=1)[0]
        lead = re.split(r"[.?!;]\s", folded[: found.start()])[-1]
        move = _MOVES.search(rest) or _MOVES.search(lead)
        if move is not None:
            return _said(found), _move(move)
        if _FREED.search(rest) or _FREED.search(lead):
            scope = _SCOPE.search(rest) or _SCOPE.search(lead)
            if scope and scope["first"]:
                return _said(found), Move(first=_code(scope["first"]), last=_code(scope["last"]))
            if scope:
                return _said(found), Move(section=True)
    return None


def opens_section(text: str) -> tuple[Said, Move] | None:
    """What a heading or an instruction says of the questions below it: under which answer they are needed."""
    folded = fold(text)[:_LENGTH]
    for sentence in _SENTENCE.split(folded):
        scope = _SCOPE.search(sentence)
        found = _SAID.search(sentence) or _ANSWERED.search(sentence)
        if found is None or not (scope or _ONLY.search(sentence)):
            continue
        said = _said(found)
        if _NOT_NEEDED.search(sentence) or _FREED.search(sentence):
            said = Said(other_than(said.wanted), said.gate, said.words)
        if scope and scope["first"]:
            return said, Move(first=_code(scope["first"]), last=_code(scope["last"]))
        return said, Move(section=True)
    return None


def only_if(text: str) -> str:
    """The clause under which a section is to be filled in, where it names no answer: ``"you process card data"``."""
    for sentence in _SENTENCE.split(fold(text)[:_LENGTH]):
        found = re.search(r"\bonly (?:if|when|where)\s+(.{8,160}?)[.;]?$", sentence, re.IGNORECASE)
        if found and _SCOPE.search(sentence):
            return found[1]
    return ""


def from_column(depends: str, when: str) -> tuple[str, tuple[str, ...]] | None:
    """The id and the wanted answers that a depends-on column and one for the value name; None where they name none."""
    match = _DEPENDS.match(fold(depends)) if depends.strip() else None
    if match is None:
        return None
    value = fold(when) or fold(match["value"] or "")
    value = _EQUALS.sub("", value).strip()
    return _code(match["code"]), wanted_by(value) if value else YES


def _said(found: re.Match[str]) -> Said:
    around = f"{found['before'] or ''} {found['behind'] or ''}"
    codes = re.findall(_CODE, around)
    gate = _code(codes[-1]) if codes else "previous" if _ABOVE.search(around) else ""
    wanted = wanted_by(found["answer"])
    if found[0].casefold().startswith("unless"):
        wanted = other_than(wanted)
    return Said(wanted, gate, " ".join(found[0].split()))


def _move(found: re.Match[str]) -> Move:
    skips = found["verb"].casefold() in {"skip", "leave out", "omit", "ignore", "disregard", "pass"} and not found["to"]
    what = found["what"].casefold()
    if found["code"]:
        first = _code(found["code"])
        if skips:
            return Move(first=first, last=_code(found["last"]) if found["last"] else first)
        return Move(target=first)
    if found["count"] or re.search(r"(?:next|following)\s+(?:question|item|row)$", what):
        count = found["count"] or "one"
        return Move(count=_NUMBERS.get(count.casefold()) or int(count)) if skips else Move()
    if found["named"]:
        return Move(target=found["named"])
    return Move(section=True)


def _code(text: str) -> str:
    return text.casefold().strip(" .):")


def topic_of(question: str) -> str:
    """What a closed question is about, for a follow-up that only says "it": ``"Do you have a security policy?"`` gives
    ``"Security policy"``; ``""`` for a question of another form."""
    match = _ABOUT.match(fold(question).split("?")[0].strip())
    topic = match["topic"].strip(" .,:;") if match else ""
    return topic[:1].upper() + topic[1:] if 1 <= len(topic.split()) <= _TOPIC_WORDS else ""


def without_condition(text: str) -> str:
    """A follow-up without the condition it opens with: ``"If yes, is it tested?"`` gives ``"is it tested?"``."""
    folded = fold(text)
    found = _SAID.search(folded)
    if found is None or not _OPENING.match(folded[: found.start()]):
        return folded
    rest = folded[found.end() :].lstrip(" ,;:)–—-.").removeprefix("please ")
    return rest or folded
