"""What a model loses on the way from a source to a claim: another currency, another count, a denial, a limit on whom.

Each check looks at the sentence of the source that the claim shares most with, and says nothing where the claim has a
word of the same kind. ``support`` is measured on people's labels, which let much of this pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rfp_responder.answer import signs
from rfp_responder.answer.bounds import periods
from rfp_responder.answer.facts import Fact, facts, spaced
from rfp_responder.text import NEGATIONS, STOPWORDS, content_stems, fold, sentences, stem, words

_CURRENCIES = {
    "$": "usd", "us$": "usd", "usd": "usd", "dollar": "usd", "€": "eur", "eur": "eur", "euro": "eur", "£": "gbp",
    "gbp": "gbp", "sterling": "gbp", "chf": "chf", "franc": "chf", "cad": "cad", "aud": "aud", "nzd": "nzd",
    "jpy": "jpy", "yen": "jpy", "¥": "jpy", "sek": "sek", "nok": "nok", "dkk": "dkk", "pln": "pln", "inr": "inr",
}  # fmt: skip
_CURRENCY = re.compile(
    r"[$€£¥]|\b(?:USD|EUR|GBP|CHF|CAD|AUD|NZD|JPY|SEK|NOK|DKK|PLN|INR)\b|\b(?:dollar|euro|sterling|franc|yen)s?\b", re.I
)
_UNIT = r"(?:hour|day|week|month|quarter|year|user|seat|tenant|request|gigabyte|GB)"
_RATE = re.compile(rf"(?:\b(?:per|each|every|an?)\s|/\s?)(?P<unit>{_UNIT})s?\b", re.I)
_ADJECTIVES = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter",
               "yearly": "year", "annual": "year", "annually": "year", "annum": "year"}  # fmt: skip
_TIMES = re.compile(
    r"\b(?P<n>twice|two times|three times|four times|thrice) (?:yearly|annually|monthly|weekly|daily)\b", re.I
)
_SAME_PERIOD = 0.04  # share by which two spellings of a period may differ
_LATER = re.compile(
    r"\bafter (?:about |at (?:least|most) )?(?P<n>\d+|[a-z]+) (?P<unit>hour|day|week|month|year|minute)", re.I
)
_IN_TIME = re.compile(r"\b(?:within|in|up to|under|at most|no later than|less than|by)\b", re.I)
_SAYS_LATER = re.compile(
    r"\b(?:after|later|following|once|when|expire\w*|elapsed?|older|past|upon|end|then|until)\b", re.I
)
_PIECE = re.compile(r"[;,]\s|\s(?:and|but|while|whereas|or)\s")
_NAME = re.compile(r"\b(?:[A-Z][A-Za-z]*[A-Z]\w*|[A-Z][a-z]{2,})\b")
_SOME = re.compile(
    r"(?:^|[.;:,]\s+|\b(?:and|but|that)\s)(?P<word>most|some|only|certain|selected|a few|few|half|parts?|a part|"
    r"the majority|"
    r"the largest part)\s(?:of\s)?(?:(?:the|our|all|its)\s)?(?P<rest>(?:[\w-]+\s?){1,4})",
    re.I,
)
_SAYS_SOME = re.compile(
    r"\b(?:most|some|only|certain|selected|few|half|parts?|partly|partially|majority|not all|not every|limited|"
    r"mainly|mostly|"
    r"\d+ ?%|where|if)\b",
    re.I,
)
_IN_CASES = re.compile(
    r"\bin (?:(?:most|some|many|about |over |more than )?(?:\d[\d.,]* ?(?:%|per ?cent) of )?|(?:the )?(?:majority|"
    r"most) of )"
    r"(?:all |the )?(?:cases|instances|times)\b|\b\d[\d.,]* ?(?:%|per ?cent) of (?:the |all )?(?:cases|tickets|"
    r"requests|time)\b",
    re.I,
)
_SAYS_CASES = re.compile(
    r"\b(?:cases|instances|most|some|usually|typically|generally|normally|often|mostly)\b|%|per ?cent", re.I
)
_FOR_SOME = re.compile(
    r"\b(?:for|to|in|by|with|on) (?:all |the |our )?(?P<name>(?:[A-Z][\w-]+|premium|enterprise|dedicated|paying|key|"
    r"selected|"
    r"certain|existing|new|European|larger?))(?: \w+)? (?:customers?|clients?|users|plans?|editions?|tiers?|accounts|"
    r"subscribers|subscriptions?|packages?|licen[cs]es?)\b"
)
_OPENS = re.compile(
    r"^\W*(?P<hedge>usually|generally|normally|typically|mostly|often|sometimes|occasionally|in most cases|"
    r"in general|as a rule|"
    r"where (?:possible|practicable|feasible)|ideally|in principle),\s",
    re.I,
)
_SAYS_HEDGE = re.compile(
    r"\b(?:usual|general|normal|typical|most|often|sometimes|occasional|rule|possible|practicable|feasible|"
    r"principle|aim|"
    r"target|may|can|ideal)",
    re.I,
)
_DENIED = re.compile(
    r"\b(?:lack(?:s|ed|ing)?|fail(?:s|ed|ing)? to|refus(?:e|es|ed|ing) to|declin(?:e|es|ed|ing) to|"
    r"stopped (?:the )?\w+ing|"
    r"ceas(?:e|es|ed) (?:to|\w+ing)|(?:we|they|it|staff|who) used to|unable to|is absent|are absent|absent from|"
    r"(?:it is|is|are) (?:false|untrue|wrong|a myth)|not (?:the case|true)|myth|(?:we|they|I) (?:hope|believe|think|"
    r"assume|expect)|"
    r"free of|instead of|until (?:19|20)\d\d|formerly|previously|in the past|no longer)\b|"
    r"\btr(?:y|ies|ied) to\b|\battempts? to\b|\bwould\b(?=.*\bif\b)",
    re.I,
)
_SAYS_DENIED = re.compile(
    r"\b(?:lack|fail|refus|declin|stop|ceas|used to|unable|absent|false|untrue|wrong|myth|hope|believe|think|assum|"
    r"expect|free of|"
    r"instead|rather|until|former|previous|past|before|earlier|tr(?:y|ies)|attempt|would|was|were|had|did|aim|"
    r"ended?|un[a-z]+ed|"
    r"discontinu|abandon|without|prevent|exclud|avoid)",
    re.I,
)
_ENDED = re.compile(
    r"\b(?:expired|lapsed|was (?:revoked|withdrawn|suspended|not renewed)|no longer valid|ran out|(?:was )?valid until|"
    r"ended (?:on|in))\b",
    re.I,
)
_SAYS_ENDED = re.compile(r"\b(?:expir\w*|laps\w*|revok\w*|withdraw\w*|withdrawn|suspend\w*|valid|ended|until|"
                         r"ran out|was|were|"
                         r"had|held|former\w*|renew\w*)\b", re.I)  # fmt: skip
_US = re.compile(r"\b(?:we|our|us)\b", re.I)
_OTHER_FIRM = re.compile(
    r"^\W*(?:the |our |its |a |an? )?(?:\w+ )?(?:competitors?|rivals?|partners?|resellers?|parent company|"
    r"hosting (?:provider|"
    r"partner)|data cent(?:er|re) (?:provider|operator)s?|cloud providers?|suppliers?|sub-?processors?|"
    r"vendors? we use)\b",
    re.I,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def lost(claim: str, told: Sequence[str], near: str = "") -> str:
    """What the claim says otherwise than its sources, or leaves out, in words; empty where nothing is found.

    ``told`` are the whole sentences of its quotes, ``near`` what else names their things (headings, columns).
    """
    whole = " ".join(fold(one) for one in told)
    if fold(claim).rstrip(" .").casefold() in whole.casefold() and _alone(claim, told):
        return ""
    for a, b in sentences(fold(claim)):
        piece = fold(claim)[a:b]
        source = _nearest(piece, told)
        reason = _values(piece, whole, near) or _limits(piece, source) or _turned(piece, source)
        if reason:
            return reason
    return ""


def _alone(claim: str, told: Sequence[str]) -> bool:
    """Whether the claim is one or more whole sentences of a source."""
    wanted = fold(claim).rstrip(" .").casefold()
    pieces = {fold(one[a:b]).rstrip(" .").casefold() for one in told for a, b in sentences(one)}
    return wanted in pieces or wanted in {fold(one).rstrip(" .").casefold() for one in told}


def _nearest(claim: str, told: Sequence[str]) -> str:
    """The sentence of the sources that shares most content words with the claim; a row of a table is one."""
    ours = set(content_stems(claim))
    pieces: list[str] = []
    for one in told:
        text = one if "\t" in one else fold(one)
        pieces += [text[a:b] for a, b in sentences(text)]
    return max(pieces, key=lambda piece: len(ours & set(content_stems(piece))), default="")


def _values(claim: str, told: str, near: str) -> str:
    """Currencies, counts, rates, periods and sides of a limit that the source has otherwise."""
    around = f"{told} {near}"
    foreign = _currencies(claim) - _currencies(around)
    if foreign:
        return f"currency: {min(foreign)!r} is in no cited passage"
    return _counts(claim, told) or _rates(claim, around) or _side(claim, told) or _owner(claim, told)


def _currencies(text: str) -> set[str]:
    return {_CURRENCIES[found.group().lower().removesuffix("s")] for found in _CURRENCY.finditer(text)}


def _counts(claim: str, told: str) -> str:
    """A count of a thing of which the source has another: "four data centres" for "two"."""
    held = _counted(told)
    numbers = {raw for raw, _ in held}
    for raw, noun in _counted(claim):
        if raw not in numbers and any(noun == other for _, other in held):
            return f"value: {raw} {noun!r}, of which the source has another number"
    return ""


def _counted(text: str) -> list[tuple[str, str]]:
    """Each bare number with the nouns it may count: the content words among the two behind it."""
    plain = spaced(text)
    found = []
    for fact in facts(plain):
        if fact.measure == "number" and not fact.name:
            behind = [word for word in words(plain[fact.end : fact.end + 40])[:2] if word.isalpha()]
            found += [(fact.raw, stem(word)) for word in behind if word not in STOPWORDS]
    return found


def _rates(claim: str, told: str) -> str:
    """Per year for per month, twice a year for once."""
    ours = {found["unit"].lower() for found in _RATE.finditer(claim) if found.group()[:1].lower() != "a"}
    theirs = {found["unit"].lower() for found in _RATE.finditer(told)}
    known = theirs | {unit for word, unit in _ADJECTIVES.items() if re.search(rf"\b{word}\b", told, re.I)}
    if ours - known and theirs - ours and not periods(claim):
        return f"rate: per {min(ours - known)}, where the source says per {min(theirs - ours)}"
    often, known_often = _often(claim), _often(told)
    for days in often:
        if known_often and not any(abs(days - one) <= _SAME_PERIOD * max(days, one) for one in known_often):
            return "frequency: the source says another one"
    return ""


def _often(text: str) -> list[float]:
    """The days between two times, for each frequency of a text; "twice yearly" is half a year."""
    found = []
    times = {"twice": 2, "two times": 2, "three times": 3, "thrice": 3, "four times": 4}
    spans = [(match.start(), match.end(), times[match["n"].lower()]) for match in _TIMES.finditer(text)]
    for one in periods(text):
        often = next((n for start, end, n in spans if start <= one.start < end), 1)
        found.append(one.days / often)
    return found


def _side(claim: str, told: str) -> str:
    """Only after a time, for within it."""
    found = _LATER.search(claim)
    if found and _IN_TIME.search(told) and not _SAYS_LATER.search(told):
        return f"limit: {found.group()!r} where the source says {_IN_TIME.search(told).group()!r}"  # type: ignore[union-attr]
    return ""


def _owner(claim: str, told: str) -> str:
    """A value that the source gives for another name: "the RTO is 15 minutes" of "RPO: 15 minutes; RTO: 4 hours"."""
    names = {name for name in _NAME.findall(claim) if stem(name.lower()) not in STOPWORDS}
    pieces = [piece for piece in _PIECE.split(told) if piece]
    held = [(piece, facts(spaced(piece))) for piece in pieces]
    for fact in facts(spaced(claim)):
        if fact.name or fact.measure in ("date", "number"):
            continue
        at = [piece for piece, values in held if _has(values, fact)]
        if len(at) != 1:
            continue
        for name in names:
            here = re.compile(rf"\b{re.escape(name)}\b")
            if here.search(at[0]) or not here.search(told):
                continue
            others = [values for piece, values in held if here.search(piece)]
            if others and all(any(one.measure == fact.measure for one in values) for values in others):
                return f"value: {fact.text!r} is told of another than {name!r}"
    return ""


def _has(values: Iterable[Fact], fact: Fact) -> bool:
    return any(set(one.keys) & set(fact.keys) for one in values)


def _limits(claim: str, source: str) -> str:
    """What limits the source's sentence to some things, some cases or some customers, and the claim leaves out."""
    opens = _OPENS.match(source)
    if opens and not _SAYS_HEDGE.search(claim):
        return f"hedge: the source says {opens['hedge']!r}, the claim does not"
    cases = _IN_CASES.search(source)
    if cases and not _SAYS_CASES.search(claim):
        return f"hedge: the source says {cases.group()!r}, the claim does not"
    some = _SOME.search(source)
    ours = set(content_stems(claim))
    if some and not _SAYS_SOME.search(claim) and ours & set(content_stems(some["rest"])):
        return f"scope: the source says {some['word']!r}, the claim does not"
    whom = _FOR_SOME.search(source)
    if whom and stem(whom["name"].lower()) not in ours and whom["name"].lower() not in claim.lower():
        return f"scope: the source says {whom.group()!r}, the claim does not"
    return ""


def _turned(claim: str, source: str) -> str:
    """What the source denies in words that are no negation, tells of the past, or tells of somebody else."""
    denies = bool(NEGATIONS & set(words(claim)) or signs.NEGATION.search(claim))
    found = _DENIED.search(source)
    if found and not denies and not _SAYS_DENIED.search(claim) and _meant(claim, source, found):
        return f"negation: the source says {found.group()!r}, the claim does not"
    ended = _ENDED.search(source)
    if (
        ended
        and not _SAYS_ENDED.search(claim)
        and not denies
        and not _YEAR.search(claim)
        and signs.ATTESTED.search(claim)
    ):
        return f"lapsed: the source says {ended.group()!r}, the claim does not"
    other = _OTHER_FIRM.match(source) or (signs.ATTESTED.search(source) and signs.OTHERS.search(source))
    if other and _US.search(claim) and not set(words(other.group())) & set(words(claim)) - STOPWORDS - {"our"}:
        return f"subject: the source tells of {other.group().strip()!r}"
    years = set(_YEAR.findall(source))
    if denies and years and not years & set(_YEAR.findall(claim)) and signs.NEGATION.search(source):
        return "period: the source denies it for a period only"
    return ""


def _meant(claim: str, source: str, found: re.Match[str]) -> bool:
    """Whether the clause that denies is what the claim tells: its words stand behind the denial, or before "absent"."""
    ours = set(content_stems(claim))
    behind = set(content_stems(re.split(r"[;,]\s", source[found.end() :])[0] if found.end() < len(source) else ""))
    within = set(content_stems(found.group()))
    rest = behind | within or set(content_stems(source))
    return len(ours & rest) >= max(1, min(2, len(rest) // 2)) or not behind
