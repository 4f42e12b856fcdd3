"""Rows of one questionnaire whose answers do not agree.

Four signs are looked for: the same (or the opposite) is asked and not answered accordingly; one thing is given two
values; one answer denies what another says; answers rest on different editions of one document. Each entry costs a
person a minute, so what may well be two different things is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from rfp_responder.questionnaire.account import Contradiction, Row
from rfp_responder.questionnaire.consistency_editions import unlike_editions
from rfp_responder.questionnaire.consistency_questions import unlike_answers
from rfp_responder.questionnaire.consistency_read import told, weights
from rfp_responder.questionnaire.consistency_statements import unlike_statements
from rfp_responder.questionnaire.consistency_values import unlike_values


def contradictions(rows: Sequence[Row]) -> tuple[Contradiction, ...]:
    """What does not agree, in the order of the first row concerned; rows without an answer are left aside."""
    found = told(rows)
    weight = weights([each.asked for each in found])
    entries = [
        *unlike_answers(found),
        *unlike_values(found, weight),
        *unlike_statements(found),
        *unlike_editions(found),
    ]
    order = {each.place: each.order for each in found}
    kept: dict[frozenset[tuple[str, int]], Contradiction] = {}
    for entry in entries:
        kept.setdefault(frozenset(entry.rows), entry)
    return tuple(sorted(kept.values(), key=lambda entry: [order[place] for place in entry.rows]))
