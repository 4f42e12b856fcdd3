"""From results to numbers and Markdown: speed, hits with intervals, and paired differences."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from corpora import Asked, Corpus

from rfp_responder.evaluation.stats import Difference, Interval, bootstrap_mean, paired_difference, wilson

DEPTHS = (1, 3, 5, 10)
MEASURES = (*(f"hit@{k}" for k in DEPTHS), "MRR@10")
Result = dict[str, Any]  # a system's JSON, as measure.Run wrote it


def rank(asked: Asked, hits: Sequence[Result]) -> int:
    """The rank of the first hit in a right place; 0 where none is."""
    for number, hit in enumerate(hits, 1):
        if (hit["document"], hit["page"]) in asked.places or (hit["document"], None) in asked.places:
            return number
    return 0


def scores(ranks: Sequence[int]) -> dict[str, list[float]]:
    """Every measure of every question: 1 or 0 for a hit among the first k, and the reciprocal rank."""
    found = {f"hit@{k}": [float(0 < r <= k) for r in ranks] for k in DEPTHS}
    return found | {"MRR@10": [1 / r if 0 < r <= 10 else 0.0 for r in ranks]}


def percentile(values: Sequence[float], share: float) -> float:
    """Linear interpolation between the two nearest."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def _pages(corpus: Corpus) -> int:
    import pypdfium2

    return sum(len(pypdfium2.PdfDocument(file)) for file in corpus.files)


def _shown(interval: Interval | None, sign: str = "") -> str:
    return f"[{interval.low:{sign}.2f}, {interval.high:{sign}.2f}]" if interval else "-"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


@dataclass(frozen=True)
class Report:
    """A corpus and every system's result on it."""

    corpus: Corpus
    processor: str
    results: dict[str, Result]

    @cached_property
    def pages(self) -> int:
        """Pages of all files."""
        return _pages(self.corpus)

    @cached_property
    def systems(self) -> dict[str, Result]:
        """Those that answered questions."""
        return {name: result for name, result in self.results.items() if "results" in result}

    @cached_property
    def scored(self) -> dict[str, dict[str, list[float]]]:
        """Every measure of every question, by system."""
        asked = self.corpus.questions
        return {
            name: scores([rank(a, hits) for a, hits in zip(asked, result["results"], strict=True)])
            for name, result in self.systems.items()
        }

    @property
    def _documents(self) -> list[str]:
        return [asked.document for asked in self.corpus.questions]

    def differences(self, peer: str, measure: str) -> tuple[Difference, Interval | None]:
        """Ours minus the peer's, question by question; drawing whole documents, and drawing questions."""
        before, after = self.scored[peer][measure], self.scored["ours"][measure]
        by_document = paired_difference(before, after, self._documents)
        by_question = paired_difference(before, after)
        assert by_document is not None and by_question is not None, "there are questions"
        return by_document, by_question.interval

    def as_json(self) -> dict[str, Any]:
        """Everything behind the tables; files by name only, so that it can be committed."""
        questions = [
            {"question": a.text, "document": a.document, "places": sorted(map(list, a.places), key=str)}
            for a in self.corpus.questions
        ]
        return {
            "corpus": self.corpus.name,
            "unit": self.corpus.unit,
            "processor": self.processor,
            "files": [file.name for file in self.corpus.files],
            "pages": self.pages,
            "questions": questions,
            "systems": self.results,
            "scores": {name: {m: statistics.fmean(v) for m, v in s.items()} for name, s in self.scored.items()},
        }

    def markdown(self) -> str:
        """All tables."""
        corpus, unit = self.corpus, self.corpus.unit
        count, documents = len(corpus.questions), len(set(self._documents))
        parts = [
            f"## {corpus.name}: {len(corpus.files)} files, {self.pages} pages, {count} questions about "
            f"{documents} documents\n\n{self.processor}; a hit is the right {unit}.",
            "### Reading\n\n" + self._reading(),
            "### Ingest\n\n" + self._ingest(),
            "### Query\n\n" + self._query(),
            f"### {unit.capitalize()} hits, with 95 % intervals\n\n" + self._hits(),
        ]
        if "ours" in self.scored and len(self.scored) > 1:
            parts.append("### Ours minus the peer, paired by question, with 95 % intervals\n\n" + self._paired())
            if documents < 10:
                parts.append(f"Drawing whole documents says little where there are {documents}: read both intervals.")
        parts.append("### Versions\n\n" + self._versions())
        return "\n\n".join(parts) + "\n"

    def _reading(self) -> str:
        readers = {n.removeprefix("read-"): r for n, r in self.results.items() if n.startswith("read-")}
        rows = [
            [name, f"{r['chunks'] / r['cpu_seconds_parse']:.0f}", f"{r['cpu_seconds_parse']:.2f}", _load(r), _noted(r)]
            for name, r in readers.items()
        ]
        return table(["reader", "pages per CPU-s", "CPU s", "load before", "remarks"], rows)

    def _ingest(self) -> str:
        rows = []
        for name, r in self.systems.items():
            parse = f"{r['cpu_seconds_parse']:.1f}" if "cpu_seconds_parse" in r else "-"
            rows.append(
                [
                    name,
                    f"{self.pages / r['cpu_seconds_ingest']:.1f}",
                    f"{r['cpu_seconds_ingest']:.1f}",
                    parse,
                    f"{r['wall_seconds_ingest']:.1f}",
                    f"{r['cpu_seconds_setup']:.1f}",
                    str(r["chunks"]),
                    f"{r['peak_tree_mb']:.0f}",
                    _load(r),
                    _noted(r),
                ]
            )
        head = ["system", "pages per CPU-s", "CPU s", "of it reading", "wall s", "set-up CPU s", "chunks", "peak MB"]
        return table([*head, "load before", "remarks"], rows)

    def _query(self) -> str:
        rows = []
        for name, r in self.systems.items():
            wall, cpu = r["query_ms"], r["query_cpu_ms"]
            rows.append(
                [name] + [f"{percentile(values, share):.1f}" for values in (wall, cpu) for share in (0.5, 0.95)]
            )
        return table(["system", "wall ms p50", "p95", "CPU ms p50", "p95"], rows)

    def _hits(self) -> str:
        rows = []
        for name, measures in self.scored.items():
            row = [name]
            for measure, values in measures.items():
                mean = statistics.fmean(values)
                share = measure.startswith("hit")
                interval = wilson(sum(values), len(values)) if share else bootstrap_mean(values)
                row.append(f"{mean:.3f} {_shown(interval)}")
            rows.append(row)
        return table(["system", *MEASURES], rows)

    def _paired(self) -> str:
        rows = []
        for peer in (name for name in self.scored if name != "ours"):
            for measure in MEASURES:
                found, by_question = self.differences(peer, measure)
                row = [
                    f"{peer}, {measure}",
                    f"{found.mean:+.3f}",
                    _shown(found.interval, "+"),
                    _shown(by_question, "+"),
                ]
                rows.append([*row, f"{found.better} / {found.worse}"])
        return table(["peer, measure", "difference", "by document", "by question", "better / worse"], rows)

    def _versions(self) -> str:
        rows = [[name, ", ".join(f"{p} {v}" for p, v in r["versions"].items())] for name, r in self.systems.items()]
        return table(["system", "versions"], rows)


def _load(result: Result) -> str:
    return " ".join(f"{loads[0]:.1f}" for loads in result["loads"])


def _noted(result: Result) -> str:
    notes = ["saved before this run"] if result["saved"] else []
    if result["failed"]:
        notes.append(f"{len(result['failed'])} files not read")
    if result["unsteady"]:
        notes.append(f"{result['unsteady']} questions got other passages in another round")
    return "; ".join(notes) or "-"
