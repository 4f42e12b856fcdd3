"""What a search found, for people, for machines, and as lines for ``rfp.toml``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rfp_responder.evaluation.compare import Change, changes, markdown_changes
from rfp_responder.evaluation.gold import Split
from rfp_responder.evaluation.optimize import Lever, Outcome
from rfp_responder.evaluation.optimize_choice import GUARDS, Trial, Values, difference, folds, guarded
from rfp_responder.evaluation.report import markdown_rows
from rfp_responder.evaluation.run import Row
from rfp_responder.evaluation.stats import Difference

SCHEMA = 1
_WHOLE = frozenset({"passages_read", "chunk_tokens"})
_TOLD = ("key_fact_recall", "answer_rate", "refusal_recall", "wrong_among_answered", "page_hit_at_3")


@dataclass(frozen=True, slots=True)
class Searched:
    """What was searched on: the digest of the gold file, the day (ISO), the embedding model, and documents."""

    gold_sha256: str
    date: str
    embedding_model: str
    documents: int
    pages: int


def shown(values: Values) -> str:
    """Settings in one line, as in ``rfp.toml``: ``dense_weight = 0.7, passages_read = 12``."""
    return ", ".join(_line(name, value) for name, value in values.items())


def toml_lines(outcome: Outcome) -> str:
    """The lines for ``rfp.toml``: what is to be changed, and nothing else; empty where nothing is."""
    taken, present = outcome.choice.taken, outcome.choice.present
    return "".join(f"{_line(name, taken.values[name])}\n" for name in taken.changed(present))


def _line(name: str, value: float) -> str:
    return f"{name} = {round(value) if name in _WHOLE else f'{value:g}'}"


def _tried(outcome: Outcome, levers: Sequence[Lever]) -> str:
    """A table of what was tried: the trials that differ from the present settings in one, then the ten best others."""
    present = outcome.choice.present
    apart = {id(trial): trial.changed(present) for trial in outcome.trials}
    rows = []
    for lever in levers:
        alone = [trial for trial in outcome.trials if apart[id(trial)] == [lever.name]]
        for trial in sorted([*alone, present], key=lambda t: t.values[lever.name]):
            rows.append(_row(trial, present, [lever.name]))
    several = sorted((t for t in outcome.trials if len(apart[id(t)]) > 1), key=lambda t: -t.mean())[:10]
    rows += [_row(trial, present, apart[id(trial)]) for trial in several]
    return markdown_rows(["Settings", "Utility", "Gain [95 % CI]", "Guards"], rows)


def _row(trial: Trial, present: Trial, names: Sequence[str]) -> list[str]:
    told = shown({name: trial.values[name] for name in names})
    if trial is present:
        return [f"{told} (present)", f"{trial.mean():.3f}", "", ""]
    return [
        told,
        f"{trial.mean():.3f}",
        gain_text(difference(present, trial)),
        "; ".join(guarded(present, trial)) or "hold",
    ]


def gain_text(found: Difference | None) -> str:
    """A gain with its interval."""
    if found is None:
        return "not measured"
    if found.interval is None:
        return f"{found.mean:+.3f}"
    return f"{found.mean:+.3f} [{found.interval.low:+.3f}, {found.interval.high:+.3f}]"


def text(outcome: Outcome, levers: Sequence[Lever]) -> str:
    """What was tried, what was chosen and why, and every metric before and after."""
    choice = outcome.choice
    cases, topics = len(choice.present.worth), len(set(choice.present.topics.values()))
    parts = [
        f"tune: {cases} cases of {topics} topics, {len(outcome.trials)} settings tried"
        + (", then the time was up" if outcome.stopped else ""),
        _tried(outcome, levers),
        f"present: utility {choice.present.mean():.3f} with {shown(choice.present.values)}",
    ]
    if choice.best is not choice.present:
        moved = {name: choice.best.values[name] for name in choice.best.changed(choice.present)}
        parts += [f"best:    utility {choice.best.mean():.3f} with {shown(moved)}"]
        parts += [f"         gain on the cases it was picked on {gain_text(choice.on_tune)}"]
    parts += [
        f"gain of picking like this, {len(folds(choice.present.topics))} folds of topics: {gain_text(choice.held_out)}"
    ]
    if choice.chance is not None:
        parts += [f"chance that one of so many settings looks as good by luck: {choice.chance:.3f}"]
    if not choice.is_change:
        parts += [f"kept as it is: {choice.reason}"]
        return "\n".join([*parts, *_kept(outcome)])
    parts += [f"changed: {choice.reason}", "", "tune, before and after (picked on these cases):"]
    parts += [markdown_changes(changes(choice.present.rows, choice.taken.rows, "tune"))]
    if outcome.test_before:
        before, after = (_worth(rows, choice.taken) for rows in (outcome.test_before, outcome.test_after))
        gain = gain_text(difference(before, after))
        parts += [f"test, before and after: utility {before.mean():.3f} to {after.mean():.3f}, gain {gain}"]
        parts += [markdown_changes(changes(outcome.test_before, outcome.test_after, "test"))]
    return "\n".join(parts)


def _kept(outcome: Outcome) -> list[str]:
    """How the present settings, which are the chosen ones, do on the test cases."""
    if not outcome.test_before:
        return []
    means = []
    for name in _TOLD:
        scored = [value for row in outcome.test_before if (value := row.scores.get(name)) is not None]
        means += [f"{name} {sum(scored) / len(scored):.3f} (n = {len(scored)})"] if scored else []
    worth = _worth(outcome.test_before, outcome.choice.taken).mean()
    return [f"test, before and after the same: utility {worth:.3f}, {', '.join(means)}"]


def _worth(rows: tuple[Row, ...], taken: Trial) -> Trial:
    return Trial(taken.values, rows, taken.wrong_costs)


def as_json(outcome: Outcome, searched: Searched) -> str:
    """Everything that was found, as one JSON object; the utilities of every trial case by case are left out."""
    choice = outcome.choice
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "gold_sha256": searched.gold_sha256,
        "date": searched.date,
        "embedding_model": searched.embedding_model,
        "documents": searched.documents,
        "pages": searched.pages,
        "wrong_costs": choice.present.wrong_costs,
        "guards": dict(GUARDS),
        "stopped": outcome.stopped,
        "present": dict(choice.present.values),
        "best": dict(choice.best.values),
        "taken": dict(choice.taken.values),
        "changed": choice.is_change,
        "reason": choice.reason,
        "gain_on_tune": gain_json(choice.on_tune),
        "gain_held_out": gain_json(choice.held_out),
        "chance": choice.chance,
        "trials": [
            {
                "values": dict(trial.values),
                "utility": round(trial.mean(), 6),
                "gain": gain_json(difference(choice.present, trial)),
                "guards_broken": guarded(choice.present, trial),
            }
            for trial in outcome.trials
        ],
        "tune": _changes_json(choice.present.rows, choice.taken.rows, "tune"),
        "test": _changes_json(outcome.test_before, outcome.test_after, "test"),
    }
    return json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _changes_json(before: Sequence[Row], after: Sequence[Row], split: Split) -> list[Mapping[str, object]]:
    return [_change_json(change) for change in changes(before, after, split)]


def _change_json(change: Change) -> Mapping[str, object]:
    values = {"before": round(change.before, 6), "after": round(change.after, 6)}
    return {"metric": change.metric.name, **values, **gain_json(change.difference), "lost": change.lost}


def gain_json(found: Difference | None) -> dict[str, float | int | None]:
    """A gain as JSON values; empty where none was measured."""
    if found is None:
        return {}
    low, high = (found.interval.low, found.interval.high) if found.interval else (None, None)
    return {
        "mean": round(found.mean, 6),
        "low": None if low is None else round(low, 6),
        "high": None if high is None else round(high, 6),
        "n": found.n,
        "better": found.better,
        "worse": found.worse,
    }
