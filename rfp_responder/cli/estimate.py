"""``rfp answer --estimate``: what a run would ask, and what that would cost and take; nobody is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rfp_responder.cli.shown import progress_bar
from rfp_responder.errors import RfpError

if TYPE_CHECKING:
    from rfp_responder.chat.estimate import ModelEstimate, NotAskedError
    from rfp_responder.domain import Question
    from rfp_responder.questionnaire import Answering, Options
    from rfp_responder.settings import Settings

_NOTHING = "nobody was asked and nothing was written"


def unpriced(settings: Settings) -> tuple[str, ...]:
    """A note on the models whose price is not known, so that their cost is not counted."""
    if not settings.model:
        return ()
    from rfp_responder.assemble.models import named_models
    from rfp_responder.chat.prices import REMEDY, load_prices

    prices = load_prices(settings.prices)
    small, others = named_models(settings)
    models = [*others, *([small] if small else [])]
    unknown = dict.fromkeys(model.name for model in models if prices.of(model.name, model.base_url) is None)
    if not unknown:
        return ()
    return (f"the price of {', '.join(unknown)} is not known, so that its cost is not counted: {REMEDY}",)


def estimate_lines(
    questionnaire: Path, ask: Answering, kept: tuple[Path | None, bool], options: Options, settings: Settings
) -> list[str]:
    """What a run would ask and cost, in lines.

    ``ask`` comes from a responder whose models count and raise NotAskedError; ``kept`` is where finished rows are
    kept, and whether those of an earlier run are taken.
    """
    from rfp_responder.questionnaire import forecast

    found = forecast(questionnaire, checkpoint=kept[0], resume=kept[1], options=options)
    asked = len(found.certain) + len(found.conditional)
    hanging = (
        f", {len(found.conditional)} of them only if another row's answer calls for it" if found.conditional else ""
    )
    head = f"{found.items} rows ask something: {asked} questions would be put{hanging}"
    if not settings.model:
        return [head, "no model is named: they are answered offline, which costs nothing", _NOTHING]
    with progress_bar("estimate") as progress:
        certain, free, faults = _counted(ask, found.certain, lambda done: progress("", done, asked))
        before = len(found.certain)
        hung, more, others = _counted(ask, found.conditional, lambda done: progress("", before + done, asked))
    lines = [head, *_models(certain, hung, options.workers)]
    if free + more:
        lines.append(f"{free + more} questions need no model: no passage was found, or the reply is kept")
    if faults or others:
        lines.append(f"{len(faults) + len(others)} questions would fail, the first: {[*faults, *others][0]}")
    if settings.small_model:
        lines.append("a question that the small model cannot answer is put to the other one too: not counted here")
    return [*lines, *_told(settings), *options.notes, _NOTHING]


def _counted(
    ask: Answering, questions: Sequence[Question], done: Callable[[int], None]
) -> tuple[list[NotAskedError], int, list[str]]:
    """What would be sent for each question, how many need no model, and what failed before a model was reached."""
    from rfp_responder.chat.estimate import NotAskedError

    counted: list[NotAskedError] = []
    free, faults = 0, list[str]()
    for number, question in enumerate(questions, 1):
        try:
            ask(question)
            free += 1
        except NotAskedError as request:
            counted.append(request)
        except RfpError as fault:
            faults.append(str(fault))
        done(number)
    return counted, free, faults


def _models(certain: Sequence[NotAskedError], hung: Sequence[NotAskedError], at_once: int) -> list[str]:
    """A line for each model; at most, the questions that hang on others are asked too."""
    from rfp_responder.chat.estimate import estimated

    lines = []
    for model in dict.fromkeys(each.model for each in (*certain, *hung)):
        likely = estimated(model, [each for each in certain if each.model == model])
        most = estimated(model, [each for each in (*certain, *hung) if each.model == model])
        lines.append(_line(likely, most, at_once))
    return lines


def _line(likely: ModelEstimate, most: ModelEstimate, at_once: int) -> str:
    from rfp_responder.chat.cost import dollars

    cost = "cost not known"
    if most.most_usd is not None:
        cost = f"{dollars(likely.likely_usd or 0.0)} likely, {dollars(most.most_usd)} at most"
    return (
        f"{likely.model}: {likely.questions} questions · input {likely.input_tokens:,} tokens, at most "
        f"{most.most_input:,} · output {likely.output_tokens:,} tokens likely, at most {most.most_output:,} · {cost} "
        f"· about {_time(likely.seconds(at_once))} with {at_once} at a time"
    )


def _time(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"


def _told(settings: Settings) -> list[str]:
    """How was counted and priced."""
    from rfp_responder.chat.estimate import LIKELY_OUTPUT
    from rfp_responder.chat.prices import load_prices
    from rfp_responder.chat.tokens import TokenCounter

    return [
        TokenCounter(settings.tokenizer).told,
        f"likely: one reply of {LIKELY_OUTPUT} tokens for each question; at most: two replies of the prompt's longest",
        f"prices of {load_prices(settings.prices).as_of.isoformat()}, or of your own list: they change",
    ]
