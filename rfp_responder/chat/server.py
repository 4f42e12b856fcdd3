"""Any server that speaks the OpenAI protocol as a chat model: the only door to ``openai``."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from rfp_responder.errors import ModelError
from rfp_responder.protocols import Listener, ModelReply, ModelRequest

_FORMATS = ("json_schema", "json_object", "text")


@dataclass(frozen=True, slots=True)
class Server:
    """Where a model is and how it is asked; ``timeout`` in seconds."""

    base_url: str
    api_key: str = field(default="", repr=False)
    timeout: float = 60.0
    max_retries: int = 2


class OpenAIChat:
    """One model behind ``base_url``; asks for JSON by schema, and less strictly where the server cannot.

    What the server takes is found out at the first call and remembered.
    """

    def __init__(self, name: str, server: Server) -> None:
        self._name = name
        self._server = server
        self._format = 0
        self._opened: Any = None

    @property
    def name(self) -> str:
        """The model's name as the settings give it."""
        return self._name

    def _client(self) -> Any:
        if self._opened is None:
            if not self._server.api_key.isascii():
                raise self._fault("was not asked: the key holds characters that no key has", "Correct RFP_API_KEY")
            from openai import OpenAI, OpenAIError

            try:
                self._opened = OpenAI(
                    base_url=self._server.base_url,
                    api_key=self._server.api_key or "none",  # local servers want any key, and the client insists on one
                    timeout=self._server.timeout,
                    max_retries=self._server.max_retries,
                )
            except (OpenAIError, ValueError) as error:
                raise ModelError(
                    f"model {self._name}: no client for {self._server.base_url!r} ({error})",
                    "Set RFP_BASE_URL to a URL such as http://localhost:11434/v1",
                ) from error
        return self._opened

    def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
        """One turn; raises ModelError with the server, the fault and the remedy."""
        from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

        while True:
            try:
                reply = self._once(request)
                if listener:
                    listener(reply.text)
                return reply
            except APITimeoutError as error:
                raise self._fault(
                    f"did not answer within {self._server.timeout:g} s", "Raise RFP_TIMEOUT or try later"
                ) from error
            except APIConnectionError as error:
                raise self._fault(
                    "does not answer (no connection)",
                    "Start the server, correct RFP_BASE_URL, or unset RFP_MODEL to answer offline",
                ) from error
            except APIStatusError as error:
                if (
                    error.status_code in {400, 404, 415, 422, 500, 501}
                    and self._about_format(error)
                    and self._less_strict()
                ):
                    continue
                raise self._fault(
                    f"answered with status {error.status_code} ({_first_line(error)})",
                    _remedy(error.status_code),
                ) from error
            except OpenAIError as error:
                raise self._fault(
                    f"cannot be used ({_first_line(error)})", "Check RFP_MODEL and RFP_BASE_URL"
                ) from error
            except ValueError as error:  # a body that is no JSON, whatever its headers say
                raise self._fault(
                    f"sent what cannot be read ({_first_line(error)})",
                    "Check that the server speaks the OpenAI protocol",
                ) from error

    def _once(self, request: ModelRequest) -> ModelReply:
        system, user, schema = request.system, request.user, dict(request.schema)
        chosen = _FORMATS[self._format]
        extra: dict[str, Any] = {}
        if chosen == "json_schema":
            extra["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "reply", "schema": schema, "strict": True},
            }
        elif chosen == "json_object":
            extra["response_format"] = {"type": "json_object"}
        if chosen != "json_schema":
            system = (
                f"{system}\n\nReply with one JSON object of this JSON Schema and nothing else:\n{json.dumps(schema)}"
            )
        completion = self._client().chat.completions.create(
            model=self._name,
            messages=[{"role": "system", "content": system}, {"role": "user", "content": user}],
            temperature=request.sampling.temperature,
            max_tokens=request.sampling.max_tokens,
            **extra,
        )
        choices = getattr(completion, "choices", None)
        message = getattr(choices[0], "message", None) if isinstance(choices, list) and choices else None
        content = getattr(message, "content", None)
        if message is None or not isinstance(content, str | None):
            raise self._fault("sent a reply without a message", "Check that the server speaks the OpenAI protocol")
        usage = getattr(completion, "usage", None)
        return ModelReply(
            text=(content or "").encode("utf-8", "replace").decode(),
            input_tokens=_count(getattr(usage, "prompt_tokens", 0)),
            output_tokens=_count(getattr(usage, "completion_tokens", 0)),
        )

    def _about_format(self, error: Any) -> bool:
        said = str(error).lower()
        return error.status_code in {500, 501} or any(
            word in said for word in ("response_format", "json_schema", "json_object", "schema", "format")
        )

    def _less_strict(self) -> bool:
        if self._format + 1 >= len(_FORMATS):
            return False
        self._format += 1
        return True

    def _fault(self, what: str, remedy: str) -> ModelError:
        return ModelError(f"model {self._name}: its server {self._server.base_url} {what}", remedy)


def _count(tokens: object) -> int:
    return tokens if isinstance(tokens, int) else 0  # some servers send none


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:160]


def _remedy(status: int) -> str:
    if status in {401, 403}:
        return "Set RFP_API_KEY to a key that this server accepts"
    if status == 404:
        return "Check RFP_MODEL and RFP_BASE_URL"
    if status == 429:
        return "Wait, or raise RFP_MAX_RETRIES"
    return "Try later, or unset RFP_MODEL to answer offline"
