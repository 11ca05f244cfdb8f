"""Soft cue tones that closed eyes can tell apart: in rises, hold stays, out falls, rest is low, listening is two pips.

They lie below speech (`LEVEL` is RMS against speech's -23 dBFS) and begin and end softly: no clicks; the breath's
tones have nothing above 700 Hz.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..core.ports import Pcm

    Floats = npt.NDArray[np.float64]

NAMES = ("in", "hold", "out", "rest", "listening")
LOW, HIGH = 220.0, 330.0  # Hz: a fifth, A3 to E4
RESTING = 165.0  # Hz, E3
LEVEL = 10 ** (-33 / 20)  # RMS while it sounds
REST_LEVEL = 10 ** (-39 / 20)
LONGEST_S = 30.0
PIP_S = 0.09


@lru_cache(maxsize=32)
def _shared(name: str, length_s: float, sample_rate: int) -> Pcm:
    n = max(1, round(min(max(length_s, 0.05), LONGEST_S) * sample_rate))
    match name:
        case "in":
            out = _voice(np.geomspace(LOW, HIGH, n), sample_rate) * _swell(n, sample_rate, peak_at=0.9)
        case "hold":
            out = _voice(np.full(n, HIGH), sample_rate) * _swell(n, sample_rate, peak_at=0.15) * 0.7
        case "out":
            out = _voice(np.geomspace(HIGH, LOW, n), sample_rate) * _swell(n, sample_rate, peak_at=0.1)
        case "rest":
            n = min(n, round(1.2 * sample_rate))  # a short low breath of sound, then quiet
            out = _voice(np.full(n, RESTING), sample_rate) * _swell(n, sample_rate, peak_at=0.3)
        case "listening":
            out = _pips(sample_rate)
        case _:
            raise ValueError(f"there is no tone {name!r}; there are {', '.join(NAMES)}")
    level = REST_LEVEL if name in ("rest", "listening") else LEVEL
    loud = out[np.abs(out) > 0.05 * np.abs(out).max()]
    tone_: Pcm = (out * (level / np.sqrt(np.mean(loud**2)))).astype(np.float32)
    tone_.flags.writeable = False
    return tone_


def tone(name: str, length_s: float, sample_rate: int) -> Pcm:
    """A cue tone of `length_s` (0.05 to 30 s; "rest" is at most 1.2 s, "listening" has a length of its own).

    The array is shared between calls and read-only.

    Raises:
        ValueError: there is no tone of that name.
    """
    return _shared(name, length_s, sample_rate)


def _voice(frequency: Floats, sample_rate: int) -> Floats:
    """A round sound: the tone and a little of its octave."""
    phase = 2 * np.pi * np.cumsum(frequency) / sample_rate
    voiced: Floats = np.sin(phase) + 0.15 * np.sin(2 * phase)
    return voiced


def _swell(n: int, sample_rate: int, peak_at: float) -> Floats:
    """Rises to its peak at that share of the length and falls again, on cosines; each takes 80 ms if there is room."""
    least = min(round(0.08 * sample_rate), n // 2)
    rise = min(max(round(n * peak_at), least), n - least)
    up = 0.5 - 0.5 * np.cos(np.pi * np.arange(rise) / max(1, rise))
    down = 0.5 + 0.5 * np.cos(np.pi * np.arange(n - rise) / max(1, n - rise - 1))
    return np.concatenate([up, down])


def _pips(sample_rate: int) -> Floats:
    n = round(PIP_S * sample_rate)
    pips = [_voice(np.full(n, f), sample_rate) * _swell(n, sample_rate, 0.4) for f in (HIGH, HIGH * 1.5)]
    return np.concatenate([pips[0], np.zeros(n // 2), pips[1]])
