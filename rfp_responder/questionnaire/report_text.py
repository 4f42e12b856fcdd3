"""Foreign words made safe for a page: escaped, without what could turn them round, shortened; links to files.

Every word of a questionnaire, a document, a file's name or a note passes through ``text`` or ``shown``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from pathlib import PurePosixPath, PureWindowsPath

_BLANKS = (0x0B, 0x0C, 0x0D, *range(0x1C, 0x20), 0x85, 0x2028, 0x2029)  # control characters that part words
_DROPPED = (*range(0x09), *range(0x0E, 0x1C), *range(0x7F, 0x85), *range(0x86, 0xA0))
_BIDI = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))  # words in another order than read
_UNSEEN = (0xAD, 0x200B, 0x2060, 0xFEFF, *range(0xE0000, 0xE0080))  # letters that nobody sees
_NEUTRAL: Mapping[int, str | None] = (
    dict.fromkeys((*_DROPPED, *_BIDI, *_UNSEEN))
    | dict.fromkeys(_BLANKS, " ")
    | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")  # halves of a character, from a file's name that is not UTF-8
)


def plain(words: str) -> str:
    """The words without control characters but newline and tab, bidi overrides and letters that nobody sees."""
    return words.translate(_NEUTRAL)


def text(words: object) -> str:
    """The words in one line, for HTML text and quoted attributes."""
    return escape(" ".join(plain(str(words)).split()))


def shown(words: str, most: int) -> str:
    """At most ``most`` characters of the words, line breaks kept, with an ellipsis where something is left out."""
    lines = [" ".join(line.split()) for line in plain(words[: 4 * most]).split("\n")]
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    if len(kept) > most:
        kept = kept[: most - 1].rstrip() + "…"
    return escape(kept).replace("\n", "<br>")


def file_link(path: str, page: int | None) -> str:
    """The address of a PDF's page (``file:///.../a%20b.pdf#page=3``); "" where the path is not whole or no PDF."""
    whole = PureWindowsPath(path) if re.match(r"[A-Za-z]:[\\/]|\\\\", path) else PurePosixPath(path)
    if whole.suffix.lower() != ".pdf" or not whole.is_absolute():
        return ""
    try:
        return whole.as_uri() + (f"#page={page}" if page else "")
    except UnicodeEncodeError:  # a name that no file system has
        return ""


def counted(number: int, one: str, many: str = "") -> str:
    """``1 row``, ``2 rows``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
