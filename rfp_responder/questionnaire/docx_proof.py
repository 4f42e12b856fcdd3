"""The proof of a filled Word document: read back with python-docx, which shares no code with our writer.

Both documents are walked side by side. A paragraph may differ only where an answer was put, and then its text must be
the old one with the answer in its place; outside paragraphs only the state of a content control may differ.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rfp_responder.errors import QuestionnaireError
from rfp_responder.questionnaire import docx_file
from rfp_responder.questionnaire.account import Proof
from rfp_responder.questionnaire.docx_tables import TableCell, slot_of
from rfp_responder.questionnaire.docx_text import MARK_NAME
from rfp_responder.questionnaire.docx_write import Change, Splicer
from rfp_responder.questionnaire.model import Edit
from rfp_responder.questionnaire.package import opened
from rfp_responder.questionnaire.places import cell_name

Allowed = Mapping[tuple[str, int, int], tuple[str, ...]]
Element = Any  # an lxml element, which carries no types here
_STATE = frozenset({"showingPlcHdr", "dataBinding", "checked", "date", "dropDownList", "comboBox", "rStyle"})


def prove_document(source: Path, delivered: Path, edits: Sequence[Edit], allowed: Allowed) -> Proof:
    """What was proved of a filled document; raises QuestionnaireError when anything else than the edits differs."""
    part = docx_file.document_part(source)
    with opened(source) as old, opened(delivered) as new:
        same, changed = _same_parts(old, new, {part} if edits else set())
        total = len(old.namelist())
    word = docx_file.load(source)
    splicer, planned = docx_file.plan(word, edits)
    if planned.refused:
        raise _failed(f"{planned.refused[0][0].sheet!r} was written though {planned.refused[0][1]}")
    before, reader = _root(source, part)
    after, again = _root(delivered, part)
    if reader != again:
        raise _failed(f"{reader} opens the questionnaire but not the delivered file")
    differing = _differing(before, after)
    _same_texts(before, after, splicer, differing)
    _same_states(before, after, splicer)
    _same_cells(word, docx_file.load(delivered), planned.edits, allowed)
    checks = (
        f"{len(differing)} paragraphs differ, each by its answer alone",
        "no table, row, control or picture was added or lost",
        "every tick and every chosen value is one that was reported",
    )
    return Proof(reader, len(edits), same, total, changed, checks)


def _failed(what: str) -> QuestionnaireError:
    return QuestionnaireError(
        f"the filled file failed its proof and was removed: {what}",
        "This is a fault of ours; please report it.",
    )


def _same_parts(old: zipfile.ZipFile, new: zipfile.ZipFile, may_differ: set[str]) -> tuple[int, tuple[str, ...]]:
    """How many parts are identical, and the names of those that may differ and do."""
    if old.namelist() != new.namelist():
        raise _failed("its parts are not those of the questionnaire")
    same, changed = 0, []
    for before, after in zip(old.infolist(), new.infolist(), strict=True):
        if (before.CRC, before.file_size) == (after.CRC, after.file_size) and _stored(old, before) == _stored(
            new, after
        ):
            same += 1
        elif before.filename in may_differ:
            changed.append(before.filename)
        else:
            raise _failed(f"part {before.filename} differs")
    return same, tuple(changed)


def _stored(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | None:
    """The part's bytes; None for one that cannot be read, whose size and checksum must do."""
    try:
        return package.read(info)
    except (NotImplementedError, zipfile.BadZipFile, EOFError):
        return None


def _root(path: Path, part: str) -> tuple[Element, str]:
    """The document element and who read it."""
    import docx

    try:
        return docx.Document(str(path)).element, "python-docx"
    except Exception:  # it knows neither the strict form nor some packages that Word opens: then the XML library alone
        from lxml import etree

        with opened(path) as package:
            safe = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
            return etree.fromstring(package.read(part), safe), "lxml"


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


def _paragraphs(root: Element) -> list[Element]:
    return [each for each in root.iter() if _name(each) == "p" and "wordprocessingml" in str(each.tag)]


def _differing(before: Element, after: Element) -> list[tuple[int, Element, Element]]:
    """Paragraphs that differ, with their number (zero-based); raises for any other difference."""
    from lxml import etree

    held = _paragraphs(before)
    numbers = {id(each): n for n, each in enumerate(held)}
    found: list[tuple[int, Element, Element]] = []
    pairs = [(before, after)]
    while pairs:
        old, new = pairs.pop()
        if id(old) in numbers and _name(new) == "p":
            if etree.tostring(old, method="c14n") != etree.tostring(new, method="c14n"):
                found.append((numbers[id(old)], old, new))
            continue
        children = list(old), list(new)
        if _name(old) in {"sdtPr", "checkbox", "checkBox"}:  # their state may have changed, nothing else of them
            children = _stateless(children[0]), _stateless(children[1])
        if old.tag != new.tag or old.attrib != new.attrib or (old.text or "") != (new.text or ""):
            raise _failed(f"an element {_name(old)} outside the answers differs")
        if len(children[0]) != len(children[1]):
            raise _failed(f"an element {_name(old)} holds {len(children[1])} others, it held {len(children[0])}")
        pairs += zip(*children, strict=True)
    assert len(held) >= len(found)  # keeps the elements, and with them their identity, alive
    return sorted(found, key=lambda each: each[0])


def _stateless(children: list[Element]) -> list[Element]:
    return [each for each in children if _name(each) not in _STATE]


def _runs(paragraph: Element) -> Iterator[Element]:
    for run in paragraph.iter():
        if _name(run) != "r" or "wordprocessingml" not in str(run.tag):
            continue
        above = [_name(each) for each in run.iterancestors()]
        inner = above[: above.index("p")]
        if (
            not {"del", "moveFrom"} & set(inner)
            and next(e for e in run.iterancestors() if _name(e) == "p") is paragraph
        ):
            yield run


def _text(paragraph: Element) -> str:
    """The text of a paragraph in Word's own elements: tabs and line breaks as one character each."""
    signs = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
    pieces = []
    for run in _runs(paragraph):
        for child in run:
            if _name(child) == "t":
                pieces.append((child.text or "").replace("\n", " ").replace("\r", " ").replace("\t", " "))
            else:
                pieces.append(signs.get(_name(child), ""))
    return "".join(pieces)


def _same_texts(
    before: Element, after: Element, splicer: Splicer, differing: list[tuple[int, Element, Element]]
) -> None:
    """Each paragraph's text is the old one with its answers put in, and what is no text was kept."""
    expected = {number: _changed(p.text, changes) for number, (p, changes) in splicer.changes.items()}
    found = {number: (old, new) for number, old, new in differing}
    news = _paragraphs(after)
    olds = _paragraphs(before)
    for number, text in expected.items():
        if _text(olds[number]) != splicer.changes[number][0].text:
            raise _failed(f"paragraph {number + 1} of the questionnaire reads differently to python-docx")
        if _text(news[number]) != text:
            raise _failed(f"paragraph {number + 1} reads {_text(news[number])[:60]!r}, expected {text[:60]!r}")
    for number, (old, new) in found.items():
        if number not in expected and _text(old) != _text(new):
            raise _failed(f"paragraph {number + 1} differs and holds no answer")
        was, now = _others(old), _others(new)
        gained = (now - was).keys() - {"result"} - _looks(new)
        if other := sorted((was - now).keys() | gained):
            raise _failed(f"paragraph {number + 1} lost or got an element {other[0]}")


def _changed(text: str, changes: Sequence[Change]) -> str:
    for change in sorted(changes, key=lambda each: (each.start, each.end), reverse=True):
        text = text[: change.start] + change.text + text[change.end :]
    return text


def _others(paragraph: Element) -> Counter[str]:
    """What a paragraph holds beside text and our bookmarks: pictures, fields, controls, looks."""
    passed = {"t", "br", "tab", "cr", "noBreakHyphen", "r", "rPr", *_STATE}
    ours = {_value(each, "id") for each in paragraph.iter() if _value(each, "name").startswith(MARK_NAME)}
    return Counter(
        name
        for each in paragraph.iter()
        if (name := _name(each)) not in passed and not (name.startswith("bookmark") and _value(each, "id") in ours)
    )


def _looks(paragraph: Element) -> set[str]:
    """What the looks of runs hold: a new run takes over its neighbour's."""
    return {_name(each) for look in paragraph.iter() if _name(look) == "rPr" for each in look}


def _value(element: Element, name: str) -> str:
    """An attribute by its local name."""
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith("}" + name)), "")


def _same_states(before: Element, after: Element, splicer: Splicer) -> None:
    """As many boxes are ticked, and the lists set, as was reported."""
    wanted = sum(box.kind in {"control", "field"} for box in splicer.ticked)
    ticked = _ticked(after) - _ticked(before)
    if ticked != wanted:
        raise _failed(f"{ticked} boxes were ticked, {wanted} were reported")
    chosen = _chosen(after) - _chosen(before)
    if splicer.chosen and chosen - Counter(splicer.chosen):
        raise _failed(f"a list was set to {next(iter(chosen))!r}, which was not reported")


def _ticked(root: Element) -> int:
    count = 0
    for each in root.iter():
        if _name(each) in {"checkBox", "checkbox"}:
            states = [s for name in ("checked", "default") for s in each if _name(s) == name]
            value = next((v for k, v in states[0].attrib.items() if k.endswith("}val")), "1") if states else "0"
            count += value not in {"0", "false", "off"}
    return count


def _chosen(root: Element) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in root.iter():
        if _name(each) == "ddList":
            entries = [next(iter(e.attrib.values()), "") for e in each if _name(e) == "listEntry"]
            index = next((int(next(iter(e.attrib.values()))) for e in each if _name(e) == "result"), 0)
            found[entries[index] if index < len(entries) else ""] += 1
    return found


def _same_cells(word: docx_file.Word, again: docx_file.Word, edits: Sequence[Edit], allowed: Allowed) -> None:
    """The tables cell by cell, as our own reader sees them, and every written value on its list."""
    expected = {(edit.sheet, edit.row, edit.column): edit.text for edit in edits}
    tables = {table.name: table for table in again.tables}
    for table in word.tables:
        if table.name in word.apart:
            continue
        for place, cell in table.cells.items():
            now = tables[table.name].cells.get(place)
            wanted = expected.get((table.name, *place))
            shown = None if now is None else _shown(cell, now, written=wanted is not None)
            if shown != (_shown(cell, cell, written=False) if wanted is None else wanted):
                where = f"{table.name!r} {cell_name(*place)}"
                raise _failed(f"cell {where} reads {str(shown)[:60]!r}, expected {str(wanted)[:60]!r}")
    for key, text in expected.items():
        if key in allowed and text not in allowed[key]:
            raise _failed(f"cell {key[0]!r} {cell_name(key[1], key[2])} holds {text!r}, which its list forbids")


def _shown(before: TableCell, now: TableCell, *, written: bool) -> str:
    """What a cell shows now, read as what it took: the box that is ticked, the value of its list, else its text."""
    slot = slot_of(before)
    if slot.group is not None or (slot.hole is not None and slot.hole.entries is not None):
        return slot_of(now).shown
    return now.text.strip() if written and slot.hole is not None else now.text
