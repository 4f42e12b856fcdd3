"""The requirements of an RFP in prose: every sentence, list item and row that binds the vendor, with its place.

``extract(document)`` gives them in reading order. An id is the one that the RFP prints (``R-014``, ``3.4.2(a)``; a
second sentence of the same clause is ``3.4.2-2``), else ``REQ-<section>-<order in the section>``, where the section
is its number or the first words of its heading: a change in one section leaves the ids of all others as they are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rfp_responder.domain import Document
from rfp_responder.questionnaire.obligations_model import Kind, Verb
from rfp_responder.questionnaire.obligations_parties import learn
from rfp_responder.questionnaire.requirements_details import Limit, find_deadline, find_limit, limits_papers
from rfp_responder.questionnaire.requirements_heads import legend_of
from rfp_responder.questionnaire.requirements_lines import blocks
from rfp_responder.questionnaire.requirements_walk import Found, Walk

__all__ = ["Requirement", "Survey", "extract", "survey"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement. ``text`` are the exact words of the page, white space folded, without the printed id.

    ``id`` is unique in the document, ``printed_id`` what the RFP itself prints (``""`` for none). ``page`` is
    one-based, where the text begins; ``section`` the nearest heading as printed. ``stem`` is the lead-in that an item
    needs to make sense. ``deadline`` is ISO, with the time of day (``2026-10-30T12:00``) where one is told.
    """

    id: str
    section: str
    page: int
    text: str
    stem: str = ""
    verb: Verb = "none"
    kind: Kind = "mandatory"
    limit: Limit | None = None
    deadline: str | None = None
    printed_id: str = ""

    @property
    def question(self) -> str:
        """What is put to the answerer: the sentence, or the item behind its stem."""
        return f"{self.stem} {self.text}" if self.stem else self.text

    def as_json(self) -> dict[str, object]:
        """One entry of ``rfp requirements --json``."""
        return {
            "id": self.id,
            "printed_id": self.printed_id,
            "section": self.section,
            "page": self.page,
            "text": self.text,
            "stem": self.stem,
            "question": self.question,
            "verb": self.verb,
            "kind": self.kind,
            "limit": {self.limit.unit: self.limit.most} if self.limit else None,
            "deadline": self.deadline,
        }


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found in an RFP, and how many sentences that look alike were left out, by reason ("... that reason")."""

    requirements: tuple[Requirement, ...]
    left_out: Mapping[str, int]


def extract(document: Document) -> tuple[Requirement, ...]:
    """The requirements of a document in reading order; empty where it obliges nobody."""
    return survey(document).requirements


def survey(document: Document) -> Survey:
    """The requirements of a document, with the account of what was left out."""
    texts = [page.text for page in document.pages]
    walk = Walk(learn(texts), legend_of("\n".join(texts)))
    for block in blocks(document):
        walk.take(block)
    walk.close()
    return Survey(tuple(_with_ids(walk.found)), dict(walk.left_out))


def _with_ids(found: Sequence[Found]) -> Iterator[Requirement]:
    printed: Counter[str] = Counter()
    orders: Counter[str] = Counter()
    for each in found:
        if each.code and not each.code.isdigit():  # a bare number begins anew in each table
            printed[each.code] += 1
            own = each.code if printed[each.code] == 1 else f"{each.code}-{printed[each.code]}"
        else:
            name = _section_name(each.section)
            orders[name] += 1
            own = f"REQ-{name}-{orders[name]:02d}" if name else f"REQ-{orders[name]:02d}"
        yield Requirement(
            id=own,
            section=each.section,
            page=each.page,
            text=each.text,
            stem=each.stem,
            verb=each.verb,
            kind=each.kind,
            limit=_limit(each),
            deadline=find_deadline(each.text),
            printed_id=each.code,
        )


def _limit(found: Found) -> Limit | None:
    whole = f"{found.stem} {found.text}"
    own = find_limit(found.text) if found.verb == "describe" or limits_papers(whole) else None
    return own or find_limit(found.limit)


_NUMBER = re.compile(
    r"^(?:(?:section|part|annex|appendix|schedule|attachment|exhibit|volume|article)\s+)?"
    r"((?:(?-i:[A-Z])\.?)?\d+(?:\.\d+)*|(?-i:[A-Z])(?=[\s.)–—:-])(?:\.\d+)*)(?=[\s.):–—-]|$)",
    re.I,
)


def _section_name(section: str) -> str:
    """A section's number, else the first words of its heading: ``4.2``, ``DATA-PROTECTION``."""
    number = _NUMBER.match(section)
    if number:
        return number.group(1)
    words = (word.upper() for word in re.findall(r"[A-Za-z0-9]+", section) if len(word) > 2)
    return "-".join([word for word in words if word not in {"THE", "AND", "FOR", "OUR", "YOUR"}][:3])
