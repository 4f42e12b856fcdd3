"""Write README's generated sections: help, settings, the two example answers, and what optimisation brought.

    python evals/readme.py [INDEX]      without an index: all but the two example answers

``rfp eval --readme`` writes the table of metrics; this writes the rest. ``tests/test_docs.py`` compares.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pydantic import SecretStr

from rfp_responder.cli.shown import answer_lines
from rfp_responder.evaluation.compare import changes, markdown_changes
from rfp_responder.evaluation.report import write_between_markers
from rfp_responder.evaluation.run import load_rows
from rfp_responder.knowledge import KnowledgeBase
from rfp_responder.responder import Responder
from rfp_responder.settings import Settings

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
ASKED = "How often are backups taken, and how long are they kept?"
REFUSED = "Who acts as escrow agent for your source code?"


def help_text() -> str:
    """What ``rfp --help`` prints, as a code block."""
    done = subprocess.run(
        [sys.executable, "-m", "rfp_responder", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"COLUMNS": "100", "PATH": "", "NO_COLOR": "1"},
        cwd=ROOT,
    )
    lines = [line.rstrip() for line in done.stdout.replace("python -m rfp_responder", "rfp").strip().splitlines()]
    return "```\n" + "\n".join(lines) + "\n```"


def settings_table() -> str:
    """Every setting with its variable, its default and what it is."""
    rows = ["| `rfp.toml` | variable | default | what it is |", "|---|---|---|---|"]
    for name, one in Settings.model_fields.items():
        default = "" if isinstance(one.default, SecretStr) or one.default == "" else f"`{one.default}`"
        rows.append(f"| `{name}` | `RFP_{name.upper()}` | {default} | {one.description} |")
    return "\n".join(rows)


def optimisation() -> str:
    """The first version against the committed results, test split, paired."""
    return markdown_changes(
        changes(load_rows(ROOT / "evals" / "history" / "first"), load_rows(ROOT / "evals" / "results"), "test")
    )


def asked(responder: Responder, question: str) -> str:
    """A question and its answer as the command prints them."""
    return "\n".join(["```", f"$ rfp ask {question!r}", *answer_lines(responder.ask(question)), "```"])


def main() -> None:
    """Write every section."""
    sections = {"help": help_text(), "settings": settings_table(), "optimisation": optimisation()}
    if len(sys.argv) > 1:
        responder = Responder.over(KnowledgeBase(Path(sys.argv[1])))
        responder.ask("Is everything ready?")
        sections |= {"ask": asked(responder, ASKED), "refuse": asked(responder, REFUSED)}
    for name, text in sections.items():
        write_between_markers(README, name, text)


if __name__ == "__main__":
    main()
