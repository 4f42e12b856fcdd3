"""What a model's server takes, as it was found out: remembered by address and model, in a small file between runs.

What a server refused is asked for again after a while, and at once after ``forget`` (``rfp doctor --probe``): a server
is updated, a gateway gets another model behind the same name.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import get_args

from rfp_responder.chat.schema import FORMS, Form
from rfp_responder.staged import staged

VERSION = 1
KEPT = 30 * 86_400.0  # seconds that a refusal the server explained is believed
DOUBTED = 3_600.0  # seconds, where it failed without a word and the next format worked, twice

_AUTHORITY_ENDS, _QUERY = re.compile(r"[/?#]"), re.compile(r"[?#]")
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\[\]:]+)(?::\d*)?")  # with its port, if any


@dataclass(frozen=True, slots=True)
class Abilities:
    """What one model behind one address takes; the default is what is asked of a server that is not known.

    ``form`` is how JSON is asked for; ``dropped`` are parameters it refuses; ``renamed_max`` says that the limit is
    called ``max_completion_tokens``; ``one_message`` that it takes no system message; ``streams`` that it sends a
    reply in pieces. ``seen`` are its own words for what it refused. ``since`` and ``again`` are seconds since 1970:
    when this was found, and when it is asked anew; 0.0: nothing was found yet.
    """

    form: Form = FORMS[0]
    dropped: tuple[str, ...] = ()
    renamed_max: bool = False
    one_message: bool = False
    streams: bool = True
    seen: tuple[str, ...] = ()
    since: float = 0.0
    again: float = 0.0

    def same_as(self, other: Abilities) -> bool:
        """Whether both ask in the same way, whenever and from whatever words that was found."""
        return replace(self, seen=(), since=0.0, again=0.0) == replace(other, seen=(), since=0.0, again=0.0)


class AbilityStore:
    """Abilities by address and model; in ``path`` too, where one is named and its folder is there.

    A damaged file counts as none, and one that cannot be written is done without: neither ever costs an answer.
    Shared by threads; two processes may write, the later one wins, and what was lost is found out again.
    ``clock`` gives seconds since 1970.
    """

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._known = _read(path)

    def of(self, base_url: str, model: str) -> Abilities:
        """What is known now; the default where nothing is, or where it is time to ask anew."""
        with self._lock:
            found = self._known.get((shown_url(base_url), model))
        return found if found is not None and self._clock() < found.again else Abilities()

    def learn(self, base_url: str, model: str, found: Abilities, kept: float = KEPT) -> None:
        """Remember what worked, for ``kept`` seconds from now."""
        now = self._clock()
        self._put(shown_url(base_url), model, replace(found, since=now, again=now + kept))

    def forget(self, base_url: str, model: str) -> None:
        """Ask anew at the next request."""
        self._put(shown_url(base_url), model, None)

    def _put(self, url: str, model: str, found: Abilities | None) -> None:
        with self._lock:
            known = _read(self._path) if self._path and self._path.is_file() else dict(self._known)
            if found is None:
                known.pop((url, model), None)
            else:
                known[url, model] = found
            self._known = known
            _write(self._path, known)


def shown_url(url: str) -> str:
    """An address without what may be secret in it: name and password, and what stands behind a question mark."""
    scheme, mark, rest = url.partition("://")
    if not mark:
        scheme, rest = "", url
    held, _, host = _AUTHORITY_ENDS.split(rest, maxsplit=1)[0].rpartition("@")
    if "@" in rest and (not mark or not (held or _HOST.fullmatch(host))):
        rest = rest.rpartition("@")[2]  # a password may hold any character where an address is mistyped
    elif held:
        rest = rest[len(held) + 1 :]
    return f"{scheme}{mark}{_QUERY.split(rest, maxsplit=1)[0]}".rstrip("/")


def _read(path: Path | None) -> dict[tuple[str, str], Abilities]:
    if path is None:
        return {}
    try:
        held = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(held, dict) or held.get("version") != VERSION or not isinstance(held.get("servers"), list):
        return {}
    found = {}
    for row in held["servers"]:
        if isinstance(row, dict) and isinstance(row.get("url"), str) and isinstance(row.get("model"), str):
            abilities = _abilities(row)
            if abilities is not None:
                found[row["url"], row["model"]] = abilities
    return found


def _abilities(row: Mapping[str, object]) -> Abilities | None:
    """A row of the file; None where a value is missing or of another kind."""
    lists = {name: row.get(name) for name in ("dropped", "seen")}
    flags = {name: row.get(name) for name in ("renamed_max", "one_message", "streams")}
    times = {name: row.get(name) for name in ("since", "again")}
    form = row.get("form")
    if (
        form not in get_args(Form)
        or not all(isinstance(each, list) and all(isinstance(e, str) for e in each) for each in lists.values())
        or not all(isinstance(each, bool) for each in flags.values())
        or not all(isinstance(each, int | float) for each in times.values())
    ):
        return None
    made = {name: tuple(each) for name, each in lists.items() if isinstance(each, list)} | flags | times
    return Abilities(**{"form": form, **made})  # type: ignore[arg-type]  # each was looked at above


def _write(path: Path | None, known: Mapping[tuple[str, str], Abilities]) -> None:
    """The file whole, or the old one; a place that cannot be written to is done without."""
    if path is None or not path.parent.is_dir():
        return
    servers = [{"url": url, "model": model, **asdict(each)} for (url, model), each in sorted(known.items(), key=_key)]
    text = json.dumps({"version": VERSION, "servers": servers}, indent=1) + "\n"
    with suppress(OSError), staged(path, private=True) as file:  # a reply does not fail over a note for the next run
        file.write(text.encode())


def _key(item: tuple[tuple[str, str], Abilities]) -> tuple[str, str]:
    return item[0]


ABILITY_FIELDS = tuple(field.name for field in fields(Abilities))
"""The names of what is remembered, in order, for those who show it."""
