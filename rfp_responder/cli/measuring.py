"""A gold set put to the responder that the settings describe: what ``rfp eval`` and ``rfp prompts promote`` share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rfp_responder.cli.shown import progress_bar

if TYPE_CHECKING:
    from rfp_responder.evaluation.gold import GoldCase
    from rfp_responder.evaluation.run import RunResult
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


def prepare(settings: Settings, build: Build | None = None) -> Measurable:
    """Open the knowledge base and make the responder (``assemble.responder_over``, or ``build``); nobody is asked."""
    from rfp_responder.assemble import open_knowledge_base, responder_over

    knowledge = open_knowledge_base(settings)
    return Measurable(settings, knowledge, (build or responder_over)(settings, knowledge))


def measure(settings: Settings, cases: Sequence[GoldCase], label: str = "eval") -> RunResult:
    """What the responder of these settings scores on these cases; raises RfpError where it cannot be asked."""
    return prepare(settings).run(cases, label)
