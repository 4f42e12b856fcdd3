"""The rows of the report page: one table for each status, the least sure first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rfp_responder.domain import RowStatus
from rfp_responder.questionnaire.account import CitationJson, Report, Row, Source
from rfp_responder.questionnaire.report_cost import written_by
from rfp_responder.questionnaire.report_text import counted, file_link, shown, text

ORDER: tuple[tuple[RowStatus, str, str], ...] = (
    ("error", "Failed", "A fault kept these from being answered; run the questionnaire again with --resume."),
    ("answered", "Answered", "The least sure come first: these want a look."),
    ("partial", "Partly answered", "Something is missing or could not be decided; the notes tell what."),
    ("unanswered", "Unanswered", "Left blank, since the documents do not say it or it could not be written."),
    ("not_required", "No answer due", "Already filled, computed, locked, or not asked for."),
    ("not_a_question", "No questions", "Headers, headings and instructions."),
)
NAMES: Mapping[str, str] = {status: name for status, name, _ in ORDER}
_CLOSED = frozenset({"not_required", "not_a_question"})
_PAGE = 3_200_000  # characters that all rows together may take; beyond it each is shown shorter
_LONGEST = {"question": 1_500, "answer": 4_000, "quote": 700, "note": 500}
_SHORTEST = 120
_QUOTES = 8  # of a row
_WRITTEN = 12  # cells of a row


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the tables are made with: the report, how long each text may be, each row's number, where documents lie."""

    report: Report
    most: Mapping[str, int]
    numbers: Mapping[tuple[str, int], int]
    sources: Mapping[str, Source]

    def row(self, place: tuple[str, int]) -> Row | None:
        """The row at a sheet and number."""
        number = self.numbers.get(place)
        return None if number is None else self.report.rows[number]

    def link(self, place: tuple[str, int]) -> str:
        """A link to a row of the page, by what a person knows it by."""
        row = self.row(place)
        if row is None:
            return text(f"{place[0]}!{place[1]}")
        ident = f" ({text(row.id)})" if row.id.strip() else ""
        return f'<a href="#r{self.numbers[place]}">{_name(row)}</a>{ident}'


def sheet_of(report: Report) -> Sheet:
    """The report with what its tables need; texts are shorter where there are very many rows."""
    numbers = {(row.sheet, row.row): n for n, row in reversed(list(enumerate(report.rows)))}
    sources = {source.name: source for source in reversed(report.sources)}
    return Sheet(report, _limits(report.rows), numbers, sources)


def _limits(rows: Sequence[Row]) -> Mapping[str, int]:
    def weight(most: Mapping[str, int]) -> int:
        return sum(
            600
            + min(len(row.question), most["question"])
            + min(len(row.answer), most["answer"])
            + sum(min(len(note), most["note"]) for note in row.notes)
            + sum(150 + min(len(str(each.get("quote", ""))), most["quote"]) for each in row.citations[:_QUOTES])
            for row in rows
        )

    most = dict(_LONGEST)
    while weight(most) > _PAGE and max(most.values()) > _SHORTEST:
        most = {name: max(_SHORTEST, int(limit * 0.75)) for name, limit in most.items()}
    return most


def groups(sheet: Sheet) -> Iterable[str]:
    """One part of the page for each status that rows ended in."""
    held: dict[str, list[tuple[int, Row]]] = {}
    for number, row in enumerate(sheet.report.rows):
        held.setdefault(row.status, []).append((number, row))
    for status, name, hint in ORDER:
        found = held.get(status, [])
        if not found:
            continue
        if status not in _CLOSED:
            found.sort(key=lambda each: (each[1].confidence, each[0]))
        body = "".join(_row(sheet, number, row) for number, row in found)
        state = "" if status in _CLOSED else " open"
        yield (
            f'<details class="group" id="{status}"{state}><summary><i class="dot {status}"></i><h3>{name}</h3> '
            f'<span class="soft">{counted(len(found), "row")}. {hint}</span></summary>'
            f"<table>{_head(status)}<tbody>{body}</tbody></table></details>"
        )


def _head(status: str) -> str:
    last = "" if status in _CLOSED else '<th scope="col" class="c">Confidence</th>'
    told = "Why" if status == "not_a_question" else "Answer"
    question = "Text" if status == "not_a_question" else "Question"
    return (
        f'<thead><tr><th scope="col" class="at">Cell</th><th scope="col" class="q">{question}</th>'
        f'<th scope="col">{told}</th>{last}</tr></thead>'
    )


def _row(sheet: Sheet, number: int, row: Row) -> str:
    closed = row.status in _CLOSED
    ident = f'<span class="id">{text(row.id)}</span>' if row.id.strip() else ""
    section = f'<span class="sec">{text(row.section)}</span>' if row.section.strip() else ""
    sure = "" if closed else _confidence(row)
    data = "" if closed else f' data-c="{row.confidence:.3f}"'
    return (
        f'<tr id="r{number}" data-n="{number}"{data}><th scope="row" class="at">{_name(row)}{ident}</th>'
        f'<td class="q">{section}<div dir="auto">{shown(row.question, sheet.most["question"])}</div></td>'
        f"<td>{_answer(sheet, row)}</td>{sure}</tr>\n"
    )


def _name(row: Row) -> str:
    """Sheet and cell; a line may break between the two."""
    cell = text(row.cell) if row.cell else f"row {row.row}"
    return f'<span><bdi>{text(row.sheet)}</bdi>!<wbr><span class="cell">{cell}</span></span>'


def _confidence(row: Row) -> str:
    if row.status == "error":
        return '<td class="c"></td>'
    width = round(100 * min(1.0, max(0.0, row.confidence)))
    return (
        f'<td class="c" data-l="Confidence">{row.confidence:.2f}<svg class="meter" viewBox="0 0 100 4" '
        f'preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="4"/>'
        f'<rect class="{row.status}" width="{width}" height="4"/></svg></td>'
    )


def _answer(sheet: Sheet, row: Row) -> str:
    choice = f'<span class="choice" dir="auto">{text(row.choice)}</span>' if row.choice else ""
    said = shown(row.answer, sheet.most["answer"])
    carried = f'<span class="carried">Carried over from {text(row.carried)}</span>' if row.carried else ""
    notes = "".join(f'<li dir="auto">{shown(note, sheet.most["note"])}</li>' for note in row.notes)
    return (
        (f"{choice}" if choice else "")
        + (f'<div dir="auto">{said}</div>' if said else "")
        + carried
        + written_by(row)
        + (f'<ul class="notes">{notes}</ul>' if notes else "")
        + _evidence(sheet, row)
    )


def _evidence(sheet: Sheet, row: Row) -> str:
    """The quotes with their pages, and the cells that were written, behind one line."""
    quotes = "".join(_quote(sheet, each) for each in row.citations[:_QUOTES])
    left = len(row.citations) - _QUOTES
    more = f"<li>and {left} more in the JSON report</li>" if left > 0 else ""
    cells = [cell for cell, _ in row.written]
    written = ", ".join(text(cell) for cell in cells[:_WRITTEN]) + (
        f" and {len(cells) - _WRITTEN} more" if cells[_WRITTEN:] else ""
    )
    parts = [counted(len(row.citations), "quote")] if quotes else []
    parts += [f"written in {written}"] if cells else []
    if not quotes:
        return f'<div class="more soft">{parts[0][:1].upper()}{parts[0][1:]}</div>' if parts else ""
    return (
        f'<details class="more"><summary>{", ".join(parts)}</summary><ol class="quotes">{quotes}{more}</ol></details>'
    )


def _quote(sheet: Sheet, citation: CitationJson) -> str:
    name, page = str(citation.get("document", "")), citation.get("page")
    number = page if isinstance(page, int) else None
    place = f"{name}, page {number}" if number else name
    source = sheet.sources.get(name)
    link = file_link(source.path, number) if source and source.path else ""
    shown_place = f'<a href="{text(link)}">{text(place)}</a>' if link else text(place)
    quote = shown(str(citation.get("quote", "")), sheet.most["quote"])
    return f'<li><q dir="auto">{quote}</q><br><span dir="auto">{shown_place}</span></li>'
