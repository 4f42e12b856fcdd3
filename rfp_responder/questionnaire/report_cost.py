"""The part of the report page on models: who answered how many rows, under which prompt, at what cost."""

from __future__ import annotations

from collections.abc import Sequence

from rfp_responder.questionnaire.account import Report, Row
from rfp_responder.questionnaire.report_text import text
from rfp_responder.questionnaire.spending import Share, Spending

_HEADS = ("Rows", "Answered", "Partly", "Unanswered", "Confidence", "Claims dropped", "Tokens", "Cost", "Seconds")
_SHARES = 40  # lines of one table


def used_model(report: Report) -> bool:
    """Whether a model had a part in the answers; without one there is nothing to tell of cost."""
    return any(row.prompt or row.route or row.usage.input_tokens for row in report.rows)


def cost(report: Report) -> str:
    """The section on models; "" where none was asked."""
    if not used_model(report):
        return ""
    spending = report.spending
    return (
        '<section id="models" aria-labelledby="models-h"><h2 id="models-h">Models and cost</h2>'
        f"<p>{text(_said(spending))}</p>{_table('Answered by', spending.by_author)}"
        f"{_table('By way of', spending.by_route)}{_table('Under prompt', spending.by_prompt)}"
        f"{_compared(spending)}</section>"
    )


def written_by(row: Row) -> str:
    """Who wrote a row's answer, where a model was asked: ``Written by M, prompt answer@2 (small)``."""
    if not row.author or not (row.prompt or row.route):
        return ""
    prompt = f", prompt {row.prompt}" if row.prompt else ""
    route = f" ({row.route})" if row.route else ""
    return f'<div class="soft" dir="auto">Written by {text(f"{row.author}{prompt}{route}")}</div>'


def _said(spending: Spending) -> str:
    total = spending.total
    return (
        f"These {total.rows:,} answers took {total.input_tokens:,} tokens in and {total.output_tokens:,} out, "
        f"{_dollars(total)} by the price list. Requests that failed, and models without a price, are not in it."
    )


def _compared(spending: Spending) -> str:
    return f"<p>{text(spending.comparison[:1].upper() + spending.comparison[1:])}.</p>" if spending.comparison else ""


def _table(what: str, shares: Sequence[Share]) -> str:
    if not shares:
        return ""
    heads = "".join(f'<th scope="col" class="num">{head}</th>' for head in _HEADS)
    body = "".join(_line(share) for share in shares[:_SHARES])
    return f'<table><thead><tr><th scope="col">{what}</th>{heads}</tr></thead><tbody>{body}</tbody></table>'


def _line(share: Share) -> str:
    values = (
        f"{share.rows:,}",
        f"{share.answered:,}",
        f"{share.partial:,}",
        f"{share.unanswered:,}",
        f"{share.confidence:.2f}",
        f"{share.dropped:,}",
        f"{share.input_tokens:,} + {share.output_tokens:,}",
        _dollars(share),
        f"{share.seconds:.1f}",
    )
    cells = "".join(f'<td class="num" data-l="{name}">{value}</td>' for name, value in zip(_HEADS, values, strict=True))
    return f'<tr><th scope="row" dir="auto">{text(share.name)}</th>{cells}</tr>'


def _dollars(share: Share) -> str:
    return f"${share.cost_usd:,.4f}"
