"""The record as one SQLite file that only its owner can read; it is made at the first thing that is kept."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from ..core.memory import Memory
from ..core.ports import Entry
from ..errors import StoreError

NAME = "record.sqlite"
VERSION = 1  # of the tables; a file of a later one is left alone
BUSY_S = 3.0  # another VoiceHeal may be writing
_TABLES = """
CREATE TABLE entries (
    id INTEGER PRIMARY KEY, talk INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, data TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL, talk INTEGER NOT NULL, at TEXT NOT NULL);
"""


def _now() -> datetime:
    return datetime.now().astimezone()


class SqliteStore:
    """Implements `core.ports.Store`; used by one thread at a time.

    Args:
        path: the file. now: the wall clock, with its zone.

    Raises:
        StoreError: the file is there, but it is damaged, of a later version, or may not be read.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] = _now) -> None:
        self._path = path
        self._now = now
        self._open: sqlite3.Connection | None = None
        self._talk: int | None = None  # number of this conversation, given at its first write
        if path.exists():
            self._connect()

    @property
    def keeps(self) -> bool:
        """Whether it outlasts the conversation."""
        return True

    def add(self, kind: str, text: str = "", data: Mapping[str, str] | None = None) -> int:
        """Put an entry in; gives its id."""
        with self._change() as db:
            row = (self._this_talk(db), kind, text, _packed(data or {}), self._now().isoformat(timespec="seconds"))
            made = db.execute("INSERT INTO entries (talk, kind, text, data, at) VALUES (?, ?, ?, ?, ?)", row)
            return int(made.lastrowid or 0)

    def change(self, entry_id: int, data: Mapping[str, str]) -> None:
        """Replace the data of an entry."""
        with self._change() as db:
            db.execute("UPDATE entries SET data = ? WHERE id = ?", (_packed(data), entry_id))

    def remove(self, entry_id: int) -> None:
        """Take an entry out."""
        with self._change() as db:
            db.execute("DELETE FROM entries WHERE id = ?", (entry_id,))

    def entries(self, kind: str = "") -> Sequence[Entry]:
        """All entries of a kind, or of every kind, oldest first."""
        today = self._now().date()
        found = []
        query = "SELECT id, kind, text, data, at, talk FROM entries WHERE ? IN ('', kind) ORDER BY id"
        for number, its_kind, text, data, at, talk in self._read(query, (kind,)):
            try:
                when, more = datetime.fromisoformat(at), dict(json.loads(data))
            except (ValueError, TypeError) as e:
                raise self._damaged() from e
            days = (today - when.date()).days
            found.append(Entry(number, its_kind, text, more, max(0, days), when.weekday(), at, talk))
        return found

    def put(self, key: str, value: str | None) -> None:
        """Set one fact about the person, None takes it away."""
        with self._change() as db:
            db.execute("DELETE FROM facts WHERE key = ?", (key,))
            if value is not None:
                at = self._now().isoformat(timespec="seconds")
                db.execute("INSERT INTO facts VALUES (?, ?, ?, ?)", (key, value, self._this_talk(db), at))

    def facts(self) -> Mapping[str, str]:
        """All facts."""
        return {str(key): str(value) for key, value in self._read("SELECT key, value FROM facts ORDER BY key")}

    def forget(self, scope: Literal["last", "all"]) -> int:
        """Take out everything, file and all, or what is from this conversation or the last one before it."""
        if not self._path.exists():
            return 0
        talks = [int(t) for (t,) in self._read("SELECT talk FROM entries UNION ALL SELECT talk FROM facts")]
        if scope == "all":
            self._delete_file()
            return len(talks)
        last = max(talks, default=0)
        with self._change() as db:
            db.execute("DELETE FROM entries WHERE talk = ?", (last,))
            db.execute("DELETE FROM facts WHERE talk = ?", (last,))
        return talks.count(last)

    def close(self) -> None:
        """Close the file."""
        if self._open is not None:
            with contextlib.suppress(sqlite3.Error):
                self._open.close()
            self._open = None

    # ---- inside -----------------------------------------------------------------------------------------------------
    def _read(self, query: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        if self._open is None and not self._path.exists():
            return []
        try:
            return list(self._connect().execute(query, values))
        except (sqlite3.Error, OSError) as e:
            raise self._error(e) from e

    @contextlib.contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """One change: it is made whole or not at all."""
        db = self._connect()
        try:
            with db:  # commits, or rolls back
                yield db
        except (sqlite3.Error, OSError) as e:
            raise self._error(e) from e

    def _connect(self) -> sqlite3.Connection:
        if self._open is not None:
            return self._open
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # made by us and not by SQLite, so that there is no moment in which others may read it
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
            if os.name == "posix" and self._path.stat().st_mode & 0o077:
                self._path.chmod(0o600)
            db = sqlite3.connect(self._path, timeout=BUSY_S, check_same_thread=False)
        except (sqlite3.Error, OSError) as e:
            raise self._error(e) from e
        try:
            self._prepare(db)
        except (sqlite3.Error, OSError) as e:
            db.close()
            raise self._error(e) from e
        except StoreError:
            db.close()
            raise
        self._open = db
        return db

    def _prepare(self, db: sqlite3.Connection) -> None:
        """Tables of the right version; what is taken out is overwritten."""
        db.execute("PRAGMA secure_delete = ON")
        if db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise self._damaged()
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        if version > VERSION:
            raise StoreError(
                f"The record {self._path} was made by a later VoiceHeal.", "Use that one, or move the file away."
            )
        if version == 0:
            if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise self._damaged()
            with db:
                for table in _TABLES.split(";")[:-1]:
                    db.execute(table)
                db.execute(f"PRAGMA user_version = {VERSION}")

    def _this_talk(self, db: sqlite3.Connection) -> int:
        if self._talk is None:
            query = "SELECT max(t) FROM (SELECT max(talk) t FROM entries UNION ALL SELECT max(talk) t FROM facts)"
            self._talk = int(db.execute(query).fetchone()[0] or 0) + 1
        return self._talk

    def _delete_file(self) -> None:
        """Overwrite what is in it, then take the file away."""
        with self._change() as db:
            db.execute("DELETE FROM entries")
            db.execute("DELETE FROM facts")
        self.close()
        try:
            self._path.unlink(missing_ok=True)
        except OSError as e:
            raise self._error(e) from e
        self._talk = None

    def _damaged(self) -> StoreError:
        return StoreError(
            f"The record {self._path} is damaged; nothing in it was changed.",
            "Move the file away to begin a new one, or bring back a copy.",
        )

    def _error(self, e: Exception) -> StoreError:
        """The sentence for what SQLite or the system says."""
        said = (e.strerror or str(e)) if isinstance(e, OSError) else str(e)
        if "full" in said or "No space" in said:
            return StoreError(
                f"The disk is full: the record {self._path} could not be written. What was in it is still there.",
                "Make some room on the disk.",
            )
        if "locked" in said or "busy" in said:
            return StoreError(f"The record {self._path} is in use by another VoiceHeal.", "Close the other one.")
        if isinstance(e, sqlite3.DatabaseError) and not isinstance(e, sqlite3.OperationalError):
            return self._damaged()
        return StoreError(
            f"The record {self._path} cannot be read or written: {said}.",
            "Allow it, set VOICEHEAL_HOME to another folder, or set `memory: off`.",
        )


def _packed(data: Mapping[str, str]) -> str:
    return json.dumps(dict(data), ensure_ascii=False, sort_keys=True)


def memory_at(path: Path, tell: Callable[[str], None]) -> Memory:
    """The memory in a file; one that lasts for a conversation, and a sentence to `tell`, when it cannot be read."""
    try:
        return Memory(SqliteStore(path))
    except StoreError as e:
        tell(f"{e} This conversation is not kept.")
        return Memory(broken=True)
