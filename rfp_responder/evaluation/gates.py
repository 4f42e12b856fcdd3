"""Gates: floors that a run's test split must hold, from a TOML file."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path

from rfp_responder.errors import InputError
from rfp_responder.evaluation.metrics import METRICS
from rfp_responder.evaluation.run import RunResult
from rfp_responder.text import shortened

_RANGE = "Give a number from 0 to 1"


@dataclass(frozen=True, slots=True)
class Gate:
    """``metric`` on the test split must be at least ``floor`` (at most, where lower is better)."""

    metric: str
    floor: float


def load_gates(path: Path) -> list[Gate]:
    """The gates of a TOML file with a table ``[floors]`` of numbers from 0 to 1; raises InputError naming the fault."""
    names = {metric.name for metric in METRICS}
    try:
        floors = tomllib.loads(path.read_text("utf-8"))["floors"]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"gates {path}: cannot be read ({error})", "Give a TOML file with a table [floors]") from error
    if not isinstance(floors, dict):
        raise InputError(
            f"gates {path}: floors is {shortened(repr(floors), 60)}, expected a table", "Begin it with a line [floors]"
        )
    for name, floor in floors.items():
        if name not in names:
            raise InputError(f"gates {path}: {name!r} is no metric", f"Expected one of {', '.join(sorted(names))}")
        if isinstance(floor, bool) or not isinstance(floor, int | float):
            raise InputError(f"gates {path}: {name} = {shortened(repr(floor), 60)} is no number", _RANGE)
        if not (math.isfinite(floor) and 0 <= floor <= 1):
            raise InputError(f"gates {path}: {name} = {floor:g} is no share, so that it tells nothing", _RANGE)
    return [Gate(name, float(floor)) for name, floor in floors.items()]


def failures(result: RunResult, gates: list[Gate]) -> list[str]:
    """A line for each gate that does not hold; an unscored metric fails its gate."""
    values = {one.metric: one for one in result.aggregates if one.split == "test"}
    lower = {metric.name for metric in METRICS if metric.better == "lower"}
    found = []
    for gate in gates:
        one = values.get(gate.metric)
        if one is None or one.value is None:
            found.append(f"{gate.metric}: not scored on the test split, expected {gate.floor:g}")
        elif (one.value > gate.floor) if gate.metric in lower else (one.value < gate.floor):
            sign = "at most" if gate.metric in lower else "at least"
            found.append(f"{gate.metric}: {one.value:.3f}, expected {sign} {gate.floor:g} (n = {one.n})")
    errors = sum(row.status == "error" for row in result.rows)
    if errors:
        found.append(f"errors: {errors} questions ended in an error, expected none")
    return found
