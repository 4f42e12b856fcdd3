"""Makers of prompt versions, their files, and runs that score what a test says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from evaluation_makers import row

from rfp_responder.domain import Sampling
from rfp_responder.evaluation.run import RunResult
from rfp_responder.prompts import PromptVersion
from rfp_responder.prompts.version import file_text

DAY = date(2026, 1, 31)
SAMPLING = Sampling(temperature=0.0, max_tokens=800, seed=7)
FLOORS = "[floors]\npage_hit_at_3 = 0.5\nkey_fact_recall = 0.25\nwrong_among_answered = 0.6\n"


def version(
    number: int = 2,
    *,
    name: str = "answer",
    why: str = "shorter answers",
    system: str = "You answer from passages.",
    user: str = "$passages\n\n$question\n\n$parts\n\n$constraints",
    sampling: Sampling = SAMPLING,
) -> PromptVersion:
    """A version of the user's own; its digest is empty, as it comes from no file."""
    return PromptVersion(
        name, number, "Draft an answer", "Ann", DAY, why, "claims-1", "may be terse", DAY, sampling, system, user, ""
    )


def put(own: Path, made: PromptVersion) -> Path:
    """The version's file in a folder of prompts."""
    path = own / made.name / f"{made.number}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(file_text(made), "utf-8")
    return path


def result(facts: Sequence[float], *, wrong: Sequence[float] | None = None, error: bool = False) -> RunResult:
    """A run of the test split, one case of its own topic for each value."""
    bad = wrong or [0.0] * len(facts)
    rows = [
        replace(
            row(scores={"page_hit_at_3": 1.0, "key_fact_recall": fact, "wrong_among_answered": bad[number]}),
            id=f"c{number}",
            topic=f"t{number}",
            status="error" if error and not number else "answered",
        )
        for number, fact in enumerate(facts)
    ]
    return RunResult(tuple(rows))


def ticking() -> Callable[[], datetime]:
    """A clock that goes on by a minute whenever it is read."""
    now = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)

    def read() -> datetime:
        nonlocal now
        now += timedelta(minutes=1)
        return now

    return read
