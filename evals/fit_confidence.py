"""Fit the offline answerer's confidence on the tune split, and show what each threshold would do there.

    python evals/fit_confidence.py [INDEX]

Prints the coefficients that ``ExtractiveSettings`` holds. The test split is never read.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rfp_responder.answer.extractive import Assessment, ExtractiveAnswerer
from rfp_responder.assemble import open_knowledge_base
from rfp_responder.evaluation.answer_metrics import spelled
from rfp_responder.evaluation.gold import GoldCase, load_gold
from rfp_responder.responder import Responder
from rfp_responder.retrieve.hybrid import HybridRetriever
from rfp_responder.settings import load_settings

GOLD = Path(__file__).with_name("gold.jsonl")


def answers(case: GoldCase, one: Assessment) -> bool:
    """Whether the best candidate of a part holds a key fact of the case."""
    text = one.scored[0].candidate.text
    return any(spelled(spelling, text) for fact in case.key_facts for spelling in fact.any_of)


def main() -> None:
    """Fit and print."""
    knowledge = open_knowledge_base(load_settings(index=Path(sys.argv[1] if len(sys.argv) > 1 else ".rfp/eval")))
    answerer = ExtractiveAnswerer(knowledge.embedder, knowledge.document_frequencies)
    responder = Responder(HybridRetriever(knowledge), answerer)
    features, labels, refusable = [], [], []
    for case in load_gold(GOLD):
        if case.split != "tune":
            continue
        for one in answerer.assess(case.question, responder.passages(case.question)):
            features.append(one.features)
            labels.append(answers(case, one))
            refusable.append(case.expected_status == "unanswered")
    x, y, blank = np.array(features), np.array(labels), np.array(refusable)
    # features of one scale and few cases: a ridge of C = 3 keeps every coefficient of the sign it must have
    model = LogisticRegression(C=3.0).fit(x, y)
    chance = model.predict_proba(x)[:, 1]
    shown = [round(float(value), 2) for value in (model.intercept_[0], *model.coef_[0])]
    print(f"parts {len(y)}, right {y.mean():.2f}, AUC {roc_auc_score(y, chance):.3f}")
    print(f"coefficients: {tuple(shown)}")
    print("threshold  answered  right of these  right ones kept  blanks left blank")
    for threshold in np.arange(0.25, 0.66, 0.05):
        told = chance >= threshold
        right = y[told].mean() if told.any() else float("nan")
        kept, blanks = told[y].mean(), (~told)[blank].mean()
        print(f"{threshold:9.2f}  {told.mean():8.2f}  {right:14.2f}  {kept:15.2f}  {blanks:17.2f}")


if __name__ == "__main__":
    main()
