"""The changelog of prompts as a page: every version with its reason, its settings and what it measured.

``docs/prompts.md`` is this page for the versions that ship; a test compares the two.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import as_file

from rfp_responder.domain import Sampling
from rfp_responder.evaluation.metrics import METRICS
from rfp_responder.evaluation.report import load_results, markdown_rows
from rfp_responder.prompts import ALIASES, PromptLibrary, PromptVersion
from rfp_responder.prompts.folder import Event

_SHOWN = ("key_fact_recall", "wrong_among_answered", "refusal_recall", "citation_page")
_HEAD = """# Prompts

Written by `rfp prompts log --markdown`, not by hand. A released version never changes: its digest is kept, and a file
that differs from it is refused. A new version is a new file (`rfp prompts new`), and answers only after it was measured
(`rfp prompts promote`).
"""


def markdown_page(library: PromptLibrary, events: Sequence[Event] = ()) -> str:
    """Aliases, every version (the latest of a name first), then the log; raises InputError for a file at fault."""
    aliases = library.aliases()
    lines = [_HEAD, *(f"- {alias}: {aliases.get(alias, 'none')}" for alias in ALIASES), ""]
    versions = sorted(library.versions(), key=lambda version: (version.name, -version.number))
    for version in versions:
        lines += [f"## {version.ref}", "", *_facts(library, version), "", _measured(library, version)]
    if events:
        header = ["When", "By", "What", "Alias", "From", "To", "Figures", "Run or reasons"]
        lines += ["## Log", "", markdown_rows(header, [_event(event) for event in events])]
    return "\n".join(lines).rstrip() + "\n"


def sampling_shown(sampling: Sampling) -> str:
    """The values that are set, in the order of the header; the others are the server's."""
    return ", ".join(f"{name} {value:g}" for name, value in asdict(sampling).items() if value is not None)


def figures_shown(event: Event) -> str:
    """The metrics of an event's run, each with what the version before it had, where that was measured."""
    shown = []
    for name, value in event.figures.items():
        before = event.figures_before.get(name)
        was = "" if before is None else f" (was {before:.3f})"
        shown.append(f"{name} {'not scored' if value is None else f'{value:.3f}'}{was}")
    return ", ".join(shown)


def _facts(library: PromptLibrary, version: PromptVersion) -> list[str]:
    released = "released" if library.is_released(version) else "not released"
    return [
        f"- Purpose: {version.purpose}",
        f"- Why: {version.why or 'not told yet'}",
        f"- Created {version.created} by {version.owner}, reviewed {version.reviewed}",
        f"- Contract {version.contract}; sampling: {sampling_shown(version.sampling)}",
        f"- Risk: {version.risk}",
        f"- Digest `{version.digest[:12]}`, {released}",
    ]


def _measured(library: PromptLibrary, version: PromptVersion) -> str:
    """The row of the run that lies beside the version; a line where there is none."""
    place = library.beside(version, ".json")
    if not place.is_file():
        return "Not measured with a model yet.\n"
    with as_file(place) as path:
        results = load_results(path)
        settings = json.loads(path.read_text("utf-8")).get("settings", {})
    values = {one.metric: one for one in results.aggregates if one.split == "test"}
    cells = []
    for name in _SHOWN:
        one = values.get(name)
        spread = f" [{one.low:.3f}, {one.high:.3f}]" if one and one.low is not None and one.high is not None else ""
        cells.append("not scored" if one is None or one.value is None else f"{one.value:.3f}{spread}, n = {one.n}")
    titles = [metric.title for name in _SHOWN for metric in METRICS if metric.name == name]
    model = _cell(str(settings.get("model", "unknown")))
    return markdown_rows(
        ["Model", *titles, "Gold", "Date"], [[model, *cells, f"`{results.gold_sha256[:12]}`", results.date]]
    )


def _event(event: Event) -> list[str]:
    rest = "; ".join(event.reasons) or event.run
    cells = [event.by, event.what, event.alias, event.before or "none", event.after or "none", figures_shown(event)]
    return [f"{event.when:%Y-%m-%d %H:%M}", *(_cell(cell) for cell in [*cells, rest])]


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
