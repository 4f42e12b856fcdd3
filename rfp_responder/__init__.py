"""Answers RFPs and security questionnaires from a vendor's own documents, each claim cited to a page."""

from __future__ import annotations

import os as _os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rfp_responder.knowledge import KnowledgeBase
    from rfp_responder.responder import Responder

__all__ = ["KnowledgeBase", "Responder", "__version__"]

__version__ = "0.1.0"

# Nothing leaves the machine: every dependency's telemetry and download is off before any of them is imported.
for _name, _value in {
    "ANONYMIZED_TELEMETRY": "False",
    "RAGAS_DO_NOT_TRACK": "true",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "DO_NOT_TRACK": "1",
}.items():
    _os.environ.setdefault(_name, _value)
del _os, _name, _value


def __getattr__(name: str) -> object:
    """The two public classes, imported when they are first asked for: ``rfp --help`` needs neither."""
    if name == "KnowledgeBase":
        from rfp_responder.knowledge import KnowledgeBase

        return KnowledgeBase
    if name == "Responder":
        from rfp_responder.responder import Responder

        return Responder
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
