"""Whom a sentence speaks of when it begins with a pronoun, as far as the sentence before or the heading tells."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rfp_responder.text import fold, stem

_MOST = 8  # words of a subject
_EARLY = 6  # words at the beginning of a sentence among which "this model" is looked for
_AUXILIARY = "is|are|was|were|has|have|had|must|shall|will|can|may|should|does|do|cannot"
_BARE = "also|include|contain|cover|apply|run|use|provide|describe"
_THIRD = r"[a-z]{1,30}[a-hj-rtv-z]s"  # "applies"; not "process", "analysis", "status"
_PRONOUN = re.compile(
    rf"(?P<word>It(?= (?:\w{{1,30}}ly )?(?:{_AUXILIARY}|also|{_THIRD}|[a-z]{{1,30}}ed)\b)|"
    rf"They(?= (?:\w{{1,30}}ly )?(?:{_AUXILIARY}|{_BARE}|[a-z]{{1,30}}ed)\b)|"
    rf"Th[eo]se(?= (?:\w{{1,30}}ly )?(?:{_AUXILIARY}|{_BARE})\b))"
)
_VERB = re.compile(rf"\s(?:{_AUXILIARY})\s")
_NO_SUBJECT = re.compile(r"(?:it|they|this|these|those|there|if|when|where|in|for|on|at|to|he|she|we|you)\b", re.I)
_ARTICLE = re.compile(r"(?:The|A|An|Each|Every|All|Our)\b")
_POINTS = re.compile(r"\b(?P<points>this|these|such)\s+(?P<noun>[A-Za-z]{3,30})\b", re.I)
_PLURAL = re.compile(r"[^s]s$|\band\b")
_NUMBERING = re.compile(
    r"^(?:(?:section|chapter|annex|appendix|part)\s+)?"
    r"(?:(?:[A-Z]\.)?\d{1,3}(?:\.\d{1,3}){0,5}[.):]?|[A-Z][.):]|[ivx]{1,5}[.):])\s+", re.I,
)  # fmt: skip
_NO_NAME = re.compile(
    r"\?\s*$|[{}<>\[\]\\|=*#$]|_{3}|https?:|\b(?:TBD|TODO)\b|"
    r"^(?:introduction|overview|purpose|scope|general|background|summary|conclusions?|definitions?|abstract|contents|"
    r"notes?|preface|foreword|references|details|description|table|figure|appendix|annex|how|what|why|when|where|"
    r"who)\b", re.I,
)  # fmt: skip
_EXPLETIVE = re.compile(
    r"It (?:is|was|may be|can be|should be|must be|will be) (?:\w{1,20} ){0,2}?(?:important|possible|impossible|"
    r"necessary|"
    r"recommended|essential|critical|likely|unlikely|clear|expected|assumed|understood|noted|our|the (?:policy|"
    r"responsibility|intent|goal|duty))\b"
)
_PLURALS = frozenset("They These Those".split())
_BY_HEADING = frozenset("It They".split())
"""Pronouns that may mean what the heading names. "This" alone is none: it means what was said, not of whom."""


def subject_of(sentence: str, before: str, heading: str) -> str:
    """Whom the beginning of a sentence means: the subject of the sentence before, else the heading; empty for nobody.

    A pronoun takes the subject of the sentence before: what stands before its first auxiliary verb, at most eight
    words; "they" takes a plural only, and "it" none. "It" and "they" then take the heading, without its number.
    "This model" takes a heading that ends with the noun and says more ("Resource Portal Model").
    """
    name = _named_by(heading)
    noun = _pointed_noun(sentence)
    if noun and " " in name and _ends_with(name, noun.group("noun")):
        number = {"this": False, "these": True}.get(noun.group("points").lower())
        return name if number in (None, bool(_PLURAL.search(name))) else ""
    found = _PRONOUN.match(sentence)
    if not found or _EXPLETIVE.match(sentence):
        return ""
    plural = found.group("word") in _PLURALS
    verb = _VERB.search(before)
    subject = before[: verb.start()] if verb else ""
    if _is_name(subject) and plural == bool(_PLURAL.search(subject)):
        return subject[0].lower() + subject[1:] if _ARTICLE.match(subject) else subject
    fits = found.group("word") in _BY_HEADING and plural == bool(_PLURAL.search(name))
    return name if fits else ""


def with_subject(sentence: str, added: str) -> str:
    """The sentence with the words in square brackets behind what stands for them: "It [the data key] is rotated"."""
    noun = _pointed_noun(sentence)
    if noun and _ends_with(added, noun.group("noun")):
        return f"{sentence[: noun.end()]} [{added}]{sentence[noun.end() :]}"
    word, _, rest = sentence.partition(" ")
    return f"{word} [{added}] {rest}"


def _is_name(subject: str) -> bool:
    """Whether what stands before a verb can be a subject: short, no pronoun, in one piece."""
    short = 1 <= len(subject.split()) <= _MOST
    return short and not _NO_SUBJECT.match(subject) and not re.search(r"[,;:()\[\]{}]", subject)


def _ends_with(name: str, noun: str) -> bool:
    last = re.findall(r"\w+", name)[-1:]
    return bool(last) and stem(last[0].lower()) == stem(noun.lower())


def _pointed_noun(sentence: str) -> re.Match[str] | None:
    """The "this model" among the first words; None where "this" stands alone before its verb ("This is")."""
    found = _POINTS.search(sentence[:200])
    if not found or len(sentence[: found.end()].split()) > _EARLY:
        return None
    return None if re.fullmatch(rf"{_AUXILIARY}|[a-z]+ly", found.group("noun"), re.I) else found


def unnumbered(heading: str) -> str:
    """A heading without its number: "3.3 Trust algorithm", "Section 4. Backups"."""
    return _NUMBERING.sub("", heading[:200].strip()).strip(" .:")


def _named_by(heading: str) -> str:
    """What a heading names, without its number; empty where it asks, is too long, or is one word, a mere topic."""
    name = unnumbered(heading)
    fits = 2 <= len(name.split()) <= _MOST and not name[0].islower() and not name.split()[0].endswith("ing")
    return name if fits and not _NO_NAME.search(name) else ""


_ADDED = re.compile(r"\s?\[([^\[\]]{1,120})\]")


def without_added(text: str, quotes: Sequence[str]) -> tuple[str, list[str]]:
    """A claim without the words that were added to it in square brackets, and those words.

    Brackets that stand in a quote are the document's own.
    """
    quoted = fold(" ".join(quotes))
    added = [found for found in _ADDED.findall(text) if f"[{found}]" not in quoted]
    for words in added:
        text = text.replace(f" [{words}]", "").replace(f"[{words}] ", "").replace(f"[{words}]", "")
    return text, added
