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
    """

    pages: tuple[Page, ...]
    title: str = ""
    notes: tuple[str, ...] = ()
    effective: date | None = None
    version: str = ""
    tags: tuple[str, ...] = ()
    audience: str = ""
