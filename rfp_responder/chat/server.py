"""Any server that speaks the OpenAI protocol as a chat model: the only door to ``openai``.

One call is one request, apart from finding out what the server takes. Trying again later, pace, prices and memory are
other chat models, which stand around this one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from rfp_responder.chat.abilities import DOUBTED, Abilities, AbilityStore, shown_url
from rfp_responder.chat.deadline import DeadlineError, Within
from rfp_responder.chat.doubt import Doubt
from rfp_responder.chat.faults import UnfinishedReplyError
from rfp_responder.chat.refusals import (
    Refusal,
    as_error,
    less_strict,
    names_nothing,
    other_ways,
    read_redirect,
    read_refusal,
    without_secrets,
)
from rfp_responder.chat.schema import Form, response_format, schema_text
from rfp_responder.chat.stop import Stop
from rfp_responder.chat.wire import NoCompletionError
from rfp_responder.chat.written import UnusableError, Writing, Written
from rfp_responder.errors import CostLimitError, ModelDownError, ModelError, ModelReplyError
from rfp_responder.protocols import Listener, ModelReply, ModelRequest

_MOST_OF_A_FAULT = 65_536  # bytes of an error's body that are read
_SENT = {"RemoteProtocolError", "ReadError"}  # faults of the transport after the request went out
_PROTOCOL = "Check that RFP_BASE_URL is a server that speaks the OpenAI protocol"


@dataclass(frozen=True, slots=True)
class Server:
    """Where a model is and how it is asked; ``timeout`` is the seconds that a reply may take in all."""

    base_url: str
    api_key: str = field(default="", repr=False)
    timeout: float = 60.0


class _RefusedError(Exception):
    """The server answered with an error's status."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.said)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class _Doubted:
    """A refusal that names nothing: the request was sent at ``at`` (of ``time.monotonic``) in this format."""

    refusal: Refusal
    at: float
    form: Form


class OpenAIChat:
    """One model behind ``server``; asks for JSON by schema, and less strictly where the server cannot.

    What the server takes is found out once and kept in ``abilities``. May be used by several threads.
    """

    def __init__(
        self,
        name: str,
        server: Server,
        abilities: AbilityStore | None = None,
        *,
        limited: bool = False,
        stop: Stop | None = None,
    ) -> None:
        """``limited``: each request has to carry a limit of tokens, or a cap on the cost would be blind. Once ``stop``
        is given, nothing is sent any more."""
        self._limited = limited
        self._stop = stop or Stop()
        self._name = name
        self._server = server
        self._store = abilities or AbilityStore()
        self._doubt = Doubt()
        self._opening = threading.Lock()
        self._opened: Any = None
        self._where = f"model {name}: its server {shown_url(server.base_url)}"

    @property
    def name(self) -> str:
        """The model's name as the settings give it."""
        return self._name

    @property
    def base_url(self) -> str:
        """Its server's address, without what may be secret in it."""
        return shown_url(self._server.base_url)

    @property
    def abilities(self) -> Abilities:
        """What its server is known to take."""
        return self._store.of(self._server.base_url, self._name)

    def open(self) -> None:
        """Load what sends requests, which takes a second or two, without sending one."""
        self._client()

    def forget(self) -> None:
        """Find out anew, at the next request, what its server takes."""
        self._store.forget(self._server.base_url, self._name)

    def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
        """One turn; raises ModelError with the server, the fault and the remedy.

        ModelBusyError and ModelDownError are worth another try. Raises CostLimitError where a limit of tokens has to
        be set and the server takes none, StoppedError where the run is over. ``listener`` hears the text while it
        comes, in the thread of the caller.
        """
        client = self._client()  # its import takes seconds, which are not the server's
        deadline = time.monotonic() + self._server.timeout
        known = self.abilities
        asked = _with_limit(known) if self._limited else known
        doubted: _Doubted | None = None
        while True:
            self._stop.check()
            at = time.monotonic()
            try:
                written = self._once(client, request, asked, listener, deadline)
            except _RefusedError as error:
                refusal, sent = error.refusal, self._fields(request, asked, listener is not None)
                if refusal.unexplained or names_nothing(refusal, sent):
                    other = self._in_doubt(refusal, asked, first=doubted is None)
                    doubted = doubted or _Doubted(refusal, at, asked.form)
                else:
                    other = other_ways(refusal, asked, sent)
                if other is None:
                    raise as_error(doubted.refusal if doubted else refusal, self._where) from None
                if self._limited and _limit(other) in other.dropped:
                    raise self._without_limit() from None
                asked = other
                continue
            if listener is not None and asked.streams and not written.streamed:
                asked = replace(asked, streams=False, seen=(*asked.seen, "stream: the reply came in one piece"))
            self._learn(known, asked, doubted)
            return ModelReply(written.text, written.input_tokens, written.output_tokens)

    def _in_doubt(self, refusal: Refusal, asked: Abilities, *, first: bool) -> Abilities | None:
        """The next format after a refusal that names nothing, where that is worth a try; ``first`` of this request."""
        if first and refusal.unexplained and not self._doubt.failed():
            return None
        other = less_strict(asked)
        if other is None and refusal.unexplained:
            self._doubt.useless()
        return other

    def _learn(self, known: Abilities, asked: Abilities, doubted: _Doubted | None) -> None:
        """Keep what worked: nothing is held against a server that did not work on the very same request.

        That a format is not taken is believed for long where the server said so; where it did not, for an hour, and
        when it was seen twice.
        """
        if doubted is not None:
            if self._doubt.helped(doubted.at, time.monotonic()):
                said = f"status {doubted.refusal.status}, {doubted.refusal.said[:100] or 'without a word'}"
                seen = (*asked.seen, f"{doubted.form}: {said}; {asked.form} works")
                self._store.learn(self._server.base_url, self._name, replace(asked, seen=seen), DOUBTED)
                return
            asked = replace(asked, form=doubted.form)
            if asked.same_as(known):
                return
        else:
            self._doubt.cleared()
        if not asked.same_as(known) or not known.since:
            self._store.learn(self._server.base_url, self._name, asked)

    def _once(
        self, client: Any, request: ModelRequest, asked: Abilities, listener: Listener | None, deadline: float
    ) -> Written:
        """One request; raises _RefusedError for an error's status."""
        fields = self._fields(request, asked, listener is not None)
        key, limit = self._server.api_key, request.sampling.max_tokens
        writing = Writing(limit, streaming="stream" in fields, listener=listener, key=key)
        fault: ModelError
        try:
            with Within(deadline, lambda: self._pieces(client, fields, deadline)) as pieces:
                for piece in pieces:
                    if isinstance(piece, str):
                        writing.begin(piece)
                    elif not writing.add(piece):
                        break
            return writing.end()
        except DeadlineError:
            fault = self._too_slow()
        except NoCompletionError as error:
            kind = f", of the type {writing.kind[:60]!r}" if writing.kind and "json" not in writing.kind else ""
            fault = self._fault(ModelReplyError, f"sent what is no completion: {error}{kind}", _PROTOCOL)
        except UnusableError as error:
            fault = self._fault(error.kind, error.what, error.remedy)
        raise fault  # behind the block, so that no words of the server hang on to it

    def _fields(self, request: ModelRequest, asked: Abilities, listening: bool) -> dict[str, Any]:
        """The request's fields: what is set, and what the server takes."""
        system, user = _sendable(request.system), _sendable(request.user)
        if asked.form != "json_schema":
            system = f"{system}\n\n{schema_text(request.schema)}"
        if asked.one_message:
            messages = [{"role": "user", "content": f"{system}\n\n{user}"}]
        else:
            messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        sampling = request.sampling
        streaming = listening and asked.streams
        fields: dict[str, Any] = {
            "response_format": response_format(asked.form, request.schema),
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "frequency_penalty": sampling.frequency_penalty,
            "seed": sampling.seed,
            _limit(asked): sampling.max_tokens,
            "stream": True if streaming else None,
            "stream_options": {"include_usage": True} if streaming else None,
        }
        taken = {name: value for name, value in fields.items() if value is not None and name not in asked.dropped}
        return {"model": self._name, "messages": messages, **taken}

    def _pieces(self, client: Any, fields: dict[str, Any], deadline: float) -> Iterator[str | bytes]:
        """The answer's content type, then its body as it comes; runs in a thread of its own."""
        from openai import APIConnectionError, APITimeoutError, OpenAIError

        begun = False
        try:
            with client.create(**fields, timeout=max(0.001, deadline - time.monotonic())) as response:
                begun = True
                yield response.headers.get("content-type", "")
                yield from response.iter_bytes()
        except _RefusedError:
            raise  # newer clients let it through, older ones wrap it: see below
        except APITimeoutError as error:
            if type(error.__cause__).__name__ == "ConnectTimeout":
                raise self._no_connection() from None
            raise self._too_slow() from None
        except APIConnectionError as error:
            cause = error.__cause__
            if isinstance(cause, _RefusedError):
                raise cause from None
            if type(cause).__name__ in _SENT:
                raise self._fault(UnfinishedReplyError, "dropped the connection without a reply", "Try later") from None
            raise self._no_connection() from None
        except OpenAIError as error:
            said = f"cannot be used ({without_secrets(str(error), self._server.api_key)[:160]})"
            raise self._fault(ModelError, said, "Check RFP_MODEL and RFP_BASE_URL") from None
        except Exception as error:  # the transport's own, which has another name in each version of the client
            if not begun:
                said = f"was not asked: the request cannot be sent ({type(error).__name__})"
                raise self._fault(ModelError, said, "Check RFP_BASE_URL and RFP_MODEL") from None
            if "Timeout" in type(error).__name__:
                raise self._too_slow() from None
            raise self._fault(
                UnfinishedReplyError, f"broke off in the middle of its reply ({type(error).__name__})", "Try later"
            ) from None

    def _client(self) -> Any:
        """What sends chat requests; opened once, whichever thread comes first."""
        with self._opening:
            if self._opened is None:
                self._opened = self._open().chat.completions.with_streaming_response
            return self._opened

    def _open(self) -> Any:
        key = self._server.api_key
        if not (key.isascii() and key.isprintable()):
            raise self._fault(
                ModelError, "was not asked: the key holds characters that no key has", "Correct RFP_API_KEY"
            )
        from openai import DefaultHttpxClient, OpenAI, OpenAIError

        try:
            return OpenAI(
                base_url=self._server.base_url,
                api_key=key or "none",  # local servers want any key, and the client insists on one
                timeout=self._server.timeout,
                max_retries=0,
                http_client=DefaultHttpxClient(event_hooks={"response": [self._refuse]}, follow_redirects=False),
            )
        except (OpenAIError, ValueError) as error:
            raise ModelError(
                f"model {self._name}: no client for {self.base_url!r} ({without_secrets(str(error), key)[:160]})",
                "Set RFP_BASE_URL to a URL such as http://localhost:11434/v1",
            ) from None

    def _refuse(self, response: Any) -> None:
        """Raise for an error's status, after a look at its body that ends, whatever the body does."""
        if response.status_code < 300:
            return
        if response.status_code < 400:
            target = response.headers.get("location", "")
            raise _RefusedError(
                read_redirect(response.status_code, self._server.base_url, target, self._server.api_key)
            )
        body, until = bytearray(), time.monotonic() + self._server.timeout
        try:
            for piece in response.iter_bytes():
                body += piece
                if len(body) > _MOST_OF_A_FAULT or time.monotonic() > until:
                    break
        except Exception as error:  # the status stands, whatever became of the words
            body += f" (its words broke off: {type(error).__name__})".encode()
        said = read_refusal(response.status_code, response.headers, bytes(body), self._server.api_key, time.time())
        raise _RefusedError(said)

    def _without_limit(self) -> CostLimitError:
        return CostLimitError(
            f"{self._where} takes no limit on the tokens of a reply, so that a cap on the cost cannot hold",
            "Name another model, or run without --max-cost",
        )

    def _no_connection(self) -> ModelError:
        return self._fault(
            ModelDownError,
            "does not answer (no connection)",
            "Start the server, correct RFP_BASE_URL, or unset RFP_MODEL to answer offline",
        )

    def _too_slow(self) -> ModelError:
        return self._fault(
            UnfinishedReplyError,
            f"did not end its reply within {self._server.timeout:g} s",
            "Raise RFP_TIMEOUT or try later",
        )

    def _fault(self, kind: type[ModelError], what: str, remedy: str) -> ModelError:
        return kind(f"{self._where} {without_secrets(what, self._server.api_key)}", remedy)


def _limit(asked: Abilities) -> str:
    """What the limit of tokens is called."""
    return "max_completion_tokens" if asked.renamed_max else "max_tokens"


def _with_limit(known: Abilities) -> Abilities:
    """The same, with the limit of tokens in any case: it may have been refused long ago."""
    return replace(known, dropped=tuple(name for name in known.dropped if name != _limit(known)))


def _sendable(text: str) -> str:
    """A text with halves of characters, which no request can carry, replaced."""
    return text.encode("utf-8", "replace").decode()
