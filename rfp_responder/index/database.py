"""One SQLite file: connection, transactions, a table of single values, and SQLite's faults as one line."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rfp_responder.errors import IndexError_

_PART = 500  # values in one IN (...); SQLite's least limit is 999


class Database:
    """Opened to write it is made where it is not there; opened to read it must be there."""

    def __init__(self, path: Path | None, schema: str, version: int, *, create: bool) -> None:
        """``path`` None keeps it in memory. Raises IndexError_ when it is absent, damaged or of another schema."""
        if path is not None and not create and not path.is_file():
            raise IndexError_(
                f"there is no index in {path.parent}",
                "Run `rfp ingest PATH...` first, or name it with --index",
            )
        self._where = path.parent if path else Path("memory")
        try:
            self._db = _connected(path, create=create)
            self._db.execute("PRAGMA foreign_keys = ON")
            if path is not None and create:
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = NORMAL")  # in WAL: a power cut loses the last, breaks nothing
            if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                self._create(schema, version)
            found = self.value("schema")
        except sqlite3.DatabaseError as error:
            raise self._fault(error) from error
        if found != str(version):
            raise IndexError_(
                f"index {self._where}: has schema {found}, expected {version}",
                "Remove the folder and ingest again with this version",
            )

    def _create(self, schema: str, version: int) -> None:
        with self.transaction():
            for statement in schema.split(";\n"):
                if statement.strip():
                    self.run(statement)
            self.put_value("schema", str(version))

    def run(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Every row of a statement; SQLite's faults (damage, a lock, a full disk) as one line."""
        try:
            return self._db.execute(sql, values).fetchall()
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise  # a fault of this program
        except sqlite3.DatabaseError as error:
            raise self._fault(error) from error

    def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """A statement once for each row of values."""
        try:
            self._db.executemany(sql, rows)
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise
        except sqlite3.DatabaseError as error:
            raise self._fault(error) from error

    def run_in(self, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """The rows of a statement with one ``{in}`` in it, for any number of values."""
        rows: list[tuple[Any, ...]] = []
        for low in range(0, len(values), _PART):
            part = values[low : low + _PART]
            rows += self.run(sql.replace("{in}", f"({','.join('?' * len(part))})"), part)
        return rows

    def _fault(self, error: sqlite3.Error) -> IndexError_:
        if "locked" in str(error):
            return IndexError_(
                f"index {self._where}: another process is writing to it", "Wait until it has ended, then run this again"
            )
        if re.search("full|readonly|unable to open|disk I/O", str(error)):
            return IndexError_(
                f"index {self._where}: cannot be written to ({error})",
                "Check the disk's free space and the folder's permissions, or name another folder with --index",
            )
        return IndexError_(
            f"index {self._where}: its manifest cannot be used ({error})",
            "Remove the folder and ingest again, or name another folder with --index",
        )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:  # a full disk has ended it already
                self.run("ROLLBACK")
            raise
        self.run("COMMIT")

    def state(self) -> tuple[int, int]:
        """Changes whenever the file is changed, by this connection or by another."""
        return int(self.run("PRAGMA data_version")[0][0]), self._db.total_changes

    def shrink(self) -> None:
        """Give back the pages that deletions left free."""
        self.run("VACUUM")
        self.run("PRAGMA wal_checkpoint(TRUNCATE)")

    def value(self, key: str) -> str | None:
        """A single value (schema, model, generation); None where it was never put."""
        row = self.run("SELECT value FROM meta WHERE key = ?", (key,))
        return str(row[0][0]) if row else None

    def put_value(self, key: str, value: str) -> None:
        """Set a single value; call it within a transaction."""
        self.run(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
            (key, value),
        )


def _connected(path: Path | None, *, create: bool) -> sqlite3.Connection:
    database = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
    if path is None or create:
        return database
    try:
        database.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    except sqlite3.OperationalError as error:
        # a reader in WAL makes a file beside the database, which a folder that may only be read does not take
        beside = path.with_name(f"{path.name}-wal")
        if beside.exists() or not re.search("readonly|unable to open", str(error)):
            return database
        database.close()
        place = f"file:{quote(str(path))}?immutable=1"
        return sqlite3.connect(place, uri=True, isolation_level=None, check_same_thread=False)
    return database
