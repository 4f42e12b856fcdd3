"""What the README shows is what was run."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rfp_responder.cli import app
from rfp_responder.cli import check as _check  # noqa: F401  # registers its command
from rfp_responder.evaluation.report import check_readme
from rfp_responder.ingest import read
from rfp_responder.text import locate

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")

sys.path.insert(0, str(ROOT / "evals"))
import readme as generated  # noqa: E402  # the script that writes the sections lies beside the gold set


def section(name: str) -> str:
    return README.split(f"<!-- {name}:begin -->")[1].split(f"<!-- {name}:end -->")[0].strip()


def test_the_table_of_metrics_is_the_one_of_the_committed_results() -> None:
    assert check_readme(ROOT / "README.md", ROOT / "evals" / "results" / "results.json"), "run `make eval`"


def test_a_number_changed_by_hand_is_noticed(tmp_path: Path) -> None:
    forged = tmp_path / "README.md"
    forged.write_text(README.replace("| Page hit@3 | 0.", "| Page hit@3 | 1."), "utf-8")
    assert forged.read_text("utf-8") != README
    assert not check_readme(forged, ROOT / "evals" / "results" / "results.json")


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("help", generated.help_text),
        ("settings", generated.settings_table),
        ("optimisation", generated.optimisation),
    ],
)
def test_a_generated_section_is_up_to_date(name: str, made: object) -> None:
    assert callable(made)
    assert section(name) == made().strip(), "run `make eval`"


def test_every_quote_of_the_example_stands_on_the_page_it_names() -> None:
    cited = re.findall(r"\[\d+\] (\S+), page (\d+)(?: \(printed \w+\))?: “(.*?)”", section("ask"))
    assert cited
    for name, number, quote in cited:
        page = read(ROOT / "data" / "documents" / name, name).pages[int(number) - 1]
        assert locate(quote, page.text), (name, number, quote)


def test_the_example_that_is_left_blank_is_blank_and_says_why() -> None:
    shown = section("refuse")
    assert "unanswered" in shown
    assert "note: " in shown
    assert "[1]" not in shown


def test_every_make_target_of_the_readme_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"\bmake ([a-z]+)\b", README)):
        if target in {"help", "setup", "ingest", "ask", "answer", "eval", "test", "check", "bench", "samples"}:
            assert f"\n{target}: " in makefile


def test_the_example_of_a_claim_that_is_checked_is_what_the_command_prints() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    shown = re.search(r"\$ echo '(?P<row>.*)' \| rfp check -\n(?P<out>.*?)```", text, re.S)
    assert shown
    done = CliRunner().invoke(app, ["check", "-"], input=shown["row"] + "\n")
    assert done.stdout == shown["out"]
