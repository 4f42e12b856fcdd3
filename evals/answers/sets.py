"""The public sets: an adapter reads a folder of RFP_BENCH_DATA into cases and names what its indexes are built from.

No text of theirs stands here. ``files`` is a folder (git-ignored) where an adapter may write what has to be a file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from answers.judge import by_choice, by_page, by_quote, by_reference, by_span
from answers.rows import Case, Gold, Row
from rfp_responder.text import sentences

SAMPLED = 300


@dataclass(frozen=True, slots=True)
class Source:
    """What an index is built from."""

    paths: tuple[Path, ...]
    exclude: tuple[str, ...] = ()

    def folder(self, name: str) -> str:
        """The index's folder: another one where the files lie elsewhere, or an index would hold them twice."""
        told = "\n".join([*map(str, self.paths), *self.exclude])
        return f"{name}-{hashlib.sha1(told.encode(), usedforsecurity=False).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The cases of a set, and the indexes they are asked of by name."""

    cases: list[Case]
    sources: Mapping[str, Source]


@dataclass(frozen=True, slots=True)
class Set:
    """A public set: its folder, how it is read and judged, and the family of figures it is shown in.

    ``forced``: also ask what the best sentence would be if every question were answered.
    """

    name: str
    folder: str
    load: Callable[[str, Path, Path], Loaded]
    judge: Callable[[Row], Row]
    family: str
    forced: bool = True


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip())


def _written(file: Path, text: str) -> Path:
    """The file with this text; untouched where it says so already, so that an index of it stays as it is."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.is_file() or file.read_text("utf-8") != text:
        file.write_text(text, "utf-8")
    return file


def clapnq(name: str, root: Path, files: Path) -> Loaded:
    """Questions with their passage, half of them not answered by it; ``clapnq-own`` asks the passage alone."""
    cases = []
    paths = []
    for file, answerable in (("answerable_dev60.jsonl", True), ("unanswerable_dev60.jsonl", False)):
        for row in _lines(root / file):
            passage = row["passages"][0]
            title, text = passage["title"], passage["text"]
            paths.append(_written(files / "clapnq" / f"q{row['id']}.txt", f"{title}\n\n{text}\n"))
            spans = dict.fromkeys(s for answer in row["output"] for s in answer["selected_sentences"])
            scope = paths[-1].name if name == "clapnq-own" else ""
            gold = Gold(answerable=answerable, spans=tuple(spans))
            cases.append(Case(name, row["id"], row["input"], "clapnq", gold, scope=scope, cluster=paths[-1].name))
    return Loaded(cases, {"clapnq": Source((files / "clapnq",))})


def jupiterone(name: str, root: Path, files: Path) -> Loaded:
    """A customer's questionnaire over policies and procedures; questions without a response are asked, not scored."""
    cases = []
    for row in _lines(root / "questionnaire.jsonl"):
        response = str(row.get("response") or "").capitalize()
        gold = Gold(choice=response, scored=bool(response))
        choices = ("Yes", "No") if response else ()
        cases.append(Case(name, row["ref"], row["title"], name, gold, choices, cluster=row["section"]))
    return Loaded(cases, {name: Source((root,), ("*.jsonl", "SOURCE.txt", "LICENSE"))})


def whitepact(name: str, root: Path, files: Path) -> Loaded:
    """A start-up's own answers to a cloud-security questionnaire; its answered copies stay out of the index."""
    cases = []
    for row in _lines(root / "gold_caiq403.jsonl"):
        gold = Gold(choice=row["answer"])
        cases.append(
            Case(name, row["id"], row["question"], name, gold, ("Yes", "No", "NA"), cluster=row["id"].split("-")[0])
        )
    return Loaded(cases, {name: Source((root,), ("compliance/CAIQ*", "*.jsonl", "*.xlsx", "LICENSE"))})


def finance(name: str, root: Path, files: Path) -> Loaded:
    """Questions on annual reports, each with its page."""
    cases = []
    for row in _lines(root / "fin_page_gold.jsonl"):
        gold = Gold(documents=(row["doc"],), page=int(row["page_1based"]))
        cases.append(Case(name, row["q_uid"], row["question"], name, gold, cluster=row["doc"]))
    return Loaded(cases, {name: Source(tuple(sorted(root.glob("*.pdf"))))})


def docugami(name: str, root: Path, files: Path) -> Loaded:
    """Questions on quarterly reports with a reference answer, and the documents it was written from."""
    held = sorted((root / "docs").glob("*.pdf"))
    cases = []
    for number, row in enumerate(_lines(root / "qna_dev.jsonl"), 1):
        documents = tuple(file.name for file in held if row["Source Docs"].strip("*") in file.name)
        gold = Gold(documents=documents, reference=row["Answer"])
        cases.append(Case(name, f"q{number}", row["Question"], name, gold, cluster=row["Source Docs"]))
    return Loaded(cases, {name: Source(tuple(held))})


def policyqa(name: str, root: Path, files: Path) -> Loaded:
    """Questions on privacy policies, each policy an index of its own.

    The questions are generic: one text is asked of several paragraphs of a policy, and any of them is right. A gold
    span is widened to the sentences it lies in. The first 300 by the sha1 of policy and question.
    """
    policies = json.loads((root / "dev.json").read_text("utf-8"))["data"]
    spans: dict[tuple[str, str], dict[str, None]] = {}
    sources = {}
    for policy in policies:
        title = policy["title"]
        whole = "\n\n".join(paragraph["context"] for paragraph in policy["paragraphs"])
        sources[f"policyqa-{title}"] = Source((_written(files / "policyqa" / title / f"{title}.txt", whole + "\n"),))
        for paragraph in policy["paragraphs"]:
            for qa in paragraph["qas"]:
                found = spans.setdefault((title, qa["question"]), {})
                for answer in qa["answers"]:
                    start = answer["answer_start"]
                    found[around(paragraph["context"], start, start + len(answer["text"]))] = None
    chosen = sorted(spans, key=lambda pair: hashlib.sha1("\n".join(pair).encode(), usedforsecurity=False).digest())[
        :SAMPLED
    ]
    cases = [
        Case(name, f"{title}/{number}", question, f"policyqa-{title}", Gold(spans=tuple(spans[title, question])),
             cluster=title)
        for number, (title, question) in enumerate(chosen, 1)
    ]  # fmt: skip
    return Loaded(cases, sources)


def around(text: str, start: int, end: int) -> str:
    """The sentences of a text that ``start`` to ``end`` lies in."""
    held = [(a, b) for a, b in sentences(text) if a < end and start < b]
    return text[held[0][0] : held[-1][1]] if held else text[start:end]


SETS = {
    one.name: one
    for one in (
        Set("clapnq-own", "qa_clapnq_apache2", clapnq, by_span, "refusal"),
        Set("clapnq-pool", "qa_clapnq_apache2", clapnq, by_span, "refusal"),
        Set("jupiterone", "docs_jupiterone_ccbysa", jupiterone, by_choice, "choice", forced=False),
        Set("whitepact", "questionnaire_whitepact_mit", whitepact, by_choice, "choice", forced=False),
        Set("finance", "qa_uda_fin_ccbysa", finance, by_page, "page"),
        Set("docugami", "qa_docugami_mit", docugami, by_reference, "reference"),
        Set("policyqa", "qa_policyqa_research", policyqa, by_quote, "span"),
    )
}
