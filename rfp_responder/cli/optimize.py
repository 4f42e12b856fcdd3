"""``rfp optimize``: settings, or a prompt, fitted to your own gold set and judged on what they were not fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rfp_responder.cli import app
from rfp_responder.cli.documents import IndexOption
from rfp_responder.cli.evaluation import GOLD
from rfp_responder.cli.shown import progress_bar
from rfp_responder.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rfp_responder.answer.context import Packing
    from rfp_responder.domain import Passage
    from rfp_responder.evaluation.optimize_choice import Trial, Values
    from rfp_responder.evaluation.optimize_report import Searched
    from rfp_responder.knowledge import KnowledgeBase
    from rfp_responder.prompts import PromptVersion
    from rfp_responder.protocols import ChatModel
    from rfp_responder.responder import Responder
    from rfp_responder.settings import Settings


@dataclass(frozen=True, slots=True)
class _Asked:
    """The options that both ways of optimising share."""

    gold: Path
    documents: tuple[Path, ...]
    out: Path
    minutes: float


@dataclass(frozen=True, slots=True)
class _Bounds:
    """How much may be tried for a prompt."""

    calls: int
    cost: float | None
    examples: int
    proposals: int

    def check(self) -> None:
        """Raise InputError for what cannot be meant."""
        if self.calls < 10:
            raise InputError(f"--max-calls {self.calls}: expected 10 or more", "A third finds, the rest tries")
        if not (0 <= self.examples <= 8 and 0 <= self.proposals <= 8):
            raise InputError(
                f"--examples {self.examples}, --proposals {self.proposals}: expected 0 to 8 each",
                "What is added costs tokens with every question",
            )


@app.command("optimize")
def optimize_command(
    gold: Annotated[Path, typer.Option("--gold", help="Gold set, JSON lines; its tune split is tuned on.")] = GOLD,
    documents: Annotated[
        list[Path] | None, typer.Option("--documents", help="Tune on these files instead of the index; repeatable.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for optimize.json.")] = Path("evals/optimize"),
    write: Annotated[
        Path | None, typer.Option("--write", help="Write the lines for rfp.toml into this new file.")
    ] = None,
    minutes: Annotated[float, typer.Option("--minutes", help="Try nothing new after so many minutes.")] = 15.0,
    wrong_costs: Annotated[
        float, typer.Option("--wrong-costs", help="What a wrong answer costs; a right one gains 1, a blank 0.")
    ] = 1.0,
    prompt: Annotated[
        str | None, typer.Option("--prompt", help="Fit this prompt instead (as in answer@2), into a new version of it.")
    ] = None,
    max_cost: Annotated[
        float | None, typer.Option("--max-cost", metavar="USD", help="With --prompt: stop before more is spent.")
    ] = None,
    max_calls: Annotated[int, typer.Option("--max-calls", help="With --prompt: most requests to the model.")] = 90,
    examples: Annotated[int, typer.Option("--examples", help="With --prompt: most examples that are added.")] = 2,
    proposals: Annotated[int, typer.Option("--proposals", help="With --prompt: pieces of advice that are tried.")] = 1,
    index: IndexOption = None,
) -> int:
    """Fit retrieval and the offline answerer, or a prompt, to a gold set; rfp.toml is never changed."""
    from rfp_responder.settings import load_settings

    _check(out, write, minutes, wrong_costs)
    settings = load_settings(index=index)
    asked = _Asked(gold, tuple(documents or ()), out, minutes)
    if prompt is None:
        return _tune(settings, asked, write, wrong_costs)
    if write is not None:
        raise InputError("--write: there are no lines for rfp.toml with --prompt", "Leave one of the two out")
    return _fit_prompt(settings, asked, prompt, _Bounds(max_calls, max_cost, examples, proposals))


def _check(out: Path, write: Path | None, minutes: float, wrong_costs: float) -> None:
    """Refuse, before anything is measured, what could not be written or means nothing."""
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out}: is a file, expected a folder", "Name a folder")
    if write is not None and write.exists():
        raise InputError(f"--write {write}: is there already, and nothing is written over", "Name a new file")
    if write is not None and not write.absolute().parent.is_dir():
        raise InputError(f"--write {write}: its folder is not there", "Make the folder, or name another place")
    if not minutes > 0:
        raise InputError(f"--minutes {minutes:g}: expected more than 0", "Give it a few minutes")
    if not 0 <= wrong_costs < float("inf"):
        raise InputError(
            f"--wrong-costs {wrong_costs:g}: expected 0 or more", "1 makes a wrong answer undo a right one"
        )


def _tune(settings: Settings, asked: _Asked, write: Path | None, wrong_costs: float) -> int:
    """The search, its report, and the lines for rfp.toml."""
    import time

    from rfp_responder.cli.outputs import write_staged
    from rfp_responder.evaluation.gold import load_gold
    from rfp_responder.evaluation.optimize import LEVERS, Search, optimize
    from rfp_responder.evaluation.optimize_bench import Bench
    from rfp_responder.evaluation.optimize_report import as_json, text, toml_lines

    cases = load_gold(asked.gold)
    source = _source(settings, asked.documents)
    levers = [lever for lever in LEVERS if lever.name in type(settings).model_fields]
    present: Values = {lever.name: float(getattr(settings, lever.name)) for lever in levers}
    if settings.model:
        typer.echo(f"rfp: the offline answerer is tuned; {settings.model} is not asked", err=True)
    with progress_bar("optimize") as progress:
        search = Search(
            Bench(source, _maker(settings), _chunk_tokens(present)),
            [case for case in cases if case.split == "tune"],
            wrong_costs,
            time.monotonic() + 60 * asked.minutes,
            progress=progress,
        )
        outcome = optimize(search, levers, present, cases)
    asked.out.mkdir(parents=True, exist_ok=True)
    write_staged(asked.out / "optimize.json", as_json(outcome, _searched(asked.gold, source)))
    typer.echo(text(outcome, levers))
    lines = toml_lines(outcome)
    if lines:
        typer.echo(f"for rfp.toml{' (then run `rfp reindex`)' if 'chunk_tokens' in lines else ''}:\n{lines}")
    if write is not None:
        write_staged(write, lines or "# the present settings are kept\n")
    return 0


def _chunk_tokens(present: Values) -> int:
    from rfp_responder.ingest.chunk import ChunkSettings

    return int(present.get("chunk_tokens", ChunkSettings().target))


def _source(settings: Settings, documents: Sequence[Path]) -> KnowledgeBase:
    """The index that the settings name, or the files given, read into memory."""
    from rfp_responder.assemble import make_embedder, open_knowledge_base
    from rfp_responder.knowledge import KnowledgeBase
    from rfp_responder.knowledge.tally import IngestOptions

    if not documents:
        return open_knowledge_base(settings)
    source = KnowledgeBase(None, make_embedder(settings))
    options = IngestOptions(seconds=settings.read_seconds, ocr=settings.ocr, later=True)
    with progress_bar("ingest") as progress:
        tally = source.ingest(documents, options=options, progress=progress)
    if not tally.documents:
        what = "; ".join(reason for _, reason in tally.failed[:3]) or "no document is there"
        raise InputError(f"--documents: nothing can be read ({what})", "Name files or folders with documents")
    for _, reason in tally.failed:
        typer.echo(f"rfp: not ingested: {reason}", err=True)
    return source


def _maker(settings: Settings) -> Callable[[KnowledgeBase, Values], Responder]:
    """Makes the responder of the settings with the tuned values in their place, always the offline one."""
    from rfp_responder.assemble import responder_over

    whole = {name for name, field in type(settings).model_fields.items() if field.annotation is int}

    def make(knowledge: KnowledgeBase, values: Values) -> Responder:
        chosen = {name: round(value) if name in whole else value for name, value in values.items()}
        return responder_over(settings.model_copy(update={**chosen, "model": "", "small_model": ""}), knowledge)

    return make


def _searched(gold: Path, source: KnowledgeBase) -> Searched:
    from datetime import UTC, datetime

    from rfp_responder.evaluation.gold import gold_digest
    from rfp_responder.evaluation.optimize_report import Searched

    rows = source.documents()
    day = datetime.now(UTC).date().isoformat()
    model = source.embedder.identity.name
    return Searched(gold_digest(gold), day, model, len(rows), sum(row.pages for row in rows))


def _fit_prompt(settings: Settings, asked: _Asked, ref: str, bounds: _Bounds) -> int:
    """Examples and advice found on one part of tune, tried on the other, and written as a new version."""
    from datetime import UTC, datetime

    from rfp_responder.cli.outputs import write_staged
    from rfp_responder.evaluation.gold import gold_digest, load_gold
    from rfp_responder.evaluation.optimize_dspy import Finder, require_dspy
    from rfp_responder.evaluation.optimize_prompt import (
        CountedChat,
        Step,
        as_version,
        better,
        calls_for_finding,
        candidates,
        parted,
        tried,
    )
    from rfp_responder.evaluation.optimize_prompt_report import Fitted, prompt_json, prompt_text

    bounds.check()
    if not settings.model:
        raise InputError("--prompt: no model is configured", "Name one with RFP_MODEL (and RFP_BASE_URL)")
    require_dspy()
    base, add = _prompts(settings, ref)
    cases, gold = load_gold(asked.gold), gold_digest(asked.gold)
    train, others = parted(cases)
    source = _source(settings, asked.documents)
    if asked.documents:
        source.embed_waiting()
    asked_model, packing = _model(settings, bounds.cost)
    step = Step(_searcher(settings, source), source.embedder.embed, packing)
    model = CountedChat(asked_model, bounds.calls)
    typer.echo(f"rfp: looking for examples and advice, {model.name} is asked", err=True)
    finder = Finder(step, base, cases, bounds.examples, bounds.proposals)
    found = finder.find(train, model, calls_for_finding(bounds.calls))
    options = candidates(base, found.examples, found.advice)
    trials: list[Trial] = []
    if len(options) > 1:
        with progress_bar("optimize") as progress:
            versions = [option.version for option in options]
            trials = tried(step, others, versions, model, lambda done, of: progress("", done, of))
    chosen = better(trials) if trials else 0
    today = datetime.now(UTC).date()
    made = add(as_version(options[chosen], base, model.name, gold, today)) if chosen else None
    fitted = Fitted(base, found, options, trials, chosen, made, model.calls, model.cost_usd, model.ended)
    asked.out.mkdir(parents=True, exist_ok=True)
    write_staged(asked.out / "optimize-prompt.json", prompt_json(fitted, model.name, gold))
    typer.echo(prompt_text(fitted, model.name))
    return 0


def _prompts(settings: Settings, ref: str) -> tuple[PromptVersion, Callable[[PromptVersion], PromptVersion]]:
    """The version named, and what writes a new one into the user's own folder."""
    from rfp_responder.prompts import PromptLibrary
    from rfp_responder.prompts.folder import PromptFolder

    library = PromptLibrary(settings.prompts)
    return library.find(ref), PromptFolder(library).add


def _searcher(settings: Settings, source: KnowledgeBase) -> Callable[[str], Sequence[Passage]]:
    """Finds as many passages for a question as a model is shown."""
    from rfp_responder.assemble import responder_over

    offline = settings.model_copy(update={"model": "", "small_model": ""})
    responder = responder_over(offline, source)  # it only searches: the model is asked by the step
    return lambda text: responder.search(text, settings.context_passages)


def _model(settings: Settings, max_cost: float | None) -> tuple[ChatModel, Packing]:
    """The model that the settings name, alone and within the cost, and how passages are shown to it."""
    from rfp_responder.assemble.models import ModelKit, Wiring, named_models
    from rfp_responder.chat.cost import Budget

    kit = ModelKit(settings, Wiring(budget=Budget(max_cost)))
    _, others = named_models(settings)
    return kit.chat(others[0]), kit.packing()
