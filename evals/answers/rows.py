"""What is asked and what came back: a case with its gold, and the row that keeps the answer and its marks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Half = Literal["dev", "held", "all"]
HALVES: tuple[Half, ...] = ("dev", "held", "all")


def half_of(question: str) -> Half:
    """The half a question is in, by the sha1 of its text: even is dev, odd is held. Tuning looks at dev only."""
    return "held" if hashlib.sha1(question.encode(), usedforsecurity=False).digest()[-1] % 2 else "dev"


@dataclass(frozen=True, slots=True)
class Gold:
    """What is right; an empty field asks for nothing.

    ``answerable``: the documents say it. ``scored``: False where nothing tells right from wrong. ``spans``: sentences
    of which one must be cited. ``documents``: names of which one must be cited, on ``page`` (one-based) where that
    is given. ``reference``: what a right answer says.
    """

    answerable: bool = True
    scored: bool = True
    choice: str = ""
    spans: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    page: int | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One question of a set: asked of the index ``base``, only of the document ``scope`` where that is given.

    ``cluster`` names what fails together (a document, a topic): intervals of means draw whole clusters.
    """

    set: str
    id: str
    question: str
    base: str
    gold: Gold
    choices: tuple[str, ...] = ()
    scope: str = ""
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation as it is written down."""

    document: str
    page: int
    quote: str


@dataclass(frozen=True, slots=True)
class Row:
    """A case and its answer. ``right`` is None where nothing is answered (no choice given) or nothing can be judged.

    ``marks`` hold what else was judged: shares and flags in 0..1, None where the case does not ask for it.
    ``verbatim`` counts the citations whose quote stands at its place of its page.
    """

    set: str
    half: Half
    id: str
    question: str
    status: str
    answer: str
    stance: str | None
    choice: str | None
    confidence: float
    citations: tuple[Cited, ...]
    gold: Gold
    right: bool | None = None
    marks: Mapping[str, float | None] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    verbatim: int = 0
    cluster: str = ""

    @property
    def answered(self) -> bool:
        """Whether something was answered."""
        return self.status in {"answered", "partial"}
