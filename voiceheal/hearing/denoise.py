"""Takes steady noise out of a short recording: a Wiener filter (Ephraim and Malah's decision-directed rule).

For a second listening only: what is left sounds thinner, and clear speech is heard better without it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..core.ports import Pcm16

HOP = 256  # samples, 16 ms
SIZE = 2 * HOP
MEMORY = 75  # hops, 1.2 s: no word is as long, so that the least power of that time is noise
LEAST_IS = 1.7  # the mean power of noise is so much more than the least of it
SMOOTH, FOLLOW = 0.8, 0.9  # of the power from hop to hop; of the noise
PRIOR = 0.96  # smoothing of the signal-to-noise ratio
FLOOR = 0.25  # least gain, -12 dB
FIRST = 8  # hops before the least counts


def denoised(samples: Pcm16) -> Pcm16:
    """The same number of int16 samples, with the noise 12 dB quieter. It should begin with some of the noise alone."""
    window = np.sqrt(np.hanning(SIZE + 1)[:SIZE])
    count = len(samples) // HOP + 2
    padded = np.zeros((count + 1) * HOP)
    padded[HOP : HOP + len(samples)] = samples
    out = np.zeros_like(padded)
    gains = _Gains()
    for at in range(0, count * HOP, HOP):
        spectrum = np.fft.rfft(padded[at : at + SIZE] * window)
        out[at : at + SIZE] += np.fft.irfft(spectrum * gains.of(np.abs(spectrum) ** 2 + 1e-9)) * window
    return np.rint(out[HOP : HOP + len(samples)]).clip(-32768, 32767).astype(np.int16)


class _Gains:
    """The gain of each frequency, hop after hop."""

    def __init__(self) -> None:
        self._smooth: npt.NDArray[np.float64] | None = None
        self._recent: deque[npt.NDArray[np.float64]] = deque(maxlen=MEMORY)
        self._noise = np.zeros(HOP + 1)
        self._clean = np.zeros(HOP + 1)  # power after the last gain, in units of the noise

    def of(self, power: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        if self._smooth is None:
            self._smooth, self._noise = power, power
        self._smooth = SMOOTH * self._smooth + (1 - SMOOTH) * power
        self._recent.append(self._smooth)
        least = LEAST_IS * np.min(self._recent, axis=0)
        early = np.minimum(0.7 * self._noise + 0.3 * power, 2 * power)
        self._noise = FOLLOW * self._noise + (1 - FOLLOW) * least if len(self._recent) > FIRST else early
        ratio = power / self._noise
        prior = PRIOR * self._clean + (1 - PRIOR) * np.maximum(ratio - 1, 0.0)
        gain: npt.NDArray[np.float64] = np.maximum(prior / (1 + prior), FLOOR)
        self._clean = gain**2 * ratio
        return gain
