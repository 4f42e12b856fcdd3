"""The nouns of the product: frozen values without clocks, storage ids or behaviour of their own.

Offsets are zero-based, half-open character offsets into ``Page.text``. Page numbers are one-based.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Status = Literal["answered", "partial", "unanswered", "error"]
Stance = Literal["yes", "no", "partial", "not_applicable"]
RowStatus = Literal["answered", "partial", "unanswered", "not_a_question", "not_required", "error"]

STATUSES: tuple[Status, ...] = ("answered", "partial", "unanswered", "error")
ROW_STATUSES: tuple[RowStatus, ...] = (
    "answered",
    "partial",
    "unanswered",
    "not_a_question",
    "not_required",
    "error",
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading on a page: its ``start`` offset in the page's text, its depth (1 = top) and its words."""

    start: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page: ``number`` is one-based, ``label`` is what is printed on it (``"iv"``), ``text`` is clean.

    ``origin`` maps the clean text back to the reader's raw text: runs of
    ``(clean_start, raw_start, length)``, sorted, without overlap; characters outside a run were added.
    """

    number: int
    label: str
    text: str
    headings: tuple[Heading, ...] = ()
    origin: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read. ``digest`` is the sha256 of its bytes, ``name`` its path below the folder given.

    ``effective`` is the date the text says it holds from (an edition's date), when one was found; ``version`` is
    what it calls itself (``"3.2"``). ``tags`` and ``audience`` are what it may be filtered by.
    ``scans`` are the pages that are pictures of text and were not read by OCR.
    ``notes`` tell what a person should know (pages without text, a fallback reader, warnings).
    """

    id: str
    name: str
    digest: str
    media_type: str
    title: str
    pages: tuple[Page, ...]
    effective: date | None = None
    notes: tuple[str, ...] = ()
    version: str = ""
    tags: tuple[str, ...] = ()
    audience: str = ""
    scans: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """An exact slice of one page: ``text == page.text[start:end]``.

    ``columns`` are the names of a table's columns where the slice begins below them. ``block`` is the key of what the
    slice says: chunks of one block say the same under the same heading and are indexed once.
    """

    id: str
    document_id: str
    document_name: str
    document_title: str
    page_number: int
    page_label: str
    heading: str
    start: int
    end: int
    text: str
    effective: date | None = None
    columns: str = ""
    block: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A page of a document, by name; pages are one-based."""

    document_name: str
    page_number: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk found for one question. ``rank`` is one-based, ``score`` is in 0..1, higher is better.

    ``found_by`` holds the score of each searcher that found it (``{"dense": 0.7, "lexical": 4.2, "prior": 0.1}``).
    ``also_in`` names the other pages that say the same; ``before`` and ``after`` are the page's text around the
    chunk: what is quoted begins or ends in the chunk. ``replaced`` are chunks of older editions of the document that
    were left out in favour of this one.
    """

    chunk: Chunk
    rank: int
    score: float
    found_by: Mapping[str, float] = field(default_factory=dict)
    also_in: tuple[Place, ...] = ()
    before: str = ""
    after: str = ""
    replaced: tuple[Chunk, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents may be searched; an empty field lets every document through.

    ``documents`` are names or patterns (``policies/*.pdf``), ``tags`` must all be there, ``since`` and ``until``
    bound the effective date (documents without one are left out), ``audience`` lets through what was ingested for it
    or for nobody in particular.
    """

    documents: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    audience: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. ``choices`` are the allowed values; limits are None where there is none."""

    id: str
    text: str
    section: str = ""
    choices: tuple[str, ...] = ()
    max_words: int | None = None
    max_characters: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Words said to stand in a passage: ``passage`` is the passage's rank (one-based)."""

    passage: int
    text: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """One sentence an answerer proposes, with the quotes it rests on.

    Words in square brackets were added by the answerer; they must stand in the passage or its heading. ``why`` is what
    spoke for the sentence, by name. ``part`` is the part of the question that it answers (one-based, 0: the whole).
    """

    text: str
    quotes: tuple[Quote, ...]
    why: Mapping[str, float] = field(default_factory=dict)
    part: int = 0


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a model draws its words; None leaves a value to the server. ``max_tokens`` bounds the reply."""

    temperature: float | None = 0.0
    top_p: float | None = None
    frequency_penalty: float | None = None
    max_tokens: int = 1024
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer cost. Tokens are zero for the offline answerer; ``seconds`` is wall time."""

    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answerer proposes, unchecked. ``missing`` names what the passages do not say.

    ``confidence`` is the answerer's estimate (0..1) that the draft answers the question. ``parts`` are the parts of
    the question that proposals name; ``clarification`` is what would have to be asked back before one could answer;
    ``route`` says by which way the draft came (``small``, ``strong``, ``fallback``, ``offline``).
    """

    proposals: tuple[Proposal, ...]
    stance: Stance | None
    missing: tuple[str, ...]
    author: str
    confidence: float
    prompt: str | None = None
    usage: Usage = Usage()
    notes: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    clarification: str = ""
    route: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A place that can be opened: ``quote == page.text[start:end]`` of that document and page."""

    document_id: str
    document_name: str
    page_number: int
    page_label: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer with the citations it rests on (at least one).

    ``why`` is what spoke for it, by name, as its answerer tells.
    """

    text: str
    citations: tuple[Citation, ...]
    why: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.citations:
            raise ValueError(f"a claim needs at least one citation: {self.text!r}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What survived checking. ``text`` joins the claims; it is empty when nothing survived."""

    question: Question
    status: Status
    stance: Stance | None
    choice: str | None
    claims: tuple[Claim, ...]
    passages: tuple[Passage, ...]
    confidence: float
    notes: tuple[str, ...]
    author: str
    prompt: str | None = None
    usage: Usage = Usage()
    route: str = ""

    @property
    def text(self) -> str:
        """The claims' sentences, in order, joined by blanks."""
        return " ".join(claim.text for claim in self.claims)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Distinct citations in the order in which the claims use them; citation ``n`` is at ``n - 1``."""
        return tuple(dict.fromkeys(c for claim in self.claims for c in claim.citations))


def dropped_claims(notes: Sequence[str]) -> int:
    """How many claims grounding took out of an answer, by its notes.

    A note on a quote is none: its claim may rest on another quote, and has a note of its own where it does not.
    """
    return sum(note.startswith("dropped ") and not note.startswith("dropped a quote") for note in notes)
