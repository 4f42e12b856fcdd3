"""Answers RFPs and security questionnaires from a vendor's own documents, each claim cited to a page."""

from __future__ import annotations

import os as _os

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
