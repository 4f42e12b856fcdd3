"""What differs between the two files of one layout: the half, its words, sizes, topics and order of columns."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
HALVES = ("dev", "held")
WORDS = Path(__file__).with_name("structure_words.txt")

# Header words: the first tuple is the dev half's, the second the held half's. The last word of each is drawn least.
HEADERS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "id": (
        ("ID", "Ref.", "No.", "Question ID", "#", "Control ID"),
        ("Item", "Number", "Req. ID", "Q#", "Reference no.", "Id"),
    ),
    "question": (
        (
            "Question",
            "Requirement",
            "Control question",
            "Question / requirement",
            "Questions to the bidder",
            "Question Text",
            "Security question",
            "What we need from you",
        ),
        (
            "Query",
            "Requirement description",
            "Assessment question",
            "Criteria",
            "Questions",
            "Control",
            "Question (please read in full)",
            "What we would like to know",
        ),
    ),
    "answer": (
        (
            "Answer",
            "Vendor response",
            "Response",
            "Bidder's answer",
            "Compliance (Y/N)",
            "Vendor answer\n(please select)",
            "Response / status",
        ),
        (
            "Supplier response",
            "Your answer",
            "Reply",
            "Provider answer",
            "Response (select)",
            "Answer given by supplier",
            "Your\nresponse",
        ),
    ),
    "comment": (
        ("Comments", "Explanation", "Vendor comments", "Details / justification", "Notes", "Comments (required if No)"),
        ("Remarks", "Additional information", "Supplier notes", "Please elaborate", "Comment", "Further explanation"),
    ),
    "section": (("Section", "Category", "Domain"), ("Topic", "Area", "Chapter")),
    "reference": (
        ("Evidence / document reference", "Supporting document", "Reference to proposal section"),
        ("Proof (document, page)", "Reference documentation", "Where in your offer?"),
    ),
    "type": (("Type", "Requirement type"), ("Kind of requirement", "Mandatory / Optional")),
    "limit": (("Word limit", "Max. characters"), ("Maximum words", "Character limit")),
    "priority": (("Priority",), ("Importance",)),
    "weight": (("Weight",), ("Weighting (%)",)),
    "score": (("Score",), ("Points",)),
    "guidance": (("Guidance",), ("Hints for the respondent",)),
    "owner": (("Control owner",), ("Responsible party",)),
    "buyer": (("Evaluator remarks (internal use)",), ("Reviewer's assessment - do not fill in",)),
}
FORMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "dev": {
        "closed": ("Do you {}?", "Does your company {}?", "Please confirm that you {}."),
        "open": ("Describe how you {}.", "How do you {}?", "Please explain how your teams {}."),
        "statement": ("The vendor must {}.", "The bidder shall {}.", "The solution provider will {}."),
    },
    "held": {
        "closed": ("Does your organisation {}?", "Is it your standard practice to {}?", "Can you {}?"),
        "open": ("In what way do you {}?", "Outline the process by which you {}.", "Provide details of how you {}."),
        "statement": ("The supplier should {}.", "Suppliers are required to {}.", "The contractor must be able to {}."),
    },
}


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject: ``lines`` maps "do", "ask" and "item" to texts."""

    half: str
    name: str
    title: str
    lines: Mapping[str, tuple[str, ...]]


@functools.cache
def topics() -> tuple[Topic, ...]:
    """Every topic of the words file, in order."""
    found: list[Topic] = []
    for block in WORDS.read_text("utf-8").split("\n@ ")[1:]:
        head, *rest = block.strip().splitlines()
        place, title = head.split(" | ")
        half, name = place.split()
        lines: dict[str, tuple[str, ...]] = {}
        for line in rest:
            kind, text = line.split(" ", 1)
            lines[kind] = (*lines.get(kind, ()), text)
        found.append(Topic(half, name, title, lines))
    return tuple(found)


@dataclass(slots=True)
class Variant:
    """One of the two files of a layout; its choices follow from the layout's name, its ``turn`` and the half alone."""

    layout: str
    half: str
    turn: int = 0
    chance: random.Random = field(init=False)
    words: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.layout}/{self.half}")

    @property
    def dev(self) -> bool:
        """Whether this is the half that developers look at."""
        return self.half == "dev"

    def pick(self, dev: T, held: T) -> T:
        """One of two, by half."""
        return dev if self.dev else held

    def roles(self, dev: str, held: str) -> tuple[str, ...]:
        """The columns from left to right; ``-`` is a spacing column."""
        return tuple("" if name == "-" else name for name in self.pick(dev, held).split())

    def word(self, role: str) -> str:
        """The header word of a role, the same throughout the file."""
        if role not in self.words:
            words = HEADERS[role][0 if self.dev else 1]
            slots = [*words[:-1] * 3, words[-1]]  # in turn, not by chance: each half meets a rare word equally often
            self.words[role] = slots[(3 * self.turn + sum(map(ord, role)) + self.pick(0, 11)) % len(slots)]
        return self.words[role]

    def names(self, roles: Sequence[str], **own: str) -> dict[str, str]:
        """A header word for each role; ``own`` words win."""
        return {role: own.get(role) or (self.word(role) if role in HEADERS else role.title()) for role in roles if role}

    def choices(self) -> tuple[str, ...]:
        """A drop-down's values."""
        return self.pick(("Yes", "No", "N/A"), ("Yes", "Partially", "No", "Not applicable"))

    def blocks(self, kinds: str = "closed open statement", sections: int = 4, per: tuple[int, int] = (5, 9),
               only: str = "") -> Iterator[tuple[int, str, list[str]]]:  # fmt: skip
        """Sections with their questions: (one-based number, title, texts); no text comes twice in a file.

        ``only`` names topics that must be used, of either half or of a language; else those of the half are drawn.
        """
        own = [t for t in topics() if (t.name in only.split() if only else t.half == self.half)]
        self.chance.shuffle(own)
        for number in range(1, sections + 1):
            topic, round_ = own[(number - 1) % len(own)], (number - 1) // len(own)
            texts = self._texts(topic, kinds.split(), round_)
            count = min(self.chance.randint(*per), len(texts))
            yield number, topic.title + ("", " (continued)", " (further)")[min(round_, 2)], texts[:count]

    def _texts(self, topic: Topic, kinds: Sequence[str], round_: int) -> list[str]:
        """Questions on a topic in mixed forms; another round puts the same matter into other words."""
        texts: list[str] = []
        for n, phrase in enumerate(topic.lines.get("do", ())):
            forms = FORMS[self.half].get(kinds[(n + round_) % len(kinds)])
            if forms:
                texts.append(forms[(n // 3 + round_) % len(forms)].format(phrase))
        if "open" in kinds or not texts:
            texts += topic.lines["ask"] if round_ == 0 else ()
        if "item" in kinds:
            texts += topic.lines.get("item", ()) if round_ == 0 else ()
        self.chance.shuffle(texts)
        return texts
