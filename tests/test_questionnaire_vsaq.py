"""VSAQ questionnaires: items in rows, answers as VSAQ keeps them, the template left as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from workbooks import answer_to, yes

from rfp_responder.domain import Answer, Question
from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire import fill, inspect, vsaq_file
from rfp_responder.questionnaire.formats import FORMATS, Format
from rfp_responder.questionnaire.model import Edit, Item

Made = dict[str, object]
SHEET = "Our questions"


@pytest.fixture(autouse=True)
def _known_format(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Format(
        vsaq_file.read, lambda path, out, edits, look=None: vsaq_file.write(path, out, edits), vsaq_file.prove_vsaq
    )
    monkeypatch.setitem(FORMATS, ".json", replace(made))


def radio(name: str, text: str, *choices: str, **more: object) -> Made:
    made = [{f"{name}_{n}": choice} for n, choice in enumerate(choices, 1)]
    return {"type": "radiogroup", "id": name, "text": text, "choices": made, **more}


def template(path: Path, *items: Made, **more: object) -> Path:
    block = {"type": "block", "text": SHEET, "items": list(items)}
    path.write_text(json.dumps({"questionnaire": [block], **more}, indent=2), "utf-8")
    return path


def read(path: Path) -> tuple[Item, ...]:
    known = vsaq_file.read(path)[0].known
    assert known is not None
    return known.items


def put(path: Path, out: Path, *answers: tuple[int, str]) -> list[str]:
    """Write answers (row, text); the reasons of those refused."""
    edits = [Edit(SHEET, row, 3, text) for row, text in answers]
    return [reason for _, reason in vsaq_file.write(path, out, edits).refused]


def answers(path: Path) -> Made:
    made = json.loads(path.read_text("utf-8"))
    return {name: value for name, value in made.items() if name != "questionnaire"}


EVERY = (
    {"type": "info", "text": "Please <b>read</b> this."},
    radio("enc", "Do you encrypt?", "Yes, always.", "No."),
    {"type": "yesno", "id": "sso", "text": "Do you offer SSO?", "yes": "We do", "no": "We don't"},
    {
        "type": "checkgroup",
        "id": "cert",
        "text": "Which do you hold?",
        "choices": [{"iso": "ISO, all"}, {"soc": "SOC 2"}],
    },
    {"type": "box", "id": "how", "text": "How? (max. 50 words)"},
    {"type": "line", "id": "who", "text": "Who?", "maxlength": 20},
    {"type": "check", "id": "true", "text": "It is all true."},
    {"type": "tip", "id": "warn", "text": "Do better.", "warn": "yes"},
    {"type": "spacer"},
    {"type": "upload", "id": "file", "text": "Attach it."},
)


def test_each_type_of_item_is_known(tmp_path: Path) -> None:
    path = template(tmp_path / "q.json", *EVERY)
    grid = vsaq_file.read(path)[0]
    assert grid.known is not None
    assert [(i.row, i.id, i.shape, i.choices) for i in grid.known.items] == [
        (3, "enc", "choice", ("Yes, always.", "No.")),
        (4, "sso", "choice", ("We do", "We don't")),
        (5, "cert", "several", ("ISO, all", "SOC 2")),
        (6, "how", "text", ()),
        (7, "who", "text", ()),
        (8, "true", "choice", ("Yes", "No")),
        (11, "file", "attachment", ()),
    ]
    assert grid.known.items[3].question.max_words == 50
    assert grid.known.items[4].question.max_characters == 20
    assert grid.known.items[6].unwritable
    assert [(o.row, o.reason) for o in grid.known.others] == [
        (1, "a block"),
        (2, "information"),
        (9, "a tip"),
        (10, "a spacer"),
    ]
    assert grid.text(2, 2) == "Please read this."


def test_answers_stand_under_their_ids_as_the_application_keeps_them(tmp_path: Path) -> None:
    path, out = template(tmp_path / "q.json", *EVERY), tmp_path / "o.json"
    wanted = ((3, "No."), (4, "We do"), (5, "ISO, all\nSOC 2"), (6, "So.\n\x07And so."), (7, "a\nb"), (8, "Yes"))
    assert put(path, out, *wanted) == []
    assert answers(out) == {
        "enc_2": "checked",
        "sso": "yes",
        "iso": "checked",
        "soc": "checked",
        "how": "So.\nAnd so.",
        "who": "a b",
        "true": "checked",
    }
    grid = vsaq_file.read(out)[0]
    assert [grid.text(row, 3) for row in range(3, 9)] == [
        "No.",
        "We do",
        "ISO, all\nSOC 2",
        "So.\nAnd so.",
        "a b",
        "Yes",
    ]
    assert {item.blocked for item in read(out)[:6]} == {"already filled"}


def test_every_character_of_a_strict_template_stays(tmp_path: Path) -> None:
    path, out = template(tmp_path / "q.json", *EVERY, version=1), tmp_path / "o.json"
    put(path, out, (4, "We don't"))
    added = ',\n  "sso": "no"'
    assert out.read_text("utf-8").replace(added, "") == path.read_text("utf-8")
    put(path, tmp_path / "p.json")
    assert (tmp_path / "p.json").read_bytes() == path.read_bytes()


def test_comments_joined_strings_and_short_escapes_become_json(tmp_path: Path) -> None:
    path, out = tmp_path / "q.json", tmp_path / "o.json"
    path.write_text(
        '// Ours, 2026.\n// All rights reserved.\n{"questionnaire": [\n  // the block\n'
        '{"type": "block", "text": "Our " +\n   "questions", '
        '"items": [{"type": "box", "id": "a", "text": "\\x41?"}]}]}\n'
    )
    assert [item.question.text for item in read(path)] == ["A?"]
    assert put(path, out, (2, 'a \\x41 "b" + \n"c"')) == []
    assert answers(out) == {"//": "Ours, 2026.\nAll rights reserved.\nthe block", "a": 'a \\x41 "b" + \n"c"'}
    assert "\\x" not in out.read_text()
    vsaq_file.prove_vsaq(path, out, [Edit(SHEET, 2, 3, 'a \\x41 "b" + \n"c"')], {})
    assert put(out, tmp_path / "p.json", (2, "b")) == []
    assert answers(tmp_path / "p.json") == {"//": "Ours, 2026.\nAll rights reserved.\nthe block", "a": "b"}


def test_a_condition_on_one_item_above_is_one_and_others_are_notes(tmp_path: Path) -> None:
    box: Made = {"type": "box", "text": "How?"}
    path = template(
        tmp_path / "q.json",
        radio("enc", "Do you encrypt?", "Yes.", "No.", "Some."),
        {"type": "yesno", "id": "sso", "text": "SSO?", "yes": "Yes", "no": "No"},
        {**box, "id": "a", "cond": "enc_1"},
        {**box, "id": "b", "cond": "!enc_1"},
        {**box, "id": "c", "cond": "(enc_1 || enc_3)"},
        {**box, "id": "d", "cond": "sso/no"},
        {**box, "id": "e", "cond": "enc_1 && sso/yes"},
        {**box, "id": "f", "cond": "later"},
        {"type": "checkgroup", "text": "Which?", "choices": [{"iso": "ISO"}, {"soc": "SOC"}]},
        {**box, "id": "h", "cond": "iso"},
        {"type": "block", "text": "Inner", "cond": "enc_2", "items": [{**box, "id": "g"}]},
    )
    found = [(i.id, i.condition and (i.condition.gate, i.condition.wanted), bool(i.notes)) for i in read(path)[2:]]
    assert found == [
        ("a", (2, ("yes.",)), False),
        ("b", (2, ("no.", "some.")), False),
        ("c", (2, ("yes.", "some.")), False),
        ("d", (3, ("no",)), False),
        ("e", None, True),
        ("f", None, True),
        ("iso", None, False),
        ("h", None, True),
        ("g", (2, ("no.",)), False),
    ]
    assert read(path)[-1].question.section == "Inner"


def test_single_radio_buttons_beside_each_other_are_one_question(tmp_path: Path) -> None:
    path = template(
        tmp_path / "q.json",
        {"type": "info", "text": "Where is it hosted?"},
        {"type": "radio", "id": "eu", "text": "EU"},
        {"type": "radio", "id": "us", "text": "US"},
    )
    (item,) = read(path)
    assert (item.question.text, item.choices) == ("Where is it hosted?", ("EU", "US"))
    put(path, tmp_path / "o.json", (3, "US"))
    assert answers(tmp_path / "o.json") == {"us": "checked"}


def test_items_for_others_take_no_answer(tmp_path: Path) -> None:
    path = template(
        tmp_path / "q.json",
        {"type": "box", "id": "a", "text": "Score?", "auth": "admin"},
        {"type": "box", "id": "b", "text": "Fixed?", "auth": "readonly"},
        {"type": "box", "text": "Without an id?"},
    )
    assert [(item.id, bool(item.blocked), bool(item.unwritable)) for item in read(path)] == [
        ("b", True, False),
        ("", False, True),
    ]
    assert put(path, tmp_path / "o.json", (2, "1"), (9, "1")) == [
        "the row takes no answer",
        "the questionnaire has no such row",
    ]


def test_values_that_are_no_choice_and_ids_that_would_overwrite_are_refused(tmp_path: Path) -> None:
    clash: Made = {"type": "checkgroup", "text": "Which?", "choices": [{"questionnaire": "This"}]}
    path = template(tmp_path / "q.json", radio("enc", "Do you encrypt?", "Yes.", "No."), clash)
    assert put(path, tmp_path / "o.json", (2, "Maybe"), (3, "This")) == [
        "'Maybe' is none of the item's choices",
        "the id 'questionnaire' cannot hold an answer",
    ]
    assert (tmp_path / "o.json").read_bytes() == path.read_bytes()


def test_a_questionnaire_is_filled_and_proved(tmp_path: Path) -> None:
    path, out = template(tmp_path / "q.json", *EVERY), tmp_path / "o.json"

    def answer(question: Question) -> Answer:
        return answer_to(question, "We hold SOC 2.") if "hold" in question.text else yes(question)

    assert len(inspect(path).items) == 7
    report = fill(path, out, answer)
    assert report.proof is not None and report.proof.reader == "json"
    assert answers(out)["soc"] == "checked" and answers(out)["enc_1"] == "checked"
    assert str(answers(out)["how"]).startswith("We do: How?")


@pytest.mark.parametrize(
    ("old", "new"), [('"yes"', '"no"'), ("Do you encrypt?", "Do you decrypt?"), ('"sso":', '"ss0":')]
)
def test_the_proof_fails_when_anything_else_changed(tmp_path: Path, old: str, new: str) -> None:
    path, out = template(tmp_path / "q.json", *EVERY), tmp_path / "o.json"
    put(path, out, (4, "We do"))
    edits = [Edit(SHEET, 4, 3, "We do")]
    assert vsaq_file.prove_vsaq(path, out, edits, {}).written == 1
    text = out.read_text("utf-8")
    place = text.rindex(old)
    out.write_text(text[:place] + new + text[place + len(old) :], "utf-8")
    with pytest.raises(QuestionnaireError, match="failed its proof"):
        vsaq_file.prove_vsaq(path, out, edits, {})


def test_the_proof_fails_for_a_choice_that_is_not_allowed(tmp_path: Path) -> None:
    path, out = template(tmp_path / "q.json", *EVERY), tmp_path / "o.json"
    put(path, out, (4, "We do"))
    with pytest.raises(QuestionnaireError, match="its list forbids"):
        vsaq_file.prove_vsaq(path, out, [Edit(SHEET, 4, 3, "We do")], {(SHEET, 4, 3): ("No",)})


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"a": 1,}', "is no JSON that VSAQ reads"),
        (b"[1, 2]", "is no VSAQ questionnaire"),
        (b'{"questionnaire": [1]}', "is no VSAQ questionnaire"),
        (b'{"extensions": []}', "is no VSAQ questionnaire"),
        (b"\xff\xfe{", "is not written in UTF-8"),
        (b"", "is no JSON that VSAQ reads"),
        (b'{"questionnaire": [' + b"[" * 200_000, "is nested too deeply"),
    ],
)
def test_other_json_is_refused_in_one_line(tmp_path: Path, data: bytes, why: str) -> None:
    path = tmp_path / "q.json"
    path.write_bytes(data)
    with pytest.raises(QuestionnaireError, match=why) as caught:
        vsaq_file.read(path)
    assert "\n" not in str(caught.value)


def test_a_questionnaire_of_very_many_items_is_refused(tmp_path: Path) -> None:
    box: Made = {"type": "box", "id": "a", "text": "How?"}
    with pytest.raises(QuestionnaireError, match="holds more than 20000 items"):
        vsaq_file.read(template(tmp_path / "q.json", *[box] * 20_001))


def test_odd_values_are_read_without_a_fault(tmp_path: Path) -> None:
    odd: list[Made] = [{"type": 5, "id": 7, "text": ["x"], "cond": 3, "choices": "no", "items": 1}, {}]
    path = template(tmp_path / "q.json", *odd, {"type": "radiogroup", "choices": [1, {}, {"a": None}]}, a=4)
    assert [item.choices for item in read(path)] == [(), ("a",)]
    assert put(path, tmp_path / "o.json", (3, "a")) == []
    assert answers(tmp_path / "o.json") == {"a": "checked"}
