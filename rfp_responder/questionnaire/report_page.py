"""The report beside a filled questionnaire: one HTML file that needs nothing else and asks nothing of any server.

It works without its script, on paper and by keyboard. What stands in documents and questionnaires is data: it is
escaped, and the page's policy lets nothing run but the page's own script.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from urllib.parse import quote

from rfp_responder.domain import RowStatus
from rfp_responder.questionnaire.account import Contradiction, Gap, Report
from rfp_responder.questionnaire.gaps import would_tell
from rfp_responder.questionnaire.report_cost import cost, used_model
from rfp_responder.questionnaire.report_proof import proof
from rfp_responder.questionnaire.report_rows import NAMES, Sheet, groups, sheet_of
from rfp_responder.questionnaire.report_style import POLICY, SCRIPT, STYLE
from rfp_responder.questionnaire.report_text import counted, plain, shown, text

_BAR: tuple[RowStatus, ...] = ("answered", "partial", "unanswered", "error", "not_required", "not_a_question")
_ROWS = 12  # links of one entry; the rest stand in the JSON report
_ENTRIES = 300  # contradictions or gaps on the page
_TOPICS = 10  # gaps that are shown at once
_ASKED = 3  # questions of a gap that are shown at once


def page(report: Report) -> str:
    """The whole report as one HTML document."""
    sheet = sheet_of(report)
    title = f"Answers to {report.questionnaire}"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{text(title)}</title><style>{STYLE}</style></head><body>",
        '<a class="skip" href="#rows">Skip to the rows</a>',
        _header(report),
        "<main>",
        _contradictions(sheet),
        _gaps(sheet),
        '<section id="rows" aria-labelledby="rows-h"><h2 id="rows-h">Rows</h2>',
        _tools(),
        *groups(sheet),
        "</section>",
        cost(report),
        proof(report),
        "</main>",
        "<footer>Each answer rests on the quotes named beside it. Check what is unsure before the file is sent; "
        "the JSON report holds every row in full.</footer>",
        f"<script>{SCRIPT}</script></body></html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _header(report: Report) -> str:
    out = PurePath(report.output).name
    target = plain(report.output if not PurePath(report.output).is_absolute() else out)
    link = f'<a href="{text(quote(target, errors="replace"))}">{text(out)}</a>' if out else ""
    entries = [
        ("#contradictions", f"Contradictions ({len(report.contradictions)})"),
        ("#gaps", f"Gaps ({len(report.gaps)})"),
        ("#rows", f"Rows ({len(report.rows)})"),
        *([("#models", "Models and cost")] if used_model(report) else []),
        ("#proof", "Proof"),
    ]
    links = "".join(f'<li><a href="{target}">{name}</a></li>' for target, name in entries)
    return (
        f"<header><h1>Answers to {text(report.questionnaire)}</h1>"
        f'<p class="files">Filled file: {link}</p>{_totals(report)}{_notes(report.notes)}'
        f'<nav aria-label="Parts of the report"><ul>{links}</ul></nav></header>'
    )


def _totals(report: Report) -> str:
    """The totals as numbers, and as one bar of the questions (rows that ask nothing are left out of the bar)."""
    counts = report.totals
    shown_in_bar = [status for status in _BAR if status != "not_a_question" and counts[status]]
    whole = sum(counts[status] for status in shown_in_bar)
    at, pieces = 0.0, []
    for status in shown_in_bar:
        width = 1000 * counts[status] / whole
        pieces.append(f'<rect class="{status}" x="{at:.2f}" width="{width:.2f}" height="10"/>')
        at += width
    said = ", ".join(f"{NAMES[status].lower()} {counts[status]}" for status in shown_in_bar)
    bar = (
        f'<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" '
        f'aria-label="Of {whole} questions: {said}">{"".join(pieces)}</svg>'
    )
    listed = "".join(_total(status, counts[status]) for status in _BAR if counts[status])
    return f'{bar if whole else ""}<ul class="totals">{listed}</ul>'


def _total(status: str, count: int) -> str:
    return f'<li><i class="dot {status}"></i><b>{count:,}</b> <a href="#{status}">{NAMES[status].lower()}</a></li>'


def _notes(notes: Sequence[str]) -> str:
    said = "".join(f'<li dir="auto">{shown(note, 500)}</li>' for note in notes)
    return f'<ul class="notes">{said}</ul>' if said else ""


def _tools() -> str:
    """What the script works with; without it the tools stay hidden."""
    limits = "".join(f'<option value="{limit}">below {limit}</option>' for limit in (0.4, 0.6, 0.8))
    return (
        '<div class="tools" id="tools" role="search" aria-label="Rows" hidden>'
        '<div><label for="find">Find words</label><input id="find" type="search" size="28"></div>'
        '<div><label for="most">Confidence</label><select id="most"><option value="1">any</option>'
        f"{limits}</select></div>"
        '<div><label for="sort">Order</label><select id="sort"><option value="sure">least sure first</option>'
        '<option value="file">as in the file</option></select></div>'
        '<div id="told" role="status" aria-live="polite"></div></div>'
    )


def _contradictions(sheet: Sheet) -> str:
    found = sheet.report.contradictions
    entries = "".join(_contradiction(sheet, each) for each in found[:_ENTRIES])
    body = (
        f'<p>Rows whose answers do not agree with each other.</p><ul class="plain">{entries}</ul>{_left(len(found))}'
        if found
        else "<p>No rows were found whose answers contradict each other.</p>"
    )
    return (
        '<section id="contradictions" aria-labelledby="contradictions-h">'
        f'<h2 id="contradictions-h">Contradictions</h2>{body}</section>'
    )


def _contradiction(sheet: Sheet, entry: Contradiction) -> str:
    lines = []
    for place in entry.rows[:_ROWS]:
        row = sheet.row(place)
        choice = f'<span class="choice" dir="auto">{text(row.choice)}</span>' if row and row.choice else ""
        said = f'<span dir="auto">{shown(row.question, 220)}</span> {choice}' if row else ""
        answer = f'<span class="soft" dir="auto">{shown(row.answer, 260)}</span>' if row and row.answer else ""
        lines.append(f"<li>{sheet.link(place)}: {said}{answer}</li>")
    left = len(entry.rows) - _ROWS
    more = f"<li>and {counted(left, 'row')} more in the JSON report</li>" if left > 0 else ""
    return f'<li><b dir="auto">{shown(_capital(entry.reason), 700)}</b><ul>{"".join(lines)}{more}</ul></li>'


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _gaps(sheet: Sheet) -> str:
    found = sheet.report.gaps
    if not found:
        body = "<p>No topic was found that the documents do not cover.</p>"
    else:
        asked = sum(len(gap.rows) for gap in found)
        first, rest = found[:_TOPICS], found[_TOPICS:_ENTRIES]
        more = f"{counted(len(rest), 'more topic')}, {counted(sum(len(gap.rows) for gap in rest), 'row')}"
        folded = f'<details class="rest"><summary>{more}</summary>{_gap_table(sheet, rest)}</details>' if rest else ""
        body = (
            f"<p>What to write down so that {counted(asked, 'more row')} can be answered, most rows first.</p>"
            f"{_gap_table(sheet, first)}{folded}{_left(len(found))}"
        )
    return f'<section id="gaps" aria-labelledby="gaps-h"><h2 id="gaps-h">Gaps</h2>{body}</section>'


def _gap_table(sheet: Sheet, gaps: Sequence[Gap]) -> str:
    return (
        '<table><thead><tr><th scope="col" class="topic">Topic</th><th scope="col" class="num">Rows</th>'
        '<th scope="col">What is asked</th><th scope="col" class="where">Where it usually stands</th></tr></thead>'
        f"<tbody>{''.join(_gap(sheet, gap) for gap in gaps)}</tbody></table>"
    )


def _gap(sheet: Sheet, gap: Gap) -> str:
    rows = [row for place in gap.rows if (row := sheet.row(place))]
    where = "; ".join(dict.fromkeys(told for row in rows if (told := would_tell(row))))
    asked = [f'<li dir="auto">{shown(_capital(question), 300)}</li>' for question in gap.questions]
    first, rest = "".join(asked[:_ASKED]), "".join(asked[_ASKED:])
    more = f'<details class="more"><summary>{len(asked) - _ASKED} more</summary><ul class="asked">{rest}</ul></details>'
    stands = (
        f'<td class="where" data-l="Usually in">{text(_capital(where))}</td>' if where else '<td class="where"></td>'
    )
    links = ", ".join(sheet.link(place) for place in gap.rows[:_ROWS])
    left = f" and {len(gap.rows) - _ROWS} more" if gap.rows[_ROWS:] else ""
    return (
        f'<tr><th scope="row" class="topic" dir="auto">{shown(_capital(gap.topic), 160)}</th>'
        f'<td class="num" data-l="Rows">{len(gap.rows)}</td>'
        f'<td><ul class="asked">{first}</ul>{more if rest else ""}<span class="id">{links}{left}</span></td>'
        f"{stands}</tr>\n"
    )


def _left(count: int) -> str:
    return (
        f"<p>{counted(count - _ENTRIES, 'entry', 'entries')} more in the JSON report.</p>" if count > _ENTRIES else ""
    )
