"""Makers of the things Word forms are made of: content controls, form fields, boxes, lines."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from office import control, paragraph, run, word

from rfp_responder.domain import Answer, Question
from rfp_responder.questionnaire import docx_file
from rfp_responder.questionnaire.model import Edit, Grid, Item, Written

_W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
GREY = '<w:rStyle w:val="PlaceholderText"/>'
TAP = "Click or tap here to enter text."


def form(path: Path, *body: str) -> Path:
    """A Word document that python-docx opens too."""
    word(path, *body)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("[Content_Types].xml", _TYPES)
    return path


def text_control(shown: str = TAP, properties: str = "<w:text/>") -> str:
    """A content control for text that shows its placeholder."""
    return control(run(shown, GREY), f"<w:showingPlcHdr/>{properties}")


def list_control(*entries: str, shown: str = "") -> str:
    """A drop-down that shows its placeholder, or one of its entries."""
    items = "".join(f'<w:listItem w:displayText="{e}" w:value="{n}"/>' for n, e in enumerate(entries, 1))
    menu = f'<w:dropDownList><w:listItem w:displayText="Choose an item." w:value=""/>{items}</w:dropDownList>'
    if shown:
        return control(run(shown), menu)
    return control(run("Choose an item.", GREY), f"<w:showingPlcHdr/>{menu}")


def date_control() -> str:
    """A date picker that shows its placeholder."""
    return control(
        run("Click or tap to enter a date.", GREY),
        '<w:showingPlcHdr/><w:date w:fullDate="2001-01-01T00:00:00Z"><w:lid w:val="en-US"/></w:date>',
    )


def box_control(words: str, ticked: int = 0) -> str:
    """A checkbox as a content control, and its words."""
    state = (
        f'<w14:checkbox {_W14}><w14:checked w14:val="{ticked}"/><w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
        '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox>'
    )
    return control(run("☒" if ticked else "☐"), state) + (run(f" {words}  ") if words else "")


def field(code: str, data: str, shown: str = "") -> str:
    """A legacy form field."""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:enabled/>{data}</w:ffData></w:fldChar></w:r>'
        f'<w:r><w:instrText> {code} </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f'{run(shown) if shown else ""}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def text_field(shown: str = "\u2002" * 5, longest: int = 0) -> str:
    """A legacy text field."""
    limit = f'<w:maxLength w:val="{longest}"/>' if longest else ""
    return field("FORMTEXT", f"<w:textInput>{limit}</w:textInput>", shown)


def box_field(words: str, data: str = '<w:checkBox><w:sizeAuto/><w:default w:val="0"/></w:checkBox>') -> str:
    """A legacy checkbox and its words."""
    return field("FORMCHECKBOX", data) + run(f" {words} ")


def list_field(*entries: str) -> str:
    """A legacy drop-down."""
    items = "".join(f'<w:listEntry w:val="{entry}"/>' for entry in entries)
    return field("FORMDROPDOWN", f"<w:ddList>{items}</w:ddList>")


def of(path: Path) -> Grid:
    """The form of a document."""
    (grid,) = (grid for grid in docx_file.read(path) if grid.name == docx_file.FORM)
    return grid


def items(path: Path) -> tuple[Item, ...]:
    """What the form asks."""
    known = of(path).known
    assert known is not None
    return known.items


def asked(path: Path) -> list[str]:
    """The questions of the form, in order."""
    return [item.question.text for item in items(path)]


def put(path: Path, out: Path, *cells: tuple[int, int, str], sheet: str = docx_file.FORM) -> Written:
    """Write these texts (row, column, text)."""
    return docx_file.write(path, out, [Edit(sheet, row, column, text) for row, column, text in cells])


def body(path: Path) -> str:
    """The document part."""
    with zipfile.ZipFile(path) as package:
        return package.read("word/document.xml").decode()


def lines(path: Path) -> list[str]:
    """Every paragraph's text as python-docx's XML library reads it, in order."""
    import docx

    def text(node: Any) -> str:
        signs = {"t": None, "br": "\n", "tab": "\t"}
        names = ((each, str(each.tag).rpartition("}")[2]) for each in node.iter())
        return "".join(each.text or "" if name == "t" else signs[name] or "" for each, name in names if name in signs)

    root = docx.Document(str(path)).element
    return [text(each) for each in root.iter() if str(each.tag).endswith("}p")]


def answering(reply: str) -> Callable[[Question], Answer]:
    """An answerer that says this to every question."""
    from workbooks import answer_to

    return lambda question: answer_to(question, reply, question.choices[0] if question.choices else None)


def bare(xml: str, *texts: str) -> str:
    """The XML without these texts and without our hidden bookmarks, to compare what stands around them."""
    marks = r'<w:bookmarkStart w:id="\d+" w:name="_rfp_[\d_]+"/><w:bookmarkEnd w:id="\d+"/>'
    return re.sub("|".join((marks, *map(re.escape, texts))), "", xml)


def paragraphs(*texts: str) -> Sequence[str]:
    """Paragraphs of these texts."""
    return [paragraph(text) for text in texts]
