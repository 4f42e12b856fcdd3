"""How far the offline support checker can be trusted: people's labels, and claims made wrong on purpose.

    RFP_BENCH_DATA=DIR python evals/checker_study.py [--missed KIND] [--sets lfqa,qags,rfp,...] [--limit N]

Prints Markdown. Agreement with people: balanced accuracy, kappa and AUROC on LFQA-Verification (its questions are
split by a hash into a half that the checker was developed on and a half that only confirms) and on QAGS. Mutations:
the share of wrong claims that are refused, by kind, and of right ones that are refused (false alarms), on LFQA
sentences that three of three people call supported, on the sample gold's quotes (verbatim) and reference answers
(paraphrase) with the page around as passage, and on other documents, verbatim and in other words. The mutants are
made by ``checker_mutants``. ``--missed`` prints what got through of one kind ("false alarm" for right claims).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rfp_responder.answer.support import support
from rfp_responder.ingest import read
from rfp_responder.text import sentences

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from checker_mutants import SEED, mutants, paraphrase  # noqa: E402  # lies beside this file

SYSTEMS = {
    "webgpt": "webgpt", "gpt3": "webgpt", "gpt3_wdoc": "webgpt", "gpt3_whudoc": "human", "alpaca": "webgpt",
    "alpaca_wdoc": "webgpt",
}  # fmt: skip
GROUNDED = {"webgpt", "gpt3_wdoc", "gpt3_whudoc", "alpaca_wdoc"}
MAX_MUTANTS = 150
OTHERS = {
    "policies": ("docs_comply_apache2", "*.md"),
    "procedures": ("docs_jupiterone_ccbysa", "*.md"),
    "government PDFs": ("pdf_gov_public_domain", "*.pdf"),
    "10-Q reports": ("qa_docugami_mit", "*.pdf"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A claim with its passages and whether people call it supported (``votes`` of three)."""

    claim: str
    passages: tuple[str, ...]
    supported: bool
    votes: int
    half: str = ""


def lfqa(root: Path) -> list[Row]:
    """Every labelled sentence of LFQA-Verification; the half is a hash of the question."""
    folder = root / "support_labels_lfqa"
    rows = []
    for system, source in SYSTEMS.items():
        documents = json.loads((folder / f"docs-{source}.json").read_text("utf-8"))
        texts = {row["question_id"]: tuple(d["text"] for d in row["docs"]) for row in documents}
        for row in json.loads((folder / f"lfqa_{system}.json").read_text("utf-8")):
            digest = hashlib.sha256(row["question"].strip().lower().encode()).digest()[0]
            for sentence in row["annotations"]:
                votes = sentence["labels"].count("supported")
                half = ("dev" if digest % 2 else "held out") + ("" if system in GROUNDED else ", ungrounded")
                rows.append(Row(sentence["answer"].strip(), texts[row["question_id"]], votes >= 2, votes, half))
    return rows


def qags(root: Path, name: str) -> list[Row]:
    """Summary sentences of QAGS; supported where most say yes."""
    rows = []
    for line in (root / "support_labels_qags" / f"qags_{name}.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        for sentence in case["summary_sentences"]:
            votes = sum(r["response"] == "yes" for r in sentence["responses"])
            rows.append(Row(sentence["sentence"], (case["article"],), votes >= 2, votes))
    return rows


def sample() -> tuple[list[Row], list[Row]]:
    """The sample gold's quotes and reference answers; the passage is the page's text around each quote."""
    quotes, answers = [], []
    pages: dict[str, list[str]] = {}
    for line in (HERE / "gold.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        around = []
        for place in case["evidence"]:
            name = place["document"]
            if name not in pages:
                pages[name] = [page.text for page in read(HERE.parent / "data" / "documents" / name, name).pages]
            text, quote = pages[name][place["page"] - 1], place["quote"]
            start = max(0, text.find(quote[:40]))
            before = text.rfind("\n", 0, max(0, start - 400)) + 1
            around.append(text[before : start + len(quote) + 500])
            if len(quote.split()) > 5 and "\t" not in quote and quote.rstrip().endswith("."):
                quotes.append(Row(quote, (around[-1],), True, 3))
        told = [case["reference_answer"][a:b] for a, b in sentences(case["reference_answer"])]
        told = [one for one in told if not re.search(r"not (?:state|say|mention|cover|name)|documents? ", one)]
        answers += [Row(one, tuple(dict.fromkeys(around)), True, 3) for one in told if len(one.split()) > 4]
    return list({row.claim: row for row in quotes}.values()), list({row.claim: row for row in answers}.values())


def documents(root: Path, folder: str, pattern: str) -> list[Row]:
    """Sentences of other documents, each with the 1,500 characters around it."""
    rows = []
    chance = random.Random(SEED)
    for path in sorted((root / folder).rglob(pattern))[:40]:
        pages = read(path, path.name).pages
        for page in chance.sample(pages, min(len(pages), 12)):
            spans = [s for s in sentences(page.text) if re.fullmatch(r"[A-Z][^\n\t]{50,300}\.", page.text[slice(*s)])]
            for start, end in chance.sample(spans, min(3, len(spans))):
                rows.append(Row(page.text[start:end], (page.text[max(0, start - 700) : end + 800],), True, 3))
    chance.shuffle(rows)
    return rows[:200]


def agreement(name: str, rows: list[Row]) -> str:
    """One line of the table of agreement with people."""
    verdicts = [support(row.claim, row.passages) for row in rows]
    said = [verdict.supported for verdict in verdicts]
    truth = [row.supported for row in rows]
    n, yes = len(rows), sum(truth)
    hits = sum(a and b for a, b in zip(said, truth, strict=True))
    refused = sum(not a and not b for a, b in zip(said, truth, strict=True))
    balanced = (hits / yes + refused / (n - yes)) / 2
    chance = (sum(said) * yes + (n - sum(said)) * (n - yes)) / n**2
    kappa = ((hits + refused) / n - chance) / (1 - chance)
    scores = sorted((verdict.score, row.supported) for verdict, row in zip(verdicts, rows, strict=True))
    return (
        f"| {name} | {n} | {yes / n:.2f} | {balanced:.3f} | {kappa:.3f} | {_auroc(scores):.3f} | {1 - hits / yes:.2f} |"
    )


def _auroc(scores: list[tuple[float, bool]]) -> float:
    ranks: dict[float, list[int]] = defaultdict(list)
    for place, (score, _) in enumerate(scores, 1):
        ranks[score].append(place)
    mean = {score: sum(places) / len(places) for score, places in ranks.items()}
    yes = [mean[score] for score, label in scores if label]
    no = len(scores) - len(yes)
    return (sum(yes) - len(yes) * (len(yes) + 1) / 2) / (len(yes) * no)


def mutation(rows: list[Row], missed: str | None) -> dict[str, tuple[int, int]]:
    """Of each kind: how many were refused, and of how many; "false alarm" holds the right claims."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    chance = random.Random(SEED)
    for row in rows:
        verdict = support(row.claim, row.passages)
        _count(counts["false alarm"], not verdict.supported)
        if missed == "false alarm" and not verdict.supported:
            _show(row, row.claim, verdict.reasons)
        strangers = [other.claim for other in chance.sample(rows, min(5, len(rows))) if other.passages != row.passages]
        for kind, wrong in mutants(row.claim, "\n".join(row.passages), strangers).items():
            if counts[kind][1] >= MAX_MUTANTS:
                continue
            found = support(wrong, row.passages)
            _count(counts[kind], not found.supported)
            if missed == kind and found.supported:
                _show(row, wrong, found.reasons)
    return {kind: (caught, n) for kind, (caught, n) in counts.items()}


def _count(counts: list[int], hit: bool) -> None:
    counts[0] += hit
    counts[1] += 1


def _show(row: Row, claim: str, reasons: tuple[str, ...]) -> None:
    words = set(re.findall(r"\w+", claim.lower()))
    near = [p[a:b] for p in row.passages for a, b in sentences(p)]
    near.sort(key=lambda text: -len(words & set(re.findall(r"\w+", text.lower()))))
    print(f"\nCLAIM  {claim}\nSOURCE {' '.join(near[0].split()) if near else ''}\nWHY    {reasons}")


def table(found: dict[str, dict[str, tuple[int, int]]]) -> Iterable[str]:
    """The sets as columns, the kinds as rows: percent refused (n)."""
    kinds = list(dict.fromkeys(kind for counts in found.values() for kind in counts))
    yield "| refused, % (n) | " + " | ".join(found) + " |"
    yield "|---|" + "---|" * len(found)
    for kind in kinds:
        cells = [counts.get(kind, (0, 0)) for counts in found.values()]
        yield f"| {kind} | " + " | ".join(f"{100 * hit / n:.0f} ({n})" if n else "-" for hit, n in cells) + " |"


def mutation_sets(root: Path, limit: int, wanted: str) -> dict[str, list[Row]]:
    """Every set of right claims by name."""
    sets: dict[str, list[Row]] = {}
    if "lfqa" in wanted:
        sure = [
            row for row in lfqa(root) if row.votes == 3 and "ungrounded" not in row.half and row.claim.count(" ") > 5
        ]
        for half in ("dev", "held out"):
            rows = [row for row in sure if row.half == half]
            random.Random(SEED).shuffle(rows)
            sets[f"LFQA, {half}"] = rows
    if "rfp" in wanted:
        sets["RFP, verbatim"], sets["RFP, paraphrase"] = sample()
    for name, (folder, pattern) in OTHERS.items():
        if "others" in wanted:
            rows = documents(root, folder, pattern)
            sets[name] = rows
            said = [(paraphrase(row.claim), row) for row in rows]
            sets[f"{name}, reworded"] = [Row(text, row.passages, True, 3) for text, row in said if text]
    return {name: rows[:limit] for name, rows in sets.items()}


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--missed", help="show what got through of this kind")
    parser.add_argument("--sets", default="people,lfqa,rfp,others", help="parts, with commas")
    parser.add_argument("--limit", type=int, default=400, help="most right claims of a set")
    given = parser.parse_args()
    root = Path(os.environ.get("RFP_BENCH_DATA", ""))
    if not os.environ.get("RFP_BENCH_DATA") or not (root / "support_labels_lfqa").is_dir():
        print("skipped: RFP_BENCH_DATA names no folder with support_labels_lfqa")
        return 0
    began = time.perf_counter()
    if "people" in given.sets:
        print("| people's labels | n | supported | balanced accuracy | kappa | AUROC | supported, but refused |")
        print("|---|---|---|---|---|---|---|")
        rows = lfqa(root)
        for half in ("dev", "held out"):
            print(agreement(f"LFQA, {half}", [row for row in rows if row.half.startswith(half)]))
        print(agreement("LFQA, all", rows))
        for name in ("cnndm", "xsum"):
            print(agreement(f"QAGS, {name}", qags(root, name)))
        print()
    found = {name: mutation(rows, given.missed) for name, rows in mutation_sets(root, given.limit, given.sets).items()}
    if found:
        print("\n".join(table(found)))
    print(f"\n{time.perf_counter() - began:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
