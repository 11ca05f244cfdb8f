"""Raises a quiet voice to the level that the model was made for; never so far that the room's own noise gets loud."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from .vad import BLOCK_S

if TYPE_CHECKING:
    from ..core.ports import Pcm16

SPEECH = 2600.0  # RMS that loud speech is raised to, int16 units: -22 dBFS
NOISE_MOST = 100.0  # the room's noise is not raised above this: -50 dBFS
MOST = 40.0  # 32 dB
PEAK = 30000.0  # nothing is raised beyond this
ABOVE_NOISE = 3.2  # 10 dB over the floor is someone speaking
FLOOR_S, VOICE_S = 4.0, 1.5  # how far the ear looks back for the quietest and the loudest
LOUD_SHARE = 80  # percentile of a voice's levels that counts as its level
UP, DOWN = 12.0, 60.0  # dB a second: rises too slowly to be heard as pumping, falls before a shout clips
STILL = 1.0  # RMS of a silent input


class SlowGain:
    """Block by block; one for each stream of sound."""

    def __init__(self) -> None:
        self._levels: deque[float] = deque(maxlen=round(FLOOR_S / BLOCK_S))
        self._voice: deque[float] = deque(maxlen=round(VOICE_S / BLOCK_S))
        self.gain = 1.0

    def __call__(self, block: Pcm16) -> Pcm16:
        """The block, raised; itself while nothing is to be done."""
        sound = block.astype(np.float64)
        peak = float(np.max(np.abs(sound), initial=0.0))
        before = max(1.0, min(self.gain, PEAK / max(1.0, peak)))
        self.gain = self._next(float(np.sqrt(np.mean(sound**2))), peak)
        if before == self.gain == 1.0:
            return block
        raised = sound * np.linspace(before, self.gain, len(sound))
        return np.round(raised).clip(-32768, 32767).astype(np.int16)

    def _next(self, level: float, peak: float) -> float:
        self._levels.append(level)
        floor = max(STILL, min(self._levels))
        if level > floor * ABOVE_NOISE:
            self._voice.append(level)
        wanted = 1.0
        if self._voice:
            wanted = SPEECH / float(np.percentile(self._voice, LOUD_SHARE))
        wanted = min(MOST, wanted, NOISE_MOST / floor)
        up, down = 10 ** (UP * BLOCK_S / 20), 10 ** (-DOWN * BLOCK_S / 20)
        moved = max(self.gain * down, min(self.gain * up, wanted))
        return max(1.0, min(moved, PEAK / max(1.0, peak)))
