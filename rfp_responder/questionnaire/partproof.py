"""The parts of a package before and after: equal by digest, or different in one allowed thing.

Nothing here is shared with the writer. What is found wrong is raised as ``Wrong``, in words, with the cell or part.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rfp_responder.questionnaire.rawsheet import plain, tree, without

if TYPE_CHECKING:
    from lxml import etree

_TRUE = frozenset({"1", "true"})


class Wrong(Exception):
    """A check that failed, in words."""


@dataclass(frozen=True, slots=True)
class Look:
    """A cell format: all of it but the wrapping, whether it wraps, whether it locks."""

    rest: bytes
    wraps: bool
    locked: bool


@dataclass(slots=True)
class Parts:
    """The parts of two packages, compared by digest."""

    old: zipfile.ZipFile
    new: zipfile.ZipFile
    total: int = 0
    changed: tuple[str, ...] = ()

    @classmethod
    def compared(cls, old: zipfile.ZipFile, new: zipfile.ZipFile) -> Parts:
        """Digest every part of both; raises Wrong when they have other parts or another order."""
        if old.namelist() != new.namelist():
            odd = sorted(set(old.namelist()) ^ set(new.namelist()))
            raise Wrong(f"its parts are not those of the questionnaire ({', '.join(odd[:3]) or 'other order'})")
        pairs = zip(old.infolist(), new.infolist(), strict=True)
        changed = tuple(one.filename for one, two in pairs if _digest(old, one) != _digest(new, two))
        return cls(old, new, len(old.infolist()), changed)

    @property
    def same(self) -> int:
        """How many parts are the same byte for byte."""
        return self.total - len(self.changed)

    def allow(self, may_differ: set[str]) -> None:
        """Raise Wrong for a part that differs and may not."""
        for name in self.changed:
            if name not in may_differ:
                raise Wrong(f"part {name} differs")


def _digest(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    """Digest of a member; of a compression that Python lacks or a damaged member, size and stored
    checksum.
    """
    digest = hashlib.sha256()
    try:
        with package.open(info) as member:
            while block := member.read(1 << 20):
                digest.update(block)
    except (NotImplementedError, zipfile.BadZipFile, EOFError):
        return f"{info.CRC}:{info.file_size}:{info.compress_size}"
    return digest.hexdigest()


def looks(data: bytes, label: str) -> list[Look]:
    """The cell formats of a styles part, in order."""

    found: list[Look] = []
    for each in tree(data, label).iterfind("{*}cellXfs/{*}xf"):
        alignment, protection = each.find("{*}alignment"), each.find("{*}protection")
        wraps = alignment is not None and alignment.get("wrapText") in _TRUE
        locked = protection is None or protection.get("locked", "1") in _TRUE
        without(each, "applyAlignment")
        if alignment is not None:
            without(alignment, "wrapText")
            if not alignment.attrib:
                each.remove(alignment)
        each.tail = None
        each.text = None if not len(each) else each.text
        found.append(Look(canonical(each), wraps, locked))
    return found


def only_recalculation(old: bytes, new: bytes, part: str) -> None:
    """The workbook part differs in one thing: Excel is asked to compute on opening."""

    states: list[bytes] = []
    for data in (old, new):
        root = tree(data, part)
        for calc in root.iterfind("{*}calcPr"):
            without(calc, "fullCalcOnLoad")
            if not calc.attrib:
                root.remove(calc)
        states.append(canonical(root))
    if states[0] != states[1]:
        raise Wrong(f"part {part} differs in more than fullCalcOnLoad")


def only_wrapping(old: bytes, new: bytes, part: str) -> None:
    """The styles part has further formats at its end, each as an older one but wrapping, and nothing else differs."""

    was, now = looks(old, part), looks(new, part)
    known = {each.rest for each in was}
    for number, each in enumerate(now[len(was) :], len(was)):
        if not each.wraps or each.rest not in known:
            raise Wrong(f"part {part}: the added format {number} is no wrapping copy of another")
    states: list[bytes] = []
    for data in (old, new):
        root = tree(data, part)
        formats = root.find("{*}cellXfs")
        if formats is not None:
            stated = without(formats, "count")
            if data is new and stated not in {"", str(len(now))}:
                raise Wrong(f"part {part} counts {stated} formats and has {len(now)}")
            for extra in [e for e in formats if plain(e.tag) == "xf"][len(was) :]:
                formats.remove(extra)
        states.append(canonical(root))
    if states[0] != states[1]:
        raise Wrong(f"part {part} differs in more than added formats")


def canonical(element: etree._Element) -> bytes:
    """The element in canonical form; what has none (relative namespaces, in damaged files) as it is written."""
    from lxml import etree

    try:
        return etree.tostring(element, method="c14n")
    except etree.LxmlError:
        return etree.tostring(element)
