"""Keys that name the passages of one request: nobody can guess or invent one, and the same request has the same.

A key is the HMAC-SHA256 (RFC 2104) of the question and the passage under a secret that no document and no model
knows. A document can so neither close the fence around it nor speak for another passage; a model that makes up a
source has no key for it. The same request gives the same keys, so that a reply can be kept and replayed.
"""

from __future__ import annotations

import hmac
from base64 import b32encode
from collections.abc import Sequence
from hashlib import sha256

_LENGTH = 8  # letters and digits of five bits each: one guess in 10**12 meets a key
_MOST_SALTS = 1_000


def make_keys(secret: bytes, question: str, texts: Sequence[str]) -> list[str]:
    """One key a text, distinct, in order; none of them stands in any of the texts or in the question.

    ``texts`` are told apart by what they say and by their place: of two that say the same each has its own key.
    """
    said = "\n".join([question, *texts]).casefold()
    for salt in range(_MOST_SALTS):
        keys = [_key(secret, question, text, place, salt) for place, text in enumerate(texts)]
        if len(set(keys)) == len(keys) and not any(key in said for key in keys):
            return keys
    raise ValueError(f"no {len(texts)} distinct keys of {_LENGTH} letters were found in {_MOST_SALTS} tries")


def _key(secret: bytes, question: str, text: str, place: int, salt: int) -> str:
    parts = [part.encode("utf-8", "surrogatepass") for part in (question, text)]
    message = b"".join(len(part).to_bytes(8, "big") + part for part in (*parts, b"%d %d" % (place, salt)))
    digest = hmac.new(secret, message, sha256).digest()
    return b32encode(digest).decode("ascii").lower()[:_LENGTH]
