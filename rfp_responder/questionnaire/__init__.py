"""Questionnaires in and out: what is asked in a customer's file, and the same file with the answers in it.

``inspect(path)`` shows what was detected; ``fill(path, out, answer)`` writes answers into a copy of the
file, in place, and accounts for every row. Both raise QuestionnaireError for a file that cannot be used.
"""

from rfp_responder.questionnaire.account import Report, Row, Source
from rfp_responder.questionnaire.batch import Progress
from rfp_responder.questionnaire.crew import Answering
from rfp_responder.questionnaire.fill import Forecast, Options, RunStoppedError, fill, forecast, inspect
from rfp_responder.questionnaire.mapping import Mapping, load_mapping, mapping_text
from rfp_responder.questionnaire.model import Item, Layout, SheetLayout

__all__ = [
    "Answering",
    "Forecast",
    "Item",
    "Layout",
    "Mapping",
    "Options",
    "Progress",
    "Report",
    "Row",
    "RunStoppedError",
    "SheetLayout",
    "Source",
    "fill",
    "forecast",
    "inspect",
    "load_mapping",
    "mapping_text",
]
