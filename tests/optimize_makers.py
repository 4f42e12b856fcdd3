"""Makers for the tests of optimising: rows of known worth, cases, a scripted model's replies, a small gold file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from rfp_responder.domain import Passage, Sampling
from rfp_responder.evaluation.gold import Evidence, GoldCase, KeyFact, Split
from rfp_responder.evaluation.optimize_choice import Trial, Values
from rfp_responder.evaluation.run import Row
from rfp_responder.prompts import PromptVersion
from tests.makers import passage

SENTENCES: Mapping[str, str] = {
    "encryption": "Customer data is encrypted at rest with AES-256.",
    "backup": "Backups are kept for 35 days.",
    "regions": "Production runs in Frankfurt and Dublin.",
    "support": "The help desk answers within 4 hours.",
}


def row(name: str, worth: float | None, *, topic: str = "", split: Split = "tune", **scores: float | None) -> Row:
    """An answerable case with this key-fact recall, None for one left blank; ``scores`` override."""
    answered = worth is not None
    told: dict[str, float | None] = {"key_fact_recall": worth or 0.0, "wrong_among_answered": 0.0 if answered else None}
    return Row(
        id=name, split=split, topic=topic or name, tags=(), question="Q?", expected_status="answered",
        status="answered" if answered else "unanswered", stance=None, choice=None, answer="A." if answered else "",
        cited=(), pages=(), notes=(), scores=told | scores, seconds=0.1,
    )  # fmt: skip


def trial(values: Values, worths: Sequence[float | None], *, per_topic: int = 3) -> Trial:
    """A trial with a row for each worth; ``per_topic`` of them belong to one topic."""
    return Trial(values, tuple(row(f"c{n}", worth, topic=f"t{n // per_topic}") for n, worth in enumerate(worths)))


def case(topic: str, split: Split = "tune", *, number: int = 1, fact: str = "", answerable: bool = True) -> GoldCase:
    """A case whose answer is the topic's sentence; its key fact is ``fact``, else the sentence's last word."""
    sentence = SENTENCES.get(topic, f"The {topic} is described here.")
    said = fact or sentence.rstrip(".").split()[-1]
    return GoldCase(
        id=f"{split}-{topic}-{number}",
        split=split,
        topic=topic,
        question=f"What about {topic}, point {number}?",
        expected_status="answered" if answerable else "unanswered",
        reference_answer=sentence if answerable else "",
        key_facts=[KeyFact(id="f", any_of=[said])] if answerable else [],
        evidence=[Evidence(document="guide.md", page=1, quote=sentence, facts=["f"])] if answerable else [],
    )


def passages(_question: str) -> list[Passage]:
    """Every sentence is a passage of one page."""
    found, start = [], 0
    for rank, text in enumerate(SENTENCES.values(), 1):
        found.append(passage(text, rank=rank, score=1 / rank, name="guide.md", start=start))
        start += len(text) + 1
    return found


def prompt(system: str = "Answer from the passages alone.", contract: str = "claims-1") -> PromptVersion:
    return PromptVersion(
        name="answer", number=1, purpose="answers", owner="us", created=date(2026, 1, 1), why="first",
        contract=contract, risk="none", reviewed=date(2026, 1, 1), sampling=Sampling(), system=system,
        user="$passages\n\n$question", digest="ab",
    )  # fmt: skip


def reply_for(user: str) -> str:
    """A good reply of contract claims-1: the topic's sentence where the question names one, else nothing."""
    asked = user.rsplit("What about ", 1)[-1].split(",", maxsplit=1)[0]
    found = [(rank, text) for rank, (topic, text) in enumerate(SENTENCES.items(), 1) if topic == asked]
    claims = [{"text": text, "quotes": [{"passage": rank, "text": text}]} for rank, text in found]
    return json.dumps({"claims": claims, "stance": None, "missing": []})


def gold_file(path: Path, cases: Sequence[GoldCase]) -> Path:
    path.write_text("".join(case.model_dump_json() + "\n" for case in cases), "utf-8")
    return path
