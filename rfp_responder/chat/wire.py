"""The OpenAI protocol's answers: what of a body, or of a stream of events, is the reply. No network here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_THOUGHT_ENDS = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_THOUGHT = re.compile(r"\s*<(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_ANSWERS = ("{", "[", "`")  # how JSON begins, bare or in a fence
_MOST_TOKENS = 10**9  # of one turn; what is told beyond is no count
_SHORTEST = 8  # characters of a key; what is shorter, or a plain word, is what local servers take for one
_LINE_END = re.compile(rb"\r\n|\n|\r")


class NoCompletionError(ValueError):
    """A body that is no chat completion; the message says in what."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one body, or one event of a stream, holds; tokens are None where it counts none."""

    text: str = ""
    finish: str = ""
    refusal: str = ""
    fault: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None


def read_body(body: bytes) -> Said:
    """A whole completion, or an error's text in ``fault``; raises NoCompletionError."""
    held = _json(body)
    if not isinstance(held, dict):
        raise NoCompletionError("its body is no JSON object")
    if held.get("error") and "choices" not in held:
        return Said(fault=_fault(held["error"]))
    choice = _first(held)
    if choice is None:
        raise NoCompletionError("its body holds no choice")
    message = choice.get("message")
    if not isinstance(message, dict):
        raise NoCompletionError("its choice holds no message")
    said, refused, legacy = message.get("content"), message.get("refusal"), choice.get("finish_reason")
    if not isinstance(said, str | None):
        raise NoCompletionError("its message is no text")
    return Said(_clean(said or ""), _word(legacy), _word(refused), "", *_usage(held))


def read_event(data: bytes) -> Said:
    """One event of a stream; raises NoCompletionError. Events without a choice may count tokens."""
    held = _json(data)
    if not isinstance(held, dict):
        raise NoCompletionError("an event of its stream is no JSON object")
    if held.get("error"):
        return Said(fault=_fault(held["error"]))
    choice = _first(held) or {}
    delta = choice.get("delta")
    delta = delta if isinstance(delta, dict) else {}
    said = delta.get("content")
    said = said if isinstance(said, str) else ""
    return Said(said, _word(choice.get("finish_reason")), _word(delta.get("refusal")), "", *_usage(held))


class Events:
    """Server-sent events out of bytes as they come: ``feed`` gives the data of each event that is complete."""

    def __init__(self) -> None:
        self._open = bytearray()
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The events that this piece completes; comments and other fields are passed over."""
        self._open += piece
        while (end := _LINE_END.search(self._open)) is not None:
            if end.end() == len(self._open) and end.group() == b"\r":
                return  # its line feed may still come
            line = bytes(self._open[: end.start()])
            del self._open[: end.end()]
            if line.startswith(b"data:"):
                self._data.append(line[5:].removeprefix(b" "))
            elif not line and self._data:
                yield b"\n".join(self._data)
                self._data.clear()

    def rest(self) -> Iterator[bytes]:
        """What stands at the end of a stream without its blank line."""
        yield from self.feed(b"\n\n")


class AnswerText:
    """A reply's text without the thoughts that some models write before it.

    What begins like JSON is passed on as it comes; else it is held back until a thought ends or the reply does.
    """

    def __init__(self) -> None:
        self._held = ""
        self._open = self._thought = False

    def feed(self, piece: str) -> str:
        """What of this piece can be passed on now."""
        if self._open:
            return piece
        self._held += piece
        while not self._held.lstrip().startswith(_ANSWERS):
            ended = _THOUGHT_ENDS.search(self._held)
            if ended is None:
                return ""
            self._thought, self._held = True, self._held[ended.end() :]
        self._open = True
        if self._thought:
            self._held = self._held.lstrip()  # the blank lines behind a thought are not the reply's
        passed, self._held = self._held, ""
        return passed

    def end(self) -> str:
        """What was held back and is no thought."""
        held, self._held = self._held, ""
        if _THOUGHT.match(held):
            return ""
        return held.lstrip() if self._thought else held


class Masked:
    """A text that comes in pieces, with stars for the key wherever it stands, also over the edge of two pieces.

    A key that is a plain word or shorter than 8 characters is none that is secret, and may stand in a document.
    """

    def __init__(self, key: str) -> None:
        self._key = key if len(key) >= _SHORTEST and not key.isalpha() else ""
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be passed on now; what may be the beginning of the key is held back."""
        if not self._key:
            return piece
        text = (self._held + piece).replace(self._key, "***")
        most = min(len(text), len(self._key) - 1)
        kept = next((n for n in range(most, 0, -1) if self._key.startswith(text[-n:])), 0)
        self._held = text[len(text) - kept :]
        return text[: len(text) - kept]

    def end(self) -> str:
        """What was held back and is no key."""
        held, self._held = self._held, ""
        return held


def answer_text(text: str) -> str:
    """A whole reply without its thoughts."""
    heard = AnswerText()
    return heard.feed(text) + heard.end()


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NoCompletionError(f"its body is no JSON ({type(error).__name__})") from error


def _first(held: Mapping[str, object]) -> dict[str, object] | None:
    choices = held.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        return choices[0]
    return None


def _usage(held: Mapping[str, object]) -> tuple[int | None, int | None]:
    usage = held.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    return _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))


def _count(tokens: object) -> int | None:
    counts = isinstance(tokens, int) and not isinstance(tokens, bool) and 0 <= tokens <= _MOST_TOKENS
    return tokens if counts and isinstance(tokens, int) else None


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _fault(error: object) -> str:
    said = error.get("message") if isinstance(error, dict) else error
    return said if isinstance(said, str) else json.dumps(said)[:2000]


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()  # a lone surrogate cannot be written anywhere
