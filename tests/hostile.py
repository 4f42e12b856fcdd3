"""Makers of questionnaires that harm a careless reader: workbooks as raw XML, so that each part can be wrong."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

WORKBOOK, SHEET, STRINGS, STYLES = (
    "xl/workbook.xml",
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
)
RELS, BOOK_RELS, TYPES = "_rels/.rels", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
ASKED = ("Do you encrypt data at rest?", "Do you test your backups?")
ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Question</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>Answer</t></is></c></row>'
    + "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{text}</t></is></c><c r="B{n}"/></row>'
        for n, text in enumerate(ASKED, 2)
    )
)
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>"
)
QUADRATIC = f'<!DOCTYPE x [<!ENTITY a "{"ha" * 50_000}">]>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
REMOTE = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><!-- -->'
PARAMETER = '<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/hostname"> %a;]>'


def sheet(rows: str = ROWS, before: str = "", after: str = "") -> str:
    """A worksheet part around these rows."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def parts(body: str | None = None, names: str = "", title: str = "Questions") -> dict[str, str | bytes]:
    """The parts of a small, sound workbook with one sheet; ``names`` stands in ``definedNames``."""
    return {
        TYPES: f'<Types xmlns="{_TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{WORKBOOK}" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/{SHEET}" ContentType="{_SHEET_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/{STYLES}" ContentType="{_SHEET_TYPE}.styles+xml"/>'
        f'<Override PartName="/{STRINGS}" ContentType="{_SHEET_TYPE}.sharedStrings+xml"/></Types>',
        RELS: f'<Relationships xmlns="{_RELS}"><Relationship Id="rId1" Type="{_REL}/officeDocument" '
        f'Target="{WORKBOOK}"/></Relationships>',
        WORKBOOK: f'<workbook xmlns="{MAIN}" xmlns:r="{_REL}"><sheets><sheet name="{title}" sheetId="1" r:id="rId1"/>'
        f"</sheets>{f'<definedNames>{names}</definedNames>' if names else ''}</workbook>",
        BOOK_RELS: f'<Relationships xmlns="{_RELS}">'
        f'<Relationship Id="rId1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_REL}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId3" Type="{_REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        STYLES: f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts>'
        '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
        '<borders count="1"><border><left/></border></borders><cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs>'
        '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellXfs></styleSheet>',
        STRINGS: f'<sst xmlns="{MAIN}"><si><t>Shared</t></si></sst>',
        SHEET: body if body is not None else sheet(),
    }


def packed(path: Path, members: Mapping[str, str | bytes], kind: int = zipfile.ZIP_DEFLATED) -> Path:
    """These parts as a zip."""
    with zipfile.ZipFile(path, "w", kind) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return path


def book(path: Path, body: str | None = None, names: str = "") -> Path:
    """A workbook with this worksheet part; see ``parts``."""
    return packed(path, parts(body, names))


def with_parts(path: Path, changes: Mapping[str, str | bytes | None]) -> Path:
    """The small workbook with some parts replaced, added, or (None) dropped."""
    members = parts() | {name: data for name, data in changes.items() if data is not None}
    return packed(path, {name: data for name, data in members.items() if changes.get(name, "") is not None})


def row(number: object, cells: str = "", more: str = "") -> str:
    """A row element."""
    return f'<row r="{number}" {more}>{cells}</row>'


def text_cell(name: str, text: str, more: str = "") -> str:
    """A cell with its text in place."""
    return f'<c r="{name}" {more} t="inlineStr"><is><t>{text}</t></is></c>'


def declared(part: str, document_type: str, reference: str = "&a;") -> Callable[[Path], Path]:
    """A workbook whose ``part`` declares a document type and uses an entity of it."""

    def make(path: Path) -> Path:
        members = parts()
        text = members[part]
        assert isinstance(text, str)
        head, _, tail = text.rpartition("</")
        return packed(path, members | {part: f'<?xml version="1.0"?>{document_type}{head}{reference}</{tail}'})

    return make


def tampered(path: Path, change: Callable[[bytearray], object]) -> Path:
    """The small workbook's bytes, changed in place."""
    data = bytearray(packed(path, parts()).read_bytes())
    change(data)
    path.write_bytes(bytes(data))
    return path


def field_of(data: bytearray, name: str, offset: int, value: bytes, *, local: bool = False) -> None:
    """Overwrite a field of a member's header, in the directory or (``local``) before its data."""
    mark, size = (b"PK\x03\x04", 30) if local else (b"PK\x01\x02", 46)
    at = -1
    while (at := data.find(mark, at + 1)) >= 0:
        if data[at + size : at + size + len(name)] == name.encode():
            data[at + offset : at + offset + len(value)] = value
            return
    raise AssertionError(f"no member {name}")


def lying_size(path: Path) -> Path:
    """Both headers say that the sheet unpacks to 100 bytes; it unpacks to 40 MB."""
    small = parts() | {SHEET: sheet(ROWS + " " * 40_000_000)}
    data = bytearray(packed(path, small).read_bytes())
    for local, offset in ((False, 24), (True, 22)):
        field_of(data, SHEET, offset, struct.pack("<L", 100), local=local)
    path.write_bytes(bytes(data))
    return path


def overlapping(path: Path, copies: int = 500) -> Path:
    """Many directory entries that all point at one member's data, as in a quine bomb without nesting."""
    members = parts()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
        package.writestr("xl/media/a.bin", bytes(4_000_000))
        first = package.getinfo("xl/media/a.bin")
        for n in range(copies):
            twin = zipfile.ZipInfo(f"xl/media/a{n}.bin")
            for slot in ("compress_type", "flag_bits", "CRC", "compress_size", "file_size", "header_offset"):
                setattr(twin, slot, getattr(first, slot))
            package.filelist.append(twin)
    path.write_bytes(buffer.getvalue())
    return path


def streamed(path: Path) -> Path:
    """A sound workbook whose members carry data descriptors, as streaming writers leave them."""

    class Unseekable(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, block: object) -> int:
            self.data += bytes(block)  # type: ignore[call-overload]
            return len(bytes(block))  # type: ignore[call-overload]

    out = Unseekable()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts().items():
            package.writestr(name, data)
    path.write_bytes(bytes(out.data))
    return path
