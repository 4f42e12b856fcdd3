"""The zip around a workbook or a document: opened with limits, copied member by member without recompression.

Every fault is a QuestionnaireError: no zip, encrypted (OLE), old binary formats, damaged, over the limits.
"""

from __future__ import annotations

import copy
import os
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from xml.parsers import expat

from rfp_responder.errors import QuestionnaireError
from rfp_responder.officezip import MAX_PART, OLE, ZIP_FAULTS, fault_of

_LOCAL_HEADER = struct.Struct("<4s5H3L2H")


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The package, checked against the limits; raises QuestionnaireError."""
    refuse_other_containers(path)
    try:
        package = zipfile.ZipFile(path)
    except ZIP_FAULTS as error:
        raise QuestionnaireError(
            f"{path.name} is no readable Office file ({error})", "Open it in Office and save it again."
        ) from error
    with package:
        fault = fault_of(package)
        if fault:
            raise QuestionnaireError(f"{path.name}: {fault[0]}", f"{fault[1]}.")
        yield package


def refuse_other_containers(path: Path) -> None:
    """Name encrypted and binary files for what they are; raises QuestionnaireError."""
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
    except OSError as fault:
        raise QuestionnaireError(
            f"cannot read {path} ({fault.strerror or fault})", "Check the path and the file's permissions."
        ) from fault
    if not head.startswith(OLE):
        return
    if "EncryptedPackage".encode("utf-16-le") in head or _mentions_encryption(path):
        raise QuestionnaireError(
            f"{path.name} is encrypted with a password", "Remove the password in Office and save it again."
        )
    raise QuestionnaireError(
        f"{path.name} is an old binary Office file whatever its name says", "Save it as .xlsx or .docx."
    )


def _mentions_encryption(path: Path) -> bool:
    """The OLE directory may stand anywhere in the file; encrypted questionnaires are small enough to look
    through.
    """
    with path.open("rb") as file:
        return "EncryptedPackage".encode("utf-16-le") in file.read(64 << 20)


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
        data = package.read(name)
    except KeyError as fault:
        raise QuestionnaireError(f"{label} lacks its part {name}", "Open it in Office and save it again.") from fault
    except ZIP_FAULTS as fault:
        raise QuestionnaireError(
            f"{label}: part {name} is damaged ({fault})", "Open it in Office and save it again."
        ) from fault
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or data[:4] in {b"<\0?\0", b"\0<\0?"}:
        raise QuestionnaireError(
            f"{label}: part {name} is written in UTF-16, which is not supported", "Save it again in Excel."
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
        raise QuestionnaireError(f"{label} is broken XML ({fault})", "Open it in Office and save it again.") from fault
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
            else:
                _copy_raw(package, copied, fresh)


def _copy_raw(package: zipfile.ZipFile, copied: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Append one member without inflating it. ``info`` is our own copy of the source's."""
    reader, writer = package.fp, copied.fp
    assert reader is not None and writer is not None  # both are open
    reader.seek(info.header_offset)
    header = _LOCAL_HEADER.unpack(reader.read(_LOCAL_HEADER.size))
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
            raise QuestionnaireError("the file ends inside a part", "Open it in Office and save it again.")
        writer.write(block)
        size -= len(block)


@contextmanager
def atomic(target: Path) -> Iterator[IO[bytes]]:
    """A file beside ``target`` that replaces it when the block ends well, and is removed when it does not."""
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    except OSError as fault:
        raise QuestionnaireError(
            f"cannot write to the folder {target.parent} ({fault.strerror})", "Name another output file."
        ) from fault
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)  # mkstemp makes files private; a deliverable is an ordinary file
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
