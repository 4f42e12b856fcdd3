"""The zip around an Office file: what it may hold, and the faults that reading one can raise.

Documents and questionnaires are both such zips, and come from strangers both.
"""

from __future__ import annotations

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


def fault_of(package: zipfile.ZipFile) -> tuple[str, str] | None:
    """What is wrong with a package before anything of it is unpacked, and the remedy; None where nothing is."""
    members = package.infolist()
    total = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or total > MAX_INFLATED:
        found = f"would unpack to {len(members):,} parts of {total:,} bytes"
        return f"{found}, at most {MAX_MEMBERS:,} parts of {MAX_INFLATED:,} bytes are read", "Split it"
    for member in members:
        if member.flag_bits & 1:
            return f"its part {member.filename} is encrypted", "Save it without a password"
        if member.file_size > MAX_PART and member.filename.lower().endswith((".xml", ".rels")):
            found = f"its part {member.filename} is {member.file_size:,} bytes"
            return f"{found}, at most {MAX_PART:,} are read", "Split it"
        if member.file_size > RATIO_FROM and member.file_size > MAX_RATIO * max(member.compress_size, 1):
            found = f"its part {member.filename} unpacks from {member.compress_size:,} to {member.file_size:,} bytes"
            return f"{found}, more than 1:{MAX_RATIO}", "Ask the sender for a clean copy"
    return None
