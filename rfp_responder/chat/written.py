"""A reply while it is written, whole or in pieces: bounded in length, its end looked at, its thoughts left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rfp_responder.chat.faults import UnfinishedReplyError
from rfp_responder.chat.wire import AnswerText, Events, Masked, Said, read_body, read_event
from rfp_responder.errors import ModelBusyError, ModelError, ModelReplyError
from rfp_responder.protocols import Listener

# A token of any language and tokenizer is shorter than this in the mean; what goes on longer has lost its limit
_CHARACTERS_A_TOKEN, _CHARACTERS_MORE = 16, 4_096
# Each token of a stream comes in an event of some 300 bytes; a gateway's may be thrice as long
_BYTES_A_TOKEN, _BYTES_MORE = 2_048, 1_048_576


class UnusableError(Exception):
    """A reply that ends in a fault: ``kind`` is the error to raise, with what happened and the remedy."""

    def __init__(self, kind: type[ModelError], what: str, remedy: str) -> None:
        super().__init__(what)
        self.kind, self.what, self.remedy = kind, what, remedy


@dataclass(frozen=True, slots=True)
class Written:
    """A reply that came to its end; tokens are 0 where the server counts none."""

    text: str
    input_tokens: int
    output_tokens: int
    streamed: bool


class Writing:
    """Takes an answer's bytes as they come; the listener hears a stream at once, a whole body at its end.

    ``max_tokens`` is what the model may write: a reply that is far longer is ended. Raises UnusableError, and
    NoCompletionError where the bytes are no completion. ``key`` is masked in all that is passed on: servers echo it.
    """

    def __init__(self, max_tokens: int, *, streaming: bool, listener: Listener | None, key: str = "") -> None:
        self._max_tokens = max_tokens
        self._masked = Masked(key)
        self._asked_stream = streaming
        self._listener = listener
        self.kind = ""
        self._streamed = False
        self._body = bytearray()
        self._bytes = 0
        self._events = Events()
        self._answer = AnswerText()
        self._text: list[str] = []
        self._characters = 0
        self._finish = self._refusal = ""
        self._tokens = [0, 0]

    def begin(self, kind: str) -> None:
        """The body's content type, before its first piece."""
        self.kind = kind.partition(";")[0].strip().lower()
        told_otherwise = "json" in self.kind or "html" in self.kind
        self._streamed = self._asked_stream and not told_otherwise

    def add(self, piece: bytes) -> bool:
        """One piece of the body; False: the reply is at its end, nothing more needs to come."""
        self._bytes += len(piece)
        if self._bytes > _BYTES_A_TOKEN * self._max_tokens + _BYTES_MORE:
            raise self._endless(f"{self._bytes} bytes")
        if not self._streamed:
            self._body += piece
            return True
        return self._hear(self._events.feed(piece))

    def end(self) -> Written:
        """The reply, when the body has ended."""
        if self._streamed:
            if self._hear(self._events.rest()) and not self._finish:
                raise UnusableError(UnfinishedReplyError, "broke off in the middle of its stream", "Try later")
        else:
            self._take(self._read_whole())
        self._check_end(bool(self._text))
        self._pass_on(self._masked.feed(self._answer.end()) + self._masked.end())
        return Written("".join(self._text), self._tokens[0], self._tokens[1], self._streamed)

    def _read_whole(self) -> Said:
        """The body as a completion; a page to look at is no reply of a model: it stands in the way of all of them."""
        if "html" in self.kind or self._body[:200].lstrip().startswith((b"<!", b"<html")):
            what = f"sent a page in place of a completion, of the type {self.kind[:60]!r}"
            raise UnusableError(ModelError, what, "Check that RFP_BASE_URL is a server that speaks the OpenAI protocol")
        return read_body(bytes(self._body))

    def _hear(self, events: Iterator[bytes]) -> bool:
        """Take events; False after the last one that a stream can have."""
        for data in events:
            if data.startswith(b"[DONE]"):
                return False
            self._take(read_event(data))
        return True

    def _take(self, said: Said) -> None:
        if said.fault:
            begun = self._characters > 0  # then it may be billed
            kind = UnfinishedReplyError if begun else ModelBusyError
            raise UnusableError(kind, f"sent a fault in place of its reply ({said.fault[:160]})", "Try later")
        self._characters += len(said.text)
        if self._streamed and self._characters > _CHARACTERS_A_TOKEN * self._max_tokens + _CHARACTERS_MORE:
            raise self._endless(f"{self._characters} characters")
        self._finish = said.finish or self._finish
        self._refusal = (self._refusal + said.refusal)[:500]
        for place, count in enumerate((said.input_tokens, said.output_tokens)):
            self._tokens[place] = self._tokens[place] if count is None else count
        if not self._streamed:
            self._check_end(bool(said.text))  # before the listener hears what is no reply
        self._pass_on(self._masked.feed(self._answer.feed(said.text)))

    def _pass_on(self, text: str) -> None:
        if text:
            self._text.append(text)
            if self._listener is not None:
                self._listener(text)

    def _check_end(self, written: bool) -> None:
        if self._finish == "length":
            raise UnusableError(
                ModelReplyError,
                f"sent a reply that was cut off at {self._tokens[1] or self._max_tokens} tokens",
                f"Raise max_tokens in the prompt version (now {self._max_tokens})",
            )
        if self._finish == "content_filter":
            raise UnusableError(ModelReplyError, "withheld its reply (content filter)", "Answer this question by hand")
        if self._refusal and not written:
            raise UnusableError(
                ModelReplyError, f"refused to reply ({self._refusal[:160]})", "Answer this question by hand"
            )

    def _endless(self, length: str) -> UnusableError:
        return UnusableError(
            ModelReplyError,
            f"went on for {length}, expected at most {self._max_tokens} tokens, and was stopped",
            "Name a model that keeps to max_tokens, or lower it in the prompt version",
        )
