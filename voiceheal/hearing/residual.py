"""What a canceller leaves of our voice is taken down further, and told apart from a person who talks over us."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .adaptive import HOP
from .vad import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

SIZE = 2 * HOP
BAND_HZ = (250.0, 4500.0)  # where voices are told apart from what is left
REVERB = 0.66  # of the echo's power from one hop to the next: RT60 of half a second
LEAK_START = 0.3  # power left, as a share of the echo that was taken away, before it is known
UP, DOWN = 1.012, 0.958  # how fast that share follows, a hop: slowly, as words are short; a fifth stays above
LEAST_LEAK, MOST_LEAK = 10**-3.5, 0.5
OVER = 2.0  # how much more than expected is still taken for residual
PRIOR = 0.85  # smoothing of the gain's signal-to-residual ratio (decision-directed)
FLOOR = 0.06  # least gain
NOISE = 1e-9


class Suppressor:
    """Expects a residual in proportion to the echo that was cancelled, bin by bin, and lets pass what is above it."""

    def __init__(self) -> None:
        bins = HOP + 1
        self._window = np.sqrt(np.hanning(SIZE + 1)[:SIZE]).astype(np.float32)
        hertz = np.fft.rfftfreq(SIZE, 1 / SAMPLE_RATE)
        self._band = (hertz >= BAND_HZ[0]) & (hertz <= BAND_HZ[1])
        self._left: Floats = np.zeros(SIZE, np.float32)
        self._echo: Floats = np.zeros(SIZE, np.float32)
        self._tail: Floats = np.zeros(HOP, np.float32)
        self._heard: Floats = np.zeros(bins, np.float32)  # power of the echo, with its reverberation
        self._leak: Floats = np.full(bins, LEAK_START, np.float32)
        self._clean: Floats = np.zeros(bins, np.float32)  # power after the last gain
        self.excess = 0.0  # dB by which the last hop was louder than what is expected of our own voice

    def hop(self, left: Floats, echo: Floats) -> Floats:
        """The next 256 samples, 16 ms late.

        Args:
            left: after the canceller. echo: what it took away.
        """
        self._left = np.concatenate([self._left[HOP:], left])
        self._echo = np.concatenate([self._echo[HOP:], echo])
        spectrum = np.fft.rfft(self._left * self._window)
        power = (np.abs(spectrum) ** 2).astype(np.float32)
        self._heard = np.maximum(np.abs(np.fft.rfft(self._echo * self._window)) ** 2, REVERB * self._heard).astype(
            np.float32
        )
        expected = OVER * self._leak * self._heard + NOISE
        ratio = power / expected
        self.excess = float(np.mean(np.clip(10 * np.log10(ratio[self._band] + 1e-3), 0.0, 20.0)))
        self._follow(power)
        prior = PRIOR * self._clean / expected + (1 - PRIOR) * np.maximum(ratio - 1.0, 0.0)
        gain = np.maximum(prior / (1.0 + prior), FLOOR).astype(np.float32)
        self._clean = gain**2 * power
        whole = np.fft.irfft(spectrum * gain).astype(np.float32) * self._window
        out = self._tail + whole[:HOP]
        self._tail = whole[HOP:]
        return out

    def _follow(self, power: Floats) -> None:
        """Learn how much is left, where there is an echo to learn from."""
        sounds = self._heard > 1e-5
        over = power > self._leak * self._heard
        step = np.where(over, UP, DOWN).astype(np.float32)
        self._leak = np.where(sounds, np.clip(self._leak * step, LEAST_LEAK, MOST_LEAK), self._leak).astype(np.float32)
