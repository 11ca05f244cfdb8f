"""How much later than the loudspeaker's samples their echo arrives, and how two clocks part: found and followed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from .vad import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

WINDOW = 16_384  # samples that are compared at a time, 1 s
STEP = 6_144  # new samples before the next comparison, 0.4 s
LONGEST = 6_400  # samples: 400 ms
BAND_HZ = (300.0, 5000.0)
SILENT = 1e-4  # mean power of a far end that can be compared with
CLEAR = 7.0  # times the mean of the correlation that its peak must reach
AGREE = 48  # samples: estimates this near are the same, 3 ms
MEMORY = 3  # windows averaged
NEEDED = 2  # estimates in a row that agree


class DelayFinder:
    """Cross-correlation with the phase transform (Knapp and Carter, 1976), averaged over a few windows."""

    def __init__(self) -> None:
        self._mic: Floats = np.zeros(WINDOW, np.float32)
        self._far: Floats = np.zeros(WINDOW, np.float32)
        self._new = 0
        self._cross: deque[npt.NDArray[np.complex64]] = deque(maxlen=MEMORY)
        self._found: deque[int] = deque(maxlen=NEEDED)
        hertz = np.fft.rfftfreq(2 * WINDOW, 1 / SAMPLE_RATE)
        self._band = (hertz >= BAND_HZ[0]) & (hertz <= BAND_HZ[1])
        self._window = np.hanning(WINDOW).astype(np.float32)

    def feed(self, mic: Floats, far: Floats) -> int | None:
        """Hear the same time at both ends; the delay in samples each time that it is known anew, else None."""
        n = len(mic)
        self._mic = np.concatenate([self._mic[n:], mic])
        self._far = np.concatenate([self._far[n:], far])
        self._new += n
        if self._new < STEP or float(np.mean(self._far[-STEP:] ** 2)) < SILENT / 4:
            return None
        self._new = 0
        peak = self._compare()
        if peak is None:
            return None
        self._found.append(peak)
        if len(self._found) == NEEDED and max(self._found) - min(self._found) <= AGREE:
            return self._found[-1]
        return None

    def _compare(self) -> int | None:
        mic = np.fft.rfft(self._mic * self._window, 2 * WINDOW)
        far = np.fft.rfft(self._far * self._window, 2 * WINDOW)
        cross = mic * np.conj(far)
        cross /= np.abs(cross) + 1e-9
        cross[~self._band] = 0.0
        self._cross.append(cross.astype(np.complex64))
        curve = np.abs(np.fft.irfft(np.sum(self._cross, axis=0))[: LONGEST + 1])
        # the direct sound is the first clear arrival; a reflection may be louder
        mean = float(np.mean(curve))
        top = int(np.argmax(curve))
        if float(curve[top]) / max(mean, 1e-12) < CLEAR:
            return None
        early = np.flatnonzero(curve[: top + 1] > 0.5 * curve[top])
        near = early[early > top - 160]
        return int(near[0]) if len(near) else top


DRIFT_EVERY = 96  # hops of 256 samples between two looks at the path, 1.5 s
PPM = 1e-6
MOST_DRIFT = 120 * PPM  # of two sound cards; a person who moves the path further is no drift
SAME_DRIFT = 35 * PPM  # two looks in a row that find as much are believed: a person who moves makes only one of them
ALIKE = 0.6  # correlation of two looks, from which the shift between them counts
FINE = 8  # steps to the sample
VOICE_HZ = 4000.0  # a voice has little above it


class DriftFinder:
    """Two sound cards never agree on what a second is: the path that the canceller learns wanders, and tells how fast.

    `rate` is the share by which the delay grows with each sample.
    """

    def __init__(self) -> None:
        self.rate = 0.0
        self._last: Floats | None = None
        self._before: float | None = None  # what the look before this one found missing
        self._hops = 0

    def reset(self) -> None:
        """The path is learned anew; the clocks are the same."""
        self._last, self._before, self._hops = None, None, 0

    def look(self, path: Callable[[], Floats], hops: int) -> None:
        """So many more hops of our own speech have been heard; `path` gives the first samples of the path now."""
        self._hops += hops
        if self._hops < DRIFT_EVERY:
            return
        now, last = path(), self._last
        self._last = now
        span, self._hops = self._hops * 256, 0
        if last is None:
            return
        size = 2 * len(now)
        voice = np.fft.rfftfreq(size, 1 / SAMPLE_RATE) <= VOICE_HZ  # above nothing was learned: all shifts look alike
        new, old = np.fft.rfft(now, size) * voice, np.fft.rfft(last, size) * voice
        curve = np.fft.irfft(new * np.conj(old), FINE * size) * FINE
        reach = round(MOST_DRIFT * span * FINE * 2)
        near = np.concatenate([curve[-reach:], curve[: reach + 1]])
        at = int(np.argmax(near))
        norm = 2 / size * float(np.sqrt(np.sum(np.abs(new) ** 2) * np.sum(np.abs(old) ** 2)))
        if norm <= 0 or float(near[at]) / norm < ALIKE:
            self._before = None
            return
        missing, before = (at - reach) / FINE / span, self._before
        if before is not None and abs(missing - before) <= SAME_DRIFT:
            self.rate = float(np.clip(self.rate + (missing + before) / 2, -MOST_DRIFT, MOST_DRIFT))
            self._before = None  # what is found next is counted from the new rate
        else:
            self._before = missing


SINC = 16  # taps


def between(samples: Floats, at: Floats) -> Floats:
    """Samples at places between samples, by a windowed sinc; `at` must keep 8 samples from both ends."""
    base = np.floor(at).astype(np.int64)
    taps = np.arange(-SINC // 2 + 1, SINC // 2 + 1)
    apart = (at - base)[:, None] - taps[None, :]
    weight = np.sinc(apart) * np.cos(np.pi * apart / (SINC + 2)) ** 2
    return np.asarray((samples[base[:, None] + taps[None, :]] * weight).sum(axis=1), np.float32)
