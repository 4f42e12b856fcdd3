"""Fit what the offline answerer weighs: sentences (``rank.Weights``), and its confidence (``COEFFICIENTS``).

    RFP_BENCH_DATA=... python evals/fit_answers.py [--fresh]

Fitted on ``public_dev.jsonl`` (questions of ours on public documents, five sets) and the gold set's tune split; each
of the six is judged by a fit on the other five. The test split is never read. Weights: maximum likelihood of a softmax
over each question's candidates, in which those with a key fact share the probability (listwise learning to rank; Cao et
al., 2007, "Learning to Rank: From Pairwise Approach to Listwise Approach"). Confidence: logistic regression; each
question is also asked with every sentence that holds a key fact taken away, so that the right topic without the
fact is seen often enough.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rfp_responder.answer.confidence import FEATURES, features
from rfp_responder.answer.extractive import ExtractiveAnswerer
from rfp_responder.answer.rank import SIGNALS, Scored, Weights
from rfp_responder.assemble import open_knowledge_base
from rfp_responder.evaluation.answer_metrics import spelled
from rfp_responder.responder import Responder
from rfp_responder.settings import load_settings

HERE = Path(__file__).parent
INDEXES = HERE.parent / ".bench" / "fit"
TUNE = HERE.parent / ".rfp" / "eval"
LEFT_OUT = ("CAIQ*", "compliance/CAIQ*", "gold*", "qna_dev*", "questionnaire*")
_RIDGE, _STEPS, _RATE = 2.0, 400, 0.3
_TAKEN_AWAY = 0.3  # what a question counts whose answer was taken away, against one as it was written

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """One part of a question: its candidates with a row of signals each, and which of them hold a key fact."""

    group: str
    part: str
    answerable: bool
    scored: tuple[Scored, ...]
    signals: Matrix
    right: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sample:
    """What the confidence is fitted on: features of the best candidate, whether it is right, and what it counts."""

    group: str
    row: tuple[float, ...]
    right: bool
    answerable: bool
    weight: float


def cases() -> dict[str, list[dict[str, object]]]:
    """The fitting questions by set; ``tune`` are those of the gold set's tune split."""
    found: dict[str, list[dict[str, object]]] = {}
    for line in (HERE / "public_dev.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        found.setdefault(str(case["set"]), []).append(case)
    gold = [json.loads(line) for line in (HERE / "gold.jsonl").read_text("utf-8").splitlines()]
    found["tune"] = [case for case in gold if case["split"] == "tune"]
    return found


def index_of(group: str, data: Path, *, fresh: bool) -> Path:
    """The index of a set, built where it is not there."""
    if group == "tune":
        return TUNE
    index = INDEXES / group.replace("/", "_")
    if fresh or not (index / "manifest.sqlite").exists():
        left_out = [word for pattern in LEFT_OUT for word in ("--exclude", pattern)]
        command = [sys.executable, "-m", "rfp_responder", "ingest", str(data / group), *left_out, "--index", str(index)]
        subprocess.run(command, check=True, env={**os.environ, "RFP_OCR": "false"}, stdout=subprocess.DEVNULL)
    return index


def collect(group: str, index: Path, questions: list[dict[str, object]]) -> list[Asked]:
    """Every part of every question with its candidates."""
    knowledge = open_knowledge_base(load_settings(index=index))
    answerer = ExtractiveAnswerer(knowledge.embedder, knowledge.document_frequencies)
    responder = Responder.over(knowledge, answerer=answerer)
    found = []
    for case in questions:
        text, facts = str(case["question"]), case["key_facts"]
        assert isinstance(facts, list)
        spellings = [spelling for fact in facts for spelling in fact["any_of"]]
        for one in answerer.assess(text, responder.passages(text)):
            right = [any(spelled(s, scored.candidate.text) for s in spellings) for scored in one.scored]
            signals = np.array([scored.signals.row() for scored in one.scored])
            answerable = case["expected_status"] != "unanswered"
            found.append(Asked(group, one.part, answerable, one.scored, signals, np.array(right)))
    knowledge.manifest.close()
    return found


def fit_weights(asked: list[Asked]) -> npt.NDArray[np.float64]:
    """Weights of the signals, in their own units."""
    usable = [one for one in asked if one.right.any() and not one.right.all()]
    every = np.vstack([one.signals for one in usable])
    middle, spread = every.mean(0), every.std(0) + 1e-6
    weights = np.zeros(len(SIGNALS))
    for _ in range(_STEPS):
        slope = np.zeros(len(SIGNALS))
        for one in usable:
            z = (one.signals - middle) / spread
            chance = np.exp(z @ weights - (z @ weights).max())
            slope += z.T @ (one.right / one.right.sum() - chance / chance.sum())
        weights += _RATE * (slope - _RIDGE * weights) / len(usable)
    return np.asarray(weights / spread)


def first_right(asked: list[Asked], weights: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Share of the answerable parts whose first, and one of whose first three candidates, holds a key fact."""
    due = [one for one in asked if one.answerable]
    order = [np.argsort(-(one.signals @ weights), kind="stable") for one in due]
    first = np.mean([one.right[best[0]] for one, best in zip(due, order, strict=True)])
    return float(first), float(np.mean([one.right[best[:3]].any() for one, best in zip(due, order, strict=True)]))


def samples(asked: list[Asked], weights: npt.NDArray[np.float64]) -> list[Sample]:
    """The best candidate of every part, and of every part whose answer was taken away."""
    scale = Weights(**dict(zip(SIGNALS, map(float, weights), strict=True)))
    found = []
    for one in asked:
        scored = [Scored(s.candidate, s.signals, scale.score(s.signals)) for s in one.scored]
        order = sorted(range(len(scored)), key=lambda place: -scored[place].score)
        found.append(_sample(one, [scored[n] for n in order], bool(one.right[order[0]]), 1.0))
        without = [n for n in order if not one.right[n]]
        if one.right.any() and without:
            found.append(_sample(one, [scored[n] for n in without], right=False, weight=_TAKEN_AWAY))
    return found


def _sample(one: Asked, scored: list[Scored], right: bool, weight: float) -> Sample:
    return Sample(one.group, features(one.part, scored), right, one.answerable and weight == 1.0, weight)


def fit_confidence(drawn: list[Sample]) -> tuple[float, ...]:
    """The bias and a coefficient for each feature."""
    x = np.array([one.row for one in drawn])
    spread = x.std(0) + 1e-6
    model = LogisticRegression(C=0.1, max_iter=2000)
    model.fit(x / spread, [one.right for one in drawn], sample_weight=[one.weight for one in drawn])
    return (float(model.intercept_[0]), *(float(c) for c in model.coef_[0] / spread))


def chance(drawn: list[Sample], coefficients: tuple[float, ...]) -> Matrix:
    """The confidence in each sample."""
    bias, *weights = coefficients
    return np.asarray(1 / (1 + np.exp(-(bias + np.array([one.row for one in drawn]) @ np.array(weights)))))


def main() -> None:
    """Fit, judge each set by the others, and print."""
    data = os.environ.get("RFP_BENCH_DATA")
    if not data:
        sys.exit("skipped: RFP_BENCH_DATA names no folder with the public documents")
    asked: dict[str, list[Asked]] = {}
    for group, questions in cases().items():
        asked[group] = collect(group, index_of(group, Path(data), fresh="--fresh" in sys.argv), questions)
    every = [one for group in asked.values() for one in group]
    weights = fit_weights(every)
    print("weights:", {name: round(float(w), 2) for name, w in zip(SIGNALS, weights, strict=True)})
    held_out: list[Sample] = []
    sure: list[float] = []
    for group, mine in asked.items():
        others = [one for one in every if one.group != group]
        theirs = fit_weights(others)
        drawn = [one for one in samples(mine, theirs) if one.weight == 1.0]
        given = chance(drawn, fit_confidence(samples(others, theirs)))
        first, three = first_right(mine, theirs)
        auc = roc_auc_score([one.right for one in drawn], given)
        print(f"{group}: {len(mine)} parts, first right {first:.3f}, in three {three:.3f}, confidence AUC {auc:.3f}")
        held_out += drawn
        sure += list(given)
    found = fit_confidence(samples(every, weights))
    print("coefficients:", dict(zip(("bias", *FEATURES), (round(c, 2) for c in found), strict=True)))
    _show(held_out, np.array(sure))


def _show(drawn: list[Sample], sure: Matrix) -> None:
    right = np.array([one.right for one in drawn])
    answerable = np.array([one.answerable for one in drawn])
    print(f"every set by the others: {len(drawn)} parts, AUC {roc_auc_score(right, sure):.3f}")
    print("threshold  answered  right of these  unanswerable refused  answerable refused")
    for threshold in np.arange(0.2, 0.75, 0.05):
        told = sure >= threshold
        figures = (told.mean(), right[told].mean(), (~told)[~answerable].mean(), (~told)[answerable].mean())
        print(f"{threshold:9.2f}  {figures[0]:8.2f}  {figures[1]:14.2f}  {figures[2]:20.2f}  {figures[3]:18.2f}")
    for low, high in zip(np.arange(0, 1, 0.2), np.arange(0.2, 1.01, 0.2), strict=True):
        inside = (sure >= low) & (sure < high)
        if inside.any():
            print(f"confidence {low:.1f} to {high:.1f}: {inside.sum():3d} parts, right {right[inside].mean():.2f}")


if __name__ == "__main__":
    main()
