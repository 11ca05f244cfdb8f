"""One way to change a sample rate: soxr at high quality, whole clips or a running stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soxr

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..core.ports import Pcm, Pcm16

SPEECH_RATE = 16000  # Hz, what hearing works on


def to_int16(pcm: Pcm) -> Pcm16:
    """Float samples as int16; NaN becomes silence, what is beyond -1..1 is clipped."""
    clean = np.nan_to_num(pcm, nan=0.0, posinf=1.0, neginf=-1.0)
    scaled: Pcm16 = np.rint(np.clip(clean, -1.0, 1.0) * 32767.0).astype(np.int16)
    return scaled


def to_float(pcm: Pcm16) -> Pcm:
    """Int16 samples as float32 in -1..1."""
    scaled: Pcm = pcm.astype(np.float32) / np.float32(32768.0)
    return scaled


def resample(pcm: Pcm, from_rate: int, to_rate: int) -> Pcm:
    """A whole clip at another sample rate (Hz); the same array when nothing changes."""
    if from_rate == to_rate or not len(pcm):
        return pcm
    changed: Pcm = np.ascontiguousarray(soxr.resample(pcm, from_rate, to_rate), dtype=np.float32)
    return changed


class StreamResampler:
    """A running mono float stream at another rate; keeps its state between blocks."""

    def __init__(self, from_rate: float, to_rate: int) -> None:
        same = from_rate == to_rate
        self._stream = None if same else soxr.ResampleStream(from_rate, to_rate, 1, dtype="float32")

    def feed(self, pcm: npt.NDArray[np.float32], *, last: bool = False) -> Pcm:
        """The next samples; fewer or more come out than the ratio says, over time it evens out."""
        if self._stream is None:
            return pcm
        out: Pcm = self._stream.resample_chunk(np.ascontiguousarray(pcm, dtype=np.float32), last=last)
        return out
