"""How much of what a canceller leaves is still our own voice: the coherence of what is left with what was played.

A person's words have nothing to do with ours, however badly the path is known; what is left of us has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .vad import BLOCK, SAMPLE_RATE

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

SIZE = 2 * BLOCK
BAND_HZ = (300.0, 3500.0)
KEEP = 0.88  # smoothing from block to block: about half a second counts
TINY = 1e-9


class Likeness:
    """Magnitude-squared coherence (Carter, 1987), weighted by the power of what is left."""

    def __init__(self) -> None:
        self._window = np.hanning(SIZE)
        hertz = np.fft.rfftfreq(SIZE, 1 / SAMPLE_RATE)
        self._band = (hertz >= BAND_HZ[0]) & (hertz <= BAND_HZ[1])
        self._left, self._far = np.zeros(SIZE, np.float32), np.zeros(SIZE, np.float32)
        bins = len(hertz)
        self._power, self._far_power = np.full(bins, TINY), np.full(bins, TINY)
        self._cross = np.zeros(bins, np.complex128)

    def feed(self, left: Floats, far: Floats) -> float:
        """0 (nothing of us) to 1 (nothing else), after the next block of both."""
        self._left = np.concatenate([self._left[len(left) :], left])
        self._far = np.concatenate([self._far[len(far) :], far])
        x, y = (np.fft.rfft(samples * self._window) for samples in (self._left, self._far))
        self._power = KEEP * self._power + (1 - KEEP) * np.abs(x) ** 2
        self._far_power = KEEP * self._far_power + (1 - KEEP) * np.abs(y) ** 2
        self._cross = KEEP * self._cross + (1 - KEEP) * x * np.conj(y)
        coherence = np.abs(self._cross) ** 2 / (self._power * self._far_power + TINY**2)
        weight = self._power * self._band
        return float(np.clip(np.sum(coherence * weight) / (np.sum(weight) + TINY), 0.0, 1.0))
