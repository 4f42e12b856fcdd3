"""What answers cost and how they ended, by who wrote them and by prompt version."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rfp_responder.questionnaire.account import Row

_DROPPED = "dropped"  # how grounding begins the note on a claim that it took out
_Z = 1.959964  # of the normal distribution, for 95 %


@dataclass(frozen=True, slots=True)
class Share:
    """The rows that one author answered, or one prompt version, or all of them.

    ``confidence`` is their mean, ``dropped`` how many notes tell of claims that were taken out. Tokens, dollars and
    ``seconds`` are sums; a row that shares another's answer adds nothing to them.
    """

    name: str
    rows: int
    answered: int
    partial: int
    unanswered: int
    confidence: float
    dropped: int
    input_tokens: int
    output_tokens: int
    cost_usd: float
    seconds: float

    @property
    def interval(self) -> tuple[float, float]:
        """Where the share of fully answered rows lies, with 95 % (Wilson's score interval, 1927)."""
        if not self.rows:
            return 0.0, 1.0
        share, z2 = self.answered / self.rows, _Z * _Z
        middle = share + z2 / (2 * self.rows)
        half = _Z * math.sqrt(share * (1 - share) / self.rows + z2 / (4 * self.rows**2))
        whole = 1 + z2 / self.rows
        return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)


@dataclass(frozen=True, slots=True)
class Spending:
    """All answers together, and their shares by author, by way and by prompt; most rows first.

    Rows that nobody was asked for, that were carried over, or that failed are in none.
    """

    total: Share
    by_author: tuple[Share, ...]
    by_route: tuple[Share, ...]
    by_prompt: tuple[Share, ...]

    @property
    def comparison(self) -> str:
        """What the answered shares of two or more prompts tell; empty where there is one prompt."""
        if len(self.by_prompt) < 2:
            return ""
        first, second = self.by_prompt[:2]
        told = " and ".join(_answered(share) for share in (first, second))
        apart = first.interval[0] > second.interval[1] or second.interval[0] > first.interval[1]
        if apart:
            return f"fully answered: {told}; the intervals do not overlap"
        return f"fully answered: {told}; the intervals overlap: these rows are too few to tell the two prompts apart"

    def as_json(self) -> dict[str, object]:
        """``usage`` in the report."""
        return {
            "total": _json(self.total),
            "by_author": [_json(share) for share in self.by_author],
            "by_route": [_json(share) for share in self.by_route],
            "by_prompt": [_json(share) for share in self.by_prompt],
            "comparison": self.comparison,
        }


def spending_of(rows: Sequence[Row]) -> Spending:
    """The shares of the rows that were answered."""
    asked = [row for row in rows if row.author and not row.carried]
    return Spending(
        total=_share("all", asked),
        by_author=_shares(asked, lambda row: row.author),
        by_route=_shares(asked, lambda row: row.route),
        by_prompt=_shares(asked, lambda row: row.prompt or ""),
    )


def _shares(rows: Sequence[Row], name_of: Callable[[Row], str]) -> tuple[Share, ...]:
    held: dict[str, list[Row]] = {}
    for row in rows:
        if name := name_of(row):
            held.setdefault(name, []).append(row)
    return tuple(sorted((_share(name, found) for name, found in held.items()), key=lambda s: (-s.rows, s.name)))


def _share(name: str, rows: Sequence[Row]) -> Share:
    ended = [row.status for row in rows]
    return Share(
        name=name,
        rows=len(rows),
        answered=ended.count("answered"),
        partial=ended.count("partial"),
        unanswered=ended.count("unanswered"),
        confidence=sum(row.confidence for row in rows) / len(rows) if rows else 0.0,
        dropped=sum(note.startswith(_DROPPED) for row in rows for note in row.notes),
        input_tokens=sum(row.usage.input_tokens for row in rows),
        output_tokens=sum(row.usage.output_tokens for row in rows),
        cost_usd=math.fsum(row.usage.cost_usd for row in rows),
        seconds=math.fsum(row.usage.seconds for row in rows),
    )


def _json(share: Share) -> dict[str, object]:
    told = asdict(share)
    return told | {
        "confidence": round(share.confidence, 4),
        "cost_usd": round(share.cost_usd, 8),
        "seconds": round(share.seconds, 3),
    }


def _answered(share: Share) -> str:
    low, high = share.interval
    return f"{share.name} {share.answered} of {share.rows} (95 % interval {100 * low:.0f} to {100 * high:.0f} %)"
