"""Which of several settings to take: by what an answer is worth, and only where that is more than chance.

The more settings are tried, the better the best of them looks by luck alone. So four things stand between a good
figure and a change: guards that no gain buys off, the one-standard-error rule, a cross-validation of the choice, and a
test that counts how many settings were tried.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rfp_responder.evaluation.metrics import METRICS
from rfp_responder.evaluation.run import Row
from rfp_responder.evaluation.stats import SEED, Difference, paired_difference

Values = Mapping[str, float]
"""Settings by name, of those that are tuned."""

WRONG_COSTS = 1.0
"""What a wrong answer costs, where a right one gains 1 and a blank 0."""

GUARDS: Mapping[str, float] = {
    "refusal_recall": 0.06,
    "wrong_among_answered": 0.02,
    "faithfulness": 0.02,
    "citation_page": 0.05,
    "page_hit_at_3": 0.03,
}
"""How much worse each metric may be than with the present settings, on the cases that both score: who answers more
answers harder questions too, and what those are worth is for ``utility`` to say."""

FOLDS = 5
_ASKED = ("key_fact_recall", "stance_accuracy", "choice_accuracy")
_LOWER = frozenset(metric.name for metric in METRICS if metric.better == "lower")
_ROUNDING = 1e-9
_DRAWS = 2000
_LEVEL = 0.05
_TO_SE = 2 * 1.959963984540054  # a 95 % interval is this many standard errors wide


def utility(row: Row, wrong_costs: float = WRONG_COSTS) -> float:
    """What an answer is worth: its share of what was asked for, less ``wrong_costs`` where it misleads.

    What was asked for are the key facts, the stance and the choice, as far as the case has them. A blank is worth 0,
    whether it had to be blank or not. An answer misleads as ``wrong_among_answered`` says (any answer to what the
    documents do not say is among these), or by a stance or choice that is not the case's. A fault counts as misleading.
    """
    if row.status == "error":
        return -wrong_costs
    if row.status == "unanswered":
        return 0.0
    scored = [value for name in _ASKED if (value := row.scores.get(name)) is not None]
    gain = sum(scored) / len(scored) if scored and row.expected_status != "unanswered" else 0.0
    return gain - wrong_costs * _misleads(row)


def _misleads(row: Row) -> bool:
    wrong_stance = row.stance is not None and row.scores.get("stance_accuracy") == 0.0
    wrong_choice = row.choice is not None and row.scores.get("choice_accuracy") == 0.0
    return row.scores.get("wrong_among_answered") == 1.0 or wrong_stance or wrong_choice


@dataclass(frozen=True)  # no slots: the cached properties live in its dict
class Trial:
    """Settings that were tried, the row of every case under them, and what a wrong answer costs."""

    values: Values
    rows: tuple[Row, ...]
    wrong_costs: float = WRONG_COSTS

    @cached_property
    def worth(self) -> dict[str, float]:
        """The utility of each case, by its id."""
        return {row.id: utility(row, self.wrong_costs) for row in self.rows}

    @cached_property
    def topics(self) -> dict[str, str]:
        """The topic of each case, by its id."""
        return {row.id: row.topic for row in self.rows}

    def mean(self, cases: Collection[str] | None = None) -> float:
        """The mean utility over these cases (None: over all)."""
        chosen = self.worth if cases is None else {name: self.worth[name] for name in cases}
        return sum(chosen.values()) / len(chosen) if chosen else 0.0

    def changed(self, other: Trial) -> list[str]:
        """The names of the settings in which two trials differ."""
        return [name for name, value in self.values.items() if other.values[name] != value]


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, and how sure that is.

    ``best`` is the trial that the rule picks, ``taken`` the one to use: ``best``, or the present where the gain may be
    chance. ``on_tune`` is the gain of ``best`` on the cases it was picked on (flattering), ``held_out`` the gain of the
    rule on cases that it did not see; both are paired by case, their intervals drawn by topic. ``chance`` is how often
    some trial would look as good as ``best`` by luck (``by_chance``); None where ``best`` is the present.
    """

    present: Trial
    best: Trial
    taken: Trial
    on_tune: Difference | None
    held_out: Difference | None
    chance: float | None
    reason: str

    @property
    def is_change(self) -> bool:
        """Whether other settings than the present ones are to be used."""
        return self.taken is not self.present


def difference(present: Trial, trial: Trial, cases: Collection[str] | None = None) -> Difference | None:
    """The gain in utility over the present settings, paired by case."""
    names = sorted(present.worth if cases is None else cases)
    before, after = [present.worth[name] for name in names], [trial.worth[name] for name in names]
    return paired_difference(before, after, [present.topics[name] for name in names])


def guarded(present: Trial, trial: Trial, cases: Collection[str] | None = None) -> list[str]:
    """A line for each guard that a trial breaks; none for the present settings."""
    faults = []
    there = {row.id: row for row in trial.rows if cases is None or row.id in cases}
    for metric, allowed in GUARDS.items():
        pairs = [
            (before, after)
            for row in present.rows
            if row.id in there
            and (before := row.scores.get(metric)) is not None
            and (after := there[row.id].scores.get(metric)) is not None
        ]
        if not pairs:
            continue
        was, now = (sum(values) / len(pairs) for values in zip(*pairs, strict=True))
        worse = now - was if metric in _LOWER else was - now
        if worse > allowed + _ROUNDING:
            faults.append(f"{metric} {was:.3f} to {now:.3f}")
    return faults


def pick(present: Trial, trials: Sequence[Trial], cases: Collection[str] | None = None) -> Trial:
    """The trial to take by these cases alone, by the one-standard-error rule.

    Among the trials that break no guard, those that are within one standard error of the best (of the paired
    difference) count as equal, and of equals the one that changes least is taken, then the better one (after Breiman,
    Friedman, Olshen & Stone, 1984, "Classification and Regression Trees", 3.4.3).
    """
    allowed = [present, *(t for t in trials if t is not present and not guarded(present, t, cases))]
    best = max(allowed, key=lambda trial: trial.mean(cases))
    equal = [trial for trial in allowed if best.mean(cases) - trial.mean(cases) <= _error(trial, best, cases)]
    return min(equal, key=lambda trial: (len(trial.changed(present)), -trial.mean(cases)))


def _error(trial: Trial, best: Trial, cases: Collection[str] | None) -> float:
    """The standard error of ``best`` less ``trial``; 0 where nothing can be said about chance."""
    found = difference(trial, best, cases)
    return (found.interval.high - found.interval.low) / _TO_SE if found and found.interval else 0.0


def by_chance(present: Trial, trials: Sequence[Trial], best: Trial) -> float:
    """How often the best of so many settings would gain as much as ``best`` does, if none of them made a difference.

    A permutation test of the largest statistic (Westfall & Young, 1993, "Resampling-Based Multiple Testing", 2.3): in
    each draw the gains of whole topics change their sign, of all settings alike; the statistic is the sum of a
    setting's gains by topic over the root of the sum of their squares, which the signs do not change.
    """
    topics = sorted(set(present.topics.values()))
    place = {topic: number for number, topic in enumerate(topics)}
    gains = np.zeros((len(trials), len(topics)))
    for number, trial in enumerate(trials):
        for name, worth in trial.worth.items():
            gains[number, place[present.topics[name]]] += worth - present.worth[name]
    scales = np.sqrt((gains**2).sum(axis=1))
    moved = scales > 0
    standard = gains[moved] / scales[moved, None]
    which = next(number for number, trial in enumerate(trials) if trial is best)
    if not scales[which]:
        return 1.0
    met = gains[which].sum() / scales[which]
    signs = np.random.default_rng(SEED).choice([-1.0, 1.0], size=(_DRAWS, len(topics)))
    largest = (signs @ standard.T).max(axis=1)
    return float((1 + (largest >= met - _ROUNDING).sum()) / (1 + _DRAWS))


def choose(present: Trial, trials: Sequence[Trial]) -> Choice:
    """The settings to use: the picked ones where their gain is more than chance, else the present.

    For each fold of topics the rule picks on the other folds, and what it picked is scored on this one: the 95 %
    interval of that gain must lie above 0. It is not enough, since the gains that all folds agree on are the lucky ones
    too (settings that differ by chance alone passed 13 times in 100); so ``by_chance`` must be at most 0.05 as well.
    """
    best = pick(present, trials)
    held_out = _held_out(present, trials)
    chance = None if best is present else by_chance(present, trials, best)
    taken, reason = best, "the gain is more than chance, and holds on cases that the choice did not see"
    if chance is None:
        reason = "no other setting is better by more than one standard error within the guards"
    elif held_out is None or held_out.interval is None:
        taken, reason = present, "the cases have fewer than two topics: nothing can be said about chance"
    elif held_out.interval.low <= 0:
        taken, reason = present, "on cases that the choice did not see the gain may be chance"
    elif chance > _LEVEL:
        taken, reason = present, "among so many settings one looks as good by chance"
    return Choice(present, best, taken, difference(present, best), held_out, chance, reason)


def _held_out(present: Trial, trials: Sequence[Trial]) -> Difference | None:
    """The gain of picking, on the cases of each fold by what was picked on the others."""
    worth: dict[str, float] = {}
    for fold in folds(present.topics):
        picked = pick(present, trials, [name for name in present.worth if name not in fold])
        worth |= {name: picked.worth[name] for name in fold}
    names = sorted(worth)
    before, after = [present.worth[name] for name in names], [worth[name] for name in names]
    return paired_difference(before, after, [present.topics[name] for name in names])


def folds(topics: Mapping[str, str], count: int = FOLDS) -> list[set[str]]:
    """The cases in at most ``count`` parts of about one size, the same every time; empty where that makes but one.

    ``topics`` tells the topic of each case; a topic is never torn apart.
    """
    members: dict[str, list[str]] = {}
    for name in sorted(topics):
        members.setdefault(topics[name], []).append(name)
    order = sorted(members)
    random.Random(SEED).shuffle(order)
    order.sort(key=lambda topic: -len(members[topic]))
    parts: list[set[str]] = [set() for _ in range(min(count, len(order)))]
    for topic in order:
        min(parts, key=len).update(members[topic])
    return parts if len(parts) > 1 else []
