"""Asking: indexes that are built once and kept, the Responder over each, and rows of what it answered."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from pathlib import Path

from answers.rows import Case, Cited, Row, half_of
from answers.sets import Set, Source
from rfp_responder.answer.extractive import ExtractiveAnswerer, ExtractiveSettings
from rfp_responder.assemble import make_embedder, responder_over
from rfp_responder.domain import Answer, Question, Scope
from rfp_responder.errors import IndexError_, RfpError
from rfp_responder.knowledge import KnowledgeBase
from rfp_responder.knowledge.tally import IngestOptions
from rfp_responder.responder import Responder
from rfp_responder.settings import load_settings


class Bases:
    """Indexes below ``folder``, opened once each; what is missing, or was read by other code, is built anew."""

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        self._folder = folder
        self._fresh = fresh
        self._embedder = make_embedder(load_settings(model=""))
        self._open: dict[str, KnowledgeBase] = {}

    def open(self, name: str, source: Source) -> KnowledgeBase:
        """The index of this name over its source; files that are in already cost a look at their times."""
        if name not in self._open:
            if self._fresh:
                shutil.rmtree(self._folder / source.folder(name), ignore_errors=True)
            try:
                self._open[name] = self._ingested(name, source)
            except IndexError_ as error:
                print(f"{name}: built anew ({error})", file=sys.stderr)
                shutil.rmtree(self._folder / source.folder(name))
                self._open[name] = self._ingested(name, source)
        return self._open[name]

    def _ingested(self, name: str, source: Source) -> KnowledgeBase:
        base = KnowledgeBase(self._folder / source.folder(name), self._embedder, create=True)
        tally = base.ingest(source.paths, prune=True, options=IngestOptions(ocr=False, exclude=source.exclude))
        for file, reason in tally.failed:
            print(f"{name}: {file} could not be read: {reason}", file=sys.stderr)
        if tally.added or tally.replaced:
            print(f"{name}: {tally.documents} documents, {tally.seconds:.0f} s", file=sys.stderr)
        return base

    def responder(self, name: str, source: Source) -> Responder:
        """What ``rfp ask`` asks: the settings' responder over the index, offline."""
        base = self.open(name, source)
        return responder_over(load_settings(index=self._folder / source.folder(name), model=""), base)

    def forced(self, name: str, source: Source) -> Responder | None:
        """One that never refuses, which tells the ranking of sentences from the decision; None if there is none."""
        if "threshold" not in {one.name for one in fields(ExtractiveSettings)}:
            return None
        base = self.open(name, source)
        settings = replace(ExtractiveSettings(), threshold=0.0)
        return Responder.over(base, answerer=ExtractiveAnswerer(base.embedder, base.document_frequencies, settings))


def verbatim(base: KnowledgeBase, answer: Answer) -> int:
    """How many of the answer's citations stand, character by character, at their place of their page."""
    found = 0
    for one in answer.citations:
        page = base.page(one.document_id, one.page_number)
        found += page is not None and page.text[one.start : one.end] == one.quote
    return found


def row_of(case: Case, answer: Answer, held: int) -> Row:
    """The case and its answer, not judged yet."""
    return Row(
        set=case.set,
        half=half_of(case.question),
        id=case.id,
        question=case.question,
        status=answer.status,
        answer=answer.text,
        stance=answer.stance,
        choice=answer.choice,
        confidence=answer.confidence,
        citations=tuple(Cited(c.document_name, c.page_number, c.quote) for c in answer.citations),
        gold=case.gold,
        notes=answer.notes,
        seconds=answer.usage.seconds,
        verbatim=held,
        cluster=case.cluster,
    )


def asked(responder: Responder, case: Case) -> Answer:
    """The answer; a fault becomes one with status ``error``."""
    question = Question(case.id, case.question, choices=case.choices)
    scope = Scope(documents=(case.scope,)) if case.scope else None
    try:
        return responder.ask(question, scope=scope)
    except RfpError as error:
        return Answer(question, "error", None, None, (), (), 0.0, (str(error),), "")


def rows_of(one: Set, cases: Iterable[Case], sources: Mapping[str, Source], bases: Bases) -> list[Row]:
    """Every case asked and judged, in the order of the cases."""
    rows = []
    warm = set()
    for case in cases:
        source = sources[case.base]
        responder = bases.responder(case.base, source)
        if case.base not in warm:
            responder.ask("Is everything ready?")  # the first question pays for opening
            warm.add(case.base)
        answer = asked(responder, case)
        row = one.judge(row_of(case, answer, verbatim(bases.open(case.base, source), answer)))
        best = bases.forced(case.base, source) if one.forced and case.gold.answerable else None
        if best is not None:
            first = asked(best, case)
            judged = one.judge(row_of(case, replace(first, claims=first.claims[:1]), 0))
            row = replace(row, marks={**row.marks, "best_sentence": float(judged.right or False)})
        rows.append(row)
    return rows
