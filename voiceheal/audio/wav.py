"""Sound files: any WAV is read as 16 kHz speech; what is written appears whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import struct
import tempfile
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import soundfile as sf

from ..errors import OutputError, WavError
from .resample import SPEECH_RATE, StreamResampler, to_int16

if TYPE_CHECKING:
    from ..core.ports import Pcm, Pcm16

READ_FRAMES = 1 << 16
RECORD_HINT = "Record it again as a WAV file, or choose another one."
UNKNOWN_SIZE = 0x7FFF_0000  # programs that write to a pipe promise this much or more: the length is not known
HEADER_BYTES = 44
MAX_DATA_BYTES = 0xFFFF_FFFF - HEADER_BYTES
FLUSH_BYTES = 1 << 18  # how often a full disk is looked for


def read_speech(path: Path | str) -> Pcm16:
    """A recording as mono int16 at 16 kHz.

    Takes any rate, mono or more (channels are averaged), 8 to 32 bit, float. NaN becomes
    silence, infinity full scale.

    Raises:
        WavError: it is missing, empty, cut short, a folder, or not a WAV file.
    """
    path = Path(path)
    _check_file(path)
    try:
        with sf.SoundFile(str(path)) as sound:
            if sound.frames <= 0:
                raise WavError(f"{path} holds no sound.", RECORD_HINT)
            return _read(sound)
    except sf.LibsndfileError as e:
        raise WavError(f"{path} is not a WAV file that can be read.", RECORD_HINT) from e
    except OSError as e:
        raise WavError(f"{path} cannot be read: {_reason(e)}.", RECORD_HINT) from e


def _read(sound: sf.SoundFile) -> Pcm16:
    resampler = StreamResampler(sound.samplerate, SPEECH_RATE)
    pieces: list[Pcm16] = []
    while True:
        block = sound.read(READ_FRAMES, dtype="float32", always_2d=True)
        mono: Pcm = np.nan_to_num(block, nan=0.0, posinf=1.0, neginf=-1.0).mean(axis=1, dtype=np.float32)
        last = len(block) < READ_FRAMES
        pieces.append(to_int16(resampler.feed(mono, last=last)))
        if last:
            return np.concatenate(pieces)


def _check_file(path: Path) -> None:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise WavError(f"{path} is a folder, not a sound file.", "Name a WAV file inside it.")
        if not stat.S_ISREG(mode):
            raise WavError(f"{path} is not a file.", RECORD_HINT)
        if not path.stat().st_size:
            raise WavError(f"{path} is empty.", RECORD_HINT)
        with path.open("rb") as file:
            _check_header(path, file)
    except FileNotFoundError as e:
        raise WavError(f"There is no file {path}.", "Check the name.") from e
    except (OSError, ValueError) as e:  # ValueError: a NUL byte in the name
        raise WavError(f"{path} cannot be read: {_reason(e)}.", "Check the name and who may read it.") from e


def _check_header(path: Path, file: BinaryIO) -> None:
    """Walk the RIFF chunks up to the samples: libsndfile reads a file that is cut short without a word."""
    head = file.read(12)
    if head[:4] == b"RF64":  # longer than 4 GB, sizes are elsewhere: left to libsndfile
        return
    if head[:4] not in (b"RIFF", b"RIFX"):
        raise WavError(f"{path} is not a WAV file.", RECORD_HINT)
    order = "<" if head[:4] == b"RIFF" else ">"
    size = os.fstat(file.fileno()).st_size
    while True:
        chunk = file.read(8)
        if len(chunk) < 8:
            raise WavError(f"{path} is cut short: it ends before its sound begins.", RECORD_HINT)
        length = int(struct.unpack(order + "I", chunk[4:])[0])
        if chunk[:4] == b"data":
            break
        file.seek(length + length % 2, io.SEEK_CUR)
    left = size - file.tell()
    if (length < UNKNOWN_SIZE and left < length) or (length == 0 and left > 1):
        promised = f"{left} of {length} bytes of sound are there" if length else "its recording was never finished"
        raise WavError(f"{path} is cut short: {promised}.", "Copy or record it again.")


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def header(sample_rate: int, data_bytes: int) -> bytes:
    """The 44 bytes in front of 16-bit mono samples."""
    size = min(data_bytes, MAX_DATA_BYTES)
    fmt = struct.pack("<IHHIIHH", 16, 1, 1, sample_rate, sample_rate * 2, 2, 16)
    return b"RIFF" + struct.pack("<I", size + 36) + b"WAVEfmt " + fmt + b"data" + struct.pack("<I", size)


class WavWriter:
    """Writes 16-bit mono to a file beside the target and renames it at `close`; `abort` leaves nothing behind.

    A target that is no regular file (`/dev/null`, a pipe) is written straight. As a context manager it closes, or
    aborts when there was an exception.

    Raises:
        OutputError: from any method: no such folder, not writable, disk full.
    """

    def __init__(self, path: Path | str, sample_rate: int) -> None:
        self.path = Path(path)
        self.sample_rate = sample_rate
        self.samples = 0  # written so far
        self._unflushed = 0
        self._temp: Path | None = None
        self._file: BinaryIO | None = None
        try:
            self._file = self._open()
            self._file.write(header(sample_rate, 0 if self._temp else MAX_DATA_BYTES))
            self._file.flush()
        except (OSError, ValueError) as e:
            self.abort()
            raise self._error(e) from e

    def _open(self) -> BinaryIO:
        target = self.path.resolve()  # a link stays a link
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        if target.exists():
            if not os.access(target, os.W_OK):
                raise PermissionError(errno.EACCES, "permission denied")
            if not target.is_file():
                return target.open("wb", buffering=0)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        self._temp = Path(name)
        return os.fdopen(handle, "wb")

    def write(self, pcm: Pcm) -> None:
        """Append float samples in -1..1."""
        self.write16(to_int16(pcm))

    def write16(self, pcm: Pcm16) -> None:
        """Append int16 samples."""
        if self._file is None:
            raise OutputError(f"{self.path} is closed already.")
        data = pcm.astype("<i2").tobytes()
        try:
            self._file.write(data)
            self._unflushed += len(data)
            if self._unflushed >= FLUSH_BYTES:
                self._file.flush()
                self._unflushed = 0
        except OSError as e:
            self.abort()
            raise self._error(e) from e
        self.samples += len(pcm)

    def close(self) -> None:
        """Finish the file and put it in its place; calling it again does nothing."""
        if self._file is None:
            return
        try:
            if self._temp is not None:
                self._file.seek(0)
                self._file.write(header(self.sample_rate, self.samples * 2))
                self._file.flush()
                os.fsync(self._file.fileno())
            self._file.close()
            if self._temp is not None:
                self._temp.replace(self.path.resolve())
        except OSError as e:
            self.abort()
            raise self._error(e) from e
        self._file, self._temp = None, None

    def abort(self) -> None:
        """Drop what was written; a file that was there before is untouched."""
        file, self._file = self._file, None
        temp, self._temp = self._temp, None
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()
        if temp is not None:
            with contextlib.suppress(OSError):
                temp.unlink()

    def _error(self, error: Exception) -> OutputError:
        number = getattr(error, "errno", None)
        if number in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
            return OutputError(f"{self.path} cannot be written: the disk is full.", "Make room and try again.")
        if number == errno.ENOENT:
            return OutputError(f"{self.path} cannot be written: there is no such folder.", "Make the folder first.")
        return OutputError(f"{self.path} cannot be written: {_reason(error)}.", "Choose another place with --output.")

    def __enter__(self) -> WavWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()
