"""A prompt's file is read strictly and written back the same; what is filled in is never expanded again."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_makers import version

import rfp_responder.prompts
from rfp_responder.domain import Sampling
from rfp_responder.errors import InputError
from rfp_responder.prompts import PromptLibrary, PromptVersion, load_prompt
from rfp_responder.prompts.version import CONTRACTS, LARGEST, file_text, read_version

SHIPPED = Path(rfp_responder.prompts.__file__).parent
GOOD = file_text(version())

line = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), max_size=80)
words = line.map(str.strip).filter(bool)
body = st.lists(line.filter(lambda text: text.rstrip() not in {"# system", "# user"}), max_size=6)
prose = body.map(lambda lines: "\n".join(lines).strip()).filter(lambda text: bool(text) and "$" not in text)
literal = prose.map(lambda text: text.replace("$", "$$"))


@st.composite
def versions(draw: st.DrawFn) -> PromptVersion:
    day = st.dates(date(2020, 1, 1), date(2030, 1, 1))
    created = draw(day)
    return PromptVersion(
        name="answer",
        number=draw(st.integers(1, 9999)),
        purpose=draw(words),
        owner=draw(words),
        created=created,
        why=draw(line),
        contract=draw(st.sampled_from(CONTRACTS)),
        risk=draw(words),
        reviewed=max(created, draw(day)),
        sampling=Sampling(
            temperature=draw(st.none() | st.floats(0, 2)),
            top_p=draw(st.none() | st.floats(0, 1)),
            frequency_penalty=draw(st.none() | st.floats(-2, 2)),
            max_tokens=draw(st.integers(1, 32768)),
            seed=draw(st.none() | st.integers(0, 2**63 - 1)),
        ),
        system=draw(prose),
        user=f"{draw(literal)}\n$passages ${{question}}\n$constraints\n{draw(literal)}",
        digest="",
    )


def read(text: str | bytes) -> PromptVersion:
    return read_version(text if isinstance(text, bytes) else text.encode(), "answer/2.md", "answer", 2)


def fault(text: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(text)
    assert "answer/2.md" in caught.value.what
    assert caught.value.remedy
    assert len(str(caught.value)) < 500
    return str(caught.value)


@given(versions())
def test_a_version_written_and_read_is_the_same_version(made: PromptVersion) -> None:
    text = file_text(made)
    again = read_version(text.encode(), "f", made.name, made.number)
    assert replace(again, digest="") == made
    assert again.digest == sha256(text.encode()).hexdigest()
    assert file_text(again) == text


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_whatever_stands_in_a_file_is_a_version_or_a_typed_fault(data: bytes) -> None:
    for hostile in (data, b"+++\n" + data, GOOD.encode() + data, GOOD.encode().replace(b"Ann", data)):
        try:
            read(hostile)
        except InputError as error:
            assert "answer/2.md" in str(error)


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_a_document_says_is_never_filled_in_again(passage: str, question: str) -> None:
    hostile = f"{passage} $question ${{constraints}} $$ $parts"
    shown = version(user="<$passages>[$question]").render(passages=hostile, question=question)
    assert shown == f"<{hostile.strip()}>[{question.strip()}]"


@given(*[st.sampled_from(["", " ", "\n\n", "one", "one\ntwo"])] * 2)
def test_empty_variables_leave_no_run_of_blank_lines(parts: str, constraints: str) -> None:
    user = "$passages\n\nParts: $parts\n\n$constraints\n\n\n\n$question\n\n$constraints"
    shown = version(user=user).render(passages="p", question="q", parts=parts, constraints=constraints)
    assert "\n\n\n" not in shown
    assert shown == shown.strip()
    assert ("Parts:" in shown) == bool(parts.strip())


def test_blank_lines_inside_a_passage_stay() -> None:
    assert version(user="$passages\n\n$question").render(passages="a\n\n\nb", question="q") == "a\n\n\nb\n\nq"


def test_two_dollars_are_one_and_a_line_of_them_stays() -> None:
    made = version(user="$passages $question\nIn $$, not in EUR\n$$")
    assert made.render(passages="p", question="q") == "p q\nIn $, not in EUR\n$"
    assert read(file_text(made)).user == made.user


def test_what_the_sampling_does_not_tell_is_left_to_the_server() -> None:
    text = GOOD.replace("temperature = 0.0\n", "").replace("seed = 7\n", "")
    assert read(text).sampling == Sampling(None, None, None, 800, None)


def test_line_ends_and_a_byte_order_mark_change_no_digest() -> None:
    assert read(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()) == read(GOOD)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('owner = "Ann"', "", "field owner: is missing"),
        ('owner = "Ann"', "owner = 3", "field owner: got 3, expected a text"),
        ('owner = "Ann"', 'owner = " "', "field owner: is empty"),
        ('owner = "Ann"', 'owner = "A\\u001bn"', "field owner: expected one line without control characters"),
        ('owner = "Ann"', f'owner = "{"n" * 501}"', "field owner: has 501 characters"),
        ('owner = "Ann"', 'owner = "Ann"\nmood = "glad"', "field 'mood': is unknown, expected one of purpose,"),
        ('owner = "Ann"', "owner = Ann", "the header is no TOML (Invalid value (at line 3, column 9))"),
        ('owner = "Ann"', "owner = " + "[" * 5000, "the header is no TOML"),
        ("created = 2026-01-31", 'created = "today"', "field created: got 'today', expected a day"),
        ("created = 2026-01-31", "created = 2026-01-31T10:00:00", "field created: got datetime"),
        ("created = 2026-01-31", "created = 2026-02-01", "field reviewed: is 2026-01-31, before it was created"),
        ("claims-1", "claims-9", "field contract: 'claims-9' is unknown, expected one of claims-1, claims-2"),
        ("seed = 7", "seed = 7.5", "field sampling.seed: got 7.5, expected a whole number from 0"),
        ("seed = 7", "seed = true", "field sampling.seed: got True"),
        ("seed = 7", "heat = 7", "field 'sampling.heat': is unknown, expected one of temperature, top_p"),
        (
            "temperature = 0.0",
            "temperature = nan",
            "field sampling.temperature: got nan, expected a number from 0 to 2",
        ),
        ("temperature = 0.0", 'temperature = "low"', "field sampling.temperature: got 'low'"),
        ("max_tokens = 800", "", "field sampling.max_tokens: is missing"),
        ("max_tokens = 800", "max_tokens = 0", "expected a whole number from 1 to 32768"),
        ("[sampling]", "[[sampling]]", "field sampling: expected a table"),
        ("$parts", "$part", "line 23: $part is unknown, expected one of $passages, $question, $parts, $constraints"),
        ("$parts", "costs 5$", "line 23: a $ that begins no variable"),
        ("$question", "", "# user: $question is missing"),
        ("You answer", "Fill $question. You answer", "# system: $question is not filled in there"),
        ("You answer from passages.", "", "nothing stands below '# system'"),
        ("# user\n", "", "the line '# user' is missing"),
        ("# user\n", "# user\n# user\n", "the line '# user' stands 2 times"),
        ("# system\n", "Hello\n# system\n", "expected '# system', then '# user' behind the header"),
        ("+++\n# system", "# system", "line 1: expected a header between two lines of +++"),
        ("You answer", "You\x1b[2J answer", "line 16: holds the control character U+001B"),
        ("You answer", "You \u202eanswer", "line 16: holds the control character U+202E"),
    ],
)
def test_a_fault_in_a_file_is_told_with_its_place_and_what_was_expected(old: str, new: str, told: str) -> None:
    assert GOOD.count(old) >= 1
    assert told in fault(GOOD.replace(old, new, 1))


def test_a_file_that_is_not_utf_8_or_too_large_is_refused() -> None:
    assert "is not UTF-8 (byte 2)" in fault(b"ab\xff\xfe")
    assert "is larger than 65536 bytes" in fault(GOOD + "x" * LARGEST)


def test_every_version_that_ships_is_released_and_its_file_has_not_changed() -> None:
    kept = tomllib.loads((SHIPPED / "released.toml").read_text("utf-8"))
    found = {
        f"{path.parent.name}@{path.stem}": sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
        for path in SHIPPED.glob("*/*.md")
    }
    assert found == kept, "a released file never changes: make a new version, and add its digest to released.toml"


def test_the_aliases_that_ship_point_at_versions_that_ship() -> None:
    library = PromptLibrary()
    assert library.find("production") == load_prompt(library.aliases()["production"])
    assert {each.ref for each in library.versions()} >= set(library.aliases().values())
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", str(each.created)) for each in library.versions())
