"""Replies of a chat model in the form claims-2, made from the request that they answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

KEY = re.compile(r"<passage ([a-z2-7]{8})>\n(.*?)\n</passage \1>", re.S)


def keys_by_text(user: str) -> dict[str, str]:
    """The key of each passage in a request, by what stands between its marks."""
    return {body: key for key, body in KEY.findall(user)}


def key_of(user: str, words: str) -> str:
    """The key of the first passage that holds these words."""
    return next(key for body, key in keys_by_text(user).items() if words in body)


def claim(text: str, quote: str, key: str, part: int = 0) -> dict[str, object]:
    """A claim with one quote."""
    return {"text": text, "part": part, "quotes": [{"key": key, "text": quote}]}


def reply(claims: Sequence[dict[str, object]] = (), **fields: object) -> str:
    """A reply of the form claims-2; what is not given is empty."""
    empty = {"parts": [], "stance": None, "missing": [], "clarification": None}
    return json.dumps({"claims": list(claims), **empty, **fields})


def quoting(*pairs: tuple[str, str], part: int = 0, **fields: object) -> Callable[[str], str]:
    """What a ``ScriptedModel`` says: claims with their quotes, each by the key of the passage that holds the quote.

    A quote that stands in no passage takes the key of the first one.
    """

    def said(user: str) -> str:
        keys = keys_by_text(user)
        first = next(iter(keys.values()), "")
        made = [claim(text, quote, next((k for b, k in keys.items() if quote in b), first), part)
                for text, quote in pairs]  # fmt: skip
        return reply(made, **fields)

    return said
