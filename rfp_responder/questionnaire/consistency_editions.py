"""Rows whose answers rest on different editions of one document, as the documents' names tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rfp_responder.questionnaire.account import Contradiction
from rfp_responder.questionnaire.consistency_read import Place, Told
from rfp_responder.text import MONTHS

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_EDITION = re.compile(
    rf"(?<![a-z0-9])(?:(?P<y>(?:19|20)\d\d)(?:[-_.]?(?P<m>0[1-9]|1[0-2])(?:[-_.]?(?P<d>[0-3]\d))?)?(?!\d)"
    rf"|(?P<name>{_MONTH})(?=[-_. ]*(?:19|20)\d\d)"
    r"|(?:v|ver|version|rev|revision|edition|ed|release)[-_. ]*(?P<v>\d{1,3}(?:[._]\d{1,3}){0,3})(?![a-z0-9])"
    r"|(?:final|draft|old|new|latest|superseded|signed)(?![a-z]))",
    re.I,
)


class _Edition(NamedTuple):
    """When a document is of, as its name tells: year, month and day (0 unknown), then the parts of its version."""

    day: tuple[int, int, int]
    version: tuple[int, ...]


def unlike_editions(rows: Sequence[Told]) -> Iterable[Contradiction]:
    """One entry for each document that rows cite in more than one edition: those on the older one, then the others.

    A row whose question names the older edition's year asks for it, and a row that cites both knows both.
    """
    families: dict[str, dict[str, list[Told]]] = {}
    for each in rows:
        for name in dict.fromkeys(str(citation.get("document", "")) for citation in each.row.citations):
            families.setdefault(_family(name), {}).setdefault(name, []).append(each)
    for family, editions in families.items():
        if len(editions) > 1 and family:
            yield from _contradiction(editions)


def _contradiction(editions: dict[str, list[Told]]) -> Iterable[Contradiction]:
    names = sorted(editions, key=lambda name: (_edition(name), name))
    if len({_edition(name) for name in names}) < len(names):
        return  # two names of one edition: nothing tells which is the older
    newest = names[-1]
    knows = {each.place for each in editions[newest]}
    older: dict[Place, Told] = {}
    resting: list[str] = []
    for name in names[:-1]:
        found = [each for each in editions[name] if each.place not in knows and not _names_year(each, name)]
        older |= {each.place: each for each in found}
        if found:
            resting.append(f"{name} ({_listed(found)})")
    others = [each for each in editions[newest] if each.place not in older]
    if older and others:
        reason = (
            f"answers rest on different editions of one document: {', '.join(resting)}; {newest} ({_listed(others)})"
        )
        yield Contradiction((*older, *(each.place for each in others)), reason)


def _listed(rows: Sequence[Told]) -> str:
    names = [each.name for each in rows]
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if names[4:] else "")


def _names_year(row: Told, name: str) -> bool:
    years = set(re.findall(r"(?:19|20)\d\d", name))
    return bool(years & set(re.findall(r"\b(?:19|20)\d\d\b", row.row.question)))


def _family(name: str) -> str:
    """The name without what tells its editions apart; folders count, the kind of file does not."""
    bare = re.sub(r"\.[a-z0-9]{1,5}$", "", name.casefold())
    return " ".join(re.findall(r"[^\W_]+", _EDITION.sub(" ", bare.replace("_", " "))))


def _edition(name: str) -> _Edition:
    day, month = (0, 0, 0), 0
    version: tuple[int, ...] = (0,)
    for found in _EDITION.finditer(name.casefold().replace("_", " ")):
        month = MONTHS[found["name"]] if found["name"] else month
        if found["y"]:
            day = max(day, (int(found["y"]), int(found["m"] or month), int(found["d"] or 0)))
        if found["v"]:
            version = max(version, tuple(int(part) for part in re.split(r"[._]", found["v"])))
    return _Edition(day, version)
