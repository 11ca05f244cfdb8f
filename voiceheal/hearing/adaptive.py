"""An echo canceller of our own: a partitioned Kalman filter in the frequency domain, numpy only, for any machine."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]  # samples, -1..1

HOP = 256  # samples
TAPS = 6144  # 384 ms: what comes later is left to the suppressor
KEEP = 0.99  # of the path from one hop to the next: people move, clocks drift
START = 1.0  # first guess of the path's power in the first partition, and ...
FADE = 8.0  # ... after so many partitions it is 1/e of that
NOISE_KEEP = 0.5  # smoothing of what is not echo
TINY = 1e-9
HEAD_PARTS = 3
PAST = 48  # hops, 0.8 s, of which two are learned from once more at each hop: 4 dB more in the seconds after a change
# How these two are picked. One more than a stride shares no factor with PAST, so that all hops are picked as often.
STRIDES = (18, 30)


class KalmanCanceller:
    """Learns the way from loudspeaker to microphone and takes what came along it away (`echo.EchoCanceller`).

    In each frequency bin and partition the path is a state with its own uncertainty (Enzner and Vary, 2006; in
    partitions, Kuech et al., 2014): learning slows down by itself while a person talks over us. What was heard in the
    last second is learned from more than once, since speech tells about few bins at a time.

    Args:
        taps: length of the path that is learned, samples.
    """

    name = "kalman"

    def __init__(self, taps: int = TAPS) -> None:
        self._parts = max(1, taps // HOP)
        self.reset()

    def reset(self) -> None:
        """Forget the path."""
        shape = (self._parts, HOP + 1)
        fade = START * np.exp(-np.arange(self._parts) / FADE)
        self._path: npt.NDArray[np.complex64] = np.zeros(shape, np.complex64)
        self._doubt: npt.NDArray[np.float32] = np.repeat(fade.astype(np.float32)[:, None], HOP + 1, axis=1)
        self._far: npt.NDArray[np.complex64] = np.zeros(shape, np.complex64)
        self._last: npt.NDArray[np.float32] = np.zeros(HOP, np.float32)
        self._noise: npt.NDArray[np.float32] = np.full(HOP + 1, 1e-4, np.float32)
        self._past: deque[tuple[npt.NDArray[np.complex64], Floats]] = deque(maxlen=PAST)  # far end, microphone
        self._count = 0

    def head(self) -> Floats:
        """The first samples of the path: where the direct sound is."""
        parts = np.fft.irfft(self._path[:HEAD_PARTS], axis=1)[:, :HOP]
        return np.asarray(parts.reshape(-1), np.float32)

    def cancel(self, mic: Floats, far: Floats) -> Floats:
        """See `EchoCanceller.cancel`."""
        hops = [self._hop(mic[at : at + HOP], far[at : at + HOP]) for at in range(0, len(mic), HOP)]
        return np.concatenate(hops)

    def _hop(self, mic: Floats, far: Floats) -> Floats:
        spectrum = np.fft.rfft(np.concatenate([self._last, far])).astype(np.complex64)
        self._last = far
        self._far = np.roll(self._far, 1, axis=0)
        self._far[0] = spectrum
        left, error = self._left(mic, self._far)
        power = np.abs(error).astype(np.float32) ** 2
        self._noise = NOISE_KEEP * self._noise + (1 - NOISE_KEEP) * power
        self._learn(self._far, error, self._noise)
        self._past.append((self._far, mic))  # each hop has its own array
        self._count += 1
        for stride in STRIDES:
            far_then, mic_then = self._past[self._count * stride % len(self._past)]
            _, error = self._left(mic_then, far_then)
            self._learn(far_then, error, self._noise + np.abs(error) ** 2)
        return left

    def _left(self, mic: Floats, far: npt.NDArray[np.complex64]) -> tuple[Floats, npt.NDArray[np.complex64]]:
        """What is left of a hop by the path as it is known now, and its spectrum."""
        left: Floats = mic - np.fft.irfft((far * self._path).sum(axis=0))[HOP:].astype(np.float32)
        return left, np.fft.rfft(np.concatenate([np.zeros(HOP, np.float32), left])).astype(np.complex64)

    def _learn(
        self, far: npt.NDArray[np.complex64], error: npt.NDArray[np.complex64], noise: npt.NDArray[np.float32]
    ) -> None:
        power = np.abs(far) ** 2
        step = self._doubt / ((self._doubt * power).sum(axis=0) + noise + TINY)
        change = np.fft.irfft(step * np.conj(far) * error, axis=1)
        change[:, HOP:] = 0.0  # a partition has its own samples only: a circular product is no filter
        self._path += np.fft.rfft(change, axis=1).astype(np.complex64)
        grown = (1 - KEEP**2) * np.abs(self._path) ** 2
        self._doubt = (KEEP**2 * (1.0 - 0.5 * step * power) * self._doubt + grown).astype(np.float32)
