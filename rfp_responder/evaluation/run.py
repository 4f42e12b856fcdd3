"""Run a gold set through the responder and keep what every case scored.

    result = run(cases, ask, embed)
    result.save(folder, Provenance(...))     # results.json and rows.jsonl

The run knows the responder only as a callable, so the same code measures any of them. Everything but the
seconds is the same on every run of a deterministic responder. No path and no time of day is written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from rfp_responder.answer.chat import UnusableReplyError
from rfp_responder.domain import Answer, Question, Usage, dropped_claims
from rfp_responder.errors import CostLimitError, ModelError, ModelReplyError, RfpError
from rfp_responder.evaluation import answer_metrics as words
from rfp_responder.evaluation import metrics
from rfp_responder.evaluation.gold import SPLITS, GoldCase, Split
from rfp_responder.evaluation.routes import by_route, totals
from rfp_responder.evaluation.rows import Aggregate, Row, aggregate, line_of, load_rows, rounded, write_whole

__all__ = ["Aggregate", "Ask", "Latency", "Provenance", "Row", "RunResult", "aggregate", "load_rows", "run", "score"]

Ask = Callable[[Question, int], Answer]
"""Answers a question and hands back the ranked passages: as many as the number given (5), and those that the
answer cites."""
Setting = str | int | float | bool | None
SCHEMA = 1
MODEL_FAULTS = 3  # in a row: the server is down or the key is wrong, and the other questions would fail alike


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
    """Where a result comes from, as the caller knows it: ``date`` is ISO (a day, no time of day).

    ``unpriced`` are the models whose price is not known: what they cost is told as not known, never as 0.
    """

    gold_sha256: str
    commit: str
    date: str
    settings: Mapping[str, Setting]
    unpriced: tuple[str, ...] = ()


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
                found.append(Latency(split, rounded(p50), rounded(p95), len(rows), errors))
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
            "totals": asdict(totals(self.rows, provenance.unpriced)),
            "routes": [asdict(one) for one in by_route(self.rows, provenance.unpriced)],
        }
        write_whole(folder / "rows.jsonl", "".join(line_of(row) + "\n" for row in self.rows))
        text = json.dumps(results, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        write_whole(folder / "results.json", text)


def run(
    cases: Sequence[GoldCase],
    ask: Ask,
    embed: words.Embed,
    *,
    progress: Callable[[int, int], None] | None = None,
    workers: int = 1,
    kept: Callable[[Row], None] | None = None,
) -> RunResult:
    """Ask every case and score it, ``workers`` of them at a time; the rows stand in the order of the cases.

    ``progress`` is told how many are done, of how many; ``kept`` is given each row as soon as it is there. A question
    that raises RfpError becomes a row with status ``error`` and an empty answer: it scores as a miss where an answer
    was due and is never counted as a refusal. Three ModelErrors in a row (as the replies come) and a CostLimitError
    end the run: no further question is asked, what runs is finished and kept, and ModelError or CostLimitError says
    how far it came. A reply that cannot be used (ModelReplyError) is what is measured, and does not end it. Other
    exceptions are bugs and pass.
    """
    taken = _Taken(cases, embed, progress, kept)
    try:
        if workers <= 1:
            for number, case in enumerate(cases):
                taken.take(number, partial(ask, case.as_question(), metrics.DEPTH))
        else:
            _at_once(taken, ask, workers)
    except _StoppedError as stop:
        said = f"{stop.error.what} ({len(taken.rows)} of {len(cases)} questions are done)"
        if isinstance(stop.error, CostLimitError):
            raise CostLimitError(said, "Run it again with a higher cap") from stop.error
        raise ModelError(said, stop.error.remedy) from stop.error
    return RunResult(tuple(taken.rows[number] for number in range(len(cases))))


def _at_once(taken: _Taken, ask: Ask, workers: int) -> None:
    """Ask some at a time; after a stop nothing more is asked, and what was under way is kept when it comes."""
    with ThreadPoolExecutor(workers, thread_name_prefix="eval") as pool:
        questions = [case.as_question() for case in taken.cases]
        waiting = {pool.submit(ask, question, metrics.DEPTH): n for n, question in enumerate(questions)}
        try:
            for future in as_completed(waiting):
                taken.take(waiting[future], future.result)
        finally:  # also when the user interrupts
            pool.shutdown(wait=True, cancel_futures=True)
            for future, number in waiting.items():
                came = not future.cancelled() and future.exception() is None
                if came and number not in taken.rows:
                    taken.finish(number, future.result())


class _StoppedError(Exception):
    """The run cannot go on, for this reason."""

    def __init__(self, error: RfpError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(slots=True)
class _Taken:
    """The rows that came so far, by the number of their case, and the model's faults in a row."""

    cases: Sequence[GoldCase]
    embed: words.Embed
    progress: Callable[[int, int], None] | None
    kept: Callable[[Row], None] | None
    rows: dict[int, Row] = field(default_factory=dict)
    faults: int = 0

    def take(self, number: int, answer: Callable[[], Answer]) -> None:
        """A case's answer, or its fault as a row; raises _StoppedError where the run must end."""
        try:
            given = answer()
        except CostLimitError as error:
            raise _StoppedError(error) from error
        except RfpError as error:
            question = self.cases[number].as_question()
            spent = error.usage if isinstance(error, UnusableReplyError) else Usage()
            failed = Answer(question, "error", None, None, (), (), 0.0, (str(error),), "", usage=spent)
            self.finish(number, failed)
            server = isinstance(error, ModelError) and not isinstance(error, ModelReplyError)
            self.faults = self.faults + 1 if server else 0
            if self.faults >= MODEL_FAULTS:
                raise _StoppedError(error) from error
        else:
            self.faults = 0
            self.finish(number, given)

    def finish(self, number: int, answer: Answer) -> None:
        """Score an answer and tell who listens."""
        self.rows[number] = score(self.cases[number], answer, self.embed)
        if self.kept is not None:
            self.kept(self.rows[number])
        if self.progress is not None:
            self.progress(len(self.rows), len(self.cases))


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
        scores={name: rounded(value) for name, value in _scores(case, answer, embed).items()},
        seconds=round(answer.usage.seconds, 4),
        author=answer.author,
        prompt=answer.prompt,
        route=answer.route,
        input_tokens=answer.usage.input_tokens,
        output_tokens=answer.usage.output_tokens,
        cost_usd=round(answer.usage.cost_usd, 8),
        dropped=dropped_claims(answer.notes),
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
