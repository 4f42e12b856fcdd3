"""The zip around an Office file: its limits are checked before any engine opens it, its XML parts are parsed safely.

Every fault is a DocumentError: no zip, encrypted or of the legacy format (OLE), damaged, a bomb, forbidden XML.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rfp_responder.errors import DocumentError
from rfp_responder.officezip import MAX_PART, OLE, ZIP_FAULTS, fault_of

Element = Any  # an element of lxml, whose package carries no types


@contextmanager
def opened(path: Path, kind: str) -> Iterator[zipfile.ZipFile]:
    """The package of a ``kind`` ("Word document"), checked against the limits; raises DocumentError."""
    with path.open("rb") as file:
        if file.read(8) == OLE:
            raise DocumentError(
                f"{path.name}: is encrypted or of the legacy format, and no open {kind}",
                "Open it in Office and save it anew without a password in the format its suffix names",
            )
    try:
        package = zipfile.ZipFile(path)
    except ZIP_FAULTS as error:
        raise DocumentError(
            f"{path.name}: is damaged or no {kind} ({error})", "Open it in Office and save it again"
        ) from error
    with package:
        fault = fault_of(package)
        if fault:
            raise DocumentError(f"{path.name}: {fault[0]}", fault[1])
        yield package


def part(package: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of one part; raises DocumentError when it is absent, damaged or too large."""
    label = Path(package.filename or "").name
    try:
        info = package.getinfo(name)
        if info.file_size > MAX_PART:
            raise DocumentError(
                f"{label}: its part {name} is {info.file_size:,} bytes, at most {MAX_PART:,} are read", "Split it"
            )
        return package.read(name)
    except KeyError as fault:
        raise DocumentError(f"{label}: lacks its part {name}", "Open it in Office and save it again") from fault
    except ZIP_FAULTS as fault:
        raise DocumentError(
            f"{label}: its part {name} is damaged ({fault})", "Open it in Office and save it again"
        ) from fault


def xml(package: zipfile.ZipFile, name: str, data: bytes | None = None) -> Element:
    """The root of an XML part, read without entities, document types or network; raises DocumentError."""
    from lxml import etree

    label = Path(package.filename or "").name
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root: Element = etree.fromstring(part(package, name) if data is None else data, parser)
    except etree.XMLSyntaxError as fault:
        raise DocumentError(
            f"{label}: its part {name} is broken XML ({fault})", "Open it in Office and save it again"
        ) from fault
    if root is None or root.getroottree().docinfo.doctype:
        raise DocumentError(
            f"{label}: its part {name} declares a document type, which no Office program writes",
            "Ask the sender for a clean copy",
        )
    return root


def optional(package: zipfile.ZipFile, name: str) -> Element | None:
    """The root of a part that a file can do without: None where it is absent or cannot be read."""
    try:
        return xml(package, name)
    except DocumentError:
        return None


def related(package: zipfile.ZipFile, source: str, kind: str) -> str:
    """The name of the part that ``source`` (``""``: the package) relates to by a relation ending in ``kind``."""
    folder, name = posixpath.split(source)
    root = optional(package, posixpath.join(folder, "_rels", f"{name}.rels"))
    for relation in () if root is None else root:
        if str(relation.get("Type", "")).endswith("/" + kind) and relation.get("TargetMode") != "External":
            return posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
    return ""


def title(package: zipfile.ZipFile) -> str:
    """The title among the core properties, ``""`` where there is none."""
    root = optional(package, related(package, "", "core-properties") or "docProps/core.xml")
    for element in () if root is None else root:
        if str(element.tag).endswith("}title"):
            return element.text or ""
    return ""
