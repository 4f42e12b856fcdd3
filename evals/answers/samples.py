"""The project's own gold set, measured by the evaluation's own code: tune is the dev half, test the held one."""

from __future__ import annotations

from pathlib import Path

from answers.asking import Bases, verbatim
from answers.figures import Figure
from answers.rows import Cited, Gold, Half, Row
from answers.sets import Source
from rfp_responder.domain import Answer, Question
from rfp_responder.evaluation.gold import GoldCase, Split, load_gold
from rfp_responder.evaluation.run import Row as Scored
from rfp_responder.evaluation.run import RunResult, run

ROOT = Path(__file__).parents[2]
SPLITS: dict[str, tuple[Split, Half]] = {"gold-tune": ("tune", "dev"), "gold-test": ("test", "held")}
SHOWN = (
    "answer_rate",
    "key_fact_recall",
    "citation_page",
    "refusal_recall",
    "choice_given",
    "stance_given",
    "choice_accuracy",
    "wrong_among_answered",
)


def measured(name: str, bases: Bases) -> tuple[list[Row], list[Figure]]:
    """Every case of the split, and the figures that the evaluation makes of them."""
    split, half = SPLITS[name]
    cases = [case for case in load_gold(ROOT / "evals" / "gold.jsonl") if case.split == split]
    source = Source((ROOT / "data" / "documents",))
    base, responder = bases.open("samples", source), bases.responder("samples", source)
    responder.ask("Is everything ready?")  # the first question pays for opening
    kept: dict[str, Answer] = {}

    def ask(question: Question, show: int) -> Answer:
        kept[question.id] = responder.ask(question, show=show)
        return kept[question.id]

    result = run(cases, ask, base.embedder.embed)
    rows = []
    for case, scored in zip(cases, result.rows, strict=True):
        answer = kept.get(case.id)
        rows.append(_row(name, half, case, scored, answer, verbatim(base, answer) if answer else 0))
    return rows, figures(result)


def _row(name: str, half: Half, case: GoldCase, scored: Scored, answer: Answer | None, held: int) -> Row:
    wrong = scored.scores["wrong_among_answered"]
    places = tuple(dict.fromkeys(one.document for one in case.evidence))
    spans = tuple(one.quote for one in case.evidence)
    return Row(
        set=name,
        half=half,
        id=case.id,
        question=case.question,
        status=scored.status,
        answer=scored.answer,
        stance=scored.stance,
        choice=scored.choice,
        confidence=answer.confidence if answer else 0.0,
        citations=tuple(Cited(c.document_name, c.page_number, c.quote) for c in answer.citations) if answer else (),
        gold=Gold(case.answerable, True, case.choice or "", spans, places, None, case.reference_answer),
        right=None if wrong is None else not wrong,
        marks=scored.scores,
        notes=scored.notes,
        seconds=scored.seconds,
        verbatim=held,
        cluster=case.topic,
    )


def figures(result: RunResult) -> list[Figure]:
    """The evaluation's aggregates that are shown here, and over-refusal: the answerable that were not answered."""
    found = {one.metric: one for one in result.aggregates}
    shown = [found[name] for name in SHOWN]
    chosen = [Figure(one.metric, one.value, one.low, one.high, one.n) for one in shown]
    rate = chosen[0]
    value, low, high = (None if edge is None else 1 - edge for edge in (rate.value, rate.high, rate.low))
    return [*chosen, Figure("over_refusal", value, low, high, rate.n)]
