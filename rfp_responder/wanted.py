"""Whether a text holds a thing of the kind that a question wants: a date, a number of users, a firm's name.

A sentence on the right topic without a thing of the kind does not answer: "which firm tests you?" is not answered by
"we have a penetration test every year". A thing that stands in the question already counts for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rfp_responder.asked import defined_term
from rfp_responder.kinds import READ, Kind, Wanted, wanted
from rfp_responder.proper import named, persons
from rfp_responder.text import MONTHS, stem, words

__all__ = ["Kind", "Wanted", "holds", "wanted"]

_MONTHS = "|".join(sorted(MONTHS, key=len, reverse=True))
_UNIT = (
    "(?:milliseconds?|ms|seconds?|minutes?|mins?|hours?|hrs?|(?:business |working |calendar )?days?|weeks?|months?|"
    "quarters?|years?)"
)
_SMALL = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|eighteen|twenty|thirty|"
    "forty|fifty|sixty|ninety|hundreds?|thousands?|dozens?"
)
_NUMBER = rf"(?:\d[\d.,]{{0,20}}|(?:{_SMALL})\b)"
_SPAN = rf"{_NUMBER}\)?[\s-]{{1,3}}(?:\w{{1,20}}[\s-]{{1,3}})?{_UNIT}"
_OFTEN = (
    rf"(?:every (?:other )?(?:{_NUMBER}[\s-])?(?:\w{{1,20}} )?{_UNIT}|(?:each|per|a|once an?) (?:hour|day|week|month|"
    rf"quarter|year)|"
    r"hourly|daily|nightly|weekly|bi-?weekly|fortnightly|monthly|bi-?monthly|quarterly|(?:semi-?|bi-?)?annual(?:ly)?|"
    r"yearly|twice|continuous(?:ly)?|continual(?:ly)?|per annum|regularly|periodically|once|in real[ -]time|24/7|"
    r"around the clock|every (?:night|time|single|working|morning|release|deployment|build|change)|always|never)"
)
_SOON = (
    r"(?:immediately|without (?:undue )?delay|promptly|permanently|indefinitely|same day|next (?:business |"
    r"working )?day|"
    rf"at once|overnight|until|within (?:an?|one) {_UNIT}|as soon as|a (?:week|month|year|day|minute|quarter)|an hour|"
    rf"24/7)"
)
_LISTMARK = r"^\s*(?:\(?\d{1,3}(?:\.\d{1,3}){0,4}[.)]|\d{1,2}(?:\.\d{1,3}){1,4})\s"
_NO_COUNT = re.compile(
    rf"{_LISTMARK}|(?i:\b(?:sections?|tables?|figures?|fig\.|chapters?|appendix|annex|steps?|pages?|p\.|articles?|"
    rf"clauses?|parts?|tier|level|phase|version|v|no\.)\s?\d[\d.]{{0,12}})|"
    rf"\b[A-Z]{{2,20}}(?:/[A-Z]{{2,20}})?[\s-]?\d[\w.-]{{0,20}}|"
    rf"(?i:\b(?:{_MONTHS})\.? \d{{1,2}}\b|\b\d{{1,2}} (?:{_MONTHS})\b)|\b(?:19|20)\d\d(?:-\d\d-\d\d)?\b(?![,%])|"
    r"\b\d{1,6}(?:\.\d{1,6}){2,6}\b", re.M,
)  # fmt: skip
"""Numbers that count nothing: of a list's item, a section, a standard, a date."""
_PLACEHOLDER = re.compile(
    r"\{\{[^{}]{0,100}\}\}|<[a-z][^<>]{0,60}>|_{3,}|\[(?:(?:list|insert|enter|add|name|your|the|specify|describe|date|"
    r"fill|company|organi[sz]ation|e\.?g|tbd|todo|x+)\b[^\[\]]{0,100})\]", re.I,
)  # fmt: skip

_OFFICES = (
    r"\w{0,20}officers?|\w{0,20}managers?|directors?|heads? of|chief|engineers?|committee|board|leads?|administrators?|"
    r"auditors?|owners?|counsel|representatives?|ceo|cto|ciso|coo|cfo|dpo|analysts?|developers?|supervisors?|"
    r"executives?|"
    r"approvers?|reviewers?|coordinators?|custodians?|commanders?|leadership|president|founders?|secretary|authority|"
    r"official|ltd|inc|gmbh|llp|llc"
)
_CROWDS = "teams?|departments?|staff|personnel|hr|management|employees?|engineering|legal|heads?|users?|members?"
_COUNTRIES = (
    "Ireland|Germany|France|Netherlands|Austria|Switzerland|Italy|Spain|Sweden|Norway|Poland|India|Israel|Canada|Japan|"
    "Australia|Singapore|Brazil|China|Delaware|California|Virginia|Oregon|Ohio|Texas|New York|Frankfurt|Dublin|London|"
    "Vienna"
)
_HOLDS: dict[str, re.Pattern[str]] = {
    "contact": re.compile(
        r"\S@\S{1,80}|https?://\S{1,80}|www\.\S{1,80}|\(?\b\d{3}\)?[-.\s]\d{3,4}\b|\+\d|"
        r"\b[a-z0-9-]{1,63}\.(?:com|org|net|gov|io|eu|co)\b", re.I),
    "address": re.compile(
        r"\b\d{1,5}\s+[A-Z]\w+|\b[A-Z]\w{1,30}(?:straat|strasse|straße|laan|weg|gasse)\b|"
        r"\b(?:Street|Road|Avenue|Lane|Square|P\.?O\.? Box)\b"),
    "percentage": re.compile(r"\d[\d.,]{0,10}\s?%|\bper ?cent\b|\b(?:half|third|quarter|all|none|majority) of\b", re.I),
    "frequency": re.compile(rf"\b{_OFTEN}\b", re.I),
    "duration": re.compile(rf"\b{_SPAN}\b", re.I),
    "soon": re.compile(rf"\b(?:{_SOON}|{_OFTEN})\b", re.I),
    "money": re.compile(
        r"[$€£¥]\s?\d[\d.,]{0,20}|\b(?:USD|EUR|GBP|CHF)\b|\d[\d.,]{0,20}\s?(?:euros?|dollars?|pounds?|million|billion|"
        r"cents?)\b|"
        r"\bfree of charge\b|\bno (?:extra |additional )?(?:cost|charge|fee)\b|\bincluded in\b|\d[\d.]{0,8}\s?%|"
        r"\t[$(]?\d[\d.,()]{1,20}|[:,] \$?\(?\d[\d.,()]{1,20}|\b\d{1,3}(?:,\d{3})+\b|\b\d?\.\d+", re.I),
    "size": re.compile(
        r"\b\d[\d.,]{0,20}[\s-]?(?:[KMGT]i?B|bits?|bytes?|kilobytes?|megabytes?|gigabytes?|terabytes?|characters|rows|"
        r"records|pixels)\b|\bunlimited\b|[$€£]\s?\d[\d.,]{0,20}", re.I),
    "version": re.compile(
        r"\b[vV]?\d+(?:\.\d+)+\b|\bversions? \d+|\b(?:Release|Windows|macOS|Android|iOS|Safari|Chrome|Edge|"
        r"Firefox) \d+", re.I),
    "date": re.compile(
        rf"\b(?:{_MONTHS})\b(?! (?:be|not|have|only|also|include|require)\b)|\b(?:19|20)\d\d\b|\bQ[1-4]\b|"
        r"\b(?:spring|summer|autumn|winter)\b|\bno (?:fixed )?date\b", re.I),
    "time": re.compile(
        rf"\b(?:{_SPAN}|{_SOON}|{_OFTEN}|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekends?|\d{{1,2}}:\d\d|upon|"
        rf"after|before|during|as soon as|"
        rf"prior to|no date|at the (?:end|beginning|time)|(?:{_MONTHS})(?! be\b)|(?:19|20)\d\d)\b", re.I),
    "role": re.compile(rf"\b(?:{_OFFICES})\b", re.I),
    "crowd": re.compile(rf"\b(?:{_CROWDS})\b", re.I),
    "place": re.compile(
        rf"\b[a-z]{{2}}-[a-z]{{4,12}}-\d\b|\b(?:EU|EEA|USA?|UK|U\.S\.|Europe\w*|{_COUNTRIES}|on[- ]premises?|"
        rf"on[- ]?site|off[- ]?site|"
        r"cloud|laws? of)\b"),
    "number": re.compile(rf"\b{_NUMBER}", re.I),
    "code": re.compile(
        r"\b[A-Z]{1,8}[ .-]?\d[\w.-]{0,20}|\b[A-Z]{2,5}[.-][A-Z]{2,5}(?:-\d+)?\b|\b\d[\w.-]{0,20}|\b(?:I{1,3}|IV|V)\b|"
        r"\b[A-F][+-]?(?=[\s.,]|$)|"
        r"\b(?i:critical|high|medium|moderate|low|public|internal|confidential|restricted|partial|adaptive)\b"),
}  # fmt: skip

_HUMAN = re.compile(rf"\b(?:people|persons?|{_OFFICES}|{_CROWDS})\b", re.I)
_PERSONS = frozenset("peopl person employe staff".split())
_NAMED_SHORT = re.compile(
    r"\b(?:standard|publication|framework|tool|product|service|cloud|software|language|guide)s?\b", re.I
)
_COUNTED = re.compile(rf"\b(?:{_NUMBER}|(?:no|none|several|unlimited|any number of)\b)", re.I)
_MEASURED = re.compile(rf"[\s-]{{1,3}}{_UNIT}\b", re.I)


def holds(thing: Wanted, text: str, question: str) -> float:
    """How well a text holds what is wanted: 1 a thing of the kind, 0 none, 0.5 where a question wants nothing special.

    A rough hit counts less: a number, but of something else. What the question says itself, and what only holds the
    place of a thing ("[list the address]"), count for nothing.
    """
    if thing.kind == "other":
        return 0.5
    text, question = _PLACEHOLDER.sub(" ", text[:READ]), question[:READ]
    special = _SPECIAL.get(thing.kind)
    return special(thing, text, question) if special else float(_new(thing.kind, text, question))


def _new(name: str, text: str, question: str) -> bool:
    """Whether the text holds a thing of the kind that the question does not say."""
    sign = _HOLDS[name]
    asked = {_plain(found.group()) for found in sign.finditer(question)}
    return any(_plain(found.group()) not in asked for found in sign.finditer(text))


def _plain(thing: str) -> str:
    return re.sub(r"[\s-]+", " ", thing).casefold().strip(" .,").removesuffix("s")


def _holds_count(thing: Wanted, text: str, question: str) -> float:
    text = _NO_COUNT.sub(" ", text)
    asked = {_plain(found.group()) for found in _HOLDS["number"].finditer(_NO_COUNT.sub(" ", question))}
    best = 0.0
    for found in _COUNTED.finditer(text):
        behind = words(text[found.end() : found.end() + 60])[:5]
        before = words(text[max(0, found.start() - 60) : found.start()])[-6:]
        if _plain(found.group()) in asked or (_MEASURED.match(text, found.end()) and stem(behind[0]) not in thing.of):
            continue
        near = {stem(word) for word in (*behind, *before)}
        if not thing.of or thing.of & near or (thing.of & _PERSONS and _HUMAN.search(" ".join(behind))):
            return 1.0
        best = 0.4 if found.group()[0].lower() != "n" else best
    return best


def _holds_number(_thing: Wanted, text: str, question: str) -> float:
    return float(_new("number", _NO_COUNT.sub(" ", text), question)) or 0.5 * _new("number", text, question)


def _holds_frequency(_thing: Wanted, text: str, question: str) -> float:
    return 1.0 if _new("frequency", text, question) else 0.6 * _new("duration", text, question)


def _holds_duration(_thing: Wanted, text: str, question: str) -> float:
    return 1.0 if _new("duration", text, question) else 0.7 * _new("soon", text, question)


def _holds_time(_thing: Wanted, text: str, question: str) -> float:
    return float(_new("time", text, question))


def _holds_role(_thing: Wanted, text: str, question: str) -> float:
    if _new("role", text, question):
        return 1.0
    return 0.7 if _new("crowd", text, question) or named(text, question) else 0.0


def _holds_place(_thing: Wanted, text: str, question: str) -> float:
    if _new("place", text, question):
        return 1.0
    near = re.compile(r"(?:\b(?:in|at|to|from|of|within|outside|is|are)(?: the)?|:|\t)\s*$")
    return float(any(near.search(text[max(0, start - 12) : start]) for start, _ in named(text, question)))


def _holds_person(_thing: Wanted, text: str, question: str) -> float:
    return float(bool(persons(text, question)))


def _holds_organisation(_thing: Wanted, text: str, question: str) -> float:
    """A short form in capitals is the name of many things; of a standard or a product it is a good one."""
    names = [name for _, name in named(text, question)]
    if any(not name.isupper() for name in names) or (names and _NAMED_SHORT.search(question)):
        return 1.0
    return 0.6 if names else 0.0


def _holds_definition(_thing: Wanted, text: str, question: str) -> float:
    term = re.escape(defined_term(question) or "")
    sign = rf"(?:an?|the)?\s*{term}s?\b[^.]{{0,40}}?(?:\b(?:is|are|means?|refers?)\b|:)"
    return float(bool(re.match(sign, text, re.I)))


def _holds_list(_thing: Wanted, text: str, _question: str) -> float:
    comma = text.find(",")
    return float(";" in text or ":" in text or (comma >= 0 and bool(re.search(r"\b(?:and|or)\b", text[comma:]))))


_SPECIAL: dict[Kind, Callable[[Wanted, str, str], float]] = {
    "count": _holds_count,
    "number": _holds_number,
    "frequency": _holds_frequency,
    "duration": _holds_duration,
    "time": _holds_time,
    "role": _holds_role,
    "place": _holds_place,
    "person": _holds_person,
    "organisation": _holds_organisation,
    "definition": _holds_definition,
    "list": _holds_list,
}
