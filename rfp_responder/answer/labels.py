"""What an allowed value stands for: yes, no, partial, not applicable, a plan, or something that is no stance.

A code without its legend ("S", "M") and a step of a scale ("3 - Defined") stand for nothing that can be known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from rfp_responder.domain import Stance
from rfp_responder.text import fold

Meaning = Literal["yes", "no", "partial", "not_applicable", "planned"]

_VALUES: dict[Meaning, frozenset[str]] = {
    "not_applicable": frozenset(
        "n/a|na|n.a.|n.a|not applicable|none applicable|does not apply|not relevant|"
        "nicht zutreffend|nicht anwendbar|entfällt|non applicable|sans objet|s.o.|no aplica|não aplicável|non "
        "applicabile|"
        "niet van toepassing|n.v.t.|n.v.t|nie dotyczy|ej tillämpligt|ikke relevant|не применимо|неприменимо|"
        "не применяется|不适用|該当なし|해당 없음|해당없음|uygulanamaz|nevztahuje se|ei sovellu".split("|")
    ),
    "partial": frozenset(
        "partial|partially|partly|partial compliance|partially compliant|partially comply|partially "
        "complies|partially met|"
        "partially implemented|partially supported|partially in place|yes, partially|in part|with "
        "exceptions|limited|some|"
        "partially meets|partly met|partial support|supported with customization|supported with "
        "customisation|customization|"
        "customisation|custom|custom development|modification|minor modification|workaround|with workaround|"
        "supports with exceptions|partially conforms|comply with exception|comply in part|"
        "teilweise|teilweise erfüllt|zum teil|partiellement|partiel|partiellement conforme|en "
        "partie|parcial|parcialmente|"
        "cumple parcialmente|parziale|parzialmente|parzialmente conforme|in "
        "parte|gedeeltelijk|deels|częściowo|delvis|teilweise konform|partially supports|comply with comments|"
        "complies with comments|accept with changes|accepted with changes|in place with ccw|partially effective|"
        "частично|部分|部分的|一部|부분|부분적|kısmen|částečně|osittain|△".split("|")
    ),
    "planned": frozenset(
        "planned|plan|roadmap|on roadmap|on the roadmap|in progress|work in progress|under development|in "
        "development|future|future release|"
        "scheduled|to be implemented|underway|geplant|in planung|in umsetzung|prévu|planifié|en "
        "cours|planificado|previsto|en curso|planejado|"
        "pianificato|gepland|zaplanowane|planerad|planlagt".split("|")
    ),
    "no": frozenset(
        "no|n|false|does not comply|do not comply|non-compliant|noncompliant|not compliant|non "
        "compliant|non-compliance|not met|does not meet|"
        "exception|unmet|not implemented|not in place|not supported|unsupported|not "
        "available|unavailable|disagree|reject|rejected|decline|"
        "not provided|not offered|cannot comply|not conforming|does not support|none|not fulfilled|not "
        "performed|not started|✗|✘|"
        "fail|failed|fails|ineffective|not effective|not confirmed|not acknowledged|not agreed|not accepted|"
        "nicht konform|not satisfied|нет|否|いいえ|不可|아니오|아니요|hayır|ei|nu|nem|ne|όχι|لا|לא|×|✕|❌|"
        "nein|nicht erfüllt|nicht vorhanden|non|non conforme|no cumple|não|nao|nee|nie|nej|nei|niet voldaan|niet".split(
            "|"
        )
    ),
    "yes": frozenset(
        "yes|y|true|x|comply|complies|compliant|fully compliant|fully comply|fully complies|full "
        "compliance|full|fully|fully met|met|meets|"
        "meets requirement|meets requirements|fully meets|implemented|fully implemented|in place|fully in "
        "place|supported|fully supported|supports|available|agree|accept|"
        "accepted|agreed|confirmed|fulfilled|standard|standard functionality|standard feature|out of the "
        "box|out-of-the-box|ootb|native|natively supported|"
        "included|conforms|conformant|performed|completed|✓|✔|"
        "pass|passed|passes|effective|acknowledged|satisfied|konform|да|是|はい|対応|可|예|네|evet|kyllä|da|igen|ano|"
        "áno|ναι|نعم|כן|jah|taip|jā|○|◯|◎|✅|☑|"
        "ja|erfüllt|voll erfüllt|vollständig "
        "erfüllt|umgesetzt|vorhanden|oui|conforme|si|sí|sì|cumple|sim|o|tak|voldoet".split("|")
    ),
}
_NONE: dict[str, Meaning] = {"na": "not_applicable", "n/a": "not_applicable", "n.a": "not_applicable"}
_SETS: tuple[dict[str, Meaning], ...] = (
    {"o": "yes", "x": "no", "△": "partial", "-": "not_applicable"},
    {"y": "yes", "n": "no", "p": "partial"},
    {"c": "yes", "p": "partial", "n": "no", "e": "no"},  # comply, partially, exception
    {"c": "yes", "pc": "partial", "nc": "no"},
    {"fc": "yes", "pc": "partial", "nc": "no"},
    {"f": "yes", "p": "partial", "n": "no"},  # fully, partially, not
    {"fm": "yes", "pm": "partial", "nm": "no"},
    {"m": "yes", "pm": "partial", "nm": "no"},
    {"s": "yes", "ps": "partial", "ns": "no"},
)
_FAMILIES = tuple(codes | _NONE for codes in _SETS)
_QUALIFIED = re.compile(
    r"\b(?:partial(?:ly)?|partly|in part|with (?:some |minor |major )?(?:exceptions?|limitations?|"
    r"customi[sz]ations?|modifications?|"
    r"configuration|workarounds?|conditions?)|limited|teilweise|partiellement|parcialmente|parzialmente|gedeeltelijk)\b"
)
_PLANNED = re.compile(r"\b(?:planned|roadmap|in progress|future|geplant|prévu)\b")
_CUT = re.compile(r"\s+-\s*|\s*[–—:(,;]\s*|\s*-\s+")
_NUMBERED = re.compile(r"^(?:level |stufe |niveau )?\(?\d{1,2}\)?\s*(?:[-–—:.)=]\s*|$)")


def stance_of(choice: str) -> Stance | None:
    """The stance that an allowed value stands for, None where it is no stance (a product name, a region, a plan)."""
    meaning = meaning_of(choice)
    return None if meaning == "planned" else meaning


def is_plain(choice: str) -> bool:
    """Whether a value is one of the known words as it stands, without a rider."""
    return any(_key(choice) in values for values in _VALUES.values())


def meaning_of(choice: str) -> Meaning | None:
    """What an allowed value stands for: the whole of it, else its first part, else the legend behind a code."""
    key = _key(_NUMBERED.sub("", fold(choice)) or choice)
    whole = _lookup(key) or _lookup(re.sub(r"^not (?:yet|currently) ", "not ", key))
    if whole:
        return whole
    rider = _CUT.split(key, maxsplit=1)[0]
    if _lookup(rider) == "not_applicable":
        return "not_applicable"  # "N/A - please explain"
    if "/" in key:  # "Yes / Compliant" is one meaning, "Yes/No" is none
        found = {_lookup(part.strip()) for part in key.split("/")}
        return found.pop() if len(found) == 1 else None
    head, *rest = [part for part in _CUT.split(key, maxsplit=1) if part] or [""]
    first = _lookup(head)
    legend = rest[0].strip(" )") if rest else ""
    if first is None:
        return _lookup(legend) or (_lookup(_CUT.split(legend)[0]) if legend and len(head) <= 2 else None)
    if legend and first == "yes" and _QUALIFIED.search(legend):
        return "partial"
    if len(head) <= 2 and legend and _lookup(legend) not in (None, first):
        return _lookup(legend)  # "N - New development" means what its legend says
    if len(head) == 1 and legend and _lookup(legend) is None and head not in ("x",) and not _says(legend, first):
        return None  # a letter whose legend says something unknown
    return first


def meanings(choices: Sequence[str]) -> list[Meaning | None]:
    """What each of the allowed values stands for, read together: a scale or a set of bare codes is not guessed."""
    if (coded := _codes(choices)) is not None:
        return coded
    found = [meaning_of(choice) for choice in choices]
    numbered = [bool(_NUMBERED.match(fold(choice).casefold())) for choice in choices]
    if sum(numbered) >= min(3, len(choices)) and (None in found or len(set(found)) < len(found)):
        return [None for _ in found]  # steps of a scale
    codes = [len(_key(choice)) == 1 for choice in choices]
    if any(code and meaning is None for code, meaning in zip(codes, found, strict=True)):
        return [None if code else meaning for code, meaning in zip(codes, found, strict=True)]
    return found


def _codes(choices: Sequence[str]) -> list[Meaning | None] | None:
    """What letters stand for where the set as a whole is one in use (C/P/N, F/P/N, O/X); None for any other set."""
    keys = [_key(choice) for choice in choices]
    for family in _FAMILIES:
        if set(keys) <= set(family) and {"yes", "no"} <= {family[key] for key in keys}:
            return [family[key] for key in keys]
    return None


def is_scale(choices: Sequence[str]) -> bool:
    """Whether the values are numbered steps."""
    return len(choices) > 2 and all(_NUMBERED.match(fold(choice).casefold()) for choice in choices)


def _says(legend: str, meaning: Meaning) -> bool:
    """Whether a legend begins with the word that its letter stands for ("Y - Fully", "N - Cannot do")."""
    negative = re.match(r"(?:no|not|non|cannot|does not|do not|un|never)\b|un", legend) is not None
    return (
        negative
        if meaning == "no"
        else meaning == "yes"
        and not negative
        and re.match(r"(?:fully?|yes|compl|support|meet|avail)", legend) is not None
    )


def _lookup(key: str) -> Meaning | None:
    return next((meaning for meaning, values in _VALUES.items() if key in values), None)


def _key(choice: str) -> str:
    return fold(choice).casefold().strip(" .!*")
