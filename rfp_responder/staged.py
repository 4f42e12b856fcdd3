"""A file that is written whole or not at all: beside its place, which it then takes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def staged(target: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """A file beside ``target`` that replaces it when the block ends well, and is removed when it does not.

    ``private``: readable by its owner alone; else as the process makes its files. Raises OSError where the folder or
    the disk does not take it.
    """
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not private:  # mkstemp's own mode
            mask = os.umask(0)
            os.umask(mask)
            temporary.chmod(0o666 & ~mask)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
