"""The zip around a workbook or a document: opened with limits, copied member by member without recompression.

Every fault is a QuestionnaireError: no zip, encrypted (OLE), old binary formats, damaged, over the limits.
"""

from __future__ import annotations

import copy
import os
import shlex
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO
from xml.parsers import expat

from rfp_responder.errors import QuestionnaireError
from rfp_responder.officezip import LOCAL_HEADER, MAX_PART, OLE, ZIP_FAULTS, fault_of
from rfp_responder.staged import staged

MAX_XML = 64 << 20  # bytes of a package's XML; the largest real questionnaire at hand has 1,226,241
MAX_TAGS = 4_000_000  # "<" in one part; the busiest real part at hand has 15,708
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, 9})  # 9 is deflate64: copied, never unpacked
_AGAIN = "Open it in Office and save it again."
_SIGNATURES = "_xmlsignatures/"
_KINDS = (  # how files begin that are sent under an Office name
    (b"%PDF", "a PDF", "Ask for the questionnaire as .xlsx or .docx."),
    (b"{\\rtf", "an RTF text", "Save it as .docx in Word."),
    (b"\x89PNG", "a picture", "Ask for the questionnaire as .xlsx or .docx."),
    (b"\xff\xd8\xff", "a picture", "Ask for the questionnaire as .xlsx or .docx."),
    (b"\x1f\x8b", "packed with gzip", "Unpack it first."),
    (b"Rar!", "packed with RAR", "Unpack it first."),
    (b"7z\xbc\xaf", "packed with 7-Zip", "Unpack it first."),
)
_STREAMS = (("Workbook", "xlsx"), ("WordDocument", "docx"), ("Book", "xlsx"))  # of old binary files; the new suffix


def converting(name: str, suffix: str) -> str:
    """The remedy for a file of an old or foreign format: how to get a copy as ``suffix`` (``"xlsx"``)."""
    program = "Excel" if suffix == "xlsx" else "Word"
    command = f"soffice --headless --convert-to {suffix} --outdir converted {shlex.quote(name)}"
    loss = "; that drops some drop-downs, so a file saved by Excel is better" if suffix == "xlsx" else ""
    return f"Save it as .{suffix} in {program}, or convert a copy with LibreOffice: {command}{loss}."


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The package, checked against the limits; raises QuestionnaireError."""
    refuse_other_containers(path)
    try:
        package = zipfile.ZipFile(path)
    except ZIP_FAULTS as error:
        raise QuestionnaireError(f"{path.name} is no readable Office file ({error})", _AGAIN) from error
    with package:
        fault = fault_of(package) or _fault(package)
        if fault:
            raise QuestionnaireError(f"{path.name}: {fault[0]}", f"{fault[1]}.")
        yield package


def _fault(package: zipfile.ZipFile) -> tuple[str, str] | None:
    """What a document may have and a questionnaire may not, and the remedy: it is written again, and by parts."""
    names: set[str] = set()
    xml = 0
    for member in package.infolist():
        name = member.filename.casefold()  # names of parts differ in more than case
        if name in names:
            return f"it holds the part {member.filename} twice, and programs differ in which they read", _AGAIN[:-1]
        names.add(name)
        if member.compress_type not in _METHODS:
            return f"its part {member.filename} is packed in a way that Office never uses", _AGAIN[:-1]
        if name.endswith((".xml", ".rels", ".vml")):
            xml += member.file_size
        try:
            package.open(member).close()  # its header is where the directory says, and of the same name
        except NotImplementedError:
            pass  # copied as it is
        except ZIP_FAULTS as fault:
            return f"its part {member.filename} is damaged ({fault})", _AGAIN[:-1]
    if xml > MAX_XML:
        return f"it holds {xml:,} bytes of XML, at most {MAX_XML:,} are read", "Save only the questionnaire's sheets"
    return None


def refuse_other_containers(path: Path) -> None:
    """Name encrypted, binary and other files for what they are; raises QuestionnaireError."""
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
    except OSError as fault:
        raise QuestionnaireError(
            f"cannot read {path} ({fault.strerror or fault})", "Check the path and the file's permissions."
        ) from fault
    if head.startswith(OLE):
        _refuse_compound(path, head)
    for start, kind, remedy in _KINDS:
        if head.startswith(start):
            raise QuestionnaireError(f"{path.name} is {kind} whatever its name says", remedy)
    if not head:
        raise QuestionnaireError(f"{path.name} is no readable Office file (it is empty)", "Ask for the file again.")
    begins = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if begins.startswith((b"<!doctype html", b"<html", b"<?xml", b"<table")):
        kind = "an XML" if begins.startswith(b"<?xml") else "an HTML"
        raise QuestionnaireError(f"{path.name} is {kind} text whatever its name says", converting(path.name, "xlsx"))


def _refuse_compound(path: Path, head: bytes) -> None:
    """An OLE file is encrypted or old; its directory may stand anywhere in it, and questionnaires are small."""
    with path.open("rb") as file:
        data = head + file.read(64 << 20)
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise QuestionnaireError(
            f"{path.name} is encrypted with a password",
            "Open it in Office with the password, remove the password and save it again.",
        )
    suffix = next((suffix for stream, suffix in _STREAMS if stream.encode("utf-16-le") in data), "")
    remedy = converting(path.name, suffix) if suffix else "Save it as .xlsx or .docx."
    raise QuestionnaireError(f"{path.name} is an old binary Office file whatever its name says", remedy)


def refuse_signed(package: zipfile.ZipFile, label: str) -> None:
    """Raise QuestionnaireError for a signed file, which nobody can fill; ``label`` is its name."""
    if any(name.casefold().startswith(_SIGNATURES) for name in package.namelist()):
        raise QuestionnaireError(
            f"{label} is digitally signed and any change breaks the signature",
            "Ask for an unsigned copy, or remove the signature in Office.",
        )


def read_part(package: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of one part; raises QuestionnaireError when it is absent, damaged, too large or UTF-16."""
    label = Path(package.filename or "").name
    try:
        info = package.getinfo(name)
        if info.file_size > MAX_PART:
            raise QuestionnaireError(
                f"{label}: part {name} is {info.file_size >> 20} MiB, the limit is {MAX_PART >> 20} MiB",
                "Save only the questionnaire's sheets into a new file.",
            )
        with package.open(info) as member:
            data = member.read(info.file_size + 1)  # with a size: read() unpacks all there is, whatever is stated
    except KeyError as fault:
        raise QuestionnaireError(f"{label} lacks its part {name}", _AGAIN) from fault
    except ZIP_FAULTS as fault:
        raise QuestionnaireError(f"{label}: part {name} is damaged ({fault})", _AGAIN) from fault
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in data[:4]:
        raise QuestionnaireError(
            f"{label}: part {name} is written in UTF-16 or UTF-32, which is not supported", "Save it again in Excel."
        )
    if (tags := data.count(b"<")) > MAX_TAGS:
        raise QuestionnaireError(
            f"{label}: part {name} holds {tags:,} tags, the limit is {MAX_TAGS:,}",
            "Save only the questionnaire's rows into a new file.",
        )
    return data


def parse(data: bytes, label: str, handlers: Mapping[str, Callable[..., object]]) -> expat.XMLParserType:
    """Run expat over a part; names come as ``"namespace local"``. Entities and DTDs are refused."""
    parser = make_parser(handlers)
    run_parser(parser, data, label)
    return parser


def make_parser(handlers: Mapping[str, Callable[..., object]]) -> expat.XMLParserType:
    """An expat parser with these handlers that refuses document types (billion laughs, external entities)."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise _ForbiddenXml

    parser.StartDoctypeDeclHandler = refuse
    for name, handler in handlers.items():
        setattr(parser, name, handler)
    return parser


class _ForbiddenXml(Exception):
    """The part declares a document type."""


def run_parser(parser: expat.XMLParserType, data: bytes, label: str) -> None:
    """Feed the whole part; raises QuestionnaireError for broken or forbidden XML. ``label`` names file
    and part.
    """
    try:
        parser.Parse(data, True)
    except expat.ExpatError as fault:
        raise QuestionnaireError(f"{label} is broken XML ({fault})", _AGAIN) from fault
    except (LookupError, ValueError) as fault:
        if type(fault) is not LookupError and "multi-byte" not in str(fault):
            raise  # a handler's own fault
        raise QuestionnaireError(
            f"{label} is written in an encoding that is not supported ({fault})", "Save it again in Office."
        ) from fault
    except _ForbiddenXml as fault:
        raise QuestionnaireError(
            f"{label} declares a document type, which no Office program writes",
            "Ask the sender for a clean copy.",
        ) from fault


def local(name: str) -> str:
    """The local part of an expat name."""
    return name.rpartition(" ")[2]


def write_copy(source: Path, target: Path, changed: Mapping[str, bytes]) -> None:
    """Write ``source`` with some parts replaced; the other members' compressed bytes are copied as they are.

    The copy is built beside the target and moved over it in one step.
    """
    with opened(source) as package, atomic(target) as file, zipfile.ZipFile(file, "w") as copied:
        copied.comment = package.comment
        for info in package.infolist():
            fresh = copy.copy(info)  # zipfile changes the object it writes; the source still needs its own
            if info.filename in changed:
                fresh.extra = b""
                kind = info.compress_type if info.compress_type in {0, 8} else zipfile.ZIP_DEFLATED
                copied.writestr(fresh, changed[info.filename], compress_type=kind)
                continue
            try:
                _copy_raw(package, copied, fresh)
            except ZIP_FAULTS as fault:
                raise QuestionnaireError(
                    f"{source.name}: part {info.filename} cannot be copied ({fault})", _AGAIN
                ) from fault


def _copy_raw(package: zipfile.ZipFile, copied: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Append one member without inflating it. ``info`` is our own copy of the source's."""
    reader, writer = package.fp, copied.fp
    assert reader is not None and writer is not None  # both are open
    reader.seek(info.header_offset)
    header = LOCAL_HEADER.unpack(reader.read(LOCAL_HEADER.size))
    reader.seek(header[9] + header[10], os.SEEK_CUR)
    info.flag_bits &= ~0x08  # sizes are known now, so no data descriptor follows
    info.extra = b""  # time stamps of the zip and zip64 sizes; nothing of the Office file
    writer.seek(copied.start_dir)
    info.header_offset = writer.tell()
    writer.write(info.FileHeader(zip64=False))
    _pump(reader, writer, info.compress_size)
    copied.filelist.append(info)
    copied.NameToInfo[info.filename] = info
    copied.start_dir = writer.tell()
    copied._didModify = True  # type: ignore[attr-defined]  # without it close() writes no directory


def _pump(reader: IO[bytes], writer: IO[bytes], size: int) -> None:
    while size > 0:
        block = reader.read(min(size, 1 << 20))
        if not block:
            raise QuestionnaireError("the file ends inside a part", _AGAIN)
        writer.write(block)
        size -= len(block)


@contextmanager
def atomic(target: Path) -> Iterator[IO[bytes]]:
    """A file beside ``target`` that replaces it when the block ends well, and is removed when it does not.

    Raises QuestionnaireError where the folder takes no file.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(staged(target))
        except OSError as fault:
            raise QuestionnaireError(
                f"cannot write to the folder {target.parent} ({fault.strerror})", "Name another output file."
            ) from fault
        yield file
