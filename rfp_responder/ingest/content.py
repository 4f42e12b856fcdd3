"""What a reader gives: the pages of one file, and what the file says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rfp_responder.domain import Page


@dataclass(frozen=True, slots=True)
class Content:
    """The pages of a file; every other field is empty where the file does not tell it.

    ``title`` is the metadata's or the first heading's; ``effective`` the date the file's own metadata says it holds
    from (not the date it was saved); ``tags`` and ``audience`` come from front matter; ``notes`` are for a person.
    ``scans`` are the one-based pages that are pictures of text and were not read by OCR.
    """

    pages: tuple[Page, ...]
    title: str = ""
    notes: tuple[str, ...] = ()
    effective: date | None = None
    version: str = ""
    tags: tuple[str, ...] = ()
    audience: str = ""
    scans: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read: ``passwords`` are tried in turn on a file that needs one, after the empty one; ``ocr`` lets pages
    that are pictures be read by OCR, seconds a page, where it is installed."""

    passwords: tuple[str, ...] = ()
    ocr: bool = True
