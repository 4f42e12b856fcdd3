"""Claims made wrong on purpose, one change each, and claims said in other words: what the checker is tried on.

Everything is made by code from a seed, so that a table can be made again. The word lists here are the study's own
and are not read by the checker; where the two lists share a pair, the study measures the alignment, not the list.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

SEED = 20240305
_AUXILIARY = re.compile(r"\b(is|are|was|were|can|will|must|shall|should|may|could|has|have|does|do)\b(?! not\b|n't)")
_NOT = re.compile(r"\b(is|are|was|were|can|will|must|shall|should|may|does|do|did|has|have|could) ?not\b ?")
_VERB = re.compile(
    r"(?<=[a-z] )(supports|uses|provides|includes|requires|applies|contains|allows|makes|causes|covers)\b"
)
_NUMBER = re.compile(
    r"(?<![\w.,-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w.]\d|\w)|(?<![\w.,-])\d+(?:\.\d+)?(?![\w,.-]?\d|\w)"
)
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][A-Za-z]+(?: [A-Z][a-z]+)*\b")
_NAMES = "Mandiant,Frankfurt,Oracle,Brazil,Helsinki,Salesforce,Newton,Toyota,Nairobi,HITRUST".split(",")
_NOT_NAMES = {"I", "A", "The", "In", "It", "This", "We", "You", "He", "She", "They", "If", "For", "No", "And", "But"}
_UNITS = (
    ("hours", "days"), ("days", "hours"), ("minutes", "hours"), ("months", "years"), ("years", "months"),
    ("weeks", "months"), ("working days", "days"), ("business days", "days"), ("percent", "basis points"),
    ("seconds", "minutes"), ("GB", "TB"), ("TB", "GB"), ("MB", "GB"), ("%", " bps"), ("$", "€"),
    ("million", "billion"), ("billion", "million"), ("miles", "kilometers"), ("degrees", "percent"),
    ("euro", "dollar"), ("users", "documents"),
)  # fmt: skip
_ANTONYMS = (
    "increase/decrease increases/decreases increased/decreased higher/lower more/less before/after inbound/outbound "
    "internal/external all/none always/never large/small high/low allow/prevent allowed/prohibited allows/prevents "
    "permitted/prohibited maximum/minimum first/last automatically/manually automatic/manual encrypted/unencrypted "
    "enabled/disabled public/private include/exclude includes/excludes required/optional active/inactive "
    "above/below approve/reject approved/rejected good/bad strong/weak early/late faster/slower positive/negative "
    "cause/prevent causes/prevents same/different common/rare easy/difficult hot/cold physical/logical "
    "temporary/permanent gain/loss profit/loss assets/liabilities current/former buy/sell open/closed full/partial "
    "accept/reject start/end begins/ends old/new long/short success/failure up/down inside/outside most/least "
    "better/worse stronger/weaker larger/smaller greater/lesser primary/secondary direct/indirect shared/dedicated "
    "accessible/inaccessible safe/dangerous legal/illegal possible/impossible authorized/unauthorized healthy/unhealthy"
).split()
_MODALS = (
    ("must", "may"), ("shall", "may"), ("may", "must"), ("will", "might"), ("is required to", "may"),
    ("are required to", "may"), ("can", "must"), ("should", "must"), ("may", "will"),
)  # fmt: skip
_SCOPES = (
    ("some", "all"), ("most", "all"), ("many", "all"), ("often", "always"), ("usually", "always"),
    ("sometimes", "always"), ("only", "not only"), ("typically", "always"), ("in part", "in full"),
    ("European Union", "world"), ("EU", "world"), ("partially", "fully"), ("several", "all"),
    ("generally", "always"), ("a few", "all"), ("can", "always"), ("Enterprise", "all editions"),
    ("production", "production and test"), ("administrators", "all users"),
)  # fmt: skip
_ADDED = (
    ", and customers get a full refund on request", ", and this was confirmed by an independent court",
    ", which is why the fees were waived in the following quarter", " and a dedicated account manager is assigned",
    ", because the regulator demanded it in writing",
)  # fmt: skip
_SYNONYMS = (
    ("employees", "staff"), ("staff", "employees"), ("customers", "clients"), ("customer", "client"),
    ("kept", "retained"), ("retained", "kept"), ("must", "is required to"), ("ensure", "make sure"),
    ("prior to", "before"), ("annually", "every year"), ("purchase", "buy"), ("utilize", "use"),
    ("approximately", "about"), ("vendors", "suppliers"), ("performed", "carried out"), ("conducted", "performed"),
    ("reviewed", "examined"), ("assist", "help"), ("obtain", "get"), ("laptops", "notebooks"),
    ("provides", "offers"), ("requires", "demands"), ("immediately", "at once"), ("begin", "start"),
    ("large", "big"), ("terminated", "ended"), ("notified", "informed"), ("deleted", "erased"),
    ("incident", "event"), ("policy", "rule"), ("increased", "grew"), ("decreased", "fell"),
    ("due to", "because of"), ("company", "firm"), ("company's", "firm's"), ("help", "assist"),
    ("show", "demonstrate"), ("such as", "like"), ("people", "persons"), ("however", "but"), ("stored", "held"),
    ("documented", "recorded"), ("Administrators", "Admins"), ("monitored", "watched"), ("quickly", "fast"),
    ("we", "the company"), ("We", "The company"), ("our", "the company's"), ("Our", "The company's"),
)  # fmt: skip
_TAIL = re.compile(
    r"^(?P<head>[A-Z][^,;:()]{25,160}) "
    r"(?P<tail>(?:if|when|within|before|after|during|because|unless|until|for|in|on|by) [^,;:()]{8,80})\.$"
)


def mutants(claim: str, passage: str, strangers: list[str]) -> dict[str, str]:
    """The wrong claims that can be made of a right one, by kind; a kind that does not fit is left out."""
    chance = random.Random(f"{SEED}:{claim}")
    makers: dict[str, Callable[[], str | None]] = {
        "negation": lambda: _negated(claim),
        "number, random": lambda: _number(claim, passage, chance),
        "number, from doc": lambda: _number_of(claim, passage, chance),
        "unit": lambda: _replaced(claim, _UNITS, chance, after_digit=True),
        "entity, random": lambda: _name(claim, _NAMES, passage, chance),
        "entity, from doc": lambda: _name(claim, _names_of(passage), claim, chance),
        "antonym": lambda: _replaced(claim, _both_ways(), chance),
        "modality": lambda: _replaced(claim, _MODALS, chance),
        "scope": lambda: _replaced(claim, _SCOPES, chance),
        "added clause": lambda: claim.rstrip(" .") + chance.choice(_ADDED) + ".",
        "off-topic": lambda: chance.choice(strangers) if strangers else None,
    }
    made = {kind: maker() for kind, maker in makers.items()}
    return {kind: text for kind, text in made.items() if text and text.lower() != claim.lower()}


def paraphrase(claim: str) -> str | None:
    """The claim in other words: words of like meaning, a trailing clause to the front. None where nothing fits."""
    said = claim
    for word, other in _SYNONYMS:
        said = (
            re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w-])", f"\0{other}\0", said, count=1)
            if "\0" not in said
            else said
        )
    said = said.replace("\0", "")
    moved = _TAIL.match(said)
    if moved and not re.search(r"\b(?:which|that|who|and|or|to)\b", moved["tail"]):
        head = moved["head"]
        head = head if re.match(r"[A-Z][a-z]*[A-Z]|[A-Z]{2}|[A-Z][a-z]+ [A-Z]|I ", head) else head[0].lower() + head[1:]
        said = f"{moved['tail'][0].upper()}{moved['tail'][1:]}, {head}."
    return said if said != claim else None


def _negated(claim: str) -> str | None:
    if _NOT.search(claim):
        return re.sub(r" +", " ", _NOT.sub(lambda match: f"{match[1]} ", claim, count=1))
    if _AUXILIARY.search(claim):
        return _AUXILIARY.sub(lambda match: f"{match[1]} not", claim, count=1)
    if _VERB.search(claim):
        return _VERB.sub(lambda match: f"does not {match[1].removesuffix('s')}", claim, count=1)
    return None


def _number(claim: str, passage: str, chance: random.Random) -> str | None:
    found = [m for m in _NUMBER.finditer(claim) if float(m.group().replace(",", "")) > 5]
    if not found:
        return None
    match = chance.choice(found)
    value = float(match.group().replace(",", ""))
    for factor in chance.sample((2, 3, 0.5, 1.1, 7, 13), 6):
        other = f"{value * factor:.0f}" if "." not in match.group() else f"{value * factor:.2f}"
        if 1800 < value < 2100 and "." not in match.group() and "," not in match.group():
            other = f"{value + 3 * factor:.0f}"
        if other not in passage and other != match.group():
            return claim[: match.start()] + other + claim[match.end() :]
    return None


def _number_of(claim: str, passage: str, chance: random.Random) -> str | None:
    """A number of the passage in the place of one of the claim, both followed by the same word or sign."""
    found = [m for m in _NUMBER.finditer(claim) if float(m.group().replace(",", "")) > 5]
    chance.shuffle(found)
    ours = {m.group() for m in _NUMBER.finditer(claim)}
    for match in found:
        year = re.fullmatch(r"(?:18|19|20)\d\d", match.group())
        behind = re.match(r"\s*[-%\w]+", claim[match.end() :])
        unit = behind.group().strip(" -").lower() if behind else ""
        others = sorted(
            m.group()
            for m in _NUMBER.finditer(passage)
            if m.group() not in ours
            and float(m.group().replace(",", "")) > 5
            and bool(re.fullmatch(r"(?:18|19|20)\d\d", m.group())) == bool(year)
            and (year or (unit and passage[m.end() :].lstrip(" -").lower().startswith(unit)))
        )
        if others:
            return claim[: match.start()] + chance.choice(others) + claim[match.end() :]
    return None


def _names_of(passage: str) -> list[str]:
    return sorted({m.group() for m in _NAME.finditer(passage)} - _NOT_NAMES)


def _name(claim: str, names: list[str], absent: str, chance: random.Random) -> str | None:
    found = [m for m in _NAME.finditer(claim) if m.group() not in _NOT_NAMES]
    if not found:
        return None
    match = chance.choice(found)
    size = len(match.group().split())
    fitting = [
        n for n in names if not set(n.lower().split()) & set(absent.lower().split()) and len(n.split()) <= size + 1
    ]
    return claim[: match.start()] + chance.choice(fitting) + claim[match.end() :] if fitting else None


def _both_ways() -> tuple[tuple[str, str], ...]:
    pairs = [tuple(pair.split("/")) for pair in _ANTONYMS]
    return tuple((a, b) for a, b in pairs) + tuple((b, a) for a, b in pairs)


def _replaced(
    claim: str, pairs: tuple[tuple[str, str], ...], chance: random.Random, *, after_digit: bool = False
) -> str | None:
    fitting = []
    for word, other in pairs:
        edge = (
            rf"(?<=\d)[ -]?{re.escape(word)}(?!\w)"
            if after_digit and word != "$"
            else rf"(?<!\w){re.escape(word)}(?!\w)"
        )
        edge = r"\$(?=\d)" if word == "$" else edge
        found = re.search(edge, claim)
        if found:
            fitting.append(claim[: found.start()] + found.group().replace(word, other) + claim[found.end() :])
    return chance.choice(fitting) if fitting else None
