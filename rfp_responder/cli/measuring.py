"""A gold set put to the responder that the settings describe: what ``rfp eval`` and ``rfp prompts promote`` share."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rfp_responder.cli.shown import progress_bar
from rfp_responder.errors import InputError
from rfp_responder.text import shortened

if TYPE_CHECKING:
    from rfp_responder.evaluation.gold import GoldCase
    from rfp_responder.evaluation.run import Provenance, RunResult
    from rfp_responder.knowledge import KnowledgeBase
    from rfp_responder.responder import Responder
    from rfp_responder.settings import Settings

Build = Callable[["Settings", "KnowledgeBase"], "Responder"]
"""Makes the responder; where a run has a cap on its cost, this is where the cap comes in."""

PARTIAL = "rows.partial.jsonl"
"""The rows of a run that stopped, in its folder."""


@dataclass(frozen=True, slots=True)
class Measurable:
    """A responder that is ready to be measured: everything that could be missing was found."""

    settings: Settings
    knowledge: KnowledgeBase
    responder: Responder

    def run(self, cases: Sequence[GoldCase], label: str = "eval", partial: Path | None = None) -> RunResult:
        """Ask and score the cases, with a progress bar called ``label``; several at a time where a model is named.

        ``partial`` is a file that holds the rows so far if the run stops. Raises ModelError and CostLimitError as
        ``evaluation.run.run`` does.
        """
        from rfp_responder.evaluation.rows import kept_while
        from rfp_responder.evaluation.run import run

        if self.settings.model:
            self.responder.search("Is everything ready?")  # loads the embedding model; a model's reply would cost
            _open_client(self.settings)
        else:
            self.responder.ask("Is everything ready?")  # the first question pays for loading the model
        with progress_bar(label) as progress, kept_while(partial) if partial else nullcontext() as kept:
            return run(
                cases,
                lambda question, show: self.responder.ask(question, show=show),
                self.knowledge.embedder.embed,
                progress=lambda done, of: progress("", done, of),
                workers=self.settings.parallel if self.settings.model else 1,
                kept=kept,
            )


def _open_client(settings: Settings) -> None:
    """What the first request would wait for on this machine; nothing is sent."""
    from rfp_responder.assemble.models import make_server, named_models

    _, others = named_models(settings)
    make_server(settings, others[0]).open()


def prepare(settings: Settings, build: Build | None = None) -> Measurable:
    """Open the knowledge base and make the responder (``assemble.responder_over``, or ``build``); nobody is asked."""
    from rfp_responder.assemble import open_knowledge_base, responder_over

    knowledge = open_knowledge_base(settings)
    return Measurable(settings, knowledge, (build or responder_over)(settings, knowledge))


def measure(
    settings: Settings,
    cases: Sequence[GoldCase],
    label: str = "eval",
    build: Build | None = None,
    partial: Path | None = None,
) -> RunResult:
    """What the responder of these settings scores on these cases; raises RfpError where it cannot be asked."""
    return prepare(settings, build).run(cases, label, partial)


def alone(settings: Settings, prompt: str) -> Settings:
    """The settings by which a prompt is measured, whoever measures it: by the model alone (and the small one, if any).

    No canary, and where the model fails the question is an error: were another model or the offline answerer to step
    in, their answers would be told as this prompt's. Raises InputError where no model is named.
    """
    if not settings.model:
        raise InputError(
            f"prompt {shortened(prompt, 80)}: a prompt cannot be measured without a model",
            "Set RFP_MODEL and RFP_BASE_URL, or model and base_url in rfp.toml",
        )
    return settings.model_copy(
        update={"prompt": prompt, "canary": 0.0, "offline_fallback": False, "fallback_models": ""}
    )


def capped(max_cost: float | None) -> Build | None:
    """What makes the responder under a cap on the cost of the whole command; None: as the settings say."""
    if max_cost is None:
        return None
    from rfp_responder.assemble import responder_over
    from rfp_responder.assemble.models import Wiring
    from rfp_responder.chat.cost import Budget

    wiring = Wiring(budget=Budget(max_cost))
    return lambda settings, knowledge: responder_over(settings, knowledge, wiring)


def provenance(gold_sha256: str, settings: Settings) -> Provenance:
    """What a result tells of its run: no key, no address of a server, no path; prompts with the sha256 of their text.

    Raises InputError where a prompt that the settings name is not there.
    """
    from rfp_responder.evaluation.run import Provenance, Setting

    shown: dict[str, Setting] = {
        "top_k": settings.top_k,
        "embedding_model": Path(settings.embedding_model).name,
        "chunk_tokens": settings.chunk_tokens,
        "dense_weight": settings.dense_weight,
        "prior_weight": settings.prior_weight,
        "reranker": Path(settings.reranker).name or "none",
        "model": settings.model or "offline",
    }
    if not settings.model or settings.offline_fallback:
        shown |= {"min_confidence": settings.min_confidence, "passages_read": settings.passages_read}
    if settings.model:
        shown |= {
            "small_model": settings.small_model,
            "fallback_models": settings.fallback_models,
            "offline_fallback": settings.offline_fallback,
            "canary": settings.canary,
            "context_passages": settings.context_passages,
            "context_tokens": settings.context_tokens,
            "parallel": settings.parallel,
            "reply_cache": settings.reply_cache,
            **_prompts(settings),
        }
    return Provenance(gold_sha256, _commit(), datetime.now(UTC).date().isoformat(), shown, unpriced(settings))


def _prompts(settings: Settings) -> dict[str, str]:
    from rfp_responder.assemble.models import find_prompt

    used = {"prompt": find_prompt(settings, settings.prompt)}
    if settings.canary:
        used["candidate"] = find_prompt(settings, "candidate")
    told = {name: version.ref for name, version in used.items()}
    return told | {f"{name}_sha256": version.digest for name, version in used.items()}


def unpriced(settings: Settings) -> tuple[str, ...]:
    """The models of the settings whose price is in no list, so that what they cost cannot be told."""
    from rfp_responder.assemble.models import named_models
    from rfp_responder.chat.prices import load_prices

    small, others = named_models(settings)
    prices = load_prices(settings.prices)
    models = [*others, *([small] if small else [])]
    return tuple(sorted({each.name for each in models if prices.of(each.name, each.base_url) is None}))


def _commit() -> str:
    """The commit checked out here, or ``unknown`` outside a repository."""
    try:
        done = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return done.stdout.strip() if done.returncode == 0 else "unknown"
