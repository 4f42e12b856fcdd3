"""A sentence made shorter for a limit: what stands behind its main statement is left off, never what limits it.

What is left is checked again like any other claim.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rfp_responder.text import fold

_ASIDE = re.compile(r"\s*\([^()]*\)")
_CUT = re.compile(
    r"\s*(?:;|,\s+(?:which|who|whose|including|such as|for example|e\.g\.|and|so that|as well as|with|using|via|"
    r"in accordance with|in line with)\b|\s[–—-]\s|\s(?:because|so that|in order to|in accordance with|in line with|"
    r"as well as|such as|for example)\b)",
    re.IGNORECASE,
)
_LIMITING = re.compile(  # without these words the rest would say more than the sentence does
    r"\b(?:not|no|never|none|nor|neither|without|unless|except\w*|exclud\w*|but|only|if|when|until|till|provided|"
    r"subject to|however|although|though|while|whereas|other than|apart from|upon|on request|may|might|could|can|"
    r"should|up to|at least|at most|limited|some|most|where)\b|n't\b",
    re.IGNORECASE,
)
_ASIDE_NO = re.compile(r"(?<![,;]) that\s+(?:can|could|do|does|did|is|are|was|were|has|have)\s*not\b", re.IGNORECASE)
_CANNOT = re.compile(r"\bcannot\b", re.IGNORECASE)
_LEAST_WORDS = 4


def limits_nothing(rest: str) -> bool:
    """Whether what stands behind a comma may be left off without the sentence saying more than it did.

    A negation behind "that" speaks of what is named there ("in storage that cannot be altered"), not of the main
    statement; one behind ", which" may speak of all of it.
    """
    bare = _ASIDE_NO.sub(" ", rest)
    return not _LIMITING.search(bare) and not _CANNOT.search(bare)


def clipped(text: str, fits: Callable[[str], bool]) -> str:
    """The longest beginning of a sentence that ``fits``, ends where its main statement does, and leaves off nothing
    that limits it; ``""`` where there is none."""
    whole = fold(text).rstrip()
    plain = whole
    for aside in reversed(list(_ASIDE.finditer(whole))):
        if not _LIMITING.search(aside[0]) and not any(c.isdigit() for c in aside[0]):
            plain = plain[: aside.start()] + plain[aside.end() :]
    for sentence in dict.fromkeys((plain, whole)):
        for cut in (None, *reversed(list(_CUT.finditer(sentence)))):
            kept = sentence if cut is None else sentence[: cut.start()]
            left = "" if cut is None else sentence[cut.start() :]
            kept = kept.rstrip(" ,;:–—-.") + "."
            if len(kept.split()) >= _LEAST_WORDS and not _LIMITING.search(left) and kept != whole and fits(kept):
                return kept
    return ""
