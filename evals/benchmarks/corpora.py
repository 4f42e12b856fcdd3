"""Real files with questions whose place is known; four adapters, each from a folder that the caller names.

Nothing is fetched and nothing of it is committed. (Not called ``datasets``: that is a package that peers import.)
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Place = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the places that answer it (file name, one-based page; None is any page), and its document."""

    text: str
    places: frozenset[Place]
    document: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """Files and questions; ``unit`` says whether a hit is a page or a document."""

    name: str
    files: tuple[Path, ...]
    questions: tuple[Asked, ...]
    unit: str


def load(name: str, folder: Path, documents: int | None = None) -> Corpus:
    """The corpus in ``folder``; with ``documents``, that many of them with their questions.

    Which ones is settled by the sha256 of their names: no order of the alphabet, and the same everywhere. Raises
    SystemExit with one line where something is missing.
    """
    if not folder.is_dir():
        raise SystemExit(f"{name}: there is no folder {folder}; name it with --path")
    corpus = ADAPTERS[name](folder)
    if documents is None:
        return corpus
    asked_of = sorted({asked.document for asked in corpus.questions}, key=_shuffled)[:documents]
    questions = tuple(asked for asked in corpus.questions if asked.document in asked_of)
    needed = _named(questions)
    return Corpus(name, tuple(file for file in corpus.files if file.name in needed), questions, corpus.unit)


def _named(questions: Sequence[Asked]) -> set[str]:
    """The documents of the questions and of their evidence, which may be another one's."""
    return {asked.document for asked in questions} | {name for asked in questions for name, _ in asked.places}


def _shuffled(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _rows(file: Path) -> list[dict[str, object]]:
    if not file.is_file():
        raise SystemExit(f"{file} is not there; see evals/benchmarks/README.md for the layout")
    text = file.read_text("utf-8")
    if file.suffix == ".json":
        return list(json.loads(text))
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def _there(files: set[Path], name: str) -> tuple[Path, ...]:
    """The files that exist; one line where none does."""
    found = tuple(sorted(file for file in files if file.is_file()))
    if not found:
        raise SystemExit(f"{name}: none of the {len(files)} PDF files that the questions name is there")
    return found


def finance(folder: Path) -> Corpus:
    """Annual reports: one right page a question; ``page_1based`` counts from 1."""
    rows = _rows(folder / "fin_page_gold.jsonl")
    asked = [
        Asked(str(r["question"]), frozenset({(str(r["doc"]), int(str(r["page_1based"])))}), str(r["doc"])) for r in rows
    ]
    return Corpus("finance", _there({folder / a.document for a in asked}, "finance"), tuple(asked), "page")


def docugami(folder: Path) -> Corpus:
    """Quarterly reports, document level: only the questions about one document.

    Of the 8 files, 4 answer each question about a whole company, so that a hit there would say nothing.
    """
    files = {file.name: file for file in (folder / "docs").glob("*.pdf")}
    asked = []
    for row in _rows(folder / "qna_dev.jsonl"):
        stem = str(row["Source Docs"]).strip("*")
        right = [name for name in files if stem in name]
        if len(right) == 1:
            asked.append(Asked(str(row["Question"]), frozenset({(right[0], None)}), right[0]))
    return Corpus("docugami", _there(set(files.values()), "docugami"), tuple(asked), "document")


def financebench(folder: Path) -> Corpus:
    """FinanceBench's open sample: evidence pages count from 0 in the file, from 1 here; documents asked about only."""
    asked = []
    for row in _rows(folder / "data" / "financebench_open_source.jsonl"):
        own = str(row["doc_name"])
        evidence = row["evidence"]
        assert isinstance(evidence, list)
        places = {(f"{_of(e, own)}.pdf", int(e["evidence_page_num"]) + 1) for e in evidence}
        if places:
            asked.append(Asked(str(row["question"]), frozenset(places), f"{own}.pdf"))
    return _kept("financebench", folder / "pdfs", asked)


def _of(evidence: dict[str, object], own: str) -> str:
    """The document that a piece of evidence is from; releases of the file differ in the field's name."""
    return str(evidence.get("doc_name") or evidence.get("evidence_doc_name") or own)


def mmlongbench(folder: Path) -> Corpus:
    """MMLongBench-Doc: pages count from 1, written as a list in a string; answerable questions only.

    Many ask about a figure that no text layer holds; each question is about one document, which it does not name.
    """
    root = folder if (folder / "samples.json").is_file() else folder / "data"
    asked = []
    for row in _rows(root / "samples.json"):
        pages = ast.literal_eval(str(row["evidence_pages"]))
        if not pages or str(row["answer"]).strip().lower() == "not answerable":
            continue
        document = str(row["doc_id"])
        places = frozenset((document, int(page)) for page in pages)
        asked.append(Asked(str(row["question"]), places, document))
    return _kept("mmlongbench", root / "documents", asked)


def _kept(name: str, folder: Path, asked: list[Asked]) -> Corpus:
    """The files the questions are about, and the questions whose file is there."""
    files = _there({folder / document for document in _named(asked)}, name)
    held = {file.name for file in files}
    return Corpus(name, files, tuple(a for a in asked if a.document in held), "page")


ADAPTERS: dict[str, Callable[[Path], Corpus]] = {
    "finance": finance,
    "docugami": docugami,
    "financebench": financebench,
    "mmlongbench": mmlongbench,
}
