"""Why nothing is answered: what was looked for, the nearest passage and what it lacks, what document would tell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rfp_responder.answer.rank import Scored
from rfp_responder.dates import find_dates
from rfp_responder.domain import Passage
from rfp_responder.text import MONTHS, STOPWORDS, content_stems, stem
from rfp_responder.wanted import Kind, wanted

_MOST_WORDS = 3  # of the question, named as missing: more than these nobody reads
_MOST_QUOTED = 140  # characters
_READ = 8_000  # characters of a question or a passage that are looked at
_LACKED: Mapping[Kind, str] = {
    "count": "no number",
    "number": "no number",
    "duration": "no length of time",
    "frequency": "not how often",
    "date": "no date",
    "time": "not when",
    "percentage": "no percentage",
    "money": "no amount",
    "size": "no size",
    "version": "no version",
    "person": "no person's name",
    "organisation": "no name",
    "contact": "not how to reach them",
    "address": "no address",
    "place": "no place",
    "role": "not who",
}
_EMPTY = STOPWORDS | frozenset(
    "supplier suppliers vendor bidder contractor provider solution system service service's product shall according "
    "whether upward altogether actually sorts activities activity allowed able possible still ever really "
    "achieve after actual actually amount apply applies approximately ask asks attach available average be become "
    "been before begin between body call called "
    "carry carries come comes company cover covers create currently customer customers date day days describe detail "
    "details do earn employ end ended enter exact "
    "exactly explain face far first for frequently get give go happen have high highest hour hours how indicate issue "
    "issues keep kept "
    "kind large last latest least length level list long longest lost make many maximum may minimum minutes monetary "
    "month months much must name need "
    "needs number often old one operate organisation organization outside owed part pass per policy perform performed "
    "please provide put quickly quarter reach regularly "
    "run select sell shortest soon sort specify state sum supply take tell time times today total two type use used "
    "uses want week weeks what when which who will within year years".split()
)
"""Words that only ask, or that say nothing without their noun: a passage that lacks them lacks nothing."""

_SOURCES: tuple[tuple[str, str], ...] = (
    ("the report or letter of the last penetration test",
     r"pen(?:etration)?[ -]?tests?(?:ing|ers?)?|ethical hack\w*|red team\w*"),
    ("the SOC 2 report or its bridge letter", r"soc ?[123]|ssae|isae|type (?:i|ii|1|2)|audit(?:or|ed)? (?:report|"
                                              r"opinion)"),
    ("the certificate and its statement of applicability",
     r"iso(?:/iec)? ?\d+|certifi(?:ed|cation|cates?)|accredit\w*|fedramp|c5|hitrust|pci"),
    ("the certificate of insurance", r"insur\w+|liability cover|indemnit\w+"),
    ("the data processing agreement and the list of sub-processors",
     r"sub-?processors?|dpa|gdpr|data processing|controllers?|transfer(?:s|red)?|sccs?|data subjects?"),
    ("the privacy notice", r"privacy|cookies?|personal (?:data|information)|consent"),
    ("the business continuity and disaster recovery plan, with its last test report",
     r"disaster|continuity|contingency|bcp|drp?|rto|rpo|recover\w*|failover"),
    ("the annual report or the financial statements",
     r"revenues?|turnover|profit|income|net sales|fiscal|employees worldwide|financial|shareholders?|ebitda|"
     r"receivables|margins?|quarter (?:that )?(?:ended|to|from)|dividends?|obligations"),
    ("the incident response plan", r"incidents?|breach\w*|forensic\w*"),
    ("the backup policy", r"backups?|restor\w+|snapshots?"),
    ("the vulnerability and patch management policy",
     r"vulnerabilit\w*|patch\w*|scan(?:s|ning)?|cve|bug bounty|antivirus|anti-?malware"),
    ("the encryption and key management standard",
     r"encrypt\w*|cipher\w*|(?<!api )(?<!access )keys?|tls|aes|hsm|byok|cryptograph\w*"),
    ("the access control policy", r"access|log-?ins?|passwords?|mfa|sso|scim|authenticat\w*|privileg\w*|accounts?|"
                                  r"sessions?"),
    ("the human resources security policy",
     r"employees?|staff|background|screening|training|awareness|onboarding|contractors?|people work"),
    ("the secure development policy", r"sdlc|source code|code review|developers?|ci/cd|deploy\w*"),
    ("the service level agreement", r"sla|service level\w*|uptime|availability|response times?|service credits?|"
                                    r"support hours?"),
    ("the price list or the order form", r"pric\w+|fees?|cost|charged?|licen[cs]\w*|discounts?|invoice\w*|payment"),
    ("the accessibility conformance report (VPAT)", r"accessib\w*|wcag|vpat|screen readers?|section 508"),
    ("the architecture and hosting description",
     r"data ?cent(?:er|re)s?|hosted|hosting|cloud|regions?|architecture|network|servers?|firewalls?|infrastructure"),
    ("the product documentation",
     r"integrat\w*|api|features?|export|import|reports?|dashboards?|mobile|languages?|browser|rate limit\w*|"
     r"throttl\w*|release"),
    ("the retention and deletion policy", r"retention|retain\w*|delet\w*|eras\w*|dispos\w*"),
    ("the physical security policy", r"visitors?|badges?|cctv|surveillance|premises|physical|office"),
)  # fmt: skip
_SIGNS = tuple((document, re.compile(rf"\b(?:{pattern})\b", re.I)) for document, pattern in _SOURCES)


def refusal(question: str, scored: Sequence[Scored], passages: Mapping[int, Passage]) -> tuple[str, ...]:
    """The notes of an unanswered question, from its best candidates; a person reads them to decide what to do."""
    best = scored[0]
    chunk = passages[best.candidate.rank].chunk
    near = f"{best.candidate.text} {best.candidate.context} {chunk.heading} {chunk.document_title} {chunk.text}"
    thing = _LACKED.get(wanted(question).kind) if best.signals.kind < 1 else None
    lacking = lacked(question, best.unmet, near)
    words = f"nothing of {_listed([f'“{word}”' for word in lacking])}" if lacking else ""
    but = " and ".join(part for part in (thing, words) if part)
    says = f"{chunk.document_name} p. {chunk.page_number} says '{_short(best.candidate.text)}'"
    document = source(question)
    would = (f"what would tell: {document}",) if document else ()
    return (
        f"no passage answers this; closest: {says}{f', but {but}' if but else ', which does not settle it'}",
        *would,
    )


def lacked(question: str, unmet: Sequence[str], near: str) -> list[str]:
    """What the question names and the nearest text does not, in the question's own spelling, at most three.

    A date comes first and whole ("September 24, 2022"): each of its words alone tells nothing. Words that only ask are
    skipped, and so is what ``near`` holds in another form.
    """
    told = {day for _, day in find_dates(near)}
    dates = [(start, day) for start, day in find_dates(question) if day not in told]
    found = [_date_as_written(question, start) for start, _ in dates]
    held = set(content_stems(near[:_READ]))
    for phrase in unmet:
        kept = [word for word in phrase.split() if word not in _EMPTY]
        while kept and phrase.split()[0] in _EMPTY:  # "how many people": what is asked for are people
            phrase = phrase.split(None, 1)[1]
        stems = {stem(re.sub(r"['’]s$", "", word)) for word in kept}
        if not kept or stems <= held or all(_is_of_date(word) for word in kept):
            continue
        found.append(_as_written(question, phrase))
    return list(dict.fromkeys(found))[:_MOST_WORDS]


def source(question: str) -> str:
    """The document in which a vendor usually has the answer; empty where the question names no topic known here.

    The topic named most often counts, the more special one (higher in the table) where two are named as often.
    """
    hits = [(len(sign.findall(question[:_READ])), -place, name) for place, (name, sign) in enumerate(_SIGNS)]
    count, _, name = max(hits)
    return name if count else ""


def _is_of_date(word: str) -> bool:
    return word in MONTHS or (word.isdigit() and len(word) <= 4)


def _date_as_written(question: str, start: int) -> str:
    """The words of a date that begins here: up to its last digit."""
    found = re.match(r"[\w.]{1,12}(?:,?[ -][\w.]{1,12}){0,2}", question[start : start + 40])
    written = found.group() if found else question[start : start + 12]
    last = max((place for place, c in enumerate(written) if c.isdigit()), default=len(written) - 1)
    return written[: last + 1]


def _as_written(question: str, phrase: str) -> str:
    """A phrase of words in lower case as the question spells it, without a possessive's end."""
    sign = r"[^\w]{1,3}".join(re.escape(word) for word in phrase.split())
    found = re.search(rf"(?<!\w){sign}(?!\w)", question, re.I)
    return re.sub(r"['’]s$", "", found.group() if found else phrase)


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _short(text: str) -> str:
    """One line of at most 140 characters, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= _MOST_QUOTED:
        return line
    cut = line[: _MOST_QUOTED - 1]
    return (cut[: cut.rfind(" ")] if " " in cut[_MOST_QUOTED // 2 :] else cut).rstrip(" ,;:–-") + "…"
