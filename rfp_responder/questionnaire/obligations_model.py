"""The nouns of reading obligations: what a sentence demands, or why it demands nothing of the vendor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["mandatory", "scored", "informational"]
KINDS: tuple[Kind, ...] = ("mandatory", "scored", "informational")
Verb = Literal["shall", "must", "will", "should", "may", "describe", "none"]
"""The word that carries a demand: ``describe`` for each question and request, ``none`` for an order ("Submit ...") and
for "is required to"."""
Party = Literal["vendor", "product", "work", "buyer", "other", "paper", "unknown"]
"""Whose side a subject is on. Vendor: it and its staff. Product: the system or service bought. Work: its proposal, what
it delivers, the data it keeps. Buyer. Other: people who are neither, both parties at once, what there is today. Paper:
the procurement itself (this RFP, the contract, the award), which obliges nobody by its own."""
Topic = Literal["", "contents", "definitions", "example", "faq", "evaluation", "background", "setting"]
"""What a heading says that its section is about, as far as it matters here. Background: how things are now, where a
"shall" still asks. Setting: letters, laws and hopes, where only what the vendor or the solution must do asks."""
TELLS: frozenset[Topic] = frozenset({"background", "setting"})
"""The topics of sections that tell rather than ask."""

THEIRS = "oblige or permit somebody other than the vendor"
EVALUATES = "tell how proposals are evaluated or handled"
RIGHTS = "reserve rights, disclaim or construe"
DEFINES = "define a term"
EXAMPLE = "are examples"
DECLARES = "declare something in the bidder's name"
PAPER = "speak of the procurement or the contract itself"
SILENT = "oblige nobody"
ELSEWHERE = "are questions that are not put to the vendor"


@dataclass(frozen=True, slots=True)
class Obligation:
    """That a text binds the vendor: by which ``verb``, how strongly, and whose side its subject is on."""

    verb: Verb
    kind: Kind
    subject: Party = "unknown"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a text is no requirement: ``reason`` ends the sentence "these sentences ...". ``subject`` as above."""

    reason: str = SILENT
    subject: Party = "unknown"

    @property
    def counted(self) -> bool:
        """Whether the text looked like a requirement, so that leaving it out is worth telling."""
        return self.reason != SILENT


Finding = Obligation | Refused
