"""A folder for words on their way to the ear: in memory where there is such a place, ours alone, always removed.

A lock file tells the living from the dead: what a killed process left is removed by the next one that starts.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

PREFIX = "voiceheal-voice-"
LOCK = "lock"
YOUNG_S = 60.0  # a folder without a lock may just be being made


def base() -> Path:
    """Where private folders go: a file system in memory when there is one, else the temp folder."""
    for place in (os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm"):  # noqa: S108  memory, and the folder in it is 0700
        if place and Path(place).is_dir() and os.access(place, os.W_OK | os.X_OK):
            return Path(place)
    return Path(tempfile.gettempdir())


def _lock(file: IO[bytes]) -> bool:
    """Whether the lock could be taken; it is held as long as the file is open."""
    if sys.platform == "win32":
        return True  # an open file cannot be removed there: that is the lock
    import fcntl  # noqa: PLC0415  not on Windows

    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


class PrivateDir:
    """One such folder; `close` removes it. Making one first clears away those of dead processes."""

    def __init__(self, where: Path | None = None) -> None:
        where = where or base()
        clear_stale(where)
        self.path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=where))  # mode 0700
        self._file = (self.path / "lock.new").open("wb")
        _lock(self._file)
        if sys.platform == "win32":
            return
        (self.path / "lock.new").rename(self.path / LOCK)

    def empty(self) -> None:
        """Remove everything in it but the lock: a killed worker leaves its last line here."""
        for entry in self.path.iterdir():
            if not entry.name.startswith(LOCK):
                with contextlib.suppress(OSError):
                    entry.unlink()

    def close(self) -> None:
        """Remove it; safe to call twice."""
        self._file.close()
        shutil.rmtree(self.path, ignore_errors=True)


def clear_stale(where: Path) -> None:
    """Remove the folders of processes that died without a chance to do so. Never raises."""
    with contextlib.suppress(OSError):
        for folder in where.glob(f"{PREFIX}*"):
            with contextlib.suppress(OSError):
                if _is_stale(folder):
                    shutil.rmtree(folder, ignore_errors=True)


def _is_stale(folder: Path) -> bool:
    info = folder.lstat()
    if not folder.is_dir() or folder.is_symlink():
        return False
    if hasattr(os, "getuid") and info.st_uid != os.getuid():
        return False
    name = "lock.new" if sys.platform == "win32" else LOCK
    if not (folder / name).exists():
        return time.time() - info.st_mtime > YOUNG_S
    if sys.platform == "win32":
        (folder / name).unlink()  # refused while its owner lives
        return True
    with (folder / name).open("rb") as file:
        return _lock(file)
