"""The changelog of prompts is made from the versions and the log, and the committed page is up to date."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from prompt_makers import put, result, ticking, version

from rfp_responder.errors import InputError
from rfp_responder.evaluation.promotion import Promotion
from rfp_responder.evaluation.prompt_page import markdown_page
from rfp_responder.evaluation.run import Provenance
from rfp_responder.prompts import PromptLibrary
from rfp_responder.prompts.folder import PromptFolder

PAGE = Path(__file__).parents[1] / "docs" / "prompts.md"
FIRST = max(PromptLibrary().numbers("answer")) + 1


def test_the_committed_page_is_the_one_that_is_generated() -> None:
    made = markdown_page(PromptLibrary())
    assert PAGE.read_text("utf-8") == made, "run `rfp prompts log --markdown > docs/prompts.md`"


def test_the_page_names_every_version_with_its_reason_and_settings() -> None:
    page = markdown_page(PromptLibrary())
    for each in PromptLibrary().versions():
        assert f"## {each.ref}\n" in page
        assert f"- Why: {each.why}\n" in page
        assert f"- Risk: {each.risk}\n" in page
        assert f"Digest `{each.digest[:12]}`, released" in page
    assert "sampling: temperature 0, max_tokens 1024\n" in page


def test_a_run_that_lies_beside_a_version_is_shown_with_its_intervals(tmp_path: Path) -> None:
    path = put(tmp_path, version(FIRST))
    library = PromptLibrary(tmp_path)
    assert "Not measured with a model yet.\n\n## " in markdown_page(library)
    result([1.0] * 3 + [0.0]).save(tmp_path / "run", Provenance("ab" * 32, "c0ffee", "2026-02-01", {"model": "a|b"}))
    (tmp_path / "run" / "results.json").replace(path.with_suffix(".json"))
    page = markdown_page(library)
    assert "| Model | Answer correctness: key facts | Wrong, among the answered |" in page
    assert "| a/b | 0.750 [" in page
    assert "not scored | not scored | `abababababab` | 2026-02-01 |" in page
    path.with_suffix(".json").write_text(json.dumps({"schema": 99}), "utf-8")
    with pytest.raises(InputError, match="has schema 99"):
        markdown_page(library)


def test_the_log_is_part_of_the_page(tmp_path: Path) -> None:
    put(tmp_path, version(FIRST, why=""))
    library = PromptLibrary(tmp_path)
    assert "- Why: not told yet" in markdown_page(library)
    put(tmp_path, version(FIRST))
    Promotion(library, ticking(), "Ann | Bo").nominate(f"answer@{FIRST}")
    page = markdown_page(library, PromptFolder(library).events())
    assert f"| 2026-02-01 09:01 | Ann / Bo | promoted | candidate | none | answer@{FIRST} |" in page
    assert f"- candidate: answer@{FIRST}\n" in page
