"""What a server's refusal means: ask in another way, come again later, or tell the user. No network here.

A refusal is read for a name: its ``param``, else the first thing it names of what was sent. Servers echo the whole
request behind their complaint, so the first name counts.
"""

from __future__ import annotations

import email.utils
import json
import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from rfp_responder.chat.abilities import Abilities, shown_url
from rfp_responder.chat.faults import UnwrittenReplyError
from rfp_responder.chat.schema import FORMS, Form
from rfp_responder.errors import ModelBusyError, ModelError

_SHOWN = 160  # characters of a server's words that a message holds
_BUSY = {408, 409, 425, 429, 529}  # with every 5xx but 501 and 505, which will not pass
_ABOUT_REQUEST = {400, 404, 415, 422, 500, 501}  # llama-cpp-python says 500 where it means 400
_VAGUE = {400, 415, 422}  # of these, one that names nothing may still mean the format: a fault that does not pass
_OPTIONAL = ("temperature", "top_p", "frequency_penalty", "seed", "stream_options")
_OUT_OF_MONEY = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
_FILTERED = {"content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation"}
_TOO_LONG = {"context_length_exceeded", "string_above_max_length", "exceed_context_size_error"}
_TOLD_APART = _OUT_OF_MONEY | _FILTERED | _TOO_LONG

# What is said of a thing that is not taken, against a value that is merely out of bounds
_NOT_TAKEN = re.compile(
    r"support|unknown|unrecogni[sz]ed|unexpected|not permitted|not allowed|not available|forbidden|extra"
    r"|invalid (?:parameter|argument|field)|deprecated|cannot both|only the default|not implemented|disabled",
    re.IGNORECASE,
)
_OUT_OF_BOUNDS = re.compile(r"too (?:large|big|small|low|high)|at (?:most|least)|maximum|exceed|between", re.IGNORECASE)
_FORM = re.compile(
    r"response[ _]?format|json_schema|json_object|structured[ _]outputs?|\bjson mode\b|guided_json|\bgrammar\b",
    re.IGNORECASE,
)
_SCHEMA_KEY = re.compile(r"\bschema\b|\bextra\b|unknown|unrecogni[sz]ed|unexpected", re.IGNORECASE)
_SYSTEM = re.compile(
    r"system (?:role|message|prompt|instruction)s?\b|role.{0,12}\bsystem\b|messages\[0\]\.role", re.IGNORECASE
)
_STREAM = re.compile(r"\bstream(?:ing)?\b", re.IGNORECASE)
_SECRET = re.compile(r"\bBearer\s+\S+|\b(?:sk|gsk|xai)[-_][\w*.-]{6,}", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"\bmodel\b.{0,80}\b(?:not|exist)|context|too (?:long|many)|\bkey\b|account|billing", re.IGNORECASE
)
_TOO_LONG_WORDS = re.compile(
    r"context (?:length|window|size)|maximum context|exceeds? (?:the )?(?:available )?context|too many tokens"
    r"|(?:prompt|input|request) is too long",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer with a status of 300 or more: what it says, in one line without secrets, and for which field.

    A redirect's words are where it points to.
    """

    status: int
    said: str = ""
    param: str = ""
    code: str = ""
    retry_after: float | None = None
    retry: bool = True

    @property
    def busy(self) -> bool:
        """Whether its status is one that passes."""
        return self.status in _BUSY or (self.status >= 500 and self.status not in {501, 505})

    @property
    def about_request(self) -> bool:
        """Whether its status may mean that something in the request is not taken."""
        return self.status in _ABOUT_REQUEST and self.code not in _OUT_OF_MONEY | _FILTERED | _TOO_LONG

    @property
    def unexplained(self) -> bool:
        """Whether it is a plain 500: the server's own fault, or a request that it does not understand."""
        return self.status == 500 and self.retry and not (_FORM.search(self.said) or "validation" in self.said)


def read_refusal(status: int, headers: Mapping[str, str], body: bytes, key: str, now: float) -> Refusal:
    """An error as OpenAI, FastAPI, Ollama and gateways send it. ``now`` is in seconds since 1970.

    ``headers`` are looked up by names in lower case; ``key`` is taken out of what is said, wherever it stands.
    """
    try:
        held: object = json.loads(body)
    except (ValueError, RecursionError):
        held = body.decode("utf-8", "replace")
    error = held.get("error", held) if isinstance(held, dict) else held
    fields = error if isinstance(error, dict) else {}
    said = fields.get("message") or fields.get("detail") or error
    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    told = [value for name in ("code", "type") if isinstance(value := fields.get(name), str)]
    code = next((value for value in told if value in _TOLD_APART), fields.get("code"))
    return Refusal(
        status,
        without_secrets(text, key)[:4000],
        fields["param"] if isinstance(fields.get("param"), str) else "",
        code if isinstance(code, str) else "",
        retry_after(headers, now),
        headers.get("x-should-retry", "").lower() != "false",
    )


def read_redirect(status: int, url: str, location: str, key: str) -> Refusal:
    """A redirect of what was sent to ``url``. It is not followed: questions and passages go to the server that the
    settings name, and to no other."""
    try:
        target = shown_url(urljoin(url, location)) if location else "nowhere"
    except ValueError:
        target = "what is no address"
    return Refusal(status, without_secrets(target, key)[:_SHOWN])


def without_secrets(text: str, key: str) -> str:
    """A text in one line of what can be printed, without the key and what looks like one."""
    if len(key) >= 4:
        text = text.replace(key, "***")
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(key) >= 4:
        line = line.replace(key, "***")  # it may have stood broken up by marks that are gone now
    return _SECRET.sub("***", line)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that a server asks to wait: ``retry-after-ms``, or ``Retry-After`` in seconds or as a date (RFC 9110).

    None where it does not say, or says what is no time.
    """
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / unit
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    try:
        return max(0.0, email.utils.parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - now)
    except (TypeError, ValueError, OverflowError):
        return None


def other_ways(refusal: Refusal, known: Abilities, sent: Collection[str]) -> Abilities | None:
    """How to ask after this refusal: one thing less; None where it names nothing that was sent, or only a value.

    ``sent`` are the names of the request's fields.
    """
    if not refusal.about_request:
        return None
    name = _named(refusal, sent)
    seen = (*known.seen, f"{name}: {refusal.said[:_SHOWN]}")
    if name == "response_format":
        form = _next_form(refusal, known)
        return replace(known, form=form, seen=seen) if form else None
    if name == "max_tokens" and not known.renamed_max:
        return replace(known, renamed_max=True, seen=seen)
    if name == "stream":
        return replace(known, streams=False, seen=seen)
    if name == "system" and not known.one_message:
        return replace(known, one_message=True, seen=seen)
    if name in {*_OPTIONAL, "max_tokens", "max_completion_tokens"} and name not in known.dropped:
        return replace(known, dropped=(*known.dropped, name), seen=seen)
    return None


def names_nothing(refusal: Refusal, sent: Collection[str]) -> bool:
    """Whether it may mean the format without saying so: a plain "bad request"."""
    vague = refusal.status in _VAGUE and refusal.about_request and not _ELSEWHERE.search(refusal.said)
    return vague and not too_long(refusal) and _named(refusal, sent) is None


def too_long(refusal: Refusal) -> bool:
    """Whether the request was longer than the model reads."""
    words = refusal.about_request and _TOO_LONG_WORDS.search(refusal.said) is not None
    return refusal.status == 413 or refusal.code in _TOO_LONG or words


def less_strict(known: Abilities) -> Abilities | None:
    """The next format down; None at the last."""
    below = FORMS.index(known.form) + 1
    return replace(known, form=FORMS[below]) if below < len(FORMS) else None


def _next_form(refusal: Refusal, known: Abilities) -> Form | None:
    below = FORMS[FORMS.index(known.form) + 1 :]
    if known.form == "json_object with schema" and not _SCHEMA_KEY.search(_without_forms(refusal.said)):
        below = below[1:]  # it is the format that is refused, not the key beside it
    return below[0] if below else None


def _without_forms(said: str) -> str:
    return re.sub(r"json_schema|json_object", "", said)


def _named(refusal: Refusal, sent: Collection[str]) -> str | None:
    """The field that a refusal is about; "" where only its value is out of bounds, None where none is named."""
    first = re.split(r"[.\[]", refusal.param)[0]
    if first in sent and first != "messages":
        return "" if _is_of_value(refusal, first) else first
    found = sorted(_mentions(refusal.said, sent))
    if not found:
        return None
    name = found[0][1]
    if name == "response_format":
        return name
    return name if _NOT_TAKEN.search(refusal.said) and not _is_of_value(refusal, name) else ""


def _mentions(said: str, sent: Collection[str]) -> Iterator[tuple[int, str]]:
    """Where each thing that was sent is named first."""
    for name in (*_OPTIONAL, "max_tokens", "max_completion_tokens"):
        if name in sent and (found := re.search(rf"\b{name}\b", said)):
            yield found.start(), name
    for name, pattern in (("response_format", _FORM), ("stream", _STREAM), ("messages", _SYSTEM)):
        if name in sent and (found := pattern.search(said)):
            yield found.start(), "system" if name == "messages" else name


def _is_of_value(refusal: Refusal, name: str) -> bool:
    """Whether only its value is refused: then the user is told, and it is sent again."""
    if not _OUT_OF_BOUNDS.search(refusal.said):
        return False
    limit = name == "max_completion_tokens" or (name == "max_tokens" and "max_completion_tokens" not in refusal.said)
    return limit or not _NOT_TAKEN.search(refusal.said)  # "this model supports at most 4096" is said of limits


def as_error(refusal: Refusal, where: str) -> ModelError:
    """The typed fault for a refusal that no other way of asking mends; ``where`` names model and server."""
    if refusal.status < 400:
        return ModelError(f"{where} answers with a redirect to {refusal.said}", "Correct RFP_BASE_URL")
    what = f"{where} answered with status {refusal.status} ({refusal.said[:_SHOWN] or 'without a word'})"
    if refusal.code in _OUT_OF_MONEY:
        return ModelError(what, "Its quota is used up: see to its billing, or unset RFP_MODEL to answer offline")
    if refusal.code in _FILTERED:
        return UnwrittenReplyError(what, "Its content filter refuses this question: answer it by hand")
    if too_long(refusal):
        return UnwrittenReplyError(
            what, "Lower RFP_CONTEXT_TOKENS or RFP_CONTEXT_PASSAGES, or max_tokens of the prompt"
        )
    if refusal.status == 429:
        return _busy(refusal, what, "Wait, or raise RFP_MAX_RETRIES")
    if refusal.busy:
        return _busy(refusal, what, "Try later, or unset RFP_MODEL to answer offline")
    if refusal.status in {401, 403}:
        return ModelError(what, "Set RFP_API_KEY to a key that this server accepts")
    if refusal.status == 404:
        return ModelError(what, "Check RFP_MODEL and RFP_BASE_URL")
    return ModelError(what, "Check RFP_MODEL and RFP_BASE_URL, or unset RFP_MODEL to answer offline")


def _busy(refusal: Refusal, what: str, remedy: str) -> ModelError:
    if not refusal.retry:
        return ModelError(what, f"{remedy}; the server says that trying again will not help")
    return ModelBusyError(what, remedy, refusal.retry_after)
