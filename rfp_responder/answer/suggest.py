"""Where nothing is left of what a model said: the offline answer as a suggestion for a person, in a note only."""

from __future__ import annotations

from rfp_responder.answer.ground import CLARIFICATION
from rfp_responder.domain import Answer
from rfp_responder.text import shortened

SUGGESTION = "suggestion (offline, confidence "
_LONGEST = 700  # characters of a suggested text


def wants_suggestion(answer: Answer) -> bool:
    """Whether a model was asked, nothing is left of what it said, and it asks nothing back."""
    asks_back = any(note.startswith(CLARIFICATION) for note in answer.notes)
    return answer.prompt is not None and not answer.claims and not asks_back


def suggestion(offline: Answer) -> str:
    """The note that offers an answer: ``suggestion (offline, confidence 0.62): "..." [sla.pdf p. 3]``.

    Empty where the offline answerer has none either. The text is never an answer: a person takes it over, or not.
    """
    if not offline.claims:
        return ""
    places = dict.fromkeys(f"{c.document_name} p. {c.page_number}" for c in offline.citations)
    text = shortened(" ".join(offline.text.split()), _LONGEST)
    return f'{SUGGESTION}{offline.confidence:.2f}): "{text}" [{"; ".join(places)}]'
