"""What ``rfp ask`` and ``rfp search`` show people: footnotes, colours, widths, reasons, and nothing that steers."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence

import pytest
from rich.cells import cell_len

from rfp_responder.answer.ground import ground
from rfp_responder.cli import run
from rfp_responder.cli.answers import answer_json
from rfp_responder.cli.shown import (
    Line,
    answer_lines,
    one_line,
    passage_lines,
    plain,
    progress_bar,
    wrapped,
)
from rfp_responder.domain import Answer, Citation, Claim, Draft, Passage, Stance, Status, Usage
from tests.makers import passage, proposal, question

Captured = pytest.CaptureFixture[str]
Asked = Callable[..., str]

KEPT = "Backups are kept for 35 days."
TAKEN = "Backups are taken every night."
HOSTILE = "a\x1b[31mred\x1b]0;title\x07\x9b2J\u202eback\u2066\x00\x7f\rz"


# -- makers -------------------------------------------------------------------------------------------------


def citation(quote: str = KEPT, *, name: str = "guide.pdf", page: int = 3, label: str = "", start: int = 0) -> Citation:
    return Citation("d1", name, page, label or str(page), start, start + len(quote), quote)


def claim(text: str = KEPT, *citations: Citation, why: Mapping[str, float] | None = None) -> Claim:
    return Claim(text, citations or (citation(text),), why or {})


def answer(
    *claims: Claim,
    status: Status = "answered",
    stance: Stance | None = None,
    choice: str | None = None,
    passages: Sequence[Passage] = (),
    notes: Sequence[str] = (),
    author: str = "offline extractive",
) -> Answer:
    return Answer(
        question(), status, stance, choice, claims, tuple(passages), 0.5, tuple(notes), author, usage=Usage(seconds=0.1)
    )


UNANSWERED = answer(status="unanswered", notes=("no passage answers this",))
FULL = answer(
    claim(KEPT, citation(KEPT), why={"score": 8.21, "nearest_words": 0.8}),
    claim("[Backups] are taken every night.", citation(TAKEN, label="iv"), citation(KEPT)),
    stance="yes",
    choice="Yes",
    passages=[passage(KEPT, name="guide.pdf", number=3, heading="Backups")],
    notes=("the edition of 2025 says otherwise",),
)


@pytest.fixture
def asked(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What ``rfp ask`` prints of an answer that is made up: in a pipe, or on a terminal of a width."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)

    def ask(given: Answer, *options: str, columns: int | None = None, **environment: str) -> str:
        class Made:
            def ask(self, *_: object, **__: object) -> Answer:
                return given

            def search(self, *_: object, **__: object) -> Sequence[Passage]:
                return given.passages

            def warming(self) -> list[str]:
                return []

        with monkeypatch.context() as patch:
            patch.setattr("rfp_responder.assemble.make_responder", lambda *_: Made())
            patch.setattr(sys.stdout, "isatty", lambda: columns is not None)
            for name, value in {"COLUMNS": str(columns or 80), **environment}.items():
                patch.setenv(name, value)
            capsys.readouterr()
            assert run([*(options if options[:1] == ("search",) else ("ask", *options)), "Are backups kept?"]) == 0
            shown = capsys.readouterr()
        assert shown.err == ""
        return shown.out

    return ask


def unpainted(shown: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", shown)


def painted(words: str, shown: str) -> str:
    """The codes that words are painted with on a terminal."""
    for codes, span in re.findall(r"\x1b\[([\d;]*)m(.*?)\x1b\[0m", shown):
        if words in span:
            return str(codes)
    raise AssertionError(f"{words!r} is not painted in {shown!r}")


# -- footnotes ----------------------------------------------------------------------------------------------


def test_marks_stand_right_behind_their_sentence_and_each_citation_below_with_document_page_and_quote() -> None:
    assert answer_lines(FULL) == [
        "Yes.",
        f"{KEPT} [1] [Backups] are taken every night. [2] [1]",
        "",
        f"  [1] guide.pdf, page 3: “{KEPT}”",
        f"  [2] guide.pdf, page 3 (printed iv): “{TAKEN}”",
        "",
        "answered · stance yes · confidence 0.50 · offline extractive · 0.1 s",
        "note: the edition of 2025 says otherwise",
    ]


def test_several_citations_of_one_page_are_listed_each_with_its_quote() -> None:
    shown = answer_lines(answer(claim(KEPT, citation(KEPT), citation(TAKEN, start=90))))
    assert shown[2:4] == [f"  [1] guide.pdf, page 3: “{KEPT}”", f"  [2] guide.pdf, page 3: “{TAKEN}”"]


def test_tabs_in_a_quote_part_the_cells_of_a_row() -> None:
    shown = answer_lines(answer(claim("Recovery: 4 h", citation("\tRecovery\t\t4 h\nper site\t"))))
    assert "“Recovery | | 4 h per site”" in shown[2]


@pytest.mark.parametrize("quote", ["word " * 99 + "end", "x" * 999])
def test_a_long_quote_is_shortened_in_the_middle_as_text_and_never_in_json(quote: str) -> None:
    made = answer(claim("It is long.", citation(quote)))
    shown = str(re.search("“(.*)”", answer_lines(made)[2])[1])  # type: ignore[index]
    head, tail = shown.split(" … ")
    assert len(shown) <= 300
    assert quote.startswith(head)
    assert quote.endswith(tail)
    assert min(len(head), len(tail)) > 100
    assert [c["quote"] for c in answer_json(made)["citations"]] == [quote]  # type: ignore[attr-defined]


def test_a_quote_of_300_characters_is_shown_whole() -> None:
    assert f"“{'x' * 300}”" in answer_lines(answer(claim("It is.", citation("x" * 300))))[2]


# -- nothing found, a part missing --------------------------------------------------------------------------


def test_without_an_answer_the_first_line_says_so_then_the_status_then_the_notes() -> None:
    assert answer_lines(UNANSWERED) == [
        "No answer: the documents do not say.",
        "unanswered · confidence 0.50 · offline extractive · 0.1 s",
        "note: no passage answers this",
    ]


def test_a_fault_is_never_shown_as_documents_that_do_not_say() -> None:
    shown = answer_lines(answer(status="error", notes=("the model's server broke off",)))
    assert shown[0] == "No answer: there was a fault; the notes tell which."


def test_what_is_missing_comes_first_among_the_notes_of_a_partial_answer() -> None:
    draft = Draft((proposal(KEPT),), None, ("who tests restores",), "m", 0.5, notes=("read with care",))
    made = ground(question(), draft, [passage(KEPT)])
    assert made.status == "partial"
    assert answer_lines(made)[-2:] == ["note: not found in the documents: who tests restores", "note: read with care"]


# -- a pipe and a terminal ----------------------------------------------------------------------------------


@pytest.mark.parametrize("made", [FULL, UNANSWERED])
def test_a_pipe_gets_plain_lines_of_any_length(made: Answer, asked: Asked) -> None:
    assert asked(made, COLUMNS="30", TERM="xterm") == "\n".join(answer_lines(made)) + "\n"


@pytest.mark.parametrize("options", [(), ("--verbose",)])
@pytest.mark.parametrize("made", [FULL, UNANSWERED])
def test_a_terminal_gets_the_same_words_in_colour(made: Answer, options: tuple[str, ...], asked: Asked) -> None:
    shown = asked(made, *options, columns=500, TERM="xterm-256color")
    assert "\x1b[" in shown
    assert unpainted(shown) == asked(made, *options)


def test_marks_documents_quotes_notes_and_added_words_have_a_colour_of_their_own(asked: Asked) -> None:
    shown = asked(FULL, columns=200)
    assert painted("[1]", shown) == "2;36"
    assert painted("guide.pdf, page 3", shown) == "36"
    assert painted(f"“{KEPT}”", shown) == "3"
    assert painted("note: ", shown) == "33"
    assert painted("[Backups]", shown) == "2"


def test_a_number_in_brackets_that_stands_in_the_document_is_not_painted_as_a_mark(asked: Asked) -> None:
    shown = asked(answer(claim("As in standard [7].", citation("As in standard [7]."))), columns=200)
    assert shown.startswith("As in standard [7].\x1b[2;36m [1]\x1b[0m")


@pytest.mark.parametrize(
    ("choice", "codes"),
    [("Yes", "1;32"), ("No", "1;31"), ("Partially met", "1;33"), ("N/A", "1"), ("Frankfurt", "1")],
)
def test_the_choice_is_painted_by_what_it_says(choice: str, codes: str, asked: Asked) -> None:
    assert asked(answer(claim(), choice=choice), columns=80).splitlines()[0] == f"\x1b[{codes}m{choice}.\x1b[0m"


def test_the_status_is_painted_and_no_two_look_alike(asked: Asked) -> None:
    statuses: tuple[Status, ...] = ("answered", "partial", "unanswered", "error")
    shown = {
        painted(f"{s} · ", asked(answer(*[claim()] * (s in statuses[:2]), status=s), columns=80)) for s in statuses
    }
    assert len(shown) == 4


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}])
def test_a_terminal_that_wants_no_colour_gets_wrapped_plain_words(environment: dict[str, str], asked: Asked) -> None:
    shown = asked(FULL, columns=40, **environment)
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) <= 40


def test_forced_colours_reach_a_pipe_unwrapped(asked: Asked) -> None:
    shown = asked(FULL, FORCE_COLOR="1", COLUMNS="30")
    assert painted("[1]", shown) == "2;36"
    assert unpainted(shown) == asked(FULL)


@pytest.mark.parametrize("columns", [20, 33, 60])
def test_lines_are_wrapped_at_the_terminals_width_and_go_on_under_the_footnote(columns: int, asked: Asked) -> None:
    made = answer(claim(KEPT, citation("Every backup is kept for 35 days in another region. " * 4)))
    shown = unpainted(asked(made, columns=columns))
    rows = shown.splitlines()
    assert max(map(len, rows)) <= columns
    first = next(n for n, row in enumerate(rows) if row.startswith("  [1] "))
    under = rows[first + 1 : rows.index("", first)]
    assert len(under) > 2
    assert all(re.match(r" {6}\S", row) for row in under)
    assert shown.split() == asked(made).split()


def test_a_mark_is_not_parted_from_the_word_before_it() -> None:
    line = Line((("one two three", ""), (" [1]", "2;36"), (" [2]", "2;36"), (" four", "")))
    rows = ["".join(words for words, _ in row) for row in wrapped(line, 20)]
    assert rows == ["one two", "three [1] [2] four"]


def test_wide_characters_and_overlong_words_are_cut_by_columns() -> None:
    line = Line((("note: ", ""), ("数据在静止时加密" * 5, "33"), (" " + "x" * 70, "")), hang=6)
    rows = ["".join(words for words, _ in row) for row in wrapped(line, 30)]
    assert max(map(cell_len, rows)) <= 30
    assert "".join("".join(rows).split()) == "".join(line.plain.split())


# -- reasons ------------------------------------------------------------------------------------------------


def test_verbose_tells_below_what_found_each_passage_and_why_each_sentence_was_chosen() -> None:
    quiet, shown = answer_lines(FULL), answer_lines(FULL, verbose=True)
    assert shown[: len(quiet)] == quiet
    assert shown[len(quiet) :] == [
        "",
        "Passages read",
        "  1. guide.pdf, page 3 · 0.90 · found by dense 0.800 · lexical 5.000 · Backups",
        "",
        "Sentences chosen",
        f"  {KEPT} [1]",
        "    chosen because score 8.21 · nearest words 0.8",
        "  [Backups] are taken every night. [2] [1]",
        "    offline extractive does not tell why it was chosen",
    ]


def test_verbose_says_that_nothing_was_read_or_chosen() -> None:
    assert answer_lines(UNANSWERED, verbose=True)[-3:] == ["Passages read: none", "", "Sentences chosen: none"]


def test_verbose_changes_nothing_of_the_json(asked: Asked) -> None:
    shown = asked(FULL, "--json", "--verbose")
    assert shown == asked(FULL, "--json")
    assert json.loads(shown) == answer_json(FULL)


# -- nothing that steers a terminal -------------------------------------------------------------------------


def test_control_characters_and_bidi_overrides_are_taken_out_and_newline_and_tab_are_kept() -> None:
    assert plain(HOSTILE) == "a[31mred]0;title2Jback z"
    assert plain("a\tb\nc – “é” 数据") == "a\tb\nc – “é” 数据"
    controls = "".join(map(chr, (*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F))))
    assert not plain(controls + "\u2066\u2067\u2068\u2069").strip()
    plain("\udcff").encode()


def test_text_of_others_stays_in_its_line() -> None:
    assert one_line("a\nanswered · confidence 1.00\u2028b\x85c") == "a answered · confidence 1.00 b c"


@pytest.mark.parametrize("columns", [None, 70])
@pytest.mark.parametrize("options", [("--verbose",), ("search", "--explain"), ("search",)])
def test_no_field_of_an_answer_or_a_passage_steers_a_terminal(
    options: tuple[str, ...], columns: int | None, asked: Asked
) -> None:
    hostile = answer(
        claim(HOSTILE, citation(HOSTILE, name=HOSTILE, label=HOSTILE), why={HOSTILE: 1.0}),
        choice=HOSTILE,
        passages=[passage(HOSTILE, name=HOSTILE, heading=HOSTILE)],
        notes=(HOSTILE, "\udcff"),
        author=HOSTILE,
    )
    shown = unpainted(asked(hostile, *options, columns=columns))
    assert "red" in shown
    assert re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown) == []


def test_json_escapes_what_could_steer_a_terminal_and_says_the_same(asked: Asked) -> None:
    hostile = answer(claim(f"Sí, {HOSTILE}\udcff"), notes=(HOSTILE,))
    shown = asked(hostile, "--json", columns=70)
    assert json.loads(shown) == answer_json(hostile)
    assert "Sí" in shown
    assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown) == []


def test_passages_for_people_hold_no_line_that_a_document_wrote() -> None:
    shown = passage_lines([passage("x", name="a\n9. forged.pdf, page 1", heading="h\n9. forged.pdf")], explain=True)
    assert [line for line in shown if line.startswith("9.")] == []


def test_a_files_name_steers_no_progress_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("ingest") as update:
        update("[/red]\x1b]0;title\x07.pdf", 1, 2)
    assert "[/red]]0;title.pdf" in terminal.getvalue()
