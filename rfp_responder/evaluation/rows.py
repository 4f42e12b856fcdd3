"""The rows of a run, one for each case: written, read back, and brought together by metric.

Rows of an earlier version lack the fields that were added since and are read with their defaults.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from pydantic import TypeAdapter

from rfp_responder.errors import InputError
from rfp_responder.evaluation import metrics
from rfp_responder.evaluation.gold import Split
from rfp_responder.evaluation.stats import Interval, bootstrap_mean, bootstrap_ratio, wilson
from rfp_responder.staged import staged


@dataclass(frozen=True, slots=True)
class Row:
    """One case: what was answered and what it scored. ``scores`` has every metric; None is unscored.

    ``pages`` are the retrieved pages in rank order and ``cited`` the cited ones, as ``"name.pdf#3"``
    (one-based). ``prompt`` is the version that was used (``answer@2``), None where no model wrote; ``dropped`` counts
    the claims that grounding dropped. Tokens and cost are those of the answer, and of replies that were
    given and could not be used; other faults show none.
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
    author: str = ""
    prompt: str | None = None
    route: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    dropped: int = 0

    @property
    def from_cache(self) -> bool:
        """Whether its replies were taken from the cache: a model wrote and took no token."""
        return self.prompt is not None and self.status != "error" and not (self.input_tokens or self.output_tokens)


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


def load_rows(folder: Path) -> tuple[Row, ...]:
    """The rows that ``RunResult.save`` wrote; raises InputError when they are absent or not of this form."""
    path = folder / "rows.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        reader = TypeAdapter(Row)  # a file of another day and another version: a trust boundary
        return tuple(reader.validate_json(line) for line in lines if line)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read the rows of a run in {path}: {error}", "Run 'rfp eval' again") from error


def line_of(row: Row) -> str:
    """A row as its line of JSON, without the line's end."""
    return json.dumps(asdict(row), ensure_ascii=False, allow_nan=False)


def write_whole(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    with staged(path) as file:
        file.write(text.encode())


@contextmanager
def kept_while(path: Path) -> Iterator[Callable[[Row], None]]:
    """Call it with each finished row: it stands in ``path`` at once. Where all goes well the file is gone at the end;
    where a run stops, however it stops, the rows so far stay. Without a row there is no file."""
    path.unlink(missing_ok=True)
    with ExitStack() as stack:
        opened: list[TextIO] = []

        def keep(row: Row) -> None:
            if not opened:
                path.parent.mkdir(parents=True, exist_ok=True)
                opened.append(stack.enter_context(path.open("w", encoding="utf-8")))
            opened[0].write(line_of(row) + "\n")
            opened[0].flush()

        yield keep
    path.unlink(missing_ok=True)


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
        rounded(value),
        rounded(interval.low if interval else None),
        rounded(interval.high if interval else None),
        len(values),
        len(rows) - len(values),
        method,
    )


def rounded(value: float | None) -> float | None:
    """Six decimals, as results are written."""
    return None if value is None else round(value, 6)
