"""What fitting a prompt found, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rfp_responder.evaluation.optimize_choice import Trial, difference, guarded
from rfp_responder.evaluation.optimize_dspy import Found
from rfp_responder.evaluation.optimize_prompt import Candidate
from rfp_responder.evaluation.optimize_report import gain_json, gain_text
from rfp_responder.evaluation.report import markdown_rows
from rfp_responder.prompts import PromptVersion

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Fitted:
    """The version that was fitted, what was found and tried, and the version that was written (None: none was).

    ``trials`` belong to ``options`` in order and are empty where nothing was found; ``chosen`` is an index of both, 0
    for the version itself. ``calls`` and ``cost_usd`` are all that was spent; ``ended`` says why no more was
    asked ("": everything was tried).
    """

    base: PromptVersion
    found: Found
    options: Sequence[Candidate]
    trials: Sequence[Trial]
    chosen: int
    made: PromptVersion | None
    calls: int
    cost_usd: float
    ended: str = ""


def prompt_text(fitted: Fitted, model: str) -> str:
    """What was tried, and where the new version is."""
    found = fitted.found
    cost = f", {fitted.cost_usd:.4f} USD" if fitted.cost_usd else ""
    lines = [
        f"{fitted.base.ref} with {model}: {fitted.calls} requests{cost}",
        f"found on {found.asked} tune cases{' (then their share of the calls was used up)' if found.stopped else ''}: "
        f"examples: {len(found.examples)}, pieces of advice: {len(found.advice)}",
    ]
    if fitted.ended:
        lines.append(f"stopped before everything was tried: {fitted.ended}")
    if found.left_out:
        lines.append(f"left out, since they tell what the test asks: {', '.join(case for case, _ in found.left_out)}")
    if not fitted.trials:
        return "\n".join([*lines, "nothing was found that could be tried: no version was written"])
    cases = len(fitted.trials[0].rows)
    topics = len(set(fitted.trials[0].topics.values()))
    rows = [_row(fitted, number) for number in range(len(fitted.trials))]
    lines += [
        f"tried on {cases} other tune cases of {topics} topics:",
        markdown_rows(["Prompt", "Utility", "Gain [95 % CI]", "Guards"], rows),
    ]
    if fitted.made is None:
        return "\n".join([*lines, f"nothing is better than {fitted.base.ref}: no version was written"])
    gain = difference(fitted.trials[0], fitted.trials[fitted.chosen])
    if gain is None or gain.interval is None or gain.interval.low <= 0:
        lines.append("the gain may be chance")
    lines += [
        f"written: {fitted.made.ref}; it answers nothing until it is promoted",
        f"judge it on test: rfp eval --compare {fitted.base.ref} {fitted.made.ref}",
    ]
    return "\n".join(lines)


def _row(fitted: Fitted, number: int) -> list[str]:
    here, trial, option = fitted.trials[0], fitted.trials[number], fitted.options[number]
    if not number:
        return [fitted.base.ref, f"{here.mean():.3f}", "", ""]
    gain = gain_text(difference(here, trial))
    return [_named(option), f"{trial.mean():.3f}", gain, "; ".join(guarded(here, trial)) or "hold"]


def _named(option: Candidate) -> str:
    examples = f"examples: {len(option.examples)}" if option.examples else ""
    advice = f"advice: {' '.join(option.advice.split())[:60]}".replace("|", "/") if option.advice else ""
    return "with " + " and ".join(part for part in (examples, advice) if part)


def prompt_json(fitted: Fitted, model: str, gold_sha256: str) -> str:
    """Everything that was found, as one JSON object."""
    found = fitted.found
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "prompt": fitted.base.ref,
        "prompt_digest": fitted.base.digest,
        "model": model,
        "gold_sha256": gold_sha256,
        "requests": fitted.calls,
        "cost_usd": fitted.cost_usd,
        "asked": found.asked,
        "stopped": found.stopped,
        "ended": fitted.ended,
        "left_out": [list(pair) for pair in found.left_out],
        "tried": [
            {
                "examples": [example.case for example in option.examples],
                "advice": option.advice,
                "utility": round(trial.mean(), 6),
                "gain": gain_json(difference(fitted.trials[0], trial)),
                "guards_broken": guarded(fitted.trials[0], trial),
            }
            for option, trial in zip(fitted.options, fitted.trials, strict=False)
        ],
        "written": fitted.made.ref if fitted.made else None,
    }
    return json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
