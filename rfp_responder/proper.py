"""Proper names in a text: of firms and products, and of persons; told from the capitals of headings and of roles."""

from __future__ import annotations

import re

from rfp_responder.text import MONTHS, stem, words

_ORDINARY = frozenset(
    "access account administrator agreement annex appendix application asset audit authority availability backup "
    "board breach business center centre change chief classification cloud code committee company compliance "
    "confidential contact continuity contract control critical customer cyber cybersecurity data database day "
    "dedicated default department design desk developer device director disaster document each emergency employee "
    "encryption engineer engineering enterprise event executive external facility firewall framework full general "
    "governance group guide guideline hardware head health help high human impact incident information infrastructure "
    "internal internet key law lead legal level list log low maintenance manager medium member mobile model "
    "monitoring network office officer operations organization organisation owner page party patch penetration person "
    "personal personnel physical plan platform policy portal president privacy private procedure process product "
    "production program project protection provider public quality record recovery register regulation release remote "
    "report request resource response restricted review risk role root rule schedule scope section security senior "
    "server service severity software source staff standard state statement step supplier support system table team "
    "technical technology term test third tool training trust type unit user vendor version virtual vulnerability web "
    "work zero ceo cfo ciso coo cto dpo hr it mfa pii phi sso vpn sla rto rpo pdf url faq id api ip am pm n/a yes no "
    "note our your their all any this these that the in on at for if when we they a an as to by and or of with from "
    "other see monday tuesday wednesday thursday friday saturday sunday".split()
) | frozenset(MONTHS)  # fmt: skip
"""Words that stand with a capital in headings, titles and roles, and name nobody."""
_ABSTRACT = re.compile(r"(?:tion|ment|ing|ity|ness|ance|ence|ology|ability|ism|ship|ly|ed)s?$")
_RUN = re.compile(
    r"\b(?:[A-Z][\w&.'’+-]{1,40}|[a-z]{1,12}[A-Z]\w{1,30})(?:[ ](?:of |and |& |the )?(?:[A-Z][\w&.'’+-]{1,40}|"
    r"[A-Z]\b)){0,6}"
)
_NO_NAMES = re.compile(
    r" (?:policy|procedure|plan|officer|manager|team|department|committee|agreement|notice|form|page)(?:s|ies)?$", re.I
)
_STARTS = re.compile(r"(?:^|[.!?:;•|–]\s|\n|\t|\"|“)\W*$")
_PARTICLES = frozenset("van de von der den".split())
_PERSON = re.compile(r"\b[A-Z][a-zà-ÿ]{1,30}(?:\s(?:van|de|von|der|den|[A-Z]\.)){0,3}\s[A-Z][a-zà-ÿ]{1,30}\b")


def named(text: str, question: str) -> list[tuple[int, str]]:
    """Proper names that the question does not say, with their offsets.

    The first word of a sentence is no sign of a name unless it is of mixed case ("GitHub"), or does something ("Google
    hosts"); nor is a word of a role or a heading ("Security Officer").
    """
    asked = {stem(word) for word in words(question)}
    found = []
    for run in _RUN.finditer(text):
        if _NO_NAMES.search(run.group()):
            continue
        starts = bool(_STARTS.search(text[max(0, run.start() - 6) : run.start()]))
        for place, word in enumerate(run.group().split()):
            bare = word.strip(".'’-&").removesuffix("'s").removesuffix("’s")
            sure = not (starts and place == 0) or not bare[1:].islower() or _does(run, text)
            if (
                sure
                and len(bare) > 1
                and not bare.islower()
                and stem(bare.lower()) not in asked
                and not _is_ordinary(bare)
            ):
                found.append((run.start(), run.group().rstrip(".,'’-&")))
                break
    return found


def _does(run: re.Match[str], text: str) -> bool:
    """Whether a verb follows the one word of a run: "Google hosts", not "Backups are"."""
    alone = " " not in run.group() and not run.group().endswith("s")
    return alone and bool(re.match(r" (?:[a-z]{2,12}s|was|will|has)\b", text[run.end() : run.end() + 16]))


def _is_ordinary(word: str) -> bool:
    low = word.lower()
    return low in _ORDINARY or low.removesuffix("s") in _ORDINARY or bool(not word.isupper() and _ABSTRACT.search(low))


def persons(text: str, question: str) -> list[str]:
    """Names of persons that the question does not say: a first and a last name, neither of them an ordinary word."""
    asked = set(words(question))
    found = []
    for match in _PERSON.finditer(text):
        parts = {word.strip(".").lower() for word in match.group().split()} - _PARTICLES
        if not parts & asked and not any(_is_ordinary(word) for word in parts):
            found.append(match.group())
    return found
