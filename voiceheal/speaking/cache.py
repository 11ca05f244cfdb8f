"""Fixed lines are rendered once and kept as 16-bit files; a person's own words are never kept, not even in memory."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..audio.resample import to_float, to_int16

if TYPE_CHECKING:
    from ..core.ports import Pcm, Pcm16, Synthesiser

MOST_BYTES = 200_000_000  # on disk
MEMORY_BYTES = 16_000_000  # about three minutes
MAGIC = b"VHPCM1\n"
DIGEST = 16  # bytes of SHA-256 in front of the samples: a torn file is noticed
SUFFIX = ".pcm"


class CachedVoice:
    """A `Synthesiser` in front of a slower one. Thread-safe.

    Args:
        inner: renders what is not cached; its `identity`, when it has one, is part of the key.
        folder: where files go; None or unwritable = memory only.
        most_bytes: size of all files together; the ones not used for longest go first.
    """

    def __init__(self, inner: Synthesiser, folder: Path | None, most_bytes: int = MOST_BYTES) -> None:
        self.sample_rate = inner.sample_rate
        self._inner = inner
        self._most = most_bytes
        self._lock = threading.Lock()
        self._memory: OrderedDict[str, Pcm16] = OrderedDict()
        self._memory_bytes = 0
        self._folder = folder
        self._size: int | None = None  # bytes on disk; counted when first written
        if folder is not None:
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError:
                self._folder = None

    def render(self, text: str, rate: float = 1.0, *, private: bool = False) -> Pcm:
        """Speech for `text`; see `core.ports.Synthesiser`. Private lines pass by the cache altogether."""
        if private:
            return self._inner.render(text, rate, private=True)
        key = self._key(text, rate)
        found = self._recall(key)
        if found is not None:
            return to_float(found)
        pcm = self._inner.render(text, rate)
        samples = to_int16(pcm)
        key = self._key(text, rate)  # the inner voice may have fallen back to another engine
        self._remember(key, samples)
        self._write(key, samples)
        return to_float(samples)

    def holds(self, text: str, rate: float = 1.0) -> bool:
        """Whether a line can be had at once."""
        return self._recall(self._key(text, rate)) is not None

    def close(self) -> None:
        """End the inner voice."""
        self._inner.close()

    def _key(self, text: str, rate: float) -> str:
        identity = getattr(self._inner, "identity", f"{type(self._inner).__name__}|{self.sample_rate}")
        return hashlib.sha256(f"{identity}|{rate:.3f}|{text}".encode()).hexdigest()[:40]

    def _recall(self, key: str) -> Pcm16 | None:
        with self._lock:
            if key in self._memory:
                self._memory.move_to_end(key)
                return self._memory[key]
        samples = self._read(key)
        if samples is not None:
            self._remember(key, samples)
        return samples

    def _remember(self, key: str, samples: Pcm16) -> None:
        with self._lock:
            if key in self._memory:
                return
            self._memory[key] = samples
            self._memory_bytes += samples.nbytes
            while self._memory_bytes > MEMORY_BYTES and len(self._memory) > 1:
                self._memory_bytes -= self._memory.popitem(last=False)[1].nbytes

    def _read(self, key: str) -> Pcm16 | None:
        """The samples of a whole file; a broken one is removed."""
        if self._folder is None:
            return None
        path = self._folder / (key + SUFFIX)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        digest, body = data[len(MAGIC) : len(MAGIC) + DIGEST], data[len(MAGIC) + DIGEST :]
        if not data.startswith(MAGIC) or hashlib.sha256(body).digest()[:DIGEST] != digest:
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # used just now: it goes last
        return np.frombuffer(body, dtype="<i2").astype(np.int16)

    def _write(self, key: str, samples: Pcm16) -> None:
        """Put a file in its place by renaming; without room or rights the line is simply not kept."""
        if self._folder is None:
            return
        body = samples.astype("<i2").tobytes()
        temp: Path | None = None
        try:
            handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=self._folder)
            temp = Path(name)
            with os.fdopen(handle, "wb") as file:
                file.write(MAGIC + hashlib.sha256(body).digest()[:DIGEST] + body)
            temp.replace(self._folder / (key + SUFFIX))
        except OSError:
            if temp is not None:
                with contextlib.suppress(OSError):
                    temp.unlink()
            return
        self._make_room(len(body))

    def _make_room(self, added: int) -> None:
        assert self._folder is not None
        with self._lock, contextlib.suppress(OSError):
            if self._size is not None and self._size + added <= self._most:
                self._size += added
                return
            files = sorted((p.stat().st_mtime, p.stat().st_size, p) for p in self._folder.glob("*" + SUFFIX))
            self._size = sum(size for _, size, _ in files)
            for _, size, path in files:
                if self._size <= self._most:
                    break
                path.unlink()
                self._size -= size
