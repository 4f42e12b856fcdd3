"""How well requirements are found in RFPs in prose, against people's labels.

    python evals/requirements_study.py [LABELS.jsonl ...] [--errors]

Without arguments every ``data/rfps/*.labels.jsonl`` is measured, each against the RFP of the same stem beside it. A
requirement found matches a label when their folded texts are equal, or one contains the other and they share four
fifths of their words (Jaccard); one to one, equal texts first, then the pair nearest in words and pages. Prints
precision, recall and F1 with Wilson's 95 % intervals (of F1: of the share of agreement 2tp / (2tp + fp + fn)), and of
the matches how many have the label's page, kind, verb, id, limit, deadline, section and stem. ``--errors`` lists what
was missed, what was found and should not have been, and matches that differ.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rfp_responder.evaluation.stats import wilson
from rfp_responder.ingest import READERS, read
from rfp_responder.questionnaire.requirements import Requirement, extract
from rfp_responder.text import fold

RFPS = Path(__file__).parent.parent / "data" / "rfps"
NEAR = 0.8
FIELDS = ("page", "kind", "verb", "id", "limit", "deadline", "section", "stem")

Label = dict[str, object]


@dataclass(frozen=True)
class Measured:
    """What one RFP gave: pairs (label, found), labels without a match, found ones without a label."""

    name: str
    pairs: Sequence[tuple[Label, Requirement]]
    missed: Sequence[Label]
    extra: Sequence[Requirement]
    right: dict[str, int] = field(default_factory=dict)


def words_of(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9]+", text.lower()))


def likeness(label: str, found: str) -> float:
    """1.0 for equal texts, the Jaccard index where one contains the other and it is near enough, else 0."""
    ours, theirs = fold(found).lower(), fold(label).lower()
    if ours == theirs:
        return 1.0
    if ours not in theirs and theirs not in ours:
        return 0.0
    a, b = words_of(ours), words_of(theirs)
    share = len(a & b) / len(a | b) if a | b else 0.0
    return share * 0.99 if share >= NEAR else 0.0


def match(labels: Sequence[Label], found: Sequence[Requirement]) -> list[tuple[int, int]]:
    """Pairs (index of label, index of found), one to one, the likest first, then the nearest in pages."""
    pairs = [
        (-score, abs(int(str(label["page"])) - each.page), abs(i - j), i, j)
        for i, label in enumerate(labels)
        for j, each in enumerate(found)
        if (score := likeness(str(label["text"]), each.text))
    ]
    taken: list[tuple[int, int]] = []
    seen_labels: set[int] = set()
    seen_found: set[int] = set()
    for *_, i, j in sorted(pairs):
        if i not in seen_labels and j not in seen_found:
            taken.append((i, j))
            seen_labels.add(i)
            seen_found.add(j)
    return taken


def told(each: Requirement) -> Label:
    """What a requirement says in the fields of a label."""
    shown = each.as_json()
    return {name: shown["printed_id" if name == "id" else name] for name in FIELDS}


def same(name: str, label: object, found: object) -> bool:
    return fold(str(label)) == fold(str(found)) if name in {"section", "stem"} else label == found


def measure(path: Path) -> Measured:
    labels: list[Label] = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    stem = path.name.removesuffix(".labels.jsonl")
    source = next((p for p in sorted(path.parent.glob(f"{stem}.*")) if p.suffix in READERS), None)
    if source is None:
        sys.exit(f"there is no RFP beside {path}")
    found = extract(read(source, source.name))
    pairs = match(labels, found)
    matched = [(labels[i], found[j]) for i, j in pairs]
    right = {name: sum(same(name, label[name], told(each)[name]) for label, each in matched) for name in FIELDS}
    return Measured(
        stem,
        matched,
        [label for i, label in enumerate(labels) if i not in {a for a, _ in pairs}],
        [each for j, each in enumerate(found) if j not in {b for _, b in pairs}],
        right,
    )


def shown(successes: int, n: int) -> str:
    interval = wilson(successes, n)
    return f"{successes / n:.3f} [{interval.low:.3f}, {interval.high:.3f}]" if interval else "-"


def report(name: str, parts: Sequence[Measured]) -> None:
    hits, missed, extra = (sum(len(getattr(part, f)) for part in parts) for f in ("pairs", "missed", "extra"))
    print(f"{name}: {hits + missed} labels, {hits + extra} found, {hits} match")
    print(f"  precision {shown(hits, hits + extra)}  recall {shown(hits, hits + missed)}"
          f"  F1 {shown(2 * hits, 2 * hits + extra + missed)}")  # fmt: skip
    print("  of the matches: " + ", ".join(f"{f} {sum(p.right[f] for p in parts)}/{hits}" for f in FIELDS))


def errors(part: Measured) -> None:
    for label in part.missed:
        print(f"  MISSED p{label['page']} {label['id']} [{label['verb']} {label['kind']}] {label['text']}")
    for each in part.extra:
        print(f"  EXTRA  p{each.page} {each.id} [{each.verb} {each.kind}] {each.text}")
    for label, each in part.pairs:
        ours = told(each)
        for name in FIELDS:
            if not same(name, label[name], ours[name]):
                print(f"  {name.upper():8} label {label[name]!r} found {ours[name]!r}: {str(label['text'])[:90]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", nargs="*", type=Path)
    parser.add_argument("--errors", action="store_true", help="list misses, false alarms and fields that differ")
    chosen = parser.parse_args()
    paths = chosen.labels or sorted(RFPS.glob("*.labels.jsonl"))
    if not paths:
        sys.exit(f"there are no labels in {RFPS}")
    parts = [measure(path) for path in paths]
    for part in parts:
        report(part.name, [part])
        if chosen.errors:
            errors(part)
    if len(parts) > 1:
        report("all", parts)


if __name__ == "__main__":
    main()
