"""Published questionnaires, known by their ids and headers: told by name, and laid out as they are without a mapping.

A signature only names what is there: columns and rows are found by the same rules as on any other sheet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rfp_responder.questionnaire.model import SheetLayout

MOST = 0.6  # share of the ids that must look alike; editions have rows of their makers' own between


@dataclass(frozen=True, slots=True)
class Signature:
    """A published layout: the form of its ids, and words that one of its headers or sheets must have."""

    name: str
    ids: re.Pattern[str]
    words: re.Pattern[str]
    headers: tuple[re.Pattern[str], ...] = ()


def _ids(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _said(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_ANY = re.compile("")
_HECVAT = (
    r"(?:REQU|GNRL|COMP|DOCU|ITAC|THRD|CONS|APPL|AAAI|BCPL|CHNG|DATA|DATC|DCTR|DRPL|FIDP|HFIH|IDEN|MAPP|NETW|OPEM|PHYS|PPPR|"
    r"PRGN|PRPO|SYST|VULN|HIPA|PCID|AISC|AIQU|AIGN|AIPL|AIML|AILM|PCOM|PDAT|INTL|DRPV|QLAS|MOBI|QUAL)-\d{2}$"
)
_SAMM = r"(?:SM|PC|EG|TA|SR|SA|DR|CR|IR|ST|IM|EH|OE|D|I|V|O|G)-?[A-Z]{0,3}-?\d"
_CAIQ = r"caiq|consensus assess?ments?|\bccm\b|\bcaiq?\b"
SIGNATURES = (
    Signature("CAIQ 4", _ids(r"[A-Z&]{3}-\d{2}\.\d+$"), _said(r"ssrm|csp caiq|caiq ?v?4|caiq question")),
    Signature("CAIQ 3 or older", _ids(r"[A-Z]{2,3}-\d{2}\.\d+[a-z]?$"), _said(_CAIQ)),
    Signature("CAIQ 4", _ids(r"[A-Z&]{3}-\d{2}\.\d+$"), _said(r"caiq|ccm")),
    Signature("HECVAT 4", _ids(_HECVAT), _said(r"start ?here|\brequ-|vendor answers|institution"), (_said("^REQU-"),)),
    Signature("HECVAT 3", _ids(_HECVAT), _said(r"vendor answers|additional information|hecvat")),
    Signature(
        "OneTrust export",
        _ANY,
        _said(r"assessment response options|justification"),
        (_said("response"), _said("justification")),
    ),
    Signature(
        "ServiceNow export",
        _ANY,
        _said(r"depends on"),
        (_said(r"depends on"), _said(r"required when|question type")),
    ),
    Signature("OWASP SAMM", _ids(_SAMM), _said(r"samm|interview")),
)


def recognised(sheets: Sequence[SheetLayout], names: Sequence[str]) -> str:
    """The name of the published questionnaire these sheets are, ``""`` for any other; ``names`` are all the file's
    sheets."""
    items = [item for sheet in sheets for item in sheet.items]
    ids = [item.id for item in items if item.id]
    headers = [header for sheet in sheets for header in sheet.headers]
    words = " | ".join([*headers, *names, *ids[:50]])
    for signature in SIGNATURES:
        alike = sum(bool(signature.ids.match(each)) for each in ids)
        plain = signature.ids is _ANY or (len(ids) >= 0.5 * len(items) and alike >= max(10, MOST * len(ids)))
        heads = all(any(p.search(text) for text in [*headers, *ids]) for p in signature.headers)
        if items and plain and heads and signature.words.search(words):
            return signature.name
    return ""
