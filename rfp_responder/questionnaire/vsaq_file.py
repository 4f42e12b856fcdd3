"""Questionnaires of the open-source VSAQ application: JSON in, the same JSON with the answers in it out.

VSAQ shows a template (``{"questionnaire": [block]}``) and keeps answers apart from it, as one flat JSON object of item
ids and values: the text of a line or box, ``"checked"`` for the chosen radio button or check box, ``"yes"`` or
``"no"``. The vendor sends that object back and the customer loads it with "Load answers". VSAQ passes over every
member of it that is no item's id, and every member of a template beside ``questionnaire``. So the answers are added to
the template's own top-level object: the customer gets the file they sent, which VSAQ opens as the questionnaire and
loads as the answers.

"Load answers" takes strict JSON only, while templates may hold comment lines, strings joined by ``+`` and ``\\x41``.
These are turned into JSON exactly as VSAQ does; comments are kept in a member named ``"//"``. In a template that is
strict JSON already no byte changes. VSAQ itself was read, not run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from rfp_responder.domain import Question
from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire.account import Proof
from rfp_responder.questionnaire.model import Cell, Condition, Edit, Grid, Item, OtherRow, Shape, SheetLayout, Written
from rfp_responder.questionnaire.package import atomic
from rfp_responder.questionnaire.places import cell_name
from rfp_responder.questionnaire.rules import limits
from rfp_responder.questionnaire.vsaq_json import COMMENTS, PASSIVE, Entry, Json, Template, decoded, load
from rfp_responder.text import fold

Allowed = Mapping[tuple[str, int, int], tuple[str, ...]]
SEPARATOR = "\n"  # between the choices of a group of check boxes, which hold commas
_ANSWER = 3  # the column
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TERM = re.compile(r"(!?)\s*\(?\s*([\w:.\-]+(?:/(?:yes|no))?)\s*\)?")


def read(path: Path) -> tuple[Grid, ...]:
    """One grid for each top-level block: ids in column A, texts in B, answers in C; raises QuestionnaireError."""
    template = load(path)
    return tuple(_grid(name, entries, template.members) for name, entries in template.blocks.items())


def write(path: Path, out: Path, edits: Sequence[Edit]) -> Written:
    """Copy the questionnaire with these answers as members of its top-level object; raises QuestionnaireError."""
    template = load(path)
    written: list[Edit] = []
    refused: list[tuple[Edit, str]] = []
    values: dict[str, str] = {}
    for edit in edits:
        entry = next((e for e in template.blocks.get(edit.sheet, ()) if e.row == edit.row), None)
        stored = _stored(entry, edit) if entry is not None else "the questionnaire has no such row"
        if isinstance(stored, str):
            refused.append((edit, stored))
            continue
        values.update(stored)
        text = _text(entry, edit.text) if entry is not None else edit.text
        written.append(Edit(edit.sheet, edit.row, edit.column, text))
    with atomic(out) as file:
        file.write(_with_answers(template, values).encode() if values else path.read_bytes())
    return Written(tuple(written), tuple(refused))


def prove_vsaq(source: Path, delivered: Path, edits: Sequence[Edit], allowed: Allowed) -> Proof:
    """What was proved: the delivered file is strict JSON, holds the questionnaire unchanged, and the answers alone."""
    before, text = load(source), decoded(delivered)
    try:
        after = json.loads(text)
    except ValueError as fault:
        if edits:
            raise _failed(f"it is no JSON ({fault})") from fault
        after = load(delivered).members
    expected: Json = dict(before.members)
    for edit in edits:
        entry = next((e for e in before.blocks.get(edit.sheet, ()) if e.row == edit.row), None)
        stored = _stored(entry, edit) if entry else "there is no such row"
        if isinstance(stored, str):
            raise _failed(f"row {edit.row} was written though {stored}")
        expected.update(stored)
        place = (edit.sheet, edit.row, edit.column)
        if place in allowed and edit.text not in allowed[place]:
            raise _failed(f"{cell_name(edit.row, edit.column)} holds {edit.text!r}, which its list forbids")
    if before.comments and edits:
        expected[COMMENTS] = before.comments
    if after != expected:
        names = [name for name in {**after, **expected} if after.get(name) != expected.get(name)]
        raise _failed(f"its members {', '.join(map(repr, names[:3]))} are not as reported")
    checks = ["the questionnaire itself is the same", "each answer stands under its item's id as VSAQ keeps it"]
    if edits and not set(expected) - set(before.members) - {COMMENTS}:
        checks.append("no member was added")
    elif text.startswith(before.text[: before.end]):
        checks.append("every character before the first answer is the same")
    return Proof("json", len(edits), checks=tuple(checks))


def _failed(what: str) -> QuestionnaireError:
    return QuestionnaireError(
        f"the filled file failed its proof and was removed: {what}", "This is a fault of ours; please report it."
    )


def _grid(name: str, entries: Sequence[Entry], members: Json) -> Grid:
    cells: dict[int, dict[int, Cell]] = {}
    items, others = [], []
    for entry in entries:
        present = _present(entry, members)
        shown = {1: entry.id, 2: entry.text, _ANSWER: present}
        cells[entry.row] = {column: Cell(text) for column, text in shown.items() if text}
        if entry.asks:
            items.append(_item(name, entry, entries, present))
        else:
            reason = PASSIVE.get(entry.type, "for the reviewer only")
            others.append(OtherRow(entry.row, cell_name(entry.row, _ANSWER), entry.text, reason))
    layout = SheetLayout(
        sheet=name,
        header_rows=(),
        id_column="A",
        question_column="B",
        answer_column="C",
        comment_column=None,
        choices=(),
        items=tuple(items),
        others=tuple(others),
    )
    return Grid(name, cells, known=layout)


def _item(sheet: str, entry: Entry, entries: Sequence[Entry], present: str) -> Item:
    notes: list[str] = []
    condition = _condition(entry, entry.condition, entries) or _condition(entry, entry.outer, entries)
    for said in (entry.condition, entry.outer):
        if said and (condition is None or condition.said != said):
            notes.append(f"VSAQ shows it only if: {said}")
    if entry.source.get("defaultChoice") is True:
        notes.append("VSAQ adds a choice 'None of the above.', which cannot be stored in a file")
    labels = tuple(label for label, _, _ in entry.choices)
    words, characters = limits(entry.text)
    longest = str(entry.source.get("maxlength") or "")
    shape: Shape = "several" if entry.several else "choice" if labels else "text"
    unwritable = "" if all(key for _, key, _ in entry.choices) and (entry.id or labels) else "it has no id to store by"
    if entry.type == "upload":
        shape, unwritable = "attachment", "a file has to be uploaded in VSAQ itself"
    elif entry.type not in {"line", "box", "yesno", "check", "radiogroup", "checkgroup"}:
        unwritable = f"items of the type {entry.type!r} are not known"
    blocked = "already filled" if present else ""
    if entry.source.get("auth") == "readonly":
        blocked = blocked or "VSAQ shows it for reading only"
    return Item(
        sheet=sheet,
        row=entry.row,
        id=entry.id or (entry.choices[0][1] if entry.choices else ""),
        question=Question(
            entry.id, entry.text, entry.section, labels, words, int(longest) if longest.isdigit() else characters
        ),
        answer_cell=cell_name(entry.row, _ANSWER),
        comment_cell=None,
        choices=labels,
        blocked=blocked,
        unwritable=unwritable,
        notes=tuple(notes),
        text=entry.text,
        shape=shape,
        condition=condition,
        separator=SEPARATOR,
        present=present,
    )


def _condition(entry: Entry, said: str, entries: Sequence[Entry]) -> Condition | None:
    """A condition that names choices of one item above (``a_no``, ``!a_home``, ``a_no || a_some``); None for others."""
    terms = [_TERM.fullmatch(term.strip()) for term in said.strip().removeprefix("(").removesuffix(")").split("||")]
    gate: Entry | None = None
    wanted: list[str] = []
    for term in terms:
        if term is None:
            return None
        found = next((e for e in entries[: entry.row - 1] if _names(e, term[2])), None)
        if found is None or found.several or (gate is not None and gate is not found):
            return None
        gate = found
        hit = set(_names(found, term[2]))
        wanted += [label for label, _, _ in found.choices if (label in hit) != bool(term[1])]
    if gate is None or len(set(wanted)) == len(gate.choices):
        return None
    return Condition(gate.row, tuple(dict.fromkeys(fold(label).casefold() for label in wanted)), said)


def _names(entry: Entry, name: str) -> list[str]:
    """The labels of the choices that a name in a condition stands for."""
    key, _, value = name.partition("/")
    wanted = value or "yes"
    if entry.type in {"yesno", "check"}:
        return [entry.choices[0 if wanted == "yes" else 1][0]] if entry.id == key else []
    return [label for label, own, _ in entry.choices if own == name]


def _present(entry: Entry, members: Json) -> str:
    """The answer that the file holds already, as labels; ``""`` for none."""
    if entry.choices:
        held = [label for label, key, value in entry.choices if key in members and members[key] == value]
        return SEPARATOR.join(held)
    value = members.get(entry.id) if entry.asks and entry.id else None
    return value if isinstance(value, str) else ""


def _text(entry: Entry, text: str) -> str:
    """A text as the item can hold it: no control characters, one line where it shows one line."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n"))
    return " ".join(text.split("\n")) if entry.type == "line" else text


def _stored(entry: Entry, edit: Edit) -> dict[str, str] | str:
    """The members that hold an answer, or the reason why it cannot be stored."""
    if edit.column != _ANSWER or not entry.asks or entry.type == "upload":
        return "the row takes no answer"
    if not entry.choices:
        return {entry.id: _text(entry, edit.text)} if entry.id else "the item has no id to store by"
    keys = {label: (key, value) for label, key, value in entry.choices}
    wanted = edit.text.split(SEPARATOR) if entry.several else [edit.text]
    if unknown := [label for label in wanted if label not in keys]:
        return f"{unknown[0][:40]!r} is none of the item's choices"
    if reserved := [keys[label][0] for label in wanted if keys[label][0] in {"", "questionnaire", COMMENTS}]:
        return f"the id {reserved[0]!r} cannot hold an answer"
    return dict(keys[label] for label in wanted)


def _with_answers(template: Template, values: Mapping[str, str]) -> str:
    """The text with the answers behind its last member; a member that is there already gets its new value."""
    text = template.text
    added = {COMMENTS: template.comments} if template.comments else {}
    added |= {key: value for key, value in values.items() if key not in template.spans}
    line = "\r\n" if "\r\n" in text else "\n"
    members = [f"{line}  {_quoted(key)}: {_quoted(value)}" for key, value in added.items()]
    pieces = [(template.end, template.end, "".join(f",{member}" for member in members))]
    pieces += [(*template.spans[key], _quoted(value)) for key, value in values.items() if key in template.spans]
    for start, end, new in sorted(pieces, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _quoted(text: str) -> str:
    """A JSON string in which VSAQ's replacements find nothing to replace."""
    return json.dumps(text, ensure_ascii=False).replace("\\\\", "\\u005c")
