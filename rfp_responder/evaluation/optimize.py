"""Tune retrieval and the offline answerer on a gold set's tune split; the test split is looked at once, at the end.

    outcome = optimize(measure, LEVERS, present, cases)      # measure: values and cases to rows

First each setting is varied alone, cheap ones first; then each again about the best that was found, which moves on as
something better is. The search only decides what is tried; what is taken is decided by ``optimize_choice``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rfp_responder.errors import GoldError
from rfp_responder.evaluation.gold import GoldCase
from rfp_responder.evaluation.optimize_choice import WRONG_COSTS, Choice, Trial, Values, choose, guarded
from rfp_responder.evaluation.run import Row

Measure = Callable[[Values, Sequence[GoldCase]], tuple[Row, ...]]
"""Asks the cases under these settings; gives a row for each, in their order."""
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Lever:
    """A setting and the values to try, by its name in ``rfp.toml``; ``what`` says in a few words what it does."""

    name: str
    values: tuple[float, ...]
    what: str


LEVERS: tuple[Lever, ...] = (
    Lever("min_confidence", (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6), "what is less sure is left blank"),
    Lever("dense_weight", (0.5, 0.6, 0.7, 0.75, 0.8, 0.9), "meaning against words in retrieval"),
    Lever("prior_weight", (0.0, 0.1, 0.15, 0.2, 0.3), "what a document that the question names gains"),
    Lever("passages_read", (6, 9, 12, 16, 20), "passages that the offline answerer reads"),
    Lever("chunk_tokens", (90, 120, 160, 200), "the size that passages are cut to"),
)
"""In the order in which they are tried: the last needs every page cut and embedded anew."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search found. ``test_before`` and ``test_after`` are the test rows of the present and the taken settings;
    the same where nothing is to be changed, and empty without test cases. ``stopped``: the time ran out before
    everything had been tried."""

    trials: tuple[Trial, ...]
    choice: Choice
    test_before: tuple[Row, ...]
    test_after: tuple[Row, ...]
    stopped: bool


@dataclass(slots=True)
class Search:
    """A coordinate search over levers: what was tried, and until when more may be.

    ``clock`` gives seconds; nothing new is tried once it shows ``until``.
    """

    measure: Measure
    cases: Sequence[GoldCase]
    wrong_costs: float = WRONG_COSTS
    until: float = float("inf")
    clock: Callable[[], float] = time.monotonic
    progress: Progress | None = None
    trials: list[Trial] = field(default_factory=list)
    stopped: bool = False

    def run(self, levers: Sequence[Lever], present: Values) -> Trial:
        """Vary each lever about ``present``, then each again about the best so far; gives the present's trial."""
        here = self._try(present)
        total = 2 * sum(len(lever.values) for lever in levers)
        alone = [trial for lever in levers for trial in self._along(lever, here, total)]
        centre = self._best(here, [here, *alone])
        if centre is not here:  # about the present everything is tried
            for lever in levers:
                centre = self._best(here, [centre, *self._along(lever, centre, total)])
        return here

    def _best(self, here: Trial, trials: Sequence[Trial]) -> Trial:
        """The best trial within the guards; the present's own where none is."""
        return max((t for t in trials if not guarded(here, t)), key=lambda trial: trial.mean(), default=here)

    def _along(self, lever: Lever, centre: Trial, total: int) -> list[Trial]:
        found: list[Trial] = []
        for value in lever.values:
            if self.clock() >= self.until:
                self.stopped = True
                return found
            if self.progress:
                self.progress(lever.name, len(self.trials), total)
            found.append(self._try({**centre.values, lever.name: value}))
        return found

    def _try(self, values: Values) -> Trial:
        known = next((trial for trial in self.trials if trial.values == values), None)
        if known is None:
            known = Trial(dict(values), self.measure(values, self.cases), self.wrong_costs)
            self.trials.append(known)
        return known


def optimize(search: Search, levers: Sequence[Lever], present: Values, cases: Sequence[GoldCase]) -> Outcome:
    """Search on the tune cases, choose, then ask the test cases under the present and, where another, the taken values.

    ``search`` holds the tune cases; raises GoldError where there are none.
    """
    if not search.cases:
        raise GoldError("the gold set has no case of split 'tune'", "Mark cases with split tune: they are tuned on")
    here = search.run(levers, present)
    choice = choose(here, search.trials)
    test = [case for case in cases if case.split == "test"]
    before = search.measure(here.values, test) if test else ()
    after = search.measure(choice.taken.values, test) if test and choice.is_change else before
    return Outcome(tuple(search.trials), choice, before, after, search.stopped)
