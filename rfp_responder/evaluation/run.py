"""Run a gold set through the responder and keep what every case scored.

    result = run(cases, ask, embed)
    result.save(folder, Provenance(...))     # results.json and rows.jsonl

The run knows the responder only as a callable, so the same code measures any of them. Everything but the
seconds is the same on every run of a deterministic responder. No path and no time of day is written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from rfp_responder.domain import Answer, Question
from rfp_responder.errors import InputError, RfpError
from rfp_responder.evaluation import answer_metrics as words
from rfp_responder.evaluation import metrics
from rfp_responder.evaluation.gold import SPLITS, GoldCase, Split
from rfp_responder.evaluation.stats import Interval, bootstrap_mean, bootstrap_ratio, wilson

Ask = Callable[[Question, int], Answer]
"""Answers a question and hands back the ranked passages: as many as the number given (5), and those that the
answer cites."""
Setting = str | int | float | bool | None
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One case: what was answered and what it scored. ``scores`` has every metric; None is unscored.

    ``pages`` are the retrieved pages in rank order and ``cited`` the cited ones, as ``"name.pdf#3"``
    (one-based).
    """

    id: str
    split: Split
    topic: str
    tags: tuple[str, ...]
    question: str
    expected_status: str
    status: str
    stance: str | None
    choice: str | None
    answer: str
    cited: tuple[str, ...]
    pages: tuple[str, ...]
    notes: tuple[str, ...]
    scores: Mapping[str, float | None]
    seconds: float


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One metric over one split. ``value`` is None when no case was scored; ``n + unscored`` is all cases.

    ``method`` says how the interval was made; ``low`` and ``high`` are None where there is none.
    """

    metric: str
    split: Split
    value: float | None
    low: float | None
    high: float | None
    n: int
    unscored: int
    method: str


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds per question of one split, and how many questions ended in an error."""

    split: Split
    p50: float | None
    p95: float | None
    n: int
    errors: int


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a result comes from, as the caller knows it: ``date`` is ISO (a day, no time of day)."""

    gold_sha256: str
    commit: str
    date: str
    settings: Mapping[str, Setting]


@dataclass(frozen=True, slots=True)
class RunResult:
    """All rows of a run, and their aggregates by split."""

    rows: tuple[Row, ...]

    @property
    def aggregates(self) -> tuple[Aggregate, ...]:
        """Every metric for every split that has cases, in the order of ``METRICS``, test before tune."""
        splits = [split for split in SPLITS if any(row.split == split for row in self.rows)]
        return tuple(
            aggregate(metric, split, [row for row in self.rows if row.split == split])
            for metric in metrics.METRICS
            for split in splits
        )

    @property
    def latency(self) -> tuple[Latency, ...]:
        """Median and 95th percentile of the seconds, by split."""
        found: list[Latency] = []
        for split in SPLITS:
            rows = [row for row in self.rows if row.split == split]
            if rows:
                seconds = [row.seconds for row in rows]
                p50, p95 = metrics.percentile(seconds, 0.5), metrics.percentile(seconds, 0.95)
                errors = sum(row.status == "error" for row in rows)
                found.append(Latency(split, _rounded(p50), _rounded(p95), len(rows), errors))
        return tuple(found)

    def save(self, folder: Path, provenance: Provenance) -> None:
        """Write ``results.json`` (aggregates) and ``rows.jsonl`` (one case per line) into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        results = {
            "schema": SCHEMA,
            **asdict(provenance),
            "settings": dict(sorted(provenance.settings.items())),
            "cases": len(self.rows),
            "aggregates": [asdict(one) for one in self.aggregates],
            "latency": [asdict(one) for one in self.latency],
        }
        text = json.dumps(results, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        (folder / "results.json").write_text(text, encoding="utf-8")
        lines = [json.dumps(asdict(row), ensure_ascii=False, allow_nan=False) for row in self.rows]
        (folder / "rows.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def load_rows(folder: Path) -> tuple[Row, ...]:
    """The rows that ``RunResult.save`` wrote; raises InputError when they are absent or not of this form."""
    path = folder / "rows.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        reader = TypeAdapter(Row)  # a file of another day and another version: a trust boundary
        return tuple(reader.validate_json(line) for line in lines if line)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read the rows of a run in {path}: {error}", "Run 'rfp eval' again") from error


def run(
    cases: Sequence[GoldCase],
    ask: Ask,
    embed: words.Embed,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> RunResult:
    """Ask every case and score it; ``progress`` is told how many are done, of how many.

    A question that raises RfpError becomes a row with status ``error`` and an empty answer: it scores as a
    miss where an answer was due and is never counted as a refusal. Other exceptions are bugs and pass.
    """
    rows: list[Row] = []
    for number, case in enumerate(cases, 1):
        question = case.as_question()
        try:
            answer = ask(question, metrics.DEPTH)
        except RfpError as error:
            answer = Answer(question, "error", None, None, (), (), 0.0, (str(error),), "")
        rows.append(score(case, answer, embed))
        if progress is not None:
            progress(number, len(cases))
    return RunResult(tuple(rows))


def score(case: GoldCase, answer: Answer, embed: words.Embed) -> Row:
    """Every metric of one case."""
    return Row(
        id=case.id,
        split=case.split,
        topic=case.topic,
        tags=tuple(case.tags),
        question=case.question,
        expected_status=case.expected_status,
        status=answer.status,
        stance=answer.stance,
        choice=answer.choice,
        answer=answer.text,
        cited=tuple(dict.fromkeys(f"{c.document_name}#{c.page_number}" for c in answer.citations)),
        pages=tuple(f"{p.chunk.document_name}#{p.chunk.page_number}" for p in answer.passages[: metrics.DEPTH]),
        notes=answer.notes,
        scores={name: _rounded(value) for name, value in _scores(case, answer, embed).items()},
        seconds=round(answer.usage.seconds, 4),
    )


def _scores(case: GoldCase, answer: Answer, embed: words.Embed) -> dict[str, float | None]:
    relevant = metrics.relevance(answer.passages, case.evidence)
    refused = answer.status == "unanswered"
    facts = words.key_fact_recall(answer.text, case)
    top, bottom = metrics.refusal_f1_parts(refused, case)
    return {
        "context_precision_at_3": metrics.context_precision(relevant, case),
        "context_recall_at_3": metrics.context_recall(answer.passages, case),
        "page_hit_at_1": metrics.page_hit(relevant, case, 1),
        "page_hit_at_3": metrics.page_hit(relevant, case, 3),
        "page_hit_at_5": metrics.page_hit(relevant, case, 5),
        "reciprocal_rank": metrics.reciprocal_rank(relevant[: metrics.DEPTH], case),
        "faithfulness": words.faithfulness(answer),
        "answer_relevance": words.answer_relevance(answer, embed),
        "key_fact_recall": facts,
        "content_f1": words.content_f1(answer.text, case),
        "citation_recall": words.citation_recall(answer),
        "citation_precision": words.citation_precision(answer),
        "citation_page": metrics.citation_page(answer.citations, case),
        "answer_rate": metrics.answer_rate(answer, case),
        "refusal_precision": metrics.refusal_precision(refused, case),
        "refusal_recall": metrics.refusal_recall(refused, case),
        "refusal_f1": top / bottom if bottom else None,
        "status_accuracy": float(answer.status == case.expected_status),
        "stance_accuracy": metrics.stance_accuracy(answer, case),
        "stance_given": metrics.stance_given(answer, case),
        "choice_accuracy": metrics.choice_accuracy(answer, case),
        "choice_given": metrics.choice_given(answer, case),
        "wrong_among_answered": metrics.wrong_among_answered(answer, case, facts),
    }


def aggregate(metric: metrics.Metric, split: Split, rows: Sequence[Row]) -> Aggregate:
    """One metric over ``rows``: the mean of the scored, with its interval; topics are drawn as a whole."""
    scored = [row for row in rows if row.scores.get(metric.name) is not None]
    values = [float(row.scores[metric.name] or 0.0) for row in scored]
    topics = [row.topic for row in scored]
    value = sum(values) / len(values) if values else None
    interval: Interval | None
    if metric.kind == "ratio":  # F1: a hit weighs 2 in both sums, a miss 1 in the lower one
        tops, bottoms = [2 * value for value in values], [1 + value for value in values]
        value = sum(tops) / sum(bottoms) if values else None
        interval, method = bootstrap_ratio(tops, bottoms, topics), "bootstrap by topic"
    elif metric.kind == "proportion":
        interval, method = wilson(sum(values), len(values)), "Wilson"
    else:
        interval, method = bootstrap_mean(values, topics), "bootstrap by topic"
    return Aggregate(
        metric.name,
        split,
        _rounded(value),
        _rounded(interval.low if interval else None),
        _rounded(interval.high if interval else None),
        len(values),
        len(rows) - len(values),
        method,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
