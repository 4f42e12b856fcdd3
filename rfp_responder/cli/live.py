"""A model's sentences while they are written: shown on a terminal as drafts, gone once the checked answer is there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rfp_responder.cli.shown import one_line

_MOST = 6  # sentences that are shown at a time; the last ones


@contextmanager
def draft_view() -> Iterator[Callable[[str], None] | None]:
    """Call it with each sentence; None where stderr is no terminal: a pipe hears nothing that is not checked."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    heard: list[str] = []

    def shown() -> Text:
        lines = [f"  {one_line(sentence)}" for sentence in heard[-_MOST:]]
        return Text("\n".join(["draft, not checked yet:", *lines]) if lines else "the model reads …", style="dim")

    with Live(shown(), console=Console(stderr=True), transient=True, refresh_per_second=8) as view:

        def hear(sentence: str) -> None:
            heard.append(sentence)
            view.update(shown())

        yield hear
