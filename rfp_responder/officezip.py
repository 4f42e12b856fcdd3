"""The zip around an Office file: what it may hold, and the faults that reading one can raise.

Documents and questionnaires are both such zips, and come from strangers both.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib

MAX_MEMBERS = 20_000
MAX_INFLATED = 500_000_000  # bytes over all members; what a file of slides with pictures needs
MAX_PART = 128 << 20  # bytes of one XML part that is parsed
MAX_RATIO = 400  # XML of empty styled cells deflates to about 1:100; deflate cannot exceed 1:1032
RATIO_FROM = 16 << 20  # bytes; small parts may be as repetitive as they like
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an encrypted or a legacy Office file begins."""
LOCAL_HEADER = struct.Struct("<4s5H3L2H")
"""What stands before a member's name and bytes; its last two fields are the lengths of name and extra."""
ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    struct.error,
    NotImplementedError,
    RuntimeError,
    ValueError,  # a member's name or date that zipfile cannot take
    OSError,
)
_CHECKED_FROM = RATIO_FROM // 1032  # packed bytes; what is smaller cannot unpack to more than RATIO_FROM
_BLOCK = 1 << 16


def fault_of(package: zipfile.ZipFile) -> tuple[str, str] | None:
    """What is wrong with a package before anything of it is kept, and the remedy; None where nothing is."""
    members = package.infolist()
    total = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or total > MAX_INFLATED:
        found = f"would unpack to {len(members):,} parts of {total:,} bytes"
        return f"{found}, at most {MAX_MEMBERS:,} parts of {MAX_INFLATED:,} bytes are read", "Split it"
    if sum(member.compress_size for member in members) > _size(package):
        return "its parts overlap in the file, as only a zip bomb's do", "Ask the sender for a clean copy"
    for member in members:
        if member.flag_bits & 1:
            return f"its part {member.filename} is encrypted", "Save it without a password"
        if member.file_size > MAX_PART and member.filename.lower().endswith((".xml", ".rels")):
            found = f"its part {member.filename} is {member.file_size:,} bytes"
            return f"{found}, at most {MAX_PART:,} are read", "Split it"
        if member.file_size > RATIO_FROM and member.file_size > MAX_RATIO * max(member.compress_size, 1):
            found = f"its part {member.filename} unpacks from {member.compress_size:,} to {member.file_size:,} bytes"
            return f"{found}, more than 1:{MAX_RATIO}", "Ask the sender for a clean copy"
        if _overflows(package, member):
            found = f"its part {member.filename} unpacks to more than the {member.file_size:,} bytes it states"
            return found, "Ask the sender for a clean copy"
    return None


def _size(package: zipfile.ZipFile) -> int:
    assert package.fp is not None  # it is open
    return package.fp.seek(0, os.SEEK_END)


def _overflows(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Whether a member holds more than it states: ``ZipFile.read`` unpacks all of it before it looks at the size."""
    reader = package.fp
    if member.compress_type != zipfile.ZIP_DEFLATED or member.compress_size < _CHECKED_FROM or reader is None:
        return False
    try:
        reader.seek(member.header_offset)
        header = LOCAL_HEADER.unpack(reader.read(LOCAL_HEADER.size))
        reader.seek(header[9] + header[10], os.SEEK_CUR)
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        left, total = member.compress_size, 0
        while left > 0 and not unpacker.eof and (packed := reader.read(min(left, _BLOCK))):
            left -= len(packed)
            while packed and total <= member.file_size:
                total += len(unpacker.decompress(packed, 1 << 20))
                packed = unpacker.unconsumed_tail
    except ZIP_FAULTS:
        return False  # damaged: whoever reads the part says so
    return total > member.file_size
