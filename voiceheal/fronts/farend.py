"""What the loudspeaker plays, cut to the microphone's blocks and times: the reference of hearing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..audio.resample import SPEECH_RATE, to_int16
from ..audio.streams import BLOCK

if TYPE_CHECKING:
    from ..core.ports import Pcm, Pcm16

KEPT_S = 3.0
EARLY_S, LATE_S = 0.1, 0.008  # how far reading may run ahead of the clock, or fall behind it, before it is set anew
WIDTH = 8  # samples of speech on either side that make one of them
EDGE = 0.94  # of half the speech rate: what lies above is cut off


class FarEnd:
    """Everything that was played in the last seconds, by position; read at the times of the microphone.

    Reading goes on sample by sample, however late a callback is: a canceller hates jumps. Only when both clocks have
    parted too far it is set anew; the echo must never come before its reference.

    Args:
        rate: Hz of what is played.
        sample_at: position that was rendered at a session time (s).
    """

    def __init__(self, rate: int, sample_at: Callable[[float], int]) -> None:
        self._rate = rate
        self._sample_at = sample_at
        self._new: deque[tuple[int, Pcm]] = deque(maxlen=200)
        self._kept: Pcm = np.zeros(round(KEPT_S * rate), np.float32)
        self._end = 0  # position after the last kept sample
        self._next: float | None = None  # position that is read next

    def tap(self, pcm: Pcm, position: int) -> None:
        """Called with each block that is played, in the sound callback: copy, hand over."""
        self._new.append((position, pcm.copy()))

    def take(self, t: float) -> Pcm16:
        """512 samples at 16 kHz of what was rendered from session time `t` (s) on; silence where nothing was."""
        while self._new:
            self._keep(*self._new.popleft())
        wanted = float(self._sample_at(t))
        if self._next is None or not -LATE_S * self._rate <= self._next - wanted <= EARLY_S * self._rate:
            self._next = wanted
        step = self._rate / SPEECH_RATE
        at = self._next + np.arange(BLOCK) * step
        self._next += BLOCK * step
        return to_int16(self._between(at - (self._end - len(self._kept)), step))

    def _keep(self, position: int, pcm: Pcm) -> None:
        gap = position - self._end
        if gap < 0 or gap > len(self._kept):  # another mixer, or a long silence
            self._kept[:] = 0.0
            gap = 0
        self._kept = np.concatenate([self._kept, np.zeros(gap, np.float32), pcm])[-round(KEPT_S * self._rate) :]
        self._end = position + len(pcm)

    def _between(self, at: np.ndarray, step: float) -> Pcm:
        """Low-passed samples at places of the kept ones."""
        reach = int(np.ceil(WIDTH * step))
        base = np.floor(at).astype(np.int64)
        taps = np.arange(-reach, reach + 1)
        places = base[:, None] + taps[None, :]
        apart = ((at - base)[:, None] - taps[None, :]) / step
        weight = np.sinc(apart * EDGE) * EDGE / step * np.cos(np.pi * np.clip(apart / (2 * WIDTH + 1), -0.5, 0.5)) ** 2
        inside = (places >= 0) & (places < len(self._kept))
        values = np.where(inside, self._kept[np.clip(places, 0, len(self._kept) - 1)], 0.0)
        return np.asarray((values * weight).sum(axis=1), np.float32)
