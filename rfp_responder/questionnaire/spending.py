"""What answers cost and how they ended, by who wrote them and by prompt version."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from rfp_responder.domain import dropped_claims

if TYPE_CHECKING:
    from rfp_responder.questionnaire.account import Row

_ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Share:
    """The rows that one author answered, or one prompt version, or all of them.

    ``confidence`` is their mean, ``dropped`` how many claims grounding took out. Tokens, dollars and
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
    def given(self) -> int:
        """Rows with an answer, or a part of one."""
        return self.answered + self.partial


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
        """Whether the two prompts with the most rows answer a different share of them; empty where there is one."""
        if len(self.by_prompt) < 2:
            return ""
        one, other = self.by_prompt[:2]
        partly = _compared("answered in full or in part", one, other, (one.given, other.given))
        return f"{partly}; {_compared('fully answered', one, other, (one.answered, other.answered))}"

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
        dropped=sum(dropped_claims(row.notes) for row in rows),
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


def _compared(what: str, one: Share, other: Share, counts: tuple[int, int]) -> str:
    """One sentence on how many rows of each prompt ended so."""
    p = fisher_exact(counts[0], one.rows, counts[1], other.rows)
    told = f"{one.name} {counts[0]} of {one.rows} and {other.name} {counts[1]} of {other.rows}"
    shown = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
    verdict = "more than chance" if p <= _ALPHA else "these rows do not tell the two prompts apart"
    return f"{what}: {told} (Fisher's exact test, {shown}: {verdict})"


def fisher_exact(first: int, of_first: int, second: int, of_second: int) -> float:
    """Two-sided p of Fisher's exact test (Statistical Methods for Research Workers, 5th edition, 1934): with these
    totals, how likely is a split of the successes that is no more likely than this one?

    ``first`` of ``of_first`` against ``second`` of ``of_second``; 1.0 where one of them has no rows.
    """
    good = first + second
    ways = [
        math.comb(of_first, count) * math.comb(of_second, good - count)
        for count in range(max(0, good - of_second), min(good, of_first) + 1)
    ]
    here = math.comb(of_first, first) * math.comb(of_second, second)
    return sum(way for way in ways if way <= here) / sum(ways)
