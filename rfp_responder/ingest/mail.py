"""EML in: one page of an e-mail's subject, sender, date and text; attachments are named, not read."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from pathlib import Path
from typing import Any

from rfp_responder.errors import DocumentError
from rfp_responder.ingest.content import Content
from rfp_responder.ingest.web import html_text
from rfp_responder.ingest.writing import PageText, folded
from rfp_responder.text import LIST_MARK

MAX_BYTES = 100_000_000  # with its attachments, which are taken apart but not read
_MAX_ATTACHMENTS = 50  # that are named in notes
_MAX_HEADER = 4_000  # characters
_MAX_TEXT = 5_000_000  # characters
_WRAPPED = 55  # characters; a line this long that ends without a mark was broken by the mail program
_QUOTED = re.compile(r"(?:> ?){1,40}")
_FAULTS = (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError)  # of stdlib's email


class _Bounded(EmailPolicy):
    """Headers are cut before stdlib parses them: its time grows with the square of their length."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        """The parsed header."""
        return super().header_fetch_parse(name, value[:_MAX_HEADER])


def read_mail(path: Path) -> Content:
    """Read an e-mail; raises DocumentError."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DocumentError(f"{path.name}: is {size:,} bytes, at most {MAX_BYTES:,} are read", "Split it")
    try:
        message = message_from_bytes(path.read_bytes(), policy=_Bounded())
        assert isinstance(message, EmailMessage)
        return _content(message, path.name)
    except _FAULTS as fault:
        raise DocumentError(
            f"{path.name}: is no readable e-mail ({type(fault).__name__}: {fault})", "Save it again as .eml or as text"
        ) from fault


def _content(message: EmailMessage, name: str) -> Content:
    headers = {key: _header(message, key) for key in ("Subject", "From", "To", "Cc", "Date")}
    if not any(headers.values()):
        raise DocumentError(f"{name}: is no e-mail (it has no Subject, From, To or Date)", "Save it as text")
    text = PageText()
    subject = headers.pop("Subject")
    text.heading(subject, 1)
    for key, value in headers.items():
        if value:
            text.line(f"{key}: {value}")
    body = message.get_body(preferencelist=("plain", "html"))
    source = "" if body is None else _source(body)
    if body is not None and body.get_content_subtype() == "plain" and not source.strip():
        body = message.get_body(preferencelist=("html",))
        source = "" if body is None else _source(body)
    if body is not None and body.get_content_subtype() == "html":
        html_text(source, name, text)
    else:
        for paragraph in _unwrapped(source):
            text.line(paragraph)
    return Content((text.page(1),), subject, _notes(message, len(source)))


def _header(message: EmailMessage, name: str) -> str:
    try:
        return folded(str(message.get(name, "")))[:2000]
    except _FAULTS:  # stdlib's parser fails on some malformed addresses and dates: as it stands, then
        raw = (value for key, value in message.raw_items() if key.lower() == name.lower())
        return folded(str(next(raw, "")))[:2000]


def _source(part: MIMEPart) -> str:
    try:
        found = part.get_content()
    except _FAULTS:  # an unknown charset, or a body that is not what its header says
        found = part.get_payload(decode=True)
    text = found.decode("utf-8", "replace") if isinstance(found, bytes) else str(found or "")
    return text[:_MAX_TEXT]


def _notes(message: EmailMessage, length: int) -> tuple[str, ...]:
    names = [_name(part) for part in message.iter_attachments()] if message.is_multipart() else []
    notes = [f"attachment not read: {name}" for name in names[:_MAX_ATTACHMENTS]]
    if len(names) > _MAX_ATTACHMENTS:
        notes.append(f"{len(names) - _MAX_ATTACHMENTS} more attachments not read")
    if length >= _MAX_TEXT:
        notes.append(f"only its first {_MAX_TEXT:,} characters were read")
    return tuple(notes)


def _name(part: MIMEPart) -> str:
    try:
        return folded(part.get_filename() or "") or f"(without name, {part.get_content_type()})"
    except _FAULTS:
        return "(with an unreadable name)"


def _unwrapped(source: str) -> list[str]:
    """Paragraphs: lines that the mail program broke are joined, the marks of quoted lines taken off."""
    found: list[str] = []
    depth_before, open_before = 0, False
    for raw in source.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        quoted = _QUOTED.match(raw)
        depth = quoted.group().count(">") if quoted else 0
        line = raw[quoted.end() :] if quoted else raw
        words = line.strip()
        goes_on = open_before and words and depth == depth_before and not LIST_MARK.match(words)
        if goes_on:
            found[-1] = f"{found[-1]} {words}"
        else:
            found.append(words)
        depth_before = depth
        open_before = len(words) >= _WRAPPED and not words.endswith((".", ":", "!", "?"))
    return [line for line in found if line]
