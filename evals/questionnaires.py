"""How the sample questionnaires come out: rows answered, in part, and blank, by whether the documents answer them.

    python evals/questionnaires.py INDEX

``data/sources/questionnaires.yaml`` says for each question which facts answer it, or that no document does.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from rfp_responder import KnowledgeBase, Responder
from rfp_responder.questionnaire import fill

DATA = Path(__file__).parents[1] / "data"


def questions(node: Any) -> dict[str, bool]:
    """Each question's text, and whether the documents answer it."""
    found: dict[str, bool] = {}
    if isinstance(node, dict):
        if "ask" in node:
            found[" ".join(str(node["ask"]).split())] = "absent" not in node
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            found |= questions(part)
    return found


def main() -> None:
    """Fill each sample in a temporary folder and print the counts."""
    answerable = questions(yaml.safe_load((DATA / "sources" / "questionnaires.yaml").read_text("utf-8")))
    responder = Responder.over(KnowledgeBase(sys.argv[1]))
    counts: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted((DATA / "questionnaires").iterdir()):
            for row in fill(path, Path(folder) / path.name, responder.ask).rows:
                text = " ".join(row.question.split())
                if text in answerable:
                    counts["answerable" if answerable[text] else "not in the documents", row.status] += 1
    for (kind, status), count in sorted(counts.items()):
        print(f"{kind:22} {status:12} {count}")


if __name__ == "__main__":
    main()
