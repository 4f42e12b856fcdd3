"""Tables for people and lines for the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from answers.figures import Figure, bins, by_gold, coverage_at, points, risk_curve, trust
from answers.rows import Half, Row


@dataclass(frozen=True, slots=True)
class Measured:
    """A set and a half with its rows and the figures of its family."""

    set: str
    half: Half
    rows: list[Row]
    figures: list[Figure]


def cell(figure: Figure) -> str:
    """``0.620 [0.51, 0.72] (45)``; a dash where nothing was scored."""
    if figure.value is None:
        return "-"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3f} ({figure.n})"
    return f"{figure.value:.3f} [{figure.low:.2f}, {figure.high:.2f}] ({figure.n})"


def _table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in (header, ["---"] * len(header), *lines))


def main_table(measured: Sequence[Measured]) -> str:
    """Rows of sets and halves that have the same figures."""
    names = [figure.name.replace("_", " ") for figure in measured[0].figures]
    lines = [[one.set, one.half, str(len(one.rows)), *map(cell, one.figures)] for one in measured]
    return _table(["set", "half", "n", *names], lines)


def trust_table(measured: Sequence[Measured]) -> str:
    """Calibration, risk against coverage, seconds and verbatim quotes of each set and half."""
    names = [figure.name.replace("_", " ") for figure in trust([])]
    lines = []
    for one in measured:
        values = [f"{f.value:.3f}" if f.value is not None else "-" for f in trust(one.rows)]
        lines.append([one.set, one.half, str(len(points(one.rows))), *values])
    return _table(["set", "half", "judged answers", *names], lines)


def confusion_table(measured: Sequence[Measured]) -> str:
    """For each gold value: how often each value was given, and how often the one given is right."""
    given = sorted({row.choice for one in measured for row in one.rows if row.choice}, reverse=True)
    lines = []
    for one in measured:
        for value, (rate, right), counts in by_gold(one.rows):
            cells = [str(counts[choice]) for choice in (*given, "")]
            lines.append([one.set, one.half, value, *cells, cell(rate), cell(right)])
    said = [f"said {choice}" for choice in given]
    header = ["set", "half", "gold", *said, "none", "choice given", "right among given"]
    return _table(header, lines)


def calibration_line(one: Measured) -> str:
    """Bins of confidence against the share right, and how far one can go at 5 % and 10 % wrong."""
    scored = [row for row in one.rows if row.gold.scored]
    found = points(scored)
    parts = [f"{edge:.1f}+: {n} answers, sure {sure:.2f}, right {right:.2f}" for edge, n, sure, right in bins(found)]
    curve = risk_curve(found, len(scored)) if scored else []
    reached = []
    for percent in (5, 10):
        covered, threshold = coverage_at(curve, percent / 100)
        at = "" if threshold is None else f" at {threshold:.2f}"
        reached.append(f"at most {percent} % wrong: {covered:.3f} of all{at}")
    return f"- {one.set}, {one.half}: {'; '.join(parts) or 'no answer was judged'}; {'; '.join(reached)}"


def history_line(one: Measured) -> dict[str, object]:
    """One line of the history, without its date and commit."""
    line: dict[str, object] = {"study": "answers", "set": one.set, "half": one.half, "n": len(one.rows)}
    for figure in (*one.figures, *trust(one.rows)):
        if figure.value is not None:
            line[figure.name] = round(figure.value, 4)
        if figure.low is not None and figure.high is not None:
            line |= {f"{figure.name}_low": round(figure.low, 4), f"{figure.name}_high": round(figure.high, 4)}
    for value, (rate, right), _ in by_gold(one.rows) if one.figures[0].name == "choice_given" else []:
        for figure in (rate, right):
            if figure.value is not None:
                line[f"{figure.name}_gold_{value.lower()}"] = round(figure.value, 4)
    return line
