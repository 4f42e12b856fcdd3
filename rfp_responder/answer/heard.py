"""A reply heard while it is written: the claims in it, each as soon as its text is whole, long before the reply is."""

from __future__ import annotations

from collections.abc import Callable

from rfp_responder.text import fold

_MOST = 100_000  # characters of a reply that are listened to; what comes behind is read at the end
_SHOWN = 1_000  # characters of a claim


class ClaimsHeard:
    """A ``Listener`` for the pieces of a reply, which tells each claim's text once.

    What it tells is unchecked: the claim may be dropped when the reply is whole.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told: set[str] = set()
        self._text = ""
        self._done = 0

    def anew(self) -> None:
        """Another reply begins; a claim that was told before is not told again."""
        self._text, self._done = "", 0

    def __call__(self, piece: str) -> None:
        """Hear the next piece; a claim can only end with a quotation mark, so others are only kept."""
        self._text = (self._text + piece)[:_MOST]
        if '"' in piece:
            for text in self._claims()[self._done :]:
                self._done += 1
                self._say(text)

    def _say(self, text: str) -> None:
        shown = "".join(letter if letter.isprintable() else " " for letter in text)
        shown = " ".join(shown.split())[:_SHOWN]
        if shown and fold(shown) not in self._told:
            self._told.add(fold(shown))
            self._tell(shown)

    def _claims(self) -> list[str]:
        """The texts of the claims so far; a string without its end is none yet."""
        from pydantic_core import from_json

        body = self._text.rpartition("</think>")[2]
        start = body.find("{")
        if start < 0 or "<think>" in body[:start]:  # it still thinks
            return []
        try:
            reply = from_json(body[start:], allow_partial=True)
        except ValueError:  # prose in braces before the JSON, or none at all: the whole reply tells
            return []
        claims = reply.get("claims") if isinstance(reply, dict) else None
        if not isinstance(claims, list):
            return []
        texts = [claim.get("text") for claim in claims if isinstance(claim, dict)]
        return [text for text in texts if isinstance(text, str)]
