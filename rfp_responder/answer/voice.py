"""An answer in the first person: "Quillmere encrypts its backups" becomes "We encrypt our backups".

Only where the settings give the company's names; quotes below the answer stay as the documents have them. What cannot
be turned safely stays as it is: a product that carries the name ("Quillmere Casework"), a name inside a longer one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rfp_responder.answer.support import support
from rfp_responder.domain import Answer, Claim

_BASES = {"is": "are", "has": "have", "does": "do", "was": "were", "doesn't": "don't", "isn't": "aren't"}
_AUXILIARY = r"(?:is|are|was|were|has|have|had|must|shall|will|can|may|should|would|could|does|do|did|cannot)"
_ADVERB = r"(?:\w+ly|also|never|always|only|not|already|still|regularly)"
_BEFORE = re.compile(r"\b(?:by|to|with|from|for|of|at|against|between|on)\s+$", re.I)
_ENDS = re.compile(
    r"\s*(?:$|[.,;:)]|(?:and|or|but|in|on|for|at|within|under|before|after|as|if|when|is|are|to|with|by)\b)"
)
_NOUN = re.compile(
    r"\s+(?:\w+ly\s+)?(?:employees?|staff|personnel|engineers?|systems?|services?|products?|polic(?:y|ies)|administrators?|"
    r"users?|customers?|teams?|contractors?|servers?|data|networks?|offices?|premises|platform|software|laptops?|accounts?|"
    r"backups?|applications?|environments?|facilit(?:y|ies)|suppliers?|vendors?|management|operations|security|support)\b"
)
_CLAUSE = re.compile(
    r"(?:^|[.;:!?]\s+|,\s+(?:and|but|so|while|which)?\s*|\b(?:and|but|that|where|when|if|because)\s+)$", re.I
)


def in_first_person(answer: Answer, names: Sequence[str]) -> Answer:
    """The answer with its claims in the first person plural, each still supported by its quotes; else as it was.

    It stays as it was, too, where it would exceed the question's limit of characters.
    """
    turned = replace(answer, claims=tuple(_turned(claim, names) for claim in answer.claims)) if names else answer
    most = answer.question.max_characters
    return answer if most is not None and len(turned.text) > most else turned


def _turned(claim: Claim, names: Sequence[str]) -> Claim:
    text = first_person(claim.text, names)
    kept = text == claim.text or support(text, [citation.quote for citation in claim.citations]).supported
    return replace(claim, text=text) if kept else claim


def first_person(text: str, names: Sequence[str]) -> str:
    """The text with the company's names as "we", "us" and "our", verbs agreeing."""
    longest = sorted((re.escape(name) for name in names if name.strip()), key=len, reverse=True)
    if not longest:
        return text
    sign = re.compile(rf"\b(?:[Tt]he\s+)?(?:{'|'.join(longest)})(?P<own>['’]s)?(?![\w-]|['’]\w)")
    found, at = [], 0
    for match in sign.finditer(text):
        behind = text[match.end() :]
        if match.start() < at or re.match(r"\s+[A-Z]", behind):
            continue
        word, end = _word(text[: match.start()], bool(match.group("own")), behind)
        if word:
            found += [text[at : match.start()], _cased(word, text[: match.start()])]
            at = match.end() + end
    made = "".join([*found, text[at:]])
    return _own(made) if found else text


def _word(before: str, own: bool, behind: str) -> tuple[str, int]:
    """What stands for the name, with the verb behind it where it is the subject; how much of ``behind`` that takes."""
    if own:
        return "our", 0
    if _NOUN.match(behind):
        return "our", 0  # "Quillmere employees": the name stands for whose they are
    if _BEFORE.search(before):
        return ("us", 0) if _ENDS.match(behind) else ("", 0)
    if not _CLAUSE.search(before):
        return "", 0
    verb = re.match(rf"(?P<adverb>(?:\s+{_ADVERB})?)\s+(?P<verb>[a-z]+(?:n['’]t)?)\b", behind)
    if not verb:
        return "", 0
    base = _base(verb.group("verb"))
    return (f"we{verb.group('adverb')} {base}", verb.end()) if base else ("", 0)


def _base(verb: str) -> str:
    """The verb as it stands with "we"; empty where the word is no verb in the third person and no auxiliary."""
    if verb in _BASES:
        return _BASES[verb]
    if re.fullmatch(_AUXILIARY, verb) or verb.endswith("ed"):
        return verb
    if verb.endswith("ies") and len(verb) > 4:
        return verb[:-3] + "y"
    if re.search(r"(?:ch|sh|ss|x|zz|o)es$", verb):
        return verb[:-2]
    return verb[:-1] if re.search(r"[^su]s$", verb) else ""


def _own(text: str) -> str:
    """ "its" right behind a "we" and its verb is "our"; further on it may be another's."""
    return re.sub(r"(\b[Ww]e (?:\w+ly )?\w+ )its\b", r"\1our", text)


def _cased(word: str, before: str) -> str:
    starts = not before.strip() or bool(re.search(r"[.!?:]\s+$", before))
    return word[:1].upper() + word[1:] if starts else word
