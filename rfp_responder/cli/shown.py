"""What the commands print: answers and passages as text, tables, a progress bar; ``answers`` has the JSON.

Whatever stands in documents, names and notes was written by others: it reaches no terminal before ``plain`` has taken
out what could steer one. Colours are put in after that, on a terminal only.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import typer

if TYPE_CHECKING:
    from rfp_responder.domain import Answer, Citation, Claim, Passage, Stance

Span = tuple[str, str]
"""Words, and the SGR codes that paint them on a terminal (``""``: none)."""

BOLD, DIM, ITALIC, YELLOW, CYAN, DIM_CYAN = "1", "2", "3", "33", "36", "2;36"
_OF_STATUS = {"answered": "32", "partial": YELLOW, "unanswered": "35", "error": "31"}
_OF_STANCE: Mapping[Stance | None, str] = {"yes": "1;32", "no": "1;31", "partial": "1;33"}

_NOTHING = {
    "unanswered": "No answer: the documents do not say.",
    "error": "No answer: there was a fault; the notes tell which.",
}
_MISSING = "not found in the documents"  # how grounding begins the note on a part that is missing
_LONGEST_QUOTE, _LONGEST_SENTENCE = 300, 100  # characters that are shown of one
_NARROWEST = 20  # columns; a terminal that is narrower breaks the lines itself

_BLANKS = (0x0B, 0x0C, 0x0D, *range(0x1C, 0x20), 0x85, 0x2028, 0x2029)  # control characters that part words
_DROPPED = (*range(0x09), *range(0x0E, 0x1C), *range(0x7F, 0x85), *range(0x86, 0xA0))
_BIDI = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))  # they show words in another order than they are read in
_STEERING: Mapping[int, str | None] = (
    dict.fromkeys((*_DROPPED, *_BIDI))
    | dict.fromkeys(_BLANKS, " ")
    | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")  # halves of a character, from a file's name that is not UTF-8
)
_ESCAPED = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ADDED = re.compile(r"(\[[^\[\]]*[^\W\d_][^\[\]]*\])")  # words in brackets; a number in brackets is a footnote's mark
_WORD = re.compile(r"\S+(?: \[\d+\](?!\S))*")  # a footnote's mark stays with the word before it


class Line(NamedTuple):
    """A line in spans; where a terminal is narrower, it goes on below, ``hang`` columns in."""

    spans: tuple[Span, ...] = ()
    hang: int = 0

    @property
    def plain(self) -> str:
        """The words alone."""
        return "".join(words for words, _ in self.spans)


def plain(text: str) -> str:
    """Text without what could steer a terminal: control characters but newline and tab, and bidi overrides."""
    return text.translate(_STEERING)


def one_line(text: str) -> str:
    """``plain`` text in one line, so that it cannot pass for a line of ours; tabs part a table's cells."""
    return " ".join(plain(text).strip().replace("\t", " | ").split())


def print_json(value: object) -> None:
    """One JSON document on stdout."""
    typer.echo(json_text(value, indent=2))


def json_text(value: object, indent: int | None = None) -> str:
    """A value as JSON; what could steer a terminal is escaped, as JSON may."""
    made = json.dumps(value, ensure_ascii=False, indent=indent)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", made)


def show(lines: Iterable[Line]) -> None:
    """Print lines: wrapped on a terminal and painted where colours are wanted; in a pipe just their words."""
    coloured = _wants_colours()
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    rows = [row for line in lines for row in (wrapped(line, width) if width >= _NARROWEST else [line.spans])]
    shown = (
        "".join(f"\x1b[{codes}m{words}\x1b[0m" if codes and coloured else words for words, codes in row) for row in rows
    )
    typer.echo("\n".join(shown), color=coloured)


def _wants_colours() -> bool:
    """Whether stdout is to be painted: NO_COLOR speaks first, then FORCE_COLOR, then what the terminal can do."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def wrapped(line: Line, width: int) -> list[tuple[Span, ...]]:
    """The rows of a line on a terminal of ``width`` columns; a word that is wider than a row is cut."""
    from rich.cells import cell_len, chop_cells

    text, hang = line.plain, line.hang if line.hang <= width // 2 else 0
    codes = [code for words, code in line.spans for _ in words]
    rows: list[tuple[int, int]] = []
    start = end = 0
    for word in _WORD.finditer(text):
        if end > start and cell_len(text[start : word.end()]) > width - (hang if rows else 0):
            rows.append((start, end))
            start = word.start()
        end = word.end()
        room = width - (hang if rows else 0)
        if cell_len(text[start:end]) > room:
            for piece in chop_cells(text[start:end], width - hang)[:-1]:
                rows.append((start, start + len(piece)))
                start += len(piece)
    rows.append((start, end))
    painted = [_runs(text[a:b], codes[a:b]) for a, b in rows]
    return [painted[0], *(((" " * hang, ""), *row) for row in painted[1:])]


def _runs(text: str, codes: Sequence[str]) -> tuple[Span, ...]:
    """Characters and their codes, as spans."""
    runs = groupby(zip(text, codes, strict=True), key=lambda pair: pair[1])
    return tuple(("".join(character for character, _ in run), code) for code, run in runs)


def answer_lines(answer: Answer, *, verbose: bool = False) -> list[str]:
    """An answer for people, without colours: what ``rfp ask`` prints in a pipe."""
    return [line.plain for line in lines_of_answer(answer, verbose=verbose)]


def lines_of_answer(answer: Answer, *, verbose: bool = False) -> list[Line]:
    """Sentences with footnote marks, each citation as document, page and quote, the facts; ``verbose`` adds why."""
    numbers = {citation: n for n, citation in enumerate(answer.citations, 1)}
    lines: list[Line] = []
    if not answer.claims:
        lines.append(Line(((_NOTHING.get(answer.status, _NOTHING["unanswered"]), f"1;{_OF_STATUS[answer.status]}"),)))
    if answer.choice is not None:
        lines.append(_choice(answer.choice))
    if answer.claims:
        parted = [span for claim in answer.claims for span in (*_sentence(claim, numbers), (" ", ""))]
        lines += [Line(tuple(parted[:-1])), Line()]
        lines += [_footnote(n, citation) for citation, n in numbers.items()]
        lines.append(Line())
    lines.append(_facts(answer))
    notes = answer.notes
    if answer.status == "partial":
        notes = tuple(sorted(notes, key=lambda note: not note.startswith(_MISSING)))
    lines += [Line(((f"note: {one_line(note)}", YELLOW),), hang=6) for note in notes]
    if verbose:
        lines += [Line(), *_found(answer.passages), Line(), *_chosen(answer, numbers)]
    return lines


def _choice(choice: str) -> Line:
    from rfp_responder.answer.choice import stance_of

    words = one_line(choice)
    return Line(((words if words.endswith(".") else f"{words}.", _OF_STANCE.get(stance_of(choice), BOLD)),))


def _sentence(claim: Claim, numbers: Mapping[Citation, int], most: int | None = None) -> list[Span]:
    """A claim with its footnote marks; what its answerer added in brackets is dim, the marks are in colour."""
    text = one_line(claim.text)
    parts = _ADDED.split(_shortened(text, most) if most else text)
    spans = [(part, DIM if n % 2 else "") for n, part in enumerate(parts) if part]
    return [*spans, *((f" [{numbers[citation]}]", DIM_CYAN) for citation in claim.citations)]


def _footnote(number: int, citation: Citation) -> Line:
    label = citation.page_label
    printed = "" if label == str(citation.page_number) else f" (printed {one_line(label)})"
    place = f"{one_line(citation.document_name)}, page {citation.page_number}{printed}"
    quote = _shortened(one_line(citation.quote), _LONGEST_QUOTE)
    mark = f"  [{number}] "
    return Line(((mark, DIM_CYAN), (place, CYAN), (": ", ""), (f"“{quote}”", ITALIC)), hang=len(mark))


def _shortened(text: str, most: int) -> str:
    """At most so many characters: the beginning and the end."""
    if len(text) <= most:
        return text
    half = (most - 3) // 2
    return f"{text[:half].rsplit(' ', 1)[0]} … {text[-half:].split(' ', 1)[-1]}"


def _facts(answer: Answer) -> Line:
    stance = [f"stance {answer.stance}"] if answer.stance else []
    facts = [answer.status, *stance, f"confidence {answer.confidence:.2f}", one_line(answer.author)]
    facts = [*facts, f"{answer.usage.seconds:.1f} s", *_cost(answer)]
    return Line(((" · ".join(facts), _OF_STATUS[answer.status]),), hang=2)


def _cost(answer: Answer) -> list[str]:
    """What a model cost: tokens in and out, and dollars where they are known to be any."""
    usage = answer.usage
    if not (usage.input_tokens or usage.output_tokens):
        return []
    dollars = [f"${usage.cost_usd:.4f}"] if usage.cost_usd else []
    return [f"{usage.input_tokens:,} + {usage.output_tokens:,} tokens", *dollars]


def _found(passages: Sequence[Passage]) -> Iterator[Line]:
    """One line for each passage: what found it."""
    yield Line(((f"Passages read{'' if passages else ': none'}", BOLD),))
    for passage in passages:
        chunk = passage.chunk
        place = f"{one_line(chunk.document_name)}, page {chunk.page_number}"
        heading = f" · {one_line(chunk.heading)}" if chunk.heading else ""
        why = f" · {passage.score:.2f} · {_found_by(passage)}"
        rank = f"  {passage.rank}. "
        yield Line(((rank, ""), (place, CYAN), (why, DIM), (heading, "")), hang=len(rank))


def _found_by(passage: Passage) -> str:
    return "found by " + " · ".join(f"{one_line(name)} {score:.3f}" for name, score in passage.found_by.items())


def _chosen(answer: Answer, numbers: Mapping[Citation, int]) -> Iterator[Line]:
    """Each sentence of the answer and what spoke for it."""
    yield Line(((f"Sentences chosen{'' if answer.claims else ': none'}", BOLD),))
    for claim in answer.claims:
        why = " · ".join(f"{one_line(name.replace('_', ' '))} {value:.6g}" for name, value in claim.why.items())
        yield Line((("  ", ""), *_sentence(claim, numbers, _LONGEST_SENTENCE)), hang=2)
        told = f"    chosen because {why}" if why else f"    {one_line(answer.author)} does not tell why it was chosen"
        yield Line(((told, DIM),), hang=6)


def passage_lines(passages: Sequence[Passage], *, explain: bool = False) -> list[str]:
    """Passages for people; ``explain`` adds what found each, where else it stands and what stands around it."""
    lines = []
    for passage in passages:
        chunk = passage.chunk
        lines.append(f"{passage.rank}. {one_line(chunk.document_name)}, page {chunk.page_number} · {passage.score:.2f}")
        if explain:
            lines.append(f"   {_found_by(passage)}")
            places = [f"{one_line(place.document_name)}, page {place.page_number}" for place in passage.also_in[:5]]
            lines += [f"   also in {'; '.join(places)}"] if places else []
            lines += [f"   effective {chunk.effective}"] if chunk.effective else []
        if chunk.heading:
            lines.append(f"   {one_line(chunk.heading)}")
        if chunk.columns:
            lines.append(f"   columns: {one_line(chunk.columns)}")
        if explain and passage.before.strip():
            lines.append("   … " + one_line(passage.before)[-160:])
        lines.append("   " + one_line(chunk.text))
        if explain and passage.after.strip():
            lines.append("   … " + one_line(passage.after)[:160])
        lines.append("")
    return lines


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as columns; a column of numbers is set to the right, the first row is the header."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    right = [all(cell.isdigit() for cell in column[1:]) for column in zip(*rows, strict=True)]
    return [
        "  "
        + "  ".join(
            cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in rows
    ]


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on stderr at a terminal, silence in a pipe; call it with (what, done, of)."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _of: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        """How many a second."""

        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:.1f}/s" if task.speed else "")

    with Progress(
        TextColumn(label),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("", total=None)

        def update(what: str, done: int, of: int) -> None:
            bar.update(task, description=one_line(what)[-40:], completed=done, total=of)

        yield update
